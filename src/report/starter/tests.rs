//! The bundled templates are what this code makes, and they fill without a complaint.

use std::path::{Path, PathBuf};

use super::catalogue::{ALL, BundledTemplate};
use super::finish::finish;
use super::sample;
use super::samples::{self, Case};
use super::schema;
use super::sheet::Sheet;
use crate::report::data::{Report, ReportData};
use crate::report::language::Language;
use crate::report::template::{FillOptions, Missing, Template};
use crate::report::{self};
use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::package::{Limits, Package};

const LANGUAGES: [Language; 3] = [Language::Es, Language::En, Language::Pt];

#[test]
fn every_template_is_sound_in_every_language() {
    for starter in ALL {
        for language in LANGUAGES {
            let template = Template::parse(&starter.make(language).unwrap()).unwrap();
            let findings = template.check(None);
            assert!(findings.is_empty(), "{} {language}: {findings:#?}", starter.name);
            for case in Case::ALL {
                let data = samples::of_method(starter.name, case, language);
                template.fill(&data, &FillOptions::default()).unwrap_or_else(|error| panic!("{} {case:?}: {error}", starter.name));
            }
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

/// The sample with as many groups as a long test has, whatever is passed and whatever is to be reviewed.
fn with_twelve_groups(mut report: Report) -> Report {
    fn grown<T: Clone>(list: &mut Vec<T>, to: usize, rename: impl Fn(&mut T, usize)) {
        let own = list.clone();
        for (place, item) in own.iter().cycle().enumerate().take(to.saturating_sub(own.len())) {
            let mut item = item.clone();
            rename(&mut item, place);
            list.push(item);
        }
    }
    let (groups, open) = (report.groups.len(), report.to_review.len());
    if groups > 0 {
        grown(&mut report.groups, 12, |group, place| group.name = format!("{} {}", group.name, place + 2));
        grown(&mut report.to_review, (12 * open).div_ceil(groups), |item, place| item.name = format!("{} {}", item.name, place + 2));
    }
    report
}

#[test]
fn a_report_of_twelve_groups_has_at_most_two_pages_with_every_template_and_result_in_every_language() {
    let fonts = Fonts::default();
    let mut long = Vec::new();
    for starter in ALL {
        for language in LANGUAGES {
            let template = Template::parse(&starter.make(language).unwrap()).unwrap();
            for case in Case::ALL {
                let report = with_twelve_groups(samples::report(starter.name, case, language));
                let rendered = report::render(&template, &ReportData::new(&report), &fonts, &report::Options::default()).unwrap();
                if rendered.pages > 2 {
                    long.push(format!("{} {language} {case:?}: {} pages", starter.name, rendered.pages));
                }
            }
        }
    }
    assert_eq!(long, Vec::<String>::new());
}

/// A second page with nothing but two pictures on it is no page.
#[test]
fn the_usual_report_of_every_method_is_one_page_but_for_the_one_with_two_tables() {
    let fonts = Fonts::default();
    let pages = |starter: &BundledTemplate| {
        let template = Template::parse(&starter.make(Language::Es).unwrap()).unwrap();
        let data = samples::of_method(starter.name, Case::Usual, Language::Es);
        report::render(&template, &data, &fonts, &report::Options::default()).unwrap().pages
    };
    let longer: Vec<&str> = ALL.iter().filter(|starter| pages(starter) > 1).map(|starter| starter.name).collect();
    assert_eq!(longer, ["M1"]);
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
            assert_eq!(BundledTemplate::find(&spelling).map(|found| found.file), Some(starter.file), "{spelling}");
        }
    }
    assert!(BundledTemplate::find("plantilla.docx").is_none());
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
        // The data the whole program's tests render it with.
        let data =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/reports").join(starter.file.trim_end_matches(".docx")).join("data.json");
        if starter.name != ALL[0].name {
            let json = serde_json::to_string_pretty(&samples::report(starter.name, Case::Usual, Language::Es)).unwrap();
            #[expect(clippy::disallowed_methods, reason = "this is how the samples are made")]
            std::fs::write(data, json + "\n").unwrap();
        }
    }
}

fn file(starter: &BundledTemplate) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(starter.file)
}

/// The parts of a file, as text.
fn parts(docx: &[u8]) -> Vec<(String, String)> {
    let package = Package::open(docx, &Limits::default()).unwrap();
    let names: Vec<String> = package.part_names().map(str::to_owned).collect();
    names.into_iter().map(|name| (name.clone(), String::from_utf8_lossy(package.part(&name).unwrap()).into_owned())).collect()
}

