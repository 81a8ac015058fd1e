//! A sample for each method: an ordinary student, the best, the worst, and a school's first one, so that authors see what their template does at the ends.

use std::str::FromStr;

use super::sample;
use crate::report::data::{Attempt, Group, Level, Question, Report, ReportData, Review};
use crate::report::figures::{self, FigureKind};
use crate::report::language::Language;
use crate::report::vocabulary;

/// Which student.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Case {
    /// Some lessons passed, some to review.
    #[default]
    Usual,
    /// Everything right.
    Best,
    /// Nearly nothing right.
    Worst,
    /// As usual, but the school's first student at a first attempt.
    First,
}

impl Case {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Usual, Self::Best, Self::Worst, Self::First];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Best => "best",
            Self::Worst => "worst",
            Self::First => "first",
        }
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|case| case.name() == name)
            .ok_or_else(|| format!("there is no sample '{name}'; there are usual, best, worst and first"))
    }
}

/// How a method judges its groups.
#[derive(Clone, Copy, PartialEq)]
enum Rule {
    /// All questions right.
    All,
    /// Bands by percentage.
    Bands([(&'static str, &'static str, f64); 3]),
}

const ACHIEVED: Rule = Rule::Bands([("Logrado", "good", 80.0), ("En progreso", "middle", 60.0), ("Por reforzar", "bad", 0.0)]);
const SOLID: Rule = Rule::Bands([("Sólido", "good", 80.0), ("En desarrollo", "middle", 50.0), ("Riesgo", "bad", 0.0)]);

/// What a method's sample is made of.
struct Method {
    rule: Rule,
    /// Names of the groups.
    groups: &'static [&'static str],
    /// Enclosing groups.
    parents: &'static [&'static str],
    /// Levels, lowest first, each with the percentage it begins at.
    levels: &'static [(&'static str, f64)],
    /// The headline counts groups, not questions.
    by_groups: bool,
}

const LESSONS: &[&str] = &[
    "Números enteros y orden",
    "Fracciones y decimales",
    "Porcentajes",
    "Potencias y raíces",
    "Ecuaciones de primer grado",
    "Funciones lineales",
    "Teorema de Pitágoras",
    "Áreas y volúmenes",
    "Estadística descriptiva",
    "Probabilidad",
];
const SCIENCE: &[&str] = &[
    "La célula",
    "Herencia y genética",
    "Ecosistemas",
    "Fuerza y movimiento",
    "Energía y trabajo",
    "Ondas y sonido",
    "Modelo atómico",
    "Enlace químico",
    "Disoluciones",
    "Reacciones químicas",
];
const PAST: &[&str] = &[
    "La Colonia en Chile",
    "Independencia",
    "Chile en el siglo XIX",
    "La cuestión social",
    "Primera Guerra Mundial",
    "Guerra Fría",
    "Democracia y ciudadanía",
    "Geografía de Chile",
];
const THREE: &[(&str, f64)] = &[("Nivel 1", 0.0), ("Nivel 2", 50.0), ("Nivel 3", 80.0)];

fn method(name: &str) -> Method {
    let plain = Method { rule: Rule::All, groups: LESSONS, parents: &[], levels: THREE, by_groups: true };
    match name {
        "percentage" => Method { rule: ACHIEVED, by_groups: false, ..plain },
        "materia" | "CIEN" => Method { groups: SCIENCE, parents: &["Biología", "Física", "Química"], ..plain },
        "M1" => Method { by_groups: false, ..plain },
        "CL" => Method { rule: ACHIEVED, groups: &["Localizar", "Interpretar", "Evaluar"], by_groups: false, ..plain },
        "HYST" => Method { groups: PAST, levels: &[("General", 0.0), ("Avanzado", 80.0)], by_groups: false, ..plain },
        "three_words" => Method {
            groups: &LESSONS[..4],
            levels: &[("Por reforzar", 0.0), ("En progreso", 60.0), ("Logrado", 80.0)],
            by_groups: false,
            ..plain
        },
        "units" => Method { rule: SOLID, groups: &LESSONS[..6], levels: &[], by_groups: false, ..plain },
        _ => plain,
    }
}

/// The sample of a method, by the name or the file of its template; another name gives the usual one.
pub fn of_method(name: &str, case: Case, language: Language) -> ReportData {
    ReportData::new(&report(name, case, language))
}

