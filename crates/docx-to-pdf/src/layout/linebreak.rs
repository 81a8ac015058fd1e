//! Second phase: atoms fill lines, greedily, as Word and LibreOffice do.

use std::rc::Rc;

use crate::document::model::{Border, Leader, TabKind};
use crate::fonts::Fonts;
use crate::layout::context::Context;
use crate::layout::length::thickness;
use crate::layout::look::Word;
use crate::layout::part::Position;
use crate::layout::segment::{Ending, LineEnd, Placed, Segment};
use crate::layout::shape::{Atom, AtomKind, Prepared, visible};
use crate::layout::tabs::{Stop, Tabs};
use crate::units::Pt;

/// Slack against rounding: a line that fits exactly fits.
const SLACK: Pt = Pt(0.005);

/// What beside its text decides how a stretch is filled (LibreOffice and Spire agree; measured).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manner {
    /// It stands in a cell: its text stands at a decimal stop without a tab before it.
    pub in_cell: bool,
    /// The column's own edge, where nothing but an indent ends the stretch before it; `None` where a float does.
    pub column: Option<Pt>,
    /// A custom stop beyond the column holds, and its text runs out there (before mode 15).
    pub runs_out: bool,
    /// It is justified: the letter spacing behind its last letter needs no room.
    pub justified: bool,
}

/// A tab whose text is still coming.
struct OpenTab {
    /// Its place on the line; a decimal stop that a cell's text stands at by itself has none.
    index: Option<usize>,
    /// Where its text begins on the line.
    first: usize,
    start: Pt,
    stop: Stop,
    /// Width of the text before the decimal separator, once it was seen.
    before_decimal: Option<Pt>,
}

impl OpenTab {
    /// How wide the tab is with this much text after it.
    fn width(&self, text: Pt, limit: Pt) -> Pt {
        let room = self.stop.at - self.start;
        let natural = match self.stop.kind {
            TabKind::Right => room - text,
            TabKind::Center => (room - text / 2.0).min(limit - self.start - text),
            TabKind::Decimal => room - self.before_decimal.unwrap_or(text),
            TabKind::Left | TabKind::Bar => room,
        };
        natural.max(Pt::ZERO)
    }
}

/// Fills one stretch from `left` to `right`. `None` when nothing fits and `must` does not force progress.
pub(super) fn fill(
    prepared: &Prepared<'_>,
    context: &Context<'_>,
    (tabs, manner): (&Tabs, Manner),
    from: Position,
    (left, right): (Pt, Pt),
    must: bool,
) -> Option<Segment> {
    let stop = tabs.next(left);
    let open = (manner.in_cell && stop.kind == TabKind::Decimal && stop.at <= right).then_some(OpenTab {
        index: None,
        first: 0,
        start: left,
        stop,
        before_decimal: None,
    });
    let mut placed = context.spare.placed.take();
    placed.reserve(prepared.atoms.len().saturating_sub(from.atom).min(32));
    let mut filler = Filler {
        prepared,
        fonts: context.fonts,
        tabs,
        manner,
        left,
        right,
        edge: right,
        x: left,
        placed,
        open,
        best: None,
        word: None,
        cut_tab: false,
        framed: None,
    };
    let (next, end) = filler.run(from, must)?;
    Some(filler.finish(next, end))
}

/// The room that the border around an atom takes at its end.
fn border_room(atom: &Atom<'_>) -> Pt {
    atom.border().map_or(Pt::ZERO, thickness)
}

struct Filler<'f, 'a> {
    prepared: &'f Prepared<'a>,
    fonts: &'f Fonts,
    tabs: &'f Tabs,
    manner: Manner,
    left: Pt,
    right: Pt,
    /// Where text ends after the last tab: a stop may lie beyond the stretch.
    edge: Pt,
    x: Pt,
    placed: Vec<Placed>,
    open: Option<OpenTab>,
    /// The last place a line may end.
    best: Option<Place>,
    /// Where the word in work starts, when the line may end before it.
    word: Option<Place>,
    /// A tab was cut back to the line's end: another one takes it along to the next line.
    cut_tab: bool,
    /// The border around the text so far, which takes room at both ends of what it surrounds on a line (LibreOffice and Spire agree; measured).
    framed: Option<Border>,
}

/// A place where a line may end: how much is placed there, where the next line starts, the hyphen to show.
type Place = (usize, Position, Option<Rc<Word>>);

