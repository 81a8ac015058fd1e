//! Pictures, shapes, text boxes and groups.

use std::sync::Arc;

use crate::document::model::{
    Block, Compound, Drawing, DrawingContent, DrawingShape, Fill, Geometry, GroupChild, Inline, LetterPaint, LinkTo, Outline, PathFill,
    Picture, PictureData, TextArea, TextBox, TextDirection, TextFit, VerticalAlign, WordArt, uncropped,
};
use crate::graphics::{Image, Rgb};
use crate::layout::arrow;
use crate::layout::context::{Context, DEEPEST};
use crate::layout::float::Bases;
use crate::layout::frame::{Item, Link, NodeId, Path, PathStep, PlacedImage, Role, Shape, Stroke};
use crate::layout::geometry::{Outlined, filled_steps, outlines, stroked_steps};
use crate::layout::ink::{Ink, Mark, MarkKind, Rect};
use crate::layout::label;
use crate::layout::length::emu;
use crate::layout::paint;
use crate::layout::part::{Part, Position};
use crate::layout::room;
use crate::layout::stack::{Column, Stacked, Story, pile, pile_part};
use crate::units::{Emu, Pt};

/// Draws an inline drawing standing on the baseline at `x`.
pub(super) fn inline<'a>(context: &mut Context<'a>, drawing: &'a Drawing, x: Pt, baseline: Pt, parent: Option<NodeId>) -> Ink {
    let outer = context.structure.enter(parent);
    let size = room::frame(drawing);
    let around = room::inline(drawing);
    let column = Rect::new(Pt::ZERO, Pt::ZERO, size.0, size.1);
    let bases = Bases::alone(column);
    let (mut ink, _) = draw(context, drawing, size, &bases);
    context.structure.leave(outer);
    ink.translate(x + around[0], baseline - size.1 - around[3]);
    ink
}

/// Draws a drawing at the origin; returns its final size, as a text box may grow.
pub(super) fn draw<'a>(context: &mut Context<'a>, drawing: &'a Drawing, size: (Pt, Pt), bases: &Bases) -> (Ink, (Pt, Pt)) {
    if context.depth >= DEEPEST {
        return (Ink::default(), size);
    }
    context.depth += 1;
    let link = drawing.link.as_ref().map(|link| (link, context.structure.add(Role::Link)));
    let outer = link.as_ref().map(|(_, tag)| context.structure.enter(*tag));
    let (mut ink, size) = content(context, &drawing.content, size, (drawing.alt.as_deref(), drawing.decorative), bases);
    if let Some(outer) = outer {
        context.structure.leave(outer);
    }
    context.depth -= 1;
    if let Some((link, tag)) = link {
        let (LinkTo::Uri(address) | LinkTo::Bookmark(address)) = link;
        let contents = drawing.alt.as_deref().unwrap_or(address);
        if let Some(target) = context.link_target(link, contents) {
            ink.links.push(Link { rect: [Pt::ZERO, Pt::ZERO, size.0, size.1], target, tag, contents: contents.to_owned() });
        }
    }
    (ink, size)
}

type Description<'d> = (Option<&'d str>, bool);

fn content<'a>(
    context: &mut Context<'a>,
    content: &'a DrawingContent,
    size: (Pt, Pt),
    description: Description<'_>,
    bases: &Bases,
) -> (Ink, (Pt, Pt)) {
    match content {
        DrawingContent::Picture(picture) => (draw_picture(context, picture, size, description, bases), size),
        DrawingContent::Shape(shape) => draw_shape(context, shape, size, description, bases),
        DrawingContent::Group { child_origin, child_extent, children, rotation } => {
            let mut ink = Ink::default();
            // A described group is one figure, whatever it consists of: a chart's bars and words say nothing one by one.
            let described = description.0.filter(|_| !description.1 && context.structure.is_open());
            let figure = described.and_then(|alt| context.structure.figure(Some(alt)));
            let outer = figure.map(|_| context.structure.enter_artifact());
            if context.depth < DEEPEST {
                context.depth += 1;
                for child in children {
                    ink.append(draw_child(context, child, (*child_origin, *child_extent), size, (None, description.1), bases));
                }
                context.depth -= 1;
            }
            if let Some(outer) = outer {
                context.structure.leave(outer);
            }
            if let Some(figure) = figure {
                ink = ink.given_to(figure);
            }
            (turned(ink, *rotation, (false, false), size), size)
        }
        DrawingContent::Label(text) => (label::draw(context, text), size),
        DrawingContent::WordArt(art) => (draw_word_art(context, art, size, description), size),
        DrawingContent::Unsupported(what) => {
            let mark = Mark { y: Pt::ZERO, kind: MarkKind::NotDrawn(what.clone()) };
            (Ink { marks: vec![mark], ..Ink::default() }, size)
        }
    }
}

