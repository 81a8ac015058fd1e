//! A trial filling for `check`: it fails as often as there are tags that fail, so that all of them are told at once.
//!
//! A tag that fails is taken out of the part's source (an empty value, an empty list, a condition that is false), and the part is filled again.

use std::sync::Arc;

use minijinja::Environment;

use super::edits::{STATEMENT, VALUE};
use super::fill::{Fill, Structure};
use super::finding::{Finding, Problem, Severity};
use super::part::Part;
use super::{Failure, FillOptions, Template};
use crate::report::data::ReportData;

/// More mistakes than these are told after the first ones are fixed.
const MOST: usize = 100;

/// What fails when a part is filled with the data.
pub(super) fn findings(template: &Template, part: &Part, data: &ReportData, options: &FillOptions) -> Vec<Finding> {
    let mut found: Vec<(usize, Finding)> = Vec::new();
    let mut failure = match template.evaluate(&template.environment, part, data, options, &template.shared(data)) {
        Ok((_, fill)) => return printed(part, &fill),
        Err(failure) => failure,
    };
    let mut source = match template.environment.get_template(&part.name) {
        Ok(compiled) => compiled.source().to_owned(),
        Err(_) => return Vec::new(),
    };
    while let Failure::Evaluation(error) = failure {
        let tag = part.tag_of(&error);
        found.push((tag, part.runtime_finding(&error)));
        let line = part.lines.iter().find(|(_, of)| *of == tag).map(|(line, _)| *line);
        let Some(without) = line.and_then(|line| taken_out(&source, line)).filter(|_| found.len() < MOST) else { break };
        source = without;
        match again(template, part, &source, data, options) {
            Err(next) => failure = next,
            Ok(fill) => {
                found.extend(printed(part, &fill).into_iter().map(|finding| (usize::MAX, finding)));
                break;
            }
        }
    }
    found.sort_by_key(|(tag, _)| *tag);
    found.dedup_by(|one, other| one.1 == other.1);
    found.into_iter().map(|(_, finding)| finding).collect()
}

/// Lists and records that were shown as they are.
fn printed(part: &Part, fill: &Fill) -> Vec<Finding> {
    let finding = |(tag, structure): (usize, Structure)| {
        let code = part.marks.get(tag).map(|mark| mark.code.clone()).unwrap_or_default();
        part.finding(tag, Severity::Warning, Problem::Printed { write: structure.write(&code), list: structure.list })
    };
    fill.printed_tags().into_iter().map(finding).collect()
}

fn again(template: &Template, part: &Part, source: &str, data: &ReportData, options: &FillOptions) -> Result<Arc<Fill>, Failure> {
    let mut environment: Environment<'static> = template.environment.clone();
    environment.add_template_owned(part.name.clone(), source.to_owned()).map_err(Failure::Evaluation)?;
    template.evaluate(&environment, part, data, options, &template.shared(data)).map(|(_, fill)| fill)
}

/// The source with the code on a line made harmless; `None` for code that cannot be, or is already.
fn taken_out(source: &str, line: usize) -> Option<String> {
    let start = source.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum::<usize>();
    let rest = source.get(start..)?;
    let (code, harmless) = match (rest.find(VALUE.1), rest.find(STATEMENT.1)) {
        (Some(end), other) if other.is_none_or(|other| end < other) => (&rest[..end], "''".to_owned()),
        (_, Some(end)) => (&rest[..end], statement(&rest[..end])?),
        _ => return None,
    };
    if code.contains('\n') || code == harmless {
        return None;
    }
    Some(format!("{}{harmless}{}", &source[..start], &rest[code.len()..]))
}

/// A statement of the same kind that cannot fail.
fn statement(code: &str) -> Option<String> {
    let (keyword, rest) = code.trim().split_once(' ')?;
    match keyword {
        "for" => rest.split_once(" in ").map(|(targets, _)| format!("for {targets} in [] ")),
        "if" | "elif" => Some(format!("{keyword} false ")),
        "set" => rest.split_once('=').map(|(target, _)| format!("set {target} = none ")),
        "do" => Some("do none ".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_on_a_line_gives_way_to_something_harmless() {
        let value = format!("<a>{}\n(x|percent)|__text(0){}</a>\n", VALUE.0, VALUE.1);
        assert_eq!(taken_out(&value, 2), Some(format!("<a>{}\n''{}</a>\n", VALUE.0, VALUE.1)));
        let line = format!("{}\nfor g in groups|percent {}", STATEMENT.0, STATEMENT.1);
        let out = taken_out(&line, 2);
        assert_eq!(out, Some(format!("{}\nfor g in [] {}", STATEMENT.0, STATEMENT.1)));
        assert_eq!(out.and_then(|out| taken_out(&out, 2)), None, "a tag is taken out once");
    }
}
