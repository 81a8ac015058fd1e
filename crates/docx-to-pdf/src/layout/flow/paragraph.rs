//! A paragraph of the body: where its lines break over columns and pages.

use std::rc::Rc;

use crate::document::model::{Block, BreakKind, Inline, Paragraph, ParagraphProps};
use crate::layout::float::{Bases, MOST_ON_LINES, Zone, counts_from_column, hangs_on_its_line};
use crate::layout::flow::{Flow, PageStart, Resumed, Step};
use crate::layout::ink::{Ink, Rect};
use crate::layout::paragraph::{Area, Line, ParagraphLayouter, anchor_places, bridge};
use crate::layout::part::Position;
use crate::layout::segment::LineEnd;
use crate::layout::shape::AtomKind;
use crate::layout::stack::{REACH, float, gap, neighbours, space_after, space_before};
use crate::units::Pt;

/// Pages of one document are laid out again at most so often around floats that reach up; later ones lie where they are.
const MOST_PUSHES: usize = 1000;
/// Of more floats in one paragraph only those that its page can reach are laid out.
const MANY_ANCHORS: usize = 32;
/// Slack against rounding at a page's end (LibreOffice counts in twips).
const SLACK: Pt = Pt(0.06);

/// A float whose room is kept on the page in work.
#[derive(Debug, Clone)]
pub(super) struct KnownFloat {
    key: usize,
    zone: Zone,
    /// It reached up: its room is kept from the page's start.
    pub(super) from_start: bool,
    /// Its anchor was met on this page since.
    pub(super) met: bool,
}

impl KnownFloat {
    /// Which float it is.
    pub(super) fn key(&self) -> usize {
        self.key
    }

    /// Its room.
    pub(super) fn zone(&self) -> &Zone {
        &self.zone
    }
}

/// Where a paragraph's floats are anchored.
struct Anchors {
    atoms: Vec<usize>,
    /// Page and column breaks: what is anchored behind one is not looked at before.
    breaks: Vec<usize>,
    /// The first that shows.
    first_word: usize,
    /// The first that is neither a break of the page or column nor without width.
    content: usize,
}

impl Anchors {
    fn of(setter: &ParagraphLayouter<'_>) -> Self {
        let mut places = Self { atoms: Vec::new(), breaks: Vec::new(), first_word: usize::MAX, content: usize::MAX };
        for (at, atom) in setter.prepared.atoms.iter().enumerate() {
            match &atom.kind {
                AtomKind::Anchor(_) => places.atoms.push(at),
                _ if atom.ends_page() => places.breaks.push(at),
                AtomKind::Word(_) | AtomKind::Note(..) | AtomKind::Formula(..) => places.first_word = places.first_word.min(at),
                _ => {}
            }
            if !atom.ends_page() && !matches!(&atom.kind, AtomKind::Anchor(_) | AtomKind::Bookmark(_)) {
                places.content = places.content.min(at);
            }
        }
        places
    }

    /// The space above a paragraph that goes on behind a break: one that only begins there keeps its own; from Word 2013 on not at the top of a page (Spire; LibreOffice always keeps it; measured).
    fn space_behind_break(&self, from: Position, flow: &Flow<'_>, props: &ParagraphProps) -> Pt {
        let begins = from.atom > 0 && from.atom <= self.content;
        let below_text = flow.drafts.last().is_some_and(|draft| flow.y > draft.text.top);
        if begins && (flow.is_older() || below_text) { space_before(props) } else { Pt::ZERO }
    }

    /// Whether a line holds nothing but the break of page or column that a paragraph with text begins with: that needs no room on the page it ends, else a page would stay empty (LibreOffice and Spire agree; measured).
    fn begins_behind_break(&self, line: Option<&Line>) -> bool {
        let breaks = |line: &Line| matches!(line.end, LineEnd::Break(BreakKind::Page | BreakKind::Column));
        self.content != usize::MAX && line.is_some_and(|line| breaks(line) && line.next.atom <= self.content)
    }

    /// Those from a position to the next break.
    fn from(&self, from: Position) -> &[usize] {
        let end = self.breaks.get(self.breaks.partition_point(|at| *at < from.atom)).copied().unwrap_or(usize::MAX);
        let (first, last) = (self.atoms.partition_point(|at| *at < from.atom), self.atoms.partition_point(|at| *at < end));
        self.atoms.get(first..last).unwrap_or_default()
    }
}

