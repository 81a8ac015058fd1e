//! A page's geometry, and closing pages: headers, footers, page borders, and the document's outline.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use crate::document::model::{Block, HeaderFooter, Inline, Leader, PageBorderPages, Section, VerticalAlign};
use crate::layout::context::{Context, PageFacts};
use crate::layout::float::Bases;
use crate::layout::frame::{Destination, Frames, Item, Link, LinkTarget, OutlineEntry, Page, Shape};
use crate::layout::ink::{Ink, Layer, MarkKind, Rect, filled};
use crate::layout::length::{bounded, twips};
use crate::layout::paragraph::draw_ring;
use crate::layout::stack::{Column, Stacked, Story, pile};
use crate::units::{Pt, Twips};
use crate::warning::Warning;

/// Smallest and largest side of a page (Word allows 0.1 to 22 inches).
const SIDES: (f32, f32) = (7.2, 14_400.0);
/// The page of a document that has none.
const A4: (Pt, Pt) = (Pt(595.3), Pt(841.9));
/// Least height left for text on any page.
const LEAST_TEXT: Pt = Pt(20.0);
/// The share of a page that huge headers and footers leave to the text (LibreOffice 7.4, `SwFootnoteBossFrame::GetVarSpace`, and measured; Spire and Word leave it less, but where they are higher than all of it).
const TEXT_SHARE: f32 = 0.2;
/// Slack before a header or footer counts as cut off.
const CUT: Pt = Pt(1.0);

/// Which of a section's headers a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// The one for all other pages.
    Default,
    /// The first page's.
    First,
    /// Even pages'.
    Even,
}

/// A page whose body is laid out.
pub(super) struct Draft {
    /// Its section.
    pub section: usize,
    /// Which header and footer it has.
    pub kind: Kind,
    /// It is the section's first.
    pub first: bool,
    /// Its number.
    pub number: u32,
    /// The page.
    pub page: Rect,
    /// The area for text.
    pub text: Rect,
    /// The upper margin that the header's floats stand by.
    pub top: Pt,
    /// What the body draws.
    pub ink: Ink,
    /// The last text of each style up to here.
    pub styles: Rc<BTreeMap<String, String>>,
    /// Where the body's text ends.
    pub end: Pt,
}

/// Left and right margin of a page, gutter included.
fn sides(context: &Context<'_>, section: &Section, number: u32) -> (Pt, Pt) {
    let settings = &context.document.settings;
    let gutter = if settings.gutter_at_top { Pt::ZERO } else { twips(section.page.gutter).max(Pt::ZERO) };
    let (left, right) = (twips(section.page.left).max(Pt::ZERO), twips(section.page.right).max(Pt::ZERO));
    if settings.mirror_margins && number.is_multiple_of(2) {
        (right, left + gutter)
    } else if section.gutter_right {
        (left, right + gutter)
    } else {
        (left + gutter, right)
    }
}

/// The page and its text area, pushed in by header and footer.
pub(super) fn geometry(context: &Context<'_>, section: &Section, number: u32, (header, footer): (Pt, Pt)) -> (Rect, Rect) {
    let setup = &section.page;
    let side = |length: Twips| Pt(twips(length).0.clamp(SIDES.0, SIDES.1));
    let page = Rect::new(Pt::ZERO, Pt::ZERO, side(setup.width), side(setup.height));
    let (left, right) = sides(context, section, number);
    let gutter = if context.document.settings.gutter_at_top { twips(setup.gutter).max(Pt::ZERO) } else { Pt::ZERO };
    // A header that ends below the margin pushes the text to its end; a negative margin is exact.
    let mut top = twips(setup.top).abs() + gutter;
    if setup.top.0 >= 0 && header > Pt::ZERO {
        top = top.max(twips(setup.header).max(Pt::ZERO) + header);
    }
    let mut bottom = twips(setup.bottom).abs();
    if setup.bottom.0 >= 0 && footer > Pt::ZERO {
        bottom = bottom.max(twips(setup.footer).max(Pt::ZERO) + footer);
    }
    // What a huge footer, then a huge header would take of the text's share they do without.
    let margins = (twips(setup.top).abs() + gutter, twips(setup.bottom).abs());
    let outer = |part: Pt, distance: Twips, margin: Pt| if part > Pt::ZERO { twips(distance).max(Pt::ZERO).min(margin) } else { margin };
    let area = page.height() - outer(header, setup.header, margins.0) - outer(footer, setup.footer, margins.1);
    let missing = |top: Pt, bottom: Pt| (area * TEXT_SHARE - (page.height() - top - bottom)).max(Pt::ZERO);
    bottom = bottom.min((bottom - missing(top, bottom)).max(margins.1));
    top = top.min((top - missing(top, bottom)).max(margins.0));
    let mut text = Rect::new(left, top, page.right - right, page.bottom - bottom);
    if text.width() < Pt(7.2) {
        text.left = text.left.min(page.right - Pt(7.2)).max(Pt::ZERO);
        text.right = text.left + Pt(7.2);
    }
    // LibreOffice centres the grid between the margins, but not where there are notes (measured); Word does not.
    let noted = !context.document.footnotes.is_empty() || !context.document.endnotes.is_empty();
    if let Some(pitch) = grid(section).filter(|_| !noted) {
        let rest = text.height() - pitch * (text.height() / pitch).floor();
        text.top += rest / 2.0;
    }
    if text.height() < LEAST_TEXT {
        text.top = text.top.min(page.bottom - LEAST_TEXT).max(Pt::ZERO);
        text.bottom = text.top + LEAST_TEXT.min(page.height());
    }
    (page, text)
}

