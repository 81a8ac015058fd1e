//! TLS to the mail server, and what its failures mean for the settings.

use std::io;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{AlertDescription, CertificateError, ClientConfig, Error, PeerIncompatible, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::delivery::mail::config::{SmtpConfig, TlsMode};

/// TLS as configured, or `None` when the server is spoken to in the clear.
///
/// # Errors
/// `SMTP_CA_FILE` or `SMTP_SERVER` cannot be used.
pub(super) fn setup(config: &SmtpConfig) -> Result<Option<Tls>, String> {
    if config.tls == TlsMode::None {
        return Ok(None);
    }
    let name = ServerName::try_from(config.server.clone()).map_err(|_| format!("SMTP_SERVER '{}' is no host name", config.server))?;
    let mut roots = RootCertStore::empty();
    // A machine without roots of its own still has those of SMTP_CA_FILE.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(pem) = &config.ca_pem {
        let unusable = |error: &dyn std::fmt::Display| format!("SMTP_CA_FILE holds no usable certificate: {error}");
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| unusable(&error))?;
        if certificates.is_empty() {
            return Err(unusable(&"it holds no PEM block of a certificate"));
        }
        for certificate in certificates {
            roots.add(certificate).map_err(|error| unusable(&error))?;
        }
    }
    let client = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Some(Tls { connector: TlsConnector::from(Arc::new(client)), name }))
}

/// TLS for one server; its roots are loaded once.
#[derive(Clone)]
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// Shakes hands over a line.
    pub(super) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(&self, line: S) -> io::Result<TlsStream<S>> {
        self.connector.connect(self.name.clone(), line).await
    }
}

/// What a failed handshake means and what to do, with the settings by name; never in the words of a library alone.
pub(super) fn explain(error: &io::Error, config: &SmtpConfig) -> String {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(tls) => explain_handshake(tls, config),
        None => explain_line(error, config),
    }
}

/// A line that broke while TLS began.
fn explain_line(error: &io::Error, config: &SmtpConfig) -> String {
    let is_closed = matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe
    );
    let what = if is_closed { "the server closed the connection when TLS began".to_owned() } else { error.to_string() };
    match config.tls {
        TlsMode::Implicit => format!("{what}; if the server begins in the clear (port 587), set SMTP_TLS=starttls"),
        _ if is_closed => format!("{what}; correct SMTP_SERVER and SMTP_PORT, or see what stands between this machine and the server"),
        _ => what,
    }
}

fn explain_handshake(error: &Error, config: &SmtpConfig) -> String {
    let old = "the server has no TLS 1.2 or 1.3; update the server or use another SMTP_SERVER";
    let nothing_in_common = "the server and gradepost share no kind of encryption; give the server a certificate with an RSA, P-256, P-384 or Ed25519 key and TLS 1.2 or 1.3, or use another SMTP_SERVER";
    match error {
        Error::InvalidMessage(_) if config.tls == TlsMode::Implicit => {
            "the server begins in the clear, not with TLS; set SMTP_TLS=starttls (usual on port 587), or SMTP_PORT=465".to_owned()
        }
        Error::InvalidMessage(_) => "the server does not speak TLS after STARTTLS; correct SMTP_SERVER and SMTP_PORT".to_owned(),
        Error::InvalidCertificate(certificate) => explain_certificate(certificate, config),
        Error::NoCertificatesPresented => {
            "the server shows no certificate; have one set up on the server, or use another SMTP_SERVER".to_owned()
        }
        Error::AlertReceived(AlertDescription::ProtocolVersion)
        | Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled,
        ) => old.to_owned(),
        Error::PeerIncompatible(_) | Error::AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity) => {
            nothing_in_common.to_owned()
        }
        Error::AlertReceived(AlertDescription::UnrecognisedName) => format!(
            "the server has no certificate for '{}'; set SMTP_SERVER to the name that the certificate bears (ask the provider)",
            config.server
        ),
        Error::AlertReceived(AlertDescription::CertificateRequired | AlertDescription::AccessDenied) => {
            "the server wants a certificate of its clients, which gradepost does not have; use another SMTP_SERVER or port".to_owned()
        }
        Error::AlertReceived(alert) => format!(
            "the server ends TLS with the alert {}; look into the server's log, and correct SMTP_SERVER and SMTP_PORT",
            u8::from(*alert)
        ),
        Error::PeerMisbehaved(_) | Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            "the server does not keep to the rules of TLS; update the server, or see what stands between this machine and the server"
                .to_owned()
        }
        other => format!("TLS does not begin ({other}); update the server or use another SMTP_SERVER"),
    }
}

