//! The bundled template is what this code makes, and it fills without a complaint.

use std::path::Path;

use super::{diagnostic, sample};
use crate::report::language::Language;
use crate::report::template::{FillOptions, Missing, Template};

#[test]
fn the_starter_is_sound_in_every_language() {
    for language in [Language::Es, Language::En, Language::Pt] {
        let template = Template::parse(&diagnostic(language).unwrap()).unwrap();
        let findings = template.check(None);
        assert!(findings.is_empty(), "{language}: {findings:#?}");
        template.fill(&sample(language), &FillOptions { missing: Missing::Error, ..FillOptions::default() }).unwrap();
    }
}

#[test]
fn the_starter_is_the_same_every_time() {
    assert_eq!(diagnostic(Language::Es).unwrap(), diagnostic(Language::Es).unwrap());
}

fn bundled() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/plantilla_test_diagnostico.docx")
}

#[test]
fn the_bundled_template_is_what_this_code_makes() {
    #[expect(clippy::disallowed_methods, reason = "a test reads the file it guards")]
    let bundled = std::fs::read(bundled()).unwrap();
    assert!(bundled == diagnostic(Language::Es).unwrap(), "write it anew: cargo test --lib the_bundled_template_is_written -- --ignored");
}

#[test]
#[ignore = "writes templates/plantilla_test_diagnostico.docx after a change of the code"]
fn the_bundled_template_is_written() {
    #[expect(clippy::disallowed_methods, reason = "this is how the bundled file is made")]
    std::fs::write(bundled(), diagnostic(Language::Es).unwrap()).unwrap();
}
