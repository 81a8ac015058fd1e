//! Third phase: a filled line gets its height and baseline, and is drawn.

use std::rc::Rc;

use crate::document::model::{Align, BreakKind, DrawingContent, Leader, LineSpacing, TextAlignment, UnderlineStyle};
use crate::graphics::Rgb;
use crate::layout::context::Context;
use crate::layout::drawing;
use crate::layout::frame::{Link, NodeId, Role, Stroke};
use crate::layout::ink::{Ink, Mark, MarkKind, Rect};
use crate::layout::length::{bounded, thickness, twips};
use crate::layout::look::Look;
use crate::layout::paragraph::frame_lines;
use crate::layout::runs::{Runs, text_color};
use crate::layout::segment::{LineEnd, Placed, Segment};
use crate::layout::shape::{AtomKind, Prepared, object_height, object_width};
use crate::units::Pt;

/// What stands out of its cell by no more than this is not cut off.
const SLACK: Pt = Pt(0.1);

/// Height of a line and where its baseline stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Metrics {
    /// The line's height with its spacing.
    pub height: Pt,
    /// Baseline below the line's top.
    pub baseline: Pt,
    /// What proportional spacing adds below: it may hang over a page's end (measured).
    pub below: Pt,
}

/// What a line holds, before its spacing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Extent {
    /// Height above the baseline.
    pub ascent: Pt,
    /// Depth below it.
    pub descent: Pt,
    /// Height of the highest font: what proportional spacing above 100 % grows by.
    pub font: Pt,
}

/// The metrics of a line from its content (rules measured on LibreOffice 7.4, all in whole twips).
///
/// `auto` from 240 on adds its share of the font's height below (pictures do not count), under 240 shrinks the line and sets the baseline at 80 %; so does `exact`; `atLeast` adds above.
pub(super) fn metrics(extent: Extent, spacing: LineSpacing, grid: Option<Pt>) -> Metrics {
    let natural = extent.ascent + extent.descent;
    if let Some(pitch) = grid {
        return on_grid(extent, spacing, pitch);
    }
    let plain = Metrics { height: natural, baseline: extent.ascent, below: Pt::ZERO };
    match spacing {
        LineSpacing::Auto(n) => match percent(n) {
            100 => plain,
            more @ 101.. => {
                let below = share(extent.font, more - 100);
                Metrics { height: natural + below, below, ..plain }
            }
            less => {
                let height = share(natural, less);
                Metrics { height, baseline: share(height, 80), ..plain }
            }
        },
        LineSpacing::Exact(height) if height.0 > 0 => {
            let height = twips(height);
            Metrics { height, baseline: share(height, 80), ..plain }
        }
        LineSpacing::AtLeast(height) if twips(height) > natural => {
            Metrics { height: twips(height), baseline: twips(height) - extent.descent, ..plain }
        }
        _ => plain,
    }
}

/// A line on the document grid: as many grid lines as it needs, its content centred in them.
/// Only proportional spacing above 100 % counts; `exact` and `atLeast` are ignored (measured).
fn on_grid(extent: Extent, spacing: LineSpacing, pitch: Pt) -> Metrics {
    let natural = extent.ascent + extent.descent;
    let height = pitch * ((natural - Pt(0.01)) / pitch).ceil().max(1.0);
    let more = match spacing {
        LineSpacing::Auto(n) => share(extent.font, (percent(n) - 100).max(0)),
        _ => Pt::ZERO,
    };
    Metrics { height: height + more, baseline: extent.ascent + (height - natural) / 2.0, below: more }
}

/// Line spacing in whole percent, as LibreOffice's import keeps it: both numbers go through hundredths of a millimetre, so 259/240 is 108 % and 283/240 is 117 % (measured).
/// Half a line is the least; nothing or nonsense means single.
fn percent(n: i32) -> i32 {
    const SINGLE: i32 = 423;
    if n <= 0 {
        return 100;
    }
    let hundredths = (n.min(31_680) * 127 + 36) / 72;
    (hundredths * 100 / SINGLE).max(50)
}

