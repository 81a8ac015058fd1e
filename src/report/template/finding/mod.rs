//! What `template check` says: what is wrong, where, and what to do about it.

mod english;
mod portuguese;
mod spanish;

use std::collections::HashMap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::place::Place;
use super::syntax::Syntax;
use crate::report::language::Language;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Only to be known: nothing is wrong.
    Note,
    /// The report is written, but look at it.
    Warning,
    /// No report can be written with this template.
    Error,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Problem {
    /// A name neither the data nor the engine knows.
    UnknownName {
        /// The name.
        name: String,
        /// The nearest known one.
        nearest: Option<String>,
        /// When none is near: the names there are beside it.
        known: Vec<String>,
    },
    /// A filter that does not exist.
    UnknownFilter {
        /// The filter.
        name: String,
        /// The nearest known one.
        nearest: Option<String>,
    },
    /// A filter, or a calculation, that does not work with its value.
    Evaluation {
        /// The reason.
        reason: Cause,
    },
    /// The same, but only in a report that lacks a value.
    EvaluationOfNothing {
        /// The reason.
        reason: Cause,
    },
    /// A tag that cannot be read.
    Syntax {
        /// The reason.
        reason: Syntax,
    },
    /// A mark written differently from how marks are written; a student would read it as it stands, or it is only understood by luck.
    Miswritten {
        /// As it should be.
        write: String,
    },
    /// The end of a mark (`}}`) whose beginning is missing.
    LoneClosing,
    /// A name of ours in quotation marks that stays as it is.
    Quotation {
        /// How it would be filled.
        write: String,
    },
    /// Text that goes away with its paragraph, cell or row, because a mark with a letter stands in it.
    TextLost {
        /// The text.
        text: String,
        /// What goes.
        container: Container,
    },
    /// A list or a record where a text belongs.
    Printed {
        /// How one of its values is shown.
        write: String,
        /// It is a list.
        list: bool,
    },
    /// A beginning without its end.
    Unclosed {
        /// The statement (`for`).
        statement: String,
    },
    /// An end, or `else`, without its beginning.
    Unopened {
        /// The statement (`endfor`).
        statement: String,
    },
    /// A tag that is not finished in its paragraph (and cell).
    TagNotClosed {
        /// The mark that is missing (`}}`).
        closing: String,
    },
    /// A block that begins in one cell and ends in another.
    CrossesCell,
    /// A block whose beginning and end do not stand side by side.
    Tangled,
    /// Blocks inside each other, more than the engine follows.
    TooDeep,
    /// `vm` or `hm` without a loop whose cells it could merge.
    OutsideLoop,
    /// A row or cell tag outside of a table.
    NotInTable,
    /// A statement that does not exist, or is not allowed in a document.
    UnknownStatement {
        /// The statement.
        statement: String,
        /// The nearest known one.
        nearest: Option<String>,
    },
    /// Something reports leave out; only its space is kept.
    NotDrawn {
        /// What, in the engine's words.
        feature: String,
    },
    /// Something reports show otherwise than Word.
    DrawnOtherwise {
        /// What, in the engine's words.
        feature: String,
    },
    /// A picture reports cannot show.
    PictureNotShown {
        /// Its part.
        part: String,
        /// Why, in the engine's words.
        reason: String,
    },
    /// With sample data already a text is larger than the box or cell it stands in.
    CutOff,
    /// A mark in the address of a picture's link.
    PictureLink,
    /// A mark in the text of a chart or a diagram, which nobody fills.
    DrawnText,
    /// A value this report does not have.
    MissingValue {
        /// The name.
        name: String,
    },
}

/// What a tag with a letter replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// `{%p`
    Paragraph,
    /// `{%tc`
    Cell,
    /// `{%tr`
    Row,
}

/// Why an expression gives no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// A filter for numbers was given something else.
    NeedsNumber {
        /// The filter.
        filter: String,
    },
    /// The filter `date` was given something else.
    NeedsDate,
    /// A text or list grows without end.
    TooLarge,
    /// The value is whole paragraphs.
    WholeParagraphs,
    /// The value is a picture.
    Picture,
    /// A text's `.format` is not understood.
    Format,
    /// A method or function that does not exist.
    NoMethod,
    /// Too many arguments, or too few.
    Arguments,
    /// The values do not allow it.
    Operation,
}

