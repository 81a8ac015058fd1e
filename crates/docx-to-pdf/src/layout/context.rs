//! What every phase needs at hand: the document, the fonts, what is known so far, what is collected on the way.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use crate::document::model::{Document, LinkTo, NumberFormat, RunProps};
use crate::document::numerals::{NumberLanguage, numeral};
use crate::fonts::Fonts;
use crate::graphics::{Image, Rgb};
use crate::layout::frame::{ImageId, LinkTarget};
use crate::layout::look::Look;
use crate::layout::part::Part;
use crate::layout::segment::{Ending, Placed, Segment};
use crate::layout::structure::Builder;
use crate::units::Pt;
use crate::warning::Warning;

/// What headers, footers and repeated rows may set over all pages, in glyphs, as each page sets its own; a thousand pages of a crowded letterhead set less.
const MOST_RUNNING: usize = 2_000_000;
/// Bytes of all addresses and of what they are said with; a hundred thousand links as long as people make them.
const MOST_LINKED: usize = 16 << 20;
/// Outlines that are filled with a gradient over all pages, as each is many strips; beyond them they have its mean colour.
const MOST_GRADED: usize = 10_000;
/// Letters that are painted by their outlines over all pages; beyond them WordArt is plain text.
const MOST_PAINTED: usize = 20_000;
/// Characters of all leaders; a contents of ten thousand entries has a million.
const MOST_LEADERS: usize = 3_000_000;
/// Tables in tables, boxes in boxes: deeper content is left out.
pub(super) const DEEPEST: usize = 24;

/// What one round of layout learns for the next.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Facts {
    /// Pages of the document.
    pub pages: Option<usize>,
    /// Pages of each section.
    pub section_pages: Vec<usize>,
    /// The number shown on the page a bookmark stands on.
    pub bookmarks: BTreeMap<String, String>,
}

/// The page being laid out, as fields see it.
#[derive(Debug, Clone, Default)]
pub(super) struct PageFacts {
    /// Its number.
    pub number: u32,
    /// How numbers look here.
    pub format: NumberFormat,
    /// Its section.
    pub section: usize,
    /// Texts of its paragraphs by style, for STYLEREF: first on the page, or the last before it.
    pub styles: Rc<BTreeMap<String, String>>,
}

/// Numbers of notes, in the order of their references.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    order: Vec<i32>,
    known: HashMap<i32, u32>,
}

impl Numbers {
    /// The number of a note, the next one at its first reference.
    fn of(&mut self, id: i32) -> u32 {
        let order = &mut self.order;
        *self.known.entry(id).or_insert_with(|| {
            order.push(id);
            order.len() as u32
        })
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.order.len()
    }

    /// Forgets all but the first.
    pub(super) fn truncate(&mut self, count: usize) {
        for id in self.order.drain(count.min(self.order.len())..) {
            self.known.remove(&id);
        }
    }

    /// The notes in order.
    pub(super) fn ids(&self) -> &[i32] {
        &self.order
    }
}

/// Equal properties have the same; others seldom.
fn resemblance(props: &RunProps) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&props.font, &props.font_east_asia, &props.font_cs, &props.lang).hash(&mut hasher);
    (props.size.0, props.size_cs.0, props.raise.0, props.spacing.0, props.scale).hash(&mut hasher);
    let colors = [props.color, props.highlight, props.shading, props.underline.and_then(|underline| underline.1)];
    colors.map(|color| color.map(|Rgb(red, green, blue)| [red, green, blue])).hash(&mut hasher);
    [props.bold, props.italic, props.strike, props.caps, props.small_caps, props.underline.is_some()].hash(&mut hasher);
    hasher.finish()
}

