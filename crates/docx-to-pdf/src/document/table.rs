//! Tables: rows and cells with what the table, its style and its conditions say (ECMA-376 part 1, 17.4).

use std::borrow::Cow;
use std::rc::Rc;

use super::model::{Align, Block, Borders, Cell, CellBorders, Inline, Paragraph, Row, RowHeight, Table, TableBorders, TableFloat, Width};
use super::paragraph_props::{alignment, float_position};
use super::read::{Reader, Scope};
use super::table_grid::{one_grid, with_own_widths};
use super::table_style::{BorderPatch, CellPatch, Covered, Look, Place, Said, TablePatch, TableStyle, Wanted, overlay_margins};
use super::values::{integer, share, switch, twips};
use super::xml::Node;
use crate::units::Twips;

/// Word's own limit is 63; files of other programs have more.
const MOST_COLUMNS: u32 = 1000;

/// So many properties of cells are known at once.
const MOST_PATCHES: usize = 256;

/// Left and right cell margins when nobody says anything: Word's own (17.4.42 says 115 twips, Word writes and draws 108).
const SIDE_MARGIN: Twips = Twips(108);

/// A table's properties while its cells are read.
struct Frame<'t> {
    style: Rc<TableStyle>,
    table: TablePatch,
    wanted: Wanted,
    row_band: u32,
    column_band: u32,
    rows: u32,
    columns: u32,
    scope: Scope<'t>,
    /// The look of cells of which the style says nothing.
    plain: Look,
}

