//! Figures in words: what a percentage counts, where a status begins, which questions to go over again.

use crate::report::data::{Figure, StatusBand};
use crate::report::language::Language;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureKind<'a> {
    /// Right answers.
    Questions,
    /// Passed groups of a kind (`lecture`, `materia`, `skill`).
    Groups(&'a str),
    /// Points.
    Points,
}

/// How a figure is compared with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The bound itself is enough.
    AtLeast,
    /// The bound itself is not enough.
    Above,
    /// The bound itself still holds.
    AtMost,
    /// The bound itself does not hold any more.
    Below,
}

/// A labelled figure: `Lecciones aprobadas`, `6 de 10 (60%)`.
pub fn figure(counted: FigureKind<'_>, part: f64, whole: f64, language: Language) -> Figure {
    let percentage = if whole > 0.0 { (part * 100.0 / whole).clamp(0.0, 100.0) } else { 0.0 };
    let count = format!("{} {} {}", points(part, language), language.words().of, points(whole, language));
    let (measure, kind) = match counted {
        FigureKind::Questions => ("questions", None),
        FigureKind::Groups(kind) => ("groups", Some(kind.to_owned())),
        FigureKind::Points => ("points", None),
    };
    Figure {
        label: capitalised(&noun(counted, language)),
        measure: measure.to_owned(),
        kind,
        part,
        whole,
        percentage,
        text: format!("{count} ({})", language.short_percent(percentage)),
        count,
    }
}

/// The same figure in another language.
pub fn translated(figure: &Figure, language: Language) -> Figure {
    let counted = match (figure.measure.as_str(), figure.kind.as_deref()) {
        ("groups", kind) => FigureKind::Groups(kind.unwrap_or_default()),
        ("points", _) => FigureKind::Points,
        _ => FigureKind::Questions,
    };
    self::figure(counted, figure.part, figure.whole, language)
}

/// What is counted, in the plural: `lecciones aprobadas`, `respuestas correctas`, `puntos`.
pub fn noun(counted: FigureKind<'_>, language: Language) -> String {
    match (language, counted) {
        (Language::Es, FigureKind::Questions) => "respuestas correctas".to_owned(),
        (Language::En, FigureKind::Questions) => "right answers".to_owned(),
        (Language::Pt, FigureKind::Questions) => "respostas corretas".to_owned(),
        (Language::Es, FigureKind::Points) => "puntos".to_owned(),
        (Language::En, FigureKind::Points) => "points".to_owned(),
        (Language::Pt, FigureKind::Points) => "pontos".to_owned(),
        (Language::Es, FigureKind::Groups(kind)) => format!("{} aprobadas", groups(kind, language)),
        (Language::En, FigureKind::Groups(kind)) => format!("{} passed", groups(kind, language)),
        (Language::Pt, FigureKind::Groups(kind)) => format!("{} aprovadas", groups(kind, language)),
    }
}

/// A counted thing of a condition, in the plural: `lecciones reprobadas`, `respuestas correctas`.
pub fn count_noun(name: &str, kind: &str, language: Language) -> Option<String> {
    let groups = groups(kind, language);
    let noun = match (language, name) {
        (_, "correct") => noun(FigureKind::Questions, language),
        (_, "score") => noun(FigureKind::Points, language),
        (_, "groups_passed") => noun(FigureKind::Groups(kind), language),
        (Language::Es, "groups_failed") => format!("{groups} reprobadas"),
        (Language::En, "groups_failed") => format!("{groups} failed"),
        (Language::Pt, "groups_failed") => format!("{groups} reprovadas"),
        (Language::Es, "incorrect") => "respuestas incorrectas".to_owned(),
        (Language::En, "incorrect") => "wrong answers".to_owned(),
        (Language::Pt, "incorrect") => "respostas incorretas".to_owned(),
        (Language::Es, "unanswered") => "preguntas sin respuesta".to_owned(),
        (Language::En, "unanswered") => "questions without an answer".to_owned(),
        (Language::Pt, "unanswered") => "questões sem resposta".to_owned(),
        _ => return None,
    };
    Some(noun)
}

/// A group of the column `difficulty`, which is a number: `dificultad 1`.
pub fn difficulty(number: &str, language: Language) -> String {
    match language {
        Language::Es => format!("dificultad {number}"),
        Language::En => format!("difficulty {number}"),
        Language::Pt => format!("dificuldade {number}"),
    }
}

/// Groups of a kind, in the plural; every word is feminine in Spanish and Portuguese, as the sentences need.
pub fn groups(kind: &str, language: Language) -> &'static str {
    match (language, kind) {
        (Language::Es, "lecture") => "lecciones",
        (Language::Es, "materia") => "materias",
        (Language::Es | Language::Pt, "skill") => "habilidades",
        (Language::Es, _) => "secciones",
        (Language::En, "lecture") => "lessons",
        (Language::En, "materia") => "subjects",
        (Language::En, "skill") => "skills",
        (Language::En, _) => "sections",
        (Language::Pt, "lecture") => "lições",
        (Language::Pt, "materia") => "matérias",
        (Language::Pt, _) => "seções",
    }
}

