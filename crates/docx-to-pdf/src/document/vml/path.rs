//! VML's path language (ECMA-376 part 4, 19.1.2.19): the commands that stand in documents.

use crate::document::drawing::outline::OutlineBuilder;
use crate::document::model::Geometry;

/// No path has more numbers.
const MOST: usize = 20_000;

/// A path in its own coordinate space; `None` when it has formulas in it or draws nothing.
pub(super) fn parse(text: &str, origin: (f32, f32), size: (f32, f32)) -> Option<Geometry> {
    if text.contains(['@', '#']) {
        return None;
    }
    let mut outline = OutlineBuilder::new(size.0, size.1);
    for (command, numbers) in commands(text) {
        draw(&mut outline, &command, &numbers, origin);
    }
    let steps = outline.finish();
    (!steps.is_empty()).then_some(Geometry::Path(steps))
}

fn draw(outline: &mut OutlineBuilder, command: &str, numbers: &[f32], origin: (f32, f32)) {
    let fixed = |pair: &[f32]| (pair[0] - origin.0, pair[1] - origin.1);
    match command {
        "m" => {
            for pair in numbers.chunks_exact(2) {
                let (x, y) = fixed(pair);
                outline.move_to(x, y);
            }
        }
        "l" => {
            for pair in numbers.chunks_exact(2) {
                let (x, y) = fixed(pair);
                outline.line_to(x, y);
            }
        }
        "t" | "r" => {
            for pair in numbers.chunks_exact(2) {
                let (x, y) = (outline.at().0 + pair[0], outline.at().1 + pair[1]);
                if command == "t" { outline.move_to(x, y) } else { outline.line_to(x, y) }
            }
        }
        "c" => {
            for six in numbers.chunks_exact(6) {
                outline.curve_to(fixed(&six[..2]), fixed(&six[2..4]), fixed(&six[4..]));
            }
        }
        "v" => {
            for six in numbers.chunks_exact(6) {
                let at = outline.at();
                let from_here = |pair: &[f32]| (at.0 + pair[0], at.1 + pair[1]);
                outline.curve_to(from_here(&six[..2]), from_here(&six[2..4]), from_here(&six[4..]));
            }
        }
        "qb" => {
            for four in numbers.chunks_exact(4) {
                outline.quadratic_to(fixed(&four[..2]), fixed(&four[2..]));
            }
        }
        "x" => outline.close(),
        _ => {}
    }
}

/// Commands with their numbers; a comma without a number before it stands for zero.
fn commands(text: &str) -> Vec<(String, Vec<f32>)> {
    let mut found: Vec<(String, Vec<f32>)> = Vec::new();
    let mut rest = text.trim();
    let mut count = 0;
    while let Some(first) = rest.chars().next().filter(|_| count < MOST) {
        count += 1;
        if first.is_ascii_alphabetic() {
            let two =
                rest.get(..2).filter(|two| matches!(*two, "nf" | "ns" | "ae" | "al" | "at" | "ar" | "wa" | "wr" | "qx" | "qy" | "qb"));
            let command = two.unwrap_or(&rest[..1]);
            found.push((command.to_owned(), Vec::new()));
            rest = rest[command.len()..].trim_start();
            // "m,5": the first number is left out.
            if rest.starts_with(',')
                && let Some((_, numbers)) = found.last_mut()
            {
                numbers.push(0.0);
            }
        } else if first == '-' || first == '.' || first.is_ascii_digit() {
            let end = rest[1..].find(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(rest.len(), |at| at + 1);
            let number = rest[..end].parse::<f32>().unwrap_or(0.0);
            if let Some((_, numbers)) = found.last_mut() {
                numbers.push(number);
            }
            rest = rest[end..].trim_start();
        } else {
            rest = rest[first.len_utf8()..].trim_start();
            let ends = rest.chars().next().is_none_or(|next| next == ',' || next.is_ascii_alphabetic());
            if first == ','
                && ends
                && let Some((_, numbers)) = found.last_mut()
            {
                numbers.push(0.0);
            }
        }
    }
    found
}