impl Reader<'_> {
    /// Reads a `w:tbl`, with those that go on with it; `None` when it has no cell.
    pub(super) fn table(&mut self, nodes: &[Node<'_>], scope: Scope<'_>) -> Option<Table> {
        let properties = nodes.first()?.child("w:tblPr");
        let style = self.styles.table(properties.and_then(|properties| properties.child_val("w:tblStyle")), &self.theme);
        let mut table = style.table.clone();
        for properties in nodes.iter().filter_map(|node| node.child("w:tblPr")) {
            table.overlay(&TablePatch::read(properties, &self.theme));
        }
        let numbered = nodes.iter().enumerate();
        let rows: Vec<(usize, Node<'_>)> = numbered
            .flat_map(|(at, node)| node.children().map(move |child| (at, child)))
            .filter(|(_, child)| child.name() == "w:tr" && !is_deleted(*child))
            .collect();
        let grids: Vec<Vec<Twips>> = nodes.iter().map(|node| grid(*node)).collect();
        let band = |name: &str| {
            properties.and_then(|properties| properties.child_val(name)).and_then(integer).map(|size| size.clamp(1, 1000) as u32)
        };
        let columns = rows.iter().map(|(_, row)| row_columns(*row)).max().unwrap_or(0).max(1);
        let frame = Frame {
            wanted: Wanted::read(properties.and_then(|properties| properties.child("w:tblLook"))),
            row_band: band("w:tblStyleRowBandSize").or(style.row_band).unwrap_or(1),
            column_band: band("w:tblStyleColBandSize").or(style.column_band).unwrap_or(1),
            rows: rows.len() as u32,
            columns,
            scope,
            style,
            table,
            plain: Look::default(),
        };
        let numbered = rows.iter().enumerate();
        self.field_state.open_table();
        let rows: Vec<(usize, Row)> =
            numbered.filter_map(|(at, (table, row))| Some((*table, self.row(*row, at as u32, &frame)?))).collect();
        self.field_state.close_table();
        if rows.iter().all(|(_, row)| row.cells.is_empty()) {
            return None;
        }
        let (grid, rows) = one_grid(&grids, rows);
        let (grid, rows) = with_own_widths(grid, rows, frame.table.fixed.unwrap_or(false));
        Some(finish(&frame, properties, grid, rows))
    }

    fn row(&mut self, node: Node<'_>, at: u32, frame: &Frame<'_>) -> Option<Row> {
        let properties = node.child("w:trPr");
        let number = |name: &str| {
            let count = properties.and_then(|properties| properties.child_val(name)).and_then(integer).unwrap_or(0);
            count.clamp(0, i64::from(MOST_COLUMNS)) as u32
        };
        let on = |name: &str| properties.and_then(|properties| switch(properties, name));
        // 17.4.61: exceptions of a row stand in for the table's properties in it.
        let exceptions = node.child("w:tblPrEx").map(|exceptions| TablePatch::read(exceptions, &self.theme));
        let mut row = Row {
            skip_before: number("w:gridBefore"),
            skip_after: number("w:gridAfter"),
            height: properties.map(height).unwrap_or_default(),
            hidden: on("w:hidden").unwrap_or(false),
            align: properties.and_then(|properties| properties.child_val("w:jc")).and_then(alignment),
            ..Row::default()
        };
        let mut look = Cow::Borrowed(&frame.plain);
        let mut column = row.skip_before;
        let mut cells = node.children().filter(|child| child.name() == "w:tc").peekable();
        if let Some(table) = self.field_state.tables.last_mut() {
            table.rows.push(Vec::new());
        }
        while let Some(cell) = cells.next() {
            // 17.4.22: cells that go on with the one before are one with it, as if it spanned their columns.
            let merged: Vec<Node<'_>> = std::iter::from_fn(|| cells.next_if(|next| goes_on(*next))).collect();
            if self.cells_left == 0 {
                self.warnings.other("the document has too many table cells; the rest is left out".to_owned());
                break;
            }
            self.cells_left -= 1;
            if column >= MOST_COLUMNS {
                self.warnings.other(format!("a table row has more than {MOST_COLUMNS} columns; the rest is left out"));
                break;
            }
            let span = merged.iter().copied().map(span).fold(span(cell), u32::saturating_add).min(MOST_COLUMNS - column);
            let place = Place { row: at, rows: frame.rows, from: column, to: column + span, columns: frame.columns };
            column += span;
            let (mut cell, over) = self.cell(cell, place, frame, exceptions.as_ref());
            for more in merged {
                let blocks = self.cell_blocks(more, &over, frame);
                // What they hold comes below (measured on LibreOffice 7.4); mostly it is nothing.
                cell.blocks.extend(blocks.into_iter().filter(|block| !is_empty(block)));
            }
            // Only a formula asks for it.
            if node.part_has_fields()
                && let Some(row) = self.field_state.tables.last_mut().and_then(|table| table.rows.last_mut())
            {
                row.push(plain_text(&cell));
            }
            row.cells.push(cell);
            look = over;
        }
        row.cant_split = on("w:cantSplit").or(look.cant_split).unwrap_or(false);
        row.header = on("w:tblHeader").or(look.header).unwrap_or(false);
        (!row.cells.is_empty()).then_some(row)
    }

    fn cell<'f>(&mut self, node: Node<'_>, place: Place, frame: &'f Frame<'_>, exceptions: Option<&TablePatch>) -> (Cell, Cow<'f, Look>) {
        let covered = frame.style.covered(place, frame.wanted, frame.row_band, frame.column_band);
        let mut look = Cow::Borrowed(&frame.plain);
        for (region, _) in &covered {
            look.to_mut().overlay(frame.style.look(*region));
        }
        let own = self.cell_patch(node.child("w:tcPr"));
        let mut borders = conditional_borders(&frame.style, &covered);
        if let Some(exceptions) = exceptions {
            borders.overlay(&at_edges(
                &exceptions.borders,
                [place.row == 0, place.to >= place.columns, place.row + 1 == place.rows, place.from == 0],
            ));
        }
        // A cell's inside borders only matter to the cells it was split into; Word ignores them here.
        borders.overlay(&own.borders);
        let mut margins = exceptions.map(|exceptions| exceptions.margins).unwrap_or_default();
        overlay_margins(&mut margins, look.margins);
        overlay_margins(&mut margins, own.margins);
        let cell = Cell {
            blocks: self.cell_blocks(node, &look, frame),
            width: own.width,
            span: place.to - place.from,
            merge: own.merge,
            borders: CellBorders {
                top: borders.top,
                right: borders.right,
                bottom: borders.bottom,
                left: borders.left,
                down: borders.down.flatten(),
                up: borders.up.flatten(),
            },
            shading: own.shading.or(look.shading).or(frame.table.shading).flatten(),
            margins,
            vertical_align: own.vertical_align.or(look.vertical_align).unwrap_or_default(),
            no_wrap: own.no_wrap,
            hide_mark: own.hide_mark,
            direction: own.direction,
        };
        (cell, look)
    }

    /// What its properties say, which most cells share with others.
    fn cell_patch(&mut self, properties: Option<Node<'_>>) -> Rc<CellPatch> {
        let Some(properties) = properties else { return Rc::default() };
        let id = properties.content_id();
        if let Some(known) = self.cell_patches.get(&id) {
            return Rc::clone(known);
        }
        if self.cell_patches.len() >= MOST_PATCHES {
            self.cell_patches.clear();
        }
        let patch = Rc::new(CellPatch::read(properties, &self.theme));
        self.cell_patches.insert(id, Rc::clone(&patch));
        patch
    }

    fn cell_blocks(&mut self, node: Node<'_>, look: &Look, frame: &Frame<'_>) -> Vec<Block> {
        let inner = Scope { part: frame.scope.part, paragraph: &look.paragraph, run: &look.run, plain: !frame.style.says };
        let mut blocks = self.blocks(node, inner);
        if !matches!(blocks.last(), Some(Block::Paragraph(_))) {
            blocks.push(Block::Paragraph(Paragraph::default()));
        }
        blocks
    }
}

