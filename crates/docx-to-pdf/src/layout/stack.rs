//! Blocks piled into one column of any height: cells, headers, footers, text boxes, notes.

pub(super) mod piece;

use std::rc::Rc;

use crate::document::model::{
    Block, Drawing, Inline, Offset, Paragraph, ParagraphProps, Placement, TabKind, Table, TableFloat, VerticalBase, Wrap, WrapSide,
};
use crate::layout::context::{Context, DEEPEST};
use crate::layout::drawing;
use crate::layout::drop_cap;
use crate::layout::float::{Bases, Floats, MOST_ON_LINES, Outline, Zone, counts_from_column, hangs_on_its_line};
use crate::layout::ink::{Ink, Layer, Rect};
use crate::layout::length::{bounded, emu, twips};
use crate::layout::paragraph::{Area, Line, ParagraphLayouter, anchor_places, bridge, join};
use crate::layout::part::{Part, Position};
use crate::layout::room;
use crate::layout::segment::LineEnd;
use crate::layout::shape::AtomKind;
use crate::layout::table;
use crate::layout::tabs::Tabs;
use crate::units::Pt;

use piece::{NestedRow, Piece};

/// Automatic space before and after (LibreOffice's `ConvertMSWordAuto`: 14 pt).
const AUTO_SPACE: Pt = Pt(14.0);

/// Blocks laid out in one column.
#[derive(Debug, Clone, Default)]
pub(super) struct Stacked {
    /// Its pieces from top to bottom.
    pub pieces: Vec<Piece>,
    /// Its height, with the last paragraph's space after.
    pub height: Pt,
    /// What text keeps out of, in its coordinates.
    pub zones: Vec<Zone>,
}

impl Stacked {
    /// How much is drawn.
    pub(super) fn weight(&self) -> usize {
        self.pieces.len() + self.pieces.iter().map(|piece| piece.ink.weight()).sum::<usize>()
    }

    /// Everything drawn.
    pub(super) fn into_ink(self) -> Ink {
        let mut all = Ink::default();
        for piece in self.pieces {
            all.append(piece.drawn());
        }
        all
    }
}

/// The column blocks are piled into; it starts at 0, 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// Its width.
    pub width: Pt,
    /// What floats in it are placed by.
    pub bases: Bases,
    /// Wrapped floats make it higher.
    pub holds_floats: bool,
    /// What it is a column of.
    pub story: Story,
}

/// What a column is of; in headers and footers less keeps text away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Story {
    /// A cell, a box, a frame or notes.
    Text,
    /// A header: its tables do not move for what floats in it, and its frames keep only the body's text away (LibreOffice and Spire agree; measured).
    Header,
    /// A footer: in it, besides, what floats by the page or its margins does so (both agree): where the footer stands follows from its height.
    Footer,
}

impl Story {
    /// Whether what floats by this keeps only the body's text away, not its own: up to Word 2010 all of a header or footer does (LibreOffice and Spire agree; measured).
    fn ignores(self, base: VerticalBase, older: bool) -> bool {
        let by_text = matches!(base, VerticalBase::Paragraph | VerticalBase::Line);
        match self {
            Self::Text => false,
            Self::Header => older,
            Self::Footer => older || !by_text,
        }
    }
}

/// Piles blocks up.
///
/// A float that reaches above what stands there already changes lines: all is laid out again with its room kept from the start.
pub(super) fn pile<'a>(context: &mut Context<'a>, blocks: &'a [Block], column: Column) -> Stacked {
    pile_part(context, Part { blocks, block: 0, from: Position::default() }, column, None).0
}

