//! What docx-rs cannot say, written into the XML it made.

use std::io::Cursor;

use docx_rs::Docx;

use super::parts::HEAD_MARK;
use crate::report::language::Language;
use crate::report::package::{Limits, Package, PackageError};

/// Word's settings for a document of today: no compatibility quirks, none of the East Asian ones docx-rs writes.
const SETTINGS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:zoom w:percent="100"/><w:defaultTabStop w:val="708"/><w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>"#;

/// Packs a document and completes it. The same document gives the same bytes.
pub(super) fn finish(docx: Docx, kind: &str, language: Language) -> Result<Vec<u8>, PackageError> {
    let mut file = Cursor::new(Vec::new());
    docx.pack(&mut file).map_err(|error| PackageError::Write(error.to_string()))?;
    let mut package = Package::open(file.get_ref(), &Limits::default())?;
    edit(&mut package, "word/document.xml", |xml| repeat_head_rows(&without_ids(xml)));
    for part in ["word/header1.xml", "word/footer1.xml"] {
        edit(&mut package, part, without_ids);
    }
    edit(&mut package, "word/styles.xml", |xml| with_language(xml, language));
    package.set_part("word/settings.xml", SETTINGS.as_bytes());
    package.set_part("docProps/core.xml", core(kind, language).into_bytes());
    package.save()
}

fn edit(package: &mut Package, part: &str, change: impl Fn(&str) -> String) {
    if let Some(xml) = package.part(part).and_then(|bytes| std::str::from_utf8(bytes).ok()).map(change) {
        package.set_part(part, xml.into_bytes());
    }
}

/// Paragraph ids say nothing here, and would differ from run to run.
fn without_ids(xml: &str) -> String {
    let mut out = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some(at) = rest.find(" w14:paraId=\"") {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 13..];
        rest = behind.find('"').map_or("", |end| &behind[end + 1..]);
    }
    out.push_str(rest);
    out
}

/// The rows with a marked head repeat on every page.
fn repeat_head_rows(xml: &str) -> String {
    const ROW: &str = "<w:trPr>";
    let mut out = String::with_capacity(xml.len() + 64);
    for (place, piece) in xml.split(HEAD_MARK).enumerate() {
        if place > 0
            && let Some(row) = out.rfind(ROW)
        {
            out.insert_str(row + ROW.len(), "<w:tblHeader/>");
        }
        out.push_str(piece);
    }
    out
}

/// The language of the text, for hyphenation, spelling and screen readers.
fn with_language(xml: &str, language: Language) -> String {
    let region = match language {
        Language::Es => "es-CL",
        Language::En => "en-US",
        Language::Pt => "pt-BR",
    };
    let mark = "</w:rPr></w:rPrDefault>";
    xml.replacen(mark, &format!("<w:lang w:val=\"{region}\" w:eastAsia=\"{region}\" w:bidi=\"ar-SA\"/>{mark}"), 1)
}

/// The document's properties, with tags: the PDF's title names student and assessment.
fn core(kind: &str, language: Language) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{{{{ assessment.title }}}} – {{{{ student.name or student.email }}}}</dc:title><dc:subject>{kind}</dc:subject><dc:creator>{{{{ school.name|default('') }}}}</dc:creator><dc:language>{language}</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">2026-01-01T00:00:00Z</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">2026-01-01T00:00:00Z</dcterms:modified></cp:coreProperties>"#
    )
}