/// For each line, where the lines end that stay on one page with it.
fn ends_of_groups(lines: &[Line]) -> Vec<Pt> {
    let mut last = None;
    let from_below = lines.iter().rev().map(|line| {
        let end = line.bottom() - line.slack;
        if !line.glued {
            last = Some(end);
        }
        last.unwrap_or(end)
    });
    let mut ends: Vec<Pt> = from_below.collect();
    ends.reverse();
    ends
}

/// A float laid out for the page in work.
struct Anchored {
    atom: usize,
    ink: Ink,
    /// Floats of the page before it.
    floats: usize,
    /// Its key, if its room was added to the page's.
    added: Option<usize>,
}

impl<'a> Flow<'a> {
    pub(super) fn paragraph(&mut self, blocks: &'a [Block], index: usize, paragraph: &'a Paragraph) -> Step {
        let props = &paragraph.props;
        let resumed = self.resumed.take();
        if resumed.is_none() && self.starts_page(paragraph) {
            self.new_page(false);
            return Step::Back(index);
        }
        let start = self.checkpoint();
        let pages = self.drafts.len();
        let above = if resumed.is_some() { Pt::ZERO } else { self.space_above(paragraph) };
        let top = self.y + above;
        // What floats by its paragraph counts from below the space after the paragraph above, but from above the paragraph's own space before (measured on LibreOffice 7.4).
        let after = self.previous.map_or(Pt::ZERO, |previous| if self.at_top { Pt::ZERO } else { space_after(&previous.props) });
        let mut base = self.y + above.min(after);
        let elements = self.context.structure.checkpoint();
        let mut setter = ParagraphLayouter::new(&mut self.context, paragraph, neighbours(blocks, index));
        let places = Anchors::of(&setter);
        let mut from = Position::default();
        if let Some(resumed) = resumed {
            // It goes on as the paragraph it is, not as another.
            self.context.structure.restore(&elements);
            (setter.tags, from) = (resumed.tags, resumed.from);
        }
        let mut y = top + places.space_behind_break(from, self, props);
        while !self.full {
            // What is anchored in a paragraph that has no room here moves nothing on this page: it goes along to the next (LibreOffice and Spire agree; measured).
            let mut here = places.from(from);
            if here.len() > MANY_ANCHORS {
                let reach = self.reach(&mut setter, from, (y, above));
                here = here.get(..here.partition_point(|at| *at < reach)).unwrap_or(here);
            }
            if !self.at_top && !here.is_empty() && (self.go_on_with(&setter, here) || self.has_no_room(&mut setter, from, (y, above))) {
                if from == Position::default() {
                    return self.move_on(index, &start);
                }
                self.next_column(true);
                self.starts_in(index, Resumed { from, tags: setter.tags });
                y = self.y;
                base = y;
                continue;
            }
            let anchored = match self.anchors(&mut setter, (here, places.first_word), from, (base, y, above)) {
                Ok(anchored) => anchored,
                Err(back) => return Step::Back(back),
            };
            let (left, width) = self.current();
            let floats = std::mem::take(&mut self.floats);
            let lines = setter.lines(
                &mut self.context,
                from,
                Area { width, floats: Some(&floats), left, top: y, bottom: Some(self.bottom), gap: above },
            );
            self.floats = floats;
            let fitting = self.fitting(&lines, y, props.widow_control);
            if fitting == 0 && !self.at_top && !places.begins_behind_break(lines.first()) {
                self.settle(anchored, 0);
                if from == Position::default() {
                    return self.move_on(index, &start);
                }
                self.next_column(true);
                self.starts_in(index, Resumed { from, tags: setter.tags });
                y = self.y;
                base = y;
                continue;
            }
            let Some(end) = lines.last().map(|line| line.end) else { break };
            let total = lines.len();
            let count = fitting.max(1);
            let before = self.y;
            if let Some(shared) = self.previous.filter(|_| setter.joined.0 && !self.at_top && from == Position::default()) {
                let first = lines.first().map_or(Pt::ZERO, |line| line.top);
                let mut ink = bridge(&shared.props, Rect::new(Pt::ZERO, before, width, y + first));
                ink.translate(left, Pt::ZERO);
                self.ink().append(ink);
            }
            let next = self.commit(paragraph, lines, count, (y, left));
            // A column break that nothing stands before does not make its column longer; from Word 2013 on its line counts, but not the space above (Spire; in LibreOffice it never counts; measured).
            if end == LineEnd::Break(BreakKind::Column) && next.atom <= places.content {
                self.y = before + if self.is_older() { Pt::ZERO } else { self.y - y };
            }
            from = next;
            self.settle(anchored, next.atom);
            if count < total {
                self.next_column(true);
                self.starts_in(index, Resumed { from, tags: setter.tags });
                y = self.y;
                base = y;
                continue;
            }
            match end {
                LineEnd::Break(BreakKind::Page) => self.new_page(false),
                LineEnd::Break(BreakKind::Column) => self.next_column(false),
                _ => break,
            }
            let split = self.context.document.settings.split_at_page_break || end == LineEnd::Break(BreakKind::Column);
            if setter.prepared.atoms.len() <= from.atom && !split {
                // The paragraph's mark stays with a page break at its very end, unless the settings say otherwise; it follows a column break (LibreOffice and Spire agree; measured).
                break;
            }
            self.starts_in(index, Resumed { from, tags: setter.tags });
            y = self.y + places.space_behind_break(from, self, props);
            base = y;
        }
        self.previous = Some(paragraph);
        self.remember_style(&setter);
        if !props.keep_next || pages != self.drafts.len() || resumed.is_some() {
            self.chain = None;
        } else if self.chain.is_none() {
            self.chain = Some((index, start));
        }
        Step::Next(1)
    }

