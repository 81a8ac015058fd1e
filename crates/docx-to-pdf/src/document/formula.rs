//! Formulas (OMML; ECMA-376 part 1, 22.1) on one line: fractions with a stroke, scripts raised and lowered, roots and sums with their signs.
//!
//! What a stacked formula says by its shape is said by parentheses here, so that its meaning stays: 15 over 17 is `15/17`, never `1517`.

use std::sync::Arc;

use super::inline::Line;
use super::model::{BreakKind, Inline, RunProps, VerticalPosition};
use super::read::Reader;
use super::values::is_on;
use super::xml::Node;

/// Formulas in one another go no deeper.
const DEEPEST: usize = 24;

/// How the pieces of a formula look where they stand.
#[derive(Clone, Copy)]
struct Place {
    vertical: VerticalPosition,
    depth: usize,
}

impl Place {
    fn script(self, vertical: VerticalPosition) -> Self {
        // A script of a script stays at the first one's height: three sizes are not readable in a line of text.
        let vertical = if self.vertical == VerticalPosition::Baseline { vertical } else { self.vertical };
        Self { vertical, depth: self.depth + 1 }
    }

    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

impl Reader<'_> {
    /// `m:oMath` or `m:oMathPara`.
    pub(super) fn formula(&mut self, node: Node<'_>, line: &mut Line<'_>) {
        let place = Place { vertical: VerticalPosition::Baseline, depth: 0 };
        if node.name() == "m:oMathPara" {
            for (at, formula) in node.children().filter(|child| child.name() == "m:oMath").enumerate() {
                if at > 0 {
                    let props = Arc::clone(&line.base);
                    self.emit(line, Inline::Break(BreakKind::Line, props));
                }
                self.math(formula, place, line);
            }
        } else {
            self.math(node, place, line);
        }
    }

    /// All that an element holds.
    fn math(&mut self, node: Node<'_>, place: Place, line: &mut Line<'_>) {
        if place.depth > DEEPEST {
            self.warnings.unsupported(format!("a formula nested deeper than {DEEPEST}"), &line.scope.part.name);
            return;
        }
        for child in node.children() {
            self.element(child, place, line);
        }
    }

    fn element(&mut self, node: Node<'_>, place: Place, line: &mut Line<'_>) {
        let below = place.deeper();
        match node.name() {
            "m:r" => self.math_run(node, place, line),
            "m:f" => self.fraction(node, below, line),
            "m:sSup" | "m:sSub" | "m:sSubSup" => {
                self.math_part(node, "m:e", below, line);
                self.scripts(node, below, line);
            }
            "m:sPre" => {
                self.scripts(node, below, line);
                self.math_part(node, "m:e", below, line);
            }
            "m:rad" => {
                if !property(node, "m:radPr", "m:degHide").is_some_and(is_on) {
                    self.math_part(node, "m:deg", place.script(VerticalPosition::Superscript), line);
                }
                self.sign("√", place, line);
                self.operand(node, "m:e", below, line);
            }
            "m:nary" => {
                self.sign(property(node, "m:naryPr", "m:chr").unwrap_or("∫"), place, line);
                self.scripts(node, below, line);
                self.sign("\u{2009}", place, line);
                self.math_part(node, "m:e", below, line);
            }
            "m:d" => self.delimited(node, below, line),
            "m:m" => self.matrix(node, below, line),
            "m:func" => {
                self.math_part(node, "m:fName", below, line);
                self.sign("\u{2009}", place, line);
                self.math_part(node, "m:e", below, line);
            }
            "m:limLow" => {
                self.math_part(node, "m:e", below, line);
                self.math_part(node, "m:lim", place.script(VerticalPosition::Subscript), line);
            }
            "m:limUpp" => {
                self.math_part(node, "m:e", below, line);
                self.math_part(node, "m:lim", place.script(VerticalPosition::Superscript), line);
            }
            "m:acc" => {
                self.math_part(node, "m:e", below, line);
                self.sign(property(node, "m:accPr", "m:chr").unwrap_or("\u{302}"), place, line);
            }
            "m:bar" => {
                let above = property(node, "m:barPr", "m:pos") == Some("top");
                self.math_part(node, "m:e", below, line);
                self.sign(if above { "\u{305}" } else { "\u{332}" }, place, line);
            }
            "m:eqArr" => {
                for (at, equation) in node.children().filter(|child| child.name() == "m:e").enumerate() {
                    if at > 0 {
                        let props = Arc::clone(&line.base);
                        self.emit(line, Inline::Break(BreakKind::Line, props));
                    }
                    self.math(equation, below, line);
                }
            }
            name if name.ends_with("Pr") => {}
            "w:r" => self.run(node, line),
            _ => self.math(node, below, line),
        }
    }

    fn math_part(&mut self, node: Node<'_>, name: &str, place: Place, line: &mut Line<'_>) {
        if let Some(part) = node.child(name) {
            self.math(part, place, line);
        }
    }

