//! What a screen reader is told, in which order.

use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::layout::frame::{Frames, NodeId, Role, Side};
use docx_to_pdf::pdf::{Meta, write};

use crate::breadth::Sheet;
use crate::measured::p;

fn laid(sheet: &Sheet) -> Frames {
    sheet.laid().0
}

/// A floating text box.
fn text_box(text: &str) -> String {
    format!(
        r#"<w:r><w:pict><v:shape style="position:absolute;margin-left:200pt;margin-top:0;width:100pt;height:40pt"><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"#,
        p("", text)
    )
}

fn run(text: &str) -> String {
    format!(r#"<w:r><w:t xml:space="preserve">{text}</w:t></w:r>"#)
}

/// The elements of a role with what they are told beside.
fn beside(frames: &Frames, role: Role) -> Vec<Option<(NodeId, Side)>> {
    frames.structure.nodes.iter().filter(|node| node.role == role).map(|node| node.beside).collect()
}

#[test]
fn right_to_left_lines_say_their_words_in_the_order_of_reading() {
    let frames = laid(&Sheet::body(format!("<w:p><w:pPr><w:bidi/></w:pPr>{}</w:p>", run("שלום ABC עולם"))));
    let said: Vec<&str> = frames.structure.nodes.iter().filter_map(|node| node.actual.as_deref()).collect();
    assert_eq!(said.concat().trim(), "שלום ABC עולם");
    let spans = frames.structure.nodes.iter().filter(|node| node.role == Role::Span).count();
    assert!(spans > 0 && said.len() == spans);
}

#[test]
fn a_float_is_told_before_its_paragraph_unless_words_stand_before_its_anchor() {
    let frames = laid(&Sheet::body(format!("<w:p>{}{}</w:p>", text_box("float"), run("words"))));
    let paragraph = frames.structure.nodes.iter().position(|node| node.role == Role::Paragraph).map(NodeId);
    assert_eq!(beside(&frames, Role::Section), [paragraph.map(|paragraph| (paragraph, Side::Before))]);
    let frames = laid(&Sheet::body(format!("<w:p>{}{}</w:p>", run("words "), text_box("float"))));
    assert_eq!(beside(&frames, Role::Section), [None]);
    let cell = format!("<w:tbl><w:tr><w:tc><w:p>{}{}</w:p></w:tc></w:tr></w:tbl>", text_box("float"), run("words"));
    let frames = laid(&Sheet::body(cell));
    assert!(matches!(beside(&frames, Role::Section)[..], [Some((_, Side::Before))]), "in cells, too");
}

#[test]
fn a_footnote_is_told_behind_the_paragraph_that_refers_to_it() {
    let reference = r#"<w:r><w:footnoteReference w:id="2"/></w:r>"#;
    let note = format!(r#"<w:footnote w:id="2">{}</w:footnote>"#, p("", "note"));
    let cells =
        format!("<w:tbl><w:tr><w:tc><w:p>{}{reference}</w:p>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>", run("a"), p("", "b"), p("", "c"));
    let frames = laid(&Sheet { footnotes: note, ..Sheet::body(cells) });
    let [Some((home, Side::Behind))] = beside(&frames, Role::Note)[..] else { panic!("{:?}", beside(&frames, Role::Note)) };
    let first = frames.structure.nodes.iter().position(|node| node.role == Role::Paragraph);
    assert_eq!(Some(home.0), first);
    let note = frames.structure.nodes.iter().find(|node| node.role == Role::Note).and_then(|node| node.parent);
    assert_eq!(note, frames.structure.nodes[home.0].parent, "beside each other");
}

#[test]
fn a_pdf_whose_fonts_lack_a_character_does_not_say_that_it_is_for_everyone() {
    let said = |text: &str| {
        let (frames, fonts) = (laid(&Sheet::body(p("", text))), Fonts::default());
        let meta = Meta { title: "t".to_owned(), language: "es".to_owned(), archive: true, ..Meta::default() };
        let bytes = write(&frames, &fonts, &meta).expect("it is written");
        let has = |words: &[u8]| bytes.windows(words.len()).any(|window| window == words);
        (has(b"<pdfuaid:part>"), has(b"<pdfaid:part>"))
    };
    assert_eq!(said("hola"), (true, true));
    assert_eq!(said("hola \u{4E2D}"), (false, false));
}