fn draw_child<'a>(
    context: &mut Context<'a>,
    child: &'a GroupChild,
    (origin, extent): ((Emu, Emu), (Emu, Emu)),
    size: (Pt, Pt),
    description: Description<'_>,
    bases: &Bases,
) -> Ink {
    let scale = |whole: Pt, part: Emu| if part.0 > 0 { whole.0 as f64 / part.0 as f64 } else { 0.0 };
    let (scale_x, scale_y) = (scale(size.0, extent.0), scale(size.1, extent.1));
    let scaled = |length: i64, factor: f64| super::length::bounded(Pt((length as f64 * factor) as f32));
    let child_size = (scaled(child.extent.0.0, scale_x).max(Pt::ZERO), scaled(child.extent.1.0, scale_y).max(Pt::ZERO));
    let (mut ink, _) = content(context, &child.content, child_size, description, bases);
    let x = scaled(child.offset.0.0.saturating_sub(origin.0.0), scale_x);
    let y = scaled(child.offset.1.0.saturating_sub(origin.1.0), scale_y);
    ink.translate(x, y);
    ink
}

/// Its letters are a figure, described by what they say.
fn draw_word_art(context: &mut Context<'_>, art: &WordArt, size: (Pt, Pt), (alt, decorative): Description<'_>) -> Ink {
    let said = art.lines.join(" ");
    let tag = if decorative { None } else { context.structure.figure(alt.or(Some(said.as_str()))) };
    let label::Stretched { ink, outlines } = label::stretched(context, art, size, tag);
    let ink = match &art.paint {
        Some(paint) if !outlines.is_empty() => painted_letters(paint, ink, &outlines, art.rotation, size),
        _ => ink,
    };
    let mirrored = turned(ink, 0.0, art.flip, size);
    turned(mirrored, art.rotation, (false, false), size)
}

/// Letters that are painted as a shape is: their outlines are drawn about the text, which stays text for those who search and listen.
fn painted_letters(letters: &LetterPaint, text: Ink, outlines: &[PathStep], rotation: f32, size: (Pt, Pt)) -> Ink {
    let mut ink = Ink::default();
    let edge = letters.outline.map(stroke);
    if let Some(shadow) = &letters.shadow {
        let shade = match &letters.fill {
            Some(_) => Path { fill: Some(shadow.color), ..path(outlines.to_vec()) },
            None => Path { stroke: edge.clone().map(|edge| Stroke { color: shadow.color, ..edge }), ..path(outlines.to_vec()) },
        };
        paint::shadow(shadow, &shade, rotation, size, &mut ink);
    }
    let drawn = |path: Path| Item { tag: None, shape: Shape::Path(path) };
    // What one sees through must not show the text below.
    let unseen = |mut text: Ink| {
        text.items.iter_mut().for_each(hide);
        text
    };
    match &letters.fill {
        Some(Fill::Solid(color, opacity)) if *opacity < 1.0 => {
            ink.append(unseen(text));
            ink.items.push(drawn(Path { fill: Some(*color), opacity: finite(*opacity).clamp(0.0, 1.0), ..path(outlines.to_vec()) }));
        }
        Some(Fill::Gradient(gradient)) => {
            ink.append(unseen(text));
            ink.items.push(clipped(paint::gradient(gradient, size).into_iter().map(drawn).collect(), outlines.to_vec()));
        }
        Some(_) => ink.append(text),
        None => ink.append(unseen(text)),
    }
    if let Some(edge) = edge {
        let opacity = letters.outline.map_or(1.0, |outline| outline.opacity);
        ink.items.push(drawn(Path { stroke: Some(edge), opacity, ..path(outlines.to_vec()) }));
    }
    ink
}