/// The widths of a table's grid.
fn grid(node: Node<'_>) -> Vec<Twips> {
    node.child("w:tblGrid")
        .into_iter()
        .flat_map(Node::children)
        .filter(|column| column.name() == "w:gridCol")
        .map(|column| column.attr("w:w").and_then(twips).map_or(Twips(0), |width| Twips(width.0.max(0))))
        .take(MOST_COLUMNS as usize)
        .collect()
}

fn finish(frame: &Frame<'_>, properties: Option<Node<'_>>, grid: Vec<Twips>, rows: Vec<Row>) -> Table {
    let table = &frame.table;
    let margin = |at: usize, default: Twips| table.margins[at].unwrap_or(default);
    let line = |said: Said| said.flatten();
    let description = ["w:tblDescription", "w:tblCaption"]
        .iter()
        .find_map(|name| properties.and_then(|properties| properties.child_val(name)))
        .filter(|text| !text.trim().is_empty());
    let rtl = table.rtl.unwrap_or(false);
    let align = match table.align.unwrap_or_default() {
        Align::Center => Align::Center,
        Align::Right if !rtl => Align::Right,
        Align::Left if rtl => Align::Right,
        _ => Align::Left,
    };
    Table {
        grid,
        rows,
        width: table.width.unwrap_or_default(),
        fixed: table.fixed.unwrap_or(false),
        align,
        indent: table.indent.unwrap_or_default(),
        cell_margins: [margin(0, Twips(0)), margin(1, SIDE_MARGIN), margin(2, Twips(0)), margin(3, SIDE_MARGIN)],
        cell_spacing: Twips(table.spacing.unwrap_or_default().0.max(0)),
        borders: TableBorders {
            outer: Borders {
                top: line(table.borders.top),
                right: line(table.borders.right),
                bottom: line(table.borders.bottom),
                left: line(table.borders.left),
            },
            inside_h: line(table.borders.inside_h),
            inside_v: line(table.borders.inside_v),
        },
        float: properties.and_then(|properties| properties.child("w:tblpPr")).map(float),
        rtl,
        description: description.map(str::to_owned),
    }
}

/// What the style's conditions say about a cell's four sides.
fn conditional_borders(style: &TableStyle, covered: &[Covered]) -> BorderPatch {
    let mut borders = BorderPatch::default();
    for (region, edges) in covered {
        borders.overlay(&at_edges(&style.look(*region).borders, *edges));
    }
    borders
}

