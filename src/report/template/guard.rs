//! What a template may hold in memory. minijinja counts steps, but one step can double a text, and forty of them fill any machine.
//!
//! Nothing grows without being bound to a name, written, or given to a filter, so those are the places where values are weighed:
//! `rewrite` puts `__grow` behind every statement that binds a name or repeats its body, the environment's formatter weighs what is written, and built-in filters are wrapped.
//! Inside one expression growth is bounded by the number of its operators, which `check` counts.

use minijinja::value::{Rest, Value, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, filters};

use super::absent::is_absent;
use super::fill::Fill;

/// A text may be this long, in bytes.
pub(super) const LONGEST_TEXT: usize = 1 << 20;
/// A list may have so many items, those of the lists in it included.
const MOST_ITEMS: usize = 100_000;
/// Lists may stand in each other this deep.
const DEEPEST: usize = 64;
/// What an item weighs besides its text.
const ITEM: usize = 16;
/// A part's filling may weigh this many times what it may come to as a file: bodies of blocks inside each other are counted more than once.
pub(super) const SPARE: usize = 4;
/// An expression may join so many values.
pub(super) const MOST_JOINS: usize = 64;
/// And multiply so many; minijinja repeats a text up to 100 MB.
pub(super) const MOST_PRODUCTS: usize = 8;

fn too_large(what: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("{what}; look for a loop or an assignment that makes something grow"))
}

/// What a value weighs, or why it is too large.
fn weight(value: &Value) -> Result<usize, Error> {
    let (mut items, mut bytes) = (0, 0);
    weigh(value, 0, &mut items, &mut bytes)?;
    Ok(bytes + items * ITEM)
}

fn weigh(value: &Value, depth: usize, items: &mut usize, bytes: &mut usize) -> Result<(), Error> {
    *items += 1;
    if let Some(text) = value.as_str() {
        *bytes += text.len();
    }
    if *items > MOST_ITEMS || depth > DEEPEST || value.len().is_some_and(|length| length > LONGEST_TEXT) {
        return Err(too_large(&format!("a list may have {MOST_ITEMS} items")));
    }
    if *bytes > LONGEST_TEXT {
        return Err(too_large(&format!("a text may be {LONGEST_TEXT} bytes long")));
    }
    let is_map = value.kind() == ValueKind::Map;
    if is_map || value.kind() == ValueKind::Seq {
        for item in value.try_iter()? {
            let item = if is_map { value.get_item(&item)? } else { item };
            weigh(&item, depth + 1, items, bytes)?;
        }
    }
    Ok(())
}

/// Behind a statement: the bytes of the body it repeats, and the values it bound.
#[expect(clippy::needless_pass_by_value, reason = "minijinja hands arguments over")]
pub(super) fn grow(state: &State, body: usize, values: Rest<Value>) -> Result<Value, Error> {
    let mut grown = body;
    for value in values.iter() {
        grown += weight(value)?;
    }
    spend(state, grown)?;
    Ok(Value::from_safe_string(String::new()))
}

const TOO_MUCH: &str = "the template makes too much";

/// Takes from what the filling may weigh.
pub(super) fn spend(state: &State, bytes: usize) -> Result<(), Error> {
    if Fill::of(state).is_some_and(|fill| fill.spend(bytes)) { Ok(()) } else { Err(too_large(TOO_MUCH)) }
}

/// As [`spend`], where the fill is at hand.
pub(super) fn spend_on(fill: &Fill, bytes: usize) -> Result<(), Error> {
    if fill.spend(bytes) { Ok(()) } else { Err(too_large(TOO_MUCH)) }
}

/// Wraps minijinja's filters: what they get is weighed, and some let a value that is not there through.
macro_rules! wrap {
    ($environment:expr, $($name:ident)*) => {
        $({
            $environment.add_filter(concat!("__", stringify!($name)), filters::$name);
            $environment.add_filter(stringify!($name), |state: &mut State<'_, '_>, values: Rest<ValueOrKwargs>| {
                wrapped(state, stringify!($name), concat!("__", stringify!($name)), &values.into_values())
            });
        })*
    };
}

