//! Links, named destinations and the outline (ISO 32000-1, 12.3 and 12.5).

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary, text_string};

use super::number::short;
use super::{PdfError, catalog};
use crate::layout::frame::{Destination, Frames, Link, LinkTarget, NodeId, OutlineEntry};

/// A link on a page, for the structure tree.
pub(super) struct Annotation {
    /// Its object.
    pub(super) id: ObjectId,
    /// Its page, from 0.
    pub(super) page: usize,
    /// The structure element it belongs to.
    pub(super) node: Option<NodeId>,
}

/// Adds all three and tells the links.
pub(super) fn add(document: &mut Document, frames: &Frames, pages: &[ObjectId]) -> Result<Vec<Annotation>, PdfError> {
    let annotations = links(document, frames, pages)?;
    destinations(document, frames, pages)?;
    outline(document, frames, pages)?;
    Ok(annotations)
}

fn links(document: &mut Document, frames: &Frames, pages: &[ObjectId]) -> Result<Vec<Annotation>, PdfError> {
    let mut annotations = Vec::new();
    for (number, (page, page_id)) in frames.pages.iter().zip(pages).enumerate() {
        let from = annotations.len();
        for link in &page.links {
            let id = document.add_object(annotation(link, page.height.0, *page_id));
            annotations.push(Annotation { id, page: number, node: link.tag });
        }
        let own: Vec<Object> = annotations.iter().skip(from).map(|annotation: &Annotation| Object::Reference(annotation.id)).collect();
        let page = document.get_object_mut(*page_id)?.as_dict_mut()?;
        if own.is_empty() {
            page.remove(b"Annots");
        } else {
            page.set("Annots", own);
        }
    }
    Ok(annotations)
}

fn annotation(link: &Link, height: f32, page: ObjectId) -> Dictionary {
    let [left, top, right, bottom] = link.rect.map(|edge| edge.0);
    let rectangle = [left, height - bottom, right, height - top].map(|edge| Object::Real(short(edge)));
    let mut annotation = dictionary! {
        "Type" => "Annot",
        "Subtype" => "Link",
        "Rect" => rectangle.to_vec(),
        "Border" => vec![0.into(), 0.into(), 0.into()],
        // Printed: PDF/UA asks for it on every annotation.
        "F" => 4,
        "P" => page,
    };
    if !link.contents.is_empty() {
        annotation.set("Contents", text_string(&link.contents));
    }
    match &link.target {
        LinkTarget::Uri(address) => {
            annotation.set("A", dictionary! { "Type" => "Action", "S" => "URI", "URI" => Object::string_literal(ascii(address)) });
        }
        LinkTarget::Named(name) => annotation.set("Dest", Object::string_literal(name.as_bytes())),
    }
    annotation
}

/// An address as a PDF wants it: 7-bit, everything else percent-encoded.
fn ascii(address: &str) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(address.len());
    for byte in address.bytes() {
        if byte.is_ascii_graphic() {
            encoded.push(byte);
        } else {
            encoded.extend(format!("%{byte:02X}").into_bytes());
        }
    }
    encoded
}

fn destinations(document: &mut Document, frames: &Frames, pages: &[ObjectId]) -> Result<(), PdfError> {
    let mut named: Vec<_> = frames.destinations.iter().filter_map(|(name, at)| Some((name, place(at, frames, pages)?))).collect();
    if named.is_empty() {
        return Ok(());
    }
    // A name tree is searched by halves, so it is sorted; of two equal names the first counts.
    named.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
    named.dedup_by(|(later, _), (first, _)| later == first);
    let names: Vec<Object> = named.into_iter().flat_map(|(name, at)| [Object::string_literal(name.as_bytes()), at]).collect();
    let tree = document.add_object(dictionary! { "Names" => names });
    catalog(document)?.set("Names", dictionary! { "Dests" => tree });
    Ok(())
}

fn place(at: &Destination, frames: &Frames, pages: &[ObjectId]) -> Option<Object> {
    let page = *pages.get(at.page)?;
    let height = frames.pages.get(at.page)?.height.0;
    Some(Object::Array(vec![page.into(), "XYZ".into(), Object::Null, Object::Real(short(height - at.y.0)), Object::Null]))
}

/// One line of the outline with its place in the tree.
struct Line {
    id: ObjectId,
    level: u8,
    parent: Option<usize>,
    children: Vec<usize>,
}

fn outline(document: &mut Document, frames: &Frames, pages: &[ObjectId]) -> Result<(), PdfError> {
    if frames.outline.is_empty() {
        return Ok(());
    }
    let root = document.new_object_id();
    let lines = tree(document, &frames.outline);
    let top: Vec<usize> = lines.iter().enumerate().filter(|(_, line)| line.parent.is_none()).map(|(at, _)| at).collect();
    for (at, (line, entry)) in lines.iter().zip(&frames.outline).enumerate() {
        let parent = line.parent.and_then(|parent| lines.get(parent));
        let siblings = parent.map_or(&top, |parent| &parent.children);
        let mut dict = dictionary! { "Title" => text_string(&entry.title), "Parent" => parent.map_or(root, |parent| parent.id) };
        if let Some(destination) = place(&entry.at, frames, pages) {
            dict.set("Dest", destination);
        }
        let position = siblings.binary_search(&at).unwrap_or_default();
        let mut refer = |key: &str, to: Option<&usize>| {
            if let Some(line) = to.and_then(|to| lines.get(*to)) {
                dict.set(key, line.id);
            }
        };
        refer("Prev", position.checked_sub(1).and_then(|before| siblings.get(before)));
        refer("Next", siblings.get(position + 1));
        refer("First", line.children.first());
        refer("Last", line.children.last());
        if !line.children.is_empty() {
            dict.set("Count", below(&lines, at));
        }
        document.set_object(line.id, dict);
    }
    let id = |at: Option<&usize>| at.and_then(|at| lines.get(*at)).map_or(root, |line| line.id);
    let outlines =
        dictionary! { "Type" => "Outlines", "First" => id(top.first()), "Last" => id(top.last()), "Count" => lines.len() as i64 };
    document.set_object(root, outlines);
    catalog(document)?.set("Outlines", root);
    Ok(())
}

/// Each line belongs to the last one before it of a lower level.
fn tree(document: &mut Document, entries: &[OutlineEntry]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::with_capacity(entries.len());
    let mut ancestors: Vec<usize> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        while ancestors.last().and_then(|last| lines.get(*last)).is_some_and(|last| last.level >= entry.level) {
            ancestors.pop();
        }
        let parent = ancestors.last().copied();
        if let Some(parent) = parent.and_then(|parent| lines.get_mut(parent)) {
            parent.children.push(at);
        }
        lines.push(Line { id: document.new_object_id(), level: entry.level, parent, children: Vec::new() });
        ancestors.push(at);
    }
    lines
}

/// Lines below a line, all of which are open. Levels are a byte, so this goes no deeper than 255.
fn below(lines: &[Line], at: usize) -> i64 {
    lines.get(at).map_or(0, |line| line.children.iter().map(|child| 1 + below(lines, *child)).sum())
}