    /// Whether the document is laid out as by Word up to 2010.
    pub(super) fn is_older(&self) -> bool {
        self.context.document.settings.compatibility_mode < 15
    }

    /// The lines from here to the column's end, were no float of the paragraph there: only to look at.
    fn on_trial(&mut self, setter: &mut ParagraphLayouter<'a>, from: Position, (y, gap): (Pt, Pt)) -> Vec<Line> {
        let (left, width) = self.current();
        let floats = std::mem::take(&mut self.floats);
        let area = Area { width, floats: Some(&floats), left, top: y, bottom: Some(self.bottom), gap };
        let lines = setter.on_trial(&mut self.context, from, area);
        self.floats = floats;
        lines
    }

    /// How far earlier floats push the beginning of the first line from here, up to Word 2010.
    fn beside(&mut self, setter: &mut ParagraphLayouter<'a>, from: Position, at: (Pt, Pt)) -> Pt {
        if !self.is_older() || self.floats.is_empty() {
            return Pt::ZERO;
        }
        let (left, width) = self.current();
        let lines = self.on_trial(setter, from, at);
        lines
            .first()
            .map_or(Pt::ZERO, |line| self.floats.push(Rect::new(left, at.0 + line.top, left + width, at.0 + line.bottom()), None, false))
    }

    /// Whether not even the first lines from here fit, were nothing anchored in them.
    fn has_no_room(&mut self, setter: &mut ParagraphLayouter<'a>, from: Position, (y, gap): (Pt, Pt)) -> bool {
        let lines = self.on_trial(setter, from, (y, gap));
        self.fitting(&lines, y, setter.paragraph.props.widow_control) == 0
    }

    /// The first atom that has no room here: what is anchored behind it comes on a later page.
    fn reach(&mut self, setter: &mut ParagraphLayouter<'a>, from: Position, at: (Pt, Pt)) -> usize {
        let lines = self.on_trial(setter, from, at);
        lines.last().filter(|last| last.end != LineEnd::Paragraph).map_or(usize::MAX, |last| last.next.atom)
    }

    /// A page that starts within a paragraph can be laid out again from there, too.
    fn starts_in(&mut self, block: usize, resumed: Resumed) {
        if self.at_top && self.page_start.is_none() {
            self.page_start = Some(PageStart { block, checkpoint: self.checkpoint(), resumed: Some(resumed) });
        }
    }

    /// Space above a paragraph here: none at the top of a page that began because the one before was full.
    ///
    /// Columns that begin below text all begin below the space after that; their first paragraphs keep what their own is larger (LibreOffice; Spire agrees where one of the two is nothing, else it adds them).
    pub(super) fn space_above(&self, paragraph: &Paragraph) -> Pt {
        if let Some((_, after)) = self.space_over_columns.filter(|(page, _)| self.at_top && self.column > 0 && *page == self.drafts.len()) {
            return (space_before(&paragraph.props) - after).max(Pt::ZERO);
        }
        match (self.at_top, self.natural) {
            (true, true) => Pt::ZERO,
            (true, false) => {
                let first_of_all = self.drafts.len() == 1 && paragraph.props.space_before_auto;
                let page = self.drafts.last().filter(|_| self.column == 0);
                // From Word 2013 on there is no space at the top of a page that a break began, but for a section's first (Spire; LibreOffice from 24.8 on; measured).
                if first_of_all || !self.is_older() && page.is_some_and(|page| !page.first) {
                    Pt::ZERO
                } else if let Some(above) = self.before_section.filter(|_| page.is_some()) {
                    // The space after the paragraph before the section is a part of this one's (the same).
                    (gap(&self.context, Some(above), paragraph) - space_after(&above.props)).max(Pt::ZERO)
                } else {
                    space_before(&paragraph.props)
                }
            }
            _ => gap(&self.context, self.previous, paragraph),
        }
    }