/// A bound as a phrase: `80% o más`, `menos de 60%`, `30 o menos`; `figure` is the bound as it is written.
pub fn bounded(bound: Bound, figure: &str, language: Language) -> String {
    match (language, bound) {
        (Language::Es, Bound::AtLeast) => format!("{figure} o más"),
        (Language::Es, Bound::Above) => format!("más de {figure}"),
        (Language::Es, Bound::AtMost) => format!("{figure} o menos"),
        (Language::Es | Language::Pt, Bound::Below) => format!("menos de {figure}"),
        (Language::En, Bound::AtLeast) => format!("{figure} or more"),
        (Language::En, Bound::Above) => format!("more than {figure}"),
        (Language::En, Bound::AtMost) => format!("{figure} or less"),
        (Language::En, Bound::Below) => format!("less than {figure}"),
        (Language::Pt, Bound::AtLeast) => format!("{figure} ou mais"),
        (Language::Pt, Bound::Above) => format!("mais de {figure}"),
        (Language::Pt, Bound::AtMost) => format!("{figure} ou menos"),
    }
}

/// The share of something: `80% o más de lecciones aprobadas`.
pub fn share_of(bound: Bound, percentage: f64, of: &str, language: Language) -> String {
    let share = bounded(bound, &language.short_percent(percentage), language);
    match language {
        Language::Es | Language::Pt => format!("{share} de {of}"),
        Language::En => format!("{share} {of}"),
    }
}

/// The share in one group: `85% o más en Evaluar`.
pub fn share_in(bound: Bound, percentage: f64, group: &str, language: Language) -> String {
    let share = bounded(bound, &language.short_percent(percentage), language);
    match language {
        Language::Es => format!("{share} en {group}"),
        Language::En => format!("{share} in {group}"),
        Language::Pt => format!("{share} em {group}"),
    }
}

/// A status with its range of percentages in words.
pub fn status_band(name: String, tone: &str, from: Option<f64>, below: Option<f64>, language: Language) -> StatusBand {
    let share = |value: f64| language.short_percent(value);
    let range = match (from.filter(|from| *from > 0.0), below) {
        (Some(from), Some(below)) => {
            let (from, below) = (share(from), share(below));
            match language {
                Language::Es | Language::Pt => format!("{from} a menos de {below}"),
                Language::En => format!("{from} to less than {below}"),
            }
        }
        (Some(from), None) => bounded(Bound::AtLeast, &share(from), language),
        (None, Some(below)) => bounded(Bound::Below, &share(below), language),
        (None, None) => String::new(),
    };
    StatusBand { name, tone: tone.to_owned(), from, below, range }
}

/// Numbers of questions in words: `pregunta 3`, `preguntas 3, 7 y 12`; nothing for none.
pub fn questions(numbers: &[u32], language: Language) -> String {
    let (one, many) = match language {
        Language::Es => ("pregunta", "preguntas"),
        Language::En => ("question", "questions"),
        Language::Pt => ("questão", "questões"),
    };
    match numbers {
        [] => String::new(),
        [only] => format!("{one} {only}"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(u32::to_string).collect();
            format!("{many} {} {} {last}", first.join(", "), language.words().and)
        }
    }
}

/// Points as people write them: at most two decimals, none where there are none.
fn points(value: f64, language: Language) -> String {
    let decimals = [0, 1].into_iter().find(|decimals| {
        let scale = 10_f64.powi(*decimals as i32);
        ((value * scale).round() / scale - value).abs() < 5e-3
    });
    language.number(value, decimals.unwrap_or(2))
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_says_of_what_in_three_languages() {
        let all = |counted| [Language::Es, Language::En, Language::Pt].map(|l| figure(counted, 36.0, 40.0, l)).map(|f| (f.label, f.count));
        let said = |label: &str, count: &str| (label.to_owned(), count.to_owned());
        assert_eq!(
            all(FigureKind::Questions),
            [said("Respuestas correctas", "36 de 40"), said("Right answers", "36 of 40"), said("Respostas corretas", "36 de 40")]
        );
        assert_eq!(
            all(FigureKind::Groups("lecture")),
            [said("Lecciones aprobadas", "36 de 40"), said("Lessons passed", "36 of 40"), said("Lições aprovadas", "36 de 40")]
        );
        assert_eq!(all(FigureKind::Points)[0], said("Puntos", "36 de 40"));
        let half = figure(FigureKind::Points, 0.5, 4.0, Language::Es);
        assert_eq!((half.text.as_str(), half.percentage), ("0,5 de 4 (12,5\u{a0}%)", 12.5));
        assert_eq!(translated(&half, Language::En).text, "0.5 of 4 (12.5%)");
    }

    #[test]
    fn a_share_stays_within_its_bounds() {
        assert_eq!(figure(FigureKind::Points, 3.0, 2.0, Language::Es).percentage, 100.0);
        assert_eq!(figure(FigureKind::Points, -1.0, 2.0, Language::Es).percentage, 0.0);
        assert_eq!(figure(FigureKind::Questions, 0.0, 0.0, Language::Es).percentage, 0.0);
    }

    #[test]
    fn numbers_of_questions_are_joined_as_the_language_joins_names() {
        assert_eq!(questions(&[], Language::Es), "");
        assert_eq!(questions(&[3], Language::Pt), "questão 3");
        assert_eq!(questions(&[3, 7, 12], Language::Es), "preguntas 3, 7 y 12");
        assert_eq!(questions(&[3, 7], Language::En), "questions 3 and 7");
    }

    #[test]
    fn a_status_tells_its_range() {
        let range = |from, below, language| status_band("x".into(), "good", from, below, language).range;
        assert_eq!(range(Some(80.0), None, Language::Es), "80\u{a0}% o más");
        assert_eq!(range(Some(60.0), Some(80.0), Language::En), "60% to less than 80%");
        assert_eq!(range(None, Some(60.0), Language::Pt), "menos de 60%");
        assert_eq!(range(None, None, Language::Pt), "");
    }
}