#[test]
fn every_template_keeps_the_schemas_order_filled_and_unfilled() {
    for starter in ALL {
        let docx = starter.make(Language::Es).unwrap();
        let filled = Template::parse(&docx)
            .unwrap()
            .fill(&samples::of_method(starter.name, Case::Usual, Language::Es), &FillOptions::default())
            .unwrap()
            .docx()
            .unwrap();
        for file in [docx, filled] {
            for (name, xml) in
                parts(&file).into_iter().filter(|(name, _)| name.starts_with("word/") && !name.contains("_rels") && !name.contains("theme"))
            {
                assert_eq!(schema::misplaced(&xml), Vec::<String>::new(), "{} {name}", starter.file);
            }
        }
    }
}

#[test]
fn every_template_has_default_styles_and_a_theme_that_its_colours_and_fonts_follow() {
    for starter in ALL {
        let parts = parts(&starter.make(Language::Es).unwrap());
        let part = |name: &str| parts.iter().find(|(known, _)| known == name).map(|(_, xml)| xml.as_str()).unwrap_or_default();
        let styles = part("word/styles.xml");
        for kind in ["paragraph", "character", "table"] {
            assert!(styles.contains(&format!("<w:style w:type=\"{kind}\" w:default=\"1\"")), "{} {kind}", starter.file);
        }
        assert!(
            styles.contains("w:asciiTheme=\"majorHAnsi\"")
                && styles.contains("w:themeColor=\"accent1\"")
                && styles.contains("w:themeColor=\"text1\"")
        );
        assert!(part("word/theme/theme1.xml").contains("<a:accent1>") && part("[Content_Types].xml").contains("theme+xml"));
        assert!(part("word/_rels/document.xml.rels").contains("theme/theme1.xml"));
        // One black, in text and in pictures.
        for (name, xml) in &parts {
            assert!(!xml.contains("243447") && !xml.contains("w:val=\"000000\""), "{} {name}", starter.file);
        }
    }
}

#[test]
fn the_schools_colour_replaces_the_bundled_accent_everywhere_and_no_chosen_one() {
    let docx = ALL[0].make(Language::Es).unwrap();
    let mut report = samples::report("lecture", Case::Usual, Language::Es);
    report.school.insert("color".to_owned(), "#8A1538".to_owned());
    let fill = |docx: &[u8]| {
        let filled = Template::parse(docx).unwrap().fill(&ReportData::new(&report), &FillOptions::default()).unwrap();
        let text = |part: &str| String::from_utf8_lossy(filled.package.part(part).unwrap()).into_owned();
        (text("word/theme/theme1.xml"), text("word/document.xml"))
    };
    let (theme, document) = fill(&docx);
    assert!(theme.contains("<a:accent1><a:srgbClr val=\"8A1538\"/>"), "{theme}");
    assert!(document.contains("<a:srgbClr val=\"8A1538\"/>"), "the pictures follow");
    let mut package = Package::open(&docx, &Limits::default()).unwrap();
    let own = String::from_utf8_lossy(package.part("word/theme/theme1.xml").unwrap())
        .replace("<a:accent1><a:srgbClr val=\"1F4E79\"/>", "<a:accent1><a:srgbClr val=\"106010\"/>");
    package.set_part("word/theme/theme1.xml", own.into_bytes());
    let (theme, document) = fill(&package.save().unwrap());
    assert!(theme.contains("106010") && document.contains("<a:srgbClr val=\"106010\"/>") && !document.contains("8A1538"));
}

#[test]
#[ignore = "renders each template with each of its samples into target/papers, to be looked at"]
fn the_papers_are_rendered() {
    let fonts = Fonts::default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/papers");
    #[expect(clippy::disallowed_methods, reason = "the pictures of the documentation are made from these")]
    let write = |name: &str, bytes: &[u8]| {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    };
    for starter in ALL {
        let template = Template::parse(&starter.make(Language::Es).unwrap()).unwrap();
        for case in Case::ALL {
            let data = samples::of_method(starter.name, case, Language::Es);
            let rendered = report::render(&template, &data, &fonts, &report::Options::default()).unwrap();
            write(&format!("{}-{}.pdf", starter.name, case.name()), &rendered.pdf);
        }
        write(&format!("{}.docx", starter.name), &starter.make(Language::Es).unwrap());
    }
    for (name, pictures) in
        [("charts", ["{{ chart.score }}", "{{ chart.groups }}"]), ("progress", ["{{ chart.history }}", "{{ chart.cohort }}"])]
    {
        let sheet = pictures.iter().fold(Sheet::new(Language::Es, None), |sheet, picture| sheet.text(picture));
        let template = Template::parse(&finish(sheet.into_docx(), name, Language::Es).unwrap()).unwrap();
        let data = samples::of_method("percentage", Case::Usual, Language::Es);
        let fill = FillOptions { append_results: false, ..FillOptions::default() };
        let rendered = report::render(&template, &data, &fonts, &report::Options { fill, ..report::Options::default() }).unwrap();
        write(&format!("{name}.pdf"), &rendered.pdf);
    }
}