    /// The paragraph does not fit here: it, or the chain it ends, goes to the next column.
    fn move_on(&mut self, index: usize, start: &super::Checkpoint<'a>) -> Step {
        self.restore(start);
        if let Some((chain, checkpoint)) = self.chain.take()
            && !checkpoint.at_top
            && self.restore(&checkpoint)
        {
            self.next_column(true);
            return Step::Back(chain);
        }
        self.next_column(true);
        Step::Back(index)
    }

    /// How many lines fit at `y` with their footnotes, ending where a break is allowed.
    fn fitting(&mut self, lines: &[Line], y: Pt, widows: bool) -> usize {
        let before = self.notes.length();
        // Notes are laid out here only for their height; their elements come when they are placed.
        let elements = self.context.structure.checkpoint();
        let mut count = 0;
        for (line, group) in lines.iter().zip(ends_of_groups(lines)) {
            let notes = self.new_notes(&line.notes);
            // A note that finds no room at all takes its line to the next page; one that is only begun here goes on there.
            let least = if notes.is_empty() || !self.notes.goes_on() { self.notes.least_with(&notes) } else { self.bottom };
            let end = if notes.is_empty() { line.bottom() } else { line.bottom().max(group) };
            if y + end - line.slack > self.bottom - least + SLACK {
                break;
            }
            self.place_notes(notes, y + group);
            count += 1;
        }
        self.context.structure.restore(&elements);
        self.notes.truncate(before);
        if count == lines.len() {
            return count;
        }
        let most = count;
        while count > 0 && lines[count - 1].glued {
            count -= 1;
        }
        if count > 0 || !self.at_top {
            return count;
        }
        // Lines that are kept together and higher than their page are divided as others are: the last one does not go on alone (LibreOffice and Spire agree; measured).
        let ends = lines.last().is_some_and(|last| last.end == LineEnd::Paragraph);
        let lone = widows && ends && most > 2 && most + 1 == lines.len();
        (most - usize::from(lone)).max(1)
    }

    /// Draws the first `count` lines; returns where the next one starts.
    fn commit(&mut self, paragraph: &Paragraph, lines: Vec<Line>, count: usize, (y, left): (Pt, Pt)) -> Position {
        let mut next = Position::default();
        let groups = ends_of_groups(&lines);
        for (line, group) in lines.into_iter().take(count).zip(groups) {
            let notes = self.new_notes(&line.notes);
            self.place_notes(notes, y + group);
            self.number_line(paragraph, left, y + line.baseline);
            next = line.next;
            self.y = y + line.bottom();
            self.hangs_over(self.y, line.slack);
            let mut ink = line.ink;
            ink.translate(left, y);
            self.ink().append(ink);
        }
        self.at_top = false;
        next
    }

