//! How the platform's API is reached.

use std::collections::BTreeMap;

use secrecy::SecretString;
use unicode_normalization::UnicodeNormalization as _;
use url::{Host, Url};

use super::reference;
use crate::env::{Env, shown};
use crate::intake::wire;

/// Access to one school's API; everything optional, as the service also lives on answers that events bring along.
#[derive(Debug, Clone, Default)]
pub struct LearnWorldsConfig {
    /// `SCHOOL_DOMAIN`: the school's host in any pasted form, as the root of its API (`https://<host>/admin/api`).
    pub api_root: Option<Url>,
    /// `CLIENT_ID`: the API client's id, sent with every call.
    pub client_id: Option<String>,
    /// `CLIENT_SECRET`: mints and renews tokens; preferred, because a static token expires.
    pub client_secret: Option<SecretString>,
    /// `ACCESS_TOKEN`: a static token from the school's settings.
    pub access_token: Option<SecretString>,
    /// `ASSESSMENT_IDS` (`CIEN=<id>,M1=<id>`): for events that bring an assessment's name and no id.
    pub assessment_ids: BTreeMap<String, AssessmentId>,
}

/// One row of `ASSESSMENT_IDS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentId {
    /// The name as written.
    pub name: String,
    /// The assessment's id.
    pub id: String,
}

impl LearnWorldsConfig {
    /// Reads `SCHOOL_DOMAIN`, `CLIENT_ID`, `CLIENT_SECRET`, `ACCESS_TOKEN` and `ASSESSMENT_IDS`; half a configuration is a problem, none is not.
    pub fn from_env(env: &mut Env) -> Self {
        let config = Self {
            api_root: api_root_from(env),
            client_id: env.var("CLIENT_ID").map(ToOwned::to_owned),
            client_secret: env.secret(&["CLIENT_SECRET"]),
            access_token: env.secret(&["ACCESS_TOKEN"]),
            assessment_ids: assessment_ids_from(env),
        };
        let missing = [
            ("SCHOOL_DOMAIN", env.var("SCHOOL_DOMAIN").is_none()),
            ("CLIENT_ID", config.client_id.is_none()),
            ("CLIENT_SECRET", config.client_secret.is_none() && config.access_token.is_none()),
        ];
        if missing.iter().any(|(_, missing)| !missing) {
            for (variable, _) in missing.iter().filter(|(_, missing)| *missing) {
                let or = if *variable == "CLIENT_SECRET" { " (or ACCESS_TOKEN)" } else { "" };
                env.problem(
                    variable,
                    format!(
                        "is not set{or}, though other settings of the LearnWorlds API are; see Settings > Developers > API in the school"
                    ),
                );
            }
        }
        config
    }

    /// Whether the API can be called.
    pub fn is_configured(&self) -> bool {
        self.api_root.is_some() && self.client_id.is_some() && (self.client_secret.is_some() || self.access_token.is_some())
    }

    /// The id configured for an assessment's name; case, spaces and the way accents are written make no difference.
    pub fn assessment_id(&self, name: &str) -> Option<&str> {
        self.assessment_ids.get(&fold(name)).map(|row| row.id.as_str())
    }

    /// The name configured for an assessment's id, for events that bring no title.
    pub fn assessment_name(&self, id: &str) -> Option<&str> {
        self.assessment_ids.values().find(|row| row.id == id).map(|row| row.name.as_str())
    }

    /// A configuration for a server of a test, with a static token.
    pub fn for_testing(server: &str) -> Self {
        Self {
            api_root: parse_school(server).ok(),
            client_id: Some("test-client".to_owned()),
            access_token: Some("test-token".into()),
            ..Self::default()
        }
    }
}

fn api_root_from(env: &mut Env) -> Option<Url> {
    let raw = env.var("SCHOOL_DOMAIN")?.to_owned();
    match parse_school(&raw) {
        Ok(url) => Some(url),
        Err(message) => {
            env.problem("SCHOOL_DOMAIN", message);
            None
        }
    }
}

/// The API's root from whatever was pasted: with or without scheme, trailing slash, path. Plain HTTP only to this machine.
fn parse_school(raw: &str) -> Result<Url, String> {
    let refused = |why: &str| format!("'{raw}' {why}; use the school's host, for example myschool.learnworlds.com");
    let (scheme, rest) = match raw.trim().split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => (String::new(), raw.trim().trim_start_matches('/')),
    };
    if !matches!(scheme.as_str(), "" | "http" | "https") {
        return Err(refused("is no web address"));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let mut url = Url::parse(&format!("https://{authority}/admin/api")).map_err(|_| refused("is no host name"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("holds a user name or password"));
    }
    let local = is_local(&url);
    if !local && !url.domain().is_some_and(|domain| domain.trim_end_matches('.').contains('.')) {
        return Err(refused("is no full host name"));
    }
    if local && scheme == "http" {
        url = Url::parse(&format!("http://{authority}/admin/api")).map_err(|_| refused("is no host name"))?;
    }
    Ok(url)
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(domain)) => domain == "localhost",
        None => false,
    }
}

