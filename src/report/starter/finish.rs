//! What docx-rs cannot say, written into the XML it made.

use std::io::Cursor;

use docx_rs::Docx;

use super::parts::{ACCENT, BODY_FONT, HEAD_MARK, HEADING_FONT, INK, PAPER, QUIET, RULE};
use super::schema;
use crate::report::language::Language;
use docx_to_pdf::package::{Limits, Package, PackageError};

/// Word's settings for a document of today: no compatibility quirks, none of the East Asian ones docx-rs writes.
const SETTINGS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:zoom w:percent="100"/><w:defaultTabStop w:val="708"/><w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>"#;

/// Packs a document and completes it. The same document gives the same bytes.
pub(super) fn finish(docx: Docx, kind: &str, language: Language) -> Result<Vec<u8>, PackageError> {
    let mut file = Cursor::new(Vec::new());
    docx.pack(&mut file).map_err(|error| PackageError::Write(error.to_string()))?;
    let mut package = Package::open(file.get_ref(), &Limits::default())?;
    edit(&mut package, "word/document.xml", |xml| schema::ordered(&themed(&repeat_head_rows(&without_ids(xml)))));
    for part in ["word/header1.xml", "word/footer1.xml", "word/numbering.xml"] {
        edit(&mut package, part, |xml| schema::ordered(&themed(&without_ids(xml))));
    }
    edit(&mut package, "word/styles.xml", |xml| schema::ordered(&themed(&with_language(&with_default_styles(xml), language))));
    edit(&mut package, "word/_rels/document.xml.rels", |xml| {
        xml.replacen(
            "</Relationships>",
            &format!("<Relationship Id=\"rIdTheme\" Type=\"{THEME}\" Target=\"theme/theme1.xml\"/></Relationships>"),
            1,
        )
    });
    edit(&mut package, "[Content_Types].xml", |xml| {
        let theme =
            "<Override PartName=\"/word/theme/theme1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.theme+xml\"/>";
        xml.replacen("</Types>", &format!("{theme}</Types>"), 1)
    });
    package.set_part("word/theme/theme1.xml", theme().into_bytes());
    package.set_part("word/settings.xml", SETTINGS.as_bytes());
    package.set_part("docProps/core.xml", core(kind, language).into_bytes());
    package.save()
}

/// The kind of relationship that leads to a theme.
const THEME: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme";

/// The theme: the school changes colours and fonts in Word's Design tab, and everything follows.
fn theme() -> String {
    let colour = |name: &str, value: &str| format!("<a:{name}><a:srgbClr val=\"{value}\"/></a:{name}>");
    let colours: String = [
        ("dk1", INK),
        ("lt1", "FFFFFF"),
        ("dk2", ACCENT),
        ("lt2", PAPER),
        ("accent1", ACCENT),
        ("accent2", "E3A72F"),
        ("accent3", "2F7D5B"),
        ("accent4", "9AA5B1"),
        ("accent5", QUIET),
        ("accent6", RULE),
        ("hlink", ACCENT),
        ("folHlink", QUIET),
    ]
    .iter()
    .fold(String::new(), |all, (name, value)| all + &colour(name, value));
    let font =
        |name: &str, face: &str| format!("<a:{name}><a:latin typeface=\"{face}\"/><a:ea typeface=\"\"/><a:cs typeface=\"\"/></a:{name}>");
    let fill = "<a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill>";
    let line = format!("<a:ln w=\"9525\">{fill}</a:ln>");
    let effect = "<a:effectStyle><a:effectLst/></a:effectStyle>";
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><a:theme xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" name=\"gradepost\"><a:themeElements><a:clrScheme name=\"gradepost\">{colours}</a:clrScheme><a:fontScheme name=\"gradepost\">{}{}</a:fontScheme><a:fmtScheme name=\"gradepost\"><a:fillStyleLst>{fill}{fill}{fill}</a:fillStyleLst><a:lnStyleLst>{line}{line}{line}</a:lnStyleLst><a:effectStyleLst>{effect}{effect}{effect}</a:effectStyleLst><a:bgFillStyleLst>{fill}{fill}{fill}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>",
        font("majorFont", HEADING_FONT),
        font("minorFont", BODY_FONT)
    )
}

/// Colours and fonts of the theme by their names in it; the values stay beside them for readers that know no themes.
fn themed(xml: &str) -> String {
    let mut out = xml.to_owned();
    for (value, name) in [(INK, "text1"), (ACCENT, "accent1"), (PAPER, "background2"), (QUIET, "accent5")] {
        out = out.replace(&format!("<w:color w:val=\"{value}\""), &format!("<w:color w:val=\"{value}\" w:themeColor=\"{name}\""));
        out = out.replace(&format!("w:color=\"{value}\""), &format!("w:color=\"{value}\" w:themeColor=\"{name}\""));
        out = out.replace(&format!("w:fill=\"{value}\""), &format!("w:fill=\"{value}\" w:themeFill=\"{name}\""));
    }
    for (face, name) in [(HEADING_FONT, "major"), (BODY_FONT, "minor")] {
        let plain = format!("<w:rFonts w:ascii=\"{face}\" w:hAnsi=\"{face}\" w:cs=\"{face}\"");
        out = out.replace(&plain, &format!("{plain} w:asciiTheme=\"{name}HAnsi\" w:hAnsiTheme=\"{name}HAnsi\""));
    }
    out
}

/// The styles every document has, which docx-rs leaves without a mark or out: the default paragraph (in the page's one black), the default characters, the plain table.
fn with_default_styles(xml: &str) -> String {
    let normal = "<w:style w:type=\"paragraph\" w:styleId=\"Normal\"><w:name w:val=\"Normal\" /><w:rPr />";
    let default = format!(
        "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\" /><w:rPr><w:color w:val=\"{INK}\"/></w:rPr>"
    );
    let others = "<w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\"><w:name w:val=\"Default Paragraph Font\"/><w:uiPriority w:val=\"1\"/><w:semiHidden/></w:style><w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/><w:uiPriority w:val=\"99\"/><w:semiHidden/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/><w:tblCellMar><w:top w:w=\"0\" w:type=\"dxa\"/><w:left w:w=\"108\" w:type=\"dxa\"/><w:bottom w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>";
    xml.replacen(normal, &default, 1).replacen("</w:styles>", &format!("{others}</w:styles>"), 1)
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
