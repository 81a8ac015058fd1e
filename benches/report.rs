//! How long a three-page report takes: opening, reading, layout, writing, and all of it with filling.
//!
//! The document is made here, so that its size does not change with the bundled templates.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{Cursor, Write as _};

use criterion::{Criterion, criterion_group, criterion_main};
use gradepost::report::data::{Group, Report, ReportData, Student};
use gradepost::report::fonts::{Features, Fonts};
use gradepost::report::package::{Limits, Package};
use gradepost::report::pdf::{self, Meta, Writer};
use gradepost::report::template::Template;
use gradepost::report::{self, Options, document, layout};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn report(criterion: &mut Criterion) {
    let template = Template::parse(&three_pages()).expect("our template parses");
    let fonts = Fonts::default();
    let writer = Writer::default();
    let meta = Meta { title: "Informe".to_owned(), language: "es-CL".to_owned(), created: Some(0), ..Meta::default() };
    let options = Options { created: Some(0), ..Options::default() };
    let data = data();
    let docx = template.fill(&data, &options.fill).and_then(|filled| Ok(filled.docx()?)).expect("our template fills");

    let package = Package::open(&docx, &Limits::default()).expect("our package opens");
    let (read, _) = document::read(&package).expect("our document reads");
    let (frames, _) = layout::layout(&read, &fonts, &layout::Options::default());
    assert_eq!(frames.pages.len(), 3, "the benchmark is about three pages");

    let mut group = criterion.benchmark_group("three pages");
    group.bench_function("open", |bencher| bencher.iter(|| Package::open(black_box(&docx), &Limits::default())));
    group.bench_function("read", |bencher| bencher.iter(|| document::read(black_box(&package))));
    group.bench_function("layout", |bencher| bencher.iter(|| layout::layout(black_box(&read), &fonts, &layout::Options::default())));
    group.bench_function("write, warm", |bencher| bencher.iter(|| writer.write(black_box(&frames), &fonts, &meta)));
    group.bench_function("write, cold", |bencher| bencher.iter(|| pdf::write(black_box(&frames), &fonts, &meta)));
    group.bench_function("fill, layout and PDF, warm", |bencher| {
        bencher.iter(|| report::render(black_box(&template), &data, &fonts, &options));
    });
    group.finish();

    let carlito = fonts.select("Calibri", false, false).font;
    let features = Features { ligatures: true, ..Features::default() };
    criterion.bench_function("shape a known word", |bencher| bencher.iter(|| fonts.shape(carlito, black_box("comprensión"), features)));
}

fn data() -> ReportData {
    let group = |number: usize| Group {
        name: format!("Lección {number}: resolución de problemas"),
        total: 10,
        correct: 7,
        status: if number % 3 == 0 { "Reprobada" } else { "Aprobada" }.to_owned(),
        ..Group::default()
    };
    let student = Student { name: "Ana María Núñez Sepúlveda".to_owned(), ..Student::default() };
    ReportData::new(&Report { student, groups: (1..=24).map(group).collect(), ..Report::default() })
}

