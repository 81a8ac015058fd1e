//! Values that bring formatting or paragraphs of their own: what JSON has in place of docxtpl's `RichText`, `RichTextParagraph` and subdocuments.
//!
//! `{"rich": ["plain ", {"text": "bold", "bold": true}]}` is formatted text; its names are those of `RichText`'s arguments.
//! `{"paragraphs": ["one", {"rich": […], "style": "ListBullet"}]}` takes the place of the paragraph that `{{p …}}` stands in.

#![expect(clippy::format_push_string, reason = "short pieces read best as format strings, and there are few of them")]

use minijinja::value::{Value, ValueKind};

use docx_to_pdf::package::Limits;
use minijinja::{Error, ErrorKind};

use super::fill::{Fill, TagInfo};
use super::guard;
use super::run_text::{cell_colour as colour, content};
use crate::report::xml::{Tree, escape};

/// The order of run properties (ECMA-376 part 1, 17.3.2.28).
const ORDER: [&str; 17] = [
    "rStyle",
    "rFonts",
    "b",
    "bCs",
    "i",
    "iCs",
    "strike",
    "color",
    "sz",
    "szCs",
    "highlight",
    "u",
    "shd",
    "vertAlign",
    "rtl",
    "cs",
    "lang",
];
/// The ways to underline that docxtpl knows.
const UNDERLINES: [&str; 8] = ["single", "double", "thick", "dotted", "dash", "dotDash", "dotDotDash", "wave"];

/// A field of a piece that is there and not nothing.
fn field(piece: &Value, name: &str) -> Option<Value> {
    piece.get_attr(name).ok().filter(|value| !value.is_undefined() && !value.is_none())
}

fn list(value: &Value, name: &str) -> Option<Vec<Value>> {
    if value.kind() != ValueKind::Map {
        return None;
    }
    let list = value.get_attr(name).ok().filter(|list| list.kind() == ValueKind::Seq)?;
    list.try_iter().ok().map(Iterator::collect)
}

/// The pieces of formatted text.
pub(super) fn pieces(value: &Value) -> Option<Vec<Value>> {
    list(value, "rich")
}

/// Paragraphs that take their tag's place.
pub(super) fn paragraphs(value: &Value) -> Option<Vec<Value>> {
    list(value, "paragraphs")
}

/// Values that cannot stand where a text stands.
pub(super) fn refuse(value: &Value) -> Result<(), Error> {
    let refused = |reason: &str| Err(Error::new(ErrorKind::InvalidOperation, reason.to_owned()));
    if paragraphs(value).is_some() {
        return refused("this value is whole paragraphs: write its tag as {{p …}} in a paragraph without statements");
    }
    if value.kind() == ValueKind::Map && value.get_attr("image").is_ok_and(|image| !image.is_undefined()) {
        return refused("pictures cannot come from the data: put them into the template and write {%p if … %} around them");
    }
    Ok(())
}

/// Formatted text without its formatting.
pub(super) fn text(pieces: &[Value]) -> String {
    pieces.iter().map(piece_text).collect()
}

fn piece_text(piece: &Value) -> String {
    field(piece, "text").map_or_else(|| piece.as_str().unwrap_or_default().to_owned(), |text| text.to_string())
}

/// A run for each piece, its formatting added to what is given.
pub(super) fn runs(fill: &Fill, pieces: &[Value], props: &str) -> Result<String, Error> {
    let w = &fill.prefix;
    let run = |piece: &Value| {
        // Each piece repeats what is given, however long that is.
        guard::spend_on(fill, props.len())?;
        let props = formatted(props, &formatting(piece, w), w);
        let run = format!("<{w}r>{props}<{w}t xml:space=\"preserve\">{}</{w}t></{w}r>", content(&piece_text(piece), fill, None));
        Ok(match field(piece, "url").map(|url| url.to_string().replace(['"', '\\'], "")) {
            Some(url) => format!("<{w}fldSimple {w}instr=\"{}\">{run}</{w}fldSimple>", escape(&format!("HYPERLINK \"{url}\""))),
            None => run,
        })
    };
    pieces.iter().map(run).collect()
}

