//! The one place that reads environment variables and the `.env` file.
//!
//! Rooms build their configuration from an [`Env`], collecting every problem instead of stopping at the first, so that an operator fixes all of them in one go.

mod file;
mod known;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use secrecy::SecretString;

use crate::text::is_invisible;

pub use file::EnvFileError;
pub use known::{Setting, TEMPLATE, is_secret, settings};

/// The file that is read when no other is named.
const DEFAULT_FILE: &str = ".env";
/// A secret with fewer visible characters is a slip, not a secret. Longer ones are the operator's choice: installations that run must start.
const SECRET_LENGTH: usize = 3;
/// Values that stand for a secret that was never set.
/// They are compared in lower case and without separators.
const PLACEHOLDERS: &[&str] = &["changeme", "changethis", "replaceme", "replacethis", "password", "mysecret"];
/// Secrets that stand in documents everybody can read, and words that are tried first. Whoever runs with one is told; the service starts, as it may be a trial.
const PUBLISHED: &[&str] = &[
    "secret",
    "secreto",
    "supersecret",
    "webhook-secret",
    "e8fad5b079d0977f61bc2d21fc5f461719e6478df7de56",
    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "plJ3nmyCDGBKInavdOK15jsl",
    "convoy-webhook-secret",
];

/// A snapshot of the variables a configuration is read from, and the problems met while reading it.
#[derive(Debug, Default)]
pub struct Env {
    vars: BTreeMap<String, String>,
    problems: Vec<Problem>,
    hints: Vec<Problem>,
    warnings: Vec<Problem>,
    file: Option<PathBuf>,
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

    /// The process's own environment, and behind it a file of settings: the one named, else `.env` in the working folder where there is one.
    ///
    /// # Errors
    /// [`EnvFileError`] when the file cannot be read or has a line that is no setting.
    pub fn load(file: Option<&Path>) -> Result<Self, EnvFileError> {
        let mut env = Self::from_process();
        let Some((path, entries)) = file::read(file, Path::new(DEFAULT_FILE))? else { return Ok(env) };
        env.add_file(path, entries);
        Ok(env)
    }

    /// Adds a file's entries; what the process's environment says goes first.
    fn add_file(&mut self, path: PathBuf, entries: Vec<file::Entry>) {
        let set: BTreeSet<String> = self.vars.keys().filter(|name| self.var(name).is_some()).cloned().collect();
        for entry in entries {
            if let Some(hint) = known::hint_in_file(&entry.name) {
                self.hints
                    .push(Problem { variable: entry.name.clone(), message: format!("{} line {}: {hint}", path.display(), entry.line) });
            }
            if !set.contains(&entry.name) && !set.contains(&format!("{}_FILE", entry.name)) {
                self.vars.insert(entry.name, entry.value);
            }
        }
        self.file = Some(path);
    }

