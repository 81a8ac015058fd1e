//! What EMF and WMF share: a state, objects by number, and drawing in logical units.

use std::f32::consts::{FRAC_PI_2, PI, TAU};
use std::sync::Arc;

use image::RgbaImage;

use super::bitmap::{self, Piece, Raster};
use crate::document::canvas::{Canvas, line};
use crate::document::model::{LabelBase, Outline, RunProps, UnderlineStyle};
use crate::graphics::Rgb;
use crate::units::HalfPoints;

/// A metafile keeps no more objects and no deeper states.
const MOST_OBJECTS: usize = 10_000;
const DEEPEST: usize = 64;
/// A path has no more points.
const MOST_POINTS: usize = 100_000;

/// A pen: `None` draws nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen {
    pub(super) color: Option<Rgb>,
    /// In logical units.
    pub(super) width: f32,
}

#[derive(Debug, Clone)]
pub(super) struct Font {
    pub(super) family: String,
    /// In logical units.
    pub(super) height: f32,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) underline: bool,
    pub(super) strike: bool,
    /// The character set of texts in bytes (MS-WMF 2.1.1.5).
    pub(super) charset: u8,
    /// Degrees, counter-clockwise.
    pub(super) turned: f32,
}

/// What of an ellipse is drawn between two rays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sector {
    /// The curve.
    Arc,
    /// The curve, and a line to it from where the pen is.
    ArcTo,
    /// What a straight line cuts off.
    Chord,
    /// A piece of a cake.
    Pie,
}

#[derive(Debug, Clone)]
pub(super) enum Object {
    Pen(Pen),
    Brush(Option<Rgb>),
    Font(Font),
    Other,
}

#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) pen: Pen,
    pub(super) brush: Option<Rgb>,
    pub(super) font: Font,
    pub(super) text_color: Rgb,
    /// What fills behind texts that ask for it.
    pub(super) background: Rgb,
    /// Arcs run with the clock.
    pub(super) clockwise: bool,
    /// Flags of `SetTextAlign`.
    pub(super) text_align: u32,
    pub(super) window_origin: (f32, f32),
    pub(super) window_extent: (f32, f32),
    pub(super) viewport_origin: (f32, f32),
    pub(super) viewport_extent: (f32, f32),
    /// Windows are scaled to their viewports; else units are the device's.
    pub(super) scaled: bool,
    /// World to page: `x' = a·x + c·y + e`, `y' = b·x + d·y + f`.
    pub(super) world: [f32; 6],
    pub(super) at: (f32, f32),
}

impl Default for State {
    fn default() -> Self {
        Self {
            pen: Pen { color: Some(Rgb(0, 0, 0)), width: 0.0 },
            brush: Some(Rgb(255, 255, 255)),
            font: Font {
                family: "Arial".to_owned(),
                height: 12.0,
                bold: false,
                italic: false,
                underline: false,
                strike: false,
                charset: 0,
                turned: 0.0,
            },
            text_color: Rgb(0, 0, 0),
            background: Rgb(255, 255, 255),
            clockwise: false,
            text_align: 0,
            window_origin: (0.0, 0.0),
            window_extent: (1.0, 1.0),
            viewport_origin: (0.0, 0.0),
            viewport_extent: (1.0, 1.0),
            scaled: false,
            world: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            at: (0.0, 0.0),
        }
    }
}

/// A step of the path in work, in points of the canvas.
#[derive(Debug, Clone, Copy)]
enum Step {
    Move((f32, f32)),
    Line((f32, f32)),
    Curve((f32, f32), (f32, f32), (f32, f32)),
    Close,
}

/// A bitmap with its corners in points of the canvas.
type Placed = (RgbaImage, (f32, f32), (f32, f32));

/// Plays records on a canvas.
pub(super) struct Player {
    pub(super) canvas: Canvas,
    pub(super) state: State,
    saved: Vec<State>,
    objects: Vec<Option<Object>>,
    /// From device units to points: scale and the device coordinate of the left top corner.
    scale: (f32, f32),
    corner: (f32, f32),
    path: Vec<Step>,
    in_path: bool,
    /// The mask of an icon that may come next, and where it lies; else a drawing on white.
    mask: Option<Placed>,
    /// A bitmap that turned around what is below it; an icon, if its mask comes next.
    inverted: Option<Placed>,
    /// A record that draws was left out.
    pub(super) left_out: bool,
}

