//! Formulas (OMML; ECMA-376 part 1, 22.1) become trees of fractions, scripts, roots, sums, brackets and rows.

use std::sync::Arc;

use unicode_normalization::UnicodeNormalization as _;

use super::inline::Line;
use super::model::{Align, BreakKind, Formula, FractionKind, Inline, Math, RunProps, VerticalPosition};
use super::read::Reader;
use super::values::is_on;
use super::xml::Node;

/// Formulas in one another go no deeper.
const DEEPEST: usize = 24;

/// The font of all formulas (Word knows no other; 22.1.2.87).
const FONT: &str = "Cambria Math";

/// No matrix has more cells, and no formula more rows of equations.
const MOST_CELLS: usize = 4096;

impl Reader<'_> {
    /// `m:oMath` or `m:oMathPara`.
    pub(super) fn formula(&mut self, node: Node<'_>, line: &mut Line<'_>) {
        if node.name() != "m:oMathPara" {
            return self.one_formula(node, None, line);
        }
        let align = match property(node, "m:oMathParaPr", "m:jc") {
            Some("left") => Align::Left,
            Some("right") => Align::Right,
            _ => Align::Center,
        };
        for (at, formula) in node.children().filter(|child| child.name() == "m:oMath").enumerate() {
            if at > 0 {
                let props = Arc::clone(&line.base);
                self.emit(line, Inline::Break(BreakKind::Line, props));
            }
            self.one_formula(formula, Some(align), line);
        }
    }

    fn one_formula(&mut self, node: Node<'_>, display: Option<Align>, line: &mut Line<'_>) {
        let content = self.math(node, 0, line);
        if content.is_empty() {
            return;
        }
        let formula = Formula { content, display, props: Arc::clone(&line.base) };
        let said = formula.spoken();
        if self.text_in_code(&said) || self.swallow(&said, &formula.props, line) {
            return;
        }
        self.field_state.shown(&said);
        self.emit(line, Inline::Formula(Box::new(formula)));
    }

    /// All that an element holds.
    fn math(&mut self, node: Node<'_>, depth: usize, line: &mut Line<'_>) -> Vec<Math> {
        let mut row = Vec::new();
        self.math_into(node, depth, line, &mut row);
        row
    }

    fn math_into(&mut self, node: Node<'_>, depth: usize, line: &mut Line<'_>, row: &mut Vec<Math>) {
        if depth > DEEPEST {
            self.warnings.unsupported(format!("a formula nested deeper than {DEEPEST}"), &line.scope.part.name);
            return;
        }
        for child in node.children() {
            self.element(child, depth + 1, line, row);
        }
    }

    fn element(&mut self, node: Node<'_>, depth: usize, line: &mut Line<'_>, row: &mut Vec<Math>) {
        let on = |properties: &str, name: &str| node.child(properties).is_some_and(|properties| says(properties, name));
        let piece = match node.name() {
            "m:r" | "w:r" => return self.math_run(node, line, row),
            "m:f" => {
                let kind = match property(node, "m:fPr", "m:type") {
                    Some("noBar") => FractionKind::Bare,
                    Some("skw") => FractionKind::Skewed,
                    Some("lin") => FractionKind::Linear,
                    _ => FractionKind::Bar,
                };
                Math::Fraction { kind, over: self.math_part(node, "m:num", depth, line), under: self.math_part(node, "m:den", depth, line) }
            }
            name @ ("m:sSup" | "m:sSub" | "m:sSubSup" | "m:sPre") => Math::Scripts {
                base: self.math_part(node, "m:e", depth, line),
                sub: self.math_part(node, "m:sub", depth, line),
                sup: self.math_part(node, "m:sup", depth, line),
                before: name == "m:sPre",
            },
            "m:rad" => {
                let hidden = on("m:radPr", "m:degHide");
                let degree = if hidden { Vec::new() } else { self.math_part(node, "m:deg", depth, line) };
                Math::Radical { degree, body: self.math_part(node, "m:e", depth, line) }
            }
            "m:nary" => {
                let sign = property(node, "m:naryPr", "m:chr").unwrap_or("∫").to_owned();
                let stacked = match property(node, "m:naryPr", "m:limLoc") {
                    Some(place) => place == "undOvr",
                    None => !sign.starts_with(|c| ('∫'..='∳').contains(&c)),
                };
                let mut limit =
                    |name: &str, hide: &str| if on("m:naryPr", hide) { Vec::new() } else { self.math_part(node, name, depth, line) };
                let (sub, sup) = (limit("m:sub", "m:subHide"), limit("m:sup", "m:supHide"));
                Math::Nary { sign, stacked, sub, sup, body: self.math_part(node, "m:e", depth, line) }
            }
            "m:d" => {
                let sign = |name: &str, default: &'static str| property(node, "m:dPr", name).unwrap_or(default).to_owned();
                let grows = node.child("m:dPr").and_then(|properties| properties.child("m:grow")).and_then(value).is_none_or(is_on);
                let (open, close, between) = (sign("m:begChr", "("), sign("m:endChr", ")"), sign("m:sepChr", "|"));
                Math::Delimited { open, close, between, grows, parts: self.math_parts(node, depth, line) }
            }
            "m:m" => {
                let columns = node.child("m:mPr").and_then(|properties| properties.child("m:mcs"));
                let columns = columns.into_iter().flat_map(Node::children).filter_map(|column| column.child("m:mcPr"));
                let align = |column: Node<'_>| match column.child("m:mcJc").and_then(value) {
                    Some("left") => Align::Left,
                    Some("right") => Align::Right,
                    _ => Align::Center,
                };
                let times =
                    |column: Node<'_>| column.child("m:count").and_then(value).and_then(|count| count.parse::<usize>().ok()).unwrap_or(1);
                let aligns =
                    columns.flat_map(|column| std::iter::repeat_n(align(column), times(column).min(64))).take(MOST_CELLS).collect();
                let rows = node.children().filter(|child| child.name() == "m:mr").take(MOST_CELLS);
                Math::Matrix { aligns, rows: rows.map(|row| self.math_parts(row, depth, line)).collect() }
            }
            "m:eqArr" => Math::Equations(self.math_parts(node, depth, line).into_iter().map(cut).collect()),
            "m:func" => {
                Math::Function { name: self.math_part(node, "m:fName", depth, line), body: self.math_part(node, "m:e", depth, line) }
            }
            name @ ("m:limLow" | "m:limUpp") => Math::Limit {
                base: self.math_part(node, "m:e", depth, line),
                limit: self.math_part(node, "m:lim", depth, line),
                above: name == "m:limUpp",
            },
            "m:groupChr" => {
                let sign = property(node, "m:groupChrPr", "m:chr").unwrap_or("⏟").to_owned();
                let above = property(node, "m:groupChrPr", "m:pos") == Some("top");
                Math::Group { sign, above, body: self.math_part(node, "m:e", depth, line) }
            }
            "m:acc" => {
                let sign = property(node, "m:accPr", "m:chr").unwrap_or("\u{302}").to_owned();
                Math::Accent { sign, body: self.math_part(node, "m:e", depth, line) }
            }
            "m:bar" => {
                Math::Bar { above: property(node, "m:barPr", "m:pos") == Some("top"), body: self.math_part(node, "m:e", depth, line) }
            }
            "m:borderBox" => {
                let sides = ["m:hideTop", "m:hideRight", "m:hideBot", "m:hideLeft"].map(|side| !on("m:borderBoxPr", side));
                Math::Framed { sides, body: self.math_part(node, "m:e", depth, line) }
            }
            "m:phant" => {
                let shown = node.child("m:phantPr").and_then(|properties| properties.child("m:show")).and_then(value).is_none_or(is_on);
                let without = ["m:zeroWid", "m:zeroAsc", "m:zeroDesc"].map(|name| on("m:phantPr", name));
                Math::Phantom { shown, without, body: self.math_part(node, "m:e", depth, line) }
            }
            name if name.ends_with("Pr") => return,
            _ => return self.math_into(node, depth, line, row),
        };
        row.push(piece);
    }

    fn math_part(&mut self, node: Node<'_>, name: &str, depth: usize, line: &mut Line<'_>) -> Vec<Math> {
        node.child(name).map(|part| self.math(part, depth, line)).unwrap_or_default()
    }

    /// All `m:e` of an element.
    fn math_parts(&mut self, node: Node<'_>, depth: usize, line: &mut Line<'_>) -> Vec<Vec<Math>> {
        let parts = node.children().filter(|child| child.name() == "m:e").take(MOST_CELLS);
        parts.map(|part| self.math(part, depth, line)).collect()
    }

    fn math_run(&mut self, node: Node<'_>, line: &mut Line<'_>, row: &mut Vec<Math>) {
        let properties = node.child("m:rPr");
        let says = |name: &str| properties.is_some_and(|properties| says(properties, name));
        let style = properties.and_then(|properties| properties.child("m:sty")).and_then(value);
        let plain = says("m:nor") || node.name() == "w:r";
        let own = self.run_props(node, line);
        if own.hidden {
            return;
        }
        let upright = matches!(style, Some("p" | "b"));
        let bold = matches!(style, Some("b" | "bi"));
        let text: String = node.children().filter(|child| matches!(child.name(), "m:t" | "w:t")).map(Node::text).collect();
        let text: String = text.chars().filter(|character| !character.is_control()).collect();
        if plain {
            return push(row, &text, &own, true);
        }
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let kind = Letter::of(first);
            let end = rest.find(|c: char| Letter::of(c) != kind).unwrap_or(rest.len());
            let (these, behind) = rest.split_at(end);
            rest = behind;
            let letters: String = if kind.alphabet.is_some() { these.nfkc().collect() } else { these.to_owned() };
            // Variables are slanted, figures and signs are not (22.1.2.111).
            let (italic, heavy) = kind.alphabet.unwrap_or((kind.letter && !upright, bold));
            let props = RunProps {
                font: FONT.into(),
                italic,
                bold: heavy || bold && kind.alphabet.is_none(),
                vertical: VerticalPosition::Baseline,
                ..(*own).clone()
            };
            let props = line.share(props);
            push(row, &letters, &props, false);
        }
    }
}

