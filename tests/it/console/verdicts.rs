//! `template check` and `bank check` say of each kind of finding what the console says: exit code 1 is a draft that cannot be put in use.

use std::collections::BTreeSet;

use super::threats::{signed_in, upload};
use super::*;
use crate::attacks::{NAMESPACES, package, paragraph, relationships};
use crate::harness::run;

/// How a file is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It cannot be put in use.
    Mistake,
    /// It can, and there is something to look at.
    Warning,
    /// It can.
    Sound,
}
use Verdict::{Mistake, Sound, Warning};

/// A Word document of this body with pictures, one of them outside of it.
fn template(body: &str) -> Vec<u8> {
    let drawing = "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\" xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\"";
    let outside = "TargetMode=\"External\"";
    package(&[
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", &relationships(&[("officeDocument", "word/document.xml", "")])),
        ("word/document.xml", &format!("<w:document {NAMESPACES} {drawing}><w:body>{body}</w:body></w:document>")),
        (
            "word/_rels/document.xml.rels",
            &relationships(&[
                ("image", "media/broken.png", ""),
                ("image", "https://colegio.example/logo.png", outside),
                ("aFChunk", "x.html", ""),
                ("hyperlink", "mailto:%3c%3cEMAIL%3e%3e", outside),
            ]),
        ),
        ("word/media/broken.png", "no picture"),
        ("word/x.html", "<p>x</p>"),
    ])
}

