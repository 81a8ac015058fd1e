//! Words become runs of glyphs: neighbours that look alike and belong to the same element are one.

use std::rc::Rc;

use crate::document::model::RunProps;
use crate::graphics::Rgb;
use crate::layout::context::Context;
use crate::layout::frame::{Glyph, GlyphRun, Item, NodeId, Shape};
use crate::layout::ink::Ink;
use crate::layout::look::{Look, Part, Word};
use crate::units::Pt;

/// Draws one word by itself: a paragraph's number. It is `parted` from what follows by a blank, unless nothing comes between them.
pub(super) fn draw_word(
    context: &Context<'_>,
    word: &Word,
    look: &Rc<Look>,
    (x, baseline): (Pt, Pt),
    (tag, parted): (Option<NodeId>, bool),
    ink: &mut Ink,
) {
    let mut runs = Runs::new(word.text.len() + 1);
    runs.word(word, look, x, baseline, (tag, text_color(context.background, &look.props)));
    if parted {
        runs.parting_blank(context, look, (x + word.width, baseline));
    }
    runs.flush();
    ink.append(runs.ink);
}

/// Collects words into runs of glyphs.
pub(super) struct Runs {
    run: Option<(GlyphRun, Option<NodeId>, *const Look)>,
    /// About how many glyphs are still to come.
    ahead: usize,
    /// What is drawn so far.
    pub ink: Ink,
}

impl Runs {
    pub(super) fn new(glyphs: usize) -> Self {
        Self { run: None, ahead: glyphs, ink: Ink::default() }
    }

    /// Draws a word as a part of the text in work; nothing where there is none.
    pub(super) fn word_behind(&mut self, word: &Word, look: &Rc<Look>, (x, baseline): (Pt, Pt), color: Rgb) {
        let Some(tag) = self.run.as_ref().map(|(_, tag, _)| *tag) else { return };
        self.word(word, look, x, baseline, (tag, color));
    }

    /// Draws a word.
    pub(super) fn word(&mut self, word: &Word, look: &Rc<Look>, x: Pt, baseline: Pt, (tag, color): (Option<NodeId>, Rgb)) {
        let mut pen = x;
        for (index, part) in word.parts.iter().enumerate() {
            let y = baseline - look.rise;
            self.open(part, look, (pen, y), tag, color);
            let text = part_text(word, index);
            if let Some((run, ..)) = &mut self.run {
                pen = push_part(run, part, look, text, pen);
            }
        }
    }

    /// A blank behind the text in work, so that what a tab or a break parts is not read as one word.
    pub(super) fn parting_blank(&mut self, context: &Context<'_>, look: &Rc<Look>, (x, baseline): (Pt, Pt)) {
        if self.run.is_none() {
            return;
        }
        let blank = look.word(context.fonts, " ", false);
        self.word_behind(&blank, look, (x, baseline), text_color(context.background, &look.props));
    }

    /// Goes on with the open run, or starts a new one.
    fn open(&mut self, part: &Part, look: &Rc<Look>, (x, y): (Pt, Pt), tag: Option<NodeId>, color: Rgb) {
        let same = self.run.as_ref().is_some_and(|(run, run_tag, run_look)| {
            run.font == part.face.font && run.size == part.size && *run_tag == tag && *run_look == Rc::as_ptr(look) && !run.rtl && !part.rtl
        });
        if same {
            return;
        }
        self.flush();
        let run = GlyphRun {
            font: part.face.font,
            size: part.size,
            scale_x: look.scale(),
            color,
            x,
            y,
            glyphs: Vec::with_capacity(self.ahead),
            text: String::with_capacity(self.ahead),
            rtl: part.rtl,
            synthetic_italic: part.face.italic,
            synthetic_bold: part.face.bold,
            unseen: false,
        };
        self.run = Some((run, tag, Rc::as_ptr(look)));
    }

    /// Ends the run in work.
    pub(super) fn flush(&mut self) {
        if let Some((mut run, tag, _)) = self.run.take()
            && !run.glyphs.is_empty()
        {
            self.ahead = self.ahead.saturating_sub(run.glyphs.len());
            // A line of many short runs would keep room for the whole line in each of them.
            if run.glyphs.capacity() > 2 * run.glyphs.len() {
                run.glyphs.shrink_to_fit();
                run.text.shrink_to_fit();
            }
            self.ink.items.push(Item { tag, shape: Shape::Glyphs(run) });
        }
    }
}

/// The text a part of a word stands for.
fn part_text(word: &Word, index: usize) -> &str {
    if word.parts.len() == 1 {
        return &word.text;
    }
    let start = word.parts[index].start as usize;
    let end = word.parts.iter().map(|part| part.start as usize).filter(|other| *other > start).min().unwrap_or(word.text.len());
    word.text.get(start..end).unwrap_or("")
}

/// Adds a part's glyphs; returns where the pen is then.
fn push_part(run: &mut GlyphRun, part: &Part, look: &Look, text: &str, mut pen: Pt) -> Pt {
    let base = run.text.len() as u32;
    run.text.push_str(text);
    let (scale, spacing) = (look.scale(), look.spacing());
    let left = run.x;
    run.glyphs.extend(part.shaped.glyphs.iter().map(|glyph| {
        let advance = part.size * glyph.advance * scale;
        let x = pen - left + part.size * glyph.dx * scale;
        pen += advance + spacing;
        Glyph { id: glyph.id, x, rise: part.size * glyph.dy, advance, text: (base + glyph.text.0, base + glyph.text.1) }
    }));
    pen
}

/// Text colour; automatic is black, or white on something dark.
pub(super) fn text_color(background: Option<Rgb>, props: &RunProps) -> Rgb {
    props.color.unwrap_or_else(|| match props.highlight.or(props.shading).or(background) {
        Some(behind) if is_dark(behind) => Rgb(255, 255, 255),
        _ => Rgb(0, 0, 0),
    })
}

/// LibreOffice's `Color::IsDark`: luminance of at most 62 of 255.
fn is_dark(Rgb(red, green, blue): Rgb) -> bool {
    (u32::from(blue) * 29 + u32::from(green) * 151 + u32::from(red) * 76) >> 8 <= 62
}
