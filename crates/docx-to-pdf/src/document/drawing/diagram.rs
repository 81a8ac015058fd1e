//! Diagrams (SmartArt): their layout is an application's own affair, but the one that saved the document keeps the shapes it drew last (MS-ODRAWXML 2.5, `dsp:drawing`), and these are shown.

use std::sync::Arc;

use crate::document::color;
use crate::document::model::{
    Align, Block, BreakKind, Chain, DrawingContent, DrawingShape, Geometry, GroupChild, Inline, LineSpacing, Number, NumberSuffix,
    Paragraph, ParagraphProps, RunProps, TextArea, TextBox, TextDirection, TextFit, UnderlineStyle, VerticalAlign, VerticalPosition,
};
use crate::document::read::{Part, Reader, Scope};
use crate::document::values::{emu, integer, says, share};
use crate::document::xml::Node;
use crate::units::{Emu, HalfPoints, Twips};

use super::{DEEPEST, MOST_CHILDREN, paint, size, turn};

/// The size of text that says nothing (21.1.2.3.9).
const SIZE: f32 = 18.0;
/// A shape of a diagram, which may hold text, costs as much as so many of a chart.
pub(super) const COST: usize = 8;
/// A shape has no more paragraphs, and a paragraph no more runs.
const MOST_TEXTS: usize = 1000;

