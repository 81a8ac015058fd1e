//! A chart becomes shapes: title, legend, plot, from the outside in.

use super::frame::Room;
use super::{Chart, Kind, Side, frame, legend, pie, plot};
use crate::document::canvas::Canvas;
use crate::document::model::{DrawingContent, LabelBase, RunProps};
use crate::units::Emu;

/// Space kept at the chart's edges, as a share of its width and height (LibreOffice's `lcl_getLegendSpacing` and its fellows: 2 %).
pub(super) const SPACE: f32 = 0.02;

/// Above the chart's title, beside the space at the chart's edge (LibreOffice 7.4; measured over titles of 10 to 32 pt and charts of 120 to 400 pt).
const TITLE_GAP: f32 = 4.0;
/// Above and below a title's lines, as a share of its size.
const TITLE_INSET: f32 = 0.28;

/// Draws a chart of this size.
pub(super) fn draw(chart: &Chart, extent: (Emu, Emu)) -> DrawingContent {
    let mut canvas = Canvas::new(extent);
    let (width, height) = (canvas.width, canvas.height);
    canvas.rectangle((0.0, 0.0), (width, height), (chart.background, chart.border));
    let (across, along) = (width * SPACE, height * SPACE);
    let mut room = Room { left: across, top: along, right: width - across, bottom: height - along };
    if let Some(title) = &chart.title {
        let size = points(&title.props);
        let left = title.corner.map_or(across, |(left, _)| left * width);
        let lines = wrapped(&title.text, &title.props, (width - across - left).max(size));
        // Lines stand in the middle of each other, and the whole title in the middle of the chart unless it was moved.
        let widest = lines.iter().map(|line| width_of(line, &title.props)).fold(0.0, f32::max);
        let down = TITLE_GAP + size * TITLE_INSET - lift(&title.props);
        let from = title.corner.map_or((width / 2.0, room.top + down), |(_, top)| (left + widest / 2.0, top * height));
        if title.background.is_some() || title.border.is_some() {
            let (beside, high) = (widest / 2.0 + size * 0.18, line_height(&title.props) * lines.len() as f32);
            let inset = size * TITLE_INSET;
            let top = from.1 + lift(&title.props) - inset;
            canvas.rectangle((from.0 - beside, top), (from.0 + beside, top + high + 2.0 * inset), (title.background, title.border));
        }
        for (at, line) in lines.iter().enumerate() {
            let below = line_height(&title.props) * at as f32;
            canvas.label(line, (from.0, from.1 + below), (0.5, LabelBase::Top), &title.props, (1.0, 0.0));
        }
        if !title.overlay {
            room.top += along + TITLE_GAP + line_height(&title.props) * lines.len() as f32 + size * 2.0 * TITLE_INSET;
        }
    }
    let entries = legend::entries(chart);
    if let Some(legend) = chart.legend.as_ref().filter(|_| !entries.is_empty()) {
        let taken = match legend.place {
            Some(place) => legend::draw_at(&mut canvas, legend, &entries, place),
            None => legend::draw(&mut canvas, legend, &entries, room),
        };
        if !legend.overlay {
            match legend.side {
                Side::Left => room.left += taken + across,
                Side::Right => room.right -= taken + across,
                Side::Top => room.top += taken,
                Side::Bottom => room.bottom -= taken,
            }
        }
    }
    if chart.plots.iter().any(|plot| matches!(plot.kind, Kind::Pie(_))) {
        let inner = chart.plot_place.map_or(room, |place| Room::of(place, (width, height)));
        for plot in &chart.plots {
            pie::draw(&mut canvas, chart, plot, inner);
        }
    } else {
        let framed = frame::fit(chart, room, (width, height));
        frame::draw(&mut canvas, chart, &framed);
        for drawn in &chart.plots {
            plot::draw(&mut canvas, chart, drawn, &framed);
        }
        frame::draw_axes(&mut canvas, chart, &framed);
    }
    canvas.finish()
}

/// The size of a text in points.
pub(super) fn points(props: &RunProps) -> f32 {
    props.size.pt().0.clamp(1.0, 400.0)
}

/// How high a line of it is, near enough to make room.
pub(super) fn line_height(props: &RunProps) -> f32 {
    points(props) * if is_calibri(props) { 1.03 } else { 1.17 }
}

/// How much higher a line's letters stand than layout puts them: charts take Calibri's lines as its typographic ascent and descent have them (LibreOffice 7.4; measured).
pub(super) fn lift(props: &RunProps) -> f32 {
    if is_calibri(props) { points(props) * 0.19 } else { 0.0 }
}

fn is_calibri(props: &RunProps) -> bool {
    ["Calibri", "Carlito", "Aptos"].iter().any(|family| props.font.starts_with(family))
}

/// How wide a text is, near enough to make room: layout measures it when it is drawn.
pub(super) fn width_of(text: &str, props: &RunProps) -> f32 {
    let ems: f32 = text
        .chars()
        .map(|character| match character {
            'i' | 'j' | 'l' | '.' | ',' | ';' | ':' | '\'' | '!' | '|' | 'I' | ' ' => 0.25,
            't' | 'f' | 'r' | '(' | ')' | '-' | '/' => 0.33,
            's' | 'c' | 'z' | 'J' => 0.42,
            'm' | 'w' | 'M' | 'W' | '%' | '@' | '—' => 0.8,
            character if character.is_uppercase() => 0.58,
            character if (character as u32) > 0x2E80 => 1.0,
            _ => 0.5,
        })
        .sum();
    // The shares are Calibri's; Arial and its like are wider.
    const NARROW: [&str; 3] = ["Times", "Cambria", "Garamond"];
    let narrow = is_calibri(props) || NARROW.iter().any(|family| props.font.starts_with(family));
    ems * points(props) * if narrow { 1.0 } else { 1.1 } * if props.bold { 1.05 } else { 1.0 }
}

/// The text in lines no wider than this, as far as its words let it.
pub(super) fn wrapped(text: &str, props: &RunProps, width: f32) -> Vec<String> {
    /// Titles of more lines than this are no titles.
    const MOST_LINES: usize = 6;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let full = lines.len() == MOST_LINES;
        match lines.last_mut() {
            Some(line) if full || width_of(line, props) + width_of(word, props) + points(props) * 0.25 <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
