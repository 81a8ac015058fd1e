//! Which bundled family stands in for one that is not there.
//!
//! The table reproduces fontconfig's metric aliases and preferences, plus the usual stand-ins for the fonts Office installs.

/// The family everything unknown becomes.
pub(super) const LAST_RESORT: &str = "Liberation Sans";

/// The family with the most characters.
pub(super) const LAST_FALLBACK: &str = "DejaVu Sans";

/// The family tried first for a character that a face of this family lacks, as fontconfig ranks them.
pub(super) fn fallback(family: &str) -> &'static str {
    if matches!(family, "Liberation Serif" | "Caladea") { "DejaVu Serif" } else { LAST_FALLBACK }
}

/// What stands in for a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Alias {
    /// The bundled family.
    pub(super) family: &'static str,
    /// It has the same advance widths, so line breaks do not move and nobody needs a warning.
    pub(super) metric_twin: bool,
}

/// Families with the widths of a bundled one.
const TWINS: &[(&str, &[&str])] = &[
    (
        "Liberation Sans",
        &[
            "arial",
            "helvetica",
            "arimo",
            "albany",
            "albany amt",
            "nimbus sans",
            "nimbus sans l",
            "tex gyre heros",
            "arialmt",
            "liberation sans",
        ],
    ),
    ("Liberation Sans Narrow", &["arial narrow", "helvetica narrow", "nimbus sans narrow", "tex gyre heros cn", "liberation sans narrow"]),
    (
        "Liberation Serif",
        &[
            "times new roman",
            "times",
            "tinos",
            "thorndale",
            "thorndale amt",
            "nimbus roman",
            "nimbus roman no9 l",
            "tex gyre termes",
            "timesnewromanpsmt",
            "liberation serif",
        ],
    ),
    (
        "Liberation Mono",
        &[
            "courier new",
            "courier",
            "cousine",
            "cumberland",
            "cumberland amt",
            "nimbus mono",
            "nimbus mono l",
            "nimbus mono ps",
            "tex gyre cursor",
            "liberation mono",
        ],
    ),
    ("Carlito", &["calibri", "carlito"]),
    ("Caladea", &["cambria", "cambria math", "caladea"]),
    ("DejaVu Sans", &["dejavu sans", "bitstream vera sans"]),
    ("DejaVu Serif", &["dejavu serif", "bitstream vera serif"]),
];

/// Families that only look alike.
const STAND_INS: &[(&str, &[&str])] = &[
    ("Carlito", &["calibri light", "aptos", "aptos display", "aptos narrow", "candara", "corbel"]),
    (
        "Liberation Serif",
        &[
            "garamond",
            "georgia",
            "gelasio",
            "book antiqua",
            "palatino",
            "palatino linotype",
            "palladio urw",
            "urw palladio l",
            "p052",
            "tex gyre pagella",
            "century",
            "bookman",
            "bookman old style",
            "bookman urw",
            "itc bookman",
            "urw bookman",
            "urw bookman l",
            "tex gyre bonum",
            "constantia",
        ],
    ),
    (
        "Liberation Mono",
        &[
            "consolas",
            "lucida console",
            "monaco",
            "menlo",
            "courier std",
            // fontconfig would take DejaVu Sans Mono, which is not bundled; Liberation Mono has the same pitch of 0.6 em.
            "andale mono",
            "bitstream vera sans mono",
            "dejavu sans mono",
            "fixedsys",
            "inconsolata",
            "luxi mono",
            "terminal",
            "monospace",
        ],
    ),
    (
        "DejaVu Sans",
        &["verdana", "tahoma", "britannic", "haettenschweiler", "luxi sans", "ms sans serif", "twentieth century", "dejavu sans condensed"],
    ),
    ("DejaVu Serif", &["elephant", "luxi serif", "ms serif", "serif"]),
];

/// The stand-in for a family, whose name is in lower case; unknown names become [`LAST_RESORT`], serif-looking ones too.
pub(super) fn resolve(family: &str) -> Alias {
    let find = |table: &[(&'static str, &[&str])]| table.iter().find(|(_, names)| names.contains(&family)).map(|(target, _)| *target);
    if let Some(target) = find(TWINS) {
        return Alias { family: target, metric_twin: true };
    }
    Alias { family: find(STAND_INS).unwrap_or(LAST_RESORT), metric_twin: false }
}
