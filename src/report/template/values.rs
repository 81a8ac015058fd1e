//! A value becomes WordprocessingML where its tag stands.

#![expect(clippy::format_push_string, reason = "short pieces read best as format strings, and there are few of them")]

use std::sync::atomic::Ordering;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, State};

use super::fill::Fill;
use super::rich;
use super::run_text::content;
use crate::report::charts::{self, ChartRef};
use crate::report::colour;
use crate::report::language::Language;
use crate::report::xml::{attribute as xml_attribute, escape};

/// A value inside a text element.
pub(super) fn text(state: &State, value: &Value, tag: usize) -> Result<Value, Error> {
    if value.is_safe() {
        return Ok(value.clone());
    }
    let Some(fill) = Fill::of(state) else { return Ok(Value::from(value.to_string())) };
    let w = &fill.prefix;
    rich::refuse(value)?;
    let xml = if let Some(chart) = value.downcast_object_ref::<ChartRef>() {
        match picture(&fill, chart, tag) {
            Some(drawing) => format!("</{w}t>{drawing}<{w}t xml:space=\"preserve\">"),
            None => escape(fill.absent(tag)),
        }
    } else if let Some(pieces) = rich::pieces(value) {
        match fill.tag(tag).filter(|info| info.in_run) {
            Some(info) => {
                let runs = rich::runs(&fill, &pieces, &info.run_props)?;
                format!("</{w}t></{w}r>{runs}<{w}r>{}<{w}t xml:space=\"preserve\">", info.run_props)
            }
            None => escape(&rich::text(&pieces)),
        }
    } else {
        content(&shown(&fill, value, tag), &fill, fill.tag(tag))
    };
    Ok(Value::from_safe_string(xml))
}

/// A value in the place of its whole paragraph (`{{p …}}`): the paragraphs the data brings, or nothing, and the paragraph stays.
pub(super) fn paragraphs(state: &State, value: &Value, tag: usize) -> Result<Value, Error> {
    let Some(fill) = Fill::of(state) else { return Ok(Value::UNDEFINED) };
    let (Some(paragraphs), Some(info)) = (rich::paragraphs(value), fill.tag(tag)) else {
        return Ok(Value::from_safe_string(String::new()));
    };
    fill.replaced.store(true, Ordering::Relaxed);
    paragraphs.iter().try_for_each(rich::refuse)?;
    let mut xml = String::new();
    for paragraph in &paragraphs {
        xml += &rich::paragraph(&fill, paragraph, info)?;
    }
    Ok(Value::from_safe_string(xml))
}

/// A picture block in the width and the fonts of its place.
fn picture(fill: &Fill, chart: &ChartRef, tag: usize) -> Option<String> {
    let info = fill.tag(tag)?;
    let fonts = fonts_of(&info.run_props, &fill.prefix);
    let own = colour_of(&info.run_props, &fill.prefix).unwrap_or_else(|| fill.accent.clone());
    let request = charts::Request {
        root: &fill.root,
        items: chart.items.as_ref(),
        width: info.width,
        fonts,
        language: fill.language,
        id: fill.picture_ids(),
        accent: &own,
    };
    charts::draw(chart.name, &request)
}

/// The colour an author gave to a mark; the black of text is none.
fn colour_of(props: &str, prefix: &str) -> Option<String> {
    let start = props.find(&format!("<{prefix}color "))?;
    let element = props[start..].split('>').next()?;
    let value = xml_attribute(element, "val").and_then(colour::hex)?;
    (value != "000000" && value != colour::INK && xml_attribute(element, "themeColor").is_none()).then(|| colour::readable(&value))
}

/// The `w:rFonts` in run properties. Pictures bring the usual prefix of their own, so another one does not fit them.
fn fonts_of<'p>(props: &'p str, prefix: &str) -> &'p str {
    if prefix != "w:" {
        return "";
    }
    let Some(start) = props.find("<w:rFonts ") else { return "" };
    props[start..].find("/>").map_or("", |end| &props[start..start + end + 2])
}

/// A value that stands between runs (`{{r …}}`): formatted text as it formats itself, anything else in the tag's formatting.
pub(super) fn run(state: &State, value: &Value, tag: usize) -> Result<Value, Error> {
    let Some(fill) = Fill::of(state) else { return text(state, value, tag) };
    let Some(info) = fill.tag(tag).filter(|info| info.in_run) else { return text(state, value, tag) };
    if let Some(pieces) = rich::pieces(value) {
        return Ok(Value::from_safe_string(rich::runs(&fill, &pieces, "")?));
    }
    let (w, props, inside) = (&fill.prefix, &info.run_props, text(state, value, tag)?);
    Ok(Value::from_safe_string(format!("<{w}r>{props}<{w}t xml:space=\"preserve\">{inside}</{w}t></{w}r>")))
}

/// A value inside an attribute or a field's code.
pub(super) fn attribute(state: &State, value: &Value, tag: Option<usize>) -> Value {
    let text = match (Fill::of(state), tag) {
        (Some(fill), Some(tag)) => shown(&fill, value, tag),
        _ if value.is_undefined() || value.is_none() => String::new(),
        _ => value.to_string(),
    };
    Value::from_safe_string(escape(&text.replace(['\n', '\t', '\r'], " ")))
}

/// A value inside a link's address: what an address cannot hold is written in its code. The whole of an address keeps the signs that make it one.
pub(super) fn address(state: &State, value: &Value, tag: usize, whole: bool) -> Value {
    let text = Fill::of(state).map_or_else(|| value.to_string(), |fill| shown(&fill, value, tag));
    let mut out = String::with_capacity(text.len());
    for byte in text.trim().bytes() {
        let kept = byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) || whole && b":/?#[]!$&'()*+,;=%".contains(&byte);
        if kept {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Value::from_safe_string(escape(&out))
}

/// A value as its reader sees it.
fn shown(fill: &Fill, value: &Value, tag: usize) -> String {
    let info = fill.tag(tag);
    let plain = info.is_some_and(|info| info.plain);
    let text = match value.kind() {
        ValueKind::Undefined | ValueKind::None => return fill.absent(tag).to_owned(),
        ValueKind::Bool if plain => yes_or_no(value, fill.language).to_owned(),
        // As Python prints them, for templates made for it.
        ValueKind::Bool => if value.is_true() { "True" } else { "False" }.to_owned(),
        ValueKind::Number if plain && !value.is_integer() => {
            f64::try_from(value.clone()).map_or_else(|_| value.to_string(), |number| fill.language.short_number(number))
        }
        ValueKind::Seq | ValueKind::Iterable if plain => match value.try_iter() {
            Ok(items) => items.map(|item| item.to_string()).collect::<Vec<_>>().join(", "),
            Err(_) => value.to_string(),
        },
        _ => {
            fill.note_printed(tag, value);
            value.to_string()
        }
    };
    match info.and_then(|info| info.said.as_deref()) {
        Some(word) => unsaid(&text, word).to_owned(),
        None => text,
    }
}

fn yes_or_no(value: &Value, language: Language) -> &'static str {
    if value.is_true() { language.words().yes } else { language.words().no }
}

/// `Nivel 2` behind `Nivel: ` is `2`.
fn unsaid<'a>(text: &'a str, word: &str) -> &'a str {
    match text.get(..word.len()) {
        Some(start) if start.eq_ignore_ascii_case(word) => {
            let rest = text[word.len()..].trim_start();
            if rest.is_empty() { text } else { rest }
        }
        _ => text,
    }
}
