//! Section properties (ECMA-376 part 1, 17.6).

use super::model::{Borders, Columns, Grid, PageBorderPages, PageBorders, PageNumbers, PageSetup, Section, SectionStart, VerticalAlign};
use super::model::{HeaderFooter, LineNumberRestart, LineNumbers, NumberFormat};
use super::numerals::format_named;
use super::theme::Theme;
use super::values::{border, integer, switch, twips};
use super::xml::Node;
use crate::units::Twips;

/// More columns than this are not worth a name (Word allows 45).
const MOST_COLUMNS: i64 = 45;

/// Sides of A3, A4, A5, A6, B4, B5, Letter, Legal, Tabloid, Executive and the usual envelopes, in twips.
const PAPER_SIDES: &[i32] = &[
    16_838, 23_811, 11_906, 8_391, 5_953, 14_173, 20_013, 9_978, 12_240, 15_840, 20_160, 24_480, 10_440, 15_120, 6_236, 12_472, 9_184,
    12_983,
];

/// Reads `w:sectPr`, all but its headers and footers. Without one, a document has the defaults below.
pub(super) fn read(node: Option<Node<'_>>, theme: &Theme) -> Section {
    let mut section = Section {
        start: SectionStart::NextPage,
        page: default_page(),
        columns: Columns { count: 1, space: Twips(720), ..Columns::default() },
        headers: HeaderFooter::default(),
        footers: HeaderFooter::default(),
        title_page: false,
        page_numbers: PageNumbers::default(),
        vertical_align: VerticalAlign::Top,
        page_borders: None,
        grid: Grid::default(),
        line_numbers: None,
        rtl: false,
        gutter_right: false,
        blocks: Vec::new(),
        end: None,
    };
    let Some(node) = node else { return section };
    section.title_page = switch(node, "w:titlePg").unwrap_or(false);
    section.rtl = switch(node, "w:bidi").unwrap_or(false);
    section.gutter_right = switch(node, "w:rtlGutter").unwrap_or(false);
    for property in node.children() {
        match property.name() {
            "w:type" => {
                section.start = match property.val() {
                    Some("continuous") => SectionStart::Continuous,
                    Some("nextColumn") => SectionStart::NextColumn,
                    Some("evenPage") => SectionStart::EvenPage,
                    Some("oddPage") => SectionStart::OddPage,
                    _ => SectionStart::NextPage,
                };
            }
            "w:pgSz" => page_size(&mut section.page, property),
            "w:pgMar" => margins(&mut section.page, property),
            "w:cols" => section.columns = columns(property),
            "w:pgNumType" => {
                section.page_numbers = PageNumbers {
                    start: property.attr("w:start").and_then(integer).map(|start| start.clamp(0, 1_000_000) as u32),
                    format: property.attr("w:fmt").map_or(NumberFormat::Decimal, format_named),
                };
            }
            "w:vAlign" => section.vertical_align = vertical_align(property.val()),
            "w:pgBorders" => section.page_borders = page_borders(property, theme),
            "w:docGrid" => {
                let pitch = property.attr("w:linePitch").and_then(twips).unwrap_or_default();
                let lines = matches!(property.attr("w:type"), Some("lines" | "linesAndChars" | "snapToChars")) && pitch.0 > 0;
                section.grid = Grid { lines, pitch };
            }
            "w:lnNumType" => {
                section.line_numbers = line_numbers(property);
            }
            _ => {}
        }
    }
    section
}

/// Line numbers (17.6.8): without `w:countBy` none are shown.
fn line_numbers(node: Node<'_>) -> Option<LineNumbers> {
    let every = node.attr("w:countBy").and_then(integer).filter(|by| *by > 0)?;
    Some(LineNumbers {
        every: every.min(1000) as u32,
        start: node.attr("w:start").and_then(integer).unwrap_or(0).clamp(0, 1_000_000) as u32,
        distance: node.attr("w:distance").and_then(twips).filter(|distance| distance.0 > 0),
        restart: match node.attr("w:restart") {
            Some("newSection") => LineNumberRestart::NewSection,
            Some("continuous") => LineNumberRestart::Continuous,
            _ => LineNumberRestart::NewPage,
        },
    })
}

