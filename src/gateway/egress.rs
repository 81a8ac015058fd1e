//! The way out: which URLs may be called, and which addresses a name may lead to. A seam; the guard fills it.

use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

/// Judges URLs and the addresses behind their names.
#[async_trait]
pub trait Egress: Send + Sync {
    /// Reads a URL that somebody wants to register, without its fragment, and judges it as [`Self::check`] does; what is kept is what was judged.
    ///
    /// # Errors
    /// What is wrong with it, or which rule refuses it.
    fn parse(&self, text: &str) -> Result<Url, String> {
        let mut url = Url::parse(text).map_err(|error| format!("this is no URL: {error}"))?;
        url.set_fragment(None);
        self.check(&url)?;
        Ok(url)
    }

    /// Where a URL's name leads now; a name that cannot be resolved yet is a warning. What counts is judged when something is sent.
    ///
    /// # Errors
    /// Which rule refuses an address that the name leads to.
    async fn look(&self, _url: &Url) -> Result<Option<String>, String> {
        Ok(None)
    }

    /// Whether a URL may be called at all, by its own text: scheme, credentials, port, a literal address, names that stand for this network.
    ///
    /// # Errors
    /// Which rule refuses it, and how an operator allows it.
    fn check(&self, url: &Url) -> Result<(), String>;

    /// Resolves names to addresses that were judged: what it returns is what is dialled.
    fn resolver(&self) -> Option<Arc<dyn reqwest::dns::Resolve>>;

    /// An explicit proxy.
    fn proxy(&self) -> Option<Url> {
        None
    }
}

/// Lets everything pass; for tests of what lies behind the guard.
#[derive(Debug, Clone, Copy)]
pub struct Unguarded;

impl Egress for Unguarded {
    fn check(&self, url: &Url) -> Result<(), String> {
        match url.scheme() {
            "http" | "https" if url.has_host() => Ok(()),
            _ => Err("only http and https URLs can be called".to_owned()),
        }
    }

    fn resolver(&self) -> Option<Arc<dyn reqwest::dns::Resolve>> {
        None
    }
}
