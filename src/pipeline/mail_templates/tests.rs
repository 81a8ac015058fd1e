//! What mails say, and what is found in a school's own.

use super::*;
use crate::report::figures::{self, FigureKind};

const LANGUAGES: [Language; 3] = [Language::Es, Language::En, Language::Pt];

const SPANISH: &str = "Hola, Ana <b>Pérez</b>:

Completaste la evaluación «Test de diagnóstico & más». Adjuntamos tu informe personal en PDF.

Lecciones aprobadas: 6 de 10 (60\u{a0}%)
Respuestas correctas: 36 de 40 (90\u{a0}%)
Tu nivel: Nivel 2

Te conviene repasar:

- Fracciones (preguntas 3 y 7)
- Áreas: https://colegio.example/areas

Recuerda: cada lección se aprueba solo si todas sus respuestas son correctas.

El detalle está en el informe adjunto.

Si tienes dudas, responde a este correo y te ayudaremos.

Saludos,
Colegio de Prueba
";

fn templates() -> MailTemplates {
    MailTemplates::bundled(Style { school: Some("Colegio de Prueba".to_owned()), color: Colors::ours(), logo: false }).unwrap()
}

fn figure(counted: FigureKind<'_>, part: f64, whole: f64, language: Language) -> Figure {
    Figure::of(&figures::figure(counted, part, whole, language), language)
}