fn explain_certificate(error: &CertificateError, config: &SmtpConfig) -> String {
    const RENEW: &str = "have it renewed, and see that this machine's clock is right";
    const OTHER_KIND: &str =
        "have it made anew with an RSA (2048 bits or more), P-256, P-384 or Ed25519 key and SHA-256, or use another SMTP_SERVER";
    match error {
        CertificateError::NotValidForNameContext { presented, .. } => not_for_name(&bears(presented), config),
        CertificateError::NotValidForName => not_for_name("", config),
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("the server's certificate has expired{}; {RENEW}", day(" on ", not_after.as_secs()))
        }
        CertificateError::Expired => format!("the server's certificate has expired; {RENEW}"),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("the server's certificate is not valid yet{}; see that this machine's clock is right", day(", only from ", not_before.as_secs()))
        }
        CertificateError::NotValidYet => "the server's certificate is not valid yet; see that this machine's clock is right".to_owned(),
        CertificateError::UnknownIssuer if config.ca_pem.is_some() => {
            "the server's certificate comes from another authority than those of this machine and of SMTP_CA_FILE; set SMTP_CA_FILE to the certificate (PEM) of the authority that signed it".to_owned()
        }
        CertificateError::UnknownIssuer => {
            "the server's certificate comes from an authority that this machine does not know, or from nobody but the server itself; set SMTP_CA_FILE to the authority's certificate (PEM) if the server is the school's own".to_owned()
        }
        CertificateError::BadSignature => {
            "the server's certificate is not signed with its authority's key; set SMTP_CA_FILE to the certificate (PEM) of the authority that signed it".to_owned()
        }
        CertificateError::Revoked => "the server's certificate was revoked; have it renewed".to_owned(),
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            format!("the server's certificate has a kind of key or signature that gradepost does not know; {OTHER_KIND}")
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the server's certificate is not made for servers; have it made anew with the purpose serverAuth".to_owned()
        }
        CertificateError::BadEncoding | CertificateError::UnhandledCriticalExtension => {
            format!("the server's certificate is damaged or of an unusual kind; {OTHER_KIND}")
        }
        CertificateError::Other(reason) => explain_odd(&reason.0.to_string()),
        other => format!("the server's certificate cannot be used ({other}); have it renewed, or use another SMTP_SERVER"),
    }
}

/// What the certificate reader only names by a word.
fn explain_odd(reason: &str) -> String {
    match reason {
        "CaUsedAsEndEntity" => "the server shows an authority's certificate as its own (self-signed, as 'openssl req -x509' makes it); make it anew with -addext basicConstraints=critical,CA:FALSE and -addext subjectAltName=DNS:<SMTP_SERVER>, and set SMTP_CA_FILE to it (PEM)".to_owned(),
        "UnsupportedCertVersion" => {
            "the server's certificate is of an old kind (X.509 version 1 or 2); make it anew with a subjectAltName".to_owned()
        }
        "EndEntityUsedAsCa" | "PathLenConstraintViolated" | "NameConstraintViolation" => {
            "the server's certificate is signed by one that may not sign it; have it signed by the authority itself".to_owned()
        }
        other => format!("the server's certificate cannot be used ({other}); have it made anew, or use another SMTP_SERVER"),
    }
}

fn not_for_name(bears: &str, config: &SmtpConfig) -> String {
    format!(
        "the server's certificate is not for '{}'{bears}; set SMTP_SERVER to the name that the certificate bears (ask the provider)",
        config.server
    )
}

/// The first few names of a certificate, which come as `DnsName("mail.example")`.
fn bears(presented: &[String]) -> String {
    let names: Vec<&str> = presented.iter().filter_map(|name| name.split('"').nth(1)).take(3).collect();
    if names.is_empty() { String::new() } else { format!(" but for {}", names.join(", ")) }
}

