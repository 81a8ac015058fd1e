//! The rules of LibreOffice 7.4, each with a small document of our own and the places LibreOffice gives its words.
//!
//! How the numbers were taken: the document below was saved as a .docx, converted by LibreOffice 7.4.7 with the bundled fonts, and the baselines read from its PDF.
//! Pages are 300 pt wide and high with margins of 50 pt; the text is 12 pt Liberation Serif, whose line is 13.8 pt high with its baseline at 11.2.
//!
//! | rule | test |
//! |---|---|
//! | line height of each font | `fonts::tests::line_heights_are_those_that_were_measured` |
//! | largest ascent and descent | `a_line_takes_the_largest_ascent_and_descent` |
//! | spacing auto, exact, at least | `proportional_spacing…` (two), `tests::exact_spacing…`, `at_least_adds_above` |
//! | space between paragraphs | `tests::the_space_between…`, `contextual_spacing…`, `space_before_at_the_top…` |
//! | empty paragraphs | `an_empty_paragraph…` |
//! | rows | `table::tests`, `a_given_height…`, `the_last_row…`, `cells_are_aligned…`, `the_wider_border…` |
//! | rows over pages | `table::tests`, `cells_know_no_widows`, `rows_of_nested_tables…` |
//! | headers and footers | `tests::a_header_taller…`, `a_footer_ends…` |
//! | pictures in the line | `tests::a_picture_alone…` |
//! | tabs and numbers | `tabs::tests`, `a_line_ends_before_a_tab…`, `a_default_stop…`, `numbers_stand_at_the_hanging_position` |
//! | justified lines | `a_justified_line…` |
//! | kerning and ligatures | `fonts::tests` |
//! | widows, chains, columns | `tests::a_long_text…`, `tests::a_heading_stays…`, `tests::columns_are_balanced…` |
//! | column widths | `table::tests::a_percent_width…`, `a_grid_is_scaled…` |
//! | document grid | `tests::lines_on_a_grid…`, `the_grid_stands_in_the_middle` |
//! | floats | `float::tests`, `a_first_line…` (two), `an_empty_line…`, `a_float_in_a_cell…`, `floats` |
//! | line ends | `tests::lines_end…`, `a_slash…`, `a_word_of_several_looks…` |
//! | paper | `document::tests::sections::papers_are_taken_as_the_standard_has_them` |
//! | defaults | `a_document_without_defaults…` |
//! | hidden text | `a_paragraph_of_hidden_text…` |
//! | tables that are one | `tables_without_a_paragraph_between…` |
//! | missing characters | `another_font_for_one_character_keeps_the_line` |
//! | rows where pages end, borders | `rows` |

pub(crate) mod floats;
mod rows;

use crate::support::texts;
use crate::support::zip_of;
use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::layout::layout;
use docx_to_pdf::package::{Limits, Package};

pub(crate) const NAMESPACES: &str = concat!(
    r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" "#,
    r#"xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" "#,
    r#"xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" "#,
    r#"xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" "#,
    r#"xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape""#,
);
pub(crate) const DEFAULTS: &str = r#"<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Liberation Serif" w:hAnsi="Liberation Serif"/><w:sz w:val="24"/></w:rPr></w:rPrDefault></w:docDefaults>"#;
pub(crate) const PAGE: &str = r#"<w:pgSz w:w="6000" w:h="6000"/><w:pgMar w:top="1000" w:bottom="1000" w:left="1000" w:right="1000" w:header="400" w:footer="400" w:gutter="0"/>"#;

/// A word where it stands: page from 0, text, left edge, baseline.
pub(crate) type Place = (usize, String, f32, f32);

struct Sample {
    body: String,
    section: String,
    styles: String,
    footer: String,
    mode: u32,
}

