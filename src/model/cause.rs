//! Why a job waits, parked or died: one word per cause, and what each implies.
//!
//! The words are written into records and shown to people, so they never change; a word that this release does not know is kept as it is.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// How a cause goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// With time, or it ends by itself; there is nothing anybody could do, and nobody is told while it is tried again.
    Time,
    /// When another service works again; somebody should hear of it when it lasts.
    Outage,
    /// When a file or a setting is corrected, which the program sees: the jobs that wait for it are then released without an act of a person.
    Seen,
    /// Only a person can tell that it is fixed: they release, retry or discard the job.
    Person,
}

/// Who can act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Nobody needs to.
    Nobody,
    /// Whoever runs the service: settings, store, mail account, platform token.
    Operator,
    /// Whoever writes the school's files: banks, profiles, templates.
    Author,
    /// Whoever keeps the student's data at the platform.
    Registrar,
    /// Whoever develops gradepost.
    Developer,
}

/// A short description in the product's languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Spanish.
    pub es: &'static str,
    /// English.
    pub en: &'static str,
    /// Portuguese.
    pub pt: &'static str,
}

/// What a cause implies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Implied {
    /// How it goes away.
    pub resolution: Resolution,
    /// Who can act.
    pub actor: Actor,
    /// What it is, in a few words.
    pub words: Words,
}

/// What a cause of which nothing is known implies.
const UNKNOWN: Implied = Implied {
    resolution: Resolution::Person,
    actor: Actor::Operator,
    words: Words { es: "Causa desconocida", en: "Unknown cause", pt: "Causa desconhecida" },
};

macro_rules! causes {
    ($($name:ident = $word:literal, $resolution:ident, $actor:ident, $es:literal, $en:literal, $pt:literal;)*) => {
        /// Why a job waits, parked or died.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum Cause {
            $(#[doc = $en] $name,)*
            /// A word of another release.
            Other(Box<str>),
        }

        impl Cause {
            /// All causes that this release knows.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in records and lists.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Other(word) => word,
                }
            }

            /// The cause of this word.
            pub fn parse(word: &str) -> Self {
                match word {
                    $($word => Self::$name,)*
                    other => Self::Other(other.into()),
                }
            }

            /// What it implies.
            pub fn implied(&self) -> Implied {
                match self {
                    $(Self::$name => Implied {
                        resolution: Resolution::$resolution,
                        actor: Actor::$actor,
                        words: Words { es: $es, en: $en, pt: $pt },
                    },)*
                    Self::Other(_) => UNKNOWN,
                }
            }
        }
    };
}

