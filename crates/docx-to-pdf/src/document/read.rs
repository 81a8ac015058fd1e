//! The driver: which parts are read, in which order, and how sections are cut out of the body.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use jiff::civil::DateTime;

use super::beyond;
use super::error::DocumentError;
use super::fields::{Ahead, FieldState, OpenField, unclosed};
use super::images::Images;
use super::model::{
    Block, Document, DrawingShape, GroupChild, HeaderFooter, Inline, NoteSeparator, Paragraph, RunProps, Section, Settings, Table,
};
use super::numbering::{Counters, Numbering};
use super::paragraph::ParagraphLook;
use super::paragraph_props::ParagraphPatch;
use super::run_props::RunPatch;
use super::styles::Styles;
use super::table_grid::groups;
use super::table_style::CellPatch;
use super::theme::Theme;
use super::values::integer;
use super::warnings::Warnings;
use super::xml::{ContentId, Node, Tree};
use super::{section, settings};
use crate::package::{Limits, Package, Relationships};
use crate::units::Emu;
use crate::warning::Warning;

/// Tables in cells and text boxes in text boxes go no deeper; layout recurses as deep.
const DEEPEST: usize = 24;

/// A chart has some hundred elements, a metafile some ten thousand bytes.
const MOST_CHART_ELEMENTS: usize = 500_000;
const MOST_METAFILE_BYTES: usize = 32 << 20;
const MOST_SHAPES: usize = 100_000;
/// The longest of Word's shape types has some four thousand bytes, and most have three hundred.
const MOST_SHAPE_TYPE_BYTES: usize = 8 << 20;

/// What the caller knows that the document does not.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions {
    /// The wall clock where the document is read, for DATE and TIME fields; without it they show their stored result.
    pub now: Option<DateTime>,
    /// Tables of contents are made anew from the headings, as for a template that was filled; else their stored entries are shown.
    pub contents: bool,
}

/// Reads a document with everything resolved; [`read_with`] and nothing known.
///
/// # Errors
/// As [`read_with`].
pub fn read(package: &Package) -> Result<(Document, Vec<Warning>), DocumentError> {
    read_with(package, &ReadOptions::default())
}

/// Reads a document with everything resolved.
///
/// # Errors
/// Only when there is no main document or its XML is broken; whatever else is wrong becomes a warning.
pub fn read_with(package: &Package, options: &ReadOptions) -> Result<(Document, Vec<Warning>), DocumentError> {
    let first = read_once(package, options, Ahead::default())?;
    match first.ahead {
        // A field refers to what stands further on, which is known now.
        Some(ahead) => read_once(package, options, ahead).map(|second| (second.document, second.warnings)),
        None => Ok((first.document, first.warnings)),
    }
}

/// A document, and what a second reading wants to know.
struct Reading {
    document: Document,
    warnings: Vec<Warning>,
    ahead: Option<Ahead>,
}

fn read_once(package: &Package, options: &ReadOptions, ahead: Ahead) -> Result<Reading, DocumentError> {
    let main = package.main_document()?;
    let xml = package.part(&main).unwrap_or_default();
    let tree = Tree::parse(xml, package.limits()).map_err(|reason| DocumentError::Xml { part: main.clone(), reason })?;
    let body = tree.root().and_then(|root| root.child("w:body")).ok_or_else(|| DocumentError::NoBody { part: main.clone() })?;

    let part = Part { relationships: package.relationships(&main), name: main };
    let mut reader = Reader::new(package, &part);
    reader.field_state.now = options.now;
    reader.field_state.contents = options.contents;
    reader.field_state.know(ahead);
    reader.field_state.properties = reader.field_properties(&part);
    reader.limits.layout_bytes = reader.limits.layout_bytes.saturating_sub(tree.weight);
    beyond::look_over(&tree, &part.name, &mut reader.warnings);
    reader.look_for_chains(&tree);
    let background = tree.root().and_then(|root| root.child("w:background")).and_then(|node| reader.background(node, &part.name));
    reader.unclosed = unclosed(body);
    let sections = reader.body(body, &part);
    let (footnotes, footnote_separator) = reader.notes(&part, "footnotes", "w:footnote");
    let (endnotes, _) = reader.notes(&part, "endnotes", "w:endnote");
    let mut properties = reader
        .root_of("", "core-properties")
        .map(|(_, tree)| tree)
        .and_then(|tree| tree.root().map(settings::properties))
        .unwrap_or_default();
    properties.language = properties.language.or_else(|| reader.styles.run_defaults.lang().map(str::to_owned));

    let plain = reader.plain_text();
    let document = Document { sections, footnotes, footnote_separator, endnotes, settings: reader.settings, background, plain, properties };
    Ok(Reading { document, warnings: reader.warnings.into_list(), ahead: reader.field_state.ahead() })
}

