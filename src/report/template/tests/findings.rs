//! What `check` finds, and where.

use super::{NAMESPACES, check, docx_with, fill, filled_with, p, problems, table};
use crate::report::language::Language;
use crate::report::template::{Finding, PartKind, Problem, Template, TemplateError};

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
fn a_misspelt_end_is_told_with_the_end_that_was_meant() {
    for (written, meant) in [("endfro", "endfor"), ("endofr", "endfor"), ("enfor", "endfor"), ("endiff", "endif")] {
        let findings = check(&p(&["{% for g in groups %}{% if g.name %}x", &format!("{{% {written} %}}")]));
        let nearest = findings.iter().find_map(|found| match &found.problem {
            Problem::UnknownStatement { nearest, .. } => nearest.clone(),
            _ => None,
        });
        assert_eq!(nearest.as_deref(), Some(meant), "{written}: {findings:#?}");
    }
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
    assert_eq!(problems(&p(&["{% set x = 1 %}{{ x }} {% for h in history %}{{ h.date|date }}{% endfor %} {{ school.name }}"])), []);
}

#[test]
fn files_cannot_be_read_from_a_template() {
    assert!(matches!(problems(&p(&["{% include 'x' %}"]))[..], [Problem::UnknownStatement { .. }]));
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
    assert_eq!(
        findings[1].describe(Language::Pt),
        "<<ALUNMO>>: não existe “ALUNMO”. Quis dizer “ALUMNO”?\n  Onde: cabeçalho (word/h1.xml), parágrafo 1\n  Texto: <<ALUNMO>>"
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
fn what_only_some_students_have_is_tried_without_it() {
    assert!(matches!(&problems(&p(&["{{ result.percentage - cohort.mean }}"]))[..], [Problem::EvaluationOfNothing { .. }]));
    assert!(matches!(&problems(&p(&["{{ history[1].percentage * 2 }}"]))[..], [Problem::EvaluationOfNothing { .. }]));
    assert_eq!(problems(&p(&["{% if cohort %}{{ result.percentage - cohort.mean }}{% endif %}{{ cohort.mean|default(0) + 1 }}"])), []);
    assert!(matches!(&problems(&p(&["{{ 1 / 0 }}"]))[..], [Problem::Evaluation { .. }]), "told once");
}

#[test]
fn raw_without_end_is_told() {
    let found = problems(&p(&["{% raw %}{{ student.name }}"]));
    assert_eq!(found, [Problem::Unclosed { statement: "raw".into() }]);
    assert_eq!(fill(&p(&["{% raw %}{{ x }}{% endraw %}"])), "{{ x }}");
}
