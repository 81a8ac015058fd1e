//! Pages of positioned glyphs, paths and pictures become a tagged PDF.
//!
//! printpdf assembles the document: pages, resources, graphics states.
//! Operators are written straight to the page they stand on, and what printpdf has no words for is added to its objects before saving: embedded subsets,
//! pictures, the structure tree, the outline, metadata. Nothing here depends on time or chance, so the same frames give the same bytes.

mod extent;
mod fonts;
mod image;
mod metadata;
mod navigation;
mod number;
mod page;
mod path;
mod save;
mod srgb;
mod stream;
mod syntax;
mod tags;
#[cfg(all(test, feature = "bundled-fonts"))]
mod tests;
mod text;

use lopdf::{Document, Object, ObjectId};
use printpdf::{PdfDocument, PdfPage, PdfSaveOptions, Rect};

use save::Body;

use crate::fonts::Fonts;
use crate::layout::frame::{Frames, ImageId};

/// What the PDF says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meta {
    /// Shown in the window's title bar and by screen readers.
    pub title: String,
    /// Who wrote it.
    pub author: String,
    /// What it is about.
    pub subject: String,
    /// Its language as a tag such as `es-CL`; screen readers choose their voice by it.
    pub language: String,
    /// When it was made, in seconds since 1970 (UTC); comes from the data, not from a clock.
    pub created: Option<i64>,
    /// The program that made it.
    pub producer: String,
    /// It is for archives: PDF/A-2a.
    pub archive: bool,
}

impl Meta {
    /// It has what PDF/UA-1 asks for besides the structure, which every document has: a title and a language.
    pub(crate) fn is_for_everyone(&self) -> bool {
        !self.title.trim().is_empty() && !self.language.trim().is_empty()
    }
}

/// Which standards the file says it follows.
#[derive(Debug, Clone, Copy)]
struct Claims {
    /// PDF/UA-1.
    for_everyone: bool,
    /// PDF/A-2a.
    archive: bool,
}

impl Claims {
    /// Neither allows a character without a glyph (ISO 14289-1, 7.21.8; ISO 19005-2, 6.2.11.8).
    fn of(meta: &Meta, painted: &page::Painted) -> Self {
        Self { for_everyone: meta.is_for_everyone() && !painted.lacks_glyphs, archive: meta.archive && !painted.lacks_glyphs }
    }
}

/// A finished PDF.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// Pictures whose data could not be read; their places stay empty.
    pub unreadable: Vec<ImageId>,
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// A PDF needs a page.
    #[error("the layout gave no pages, so there is nothing to write; check that the document has a body")]
    NoPages,
    /// Text needs a font.
    #[error("there is no font to set the text in; give the files of some, or build with the feature bundled-fonts")]
    NoFonts,
    /// A font could not be cut down to the glyphs in use.
    #[error("the font “{font}” cannot be embedded ({reason}); replace the font file by an undamaged TrueType or OpenType font")]
    Font {
        /// Its name.
        font: String,
        /// What the subsetter says.
        reason: String,
    },
    /// The object tree is not what it should be; a defect of this program.
    #[error("the PDF could not be put together: {0}; this is a defect, please report it with the template")]
    Structure(#[from] lopdf::Error),
}

/// Whether the glyphs of a font file can be written into a PDF; a damaged file's cannot.
pub fn can_embed(file: &[u8]) -> bool {
    fonts::can_embed(file)
}

/// Writes PDFs and keeps what does not change from one report to the next: font subsets and decoded pictures (both bounded).
#[derive(Debug, Default)]
pub struct Writer {
    fonts: fonts::FontCache,
    images: image::ImageCache,
}

/// Writes one PDF with nothing kept; see [`Writer`] for many.
pub fn write(frames: &Frames, fonts: &Fonts, meta: &Meta) -> Result<Vec<u8>, PdfError> {
    Ok(Writer::default().write(frames, fonts, meta)?.bytes)
}

impl Writer {
    /// Writes one PDF. The bytes depend on the arguments alone, not on what was written before.
    pub fn write(&self, frames: &Frames, fonts: &Fonts, meta: &Meta) -> Result<Written, PdfError> {
        if frames.pages.is_empty() {
            return Err(PdfError::NoPages);
        }
        let faces = self.fonts.for_frames(frames, fonts)?;
        let pictures = self.images.for_frames(frames);
        let mut painted = page::paint(frames, &faces, &pictures);
        let (mut body, pages) = assemble(frames, &mut painted)?;
        pictures.embed(&mut body, &pages)?;
        faces.embed(&mut body, &pages)?;
        let annotations = navigation::add(&mut body.document, frames, &pages)?;
        tags::add(&mut body, frames, &pages, &painted.marks, &annotations, &meta.language)?;
        metadata::add(&mut body.document, meta, Claims::of(meta, &painted))?;
        Ok(Written { bytes: body.save(), unreadable: pictures.unreadable() })
    }
}

/// Has printpdf assemble the pages and gives them their operators.
fn assemble(frames: &Frames, painted: &mut page::Painted) -> Result<(Body, Vec<ObjectId>), PdfError> {
    let mut pdf = PdfDocument::new("");
    for page in &frames.pages {
        let sheet = Rect::from_wh(number::pt(page.width.0), number::pt(page.height.0));
        pdf.pages.push(PdfPage { media_box: sheet.clone(), trim_box: sheet.clone(), crop_box: sheet, ops: Vec::new() });
    }
    pdf.resources.extgstates.map = std::mem::take(&mut painted.states);
    let options = PdfSaveOptions { optimize: false, subset_fonts: false, secure: true, image_optimization: None };
    let mut document = pdf.to_lopdf_document(&options, &mut Vec::new());
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    for (page, operators) in pages.iter().zip(painted.pages.drain(..)) {
        let content = document.get_dictionary(*page)?.get(b"Contents").and_then(Object::as_reference)?;
        document.set_object(content, stream::content(operators));
    }
    Ok((Body::new(document), pages))
}

/// What all pages share of a kind of resource.
fn resources<'b>(body: &'b mut Body, pages: &[ObjectId], kind: &str) -> Result<&'b mut lopdf::Dictionary, PdfError> {
    let page = body.document.get_dictionary(pages.first().copied().unwrap_or_default())?;
    let resources = page.get(b"Resources").and_then(Object::as_reference)?;
    let shared = body.document.get_dictionary(resources)?.get(kind.as_bytes()).and_then(Object::as_reference)?;
    Ok(body.document.get_object_mut(shared)?.as_dict_mut()?)
}

/// The document's catalog.
fn catalog(document: &mut Document) -> Result<&mut lopdf::Dictionary, PdfError> {
    let id = document.trailer.get(b"Root").and_then(Object::as_reference)?;
    Ok(document.get_object_mut(id)?.as_dict_mut()?)
}
