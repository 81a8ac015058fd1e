//! Pages as SVG pictures, for screens: the same frames that become a PDF, the same glyphs at the same places.
//!
//! Glyphs are drawn as outlines, so that a picture needs no fonts; each outline stands once per page. Pictures are kept inside. There are no scripts, no links and no references to the outside.
//!
//! ```
//! use docx_to_pdf::fonts::Fonts;
//! use docx_to_pdf::package::{Limits, Package};
//! use docx_to_pdf::{Options, lay_out, svg};
//!
//! fn first_page(docx: &[u8]) -> Result<Option<String>, docx_to_pdf::Error> {
//!     let (package, fonts) = (Package::open(docx, &Limits::default())?, Fonts::default());
//!     let laid_out = lay_out(&package, &fonts, &Options::default())?;
//!     Ok(svg::page(&laid_out.frames, &fonts, 0))
//! }
//! assert!(first_page(b"no zip").is_err());
//! ```

mod embed;
mod glyphs;

use std::fmt::Write as _;

use crate::fonts::Fonts;
use crate::graphics::{Image, Rgb};
use crate::layout::frame::{Frames, GlyphRun, Item, Path, PathStep, PlacedImage, Shape, Stroke};
use crate::units::Pt;
use glyphs::Outlines;

/// How far a synthetic italic leans and how wide the stroke of a synthetic bold is, as in the PDF.
const SLANT: f32 = 0.2126;
const EMBOLDEN: f32 = 0.03;
/// Groups inside each other deeper than this are not drawn.
const DEEPEST: usize = 64;

/// One page as an SVG document of its size in points; `None` when there is no such page.
pub fn page(frames: &Frames, fonts: &Fonts, number: usize) -> Option<String> {
    let page = frames.pages.get(number)?;
    let mut drawing =
        Drawing { frames, outlines: Outlines::new(fonts, number), body: String::new(), definitions: String::new(), number, named: 0 };
    drawing.items(&page.items, 0);
    let (width, height) = (short(page.width.0), short(page.height.0));
    let Drawing { outlines, body, definitions, .. } = drawing;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}pt\" height=\"{height}pt\" viewBox=\"0 0 {width} {height}\">\
         <defs>{}{definitions}</defs><rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>{body}</svg>",
        outlines.definitions()
    ))
}

/// All pages in order.
pub fn pages(frames: &Frames, fonts: &Fonts) -> Vec<String> {
    (0..frames.pages.len()).filter_map(|number| page(frames, fonts, number)).collect()
}

struct Drawing<'f> {
    frames: &'f Frames,
    outlines: Outlines<'f>,
    body: String,
    /// Clips and filters.
    definitions: String,
    number: usize,
    named: usize,
}

