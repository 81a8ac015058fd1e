//! A part's XML as a small tree, already as a reader wants it.
//!
//! Four things happen while the tree is built, so that nobody has to think of them later:
//! - names get the usual prefix of their namespace, whatever prefix the file uses (and strict names are read as transitional ones);
//! - `mc:AlternateContent` is replaced by the choice we understand, else by its fallback (ECMA-376 part 3, 9.3);
//! - content controls, smart tags, custom XML and insertions are replaced by their content (17.5, 17.13.5);
//! - deletions and records of former properties are left out: tracked changes are read as accepted.
//!
//! Nodes refer to what is written in the part by range, and to the few other strings in one buffer: a tree has three allocations, not thousands.

mod build;
mod repeats;
mod scanner;
mod tag;
mod weight;

use std::borrow::Cow;
use std::sync::OnceLock;

use super::error::XmlError;
use crate::package::Limits;

/// A shape type has no more attributes, and no more children.
const MOST_IN_TYPE: u32 = 100;

/// No node.
const NONE: u32 = u32::MAX;

/// A range of the part's text and the buffer behind it.
#[derive(Debug, Clone, Copy)]
struct Span(u32, u32);

#[derive(Debug)]
struct Entry {
    /// An element's name, or the text.
    value: Span,
    element: bool,
    attributes: (u32, u32),
    first: u32,
    next: u32,
}

/// Names a part's tree and what stands in one of its elements: equal for elements that were read as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ContentId(u64, u32);

/// A part's XML.
#[derive(Debug)]
pub(super) struct Tree<'x> {
    /// No other tree has it.
    number: u64,
    /// What its elements will cost on their way to the PDF, in bytes.
    pub(super) weight: usize,
    /// The part's text, where its names and values are written as they mean.
    text: &'x str,
    /// What else there is of names, values and texts.
    heap: String,
    entries: Vec<Entry>,
    attributes: Vec<(Span, Span)>,
    /// Whether it has a field, once somebody asks.
    fields: OnceLock<bool>,
    /// VML's shape types by their names, once somebody asks.
    shape_types: OnceLock<Vec<(Span, u32)>>,
}

/// An element of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'t> {
    tree: &'t Tree<'t>,
    at: u32,
}

impl<'x> Tree<'x> {
    /// Reads a part.
    pub(super) fn parse(xml: &'x [u8], limits: &Limits) -> Result<Self, XmlError> {
        build::build(xml, limits)
    }

    /// The outermost element.
    pub(super) fn root(&self) -> Option<Node<'_>> {
        let at = self.entries.iter().position(|entry| entry.element)?;
        Some(Node { tree: self, at: at as u32 })
    }

    /// All elements in the order of the document.
    pub(super) fn elements(&self) -> impl Iterator<Item = Node<'_>> {
        let elements = self.entries.iter().enumerate().filter(|(_, entry)| entry.element);
        elements.map(|(at, _)| Node { tree: self, at: at as u32 })
    }

    /// The elements whose name, in bytes, is wanted.
    pub(super) fn elements_named(&self, wanted: impl Fn(&[u8]) -> bool) -> impl Iterator<Item = Node<'_>> {
        let elements = self.entries.iter().enumerate().filter(move |(_, entry)| entry.element && wanted(self.bytes(entry.value)));
        elements.map(|(at, _)| Node { tree: self, at: at as u32 })
    }

    /// Whether an element of this name stands anywhere.
    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.element && self.reads(entry.value, name))
    }

    /// The element with the index [`Node::index`] told.
    pub(super) fn node(&self, index: u32) -> Node<'_> {
        Node { tree: self, at: index }
    }

    /// All `v:shapetype` with their names, in the order of names and of the document.
    fn shape_types(&self) -> &[(Span, u32)] {
        self.shape_types.get_or_init(|| {
            // Types are looked through for each of their shapes: of one that is larger than any, nothing is known.
            let small = |element: &Node<'_>| {
                let count = element.entry().map_or(0, |entry| entry.attributes.1 - entry.attributes.0);
                count <= MOST_IN_TYPE && element.children().nth(MOST_IN_TYPE as usize).is_none()
            };
            let types = self.elements().filter(|element| element.name() == "v:shapetype" && small(element));
            let mut named: Vec<(Span, u32)> = types.filter_map(|element| Some((element.attr_span("id")?, element.at))).collect();
            named.sort_by(|a, b| (self.str(a.0), a.1).cmp(&(self.str(b.0), b.1)));
            named
        })
    }

    fn str(&self, span: Span) -> &str {
        let (text, from, to) = self.place(span);
        text.get(from..to).unwrap_or_default()
    }

    fn bytes(&self, span: Span) -> &[u8] {
        let (text, from, to) = self.place(span);
        text.as_bytes().get(from..to).unwrap_or_default()
    }

    /// Where a span lies: what is beyond the part's text is in the buffer.
    fn place(&self, Span(from, to): Span) -> (&str, usize, usize) {
        let (from, to, before) = (from as usize, to as usize, self.text.len());
        if from < before { (self.text, from, to) } else { (&self.heap, from - before, to - before) }
    }

    /// Whether a span reads so: most differ in length, and need no look at the text.
    fn reads(&self, span: Span, text: &str) -> bool {
        (span.1 - span.0) as usize == text.len() && self.bytes(span) == text.as_bytes()
    }
}