/// Text that is there without showing.
fn hide(item: &mut Item) {
    match &mut item.shape {
        Shape::Glyphs(run) => run.unseen = true,
        Shape::Group { items, .. } => items.iter_mut().for_each(hide),
        Shape::Path(_) | Shape::Image(_) => {}
    }
}

fn draw_picture<'a>(
    context: &mut Context<'a>,
    picture: &'a Picture,
    (width, height): (Pt, Pt),
    description: Description<'_>,
    bases: &Bases,
) -> Ink {
    let size = (width, height);
    let parts = outlines(&picture.geometry, (width, height));
    let steps = filled_steps(&parts);
    let cut = picture.geometry != Geometry::Rectangle && !steps.is_empty();
    if !cut && picture.outline.is_none() && picture.shadow.is_none() {
        return draw_data(context, picture, size, (picture.rotation, picture.flip), description, bases);
    }
    // What it is cut to, its outline and its shadow turn along with it.
    let data = draw_data(context, picture, size, (0.0, (false, false)), description, bases);
    let tag = data.items.iter().find_map(|item| item.tag);
    let mut ink = Ink::default();
    if let Some(shadow) = &picture.shadow {
        let shade = Path { fill: Some(shadow.color), ..path(steps.clone()) };
        paint::shadow(shadow, &shade, picture.rotation, (width, height), &mut ink);
    }
    ink.append(if cut { data.into_group(IN_PLACE, Some(steps)) } else { data });
    if let Some(outline) = picture.outline {
        let stroked = parts.into_iter().filter(|part| part.stroked);
        let edges = stroked.map(|part| Path { stroke: Some(stroke(outline)), opacity: outline.opacity, ..path(part.steps) });
        ink.items.extend(edges.map(|path| Item { tag, shape: Shape::Path(path) }));
    }
    turned(turned(ink, 0.0, picture.flip, size), picture.rotation, (false, false), size)
}

/// A picture's pixels or shapes without what stands around them.
fn draw_data<'a>(
    context: &mut Context<'a>,
    picture: &'a Picture,
    (width, height): (Pt, Pt),
    (rotation, flip): (f32, (bool, bool)),
    description: Description<'_>,
    bases: &Bases,
) -> Ink {
    let crop = picture.crop.map(|share| if share.is_finite() { share.clamp(-10.0, 0.999) } else { 0.0 });
    match &picture.data {
        PictureData::Bitmap(image) => {
            // A figure without a description says nothing: such a picture is decoration.
            let tag = description.0.filter(|_| !description.1).and_then(|alt| context.structure.figure(Some(alt)));
            let opacity = finite(picture.opacity).clamp(0.0, 1.0);
            let image = context.image(image);
            let placed = PlacedImage { image, x: Pt::ZERO, y: Pt::ZERO, width, height, crop, rotation: finite(rotation), flip, opacity };
            Ink { items: vec![Item { tag, shape: Shape::Image(placed) }], ..Ink::default() }
        }
        PictureData::Shapes(shapes) => {
            let [left, top, right, bottom] = crop;
            let whole = (Pt(uncropped(width.0, left + right)), Pt(uncropped(height.0, top + bottom)));
            let (mut ink, _) = content(context, shapes, whole, description, bases);
            if crop != [0.0; 4] {
                ink.translate(-whole.0 * left, -whole.1 * top);
                ink = ink.into_group(IN_PLACE, Some(Rect::new(Pt::ZERO, Pt::ZERO, width, height).steps()));
            }
            turned(turned(ink, 0.0, flip, (width, height)), rotation, (false, false), (width, height))
        }
    }
}

/// Neither moved nor turned.
pub(super) const IN_PLACE: [f32; 6] = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// A path that is not painted yet.
fn path(steps: Vec<PathStep>) -> Path {
    Path { steps, fill: None, opacity: 1.0, stroke: None, even_odd: false }
}

/// Only what lies within a path shows.
fn clipped(items: Vec<Item>, clip: Vec<PathStep>) -> Item {
    Item { tag: None, shape: Shape::Group { transform: IN_PLACE, clip: Some(clip), items } }
}

