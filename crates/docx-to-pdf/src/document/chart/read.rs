//! A chart's part becomes a [`Chart`].

use std::sync::Arc;

use super::{Axis, Caption, Chart, Grouping, Kind, Labels, Legend, Plot, Series, Side, Spot};
use crate::document::color;
use crate::document::drawing::paint;
use crate::document::model::{Fill, Outline, RunProps};
use crate::document::read::{Part, Reader};
use crate::document::values::{integer, share};
use crate::document::xml::Node;
use crate::graphics::Rgb;
use crate::units::{Emu, HalfPoints};

/// A chart shows no more points and series.
const MOST_POINTS: usize = 4000;
const MOST_SERIES: usize = 256;
const BLACK: Rgb = Rgb(0, 0, 0);
const GREY: Rgb = Rgb(0xB3, 0xB3, 0xB3);

/// What a chart's shape properties say.
#[derive(Debug, Clone, Copy, Default)]
struct Paint {
    fill: Option<Option<(Rgb, f32)>>,
    line: Option<Option<Outline>>,
}

impl Reader<'_> {
    /// `Err`: nothing of it can be drawn; what it is. `holder` is the part that shows it.
    pub(super) fn read_chart(&mut self, root: Node<'_>, name: &str, holder: &str) -> Result<Chart, String> {
        const EMPTY: &str = "a chart whose values are not in the document";
        let inner = root.child("c:chart").ok_or(EMPTY)?;
        let area = inner.child("c:plotArea").ok_or(EMPTY)?;
        let part = self.part(name.to_owned());
        let mut text = RunProps { size: HalfPoints(20), size_cs: HalfPoints(20), ..self.plain_text() };
        text.font = self.theme.font("minorHAnsi").map_or(text.font, Into::into);
        let text = self.text_props(root, &text);
        let mut chart = Chart { decimal_comma: self.decimal_comma(), ..Chart::default() };
        let (mut kinds, mut unknown) = (0, None);
        for node in area.children() {
            if let Some(plot) = self.plot(node, &text, kinds, &part) {
                kinds += plot.series.len();
                chart.plots.push(plot);
            } else if let Some(kind) = unknown_kind(node) {
                unknown = Some(format!("a chart of kind {kind}"));
            } else if matches!(node.name(), "c:catAx" | "c:valAx" | "c:dateAx" | "c:serAx") {
                chart.axes.extend(self.axis(node, &text, &part));
            }
        }
        chart.plots.retain(|plot| plot.series.iter().any(|series| series.values.iter().any(Option::is_some)));
        if chart.plots.is_empty() {
            return Err(unknown.unwrap_or_else(|| EMPTY.to_owned()));
        }
        if let Some(unknown) = unknown {
            self.warnings.unsupported(format!("a part of a chart ({unknown})"), holder);
        }
        if inner.child("c:view3D").is_some() || area.children().any(|node| node.name().ends_with("3DChart")) {
            self.warnings.other(format!("a chart with depth is drawn flat ({holder})"));
        }
        let language = root.child("c:lang").and_then(|language| language.attr("val")).unwrap_or_default();
        chart.title = self.title(inner, &text, (&chart, &part), language);
        chart.unnamed = unnamed(language);
        chart.legend = inner.child("c:legend").map(|legend| Legend {
            side: match legend.child("c:legendPos").and_then(|side| side.attr("val")) {
                Some("b") => Side::Bottom,
                Some("t") => Side::Top,
                Some("l") => Side::Left,
                _ => Side::Right,
            },
            overlay: flag(legend, "c:overlay", false),
            place: moved(legend),
            props: Arc::new(self.text_props(legend, &text)),
        });
        chart.plot_place = place(area);
        let whole = self.paint(root, &part);
        chart.background = whole.fill.flatten();
        chart.border = whole.line.flatten();
        let plot = self.paint(area, &part);
        (chart.plot_background, chart.plot_border) = (plot.fill.flatten(), plot.line.flatten());
        chart.palette = (0..24).map(|order| self.theme_color(order)).collect();
        chart.text = Arc::new(text);
        Ok(chart)
    }

    /// Series of one kind; `before` counts the series of the plots before.
    fn plot(&mut self, node: Node<'_>, text: &RunProps, before: usize, part: &Part) -> Option<Plot> {
        let value = |name: &str| node.child(name).and_then(|child| child.attr("val"));
        let kind = match node.name() {
            "c:barChart" | "c:bar3DChart" if value("c:barDir") == Some("bar") => Kind::Bar,
            "c:barChart" | "c:bar3DChart" => Kind::Column,
            "c:lineChart" | "c:line3DChart" => Kind::Line,
            "c:areaChart" | "c:area3DChart" => Kind::Area,
            "c:scatterChart" => Kind::Scatter,
            "c:pieChart" | "c:pie3DChart" | "c:ofPieChart" => Kind::Pie(0.0),
            "c:doughnutChart" => {
                Kind::Pie(value("c:holeSize").and_then(|text| share(text.trim_end_matches('%'), 100.0)).unwrap_or(0.5).clamp(0.1, 0.9))
            }
            _ => return None,
        };
        let vary = value("c:varyColors").is_some_and(|text| text != "0") && matches!(kind, Kind::Pie(_));
        let number = |name: &str, default: f32| value(name).and_then(|text| share(text.trim_end_matches('%'), 100.0)).unwrap_or(default);
        let mut plot = Plot {
            kind,
            grouping: match value("c:grouping") {
                Some("stacked") => Grouping::Stacked,
                Some("percentStacked") => Grouping::Percent,
                _ => Grouping::Plain,
            },
            gap: number("c:gapWidth", 1.5).clamp(0.0, 5.0),
            overlap: number("c:overlap", 0.0).clamp(-1.0, 1.0),
            vary: vary || matches!(kind, Kind::Pie(_)),
            first_angle: value("c:firstSliceAng").and_then(integer).unwrap_or(0).rem_euclid(360) as f32,
            axes: node.children().filter(|child| child.name() == "c:axId").filter_map(|id| id.attr("val").map(str::to_owned)).collect(),
            series: Vec::new(),
        };
        let whole_labels = node.child("c:dLbls").map(|labels| self.labels(labels, text)).unwrap_or_default();
        let markers = flag(node, "c:marker", false);
        for series in node.children().filter(|child| child.name() == "c:ser").take(MOST_SERIES) {
            let order = series.child("c:idx").and_then(|idx| idx.attr("val")).and_then(integer);
            let order = order.and_then(|order| usize::try_from(order).ok()).unwrap_or(before + plot.series.len());
            let labels = series.child("c:dLbls").map_or_else(|| whole_labels.clone(), |labels| self.labels(labels, text));
            plot.series.push(self.series(series, kind, order, (markers, labels), part));
        }
        Some(plot)
    }

    fn series(&mut self, node: Node<'_>, kind: Kind, order: usize, (markers, labels): (bool, Labels), part: &Part) -> Series {
        let color = self.theme_color(order);
        let paint = self.paint(node, part);
        let line = paint.line.flatten();
        let fill = paint.fill.flatten();
        let lines = matches!(kind, Kind::Line | Kind::Scatter);
        let own = if lines { line.map(|line| line.color).or(fill.map(|fill| fill.0)) } else { fill.map(|fill| fill.0) };
        let color = own.unwrap_or(color);
        let (values, format) = numbers(node.child("c:val").or_else(|| node.child("c:yVal")));
        let symbol = node.path(&["c:marker", "c:symbol"]).and_then(|symbol| symbol.attr("val"));
        let points = node.children().filter(|child| child.name() == "c:dPt").take(MOST_POINTS).filter_map(|point| {
            let at = point.child("c:idx").and_then(|idx| idx.attr("val")).and_then(integer)?;
            Some((usize::try_from(at).ok()?, point))
        });
        let points: Vec<(usize, Node<'_>)> = points.collect();
        Series {
            name: node.child("c:tx").map(words).unwrap_or_default().join(" "),
            order,
            categories: node.child("c:cat").map(words).unwrap_or_default(),
            across: numbers(node.child("c:xVal")).0,
            values,
            format,
            color,
            fill: match paint.fill {
                Some(said) => said,
                None => Some((color, 1.0)),
            },
            line: match (paint.line, lines) {
                (Some(said), _) => said,
                (None, true) => Some(Outline { color, width: Emu(28_575), ..hairline(color) }),
                (None, false) => None,
            },
            marker: lines && symbol.map_or(markers || kind == Kind::Scatter, |symbol| symbol != "none"),
            smooth: flag(node, "c:smooth", false) && node.child("c:smooth").is_some(),
            points: points.into_iter().filter_map(|(at, point)| Some((at, self.paint(point, part).fill?))).collect(),
            labels,
        }
    }

    fn labels(&mut self, node: Node<'_>, text: &RunProps) -> Labels {
        let shown = |name: &str| flag(node, name, false) && node.child(name).is_some();
        if shown("c:delete") {
            return Labels::default();
        }
        Labels {
            value: shown("c:showVal"),
            percent: shown("c:showPercent"),
            category: shown("c:showCatName"),
            series: shown("c:showSerName"),
            format: node
                .child("c:numFmt")
                .and_then(|format| format.attr("formatCode"))
                .filter(|code| !code.eq_ignore_ascii_case("general"))
                .map(str::to_owned),
            props: Some(Arc::new(self.text_props(node, text))),
            spot: node.child("c:dLblPos").and_then(|spot| spot.attr("val")).and_then(|name| {
                Some(match name {
                    "ctr" => Spot::Center,
                    "t" => Spot::Above,
                    "b" => Spot::Below,
                    "l" => Spot::Left,
                    "r" => Spot::Right,
                    "inEnd" => Spot::InnerEnd,
                    "inBase" => Spot::Base,
                    "outEnd" => Spot::OuterEnd,
                    _ => return None,
                })
            }),
        }
    }

    fn axis(&mut self, node: Node<'_>, text: &RunProps, part: &Part) -> Option<Axis> {
        let value = |name: &str| node.child(name).and_then(|child| child.attr("val"));
        let scaling = node.child("c:scaling");
        let bound = |name: &str| {
            scaling.and_then(|scaling| scaling.child(name)).and_then(|bound| bound.attr("val")).and_then(|text| text.parse().ok())
        };
        let line = self.paint(node, part).line;
        let grid = node.child("c:majorGridlines");
        Some(Axis {
            id: value("c:axId")?.to_owned(),
            of_categories: node.name() != "c:valAx",
            hidden: flag(node, "c:delete", false) && node.child("c:delete").is_some(),
            side: match value("c:axPos") {
                Some("b") => Side::Bottom,
                Some("t") => Side::Top,
                Some("r") => Side::Right,
                _ => Side::Left,
            },
            least: bound("c:min"),
            most: bound("c:max"),
            step: value("c:majorUnit").and_then(|text| text.parse().ok()),
            reversed: scaling.and_then(|scaling| scaling.child("c:orientation")).and_then(|way| way.attr("val")) == Some("maxMin"),
            gridlines: grid.and_then(|grid| self.paint(grid, part).line.unwrap_or(Some(hairline(GREY)))),
            line: line.unwrap_or(Some(hairline(GREY))),
            marks: match value("c:majorTickMark") {
                Some("out") => (true, false),
                Some("in") => (false, true),
                Some("cross") => (true, true),
                _ => (false, false),
            },
            labels: value("c:tickLblPos") != Some("none"),
            between: value("c:crossBetween") != Some("midCat"),
            format: node
                .child("c:numFmt")
                .filter(|format| format.attr("sourceLinked") != Some("1"))
                .and_then(|format| format.attr("formatCode"))
                .map(str::to_owned),
            title: node.child("c:title").and_then(|title| self.caption(title, (text, part), None, HalfPoints(20))),
            props: Arc::new(self.text_props(node, text)),
        })
    }

    /// The chart's title: its own words, or the name of its only series (21.2.2.7); Word shows what a title is called where there is neither.
    fn title(&mut self, node: Node<'_>, text: &RunProps, (chart, part): (&Chart, &Part), language: &str) -> Option<Caption> {
        let removed = flag(node, "c:autoTitleDeleted", false) && node.child("c:autoTitleDeleted").is_some();
        let mut series = chart.plots.iter().flat_map(|plot| &plot.series);
        let only = series.next().filter(|_| series.next().is_none()).map(|series| series.name.clone()).filter(|name| !name.is_empty());
        match node.child("c:title") {
            Some(title) => {
                let shown = only.unwrap_or_else(|| untitled(language).to_owned());
                self.caption(title, (text, part), Some(shown), HalfPoints(36))
            }
            None if removed => None,
            None => {
                let props = RunProps { bold: true, size: HalfPoints(36), ..text.clone() };
                only.map(|text| Caption { text, props: Arc::new(props), overlay: false, corner: None, background: None, border: None })
            }
        }
    }

    fn caption(
        &mut self,
        node: Node<'_>,
        (text, part): (&RunProps, &Part),
        otherwise: Option<String>,
        size: HalfPoints,
    ) -> Option<Caption> {
        let own = node.child("c:tx").map(words).unwrap_or_default().join(" ");
        let shown = if own.trim().is_empty() { otherwise? } else { own };
        let base = RunProps { bold: true, size, ..text.clone() };
        let mut props = self.text_props(node, &base);
        if let Some(rich) = node.path(&["c:tx", "c:rich"]) {
            props = self.rich_props(rich, &props);
        }
        let overlay = flag(node, "c:overlay", false) && node.child("c:overlay").is_some();
        let paint = self.paint(node, part);
        Some(Caption {
            text: shown,
            props: Arc::new(props),
            overlay,
            corner: moved(node).map(|[left, top, ..]| (left, top)),
            background: paint.fill.flatten(),
            border: paint.line.flatten(),
        })
    }

    /// Text properties of an element's `c:txPr`.
    fn text_props(&self, node: Node<'_>, base: &RunProps) -> RunProps {
        node.child("c:txPr").map_or_else(|| base.clone(), |text| self.rich_props(text, base))
    }

    /// Properties of a text body: its paragraph's defaults, then its first run's own.
    fn rich_props(&self, body: Node<'_>, base: &RunProps) -> RunProps {
        let paragraph = body.child("a:p");
        let defaults = paragraph.and_then(|paragraph| paragraph.path(&["a:pPr", "a:defRPr"]));
        let own = paragraph.and_then(|paragraph| paragraph.path(&["a:r", "a:rPr"]));
        let mut props = base.clone();
        for level in [defaults, own].into_iter().flatten() {
            if let Some(size) = level.attr("sz").and_then(integer) {
                props.size = HalfPoints((size / 50).clamp(2, 800) as i32);
                props.size_cs = props.size;
            }
            let switch = |name: &str, before: bool| level.attr(name).map_or(before, |text| text == "1" || text == "true");
            (props.bold, props.italic) = (switch("b", props.bold), switch("i", props.italic));
            if let Some((rgb, _)) = level.child("a:solidFill").and_then(|fill| color::inside(fill, &self.theme, None)) {
                props.color = Some(rgb);
            }
            if let Some(face) = level.child("a:latin").and_then(|latin| latin.attr("typeface")) {
                let named = match face {
                    "+mn-lt" => self.theme.font("minorHAnsi"),
                    "+mj-lt" => self.theme.font("majorHAnsi"),
                    other => Some(other),
                };
                props.font = named.map_or(props.font, Into::into);
            }
        }
        (props.font_east_asia, props.font_cs) = (props.font.clone(), props.font.clone());
        props
    }

    fn paint(&mut self, node: Node<'_>, part: &Part) -> Paint {
        let Some(properties) = node.child("c:spPr") else { return Paint::default() };
        let filled = properties.children().any(|child| child.name().ends_with("Fill"));
        let fill = filled.then(|| match self.fill(properties, None, part) {
            Some(Fill::Solid(color, opacity)) => Some((color, opacity)),
            Some(Fill::Gradient(gradient)) => Some(gradient.mean()),
            _ => None,
        });
        let line = properties.child("a:ln").filter(|line| line.children().any(|child| child.name().ends_with("Fill")));
        let line = line.map(|_| paint::outline(properties, None, &self.theme));
        Paint { fill, line }
    }

    /// The colour of the n-th series: the theme's accents, then darker and lighter ones (MS-OI29500 2.1.1503).
    pub(super) fn theme_color(&self, order: usize) -> Rgb {
        const PLAIN: [Rgb; 6] = [
            Rgb(0x44, 0x72, 0xC4),
            Rgb(0xED, 0x7D, 0x31),
            Rgb(0xA5, 0xA5, 0xA5),
            Rgb(0xFF, 0xC0, 0),
            Rgb(0x5B, 0x9B, 0xD5),
            Rgb(0x70, 0xAD, 0x47),
        ];
        let slot = order % 6;
        let base = self.theme.color(&format!("accent{}", slot + 1)).unwrap_or(PLAIN[slot]);
        let toward = |other: Rgb, share: f32| crate::document::values::mix(other, base, share);
        match (order / 6) % 4 {
            0 => base,
            1 => toward(BLACK, 0.4),
            2 => toward(Rgb(255, 255, 255), 0.4),
            _ => toward(BLACK, 0.2),
        }
    }
}

