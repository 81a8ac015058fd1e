//! Font dictionaries (ISO 32000-1, 9.6 to 9.8).

use lopdf::{Dictionary, Document, Object, ObjectId, StringFormat, dictionary};

use super::face::Face;
use crate::pdf::stream;

const FIXED_PITCH: i64 = 1;
const SYMBOLIC: i64 = 1 << 2;
const ITALIC: i64 = 1 << 6;

/// Adds a composite font whose codes are the glyph ids of its subset.
pub(super) fn add(document: &mut Document, face: &Face) -> ObjectId {
    let program = &face.program;
    let name = || Object::Name(program.name.clone().into_bytes());
    let descriptor = descriptor(document, face, name());
    let widths = program.widths.iter().map(|width| Object::Real(*width)).collect();
    let text = || Object::String(b"Adobe".to_vec(), StringFormat::Literal);
    let mut descendant = dictionary! {
        "Type" => "Font",
        "Subtype" => if program.cff { "CIDFontType0" } else { "CIDFontType2" },
        "BaseFont" => name(),
        "CIDSystemInfo" => dictionary! { "Registry" => text(), "Ordering" => Object::string_literal("Identity"), "Supplement" => 0 },
        "FontDescriptor" => descriptor,
        "W" => vec![Object::Integer(0), Object::Array(widths)],
    };
    if !program.cff {
        descendant.set("CIDToGIDMap", "Identity");
    }
    let descendant = document.add_object(descendant);
    let to_unicode = document.add_object(stream::deflated(Dictionary::new(), program.to_unicode.clone()));
    document.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "Type0",
        "BaseFont" => name(),
        "Encoding" => "Identity-H",
        "DescendantFonts" => vec![Object::Reference(descendant)],
        "ToUnicode" => to_unicode,
    })
}

fn descriptor(document: &mut Document, face: &Face, name: Object) -> ObjectId {
    let (program, measures) = (&face.program, &face.info.descriptor);
    let (key, header) = if program.cff {
        ("FontFile3", dictionary! { "Subtype" => "CIDFontType0C" })
    } else {
        ("FontFile2", dictionary! { "Length1" => program.length as i64 })
    };
    let file = document.add_object(stream::deflated(header, program.file.clone()));
    let flag = |on: bool, flag: i64| if on { flag } else { 0 };
    let flags = SYMBOLIC | flag(measures.fixed_pitch, FIXED_PITCH) | flag(measures.italic_angle != 0.0, ITALIC);
    let bounds = measures.bounds.iter().map(|edge| Object::Integer(*edge)).collect::<Vec<_>>();
    // No table tells the width of stems; producers estimate it from the weight like this.
    let stem = 50 + (f32::from(measures.weight) / 65.0).powi(2).round() as i64;
    document.add_object(dictionary! {
        "Type" => "FontDescriptor",
        "FontName" => name,
        "Flags" => flags,
        "FontBBox" => bounds,
        "ItalicAngle" => measures.italic_angle,
        "Ascent" => measures.ascent,
        "Descent" => measures.descent,
        "CapHeight" => measures.cap_height,
        "StemV" => stem,
        key => file,
    })
}