impl Player {
    /// `bounds` are the device units that the picture shows: left, top, width, height.
    pub(super) fn new(canvas: Canvas, [left, top, width, height]: [f32; 4]) -> Self {
        let side = |length: f32| if length.is_finite() && length.abs() > 1e-6 { length } else { 1.0 };
        let scale = (canvas.width / side(width), canvas.height / side(height));
        Self {
            canvas,
            state: State::default(),
            saved: Vec::new(),
            objects: Vec::new(),
            scale,
            corner: (left, top),
            path: Vec::new(),
            in_path: false,
            mask: None,
            inverted: None,
            left_out: false,
        }
    }

    /// Logical units to points of the canvas.
    pub(super) fn place(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.state.world;
        let (x, y) = (a * x + c * y + e, b * x + d * y + f);
        let state = &self.state;
        let ratio = |window: f32, viewport: f32| if state.scaled && window.abs() > 1e-9 { viewport / window } else { 1.0 };
        let device = (
            (x - state.window_origin.0) * ratio(state.window_extent.0, state.viewport_extent.0) + state.viewport_origin.0,
            (y - state.window_origin.1) * ratio(state.window_extent.1, state.viewport_extent.1) + state.viewport_origin.1,
        );
        ((device.0 - self.corner.0) * self.scale.0, (device.1 - self.corner.1) * self.scale.1)
    }

    /// A length in logical units as points, along the height.
    pub(super) fn length(&self, length: f32) -> f32 {
        let (a, b) = (self.place((0.0, 0.0)), self.place((0.0, length)));
        (a.0 - b.0).hypot(a.1 - b.1)
    }

    fn stroke(&self) -> Option<Outline> {
        let pen = self.state.pen;
        pen.color.map(|color| line(color, self.length(pen.width).clamp(0.25, 100.0)))
    }

    fn fill(&self) -> Option<(Rgb, f32)> {
        self.state.brush.map(|color| (color, 1.0))
    }

    pub(super) fn save(&mut self) {
        if self.saved.len() < DEEPEST {
            self.saved.push(self.state.clone());
        }
    }

    pub(super) fn restore(&mut self, levels: i32) {
        for _ in 0..levels.unsigned_abs().min(DEEPEST as u32) {
            if let Some(state) = self.saved.pop() {
                self.state = state;
            }
        }
    }

    /// Keeps an object under a number.
    pub(super) fn keep(&mut self, number: usize, object: Object) {
        if number < MOST_OBJECTS {
            if self.objects.len() <= number {
                self.objects.resize(number + 1, None);
            }
            self.objects[number] = Some(object);
        }
    }

    /// Keeps an object under the first free number (WMF).
    pub(super) fn keep_next(&mut self, object: Object) {
        let free = self.objects.iter().position(Option::is_none).unwrap_or(self.objects.len());
        self.keep(free, object);
    }

    pub(super) fn delete(&mut self, number: usize) {
        if let Some(slot) = self.objects.get_mut(number) {
            *slot = None;
        }
    }

    pub(super) fn select(&mut self, number: usize) {
        match self.objects.get(number).cloned().flatten() {
            Some(Object::Pen(pen)) => self.state.pen = pen,
            Some(Object::Brush(brush)) => self.state.brush = brush,
            Some(Object::Font(font)) => self.state.font = font,
            Some(Object::Other) | None => {}
        }
    }

    pub(super) fn move_to(&mut self, point: (f32, f32)) {
        self.state.at = point;
        if self.in_path {
            let place = self.place(point);
            self.push(Step::Move(place));
        }
    }

    /// A line from where the pen is.
    pub(super) fn line_to(&mut self, point: (f32, f32)) {
        let (from, to) = (self.place(self.state.at), self.place(point));
        self.state.at = point;
        if self.in_path {
            if self.path.is_empty() {
                self.push(Step::Move(from));
            }
            self.push(Step::Line(to));
        } else if let Some(stroke) = self.stroke() {
            self.show_held();
            self.canvas.polyline(&[from, to], stroke);
        }
    }