impl Reader<'_> {
    /// What `dgm:relIds` shows in a frame of this size; `None` where the document does not hold its shapes.
    pub(super) fn diagram(&mut self, node: Node<'_>, extent: (Emu, Emu), scope: Scope<'_>) -> Option<DrawingContent> {
        if self.chart_elements_left == 0 {
            return None;
        }
        let name = self.diagram_part(node, scope.part)?;
        let tree = self.tree(&name)?;
        self.chart_elements_left = self.chart_elements_left.saturating_sub(tree.elements().count());
        let part = self.part(name);
        let shapes = tree.root()?.child("dsp:spTree")?;
        let children = self.diagram_shapes(shapes, Scope { part: &part, ..scope }, 0);
        let drawn = DrawingContent::Group { child_origin: (Emu(0), Emu(0)), child_extent: extent, children, rotation: 0.0 };
        let count = if let DrawingContent::Group { children, .. } = &drawn { children.len() } else { 0 };
        let left = self.shapes_left.checked_sub(count * COST);
        self.shapes_left = left.unwrap_or(0);
        (count > 0 && left.is_some()).then_some(drawn)
    }

    /// The part with a diagram's shapes: its data name the relationship that leads there; without that, the only one does.
    fn diagram_part(&mut self, node: Node<'_>, part: &Part) -> Option<String> {
        let named = node
            .attr("r:dm")
            .and_then(|id| part.relationships.get(id)?.part())
            .map(str::to_owned)
            .and_then(|data| self.tree(&data))
            .and_then(|data| Some(data.root()?.child("dgm:extLst")?.descendant("dsp:dataModelExt")?.attr("relId")?.to_owned()));
        let mut all = part.relationships.of_kind("diagramDrawing").filter_map(|relationship| relationship.part());
        let found = named.and_then(|id| part.relationships.get(&id)?.part()).or_else(|| all.next().filter(|_| all.next().is_none()));
        found.map(str::to_owned)
    }

    fn diagram_shapes(&mut self, tree: Node<'_>, scope: Scope<'_>, depth: usize) -> Vec<GroupChild> {
        let mut children = Vec::new();
        for node in tree.children().take(MOST_CHILDREN) {
            match node.name() {
                "dsp:sp" => self.diagram_shape(node, None, scope, &mut children),
                "dsp:grpSp" if depth < DEEPEST => {
                    let frame = node.path(&["dsp:grpSpPr", "a:xfrm"]);
                    let part = |name: &str, first: &str, second: &str| size(frame.and_then(|frame| frame.child(name)), first, second);
                    let (extent, own) = (part("a:ext", "cx", "cy"), part("a:chExt", "cx", "cy"));
                    let content = DrawingContent::Group {
                        child_origin: part("a:chOff", "x", "y"),
                        child_extent: if own.0.0 > 0 && own.1.0 > 0 { own } else { extent },
                        children: self.diagram_shapes(node, scope, depth + 1),
                        rotation: frame.map_or(0.0, |frame| turn(frame).0),
                    };
                    children.push(GroupChild { offset: part("a:off", "x", "y"), extent, content });
                }
                _ => {}
            }
        }
        children
    }

    /// A shape, and its text, which has a rectangle and a turn of its own. It may be placed from outside: by offset and extent.
    pub(super) fn diagram_shape(
        &mut self,
        node: Node<'_>,
        placed: Option<((Emu, Emu), (Emu, Emu))>,
        scope: Scope<'_>,
        children: &mut Vec<GroupChild>,
    ) {
        let Some(properties) = node.child("dsp:spPr") else { return };
        let style = node.child("dsp:style");
        let frame = properties.child("a:xfrm");
        let own = || (size(frame.and_then(|f| f.child("a:off")), "x", "y"), size(frame.and_then(|f| f.child("a:ext")), "cx", "cy"));
        let (offset, extent) = placed.unwrap_or_else(own);
        let (rotation, flip) = frame.map_or((0.0, (false, false)), turn);
        let geometry = self.geometry(Some(properties), extent, scope);
        let open = matches!(geometry, Geometry::Line);
        let shape = DrawingShape {
            geometry,
            fill: if open { None } else { self.fill(properties, style, scope.part) },
            outline: paint::outline(properties, style, &self.theme),
            rotation,
            flip,
            text: None,
            shadow: paint::shadow(properties, &self.theme),
        };
        children.push(GroupChild { offset, extent, content: DrawingContent::Shape(Arc::new(shape)) });
        let Some(text) = node.child("dsp:txBody").and_then(|body| self.diagram_text(body, style)) else { return };
        let own = node.child("dsp:txXfrm").filter(|_| placed.is_none());
        let (offset, extent) =
            own.map_or((offset, extent), |own| (size(own.child("a:off"), "x", "y"), size(own.child("a:ext"), "cx", "cy")));
        let shape = DrawingShape {
            geometry: Geometry::Rectangle,
            fill: None,
            outline: None,
            rotation: (rotation + own.map_or(0.0, |own| turn(own).0)).rem_euclid(360.0),
            flip: (false, false),
            text: Some(text),
            shadow: None,
        };
        children.push(GroupChild { offset, extent, content: DrawingContent::Shape(Arc::new(shape)) });
    }

    /// Text of DrawingML (21.1.2) as a box of paragraphs; `None` when there is none to see.
    fn diagram_text(&mut self, body: Node<'_>, style: Option<Node<'_>>) -> Option<TextBox> {
        let font = style.and_then(|style| style.child("a:fontRef"));
        let color = font.and_then(|font| color::inside(font, &self.theme, None)).map(|(rgb, _)| rgb);
        let name = if font.and_then(|font| font.attr("idx")) == Some("major") { "majorHAnsi" } else { "minorHAnsi" };
        let mut plain = RunProps { color, ..self.plain_text() };
        (plain.bold, plain.italic, plain.underline, plain.caps, plain.small_caps) = (false, false, None, false, false);
        (plain.spacing, plain.scale, plain.kern_from) = (Twips(0), 100, None);
        if let Some(family) = self.theme.font(name) {
            set_font(&mut plain, family);
        }
        let mut blocks: Vec<Block> = body
            .children()
            .filter(|node| node.name() == "a:p")
            .take(MOST_TEXTS)
            .map(|node| Block::Paragraph(self.diagram_paragraph(node, &plain)))
            .collect();
        let shows = |block: &Block| matches!(block, Block::Paragraph(paragraph) if !paragraph.content.is_empty());
        if !blocks.iter().any(shows) {
            return None;
        }
        let about = body.child("a:bodyPr");
        // Above the first and below the last paragraph there is no space unless it is asked for (21.1.2.1.1).
        if !about.is_some_and(|about| says(about, "spcFirstLastPara")) {
            if let Some(Block::Paragraph(first)) = blocks.first_mut() {
                Arc::make_mut(&mut first.props).space_before = Twips(0);
            }
            if let Some(Block::Paragraph(last)) = blocks.last_mut() {
                Arc::make_mut(&mut last.props).space_after = Twips(0);
            }
        }
        let attribute = |name: &str| about.and_then(|about| about.attr(name));
        let inset = |name: &str, default: i64| attribute(name).and_then(emu).unwrap_or(Emu(default));
        Some(TextBox {
            blocks,
            area: TextArea { preset: "rect".to_owned(), adjustments: Vec::new() },
            insets: [inset("lIns", 91_440), inset("tIns", 45_720), inset("rIns", 91_440), inset("bIns", 45_720)],
            vertical_align: match attribute("anchor") {
                Some("ctr") => VerticalAlign::Center,
                Some("b") => VerticalAlign::Bottom,
                _ => VerticalAlign::Top,
            },
            // Its sizes are those that fitted in the fonts of whoever saved it; in others nothing may be cut off.
            fit: TextFit::Shrink,
            wrap: attribute("wrap") != Some("none"),
            direction: match attribute("vert") {
                Some("vert" | "eaVert" | "mongolianVert") => TextDirection::Down,
                Some("vert270") => TextDirection::Up,
                _ => TextDirection::Horizontal,
            },
            upright: false,
            chain: Chain::default(),
        })
    }

    fn diagram_paragraph(&self, node: Node<'_>, plain: &RunProps) -> Paragraph {
        let properties = node.child("a:pPr");
        let attribute = |name: &str| properties.and_then(|properties| properties.attr(name));
        let mut content = Vec::new();
        let mut highest = 0.0_f32;
        for run in node.children().take(MOST_TEXTS) {
            let props = Arc::new(self.diagram_run(run.child("a:rPr"), plain));
            match run.name() {
                "a:r" | "a:fld" => {
                    let text = run.child("a:t").map(Node::text).unwrap_or_default();
                    if !text.is_empty() {
                        highest = highest.max(props.size.0 as f32 / 2.0);
                        content.push(Inline::Text { text, props });
                    }
                }
                "a:br" => content.push(Inline::Break(BreakKind::Line, props)),
                _ => {}
            }
        }
        let mark = self.diagram_run(node.child("a:endParaRPr"), plain);
        let first = content.iter().find_map(|inline| match inline {
            Inline::Text { props, .. } => Some(RunProps::clone(props)),
            _ => None,
        });
        let size = if highest > 0.0 { highest } else { mark.size.0 as f32 / 2.0 };
        let length = |name: &str| Twips(attribute(name).and_then(emu).map_or(0, |length| (length.0 / 635).clamp(-31_680, 31_680) as i32));
        let spacing = |name: &str| properties.and_then(|properties| properties.child(name));
        let points = |node: Node<'_>| {
            node.child("a:spcPts").and_then(|node| node.attr("val")).and_then(integer).map(|n| n.clamp(0, 158_400) as f32 / 100.0)
        };
        let percent = |node: Node<'_>| {
            let value = node.child("a:spcPct").and_then(|node| node.attr("val"))?;
            share(value, 100_000.0).map(|share| share.clamp(0.0, 100.0))
        };
        // Space in percent is of a line of the paragraph's largest text (21.1.2.2.10).
        let space = |name: &str| {
            let found = spacing(name).and_then(|node| points(node).or_else(|| percent(node).map(|share| share * size * 1.2)));
            Twips((found.unwrap_or(0.0) * 20.0) as i32)
        };
        let line = spacing("a:lnSpc").and_then(|node| {
            let exact = points(node).map(|points| LineSpacing::Exact(Twips((points * 20.0) as i32)));
            exact.or_else(|| percent(node).map(|share| LineSpacing::Auto((share * 240.0) as i32)))
        });
        let number = spacing("a:buChar").and_then(|bullet| bullet.attr("char")).filter(|_| !content.is_empty()).map(|bullet| {
            let level = attribute("lvl").and_then(integer).unwrap_or(0).clamp(0, 8) as u8;
            Number {
                text: bullet.chars().take(4).collect(),
                props: first.clone().unwrap_or_else(|| mark.clone()),
                align: Align::Left,
                suffix: NumberSuffix::Tab,
                picture: None,
                level,
                list: 0,
                bullet: true,
                symbol: false,
            }
        });
        Paragraph {
            props: Arc::new(ParagraphProps {
                align: match attribute("algn") {
                    Some("ctr") => Align::Center,
                    Some("r") => Align::Right,
                    Some("just" | "justLow") => Align::Justify,
                    Some("dist" | "thaiDist") => Align::Distribute,
                    _ => Align::Left,
                },
                indent_left: length("marL"),
                indent_right: length("marR"),
                indent_first: length("indent"),
                space_before: space("a:spcBef"),
                space_after: space("a:spcAft"),
                line: line.unwrap_or(LineSpacing::Auto(240)),
                rtl: properties.is_some_and(|properties| says(properties, "rtl")),
                snap_to_grid: false,
                ..ParagraphProps::default()
            }),
            mark: Arc::new(first.unwrap_or(mark)),
            number: number.map(Box::new),
            content,
        }
    }

    /// The look of a run (21.1.2.3.9).
    fn diagram_run(&self, properties: Option<Node<'_>>, plain: &RunProps) -> RunProps {
        let mut props = plain.clone();
        let attribute = |name: &str| properties.and_then(|properties| properties.attr(name));
        let points = attribute("sz").and_then(integer).map_or(SIZE, |size| size.clamp(100, 400_000) as f32 / 100.0);
        props.size = HalfPoints((points * 2.0).round() as i32);
        props.size_cs = props.size;
        let Some(node) = properties else { return props };
        props.bold = says(node, "b");
        props.italic = says(node, "i");
        props.underline = attribute("u").filter(|style| *style != "none").map(|style| (underline(style), None));
        props.strike = attribute("strike") == Some("sngStrike");
        props.double_strike = attribute("strike") == Some("dblStrike");
        props.caps = attribute("cap") == Some("all");
        props.small_caps = attribute("cap") == Some("small");
        props.vertical = match attribute("baseline").and_then(integer).unwrap_or(0) {
            0 => VerticalPosition::Baseline,
            1.. => VerticalPosition::Superscript,
            _ => VerticalPosition::Subscript,
        };
        if let Some((color, _)) = node.child("a:solidFill").and_then(|fill| color::inside(fill, &self.theme, None)) {
            props.color = Some(color);
        }
        if let Some(lang) = attribute("lang") {
            props.lang = Some(lang.into());
        }
        let family = node.child("a:latin").and_then(|font| font.attr("typeface")).filter(|family| !family.is_empty());
        let family = family.and_then(|family| match family {
            "+mn-lt" => self.theme.font("minorHAnsi"),
            "+mj-lt" => self.theme.font("majorHAnsi"),
            own => Some(own),
        });
        if let Some(family) = family {
            set_font(&mut props, family);
        }
        props
    }
}

fn set_font(props: &mut RunProps, family: &str) {
    props.font = family.into();
    (props.font_east_asia, props.font_cs) = (Arc::clone(&props.font), Arc::clone(&props.font));
}

fn underline(style: &str) -> UnderlineStyle {
    match style {
        "dbl" | "wavyDbl" => UnderlineStyle::Double,
        "heavy" => UnderlineStyle::Thick,
        "dotted" | "dottedHeavy" => UnderlineStyle::Dotted,
        "words" => UnderlineStyle::Words,
        "wavy" | "wavyHeavy" => UnderlineStyle::Wave,
        style if style.starts_with("dash") || style.starts_with("dot") => UnderlineStyle::Dash,
        _ => UnderlineStyle::Single,
    }
}
