//! Rows where pages end, and what borders take.
//!
//! | rule | test |
//! |---|---|
//! | room for the border below a row that ends a page | `a_row_that_ends_a_page…`, `a_divided_row…` |
//! | spaces around the paragraphs of a divided row | `the_rest_of_a_paragraph…`, `a_paragraph_in_a_cell_needs…` |
//! | given heights of divided rows | `a_bordered_row…`, `the_rest_of_a_row…` |
//! | alignment in divided rows | `what_is_left_of_a_row…`, `a_part_with_all_its_height…` |
//! | place of a table before mode 15 | `before_mode_15…` |
//! | widths of borders | `a_double_border…`, `cell_spacing…` |

use super::{Sample, borders, check, p, row, stand, table};

const SPACED: &str = r#"<w:spacing w:before="100" w:after="300"/>"#;
const CENTRED: &str = r#"<w:vAlign w:val="center"/>"#;
const LEAST_30: &str = r#"<w:trHeight w:val="600"/>"#;

/// A line that leaves so many points of the page.
fn all_but(room: f32) -> String {
    p(&format!(r#"<w:spacing w:line="{}" w:lineRule="exact"/>"#, ((200.0 - room) * 20.0) as u32), "filler")
}

fn words(count: usize) -> String {
    vec!["word"; count].join(" ")
}

fn numbered(count: usize) -> String {
    (0..count).map(|line| p("", &format!("n{line}"))).collect()
}

fn one_cell(properties: &str, content: String) -> String {
    row(properties, &[("", content)])
}

#[test]
fn a_row_that_ends_a_page_keeps_room_for_the_border_below_it() {
    let rows: String = (0..3).map(|index| one_cell("", p("", &format!("r{index}")))).collect();
    let tight = format!("{}{}", all_but(36.5), table(&borders(24), &[3900], &rows));
    stand(&tight, &[(0, "r0", 56.9, 227.7), (1, "r1", 56.9, 64.2)]);
    let enough = format!("{}{}", all_but(36.7), table(&borders(24), &[3900], &rows));
    stand(&enough, &[(0, "r0", 56.9, 227.5), (0, "r1", 56.9, 244.3), (1, "r2", 56.9, 64.2)]);
}

#[test]
fn a_divided_row_keeps_room_for_the_border_below_it() {
    let divided = |room| format!("{}{}", all_but(room), table(&borders(24), &[3900], &one_cell("", numbered(3))));
    stand(&divided(33.5), &[(0, "n0", 56.9, 230.7), (1, "n1", 56.9, 64.2)]);
    stand(&divided(34.0), &[(0, "n0", 56.9, 230.2), (0, "n1", 56.9, 244.0), (1, "n2", 56.9, 64.2)]);
}

#[test]
fn the_rest_of_a_paragraph_in_a_cell_stands_below_its_space_before() {
    let body = format!("{}{}", all_but(50.0), table("", &[3900], &one_cell("", p(SPACED, &words(30)))));
    stand(&body, &[(0, "word", 55.4, 216.2), (0, "word", 55.4, 243.8), (1, "word", 55.4, 66.2)]);
}

#[test]
fn a_paragraph_in_a_cell_needs_its_space_after_where_a_page_ends() {
    let cell = format!("{}{}", p(SPACED, "first"), p(SPACED, "second"));
    let body = format!("{}{}{}", all_but(60.0), table("", &[3900], &one_cell("", cell)), p("", "below"));
    stand(&body, &[(0, "first", 55.4, 206.2), (1, "second", 55.4, 66.2), (1, "below", 50.0, 95.0)]);
}

#[test]
fn a_bordered_row_whose_height_is_given_and_not_filled_stays_whole() {
    let row = one_cell(LEAST_30, numbered(2));
    stand(&format!("{}{}", all_but(28.0), table(&borders(4), &[3900], &row)), &[(1, "n0", 55.6, 61.7), (1, "n1", 55.6, 75.5)]);
    stand(&format!("{}{}", all_but(25.0), table("", &[3900], &row)), &[(0, "n0", 55.4, 236.2), (1, "n1", 55.4, 61.2)]);
}

#[test]
fn the_rest_of_a_row_keeps_the_rest_of_its_height() {
    let rows = one_cell(r#"<w:trHeight w:val="1000"/>"#, numbered(3));
    let body = format!("{}{}{}", all_but(14.0), table("", &[3900], &rows), p("", "below"));
    stand(&body, &[(0, "n0", 55.4, 247.2), (1, "n2", 55.4, 75.0), (1, "below", 50.0, 97.2)]);
}

#[test]
fn what_is_left_of_a_row_on_a_page_stands_at_its_top() {
    let cells = [(CENTRED, p("", "left")), (CENTRED, numbered(3))];
    let body = format!("{}{}", all_but(29.0), table("", &[1950, 1950], &row(LEAST_30, &cells)));
    stand(&body, &[(0, "left", 55.4, 232.2), (0, "n1", 152.9, 246.0), (1, "n2", 152.9, 61.2)]);
}

#[test]
fn a_part_with_all_its_height_is_aligned_in_that() {
    let cells = [(CENTRED, p("", "left")), (CENTRED, numbered(3))];
    let body = format!("{}{}", all_but(40.0), table("", &[1950, 1950], &row(LEAST_30, &cells)));
    stand(&body, &[(0, "left", 55.4, 229.3), (0, "n0", 152.9, 222.4), (1, "n2", 152.9, 61.2)]);
}

#[test]
fn a_double_border_takes_three_times_its_size() {
    let double = borders(8).replace("single", "double");
    let body = format!("{}{}", table(&double, &[3900], &one_cell("", p("", "in"))), p("", "below"));
    stand(&body, &[(0, "in", 56.9, 64.2), (0, "below", 50.0, 81.0)]);
}

#[test]
fn before_mode_15_a_table_stands_out_by_its_own_margin_not_by_that_of_its_first_cell() {
    let wide = r#"<w:tcMar><w:left w:w="144" w:type="dxa"/><w:right w:w="144" w:type="dxa"/></w:tcMar>"#;
    let mut sample = Sample::new(&table("", &[1800, 1800], &row("", &[(wide, p("", "aa")), ("", p("", "bb"))])));
    check(&sample, &[(0, "aa", 57.2, 61.2), (0, "bb", 145.4, 61.2)]);
    sample.mode = 14;
    check(&sample, &[(0, "aa", 51.8, 61.2), (0, "bb", 140.0, 61.2)]);
}
