//! Breaks of page or column that a paragraph begins with: its first line is the one behind them. The space above a page's first paragraph.
//!
//! Places that LibreOffice 7.4 and Spire agree on, or Word's as Spire and later versions of LibreOffice have them (`docs/engine-rules.md`).
//! Pages are 300 pt wide and high with margins of 50 pt; a line of text is 13.8 pt high, its baseline at 11.2.

use crate::breadth::Sheet;
use crate::measured::{p, row, table};

const FIXED: &str = r#"<w:tblLayout w:type="fixed"/>"#;
const NUMBERING: &str = r#"<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="7"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1"/><w:pPr><w:ind w:left="600" w:hanging="400"/></w:pPr></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"#;
const BOOKMARK: &str = r#"<w:bookmarkStart w:id="4" w:name="here"/><w:bookmarkEnd w:id="4"/>"#;

/// A line, then a paragraph with these properties that begins with breaks of this kind.
fn begins_with(kind: &str, breaks: usize, properties: &str, content: &str) -> String {
    let breaks = format!(r#"<w:r><w:br w:type="{kind}"/></w:r>"#).repeat(breaks);
    format!("{}<w:p><w:pPr>{properties}</w:pPr>{BOOKMARK}{breaks}{content}</w:p>", p("", "above"))
}

fn text(word: &str) -> String {
    format!("<w:r><w:t>{word}</w:t></w:r>")
}

fn sheet(body: String) -> Sheet {
    Sheet { numbering: NUMBERING.to_owned(), section: r#"<w:cols w:num="2" w:space="400"/>"#.to_owned(), ..Sheet::body(body) }
}

#[test]
fn number_and_first_line_s_indent_stand_behind_the_breaks_a_paragraph_begins_with() {
    for (kind, breaks, page, left) in [("page", 1, 1, 50.0), ("page", 2, 2, 50.0), ("column", 1, 0, 160.0), ("column", 3, 1, 160.0)] {
        let numbered = begins_with(kind, breaks, r#"<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>"#, &text("item"));
        sheet(numbered).stands(&[(0, "above", 50.0, 61.2), (page, "7", left + 10.0, 61.2), (page, "item", left + 30.0, 61.2)]);
        for (indent, at) in [(r#"w:firstLine="500""#, 25.0), (r#"w:left="500" w:hanging="300""#, 10.0)] {
            let indented = begins_with(kind, breaks, &format!("<w:ind {indent}/>"), &text("first"));
            sheet(indented).stands(&[(page, "first", left + at, 61.2)]);
        }
    }
    // Behind text the break only divides the paragraph.
    let within = begins_with("page", 1, r#"<w:ind w:left="200" w:firstLine="500"/>"#, &text("next")).replace(BOOKMARK, &text("first"));
    sheet(within).stands(&[(0, "first", 85.0, 75.0), (1, "next", 60.0, 61.2)]);
}

#[test]
fn breaks_that_a_paragraph_begins_with_need_no_room_on_the_page_they_end() {
    let filled = |points: u32| p(&format!(r#"<w:spacing w:line="{}" w:lineRule="exact"/>"#, points * 20), "full");
    for kept in ["", "<w:keepLines/>", r#"<w:spacing w:before="500"/>"#] {
        for (kind, page, left) in [("page", 1, 50.0), ("column", 0, 160.0)] {
            for room in [0, 5, 13] {
                let body = begins_with(kind, 1, kept, &text("behind")).replace(&p("", "above"), &filled(200 - room));
                sheet(body).stands(&[(page, "behind", left, 61.2)]);
            }
        }
        // Alone it takes a line, which may be the next page's.
        let alone = format!("{}{}", begins_with("page", 1, kept, "").replace(&p("", "above"), &filled(195)), p("", "after"));
        Sheet::body(alone).stands(&[(2, "after", 50.0, 61.2)]);
    }
}

#[test]
fn references_find_the_page_behind_the_break_their_paragraph_begins_with() {
    let reference = r#"<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGEREF here</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>9</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>"#;
    let body = |content: &str| format!("{reference}{}", begins_with("page", 1, "", content));
    Sheet::body(body(&text("there"))).stands(&[(0, "2", 50.0, 61.2), (1, "there", 50.0, 61.2)]);
    // A paragraph of nothing but the break is where the break is.
    Sheet::body(body("")).stands(&[(0, "1", 50.0, 61.2)]);
}

/// A line with a space after it of 10 pt, then what begins a page, with a space above of 25 pt.
fn after_a_page(mode: u32, (before, kept): (&str, &str), after: &str) -> Sheet {
    let above = p(&format!(r#"<w:spacing w:after="200"/>{kept}"#), "above");
    Sheet { mode, ..Sheet::body(format!("{above}{before}{after}")) }
}

#[test]
fn a_page_that_a_break_began_has_no_space_at_its_top_from_word_2013_on() {
    let spaced = |more: &str| p(&format!(r#"{more}<w:spacing w:before="500"/>"#), "below");
    let alone = r#"<w:p><w:r><w:br w:type="page"/></w:r></w:p>"#;
    for (before, more) in [("", "<w:pageBreakBefore/>"), (alone, ""), (alone, "<w:keepNext/>")] {
        after_a_page(15, (before, ""), &spaced(more)).stands(&[(1, "below", 50.0, 61.2)]);
        for mode in [12, 14] {
            after_a_page(mode, (before, ""), &spaced(more)).stands(&[(1, "below", 50.0, 86.2)]);
        }
    }
    // The document's first page keeps it, and so does a cell.
    let first = Sheet::body(spaced(""));
    first.stands(&[(0, "below", 50.0, 86.2)]);
    let cell = table(FIXED, &[2000], &row("", &[("", spaced("<w:pageBreakBefore/>"))]));
    after_a_page(15, ("", ""), &format!("{cell}{}", p("", "end"))).stands(&[(1, "below", 55.4, 86.2)]);
}

#[test]
fn of_the_space_above_a_section_s_first_paragraph_the_one_before_it_has_its_own() {
    let section =
        r#"<w:sectPr><w:pgSz w:w="6000" w:h="6000"/><w:pgMar w:top="1000" w:bottom="1000" w:left="1000" w:right="1000"/></w:sectPr>"#;
    for mode in [12, 14, 15] {
        for (space, left) in [(500, 15.0), (300, 5.0), (200, 0.0), (100, 0.0)] {
            let below = p(&format!(r#"<w:spacing w:before="{space}"/>"#), "below");
            after_a_page(mode, ("", section), &below).stands(&[(1, "below", 50.0, 61.2 + left)]);
            // Paragraphs of one style that drop the space between them drop it here, too.
            let alike = p(&format!(r#"<w:spacing w:before="{space}"/><w:contextualSpacing/>"#), "below");
            after_a_page(mode, ("", section), &alike).stands(&[(1, "below", 50.0, 61.2)]);
        }
    }
}

#[test]
fn an_empty_paragraph_that_ends_its_section_is_the_one_before_the_next() {
    let size = r#"<w:pgSz w:w="6000" w:h="6000"/><w:pgMar w:top="1000" w:bottom="1000" w:left="1000" w:right="1000"/>"#;
    let spaced = |side: &str, points: u32| format!(r#"<w:spacing w:{side}="{}"/>"#, points * 20);
    for (after, left) in [(0, 12.0), (5, 7.0), (20, 0.0)] {
        let end = format!("<w:p><w:pPr>{}<w:sectPr>{size}</w:sectPr></w:pPr></w:p>", spaced("after", after));
        let body = format!("{}{end}{}", p(&spaced("after", 7), "above"), p(&spaced("before", 12), "below"));
        for mode in [14, 15] {
            Sheet { mode, ..Sheet::body(body.clone()) }.stands(&[(0, "above", 50.0, 61.2), (1, "below", 50.0, 61.2 + left)]);
        }
        // The document's own first page has all of it.
        let first = format!("{}{}{end}{}", p(&spaced("before", 12), "first"), p("", "more"), p("", "below"));
        Sheet::body(first).stands(&[(0, "first", 50.0, 73.2)]);
    }
}

#[test]
fn a_table_at_the_top_of_a_page_is_not_moved_by_the_space_after_the_paragraph_before_the_break() {
    let kept = r#"<w:pPr><w:spacing w:after="300"/></w:pPr>"#;
    for content in [r#"<w:br w:type="page"/>"#, r#"<w:t>text</w:t><w:br w:type="page"/>"#] {
        let before = format!("<w:p>{kept}<w:r>{content}</w:r></w:p>");
        for mode in [12, 15] {
            let sheet = |properties: &str| Sheet {
                mode,
                ..Sheet::body(format!("{before}{}{}", table(properties, &[2000], &row("", &[("", p("", "cell"))])), p("", "below")))
            };
            let left = if mode == 12 { 50.0 } else { 55.4 };
            sheet(FIXED).stands(&[(1, "cell", left, 61.2), (1, "below", 50.0, 75.0)]);
            let floating = r#"<w:tblpPr w:vertAnchor="text" w:horzAnchor="margin" w:tblpX="0" w:tblpY="400"/>"#;
            sheet(floating).stands(&[(1, "cell", left, 81.2), (1, "below", 50.0, 61.2)]);
        }
    }
}
