//! Formulas (ECMA-376 part 1, 22.1) as trees; layout gives their pieces places.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::document::model::{Align, RunProps};

/// A formula.
#[derive(Debug, Clone)]
pub struct Formula {
    /// What it consists of.
    pub content: Vec<Math>,
    /// It stands by itself (`m:oMathPara`), aligned like this: fractions are full-sized, sums have their limits above and below.
    pub display: Option<Align>,
    /// The look of the text it stands in.
    pub props: Arc<RunProps>,
}

/// A piece of a formula; the parts of one are rows of further pieces.
#[derive(Debug, Clone)]
pub enum Math {
    /// Text in one look.
    Text {
        /// The text.
        text: String,
        /// Its look.
        props: Arc<RunProps>,
        /// It is ordinary text (`m:nor`): its signs are no operators.
        plain: bool,
    },
    /// One over the other.
    Fraction {
        /// How it is drawn.
        kind: FractionKind,
        /// The numerator.
        over: Vec<Self>,
        /// The denominator.
        under: Vec<Self>,
    },
    /// Raised and lowered at a base.
    Scripts {
        /// What they stand at.
        base: Vec<Self>,
        /// The lower one.
        sub: Vec<Self>,
        /// The upper one.
        sup: Vec<Self>,
        /// They stand before it.
        before: bool,
    },
    /// A root.
    Radical {
        /// Its degree; empty for a square root.
        degree: Vec<Self>,
        /// What it is of.
        body: Vec<Self>,
    },
    /// A sum, an integral and their like.
    Nary {
        /// The sign.
        sign: String,
        /// Limits stand below and above it where the formula stands by itself, not beside it.
        stacked: bool,
        /// The lower limit.
        sub: Vec<Self>,
        /// The upper limit.
        sup: Vec<Self>,
        /// What is summed.
        body: Vec<Self>,
    },
    /// Between brackets.
    Delimited {
        /// The opening one; may be empty, as the other two.
        open: String,
        /// The closing one.
        close: String,
        /// What stands between the parts.
        between: String,
        /// They are as high as what they hold.
        grows: bool,
        /// The parts.
        parts: Vec<Vec<Self>>,
    },
    /// Rows of cells.
    Matrix {
        /// How cells stand in their columns; the last one holds for further columns.
        aligns: Vec<Align>,
        /// The rows.
        rows: Vec<Vec<Vec<Self>>>,
    },
    /// Equations below each other; where they are cut (`&`) they stand at the same place.
    Equations(Vec<Vec<Vec<Self>>>),
    /// A function's name and what it is of.
    Function {
        /// The name.
        name: Vec<Self>,
        /// What it is of.
        body: Vec<Self>,
    },
    /// Something small above or below.
    Limit {
        /// What it stands at.
        base: Vec<Self>,
        /// What stands there.
        limit: Vec<Self>,
        /// It stands above.
        above: bool,
    },
    /// A sign over the whole of something, as wide as it (a brace, an arrow).
    Group {
        /// The sign.
        sign: String,
        /// It stands above.
        above: bool,
        /// What it is over.
        body: Vec<Self>,
    },
    /// An accent.
    Accent {
        /// Its combining character.
        sign: String,
        /// What it is on.
        body: Vec<Self>,
    },
    /// A line above or below.
    Bar {
        /// It stands above.
        above: bool,
        /// What it is at.
        body: Vec<Self>,
    },
    /// In a frame.
    Framed {
        /// Which sides it has: top, right, bottom, left.
        sides: [bool; 4],
        /// What it holds.
        body: Vec<Self>,
    },
    /// Keeps room, and may not show.
    Phantom {
        /// It shows.
        shown: bool,
        /// It takes no width, no height above, no depth below the baseline.
        without: [bool; 3],
        /// What it holds.
        body: Vec<Self>,
    },
}

/// How a fraction is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FractionKind {
    /// With a stroke between.
    #[default]
    Bar,
    /// Without one: a binomial coefficient.
    Bare,
    /// Aslant.
    Skewed,
    /// On one line.
    Linear,
}

