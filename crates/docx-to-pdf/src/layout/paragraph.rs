//! A paragraph's lines with their number, borders, shading and what they are anchored to.

mod beside;

use std::collections::HashMap;
use std::rc::Rc;

use crate::document::model::{
    Align, Border, BorderStyle, Borders, BreakKind, Inline, LineSpacing, Number, NumberSuffix, Paragraph, ParagraphBorders, ParagraphProps,
};
use crate::graphics::Rgb;
use crate::layout::context::Context;
use crate::layout::float::{Floats, counts_from_column};
use crate::layout::frame::{Item, NodeId, PlacedImage, Shape, Stroke};
use crate::layout::ink::{Ink, Mark, MarkKind, Rect};
use crate::layout::length::{bounded, thickness, twips};
use crate::layout::line;
use crate::layout::linebreak::{Manner, fill};
use crate::layout::look::{Look, Word};
use crate::layout::part::Position;
use crate::layout::runs;
use crate::layout::segment::{LineEnd, Segment};
use crate::layout::shape::{AtomKind, Prepared, prepare};
use crate::layout::stack::{space_after, space_before};
use crate::layout::structure::ParagraphTags;
use crate::layout::tabs::Tabs;
use crate::units::{Pt, Twips};

/// Lines beside floats that find no room move down at most so often before they are set anyway.
const MOST_MOVES: usize = 64;

/// The room a paragraph is laid out in. Its coordinates: x from the column's left edge, y from the paragraph's top.
#[derive(Clone, Copy)]
pub(super) struct Area<'f> {
    /// The column's width.
    pub width: Pt,
    /// Floats of the column or page, in their own coordinates.
    pub floats: Option<&'f Floats>,
    /// The column's left edge there.
    pub left: Pt,
    /// The paragraph's top there.
    pub top: Pt,
    /// Where the column ends, if only lines up to there are wanted: a paragraph over many pages is set a page at a time.
    pub bottom: Option<Pt>,
    /// The space above the paragraph; as much of it as is its own is kept once more where its first line moves below a float.
    pub gap: Pt,
}

/// The room that a line asks for beside floats.
#[derive(Clone, Copy)]
struct Room {
    /// How high it is.
    height: Pt,
    /// How far below a float that it moves below it stands.
    again: Pt,
    /// So much at its top, and at its bottom, is not text.
    lead: Pt,
    tail: Pt,
}

/// Ascent and descent of a bullet of a symbol font, in ems: those of OpenSymbol, which LibreOffice shows for all of them (measured: 9 pt text beside a bullet of 11 pt makes a line of 10.8 pt).
const SYMBOL_HEIGHT: (f32, f32) = (0.6934, 0.2158);

/// Lines set beyond the column's end: enough to see whether widows and orphans may part there.
const LOOK_AHEAD: usize = 4;

/// One line with all it draws, relative to the column's left edge and the paragraph's top.
pub(super) struct Line {
    /// Its top.
    pub top: Pt,
    /// Its height, with the paragraph's borders on its first and last line.
    pub height: Pt,
    /// What it draws.
    pub ink: Ink,
    /// What may hang over a page's end.
    pub slack: Pt,
    /// It stays on one page with the next line.
    pub glued: bool,
    /// Footnotes it refers to.
    pub notes: Vec<i32>,
    /// The floats anchored on it, by address, and where their anchors stand.
    pub anchors: Vec<(usize, Pt)>,
    /// Its baseline.
    pub baseline: Pt,
    /// Where the next starts.
    pub next: Position,
    /// Why it ended.
    pub end: LineEnd,
}

impl Line {
    /// Its bottom.
    pub(super) fn bottom(&self) -> Pt {
        self.top + self.height
    }
}

/// Where floats are anchored, by address: the place on the line from the column's left edge, and the line's top below the paragraph's.
pub(super) fn anchor_places(lines: &[Line]) -> HashMap<usize, (Pt, Pt)> {
    lines.iter().flat_map(|line| line.anchors.iter().map(|(drawing, x)| (*drawing, (*x, line.top)))).collect()
}

/// A paragraph on its way to lines.
pub(super) struct ParagraphLayouter<'a> {
    /// The paragraph.
    pub paragraph: &'a Paragraph,
    /// Its atoms.
    pub prepared: Prepared<'a>,
    /// Its elements.
    pub tags: ParagraphTags,
    /// It shares its borders with the paragraph above, below.
    pub joined: (bool, bool),
    /// The edges of the table's cell that it stands in.
    pub cell: Option<(Pt, Pt)>,
    tabs: Tabs,
    label: Option<Label>,
    link_tags: Vec<Option<NodeId>>,
}

