//! Rules of tables, each measured on LibreOffice 7.4 with a small document.

use crate::document::model::{
    Block, Border, BorderStyle, Borders, Cell, Document, ParagraphProps, Row, RowHeight, Settings, Table, TableBorders, VerticalMerge,
    Width,
};
use crate::graphics::Rgb;
use crate::layout::frame::Role;
use crate::layout::tests::{document, laid, paragraph, section, text, texts, with};
use crate::units::{Pt, Twips};

#[expect(clippy::unnecessary_wraps, reason = "a side of a border is optional")]
fn line(points: f32) -> Option<Border> {
    Some(Border { style: BorderStyle::Single, width: Pt(points), space: Pt(0.0), color: Rgb(0, 0, 0) })
}

fn bordered(points: f32) -> TableBorders {
    let outer = Borders { top: line(points), right: line(points), bottom: line(points), left: line(points) };
    TableBorders { outer, inside_h: line(points), inside_v: line(points) }
}

fn cell(words: &str) -> Cell {
    Cell { blocks: vec![paragraph(vec![text(words)])], span: 1, ..Cell::default() }
}

fn table(rows: &[&[&str]], border: f32) -> Table {
    let rows = rows.iter().map(|row| Row { cells: row.iter().map(|words| cell(words)).collect(), ..Row::default() }).collect();
    Table {
        grid: vec![Twips(1000), Twips(1000)],
        rows,
        cell_margins: [Twips(0), Twips(108), Twips(0), Twips(108)],
        borders: bordered(border),
        ..Table::default()
    }
}

fn in_mode(mode: u32, blocks: Vec<Block>) -> Document {
    let mut document = document(vec![section(blocks)]);
    document.settings = Settings { compatibility_mode: mode, ..Settings::default() };
    document
}

fn place(document: &Document, words: &str) -> (usize, f32, f32) {
    let frames = laid(document);
    let pages = frames.pages.iter().enumerate();
    let found =
        pages.flat_map(|(page, content)| texts(content).into_iter().map(move |text| (page, text))).find(|(_, text)| text.0 == words);
    let (page, text) = found.expect("the text is on some page");
    (page, text.1, text.2)
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() < 0.06
}

#[test]
fn in_mode_15_the_border_aligns_with_the_margin_and_before_it_the_text_does() {
    let new = place(&in_mode(15, vec![Block::Table(Box::new(table(&[&["a", "b"]], 3.0)))]), "a");
    assert!(near(new.1, 50.0 + 1.5 + 5.4), "{new:?}");
    let old = place(&in_mode(14, vec![Block::Table(Box::new(table(&[&["a", "b"]], 3.0)))]), "a");
    assert!(near(old.1, 50.0), "{old:?}");
}

#[test]
fn a_row_is_as_high_as_its_top_border_and_content() {
    let document = in_mode(15, vec![Block::Table(Box::new(table(&[&["a", "x"], &["b", "y"]], 3.0))), paragraph(vec![text("after")])]);
    let (a, b, after) = (place(&document, "a"), place(&document, "b"), place(&document, "after"));
    assert!(near(b.2 - a.2, 13.8 + 3.0), "{a:?} {b:?}");
    assert!(near(after.2 - b.2, 13.8 + 3.0), "the last row adds its bottom border");
}

#[test]
fn a_percent_width_is_cut_to_whole_percent() {
    let mut half = table(&[&["a", "b"]], 0.0);
    half.width = Width::Percent(0.5048);
    let document = in_mode(15, vec![Block::Table(Box::new(half))]);
    let (a, b) = (place(&document, "a"), place(&document, "b"));
    assert!(near(b.1 - a.1, 50.0), "{a:?} {b:?}");
}

#[test]
fn the_empty_paragraph_after_a_nested_table_takes_no_room() {
    let mut outer = table(&[&["x", "y"], &["below", "z"]], 0.0);
    outer.rows[0].cells[0].blocks = vec![Block::Table(Box::new(table(&[&["inner", "w"]], 0.0))), paragraph(Vec::new())];
    let document = in_mode(15, vec![Block::Table(Box::new(outer))]);
    let (inner, below) = (place(&document, "inner"), place(&document, "below"));
    assert!(near(below.2 - inner.2, 13.8), "{inner:?} {below:?}");
}

#[test]
fn header_rows_are_repeated_and_never_left_alone() {
    let mut rows: Vec<Vec<&str>> = vec![vec!["head", "h"]];
    rows.extend((0..20).map(|_| vec!["row", "r"]));
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let mut long = table(&rows, 0.0);
    long.rows[0].header = true;
    let mut blocks: Vec<Block> = (0..13).map(|_| paragraph(vec![text("filler")])).collect();
    blocks.push(Block::Table(Box::new(long)));
    let frames = laid(&in_mode(15, blocks));
    let heads: Vec<usize> = frames.pages.iter().map(|page| texts(page).iter().filter(|text| text.0 == "head").count()).collect();
    assert_eq!(heads, [0, 1, 1]);
}