fn finite(number: f32) -> f32 {
    if number.is_finite() { number } else { 0.0 }
}

fn draw_shape<'a>(
    context: &mut Context<'a>,
    shape: &'a DrawingShape,
    size: (Pt, Pt),
    (alt, decorative): Description<'_>,
    bases: &Bases,
) -> (Ink, (Pt, Pt)) {
    let mut size = size;
    let text = shape.text.as_ref().map(|text| {
        let outer_background = context.background;
        match &shape.fill {
            Some(Fill::Solid(color, _)) => context.background = Some(*color),
            Some(Fill::Gradient(gradient)) => context.background = Some(gradient.mean().0),
            _ => {}
        }
        let upright = text.upright && finite(shape.rotation) % 360.0 != 0.0;
        let area = if upright { upright_area(size, shape.rotation) } else { size };
        let (mut ink, grown) = draw_text(context, text, (area, shape.flip, room::outline_reach(shape)), bases);
        context.background = outer_background;
        if upright {
            ink.translate((size.0 - area.0) / 2.0, (size.1 - area.1) / 2.0);
        } else {
            size = grown;
        }
        (ink, upright)
    });
    let tag = if alt.is_some() && !decorative && text.is_none() { context.structure.figure(alt) } else { None };
    let mut ink = Ink::default();
    let shows = shape.fill.is_some() || shape.outline.is_some();
    let parts = if shows { outlines(&shape.geometry, size) } else { Vec::new() };
    let filled = shape.fill.is_some() && parts.iter().any(|part| part.fill != PathFill::None);
    if let Some(shadow) = shape.shadow.filter(|_| filled || shape.outline.is_some()) {
        let steps = if filled { filled_steps(&parts) } else { stroked_steps(&parts) };
        let painted = if filled { Path { fill: Some(shadow.color), ..path(steps) } } else { path(steps) };
        let edge = shape.outline.map(|outline| Stroke { color: shadow.color, ..stroke(outline) });
        paint::shadow(&shadow, &Path { stroke: edge.filter(|_| !filled), ..painted }, shape.rotation, size, &mut ink);
    }
    let mean = match &shape.fill {
        Some(Fill::Gradient(gradient)) if parts.len() > MOST_GRADED || !context.may_grade(parts.len()) => Some(gradient.mean()),
        _ => None,
    };
    let mean = mean.map(|(color, opacity)| Fill::Solid(color, opacity));
    let fill = mean.as_ref().or(shape.fill.as_ref());
    for mut part in parts {
        if let Some(fill) = fill.filter(|_| part.fill != PathFill::None) {
            let stroked = shape.outline.is_some() && part.stroked;
            let steps = if stroked { part.steps.clone() } else { std::mem::take(&mut part.steps) };
            fill_part(context, fill, (steps, part.fill), size, tag, &mut ink);
        }
        if let Some(outline) = shape.outline.filter(|_| part.stroked) {
            let gaps = gaps(context, &outline, shape.fill.as_ref(), &part);
            let mut steps = part.steps;
            let heads = arrow::heads(&mut steps, &outline);
            let path = Path { stroke: Some(stroke(outline)), opacity: outline.opacity, ..path(steps) };
            ink.items.extend(std::iter::once(path).chain(heads).map(|path| Item { tag, shape: Shape::Path(path) }));
            ink.items.extend(gaps);
        }
    }
    let mut ink = turned(ink, 0.0, shape.flip, size);
    let upright = text.as_ref().is_some_and(|(_, upright)| *upright);
    let text = text.map(|(text, _)| text).unwrap_or_default();
    if upright {
        ink = turned(ink, shape.rotation, (false, false), size);
        ink.append(text);
    } else {
        ink.append(text);
        ink = turned(ink, shape.rotation, (false, false), size);
    }
    (ink, size)
}

/// The size of the upright rectangle that stands for a turned shape: nearer to lying on its side than not, it is as high as that is wide.
fn upright_area((width, height): (Pt, Pt), rotation: f32) -> (Pt, Pt) {
    let lying = (45.0..135.0).contains(&(finite(rotation).rem_euclid(180.0)));
    if lying { (height, width) } else { (width, height) }
}