impl Formula {
    /// What it says on one line, for readers that show no shapes: 15 over 17 is `15/17`, never `1517`.
    pub fn spoken(&self) -> String {
        let mut said = String::new();
        row(&self.content, &mut said);
        said
    }
}

fn row(pieces: &[Math], said: &mut String) {
    for piece in pieces {
        speak(piece, said);
    }
}

fn speak(piece: &Math, said: &mut String) {
    match piece {
        Math::Text { text, .. } => said.push_str(text),
        Math::Fraction { kind, over, under } => {
            // `2½` is two and a half, not twenty-one halves.
            if said.ends_with(|c: char| c.is_ascii_digit()) {
                said.push('\u{A0}');
            }
            operand(over, said);
            said.push(if *kind == FractionKind::Bare { '¦' } else { '/' });
            operand(under, said);
        }
        Math::Scripts { base, sub, sup, before } => {
            if !before {
                operand(base, said);
            }
            scripts(sub, sup, said);
            if *before {
                operand(base, said);
            }
        }
        Math::Radical { degree, body } => {
            match &*plain(degree) {
                "" => said.push('√'),
                "3" => said.push('∛'),
                "4" => said.push('∜'),
                _ => {
                    operand(degree, said);
                    said.push('√');
                }
            }
            operand(body, said);
        }
        Math::Nary { sign, sub, sup, body, .. } => {
            said.push_str(sign);
            scripts(sub, sup, said);
            said.push(' ');
            row(body, said);
        }
        Math::Delimited { open, close, between, parts, .. } => {
            said.push_str(open);
            joined(parts, between, said);
            said.push_str(close);
        }
        Math::Matrix { rows, .. } => {
            for (at, cells) in rows.iter().enumerate() {
                said.push_str(if at > 0 { "; " } else { "" });
                joined(cells, "\u{2003}", said);
            }
        }
        Math::Equations(rows) => {
            for (at, pieces) in rows.iter().enumerate() {
                said.push_str(if at > 0 { "; " } else { "" });
                joined(pieces, "", said);
            }
        }
        Math::Function { name, body } => {
            row(name, said);
            said.push(' ');
            row(body, said);
        }
        Math::Limit { base, limit, above } => {
            row(base, said);
            if *above { scripts(&[], limit, said) } else { scripts(limit, &[], said) }
        }
        Math::Accent { sign, body } => {
            row(body, said);
            said.push_str(sign);
        }
        Math::Bar { above, body } => {
            row(body, said);
            said.push(if *above { '\u{305}' } else { '\u{332}' });
        }
        Math::Group { body, .. } | Math::Framed { body, .. } => row(body, said),
        Math::Phantom { shown, body, .. } if *shown => row(body, said),
        Math::Phantom { .. } => {}
    }
}

fn joined(parts: &[Vec<Math>], between: &str, said: &mut String) {
    for (at, part) in parts.iter().enumerate() {
        said.push_str(if at > 0 { between } else { "" });
        row(part, said);
    }
}

fn scripts(sub: &[Math], sup: &[Math], said: &mut String) {
    for (sign, script) in [('_', sub), ('^', sup)] {
        if !script.is_empty() {
            let _ = write!(said, "{sign}");
            operand(script, said);
        }
    }
}

/// A part that a sign beside it must not tear apart: in parentheses unless it is one number, word or closed thing.
fn operand(part: &[Math], said: &mut String) {
    let closed = match part {
        [] | [Math::Delimited { .. }] => true,
        [Math::Scripts { base, .. }] => matches!(&**base, [Math::Text { .. }]),
        [Math::Text { .. }, ..] => {
            let text = plain(part);
            part.iter().all(|piece| matches!(piece, Math::Text { .. }))
                && (text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
                    || text.chars().count() == 1
                    || text.chars().all(char::is_alphabetic))
        }
        _ => false,
    };
    said.push_str(if closed { "" } else { "(" });
    row(part, said);
    said.push_str(if closed { "" } else { ")" });
}

/// The text of what is text only.
fn plain(part: &[Math]) -> String {
    let texts = part.iter().map(|piece| if let Math::Text { text, .. } = piece { text.trim() } else { "\u{FFFC}" });
    texts.collect()
}
