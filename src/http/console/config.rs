//! Settings of the console.

use secrecy::SecretString;
use url::Url;

use crate::env::{self, Env};
use crate::model::role::Role;

/// Where Google publishes the keys of its proxy.
const IAP_KEYS: &str = "https://www.gstatic.com/iap/verify/public_key-jwk";
/// A token shorter than this opens nothing.
const SHORTEST_TOKEN: usize = 16;

/// Settings of the console.
#[derive(Debug, Clone, Default)]
pub struct ConsoleConfig {
    /// `CONSOLE` (`on`, `off`, `only`; default `on`): `only` serves the console and its API and nothing else, beside another service on the same store that does the work.
    pub mode: Mode,
    /// `READER_TOKEN`: opens the console to who looks.
    pub reader_token: Option<SecretString>,
    /// `OPERATOR_TOKEN`: to who acts.
    pub operator_token: Option<SecretString>,
    /// `ADMIN_TOKEN`: to who decides.
    pub admin_token: Option<SecretString>,
    /// `SESSION_SECRET`: what sessions are signed with (default: the tokens together).
    pub session_secret: Option<SecretString>,
    /// `CONSOLE_URL`: where people reach the console, for mailed links and for telling own from foreign pages.
    pub url: Option<Url>,
    /// `OIDC_ISSUER`, `OIDC_CLIENT_ID`, `OIDC_CLIENT_SECRET`: the identity provider that people may sign in at.
    pub oidc: Option<OidcConfig>,
    /// `IAP_AUDIENCE`: Google's Identity-Aware Proxy stands before this service.
    pub iap: Option<IapConfig>,
    /// `OIDC_DOMAIN`: whoever has a verified address of this domain may come in without being on the list of people.
    pub domain: Option<String>,
    /// `OIDC_DEFAULT_ROLE` (`reader`, `operator`; default `reader`): in this role.
    pub default_role: Role,
    /// `CONSOLE_INSECURE_HTTP` (default false): serve it without TLS beyond this machine.
    pub insecure: bool,
    /// `RESULTS_BY_NAME` (`off`, `list`, `sortable`): whether readers see results with names.
    pub by_name: ByName,
    /// A made-up school for looking around; set by the demo only.
    pub is_demo: bool,
    /// All settings as people may see them.
    pub settings: Vec<Setting>,
}

/// An identity provider.
#[derive(Debug, Clone)]
pub struct OidcConfig {
    /// Its address, as it names itself in its tokens.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// What proves that it is us.
    pub client_secret: SecretString,
}

/// Google's Identity-Aware Proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IapConfig {
    /// For whom its assertions are made: this service.
    pub audience: String,
    /// `IAP_KEYS` (default Google's): where its keys are.
    pub keys_url: String,
}

/// A setting as people may see it: a secret's value never.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The variable.
    pub name: &'static str,
    /// Its value; none for a secret, and where it is not set.
    pub value: Option<String>,
    /// Whether it is set.
    pub is_set: bool,
}

fn settings(env: &Env) -> Vec<Setting> {
    let one = |setting: env::Setting| {
        let (name, is_secret) = (setting.name, env::is_secret(setting.name));
        let value = env.var(name).filter(|_| !is_secret).map(ToOwned::to_owned);
        Setting { name, is_set: env.has_secret(name), value }
    };
    env::settings().map(one).collect()
}

/// Whether there is a console.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Beside everything else.
    #[default]
    On,
    /// Not at all.
    Off,
    /// And nothing else: no platform, no workers.
    Only,
}

/// Whether readers see results with names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ByName {
    /// They do not.
    #[default]
    Off,
    /// They do.
    List,
    /// They do, and may sort by them.
    Sortable,
}