/// A gradient is drawn anew in each of a shape's paths: of more than this they are filled with its mean colour.
const MOST_GRADED: usize = 64;

/// What parts the lines of a compound outline, drawn over it in the colours of paper and fill: bands about the path, those within the shape by themselves (Word and Spire; LibreOffice 7.4 draws one line).
fn gaps(context: &Context<'_>, outline: &Outline, fill: Option<&Fill>, part: &Outlined) -> Vec<Item> {
    /// Widths of strokes in shares of the outline's, from wide to narrow; whether each is a line.
    type Bands = &'static [(f32, bool)];
    const DOUBLE: Bands = &[(1.0 / 3.0, false)];
    const TRIPLE: Bands = &[(2.0 / 3.0, false), (1.0 / 3.0, true)];
    const THICK_AND_THIN: Bands = &[(0.6, false), (0.2, true)];
    const WHOLE: Bands = &[(1.0, true)];
    let (outside, inside): (Bands, Bands) = match outline.compound {
        Compound::Single => return Vec::new(),
        Compound::Double => (DOUBLE, DOUBLE),
        Compound::Triple => (TRIPLE, TRIPLE),
        Compound::ThickThin => (&[], THICK_AND_THIN),
        Compound::ThinThick => (THICK_AND_THIN, WHOLE),
    };
    if outline.arrows != (None, None) {
        return Vec::new();
    }
    let paper = context.background.unwrap_or(Rgb(255, 255, 255));
    let within = match fill.filter(|_| part.fill != PathFill::None) {
        Some(Fill::Solid(color, opacity)) if *opacity >= 1.0 => paint::shaded(*color, part.fill),
        Some(Fill::Gradient(gradient)) => paint::shaded(gradient.mean().0, part.fill),
        _ => paper,
    };
    let bands = |bands: Bands, gap: Rgb| -> Vec<Item> {
        let band = |(share, line): &(f32, bool)| {
            let width = emu(outline.width).max(Pt(0.1)) * *share;
            let color = if *line { outline.color } else { gap };
            let stroke = Stroke { color, width, dash: Vec::new(), round: false };
            Item { tag: None, shape: Shape::Path(Path { stroke: Some(stroke), ..path(part.steps.clone()) }) }
        };
        bands.iter().map(band).collect()
    };
    let mut items = bands(outside, paper);
    if matches!(part.steps.last(), Some(PathStep::Close)) {
        items.push(clipped(bands(inside, within), part.steps.clone()));
    }
    items
}

/// Fills one of a shape's paths.
fn fill_part(
    context: &mut Context<'_>,
    fill: &Fill,
    (steps, shade): (Vec<PathStep>, PathFill),
    size: (Pt, Pt),
    tag: Option<NodeId>,
    ink: &mut Ink,
) {
    match fill {
        Fill::Solid(color, opacity) => {
            let opacity = finite(*opacity).clamp(0.0, 1.0);
            let path = Path { fill: Some(paint::shaded(*color, shade)), opacity, ..path(steps) };
            ink.items.push(Item { tag, shape: Shape::Path(path) });
        }
        Fill::Gradient(gradient) => {
            let strips = paint::gradient(gradient, size).into_iter();
            let shades = strips.map(|strip| Path { fill: strip.fill.map(|color| paint::shaded(color, shade)), ..strip });
            let items = shades.map(|path| Item { tag, shape: Shape::Path(path) });
            ink.items.push(clipped(items.collect(), steps));
        }
        Fill::Tiles(image, (across, down)) => fill_tiles(context, image, (emu(*across), emu(*down)), size, steps, ink),
        Fill::Picture(image) => {
            fill_picture(context, image, size, steps.clone(), tag, ink);
            if let Some((color, opacity)) = paint::veil(shade) {
                let veil = Path { fill: Some(color), opacity, ..path(steps) };
                ink.items.push(Item { tag, shape: Shape::Path(veil) });
            }
        }
    }
}