impl Filler<'_, '_> {
    fn run(&mut self, from: Position, must: bool) -> Option<(Position, LineEnd)> {
        let mut at = from;
        while let Some(atom) = self.prepared.atoms.get(at.atom) {
            let after = Position { atom: at.atom + 1, byte: 0 };
            match &atom.kind {
                AtomKind::Break(kind) => {
                    self.place(at.atom, Pt::ZERO, None);
                    return Some((after, LineEnd::Break(*kind)));
                }
                AtomKind::Space(_) => self.place(at.atom, atom.width, None),
                AtomKind::Anchor(_) | AtomKind::Bookmark(_) => self.place(at.atom, Pt::ZERO, None),
                AtomKind::SoftHyphen(hyphen) => {
                    self.place(at.atom, Pt::ZERO, None);
                    if self.fits(hyphen.width) {
                        self.best = Some((self.placed.len(), after, Some(Rc::clone(hyphen))));
                    }
                    at = after;
                    continue;
                }
                AtomKind::Tab | AtomKind::PositionTab(..) => {
                    if !self.tab(at.atom, atom) {
                        return self.give_up(at, must);
                    }
                    at = after;
                    continue;
                }
                AtomKind::Word(_) | AtomKind::Note(..) | AtomKind::Object(_) | AtomKind::Formula(..) => {
                    let (width, piece) = self.rest(atom, at);
                    self.note_decimal(atom);
                    let (around, _) = self.beside_border(atom);
                    if !self.fits(around + width - self.behind(atom) + border_room(atom)) {
                        return self.give_up(at, must);
                    }
                    self.place(at.atom, width, piece);
                }
            }
            match atom.may_end {
                Ending::Here => {
                    self.best = Some((self.placed.len(), after, None));
                    if !matches!(atom.kind, AtomKind::Word(_) | AtomKind::Note(..)) {
                        self.word = self.best.clone();
                    }
                }
                Ending::Back => self.best = self.word.clone(),
                Ending::Never => {}
            }
            at = after;
        }
        Some((at, LineEnd::Paragraph))
    }

    /// The room that borders take between the text so far and an atom, and the border around that; what is not seen does not end one.
    fn beside_border(&self, atom: &Atom<'_>) -> (Pt, Option<Border>) {
        let own = match atom.kind {
            AtomKind::Anchor(_) | AtomKind::Bookmark(_) | AtomKind::SoftHyphen(_) | AtomKind::Break(_) => self.framed,
            _ => atom.border(),
        };
        let room = |border: Option<Border>| border.map_or(Pt::ZERO, thickness);
        (if own == self.framed { Pt::ZERO } else { room(self.framed) + room(own) }, own)
    }

    fn place(&mut self, atom: usize, width: Pt, word: Option<Rc<Word>>) {
        let (around, own) = self.beside_border(&self.prepared.atoms[atom]);
        self.x += around;
        self.framed = own;
        self.placed.push(Placed { atom, x: self.x, width, word, leader: Leader::None });
        self.x += width;
    }

    /// The width of an atom, or of what is left of a cut one.
    fn rest(&self, atom: &Atom<'_>, at: Position) -> (Pt, Option<Rc<Word>>) {
        match &atom.kind {
            AtomKind::Word(word) | AtomKind::Note(word, _) if at.byte > 0 => {
                let piece = atom.look.piece(self.fonts, word, at.byte..word.text.len(), atom.level % 2 == 1);
                (piece.width, Some(piece))
            }
            _ => (atom.width, None),
        }
    }

    /// How much of a word's width is room that a line's last letter does without.
    fn behind(&self, atom: &Atom<'_>) -> Pt {
        match &atom.kind {
            AtomKind::Word(_) | AtomKind::Note(..) if self.manner.justified => atom.look.spacing().max(Pt::ZERO),
            _ => Pt::ZERO,
        }
    }

    fn limit(&self) -> Pt {
        self.edge
    }

    /// How far text reaches after a tab to this stop (LibreOffice and Spire agree; measured): where an indent ends the stretch up to the column's edge, before mode 15 as far behind the stop as the stretch is wide.
    fn reach(&self, stop: Stop) -> Pt {
        let plain = self.right.max(stop.at);
        match self.manner.column {
            Some(_) if stop.at <= self.right + SLACK => plain,
            Some(_) if self.manner.runs_out && stop.kind == TabKind::Left => stop.at + self.right - self.left,
            Some(_) if self.manner.runs_out && stop.kind == TabKind::Center => stop.at + (self.right - self.left) / 2.0,
            Some(column) => plain.max(column),
            None => plain,
        }
    }

    /// From mode 15 on a left stop beyond the column holds nothing: the tab goes to the next line, alone (LibreOffice and Spire agree; measured).
    fn is_lost(&self, stop: Stop) -> bool {
        let beyond = self.manner.column.is_some_and(|column| stop.at > column.max(self.right) + SLACK);
        beyond && !self.manner.runs_out && !stop.default && stop.kind == TabKind::Left
    }

    fn fits(&self, width: Pt) -> bool {
        let limit = self.limit();
        let end = match &self.open {
            Some(open) => {
                let text = self.x + width - open.start;
                open.start + open.width(text, limit) + text
            }
            None => self.x + width,
        };
        end <= limit + SLACK
    }