impl Cause {
    /// From the evaluator's error.
    pub(super) fn of(error: &minijinja::Error) -> Self {
        use minijinja::ErrorKind;
        let detail = error.detail().unwrap_or_default();
        if let Some((filter, _)) = detail.strip_prefix("the filter ").and_then(|rest| rest.split_once(" needs a number")) {
            return Self::NeedsNumber { filter: filter.to_owned() };
        }
        match error.kind() {
            _ if detail.contains("needs a date") => Self::NeedsDate,
            _ if detail.contains("whole paragraphs") => Self::WholeParagraphs,
            _ if detail.starts_with("pictures cannot") => Self::Picture,
            _ if detail.starts_with("the format {") => Self::Format,
            _ if ["look for a loop", "too long a text"].iter().any(|words| detail.contains(words)) => Self::TooLarge,
            ErrorKind::OutOfFuel => Self::TooLarge,
            ErrorKind::UnknownMethod | ErrorKind::UnknownFunction | ErrorKind::UnknownTest | ErrorKind::UnknownFilter => Self::NoMethod,
            ErrorKind::MissingArgument | ErrorKind::TooManyArguments => Self::Arguments,
            _ => Self::Operation,
        }
    }
}

/// One thing to fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub problem: Problem,
    /// Where.
    pub place: Place,
    /// The tag as it is written.
    pub tag: String,
    /// The text around it.
    pub context: String,
    /// The other places of the same mistake.
    pub also: Vec<Place>,
}

/// Places of one mistake that are named; of more only the number is told.
const PLACES_NAMED: usize = 5;

impl Problem {
    /// Whether the author wrote nothing wrong: reports only show less than Word does, or otherwise.
    fn is_of_showing(&self) -> bool {
        match self {
            Self::NotDrawn { .. } | Self::DrawnOtherwise { .. } | Self::PictureNotShown { .. } | Self::CutOff => true,
            Self::UnknownName { .. }
            | Self::UnknownFilter { .. }
            | Self::Evaluation { .. }
            | Self::EvaluationOfNothing { .. }
            | Self::Syntax { .. }
            | Self::Miswritten { .. }
            | Self::LoneClosing
            | Self::Quotation { .. }
            | Self::TextLost { .. }
            | Self::Printed { .. }
            | Self::Unclosed { .. }
            | Self::Unopened { .. }
            | Self::TagNotClosed { .. }
            | Self::CrossesCell
            | Self::Tangled
            | Self::TooDeep
            | Self::OutsideLoop
            | Self::NotInTable
            | Self::UnknownStatement { .. }
            | Self::PictureLink
            | Self::DrawnText
            | Self::MissingValue { .. } => false,
        }
    }
}

impl Finding {
    /// Whether the template has to be corrected before it is put in use: what the author wrote is wrong, though a report may be written with it.
    ///
    /// The one rule of `template check` (exit code 1) and of the console (the draft cannot be put in use).
    pub fn is_mistake(&self) -> bool {
        self.severity > Severity::Note && !self.problem.is_of_showing()
    }

    /// What is wrong and what to do, in words, without the place.
    pub fn message(&self, language: Language) -> String {
        let shown = Self { tag: shortened(&self.tag, LONGEST_QUOTE), ..self.clone() };
        let message = match language {
            Language::Es => spanish::message(&shown),
            Language::En => english::message(&shown),
            Language::Pt => portuguese::message(&shown),
        };
        // A name within it may be as long, too.
        shortened(&message, LONGEST_MESSAGE)
    }

