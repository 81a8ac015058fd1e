//! Pictures that float in cells.
//!
//! | rule | test |
//! |---|---|
//! | between the cell's edges | `a_picture_stays…`, `a_picture_wider…` |
//! | the cell's height | `a_picture_that_text…` |
//! | `layoutInCell` | `a_picture_outside_its_cell…` |

use super::{Sample, check, p, row, stand, table};

pub(crate) fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(2, 2).write_to(&mut bytes, image::ImageFormat::Png).expect("a picture can be written");
    bytes.into_inner()
}

/// A picture of 60 pt by 60 with 9 pt kept at its sides, 3.75 pt below its paragraph's top.
pub(crate) fn picture(x: f32, width: f32, wrap: &str, flags: &str) -> String {
    let emu = |points: f32| (points * 12_700.0) as i64;
    let (x, width, height) = (emu(x), emu(width), emu(60.0));
    format!(
        r#"<w:p><w:r><w:drawing><wp:anchor distT="45720" distB="45720" distL="114300" distR="114300" simplePos="0" relativeHeight="2" {flags} locked="0" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>{x}</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>47625</wp:posOffset></wp:positionV><wp:extent cx="{width}" cy="{height}"/>{wrap}<wp:docPr id="5" name="p"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip r:embed="picture"/></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r></w:p>"#
    )
}

const SQUARE: &str = r#"<wp:wrapSquare wrapText="bothSides"/>"#;
const FRONT: &str = r#"behindDoc="0" layoutInCell="1""#;
const OUTSIDE: &str = r#"behindDoc="0" layoutInCell="0""#;

/// A cell of 195 pt with a picture and the word `aa` after it, and a paragraph below.
fn cell(picture: &str) -> String {
    format!("{}{}", table("", &[3900], &row("", &[("", format!("{picture}{}", p("", "aa")))])), p("", "below"))
}

#[test]
fn a_picture_stays_between_the_edges_of_its_cell_whatever_space_it_keeps() {
    for (x, text) in [(0.0, 124.4), (7.0, 131.4), (-8.0, 119.0), (-20.0, 119.0)] {
        stand(&cell(&picture(x, 60.0, SQUARE, FRONT)), &[(0, "aa", text, 75.0), (0, "below", 50.0, 125.0)]);
    }
}

#[test]
fn a_picture_wider_than_the_text_of_its_cell_moves_to_the_edge() {
    stand(&cell(&picture(40.0, 180.0, SQUARE, FRONT)), &[(0, "aa", 55.4, 128.6), (0, "below", 50.0, 142.4)]);
}

#[test]
fn a_picture_that_text_runs_through_makes_its_cell_no_higher() {
    stand(&cell(&picture(0.0, 60.0, "<wp:wrapNone/>", FRONT)), &[(0, "aa", 55.4, 75.0), (0, "below", 50.0, 88.8)]);
    let behind = r#"behindDoc="1" layoutInCell="1""#;
    stand(&cell(&picture(0.0, 60.0, "<wp:wrapNone/>", behind)), &[(0, "aa", 55.4, 75.0), (0, "below", 50.0, 88.8)]);
}

#[test]
fn a_picture_outside_its_cell_is_known_only_before_mode_15() {
    let mut sample = Sample::new(&cell(&picture(-40.0, 60.0, SQUARE, OUTSIDE)));
    check(&sample, &[(0, "aa", 119.0, 75.0), (0, "below", 50.0, 125.0)]);
    sample.mode = 14;
    check(&sample, &[(0, "aa", 79.0, 75.0), (0, "below", 50.0, 88.8)]);
}
