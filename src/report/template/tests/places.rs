//! Every place where Word lets an author write a mark, and what is no mark there.

use super::{NAMESPACES, data, docx, docx_with, fill, fill_xml, options, p, problems};
use crate::report::data::ReportData;
use crate::report::template::Template;

/// A .docx whose main part has links; each with its address as the file writes it.
fn with_links(body: &str, addresses: &[(&str, &str)]) -> String {
    let document = format!("<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>");
    let links: String = addresses
        .iter()
        .map(|(id, target)| format!("<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink\" Target=\"{target}\" TargetMode=\"External\"/>"))
        .collect();
    let relationships =
        format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{links}</Relationships>");
    let file = super::zip_of(&[("word/document.xml", document.as_bytes()), ("word/_rels/document.xml.rels", relationships.as_bytes())]);
    let template = Template::parse(&file).unwrap();
    assert_eq!(template.mistakes(), []);
    let filled = template.fill(&data(), &options()).unwrap();
    String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned()
}

#[test]
fn marks_in_the_addresses_of_links_are_filled_however_word_writes_them() {
    let link = |id: &str| {
        format!("<w:p><w:hyperlink r:id=\"{id}\" w:tooltip=\"para {{{{ student.name }}}}\"><w:r><w:t>aquí</w:t></w:r></w:hyperlink></w:p>")
    };
    let xml = with_links(
        &format!("{}{}{}{}", link("a"), link("b"), link("c"), link("d")),
        &[
            ("a", "mailto:%3c%3cEMAIL%3e%3e"),
            ("b", "https://colegio.example/v?id=%7B%7B%20student.name%20%7D%7D&amp;x=1"),
            ("c", "https://colegio.example/%7b%7bresult.level%7d%7d"),
            ("d", "https://colegio.example/fijo"),
        ],
    );
    assert!(xml.contains("HYPERLINK &quot;mailto:ana@example.org&quot;") || xml.contains("HYPERLINK \"mailto:ana@example.org\""), "{xml}");
    assert!(xml.contains("v?id=Ana%20P%C3%A9rez&amp;x=1"), "{xml}");
    assert!(xml.contains("example/Nivel%202"), "{xml}");
    assert!(xml.contains("para Ana Pérez") && xml.contains("<w:hyperlink r:id=\"d\""), "{xml}");
}

#[test]
fn a_link_in_a_loop_has_an_address_for_each_round() {
    let link = "<w:p><w:hyperlink r:id=\"a\"><w:r><w:t>{{ g.name }}</w:t></w:r></w:hyperlink></w:p>";
    let xml = with_links(
        &format!("{}{link}{}", p(&["{%p for g in to_review %}"]), p(&["{%p endfor %}"])),
        &[("a", "https://x.example/?q={{ g.name }}")],
    );
    assert!(xml.contains("?q=Lecci%C3%B3n%202"), "{xml}");
}

#[test]
fn titles_tips_and_alternative_texts_are_filled_in_both_spellings() {
    let picture = r#"<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="Foto de &lt;&lt;ALUMNO&gt;&gt;" title="{{ student.name }}"/></wp:inline></w:drawing></w:r></w:p>"#;
    let xml = fill_xml(picture);
    assert!(xml.contains("descr=\"Foto de Ana Pérez\"") && xml.contains("title=\"Ana Pérez\""), "{xml}");
    let core = "<cp:coreProperties xmlns:cp=\"c\" xmlns:dc=\"d\"><dc:title>Informe de &lt;&lt;ALUMNO&gt;&gt;</dc:title><dc:subject>{{ result.level }}</dc:subject></cp:coreProperties>";
    let document = format!("<w:document {NAMESPACES}><w:body>{}</w:body></w:document>", p(&["x"]));
    let relation = |id: &str, kind: &str, target: &str| format!("<Relationship Id=\"{id}\" Type=\"http://x/{kind}\" Target=\"{target}\"/>");
    let relations = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}{}{}</Relationships>",
        relation("a", "officeDocument", "word/document.xml"),
        relation("b", "core-properties", "docProps/core.xml"),
        relation("c", "extended-properties", "docProps/app.xml")
    );
    let app = "<Properties><Company>&lt;&lt;ALUMNO&gt;&gt;</Company></Properties>";
    let file = super::zip_of(&[
        ("_rels/.rels", relations.as_bytes()),
        ("word/document.xml", document.as_bytes()),
        ("docProps/core.xml", core.as_bytes()),
        ("docProps/app.xml", app.as_bytes()),
    ]);
    let filled = Template::parse(&file).unwrap().fill(&data(), &options()).unwrap();
    let text = |part: &str| String::from_utf8_lossy(filled.package.part(part).unwrap()).into_owned();
    assert!(
        text("docProps/core.xml").contains("<dc:title>Informe de Ana Pérez</dc:title><dc:subject>Nivel 2<"),
        "{}",
        text("docProps/core.xml")
    );
    assert!(text("docProps/app.xml").contains("<Company>Ana Pérez<"));
}

#[test]
fn ordinary_quotation_marks_stay_and_capitals_are_a_name() {
    let text = "el curso «Nombre», «materia» y «Nivel»; «Álgebra» de «Baldor», «email»";
    assert_eq!(fill(&p(&[text])), text);
    assert_eq!(fill(&p(&["«ALUMNO»"])), "Ana Pérez");
}

