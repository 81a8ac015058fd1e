//! Columns, bars, lines, areas and points.

use super::frame::{Framed, Room, way};
use super::scale::{self, Scale};
use super::{Chart, Grouping, Kind, Labels, Plot, Series, Spot};
use crate::document::canvas::Canvas;
use crate::document::model::LabelBase;
use crate::graphics::Rgb;

/// Half of a point's sign.
const MARKER: f32 = 2.5;
/// From a point to the words beside it (LibreOffice 7.4; measured).
const BESIDE: f32 = 6.0;

impl Labels {
    /// Something is written.
    pub(super) fn any(&self) -> bool {
        self.value || self.percent || self.category || self.series
    }
}

impl Series {
    /// The fill of one point: its own, or the series'.
    pub(super) fn point_fill(&self, at: usize, vary: bool, palette: &[Rgb]) -> Option<(Rgb, f32)> {
        if let Some((_, fill)) = self.points.iter().find(|(point, _)| *point == at) {
            return *fill;
        }
        if vary { palette.get(at % palette.len().max(1)).map(|color| (*color, 1.0)).or(self.fill) } else { self.fill }
    }
}

/// From where to where each value of a series reaches, as it is stacked.
type Stretch = Option<(f64, f64)>;

fn stacked(plot: &Plot) -> Vec<Vec<Stretch>> {
    let length = plot.series.iter().map(|series| series.values.len()).max().unwrap_or(0);
    let mut sums = vec![(0.0_f64, 0.0_f64); length];
    let totals: Vec<f64> = (0..length)
        .map(|at| plot.series.iter().filter_map(|series| series.values.get(at).copied().flatten()).map(f64::abs).sum())
        .collect();
    let mut one = |series: &Series| {
        let stretches = series.values.iter().enumerate().map(|(at, value)| {
            let mut value = (*value)?;
            if plot.grouping == Grouping::Plain {
                return Some((0.0, value));
            }
            if plot.grouping == Grouping::Percent {
                value = if totals[at] > 0.0 { value / totals[at] } else { 0.0 };
            }
            let sum = if value >= 0.0 { &mut sums[at].0 } else { &mut sums[at].1 };
            let from = *sum;
            *sum += value;
            Some((from, *sum))
        });
        stretches.collect()
    };
    plot.series.iter().map(&mut one).collect()
}

/// Draws the series of one kind.
pub(super) fn draw(canvas: &mut Canvas, chart: &Chart, plot: &Plot, framed: &Framed) {
    let values = stacked(plot);
    match plot.kind {
        Kind::Column | Kind::Bar => bars(canvas, chart, plot, framed, &values),
        Kind::Line => lines(canvas, chart, plot, framed, &values),
        Kind::Area => areas(canvas, chart, plot, framed, &values),
        Kind::Scatter => scatter(canvas, chart, plot, framed),
        Kind::Pie(_) => {}
    }
}

/// Turns shares of the two axes into points of the chart.
struct Places<'f> {
    inner: Room,
    scale: Scale,
    chart: &'f Chart,
    values: Option<usize>,
    names: Option<usize>,
    lying: bool,
}

impl<'f> Places<'f> {
    fn new(chart: &'f Chart, plot: &Plot, framed: &Framed) -> Self {
        let values = chart.value_axis(plot);
        Self {
            inner: framed.inner,
            scale: framed.scale(values),
            chart,
            values,
            names: chart.axis_of(plot, true),
            lying: plot.kind == Kind::Bar,
        }
    }

    fn at(&self, along: f32, value: f64) -> (f32, f32) {
        let turn = |axis: Option<usize>, share: f32| axis.and_then(|axis| self.chart.axes.get(axis)).map_or(share, |axis| way(axis, share));
        let (along, up) = (turn(self.names, along), turn(self.values, self.scale.share(value)));
        let Room { left, top, right, bottom } = self.inner;
        if self.lying {
            (left + up * (right - left), bottom - along * (bottom - top))
        } else {
            (left + along * (right - left), bottom - up * (bottom - top))
        }
    }
}

fn bars(canvas: &mut Canvas, chart: &Chart, plot: &Plot, framed: &Framed, values: &[Vec<Stretch>]) {
    let places = Places::new(chart, plot, framed);
    let together = plot.grouping != Grouping::Plain;
    let beside = if together { 1.0 } else { plot.series.len().max(1) as f32 };
    let overlap = if together { 0.0 } else { plot.overlap };
    // In widths of a bar: the bars of a category with what they lie over each other, and the gap.
    let bar = 1.0 / (beside - overlap * (beside - 1.0) + plot.gap).max(0.1) / framed.slots as f32;
    for (order, (series, stretches)) in plot.series.iter().zip(values).enumerate() {
        let shift = if together { 0.0 } else { order as f32 * (1.0 - overlap) };
        let whole = beside - overlap * (beside - 1.0);
        for (at, stretch) in stretches.iter().enumerate() {
            let Some((from, to)) = *stretch else { continue };
            let start = framed.along(at) + bar * (shift - whole / 2.0);
            let (a, b) = (places.at(start, from), places.at(start + bar, to));
            canvas.rectangle(a, b, (series.point_fill(at, plot.vary, &chart.palette), series.line));
            let spot = series.labels.spot.unwrap_or(if together { Spot::Center } else { Spot::OuterEnd });
            let value = match spot {
                Spot::Center => f64::midpoint(from, to),
                Spot::Base => from,
                _ => to,
            };
            let (x, y) = places.at(start + bar / 2.0, value);
            // Words grow away from the bar's end, or into it.
            let forward = (to < 0.0) == (spot == Spot::InnerEnd);
            let place = match (spot, places.lying) {
                (Spot::Center, _) => ((x, y), (0.5, LabelBase::Middle)),
                (_, true) if forward => ((x + 3.0, y), (0.0, LabelBase::Middle)),
                (_, true) => ((x - 3.0, y), (1.0, LabelBase::Middle)),
                (_, false) => ((x, y), (0.5, if forward { LabelBase::Bottom } else { LabelBase::Top })),
            };
            label(canvas, chart, series, at, place);
        }
    }
}