#[test]
fn rows_kept_with_the_next_go_to_the_next_page_together() {
    let mut kept = table(&[&["one", "x"], &["two", "y"]], 0.0);
    kept.rows[0].cells.iter_mut().for_each(|cell| {
        cell.blocks = vec![with(ParagraphProps { keep_next: true, ..ParagraphProps::default() }, "one")];
    });
    let mut blocks: Vec<Block> = (0..13).map(|_| paragraph(vec![text("filler")])).collect();
    blocks.push(Block::Table(Box::new(kept)));
    assert_eq!(place(&in_mode(15, blocks), "one").0, 1);
}

#[test]
fn a_row_is_divided_between_lines_and_goes_on_at_the_top() {
    let mut long = table(&[&["x", "y"]], 0.0);
    long.rows[0].cells[0].blocks = (0..20).map(|_| paragraph(vec![text("line")])).collect();
    let frames = laid(&in_mode(15, vec![Block::Table(Box::new(long))]));
    let counts: Vec<usize> = frames.pages.iter().map(|page| texts(page).iter().filter(|text| text.0 == "line").count()).collect();
    assert_eq!(counts, [14, 6]);
}

#[test]
fn a_row_higher_than_a_page_that_cannot_be_divided_still_ends() {
    let mut huge = table(&[&["x", "y"], &["end", "z"]], 0.0);
    huge.rows[0].height = RowHeight::Exact(Twips(i32::MAX));
    assert_eq!(place(&in_mode(15, vec![Block::Table(Box::new(huge))]), "end").0, 1);
}

fn roles(table: Table) -> Vec<Role> {
    laid(&document(vec![section(vec![Block::Table(Box::new(table))])])).structure.nodes.iter().map(|node| node.role).collect()
}

#[test]
fn a_table_that_relates_data_is_told_as_one() {
    let mut headed = table(&[&["a", "b"], &["c", "d"]], 0.5);
    headed.rows[0].header = true;
    let roles_of_headed = roles(headed);
    let heads = roles_of_headed.iter().filter(|role| matches!(role, Role::HeaderCell { .. })).count();
    assert_eq!((roles_of_headed[0], heads), (Role::Table, 2));
    let unbordered = |rows: &[&[&str]]| Table { borders: TableBorders::default(), ..table(rows, 0.0) };
    let mut shaded = unbordered(&[&["a", "b"], &["c", "d"]]);
    shaded.rows[0].cells[0].shading = Some(Rgb(9, 9, 9));
    let mut lined = unbordered(&[&["a", "b"], &["c", "d"]]);
    lined.rows[1].cells[1].borders.bottom = Some(line(0.5));
    let described = Table { description: Some("marks".to_owned()), ..unbordered(&[&["a", "b"]]) };
    let long = unbordered(&[&["a", "b"][..]; 20]);
    for data in [table(&[&["a", "b"], &["c", "d"]], 0.5), shaded, lined, described, long, unbordered(&[&["a", "b", "c", "d", "e"][..]; 2])]
    {
        assert_eq!(roles(data)[0], Role::Table);
    }
}

#[test]
fn a_table_that_only_lays_out_leaves_its_paragraphs_in_their_order() {
    let unbordered = Table { borders: TableBorders::default(), ..table(&[&["a", "b"], &["c", "d"]], 0.0) };
    for layout in [unbordered, table(&[&["a", "b"]], 0.5), table(&[&["a"], &["b"], &["c"]], 0.5)] {
        let roles = roles(layout);
        assert_eq!(roles[0], Role::Division);
        assert!(roles[1..].iter().all(|role| *role == Role::Paragraph), "{roles:?}");
    }
}

#[test]
fn a_table_of_merged_cells_and_short_rows_is_regular() {
    let mut grid = table(&[&["a", "b", "c"], &["d", "e", "f"], &["g", "h"]], 0.5);
    grid.rows[0].cells[0].merge = VerticalMerge::Start;
    grid.rows[1].cells[0].merge = VerticalMerge::Continue;
    grid.rows[1].cells[2].merge = VerticalMerge::Continue;
    grid.rows[2].skip_before = 1;
    let frames = laid(&document(vec![section(vec![Block::Table(Box::new(grid))])]));
    let nodes = &frames.structure.nodes;
    let rows: Vec<usize> = (0..nodes.len()).filter(|at| nodes[*at].role == Role::Row).collect();
    let cells = |row: usize| {
        let of_row = nodes.iter().filter(|node| node.parent.is_some_and(|parent| parent.0 == row));
        of_row
            .filter_map(|node| if let Role::Cell { columns, rows } = node.role { Some((columns, rows)) } else { None })
            .collect::<Vec<_>>()
    };
    assert_eq!(cells(rows[0]), [(1, 2), (1, 1), (1, 1)], "the merged cell reaches over two rows");
    assert_eq!(cells(rows[1]), [(1, 1), (1, 1)], "a cell that goes on nothing is empty");
    assert_eq!(cells(rows[2]), [(1, 1), (1, 1), (1, 1)], "a row that begins later has an empty cell there");
}
