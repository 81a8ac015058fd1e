//! The structure tree: what a screen reader reads, in which order, and as what (ISO 32000-1, 14.7 and 14.8).

use lopdf::{ObjectId, StringFormat, dictionary};

use super::extent::figure_boxes;
use super::navigation::Annotation;
use super::save::Body;
use super::syntax::Syntax;
use super::{PdfError, catalog};
use crate::layout::frame::{Frames, Node, NodeId, Role, Side, Structure};

/// Something a structure element holds besides other elements.
#[derive(Clone, Copy)]
enum Content {
    /// Marked content: page and id on it.
    Mark(usize, usize),
    /// A link, by its index.
    Link(usize),
}

/// What stands in a structure element.
enum Kid {
    Element(ObjectId),
    Content(Content),
}

/// What is known of a structure element while the tree is built.
struct Element {
    /// When its first piece is drawn, counted over the document; `usize::MAX` for never.
    first: usize,
    id: Option<ObjectId>,
    /// The group of rows it stands in.
    group: Option<ObjectId>,
}

/// What structure elements hold.
struct Held {
    /// Pieces with when they are drawn, in that order.
    content: Lists<(usize, Content)>,
    /// Elements in the order of reading.
    children: Lists<usize>,
}

/// A list for each element, all of them in one piece.
struct Lists<T> {
    /// Where the list of each element begins, and at last where all end.
    begins: Vec<usize>,
    all: Vec<T>,
}

impl<T: Copy> Lists<T> {
    /// Sorts things to so many elements; each list keeps their order.
    fn new(elements: usize, things: &[(usize, T)]) -> Self {
        let mut begins = vec![0; elements + 1];
        for (element, _) in things {
            begins[element + 1] += 1;
        }
        for at in 0..elements {
            begins[at + 1] += begins[at];
        }
        let (mut free, mut all) = (begins.clone(), things.iter().map(|(_, thing)| *thing).collect::<Vec<T>>());
        for (element, thing) in things {
            all[free[*element]] = *thing;
            free[*element] += 1;
        }
        Self { begins, all }
    }

    fn of(&self, element: usize) -> &[T] {
        &self.all[self.begins[element]..self.begins[element + 1]]
    }

