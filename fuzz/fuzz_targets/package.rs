//! Any bytes as a .docx: its parts or an error, within bounds.
#![no_main]

use docx_to_pdf::package::{Limits, Package};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(package) = Package::open(bytes, &Limits::default()) {
        let _ = package.main_document();
        let _ = package.save();
    }
});
