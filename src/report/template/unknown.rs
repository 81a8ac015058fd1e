//! Names nobody knows: what may have been meant, in the author's own words.

use minijinja::value::{Value, ValueKind};

use super::check::Name;
use super::fill::Structure;
use super::finding::Problem;
use super::names::{self, PathTarget};

/// The problem of a name, if neither the standard data nor the data given knows it.
pub(super) fn problem(name: &Name, data: Option<&Value>) -> Option<Problem> {
    match name {
        Name::Plain(plain) => {
            if data.is_some_and(|data| has(data, plain)) {
                return None;
            }
            let own = data.map(keys).unwrap_or_default();
            let nearest = names::nearest_plain(plain).or_else(|| names::nearest(plain, own.iter().map(String::as_str)));
            Some(Problem::UnknownName { name: plain.clone(), nearest: nearest.map(str::to_owned), known: Vec::new() })
        }
        Name::Path { path, written } => {
            // A plain name in braces (`{{ alumno }}`).
            if !path.contains(['.', '[']) && names::expression(path).is_some() {
                return None;
            }
            let known = |path: &str| path_is_known(path) || data.is_some_and(|data| leads_somewhere(data, path));
            // An item of a list nobody knows was told at its loop already.
            if known(path) || looped_over(path, written).is_some_and(|list| !known(list)) {
                return None;
            }
            let (nearest, known) = meant(path, written, data);
            Some(Problem::UnknownName { name: written.clone(), nearest, known })
        }
    }
}

/// A list or a record that a tag shows as it is.
pub(super) fn printed(name: &Name, data: Option<&Value>) -> Option<Problem> {
    let Name::Path { path, written } = name else { return None };
    let structure = match data.and_then(|data| at(data, path)) {
        Some(value) => Structure::of(&value)?,
        None => standard_structure(path)?,
    };
    Some(Problem::Printed { write: structure.write(written), list: structure.list })
}

/// What a path of the standard data leads to, if it is a list or a record.
fn standard_structure(path: &str) -> Option<Structure> {
    let below: Vec<&str> = names::PATHS.iter().filter_map(|known| known.strip_prefix(path)).collect();
    let list = below.iter().any(|rest| rest.starts_with("[]"));
    let fields: Vec<&str> = below.iter().filter_map(|rest| rest.strip_prefix(if list { "[]." } else { "." })).collect();
    let field = fields.iter().find(|field| **field == "name").or(fields.first()).map(|field| (*field).to_owned());
    (list || field.is_some()).then_some(Structure { list, field })
}

/// The list whose items a name's root stands for (`groups` of `g.name`).
fn looped_over<'p>(path: &'p str, written: &str) -> Option<&'p str> {
    let behind = written.split_once('.').map_or(0, |(_, rest)| rest.len() + 1);
    path.get(..path.len().checked_sub(behind)?)?.strip_suffix("[]")
}

/// The nearest name; when none is near, the names there are beside it.
///
/// Inside a loop both are said of the loop's variable: `g.name`, not `groups.name`.
fn meant(path: &str, written: &str, data: Option<&Value>) -> (Option<String>, Vec<String>) {
    let beside = path.rsplit_once('.').map(|(parent, last)| (last, fields(parent, data)));
    if let Some((last, fields)) = beside {
        let parent = written.rsplit_once('.').map_or(written, |(parent, _)| parent);
        let called = |field: &String| format!("{parent}.{field}");
        if let Some(field) = nearest_field(last, &fields) {
            return (Some(called(field)), Vec::new());
        }
        if !fields.is_empty() {
            return (None, fields.iter().map(called).collect());
        }
    }
    let own = data.map(keys).unwrap_or_default();
    let whole = names::PATHS.into_iter().filter(|path| !path.contains(['[', '*']));
    let nearest = names::nearest(path, whole).or_else(|| names::nearest(path, own.iter().map(String::as_str)));
    if let Some(nearest) = nearest.or_else(|| names::nearest(path, names::roots())).or_else(|| names::nearest_plain(path)) {
        return (Some(nearest.to_owned()), Vec::new());
    }
    // The first word misspelt, the rest as it is (`studnt.name`).
    let rooted = path.split_once('.').and_then(|(root, rest)| Some(format!("{}.{rest}", names::nearest(root, names::roots())?)));
    (rooted.filter(|path| path_is_known(path)), Vec::new())
}

/// The field meant by a misspelt one: the one it is the beginning of (`percent` of `percentage`), else the nearest.
fn nearest_field<'f>(last: &str, fields: &'f [String]) -> Option<&'f String> {
    let nearest = names::nearest(last, fields.iter().map(String::as_str));
    let longer =
        || (last.len() > 2).then(|| fields.iter().find(|field| field.starts_with(last) || last.starts_with(field.as_str()))).flatten();
    longer().or_else(|| nearest.and_then(|nearest| fields.iter().find(|field| *field == nearest)))
}

/// What stands below a path: of the data given, else of the standard data.
fn fields(parent: &str, data: Option<&Value>) -> Vec<String> {
    if let Some(own) = data.and_then(|data| at(data, parent)).filter(|value| value.kind() == ValueKind::Map) {
        return keys(&own);
    }
    let below = names::PATHS.iter().filter_map(|path| path.strip_prefix(parent)?.strip_prefix('.'));
    let mut fields: Vec<String> = Vec::new();
    for field in below.filter_map(|rest| rest.split(['.', '[', '*']).next()).filter(|field| !field.is_empty()) {
        if !fields.iter().any(|known| known == field) {
            fields.push(field.to_owned());
        }
    }
    fields
}

/// A path of the standard data, or a method of a value there (`student.name.upper`).
fn path_is_known(path: &str) -> bool {
    names::known_path(path) == PathTarget::Yes
        || path
            .rsplit_once('.')
            .is_some_and(|(value, method)| names::METHODS.contains(&method) && names::known_path(value) == PathTarget::Yes)
}

fn has(data: &Value, name: &str) -> bool {
    data.get_attr(name).is_ok_and(|value| !value.is_undefined())
}

fn keys(data: &Value) -> Vec<String> {
    data.try_iter().map(|names| names.map(|name| name.to_string()).collect()).unwrap_or_default()
}

/// The value a path leads to, through the first item of each list.
fn at(data: &Value, path: &str) -> Option<Value> {
    let mut value = data.clone();
    for piece in path.split('.') {
        value = value.get_attr(piece.trim_end_matches("[]")).ok()?;
        for _ in 0..piece.matches("[]").count() {
            value = value.try_iter().ok()?.next()?;
        }
    }
    Some(value)
}

/// Whether data holds a path. An empty list, a missing value and a method are given the benefit of the doubt.
fn leads_somewhere(data: &Value, path: &str) -> bool {
    let mut at = data.clone();
    for (depth, piece) in path.split('.').enumerate() {
        let name = piece.trim_end_matches("[]");
        let next = at.get_attr(name).unwrap_or_default();
        if next.is_undefined() {
            return depth > 0 && at.kind() != ValueKind::Map;
        }
        at = next;
        for _ in 0..piece.matches("[]").count() {
            let Some(first) = at.try_iter().ok().and_then(|mut items| items.next()) else { return true };
            at = first;
        }
    }
    true
}