    /// Message, place and text around, in words.
    pub fn describe(&self, language: Language) -> String {
        let (at, text, also, more) = match language {
            Language::Es => ("Dónde", "Texto", "También", "más"),
            Language::En => ("Where", "Text", "Also", "more"),
            Language::Pt => ("Onde", "Texto", "Também", "mais"),
        };
        let mut out = format!("{}\n  {at}: {}", self.message(language), self.place.describe(language));
        if !self.context.is_empty() {
            out.push_str("\n  ");
            out.push_str(text);
            out.push_str(": ");
            out.push_str(&shortened(&self.context, LONGEST_QUOTE));
        }
        if !self.also.is_empty() {
            let mut places: Vec<String> = self.also.iter().take(PLACES_NAMED).map(|place| place.describe(language)).collect();
            let rest = self.also.len().saturating_sub(PLACES_NAMED);
            if rest > 0 {
                places.push(format!("{rest} {more}"));
            }
            out.push_str("\n  ");
            out.push_str(also);
            out.push_str(": ");
            out.push_str(&places.join("; "));
        }
        out
    }
}

/// The sign that opens what this one closes.
fn opening(closing: &str) -> &'static str {
    match closing {
        "}}" => "{{",
        "%}" => "{%",
        _ => "{#",
    }
}

/// The longest piece of a template that a message repeats, in characters: a mark may be as long as the document.
const LONGEST_QUOTE: usize = 160;
/// The longest message, in characters.
const LONGEST_MESSAGE: usize = 900;

/// The beginning and the end of a text of more than `most` characters.
fn shortened(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let half = most / 2;
    let end: String = text.chars().skip(count - half).collect();
    text.chars().take(half).chain(" … ".chars()).collect::<String>() + &end
}

/// Findings with each mistake once: the same mistake elsewhere becomes a further place of the first.
pub(super) fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut first: HashMap<String, usize> = HashMap::new();
    for finding in findings {
        // An unknown name is one mistake however it is used; others are the same when their tags are.
        let key = match &finding.problem {
            Problem::UnknownName { name, .. } => format!("name {name}"),
            Problem::UnknownFilter { name, .. } => format!("filter {name}"),
            problem => format!("{problem:?} {}", finding.tag),
        };
        match first.get(&key).and_then(|&at| out.get_mut(at)) {
            Some(known) if known.place == finding.place && known.tag == finding.tag => {}
            Some(known) => known.also.push(finding.place),
            None => {
                first.insert(key, out.len());
                out.push(finding);
            }
        }
    }
    out
}

/// For programs: everything it knows, and the message and place in English words.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            severity: Severity,
            mistake: bool,
            #[serde(flatten)]
            problem: &'a Problem,
            message: String,
            r#where: String,
            place: &'a Place,
            tag: &'a str,
            context: &'a str,
            also: &'a [Place],
        }
        let shown = Shown {
            severity: self.severity,
            mistake: self.is_mistake(),
            problem: &self.problem,
            message: self.message(Language::En),
            r#where: self.place.describe(Language::En),
            place: &self.place,
            tag: &self.tag,
            context: &self.context,
            also: &self.also,
        };
        shown.serialize(serializer)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(Language::En))
    }
}

/// Findings that an error tells; of more only the number is told: it goes into logs, records and mails.
const ERROR_FINDINGS: usize = 20;

/// Several findings as the text of an error, each mistake once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// In words; of more than a few only the number is told.
    pub fn describe(&self, language: Language) -> String {
        let mut lines: Vec<String> = self.0.iter().take(ERROR_FINDINGS).map(|finding| finding.describe(language)).collect();
        match (self.0.len().saturating_sub(ERROR_FINDINGS), language) {
            (0, _) => {}
            (1, Language::Es) => lines.push("y 1 error más (template check los muestra todos)".to_owned()),
            (1, Language::En) => lines.push("and 1 more mistake (template check tells all)".to_owned()),
            (1, Language::Pt) => lines.push("e mais 1 erro (template check mostra todos)".to_owned()),
            (more, Language::Es) => lines.push(format!("y {more} errores más (template check los muestra todos)")),
            (more, Language::En) => lines.push(format!("and {more} more mistakes (template check tells all)")),
            (more, Language::Pt) => lines.push(format!("e mais {more} erros (template check mostra todos)")),
        }
        lines.join("\n")
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(Language::En))
    }
}