/// Whole twips of a percentage.
fn share(length: Pt, percent: i32) -> Pt {
    Pt((length.0 * 20.0 * percent as f32 / 100.0 + 0.01).floor() / 20.0)
}

/// What a line's atoms measure; an empty line has its mark's height.
///
/// Blanks and tabs do not raise a line: one that holds nothing else is as high as its paragraph's mark
/// (Word and LibreOffice's `IGNORE_TABS_AND_BLANKS_FOR_LINE_CALCULATION` agree; measured).
/// Pictures alone on a line have no descent, but the line is at least as high as its font (measured).
pub(super) fn extent(prepared: &Prepared<'_>, segments: &[Segment]) -> Extent {
    let mut found = Extent::default();
    let mut object = Pt::ZERO;
    let mut only_break: Option<&Rc<Look>> = None;
    for segment in segments {
        for placed in &segment.placed {
            let atom = &prepared.atoms[placed.atom];
            match &atom.kind {
                AtomKind::Break(_) => only_break = Some(&atom.look),
                AtomKind::Object(drawing) => object = object.max(object_height(drawing)),
                _ if atom.is_blank() => {}
                kind => {
                    let (up, down) = atom.extent();
                    found.ascent = found.ascent.max(up);
                    found.descent = found.descent.max(down);
                    // As pictures do, formulas do not count for proportional spacing; the text they stand in does.
                    let font = if matches!(kind, AtomKind::Formula(..)) { atom.look.ascent() + atom.look.descent() } else { up + down };
                    found.font = found.font.max(font);
                }
            }
        }
    }
    if found.font > Pt::ZERO {
        found.ascent = found.ascent.max(object);
        return found;
    }
    let look = only_break.unwrap_or(&prepared.mark);
    let (up, font) = (look.ascent(), look.ascent() + look.descent());
    let ascent = up.max(object);
    Extent { ascent, descent: font.max(object) - ascent, font }
}

/// What drawing a line needs to know.
pub(super) struct Drawing<'d, 'a> {
    /// The paragraph.
    pub prepared: &'d Prepared<'a>,
    /// Its alignment.
    pub align: Align,
    /// Where characters of different sizes stand.
    pub text_alignment: TextAlignment,
    /// What the line holds.
    pub extent: Extent,
    /// Lines that end in a break are stretched.
    pub stretch_before_breaks: bool,
    /// The baseline.
    pub baseline: Pt,
    /// The line's top.
    pub top: Pt,
    /// The line's height.
    pub height: Pt,
    /// The edges of the cell it stands in.
    pub cell: Option<(Pt, Pt)>,
    /// Its element.
    pub tag: Option<NodeId>,
    /// The elements of its links, made when first needed.
    pub link_tags: &'d mut Vec<Option<NodeId>>,
}

impl Drawing<'_, '_> {
    /// The baseline of something this high and deep (17.3.1.39; as LibreOffice 7.4 has it, measured).
    fn baseline_of(&self, (up, down): (Pt, Pt)) -> Pt {
        let top = self.baseline - self.extent.ascent;
        let free = self.extent.ascent + self.extent.descent - up - down;
        match self.text_alignment {
            TextAlignment::Auto | TextAlignment::Baseline => self.baseline,
            TextAlignment::Top => top + up,
            TextAlignment::Center => top + free / 2.0 + up,
            TextAlignment::Bottom => top + free + up,
        }
    }

    fn baseline_of_look(&self, look: &Look) -> Pt {
        self.baseline_of((look.ascent(), look.descent()))
    }
}

