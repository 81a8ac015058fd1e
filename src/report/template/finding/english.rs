//! What is wrong and what to do, in English.

use super::{Cause, Container, Finding, Problem, opening};
use crate::report::template::syntax::Syntax;

pub(super) fn message(finding: &Finding) -> String {
    let tag = &finding.tag;
    match &finding.problem {
        Problem::UnknownName { name, nearest: Some(nearest), .. } => format!("{tag}: there is no “{name}”. Did you mean “{nearest}”?"),
        Problem::UnknownName { name, nearest: None, known } if !known.is_empty() => {
            format!("{tag}: there is no “{name}”. There are {}.", known.join(", "))
        }
        Problem::UnknownName { name, .. } => {
            format!("{tag}: there is no “{name}”. Use one of the names in PLACEHOLDERS.md, or a name of your own data (--data).")
        }
        Problem::UnknownFilter { name, nearest: Some(nearest) } => format!("{tag}: there is no filter “{name}”. Did you mean “{nearest}”?"),
        Problem::UnknownFilter { name, nearest: None } => {
            format!(
                "{tag}: there is no filter “{name}”. Filters are percent, number, date, upper, lower, title, join, default; PLACEHOLDERS.md has them all."
            )
        }
        Problem::Evaluation { reason } => format!("{tag}: this cannot be worked out: {}.", cause(reason)),
        Problem::EvaluationOfNothing { reason } => format!(
            "{tag}: this cannot be worked out for every student: {}. Some reports lack the value, as those of the first students lack the cohort. Write {{% if … %}} around it, or |default(0) behind the value.",
            cause(reason)
        ),
        Problem::Syntax { reason } => format!("{tag}: {}", syntax(reason)),
        Problem::Miswritten { write } if write.starts_with("{%") && tag.contains('%') => {
            format!("{tag} is not written as a mark is: write {write}, without a space or another sign between {{% and its letters.")
        }
        Problem::Miswritten { write } => format!("{tag} is no mark: the student would read it as it stands. Did you mean {write}?"),
        Problem::LoneClosing => format!(
            "{tag} closes a mark that was not opened: the student would read it as it stands. Write {} before the name, or take it out.",
            opening(tag)
        ),
        Problem::Quotation { write } => {
            format!("{tag} stays as it is: small letters between « and » are a quotation. For the student's own value write {write}.")
        }
        Problem::TextLost { text, container } => {
            let (what, letter) = match container {
                Container::Paragraph => ("paragraph", "p"),
                Container::Cell => ("cell", "tc"),
                Container::Row => ("row", "tr"),
            };
            format!(
                "{tag}: “{text}” goes away with its {what}. A mark with the letter {letter} stands alone in its {what}: move the text to another one."
            )
        }
        Problem::Printed { write, list: true } => {
            format!("{tag} is a list: it would be printed with brackets and quotes. Write {write}, or a loop.")
        }
        Problem::Printed { write, list: false } => format!("{tag} is a record with several values. Write which one, as in {write}."),
        Problem::Unclosed { statement } => format!("{tag} has no end. Write {{% end{statement} %}} where it should end."),
        Problem::Unopened { statement } => match statement.strip_prefix("end") {
            Some(opening) => format!("{tag} ends nothing. Write {{% {opening} … %}} before it, or take it out."),
            None => format!("{tag} belongs to nothing. Write {{% if … %}} before it, or take it out."),
        },
        Problem::TagNotClosed { closing } => {
            format!("{tag}: the closing {closing} is missing in this paragraph. A mark begins and ends in one paragraph of one cell.")
        }
        Problem::CrossesCell => format!(
            "{tag} begins in one cell and ends in another. To repeat a row, write {{%tr for … %}} in a row above it and {{%tr endfor %}} in a row below."
        ),
        Problem::Tangled => {
            format!("{tag}: beginning and end do not stand side by side (text box, link, other table). Put both in the same place.")
        }
        Problem::TooDeep => format!("{tag}: more blocks stand inside each other than can be followed. Take some apart."),
        Problem::OutsideLoop => {
            format!("{tag} merges the cells of a loop, but stands in none. Write {{% for … %}} around it, or take it out.")
        }
        Problem::NotInTable => format!("{tag} is a mark for tables, but stands in none. Use {{%p … %}} here, or leave the letter out."),
        Problem::UnknownStatement { statement, nearest: Some(nearest) } => {
            format!("{tag}: there is no “{statement}”. Did you mean “{nearest}”?")
        }
        Problem::UnknownStatement { statement, nearest: None } => {
            format!("{tag}: “{statement}” is not allowed in a document. Use for, if, elif, else, set and their ends.")
        }
        Problem::NotDrawn { feature } => {
            format!("Reports do not show {feature}, only its space. Put a picture (PNG or JPEG) in its place.")
        }
        Problem::DrawnOtherwise { feature } => format!("Reports do not show as Word does: {feature}."),
        Problem::PictureNotShown { part, reason } if part.contains("/media/") => format!("The picture {part} is not shown: {reason}."),
        Problem::PictureNotShown { reason, .. } => format!("A picture is not shown: {reason}."),
        Problem::CutOff => "Some text does not fit its box or cell and is cut off, with sample data already. Make the box, or the cell of a picture block, larger, or let the box grow with its text.".to_owned(),
        Problem::PictureLink => format!("{tag} in the link of a picture is not filled: reports would lead to the mark itself. Put the link on a text."),
        Problem::DrawnText => format!("{tag} in a chart or SmartArt is not filled: reports would show the mark itself. Put the text into a text box or a table."),
        Problem::MissingValue { name } => format!("{tag}: this report has no value for “{name}”."),
    }
}

