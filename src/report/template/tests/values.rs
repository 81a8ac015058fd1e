//! Values on their way into the text: filters, methods, what is missing.

use super::{data, docx, fill, fill_xml, options, p, problems};
use crate::report::data::ReportData;
use crate::report::language::Language;
use crate::report::template::{FillOptions, Missing, Problem, Template, TemplateError};

#[test]
fn jinja_is_evaluated_with_filters() {
    assert_eq!(
        fill(&p(&["{{ student.name|upper }} {{ result.percentage | percent(1) }} {{ result.percentage/8|round(1) }}"])),
        "ANA PÉREZ 75,0\u{a0}% 9.375"
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
fn the_level_is_not_said_twice() {
    assert_eq!(fill(&p(&["Nivel: <<NIVEL>> / <<Nivel>>"])), "Nivel: 2 / Nivel 2");
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
