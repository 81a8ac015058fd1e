//! Who may call the gateway: the settings of this room.

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::env::{Env, shown};
use crate::model::role::Role;

/// Shorter master secrets could be guessed by whoever holds the store.
const MASTER_LENGTH: usize = 32;

/// The settings of this room.
#[derive(Debug, Clone, Default)]
pub struct AccessConfig {
    /// `GATEWAY_OPEN` (default false): calls without a key are an admin's; for a demonstration on this machine only.
    pub open: bool,
    /// `ADMIN_TOKEN`, `OPERATOR_TOKEN`, `READER_TOKEN`: bearer tokens of these roles.
    pub tokens: Vec<(SecretString, Role)>,
    /// `WEBHOOK_ENCRYPTION_KEY` and, during its rotation, `WEBHOOK_ENCRYPTION_KEY_PREVIOUS`: what the keys of our own tokens are derived from.
    pub masters: Vec<SecretString>,
    /// `PUBLIC_URL`: where the world reaches this service, without a path; else what each request says.
    pub public_url: Option<String>,
}

impl AccessConfig {
    /// Reads the variables named at the fields.
    pub fn from_env(env: &mut Env) -> Self {
        let open = env.switch("GATEWAY_OPEN", false);
        if open && env.var("K_SERVICE").is_some() {
            env.problem(
                "GATEWAY_OPEN",
                "lets anybody do anything and is refused on Cloud Run; remove it, and give out keys with gradepost keys create",
            );
        }
        // Who guards other doors with it tells what is wrong with it.
        let masters = ["WEBHOOK_ENCRYPTION_KEY", "WEBHOOK_ENCRYPTION_KEY_PREVIOUS"]
            .into_iter()
            .filter_map(|name| env.has_secret(name).then(|| env.secret(&[name])).flatten())
            .filter(|secret| secret.expose_secret().chars().count() >= MASTER_LENGTH)
            .collect();
        let mut tokens = Vec::new();
        for (name, role, shortest) in
            [("ADMIN_TOKEN", Role::Admin, 3), ("OPERATOR_TOKEN", Role::Operator, 16), ("READER_TOKEN", Role::Reader, 16)]
        {
            let token = env.has_secret(name).then(|| env.secret(&[name])).flatten();
            tokens.extend(token.filter(|token| token.expose_secret().chars().count() >= shortest).map(|token| (token, role)));
        }
        Self { open, tokens, masters, public_url: public_url(env) }
    }
}

fn public_url(env: &mut Env) -> Option<String> {
    let raw = env.var("PUBLIC_URL")?.to_owned();
    let plain = Url::parse(&raw).ok().filter(|url| {
        ["http", "https"].contains(&url.scheme())
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.username().is_empty()
    });
    if plain.is_none() {
        env.problem("PUBLIC_URL", format!("{} is no address like https://reports.school.example, without a path", shown(&raw)));
    }
    plain.map(|url| url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (AccessConfig, Vec<String>) {
        let mut env = Env::from_pairs(pairs.iter().copied());
        let config = AccessConfig::from_env(&mut env);
        (config, env.problems().iter().map(|problem| problem.variable.clone()).collect())
    }

    #[test]
    fn the_open_mode_is_refused_where_the_world_could_reach_it() {
        assert_eq!(read(&[("GATEWAY_OPEN", "true"), ("K_SERVICE", "gradepost")]).1, ["GATEWAY_OPEN"]);
        let (config, problems) = read(&[("GATEWAY_OPEN", "true")]);
        assert!(config.open && problems.is_empty());
    }

    #[test]
    fn a_public_address_has_no_path() {
        assert_eq!(
            read(&[("PUBLIC_URL", "https://reports.school.example/")]).0.public_url.as_deref(),
            Some("https://reports.school.example")
        );
        for bad in ["reports.school.example", "https://school.example/a", "ftp://school.example", "https://a@school.example"] {
            assert_eq!(read(&[("PUBLIC_URL", bad)]).1, ["PUBLIC_URL"], "{bad}");
        }
    }

    #[test]
    fn a_short_master_secret_makes_no_tokens() {
        assert!(read(&[("WEBHOOK_ENCRYPTION_KEY", "short")]).0.masters.is_empty());
        assert_eq!(read(&[("WEBHOOK_ENCRYPTION_KEY", "thirty-two characters or more, surely")]).0.masters.len(), 1);
    }
}
