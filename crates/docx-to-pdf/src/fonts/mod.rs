//! The bundled fonts, which one stands in for which, and shaping.
//!
//! Fed with bytes; never touches the file system. Faces are parsed once and shared.

mod aliases;
mod bundled;
mod cache;
mod face;
mod outline;
mod own;
mod shaping;
mod stored;
#[cfg(all(test, feature = "bundled-fonts"))]
mod tests;

use std::sync::Arc;

use cache::WordCache;
use face::Face;
pub use outline::OutlineStep;
use own::OwnFonts;
use rustybuzz::ttf_parser::GlyphId;
pub use stored::Stored;
use stored::{Families, StoredCache};

/// A face of the set; index into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FontId(pub u16);

/// The set of faces: bundled ones and a school's own. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Fonts {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Bundled faces first, then a school's own; a [`FontId`] points into it.
    faces: Vec<Arc<Face>>,
    own: OwnFonts,
    /// Faces that the document brought, after all others.
    stored: Families,
    words: WordCache,
    /// Faces of the documents seen.
    seen: StoredCache,
}

/// A face as the PDF embeds it.
#[derive(Debug, Clone, Copy)]
pub struct FaceData {
    /// The font file.
    pub bytes: &'static [u8],
    /// Which face of a collection.
    pub index: u32,
}

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

/// Vertical metrics in ems, positive downwards for descent (the font's `hhea` table).
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

impl Default for Fonts {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Fonts {
    /// The bundled set plus a school's own font files, whose families win over substitutes.
    ///
    /// Files that are no fonts are left out. Own files stay in memory until the process ends, so this is for start-up.
    pub fn new(own: Vec<Vec<u8>>) -> Self {
        let mut faces = bundled::faces().to_vec();
        let own = OwnFonts::load(own, &mut faces);
        Self::of(faces, own, Families::default())
    }

    fn of(faces: Vec<Arc<Face>>, own: OwnFonts, stored: Families) -> Self {
        let words = WordCache::new(faces.len());
        Self { inner: Arc::new(Inner { faces, own, stored, words, seen: StoredCache::default() }) }
    }

    /// This set and the faces that a document brings along: their families win over substitutes, and a school's own over them.
    ///
    /// What is kept of them is bounded; the same faces give the same set again. Files that are no fonts are left out, those of symbols, and what is not usable: that is asked once for each face.
    #[must_use]
    pub fn with_stored<'d>(&self, stored: impl Iterator<Item = Stored<'d>>, is_usable: impl Fn(&[u8]) -> bool) -> Self {
        let inner = &self.inner;
        let new = stored.filter(|stored| inner.own.find(&normalised(stored.family), stored.bold, stored.italic).is_none());
        let with = inner.seen.with(new, is_usable, |faces| {
            let from = inner.faces.len();
            let faces = [inner.faces.as_slice(), &faces].concat();
            let stored = Families::of(&faces, from);
            Self::of(faces, inner.own.clone(), stored)
        });
        with.unwrap_or_else(|| self.clone())
    }

    /// There is no face at all: the crate was built without the bundled ones, and none was given.
    pub fn is_empty(&self) -> bool {
        self.inner.faces.is_empty()
    }

    /// The face for a family as a document names it; follows the substitution table when the family is not there.
    pub fn select(&self, family: &str, bold: bool, italic: bool) -> Selected {
        let name = normalised(family);
        if let Some(font) = self.inner.own.find(&name, bold, italic) {
            return self.selected(font, bold, italic, None);
        }
        let stored = self.inner.stored.get(&name);
        // Plain text is not set in a bold face only because no other one was stored; bold is made of a plain one.
        let fits = |font: &FontId| (bold || !self.face(*font).bold) && (italic || !self.face(*font).italic);
        if let Some(font) = stored.iter().copied().filter(fits).min_by_key(|font| self.face(*font).distance(bold, italic)) {
            return self.selected(font, bold, italic, None);
        }
        let alias = aliases::resolve(&name);
        let font = self.bundled(alias.family, bold, italic);
        let substitute = (!alias.metric_twin).then(|| Arc::clone(&self.face(font).family));
        self.selected(font, bold, italic, substitute)
    }

    /// The family a face belongs to.
    pub fn family(&self, font: FontId) -> &str {
        &self.face(font).family
    }

    /// A face's vertical metrics.
    pub fn metrics(&self, font: FontId) -> Metrics {
        self.face(font).parsed().map_or_else(Metrics::default, |parsed| parsed.metrics)
    }

    /// Whether a face can show a character. Spaces of any width need no glyph: shaping makes them of the plain one (Carlito has no U+00A0).
    pub fn has(&self, font: FontId, character: char) -> bool {
        let face = self.face(font);
        let space = matches!(character, '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}');
        face.glyph(character).is_some() || (space && face.glyph(' ').is_some())
    }