/// A number or bullet at its place.
struct Label {
    word: Option<Rc<Word>>,
    look: Rc<Look>,
    x: Pt,
    /// Where the text starts.
    text: Pt,
    width: Pt,
    /// A tab parts it from the text.
    tabbed: bool,
}

/// The stretches of a line.
struct Found {
    segments: Vec<Segment>,
    top: Pt,
    /// How far a float moves the number along the line.
    number: Pt,
}

impl<'a> ParagraphLayouter<'a> {
    /// Whether any of its floats counts from the column.
    pub(super) fn counts_from_column(&self) -> bool {
        self.paragraph.content.iter().any(|inline| matches!(inline, Inline::Drawing(drawing) if counts_from_column(drawing)))
    }

    /// Prepares a paragraph.
    pub(super) fn new(context: &mut Context<'a>, paragraph: &'a Paragraph, joined: (bool, bool)) -> Self {
        let tags = context.structure.paragraph(paragraph);
        let prepared = prepare(context, paragraph);
        let tabs = Tabs::new(&paragraph.props, twips(context.document.settings.default_tab));
        let label = paragraph.number.as_ref().map(|number| label(context, number, &paragraph.props, &tabs));
        let link_tags = vec![None; prepared.links.len() + prepared.formulas.len()];
        Self { paragraph, prepared, tags, joined, cell: None, tabs, label, link_tags }
    }

    /// Where its first line begins.
    fn first_line(&self) -> Position {
        Position { atom: self.prepared.leading_breaks, byte: 0 }
    }

    /// Sets lines from a position to the paragraph's end or its next page or column break.
    pub(super) fn lines(&mut self, context: &mut Context<'a>, from: Position, area: Area<'_>) -> Vec<Line> {
        let outer_background = context.background;
        context.background = self.paragraph.props.shading.or(outer_background);
        let mut lines = Vec::new();
        let mut at = from;
        let mut y = Pt::ZERO;
        let mut beyond = 0;
        loop {
            let line = self.line(context, at, y, area);
            let (next, end) = (line.next, line.end);
            y = line.bottom();
            lines.push(line);
            let stuck = next <= at && end == LineEnd::Wrap;
            at = next;
            beyond += usize::from(area.bottom.is_some_and(|bottom| area.top + y > bottom));
            if beyond > LOOK_AHEAD {
                break;
            }
            let paged = matches!(end, LineEnd::Break(BreakKind::Page | BreakKind::Column));
            if end == LineEnd::Paragraph || paged || stuck {
                break;
            }
        }
        context.background = outer_background;
        self.glue(&mut lines, from);
        self.mark(&mut lines, from);
        lines
    }

    /// The lines only to look at: nothing is kept of them.
    pub(super) fn on_trial(&mut self, context: &mut Context<'a>, from: Position, area: Area<'_>) -> Vec<Line> {
        let (elements, link_tags) = (context.structure.checkpoint(), self.link_tags.clone());
        let lines = self.lines(context, from, area);
        context.structure.restore(&elements);
        self.link_tags = link_tags;
        lines
    }

