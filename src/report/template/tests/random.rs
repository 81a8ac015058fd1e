//! Documents of pieces strewn over runs and tables: whatever is filled is well formed, or its author is told.

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
    (kind, letter.clone(), letter, any::<[bool; 2]>(), trim(), trim(), trim()).prop_map(|(kind, first, last, [same, middle], a, b, c)| {
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
    })
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
        let xml = crate::report::xml::escape(text).replace('\t', "</w:t><w:tab/><w:t>").replace('\n', "</w:t><w:br/><w:t>");
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
        let filled = Template::parse(&docx(&body)).unwrap().fill(&data, &crate::report::template::FillOptions::default()).unwrap();
        let xml = std::str::from_utf8(filled.package.part("word/document.xml").unwrap()).unwrap().to_owned();
        prop_assert!(Tree::read(&xml, filled.package.limits()).is_ok(), "{xml}");
    }
}
