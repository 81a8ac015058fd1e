//! PLACEHOLDERS.md is true: each example in it is filled, each name, filter and picture there is stands in it, and nothing else is offered.

use std::collections::BTreeSet;

use super::{docx, options, p};
use crate::report::language::Language;
use crate::report::starter;
use crate::report::template::{FillOptions, Missing, Template, filters, names};

const GUIDE: &str = include_str!("../../../../templates/PLACEHOLDERS.md");

/// The pieces of code in running text and tables, and the lines of each fenced block.
fn code() -> (Vec<String>, Vec<Vec<String>>) {
    let (mut spans, mut blocks, mut fenced) = (Vec::new(), Vec::new(), None::<Vec<String>>);
    for line in GUIDE.lines() {
        if line.starts_with("```") {
            match fenced.take() {
                Some(block) => blocks.push(block),
                None => fenced = Some(Vec::new()),
            }
        } else if let Some(block) = &mut fenced {
            block.push(line.to_owned());
        } else {
            spans.extend(line.split('`').skip(1).step_by(2).map(|span| span.replace("\\|", "|")));
        }
    }
    (spans, blocks)
}

/// The text of a template filled with the sample, after a check without a finding.
fn shown(body: &str, about: &str) -> String {
    let template = Template::parse(&docx(body)).unwrap();
    assert_eq!(template.check(None), [], "{about}");
    // A plan's names ask for parts that the sample does not have.
    let missing =
        if ["Nivel ", "NIVEL ", "LEVEL ", "Plan"].iter().any(|name| about.contains(name)) { Missing::Blank } else { Missing::Error };
    let filled = template.fill(&starter::sample(Language::Es), &FillOptions { missing, ..options() });
    let filled = filled.unwrap_or_else(|error| panic!("{about}: {error}"));
    String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned()
}

#[test]
fn every_example_works() {
    let (spans, blocks) = code();
    let examples =
        spans.iter().filter(|span| span.contains("<<") || span.contains("{{") || span.contains("{% if") && span.contains("endif"));
    let mut tried = 0;
    // Those that show what is wrong, or name the marks themselves.
    let about_marks = |span: &str| {
        span.contains('…')
            || ["{{ }}", "<<", ">>", "{{", "}}", "{{r ", "{{p "].contains(&span)
            || span.starts_with("{{r")
            || span.starts_with("{{p")
    };
    for example in examples.filter(|span| !about_marks(span)) {
        let inside = example.contains(" g.")
            || example.contains(" g|")
            || example.contains("(g)")
            || example.contains(" name }")
            || example.contains("loop.")
            || example.contains(" item.");
        let text = if inside {
            format!(
                "{{% for g in groups %}}{{% for item in to_review %}}{{% for name in strengths %}}{example}{{% endfor %}}{{% endfor %}}{{% endfor %}}"
            )
        } else {
            example.clone()
        };
        let xml = shown(&p(&[&text]), example);
        assert!(!xml.contains("&lt;&lt;") && !xml.contains("{{"), "{example}: {xml}");
        tried += 1;
    }
    let templates = blocks.iter().filter(|block| {
        block.iter().any(|line| line.contains("{%")) && !block.iter().any(|line| line.contains("Where:") || line.contains("Dónde:"))
    });
    for block in templates {
        let body: String = block.iter().map(|line| p(&[line])).collect();
        shown(&body, &block.join("\n"));
        tried += 1;
    }
    assert!(tried > 60, "only {tried} examples were found");
}

#[test]
fn every_value_is_described_and_every_value_described_exists() {
    let mut described: BTreeSet<String> = BTreeSet::new();
    let start = GUIDE.split_once("## All values").unwrap().1;
    let table = start.split_once("| names |").unwrap().1.split_once("\n\n").unwrap().0;
    for row in table.lines().skip(2) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let pieces = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        let firsts = pieces(cells[0]);
        let mut base = String::new();
        for name in &firsts {
            let path = if let Some(rest) = name.strip_prefix('.') { format!("{base}.{rest}") } else { name.clone() };
            base = path.rsplit_once('.').map_or_else(|| path.clone(), |(base, _)| base.to_owned());
            described.insert(path);
        }
        for field in pieces(cells.get(1).unwrap_or(&"")).iter().filter_map(|field| field.strip_prefix('.')) {
            for list in firsts.iter().filter(|name| !name.starts_with('.')) {
                described.insert(format!("{list}[].{field}"));
            }
        }
    }
    for path in &described {
        let known = |path: &str| names::known_path(path) == names::PathTarget::Yes;
        assert!(
            path.contains('…') || path.starts_with("by.") || known(path) || path.starts_with("periods") || known(&path.replace("[]", "")),
            "{path} is offered and does not exist"
        );
    }
    for path in names::PATHS.into_iter().filter(|path| !path.starts_with("chart.") && *path != "append_results" && !path.starts_with("by."))
    {
        let plain = path.trim_end_matches("[]");
        let name = plain.rsplit('.').next().unwrap_or_default().trim_end_matches("[]");
        let is_described = described.contains(plain) || described.iter().any(|known| known.ends_with(&format!(".{name}")) || known == name);
        assert!(is_described, "{path} is not described");
    }
}

#[test]
fn every_filter_is_listed_and_every_filter_listed_exists() {
    let line = GUIDE.lines().find_map(|line| line.strip_prefix("All filters: ")).expect("a line with all filters");
    let listed: BTreeSet<&str> = line.split('`').skip(1).step_by(2).collect();
    let there: BTreeSet<&str> = filters::NAMES.into_iter().collect();
    assert_eq!(listed, there);
    let line = GUIDE.lines().find_map(|line| line.strip_prefix("Methods: ")).expect("a line with all methods");
    let listed: BTreeSet<&str> =
        line.split('`').skip(1).step_by(2).map(|name| name.trim_start_matches('.').trim_end_matches("()")).collect();
    assert_eq!(listed, names::METHODS.into_iter().collect());
}

#[test]
fn every_method_works_and_is_no_mistake() {
    let calls = [
        "student.name.upper()",
        "student.name.lower()",
        "student.name.capitalize()",
        "student.name.title()",
        "student.name.strip()",
        "student.name.lstrip()",
        "student.name.rstrip()",
        "student.name.startswith('A')",
        "student.name.endswith('z')",
        "student.name.replace('a', 'e')",
        "student.name.count('a')",
        "student.name.find('P')",
        "student.name.split()|join('-')",
        "student.name.splitlines()|join",
        "', '.join(strengths)",
        "student.id.isdigit()",
        "student.id.isalpha()",
        "student.id.zfill(30)",
        "'{}'.format(result.percentage)",
        "student.get('name')",
        "student.keys()|join",
        "student.values()|first",
        "student.items()|length",
        "[1, 2].index(2)",
        "groups|length",
    ];
    for call in calls {
        shown(&p(&[&format!("{{{{ {call} }}}}")]), call);
    }
}

#[test]
fn every_picture_and_plain_name_is_described() {
    for path in names::PATHS.into_iter().filter(|path| path.starts_with("chart.")) {
        assert!(GUIDE.contains(&format!("{{{{ {path} }}}}")), "{path}");
    }
    for name in names::plain() {
        let described = GUIDE.to_uppercase().contains(&format!("<<{name}>>"));
        assert!(described || ["CORREO", "ESTUDIANTE", "EVALUACION", "ESCUELA", "INICIAL", "TODAY"].contains(&name), "{name}");
    }
}
