//! Any text as the body of a template: findings, a filled document or an error, never a panic.
#![no_main]

use std::sync::OnceLock;

use gradepost::report::language::Language;
use gradepost::report::package::{Limits, Package};
use gradepost::report::starter;
use gradepost::report::template::{FillOptions, Template};
use libfuzzer_sys::fuzz_target;

static PACKAGE: OnceLock<Package> = OnceLock::new();

const HEAD: &str = r#"<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#;
const TAIL: &str = "</w:body></w:document>";

fuzz_target!(|text: &str| {
    let sound = PACKAGE.get_or_init(|| Package::open(starter::BUNDLED, &Limits::default()).expect("the bundled template is sound"));
    let mut package = sound.clone();
    // Text that starts with a tag is taken as XML; anything else becomes paragraphs, a line each.
    let body = if text.starts_with('<') {
        text.to_owned()
    } else {
        let escape = |line: &str| line.replace('&', "&amp;").replace('<', "&lt;");
        text.lines().map(|line| format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", escape(line))).collect()
    };
    package.set_part("word/document.xml", format!("{HEAD}{body}{TAIL}").into_bytes());
    if let Ok(template) = Template::from_package(package) {
        let data = starter::sample(Language::Es);
        let _ = template.check(Some(&data));
        let _ = template.fill(&data, &FillOptions::default());
    }
});
