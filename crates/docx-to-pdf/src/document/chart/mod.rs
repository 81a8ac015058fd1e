//! Charts, drawn from the values the document keeps of them (ECMA-376 part 1, 21.2).
//!
//! Bars, columns, areas, lines, pies, rings and points are drawn; what else there is, is named. Depth is drawn flat.

mod draw;
mod frame;
mod legend;
mod pie;
mod plot;
mod read;
mod scale;

use std::sync::Arc;

use super::model::{DrawingContent, Outline, RunProps};
use super::read::{Reader, Scope};
use super::xml::{Node, Tree};
use crate::graphics::Rgb;
use crate::units::Emu;

/// Why a chart is not drawn in a document of thousands.
const BEYOND: &str = "a chart beyond those that one document may hold";

/// A chart as it is drawn.
#[derive(Debug, Default)]
struct Chart {
    title: Option<Caption>,
    plots: Vec<Plot>,
    axes: Vec<Axis>,
    legend: Option<Legend>,
    /// Where the plot stands when the document says so: left, top, width, height as shares.
    plot_place: Option<[f32; 4]>,
    background: Option<(Rgb, f32)>,
    border: Option<Outline>,
    plot_background: Option<(Rgb, f32)>,
    plot_border: Option<Outline>,
    /// Text of the whole chart.
    text: Arc<RunProps>,
    decimal_comma: bool,
    /// What series without a name are called.
    unnamed: &'static str,
    /// The theme's colours, for points that have one each.
    palette: Vec<Rgb>,
}

/// A title.
#[derive(Debug)]
struct Caption {
    text: String,
    props: Arc<RunProps>,
    /// It lies over the plot and takes no room.
    overlay: bool,
    /// Its left top corner in shares of the chart, where it was moved to.
    corner: Option<(f32, f32)>,
    background: Option<(Rgb, f32)>,
    border: Option<Outline>,
}

#[derive(Debug)]
struct Legend {
    side: Side,
    overlay: bool,
    /// Left, top, width, height in shares of the chart, where it was moved to.
    place: Option<[f32; 4]>,
    props: Arc<RunProps>,
}

/// Sides of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Top,
    Right,
    Bottom,
}

/// How several series share a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grouping {
    /// Beside each other, or each from the axis.
    Plain,
    Stacked,
    Percent,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Column,
    Bar,
    Line,
    Area,
    /// Points by two numbers.
    Scatter,
    /// With the size of its hole as a share of its radius.
    Pie(f32),
}

/// Series of one kind over the same axes.
#[derive(Debug)]
struct Plot {
    kind: Kind,
    grouping: Grouping,
    /// Room between the bars of two categories, in bars.
    gap: f32,
    /// How far bars of one category lie over each other.
    overlap: f32,
    /// Each point has a colour of its own.
    vary: bool,
    /// Where a pie's first slice begins, in degrees from the top.
    first_angle: f32,
    axes: Vec<String>,
    series: Vec<Series>,
}

#[derive(Debug, Default)]
struct Series {
    name: String,
    /// Its place among the chart's series.
    order: usize,
    categories: Vec<String>,
    /// Numbers across, for points.
    across: Vec<Option<f64>>,
    values: Vec<Option<f64>>,
    format: String,
    color: Rgb,
    fill: Option<(Rgb, f32)>,
    line: Option<Outline>,
    marker: bool,
    smooth: bool,
    /// Colours of single points.
    points: Vec<(usize, Option<(Rgb, f32)>)>,
    labels: Labels,
}

/// What is written at points.
#[derive(Debug, Clone, Default)]
struct Labels {
    value: bool,
    percent: bool,
    category: bool,
    series: bool,
    format: Option<String>,
    props: Option<Arc<RunProps>>,
    /// Where it is written; each kind of plot has a place of its own where this says nothing (21.2.2.48 dLblPos).
    spot: Option<Spot>,
}

/// Where a point's words stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    Center,
    Above,
    Below,
    Left,
    Right,
    /// Within a bar at its end, or where it begins.
    InnerEnd,
    Base,
    OuterEnd,
}

#[derive(Debug)]
struct Axis {
    id: String,
    /// It shows categories.
    of_categories: bool,
    hidden: bool,
    side: Side,
    least: Option<f64>,
    most: Option<f64>,
    step: Option<f64>,
    reversed: bool,
    gridlines: Option<Outline>,
    line: Option<Outline>,
    /// Marks at its numbers, or between its categories: outside of the plot, and inside.
    marks: (bool, bool),
    labels: bool,
    /// It crosses the other axis between two categories, not at one.
    between: bool,
    format: Option<String>,
    title: Option<Caption>,
    props: Arc<RunProps>,
}

impl Reader<'_> {
    /// The chart a `c:chart` refers to, with its values in words for those who do not see it. `Err`: what it is, as it is not drawn.
    pub(super) fn chart(&mut self, node: Node<'_>, extent: (Emu, Emu), scope: Scope<'_>) -> Result<(DrawingContent, String), String> {
        let part = &scope.part;
        let target = node.attr("r:id").and_then(|id| part.relationships.get(id)).and_then(|found| found.part()).map(str::to_owned);
        if self.chart_elements_left == 0 {
            return Err(BEYOND.to_owned());
        }
        let tree = target.as_ref().and_then(|target| self.tree(target));
        self.chart_elements_left = self.chart_elements_left.saturating_sub(tree.as_ref().map_or(0, |tree| tree.elements().count()));
        let (Some(target), Some(root)) = (target, tree.as_ref().and_then(Tree::root)) else {
            return Err("a chart whose values are not in the document".to_owned());
        };
        let chart = self.read_chart(root, &target, &part.name)?;
        let mut drawn = draw::draw(&chart, extent);
        let own = self.part(target);
        let over = self.user_shapes(root, &own, extent, scope);
        if let DrawingContent::Group { children, .. } = &mut drawn {
            children.extend(over);
        }
        if !self.take_shapes(&drawn) {
            return Err(BEYOND.to_owned());
        }
        Ok((drawn, chart.in_words()))
    }
}

impl Chart {
    /// Title and values, line by line: what a screen reader says instead of the picture.
    fn in_words(&self) -> String {
        /// Longer texts help nobody.
        const LONGEST: usize = 1500;
        let mut words = self.title.as_ref().map(|title| title.text.clone()).unwrap_or_default();
        for series in self.plots.iter().flat_map(|plot| &plot.series) {
            if !words.is_empty() {
                words.push_str(". ");
            }
            if !series.name.is_empty() {
                words.push_str(&series.name);
                words.push_str(": ");
            }
            let format = series.value_format();
            let points = series.values.iter().enumerate().filter_map(|(at, value)| {
                let value = scale::format((*value)?, format, self.decimal_comma);
                let name = series.categories.get(at).filter(|name| !name.is_empty());
                Some(name.map_or_else(|| value.clone(), |name| format!("{name} {value}")))
            });
            words.push_str(&points.collect::<Vec<_>>().join("; "));
        }
        if words.chars().count() > LONGEST {
            words = words.chars().take(LONGEST).chain(['…']).collect();
        }
        words
    }
}

impl Series {
    /// How its numbers are written.
    fn value_format(&self) -> &str {
        self.labels.format.as_deref().unwrap_or(&self.format)
    }
}
