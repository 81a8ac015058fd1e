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
    /// A thin and a thick line.
    ThinThick,
    /// A thick and a thin line.
    ThickThin,
    /// A wave.
    Wave,
    /// A line that looks sunk in or raised.
    Relief,
}
