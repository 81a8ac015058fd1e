//! Styles: the document's defaults and what each style says, with what it is based on (ECMA-376 part 1, 17.7).

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::numbering::Numbering;
use super::paragraph_props::{NumberRef, ParagraphPatch};
use super::run_props::RunPatch;
use super::table_style::TableStyle;
use super::theme::Theme;
use super::xml::{Node, Tree};

/// No chain of styles is longer; a longer one is a circle.
const LONGEST_CHAIN: usize = 32;

/// All styles of a document. Each is worked out when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct Styles<'p> {
    tree: Option<Tree<'p>>,
    /// Style id → its element.
    nodes: HashMap<String, u32>,
    /// The default style of each type.
    default_paragraph: String,
    default_character: String,
    default_table: String,
    /// `w:docDefaults`.
    pub(super) run_defaults: RunPatch,
    pub(super) paragraph_defaults: ParagraphPatch,
    paragraph: HashMap<String, Rc<ParagraphStyle>>,
    character: HashMap<String, Rc<RunPatch>>,
    table: HashMap<String, Rc<TableStyle>>,
}

/// A paragraph style with everything it is based on.
#[derive(Debug, Default)]
pub(super) struct ParagraphStyle {
    pub(super) id: Arc<str>,
    pub(super) name: Arc<str>,
    /// Its properties, with its list's indents where it has one.
    pub(super) paragraph: ParagraphPatch,
    /// The same without its list's indents: for a paragraph that takes itself out of the list.
    pub(super) unnumbered: ParagraphPatch,
    pub(super) run: RunPatch,
    /// Its list and level.
    pub(super) number: Option<NumberRef>,
}

impl<'p> Styles<'p> {
    /// What a document without a part for styles has.
    pub(super) fn missing() -> Self {
        Self { run_defaults: RunPatch::without_defaults(), ..Self::default() }
    }

    /// Reads the styles' part.
    pub(super) fn read(tree: Tree<'p>, theme: &Theme) -> Self {
        let mut styles = Self::missing();
        if let Some(root) = tree.root() {
            if let Some(defaults) = root.path(&["w:docDefaults", "w:rPrDefault"]) {
                styles.run_defaults = defaults.child("w:rPr").map(|node| RunPatch::read(node, theme)).unwrap_or_default();
            }
            if let Some(node) = root.path(&["w:docDefaults", "w:pPrDefault", "w:pPr"]) {
                styles.paragraph_defaults = ParagraphPatch::read(node, theme).without_frame();
            }
            for style in root.children().filter(|node| node.name() == "w:style") {
                styles.add(style);
            }
        }
        styles.tree = Some(tree);
        styles.default_by_name();
        styles
    }

    fn add(&mut self, style: Node<'_>) {
        let Some(id) = style.attr("w:styleId") else {
            // One without an id is found by its name: report servers write such (LibreOffice and Spire agree; measured).
            if let Some(name) = style.child_val("w:name") {
                self.nodes.entry(name.to_owned()).or_insert(style.index());
            }
            return;
        };
        if style.attr("w:default").is_some_and(super::values::is_on) {
            let slot = match style.attr("w:type") {
                Some("paragraph") => &mut self.default_paragraph,
                Some("character") => &mut self.default_character,
                Some("table") => &mut self.default_table,
                _ => return self.keep(id, style),
            };
            id.clone_into(slot);
        }
        self.keep(id, style);
    }

    /// A paragraph style named Normal is the default one also where nothing says so: programs leave `w:default` out (LibreOffice and Spire agree; measured).
    fn default_by_name(&mut self) {
        if !self.default_paragraph.is_empty() {
            return;
        }
        let Some(root) = self.tree.as_ref().and_then(Tree::root) else { return };
        let normal = root.children().find(|style| {
            style.name() == "w:style"
                && style.attr("w:type").is_none_or(|kind| kind == "paragraph")
                && style.child_val("w:name").is_some_and(|name| name.eq_ignore_ascii_case("normal"))
        });
        let id = normal.and_then(|style| style.attr("w:styleId")).map(str::to_owned);
        self.default_paragraph = id.unwrap_or_default();
    }

    fn keep(&mut self, id: &str, style: Node<'_>) {
        self.nodes.insert(id.to_owned(), style.index());
    }

