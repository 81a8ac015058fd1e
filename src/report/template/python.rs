//! The methods of Python's strings, lists and dictionaries that Jinja authors call.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

/// minijinja's fallback for methods it does not know.
pub(super) fn method(_: &mut State, value: &Value, name: &str, args: &[Value]) -> Result<Value, Error> {
    let found = match value.kind() {
        ValueKind::String => string(value.as_str().unwrap_or_default(), name, args),
        ValueKind::Map => mapping(value, name, args)?,
        ValueKind::Seq => sequence(value, name, args)?,
        // A missing value stays missing, so that its tag can say so.
        ValueKind::Undefined | ValueKind::None => Some(Value::UNDEFINED),
        _ => None,
    };
    found.ok_or_else(|| Error::new(ErrorKind::UnknownMethod, format!("{} has no method named {name}", value.kind())))
}

fn text_of(args: &[Value], at: usize) -> Option<&str> {
    args.get(at).and_then(Value::as_str)
}

fn string(text: &str, name: &str, args: &[Value]) -> Option<Value> {
    let strip = |start: bool, end: bool| {
        let set = text_of(args, 0).map(str::to_owned);
        let out = move |c: char| set.as_ref().map_or_else(|| c.is_whitespace(), |set| set.contains(c));
        let text = if start { text.trim_start_matches(&out) } else { text };
        Value::from(if end { text.trim_end_matches(&out) } else { text })
    };
    Some(match name {
        "upper" => Value::from(text.to_uppercase()),
        "lower" => Value::from(text.to_lowercase()),
        "capitalize" => {
            let mut characters = text.chars();
            let first: String = characters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
            Value::from(first + &characters.as_str().to_lowercase())
        }
        "title" => Value::from(text.split(' ').map(capitalized).collect::<Vec<_>>().join(" ")),
        "strip" => strip(true, true),
        "lstrip" => strip(true, false),
        "rstrip" => strip(false, true),
        "startswith" => Value::from(text.starts_with(text_of(args, 0)?)),
        "endswith" => Value::from(text.ends_with(text_of(args, 0)?)),
        "replace" => Value::from(text.replace(text_of(args, 0)?, text_of(args, 1)?)),
        "count" => Value::from(text.matches(text_of(args, 0)?).count()),
        "find" => Value::from(text.find(text_of(args, 0)?).map_or(-1, |at| text[..at].chars().count() as i64)),
        "split" => match text_of(args, 0) {
            Some(separator) if !separator.is_empty() => text.split(separator).map(Value::from).collect(),
            _ => text.split_whitespace().map(Value::from).collect(),
        },
        "splitlines" => text.lines().map(Value::from).collect(),
        "join" => {
            let items = args.first()?.try_iter().ok()?;
            Value::from(items.map(|item| item.to_string()).collect::<Vec<_>>().join(text))
        }
        "isdigit" => Value::from(!text.is_empty() && text.chars().all(|c| c.is_ascii_digit())),
        "isalpha" => Value::from(!text.is_empty() && text.chars().all(char::is_alphabetic)),
        "zfill" => {
            let width = args.first()?.as_usize()?.min(1000);
            Value::from(format!("{}{text}", "0".repeat(width.saturating_sub(text.chars().count()))))
        }
        "format" => Value::from(format(text, args)),
        _ => return None,
    })
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + &characters.as_str().to_lowercase())
}

/// `'{} of {:.1f}'.format(a, b)`: positions, and `d`, `f`, `,` and `%` as formats.
fn format(pattern: &str, args: &[Value]) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    let mut next = 0;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let doubled = rest[at..].starts_with("{{") || rest[at..].starts_with("}}");
        if doubled || rest[at..].starts_with('}') {
            out.push_str(&rest[at..=at]);
            rest = &rest[at + 1 + usize::from(doubled)..];
            continue;
        }
        let Some(end) = rest[at..].find('}') else { break };
        let field = &rest[at + 1..at + end];
        let (position, format) = field.split_once(':').unwrap_or((field, ""));
        let index = position.parse().unwrap_or_else(|_| {
            next += 1;
            next - 1
        });
        out.push_str(&args.get(index).map(|value| format_one(value, format)).unwrap_or_default());
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    out
}

fn format_one(value: &Value, format: &str) -> String {
    let Ok(number) = f64::try_from(value.clone()) else { return value.to_string() };
    let grouped = format.contains(',');
    let percent = format.ends_with('%');
    let decimals = format.split_once('.').and_then(|(_, places)| places.trim_end_matches(['f', '%']).parse::<usize>().ok());
    let plain = match (decimals, value.is_integer()) {
        (None, _) if format.is_empty() => return value.to_string(),
        (None, true) | (Some(0), _) => 0,
        (None, false) => 6,
        (Some(places), _) => places.min(12),
    };
    let number = if percent { number * 100.0 } else { number };
    let text = if grouped { crate::report::language::Language::En.number(number, plain) } else { format!("{number:.plain$}") };
    if percent { format!("{text}%") } else { text }
}

fn mapping(value: &Value, name: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    Ok(Some(match name {
        "items" => value
            .try_iter()?
            .map(|key| Ok(Value::from(vec![key.clone(), value.get_item(&key)?])))
            .collect::<Result<Vec<_>, Error>>()?
            .into(),
        "keys" => value.try_iter()?.collect::<Vec<_>>().into(),
        "values" => value.try_iter()?.map(|key| value.get_item(&key)).collect::<Result<Vec<_>, Error>>()?.into(),
        "get" => {
            let found = args.first().map_or(Ok(Value::UNDEFINED), |key| value.get_item(key))?;
            if found.is_undefined() { args.get(1).cloned().unwrap_or(Value::from(())) } else { found }
        }
        _ => return Ok(None),
    }))
}

fn sequence(value: &Value, name: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    let Some(wanted) = args.first() else { return Ok(None) };
    Ok(match name {
        "count" => Some(Value::from(value.try_iter()?.filter(|item| item == wanted).count())),
        "index" => value.try_iter()?.position(|item| item == *wanted).map(Value::from),
        _ => None,
    })
}
