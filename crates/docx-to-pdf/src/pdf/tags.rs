//! The structure tree: what a screen reader reads, in which order, and as what (ISO 32000-1, 14.7 and 14.8).

use lopdf::{Dictionary, Document, Object, ObjectId, StringFormat, dictionary, text_string};

use super::extent::figure_boxes;
use super::navigation::Annotation;
use super::number::short;
use super::{PdfError, catalog};
use crate::layout::frame::{Frames, Node, NodeId, Role, Side, Structure};

/// Something a structure element holds besides other elements.
enum Content {
    /// Marked content: page and id on it.
    Mark(usize, usize),
    /// A link, by its index.
    Link(usize),
}

/// What is known of a structure element while the tree is built.
#[derive(Default)]
struct Element {
    content: Vec<(usize, Content)>,
    children: Vec<usize>,
    /// When its first piece is drawn, counted over the document; `usize::MAX` for never.
    first: usize,
    id: Option<ObjectId>,
    /// The group of rows it stands in.
    group: Option<ObjectId>,
}

/// Rows of a table that belong together: its head or its body.
struct RowGroup {
    id: ObjectId,
    role: &'static str,
    table: usize,
    rows: Vec<usize>,
}

/// Adds the tree, and to the pages and links the way back to it.
pub(super) fn add(
    document: &mut Document,
    frames: &Frames,
    pages: &[ObjectId],
    marks: &[Vec<NodeId>],
    annotations: &[Annotation],
    language: &str,
) -> Result<(), PdfError> {
    let structure = &frames.structure;
    let mut elements = gather(structure, marks, annotations);
    let told: Vec<bool> = elements.iter().map(|element| element.first < usize::MAX).collect();
    for (element, kept) in elements.iter_mut().zip(kept(structure, &told)) {
        if kept || element.first < usize::MAX {
            element.id = Some(document.new_object_id());
        }
    }
    let data_rows = data_rows(structure);
    let groups = row_groups(document, structure, &data_rows, &mut elements);
    let boxes = figure_boxes(frames);
    let (root, top) = (document.new_object_id(), document.new_object_id());
    for (at, node) in structure.nodes.iter().enumerate() {
        let Some(id) = elements.get(at).and_then(|element| element.id) else { continue };
        let parent = parent(node, at).and_then(|parent| elements.get(parent)?.id).unwrap_or(top);
        let mut dict = describe(node, at, &data_rows);
        dict.set("P", elements.get(at).and_then(|element| element.group).unwrap_or(parent));
        if let Some(rect) = boxes.get(&at) {
            dict.set("A", dictionary! { "O" => "Layout", "BBox" => rect.map(|edge| Object::Real(short(edge))).to_vec() });
        }
        kids(&mut dict, &elements, at, pages, annotations);
        document.set_object(id, dict);
    }
    for group in groups {
        let table = elements.get(group.table).and_then(|element| element.id).unwrap_or(top);
        let rows: Vec<Object> = group.rows.iter().filter_map(|row| elements.get(*row)?.id.map(Object::Reference)).collect();
        document.set_object(group.id, dictionary! { "Type" => "StructElem", "S" => group.role, "P" => table, "K" => rows });
    }
    let mut topmost: Vec<usize> =
        (0..structure.nodes.len()).filter(|at| structure.nodes.get(*at).is_some_and(|node| parent(node, *at).is_none())).collect();
    topmost.sort_by_key(|at| place(structure, *at));
    let children: Vec<Object> = topmost.into_iter().filter_map(|at| elements.get(at)?.id.map(Object::Reference)).collect();
    let mut whole = dictionary! { "Type" => "StructElem", "S" => "Document", "P" => root, "K" => children };
    if !language.is_empty() {
        whole.set("Lang", text_string(language));
    }
    document.set_object(top, whole);
    let next = pages.len() + annotations.len();
    let parents = parents(document, &elements, pages, marks, annotations)?;
    let mut tree = dictionary! {
        "Type" => "StructTreeRoot",
        "K" => vec![Object::Reference(top)],
        "ParentTree" => parents,
        "ParentTreeNextKey" => next as i64,
    };
    let notes = notes(structure, &elements);
    if !notes.is_empty() {
        tree.set("IDTree", dictionary! { "Names" => notes });
    }
    document.set_object(root, tree);
    let catalog = catalog(document)?;
    catalog.set("StructTreeRoot", root);
    catalog.set("MarkInfo", dictionary! { "Marked" => true });
    Ok(())
}

/// A parent stands before its child; anything else is treated as a child of the document.
pub(super) fn parent(node: &Node, at: usize) -> Option<usize> {
    node.parent.map(|parent| parent.0).filter(|parent| *parent < at)
}

/// Where an element stands among its siblings: in the order in which they were made, but for those that are told beside another.
fn place(structure: &Structure, at: usize) -> (usize, u8, usize) {
    match structure.nodes.get(at).and_then(|node| node.beside) {
        Some((sibling, Side::Before)) => (sibling.0, 0, at),
        Some((sibling, Side::Behind)) => (sibling.0, 2, at),
        None => (at, 1, at),
    }
}

