//! Which URLs may be registered and called, by their text alone.
//!
//! A URL is parsed once, by the parser that every later step uses; what is judged is what is kept and called. Hosts are matched as the parser's enum, never as text: `[::1]` as text is no address.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv6Net};
use url::{Host, Url};

use crate::env::shown;
use crate::gateway::guard::addresses::{self, Ranges};

/// Longer URLs are nobody's endpoint.
const LONGEST: usize = 2048;
/// Names that stand for something inside a network, whoever resolves them.
const INNER_NAMES: &[&str] =
    &["localhost", "localdomain", "internal", "local", "svc", "intranet", "corp", "home", "lan", "private", "home.arpa"];

/// What an operator lets pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// `WEBHOOK_ALLOW_HTTP`.
    pub allow_http: bool,
    /// `WEBHOOK_ALLOW_PORTS`: beside 443, and 80 for plain http.
    pub ports: Vec<u16>,
    /// Networks that pass.
    pub ranges: Ranges,
    /// Host names that pass with all their addresses; with a port, for that port only.
    pub hosts: Vec<(String, Option<u16>)>,
}

/// Why a URL may not be called, in words its owner and the operator can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no URL that could be called.
    #[error("{0}")]
    Malformed(String),
    /// Plain http.
    #[error("the URL is not https; an operator allows plain http with WEBHOOK_ALLOW_HTTP=true")]
    NotHttps,
    /// A port that endpoints do not have.
    #[error("port {0} is not allowed; an operator allows it with WEBHOOK_ALLOW_PORTS={0}")]
    Port(u16),
    /// A name of an inner network.
    #[error("the name {name} belongs to an inner network (rule: {rule}); an operator allows it with WEBHOOK_ALLOW_NETWORKS={name}")]
    InnerName {
        /// The name.
        name: String,
        /// The rule.
        rule: String,
    },
    /// An address of a forbidden range.
    #[error("{}{address} is not to be called (rule: {}, {}); an operator allows it with WEBHOOK_ALLOW_NETWORKS={address}", via(.name.as_deref()), .rule.range, .rule.what)]
    Address {
        /// The name that led there, when it was no literal.
        name: Option<String>,
        /// The address.
        address: IpAddr,
        /// The rule.
        rule: addresses::Rule,
    },
}

fn via(name: Option<&str>) -> String {
    name.map(|name| format!("{name} leads to ")).unwrap_or_default()
}

/// Reads a URL that somebody wants to register, and judges it; the fragment, which no request carries, is dropped.
///
/// # Errors
/// What is wrong with it, or which rule refuses it.
pub fn parse(text: &str, policy: &Policy) -> Result<Url, Refused> {
    let malformed = |message: &str| Err(Refused::Malformed(message.to_owned()));
    if text.len() > LONGEST {
        return malformed("the URL is longer than 2048 characters");
    }
    // A URL parser takes these away or turns them round, and another one might not: then two programs see two hosts.
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return malformed("the URL has blanks, control characters or backslashes");
    }
    let mut url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => return Err(Refused::Malformed(format!("this is no URL: {error}"))),
    };
    url.set_fragment(None);
    check(&url, policy)?;
    Ok(url)
}

/// Whether a URL may be called, as far as its text tells: asked before every call, as a literal address is never resolved.
///
/// # Errors
/// The rule that refuses it.
pub fn check(url: &Url, policy: &Policy) -> Result<(), Refused> {
    match url.scheme() {
        "https" => {}
        "http" if policy.allow_http => {}
        "http" => return Err(Refused::NotHttps),
        other => return Err(Refused::Malformed(format!("{other} URLs cannot be called; use https"))),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::Malformed("the URL holds a user name or password; put it into a header of the endpoint instead".to_owned()));
    }
    let Some(host) = url.host() else { return Err(Refused::Malformed("the URL names no host".to_owned())) };
    let port = url.port_or_known_default().unwrap_or(443);
    if port == 0 {
        return Err(Refused::Malformed("there is no port 0".to_owned()));
    }
    match host {
        Host::Ipv4(address) => check_literal(IpAddr::V4(address), port, policy),
        Host::Ipv6(address) => check_literal(IpAddr::V6(address), port, policy),
        Host::Domain(name) => check_name(name, port, policy),
    }
}