/// A day, with what goes before it; nothing when it is none.
fn day(before: &str, seconds: u64) -> String {
    let at = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    at.map(|at| format!("{before}{}", at.strftime("%Y-%m-%d"))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::UnixTime;
    use rustls::{InvalidMessage, OtherError, PeerMisbehaved};

    use super::*;

    #[derive(Debug)]
    struct Odd(&'static str);

    impl std::fmt::Display for Odd {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl std::error::Error for Odd {}

    fn config(tls: TlsMode, ca: bool) -> SmtpConfig {
        SmtpConfig {
            server: "mail.colegio.cl".to_owned(),
            port: 587,
            tls,
            login: None,
            timeout: std::time::Duration::from_secs(1),
            connections: 1,
            ca_pem: ca.then(Vec::new),
        }
    }

    fn told(error: Error, tls: TlsMode, ca: bool) -> String {
        explain(&io::Error::new(io::ErrorKind::InvalidData, error), &config(tls, ca))
    }

    #[test]
    fn each_failure_of_tls_is_told_in_an_operators_words_with_what_to_do() {
        let odd = |word| Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Odd(word)))));
        let certificate = Error::InvalidCertificate;
        let (now, then) = (UnixTime::since_unix_epoch(std::time::Duration::from_hours(500_000)), 1_700_000_000);
        let then = UnixTime::since_unix_epoch(std::time::Duration::from_secs(then));
        let name = ServerName::try_from("mail.colegio.cl").unwrap();
        let presented = vec!["DnsName(\"smtp.proveedor.example\")".to_owned()];
        let unknown_key =
            CertificateError::UnsupportedSignatureAlgorithmContext { signature_algorithm_id: vec![6, 8, 42], supported_algorithms: vec![] };
        for (error, says) in [
            (certificate(CertificateError::UnknownIssuer), &["authority", "SMTP_CA_FILE"][..]),
            (certificate(CertificateError::NotValidForName), &["'mail.colegio.cl'", "SMTP_SERVER"]),
            (
                certificate(CertificateError::NotValidForNameContext { expected: name, presented }),
                &["smtp.proveedor.example", "SMTP_SERVER"],
            ),
            (certificate(CertificateError::Expired), &["expired", "clock"]),
            (certificate(CertificateError::ExpiredContext { time: now, not_after: then }), &["expired on 2023-11-14", "clock"]),
            (certificate(CertificateError::NotValidYet), &["not valid yet", "clock"]),
            (certificate(CertificateError::NotValidYetContext { time: then, not_before: now }), &["only from 2027-01-15", "clock"]),
            (certificate(CertificateError::BadSignature), &["not signed", "SMTP_CA_FILE"]),
            (certificate(CertificateError::Revoked), &["revoked", "renewed"]),
            (certificate(CertificateError::BadEncoding), &["damaged", "SMTP_SERVER"]),
            (certificate(CertificateError::UnhandledCriticalExtension), &["unusual kind", "SMTP_SERVER"]),
            (certificate(CertificateError::InvalidPurpose), &["not made for servers", "serverAuth"]),
            (certificate(unknown_key), &["kind of key", "P-256"]),
            (odd("CaUsedAsEndEntity"), &["self-signed", "SMTP_CA_FILE"]),
            (odd("UnsupportedCertVersion"), &["old kind", "subjectAltName"]),
            (odd("EndEntityUsedAsCa"), &["may not sign", "authority"]),
            (odd("SomethingNew"), &["cannot be used", "SMTP_SERVER"]),
            (Error::NoCertificatesPresented, &["no certificate", "SMTP_SERVER"]),
            (Error::AlertReceived(AlertDescription::ProtocolVersion), &["TLS 1.2", "SMTP_SERVER"]),
            (Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13), &["TLS 1.2", "SMTP_SERVER"]),
            (Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon), &["no kind of encryption", "P-384"]),
            (Error::AlertReceived(AlertDescription::HandshakeFailure), &["no kind of encryption", "SMTP_SERVER"]),
            (Error::AlertReceived(AlertDescription::UnrecognisedName), &["'mail.colegio.cl'", "SMTP_SERVER"]),
            (Error::AlertReceived(AlertDescription::CertificateRequired), &["of its clients", "SMTP_SERVER"]),
            (Error::AlertReceived(AlertDescription::InternalError), &["alert 80", "log"]),
            (Error::PeerMisbehaved(PeerMisbehaved::TooManyEmptyFragments), &["rules of TLS", "update"]),
            (Error::General("x".to_owned()), &["does not begin", "SMTP_SERVER"]),
            (Error::InvalidMessage(InvalidMessage::InvalidContentType), &["does not speak TLS", "SMTP_PORT"]),
        ] {
            let text = told(error.clone(), TlsMode::StartTls, false);
            assert!(says.iter().all(|word| text.contains(word)), "{error:?}: {text}");
            let rust = ["::", "{", "CaUsed", "Context", "InvalidCert", "DnsName", "webpki", "rustls", "invalid peer"];
            assert!(rust.iter().all(|word| !text.contains(word)), "{text}");
        }
        assert!(told(Error::InvalidMessage(InvalidMessage::InvalidContentType), TlsMode::Implicit, false).contains("SMTP_TLS=starttls"));
        let with_own = told(certificate(CertificateError::UnknownIssuer), TlsMode::StartTls, true);
        assert!(with_own.contains("another authority") && with_own.contains("SMTP_CA_FILE"), "{with_own}");
    }

    #[test]
    fn a_line_that_ends_when_tls_begins_is_told_with_the_setting() {
        for kind in [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset] {
            let error = || io::Error::new(kind, "tls handshake eof");
            let text = explain(&error(), &config(TlsMode::StartTls, false));
            assert!(text.contains("closed the connection") && text.contains("SMTP_PORT") && !text.contains("eof"), "{text}");
            assert!(explain(&error(), &config(TlsMode::Implicit, false)).contains("SMTP_TLS=starttls"));
        }
    }
}
