//! Border lines of paragraphs, tables and pages (17.18.2).

use crate::graphics::Rgb;
use crate::units::Pt;

/// Four sides.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Borders {
    /// Top.
    pub top: Option<Border>,
    /// Right.
    pub right: Option<Border>,
    /// Bottom.
    pub bottom: Option<Border>,
    /// Left.
    pub left: Option<Border>,
}

/// A border line. `none` and `nil` are `Option::None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Border {
    /// How it looks.
    pub style: BorderStyle,
    /// Its width.
    pub width: Pt,
    /// Its distance from what it surrounds.
    pub space: Pt,
    /// Its colour; `auto` is black.
    pub color: Rgb,
}

/// Looks of border lines that layout tells apart; others are read as the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BorderStyle {
    /// One line.
    #[default]
    Single,
    /// A thick line.
    Thick,
    /// Two lines.
    Double,
    /// Three lines.
    Triple,
    /// Dots.
    Dotted,
    /// Dashes.
    Dashed,
    /// Dash and dot.
    DotDash,
    /// Dash, dot, dot.
    DotDotDash,
    /// A thick and a thin line, from the top or from the left.
    ThinThick(Gap),
    /// A thin and a thick line, from the top or from the left.
    ThickThin(Gap),
    /// A thick line between two thin ones.
    ThinThickThin(Gap),
    /// A wave.
    Wave,
}

/// How far the lines of a border are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Three quarters of a point.
    Small,
    /// Half of the thick line.
    Medium,
    /// As the border's size says.
    Large,
}

impl Border {
    /// The lines it consists of, from the top or from the left: where each begins, and how wide it is.
    pub fn lines(&self) -> impl Iterator<Item = (Pt, Pt)> {
        let whole = self.width;
        let one = [Some((Pt::ZERO, whole)), None, None];
        // The thin line, the gap and the thick one; `sides` is how often the first two are there.
        let parts = |gap: Gap, sides: f32| match gap {
            Gap::Small => (Pt(0.75), Pt(0.75), whole - Pt(1.5) * sides),
            Gap::Medium => {
                let half = whole / (2.0 * sides + 2.0);
                (half, half, half * 2.0)
            }
            Gap::Large => (Pt(0.75), (whole - Pt(1.5) - Pt(0.75) * sides) / sides, Pt(1.5)),
        };
        let lines = match self.style {
            BorderStyle::Double => [Some((Pt::ZERO, whole / 3.0)), Some((whole * (2.0 / 3.0), whole / 3.0)), None],
            BorderStyle::Triple => [0.0, 0.4, 0.8].map(|start| Some((whole * start, whole / 5.0))),
            BorderStyle::ThinThick(gap) => {
                let (thin, between, thick) = parts(gap, 1.0);
                [Some((Pt::ZERO, thick)), Some((thick + between, thin)), None]
            }
            BorderStyle::ThickThin(gap) => {
                let (thin, between, thick) = parts(gap, 1.0);
                [Some((Pt::ZERO, thin)), Some((thin + between, thick)), None]
            }
            BorderStyle::ThinThickThin(gap) => {
                let (thin, between, thick) = parts(gap, 2.0);
                let second = thin + between;
                [Some((Pt::ZERO, thin)), Some((second, thick)), Some((second + thick + between, thin))]
            }
            _ => one,
        };
        // One that is too narrow for its parts is one line.
        let narrow = lines.iter().flatten().any(|(_, width)| *width <= Pt::ZERO);
        (if narrow { one } else { lines }).into_iter().flatten()
    }
}
