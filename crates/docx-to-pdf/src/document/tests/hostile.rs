//! Files that mean harm, or were made by nobody knows what.

use super::Maker;
use crate::document::{DocumentError, XmlError, read};
use crate::package::tests::zip_of;
use crate::package::{Limits, Package};

fn error(xml: &str) -> DocumentError {
    let package = Package::open(&zip_of(&[("word/document.xml", xml.as_bytes())]), &Limits::default()).unwrap();
    read(&package).unwrap_err()
}

#[test]
fn elements_nested_too_deeply_are_an_error() {
    let xml = format!("{}{}", "<a>".repeat(300), "</a>".repeat(300));
    assert!(matches!(error(&xml), DocumentError::Xml { reason: XmlError::TooDeep(256), .. }));
}

#[test]
fn broken_xml_says_where() {
    assert!(matches!(error("<a><b></a>"), DocumentError::Xml { reason: XmlError::Malformed { .. }, .. }));
    assert!(matches!(error("<a><b>"), DocumentError::Xml { reason: XmlError::Malformed { .. }, .. }));
    assert!(matches!(error("<a/>"), DocumentError::NoBody { .. }));
}

#[test]
fn too_many_elements_are_an_error() {
    let limits = Limits { xml_nodes: 100, ..Limits::default() };
    let package = Package::open(&zip_of(&[("word/document.xml", "<a/>".repeat(101).as_bytes())]), &limits).unwrap();
    assert!(matches!(read(&package), Err(DocumentError::Xml { reason: XmlError::TooLarge(100), .. })));
}

#[test]
fn a_million_cells_are_refused_before_they_take_their_memory() {
    let row = format!("<w:tr>{}</w:tr>", "<w:tc><w:p/></w:tc>".repeat(1000));
    let xml = format!("<w:document><w:body><w:tbl>{}</w:tbl></w:body></w:document>", row.repeat(1000));
    let limits = Limits { ratio: u64::MAX, ..Limits::default() };
    let package = Package::open(&zip_of(&[("word/document.xml", xml.as_bytes())]), &limits).unwrap();
    assert!(matches!(read(&package), Err(DocumentError::Xml { reason: XmlError::TooHeavy(_), .. })));
}

#[test]
fn a_long_documents_mark_up_is_read_and_endless_text_is_not() {
    let read_of = |body: &str| {
        let xml = format!("<w:document><w:body>{body}</w:body></w:document>");
        let limits = Limits { ratio: u64::MAX, ..Limits::default() };
        read(&Package::open(&zip_of(&[("word/document.xml", xml.as_bytes())]), &limits).unwrap())
    };
    let run = "<w:r><w:rPr><w:b/><w:i/><w:sz w:val=\"20\"/><w:lang w:val=\"es-CL\"/></w:rPr><w:t>dos palabras</w:t></w:r>";
    let page = format!("<w:p>{}</w:p>", run.repeat(5)).repeat(14);
    assert!(read_of(&page.repeat(1000)).is_ok(), "630,000 elements, 840,000 letters");
    assert!(matches!(
        read_of(&format!("<w:p>{}</w:p>", "a".repeat(5_000_000))),
        Err(DocumentError::Xml { reason: XmlError::TooHeavy(_), .. })
    ));
}

/// Whether a paragraph of this text is read, and not refused as too heavy.
fn is_read(text: &str) -> bool {
    are_read(&format!("<w:r><w:t>{text}</w:t></w:r>"))
}

