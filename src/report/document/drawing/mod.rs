//! DrawingML in the text: pictures, shapes, text boxes and groups, inline or floating (ECMA-376 part 1, 20.4).

mod anchor;
mod custom;
pub(super) mod outline;
pub(super) mod paint;
pub(super) mod preset;
mod shape;

use std::sync::Arc;

use super::inline::Line;
use super::model::{Drawing, DrawingContent, GroupChild, Inline, LinkTo, Picture, Placement, RunProps};
use super::read::{Part, Reader, Scope};
use super::values::{emu, says, share};
use super::xml::Node;
use crate::report::units::Emu;

/// Groups in groups go no deeper, and no group has more children.
const DEEPEST: usize = 16;
const MOST_CHILDREN: usize = 5000;

impl Reader<'_> {
    /// Reads `w:drawing`.
    pub(super) fn drawing(&mut self, node: Node<'_>, props: &Arc<RunProps>, line: &mut Line<'_>) {
        for frame in node.children() {
            let anchored = match frame.name() {
                "wp:inline" => false,
                "wp:anchor" => true,
                _ => continue,
            };
            let about = frame.child("wp:docPr");
            if about.is_some_and(|about| says(about, "hidden")) || says(frame, "hidden") {
                continue;
            }
            let extent = size(frame.child("wp:extent"), "cx", "cy");
            let Some(data) = frame.path(&["a:graphic", "a:graphicData"]) else { continue };
            let content = self.graphic(data, extent, line.scope);
            let margin = |name: &str| frame.child("wp:effectExtent").and_then(|around| around.attr(name)).and_then(emu).unwrap_or_default();
            let drawing = Drawing {
                content,
                width: extent.0,
                height: extent.1,
                effect_extent: [margin("l"), margin("t"), margin("r"), margin("b")],
                placement: if anchored { Placement::Anchor(Box::new(anchor::read(frame))) } else { Placement::Inline },
                alt: about.and_then(alternative_text),
                decorative: about.is_some_and(is_decorative),
                link: about.and_then(|about| click(about, line.scope.part)),
                props: Arc::clone(props),
            };
            self.emit(line, Inline::Drawing(Box::new(drawing)));
        }
    }

    /// What `a:graphicData` holds.
    fn graphic(&mut self, data: Node<'_>, extent: (Emu, Emu), scope: Scope<'_>) -> DrawingContent {
        let Some(node) = data.children().next() else { return DrawingContent::Unsupported("an empty drawing".to_owned()) };
        match self.shown(node, extent, scope, 0) {
            Some(content) => content,
            None => self.unsupported(
                match node.name() {
                    "c:chart" => "a chart",
                    "dgm:relIds" => "SmartArt",
                    _ => "a drawing of an unknown kind",
                },
                scope,
            ),
        }
    }

    fn unsupported(&mut self, what: &str, scope: Scope<'_>) -> DrawingContent {
        self.warnings.unsupported(what, &scope.part.name);
        DrawingContent::Unsupported(what.to_owned())
    }

    /// A picture, shape or group of this size; `None` for anything else.
    fn shown(&mut self, node: Node<'_>, extent: (Emu, Emu), scope: Scope<'_>, depth: usize) -> Option<DrawingContent> {
        Some(match node.name() {
            "pic:pic" => self.picture(node, scope),
            "wps:wsp" => self.shape(node, extent, scope),
            "wpg:wgp" | "wpg:grpSp" | "wpc:wpc" => self.group(node, extent, scope, depth),
            _ => return None,
        })
    }

    fn picture(&mut self, node: Node<'_>, scope: Scope<'_>) -> DrawingContent {
        let Some(fill) = node.child("pic:blipFill") else { return self.unsupported("a picture without data", scope) };
        let image = match self.blip(fill, scope.part) {
            Ok(image) => image,
            Err(reason) => return DrawingContent::Unsupported(reason),
        };
        let cut = |name: &str| {
            let share = fill.child("a:srcRect").and_then(|rect| rect.attr(name)).and_then(|text| share(text, 100_000.0));
            share.unwrap_or(0.0).clamp(-10.0, 0.999)
        };
        let properties = node.child("pic:spPr");
        let (rotation, flip) = properties.and_then(|properties| properties.child("a:xfrm")).map_or((0.0, (false, false)), turn);
        let opacity = fill.path(&["a:blip", "a:alphaModFix"]).and_then(|fix| fix.attr("amt")).and_then(|text| share(text, 100_000.0));
        DrawingContent::Picture(Picture {
            image,
            crop: [cut("l"), cut("t"), cut("r"), cut("b")],
            rotation,
            flip,
            opacity: opacity.unwrap_or(1.0).clamp(0.0, 1.0),
            outline: properties.and_then(|properties| paint::outline(properties, node.child("pic:style"), &self.theme)),
        })
    }

    fn group(&mut self, node: Node<'_>, extent: (Emu, Emu), scope: Scope<'_>, depth: usize) -> DrawingContent {
        if depth >= DEEPEST {
            return self.unsupported("groups nested too deeply", scope);
        }
        let frame = node.path(&["wpg:grpSpPr", "a:xfrm"]);
        let own = frame.map(|frame| size(frame.child("a:chExt"), "cx", "cy")).filter(|(w, h)| w.0 > 0 && h.0 > 0);
        let outer = frame.map(|frame| size(frame.child("a:ext"), "cx", "cy")).filter(|(w, h)| w.0 > 0 && h.0 > 0);
        let mut children = Vec::new();
        for child in node.children().take(MOST_CHILDREN) {
            let properties = ["pic:spPr", "wps:spPr", "wpg:grpSpPr"].iter().find_map(|name| child.child(name));
            let placed = properties.and_then(|properties| properties.child("a:xfrm"));
            let extent = size(placed.and_then(|placed| placed.child("a:ext")), "cx", "cy");
            let offset = size(placed.and_then(|placed| placed.child("a:off")), "x", "y");
            if let Some(content) = self.shown(child, extent, scope, depth + 1) {
                children.push(GroupChild { offset, extent, content });
            }
        }
        DrawingContent::Group {
            child_origin: frame.map(|frame| size(frame.child("a:chOff"), "x", "y")).unwrap_or_default(),
            child_extent: own.or(outer).unwrap_or(extent),
            children,
            rotation: frame.map_or(0.0, |frame| turn(frame).0),
        }
    }
}