    /// A face that has the character, preferring the style of `like`; `None` when no face has it.
    ///
    /// As LibreOffice does, one family stands in for all that a word lacks: a serif one only where it has everything in `text`.
    pub fn fallback(&self, like: FontId, character: char, text: &str) -> Option<FontId> {
        let stored = self.inner.stored.holds(like);
        let like = self.face(like);
        if stored {
            // A document may hold no more than the letters in use: what it would look like without its font shows the others.
            let other = self.bundled(aliases::resolve(&normalised(&like.family)).family, like.bold, like.italic);
            if self.face(other).glyph(character).is_some() {
                return Some(other);
            }
        }
        let faces = &self.inner.faces;
        let fits = |face: &Face| face.glyph(character).is_some();
        let has_all = |face: &Face| text.chars().all(|character| face.glyph(character).or_else(|| like.glyph(character)).is_some());
        let first = aliases::fallback(&like.family);
        let first = if faces.iter().any(|face| &*face.family == first && has_all(face)) { first } else { aliases::LAST_FALLBACK };
        let rank = |face: &Face| {
            let style = usize::from(face.bold != like.bold) + 2 * usize::from(face.italic != like.italic);
            style
                + match &*face.family {
                    family if family == first => 0,
                    aliases::LAST_FALLBACK => 4,
                    _ => 8,
                }
        };
        let best = faces.iter().enumerate().filter(|(_, face)| fits(face)).min_by_key(|(_, face)| rank(face));
        best.map(|(at, _)| FontId(at as u16))
    }

    /// A face that has every character of a text, preferring the style of `like`: for a letter with marks on it.
    pub fn fallback_for_all(&self, like: FontId, text: &str) -> Option<FontId> {
        let like = self.face(like);
        let rank = |face: &Face| {
            let style = usize::from(face.bold != like.bold) + 2 * usize::from(face.italic != like.italic);
            style + if face.family.as_ref() == aliases::fallback(&like.family) { 0 } else { 4 }
        };
        let fitting = self.inner.faces.iter().enumerate().filter(|(_, face)| text.chars().all(|character| face.glyph(character).is_some()));
        fitting.min_by_key(|(_, face)| rank(face)).map(|(at, _)| FontId(at as u16))
    }

    /// Shapes a text in one face. Results for short texts are cached across documents (bounded), so that repeated words cost a look-up.
    pub fn shape(&self, font: FontId, text: &str, features: Features) -> Arc<Shaped> {
        self.inner.words.get_or_shape(font, features, text, || shaping::shape(self.face(font), text, features))
    }

    /// How far a glyph's outline reaches in ems: left, bottom, right and top from its origin, up counted positive; nothing for one without an outline.
    pub fn outline(&self, font: FontId, glyph: u16) -> Option<[f32; 4]> {
        let parsed = self.face(font).parsed()?;
        let bounds = parsed.shaper.glyph_bounding_box(GlyphId(glyph))?;
        Some([bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(|edge| f32::from(edge) * parsed.unit))
    }

    /// A glyph's outline; nothing for one that shows nothing.
    pub fn outline_steps(&self, font: FontId, glyph: u16) -> Vec<OutlineStep> {
        let Some(parsed) = self.face(font).parsed() else { return Vec::new() };
        let mut pen = outline::Pen::new(parsed.unit);
        parsed.shaper.outline_glyph(GlyphId(glyph), &mut pen);
        pen.steps
    }

    /// The font file behind a face.
    pub fn data(&self, font: FontId) -> FaceData {
        let face = self.face(font);
        FaceData { bytes: face.data, index: face.index }
    }

    /// The face behind an id; ids of another set become the first face.
    fn face(&self, font: FontId) -> &Face {
        let faces = &self.inner.faces;
        faces.get(usize::from(font.0)).unwrap_or(&faces[0])
    }

    /// The bundled face of a family nearest to a style.
    fn bundled(&self, family: &str, bold: bool, italic: bool) -> FontId {
        let of_family = self.inner.faces.iter().enumerate().filter(|(_, face)| &*face.family == family);
        FontId(of_family.min_by_key(|(_, face)| face.distance(bold, italic)).map_or(0, |(at, _)| at as u16))
    }

    fn selected(&self, font: FontId, bold: bool, italic: bool, substitute: Option<Arc<str>>) -> Selected {
        let face = self.face(font);
        Selected { font, synthetic_bold: bold && !face.bold, synthetic_italic: italic && !face.italic, substitute }
    }
}

/// A family's name for look-ups: the first of a list, without the mark of vertical writing, in lower case.
fn normalised(family: &str) -> String {
    let first = family.split([';', ',']).next().unwrap_or_default();
    first.trim().trim_start_matches('@').to_lowercase()
}