    /// Places a tab; `false` when the line has no room for it.
    ///
    /// A line ends before a tab, not after it: the tab goes along with the word that does not fit, and only one that starts its line lets go of it. A tab to a default stop beyond the line goes to the next one (LibreOffice and Spire agree; only where it ends its paragraph LibreOffice may leave it), where it is cut back to the line's end if that has no room either.
    fn tab(&mut self, index: usize, atom: &Atom<'_>) -> bool {
        self.settle();
        if self.cut_tab && self.x > self.right - SLACK {
            return false;
        }
        let starts = self.placed.iter().all(|placed| placed.width <= Pt::ZERO);
        let end = if starts { Position { atom: index + 1, byte: 0 } } else { Position { atom: index, byte: 0 } };
        self.best = Some((self.placed.len() + usize::from(starts), end, None));
        let stop = match atom.kind {
            AtomKind::PositionTab(kind, leader) => {
                let at = match kind {
                    TabKind::Center => (self.left + self.right) / 2.0,
                    TabKind::Right | TabKind::Decimal => self.right,
                    TabKind::Left | TabKind::Bar => self.left,
                };
                Stop { at: at.max(self.x), kind, leader, default: false }
            }
            _ => self.tabs.next(self.x),
        };
        let lost = self.is_lost(stop);
        if lost || stop.at > self.right + SLACK && stop.default {
            // Before mode 15 one behind text that a stop let out of the line stays with that (LibreOffice; Spire in cells that do not wrap).
            let out = self.manner.runs_out && self.x > self.right + SLACK;
            if !starts && !out {
                return false;
            }
            let width = (self.right - self.x).max(Pt::ZERO);
            self.place(index, width, None);
            (self.cut_tab, self.edge) = (true, self.right);
            return true;
        }
        self.edge = self.reach(stop);
        self.placed.push(Placed { atom: index, x: self.x, width: Pt::ZERO, word: None, leader: stop.leader });
        let first = self.placed.len();
        self.open = Some(OpenTab { index: Some(first - 1), first, start: self.x, stop, before_decimal: None });
        if matches!(stop.kind, TabKind::Left | TabKind::Bar) {
            self.settle();
        }
        true
    }

    /// Gives the open tab its final width and moves its text there.
    fn settle(&mut self) {
        let limit = self.limit();
        let Some(open) = self.open.take() else { return };
        let shown =
            self.placed[open.first..].iter().rposition(|placed| !self.is_space(placed)).map_or(open.first, |at| open.first + 1 + at);
        let end = self.placed.get(shown.saturating_sub(1)).map_or(self.x, |placed| placed.x + placed.width);
        let text = if shown > open.first { end - open.start } else { Pt::ZERO };
        let width = open.width(text, limit);
        if let Some(tab) = open.index {
            self.placed[tab].width = width;
        }
        for placed in &mut self.placed[open.first..] {
            placed.x += width;
        }
        self.x += width;
    }

    fn is_space(&self, placed: &Placed) -> bool {
        matches!(self.prepared.atoms[placed.atom].kind, AtomKind::Space(_))
    }

    /// Remembers where the decimal separator stands after a decimal tab.
    fn note_decimal(&mut self, atom: &Atom<'_>) {
        let Some(open) = &mut self.open else { return };
        if open.stop.kind != TabKind::Decimal || open.before_decimal.is_some() {
            return;
        }
        let AtomKind::Word(word) = &atom.kind else { return };
        let english = atom.look.props.lang.as_deref().is_none_or(|lang| lang.starts_with("en"));
        let separator = if english { '.' } else { ',' };
        if let Some((before, _)) = word.text.split_once(separator) {
            let ahead = atom.look.word(self.fonts, before, false).width;
            open.before_decimal = Some(self.x - open.start + ahead);
        }
    }

