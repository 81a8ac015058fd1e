//! Any bytes as one XML part of an otherwise sound package: a document or an error, never a panic.
#![no_main]

mod sound;

use std::sync::OnceLock;

use docx_to_pdf::document;
use docx_to_pdf::package::Package;
use libfuzzer_sys::fuzz_target;

static PACKAGE: OnceLock<Package> = OnceLock::new();

const PARTS: [&str; 8] = [
    "word/document.xml",
    "word/styles.xml",
    "word/numbering.xml",
    "word/settings.xml",
    "word/theme/theme1.xml",
    "word/_rels/document.xml.rels",
    "word/header1.xml",
    "word/footnotes.xml",
];

fuzz_target!(|bytes: &[u8]| {
    // The first byte chooses which part is replaced.
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let mut package = PACKAGE.get_or_init(sound::package).clone();
    package.set_part(PARTS[usize::from(*choice) % PARTS.len()], bytes.to_vec());
    let _ = document::read(&package);
});
