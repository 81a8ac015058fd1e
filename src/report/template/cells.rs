//! docxtpl's marks that change their cell: `{% vm %}`, `{% hm %}`, `{% colspan n %}`, `{% cellbg colour %}`.

use super::rewrite::{Edit, Lifted, STATEMENT, VALUE};
use super::scan::Scan;
use super::tags::{Action, Tag};
use super::xml::Kind;

/// The order of a cell's properties (ECMA-376 part 1, 17.4.69); Word refuses some files that break it.
const ORDER: [&str; 13] = [
    "cnfStyle",
    "tcW",
    "gridSpan",
    "hMerge",
    "vMerge",
    "tcBorders",
    "shd",
    "noWrap",
    "tcMar",
    "textDirection",
    "tcFitText",
    "vAlign",
    "hideMark",
];

/// The edits of all cell marks of a part.
pub(super) fn edits(scan: &Scan, source: &str, lifted: &Lifted, edits: &mut Vec<Edit>) {
    for placed in &scan.tags {
        let Action::Statement(keyword) = &placed.tag.action else { continue };
        let Some(cell) = scan.tree.ancestor(scan.element(placed), Kind::Cell) else { continue };
        if lifted.group_of(scan, cell).is_some() {
            continue;
        }
        let work = Cell { scan, source, cell };
        match keyword.as_str() {
            "colspan" => work.set("gridSpan", &format!("w:val=\"{}\"", attribute(&argument(&placed.tag))), edits),
            "cellbg" => {
                let fill = format!("w:val=\"clear\" w:color=\"auto\" w:fill=\"{}\"", colour(&argument(&placed.tag)));
                work.set("shd", &fill, edits);
            }
            "vm" => work.merge_down(edits),
            "hm" => work.merge_across(edits),
            _ => {}
        }
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

struct Cell<'a> {
    scan: &'a Scan,
    source: &'a str,
    cell: usize,
}

impl Cell<'_> {
    /// Sets one of the cell's properties, in its place in the order; attributes come with the prefix `w:`.
    fn set(&self, name: &str, attributes: &str, edits: &mut Vec<Edit>) {
        let (tree, w) = (&self.scan.tree, &self.scan.tree.prefix);
        let element = format!("<{w}{name} {}/>", attributes.replace("w:", w));
        let place = tree.elements[self.cell];
        let Some(props) = tree.child(self.cell, Kind::CellProps) else {
            edits.push(Edit::replace(place.open_end, place.open_end, format!("<{w}tcPr>{element}</{w}tcPr>")));
            return;
        };
        let inside = tree.elements[props];
        if inside.is_empty_tag() {
            edits.push(Edit::replace(inside.start, inside.end, format!("<{w}tcPr>{element}</{w}tcPr>")));
            return;
        }
        if let Some(existing) = tree.children(props).find(|&child| tree.name(child, self.source) == name) {
            edits.push(Edit::replace(tree.elements[existing].start, tree.elements[existing].end, element));
            return;
        }
        let rank = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
        let behind = tree.children(props).find(|&child| rank(tree.name(child, self.source)) > rank(name));
        let at = behind.map_or(inside.close, |child| tree.elements[child].start);
        edits.push(Edit::before(at, element));
    }

    /// The first round of the loop starts the merge, the others continue it.
    fn merge_down(&self, edits: &mut Vec<Edit>) {
        let value = format!("{}'restart' if loop.first else 'continue'{}", VALUE.0, VALUE.1);
        self.set("vMerge", &format!("w:val=\"{value}\""), edits);
    }

    /// Only the first round's cell stays, as wide as all of them.
    fn merge_across(&self, edits: &mut Vec<Edit>) {
        let tree = &self.scan.tree;
        let span = tree
            .child(self.cell, Kind::CellProps)
            .and_then(|props| tree.child(props, Kind::GridSpan))
            .and_then(|span| tree.attribute(span, "val", self.source))
            .and_then(|span| span.parse::<u32>().ok())
            .unwrap_or(1);
        self.set("gridSpan", &format!("w:val=\"{}\"", attribute(&format!("{span} * loop.length"))), edits);
        let place = tree.elements[self.cell];
        let around = only_first("\0");
        if let Some((before, behind)) = around.split_once('\0') {
            edits.push(Edit::before(place.start, before));
            edits.push(Edit::behind(place.end, behind));
        }
    }
}
