//! VML's style attribute: positions and sizes as style sheets spell them (ECMA-376 part 4, 19.1.2.19).

use crate::document::model::{Anchor, FloatPosition, HorizontalBase, Offset, VerticalBase, Wrap, WrapSide};
use crate::document::values::{css_length, integer, share};
use crate::document::xml::Node;
use crate::units::Emu;

/// The declarations of a style attribute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style<'t>(&'t str);

impl<'t> Style<'t> {
    pub(super) fn of(node: Node<'t>) -> Self {
        Self(node.attr("style").unwrap_or_default())
    }

    /// A declaration's value.
    pub(super) fn get(self, name: &str) -> Option<&'t str> {
        self.0.split(';').filter_map(|item| item.split_once(':')).find_map(|(key, value)| {
            let value = value.trim();
            (key.trim().eq_ignore_ascii_case(name) && !value.is_empty()).then_some(value)
        })
    }

    /// A length; a bare number is a pixel.
    pub(super) fn length(self, name: &str) -> Option<Emu> {
        css_length(self.get(name)?, 0.75)
    }

    /// A length inside a group, where a bare number is a unit of the group.
    pub(super) fn unit(self, name: &str) -> Option<Emu> {
        css_length(self.get(name)?, 1.0 / 12_700.0)
    }

    /// Degrees, clockwise; `fd` counts 65,536ths. What is turned is mirrored after that (part 4, 14.1.2.23), elsewhere before: one mirror turns it the other way round.
    pub(super) fn rotation(self) -> f32 {
        let degrees = self.get("rotation").and_then(|text| match text.strip_suffix("fd") {
            Some(fixed) => share(fixed, 65_536.0),
            None => share(text.trim_end_matches("deg"), 1.0),
        });
        let degrees = degrees.unwrap_or(0.0);
        let (across, down) = self.flip();
        (if across == down { degrees } else { -degrees }).rem_euclid(360.0)
    }

    /// Mirrored left-right, top-bottom.
    pub(super) fn flip(self) -> (bool, bool) {
        let flip = self.get("flip").unwrap_or_default();
        (flip.contains('x'), flip.contains('y'))
    }

    pub(super) fn is_hidden(self) -> bool {
        self.get("visibility") == Some("hidden") || self.get("mso-hide") == Some("all")
    }

    /// Whether it floats.
    pub(super) fn is_floating(self) -> bool {
        matches!(self.get("position"), Some("absolute" | "relative"))
    }

    /// Where a floating shape stands; `wrap` is its `w10:wrap`.
    pub(super) fn anchor(self, wrap: Option<Node<'_>>, layout_in_cell: bool, allow_overlap: bool) -> Anchor {
        let z = self.get("z-index").and_then(integer).unwrap_or(0);
        let space = |name: &str, default: i64| self.length(name).unwrap_or(Emu(default));
        let relative = |share: Option<f32>| share.filter(|share| *share > 0.0);
        let percent = |name: &str| relative(self.get(name).and_then(|text| share(text, 1000.0)));
        Anchor {
            position: self.position(wrap),
            relative_width: percent("mso-width-percent").map(|share| (share, horizontal(self.get("mso-width-relative")))),
            relative_height: percent("mso-height-percent").map(|share| (share, vertical(self.get("mso-height-relative")))),
            wrap: wrap_of(wrap),
            outline: None,
            space: [
                space("mso-wrap-distance-top", 0),
                space("mso-wrap-distance-right", 114_300),
                space("mso-wrap-distance-bottom", 0),
                space("mso-wrap-distance-left", 114_300),
            ],
            behind: z < 0,
            z,
            allow_overlap,
            layout_in_cell,
        }
    }

    fn position(self, wrap: Option<Node<'_>>) -> FloatPosition {
        let side = |align: &str, names: [&str; 2]| {
            let by = names.iter().filter_map(|name| self.length(name)).fold(0, |sum, length| sum + length.0);
            match self.get(align) {
                Some("left" | "top") => Offset::Start,
                Some("center") => Offset::Center,
                Some("right" | "bottom") => Offset::End,
                Some("inside") => Offset::Inside,
                Some("outside") => Offset::Outside,
                _ => Offset::By(Emu(by)),
            }
        };
        // w10:wrap may name the base too; the style's own word is newer.
        let named = |name: &str| wrap.and_then(|wrap| wrap.attr(name));
        let across = self.get("mso-position-horizontal-relative").or(named("anchorx"));
        let down = self.get("mso-position-vertical-relative").or(named("anchory"));
        FloatPosition {
            horizontal: (horizontal(across), side("mso-position-horizontal", ["margin-left", "left"])),
            vertical: (vertical(down), side("mso-position-vertical", ["margin-top", "top"])),
        }
    }
}

fn horizontal(name: Option<&str>) -> HorizontalBase {
    match name {
        Some("margin") => HorizontalBase::Margin,
        Some("page") => HorizontalBase::Page,
        Some("char") => HorizontalBase::Character,
        Some("left-margin-area") => HorizontalBase::LeftMargin,
        Some("right-margin-area") => HorizontalBase::RightMargin,
        Some("inner-margin-area") => HorizontalBase::InsideMargin,
        Some("outer-margin-area") => HorizontalBase::OutsideMargin,
        _ => HorizontalBase::Column,
    }
}

fn vertical(name: Option<&str>) -> VerticalBase {
    match name {
        Some("margin") => VerticalBase::Margin,
        Some("page") => VerticalBase::Page,
        Some("line") => VerticalBase::Line,
        Some("top-margin-area") => VerticalBase::TopMargin,
        Some("bottom-margin-area") => VerticalBase::BottomMargin,
        Some("inner-margin-area") => VerticalBase::InsideMargin,
        Some("outer-margin-area") => VerticalBase::OutsideMargin,
        _ => VerticalBase::Paragraph,
    }
}

fn wrap_of(node: Option<Node<'_>>) -> Wrap {
    let Some(node) = node else { return Wrap::None };
    let side = match node.attr("side") {
        Some("left") => WrapSide::Left,
        Some("right") => WrapSide::Right,
        Some("largest") => WrapSide::Largest,
        _ => WrapSide::Both,
    };
    match node.attr("type") {
        Some("square") => Wrap::Square(side),
        Some("tight" | "through") => Wrap::Tight(side),
        Some("topAndBottom") => Wrap::TopAndBottom,
        _ => Wrap::None,
    }
}

/// A shape has so many numbers at most.
const MOST_NUMBERS: usize = 20_000;

/// The numbers of a list of points.
pub(super) fn lengths(points: &str, unit: f64) -> impl Iterator<Item = Emu> {
    points.split([',', ' ']).filter_map(move |text| css_length(text, unit)).take(MOST_NUMBERS)
}