impl<'t> Node<'t> {
    fn entry(self) -> Option<&'t Entry> {
        self.tree.entries.get(self.at as usize)
    }

    /// A number that names the element within its tree.
    pub(super) fn index(self) -> u32 {
        self.at
    }

    /// Whether an element of this name stands anywhere in its part.
    pub(super) fn part_has(self, name: &str) -> bool {
        self.tree.has(name)
    }

    /// Whether a field stands anywhere in its part.
    pub(super) fn part_has_fields(self) -> bool {
        *self.tree.fields.get_or_init(|| self.tree.elements_named(|name| matches!(name, b"w:fldChar" | b"w:fldSimple")).next().is_some())
    }

    /// Names what stands in it. All empty elements of a tree hold the same.
    pub(super) fn content_id(self) -> ContentId {
        ContentId(self.tree.number, self.entry().map_or(NONE, |entry| entry.first))
    }

    /// Its name with the usual prefix (`w:p`).
    pub(super) fn name(self) -> &'t str {
        self.entry().map_or("", |entry| self.tree.str(entry.value))
    }

    #[cfg(test)]
    fn is_element(self) -> bool {
        self.entry().is_some_and(|entry| entry.element)
    }

    #[cfg(test)]
    fn attributes(self) -> impl Iterator<Item = (&'t str, &'t str)> {
        let (from, to) = self.entry().map_or((0, 0), |entry| entry.attributes);
        let list = self.tree.attributes.get(from as usize..to as usize).unwrap_or_default();
        list.iter().map(move |&(name, value)| (self.tree.str(name), self.tree.str(value)))
    }

    /// An attribute.
    pub(super) fn attr(self, name: &str) -> Option<&'t str> {
        self.attr_span(name).map(|value| self.tree.str(value))
    }

    fn attr_span(self, name: &str) -> Option<Span> {
        let (from, to) = self.entry()?.attributes;
        let list = self.tree.attributes.get(from as usize..to as usize)?;
        list.iter().find(|(key, _)| self.tree.reads(*key, name)).map(|(_, value)| *value)
    }

    /// The `v:shapetype` of this name that stands nearest before the element in its part, else the first behind it: Word defines a type once, where it is used first.
    pub(super) fn shape_type(self, id: &str) -> Option<Node<'t>> {
        let types = self.tree.shape_types();
        let behind = types.partition_point(|(name, at)| (self.tree.str(*name), *at) < (id, self.at));
        let places = [behind.checked_sub(1), Some(behind)];
        let mut found = places.into_iter().flatten().filter_map(|place| types.get(place));
        found.find(|(name, _)| self.tree.str(*name) == id).map(|(_, at)| self.tree.node(*at))
    }

    /// `w:val`.
    pub(super) fn val(self) -> Option<&'t str> {
        self.attr("w:val")
    }

    /// The elements in it.
    pub(super) fn children(self) -> impl Iterator<Item = Node<'t>> {
        self.all().filter(|node| node.entry().is_some_and(|entry| entry.element))
    }

    /// Its first child of a name.
    pub(super) fn child(self, name: &str) -> Option<Node<'t>> {
        let mut next = self.entry()?.first;
        while let Some(entry) = self.tree.entries.get(next as usize) {
            if entry.element && self.tree.reads(entry.value, name) {
                return Some(Node { tree: self.tree, at: next });
            }
            next = entry.next;
        }
        None
    }

    /// Descends through first children.
    pub(super) fn path(self, names: &[&str]) -> Option<Node<'t>> {
        names.iter().try_fold(self, |node, name| node.child(name))
    }

    /// A child's `w:val`.
    pub(super) fn child_val(self, name: &str) -> Option<&'t str> {
        self.child(name)?.val()
    }

    /// The first element of a name anywhere below, in document order.
    pub(super) fn descendant(self, name: &str) -> Option<Node<'t>> {
        let mut open: Vec<Node<'t>> = self.children().collect();
        open.reverse();
        while let Some(node) = open.pop() {
            if node.name() == name {
                return Some(node);
            }
            let at = open.len();
            open.extend(node.children());
            open[at..].reverse();
        }
        None
    }

    /// The text directly in it.
    pub(super) fn text(self) -> String {
        self.written().into_owned()
    }

    /// The same, which is one piece of the part's text unless a reference parts it.
    pub(super) fn written(self) -> Cow<'t, str> {
        let mut pieces = self.all().filter_map(Node::entry).filter(|entry| !entry.element).map(|entry| self.tree.str(entry.value));
        let first = pieces.next().unwrap_or_default();
        match pieces.next() {
            Some(second) => [first, second].into_iter().chain(pieces).collect(),
            None => Cow::Borrowed(first),
        }
    }

    fn all(self) -> impl Iterator<Item = Node<'t>> {
        let tree = self.tree;
        let mut next = self.entry().map_or(NONE, |entry| entry.first);
        std::iter::from_fn(move || {
            let entry = tree.entries.get(next as usize)?;
            let node = Node { tree, at: next };
            next = entry.next;
            Some(node)
        })
    }
}
