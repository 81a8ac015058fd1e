//! Who may import whom, held by reading the sources (ARCHITECTURE.md, "Who may import whom").
//!
//! The compiler forbids cycles between crates, not between modules; this test does that for rooms.

#![expect(clippy::disallowed_methods, reason = "a test reads the tree it checks")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms and what they may import. A room not in the table fails the test: a new one is added here on purpose.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("clock", &[]),
    ("env", &[]),
    ("signing", &[]),
    ("report", &[]),
    ("analysis", &["model"]),
    ("storage", &["model", "env", "signing"]),
    ("intake", &["model", "signing", "env", "clock"]),
    ("delivery", &["model", "signing", "env"]),
    ("jobs", &["model", "clock", "storage", "env", "signing"]),
    ("pipeline", &["model", "clock", "intake", "jobs", "analysis", "report", "storage", "delivery", "env"]),
    ("http", &["model", "clock", "intake", "jobs", "storage", "env"]),
    ("telemetry", &["env"]),
    ("config", &["storage", "intake", "delivery", "jobs", "pipeline", "http", "telemetry", "env"]),
    ("commands", &["app", "config", "report", "analysis", "delivery", "intake", "model", "env", "clock", "telemetry", "jobs", "storage"]),
    (
        "app",
        &[
            "config",
            "telemetry",
            "http",
            "intake",
            "jobs",
            "pipeline",
            "analysis",
            "delivery",
            "report",
            "storage",
            "clock",
            "env",
            "model",
            "signing",
        ],
    ),
    ("main", &["commands", "telemetry"]),
    ("lib", &[]),
];

/// Outside crates and the only places that may name them.
const DOORS: &[(&str, &[&str])] = &[
    ("axum", &["http/", "app.rs", "app/"]),
    ("docx_rs", &["report/starter/"]),
    ("zip", &["report/package/"]),
    ("quick_xml", &["report/package/", "report/template/", "report/document/"]),
    ("printpdf", &["report/pdf/"]),
    ("lettre", &["delivery/mail/"]),
    ("google_cloud_storage", &["storage/gcs.rs", "storage/gcs/"]),
    ("google_cloud_auth", &["storage/gcs.rs", "storage/gcs/", "app/"]),
    (
        "reqwest",
        &["storage/gcs.rs", "storage/gcs/", "storage/emulator.rs", "delivery/webhook/", "intake/sources/", "app.rs", "app/", "commands/"],
    ),
    ("hmac", &["signing.rs"]),
    ("sha2", &["signing.rs"]),
    ("minijinja", &["report/template/", "report/data.rs", "report/charts/", "analysis/", "pipeline/"]),
    ("calamine", &["analysis/"]),
    ("rustybuzz", &["report/fonts/"]),
    ("ttf_parser", &["report/fonts/", "report/pdf/fonts/"]),
    ("fontdb", &["report/fonts/"]),
    ("subsetter", &["report/pdf/", "report/fonts/"]),
];

/// Rooms that compute and do nothing else: no logging, no async runtime, no files.
const PURE: &[&str] = &["model", "signing", "analysis", "report"];

#[test]
fn rooms_import_only_what_the_table_allows() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut faults = Vec::new();
    for source in sources() {
        let room = source.room();
        let Some(may) = allowed.get(room.as_str()) else {
            faults.push(format!("{}: room '{room}' is not in the table", source.path));
            continue;
        };
        for (line, imported) in source.crate_paths() {
            if imported != room && !may.contains(&imported.as_str()) {
                faults.push(format!("{}:{line}: '{room}' imports '{imported}'", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn outside_crates_come_in_by_one_door() {
    let mut faults = Vec::new();
    for source in sources() {
        for (name, doors) in DOORS {
            if doors.iter().any(|door| source.path.starts_with(door)) {
                continue;
            }
            if let Some(line) = source.names_crate(name) {
                faults.push(format!("{}:{line}: {name} belongs to {}", source.path, doors.join(", ")));
            }
        }
        let is_test = source.path.ends_with("/tests.rs") || source.path.contains("/tests/");
        if PURE.contains(&source.room().as_str()) && !is_test {
            for name in ["tracing", "tokio", "reqwest", "std::fs", "std::env", "std::net"] {
                if let Some(line) = source.names_crate(name) {
                    faults.push(format!("{}:{line}: a pure room names {name}", source.path));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn siblings_keep_apart() {
    /// Inside a room: the first folder may not import the second.
    const FORBIDDEN: &[(&str, &str)] = &[
        ("report/layout/", "report::pdf"),
        ("report/layout/", "report::template"),
        ("report/pdf/", "report::document"),
        ("report/pdf/", "report::template"),
        ("report/document/", "report::template"),
        ("report/document/", "report::pdf"),
        ("report/fonts/", "report::layout"),
        ("report/charts/", "report::layout"),
        ("storage/gcs.rs", "storage::local"),
        ("storage/local.rs", "storage::gcs"),
        ("storage/memory.rs", "storage::local"),
    ];
    let mut faults = Vec::new();
    for source in sources() {
        for (place, target) in FORBIDDEN {
            let crossing = source.lines().find(|(_, line)| source.path.starts_with(place) && line.contains(&format!("crate::{target}")));
            if let Some((line, _)) = crossing {
                faults.push(format!("{}:{line}: {place} imports {target}", source.path));
            }
        }
        if let Some((line, _)) = source.lines().find(|(_, line)| line.contains("super::super")) {
            faults.push(format!("{}:{line}: super::super hides which room is meant", source.path));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_crate_root_re_exports_nothing() {
    let root = fs::read_to_string(manifest_dir().join("src/lib.rs")).expect("src/lib.rs");
    assert!(!root.contains("pub use"), "src/lib.rs re-exports; every import names its room instead");
}

struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The first part of the path: the room.
    fn room(&self) -> String {
        let first = self.path.split('/').next().unwrap_or_default();
        first.trim_end_matches(".rs").to_owned()
    }

    /// Lines with their numbers, comments cut off.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(n, line)| {
            let trimmed = line.trim_start();
            (n + 1, if trimmed.starts_with("//") { "" } else { line })
        })
    }

    /// Every `crate::<room>` named, `use crate::{a, b}` included.
    fn crate_paths(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (n, line) in self.lines() {
            for (at, _) in line.match_indices("crate::") {
                // `$crate::` and `other_crate::` are not ours.
                if line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
                    continue;
                }
                let rest = &line[at + "crate::".len()..];
                if let Some(group) = rest.strip_prefix('{') {
                    let inner = group.split('}').next().unwrap_or(group);
                    found.extend(inner.split(',').map(ident).filter(|name| !name.is_empty()).map(|name| (n, name)));
                } else {
                    found.push((n, ident(rest)));
                }
            }
        }
        found
    }

    /// The first line that names an outside crate's path.
    fn names_crate(&self, name: &str) -> Option<usize> {
        let path = format!("{name}::");
        self.lines().find_map(|(n, line)| {
            let hit = line.match_indices(&path).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            hit.then_some(n)
        })
    }
}

fn ident(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn manifest_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let root = manifest_dir().join("src");
    let mut found = Vec::new();
    walk(&root, &root, &mut found);
    assert!(found.len() > 20, "the sources were not found");
    found
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).expect("readable folder").map(|entry| entry.expect("entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(root).expect("below src").to_string_lossy().replace('\\', "/");
            found.push(Source { path: relative, text: fs::read_to_string(&path).expect("readable source") });
        }
    }
}
