//! Table styles with their conditions (ECMA-376 part 1, 17.7.6).

use super::model::{Border, TextDirection, VerticalAlign, VerticalMerge, Width};
use super::paragraph_props::ParagraphPatch;
use super::run_props::RunPatch;
use super::section::vertical_align;
use super::theme::Theme;
use super::values::{border, integer, says, shading};
use super::xml::Node;
use crate::graphics::Rgb;
use crate::units::Twips;

/// A border as one level says it: outside = says nothing, inside = none on purpose.
pub(super) type Said = Option<Option<Border>>;

/// Regions of a table that a style can give a look of their own, in the order they lie over one another.
/// Rows lie over columns, as Word draws them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Region {
    Whole,
    OddColumns,
    EvenColumns,
    OddRows,
    EvenRows,
    FirstColumn,
    LastColumn,
    LastRow,
    FirstRow,
    SouthWest,
    SouthEast,
    NorthWest,
    NorthEast,
}

const REGIONS: usize = 13;

/// A table style with everything it is based on.
#[derive(Debug, Default)]
pub(super) struct TableStyle {
    /// `w:tblPr` elements are kept as what they say.
    pub(super) table: TablePatch,
    /// Rows and columns in a band.
    pub(super) row_band: Option<u32>,
    pub(super) column_band: Option<u32>,
    regions: [Look; REGIONS],
    /// Any of its regions has a look.
    pub(super) says: bool,
}

/// The look of one region.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    pub(super) paragraph: ParagraphPatch,
    pub(super) run: RunPatch,
    pub(super) borders: BorderPatch,
    pub(super) shading: Option<Option<Rgb>>,
    pub(super) vertical_align: Option<VerticalAlign>,
    pub(super) margins: [Option<Twips>; 4],
    pub(super) header: Option<bool>,
    pub(super) cant_split: Option<bool>,
}

/// Borders as one level says them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct BorderPatch {
    pub(super) top: Said,
    pub(super) right: Said,
    pub(super) bottom: Said,
    pub(super) left: Said,
    pub(super) inside_h: Said,
    pub(super) inside_v: Said,
    pub(super) down: Said,
    pub(super) up: Said,
}

/// Table properties as one level says them (17.4.59).
#[derive(Debug, Clone, Default)]
pub(super) struct TablePatch {
    pub(super) borders: BorderPatch,
    pub(super) margins: [Option<Twips>; 4],
    pub(super) spacing: Option<Twips>,
    pub(super) indent: Option<Twips>,
    pub(super) align: Option<super::model::Align>,
    pub(super) shading: Option<Option<Rgb>>,
    pub(super) width: Option<Width>,
    pub(super) fixed: Option<bool>,
    pub(super) rtl: Option<bool>,
}

/// What a cell says itself (17.4.69).
#[derive(Debug, Default)]
pub(super) struct CellPatch {
    pub(super) borders: BorderPatch,
    pub(super) margins: [Option<Twips>; 4],
    pub(super) shading: Option<Option<Rgb>>,
    pub(super) width: Width,
    pub(super) merge: VerticalMerge,
    pub(super) vertical_align: Option<VerticalAlign>,
    pub(super) no_wrap: bool,
    pub(super) hide_mark: bool,
    pub(super) direction: TextDirection,
}

impl CellPatch {
    /// Reads `w:tcPr`.
    pub(super) fn read(node: Node<'_>, theme: &Theme) -> Self {
        let on = |name: &str| super::values::switch(node, name).unwrap_or(false);
        Self {
            borders: node.child("w:tcBorders").map(|own| BorderPatch::read(own, theme)).unwrap_or_default(),
            margins: node.child("w:tcMar").map(read_margins).unwrap_or_default(),
            shading: node.child("w:shd").map(|shade| shading(shade, theme)),
            width: node.child("w:tcW").and_then(super::table::width).unwrap_or_default(),
            merge: node.child("w:vMerge").map_or(VerticalMerge::None, |merge| {
                if merge.val() == Some("restart") { VerticalMerge::Start } else { VerticalMerge::Continue }
            }),
            vertical_align: node.child_val("w:vAlign").map(|name| vertical_align(Some(name))),
            no_wrap: on("w:noWrap"),
            hide_mark: on("w:hideMark"),
            direction: text_direction(node.child_val("w:textDirection")),
        }
    }
}

