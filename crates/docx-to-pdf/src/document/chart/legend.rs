//! The legend: a sign and a name for each series, or for each slice of a pie.

use super::draw::{lift, line_height, points, width_of};
use super::frame::Room;
use super::{Chart, Grouping, Kind, Legend, Side};
use crate::document::canvas::{Canvas, line};
use crate::document::model::{LabelBase, Outline};
use crate::graphics::Rgb;

/// A legend has no more entries.
const MOST: usize = 60;

/// Between the chart's edge and a legend above or below the plot, and between that and the plot (LibreOffice 7.4; measured over letters of 7 to 18 pt).
const EDGE: f32 = 2.9;
const BESIDE: f32 = 4.5;

/// One line of a legend.
#[derive(Debug)]
pub(super) struct Entry {
    name: String,
    fill: Option<(Rgb, f32)>,
    line: Option<Outline>,
    marker: bool,
}

/// What the legend lists.
pub(super) fn entries(chart: &Chart) -> Vec<Entry> {
    let mut list = Vec::new();
    for plot in &chart.plots {
        if plot.vary {
            let Some(series) = plot.series.first() else { continue };
            for (at, _) in series.values.iter().enumerate() {
                let name = series.categories.get(at).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| (at + 1).to_string());
                list.push(Entry { name, fill: series.point_fill(at, true, &chart.palette), line: None, marker: false });
            }
            continue;
        }
        let mut own: Vec<Entry> = Vec::new();
        for series in &plot.series {
            let lines = matches!(plot.kind, Kind::Line | Kind::Scatter);
            own.push(Entry {
                name: if series.name.is_empty() { format!("{}{}", chart.unnamed, series.order + 1) } else { series.name.clone() },
                fill: if lines { Some((series.color, 1.0)) } else { series.fill },
                line: if lines { series.line } else { None },
                marker: lines && series.marker,
            });
        }
        // What stands on each other is listed from the top down beside the plot, bars that lie across from the last to the first (LibreOffice and Spire agree; measured).
        let beside = chart.legend.as_ref().is_some_and(|legend| matches!(legend.side, Side::Left | Side::Right));
        let reversed = if plot.kind == Kind::Bar { plot.grouping == Grouping::Plain } else { plot.grouping != Grouping::Plain && beside };
        if reversed {
            own.reverse();
        }
        list.extend(own);
    }
    list.truncate(MOST);
    list.retain(|entry| !entry.name.is_empty());
    list
}

/// Draws it where it was moved to, in a column where it was made so narrow that no two entries stand side by side.
pub(super) fn draw_at(canvas: &mut Canvas, legend: &Legend, entries: &[Entry], [left, top, width, height]: [f32; 4]) -> f32 {
    let wide = |entry: &Entry| points(&legend.props) * 2.15 + width_of(&entry.name, &legend.props);
    let widest = entries.iter().map(wide).fold(0.0, f32::max);
    let upright = matches!(legend.side, Side::Left | Side::Right);
    let least = if upright { widest } else { entries.iter().map(wide).sum() };
    let (left, top) = (left * canvas.width, top * canvas.height);
    let right = left + if width > 0.0 { width * canvas.width } else { least };
    let room = Room { left, top, right, bottom: top + height * canvas.height };
    let side = if upright || right - left < widest * 2.0 && entries.len() > 1 { Side::Left } else { Side::Top };
    let moved = Legend { side, overlay: legend.overlay, place: None, props: std::sync::Arc::clone(&legend.props) };
    let lines = if side == Side::Left { entries.len() } else { 1 };
    let high = line_height(&legend.props) * 1.15 * lines as f32;
    let down = ((room.bottom - room.top - high) / 2.0).max(0.0) - EDGE;
    let room =
        if side == Side::Top { Room { top: room.top + down, ..room } } else { Room { bottom: room.bottom.max(room.top + high), ..room } };
    draw(canvas, &moved, entries, room)
}

/// Draws it at its side; tells how much of the chart it takes there.
pub(super) fn draw(canvas: &mut Canvas, legend: &Legend, entries: &[Entry], room: Room) -> f32 {
    let props = &legend.props;
    let (size, high) = (points(props), line_height(props));
    let (sign, gap) = (size * 0.6, size * 0.25);
    let sign = if entries.iter().any(|entry| entry.line.is_some()) { size * 2.57 } else { sign };
    let wide = |entry: &Entry| sign + gap + width_of(&entry.name, props);
    let widest = entries.iter().map(wide).fold(0.0, f32::max);
    match legend.side {
        Side::Left | Side::Right => {
            let taken = widest.min((room.right - room.left) * 0.5);
            let left = if legend.side == Side::Left { room.left } else { room.right - taken };
            let step = high * 1.06 + 1.9;
            let fitting = (((room.bottom - room.top) / step).floor().max(1.0) as usize).min(entries.len());
            let mut y = (room.top + room.bottom - step * fitting as f32) / 2.0;
            for entry in &entries[..fitting] {
                draw_entry(canvas, entry, props, (left, y + step / 2.0), (sign, gap));
                y += step;
            }
            taken
        }
        Side::Top | Side::Bottom => {
            // Rows as full as they get, each in the middle.
            let apart = size * 0.67;
            let whole = room.right - room.left;
            let mut rows: Vec<Vec<&Entry>> = vec![Vec::new()];
            let mut used = 0.0;
            for entry in entries {
                let width = wide(entry) + apart;
                if used + width > whole && used > 0.0 && rows.len() < 6 {
                    rows.push(Vec::new());
                    used = 0.0;
                }
                used += width;
                if let Some(row) = rows.last_mut() {
                    row.push(entry);
                }
            }
            let lines = high * 1.05 * rows.len() as f32;
            let mut y = if legend.side == Side::Top { room.top + EDGE } else { canvas.height - EDGE - lines };
            for row in rows {
                let width: f32 = row.iter().map(|entry| wide(entry) + apart).sum::<f32>() - apart;
                let mut x = (room.left + room.right - width) / 2.0;
                for entry in row {
                    draw_entry(canvas, entry, props, (x, y + high * 0.525), (sign, gap));
                    x += wide(entry) + apart;
                }
                y += high * 1.05;
            }
            2.0 * EDGE + BESIDE + lines
        }
    }
}

fn draw_entry(
    canvas: &mut Canvas,
    entry: &Entry,
    props: &std::sync::Arc<crate::document::model::RunProps>,
    (x, middle): (f32, f32),
    (sign, gap): (f32, f32),
) {
    if let Some(stroke) = entry.line {
        canvas.polyline(&[(x, middle), (x + sign, middle)], stroke);
    }
    if entry.marker {
        let half = points(props) * 0.23;
        canvas.ellipse((x + sign / 2.0 - half, middle - half), (x + sign / 2.0 + half, middle + half), (entry.fill, None));
    } else if entry.line.is_none() {
        let half = sign / 2.0;
        let border = entry.fill.is_none().then(|| line(Rgb(0x80, 0x80, 0x80), 0.5));
        canvas.rectangle((x, middle - half), (x + sign, middle + half), (entry.fill, border));
    }
    canvas.label(&entry.name, (x + sign + gap, middle - lift(props) / 2.0), (0.0, LabelBase::Middle), props, (1.0, 0.0));
}