/// The same from a place on, down to `end` if there is one; returns what is left. At least one line is set.
pub(super) fn pile_part<'a>(context: &mut Context<'a>, part: Part<'a>, column: Column, end: Option<Pt>) -> (Stacked, Option<Part<'a>>) {
    if context.depth >= DEEPEST {
        context.unsupported("content nested too deeply");
        return (Stacked::default(), None);
    }
    context.depth += 1;
    let (elements, footnotes, endnotes) =
        (context.structure.checkpoint(), context.footnote_numbers.count(), context.endnote_numbers.count());
    let mut known = Vec::new();
    let (stacked, rest) = loop {
        let mut pile = Stack { known, end, ..Stack::new(column) };
        for (_, zone) in &pile.known {
            pile.floats.add(zone.clone());
        }
        pile.blocks(context, part);
        if !pile.reaches_up || pile.known.len() > MOST_KNOWN {
            let rest = pile.rest.take();
            break (pile.finish(), rest.map(|(block, from)| Part { block, from, ..part }));
        }
        known = pile.known;
        context.structure.restore(&elements);
        context.footnote_numbers.truncate(footnotes);
        context.endnote_numbers.truncate(endnotes);
    };
    context.depth -= 1;
    (stacked, rest)
}

/// A float must reach so far above its line to change what stands there: half the outline of a shape does.
pub(super) const REACH: Pt = Pt(0.2);

/// So many floats of one column may reach up before it is laid out as it is: each costs another round.
const MOST_KNOWN: usize = 4;

struct Stack<'a> {
    column: Column,
    floats: Floats,
    /// What only text elsewhere keeps out of.
    elsewhere: Vec<Zone>,
    y: Pt,
    after: Option<&'a Paragraph>,
    pieces: Vec<Piece>,
    /// Floats whose room is kept from the start, by address.
    known: Vec<(usize, Zone)>,
    /// One of them was found in this round.
    reaches_up: bool,
    /// Where it ends; what does not fit is left.
    end: Option<Pt>,
    /// What is left: a block, and where in it.
    rest: Option<(usize, Position)>,
}

impl<'a> Stack<'a> {
    fn new(column: Column) -> Self {
        Self {
            column,
            floats: Floats::default(),
            elsewhere: Vec::new(),
            y: Pt::ZERO,
            after: None,
            pieces: Vec::new(),
            known: Vec::new(),
            reaches_up: false,
            end: None,
            rest: None,
        }
    }

    fn blocks(&mut self, context: &mut Context<'a>, part: Part<'a>) {
        let (blocks, mut index) = (part.blocks, part.block);
        while let Some(block) = blocks.get(index).filter(|_| !self.reaches_up || self.known.len() > MOST_KNOWN) {
            let from = if index == part.block { part.from } else { Position::default() };
            let (before, elements) = (self.pieces.len(), context.structure.checkpoint());
            index += match block {
                // Frames in cells and text boxes stand in the text, all but drop caps (LibreOffice and Spire agree; measured).
                Block::Paragraph(paragraph)
                    if paragraph.props.frame.is_some_and(|frame| !self.column.bases.in_cell || frame.drop_cap.is_some()) =>
                {
                    self.frame(context, &blocks[index..])
                }
                // The empty paragraph that must follow a nested table takes no room; in notes, boxes and headers it does (LibreOffice and Spire agree; measured).
                Block::Paragraph(paragraph)
                    if self.column.holds_floats
                        && index > 0
                        && index + 1 == blocks.len()
                        && paragraph.content.is_empty()
                        && matches!(blocks[index - 1], Block::Table(_)) =>
                {
                    1
                }
                Block::Paragraph(paragraph) => {
                    if let Some(left) = self.paragraph(context, paragraph, neighbours(blocks, index), from) {
                        self.rest = Some((index, left));
                    }
                    1
                }
                Block::Table(table) => {
                    self.table(context, table);
                    1
                }
            };
            // A table that does not fit is left whole, but for the first of all.
            if self.rest.is_none() && before > 0 && matches!(block, Block::Table(_)) && self.is_beyond(self.y) {
                self.pieces.truncate(before);
                self.rest = Some((index - 1, Position::default()));
            }
            if let Some((_, left)) = self.rest {
                if left == Position::default() {
                    context.structure.restore(&elements);
                }
                break;
            }
        }
    }

    /// How many lines fit above the end, if there is one, without widows and orphans; one where nothing stands above.
    fn fitting(&self, lines: &[Line], top: Pt) -> usize {
        let fitting = lines.iter().take_while(|line| !self.is_beyond(top + line.bottom() - line.slack)).count();
        if fitting == lines.len() {
            return fitting;
        }
        let kept = (1..=fitting).rev().find(|count| !lines[count - 1].glued).unwrap_or(0);
        if kept == 0 && self.pieces.is_empty() { fitting.max(1) } else { kept }
    }

