//! The bundled report beside LibreOffice's rendering of the same filled document, and as other readers see it.

use std::path::Path;
use std::process::{Command, Output};

use crate::gcs_emulator::peer::peer;
use crate::harness::{repository, run};

const CASES: [&str; 3] = ["short", "long", "hostile"];

/// Whether a program of the machine is there.
fn program(name: &str) -> bool {
    let there = Command::new(name).arg("--version").output().or_else(|_| Command::new(name).arg("-v").output());
    peer(name, there.map_err(|error| error.to_string())).is_some()
}

fn succeed(output: &Output) -> String {
    let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{words}");
    words
}

/// The cases of the template that serves by default, and one of each method's own.
fn template_of(case: &str) -> String {
    let own = format!("templates/{case}.docx");
    if repository(&own).is_file() { own } else { "templates/plantilla_test_diagnostico.docx".to_owned() }
}

fn render(case: &str, folder: &Path) -> (String, String) {
    let (pdf, docx) = (folder.join(format!("{case}.pdf")), folder.join(format!("{case}.docx")));
    let (pdf, docx) = (pdf.to_str().unwrap().to_owned(), docx.to_str().unwrap().to_owned());
    let template = repository(&template_of(case));
    let data = repository(&format!("test_data/reports/{case}/data.json"));
    succeed(&run(&[
        "render",
        "--template",
        template.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
        "--out",
        &pdf,
        "--docx-out",
        &docx,
    ]));
    (pdf, docx)
}

