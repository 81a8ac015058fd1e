//! Anchors: what floats by its line or its place on it, and lines that end around anchors and bookmarks. LibreOffice 7.4 and Spire agree on all of it (`docs/engine-rules.md`).
//!
//! Pages are 300 pt wide and high with margins of 50 pt; a line of text is 13.8 pt high, its baseline at 11.2.

use docx_to_pdf::layout::frame::Frames;

use crate::breadth::Sheet;
use crate::measured::{borders, p, row, table};
use crate::support::texts;

/// A box with the word "box", placed by these two bases and so many points from them.
fn anchored(across: (&str, i32), down: (&str, i32), wrap: &str) -> String {
    let ((across, x), (down, y)) = ((across.0, across.1 * 12_700), (down.0, down.1 * 12_700));
    format!(
        r#"<w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="{across}"><wp:posOffset>{x}</wp:posOffset></wp:positionH><wp:positionV relativeFrom="{down}"><wp:posOffset>{y}</wp:posOffset></wp:positionV><wp:extent cx="381000" cy="190500"/>{wrap}<wp:docPr id="5" name="p"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:spPr><a:prstGeom prst="rect"/></wps:spPr><wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"#,
        p("", "box")
    )
}

const IN_FRONT: &str = "<wp:wrapNone/>";