impl Drawing<'_> {
    fn items(&mut self, items: &[Item], depth: usize) {
        for item in items.iter().filter(|_| depth < DEEPEST) {
            match &item.shape {
                Shape::Glyphs(run) => self.glyphs(run),
                Shape::Path(path) => self.path(path),
                Shape::Image(placed) => self.image(placed),
                Shape::Group { transform, clip, items } => {
                    let clip = clip.as_ref().map(|steps| self.clip(steps));
                    let matrix = transform.map(factor).join(" ");
                    let clip = clip.map_or_else(String::new, |name| format!(" clip-path=\"url(#{name})\""));
                    self.put(format_args!("<g transform=\"matrix({matrix})\"{clip}>"));
                    self.items(items, depth + 1);
                    self.put(format_args!("</g>"));
                }
            }
        }
    }

    /// Writing to a string does not fail.
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.body.write_fmt(text);
    }

    /// A name that is the only one in a page of several pictures.
    fn name(&mut self) -> String {
        self.named += 1;
        format!("p{}n{}", self.number, self.named)
    }

    fn clip(&mut self, steps: &[PathStep]) -> String {
        let name = self.name();
        let _ = write!(self.definitions, "<clipPath id=\"{name}\"><path d=\"{}\"/></clipPath>", path_data(steps));
        name
    }

    fn glyphs(&mut self, run: &GlyphRun) {
        if run.unseen {
            return;
        }
        let units = self.outlines.units(run.font);
        let size = run.size.0 / units;
        if !(size > 0.0 && size.is_finite() && run.scale_x > 0.0 && run.scale_x.is_finite()) {
            return;
        }
        let lean = if run.synthetic_italic { size * SLANT } else { 0.0 };
        let matrix = [size * run.scale_x, 0.0, lean, -size, run.x.0, run.y.0].map(factor).join(" ");
        let color = hex(run.color);
        let bold =
            if run.synthetic_bold { format!(" stroke=\"{color}\" stroke-width=\"{}\"", short(EMBOLDEN * units)) } else { String::new() };
        self.put(format_args!("<g transform=\"matrix({matrix})\" fill=\"{color}\"{bold}>"));
        for glyph in &run.glyphs {
            let Some(name) = self.outlines.name(run.font, glyph.id) else { continue };
            let x = glyph.x.0 / (size * run.scale_x);
            let rise = glyph.rise.0 / size;
            let up = if rise == 0.0 { String::new() } else { format!(" y=\"{}\"", short(rise)) };
            self.put(format_args!("<use href=\"#{name}\" x=\"{}\"{up}/>", short(x)));
        }
        self.put(format_args!("</g>"));
    }

    fn path(&mut self, path: &Path) {
        if path.steps.is_empty() || path.fill.is_none() && path.stroke.is_none() {
            return;
        }
        let fill = path.fill.map_or_else(|| "none".to_owned(), hex);
        let rule = if path.even_odd { " fill-rule=\"evenodd\"" } else { "" };
        let opacity = opacity(path.opacity);
        let stroke = path.stroke.as_ref().map_or_else(String::new, stroke);
        let data = path_data(&path.steps);
        self.put(format_args!("<path d=\"{data}\" fill=\"{fill}\"{rule}{stroke}{opacity}/>"));
    }

    fn image(&mut self, placed: &PlacedImage) {
        let Some(image) = self.frames.images.get(placed.image.0) else { return };
        let (width, height) = (placed.width.0, placed.height.0);
        let [left, top, right, bottom] = placed.crop.map(|share| if share.is_finite() { share } else { 0.0 });
        let (shown_x, shown_y) = (1.0 - left - right, 1.0 - top - bottom);
        if width <= 0.0 || height <= 0.0 || shown_x < 0.001 || shown_y < 0.001 {
            return;
        }
        let Some(address) = embed::address(image) else { return };
        let (sin, cos) = placed.rotation.to_radians().sin_cos();
        let (mirror_x, mirror_y) = (if placed.flip.0 { -1.0 } else { 1.0 }, if placed.flip.1 { -1.0 } else { 1.0 });
        let center = (placed.x.0 + width / 2.0, placed.y.0 + height / 2.0);
        let matrix = [cos * mirror_x, sin * mirror_x, -sin * mirror_y, cos * mirror_y, center.0, center.1].map(factor).join(" ");
        let clip = if placed.crop.iter().any(|share| *share > 0.0) {
            let (x, y) = (Pt(-width / 2.0), Pt(-height / 2.0));
            let steps = [PathStep::Move(x, y), PathStep::Line(-x, y), PathStep::Line(-x, -y), PathStep::Line(x, -y), PathStep::Close];
            format!(" clip-path=\"url(#{})\"", self.clip(&steps))
        } else {
            String::new()
        };
        let tone = self.tone(image);
        let (full_width, full_height) = (width / shown_x, height / shown_y);
        let (x, y) = (short(-width / 2.0 - left * full_width), short(-height / 2.0 - top * full_height));
        let (full_width, full_height, opacity) = (short(full_width), short(full_height), opacity(placed.opacity));
        self.put(format_args!(
            "<g transform=\"matrix({matrix})\"{clip}><image x=\"{x}\" y=\"{y}\" width=\"{full_width}\" height=\"{full_height}\" preserveAspectRatio=\"none\"{opacity}{tone} href=\"{address}\"/></g>"
        ));
    }

    /// The filter of a washed-out picture.
    fn tone(&mut self, image: &Image) -> String {
        let Some(tone) = image.tone else { return String::new() };
        let name = self.name();
        let (slope, intercept) = (factor(tone.gain), factor(tone.offset));
        let channels = ["R", "G", "B"]
            .map(|channel| format!("<feFunc{channel} type=\"linear\" slope=\"{slope}\" intercept=\"{intercept}\"/>"))
            .concat();
        let _ = write!(
            self.definitions,
            "<filter id=\"{name}\" color-interpolation-filters=\"sRGB\"><feComponentTransfer>{channels}</feComponentTransfer></filter>"
        );
        format!(" filter=\"url(#{name})\"")
    }
}

fn stroke(stroke: &Stroke) -> String {
    let mut text = format!(" stroke=\"{}\" stroke-width=\"{}\"", hex(stroke.color), short(stroke.width.0.max(0.0)));
    if stroke.dash.iter().any(|length| *length > 0.0) {
        let pattern: Vec<String> = stroke.dash.iter().map(|length| short(length.max(0.0))).collect();
        let _ = write!(text, " stroke-dasharray=\"{}\"", pattern.join(" "));
    }
    if stroke.round {
        text.push_str(" stroke-linecap=\"round\" stroke-linejoin=\"round\"");
    }
    text
}

fn opacity(opacity: f32) -> String {
    if opacity.is_finite() && opacity < 0.995 { format!(" opacity=\"{}\"", short(opacity.max(0.0))) } else { String::new() }
}

fn path_data(steps: &[PathStep]) -> String {
    let mut data = String::new();
    for step in steps {
        let (letter, numbers) = match *step {
            PathStep::Move(x, y) => ('M', vec![x, y]),
            PathStep::Line(x, y) => ('L', vec![x, y]),
            PathStep::Curve(a, b, c, d, x, y) => ('C', vec![a, b, c, d, x, y]),
            PathStep::Close => ('Z', Vec::new()),
        };
        data.push(letter);
        data.push_str(&numbers.iter().map(|number| short(number.0)).collect::<Vec<_>>().join(" "));
    }
    data
}

fn hex(Rgb(red, green, blue): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// A number with two decimals, without needless zeros.
fn short(number: f32) -> String {
    trimmed(number, 2)
}

/// A number of a matrix.
fn factor(number: f32) -> String {
    trimmed(number, 5)
}

fn trimmed(number: f32, decimals: usize) -> String {
    if !number.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{number:.decimals$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" { "0".to_owned() } else { text.to_owned() }
}
