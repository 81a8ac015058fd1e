//! What authors do wrong: each slip is told, in their words, once, and with what to write instead.

use super::{check, data, docx, fill, options, p, problems, table};
use crate::report::data::ReportData;
use crate::report::language::Language;
use crate::report::template::{Container, Finding, Problem, Severity, Template, TemplateError};
use crate::report::wordfile::FileKind;

/// The message for the only finding.
fn message(body: &str, language: Language) -> String {
    match &check(body)[..] {
        [one] => one.message(language),
        other => panic!("{body}: {other:#?}"),
    }
}

fn of_one(text: &str) -> Problem {
    match problems(&p(&[text])).as_slice() {
        [one] => one.clone(),
        other => panic!("{text}: {other:#?}"),
    }
}

#[test]
fn text_beside_a_mark_with_a_letter_is_named_before_it_goes() {
    let lost = |body: &str| {
        let findings = check(body);
        let texts = findings.iter().map(|finding| match &finding.problem {
            Problem::TextLost { text, container } => (text.clone(), *container),
            other => panic!("{other:?}"),
        });
        texts.collect::<Vec<_>>()
    };
    let paragraphs = [p(&["Felicitaciones {%p if result.passed %} muy bien"]), p(&["x"]), p(&["{%p else %}nada{%p endif %}"])].concat();
    assert_eq!(lost(&paragraphs), [("Felicitaciones muy bien".into(), Container::Paragraph), ("nada".into(), Container::Paragraph)]);
    let rows = table(&[&["Lecciones {%tr for g in groups %}", "{{ result.total }}"], &["{{ g.name }}", "x"], &["{%tr endfor %}", ""]]);
    assert_eq!(lost(&rows), [("Lecciones {{ result.total }}".into(), Container::Row)]);
    assert_eq!(lost(&[p(&["{%p if result.passed %}"]), p(&["x"]), p(&["{%p endif %}"])].concat()), []);
    // A row that holds its whole loop is repeated with all that is in it.
    assert_eq!(lost(&table(&[&["{%tr for g in groups %}n {{ g.name }}{%tr endfor %}", "y"]])), []);
}

#[test]
fn half_marks_and_marks_of_other_programs_are_told_with_what_to_write() {
    for text in ["<<ALUMNO>", "<ALUMNO>>", "<ALUMNO>", "< <ALUMNO> >", "≪ALUMNO≫", "{ALUMNO}", "[ALUMNO]", "[[ALUMNO]]", "${ALUMNO}"] {
        assert_eq!(of_one(&format!("Hola {text}.")), Problem::Miswritten { write: "<<ALUMNO>>".into() }, "{text}");
    }
    let (en, es) = (message(&p(&["{name}"]), Language::En), message(&p(&["{name}"]), Language::Es));
    assert!(en.contains("Did you mean") && es.contains("¿Quiso decir"), "{en} {es}");
    assert!(matches!(of_one("{{ student.name }} }}"), Problem::LoneClosing));
    assert!(matches!(of_one("50 %} y más"), Problem::LoneClosing));
    assert_eq!(fill(&p(&["<ALUMNO> sigue como está"])), "<ALUMNO> sigue como está");
}

#[test]
fn a_mark_whose_end_is_missing_is_told_itself_and_not_the_next_one() {
    let findings = check(&p(&["{{ALUMNO} y {{ student.name }} aquí"]));
    assert!(matches!(&findings[..], [Finding { problem: Problem::TagNotClosed { .. }, .. }]), "{findings:#?}");
}

#[test]
fn letters_behind_a_space_in_capitals_or_in_the_wrong_marks_are_told_once() {
    for first in [
        "{% tr for g in groups %}",
        "{%TR for g in groups %}",
        "{%-tr for g in groups %}",
        "{{% tr for g in groups %}}",
        "{ %tr for g in groups %}",
        "{%  tr for g in groups %}",
    ] {
        let body = table(&[&[first, ""], &["{{ g.name }}", "{{ g.status }}"], &["{%tr endfor %}", ""]]);
        assert_eq!(problems(&body), [Problem::Miswritten { write: "{%tr for g in groups %}".into() }], "{first}");
    }
    let body = table(&[&["{%tr for g in Groups %}"], &["{{ g.name }}"], &["{%tr endfor %}"]]);
    assert!(matches!(&problems(&body)[..], [Problem::UnknownName { nearest: Some(nearest), .. }] if nearest == "groups"));
    let body = table(&[&["{%trfor g in groups%}"], &["{{ g.name }}"], &["{%tr endfor %}"]]);
    assert!(matches!(&problems(&body)[..], [Problem::Miswritten { .. }]));
    assert_eq!(fill(&p(&["{% For r in to_review %}{{ r.name }}{% Endfor %}"])), "Lección 2", "Word likes capitals");
    assert_eq!(fill(&p(&["{% for p in to_review %}{{ p.name }}{{ p and 1 }}{% endfor %}"])), "Lección 21", "a loop's name may be a letter");
}