    fn is_beyond(&self, bottom: Pt) -> bool {
        self.end.is_some_and(|end| bottom > end)
    }

    fn finish(self) -> Stacked {
        // Only a cell's last paragraph does without automatic space (LibreOffice and Spire agree for cells, headers and footers, Spire for boxes and notes; measured); an item of a list keeps it (both).
        let dropped = |last: &Paragraph| last.props.space_after_auto && last.number.is_none() && self.column.holds_floats;
        let after = self.after.map_or(Pt::ZERO, |last| if dropped(last) { Pt::ZERO } else { space_after(&last.props) });
        let mut height = self.y + after;
        if self.column.holds_floats {
            height = self.floats.bottom(height);
        }
        let mut zones = self.floats.into_zones();
        zones.extend(self.elsewhere);
        Stacked { pieces: self.pieces, height, zones }
    }

    /// Keeps the room of a float that stands by this.
    fn reserve(&mut self, context: &Context<'a>, (key, zone): (usize, Zone), base: VerticalBase) {
        if self.column.story.ignores(base, context.document.settings.compatibility_mode < 15) {
            self.elsewhere.push(zone);
            return;
        }
        let above = Rect::new(Pt::ZERO, Pt::ZERO, self.column.width, self.y - REACH);
        let touches =
            zone.rect.top < above.bottom && zone.rect.bottom > above.top && zone.rect.right > above.left && zone.rect.left < above.right;
        if touches && !self.pieces.is_empty() && self.known.len() <= MOST_KNOWN {
            self.known.push((key, zone.clone()));
            self.reaches_up = true;
        }
        self.floats.add(zone);
    }

    /// Sets a paragraph from a place on; returns what has no room any more.
    fn paragraph(
        &mut self,
        context: &mut Context<'a>,
        paragraph: &'a Paragraph,
        joined: (bool, bool),
        start: Position,
    ) -> Option<Position> {
        let gap = match self.after {
            _ if start != Position::default() => Pt::ZERO,
            None if self.pieces.is_empty() => {
                // A frame in a cell or text box stands in the text.
                if paragraph.props.space_before_auto && (paragraph.props.frame.is_none() || self.column.bases.in_cell) {
                    Pt::ZERO
                } else {
                    space_before(&paragraph.props)
                }
            }
            after => gap(context, after, paragraph),
        };
        let after = self.after.map_or(Pt::ZERO, |above| space_after(&above.props));
        let base = self.y + gap.min(after);
        self.y += gap;
        let mut setter = ParagraphLayouter::new(context, paragraph, joined);
        let [_, right, _, left] = self.column.bases.cell_margins;
        setter.cell = self.column.holds_floats.then_some((-left, self.column.width + right));
        // A page or column break in a cell, header or text box breaks nothing, not even the line (LibreOffice and Spire agree; measured).
        setter.prepared.leave_out_page_breaks();
        let zones = self.floats.len();
        context.structure.anchor_before(setter.tags.text);
        let mut anchored = self.anchors(context, (&mut setter, start), (base, gap));
        context.structure.anchor_before(None);
        let wrapped = self.floats.len() > zones;
        let mut from = start;
        let shared = self.after.filter(|_| joined.0 && from == Position::default());
        loop {
            let lines = setter.lines(context, from, self.area(gap));
            let top = self.y;
            let Some(end) = lines.last().map(|line| line.end) else { break };
            let fitting = self.fitting(&lines, top);
            let cut = fitting < lines.len();
            for line in lines.into_iter().take(fitting) {
                // Anchored drawings are already in column coordinates, the line is not.
                let mut ink = std::mem::take(&mut anchored);
                let mut own = line.ink;
                own.translate(Pt::ZERO, top);
                ink.append(own);
                self.y = top + line.top + line.height;
                // Lines below a float of their own stay below it where they begin a page.
                let below = if wrapped && from == Position::default() { line.top.max(Pt::ZERO) } else { Pt::ZERO };
                let shared = shared.filter(|_| from == Position::default());
                let bridge =
                    shared.map(|above| Rc::new(bridge(&above.props, Rect::new(Pt::ZERO, top - gap, self.column.width, top + line.top))));
                from = line.next;
                self.pieces.push(Piece {
                    top: top + line.top,
                    height: line.height,
                    ink: Rc::new(ink),
                    bridge,
                    before: space_before(&paragraph.props) + below,
                    after: if line.end == LineEnd::Paragraph { space_after(&paragraph.props) } else { Pt::ZERO },
                    shift: Pt::ZERO,
                    // Widow control holds in notes, too (LibreOffice and Spire agree; measured); in cells there is none (measured on LibreOffice 7.4), and keeping lines together does nothing in either (both agree).
                    glued: line.glued && !paragraph.props.keep_lines && !self.column.holds_floats,
                    notes: line.notes,
                    row: None,
                });
            }
            if cut {
                return Some(from);
            }
            if end == LineEnd::Paragraph || end == LineEnd::Wrap {
                break;
            }
        }
        self.after = Some(paragraph);
        None
    }

