//! Settings that do not fit the server: the words name the setting to change.

use gradepost::delivery::mail::SendOutcome;
use gradepost::delivery::mail::config::{MailConfig, TlsMode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

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

/// A certificate made as `change` says, signed by an authority of its own or by itself: the authority's, its own and its key.
fn certificate(is_self_signed: bool, change: impl Fn(&mut rcgen::CertificateParams)) -> (String, String, String) {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let mut leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    change(&mut leaf);
    if is_self_signed {
        let pem = leaf.self_signed(&key).unwrap().pem();
        return (pem.clone(), pem, key.serialize_pem());
    }
    let ca_key = rcgen::KeyPair::generate().unwrap();
    let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let leaf = leaf.signed_by(&key, &rcgen::Issuer::new(ca, ca_key)).unwrap();
    (ca_pem, leaf.pem(), key.serialize_pem())
}

#[tokio::test]
async fn each_certificate_that_cannot_be_used_is_told_in_an_operators_words() {
    let authority = |leaf: &mut rcgen::CertificateParams| leaf.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let old = |leaf: &mut rcgen::CertificateParams| leaf.not_after = rcgen::date_time_ymd(2021, 3, 4);
    let early = |leaf: &mut rcgen::CertificateParams| leaf.not_before = rcgen::date_time_ymd(2999, 1, 2);
    let of_another = |leaf: &mut rcgen::CertificateParams| {
        leaf.subject_alt_names = vec![rcgen::SanType::DnsName("smtp.proveedor.example".try_into().unwrap())];
    };
    for (name, made, says) in [
        ("self-signed, as openssl makes it", certificate(true, authority), &["self-signed", "CA:FALSE", "SMTP_CA_FILE"][..]),
        ("expired", certificate(false, old), &["expired on 2021-03-04", "clock"]),
        ("of tomorrow", certificate(false, early), &["only from 2999-01-02", "clock"]),
        ("of another name", certificate(false, of_another), &["'localhost' but for smtp.proveedor.example", "SMTP_SERVER"]),
    ] {
        let server = Scripted::with_certificate(made, false, |_| None).await;
        let (text, cause) = told(server.config(TlsMode::StartTls, true)).await;
        assert!(cause == "mail_settings" && says.iter().all(|word| text.contains(word)), "{name}: {cause}: {text}");
        assert!(!["::", "Context", "CaUsed", "invalid peer", "{"].iter().any(|word| text.contains(word)), "{name}: {text}");
        assert_eq!(server.count("AUTH"), 0, "{name}");
    }
    // SMTP_CA_FILE of another authority, and of an older one of the same name.
    let named = |leaf: &mut rcgen::CertificateParams| {
        authority(leaf);
        leaf.distinguished_name.push(rcgen::DnType::CommonName, "Another authority");
    };
    for (other, says) in
        [(certificate(true, named).0, "another authority"), (certificate(true, authority).0, "not signed with its authority's key")]
    {
        let server = Scripted::start(false, |_| None).await;
        let mut config = server.config(TlsMode::StartTls, true);
        config.smtp.as_mut().unwrap().ca_pem = Some(other.into_bytes());
        let (text, _) = told(config).await;
        assert!(text.contains(says) && text.contains("SMTP_CA_FILE"), "{says}: {text}");
    }
}

#[tokio::test]
async fn a_self_signed_certificate_made_as_the_advice_says_is_taken() {
    let plain = certificate(true, |leaf| leaf.is_ca = rcgen::IsCa::ExplicitNoCa);
    let server = Scripted::with_certificate(plain, false, |_| None).await;
    let sent = mailer(server.config(TlsMode::StartTls, true)).send(&mail("settings@example.com")).await;
    assert!(matches!(sent, SendOutcome::Sent(_)), "{sent:?}");
}

#[tokio::test]
async fn servers_that_break_off_tls_are_told_by_what_they_lack() {
    // The server's first bytes after the client's hello: an alert by its number, words in the clear, nothing.
    let alert = |number: u8| vec![0x15, 3, 3, 0, 2, 2, number];
    for (answer, says) in [
        (alert(70), "no TLS 1.2 or 1.3"),
        (alert(40), "share no kind of encryption"),
        (alert(112), "no certificate for 'localhost'"),
        (alert(80), "alert 80"),
        (b"220 mail.example ESMTP\r\n".to_vec(), "SMTP_TLS=starttls"),
        (Vec::new(), "SMTP_TLS=starttls"),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let bytes = answer.clone();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut hello = [0; 4096];
            let _ = stream.read(&mut hello).await;
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
            while stream.read(&mut hello).await.is_ok_and(|count| count > 0) {}
        });
        let other = Scripted::start(true, |_| None).await;
        let mut config = other.config(TlsMode::Implicit, true);
        config.smtp.as_mut().unwrap().port = port;
        let (text, cause) = told(config).await;
        assert!(cause == "mail_settings" && text.contains(says), "{answer:?}: {cause}: {text}");
    }
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
