//! Glyph runs: positions become kerning numbers, and every glyph can be read back as its text.

use printpdf::{DictItem, FontId as PdfFontId, Op, PdfFontHandle, Pt, TextMatrix, TextRenderingMode};

use super::fonts::{Face, resource_name, text_of};
use super::number::{factor, hundredths};
use super::page::Painter;
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
    bold: bool,
}

/// Glyphs waiting for one `TJ`.
struct Show {
    array: Vec<DictItem>,
    codes: Vec<u8>,
    /// The pen from the run's start in thousandths of an em.
    pen: f64,
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
                self.mark_with_text(tag, actual_text(run, stretch));
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
            self.ops.push(Op::EndTextSection);
        }
    }

    /// Enters a text object and moves to a place in the run, with its font, colour and style.
    fn begin_text(&mut self, run: &GlyphRun, from: f32, face: usize, size: i32) {
        self.fill_color(run.color);
        self.embolden(run);
        if !std::mem::replace(&mut self.state.text.open, true) {
            self.ops.push(Op::StartTextSection);
            self.state.text.line = Some((0, 0));
        }
        if self.state.text.font.replace((face, size)) != Some((face, size)) {
            let font = PdfFontHandle::External(PdfFontId(resource_name(face)));
            self.ops.push(Op::SetFont { font, size: Pt(size as f32 / 100.0) });
        }
        let stretch = hundredths(run.scale_x * 100.0) - 10_000;
        if std::mem::replace(&mut self.state.text.stretch, stretch) != stretch {
            self.ops.push(Op::SetHorizontalScaling { percent: (stretch + 10_000) as f32 / 100.0 });
        }
        self.move_to(hundredths(run.x.0 + from), hundredths(self.height - run.y.0), run.synthetic_italic);
    }

    fn move_to(&mut self, x: i32, y: i32, slanted: bool) {
        if slanted {
            let matrix = [1.0, 0.0, SLANT, 1.0, x as f32 / 100.0, y as f32 / 100.0].map(factor);
            self.ops.push(Op::SetTextMatrix { matrix: TextMatrix::Raw(matrix) });
            self.state.text.line = None;
            return;
        }
        self.ops.push(if let Some((from_x, from_y)) = self.state.text.line.replace((x, y)) {
            let pos = printpdf::Point { x: Pt((x - from_x) as f32 / 100.0), y: Pt((y - from_y) as f32 / 100.0) };
            Op::SetTextCursor { pos }
        } else {
            let matrix = [1.0, 0.0, 0.0, 1.0, x as f32 / 100.0, y as f32 / 100.0].map(factor);
            Op::SetTextMatrix { matrix: TextMatrix::Raw(matrix) }
        });
    }

    /// A face without bold is drawn with a stroke around its outlines.
    fn embolden(&mut self, run: &GlyphRun) {
        if run.synthetic_bold {
            let Rgb(r, g, b) = run.color;
            self.stroke_color(Rgb(r, g, b));
            self.line_width(run.size.0 * EMBOLDEN);
        }
        if std::mem::replace(&mut self.state.text.bold, run.synthetic_bold) != run.synthetic_bold {
            let mode = if run.synthetic_bold { TextRenderingMode::FillStroke } else { TextRenderingMode::Fill };
            self.ops.push(Op::SetTextRenderingMode { mode });
        }
    }

    /// Adds glyphs, with a number wherever one does not stand where the pen is.
    fn stretch(&mut self, face: &Face, glyphs: &[Glyph], unit: f64) {
        let start = glyphs.first().map_or(0.0, |glyph| f64::from(glyph.x.0) / unit);
        let mut show = Show { array: Vec::new(), codes: Vec::with_capacity(glyphs.len() * 2), pen: start };
        for glyph in glyphs {
            let rise = hundredths(glyph.rise.0);
            if rise != self.state.text.rise {
                self.flush(&mut show);
                self.state.text.rise = rise;
                self.ops.push(Op::SetLineOffset { multiplier: rise as f32 / 100.0 });
            }
            let target = f64::from(glyph.x.0) / unit;
            let back = (show.pen - target).round();
            if (show.pen - target).abs() > TOLERANCE && back.is_finite() {
                show.end_string();
                show.array.push(DictItem::Int(back as i64));
                show.pen -= back;
            }
            show.codes.extend(face.code(glyph.id).to_be_bytes());
            show.pen += face.width(glyph.id);
        }
        self.flush(&mut show);
    }

    fn flush(&mut self, show: &mut Show) {
        show.end_string();
        if !show.array.is_empty() {
            let array = DictItem::Array(std::mem::take(&mut show.array));
            self.operator("TJ", vec![array]);
        }
    }
}

impl Show {
    fn end_string(&mut self) {
        if !self.codes.is_empty() {
            let data = std::mem::take(&mut self.codes);
            self.array.push(DictItem::String { data, literal: true });
        }
    }
}

/// What glyphs stand for together, in the order of reading.
fn actual_text(run: &GlyphRun, glyphs: &[Glyph]) -> DictItem {
    let mut in_order: Vec<&Glyph> = glyphs.iter().collect();
    in_order.sort_by_key(|glyph| glyph.text);
    let text: String = in_order.into_iter().map(|glyph| text_of(run, glyph)).collect();
    DictItem::String { data: utf16(&text), literal: false }
}

/// Whether the glyph's own entry in the font's text table is what it stands for here.
fn reads_as_itself(face: &Face, run: &GlyphRun, glyph: &Glyph) -> bool {
    let text = text_of(run, glyph);
    !text.is_empty() && face.reads_as(glyph.id, text)
}

/// Text as a PDF string: UTF-16 with its byte order mark.
fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
}
