//! Where a floating drawing stands and how text goes around it (ECMA-376 part 1, 20.4.2.3).

use crate::document::model::{Anchor, FloatPosition, HorizontalBase, Offset, VerticalBase, Wrap, WrapOutline, WrapSide};
use crate::document::values::{emu, integer, is_on, says, share};
use crate::document::xml::Node;

/// Reads `wp:anchor`.
pub(super) fn read(node: Node<'_>) -> Anchor {
    let space = |name: &str| node.attr(name).and_then(emu).unwrap_or_default();
    Anchor {
        position: position(node),
        relative_width: relative(node, "wp14:sizeRelH", "wp14:pctWidth").map(|(share, base)| (share, horizontal(base))),
        relative_height: relative(node, "wp14:sizeRelV", "wp14:pctHeight").map(|(share, base)| (share, vertical(base))),
        wrap: wrap(node),
        outline: outline(node),
        space: [space("distT"), space("distR"), space("distB"), space("distL")],
        behind: says(node, "behindDoc"),
        z: node.attr("relativeHeight").and_then(integer).unwrap_or(0),
        allow_overlap: node.attr("allowOverlap").is_none_or(is_on),
        layout_in_cell: node.attr("layoutInCell").is_none_or(is_on),
    }
}

fn position(node: Node<'_>) -> FloatPosition {
    if says(node, "simplePos")
        && let Some(simple) = node.child("wp:simplePos")
    {
        let by = |name: &str| Offset::By(simple.attr(name).and_then(emu).unwrap_or_default());
        return FloatPosition { horizontal: (HorizontalBase::Page, by("x")), vertical: (VerticalBase::Page, by("y")) };
    }
    let base = |name: &str| node.child(name).and_then(|side| side.attr("relativeFrom")).unwrap_or_default();
    FloatPosition {
        horizontal: (horizontal(base("wp:positionH")), offset(node.child("wp:positionH"))),
        vertical: (vertical(base("wp:positionV")), offset(node.child("wp:positionV"))),
    }
}

fn offset(node: Option<Node<'_>>) -> Offset {
    let text = |name: &str| node.and_then(|node| node.child(name)).map(Node::text);
    match text("wp:align").as_deref().map(str::trim) {
        Some("left" | "top") => Offset::Start,
        Some("center") => Offset::Center,
        Some("right" | "bottom") => Offset::End,
        Some("inside") => Offset::Inside,
        Some("outside") => Offset::Outside,
        _ => Offset::By(text("wp:posOffset").and_then(|text| emu(&text)).unwrap_or_default()),
    }
}

fn relative<'t>(node: Node<'t>, name: &str, value: &str) -> Option<(f32, &'t str)> {
    let size = node.child(name)?;
    // Nothing means: not relative.
    let share = share(&size.child(value)?.text(), 100_000.0).filter(|share| *share > 0.0)?;
    Some((share, size.attr("relativeFrom").unwrap_or_default()))
}

fn horizontal(name: &str) -> HorizontalBase {
    match name {
        "margin" => HorizontalBase::Margin,
        "page" => HorizontalBase::Page,
        "character" => HorizontalBase::Character,
        "leftMargin" => HorizontalBase::LeftMargin,
        "rightMargin" => HorizontalBase::RightMargin,
        "insideMargin" => HorizontalBase::InsideMargin,
        "outsideMargin" => HorizontalBase::OutsideMargin,
        _ => HorizontalBase::Column,
    }
}

fn vertical(name: &str) -> VerticalBase {
    match name {
        "margin" => VerticalBase::Margin,
        "page" => VerticalBase::Page,
        "line" => VerticalBase::Line,
        "topMargin" => VerticalBase::TopMargin,
        "bottomMargin" => VerticalBase::BottomMargin,
        "insideMargin" => VerticalBase::InsideMargin,
        "outsideMargin" => VerticalBase::OutsideMargin,
        _ => VerticalBase::Paragraph,
    }
}

/// An outline of more corners is thinned to about so many: each line beside it looks at all of them.
const MOST_CORNERS: usize = 256;
/// One of more corners than this is not read.
const TOO_MANY_CORNERS: usize = 20_000;

/// The outline of `wrapTight` or `wrapThrough` (20.4.2.16): 21,600 stand for the whole width or height. A rectangle of the drawing's size needs none.
fn outline(node: Node<'_>) -> Option<WrapOutline> {
    let (hollows, wrap) =
        [(false, "wp:wrapTight"), (true, "wp:wrapThrough")].into_iter().find_map(|(hollows, name)| Some((hollows, node.child(name)?)))?;
    let coordinate = |point: Node<'_>, name: &str| share(point.attr(name)?, 21_600.0).filter(|share| share.abs() < 100.0);
    let corners = wrap.child("wp:wrapPolygon")?.children().take(TOO_MANY_CORNERS + 1);
    let mut points: Vec<(f32, f32)> = corners.filter_map(|point| Some((coordinate(point, "x")?, coordinate(point, "y")?))).collect();
    if points.len() > TOO_MANY_CORNERS {
        return None;
    }
    points = points.iter().copied().step_by(points.len().div_ceil(MOST_CORNERS).max(1)).collect();
    // Word rounds the corners of a plain rectangle by a few hundredths.
    let at_edge = |share: f32| share.abs() < 0.03 || (share - 1.0).abs() < 0.03;
    let pairs = points.iter().zip(points.iter().cycle().skip(1));
    let area = pairs.map(|((x, y), (next_x, next_y))| x * next_y - next_x * y).sum::<f32>().abs() / 2.0;
    let plain = area > 0.9 && points.iter().all(|(x, y)| at_edge(*x) && at_edge(*y));
    (points.len() > 2 && !plain).then_some(WrapOutline { points, hollows })
}

fn wrap(node: Node<'_>) -> Wrap {
    node.children()
        .find_map(|child| {
            let side = match child.attr("wrapText") {
                Some("left") => WrapSide::Left,
                Some("right") => WrapSide::Right,
                Some("largest") => WrapSide::Largest,
                _ => WrapSide::Both,
            };
            Some(match child.name() {
                "wp:wrapNone" => Wrap::None,
                "wp:wrapSquare" => Wrap::Square(side),
                "wp:wrapTight" | "wp:wrapThrough" => Wrap::Tight(side),
                "wp:wrapTopAndBottom" => Wrap::TopAndBottom,
                _ => return None,
            })
        })
        .unwrap_or(Wrap::None)
}