#[test]
fn lists_and_records_printed_as_they_are_are_told_with_what_to_write() {
    let write = |text: &str| match of_one(text) {
        Problem::Printed { write, .. } => write,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(write("{{ strengths }}"), "{{ strengths | join(\", \") }}");
    assert_eq!(write("{{ groups }}"), "{{ groups | map(attribute=\"name\") | join(\", \") }}");
    assert_eq!(write("{{ student }}"), "{{ student.name }}");
    assert_eq!(write("{{ groups[0] }}"), "{{ groups[0].name }}");
    assert!(write("{{ groups|selectattr('passed') }}").contains("join"));
    assert_eq!(write("{% for g in groups %}{{ g }}{% endfor %}"), "{{ g.name }}");
    for written in ["{{ strengths | join(\", \") }}", "{{ groups | map(attribute=\"name\") | join(\", \") }}", "{{ student.name }}"] {
        assert_eq!(problems(&p(&[written])), [], "{written}");
    }
    // Told beside an unknown name, too.
    let both = problems(&p(&["{{ plan }} {{ studnet }}"]));
    assert!(both.iter().any(|problem| matches!(problem, Problem::Printed { .. })) && both.len() == 2, "{both:#?}");
}

#[test]
fn plain_names_work_in_braces_too() {
    assert_eq!(
        fill(&p(&["{{ALUMNO}}, {{ alumno }}, {{ Nombre|upper }}, {{ PD% }}, {{ T1 }}, {{CURSO}}."])),
        fill(&p(&["<<ALUMNO>>, <<ALUMNO>>, ANA PÉREZ, <<PD%>>, <<T1>>, ."]))
    );
    assert_eq!(fill(&p(&["Nivel {{NIVEL}}{% if NIVEL == 'Nivel 2' %}!{% endif %}"])), "Nivel 2!");
    for text in ["{{ALUMNO}}", "{{ alumno }}", "{{ PD% }}", "{{ Nivel M1 }}", "{% if NIVEL %}x{% endif %}", "{{ primer nombre }}"] {
        assert_eq!(problems(&p(&[text])), [], "{text}");
    }
    // A name bound in the template is the template's.
    assert_eq!(fill(&p(&["{% set NIVEL = 'alto' %}{{ NIVEL }} {% for data in to_review %}{{ data.name }}{% endfor %}"])), "alto Lección 2");
}

#[test]
fn names_may_have_letters_of_any_language() {
    let own =
        ReportData::from_json(r#"{"año": 2026, "имя": "Аня", "lecciones": [{"título": "uno"}, {"título": "dos"}]}"#.as_bytes()).unwrap();
    let body = p(&["{{ año }} {{ имя }} {% for lección in lecciones %}{{ lección.título|upper }} {% endfor %}<<año>>"]);
    let template = Template::parse(&docx(&body)).unwrap();
    assert_eq!(template.check(Some(&own)), []);
    let filled = template.fill(&own, &options()).unwrap();
    let xml = String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned();
    assert!(xml.contains("2026 Аня UNO DOS 2026"), "{xml}");
    assert!(matches!(of_one("{{ año }}"), Problem::UnknownName { name, .. } if name == "año"));
}

#[test]
fn no_message_speaks_of_parsers() {
    let slips = [
        "{{ }}",
        "{% if %}x{% endif %}",
        "{{ (a }}",
        "{{ student.name) }}",
        "{{ 'a }}",
        "{% if result.level = 'x' %}y{% endif %}",
        "{% for g of groups %}x{% endfor %}",
        "{% if a && b %}y{% endif %}",
        "{{ student name }}",
        "{{ student.name | }}",
        "{{ 1 + }}",
        "{% para g en groups %}x{% endfor %}",
        "{% si result.passed %}x{% endif %}",
        "{{ student.name|percent }}",
        "{{ 1 / 0 }}",
        "{{ result.percentage|percent(1, 2, 3) }}",
        "{{ student.name.nope() }}",
        "{% for g in groups %}{{ g.name }",
        "{% set = 1 %}",
        "{% else %}",
        "{{ @x }}",
        "{{ a ? b : c }}",
        "{% if result.passed: %}x{% endif %}",
        "{{ <<ALUMNO>> }}",
        "{{{ student.name }}}",
    ];
    for slip in slips {
        let findings = check(&p(&[slip]));
        assert!(!findings.is_empty(), "{slip}");
        for finding in &findings {
            for language in [Language::En, Language::Es, Language::Pt] {
                let said = finding.message(language);
                let own = said.replace(&finding.tag, "");
                for word in ["expected", "unexpected", "syntax error", "token", "`", "undefined", "invalid operation", "identifier"] {
                    assert!(!own.contains(word), "{slip}: {said}");
                }
            }
        }
    }
}

#[test]
fn a_name_is_told_once_with_all_its_places() {
    let body: String = (0..157).map(|_| p(&["<<APODO>> {{ apodo_del_alumno }}"])).collect();
    let findings = check(&body);
    assert_eq!(findings.len(), 2, "{findings:#?}");
    assert_eq!(findings[0].also.len(), 156);
    let said = findings[0].describe(Language::Es);
    assert!(said.contains("También: documento, párrafo 2") && said.contains("151 más"), "{said}");
    assert_eq!(serde_json::to_value(&findings[0]).unwrap()["also"].as_array().map(Vec::len), Some(156));
}

#[test]
fn suggestions_are_near_or_there_are_none() {
    let nearest = |text: &str| match of_one(text) {
        Problem::UnknownName { nearest, .. } => nearest,
        other => panic!("{other:?}"),
    };
    assert_eq!(nearest("<<ALUNMO>>").as_deref(), Some("ALUMNO"));
    assert_eq!(nearest("<<NOMBRE DEL ALUMNO>>").as_deref(), Some("NOMBRE"));
    assert_eq!(nearest("{{ studnt.name }}").as_deref(), Some("student.name"));
    for far in ["<<RUT>>", "<<PROFESOR>>", "{{ apoderado }}", "<<DIRECCION>>"] {
        assert_eq!(nearest(far), None, "{far}");
    }
}

#[test]
fn a_file_that_is_no_word_document_is_called_what_it_is() {
    let zip = |parts: &[(&str, &str)]| super::zip_of(&parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>());
    let office = |target: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"{target}\"/></Relationships>"
        )
    };
    let cases = [
        (zip(&[("_rels/.rels", &office("xl/workbook.xml")), ("xl/workbook.xml", "<workbook/>")]), FileKind::Workbook),
        (zip(&[("_rels/.rels", &office("ppt/presentation.xml")), ("ppt/presentation.xml", "<p/>")]), FileKind::Presentation),
        (zip(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<x/>")]), FileKind::OpenDocument),
        (zip(&[("plantilla.docx", "x")]), FileKind::Zip),
        (b"%PDF-1.7\n".to_vec(), FileKind::Pdf),
        (b"{\\rtf1 hola}".to_vec(), FileKind::Rtf),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0".to_vec(), FileKind::OldWord),
        (b"<html><body>hola".to_vec(), FileKind::WebPage),
        (b"Hola <<ALUMNO>>".to_vec(), FileKind::Text),
        (Vec::new(), FileKind::Empty),
    ];
    for (bytes, kind) in cases {
        match Template::parse(&bytes) {
            Err(TemplateError::NotWord(found)) => assert_eq!(found, kind),
            other => panic!("{kind:?}: {other:?}"),
        }
        assert!(kind.describe(Language::Es) != kind.describe(Language::En));
    }
}

#[test]
fn warnings_and_notes_do_not_keep_a_template_from_serving() {
    let template = Template::parse(&docx(&p(&["{{ strengths }} <ALUMNO> «Nombre» {%p if result.passed %}x{%p endif %}"]))).unwrap();
    assert!(template.check(None).iter().any(|finding| finding.severity == Severity::Note));
    assert_eq!(template.mistakes(), []);
    assert!(template.fill(&data(), &options()).is_ok());
}

#[test]
fn expressions_too_deep_for_the_stack_are_told_and_never_evaluated() {
    let many = |piece: &str, n: usize| piece.repeat(n);
    for n in [300, 30_000] {
        for text in [
            format!("{{{{ {}1 }}}}", many("not ", n)),
            format!("{{{{ {}1 }}}}", many("-", n)),
            format!("{{{{ 1{} }}}}", many("**1", n)),
            format!("{{{{ 'a'{} }}}}", many("~'a'", n)),
            format!("{{{{ {}1 }}}}", many("1 if 0 else ", n)),
            format!("{{{{ student{} }}}}", many(".b", n)),
            format!("{{{{ groups{} }}}}", many("[0]", n)),
            format!("{{{{ 'a'{} }}}}", many("|upper", n)),
            format!("{{{{ 1{} }}}}", many(" is defined", n)),
            format!("{{{{ 1{} }}}}", many("<2", n)),
            format!("{{{{ {}1{} }}}}", many("(", n), many(")", n)),
            format!("{{{{ {}1{} }}}}", many("{'a':", n), many("}", n)),
            format!("{{{{ 'a'{} }}}}", many("[:]", n)),
            format!("{{% if 0 %}}{}{{% endif %}}", many("{% elif 1 %}", n)),
            format!("{}{}", many("{% for x in [1] %}", n), many("{% endfor %}", n)),
            format!("{{% set x = {}1 %}}", many("not ", n)),
            format!("{{% for x in {}[1] %}}{{% endfor %}}", many("-", n)),
            format!("{{% macro m(a={}1) %}}{{% endmacro %}}", many("not ", n)),
            format!("{{% filter upper{} %}}{{% endfilter %}}", many("|upper", n)),
        ] {
            let refused = check(&p(&[&text])).iter().any(|finding| finding.severity == Severity::Error);
            assert!(refused, "{}… {n}", &text[..30]);
        }
    }
}

/// The deepest template that is allowed fits into a small stack, in a build without optimisation too.
#[test]
fn the_deepest_template_that_is_allowed_fits_into_a_thread() {
    let deep = format!("{{{{ {}1{} }}}}", "(".repeat(18), ")".repeat(18));
    let chain = format!("{{{{ {}1 }}}}", "not ".repeat(199));
    let text = format!("{}{deep}{chain}{}{{{{ 1{} }}}}", "{% if 1 %}".repeat(58), "{% endif %}".repeat(58), "|abs".repeat(190));
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        let template = Template::parse(&docx(&p(&[&text]))).unwrap();
        assert_eq!(template.mistakes(), []);
        template.fill(&data(), &options()).is_ok()
    });
    assert!(thread.unwrap().join().unwrap());
}

