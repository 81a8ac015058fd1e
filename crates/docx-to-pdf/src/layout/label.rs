//! Text that is no paragraph: labels of charts and metafiles, and text stretched over a shape.

use crate::document::model::{Label, LabelBase, WordArt, WordArtAlign};
use crate::fonts::OutlineStep;
use crate::layout::context::Context;
use crate::layout::frame::{GlyphRun, NodeId, PathStep, Shape};
use crate::layout::ink::Ink;
use crate::layout::length::bounded;
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

/// Lines of text stretched over a box: the glyphs, and their outlines where they are asked for and not too many.
pub(super) struct Stretched {
    pub(super) ink: Ink,
    pub(super) outlines: Vec<PathStep>,
}

/// Draws lines of text so that the letters of the longest line reach from one side of the box to the other, and all lines together from its top to its bottom (LibreOffice and Spire agree).
pub(super) fn stretched(context: &mut Context<'_>, art: &WordArt, (width, height): (Pt, Pt), tag: Option<NodeId>) -> Stretched {
    let mut whole = Stretched { ink: Ink::default(), outlines: Vec::new() };
    let look = context.look(&art.props);
    let mut lines = Vec::new();
    for line in art.lines.iter().filter(|line| !line.trim().is_empty()).take(MOST_LINES) {
        let word = shaped(context, &look, line);
        let mut ink = Ink::default();
        draw_word(context, &word, &look, (Pt::ZERO, Pt::ZERO), (tag, false), &mut ink);
        let edges = edges(context, &ink).unwrap_or([Pt::ZERO, look.ascent(), word.width, look.descent()]);
        lines.push((ink, edges));
    }
    let metrics = &look.latin.metrics;
    let (ascent, descent) = (look.size * metrics.ascent, look.size * metrics.descent);
    let mut top = ascent;
    let mut natural = (ascent + descent) * lines.len() as f32;
    if let (true, Some((_, first)), Some((_, last))) = (art.trimmed, lines.first(), lines.last()) {
        top = first[1];
        natural = first[1] + (ascent + descent) * (lines.len() - 1) as f32 + last[3];
    }
    let longest = lines.iter().map(|(_, edges)| edges[2] - edges[0]).fold(Pt(0.01), Pt::max);
    let scale_y = bounded(height) / natural.max(Pt(0.01));
    for (at, (ink, [left, _, right, _])) in lines.into_iter().enumerate() {
        let long = (right - left).max(Pt(0.01));
        let scale_x = bounded(width) / if art.align == WordArtAlign::Stretch { long } else { longest };
        if !(scale_x.is_finite() && scale_y.is_finite() && scale_x > 0.0 && scale_y > 0.0) {
            continue;
        }
        let free = bounded(width) - long * scale_x;
        let before = match art.align {
            WordArtAlign::Left | WordArtAlign::Stretch => Pt::ZERO,
            WordArtAlign::Center => free / 2.0,
            WordArtAlign::Right => free,
        };
        let baseline = top + (ascent + descent) * at as f32;
        let transform = [scale_x, 0.0, 0.0, scale_y, (before - left * scale_x).0, (baseline * scale_y).0];
        if art.paint.is_some() && context.may_paint_letters(runs(&ink).map(|run| run.glyphs.len()).sum()) {
            whole.outlines.extend(outlines(context, &ink, transform));
        }
        whole.ink.append(ink.into_group(transform, None));
    }
    whole
}

fn runs(ink: &Ink) -> impl Iterator<Item = &GlyphRun> {
    ink.items.iter().filter_map(|item| if let Shape::Glyphs(run) = &item.shape { Some(run) } else { None })
}

/// How far the outlines of glyphs on the baseline reach: left and right from the start, up and down from the baseline.
fn edges(context: &Context<'_>, ink: &Ink) -> Option<[Pt; 4]> {
    let glyphs = runs(ink).flat_map(|run| run.glyphs.iter().map(move |glyph| (run, glyph)));
    let boxes = glyphs.filter_map(|(run, glyph)| {
        let [left, bottom, right, top] = context.fonts.outline(run.font, glyph.id)?.map(|edge| run.size * edge);
        let (x, rise) = (run.x + glyph.x, glyph.rise - run.y);
        Some([x + left * run.scale_x, rise + top, x + right * run.scale_x, -(rise + bottom)])
    });
    boxes.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}

/// The outlines of all glyphs, transformed.
fn outlines(context: &Context<'_>, ink: &Ink, transform: [f32; 6]) -> Vec<PathStep> {
    let mut steps = Vec::new();
    for run in runs(ink) {
        for glyph in &run.glyphs {
            let (scale, lean) = (run.size.0, if run.synthetic_italic { SLANT } else { 0.0 });
            let (left, base) = ((run.x + glyph.x).0, (run.y - glyph.rise).0);
            let point = |(x, y): (f32, f32)| {
                let (x, y) = (left + (x + y * lean) * scale * run.scale_x, base - y * scale);
                let [a, b, c, d, e, f] = transform;
                (bounded(Pt(a * x + c * y + e)), bounded(Pt(b * x + d * y + f)))
            };
            steps.extend(context.fonts.outline_steps(run.font, glyph.id).into_iter().map(|step| match step {
                OutlineStep::Move(to) => {
                    let (x, y) = point(to);
                    PathStep::Move(x, y)
                }
                OutlineStep::Line(to) => {
                    let (x, y) = point(to);
                    PathStep::Line(x, y)
                }
                OutlineStep::Curve(first, second, to) => {
                    let ((ax, ay), (bx, by), (x, y)) = (point(first), point(second), point(to));
                    PathStep::Curve(ax, ay, bx, by, x, y)
                }
                OutlineStep::Close => PathStep::Close,
            }));
        }
    }
    steps
}

/// How far a synthetic italic leans, as when it is written.
const SLANT: f32 = 0.2126;

fn shaped(context: &mut Context<'_>, look: &Look, text: &str) -> std::rc::Rc<Word> {
    let text: String = text.chars().filter(|character| !character.is_control()).take(LONGEST).collect();
    // One line, one direction: that of its first letter that has one.
    let first = text.chars().find(|character| character.is_alphabetic());
    let rtl = first.is_some_and(|letter| script(letter) == Script::Complex && matches!(letter as u32, 0x0590..=0x08FF | 0xFB1D..=0xFEFF));
    let word = look.word(context.fonts, &text, rtl);
    context.warnings.extend(word.missing.iter().map(|character| Warning::MissingGlyph { character: *character }));
    word
}
