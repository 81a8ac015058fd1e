//! What stands around the plot: axes with their numbers and categories, grid lines, the titles of the axes.

use std::collections::BTreeMap;

use super::draw::{lift, line_height, points, width_of, wrapped};
use super::scale::{self, Scale};
use super::{Axis, Chart, Grouping, Kind, Plot, Side};
use crate::document::canvas::Canvas;
use crate::document::model::{LabelBase, Outline};

/// Names that do not fit beside each other are turned by this.
const TURNED: f32 = -45.0;
/// Between an axis and its words: a millimetre (LibreOffice's `AXIS2D_TICKLABELSPACING`).
const GAP: f32 = 2.83;
/// How long a mark at an axis is (LibreOffice's `AXIS2D_TICKLENGTH`).
const MARK: f32 = 4.25;
/// A plot keeps at least this share of its chart.
const LEAST: f32 = 0.2;

/// A rectangle in points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
}

impl Room {
    /// From shares of a chart of this size.
    pub(super) fn of([x, y, w, h]: [f32; 4], (width, height): (f32, f32)) -> Self {
        Self { left: x * width, top: y * height, right: (x + w).min(1.0) * width, bottom: (y + h).min(1.0) * height }
    }

    pub(super) fn width(self) -> f32 {
        (self.right - self.left).max(1.0)
    }

    pub(super) fn height(self) -> f32 {
        (self.bottom - self.top).max(1.0)
    }
}

/// The plot's place with the scales of its axes.
#[derive(Debug)]
pub(super) struct Framed {
    pub(super) inner: Room,
    scales: BTreeMap<usize, Scale>,
    pub(super) categories: Vec<String>,
    pub(super) slots: usize,
    /// Categories stand in the middle of their slots, not at points of the axis.
    pub(super) between: bool,
    /// Bars lie across: categories stand one below the other.
    pub(super) lying: bool,
    turned: bool,
}

impl Chart {
    /// The axis of numbers or of categories that a plot refers to, by its place in the list.
    pub(super) fn axis_of(&self, plot: &Plot, of_categories: bool) -> Option<usize> {
        let own = |axis: &Axis| plot.axes.contains(&axis.id);
        self.axes.iter().position(|axis| own(axis) && axis.of_categories == of_categories)
    }

    /// A scatter's axis of the numbers across.
    pub(super) fn across_axis(&self, plot: &Plot) -> Option<usize> {
        let first = plot.axes.first()?;
        self.axes.iter().position(|axis| axis.id == *first)
    }

    /// The axis of a plot's values.
    pub(super) fn value_axis(&self, plot: &Plot) -> Option<usize> {
        if plot.kind == Kind::Scatter {
            let second = plot.axes.get(1)?;
            return self.axes.iter().position(|axis| axis.id == *second);
        }
        self.axis_of(plot, false)
    }
}

impl Framed {
    /// The scale of an axis; 0 to 1 where it is missing.
    pub(super) fn scale(&self, axis: Option<usize>) -> Scale {
        axis.and_then(|axis| self.scales.get(&axis)).copied().unwrap_or(Scale { least: 0.0, most: 1.0, step: 1.0 })
    }

    /// From one category to the next along an axis of this length.
    fn slot(&self, length: f32) -> f32 {
        length / if self.between { self.slots } else { self.slots.max(2) - 1 } as f32
    }

    /// How far along the axis of categories a point stands, from 0 to 1.
    pub(super) fn along(&self, at: usize) -> f32 {
        if self.between { (at as f32 + 0.5) / self.slots as f32 } else { at as f32 / (self.slots.max(2) - 1) as f32 }
    }
}

/// The least and greatest of a plot's values as they are stacked.
fn reach(plot: &Plot) -> (f64, f64) {
    let mut found = (f64::INFINITY, f64::NEG_INFINITY);
    let mut take = |value: f64| found = (found.0.min(value), found.1.max(value));
    match plot.grouping {
        Grouping::Plain => plot.series.iter().flat_map(|series| &series.values).flatten().for_each(|value| take(*value)),
        Grouping::Percent => {
            take(0.0);
            take(1.0);
        }
        Grouping::Stacked => {
            let length = plot.series.iter().map(|series| series.values.len()).max().unwrap_or(0);
            for at in 0..length {
                let values = plot.series.iter().filter_map(|series| series.values.get(at).copied().flatten());
                let (above, below) =
                    values.fold((0.0, 0.0), |(up, down), value| if value >= 0.0 { (up + value, down) } else { (up, down + value) });
                take(above);
                take(below);
            }
        }
    }
    if found.0 > found.1 { (0.0, 1.0) } else { found }
}

