//! Tables and the conditions of their styles (ECMA-376 part 1, 17.4, 17.7.6).

use super::{Maker, look, text};
use crate::document::model::{Align, Block, Cell, RowHeight, Table, VerticalAlign, VerticalMerge, Width};
use crate::graphics::Rgb;
use crate::units::{Pt, Twips};

const STYLE: &str = r#"<w:style w:type="table" w:default="1" w:styleId="TN"><w:tblPr><w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>
    <w:style w:type="table" w:styleId="G"><w:basedOn w:val="TN"/><w:pPr><w:spacing w:after="0"/></w:pPr><w:rPr><w:sz w:val="18"/></w:rPr>
      <w:tblPr><w:tblStyleRowBandSize w:val="1"/><w:tblBorders><w:top w:val="single" w:sz="8" w:color="FF0000"/><w:insideH w:val="single" w:sz="4"/></w:tblBorders></w:tblPr>
      <w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:color w:val="FFFFFF"/></w:rPr><w:tcPr><w:tcBorders><w:bottom w:val="double" w:sz="6"/><w:insideV w:val="nil"/></w:tcBorders><w:shd w:val="clear" w:fill="4472C4"/></w:tcPr></w:tblStylePr>
      <w:tblStylePr w:type="firstCol"><w:rPr><w:i/></w:rPr></w:tblStylePr>
      <w:tblStylePr w:type="band1Horz"><w:tcPr><w:shd w:val="clear" w:fill="D9E2F3"/></w:tcPr></w:tblStylePr>
    </w:style>"#;

fn cell(properties: &str, content: &str) -> String {
    format!("<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{content}</w:t></w:r></w:p></w:tc>")
}

fn row(cells: &[String]) -> String {
    format!("<w:tr>{}</w:tr>", cells.concat())
}

fn grid(columns: usize, rows: usize) -> String {
    row(&vec![cell("", "x"); columns]).repeat(rows)
}

fn styled(look: &str, rows: &str) -> Table {
    let body = format!(
        r#"<w:tbl><w:tblPr><w:tblStyle w:val="G"/>{look}</w:tblPr><w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="3000"/></w:tblGrid>{rows}</w:tbl>"#
    );
    Maker::body(&body).styles(STYLE).table()
}

fn first_look(cell: &Cell) -> crate::document::model::RunProps {
    let Block::Paragraph(paragraph) = &cell.blocks[0] else { panic!("no paragraph") };
    look(paragraph, 0).clone()
}

#[test]
fn conditions_apply_where_the_table_asks_for_them_17_4_55() {
    let table = styled(
        r#"<w:tblLook w:val="04A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>"#,
        &grid(2, 3),
    );
    let shades: Vec<Vec<_>> = table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.shading).collect()).collect();
    let (head, band) = (Some(Rgb(0x44, 0x72, 0xC4)), Some(Rgb(0xD9, 0xE2, 0xF3)));
    assert_eq!(shades, [[head, head], [band, band], [None, None]]);
    let header = first_look(&table.rows[0].cells[1]);
    assert_eq!((header.bold, header.italic, header.size.0, header.color), (true, false, 18, Some(Rgb(255, 255, 255))));
    assert!(first_look(&table.rows[1].cells[0]).italic);
    let Block::Paragraph(paragraph) = &table.rows[1].cells[0].blocks[0] else { panic!("no paragraph") };
    assert_eq!(paragraph.props.space_after, Twips(0));
}

