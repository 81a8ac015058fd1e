//! Any text as the body of a template: findings, a filled document or an error, never a panic, never endless.
#![no_main]

mod sound;

use std::sync::OnceLock;

use gradepost::report::data::ReportData;
use gradepost::report::language::Language;
use docx_to_pdf::package::Package;
use gradepost::report::starter;
use gradepost::report::template::{FillOptions, Template};
use libfuzzer_sys::fuzz_target;

static KEPT: OnceLock<(Package, ReportData)> = OnceLock::new();

fuzz_target!(|text: &str| {
    let (sound, data) = KEPT.get_or_init(|| (sound::package(), starter::sample(Language::Es)));
    // Text that starts with a tag is taken as XML. Anything else becomes a paragraph a line, and cells between bars.
    let body = if text.starts_with('<') { text.to_owned() } else { text.lines().map(line).collect() };
    let mut package = sound.clone();
    package.set_part("word/document.xml", format!("<w:document {}><w:body>{body}</w:body></w:document>", sound::NAMES).into_bytes());
    let Ok(template) = Template::from_package(package) else { return };
    let _ = template.check(Some(data));
    let _ = template.fill(data, &FillOptions::default());
});

/// `a` is a paragraph, `a|b` a table of one row; a run ends at a tilde, so that tags are split over runs.
fn line(line: &str) -> String {
    let run = |text: &str| format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", text.replace('&', "&amp;").replace('<', "&lt;"));
    let paragraph = |text: &str| format!("<w:p>{}</w:p>", text.split('~').map(run).collect::<String>());
    if !line.starts_with('|') {
        return paragraph(line);
    }
    let row = |row: &str| {
        let cells: String = row.split('|').map(|cell| format!("<w:tc>{}</w:tc>", paragraph(cell))).collect();
        format!("<w:tr>{cells}</w:tr>")
    };
    format!("<w:tbl><w:tblGrid/>{}</w:tbl>", line[1..].split("||").map(row).collect::<String>())
}
