//! `chart.level`: the levels there are as stairs, the student's filled.

use minijinja::value::Value;

use super::canvas::{Area, Canvas, INK, PT, RULE, TRACK, Type};
use super::{Request, fit, text};
use crate::report::colour;

const HEIGHT: i64 = 48 * PT;
/// Room above the stairs for the mark of the reached step.
const MARK: i64 = 15 * PT;
/// The lowest step.
const LOWEST: i64 = 20 * PT;
const GAP: i64 = 5 * PT;
/// Steps one picture has room for.
const SHOWN: usize = 8;

pub(super) fn draw(request: &Request<'_>) -> Option<String> {
    let list = request.items.cloned().or_else(|| request.root.get_attr("levels").ok())?;
    let levels: Vec<Value> = list.try_iter().ok()?.take(SHOWN).collect();
    let is_reached = |level: &Value| level.get_attr("reached").is_ok_and(|reached| reached.is_true());
    let reached = levels.iter().position(is_reached)?;
    let words = request.language.words();
    let mut canvas = Canvas::new(request.width, HEIGHT, request.fonts);
    let steps = levels.len() as i64;
    let width = ((request.width - GAP * (steps - 1)) / steps).max(PT);
    let rise = if steps > 1 { (HEIGHT - MARK - LOWEST) / (steps - 1) } else { 0 };
    let below = colour::tint(request.accent, 0.85);
    let mut names = Vec::with_capacity(levels.len());
    for (place, level) in levels.iter().enumerate() {
        let name = text(level, "name").unwrap_or_default();
        let height = LOWEST + rise * place as i64;
        let area = Area { x: (width + GAP) * place as i64, y: HEIGHT - height, width, height };
        // The reached step is dark with white bold letters and carries a mark: it stands out in grey as well.
        let set = Type { size: 20, ..Type::LABEL }.centred();
        let label = fit(&name, width, 22);
        if place == reached {
            canvas.rectangle(area, request.accent);
            canvas.text(area, &label, Type { size: 22, color: "FFFFFF", ..set }.bold());
            let above = Area { y: area.y - MARK, height: MARK, ..area };
            canvas.text(above, &format!("{} ▼", words.you), Type { size: 18, color: INK, ..set }.bold());
        } else {
            canvas.framed(area, if place < reached { &below } else { TRACK }, RULE);
            canvas.text(area, &label, set);
        }
        names.push(name);
    }
    let own = names.get(reached).cloned().unwrap_or_default();
    Some(canvas.finish(request.id, &format!("{}: {own} ({})", words.level_alt, names.join(" < "))))
}
