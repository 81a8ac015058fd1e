//! Pours the body over columns and pages.

mod balance;
mod checkpoint;
mod floating_table;
mod notes;
mod numbers;
mod page_state;
mod paragraph;
mod passed_on;
mod section;
mod table;

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::document::model::{Block, Paragraph, Section, SectionStart};
use crate::document::numerals::numeral;
use crate::layout::context::{Context, Facts, PageFacts};
use crate::layout::drop_cap;
use crate::layout::float::{Bases, Floats, Zone};
use crate::layout::ink::{Ink, MarkKind, Rect};
use crate::layout::length::twips;
use crate::layout::notes::{self as note_layout, PageNotes, Separator};
use crate::layout::page::{self, Draft, Kind};
use crate::layout::part::Position;
use crate::layout::stack::{self, Stacked, Story};
use crate::layout::structure::ParagraphTags;
use crate::units::Pt;

use balance::Balance;
use checkpoint::Checkpoint;
use floating_table::Carried;
use paragraph::KnownFloat;
use passed_on::PassedOn;

/// More pages than any report has: layout stops here.
const MOST_PAGES: usize = 20_000;

/// A poured document.
pub(super) struct Outcome<'a> {
    /// What was collected.
    pub context: Context<'a>,
    /// The pages.
    pub drafts: Vec<Draft>,
    /// The body shows numbers that turned out different.
    pub again: bool,
}

/// What the driver does after a block.
enum Step {
    /// On with the block so many further.
    Next(usize),
    /// Back to a block: something moved to the next page.
    Back(usize),
}

/// The body on its way over pages.
struct Flow<'a> {
    context: Context<'a>,
    drafts: Vec<Draft>,
    section: usize,
    /// Left edge and width of each column.
    columns: Vec<(Pt, Pt)>,
    column: usize,
    /// Where columns start on this page.
    column_top: Pt,
    /// Where they end: the text area's bottom, or less while columns are balanced.
    bottom: Pt,
    /// The lowest end of a column so far.
    lowest: Pt,
    y: Pt,
    /// Nothing stands in this column yet.
    at_top: bool,
    /// The column began because the one before was full: space before is dropped.
    natural: bool,
    /// The paragraph above, for the space between.
    previous: Option<&'a Paragraph>,
    /// The one before the section that began with the page in work.
    before_section: Option<&'a Paragraph>,
    floats: Floats,
    /// How far the table row in work stands aside for floats.
    row_aside: Pt,
    notes: PageNotes,
    /// Start of a chain of paragraphs that stay with the next.
    chain: Option<(usize, Checkpoint<'a>)>,
    /// Start of the page, to lay it out again around a float that reaches up.
    page_start: Option<PageStart<'a>>,
    /// The paragraph that goes on where the page in work starts, when this is laid out again.
    resumed: Option<Resumed>,
    /// Floats that are already counted on this page.
    known_floats: Vec<KnownFloat>,
    styles: Rc<BTreeMap<String, String>>,
    wants_styles: bool,
    running: HashMap<(usize, Kind), Running>,
    balance: Balance<'a>,
    /// Floating tables that go on on the next page.
    carried: Vec<Carried>,
    /// The number of the last numbered line.
    line_number: Option<u32>,
    /// A line is drawn between the columns in work.
    separator: bool,
    /// The section in work began on the page of another one, so that its first page is past.
    began_before: bool,
    /// The columns in work began below text: on which page, and the space after that.
    space_over_columns: Option<(usize, Pt)>,
    /// There are as many pages as there may be: what comes now is left out.
    full: bool,
    /// So often a page was laid out again around a float that reaches up.
    pushes: usize,
    /// Floats that go to the next page with their paragraphs, and the page that is to be laid out again for that.
    passed_on: PassedOn<'a>,
}

/// Where a page starts.
struct PageStart<'a> {
    /// The block it starts with.
    block: usize,
    checkpoint: Checkpoint<'a>,
    /// The block is a paragraph that began on the page before.
    resumed: Option<Resumed>,
}

