//! Converts a Word document to PDF: `docx-to-pdf IN.docx OUT.pdf` (with `--pdf-a` for archives), or to a picture of each page: `docx-to-pdf IN.docx OUT.svg` (OUT-1.svg and so on). Names on standard error what is not laid out as the document asks.

use std::error::Error;
use std::process::ExitCode;

use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::package::{Limits, Package};
use docx_to_pdf::{Options, convert, lay_out, svg};

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let archive = arguments.first().is_some_and(|first| first == "--pdf-a");
    if archive {
        arguments.remove(0);
    }
    let mut times = 1;
    if arguments.first().is_some_and(|first| first == "--repeat") && arguments.len() > 2 {
        times = arguments.remove(1).parse().unwrap_or(1);
        arguments.remove(0);
    }
    let [from, to] = arguments.as_slice() else {
        eprintln!("usage: docx-to-pdf [--pdf-a] [--repeat TIMES] IN.docx OUT.pdf|OUT.svg");
        return ExitCode::from(2);
    };
    match convert_file(from, to, archive, times) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{from}: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a program of its own: it reads and writes the files it is told")]
fn convert_file(from: &str, to: &str, archive: bool, times: u32) -> Result<(), Box<dyn Error>> {
    let (file, limits) = (std::fs::read(from)?, Limits::default());
    if let Some(stem) = to.strip_suffix(".svg") {
        let (package, fonts) = (Package::open_to_read(&file, &limits)?, Fonts::default());
        let laid_out = lay_out(&package, &fonts, &Options::default())?;
        for (at, picture) in svg::pages(&laid_out.frames, &laid_out.fonts).into_iter().enumerate() {
            std::fs::write(format!("{stem}-{}.svg", at + 1), picture)?;
        }
        return Ok(());
    }
    let (fonts, options) = (Fonts::default(), Options { archive, ..Options::default() });
    for _ in 1..times {
        // For measuring: one more document with everything loaded.
        convert(&Package::open_to_read(&file, &limits)?, &fonts, &options)?;
    }
    let package = Package::open_to_read(&file, &limits)?;
    drop(file);
    let converted = convert(&package, &fonts, &options)?;
    for warning in &converted.warnings {
        eprintln!("{warning}");
    }
    std::fs::write(to, converted.pdf)?;
    Ok(())
}