impl ConsoleConfig {
    /// Reads the variables named at the fields.
    pub fn from_env(env: &mut Env) -> Self {
        let mode = env.one_of("CONSOLE", Mode::On, &[("on", Mode::On), ("off", Mode::Off), ("only", Mode::Only)]);
        let by_name = [("off", ByName::Off), ("list", ByName::List), ("sortable", ByName::Sortable)];
        let insecure = env.switch("CONSOLE_INSECURE_HTTP", false);
        if insecure && env.var("K_SERVICE").is_some() {
            env.problem("CONSOLE_INSECURE_HTTP", "Cloud Run serves over TLS; remove the variable");
        }
        let config = Self {
            mode,
            reader_token: token(env, "READER_TOKEN"),
            operator_token: token(env, "OPERATOR_TOKEN"),
            // HttpConfig reports what is wrong with it.
            admin_token: None,
            session_secret: token(env, "SESSION_SECRET"),
            url: address(env),
            oidc: oidc(env),
            iap: iap(env),
            domain: domain(env),
            default_role: env.one_of("OIDC_DEFAULT_ROLE", Role::Reader, &[("reader", Role::Reader), ("operator", Role::Operator)]),
            insecure,
            by_name: env.one_of("RESULTS_BY_NAME", ByName::Off, &by_name),
            settings: settings(env),
            is_demo: false,
        };
        if mode == Mode::Only && !config.has_key() && !env.has_secret("ADMIN_TOKEN") {
            env.problem(
                "CONSOLE",
                "with 'only' somebody must be able to sign in: set ADMIN_TOKEN, or OIDC_ISSUER or IAP_AUDIENCE with SESSION_SECRET",
            );
        }
        let has_secret = config.session_secret.is_some() || config.oidc.is_some() || env.has_secret("ADMIN_TOKEN");
        if config.iap.is_some() && !has_secret && config.reader_token.is_none() && config.operator_token.is_none() {
            env.problem("SESSION_SECRET", "IAP_AUDIENCE needs something to sign sessions with; make one with: openssl rand -hex 24");
        }
        if config.oidc.is_some() && config.url.is_none() {
            env.problem("CONSOLE_URL", "OIDC_ISSUER sends people back to it; write the address people type");
        }
        config
    }

    /// Whether anybody can sign in.
    pub fn has_key(&self) -> bool {
        let has_token = self.reader_token.is_some() || self.operator_token.is_some() || self.admin_token.is_some();
        has_token || self.session_secret.is_some() || self.oidc.is_some()
    }

    /// Whether there is a console.
    pub fn is_on(&self) -> bool {
        self.mode != Mode::Off && self.has_key()
    }
}

/// A secret of at least sixteen characters; a shorter one is a problem.
fn token(env: &mut Env, name: &str) -> Option<SecretString> {
    use secrecy::ExposeSecret as _;
    let token = env.guard(&[name])?;
    if token.expose_secret().chars().count() < SHORTEST_TOKEN {
        env.problem(name, format!("is shorter than {SHORTEST_TOKEN} characters; make one with: openssl rand -hex 24"));
        return None;
    }
    Some(token)
}

/// The three that belong together: one of them alone is a problem.
fn oidc(env: &mut Env) -> Option<OidcConfig> {
    let issuer = env.var("OIDC_ISSUER").map(ToOwned::to_owned);
    let client_id = env.var("OIDC_CLIENT_ID").map(ToOwned::to_owned);
    let has_secret = env.has_secret("OIDC_CLIENT_SECRET");
    if issuer.is_none() && client_id.is_none() && !has_secret {
        return None;
    }
    for (name, is_there) in [("OIDC_ISSUER", issuer.is_some()), ("OIDC_CLIENT_ID", client_id.is_some()), ("OIDC_CLIENT_SECRET", has_secret)]
    {
        if !is_there {
            env.problem(name, "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET go together");
        }
    }
    let (issuer, client_id) = (issuer?, client_id?);
    let url = Url::parse(&issuer).ok().filter(|url| url.has_host() && url.query().is_none() && url.fragment().is_none());
    let is_safe = url.is_some_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)));
    if !is_safe {
        env.problem("OIDC_ISSUER", "write the provider's address as it names itself, as in https://accounts.google.com");
        return None;
    }
    Some(OidcConfig { issuer, client_id, client_secret: env.secret(&["OIDC_CLIENT_SECRET"])? })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn iap(env: &mut Env) -> Option<IapConfig> {
    let audience = env.var("IAP_AUDIENCE")?.to_owned();
    if !audience.starts_with("/projects/") {
        env.problem(
            "IAP_AUDIENCE",
            "copy it from IAP's page of signed headers, as in /projects/123/locations/us-central1/services/gradepost",
        );
        return None;
    }
    let keys_url = env.var("IAP_KEYS").unwrap_or(IAP_KEYS).to_owned();
    Some(IapConfig { audience, keys_url })
}