    fn line(&mut self, context: &mut Context<'a>, at: Position, y: Pt, area: Area<'_>) -> Line {
        let props = &self.paragraph.props;
        let grid = context.grid.filter(|_| props.snap_to_grid);
        let first = at == self.first_line();
        let above = if first { self.border_above() } else { Pt::ZERO };
        let (left, right) = self.edges(area.width, first);
        let estimate = self.prepared.atoms.get(at.atom).filter(|atom| !atom.is_blank()).map_or_else(
            || self.prepared.mark.ascent() + self.prepared.mark.descent(),
            |atom| {
                let (up, down) = atom.extent();
                (up + down).max(atom.look.ascent() + atom.look.descent())
            },
        );
        let mut top = y + above;
        let guess = line::Extent { ascent: estimate, descent: Pt::ZERO, font: estimate };
        let guessed = line::metrics(guess, props.line, grid);
        // Of the space above, a first line that moves below a float keeps the paragraph's own once more (LibreOffice and Spire agree; measured).
        // LibreOffice alone keeps the space after the paragraph above as well, and what proportional spacing adds.
        let again = if first { area.gap.min(space_before(props)) } else { Pt::ZERO };
        // What proportional spacing adds below a line may hang over a float (LibreOffice and Spire agree; measured).
        let mut room = Room { height: guessed.height - guessed.below, again, lead: Pt::ZERO, tail: Pt::ZERO };
        // What a line of at least some height has more than its text stands above that (LibreOffice and Spire agree on what text goes around tightly; measured).
        if matches!(props.line, LineSpacing::AtLeast(_)) {
            room.lead = (guessed.height - estimate).max(Pt::ZERO);
        }
        // Up to Word 2010 the space after a paragraph keeps away from floats as its last line does (Spire; LibreOffice never; measured).
        let after = if context.document.settings.compatibility_mode < 15 { space_after(props) } else { Pt::ZERO };
        let mut found = Found { segments: std::mem::take(&mut context.spare.segments), top, number: Pt::ZERO };
        for round in 0..MOST_MOVES {
            let must = round + 1 == MOST_MOVES;
            found = self.segments(context, at, (left, right), (top, room), area, (must, found.segments));
            top = found.top;
            if area.floats.is_none_or(Floats::is_empty) {
                break;
            }
            let real = line::metrics(line::extent(&self.prepared, &found.segments), props.line, grid);
            let ends = found.segments.last().is_some_and(|last| last.end == LineEnd::Paragraph);
            let (real, tail) =
                if ends && after > Pt::ZERO { (real.height + after, real.below + after) } else { (real.height - real.below, Pt::ZERO) };
            if real <= room.height + Pt(0.05) && !found.segments.is_empty() {
                break;
            }
            (room.height, room.tail) = (room.height.max(real), tail);
        }
        let line = self.finish(context, at, &found, area);
        if let Some(mut last) = found.segments.pop() {
            last.placed.clear();
            context.spare.placed.set(last.placed);
        }
        found.segments.clear();
        context.spare.segments = found.segments;
        line
    }

    /// Fills the free stretches at one height, moving down until some text fits. `segments` is room for them.
    fn segments(
        &self,
        context: &Context<'a>,
        at: Position,
        (left, right): (Pt, Pt),
        (top, room): (Pt, Room),
        area: Area<'_>,
        (must, mut segments): (bool, Vec<Segment>),
    ) -> Found {
        segments.clear();
        let free = |top: Pt, mut segments: Vec<Segment>| {
            segments.extend(self.fill(context, at, (left, right), area.width, true));
            Found { segments, top, number: Pt::ZERO }
        };
        let Some(floats) = area.floats.filter(|floats| !floats.is_empty() && !must) else { return free(top, segments) };
        let first = at == self.first_line();
        let leftmost = if first { self.leftmost(left) } else { left };
        let mut top = top;
        let empty = self.prepared.atoms.iter().all(|atom| matches!(atom.kind, AtomKind::Anchor(_) | AtomKind::Bookmark(_)));
        for _ in 0..MOST_MOVES {
            let page_top = area.top + top;
            let stretches = |from: Pt| {
                let free =
                    floats.slots((area.left + from, area.left + right), (page_top, page_top + room.height), (room.lead, room.tail, empty));
                free.into_iter().map(|(start, end)| (start - area.left, end - area.left)).collect::<Vec<_>>()
            };
            let mut slots = stretches(leftmost);
            // Where no stretch has room for its indent or number, a first line is set as any other.
            let aside = first && slots.iter().any(|(start, end)| self.start_beside(context, (*start, left)).text < *end);
            if !aside && leftmost < left {
                slots = stretches(left);
            }
            let edge = if aside { leftmost } else { left };
            let full = right - edge - Pt(0.01);
            let mut number = Pt::ZERO;
            let mut from = at;
            for (start, end) in slots {
                let whole = end - start >= full;
                let mut start = start;
                if aside && segments.is_empty() {
                    let moved = self.start_beside(context, (start, left));
                    (start, number) = (moved.text, moved.number);
                }
                let Some(segment) = self.fill(context, from, (start, end), area.width, whole) else { continue };
                from = segment.next;
                let over = segment.end != LineEnd::Wrap;
                segments.push(segment);
                if over {
                    break;
                }
            }
            if !segments.is_empty() {
                return Found { segments, top, number };
            }
            match floats.next_edge(page_top) {
                Some(edge) => top = edge - area.top + room.again,
                None => break,
            }
        }
        free(top, segments)
    }