causes! {
    // The core's own.
    Released = "released", Time, Nobody, "Devuelto para otro intento", "Handed back for another attempt", "Devolvido para outra tentativa";
    Discarded = "discarded", Person, Nobody, "Descartado por una persona", "Discarded by a person", "Descartado por uma pessoa";
    HandlerPanicked = "handler_panicked", Person, Developer, "Falla interna del programa", "Internal fault of the program", "Falha interna do programa";
    WorkerDied = "worker_died", Person, Developer, "El proceso se detuvo una y otra vez con este trabajo", "The process stopped again and again at this job", "O processo parou repetidas vezes neste trabalho";
    LeaseLost = "lease_lost", Time, Nobody, "Otra instancia siguió con el trabajo", "Another instance took the job over", "Outra instância assumiu o trabalho";
    QueueFull = "queue_full", Time, Nobody, "Hay demasiados trabajos en espera", "Too many jobs are waiting", "Há trabalhos demais em espera";
    StorageUnavailable = "storage_unavailable", Outage, Operator, "El almacenamiento no responde", "The storage cannot be reached", "O armazenamento não responde";
    StorageRefused = "storage_refused", Outage, Operator, "El almacenamiento rechaza la operación", "The storage refuses", "O armazenamento recusa a operação";
    StorageConflict = "storage_conflict", Time, Nobody, "Otra instancia cambió el mismo objeto", "Another instance changed the same object", "Outra instância alterou o mesmo objeto";
    StorageChanged = "storage_changed", Time, Nobody, "Un registro cambió entretanto", "A record changed meanwhile", "Um registro mudou nesse meio-tempo";
    RecordUnreadable = "record_unreadable", Person, Operator, "Un registro está dañado o no se puede leer", "A record is damaged or cannot be read", "Um registro está danificado ou não pode ser lido";
    RecordUnwritable = "record_unwritable", Person, Developer, "Un registro no se puede escribir", "A record cannot be written", "Um registro não pode ser gravado";
    RecordName = "record_name", Person, Developer, "Nombre de registro no permitido", "A record's name is not allowed", "Nome de registro não permitido";
    DeliveriesWait = "deliveries_wait", Time, Nobody, "Hay entregas a la espera de su próximo intento", "Deliveries wait for their next try", "Há entregas à espera da próxima tentativa";
    // What an event lacks.
    NoAssessment = "no_assessment", Person, Operator, "El aviso no dice qué evaluación es", "The event names no assessment", "O evento não diz qual é a avaliação";
    NoStudent = "no_student", Person, Operator, "El aviso no dice de qué estudiante es", "The event names no student", "O evento não diz de qual estudante é";
    TooManyAnswers = "too_many_answers", Person, Operator, "El aviso trae más respuestas de las que tiene una prueba", "The event brings more answers than a test has", "O evento traz mais respostas do que uma prova tem";
    Unreadable = "unreadable", Person, Operator, "Un aviso auténtico no se puede leer", "An authentic call cannot be read", "Um aviso autêntico não pode ser lido";
    WebhookUnreadable = "webhook_unreadable", Person, Operator, "Se rechazó un aviso auténtico de la plataforma", "An authentic call of the platform was turned away", "Um aviso autêntico da plataforma foi recusado";
    WebhookUnsigned = "webhook_unsigned", Person, Operator, "Llegan muchos avisos sin la firma correcta", "Many calls come without the right signature", "Chegam muitos avisos sem a assinatura correta";
    SourceUnknown = "source_unknown", Person, Developer, "Esta versión no conoce la plataforma del aviso", "This version does not know the event's platform", "Esta versão não conhece a plataforma do evento";
    // What a person wants done with their data.
    PersonObjected = "person_objected", Person, Operator, "La persona pidió no tratar sus datos", "The person asked not to have their data processed", "A pessoa pediu que não tratem seus dados";
    PersonBlocked = "person_blocked", Person, Operator, "Los datos de la persona están bloqueados", "The person's data are blocked", "Os dados da pessoa estão bloqueados";
    // The platform.
    PlatformNotConfigured = "platform_not_configured", Seen, Operator, "La API de la plataforma no está configurada", "The platform's API is not configured", "A API da plataforma não está configurada";
    PlatformUnauthorized = "platform_unauthorized", Seen, Operator, "La plataforma rechaza el token", "The platform refuses the token", "A plataforma recusa o token";
    PlatformForbidden = "platform_forbidden", Seen, Operator, "El token no tiene los permisos necesarios", "The token lacks permissions", "O token não tem as permissões necessárias";
    PlatformNotFound = "platform_not_found", Person, Operator, "La plataforma no conoce la evaluación o el estudiante", "The platform does not know the assessment or the student", "A plataforma não conhece a avaliação ou o estudante";
    PlatformRefused = "platform_refused", Person, Operator, "La plataforma rechaza la consulta", "The platform refuses the query", "A plataforma recusa a consulta";
    PlatformRateLimited = "platform_rate_limited", Time, Nobody, "La plataforma pide ir más despacio", "The platform asks to slow down", "A plataforma pede para ir mais devagar";
    PlatformUnavailable = "platform_unavailable", Outage, Operator, "La plataforma no responde", "The platform does not answer", "A plataforma não responde";
    PlatformMalformed = "platform_malformed", Outage, Operator, "La plataforma responde algo que no se puede leer", "The platform's answer cannot be read", "A resposta da plataforma não pode ser lida";
    PlatformBlocked = "platform_blocked", Outage, Operator, "Una página de protección responde en lugar de la plataforma", "A protection page answers in place of the platform", "Uma página de proteção responde no lugar da plataforma";
    PlatformOversized = "platform_oversized", Outage, Operator, "La plataforma responde más de lo que cabe", "The platform's answer is larger than any honest one", "A plataforma responde mais do que o razoável";
    SubmissionLate = "submission_late", Time, Nobody, "La entrega aún no aparece en la plataforma", "The submission does not show at the platform yet", "A entrega ainda não aparece na plataforma";
    NoResponses = "no_responses", Time, Registrar, "La plataforma no muestra respuestas del estudiante", "The platform shows no answers of the student", "A plataforma não mostra respostas do estudante";
    // The school's files.
    BankMissing = "bank_missing", Seen, Author, "Falta el banco de preguntas", "The question bank is missing", "Falta o banco de questões";
    BankInvalid = "bank_invalid", Seen, Author, "El banco de preguntas tiene errores", "The question bank has faults", "O banco de questões tem erros";
    BankOutdated = "bank_outdated", Seen, Author, "La versión nueva del banco tiene errores", "The bank's new version has faults", "A nova versão do banco tem erros";
    ProfileInvalid = "profile_invalid", Seen, Author, "assessments.toml tiene errores", "assessments.toml has faults", "assessments.toml tem erros";
    ProfileOutdated = "profile_outdated", Seen, Author, "La versión nueva de assessments.toml tiene errores", "The new version of assessments.toml has faults", "A nova versão de assessments.toml tem erros";
    PlanMissing = "plan_missing", Seen, Author, "assessments.toml ya no tiene el plan", "assessments.toml has the plan no more", "assessments.toml não tem mais o plano";
    TemplateMissing = "template_missing", Seen, Author, "Falta la plantilla de Word", "The Word template is missing", "Falta o modelo do Word";
    TemplateBroken = "template_broken", Seen, Author, "La plantilla de Word tiene errores", "The Word template has faults", "O modelo do Word tem erros";
    TemplateOutdated = "template_outdated", Seen, Author, "La versión nueva de la plantilla tiene errores", "The template's new version has faults", "A nova versão do modelo tem erros";
    AnalysisImpossible = "analysis_impossible", Person, Author, "La entrega no se puede evaluar con este banco", "The submission cannot be judged with this bank", "A entrega não pode ser avaliada com este banco";
    BankContradictsPlatform = "bank_contradicts_platform", Person, Author, "El banco de preguntas contradice a la plataforma", "The question bank contradicts the platform", "O banco de questões contradiz a plataforma";
    SubmissionTooLong = "submission_too_long", Person, Operator, "Las respuestas son más largas que las de cualquier prueba", "The answers are longer than those of any test", "As respostas são mais longas que as de qualquer prova";
    AnalysisFailed = "analysis_failed", Person, Developer, "La evaluación de la entrega falló", "The analysis of the submission failed", "A avaliação da entrega falhou";
    RenderFailed = "render_failed", Person, Developer, "El informe no se pudo componer", "The report could not be laid out", "O relatório não pôde ser composto";
    ReportMissing = "report_missing", Person, Operator, "El informe archivado ya no está", "The filed report is gone", "O relatório arquivado não está mais lá";
    // Mail.
    AddressMissing = "address_missing", Person, Registrar, "El estudiante no tiene correo", "The student has no e-mail address", "O estudante não tem e-mail";
    AddressInvalid = "address_invalid", Person, Registrar, "El correo del estudiante no es válido", "The student's e-mail address is not valid", "O e-mail do estudante não é válido";
    MailRefused = "mail_refused", Person, Registrar, "El servidor de correo rechaza la dirección", "The mail server refuses the address", "O servidor de e-mail recusa o endereço";
    MailTooLarge = "mail_too_large", Person, Author, "El correo es demasiado grande para el servidor", "The mail is too large for the mail server", "O e-mail é grande demais para o servidor";
    MailContentRefused = "mail_content_refused", Person, Operator, "El servidor de correo rechaza el contenido", "The mail server refuses what the mail holds", "O servidor de e-mail recusa o conteúdo";
    MailQuota = "mail_quota", Outage, Operator, "La cuenta de correo alcanzó su límite de envío", "The mail account has reached its sending limit", "A conta de e-mail atingiu seu limite de envio";
    MailSenderRefused = "mail_sender_refused", Outage, Operator, "La cuenta de correo no puede enviar con este remitente", "The mail account may not send with this sender", "A conta de e-mail não pode enviar com este remetente";
    MailAccountBlocked = "mail_account_blocked", Outage, Operator, "La cuenta de correo está bloqueada", "The mail account is blocked", "A conta de e-mail está bloqueada";
    MailLoginRefused = "mail_login_refused", Outage, Operator, "El servidor de correo rechaza el inicio de sesión", "The mail server refuses the login", "O servidor de e-mail recusa o login";
    MailSettings = "mail_settings", Outage, Operator, "Los ajustes de correo no calzan con el servidor", "The mail settings do not fit the server", "As configurações de e-mail não combinam com o servidor";
    MailTemplateOutdated = "mail_template_outdated", Seen, Author, "La versión nueva de los textos de correo tiene errores", "The new version of the mail templates has faults", "A nova versão dos textos de e-mail tem erros";
    MailUnavailable = "mail_unavailable", Outage, Operator, "El servidor de correo no acepta mensajes", "The mail server takes no messages", "O servidor de e-mail não aceita mensagens";
    MailAmbiguous = "mail_ambiguous", Person, Operator, "No se sabe si el correo llegó", "Nobody knows whether the mail arrived", "Não se sabe se o e-mail chegou";
    MailElsewhere = "mail_elsewhere", Time, Nobody, "Otro intento está enviando el correo", "Another attempt is sending the mail", "Outra tentativa está enviando o e-mail";
    MailText = "mail_text", Person, Developer, "El texto del correo no se pudo escribir", "The mail's text could not be written", "O texto do e-mail não pôde ser escrito";
}

