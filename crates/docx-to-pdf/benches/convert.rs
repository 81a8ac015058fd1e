//! How long a document takes with everything loaded: opening, reading, layout, writing, and all of it; and that long ones take no longer a page.
//!
//! Documents are made here, so that what is measured changes with the engine alone.

use std::hint::black_box;
use std::io::{Cursor, Write as _};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::package::{Limits, Package};
use docx_to_pdf::pdf::{Meta, Writer};
use docx_to_pdf::{Options, convert, document, layout, svg};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const PROSE: &str = "Este informe muestra los resultados de la evaluación diagnóstica en cada una de las lecciones. La oficina técnica \
                     recomienda revisar primero las lecciones con menor porcentaje de logro y practicar con ejercicios de dificultad \
                     creciente; después conviene volver a rendir la prueba y comparar ambos resultados con ayuda de la profesora.";

fn paragraph(style: &str, text: &str) -> String {
    format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"#)
}

/// Running text with headings, and a table of so many rows after each part.
fn sample(parts: usize, rows: usize) -> Vec<u8> {
    let mut body = String::new();
    for part in 1..=parts {
        body += &paragraph("Heading1", &format!("{part}. Resultados por lección"));
        body += &paragraph("Normal", PROSE).repeat(4);
        let row = |at: usize| {
            let cell =
                |text: &str| format!(r#"<w:tc><w:tcPr><w:tcW w:w="3000" w:type="dxa"/></w:tcPr>{}</w:tc>"#, paragraph("Normal", text));
            format!("<w:tr>{}{}{}</w:tr>", cell(&format!("Lección {at}")), cell("7 de 10"), cell("Aprobada"))
        };
        let sides = ["top", "left", "bottom", "right", "insideH", "insideV"];
        let borders: String = sides.map(|side| format!(r#"<w:{side} w:val="single" w:sz="4" w:color="000000"/>"#)).concat();
        let content: String = (1..=rows).map(row).collect();
        let table = format!(
            r#"<w:tbl><w:tblPr><w:tblW w:w="9000" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblGrid><w:gridCol w:w="3000"/><w:gridCol w:w="3000"/><w:gridCol w:w="3000"/></w:tblGrid>{content}</w:tbl>"#
        );
        body += &table;
    }
    let names = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main""#;
    let page = r#"<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>"#;
    let styles = r#"<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/><w:sz w:val="22"/><w:lang w:val="es-CL"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="160" w:line="259" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:rFonts w:ascii="Cambria" w:hAnsi="Cambria"/><w:b/><w:sz w:val="32"/></w:rPr></w:style>"#;
    let relation = |id: &str, kind: &str, target: &str| {
        format!(
            r#"<Relationship Id="{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>"#
        )
    };
    let parts = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        ("_rels/.rels", format!("<Relationships>{}</Relationships>", relation("r1", "officeDocument", "word/document.xml"))),
        ("word/_rels/document.xml.rels", format!("<Relationships>{}</Relationships>", relation("r1", "styles", "styles.xml"))),
        ("word/styles.xml", format!("<w:styles {names}>{styles}</w:styles>")),
        ("word/document.xml", format!("<w:document {names}><w:body>{body}{page}</w:body></w:document>")),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(name, SimpleFileOptions::default()).expect("a package can be written");
        archive.write_all(content.as_bytes()).expect("a package can be written");
    }
    archive.finish().expect("a package can be written").into_inner()
}

fn phases(criterion: &mut Criterion) {
    let (fonts, docx) = (Fonts::default(), sample(3, 12));
    let package = Package::open(&docx, &Limits::default()).expect("the sample opens");
    let (read, _) = document::read(&package).expect("the sample reads");
    let (frames, _) = layout::layout(&read, &fonts);
    let (writer, meta) = (Writer::default(), Meta { title: "Informe".to_owned(), language: "es-CL".to_owned(), ..Meta::default() });
    let options = Options::default();
    let mut group = criterion.benchmark_group(format!("report of {} pages", frames.pages.len()));
    group.bench_function("open", |bencher| bencher.iter(|| Package::open(black_box(&docx), &Limits::default())));
    group.bench_function("read", |bencher| bencher.iter(|| document::read(black_box(&package))));
    group.bench_function("layout", |bencher| bencher.iter(|| layout::layout(black_box(&read), &fonts)));
    group.bench_function("write", |bencher| bencher.iter(|| writer.write(black_box(&frames), &fonts, &meta)));
    group.bench_function("pictures of pages", |bencher| bencher.iter(|| svg::pages(black_box(&frames), &fonts)));
    group.bench_function("whole", |bencher| {
        bencher.iter(|| Package::open(black_box(&docx), &Limits::default()).map(|package| convert(&package, &fonts, &options)));
    });
    group.finish();
}

/// The time for a page is what to look at: it does not grow.
fn pages(criterion: &mut Criterion) {
    let (fonts, options) = (Fonts::default(), Options::default());
    let mut group = criterion.benchmark_group("pages");
    group.sample_size(10);
    for parts in [9, 90, 270] {
        let package = Package::open(&sample(parts, 12), &Limits::default()).expect("the sample opens");
        let pages = convert(&package, &fonts, &options).expect("the sample converts").pages;
        group.throughput(Throughput::Elements(pages as u64));
        group.bench_function(format!("{pages}"), |bencher| bencher.iter(|| convert(black_box(&package), &fonts, &options)));
    }
    group.finish();
}

criterion_group!(benches, phases, pages);
criterion_main!(benches);
