//! The logical structure while it grows: what a screen reader will read (ISO 32000-1, 14.8).

use std::collections::HashMap;

use crate::document::model::Paragraph;
use crate::layout::frame::{Node, NodeId, Role, Side, Structure};

/// Grows the tree; can go back to an earlier state when a page is laid out again.
#[derive(Debug, Default)]
pub(super) struct Builder {
    /// The tree so far.
    pub tree: Structure,
    /// Where new elements go.
    parent: Option<NodeId>,
    /// Decoration is being laid out: no elements.
    artifact: bool,
    lists: Vec<OpenList>,
    /// What floats is told before this paragraph: it is anchored before the first of its words.
    before: Option<NodeId>,
    /// The paragraphs that refer to notes.
    note_homes: HashMap<i32, NodeId>,
}

/// A list that may still get items.
#[derive(Debug, Clone, Copy)]
struct OpenList {
    list: i32,
    level: u8,
    node: NodeId,
    /// Its last item's body: a deeper list goes in here.
    body: NodeId,
}

/// A state to go back to.
#[derive(Debug, Clone)]
pub(super) struct Checkpoint {
    nodes: usize,
    parent: Option<NodeId>,
    lists: Vec<OpenList>,
}

/// What entering a container changed.
#[derive(Debug)]
pub(super) struct Outer {
    parent: Option<NodeId>,
    artifact: bool,
    lists: Vec<OpenList>,
    before: Option<NodeId>,
}

/// The elements of one paragraph.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ParagraphTags {
    /// Its number or bullet.
    pub label: Option<NodeId>,
    /// Its text.
    pub text: Option<NodeId>,
}

