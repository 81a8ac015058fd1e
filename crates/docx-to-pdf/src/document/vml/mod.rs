//! VML, as Word wrote shapes up to 2007 and still writes text boxes' fallbacks, watermarks and embedded objects (ECMA-376 part 4, 19).

mod formula;
mod geometry;
mod hollows;
mod kind;
mod paint;
mod path;
mod style;

use std::sync::Arc;

use super::inline::Line;
use super::model::{
    Drawing, DrawingContent, DrawingShape, Fill, Geometry, GroupChild, Inline, LetterPaint, LinkTo, Picture, PictureData, Placement,
    RunProps, TextArea, TextBox, TextDirection, TextFit, VerticalAlign, WordArt, WordArtAlign,
};
use super::read::{Reader, Scope};
use super::run_props::RunPatch;
use super::values::{css_length, integer, is_on, mix};
use super::xml::Node;
use crate::graphics::{Image, Rgb};
use crate::units::{Emu, HalfPoints, Twips};
use geometry::Form;
use kind::Kind;
use paint::{fraction, is_rule, stroke};
use style::{Style, lengths};

/// Groups in groups go no deeper, and no group has more children.
const DEEPEST: usize = 16;
const MOST_CHILDREN: usize = 5000;

impl Reader<'_> {
    /// Reads `w:pict` or `w:object`.
    pub(super) fn pict(&mut self, node: Node<'_>, props: &Arc<RunProps>, line: &mut Line<'_>) {
        for shape in node.children().filter(|child| is_shape(*child)) {
            let style = Style::of(shape);
            if style.is_hidden() {
                continue;
            }
            let drawing = self.vml_drawing(shape, style, props, line.scope);
            self.emit(line, Inline::Drawing(Box::new(drawing)));
        }
    }

    fn vml_drawing(&mut self, node: Node<'_>, style: Style<'_>, props: &Arc<RunProps>, scope: Scope<'_>) -> Drawing {
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
        let content = self.vml_content(node, style, size, scope, 0);
        let effect_extent = effects(&content, &placement);
        let text = |name: &str| node.attr(name).map(str::trim).filter(|text| !text.is_empty());
        Drawing {
            content,
            width: size.0,
            height: size.1,
            effect_extent,
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
    fn vml_content(&mut self, node: Node<'_>, style: Style<'_>, size: (Emu, Emu), scope: Scope<'_>, depth: usize) -> DrawingContent {
        if node.name() == "v:group" {
            return self.vml_group(node, style, scope, depth);
        }
        if let Some(data) = node.child("v:imagedata") {
            return self.vml_picture(node, data, style, size, scope);
        }
        let kind = Kind::of(node);
        // A rectangle or ellipse with text of its own shows that (LibreOffice and Spire agree).
        let boxed = node.name() != "v:shape" && node.child("v:textbox").is_some();
        let along = node.child("v:textpath").filter(|_| !boxed);
        if let Some((path, text)) = along.and_then(|path| Some((path, path.attr("string")?))) {
            return self.word_art(kind, (path, text), style, scope);
        }
        let Form { geometry, area } = self.vml_form(kind, size, scope);
        let open = matches!(geometry, Geometry::Line);
        let text = self.vml_text(node, area, scope).map(|text| TextBox { upright: depth == 0, ..text });
        let fill = if open { None } else { self.vml_fill(kind, scope.part) };
        let mut flip = style.flip();
        if node.name() == "v:line" {
            let (from, to) = (point(node.attr("from")), point(node.attr("to")));
            flip = (to.0.0 < from.0.0, to.1.0 < from.1.0);
        }
        DrawingContent::Shape(Arc::new(DrawingShape {
            geometry,
            fill,
            outline: stroke(kind).filter(|_| !is_rule(node)),
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
        let cut = |name: &str| data.attr(name).and_then(fraction).unwrap_or(0.0).clamp(-10.0, 0.999);
        let crop = [cut("cropleft"), cut("croptop"), cut("cropright"), cut("cropbottom")];
        let shown = match self.metafile(&target, size, crop) {
            Some(shapes) => PictureData::Shapes(Box::new(shapes)),
            None => match self.vml_bitmap(data, &target, scope) {
                Ok(image) => PictureData::Bitmap(image),
                Err(reason) => return DrawingContent::Unsupported(reason),
            },
        };
        // A picture has no line unless it says so: the types of pictures say that they have none.
        let outlined = node.attr("stroked").is_some_and(is_on);
        DrawingContent::Picture(Picture {
            data: shown,
            crop,
            rotation: style.rotation(),
            flip: style.flip(),
            opacity: 1.0,
            outline: if outlined { stroke(Kind::of(node)) } else { None },
            geometry: Geometry::Rectangle,
            shadow: paint::shadow(node),
        })
    }

    /// The pixels of `v:imagedata`, in the colours it asks for.
    fn vml_bitmap(&mut self, data: Node<'_>, target: &str, scope: Scope<'_>) -> Result<Arc<Image>, String> {
        let image = self.images.get(target, self.package).map_err(|reason| format!("the picture {target} ({reason})"))?;
        let changes = paint::changes(data);
        let image = if changes.is_empty() {
            image
        } else {
            self.images.recolored(target, &image, changes).unwrap_or_else(|| {
                self.warnings.unsupported("a recoloured picture (it keeps its own colours: it is too large, or damaged)", &scope.part.name);
                image
            })
        };
        Ok(self.images.toned(target, image, paint::tone(data)))
    }

    /// Text along a path (part 4, 19.1.2.23): stretched over the shape's box, as on the straight paths of watermarks; on bent ones too, and that is told.
    fn word_art(&mut self, kind: Kind<'_>, (path, text): (Node<'_>, &str), style: Style<'_>, scope: Scope<'_>) -> DrawingContent {
        if kind.bends_text() {
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
        let (fill, outline, shadow) = (self.vml_fill(kind, scope.part), stroke(kind), paint::shadow(kind.node));
        // Glyphs have no opacity of their own: what lies below a watermark is white paper.
        props.color = match &fill {
            Some(Fill::Solid(color, opacity)) => Some(mix(*color, Rgb(255, 255, 255), *opacity)),
            Some(Fill::Gradient(gradient)) => Some(gradient.mean().0),
            _ => outline.map(|outline| mix(outline.color, Rgb(255, 255, 255), outline.opacity)),
        };
        let lines: Vec<String> = text.lines().map(str::to_owned).take(50).collect();
        let plain = matches!(fill, Some(Fill::Solid(..))) && outline.is_none() && shadow.is_none();
        DrawingContent::WordArt(Box::new(WordArt {
            align: match own.get("v-text-align") {
                Some("left") => WordArtAlign::Left,
                Some("right") => WordArtAlign::Right,
                Some(name) if name.ends_with("justify") => WordArtAlign::Stretch,
                _ => WordArtAlign::Center,
            },
            paint: (!plain && self.affords_letters(&lines)).then(|| Box::new(LetterPaint { fill, outline, shadow })),
            lines,
            props: Arc::new(props),
            trimmed: path.attr("trim").is_some_and(is_on),
            rotation: style.rotation(),
            flip: style.flip(),
        }))
    }

    /// Whether so many letters may be drawn as shapes; else they are text in one colour.
    fn affords_letters(&mut self, lines: &[String]) -> bool {
        /// A letter's outline has as many steps as so many shapes.
        const LETTER: usize = 4;
        let letters = lines.iter().map(|line| line.chars().count()).sum::<usize>();
        let left = self.shapes_left.checked_sub(letters * LETTER);
        self.shapes_left = left.unwrap_or(self.shapes_left);
        left.is_some()
    }

    fn vml_group(&mut self, node: Node<'_>, style: Style<'_>, scope: Scope<'_>, depth: usize) -> DrawingContent {
        if depth >= DEEPEST {
            return DrawingContent::Unsupported("a group nested too deeply".to_owned());
        }
        let pair = |name: &str, default: i64| {
            let mut numbers =
                node.attr(name).unwrap_or_default().split(',').map(|text| integer(text).unwrap_or(0).clamp(-1_000_000_000, 1_000_000_000));
            let found = (numbers.next(), numbers.next());
            node.attr(name).map_or((Emu(default), Emu(default)), |_| (Emu(found.0.unwrap_or(0)), Emu(found.1.unwrap_or(0))))
        };
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
            let content = self.vml_content(child, style, extent, scope, depth + 1);
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
            // Text in VML does not turn with its shape (LibreOffice and Spire agree; in groups LibreOffice turns it; measured).
            upright: false,
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

/// A point of a line: lengths with units, a bare number being a pixel.
fn point(text: Option<&str>) -> (Emu, Emu) {
    pair_of(text, 0.75)
}

fn pair_of(text: Option<&str>, unit: f64) -> (Emu, Emu) {
    let mut parts = text.unwrap_or_default().split(',').map(|part| css_length(part, unit).unwrap_or_default());
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

/// What a shape takes beyond its frame. In the line VML says nothing of that, and Word takes half the outline (Spire does so, too; LibreOffice takes nothing; measured).
fn effects(content: &DrawingContent, placement: &Placement) -> Option<[Emu; 4]> {
    match (content, placement) {
        (DrawingContent::Shape(shape), Placement::Inline) => shape.outline.map(|outline| [Emu(outline.width.0 / 2); 4]),
        _ => None,
    }
}
