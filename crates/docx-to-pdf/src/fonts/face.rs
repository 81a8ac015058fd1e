//! One face: its bytes, and what is read from them once.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, OnceLock, RwLock};

use rustybuzz::ShapePlan;
use rustybuzz::ttf_parser::{self, GlyphId};

use super::Metrics;
use super::shaping::PlanKey;

/// A face of the set.
#[derive(Debug)]
pub(super) struct Face {
    pub(super) family: Arc<str>,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) data: &'static [u8],
    pub(super) index: u32,
    parsed: OnceLock<Option<Box<Parsed>>>,
}

/// What reading a face gives.
pub(super) struct Parsed {
    pub(super) shaper: rustybuzz::Face<'static>,
    /// One font unit in ems.
    pub(super) unit: f32,
    pub(super) metrics: Metrics,
    glyphs: Glyphs,
    /// Shaping plans by script, direction and features; a document needs one or two.
    pub(super) plans: RwLock<Vec<(PlanKey, Arc<ShapePlan>)>>,
}

impl std::fmt::Debug for Parsed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Parsed").field("metrics", &self.metrics).finish_non_exhaustive()
    }
}

impl Face {
    pub(super) fn new(family: &str, bold: bool, italic: bool, data: &'static [u8], index: u32) -> Self {
        Self { family: family.into(), bold, italic, data, index, parsed: OnceLock::new() }
    }

    /// How far it is from a style: italic counts more than bold.
    pub(super) fn distance(&self, bold: bool, italic: bool) -> usize {
        usize::from(self.bold != bold) + 2 * usize::from(self.italic != italic)
    }

    /// What was read from the bytes; `None` for a file that is not a font after all.
    pub(super) fn parsed(&self) -> Option<&Parsed> {
        self.parsed.get_or_init(|| Parsed::read(self.data, self.index).map(Box::new)).as_deref()
    }

    /// The glyph of a character.
    pub(super) fn glyph(&self, character: char) -> Option<GlyphId> {
        let parsed = self.parsed()?;
        let glyph = parsed.glyphs.get_or_find(character, || parsed.shaper.glyph_index(character));
        (glyph.0 != 0).then_some(glyph)
    }
}

/// Glyphs of characters as far as they have been asked for: a character that the text's own face lacks is looked for in all faces, each time it stands there.
#[derive(Debug, Default)]
struct Glyphs {
    /// Unicode's planes.
    planes: [OnceLock<Box<Plane>>; 17],
}

/// A plane, in blocks of characters.
type Plane = [OnceLock<Box<[AtomicU16; BLOCK]>>; 0x1_0000 / BLOCK];

const BLOCK: usize = 256;
/// Not asked for yet; no face has so many glyphs.
const UNKNOWN: u16 = u16::MAX;

impl Glyphs {
    /// The glyph as it is known, else as it is found; glyph 0 and none are the same here.
    fn get_or_find(&self, character: char, find: impl FnOnce() -> Option<GlyphId>) -> GlyphId {
        let (plane, within) = (character as usize >> 16, character as usize & 0xFFFF);
        let plane = self.planes[plane].get_or_init(|| Box::new([const { OnceLock::new() }; 0x1_0000 / BLOCK]));
        let block = plane[within / BLOCK].get_or_init(|| Box::new([const { AtomicU16::new(UNKNOWN) }; BLOCK]));
        let entry = &block[within % BLOCK];
        // One entry says all there is to know, and whoever looks for it finds the same.
        let known = entry.load(Ordering::Relaxed);
        if known != UNKNOWN {
            return GlyphId(known);
        }
        let found = find().unwrap_or_default();
        entry.store(found.0, Ordering::Relaxed);
        found
    }
}

impl Parsed {
    fn read(data: &'static [u8], index: u32) -> Option<Self> {
        let face = ttf_parser::Face::parse(data, index).ok()?;
        let unit = 1.0 / f32::from(face.units_per_em());
        let metrics = metrics(&face, unit);
        Some(Self { shaper: rustybuzz::Face::from_face(face), unit, metrics, glyphs: Glyphs::default(), plans: RwLock::default() })
    }
}

/// Vertical metrics from hhea alone: LibreOffice and Word on these faces agree with it, OS/2's win values are not used.
fn metrics(face: &ttf_parser::Face<'_>, unit: f32) -> Metrics {
    let hhea = face.tables().hhea;
    let (underline_top, underline_thickness) = face.underline_metrics().map_or((-0.1, 0.05), |line| scaled(line, unit));
    let (strikeout_top, strikeout_thickness) = face.strikeout_metrics().map_or((0.28, 0.05), |line| scaled(line, unit));
    let height = |metric: Option<i16>, letter: char| {
        metric
            .filter(|height| *height > 0)
            .or_else(|| face.glyph_index(letter).and_then(|glyph| face.glyph_bounding_box(glyph)).map(|bounds| bounds.y_max))
            .map(|height| f32::from(height) * unit)
    };
    Metrics {
        ascent: f32::from(hhea.ascender) * unit,
        descent: -f32::from(hhea.descender) * unit,
        line_gap: f32::from(hhea.line_gap.max(0)) * unit,
        underline_position: underline_thickness.mul_add(0.5, -underline_top),
        underline_thickness,
        strikeout_position: strikeout_thickness.mul_add(-0.5, strikeout_top),
        x_height: height(face.x_height(), 'x').unwrap_or(0.5),
        cap_height: height(face.capital_height(), 'H').unwrap_or(0.7),
    }
}

/// A line's top edge above the baseline and its thickness, in ems.
fn scaled(line: ttf_parser::LineMetrics, unit: f32) -> (f32, f32) {
    (f32::from(line.position) * unit, f32::from(line.thickness.max(1)) * unit)
}
