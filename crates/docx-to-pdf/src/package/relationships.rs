//! Relationships between parts (ECMA-376 part 2, 6.5).

use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::Package;

/// The relationships of one part, in the order they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relationships {
    items: Vec<Relationship>,
}

/// One relationship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relationship {
    /// Its id (`rId7`).
    pub id: String,
    /// Its type, an address.
    pub kind: String,
    /// Where it leads: the name of a part, or the address outside.
    pub target: Arc<str>,
    /// It leads outside the package.
    pub external: bool,
}

impl Relationship {
    /// The last piece of its type (`image`), which is the same in the transitional and the strict spelling.
    pub fn short_kind(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or_default()
    }

    /// The part it leads to; `None` when it leads outside.
    pub fn part(&self) -> Option<&str> {
        (!self.external).then_some(&*self.target)
    }
}

impl Relationships {
    /// By its id.
    pub fn get(&self, id: &str) -> Option<&Relationship> {
        self.items.iter().find(|item| item.id == id)
    }

    /// All of a kind (`image`, `header`, `styles`).
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Relationship> {
        self.items.iter().filter(move |item| item.short_kind() == kind)
    }

    /// All.
    pub fn iter(&self) -> impl Iterator<Item = &Relationship> {
        self.items.iter()
    }

    /// Reads what is well-formed. A target that climbs out of the package is dropped, so that nothing can follow it.
    pub(super) fn parse(xml: &[u8], source: &str, package: &Package) -> Self {
        let mut items = Vec::new();
        let Ok(text) = std::str::from_utf8(xml) else { return Self { items } };
        let mut reader = Reader::from_str(text);
        while let Ok(event) = reader.read_event() {
            let element = match event {
                Event::Start(element) | Event::Empty(element) => element,
                Event::Eof => break,
                _ => continue,
            };
            if element.local_name().into_inner() == "Relationship" {
                items.extend(relationship(&element, source, package));
            }
        }
        Self { items }
    }
}

fn relationship(element: &BytesStart<'_>, source: &str, package: &Package) -> Option<Relationship> {
    let id = attribute(element, "Id")?;
    let kind = attribute(element, "Type").unwrap_or_default();
    let target = attribute(element, "Target")?;
    let external = attribute(element, "TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("External"));
    if external {
        return Some(Relationship { id, kind, target: target.into(), external });
    }
    let resolved = resolve(source, &target)?;
    // Some producers escape the target but not the name in the zip.
    let target = if package.part(&resolved).is_some() { resolved } else { resolve(source, &unescaped(&target))? };
    Some(Relationship { id, kind, target: target.into(), external })
}

/// The part that holds another part's relationships.
pub(super) fn part_name(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/_rels/{file}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// A target relative to its source as a part's name; `None` when it climbs out of the package.
fn resolve(source: &str, target: &str) -> Option<String> {
    let target = target.split('#').next().unwrap_or_default().replace('\\', "/");
    let mut segments: Vec<&str> = Vec::new();
    if !target.starts_with('/') {
        segments.extend(source.split('/'));
        segments.pop();
    }
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            name => segments.push(name),
        }
    }
    Some(segments.join("/"))
}

fn unescaped(target: &str) -> String {
    let mut bytes = Vec::with_capacity(target.len());
    let mut rest = target.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An attribute's value by its local name.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|attribute| attribute.key.local_name().into_inner() == name)?;
    let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}
