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
    for line in table.lines().filter(|line| line.starts_with("| S2-")) {
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
    faults.extend((1..=38).map(|n| format!("S2-{n}")).filter(|row| !rows.contains(row)).map(|row| format!("{row} is missing")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The names of all functions that follow a test attribute.
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
            let functions = source.lines().filter_map(|line| line.trim_start().trim_start_matches("async ").strip_prefix("fn "));
            names.extend(functions.map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()));
        }
    }
}