fn domain(env: &mut Env) -> Option<String> {
    let domain = env.var("OIDC_DOMAIN")?.trim_start_matches('@').to_ascii_lowercase();
    let is_one = domain.contains('.') && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    if !is_one {
        env.problem("OIDC_DOMAIN", "write the domain of the school's addresses, as in colegio.cl");
        return None;
    }
    if !["OIDC_ISSUER", "IAP_AUDIENCE"].iter().any(|name| env.var(name).is_some()) {
        env.problem("OIDC_DOMAIN", "is of use with OIDC_ISSUER or IAP_AUDIENCE only");
    }
    Some(domain)
}

fn address(env: &mut Env) -> Option<Url> {
    let text = env.var("CONSOLE_URL")?.to_owned();
    let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() {
        env.problem("CONSOLE_URL", "write the address people type, as in https://informes.colegio.cl");
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_any_token_there_is_no_console_and_a_short_one_is_a_problem() {
        assert!(!ConsoleConfig::from_env(&mut Env::default()).is_on());
        let mut env = Env::from_pairs([("OPERATOR_TOKEN", "0123456789abcdef")]);
        assert!(ConsoleConfig::from_env(&mut env).is_on() && env.problems().is_empty());
        for (name, value) in [("READER_TOKEN", "0123456789abcde"), ("CONSOLE", "yes"), ("CONSOLE_URL", "informes"), ("CONSOLE", "only")] {
            let mut env = Env::from_pairs([(name, value)]);
            ConsoleConfig::from_env(&mut env);
            assert_eq!(env.problems().iter().map(|problem| problem.variable.as_str()).collect::<Vec<_>>(), [name], "{value}");
        }
    }

    #[test]
    fn a_provider_needs_all_three_settings_and_an_address_to_come_back_to() {
        const ALL: [(&str, &str); 4] = [
            ("OIDC_ISSUER", "https://accounts.google.com"),
            ("OIDC_CLIENT_ID", "x.apps.example"),
            ("OIDC_CLIENT_SECRET", "a-secret-of-the-client"),
            ("CONSOLE_URL", "https://informes.colegio.cl"),
        ];
        let mut env = Env::from_pairs(ALL);
        assert!(ConsoleConfig::from_env(&mut env).is_on() && env.problems().is_empty(), "{:?}", env.problems());
        for (missing, (name, _)) in ALL.iter().enumerate() {
            let mut env = Env::from_pairs(ALL.iter().enumerate().filter(|(n, _)| *n != missing).map(|(_, pair)| *pair));
            ConsoleConfig::from_env(&mut env);
            assert_eq!(env.problems().iter().map(|problem| problem.variable.as_str()).collect::<Vec<_>>(), [*name]);
        }
        for issuer in ["http://accounts.example", "accounts.google.com", "https://accounts.example/?x=1", "ftp://127.0.0.1"] {
            let mut env = Env::from_pairs(ALL.iter().skip(1).copied().chain([("OIDC_ISSUER", issuer)]));
            ConsoleConfig::from_env(&mut env);
            assert!(env.has_problem("OIDC_ISSUER"), "{issuer}");
        }
        for (name, value) in
            [("OIDC_DOMAIN", "colegio.cl"), ("OIDC_DOMAIN", "colegio"), ("IAP_AUDIENCE", "gradepost"), ("OIDC_DEFAULT_ROLE", "admin")]
        {
            let mut env = Env::from_pairs([(name, value)]);
            ConsoleConfig::from_env(&mut env);
            assert!(env.has_problem(name), "{name}={value}");
        }
        let mut env = Env::from_pairs([("IAP_AUDIENCE", "/projects/1/locations/x/services/y")]);
        ConsoleConfig::from_env(&mut env);
        assert!(env.has_problem("SESSION_SECRET"), "sessions are signed with nothing");
    }

    #[test]
    fn a_console_that_is_switched_off_stays_off_with_tokens() {
        let mut env = Env::from_pairs([("CONSOLE", "off"), ("READER_TOKEN", "0123456789abcdef")]);
        assert!(!ConsoleConfig::from_env(&mut env).is_on());
    }
}
