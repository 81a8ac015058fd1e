//! The guard: what an outsider names as a URL is called only where that is the world's business.
//!
//! - The URL's text is judged once when it is registered and again before every call (`url_policy.rs`): literal addresses never reach a resolver.
//! - A name's addresses are judged where they are resolved (`resolver.rs`), all of them, and those are dialled: a name that changes its answer gains nothing.
//! - Which addresses are forbidden is one pure function over one table (`addresses.rs`).
//!
//! Every URL that anybody outside can name goes through here. Redirects and proxies of the environment are the client's matter: it follows none and reads none.

pub mod addresses;
pub mod config;
pub mod names;
pub mod resolver;
#[cfg(test)]
mod tests;
pub mod url_policy;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::dns::Resolve;
use url::{Host, Url};

use crate::gateway::egress::Egress;
use crate::gateway::guard::config::GuardConfig;
use crate::gateway::guard::names::{Dns, NameError, Names, NoDns};
use crate::gateway::guard::resolver::{Resolver, Vetting};
use crate::gateway::guard::url_policy::{Policy, Refused};

/// The guard over a resolver.
#[derive(Clone)]
pub struct Guard {
    policy: Arc<Policy>,
    vetting: Arc<Vetting>,
    proxy: Option<Url>,
}

/// What a look at a name found, before its URL is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlVerdict {
    /// All its addresses may be called.
    Fine,
    /// It cannot be resolved now, which may be fixed until something is sent.
    Unresolved(NameError),
    /// It leads where nothing is sent.
    Refused(Refused),
}

impl Guard {
    /// Over the domain name system. Where that cannot be set up, no name has an address, and says why.
    pub fn new(config: GuardConfig) -> Self {
        let names: Arc<dyn Names> = match Dns::new(&config.dns) {
            Ok(dns) => Arc::new(dns),
            Err(message) => Arc::new(NoDns(message)),
        };
        Self::with_names(config, names)
    }

    /// Over another source of names; for tests.
    pub fn with_names(config: GuardConfig, names: Arc<dyn Names>) -> Self {
        let GuardConfig { policy, proxy, .. } = config;
        let policy = Arc::new(policy);
        let host = proxy.as_ref().and_then(|url| url.host_str()).map(ToOwned::to_owned);
        let vetting = Vetting { policy: Arc::clone(&policy), names, proxy: host };
        Self { policy, vetting: Arc::new(vetting), proxy }
    }

    /// Reads and judges a URL that somebody wants to register.
    ///
    /// # Errors
    /// What is wrong with it, or which rule refuses it and how an operator allows it.
    pub fn parse(&self, text: &str) -> Result<Url, Refused> {
        url_policy::parse(text, &self.policy)
    }

    /// Where a URL's name leads now. It may lead elsewhere when something is sent, so the judgement that counts is made then.
    pub async fn look(&self, url: &Url) -> UrlVerdict {
        // Behind a proxy, names are the proxy's.
        let Some(Host::Domain(name)) = url.host().filter(|_| self.proxy.is_none()) else { return UrlVerdict::Fine };
        match self.vetting.addresses(name).await {
            Ok(_) => UrlVerdict::Fine,
            Err(error) => match error.downcast::<Refused>() {
                Ok(refused) => UrlVerdict::Refused(*refused),
                Err(error) => UrlVerdict::Unresolved(match error.downcast::<NameError>() {
                    Ok(error) => *error,
                    Err(error) => NameError::Failed(name.to_owned(), error.to_string()),
                }),
            },
        }
    }
}

/// Whoever registers a URL waits so long for its name; what cannot be resolved by then is looked at when something is sent.
const LOOK: Duration = Duration::from_secs(1);

#[async_trait]
impl Egress for Guard {
    fn parse(&self, text: &str) -> Result<Url, String> {
        Self::parse(self, text).map_err(|refused| refused.to_string())
    }

    async fn look(&self, url: &Url) -> Result<Option<String>, String> {
        match tokio::time::timeout(LOOK, Self::look(self, url)).await {
            Ok(UrlVerdict::Fine) => Ok(None),
            Ok(UrlVerdict::Unresolved(error)) => Ok(Some(error.to_string())),
            Ok(UrlVerdict::Refused(refused)) => Err(refused.to_string()),
            Err(_) => Ok(Some("the name was not resolved within a second".to_owned())),
        }
    }

    fn check(&self, url: &Url) -> Result<(), String> {
        url_policy::check(url, &self.policy).map_err(|refused| refused.to_string())
    }

    fn resolver(&self) -> Option<Arc<dyn Resolve>> {
        Some(Arc::new(Resolver(Arc::clone(&self.vetting))))
    }

    fn proxy(&self) -> Option<Url> {
        self.proxy.clone()
    }
}
