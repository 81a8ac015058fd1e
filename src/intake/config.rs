//! The settings of intake: how calls are verified, and how the platform's API is reached.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::SystemClock;
use crate::env::Env;
use crate::intake::belonging::Belonging;
use crate::intake::source::{Secrets, Source};
use crate::intake::sources;
use crate::intake::sources::PlatformsConfig;
use crate::model::person::EmailAddress;

pub use crate::intake::sources::learnworlds::config::LearnWorldsConfig;

/// How calls are verified: one set of secrets a source.
#[derive(Debug, Clone)]
pub struct IntakeConfig {
    secrets: BTreeMap<&'static str, Secrets>,
    /// What the platforms beside LearnWorlds need besides their secrets.
    pub platforms: PlatformsConfig,
    /// `PLATFORM_INSTITUTION`: the institutions whose endpoints hear of grades, members, content and transcriptions that platforms tell, and whose keys may search them; nobody's do without it.
    pub institutions: Belonging,
    /// `TRANSCRIPTION_NOTICE_TO`: who is mailed when a transcription is ready, with commas between the addresses.
    pub transcription_notices: Vec<EmailAddress>,
    /// `ALLOW_UNSIGNED_WEBHOOKS` (default false): development only; whoever knows the URL can have reports sent.
    pub allow_unsigned: bool,
}

/// A source that is not configured takes nothing.
static TAKES_NOTHING: Secrets = Secrets { current: None, previous: None, key: None, allow_unsigned: false };

impl IntakeConfig {
    /// Reads `WEBHOOK_SECRET` (alias `LEARNWORLDS_WEBHOOK_SECRET`, both also as `_FILE`), `WEBHOOK_SECRET_PREVIOUS` and `ALLOW_UNSIGNED_WEBHOOKS`.
    ///
    /// Every other source has secrets of its own; one without is off. No secret at all is a problem: a service that cannot verify must not start.
    pub fn from_env(env: &mut Env) -> Self {
        let allow_unsigned = allow_unsigned(env);
        let platforms = PlatformsConfig::from_env(env);
        let sources = sources::offline_with(&platforms, Arc::new(SystemClock));
        let secrets: BTreeMap<_, _> = sources.iter().map(|source| (source.name(), secrets_of(&**source, env, allow_unsigned))).collect();
        let is_told = || sources.iter().any(|source| source.secret_variables().current.iter().any(|name| env.has_problem(name)));
        let is_on = |source: &Arc<dyn Source>| secrets.get(source.name()).is_some_and(|secrets| source.is_on(secrets));
        if !allow_unsigned && !sources.iter().any(is_on) && !is_told() {
            let variable = sources.iter().find_map(|source| source.secret_variables().current.first());
            env.problem(
                variable.unwrap_or(&"WEBHOOK_SECRET"),
                "is not set; copy the value from the platform's webhook settings (LearnWorlds: Settings > Developers > Webhooks)",
            );
        }
        let names: Vec<&'static str> = sources.iter().map(|source| source.name()).collect();
        let institutions = Belonging::from_env(env, &names);
        let transcription_notices = addresses(env, "TRANSCRIPTION_NOTICE_TO");
        Self { secrets, platforms, institutions, transcription_notices, allow_unsigned }
    }

    /// A configuration with `secret` for every source.
    pub fn for_testing(secret: &str) -> Self {
        let secrets = Secrets { current: Some(secret.into()), previous: None, key: None, allow_unsigned: false };
        let secrets = sources::offline().iter().map(|source| (source.name(), secrets.clone())).collect();
        Self {
            secrets,
            platforms: PlatformsConfig::default(),
            institutions: Belonging::default(),
            transcription_notices: Vec::new(),
            allow_unsigned: false,
        }
    }

    /// What the source called `name` is verified with.
    pub fn secrets(&self, name: &str) -> &Secrets {
        self.secrets.get(name).unwrap_or(&TAKES_NOTHING)
    }

    /// What an operator should be told at every start, if anything.
    pub fn warning(&self) -> Option<&'static str> {
        self.allow_unsigned.then_some("ALLOW_UNSIGNED_WEBHOOKS is on: anyone who knows the URL can have reports sent; for development only")
    }
}

