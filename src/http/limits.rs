//! How much one caller may ask of us, and where a call comes from.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::HeaderMap;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// After so many checks, addresses not seen lately are forgotten, so that the table stays small.
const CHECKS_BETWEEN_SWEEPS: u32 = 1024;

/// A budget of requests per source address.
pub struct RateLimit {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    checks: AtomicU32,
}

impl RateLimit {
    /// So many requests a minute, all of which may come at once (a class finishing together); 0 = no limit.
    pub fn per_minute(requests: u32) -> Self {
        let limiter = NonZeroU32::new(requests).map(|requests| RateLimiter::keyed(Quota::per_minute(requests)));
        Self { limiter, checks: AtomicU32::new(0) }
    }

    /// Takes one request off the address's budget.
    ///
    /// # Errors
    /// The time until the next request is welcome.
    pub fn check(&self, address: IpAddr) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_BETWEEN_SWEEPS == CHECKS_BETWEEN_SWEEPS - 1 {
            limiter.retain_recent();
        }
        limiter.check_key(&address).map_err(|denied| denied.wait_time_from(DefaultClock::default().now()))
    }
}

/// The address a call comes from: the peer's, or behind a trusted proxy the one the proxy appended last to `X-Forwarded-For` (earlier ones are the caller's own claim).
pub fn source_address(peer: SocketAddr, headers: &HeaderMap, behind_proxy: bool) -> IpAddr {
    let forwarded = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    behind_proxy.then(forwarded).flatten().unwrap_or_else(|| peer.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_kept_for_each_address_apart() {
        let limit = RateLimit::per_minute(2);
        let [ana, ben] = [IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2])];
        assert!(limit.check(ana).is_ok() && limit.check(ana).is_ok());
        assert!(limit.check(ana).is_err_and(|wait| wait <= Duration::from_secs(30)));
        assert!(limit.check(ben).is_ok());
    }

    #[test]
    fn only_the_proxys_own_entry_is_believed() {
        let peer = SocketAddr::from(([192, 0, 2, 1], 443));
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "1.1.1.1, 203.0.113.9".parse().expect("header"));
        assert_eq!(source_address(peer, &headers, true), IpAddr::from([203, 0, 113, 9]));
        assert_eq!(source_address(peer, &headers, false), peer.ip());
    }
}
