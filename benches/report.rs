//! How long documents take: filling, opening, reading, layout, writing, and all of it; and that long ones take no longer a page than short ones.
//!
//! The documents are made by code (`documents`), but for the bundled report.

mod documents;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use docx_to_pdf::fonts::{Features, Fonts};
use docx_to_pdf::package::{Limits, Package};
use docx_to_pdf::pdf::{self, Meta, Writer};
use docx_to_pdf::{document, layout};
use gradepost::report::data::{Group, Report, ReportData, Student};
use gradepost::report::language::Language;
use gradepost::report::template::Template;
use gradepost::report::{self, Options, starter};

/// Each phase on its own, and the whole of filling, layout and PDF with everything loaded.
fn phases(criterion: &mut Criterion, name: &str, template: &[u8], data: &ReportData, fonts: &Fonts) {
    let template = Template::parse(template).expect("our template parses");
    let options = Options { created: Some(0), ..Options::default() };
    let filled = template.fill(data, &options.fill).expect("our template fills");
    let docx = filled.docx().expect("a filled template is packed");
    let package = Package::open(&docx, &Limits::default()).expect("our package opens");
    let (read, _) = document::read(&package).expect("our document reads");
    let (frames, _) = layout::layout(&read, fonts);
    let (writer, meta) = (Writer::default(), Meta { title: "Informe".to_owned(), language: "es-CL".to_owned(), ..Meta::default() });

    let mut group = criterion.benchmark_group(format!("{name} ({} pages)", frames.pages.len()));
    group.bench_function("fill", |bencher| bencher.iter(|| template.fill(black_box(data), &options.fill)));
    group.bench_function("open", |bencher| bencher.iter(|| Package::open(black_box(&docx), &Limits::default())));
    group.bench_function("read", |bencher| bencher.iter(|| document::read(black_box(&package))));
    group.bench_function("layout", |bencher| bencher.iter(|| layout::layout(black_box(&read), fonts)));
    group.bench_function("write", |bencher| bencher.iter(|| writer.write(black_box(&frames), fonts, &meta)));
    group.bench_function("write, nothing kept", |bencher| bencher.iter(|| pdf::write(black_box(&frames), fonts, &meta)));
    group.bench_function("whole", |bencher| bencher.iter(|| report::render(black_box(&template), data, fonts, &options)));
    group.finish();
}

fn report(criterion: &mut Criterion) {
    let (fonts, data, sample) = (Fonts::default(), data(), starter::sample(Language::Es));
    phases(criterion, "three-page report", &documents::report(), &data, &fonts);
    phases(criterion, "bundled report", starter::BUNDLED, &sample, &fonts);

    let options = Options { created: Some(0), ..Options::default() };
    let mut group = criterion.benchmark_group("convert");
    for (name, docx) in [("letter", documents::letter()), ("certificate", documents::certificate()), ("form", documents::form())] {
        group.bench_function(name, |bencher| bencher.iter(|| report::convert(black_box(&docx), &fonts, &options)));
    }
    group.finish();

    // The time for a page is what to look at: it does not grow.
    let mut group = criterion.benchmark_group("pages");
    group.sample_size(10);
    for pages in [30, 100, 300] {
        let docx = documents::long(pages);
        group.throughput(Throughput::Elements(pages as u64));
        group.bench_function(format!("{pages}"), |bencher| bencher.iter(|| report::convert(black_box(&docx), &fonts, &options)));
    }
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
        status: if number.is_multiple_of(3) { "Reprobada" } else { "Aprobada" }.to_owned(),
        ..Group::default()
    };
    let student = Student { name: "Ana María Núñez Sepúlveda".to_owned(), ..Student::default() };
    ReportData::new(&Report { student, groups: (1..=24).map(group).collect(), ..Report::default() })
}

criterion_group!(benches, report);
criterion_main!(benches);
