//! What `a:blip` says of a picture's colours (ECMA-376 part 1, 20.1.8.34, 20.1.8.6, 20.1.8.23, 20.1.8.16).

use crate::document::color;
use crate::document::recolor::Change;
use crate::document::theme::Theme;
use crate::document::values::share;
use crate::document::xml::Node;

/// The changes that `a:blip` asks for, in order.
pub(super) fn changes(blip: Node<'_>, theme: &Theme) -> Vec<Change> {
    let byte = |share: f32| (share.clamp(0.0, 1.0) * 255.0).round() as u8;
    let change = |node: Node<'_>| match node.name() {
        "a:grayscl" => Some(Change::Grey),
        "a:biLevel" => Some(Change::BlackAndWhite(byte(node.attr("thresh").and_then(|text| share(text, 100_000.0)).unwrap_or(0.5)))),
        "a:duotone" => {
            let mut colors = node.children().filter_map(|child| color::plain(child, theme));
            Some(Change::TwoTone(colors.next()?, colors.next()?))
        }
        "a:clrChange" => {
            let side = |name: &str| node.child(name).and_then(|side| color::inside(side, theme, None));
            let (to, opacity) = side("a:clrTo")?;
            Some(Change::One(side("a:clrFrom")?.0, (to, byte(opacity))))
        }
        _ => None,
    };
    blip.children().filter_map(change).take(4).collect()
}