    /// Fills one stretch. A right-to-left paragraph is filled from its right edge, as if seen in a mirror, so that tabs lead away from there.
    fn fill(&self, context: &Context<'a>, from: Position, (left, right): (Pt, Pt), width: Pt, must: bool) -> Option<Segment> {
        if !self.paragraph.props.rtl {
            let manner = Manner {
                in_cell: self.cell.is_some(),
                column: (right > width - twips(self.paragraph.props.indent_right) - Pt(0.05)).then_some(width),
                runs_out: context.document.settings.compatibility_mode < 15,
                justified: matches!(self.paragraph.props.align, Align::Justify | Align::Distribute),
            };
            return fill(&self.prepared, context, (&self.tabs, manner), from, (left, right), must);
        }
        let mut segment = fill(&self.prepared, context, (&self.tabs, Manner::default()), from, (width - right, width - left), must)?;
        segment.shift(left - (width - right));
        Some(segment)
    }

    fn finish(&mut self, context: &mut Context<'a>, at: Position, found: &Found, area: Area<'_>) -> Line {
        let Found { segments, top, number } = found;
        let (top, segments) = (*top, segments.as_slice());
        let props = &self.paragraph.props;
        let grid = context.grid.filter(|_| props.snap_to_grid);
        let first = at == self.first_line();
        let mut extent = line::extent(&self.prepared, segments);
        if first && let Some(label) = &self.label {
            let shows = label.word.as_ref().is_some_and(|word| !word.text.is_empty());
            if shows {
                let symbol = self.paragraph.number.as_ref().is_some_and(|number| number.symbol);
                let (up, down) = if symbol {
                    (label.look.nominal * SYMBOL_HEIGHT.0, label.look.nominal * SYMBOL_HEIGHT.1)
                } else {
                    (label.look.ascent(), label.look.descent())
                };
                extent.ascent = extent.ascent.max(up);
                extent.descent = extent.descent.max(down);
                extent.font = extent.font.max(extent.ascent + extent.descent);
            }
        }
        let metrics = line::metrics(extent, props.line, grid);
        let (next, end) =
            segments.last().map_or((Position { atom: at.atom + 1, byte: 0 }, LineEnd::Paragraph), |last| (last.next, last.end));
        let last = end == LineEnd::Paragraph;
        let below = if last { self.border_below() } else { Pt::ZERO };
        let mut ink = Ink::default();
        let box_top = if first { top - self.border_above() } else { top };
        let bottom = top + metrics.height + below;
        // Before a break that leads nothing is drawn: the paragraph begins behind it (LibreOffice).
        if at >= self.first_line() {
            self.draw_bars(&mut ink, area.width, (box_top, bottom));
            self.draw_box(&mut ink, Rect::new(Pt::ZERO, box_top, area.width, bottom), first, last);
        }
        if first {
            let shift = segments.first().map_or(Pt::ZERO, |segment| {
                let shift = line::shift(props.align, segment);
                if props.rtl { shift - line::shift(Align::Right, segment) } else { shift }
            });
            self.draw_label(context, area.width, (shift + *number, top + metrics.baseline), &mut ink);
        }
        let mut drawing = line::Drawing {
            prepared: &self.prepared,
            align: props.align,
            text_alignment: props.text_alignment,
            extent,
            stretch_before_breaks: context.document.settings.stretch_before_breaks,
            baseline: top + metrics.baseline,
            top,
            height: metrics.height,
            cell: self.cell,
            tag: self.tags.text,
            link_tags: &mut self.link_tags,
        };
        for segment in segments {
            line::draw(context, &mut drawing, segment, &mut ink);
        }
        let (mut notes, mut anchors) = (Vec::new(), Vec::new());
        for segment in segments {
            for placed in &segment.placed {
                if let AtomKind::Note(_, id) = &self.prepared.atoms[placed.atom].kind {
                    notes.push(*id);
                }
            }
            line::anchors(&drawing, segment, &mut anchors);
        }
        let keep = props.keep_lines;
        Line {
            top: box_top,
            height: bottom - box_top,
            slack: if below > Pt::ZERO { Pt::ZERO } else { metrics.below },
            ink,
            glued: keep,
            notes,
            anchors,
            baseline: top + metrics.baseline,
            next,
            end,
        }
    }