    /// The room from here on.
    fn area(&self, gap: Pt) -> Area<'_> {
        Area { width: self.column.width, floats: Some(&self.floats), left: Pt::ZERO, top: self.y, bottom: self.end, gap }
    }

    /// Floating drawings anchored in a paragraph: drawn in the layers behind and in front, their room kept.
    fn anchors(&mut self, context: &mut Context<'a>, (setter, from): (&mut ParagraphLayouter<'a>, Position), (base, gap): (Pt, Pt)) -> Ink {
        let mut all = Ink::default();
        let content = &setter.paragraph.content;
        let on_lines = content.iter().filter(|inline| matches!(inline, Inline::Drawing(drawing) if hangs_on_its_line(drawing))).count();
        let mut on_line = None;
        let beside = self.beside(context, (setter, from), gap);
        for inline in content {
            if inline.is_text() {
                context.structure.anchor_before(None);
            }
            let Inline::Drawing(drawing) = inline else { continue };
            let Placement::Anchor(anchor) = &drawing.placement else { continue };
            let key = std::ptr::from_ref::<Drawing>(drawing) as usize;
            let mut bases = self.column.bases;
            bases.paragraph = base;
            bases.line = self.y;
            bases.beside = beside;
            if hangs_on_its_line(drawing) {
                if on_line.is_none() || on_lines <= MOST_ON_LINES {
                    on_line = Some(anchor_places(&setter.on_trial(context, from, self.area(gap))));
                }
                if let Some((x, top)) = on_line.as_ref().and_then(|places| places.get(&key)) {
                    bases.character = *x;
                    bases.line += *top;
                }
            }
            let (mut ink, zone) = float(context, drawing, &bases);
            if let Some(zone) = zone {
                if let Some((_, kept)) = self.known.iter().find(|(known, _)| *known == key) {
                    // It stays where it was when it pushed the text.
                    ink.translate(kept.rect.left - zone.rect.left, kept.rect.top - zone.rect.top);
                } else {
                    self.reserve(context, (key, zone), anchor.position.vertical.0);
                }
            }
            all.append(ink);
        }
        all
    }

    /// How far earlier floats push the beginning of a paragraph's first line, up to Word 2010.
    fn beside(&self, context: &mut Context<'a>, (setter, from): (&mut ParagraphLayouter<'a>, Position), gap: Pt) -> Pt {
        if context.document.settings.compatibility_mode >= 15
            || self.column.bases.running
            || self.floats.is_empty()
            || !setter.counts_from_column()
        {
            return Pt::ZERO;
        }
        let lines = setter.on_trial(context, from, self.area(gap));
        lines.first().map_or(Pt::ZERO, |line| {
            self.floats.push(Rect::new(Pt::ZERO, self.y + line.top, self.column.width, self.y + line.bottom()), None, false)
        })
    }

    fn table(&mut self, context: &mut Context<'a>, table: &'a Table) {
        if let Some(float) = table.float {
            // In cells, headers and footers tables float; in text boxes they stand in the text (LibreOffice and Spire agree; measured), and in notes.
            if !self.column.bases.in_cell || self.column.holds_floats {
                return self.floating_table(context, table, float);
            }
        }
        if let Some(above) = self.after {
            self.y += space_after(&above.props);
        }
        let laid = table::lay(context, table, self.column.width, self.column.bases, self.column.holds_floats);
        let laid = Rc::new(if self.column.bases.in_cell { laid.by_rows() } else { laid });
        let mut emitter = table::Emitter::new(&laid);
        for index in 0..laid.rows.len() {
            let height = laid.rows[index].height;
            let aside = self.beside_floats(&laid, height);
            let mut ink = emitter.row(&laid.rows[index], index, self.y);
            let notes = laid.rows[index].notes();
            ink.translate(laid.x + aside, Pt::ZERO);
            let row =
                self.column.bases.in_cell.then(|| Rc::new(NestedRow { table: Rc::clone(&laid), index, aside, part: None, starts: true }));
            self.pieces.push(Piece { top: self.y, height, ink: Rc::new(ink), notes, row, ..Piece::default() });
            self.y += height;
        }
        self.after = None;
    }

    /// A row that would meet a float stands beside it where it has room, else below; tells how far it moves aside (Spire; LibreOffice agrees where there is no room, but moves the whole table).
    fn beside_floats(&mut self, laid: &table::TableBox, height: Pt) -> Pt {
        if self.column.story != Story::Text {
            return Pt::ZERO;
        }
        for _ in 0..self.floats.len() {
            let row = Rect::new(laid.x, self.y, laid.x + laid.width, self.y + height);
            if !self.floats.touch_row(row, None) {
                break;
            }
            let free = self.floats.slots((Pt::ZERO, self.column.width), (self.y, self.y + height), (Pt::ZERO, Pt::ZERO, false));
            if let Some((left, _)) = free.into_iter().find(|(left, right)| *right - *left >= laid.width - Pt(0.05)) {
                return left;
            }
            let Some(edge) = self.floats.next_edge(self.y) else { break };
            self.y = edge;
        }
        Pt::ZERO
    }

    /// A floating table of a cell, header or footer: it stands at its place, and text goes around it.
    fn floating_table(&mut self, context: &mut Context<'a>, table: &'a Table, float: TableFloat) {
        let laid = table::lay(context, table, self.column.width, self.column.bases, self.column.holds_floats);
        let mut bases = self.column.bases;
        bases.paragraph = self.y + self.after.map_or(Pt::ZERO, |above| space_after(&above.props));
        let (mut x, mut y) = table::float_corner(context, table, (laid.width, laid.height()), &bases);
        if bases.in_cell {
            (x, y) = bases.inside((x, y), laid.width);
        }
        let mut emitter = table::Emitter::new(&laid);
        let (mut ink, mut notes, mut below) = (Ink::default(), Vec::new(), Pt::ZERO);
        for (index, row) in laid.rows.iter().enumerate() {
            ink.append(emitter.row(row, index, below));
            notes.extend(row.notes());
            below += row.height;
        }
        let zone = Zone::around((x, y), (laid.width, below), float);
        ink.translate(x, y);
        let key = std::ptr::from_ref(table) as usize;
        if let Some((_, kept)) = self.known.iter().find(|(known, _)| *known == key) {
            // It stays where it was when it pushed the text.
            ink.translate(kept.rect.left - zone.rect.left, kept.rect.top - zone.rect.top);
        } else {
            self.reserve(context, (key, zone), float.position.vertical.0);
        }
        self.pieces.push(Piece { top: self.y, ink: Rc::new(ink), glued: true, notes, ..Piece::default() });
    }

    /// Paragraphs in a frame; returns how many.
    fn frame(&mut self, context: &mut Context<'a>, blocks: &'a [Block]) -> usize {
        let mut bases = self.column.bases;
        bases.paragraph = self.y + drop_cap::paragraph_below(blocks).map_or(Pt::ZERO, |below| gap(context, self.after, below));
        bases.line = self.y;
        let framed = frame(context, blocks, &bases);
        let ink = Rc::new(framed.ink);
        self.pieces.push(Piece { top: self.y, ink, glued: true, notes: framed.notes, ..Piece::default() });
        if let Some(zone) = framed.zone {
            if self.column.story == Story::Text {
                self.floats.add(zone);
            } else {
                self.elsewhere.push(zone);
            }
        }
        framed.count
    }
}

