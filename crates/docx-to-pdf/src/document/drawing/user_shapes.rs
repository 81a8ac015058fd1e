//! What is drawn over a chart by hand (21.3): shapes and their text, placed by shares of the chart.

use super::diagram::COST;
use super::{MOST_CHILDREN, size};
use crate::document::model::GroupChild;
use crate::document::read::{Part, Reader, Scope};
use crate::document::xml::Node;
use crate::units::Emu;

impl Reader<'_> {
    /// The shapes over the chart of a part, in a frame of this size; they are written as a diagram's are.
    pub(in crate::document) fn user_shapes(
        &mut self,
        chart: Node<'_>,
        part: &Part,
        extent: (Emu, Emu),
        scope: Scope<'_>,
    ) -> Vec<GroupChild> {
        let id = chart.child("c:userShapes").and_then(|shapes| shapes.attr("r:id"));
        let name = id.and_then(|id| part.relationships.get(id)?.part()).map(str::to_owned);
        let Some((name, tree)) = name.and_then(|name| Some((name.clone(), self.tree(&name)?))) else { return Vec::new() };
        self.chart_elements_left = self.chart_elements_left.saturating_sub(tree.elements().count());
        let part = self.part(name);
        let scope = Scope { part: &part, ..scope };
        let mut children = Vec::new();
        for anchor in tree.root().into_iter().flat_map(Node::children).take(MOST_CHILDREN) {
            let Some((from, to)) = place(anchor, extent) else { continue };
            let place = (from, (Emu((to.0.0 - from.0.0).max(0)), Emu((to.1.0 - from.1.0).max(0))));
            for shape in anchor.children() {
                match shape.name() {
                    "dsp:sp" | "dsp:cxnSp" => self.diagram_shape(shape, Some(place), scope, &mut children),
                    "dsp:pic" | "dsp:grpSp" | "dsp:graphicFrame" => {
                        self.warnings.unsupported("a picture or group drawn over a chart", &part.name);
                    }
                    _ => {}
                }
            }
        }
        let left = self.shapes_left.checked_sub(children.len() * COST);
        self.shapes_left = left.unwrap_or(0);
        left.map_or_else(Vec::new, |_| children)
    }
}

/// The corners of an anchor: both by shares (21.3.2.17 relSizeAnchor), or the second by a size (21.3.2.2 absSizeAnchor).
fn place(anchor: Node<'_>, (width, height): (Emu, Emu)) -> Option<((Emu, Emu), (Emu, Emu))> {
    let corner = |name: &str| {
        let corner = anchor.child(name)?;
        let share = |name: &str, whole: Emu| {
            let share = corner.child(name)?.text().trim().parse::<f64>().ok().filter(|share| share.is_finite())?;
            Some(Emu((share.clamp(-10.0, 10.0) * whole.0 as f64) as i64))
        };
        Some((share("dsp:x", width)?, share("dsp:y", height)?))
    };
    let from = corner("dsp:from")?;
    let (wide, high) = size(anchor.child("dsp:ext"), "cx", "cy");
    let to = corner("dsp:to").unwrap_or((Emu(from.0.0.saturating_add(wide.0)), Emu(from.1.0.saturating_add(high.0))));
    Some((from, to))
}
