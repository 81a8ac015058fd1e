//! Looking at every tag on its own, so that all errors of a template are told at once.

use std::collections::HashMap;

use minijinja::Environment;

use super::blocks::{BlockError, Blocks};
use super::filters;
use super::finding::Problem;
use super::guard;
use super::scan::Scan;
use super::syntax::{self, Syntax};
use super::tags::{Action, Spelling, Tag};
use super::{ascii, names};

/// Names that are always there.
const BUILT_IN: [&str; 19] = [
    "range",
    "dict",
    "namespace",
    "debug",
    "loop",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "caller",
    "varargs",
    "kwargs",
    "self",
    "__name",
    "__has",
    "today",
    "language",
];
/// Statements an author may write, for suggestions.
const STATEMENTS: [&str; 18] = [
    "for",
    "endfor",
    "if",
    "elif",
    "else",
    "endif",
    "set",
    "endset",
    "with",
    "endwith",
    "macro",
    "endmacro",
    "filter",
    "endfilter",
    "vm",
    "hm",
    "colspan",
    "cellbg",
];

/// A name a tag reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use {
    pub tag: usize,
    pub name: Name,
    /// The tag shows it as it is, without a filter or a calculation.
    pub printed: bool,
}

/// How a tag names what it reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Name {
    /// A path, with `[]` for a list's items, and as the author wrote it (`groups[].name`, `g.name`).
    Path { path: String, written: String },
    /// A plain name the engine does not know; the data may.
    Plain(String),
}

/// What the tags of a part are found to be.
#[derive(Debug, Default)]
pub(super) struct Inspection {
    pub problems: Vec<(usize, Problem)>,
    pub uses: Vec<Use>,
}

/// Inspects every tag.
pub(super) fn inspect(environment: &Environment<'_>, scan: &Scan, blocks: &Blocks) -> Inspection {
    let mut work = Work { environment, found: Inspection::default(), scopes: Vec::new(), set: HashMap::new() };
    for fault in &blocks.faults {
        let (tag, problem) = fault_problem(scan, fault);
        work.found.problems.push((tag, problem));
    }
    if let Some(raw) = scan.raw_without_end {
        work.found.problems.push((raw, Problem::Unclosed { statement: "raw".to_owned() }));
    }
    for (number, placed) in scan.tags.iter().enumerate() {
        let tag = &placed.tag;
        if let Some(write) = &tag.flaw {
            work.found.problems.push((number, Problem::Miswritten { write: write.clone() }));
        }
        if tag.action != Action::Comment && syntax::is_too_much(&tag.code) {
            work.found.problems.push((number, Problem::Syntax { reason: Syntax::TooMuch }));
            continue;
        }
        match &tag.action {
            Action::Comment => {}
            Action::Value => work.value(number, tag),
            Action::Statement(keyword) => work.statement(number, keyword, tag),
        }
    }
    work.found
}

fn fault_problem(scan: &Scan, fault: &BlockError) -> (usize, Problem) {
    let keyword = |tag: usize| match &scan.tags[tag].tag.action {
        Action::Statement(keyword) => keyword.clone(),
        _ => String::new(),
    };
    match *fault {
        BlockError::Unclosed { tag } => (tag, Problem::Unclosed { statement: keyword(tag) }),
        BlockError::Unopened { tag } => (tag, Problem::Unopened { statement: keyword(tag) }),
        BlockError::CrossesCell { tag, .. } => (tag, Problem::CrossesCell),
        BlockError::Tangled { tag, .. } => (tag, Problem::Tangled),
        BlockError::TooDeep { tag } => (tag, Problem::TooDeep),
        BlockError::OutsideLoop { tag } => (tag, Problem::OutsideLoop),
        BlockError::NoContainer { tag } => (tag, Problem::NotInTable),
        BlockError::UnknownStatement { tag } => {
            let statement = keyword(tag);
            let nearest = foreign_statement(&statement).or_else(|| names::nearest(&statement, STATEMENTS)).map(str::to_owned);
            (tag, Problem::UnknownStatement { statement, nearest })
        }
    }
}

/// The statement meant by a word of another language.
fn foreign_statement(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "para" | "foreach" | "cada" => "for",
        "si" | "se" | "when" => "if",
        "sino" | "senao" | "senão" | "otherwise" => "else",
        "elseif" | "elsif" | "sinosi" => "elif",
        "finsi" | "fimse" | "fi" => "endif",
        "finpara" | "fimpara" | "fin" | "fim" | "end" | "next" => "endfor",
        _ => return None,
    })
}