/// The pitch of a section's grid, where lines snap to it.
pub(super) fn grid(section: &Section) -> Option<Pt> {
    let pitch = twips(section.grid.pitch);
    (section.grid.lines && pitch >= Pt(2.0)).then_some(pitch)
}

/// The header or footer for a kind of page.
pub(super) fn part(parts: &HeaderFooter, kind: Kind) -> Option<&Arc<Vec<Block>>> {
    match kind {
        Kind::Default => parts.default.as_ref(),
        Kind::First => parts.first.as_ref(),
        Kind::Even => parts.even.as_ref(),
    }
}

/// Lays out a header or footer; the coordinates start at its left top corner, `y` below the page's top.
pub(super) fn running<'a>(
    context: &mut Context<'a>,
    blocks: &'a [Block],
    story: Story,
    (page, text): (Rect, Rect),
    y: Pt,
    odd: bool,
) -> Stacked {
    let outer = context.structure.enter_artifact();
    let outer_grid = context.grid.take();
    let moved = |rect: Rect| Rect::new(rect.left - text.left, rect.top - y, rect.right - text.left, rect.bottom - y);
    let width = text.width();
    let column = Rect::new(Pt::ZERO, Pt::ZERO, width, text.top - y);
    let bases = Bases {
        page: moved(page),
        margin: moved(text),
        column,
        paragraph: Pt::ZERO,
        line: Pt::ZERO,
        character: Pt::ZERO,
        beside: Pt::ZERO,
        odd,
        in_cell: false,
        running: true,
        cell_margins: [Pt::ZERO; 4],
    };
    let stacked = pile(context, blocks, Column { width, bases, holds_floats: false, story });
    context.structure.leave(outer);
    context.grid = outer_grid;
    stacked
}

/// Lays out a footer; returns where its top stands on the page.
///
/// What floats in a footer is placed from its top, which follows from its height; text alone is the same wherever it stands.
pub(super) fn footer<'a>(
    context: &mut Context<'a>,
    section: &Section,
    blocks: &'a [Block],
    (page, text): (Rect, Rect),
    odd: bool,
) -> (Stacked, Pt) {
    let end = page.bottom - twips(section.page.footer).max(Pt::ZERO);
    let checked = context.structure.checkpoint();
    let first = running(context, blocks, Story::Footer, (page, text), end, odd);
    let top = footer_top(section, end - first.height, text);
    if blocks.iter().all(is_text) {
        return (first, top);
    }
    context.structure.restore(&checked);
    (running(context, blocks, Story::Footer, (page, text), top, odd), top)
}

/// Whether a block is a paragraph of the text, with nothing in it that is placed or counted otherwise.
fn is_text(block: &Block) -> bool {
    let Block::Paragraph(paragraph) = block else { return false };
    let plain = |inline: &Inline| match inline {
        Inline::Text { .. } | Inline::Tab(_) | Inline::Break(..) | Inline::NoBreakHyphen(_) | Inline::Field { .. } => true,
        Inline::PositionTab { leader, .. } => *leader == Leader::None,
        _ => false,
    };
    let props = &paragraph.props;
    props.frame.is_none() && props.tabs.iter().all(|tab| tab.leader == Leader::None) && paragraph.content.iter().all(plain)
}

/// A footer that is higher than its room begins where the text ends, and is cut off at the page's edge; a negative margin is exact.
pub(super) fn footer_top(section: &Section, top: Pt, text: Rect) -> Pt {
    if section.page.bottom.0 >= 0 { top.max(text.bottom) } else { top }
}

