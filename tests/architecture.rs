//! Who may import whom, held by reading the sources (ARCHITECTURE.md, "Who may import whom").
//!
//! The compiler forbids cycles between crates, not between modules; this test does that for rooms.

#![expect(clippy::disallowed_methods, reason = "a test reads the tree it checks")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use circles::Modules;

#[path = "architecture/circles.rs"]
mod circles;

/// Rooms and what they may import. A room not in the table fails the test: a new one is added here on purpose.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("clock", &[]),
    ("text", &[]),
    ("env", &["text"]),
    ("signing", &[]),
    ("sealing", &["signing"]),
    ("report", &[]),
    ("analysis", &["model"]),
    ("storage", &["model", "env", "signing"]),
    ("audit", &["model", "clock", "storage", "sealing"]),
    ("intake", &["model", "signing", "env", "clock"]),
    ("delivery", &["model", "signing", "env"]),
    ("jobs", &["model", "clock", "storage", "env", "signing"]),
    ("translations", &["analysis", "report"]),
    ("pipeline", &["model", "clock", "intake", "jobs", "analysis", "report", "storage", "delivery", "env", "text", "translations"]),
    ("inbound", &["model", "clock", "intake", "jobs", "storage", "signing"]),
    ("access", &["model", "clock", "storage", "env", "signing", "sealing"]),
    ("gateway", &["model", "clock", "storage", "env", "signing", "sealing", "jobs"]),
    ("kafka", &["model", "clock", "storage", "env", "signing", "jobs", "gateway"]),
    ("lookup", &["model", "clock", "storage", "env", "jobs", "signing", "text"]),
    ("privacy", &["model", "clock", "storage", "env", "jobs", "lookup", "signing"]),
    (
        "http",
        &[
            "privacy", "model", "clock", "intake", "inbound", "jobs", "storage", "env", "signing", "sealing", "access", "gateway",
            "lookup", "text", "audit",
        ],
    ),
    ("telemetry", &["env", "text"]),
    (
        "config",
        &[
            "storage",
            "intake",
            "delivery",
            "jobs",
            "kafka",
            "pipeline",
            "http",
            "telemetry",
            "env",
            "access",
            "gateway",
            "lookup",
            "privacy",
        ],
    ),
    (
        "commands",
        &[
            "app",
            "config",
            "report",
            "analysis",
            "delivery",
            "intake",
            "model",
            "env",
            "clock",
            "telemetry",
            "jobs",
            "kafka",
            "storage",
            "audit",
            "text",
            "signing",
            "sealing",
            "access",
            "gateway",
            "lookup",
            "privacy",
            "translations",
        ],
    ),
    (
        "app",
        &[
            "config",
            "telemetry",
            "http",
            "inbound",
            "intake",
            "jobs",
            "kafka",
            "pipeline",
            "analysis",
            "delivery",
            "report",
            "storage",
            "audit",
            "clock",
            "env",
            "model",
            "signing",
            "sealing",
            "access",
            "gateway",
            "lookup",
            "privacy",
            "text",
            "translations",
        ],
    ),
    ("main", &["commands", "telemetry"]),
    ("lib", &[]),
];

/// Outside crates and the only places that may name them.
const DOORS: &[(&str, &[&str])] = &[
    ("axum", &["http/", "app.rs", "app/"]),
    ("hyper", &["http/"]),
    ("hyper_util", &["http/"]),
    ("governor", &["http/"]),
    ("prometheus_client", &["http/"]),
    ("brotli_decompressor", &["intake/"]),
    ("docx_rs", &["report/starter/"]),
    (
        "zip",
        &[
            "engine/package/",
            "report/template/tests/",
            "report/template/fields.rs",
            "analysis/import/",
            "privacy/export.rs",
            "privacy/tests.rs",
        ],
    ),
    ("quick_xml", &["engine/package/", "report/xml.rs", "engine/document/"]),
    ("printpdf", &["engine/pdf/"]),
    ("lopdf", &["engine/pdf/"]),
    ("image", &["engine/pdf/", "engine/document/", "engine/svg/"]),
    ("lettre", &["delivery/mail/"]),
    ("tokio_rustls", &["delivery/mail/"]),
    ("rustls_native_certs", &["delivery/mail/", "kafka/wire.rs"]),
    ("rskafka", &["kafka/wire.rs"]),
    ("google_cloud_storage", &["storage/gcs.rs", "storage/gcs/"]),
    ("google_cloud_auth", &["storage/gcs.rs", "storage/gcs/", "app/"]),
    (
        "reqwest",
        &[
            "storage/gcs.rs",
            "storage/gcs/",
            "storage/emulator.rs",
            "delivery/webhook/",
            "gateway/",
            "intake/sources/",
            "app.rs",
            "app/",
            "commands/",
        ],
    ),
    ("rustix", &["storage/local/", "commands/", "app/"]),
    ("hmac", &["signing.rs"]),
    ("ed25519_dalek", &["signing.rs"]),
    ("sha2", &["signing.rs", "sealing.rs"]),
    ("subtle", &["signing.rs"]),
    ("chacha20poly1305", &["sealing.rs"]),
    ("hkdf", &["sealing.rs"]),
    ("maud", &["http/console/", "http/gateway/", "http/gateway_pages/"]),
    ("utoipa", &["http/", "lookup/view.rs", "lookup/results.rs"]),
    ("utoipa_axum", &["http/"]),
    ("rusqlite", &["lookup/"]),
    ("hickory_resolver", &["gateway/"]),
    ("jsonschema", &["gateway/"]),
    ("minijinja", &["report/template/", "report/data.rs", "report/charts/", "analysis/", "pipeline/"]),
    ("calamine", &["analysis/"]),
    ("rustybuzz", &["engine/fonts/"]),
    ("ttf_parser", &["engine/fonts/", "engine/pdf/fonts/", "engine/svg/"]),
    ("fontdb", &["engine/fonts/"]),
    ("subsetter", &["engine/pdf/", "engine/fonts/"]),
    ("docx_to_pdf", &["report/", "app/", "commands/"]),
];

