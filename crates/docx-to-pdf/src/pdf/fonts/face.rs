//! What is known of a face before and while a document uses it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ttf_parser::{GlyphId, name_id};

use super::program::{Extra, Program};
use crate::fonts::{FaceData, Features, FontId, Fonts};

/// A set of blocks, one bit each.
pub(super) type Blocks = u8;

/// Characters that are embedded together.
const BLOCKS: [&str; 6] = [
    " abcdefghijklmnopqrstuvwxyz.,:;-()/%?!¿¡\"'&+=*#@_",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789",
    "áéíóúüñçàâãêôõÁÉÍÓÚÜÑÇÀÂÃÊÔÕ",
    "–—‘’“”•…€ºª°«»·$<>[]",
    "èìîïòöùûäëåæøœßýÿðþÈÌÎÏÒÖÙÛÄËÅÆØŒÝŸÐÞ™§©®{}|\\^`~¢£¥±×÷¹²³½¼¾µ¶",
];

/// Letter sequences that faces have ligatures for; they go with the lower case.
const LIGATURES: [&str; 12] = ["ff", "fi", "fl", "ffi", "ffl", "tt", "ti", "tti", "ft", "fft", "tf", "fj"];

/// No byte of any text.
const NO_LETTER: u8 = 0xff;

/// What never changes about a face.
#[derive(Debug)]
pub(super) struct FaceInfo {
    pub(super) data: FaceData,
    pub(super) postscript_name: String,
    /// Advance widths by glyph, in thousandths of an em to two decimals (the precision the PDF gets).
    pub(super) widths: Vec<f32>,
    /// Block and text of the glyphs in blocks, by glyph.
    pub(super) known: Vec<Option<Known>>,
    /// Of glyphs in blocks that stand for one ASCII letter, this; [`NO_LETTER`] for all others.
    letters: Vec<u8>,
    pub(super) descriptor: Descriptor,
}

/// A glyph of a block.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) block: Blocks,
    pub(super) text: Box<str>,
}

/// Measures of the font descriptor in thousandths of an em.
#[derive(Debug, Default)]
pub(super) struct Descriptor {
    pub(super) ascent: i64,
    pub(super) descent: i64,
    pub(super) cap_height: i64,
    pub(super) italic_angle: f32,
    pub(super) bounds: [i64; 4],
    pub(super) weight: u16,
    pub(super) fixed_pitch: bool,
}

/// A face in use.
#[derive(Debug)]
pub(in crate::pdf) struct Face {
    pub(super) info: Arc<FaceInfo>,
    pub(super) program: Arc<Program>,
    pub(super) blocks: Blocks,
    /// Glyphs outside of the blocks with the text they stood for first.
    extras: BTreeMap<u16, Box<str>>,
    /// One bit a glyph seen.
    seen: Vec<u64>,
}

impl FaceInfo {
    pub(super) fn read(data: FaceData, font: FontId, fonts: &Fonts) -> Self {
        let Ok(face) = ttf_parser::Face::parse(data.bytes, data.index) else {
            let descriptor = Descriptor::default();
            let postscript_name = "Unknown".to_owned();
            return Self { data, postscript_name, widths: Vec::new(), known: Vec::new(), letters: Vec::new(), descriptor };
        };
        let scale = 1000.0 / f32::from(face.units_per_em());
        let width = |glyph| (f32::from(face.glyph_hor_advance(GlyphId(glyph)).unwrap_or(0)) * scale * 100.0).round() / 100.0;
        let mut known = vec![None; usize::from(face.number_of_glyphs())];
        for (number, characters) in BLOCKS.iter().enumerate() {
            for character in characters.chars() {
                if let Some(slot) = face.glyph_index(character).and_then(|glyph| known.get_mut(usize::from(glyph.0))) {
                    slot.get_or_insert_with(|| Known { block: 1 << number, text: character.to_string().into() });
                }
            }
        }
        add_ligatures(&mut known, font, fonts);
        let letter = |known: &Option<Known>| match known.as_ref().map(|known| known.text.as_bytes()) {
            Some([letter]) => *letter,
            _ => NO_LETTER,
        };
        Self {
            data,
            postscript_name: postscript_name(&face),
            widths: (0..face.number_of_glyphs()).map(width).collect(),
            letters: known.iter().map(letter).collect(),
            known,
            descriptor: descriptor(&face, scale),
        }
    }
}