/// Closes all pages: running parts with their final numbers, borders, outline, destinations.
pub(super) fn close(mut context: Context<'_>, drafts: Vec<Draft>) -> (Frames, Vec<Warning>) {
    let mut frames = Frames::default();
    context.facts.pages = Some(drafts.len());
    context.facts.section_pages = section_pages(&drafts, context.document.sections.len());
    let mut seen: HashMap<String, usize> = HashMap::new();
    let (mut not_drawn, mut told) = (BTreeMap::new(), BTreeMap::new());
    let document = context.document;
    for (index, draft) in drafts.into_iter().enumerate() {
        let Some(section) = document.sections.get(draft.section) else { continue };
        context.page = PageFacts {
            number: draft.number,
            format: section.page_numbers.format,
            section: draft.section,
            styles: Rc::clone(&draft.styles),
        };
        let mut ink = Ink::default();
        if let Some(color) = document.background {
            ink.behind.push(Layer::new(i64::MIN, Item { tag: None, shape: Shape::Path(filled(draft.page, color)) }));
        }
        running_parts(&mut context, section, &draft, &mut ink);
        page_borders(section, &draft, &mut ink);
        let mut body = draft.ink;
        align_vertically(section, draft.text, draft.end, &mut body);
        ink.append(body);
        for mark in std::mem::take(&mut ink.marks) {
            let at = Destination { page: index, y: mark.y };
            match mark.kind {
                MarkKind::Bookmark(name) => {
                    if seen.insert(name.clone(), index).is_none() {
                        frames.destinations.push((name, at));
                    }
                }
                MarkKind::Heading(level, title) => frames.outline.push(OutlineEntry { level, title, at }),
                MarkKind::NotDrawn(what) => note_page(&mut not_drawn, what, index),
                MarkKind::Told(words) => note_page(&mut told, words, index),
            }
        }
        let links = std::mem::take(&mut ink.links);
        frames.pages.push(Page { width: draft.page.width(), height: draft.page.height(), items: ink.into_layers(), links });
    }
    if frames.pages.is_empty() {
        frames.pages.push(Page { width: A4.0, height: A4.1, ..Page::default() });
    }
    for page in &mut frames.pages {
        page.links.retain(|link| leads_somewhere(link, &seen));
    }
    if context.chains.values().any(|(_, shown)| !shown) {
        context.unsupported("text that goes on in a box before its own (put the boxes in the order of reading)");
    }
    frames.images = context.images;
    frames.structure = context.structure.tree;
    frames.structure.close_heading_gaps();
    let mut warnings: Vec<Warning> = context.warnings.into_iter().collect();
    warnings.extend(not_drawn.into_iter().map(|(what, pages)| Warning::NotDrawn { what, pages }));
    warnings.extend(told.into_iter().map(|(words, pages)| Warning::Cut { message: words.to_owned(), pages }));
    (frames, warnings)
}

/// Notes a page where something is not as written; each page once, counted from 1.
fn note_page<Key: Ord>(pages: &mut BTreeMap<Key, Vec<u32>>, what: Key, index: usize) {
    let known = pages.entry(what).or_default();
    let page = index as u32 + 1;
    if known.last() != Some(&page) {
        known.push(page);
    }
}

fn leads_somewhere(link: &Link, bookmarks: &HashMap<String, usize>) -> bool {
    match &link.target {
        LinkTarget::Uri(uri) => may_be_followed(uri),
        LinkTarget::Named(name) => bookmarks.contains_key(name),
    }
}

/// Schemes a reader may follow from a PDF that came by mail: pages, addresses and telephones; never code (`javascript:`) and never files of the reader's own machine.
const SCHEMES: [&str; 7] = ["http", "https", "mailto", "tel", "sms", "ftp", "ftps"];