impl Builder {
    /// The state now.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { nodes: self.tree.nodes.len(), parent: self.parent, lists: self.lists.clone() }
    }

    /// Back to an earlier state.
    pub(super) fn restore(&mut self, checkpoint: &Checkpoint) {
        self.tree.nodes.truncate(checkpoint.nodes);
        self.parent = checkpoint.parent;
        self.lists.clone_from(&checkpoint.lists);
    }

    /// Adds an element where the text stands now.
    pub(super) fn add(&mut self, role: Role) -> Option<NodeId> {
        (!self.artifact).then(|| self.tree.add(role, self.parent))
    }

    /// Adds a figure with its alternative text.
    pub(super) fn figure(&mut self, alt: Option<&str>) -> Option<NodeId> {
        let node = self.add(Role::Figure)?;
        if let Some(element) = self.node(node) {
            element.alt = alt.map(str::to_owned);
        }
        Some(node)
    }

    /// Whether elements are made here: not in decoration.
    pub(super) fn is_open(&self) -> bool {
        !self.artifact
    }

    /// What floats from here on is anchored before the first word of this paragraph, or (`None`) behind.
    pub(super) fn anchor_before(&mut self, paragraph: Option<NodeId>) {
        self.before = paragraph;
    }

    /// Adds the element of something that floats. It is a block and cannot stand within a line's words: it is told before its paragraph where it is anchored before the first of them, else behind it.
    pub(super) fn float(&mut self) -> Option<NodeId> {
        let section = self.add(Role::Section)?;
        let parent = self.parent;
        let before = self.before.filter(|paragraph| self.tree.nodes.get(paragraph.0).is_some_and(|node| node.parent == parent));
        if let Some(node) = self.node(section) {
            node.beside = before.map(|paragraph| (paragraph, Side::Before));
        }
        Some(section)
    }

    /// Notes which paragraph, or list, an element that refers to a note stands in.
    pub(super) fn refer_to_note(&mut self, note: i32, from: Option<NodeId>) {
        let mut at = from;
        while let Some((node, id)) = at.and_then(|at| Some((self.tree.nodes.get(at.0)?, at))) {
            let in_list = node.parent.and_then(|parent| self.tree.nodes.get(parent.0)).is_some_and(|parent| parent.role == Role::ListBody);
            let block = matches!(node.role, Role::Paragraph | Role::Heading(_)) || node.role == Role::List && !in_list;
            if block {
                self.note_homes.insert(note, id);
                return;
            }
            at = node.parent;
        }
    }

    /// Adds the element of a note: that of a footnote behind the paragraph that refers to it, any other where the text stands.
    pub(super) fn note(&mut self, footnote: Option<i32>) -> Option<NodeId> {
        let home = footnote.and_then(|note| self.note_homes.get(&note)).copied();
        let Some(home) = home.and_then(|home| Some((home, self.tree.nodes.get(home.0)?.parent))) else { return self.add(Role::Note) };
        let note = self.add_below(Role::Note, home.1)?;
        if let Some(node) = self.node(note) {
            node.beside = Some((home.0, Side::Behind));
        }
        Some(note)
    }

    /// Adds an element below a given one.
    pub(super) fn add_below(&mut self, role: Role, parent: Option<NodeId>) -> Option<NodeId> {
        (!self.artifact).then(|| self.tree.add(role, parent))
    }

    /// Adds an element right behind another, or else before one; nothing where there is neither.
    pub(super) fn add_beside(&mut self, role: Role, behind: Option<NodeId>, before: Option<NodeId>) {
        let Some(beside) = behind.map(|node| (node, Side::Behind)).or(before.map(|node| (node, Side::Before))) else { return };
        let Some(parent) = self.tree.nodes.get(beside.0.0).map(|node| node.parent) else { return };
        if let Some(node) = self.add_below(role, parent).and_then(|added| self.node(added)) {
            node.beside = Some(beside);
        }
    }

    /// An element to change.
    pub(super) fn node(&mut self, node: NodeId) -> Option<&mut Node> {
        self.tree.nodes.get_mut(node.0)
    }

    /// Content from here on goes into this element; `None` = wherever it went before.
    pub(super) fn enter(&mut self, parent: Option<NodeId>) -> Outer {
        let (lists, before) = (std::mem::take(&mut self.lists), self.before.take());
        let outer = Outer { parent: self.parent, artifact: self.artifact, lists, before };
        self.parent = parent.or(self.parent);
        outer
    }

    /// Content from here on is decoration.
    pub(super) fn enter_artifact(&mut self) -> Outer {
        let outer = self.enter(None);
        self.artifact = true;
        outer
    }

    /// Back out of a container.
    pub(super) fn leave(&mut self, outer: Outer) {
        self.parent = outer.parent;
        self.artifact = outer.artifact;
        self.lists = outer.lists;
        self.before = outer.before;
    }

    /// Something that is no list item ends all lists.
    pub(super) fn end_lists(&mut self) {
        self.lists.clear();
    }

    /// The elements for a paragraph: a heading by its outline level, an item by its number, else plain.
    pub(super) fn paragraph(&mut self, paragraph: &Paragraph) -> ParagraphTags {
        if self.artifact {
            return ParagraphTags::default();
        }
        if let Some(level) = paragraph.props.outline_level.filter(|level| *level < 9) {
            self.end_lists();
            let text = self.add(Role::Heading((level + 1).min(6)));
            return ParagraphTags { label: text, text };
        }
        match &paragraph.number {
            Some(number) if !number.text.is_empty() || number.picture.is_some() => self.item(number.list, number.level),
            _ => {
                self.end_lists();
                let text = self.add(Role::Paragraph);
                ParagraphTags { label: text, text }
            }
        }
    }

    fn item(&mut self, list: i32, level: u8) -> ParagraphTags {
        self.lists.retain(|open| open.list == list && open.level <= level);
        if self.lists.last().is_none_or(|open| open.level < level) {
            let parent = self.lists.last().map_or(self.parent, |open| Some(open.body));
            let node = self.tree.add(Role::List, parent);
            self.lists.push(OpenList { list, level, node, body: node });
        }
        let Some(open) = self.lists.last_mut() else { return ParagraphTags::default() };
        let item = self.tree.add(Role::ListItem, Some(open.node));
        let label = self.tree.add(Role::Label, Some(item));
        let body = self.tree.add(Role::ListBody, Some(item));
        open.body = body;
        ParagraphTags { label: Some(label), text: Some(body) }
    }
}