fn joined(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0.min(b.0), a.1.max(b.1))
}

/// Numbers of an upright axis stand no closer than this share of their size (Spire and LibreOffice; measured).
const CLOSEST: f32 = 1.26;

fn scales(chart: &Chart, lying: bool, room: Room) -> BTreeMap<usize, Scale> {
    let mut reaches: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    let mut note = |axis: Option<usize>, found: (f64, f64)| {
        if let Some(axis) = axis {
            reaches.entry(axis).and_modify(|known| *known = joined(*known, found)).or_insert(found);
        }
    };
    for plot in &chart.plots {
        note(chart.value_axis(plot), reach(plot));
        if plot.kind == Kind::Scatter {
            let numbers = plot.series.iter().flat_map(|series| &series.across).flatten();
            let mut found = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |found, value| joined(found, (*value, *value)));
            if found.0 > found.1 {
                let longest = plot.series.iter().map(|series| series.values.len()).max().unwrap_or(1);
                found = (1.0, longest as f64);
            }
            note(chart.across_axis(plot), found);
        }
    }
    let build = |(index, (least, most)): (usize, (f64, f64))| {
        let axis = &chart.axes[index];
        let upright = matches!(axis.side, Side::Left | Side::Right) && !lying;
        let length = if upright { room.height() / (points(&axis.props) * CLOSEST) } else { room.width() / (points(&axis.props) * 4.0) };
        let percent = chart.plots.iter().any(|plot| plot.grouping == Grouping::Percent && chart.value_axis(plot) == Some(index));
        (index, Scale::around((least, most), (axis.least, axis.most, axis.step), (length as usize).clamp(2, 10), !percent))
    };
    reaches.into_iter().map(build).collect()
}

/// The numbers of an axis as they are written.
fn numbers(chart: &Chart, index: usize, scale: &Scale) -> Vec<(f64, String)> {
    let axis = &chart.axes[index];
    let own = chart.plots.iter().filter(|plot| chart.value_axis(plot) == Some(index));
    let percent = own.clone().any(|plot| plot.grouping == Grouping::Percent);
    let of_values = own.flat_map(|plot| &plot.series).map(|series| series.format.as_str()).find(|format| !format.is_empty());
    let code = if percent {
        axis.format.as_deref().filter(|code| code.contains('%')).unwrap_or("0%")
    } else {
        axis.format.as_deref().or(of_values).unwrap_or("")
    };
    scale.ticks().map(|tick| (tick, scale::format(tick, code, chart.decimal_comma))).collect()
}