/// The kind of a plot that is not drawn: `radar`, `surface`, `stock`, `bubble`.
fn unknown_kind(node: Node<'_>) -> Option<&str> {
    let kind = node.name().strip_prefix("c:")?.strip_suffix("Chart")?;
    Some(kind.trim_end_matches("3D")).filter(|kind| !kind.is_empty())
}

fn hairline(color: Rgb) -> Outline {
    Outline {
        color,
        width: Emu(9525),
        opacity: 1.0,
        dashes: crate::document::model::Dashes::default(),
        compound: crate::document::model::Compound::Single,
        arrows: (None, None),
    }
}

/// A switch: on where its element has no value, `default` where there is no element.
fn flag(node: Node<'_>, name: &str, default: bool) -> bool {
    node.child(name).map_or(default, |child| child.attr("val").is_none_or(|text| text == "1" || text == "true"))
}

/// Where a title or legend was moved to (21.2.2.31): left, top, width and height in shares of the chart, 0 where a size is not said.
fn moved(node: Node<'_>) -> Option<[f32; 4]> {
    let layout = node.path(&["c:layout", "c:manualLayout"])?;
    let at_edge = |name: &str| layout.child(name).and_then(|mode| mode.attr("val")) == Some("edge");
    let number = |name: &str| layout.child(name)?.attr("val")?.parse::<f32>().ok().filter(|number| (0.0..=1.0).contains(number));
    if !at_edge("c:xMode") || !at_edge("c:yMode") {
        return None;
    }
    Some([number("c:x")?, number("c:y")?, number("c:w").unwrap_or(0.0), number("c:h").unwrap_or(0.0)])
}