/// The same for a paragraph of these runs.
fn are_read(runs: &str) -> bool {
    let xml = format!("<w:document><w:body><w:p>{runs}</w:p></w:body></w:document>");
    let limits = Limits { ratio: u64::MAX, ..Limits::default() };
    match read(&Package::open(&zip_of(&[("word/document.xml", xml.as_bytes())]), &limits).unwrap()) {
        Ok(_) => true,
        Err(DocumentError::Xml { reason: XmlError::TooHeavy(_), .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_word_of_millions_of_letters_is_refused_and_words_or_characters_of_as_many_are_read() {
    assert!(!is_read(&"a".repeat(2_000_000)) && is_read(&"a".repeat(1_000_000)));
    assert!(is_read(&"palabra ".repeat(250_000)) && is_read(&"文".repeat(666_000)));
    let runs = |run: &str, letters: usize| run.replace('*', &"a".repeat(100)).repeat(letters / 100);
    let [run, ended] = ["<w:r><w:t>*</w:t></w:r>\n", "<w:r><w:t>*</w:t><w:tab/></w:r>\n"];
    assert!(!are_read(&runs(run, 1_800_000)) && are_read(&runs(run, 900_000)), "a word may stand in many runs");
    assert!(are_read(&runs(ended, 1_800_000)), "a tab ends a word");
}

#[test]
fn marks_that_stay_apart_from_their_letters_are_counted_as_what_they_cost() {
    // Thai, an emoji family, a letter with a mark that nothing composes; and a hundred pages of Spanish written apart.
    for piece in ["\u{e01}\u{e49}", "\u{1f469}\u{200d}\u{1f469}", "k\u{325}"] {
        assert!(is_read(&piece.repeat(100_000)) && !is_read(&piece.repeat(300_000)), "{piece}");
    }
    assert!(is_read(&"estudie\u{301} ".repeat(100_000)));
}

#[test]
fn tables_in_tables_end() {
    let deep = 40;
    let body = format!("{}<w:p/>{}", "<w:tbl><w:tr><w:tc>".repeat(deep), "</w:tc></w:tr></w:tbl>".repeat(deep));
    let (_, warnings) = Maker::body(&body).read();
    assert_eq!(warnings.len(), 1);
}

#[test]
fn spans_and_bands_of_any_size_are_bounded() {
    let cell = r#"<w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr><w:p/></w:tc>"#;
    let body = format!(
        r#"<w:tbl><w:tblPr><w:tblStyleRowBandSize w:val="0"/></w:tblPr><w:tr><w:trPr><w:gridBefore w:val="4294967295"/></w:trPr>{cell}</w:tr><w:tr>{cell}{cell}</w:tr></w:tbl>"#
    );
    let (document, _) = Maker::body(&body).read();
    assert_eq!(document.sections.len(), 1);
}

#[test]
fn a_broken_part_beside_the_document_is_a_warning() {
    let (_, warnings) = Maker::body("<w:p/>").bytes("word/s.xml", b"<w:styles").related("s", "styles", "s.xml").read();
    assert_eq!(warnings.len(), 1);
}

#[test]
fn any_cut_of_a_document_is_an_error_or_a_document() {
    let xml = r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:t>a&amp;b</w:t></w:r></w:p></w:body></w:document>"#;
    for end in 0..xml.len() {
        let package = Package::open(&zip_of(&[("word/document.xml", &xml.as_bytes()[..end])]), &Limits::default());
        assert!(package.is_ok_and(|package| read(&package).is_err()));
    }
}

#[test]
fn scripts_that_run_both_ways_and_marks_that_stay_apart_count_as_what_they_cost() {
    assert!(is_read(&"אבגד ".repeat(300_000)), "Hebrew alone is text as any other");
    assert!(is_read(&"אa ".repeat(200_000)) && !is_read(&"אa ".repeat(300_000)));
    assert!(is_read(&"हिन्दी ".repeat(50_000)), "a book");
    assert!(!is_read(&"हिन्दी ".repeat(200_000)));
}

#[test]
fn megabytes_of_words_about_pictures_are_refused() {
    let about = |letters: usize| {
        format!(r#"<w:r><w:drawing><wp:inline><wp:docPr id="1" name="n" descr="{}"/></wp:inline></w:drawing></w:r>"#, "a".repeat(letters))
    };
    assert!(are_read(&about(100_000).repeat(100)));
    assert!(!are_read(&about(100_000).repeat(200)));
}
