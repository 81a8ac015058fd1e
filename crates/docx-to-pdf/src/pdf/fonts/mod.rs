//! Faces as the PDF embeds them: cut down to the glyphs in use, with widths and the text behind each glyph.
//!
//! Cutting and compressing a face costs more than everything else in a small document, so programs are kept.
//! For that, glyphs are taken in blocks (lower case, capitals, digits, accented letters, the rest of Latin-1): reports that
//! differ in a name still need the same blocks. The choice depends on the document alone, so its bytes do too.

mod embed;
mod face;
mod outlines;
mod program;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use lopdf::{Object, ObjectId};
use subsetter::GlyphRemapper;

pub(super) use face::Face;
use face::{Blocks, FaceInfo};
use program::{Extra, Program};

use super::save::Body;
use super::{PdfError, resources};
use crate::fonts::{FaceData, FontId, Fonts};
use crate::layout::frame::{Frames, Glyph, GlyphRun, Item, Shape};

/// A face is told apart by where its bytes lie (they are never moved or freed) and its number in the file.
type FaceKey = (usize, u32);

/// Bytes of programs kept; some fifty subsets.
const KEPT: usize = 4 << 20;

/// Faces and their subsets, kept across documents.
#[derive(Debug, Default)]
pub(super) struct FontCache {
    faces: Mutex<HashMap<FaceKey, Arc<FaceInfo>>>,
    programs: Mutex<Programs>,
}

#[derive(Debug, Default)]
struct Programs {
    kept: HashMap<(FaceKey, Blocks, Vec<Extra>), Arc<Program>>,
    size: usize,
}

/// The faces of one document.
#[derive(Debug, Default)]
pub(super) struct Faces {
    faces: Vec<Face>,
    /// What they are called in the pages' resources.
    names: Vec<String>,
    /// Index into `faces` by [`FontId`].
    by_font: Vec<Option<usize>>,
}

/// Whether a PDF can hold the glyphs of a font file: one that is damaged is refused as a whole.
pub(super) fn can_embed(file: &[u8]) -> bool {
    let Ok(face) = ttf_parser::Face::parse(file, 0) else { return false };
    let mut all = GlyphRemapper::new();
    for glyph in 0..face.number_of_glyphs() {
        all.remap(glyph);
    }
    subsetter::subset(file, 0, &all).is_ok()
}

impl FontCache {
    /// The faces the frames use, each with a program that has all their glyphs.
    pub(super) fn for_frames(&self, frames: &Frames, fonts: &Fonts) -> Result<Faces, PdfError> {
        let mut usage = Usage { cache: self, fonts, used: Faces::default(), keys: Vec::new() };
        for page in &frames.pages {
            usage.items(&page.items);
        }
        let Usage { mut used, keys, .. } = usage;
        for (face, key) in used.faces.iter_mut().zip(keys) {
            face.program = self.program(key, face)?;
        }
        used.names = (0..used.faces.len()).map(|index| format!("F{index}")).collect();
        Ok(used)
    }

    fn face(&self, key: FaceKey, data: FaceData, font: FontId, fonts: &Fonts) -> Arc<FaceInfo> {
        let mut faces = self.faces.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(faces.entry(key).or_insert_with(|| Arc::new(FaceInfo::read(data, font, fonts))))
    }

    fn program(&self, key: FaceKey, face: &Face) -> Result<Arc<Program>, PdfError> {
        let key = (key, face.blocks, face.extras());
        if let Some(program) = self.programs.lock().unwrap_or_else(PoisonError::into_inner).kept.get(&key) {
            return Ok(Arc::clone(program));
        }
        let program = Arc::new(Program::make(&face.info, key.1, &key.2)?);
        let mut programs = self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        programs.size += program.size();
        if programs.size > KEPT {
            programs.kept.clear();
            programs.size = program.size();
        }
        programs.kept.insert(key, Arc::clone(&program));
        Ok(program)
    }
}

/// Collects which glyphs are in use.
struct Usage<'a> {
    cache: &'a FontCache,
    fonts: &'a Fonts,
    used: Faces,
    keys: Vec<FaceKey>,
}

impl Usage<'_> {
    fn items(&mut self, items: &[Item]) {
        for item in items {
            match &item.shape {
                Shape::Glyphs(run) => self.run(run),
                Shape::Group { items, .. } => self.items(items),
                Shape::Path(_) | Shape::Image(_) => {}
            }
        }
    }

    fn run(&mut self, run: &GlyphRun) {
        let index = self.index(run.font);
        if let Some(face) = self.used.faces.get_mut(index) {
            for glyph in &run.glyphs {
                face.note(glyph.id, || text_of(run, glyph));
            }
        }
    }

    fn index(&mut self, font: FontId) -> usize {
        let at = usize::from(font.0);
        if let Some(Some(index)) = self.used.by_font.get(at) {
            return *index;
        }
        let data = self.fonts.data(font);
        let key = (data.bytes.as_ptr() as usize, data.index);
        let index = self.keys.iter().position(|known| *known == key).unwrap_or_else(|| {
            self.keys.push(key);
            self.used.faces.push(Face::new(self.cache.face(key, data, font, self.fonts)));
            self.keys.len() - 1
        });
        if self.used.by_font.len() <= at {
            self.used.by_font.resize(at + 1, None);
        }
        if let Some(slot) = self.used.by_font.get_mut(at) {
            *slot = Some(index);
        }
        index
    }
}

/// The text a glyph stands for.
pub(super) fn text_of<'a>(run: &'a GlyphRun, glyph: &Glyph) -> &'a str {
    run.text.get(glyph.text.0 as usize..glyph.text.1 as usize).unwrap_or_default()
}

impl Faces {
    /// A face and its index.
    pub(super) fn get(&self, font: FontId) -> Option<(usize, &Face)> {
        let index = (*self.by_font.get(usize::from(font.0))?)?;
        Some((index, self.faces.get(index)?))
    }

    /// What a face is called in the pages' resources.
    pub(super) fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    /// Adds the fonts to the document and to the resources all pages share.
    pub(super) fn embed(&self, body: &mut Body, pages: &[ObjectId]) -> Result<(), PdfError> {
        for (index, face) in self.faces.iter().enumerate() {
            let font = embed::add(body, face);
            resources(body, pages, "Font")?.set(self.name(index), Object::Reference(font));
        }
        Ok(())
    }
}