/// Finds the plot's place: what is left between the words around it.
pub(super) fn fit(chart: &Chart, room: Room, size: (f32, f32)) -> Framed {
    let lying = chart.plots.iter().any(|plot| plot.kind == Kind::Bar);
    let longest = chart.plots.iter().flat_map(|plot| &plot.series).max_by_key(|series| series.categories.len());
    let categories = longest.map(|series| series.categories.clone()).unwrap_or_default();
    let most = chart.plots.iter().flat_map(|plot| &plot.series).map(|series| series.values.len()).max().unwrap_or(0);
    let slots = categories.len().max(most).max(1);
    let at_categories = |plot: &Plot| match plot.kind {
        Kind::Area | Kind::Line => chart.value_axis(plot).is_some_and(|axis| !chart.axes[axis].between),
        _ => false,
    };
    let between = !chart.plots.iter().all(at_categories);
    let mut framed = Framed { inner: room, scales: scales(chart, lying, room), categories, slots, between, lying, turned: false };
    if let Some(place) = chart.plot_place {
        framed.inner = Room::of(place, size);
        framed.scales = scales(chart, lying, framed.inner);
        framed.turned = turns(chart, &framed);
        return framed;
    }
    // Widths first: whether names fit beside each other depends on them.
    for pass in 0..2 {
        let (mut left, mut right, mut top, mut bottom) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
        for (index, axis) in chart.axes.iter().enumerate().filter(|(_, axis)| !axis.hidden) {
            let words = depth(chart, &framed, index) + outer_mark(axis);
            let title = axis.title.as_ref().map_or(0.0, |title| line_height(&title.props) + GAP);
            let needed = words + title;
            match place_of(axis, lying) {
                Side::Left => left = left.max(needed),
                Side::Right => right = right.max(needed),
                Side::Top => top = top.max(needed),
                Side::Bottom => bottom = bottom.max(needed),
            }
            let [beyond_left, beyond_top, beyond_right, beyond_bottom] = beyond(chart, &framed, index);
            (left, right) = (left.max(beyond_left), right.max(beyond_right));
            (top, bottom) = (top.max(beyond_top), bottom.max(beyond_bottom));
        }
        let bounded = |taken: f32, whole: f32| taken.min(whole * (1.0 - LEAST) / 2.0);
        let (width, height) = (room.width(), room.height());
        framed.inner = Room {
            left: room.left + bounded(left, width),
            right: room.right - bounded(right, width),
            top: room.top + bounded(top, height),
            bottom: room.bottom - bounded(bottom, height),
        };
        if pass == 0 {
            framed.scales = scales(chart, lying, framed.inner);
            framed.turned = turns(chart, &framed);
        }
    }
    framed
}

/// Where an axis stands. Its own word is for upright charts and lying ones alike.
fn place_of(axis: &Axis, lying: bool) -> Side {
    match (axis.side, axis.of_categories, lying) {
        // Word writes the sides of bars that lie as they are; some writers keep those of columns.
        (Side::Bottom | Side::Top, true, true) => Side::Left,
        (Side::Left | Side::Right, false, true) => Side::Bottom,
        (side, ..) => side,
    }
}

/// Whether names of categories have to be turned to stand beside each other.
fn turns(chart: &Chart, framed: &Framed) -> bool {
    let Some(axis) = chart.axes.iter().find(|axis| axis.of_categories && !axis.hidden && axis.labels).filter(|_| !framed.lying) else {
        return false;
    };
    let slot = framed.slot(framed.inner.width());
    let lines = |name: &String| wrapped(name, &axis.props, slot * 0.95).len();
    framed.categories.iter().any(|name| name.split_whitespace().any(|word| width_of(word, &axis.props) > slot) || lines(name) > 3)
}

/// How far the outermost numbers or names of an axis reach beyond the plot along it: left, top, right, bottom (LibreOffice keeps that room, too).
fn beyond(chart: &Chart, framed: &Framed, index: usize) -> [f32; 4] {
    let axis = &chart.axes[index];
    let half_name = |name: Option<&String>| name.map_or(0.0, |name| width_of(name, &axis.props) / 2.0);
    if axis.of_categories && axis.labels && !framed.between && !framed.lying && !framed.turned {
        return [half_name(framed.categories.first()), 0.0, half_name(framed.categories.last()), 0.0];
    }
    let Some(scale) = framed.scales.get(&index).filter(|_| axis.labels) else { return [0.0; 4] };
    if matches!(place_of(axis, framed.lying), Side::Left | Side::Right) {
        let half = line_height(&axis.props) / 2.0;
        return [0.0, half, 0.0, half];
    }
    let numbers = numbers(chart, index, scale);
    [half_name(numbers.first().map(|(_, text)| text)), 0.0, half_name(numbers.last().map(|(_, text)| text)), 0.0]
}

/// How much room the words of an axis take beside it.
fn depth(chart: &Chart, framed: &Framed, index: usize) -> f32 {
    let axis = &chart.axes[index];
    if !axis.labels {
        return 0.0;
    }
    let high = line_height(&axis.props);
    let upright = matches!(place_of(axis, framed.lying), Side::Left | Side::Right);
    if !axis.of_categories {
        let Some(scale) = framed.scales.get(&index) else { return 0.0 };
        let widest = numbers(chart, index, scale).iter().map(|(_, text)| width_of(text, &axis.props)).fold(0.0, f32::max);
        return if upright { widest + GAP } else { high + GAP };
    }
    let widest = framed.categories.iter().map(|name| width_of(name, &axis.props)).fold(0.0, f32::max);
    if upright {
        return widest + GAP;
    }
    if framed.turned {
        return (widest + high) * std::f32::consts::FRAC_1_SQRT_2 + GAP;
    }
    let slot = framed.slot(framed.inner.width());
    let lines = framed.categories.iter().map(|name| wrapped(name, &axis.props, slot * 0.95).len()).max().unwrap_or(0);
    high * lines as f32 + GAP
}