/// The same as data.
pub(super) fn report(name: &str, case: Case, language: Language) -> Report {
    let base = sample::report(language);
    if name == "plan_estudio" {
        // A plan has assessments in place of lessons.
        return Report { groups: Vec::new(), questions: Vec::new(), ..base };
    }
    let method = method(name);
    let right: &[u32] = match case {
        Case::Usual | Case::First => &[4, 3, 4, 2, 4, 4, 1, 4, 3, 4],
        Case::Best => &[4],
        Case::Worst => &[0, 1, 0, 2, 1, 0, 0, 1],
    };
    let groups: Vec<Group> =
        method.groups.iter().enumerate().map(|(place, name)| group(&method, place, name, right[place % right.len()], language)).collect();
    let questions = questions(&groups);
    let total = questions.len() as u32;
    let correct = questions.iter().filter(|question| question.correct == Some(true)).count() as u32;
    let unanswered = questions.iter().filter(|question| question.correct.is_none()).count() as u32;
    let answers = figures::figure(FigureKind::Questions, f64::from(correct), f64::from(total), language);
    let passed = groups.iter().filter(|group| group.passed).count();
    let headline = if method.by_groups {
        figures::figure(FigureKind::Groups("lecture"), passed as f64, groups.len() as f64, language)
    } else {
        answers.clone()
    };
    let percentage = headline.percentage;
    let reached = method.levels.iter().rev().find(|(_, from)| percentage >= *from).map(|(name, _)| vocabulary::shown(name, language));
    let levels = method.levels.iter().map(|(name, from)| level(name, *from, reached.as_deref(), method.by_groups, language)).collect();
    let to_review: Vec<Review> = groups.iter().filter(|group| !group.passed).map(|group| review(group, &questions, language)).collect();
    let first = case == Case::First;
    let history = [(1, percentage * 0.6), (2, percentage * 0.8), (3, percentage)];
    let history = history.iter().skip(if first { 2 } else { 0 }).map(|(attempt, percentage)| Attempt {
        attempt: *attempt,
        percentage: *percentage,
        ..Attempt::default()
    });
    Report {
        result: crate::report::data::ResultData {
            percentage,
            figures: if method.by_groups { vec![headline.clone(), answers.clone()] } else { vec![answers.clone()] },
            mark: Some(mark(answers.percentage)),
            mark_passed: Some(answers.percentage >= 60.0),
            score: f64::from(correct),
            max_score: f64::from(total),
            level: reached.clone(),
            internal_level: reached,
            passed: Some(answers.percentage >= 60.0),
            pass_rule: (method.rule == Rule::All).then(|| vocabulary::pass_rule(Some("lecture"), None, language)),
            total,
            correct,
            incorrect: total - correct - unanswered,
            unanswered,
            headline,
            answers,
            ..base.result
        },
        parents: parents(&method, &groups, language),
        by: difficulties(&questions, language),
        levels,
        statuses: bands(method.rule, language),
        strengths: groups.iter().filter(|group| group.passed).map(|group| group.name.clone()).collect(),
        review_questions: questions.iter().filter(|question| question.correct != Some(true)).map(|question| question.number).collect(),
        plan: if to_review.is_empty() { Vec::new() } else { base.plan },
        to_review,
        history: history.collect(),
        cohort: base.cohort.filter(|_| !first),
        submission: crate::report::data::Submission { attempt: Some(if first { 1 } else { 3 }), ..base.submission },
        groups,
        questions,
        ..base
    }
}

fn group(method: &Method, place: usize, name: &str, right: u32, language: Language) -> Group {
    let (total, correct) = if method.groups.len() == 3 { (14, right * 3 + 1 + right / 4) } else { (4, right) };
    let percentage = f64::from(correct) * 100.0 / f64::from(total);
    let words = language.words();
    let (status, tone, passed) = match method.rule {
        Rule::All if correct == total => (words.passed.to_owned(), "good", true),
        Rule::All => (words.failed.to_owned(), "bad", false),
        Rule::Bands(bands) => {
            let (name, tone, _) = bands.into_iter().find(|(_, _, from)| percentage >= *from).unwrap_or(bands[2]);
            (vocabulary::shown(name, language), tone, tone == "good")
        }
    };
    let parent = (!method.parents.is_empty()).then(|| method.parents[place * method.parents.len() / method.groups.len()].to_owned());
    let link = (place % 3 == 1).then(|| format!("https://colegio.example/leccion/{}", place + 1));
    Group { name: name.to_owned(), parent, total, correct, percentage, status, passed, tone: Some(tone.to_owned()), link }
}