/// A frame (`w:framePr`) laid out.
pub(super) struct Framed {
    /// What it draws.
    pub ink: Ink,
    /// The room it keeps.
    pub zone: Option<Zone>,
    /// How many paragraphs are in it.
    pub count: usize,
    /// Footnotes referred to in it.
    pub notes: Vec<i32>,
}

/// Lays out the paragraphs at the start of `blocks` that share one frame.
pub(super) fn frame<'a>(context: &mut Context<'a>, blocks: &'a [Block], bases: &Bases) -> Framed {
    let frame_of = |block: &Block| match block {
        Block::Paragraph(paragraph) => paragraph.props.frame,
        Block::Table(_) => None,
    };
    let Some(frame) = blocks.first().and_then(frame_of) else {
        return Framed { ink: Ink::default(), zone: None, count: 1, notes: Vec::new() };
    };
    let count = blocks.iter().take_while(|block| frame_of(block) == Some(frame)).count();
    let own: Rc<Vec<&'a Paragraph>> = Rc::new(
        blocks[..count]
            .iter()
            .filter_map(|block| match block {
                Block::Paragraph(paragraph) => Some(paragraph),
                Block::Table(_) => None,
            })
            .collect(),
    );
    let available = bases.column.width();
    let width = if frame.width.0 > 0 { twips(frame.width) } else { natural_width(context, &own, available) };
    let inner = Column {
        width,
        bases: Bases { column: Rect::new(Pt::ZERO, Pt::ZERO, width, Pt::ZERO), ..*bases },
        holds_floats: false,
        story: Story::Text,
    };
    let mut pile = Stack::new(inner);
    for (index, paragraph) in own.iter().enumerate() {
        let above = index > 0 && join(&own[index - 1].props, &paragraph.props);
        let below = own.get(index + 1).is_some_and(|next| join(&paragraph.props, &next.props));
        pile.paragraph(context, paragraph, (above, below), Position::default());
    }
    let mut height = pile.y + pile.after.map_or(Pt::ZERO, |last| space_after(&last.props));
    if let Some((given, exact)) = frame.height {
        height = if exact { twips(given) } else { height.max(twips(given)) };
    }
    let notes = pile.pieces.iter().flat_map(|piece| piece.notes.iter().copied()).collect();
    let mut ink = Stacked { pieces: pile.pieces, height, zones: Vec::new() }.into_ink();
    if let (Some(drop_cap), Some(below)) = (frame.drop_cap, drop_cap::paragraph_below(blocks)) {
        height = drop_cap::stand(context, drop_cap, below, &mut ink);
    }
    let (mut x, mut y) = bases.place(frame.position, width, height);
    // It moves up rather than reach over the page's lower edge (LibreOffice and Spire agree; measured).
    if !bases.in_cell && frame.drop_cap.is_none() {
        y = y.min((bases.page.bottom - height).max(bases.page.top));
    }
    if frame.drop_cap.is_some_and(|drop_cap| drop_cap.in_margin) {
        x = bases.column.left - width - twips(frame.space.0);
    }
    ink.translate(x, y);
    let (space_x, space_y) = (twips(frame.space.0), twips(frame.space.1));
    let kept = Rect::new(x - space_x, y - space_y, x + width + space_x, y + height + space_y);
    let side = frame.wrap.then_some(WrapSide::Both);
    // Text runs through a frame without wrapping (LibreOffice and Spire agree; measured).
    let zone =
        (!frame.through).then_some(Zone { rect: kept, side, rim: Pt::ZERO, below: space_y, outline: None, tight: false, table: false });
    Framed { ink, zone, count, notes }
}

