//! A face cut down to some of its glyphs, compressed, with its tables for widths and text.

use std::fmt::Write as _;

use subsetter::GlyphRemapper;
use ttf_parser::RawFace;

use super::face::{Blocks, FaceInfo};
use super::outlines::bare;
use crate::pdf::syntax::Syntax;
use crate::pdf::{PdfError, stream};
use bytes::Bytes;

/// A glyph outside of the blocks and the text it stands for.
pub(super) type Extra = (u16, Box<str>);

/// An embedded font program.
#[derive(Debug, Default)]
pub(super) struct Program {
    /// Codes by glyph; 0 for glyphs that are not in.
    pub(super) codes: Vec<u16>,
    /// Widths by code, as the PDF spells them.
    pub(super) widths: Syntax,
    /// The font file, deflated.
    pub(super) file: Bytes,
    /// Its length before.
    pub(super) length: usize,
    /// It has PostScript outlines.
    pub(super) cff: bool,
    /// The text behind each code, deflated.
    pub(super) to_unicode: Bytes,
    /// The tagged name.
    pub(super) name: String,
}

impl Program {
    pub(super) fn make(info: &FaceInfo, blocks: Blocks, extras: &[Extra]) -> Result<Self, PdfError> {
        let mut remapper = GlyphRemapper::new();
        let mut texts: Vec<(u16, &str)> = Vec::new();
        for (glyph, known) in info.known.iter().enumerate() {
            if let Some(known) = known
                && known.block & blocks != 0
            {
                texts.push((remapper.remap(glyph as u16), &known.text));
            }
        }
        for (glyph, text) in extras {
            texts.push((remapper.remap(*glyph), text));
        }
        texts.sort_unstable_by_key(|(code, _)| *code);

        let failed = |reason: String| PdfError::Font { font: info.postscript_name.clone(), reason };
        let font = subsetter::subset(info.data.bytes, info.data.index, &remapper).map_err(|error| failed(error.to_string()))?;
        let outlines = postscript_outlines(&font);
        let bare = if outlines.is_none() { bare(&font) } else { None };
        let file = outlines.or(bare.as_deref()).unwrap_or(&font);

        let mut codes = vec![0; info.known.len()];
        let mut widths = Syntax::default();
        for (code, glyph) in remapper.remapped_gids().enumerate() {
            if let Some(slot) = codes.get_mut(usize::from(glyph)) {
                *slot = code as u16;
            }
            widths.length(info.widths.get(usize::from(glyph)).copied().unwrap_or(0.0));
        }
        Ok(Self {
            codes,
            widths,
            file: stream::deflate_well(file).into(),
            length: file.len(),
            cff: outlines.is_some(),
            to_unicode: stream::deflate_well(to_unicode(&texts).as_bytes()).into(),
            name: format!("{}+{}", tag(blocks, extras), info.postscript_name),
        })
    }

    /// Bytes it takes in a cache.
    pub(super) fn size(&self) -> usize {
        self.file.len() + self.to_unicode.len() + self.codes.len() * 2 + self.widths.bytes.len()
    }
}

/// The CFF table alone, which is how a PDF embeds such a font.
fn postscript_outlines(font: &[u8]) -> Option<&[u8]> {
    RawFace::parse(font, 0).ok()?.table(ttf_parser::Tag::from_bytes(b"CFF "))
}

/// Six letters that tell subsets of one face apart (ISO 32000-1, 9.6.4).
fn tag(blocks: Blocks, extras: &[Extra]) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(blocks);
    for byte in extras.iter().flat_map(|(glyph, _)| glyph.to_le_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut letters = String::with_capacity(6);
    for _ in 0..6 {
        letters.push(char::from(b'A' + (hash >> 32) as u8 % 26));
        hash = hash.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
    }
    letters
}

/// The map from codes to text (ISO 32000-1, 9.10.3).
fn to_unicode(texts: &[(u16, &str)]) -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    // Writing to a string does not fail.
    let with_text: Vec<_> = texts.iter().filter(|(_, text)| !text.is_empty()).collect();
    for hundred in with_text.chunks(100) {
        let _ = writeln!(map, "{} beginbfchar", hundred.len());
        for (code, text) in hundred {
            let _ = write!(map, "<{code:04X}> <");
            for unit in text.encode_utf16() {
                let _ = write!(map, "{unit:04X}");
            }
            map.push_str(">\n");
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}
