//! The one place that reads environment variables.
//!
//! Rooms build their configuration from an [`Env`], collecting every problem instead of stopping at the first, so that an operator mends all of them in one go.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use secrecy::SecretString;

/// A snapshot of the variables a configuration is read from, and the problems met while reading it.
#[derive(Debug, Default)]
pub struct Env {
    vars: BTreeMap<String, String>,
    problems: Vec<Problem>,
}

/// What is wrong with one variable, in words an operator can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The variable's name.
    pub variable: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.message)
    }
}

impl Env {
    /// The process's own environment.
    #[expect(clippy::disallowed_methods, reason = "this is the door to the environment")]
    pub fn from_process() -> Self {
        Self::from_pairs(std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))))
    }

    /// An environment made of the given pairs; for tests and for `demo`.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self { vars: pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect(), problems: Vec::new() }
    }

    /// The trimmed value of `name`, or `None` when it is unset or blank.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(|v| v.trim()).filter(|v| !v.is_empty())
    }

    /// The first of `names` that is set: the variable's own name first, then the names older installations use.
    pub fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.var(name))
    }

    /// The value of `name` parsed, or `default`; a value that does not parse is a problem.
    pub fn parsed<T: FromStr>(&mut self, name: &str, default: T, expected: &str) -> T {
        let Some(raw) = self.var(name) else { return default };
        if let Ok(value) = raw.parse() {
            return value;
        }
        let message = format!("'{raw}' is not {expected}");
        self.problem(name, message);
        default
    }

    /// A switch: `true/false`, `1/0`, `yes/no`, `on/off`.
    pub fn switch(&mut self, name: &str, default: bool) -> bool {
        let Some(raw) = self.var(name) else { return default };
        match raw.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => true,
            "false" | "0" | "no" | "off" => false,
            _ => {
                let message = format!("'{raw}' is not a switch; use true or false");
                self.problem(name, message);
                default
            }
        }
    }

    /// One of a fixed set of words, compared without case; anything else is a problem that names them all.
    pub fn one_of<T: Copy>(&mut self, name: &str, default: T, allowed: &[(&str, T)]) -> T {
        let Some(raw) = self.var(name) else { return default };
        if let Some((_, value)) = allowed.iter().find(|(word, _)| word.eq_ignore_ascii_case(raw)) {
            return *value;
        }
        let words: Vec<&str> = allowed.iter().map(|(word, _)| *word).collect();
        let message = format!("'{raw}' is not known; use one of: {}", words.join(", "));
        self.problem(name, message);
        default
    }

    /// A secret from the first set name, or from the file that `<NAME>_FILE` points to (mounted secrets).
    #[expect(clippy::disallowed_methods, reason = "a mounted secret is part of the environment")]
    pub fn secret(&mut self, names: &[&str]) -> Option<SecretString> {
        if let Some(value) = self.first(names) {
            return Some(SecretString::from(value.to_owned()));
        }
        for name in names {
            let file_var = format!("{name}_FILE");
            let Some(path) = self.var(&file_var).map(ToOwned::to_owned) else { continue };
            match std::fs::read_to_string(&path) {
                Ok(text) if !text.trim().is_empty() => return Some(SecretString::from(text.trim().to_owned())),
                Ok(_) => self.problem(&file_var, format!("the file {path} is empty")),
                Err(error) => self.problem(&file_var, format!("cannot read {path}: {error}")),
            }
        }
        None
    }

    /// Whether a secret is given, directly or as a file; it is not read.
    pub fn has_secret(&self, name: &str) -> bool {
        self.var(name).is_some() || self.var(&format!("{name}_FILE")).is_some()
    }

    /// Notes a problem with a variable.
    pub fn problem(&mut self, variable: &str, message: impl Into<String>) {
        self.problems.push(Problem { variable: variable.to_owned(), message: message.into() });
    }

    /// All problems met so far.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}
