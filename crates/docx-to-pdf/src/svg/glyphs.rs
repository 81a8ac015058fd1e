//! Outlines of glyphs, each once per page.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use ttf_parser::{Face, GlyphId, OutlineBuilder};

use crate::fonts::{FontId, Fonts};

use super::short;

/// Outlines by font and glyph.
pub(super) struct Outlines<'f> {
    fonts: &'f Fonts,
    faces: HashMap<FontId, Option<Face<'static>>>,
    known: BTreeMap<(FontId, u16), String>,
    empty: BTreeSet<(FontId, u16)>,
    page: usize,
}

impl<'f> Outlines<'f> {
    pub(super) fn new(fonts: &'f Fonts, page: usize) -> Self {
        Self { fonts, faces: HashMap::new(), known: BTreeMap::new(), empty: BTreeSet::new(), page }
    }

    fn face(&mut self, font: FontId) -> Option<&Face<'static>> {
        let fonts = self.fonts;
        let parsed = self.faces.entry(font).or_insert_with(|| {
            let data = fonts.data(font);
            Face::parse(data.bytes, data.index).ok()
        });
        parsed.as_ref()
    }

    /// Units of the font's em.
    pub(super) fn units(&mut self, font: FontId) -> f32 {
        self.face(font).map_or(1000.0, |face| f32::from(face.units_per_em()).max(1.0))
    }

    /// The name of a glyph's outline; `None` for one that shows nothing.
    pub(super) fn name(&mut self, font: FontId, glyph: u16) -> Option<String> {
        let key = (font, glyph);
        if !self.known.contains_key(&key) && !self.empty.contains(&key) {
            let mut data = PathData::default();
            let drawn = self.face(font).and_then(|face| face.outline_glyph(GlyphId(glyph), &mut data)).is_some();
            if drawn && !data.0.is_empty() {
                self.known.insert(key, data.0);
            } else {
                self.empty.insert(key);
            }
        }
        self.known.contains_key(&key).then(|| self.identifier(key))
    }

    fn identifier(&self, (font, glyph): (FontId, u16)) -> String {
        format!("p{}f{}g{glyph}", self.page, font.0)
    }

    /// All outlines that were named.
    pub(super) fn definitions(&self) -> String {
        let mut text = String::new();
        for (key, data) in &self.known {
            let _ = write!(text, "<path id=\"{}\" d=\"{data}\"/>", self.identifier(*key));
        }
        text
    }
}

/// Collects an outline in the font's units.
#[derive(Default)]
struct PathData(String);

impl PathData {
    fn step(&mut self, letter: char, numbers: &[f32]) {
        self.0.push(letter);
        self.0.push_str(&numbers.iter().map(|number| short(*number)).collect::<Vec<_>>().join(" "));
    }
}

impl OutlineBuilder for PathData {
    fn move_to(&mut self, x: f32, y: f32) {
        self.step('M', &[x, y]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.step('L', &[x, y]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.step('Q', &[x1, y1, x, y]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.step('C', &[x1, y1, x2, y2, x, y]);
    }

    fn close(&mut self) {
        self.0.push('Z');
    }
}
