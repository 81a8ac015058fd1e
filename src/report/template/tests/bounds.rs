//! What a template may cost, and what stays as it is.

use super::{NAMESPACES, data, docx, fill, options, p, problems, zip_of};
use crate::report::template::{Problem, Template, TemplateError};

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
    let findings = template.check(None);
    assert!((1..10).contains(&findings.len()), "{}", findings.len());
}

/// What each mark looked for anew, or kept a copy of, took minutes and gigabytes.
#[test]
fn tens_of_thousands_of_marks_in_one_paragraph_are_filled() {
    const MARKS: usize = 20_000;
    let runs = |texts: &[&str]| texts.iter().map(|text| format!("<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>")).collect::<String>();
    let tabs = format!("<w:pPr><w:tabs>{}</w:tabs></w:pPr>", "<w:tab w:val=\"left\" w:pos=\"720\"/>".repeat(5_000));
    let one_run = |texts: &str| format!("<w:p><w:r>{texts}</w:r></w:p>");
    let bodies = [
        format!("<w:p>{}</w:p>", runs(&["{", "{ ", "student.name", " }", "} "]).repeat(MARKS)),
        format!("<w:p>{tabs}{}</w:p>", runs(&["{{ student.name }} "]).repeat(MARKS)),
        one_run(&"<w:t>{{ student.name }}</w:t><w:tab/>".repeat(MARKS)),
        one_run(&"<w:t>{{ student.name</w:t><w:t> }}</w:t>".repeat(MARKS)),
        format!("<w:p><w:r>{}<w:t>{}</w:t></w:r></w:p>", "<w:tab/>".repeat(MARKS), "{{- student.name -}}".repeat(MARKS)),
    ];
    for body in bodies {
        let filled = fill(&body);
        assert_eq!(filled.matches("Ana").count(), MARKS, "{}", &filled[..500.min(filled.len())]);
    }
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
fn the_engines_own_marks_are_taken_out_of_a_document() {
    assert_eq!(fill(&p(&["a\u{fdd4}b\u{fdd8}c\u{fdef} <<ALUMNO>>"])), "abc Ana Pérez");
}