    fn each_mut(&mut self, mut change: impl FnMut(&mut [T])) {
        for range in self.begins.windows(2) {
            change(&mut self.all[range[0]..range[1]]);
        }
    }
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
    body: &mut Body,
    frames: &Frames,
    pages: &[ObjectId],
    marks: &[Vec<NodeId>],
    annotations: &[Annotation],
    language: &str,
) -> Result<(), PdfError> {
    let structure = &frames.structure;
    let (mut elements, held) = gather(structure, marks, annotations);
    let told: Vec<bool> = elements.iter().map(|element| element.first < usize::MAX).collect();
    for (element, kept) in elements.iter_mut().zip(kept(structure, &told)) {
        if kept || element.first < usize::MAX {
            element.id = Some(body.new_id());
        }
    }
    let data_rows = data_rows(structure);
    let groups = row_groups(body, structure, &data_rows, &mut elements, &held);
    let boxes = figure_boxes(frames);
    let (root, top) = (body.new_id(), body.new_id());
    let mut room = Vec::new();
    for (at, node) in structure.nodes.iter().enumerate() {
        let Some(id) = elements.get(at).and_then(|element| element.id) else { continue };
        let parent = parent(node, at).and_then(|parent| elements.get(parent)?.id).unwrap_or(top);
        let out = body.object(id).raw("<<");
        describe(out, node, at, &data_rows);
        out.raw("/P").reference(elements.get(at).and_then(|element| element.group).unwrap_or(parent));
        if let Some(rect) = boxes.get(at).copied().flatten() {
            out.raw("/A<</O/Layout/BBox[").lengths(rect).raw("]>>");
        }
        kids(out, &elements, (held.children.of(at), held.content.of(at)), (pages, annotations), &mut room);
        out.raw(">>");
    }
    for group in groups {
        let table = elements.get(group.table).and_then(|element| element.id).unwrap_or(top);
        let rows = group.rows.iter().filter_map(|row| elements.get(*row)?.id);
        body.object(group.id)
            .raw("<</Type/StructElem/S")
            .name(group.role)
            .raw("/P")
            .reference(table)
            .raw("/K[")
            .references(rows)
            .raw("]>>");
    }
    let mut topmost: Vec<usize> =
        (0..structure.nodes.len()).filter(|at| structure.nodes.get(*at).is_some_and(|node| parent(node, *at).is_none())).collect();
    topmost.sort_by_key(|at| place(structure, *at));
    let children = topmost.into_iter().filter_map(|at| elements.get(at)?.id);
    let out = body.object(top).raw("<</Type/StructElem/S/Document/P").reference(root).raw("/K[").references(children).raw("]");
    if !language.is_empty() {
        out.raw("/Lang").text(language);
    }
    out.raw(">>");
    let next = pages.len() + annotations.len();
    let parents = parents(body, &elements, pages, marks, annotations)?;
    let out = body.object(root).raw("<</Type/StructTreeRoot/K[").reference(top).raw("]/ParentTree").reference(parents);
    out.raw("/ParentTreeNextKey").integer(next as i64);
    notes(out, structure, &elements);
    out.raw(">>");
    let catalog = catalog(&mut body.document)?;
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
fn gather(structure: &Structure, marks: &[Vec<NodeId>], annotations: &[Annotation]) -> (Vec<Element>, Held) {
    let count = structure.nodes.len();
    let mut elements: Vec<Element> = (0..count).map(|_| Element { first: usize::MAX, id: None, group: None }).collect();
    let (mut content, mut clock) = (Vec::with_capacity(marks.iter().map(Vec::len).sum::<usize>() + annotations.len()), 0);
    let mut tell = |node: NodeId, clock: usize, piece: Content| {
        if let Some(element) = elements.get_mut(node.0) {
            content.push((node.0, (clock, piece)));
            element.first = element.first.min(clock);
        }
    };
    for (page, nodes) in marks.iter().enumerate() {
        for (mark, node) in nodes.iter().enumerate() {
            tell(*node, clock, Content::Mark(page, mark));
            clock += 1;
        }
        for (index, annotation) in annotations.iter().enumerate().filter(|(_, annotation)| annotation.page == page) {
            if let Some(node) = annotation.node {
                tell(node, clock, Content::Link(index));
            }
            clock += 1;
        }
    }
    // Children stand after their parents, so going backwards each is complete when its parent is told.
    for (at, node) in structure.nodes.iter().enumerate().rev() {
        let first = elements.get(at).map_or(usize::MAX, |element| element.first);
        if let Some(parent) = parent(node, at).and_then(|parent| elements.get_mut(parent)) {
            parent.first = parent.first.min(first);
        }
    }
    let children: Vec<(usize, usize)> = structure.nodes.iter().enumerate().filter_map(|(at, node)| Some((parent(node, at)?, at))).collect();
    let mut held = Held { content: Lists::new(count, &content), children: Lists::new(count, &children) };
    held.children.each_mut(|children| children.sort_by_key(|child| place(structure, *child)));
    (elements, held)
}

/// The head and the body of every table that has both: the rows of header cells it begins with, and the rest.
fn row_groups(body: &mut Body, structure: &Structure, data_rows: &[bool], elements: &mut [Element], held: &Held) -> Vec<RowGroup> {
    let mut groups = Vec::new();
    for (table, _) in structure.nodes.iter().enumerate().filter(|(_, node)| node.role == Role::Table) {
        let rows = held.children.of(table);
        let is_row = |row: &usize| structure.nodes.get(*row).is_some_and(|node| node.role == Role::Row);
        let has_cells = |row: &usize| !held.children.of(*row).is_empty();
        let is_head = |row: &usize| has_cells(row) && !data_rows.get(*row).copied().unwrap_or(true);
        let head = rows.iter().take_while(|row| is_head(row)).count();
        if head == 0 || head == rows.len() || !rows.iter().all(is_row) {
            continue;
        }
        let (head, data) = rows.split_at(head);
        for (role, rows) in [("THead", head), ("TBody", data)] {
            let id = body.new_id();
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

/// Sets what an element holds: its own pieces and its children, in the order of reading. `kids` is room for them that is used again.
fn kids(
    out: &mut Syntax,
    elements: &[Element],
    (children, content): (&[usize], &[(usize, Content)]),
    (pages, annotations): (&[ObjectId], &[Annotation]),
    kids: &mut Vec<(usize, Kid)>,
) {
    kids.clear();
    // Without pieces of its own to stand between, children keep the structure's order, whatever was drawn first.
    let mixed = !content.is_empty();
    let mut when = 0;
    for child in children.iter().filter_map(|child| elements.get(*child)) {
        if let Some(id) = child.id {
            when = if mixed && child.first < usize::MAX { child.first } else { when };
            // The rows of a group stand in the table as one.
            let kid = child.group.unwrap_or(id);
            if !matches!(kids.last(), Some((_, Kid::Element(last))) if *last == kid) {
                kids.push((when, Kid::Element(kid)));
            }
        }
    }
    let home = content.iter().find_map(|(_, content)| if let Content::Mark(page, _) = content { Some(*page) } else { None });
    kids.extend(content.iter().map(|(when, content)| (*when, Kid::Content(*content))));
    kids.sort_by_key(|(when, _)| *when);
    if let Some(page) = home.and_then(|page| pages.get(page)) {
        out.raw("/Pg").reference(*page);
    }
    if kids.is_empty() {
        return;
    }
    out.raw("/K[");
    let id_of = |page: usize| pages.get(page).copied().unwrap_or_default();
    for (_, kid) in kids.drain(..) {
        match kid {
            Kid::Element(id) => out.reference(id),
            Kid::Content(Content::Mark(page, mark)) if Some(page) == home => out.integer(mark as i64),
            Kid::Content(Content::Mark(page, mark)) => {
                out.raw("<</Type/MCR/Pg").reference(id_of(page)).raw("/MCID").integer(mark as i64).raw(">>")
            }
            Kid::Content(Content::Link(index)) => {
                let Some(annotation) = annotations.get(index) else { continue };
                out.raw("<</Type/OBJR/Obj").reference(annotation.id).raw("/Pg").reference(id_of(annotation.page)).raw(">>")
            }
        };
    }
    out.raw("]");
}

/// From marked content and links back to their elements.
fn parents(
    body: &mut Body,
    elements: &[Element],
    pages: &[ObjectId],
    marks: &[Vec<NodeId>],
    annotations: &[Annotation],
) -> Result<ObjectId, PdfError> {
    let element = |node: NodeId| elements.get(node.0).and_then(|element| element.id);
    let mut numbers = Vec::new();
    for (number, (page, nodes)) in pages.iter().zip(marks).enumerate() {
        let list = body.new_id();
        let out = body.object(list).raw("[");
        for node in nodes {
            match element(*node) {
                Some(id) => out.reference(id),
                None => out.word("null"),
            };
        }
        out.raw("]");
        numbers.push((number, list));
        let page = body.document.get_object_mut(*page)?.as_dict_mut()?;
        page.set("StructParents", number as i64);
        // Links are reached in the order of the structure.
        page.set("Tabs", "S");
    }
    for (index, annotation) in annotations.iter().enumerate() {
        if let Some(node) = annotation.node.and_then(element) {
            let number = pages.len() + index;
            numbers.push((number, node));
            body.document.get_object_mut(annotation.id)?.as_dict_mut()?.set("StructParent", number as i64);
        }
    }
    let id = body.new_id();
    let out = body.object(id).raw("<</Nums[");
    for (number, to) in numbers {
        out.integer(number as i64).reference(to);
    }
    out.raw("]>>");
    Ok(id)
}

/// An element's role and attributes.
fn describe(out: &mut Syntax, node: &Node, at: usize, data_rows: &[bool]) {
    out.raw("/Type/StructElem/S").name(role_name(node.role));
    for (key, text) in [("Alt", &node.alt), ("ActualText", &node.actual), ("Lang", &node.lang)] {
        if let Some(text) = text {
            out.name(key).text(text);
        }
    }
    match node.role {
        Role::HeaderCell { columns, rows } => {
            // A header cell beside data cells heads its row; one among its like heads a column.
            let beside_data = node.parent.and_then(|row| data_rows.get(row.0)).copied().unwrap_or(false);
            let scope = if beside_data { "Row" } else { "Column" };
            cell(out, columns, rows, Some(scope));
        }
        Role::Cell { columns, rows } if columns > 1 || rows > 1 => cell(out, columns, rows, None),
        // A note is referred to, so it needs a name of its own.
        Role::Note => note_name(out.raw("/ID"), at),
        _ => {}
    }
}

/// The names of notes with their elements, sorted.
fn notes(out: &mut Syntax, structure: &Structure, elements: &[Element]) {
    let notes = structure.nodes.iter().enumerate().filter(|(_, node)| node.role == Role::Note);
    let mut notes = notes.filter_map(|(at, _)| Some((at, elements.get(at)?.id?))).peekable();
    if notes.peek().is_none() {
        return;
    }
    out.raw("/IDTree<</Names[");
    for (at, id) in notes {
        note_name(out, at);
        out.reference(id);
    }
    out.raw("]>>");
}

/// Digits enough that names sort as their numbers do.
fn note_name(out: &mut Syntax, at: usize) {
    out.string(format!("note{at:09}").as_bytes(), StringFormat::Literal);
}

fn cell(out: &mut Syntax, columns: u16, rows: u16, scope: Option<&str>) {
    out.raw("/A<</O/Table");
    if let Some(scope) = scope {
        out.raw("/Scope").name(scope);
    }
    for (key, cells) in [("ColSpan", columns), ("RowSpan", rows)] {
        if cells > 1 {
            out.name(key).integer(i64::from(cells));
        }
    }
    out.raw(">>");
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
