//! Formatted texts, whole paragraphs and pictures from the data.

use super::{NAMESPACES, data, docx, fill_xml, filled_with, options, p, table, zip_of};
use crate::report::data::ReportData;
use crate::report::template::Template;

#[test]
fn pictures_stand_where_their_tags_stand() {
    let xml = fill_xml(&table(&[&["{{ chart.score }}", "{% if result.passed %}{{ chart.groups }}{% endif %}"]]));
    assert_eq!(xml.matches("<w:drawing>").count(), 2);
    // A cell of 2,000 twips less its padding.
    assert!(xml.contains(&format!("<wp:extent cx=\"{}\"", (2000 - 216) * 635)), "{xml}");
}

#[test]
fn rich_text_keeps_the_tags_formatting_and_adds_its_own() {
    let rich = ReportData::from_json(br#"{"r": {"rich": ["a ", {"text": "b", "bold": true, "color": "C00000"}]}}"#).unwrap();
    let body = "<w:p><w:r><w:rPr><w:i/></w:rPr><w:t>{{ r }}</w:t></w:r></w:p>";
    let filled = Template::parse(&docx(body)).unwrap().fill(&rich, &options()).unwrap();
    let xml = String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned();
    assert!(xml.contains("<w:rPr><w:b/><w:i/><w:color w:val=\"C00000\"/></w:rPr><w:t xml:space=\"preserve\">b</w:t>"), "{xml}");
}

#[test]
fn a_highlight_is_one_of_words_names_or_a_colour_of_ones_own() {
    let body = "<w:p><w:r><w:t>{{ r }}</w:t></w:r></w:p>";
    let xml =
        filled_with(body, r##"{"r": {"rich": [{"text": "a", "highlight": "yellow"}, {"text": "b", "highlight": "#FFE0A0"}]}}"##).unwrap();
    assert!(xml.contains("<w:highlight w:val=\"yellow\"/>") && xml.contains("w:fill=\"FFE0A0\"/>"), "{xml}");
}

/// The main part of a template filled with data of its own.
#[test]
fn rich_text_behind_the_letter_r_brings_its_own_formatting_alone() {
    let body = "<w:p><w:r><w:rPr><w:i/></w:rPr><w:t>{{r r }}</w:t></w:r></w:p>";
    let json = r#"{"r": {"rich": [{"text": "b", "bold": true, "size": 28, "url": "https://example.org/?a=1&b=\"2"}, "plain"]}}"#;
    let xml = filled_with(body, json).unwrap();
    let run = "<w:r><w:rPr><w:b/><w:sz w:val=\"28\"/><w:szCs w:val=\"28\"/></w:rPr><w:t xml:space=\"preserve\">b</w:t></w:r>";
    let link = format!("<w:fldSimple w:instr=\"HYPERLINK &quot;https://example.org/?a=1&amp;b=2&quot;\">{run}</w:fldSimple>");
    assert!(xml.contains(&format!("{link}<w:r><w:t xml:space=\"preserve\">plain</w:t></w:r>")), "{xml}");
}

#[test]
fn paragraphs_of_the_data_take_their_tags_paragraphs_place() {
    let body =
        format!("{}<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:t>{{{{p c }}}}</w:t></w:r></w:p>{}", p(&["before"]), p(&["behind"]));
    let json = r#"{"c": {"paragraphs": ["one", {"rich": [{"text": "two", "italic": true}], "style": "Quote"}]}}"#;
    let xml = filled_with(&body, json).unwrap();
    let text = |text: &str, props: &str| format!("<w:r>{props}<w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    let one = format!("<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr>{}</w:p>", text("one", ""));
    let two = format!("<w:p><w:pPr><w:pStyle w:val=\"Quote\"/></w:pPr>{}</w:p>", text("two", "<w:rPr><w:i/></w:rPr>"));
    assert!(xml.contains(&format!("{}{one}{two}{}", p(&["before"]), p(&["behind"]))), "{xml}");
    assert!(
        filled_with(&body, r#"{"c": "a text"}"#)
            .unwrap()
            .contains("<w:jc w:val=\"center\"/></w:pPr><w:r><w:t xml:space=\"preserve\">a text</w:t>")
    );
    assert!(filled_with(&body, r#"{"c": {"paragraphs": []}}"#).unwrap().contains(&format!("{}{}", p(&["before"]), p(&["behind"]))));
}

#[test]
fn pictures_of_different_parts_have_different_numbers() {
    let header = format!("<w:hdr {NAMESPACES}>{}</w:hdr>", p(&["{{ chart.score }}"]));
    let document = format!(
        "<w:document {NAMESPACES}><w:body>{}<w:sectPr><w:headerReference w:type=\"default\" r:id=\"h\"/></w:sectPr></w:body></w:document>",
        p(&["{{ chart.score }}"])
    );
    let relations = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="h" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="header1.xml"/></Relationships>"#;
    let bytes = zip_of(&[
        ("word/document.xml", document.as_bytes()),
        ("word/header1.xml", header.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
    ]);
    let filled = Template::parse(&bytes).unwrap().fill(&data(), &options()).unwrap();
    let ids = |part: &str| -> Vec<String> {
        let xml = String::from_utf8(filled.package.part(part).unwrap().to_vec()).unwrap();
        xml.split("<wp:docPr id=\"").skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect()
    };
    let (body, header) = (ids("word/document.xml"), ids("word/header1.xml"));
    assert!(!body.is_empty() && !header.is_empty());
    assert!(body.iter().all(|id| !header.contains(id)), "{body:?} {header:?}");
}
