//! The gateway's notices as mails: to the operator (`ADMIN_EMAIL`), and to an institution's contact where its metadata names one.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

use crate::delivery::mail::{Mailer, OutgoingMail, SendOutcome};
use crate::gateway::model::DisabledWhy;
use crate::gateway::notices::{Notice, Tell, What};
use crate::model::person::EmailAddress;
use crate::report::language::Language;

/// Mails notices in the school's language.
pub struct GatewayMail {
    /// Mail.
    pub mailer: Arc<Mailer>,
    /// The language.
    pub language: Language,
}

#[async_trait]
impl Tell for GatewayMail {
    fn hears(&self, contact: Option<&str>) -> bool {
        !self.mailer.admins().is_empty() || contact.is_some_and(|contact| EmailAddress::parse(contact).is_ok())
    }

    async fn operator(&self, notice: &Notice) -> Result<(), String> {
        let mut last = Ok(());
        for (number, admin) in self.mailer.admins().iter().enumerate() {
            last = last.and(self.send(admin, notice, &number.to_string(), true).await);
        }
        last
    }

    async fn contact(&self, contact: &str, notice: &Notice) -> Result<(), String> {
        let Ok(address) = EmailAddress::parse(contact) else {
            tracing::warn!(institution = %notice.institution.id, "The contact of an institution is no address; nobody there is told of its endpoint");
            return Ok(());
        };
        self.send(&address, notice, "contact", false).await
    }
}

impl GatewayMail {
    async fn send(&self, to: &EmailAddress, notice: &Notice, number: &str, is_operator: bool) -> Result<(), String> {
        let (subject, text) = words(notice, self.language, is_operator);
        let mail = OutgoingMail {
            to: to.clone(),
            to_name: None,
            subject,
            text,
            html: None,
            attachments: Vec::new(),
            logo: None,
            message_id: self.mailer.message_id(&format!("notice.{}.{number}", notice.key)),
            date: notice.now,
        };
        match self.mailer.send(&mail).await {
            SendOutcome::Sent(_) | SendOutcome::Ambiguous(_) => Ok(()),
            SendOutcome::Refused(refusal) => Err(refusal.text()),
        }
    }
}

/// Subject and text.
fn words(notice: &Notice, language: Language, is_operator: bool) -> (String, String) {
    let name = &notice.institution.name;
    let url = place(&notice.endpoint.url);
    let subject = match (&notice.what, language) {
        (What::Exhausted { .. }, Language::Es) => format!("{name}: hay entregas que no llegaron"),
        (What::Exhausted { .. }, Language::En) => format!("{name}: deliveries did not arrive"),
        (What::Exhausted { .. }, Language::Pt) => format!("{name}: há entregas que não chegaram"),
        (What::Failing { .. }, Language::Es) => format!("{name}: un webhook falla y será desactivado"),
        (What::Failing { .. }, Language::En) => format!("{name}: a webhook fails and will be disabled"),
        (What::Failing { .. }, Language::Pt) => format!("{name}: um webhook falha e será desativado"),
        (What::Disabled { .. }, Language::Es) => format!("{name}: un webhook fue desactivado"),
        (What::Disabled { .. }, Language::En) => format!("{name}: a webhook was disabled"),
        (What::Disabled { .. }, Language::Pt) => format!("{name}: um webhook foi desativado"),
    };
    let mut text = format!("{}\n\n{url}\n", happened(&notice.what, language));
    let (uid, endpoint) = (notice.institution.uid.clone().unwrap_or_else(|| notice.institution.id.to_string()), notice.endpoint.id);
    let advice = match language {
        Language::Es => "Corrija el receptor y después vuelva a enviar lo que falta; nada se pierde mientras tanto.",
        Language::En => "Fix the receiver, then send again what is missing; nothing is lost meanwhile.",
        Language::Pt => "Corrija o receptor e depois envie de novo o que falta; nada se perde até lá.",
    };
    let _ = write!(text, "\n{advice}\n");
    if is_operator {
        let _ = write!(
            text,
            "\n/webhook-logs/{uid}\n/console/institutions/{}\ngradepost endpoints replay {uid} {endpoint}\n",
            notice.institution.id
        );
    }
    (subject, text)
}

