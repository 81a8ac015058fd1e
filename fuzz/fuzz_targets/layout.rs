//! Any bytes as the body of a document, through layout and into the PDF: pages or an error, never a panic, never endless.
#![no_main]

#[path = "sound/grammar.rs"]
mod grammar;
mod sound;

use std::sync::OnceLock;

use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::package::Package;
use docx_to_pdf::pdf::{Meta, Writer};
use docx_to_pdf::{document, layout};
use libfuzzer_sys::fuzz_target;

struct Kept {
    package: Package,
    fonts: Fonts,
    writer: Writer,
}

static KEPT: OnceLock<Kept> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let kept = KEPT.get_or_init(|| Kept { package: sound::package(), fonts: Fonts::default(), writer: Writer::default() });
    // Bytes that start with a tag are taken as XML; anything else walks the grammar.
    let body = if bytes.starts_with(b"<") { String::from_utf8_lossy(bytes).into_owned() } else { grammar::body(bytes) };
    let mut package = kept.package.clone();
    package.set_part("word/document.xml", format!("<w:document {}><w:body>{body}</w:body></w:document>", sound::NAMES).into_bytes());
    let Ok((document, _)) = document::read(&package) else { return };
    let (frames, _) = layout::layout(&document, &kept.fonts);
    // The writer deflates and subsets, which is another crate's work: every eighth is enough to reach all of ours.
    if bytes.last().is_some_and(|last| last.is_multiple_of(8)) {
        let _ = kept.writer.write(&frames, &kept.fonts, &Meta::default());
    }
});