#[test]
fn a_table_that_asks_for_nothing_has_bands_only() {
    let table = styled(r#"<w:tblLook w:val="0000"/>"#, &grid(1, 2));
    assert!(!first_look(&table.rows[0].cells[0]).bold);
    assert_eq!(table.rows[0].cells[0].shading, Some(Rgb(0xD9, 0xE2, 0xF3)));
    assert_eq!(table.rows[1].cells[0].shading, None);
}

#[test]
fn borders_of_a_condition_end_at_its_region() {
    let table = styled(r#"<w:tblLook w:val="0020"/>"#, &grid(2, 2));
    let head = &table.rows[0].cells[0].borders;
    assert_eq!(head.bottom.flatten().map(|border| border.width.0), Some(2.25));
    assert_eq!(head.right, Some(None));
    assert_eq!(head.left, None);
    assert_eq!(table.rows[1].cells[0].borders.top, None);
    assert_eq!(table.borders.outer.top.map(|border| border.color), Some(Rgb(255, 0, 0)));
    assert!(table.borders.inside_h.is_some() && table.borders.inside_v.is_none());
}

#[test]
fn direct_formatting_of_a_cell_wins_17_4_66() {
    let own = r#"<w:tcW w:w="2500" w:type="pct"/><w:gridSpan w:val="2"/><w:tcBorders><w:left w:val="single" w:sz="24"/></w:tcBorders><w:shd w:val="clear" w:fill="auto"/><w:tcMar><w:top w:w="57" w:type="dxa"/></w:tcMar><w:vAlign w:val="center"/>"#;
    let table = styled(r#"<w:tblLook w:val="0020"/>"#, &row(&[cell(own, "x")]));
    let cell = &table.rows[0].cells[0];
    assert_eq!((cell.width, cell.span, cell.shading, cell.vertical_align), (Width::Percent(0.5), 2, None, VerticalAlign::Center));
    assert_eq!(cell.margins, [Some(Twips(57)), None, None, None]);
    assert_eq!(cell.borders.left.flatten().map(|border| border.width.0), Some(3.0));
    assert_eq!(table.cell_margins, [Twips(0), Twips(108), Twips(0), Twips(108)]);
}

#[test]
fn rows_tell_their_height_and_how_they_break_17_4_80() {
    let body = r#"<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/><w:tblInd w:w="-100" w:type="dxa"/></w:tblPr><w:tblGrid/>
        <w:tr><w:trPr><w:gridBefore w:val="1"/><w:cantSplit/><w:trHeight w:val="400"/><w:tblHeader/></w:trPr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr><w:p/></w:tc></w:tr>
        <w:tr><w:trPr><w:trHeight w:val="300" w:hRule="exact"/></w:trPr><w:tc><w:tcPr><w:vMerge/></w:tcPr></w:tc></w:tr>
        <w:tr><w:trPr><w:del w:id="1"/></w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl>"#;
    let table = Maker::body(body).table();
    assert_eq!((table.width, table.align, table.fixed, table.indent), (Width::Percent(1.0), Align::Center, true, Twips(-100)));
    assert_eq!(table.rows.len(), 2);
    let [first, second] = &table.rows[..] else { panic!("not two rows") };
    assert_eq!((first.skip_before, first.cant_split, first.header, first.height), (1, true, true, RowHeight::AtLeast(Twips(400))));
    assert_eq!(second.height, RowHeight::Exact(Twips(300)));
    assert_eq!((first.cells[0].merge, second.cells[0].merge), (VerticalMerge::Start, VerticalMerge::Continue));
    assert!(matches!(second.cells[0].blocks[..], [Block::Paragraph(_)]));
}

#[test]
fn a_row_can_make_exceptions_of_the_tables_borders_17_4_61() {
    let body = r#"<w:tbl><w:tblPr/><w:tr><w:tblPrEx><w:tblBorders><w:top w:val="single" w:sz="16"/></w:tblBorders></w:tblPrEx><w:tc><w:p/></w:tc></w:tr></w:tbl>"#;
    assert_eq!(Maker::body(body).table().rows[0].cells[0].borders.top.flatten().map(|border| border.width.0), Some(2.0));
}

#[test]
fn tables_nest() {
    let inner = format!("<w:tbl>{}</w:tbl>", grid(1, 1));
    let table = Maker::body(&format!("<w:tbl><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>")).table();
    let [Block::Table(inner), Block::Paragraph(_)] = &table.rows[0].cells[0].blocks[..] else { panic!("no table and paragraph") };
    let Block::Paragraph(paragraph) = &inner.rows[0].cells[0].blocks[0] else { panic!("no paragraph") };
    assert_eq!(text(paragraph), "x");
}

#[test]
fn borders_are_as_wide_as_measured() {
    let width = |name: &str, eighths: u32| {
        let own = format!(r#"<w:tcBorders><w:left w:val="{name}" w:sz="{eighths}"/></w:tcBorders>"#);
        let table = styled("", &row(&[cell(&own, "x")]));
        table.rows[0].cells[0].borders.left.flatten().map(|border| (border.width.0 * 20.0).round() as u32)
    };
    // Twips between the lines of rows with such borders in LibreOffice 7.4's PDFs; those of outset, inset and threeDEmboss in Spire's.
    let measured = [
        ("single", 0, 15),
        ("single", 3, 7),
        ("double", 6, 45),
        ("thick", 8, 40),
        ("dashSmallGap", 4, 20),
        ("outset", 2, 5),
        ("outset", 6, 15),
        ("inset", 8, 20),
        ("threeDEmboss", 6, 22),
        ("thinThickSmallGap", 6, 45),
        ("thickThinMediumGap", 18, 91),
        ("thinThickLargeGap", 6, 60),
        // Of three lines, Spire's: LibreOffice draws two.
        ("triple", 8, 100),
        ("thinThickThinSmallGap", 24, 120),
        ("thinThickThinMediumGap", 8, 60),
        ("thinThickThinLargeGap", 8, 100),
    ];
    for (name, eighths, twips) in measured {
        assert_eq!(width(name, eighths), Some(twips), "{name} {eighths}");
    }
}

#[test]
fn the_lines_of_a_border_are_as_wide_and_as_far_apart_as_word_draws_them() {
    let lines = |name: &str, eighths: u32| {
        let own = format!(r#"<w:tcBorders><w:left w:val="{name}" w:sz="{eighths}"/></w:tcBorders>"#);
        let table = styled("", &row(&[cell(&own, "x")]));
        let border = table.rows[0].cells[0].borders.left.flatten().expect("a border");
        let twips = |length: Pt| (length.0 * 20.0).round() as i32;
        border.lines().map(|(start, width)| (twips(start), twips(width))).collect::<Vec<_>>()
    };
    // Read from the lines in Spire's PDFs, from the top or the left; LibreOffice agrees on two lines at the top and at the left.
    assert_eq!(lines("single", 24), [(0, 60)]);
    assert_eq!(lines("double", 24), [(0, 60), (120, 60)]);
    assert_eq!(lines("triple", 24), [(0, 60), (120, 60), (240, 60)]);
    assert_eq!(lines("thinThickSmallGap", 24), [(0, 60), (75, 15)]);
    assert_eq!(lines("thickThinSmallGap", 24), [(0, 15), (30, 60)]);
    assert_eq!(lines("thinThickThinSmallGap", 24), [(0, 15), (30, 60), (105, 15)]);
    assert_eq!(lines("thinThickMediumGap", 24), [(0, 60), (90, 30)]);
    assert_eq!(lines("thickThinLargeGap", 24), [(0, 15), (75, 30)]);
    assert_eq!(lines("thinThickThinLargeGap", 24), [(0, 15), (75, 30), (165, 15)]);
    assert_eq!(lines("inset", 24), [(0, 60)]);
}
