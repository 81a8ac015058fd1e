//! Mail against a real mail server that fails in every way one can.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gradepost::delivery::mail::config::MailConfig;
use gradepost::delivery::mail::outbox::NoOutbox;
use gradepost::delivery::mail::refusal::About;
use gradepost::delivery::mail::{Attachment, Mailer, OutgoingMail, SendOutcome};
use gradepost::model::person::EmailAddress;

use crate::smtp_server::{SmtpServer, smtp_server};

pub(crate) fn mail(to: &str) -> OutgoingMail {
    OutgoingMail {
        to: EmailAddress::parse(to).unwrap(),
        to_name: Some("Ana Pérez".to_owned()),
        subject: "Resultados de tu evaluación - Ñandú".to_owned(),
        text: ".un punto al comienzo\nHola Ana\n".to_owned(),
        html: Some("<p>Hola <b>Ana</b></p>".to_owned()),
        attachments: vec![Attachment {
            file_name: "informe_Ana Pérez.pdf".to_owned(),
            content_type: "application/pdf",
            bytes: Bytes::from_static(b"%PDF-1.7\r\n.\r\n\x00\xff"),
        }],
        logo: None,
        message_id: format!("<{}@colegio.example.cl>", to.replace('@', ".")),
        date: "2026-11-21T12:00:00Z".parse().unwrap(),
    }
}

pub(crate) fn mailer(config: MailConfig) -> Mailer {
    Mailer::new(config, Arc::new(NoOutbox))
}

fn impatient(server: &SmtpServer, mode: &str) -> Mailer {
    let mut config = server.config(mode);
    if let Some(smtp) = &mut config.smtp {
        smtp.timeout = Duration::from_millis(500);
    }
    mailer(config)
}

async fn send(server: &SmtpServer, mode: &str) -> SendOutcome {
    mailer(server.config(mode)).send(&mail(&format!("{mode}@example.com"))).await
}

fn words(outcome: &SendOutcome) -> &str {
    match outcome {
        SendOutcome::Sent(words) | SendOutcome::Ambiguous(words) => words,
        SendOutcome::Refused(refusal) => &refusal.words,
    }
}

/// What a refusal is about; `None` when there was none.
fn about(outcome: &SendOutcome) -> Option<About> {
    match outcome {
        SendOutcome::Refused(refusal) => Some(refusal.reason.about()),
        SendOutcome::Sent(_) | SendOutcome::Ambiguous(_) => None,
    }
}

#[tokio::test]
async fn a_mail_arrives_whole_over_every_kind_of_line() {
    let Some(server) = smtp_server() else { return };
    for (mode, tls, mechanism) in
        [("ok", true, Some("PLAIN")), ("login_only", true, Some("LOGIN")), ("implicit", true, Some("PLAIN")), ("plain", false, None)]
    {
        let outcome = send(server, mode).await;
        assert!(matches!(outcome, SendOutcome::Sent(_)), "{mode}: {outcome:?}");
        let taken = server.taken(&format!("{mode}@example.com"));
        assert_eq!(taken.len(), 1, "{mode}");
        assert_eq!((taken[0].tls, taken[0].mechanism.as_deref()), (tls, mechanism), "{mode}");
        assert_eq!((taken[0].auth, taken[0].from.as_str()), (mechanism.is_some(), "informes@colegio.example.cl"), "{mode}");
        assert_eq!(
            SmtpServer::parsed(&taken[0].bytes),
            serde_json::json!({
                "from": "Colegio de Prueba <informes@colegio.example.cl>",
                "to": format!("Ana Pérez <{mode}@example.com>"),
                "subject": "Resultados de tu evaluación - Ñandú",
                "message_id": format!("<{mode}.example.com@colegio.example.cl>"),
                "auto_submitted": "auto-generated",
                "text": ".un punto al comienzo\nHola Ana\n",
                "html": "<p>Hola <b>Ana</b></p>",
                "files": [["informe_Ana Pérez.pdf", "application/pdf", hex::encode(b"%PDF-1.7\r\n.\r\n\x00\xff")]],
                "file_name_in_old_clients": "informe_Ana Perez.pdf",
                "defects": [],
            }),
            "{mode}"
        );
    }
}

#[tokio::test]
async fn the_server_s_words_tell_the_outcomes_apart() {
    let Some(server) = smtp_server() else { return };
    for (mode, concerns, stage) in [
        ("rcpt550", About::Address, "naming the recipient"),
        ("rcpt451", About::Later, "naming the recipient"),
        ("data452", About::Later, "handing over the message"),
        ("data554", About::Message, "handing over the message"),
        ("end421", About::Later, "handing over the message"),
        ("no_starttls", About::Account, "starting TLS"),
    ] {
        let outcome = send(server, mode).await;
        assert!(about(&outcome) == Some(concerns) && words(&outcome).starts_with(stage), "{mode}: {outcome:?}");
        assert!(!words(&outcome).contains("@example.com"), "the address must not reach records: {outcome:?}");
        assert!(server.taken(&format!("{mode}@example.com")).is_empty());
    }
}

#[tokio::test]
async fn a_wrong_password_is_no_refusal_of_the_mail_and_is_not_tried_again_at_once() {
    let Some(server) = smtp_server() else { return };
    let mut config = server.config("ok");
    if let Some(login) = config.smtp.as_mut().and_then(|smtp| smtp.login.as_mut()) {
        login.user = "impatient".to_owned();
    }
    let mailer = mailer(config);
    for _ in 0..5 {
        let outcome = mailer.send(&mail("wrong@example.com")).await;
        let SendOutcome::Refused(refusal) = &outcome else { panic!("{outcome:?}") };
        let says = |word| refusal.text().contains(word);
        assert!(says("logging in") && says("535") && says("EMAIL_PASSWORD") && refusal.held_for.is_some(), "{outcome:?}");
    }
    assert!(mailer.check().await.is_err());
    assert_eq!(server.refused_logins("impatient"), 1, "an account is locked by whoever knocks too often");
}