/// Draws one stretch of a line.
pub(super) fn draw<'a>(context: &mut Context<'a>, drawing: &mut Drawing<'_, 'a>, segment: &Segment, ink: &mut Ink) {
    let mut places = std::mem::take(&mut context.spare.places);
    arrange(drawing, segment, &mut places);
    decorate_behind(drawing, segment, &places, ink);
    let mut text = Runs::new(text_length(drawing, segment));
    let mut bookmarks = Vec::new();
    let spans = spans_in_reading_order(context, drawing, segment);
    for index in visual_order(drawing.prepared, segment) {
        let placed = &segment.placed[index];
        let atom = &drawing.prepared.atoms[placed.atom];
        let (x, width) = places[index];
        let tag = match spans.get(index) {
            Some(span) => *span,
            None => tag_of(context, drawing, atom.link),
        };
        let baseline = drawing.baseline_of_look(&atom.look);
        match &atom.kind {
            AtomKind::Word(word) | AtomKind::Space(word) | AtomKind::Note(word, _) => {
                if let AtomKind::Note(_, note) = &atom.kind {
                    context.structure.refer_to_note(*note, drawing.tag);
                }
                let word = placed.word.as_ref().unwrap_or(word);
                text.word(word, &atom.look, x, baseline, (tag, text_color(context.background, &atom.look.props)));
            }
            AtomKind::SoftHyphen(_) => {
                if let Some(hyphen) = &placed.word {
                    text.word(hyphen, &atom.look, x, baseline, (tag, text_color(context.background, &atom.look.props)));
                }
            }
            AtomKind::Object(object) => {
                text.flush();
                let bottom = drawing.baseline_of((object_height(object), Pt::ZERO));
                let mut shown = drawing::inline(context, object, x, bottom, drawing.tag);
                // A picture wider than its cell is cut off at the cell's edges (LibreOffice and Spire agree; measured).
                if let Some((left, right)) = drawing.cell.filter(|_| matches!(object.content, DrawingContent::Picture(_)))
                    && (x < left - SLACK || x + object_width(object) > right + SLACK)
                {
                    let cell = Rect::new(left, bottom - object_height(object), right, bottom);
                    shown = shown.into_group(drawing::IN_PLACE, Some(cell.steps()));
                }
                // It is told where it stands, between the words around it.
                text.ink.append(shown);
            }
            AtomKind::Formula(piece, number) => {
                text.flush();
                let tag = formula_tag(context, drawing, atom.link, *number);
                text.ink.append(piece.drawn(x, drawing.baseline_of(atom.extent()), tag));
            }
            AtomKind::Tab | AtomKind::PositionTab(..) => {
                text.parting_blank(context, &atom.look, (x, baseline));
                text.flush();
                leader(context, placed.leader, &atom.look, (x, width), baseline, &mut text.ink);
            }
            AtomKind::Bookmark(name) => bookmarks.push(Mark { y: drawing.top, kind: MarkKind::Bookmark((*name).to_owned()) }),
            AtomKind::Anchor(_) | AtomKind::Break(_) => {}
        }
    }
    hanging_blank(&mut text, context, drawing, segment, &places);
    text.flush();
    ink.append(text.ink);
    ink.marks.extend(bookmarks);
    decorate_front(drawing, segment, &places, context.background, ink);
    link_areas(context, drawing, segment, &places, ink);
    context.spare.places = places;
}

/// Adds the floats anchored on a stretch of a line, by address, and where their anchors stand.
pub(super) fn anchors(drawing: &Drawing<'_, '_>, segment: &Segment, found: &mut Vec<(usize, Pt)>) {
    let anchored = |placed: &Placed| match &drawing.prepared.atoms[placed.atom].kind {
        AtomKind::Anchor(anchored) => Some(std::ptr::from_ref(*anchored) as usize),
        _ => None,
    };
    if !segment.placed.iter().any(|placed| anchored(placed).is_some()) {
        return;
    }
    let mut places = Vec::new();
    arrange(drawing, segment, &mut places);
    found.extend(segment.placed.iter().zip(places).filter_map(|(placed, (x, _))| Some((anchored(placed)?, x))));
}

/// About how many glyphs a line has.
fn text_length(drawing: &Drawing<'_, '_>, segment: &Segment) -> usize {
    let words = segment.placed.iter().map(|placed| match &drawing.prepared.atoms[placed.atom].kind {
        AtomKind::Word(word) | AtomKind::Space(word) => word.text.len(),
        _ => 1,
    });
    words.sum()
}