pub(super) fn wrap(environment: &mut Environment<'static>) {
    wrap!(environment, round abs first last reverse replace join split lines min max indent length sum sort unique list batch slice
        dictsort items map select reject selectattr rejectattr groupby chain zip tojson pprint format string);
    environment.add_filter("count", |state: &mut State<'_, '_>, values: Rest<ValueOrKwargs>| {
        wrapped(state, "length", "__length", &values.into_values())
    });
}

/// Filters that give nothing for nothing, so that the tag can say that its value is missing.
const PASS: [&str; 12] = ["round", "abs", "first", "last", "reverse", "replace", "join", "split", "lines", "min", "max", "indent"];

fn wrapped(state: &mut State<'_, '_>, name: &str, inner: &str, values: &[Value]) -> Result<Value, Error> {
    let first = values.first().cloned().unwrap_or_default();
    if is_absent(&first) && PASS.contains(&name) {
        return Ok(Value::UNDEFINED);
    }
    if is_absent(&first) && name == "length" {
        return Ok(Value::from(0));
    }
    let mut given = 0;
    for value in values {
        given += weight(value)?;
    }
    let made = match name {
        "replace" => made(first.as_str().unwrap_or_default(), name, values.get(1..).unwrap_or_default()),
        "join" => made(values.get(1).and_then(Value::as_str).unwrap_or_default(), name, values),
        // Widths stand in the arguments.
        "indent" | "tojson" | "batch" | "slice" | "format" => widest(name, values),
        _ => 0,
    };
    if made > LONGEST_TEXT {
        return Err(too_large(&format!("the filter {name} would make more than {LONGEST_TEXT} bytes")));
    }
    spend(state, given)?;
    state.apply_filter(inner, values)
}

/// What a method or filter of a text comes to at most, where that is more than it is given.
pub(super) fn made(text: &str, name: &str, arguments: &[Value]) -> usize {
    let argument = |at: usize| arguments.get(at).and_then(Value::as_str).unwrap_or_default();
    match name {
        "replace" => text.len() + (text.len() / argument(0).len().max(1) + 1).saturating_mul(argument(1).len()),
        "join" => {
            let items = arguments.first().and_then(|list| list.try_iter().ok()).into_iter().flatten();
            items.take(MOST_ITEMS).map(|item| item.as_str().map_or(ITEM, str::len) + text.len()).sum()
        }
        _ => 0,
    }
}

/// The largest number among a filter's arguments, for each line or item it may be used for.
fn widest(name: &str, values: &[Value]) -> usize {
    let numbers = |value: &Value| value.as_i64().map_or(0, |number| usize::try_from(number).unwrap_or(0));
    let text = values.first().and_then(Value::as_str).unwrap_or_default();
    if name == "format" {
        return text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() > 4).map(|_| usize::MAX).next().unwrap_or(0);
    }
    let mut most = 0;
    for value in values.iter().skip(1) {
        most = most.max(numbers(value));
        if value.is_kwargs()
            && let Ok(names) = value.try_iter()
        {
            most = names.filter_map(|name| value.get_item(&name).ok()).map(|value| numbers(&value)).fold(most, usize::max);
        }
    }
    let times = if name == "indent" { text.lines().count().max(1) } else { ITEM };
    most.saturating_mul(times)
}

/// The operators of an expression that make texts and lists longer: those that join, and those that multiply.
pub(super) fn operators(code: &str) -> (usize, usize) {
    let (mut joins, mut products, mut quote) = (0, 0, None);
    for character in code.chars() {
        match (quote, character) {
            (Some(open), here) if here == open => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '~' | '+') => joins += 1,
            (None, '*') => products += 1,
            _ => {}
        }
    }
    (joins, products)
}
