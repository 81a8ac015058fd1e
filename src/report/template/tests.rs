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
    let body = "<w:p><w:r><w:rPr><w:i/></w:rPr><w:t>{{r r }}</w:t></w:r></w:p>";
    let filled = Template::parse(&docx(body)).unwrap().fill(&rich, &options()).unwrap();
    let xml = String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned();
    assert!(xml.contains("<w:rPr><w:i/><w:b/><w:color w:val=\"C00000\"/></w:rPr><w:t xml:space=\"preserve\">b</w:t>"), "{xml}");
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
    for name in ["ALUMNO", "PRUEBA", "MATERIA", "PD%", "NIVEL", "Nivel", "Nombre", "T1", "FECHA", "total_questions", "lectures_passed"] {
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

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

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