/// Covers one of a shape's paths with tiles; where there were too many they are larger.
fn fill_tiles(
    context: &mut Context<'_>,
    image: &Arc<Image>,
    (across, down): (Pt, Pt),
    (width, height): (Pt, Pt),
    clip: Vec<PathStep>,
    ink: &mut Ink,
) {
    /// No fill has more tiles.
    const MOST_TILES: f32 = 2000.0;
    let (across, down) = (across.max(Pt(0.1)), down.max(Pt(0.1)));
    let counts = |larger: f32| ((width / (across * larger)).ceil().max(1.0), (height / (down * larger)).ceil().max(1.0));
    let mut larger = 1.0;
    while counts(larger).0 * counts(larger).1 > MOST_TILES && larger < 1e6 {
        larger *= 2.0;
    }
    let (across, down) = (across * larger, down * larger);
    let (columns, rows) = counts(larger);
    if (columns * rows).is_nan() || columns * rows > MOST_TILES {
        return;
    }
    let picture = context.image(image);
    let tile = |column: usize, row: usize| PlacedImage {
        image: picture,
        x: across * column as f32,
        y: down * row as f32,
        width: across,
        height: down,
        crop: [0.0; 4],
        rotation: 0.0,
        flip: (false, false),
        opacity: 1.0,
    };
    let places = (0..rows as usize).flat_map(|row| (0..columns as usize).map(move |column| (column, row)));
    let items = places.map(|(column, row)| Item { tag: None, shape: Shape::Image(tile(column, row)) });
    ink.items.push(clipped(items.collect(), clip));
}

fn fill_picture(
    context: &mut Context<'_>,
    image: &Arc<Image>,
    (width, height): (Pt, Pt),
    clip: Vec<PathStep>,
    tag: Option<NodeId>,
    ink: &mut Ink,
) {
    let placed = PlacedImage {
        image: context.image(image),
        x: Pt::ZERO,
        y: Pt::ZERO,
        width,
        height,
        crop: [0.0; 4],
        rotation: 0.0,
        flip: (false, false),
        opacity: 1.0,
    };
    ink.items.push(clipped(vec![Item { tag, shape: Shape::Image(placed) }], clip));
}

/// The text of a box, at its place in it; the box grows with it when it fits itself to the text.
fn draw_text<'a>(
    context: &mut Context<'a>,
    text: &'a TextBox,
    (size, flip, rim): ((Pt, Pt), (bool, bool), Pt),
    bases: &Bases,
) -> (Ink, (Pt, Pt)) {
    let sideways = text.direction != TextDirection::Horizontal;
    let (across, along) = if sideways { (size.1, size.0) } else { size };
    let place = TextPlace::new(text, (across, along), rim, (!sideways).then_some(flip));
    let elements = context.structure.checkpoint();
    let part = chained(context, text, &place, bases);
    let in_chain = part.is_some();
    let mut laid = part.unwrap_or_else(|| pile_text(context, text, &place, 1.0, bases));
    let mut along = along;
    let mut scale = 1.0;
    match text.fit {
        // It shrinks to its text, too. Lines are as long as the shape allows before it grows, and stand in the rectangle it has then (LibreOffice and Spire agree; measured).
        TextFit::Grow => along = place.grown(laid.height),
        // In a text that is itself made smaller boxes keep their size: each level would be laid out nine times.
        // Nor does the text of several boxes: what is shown in this one is only a part of it.
        TextFit::Shrink if laid.height > place.height + SLACK && !context.shrinking && !in_chain => {
            context.structure.restore(&elements);
            (laid, scale) = shrunk(context, text, &place, bases);
        }
        TextFit::Shrink | TextFit::Cut => {}
    }
    let place = place.in_box_of(along);
    let free = (place.height - laid.height * scale).max(Pt::ZERO);
    let shift = match text.vertical_align {
        VerticalAlign::Top | VerticalAlign::Justified => Pt::ZERO,
        VerticalAlign::Center => free / 2.0,
        VerticalAlign::Bottom => free,
    };
    let (left, top) = (place.left, place.top + shift);
    let overflows = top + laid.height * scale > along + SLACK;
    let mut told = None;
    if overflows {
        // What begins below the box does not show at all.
        let before = laid.pieces.len();
        laid.pieces.retain(|piece| top + piece.top * scale < along);
        let cut = laid.pieces.last().is_some_and(|piece| top + piece.end() * scale > along + Pt(2.0));
        if cut || laid.pieces.len() < before {
            told = Some("text that does not fit its box is cut off at the box's edge; make the box larger or let it grow with its text");
        }
    }
    let mut ink = laid.into_ink();
    if scale < 1.0 {
        ink = ink.into_group([scale, 0.0, 0.0, scale, 0.0, 0.0], None);
    }
    ink.translate(left, top);
    if overflows {
        let clip = Rect::new(Pt::ZERO, Pt::ZERO, across, along).steps();
        ink = ink.into_group(IN_PLACE, Some(clip));
    }
    ink.marks.extend(told.map(|words| Mark { y: Pt::ZERO, kind: MarkKind::Told(words) }));
    match text.direction {
        TextDirection::Horizontal => (ink, (size.0, along)),
        // Turned about the box: clockwise the text's top is at the right, anticlockwise at the left.
        TextDirection::Down => (ink.into_group([0.0, 1.0, -1.0, 0.0, along.0, 0.0], None), (along, size.1)),
        TextDirection::Up => (ink.into_group([0.0, -1.0, 1.0, 0.0, 0.0, across.0], None), (along, size.1)),
    }
}

