//! Borders around characters (`w:bdr`) and the room they take.
//!
//! Places that LibreOffice 7.4 and Spire agree on (`docs/engine-rules.md`).
//! Pages are 300 pt wide and high with margins of 50 pt; a line of text is 13.8 pt high, its baseline at 11.2.

use crate::breadth::Sheet;
use crate::measured::{p, row, table};

const FIXED: &str = r#"<w:tblLayout w:type="fixed"/>"#;
const BOLD: &str = "<w:b/>";

fn border(style: &str, eighths: u32, space: u32) -> String {
    format!(r#"<w:bdr w:val="{style}" w:sz="{eighths}" w:space="{space}" w:color="auto"/>"#)
}

fn run(look: &str, text: &str) -> String {
    format!(r#"<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>"#)
}

fn paragraph(look: &str, runs: &str) -> String {
    format!("<w:p><w:pPr>{look}</w:pPr>{runs}</w:p>")
}

/// Borders, and how much room they take on each side: their lines and their space.
fn borders() -> [(String, f32); 3] {
    [(border("single", 8, 0), 1.0), (border("single", 24, 4), 7.0), (border("double", 8, 1), 4.0)]
}

#[test]
fn a_border_around_characters_takes_room_on_all_sides() {
    for (look, room) in borders() {
        let line = paragraph("", &[run("", "one "), run(&look, "framed"), run("", " three")].concat());
        let at = |left: f32, top: f32| {
            let y = top + room + 11.2;
            let below = top + 13.8 + 2.0 * room + 11.2;
            [
                (0, "one", left, y),
                (0, "framed", left + 20.3 + room, y),
                (0, "three", left + 54.3 + 2.0 * room, y),
                (0, "below", 50.0, below),
            ]
        };
        let below = p("", "below");
        Sheet::body(format!("{line}{below}")).stands(&at(50.0, 50.0));
        let cell = table(FIXED, &[4000], &row("", &[("", line.clone())]));
        Sheet::body(format!("{cell}{below}")).stands(&at(55.4, 50.0));
        let header = format!("{line}{below}");
        Sheet { header, section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "body")) }.stands(&at(50.0, 20.0));
        let none = paragraph("", &run(&border("nil", 24, 4), "one"));
        Sheet::body(format!("{none}{below}")).stands(&[(0, "one", 50.0, 61.2), (0, "below", 50.0, 75.0)]);
        // An exact line is as high as it says.
        let exact = paragraph(r#"<w:spacing w:line="300" w:lineRule="exact"/>"#, &[run("", "one "), run(&look, "framed")].concat());
        Sheet::body(format!("{exact}{below}")).stands(&[
            (0, "one", 50.0, 62.0),
            (0, "framed", 70.3 + room, 62.0),
            (0, "below", 50.0, 76.2),
        ]);
    }
}

#[test]
fn text_within_one_border_stays_together_on_its_line() {
    for (look, room) in borders() {
        // Another look within the same border, then another border.
        let (bold, other) = (format!("{look}{BOLD}"), border("single", 4, 0));
        let line = paragraph("", &[run(&look, "one"), run(&bold, "two"), run(&other, "three")].concat());
        let y = 61.2 + room;
        Sheet::body(line).stands(&[(0, "one", 50.0 + room, y), (0, "two", 67.3 + room, y), (0, "three", 85.97 + 2.0 * room + 0.5, y)]);
        // Aligned with what surrounds it.
        let aligned = |side: &str, word: &str| paragraph(&format!(r#"<w:jc w:val="{side}"/>"#), &run(&look, word));
        let sheet = Sheet::body(format!("{}{}", aligned("center", "framed"), aligned("right", "right")));
        let second = 50.0 + 13.8 + 3.0 * room + 11.2;
        sheet.stands(&[(0, "framed", 133.0, 61.2 + room), (0, "right", 227.3 - room, second)]);
    }
}

#[test]
fn a_border_over_two_lines_begins_and_ends_on_each() {
    let words = "wordaaaaaaa wordbbbbbbb wordccccccc worddddddd wordeeeeee";
    let sheet = |look: &str| Sheet::body(format!("{}{}", paragraph("", &[run(look, words), run("", " end")].concat()), p("", "below")));
    sheet(&border("single", 8, 0)).stands(&[(0, "wordaaaaaaa", 51.0, 62.2), (0, "worddddddd", 51.0, 78.0), (0, "below", 50.0, 92.8)]);
    // The third word has no room beside the end of the border.
    let wide = sheet(&border("single", 24, 4));
    wide.stands(&[(0, "wordaaaaaaa", 57.0, 68.2), (0, "wordccccccc", 57.0, 96.0), (0, "end", 50.0, 116.8), (0, "below", 50.0, 130.6)]);
}