    /// Lays out what is anchored in this part of the paragraph and keeps its room.
    ///
    /// A float that reaches above its paragraph changes lines already set: the page is laid out again, once, with its room kept from the start (`Err`: from that block).
    fn anchors(
        &mut self,
        setter: &mut ParagraphLayouter<'a>,
        (places, first_word): (&[usize], usize),
        from: Position,
        (base, y, gap): (Pt, Pt, Pt),
    ) -> Result<Vec<Anchored>, usize> {
        let mut laid = Vec::new();
        let drawing_at = |setter: &ParagraphLayouter<'a>, atom: usize| match setter.prepared.atoms.get(atom).map(|atom| &atom.kind) {
            Some(AtomKind::Anchor(drawing)) => Some(*drawing),
            _ => None,
        };
        let on_lines = places.iter().filter(|atom| drawing_at(setter, **atom).is_some_and(hangs_on_its_line)).count();
        let mut on_line = None;
        let by_column = places.iter().any(|atom| drawing_at(setter, *atom).is_some_and(counts_from_column));
        let beside = if by_column { self.beside(setter, from, (y, gap)) } else { Pt::ZERO };
        for &atom in places {
            let Some(drawing) = drawing_at(setter, atom) else { continue };
            let key = std::ptr::from_ref(drawing) as usize;
            let mut bases = Bases { line: y, beside, ..self.bases(base) };
            if hangs_on_its_line(drawing) {
                if on_line.is_none() || on_lines <= MOST_ON_LINES {
                    on_line = Some(anchor_places(&self.on_trial(setter, from, (y, gap))));
                }
                if let Some((x, top)) = on_line.as_ref().and_then(|places| places.get(&key)) {
                    bases.character += *x;
                    bases.line += *top;
                }
            }
            self.context.structure.anchor_before(setter.tags.text.filter(|_| atom < first_word));
            let (mut ink, zone) = float(&mut self.context, drawing, &bases);
            self.context.structure.anchor_before(None);
            let floats = self.floats.len();
            let mut added = None;
            if let Some(zone) = zone {
                if let Some(kept) = self.known_float(key) {
                    // It stays where it was when it pushed the text (LibreOffice and Spire agree; measured).
                    ink.translate(kept.rect.left - zone.rect.left, kept.rect.top - zone.rect.top);
                } else {
                    self.reserve(key, zone, y)?;
                    added = Some(key);
                }
            }
            laid.push(Anchored { atom, ink, floats, added });
        }
        Ok(laid)
    }

    /// The room that is already kept on this page for a float.
    pub(super) fn known_float(&mut self, key: usize) -> Option<Zone> {
        let known = self.known_floats.iter_mut().find(|known| known.key == key)?;
        known.met = true;
        Some(known.zone.clone())
    }

    /// Whether one of a paragraph's floats is to stand on the next page, together with its paragraph.
    fn go_on_with(&self, setter: &ParagraphLayouter<'a>, places: &[usize]) -> bool {
        places.iter().any(|atom| match setter.prepared.atoms.get(*atom).map(|atom| &atom.kind) {
            Some(AtomKind::Anchor(drawing)) => self.is_passed_on(std::ptr::from_ref(*drawing) as usize),
            _ => false,
        })
    }

    /// Keeps room for a float. One that reaches above what stands here is kept from the page's start: the page is laid out again (`Err`: from that block).
    pub(super) fn reserve(&mut self, key: usize, zone: Zone, y: Pt) -> Result<(), usize> {
        let (left, width) = self.current();
        let above = Rect::new(left, self.column_top, left + width, y - REACH);
        let reaches_up = !self.at_top
            && !self.is_passed_on(key)
            && zone.rect.top < above.bottom
            && zone.rect.bottom > above.top
            && zone.rect.right > left
            && zone.rect.left < left + width;
        if reaches_up
            && self.pushes < MOST_PUSHES
            && let Some(PageStart { block, checkpoint, resumed }) = self.page_start.take()
            && self.restore(&checkpoint)
        {
            self.pushes += 1;
            // What was only met on the way is met again, wherever it stands then.
            self.known_floats.retain(|known| known.from_start);
            self.known_floats.push(KnownFloat { key, zone: zone.clone(), from_start: true, met: false });
            self.floats.add(zone);
            self.chain = None;
            self.page_start = Some(PageStart { block, checkpoint: self.checkpoint(), resumed });
            self.resumed = resumed;
            return Err(block);
        }
        self.known_floats.push(KnownFloat { key, zone: zone.clone(), from_start: false, met: true });
        self.floats.add(zone);
        Ok(())
    }

    /// Draws what is anchored before an atom: its line stands here. The rest goes on with its lines, and takes its room along.
    fn settle(&mut self, anchored: Vec<Anchored>, before: usize) {
        for anchored in anchored {
            if anchored.atom < before {
                self.ink().append(anchored.ink);
            } else if let Some(key) = anchored.added {
                self.floats.truncate(anchored.floats.min(self.floats.len()));
                self.known_floats.retain(|known| known.key != key);
            }
        }
    }

    /// Remembers the text of a paragraph for STYLEREF.
    fn remember_style(&mut self, setter: &ParagraphLayouter<'a>) {
        if !self.wants_styles {
            return;
        }
        let text: String = setter
            .paragraph
            .content
            .iter()
            .filter_map(|inline| match inline {
                Inline::Text { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        if !text.is_empty() {
            let styles = Rc::make_mut(&mut self.styles);
            styles.insert(setter.paragraph.props.style.to_string(), text.clone());
            styles.insert(setter.paragraph.props.style_name.to_string(), text);
        }
    }
}