    /// Left and right edge of a line.
    fn edges(&self, width: Pt, first: bool) -> (Pt, Pt) {
        let props = &self.paragraph.props;
        let mut left = twips(props.indent_left);
        let mut right = width - twips(props.indent_right);
        if first {
            match &self.label {
                Some(label) if !props.rtl => left = label.text,
                Some(label) => right = width - label.text,
                None if props.rtl => right -= twips(props.indent_first),
                None => left += twips(props.indent_first),
            }
        }
        // Indents that leave no room at all are cut back, so that text still shows.
        if right - left < Pt(1.0) {
            right = left + Pt(1.0).max(width - left);
        }
        (left, right)
    }

    fn border_above(&self) -> Pt {
        let borders = &self.paragraph.props.borders;
        // The line between has its space on both sides (LibreOffice and Spire agree; measured).
        let between = |border: Border| thickness(border) + bounded(border.space).max(Pt::ZERO);
        if self.joined.0 { borders.between.map_or(Pt::ZERO, between) } else { borders.sides.top.map_or(Pt::ZERO, thickness) }
    }

    fn border_below(&self) -> Pt {
        if self.joined.1 { Pt::ZERO } else { self.paragraph.props.borders.sides.bottom.map_or(Pt::ZERO, thickness) }
    }

    /// Background and borders of a line's share of the paragraph.
    fn draw_box(&self, ink: &mut Ink, line: Rect, first: bool, last: bool) {
        let props = &self.paragraph.props;
        let rect = box_between(props, line);
        if let Some(color) = props.shading {
            ink.fill(rect, color);
        }
        draw_sides(ink, rect, &props.borders, (first, last), self.joined);
        if let Some(bar) = props.borders.bar {
            // 17.3.1.4: at the outside of the text; LibreOffice leaves it out.
            let x = rect.left - bounded(bar.space) - bounded(bar.width) / 2.0;
            draw_border(ink, (x, line.top), (x, line.bottom), bar);
        }
    }

    /// The lines of bar tabs.
    fn draw_bars(&self, ink: &mut Ink, width: Pt, (top, bottom): (Pt, Pt)) {
        for bar in &self.tabs.bars {
            let x = if self.paragraph.props.rtl { width - *bar } else { *bar };
            let stroke = Stroke { color: Rgb(0, 0, 0), width: Pt(0.5), dash: Vec::new(), round: false };
            ink.line((x, top), (x, bottom), stroke, None);
        }
    }

    fn draw_label(&self, context: &mut Context<'a>, width: Pt, (shift, baseline): (Pt, Pt), ink: &mut Ink) {
        let (Some(label), Some(number)) = (&self.label, &self.paragraph.number) else { return };
        let x = shift + if self.paragraph.props.rtl { width - label.x - label.width } else { label.x };
        if let Some(picture) = &number.picture {
            let side = label.look.nominal;
            let image = PlacedImage {
                image: context.image(picture),
                x,
                y: baseline - side,
                width: side,
                height: side,
                crop: [0.0; 4],
                rotation: 0.0,
                flip: (false, false),
                opacity: 1.0,
            };
            ink.items.push(Item { tag: self.tags.label, shape: Shape::Image(image) });
        } else if let Some(word) = &label.word {
            runs::draw_word(context, word, &label.look, (x, baseline), (self.tags.label, number.suffix != NumberSuffix::Nothing), ink);
        }
    }

    /// Widows and orphans: the first two and the last two lines stay together (LibreOffice sets both to 2 for `widowControl`).
    fn glue(&self, lines: &mut [Line], from: Position) {
        let count = lines.len();
        if !self.paragraph.props.widow_control || count < 2 {
            return;
        }
        if from == self.first_line() {
            lines[0].glued = true;
        }
        lines[count - 2].glued = true;
    }

    /// Marks headings for the outline.
    fn mark(&self, lines: &mut [Line], from: Position) {
        let Some(level) = self.paragraph.props.outline_level.filter(|level| *level < 9) else { return };
        if from == self.first_line()
            && self.tags.text.is_some()
            && let Some(line) = lines.first_mut()
        {
            let title = plain_text(&self.prepared, self.paragraph);
            if !title.is_empty() {
                line.ink.marks.push(Mark { y: line.top, kind: MarkKind::Heading(level + 1, title) });
            }
        }
    }
}