impl Cause {
    /// Whether the program sees it fixed and then lets its jobs go.
    pub fn is_seen_resolved(&self) -> bool {
        self.implied().resolution == Resolution::Seen
    }

    /// Whether all mails wait for it, which may take days and is no fault of the job: it is never given up for this.
    pub fn waits_for_the_mail_account(&self) -> bool {
        matches!(self, Self::MailQuota | Self::MailSenderRefused | Self::MailAccountBlocked | Self::MailLoginRefused | Self::MailSettings)
    }

    /// Whether nobody need hear of it while the job is tried again.
    pub fn is_patient(&self) -> bool {
        self.implied().resolution == Resolution::Time
    }
}

impl Deref for Cause {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&str> for Cause {
    fn from(word: &str) -> Self {
        Self::parse(word)
    }
}

impl From<String> for Cause {
    fn from(word: String) -> Self {
        Self::parse(&word)
    }
}

impl From<Cause> for String {
    fn from(cause: Cause) -> Self {
        cause.as_str().to_owned()
    }
}

impl PartialEq<str> for Cause {
    fn eq(&self, word: &str) -> bool {
        self.as_str() == word
    }
}

impl PartialEq<&str> for Cause {
    fn eq(&self, word: &&str) -> bool {
        self.as_str() == *word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_read_back_from_its_word() {
        for cause in Cause::ALL {
            assert_eq!(&Cause::parse(cause.as_str()), cause);
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.as_str());
            let words = cause.implied().words;
            for text in [words.es, words.en, words.pt] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{cause}: {text}");
            }
        }
    }

    #[test]
    fn a_word_of_another_release_is_kept() {
        let cause: Cause = serde_json::from_str("\"moon_phase\"").unwrap();
        assert_eq!((cause.as_str(), cause.implied()), ("moon_phase", UNKNOWN));
        assert_eq!(serde_json::to_string(&cause).unwrap(), "\"moon_phase\"");
    }

    #[test]
    fn what_is_worth_telling_while_it_is_tried_again_has_somebody_who_can_act() {
        for cause in Cause::ALL.iter().filter(|cause| !cause.is_patient() && **cause != Cause::Discarded) {
            assert_ne!(cause.implied().actor, Actor::Nobody, "{cause}");
        }
    }
}
