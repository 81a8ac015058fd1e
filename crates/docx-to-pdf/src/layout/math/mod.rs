//! Formulas: fractions, scripts, roots, sums and brackets become boxes on a baseline.
//!
//! The rules are those of OpenType's MATH table (and TeX's before it), with shares of the font's size near those of Cambria Math, which Word sets all formulas in.
//! What a box measures is its ink, not its font's line, so that a stroke stands close to what is above and below it.

mod stacked;

use std::rc::Rc;

use crate::document::model::{Formula, Math, RunProps, VerticalPosition};
use crate::layout::context::Context;
use crate::layout::frame::NodeId;
use crate::layout::ink::{Ink, Rect};
use crate::layout::length::bounded;
use crate::layout::look::{Look, Word};
use crate::layout::runs::{draw_word, text_color};
use crate::units::{HalfPoints, Pt};
use crate::warning::Warning;

/// Sizes of text, of scripts, and of their scripts.
const SIZES: [f32; 3] = [1.0, 0.73, 0.6];
/// Room around binary operators, relations, and behind commas and functions' names, in ems (4, 5 and 3 of 18).
const BINARY: f32 = 4.0 / 18.0;
const RELATION: f32 = 5.0 / 18.0;
const THIN: f32 = 3.0 / 18.0;

/// So many characters are shaped at once.
const LONGEST_PIECE: usize = 128;

/// A piece of a formula with its size; its ink starts at the left end of its baseline.
#[derive(Debug, Clone, Default)]
pub(super) struct MathBox {
    /// Its width.
    pub width: Pt,
    /// How far it reaches above the baseline.
    pub ascent: Pt,
    /// How far it reaches below.
    pub descent: Pt,
    ink: Ink,
}

impl MathBox {
    fn height(&self) -> Pt {
        self.ascent + self.descent
    }

    /// Adds another, its baseline's left end at a place (y down).
    fn put(&mut self, mut other: Self, x: Pt, y: Pt) {
        self.ascent = self.ascent.max(other.ascent - y);
        self.descent = self.descent.max(other.descent + y);
        self.width = self.width.max(x + other.width);
        other.ink.translate(x, y);
        self.ink.append(other.ink);
    }

    /// Adds another behind.
    fn push(&mut self, other: Self) {
        let end = self.width;
        self.put(other, end, Pt::ZERO);
    }

    /// What it draws with its baseline's left end here, as part of an element.
    pub(super) fn drawn(&self, x: Pt, baseline: Pt, tag: Option<NodeId>) -> Ink {
        let mut ink = self.ink.clone();
        ink.translate(x, baseline);
        if let Some(tag) = tag { ink.given_to(tag) } else { ink.into_artifact() }
    }
}

/// How a row stands in its formula.
#[derive(Debug, Clone, Copy)]
struct Style {
    /// Its size among [`SIZES`].
    level: usize,
    /// The formula stands by itself, and this is no part of a fraction or script.
    display: bool,
}

impl Style {
    fn script(self) -> Self {
        Self { level: (self.level + 1).min(SIZES.len() - 1), display: false }
    }

    /// The parts of a fraction: full-sized where the formula stands by itself, else small.
    fn part(self) -> Self {
        if self.display { Self { display: false, ..self } } else { self.script() }
    }
}

/// What stands before a piece: signs have room around them only between operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Operand,
    Operator,
}

/// A formula cut where a line may end: before operators of its outermost row.
pub(super) fn pieces(context: &mut Context<'_>, formula: &Formula) -> Vec<MathBox> {
    let mut layouter = FormulaLayouter { context, props: &formula.props };
    let mut cuts = Vec::new();
    let style = Style { level: 0, display: formula.display.is_some() };
    let last = layouter.row_with(&formula.content, style, Some(&mut cuts));
    cuts.push(last);
    cuts
}

/// Sets the pieces of one formula.
struct FormulaLayouter<'c, 'a, 'p> {
    context: &'c mut Context<'a>,
    /// The look of the text around.
    props: &'p RunProps,
}

