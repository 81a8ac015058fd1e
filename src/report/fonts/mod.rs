//! The bundled fonts, which one stands in for which, and shaping.
//!
//! Fed with bytes; never touches the file system. Faces are parsed once and shared.

use std::sync::Arc;

/// A face of the set; index into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FontId(pub u16);

/// The set of faces: bundled ones and a school's own. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Fonts {}

/// The answer to "which face for this family and style".
#[derive(Debug, Clone, PartialEq)]
pub struct Selected {
    /// The face.
    pub font: FontId,
    /// The face has no bold, so it is made by a stroke.
    pub synthetic_bold: bool,
    /// The face has no italic, so it is slanted.
    pub synthetic_italic: bool,
    /// The substitute's family, when the one asked for is not there and has no metric twin.
    pub substitute: Option<Arc<str>>,
}

/// Vertical metrics in ems, positive downwards for descent (hhea; report.md section 5).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Metrics {
    /// hhea ascent.
    pub ascent: f32,
    /// hhea descent, positive.
    pub descent: f32,
    /// hhea line gap: goes on top of the line.
    pub line_gap: f32,
    /// Distance of the underline's centre below the baseline.
    pub underline_position: f32,
    /// Its thickness.
    pub underline_thickness: f32,
    /// Height of the strike-through line's centre above the baseline.
    pub strikeout_position: f32,
    /// Height of lower-case letters.
    pub x_height: f32,
    /// Height of capitals.
    pub cap_height: f32,
}

/// What to shape a text with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Features {
    /// Pair kerning (only when `w:kern` says so).
    pub kerning: bool,
    /// Standard ligatures; off where letter spacing is not zero.
    pub ligatures: bool,
    /// Shape from right to left.
    pub rtl: bool,
}

/// A shaped piece of text; all lengths in ems (multiply by the size).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shaped {
    /// The glyphs in visual order.
    pub glyphs: Vec<ShapedGlyph>,
    /// Sum of the advances.
    pub width: f32,
}

/// One shaped glyph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShapedGlyph {
    /// Its id.
    pub id: u16,
    /// How far the pen moves.
    pub advance: f32,
    /// Shift from the pen, right.
    pub dx: f32,
    /// Shift from the pen, up.
    pub dy: f32,
    /// Byte range of the text it stands for.
    pub text: (u32, u32),
}

impl Fonts {
    /// The bundled set plus a school's own font files, whose families win over substitutes.
    pub fn new(_own: Vec<Vec<u8>>) -> Self {
        Self {}
    }

    /// The face for a family as a document names it; follows the substitution table when the family is not there.
    pub fn select(&self, _family: &str, _bold: bool, _italic: bool) -> Selected {
        Selected { font: FontId(0), synthetic_bold: false, synthetic_italic: false, substitute: None }
    }

    /// A face's vertical metrics.
    pub fn metrics(&self, _font: FontId) -> Metrics {
        Metrics::default()
    }

    /// Whether a face has a glyph for a character.
    pub fn has(&self, _font: FontId, _character: char) -> bool {
        false
    }

    /// A face that has the character, preferring the style of `like`; `None` when no face has it.
    pub fn fallback(&self, _like: FontId, _character: char) -> Option<FontId> {
        None
    }

    /// Shapes a text in one face. Results for short texts are cached across documents (bounded), so that repeated words cost a look-up.
    pub fn shape(&self, _font: FontId, _text: &str, _features: Features) -> Arc<Shaped> {
        Arc::default()
    }
}
