//! Settings that do not fit the server: the words name the setting to change.

use gradepost::delivery::mail::SendOutcome;
use gradepost::delivery::mail::config::{MailConfig, TlsMode};

use crate::mail::{mail, mailer};
use crate::scripted_smtp::{Act, Scripted, say};

/// What a person reads after a mail, and the cause it carries.
async fn told(config: MailConfig) -> (String, &'static str) {
    match mailer(config).send(&mail("settings@example.com")).await {
        SendOutcome::Refused(refusal) => (refusal.text(), refusal.reason.cause()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_s_way_to_log_in_is_named_with_what_to_do() {
    for (offer, answer, cause, words) in [
        ("250-x\r\n250 AUTH XOAUTH2 OAUTHBEARER", "235 ok", "mail_login_refused", &["only XOAUTH2, OAUTHBEARER", "SMTP_SERVER"][..]),
        ("250-x\r\n250 AUTH CRAM-MD5", "235 ok", "mail_login_refused", &["only CRAM-MD5"]),
        ("250-x\r\n250 SIZE 1000000", "235 ok", "mail_login_refused", &["unset EMAIL_PASSWORD", "SMTP_TLS"]),
        (
            "250-x\r\n250 AUTH PLAIN",
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            "mail_login_refused",
            &["Authenticated SMTP", "SMTP_SERVER"],
        ),
        (
            "250-x\r\n250 AUTH LOGIN PLAIN",
            "534 5.7.9 Application-specific password required.",
            "mail_login_refused",
            &["app password", "EMAIL_PASSWORD"],
        ),
        (
            "250-x\r\n250 AUTH PLAIN",
            "535 5.7.8 Username and Password not accepted",
            "mail_login_refused",
            &["EMAIL_USER", "EMAIL_PASSWORD"],
        ),
        ("250-x\r\n250 AUTH PLAIN", "525 5.7.1 Unauthorized IP address", "mail_account_blocked", &["this machine"]),
    ] {
        let server = Scripted::start(false, move |verb| match verb {
            "EHLO again" => Some(say(offer)),
            "AUTH" => Some(say(answer)),
            _ => None,
        })
        .await;
        let (text, found) = told(server.config(TlsMode::StartTls, true)).await;
        assert!(found == cause && words.iter().all(|word| text.contains(word)), "{offer:?} {answer}: {found}: {text}");
        assert!(!text.contains("hunter2") && !text.contains("internal client error"), "{text}");
    }
}

#[tokio::test]
async fn tls_that_begins_otherwise_than_configured_names_smtp_tls() {
    let plain = Scripted::start(false, |_| None).await;
    let (text, cause) = told(plain.config(TlsMode::Implicit, true)).await;
    assert!(cause == "mail_settings" && text.contains("SMTP_TLS=starttls"), "{cause}: {text}");

    let private = Scripted::start(true, |_| None).await;
    for tls in [TlsMode::StartTls, TlsMode::None] {
        let (text, _) = told(private.config(tls, false)).await;
        assert!(text.contains("SMTP_TLS=implicit"), "{text}");
    }
    let wanting = Scripted::start(false, |verb| (verb == "MAIL").then(|| say("530 5.7.0 Must issue a STARTTLS command first"))).await;
    let (text, cause) = told(wanting.config(TlsMode::None, false)).await;
    assert!(cause == "mail_login_refused" && text.contains("SMTP_TLS=starttls"), "{cause}: {text}");
}

#[tokio::test]
async fn a_certificate_for_another_name_or_of_an_unknown_authority_names_the_setting() {
    let server = Scripted::start(false, |_| None).await;
    let mut config = server.config(TlsMode::StartTls, true);
    config.smtp.as_mut().unwrap().server = "127.0.0.1".to_owned();
    let (text, cause) = told(config).await;
    assert!(cause == "mail_settings" && text.contains("SMTP_SERVER") && text.contains("certificate"), "{cause}: {text}");

    let mut config = server.config(TlsMode::StartTls, true);
    config.smtp.as_mut().unwrap().ca_pem = None;
    assert!(told(config).await.0.contains("SMTP_CA_FILE"));

    let mut config = server.config(TlsMode::StartTls, true);
    config.smtp.as_mut().unwrap().ca_pem = Some(b"no certificate".to_vec());
    assert!(told(config).await.0.contains("SMTP_CA_FILE"));
    assert_eq!(server.count("AUTH"), 0, "no password goes to a server that was not recognised");
}

#[tokio::test]
async fn a_host_that_does_not_exist_and_a_port_where_nobody_listens_name_their_settings() {
    let server = Scripted::start(false, |_| None).await;
    let mut config = server.config(TlsMode::StartTls, true);
    config.smtp.as_mut().unwrap().server = "smtp.does-not-exist.invalid".to_owned();
    assert!(told(config).await.0.contains("SMTP_SERVER"));
    let mut config = server.config(TlsMode::StartTls, true);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    config.smtp.as_mut().unwrap().port = closed;
    let (text, _) = told(config).await;
    assert!(text.contains("SMTP_PORT") && text.contains("refused"), "{text}");
}

#[tokio::test]
async fn a_server_without_starttls_gets_neither_password_nor_mail() {
    let server = Scripted::start(false, |verb| (verb == "EHLO").then(|| Act::Say(b"250-x\r\n250 AUTH PLAIN\r\n".to_vec()))).await;
    let (text, cause) = told(server.config(TlsMode::StartTls, true)).await;
    assert!(cause == "mail_settings" && text.contains("SMTP_TLS"), "{cause}: {text}");
    assert_eq!((server.count("AUTH"), server.count("MAIL")), (0, 0));
}
