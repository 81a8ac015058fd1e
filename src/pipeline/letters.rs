//! The words of mails: templates filled with values, nothing else.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, context};

use crate::report::language::Language;

/// The texts of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: Option<String>,
}

/// What a student's mail says.
#[derive(Debug, Clone)]
pub(super) struct ReportLetter<'a> {
    pub(super) student: &'a str,
    pub(super) assessment: &'a str,
    pub(super) percentage: f64,
    pub(super) level: Option<&'a str>,
    /// The column of the innermost groups (`lecture`), for the word to use.
    pub(super) group_kind: Option<&'a str>,
    pub(super) groups_passed: usize,
    pub(super) groups_total: usize,
    /// Whether a group passes only with all its questions right.
    pub(super) all_correct: bool,
    pub(super) school: Option<&'a str>,
}

/// What the mail with a study plan says.
#[derive(Debug, Clone)]
pub(super) struct PlanLetter<'a> {
    pub(super) student: &'a str,
    /// The titles of the assessments it is over.
    pub(super) parts: &'a [&'a str],
    pub(super) school: Option<&'a str>,
}

/// What an admin is told about one cause.
#[derive(Debug, Clone)]
pub(super) struct AlertLetter<'a> {
    pub(super) cause: &'a str,
    pub(super) message: &'a str,
    pub(super) jobs: &'a [String],
    /// Whether reports go on, because a file's last good version serves in place of a broken one.
    pub(super) serves_on: bool,
    pub(super) more: usize,
}

const LAYOUT: &str = include_str!("../../templates/mail/layout.html");

/// The files of a language, by the name they have in `templates/mail/<language>/`.
const FILES: &[(&str, &str)] = &[
    ("es/subject.txt", include_str!("../../templates/mail/es/subject.txt")),
    ("es/body.txt", include_str!("../../templates/mail/es/body.txt")),
    ("es/body.html", include_str!("../../templates/mail/es/body.html")),
    ("es/plan_subject.txt", include_str!("../../templates/mail/es/plan_subject.txt")),
    ("es/plan.txt", include_str!("../../templates/mail/es/plan.txt")),
    ("es/plan.html", include_str!("../../templates/mail/es/plan.html")),
    ("es/alert_subject.txt", include_str!("../../templates/mail/es/alert_subject.txt")),
    ("es/alert.txt", include_str!("../../templates/mail/es/alert.txt")),
    ("en/subject.txt", include_str!("../../templates/mail/en/subject.txt")),
    ("en/body.txt", include_str!("../../templates/mail/en/body.txt")),
    ("en/body.html", include_str!("../../templates/mail/en/body.html")),
    ("en/plan_subject.txt", include_str!("../../templates/mail/en/plan_subject.txt")),
    ("en/plan.txt", include_str!("../../templates/mail/en/plan.txt")),
    ("en/plan.html", include_str!("../../templates/mail/en/plan.html")),
    ("en/alert_subject.txt", include_str!("../../templates/mail/en/alert_subject.txt")),
    ("en/alert.txt", include_str!("../../templates/mail/en/alert.txt")),
    ("pt/subject.txt", include_str!("../../templates/mail/pt/subject.txt")),
    ("pt/body.txt", include_str!("../../templates/mail/pt/body.txt")),
    ("pt/body.html", include_str!("../../templates/mail/pt/body.html")),
    ("pt/plan_subject.txt", include_str!("../../templates/mail/pt/plan_subject.txt")),
    ("pt/plan.txt", include_str!("../../templates/mail/pt/plan.txt")),
    ("pt/plan.html", include_str!("../../templates/mail/pt/plan.html")),
    ("pt/alert_subject.txt", include_str!("../../templates/mail/pt/alert_subject.txt")),
    ("pt/alert.txt", include_str!("../../templates/mail/pt/alert.txt")),
];

/// All mail templates, parsed once.
pub(super) struct Letters {
    templates: Environment<'static>,
}

impl Letters {
    pub(super) fn new() -> Result<Self, minijinja::Error> {
        let mut templates = Environment::new();
        templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
        templates.add_template("layout.html", LAYOUT)?;
        for (name, text) in FILES {
            templates.add_template(name, text)?;
        }
        Ok(Self { templates })
    }

    /// The mail that brings a report.
    pub(super) fn report(&self, language: Language, letter: &ReportLetter<'_>) -> Result<Letter, minijinja::Error> {
        let percentage = letter.percentage.clamp(0.0, 100.0);
        let values = context! {
            language => language.code(),
            student => context! { name => greeting_name(letter.student) },
            assessment => context! { title => letter.assessment },
            result => context! { percentage => language.short_number(percentage), bar => percentage.round() as u32, level => letter.level },
            groups => context! { passed => letter.groups_passed, total => letter.groups_total, words => words(language, letter.group_kind) },
            all_correct => letter.all_correct,
            school => letter.school,
        };
        Ok(Letter {
            subject: self.fill(language, "subject.txt", &values)?,
            text: self.fill(language, "body.txt", &values)?,
            html: Some(self.fill(language, "body.html", &values)?),
        })
    }

    /// The mail that brings a study plan over several assessments.
    pub(super) fn plan(&self, language: Language, letter: &PlanLetter<'_>) -> Result<Letter, minijinja::Error> {
        let values = context! {
            language => language.code(),
            student => context! { name => greeting_name(letter.student) },
            parts => Serde(letter.parts),
            school => letter.school,
        };
        Ok(Letter {
            subject: self.fill(language, "plan_subject.txt", &values)?,
            text: self.fill(language, "plan.txt", &values)?,
            html: Some(self.fill(language, "plan.html", &values)?),
        })
    }

