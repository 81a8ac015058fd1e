//! The bundled templates are what this code makes, and they fill without a complaint.

use std::path::{Path, PathBuf};

use super::catalogue::{ALL, Starter};
use super::sample;
use crate::report::data::ReportData;
use crate::report::language::Language;
use crate::report::template::{FillOptions, Missing, Template};

const LANGUAGES: [Language; 3] = [Language::Es, Language::En, Language::Pt];

#[test]
fn every_template_is_sound_in_every_language() {
    for starter in ALL {
        for language in LANGUAGES {
            let template = Template::parse(&starter.make(language).unwrap()).unwrap();
            let findings = template.check(None);
            assert!(findings.is_empty(), "{} {language}: {findings:#?}", starter.name);
            template.fill(&sample(language), &FillOptions { missing: Missing::Error, ..FillOptions::default() }).unwrap();
        }
    }
}

#[test]
fn every_template_takes_a_report_that_has_little_to_say() {
    let bare = br#"{"student": {"name": "Ana"}, "assessment": {"title": "M1"}, "result": {"percentage": 0, "total": 0, "correct": 0}, "groups": [], "parents": [], "questions": [], "by": {}, "levels": [], "history": [], "plan": [], "strengths": [], "to_review": [], "parts": [], "periods": [], "today": "2026-03-12"}"#;
    for starter in ALL {
        let template = Template::parse(&starter.bytes(Language::Es).unwrap()).unwrap();
        let options = FillOptions { missing: Missing::Blank, ..FillOptions::default() };
        template.fill(&ReportData::from_json(bare).unwrap(), &options).unwrap_or_else(|error| panic!("{}: {error}", starter.name));
    }
}

#[test]
fn a_template_is_the_same_every_time() {
    for starter in ALL {
        assert_eq!(starter.make(Language::Es).unwrap(), starter.make(Language::Es).unwrap(), "{}", starter.name);
    }
}

#[test]
fn a_template_is_found_by_its_name_and_by_its_file() {
    for starter in ALL {
        for spelling in [starter.name.to_owned(), starter.name.to_uppercase(), starter.file.to_owned(), starter.name.replace('_', " ")] {
            assert_eq!(Starter::find(&spelling).map(|found| found.file), Some(starter.file), "{spelling}");
        }
    }
    assert!(Starter::find("plantilla.docx").is_none());
}

#[test]
fn the_bundled_templates_are_what_this_code_makes() {
    for starter in ALL {
        #[expect(clippy::disallowed_methods, reason = "a test reads the files it guards")]
        let bundled = std::fs::read(file(starter)).unwrap();
        let made = starter.make(Language::Es).unwrap();
        assert!(bundled == made, "{}: write them anew: cargo test --lib the_bundled_templates_are_written -- --ignored", starter.file);
    }
}

#[test]
#[ignore = "writes the templates after a change of the code"]
fn the_bundled_templates_are_written() {
    for starter in ALL {
        #[expect(clippy::disallowed_methods, reason = "this is how the bundled files are made")]
        std::fs::write(file(starter), starter.make(Language::Es).unwrap()).unwrap();
    }
}

fn file(starter: &Starter) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(starter.file)
}