fn check_literal(address: IpAddr, port: u16, policy: &Policy) -> Result<(), Refused> {
    if addresses::is_allowed_by_name(address, &policy.ranges) || policy.names(&address.to_string(), port) {
        return Ok(());
    }
    addresses::judge(address, &policy.ranges).map_err(|rule| Refused::Address { name: None, address, rule })?;
    check_port(port, policy)
}

fn check_name(name: &str, port: u16, policy: &Policy) -> Result<(), Refused> {
    let name = name.trim_end_matches('.');
    if policy.names(name, port) {
        return Ok(());
    }
    if name.is_empty() || name.len() > 253 || name.split('.').any(|label| label.is_empty() || label.len() > 63) {
        return Err(Refused::Malformed("the URL's host is no name that could be resolved".to_owned()));
    }
    let inner = |rule: String| Err(Refused::InnerName { name: name.to_owned(), rule });
    if let Some(suffix) = INNER_NAMES.iter().find(|suffix| is_below(name, suffix)) {
        return inner(format!("*.{suffix}"));
    }
    if !name.contains('.') {
        return inner("names of one label".to_owned());
    }
    check_port(port, policy)
}

fn is_below(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn check_port(port: u16, policy: &Policy) -> Result<(), Refused> {
    let is_usual = port == 443 || (port == 80 && policy.allow_http) || policy.ports.contains(&port);
    if is_usual { Ok(()) } else { Err(Refused::Port(port)) }
}

impl Policy {
    /// Whether an operator named this host, for this port or for all.
    pub fn names(&self, host: &str, port: u16) -> bool {
        self.hosts.iter().any(|(name, only)| name == host && only.is_none_or(|only| only == port))
    }

    /// Whether an operator named this host for any port.
    pub fn names_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|(name, _)| name == host)
    }

    /// Judges an address that a name led to.
    ///
    /// # Errors
    /// [`Refused::Address`].
    pub fn judge(&self, name: &str, address: IpAddr) -> Result<(), Refused> {
        addresses::judge(address, &self.ranges).map_err(|rule| Refused::Address { name: Some(name.to_owned()), address, rule })
    }

    /// Adds an entry of `WEBHOOK_ALLOW_NETWORKS`: an address, a range, a host name, or a host with a port.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn allow(&mut self, entry: &str) -> Result<(), String> {
        if let Ok(network) = entry.parse::<IpNet>() {
            self.ranges.allowed.push(network);
            return Ok(());
        }
        if let Ok(address) = entry.parse::<IpAddr>() {
            self.ranges.allowed.push(IpNet::from(address));
            return Ok(());
        }
        // The parser of URLs says which name or address it is, as it will say of the endpoint's URL.
        let parsed = (!entry.contains(['/', '@', '?', '#', '\\'])).then(|| Url::parse(&format!("none://{entry}")).ok()).flatten();
        let as_web = parsed.and_then(|url| Url::parse(&format!("https://{}", url.host_str()?)).ok().zip(Some(url.port())));
        match as_web.as_ref().and_then(|(url, port)| Some((url.host_str()?.trim_end_matches('.').to_owned(), *port))) {
            Some((host, port)) if !host.is_empty() => {
                self.hosts.push((host.trim_matches(['[', ']']).to_owned(), port));
                Ok(())
            }
            _ => Err(format!("{} is no address, no range like 10.0.0.0/8, and no host name", shown(entry))),
        }
    }

    /// Adds an entry of `WEBHOOK_NAT64_PREFIXES`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn add_nat64(&mut self, entry: &str) -> Result<(), String> {
        match entry.parse::<Ipv6Net>() {
            Ok(prefix) if addresses::NAT64_LENGTHS.contains(&prefix.prefix_len()) => {
                self.ranges.nat64.push(prefix.trunc());
                Ok(())
            }
            _ => Err(format!("{} is no prefix like 2001:db8:64::/96 (/32, /40, /48, /56, /64 or /96)", shown(entry))),
        }
    }
}
