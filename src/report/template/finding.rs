//! What `template check` says: what is wrong, where, and what to do about it.

use std::fmt;

use serde::{Serialize, Serializer};

use super::place::Place;
use crate::report::language::Language;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
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
        /// The reason, as the evaluator says it.
        reason: String,
    },
    /// A tag that cannot be read.
    Syntax {
        /// The reason, as the evaluator says it.
        reason: String,
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
    /// A row or cell tag outside of a table.
    NotInTable,
    /// A statement that does not exist, or is not allowed in a document.
    UnknownStatement {
        /// The statement.
        statement: String,
        /// The nearest known one.
        nearest: Option<String>,
    },
    /// A value this report does not have.
    MissingValue {
        /// The name.
        name: String,
    },
}

/// One thing to mend.
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
}

impl Finding {
    /// What is wrong and what to do, in words, without the place.
    pub fn message(&self, language: Language) -> String {
        if language == Language::En { self.english() } else { self.spanish() }
    }

    /// Message, place and text around, in words.
    pub fn describe(&self, language: Language) -> String {
        let (at, text) = if language == Language::En { ("Where", "Text") } else { ("Dónde", "Texto") };
        format!("{}\n  {at}: {}\n  {text}: {}", self.message(language), self.place.describe(language), self.context)
    }

    fn english(&self) -> String {
        let tag = &self.tag;
        match &self.problem {
            Problem::UnknownName { name, nearest: Some(nearest), .. } => format!("{tag}: there is no “{name}”. Did you mean “{nearest}”?"),
            Problem::UnknownName { name, nearest: None, known } if !known.is_empty() => {
                format!("{tag}: there is no “{name}”. There are {}.", known.join(", "))
            }
            Problem::UnknownName { name, nearest: None, .. } => {
                format!("{tag}: there is no “{name}”. Use one of the names in PLACEHOLDERS.md, or a name of your own data (--data).")
            }
            Problem::UnknownFilter { name, nearest: Some(nearest) } => {
                format!("{tag}: there is no filter “{name}”. Did you mean “{nearest}”?")
            }
            Problem::UnknownFilter { name, nearest: None } => {
                format!("{tag}: there is no filter “{name}”. Filters are percent, number, date, upper, lower, title, join, default.")
            }
            Problem::Evaluation { reason } => {
                format!("{tag}: this cannot be worked out ({reason}). Check the value and the filter behind it.")
            }
            Problem::Syntax { reason } => format!("{tag}: this cannot be read ({reason}). Check brackets, quotes and spelling."),
            Problem::Unclosed { statement } => format!("{tag} has no end. Write {{% end{statement} %}} where it should end."),
            Problem::Unopened { statement } => match statement.strip_prefix("end") {
                Some(opening) => format!("{tag} ends nothing. Write {{% {opening} … %}} before it, or take it out."),
                None => format!("{tag} belongs to nothing. Write {{% if … %}} before it, or take it out."),
            },
            Problem::TagNotClosed { closing } => {
                format!("{tag}: the closing {closing} is missing in this paragraph. A tag begins and ends in one paragraph of one cell.")
            }
            Problem::CrossesCell => format!(
                "{tag} begins in one cell and ends in another. To repeat a row, write {{%tr for … %}} in a row above it and {{%tr endfor %}} in a row below."
            ),
            Problem::Tangled => {
                format!("{tag}: beginning and end do not stand side by side (text box, link, other table). Put both in the same place.")
            }
            Problem::NotInTable => format!("{tag} is a tag for tables, but stands in none. Use {{%p … %}} here, or leave the letter out."),
            Problem::UnknownStatement { statement, nearest: Some(nearest) } => {
                format!("{tag}: there is no “{statement}”. Did you mean “{nearest}”?")
            }
            Problem::UnknownStatement { statement, nearest: None } => {
                format!("{tag}: “{statement}” is not allowed in a document. Use for, if, elif, else, set and their ends.")
            }
            Problem::MissingValue { name } => format!("{tag}: this report has no value for “{name}”."),
        }
    }