    /// Lines or curves through points; `from_here` begins where the pen is, `closed` is filled.
    pub(super) fn poly(&mut self, points: &[(f32, f32)], (curves, from_here, closed): (bool, bool, bool)) {
        let mut places: Vec<(f32, f32)> = points.iter().take(MOST_POINTS).map(|point| self.place(*point)).collect();
        if from_here {
            places.insert(0, self.place(self.state.at));
            if let Some(last) = points.last() {
                self.state.at = *last;
            }
        }
        let Some((first, rest)) = places.split_first() else { return };
        let begins = !(self.in_path && from_here && !self.path.is_empty());
        let mut steps = Vec::with_capacity(rest.len() + 2);
        if begins {
            steps.push(Step::Move(*first));
        }
        if curves {
            steps.extend(rest.chunks_exact(3).map(|c| Step::Curve(c[0], c[1], c[2])));
        } else {
            steps.extend(rest.iter().map(|place| Step::Line(*place)));
        }
        if closed {
            steps.push(Step::Close);
        }
        self.trace(steps, closed);
    }

    /// Several polygons filled as one.
    pub(super) fn polygons(&mut self, rings: &[Vec<(f32, f32)>]) {
        let mut steps = Vec::new();
        for ring in rings {
            for (at, point) in ring.iter().enumerate() {
                let place = self.place(*point);
                steps.push(if at == 0 { Step::Move(place) } else { Step::Line(place) });
            }
            steps.push(Step::Close);
        }
        self.trace(steps, true);
    }

    pub(super) fn rectangle(&mut self, a: (f32, f32), b: (f32, f32)) {
        self.poly(&[a, (b.0, a.1), b, (a.0, b.1)], (false, false, true));
    }

    pub(super) fn ellipse(&mut self, a: (f32, f32), b: (f32, f32)) {
        let (from, to) = (self.place(a), self.place(b));
        self.show_held();
        self.canvas.ellipse(from, to, (self.fill(), self.stroke()));
    }

    pub(super) fn begin_path(&mut self) {
        self.path.clear();
        self.in_path = true;
    }

    pub(super) fn end_path(&mut self) {
        self.in_path = false;
    }

    pub(super) fn close_figure(&mut self) {
        self.push(Step::Close);
    }

    /// Fills and strokes the path, and forgets it.
    pub(super) fn paint_path(&mut self, fill: bool, stroke: bool) {
        let path = std::mem::take(&mut self.path);
        self.in_path = false;
        let (fill, stroke) = (self.fill().filter(|_| fill), self.stroke().filter(|_| stroke));
        self.draw(&path, fill, stroke);
    }

    /// Adds an outline to the path in work, or draws it; only a closed one is filled.
    fn trace(&mut self, steps: Vec<Step>, closed: bool) {
        if !self.in_path {
            return self.draw(&steps, if closed { self.fill() } else { None }, self.stroke());
        }
        for step in steps {
            self.push(step);
        }
    }

    fn push(&mut self, step: Step) {
        if self.path.len() < MOST_POINTS {
            self.path.push(step);
        }
    }

    fn draw(&mut self, steps: &[Step], fill: Option<(Rgb, f32)>, stroke: Option<Outline>) {
        self.show_held();
        let mut outline = self.canvas.outline();
        for step in steps {
            match *step {
                Step::Move((x, y)) => outline.move_to(x, y),
                Step::Line((x, y)) => outline.line_to(x, y),
                Step::Curve(a, b, c) => outline.curve_to(a, b, c),
                Step::Close => outline.close(),
            }
        }
        self.canvas.path(outline, (fill, stroke));
    }

    /// A piece of a bitmap with its corners at two points.
    pub(super) fn bitmap(&mut self, pixels: RgbaImage, piece: Option<Piece>, raster: Raster, a: (f32, f32), b: (f32, f32)) {
        let pixels = if let Some(piece) = piece { bitmap::cropped(pixels, piece) } else { pixels };
        let (a, b) = (self.place(a), self.place(b));
        match (raster, self.mask.take()) {
            (Raster::Paint | Raster::Invert, Some((mask, ..))) => {
                // The icon was there before its mask, too: twice turned around is as it was.
                self.inverted = None;
                self.picture(bitmap::masked(&pixels, &mask), a, b);
            }
            (raster, mask) => {
                if let Some((pixels, a, b)) = mask {
                    self.picture(bitmap::without_white(pixels), a, b);
                }
                match raster {
                    Raster::And => self.mask = Some((pixels, a, b)),
                    Raster::Invert => {
                        self.show_held();
                        self.inverted = Some((pixels, a, b));
                    }
                    Raster::Copy | Raster::CopyInverted => {
                        self.show_held();
                        let shown = if raster == Raster::Copy { pixels } else { bitmap::inverted(pixels) };
                        self.picture(shown, a, b);
                    }
                    Raster::Paint | Raster::Nothing => {}
                }
            }
        }
    }

