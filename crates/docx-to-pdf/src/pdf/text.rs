//! Glyph runs: positions become kerning numbers, and every glyph can be read back as its text.

use super::fonts::{Face, text_of};
use super::number::hundredths;
use super::page::Painter;
use super::syntax::Syntax;
use crate::graphics::Rgb;
use crate::layout::frame::{Glyph, GlyphRun, NodeId};

/// How far a synthetic italic leans: the tangent of 12 degrees.
const SLANT: f32 = 0.2126;

/// Width of the stroke that makes a synthetic bold, in ems.
const EMBOLDEN: f32 = 0.03;

/// A glyph may stand this far (in thousandths of an em) from where its predecessor leaves the pen before it is moved.
const TOLERANCE: f64 = 1.5;

/// The text part of the graphics state.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct TextState {
    /// The text object's line start in hundredths of a point; `None` outside of text objects, or after a slanted run.
    line: Option<(i32, i32)>,
    open: bool,
    /// Index of the face and size in hundredths of a point.
    font: Option<(usize, i32)>,
    /// Horizontal scaling in hundredths of a percent less 100 %, so that zero is the default.
    stretch: i32,
    /// In hundredths of a point.
    rise: i32,
    mode: i64,
}

/// What is open of one `TJ`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Show {
    Nothing,
    Array,
    String,
}

impl Painter<'_> {
    pub(super) fn glyphs(&mut self, tag: Option<NodeId>, run: &GlyphRun) {
        let faces = self.faces;
        let Some((index, face)) = faces.get(run.font) else { return };
        let size = hundredths(run.size.0);
        if size <= 0 || !run.scale_x.is_finite() || run.scale_x <= 0.0 {
            return;
        }
        let unit = f64::from(run.size.0) * f64::from(run.scale_x) / 1000.0;
        self.lacks_glyphs |= run.glyphs.iter().any(|glyph| glyph.id == 0);
        let mut rest = run.glyphs.as_slice();
        while let Some(first) = rest.first() {
            let plain = reads_as_itself(face, run, first);
            let same = rest.iter().position(|glyph| reads_as_itself(face, run, glyph) != plain).unwrap_or(rest.len());
            let (stretch, after) = rest.split_at(same);
            rest = after;
            if plain {
                self.mark(tag);
            } else {
                self.mark_with_text(tag, &actual_text(run, stretch));
            }
            self.begin_text(run, first.x.0, index, size);
            self.stretch(face, stretch, unit);
            if !plain {
                self.end_mark();
            }
        }
    }

    /// Leaves the text object, if one is open.
    pub(super) fn end_text(&mut self) {
        if std::mem::take(&mut self.state.text.open) {
            self.state.text.line = None;
            self.content.operator("ET");
        }
    }

    /// Enters a text object and moves to a place in the run, with its font, colour and style.
    fn begin_text(&mut self, run: &GlyphRun, from: f32, face: usize, size: i32) {
        self.fill_color(run.color);
        self.embolden(run);
        if !std::mem::replace(&mut self.state.text.open, true) {
            self.content.operator("BT");
            self.state.text.line = Some((0, 0));
        }
        if self.state.text.font.replace((face, size)) != Some((face, size)) {
            self.content.name(self.faces.name(face)).hundredths(size).operator("Tf");
        }
        let stretch = hundredths(run.scale_x * 100.0) - 10_000;
        if std::mem::replace(&mut self.state.text.stretch, stretch) != stretch {
            self.content.hundredths(stretch + 10_000).operator("Tz");
        }
        self.move_to(hundredths(run.x.0 + from), hundredths(self.height - run.y.0), run.synthetic_italic);
    }

    fn move_to(&mut self, x: i32, y: i32, slanted: bool) {
        if slanted {
            self.content.word("1 0").factor(SLANT).word("1").hundredths(x).hundredths(y).operator("Tm");
            self.state.text.line = None;
        } else if let Some((from_x, from_y)) = self.state.text.line.replace((x, y)) {
            self.content.hundredths(x - from_x).hundredths(y - from_y).operator("Td");
        } else {
            self.content.word("1 0 0 1").hundredths(x).hundredths(y).operator("Tm");
        }
    }

    /// A face without bold is drawn with a stroke around its outlines.
    fn embolden(&mut self, run: &GlyphRun) {
        if run.synthetic_bold && !run.unseen {
            let Rgb(r, g, b) = run.color;
            self.stroke_color(Rgb(r, g, b));
            self.line_width(run.size.0 * EMBOLDEN);
        }
        // Neither, filled and stroked, or filled (ISO 32000-1, 9.3.6).
        let mode = match (run.unseen, run.synthetic_bold) {
            (true, _) => 3,
            (false, true) => 2,
            (false, false) => 0,
        };
        if std::mem::replace(&mut self.state.text.mode, mode) != mode {
            self.content.integer(mode).operator("Tr");
        }
    }

    /// Adds glyphs, with a number wherever one does not stand where the pen is.
    fn stretch(&mut self, face: &Face, glyphs: &[Glyph], unit: f64) {
        // The pen from the run's start in thousandths of an em.
        let mut pen = glyphs.first().map_or(0.0, |glyph| f64::from(glyph.x.0) / unit);
        let mut show = Show::Nothing;
        for glyph in glyphs {
            let rise = if glyph.rise.0 == 0.0 { 0 } else { hundredths(glyph.rise.0) };
            if rise != self.state.text.rise {
                show.go_to(Show::Nothing, &mut self.content);
                self.state.text.rise = rise;
                self.content.hundredths(rise).operator("Ts");
            }
            let target = f64::from(glyph.x.0) / unit;
            let off = pen - target;
            if off.abs() > TOLERANCE && off.is_finite() {
                let back = off.round();
                show.go_to(Show::Array, &mut self.content);
                self.content.integer(back as i64);
                pen -= back;
            }
            show.go_to(Show::String, &mut self.content);
            self.content.code(face.code(glyph.id));
            pen += face.width(glyph.id);
        }
        show.go_to(Show::Nothing, &mut self.content);
    }
}

