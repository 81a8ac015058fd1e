//! Without the bundled faces and without any other there is an error, not a panic.

use std::io::{Cursor, Write as _};

use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::package::{Limits, Package};
use docx_to_pdf::{Options, convert};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

#[test]
fn a_document_without_any_font_is_refused_in_words() {
    let parts = [
        (
            "_rels/.rels",
            r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#,
        ),
        (
            "word/document.xml",
            r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>text</w:t></w:r></w:p></w:body></w:document>"#,
        ),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(name, SimpleFileOptions::default()).expect("a package can be written");
        archive.write_all(content.as_bytes()).expect("a package can be written");
    }
    let docx = archive.finish().expect("a package can be written").into_inner();
    let package = Package::open(&docx, &Limits::default()).expect("the parts are a package");
    let fonts = Fonts::default();
    match convert(&package, &fonts, &Options::default()) {
        Ok(converted) => assert!(!fonts.is_empty() && converted.pages == 1, "with the bundled faces there is a page"),
        Err(error) => assert!(fonts.is_empty() && error.to_string().contains("there is no font"), "{error}"),
    }
}