fn questions(groups: &[Group]) -> Vec<Question> {
    let mut out: Vec<Question> = Vec::new();
    for group in groups {
        for place in 0..group.total {
            let correct = if place < group.correct {
                Some(true)
            } else if place + 1 == group.total && group.correct == 0 {
                None
            } else {
                Some(false)
            };
            out.push(Question {
                number: out.len() as u32 + 1,
                correct_answer: "A".to_owned(),
                answer: correct.map(|correct| if correct { "A" } else { "B" }.to_owned()),
                correct,
                points: f64::from(u8::from(correct == Some(true))),
                max_points: 1.0,
                group: Some(group.name.clone()),
                ..Question::default()
            });
        }
    }
    out
}

fn review(group: &Group, questions: &[Question], language: Language) -> Review {
    let numbers: Vec<u32> = questions
        .iter()
        .filter(|question| question.group.as_deref() == Some(&group.name) && question.correct != Some(true))
        .map(|question| question.number)
        .collect();
    Review {
        name: group.name.clone(),
        parent: group.parent.clone(),
        text: figures::questions(&numbers, language),
        questions: numbers,
        link: group.link.clone(),
    }
}

fn level(name: &str, from: f64, reached: Option<&str>, by_groups: bool, language: Language) -> Level {
    let shown = vocabulary::shown(name, language);
    let of = figures::noun(if by_groups { FigureKind::Groups("lecture") } else { FigureKind::Questions }, language);
    let rule = (from > 0.0).then(|| figures::share_of(figures::Bound::AtLeast, from, &of, language));
    Level { reached: reached == Some(&shown), name: shown, from: Some(from), rule }
}

fn bands(rule: Rule, language: Language) -> Vec<crate::report::data::StatusBand> {
    let Rule::Bands(bands) = rule else { return Vec::new() };
    let above = [None, Some(bands[0].2), Some(bands[1].2)];
    let band = |((name, tone, from), below): ((&str, &str, f64), Option<f64>)| {
        figures::status_band(vocabulary::shown(name, language), tone, Some(from), below, language)
    };
    bands.into_iter().zip(above).map(band).collect()
}

fn parents(method: &Method, groups: &[Group], language: Language) -> Vec<Group> {
    let sum = |name: &&str| {
        let own: Vec<&Group> = groups.iter().filter(|group| group.parent.as_deref() == Some(*name)).collect();
        let (correct, total) = own.iter().fold((0, 0), |(correct, total), group| (correct + group.correct, total + group.total));
        let passed = own.iter().all(|group| group.passed);
        let words = language.words();
        Group {
            name: (*name).to_owned(),
            total,
            correct,
            percentage: f64::from(correct) * 100.0 / f64::from(total.max(1)),
            status: if passed { words.passed } else { words.failed }.to_owned(),
            passed,
            ..Group::default()
        }
    };
    method.parents.iter().map(sum).collect()
}

fn difficulties(questions: &[Question], language: Language) -> std::collections::BTreeMap<String, Vec<Group>> {
    let words = language.words();
    let one = |number: u32| {
        let own: Vec<&Question> = questions.iter().filter(|question| question.number % 3 + 1 == number).collect();
        let correct = own.iter().filter(|question| question.correct == Some(true)).count() as u32;
        let total = own.len() as u32;
        let passed = correct == total;
        Group {
            name: number.to_string(),
            total,
            correct,
            percentage: f64::from(correct) * 100.0 / f64::from(total.max(1)),
            status: if passed { words.passed } else { words.failed }.to_owned(),
            passed,
            tone: Some("plain".to_owned()),
            ..Group::default()
        }
    };
    std::collections::BTreeMap::from([("difficulty".to_owned(), [1, 2, 3].map(one).to_vec())])
}

/// The mark for a percentage of points, with 4.0 at 60 percent.
fn mark(percentage: f64) -> f64 {
    let mark = if percentage >= 60.0 { 4.0 + (percentage - 60.0) * 3.0 / 40.0 } else { 1.0 + percentage * 3.0 / 60.0 };
    (mark * 10.0).round() / 10.0
}