/// Everything at hand during one round.
pub(super) struct Context<'a> {
    /// The document.
    pub document: &'a Document,
    /// The fonts.
    pub fonts: &'a Fonts,
    /// What the round before learned.
    pub facts: Facts,
    /// The body shows a number that is known only at the end.
    pub needs_facts: bool,
    /// The page in work.
    pub page: PageFacts,
    /// The structure tree.
    pub structure: Builder,
    /// Warnings, each once.
    pub warnings: BTreeSet<Warning>,
    /// Pictures used.
    pub images: Vec<Arc<Image>>,
    /// Colour behind the text, for automatic text colour.
    pub background: Option<Rgb>,
    /// Text in work is being made smaller to fit its box.
    pub shrinking: bool,
    /// Pitch of the document grid that lines snap to.
    pub grid: Option<Pt>,
    /// Number of the note in work.
    pub note_mark: String,
    /// Numbers of footnotes and endnotes already referred to.
    pub footnote_numbers: Numbers,
    /// Endnotes in the order of their references.
    pub endnote_numbers: Numbers,
    /// How deep the content in work is nested.
    pub depth: usize,
    /// Glyphs and shapes that headers, footers and repeated rows have set so far.
    pub running_drawn: usize,
    /// Letters painted by their outlines.
    painted: usize,
    /// Outlines filled with gradients.
    graded: usize,
    /// Bytes of links so far.
    linked: usize,
    /// Characters of leaders drawn so far.
    pub leaders: Cell<usize>,
    /// Text measured for boxes that it goes on in so far, in bytes.
    pub chained: usize,
    /// What did not fit a text box and goes on in another, by that one's name, and whether it was laid out there. It stays, because a box may be laid out again.
    pub chains: HashMap<&'a str, (Part<'a>, bool)>,
    image_ids: HashMap<usize, ImageId>,
    looks: HashMap<u64, Vec<Rc<Look>>>,
    looks_by_address: HashMap<usize, Rc<Look>>,
    /// The look found last: neighbours look alike.
    last_look: Option<Rc<Look>>,
    /// Room for the paragraph in work, used again by the next.
    pub spare: Spare,
}

/// Room that is used again and again, so that not every paragraph and line allocates its own. Who needs one takes it and brings it back empty; content in content meanwhile makes another.
#[derive(Default)]
pub(super) struct Spare {
    /// A paragraph's text.
    pub text: String,
    /// Where its lines may end.
    pub endings: Vec<Ending>,
    /// The stretches of a line, and what is placed in one.
    pub segments: Vec<Segment>,
    pub placed: Cell<Vec<Placed>>,
    /// Where the atoms of a line stand.
    pub places: Vec<(Pt, Pt)>,
}

impl<'a> Context<'a> {
    /// A fresh round.
    pub(super) fn new(document: &'a Document, fonts: &'a Fonts, facts: Facts) -> Self {
        Self {
            document,
            fonts,
            facts,
            needs_facts: false,
            page: PageFacts { number: 1, ..PageFacts::default() },
            structure: Builder::default(),
            warnings: BTreeSet::new(),
            images: Vec::new(),
            background: document.background,
            shrinking: false,
            grid: None,
            note_mark: String::new(),
            footnote_numbers: Numbers::default(),
            endnote_numbers: Numbers::default(),
            depth: 0,
            running_drawn: 0,
            painted: 0,
            graded: 0,
            chained: 0,
            linked: 0,
            leaders: Cell::new(0),
            chains: HashMap::new(),
            image_ids: HashMap::new(),
            looks: HashMap::new(),
            looks_by_address: HashMap::new(),
            last_look: None,
            spare: Spare::default(),
        }
    }

    /// The look of shared run properties.
    pub(super) fn look(&mut self, props: &Arc<RunProps>) -> Rc<Look> {
        if let Some(last) = self.last_look.as_ref().filter(|last| Arc::ptr_eq(&last.props, props)) {
            return Rc::clone(last);
        }
        let address = Arc::as_ptr(props) as usize;
        if let Some(look) = self.looks_by_address.get(&address) {
            self.last_look = Some(Rc::clone(look));
            return Rc::clone(look);
        }
        let look = self.look_by_value(props, || Arc::clone(props));
        // The document keeps every `Arc` alive for the whole round, so an address stays one look.
        self.looks_by_address.insert(address, Rc::clone(&look));
        look
    }

    /// The look of properties that are not shared.
    pub(super) fn look_of(&mut self, props: &RunProps) -> Rc<Look> {
        self.look_by_value(props, || Arc::new(props.clone()))
    }