fn cause(cause: &Cause) -> String {
    match cause {
        Cause::NeedsNumber { filter } => format!("the filter {filter} needs a number"),
        Cause::NeedsDate => "the filter date needs a date like 2026-11-21".to_owned(),
        Cause::TooLarge => "it makes too much; look for a loop or an assignment that makes something grow".to_owned(),
        Cause::WholeParagraphs => "the value is whole paragraphs; write its mark as {{p …}} in a paragraph of its own".to_owned(),
        Cause::Picture => "pictures cannot come from the data; put them into the template and write {%p if … %} around them".to_owned(),
        Cause::Format => "the format is not known; use widths, 0, a comma and the letters d, f, e, s and %".to_owned(),
        Cause::NoMethod => "what is called there does not exist for this value".to_owned(),
        Cause::Arguments => "the values in its brackets are too many or too few".to_owned(),
        Cause::Operation => "it is not possible with these values; check the value and what stands behind it".to_owned(),
    }
}

fn syntax(syntax: &Syntax) -> String {
    match syntax {
        Syntax::Empty => "nothing stands in it. Write a name, as in {{ student.name }}.".to_owned(),
        Syntax::Bare { statement } if statement == "for" => "it does not say over what. Write {% for g in groups %}.".to_owned(),
        Syntax::Bare { statement } => format!("it does not say what for. Write it as in {{% {statement} result.passed %}}."),
        Syntax::BracketOpen { bracket } => format!("the bracket {bracket} is not closed."),
        Syntax::BracketExtra { bracket } => format!("the bracket {bracket} closes nothing."),
        Syntax::Quote => "a quotation mark is missing: they come in pairs.".to_owned(),
        Syntax::SingleEquals => "to compare, write == (two signs).".to_owned(),
        Syntax::LoopWithoutIn => "a loop is written {% for g in groups %}: a name of your choice, in, and the list.".to_owned(),
        Syntax::Foreign { found, write } => format!("write “{write}” instead of “{found}”."),
        Syntax::SideBySide { left, right } => {
            format!("nothing joins “{left}” and “{right}”. A name is one word, or words with a point between them (student.name).")
        }
        Syntax::Unfinished { sign } => format!("something is missing behind “{sign}”."),
        Syntax::TooMuch => "it holds more than one mark can. Divide it into several.".to_owned(),
        Syntax::Other { near } => format!("it is not written as marks are (“{near}”). Compare it with the examples in PLACEHOLDERS.md."),
    }
}