fn addresses(env: &mut Env, name: &str) -> Vec<EmailAddress> {
    let text = env.var(name).map(ToOwned::to_owned).unwrap_or_default();
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let read = |part: &str| EmailAddress::parse(part).inspect_err(|error| env.problem(name, error.to_string())).ok();
    parts.filter_map(read).collect()
}

fn secrets_of(source: &dyn Source, env: &mut Env, allow_unsigned: bool) -> Secrets {
    let variables = source.secret_variables();
    let allow_unsigned = allow_unsigned && source.may_be_unsigned();
    Secrets { current: env.guard(variables.current), previous: env.guard(variables.previous), key: None, allow_unsigned }
}

fn allow_unsigned(env: &mut Env) -> bool {
    let wanted = env.switch("ALLOW_UNSIGNED_WEBHOOKS", false);
    if wanted && env.var("K_SERVICE").is_some() {
        env.problem("ALLOW_UNSIGNED_WEBHOOKS", "is for development and refused on Cloud Run; remove it and set WEBHOOK_SECRET");
        return false;
    }
    wanted
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (IntakeConfig, Vec<String>) {
        let mut env = Env::from_pairs(pairs.iter().copied());
        let config = IntakeConfig::from_env(&mut env);
        let problems = env.problems().iter().map(ToString::to_string).collect();
        (config, problems)
    }

    #[test]
    fn the_secret_is_read_under_both_of_its_names_and_from_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file.as_file(), b" s3cret-of-ours\n").unwrap();
        let path = file.path().to_str().unwrap();
        for pair in [("WEBHOOK_SECRET", "s3cret-of-ours"), ("LEARNWORLDS_WEBHOOK_SECRET", "s3cret-of-ours"), ("WEBHOOK_SECRET_FILE", path)]
        {
            let (config, problems) = read(&[pair, ("WEBHOOK_SECRET_PREVIOUS", "old-secret")]);
            assert!(problems.is_empty(), "{problems:?}");
            let secrets = config.secrets("learnworlds");
            assert_eq!(secrets.current.as_ref().map(|s| s.expose_secret().to_owned()).as_deref(), Some("s3cret-of-ours"));
            assert_eq!(secrets.previous.as_ref().map(|s| s.expose_secret().to_owned()).as_deref(), Some("old-secret"));
        }
    }

    #[test]
    fn a_missing_secret_is_a_problem_that_says_where_to_find_it() {
        let (config, problems) = read(&[]);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("WEBHOOK_SECRET: ") && problems[0].contains("Settings > Developers > Webhooks"));
        assert!(config.secrets("learnworlds").current.is_none() && config.warning().is_none());
    }

    #[test]
    fn unsigned_calls_are_allowed_only_on_purpose_and_never_on_cloud_run() {
        let (config, problems) = read(&[("ALLOW_UNSIGNED_WEBHOOKS", "true")]);
        assert!(problems.is_empty() && config.secrets("learnworlds").allow_unsigned && config.warning().is_some());

        let (config, problems) = read(&[("ALLOW_UNSIGNED_WEBHOOKS", "true"), ("K_SERVICE", "gradepost"), ("WEBHOOK_SECRET", "3f9c1e7a5b")]);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(!config.secrets("learnworlds").allow_unsigned && config.warning().is_none());
    }

    #[test]
    fn a_secret_that_anybody_would_guess_is_a_problem() {
        for weak in ["x", "v1=", "v1=v1=", "\"\"", "\"v1=\"", "\u{200b}", "changeme"] {
            let (_, problems) = read(&[("WEBHOOK_SECRET", weak)]);
            assert!(problems.len() == 1 && problems[0].starts_with("WEBHOOK_SECRET: "), "{weak:?}: {problems:?}");
            let (_, problems) = read(&[("WEBHOOK_SECRET", "3f9c1e7a5b"), ("WEBHOOK_SECRET_PREVIOUS", weak)]);
            assert!(problems.len() == 1 && problems[0].starts_with("WEBHOOK_SECRET_PREVIOUS: "), "{weak:?}: {problems:?}");
        }
    }

    #[test]
    fn an_unknown_source_takes_nothing() {
        let (config, _) = read(&[("WEBHOOK_SECRET", "3f9c1e7a5b")]);
        assert!(config.secrets("canvas").current.is_none());
    }

    #[test]
    fn secrets_do_not_show_when_the_configuration_is_printed() {
        let (config, _) = read(&[("WEBHOOK_SECRET", "hunter2-very-secret")]);
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
