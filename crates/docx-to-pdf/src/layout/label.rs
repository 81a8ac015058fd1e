//! Text that is no paragraph: labels of charts and metafiles, and text stretched over a shape.

use crate::document::model::{Label, LabelBase, WordArt};
use crate::layout::context::{Context, bounded};
use crate::layout::frame::NodeId;
use crate::layout::ink::Ink;
use crate::layout::look::{Look, Script, Word, script};
use crate::layout::runs::draw_word;
use crate::units::Pt;
use crate::warning::Warning;

/// No label is longer, and no text is stretched over more lines.
const LONGEST: usize = 2000;
const MOST_LINES: usize = 50;

/// Draws a label whose point is the origin.
pub(super) fn draw(context: &mut Context<'_>, label: &Label) -> Ink {
    let mut ink = Ink::default();
    let look = context.look(&label.props);
    let word = shaped(context, &look, &label.text);
    let across = if label.across.is_finite() { label.across.clamp(0.0, 1.0) } else { 0.0 };
    let baseline = match label.base {
        LabelBase::Baseline => Pt::ZERO,
        LabelBase::Top => look.ascent(),
        LabelBase::Middle => (look.ascent() - look.descent()) / 2.0,
        LabelBase::Bottom => -look.descent(),
    };
    draw_word(context, &word, &look, (-(word.width * across), baseline), (None, false), &mut ink);
    let scale = if label.scale.is_finite() { label.scale.clamp(0.001, 1000.0) } else { 1.0 };
    let rotation = if label.rotation.is_finite() { label.rotation % 360.0 } else { 0.0 };
    if (scale - 1.0).abs() < 1e-4 && rotation == 0.0 {
        return ink;
    }
    let (sin, cos) = rotation.to_radians().sin_cos();
    ink.into_group([scale * cos, scale * sin, -scale * sin, scale * cos, 0.0, 0.0], None)
}

/// Draws lines of text, each stretched to the width of the box and all together to its height.
pub(super) fn stretched(context: &mut Context<'_>, art: &WordArt, (width, height): (Pt, Pt), tag: Option<NodeId>) -> Ink {
    let mut whole = Ink::default();
    let look = context.look(&art.props);
    let lines: Vec<&String> = art.lines.iter().filter(|line| !line.trim().is_empty()).take(MOST_LINES).collect();
    let high = height / lines.len().max(1) as f32;
    for (at, line) in lines.into_iter().enumerate() {
        let word = shaped(context, &look, line);
        let (top, bottom) = reach(&look, &word, art.trimmed);
        let natural = (word.width.max(Pt(0.01)), (top + bottom).max(Pt(0.01)));
        let (scale_x, scale_y) = (bounded(width) / natural.0, bounded(high) / natural.1);
        if !(scale_x.is_finite() && scale_y.is_finite() && scale_x > 0.0 && scale_y > 0.0) {
            continue;
        }
        let mut ink = Ink::default();
        draw_word(context, &word, &look, (Pt::ZERO, top), (tag, false), &mut ink);
        whole.append(ink.into_group([scale_x, 0.0, 0.0, scale_y, 0.0, (high * at as f32).0], None));
    }
    whole
}

fn shaped(context: &mut Context<'_>, look: &Look, text: &str) -> std::rc::Rc<Word> {
    let text: String = text.chars().filter(|character| !character.is_control()).take(LONGEST).collect();
    // One line, one direction: that of its first letter that has one.
    let first = text.chars().find(|character| character.is_alphabetic());
    let rtl = first.is_some_and(|letter| script(letter) == Script::Complex && matches!(letter as u32, 0x0590..=0x08FF | 0xFB1D..=0xFEFF));
    let word = look.word(context.fonts, &text, rtl);
    context.warnings.extend(word.missing.iter().map(|character| Warning::MissingGlyph { character: *character }));
    word
}

/// How far text reaches above and below its baseline: its line, or where that is trimmed its letters.
fn reach(look: &Look, word: &Word, trimmed: bool) -> (Pt, Pt) {
    let metrics = &look.latin.metrics;
    let size = look.size;
    if !trimmed {
        return (size * metrics.ascent, size * metrics.descent);
    }
    let tall =
        |letter: char| letter.is_uppercase() || letter.is_numeric() || "bdfhijklt!?()[]{}/|\"'%&#$".contains(letter) || !letter.is_ascii();
    let deep = |letter: char| "gjpqyQ,;()[]{}|/".contains(letter);
    let above = if word.text.chars().any(tall) { metrics.cap_height } else { metrics.x_height };
    let above = if above > 0.0 { above } else { metrics.ascent };
    (size * above, if word.text.chars().any(deep) { size * metrics.descent } else { Pt::ZERO })
}
