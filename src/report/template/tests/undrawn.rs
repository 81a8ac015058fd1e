//! What reports will not show as the template has it is told with its place, in an author's words; links and field codes that Word split are filled.

use super::{NAMESPACES, data, docx, fill, options, p, zip_of};
use crate::report::data::ReportData;
use crate::report::language::Language;
use crate::report::template::{Finding, Problem, Severity, Template};

/// A .docx of this body, with relationships (id, kind, target, outside) and media.
fn with(body: &str, relationships: &[(&str, &str, &str, bool)], media: &[(&str, &[u8])]) -> Template {
    let document = format!("<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>");
    let rows: String = relationships
        .iter()
        .map(|(id, kind, target, outside)| {
            let mode = if *outside { " TargetMode=\"External\"" } else { "" };
            format!("<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"{mode}/>")
        })
        .collect();
    let rels = format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{rows}</Relationships>");
    let mut parts: Vec<(&str, &[u8])> = vec![("word/document.xml", document.as_bytes()), ("word/_rels/document.xml.rels", rels.as_bytes())];
    parts.extend(media);
    Template::parse(&zip_of(&parts)).unwrap()
}

fn drawing(about: &str, content: &str) -> String {
    format!(
        "<w:p><w:r><w:t>Logo</w:t></w:r><w:r><w:drawing xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><wp:inline><wp:extent cx=\"900000\" cy=\"900000\"/><wp:docPr id=\"1\" name=\"x\">{about}</wp:docPr><a:graphic><a:graphicData uri=\"x\">{content}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
}

fn picture(id: &str) -> String {
    drawing("", &format!("<pic:pic><pic:blipFill><a:blip r:embed=\"{id}\"/></pic:blipFill><pic:spPr/></pic:pic>"))
}

fn told(findings: &[Finding]) -> Vec<(Severity, String, String)> {
    findings.iter().map(|finding| (finding.severity, finding.message(Language::Es), finding.place.describe(Language::En))).collect()
}

#[test]
fn what_is_not_drawn_is_told_once_with_its_place() {
    let body =
        format!("{}<w:altChunk r:id=\"c\"/>{}<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", p(&["uno"]), picture("bad"), picture("bad"));
    let template = with(
        &body,
        &[("bad", "image", "media/logo.svg", false), ("c", "aFChunk", "x.html", false)],
        &[("word/media/logo.svg", b"nothing that is a picture"), ("word/x.html", b"<p>x</p>")],
    );
    let found = template.undrawn();
    let lines = told(&found);
    let with_words = |words: &str| lines.iter().filter(|(_, message, _)| message.contains(words)).collect::<Vec<_>>();
    let [(severity, message, place)] = with_words("word/media/logo.svg")[..] else { panic!("{lines:#?}") };
    assert_eq!((*severity, place.as_str()), (Severity::Warning, "document, paragraph 2"));
    assert!(message.starts_with("La imagen word/media/logo.svg no se muestra: "), "{message}");
    let logo = found.iter().find(|finding| matches!(finding.problem, Problem::PictureNotShown { .. })).unwrap();
    assert_eq!((logo.also.len(), logo.context.as_str()), (1, "Logo"), "the second place of the same picture");
    assert_eq!(logo.also[0].describe(Language::En), "document, table 1, row 1, cell 1, paragraph 1");
    assert_eq!(with_words("documento incrustado").len(), 1, "{lines:#?}");
    assert!(lines.iter().all(|(_, message, _)| !message.contains("cannot be shown")), "one thing is told once: {lines:#?}");
}

#[test]
fn what_only_looks_otherwise_is_a_note_and_a_sound_template_has_nothing() {
    let template = with("<w:p><w:r><w:rPr><w:em w:val=\"dot\"/></w:rPr><w:t>uno</w:t></w:r></w:p>", &[], &[]);
    let lines = told(&template.undrawn());
    assert!(matches!(&lines[..], [(Severity::Note, message, _)] if message.contains("una marca de énfasis")), "{lines:#?}");
    assert_eq!(Template::parse(&docx(&p(&["<<ALUMNO>>"]))).unwrap().undrawn(), []);
}

#[test]
fn a_mark_in_the_link_of_a_picture_is_named() {
    let body = drawing("<a:hlinkClick r:id=\"l\"/>", "<pic:pic><pic:blipFill/><pic:spPr/></pic:pic>");
    let template = with(&body, &[("l", "hyperlink", "mailto:%3c%3cEMAIL%3e%3e", true)], &[]);
    let found = template.undrawn();
    let link = found.iter().find(|finding| finding.problem == Problem::PictureLink).unwrap_or_else(|| panic!("{found:#?}"));
    assert_eq!((link.tag.as_str(), link.place.paragraph, link.severity), ("<<EMAIL>>", 1, Severity::Warning));
    let fixed = with(&body, &[("l", "hyperlink", "https://colegio.example/", true)], &[]);
    assert!(fixed.undrawn().iter().all(|finding| finding.problem != Problem::PictureLink));
}

#[test]
fn a_mark_in_the_text_of_a_chart_or_a_diagram_is_named() {
    let chart = b"<c:chartSpace><c:title><a:p><a:r><a:t>Curva de &lt;&lt;ALU</a:t></a:r><a:r><a:t>MNO&gt;&gt;</a:t></a:r></a:p></c:title></c:chartSpace>";
    let diagram = b"<dgm:dataModel><dgm:pt><dgm:t><a:p><a:r><a:t>Hola {{ alumno }}</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:dataModel>";
    let body = |about: &str| drawing("", about);
    let body = format!("{}{}", body("<c:chart r:id=\"c\"/>"), body("<dgm:relIds r:dm=\"d\"/>"));
    let relationships = [("c", "chart", "charts/chart1.xml", false), ("d", "diagramData", "diagrams/data1.xml", false)];
    let template = with(&body, &relationships, &[("word/charts/chart1.xml", chart), ("word/diagrams/data1.xml", diagram)]);
    let found = template.undrawn();
    let told: Vec<_> = found.iter().filter(|finding| finding.problem == Problem::DrawnText).collect();
    let tags: Vec<(&str, usize)> = told.iter().map(|finding| (finding.tag.as_str(), finding.place.paragraph)).collect();
    assert_eq!(tags, [("<<ALUMNO>>", 1), ("{{ alumno }}", 2)], "{found:#?}");
    assert!(told[0].message(Language::Es).starts_with("<<ALUMNO>> en un gráfico o SmartArt no se rellena"));
    let plain: [(&str, &[u8]); 2] = [("word/charts/chart1.xml", b"<c:chartSpace/>"), ("word/diagrams/data1.xml", b"<x/>")];
    // A text box drawn over a chart.
    let over: [(&str, &[u8]); 2] = [
        (
            "word/charts/_rels/chart1.xml.rels",
            b"<Relationships><Relationship Id=\"u\" Type=\"x/chartUserShapes\" Target=\"../drawings/drawing1.xml\"/></Relationships>",
        ),
        ("word/drawings/drawing1.xml", b"<c:userShapes><a:p><a:r><a:t>&lt;&lt;PCT&gt;&gt;</a:t></a:r></a:p></c:userShapes>"),
    ];
    let drawn = with(&body, &relationships, &[plain.as_slice(), &over].concat());
    let tags: Vec<_> =
        drawn.undrawn().into_iter().filter(|finding| finding.problem == Problem::DrawnText).map(|finding| finding.tag).collect();
    assert_eq!(tags, ["<<PCT>>"]);
    let plain = with(&body, &relationships, &plain);
    assert!(plain.undrawn().iter().all(|finding| finding.problem != Problem::DrawnText));
}

#[test]
fn a_mark_that_word_split_over_the_pieces_of_a_code_is_filled() {
    let piece = |text: &str| format!("<w:r><w:instrText xml:space=\"preserve\">{text}</w:instrText></w:r>");
    let char = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let body = format!(
        "<w:p>{}{}{}{}{}<w:r><w:t>enlace</w:t></w:r>{}</w:p>",
        char("begin"),
        piece(" HYPERLINK \"mailto:&lt;&lt;EM"),
        piece("AIL"),
        piece("&gt;&gt;\" "),
        char("separate"),
        char("end")
    );
    let template = Template::parse(&docx(&body)).unwrap();
    assert_eq!(template.check(None), []);
    let filled = template.fill(&data(), &options()).unwrap();
    let xml = String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned();
    assert!(xml.contains("mailto:ana@example.org"), "{xml}");
}

#[test]
fn nobody_is_greeted_by_an_address() {
    let greeting = |student: &str, language: &str| {
        let json = format!(r#"{{"student": {student}, "language": "{language}"}}"#);
        let filled = Template::parse(&docx(&p(&["Hola, <<PRIMER_NOMBRE>>:"]))).unwrap();
        let filled = filled.fill(&ReportData::from_json(json.as_bytes()).unwrap(), &options()).unwrap();
        let xml = String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned();
        xml.split_once("Hola, ").and_then(|(_, rest)| rest.split_once(':')).map_or("", |(name, _)| name).to_owned()
    };
    let address = r#"{"name": "sofia@example.com", "email": "sofia@example.com"}"#;
    assert_eq!([greeting(address, "es"), greeting(address, "en"), greeting(address, "pt")], ["estudiante", "student", "estudante"]);
    assert_eq!(greeting(r#"{"email": "sofia@example.com"}"#, "es"), "estudiante");
    assert_eq!(greeting(r#"{"name": "sofia@example.com", "first_name": "Sofía"}"#, "es"), "Sofía");
    assert_eq!(greeting(r#"{"name": "Sofía Rojas"}"#, "es"), "Sofía Rojas");
    assert_eq!(fill(&p(&["<<PRIMER_NOMBRE>>"])), "Ana Pérez");
}

/// What the engine's sources name as not laid out: the texts behind `unsupported(`, and all that `beyond.rs` looks for.
#[expect(clippy::disallowed_methods, reason = "a test reads the sources")]
fn named_by_the_engine(folder: &std::path::Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named_by_the_engine(&path, found);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let code = source.split("#[cfg(test)]").next().unwrap();
        let mut marks = vec!["unsupported("];
        if path.ends_with("beyond.rs") {
            marks.extend(["Some(", "=> {\n            Some(", "then_some("]);
        }
        for mark in marks {
            for behind in code.split(mark).skip(1) {
                let before = behind.split('"').next().unwrap();
                // Right behind the mark, or in a `format!` there.
                if before.trim().is_empty() || before.trim().trim_start_matches('&') == "format!(" {
                    found.extend(behind.split('"').nth(1).filter(|text| text.contains(' ')).map(ToOwned::to_owned));
                }
            }
        }
    }
}

#[test]
fn everything_the_engine_names_is_told_in_spanish_and_portuguese() {
    let mut found = Vec::new();
    named_by_the_engine(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/docx-to-pdf/src"), &mut found);
    assert!(found.len() > 40, "the sources are read: {found:?}");
    let is_told = |feature: &String| {
        let finding = Finding {
            severity: Severity::Note,
            problem: Problem::DrawnOtherwise { feature: feature.clone() },
            place: crate::report::template::place::Place::default(),
            tag: String::new(),
            context: String::new(),
            also: Vec::new(),
        };
        [Language::Es, Language::Pt].into_iter().all(|language| !finding.message(language).contains(feature.as_str()))
    };
    found.retain(|feature| !is_told(feature));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn text_of_a_box_that_goes_on_in_one_before_it_is_told_with_its_place() {
    let boxed = |inner: &str| {
        drawing(
            "",
            &format!(
                "<wps:wsp xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\"><wps:spPr/>{inner}<wps:bodyPr/></wps:wsp>"
            ),
        )
    };
    let long: String = (0..40).map(|line| p(&[&format!("línea {line}")])).collect();
    let body = format!(
        "{}{}",
        boxed("<wps:linkedTxbx id=\"4\" seq=\"1\"/>"),
        boxed(&format!("<wps:txbx id=\"4\"><w:txbxContent>{long}</w:txbxContent></wps:txbx>"))
    );
    let lines = told(&with(&body, &[], &[]).undrawn());
    assert!(
        lines.iter().any(|(severity, message, place)| *severity == Severity::Warning
            && message.contains("texto que sigue en un cuadro anterior al suyo")
            && place == "document, paragraph 1"),
        "{lines:#?}"
    );
}