/// The blank at which a line ends keeps its glyph, though it does not show: without it a screen reader reads the last word and the first of the next line as one.
/// A line that is broken by hand gets one.
fn hanging_blank(text: &mut Runs, context: &Context<'_>, drawing: &Drawing<'_, '_>, segment: &Segment, places: &[(Pt, Pt)]) {
    if drawing.prepared.mixed {
        return;
    }
    if let LineEnd::Break(_) = segment.end {
        let Some((placed, place)) = segment.shown.checked_sub(1).and_then(|last| segment.placed.get(last).zip(places.get(last))) else {
            return;
        };
        let look = &drawing.prepared.atoms[placed.atom].look;
        return text.parting_blank(context, look, (place.0 + place.1, drawing.baseline_of_look(look)));
    }
    let Some((placed, place)) = segment.placed.get(segment.shown).zip(places.get(segment.shown)) else { return };
    let atom = &drawing.prepared.atoms[placed.atom];
    let (AtomKind::Space(blank), LineEnd::Wrap) = (&atom.kind, segment.end) else { return };
    let color = text_color(context.background, &atom.look.props);
    text.word_behind(blank, &atom.look, (place.0, drawing.baseline_of_look(&atom.look)), color);
}

/// The elements of a line with right-to-left text, atom by atom; none for other lines.
///
/// Its words stand, and are drawn, from left to right, and each right-to-left one with its last letter first. So every stretch is an element that says its text in the order of reading, and the elements stand in that order.
fn spans_in_reading_order(context: &mut Context<'_>, drawing: &mut Drawing<'_, '_>, segment: &Segment) -> Vec<Option<NodeId>> {
    if !drawing.prepared.mixed || drawing.tag.is_none() {
        return Vec::new();
    }
    let mut spans = Vec::with_capacity(segment.placed.len());
    // The stretch in work: the link it is of, its element and its text.
    let mut open: Option<(Option<u32>, Option<NodeId>, String)> = None;
    let say = |context: &mut Context<'_>, open: Option<(Option<u32>, Option<NodeId>, String)>| {
        if let Some((_, Some(span), said)) = open
            && let Some(node) = context.structure.node(span)
        {
            node.actual = Some(said);
        }
    };
    for placed in &segment.placed {
        let atom = &drawing.prepared.atoms[placed.atom];
        let text = match &atom.kind {
            AtomKind::Word(word) | AtomKind::Space(word) | AtomKind::Note(word, _) => &*placed.word.as_ref().unwrap_or(word).text,
            AtomKind::SoftHyphen(_) => placed.word.as_ref().map_or("", |hyphen| &*hyphen.text),
            AtomKind::Tab | AtomKind::PositionTab(..) | AtomKind::Break(_) => " ",
            AtomKind::Anchor(_) | AtomKind::Bookmark(_) => "",
            AtomKind::Object(_) => {
                say(context, open.take());
                spans.push(drawing.tag);
                continue;
            }
            AtomKind::Formula(_, number) => {
                say(context, open.take());
                spans.push(formula_tag(context, drawing, atom.link, *number));
                continue;
            }
        };
        if open.as_ref().is_none_or(|(link, ..)| *link != atom.link) {
            say(context, open.take());
            let parent = tag_of(context, drawing, atom.link);
            open = Some((atom.link, context.structure.add_below(Role::Span, parent), String::new()));
        }
        if let Some((_, span, said)) = &mut open {
            said.push_str(text);
            spans.push(*span);
        }
    }
    say(context, open);
    spans
}

