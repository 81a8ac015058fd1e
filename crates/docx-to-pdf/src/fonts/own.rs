//! A school's own fonts.

use std::collections::HashMap;
use std::sync::Arc;

use fontdb::{Database, Family, Query, Source, Style, Weight};

use super::FontId;
use super::face::Face;

/// From this weight on a face counts as bold.
const BOLD: u16 = 600;

/// Looks up faces by family and style.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnFonts {
    database: Database,
    ids: HashMap<fontdb::ID, FontId>,
    /// Families as their files spell them, by their name in lower case.
    spellings: HashMap<String, String>,
}

impl OwnFonts {
    /// Reads the files and adds their faces to the set.
    pub(super) fn load(files: Vec<Vec<u8>>, faces: &mut Vec<Arc<Face>>) -> Self {
        let mut own = Self::default();
        for file in files {
            // Parsed faces borrow their file. Own fonts are loaded once, at start, and used until the end, so the file is given
            // away for good instead of being parsed anew for every word.
            let data: &'static [u8] = Box::leak(file.into_boxed_slice());
            for id in own.database.load_font_source(Source::Binary(Arc::new(data))) {
                own.add(id, data, faces);
            }
        }
        own
    }

    fn add(&mut self, id: fontdb::ID, data: &'static [u8], faces: &mut Vec<Arc<Face>>) {
        let Some(info) = self.database.face(id) else { return };
        let Some((family, _)) = info.families.first() else { return };
        let bold = info.weight.0 >= BOLD;
        let face = Face::new(family, bold, info.style != Style::Normal, data, info.index);
        let Ok(at) = u16::try_from(faces.len()) else { return };
        if face.parsed().is_none() {
            return;
        }
        for (name, _) in &info.families {
            self.spellings.insert(name.to_lowercase(), name.clone());
        }
        self.ids.insert(id, FontId(at));
        faces.push(Arc::new(face));
    }

    /// The face of a family (its name in lower case) nearest to a style.
    pub(super) fn find(&self, family: &str, bold: bool, italic: bool) -> Option<FontId> {
        let query = Query {
            families: &[Family::Name(self.spellings.get(family)?)],
            weight: if bold { Weight::BOLD } else { Weight::NORMAL },
            style: if italic { Style::Italic } else { Style::Normal },
            ..Query::default()
        };
        self.ids.get(&self.database.query(&query)?).copied()
    }
}
