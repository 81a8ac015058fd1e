//! DrawingML in the text: pictures, shapes, text boxes and groups, inline or floating (ECMA-376 part 1, 20.4).

mod anchor;
mod custom;
mod diagram;
pub(super) mod outline;
pub(super) mod paint;
mod pattern;
pub(super) mod preset;
mod recolor;
mod shape;
mod text_area;
mod user_shapes;

use std::sync::Arc;

use super::inline::Line;
use super::model::{Drawing, DrawingContent, GroupChild, Inline, LinkTo, Picture, PictureData, Placement, RunProps};
use super::read::{Part, Reader, Scope};
use super::values::{emu, says, share};
use super::xml::Node;
use crate::units::Emu;

/// Groups in groups go no deeper, and no group has more children.
const DEEPEST: usize = 16;
const MOST_CHILDREN: usize = 5000;

/// So many shapes are known at once.
const MOST_KNOWN: usize = 256;

/// A shape of Word 2010 and later.
const SHAPE: &str = "wps:wsp";

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
            let (content, words) = self.graphic(data, extent, line.scope);
            let effect_extent = frame.child("wp:effectExtent").map(|around| {
                let side = |name: &str| around.attr(name).and_then(emu).unwrap_or_default();
                [side("l"), side("t"), side("r"), side("b")]
            });
            // LibreOffice takes shapes' and groups', and of pictures that of Word 2007's turned ones (there Spire, too; measured): later ones say of a turned picture only that the rectangle that holds it reaches out of its frame.
            let shape = data.children().next().is_some_and(|node| matches!(node.name(), "wps:wsp" | "wpg:wgp" | "wpc:wpc"));
            let turned = matches!(&content, DrawingContent::Picture(picture) if picture.rotation != 0.0);
            let effect_extent = effect_extent.filter(|_| shape || turned && self.settings.compatibility_mode < 14);
            let drawing = Drawing {
                content,
                width: extent.0,
                height: extent.1,
                effect_extent,
                placement: if anchored { Placement::Anchor(Box::new(anchor::read(frame))) } else { Placement::Inline },
                alt: about.and_then(alternative_text).or(words),
                decorative: about.is_some_and(is_decorative),
                link: about.and_then(|about| self.click(about, line.scope.part)),
                props: Arc::clone(props),
            };
            self.emit(line, Inline::Drawing(Box::new(drawing)));
        }
    }

    /// What `a:graphicData` holds, and its values in words where it is a chart.
    fn graphic(&mut self, data: Node<'_>, extent: (Emu, Emu), scope: Scope<'_>) -> (DrawingContent, Option<String>) {
        let Some(node) = data.children().next() else { return (DrawingContent::Unsupported("an empty drawing".to_owned()), None) };
        if node.name() == "c:chart" {
            return match self.chart(node, extent, scope) {
                Ok((chart, words)) => (chart, Some(words).filter(|words| !words.is_empty())),
                Err(what) => (DrawingContent::Unsupported(what), None),
            };
        }
        let shown = if node.name() == "dgm:relIds" { self.diagram(node, extent, scope) } else { self.shown(node, extent, scope, 0) };
        let unknown = if node.name() == "dgm:relIds" { "SmartArt" } else { "a drawing of an unknown kind" };
        (shown.unwrap_or_else(|| DrawingContent::Unsupported(unknown.to_owned())), None)
    }

    /// Where a click on a drawing leads.
    fn click(&mut self, about: Node<'_>, part: &Part) -> Option<LinkTo> {
        let id = about.child("a:hlinkClick")?.attr("r:id")?;
        let link = part.relationships.get(id)?;
        match link.target.strip_prefix('#') {
            Some(place) => Some(LinkTo::Bookmark(place.into())),
            None => (link.external && self.follows(&link.target, part)).then(|| LinkTo::Uri(Arc::clone(&link.target))),
        }
    }

    /// A picture, shape or group of this size; `None` for anything else.
    fn shown(&mut self, node: Node<'_>, extent: (Emu, Emu), scope: Scope<'_>, depth: usize) -> Option<DrawingContent> {
        Some(match node.name() {
            "pic:pic" => self.picture(node, extent, scope),
            SHAPE => self.shape(node, extent, scope),
            "wpg:wgp" | "wpg:grpSp" | "wpc:wpc" => self.group(node, extent, scope, depth),
            _ => return None,
        })
    }

    fn picture(&mut self, node: Node<'_>, extent: (Emu, Emu), scope: Scope<'_>) -> DrawingContent {
        let Some(fill) = node.child("pic:blipFill") else { return DrawingContent::Unsupported("a picture without data".to_owned()) };
        let cut = |name: &str| {
            let share = fill.child("a:srcRect").and_then(|rect| rect.attr(name)).and_then(|text| share(text, 100_000.0));
            share.unwrap_or(0.0).clamp(-10.0, 0.999)
        };
        let crop = [cut("l"), cut("t"), cut("r"), cut("b")];
        let data = match paint::blip_part(fill, scope.part).and_then(|target| self.metafile(target, extent, crop)) {
            Some(shapes) => PictureData::Shapes(Box::new(shapes)),
            None => match self.blip(fill, scope.part) {
                Ok(image) => PictureData::Bitmap(image),
                Err(reason) => return DrawingContent::Unsupported(reason),
            },
        };
        let properties = node.child("pic:spPr");
        let (rotation, flip) = properties.and_then(|properties| properties.child("a:xfrm")).map_or((0.0, (false, false)), turn);
        let opacity = fill.path(&["a:blip", "a:alphaModFix"]).and_then(|fix| fix.attr("amt")).and_then(|text| share(text, 100_000.0));
        DrawingContent::Picture(Picture {
            data,
            crop,
            rotation,
            flip,
            opacity: opacity.unwrap_or(1.0).clamp(0.0, 1.0),
            outline: properties.and_then(|properties| paint::outline(properties, node.child("pic:style"), &self.theme)),
            geometry: self.geometry(properties, extent, scope),
            shadow: properties.and_then(|properties| paint::shadow(properties, &self.theme)),
        })
    }

    fn group(&mut self, node: Node<'_>, extent: (Emu, Emu), scope: Scope<'_>, depth: usize) -> DrawingContent {
        if depth >= DEEPEST {
            return DrawingContent::Unsupported("a group nested too deeply".to_owned());
        }
        let frame = node.path(&["wpg:grpSpPr", "a:xfrm"]);
        let own = frame.map(|frame| size(frame.child("a:chExt"), "cx", "cy")).filter(|(w, h)| w.0 > 0 && h.0 > 0);
        let outer = frame.map(|frame| size(frame.child("a:ext"), "cx", "cy")).filter(|(w, h)| w.0 > 0 && h.0 > 0);
        let canvas = self.canvas(node, scope).map(|content| GroupChild { offset: (Emu(0), Emu(0)), extent, content });
        let mut children = Vec::from_iter(canvas);
        for child in node.children().take(MOST_CHILDREN) {
            let id = child.content_id();
            if let Some(known) = self.group_shapes.get(&id).filter(|_| child.name() == SHAPE) {
                children.push(known.clone());
                continue;
            }
            let properties = ["pic:spPr", "wps:spPr", "wpg:grpSpPr"].iter().find_map(|name| child.child(name));
            let placed = properties.and_then(|properties| properties.child("a:xfrm"));
            let extent = size(placed.and_then(|placed| placed.child("a:ext")), "cx", "cy");
            let offset = size(placed.and_then(|placed| placed.child("a:off")), "x", "y");
            if let Some(content) = self.shown(child, extent, scope, depth + 1) {
                let made = GroupChild { offset, extent, content };
                if matches!(&made.content, DrawingContent::Shape(shape) if shape.text.is_none()) {
                    if self.group_shapes.len() >= MOST_KNOWN {
                        self.group_shapes.clear();
                    }
                    self.group_shapes.insert(id, made.clone());
                }
                children.push(made);
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