fn happened(what: &What, language: Language) -> String {
    let many = |dead: &usize, more: &bool| if *more { format!("> {dead}") } else { dead.to_string() };
    match (what, language) {
        (What::Exhausted { dead, more, event_type, error }, Language::Es) => format!(
            "Todos los intentos fallaron. Entregas pendientes de una persona: {}.\nLa última, {event_type}: {error}",
            many(dead, more)
        ),
        (What::Exhausted { dead, more, event_type, error }, Language::En) => {
            format!("Every try failed. Deliveries that wait for a person: {}.\nThe last one, {event_type}: {error}", many(dead, more))
        }
        (What::Exhausted { dead, more, event_type, error }, Language::Pt) => {
            format!("Todas as tentativas falharam. Entregas à espera de uma pessoa: {}.\nA última, {event_type}: {error}", many(dead, more))
        }
        (What::Failing { since, disables }, Language::Es) => {
            format!("Nada llega desde {since}. Si sigue así, el webhook será desactivado el {disables}.")
        }
        (What::Failing { since, disables }, Language::En) => {
            format!("Nothing has arrived since {since}. If that goes on, the webhook will be disabled at {disables}.")
        }
        (What::Failing { since, disables }, Language::Pt) => {
            format!("Nada chega desde {since}. Se continuar assim, o webhook será desativado em {disables}.")
        }
        (What::Disabled { why }, language) => disabled(*why, language).to_owned(),
    }
}

fn disabled(why: DisabledWhy, language: Language) -> &'static str {
    match (why, language) {
        (DisabledWhy::Gone, Language::Es) => {
            "El receptor respondió 410: ya no existe. El webhook quedó desactivado y lo que esperaba, cancelado."
        }
        (DisabledWhy::Gone, Language::En) => {
            "The receiver answered 410: it is gone. The webhook is disabled, and what waited is cancelled."
        }
        (DisabledWhy::Gone, Language::Pt) => {
            "O receptor respondeu 410: não existe mais. O webhook foi desativado e o que esperava, cancelado."
        }
        (DisabledWhy::Failing, Language::Es) => "Todo falló durante cinco días. El webhook quedó desactivado y lo que esperaba, cancelado.",
        (DisabledWhy::Failing, Language::En) => "Everything failed for five days. The webhook is disabled, and what waited is cancelled.",
        (DisabledWhy::Failing, Language::Pt) => "Tudo falhou durante cinco dias. O webhook foi desativado e o que esperava, cancelado.",
        (DisabledWhy::Asked, Language::Es) => "Alguien desactivó el webhook.",
        (DisabledWhy::Asked, Language::En) => "Somebody disabled the webhook.",
        (DisabledWhy::Asked, Language::Pt) => "Alguém desativou o webhook.",
    }
}

/// A URL without what may be secret in it.
fn place(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return String::new() };
    format!("{}://{}{}", url.scheme(), url.authority().rsplit('@').next().unwrap_or_default(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_names_where_it_went_without_what_may_be_secret() {
        assert_eq!(place("https://user:secret@school.example:8443/hook?token=secret#x"), "https://school.example:8443/hook");
        assert_eq!(place("nonsense"), "");
    }

    #[test]
    fn every_notice_has_words_in_every_language() {
        let at = "2026-11-28T12:00:00Z".parse().unwrap();
        for language in [Language::Es, Language::En, Language::Pt] {
            for what in [
                What::Exhausted { dead: 3, more: false, event_type: "student.applied".to_owned(), error: "no connection".to_owned() },
                What::Failing { since: at, disables: at },
                What::Disabled { why: DisabledWhy::Failing },
            ] {
                let said = happened(&what, language);
                assert!(said.len() > 30 && !said.contains('{'), "{said}");
            }
        }
    }
}