/// Final left edge and width of each placed atom: alignment, justification, direction.
fn arrange(drawing: &Drawing<'_, '_>, segment: &Segment, places: &mut Vec<(Pt, Pt)>) {
    let (prepared, align) = (drawing.prepared, drawing.align);
    places.clear();
    places.extend(segment.placed.iter().map(|placed| (placed.x, placed.width)));
    let extra = (segment.right - segment.ink_right).max(Pt::ZERO);
    let stretch = match align {
        Align::Justify => match segment.end {
            LineEnd::Wrap => true,
            LineEnd::Break(BreakKind::Line | BreakKind::LineClear) => drawing.stretch_before_breaks,
            _ => false,
        },
        Align::Distribute => true,
        _ => false,
    };
    let spaces = |placed: &Placed| match &prepared.atoms[placed.atom].kind {
        AtomKind::Space(word) => word.text.chars().count(),
        _ => 0,
    };
    let stretched = segment.after_tab.min(segment.shown)..segment.shown;
    let gaps: usize = if stretch { segment.placed[stretched.clone()].iter().map(spaces).sum() } else { 0 };
    let shift = match align {
        Align::Justify | Align::Distribute if prepared.rtl && !(stretch && gaps > 0) => extra,
        _ => shift(align, segment),
    };
    let one = if stretch && gaps > 0 { extra / gaps as f32 } else { Pt::ZERO };
    let mut moved = shift;
    for (index, place) in places.iter_mut().enumerate() {
        place.0 += moved;
        if one > Pt::ZERO && stretched.contains(&index) {
            let more = one * spaces(&segment.placed[index]) as f32;
            place.1 += more;
            moved += more;
        }
    }
    if prepared.mixed {
        reorder(prepared, segment, shift, places);
    }
}

/// How far alignment moves a line's text, and the number before it.
pub(super) fn shift(align: Align, segment: &Segment) -> Pt {
    let extra = (segment.right - segment.ink_right).max(Pt::ZERO);
    match align {
        Align::Center => extra / 2.0,
        Align::Right => extra,
        _ => Pt::ZERO,
    }
}

/// Gives atoms of a line with right-to-left text their places in visual order.
fn reorder(prepared: &Prepared<'_>, segment: &Segment, shift: Pt, places: &mut [(Pt, Pt)]) {
    let mut x = segment.placed.first().map_or(segment.left, |first| first.x) + shift;
    for index in visual_order(prepared, segment) {
        places[index].0 = x;
        x += places[index].1;
    }
}

/// Indices of what shows, from left to right (UAX #9 rule L2).
fn visual_order(prepared: &Prepared<'_>, segment: &Segment) -> impl Iterator<Item = usize> {
    let plain = if prepared.mixed { 0..0 } else { 0..segment.shown };
    let mixed = if prepared.mixed { reordered(prepared, segment) } else { Vec::new() };
    plain.chain(mixed).chain((segment.shown..segment.placed.len()).filter(|index| {
        // What hangs at the end does not show, but bookmarks there still count.
        matches!(prepared.atoms[segment.placed[*index].atom].kind, AtomKind::Bookmark(_))
    }))
}

fn reordered(prepared: &Prepared<'_>, segment: &Segment) -> Vec<usize> {
    let mut order: Vec<usize> = (0..segment.shown).collect();
    let level = |index: usize| prepared.atoms[segment.placed[index].atom].level;
    let highest = order.iter().map(|index| level(*index)).max().unwrap_or(0);
    for least in (1..=highest).rev() {
        let mut start = 0;
        while start < order.len() {
            let length = order[start..].iter().take_while(|index| level(**index) >= least).count();
            order[start..start + length].reverse();
            start += length.max(1);
        }
    }
    order
}

fn tag_of(context: &mut Context<'_>, drawing: &mut Drawing<'_, '_>, link: Option<u32>) -> Option<NodeId> {
    let Some(link) = link else { return drawing.tag };
    let slot = drawing.link_tags.get_mut(link as usize)?;
    if slot.is_none() {
        *slot = context.structure.add_below(Role::Link, drawing.tag);
    }
    *slot
}

