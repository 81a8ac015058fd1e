//! All settings there are: `env.template` is their list, and a test holds it against the code.

use std::sync::LazyLock;

/// The file that lists all settings with what each means.
pub const TEMPLATE: &str = include_str!("../../env.template");

/// One setting as `env.template` lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The variable.
    pub name: &'static str,
    /// What counts where it is not set; empty for none.
    pub default: &'static str,
}

/// Every setting, in the order of `env.template`.
pub fn settings() -> impl Iterator<Item = Setting> {
    TEMPLATE.lines().filter_map(|line| {
        let (name, default) = line.trim_start_matches("# ").split_once('=')?;
        is_variable(name).then_some(Setting { name, default })
    })
}

/// Whether a setting holds what nobody may see.
pub fn is_secret(name: &str) -> bool {
    name.ends_with("_KEY") || ["SECRET", "PASS", "TOKEN"].iter().any(|word| name.contains(word))
}

/// Names that other programs and older notes use for our settings.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("SMTP_HOST", "SMTP_SERVER"),
    ("SMTP_USER", "EMAIL_USER"),
    ("SMTP_USERNAME", "EMAIL_USER"),
    ("SMTP_LOGIN", "EMAIL_USER"),
    ("SMTP_PASS", "EMAIL_PASSWORD"),
    ("SMTP_PASSWORD", "EMAIL_PASSWORD"),
    ("SMTP_FROM", "EMAIL_FROM"),
    ("SMTP_SECURE", "SMTP_TLS"),
    ("EMAIL_HOST", "SMTP_SERVER"),
    ("EMAIL_PORT", "SMTP_PORT"),
    ("MAIL_HOST", "SMTP_SERVER"),
    ("MAIL_PORT", "SMTP_PORT"),
    ("MAIL_USERNAME", "EMAIL_USER"),
    ("MAIL_PASSWORD", "EMAIL_PASSWORD"),
    ("MAIL_FROM", "EMAIL_FROM"),
    ("GCS_BUCKET", "GCP_BUCKET_NAME"),
    ("GCS_BUCKET_NAME", "GCP_BUCKET_NAME"),
    ("GCP_BUCKET", "GCP_BUCKET_NAME"),
    ("BUCKET_NAME", "GCP_BUCKET_NAME"),
    ("LEARNWORLDS_DOMAIN", "SCHOOL_DOMAIN"),
    ("LEARNWORLDS_CLIENT_ID", "CLIENT_ID"),
    ("LEARNWORLDS_CLIENT_SECRET", "CLIENT_SECRET"),
    ("LEARNWORLDS_ACCESS_TOKEN", "ACCESS_TOKEN"),
    ("LEARNWORLDS_SECRET", "WEBHOOK_SECRET"),
    ("REPORT_TIME_ZONE", "REPORT_TIMEZONE"),
    ("REPORT_LOCALE", "REPORT_LANGUAGE"),
];

/// Variables of other programs that a file of settings may hold for them.
const FOREIGN: &[&str] = &["TZ", "PATH", "HOME", "LANG", "RUST_BACKTRACE", "RUST_LOG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR"];
const FOREIGN_PREFIXES: &[&str] = &["GOOGLE_", "CLOUDSDK_", "COMPOSE_", "DOCKER_", "K_", "GCE_", "LC_", "GRADEPOST_"];

/// What to say of a variable that is no setting, but was probably meant as one.
pub(super) fn hint(name: &str) -> Option<String> {
    let meant = meant(name)?;
    Some(format!("is not a setting and is ignored; did you mean {meant}?"))
}

/// As [`hint`], in a file that is ours: there a name that is no setting at all is told of, too.
pub(super) fn hint_in_file(name: &str) -> Option<String> {
    let foreign = || FOREIGN.contains(&name) || FOREIGN_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    let unknown = || "is not a setting of gradepost and is ignored; env.template lists them all".to_owned();
    hint(name).or_else(|| (!is_known(name) && !foreign()).then(unknown))
}

static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| settings().map(|setting| setting.name).collect());

fn is_known(name: &str) -> bool {
    let is_listed = |name: &str| NAMES.contains(&name) || is_of_a_service(name);
    is_listed(name) || name.strip_suffix("_FILE").is_some_and(|base| is_listed(base) && is_secret(base))
}

