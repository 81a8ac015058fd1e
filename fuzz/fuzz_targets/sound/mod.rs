//! A small sound package, so that a target spends its time on the part it replaces.
//!
//! Opened once; a clone shares all parts. Everything a body can refer to is there: styles, a list, a header, a note, a picture, a link.

use docx_to_pdf::package::{Limits, Package};
use gradepost::report::starter;

pub const NAMES: &str = concat!(
    r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" "#,
    r#"xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" "#,
    r#"xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" "#,
    r#"xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" "#,
    r#"xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" "#,
    r#"xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" "#,
    r#"xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" "#,
    r#"xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" "#,
    r#"xmlns:wpg="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup" "#,
    r#"xmlns:v="urn:schemas-microsoft-com:vml""#
);

/// The limits of the real thing, but for those that only let an execution take long.
pub fn limits() -> Limits {
    Limits { template_steps: 5_000, filled_bytes: 1 << 20, ..Limits::default() }
}

pub fn package() -> Package {
    let mut package = Package::open(starter::BUNDLED, &limits()).expect("the bundled template is sound");
    let paragraph = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let part = |root: &str, body: &str| format!("<w:{root} {NAMES}>{body}</w:{root}>").into_bytes();
    package.set_part("docProps/core.xml", &b"<properties/>"[..]);
    package.set_part("word/document.xml", part("document", "<w:body/>"));
    package.set_part("word/styles.xml", part("styles", STYLES));
    package.set_part("word/numbering.xml", part("numbering", NUMBERING));
    package.set_part("word/settings.xml", part("settings", ""));
    package.set_part("word/header1.xml", part("hdr", &paragraph("Colegio")));
    package.set_part("word/footer1.xml", part("ftr", &paragraph("1")));
    let note = |kind: &str| format!("<w:{kind} w:id=\"2\">{}</w:{kind}>", paragraph("Nota"));
    package.set_part("word/footnotes.xml", part("footnotes", &note("footnote")));
    package.set_part("word/endnotes.xml", part("endnotes", &note("endnote")));
    package.set_part("word/media/image1.png", PICTURE);
    package.set_part("word/_rels/document.xml.rels", relationships());
    package
}

fn relationships() -> Vec<u8> {
    let parts = ["styles", "numbering", "settings", "footnotes", "endnotes"].map(|kind| (kind, format!("{kind}.xml")));
    let named = [("header", "header1.xml"), ("footer", "footer1.xml"), ("image", "media/image1.png"), ("hyperlink", "https://example.com/")];
    let all = parts.into_iter().chain(named.map(|(kind, target)| (kind, target.to_owned())));
    let lines = all.enumerate().map(|(number, (kind, target))| {
        let mode = if kind == "hyperlink" { r#" TargetMode="External""# } else { "" };
        format!(
            r#"<Relationship Id="rId{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"{mode}/>"#,
            number + 1
        )
    });
    let lines: String = lines.collect();
    format!(r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>"#).into_bytes()
}

const STYLES: &str = r#"<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders><w:top w:val="single" w:sz="4"/><w:insideH w:val="double" w:sz="8"/></w:tblBorders></w:tblPr></w:style>"#;

const NUMBERING: &str = r#"<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/><w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"#;

/// One red pixel.
const PICTURE: &[u8] = &[
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0, 0x90,
    0x77, 0x53, 0xDE, 0, 0, 0, 0x0C, 0x49, 0x44, 0x41, 0x54, 0x08, 0xD7, 0x63, 0xF8, 0xCF, 0xC0, 0, 0, 3, 1, 1, 0, 0x18, 0xDD, 0x8D,
    0xB0, 0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
];