    /// Shows what waited for a mask or an icon that does not come.
    pub(super) fn show_held(&mut self) {
        if let Some((pixels, a, b)) = self.inverted.take() {
            self.picture(bitmap::inverted(pixels), a, b);
        }
        if let Some((pixels, a, b)) = self.mask.take() {
            self.picture(bitmap::without_white(pixels), a, b);
        }
    }

    fn picture(&mut self, pixels: RgbaImage, a: (f32, f32), b: (f32, f32)) {
        if let Some(image) = bitmap::picture(pixels) {
            self.canvas.picture(image, a, b);
        }
    }

    /// A rectangle that a raster operation fills without any bitmap (MS-WMF 2.1.1.31).
    pub(super) fn raster_fill(&mut self, operation: u32, a: (f32, f32), b: (f32, f32)) {
        let color = match operation {
            0x00F0_0021 => self.state.brush,
            0x0000_0042 => Some(Rgb(0, 0, 0)),
            0x00FF_0062 => Some(Rgb(255, 255, 255)),
            _ => None,
        };
        if let Some(color) = color {
            self.fill_rectangle(color, a, b);
        }
    }

    /// A rectangle of one colour.
    pub(super) fn fill_rectangle(&mut self, color: Rgb, a: (f32, f32), b: (f32, f32)) {
        let corners = [a, (b.0, a.1), b, (a.0, b.1)].map(|corner| self.place(corner));
        self.show_held();
        self.canvas.polygon(&corners, (Some((color, 1.0)), None));
    }

    /// The colour of a brush that is kept under a number.
    pub(super) fn brush_of(&self, number: usize) -> Option<Rgb> {
        match self.objects.get(number) {
            Some(Some(Object::Brush(brush))) => *brush,
            _ => None,
        }
    }

    /// A piece of the ellipse in a box, from one ray to another; counter-clockwise unless it was said otherwise.
    pub(super) fn sector(&mut self, (a, b): ((f32, f32), (f32, f32)), (from, to): ((f32, f32), (f32, f32)), sector: Sector) {
        let places = [a, b, from, to].map(|point| self.place(point));
        let [a, b, from, to] = places;
        let (middle, radii) = ((f32::midpoint(a.0, b.0), f32::midpoint(a.1, b.1)), ((b.0 - a.0).abs() / 2.0, (b.1 - a.1).abs() / 2.0));
        if radii.0 < 1e-6 || radii.1 < 1e-6 {
            return;
        }
        let angle = |point: (f32, f32)| ((point.1 - middle.1) / radii.1).atan2((point.0 - middle.0) / radii.0);
        let (start, end) = (angle(from), angle(to));
        let turn = if self.state.clockwise { (end - start).rem_euclid(TAU) } else { -(start - end).rem_euclid(TAU) };
        self.arc(middle, radii, (start, if turn.abs() < 1e-4 { TAU } else { turn }), sector);
    }

    /// The same by angles in radians, which grow with the clock: the first one, and how far it goes. All measures are points of the canvas.
    pub(super) fn arc(&mut self, middle: (f32, f32), radii: (f32, f32), (start, turn): (f32, f32), sector: Sector) {
        let point = |angle: f32| (middle.0 + radii.0 * angle.cos(), middle.1 + radii.1 * angle.sin());
        let joins = sector == Sector::ArcTo || self.in_path && !self.path.is_empty() && sector == Sector::Arc;
        let mut steps = vec![if joins { Step::Line(point(start)) } else { Step::Move(point(start)) }];
        if sector == Sector::ArcTo && !self.in_path {
            steps.insert(0, Step::Move(self.place(self.state.at)));
        }
        steps.extend(curves(middle, radii, start, turn));
        if sector == Sector::Pie {
            steps.push(Step::Line(middle));
        }
        let closed = matches!(sector, Sector::Pie | Sector::Chord);
        if closed {
            steps.push(Step::Close);
        }
        self.trace(steps, closed);
    }