impl Sample {
    fn new(body: &str) -> Self {
        let styles = format!(r#"{DEFAULTS}<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/></w:style>"#);
        Self { body: body.to_owned(), section: PAGE.to_owned(), styles, footer: String::new(), mode: 15 }
    }

    fn places(&self) -> Vec<Place> {
        let part = |element: &str, content: &str| format!("<w:{element} {NAMESPACES}>{content}</w:{element}>");
        let body = format!("<w:body>{}<w:sectPr>{}</w:sectPr></w:body>", self.body, self.section);
        let compat = format!(r#"<w:compat><w:compatSetting w:name="compatibilityMode" w:val="{}"/></w:compat>"#, self.mode);
        let link = |kind: &str| format!(r#"<Relationship Id="{kind}" Type="x/{kind}" Target="{kind}.xml"/>"#);
        let picture = r#"<Relationship Id="picture" Type="x/image" Target="media/p.png"/>"#;
        let links = format!("{}{picture}", ["styles", "settings", "footer"].map(link).concat());
        let parts = [
            ("word/document.xml", part("document", &body)),
            ("word/styles.xml", part("styles", &self.styles)),
            ("word/settings.xml", part("settings", &compat)),
            ("word/footer.xml", part("ftr", &self.footer)),
            ("word/_rels/document.xml.rels", format!("<Relationships>{links}</Relationships>")),
        ];
        let mut parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, content)| (*name, content.as_bytes())).collect();
        let png = floats::png();
        parts.push(("word/media/p.png", &png));
        let package = Package::open(&zip_of(&parts), &Limits::default()).expect("the parts are a package");
        let (document, _) = docx_to_pdf::document::read(&package).expect("the document can be read");
        let (frames, _) = layout(&document, &Fonts::default());
        let pages = frames.pages.iter().enumerate();
        pages.flat_map(|(page, content)| texts(content).into_iter().map(move |(text, x, y)| (page, text, x, y))).collect()
    }
}

/// Checks that words stand where LibreOffice has them.
#[track_caller]
fn stand(body: &str, expected: &[(usize, &str, f32, f32)]) {
    check(&Sample::new(body), expected);
}

#[track_caller]
fn check(sample: &Sample, expected: &[(usize, &str, f32, f32)]) {
    let places = sample.places();
    for (page, text, x, y) in expected {
        let near =
            |place: &&Place| place.0 == *page && place.1.starts_with(text) && (place.2 - x).abs() < 0.16 && (place.3 - y).abs() < 0.16;
        assert!(places.iter().any(|place| near(&place)), "{text} is not at {x}, {y} of page {page}: {places:?}");
    }
}

pub(crate) fn p(properties: &str, text: &str) -> String {
    format!(r#"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>"#)
}

pub(crate) fn lines(count: usize) -> String {
    (0..count).map(|line| p("", &format!("l{line}"))).collect()
}

pub(crate) fn table(properties: &str, grid: &[u32], rows: &str) -> String {
    let grid = grid.iter().map(|width| format!(r#"<w:gridCol w:w="{width}"/>"#)).collect::<Vec<_>>().concat();
    format!(r#"<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"#)
}

pub(crate) fn row(properties: &str, cells: &[(&str, String)]) -> String {
    let cells = cells.iter().map(|(properties, content)| format!("<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"));
    let cells = cells.collect::<Vec<_>>().concat();
    format!("<w:tr><w:trPr>{properties}</w:trPr>{cells}</w:tr>")
}

pub(crate) fn borders(eighths: u32) -> String {
    let side = |name: &str| format!(r#"<w:{name} w:val="single" w:sz="{eighths}" w:space="0" w:color="000000"/>"#);
    format!("<w:tblBorders>{}</w:tblBorders>", ["top", "left", "bottom", "right", "insideH", "insideV"].map(side).concat())
}

/// A text box 40 pt high at its paragraph's top, with text around it.
fn float(width: u32, right: u32, below: u32) -> String {
    format!(
        r#"<w:r><w:drawing><wp:anchor distT="0" distB="{below}" distL="{right}" distR="{right}" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent cx="{width}" cy="508000"/><wp:wrapSquare wrapText="bothSides"/><wp:docPr id="1" name="b"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:prstGeom prst="rect"/></wps:spPr><wps:txbx><w:txbxContent><w:p><w:r><w:t>BOX</w:t></w:r></w:p></w:txbxContent></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"><a:noAutofit/></wps:bodyPr></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"#
    )
}

const WIDE: u32 = 3_000_000;

#[test]
fn a_line_takes_the_largest_ascent_and_descent() {
    let mixed = r#"<w:p><w:r><w:t>small</w:t></w:r><w:r><w:rPr><w:sz w:val="48"/></w:rPr><w:t>BIG</w:t></w:r></w:p>"#;
    stand(&format!("{mixed}{}", p("", "next")), &[(0, "small", 50.0, 72.4), (0, "BIG", 76.0, 72.4), (0, "next", 50.0, 88.8)]);
}

#[test]
fn proportional_spacing_above_one_line_adds_below() {
    let double = r#"<w:spacing w:line="480" w:lineRule="auto"/>"#;
    stand(&format!("{}{}", p(double, "one"), p("", "two")), &[(0, "one", 50.0, 61.2), (0, "two", 50.0, 88.8)]);
}

#[test]
fn proportional_spacing_below_one_line_shrinks_it() {
    let tight = r#"<w:spacing w:line="180" w:lineRule="auto"/>"#;
    stand(&format!("{}{}", p(tight, "one"), p(tight, "two")), &[(0, "one", 50.0, 58.3), (0, "two", 50.0, 68.6)]);
}

#[test]
fn at_least_adds_above() {
    let least = r#"<w:spacing w:line="400" w:lineRule="atLeast"/>"#;
    stand(&format!("{}{}", p(least, "one"), p("", "two")), &[(0, "one", 50.0, 67.4), (0, "two", 50.0, 81.2)]);
}

#[test]
fn contextual_spacing_drops_the_space_between_equal_styles() {
    let one = p(r#"<w:spacing w:after="200"/><w:contextualSpacing/>"#, "one");
    let two = p(r#"<w:spacing w:before="300"/><w:contextualSpacing/>"#, "two");
    let three = p(r#"<w:spacing w:before="100"/>"#, "three");
    stand(&format!("{one}{two}{three}"), &[(0, "one", 50.0, 61.2), (0, "two", 50.0, 75.0), (0, "three", 50.0, 93.8)]);
}

#[test]
fn space_before_at_the_top_is_dropped_after_a_full_page() {
    let spaced = |more: &str, text: &str| p(&format!(r#"{more}<w:spacing w:before="200"/>"#), text);
    let body = format!("{}{}{}", spaced("", "one"), lines(12), spaced("", "natural"));
    stand(&body, &[(0, "one", 50.0, 71.2), (0, "l11", 50.0, 236.8), (1, "natural", 50.0, 61.2)]);
}

#[test]
fn an_empty_paragraph_is_as_high_as_its_mark() {
    let empty = r#"<w:p><w:pPr><w:rPr><w:sz w:val="48"/></w:rPr></w:pPr></w:p>"#;
    stand(&format!("{}{empty}{}", p("", "one"), p("", "two")), &[(0, "two", 50.0, 102.6)]);
}

#[test]
fn the_last_row_holds_the_border_below_it() {
    let body = format!("{}{}", table(&borders(24), &[1000], &row("", &[("", p("", "a"))])), p("", "below"));
    stand(&body, &[(0, "a", 56.9, 64.2), (0, "below", 50.0, 81.0)]);
}

#[test]
fn borders_and_margins_come_on_top_of_a_least_height_and_the_margin_below_on_top_of_an_exact_one() {
    // Spire, and LibreOffice from 24.8 on as Word has it; 7.4 counts them in.
    let rows = [
        row(r#"<w:trHeight w:val="600"/>"#, &[("", p("", "a"))]),
        row(r#"<w:trHeight w:val="600" w:hRule="exact"/>"#, &[("", p("", "b"))]),
    ];
    let body = format!("{}{}", table(&borders(24), &[1000], &rows.concat()), p("", "below"));
    stand(&body, &[(0, "a", 56.9, 64.2), (0, "b", 56.9, 97.2), (0, "below", 50.0, 127.2)]);
    let apart =
        |top: u32, bottom: u32| format!(r#"<w:tcMar><w:top w:w="{top}" w:type="dxa"/><w:bottom w:w="{bottom}" w:type="dxa"/></w:tcMar>"#);
    // The widest margins of the row's cells count: 10 pt above of one cell, 5 pt below of another.
    let cells =
        |rule: &str| row(&format!(r#"<w:trHeight w:val="600"{rule}/>"#), &[(&*apart(200, 0), p("", "a")), (&*apart(0, 100), p("", "b"))]);
    for (rule, below) in [("", 64.2 + 48.0), (r#" w:hRule="exact""#, 61.2 + 38.0)] {
        let body = format!("{}{}", table(&borders(24), &[1000, 1000], &cells(rule)), p("", "below"));
        stand(&body, &[(0, "a", 56.9, 74.2), (0, "below", 50.0, below)]);
    }
}

#[test]
fn cells_are_aligned_between_their_borders() {
    let cells = [(r#"<w:vAlign w:val="center"/>"#, p("", "a")), (r#"<w:vAlign w:val="bottom"/>"#, p("", "b"))];
    let body = format!("{}{}", table(&borders(24), &[1000, 1000], &row(r#"<w:trHeight w:val="800"/>"#, &cells)), p("", "below"));
    stand(&body, &[(0, "a", 56.9, 77.3), (0, "b", 106.9, 90.4), (0, "below", 50.0, 107.2)]);
}

#[test]
fn the_wider_border_wins_between_two_cells() {
    let thick = r#"<w:tcBorders><w:bottom w:val="single" w:sz="48" w:space="0" w:color="000000"/></w:tcBorders>"#;
    let thin = r#"<w:tcBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="000000"/></w:tcBorders>"#;
    let rows = [row("", &[(thick, p("", "a"))]), row("", &[(thin, p("", "b"))])];
    let body = format!("{}{}", table(&borders(8), &[1000], &rows.concat()), p("", "below"));
    stand(&body, &[(0, "a", 55.9, 62.2), (0, "b", 55.9, 82.0), (0, "below", 50.0, 96.8)]);
}

#[test]
fn a_justified_line_with_a_break_is_stretched_and_the_last_is_not() {
    let body = r#"<w:p><w:pPr><w:jc w:val="both"/></w:pPr><w:r><w:t xml:space="preserve">aa </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>bb</w:t><w:br/><w:t xml:space="preserve">cc </w:t></w:r><w:r><w:t>dd</w:t></w:r></w:p>"#;
    stand(body, &[(0, "aa", 50.0, 61.2), (0, "bb", 236.7, 61.2), (0, "cc", 50.0, 75.0), (0, "dd", 63.7, 75.0)]);
}

#[test]
fn cells_know_no_widows() {
    let long = ["word"; 14].join(" ");
    let body = format!("{}{}{}", lines(13), table("", &[3900], &row("", &[("", p("", &long))])), p("", "x"));
    stand(&body, &[(0, "word word", 55.4, 240.6), (1, "word word", 55.4, 61.2), (1, "word word", 55.4, 75.0), (1, "x", 50.0, 88.8)]);
}

#[test]
fn rows_of_nested_tables_are_divided_between_pages() {
    let many: String = (0..6).map(|line| p("", &format!("n{line}"))).collect();
    let inner = format!("{}<w:p/>", table("", &[3000], &row("", &[("", many)])));
    let body = format!("{}{}{}", lines(11), table("", &[3900], &row("", &[("", inner)])), p("", "x"));
    stand(&body, &[(0, "n0", 60.8, 213.0), (0, "n2", 60.8, 240.6), (1, "n3", 60.8, 61.2), (1, "n5", 60.8, 88.8), (1, "x", 50.0, 102.6)]);
}

#[test]
fn an_empty_line_stands_beside_a_float_however_narrow_the_room() {
    stand(&format!("<w:p>{}</w:p>{}", float(2_400_000, 0, 0), p("", "two")), &[(0, "BOX", 50.0, 61.2), (0, "two", 50.0, 101.3)]);
}

#[test]
fn a_float_in_a_cell_stays_in_it_and_the_space_below_it_makes_no_height() {
    let cell = format!("<w:p>{}<w:r><w:t>in</w:t></w:r></w:p>", float(635_000, 127_000, 127_000));
    let bare = r#"<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>"#;
    let body = format!("{}{}", table(bare, &[3900], &row("", &[("", cell)])), p("", "below"));
    stand(&body, &[(0, "BOX", 50.0, 61.2), (0, "below", 50.0, 101.3)]);
}

#[test]
fn the_grid_stands_in_the_middle() {
    let mut sample = Sample::new(&format!("{}{}", p("", "one"), p("", "two")));
    sample.section = format!(r#"{PAGE}<w:docGrid w:type="lines" w:linePitch="390"/>"#);
    check(&sample, &[(0, "one", 50.0, 66.6), (0, "two", 50.0, 86.1)]);
}

#[test]
fn a_word_of_several_looks_is_cut_before_the_end_of_the_first() {
    let body = format!(r#"<w:p><w:r><w:t>aaaa</w:t></w:r><w:r><w:rPr><w:sz w:val="12"/></w:rPr><w:t>{}</w:t></w:r></w:p>"#, "b".repeat(80));
    stand(&body, &[(0, "aaa", 50.0, 61.2), (0, "a", 50.0, 75.0), (0, "bbbb", 55.4, 75.0)]);
}

#[test]
fn a_slash_ends_a_line_only_in_the_first_word() {
    let later = p("", "see aaaaaaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    let first = p("", "aaaaaaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbbbbbbbbb");
    stand(
        &format!("{later}{first}"),
        &[(0, "see", 50.0, 61.2), (0, "aaaa", 50.0, 75.0), (0, "bbbb", 50.0, 88.8), (0, "aaaa", 50.0, 102.6), (0, "bbbb", 50.0, 116.4)],
    );
}

#[test]
fn a_brace_holds_on_to_the_word_behind_it() {
    let joined = p("", "see {aaaaaaaaaaaaaaaaaaaa}bbbbbbbbbbbb");
    let apart = p("", "see $aaaaaaaaaaaaaaaaaaa)%bbbbbbbbbbbb");
    stand(&format!("{joined}{apart}"), &[(0, "{aaaa", 50.0, 75.0), (0, "%bbbb", 50.0, 102.6)]);
}

#[test]
fn digits_start_a_line_behind_a_slash_after_letters() {
    stand(&p("", &format!("{}/{}", "a".repeat(20), "5".repeat(25))), &[(0, "aaaa", 50.0, 61.2), (0, "5555", 50.0, 75.0)]);
}

#[test]
fn nothing_follows_a_picture_wider_than_its_line() {
    let wide = p("", "").replace("<w:t xml:space=\"preserve\"></w:t>", r#"<w:drawing><wp:inline><wp:extent cx="4000000" cy="508000"/><wp:docPr id="1" name="b"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:spPr><a:prstGeom prst="rect"/></wps:spPr><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"#);
    stand(&format!("{}{wide}{}", p("", "one"), p("", "two")), &[(0, "one", 50.0, 61.2), (0, "two", 50.0, 115.0)]);
}

#[test]
fn text_flows_around_what_floats_in_a_footer() {
    let mut sample = Sample::new(&lines(13));
    sample.section = format!(r#"<w:footerReference w:type="default" r:id="footer"/>{PAGE}"#);
    let high = float(WIDE, 0, 0).replace(
        r#"<wp:positionV relativeFrom="paragraph"><wp:posOffset>0<"#,
        r#"<wp:positionV relativeFrom="page"><wp:posOffset>2667000<"#,
    );
    sample.footer = format!("<w:p>{high}</w:p>");
    check(&sample, &[(0, "l10", 50.0, 199.2), (1, "l12", 50.0, 75.0)]);
}

#[test]
fn numbers_stand_at_the_hanging_position() {
    let body = r#"<w:p><w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr><w:r><w:t>1.</w:t><w:tab/><w:t>text</w:t></w:r></w:p>"#;
    stand(body, &[(0, "1.", 68.0, 61.2), (0, "text", 86.0, 61.2)]);
}

#[test]
fn a_footer_ends_at_its_distance_from_the_edge() {
    let mut sample = Sample::new(&p("", "body"));
    sample.section = format!(r#"<w:footerReference w:type="default" r:id="footer"/>{PAGE}"#);
    sample.footer = format!("{}{}", p("", "first"), p("", "last"));
    check(&sample, &[(0, "body", 50.0, 61.2), (0, "first", 50.0, 263.6), (0, "last", 50.0, 277.4)]);
}

#[test]
fn a_grid_is_scaled_to_the_width_of_the_table() {
    let cells = row("", &[("", p("", "a")), ("", p("", "b"))]);
    let body = table("", &[1000, 1000], &cells).replace(r#"<w:tblW w:w="0" w:type="auto"/>"#, r#"<w:tblW w:w="3000" w:type="dxa"/>"#);
    stand(&body, &[(0, "a", 55.4, 61.2), (0, "b", 130.4, 61.2)]);
}

#[test]
fn another_font_for_one_character_keeps_the_line() {
    stand(
        &format!("{}{}{}", p("", "one"), p("", "aқb"), p("", "two")),
        &[(0, "one", 50.0, 61.2), (0, "a", 50.0, 75.0), (0, "қ", 55.4, 75.0), (0, "b", 62.6, 75.0), (0, "two", 50.0, 88.8)],
    );
}

fn tabbed(stops: &str, content: &str) -> String {
    format!("<w:p><w:pPr><w:tabs>{stops}</w:tabs></w:pPr><w:r>{content}</w:r></w:p>")
}

#[test]
fn a_line_ends_before_a_tab_not_after_it() {
    let text = tabbed("", "<w:t>abc aaaaaa aaaaaaa aaaaaaa bbbbb</w:t><w:tab/><w:t>77777777</w:t>");
    let alone = tabbed("", "<w:t>abc</w:t><w:tab/><w:tab/><w:t>7777777777777777777777777777777777</w:t>");
    stand(
        &format!("{text}{alone}{}", p("", "end")),
        &[
            (0, "abc aaaaaa", 50.0, 61.2),
            (0, "77777777", 86.0, 75.0),
            (0, "abc", 50.0, 88.8),
            (0, "7777", 50.0, 116.4),
            (0, "end", 50.0, 144.0),
        ],
    );
}

#[test]
fn a_tab_to_a_default_stop_beyond_the_line_goes_to_the_next() {
    let right = r#"<w:tab w:val="right" w:pos="3900"/>"#;
    let last = tabbed(right, "<w:t>abc</w:t><w:tab/><w:t>77</w:t><w:tab/>");
    let more = tabbed(right, "<w:t>abc</w:t><w:tab/><w:t>88</w:t><w:tab/><w:t>xx</w:t>");
    stand(
        &format!("{last}{more}{}", p("", "end")),
        &[(0, "77", 233.0, 61.2), (0, "88", 233.0, 88.8), (0, "xx", 233.0, 102.6), (0, "end", 50.0, 116.4)],
    );
}

#[test]
fn a_document_without_defaults_is_set_in_calibri_with_kerning() {
    let mut sample =
        Sample::new(r#"<w:p><w:r><w:t xml:space="preserve">AVATAR </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>Tomato</w:t></w:r></w:p>"#);
    sample.styles = r#"<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/></w:style>"#.to_owned();
    check(&sample, &[(0, "AVATAR", 50.0, 60.7), (0, "Tomato", 86.4, 60.7)]);
}

#[test]
fn a_paragraph_of_hidden_text_takes_no_room_but_counts_as_one() {
    let hidden =
        r#"<w:p><w:pPr><w:spacing w:before="200" w:after="300"/></w:pPr><w:r><w:rPr><w:vanish/></w:rPr><w:t>hid</w:t></w:r></w:p>"#;
    stand(&format!("{}{hidden}{}", p(r#"<w:spacing w:after="100"/>"#, "a"), p("", "end")), &[(0, "a", 50.0, 61.2), (0, "end", 50.0, 80.0)]);
}

#[test]
fn tables_without_a_paragraph_between_are_one() {
    let narrow = table(&borders(8), &[1500, 1500], &row("", &[("", p("", "aa")), ("", p("", "bb"))]));
    let wide = table(&borders(48), &[1000, 3000], &row("", &[("", p("", "cc")), ("", p("", "dd"))]));
    stand(
        &format!("{narrow}{wide}{}", p("", "end")),
        &[(0, "aa", 58.4, 67.2), (0, "bb", 158.4, 67.2), (0, "cc", 58.4, 87.0), (0, "dd", 108.4, 87.0), (0, "end", 50.0, 106.8)],
    );
}
