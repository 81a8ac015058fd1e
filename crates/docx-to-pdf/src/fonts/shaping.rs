//! Text to glyphs, through rustybuzz.

use std::cell::Cell;
use std::sync::{Arc, PoisonError};

use rustybuzz::ttf_parser::Tag;
use rustybuzz::{BufferClusterLevel, Direction, Feature, GlyphBuffer, Script, ShapePlan, UnicodeBuffer, script};

use super::face::{Face, Parsed};
use super::{Features, Shaped, ShapedGlyph};

/// What a shaping plan depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PlanKey {
    script: Script,
    features: Features,
}

/// A byte position no text reaches.
const NOWHERE: usize = 0xffff_ff00;

thread_local! {
    /// The buffer of the last call, so that shaping a word does not allocate one.
    static BUFFER: Cell<Option<UnicodeBuffer>> = const { Cell::new(None) };
}

/// Shapes a text in one face.
pub(super) fn shape(face: &Face, text: &str, features: Features) -> Shaped {
    let Some(parsed) = face.parsed() else { return Shaped::default() };
    let mut buffer = BUFFER.take().unwrap_or_default();
    buffer.push_str(text);
    buffer.set_cluster_level(BufferClusterLevel::MonotoneGraphemes);
    buffer.set_direction(if features.rtl { Direction::RightToLeft } else { Direction::LeftToRight });
    buffer.guess_segment_properties();
    let plan = plan(parsed, PlanKey { script: buffer.script(), features });
    let glyphs = rustybuzz::shape_with_plan(&parsed.shaper, &plan, buffer);
    let shaped = collect(&glyphs, parsed.unit, text.len() as u32, features.rtl);
    BUFFER.set(Some(glyphs.clear()));
    shaped
}

/// The plan for a script and features, made once a face.
fn plan(parsed: &Parsed, key: PlanKey) -> Arc<ShapePlan> {
    let known = parsed.plans.read().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, plan)) = known.iter().find(|(of, _)| *of == key) {
        return Arc::clone(plan);
    }
    drop(known);
    let direction = if key.features.rtl { Direction::RightToLeft } else { Direction::LeftToRight };
    // A buffer without a script answers "unknown"; the plan must then be made without one, as the library compares both.
    let script = (key.script != script::UNKNOWN).then_some(key.script);
    let plan = Arc::new(ShapePlan::new(&parsed.shaper, direction, script, None, &user_features(key.features)));
    parsed.plans.write().unwrap_or_else(PoisonError::into_inner).push((key, Arc::clone(&plan)));
    plan
}

/// What is switched off; everything standard is on by itself.
fn user_features(features: Features) -> Vec<Feature> {
    let off = |tag: &[u8; 4]| Feature::new(Tag::from_bytes(tag), 0, ..);
    let mut list = Vec::new();
    if !features.kerning {
        list.push(off(b"kern"));
        if features.rtl {
            // rustybuzz 0.20 loses the glyphs' order when kerning is off altogether and the face has a kern table: it reverses
            // the buffer before it notices. Kerning on an empty range keeps it off without that.
            list.push(Feature::new(Tag::from_bytes(b"kern"), 1, NOWHERE..=NOWHERE));
        }
    }
    if !features.ligatures {
        list.extend([off(b"liga"), off(b"clig")]);
    }
    list
}

/// Glyphs with their byte ranges. Glyphs of one cluster stand for its text together: the first that moves the pen carries it.
fn collect(buffer: &GlyphBuffer, unit: f32, text_end: u32, rtl: bool) -> Shaped {
    let (infos, positions) = (buffer.glyph_infos(), buffer.glyph_positions());
    let mut glyphs: Vec<ShapedGlyph> = Vec::with_capacity(infos.len());
    let mut width = 0.0;
    for (info, position) in infos.iter().zip(positions) {
        let advance = position.x_advance as f32 * unit;
        width += advance;
        glyphs.push(ShapedGlyph {
            id: info.glyph_id as u16,
            advance,
            dx: position.x_offset as f32 * unit,
            dy: position.y_offset as f32 * unit,
            text: (info.cluster, info.cluster),
        });
    }
    let mut last_start = text_end;
    let assign = |group: &mut [ShapedGlyph], end: u32| {
        let carrier = group.iter().position(|glyph| glyph.advance > 0.0).unwrap_or(0);
        if let Some(glyph) = group.get_mut(carrier) {
            glyph.text.1 = end;
        }
    };
    // Clusters rise in logical order, so each ends where the next one to the right (left, if right-to-left) starts.
    if rtl {
        for group in glyphs.chunk_by_mut(|a, b| a.text.0 == b.text.0) {
            let start = group.first().map_or(last_start, |glyph| glyph.text.0);
            assign(group, last_start);
            last_start = start;
        }
    } else {
        let mut rest = glyphs.as_mut_slice();
        while let Some(start) = rest.last().map(|glyph| glyph.text.0) {
            let from = rest.iter().rposition(|glyph| glyph.text.0 != start).map_or(0, |at| at + 1);
            let (head, group) = rest.split_at_mut(from);
            assign(group, last_start);
            last_start = start;
            rest = head;
        }
    }
    Shaped { glyphs, width }
}