fn written(language: Language, change: impl FnOnce(&mut ReportMail<'_>)) -> MailText {
    let figures = [figure(FigureKind::Groups("lecture"), 6.0, 10.0, language), figure(FigureKind::Questions, 36.0, 40.0, language)];
    let review = [
        ReviewItem { name: "Fracciones".to_owned(), questions: figures::questions(&[3, 7], language), link: None },
        ReviewItem { name: "Áreas".to_owned(), questions: String::new(), link: Some("https://colegio.example/areas".to_owned()) },
    ];
    let mut mail = ReportMail {
        student: "Ana <b>Pérez</b>",
        assessment: "Test de diagnóstico & más",
        figures: &figures,
        level: Some("Nivel 2"),
        group_kind: Some("lecture"),
        groups_passed: 6,
        groups_total: 10,
        all_correct: true,
        review: &review,
    };
    change(&mut mail);
    templates().report(language, &mail).unwrap()
}

#[test]
fn the_text_says_right_answers_of_all_and_what_each_percentage_is_of() {
    assert_eq!(written(Language::Es, |_| {}).text, SPANISH);
    for (language, words) in [
        (Language::Es, ["Lecciones aprobadas: 6 de 10", "Respuestas correctas: 36 de 40 (90\u{a0}%)"]),
        (Language::En, ["Lessons passed: 6 of 10", "Right answers: 36 of 40 (90%)"]),
        (Language::Pt, ["Lições aprovadas: 6 de 10", "Respostas corretas: 36 de 40 (90%)"]),
    ] {
        let mail = written(language, |_| {});
        let html = mail.html.unwrap();
        for word in words {
            assert!(mail.text.contains(word), "{}", mail.text);
            let (label, figure) = word.split_once(": ").unwrap();
            assert!(html.contains(label) && html.contains(figure.split(" (").next().unwrap()), "{html}");
        }
        assert!(!mail.text.contains("curso base") && !html.contains("base course") && !html.contains("curso base"));
    }
}

#[test]
fn values_are_safe_in_the_page_and_plain_in_text_and_subject() {
    for language in LANGUAGES {
        let mail = written(language, |_| {});
        let html = mail.html.unwrap();
        assert!(html.contains("Ana &lt;b&gt;P") && html.contains("&amp; m"), "{html}");
        assert!(mail.subject.contains("Test de diagnóstico & más") && !mail.subject.contains('\n'), "{}", mail.subject);
    }
}

#[test]
fn a_name_that_is_an_address_is_not_greeted_and_no_group_is_no_list() {
    for language in LANGUAGES {
        let mail = written(language, |mail| {
            (mail.student, mail.review) = ("ana@example.com", &[]);
            (mail.groups_total, mail.group_kind, mail.level) = (0, None, None);
        });
        assert!(!mail.text.contains("ana@") && !mail.text.contains("\n\n\n"), "{}", mail.text);
    }
}

#[test]
fn the_bar_is_never_wider_than_its_place() {
    for percentage in [f64::NAN, -3.0, 0.0, 100.0, 1e9] {
        let figures = [Figure { percentage, ..figure(FigureKind::Questions, 1.0, 2.0, Language::En) }];
        let bar = templates()
            .report(
                Language::En,
                &ReportMail {
                    student: "",
                    assessment: "x",
                    figures: &figures,
                    level: None,
                    group_kind: None,
                    groups_passed: 0,
                    groups_total: 0,
                    all_correct: false,
                    review: &[],
                },
            )
            .unwrap();
        assert!(bar.html.unwrap().contains("width:100%;height:8px"), "{percentage}");
    }
}

#[test]
fn an_alert_is_whole_in_its_language_and_names_no_hash_where_there_is_a_name() {
    let reports = [
        AlertReport {
            id: "0123456789abcdef0123456789abcdef".to_owned(),
            student: Some("Ana Pérez".to_owned()),
            assessment: Some("M1".to_owned()),
        },
        AlertReport { id: "fedcba9876543210fedcba9876543210".to_owned(), student: None, assessment: None },
    ];
    for cause in Cause::ALL {
        for (language, foreign) in [
            (Language::Es, ["report waits", "What to do", "O que fazer"]),
            (Language::En, ["Qué hacer", "informe", "O que fazer"]),
            (Language::Pt, ["Qué hacer", "What to do", "report waits"]),
        ] {
            let alert = AlertMail { cause, detail: "questions/M1.csv", reports: &reports, serves_on: false, more: 3 };
            let mail = templates().alert(language, &alert).unwrap();
            assert!(mail.text.contains("Ana Pérez · M1") && mail.text.contains("questions/M1.csv"), "{}", mail.text);
            assert!(mail.subject.starts_with("Colegio de Prueba · ") && mail.subject.contains('5'), "{}", mail.subject);
            assert!(!mail.subject.contains(cause.as_str()), "{}", mail.subject);
            for word in foreign {
                assert!(!mail.text.contains(word), "{cause} {language}: {word} in\n{}", mail.text);
            }
        }
    }
}

#[test]
fn an_alert_about_no_report_is_written_too() {
    for language in [Language::Es, Language::En, Language::Pt] {
        let alert = AlertMail { cause: &Cause::WebhookUnsigned, detail: "12 calls", reports: &[], serves_on: false, more: 0 };
        let mail = templates().alert(language, &alert).unwrap();
        assert!(mail.text.contains("12 calls") && mail.text.contains("WEBHOOK_SECRET"), "{}", mail.text);
        let says_none = |text: &str| text.lines().any(|line| line.starts_with("0 ") || line.contains(": 0 "));
        assert!(
            !mail.text.contains("jobs release") && !says_none(&mail.text) && !says_none(&mail.subject),
            "{}\n{}",
            mail.subject,
            mail.text
        );
    }
}

#[test]
fn what_mends_itself_asks_for_no_release() {
    let reports = [AlertReport { id: "0123".to_owned(), student: None, assessment: None }];
    let text = |cause: &Cause| {
        let alert = AlertMail { cause, detail: "", reports: &reports, serves_on: false, more: 0 };
        templates().alert(Language::En, &alert).unwrap().text
    };
    assert!(!text(&Cause::MailQuota).contains("jobs release"));
    assert!(text(&Cause::MailRefused).contains("jobs release 0123"));
}

#[test]
fn a_mistake_in_a_school_s_file_is_told_with_its_line_and_the_name_that_was_meant() {
    let found = |name: &str, text: &str| {
        let style = Style { school: None, color: Colors::ours(), logo: false };
        MailTemplates::with(&[(name.to_owned(), text.to_owned())], style)
            .err()
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        found("es/subject.txt", "Hola\n{{ studnet.name }}"),
        ["es/subject.txt, line 2: there is no studnet.name; did you mean student.name?"]
    );
    assert_eq!(found("es/subjetc.txt", "x"), ["es/subjetc.txt: there is no mail template of this name; did you mean es/subject.txt?"]);
    assert!(
        found("es/body.txt", "a\n{% if x %}\nb").join("").starts_with("es/body.txt, line "),
        "{:?}",
        found("es/body.txt", "{% if x %}")
    );
    assert!(found("en/plan.txt", "{{ result.level }}").join("").contains("there is no result.level"));
    assert!(found("pt/subject.txt", " \n").join("").contains("the subject is empty"));
    assert!(!found("es/body.txt", "{% for i in range(100000000) %}x{% endfor %}").is_empty(), "a loop has an end");
    for (name, text) in FILES {
        assert_eq!(found(name, text), [] as [String; 0], "{name}");
    }
    assert_eq!(found("es/body.txt", "{% for f in result.figures %}{{ f.text }}{% endfor %}{{ school or 'x' }}"), [] as [String; 0]);
}
