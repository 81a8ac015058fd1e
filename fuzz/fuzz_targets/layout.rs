//! Any bytes as the body of a document, all the way to the PDF: pages or an error, never a panic, never endless.
#![no_main]

use std::sync::OnceLock;

use gradepost::report::fonts::Fonts;
use gradepost::report::package::{Limits, Package};
use gradepost::report::{self, Options, starter};
use libfuzzer_sys::fuzz_target;

static SOUND: OnceLock<(Package, Fonts)> = OnceLock::new();

const HEAD: &[u8] = br#"<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"><w:body>"#;
const TAIL: &[u8] = b"</w:body></w:document>";

fuzz_target!(|bytes: &[u8]| {
    let (sound, fonts) = SOUND.get_or_init(|| {
        (Package::open(starter::BUNDLED, &Limits::default()).expect("the bundled template is sound"), Fonts::new(Vec::new()))
    });
    let mut package = sound.clone();
    package.set_part("word/document.xml", [HEAD, bytes, TAIL].concat());
    let Ok(docx) = package.save() else { return };
    let _ = report::convert(&docx, fonts, &Options::default());
});
