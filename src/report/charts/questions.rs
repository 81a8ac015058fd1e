//! `chart.questions`: a square for each question: filled when right, outlined when wrong, pale when not answered.

use minijinja::value::Value;

use super::canvas::{Area, Canvas, INK, PT, QUIET, RULE, Type};
use super::{IDS, Request, number};

/// Squares in a row.
const COLUMNS: usize = 20;
/// Rows in one picture: several pictures flow over pages, one would not.
const ROWS: usize = 10;
const GAP: i64 = 3 * PT;

/// How a question was answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Right,
    Wrong,
    Open,
}

pub(super) fn draw(request: &Request<'_>) -> Option<String> {
    let list = request.items.cloned().or_else(|| request.root.get_attr("questions").ok())?;
    let questions: Vec<(String, Mark)> =
        list.try_iter().ok()?.take(COLUMNS * ROWS * IDS as usize).enumerate().map(|(place, question)| read(place, &question)).collect();
    if questions.is_empty() {
        return None;
    }
    Some(questions.chunks(COLUMNS * ROWS).zip(request.id..).map(|(part, id)| picture(request, part, id)).collect())
}

fn read(place: usize, question: &Value) -> (String, Mark) {
    let correct = question.get_attr("correct").unwrap_or_default();
    let mark = match correct.is_undefined() || correct.is_none() {
        true => Mark::Open,
        false if correct.is_true() => Mark::Right,
        false => Mark::Wrong,
    };
    (number(question, "number").unwrap_or(place as f64 + 1.0).to_string(), mark)
}

fn picture(request: &Request<'_>, questions: &[(String, Mark)], id: u32) -> String {
    let side = ((request.width + GAP) / COLUMNS as i64 - GAP).clamp(PT, 22 * PT);
    let rows = questions.len().div_ceil(COLUMNS) as i64;
    let mut canvas = Canvas::new(request.width, rows * (side + GAP), request.fonts);
    for (place, (number, mark)) in questions.iter().enumerate() {
        let (row, column) = ((place / COLUMNS) as i64, (place % COLUMNS) as i64);
        let area = Area { x: column * (side + GAP), y: row * (side + GAP), width: side, height: side };
        let color = match mark {
            Mark::Right => {
                canvas.rectangle(area, request.accent);
                "FFFFFF"
            }
            Mark::Wrong => {
                canvas.framed(area, "FFFFFF", INK);
                INK
            }
            Mark::Open => {
                canvas.framed(area, "EEF1F5", RULE);
                QUIET
            }
        };
        let set = Type { size: 17, bold: *mark != Mark::Open, color, align: "center" };
        canvas.text(area, number, set);
    }
    canvas.finish(id, &alt(request, questions))
}

fn alt(request: &Request<'_>, questions: &[(String, Mark)]) -> String {
    let words = request.language.words();
    let of = |wanted: Mark, word: &str| {
        let numbers: Vec<&str> = questions.iter().filter(|(_, mark)| *mark == wanted).map(|(number, _)| number.as_str()).collect();
        (!numbers.is_empty()).then(|| format!("{word} {}", numbers.join(", ")))
    };
    let parts = [of(Mark::Right, words.right), of(Mark::Wrong, words.wrong), of(Mark::Open, words.unanswered)];
    format!("{}: {}", words.questions_alt, parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}
