//! `env.template` and the README's table name every variable the code reads, and no other.

use std::collections::BTreeSet;
use std::path::Path;

use crate::harness::repository;

/// Read by the code, but set by the platform or only of use to tests.
const NOT_SETTINGS: &[&str] = &["K_SERVICE", "K_REVISION", "GRADEPOST_FAILPOINT"];
/// Severities of Cloud Logging, which stand beside the settings in `telemetry.rs`.
const NOT_VARIABLES: &[&str] = &["ERROR", "WARNING", "INFO"];

#[test]
fn env_template_lists_exactly_the_variables_the_code_reads() {
    let template = std::fs::read_to_string(repository("env.template")).unwrap();
    let listed: BTreeSet<String> = template
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once('='))
        .map(|(name, _)| name.trim())
        .filter(|name| is_variable(name))
        .map(str::to_owned)
        .collect();
    let mut read = BTreeSet::new();
    collect(&repository("src"), &mut read);
    for name in NOT_SETTINGS {
        read.remove(*name);
    }
    let missing: Vec<_> = read.difference(&listed).collect();
    let surplus: Vec<_> = listed.difference(&read).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "not in env.template: {missing:?}; not read by the code: {surplus:?}");
}

#[test]
fn the_readme_names_every_setting() {
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    let mut read = BTreeSet::new();
    collect(&repository("src"), &mut read);
    let missing: Vec<_> =
        read.iter().filter(|name| !NOT_SETTINGS.contains(&name.as_str()) && !readme.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "not in README.md: {missing:?}");
}

fn is_variable(text: &str) -> bool {
    text.len() > 2
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && !NOT_VARIABLES.contains(&text)
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Every upper-case string literal in the files that read settings.
fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path
            .file_name()
            .is_some_and(|name| ["config.rs", "telemetry.rs"].iter().any(|file| name == *file) || path.ends_with("learnworlds/mod.rs"))
        {
            let source = std::fs::read_to_string(&path).unwrap();
            let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            found.extend(
                lines
                    .flat_map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
                    .filter(|literal| is_variable(literal)),
            );
        }
    }
}
