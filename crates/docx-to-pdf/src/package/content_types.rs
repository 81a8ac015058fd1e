//! `[Content_Types].xml` (ECMA-376 part 2, 7.2.3).

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::key;
use super::relationships::attribute;

/// What kind of data each part holds.
#[derive(Debug, Default)]
pub(super) struct ContentTypes {
    overrides: HashMap<String, String>,
    defaults: HashMap<String, String>,
}

impl ContentTypes {
    /// Reads what is well-formed; the rest is as good as absent.
    pub(super) fn parse(xml: &[u8]) -> Self {
        let mut types = Self::default();
        let Ok(text) = std::str::from_utf8(xml) else { return types };
        let mut reader = Reader::from_str(text);
        while let Ok(event) = reader.read_event() {
            let element = match event {
                Event::Start(element) | Event::Empty(element) => element,
                Event::Eof => break,
                _ => continue,
            };
            let Some(kind) = attribute(&element, "ContentType") else { continue };
            match element.local_name().into_inner() {
                "Override" => types.overrides.extend(attribute(&element, "PartName").map(|name| (key(&name), kind))),
                "Default" => types.defaults.extend(attribute(&element, "Extension").map(|end| (end.to_ascii_lowercase(), kind))),
                _ => {}
            }
        }
        types
    }

    /// The type of a part.
    pub(super) fn of(&self, part: &str) -> Option<String> {
        let name = key(part);
        let end = name.rsplit('.').next().unwrap_or_default();
        self.overrides.get(&name).or_else(|| self.defaults.get(end)).cloned()
    }
}