/// The width of the longest unbroken line.
pub(super) fn natural_width<'a>(context: &mut Context<'a>, paragraphs: &[&'a Paragraph], available: Pt) -> Pt {
    let checkpoint = context.structure.checkpoint();
    let mut widest = Pt::ZERO;
    for paragraph in paragraphs {
        let prepared = crate::layout::shape::prepare(context, paragraph);
        let tabs = Tabs::new(&paragraph.props, twips(context.document.settings.default_tab));
        // A tab takes the room up to its stop (Spire; LibreOffice makes a frame with a tab as wide as the column).
        let indent = twips(paragraph.props.indent_left).max(Pt::ZERO);
        let width = prepared.atoms.iter().fold(indent, |x, atom| match atom.kind {
            AtomKind::Tab if tabs.next(x).kind == TabKind::Left => tabs.next(x).at,
            _ => x + atom.width,
        });
        widest = widest.max(width);
    }
    context.structure.restore(&checkpoint);
    (widest + Pt(0.1)).min(available).max(Pt(1.0))
}

/// Draws a floating drawing at its place; the zone is what text keeps out of.
pub(super) fn float<'a>(context: &mut Context<'a>, drawing: &'a Drawing, bases: &Bases) -> (Ink, Option<Zone>) {
    let Placement::Anchor(anchor) = &drawing.placement else { return (Ink::default(), None) };
    let parent = context.structure.float();
    let outer = context.structure.enter(parent);
    let mut size = room::frame(drawing);
    if let Some((share, base)) = anchor.relative_width.filter(|(share, _)| share.is_finite() && *share > 0.0) {
        size.0 = bases.breadth(base) * share.min(10.0);
    }
    if let Some((share, base)) = anchor.relative_height.filter(|(share, _)| share.is_finite() && *share > 0.0) {
        size.1 = bases.height(base) * share.min(10.0);
    }
    let (mut ink, (width, height)) = drawing::draw(context, drawing, size, bases);
    context.structure.leave(outer);
    // Documents of Word 2013 and later float in their cell whatever `layoutInCell` says (measured on LibreOffice 7.4).
    let in_cell = bases.in_cell && (anchor.layout_in_cell || context.document.settings.compatibility_mode >= 15);
    let leaves_cell = bases.in_cell && !in_cell;
    let bases = Bases { in_cell, ..*bases };
    let [top, right, bottom, left] = anchor.space.map(emu);
    let wrapped = anchor.wrap != Wrap::None;
    // Of a turned one, the rectangle that holds it is aligned and kept in its cell or on its page; distances are to its frame (LibreOffice and Spire agree; measured).
    let [beyond_left, beyond_top, beyond_right, beyond_bottom] = room::beyond_when_turned(drawing, (width, height));
    let whole = (width + beyond_left + beyond_right, height + beyond_top + beyond_bottom);
    let (mut x, mut y) = bases.place(anchor.position, whole.0, whole.1);
    if matches!(anchor.position.horizontal.1, Offset::By(_)) {
        x -= beyond_left;
    }
    if matches!(anchor.position.vertical.1, Offset::By(_)) {
        y -= beyond_top;
    }
    if wrapped && bases.in_cell {
        (x, y) = bases.inside((x, y), whole.0);
    } else if wrapped && !leaves_cell {
        (x, y) = bases.on_page((x, y), anchor.position, whole);
    }
    if counts_from_column(drawing) {
        x += bases.beside;
    }
    (x, y) = (x + beyond_left, y + beyond_top);
    ink.translate(x, y);
    // What leaves its cell counts from its page where its base is the page's; only there is the cell's own place known.
    let fixed = if leaves_cell { anchor.position.counts_from_page() } else { (false, false) };
    let layer: Vec<Layer> = {
        let (links, marks) = (std::mem::take(&mut ink.links), std::mem::take(&mut ink.marks));
        let items = ink.into_layers();
        ink = Ink { links, marks, ..Ink::default() };
        items.into_iter().map(|item| Layer { z: anchor.z, item, fixed }).collect()
    };
    // What text goes around covers no text, whatever it says of lying behind; the paragraphs' shading does not cover it (LibreOffice and Spire agree).
    if anchor.behind && !wrapped {
        ink.behind = layer;
    } else {
        ink.front = layer;
    }
    let around = room::around(drawing, (width, height));
    let rect = Rect::new(x - left - around[0], y - top - around[1], x + width + right + around[2], y + height + bottom + around[3]);
    let rim = if room::is_turned(&drawing.content) { Pt::ZERO } else { around[1] };
    // What leaves its cell does not make it higher.
    let below = if leaves_cell { rect.bottom.max(bottom) } else { bottom };
    let zone = match anchor.wrap {
        // What text runs through makes no cell higher, as in Word; in the body LibreOffice 7.4 alone lets a row grow for a picture in front of the text.
        Wrap::None => None,
        // Where it meets the cell's text is not known before the cell has its place. In headers and footers it keeps none away there (LibreOffice and Spire agree; measured).
        _ if fixed != (false, false) || (leaves_cell && bases.running) => None,
        Wrap::Tight(side) if anchor.outline.is_some() && !room::is_turned(&drawing.content) => {
            let outline = anchor.outline.as_ref().into_iter().flat_map(|outline| &outline.points);
            let points: Vec<(Pt, Pt)> = outline.map(|(across, down)| (x + bounded(width * *across), y + bounded(height * *down))).collect();
            let (rect, outline) =
                Outline::around(&points, [left, top, right, bottom], anchor.outline.as_ref().is_some_and(|outline| outline.hollows));
            Some(Zone { rect, side: Some(side), rim: Pt::ZERO, below, outline: Some(Rc::new(outline)), tight: true, table: false })
        }
        Wrap::Square(side) => Some(Zone { rect, side: Some(side), rim, below, outline: None, tight: false, table: false }),
        Wrap::Tight(side) => Some(Zone { rect, side: Some(side), rim, below, outline: None, tight: true, table: false }),
        Wrap::TopAndBottom => Some(Zone { rect, side: None, rim, below, outline: None, tight: false, table: false }),
    };
    (ink, zone)
}

