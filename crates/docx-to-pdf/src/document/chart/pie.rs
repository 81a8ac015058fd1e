//! Pies and rings.

use std::f32::consts::TAU;

use super::frame::Room;
use super::{Chart, Kind, Plot, Series, scale};
use crate::document::canvas::{Canvas, line};
use crate::document::model::LabelBase;
use crate::graphics::Rgb;

/// Draws a pie or the rings of a doughnut in the middle of a room.
pub(super) fn draw(canvas: &mut Canvas, chart: &Chart, plot: &Plot, room: Room) {
    let Kind::Pie(hole) = plot.kind else { return };
    // Labels beside the slices need room.
    let outside = plot.series.iter().any(|series| series.labels.any());
    let radius = ((room.right - room.left).min(room.bottom - room.top) / 2.0 * if outside { 0.88 } else { 0.96 }).max(1.0);
    let center = (f32::midpoint(room.left, room.right), f32::midpoint(room.top, room.bottom));
    let rings = if hole > 0.0 { plot.series.len().clamp(1, 12) } else { 1 };
    for (ring, series) in plot.series.iter().take(rings).enumerate() {
        let thick = radius * (1.0 - hole) / rings as f32;
        let inner = if hole > 0.0 { radius * hole + thick * ring as f32 } else { 0.0 };
        let outer = if hole > 0.0 { inner + thick } else { radius };
        slices(canvas, chart, plot, series, (center, inner, outer));
    }
}

fn slices(canvas: &mut Canvas, chart: &Chart, plot: &Plot, series: &Series, (center, inner, outer): ((f32, f32), f32, f32)) {
    let size = |value: &Option<f64>| value.unwrap_or(0.0).abs();
    let sum: f64 = series.values.iter().map(size).sum();
    if sum <= 0.0 || !sum.is_finite() {
        return;
    }
    let mut angle = (plot.first_angle - 90.0).to_radians();
    for (at, value) in series.values.iter().enumerate() {
        let share = size(value) / sum;
        let sweep = TAU * share as f32;
        if sweep <= 0.0 {
            continue;
        }
        let fill = series.point_fill(at, plot.vary, &chart.palette);
        let border = series.line.or_else(|| Some(line(Rgb(255, 255, 255), 0.75)));
        let point = |angle: f32, radius: f32| (center.0 + radius * angle.cos(), center.1 + radius * angle.sin());
        let mut outline = canvas.outline();
        let start = point(angle, if inner > 0.0 { inner } else { 0.0 });
        outline.move_to(start.0, start.1);
        let edge = point(angle, outer);
        outline.line_to(edge.0, edge.1);
        outline.arc(outer, outer, angle, sweep);
        if inner > 0.0 {
            let back = point(angle + sweep, inner);
            outline.line_to(back.0, back.1);
            outline.arc(inner, inner, angle + sweep, -sweep);
        }
        outline.close();
        canvas.path(outline, (fill, border));
        if series.labels.any() {
            label(
                canvas,
                chart,
                series,
                (at, share),
                point(angle + sweep / 2.0, if inner > 0.0 { f32::midpoint(inner, outer) } else { outer * 0.7 }),
            );
        }
        angle += sweep;
    }
}

fn label(canvas: &mut Canvas, chart: &Chart, series: &Series, (at, share): (usize, f64), place: (f32, f32)) {
    let mut words: Vec<String> = Vec::new();
    if series.labels.series {
        words.push(series.name.clone());
    }
    if series.labels.category {
        words.extend(series.categories.get(at).cloned());
    }
    if series.labels.value {
        words
            .extend(series.values.get(at).copied().flatten().map(|value| scale::format(value, series.value_format(), chart.decimal_comma)));
    }
    if series.labels.percent {
        let code = series.labels.format.as_deref().filter(|code| code.contains('%')).unwrap_or("0%");
        words.push(scale::format(share, code, chart.decimal_comma));
    }
    let props = series.labels.props.as_ref().unwrap_or(&chart.text);
    canvas.label(&words.join("; "), place, (0.5, LabelBase::Middle), props, (1.0, 0.0));
}
