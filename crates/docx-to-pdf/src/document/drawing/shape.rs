//! Shapes of Word 2010 and later (wps), with their text.

use std::sync::Arc;

use crate::document::color;
use crate::document::model::{
    Block, DrawingContent, DrawingShape, Geometry, PresetGeometry, TextArea, TextBox, TextDirection, TextFit, VerticalAlign,
};
use crate::document::paragraph_props::ParagraphPatch;
use crate::document::read::{Part, Reader, Scope};
use crate::document::run_props::RunPatch;
use crate::document::values::{emu, integer, is_on};
use crate::document::xml::Node;
use crate::units::Emu;

use super::{MOST_KNOWN, custom, paint, preset, turn};

impl Reader<'_> {
    /// Reads `wps:wsp` of this size. Without text it looks the same wherever it stands.
    pub(super) fn shape(&mut self, node: Node<'_>, extent: (Emu, Emu), scope: Scope<'_>) -> DrawingContent {
        let id = (node.content_id(), extent);
        if let Some(known) = self.shapes.get(&id) {
            return DrawingContent::Shape(Arc::clone(known));
        }
        let shape = Arc::new(self.new_shape(node, extent, scope));
        if shape.text.is_none() {
            if self.shapes.len() >= MOST_KNOWN {
                self.shapes.clear();
            }
            self.shapes.insert(id, Arc::clone(&shape));
        }
        DrawingContent::Shape(shape)
    }

    fn new_shape(&mut self, node: Node<'_>, extent: (Emu, Emu), scope: Scope<'_>) -> DrawingShape {
        let properties = node.child("wps:spPr");
        let style = node.child("wps:style");
        let (rotation, flip) = properties.and_then(|properties| properties.child("a:xfrm")).map_or((0.0, (false, false)), turn);
        let geometry = self.geometry(properties, extent, scope);
        let open = matches!(geometry, Geometry::Line) || node.child("wps:cNvCnPr").is_some();
        let text = self.shape_text(node, style, scope);
        let fill = if open { None } else { properties.and_then(|properties| self.fill(properties, style, scope.part)) };
        let outline = properties.and_then(|properties| paint::outline(properties, style, &self.theme));
        let shadow = properties.and_then(|properties| paint::shadow(properties, &self.theme));
        DrawingShape { geometry, fill, outline, rotation, flip, text, shadow }
    }

    /// What is painted over the whole of a drawing canvas: the fill of `wpc:bg` and the line of `wpc:whole`.
    pub(super) fn canvas(&mut self, node: Node<'_>, scope: Scope<'_>) -> Option<DrawingContent> {
        let fill = node.child("wpc:bg").and_then(|properties| self.fill(properties, None, scope.part));
        let outline = node.child("wpc:whole").and_then(|properties| paint::outline(properties, None, &self.theme));
        let painted = fill.is_some() || outline.is_some();
        let (geometry, rotation, flip, text, shadow) = (Geometry::Rectangle, 0.0, (false, false), None, None);
        painted.then(|| DrawingContent::Shape(Arc::new(DrawingShape { geometry, fill, outline, rotation, flip, text, shadow })))
    }

    pub(super) fn geometry(&mut self, properties: Option<Node<'_>>, size: (Emu, Emu), scope: Scope<'_>) -> Geometry {
        let (width, height) = (size.0.0 as f32, size.1.0 as f32);
        let Some(properties) = properties else { return Geometry::Rectangle };
        if let Some(own) = properties.child("a:custGeom").and_then(|node| custom::custom(node, width, height)) {
            return own;
        }
        let Some(named) = properties.child("a:prstGeom") else { return Geometry::Rectangle };
        let name = named.attr("prst").unwrap_or("rect");
        let adjustments = adjustments(named);
        match preset::preset(name, width, height, &adjustments) {
            Some(geometry @ (Geometry::Path(_) | Geometry::Paths(_))) => {
                Geometry::Preset(Box::new(PresetGeometry { name: name.to_owned(), adjustments, size, geometry }))
            }
            Some(geometry) => geometry,
            None => {
                self.warnings.unsupported(format!("the shape {name} (drawn as a rectangle)"), &scope.part.name);
                Geometry::Rectangle
            }
        }
    }

    fn shape_text(&mut self, node: Node<'_>, style: Option<Node<'_>>, scope: Scope<'_>) -> Option<TextBox> {
        let content = node.path(&["wps:txbx", "w:txbxContent"]);
        let chain = self.chain(node);
        if content.is_none() && chain.name.is_none() {
            return None;
        }
        // 20.1.4.1.17: the style's font colour is that of text without one, as it may stand on a dark fill.
        let colored = style
            .and_then(|style| style.child("a:fontRef"))
            .filter(|font| !font.children().any(|color| matches!(color.attr("val"), Some("dk1" | "tx1"))))
            .and_then(|font| color::inside(font, &self.theme, None));
        let run = colored.map_or_else(RunPatch::default, |(rgb, _)| RunPatch::of_color(rgb));
        let blocks = content.map(|content| self.boxed(content, scope.part, &run)).unwrap_or_default();
        let body = node.child("wps:bodyPr");
        let attribute = |name: &str| body.and_then(|body| body.attr(name));
        let inset = |name: &str, default: i64| attribute(name).and_then(emu).unwrap_or(Emu(default));
        let named = node.path(&["wps:spPr", "a:prstGeom"]);
        let area = TextArea {
            preset: named.and_then(|named| named.attr("prst")).unwrap_or("rect").to_owned(),
            adjustments: named.map(adjustments).unwrap_or_default(),
        };
        Some(TextBox {
            blocks,
            area,
            insets: [inset("lIns", 91_440), inset("tIns", 45_720), inset("rIns", 91_440), inset("bIns", 45_720)],
            vertical_align: match attribute("anchor") {
                Some("ctr") => VerticalAlign::Center,
                Some("b") => VerticalAlign::Bottom,
                Some("just" | "dist") => VerticalAlign::Justified,
                _ => VerticalAlign::Top,
            },
            fit: match body {
                Some(body) if body.child("a:spAutoFit").is_some() => TextFit::Grow,
                Some(body) if body.child("a:normAutofit").is_some() => TextFit::Shrink,
                _ => TextFit::Cut,
            },
            wrap: attribute("wrap") != Some("none"),
            upright: attribute("upright").is_some_and(is_on),
            direction: match attribute("vert") {
                Some("vert" | "eaVert" | "mongolianVert" | "wordArtVertRtl") => TextDirection::Down,
                Some("vert270") => TextDirection::Up,
                _ => TextDirection::Horizontal,
            },
            chain,
        })
    }

    /// The text of a box. Its fields are its own; lists count on.
    pub(in crate::document) fn boxed(&mut self, content: Node<'_>, part: &Part, run: &RunPatch) -> Vec<Block> {
        let paragraph = ParagraphPatch::default();
        let fields = std::mem::take(&mut self.fields);
        let serial = self.paragraph_serial;
        let blocks = self.blocks(content, Scope { part, paragraph: &paragraph, run, plain: false });
        self.fields = fields;
        self.paragraph_serial = serial;
        blocks
    }
}

/// The adjustments of a preset (20.1.9.5).
fn adjustments(named: Node<'_>) -> preset::Adjustments {
    let guides = named.child("a:avLst").into_iter().flat_map(Node::children).take(16);
    let adjustments = guides.filter_map(|guide| {
        let value = guide.attr("fmla")?.strip_prefix("val ")?;
        Some((guide.attr("name")?.to_owned(), integer(value)? as f32))
    });
    adjustments.collect()
}