fn lines(canvas: &mut Canvas, chart: &Chart, plot: &Plot, framed: &Framed, values: &[Vec<Stretch>]) {
    let places = Places::new(chart, plot, framed);
    for (series, stretches) in plot.series.iter().zip(values) {
        let spots: Vec<Option<(f32, f32)>> =
            stretches.iter().enumerate().map(|(at, stretch)| stretch.map(|(_, to)| places.at(framed.along(at), to))).collect();
        trace(canvas, chart, series, &spots);
    }
}

/// Draws a line through what there is of its points, and their signs and numbers.
fn trace(canvas: &mut Canvas, chart: &Chart, series: &Series, spots: &[Option<(f32, f32)>]) {
    if let Some(stroke) = series.line {
        for piece in spots.split(Option::is_none).filter(|piece| piece.len() > 1) {
            let points: Vec<(f32, f32)> = piece.iter().flatten().copied().collect();
            if !series.smooth {
                canvas.polyline(&points, stroke);
                continue;
            }
            let mut outline = canvas.outline();
            outline.move_to(points[0].0, points[0].1);
            for at in 1..points.len() {
                // A curve through all points that leaves each toward its neighbours.
                let before = points[at.saturating_sub(2)];
                let (from, to) = (points[at - 1], points[at]);
                let after = points[(at + 1).min(points.len() - 1)];
                let first = (from.0 + (to.0 - before.0) / 6.0, from.1 + (to.1 - before.1) / 6.0);
                let second = (to.0 - (after.0 - from.0) / 6.0, to.1 - (after.1 - from.1) / 6.0);
                outline.curve_to(first, second, to);
            }
            canvas.path(outline, (None, Some(stroke)));
        }
    }
    for (at, spot) in spots.iter().enumerate() {
        let Some((x, y)) = *spot else { continue };
        if series.marker {
            let fill = series.points.iter().find(|(point, _)| *point == at).map_or(Some((series.color, 1.0)), |(_, fill)| *fill);
            canvas.ellipse((x - MARKER, y - MARKER), (x + MARKER, y + MARKER), (fill, None));
        }
        let place = match series.labels.spot {
            Some(Spot::Above) => ((x, y - MARKER - 1.0), (0.5, LabelBase::Bottom)),
            Some(Spot::Below) => ((x, y + MARKER + 1.0), (0.5, LabelBase::Top)),
            Some(Spot::Left) => ((x - BESIDE, y), (1.0, LabelBase::Middle)),
            Some(Spot::Center) => ((x, y), (0.5, LabelBase::Middle)),
            _ => ((x + BESIDE, y), (0.0, LabelBase::Middle)),
        };
        label(canvas, chart, series, at, place);
    }
}

fn areas(canvas: &mut Canvas, chart: &Chart, plot: &Plot, framed: &Framed, values: &[Vec<Stretch>]) {
    let places = Places::new(chart, plot, framed);
    for (series, stretches) in plot.series.iter().zip(values) {
        let stretch = |at: usize| stretches[at].unwrap_or((0.0, 0.0));
        let upper = (0..stretches.len()).map(|at| places.at(framed.along(at), stretch(at).1));
        let lower = (0..stretches.len()).rev().map(|at| places.at(framed.along(at), stretch(at).0));
        let outline: Vec<(f32, f32)> = upper.chain(lower).collect();
        canvas.polygon(&outline, (series.fill, series.line));
        for at in 0..stretches.len() {
            let (from, to) = stretch(at);
            label(canvas, chart, series, at, (places.at(framed.along(at), f64::midpoint(from, to)), (0.5, LabelBase::Middle)));
        }
    }
}

fn scatter(canvas: &mut Canvas, chart: &Chart, plot: &Plot, framed: &Framed) {
    let places = Places { names: chart.across_axis(plot), ..Places::new(chart, plot, framed) };
    let across = framed.scale(places.names);
    for series in &plot.series {
        let spot = |(at, value): (usize, &Option<f64>)| {
            let x = if series.across.is_empty() { Some(at as f64 + 1.0) } else { series.across.get(at).copied().flatten() };
            Some(places.at(across.share(x?), (*value)?))
        };
        let spots: Vec<Option<(f32, f32)>> = series.values.iter().enumerate().map(spot).collect();
        trace(canvas, chart, series, &spots);
    }
}

fn label(canvas: &mut Canvas, chart: &Chart, series: &Series, at: usize, (place, anchor): ((f32, f32), (f32, LabelBase))) {
    let mut words: Vec<String> = Vec::new();
    if series.labels.series {
        words.push(series.name.clone());
    }
    if series.labels.category {
        words.extend(series.categories.get(at).cloned());
    }
    if series.labels.value {
        let value = series.values.get(at).copied().flatten();
        words.extend(value.map(|value| scale::format(value, series.value_format(), chart.decimal_comma)));
    }
    let props = series.labels.props.as_ref().unwrap_or(&chart.text);
    canvas.label(&words.join("; "), place, anchor, props, (1.0, 0.0));
}
