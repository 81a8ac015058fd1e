//! Gathers the sections that the rooms own, and reports all problems at once.

use std::fmt;
use std::path::PathBuf;

use crate::delivery::mail::config::MailConfig;
use crate::env::{Env, Problem};
use crate::http::config::HttpConfig;
use crate::intake::config::{IntakeConfig, LearnWorldsConfig};
use crate::jobs::config::JobsConfig;
use crate::pipeline::config::PipelineConfig;
use crate::storage::config::StorageConfig;
use crate::telemetry::TelemetryConfig;

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Logs.
    pub telemetry: TelemetryConfig,
    /// The HTTP server.
    pub http: HttpConfig,
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
    /// `FONT_DIR`: a folder with the school's own fonts.
    pub font_dir: Option<PathBuf>,
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

    /// Reads all sections and keeps going where something is wrong; for `doctor` and for commands that need only a part.
    pub fn with_problems(env: &mut Env) -> (Self, Vec<Problem>) {
        let config = Self {
            telemetry: TelemetryConfig::from_env(env),
            http: HttpConfig::from_env(env),
            intake: IntakeConfig::from_env(env),
            learnworlds: LearnWorldsConfig::from_env(env),
            storage: StorageConfig::from_env(env),
            mail: MailConfig::from_env(env),
            jobs: JobsConfig::from_env(env),
            pipeline: PipelineConfig::from_env(env),
            font_dir: env.var("FONT_DIR").map(PathBuf::from),
        };
        (config, env.problems().to_vec())
    }
}