fn drawing(about: &str, content: &str) -> String {
    format!(
        "<w:p><w:r><w:t>Logo</w:t></w:r><w:r><w:drawing><wp:inline><wp:extent cx=\"900000\" cy=\"300000\"/><wp:docPr id=\"1\" name=\"x\">{about}</wp:docPr><a:graphic>{content}</a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
}

fn picture(about: &str, blip: &str) -> String {
    let blip = format!("<pic:pic><pic:blipFill>{blip}</pic:blipFill><pic:spPr/></pic:pic>");
    drawing(about, &format!("<a:graphicData uri=\"x\">{blip}</a:graphicData>"))
}

/// A box in which so many lines do not fit.
fn full_box() -> String {
    let size = "<a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"900000\" cy=\"300000\"/></a:xfrm><a:prstGeom prst=\"rect\"/>";
    drawing(
        "",
        &format!(
            "<a:graphicData uri=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\"><wps:wsp><wps:cNvSpPr txBox=\"1\"/><wps:spPr>{size}</wps:spPr><wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData>",
            paragraph("una línea").repeat(30)
        ),
    )
}

fn row(cells: &[&str]) -> String {
    let cells: String = cells.iter().fold(String::new(), |all, text| all + "<w:tc>" + &paragraph(text) + "</w:tc>");
    format!("<w:tbl><w:tr>{cells}</w:tr></w:tbl>")
}

/// A body for each kind of finding, by the word that programs read.
fn findings() -> Vec<(&'static str, String, Verdict)> {
    let text = paragraph;
    vec![
        ("", text("Hola {{ student.name }}"), Sound),
        ("unknown_name", text("Hola {{ studnet.name }}"), Mistake),
        ("unknown_filter", text("{{ student.name|uper }}"), Mistake),
        ("evaluation", text("{{ student.name|percent }}"), Mistake),
        ("evaluation_of_nothing", text("{{ result.percentage - cohort.mean }}"), Mistake),
        ("syntax", text("{{ 1 + }}"), Mistake),
        ("miswritten", text("Hola {ALUMNO}"), Mistake),
        ("lone_closing", text("{{ student.name }} }}"), Mistake),
        ("quotation", text("El campo «Nombre» va arriba"), Sound),
        ("text_lost", text("Muy {%p if result.passed %} bien") + &text("x") + &text("{%p endif %}"), Mistake),
        ("printed", text("{{ groups }}"), Mistake),
        ("unclosed", text("{% if result.passed %}bien"), Mistake),
        ("unopened", text("{% endif %}"), Mistake),
        ("tag_not_closed", text("{{ student.name"), Mistake),
        ("crosses_cell", row(&["{% for g in groups %}", "{{ g.name }}{% endfor %}"]), Mistake),
        ("tangled", text("{% for g in groups %}") + &text("{%p for g in groups %}{%p endfor -%}{% endfor %}"), Mistake),
        ("too_deep", text(&format!("{}x{}", "{% if groups %}".repeat(101), "{% endif %}".repeat(101))), Mistake),
        ("outside_loop", row(&["{% vm %}x"]), Mistake),
        ("not_in_table", text("{%tr for g in groups %}x{%tr endfor %}"), Mistake),
        ("unknown_statement", text("{% include 'x' %}"), Mistake),
        ("picture_link", picture("<a:hlinkClick r:id=\"rId4\"/>", ""), Mistake),
        ("not_drawn", text("x") + "<w:altChunk r:id=\"rId3\"/>", Warning),
        ("drawn_otherwise", "<w:p><w:r><w:rPr><w:em w:val=\"dot\"/></w:rPr><w:t>uno</w:t></w:r></w:p>".to_owned(), Sound),
        ("picture_not_shown", picture("", "<a:blip r:embed=\"rId1\"/>"), Warning),
        ("picture_not_shown", picture("", "<a:blip r:link=\"rId2\"/>"), Warning),
        ("picture_not_shown", picture("", "<a:blip r:embed=\"rId2\"/>"), Warning),
        ("cut_off", full_box(), Warning),
    ]
}

/// What the console says of a file.
async fn drafted(service: &Service, number: usize, kind: &str, name: &str, bytes: &[u8]) -> (Verdict, String) {
    // A session may send ten files a minute.
    let mut person = signed_in(service, &format!("token:{kind}{number}"), Role::Operator);
    let answer = upload(&mut person, &format!("/console/{kind}"), name, bytes).await;
    assert_eq!(answer.status, 303, "{name}: {}", answer.text);
    let place = answer.headers["location"].to_str().unwrap().to_owned();
    assert!(place.contains("/draft/"), "{name}: {place}");
    let page = person.get(&place).await.text;
    let refused = page.contains("No se puede poner en uso");
    (if refused { Mistake } else { Sound }, page)
}

#[tokio::test]
async fn template_check_and_the_console_agree_on_every_kind_of_finding() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let folder = tempfile::tempdir().unwrap();
    let mut disagree = Vec::new();
    let mut met = BTreeSet::new();
    for (number, (code, body, verdict)) in findings().into_iter().enumerate() {
        let (name, bytes) = (format!("{number}.docx"), template(&body));
        let path = folder.path().join(&name);
        std::fs::write(&path, &bytes).unwrap();
        let path = path.to_str().unwrap();
        let told = run(&["template", "check", path, "--json"]);
        let told: Vec<Value> = serde_json::from_slice(&told.stdout).unwrap();
        let codes: Vec<&str> = told.iter().map(|finding| finding["code"].as_str().unwrap()).collect();
        met.extend(codes.iter().map(|code| (*code).to_owned()));
        let worded = run(&["template", "check", path]);
        let words = String::from_utf8_lossy(&worded.stdout).into_owned();
        let checked = match worded.status.code() {
            Some(1) => Mistake,
            Some(0) if words.contains("1 warning") => Warning,
            Some(0) if words.contains("no mistakes found") => Sound,
            other => panic!("{code}: {other:?} {words}"),
        };
        let (judged, page) = drafted(&service, number, "templates", &name, &bytes).await;
        let agrees = (checked == Mistake) == (judged == Mistake) && (verdict != Warning || page.contains("Aviso"));
        let marked = told.iter().any(|finding| finding["mistake"] == true) == (verdict == Mistake);
        if checked != verdict || !agrees || !marked || (code.is_empty() != codes.is_empty()) || !(code.is_empty() || codes.contains(&code))
        {
            disagree.push(format!("{code}: {verdict:?}, check {checked:?} {codes:?}, console {judged:?}"));
        }
    }
    assert!(disagree.is_empty(), "{disagree:#?}");
    // `missing_value` is told of a report, never of a template.
    assert_eq!(met.len(), 24, "{met:?}");
}