    /// No room for the atom at `at`: back to the last good place, or through the word.
    fn give_up(&mut self, at: Position, must: bool) -> Option<(Position, LineEnd)> {
        if let Some((placed, next, hyphen)) = self.best.take() {
            self.placed.truncate(placed);
            self.x = self.placed.last().map_or(self.left, |last| last.x + last.width);
            if let (Some(hyphen), Some(last)) = (hyphen, self.placed.last_mut()) {
                last.width = hyphen.width;
                self.x += hyphen.width;
                last.word = Some(hyphen);
            }
            if self.open.as_ref().and_then(|open| open.index).is_some_and(|tab| tab >= placed) {
                self.open = None;
            }
            return Some((next, LineEnd::Wrap));
        }
        if !must {
            return None;
        }
        let atom = &self.prepared.atoms[at.atom];
        let something = self.placed.iter().any(|placed| placed.width > Pt::ZERO);
        if let AtomKind::Word(word) = &atom.kind {
            if at.byte == 0
                && let Some(place) = self.before_other_look(at)
            {
                return Some((place, LineEnd::Wrap));
            }
            let rest = word.text.get(at.byte..).unwrap_or("");
            let bytes = self.fitting(atom, word, at.byte, !something);
            if bytes > 0 && bytes < rest.len() {
                let piece = atom.look.piece(self.fonts, word, at.byte..at.byte + bytes, atom.level % 2 == 1);
                self.place(at.atom, piece.width, Some(piece));
                return Some((Position { atom: at.atom, byte: at.byte + bytes }, LineEnd::Wrap));
            }
            if bytes == 0 && something {
                return Some((at, LineEnd::Wrap));
            }
        } else if something {
            return Some((at, LineEnd::Wrap));
        }
        // Alone on the line and still too wide: it stands out rather than vanish.
        let (width, piece) = self.rest(atom, at);
        self.place(at.atom, width, piece);
        Some(self.hang(at.atom + 1))
    }

    /// What follows something too wide for its line: spaces and anchors hang there, and where nothing else comes the paragraph is over.
    fn hang(&mut self, from: usize) -> (Position, LineEnd) {
        let hangs = |atom: &Atom<'_>| matches!(atom.kind, AtomKind::Space(_) | AtomKind::Anchor(_) | AtomKind::Bookmark(_));
        let rest = self.prepared.atoms.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|atom| hangs(atom)).count();
        for atom in from..from + count {
            self.place(atom, self.prepared.atoms[atom].width, None);
        }
        let end = if count == rest.len() { LineEnd::Paragraph } else { LineEnd::Wrap };
        (Position { atom: from + count, byte: 0 }, end)
    }

    /// A word of several looks that fits on no line is cut near where its look changes: before the last character of the look before, or after it where that is all there is of it (measured on LibreOffice 7.4).
    fn before_other_look(&mut self, at: Position) -> Option<Position> {
        let before = self.placed.last()?.atom;
        let (first, next) = (&self.prepared.atoms[before], &self.prepared.atoms[at.atom]);
        let AtomKind::Word(word) = &first.kind else { return None };
        let whole = self.placed.last().is_some_and(|placed| placed.word.is_none());
        if !whole || Rc::ptr_eq(&first.look, &next.look) {
            return None;
        }
        let byte = word.text.char_indices().last().map_or(0, |(byte, _)| byte);
        if byte == 0 {
            return Some(at);
        }
        let piece = first.look.piece(self.fonts, word, 0..byte, first.level % 2 == 1);
        let width = piece.width;
        let last = self.placed.last_mut()?;
        self.x += width - last.width;
        (last.width, last.word) = (width, Some(piece));
        Some(Position { atom: before, byte })
    }

    /// How many bytes of a word fit; at least one character when `some`.
    fn fitting(&self, atom: &Atom<'_>, word: &Word, from: usize, some: bool) -> usize {
        let text = word.text.get(from..).unwrap_or("");
        let room = self.limit() - self.x - self.beside_border(atom).0 - border_room(atom);
        let mut width = Pt::ZERO;
        let mut fitting = 0;
        for (at, character) in text.char_indices() {
            let letter = from + at..from + at + character.len_utf8();
            let one = if visible(character) { atom.look.piece(self.fonts, word, letter, false).width } else { Pt::ZERO };
            if width + one > room && (at > 0 || !some) {
                break;
            }
            width += one;
            fitting = at + character.len_utf8();
            if width > room {
                break;
            }
        }
        fitting
    }

    fn finish(mut self, next: Position, end: LineEnd) -> Segment {
        self.settle();
        let hangs = |placed: &Placed| {
            let kind = &self.prepared.atoms[placed.atom].kind;
            placed.word.is_none()
                && matches!(
                    kind,
                    AtomKind::Space(_) | AtomKind::Break(_) | AtomKind::Anchor(_) | AtomKind::Bookmark(_) | AtomKind::SoftHyphen(_)
                )
        };
        let shown = self.placed.iter().rposition(|placed| !hangs(placed)).map_or(0, |last| last + 1);
        let last = shown.checked_sub(1).map(|last| &self.placed[last]);
        let ink_right = last.map_or(self.left, |last| {
            let atom = &self.prepared.atoms[last.atom];
            last.x + last.width - self.behind(atom) + border_room(atom)
        });
        let is_tab = |placed: &Placed| matches!(self.prepared.atoms[placed.atom].kind, AtomKind::Tab | AtomKind::PositionTab(..));
        let last_tab = self.placed.iter().rposition(is_tab);
        Segment {
            left: self.left,
            right: self.right,
            ink_right,
            shown,
            after_tab: last_tab.map_or(0, |tab| tab + 1),
            next,
            end,
            placed: self.placed,
        }
    }
}
