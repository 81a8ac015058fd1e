//! What all these tests need: a package of parts, and the words of a page with their places.

use std::io::{Cursor, Write};

use docx_to_pdf::graphics::Rgb;
use docx_to_pdf::layout::frame::{Item, Page, PathStep, Shape};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub(crate) fn zip_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, data) in parts {
        writer.start_file(*name, options).expect("a package can be written");
        writer.write_all(data).expect("a package can be written");
    }
    writer.finish().expect("a package can be written").into_inner()
}

/// Texts of a page with their left edge and baseline; those in groups at the place the group gives them.
pub(crate) fn texts(page: &Page) -> Vec<(String, f32, f32)> {
    let mut found = Vec::new();
    collect(&page.items, [1.0, 0.0, 0.0, 1.0, 0.0, 0.0], &mut found);
    found
}

fn collect(items: &[Item], outer: [f32; 6], found: &mut Vec<(String, f32, f32)>) {
    let [a, b, c, d, e, f] = outer;
    for item in items {
        match &item.shape {
            Shape::Glyphs(run) => {
                let (x, y) = (run.x.0, run.y.0);
                found.push((run.text.trim().to_owned(), a * x + c * y + e, b * x + d * y + f));
            }
            Shape::Group { transform: [ga, gb, gc, gd, ge, gf], items, .. } => {
                let inner = [a * ga + c * gb, b * ga + d * gb, a * gc + c * gd, b * gc + d * gd, a * ge + c * gf + e, b * ge + d * gf + f];
                collect(items, inner, found);
            }
            Shape::Image(_) | Shape::Path(_) => {}
        }
    }
}

/// Left, top, right and bottom of each path of a page that is filled in a colour; those in groups where their group moves them.
pub(crate) fn filled(page: &Page, color: Rgb) -> Vec<[f32; 4]> {
    let mut found = Vec::new();
    collect_filled(&page.items, color, (0.0, 0.0), &mut found);
    found
}

fn collect_filled(items: &[Item], color: Rgb, (dx, dy): (f32, f32), found: &mut Vec<[f32; 4]>) {
    for item in items {
        match &item.shape {
            Shape::Path(path) if path.fill == Some(color) => {
                let ends = path.steps.iter().filter_map(|step| match *step {
                    PathStep::Move(x, y) | PathStep::Line(x, y) | PathStep::Curve(.., x, y) => Some((x.0 + dx, y.0 + dy)),
                    PathStep::Close => None,
                });
                let none = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
                found.push(ends.fold(none, |[a, b, c, d], (x, y)| [a.min(x), b.min(y), c.max(x), d.max(y)]));
            }
            Shape::Group { items, transform: [.., x, y], .. } => collect_filled(items, color, (dx + x, dy + y), found),
            _ => {}
        }
    }
}
