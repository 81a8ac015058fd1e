//! Fonts that documents bring along.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use rustybuzz::ttf_parser;

use super::face::Face;
use super::{FontId, Fonts, normalised};

/// So many bytes of documents' fonts are kept by a process; others stand in for those beyond.
const MOST_BYTES: usize = 64 << 20;

/// So many sets of fonts are kept, each with some megabytes of shaped words: a school's templates share one or have a few.
const MOST_SETS: usize = 4;

/// A face that a document brings along.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'d> {
    /// The family as the document calls it.
    pub family: &'d str,
    /// It is the family's bold face.
    pub bold: bool,
    /// It is its italic one.
    pub italic: bool,
    /// The font file.
    pub data: &'d [u8],
}

/// Faces of documents by their families' names, as they are looked up.
#[derive(Debug, Default)]
pub(super) struct Families {
    by_name: HashMap<String, Vec<FontId>>,
    /// The first face that a document brought.
    from: usize,
}

impl Families {
    /// Those of a set from a face on.
    pub(super) fn of(faces: &[Arc<Face>], from: usize) -> Self {
        let mut by_name: HashMap<String, Vec<FontId>> = HashMap::new();
        for (at, face) in faces.iter().enumerate().skip(from) {
            if let Ok(at) = u16::try_from(at) {
                by_name.entry(normalised(&face.family)).or_default().push(FontId(at));
            }
        }
        Self { by_name, from }
    }

    /// The faces of a family.
    pub(super) fn get(&self, name: &str) -> &[FontId] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a document brought the face.
    pub(super) fn holds(&self, font: FontId) -> bool {
        !self.by_name.is_empty() && usize::from(font.0) >= self.from
    }
}

/// The faces of the documents seen, each once, and the sets they made, with their shaped words.
#[derive(Debug, Default)]
pub(super) struct StoredCache(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    faces: HashMap<u64, Vec<Arc<Face>>>,
    bytes: usize,
    sets: HashMap<Vec<usize>, Fonts>,
}

impl StoredCache {
    /// The set with these faces.
    pub(super) fn with<'d>(
        &self,
        stored: impl Iterator<Item = Stored<'d>>,
        is_usable: impl Fn(&[u8]) -> bool,
        make: impl FnOnce(Vec<Arc<Face>>) -> Fonts,
    ) -> Option<Fonts> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let faces: Vec<Arc<Face>> = stored.filter_map(|stored| entries.face(stored, &is_usable)).collect();
        if faces.is_empty() {
            return None;
        }
        let key: Vec<usize> = faces.iter().map(|face| Arc::as_ptr(face) as usize).collect();
        if let Some(fonts) = entries.sets.get(&key) {
            return Some(fonts.clone());
        }
        if entries.sets.len() >= MOST_SETS {
            entries.sets.clear();
        }
        let fonts = make(faces);
        entries.sets.insert(key, fonts.clone());
        Some(fonts)
    }
}

impl Entries {
    /// The face, if it was seen before or can be kept: its letters must be those of Unicode.
    fn face(&mut self, stored: Stored<'_>, is_usable: impl Fn(&[u8]) -> bool) -> Option<Arc<Face>> {
        let Stored { family, bold, italic, data } = stored;
        let mut hasher = DefaultHasher::new();
        (family, bold, italic, data.len(), data.get(..1024)).hash(&mut hasher);
        let alike = self.faces.entry(hasher.finish()).or_default();
        let is_it = |face: &&Arc<Face>| &*face.family == family && face.bold == bold && face.italic == italic && face.data == data;
        if let Some(face) = alike.iter().find(is_it) {
            return Some(Arc::clone(face));
        }
        if self.bytes + data.len() > MOST_BYTES || !has_letters(data) || !is_usable(data) {
            return None;
        }
        self.bytes += data.len();
        // Parsed faces borrow their file: it is given away for good, as a school's own are, up to the bound above.
        let data: &'static [u8] = Box::leak(data.to_vec().into_boxed_slice());
        let face = Arc::new(Face::new(family, bold, italic, data, 0));
        alike.push(Arc::clone(&face));
        Some(face)
    }
}

/// A font whose letters are found by Unicode: those of symbols are not, and text in them is read as Unicode's.
fn has_letters(data: &[u8]) -> bool {
    ttf_parser::Face::parse(data, 0).is_ok_and(|face| ('\u{20}'..='\u{24F}').any(|letter| face.glyph_index(letter).is_some()))
}
