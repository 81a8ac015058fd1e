//! docxtpl's marks that change their cell: `{% vm %}`, `{% hm %}`, `{% colspan n %}`, `{% cellbg colour %}`.

use std::collections::BTreeMap;

use super::edits::{Edit, STATEMENT, VALUE};
use super::keywords::is_cell_mark;
use super::lifted::Lifted;
use super::scan::Scan;
use super::tags::{Action, Tag};
use crate::report::xml::{CELL_PROPERTIES, Kind};

/// The edits of all cell marks of a part.
pub(super) fn edits(scan: &Scan, source: &str, lifted: &Lifted, edits: &mut Vec<Edit>) {
    // A cell can have several marks, but has one place for its properties.
    let mut cells: BTreeMap<usize, Cell<'_>> = BTreeMap::new();
    for placed in &scan.tags {
        let Action::Statement(keyword) = &placed.tag.action else { continue };
        let Some(cell) = scan.tree.ancestor(scan.element(placed), Kind::Cell) else { continue };
        if !is_cell_mark(keyword) || lifted.group_of(scan, cell).is_some() {
            continue;
        }
        let work = cells.entry(cell).or_insert_with(|| Cell { scan, source, cell, properties: Vec::new(), across: false });
        match keyword.as_str() {
            "colspan" => work.set("gridSpan", &format!("w:val=\"{}\"", attribute(&argument(&placed.tag)))),
            "cellbg" => {
                let fill = format!("w:val=\"clear\" w:color=\"auto\" w:fill=\"{}\"", colour(&argument(&placed.tag)));
                work.set("shd", &fill);
            }
            "vm" => work.merge_down(),
            _ => work.merge_across(),
        }
    }
    for cell in cells.into_values() {
        cell.write(edits);
    }
}

/// What stands behind the keyword.
fn argument(tag: &Tag) -> String {
    tag.code.split_once(' ').map_or("", |(_, argument)| argument).trim().to_owned()
}

fn attribute(expression: &str) -> String {
    format!("{}({expression})|__attribute{}", VALUE.0, VALUE.1)
}

fn colour(expression: &str) -> String {
    format!("{}({expression})|__colour{}", VALUE.0, VALUE.1)
}

/// Text that only the first round of a loop shows.
pub(super) fn only_first(text: &str) -> String {
    format!("{}if loop.first{}{text}{}endif{}", STATEMENT.0, STATEMENT.1, STATEMENT.0, STATEMENT.1)
}

/// A cell and what its marks ask for.
struct Cell<'a> {
    scan: &'a Scan,
    source: &'a str,
    cell: usize,
    /// Properties by name, as elements.
    properties: Vec<(&'static str, String)>,
    /// Only the first round's cell stays.
    across: bool,
}

impl Cell<'_> {
    /// Sets one of the cell's properties; attributes come with the prefix `w:`. The last mark wins.
    fn set(&mut self, name: &'static str, attributes: &str) {
        let w = &self.scan.tree.prefix;
        let element = format!("<{w}{name} {}/>", attributes.replace("w:", w));
        self.properties.retain(|(known, _)| *known != name);
        self.properties.push((name, element));
    }

    /// Writes the properties, each in its place in the order.
    fn write(mut self, edits: &mut Vec<Edit>) {
        let (tree, w) = (&self.scan.tree, &self.scan.tree.prefix);
        let rank = |name: &str| CELL_PROPERTIES.iter().position(|known| *known == name).unwrap_or(CELL_PROPERTIES.len());
        self.properties.sort_by_key(|(name, _)| rank(name));
        let place = tree.elements[self.cell];
        if self.across {
            let around = only_first("\0");
            if let Some((before, behind)) = around.split_once('\0') {
                edits.push(Edit::before(place.start, before));
                edits.push(Edit::behind(place.end, behind));
            }
        }
        let props = tree.child(self.cell, Kind::CellProps).filter(|&props| !tree.elements[props].is_empty_tag());
        let Some(props) = props else {
            let all: String = self.properties.iter().map(|(_, element)| element.as_str()).collect();
            let empty = tree.child(self.cell, Kind::CellProps).map(|props| tree.elements[props]);
            let (from, to) = empty.map_or((place.open_end, place.open_end), |empty| (empty.start, empty.end));
            edits.push(Edit::replace(from, to, format!("<{w}tcPr>{all}</{w}tcPr>")));
            return;
        };
        let mut added: BTreeMap<usize, String> = BTreeMap::new();
        for (name, element) in self.properties {
            if let Some(existing) = tree.children(props).find(|&child| tree.name(child, self.source) == name) {
                edits.push(Edit::replace(tree.elements[existing].start, tree.elements[existing].end, element));
                continue;
            }
            let behind = tree.children(props).find(|&child| rank(tree.name(child, self.source)) > rank(name));
            let at = behind.map_or(tree.elements[props].close, |child| tree.elements[child].start);
            added.entry(at).or_default().push_str(&element);
        }
        edits.extend(added.into_iter().map(|(at, elements)| Edit::before(at, elements)));
    }

    /// The first round of the loop starts the merge, the others continue it.
    fn merge_down(&mut self) {
        let value = format!("{}'restart' if loop.first else 'continue'{}", VALUE.0, VALUE.1);
        self.set("vMerge", &format!("w:val=\"{value}\""));
    }

    /// Only the first round's cell stays, as wide as all of them.
    fn merge_across(&mut self) {
        let tree = &self.scan.tree;
        let span = tree
            .child(self.cell, Kind::CellProps)
            .and_then(|props| tree.child(props, Kind::GridSpan))
            .and_then(|span| tree.attribute(span, "val", self.source))
            .and_then(|span| span.parse::<u32>().ok())
            .unwrap_or(1);
        self.set("gridSpan", &format!("w:val=\"{}\"", attribute(&format!("{span} * loop.length"))));
        self.across = true;
    }
}
