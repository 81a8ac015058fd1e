//! Any bytes as word/document.xml of an otherwise sound package: a document or an error, never a panic.
#![no_main]

use std::sync::OnceLock;

use gradepost::report::document;
use gradepost::report::package::{Limits, Package};
use gradepost::report::starter;
use libfuzzer_sys::fuzz_target;

static PACKAGE: OnceLock<Package> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let sound = PACKAGE.get_or_init(|| Package::open(starter::BUNDLED, &Limits::default()).expect("the bundled template is sound"));
    let mut package = sound.clone();
    // The first byte chooses which part is replaced.
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let parts = ["word/document.xml", "word/styles.xml", "word/numbering.xml", "word/settings.xml", "word/theme/theme1.xml"];
    package.set_part(parts[usize::from(*choice) % parts.len()], bytes.to_vec());
    let _ = document::read(&package);
});
