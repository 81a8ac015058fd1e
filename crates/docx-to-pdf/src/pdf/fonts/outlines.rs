//! A TrueType font cut down to what a PDF shows: its outlines and widths (ISO 32000-1, 9.9).
//!
//! Left out are the instructions that fit outlines to the pixels of coarse screens, half of a font's bytes: readers smooth edges instead,
//! poppler, MuPDF and Chromium among them. So are names and the like, which nobody looks for in an embedded font.

use ttf_parser::{RawFace, Tag};

/// Tables that are kept, in the order of their names.
const TABLES: [&[u8; 4]; 6] = [b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp"];

/// Bits of a composite glyph's parts: wide numbers, scales of one, two and four numbers, another part follows, instructions.
const WIDE: u16 = 0x0001;
const SCALE: u16 = 0x0008;
const MORE: u16 = 0x0020;
const TWO_SCALES: u16 = 0x0040;
const MATRIX: u16 = 0x0080;
const INSTRUCTIONS: u16 = 0x0100;

/// The font without instructions; `None` where it is no sound TrueType font, which is embedded as it is then.
pub(super) fn bare(font: &[u8]) -> Option<Vec<u8>> {
    let face = RawFace::parse(font, 0).ok()?;
    let table = |name: &[u8; 4]| face.table(Tag::from_bytes(name));
    let (outlines, mut head, mut maxp) = (table(b"glyf")?, table(b"head")?.to_vec(), table(b"maxp")?.to_vec());
    let places = places(table(b"loca")?, be16(&head, 50)? != 0);
    let mut glyf = Vec::with_capacity(outlines.len());
    let mut ends = vec![0_usize];
    for pair in places.windows(2) {
        let &[start, end] = pair else { continue };
        without_instructions(outlines.get(start..end)?, &mut glyf)?;
        // Short places count in pairs of bytes.
        glyf.resize(glyf.len().next_multiple_of(2), 0);
        ends.push(glyf.len());
    }
    let short = glyf.len() <= usize::from(u16::MAX) * 2;
    head.get_mut(50..52)?.copy_from_slice(&u16::from(!short).to_be_bytes());
    // What instructions need at most: nothing.
    if let Some(needs) = maxp.get_mut(16..28) {
        needs.fill(0);
    }
    let loca: Vec<u8> = if short {
        ends.iter().flat_map(|end| ((end / 2) as u16).to_be_bytes()).collect()
    } else {
        ends.iter().flat_map(|end| (*end as u32).to_be_bytes()).collect()
    };
    let mut parts = Vec::with_capacity(TABLES.len());
    for name in TABLES {
        parts.push(match name {
            b"glyf" => glyf.as_slice(),
            b"head" => head.as_slice(),
            b"loca" => loca.as_slice(),
            b"maxp" => maxp.as_slice(),
            name => table(name)?,
        });
    }
    Some(file(&parts))
}

/// Where glyphs begin and end.
fn places(loca: &[u8], long: bool) -> Vec<usize> {
    if long {
        loca.chunks_exact(4).map(|place| place.iter().fold(0, |whole, byte| whole << 8 | usize::from(*byte))).collect()
    } else {
        loca.chunks_exact(2).map(|place| (usize::from(place[0]) << 8 | usize::from(place[1])) * 2).collect()
    }
}

fn without_instructions(glyph: &[u8], to: &mut Vec<u8>) -> Option<()> {
    if glyph.is_empty() {
        return Some(());
    }
    let contours = be16(glyph, 0)?;
    if contours < 0x8000 {
        // The ends of its contours, then the length of its instructions and these, then its points.
        let at = 10 + 2 * usize::from(contours);
        let length = usize::from(be16(glyph, at)?);
        to.extend_from_slice(glyph.get(..at)?);
        to.extend_from_slice(&[0, 0]);
        to.extend_from_slice(glyph.get(at + 2 + length..)?);
        return Some(());
    }
    let begin = to.len();
    let mut at = 10;
    loop {
        let flags = be16(glyph, at)?;
        let scales = if flags & SCALE != 0 {
            2
        } else if flags & TWO_SCALES != 0 {
            4
        } else if flags & MATRIX != 0 {
            8
        } else {
            0
        };
        let end = at + 4 + if flags & WIDE != 0 { 4 } else { 2 } + scales;
        if at == 10 {
            to.extend_from_slice(glyph.get(..10)?);
        }
        to.extend_from_slice(&(flags & !INSTRUCTIONS).to_be_bytes());
        to.extend_from_slice(glyph.get(at + 2..end)?);
        at = end;
        if flags & MORE == 0 {
            break;
        }
    }
    (to.len() > begin).then_some(())
}

/// Tables as a font file, in the order of [`TABLES`].
fn file(parts: &[&[u8]]) -> Vec<u8> {
    let directory = 12 + 16 * parts.len();
    let mut out = Vec::with_capacity(directory + parts.iter().map(|part| part.len() + 4).sum::<usize>());
    // The version, the number of tables, and for searching: 16 times the greatest power of two in it, its exponent, and what is left.
    out.extend_from_slice(&[0, 1, 0, 0, 0, 6, 0, 64, 0, 2, 0, 32]);
    let mut at = directory;
    for (name, part) in TABLES.iter().zip(parts) {
        out.extend_from_slice(*name);
        out.extend([sum(part), at as u32, part.len() as u32].into_iter().flat_map(u32::to_be_bytes));
        at += part.len().next_multiple_of(4);
    }
    for part in parts {
        out.extend_from_slice(part);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out
}

/// A table's sum of words.
fn sum(part: &[u8]) -> u32 {
    part.chunks(4).fold(0_u32, |whole, word| {
        let word = word.iter().enumerate().fold(0, |word, (at, byte)| word | u32::from(*byte) << (24 - 8 * at));
        whole.wrapping_add(word)
    })
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(all(test, feature = "bundled-fonts"))]
mod tests {
    use std::fmt::Write as _;

    use ttf_parser::{Face, GlyphId, OutlineBuilder};

    use super::bare;
    use crate::fonts::{FontId, Fonts};

    /// An outline as words.
    #[derive(Default)]
    struct Outline(String);

    impl OutlineBuilder for Outline {
        fn move_to(&mut self, x: f32, y: f32) {
            write!(self.0, "M{x},{y}").ok();
        }
        fn line_to(&mut self, x: f32, y: f32) {
            write!(self.0, "L{x},{y}").ok();
        }
        fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
            write!(self.0, "Q{x1},{y1},{x},{y}").ok();
        }
        fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
            write!(self.0, "C{x1},{y1},{x2},{y2},{x},{y}").ok();
        }
        fn close(&mut self) {
            self.0.push('Z');
        }
    }

    fn told(face: &Face<'_>, glyph: u16) -> String {
        let mut told = Outline::default();
        face.outline_glyph(GlyphId(glyph), &mut told);
        told.0
    }

    #[test]
    fn every_outline_and_width_of_the_bundled_faces_stays() {
        let fonts = Fonts::default();
        for number in 0..30 {
            let data = fonts.data(FontId(number));
            let font = bare(data.bytes).expect("a sound font");
            assert!(font.len() < data.bytes.len() * 9 / 10, "{} of {}", font.len(), data.bytes.len());
            let (before, after) = (Face::parse(data.bytes, data.index).expect("a face"), Face::parse(&font, 0).expect("a face"));
            assert_eq!(before.number_of_glyphs(), after.number_of_glyphs());
            for glyph in (0..before.number_of_glyphs()).step_by(7) {
                assert_eq!(told(&before, glyph), told(&after, glyph), "glyph {glyph} of face {number}");
                assert_eq!(before.glyph_hor_advance(GlyphId(glyph)), after.glyph_hor_advance(GlyphId(glyph)));
            }
        }
    }

    #[test]
    fn what_is_no_sound_font_is_left_alone() {
        let data = Fonts::default().data(FontId(0));
        assert!(bare(b"OTTO").is_none() && bare(&[]).is_none());
        for cut in [100, 1000, data.bytes.len() / 2] {
            assert!(bare(&data.bytes[..cut]).is_none_or(|font| font.len() <= cut));
        }
    }
}