/// A paragraph's text as one line.
fn plain_text(prepared: &Prepared<'_>, paragraph: &Paragraph) -> String {
    let mut text = paragraph.number.as_ref().filter(|number| !number.bullet).map_or_else(String::new, |number| format!("{} ", number.text));
    let mut told = 0;
    for atom in &prepared.atoms {
        match &atom.kind {
            AtomKind::Word(word) | AtomKind::Space(word) => text.push_str(&word.text),
            AtomKind::Tab | AtomKind::Break(_) => text.push(' '),
            AtomKind::Formula(_, formula) if told <= *formula => {
                text.push_str(prepared.formulas.get(*formula).map_or("", String::as_str));
                told = *formula + 1;
            }
            _ => {}
        }
    }
    text.trim().to_owned()
}

/// Measures a number and finds where the text after it starts, both from the edge at which the paragraph's lines begin: in one from right to left the right one.
///
/// The label stands at the first line's position; after a tab the text starts at the hanging indent, or at the next stop when the label reaches beyond it.
fn label(context: &mut Context<'_>, number: &Number, props: &ParagraphProps, tabs: &Tabs) -> Label {
    let look = context.look_of(&number.props);
    let word = (!number.text.is_empty()).then(|| look.word(context.fonts, &number.text, false));
    let width = match &number.picture {
        Some(_) => look.nominal,
        None => word.as_ref().map_or(Pt::ZERO, |word| word.width),
    };
    let indent = twips(if props.rtl { props.indent_right } else { props.indent_left });
    let start = indent + twips(props.indent_first);
    let x = match number.align {
        Align::Right => start - width,
        Align::Center => start - width / 2.0,
        _ => start,
    };
    let end = x + width;
    let text = match number.suffix {
        NumberSuffix::Nothing => end,
        NumberSuffix::Space => end + look.word(context.fonts, " ", false).width,
        NumberSuffix::Tab if number.text.is_empty() && number.picture.is_none() => {
            start.max(if props.indent_first.0 < 0 { indent } else { start })
        }
        NumberSuffix::Tab => tabs.next(end).at,
    };
    Label { word, look, x, text, width, tabbed: number.suffix == NumberSuffix::Tab }
}

/// Two paragraphs share a box when their borders and its edges are equal, or both are shaded and have no borders (LibreOffice and Spire agree; measured).
pub(super) fn join(above: &ParagraphProps, below: &ParagraphProps) -> bool {
    let borders = &above.borders;
    let any =
        [borders.sides.top, borders.sides.bottom, borders.sides.left, borders.sides.right, borders.between].iter().any(Option::is_some);
    let shaded = above.shading.is_some() && below.shading.is_some();
    (any || shaded) && above.borders == below.borders && box_left(above) == box_left(below) && above.indent_right == below.indent_right
}

/// Where a paragraph's box begins, but for its border.
fn box_left(props: &ParagraphProps) -> Twips {
    Twips(props.indent_left.0.saturating_add(props.indent_first.0.min(0)))
}

/// A paragraph's box in a line of the column, its borders included.
fn box_between(props: &ParagraphProps, line: Rect) -> Rect {
    let room = |border: Option<Border>| border.map_or(Pt::ZERO, thickness);
    let left = twips(box_left(props)) - room(props.borders.sides.left);
    let right = line.right - twips(props.indent_right) + room(props.borders.sides.right);
    Rect::new(left, line.top, right.max(left), line.bottom)
}

/// The box that two paragraphs share goes on through the space between them, shaded as the upper one (LibreOffice and Spire agree; measured).
pub(super) fn bridge(above: &ParagraphProps, gap: Rect) -> Ink {
    let mut ink = Ink::default();
    if gap.bottom > gap.top {
        let rect = box_between(above, gap);
        if let Some(color) = above.shading {
            ink.fill(rect, color);
        }
        draw_sides(&mut ink, rect, &above.borders, (false, false), (true, true));
    }
    ink
}

fn draw_sides(ink: &mut Ink, rect: Rect, borders: &ParagraphBorders, (first, last): (bool, bool), joined: (bool, bool)) {
    let sides = &borders.sides;
    if let Some(border) = borders.between.filter(|_| first && joined.0) {
        let y = rect.top + bounded(border.space) + bounded(border.width).max(Pt::ZERO) / 2.0;
        draw_border(ink, (rect.left, y), (rect.right, y), border);
    }
    let shown = Borders { top: sides.top.filter(|_| first && !joined.0), bottom: sides.bottom.filter(|_| last && !joined.1), ..*sides };
    draw_ring(ink, rect, &shown);
}