/// Where a click on a drawing leads.
fn click(about: Node<'_>, part: &Part) -> Option<LinkTo> {
    let id = about.child("a:hlinkClick")?.attr("r:id")?;
    let link = part.relationships.get(id)?;
    match link.target.strip_prefix('#') {
        Some(place) => Some(LinkTo::Bookmark(place.to_owned())),
        None => link.external.then(|| LinkTo::Uri(link.target.clone())),
    }
}

/// Two measures of an element, nothing where they are missing.
fn size(node: Option<Node<'_>>, first: &str, second: &str) -> (Emu, Emu) {
    let measure = |name: &str| node.and_then(|node| node.attr(name)).and_then(emu).unwrap_or_default();
    (measure(first), measure(second))
}

/// Rotation in degrees and mirroring of `a:xfrm` (20.1.7.6).
fn turn(frame: Node<'_>) -> (f32, (bool, bool)) {
    let degrees = frame.attr("rot").and_then(|text| share(text, 60_000.0)).unwrap_or(0.0);
    (degrees.rem_euclid(360.0), (says(frame, "flipH"), says(frame, "flipV")))
}

fn alternative_text(about: Node<'_>) -> Option<String> {
    let text = |name: &str| about.attr(name).map(str::trim).filter(|text| !text.is_empty());
    text("descr").or_else(|| text("title")).map(str::to_owned)
}

/// Word marks decoration in an extension (MS-ODRAWXML 2.16.1).
fn is_decorative(about: Node<'_>) -> bool {
    about.descendant("adec:decorative").is_some_and(|mark| says(mark, "val"))
}