/// Rooms that compute and do nothing else: no logging, no async runtime, no files.
const PURE: &[&str] = &["model", "signing", "sealing", "text", "analysis", "report", "engine"];

/// Circles between modules of one folder that are in the nature of what they do: content holds content, and styles, numbering and fields of a document refer to each other (ARCHITECTURE.md, "Who may import whom"). A circle may shrink; a new one is cut, or named here with a reason.
const NATURAL_CIRCLES: &[(&str, &[&str])] = &[
    (
        "engine/document",
        &[
            "beyond",
            "color",
            "fields",
            "inline",
            "model",
            "numbering",
            "numerals",
            "paragraph",
            "paragraph_props",
            "read",
            "run_props",
            "section",
            "settings",
            "styles",
            "table",
            "table_grid",
            "table_style",
            "theme",
            "values",
        ],
    ),
    ("engine/document/chart", &["draw", "frame", "legend", "pie", "plot"]),
    ("engine/document/model", &["drawing", "formula", "paragraph", "run"]),
    ("engine/fonts", &["face", "shaping"]),
    ("engine/layout", &["drawing", "drop_cap", "label", "line", "paragraph", "stack", "table"]),
    ("engine/layout/table", &["borders", "emit", "row"]),
    ("engine/pdf", &["extent", "tags"]),
    ("engine/pdf", &["page", "text"]),
    ("engine/pdf/fonts", &["face", "program"]),
];

#[test]
fn rooms_import_only_what_the_table_allows() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut faults = Vec::new();
    for source in sources().into_iter().filter(|source| !source.is_engine()) {
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

/// What somebody sent is compared with a secret by `signing::constant_time_eq` alone: it takes the same time for a guess that is nearly right.
#[test]
fn secrets_are_compared_by_one_door_in_constant_time() {
    let mut faults = Vec::new();
    for source in sources().into_iter().filter(|source| !source.is_engine() && source.path != "signing.rs") {
        let production = source.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().lines().count();
        let is_test = source.path.ends_with("/tests.rs") || source.path.contains("/tests/");
        for (n, line) in source.lines().filter(|(n, _)| *n <= production && !is_test) {
            let compares = [" == ", " != ", ".eq(", ".starts_with(", ".contains(", ".cmp("].iter().any(|how| line.contains(how));
            // Whether there is one at all is no secret.
            let bare = line.replace(".expose_secret().is_empty()", "");
            if compares && bare.contains("expose_secret()") {
                faults.push(format!("{}:{n}: {}", source.path, line.trim()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn siblings_keep_apart() {
    /// Inside a room: the first folder may not import the second.
    const FORBIDDEN: &[(&str, &str)] = &[
        ("engine/layout/", "pdf"),
        ("engine/pdf/", "document"),
        ("engine/document/", "pdf"),
        ("engine/document/", "layout"),
        ("engine/fonts/", "layout"),
        ("engine/fonts/", "document"),
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

/// The compiler allows circles between modules; each makes several files one that can only be read together.
#[test]
fn modules_of_one_folder_import_each_other_in_no_circle() {
    let all = sources();
    let mut faults = Vec::new();
    for (prefix, is_engine) in [("", false), ("engine/", true)] {
        let files = all.iter().filter(|source| source.is_engine() == is_engine);
        let modules = Modules::of(files.map(|source| (source.path.trim_start_matches("engine/"), source.text.as_str())));
        for (folder, circle) in modules.circles() {
            let folder = format!("{prefix}{folder}");
            let is_natural =
                NATURAL_CIRCLES.iter().any(|(place, names)| *place == folder && circle.iter().all(|name| names.contains(&name.as_str())));
            if !is_natural {
                faults.push(format!("{folder}: {} import each other", circle.into_iter().collect::<Vec<_>>().join(", ")));
            }
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

    /// The engine is a crate: the compiler keeps it from the rooms above.
    fn is_engine(&self) -> bool {
        self.path.starts_with("engine/")
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
    walk(&root, &root, "", &mut found);
    // The engine's own crate, as a floor below.
    let engine = manifest_dir().join("crates/docx-to-pdf/src");
    walk(&engine, &engine, "engine/", &mut found);
    assert!(found.len() > 20, "the sources were not found");
    found
}

fn walk(root: &Path, folder: &Path, prefix: &str, found: &mut Vec<Source>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).expect("readable folder").map(|entry| entry.expect("entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(root, &path, prefix, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(root).expect("below src").to_string_lossy().replace('\\', "/");
            found.push(Source { path: format!("{prefix}{relative}"), text: fs::read_to_string(&path).expect("readable source") });
        }
    }
}
