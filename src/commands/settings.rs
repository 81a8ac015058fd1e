//! Where a command's settings come from: the environment, and the file that `--env` names or `./.env`.

use std::path::PathBuf;

use crate::commands::output::note;
use crate::config::{Config, Section};
use crate::env::Env;

/// The settings of the process and its file; read when a command asks, so that commands without settings never stumble over them.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    file: Option<PathBuf>,
}

impl Settings {
    /// Settings whose file is the one named, else `./.env`.
    pub fn new(file: Option<PathBuf>) -> Self {
        Self { file }
    }

    /// The variables; misspelt ones are told on standard error.
    pub fn env(&self) -> anyhow::Result<Env> {
        let env = self.quiet_env()?;
        tell_hints(&env);
        Ok(env)
    }

    /// The variables, for a command that tells of misspelt ones in its own way.
    pub fn quiet_env(&self) -> anyhow::Result<Env> {
        Ok(Env::load(self.file.as_deref())?)
    }

    /// The sections that a command needs.
    pub fn config(&self, needed: &[Section]) -> anyhow::Result<Config> {
        Ok(Config::for_command(&mut self.env()?, needed)?)
    }
}

/// Says which variables are probably misspelt.
pub fn tell_hints(env: &Env) {
    for hint in env.hints() {
        note!("warning: {hint}");
    }
}