    fn look_by_value(&mut self, props: &RunProps, own: impl FnOnce() -> Arc<RunProps>) -> Rc<Look> {
        if let Some(last) = self.last_look.as_ref().filter(|last| *last.props == *props) {
            return Rc::clone(last);
        }
        let look = self.look_among_all(props, own);
        self.last_look = Some(Rc::clone(&look));
        look
    }

    fn look_among_all(&mut self, props: &RunProps, own: impl FnOnce() -> Arc<RunProps>) -> Rc<Look> {
        let alike = self.looks.entry(resemblance(props)).or_default();
        if let Some(look) = alike.iter().find(|look| *look.props == *props) {
            return Rc::clone(look);
        }
        let warnings = &mut self.warnings;
        let mut substituted = |family: &str, substitute: &str| {
            warnings.insert(Warning::FontSubstituted { family: family.to_owned(), substitute: substitute.to_owned() });
        };
        let look = Rc::new(Look::new(own(), self.fonts, &mut substituted));
        alike.push(Rc::clone(&look));
        look
    }

    /// The id of a picture; the same picture stands once.
    pub(super) fn image(&mut self, image: &Arc<Image>) -> ImageId {
        let address = Arc::as_ptr(image) as usize;
        let images = &mut self.images;
        *self.image_ids.entry(address).or_insert_with(|| {
            images.push(Arc::clone(image));
            ImageId(images.len() - 1)
        })
    }

    /// A warning about something not laid out.
    pub(super) fn unsupported(&mut self, feature: &str) {
        self.warnings.insert(Warning::Unsupported { feature: feature.to_owned(), part: "word/document.xml".to_owned() });
    }

    /// Whether so many outlines more may be filled with a gradient.
    pub(super) fn may_grade(&mut self, count: usize) -> bool {
        self.graded = self.graded.saturating_add(count);
        self.graded <= MOST_GRADED
    }

    /// Whether so many letters more may be painted by their outlines.
    pub(super) fn may_paint_letters(&mut self, count: usize) -> bool {
        self.painted = self.painted.saturating_add(count);
        self.painted <= MOST_PAINTED
    }

    /// Whether headers, footers and repeated rows may still be set.
    pub(super) fn may_run(&mut self) -> bool {
        let may = self.running_drawn <= MOST_RUNNING;
        if !may {
            self.unsupported("headers, footers and repeated rows on so many pages");
        }
        may
    }

    /// Where a link leads, said with these words; nothing where all addresses together have become too long: each line, and each page of a header, says its own.
    pub(super) fn link_target(&mut self, link: &LinkTo, contents: &str) -> Option<LinkTarget> {
        let (LinkTo::Uri(text) | LinkTo::Bookmark(text)) = link;
        self.linked += text.len() + contents.len();
        if self.linked > MOST_LINKED {
            self.warn("links whose addresses are too long together are left out; their text stays");
            return None;
        }
        Some(match link {
            LinkTo::Uri(uri) => LinkTarget::Uri(uri.to_string()),
            LinkTo::Bookmark(name) => LinkTarget::Named(name.to_string()),
        })
    }

    /// How many of these characters of a leader are drawn.
    pub(super) fn take_leaders(&self, count: usize) -> usize {
        let taken = count.min(MOST_LEADERS.saturating_sub(self.leaders.get()));
        self.leaders.set(self.leaders.get() + taken);
        taken
    }

    /// A warning in words of its own.
    pub(super) fn warn(&mut self, message: &str) {
        self.warnings.insert(Warning::Other { message: message.to_owned() });
    }

    /// The number of a note, counted at its first reference.
    pub(super) fn note_number(&mut self, id: i32, endnote: bool) -> String {
        let language = self.document_language();
        let (numbers, format) = if endnote {
            (&mut self.endnote_numbers, self.document.settings.endnote_format)
        } else {
            (&mut self.footnote_numbers, self.document.settings.footnote_format)
        };
        let first = self.document.settings.first_notes;
        let first = if endnote { first.1 } else { first.0 };
        numeral(i64::from(numbers.of(id)) + i64::from(first) - 1, format, language)
    }

    /// The language of numbers that stand in no paragraph of their own: pages and notes.
    pub(super) fn document_language(&self) -> NumberLanguage {
        NumberLanguage::of(self.document.properties.language.as_deref())
    }
}