/// Whether an address leads to the outside world. One without a scheme is relative to the document, which is a file.
fn may_be_followed(uri: &str) -> bool {
    // Readers skip blanks and control characters before and inside of a scheme.
    let scheme: String = uri.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take_while(|c| *c != ':').take(16).collect();
    uri.contains(':') && SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

fn section_pages(drafts: &[Draft], sections: usize) -> Vec<usize> {
    let mut pages = vec![0; sections];
    for draft in drafts {
        if let Some(count) = pages.get_mut(draft.section) {
            *count += 1;
        }
    }
    pages
}

/// Everything that floats in a header or footer lies below the body, also what stands in front of the header's own text (LibreOffice and Spire agree; measured).
fn below_body(mut drawn: Ink) -> Ink {
    drawn.behind.sort_by_key(|layer| layer.z);
    drawn.front.sort_by_key(|layer| layer.z);
    let floating = std::mem::take(&mut drawn.behind).into_iter().chain(std::mem::take(&mut drawn.front));
    drawn.behind = floating.map(|layer| Layer { z: i64::MIN, ..layer }).collect();
    drawn
}

fn running_parts<'a>(context: &mut Context<'a>, section: &'a Section, draft: &Draft, ink: &mut Ink) {
    if !context.may_run() {
        return;
    }
    let odd = draft.number % 2 == 1;
    if let Some(blocks) = part(&section.headers, draft.kind) {
        let y = twips(section.page.header).max(Pt::ZERO);
        let mut laid = running(context, blocks, Story::Header, (draft.page, Rect { top: draft.top, ..draft.text }), y, odd);
        context.running_drawn += laid.weight();
        // A header of nothing but what floats may begin below the text's top.
        let room = (draft.text.top - y).max(Pt::ZERO);
        if section.page.top.0 >= 0 && laid.height > room + CUT {
            // What begins below its room does not show.
            laid.pieces.retain(|piece| piece.top < room);
            context.warn("a header that leaves the text too little of its page is cut off where the text begins; make it lower");
        }
        let cut = laid.pieces.last().is_some_and(|last| section.page.top.0 >= 0 && last.end() > room + CUT);
        let mut drawn = laid.into_ink();
        if cut && drawn.front.is_empty() && drawn.behind.is_empty() {
            let clip = Rect::new(-draft.text.left, -y, draft.page.right - draft.text.left, room).steps();
            drawn = drawn.into_group([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], Some(clip));
        }
        drawn.translate(draft.text.left, y);
        ink.append(below_body(drawn));
    }
    if let Some(blocks) = part(&section.footers, draft.kind) {
        let (laid, y) = footer(context, section, blocks, (draft.page, draft.text), odd);
        context.running_drawn += laid.weight();
        if y + laid.height > draft.page.bottom + CUT {
            context.warn("a footer that leaves the text too little of its page is cut off at the page's edge; make it lower");
        }
        let mut drawn = laid.into_ink();
        drawn.translate(draft.text.left, y);
        ink.append(below_body(drawn));
    }
}

fn align_vertically(section: &Section, text: Rect, end: Pt, body: &mut Ink) {
    let free = (text.bottom - end).max(Pt::ZERO);
    match section.vertical_align {
        VerticalAlign::Top | VerticalAlign::Justified => {}
        VerticalAlign::Center => body.translate(Pt::ZERO, free / 2.0),
        VerticalAlign::Bottom => body.translate(Pt::ZERO, free),
    }
}

fn page_borders(section: &Section, draft: &Draft, ink: &mut Ink) {
    let Some(page_borders) = &section.page_borders else { return };
    let shown = match page_borders.pages {
        PageBorderPages::All => true,
        PageBorderPages::First => draft.first,
        PageBorderPages::NotFirst => !draft.first,
    };
    if !shown {
        return;
    }
    let borders = &page_borders.borders;
    let base = if page_borders.from_edge { draft.page } else { text_box(section, draft) };
    let sign = if page_borders.from_edge { 1.0 } else { -1.0 };
    // To their outer edges.
    let distance = |border: Option<crate::document::model::Border>| {
        let beyond = if page_borders.from_edge { 0.0 } else { 1.0 };
        border.map_or(Pt::ZERO, |border| (bounded(border.space) + bounded(border.width) * beyond) * sign)
    };
    let outer = Rect::new(
        base.left + distance(borders.left),
        base.top + distance(borders.top),
        base.right - distance(borders.right),
        base.bottom - distance(borders.bottom),
    );
    draw_ring(ink, outer, borders);
}

/// What page borders measured from the text surround: body with header and footer.
fn text_box(section: &Section, draft: &Draft) -> Rect {
    let top = if part(&section.headers, draft.kind).is_some() { twips(section.page.header).min(draft.text.top) } else { draft.text.top };
    let bottom = if part(&section.footers, draft.kind).is_some() {
        (draft.page.bottom - twips(section.page.footer)).max(draft.text.bottom)
    } else {
        draft.text.bottom
    };
    Rect::new(draft.text.left, top, draft.text.right, bottom)
}

#[cfg(test)]
mod tests {
    use super::may_be_followed;

    #[test]
    fn only_addresses_outside_of_the_reader_s_machine_are_links() {
        for uri in ["https://colegio.example/a?b=c", "HTTP://x", "mailto:ana@example.com", "tel:+56223456789", " https://x"] {
            assert!(may_be_followed(uri), "{uri}");
        }
        for uri in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:x",
            "java\nscript:x",
            "file:///etc/passwd",
            "data:text/html,x",
            "vbscript:x",
            "\\\\host\\share",
            "C:\\x",
            "",
            "a.pdf",
            "//host/x",
        ] {
            assert!(!may_be_followed(uri), "{uri}");
        }
    }
}
