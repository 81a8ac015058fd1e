//! Tables, rows and cells (17.4).

use crate::document::model::{Align, Block, Border, Borders, FloatPosition, TextDirection, VerticalAlign};
use crate::graphics::Rgb;
use crate::units::Twips;

/// A table with resolved properties.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Widths of the grid's columns.
    pub grid: Vec<Twips>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Preferred width.
    pub width: Width,
    /// Fixed column widths instead of fitting them to the content.
    pub fixed: bool,
    /// Alignment between the margins.
    pub align: Align,
    /// Indent from the left margin.
    pub indent: Twips,
    /// Cell margins of the table: top, right, bottom, left.
    pub cell_margins: [Twips; 4],
    /// Space between cells.
    pub cell_spacing: Twips,
    /// Outer borders and those between cells, for cells without their own; conditions of the table style are already in the cells.
    pub borders: TableBorders,
    /// Floats here instead of standing in the text.
    pub float: Option<TableFloat>,
    /// Columns run from right to left.
    pub rtl: bool,
    /// Alternative text.
    pub description: Option<String>,
}

/// Borders of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableBorders {
    /// Around.
    pub outer: Borders,
    /// Between rows.
    pub inside_h: Option<Border>,
    /// Between columns.
    pub inside_v: Option<Border>,
}

/// A preferred width.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Width {
    /// As wide as the content.
    #[default]
    Auto,
    /// As given.
    Fixed(Twips),
    /// A share of the space, 1.0 = all.
    Percent(f32),
}

/// Where a table floats (17.4.57 tblpPr).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableFloat {
    /// Where.
    pub position: FloatPosition,
    /// Space kept around: top, right, bottom, left.
    pub space: [Twips; 4],
}

/// A row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// Grid columns left out before the first cell.
    pub skip_before: u32,
    /// Grid columns left out after the last.
    pub skip_after: u32,
    /// Height.
    pub height: RowHeight,
    /// Never split over pages.
    pub cant_split: bool,
    /// Repeated at the top of every page.
    pub header: bool,
    /// Not shown.
    pub hidden: bool,
    /// The row's own alignment, where it has one (`w:jc` in `w:trPr`).
    pub align: Option<Align>,
}

/// A row's height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RowHeight {
    /// As high as the content.
    #[default]
    Auto,
    /// At least.
    AtLeast(Twips),
    /// Exactly.
    Exact(Twips),
}

/// A cell.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Its content; always ends with a paragraph.
    pub blocks: Vec<Block>,
    /// Preferred width.
    pub width: Width,
    /// Grid columns it spans, at least 1.
    pub span: u32,
    /// Vertical merge.
    pub merge: VerticalMerge,
    /// Its own borders (direct and from the table style's conditions): `None` = the table's apply, `Some(None)` = none on purpose.
    pub borders: CellBorders,
    /// Background.
    pub shading: Option<Rgb>,
    /// Its own margins: top, right, bottom, left.
    pub margins: [Option<Twips>; 4],
    /// Vertical alignment.
    pub vertical_align: VerticalAlign,
    /// Text never wraps.
    pub no_wrap: bool,
    /// Its mark takes no room: an empty cell has no height.
    pub hide_mark: bool,
    /// Direction of text.
    pub direction: TextDirection,
}

/// A cell's own borders.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CellBorders {
    /// Top.
    pub top: Option<Option<Border>>,
    /// Right.
    pub right: Option<Option<Border>>,
    /// Bottom.
    pub bottom: Option<Option<Border>>,
    /// Left.
    pub left: Option<Option<Border>>,
    /// From top left to bottom right.
    pub down: Option<Border>,
    /// From bottom left to top right.
    pub up: Option<Border>,
}

/// Vertical merge of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VerticalMerge {
    /// Not merged.
    #[default]
    None,
    /// The first of a merged column of cells.
    Start,
    /// Belongs to the cell above.
    Continue,
}
