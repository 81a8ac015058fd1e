//! VML, as Word wrote shapes up to 2007 and still writes text boxes' fallbacks, watermarks and embedded objects (ECMA-376 part 4, 19).

mod paint;
mod path;
mod style;

use std::sync::Arc;

use super::drawing::preset::{Adjustments, preset};
use super::inline::Line;
use super::model::{
    Drawing, DrawingContent, DrawingShape, Fill, Geometry, GroupChild, Inline, LinkTo, Picture, Placement, RunProps, TextArea, TextBox,
    TextDirection, TextFit, VerticalAlign, WordArt,
};
use super::read::{Reader, Scope};
use super::run_props::RunPatch;
use super::values::{css_length, integer, is_on, mix};
use super::xml::Node;
use crate::graphics::Rgb;
use crate::units::{Emu, HalfPoints, Twips};
use paint::{fraction, is_rule, stroke};
use style::Style;

/// Groups in groups go no deeper, and no group has more children.
const DEEPEST: usize = 16;
const MOST_CHILDREN: usize = 5000;

impl Reader<'_> {
    /// Reads `w:pict` or `w:object`.
    pub(super) fn pict(&mut self, node: Node<'_>, props: &Arc<RunProps>, line: &mut Line<'_>) {
        let kinds: Vec<Node<'_>> = node.children().filter(|child| child.name() == "v:shapetype").collect();
        for shape in node.children().filter(|child| is_shape(*child)) {
            let style = Style::of(shape);
            if style.is_hidden() {
                continue;
            }
            let drawing = self.vml_drawing(shape, style, &kinds, props, line.scope);
            self.emit(line, Inline::Drawing(Box::new(drawing)));
        }
    }

    fn vml_drawing(&mut self, node: Node<'_>, style: Style<'_>, kinds: &[Node<'_>], props: &Arc<RunProps>, scope: Scope<'_>) -> Drawing {
        let wrap = node.child("w10:wrap");
        let switch = |name: &str| node.attr(name).is_none_or(is_on);
        let mut placement = Placement::Inline;
        if style.is_floating() && !is_rule(node) {
            placement = Placement::Anchor(Box::new(style.anchor(wrap, switch("o:allowincell"), switch("o:allowoverlap"))));
        }
        let mut size = (style.length("width").unwrap_or_default(), style.length("height").unwrap_or_default());
        if let Some((corner, extent)) = box_of_points(node, 0.75) {
            shift(&mut placement, corner);
            size = extent;
        }
        if size.0.0 < 0 || size.1.0 < 0 {
            size = (Emu(size.0.0.max(0)), Emu(size.1.0.max(0)));
        }
        let content = self.vml_content(node, style, size, kinds, scope, 0);
        let text = |name: &str| node.attr(name).map(str::trim).filter(|text| !text.is_empty());
        Drawing {
            content,
            width: size.0,
            height: size.1,
            effect_extent: None,
            placement,
            alt: text("alt")
                .or_else(|| node.child("v:imagedata").and_then(|data| data.attr("o:title")).filter(|text| !text.is_empty()))
                .map(str::to_owned),
            decorative: is_rule(node),
            link: text("href").filter(|address| self.follows(address, scope.part)).map(|address| LinkTo::Uri(address.into())),
            props: Arc::clone(props),
        }
    }

    /// What a shape of this size shows.
    fn vml_content(
        &mut self,
        node: Node<'_>,
        style: Style<'_>,
        size: (Emu, Emu),
        kinds: &[Node<'_>],
        scope: Scope<'_>,
        depth: usize,
    ) -> DrawingContent {
        if node.name() == "v:group" {
            return self.vml_group(node, style, kinds, scope, depth);
        }
        if let Some(data) = node.child("v:imagedata") {
            return self.vml_picture(node, data, style, size, scope);
        }
        let name = node.attr("type").map(|name| name.trim_start_matches('#'));
        let kind = name.and_then(|name| kinds.iter().find(|kind| kind.attr("id") == Some(name)).copied());
        if let Some((path, text)) = node.child("v:textpath").and_then(|path| Some((path, path.attr("string")?))) {
            return self.word_art(node, kind, (path, text), style, scope);
        }
        let geometry = self.vml_geometry(node, kind, name, size, scope);
        let open = matches!(geometry, Geometry::Line);
        let text = self.vml_text(node, text_area(node, kind, name), scope);
        let fill = if open { None } else { self.vml_fill(node, kind, scope.part) };
        let mut flip = style.flip();
        if node.name() == "v:line" {
            let (from, to) = (point(node.attr("from")), point(node.attr("to")));
            flip = (to.0.0 < from.0.0, to.1.0 < from.1.0);
        }
        DrawingContent::Shape(Box::new(DrawingShape {
            geometry,
            fill,
            outline: stroke(node, kind).filter(|_| !is_rule(node)),
            rotation: style.rotation(),
            flip,
            text,
            shadow: paint::shadow(node),
        }))
    }

    fn vml_picture(&mut self, node: Node<'_>, data: Node<'_>, style: Style<'_>, size: (Emu, Emu), scope: Scope<'_>) -> DrawingContent {
        let id = data.attr("r:id").or_else(|| data.attr("o:relid"));
        let target = id.and_then(|id| scope.part.relationships.get(id)).and_then(|relationship| relationship.part());
        let Some(target) = target.map(str::to_owned) else {
            return DrawingContent::Unsupported(super::drawing::paint::LINKED.to_owned());
        };
        if let Some(drawn) = self.metafile(&target, size) {
            return drawn;
        }
        let image = match self.images.get(&target, self.package) {
            Ok(image) => image,
            Err(reason) => return DrawingContent::Unsupported(format!("the picture {target} ({reason})")),
        };
        let image = self.images.toned(&target, image, paint::tone(data));
        let cut = |name: &str| data.attr(name).and_then(fraction).unwrap_or(0.0).clamp(-10.0, 0.999);
        let outlined = node.attr("stroked").is_some_and(is_on);
        DrawingContent::Picture(Picture {
            image,
            crop: [cut("cropleft"), cut("croptop"), cut("cropright"), cut("cropbottom")],
            rotation: style.rotation(),
            flip: style.flip(),
            opacity: 1.0,
            outline: if outlined { stroke(node, None) } else { None },
            geometry: Geometry::Rectangle,
            shadow: paint::shadow(node),
        })
    }

    /// Text along a path (part 4, 19.1.2.23): stretched over the shape's box, as on the straight paths of watermarks; on bent ones too, and that is told.
    fn word_art(
        &mut self,
        node: Node<'_>,
        kind: Option<Node<'_>>,
        (path, text): (Node<'_>, &str),
        style: Style<'_>,
        scope: Scope<'_>,
    ) -> DrawingContent {
        /// "Plain text" among the types of shapes.
        const STRAIGHT: i64 = 136;
        let name = node.attr("type").map(|name| name.trim_start_matches('#'));
        if shape_number(node, kind, name)
            .is_some_and(|number| number != STRAIGHT && (24..=31).contains(&number) || (137..=175).contains(&number))
        {
            self.warnings.unsupported("text along a bent path (WordArt; its words are shown straight)", &scope.part.name);
        }
        let own = Style::of(path);
        let mut props = self.plain_text();
        if let Some(family) = own.get("font-family") {
            let family = family.split(',').next().unwrap_or_default().trim_matches(['"', '\'', ' ']);
            if !family.is_empty() {
                props.font = family.into();
                (props.font_east_asia, props.font_cs) = (props.font.clone(), props.font.clone());
            }
        }
        props.bold = own.get("font-weight").is_some_and(|weight| weight == "bold" || integer(weight).is_some_and(|weight| weight >= 600));
        props.italic = own.get("font-style").is_some_and(|style| style == "italic" || style == "oblique");
        (props.size, props.size_cs) = (HalfPoints(144), HalfPoints(144));
        (props.spacing, props.scale, props.kern_from, props.underline) = (Twips(0), 100, None, None);
        // Glyphs have no opacity of their own: what lies below a watermark is white paper.
        props.color = match self.vml_fill(node, kind, scope.part) {
            Some(Fill::Solid(color, opacity)) => Some(mix(color, Rgb(255, 255, 255), opacity)),
            Some(Fill::Gradient(gradient)) => Some(gradient.mean().0),
            _ => stroke(node, kind).map(|outline| outline.color),
        };
        DrawingContent::WordArt(Box::new(WordArt {
            lines: text.lines().map(str::to_owned).take(50).collect(),
            props: Arc::new(props),
            trimmed: path.attr("trim").is_some_and(is_on),
            rotation: style.rotation(),
            flip: style.flip(),
        }))
    }

    fn vml_group(&mut self, node: Node<'_>, style: Style<'_>, kinds: &[Node<'_>], scope: Scope<'_>, depth: usize) -> DrawingContent {
        if depth >= DEEPEST {
            return DrawingContent::Unsupported("a group nested too deeply".to_owned());
        }
        let pair = |name: &str, default: i64| {
            let mut numbers =
                node.attr(name).unwrap_or_default().split(',').map(|text| integer(text).unwrap_or(0).clamp(-1_000_000_000, 1_000_000_000));
            let found = (numbers.next(), numbers.next());
            node.attr(name).map_or((Emu(default), Emu(default)), |_| (Emu(found.0.unwrap_or(0)), Emu(found.1.unwrap_or(0))))
        };
        // Types may be defined inside the group too.
        let mut known = kinds.to_vec();
        known.extend(node.children().filter(|child| child.name() == "v:shapetype"));
        let mut children = Vec::new();
        for child in node.children().filter(|child| is_shape(*child)).take(MOST_CHILDREN) {
            let style = Style::of(child);
            let measure = |name: &str| style.unit(name).unwrap_or_default();
            let mut offset = (measure("left"), measure("top"));
            let mut extent = (measure("width"), measure("height"));
            if let Some((corner, own)) = box_of_points(child, 1.0 / 12_700.0) {
                (offset, extent) = (corner, own);
            }
            if style.is_hidden() {
                continue;
            }
            let content = self.vml_content(child, style, extent, &known, scope, depth + 1);
            children.push(GroupChild { offset, extent, content });
        }
        let extent = pair("coordsize", 1000);
        DrawingContent::Group {
            child_origin: pair("coordorigin", 0),
            child_extent: (Emu(extent.0.0.max(1)), Emu(extent.1.0.max(1))),
            children,
            rotation: style.rotation(),
        }
    }

    fn vml_geometry(&mut self, node: Node<'_>, kind: Option<Node<'_>>, name: Option<&str>, size: (Emu, Emu), scope: Scope<'_>) -> Geometry {
        match node.name() {
            "v:rect" => return Geometry::Rectangle,
            "v:roundrect" => return Geometry::RoundRectangle(node.attr("arcsize").and_then(fraction).unwrap_or(0.2).clamp(0.0, 0.5)),
            "v:oval" => return Geometry::Ellipse,
            "v:line" => return Geometry::Line,
            _ => {}
        }
        let (width, height) = (size.0.0 as f32, size.1.0 as f32);
        if let Some(points) = node.attr("points") {
            return polyline(points).unwrap_or(Geometry::Rectangle);
        }
        // The number of a shape's type is in its name or its type's `o:spt`.
        let number = shape_number(node, kind, name);
        let own = |name: &str| node.attr(name).or_else(|| kind.and_then(|kind| kind.attr(name)));
        if let Some(shape) = number.and_then(preset_name).and_then(|name| preset(name, width, height, &Adjustments::new())) {
            return shape;
        }
        let pair = |name: &str, default: f32| {
            let mut numbers =
                own(name).unwrap_or_default().split(',').map(|text| text.trim().parse::<f32>().ok().filter(|number| number.is_finite()));
            (numbers.next().flatten().unwrap_or(default), numbers.next().flatten().unwrap_or(default))
        };
        let drawn = own("path").and_then(|text| path::parse(text, pair("coordorigin", 0.0), pair("coordsize", 1000.0)));
        drawn.unwrap_or_else(|| {
            if own("path").is_some() && number != Some(202) {
                self.warnings.unsupported("a VML shape with formulas (drawn as a rectangle)", &scope.part.name);
            }
            Geometry::Rectangle
        })
    }

    fn vml_text(&mut self, node: Node<'_>, area: TextArea, scope: Scope<'_>) -> Option<TextBox> {
        let holder = node.child("v:textbox")?;
        let content = holder.child("w:txbxContent")?;
        let blocks = self.boxed(content, scope.part, &RunPatch::default());
        let has_text = content.descendant("w:t").is_some();
        let style = Style::of(holder);
        let shape = Style::of(node);
        let mut insets = [Emu(91_440), Emu(45_720), Emu(91_440), Emu(45_720)];
        for (slot, text) in insets.iter_mut().zip(holder.attr("inset").unwrap_or_default().split(',')) {
            *slot = css_length(text, 1.0 / 12_700.0).unwrap_or(*slot);
        }
        Some(TextBox {
            blocks,
            area,
            insets,
            vertical_align: match shape.get("v-text-anchor") {
                Some("middle" | "middle-center") => VerticalAlign::Center,
                Some("bottom" | "bottom-center") => VerticalAlign::Bottom,
                _ => VerticalAlign::Top,
            },
            fit: if style.get("mso-fit-shape-to-text").is_some_and(is_on) { TextFit::Grow } else { TextFit::Cut },
            wrap: shape.get("mso-wrap-style") != Some("none"),
            direction: match (style.get("layout-flow"), style.get("mso-layout-flow-alt")) {
                (Some(_), Some("bottom-to-top")) => TextDirection::Up,
                (Some("vertical" | "vertical-ideographic"), _) => TextDirection::Down,
                _ => TextDirection::Horizontal,
            },
            chain: self.vml_chain(node, style.get("mso-next-textbox"), has_text),
        })
    }

    /// The colour of the page's background (17.2.1), where the settings show it (17.15.1.25).
    pub(super) fn background(&mut self, node: Node<'_>, part: &str) -> Option<Rgb> {
        if !self.settings.show_background {
            return None;
        }
        if node.descendant("v:fill").is_some() {
            self.warnings.unsupported("a page background of a picture or gradient (shown in one colour)", part);
        }
        super::values::color(node, "w:color", &self.theme).flatten()
    }
}

fn shape_number(node: Node<'_>, kind: Option<Node<'_>>, name: Option<&str>) -> Option<i64> {
    let own = kind.and_then(|kind| kind.attr("o:spt")).or_else(|| node.attr("o:spt"));
    own.or_else(|| name.and_then(|name| name.rsplit("_t").next())).and_then(integer)
}

/// Where a shape's text stands in it; VML's own `textboxrect` gives the same rectangles.
fn text_area(node: Node<'_>, kind: Option<Node<'_>>, name: Option<&str>) -> TextArea {
    let mut adjustments = Adjustments::new();
    let preset = match node.name() {
        "v:roundrect" => {
            let arc = node.attr("arcsize").and_then(fraction).unwrap_or(0.2);
            adjustments.push(("adj".to_owned(), arc * 100_000.0));
            Some("roundRect")
        }
        "v:oval" => Some("ellipse"),
        "v:shape" => shape_number(node, kind, name).and_then(preset_name),
        _ => None,
    };
    TextArea { preset: preset.unwrap_or("rect").to_owned(), adjustments }
}

fn is_shape(node: Node<'_>) -> bool {
    matches!(
        node.name(),
        "v:shape" | "v:rect" | "v:roundrect" | "v:oval" | "v:line" | "v:polyline" | "v:group" | "v:image" | "v:arc" | "v:curve"
    )
}

/// A line's and a polyline's place and size come from their points (19.1.2.12, 19.1.2.15); a bare number counts so many points.
fn box_of_points(node: Node<'_>, unit: f64) -> Option<((Emu, Emu), (Emu, Emu))> {
    let points = match node.name() {
        "v:line" => vec![pair_of(node.attr("from"), unit), pair_of(node.attr("to"), unit)],
        "v:polyline" => {
            let lengths: Vec<Emu> = lengths(node.attr("points")?, unit).collect();
            lengths.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
        }
        _ => return None,
    };
    let (first, rest) = points.split_first()?;
    let (mut least, mut most) = (*first, *first);
    for point in rest {
        least = (Emu(least.0.0.min(point.0.0)), Emu(least.1.0.min(point.1.0)));
        most = (Emu(most.0.0.max(point.0.0)), Emu(most.1.0.max(point.1.0)));
    }
    Some((least, (Emu(most.0.0 - least.0.0), Emu(most.1.0 - least.1.0))))
}

/// Moves what is anchored by so much.
fn shift(placement: &mut Placement, by: (Emu, Emu)) {
    let Placement::Anchor(anchor) = placement else { return };
    let moved = |offset: &mut super::model::Offset, by: Emu| {
        if let super::model::Offset::By(distance) = offset {
            distance.0 = distance.0.saturating_add(by.0);
        }
    };
    moved(&mut anchor.position.horizontal.1, by.0);
    moved(&mut anchor.position.vertical.1, by.1);
}

/// A shape has so many numbers at most.
const MOST_NUMBERS: usize = 20_000;

/// The numbers of a list of points.
fn lengths(points: &str, unit: f64) -> impl Iterator<Item = Emu> {
    points.split([',', ' ']).filter_map(move |text| css_length(text, unit)).take(MOST_NUMBERS)
}

/// A point of a line: lengths with units, a bare number being a pixel.
fn point(text: Option<&str>) -> (Emu, Emu) {
    pair_of(text, 0.75)
}

fn pair_of(text: Option<&str>, unit: f64) -> (Emu, Emu) {
    let mut parts = text.unwrap_or_default().split(',').map(|part| css_length(part, unit).unwrap_or_default());
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

/// Points of a polyline, over the box that holds them.
fn polyline(points: &str) -> Option<Geometry> {
    let numbers: Vec<f32> = lengths(points, 0.75).map(|length| length.0 as f32).collect();
    let fold = |least: (f32, f32), most: (f32, f32), pair: &[f32]| {
        ((least.0.min(pair[0]), least.1.min(pair[1])), (most.0.max(pair[0]), most.1.max(pair[1])))
    };
    let none = ((f32::MAX, f32::MAX), (f32::MIN, f32::MIN));
    let (least, most) = numbers.chunks_exact(2).fold(none, |(least, most), pair| fold(least, most, pair));
    let mut outline = super::drawing::outline::OutlineBuilder::new((most.0 - least.0).max(1.0), (most.1 - least.1).max(1.0));
    for (at, pair) in numbers.chunks_exact(2).enumerate() {
        let (x, y) = (pair[0] - least.0, pair[1] - least.1);
        if at == 0 { outline.move_to(x, y) } else { outline.line_to(x, y) }
    }
    let steps = outline.finish();
    (!steps.is_empty()).then_some(Geometry::Path(steps))
}

/// The DrawingML name of a VML shape type (`o:spt`; ECMA-376 part 4, 19.1.2.20 lists them in this order).
fn preset_name(number: i64) -> Option<&'static str> {
    Some(match number {
        1 | 75 | 202 => "rect",
        2 => "roundRect",
        3 => "ellipse",
        4 => "diamond",
        5 => "triangle",
        6 => "rtTriangle",
        7 => "parallelogram",
        8 => "trapezoid",
        9 => "hexagon",
        10 => "octagon",
        11 => "plus",
        12 => "star5",
        13 => "rightArrow",
        15 => "homePlate",
        16 => "cube",
        19 => "arc",
        20 | 32 => "line",
        22 => "can",
        23 => "donut",
        33 => "bentConnector2",
        34 => "bentConnector3",
        37 => "curvedConnector2",
        38 => "curvedConnector3",
        55 => "chevron",
        56 => "pentagon",
        58 => "star8",
        59 => "star16",
        61 => "wedgeRectCallout",
        62 => "wedgeRoundRectCallout",
        63 => "wedgeEllipseCallout",
        65 => "foldedCorner",
        66 => "leftArrow",
        67 => "downArrow",
        68 => "upArrow",
        69 => "leftRightArrow",
        70 => "upDownArrow",
        74 => "heart",
        85 => "leftBracket",
        86 => "rightBracket",
        87 => "leftBrace",
        88 => "rightBrace",
        94 => "notchedRightArrow",
        109 => "flowChartProcess",
        110 => "flowChartDecision",
        111 => "flowChartInputOutput",
        112 => "flowChartPredefinedProcess",
        114 => "flowChartDocument",
        116 => "flowChartTerminator",
        117 => "flowChartPreparation",
        119 => "flowChartManualOperation",
        120 => "flowChartConnector",
        127 => "flowChartExtract",
        128 => "flowChartMerge",
        176 => "flowChartAlternateProcess",
        185 => "bracketPair",
        187 => "star4",
        _ => return None,
    })
}