struct Work<'a> {
    environment: &'a Environment<'a>,
    found: Inspection,
    /// Names bound by the blocks that are open, innermost last; `None` may hold anything.
    scopes: Vec<HashMap<String, Option<String>>>,
    /// Names bound by `set` and `macro`, for the whole part.
    set: HashMap<String, Option<String>>,
}

impl Work<'_> {
    fn value(&mut self, number: usize, tag: &Tag) {
        if tag.spelling == Spelling::Jinja {
            self.expression(number, &tag.code, None);
            if names::is_path(tag.code.trim())
                && let Some(last) = self.found.uses.last_mut().filter(|last| last.tag == number)
                && matches!(&last.name, Name::Path { written, .. } if written == tag.code.trim())
            {
                last.printed = true;
            }
            return;
        }
        match names::expression(&tag.code) {
            Some(_) => {}
            None if names::is_path(&tag.code) => self.expression(number, &tag.code, None),
            // The expression of a date control.
            None if tag.spelling == Spelling::MergeField || tag.code.starts_with('(') => {}
            None => self.found.uses.push(Use { tag: number, name: Name::Plain(tag.code.clone()), printed: false }),
        }
    }

    fn statement(&mut self, number: usize, keyword: &str, tag: &Tag) {
        let rest = tag.code.get(keyword.len()..).unwrap_or_default().trim();
        match keyword {
            "for" => self.open_loop(number, rest),
            "if" | "elif" | "do" | "colspan" | "cellbg" => self.expression(number, rest, Some(keyword)),
            "set" => {
                let (target, value) = rest.split_once('=').map_or((rest, None), |(target, value)| (target, Some(value)));
                if let Some(value) = value {
                    self.expression(number, value, Some(keyword));
                }
                for name in bound(target) {
                    self.set.insert(name, None);
                }
            }
            "with" => {
                self.scopes.push(HashMap::new());
                for (names, value) in assignments(rest) {
                    self.expression(number, value, Some(keyword));
                    if let Some(scope) = self.scopes.last_mut() {
                        scope.extend(bound(names).into_iter().map(|name| (name, None)));
                    }
                }
            }
            "macro" | "call" => {
                let (name, arguments) = rest.split_once('(').unwrap_or((rest, ""));
                if keyword == "macro" {
                    self.set.insert(name.trim().to_owned(), None);
                }
                let arguments = arguments.trim_end_matches(')').split(',').map(|piece| piece.split('=').next().unwrap_or_default());
                self.scopes.push(arguments.flat_map(bound).map(|name| (name, None)).collect());
            }
            "filter" => {
                self.filters(number, &format!("''|{rest}"));
                self.scopes.push(HashMap::new());
            }
            "endfor" | "endwith" | "endmacro" | "endcall" | "endfilter" => {
                self.scopes.pop();
            }
            _ => {}
        }
    }

    /// `for a, b in list if condition`
    fn open_loop(&mut self, number: usize, rest: &str) {
        let Some((targets, list)) = rest.split_once(" in ") else {
            let reason = syntax::explain(Some("for"), rest);
            self.found.problems.push((number, Problem::Syntax { reason }));
            self.scopes.push(HashMap::new());
            return;
        };
        let list = list.trim().trim_end_matches(" recursive");
        let (items, condition) = list.split_once(" if ").map_or((list, None), |(items, condition)| (items, Some(condition)));
        self.expression(number, items, None);
        let one = bound(targets);
        let item = names::is_path(items.trim()).then(|| self.resolve(items.trim())).flatten().map(|path| format!("{path}[]"));
        let item = if one.len() == 1 { item } else { None };
        self.scopes.push(one.into_iter().map(|name| (name, item.clone())).collect());
        if let Some(condition) = condition {
            self.expression(number, condition, None);
        }
    }

    /// Compiles an expression, and notes the names and filters it uses.
    fn expression(&mut self, number: usize, code: &str, keyword: Option<&str>) {
        let (joins, products) = guard::operators(code);
        if joins > guard::MOST_JOINS || products > guard::MOST_PRODUCTS {
            self.found.problems.push((number, Problem::Syntax { reason: Syntax::TooMuch }));
            return;
        }
        let compiled = self.environment.compile_expression_owned(ascii::names(code).into_owned());
        match compiled {
            Err(_) => self.found.problems.push((number, Problem::Syntax { reason: syntax::explain(keyword, code) })),
            Ok(expression) => {
                // What is asked for may be absent.
                let asked = code.contains("is defined") || code.contains("is not defined") || code.contains("is undefined");
                let paths = if asked { Default::default() } else { expression.undeclared_variables(true) };
                for written in paths {
                    let written = ascii::original(&written).into_owned();
                    if let Some(path) = self.resolve(&written) {
                        self.found.uses.push(Use { tag: number, name: Name::Path { path, written }, printed: false });
                    }
                }
                self.filters(number, code);
            }
        }
    }

    /// A path with the names of loops replaced by what they stand for; `None` when it may be anything.
    fn resolve(&self, path: &str) -> Option<String> {
        let (root, rest) = path.split_once('.').map_or((path, ""), |(root, rest)| (root, rest));
        if BUILT_IN.contains(&root) {
            return None;
        }
        let scoped = self.scopes.iter().rev().find_map(|scope| scope.get(root)).or_else(|| self.set.get(root));
        let root = match scoped {
            Some(bound) => bound.clone()?,
            None => root.to_owned(),
        };
        Some(if rest.is_empty() { root } else { format!("{root}.{rest}") })
    }

    fn filters(&mut self, number: usize, code: &str) {
        for name in filter_names(code) {
            if !filters::NAMES.contains(&name.as_str()) {
                let nearest = names::nearest(&name, filters::NAMES).map(str::to_owned);
                self.found.problems.push((number, Problem::UnknownFilter { name, nearest }));
            }
        }
    }
}

