//! The resolver under the shared client: what it returns was judged, and is what is dialled. There is no second look-up.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::gateway::guard::names::Names;
use crate::gateway::guard::url_policy::{Policy, Refused};

/// So many addresses of a name are tried at most.
const MOST_DIALLED: usize = 8;

/// Resolves and judges.
pub struct Vetting {
    /// What may pass.
    pub policy: Arc<Policy>,
    /// Who resolves.
    pub names: Arc<dyn Names>,
    /// The operator's own proxy, which may stand anywhere.
    pub proxy: Option<String>,
}

impl Vetting {
    /// The addresses of a name, when every one of them may be called: of a name that leads to a forbidden address as well nothing is dialled.
    ///
    /// # Errors
    /// [`Refused`] or [`crate::gateway::guard::names::NameError`].
    pub async fn addresses(&self, name: &str) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let found = self.names.addresses(&name).await?;
        let passes = self.policy.names_host(&name) || self.proxy.as_deref() == Some(name.as_str());
        if !passes {
            for address in &found {
                self.policy.judge(&name, *address)?;
            }
        }
        // Port 0 stands for the URL's.
        Ok(found.into_iter().take(MOST_DIALLED).map(|address| SocketAddr::new(address, 0)).collect())
    }
}

/// What `reqwest` asks.
#[derive(Clone)]
pub struct Resolver(pub Arc<Vetting>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let vetting = Arc::clone(&self.0);
        Box::pin(async move {
            let addresses = vetting.addresses(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// The guard's refusal behind an error of the client, if it is one.
pub fn refusal(error: &(dyn std::error::Error + 'static)) -> Option<Refused> {
    let mut source = Some(error);
    while let Some(error) = source {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return Some(refused.clone());
        }
        source = error.source();
    }
    None
}
