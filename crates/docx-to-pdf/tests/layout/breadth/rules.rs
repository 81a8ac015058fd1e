//! Features that documents seldom use, where LibreOffice 7.4 puts their words (see `measured` for how the numbers were taken).

use crate::breadth::Sheet;
use crate::measured::{borders, lines, p, row, table};

const TWO: &str = r#"<w:cols w:num="2" w:space="400"/>"#;
const PAPER: &str = r#"<w:pgSz w:w="6000" w:h="6000"/><w:pgMar w:top="1000" w:bottom="1000" w:left="1000" w:right="1000" w:header="400" w:footer="400" w:gutter="0"/>"#;
const CONTINUOUS: &str = r#"<w:type w:val="continuous"/>"#;

fn more(count: usize, name: &str) -> String {
    (0..count).map(|line| p("", &format!("{name}{line}"))).collect()
}

/// An empty paragraph that ends a section.
fn end(start: &str, more: &str) -> String {
    format!("<w:p><w:pPr><w:sectPr>{start}{PAPER}{more}</w:sectPr></w:pPr></w:p>")
}

fn reference(text: &str, id: u32) -> String {
    format!(r#"<w:p><w:r><w:t>{text}</w:t></w:r><w:r><w:footnoteReference w:id="{id}"/></w:r></w:p>"#)
}

fn note(id: u32, count: usize, name: &str) -> String {
    format!(r#"<w:footnote w:id="{id}">{}</w:footnote>"#, more(count, name))
}

fn noted(body: String, footnotes: &str) -> Sheet {
    Sheet { body, footnotes: footnotes.to_owned(), ..Sheet::default() }
}

/// A table one column wide that floats beside the text.
fn floating(width: u32, position: &str, count: usize) -> String {
    let rows: String = (0..count).map(|at| row("", &[("", p("", &format!("c{at}")))])).collect();
    let position = format!(r#"<w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="text" w:tblpY="1" {position}/>"#);
    table(&format!("{position}{}", borders(8)), &[width], &rows)
}

#[test]
fn a_long_footnote_goes_on_on_the_next_pages() {
    let body = format!("{}{}{}", lines(3), reference("ref", 1), more(20, "m"));
    // Four fifths of a page at most are notes.
    noted(body, &note(1, 40, "f")).stands(&[
        (0, "ref", 50.0, 102.6),
        (0, "f0", 50.0, 123.2),
        (0, "f9", 50.0, 247.4),
        (1, "m0", 50.0, 61.2),
        (1, "f10", 50.0, 109.4),
        (3, "f39", 50.0, 247.4),
        (4, "m12", 50.0, 61.2),
    ]);
}

#[test]
fn a_footnote_needs_room_for_its_first_line_only() {
    let near = noted(format!("{}{}{}", lines(12), reference("ref", 1), more(20, "m")), &note(1, 8, "f"));
    near.stands(&[(0, "ref", 50.0, 226.8), (0, "f0", 50.0, 247.4), (1, "f1", 50.0, 164.6), (2, "m7", 50.0, 61.2)]);
    let last = noted(format!("{}{}", lines(13), reference("ref", 1)), &note(1, 30, "f"));
    last.stands(&[(1, "ref", 50.0, 61.2), (1, "f0", 50.0, 109.4), (2, "f11", 50.0, 109.4), (3, "f29", 50.0, 247.4)]);
}

#[test]
fn a_second_footnote_waits_for_the_rest_of_the_first() {
    let body = format!("{}{}{}{}", lines(7), reference("refa", 1), reference("refb", 2), more(20, "m"));
    let notes = format!("{}{}", note(1, 8, "f"), note(2, 4, "g"));
    noted(body, &notes).stands(&[
        (0, "f5", 50.0, 247.4),
        (1, "refb", 50.0, 61.2),
        (1, "f6", 50.0, 178.4),
        (1, "g0", 50.0, 206.0),
        (1, "g3", 50.0, 247.4),
    ]);
}

#[test]
fn a_footnote_of_a_row_goes_on_too() {
    let rows = row("", &[("", reference("ref", 1))]);
    let body = format!("{}{}{}", lines(8), table(&borders(8), &[2000], &rows), more(20, "m"));
    noted(body, &note(1, 8, "f")).stands(&[(0, "f3", 50.0, 247.4), (1, "f4", 50.0, 206.0)]);
}

#[test]
fn only_the_last_page_of_columns_is_balanced() {
    let body = format!("{}{}{}{}{}", p("", "head"), end(CONTINUOUS, ""), lines(45), end(CONTINUOUS, TWO), p("", "after"));
    Sheet { section: CONTINUOUS.to_owned(), ..Sheet::body(body) }.stands(&[
        (0, "l0", 50.0, 75.0),
        (0, "l13", 160.0, 75.0),
        (0, "l25", 160.0, 240.6),
        (1, "l26", 50.0, 61.2),
        (1, "l35", 50.0, 185.4),
        (1, "l44", 160.0, 171.6),
        (1, "after", 50.0, 199.2),
    ]);
}

#[test]
fn columns_may_be_left_unbalanced_or_run_from_the_right() {
    let body = format!("{}{}{}", lines(12), end(CONTINUOUS, TWO), p("", "after"));
    let settings = "<w:noColumnBalance/>".to_owned();
    Sheet { section: CONTINUOUS.to_owned(), compat: settings, ..Sheet::body(body) }.stands(&[(0, "l11", 50.0, 213.0)]);
    let right = Sheet { section: format!("{TWO}<w:bidi/>"), ..Sheet::body(lines(20)) };
    right.stands(&[(0, "l0", 160.0, 61.2), (0, "l13", 160.0, 240.6), (0, "l14", 50.0, 61.2)]);
}

#[test]
fn an_empty_paragraph_that_ends_its_section_takes_no_room() {
    let plain = format!("{}{}{}", lines(2), end("", ""), more(1, "z"));
    Sheet { section: CONTINUOUS.to_owned(), ..Sheet::body(plain) }.stands(&[(0, "l1", 50.0, 75.0), (0, "z0", 50.0, 88.8)]);
    // Where the section starts with a table it stays.
    let rows: String = (0..2).map(|at| row("", &[("", p("", &format!("c{at}")))])).collect();
    let tabled = format!("{}{}{}", table(&borders(8), &[1500], &rows), end("", ""), more(1, "z"));
    Sheet { section: CONTINUOUS.to_owned(), ..Sheet::body(tabled) }.stands(&[(0, "c1", 55.9, 77.0), (0, "z0", 50.0, 105.6)]);
}

#[test]
fn a_floating_table_stands_by_its_edge_or_before_mode_15_by_its_text() {
    let body = format!("{}{}{}", lines(3), floating(3600, r#"w:horzAnchor="margin" w:tblpX="0""#, 3), more(4, "m"));
    Sheet::body(body.clone()).stands(&[(0, "c0", 55.4, 103.7), (0, "m0", 230.0, 102.6)]);
    Sheet { mode: 14, ..Sheet::body(body) }.stands(&[(0, "c0", 49.5, 103.7), (0, "m0", 224.1, 102.6)]);
    let aligned = floating(1500, r#"w:horzAnchor="margin" w:tblpXSpec="right""#, 3);
    Sheet::body(format!("{}{aligned}{}", lines(3), more(4, "m"))).stands(&[(0, "c0", 185.8, 103.7)]);
    // Aligned to the left its text stands at the margin up to Word 2010, as an ordinary one's at the right does by the same margin (Spire).
    let aligned = floating(1500, r#"w:horzAnchor="margin" w:tblpXSpec="left""#, 3);
    let ordinary = table(&format!(r#"<w:jc w:val="right"/>{}"#, borders(8)), &[1500], &row("", &[("", p("", "c0"))]));
    for (mode, left, right) in [(14, 49.5, 185.8), (15, 55.4, 180.4)] {
        Sheet { mode, ..Sheet::body(format!("{}{aligned}{}", lines(3), more(4, "m"))) }.stands(&[(0, "c0", left, 103.7)]);
        Sheet { mode, ..Sheet::body(format!("{ordinary}{}", p("", "m"))) }.stands(&[(0, "c0", right, 62.2)]);
    }
}

/// LibreOffice 7.4 moves such a table up and cuts it off; Word goes on on the next page.
#[test]
fn a_floating_table_goes_on_on_the_next_page() {
    let body = format!("{}{}{}", lines(4), floating(1500, r#"w:horzAnchor="margin" w:tblpX="0""#, 30), more(12, "m"));
    let places = Sheet::body(body).places();
    let page = |text: &str| places.iter().find(|place| place.1 == text).map(|place| place.0);
    assert_eq!((page("c0"), page("c8"), page("c9"), page("c21"), page("c22")), (Some(0), Some(0), Some(1), Some(1), Some(2)), "{places:?}");
    assert!(places.iter().all(|place| place.3 < 250.5), "{places:?}");
    assert_eq!(page("m0"), Some(0));
}

#[test]
fn lines_are_numbered_beside_the_text() {
    let rows = row("", &[("", p("", "c0"))]);
    let long = ["word"; 20].join(" ");
    let body = format!(
        "{}{}{}{}{}{}",
        lines(5),
        p("", ""),
        p("<w:suppressLineNumbers/>", "supp"),
        p("", &long),
        table(&borders(8), &[1500], &rows),
        more(15, "m")
    );
    let sheet = |attributes: &str| Sheet { section: format!("<w:lnNumType {attributes}/>"), ..Sheet::body(body.clone()) };
    // Tables, and paragraphs that say so, are not counted; empty lines are; each page starts anew.
    sheet(r#"w:countBy="1""#).stands(&[
        (0, "1", 29.9, 61.2),
        (0, "6", 29.9, 130.2),
        (0, "7", 29.9, 157.8),
        (0, "10", 23.9, 215.0),
        (1, "1", 29.9, 61.2),
    ]);
    let fifth = sheet(r#"w:countBy="5" w:restart="continuous" w:distance="200""#);
    fifth.stands(&[(0, "5", 34.0, 116.4), (1, "15", 28.0, 88.8)]);
    assert!(!fifth.places().iter().any(|place| place.1 == "4"));
}

#[test]
fn tabs_of_right_to_left_paragraphs_count_from_the_right() {
    let tabbed = |properties: &str, texts: [&str; 3]| {
        let runs = texts.map(|text| format!("<w:r><w:t>{text}</w:t></w:r>")).join("<w:r><w:tab/></w:r>");
        format!("<w:p><w:pPr><w:bidi/>{properties}</w:pPr>{runs}</w:p>")
    };
    let stops = r#"<w:tabs><w:tab w:val="left" w:pos="1200"/><w:tab w:val="right" w:pos="2800"/></w:tabs>"#;
    let centred = r#"<w:tabs><w:tab w:val="center" w:pos="1200"/></w:tabs>"#;
    let body = [tabbed("", ["abc", "def", "x"]), tabbed(stops, ["x", "abc", "def"]), tabbed(centred, ["x", "abc", "y"])].concat();
    Sheet::body(body).stands(&[
        (0, "abc", 233.3, 61.2),
        (0, "def", 198.7, 61.2),
        (0, "abc", 173.3, 75.0),
        (0, "def", 110.0, 75.0),
        (0, "abc", 181.7, 88.8),
    ]);
}

#[test]
fn cells_of_old_programs_are_merged_sideways() {
    let merge = |value: &str| format!(r#"<w:hMerge w:val="{value}"/>"#);
    let (first, second) = (merge("restart"), merge("continue"));
    let rows = [
        row("", &[(first.as_str(), p("", "one two three four")), (second.as_str(), p("", "gone")), ("", p("", "x"))]),
        row("", &[("", p("", "d0")), ("", p("", "d1")), ("", p("", "d2"))]),
    ];
    let body = table(&borders(8), &[1000, 1000, 1000], &rows.concat());
    Sheet::body(body).stands(&[
        (0, "one two three four", 55.9, 62.2),
        (0, "gone", 55.9, 76.0),
        (0, "x", 155.9, 62.2),
        (0, "d1", 105.9, 90.8),
    ]);
}

#[test]
fn characters_are_aligned_on_their_line() {
    let runs = r#"<w:r><w:t>small</w:t></w:r><w:r><w:rPr><w:sz w:val="60"/></w:rPr><w:t>BIG</w:t></w:r><w:r><w:rPr><w:sz w:val="36"/></w:rPr><w:t>mid</w:t></w:r>"#;
    for (name, small, mid) in [("top", 61.2, 66.8), ("center", 71.6, 73.7), ("bottom", 82.0, 80.7), ("baseline", 78.1, 78.1)] {
        let body = format!(r#"<w:p><w:pPr><w:textAlignment w:val="{name}"/></w:pPr>{runs}</w:p>"#);
        Sheet::body(body).stands(&[(0, "small", 50.0, small), (0, "BIG", 76.0, 78.1), (0, "mid", 127.7, mid)]);
    }
}

/// LibreOffice 7.4 scales the letter to its lines and puts one for the margin into the text; size and margin are as Word has them.
#[test]
fn a_drop_cap_stands_on_the_last_of_its_lines() {
    let letter = |kind: &str| {
        let frame = format!(r#"<w:framePr w:dropCap="{kind}" w:lines="3" w:wrap="around" w:vAnchor="text" w:hAnchor="text"/>"#);
        let spacing = r#"<w:spacing w:line="828" w:lineRule="exact"/>"#;
        format!(r#"<w:p><w:pPr>{frame}{spacing}</w:pPr><w:r><w:rPr><w:sz w:val="118"/></w:rPr><w:t>D</w:t></w:r></w:p>"#)
    };
    let long = (0..40).map(|word| format!("word{word} ")).collect::<Vec<_>>().concat();
    let sheet = |kind: &str| Sheet::body(format!("{}{}{}", p("", "before"), letter(kind), p("", &long)));
    sheet("drop").stands(&[(0, "D", 50.0, 102.5), (0, "word0", 92.7, 75.0), (0, "word8", 92.7, 102.6), (0, "word12", 50.0, 116.4)]);
    sheet("margin").stands(&[(0, "D", 7.4, 102.5), (0, "word0", 50.0, 75.0)]);
}

#[test]
fn a_drop_cap_goes_with_its_paragraph() {
    let letter = r#"<w:p><w:pPr><w:framePr w:dropCap="drop" w:lines="2" w:wrap="around" w:vAnchor="text" w:hAnchor="text"/></w:pPr><w:r><w:t>D</w:t></w:r></w:p>"#;
    let long = ["word"; 30].join(" ");
    let places = Sheet::body(format!("{}{letter}{}", lines(13), p("<w:keepLines/>", &long))).places();
    assert!(places.iter().any(|place| place.0 == 1 && place.1 == "D"), "{places:?}");
    assert_eq!(places.iter().filter(|place| place.1 == "D").count(), 1);
}

#[test]
fn compatibility_settings_change_spacing_and_breaks() {
    let with = |compat: &str, body: String| Sheet { compat: format!("<w:{compat}/>"), ..Sheet::body(body) };
    let broken = r#"<w:p><w:pPr><w:jc w:val="both"/></w:pPr><w:r><w:t>aa bb cc</w:t><w:br/><w:t>dd</w:t></w:r></w:p>"#.to_owned();
    with("doNotExpandShiftReturn", broken).stands(&[(0, "aa bb cc", 50.0, 61.2), (0, "dd", 50.0, 75.0)]);
    let spaced = |before: u32, after: u32, text: &str| p(&format!(r#"<w:spacing w:before="{before}" w:after="{after}"/>"#), text);
    let body = [spaced(0, 200, "one"), spaced(300, 100, "two"), spaced(100, 0, "three")].concat();
    with("doNotUseHTMLParagraphAutoSpacing", body).stands(&[(0, "one", 50.0, 61.2), (0, "two", 50.0, 100.0), (0, "three", 50.0, 123.8)]);
    let page = r#"<w:p><w:r><w:t>b</w:t><w:br w:type="page"/></w:r></w:p>"#;
    with("splitPgBreakAndParaMark", format!("{page}{}", p("", "c"))).stands(&[(0, "b", 50.0, 61.2), (1, "c", 50.0, 75.0)]);
}

#[test]
fn a_hidden_mark_gives_an_empty_cell_no_height() {
    let rows = [row(r#"<w:trHeight w:val="60"/>"#, &[("<w:hideMark/>", "<w:p/>".to_owned())]), row("", &[("", p("", "t"))])];
    let body = format!("{}{}", table(&borders(8), &[1500], &rows.concat()), p("", "end"));
    Sheet::body(body).stands(&[(0, "t", 55.9, 66.2), (0, "end", 50.0, 81.0)]);
}

#[test]
fn a_heading_before_the_last_page_of_balanced_columns_stays() {
    let section = format!("{}{}{}", lines(25), p("<w:keepNext/>", "title"), more(10, "m"));
    let body = format!("{}{}{section}{}{}", p("", "head"), end(CONTINUOUS, ""), end(CONTINUOUS, TWO), p("", "after"));
    let places = Sheet { section: CONTINUOUS.to_owned(), ..Sheet::body(body) }.places();
    let once = |text: &str| places.iter().filter(|place| place.1 == text).map(|place| place.0).collect::<Vec<_>>();
    assert_eq!((once("title"), once("l24"), once("m0"), once("m9")), (vec![1], vec![0], vec![1], vec![1]), "{places:?}");
}

#[test]
fn a_footnote_in_balanced_columns_stays_whole_where_its_page_has_room() {
    let section = format!("{}{}{}", lines(5), reference("ref", 1), more(4, "m"));
    let body = format!("{}{}{section}{}{}", p("", "head"), end(CONTINUOUS, ""), end(CONTINUOUS, TWO), p("", "after"));
    let sheet = Sheet { section: CONTINUOUS.to_owned(), ..noted(body, &note(1, 5, "f")) };
    let places = sheet.places();
    assert!(["f0", "f4", "m3", "after"].iter().all(|text| places.iter().any(|place| place.0 == 0 && place.1 == *text)), "{places:?}");
}

#[test]
fn columns_that_fill_their_page_have_their_own_footnotes() {
    // A column holds 14 lines, or 13 above a note of one line.
    let columns = |body: String, notes: &str| Sheet { section: r#"<w:cols w:num="2" w:space="720"/>"#.to_owned(), ..noted(body, notes) };
    let body = format!("{}{}{}", lines(3), reference("ref", 1), more(23, "m"));
    columns(body, &note(1, 1, "f")).stands(&[
        (0, "m8", 50.0, 226.8),
        (0, "f0", 50.0, 247.4),
        (0, "m9", 168.0, 61.2),
        (0, "m22", 168.0, 240.6),
    ]);
    let both = format!("{}{}{}{}", lines(3), reference("ref", 1), more(11, "m"), reference("other", 2));
    columns(both, &format!("{}{}", note(1, 1, "f"), note(2, 2, "g"))).stands(&[
        (0, "f0", 50.0, 247.4),
        (0, "other", 168.0, 88.8),
        (0, "g0", 168.0, 233.6),
        (0, "g1", 168.0, 247.4),
    ]);
    // What finds no room in one column goes on in the next, and then on the next page.
    let long = columns(format!("{}{}", reference("ref", 1), more(3, "m")), &note(1, 40, "f"));
    long.stands(&[(0, "f0", 50.0, 109.4), (0, "f11", 168.0, 109.4), (1, "f22", 50.0, 109.4), (1, "f39", 168.0, 247.4)]);
    // Columns that another section goes on below share the first one's, as before.
    let section = format!("{}{}{}", lines(5), reference("ref", 1), more(4, "m"));
    let balanced = format!("{section}{}{}", end(CONTINUOUS, TWO), p("", "after"));
    Sheet { section: CONTINUOUS.to_owned(), ..noted(balanced, &note(1, 1, "f")) }.stands(&[(0, "f0", 50.0, 247.4)]);
}

#[test]
fn a_long_row_leaves_room_for_the_notes_of_what_stands_on_its_page_only() {
    let content: String = (0..20).map(|at| reference(&format!("ref{at}"), at + 1)).collect();
    let notes: String = (0..20).map(|at| note(at + 1, 1, &format!("n{at}_"))).collect();
    let places = noted(table(&borders(8), &[2000], &row("", &[("", content)])), &notes).places();
    let pages = |prefix: &str| -> Vec<usize> { places.iter().filter(|place| place.1.starts_with(prefix)).map(|place| place.0).collect() };
    assert_eq!(pages("ref").iter().filter(|page| **page == 0).count(), 6, "{places:?}");
    assert_eq!(pages("ref").last(), Some(&3), "{places:?}");
    assert_eq!(pages("ref"), pages("n"), "each note stands on the page of its reference");
}

/// Rows of a floating table on page 0, all of page 1 and the start of page 2.
fn over_pages(below: &str) -> Vec<(usize, String, f32, f32)> {
    let position = r#"w:horzAnchor="page" w:tblpX="1000""#;
    Sheet::body(format!("{}{}{below}", lines(4), floating(4000, position, 30))).places()
}

#[test]
fn nothing_stands_over_a_floating_table_that_goes_on() {
    let rows: String = (0..12).map(|at| row("", &[("", p("", &format!("r{at}")))])).collect();
    for (places, first) in [(over_pages(&more(12, "m")), "m0"), (over_pages(&table(&borders(8), &[2000], &rows)), "r0")] {
        let at = |text: &str| places.iter().find(|place| place.1 == text).map(|place| (place.0, place.3)).expect("it is there");
        assert_eq!((at("c29").0, at(first).0), (2, 2), "{places:?}");
        assert!(at(first).1 > at("c29").1 + 10.0, "{places:?}");
        assert!(places.iter().all(|place| place.3 < 250.0), "{places:?}");
    }
}

#[test]
fn a_floating_row_that_is_cut_off_is_told() {
    let rows = row(r#"<w:trHeight w:val="5000"/>"#, &[("", p("", "high"))]);
    let position = r#"<w:tblpPr w:vertAnchor="text" w:tblpY="1" w:horzAnchor="margin" w:tblpX="0"/>"#;
    let body = format!("{}{}{}", lines(4), table(position, &[1500], &rows), p("", "after"));
    let warnings = Sheet::body(body).laid().1;
    assert!(warnings.iter().any(|warning| format!("{warning:?}").contains("higher than its page")), "{warnings:?}");
}