fn text(words: &str) -> String {
    format!(r#"<w:r><w:t xml:space="preserve">{words}</w:t></w:r>"#)
}

/// A word in a run of its own.
fn red(word: &str) -> String {
    format!(r#"<w:r><w:rPr><w:color w:val="FF0000"/></w:rPr><w:t>{word}</w:t></w:r>"#)
}

fn paragraph(properties: &str, content: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>")
}

/// Where a word that stands once begins.
fn place(frames: &Frames, wanted: &str) -> (usize, f32, f32) {
    let all = frames.pages.iter().enumerate().flat_map(|(number, page)| texts(page).into_iter().map(move |found| (number, found)));
    let mut starting = all.filter(|(_, (words, ..))| words.starts_with(wanted));
    let (page, (_, x, y)) = starting.next().unwrap_or_else(|| panic!("{wanted} is not there"));
    assert!(starting.next().is_none(), "{wanted} stands twice");
    (page, x, y)
}

/// How far the box stands from a word: on another page, across and down.
fn from_word(body: &str, word: &str) -> (i32, i32) {
    let frames = Sheet::body(body).laid().0;
    let ((page, x, y), (other, x0, y0)) = (place(&frames, "box"), place(&frames, word));
    assert_eq!(page, other);
    ((x - x0).round() as i32, (y - y0).round() as i32)
}

#[test]
fn what_counts_from_its_character_stands_by_the_text_it_is_anchored_in() {
    let float = anchored(("character", 40), ("line", 3), IN_FRONT);
    for properties in [
        "",
        r#"<w:ind w:left="1000"/>"#,
        r#"<w:ind w:left="600" w:firstLine="500"/>"#,
        r#"<w:ind w:left="1000" w:hanging="500"/>"#,
        r#"<w:jc w:val="center"/>"#,
        r#"<w:jc w:val="right"/>"#,
    ] {
        let body = p("", "above") + &paragraph(properties, &format!("{float}{}", red("here")));
        assert_eq!(from_word(&body, "here"), (40, 3), "{properties}");
    }
    // Behind text, too, and in an empty paragraph that is centred.
    let frames = Sheet::body(paragraph("", &format!("{}{float}", text("before")))).laid().0;
    let (_, x, _) = place(&frames, "box");
    assert!(x > 50.0 + 40.0 + 30.0, "{x}");
    let frames = Sheet::body(paragraph(r#"<w:jc w:val="center"/>"#, &float)).laid().0;
    assert_eq!(place(&frames, "box").1.round() as i32, 150 + 40);
}

#[test]
fn what_counts_from_its_line_stands_by_the_line_it_is_anchored_on() {
    let lines = |float: &str| {
        let broken = |word: &str| format!("{}<w:r><w:br/></w:r>", text(word));
        paragraph("", &format!("{}{}{float}{}<w:r><w:br/></w:r>{}", broken("first"), text("second "), red("there"), text("last")))
    };
    // From its character on the second line, and from the column.
    assert_eq!(from_word(&lines(&anchored(("character", 7), ("line", 5), IN_FRONT)), "there"), (7, 5));
    assert_eq!(from_word(&lines(&anchored(("column", 7), ("line", 5), IN_FRONT)), "last"), (7, 5 - 14));
    // The line counts as it stands without the float, which may push it away.
    let pushing = anchored(("character", 7), ("line", 0), "<wp:wrapTopAndBottom/>");
    assert_eq!(from_word(&lines(&pushing), "first"), (36 + 7, 14));
    // By its paragraph it stands where that begins, however far into it the anchor is.
    assert_eq!(from_word(&lines(&anchored(("character", 7), ("paragraph", 5), IN_FRONT)), "first"), (36 + 7, 5));
}

#[test]
fn cells_headers_and_later_pages_count_from_character_and_line_too() {
    let float = anchored(("character", 12), ("line", 4), IN_FRONT);
    let inside = paragraph(r#"<w:ind w:left="300"/>"#, &format!("{}<w:r><w:br/></w:r>{}{float}{}", text("one"), text("two "), red("here")));
    let cell = table(&borders(8), &[1800, 1800], &row("", &[("", p("", "x")), ("", inside.clone())]));
    assert_eq!(from_word(&format!("{cell}{}", p("", "after")), "here"), (12, 4));
    let sheet = Sheet { header: inside.clone(), section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "x")) };
    let frames = sheet.laid().0;
    let ((_, x, y), (_, x0, y0)) = (place(&frames, "box"), place(&frames, "here"));
    assert_eq!(((x - x0).round() as i32, (y - y0).round() as i32), (12, 4));
    // The paragraph goes on on a second page, and the float with it.
    let many = "<w:r><w:t>line</w:t><w:br/></w:r>".repeat(20);
    assert_eq!(from_word(&paragraph("", &format!("{many}{}{float}{}", text("two "), red("here"))), "here"), (12, 4));
}

#[test]
fn many_floats_of_one_paragraph_stand_by_their_lines() {
    let one = |number: usize| format!("{}{}", text(&format!("w{number} ")), anchored(("character", 1), ("line", 1), IN_FRONT));
    let frames = Sheet::body(paragraph("", &(0..300).map(one).collect::<Vec<_>>().concat())).laid().0;
    let boxes = frames.pages.iter().flat_map(texts).filter(|(word, ..)| word == "box").count();
    assert_eq!(boxes, 300);
}

#[test]
fn lines_end_around_anchors_and_bookmarks_as_though_they_were_not_there() {
    let mark = r#"<w:bookmarkStart w:id="1" w:name="here"/><w:bookmarkEnd w:id="1"/>"#.to_owned();
    let float = anchored(("page", 0), ("page", 0), IN_FRONT);
    let cases = [
        ("aaaa bbbb cccc dddd ", "eeee"),
        ("aaaa bbbb cccc dddd", " eeee"),
        ("aaaa bbbb cccc dddd-", "eeee"),
        ("aaaa bbbb cccc dd", "ddeeee"),
        ("aaaa bbbb cccc dddd ", "(eeee)"),
        ("aaaa bbbb cccc dddd ", "! eeee"),
        ("aaaa bbbb cccc dddd/", "eeee"),
    ];
    for right in (600..2400).step_by(60) {
        let ends = |content: &str| {
            let frames = Sheet::body(paragraph(&format!(r#"<w:ind w:right="{right}"/>"#), content)).laid().0;
            let mut lines: Vec<(i32, String)> = Vec::new();
            for (words, _, y) in texts(&frames.pages[0]).into_iter().filter(|(words, ..)| words != "box") {
                match lines.last_mut() {
                    Some((last, line)) if *last == y.round() as i32 => line.push_str(&words),
                    _ => lines.push((y.round() as i32, words)),
                }
            }
            lines.into_iter().map(|(_, line)| line.replace(' ', "")).collect::<Vec<_>>()
        };
        for (before, after) in cases {
            let plain = ends(&text(&format!("{before}{after}")));
            for between in [&mark, &float] {
                assert_eq!(ends(&format!("{}{between}{}", text(before), text(after))), plain, "{right}: {before}|{after}");
            }
        }
    }
}

#[test]
fn what_text_goes_around_does_not_leave_its_page() {
    let square = r#"<wp:wrapSquare wrapText="bothSides"/>"#;
    // The box is 30 by 15 pt; its text's baseline is 11.2 below its top.
    let stands = |across: (&str, i32), down: (&str, i32), wrap: &str| {
        let frames = Sheet::body(paragraph("", &format!("{}{}", anchored(across, down, wrap), text("x")))).laid().0;
        let found: Vec<(i32, i32)> = frames
            .pages
            .iter()
            .flat_map(texts)
            .filter(|(word, ..)| word == "box")
            .map(|(_, x, y)| (x.round() as i32, (y - 11.2).round() as i32))
            .collect();
        assert_eq!(found.len(), 1);
        found[0]
    };
    for wrap in [square, "<wp:wrapTopAndBottom/>"] {
        assert_eq!(stands(("column", 300), ("paragraph", 0), wrap), (270, 50));
        assert_eq!(stands(("column", -200), ("paragraph", -80), wrap), (0, 0));
        assert_eq!(stands(("column", 10), ("paragraph", 400), wrap), (60, 285));
        // One that counts from the page on one side alone is kept on it on both.
        assert_eq!(stands(("page", 290), ("paragraph", 0), wrap), (270, 50));
        assert_eq!(stands(("column", 10), ("page", 295), wrap), (60, 285));
    }
    // From page and margins it stands where it is put, from a character on its line only up and down; and what text runs through, anywhere.
    assert_eq!(stands(("page", 290), ("page", 295), square), (290, 295));
    assert_eq!(stands(("margin", 240), ("margin", 240), square), (290, 290));
    assert_eq!(stands(("character", 240), ("line", 400), square), (290, 285));
    assert_eq!(stands(("column", 240), ("paragraph", 240), IN_FRONT), (290, 290));
    // In a footer it may reach over the page's lower edge, not over the others.
    let square = |across: i32, down: i32| {
        let footer = paragraph("", &format!("{}{}", anchored(("column", across), ("paragraph", down), square), text("x")));
        let section = r#"<w:footerReference r:id="footer"/>"#.to_owned();
        let frames = Sheet { section, footer, ..Sheet::body(p("", "body")) }.laid().0;
        let (_, x, y) = place(&frames, "box");
        (x.round() as i32, (y - 11.2).round() as i32)
    };
    assert_eq!(square(10, 20), (60, 286));
    assert_eq!(square(300, -300), (270, 0));
}

#[test]
fn what_leaves_its_cell_counts_from_the_page_and_is_not_cut_with_an_exact_row_up_to_word_2010() {
    let float = r#"<w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="0" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="page"><wp:posOffset>2540000</wp:posOffset></wp:positionH><wp:positionV relativeFrom="page"><wp:posOffset>1905000</wp:posOffset></wp:positionV><wp:extent cx="635000" cy="381000"/><wp:wrapSquare wrapText="bothSides"/><wp:docPr id="1" name="b"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:prstGeom prst="rect"/></wps:spPr><wps:txbx><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"#;
    for rule in ["exact", "atLeast"] {
        let height = format!(r#"<w:trHeight w:val="300" w:hRule="{rule}"/>"#);
        let cell = format!("<w:p>{float}<w:r><w:t>cell</w:t></w:r></w:p>");
        let body =
            format!("{}{}{}", p("", "above"), table("", &[2000, 1900], &row(&height, &[("", p("", "left")), ("", cell)])), p("", "below"));
        Sheet { mode: 14, ..Sheet::body(body) }.stands(&[(0, "box", 200.0, 161.2), (0, "below", 50.0, 90.0)]);
    }
}