/// Ligatures have no character, so shaping tells their glyphs.
fn add_ligatures(known: &mut [Option<Known>], font: FontId, fonts: &Fonts) {
    for letters in LIGATURES {
        let shaped = fonts.shape(font, letters, Features { kerning: false, ligatures: true, rtl: false });
        for glyph in &shaped.glyphs {
            let (start, end) = glyph.text;
            let text = letters.get(start as usize..end as usize).unwrap_or_default();
            if text.len() > 1
                && let Some(slot) = known.get_mut(usize::from(glyph.id))
            {
                slot.get_or_insert_with(|| Known { block: 1, text: text.into() });
            }
        }
    }
}

fn postscript_name(face: &ttf_parser::Face<'_>) -> String {
    let mut names = face.names().into_iter().filter(|name| name.name_id == name_id::POST_SCRIPT_NAME && name.is_unicode());
    let name = names.find_map(|name| name.to_string()).unwrap_or_default();
    let name: String = name.chars().filter(|character| character.is_ascii_graphic() && !"[](){}<>/%".contains(*character)).collect();
    if name.is_empty() { "Unnamed".to_owned() } else { name }
}

fn descriptor(face: &ttf_parser::Face<'_>, scale: f32) -> Descriptor {
    let scaled = |value: i16| (f32::from(value) * scale).round() as i64;
    let bounds = face.global_bounding_box();
    // Viewers mark found and selected text by these: what the glyphs reach, where `hhea` (Carlito's) leaves the tallest out.
    let reach = face.tables().os2.map(|os2| (os2.windows_ascender(), os2.windows_descender()));
    let (ascent, descent) = reach.unwrap_or((face.tables().hhea.ascender, face.tables().hhea.descender));
    Descriptor {
        ascent: scaled(ascent),
        descent: scaled(descent),
        cap_height: scaled(face.capital_height().unwrap_or(face.tables().hhea.ascender)),
        italic_angle: face.italic_angle(),
        bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(scaled),
        weight: face.weight().to_number(),
        fixed_pitch: face.is_monospaced(),
    }
}

impl Face {
    pub(super) fn new(info: Arc<FaceInfo>) -> Self {
        let seen = vec![0; info.known.len() / 64 + 1];
        Self { info, program: Arc::default(), blocks: 0, extras: BTreeMap::new(), seen }
    }

    /// Notes that a glyph is in use.
    pub(super) fn note<'a>(&mut self, glyph: u16, text: impl FnOnce() -> &'a str) {
        let Some(word) = self.seen.get_mut(usize::from(glyph) / 64) else { return };
        let bit = 1 << (glyph % 64);
        if *word & bit != 0 {
            return;
        }
        *word |= bit;
        match self.info.known.get(usize::from(glyph)) {
            Some(Some(known)) => self.blocks |= known.block,
            Some(None) => {
                self.extras.insert(glyph, text().into());
            }
            None => {}
        }
    }

    pub(super) fn extras(&self) -> Vec<Extra> {
        self.extras.iter().map(|(glyph, text)| (*glyph, text.clone())).collect()
    }

    /// The glyph's code in the embedded program.
    pub(in crate::pdf) fn code(&self, glyph: u16) -> u16 {
        self.program.codes.get(usize::from(glyph)).copied().unwrap_or(0)
    }

    /// The glyph's advance width in thousandths of an em, exactly as the PDF says it.
    pub(in crate::pdf) fn width(&self, glyph: u16) -> f64 {
        self.info.widths.get(usize::from(glyph)).copied().map_or(0.0, f64::from)
    }

    /// Whether copying the glyph gives this letter. Nearly all texts are of such, which need no look at what the glyph stands for.
    #[inline]
    pub(in crate::pdf) fn is_letter(&self, glyph: u16, letter: u8) -> bool {
        self.info.letters.get(usize::from(glyph)) == Some(&letter)
    }

    /// What copying the glyph gives.
    pub(in crate::pdf) fn text(&self, glyph: u16) -> Option<&str> {
        match self.info.known.get(usize::from(glyph)) {
            Some(Some(known)) => Some(&known.text),
            _ => self.extras.get(&glyph).map(|text| &**text),
        }
    }
}