/// The plot's background and its grid lines, which lie below everything.
pub(super) fn draw(canvas: &mut Canvas, chart: &Chart, framed: &Framed) {
    let Room { left, top, right, bottom } = framed.inner;
    canvas.rectangle((left, top), (right, bottom), (chart.plot_background, chart.plot_border));
    for (index, scale) in &framed.scales {
        let axis = &chart.axes[*index];
        let Some(stroke) = axis.gridlines else { continue };
        for tick in scale.ticks() {
            let share = way(axis, scale.share(tick));
            if matches!(place_of(axis, framed.lying), Side::Left | Side::Right) {
                let y = bottom - share * (bottom - top);
                canvas.polyline(&[(left, y), (right, y)], stroke);
            } else {
                let x = left + share * (right - left);
                canvas.polyline(&[(x, top), (x, bottom)], stroke);
            }
        }
    }
}

/// A share of an axis as it runs.
pub(super) fn way(axis: &Axis, share: f32) -> f32 {
    if axis.reversed { 1.0 - share } else { share }
}

/// Lines, numbers, categories and titles of the axes.
pub(super) fn draw_axes(canvas: &mut Canvas, chart: &Chart, framed: &Framed) {
    for (index, axis) in chart.axes.iter().enumerate().filter(|(_, axis)| !axis.hidden) {
        let Room { left, top, right, bottom } = framed.inner;
        let side = place_of(axis, framed.lying);
        let upright = matches!(side, Side::Left | Side::Right);
        let (x, y) = zero(chart, framed, index, side);
        if let Some(stroke) = axis.line {
            let ends = if upright { [(x, top), (x, bottom)] } else { [(left, y), (right, y)] };
            canvas.polyline(&ends, stroke);
            draw_marks(canvas, framed, (index, axis), (side, (x, y)), stroke);
        }
        if axis.labels {
            if axis.of_categories { draw_categories(canvas, axis, framed, side) } else { draw_numbers(canvas, chart, framed, index, side) }
        }
        if let Some(title) = &axis.title {
            let away = depth(chart, framed, index) + outer_mark(axis) + GAP;
            let middle = (f32::midpoint(left, right), f32::midpoint(top, bottom));
            let high = line_height(&title.props) / 2.0;
            let (at, turn) = match side {
                Side::Left => ((left - away - high, middle.1), -90.0),
                Side::Right => ((right + away + high, middle.1), -90.0),
                Side::Top => ((middle.0, top - away - high), 0.0),
                Side::Bottom => ((middle.0, bottom + away + high), 0.0),
            };
            canvas.label(&title.text, at, (0.5, LabelBase::Middle), &title.props, (1.0, turn));
        }
    }
}

/// How far an axis's marks reach out of the plot.
fn outer_mark(axis: &Axis) -> f32 {
    if axis.marks.0 && axis.line.is_some() { MARK } else { 0.0 }
}

/// Marks at an axis's numbers, or where one category ends and the next begins.
fn draw_marks(canvas: &mut Canvas, framed: &Framed, (index, axis): (usize, &Axis), (side, (x, y)): (Side, (f32, f32)), stroke: Outline) {
    let (outer, inner) = (if axis.marks.0 { MARK } else { 0.0 }, if axis.marks.1 { MARK } else { 0.0 });
    if outer + inner <= 0.0 {
        return;
    }
    /// More marks are not drawn.
    const MOST: usize = 500;
    let shares: Vec<f32> = match framed.scales.get(&index) {
        Some(scale) => scale.ticks().map(|tick| way(axis, scale.share(tick))).collect(),
        None if framed.between => (0..=framed.slots.min(MOST)).map(|at| at as f32 / framed.slots as f32).collect(),
        None => (0..framed.slots.min(MOST)).map(|at| framed.along(at)).collect(),
    };
    let Room { left, top, right, bottom } = framed.inner;
    for share in shares {
        let (across, up) = (left + share * (right - left), bottom - share * (bottom - top));
        let ends = match side {
            Side::Left => [(x - outer, up), (x + inner, up)],
            Side::Right => [(x - inner, up), (x + outer, up)],
            Side::Top => [(across, y - outer), (across, y + inner)],
            Side::Bottom => [(across, y - inner), (across, y + outer)],
        };
        canvas.polyline(&ends, stroke);
    }
}

