//! TLS to the mail server, and what its failures mean for the settings.

use std::io;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{AlertDescription, CertificateError, ClientConfig, Error, RootCertStore};
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

/// What a failed handshake means and what to do, with the settings by name.
pub(super) fn explain(error: &io::Error, config: &SmtpConfig) -> String {
    let server = &config.server;
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return match config.tls {
            TlsMode::Implicit => format!("{error}; if the server begins in the clear (port 587), set SMTP_TLS=starttls"),
            _ => error.to_string(),
        };
    };
    match tls {
        Error::InvalidMessage(_) if config.tls == TlsMode::Implicit => {
            "the server begins in the clear, not with TLS; set SMTP_TLS=starttls (usual on port 587), or SMTP_PORT=465".to_owned()
        }
        Error::InvalidMessage(_) => format!("the server does not speak TLS after STARTTLS ({tls}); correct SMTP_SERVER and SMTP_PORT"),
        Error::InvalidCertificate(certificate) => explain_certificate(certificate, server),
        Error::PeerIncompatible(_) | Error::AlertReceived(AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure) => {
            format!("the server has no TLS 1.2 or 1.3 ({tls}); update the server or use another SMTP_SERVER")
        }
        other => other.to_string(),
    }
}

fn explain_certificate(error: &CertificateError, server: &str) -> String {
    match error {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("the server's certificate is not for '{server}'; set SMTP_SERVER to the name that the certificate bears (ask the provider)")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired; have it renewed, and see that this machine's clock is right".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet; see that this machine's clock is right".to_owned()
        }
        CertificateError::UnknownIssuer => {
            "the server's certificate comes from an authority that this machine does not know; set SMTP_CA_FILE to the authority's certificate (PEM) if the server is the school's own".to_owned()
        }
        other => format!("the server's certificate cannot be used: {other}"),
    }
}