/// Slack against rounding where text just fits.
const SLACK: Pt = Pt(0.05);
/// Text is made no smaller than this, and so often it is tried how small (Word stops at a quarter too).
const SMALLEST: f32 = 0.25;
const TRIES: usize = 7;

/// Where text stands in its box.
struct TextPlace<'t> {
    left: Pt,
    top: Pt,
    width: Pt,
    height: Pt,
    /// Insets: left, top, right, bottom.
    insets: [Pt; 4],
    /// Half the shape's outline: text has the rectangle of the shape within it (Spire; LibreOffice counts all of a VML box's outline and nothing of others; measured).
    rim: Pt,
    /// The box's width and height, and its shape's rectangle for text, which is mirrored with the shape; turned text has none.
    size: (Pt, Pt),
    area: Option<(&'t TextArea, (bool, bool))>,
}

impl<'t> TextPlace<'t> {
    fn new(text: &'t TextBox, size: (Pt, Pt), rim: Pt, flip: Option<(bool, bool)>) -> Self {
        let area = flip.map(|flip| (&text.area, flip));
        let place =
            Self { left: Pt::ZERO, top: Pt::ZERO, width: Pt::ZERO, height: Pt::ZERO, insets: text.insets.map(emu), rim, size, area };
        place.in_box_of(size.1)
    }

    fn shares(&self, along: Pt) -> [f32; 4] {
        let Some((area, (mirrored, upside_down))) = self.area else { return [0.0, 0.0, 1.0, 1.0] };
        let [left, top, right, bottom] = area.shares(self.size.0.0, along.0);
        let (left, right) = if mirrored { (1.0 - right, 1.0 - left) } else { (left, right) };
        let (top, bottom) = if upside_down { (1.0 - bottom, 1.0 - top) } else { (top, bottom) };
        [left, top, right, bottom]
    }

    /// The same in a box of this height.
    fn in_box_of(self, along: Pt) -> Self {
        let [start, above, end, below] = self.shares(along);
        let [left, top, right, bottom] = self.insets;
        let across = self.size.0;
        let (inner_across, inner_along) = (across - self.rim * 2.0, along - self.rim * 2.0);
        let top = self.rim + inner_along * above + top;
        Self {
            left: self.rim + inner_across * start + left,
            top,
            width: (inner_across * (end - start) - left - right).max(Pt(1.0)),
            height: (self.rim + inner_along * below - bottom - top).max(Pt::ZERO),
            size: (across, along),
            ..self
        }
    }

    /// The height of a box that has room for so much text beside what its shape keeps of the size it is saved with (Spire; LibreOffice grows on until the final shape has room for all but the last paragraph's space after).
    fn grown(&self, text: Pt) -> Pt {
        let [_, above, _, below] = self.shares(self.size.1);
        let kept = (self.size.1 - self.rim * 2.0) * (above + 1.0 - below).max(0.0);
        super::length::bounded(text + self.insets[1] + self.insets[3] + kept + self.rim * 2.0)
    }
}

fn pile_text<'a>(context: &mut Context<'a>, text: &'a TextBox, place: &TextPlace<'_>, scale: f32, bases: &Bases) -> Stacked {
    let (width, height) = (place.width / scale, place.height / scale);
    pile(context, &text.blocks, column_of((width, height), bases))
}