/// Where an axis crosses the other one: at its zero where it has one.
fn zero(chart: &Chart, framed: &Framed, index: usize, side: Side) -> (f32, f32) {
    let Room { left, top, right, bottom } = framed.inner;
    let edge = match side {
        Side::Left | Side::Bottom => (left, bottom),
        Side::Right => (right, bottom),
        Side::Top => (left, top),
    };
    if !chart.axes[index].of_categories {
        return edge;
    }
    let Some(plot) = chart.plots.iter().find(|plot| plot.axes.contains(&chart.axes[index].id)) else { return edge };
    let Some(other) = chart.value_axis(plot) else { return edge };
    let scale = framed.scale(Some(other));
    if scale.least >= 0.0 || scale.most <= 0.0 {
        return edge;
    }
    let share = way(&chart.axes[other], scale.share(0.0));
    (left + share * (right - left), bottom - share * (bottom - top))
}

fn draw_numbers(canvas: &mut Canvas, chart: &Chart, framed: &Framed, index: usize, side: Side) {
    let Some(scale) = framed.scales.get(&index) else { return };
    let axis = &chart.axes[index];
    let gap = GAP + outer_mark(axis);
    let Room { left, top, right, bottom } = framed.inner;
    for (tick, text) in numbers(chart, index, scale) {
        let share = way(axis, scale.share(tick));
        let (x, y) = (left + share * (right - left), bottom - share * (bottom - top));
        let (at, anchor) = match side {
            Side::Left => ((left - gap, y), (1.0, LabelBase::Middle)),
            Side::Right => ((right + gap, y), (0.0, LabelBase::Middle)),
            Side::Top => ((x, top - gap), (0.5, LabelBase::Bottom)),
            Side::Bottom => ((x, bottom + gap - lift(&axis.props)), (0.5, LabelBase::Top)),
        };
        canvas.label(&text, at, anchor, &axis.props, (1.0, 0.0));
    }
}

fn draw_categories(canvas: &mut Canvas, axis: &Axis, framed: &Framed, side: Side) {
    let Room { left, top, right, bottom } = framed.inner;
    let (high, gap) = (line_height(&axis.props), GAP + outer_mark(axis));
    let upright = matches!(side, Side::Left | Side::Right);
    let slot = framed.slot(if upright { framed.inner.height() } else { framed.inner.width() });
    // Where even turned names would lie over each other only every second, third … is written.
    let every = if upright || framed.turned { (high / slot.max(0.01)).ceil().max(1.0) as usize } else { 1 };
    for (at, name) in framed.categories.iter().enumerate().step_by(every.max(1)) {
        let share = way(axis, framed.along(at));
        let (x, y) = (left + share * (right - left), bottom - share * (bottom - top));
        match side {
            Side::Left => canvas.label(name, (left - gap, y), (1.0, LabelBase::Middle), &axis.props, (1.0, 0.0)),
            Side::Right => canvas.label(name, (right + gap, y), (0.0, LabelBase::Middle), &axis.props, (1.0, 0.0)),
            Side::Top | Side::Bottom if framed.turned => {
                let from = if side == Side::Top { top - gap } else { bottom + gap };
                let across = if side == Side::Top { 0.0 } else { 1.0 };
                canvas.label(name, (x, from), (across, LabelBase::Middle), &axis.props, (1.0, TURNED));
            }
            Side::Top | Side::Bottom => {
                let lines = wrapped(name, &axis.props, slot * 0.95);
                let from = if side == Side::Top { top - gap - high * lines.len() as f32 } else { bottom + gap } - lift(&axis.props);
                for (row, line) in lines.iter().enumerate() {
                    canvas.label(line, (x, from + high * row as f32), (0.5, LabelBase::Top), &axis.props, (1.0, 0.0));
                }
            }
        }
    }
}
