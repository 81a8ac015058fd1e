//! The templates as data: which blocks each is made of, in which order, and its own words (Spanish, English, Portuguese).

use super::sheet::Sheet;
use super::texts::{Noun, Words};
use crate::report::language::Language;

/// A figure of the panel.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell {
    /// What the headline percentage counts.
    Headline,
    /// Right answers of all questions.
    Answers,
    /// The mark; in Spanish only.
    Mark,
    /// Wrong answers, and questions without one.
    Open,
}

/// A piece of a template.
#[derive(Debug, Clone, Copy)]
pub(super) enum Block {
    /// Figures side by side.
    Panel(&'static [Cell]),
    /// The levels as stairs.
    Levels,
    /// Every group, with its share in percent or without.
    Groups { title: Words, noun: Noun, share: bool },
    /// Every group under its parent.
    Nested(Words),
    /// The groups of another column of the bank.
    By { column: &'static str, title: Words, label: Words },
    /// Every question as a square.
    Questions,
    /// What to do now.
    Next(Noun),
    /// Attempts, and place among the others.
    Outlook,
    /// A quiet line.
    Note(Words),
    /// A heading with a list.
    List { title: Words, items: &'static [Words] },
    /// The study plan over several assessments.
    StudyPlan,
}

use Block::{By, Groups, Levels, List, Nested, Next, Note, Outlook, Panel, Questions, StudyPlan};
use Cell::{Answers, Headline, Mark, Open};

const LESSONS: Words = ["Tus lecciones", "Your lessons", "Suas lições"];
const BY_SUBJECT: Words = ["Tus lecciones por materia", "Your lessons by subject", "Suas lições por matéria"];

/// Lessons, each passed with all its questions right.
pub(super) const LECTURE: &[Block] =
    &[Panel(&[Headline, Answers, Mark]), Levels, Groups { title: LESSONS, noun: Noun::Lesson, share: false }, Next(Noun::Lesson), Outlook];

/// Lessons by their percentage.
pub(super) const PERCENTAGE: &[Block] =
    &[Panel(&[Answers, Open, Mark]), Levels, Groups { title: LESSONS, noun: Noun::Lesson, share: true }, Next(Noun::Lesson), Outlook];

/// Lessons inside subjects.
pub(super) const MATERIA: &[Block] = &[Panel(&[Headline, Answers, Mark]), Levels, Nested(BY_SUBJECT), Next(Noun::Lesson), Outlook];

/// Mathematics by difficulty: the difficulties decide the level, the lessons say what to study.
pub(super) const DIFFICULTY: &[Block] = &[
    Panel(&[Answers, Open, Mark]),
    Levels,
    By {
        column: "difficulty",
        title: ["Por dificultad", "By difficulty", "Por dificuldade"],
        label: ["Dificultad", "Difficulty", "Dificuldade"],
    },
    Groups { title: LESSONS, noun: Noun::Lesson, share: false },
    Next(Noun::Lesson),
    Outlook,
];

/// Reading by skill.
pub(super) const SKILLS: &[Block] = &[
    Panel(&[Answers, Open, Mark]),
    Levels,
    Groups { title: ["Tus habilidades", "Your skills", "Suas habilidades"], noun: Noun::Skill, share: true },
    Next(Noun::Skill),
    List {
        title: ["Qué mide cada habilidad", "What each skill measures", "O que mede cada habilidade"],
        items: &[
            [
                "Localizar: encontrar información que está escrita en el texto.",
                "Localizar (locate): finding information that stands in the text.",
                "Localizar: encontrar informação que está escrita no texto.",
            ],
            [
                "Interpretar: relacionar ideas e inferir lo que el texto no dice expresamente.",
                "Interpretar (interpret): relating ideas and inferring what the text does not say outright.",
                "Interpretar: relacionar ideias e inferir o que o texto não diz expressamente.",
            ],
            [
                "Evaluar: juzgar el contenido, la forma y la intención de lo que lees.",
                "Evaluar (evaluate): judging content, form and intention of what you read.",
                "Evaluar (avaliar): julgar o conteúdo, a forma e a intenção do que você lê.",
            ],
        ],
    },
    Outlook,
];

/// Sciences by the number of lessons to review.
pub(super) const SCIENCES: &[Block] = &[Panel(&[Headline, Answers, Mark]), Levels, Nested(BY_SUBJECT), Next(Noun::Lesson), Outlook];

/// History: advanced or general by the share of right answers.
pub(super) const HISTORY: &[Block] =
    &[Panel(&[Answers, Open, Mark]), Levels, Groups { title: LESSONS, noun: Noun::Lesson, share: false }, Next(Noun::Lesson), Outlook];

/// A short test judged in three words, on one page.
pub(super) const WORDS: &[Block] = &[
    Panel(&[Answers, Open, Mark]),
    Levels,
    Questions,
    Groups { title: LESSONS, noun: Noun::Lesson, share: true },
    Next(Noun::Lesson),
    Outlook,
];

/// Units, each solid, developing or at risk, without a level over all.
pub(super) const UNITS: &[Block] = &[
    Panel(&[Answers, Open, Mark]),
    Groups { title: ["Tus unidades", "Your units", "Suas unidades"], noun: Noun::Unit, share: true },
    Next(Noun::Unit),
    Note([
        "Empieza por la unidad con más preguntas por repasar.",
        "Begin with the unit that has most questions to review.",
        "Comece pela unidade com mais perguntas para rever.",
    ]),
    Outlook,
];

/// The study plan over several assessments.
pub(super) const PLAN: &[Block] = &[StudyPlan];

/// What the plan is called, in header and properties.
pub(super) const PLAN_KIND: Words = ["Plan de estudio", "Study plan", "Plano de estudo"];

/// A template written.
pub(super) fn sheet(blocks: &[Block], kind: Option<Words>, language: Language) -> Sheet {
    blocks.iter().fold(Sheet::new(language, kind), |sheet, block| match *block {
        Panel(cells) => sheet.masthead().panel(cells),
        Levels => sheet.levels(),
        Groups { title, noun, share } => sheet.group_table(title, noun, share),
        Nested(title) => sheet.nested_table(title),
        By { column, title, label } => sheet.by_table(column, title, label),
        Questions => sheet.questions(),
        Next(noun) => sheet.next_steps(noun),
        Outlook => sheet.outlook(),
        Note(words) => {
            let text = sheet.say(words);
            sheet.when("to_review|length > 1", |sheet| sheet.note(text))
        }
        List { title, items } => {
            let title = sheet.say(title);
            items.iter().fold(sheet.heading(title), |sheet, item| {
                let text = sheet.say(*item);
                sheet.bullet(text)
            })
        }
        StudyPlan => sheet.study_plan(),
    })
}