    /// The mail that tells an admin what to mend.
    pub(super) fn alert(&self, language: Language, letter: &AlertLetter<'_>) -> Result<Letter, minijinja::Error> {
        let values = context! {
            cause => letter.cause,
            message => letter.message,
            serves_on => letter.serves_on,
            jobs => Serde(letter.jobs),
            more => letter.more,
            count => letter.jobs.len() + letter.more,
        };
        Ok(Letter {
            subject: self.fill(language, "alert_subject.txt", &values)?,
            text: self.fill(language, "alert.txt", &values)?,
            html: None,
        })
    }

    fn fill(&self, language: Language, file: &str, values: &minijinja::Value) -> Result<String, minijinja::Error> {
        self.templates.get_template(&format!("{}/{file}", language.code()))?.render(values)
    }
}

/// The name to greet by; a platform often has only the address, and nobody likes to be greeted by that.
fn greeting_name(name: &str) -> Option<&str> {
    Some(name.trim()).filter(|name| !name.is_empty() && !name.contains('@'))
}

/// What the groups are called, one and many; every word is feminine in Spanish and Portuguese, as the sentences need.
fn words(language: Language, kind: Option<&str>) -> minijinja::Value {
    let (one, many) = match (language, kind) {
        (Language::Es, Some("lecture")) => ("lección", "lecciones"),
        (Language::Es, Some("materia")) => ("materia", "materias"),
        (Language::Es, Some("skill")) => ("habilidad", "habilidades"),
        (Language::Es, _) => ("sección", "secciones"),
        (Language::En, Some("lecture")) => ("lesson", "lessons"),
        (Language::En, Some("materia")) => ("subject", "subjects"),
        (Language::En, Some("skill")) => ("skill", "skills"),
        (Language::En, _) => ("section", "sections"),
        (Language::Pt, Some("lecture")) => ("lição", "lições"),
        (Language::Pt, Some("materia")) => ("matéria", "matérias"),
        (Language::Pt, Some("skill")) => ("habilidade", "habilidades"),
        (Language::Pt, _) => ("seção", "seções"),
    };
    context! { one => one, many => many }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPANISH: &str = "Hola, Ana <b>Pérez</b>:

Completaste la evaluación «Test de diagnóstico & más». Adjuntamos tu informe personal en PDF.

Tu resultado: 74,5 % · Nivel 2
Lecciones aprobadas: 3 de 4

En el informe encontrarás:

- tus resultados por lección: Aprobada o Reprobada
- qué lecciones te conviene reforzar en el curso base

Recuerda: cada lección se aprueba solo si todas sus respuestas son correctas.

Si tienes dudas, responde a este correo y te ayudaremos.

Saludos,
Tu equipo de aprendizaje
";

    fn letter() -> ReportLetter<'static> {
        ReportLetter {
            student: "Ana <b>Pérez</b>",
            assessment: "Test de diagnóstico & más",
            percentage: 74.5,
            level: Some("Nivel 2"),
            group_kind: Some("lecture"),
            groups_passed: 3,
            groups_total: 4,
            all_correct: true,
            school: None,
        }
    }

    fn written(language: Language, letter: &ReportLetter<'_>) -> Letter {
        Letters::new().unwrap().report(language, letter).unwrap()
    }

    #[test]
    fn the_spanish_mail_reads_as_agreed() {
        let letter = written(Language::Es, &letter());
        assert_eq!(letter.subject, "Resultados de tu evaluación - Test de diagnóstico & más");
        assert_eq!(letter.text, SPANISH);
    }

    #[test]
    fn what_comes_from_outside_is_escaped_in_html_only() {
        let letter = written(Language::Es, &letter());
        let html = letter.html.unwrap();
        assert!(html.contains("Ana &lt;b&gt;Pérez&lt;&#x2f;b&gt;") && html.contains("diagnóstico &amp; más"), "{html}");
        assert!(letter.text.contains("Ana <b>Pérez</b>"));
    }

    #[test]
    fn the_reminder_is_there_only_where_the_rule_is() {
        for language in [Language::Es, Language::En, Language::Pt] {
            let with = written(language, &letter());
            let without = written(language, &ReportLetter { all_correct: false, ..letter() });
            assert!(with.text.len() > without.text.len() && with.html != without.html);
        }
    }

    #[test]
    fn an_address_is_no_name_and_no_groups_are_no_lessons() {
        let letter = ReportLetter { student: "ana@example.com", groups_total: 0, groups_passed: 0, level: None, ..letter() };
        for language in [Language::Es, Language::En, Language::Pt] {
            let written = written(language, &letter);
            assert!(!written.text.contains("ana@") && !written.text.contains("  "), "{}", written.text);
            assert!(
                !written.text.contains("ecci") && !written.text.contains("lesson") && !written.text.contains("liç"),
                "{}",
                written.text
            );
        }
    }

    #[test]
    fn the_bar_is_never_wider_than_its_place() {
        for percentage in [f64::NAN, -3.0, 0.0, 100.0, 1e9] {
            let html = written(Language::En, &ReportLetter { percentage, ..letter() }).html.unwrap();
            assert!(html.contains("width=\"100%\" style=\"width:100%;height:8px"), "{percentage}: {html}");
        }
    }

    #[test]
    fn an_alert_says_what_to_mend() {
        let jobs = ["0123".to_owned(), "4567".to_owned()];
        let letter = AlertLetter {
            serves_on: false,
            cause: "bank_missing",
            message: "No question bank for 'M1'; put it under questions/M1.csv.",
            jobs: &jobs,
            more: 3,
        };
        let written = Letters::new().unwrap().alert(Language::En, &letter).unwrap();
        assert_eq!(written.subject, "[gradepost] 5 reports are waiting for you: bank_missing");
        assert!(written.text.contains("questions/M1.csv") && written.text.contains("and 3 more"), "{}", written.text);
    }
}
