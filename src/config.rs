//! Gathers the sections that the rooms own, and reports all problems at once.

use std::fmt;
use std::path::PathBuf;

use crate::access::config::AccessConfig;
use crate::delivery::mail::config::MailConfig;
use crate::env::{Env, Problem};
use crate::gateway::config::GatewayConfig;
use crate::http::config::HttpConfig;
use crate::http::console::config::ConsoleConfig;
use crate::intake::config::{IntakeConfig, LearnWorldsConfig};
use crate::jobs::config::JobsConfig;
use crate::kafka::config::KafkaConfig;
use crate::pipeline::config::PipelineConfig;
use crate::privacy::retention::Keep;
use crate::storage::config::StorageConfig;
use crate::telemetry::TelemetryConfig;

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Logs.
    pub telemetry: TelemetryConfig,
    /// The HTTP server.
    pub http: HttpConfig,
    /// The operator's console.
    pub console: ConsoleConfig,
    /// What calls to `/webhook` are verified with.
    pub intake: IntakeConfig,
    /// The platform's API.
    pub learnworlds: LearnWorldsConfig,
    /// Where everything is kept.
    pub storage: StorageConfig,
    /// Mail.
    pub mail: MailConfig,
    /// The durable core.
    pub jobs: JobsConfig,
    /// What our jobs do.
    pub pipeline: PipelineConfig,
    /// How long what is kept.
    pub keep: Keep,
    /// Institutions that hear of events.
    pub gateway: GatewayConfig,
    /// The Kafka bridge, where one is configured.
    pub kafka: Option<KafkaConfig>,
    /// Who may call the gateway.
    pub access: AccessConfig,
    /// `FONT_DIR`: a folder with the school's own fonts.
    pub font_dir: Option<PathBuf>,
}

/// The settings by the room that owns them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Logs.
    Logs,
    /// The HTTP server.
    Http,
    /// What calls are verified with.
    Intake,
    /// The platform's API.
    Platform,
    /// Where everything is kept.
    Storage,
    /// Mail.
    Mail,
    /// The durable core.
    Jobs,
    /// What our jobs do.
    Pipeline,
    /// Institutions that hear of events.
    Gateway,
    /// Who may call the gateway.
    Access,
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub Vec<Problem>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the settings have {} problem{}:", self.0.len(), if self.0.len() == 1 { "" } else { "s" })?;
        for problem in &self.0 {
            write!(f, "\n  {problem}")?;
        }
        write!(f, "\nenv.template lists every variable; gradepost doctor checks them")
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads all sections.
    ///
    /// # Errors
    /// All problems together, each naming its variable.
    pub fn from_env(env: &mut Env) -> Result<Self, ConfigError> {
        let (config, problems) = Self::with_problems(env);
        if problems.is_empty() { Ok(config) } else { Err(ConfigError(problems)) }
    }

    /// Reads all sections for a command that needs only some of them: what is wrong elsewhere is no matter of its.
    ///
    /// # Errors
    /// All problems of the sections named.
    pub fn for_command(env: &mut Env, needed: &[Section]) -> Result<Self, ConfigError> {
        let (config, problems) = Self::by_section(env);
        let ours: Vec<Problem> = problems.into_iter().filter(|(section, _)| needed.contains(section)).map(|(_, problem)| problem).collect();
        if ours.is_empty() { Ok(config) } else { Err(ConfigError(ours)) }
    }

    /// Reads all sections and keeps going where something is wrong; for `doctor`.
    pub fn with_problems(env: &mut Env) -> (Self, Vec<Problem>) {
        let (config, problems) = Self::by_section(env);
        (config, problems.into_iter().map(|(_, problem)| problem).collect())
    }

    fn by_section(env: &mut Env) -> (Self, Vec<(Section, Problem)>) {
        let mut problems = Vec::new();
        let config = Self {
            telemetry: read(env, &mut problems, Section::Logs, TelemetryConfig::from_env),
            http: read(env, &mut problems, Section::Http, HttpConfig::from_env),
            console: read(env, &mut problems, Section::Http, ConsoleConfig::from_env),
            keep: read(env, &mut problems, Section::Storage, Keep::from_env),
            intake: read(env, &mut problems, Section::Intake, IntakeConfig::from_env),
            learnworlds: read(env, &mut problems, Section::Platform, LearnWorldsConfig::from_env),
            storage: read(env, &mut problems, Section::Storage, StorageConfig::from_env),
            mail: read(env, &mut problems, Section::Mail, MailConfig::from_env),
            jobs: read(env, &mut problems, Section::Jobs, JobsConfig::from_env),
            pipeline: read(env, &mut problems, Section::Pipeline, PipelineConfig::from_env),
            gateway: read(env, &mut problems, Section::Gateway, GatewayConfig::from_env),
            kafka: read(env, &mut problems, Section::Gateway, KafkaConfig::from_env),
            access: read(env, &mut problems, Section::Access, AccessConfig::from_env),
            font_dir: env.var("FONT_DIR").map(PathBuf::from),
        };
        (config, problems)
    }
}

/// Reads one section and notes which problems are its.
fn read<T>(env: &mut Env, problems: &mut Vec<(Section, Problem)>, section: Section, from_env: fn(&mut Env) -> T) -> T {
    let before = env.problems().len();
    let value = from_env(env);
    problems.extend(env.problems().iter().skip(before).map(|problem| (section, problem.clone())));
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_hears_of_the_problems_of_its_own_sections_only() {
        let env = || Env::from_pairs([("STORAGE_BACKEND", "gcss"), ("WEBHOOK_WAIT_SECONDS", "soon")]);
        let error = Config::for_command(&mut env(), &[Section::Storage, Section::Mail]).expect_err("the storage is misspelt");
        assert_eq!(error.0.iter().map(|problem| problem.variable.as_str()).collect::<Vec<_>>(), ["STORAGE_BACKEND"]);
        assert!(Config::for_command(&mut env(), &[Section::Mail, Section::Jobs]).is_ok());
        assert_eq!(Config::with_problems(&mut env()).1.len(), 3, "and doctor hears of all");
    }
}