fn column_of((width, height): (Pt, Pt), bases: &Bases) -> Column {
    let inner = Rect::new(Pt::ZERO, Pt::ZERO, width, height);
    Column {
        width,
        bases: Bases { column: inner, in_cell: true, running: false, cell_margins: [Pt::ZERO; 4], ..*bases },
        holds_floats: false,
        story: Story::Text,
    }
}

/// Text that is measured for linked boxes at most, in bytes: some ten thousand words in each of a hundred boxes.
const MOST_CHAINED: usize = 6_000_000;

fn text_length(block: &Block) -> usize {
    let Block::Paragraph(paragraph) = block else { return 0 };
    paragraph.content.iter().map(|inline| if let Inline::Text { text, .. } = inline { text.len() } else { 1 }).sum()
}

/// The part of a text that stands in this of its boxes; `None` for a box by itself.
///
/// The boxes are filled in the order they are drawn in, which is the document's.
fn chained<'a>(context: &mut Context<'a>, text: &'a TextBox, place: &TextPlace<'_>, bases: &Bases) -> Option<Stacked> {
    let from = text.chain.name.as_deref().and_then(|name| context.chains.get_mut(name)).map(|(part, shown)| {
        *shown = true;
        *part
    });
    if from.is_none() && text.chain.next.is_none() {
        return None;
    }
    let part = from.unwrap_or(Part { blocks: &text.blocks, block: 0, from: Position::default() });
    if part.from != Position::default() {
        // The rest of a paragraph is measured whole for each box.
        context.chained += part.blocks.get(part.block).map_or(0, text_length);
        if context.chained > MOST_CHAINED {
            context.unsupported("text that goes on in so many boxes");
            return Some(Stacked::default());
        }
    }
    let column = column_of((place.width, place.height), bases);
    let end = text.chain.next.is_some().then_some(place.height + SLACK);
    let (laid, rest) = pile_part(context, part, column, end);
    if let Some(next) = text.chain.next.as_deref() {
        match rest {
            Some(rest) => context.chains.insert(next, (rest, false)),
            None => context.chains.remove(next),
        };
    }
    Some(laid)
}

/// The text as large as it fits: laid out in a column as much wider as it is then drawn smaller.
fn shrunk<'a>(context: &mut Context<'a>, text: &'a TextBox, place: &TextPlace<'_>, bases: &Bases) -> (Stacked, f32) {
    context.shrinking = true;
    let (mut low, mut high) = (SMALLEST, 1.0);
    for _ in 0..TRIES {
        let middle = f32::midpoint(low, high);
        let elements = context.structure.checkpoint();
        let height = pile_text(context, text, place, middle, bases).height;
        context.structure.restore(&elements);
        if height * middle > place.height + SLACK { high = middle } else { low = middle }
    }
    let laid = pile_text(context, text, place, low, bases);
    context.shrinking = false;
    (laid, low)
}

/// Turns and mirrors about the centre.
fn turned(ink: Ink, rotation: f32, (flip_x, flip_y): (bool, bool), (width, height): (Pt, Pt)) -> Ink {
    let rotation = finite(rotation) % 360.0;
    if rotation == 0.0 && !flip_x && !flip_y || ink.items.is_empty() && ink.behind.is_empty() && ink.front.is_empty() {
        return ink;
    }
    let (sin, cos) = rotation.to_radians().sin_cos();
    let (mirror_x, mirror_y) = (if flip_x { -1.0 } else { 1.0 }, if flip_y { -1.0 } else { 1.0 });
    let (a, b, c, d) = (cos * mirror_x, sin * mirror_x, -sin * mirror_y, cos * mirror_y);
    let (x, y) = (width.0 / 2.0, height.0 / 2.0);
    ink.into_group([a, b, c, d, x - a * x - c * y, y - b * x - d * y], None)
}

fn stroke(outline: Outline) -> Stroke {
    let width = emu(outline.width).max(Pt(0.1));
    let dash = outline.dashes.lengths().iter().map(|length| (length * width.0).min(20_000.0)).collect();
    Stroke { color: outline.color, width, dash, round: outline.dashes.round }
}
