//! Drop caps (`w:framePr` with `w:dropCap`, ECMA-376 part 1, 17.3.1.11): a letter beside the first lines of the paragraph below it.
//!
//! Letter and size are drawn as written, as Word does; its baseline is that of the last line it stands beside.
//! LibreOffice 7.4 scales the letter so that it fills those lines (which is what a size that Word worked out does too), and gives one to short paragraphs and margins no place of their own.

use crate::document::model::{Block, DropCap, Inline, Paragraph};
use crate::layout::context::Context;
use crate::layout::frame::Shape;
use crate::layout::ink::Ink;
use crate::layout::line::{self, Extent};
use crate::units::Pt;

/// How much less than its lines the letter's room is high, so that the next line is free.
const SHY: Pt = Pt(1.0);

/// So many blocks are looked at for the paragraph below a drop cap.
const FRAMED_TOGETHER: usize = 8;

/// The paragraph that a drop cap at the start of `blocks` belongs to.
pub(super) fn paragraph_below(blocks: &[Block]) -> Option<&Paragraph> {
    let is_framed = |block: &&Block| matches!(block, Block::Paragraph(paragraph) if paragraph.props.frame.is_some());
    let Some(Block::Paragraph(first)) = blocks.first() else { return None };
    first.props.frame.filter(|frame| frame.drop_cap.is_some())?;
    match blocks.iter().take(FRAMED_TOGETHER).find(|block| !is_framed(block)) {
        Some(Block::Paragraph(paragraph)) => Some(paragraph),
        _ => None,
    }
}

/// Puts a letter on the baseline of the last of its lines; `ink` starts at the top of the first one. Returns the height of its room.
pub(super) fn stand(context: &mut Context<'_>, drop_cap: DropCap, below: &Paragraph, ink: &mut Ink) -> Pt {
    let props = below.content.iter().find_map(|inline| match inline {
        Inline::Text { props, .. } => Some(props),
        _ => None,
    });
    let look = match props {
        Some(props) => context.look(props),
        None => context.look(&below.mark),
    };
    let (ascent, descent) = (look.ascent(), look.descent());
    let grid = context.grid.filter(|_| below.props.snap_to_grid);
    let line = line::metrics(Extent { ascent, descent, font: ascent + descent }, below.props.line, grid);
    let before = line.height * (drop_cap.lines.max(1) - 1) as f32;
    let lowest = ink.items.iter().filter_map(|item| match &item.shape {
        Shape::Glyphs(run) => Some(run.y),
        _ => None,
    });
    if let Some(baseline) = lowest.reduce(Pt::max) {
        ink.translate(Pt::ZERO, before + line.baseline - baseline);
    }
    before + line.height - SHY
}