/// The place a manual layout gives, in shares of the chart.
fn place(node: Node<'_>) -> Option<[f32; 4]> {
    let layout = node.path(&["c:layout", "c:manualLayout"])?;
    if layout.child("c:layoutTarget").and_then(|target| target.attr("val")) != Some("inner") {
        return None;
    }
    let number = |name: &str| layout.child(name)?.attr("val")?.parse::<f32>().ok().filter(|number| (0.0..=1.0).contains(number));
    let place = [number("c:x")?, number("c:y")?, number("c:w")?, number("c:h")?];
    (place[2] > 0.02 && place[3] > 0.02).then_some(place)
}

/// Where an element keeps its points: in a cache or literally.
fn cache(node: Node<'_>) -> Option<Node<'_>> {
    let mut found = node;
    for _ in 0..3 {
        let inner = found.children().find(|child| {
            matches!(
                child.name(),
                "c:strRef"
                    | "c:numRef"
                    | "c:multiLvlStrRef"
                    | "c:strCache"
                    | "c:numCache"
                    | "c:multiLvlStrCache"
                    | "c:strLit"
                    | "c:numLit"
                    | "c:lvl"
            )
        });
        found = inner?;
        if found.children().any(|child| child.name() == "c:pt") {
            return Some(found);
        }
    }
    found.children().any(|child| child.name() == "c:pt").then_some(found)
}

/// Points in their order, nothing where one is missing.
fn points(cache: Node<'_>) -> Vec<Option<String>> {
    let mut list: Vec<Option<String>> = Vec::new();
    let count = cache.child("c:ptCount").and_then(|count| count.attr("val")).and_then(integer).unwrap_or(0);
    list.resize(usize::try_from(count).unwrap_or(0).min(MOST_POINTS), None);
    for (order, point) in cache.children().filter(|child| child.name() == "c:pt").take(MOST_POINTS).enumerate() {
        let at = point.attr("idx").and_then(integer).and_then(|at| usize::try_from(at).ok()).unwrap_or(order);
        if at >= MOST_POINTS {
            continue;
        }
        if list.len() <= at {
            list.resize(at + 1, None);
        }
        list[at] = point.child("c:v").map(Node::text);
    }
    list
}

/// Words: those of a cache, or of rich text.
fn words(node: Node<'_>) -> Vec<String> {
    if let Some(rich) = node.child("c:rich") {
        let paragraphs = rich.children().filter(|child| child.name() == "a:p").map(|paragraph| {
            let runs = paragraph.children().filter(|child| matches!(child.name(), "a:r" | "a:fld"));
            runs.filter_map(|run| run.child("a:t").map(Node::text)).collect::<String>()
        });
        return vec![paragraphs.collect::<Vec<_>>().join(" ").trim().to_owned()];
    }
    if let Some(own) = node.child("c:v").map(Node::text) {
        return vec![own.trim().to_owned()];
    }
    let Some(cache) = cache(node) else { return Vec::new() };
    let format = cache.child("c:formatCode").map(Node::text);
    points(cache)
        .into_iter()
        .map(|point| {
            let text = point.unwrap_or_default();
            let number = format.as_deref().and_then(|code| Some(super::scale::category(text.trim().parse().ok()?, code)));
            number.unwrap_or_else(|| text.trim().to_owned())
        })
        .collect()
}

/// Numbers and their format.
fn numbers(node: Option<Node<'_>>) -> (Vec<Option<f64>>, String) {
    let Some(cache) = node.and_then(cache) else { return (Vec::new(), String::new()) };
    let format = cache.child("c:formatCode").map(Node::text).unwrap_or_default();
    let values = points(cache).into_iter().map(|point| point?.trim().parse::<f64>().ok().filter(|number| number.is_finite()));
    (values.collect(), format)
}

/// What series without a name are called in legends, before their number.
fn unnamed(language: &str) -> &'static str {
    match language.get(..2) {
        Some("es" | "it") => "Serie",
        Some("pt" | "fr") => "Série",
        Some("de") => "Datenreihen",
        _ => "Series",
    }
}

/// What Word shows where a title has no words yet, in the language of the one who made the chart.
fn untitled(language: &str) -> &'static str {
    match language.get(..2) {
        Some("es") => "Título del gráfico",
        Some("pt") => "Título do Gráfico",
        Some("fr") => "Titre du graphique",
        Some("de") => "Diagrammtitel",
        Some("it") => "Titolo del grafico",
        _ => "Chart Title",
    }
}