    fn node(&self, id: &str) -> Option<Node<'_>> {
        Some(self.tree.as_ref()?.node(*self.nodes.get(id)?))
    }

    /// A style's own name (`heading 1`).
    fn name(&self, id: &str) -> String {
        self.node(id).and_then(|node| node.child_val("w:name")).unwrap_or(id).to_owned()
    }

    /// The chain from the style everything is based on to the style itself.
    fn chain(&self, id: &str, kind: &str) -> Vec<(String, Node<'_>)> {
        let mut chain = Vec::new();
        let mut next = Some(id.to_owned());
        while let Some(id) = next {
            let Some(node) = self.node(&id) else { break };
            if chain.len() >= LONGEST_CHAIN || node.attr("w:type").unwrap_or("paragraph") != kind {
                break;
            }
            next = node.child_val("w:basedOn").map(str::to_owned);
            chain.push((id, node));
        }
        chain.reverse();
        chain
    }

    /// A paragraph style; the default one for an unknown or missing id.
    pub(super) fn paragraph(&mut self, id: Option<&str>, theme: &Theme, numbering: &Numbering<'_>) -> Rc<ParagraphStyle> {
        if let Some(known) = id.and_then(|id| self.paragraph.get(id)) {
            return Rc::clone(known);
        }
        let id = id.filter(|id| self.nodes.contains_key(*id)).unwrap_or(&self.default_paragraph).to_owned();
        if let Some(known) = self.paragraph.get(&id) {
            return Rc::clone(known);
        }
        let mut style = ParagraphStyle { name: self.name(&id).into(), id: id.as_str().into(), ..ParagraphStyle::default() };
        for (_, node) in self.chain(&id, "paragraph") {
            if let Some(run) = node.child("w:rPr") {
                style.run.overlay(&RunPatch::read(run, theme));
            }
            if let Some(properties) = node.child("w:pPr") {
                let own = ParagraphPatch::read(properties, theme);
                style.join(&own, numbering);
            }
        }
        let style = Rc::new(style);
        self.paragraph.insert(id, Rc::clone(&style));
        style
    }

    /// Whether it is the style of links, whatever its id in the language of the author.
    pub(super) fn is_of_links(&self, id: &str) -> bool {
        self.name(id).eq_ignore_ascii_case("hyperlink")
    }

    /// A character style's properties.
    pub(super) fn character(&mut self, id: Option<&str>, theme: &Theme) -> Rc<RunPatch> {
        let id = id.unwrap_or(&self.default_character);
        if let Some(known) = self.character.get(id) {
            return Rc::clone(known);
        }
        let id = id.to_owned();
        let mut patch = RunPatch::default();
        for (_, node) in self.chain(&id, "character") {
            if let Some(run) = node.child("w:rPr") {
                patch.overlay(&RunPatch::read(run, theme));
            }
        }
        let patch = Rc::new(patch);
        self.character.insert(id, Rc::clone(&patch));
        patch
    }

    /// A table style; the default one for an unknown or missing id.
    pub(super) fn table(&mut self, id: Option<&str>, theme: &Theme) -> Rc<TableStyle> {
        let id = id.filter(|id| self.nodes.contains_key(*id)).unwrap_or(&self.default_table).to_owned();
        if let Some(known) = self.table.get(&id) {
            return Rc::clone(known);
        }
        let mut style = TableStyle::default();
        for (_, node) in self.chain(&id, "table") {
            style.join(node, theme);
        }
        let style = Rc::new(style);
        self.table.insert(id, Rc::clone(&style));
        style
    }

    /// The list a numbering style stands for (17.9.21 numStyleLink).
    pub(super) fn list_of(&self, id: &str) -> Option<i32> {
        let number = self.node(id)?.path(&["w:pPr", "w:numPr"])?.child_val("w:numId")?;
        super::values::integer(number).map(|list| list as i32)
    }
}

impl ParagraphStyle {
    /// Lays the next style of the chain over what there is.
    /// A style's list comes with the list's indents, which lie below the style's own (17.9.23).
    fn join(&mut self, own: &ParagraphPatch, numbering: &Numbering<'_>) {
        if let Some(said) = own.number {
            let before = self.number.unwrap_or_default();
            let list = said.list.or(before.list);
            // The level of the list that names the style does not count: Word writes the level into the style (LibreOffice and Spire agree, against 17.9.23; measured).
            let level = said.level.or(before.level);
            self.number = Some(NumberRef { list, level });
            if let Some(level) = list.and_then(|list| numbering.level(list, level.unwrap_or(0))) {
                self.paragraph.overlay(&level.paragraph);
            } else if said.is_no_list() {
                self.paragraph.unindent();
                self.unnumbered.unindent();
            }
        }
        self.paragraph.overlay(own);
        self.unnumbered.overlay(own);
    }
}
