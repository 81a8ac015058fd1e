//! What one document shows again and again (headers, repeated rows, charts, boxes that a text goes on in), and characters of all scripts: all of it is set, or told, within bounds.

use docx_to_pdf::layout::frame::{Frames, Shape};
use docx_to_pdf::warning::Warning;

use crate::breadth::Sheet;
use crate::measured::p;

fn says(warnings: &[Warning], words: &str) -> bool {
    warnings.iter().any(|warning| warning.to_string().contains(words))
}

/// Glyphs on a page, with those in groups.
fn glyphs(frames: &Frames, page: usize) -> usize {
    fn count(items: &[docx_to_pdf::layout::frame::Item]) -> usize {
        items
            .iter()
            .map(|item| match &item.shape {
                Shape::Glyphs(run) => run.glyphs.len(),
                Shape::Group { items, .. } => count(items),
                Shape::Path(_) | Shape::Image(_) => 0,
            })
            .sum()
    }
    count(&frames.pages[page].items)
}

const NEXT_PAGE: &str = r#"<w:p><w:r><w:br w:type="page"/></w:r></w:p>"#;

#[test]
fn every_character_is_laid_out_in_every_look() {
    let fonts = ["Calibri", "Arial", "Times New Roman", "Courier New", "Symbol", "Wingdings"];
    let looks = ["", "<w:caps/>", "<w:smallCaps/>", "<w:rtl/>", "<w:b/><w:i/>", r#"<w:vertAlign w:val="superscript"/>"#];
    let characters: Vec<char> = ('!'..='\u{FFFD}')
        .chain('\u{1D400}'..='\u{1D7FF}')
        .chain('\u{1F300}'..='\u{1F6FF}')
        .filter(|c| !matches!(c, '&' | '<' | '>'))
        .collect();
    let mut body = String::new();
    for (at, some) in characters.chunks(40).enumerate() {
        let (font, look) = (fonts[at % fonts.len()], looks[at / fonts.len() % looks.len()]);
        let fonts = format!(r#"<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:cs="{font}" w:eastAsia="{font}"/>"#);
        let text: String = some.iter().collect();
        // Each stands behind a letter, before one, with a mark and by itself.
        let turns: String = some.iter().step_by(4).flat_map(|c| ['a', *c, 'b', ' ', *c, '\u{301}', ' ', *c, ' ']).collect();
        let run = format!(r#"<w:r><w:rPr>{fonts}{look}</w:rPr><w:t xml:space="preserve">{text} {turns}</w:t></w:r>"#);
        body.extend(["<w:p>", &run, "</w:p>"]);
    }
    let (frames, _) = Sheet::body(body).laid();
    assert!(frames.pages.len() > 100);
}

#[test]
fn a_hyphen_that_the_face_lacks_is_drawn_with_its_hyphen_minus_before_and_behind_marks() {
    let body: String = ["Calibri", "Cambria", "Arial", "Times New Roman"]
        .map(|font| {
            let text = "x‐y ‐\u{301} \u{301}‐ ‐‐";
            format!(r#"<w:p><w:r><w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}"/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r></w:p>"#)
        })
        .concat();
    let (frames, warnings) = Sheet::body(body).laid();
    assert!(glyphs(&frames, 0) >= 40 && warnings.is_empty(), "{warnings:?}");
}

#[test]
fn a_header_higher_than_its_room_is_set_on_hundreds_of_pages_and_left_out_on_the_rest() {
    let header = p("", &"palabra ".repeat(2500));
    let section = r#"<w:headerReference w:type="default" r:id="header"/>"#.to_owned();
    let pages = |count: usize| Sheet { header: header.clone(), section: section.clone(), ..Sheet::body(NEXT_PAGE.repeat(count)) }.laid();
    let (frames, warnings) = pages(50);
    assert!(glyphs(&frames, 49) > 100 && !says(&warnings, "on so many pages"), "{warnings:?}");
    let (frames, warnings) = pages(300);
    assert!(glyphs(&frames, 49) > 100 && glyphs(&frames, 299) == 0);
    assert!(says(&warnings, "headers, footers and repeated rows on so many pages"), "{warnings:?}");
}

#[test]
fn rows_that_are_repeated_are_so_on_hundreds_of_pages_and_not_on_the_rest() {
    let cell = |text: &str, props: &str| format!("<w:tr><w:trPr>{props}</w:trPr><w:tc>{}</w:tc></w:tr>", p("", text));
    let small = r#"<w:r><w:rPr><w:sz w:val="2"/></w:rPr><w:t xml:space="preserve">*</w:t></w:r>"#.replace('*', &"palabra ".repeat(3000));
    let header = format!("<w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:p>{small}</w:p></w:tc></w:tr>");
    let row = cell("x", r#"<w:trHeight w:val="3000" w:hRule="exact"/>"#);
    let (frames, warnings) = Sheet::body(format!("<w:tbl>{header}{}</w:tbl>", row.repeat(300))).laid();
    assert!(glyphs(&frames, 20) > 100 && glyphs(&frames, 290) < 10, "{} {}", glyphs(&frames, 20), glyphs(&frames, 290));
    assert!(says(&warnings, "headers, footers and repeated rows on so many pages"), "{warnings:?}");
}

#[test]
fn many_short_runs_of_a_line_keep_no_room_for_the_whole_line() {
    let (frames, _) = Sheet::body(p("", &"אa".repeat(2000))).laid();
    for item in frames.pages.iter().flat_map(|page| &page.items) {
        if let Shape::Glyphs(run) = &item.shape {
            assert!(run.glyphs.capacity() <= 2 * run.glyphs.len().max(4), "{} for {}", run.glyphs.capacity(), run.glyphs.len());
        }
    }
}

/// A link to an address of so many letters.
fn link(letters: usize, inner: &str) -> String {
    let code = format!("HYPERLINK &quot;https://example.org/{}&quot;", "a".repeat(letters));
    format!(r#"<w:fldSimple w:instr="{code}">{inner}</w:fldSimple>"#)
}

#[test]
fn a_link_says_where_it_leads_on_each_line_and_page_until_sixteen_megabytes() {
    let section = r#"<w:headerReference w:type="default" r:id="header"/>"#.to_owned();
    let run = r#"<w:r><w:t xml:space="preserve">see</w:t></w:r>"#;
    let links = |sheet: &Sheet| {
        let (frames, warnings) = sheet.laid();
        assert!(
            frames
                .pages
                .iter()
                .all(|page| page.items.iter().any(|item| matches!(&item.shape, Shape::Glyphs(run) if run.text.trim() == "see")))
        );
        (frames.pages.iter().map(|page| page.links.len()).sum::<usize>(), says(&warnings, "links whose addresses are too long together"))
    };
    let header = |letters: usize| Sheet {
        header: format!("<w:p>{}</w:p>", link(letters, run)),
        section: section.clone(),
        ..Sheet::body(NEXT_PAGE.repeat(39))
    };
    assert_eq!(links(&header(1000)), (40, false));
    // What is laid out once more, for its height or beyond a page's end, counts once more.
    let (said, told) = links(&header(1_000_000));
    assert!((10..=16).contains(&said) && told, "{said}");
    let lines = |letters: usize| Sheet::body(format!("<w:p>{}</w:p>", link(letters, &format!("{run}<w:r><w:br/></w:r>").repeat(40))));
    assert_eq!(links(&lines(1000)), (40, false));
    let (said, told) = links(&lines(1_000_000));
    assert!((10..=16).contains(&said) && told, "{said}");
}