/// One paragraph: a text in the tag's formatting, or formatted text; in its own style or the tag's.
pub(super) fn paragraph(fill: &Fill, paragraph: &Value, info: &TagInfo) -> Result<String, Error> {
    let w = &fill.prefix;
    let props = match field(paragraph, "style") {
        Some(style) => format!("<{w}pPr><{w}pStyle {w}val=\"{}\"/></{w}pPr>", escape(&style.to_string())),
        None => info.paragraph_props.to_string(),
    };
    let runs = match pieces(paragraph) {
        Some(pieces) => runs(fill, &pieces, "")?,
        None => runs(fill, &[Value::from(piece_text(paragraph))], &info.run_props)?,
    };
    guard::spend_on(fill, props.len())?;
    Ok(format!("<{w}p>{props}{runs}</{w}p>"))
}

/// The run properties a piece asks for, each with its name.
fn formatting(piece: &Value, w: &str) -> Vec<(&'static str, String)> {
    let mut out: Vec<(&'static str, String)> = Vec::new();
    let mut add = |name: &'static str, attributes: String| out.push((name, format!("<{w}{name}{attributes}/>")));
    let with = |value: &str| format!(" {w}val=\"{}\"", escape(value));
    let is = |name: &str| field(piece, name).is_some_and(|value| value.is_true());
    if let Some(style) = field(piece, "style") {
        add("rStyle", with(&style.to_string()));
    }
    if let Some(font) = field(piece, "font").map(|font| font.to_string()) {
        // docxtpl names a font of one script as `eastAsia:…`.
        let (region, font) = font.split_once(':').map_or((None, font.as_str()), |(region, font)| (Some(region), font));
        let scripts = ["ascii", "hAnsi", "cs"].into_iter().chain(region.filter(|region| *region == "eastAsia"));
        let mut attributes = String::new();
        for script in scripts {
            attributes.push_str(&format!(" {w}{script}=\"{}\"", escape(font)));
        }
        add("rFonts", attributes);
    }
    for (name, element, complex) in [("bold", "b", "bCs"), ("italic", "i", "iCs")] {
        if is(name) {
            add(element, String::new());
            if is("rtl") {
                add(complex, String::new());
            }
        }
    }
    if is("strike") {
        add("strike", String::new());
    }
    if let Some(color) = field(piece, "color").map(|color| colour(&color).to_string()).filter(|color| color != "auto") {
        add("color", with(&color));
    }
    if let Some(size) = field(piece, "size").and_then(|size| size.to_string().parse::<u32>().ok()).filter(|size| (2..=3276).contains(size))
    {
        add("sz", with(&size.to_string()));
        add("szCs", with(&size.to_string()));
    }
    match field(piece, "highlight").map(|fill| (colour(&fill).to_string(), fill.to_string())) {
        Some((fill, _)) if fill != "auto" => add("shd", format!(" {w}val=\"clear\" {w}color=\"auto\" {w}fill=\"{fill}\"")),
        Some((_, name)) if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic()) => add("highlight", with(&name)),
        _ => {}
    }
    if let Some(kind) = field(piece, "underline").filter(Value::is_true) {
        let kind = kind.as_str().filter(|kind| UNDERLINES.contains(kind)).unwrap_or("single");
        add("u", with(kind));
    }
    if let Some(place) = ["superscript", "subscript"].into_iter().find(|place| is(place)) {
        add("vertAlign", with(place));
    }
    if is("rtl") {
        add("rtl", String::new());
    }
    if let Some(language) = field(piece, "lang") {
        add("lang", with(&language.to_string()));
    }
    out
}

/// Run properties with others put in: each once, in the order there is.
fn formatted(props: &str, added: &[(&'static str, String)], w: &str) -> String {
    if added.is_empty() {
        return props.to_owned();
    }
    let own = Tree::read(props, &Limits::default()).ok().filter(|tree| !tree.elements.is_empty());
    let mut all: Vec<(&str, &str)> = own.as_ref().map_or_else(Vec::new, |tree| {
        let children =
            tree.children(0).map(|child| (tree.name(child, props), &props[tree.elements[child].start..tree.elements[child].end]));
        children.filter(|(name, _)| !added.iter().any(|(new, _)| new == name)).collect()
    });
    all.extend(added.iter().map(|(name, element)| (*name, element.as_str())));
    // What is not in the list stands where it stood: before the first that comes behind it.
    let mut rank = 0;
    let mut ranked: Vec<(usize, &str)> = Vec::with_capacity(all.len());
    for (name, element) in all {
        rank = ORDER.iter().position(|known| *known == name).unwrap_or(rank);
        ranked.push((rank, element));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    let all: String = ranked.into_iter().map(|(_, element)| element).collect();
    format!("<{w}rPr>{all}</{w}rPr>")
}