    /// A rectangle whose corners are quarters of an ellipse of this size.
    pub(super) fn round_rectangle(&mut self, a: (f32, f32), b: (f32, f32), corner: (f32, f32)) {
        let (first, second) = (self.place(a), self.place(b));
        let (left, right) = (first.0.min(second.0), first.0.max(second.0));
        let (top, bottom) = (first.1.min(second.1), first.1.max(second.1));
        let (from, to) = (self.place((0.0, 0.0)), self.place(corner));
        let radii = (((to.0 - from.0).abs() / 2.0).min((right - left) / 2.0), ((to.1 - from.1).abs() / 2.0).min((bottom - top) / 2.0));
        let mut steps = vec![Step::Move((left, top + radii.1))];
        let corners = [
            ((left + radii.0, top + radii.1), PI),
            ((right - radii.0, top + radii.1), -FRAC_PI_2),
            ((right - radii.0, bottom - radii.1), 0.0),
            ((left + radii.0, bottom - radii.1), FRAC_PI_2),
        ];
        for (middle, start) in corners {
            steps.push(Step::Line((middle.0 + radii.0 * start.cos(), middle.1 + radii.1 * start.sin())));
            steps.extend(curves(middle, radii, start, FRAC_PI_2));
        }
        steps.push(Step::Close);
        self.trace(steps, true);
    }

    /// A line of text at a point (`SetTextAlign` flags: 2 right, 6 centre, 8 bottom, 24 baseline, 1 from the pen).
    pub(super) fn text(&mut self, text: &str, point: (f32, f32)) {
        let state = &self.state;
        let point = if state.text_align & 1 == 1 { state.at } else { point };
        let high = self.length(state.font.height.abs()).clamp(0.5, 500.0);
        // A positive height is that of the cell, a negative one that of the letters.
        let size = if state.font.height > 0.0 { high / 1.15 } else { high };
        let family: Arc<str> = state.font.family.as_str().into();
        let props = RunProps {
            font: Arc::clone(&family),
            font_east_asia: Arc::clone(&family),
            font_cs: family,
            size: HalfPoints(200),
            size_cs: HalfPoints(200),
            bold: state.font.bold,
            italic: state.font.italic,
            color: Some(state.text_color),
            underline: state.font.underline.then_some((UnderlineStyle::Single, None)),
            strike: state.font.strike,
            ..RunProps::default()
        };
        let across = match state.text_align & 6 {
            2 => 1.0,
            6 => 0.5,
            _ => 0.0,
        };
        let base = match state.text_align & 0x18 {
            0x08 => LabelBase::Bottom,
            0x18 => LabelBase::Baseline,
            _ => LabelBase::Top,
        };
        let turned = state.font.turned;
        let place = self.place(point);
        self.show_held();
        self.canvas.label(text.trim_end_matches('\0'), place, (across, base), &Arc::new(props), (size / 100.0, -turned));
    }
}

/// A piece of an ellipse as curves of a quarter at most.
fn curves(middle: (f32, f32), radii: (f32, f32), start: f32, turn: f32) -> Vec<Step> {
    let turn = if turn.is_finite() { turn.clamp(-TAU, TAU) } else { 0.0 };
    let pieces = (turn.abs() / FRAC_PI_2).ceil().max(1.0);
    let piece = turn / pieces;
    // How far a curve's control points stand off for a piece of this angle.
    let reach = 4.0 / 3.0 * (piece / 4.0).tan();
    let at = |angle: f32, aside: f32| {
        let (sine, cosine) = angle.sin_cos();
        (middle.0 + radii.0 * (cosine - aside * sine), middle.1 + radii.1 * (sine + aside * cosine))
    };
    let one = |number: usize| {
        let from = start + piece * number as f32;
        Step::Curve(at(from, reach), at(from + piece, -reach), at(from + piece, 0.0))
    };
    (0..pieces as usize).map(one).collect()
}

/// A text in bytes by its font's character set (MS-WMF 2.1.1.5).
pub(super) fn decoded(bytes: &[u8], charset: u8) -> String {
    let encoding = match charset {
        128 => encoding_rs::SHIFT_JIS,
        129 => encoding_rs::EUC_KR,
        134 => encoding_rs::GBK,
        136 => encoding_rs::BIG5,
        161 => encoding_rs::WINDOWS_1253,
        162 => encoding_rs::WINDOWS_1254,
        163 => encoding_rs::WINDOWS_1258,
        177 => encoding_rs::WINDOWS_1255,
        178 => encoding_rs::WINDOWS_1256,
        186 => encoding_rs::WINDOWS_1257,
        204 => encoding_rs::WINDOWS_1251,
        222 => encoding_rs::WINDOWS_874,
        238 => encoding_rs::WINDOWS_1250,
        _ => encoding_rs::WINDOWS_1252,
    };
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}