fn text_direction(name: Option<&str>) -> TextDirection {
    match name {
        Some("btLr" | "lr") => TextDirection::Up,
        Some("tbRl" | "tbRlV" | "tbLrV" | "rl" | "rlV") => TextDirection::Down,
        _ => TextDirection::Horizontal,
    }
}

impl BorderPatch {
    /// Reads `w:tblBorders` or `w:tcBorders`.
    pub(super) fn read(node: Node<'_>, theme: &Theme) -> Self {
        let mut patch = Self::default();
        for side in node.children() {
            let line = Some(border(side, theme));
            match side.name() {
                "w:top" => patch.top = line,
                "w:right" | "w:end" => patch.right = line,
                "w:bottom" => patch.bottom = line,
                "w:left" | "w:start" => patch.left = line,
                "w:insideH" => patch.inside_h = line,
                "w:insideV" => patch.inside_v = line,
                "w:tl2br" => patch.down = line,
                "w:tr2bl" => patch.up = line,
                _ => {}
            }
        }
        patch
    }

    /// Lays a later level over this one.
    pub(super) fn overlay(&mut self, above: &Self) {
        let over = |below: &mut Said, above: Said| *below = above.or(*below);
        over(&mut self.top, above.top);
        over(&mut self.right, above.right);
        over(&mut self.bottom, above.bottom);
        over(&mut self.left, above.left);
        over(&mut self.inside_h, above.inside_h);
        over(&mut self.inside_v, above.inside_v);
        over(&mut self.down, above.down);
        over(&mut self.up, above.up);
    }
}

impl TableStyle {
    /// Lays the next style of the chain over what there is.
    pub(super) fn join(&mut self, style: Node<'_>, theme: &Theme) {
        if let Some(properties) = style.child("w:tblPr") {
            self.table.overlay(&TablePatch::read(properties, theme));
            let band = |name: &str| properties.child_val(name).and_then(integer).map(|size| size.clamp(1, 1000) as u32);
            self.row_band = band("w:tblStyleRowBandSize").or(self.row_band);
            self.column_band = band("w:tblStyleColBandSize").or(self.column_band);
        }
        self.says |= style.children().any(|child| matches!(child.name(), "w:pPr" | "w:rPr" | "w:trPr" | "w:tcPr" | "w:tblStylePr"));
        self.regions[Region::Whole as usize].join(style, theme);
        for condition in style.children().filter(|child| child.name() == "w:tblStylePr") {
            let region = match condition.attr("w:type") {
                Some("wholeTable") => Region::Whole,
                Some("band1Vert") => Region::OddColumns,
                Some("band2Vert") => Region::EvenColumns,
                Some("band1Horz") => Region::OddRows,
                Some("band2Horz") => Region::EvenRows,
                Some("firstCol") => Region::FirstColumn,
                Some("lastCol") => Region::LastColumn,
                Some("firstRow") => Region::FirstRow,
                Some("lastRow") => Region::LastRow,
                Some("neCell") => Region::NorthEast,
                Some("nwCell") => Region::NorthWest,
                Some("seCell") => Region::SouthEast,
                Some("swCell") => Region::SouthWest,
                _ => continue,
            };
            self.regions[region as usize].join(condition, theme);
            if region != Region::Whole
                && let Some(borders) = condition.path(&["w:tblPr", "w:tblBorders"])
            {
                self.regions[region as usize].borders.overlay(&BorderPatch::read(borders, theme));
            }
        }
    }

