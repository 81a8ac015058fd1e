//! The methods of Python's strings, lists and dictionaries that Jinja authors call.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

use super::absent::is_absent;
use super::{filters, guard};
use crate::report::language::Language;

/// minijinja's fallback for methods it does not know.
pub(super) fn method(_: &mut State, value: &Value, name: &str, args: &[Value]) -> Result<Value, Error> {
    let found = match value.kind() {
        ValueKind::String if name == "format" => Some(Value::from(format(value.as_str().unwrap_or_default(), args)?)),
        ValueKind::String => string(value.as_str().unwrap_or_default(), name, args)?,
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

fn string(text: &str, name: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    if guard::made(text, name, args) > guard::LONGEST_TEXT {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("{name} makes too long a text")));
    }
    Ok(string_method(text, name, args))
}

fn string_method(text: &str, name: &str, args: &[Value]) -> Option<Value> {
    let strip = |start: bool, end: bool| {
        let set = text_of(args, 0).map(str::to_owned);
        let out = move |c: char| set.as_ref().map_or_else(|| c.is_whitespace(), |set| set.contains(c));
        let text = if start { text.trim_start_matches(&out) } else { text };
        Value::from(if end { text.trim_end_matches(&out) } else { text })
    };
    Some(match name {
        "upper" => Value::from(text.to_uppercase()),
        "lower" => Value::from(text.to_lowercase()),
        "capitalize" => Value::from(filters::capitalize(text)),
        "title" => Value::from(filters::title(text)),
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
        _ => return None,
    })
}

/// `'{} of {:.1f}'.format(a, b)`: positions, and formats as `Format` reads them.
fn format(pattern: &str, args: &[Value]) -> Result<String, Error> {
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
        if let Some(value) = args.get(index) {
            out.push_str(&Format::read(format).and_then(|format| format.show(value)).ok_or_else(|| not_understood(format, value))?);
        }
        if out.len() > guard::LONGEST_TEXT {
            return Err(Error::new(ErrorKind::InvalidOperation, "format makes too long a text"));
        }
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn not_understood(format: &str, value: &Value) -> Error {
    let detail = format!("the format {{:{format}}} is not known for {value:?}; use widths, 0, a comma and the letters d, f, e, s and %");
    Error::new(ErrorKind::InvalidOperation, detail)
}

/// What stands behind the colon of a field: `[[fill]align][sign][0][width][,][.decimals][letter]`.
struct Format {
    fill: char,
    align: Option<char>,
    plus: bool,
    width: usize,
    grouped: bool,
    decimals: Option<usize>,
    letter: Option<char>,
}

impl Format {
    fn read(text: &str) -> Option<Self> {
        let mut format = Self { fill: ' ', align: None, plus: false, width: 0, grouped: false, decimals: None, letter: None };
        let mut rest = text;
        let is_align = |c: char| matches!(c, '<' | '>' | '^' | '=');
        let mut characters = rest.chars();
        match (characters.next(), characters.next()) {
            (Some(fill), Some(align)) if is_align(align) => {
                (format.fill, format.align) = (fill, Some(align));
                rest = characters.as_str();
            }
            (Some(align), _) if is_align(align) => {
                format.align = Some(align);
                rest = &rest[1..];
            }
            _ => {}
        }
        let sign = rest.starts_with(['+', '-']);
        format.plus = rest.starts_with('+');
        rest = &rest[usize::from(sign)..];
        if let Some(behind) = rest.strip_prefix('0')
            && format.align.is_none()
        {
            (format.fill, format.align) = ('0', Some('='));
            rest = behind;
        }
        format.width = number(&mut rest).ok()?.unwrap_or(0);
        if let Some(behind) = rest.strip_prefix(',') {
            format.grouped = true;
            rest = behind;
        }
        if let Some(behind) = rest.strip_prefix('.') {
            rest = behind;
            format.decimals = Some(number(&mut rest).ok()??);
        }
        format.letter = rest.chars().next();
        (rest.len() <= 1).then_some(format)
    }

    fn show(&self, value: &Value) -> Option<String> {
        let number = if matches!(value.kind(), ValueKind::Number | ValueKind::Bool) { f64::try_from(value.clone()).ok() } else { None };
        let (text, is_number) = match (number, self.letter) {
            (Some(number), letter) if letter != Some('s') => (self.number(number, value)?, true),
            // As everywhere, a value that is not there leaves nothing.
            (None, _) if is_absent(value) => (String::new(), false),
            (_, None | Some('s')) if !self.grouped => {
                let text = value.to_string();
                (self.decimals.map_or_else(|| text.clone(), |most| text.chars().take(most).collect()), false)
            }
            _ => return None,
        };
        Some(self.padded(text, is_number))
    }

    fn number(&self, number: f64, value: &Value) -> Option<String> {
        let decimals = self.decimals.unwrap_or(6);
        let fixed = |number: f64, decimals: usize| {
            if self.grouped { Language::En.number(number, decimals) } else { format!("{number:.decimals$}") }
        };
        let text = match self.letter {
            None if self.decimals.is_none() && !self.grouped => value.to_string(),
            None if self.decimals.is_some() => return None,
            None if value.is_integer() => fixed(number, 0),
            None => fixed(number, decimals).trim_end_matches('0').trim_end_matches('.').to_owned(),
            Some('d') if value.is_integer() && self.decimals.is_none() => fixed(number, 0),
            Some('f' | 'F') => fixed(number, decimals),
            Some('%') => fixed(number * 100.0, decimals) + "%",
            Some('e') => exponent(&format!("{number:.decimals$e}"))?,
            _ => return None,
        };
        Some(if self.plus && number >= 0.0 { format!("+{text}") } else { text })
    }

    fn padded(&self, text: String, is_number: bool) -> String {
        let room = self.width.saturating_sub(text.chars().count());
        let fill = |count: usize| self.fill.to_string().repeat(count);
        match self.align.unwrap_or(if is_number { '>' } else { '<' }) {
            '<' => text + &fill(room),
            '^' => format!("{}{text}{}", fill(room / 2), fill(room - room / 2)),
            '=' => {
                let sign = usize::from(text.starts_with(['+', '-']));
                format!("{}{}{}", &text[..sign], fill(room), &text[sign..])
            }
            _ => fill(room) + &text,
        }
    }
}

/// Python writes at least two digits and a sign: `1.5e+03`.
fn exponent(text: &str) -> Option<String> {
    let (digits, power) = text.split_once('e')?;
    let power: i32 = power.parse().ok()?;
    Some(format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs()))
}

/// Takes a number of at most three digits off the front; an error for a larger one.
fn number(rest: &mut &str) -> Result<Option<usize>, ()> {
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, behind) = rest.split_at(digits);
    *rest = behind;
    match digits {
        0 => Ok(None),
        1..=3 => Ok(number.parse().ok()),
        _ => Err(()),
    }
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
