//! Templates made here, filled and read back as text.

#![expect(clippy::format_collect, reason = "short pieces of XML read best as format strings")]

mod blocks;
mod bounds;
mod findings;
mod guide;
mod places;
mod random;
mod rich;
mod slips;
mod undrawn;
mod values;

use super::{FillOptions, Finding, Problem, Template, TemplateError};
use crate::report::data::ReportData;
use crate::report::language::Language;
use crate::report::xml::unescape;

const NAMESPACES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:v="urn:schemas-microsoft-com:vml""#;

const DATA: &str = r#"{
    "student": {"name": "Ana Pérez", "email": "ana@example.org"},
    "assessment": {"title": "M1 <&> \"uno\""},
    "result": {"percentage": 75.0, "level": "Nivel 2", "total": 8, "passed": true},
    "groups": [
        {"name": "Lección 1", "percentage": 100.0, "status": "Aprobada", "passed": true},
        {"name": "Lección 2", "percentage": 33.333333, "status": "Reprobada", "passed": false}
    ],
    "to_review": [{"name": "Lección 2", "questions": [3, 4]}],
    "today": "2026-11-21",
    "submission": {"submitted_at": "2026-11-21T09:05:00-03:00"},
    "note": "first\nsecond\tthird",
    "nothing": null
}"#;

/// A .docx with this body.
fn docx(body: &str) -> Vec<u8> {
    let document =
        format!("<w:document {NAMESPACES}><w:body>{body}<w:sectPr><w:pgSz w:w=\"12240\" w:h=\"15840\"/></w:sectPr></w:body></w:document>");
    zip_of(&[("word/document.xml", document.as_bytes())])
}

/// A paragraph with each text in a run of its own.
fn p(runs: &[&str]) -> String {
    let runs: String =
        runs.iter().map(|text| format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", crate::report::xml::escape(text))).collect();
    format!("<w:p>{runs}</w:p>")
}

/// A table of cells given as paragraphs.
fn table(rows: &[&[&str]]) -> String {
    let rows: String = rows
        .iter()
        .map(|cells| {
            format!(
                "<w:tr>{}</w:tr>",
                cells
                    .iter()
                    .map(|text| format!("<w:tc><w:tcPr><w:tcW w:w=\"2000\" w:type=\"dxa\"/></w:tcPr>{}</w:tc>", p(&[text])))
                    .collect::<String>()
            )
        })
        .collect();
    let columns = rows_width(&rows);
    format!("<w:tbl><w:tblGrid>{}</w:tblGrid>{rows}</w:tbl>", "<w:gridCol w:w=\"2000\"/>".repeat(columns))
}

fn rows_width(rows: &str) -> usize {
    rows.split("</w:tr>").next().unwrap_or_default().matches("</w:tc>").count()
}

fn data() -> ReportData {
    ReportData::from_json(DATA.as_bytes()).unwrap()
}

fn options() -> FillOptions {
    FillOptions { append_results: false, ..FillOptions::default() }
}

/// The filled main part.
fn fill_xml(body: &str) -> String {
    let template = Template::parse(&docx(body)).unwrap();
    let filled = template.fill(&data(), &options()).unwrap_or_else(|error| panic!("{error}"));
    let xml = String::from_utf8(filled.package.part("word/document.xml").unwrap().to_vec()).unwrap();
    super::Tree::read(&xml, filled.package.limits()).unwrap_or_else(|error| panic!("{error}: {xml}"));
    xml
}

/// The filled text: a line a paragraph, cells in brackets.
fn fill(body: &str) -> String {
    let xml = fill_xml(body);
    let mut out = String::new();
    for piece in xml.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        match name {
            "w:t" => out.push_str(&unescape(text)),
            "w:br" => out.push('|'),
            "w:tab" => out.push('→'),
            "w:tc" => out.push('['),
            _ if tag == "/w:p" || tag == "w:p/" => out.push('\n'),
            _ if tag == "/w:tc" => {
                out.truncate(out.trim_end_matches('\n').len());
                out.push(']');
            }
            _ if tag == "/w:tr" => out.push('\n'),
            _ => {}
        }
    }
    out.trim_end().to_owned()
}

fn problems(body: &str) -> Vec<Problem> {
    check(body).into_iter().map(|finding| finding.problem).collect()
}

fn check(body: &str) -> Vec<Finding> {
    Template::parse(&docx(body)).unwrap().check(None)
}

/// A .docx of a main part with further parts, each with its kind of relationship.
fn docx_with(body: &str, others: &[(&str, &str, &str)]) -> Vec<u8> {
    let document = format!("<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>");
    let relationships: String = others
        .iter()
        .enumerate()
        .map(|(number, (name, kind, _))| format!("<Relationship Id=\"r{number}\" Type=\"x/{kind}\" Target=\"{name}\"/>"))
        .collect();
    let relationships = format!("<Relationships>{relationships}</Relationships>");
    let names: Vec<String> = others.iter().map(|(name, _, _)| format!("word/{name}")).collect();
    let mut parts: Vec<(&str, &[u8])> =
        vec![("word/document.xml", document.as_bytes()), ("word/_rels/document.xml.rels", relationships.as_bytes())];
    parts.extend(names.iter().zip(others).map(|(name, (_, _, xml))| (name.as_str(), xml.as_bytes())));
    zip_of(&parts)
}

/// The filled main part, with these data.
fn filled_with(body: &str, json: &str) -> Result<String, TemplateError> {
    let data = ReportData::from_json(json.as_bytes()).unwrap();
    let filled = Template::parse(&docx(body)).unwrap().fill(&data, &options())?;
    let xml = String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned();
    crate::report::template::Tree::read(&xml, filled.package.limits()).unwrap_or_else(|error| panic!("{error}: {xml}"));
    Ok(xml)
}