#[tokio::test]
async fn an_unknown_authority_gets_no_mail() {
    let Some(server) = smtp_server() else { return };
    for mode in ["ok", "implicit"] {
        let mut config = server.config(mode);
        if let Some(smtp) = &mut config.smtp {
            smtp.ca_pem = None;
        }
        let outcome = mailer(config).send(&mail("untrusted@example.com")).await;
        assert!(words(&outcome).contains("SMTP_CA_FILE"), "{mode}: {outcome:?}");
    }
    assert!(server.taken("untrusted@example.com").is_empty());
}

#[tokio::test]
async fn nobody_at_the_port_is_a_matter_of_time() {
    let Some(server) = smtp_server() else { return };
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut config = server.config("ok");
    if let Some(smtp) = &mut config.smtp {
        smtp.port = closed;
    }
    let outcome = mailer(config).send(&mail("closed@example.com")).await;
    assert!(
        about(&outcome) == Some(About::Later) && words(&outcome).starts_with("connecting") && words(&outcome).contains("SMTP_PORT"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn silence_before_the_message_is_harmless_and_after_it_ambiguous() {
    let Some(server) = smtp_server() else { return };
    for mode in ["silent", "rcpt_stall"] {
        let outcome = impatient(server, mode).send(&mail(&format!("{mode}@example.com"))).await;
        assert!(about(&outcome) == Some(About::Later), "{mode}: {outcome:?}");
    }
    let outcome = impatient(server, "stall").send(&mail("stall@example.com")).await;
    assert!(matches!(outcome, SendOutcome::Ambiguous(_)), "{outcome:?}");
    let outcome = send(server, "drop").await;
    assert!(matches!(outcome, SendOutcome::Ambiguous(_)), "{outcome:?}");
    assert_eq!(server.taken("drop@example.com").len(), 1, "that is why it is called ambiguous");
}

#[tokio::test]
async fn a_line_cut_before_the_last_byte_is_not_ambiguous() {
    let Some(server) = smtp_server() else { return };
    let mut big = mail("cut@example.com");
    // More than the buffers between the two hold, so that the writer must meet the cut.
    big.attachments[0].bytes = Bytes::from(vec![0xff; 16 * 1024 * 1024]);
    let outcome = mailer(server.config("cut_in_data")).send(&big).await;
    assert!(about(&outcome) == Some(About::Later), "{outcome:?}");
}

#[tokio::test]
async fn a_clean_connection_carries_the_next_mail_too() {
    let Some(server) = smtp_server() else { return };
    let mailer = mailer(server.config("ok"));
    mailer.check().await.unwrap();
    for _ in 0..3 {
        assert!(matches!(mailer.send(&mail("pool@example.com")).await, SendOutcome::Sent(_)));
    }
    let taken = server.taken("pool@example.com");
    assert_eq!(taken.len(), 3);
    assert!(taken.iter().all(|mail| mail.connection == taken[0].connection));
}

#[tokio::test]
async fn a_late_reply_is_never_taken_for_the_next_mail_s() {
    let Some(server) = smtp_server() else { return };
    let mailer = impatient(server, "late");
    assert!(matches!(mailer.send(&mail("late@example.com")).await, SendOutcome::Ambiguous(_)));
    for _ in 0..2 {
        let outcome = mailer.send(&mail("late@example.com")).await;
        assert!(matches!(&outcome, SendOutcome::Sent(words) if words.contains("queued as")), "{outcome:?}");
    }
    let taken = server.taken("late@example.com");
    assert_eq!(taken.len(), 3);
    assert_ne!(taken[0].connection, taken[1].connection, "the connection of the late reply must not be used again");
}

#[tokio::test]
async fn a_kept_connection_the_server_closed_is_replaced() {
    let Some(server) = smtp_server() else { return };
    let mailer = mailer(server.config("close_idle"));
    assert!(matches!(mailer.send(&mail("idle@example.com")).await, SendOutcome::Sent(_)));
    for _ in 0..3 {
        let outcome = mailer.send(&mail("idle@example.com")).await;
        assert!(matches!(outcome, SendOutcome::Sent(_)), "{outcome:?}");
    }
    assert_eq!(server.taken("idle@example.com").len(), 4);
}

#[tokio::test]
async fn many_mails_at_once_share_few_connections() {
    let Some(server) = smtp_server() else { return };
    let mailer = mailer(server.config("ok"));
    let letter = mail("many@example.com");
    let outcomes = futures::future::join_all((0..40).map(|_| mailer.send(&letter))).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, SendOutcome::Sent(_))));
    let connections: std::collections::BTreeSet<u16> = server.taken("many@example.com").iter().map(|mail| mail.connection).collect();
    assert!((1..=4).contains(&connections.len()), "{connections:?}");
}

#[tokio::test]
async fn a_mail_given_up_half_way_leaves_no_trace_in_the_pool() {
    let Some(server) = smtp_server() else { return };
    let mailer = mailer(server.config("stall"));
    let letter = mail("given_up@example.com");
    assert!(tokio::time::timeout(Duration::from_millis(300), mailer.send(&letter)).await.is_err());
    let again = tokio::time::timeout(Duration::from_millis(300), mailer.send(&letter)).await;
    assert!(again.is_err(), "a second mail must wait for its own reply: {again:?}");
}