/// Sorts content and children to their elements.
fn gather(structure: &Structure, marks: &[Vec<NodeId>], annotations: &[Annotation]) -> Vec<Element> {
    let new = || Element { first: usize::MAX, ..Element::default() };
    let mut elements: Vec<Element> = structure.nodes.iter().map(|_| new()).collect();
    let mut clock = 0;
    for (page, nodes) in marks.iter().enumerate() {
        for (mark, node) in nodes.iter().enumerate() {
            if let Some(element) = elements.get_mut(node.0) {
                element.content.push((clock, Content::Mark(page, mark)));
                element.first = element.first.min(clock);
            }
            clock += 1;
        }
        for (index, annotation) in annotations.iter().enumerate().filter(|(_, annotation)| annotation.page == page) {
            if let Some(element) = annotation.node.and_then(|node| elements.get_mut(node.0)) {
                element.content.push((clock, Content::Link(index)));
                element.first = element.first.min(clock);
            }
            clock += 1;
        }
    }
    // Children stand after their parents, so going backwards each is complete when its parent is told.
    for (at, node) in structure.nodes.iter().enumerate().rev() {
        let first = elements.get(at).map_or(usize::MAX, |element| element.first);
        if let Some(parent) = parent(node, at).and_then(|parent| elements.get_mut(parent)) {
            parent.first = parent.first.min(first);
            parent.children.push(at);
        }
    }
    for element in &mut elements {
        element.children.sort_by_key(|child| place(structure, *child));
    }
    elements
}

/// The head and the body of every table that has both: the rows of header cells it begins with, and the rest.
fn row_groups(document: &mut Document, structure: &Structure, data_rows: &[bool], elements: &mut [Element]) -> Vec<RowGroup> {
    let mut groups = Vec::new();
    for (table, _) in structure.nodes.iter().enumerate().filter(|(_, node)| node.role == Role::Table) {
        let rows: Vec<usize> = elements.get(table).map(|element| element.children.clone()).unwrap_or_default();
        let is_row = |row: &usize| structure.nodes.get(*row).is_some_and(|node| node.role == Role::Row);
        let has_cells = |row: &usize| elements.get(*row).is_some_and(|row| !row.children.is_empty());
        let is_head = |row: &usize| has_cells(row) && !data_rows.get(*row).copied().unwrap_or(true);
        let head = rows.iter().take_while(|row| is_head(row)).count();
        if head == 0 || head == rows.len() || !rows.iter().all(is_row) {
            continue;
        }
        let (head, body) = rows.split_at(head);
        for (role, rows) in [("THead", head), ("TBody", body)] {
            let id = document.new_object_id();
            for row in rows {
                if let Some(element) = elements.get_mut(*row) {
                    element.group = Some(id);
                }
            }
            groups.push(RowGroup { id, role, table, rows: rows.to_vec() });
        }
    }
    groups
}

/// Elements that stay even when nothing of them is drawn: an empty cell keeps its table regular, and an item that has a number has a body.
fn kept(structure: &Structure, told: &[bool]) -> impl Iterator<Item = bool> {
    structure.nodes.iter().map(|node| match node.role {
        Role::Row | Role::Cell { .. } | Role::HeaderCell { .. } => true,
        Role::ListBody => node.parent.and_then(|item| told.get(item.0)).copied().unwrap_or(false),
        _ => false,
    })
}

/// Sets what an element holds: its own pieces and its children, in the order of reading.
fn kids(dict: &mut Dictionary, elements: &[Element], at: usize, pages: &[ObjectId], annotations: &[Annotation]) {
    let Some(element) = elements.get(at) else { return };
    let mut kids: Vec<(usize, Object)> = Vec::with_capacity(element.content.len() + element.children.len());
    // Without pieces of its own to stand between, children keep the structure's order, whatever was drawn first.
    let mixed = !element.content.is_empty();
    let mut when = 0;
    for child in element.children.iter().filter_map(|child| elements.get(*child)) {
        if let Some(id) = child.id {
            when = if mixed && child.first < usize::MAX { child.first } else { when };
            // The rows of a group stand in the table as one.
            let kid = Object::Reference(child.group.unwrap_or(id));
            if kids.last().is_none_or(|(_, last)| *last != kid) {
                kids.push((when, kid));
            }
        }
    }
    let home = element.content.iter().find_map(|(_, content)| if let Content::Mark(page, _) = content { Some(*page) } else { None });
    for (when, content) in &element.content {
        let kid = match *content {
            Content::Mark(page, mark) if Some(page) == home => Object::Integer(mark as i64),
            Content::Mark(page, mark) => {
                let page = pages.get(page).copied().unwrap_or_default();
                dictionary! { "Type" => "MCR", "Pg" => page, "MCID" => mark as i64 }.into()
            }
            Content::Link(index) => {
                let Some(annotation) = annotations.get(index) else { continue };
                let page = pages.get(annotation.page).copied().unwrap_or_default();
                dictionary! { "Type" => "OBJR", "Obj" => annotation.id, "Pg" => page }.into()
            }
        };
        kids.push((*when, kid));
    }
    kids.sort_by_key(|(when, _)| *when);
    if let Some(page) = home.and_then(|page| pages.get(page)) {
        dict.set("Pg", *page);
    }
    if !kids.is_empty() {
        dict.set("K", kids.into_iter().map(|(_, kid)| kid).collect::<Vec<_>>());
    }
}

