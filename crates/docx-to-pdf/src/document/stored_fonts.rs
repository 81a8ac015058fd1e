//! Fonts that are stored in a document, as Word does when asked to (17.8.1, 17.8.3.3 to 17.8.3.7): in the parts that the font table names.

use super::xml::Tree;
use crate::package::Package;

/// More fonts, or more bytes of fonts, are left out.
const MOST_FONTS: usize = 64;
const MOST_BYTES: usize = 32 << 20;

/// So many bytes at a font's start are hidden by its key.
const HIDDEN: usize = 32;

/// A font stored in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFont {
    /// The family that the document calls so.
    pub family: String,
    /// It is the family's bold face.
    pub bold: bool,
    /// It is its italic one.
    pub italic: bool,
    /// The font file.
    pub data: Vec<u8>,
}

/// The fonts stored in a document; those that cannot be read are left out, as others stand in for them.
pub fn stored_fonts(package: &Package) -> Vec<StoredFont> {
    found(package).unwrap_or_default()
}

fn found(package: &Package) -> Option<Vec<StoredFont>> {
    // Most documents have none, and no relationships of their font table to read.
    if !package.part_names().any(|name| name.contains("_rels/fontTable")) {
        return None;
    }
    let main = package.main_document().ok()?;
    let relationships = package.relationships(&main);
    let table = relationships.of_kind("fontTable").find_map(|relationship| relationship.part())?;
    let parts = package.relationships(table);
    parts.of_kind("font").next()?;
    let tree = Tree::parse(package.part(table)?, package.limits()).ok()?;
    let mut fonts = Vec::new();
    let mut bytes = 0;
    for font in tree.root()?.children().filter(|node| node.name() == "w:font") {
        for (style, bold, italic) in [
            ("w:embedRegular", false, false),
            ("w:embedBold", true, false),
            ("w:embedItalic", false, true),
            ("w:embedBoldItalic", true, true),
        ] {
            let stored = font.child(style).and_then(|stored| Some((stored.attr("r:id")?, stored.attr("w:fontKey").unwrap_or_default())));
            let data = stored.and_then(|(id, key)| Some((package.part(parts.get(id)?.part()?)?, key)));
            let (Some(family), Some((data, key))) = (font.attr("w:name"), data) else { continue };
            bytes += data.len();
            if data.len() <= HIDDEN || bytes > MOST_BYTES || fonts.len() >= MOST_FONTS {
                continue;
            }
            fonts.push(StoredFont { family: family.to_owned(), bold, italic, data: shown(data, key) });
        }
    }
    Some(fonts)
}

/// The font file: its first bytes are crossed with the key's, from the last to the first, twice (17.8.1). One without a key is as it is.
fn shown(data: &[u8], key: &str) -> Vec<u8> {
    let digits: Vec<u8> = key.chars().filter_map(|character| character.to_digit(16)).map(|digit| digit as u8).collect();
    let mut data = data.to_vec();
    if digits.len() == 32 {
        let key: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        for (byte, key) in data.iter_mut().take(HIDDEN).zip(key.iter().rev().cycle()) {
            *byte ^= key;
        }
    }
    data
}
