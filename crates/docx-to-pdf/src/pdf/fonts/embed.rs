//! Font dictionaries (ISO 32000-1, 9.6 to 9.8).

use lopdf::ObjectId;

use super::face::Face;
use crate::pdf::save::Body;
use crate::pdf::stream::DEFLATED;
use crate::pdf::syntax::Syntax;

const FIXED_PITCH: i64 = 1;
const SYMBOLIC: i64 = 1 << 2;
const ITALIC: i64 = 1 << 6;

/// Adds a composite font whose codes are the glyph ids of its subset.
pub(super) fn add(body: &mut Body, face: &Face) -> ObjectId {
    let program = &face.program;
    let descriptor = descriptor(body, face);
    let descendant = body.new_id();
    let subtype = if program.cff { "/CIDFontType0" } else { "/CIDFontType2/CIDToGIDMap/Identity" };
    let out = body.object(descendant).raw("<</Type/Font/Subtype").raw(subtype).raw("/BaseFont").name(&program.name);
    out.raw("/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor").reference(descriptor);
    out.raw("/W[0[").bytes.extend_from_slice(&program.widths.bytes);
    out.raw("]]>>");
    let mut dict = Syntax::default();
    dict.raw(DEFLATED);
    let to_unicode = body.stream(dict, vec![program.to_unicode.clone()]);
    let font = body.new_id();
    let out = body.object(font).raw("<</Type/Font/Subtype/Type0/Encoding/Identity-H/BaseFont").name(&program.name);
    out.raw("/DescendantFonts[").reference(descendant).raw("]/ToUnicode").reference(to_unicode).raw(">>");
    font
}

fn descriptor(body: &mut Body, face: &Face) -> ObjectId {
    let (program, measures) = (&face.program, &face.info.descriptor);
    let mut dict = Syntax::default();
    if program.cff {
        dict.raw("/Subtype/CIDFontType0C");
    } else {
        dict.raw("/Length1").integer(program.length as i64);
    }
    dict.raw(DEFLATED);
    let file = body.stream(dict, vec![program.file.clone()]);
    let flag = |on: bool, flag: i64| if on { flag } else { 0 };
    let flags = SYMBOLIC | flag(measures.fixed_pitch, FIXED_PITCH) | flag(measures.italic_angle != 0.0, ITALIC);
    // No table tells the width of stems; producers estimate it from the weight like this.
    let stem = 50 + (f32::from(measures.weight) / 65.0).powi(2).round() as i64;
    let id = body.new_id();
    let out = body.object(id).raw("<</Type/FontDescriptor/FontName").name(&program.name).raw("/FontBBox[");
    for edge in measures.bounds {
        out.integer(edge);
    }
    out.raw("]/ItalicAngle").length(measures.italic_angle);
    let numbers =
        [("Flags", flags), ("Ascent", measures.ascent), ("Descent", measures.descent), ("CapHeight", measures.cap_height), ("StemV", stem)];
    for (key, number) in numbers {
        out.name(key).integer(number);
    }
    out.raw(if program.cff { "/FontFile3" } else { "/FontFile2" }).reference(file).raw(">>");
    id
}