/// 17.6.13: a document that says nothing is a US letter page with Word's margins of an inch.
fn default_page() -> PageSetup {
    PageSetup {
        width: Twips(12_240),
        height: Twips(15_840),
        top: Twips(1440),
        right: Twips(1440),
        bottom: Twips(1440),
        left: Twips(1440),
        header: Twips(720),
        footer: Twips(720),
        gutter: Twips(0),
    }
}

/// Pages are between an inch tenth and 22 inches, as Word has them.
fn page_size(page: &mut PageSetup, node: Node<'_>) {
    let side = |name: &str| node.attr(name).and_then(twips).map(|side| Twips(side.0.clamp(144, 31_680)));
    page.width = side("w:w").map_or(page.width, paper);
    page.height = side("w:h").map_or(page.height, paper);
}

/// A side as the nearest standard paper has it, when it is nearly that: programs write A4 as 11900, 11907 or 11909 twips wide.
///
/// LibreOffice takes each side by itself within 0.2 mm (vcl, `PaperInfo::sloppyFitPageDimension`); a line's end or a page's can hang on it.
fn paper(side: Twips) -> Twips {
    const SLOPPY: i32 = 11;
    let near = PAPER_SIDES.iter().find(|known| (side.0 - **known).abs() <= SLOPPY);
    Twips(near.copied().unwrap_or(side.0))
}

fn margins(page: &mut PageSetup, node: Node<'_>) {
    let measure =
        |name: &str, before: Twips| node.attr(name).and_then(twips).map_or(before, |margin| Twips(margin.0.clamp(-31_680, 31_680)));
    page.top = measure("w:top", page.top);
    page.right = measure("w:right", page.right);
    page.bottom = measure("w:bottom", page.bottom);
    page.left = measure("w:left", page.left);
    page.header = measure("w:header", page.header);
    page.footer = measure("w:footer", page.footer);
    page.gutter = measure("w:gutter", page.gutter);
}

fn columns(node: Node<'_>) -> Columns {
    let space = node.attr("w:space").and_then(twips).map_or(Twips(720), |space| Twips(space.0.max(0)));
    let separator = node.attr("w:sep").is_some_and(super::values::is_on);
    let equal = node.attr("w:equalWidth").is_none_or(super::values::is_on);
    let mut count = node.attr("w:num").and_then(integer).unwrap_or(1).clamp(1, MOST_COLUMNS) as u32;
    let mut unequal = Vec::new();
    if !equal {
        let own = node.children().filter(|column| column.name() == "w:col").take(MOST_COLUMNS as usize);
        let measure = |column: Node<'_>, name: &str| column.attr(name).and_then(twips).map_or(Twips(0), |width| Twips(width.0.max(0)));
        unequal.extend(own.map(|column| (measure(column, "w:w"), measure(column, "w:space"))));
        if !unequal.is_empty() {
            count = unequal.len() as u32;
        }
    }
    Columns { count, space, unequal, separator }
}

/// Where text stands between top and bottom (17.18.101).
pub(super) fn vertical_align(name: Option<&str>) -> VerticalAlign {
    match name {
        Some("center") => VerticalAlign::Center,
        Some("bottom") => VerticalAlign::Bottom,
        Some("both") => VerticalAlign::Justified,
        _ => VerticalAlign::Top,
    }
}

fn page_borders(node: Node<'_>, theme: &Theme) -> Option<PageBorders> {
    let side = |name: &str| node.child(name).and_then(|side| border(side, theme));
    let borders = Borders { top: side("w:top"), right: side("w:right"), bottom: side("w:bottom"), left: side("w:left") };
    let pages = match node.attr("w:display") {
        Some("firstPage") => PageBorderPages::First,
        Some("notFirstPage") => PageBorderPages::NotFirst,
        _ => PageBorderPages::All,
    };
    let any = borders != Borders::default();
    any.then(|| PageBorders { borders, from_edge: node.attr("w:offsetFrom") == Some("page"), pages })
}