/// The names a statement binds, as an expression can read them (`ns.total` too).
pub(super) fn bound_by(keyword: &str, rest: &str) -> Vec<String> {
    let targets = |text: &str| -> Vec<String> {
        let names = text.split([',', '(', ')']).map(str::trim).filter(|name| !name.is_empty());
        names.filter(|name| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))).map(str::to_owned).collect()
    };
    match keyword {
        "for" => rest.split_once(" in ").map(|(names, _)| targets(names)).unwrap_or_default(),
        "set" => rest.split_once('=').map(|(names, _)| targets(names)).unwrap_or_default(),
        "with" => assignments(rest).into_iter().flat_map(|(names, _)| targets(names)).collect(),
        "macro" | "call" => {
            let arguments = rest.split_once('(').map(|(_, arguments)| arguments).unwrap_or_default();
            let arguments = if keyword == "call" { arguments.split_once(')').map_or("", |(own, _)| own) } else { arguments };
            let names = pieces(arguments.trim().trim_end_matches(')')).into_iter();
            names.flat_map(|piece| targets(piece.split('=').next().unwrap_or_default())).collect()
        }
        _ => Vec::new(),
    }
}

/// `a = 1, b = f(2, 3)`: each name with its value.
fn assignments(text: &str) -> Vec<(&str, &str)> {
    pieces(text).into_iter().filter_map(|piece| piece.split_once('=')).collect()
}

/// A text at its commas outside of quotes and brackets.
fn pieces(text: &str) -> Vec<&str> {
    let (mut out, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), here) if here == open => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth <= 0 => {
                out.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(&text[start..]);
    out
}

/// The names in a loop's or assignment's targets.
fn bound(targets: &str) -> Vec<String> {
    targets
        .split([',', '(', ')'])
        .map(|name| name.trim().split('.').next().unwrap_or_default().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The words behind `|` outside of quotes.
fn filter_names(code: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut quote = None;
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), here) if here == open => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '|') => {
                while characters.next_if(|c| c.is_whitespace()).is_some() {}
                let mut name = String::new();
                while let Some(c) = characters.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    name.push(c);
                }
                if !name.is_empty() {
                    out.push(name);
                }
            }
            _ => {}
        }
    }
    out
}

/// The name a tag shows, for messages about missing values.
pub(super) fn shown_name(tag: &Tag) -> String {
    match tag.spelling {
        Spelling::Jinja => tag.code.split('|').next().unwrap_or_default().trim().to_owned(),
        _ => tag.code.clone(),
    }
}
