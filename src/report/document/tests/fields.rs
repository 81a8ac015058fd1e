//! Fields, links, bookmarks and notes (ECMA-376 part 1, 17.11, 17.16).

use super::{Maker, look, text};
use crate::report::document::model::{Block, Inline};

fn field(instruction: &str, result: &str) -> String {
    format!(
        r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>"#
    )
}

fn run(content: &str) -> String {
    format!(r#"<w:r><w:t xml:space="preserve">{content}</w:t></w:r>"#)
}

fn line(content: &str) -> String {
    text(&Maker::body(&format!("<w:p>{content}</w:p>")).paragraph())
}

#[test]
fn page_numbers_become_fields_in_the_look_of_their_result_17_16_5_44() {
    let bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>12</w:t></w:r>";
    let paragraph = Maker::body(&format!("<w:p>{}</w:p>", field(r"PAGE  \* ROMAN \* MERGEFORMAT", bold))).paragraph();
    assert_eq!(text(&paragraph), "{Page(Some(UpperRoman))}");
    assert!(matches!(&paragraph.content[0], Inline::Field { props, .. } if props.bold));
    assert_eq!(line(r#"<w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>3</w:t></w:r></w:fldSimple>"#), "{NumPages(None)}");
}

#[test]
fn other_fields_show_what_they_last_were() {
    assert_eq!(line(&field("MERGEFIELD Nombre", &run("Ana"))), "Ana");
    assert_eq!(line(&field(r#"DATE \@ "d 'de' MMMM""#, &run("1 de mayo"))), "1 de mayo");
}

#[test]
fn page_and_style_references_keep_their_cached_text() {
    assert_eq!(line(&field(r"PAGEREF _Toc1 \h", &run("7"))), r#"{PageRef { bookmark: "_Toc1", cached: "7" }}"#);
    assert_eq!(line(&field(r#"STYLEREF "Heading 1""#, &run("Intro"))), r#"{StyleRef { style: "Heading 1", cached: "Intro" }}"#);
}

#[test]
fn a_field_in_a_fields_instruction_does_not_show_17_16_18() {
    let inner = field("PAGE", &run("1"));
    let outer = format!(
        r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF </w:instrText></w:r>{inner}<w:r><w:instrText> = 1 "a" "b"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{}<w:r><w:fldChar w:fldCharType="end"/></w:r>"#,
        run("a")
    );
    assert_eq!(line(&outer), "a");
}

#[test]
fn links_open_and_close_in_every_paragraph_they_cross() {
    let begin = r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK \l "here"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>"#;
    let end = r#"<w:r><w:fldChar w:fldCharType="end"/></w:r>"#;
    let paragraphs = Maker::body(&format!("<w:p>{begin}{}</w:p><w:p>{}{end}{}</w:p>", run("a"), run("b"), run("c"))).paragraphs();
    assert_eq!(text(&paragraphs[0]), r#"<Bookmark("here")>a</>"#);
    assert_eq!(text(&paragraphs[1]), r#"<Bookmark("here")>b</>c"#);
}

#[test]
fn hyperlinks_lead_outside_or_to_bookmarks_17_16_22() {
    let body = r#"<w:p><w:bookmarkStart w:id="0" w:name="top"/><w:hyperlink r:id="h"><w:r><w:t>x</w:t></w:r></w:hyperlink><w:hyperlink w:anchor="top"><w:r><w:t>y</w:t></w:r></w:hyperlink></w:p>"#;
    let paragraph = Maker::body(body).link("h", "https://example.org/").paragraph();
    assert_eq!(text(&paragraph), r#"[top:]<Uri("https://example.org/")>x</><Bookmark("top")>y</>"#);
}

#[test]
fn form_boxes_and_symbols_have_no_result_and_still_show() {
    let check = r#"<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>"#;
    let symbol = r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>SYMBOL 183 \f "Symbol"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>"#;
    let empty = check.replace(
        r#"<w:r><w:fldChar w:fldCharType="end"/>"#,
        r#"<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:fldChar w:fldCharType="end"/>"#,
    );
    assert_eq!(line(&format!("{check}{symbol}{empty}")), "☒•☒");
}

#[test]
fn a_forms_list_shows_the_entry_that_is_chosen_17_16_9() {
    let list = |result: &str| {
        format!(
            r#"<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList>{result}<w:listEntry w:val="Select…"/><w:listEntry w:val="yes"/></w:ddList></w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMDROPDOWN</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>"#
        )
    };
    assert_eq!(line(&format!("{} {}", list(""), list(r#"<w:result w:val="1"/>"#))), "Select…yes");
    assert_eq!(line(&list(r#"<w:result w:val="7"/>"#)), "");
}

#[test]
fn fields_that_never_end_do_no_harm() {
    let begin = r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r>"#.repeat(200);
    let end = r#"<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>"#.repeat(300);
    assert_eq!(line(&format!("{begin}{end}{}", run("x"))), "x");
}

#[test]
fn notes_are_read_by_id_and_separators_are_not_notes_17_11() {
    let body = r#"<w:p><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:footnoteReference w:id="3" w:customMarkFollows="1"/><w:t>*</w:t></w:r></w:p>"#;
    let notes = r#"<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote><w:footnote w:id="2"><w:p><w:r><w:footnoteRef/><w:t>n</w:t></w:r></w:p></w:footnote>"#;
    let (document, _) = Maker::body(body).part("footnotes", "footnotes", notes).read();
    assert_eq!(document.footnotes.keys().copied().collect::<Vec<_>>(), [2]);
    let Block::Paragraph(reference) = &document.sections[0].blocks[0] else { panic!("no paragraph") };
    assert_eq!(text(reference), "[note 2 #][note 3 *]");
    let Some(Block::Paragraph(note)) = document.footnotes[&2].first() else { panic!("no note") };
    assert_eq!(text(note), "[mark]n");
    assert_eq!(look(note, 0).size.0, 22);
}