/// The same border around a rectangle.
pub(super) fn frame_lines(rect: Rect, border: Border, ink: &mut Ink) {
    let half = bounded(border.width).max(Pt::ZERO) / 2.0;
    let outer = Rect::new(rect.left - half, rect.top - half, rect.right + half, rect.bottom + half);
    draw_ring(ink, outer, &Borders { top: Some(border), right: Some(border), bottom: Some(border), left: Some(border) });
}

/// Draws the borders that lie along the edges of a rectangle, within it: each of their lines meets that of the next side which is as far from the outside (LibreOffice and Spire agree).
pub(super) fn draw_ring(ink: &mut Ink, outer: Rect, borders: &Borders) {
    // The lines of a side from the outside to the inside: how far away each is, and how wide.
    let lines = |border: Option<Border>, reversed: bool| -> Vec<(Pt, Pt)> {
        let Some(border) = border else { return Vec::new() };
        let whole = Border { width: bounded(border.width).max(Pt(0.1)), ..border };
        let away = |(start, line): (Pt, Pt)| (if reversed { whole.width - start - line } else { start }, line);
        let mut lines: Vec<(Pt, Pt)> = whole.lines().map(away).collect();
        if reversed {
            lines.reverse();
        }
        lines
    };
    let (top, bottom) = (lines(borders.top, false), lines(borders.bottom, true));
    let (left, right) = (lines(borders.left, false), lines(borders.right, true));
    let at = |side: &[(Pt, Pt)], line: usize| side.get(line).map_or(Pt::ZERO, |(away, _)| *away);
    let mut draw = |border: Option<Border>, from: (Pt, Pt), to: (Pt, Pt), width: Pt| {
        let Some(border) = border else { return };
        let stroke = Stroke { color: border.color, width, dash: dashes(border.style, width), round: false };
        ink.line(from, to, stroke, None);
    };
    for (index, (away, width)) in top.iter().enumerate() {
        let y = outer.top + *away + *width / 2.0;
        draw(borders.top, (outer.left + at(&left, index), y), (outer.right - at(&right, index), y), *width);
    }
    for (index, (away, width)) in bottom.iter().enumerate() {
        let y = outer.bottom - *away - *width / 2.0;
        draw(borders.bottom, (outer.left + at(&left, index), y), (outer.right - at(&right, index), y), *width);
    }
    for (index, (away, width)) in left.iter().enumerate() {
        let x = outer.left + *away + *width / 2.0;
        draw(borders.left, (x, outer.top + at(&top, index)), (x, outer.bottom - at(&bottom, index)), *width);
    }
    for (index, (away, width)) in right.iter().enumerate() {
        let x = outer.right - *away - *width / 2.0;
        draw(borders.right, (x, outer.top + at(&top, index)), (x, outer.bottom - at(&bottom, index)), *width);
    }
}

/// Draws a border line centred on a horizontal or vertical line.
pub(super) fn draw_border(ink: &mut Ink, from: (Pt, Pt), to: (Pt, Pt), border: Border) {
    let width = bounded(border.width).max(Pt(0.1));
    let mut stroke = Stroke { color: border.color, width, dash: dashes(border.style, width), round: false };
    let horizontal = (from.1 - to.1).abs() < (from.0 - to.0).abs();
    let whole = Border { width, ..border };
    for (start, line) in whole.lines() {
        stroke.width = line;
        let shift = start + line / 2.0 - width / 2.0;
        let (dx, dy) = if horizontal { (Pt::ZERO, shift) } else { (shift, Pt::ZERO) };
        ink.line((from.0 + dx, from.1 + dy), (to.0 + dx, to.1 + dy), stroke.clone(), None);
    }
}

fn dashes(style: BorderStyle, width: Pt) -> Vec<f32> {
    let unit = width.0.max(0.5);
    match style {
        BorderStyle::Dotted => vec![unit, unit],
        BorderStyle::Dashed => vec![unit * 4.0, unit * 3.0],
        BorderStyle::DotDash => vec![unit * 4.0, unit * 2.0, unit, unit * 2.0],
        BorderStyle::DotDotDash => vec![unit * 4.0, unit * 2.0, unit, unit * 2.0, unit, unit * 2.0],
        _ => Vec::new(),
    }
}
