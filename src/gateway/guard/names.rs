//! Resolving names: asynchronous, cancellable, within a budget; no `/etc/hosts`, no search domains.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use async_trait::async_trait;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::Name;

/// All of resolving a name.
const BUDGET: Duration = Duration::from_secs(5);
/// One question to one server; it may be asked twice.
const ONE_QUESTION: Duration = Duration::from_millis(2200);
/// An answer is kept so long at most, however long its owner says.
const KEEP: Duration = Duration::from_mins(1);
/// That there is no such name is kept so long at most.
const KEEP_NONE: Duration = Duration::from_secs(5);

/// Why a name has no addresses now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is no such name.
    #[error("the name {0} does not exist")]
    NotFound(String),
    /// The servers do not say.
    #[error("the name {0} cannot be resolved now: {1}")]
    Failed(String, String),
    /// No answer within the budget.
    #[error("the name {0} was not resolved within 5 s")]
    TimedOut(String),
}

/// Names to addresses.
#[async_trait]
pub trait Names: Send + Sync {
    /// All addresses of a name.
    ///
    /// # Errors
    /// [`NameError`].
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, NameError>;
}

/// The domain name system.
pub struct Dns(TokioResolver);

impl Dns {
    /// Asks these servers, or those of the system when none are named.
    ///
    /// # Errors
    /// The system's settings cannot be read.
    pub fn new(servers: &[SocketAddr]) -> Result<Self, String> {
        let failed = |error: NetError| format!("cannot set up name resolution: {error}");
        let mut builder = if servers.is_empty() {
            TokioResolver::builder_tokio().map_err(failed)?
        } else {
            let config = ResolverConfig::from_name_servers(servers.iter().map(server).collect());
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        // After the system's settings were read: they bring options of their own.
        let options = builder.options_mut();
        options.timeout = ONE_QUESTION;
        options.attempts = 1;
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.use_hosts_file = ResolveHosts::Never;
        options.positive_max_ttl = Some(KEEP);
        options.negative_max_ttl = Some(KEEP_NONE);
        options.cache_size = 1024;
        Ok(Self(builder.build().map_err(failed)?))
    }
}

/// Where the system's settings cannot be read.
pub struct NoDns(pub String);

#[async_trait]
impl Names for NoDns {
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, NameError> {
        Err(NameError::Failed(name.to_owned(), self.0.clone()))
    }
}

fn server(address: &SocketAddr) -> NameServerConfig {
    let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
    for connection in &mut connections {
        connection.port = address.port();
    }
    NameServerConfig::new(address.ip(), true, connections)
}

#[async_trait]
impl Names for Dns {
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, NameError> {
        // The whole name as it stands: no search domains of this machine's network.
        let whole = Name::from_ascii(name).map(|mut parsed| {
            parsed.set_fqdn(true);
            parsed
        });
        let whole = whole.map_err(|error| NameError::Failed(name.to_owned(), error.to_string()))?;
        match tokio::time::timeout(BUDGET, self.0.lookup_ip(whole)).await {
            Ok(Ok(found)) => {
                let found: Vec<IpAddr> = found.iter().collect();
                if found.is_empty() { Err(NameError::NotFound(name.to_owned())) } else { Ok(found) }
            }
            Ok(Err(error)) if error.is_no_records_found() => Err(NameError::NotFound(name.to_owned())),
            Ok(Err(NetError::Timeout)) | Err(_) => Err(NameError::TimedOut(name.to_owned())),
            Ok(Err(error)) => Err(NameError::Failed(name.to_owned(), error.to_string())),
        }
    }
}