/// The element of a formula, with what it says in words.
fn formula_tag(context: &mut Context<'_>, drawing: &mut Drawing<'_, '_>, link: Option<u32>, number: usize) -> Option<NodeId> {
    let parent = tag_of(context, drawing, link);
    let slot = drawing.link_tags.get_mut(drawing.prepared.links.len() + number)?;
    if slot.is_none() {
        *slot = context.structure.add_below(Role::Formula, parent);
        if let Some(node) = slot.and_then(|node| context.structure.node(node)) {
            node.alt = drawing.prepared.formulas.get(number).cloned();
        }
    }
    *slot
}

/// Characters of one leader: a line of six-point dots over a wide page has fewer.
const MOST_LEADERS: f32 = 400.0;

/// Fills a tab's space.
fn leader(context: &Context<'_>, leader: Leader, look: &Rc<Look>, (x, width): (Pt, Pt), baseline: Pt, ink: &mut Ink) {
    let character = match leader {
        Leader::None => return,
        Leader::Dot => ".",
        Leader::Hyphen => "-",
        Leader::Underscore | Leader::Heavy => "_",
        Leader::MiddleDot => "·",
    };
    let one = look.word(context.fonts, character, false);
    if one.width <= Pt(0.1) {
        return;
    }
    // As many as fit, spread over the tab; one more underscore closes the gap (measured on LibreOffice 7.4).
    let more = if character == "_" { 1.0 } else { 0.0 };
    let count = ((width / one.width + 0.001).floor() + more).clamp(0.0, MOST_LEADERS) as usize;
    let step = width / count.max(1) as f32;
    let count = context.take_leaders(count);
    let mut runs = Runs::new(count);
    for index in 0..count {
        runs.word(&one, look, x + step * index as f32, baseline, (None, text_color(context.background, &look.props)));
    }
    runs.flush();
    ink.append(runs.ink);
}

/// Stretches of neighbouring atoms that share something.
fn stretches<T: PartialEq>(
    drawing: &Drawing<'_, '_>,
    segment: &Segment,
    places: &[(Pt, Pt)],
    of: impl Fn(&Rc<Look>, bool) -> Option<T>,
) -> Vec<(T, Rc<Look>, Pt, Pt)> {
    let mut found: Vec<(T, Rc<Look>, Pt, Pt)> = Vec::new();
    if !segment.placed.iter().any(|placed| of(&drawing.prepared.atoms[placed.atom].look, false).is_some()) {
        return found;
    }
    for index in visual_order(drawing.prepared, segment) {
        let atom = &drawing.prepared.atoms[segment.placed[index].atom];
        let (x, width) = places[index];
        let is_space = matches!(atom.kind, AtomKind::Space(_) | AtomKind::Tab);
        if width <= Pt::ZERO || matches!(atom.kind, AtomKind::Object(_)) {
            continue;
        }
        let Some(value) = of(&atom.look, is_space) else { continue };
        match found.last_mut() {
            Some((last, _, _, end)) if *last == value && (x - *end).abs() < Pt(0.1) => *end = x + width,
            _ => found.push((value, Rc::clone(&atom.look), x, x + width)),
        }
    }
    found
}

/// Highlights and shading of runs, below the text.
fn decorate_behind(drawing: &Drawing<'_, '_>, segment: &Segment, places: &[(Pt, Pt)], ink: &mut Ink) {
    for (color, look, start, end) in stretches(drawing, segment, places, |look, _| look.props.highlight.or(look.props.shading)) {
        let baseline = drawing.baseline_of_look(&look);
        let top = (baseline - look.ascent()).max(drawing.top);
        let bottom = (baseline + look.descent()).min(drawing.top + drawing.height);
        ink.fill(Rect::new(start, top, end, bottom), color);
    }
}