/// A part that text is read from: its name for messages, its relationships for pictures and links.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) relationships: Relationships,
}

/// What the surroundings add below a paragraph's own style: the table style in a cell, the shape's colour in a text box.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) part: &'s Part,
    pub(super) paragraph: &'s ParagraphPatch,
    pub(super) run: &'s RunPatch,
    /// They add nothing.
    pub(super) plain: bool,
}

/// Everything that is known while reading.
pub(super) struct Reader<'p> {
    pub(super) package: &'p Package,
    pub(super) theme: Theme,
    pub(super) styles: Styles<'p>,
    pub(super) numbering: Numbering<'p>,
    pub(super) numbering_part: Option<Part>,
    pub(super) settings: Settings,
    pub(super) counters: Counters,
    pub(super) images: Images,
    /// Text boxes that another's text may go on in, by name.
    pub(super) boxes: HashSet<String>,
    pub(super) warnings: Warnings,
    /// Fields that are open where we read.
    pub(super) fields: Vec<OpenField>,
    /// Beginnings of fields in the part in work that are never ended.
    pub(super) unclosed: HashSet<u32>,
    pub(super) field_state: FieldState,
    /// Counts paragraphs, so that a field knows whether it is still in its own.
    pub(super) paragraph_serial: u64,
    depth: usize,
    /// Cells that may still be read, over all tables.
    pub(super) cells_left: usize,
    /// Elements of charts and bytes of metafiles that may still be read, and shapes that both may still be drawn with: each may be shown any number of times, and is read and drawn anew each time.
    pub(super) chart_elements_left: usize,
    pub(super) metafile_bytes_left: usize,
    pub(super) shapes_left: usize,
    /// Bytes of paths and formulas of VML's shape types that may still be drawn: a type stands once, and any number of shapes refer to it.
    pub(super) shape_types_left: usize,
    /// What may still be read: styles and lists have their own room, so that a document at its limit keeps its looks; all that is laid out shares one.
    limits: Limits,
    stories: HashMap<String, Arc<Vec<Block>>>,
    /// What paragraph properties mean where their surroundings add nothing.
    pub(super) paragraph_looks: HashMap<ContentId, Rc<ParagraphLook>>,
    /// What properties of cells say.
    pub(super) cell_patches: HashMap<ContentId, Rc<CellPatch>>,
    /// Shapes without text by what says how they look, and their size.
    pub(super) shapes: HashMap<(ContentId, (Emu, Emu)), Arc<DrawingShape>>,
    /// Such shapes in groups, where they say themselves how large they are and where they stand.
    pub(super) group_shapes: HashMap<ContentId, GroupChild>,
}

impl<'p> Reader<'p> {
    fn new(package: &'p Package, main: &Part) -> Self {
        let mut reader = Self {
            package,
            theme: Theme::default(),
            styles: Styles::missing(),
            numbering: Numbering::default(),
            numbering_part: None,
            settings: Settings::default(),
            counters: Counters::default(),
            images: Images::default(),
            boxes: HashSet::new(),
            warnings: Warnings::default(),
            fields: Vec::new(),
            unclosed: HashSet::new(),
            field_state: FieldState::default(),
            paragraph_serial: 0,
            depth: 0,
            cells_left: 200_000,
            chart_elements_left: MOST_CHART_ELEMENTS,
            shapes_left: MOST_SHAPES,
            shape_types_left: MOST_SHAPE_TYPE_BYTES,
            metafile_bytes_left: MOST_METAFILE_BYTES,
            limits: *package.limits(),
            stories: HashMap::new(),
            paragraph_looks: HashMap::new(),
            cell_patches: HashMap::new(),
            shapes: HashMap::new(),
            group_shapes: HashMap::new(),
        };
        if let Some((_, tree)) = reader.tree_of(main, "theme") {
            reader.theme = Theme::read(&tree);
        }
        if let Some((_, tree)) = reader.tree_of(main, "settings")
            && let Some(root) = tree.root()
        {
            reader.theme.settings(root);
            reader.settings = settings::read(root);
            reader.field_state.signs = settings::signs(root);
            beyond::look_over_settings(root, &mut reader.warnings);
        }
        if let Some((_, tree)) = reader.tree_of(main, "styles") {
            reader.styles = Styles::read(tree, &reader.theme);
        }
        if let Some((name, tree)) = reader.tree_of(main, "numbering") {
            reader.numbering = Numbering::read(tree, &reader.theme, &reader.styles);
            reader.numbering_part = Some(reader.part(name));
        }
        reader
    }

