//! A .docx as its parts: opened within limits, changed part by part, written back.
//!
//! A part nobody changed is written back byte for byte, as the compressed data it came as; a package nobody changed is its own source.
//! Everything is decompressed at [`Package::open`], so that a damaged or hostile file fails there and nowhere else.
//! A clone is cheap: parts are shared, so a template is opened once and cloned for each report. Parts the file holds uncompressed, as Word writes pictures, are stretches of it.
//!
//! Names of parts are compared as ECMA-376 part 2, 6.2.2 says: without regard to case. They carry no leading slash.

mod content_types;
mod error;
mod limits;
mod open;
mod prolog;
mod relationships;
mod save;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;

use bytes::Bytes;

pub use error::PackageError;
pub use limits::Limits;
pub use relationships::{Relationship, Relationships};

use content_types::ContentTypes;

/// A document as zip parts.
#[derive(Debug, Clone)]
pub struct Package {
    /// The file as it came, from which unchanged parts are copied; `None` where it is only read.
    source: Option<Bytes>,
    /// The parts in the order of the file, added ones last.
    parts: Vec<Part>,
    /// Lower-case name → index into `parts`.
    index: HashMap<String, usize>,
    limits: Limits,
}

#[derive(Debug, Clone)]
struct Part {
    name: String,
    data: Bytes,
    /// The zip entry it came from; `None` for one that was added.
    entry: Option<usize>,
    changed: bool,
}

impl Package {
    /// A part's bytes.
    pub fn part(&self, name: &str) -> Option<&[u8]> {
        self.find(name).map(|part| &*part.data)
    }

    /// A part's bytes, shared: for pictures, which outlive the package.
    pub fn shared_part(&self, name: &str) -> Option<Bytes> {
        self.find(name).map(|part| part.data.clone())
    }

    /// Replaces a part, or adds it at the end.
    /// The content types and relationships of an added part are its caller's to write.
    pub fn set_part(&mut self, name: &str, data: impl Into<Bytes>) {
        let key = key(name);
        let data = data.into();
        if let Some(part) = self.index.get(&key).and_then(|&at| self.parts.get_mut(at)) {
            part.changed = part.changed || part.data != data;
            part.data = data;
            return;
        }
        self.index.insert(key, self.parts.len());
        self.parts.push(Part { name: name.trim_start_matches('/').to_owned(), data, entry: None, changed: true });
    }

    /// The names of all parts in the order of the file.
    pub fn part_names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.name.as_str())
    }

    /// The limits it was opened with; they hold for reading its XML too.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The relationships of a part (`""` for those of the whole package); empty when it has none.
    pub fn relationships(&self, part: &str) -> Relationships {
        let name = relationships::part_name(part);
        self.part(&name).map_or_else(Relationships::default, |xml| Relationships::parse(xml, part, self))
    }

    /// The main document's part, as the package's relationships name it.
    pub fn main_document(&self) -> Result<String, PackageError> {
        self.relationships("")
            .of_kind("officeDocument")
            .filter_map(|relationship| relationship.part())
            .find_map(|name| self.find(name))
            .or_else(|| self.find("word/document.xml"))
            .map(|part| part.name.clone())
            .ok_or(PackageError::NotAWordDocument)
    }

    /// A part's content type, from `[Content_Types].xml`.
    pub fn content_type(&self, part: &str) -> Option<String> {
        let xml = self.part("[Content_Types].xml")?;
        ContentTypes::parse(xml).of(part)
    }

    /// The parts as a .docx. Deterministic: the same parts give the same bytes.
    pub fn save(&self) -> Result<Vec<u8>, PackageError> {
        save::save(self)
    }

    fn find(&self, name: &str) -> Option<&Part> {
        if let Some(&at) = self.index.get(name) {
            return self.parts.get(at);
        }
        self.index.get(&key(name)).and_then(|&at| self.parts.get(at))
    }
}

/// A name as it is compared.
fn key(name: &str) -> String {
    name.trim_start_matches('/').to_ascii_lowercase()
}
