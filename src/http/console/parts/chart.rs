//! Pictures of figures as inline SVG: classes for colour, hatches beside colours, the same in words.

use maud::{Markup, html};

/// One day of the picture of thirty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Day {
    /// What it is called.
    pub name: String,
    /// The label under it, where it has one.
    pub label: Option<String>,
    /// Whether it is a Saturday or Sunday.
    pub is_weekend: bool,
    /// Where it leads.
    pub href: String,
    /// Sent, waiting, failed.
    pub counts: [u64; 3],
}

impl Day {
    /// All of the day.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 184.0;
// Room for labels that a phone draws twice as large (console.css), because there the picture is half as wide.
const BOTTOM: f64 = 30.0;
const TOP: f64 = 26.0;
/// Half of the widest label.
const LABEL: f64 = 40.0;
const CLASSES: [&str; 3] = ["good", "warn", "bad"];

/// Stacked columns, one per day.
pub fn days(days: &[Day], title: &str, description: &str) -> Markup {
    let most = days.iter().map(Day::total).max().unwrap_or(0).max(1);
    let step = WIDTH / days.len().max(1) as f64;
    let room = HEIGHT - BOTTOM - TOP;
    let height = |n: u64| room * n as f64 / most as f64;
    html! {
        svg class="chart days" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="group" aria-labelledby="days-t days-d" {
            title id="days-t" { (title) }
            desc id="days-d" { (description) }
            defs {
                pattern id="h1" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" { line class="hatch" x1="0" y1="0" x2="0" y2="6" {} }
                pattern id="h2" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)" { line class="hatch" x1="0" y1="0" x2="0" y2="4" {} }
            }
            text x="0" y=(TOP - 6.0) { (most) }
            @for (place, day) in days.iter().enumerate() {
                @let x = place as f64 * step;
                @if day.is_weekend { rect class="rest" x=(round(x)) y=(TOP) width=(round(step)) height=(room) {} }
                @if day.total() > 0 {
                    a href=(day.href) aria-label={ (day.name) ": " (day.total()) } {
                        @for (class, y, tall, pattern) in stack(day, height) {
                            rect class=(class) x=(round(x + step * 0.15)) y=(round(HEIGHT - BOTTOM - y - tall)) width=(round(step * 0.7)) height=(round(tall)) rx="1.5" {}
                            @if let Some(pattern) = pattern {
                                rect fill=(pattern) x=(round(x + step * 0.15)) y=(round(HEIGHT - BOTTOM - y - tall)) width=(round(step * 0.7)) height=(round(tall)) {}
                            }
                        }
                    }
                }
                @if let Some(label) = &day.label { text x=(round((x + step / 2.0).clamp(LABEL, WIDTH - LABEL))) y=(HEIGHT - 7.0) text-anchor="middle" { (label) } }
            }
            line class="axis" x1="0" y1=(HEIGHT - BOTTOM) x2=(WIDTH) y2=(HEIGHT - BOTTOM) {}
        }
    }
}

type Piece = (&'static str, f64, f64, Option<&'static str>);

/// The pieces of a column from below: class, where it begins, how tall it is, its hatch.
fn stack(day: &Day, height: impl Fn(u64) -> f64) -> Vec<Piece> {
    let mut below = 0.0;
    let mut pieces = Vec::new();
    for (series, n) in day.counts.iter().enumerate().filter(|(_, n)| **n > 0) {
        let tall = height(*n).max(2.0);
        pieces.push((CLASSES[series], below, tall, [None, Some("url(#h1)"), Some("url(#h2)")][series]));
        below += tall;
    }
    pieces
}

/// A share as a bar, 0 to 100.
pub fn bar(share: f64, description: &str) -> Markup {
    let share = if share.is_finite() { share.clamp(0.0, 100.0) } else { 0.0 };
    html! {
        svg class="chart" viewBox="0 0 200 12" preserveAspectRatio="none" height="12" role="img" aria-label=(description) {
            rect class="rest" x="0" y="0" width="200" height="12" rx="3" {}
            rect class="accent" x="0" y="0" width=(round(share * 2.0)) height="12" rx="3" {}
        }
    }
}

/// Columns of a distribution.
pub fn columns(counts: &[u64], labels: &[String], description: &str) -> Markup {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let step = 400.0 / counts.len().max(1) as f64;
    html! {
        svg class="chart" viewBox="0 0 400 140" role="img" aria-label=(description) {
            @for (place, n) in counts.iter().enumerate() {
                @let (x, tall) = (place as f64 * step, 96.0 * *n as f64 / most as f64);
                @if *n > 0 {
                    rect class="accent" x=(round(x + step * 0.12)) y=(round(116.0 - tall)) width=(round(step * 0.76)) height=(round(tall)) rx="2" {}
                    text x=(round(x + step / 2.0)) y=(round(111.0 - tall)) text-anchor="middle" { (n) }
                }
                @if let Some(label) = labels.get(place) { text x=(round(x + step / 2.0)) y="132" text-anchor="middle" { (label) } }
            }
            line class="axis" x1="0" y1="116.500" x2="400" y2="116.500" {}
        }
    }
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_as_tall_as_its_share_of_the_busiest_day_and_names_itself() {
        let day = |n| Day { name: format!("day {n}"), counts: [n, 0, 0], href: "/console/reports".to_owned(), ..Day::default() };
        let svg = days(&[day(10), day(5), day(0)], "t", "d").into_string();
        assert!(svg.contains(r#"height="128""#) && svg.contains(r#"height="64""#), "{svg}");
        assert!(svg.contains(r#"aria-label="day 5: 5""#) && !svg.contains("day 0"), "an empty day is no link");
        assert!(!svg.contains("style="));
    }
}