#[tokio::test]
async fn a_linked_picture_is_told_with_its_place_and_reports_go_out_without_it() {
    let school = school();
    let folder = school.path().join("templates");
    std::fs::create_dir_all(&folder).unwrap();
    let bytes = template(&(paragraph("Hola {{ student.name }}") + &picture("", "<a:blip r:link=\"rId2\"/>")));
    let path = folder.join("plantilla_test_diagnostico.docx");
    std::fs::write(&path, &bytes).unwrap();
    let checked = run(&["template", "check", path.to_str().unwrap(), "--language", "es"]);
    let words = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success(), "{words}");
    for said in ["Aviso: ", "solo está enlazada", "párrafo 2", "se puede usar; 1 aviso"] {
        assert!(words.contains(said), "{said}: {words}");
    }
    let service = Service::start(school.path(), &TOKENS);
    report_of(&service, "ana").await;
    assert_eq!(mails(school.path()).len(), 1);
}

#[tokio::test]
async fn bank_check_and_the_console_agree_on_every_bank() {
    const HEAD: &str = "question_number,correct_alternative,lecture\n";
    let banks: &[(&str, &str, bool)] = &[
        ("sound", "1,A,Números\n2,B,Números\n", true),
        ("a group of one", "1,A,Números\n2,B,Números\n3,C,Álgebra\n", true),
        ("names nearly alike", "1,A,Números\n2,B,Números\n3,C,Númeross\n4,A,Númeross\n", true),
        ("no group", "1,A,Números\n2,B,\n", true),
        ("a date of a spreadsheet", "1,02-ene,Números\n2,B,Números\n", true),
        ("several in words", "1,A y C,Números\n2,B,Números\n", true),
        ("a letter far behind", "1,A,Números\n2,B,Números\n3,Z,Números\n", true),
        ("a number twice", "1,A,Números\n1,B,Números\n", false),
        ("an error of a spreadsheet", "1,#N/A,Números\n2,B,Números\n", false),
        ("a bar that parts nothing", "1,A|,Números\n2,B,Números\n", false),
        ("no answer", "1,,Números\n2,B,Números\n", false),
        ("no question", "", false),
    ];
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let folder = tempfile::tempdir().unwrap();
    let mut disagree = Vec::new();
    for (number, (name, rows, is_sound)) in banks.iter().enumerate() {
        let text = format!("{HEAD}{rows}");
        let path = folder.path().join(format!("{name}.csv"));
        std::fs::write(&path, &text).unwrap();
        let checked = run(&["bank", "check", path.to_str().unwrap()]);
        let (judged, _) = drafted(&service, number, "banks", &format!("{name}.csv"), text.as_bytes()).await;
        let (by_command, by_console) = (checked.status.success(), judged != Mistake);
        if (by_command, by_console) != (*is_sound, *is_sound) {
            disagree.push(format!("{name}: check {by_command}, console {by_console}, {}", String::from_utf8_lossy(&checked.stdout)));
        }
    }
    assert!(disagree.is_empty(), "{disagree:#?}");
}

#[tokio::test]
async fn rules_that_are_no_utf8_are_not_put_in_use() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let mut person = signed_in(&service, "token:admin", Role::Admin);
    let bytes = b"[[assessment]]\nmatch = { title = \"Test de \xe1lgebra\" }\nname = \"uno\"\n";
    let answer = upload(&mut person, "/console/profiles", "assessments.toml", bytes).await;
    let page = person.get(answer.headers["location"].to_str().unwrap()).await.text;
    assert!(page.contains("No se puede poner en uso") && page.contains("guárdelo como UTF-8"), "{page}");
}
