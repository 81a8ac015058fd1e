//! A small report that holds every value there is: to try templates with, and to show authors what they will get.

use std::collections::BTreeMap;

use crate::report::data::{
    Assessment, Attempt, Cohort, Group, Level, Part, Period, PeriodItem, Question, Report, ReportData, ResultData, Review, Student,
    Submission,
};
use crate::report::figures::{self, FigureKind};
use crate::report::language::Language;
use crate::report::vocabulary;

/// The sample as a template reads it.
pub fn sample(language: Language) -> ReportData {
    ReportData::new(&report(language))
}

/// The sample without anything a report may lack: a school's first student, first attempt, of whom the platform knows only a name.
pub fn sparse(language: Language) -> ReportData {
    let full = report(language);
    let group = |group: Group| Group { parent: None, tone: None, ..group };
    let question = |question: Question| Question { text: None, answer: None, correct: None, group: None, ..question };
    let part = |part: Part| Part { date: None, level: None, strengths: Vec::new(), to_review: Vec::new(), plan: Vec::new(), ..part };
    ReportData::new(&Report {
        student: Student { name: full.student.name, ..Student::default() },
        assessment: Assessment { course: None, ..full.assessment },
        submission: Submission::default(),
        result: ResultData { level: None, internal_level: None, passed: None, ..full.result },
        groups: full.groups.into_iter().map(group).collect(),
        parents: Vec::new(),
        questions: full.questions.into_iter().map(question).collect(),
        history: full.history.into_iter().take(1).map(|attempt| Attempt { date: None, level: None, ..attempt }).collect(),
        parts: full.parts.into_iter().map(part).collect(),
        today: full.today,
        language: full.language,
        ..Report::default()
    })
}

/// The sample.
pub fn report(language: Language) -> Report {
    let words = language.words();
    let say = |es: &str, en: &str, pt: &str| said(language, es, en, pt);
    let level = |number: u32| vocabulary::shown(&format!("Nivel {number}"), language);
    let plan = vec![say("Repaso de fundamentos", "Review of the basics", "Revisão dos fundamentos")];
    let group = |number: u32, correct: u32, total: u32| {
        let passed = correct == total;
        Group {
            name: format!("{} {number}", words.lesson),
            parent: None,
            total,
            correct,
            percentage: f64::from(correct) / f64::from(total) * 100.0,
            status: if passed { words.passed } else { words.failed }.to_owned(),
            passed,
            tone: None,
            link: None,
        }
    };
    let groups = vec![group(1, 2, 2), group(2, 1, 2), group(3, 2, 2), group(4, 3, 3)];
    let question = |number: u32, correct: Option<bool>| Question {
        number,
        text: Some(format!("{} {number}", say("Pregunta", "Question", "Pergunta"))),
        answer: correct.map(|correct| if correct { "A" } else { "B" }.to_owned()),
        correct_answer: "A".to_owned(),
        correct,
        points: f64::from(u8::from(correct == Some(true))),
        max_points: 1.0,
        group: Some(groups[0].name.clone()),
        link: None,
    };
    let headline = figures::figure(FigureKind::Questions, 8.0, 9.0, language);
    let named = |name: &str, group: Group| Group { name: name.to_owned(), ..group };
    Report {
        student: Student {
            id: "6130afb278d2c94eeb228d12".to_owned(),
            name: "Ana Pérez".to_owned(),
            first_name: Some("Ana".to_owned()),
            last_name: Some("Pérez".to_owned()),
            email: Some("ana@example.com".to_owned()),
        },
        assessment: Assessment {
            id: "0123456789abcdef01234567".to_owned(),
            title: say("Test de diagnóstico Parte 1", "Diagnostic test part 1", "Teste de diagnóstico Parte 1"),
            course: Some(say("Matemática", "Mathematics", "Matemática")),
        },
        submission: Submission {
            id: Some("sample".to_owned()),
            submitted_at: Some("2026-03-12T10:30:00-03:00".to_owned()),
            attempt: Some(2),
        },
        result: ResultData {
            percentage: 8.0 / 9.0 * 100.0,
            answers: headline.clone(),
            figures: vec![headline.clone()],
            headline,
            mark: Some(6.2),
            mark_passed: Some(true),
            requirement: Some(60.0),
            score: 8.0,
            max_score: 9.0,
            level: Some(level(3)),
            internal_level: Some(level(3)),
            passed: Some(true),
            pass_rule: Some(vocabulary::pass_rule(Some("lecture"), None, language)),
            total: 9,
            correct: 8,
            incorrect: 1,
            unanswered: 0,
        },
        parents: vec![group(1, 8, 9)],
        questions: vec![question(1, Some(true)), question(2, Some(false)), question(3, None)],
        strengths: vec![groups[0].name.clone(), groups[2].name.clone()],
        to_review: vec![Review {
            name: groups[1].name.clone(),
            text: figures::questions(&[4], language),
            questions: vec![4],
            ..Review::default()
        }],
        review_questions: vec![2, 3],
        plan: plan.clone(),
        history: vec![
            Attempt { attempt: 1, date: Some("2026-02-20".to_owned()), percentage: 55.5, level: Some(level(1)) },
            Attempt { attempt: 2, date: Some("2026-03-12".to_owned()), percentage: 8.0 / 9.0 * 100.0, level: Some(level(3)) },
        ],
        cohort: Some(Cohort { count: 42, mean: 61.3, percentile: 81.0, above: Some(79.0) }),
        school: BTreeMap::from([("name".to_owned(), "Colegio Los Andes".to_owned())]),
        today: "2026-03-12".to_owned(),
        language: Some(language.code().to_owned()),
        append_results: None,
        by: BTreeMap::from([
            ("difficulty".to_owned(), vec![named("1", group(1, 5, 5)), named("2", group(2, 3, 4))]),
            ("skill".to_owned(), vec![named("Interpretar", group(1, 8, 9))]),
        ]),
        levels: [1, 2, 3].map(|number| Level { name: level(number), reached: number == 3, ..Level::default() }).to_vec(),
        parts: vec![part("M1", &level(3), &groups[1].name, &plan, language), part("CL", &level(2), &groups[2].name, &plan, language)],
        periods: vec![Period {
            name: say("Agosto", "August", "Agosto"),
            items: vec![PeriodItem { part: "M1".to_owned(), name: groups[1].name.clone() }],
        }],
        statuses: Vec::new(),
        groups,
    }
}

/// An assessment of a plan over several.
fn part(name: &str, level: &str, review: &str, plan: &[String], language: Language) -> Part {
    Part {
        name: name.to_owned(),
        title: format!("{name} {}", said(language, "Ensayo general", "Mock exam", "Simulado geral")),
        date: Some("2026-03-12".to_owned()),
        percentage: 75.0,
        headline: figures::figure(FigureKind::Questions, 9.0, 12.0, language),
        answers: figures::figure(FigureKind::Questions, 9.0, 12.0, language),
        mark: Some(5.1),
        level: Some(level.to_owned()),
        total: 12,
        correct: 9,
        strengths: vec![review.to_owned()],
        to_review: vec![Review {
            name: review.to_owned(),
            text: figures::questions(&[2, 3], language),
            questions: vec![2, 3],
            ..Review::default()
        }],
        plan: plan.to_vec(),
    }
}

fn said(language: Language, es: &str, en: &str, pt: &str) -> String {
    match language {
        Language::Es => es,
        Language::En => en,
        Language::Pt => pt,
    }
    .to_owned()
}
