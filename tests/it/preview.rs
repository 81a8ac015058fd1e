//! `template preview` in a real browser: the PDF, a save with mistakes, a fixed save.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use docx_to_pdf::package::{Limits, Package};

use crate::browser::Browser;
use crate::harness::{gradepost, repository, run};

/// The bundled template with a change in its text.
fn changed(from: &str, to: &str) -> Vec<u8> {
    let source = std::fs::read(repository("templates/plantilla_test_diagnostico.docx")).unwrap();
    let mut package = Package::open(&source, &Limits::default()).unwrap();
    let text = String::from_utf8_lossy(package.part("word/document.xml").unwrap()).into_owned();
    assert!(text.contains(from), "the template has no {from}");
    package.set_part("word/document.xml", text.replace(from, to).into_bytes());
    package.save().unwrap()
}

/// Ends with the test, whatever becomes of it.
struct Preview(Child);

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// As Word does it: a new file beside the old one takes its name.
fn save(template: &Path, bytes: &[u8]) {
    let beside = template.with_extension("tmp");
    std::fs::write(&beside, bytes).unwrap();
    std::fs::rename(&beside, template).unwrap();
}

/// So much of the page (of a hundred) is paper; keeps its picture under target/preview, for people.
fn keep(browser: &mut Browser, name: &str, paper: usize) {
    let folder = repository("target/preview");
    std::fs::create_dir_all(&folder).unwrap();
    match browser.picture(paper) {
        Some(png) => std::fs::write(folder.join(name), png).unwrap(),
        None => eprintln!("no picture {name}: the browser's viewer painted nothing"),
    }
}

#[test]
fn the_preview_shows_each_save_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("plantilla.docx");
    assert!(run(&["template", "init", template.to_str().unwrap()]).status.success());
    let mut preview = Preview(
        gradepost(&["template", "preview", template.to_str().unwrap(), "--port", "0", "--no-open"], &BTreeMap::new())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut line = String::new();
    BufReader::new(preview.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.split_whitespace().next().unwrap_or_default().to_owned();
    assert!(url.starts_with("http://127.0.0.1:"), "{line}");

    if let Some(mut browser) = Browser::open(&url) {
        let shown = "document.querySelector('iframe.shown')";
        let pdf = format!("fetch({shown}.src).then((answer) => answer.text()).then((text) => text.length + text.slice(0, 5))");
        browser.wait_for(&format!("document.body.className === 'good' && {shown}"));
        let first = browser.value(&pdf);
        assert!(first.as_str().is_some_and(|first| first.ends_with("%PDF-")), "{first}");
        keep(&mut browser, "sound.png", 20);

        // Two mistakes: both are told, with place and remedy, and the last good PDF stays.
        save(&template, &changed("Qué repasar ahora", "{{ student.nmae }} {{ student.name|percent }}"));
        browser.wait_for("document.body.classList.contains('bad')");
        let notes = browser.value("document.getElementById('notes').innerText").to_string();
        assert!(notes.contains("student.name") && notes.contains("Dónde"), "{notes}");
        assert_eq!(browser.value("document.querySelectorAll('#notes li.error').length"), 2, "{notes}");
        assert_eq!(browser.value(&pdf), first);
        // The outdated sheet is pale.
        keep(&mut browser, "mistakes.png", 0);

        // Fixed and changed: another PDF, no notes.
        save(&template, &changed("Qué repasar ahora", "Qué repasar con mucho cariño"));
        browser
            .wait_for(&format!("document.body.className === 'good' && {shown}.src.includes('version=' + document.body.dataset.version)"));
        assert_ne!(browser.value(&pdf), first);
        assert_eq!(browser.value("document.querySelectorAll('#notes li').length"), 0);
        keep(&mut browser, "fixed.png", 20);
    }
}