/// Underlines, strikes and borders of runs.
fn decorate_front(drawing: &Drawing<'_, '_>, segment: &Segment, places: &[(Pt, Pt)], background: Option<Rgb>, ink: &mut Ink) {
    let underline = |look: &Rc<Look>, space: bool| {
        let (style, color) = look.props.underline?;
        let color = color.unwrap_or_else(|| text_color(background, &look.props));
        (!(space && style == UnderlineStyle::Words)).then_some((style, color, look.nominal.0.to_bits()))
    };
    for ((style, color, _), look, start, end) in stretches(drawing, segment, places, underline) {
        let thickness = (look.nominal * look.latin.metrics.underline_thickness).max(Pt(0.3));
        let y = drawing.baseline_of_look(&look) - look.rise.min(Pt::ZERO) + look.nominal * look.latin.metrics.underline_position;
        underline_lines(style, color, thickness, (start, end, y), ink);
    }
    let strike = |look: &Rc<Look>, _| {
        (look.props.strike || look.props.double_strike)
            .then(|| (look.props.double_strike, text_color(background, &look.props), look.size.0.to_bits()))
    };
    for ((double, color, _), look, start, end) in stretches(drawing, segment, places, strike) {
        let thickness = (look.size * look.latin.metrics.underline_thickness).max(Pt(0.3));
        let y = drawing.baseline_of_look(&look) - look.rise - look.size * look.latin.metrics.strikeout_position;
        let stroke = || Stroke { color, width: thickness, dash: Vec::new(), round: false };
        if double {
            ink.line((start, y - thickness), (end, y - thickness), stroke(), None);
            ink.line((start, y + thickness), (end, y + thickness), stroke(), None);
        } else {
            ink.line((start, y), (end, y), stroke(), None);
        }
    }
    for (border, look, start, end) in stretches(drawing, segment, places, |look, _| look.props.border) {
        let baseline = drawing.baseline_of_look(&look);
        let out = thickness(border) - bounded(border.width) / 2.0;
        let rect = Rect::new(start - out, baseline - look.ascent() - out, end + out, baseline + look.descent() + out);
        frame_lines(rect, border, ink);
    }
}

fn underline_lines(style: UnderlineStyle, color: Rgb, thickness: Pt, (start, end, y): (Pt, Pt, Pt), ink: &mut Ink) {
    let mut stroke = Stroke { color, width: thickness, dash: Vec::new(), round: false };
    match style {
        UnderlineStyle::Double => {
            stroke.width = thickness * 0.8;
            ink.line((start, y - thickness), (end, y - thickness), stroke.clone(), None);
            ink.line((start, y + thickness), (end, y + thickness), stroke, None);
            return;
        }
        UnderlineStyle::Thick => stroke.width = thickness * 2.0,
        UnderlineStyle::Dotted => stroke.dash = vec![thickness.0, thickness.0],
        UnderlineStyle::Dash => stroke.dash = vec![thickness.0 * 5.0, thickness.0 * 2.5],
        UnderlineStyle::Single | UnderlineStyle::Wave | UnderlineStyle::Words => {}
    }
    ink.line((start, y), (end, y), stroke, None);
}

/// Clickable areas of the links on this stretch.
fn link_areas(context: &mut Context<'_>, drawing: &mut Drawing<'_, '_>, segment: &Segment, places: &[(Pt, Pt)], ink: &mut Ink) {
    if drawing.prepared.links.is_empty() {
        return;
    }
    let mut areas: Vec<(u32, Pt, Pt, String)> = Vec::new();
    for index in visual_order(drawing.prepared, segment) {
        let atom = &drawing.prepared.atoms[segment.placed[index].atom];
        let Some(link) = atom.link else { continue };
        let (x, width) = places[index];
        let text = match &atom.kind {
            AtomKind::Word(word) | AtomKind::Space(word) => &*word.text,
            _ => "",
        };
        match areas.last_mut() {
            Some((last, _, end, contents)) if *last == link => {
                *end = x + width;
                contents.push_str(text);
            }
            _ => areas.push((link, x, x + width, text.to_owned())),
        }
    }
    for (link, start, end, contents) in areas {
        let Some(to) = drawing.prepared.links.get(link as usize).filter(|_| end > start) else { continue };
        if let Some(target) = context.link_target(to, &contents) {
            let tag = tag_of(context, drawing, Some(link));
            ink.links.push(Link { rect: [start, drawing.top, end, drawing.top + drawing.height], target, tag, contents });
        }
    }
}