impl Show {
    /// Opens and closes what has to be.
    fn go_to(&mut self, wanted: Self, content: &mut Syntax) {
        if *self == wanted {
            return;
        }
        let from = std::mem::replace(self, wanted);
        if from == Self::String && wanted < from {
            content.raw(")");
        }
        if wanted == Self::Nothing && wanted < from {
            content.raw("]").operator("TJ");
        }
        if from == Self::Nothing && from < wanted {
            content.raw("[");
        }
        if wanted == Self::String && from < wanted {
            content.raw("(");
        }
    }
}

/// What glyphs stand for together, in the order of reading.
fn actual_text(run: &GlyphRun, glyphs: &[Glyph]) -> Vec<u8> {
    let mut in_order: Vec<&Glyph> = glyphs.iter().collect();
    in_order.sort_by_key(|glyph| glyph.text);
    let text: String = in_order.into_iter().map(|glyph| text_of(run, glyph)).collect();
    utf16(&text)
}

/// Whether the glyph's own entry in the font's text table is what it stands for here.
fn reads_as_itself(face: &Face, run: &GlyphRun, glyph: &Glyph) -> bool {
    let (from, to) = glyph.text;
    // Of nearly all the bytes are the same, which needs no look at where letters begin and end.
    match run.text.as_bytes().get(from as usize..to as usize) {
        None | Some([]) => false,
        Some([letter]) if face.is_letter(glyph.id, *letter) => true,
        Some(bytes) => face.text(glyph.id).is_some_and(|known| bytes == known.as_bytes() || counts_as(text_of(run, glyph), known)),
    }
}

/// A space that must not break, or a hyphen that may, counts as the plain one.
fn counts_as(text: &str, known: &str) -> bool {
    matches!((known, text), (" ", "\u{a0}") | ("-", "\u{ad}" | "\u{2010}" | "\u{2011}"))
}

/// Text as a PDF string: UTF-16 with its byte order mark.
fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
}