    /// An environment made of the given pairs; for tests and for `demo`.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let vars: BTreeMap<String, String> = pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        let hint = |name: &String| Some(Problem { variable: name.clone(), message: known::hint(name)? });
        let hints = vars.keys().filter_map(hint).collect();
        Self { vars, hints, ..Self::default() }
    }

    /// The file of settings that was read.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Variables that are probably misspelt, each with what was probably meant.
    pub fn hints(&self) -> &[Problem] {
        &self.hints
    }

    /// The trimmed value of `name`, or `None` when it is unset or blank. Quotes around it are not part of it: Docker's `--env-file` keeps those that a shell takes off.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(|v| unquoted(v.trim()).trim()).filter(|v| !v.is_empty())
    }

    /// What stands between a prefix and one of some suffixes in the names of variables that are set, for settings whose names hold an id; each once, in order.
    pub fn between(&self, prefix: &str, suffixes: &[&str]) -> Vec<String> {
        let is_set = |name: &&String| self.var(name).is_some();
        let between = |name: &String| {
            let rest = name.strip_prefix(prefix)?;
            let id = suffixes.iter().find_map(|suffix| rest.strip_suffix(suffix))?;
            (!id.is_empty()).then(|| id.to_owned())
        };
        let found: BTreeSet<String> = self.vars.keys().filter(is_set).filter_map(between).collect();
        found.into_iter().collect()
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
        let message = format!("{} is not {expected}", shown(raw));
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
                let message = format!("{} is not a switch; use true or false", shown(raw));
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
        let message = format!("{} is not known; use one of: {}", shown(raw), words.join(", "));
        self.problem(name, message);
        default
    }

    /// A secret from the first set name, or from the file that `<NAME>_FILE` points to (mounted secrets).
    pub fn secret(&mut self, names: &[&str]) -> Option<SecretString> {
        self.named_secret(names).map(|(_, secret)| SecretString::from(secret))
    }

    /// A secret that guards a door of ours: as [`Env::secret`], but one that anybody could guess is a problem.
    ///
    /// A variable that is set but blank is a problem, too: its owner believes the door guarded.
    pub fn guard(&mut self, names: &[&str]) -> Option<SecretString> {
        let Some((name, secret)) = self.named_secret(names) else {
            for name in names
                .iter()
                .filter(|name| self.vars.get(**name).is_some_and(|v| !v.trim().is_empty() && unquoted(v.trim()).trim().is_empty()))
            {
                self.problems.push(Problem {
                    variable: (*name).to_owned(),
                    message: "holds nothing but quotes; set the secret or remove the variable".to_owned(),
                });
            }
            return None;
        };
        if let Some(message) = weakness(&secret) {
            self.problem(&name, message);
            return None;
        }
        if is_published(&secret) {
            let message = "is an example that everybody can read or guess, so it keeps nobody out; make one with: openssl rand -hex 24";
            self.warnings.push(Problem { variable: name, message: message.to_owned() });
        }
        Some(SecretString::from(secret))
    }

    /// A secret and the variable it came from.
    #[expect(clippy::disallowed_methods, reason = "a mounted secret is part of the environment")]
    fn named_secret(&mut self, names: &[&str]) -> Option<(String, String)> {
        if let Some(found) = names.iter().find_map(|name| Some(((*name).to_owned(), self.var(name)?.to_owned()))) {
            return Some(found);
        }
        for name in names {
            let file_var = format!("{name}_FILE");
            let Some(path) = self.var(&file_var).map(ToOwned::to_owned) else { continue };
            match std::fs::read_to_string(&path).map(|text| text.trim_start_matches('\u{feff}').trim().to_owned()) {
                Ok(text) if !text.is_empty() => return Some((file_var, text)),
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

    /// Whether a problem of this variable, or of the file it names, is noted.
    pub fn has_problem(&self, name: &str) -> bool {
        self.problems.iter().any(|problem| problem.variable == name || problem.variable.strip_suffix("_FILE") == Some(name))
    }

    /// What is no problem and yet to be told, met so far.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// All problems met so far.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// The text inside a pair of quotes, or the text itself.
fn unquoted(text: &str) -> &str {
    ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(text)
}

/// A value as a problem may name it: a short plain word or figure as it stands, of anything else the length only. A secret that got into the wrong variable must not reach a log.
pub fn shown(value: &str) -> String {
    const LONGEST_WORD: usize = 12;
    const LONGEST_MIXED: usize = 5;
    let only = |allowed: fn(&u8) -> bool| value.len() <= LONGEST_WORD && value.as_bytes().iter().all(allowed);
    let is_word = only(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_' | b' '));
    let is_figure = only(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b',' | b':'));
    let is_mixed = value.len() <= LONGEST_MIXED && value.bytes().all(|b| b.is_ascii_graphic());
    if is_word || is_figure || is_mixed {
        return format!("'{value}'");
    }
    format!("its value ({} characters, not repeated here)", value.chars().count())
}

/// A secret without the prefix of LearnWorlds' header, which may have been copied with it.
fn bare(secret: &str) -> &str {
    let mut bare = secret.trim();
    while let Some(rest) = bare.get(..3).filter(|prefix| prefix.eq_ignore_ascii_case("v1=")).and_then(|_| bare.get(3..)) {
        bare = rest.trim();
    }
    bare
}

/// Whether a secret is one that documents show as an example, or a word like that.
fn is_published(secret: &str) -> bool {
    let bare = bare(secret);
    let bare = bare.strip_prefix("whsec_").unwrap_or(bare);
    PUBLISHED.iter().any(|published| published.eq_ignore_ascii_case(bare))
}

/// Whether it stands for a secret that somebody was to put there: a word of the list, `your-webhook-secret-here`, `<secret>`, `${SECRET}`.
fn is_placeholder(secret: &str) -> bool {
    let between = |open: &str, close: &str| secret.starts_with(open) && secret.ends_with(close);
    if between("<", ">") || between("${", "}") || between("{{", "}}") || between("[", "]") {
        return true;
    }
    let plain: String = secret.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.')).flat_map(char::to_lowercase).collect();
    let is_yours = plain.strip_prefix("your").or_else(|| plain.strip_prefix("tu")).is_some_and(|rest| {
        ["secret", "token", "key", "password", "secreto", "clave", "contraseña"].iter().any(|word| rest.contains(word))
    });
    is_yours || PLACEHOLDERS.contains(&plain.as_str())
}

/// Why a secret guards nothing. It never repeats the secret.
fn weakness(secret: &str) -> Option<String> {
    let bare = bare(secret);
    let visible: Vec<char> = bare.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !is_invisible(*c)).collect();
    let advice = "copy the whole value, or make one with: openssl rand -hex 24";
    if visible.len() < SECRET_LENGTH {
        return Some(format!(
            "is too short to keep anybody out ({} visible characters; at least {SECRET_LENGTH}); {advice}",
            visible.len()
        ));
    }
    is_placeholder(bare).then(|| format!("is a placeholder that anybody can guess; {advice}"))
}

#[cfg(test)]
mod tests;