    fn spanish(&self) -> String {
        let tag = &self.tag;
        match &self.problem {
            Problem::UnknownName { name, nearest: Some(nearest), .. } => format!("{tag}: no existe «{name}». ¿Quiso decir «{nearest}»?"),
            Problem::UnknownName { name, nearest: None, known } if !known.is_empty() => {
                format!("{tag}: no existe «{name}». Hay {}.", known.join(", "))
            }
            Problem::UnknownName { name, nearest: None, .. } => {
                format!("{tag}: no existe «{name}». Use un nombre de PLACEHOLDERS.md o de sus propios datos (--data).")
            }
            Problem::UnknownFilter { name, nearest: Some(nearest) } => {
                format!("{tag}: no existe el filtro «{name}». ¿Quiso decir «{nearest}»?")
            }
            Problem::UnknownFilter { name, nearest: None } => {
                format!("{tag}: no existe el filtro «{name}». Los filtros son percent, number, date, upper, lower, title, join, default.")
            }
            Problem::Evaluation { reason } => format!("{tag}: no se puede calcular ({reason}). Revise el valor y el filtro que lo sigue."),
            Problem::Syntax { reason } => format!("{tag}: no se puede leer ({reason}). Revise paréntesis, comillas y ortografía."),
            Problem::Unclosed { statement } => format!("{tag} no tiene fin. Escriba {{% end{statement} %}} donde deba terminar."),
            Problem::Unopened { statement } => match statement.strip_prefix("end") {
                Some(opening) => format!("{tag} no cierra nada. Escriba {{% {opening} … %}} antes, o bórrelo."),
                None => format!("{tag} no pertenece a nada. Escriba {{% if … %}} antes, o bórrelo."),
            },
            Problem::TagNotClosed { closing } => {
                format!(
                    "{tag}: falta el cierre {closing} en este párrafo. Una marca empieza y termina en un mismo párrafo de una misma celda."
                )
            }
            Problem::CrossesCell => format!(
                "{tag} empieza en una celda y termina en otra. Para repetir una fila, escriba {{%tr for … %}} en una fila encima y {{%tr endfor %}} en una fila debajo."
            ),
            Problem::Tangled => {
                format!(
                    "{tag}: el comienzo y el fin no están en el mismo nivel (cuadro de texto, enlace, otra tabla). Póngalos en el mismo lugar."
                )
            }
            Problem::NotInTable => {
                format!("{tag} es una marca para tablas, pero no está en ninguna. Use {{%p … %}} aquí, o quite la letra.")
            }
            Problem::UnknownStatement { statement, nearest: Some(nearest) } => {
                format!("{tag}: no existe «{statement}». ¿Quiso decir «{nearest}»?")
            }
            Problem::UnknownStatement { statement, nearest: None } => {
                format!("{tag}: «{statement}» no se permite en un documento. Use for, if, elif, else, set y sus cierres.")
            }
            Problem::MissingValue { name } => format!("{tag}: este informe no tiene valor para «{name}»."),
        }
    }
}

/// For programs: everything it knows, and the message and place in English words.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            severity: Severity,
            #[serde(flatten)]
            problem: &'a Problem,
            message: String,
            r#where: String,
            place: &'a Place,
            tag: &'a str,
            context: &'a str,
        }
        let shown = Shown {
            severity: self.severity,
            problem: &self.problem,
            message: self.message(Language::En),
            r#where: self.place.describe(Language::En),
            place: &self.place,
            tag: &self.tag,
            context: &self.context,
        };
        shown.serialize(serializer)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(Language::En))
    }
}

/// Several findings as the text of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Findings(pub Vec<Finding>);

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, finding) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{finding}")?;
        }
        Ok(())
    }
}
