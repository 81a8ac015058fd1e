//! Templates made here, filled and read back as text.

#![expect(clippy::format_collect, reason = "short pieces of XML read best as format strings")]

use super::xml::unescape;
use super::{FillOptions, Finding, Missing, PartKind, Problem, Template, TemplateError};
use crate::report::data::ReportData;
use crate::report::language::Language;
use crate::report::package::tests::zip_of;

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
        runs.iter().map(|text| format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", super::xml::escape(text))).collect();
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

#[test]
fn plain_names_are_filled() {
    assert_eq!(
        fill(&p(&["Hola <<ALUMNO>>: <<PD%>> en <<Prueba>>, <<T2>>, <<lectures_passed>>/<<lectures_analyzed>>"])),
        "Hola Ana Pérez: 75,0% en M1 <&> \"uno\", Reprobada, 1/2"
    );
}

#[test]
fn a_tag_split_over_runs_takes_the_first_runs_formatting() {
    let body = r#"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Hola &lt;</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:rPr><w:i/></w:rPr><w:t>&lt;ALU</w:t></w:r><w:r><w:rPr><w:u/></w:rPr><w:t>MNO&gt;&gt; y tú</w:t></w:r></w:p>"#;
    let xml = fill_xml(body);
    assert!(xml.contains(r#"<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Hola Ana Pérez</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:rPr><w:u/></w:rPr><w:t xml:space="preserve"> y tú</w:t></w:r>"#), "{xml}");
}

#[test]
fn jinja_is_evaluated_with_filters() {
    assert_eq!(
        fill(&p(&["{{ student.name|upper }} {{ result.percentage | percent(1) }} {{ result.percentage/8|round(1) }}"])),
        "ANA PÉREZ 75,0% 9.375"
    );
    assert_eq!(
        fill(&p(&["{{ today|date }} · {{ today|date(“%d/%m/%Y”) }} · {{ submission.submitted_at|date('%A %H:%M') }}"])),
        "21 de noviembre de 2026 · 21/11/2026 · sábado 09:05"
    );
    assert_eq!(
        fill(&p(&["{{ nothing|default('sin datos') }} {{ 'a' if result.passed else 'b' }} {{ groups|map(attribute='name')|join(', ') }}"])),
        "sin datos a Lección 1, Lección 2"
    );
}

#[test]
fn values_are_escaped_and_breaks_become_words() {
    assert_eq!(fill(&p(&["{{ note }}"])), "first|second→third");
    assert!(fill_xml(&p(&["{{ assessment.title|e }}"])).contains("M1 &lt;&amp;&gt; &quot;uno&quot;"));
}

#[test]
fn rows_repeat_with_docxtpls_letters_and_without() {
    let with = table(&[
        &["Lección", "Estado"],
        &["{%tr for g in groups %}", ""],
        &["{{ g.name }}", "{{ g.status }}"],
        &["{%tr endfor %}", ""],
        &["Fin", ""],
    ]);
    let expected = "[Lección][Estado]\n[Lección 1][Aprobada]\n[Lección 2][Reprobada]\n[Fin][]";
    assert_eq!(fill(&with), expected);
    assert_eq!(fill(&with.replace("%tr ", "% ")), expected);
}

#[test]
fn a_row_that_holds_its_own_loop_repeats() {
    let body = table(&[&["{%tr for g in groups %}{{ g.name }}", "{{ g.status }}{%tr endfor %}"]]);
    assert_eq!(fill(&body), "[Lección 1][Aprobada]\n[Lección 2][Reprobada]");
}

#[test]
fn several_loops_in_a_row_and_conditions_inside() {
    let body = table(&[
        &["{%tr for g in groups %}"],
        &["{{ loop.index }}. {{ g.name }}{% if not g.passed %} *{% endif %}"],
        &["{%tr endfor %}"],
        &["{%tr for r in to_review %}"],
        &["{{ r.name }}: {{ r.questions|join('-') }}"],
        &["{%tr endfor %}"],
    ]);
    assert_eq!(fill(&body), "[1. Lección 1]\n[2. Lección 2 *]\n[Lección 2: 3-4]");
}

#[test]
fn paragraphs_repeat_and_leave_no_empty_line() {
    let expected = "A\nLección 1\nLección 2\nB";
    for letter in ["p", ""] {
        let body = [
            p(&["A"]),
            p(&[&format!("{{%{letter} for g in groups %}}")]),
            p(&["{{ g.name }}"]),
            p(&[&format!("{{%{letter} endfor %}}")]),
            p(&["B"]),
        ];
        assert_eq!(fill(&body.concat()), expected);
    }
}

#[test]
fn a_loop_inside_one_paragraph_stays_there() {
    assert_eq!(
        fill(&p(&["{% for g in groups %}", "{{ g.name }}", "{% if not loop.last %}, {% endif %}{% endfor %}."])),
        "Lección 1, Lección 2."
    );
}

#[test]
fn trims_join_paragraphs_as_in_docxtpl() {
    let body =
        [p(&["Vive {% if result.passed -%}"]), p(&["en la ciudad"]), p(&["{%- else -%}"]), p(&["en el campo"]), p(&["{%- endif %} y ya."])];
    assert_eq!(fill(&body.concat()), "Vive en la ciudad y ya.");
    let breaks = "<w:p><w:r><w:t>Vive {% if result.passed -%}</w:t><w:br/><w:t>en la ciudad</w:t><w:br/><w:t>{%- endif %} y ya.</w:t><w:br/><w:t>Fin</w:t></w:r></w:p>";
    assert_eq!(fill(breaks), "Vive en la ciudad y ya.|Fin");
}

#[test]
fn columns_repeat_and_the_grid_follows() {
    let body = table(&[&["x", "{%tc for g in groups %}", "{{ g.name }}", "{%tc endfor %}"]]);
    let xml = fill_xml(&body);
    assert_eq!(fill(&body), "[x][Lección 1][Lección 2]");
    assert_eq!(xml.matches("<w:gridCol ").count(), 3, "{xml}");
}

#[test]
fn cells_merge_span_and_take_colour() {
    let vm = table(&[&["{%tr for g in groups %}", ""], &["{% vm %}Todas", "{{ g.name }}"], &["{%tr endfor %}", ""]]);
    let xml = fill_xml(&vm);
    assert!(xml.contains("<w:vMerge w:val=\"restart\"/>") && xml.contains("<w:vMerge w:val=\"continue\"/>"), "{xml}");
    assert_eq!(fill(&vm), "[Todas][Lección 1]\n[][Lección 2]");
    let marked = table(&[&["{% colspan 2 %}{% cellbg '#ff0000' %}x"]]);
    let xml = fill_xml(&marked);
    assert!(xml.contains("<w:gridSpan w:val=\"2\"/><w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"ff0000\"/></w:tcPr>"), "{xml}");
    let hm = table(&[&["{%tc for g in groups %}", "{% hm %}Ancha", "{%tc endfor %}"]]);
    assert_eq!(fill(&hm), "[Ancha]");
    assert!(fill_xml(&hm).contains("<w:gridSpan w:val=\"2\"/>"));
}

#[test]
fn an_empty_loop_leaves_a_document_word_can_open() {
    let body = table(&[&["{%tr for h in history %}"], &["{{ h.attempt }}"], &["{%tr endfor %}"]]);
    assert_eq!(fill_xml(&body).matches("<w:tbl>").count(), 0);
    let cell = "<w:tbl><w:tblGrid/><w:tr><w:tc><w:tcPr/>".to_owned()
        + &p(&["{%p if false %}"])
        + &p(&["x"])
        + &p(&["{%p endif %}"])
        + "</w:tc></w:tr></w:tbl>";
    assert!(fill_xml(&cell).contains("<w:tcPr/><w:p/></w:tc>"));
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
fn the_level_is_not_said_twice() {
    assert_eq!(fill(&p(&["Nivel: <<NIVEL>> / <<Nivel>>"])), "Nivel: 2 / Nivel 2");
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
fn python_methods_work() {
    let text = "{{ student.name.upper() }} {{ '%.1f'|format(result.percentage) }} {{ '{:.2f} {}'.format(result.percentage, 3) }} {{ student.get('phone', '-') }} {% for k, v in student.items() %}{{ k }}={{ v }};{% endfor %}";
    assert_eq!(fill(&p(&[text])), "ANA PÉREZ 75.0 75.00 3 - name=Ana Pérez;email=ana@example.org;");
}

#[test]
fn missing_values_follow_the_setting() {
    let template =
        Template::parse(&docx(&p(&["[{{ student.first_name }}] [{{ student.last_name|upper }}] [{{ nothing }}] <<CURSO>>"]))).unwrap();
    let text = |missing| {
        let filled = template.fill(&data(), &FillOptions { missing, ..options() }).unwrap();
        (String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned(), filled.warnings.len())
    };
    assert!(text(Missing::Blank).0.contains("[] [] [] </w:t>"));
    assert!(text(Missing::Dash).0.contains("[–] [–] [–] –</w:t>"));
    assert_eq!(text(Missing::Dash).1, 4);
    match template.fill(&data(), &FillOptions { missing: Missing::Error, ..options() }) {
        Err(TemplateError::Missing(findings)) => assert_eq!(findings.0.len(), 4),
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_errors_are_found_at_once_with_their_places() {
    let body = [
        p(&["Hola <<ALUNMO>> {{ student.nmae }} {{ result.percentage|percentt }}"]),
        table(&[&["{% for g in groups %}", "{{ g.nam }}{% endfor %}"], &["{{ abierto", "{{ 1 + }}"]]),
        p(&["{% endif %}"]),
    ];
    let findings = check(&body.concat());
    let has = |wanted: &dyn Fn(&Finding) -> bool| assert!(findings.iter().any(wanted), "{findings:#?}");
    has(&|f| matches!(&f.problem, Problem::UnknownName { name, nearest: Some(nearest), .. } if name == "ALUNMO" && nearest == "ALUMNO"));
    has(
        &|f| matches!(&f.problem, Problem::UnknownName { name, nearest: Some(nearest), .. } if name == "student.nmae" && nearest == "student.name"),
    );
    has(&|f| matches!(&f.problem, Problem::UnknownName { name, nearest: Some(nearest), .. } if name == "g.nam" && nearest == "g.name"));
    has(&|f| matches!(&f.problem, Problem::UnknownFilter { nearest: Some(nearest), .. } if nearest == "percent"));
    has(&|f| f.problem == Problem::CrossesCell && f.place.table == Some(1) && f.place.row == Some(1) && f.place.cell == Some(1));
    has(&|f| matches!(f.problem, Problem::TagNotClosed { .. }) && f.place.row == Some(2));
    has(&|f| matches!(f.problem, Problem::Syntax { .. }) && f.place.cell == Some(2));
    has(&|f| matches!(&f.problem, Problem::Unopened { statement } if statement == "endif"));
    assert!(findings.iter().all(|finding| finding.place.kind == PartKind::Body));
}

#[test]
fn a_bad_argument_of_a_filter_is_found_by_trying() {
    assert!(matches!(problems(&p(&["{{ student.name|percent }}"]))[..], [Problem::Evaluation { .. }]));
}

#[test]
fn every_tag_that_fails_is_found_in_one_trial() {
    let body = [
        p(&["{{ student.name|percent }} {{ student.name|upper }}"]),
        table(&[&["{%tr for g in groups %}"], &["{{ g.name|percent(1) }}", "{{ g.status|number }}"], &["{%tr endfor %}"]]),
        p(&["{% for x in student.name|percent %}{{ x }}{% endfor %}{% if groups|date('yyyy') %}sí{% endif %}"]),
        p(&["{{ 1 / 0 }}"]),
    ];
    let findings = check(&body.concat());
    let tags: Vec<&str> = findings.iter().map(|finding| finding.tag.as_str()).collect();
    assert!(findings.iter().all(|finding| matches!(finding.problem, Problem::Evaluation { .. })), "{findings:#?}");
    for wanted in ["{{ student.name|percent }}", "{{ g.name|percent(1) }}", "{{ g.status|number }}", "{{ 1 / 0 }}"] {
        assert_eq!(tags.iter().filter(|tag| **tag == wanted).count(), 1, "{wanted} in {tags:?}");
    }
    assert_eq!(tags.len(), 6, "{tags:?}");
}

#[test]
fn suggestions_speak_of_the_loops_own_variable() {
    let name = |text: &str| match &problems(&p(&[text]))[..] {
        [Problem::UnknownName { name, nearest, known }] => (name.clone(), nearest.clone(), known.clone()),
        other => panic!("{text}: {other:?}"),
    };
    let (said, nearest, _) = name("{% for lecture in groups %}{{ lecture.percent }}{% endfor %}");
    assert_eq!((said.as_str(), nearest.as_deref()), ("lecture.percent", Some("lecture.percentage")));
    let (_, nearest, known) = name("{% for lecture in groups %}{{ lecture.colour }}{% endfor %}");
    assert_eq!(nearest, None);
    assert!(known.contains(&"lecture.name".to_owned()) && known.contains(&"lecture.status".to_owned()), "{known:?}");
    let nested = "{% for r in to_review %}{% for q in r.qestions %}{{ q }}{% endfor %}{% endfor %}";
    assert_eq!(name(nested).1.as_deref(), Some("r.questions"));
    assert_eq!(name("{{ student.nmae }}").1.as_deref(), Some("student.name"));
}

#[test]
fn a_sound_template_has_no_findings() {
    let body = table(&[&["{%tr for g in groups if not g.passed %}"], &["{{ g.name }} {{ loop.index }}"], &["{%tr endfor %}"]]);
    assert_eq!(problems(&body), []);
    assert_eq!(problems(&p(&["{% set x = 1 %}{{ x }} {% for h in history %}{{ h.date|date }}{% endfor %} {{ school.phone }}"])), []);
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
fn parts_without_tags_stay_byte_for_byte() {
    let document = format!("<w:document {NAMESPACES}><w:body>{}</w:body></w:document>", p(&["<<ALUMNO>>"]));
    let odd = b"<?xml version='1.0'?>\n<x  a = '1'/>";
    let template = Template::parse(&zip_of(&[("word/document.xml", document.as_bytes()), ("word/odd.xml", odd)])).unwrap();
    let filled = template.fill(&data(), &options()).unwrap();
    assert_eq!(filled.package.part("word/odd.xml"), Some(&odd[..]));
}

#[test]
fn endless_work_ends_in_an_error() {
    let bomb = p(&["{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"]);
    let template = Template::parse(&docx(&bomb)).unwrap();
    assert!(template.fill(&data(), &options()).is_err());
}

#[test]
fn thousands_of_tags_and_broken_blocks_are_read_in_good_time() {
    let many: Vec<&str> = (0..1000).flat_map(|_| ["{{ student", ".name }} ", "{% if x %}", "{%- endfor -%}"]).collect();
    let template = Template::parse(&docx(&p(&many))).unwrap();
    assert!(template.check(None).len() > 1000);
}

#[test]
fn files_cannot_be_read_from_a_template() {
    assert!(matches!(problems(&p(&["{% include 'x' %}"]))[..], [Problem::UnknownStatement { .. }]));
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
fn a_mistake_in_a_header_names_the_header_and_one_below_a_heading_the_heading() {
    let header = format!("<w:hdr {NAMESPACES}>{}</w:hdr>", p(&["<<ALUNMO>>"]));
    let styles = format!("<w:styles {NAMESPACES}><w:style w:styleId=\"Ttulo1\"><w:name w:val=\"heading 1\"/></w:style></w:styles>");
    let heading = "<w:p><w:pPr><w:pStyle w:val=\"Ttulo1\"/></w:pPr><w:r><w:t>Tu resultado</w:t></w:r></w:p>";
    let body = format!("{heading}{}", p(&["{{ result.percentge }}"]));
    let file = docx_with(&body, &[("h1.xml", "header", &header), ("styles.xml", "styles", &styles)]);
    let findings = Template::parse(&file).unwrap().check(None);
    let texts: Vec<String> = findings.iter().map(|finding| finding.describe(Language::Es)).collect();
    assert_eq!(
        texts,
        [
            "{{ result.percentge }}: no existe «result.percentge». ¿Quiso decir «result.percentage»?\n  Dónde: documento, párrafo 2, bajo «Tu resultado»\n  Texto: {{ result.percentge }}",
            "<<ALUNMO>>: no existe «ALUNMO». ¿Quiso decir «ALUMNO»?\n  Dónde: encabezado (word/h1.xml), párrafo 1\n  Texto: <<ALUNMO>>",
        ]
    );
    let json = serde_json::to_value(&findings[0]).unwrap();
    assert_eq!((json["code"].as_str(), json["place"]["paragraph"].as_u64()), (Some("unknown_name"), Some(2)));
    assert!(json["message"].as_str().is_some_and(|message| message.contains("Did you mean")));
}

#[test]
fn names_tested_for_being_defined_may_be_unknown() {
    assert_eq!(problems(&p(&["{% if extra is defined %}x{% endif %}"])), []);
}

#[test]
fn quoted_words_in_a_text_are_no_placeholders() {
    assert_eq!(fill(&p(&["El «curso» y la «prueba» de «ALUMNO»"])), "El «curso» y la «prueba» de Ana Pérez");
}

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
fn filled_with(body: &str, json: &str) -> Result<String, TemplateError> {
    let data = ReportData::from_json(json.as_bytes()).unwrap();
    let filled = Template::parse(&docx(body)).unwrap().fill(&data, &options())?;
    let xml = String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned();
    super::Tree::read(&xml, filled.package.limits()).unwrap_or_else(|error| panic!("{error}: {xml}"));
    Ok(xml)
}

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
fn what_json_cannot_bring_is_refused_with_its_place() {
    let found = |body: &str, json: &str| match filled_with(body, json) {
        Err(TemplateError::Invalid(findings)) => findings.0,
        other => panic!("{other:?}"),
    };
    let inside = found(&p(&["before {{ c }}"]), r#"{"c": {"paragraphs": ["one"]}}"#);
    assert!(inside[0].message(Language::En).contains("{{p …}}") && inside[0].place.paragraph == 1, "{inside:?}");
    let picture = found(&table(&[&["x", "{{ logo }}"]]), r#"{"logo": {"image": "logo.png"}}"#);
    assert!(picture[0].message(Language::En).contains("put them into the template") && picture[0].place.cell == Some(2), "{picture:?}");
    for statement in ["include 'a.docx'", "import 'a' as b", "extends 'a'", "trans"] {
        assert!(matches!(&problems(&p(&[&format!("{{% {statement} %}}")]))[..], [Problem::UnknownStatement { .. }]), "{statement}");
    }
}

#[test]
fn a_blocks_tags_all_stand_between_runs_or_none_does() {
    let both = format!("{}{}", p(&["a {% if nothing -%}"]), p(&["b", "{%r endif %}", " c"]));
    assert_eq!(fill(&both), "a  c");
    assert_eq!(fill(&p(&["a {% if nothing %} b ", "c{%r else %}d", "{% endif %}"])), "a d");
    let torn = format!("{}{}", p(&["{%r for g in groups %}", "{%p set z = 1 %}"]), p(&["{% endfor %}"]));
    assert_eq!(problems(&torn), [Problem::Tangled]);
    let repeated = format!("{}{}", p(&["{% for g in groups %}"]), p(&["{%p for g in groups %}{%p endfor -%}{% endfor %}"]));
    assert_eq!(problems(&repeated), [Problem::Tangled]);
}

#[test]
fn trims_join_what_can_be_joined_and_leave_the_rest() {
    assert_eq!(fill(&format!("{}{}", p(&["a {% i", "f groups -%", "}"]), p(&["b{% endif %}"]))), "a b");
    let before_table = format!("{}{}{}", p(&["a {% if groups -%}"]), table(&[&["cell"]]), p(&["{%- endif %} b"]));
    assert_eq!(fill(&before_table), "a \n[cell]\n b");
}

#[test]
fn names_of_plans_over_several_assessments_are_known() {
    let json = r#"{
        "parts": [{"name": "M1", "title": "Matemática M1", "level": "Nivel 3"}, {"name": "CIEN", "title": "Ciencias", "level": "Nivel 1"}, {"name": "HYST", "title": "Prueba de Historia", "level": "Nivel 2"}],
        "periods": [{"name": "Agosto", "items": [{"part": "M1", "name": "Números"}, {"part": "CIEN", "name": "Células"}]}, {"name": "Semana 2", "items": []}]
    }"#;
    let body = p(&[
        "<<Nivel M1>> · <<NIVEL CIENCIAS>> · <<Nivel Historia>> · <<PlanAgosto>> · <<Plan Semana 2>> · <<PlanOctubre>> · Nivel <<Nivel M1>>",
    ]);
    let xml = filled_with(&body, json).unwrap();
    let text = xml.replace("</w:t><w:br/><w:t xml:space=\"preserve\">", "|");
    assert!(text.contains("Nivel 3 · Nivel 1 · Nivel 2 · M1: Números|CIEN: Células ·  ·  · Nivel 3"), "{xml}");
    assert_eq!(problems(&body), []);
    let own = filled_with(&p(&["<<PlanAgosto>>"]), r#"{"PlanAgosto": "of its own"}"#).unwrap();
    assert!(own.contains("of its own"));
}

#[test]
fn a_language_asked_for_overrules_the_datas_own() {
    let data = ReportData::from_json(br#"{"language": "es", "today": "2026-03-12", "n": 1.5}"#).unwrap();
    let template = Template::parse(&docx(&p(&["{{ today|date }} {{ n|number(1) }} {{ language }}"]))).unwrap();
    let text = |data: &ReportData| {
        let filled = template.fill(data, &options()).unwrap();
        String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned()
    };
    assert!(text(&data).contains(">12 de marzo de 2026 1,5 es<"));
    let english = text(&data.speaking(Language::En));
    assert!(english.contains(" 1.5 en<"), "{english}");
}

#[test]
fn every_name_and_picture_an_author_may_use_is_described() {
    let guide = include_str!("../../../templates/PLACEHOLDERS.md");
    for chart in ["groups", "score", "history", "cohort", "level", "questions"] {
        assert!(guide.contains(&format!("{{{{ chart.{chart} }}}}")), "{chart}");
    }
    for path in super::names::PATHS {
        let name = path.trim_end_matches(['*', '[', ']', '.']).rsplit('.').next().unwrap_or_default();
        assert!(path == "append_results" || guide.contains(name.trim_end_matches("[]")), "{path}");
    }
    for name in [
        "ALUMNO",
        "PRUEBA",
        "MATERIA",
        "PD%",
        "NIVEL",
        "Nivel",
        "Nombre",
        "T1",
        "FECHA",
        "total_questions",
        "lectures_passed",
        "Nivel M1",
        "PlanAgosto",
    ] {
        assert!(guide.contains(&format!("<<{name}>>")), "{name}");
    }
}

mod random {
    use proptest::prelude::*;

    use super::{data, docx, options, p, table};
    use crate::report::template::{Template, TemplateError, Tree};

    const PIECES: [&str; 38] = [
        "{% for g in groups %}{{ g.name }}{% endfor %}",
        "{%p for g in groups %}x{%p endfor %}",
        "{% if result.passed %}a{% else %}b{% endif %}",
        "{%r if result.passed %}{{ note }}{%r endif %}",
        "{{ student.name }}",
        "{{ st",
        "udent.name }}",
        "{{r note }}",
        "{% for g in groups %}",
        "{% endfor %}",
        "{%tr for g in groups %}",
        "{%tr endfor %}",
        "{%p if result.passed %}",
        "{%p endif %}",
        "{%tc for g in groups %}",
        "{%tc endfor %}",
        "{%r if nothing %}",
        "{%r endif %}",
        "{% if nothing -%}",
        "{%- else -%}",
        "{%- endif %}",
        "{% vm %}",
        "{% hm %}",
        "{% colspan 2 %}",
        "{% cellbg 'ffffff' %}",
        "<<ALUMNO>>",
        "<<",
        ">>",
        "«NIVEL»",
        "{#",
        "#}",
        "{{ chart.groups }}",
        "{% raw %}",
        "{% endraw %}",
        "{{ g.name|upper }}",
        " ",
        "ñ & < >",
        "}}",
    ];

    /// Paragraphs and tables with pieces of tags strewn over their runs.
    fn body() -> impl Strategy<Value = String> {
        let run = (0..PIECES.len()).prop_map(|piece| PIECES[piece]);
        let paragraph = prop::collection::vec(run, 0..4);
        let paragraphs = paragraph.clone().prop_map(|runs| p(&runs));
        let cell = paragraph.prop_map(|runs| runs.concat());
        let tables = prop::collection::vec(prop::collection::vec(cell, 1..3), 1..4).prop_map(|rows| {
            let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
            let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
            table(&rows)
        });
        prop::collection::vec(prop_oneof![paragraphs, tables], 1..8).prop_map(|blocks| blocks.concat())
    }

    /// A statement with its end, of a kind and with the trims of each tag chosen apart.
    fn block() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
        let letter = prop::sample::select(vec!["", "", "", "p ", "r ", "tr ", "tc "]);
        let kind = prop::sample::select(vec![
            "if nothing",
            "if result.passed",
            "for g in groups",
            "for g in []",
            "with x = 1",
            "filter upper",
            "macro m()",
        ]);
        let trim = || prop::sample::select(vec![("", ""), ("", ""), ("-", ""), ("", "-"), ("-", "-")]);
        (kind, letter.clone(), letter, any::<[bool; 2]>(), trim(), trim(), trim()).prop_map(
            |(kind, first, last, [same, middle], a, b, c)| {
                let last = if same { first } else { last };
                let tag = |letter: &str, code: &str, (before, behind): (&str, &str)| {
                    let letter = if before.is_empty() { letter } else { letter.trim_end() };
                    format!("{{%{letter}{before} {code} {behind}%}}")
                        .replace("%p-", "%-")
                        .replace("%r-", "%-")
                        .replace("%tr-", "%-")
                        .replace("%tc-", "%-")
                        .replace("%  ", "% ")
                };
                let keyword = kind.split(' ').next().unwrap_or_default();
                let mut opening = vec![tag(first, kind, a)];
                if middle && matches!(keyword, "if" | "for") {
                    opening.push(tag(first, "else", b));
                }
                (opening, vec![tag(last, &format!("end{keyword}"), c)])
            },
        )
    }

    /// Tags of all kinds in their order, most of them balanced, with text between them.
    fn tags() -> impl Strategy<Value = Vec<String>> {
        let single = prop::sample::select(vec![
            "text",
            " ",
            "{{ student.name }}",
            "{{r note }}",
            "{{p note }}",
            "{% set y = 1 %}",
            "{%p set z = 1 %}",
            "{% vm %}",
            "{% hm %}",
            "{% colspan 2 %}",
            "{% cellbg 'ffffff' %}",
            "<<ALUMNO>>",
            "{# a #}",
            "{#p b #}",
            "{{ chart.score }}",
            "{% endif %}",
            "{%r endif %}",
            "{% if groups -%}",
            "{%- else %}",
            "\t",
            "\n",
        ]);
        let leaf = prop::collection::vec(single.prop_map(str::to_owned), 0..3);
        leaf.prop_recursive(3, 24, 3, |inner| {
            prop::collection::vec((block(), inner), 1..3).prop_map(|blocks| {
                let mut out = Vec::new();
                for ((opening, ending), inside) in blocks {
                    out.extend(opening);
                    out.extend(inside);
                    out.extend(ending);
                }
                out
            })
        })
    }

    /// The pieces laid over runs, links, paragraphs, cells and rows: after each one the number says what ends.
    fn laid_out(pieces: &[String], ends: &[u8], in_table: bool) -> String {
        let (mut body, mut paragraph, mut link) = (String::new(), String::new(), false);
        let close = |paragraph: &mut String, link: &mut bool| {
            let end = if *link { "</w:hyperlink>" } else { "" };
            *link = false;
            format!("<w:p>{}{end}</w:p>", std::mem::take(paragraph))
        };
        let mut text = String::new();
        let run = |text: &mut String| {
            let xml = crate::report::template::xml::escape(text).replace('\t', "</w:t><w:tab/><w:t>").replace('\n', "</w:t><w:br/><w:t>");
            text.clear();
            format!("<w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">{xml}</w:t></w:r>")
        };
        for (at, piece) in pieces.iter().enumerate() {
            let end = ends.get(at % ends.len().max(1)).copied().unwrap_or(0);
            // Now and then a run ends in the middle of a tag.
            let cut = piece.char_indices().nth(usize::from(end) % 7).map_or(piece.len(), |(cut, _)| cut);
            if end % 3 == 0 && cut > 0 {
                text.push_str(&piece[..cut]);
                paragraph.push_str(&run(&mut text));
                text.push_str(&piece[cut..]);
            } else {
                text.push_str(piece);
            }
            if end % 8 > 1 {
                paragraph.push_str(&run(&mut text));
            }
            match end % 8 {
                3 if !link => {
                    link = true;
                    paragraph.push_str("<w:hyperlink>");
                }
                4 if link => {
                    link = false;
                    paragraph.push_str("</w:hyperlink>");
                }
                5 => body.push_str(&close(&mut paragraph, &mut link)),
                6 if in_table => body = format!("{body}{}</w:tc><w:tc>", close(&mut paragraph, &mut link)),
                7 if in_table => body = format!("{body}{}</w:tc></w:tr><w:tr><w:tc><w:tcPr/>", close(&mut paragraph, &mut link)),
                _ => {}
            }
        }
        paragraph.push_str(&run(&mut text));
        body.push_str(&close(&mut paragraph, &mut link));
        if in_table { format!("<w:tbl><w:tblGrid/><w:tr><w:tc>{body}</w:tc></w:tr></w:tbl>{}", p(&["behind"])) } else { body }
    }

    fn sound_or_told(body: &str) -> Result<(), TestCaseError> {
        let template = Template::parse(&docx(body)).unwrap();
        let findings = template.check(Some(&data()));
        match template.fill(&data(), &options()) {
            Ok(filled) => {
                let xml = std::str::from_utf8(filled.package.part("word/document.xml").unwrap()).unwrap().to_owned();
                let read = Tree::read(&xml, filled.package.limits());
                prop_assert!(read.is_ok(), "{read:?}\n{body}\n{xml}");
                prop_assert!(!xml.contains(|mark| ('\u{fdd0}'..='\u{fdef}').contains(&mark)), "{body}\n{xml}");
                prop_assert!(!xml.contains("{%"), "{body}\n{xml}");
            }
            Err(TemplateError::Invalid(told)) => {
                prop_assert!(!findings.is_empty(), "{body}");
                for finding in told.0 {
                    prop_assert!(finding.place.paragraph > 0 && !finding.tag.is_empty(), "{finding:?}\n{body}");
                }
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_filled_is_well_formed(body in body()) {
            let template = Template::parse(&docx(&body)).unwrap();
            let findings = template.check(Some(&data()));
            match template.fill(&data(), &options()) {
                Ok(filled) => {
                    let xml = std::str::from_utf8(filled.package.part("word/document.xml").unwrap()).unwrap().to_owned();
                    let read = Tree::read(&xml, filled.package.limits());
                    prop_assert!(read.is_ok(), "{read:?}\n{body}\n{xml}");
                    let marks = xml.contains('\u{fdd2}');
                    prop_assert!(!marks);
                }
                Err(TemplateError::Invalid(_)) => prop_assert!(!findings.is_empty(), "{body}"),
                Err(error) => prop_assert!(false, "{error}"),
            }
        }

        #[test]
        fn tags_of_all_kinds_leave_a_well_formed_document_or_are_told(tags in tags(), ends in prop::collection::vec(any::<u8>(), 1..12), in_table: bool) {
            sound_or_told(&laid_out(&tags, &ends, in_table))?;
        }

        #[test]
        fn any_value_leaves_a_well_formed_document(value in any::<String>()) {
            let json = serde_json::json!({ "student": { "name": value }, "groups": [{ "name": value, "percentage": 5 }] });
            let data = crate::report::data::ReportData::from_json(json.to_string().as_bytes()).unwrap();
            let body = p(&["<<ALUMNO>> {{ student.name|title }} {{ chart.groups }}{{r student.name }}"]);
            let filled = Template::parse(&docx(&body)).unwrap().fill(&data, &super::FillOptions::default()).unwrap();
            let xml = std::str::from_utf8(filled.package.part("word/document.xml").unwrap()).unwrap().to_owned();
            prop_assert!(Tree::read(&xml, filled.package.limits()).is_ok(), "{xml}");
        }
    }
}

#[test]
fn numbers_that_are_not_there_go_through_every_filter() {
    for filter in ["round", "round(1)", "abs", "round(2)|percent", "first", "last", "join(', ')", "replace('a', 'b')", "max", "reverse"] {
        assert_eq!(fill(&p(&[&format!("[{{{{ cohort.mean|{filter} }}}}]")])), "[]", "{filter}");
        assert_eq!(fill(&p(&[&format!("[{{{{ nothing|{filter} }}}}]")])), "[]", "{filter}");
    }
    assert_eq!(
        fill(&p(&["{{ groups|length }} {{ cohort.list|count }} {{ [1.25]|first|round(1) }} {{ groups|map(attribute='name')|join('+') }}"])),
        "2 0 1.2 Lección 1+Lección 2"
    );
}

#[test]
fn a_missing_number_follows_the_setting_behind_a_filter_too() {
    let template = Template::parse(&docx(&p(&["{{ cohort.mean|round(1) }}"]))).unwrap();
    let strict = FillOptions { missing: Missing::Error, ..options() };
    assert!(matches!(template.fill(&data(), &strict), Err(TemplateError::Missing(_))));
    assert!(template.check(None).is_empty());
}

#[test]
fn what_only_some_students_have_is_tried_without_it() {
    assert!(matches!(&problems(&p(&["{{ result.percentage - cohort.mean }}"]))[..], [Problem::EvaluationOfNothing { .. }]));
    assert!(matches!(&problems(&p(&["{{ history[1].percentage * 2 }}"]))[..], [Problem::EvaluationOfNothing { .. }]));
    assert_eq!(problems(&p(&["{% if cohort %}{{ result.percentage - cohort.mean }}{% endif %}{{ cohort.mean|default(0) + 1 }}"])), []);
    assert!(matches!(&problems(&p(&["{{ 1 / 0 }}"]))[..], [Problem::Evaluation { .. }]), "told once");
}

/// Templates that double what they hold until no machine could.
#[test]
fn what_grows_without_end_is_refused_within_little_memory() {
    let times = |count: usize, text: &str| p(&[&text.repeat(count)]);
    let grow = [
        format!("{}{}", p(&["{% set ns = namespace(s='0123456789') %}"]), times(40, "{% set ns.s = ns.s ~ ns.s %}")),
        format!("{}{}", p(&["{% set s = '0123456789' %}"]), times(40, "{% set s %}{{ s }}{{ s }}{% endset %}")),
        format!("{}{}", p(&["{% set s = [1] %}"]), times(40, "{% set s = [s, s] %}")),
        format!("{}{}", p(&["{% set s = [1] %}"]), times(40, "{% set s = s + s %}")),
        p(&["{% set ns = namespace(l=[]) %}{% for i in range(9000) %}{% set ns.l = [ns.l] %}{% endfor %}"]),
        p(&["{% macro m(s, n) %}{% if n > 0 %}{{ m(s ~ s, n - 1) }}{% endif %}{% endmacro %}{{ m('0123456789', 40) }}"]),
        p(&["{% set x %}{% for i in range(9000) %}{% for j in range(9000) %}much text of no use{% endfor %}{% endfor %}{% endset %}"]),
        p(&["{{ ('a' * 900000)|replace('a', 'b' * 900000) }}"]),
        p(&["{{ ('a' * 900000).replace('a', 'b' * 900000) }}"]),
        p(&["{{ ([1] * 9000)|join('b' * 900000) }}"]),
        p(&["{{ 'a'|indent(2000000000, true) }}"]),
        p(&["{{ ([1] * 90000000)|list|length }}"]),
        p(&["{{ [1]|batch(900000000, 'x')|list }}"]),
        p(&["{{ '%999999999d'|format(1) }}{{ '{:999999999d}'.format(1) }}"]),
    ];
    for body in grow {
        let Err(error) = Template::parse(&docx(&body)).and_then(|template| template.fill(&data(), &options())) else {
            panic!("filled: {}", &body[..200.min(body.len())])
        };
        assert!(matches!(error, TemplateError::Invalid(_)), "{error}: {body}");
    }
    let many = format!("{{{{ 'a'{} }}}}", " ~ 'a'".repeat(100));
    assert!(matches!(&problems(&p(&[&many]))[..], [Problem::Syntax { .. }]));
}

#[test]
fn ordinary_assignments_and_macros_are_within_bounds() {
    let body = p(&[
        "{% set ns = namespace(n=0, s='') %}{% for g in groups %}{% set ns.n = ns.n + g.percentage %}{% set ns.s = ns.s ~ g.name[-1] %}{% endfor %}{{ ns.n|round }} {{ ns.s }}",
    ]);
    assert_eq!(fill(&body), "133.0 12");
    let body = p(&[
        "{% macro m(a, b='x', c=[1, 2]) %}<{{ a }}{{ b }}{{ c|length }}>{% endmacro %}{{ m(1) }}{{ m(1, b=2) }}{% with a = 1, b = 'u,v' %}{{ a }}{{ b }}{% endwith %}{% set t %}{{ student.name }}{% endset %}{{ t }}",
    ]);
    assert_eq!(fill(&body), "<1x2><122>1u,vAna Pérez");
}

#[test]
fn values_of_with_are_checked() {
    assert!(matches!(&problems(&p(&["{% with n = student.nmae, m = n %}{{ n }}{% endwith %}"]))[..], [Problem::UnknownName { .. }]));
}

#[test]
fn raw_without_end_is_told() {
    let found = problems(&p(&["{% raw %}{{ student.name }}"]));
    assert_eq!(found, [Problem::Unclosed { statement: "raw".into() }]);
    assert_eq!(fill(&p(&["{% raw %}{{ x }}{% endraw %}"])), "{{ x }}");
}

#[test]
fn marks_that_merge_cells_need_a_loop() {
    for mark in ["vm", "hm"] {
        assert_eq!(problems(&table(&[&[&format!("{{% {mark} %}}text")]])), [Problem::OutsideLoop]);
    }
}

#[test]
fn blocks_too_deep_are_called_so() {
    let body = p(&[&format!("{}x{}", "{% if groups %}".repeat(101), "{% endif %}".repeat(101))]);
    assert_eq!(problems(&body), [Problem::TooDeep]);
}

#[test]
fn two_marks_in_a_cell_share_its_properties() {
    let with = |props: &str| {
        let cell = format!("<w:tc>{props}{}</w:tc>", p(&["{% cellbg 'FF0000' %}{% colspan 2 %}a"]));
        fill_xml(&format!("<w:tbl><w:tblGrid><w:gridCol w:w=\"100\"/></w:tblGrid><w:tr>{cell}</w:tr></w:tbl>{}", p(&["x"])))
    };
    let shading = "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"FF0000\"/>";
    for props in ["", "<w:tcPr/>", "<w:tcPr></w:tcPr>"] {
        let xml = with(props);
        assert!(xml.contains(&format!("<w:tcPr><w:gridSpan w:val=\"2\"/>{shading}</w:tcPr>")), "{xml}");
        assert_eq!(xml.matches("<w:tcPr").count(), 1, "{xml}");
    }
    let xml = with("<w:tcPr><w:tcW w:w=\"9\"/><w:gridSpan w:val=\"1\"/><w:vAlign w:val=\"top\"/></w:tcPr>");
    assert!(xml.contains(&format!("<w:tcW w:w=\"9\"/><w:gridSpan w:val=\"2\"/>{shading}<w:vAlign w:val=\"top\"/>")), "{xml}");
}

#[test]
fn only_tables_with_changed_cells_get_another_grid() {
    let grid = "<w:tblGrid><w:gridCol w:w=\"300\"/><w:gridCol w:w=\"300\"/><w:gridCol w:w=\"300\"/></w:tblGrid>";
    let other = format!("<w:tbl>{grid}<w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", p(&["kept"]));
    let row = |cells: &str| format!("<w:tr><w:trPr><w:gridBefore w:val=\"1\"/><w:gridAfter w:val=\"1\"/></w:trPr>{cells}</w:tr>");
    let cells = format!("<w:tc>{}</w:tc><w:sdt><w:sdtContent><w:tc>{}</w:tc></w:sdtContent></w:sdt>", p(&["{% colspan 2 %}a"]), p(&["b"]));
    let xml = fill_xml(&format!("{other}<w:tbl>{grid}{}</w:tbl>{}", row(&cells), p(&["x"])));
    assert!(xml.contains(&other), "{xml}");
    assert_eq!(xml.matches("<w:gridCol").count(), 3 + 5, "one before, two, one in a control, one behind");
    assert!(!xml.contains('\u{fdd8}'));
}

#[test]
fn the_engines_own_marks_are_taken_out_of_a_document() {
    assert_eq!(fill(&p(&["a\u{fdd4}b\u{fdd8}c\u{fdef} <<ALUMNO>>"])), "abc Ana Pérez");
}

#[test]
fn python_formats_keep_width_sign_and_zeros_or_are_refused() {
    let body = "{{ '{:05d}|{:>6}|{:<4}|{:^5}|{:+d}|{:.2e}|{:08.2f}|{:,}|{:*>5}|{:.1%}|{:s}'.format(42, 'ab', 7, 'x', 3, 1500.0, -3.14159, 1234.5, 9, 0.256, 'fin') }}";
    assert_eq!(fill(&p(&[body])), "00042|    ab|7   |  x  |+3|1.50e+03|-0003.14|1,234.5|****9|25.6%|fin");
    for format in ["{:d}", "{:x}", "{:q}", "{:.3}"] {
        assert!(
            matches!(&problems(&p(&[&format!("{{{{ '{format}'.format(result.percentage) }}}}")]))[..], [Problem::Evaluation { .. }]),
            "{format}"
        );
    }
    assert_eq!(
        fill(&p(&["{{ 'maría-josé DÍAZ'.title() }} {{ 'maría-josé DÍAZ'|title }} {{ 'ÁB'.capitalize() }}"])),
        "María-José Díaz María-José Díaz Áb"
    );
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