/// `SERVICE_<ID>_SECRET` and `SERVICE_<ID>_KEY`: one pair a service, so that no list can name them all.
fn is_of_a_service(name: &str) -> bool {
    let rest = name.strip_suffix("_FILE").unwrap_or(name).strip_prefix("SERVICE_");
    rest.and_then(|rest| rest.strip_suffix("_SECRET").or_else(|| rest.strip_suffix("_KEY"))).is_some_and(|id| !id.is_empty())
}

/// The setting a name was meant to be; none for a setting itself and for what resembles none.
fn meant(name: &str) -> Option<&'static str> {
    if is_known(name) || name.len() > 60 {
        return None;
    }
    let upper = name.to_ascii_uppercase().replace('-', "_");
    let alike = || NAMES.iter().find(|known| **known == upper);
    let other = || OTHER_NAMES.iter().find(|(other, _)| *other == upper).map(|(_, meant)| meant);
    let near = || {
        let misspelt = |known: &&&str| is_misspelt(&upper, known);
        // The closest, and of two equally close ones the first of the list.
        NAMES.iter().filter(misspelt).min_by_key(|known| distance(&upper, known))
    };
    alike().or_else(other).or_else(near).copied()
}

/// Whether a word is so near to a name that no other word is likely: one slip, or two in a long name.
fn is_misspelt(word: &str, name: &str) -> bool {
    let allowed = match name.len() {
        0..=4 => return false,
        5..=9 => 1,
        _ => 2,
    };
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().filter(|c| *c != '_').collect();
        letters.sort_unstable();
        letters
    };
    // Letters in another order, or without the underscores.
    word.len().abs_diff(name.len()) <= 3 && (distance(word, name) <= allowed || (name.len() > 6 && sorted(word) == sorted(name)))
}

/// How many letters have to be changed, left out or put in (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = *cell;
            left = replaced.min(left + 1).min(diagonal + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

fn is_variable(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_setting_is_met_with_the_one_that_was_meant() {
        for (name, expected) in [
            ("WEBHOOK_SECERT", "WEBHOOK_SECRET"),
            ("WEBHOOKSECRET", "WEBHOOK_SECRET"),
            ("WEB_HOOK_SECRET", "WEBHOOK_SECRET"),
            ("webhook_secret", "WEBHOOK_SECRET"),
            ("WEBHOOK-SECRET", "WEBHOOK_SECRET"),
            ("WEBHOOK_SECRTE_FILE", "WEBHOOK_SECRET"),
            ("SMTP_SEVER", "SMTP_SERVER"),
            ("SMTP_HOST", "SMTP_SERVER"),
            ("EMAIL_PASWORD", "EMAIL_PASSWORD"),
            ("STORAGE_BACKED", "STORAGE_BACKEND"),
            ("DATADIR", "DATA_DIR"),
            ("REPORT_TIMEZON", "REPORT_TIMEZONE"),
            ("GCP_PROYECT_ID", "GCP_PROJECT_ID"),
            ("AMIN_TOKEN", "ADMIN_TOKEN"),
        ] {
            let meant = meant(name).or_else(|| meant(name.strip_suffix("_FILE")?));
            assert_eq!(meant, Some(expected), "{name}");
        }
    }

    #[test]
    fn settings_and_the_variables_of_other_programs_get_no_hint() {
        for setting in settings() {
            assert_eq!(hint_in_file(setting.name), None, "{}", setting.name);
        }
        for name in [
            "WEBHOOK_SECRET_FILE",
            "PATH",
            "HOME",
            "USER",
            "LANG",
            "LC_ALL",
            "PWD",
            "SHELL",
            "TERM",
            "EDITOR",
            "HOSTNAME",
            "LOGNAME",
            "PORTS",
            "DISPLAY",
            "OLDPWD",
            "CARGO_HOME",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "K_SERVICE",
            "K_REVISION",
            "XDG_RUNTIME_DIR",
            "MAIL",
            "DEBUGGER",
            "ADMIN_TOKENS_URL",
            "CLIENT_ID_ISSUED_AT",
        ] {
            assert_eq!(hint(name), None, "{name}");
        }
        assert!(hint_in_file("FAVOURITE_COLOUR").is_some() && hint("FAVOURITE_COLOUR").is_none());
    }

    #[test]
    fn a_distance_counts_the_letters_that_differ() {
        for (a, b, expected) in [("", "abc", 3), ("abc", "abc", 0), ("kitten", "sitting", 3), ("ab", "ba", 2)] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