/// LibreOffice with our fonts and no others.
fn fontconfig(folder: &Path) -> String {
    let file = folder.join("fonts.conf");
    let fonts = repository("crates/docx-to-pdf/fonts");
    let text = format!(
        r#"<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{}</dir><cachedir>{}</cachedir>
<include ignore_missing="yes">/etc/fonts/conf.d/30-metric-aliases.conf</include><include ignore_missing="yes">/etc/fonts/conf.d/45-latin.conf</include>
<include ignore_missing="yes">/etc/fonts/conf.d/60-latin.conf</include></fontconfig>"#,
        fonts.display(),
        folder.join("fontcache").display()
    );
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn the_bundled_report_stands_where_libreoffice_puts_it() {
    if !program("soffice") || !program("pdftotext") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (ours, reference) = (folder.path().join("ours"), folder.path().join("reference"));
    std::fs::create_dir(&ours).unwrap();
    let filled: Vec<String> = CASES.iter().map(|case| render(case, &ours).1).collect();
    let mut soffice = Command::new("soffice");
    soffice
        .arg(format!("-env:UserInstallation=file://{}", folder.path().join("profile").display()))
        .args(["--headless", "--convert-to", "pdf", "--outdir"])
        .arg(&reference)
        .args(&filled);
    succeed(&soffice.env("FONTCONFIG_FILE", fontconfig(folder.path())).env("HOME", folder.path()).output().unwrap());
    let mut score = Command::new("python3");
    score.arg(repository("tests/parts/word_positions.py")).arg(&reference).arg(&ours).args(["--within", "3", "--require", "0.95"]);
    println!("{}", succeed(&score.output().unwrap()));
}

#[test]
fn every_method_s_template_has_the_pages_that_libreoffice_gives_it() {
    if !program("soffice") || !program("pdfinfo") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (ours, reference) = (folder.path().join("ours"), folder.path().join("reference"));
    std::fs::create_dir(&ours).unwrap();
    let cases: Vec<String> = std::fs::read_dir(repository("test_data/reports"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("plantilla_"))
        .collect();
    assert_eq!(cases.len(), 9, "one of each template but the one above");
    let filled: Vec<String> = cases.iter().map(|case| render(case, &ours).1).collect();
    let mut soffice = Command::new("soffice");
    soffice
        .arg(format!("-env:UserInstallation=file://{}", folder.path().join("profile").display()))
        .args(["--headless", "--convert-to", "pdf", "--outdir"])
        .arg(&reference)
        .args(&filled);
    succeed(&soffice.env("FONTCONFIG_FILE", fontconfig(folder.path())).env("HOME", folder.path()).output().unwrap());
    for case in cases {
        let pages = |folder: &Path| {
            let info = succeed(&Command::new("pdfinfo").arg(folder.join(format!("{case}.pdf"))).output().unwrap());
            info.lines().find(|line| line.starts_with("Pages:")).map(str::to_owned)
        };
        assert_eq!(pages(&ours), pages(&reference), "{case}");
        let count: u32 = pages(&ours).and_then(|line| line.trim_start_matches("Pages:").trim().parse().ok()).unwrap();
        assert!((1..=2).contains(&count), "{case}: {count} pages for at most twelve lessons");
    }
}

#[test]
fn every_bundled_template_survives_libreoffice_and_still_fills_the_same_report() {
    if !program("soffice") || !program("pdftotext") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (ours, saved) = (folder.path().join("ours"), folder.path().join("saved"));
    std::fs::create_dir(&ours).unwrap();
    let cases: Vec<String> = std::fs::read_dir(repository("test_data/reports"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("plantilla_"))
        .collect();
    let mut soffice = Command::new("soffice");
    soffice
        .arg(format!("-env:UserInstallation=file://{}", folder.path().join("profile").display()))
        .args(["--headless", "--convert-to", "docx", "--outdir"])
        .arg(&saved)
        .args(cases.iter().map(|case| repository(&format!("templates/{case}.docx"))));
    succeed(&soffice.env("FONTCONFIG_FILE", fontconfig(folder.path())).env("HOME", folder.path()).output().unwrap());
    let words = |pdf: &str| {
        let text = succeed(&Command::new("pdftotext").args(["-layout", pdf, "-"]).output().unwrap());
        let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        words.sort();
        words
    };
    for case in cases {
        let template = saved.join(format!("{case}.docx"));
        succeed(&run(&["template", "check", template.to_str().unwrap()]));
        let pdf = folder.path().join(format!("{case}-again.pdf"));
        let data = repository(&format!("test_data/reports/{case}/data.json"));
        let (template, data) = (template.to_str().unwrap(), data.to_str().unwrap());
        succeed(&run(&["render", "--template", template, "--data", data, "--out", pdf.to_str().unwrap()]));
        assert_eq!(words(pdf.to_str().unwrap()), words(&render(&case, &ours).0), "{case}");
    }
}

#[test]
fn other_readers_find_no_fault_and_read_the_same_text() {
    if !program("qpdf") || !program("pdftotext") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for case in CASES {
        let (pdf, _) = render(case, folder.path());
        let check = succeed(&Command::new("qpdf").args(["--check", &pdf]).output().unwrap());
        assert!(check.contains("No syntax or stream encoding errors found"), "{check}");
        let text = succeed(&Command::new("pdftotext").args(["-layout", &pdf, "-"]).output().unwrap());
        for words in ["Aprobada", "Reprobada", "Página 1 de"] {
            assert!(text.contains(words), "{case}: '{words}' is not in the text:\n{text}");
        }
        let info = succeed(&Command::new("pdfinfo").arg(&pdf).output().unwrap());
        assert!(info.lines().any(|line| line.starts_with("Tagged:") && line.ends_with("yes")), "{info}");
    }
    // MuPDF comes with the tests' Python environment.
    if let Some(python) = peer("pymupdf", std::env::var("GRADEPOST_TEST_PYTHON").map_err(|error| error.to_string())) {
        let pdfs = CASES.map(|case| folder.path().join(format!("{case}.pdf")));
        println!("{}", succeed(&Command::new(python).arg(repository("tests/parts/readers.py")).args(pdfs).output().unwrap()));
    }
    let hostile =
        succeed(&Command::new("pdftotext").args([&folder.path().join("hostile.pdf").display().to_string(), "-"]).output().unwrap());
    assert!(hostile.contains("<&>"), "{hostile}");
}