    /// The regions over a cell whose look counts, lowest first: none where the style says nothing of any.
    pub(super) fn covered(&self, place: Place, wanted: Wanted, row_band: u32, column_band: u32) -> Vec<Covered> {
        if self.says { place.regions(wanted, row_band, column_band) } else { Vec::new() }
    }

    /// A region's look.
    pub(super) fn look(&self, region: Region) -> &Look {
        &self.regions[region as usize]
    }
}

impl Look {
    fn join(&mut self, node: Node<'_>, theme: &Theme) {
        if let Some(properties) = node.child("w:pPr") {
            self.paragraph.overlay(&ParagraphPatch::read(properties, theme));
        }
        if let Some(run) = node.child("w:rPr") {
            self.run.overlay(&RunPatch::read(run, theme));
        }
        if let Some(row) = node.child("w:trPr") {
            self.header = super::values::switch(row, "w:tblHeader").or(self.header);
            self.cant_split = super::values::switch(row, "w:cantSplit").or(self.cant_split);
        }
        if let Some(cell) = node.child("w:tcPr") {
            if let Some(borders) = cell.child("w:tcBorders") {
                self.borders.overlay(&BorderPatch::read(borders, theme));
            }
            self.shading = cell.child("w:shd").map(|shade| shading(shade, theme)).or(self.shading);
            self.vertical_align = cell.child("w:vAlign").map(|align| vertical_align(align.val())).or(self.vertical_align);
            if let Some(margins) = cell.child("w:tcMar") {
                overlay_margins(&mut self.margins, read_margins(margins));
            }
        }
    }

    /// Lays the look of a region further up over this one. Borders stay apart: they depend on where the region ends.
    pub(super) fn overlay(&mut self, above: &Self) {
        self.paragraph.overlay(&above.paragraph);
        self.run.overlay(&above.run);
        self.shading = above.shading.or(self.shading);
        self.vertical_align = above.vertical_align.or(self.vertical_align);
        self.header = above.header.or(self.header);
        self.cant_split = above.cant_split.or(self.cant_split);
        overlay_margins(&mut self.margins, above.margins);
    }
}

impl TablePatch {
    /// Reads `w:tblPr` or `w:tblPrEx`.
    pub(super) fn read(node: Node<'_>, theme: &Theme) -> Self {
        let measure = |name: &str| node.child(name).and_then(super::table::width).and_then(super::table::fixed_width);
        Self {
            borders: node.child("w:tblBorders").map(|borders| BorderPatch::read(borders, theme)).unwrap_or_default(),
            margins: node.child("w:tblCellMar").map(read_margins).unwrap_or_default(),
            spacing: measure("w:tblCellSpacing"),
            indent: measure("w:tblInd"),
            align: node.child_val("w:jc").and_then(super::paragraph_props::alignment),
            shading: node.child("w:shd").map(|shade| shading(shade, theme)),
            width: node.child("w:tblW").and_then(super::table::width),
            fixed: node.child("w:tblLayout").map(|layout| layout.attr("w:type") == Some("fixed")),
            rtl: super::values::switch(node, "w:bidiVisual"),
        }
    }

    /// Lays a later level over this one.
    pub(super) fn overlay(&mut self, above: &Self) {
        self.borders.overlay(&above.borders);
        overlay_margins(&mut self.margins, above.margins);
        self.spacing = above.spacing.or(self.spacing);
        self.indent = above.indent.or(self.indent);
        self.align = above.align.or(self.align);
        self.shading = above.shading.or(self.shading);
        self.width = above.width.or(self.width);
        self.fixed = above.fixed.or(self.fixed);
        self.rtl = above.rtl.or(self.rtl);
    }
}