impl FormulaLayouter<'_, '_, '_> {
    /// The size of a row, which all its measures are shares of.
    fn em(&self, style: Style) -> Pt {
        bounded(self.props.size.pt()).max(Pt(0.5)) * SIZES[style.level]
    }

    /// The thickness of strokes.
    fn rule(&self, style: Style) -> Pt {
        (self.em(style) * 0.06).max(Pt(0.3))
    }

    fn look(&mut self, props: &RunProps, style: Style) -> Rc<Look> {
        let size = HalfPoints((props.size.0 as f32 * SIZES[style.level]).round().max(2.0) as i32);
        let (vertical, raise) = (VerticalPosition::Baseline, HalfPoints(0));
        let props = RunProps { size, size_cs: size, vertical, raise, small_caps: false, caps: false, ..props.clone() };
        self.context.look_of(&props)
    }

    /// Signs stand in the formula's font, upright.
    fn sign_look(&mut self, style: Style) -> Rc<Look> {
        let props = RunProps { font: "Cambria Math".into(), italic: false, ..self.props.clone() };
        self.look(&props, style)
    }

    fn row(&mut self, row: &[Math], style: Style) -> MathBox {
        self.row_with(row, style, None)
    }

    fn row_with(&mut self, row: &[Math], style: Style, mut cuts: Option<&mut Vec<MathBox>>) -> MathBox {
        let mut set = MathBox::default();
        let mut before = Before::Nothing;
        for piece in row {
            match piece {
                Math::Text { text, props, plain } => {
                    let look = self.look(props, style);
                    if *plain {
                        set.push(self.letters(text, &look));
                        before = Before::Operand;
                    } else {
                        self.text((text, &look), style, (&mut set, &mut before), cuts.as_deref_mut());
                    }
                }
                Math::Nary { .. } | Math::Function { .. } => {
                    set.width += if before == Before::Operand { self.em(style) * THIN } else { Pt::ZERO };
                    set.push(self.piece(piece, style));
                    before = Before::Operand;
                }
                _ => {
                    set.push(self.piece(piece, style));
                    before = Before::Operand;
                }
            }
        }
        set
    }

    /// Letters and figures as they are, signs with the room that they have between operands.
    fn text(
        &mut self,
        (text, look): (&str, &Rc<Look>),
        style: Style,
        (set, before): (&mut MathBox, &mut Before),
        mut cuts: Option<&mut Vec<MathBox>>,
    ) {
        let em = self.em(style);
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let Some((sign, room)) = operator(first) else {
                let end = rest.find(|c: char| operator(c).is_some()).unwrap_or(rest.len());
                let (letters, behind) = rest.split_at(end);
                set.push(self.letters(letters, look));
                *before = if letters.trim_end().ends_with(['(', '[', '{']) { Before::Nothing } else { Before::Operand };
                rest = behind;
                continue;
            };
            rest = &rest[first.len_utf8()..];
            // Scripts have no room to spare, and a sign without an operand before it is a sign of what follows.
            let room = if style.level > 0 || *before != Before::Operand && room != THIN { Pt::ZERO } else { em * room };
            let punctuation = matches!(first, ',' | ';');
            if !punctuation && *before == Before::Operand {
                if let Some(cuts) = cuts.as_deref_mut().filter(|_| set.width > Pt::ZERO) {
                    cuts.push(std::mem::take(set));
                }
                set.width += room;
            }
            set.push(self.letters(sign.encode_utf8(&mut [0; 4]), look));
            set.width += room;
            *before = Before::Operator;
        }
    }

    /// A text as one piece, as high and deep as its letters are. A long one is shaped in several, so that it stays linear.
    fn letters(&mut self, text: &str, look: &Rc<Look>) -> MathBox {
        let mut set = MathBox::default();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.char_indices().nth(LONGEST_PIECE).map_or(rest.len(), |(at, _)| at);
            let (piece, behind) = rest.split_at(end);
            set.push(self.glyphs(piece, look).0);
            rest = behind;
        }
        set
    }

    /// A sign or short text, and how far its ink reaches from its origin: left and right.
    fn glyphs(&mut self, text: &str, look: &Rc<Look>) -> (MathBox, (Pt, Pt)) {
        let text = text.char_indices().nth(LONGEST_PIECE).map_or(text, |(at, _)| &text[..at]);
        let word = look.word(self.context.fonts, text, false);
        self.context.warnings.extend(word.missing.iter().map(|character| Warning::MissingGlyph { character: *character }));
        let [left, bottom, right, top] = self.reach(&word);
        let mut set = MathBox { width: word.width, ascent: top, descent: -bottom, ink: Ink::default() };
        draw_word(self.context, &word, look, (Pt::ZERO, Pt::ZERO), (None, false), &mut set.ink);
        (set, (left, right))
    }

    /// How far the ink of a word reaches: left, bottom, right and top.
    fn reach(&self, word: &Word) -> [Pt; 4] {
        let mut reach: Option<[Pt; 4]> = None;
        let mut pen = Pt::ZERO;
        for part in &word.parts {
            for glyph in &part.shaped.glyphs {
                if let Some([left, bottom, right, top]) = self.context.fonts.outline(part.face.font, glyph.id) {
                    let (x, y) = (pen + part.size * glyph.dx, part.size * glyph.dy);
                    let own = [x + part.size * left, y + part.size * bottom, x + part.size * right, y + part.size * top];
                    reach = Some(reach.map_or(own, |[a, b, c, d]| [a.min(own[0]), b.min(own[1]), c.max(own[2]), d.max(own[3])]));
                }
                pen += part.size * glyph.advance;
            }
        }
        reach.unwrap_or([Pt::ZERO; 4])
    }

    /// The height of strokes of fractions: that of the middle of a plus.
    fn axis(&mut self, style: Style) -> Pt {
        let look = self.sign_look(style);
        let (plus, _) = self.glyphs("+", &look);
        (plus.ascent - plus.descent) / 2.0
    }

    /// A sign stretched to reach from `up` above the baseline to `down` below it, and made wider by `wider`; with how far its ink reaches to the right.
    fn stretched(&mut self, sign: &str, style: Style, (up, down): (Pt, Pt), wider: f32) -> (MathBox, Pt) {
        let look = self.sign_look(style);
        let (plain, (_, right)) = self.glyphs(sign, &look);
        let own = plain.height();
        if own <= Pt(0.01) {
            return (plain, right);
        }
        let scale = ((up + down) / own).clamp(0.01, 1000.0);
        let ink = plain.ink.into_group([wider, 0.0, 0.0, scale, 0.0, (plain.ascent * scale - up).0], None);
        (MathBox { width: plain.width * wider, ascent: up, descent: down, ink }, right * wider)
    }

    /// A stroke as a filled rectangle: from left to right, its middle so far above the baseline.
    fn stroke(&mut self, (left, right): (Pt, Pt), height: Pt, thickness: Pt) -> Ink {
        let color = text_color(self.context.background, self.props);
        let mut ink = Ink::default();
        ink.fill(Rect::new(left, -height - thickness / 2.0, right, thickness / 2.0 - height), color);
        ink
    }
}

/// A sign that has room around it: what is drawn for it, and how much. Commas have theirs behind only.
fn operator(character: char) -> Option<(char, f32)> {
    let (sign, room) = match character {
        '-' | '−' => ('−', BINARY),
        '*' => ('∗', BINARY),
        '+' | '±' | '∓' | '×' | '÷' | '·' | '∗' | '∘' | '∙' | '⋅' | '∪' | '∩' | '∨' | '∧' | '⊕' | '⊗' | '∖' => {
            (character, BINARY)
        }
        '=' | '<' | '>' | '≔' | '∈' | '∉' | '∋' | '∼' | '∝' | '∥' | '⊥' | '⊂'..='⊇' | '≁'..='⊁' | '←'..='⇿' | '⟵'..='⟺' => {
            (character, RELATION)
        }
        ',' | ';' => (character, THIN),
        _ => return None,
    };
    Some((sign, room))
}