    /// A part with its relationships.
    /// The look of text that says nothing itself.
    pub(super) fn plain_text(&mut self) -> RunProps {
        let style = self.styles.paragraph(None, &self.theme, &self.numbering);
        RunPatch::resolve(&self.styles.run_defaults, &[&style.run], &[])
    }

    /// Whether the document's language writes `1,5`.
    pub(super) fn decimal_comma(&self) -> bool {
        super::fields::decimal_comma(self.styles.run_defaults.lang())
    }

    pub(super) fn part(&self, name: String) -> Part {
        Part { relationships: self.package.relationships(&name), name }
    }

    fn tree_of(&mut self, main: &Part, kind: &str) -> Option<(String, Tree<'p>)> {
        let name = main.relationships.of_kind(kind).find_map(|relationship| relationship.part())?.to_owned();
        Some((name.clone(), self.tree(&name)?))
    }

    fn root_of(&mut self, source: &str, kind: &str) -> Option<(String, Tree<'p>)> {
        let part = self.part(source.to_owned());
        self.tree_of(&part, kind)
    }

    /// A part's XML; one that cannot be read is a warning.
    pub(super) fn tree(&mut self, name: &str) -> Option<Tree<'p>> {
        let xml = self.package.part(name)?;
        match Tree::parse(xml, &self.limits) {
            Ok(tree) => {
                self.limits.layout_bytes = self.limits.layout_bytes.saturating_sub(tree.weight);
                Some(tree)
            }
            Err(reason) => {
                self.warnings.other(format!("{name} cannot be read: {reason}"));
                None
            }
        }
    }

    /// Properties by the upper-case name of the field that shows them: core, application, custom and document variables.
    fn field_properties(&mut self, main: &Part) -> HashMap<String, String> {
        let mut found = HashMap::new();
        let mut add = |name: &str, text: &str| {
            let text = settings::unescaped(text);
            if !text.trim().is_empty() && found.len() < 1000 {
                found.insert(name.to_uppercase(), text.trim().to_owned());
            }
        };
        let root = self.part(String::new());
        if let Some((_, tree)) = self.tree_of(&root, "core-properties") {
            let names = [
                ("dc:title", "TITLE"),
                ("dc:subject", "SUBJECT"),
                ("dc:creator", "AUTHOR"),
                ("cp:keywords", "KEYWORDS"),
                ("dc:description", "COMMENTS"),
                ("cp:lastModifiedBy", "LASTSAVEDBY"),
                ("cp:category", "CATEGORY"),
                ("dcterms:created", "CREATEDATE"),
                ("dcterms:modified", "SAVEDATE"),
                ("cp:lastPrinted", "PRINTDATE"),
            ];
            for (element, name) in names {
                if let Some(node) = tree.root().and_then(|root| root.child(element)) {
                    add(name, &node.text());
                }
            }
        }
        if let Some((_, tree)) = self.tree_of(&root, "extended-properties") {
            for node in tree.root().into_iter().flat_map(Node::children).filter(|node| matches!(node.name(), "Company" | "Manager")) {
                add(node.name(), &node.text());
            }
        }
        if let Some((_, tree)) = self.tree_of(&root, "custom-properties") {
            for node in tree.root().into_iter().flat_map(Node::children) {
                if let (Some(name), Some(value)) = (node.attr("name"), node.children().next()) {
                    add(name, &value.text());
                }
            }
        }
        if let Some((_, tree)) = self.tree_of(main, "settings")
            && let Some(variables) = tree.root().and_then(|root| root.child("w:docVars"))
        {
            for node in variables.children() {
                if let (Some(name), Some(value)) = (node.attr("w:name"), node.val()) {
                    add(&format!("DOCVARIABLE {name}"), value);
                }
            }
        }
        found
    }

    /// The body, cut into sections: a paragraph that carries section properties is the last of its section (17.6.18).
    fn body(&mut self, body: Node<'_>, part: &Part) -> Vec<Section> {
        let (paragraph, run) = (ParagraphPatch::default(), RunPatch::default());
        let scope = Scope { part, paragraph: &paragraph, run: &run, plain: true };
        let mut sections: Vec<Section> = Vec::new();
        let mut story = Story::default();
        let children: Vec<Node<'_>> = body.children().collect();
        for group in groups(&children) {
            let before = story.blocks.len();
            self.block(group, scope, &mut story);
            let properties = group.first().filter(|node| node.name() == "w:p").and_then(|node| node.path(&["w:pPr", "w:sectPr"]));
            if let Some(properties) = properties {
                let mut end = if story.blocks.len() > before { story.drop_empty_end() } else { None };
                let bookmarks = end.as_mut().map(|end| std::mem::take(&mut end.content)).unwrap_or_default();
                let mut section = self.section(Some(properties), sections.last(), std::mem::take(&mut story).finish(), part);
                section.end = end;
                sections.push(section);
                story.bookmarks = bookmarks;
            }
        }
        let section = self.section(body.child("w:sectPr"), sections.last(), story.finish(), part);
        sections.push(section);
        sections
    }

    fn section(&mut self, node: Option<Node<'_>>, before: Option<&Section>, blocks: Vec<Block>, part: &Part) -> Section {
        let mut section = section::read(node, &self.theme);
        section.blocks = blocks;
        // 17.10.5: what a section does not name, it has from the section before.
        if let Some(before) = before {
            section.headers = before.headers.clone();
            section.footers = before.footers.clone();
        }
        for reference in node.into_iter().flat_map(Node::children) {
            let Some(story) = self.referred(reference, part) else { continue };
            match reference.name() {
                "w:headerReference" => place(&mut section.headers, reference, story),
                "w:footerReference" => place(&mut section.footers, reference, story),
                _ => {}
            }
        }
        section
    }

    /// The story a header or footer reference leads to; read once.
    fn referred(&mut self, reference: Node<'_>, part: &Part) -> Option<Arc<Vec<Block>>> {
        let name = part.relationships.get(reference.attr("r:id")?)?.part()?.to_owned();
        if let Some(known) = self.stories.get(&name) {
            return Some(Arc::clone(known));
        }
        let tree = self.tree(&name)?;
        beyond::look_over(&tree, &name, &mut self.warnings);
        self.look_for_chains(&tree);
        let part = self.part(name.clone());
        let outer = std::mem::replace(&mut self.unclosed, tree.root().map(unclosed).unwrap_or_default());
        let blocks = tree.root().map(|root| self.story(root, &part)).unwrap_or_default();
        self.unclosed = outer;
        let blocks = Arc::new(blocks);
        self.stories.insert(name, Arc::clone(&blocks));
        Some(blocks)
    }

    /// Text apart from the body: its lists and fields are its own.
    fn story(&mut self, root: Node<'_>, part: &Part) -> Vec<Block> {
        let (paragraph, run) = (ParagraphPatch::default(), RunPatch::default());
        let counters = std::mem::take(&mut self.counters);
        let fields = std::mem::take(&mut self.fields);
        let blocks = self.blocks(root, Scope { part, paragraph: &paragraph, run: &run, plain: true });
        self.counters = counters;
        self.fields = fields;
        blocks
    }

    /// The notes by id, and their separator.
    fn notes(&mut self, main: &Part, kind: &str, element: &str) -> (BTreeMap<i32, Vec<Block>>, Option<NoteSeparator>) {
        let (mut notes, mut separator) = (BTreeMap::new(), None);
        let Some((name, tree)) = self.tree_of(main, kind) else { return (notes, separator) };
        beyond::look_over(&tree, &name, &mut self.warnings);
        let part = self.part(name);
        self.unclosed = tree.root().map(unclosed).unwrap_or_default();
        for note in tree.root().into_iter().flat_map(Node::children).filter(|note| note.name() == element) {
            // Separators are notes of a type of their own (17.11.17).
            let ordinary = note.attr("w:type").is_none_or(|kind| kind == "normal");
            if let Some(id) = note.attr("w:id").and_then(integer).filter(|_| ordinary) {
                let blocks = self.story(note, &part);
                notes.insert(id as i32, blocks);
            } else if note.attr("w:type") == Some("separator") && separator.is_none() {
                let line = note.children().any(|paragraph| paragraph.path(&["w:r", "w:separator"]).is_some());
                separator = Some(NoteSeparator { blocks: self.story(note, &part), line });
            }
        }
        (notes, separator)
    }

    /// All blocks of a container: body, cell, header, note, text box.
    pub(super) fn blocks(&mut self, container: Node<'_>, scope: Scope<'_>) -> Vec<Block> {
        if self.depth >= DEEPEST {
            self.warnings.unsupported(format!("tables or text boxes nested deeper than {DEEPEST}"), &scope.part.name);
            return Vec::new();
        }
        self.depth += 1;
        let mut story = Story { blocks: Vec::with_capacity(container.children().count()), ..Story::default() };
        if container.child("w:tbl").is_none() {
            // Most cells and boxes hold no tables, and then nothing is one with what follows it.
            for child in container.children() {
                self.block(&[child], scope, &mut story);
            }
        } else {
            let children: Vec<Node<'_>> = container.children().collect();
            for group in groups(&children) {
                self.block(group, scope, &mut story);
            }
        }
        self.depth -= 1;
        story.finish()
    }

    /// A block of the body, or tables that are one.
    fn block(&mut self, group: &[Node<'_>], scope: Scope<'_>, story: &mut Story) {
        let Some(&node) = group.first() else { return };
        match node.name() {
            "w:tbl" => {
                if let Some(table) = self.table(group, scope) {
                    story.table(Box::new(table));
                }
            }
            "w:p" => {
                let read = self.paragraph(node, scope);
                if read.deleted_mark {
                    story.join(read.paragraph);
                } else if !read.invisible {
                    let (own, made) = self.field_state.paragraph(read.paragraph);
                    if let Some(paragraph) = own {
                        story.paragraph(paragraph);
                    }
                    for block in made {
                        match block {
                            Block::Paragraph(paragraph) => story.paragraph(paragraph),
                            Block::Table(table) => story.table(table),
                        }
                    }
                }
            }
            "w:bookmarkStart" => {
                self.field_state.open_bookmark(node);
                story.bookmark(node);
            }
            "w:bookmarkEnd" => self.field_state.close_bookmark(node),
            "w:altChunk" => self.warnings.unsupported("an embedded document (altChunk)", &scope.part.name),
            "w:subDoc" => self.warnings.unsupported("a linked subdocument", &scope.part.name),
            _ => {}
        }
    }
}