/// A region's borders for a cell in it: the outer line at the region's edge, the inner one elsewhere.
fn at_edges(region: &BorderPatch, [top, right, bottom, left]: [bool; 4]) -> BorderPatch {
    let pick = |edge: bool, outer: Said, inner: Said| if edge { outer } else { inner };
    BorderPatch {
        top: pick(top, region.top, region.inside_h),
        right: pick(right, region.right, region.inside_v),
        bottom: pick(bottom, region.bottom, region.inside_h),
        left: pick(left, region.left, region.inside_v),
        inside_h: None,
        inside_v: None,
        down: region.down,
        up: region.up,
    }
}

/// A width (17.4.87): `None` when it says nothing.
pub(super) fn width(node: Node<'_>) -> Option<Width> {
    let text = node.attr("w:w")?;
    match node.attr("w:type").unwrap_or("dxa") {
        "auto" => Some(Width::Auto),
        "nil" => Some(Width::Fixed(Twips(0))),
        // Fiftieths of a percent, or a percentage.
        "pct" => share(text, 5000.0).map(Width::Percent),
        _ if text.trim_end().ends_with('%') => share(text, 5000.0).map(Width::Percent),
        _ => twips(text).map(Width::Fixed),
    }
}

/// The length of a width that is one.
pub(super) fn fixed_width(width: Width) -> Option<Twips> {
    match width {
        Width::Fixed(length) => Some(length),
        Width::Auto | Width::Percent(_) => None,
    }
}

fn height(properties: Node<'_>) -> RowHeight {
    let Some(node) = properties.child("w:trHeight") else { return RowHeight::Auto };
    let Some(height) = node.val().and_then(twips).filter(|height| height.0 > 0) else { return RowHeight::Auto };
    match node.attr("w:hRule") {
        Some("exact") => RowHeight::Exact(height),
        Some("auto") => RowHeight::Auto,
        // 17.4.80: without a rule a height is the least one.
        _ => RowHeight::AtLeast(height),
    }
}

/// Whether a cell is merged with the one before it (`w:hMerge`, as old programs write it).
fn goes_on(cell: Node<'_>) -> bool {
    cell.path(&["w:tcPr", "w:hMerge"]).is_some_and(|merge| merge.val() != Some("restart"))
}

fn is_empty(block: &Block) -> bool {
    matches!(block, Block::Paragraph(paragraph) if paragraph.content.is_empty())
}

fn span(cell: Node<'_>) -> u32 {
    let span = cell.path(&["w:tcPr", "w:gridSpan"]).and_then(Node::val).and_then(integer);
    span.unwrap_or(1).clamp(1, i64::from(MOST_COLUMNS)) as u32
}

/// Grid columns a row covers.
fn row_columns(row: Node<'_>) -> u32 {
    let before = row.path(&["w:trPr", "w:gridBefore"]).and_then(Node::val).and_then(integer).unwrap_or(0).clamp(0, i64::from(MOST_COLUMNS));
    let cells = row.children().filter(|child| child.name() == "w:tc").map(span).fold(0_u32, u32::saturating_add);
    cells.saturating_add(before as u32).min(MOST_COLUMNS)
}

/// 17.13.5.12: a row that was deleted, or all of whose cells were.
fn is_deleted(row: Node<'_>) -> bool {
    row.path(&["w:trPr", "w:del"]).is_some()
}

fn float(node: Node<'_>) -> TableFloat {
    let space = |name: &str| node.attr(name).and_then(twips).map_or(Twips(0), |space| Twips(space.0.max(0)));
    TableFloat {
        position: float_position(
            |name| node.attr(name),
            "w:horzAnchor",
            "w:vertAnchor",
            ["w:tblpX", "w:tblpXSpec", "w:tblpY", "w:tblpYSpec"],
        ),
        space: [space("w:topFromText"), space("w:rightFromText"), space("w:bottomFromText"), space("w:leftFromText")],
    }
}

/// The text of a cell as formulas read it: the first few words are enough.
fn plain_text(cell: &Cell) -> String {
    const LONGEST: usize = 200;
    let mut out = String::new();
    for block in &cell.blocks {
        let Block::Paragraph(paragraph) = block else { continue };
        for inline in &paragraph.content {
            if let Inline::Text { text, .. } = inline
                && out.len() < LONGEST
            {
                out.reserve(text.len() + 1);
                out.push_str(text);
            }
        }
        out.push(' ');
    }
    out
}