/// What kind of letter a character is.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Letter {
    letter: bool,
    /// It is of a mathematical alphabet that is a style of plain letters: slanted, bold.
    alphabet: Option<(bool, bool)>,
}

impl Letter {
    fn of(character: char) -> Self {
        let alphabet = match character as u32 {
            0x1D400..=0x1D433 | 0x1D6A8..=0x1D6E1 | 0x1D7CE..=0x1D7D7 => Some((false, true)),
            0x1D434..=0x1D467 | 0x210E | 0x1D6A4..=0x1D6A5 | 0x1D6E2..=0x1D71B => Some((true, false)),
            0x1D468..=0x1D49B | 0x1D71C..=0x1D755 => Some((true, true)),
            _ => None,
        };
        Self { letter: character.is_alphabetic(), alphabet }
    }
}

/// Adds text; it joins the text before in the same look.
fn push(row: &mut Vec<Math>, text: &str, props: &Arc<RunProps>, plain: bool) {
    if text.is_empty() {
        return;
    }
    if let Some(Math::Text { text: before, props: look, plain: kind }) = row.last_mut()
        && Arc::ptr_eq(look, props)
        && *kind == plain
    {
        before.push_str(text);
        return;
    }
    row.push(Math::Text { text: text.to_owned(), props: Arc::clone(props), plain });
}

/// An equation cut at its marks of alignment.
fn cut(row: Vec<Math>) -> Vec<Vec<Math>> {
    let mut columns = vec![Vec::new()];
    for piece in row {
        let Math::Text { text, props, plain: false } = piece else {
            if let Some(column) = columns.last_mut() {
                column.push(piece);
            }
            continue;
        };
        for (at, part) in text.split('&').enumerate() {
            if at > 0 && columns.len() < MOST_CELLS {
                columns.push(Vec::new());
            }
            if let Some(column) = columns.last_mut() {
                push(column, part, &props, false);
            }
        }
    }
    columns
}

fn property<'n>(node: Node<'n>, properties: &str, name: &str) -> Option<&'n str> {
    value(node.child(properties)?.child(name)?)
}

/// Whether a switch is there and not off.
fn says(properties: Node<'_>, name: &str) -> bool {
    properties.child(name).is_some_and(|node| value(node).is_none_or(is_on))
}

/// `m:val`; the elements of a formula have their attributes in its name space.
fn value(node: Node<'_>) -> Option<&str> {
    node.attr("m:val").or_else(|| node.val())
}