/// Reads `w:tblCellMar` or `w:tcMar`: top, right, bottom, left.
pub(super) fn read_margins(node: Node<'_>) -> [Option<Twips>; 4] {
    let side = |names: [&str; 2]| {
        let found = names.iter().find_map(|name| node.child(name)).and_then(super::table::width).and_then(super::table::fixed_width);
        found.map(|margin| Twips(margin.0.max(0)))
    };
    [side(["w:top"; 2]), side(["w:right", "w:end"]), side(["w:bottom"; 2]), side(["w:left", "w:start"])]
}

/// Lays later margins over earlier ones.
pub(super) fn overlay_margins(below: &mut [Option<Twips>; 4], above: [Option<Twips>; 4]) {
    for (below, above) in below.iter_mut().zip(above) {
        *below = above.or(*below);
    }
}

/// Which conditions a table asks for (17.4.55 tblLook).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) first_row: bool,
    pub(super) last_row: bool,
    pub(super) first_column: bool,
    pub(super) last_column: bool,
    pub(super) row_bands: bool,
    pub(super) column_bands: bool,
}

impl Wanted {
    /// Reads `w:tblLook`: attributes of their own, or bits; without it, bands only.
    pub(super) fn read(node: Option<Node<'_>>) -> Self {
        let bits = node.and_then(Node::val).and_then(|hex| u32::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0);
        let on = |name: &str, bit: u32| match node {
            Some(node) if node.attr(name).is_some() => says(node, name),
            _ => bits & bit != 0,
        };
        Self {
            first_row: on("w:firstRow", 0x20),
            last_row: on("w:lastRow", 0x40),
            first_column: on("w:firstColumn", 0x80),
            last_column: on("w:lastColumn", 0x100),
            row_bands: !on("w:noHBand", 0x200),
            column_bands: !on("w:noVBand", 0x400),
        }
    }
}

/// Where a cell stands in its table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) row: u32,
    pub(super) rows: u32,
    /// The first grid column it covers, and the one after its last.
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) columns: u32,
}

/// A region that covers a cell, and at which of its edges the cell stands: top, right, bottom, left.
pub(super) type Covered = (Region, [bool; 4]);

impl Place {
    /// The regions over a cell, lowest first.
    fn regions(self, wanted: Wanted, row_band: u32, column_band: u32) -> Vec<Covered> {
        let (top, bottom) = (self.row == 0, self.row + 1 == self.rows);
        let (left, right) = (self.from == 0, self.to >= self.columns);
        let mut found = vec![(Region::Whole, [top, right, bottom, left])];
        let first_row = wanted.first_row && top;
        let first_column = wanted.first_column && left;
        if wanted.column_bands && !first_column {
            let at = self.from - u32::from(wanted.first_column && self.from > 0);
            let region = if (at / column_band).is_multiple_of(2) { Region::OddColumns } else { Region::EvenColumns };
            found.push((region, [top, (at + 1).is_multiple_of(column_band) || right, bottom, at.is_multiple_of(column_band)]));
        }
        if wanted.row_bands && !first_row {
            let at = self.row - u32::from(wanted.first_row);
            let region = if (at / row_band).is_multiple_of(2) { Region::OddRows } else { Region::EvenRows };
            found.push((region, [at.is_multiple_of(row_band), right, (at + 1).is_multiple_of(row_band) || bottom, left]));
        }
        if first_column {
            found.push((Region::FirstColumn, [top, true, bottom, true]));
        }
        let last_column = wanted.last_column && right;
        if last_column {
            found.push((Region::LastColumn, [top, true, bottom, true]));
        }
        let last_row = wanted.last_row && bottom;
        if last_row {
            found.push((Region::LastRow, [true, right, true, left]));
        }
        if first_row {
            found.push((Region::FirstRow, [true, right, true, left]));
        }
        let corners = [
            (last_row && first_column, Region::SouthWest),
            (last_row && last_column, Region::SouthEast),
            (first_row && first_column, Region::NorthWest),
            (first_row && last_column, Region::NorthEast),
        ];
        found.extend(corners.into_iter().filter(|(here, _)| *here).map(|(_, region)| (region, [true; 4])));
        found
    }
}