/// The message stands in an answer to the platform, a log line and a mail.
#[test]
fn a_mark_as_long_as_the_document_is_told_in_a_few_words() {
    for text in [format!("{{{{ {}1 }}}}", "not ".repeat(30_000)), format!("{{{{ {} }}}}", "a".repeat(100_000))] {
        for finding in check(&p(&[&text])) {
            for language in [Language::En, Language::Es] {
                let told = finding.describe(language);
                assert!(told.chars().count() < 1_500, "{} characters: {}", told.chars().count(), &told[..300]);
            }
        }
    }
}

#[test]
fn the_error_of_a_report_tells_each_mistake_once_and_stays_short_however_many_there_are() {
    let told = |body: &str| {
        let template = Template::parse(&docx(body)).unwrap();
        template.fill(&data(), &options()).map(|_| ()).unwrap_err().to_string()
    };
    let nested = told(&p(&[&format!("{}{}", "{% if 1 %}".repeat(3_000), "{% endif %}".repeat(3_000))]));
    assert_eq!(nested.matches("more blocks stand inside each other").count(), 1, "{nested}");
    assert!(nested.len() < 2_000, "{} bytes", nested.len());
    let many: Vec<String> = (0..500).map(|number| p(&[&format!("{{{{ student.name|nothing{number} }}}}")])).collect();
    let many = told(&many.concat());
    assert!(many.ends_with("and 480 more mistakes (template check tells all)") && many.len() < 20_000, "{} bytes: {many}", many.len());
}