/// A paragraph that began on the page before.
#[derive(Debug, Clone, Copy)]
struct Resumed {
    /// Where its part on this page starts.
    from: Position,
    /// Its elements.
    tags: ParagraphTags,
}

/// What a header and footer ask of the body.
#[derive(Debug, Clone)]
struct Running {
    heights: (Pt, Pt),
    /// The upper margin as the header's text alone makes it.
    top: Pt,
    /// The body flows around what floats in the header and the footer (measured on LibreOffice 7.4).
    zones: Vec<Zone>,
}

/// Pours the whole body.
pub(super) fn pour(mut context: Context<'_>) -> Outcome<'_> {
    let document = context.document;
    let width = document.sections.first().map_or(Pt::ZERO, |section| page::geometry(&context, section, 1, (Pt::ZERO, Pt::ZERO)).1.width());
    let separator = Separator::of(&mut context, width);
    let mut flow = Flow {
        wants_styles: section::uses_style_references(document),
        context,
        drafts: Vec::new(),
        section: 0,
        columns: vec![(Pt::ZERO, Pt(100.0))],
        column: 0,
        column_top: Pt::ZERO,
        bottom: Pt::ZERO,
        lowest: Pt::ZERO,
        y: Pt::ZERO,
        at_top: true,
        natural: false,
        previous: None,
        before_section: None,
        floats: Floats::default(),
        row_aside: Pt::ZERO,
        notes: PageNotes::new(separator),
        chain: None,
        page_start: None,
        resumed: None,
        known_floats: Vec::new(),
        pushes: 0,
        styles: Rc::default(),
        running: HashMap::new(),
        balance: Balance::default(),
        carried: Vec::new(),
        line_number: None,
        separator: false,
        began_before: false,
        space_over_columns: None,
        full: false,
        passed_on: PassedOn::default(),
    };
    for (index, section) in document.sections.iter().enumerate() {
        flow.start_section(index, section);
        let balanced = document.sections.get(index + 1).is_some_and(|next| next.start == SectionStart::Continuous);
        if balanced && flow.columns.len() > 1 && document.settings.balance_columns {
            flow.balanced(&section.blocks);
        } else {
            flow.blocks(&section.blocks, 0);
        }
    }
    flow.endnotes();
    flow.finish()
}

impl<'a> Flow<'a> {
    /// Pours blocks from one of them on.
    fn blocks(&mut self, blocks: &'a [Block], from: usize) {
        let mut index = from;
        while index < blocks.len() && !self.full {
            self.remember_start(index);
            index = match self.block(blocks, index) {
                Step::Next(count) => index + count.max(1),
                Step::Back(earlier) => earlier.min(index),
            };
            index = self.lay_again().map_or(index, |earlier| earlier.min(index));
        }
        self.chain = None;
        self.page_start = None;
    }

    fn block(&mut self, blocks: &'a [Block], index: usize) -> Step {
        // On a page that begins within a table, and below a section's start on it, only what comes from here on can be laid out again.
        if self.page_start.is_none() {
            self.page_start = Some(PageStart { block: index, checkpoint: self.checkpoint(), resumed: None });
        }
        match &blocks[index] {
            // A framed paragraph starts a page, too (LibreOffice and Spire agree; measured).
            Block::Paragraph(paragraph) if paragraph.props.frame.is_some() && self.starts_page(paragraph) => {
                self.new_page(false);
                Step::Back(index)
            }
            // A frame that pushes the text below it to the next page goes there with it.
            Block::Paragraph(paragraph)
                if paragraph.props.frame.is_some() && !self.at_top && self.is_passed_on(blocks[index..].as_ptr() as usize) =>
            {
                self.new_page(true);
                Step::Back(index)
            }
            Block::Paragraph(paragraph) if paragraph.props.frame.is_some() => match self.frame(blocks, index) {
                Ok(count) => Step::Next(count),
                Err(back) => Step::Back(back),
            },
            Block::Paragraph(paragraph) => self.paragraph(blocks, index, paragraph),
            Block::Table(table) => self.table(blocks, index, table),
        }
    }

    /// Whether a paragraph asks for a page of its own that is not yet begun.
    fn starts_page(&self, paragraph: &Paragraph) -> bool {
        paragraph.props.page_break_before && !(self.at_top && !self.natural && self.column == 0)
    }

    /// Paragraphs in a frame; returns how many. `Err`: it pushes the text above it (LibreOffice and Spire agree; measured), and the page is laid out again from that block.
    fn frame(&mut self, blocks: &'a [Block], index: usize) -> Result<usize, usize> {
        let blocks = &blocks[index..];
        let below = drop_cap::paragraph_below(blocks);
        // A drop cap goes with its paragraph, and stands where that one's text begins.
        if below.is_some() && self.chain.is_none() {
            self.chain = Some((index, self.checkpoint()));
        }
        // Frames count from below the space after the paragraph above, as floating tables do (LibreOffice and Spire agree; measured).
        let own = blocks.first().and_then(|block| match block {
            Block::Paragraph(paragraph) => Some(&paragraph.props),
            Block::Table(_) => None,
        });
        let above = self.previous.filter(|_| !self.at_top).zip(own);
        let after = above.map_or(Pt::ZERO, |(previous, own)| stack::kept_after(&previous.props, own));
        let above = below.map_or(after, |below| self.space_above(below));
        let bases = self.bases(self.y + above);
        let mut framed = stack::frame(&mut self.context, blocks, &bases);
        if let Some(zone) = framed.zone {
            let key = blocks.as_ptr() as usize;
            if let Some(kept) = self.known_float(key) {
                // It stays where it was when it pushed the text.
                framed.ink.translate(kept.rect.left - zone.rect.left, kept.rect.top - zone.rect.top);
            } else if below.is_some() {
                self.floats.add(zone);
            } else {
                self.reserve(key, zone, self.y)?;
            }
        }
        self.ink().append(framed.ink);
        let notes = self.new_notes(&framed.notes);
        self.place_notes(notes, self.y);
        Ok(framed.count)
    }

    fn ink(&mut self) -> &mut Ink {
        if self.drafts.is_empty() {
            self.new_page(false);
        }
        let last = self.drafts.len() - 1;
        &mut self.drafts[last].ink
    }

    /// The column in work: left edge and width.
    fn current(&self) -> (Pt, Pt) {
        self.columns.get(self.column).copied().unwrap_or((Pt::ZERO, Pt(100.0)))
    }

    /// What floats here are placed by.
    fn bases(&self, paragraph: Pt) -> Bases {
        let (left, width) = self.current();
        let (page, text, number) =
            self.drafts.last().map_or((Rect::default(), Rect::default(), 1), |draft| (draft.page, draft.text, draft.number));
        let column = Rect::new(left, text.top, left + width, text.bottom);
        Bases {
            page,
            margin: text,
            column,
            paragraph,
            line: paragraph,
            character: left,
            beside: Pt::ZERO,
            odd: number % 2 == 1,
            in_cell: false,
            running: false,
            cell_margins: [Pt::ZERO; 4],
        }
    }

    /// The height available to text: the column without the page's footnotes.
    fn limit(&self) -> Pt {
        self.bottom - self.notes.height
    }

    /// On to the next column, or page. `natural`: because this one is full.
    fn next_column(&mut self, natural: bool) {
        if self.column + 1 < self.columns.len() {
            self.lowest = self.lowest.max(self.y);
            if self.has_notes_by_column() {
                self.notes.next_column(self.most_notes());
            }
            self.column += 1;
            self.y = self.column_top;
            self.at_top = true;
            self.natural = natural;
            self.previous = None;
            self.chain = None;
        } else {
            self.new_page(natural);
        }
    }

    /// Ends the page in work and starts one in the same section.
    fn new_page(&mut self, natural: bool) {
        if self.drafts.len() >= MOST_PAGES {
            self.full = true;
            self.context.unsupported("what comes after page 20,000");
            return;
        }
        self.pass_on();
        let notes = self.end_page();
        let sections = &self.context.document.sections;
        let Some(section) = sections.get(self.section) else { return };
        let before = self.drafts.last();
        let first = before.is_none_or(|draft| draft.section != self.section);
        let mut number = before.map_or(1, |draft| draft.number.saturating_add(1));
        if let (true, Some(start)) = (first, section.page_numbers.start) {
            number = start;
        }
        if first {
            number = section::with_parity(number, section.start);
        }
        let even = self.context.document.settings.even_and_odd_headers && number.is_multiple_of(2);
        // 17.10.6: the page on which a continuous section begins has the headers of the section it begins in, and is its first.
        let opens = first && !self.began_before;
        let kind = match (opens && section.title_page, even) {
            (true, _) => Kind::First,
            (_, true) => Kind::Even,
            _ => Kind::Default,
        };
        self.context.page =
            PageFacts { number, format: section.page_numbers.format, section: self.section, styles: Rc::clone(&self.styles) };
        let running = self.running(section, kind, number);
        self.context.grid = page::grid(section);
        let (page, text) = page::geometry(&self.context, section, number, running.heights);
        self.drafts.push(Draft {
            section: self.section,
            kind,
            first,
            number,
            page,
            text,
            top: running.top,
            ink: Ink::default(),
            styles: Rc::clone(&self.styles),
            end: text.top,
        });
        self.columns = section::columns(section, text);
        self.separator = section.columns.separator;
        self.continue_notes(notes);
        self.column = 0;
        self.column_top = text.top;
        self.lowest = text.top;
        self.bottom = text.bottom;
        self.bottom = self.balanced_bottom();
        self.y = text.top;
        self.at_top = true;
        self.natural = natural;
        self.previous = None;
        self.before_section = None;
        self.floats = Floats::of_running_parts(running.zones);
        self.chain = None;
        self.page_start = None;
        self.known_floats.clear();
        self.restart_line_numbers(false);
        self.continue_floating_tables();
    }

    /// What the page's header and footer ask of the body, laid out once for each kind.
    fn running(&mut self, section: &'a Section, kind: Kind, number: u32) -> Running {
        if let Some(known) = self.running.get(&(self.section, kind)) {
            return known.clone();
        }
        let (page, text) = page::geometry(&self.context, section, number, (Pt::ZERO, Pt::ZERO));
        let checkpoint = self.context.structure.checkpoint();
        let needs_facts = self.context.needs_facts;
        let header_top = twips(section.page.header).max(Pt::ZERO);
        let (above, below) = (page::part(&section.headers, kind), page::part(&section.footers, kind));
        // What floats in a header by the page's margins stands by those that its text alone would make, and then moves that text and the body's (LibreOffice and Spire agree; measured).
        let mut header = above.map(|blocks| page::running(&mut self.context, blocks, Story::Footer, (page, text), header_top, true));
        // The footer's height is not known yet: it is measured where nothing holds it down.
        let free = Rect { bottom: Pt::ZERO, ..text };
        let footer = below.map(|blocks| page::footer(&mut self.context, section, blocks, (page, free), true).0);
        let height = |part: &Option<Stacked>| part.as_ref().map_or(Pt::ZERO, |part| part.height);
        let floats = |part: &Option<Stacked>| part.as_ref().is_some_and(|part| !part.zones.is_empty());
        let (_, margins) = page::geometry(&self.context, section, number, (height(&header), height(&footer)));
        let mut zones: Vec<Zone> = Vec::new();
        if let Some(blocks) = above.filter(|_| floats(&header)) {
            let laid = page::running(&mut self.context, blocks, Story::Header, (page, margins), header_top, true);
            zones.extend(laid.zones.iter().map(|zone| zone.clone().moved(margins.left, header_top)));
            header = Some(laid);
        }
        let heights = (height(&header), height(&footer));
        if let Some(blocks) = below.filter(|_| floats(&footer)) {
            let (_, text) = page::geometry(&self.context, section, number, heights);
            let (laid, top) = page::footer(&mut self.context, section, blocks, (page, text), true);
            zones.extend(laid.zones.into_iter().map(|zone| zone.moved(text.left, top)));
        }
        // Numbers in running parts are filled in when pages are closed: they need no second round.
        self.context.needs_facts = needs_facts;
        self.context.structure.restore(&checkpoint);
        let running = Running { heights, top: margins.top, zones };
        self.running.insert((self.section, kind), running.clone());
        running
    }

    /// Draws the page's footnotes and notes where its text ends; returns the footnotes, for what of them goes on.
    fn end_page(&mut self) -> PageNotes {
        self.draw_separators();
        let bottom = self.drafts.last().map_or(Pt::ZERO, |draft| draft.text.bottom);
        let notes = std::mem::take(&mut self.notes);
        let drawn = notes.draw(&self.columns, bottom);
        let end = self.lowest.max(self.y);
        let styles = Rc::clone(&self.styles);
        if let Some(draft) = self.drafts.last_mut() {
            draft.ink.append(drawn);
            draft.end = end;
            draft.styles = styles;
        }
        notes
    }

    fn endnotes(&mut self) {
        let document = self.context.document;
        // Notes in endnotes come behind those of the text.
        let ids = self.context.endnote_numbers.ids().to_vec();
        for (id, count) in ids.into_iter().zip(1_u32..) {
            let Some(blocks) = document.endnotes.get(&id) else { continue };
            let text = numeral(i64::from(count), document.settings.endnote_format, self.context.document_language());
            let (left, width) = self.current();
            let note = note_layout::lay(&mut self.context, (None, blocks), text, width);
            let mut offset = self.y;
            let mut moved = Pt::ZERO;
            for piece in note.pieces {
                if piece.top + piece.height + offset - moved > self.limit() && !self.at_top {
                    self.next_column(true);
                    if self.full {
                        return;
                    }
                    moved = piece.top;
                    offset = self.y;
                }
                self.y = offset - moved + piece.end();
                let mut ink = piece.drawn();
                ink.translate(left, offset - moved);
                self.ink().append(ink);
                self.at_top = false;
            }
        }
    }

    fn finish(mut self) -> Outcome<'a> {
        if self.drafts.is_empty() {
            self.new_page(false);
        }
        while (self.notes.goes_on() || !self.carried.is_empty()) && !self.full {
            if self.has_notes_by_column() { self.next_column(true) } else { self.new_page(true) }
        }
        self.end_page();
        let facts = self.learned();
        let again = self.context.needs_facts && facts != self.context.facts;
        self.context.facts = facts;
        Outcome { context: self.context, drafts: self.drafts, again }
    }

    /// What this round found out.
    fn learned(&self) -> Facts {
        let mut facts = Facts {
            pages: Some(self.drafts.len()),
            section_pages: vec![0; self.context.document.sections.len()],
            bookmarks: BTreeMap::new(),
        };
        let language = self.context.document_language();
        for draft in &self.drafts {
            if let Some(count) = facts.section_pages.get_mut(draft.section) {
                *count += 1;
            }
            let format = self.context.document.sections.get(draft.section).map(|section| section.page_numbers.format).unwrap_or_default();
            for mark in &draft.ink.marks {
                if let MarkKind::Bookmark(name) = &mark.kind {
                    facts.bookmarks.entry(name.clone()).or_insert_with(|| numeral(i64::from(draft.number), format, language));
                }
            }
        }
        facts
    }
}