#[test]
fn a_check_box_stays_one_and_is_ticked_by_its_value() {
    let control = |name: &str| {
        format!(
            "<w:p><w:sdt><w:sdtPr><w:tag w:val=\"{name}\"/><w14:checkbox><w14:checked w14:val=\"0\"/><w14:checkedState w14:val=\"2612\"/><w14:uncheckedState w14:val=\"2610\"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt></w:p>"
        )
    };
    let body = format!("{}{}{}", control("result.passed"), control("submission.id"), control("otro"));
    let json = br#"{"result": {"passed": true}, "submission": {}}"#;
    let file = docx_with(&body, &[]);
    let filled = Template::parse(&file).unwrap().fill(&ReportData::from_json(json).unwrap(), &options()).unwrap();
    let xml = String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned();
    assert_eq!((xml.matches("☒").count(), xml.matches("☐").count()), (1, 2), "{xml}");
    assert_eq!((xml.matches("w14:val=\"1\"").count(), xml.matches("<w14:checkbox>").count()), (1, 3), "{xml}");
}

#[test]
fn a_date_control_keeps_its_own_format() {
    let body = "<w:p><w:sdt><w:sdtPr><w:alias w:val=\"FECHA\"/><w:date><w:dateFormat w:val=\"dd/MM/yyyy\"/></w:date></w:sdtPr><w:sdtContent><w:r><w:t>01/01/2020</w:t></w:r></w:sdtContent></w:sdt></w:p>";
    assert_eq!(fill(body), "21/11/2026");
    assert_eq!(problems(body), []);
}

fn item(text: &str) -> String {
    format!("<w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// The list instance of each numbered paragraph, and the numbering part.
fn instances(body: &str) -> (Vec<String>, String) {
    let numbering = format!(
        "<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/></w:lvl></w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>"
    );
    let styles = format!(
        "<w:styles {NAMESPACES}><w:style w:styleId=\"L\"><w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr></w:pPr></w:style><w:style w:styleId=\"M\"><w:basedOn w:val=\"L\"/></w:style></w:styles>"
    );
    let file = docx_with(body, &[("numbering.xml", "numbering", &numbering), ("styles.xml", "styles", &styles)]);
    let template = Template::parse(&file).unwrap();
    assert_eq!(template.mistakes(), []);
    let filled = template.fill(&data(), &options()).unwrap();
    let text = |part: &str| String::from_utf8_lossy(filled.package.part(part).unwrap()).into_owned();
    let ids = text("word/document.xml")
        .split("<w:numId w:val=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
        .collect();
    (ids, text("word/numbering.xml"))
}

#[test]
fn a_numbered_list_begins_anew_in_each_round() {
    let (open, end) = (p(&["{%p for g in groups %}"]), p(&["{%p endfor %}"]));
    let (ids, numbering) = instances(&format!("{open}{}{}{}{end}", p(&["Lección {{ g.name }}"]), item("uno"), item("dos")));
    assert_eq!(ids[..4], ["1", "1", "2", "2"]);
    assert!(
        numbering.contains("<w:num w:numId=\"2\"><w:abstractNumId w:val=\"0\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/>"),
        "{numbering}"
    );
    // By a style, also one based on it.
    let styled = |text: &str| format!("<w:p><w:pPr><w:pStyle w:val=\"M\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>");
    let (ids, _) = instances(&format!("{open}{}{}{}{end}", p(&["x"]), styled("uno"), styled("dos")));
    assert_eq!(ids[..4], ["1", "1", "2", "2"]);
    // A loop inside a loop counts on in the inner one.
    let inner = format!("{}{}{}", p(&["{%p for r in to_review %}"]), item("{{ r.name }}"), p(&["{%p endfor %}"]));
    let (ids, _) = instances(&format!("{open}{}{inner}{end}", p(&["{{ g.name }}"])));
    assert_eq!(ids[..2], ["1", "2"]);
}

#[test]
fn a_loop_over_the_items_of_one_list_counts_on() {
    let (open, end) = (p(&["{%p for g in groups %}"]), p(&["{%p endfor %}"]));
    let (ids, numbering) = instances(&format!("{open}{}{end}", item("{{ g.name }}")));
    assert!(ids.iter().all(|id| id == "1") && !numbering.contains("numId=\"2\""), "{ids:?}");
    // A numbered heading with text below it, too.
    let (ids, _) = instances(&format!("{open}{}{}{end}", item("{{ g.name }}"), p(&["texto"])));
    assert!(ids.iter().all(|id| id == "1"), "{ids:?}");
}

#[test]
fn a_template_of_marks_nobody_can_read_is_parsed_in_bounded_time() {
    for piece in ["<<", "{{", "{%", "}}", "[[", "${", "<<a>", "{ %", "{ {", "{{%", "{#", "«", "{% for x in y %}", "{{ año ", "%7b%7b"] {
        let text = piece.repeat(100_000 / piece.len());
        let template = Template::parse(&docx(&p(&[&text]))).unwrap();
        assert!(template.check(None).len() < 2000, "{piece}");
    }
}