    /// A part that a sign beside it must not tear apart: in parentheses unless it is one number or letter.
    fn operand(&mut self, node: Node<'_>, name: &str, place: Place, line: &mut Line<'_>) {
        let Some(part) = node.child(name) else { return };
        let whole = is_atom(part);
        if !whole {
            self.sign("(", place, line);
        }
        self.math(part, place, line);
        if !whole {
            self.sign(")", place, line);
        }
    }

    fn scripts(&mut self, node: Node<'_>, place: Place, line: &mut Line<'_>) {
        let hidden = |name: &str| property(node, "m:naryPr", name).is_some_and(is_on);
        if !hidden("m:subHide") {
            self.math_part(node, "m:sub", place.script(VerticalPosition::Subscript), line);
        }
        if !hidden("m:supHide") {
            self.math_part(node, "m:sup", place.script(VerticalPosition::Superscript), line);
        }
    }

    fn fraction(&mut self, node: Node<'_>, place: Place, line: &mut Line<'_>) {
        if property(node, "m:fPr", "m:type") == Some("noBar") {
            // A binomial coefficient: one above the other, without a stroke.
            self.math_part(node, "m:num", place, line);
            self.sign("\u{2009}¦\u{2009}", place, line);
            return self.math_part(node, "m:den", place, line);
        }
        // `2½` is two and a half, not twenty-one halves.
        if matches!(line.content.last(), Some(Inline::Text { text, .. }) if text.ends_with(|c: char| c.is_ascii_digit())) {
            self.sign("\u{A0}", place, line);
        }
        self.operand(node, "m:num", place, line);
        self.sign("/", place, line);
        self.operand(node, "m:den", place, line);
    }

    fn delimited(&mut self, node: Node<'_>, place: Place, line: &mut Line<'_>) {
        let sign = |name: &str, default: &'static str| property(node, "m:dPr", name).unwrap_or(default).to_owned();
        let (begin, end, between) = (sign("m:begChr", "("), sign("m:endChr", ")"), sign("m:sepChr", "|"));
        self.sign(&begin, place, line);
        for (at, part) in node.children().filter(|child| child.name() == "m:e").enumerate() {
            if at > 0 {
                self.sign(&between, place, line);
            }
            self.math(part, place, line);
        }
        self.sign(&end, place, line);
    }

    /// Cells with blanks between them, rows with semicolons.
    fn matrix(&mut self, node: Node<'_>, place: Place, line: &mut Line<'_>) {
        for (at, row) in node.children().filter(|child| child.name() == "m:mr").enumerate() {
            if at > 0 {
                self.sign("; ", place, line);
            }
            for (at, cell) in row.children().filter(|child| child.name() == "m:e").enumerate() {
                if at > 0 {
                    self.sign("\u{2003}", place, line);
                }
                self.math(cell, place, line);
            }
        }
    }

    fn math_run(&mut self, node: Node<'_>, place: Place, line: &mut Line<'_>) {
        let properties = node.child("m:rPr");
        let says = |name: &str| properties.and_then(|properties| properties.child(name)).is_some_and(|node| value(node).is_none_or(is_on));
        let style = properties.and_then(|properties| properties.child("m:sty")).and_then(value);
        let upright = says("m:nor") || matches!(style, Some("p" | "b"));
        let bold = matches!(style, Some("b" | "bi"));
        let text: String = node.children().filter(|child| child.name() == "m:t").map(Node::text).collect();
        // Variables are slanted, figures and signs are not (22.1.2.111).
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let letter = first.is_alphabetic();
            let end = rest.find(|c: char| c.is_alphabetic() != letter).unwrap_or(rest.len());
            self.styled(&rest[..end], place, letter && !upright, bold, line);
            rest = &rest[end..];
        }
    }

    fn sign(&mut self, text: &str, place: Place, line: &mut Line<'_>) {
        self.styled(text, place, false, false, line);
    }

    fn styled(&mut self, text: &str, place: Place, italic: bool, bold: bool, line: &mut Line<'_>) {
        let base = Arc::clone(&line.base);
        let props = RunProps { italic: italic || base.italic, bold: bold || base.bold, vertical: place.vertical, ..(*base).clone() };
        let props = line.share(props);
        self.text(text, &props, line);
    }
}

fn property<'n>(node: Node<'n>, properties: &str, name: &str) -> Option<&'n str> {
    value(node.child(properties)?.child(name)?)
}

/// `m:val`; the elements of a formula have their attributes in its name space.
fn value(node: Node<'_>) -> Option<&str> {
    node.attr("m:val").or_else(|| node.val())
}

/// One number or one letter, or something that is closed by itself.
fn is_atom(node: Node<'_>) -> bool {
    let mut parts = node.children().filter(|child| !child.name().ends_with("Pr"));
    let (Some(only), None) = (parts.next(), parts.next()) else { return false };
    match only.name() {
        "m:d" | "m:sSup" | "m:sSub" | "m:sSubSup" => true,
        "m:r" => {
            let text: String = only.children().filter(|child| child.name() == "m:t").map(Node::text).collect();
            let text = text.trim();
            let number = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
            number || text.chars().count() == 1 || text.chars().all(char::is_alphabetic)
        }
        _ => false,
    }
}