/// A report as schools write them: heading, running text, a table over pages, lists, header and footer.
fn three_pages() -> Vec<u8> {
    let mut body = String::new();
    let mut add = |style: &str, text: &str| {
        let _ = write!(body, "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>");
    };
    add("Heading1", "Informe de resultados de {{ student.name }}");
    for number in 1..=9 {
        add("Heading2", &format!("{number}. Eje de la evaluación"));
        add(
            "Normal",
            "Este informe muestra los resultados de la evaluación diagnóstica en cada una de las lecciones. La oficina técnica \
             recomienda revisar primero las lecciones con menor porcentaje de logro y practicar con ejercicios de dificultad \
             creciente; después conviene volver a rendir la prueba y comparar ambos resultados con ayuda de la profesora.",
        );
        for item in ["Resolver problemas con números enteros.", "Interpretar gráficos y tablas.", "Explicar el procedimiento seguido."] {
            add("ListParagraph", item);
        }
    }
    body.push_str(
        "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"5000\" w:type=\"pct\"/></w:tblPr>\
         <w:tblGrid><w:gridCol w:w=\"6000\"/><w:gridCol w:w=\"1500\"/><w:gridCol w:w=\"1800\"/></w:tblGrid>",
    );
    row(&mut body, true, ["Lección", "Correctas", "Estado"]);
    for text in ["{%tr for g in groups %}", "", "{%tr endfor %}"] {
        if text.is_empty() {
            row(&mut body, false, ["{{ g.name }}", "{{ g.correct }} de {{ g.total }}", "{{ g.status }}"]);
        } else {
            row(&mut body, false, [text, "", ""]);
        }
    }
    body.push_str("</w:tbl>");
    let document = format!(
        "<w:document {NAMES}><w:body>{body}<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId2\"/>\
         <w:footerReference w:type=\"default\" r:id=\"rId3\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
         <w:pgMar w:top=\"1417\" w:right=\"1701\" w:bottom=\"1417\" w:left=\"1701\" w:header=\"708\" w:footer=\"708\" w:gutter=\"0\"/>\
         </w:sectPr></w:body></w:document>"
    );
    let header = format!("<w:hdr {NAMES}><w:p><w:r><w:t>Colegio de Prueba — Departamento de Matemática</w:t></w:r></w:p></w:hdr>");
    let footer = format!(
        "<w:ftr {NAMES}><w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:t xml:space=\"preserve\">Página </w:t></w:r>\
         <w:fldSimple w:instr=\" PAGE \"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>"
    );
    let parts = [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", relationships(&[("rId1", "officeDocument", "word/document.xml")])),
        (
            "word/_rels/document.xml.rels",
            relationships(&[("rId1", "styles", "styles.xml"), ("rId2", "header", "header1.xml"), ("rId3", "footer", "footer1.xml")]),
        ),
        ("word/document.xml", document),
        ("word/styles.xml", STYLES.to_owned()),
        ("word/header1.xml", header),
        ("word/footer1.xml", footer),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(name, SimpleFileOptions::default()).expect("a zip in memory");
        archive.write_all(content.as_bytes()).expect("a zip in memory");
    }
    archive.finish().expect("a zip in memory").into_inner()
}

fn row(body: &mut String, header: bool, cells: [&str; 3]) {
    let (mark, bold) = if header { ("<w:trPr><w:tblHeader/></w:trPr>", "<w:rPr><w:b/></w:rPr>") } else { ("", "") };
    let _ = write!(body, "<w:tr>{mark}");
    for text in cells {
        let _ = write!(body, "<w:tc><w:tcPr/><w:p><w:r>{bold}<w:t>{text}</w:t></w:r></w:p></w:tc>");
    }
    body.push_str("</w:tr>");
}

fn relationships(list: &[(&str, &str, &str)]) -> String {
    let mut xml = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">".to_owned();
    for (id, kind, target) in list {
        let kind = format!("http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}");
        let _ = write!(xml, "<Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{target}\"/>");
    }
    xml + "</Relationships>"
}

const NAMES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
                     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
    <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
    <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
    </Types>";

const STYLES: &str = "<w:styles xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
    <w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\"/><w:sz w:val=\"22\"/><w:lang w:val=\"es-CL\"/></w:rPr></w:rPrDefault>\
    <w:pPrDefault><w:pPr><w:spacing w:after=\"160\" w:line=\"259\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>\
    <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:pPr><w:jc w:val=\"both\"/></w:pPr></w:style>\
    <w:style w:type=\"paragraph\" w:styleId=\"Heading1\"><w:name w:val=\"heading 1\"/><w:basedOn w:val=\"Normal\"/>\
    <w:pPr><w:keepNext/><w:outlineLvl w:val=\"0\"/></w:pPr><w:rPr><w:b/><w:color w:val=\"1F3864\"/><w:sz w:val=\"36\"/></w:rPr></w:style>\
    <w:style w:type=\"paragraph\" w:styleId=\"Heading2\"><w:name w:val=\"heading 2\"/><w:basedOn w:val=\"Normal\"/>\
    <w:pPr><w:keepNext/><w:outlineLvl w:val=\"1\"/></w:pPr><w:rPr><w:b/><w:color w:val=\"2E74B5\"/><w:sz w:val=\"26\"/></w:rPr></w:style>\
    <w:style w:type=\"paragraph\" w:styleId=\"ListParagraph\"><w:name w:val=\"List Paragraph\"/><w:basedOn w:val=\"Normal\"/>\
    <w:pPr><w:ind w:left=\"720\"/></w:pPr></w:style>\
    <w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/><w:tblPr><w:tblBorders>\
    <w:top w:val=\"single\" w:sz=\"4\"/><w:left w:val=\"single\" w:sz=\"4\"/><w:bottom w:val=\"single\" w:sz=\"4\"/>\
    <w:right w:val=\"single\" w:sz=\"4\"/><w:insideH w:val=\"single\" w:sz=\"4\"/><w:insideV w:val=\"single\" w:sz=\"4\"/>\
    </w:tblBorders></w:tblPr></w:style></w:styles>";

criterion_group!(benches, report);
criterion_main!(benches);
