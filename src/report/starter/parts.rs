//! The look of the starter template: colours, type sizes and the pieces its pages are made of.

use docx_rs::{
    AlignmentType, BorderType, LineSpacing, LineSpacingType, Paragraph, Run, RunFonts, Shading, ShdType, Style, StyleType, Table,
    TableBorders, TableCell, TableCellBorder, TableCellBorderPosition, TableCellBorders, TableCellMargins, TableLayoutType, TableRow,
    VAlignType, WidthType,
};

/// Letter, as schools in Chile print: width and height in twips.
pub(super) const PAGE: (u32, u32) = (12_240, 15_840);
/// Left and right margin in twips.
pub(super) const SIDE: i32 = 1300;
/// Width of the text in twips.
pub(super) const TEXT: usize = 9640;

/// Text: the one black of the page. `finish` ties it to the theme's text colour.
pub(super) const INK: &str = crate::report::colour::INK;
/// Quiet text.
pub(super) const QUIET: &str = "52606D";
/// The accent a school will change first. `finish` ties it to the theme's first accent.
pub(super) const ACCENT: &str = crate::report::colour::ACCENT;
/// Before the first head of a table whose head row repeats on every page; `finish` takes it away again.
pub(super) const HEAD_MARK: char = '\u{2060}';

/// The first head of such a table.
pub(super) fn head_mark(text: &str) -> String {
    format!("{HEAD_MARK}{text}")
}

/// Background of figures and table heads.
pub(super) const PAPER: &str = "F4F6F8";
/// Thin lines.
pub(super) const RULE: &str = "D3DAE1";

/// The typeface of headings; text is set in Calibri.
pub(super) const HEADING_FONT: &str = "Cambria";
/// The typeface of text.
pub(super) const BODY_FONT: &str = "Calibri";

pub(super) fn heading_fonts() -> RunFonts {
    fonts(HEADING_FONT)
}

pub(super) fn body_fonts() -> RunFonts {
    fonts(BODY_FONT)
}

fn fonts(name: &str) -> RunFonts {
    RunFonts::new().ascii(name).hi_ansi(name).cs(name)
}

/// Space before and after, and line height in 240ths.
pub(super) fn spacing(before: u32, after: u32, line: i32) -> LineSpacing {
    LineSpacing::new().before(before).after(after).line(line).line_rule(LineSpacingType::Auto)
}

/// The paragraph styles. Their names are Word's own, so that its navigation and our outline know them.
pub(super) fn styles() -> Vec<Style> {
    let paragraph = |id: &str, name: &str| Style::new(id, StyleType::Paragraph).name(name).based_on("Normal").q_format(true);
    vec![
        paragraph("Title", "Title").fonts(heading_fonts()).size(44).color(INK).line_spacing(spacing(0, 40, 240)),
        paragraph("Subtitle", "Subtitle").fonts(heading_fonts()).size(30).color(ACCENT).line_spacing(spacing(0, 60, 240)),
        paragraph("Heading1", "heading 1")
            .fonts(heading_fonts())
            .size(28)
            .color(ACCENT)
            .outline_lvl(0)
            .line_spacing(spacing(320, 100, 240)),
        paragraph("Heading2", "heading 2").bold().size(23).color(INK).outline_lvl(1).line_spacing(spacing(130, 40, 240)),
        paragraph("Small", "Small").size(19).color(QUIET).line_spacing(spacing(0, 0, 240)),
        paragraph("Figure", "Figure").fonts(heading_fonts()).size(44).color(INK).line_spacing(spacing(0, 0, 240)),
        paragraph("Cell", "Cell").line_spacing(spacing(0, 0, 240)),
    ]
}

/// A paragraph in a style.
pub(super) fn paragraph(style: &str, text: &str) -> Paragraph {
    Paragraph::new().style(style).add_run(Run::new().add_text(text))
}

/// Body text.
pub(super) fn body(text: &str) -> Paragraph {
    Paragraph::new().add_run(Run::new().add_text(text))
}

/// A tag in a paragraph of its own, quiet, as it is only for the author.
pub(super) fn tag(text: &str) -> Paragraph {
    Paragraph::new().style("Small").add_run(Run::new().add_text(text))
}

/// A table of fixed columns without lines.
pub(super) fn table(rows: Vec<TableRow>, columns: &[usize]) -> Table {
    Table::new(rows)
        .set_grid(columns.to_vec())
        .width(columns.iter().sum(), WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .set_borders(TableBorders::with_empty())
        .margins(TableCellMargins::new().margin(0, 0, 0, 0))
}

/// A cell of a width without content.
pub(super) fn cell(width: usize) -> TableCell {
    TableCell::new().width(width, WidthType::Dxa).vertical_align(VAlignType::Center)
}

pub(super) fn filled(cell: TableCell, fill: &str) -> TableCell {
    cell.shading(Shading::new().shd_type(ShdType::Clear).color("auto").fill(fill))
}

/// A line on one side of a cell.
pub(super) fn ruled(cell: TableCell, side: TableCellBorderPosition, color: &str, eighths: usize) -> TableCell {
    let border = TableCellBorder::new(side).border_type(BorderType::Single).size(eighths).color(color);
    cell.set_borders(TableCellBorders::with_empty().set(border))
}

pub(super) fn centred(paragraph: Paragraph) -> Paragraph {
    paragraph.align(AlignmentType::Center)
}
