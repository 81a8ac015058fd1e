//! `chart.cohort`: where the student stands among the others: own result and mean on one scale, and the share below in words.

use super::canvas::{ACCENT, Area, Canvas, INK, PT, QUIET, RULE, TRACK, Type};
use super::{Request, number, share};

const HEIGHT: i64 = 92 * PT;
const LINE: i64 = 38 * PT;

pub(super) fn draw(request: &Request<'_>) -> Option<String> {
    let (language, words) = (request.language, request.language.words());
    let own = number(request.root, "result.percentage")?;
    let mean = number(request.root, "cohort.mean")?;
    let others_below = number(request.root, "cohort.above").or_else(|| number(request.root, "cohort.percentile"))?;
    let width = request.width;
    let mut canvas = Canvas::new(width, HEIGHT, request.fonts);
    let edge = 14 * PT;
    let track = Area { x: edge, y: LINE, width: width - 2 * edge, height: 8 * PT };
    canvas.framed(track, TRACK, RULE);
    canvas.rectangle(Area { width: share(track.width, own), ..track }, "C9D6E4");
    let at = |percentage: f64| track.x + share(track.width, percentage);
    let wide = 110 * PT;
    let label = |x: i64| (x - wide / 2).clamp(0, (width - wide).max(0));
    // The mean is a bar with its label below, the student a dot with the label above: shape and place tell them apart.
    let (mean_x, own_x) = (at(mean), at(own));
    canvas.rectangle(Area { x: mean_x - PT, y: LINE - 5 * PT, width: 2 * PT, height: 18 * PT }, QUIET);
    let below = Area { x: label(mean_x), y: LINE + 14 * PT, width: wide, height: 14 * PT };
    canvas.text(below, &format!("{}: {}", words.mean, language.short_percent(mean)), Type::NOTE.centred());
    canvas.dot(Area { x: own_x - 7 * PT, y: LINE - 3 * PT, width: 14 * PT, height: 14 * PT }, ACCENT);
    let above = Area { x: label(own_x), y: LINE - 24 * PT, width: wide, height: 18 * PT };
    let you = format!("{}: {}", words.you, language.short_percent(own));
    canvas.text(above, &you, Type { size: 22, bold: true, color: INK, align: "center" });
    // Rounded down: nobody is told to be above more than there are below.
    let sentence = format!("{} {} {}", words.better_than, language.percent(others_below.floor(), 0), words.of_students);
    canvas.text(Area { x: 0, y: LINE + 33 * PT, width, height: 18 * PT }, &sentence, Type::LABEL.centred());
    let alt = format!("{}: {you}; {}: {}; {sentence}", words.cohort_alt, words.mean, language.short_percent(mean));
    Some(canvas.finish(request.id, &alt))
}