/// Blocks as they come, with what waits for the next paragraph.
#[derive(Default)]
struct Story {
    blocks: Vec<Block>,
    /// A paragraph whose mark was deleted: its text belongs to the next one (17.13.5.15).
    joined: Option<Paragraph>,
    /// Bookmarks between paragraphs belong to the next one.
    bookmarks: Vec<Inline>,
}

impl Story {
    fn paragraph(&mut self, mut paragraph: Paragraph) {
        if let Some(before) = self.joined.take() {
            paragraph.content.splice(0..0, before.content);
        }
        if !self.bookmarks.is_empty() {
            paragraph.content.splice(0..0, self.bookmarks.drain(..));
        }
        self.blocks.push(Block::Paragraph(paragraph));
    }

    fn join(&mut self, mut paragraph: Paragraph) {
        if let Some(before) = self.joined.take() {
            paragraph.content.splice(0..0, before.content);
        }
        self.joined = Some(paragraph);
    }

    fn table(&mut self, table: Box<Table>) {
        if let Some(before) = self.joined.take() {
            self.paragraph(before);
        }
        self.blocks.push(Block::Table(table));
    }

    fn bookmark(&mut self, node: Node<'_>) {
        self.bookmarks.extend(super::inline::bookmark(node));
    }

    /// A paragraph without content that only carries a section's properties takes no room behind another one (Spire; LibreOffice keeps it in a section that starts with a table, unless a page break stands before it, and drops it below a table in others; measured).
    /// Its bookmarks go to the next paragraph.
    fn drop_empty_end(&mut self) -> Option<Paragraph> {
        let empty = |paragraph: &Paragraph| {
            paragraph.number.is_none() && paragraph.content.iter().all(|inline| matches!(inline, Inline::Bookmark(_)))
        };
        match self.blocks.pop() {
            Some(Block::Paragraph(last)) if matches!(self.blocks.last(), Some(Block::Paragraph(_))) && empty(&last) => Some(last),
            other => {
                self.blocks.extend(other);
                None
            }
        }
    }

    fn finish(mut self) -> Vec<Block> {
        if let Some(paragraph) = self.joined.take().filter(|paragraph| !paragraph.content.is_empty()) {
            self.paragraph(paragraph);
        }
        self.blocks
    }
}

fn place(set: &mut HeaderFooter, reference: Node<'_>, story: Arc<Vec<Block>>) {
    match reference.attr("w:type") {
        Some("first") => set.first = Some(story),
        Some("even") => set.even = Some(story),
        _ => set.default = Some(story),
    }
}
