//! `docs/promises.md` names a test or a command for each promise, and each test it names exists.
#![expect(clippy::disallowed_methods, reason = "a test reads the tree it checks")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[test]
fn every_promise_names_a_test_that_exists() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(root.join("docs/promises.md")).expect("docs/promises.md");
    let tests = test_names(&root);
    let mut faults = Vec::new();
    let mut rows = BTreeSet::new();
    for line in table.lines().filter(|line| line.starts_with("| S")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [row, _, shown] = cells[..] else {
            faults.push(format!("not three cells: {line}"));
            continue;
        };
        rows.insert(row.to_owned());
        let named: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        if named.is_empty() {
            faults.push(format!("{row} names nothing"));
        }
        for name in named {
            let test = name.rsplit("::").next().unwrap_or(name);
            let is_file = root.join(name).exists();
            let is_command = name.starts_with("gradepost ") || name.starts_with("cargo ") || name.starts_with("bash ");
            if !is_file && !is_command && !tests.contains(test) {
                faults.push(format!("{row}: there is no test, file or command '{name}'"));
            }
        }
    }
    let of = |document: &str, last: u32| (1..=last).map(|n| format!("{document}-{n}")).collect::<Vec<_>>();
    let promised = [of("S0", 20), of("S1", 33), of("S2", 38), of("S3", 48), of("S4", 12)].concat();
    faults.extend(promised.into_iter().filter(|row| !rows.contains(row)).map(|row| format!("{row} is missing")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The names of all functions that the test harness runs.
fn test_names(root: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["src", "tests"] {
        collect(&root.join(folder), &mut names);
    }
    names
}

fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("readable folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            collect(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).expect("readable source");
            names.extend(run_by_the_test_harness(&source));
        }
    }
}

/// The functions behind a test attribute (`#[test]`, `#[tokio::test(…)]`) that are not ignored, and those in `proptest!`; other attributes and comments may stand between.
fn run_by_the_test_harness(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_test = false;
    for line in source.lines().map(str::trim_start) {
        if let Some(attribute) = line.strip_prefix("#[") {
            let name = attribute.split(['(', ']', ' ', '=']).next().unwrap_or_default().trim();
            is_test = (is_test || name == "test" || name.ends_with("::test")) && name != "ignore";
        } else if let Some(rest) = line.trim_start_matches("async ").strip_prefix("fn ") {
            if is_test {
                found.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
            }
            is_test = false;
        } else if !line.starts_with("//") && !line.is_empty() && !line.starts_with(')') && !line.starts_with(']') {
            // Anything else than an attribute that goes on over lines ends what stood before.
            is_test = is_test && line.ends_with([',', '(']);
        }
    }
    found
}

#[test]
fn only_functions_behind_a_test_attribute_count() {
    let source = "#[test]\nfn one() {}\n\n#[tokio::test(flavor = \"multi_thread\")]\n// why\n#[cfg(unix)]\nasync fn two() {}\nfn helper() {}\n#[test]\n#[ignore = \"slow\"]\nfn three() {}\n#[expect(\n    x,\n)]\nfn four() {}\n";
    assert_eq!(run_by_the_test_harness(source), ["one", "two"]);
}
