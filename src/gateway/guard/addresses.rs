//! Which addresses lead into networks that are nobody's business: one pure function over one table.
//!
//! Nothing here rests on the standard library's notion of a global address: it takes NAT64 and 6to4 forms of private addresses for global.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A range that no delivery goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The range, as people write it.
    pub range: &'static str,
    /// What it is.
    pub what: &'static str,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

const fn rule(range: &'static str, what: &'static str) -> Rule {
    Rule { range, what }
}

/// IANA's special-purpose registry and what clouds put beside it.
const V4: &[(Ipv4Net, Rule)] = &[
    (v4(0, 0, 0, 0, 8), rule("0.0.0.0/8", "this host")),
    (v4(10, 0, 0, 0, 8), rule("10.0.0.0/8", "a private network")),
    (v4(100, 64, 0, 0, 10), rule("100.64.0.0/10", "a carrier's network")),
    (v4(127, 0, 0, 0, 8), rule("127.0.0.0/8", "this host")),
    (v4(169, 254, 0, 0, 16), rule("169.254.0.0/16", "link-local addresses and cloud metadata")),
    (v4(172, 16, 0, 0, 12), rule("172.16.0.0/12", "a private network")),
    (v4(192, 0, 0, 0, 24), rule("192.0.0.0/24", "protocol assignments")),
    (v4(192, 0, 2, 0, 24), rule("192.0.2.0/24", "documentation")),
    (v4(192, 88, 99, 0, 24), rule("192.88.99.0/24", "6to4 relays")),
    (v4(192, 168, 0, 0, 16), rule("192.168.0.0/16", "a private network")),
    (v4(168, 63, 129, 16, 32), rule("168.63.129.16/32", "Azure's wire server")),
    (v4(198, 18, 0, 0, 15), rule("198.18.0.0/15", "benchmarks")),
    (v4(198, 51, 100, 0, 24), rule("198.51.100.0/24", "documentation")),
    (v4(203, 0, 113, 0, 24), rule("203.0.113.0/24", "documentation")),
    (v4(224, 0, 0, 0, 4), rule("224.0.0.0/4", "multicast")),
    (v4(240, 0, 0, 0, 4), rule("240.0.0.0/4", "reserved, and broadcast")),
];

const V6: &[(Ipv6Net, Rule)] = &[
    (v6(0, 0, 0, 8), rule("::/8", "this host, and IPv4 in IPv6 form")),
    (v6(0x100, 0, 0, 64), rule("100::/64", "discarded")),
    (v6(0x2001, 0, 0, 23), rule("2001::/23", "protocol assignments, and Teredo")),
    (v6(0x2001, 0xdb8, 0, 32), rule("2001:db8::/32", "documentation")),
    (v6(0x2002, 0, 0, 16), rule("2002::/16", "6to4")),
    (v6(0x3fff, 0, 0, 20), rule("3fff::/20", "documentation")),
    (v6(0x5f00, 0, 0, 16), rule("5f00::/16", "segment routing")),
    (v6(0xfc00, 0, 0, 7), rule("fc00::/7", "a private network")),
    (v6(0xfe80, 0, 0, 10), rule("fe80::/10", "link-local addresses")),
    (v6(0xfec0, 0, 0, 10), rule("fec0::/10", "a private network")),
    (v6(0xff00, 0, 0, 8), rule("ff00::/8", "multicast")),
];

/// All that is given out to the world; what is none of it leads nowhere good.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);
const NOT_GLOBAL: Rule = rule("all but 2000::/3", "given out to nobody");

/// The prefix under which every IPv6-only network reaches IPv4 (RFC 6052).
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);

/// The ranges an operator lets pass, and the translation prefixes of its own network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges {
    /// `WEBHOOK_ALLOW_NETWORKS`.
    pub allowed: Vec<IpNet>,
    /// `WEBHOOK_NAT64_PREFIXES`: addresses inside are judged by the IPv4 address they hold.
    pub nat64: Vec<Ipv6Net>,
}

/// Whether an address may be called.
///
/// # Errors
/// The rule that forbids it.
pub fn judge(address: IpAddr, ranges: &Ranges) -> Result<(), Rule> {
    if ranges.allowed.iter().any(|network| network.contains(&address)) {
        return Ok(());
    }
    match address {
        IpAddr::V4(address) => judge_v4(address),
        IpAddr::V6(address) => match translated(address, ranges) {
            Some(inner) => judge(IpAddr::V4(inner), ranges),
            None => judge_v6(address),
        },
    }
}

/// Whether an operator named this address or its range.
pub fn is_allowed_by_name(address: IpAddr, ranges: &Ranges) -> bool {
    ranges.allowed.iter().any(|network| network.contains(&address))
}

fn judge_v4(address: Ipv4Addr) -> Result<(), Rule> {
    V4.iter().find(|(range, _)| range.contains(&address)).map_or(Ok(()), |(_, rule)| Err(*rule))
}

fn judge_v6(address: Ipv6Addr) -> Result<(), Rule> {
    let forbidden = V6.iter().find(|(range, _)| range.contains(&address)).map(|(_, rule)| *rule);
    match forbidden {
        Some(rule) => Err(rule),
        None if GLOBAL_V6.contains(&address) => Ok(()),
        None => Err(NOT_GLOBAL),
    }
}

/// The IPv4 address that a translator would call for this one.
fn translated(address: Ipv6Addr, ranges: &Ranges) -> Option<Ipv4Addr> {
    let prefix = std::iter::once(&NAT64).chain(&ranges.nat64).find(|prefix| prefix.contains(&address))?;
    embedded(address, prefix.prefix_len())
}

/// Where RFC 6052, section 2.2, puts the four bytes behind a prefix of this length; bits 64 to 71 are skipped.
fn embedded(address: Ipv6Addr, prefix: u8) -> Option<Ipv4Addr> {
    let bytes = address.octets();
    let places = match prefix {
        32 => [4, 5, 6, 7],
        40 => [5, 6, 7, 9],
        48 => [6, 7, 9, 10],
        56 => [7, 9, 10, 11],
        64 => [9, 10, 11, 12],
        96 => [12, 13, 14, 15],
        _ => return None,
    };
    let [a, b, c, d] = places.map(|place: usize| bytes[place]);
    Some(Ipv4Addr::new(a, b, c, d))
}

/// The lengths that RFC 6052 knows.
pub const NAT64_LENGTHS: [u8; 6] = [32, 40, 48, 56, 64, 96];