fn assessment_ids_from(env: &mut Env) -> BTreeMap<String, AssessmentId> {
    let raw = env.var("ASSESSMENT_IDS").unwrap_or_default().to_owned();
    let mut rows = BTreeMap::new();
    for entry in raw.split([',', ';', '\n']).map(str::trim).filter(|entry| !entry.is_empty()) {
        match parse_row(entry) {
            Some(row) if rows.contains_key(&fold(&row.name)) => {
                env.problem("ASSESSMENT_IDS", format!("'{}' stands there twice", row.name));
            }
            Some(row) => _ = rows.insert(fold(&row.name), row),
            None => env.problem("ASSESSMENT_IDS", format!("{} is not NAME=ID, for example CIEN=66dee0a8e0d02c8199018fe9", shown(entry))),
        }
    }
    rows
}

/// `NAME=ID`, where the id may also be the player's or the admin's address.
fn parse_row(entry: &str) -> Option<AssessmentId> {
    let (name, id) = entry.split_once('=')?;
    let name = name.trim();
    let id = if reference::is_address(id) { reference::read(id).unit } else { wire::id(id) }?;
    (!name.is_empty()).then(|| AssessmentId { name: name.to_owned(), id })
}

fn fold(name: &str) -> String {
    let lower: String = name.nfc().flat_map(char::to_lowercase).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (LearnWorldsConfig, Vec<String>) {
        let mut env = Env::from_pairs(pairs.iter().copied());
        let config = LearnWorldsConfig::from_env(&mut env);
        let problems = env.problems().iter().map(ToString::to_string).collect();
        (config, problems)
    }

    #[test]
    fn the_school_is_found_in_every_form_it_is_pasted() {
        for pasted in [
            "school.learnworlds.com",
            "School.LearnWorlds.com/",
            "https://school.learnworlds.com",
            "http://school.learnworlds.com/",
            "https://school.learnworlds.com/admin/api",
            "https://school.learnworlds.com/admin/api/v2/",
            "school.learnworlds.com/admin/api/",
            "//school.learnworlds.com/home?x=1#top",
        ] {
            let url = parse_school(pasted).map(String::from);
            assert_eq!(url.as_deref(), Ok("https://school.learnworlds.com/admin/api"), "{pasted}");
        }
    }

    #[test]
    fn plain_http_is_kept_only_for_this_machine() {
        assert_eq!(parse_school("http://127.0.0.1:8099").unwrap().as_str(), "http://127.0.0.1:8099/admin/api");
        assert_eq!(parse_school("http://localhost:8099/").unwrap().as_str(), "http://localhost:8099/admin/api");
        assert_eq!(parse_school("http://[::1]:8099/").unwrap().as_str(), "http://[::1]:8099/admin/api");
        assert_eq!(parse_school("127.0.0.1:8099").unwrap().scheme(), "https");
    }

    #[test]
    fn what_is_no_school_is_a_problem_that_says_what_to_write() {
        for bad in [
            "school",
            "https://",
            "ftp://school.learnworlds.com",
            "https://user:pw@school.learnworlds.com",
            "my school.com",
            "10.0.0.1",
            "a@b.com",
        ] {
            let (config, problems) = read(&[("SCHOOL_DOMAIN", bad), ("CLIENT_ID", "c"), ("ACCESS_TOKEN", "t")]);
            assert_eq!(problems.len(), 1, "{bad}: {problems:?}");
            assert!(problems[0].contains("myschool.learnworlds.com"), "{problems:?}");
            assert!(!config.is_configured());
        }
    }

    #[test]
    fn half_a_configuration_is_a_problem_and_none_is_not() {
        let (config, problems) = read(&[]);
        assert!(problems.is_empty() && !config.is_configured());
        let (config, problems) = read(&[("SCHOOL_DOMAIN", "school.learnworlds.com")]);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(!config.is_configured());
        let (config, problems) = read(&[("SCHOOL_DOMAIN", "s.mylearnworlds.com"), ("CLIENT_ID", "c"), ("CLIENT_SECRET", "x")]);
        assert!(problems.is_empty() && config.is_configured());
    }

    #[test]
    fn assessment_names_are_looked_up_without_case_spaces_or_accents_form() {
        let (config, problems) = read(&[(
            "ASSESSMENT_IDS",
            "CIEN=66DEE0A8E0D02C8199018FE9; Diagnóstico  1 = https://s.com/path-player?courseid=a&unit=b_1_2Unit",
        )]);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(config.assessment_id("cien"), Some("66dee0a8e0d02c8199018fe9"));
        assert_eq!(config.assessment_id(" diagno\u{301}stico 1"), Some("b_1_2Unit"));
        assert_eq!(config.assessment_name("66dee0a8e0d02c8199018fe9"), Some("CIEN"));
        assert_eq!(config.assessment_id("M1"), None);
    }

    #[test]
    fn rows_that_cannot_be_read_are_problems() {
        let (_, problems) = read(&[("ASSESSMENT_IDS", "CIEN,=abc,M1=,CL=1,cl=2")]);
        assert_eq!(problems.len(), 4, "{problems:?}");
    }
}
