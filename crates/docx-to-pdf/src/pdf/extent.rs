//! How far figures and formulas reach on their pages: readers that enlarge or export a figure go by its box (ISO 32000-1, 14.8.5.4.3).

use super::tags;
use crate::layout::frame::{Frames, Item, Node, NodeId, PathStep, Role, Shape};

/// `[a b c d e f]` as PDF writes matrices.
type Matrix = [f32; 6];

const UNCHANGED: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// Groups inside each other deeper than this are drawn, but not measured.
const DEEPEST: usize = 32;

/// Left, top, right and bottom of what was seen so far.
type Reach = [f32; 4];

/// What was seen so far of a figure: on which page, how far it reaches, and whether it stands on several pages.
#[derive(Clone, Copy)]
struct Seen {
    page: usize,
    reach: Reach,
    torn: bool,
}

/// The box of each figure and formula, by the index of its element: left, bottom, right, top, as its page counts.
/// A figure that is drawn on several pages has none.
pub(super) fn figure_boxes(frames: &Frames) -> Vec<Option<[f32; 4]>> {
    let nodes = &frames.structure.nodes;
    if !nodes.iter().any(|node| matches!(node.role, Role::Figure | Role::Formula)) {
        return Vec::new();
    }
    let mut seen: Vec<Option<Seen>> = vec![None; nodes.len()];
    for (page, drawn) in frames.pages.iter().enumerate() {
        walk(&drawn.items, (UNCHANGED, None, 0), &|tag| figure_of(nodes, tag), &mut |figure, reach| {
            let whole = seen[figure].get_or_insert(Seen { page, reach, torn: false });
            whole.torn |= whole.page != page;
            whole.reach = joined(whole.reach, reach);
        });
    }
    let up = |seen: Seen| {
        let [left, top, right, bottom] = seen.reach;
        let height = frames.pages.get(seen.page).map_or(0.0, |page| page.height.0);
        [left, height - bottom, right, height - top]
    };
    seen.into_iter().map(|seen| seen.filter(|seen| !seen.torn).map(up)).collect()
}

/// The figure or formula an element is, or is part of.
fn figure_of(nodes: &[Node], tag: NodeId) -> Option<usize> {
    let mut at = tag.0;
    loop {
        let node = nodes.get(at)?;
        if matches!(node.role, Role::Figure | Role::Formula) {
            return Some(at);
        }
        at = tags::parent(node, at)?;
    }
}

/// Tells of everything drawn that belongs to a figure or formula: to which, and how far it reaches.
fn walk(
    items: &[Item],
    (matrix, outer, depth): (Matrix, Option<NodeId>, usize),
    figure_of: &impl Fn(NodeId) -> Option<usize>,
    tell: &mut impl FnMut(usize, Reach),
) {
    for item in items {
        let tag = item.tag.or(outer);
        if let Shape::Group { transform, items, .. } = &item.shape {
            if depth < DEEPEST {
                walk(items, (product(*transform, matrix), tag, depth + 1), figure_of, tell);
            }
            continue;
        }
        let Some(figure) = tag.and_then(figure_of) else { continue };
        let mut reach: Option<Reach> = None;
        corners(&item.shape, |point| {
            let (x, y) = moved(point, matrix);
            reach = Some(reach.map_or([x, y, x, y], |reach| joined(reach, [x, y, x, y])));
        });
        if let Some(reach) = reach {
            tell(figure, reach);
        }
    }
}

/// Tells points that lie around something drawn. A curve stays within its control points.
fn corners(shape: &Shape, mut tell: impl FnMut((f32, f32))) {
    match shape {
        Shape::Image(image) => {
            let (half_width, half_height) = (image.width.0 / 2.0, image.height.0 / 2.0);
            let (x, y) = (image.x.0 + half_width, image.y.0 + half_height);
            let (sin, cos) = image.rotation.to_radians().sin_cos();
            let turned = |(dx, dy): (f32, f32)| (x + dx * cos - dy * sin, y + dx * sin + dy * cos);
            [(-half_width, -half_height), (half_width, -half_height), (half_width, half_height), (-half_width, half_height)]
                .map(turned)
                .into_iter()
                .for_each(tell);
        }
        Shape::Path(path) => {
            for step in &path.steps {
                match *step {
                    PathStep::Move(x, y) | PathStep::Line(x, y) => tell((x.0, y.0)),
                    PathStep::Curve(a, b, c, d, x, y) => [(a.0, b.0), (c.0, d.0), (x.0, y.0)].into_iter().for_each(&mut tell),
                    PathStep::Close => {}
                }
            }
        }
        Shape::Glyphs(run) => {
            let width = run.glyphs.last().map_or(0.0, |glyph| glyph.x.0 + glyph.advance.0);
            // As high as a capital with its accent, as deep as a g.
            tell((run.x.0, run.y.0 - run.size.0));
            tell((run.x.0 + width, run.y.0 + run.size.0 / 4.0));
        }
        Shape::Group { .. } => {}
    }
}

fn joined(one: Reach, other: Reach) -> Reach {
    [one[0].min(other[0]), one[1].min(other[1]), one[2].max(other[2]), one[3].max(other[3])]
}

fn moved((x, y): (f32, f32), [a, b, c, d, e, f]: Matrix) -> (f32, f32) {
    (a * x + c * y + e, b * x + d * y + f)
}

/// First `inner`, then `outer`.
fn product(inner: Matrix, outer: Matrix) -> Matrix {
    let ([a, b, c, d, ..], (e, f)) = (inner, moved((inner[4], inner[5]), outer));
    let [oa, ob, oc, od, ..] = outer;
    [a * oa + b * oc, a * ob + b * od, c * oa + d * oc, c * ob + d * od, e, f]
}