/// A zip of these parts.
fn zip_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, data) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn plain_names_are_filled() {
    assert_eq!(
        fill(&p(&["Hola <<ALUMNO>>: <<PD%>> en <<Prueba>>, <<T2>>, <<lectures_passed>>/<<lectures_analyzed>>"])),
        "Hola Ana Pérez: 75,0\u{a0}% en M1 <&> \"uno\", Reprobada, 1/2"
    );
}

#[test]
fn a_tag_split_over_runs_takes_the_first_runs_formatting() {
    let body = r#"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Hola &lt;</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:rPr><w:i/></w:rPr><w:t>&lt;ALU</w:t></w:r><w:r><w:rPr><w:u/></w:rPr><w:t>MNO&gt;&gt; y tú</w:t></w:r></w:p>"#;
    let xml = fill_xml(body);
    assert!(xml.contains(r#"<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Hola Ana Pérez</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:rPr><w:u/></w:rPr><w:t xml:space="preserve"> y tú</w:t></w:r>"#), "{xml}");
}

#[test]
fn nested_tables_and_text_boxes_are_filled() {
    let inner = table(&[&["{%tr for g in groups %}"], &["{{ g.name }}"], &["{%tr endfor %}"]]);
    let nested = format!("<w:tbl><w:tblGrid/><w:tr><w:tc>{inner}<w:p/></w:tc></w:tr></w:tbl>");
    assert_eq!(fill(&nested).matches("Lección").count(), 2);
    let content = format!("<w:txbxContent>{}</w:txbxContent>", p(&["{{ student", ".name }}"]));
    let boxed = format!(
        "<w:p><w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing>{content}</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    );
    assert_eq!(fill_xml(&boxed).matches("Ana Pérez").count(), 2);
}

#[test]
fn content_controls_and_merge_fields_are_filled() {
    let control = r#"<w:sdt><w:sdtPr><w:tag w:val="student.name"/><w:dataBinding w:xpath="x"/><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p><w:r><w:rPr><w:rStyle w:val="PlaceholderText"/></w:rPr><w:t>Escriba</w:t></w:r><w:r><w:t> aquí</w:t></w:r></w:p></w:sdtContent></w:sdt>"#;
    let xml = fill_xml(control);
    assert!(
        xml.contains(">Ana Pérez</w:t>") && !xml.contains("aquí") && !xml.contains("dataBinding") && !xml.contains("PlaceholderText"),
        "{xml}"
    );
    let field = r#"<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> MERGEFIELD  Nombre \* MERGEFORMAT </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>«Nombre»</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>"#;
    assert!(
        fill_xml(field).contains("<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">Ana Pérez</w:t></w:r></w:p>"),
        "{}",
        fill_xml(field)
    );
    let unknown = r#"<w:p><w:fldSimple w:instr=" MERGEFIELD Otra "><w:r><w:t>«Otra»</w:t></w:r></w:fldSimple><w:fldSimple w:instr="MERGEFIELD note"><w:r><w:t>«note»</w:t></w:r></w:fldSimple></w:p>"#;
    assert_eq!(fill(unknown), "«Otra»first|second→third");
}

#[test]
fn raw_text_and_escaped_marks_stay() {
    assert_eq!(fill(&p(&["{% raw %}{{ x }}{% endraw %} {_{ y }_} {# gone #}."])), "{{ x }} {{ y }} .");
}

#[test]
fn the_result_section_is_appended_when_a_template_shows_no_groups() {
    let template = Template::parse(&docx(&p(&["<<ALUMNO>>"]))).unwrap();
    let filled = template.fill(&data(), &FillOptions::default()).unwrap();
    let xml = String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned();
    for wanted in ["Resultados por Lección", "Aprobada", "Reprobada", "D4EDDA", "F8D7DA", "<w:tblHeader/>", "pageBreakBefore"] {
        assert!(xml.contains(wanted), "{wanted}: {xml}");
    }
    let english = template.fill(&data(), &FillOptions { language: Language::En, ..FillOptions::default() }).unwrap();
    assert!(String::from_utf8_lossy(english.package.part("word/document.xml").unwrap()).contains("Results by Lesson"));
    let none = template.fill(&data(), &options()).unwrap();
    assert!(!String::from_utf8_lossy(none.package.part("word/document.xml").unwrap()).contains("Resultados"));
}

#[test]
fn headers_footers_and_notes_are_filled_too() {
    let part = |root: &str, text: &str| format!("<w:{root} {NAMESPACES}>{}</w:{root}>", p(&[text]));
    let (header, footer, notes) = (part("hdr", "<<PRUEBA>>"), part("ftr", "{{ student."), part("footnotes", "{{ result.level }}"));
    let footer = footer.replace("{{ student.", "{{ student.name }}");
    let file = docx_with(&p(&["x"]), &[("h1.xml", "header", &header), ("f1.xml", "footer", &footer), ("n.xml", "footnotes", &notes)]);
    let filled = Template::parse(&file).unwrap().fill(&data(), &options()).unwrap();
    let text = |part: &str| String::from_utf8_lossy(filled.package.part(part).unwrap()).into_owned();
    assert!(text("word/h1.xml").contains("M1 &lt;&amp;&gt;"));
    assert!(text("word/f1.xml").contains("Ana Pérez"));
    assert!(text("word/n.xml").contains("Nivel 2"));
}

#[test]
fn quoted_words_in_a_text_are_no_placeholders() {
    assert_eq!(fill(&p(&["El «curso» y la «prueba» de «ALUMNO»"])), "El «curso» y la «prueba» de Ana Pérez");
}
