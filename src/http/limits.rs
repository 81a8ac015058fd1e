//! How often a caller may be refused, and where a call comes from.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::HeaderMap;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// After so many checks, addresses not seen lately are forgotten, so that the table stays small.
const CHECKS_BETWEEN_SWEEPS: u32 = 1024;

/// A budget of calls without a valid signature, per source address.
pub struct RateLimit {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    checks: AtomicU32,
}

impl RateLimit {
    /// So many calls per minute, all of which may come at once; 0 = no limit.
    pub fn per_minute(requests: u32) -> Self {
        let limiter = NonZeroU32::new(requests).map(|requests| RateLimiter::keyed(Quota::per_minute(requests)));
        Self { limiter, checks: AtomicU32::new(0) }
    }

    /// Takes one call off the address's budget.
    ///
    /// # Errors
    /// The time until the next call is welcome.
    pub fn check(&self, address: IpAddr) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_BETWEEN_SWEEPS == CHECKS_BETWEEN_SWEEPS - 1 {
            limiter.retain_recent();
        }
        limiter.check_key(&network(address)).map_err(|denied| denied.wait_time_from(DefaultClock::default().now()))
    }
}

/// Who has one IPv6 address has 2^64 of them.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| IpAddr::V6((u128::from(v6) >> 64 << 64).into()), IpAddr::V4),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// A range of addresses (`10.0.0.0/8`, `192.0.2.7`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    address: IpAddr,
    prefix: u8,
}

impl AddressRange {
    /// Reads an address or a range in CIDR notation.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.trim().split_once('/').map_or((text.trim(), None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Some(most), |prefix| prefix.parse().ok())?;
        (prefix <= most).then_some(Self { address, prefix })
    }

    fn holds(&self, address: IpAddr) -> bool {
        let same = |ours: u128, theirs: u128, bits: u8| {
            let shift = u32::from(bits - self.prefix);
            ours.checked_shr(shift).unwrap_or(0) == theirs.checked_shr(shift).unwrap_or(0)
        };
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => same(u32::from(ours).into(), u32::from(theirs).into(), 32),
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => same(ours.into(), theirs.into(), 128),
            _ => false,
        }
    }
}

/// Whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    /// Whoever connects to us is a proxy: Cloud Run's front end.
    pub every_peer: bool,
    /// Proxies by their addresses.
    pub ranges: Vec<AddressRange>,
}

impl TrustedProxies {
    fn holds(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.holds(address))
    }

    /// Whether what this peer says of others is believed.
    pub fn is_trusted(&self, peer: IpAddr) -> bool {
        self.every_peer || self.holds(peer.to_canonical())
    }

    /// The address a call comes from: the peer's, or the last one in `X-Forwarded-For` that no trusted proxy wrote about another trusted proxy. What stands before it is the caller's own claim.
    pub fn source_address(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.ip().to_canonical();
        if !self.every_peer && !self.holds(peer) {
            return peer;
        }
        let fields = headers.get_all("x-forwarded-for").iter().rev();
        let entries = fields.flat_map(|value| value.to_str().unwrap_or_default().rsplit(',').map(str::trim));
        let mut source = peer;
        for entry in entries {
            // An entry that is no address was not written by a proxy that we know.
            let Ok(address) = entry.parse::<IpAddr>() else { break };
            source = address.to_canonical();
            if !self.holds(source) {
                break;
            }
        }
        source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_budget_is_kept_for_each_address_apart_and_for_an_ipv6_network_together() {
        let limit = RateLimit::per_minute(2);
        assert!(limit.check(ip("10.0.0.1")).is_ok() && limit.check(ip("10.0.0.1")).is_ok());
        assert!(limit.check(ip("10.0.0.1")).is_err_and(|wait| wait <= Duration::from_secs(30)));
        assert!(limit.check(ip("10.0.0.2")).is_ok());
        assert!(limit.check(ip("2001:db8::1")).is_ok() && limit.check(ip("2001:db8::2")).is_ok());
        assert!(limit.check(ip("2001:db8::3")).is_err() && limit.check(ip("2001:db8:0:1::3")).is_ok());
    }

    #[test]
    fn ranges_are_read_and_hold_their_addresses() {
        for (range, inside, outside) in [
            ("10.0.0.0/8", "10.255.1.2", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("2001:db8::/32", "2001:db8:1::1", "2001:db9::1"),
            ("127.0.0.1", "::ffff:127.0.0.1", "127.0.0.2"),
        ] {
            let range = AddressRange::parse(range).unwrap();
            assert!(range.holds(ip(inside)) && !range.holds(ip(outside)), "{range:?}");
        }
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "host", "::/129", "10.0.0.1/-1"] {
            assert_eq!(AddressRange::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let peer = |text: &str| SocketAddr::new(ip(text), 443);
        let headers = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("x-forwarded-for", value.parse().expect("header"));
            }
            headers
        };
        let front_end = TrustedProxies { every_peer: true, ranges: Vec::new() };
        let inner = TrustedProxies { every_peer: false, ranges: vec![AddressRange::parse("10.0.0.0/8").unwrap()] };
        let nobody = TrustedProxies::default();
        for (proxies, from, forwarded, source) in [
            (&nobody, "10.0.0.9", &["203.0.113.9"][..], "10.0.0.9"),
            (&front_end, "169.254.1.1", &["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
            (&front_end, "169.254.1.1", &["203.0.113.7", "203.0.113.9"], "203.0.113.9"),
            (&front_end, "169.254.1.1", &[], "169.254.1.1"),
            (&front_end, "169.254.1.1", &["garbage"], "169.254.1.1"),
            (&inner, "10.0.0.9", &["1.1.1.1, 203.0.113.9, 10.0.0.8"], "203.0.113.9"),
            (&inner, "10.0.0.9", &["10.0.0.7"], "10.0.0.7"),
            (&inner, "10.0.0.9", &["1.1.1.1, x, 10.0.0.8"], "10.0.0.8"),
            (&inner, "203.0.113.1", &["1.1.1.1"], "203.0.113.1"),
        ] {
            assert_eq!(proxies.source_address(peer(from), &headers(forwarded)), ip(source), "{proxies:?} {forwarded:?}");
        }
    }
}
