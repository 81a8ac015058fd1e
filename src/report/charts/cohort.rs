//! `chart.cohort`: where the student stands among the others: own result and mean on one scale, and the share below in words.

use super::canvas::{Area, Canvas, INK, PT, QUIET, RULE, TRACK, Type};
use super::{Request, counted, fit, number, said, share};
use crate::report::colour;

const HEIGHT: i64 = 75 * PT;
const LINE: i64 = 25 * PT;

pub(super) fn draw(request: &Request<'_>) -> Option<String> {
    let (language, words) = (request.language, request.language.words());
    let own = number(request.root, "result.percentage")?;
    let mean = number(request.root, "cohort.mean")?;
    let others_below = number(request.root, "cohort.above").or_else(|| number(request.root, "cohort.percentile"))?;
    let width = request.width;
    let mut canvas = Canvas::new(width, HEIGHT, request.fonts);
    let track = Area { x: 0, y: LINE, width, height: 8 * PT };
    canvas.framed(track, TRACK, RULE);
    canvas.rectangle(Area { width: share(track.width, own), ..track }, &colour::tint(request.accent, 0.7));
    let at = |percentage: f64| track.x + share(track.width, percentage);
    // The student's own label is short, so that what the figures count has room beside it.
    let (wide, short) = (110 * PT, 64 * PT);
    let place = |x: i64, wide: i64| (x - wide / 2).clamp(0, (width - wide).max(0));
    // The mean is a bar with its label below, the student a dot with the label above: shape and place tell them apart.
    let (mean_x, own_x) = (at(mean), at(own));
    canvas.rectangle(Area { x: mean_x - PT, y: LINE - 5 * PT, width: 2 * PT, height: 18 * PT }, QUIET);
    let below = Area { x: place(mean_x, wide), y: LINE + 14 * PT, width: wide, height: 14 * PT };
    canvas.text(below, &format!("{}: {}", words.mean, language.short_percent(mean)), Type::NOTE.centred());
    canvas.dot(Area { x: (own_x - 7 * PT).clamp(0, width - 14 * PT), y: LINE - 3 * PT, width: 14 * PT, height: 14 * PT }, request.accent);
    let above = Area { x: place(own_x, short), y: LINE - 24 * PT, width: short, height: 18 * PT };
    let you = format!("{}: {}", words.you, language.short_percent(own));
    canvas.text(above, &you, Type { size: 22, bold: true, color: INK, align: "center" });
    let (before, behind) = (place(own_x, short) - 4 * PT, width - place(own_x, short) - short - 4 * PT);
    if let Some(counted) = counted(request.root) {
        let (x, room, set) = if before > behind { (0, before, Type::NOTE) } else { (width - behind, behind, Type::NOTE.right()) };
        canvas.text(Area { x, y: LINE - 21 * PT, width: room, height: 13 * PT }, &fit(&counted, room, 16), set);
    }
    // Rounded down: nobody is told to be above more than there are below.
    let sentence = format!("{} {} {}", words.better_than, language.percent(others_below.floor(), 0), words.of_students);
    canvas.text(Area { x: 0, y: LINE + 32 * PT, width, height: 18 * PT }, &sentence, Type::LABEL.centred());
    let alt = format!("{}: {}; {}: {}; {sentence}", words.cohort_alt, said(&you, request.root), words.mean, language.short_percent(mean));
    Some(canvas.finish(request.id, &alt))
}