/// From marked content and links back to their elements.
fn parents(
    document: &mut Document,
    elements: &[Element],
    pages: &[ObjectId],
    marks: &[Vec<NodeId>],
    annotations: &[Annotation],
) -> Result<ObjectId, PdfError> {
    let element = |node: NodeId| elements.get(node.0).and_then(|element| element.id).map_or(Object::Null, Object::Reference);
    let mut numbers = Vec::new();
    for (number, (page, nodes)) in pages.iter().zip(marks).enumerate() {
        let list = document.add_object(nodes.iter().map(|node| element(*node)).collect::<Vec<_>>());
        numbers.extend([Object::Integer(number as i64), Object::Reference(list)]);
        let page = document.get_object_mut(*page)?.as_dict_mut()?;
        page.set("StructParents", number as i64);
        // Links are reached in the order of the structure.
        page.set("Tabs", "S");
    }
    for (index, annotation) in annotations.iter().enumerate() {
        if let Some(Object::Reference(node)) = annotation.node.map(element) {
            let number = (pages.len() + index) as i64;
            numbers.extend([Object::Integer(number), Object::Reference(node)]);
            document.get_object_mut(annotation.id)?.as_dict_mut()?.set("StructParent", number);
        }
    }
    Ok(document.add_object(dictionary! { "Nums" => numbers }))
}

/// An element's role and attributes.
fn describe(node: &Node, at: usize, data_rows: &[bool]) -> Dictionary {
    let mut dict = dictionary! { "Type" => "StructElem", "S" => role_name(node.role) };
    if let Some(alt) = &node.alt {
        dict.set("Alt", text_string(alt));
    }
    if let Some(actual) = &node.actual {
        dict.set("ActualText", text_string(actual));
    }
    if let Some(language) = &node.lang {
        dict.set("Lang", text_string(language));
    }
    match node.role {
        Role::HeaderCell { columns, rows } => {
            // A header cell beside data cells heads its row; one among its like heads a column.
            let beside_data = node.parent.and_then(|row| data_rows.get(row.0)).copied().unwrap_or(false);
            let scope = if beside_data { "Row" } else { "Column" };
            dict.set("A", cell(columns, rows, Some(scope)));
        }
        Role::Cell { columns, rows } if columns > 1 || rows > 1 => dict.set("A", cell(columns, rows, None)),
        // A note is referred to, so it needs a name of its own.
        Role::Note => dict.set("ID", note_name(at)),
        _ => {}
    }
    dict
}

/// The names of notes with their elements, sorted.
fn notes(structure: &Structure, elements: &[Element]) -> Vec<Object> {
    let notes = structure.nodes.iter().enumerate().filter(|(_, node)| node.role == Role::Note);
    notes.filter_map(|(at, _)| Some([note_name(at), Object::Reference(elements.get(at)?.id?)])).flatten().collect()
}

/// Digits enough that names sort as their numbers do.
fn note_name(at: usize) -> Object {
    Object::String(format!("note{at:09}").into_bytes(), StringFormat::Literal)
}

fn cell(columns: u16, rows: u16, scope: Option<&str>) -> Dictionary {
    let mut attributes = dictionary! { "O" => "Table" };
    if let Some(scope) = scope {
        attributes.set("Scope", scope);
    }
    if columns > 1 {
        attributes.set("ColSpan", i64::from(columns));
    }
    if rows > 1 {
        attributes.set("RowSpan", i64::from(rows));
    }
    attributes
}

/// Which elements hold data cells.
fn data_rows(structure: &Structure) -> Vec<bool> {
    let mut rows = vec![false; structure.nodes.len()];
    for node in structure.nodes.iter().filter(|node| matches!(node.role, Role::Cell { .. })) {
        if let Some(row) = node.parent.and_then(|row| rows.get_mut(row.0)) {
            *row = true;
        }
    }
    rows
}

/// The role's standard name.
pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Heading(1) => "H1",
        Role::Heading(2) => "H2",
        Role::Heading(3) => "H3",
        Role::Heading(4) => "H4",
        Role::Heading(5) => "H5",
        Role::Heading(_) => "H6",
        Role::Paragraph => "P",
        Role::List => "L",
        Role::ListItem => "LI",
        Role::Label => "Lbl",
        Role::ListBody => "LBody",
        Role::Table => "Table",
        Role::Row => "TR",
        Role::HeaderCell { .. } => "TH",
        Role::Cell { .. } => "TD",
        Role::Figure => "Figure",
        Role::Link => "Link",
        Role::Note => "Note",
        Role::Section => "Sect",
        Role::Division => "Div",
        Role::Span => "Span",
        Role::Formula => "Formula",
    }
}