/// Whether a paragraph shares its borders with the ones above and below.
pub(super) fn neighbours(blocks: &[Block], index: usize) -> (bool, bool) {
    let props = |at: Option<usize>| match at.and_then(|at| blocks.get(at)) {
        Some(Block::Paragraph(paragraph)) if paragraph.props.frame.is_none() => Some(&paragraph.props),
        _ => None,
    };
    let Some(own) = props(Some(index)) else { return (false, false) };
    let above = props(index.checked_sub(1)).is_some_and(|other| join(other, own));
    let below = props(Some(index + 1)).is_some_and(|other| join(own, other));
    (above, below)
}

/// Space before a paragraph.
pub(super) fn space_before(props: &ParagraphProps) -> Pt {
    if props.space_before_auto { AUTO_SPACE } else { twips(props.space_before).max(Pt::ZERO) }
}

/// Space after a paragraph.
pub(super) fn space_after(props: &ParagraphProps) -> Pt {
    if props.space_after_auto { AUTO_SPACE } else { twips(props.space_after).max(Pt::ZERO) }
}

/// Space after a paragraph, but for what contextual spacing drops before the paragraph below.
pub(super) fn kept_after(above: &ParagraphProps, below: &ParagraphProps) -> Pt {
    if above.contextual_spacing && above.style == below.style { Pt::ZERO } else { space_after(above) }
}

/// Space between two paragraphs: the larger of the two (their sum with `doNotUseHTMLParagraphAutoSpacing`; measured), without those that contextual spacing drops, and without automatic space between the items of a list.
pub(super) fn gap(context: &Context<'_>, above: Option<&Paragraph>, below: &Paragraph) -> Pt {
    let Some(above) = above else { return space_before(&below.props) };
    let same_style = above.props.style == below.props.style;
    let same_list = above.number.as_ref().zip(below.number.as_ref()).is_some_and(|(above, below)| above.list == below.list);
    let dropped = |props: &ParagraphProps, auto: bool| same_style && props.contextual_spacing || same_list && auto;
    let after = if dropped(&above.props, above.props.space_after_auto) { Pt::ZERO } else { space_after(&above.props) };
    let before = if dropped(&below.props, below.props.space_before_auto) { Pt::ZERO } else { space_before(&below.props) };
    if context.document.settings.collapse_spacing { after.max(before) } else { after + before }
}
