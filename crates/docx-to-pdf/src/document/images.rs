//! Pictures: recognised by their content, measured by their header, shared by everything that shows them.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;

use image::ImageReader;

use super::recolor::{self, Change};
use super::warnings::Warnings;
use crate::graphics::{Image, ImageFormat, Rgb, Tone};
use crate::package::Package;

/// So often one file's colours or tones are changed.
const MOST_RECOLORED: usize = 8;
/// So many pixels get other colours or tones in a document; each is decoded, changed and compressed.
const MOST_RECOLORED_PIXELS: u64 = 16_000_000;

/// A document has no more tiles of patterns of their own.
const MOST_PATTERNS: usize = 64;

/// What was changed of a picture, and what it became.
type Recolored = (Vec<Change>, Option<Arc<Image>>);

/// Pictures by the part they come from.
#[derive(Debug, Default)]
pub(super) struct Images {
    known: HashMap<String, Result<Arc<Image>, String>>,
    /// The same in other tones, by part.
    toned: HashMap<String, Vec<Arc<Image>>>,
    /// The same in other colours, by part.
    recolored: HashMap<String, Vec<Recolored>>,
    recolored_pixels: u64,
    /// Tiles of patterns, by their pixels and colours.
    patterns: HashMap<([u8; 8], Rgb, Rgb), Option<Arc<Image>>>,
}

impl Images {
    /// A part's picture; `Err` tells in words why there is none.
    pub(super) fn get(&mut self, part: &str, package: &Package) -> Result<Arc<Image>, String> {
        if let Some(known) = self.known.get(part) {
            return known.clone();
        }
        let found = load(part, package);
        self.known.insert(part.to_owned(), found.clone());
        found
    }

    /// The same for what keeps no space of its own (fills, bullets): why there is none is told here.
    pub(super) fn get_or_warn(&mut self, part: &str, package: &Package, warnings: &mut Warnings) -> Option<Arc<Image>> {
        self.get(part, package).map_err(|reason| warnings.picture(part, reason)).ok()
    }

    /// The tile of a pattern, made once; `None` where there are too many.
    pub(super) fn pattern(&mut self, key: ([u8; 8], Rgb, Rgb), make: impl FnOnce() -> Option<Arc<Image>>) -> Option<Arc<Image>> {
        if self.patterns.len() >= MOST_PATTERNS && !self.patterns.contains_key(&key) {
            return None;
        }
        self.patterns.entry(key).or_insert_with(make).clone()
    }

    /// A part's picture with its brightness and contrast changed; equal ones are one. It keeps its own where too much was changed before.
    pub(super) fn toned(&mut self, part: &str, image: Arc<Image>, tone: Option<Tone>) -> Arc<Image> {
        let Some(tone) = tone else { return image };
        let known = self.toned.entry(part.to_owned()).or_default();
        if let Some(same) = known.iter().find(|known| known.tone == Some(tone) && known.bytes == image.bytes) {
            return Arc::clone(same);
        }
        let pixels = self.recolored_pixels.saturating_add(u64::from(image.width) * u64::from(image.height));
        if known.len() >= MOST_RECOLORED || pixels > MOST_RECOLORED_PIXELS {
            return image;
        }
        self.recolored_pixels = pixels;
        let toned = Arc::new(Image { tone: Some(tone), ..(*image).clone() });
        known.push(Arc::clone(&toned));
        toned
    }

    /// A part's picture with its colours changed; equal ones are one. `None` where it keeps its colours: it cannot be decoded, or too much was changed before.
    pub(super) fn recolored(&mut self, part: &str, image: &Arc<Image>, changes: Vec<Change>) -> Option<Arc<Image>> {
        let known = self.recolored.entry(part.to_owned()).or_default();
        if let Some((_, same)) = known.iter().find(|(known, _)| *known == changes) {
            return same.clone();
        }
        // Each makes a picture anew: of one file there are not many, and of a document not more than this.
        let pixels = self.recolored_pixels.saturating_add(u64::from(image.width) * u64::from(image.height));
        if known.len() >= MOST_RECOLORED || pixels > MOST_RECOLORED_PIXELS {
            return None;
        }
        self.recolored_pixels = pixels;
        let made = recolor::changed(image, &changes).map(Arc::new);
        known.push((changes, made.clone()));
        made
    }
}

fn load(part: &str, package: &Package) -> Result<Arc<Image>, String> {
    let bytes = package.shared_part(part).ok_or("the part is missing")?;
    if let Some(name) = drawing_format(&bytes) {
        return Err(format!("{name} pictures cannot be shown; use PNG or JPEG"));
    }
    let reader = ImageReader::new(Cursor::new(&bytes[..])).with_guessed_format().map_err(|error| error.to_string())?;
    let format = match reader.format() {
        Some(image::ImageFormat::Png) => ImageFormat::Png,
        Some(image::ImageFormat::Jpeg) => ImageFormat::Jpeg,
        Some(image::ImageFormat::Gif) => ImageFormat::Gif,
        Some(image::ImageFormat::Bmp) => ImageFormat::Bmp,
        Some(image::ImageFormat::Tiff) => ImageFormat::Tiff,
        _ => return Err("its format is not known; use PNG or JPEG".to_owned()),
    };
    let (width, height) = reader.into_dimensions().map_err(|error| format!("it is damaged ({error}); insert it again"))?;
    let pixels = u64::from(width) * u64::from(height);
    let most = package.limits().pixels;
    if pixels == 0 || pixels > most {
        return Err(format!("it is {width} × {height} pixels, which is not between 1 and {most}; use a smaller one"));
    }
    Ok(Arc::new(Image { bytes, format, width, height, tone: None }))
}

/// Formats Word shows and we do not.
fn drawing_format(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        // EMF: a header record (1) with " EMF" at byte 40 (MS-EMF 2.3.4.2).
        [1, 0, 0, 0, ..] if bytes.get(40..44) == Some(b" EMF") => Some("EMF"),
        [0xD7, 0xCD, 0xC6, 0x9A, ..] | [1, 0, 9, 0, ..] => Some("WMF"),
        [0x1F, 0x8B, ..] => Some("compressed metafile"),
        [b'I', b'I', 0xBC, ..] => Some("JPEG XR"),
        _ if bytes.starts_with(b"<svg") || bytes.starts_with(b"<?xml") => Some("SVG"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_keep_their_colors_once_too_many_pixels_were_changed() {
        let picture = |side: u32| {
            let mut bytes = Cursor::new(Vec::new());
            image::GrayImage::new(4, 4).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
            // The size of its header is believed, and makes no pixels here.
            Arc::new(Image { bytes: bytes.into_inner().into(), format: ImageFormat::Png, width: side, height: side, tone: None })
        };
        let mut images = Images::default();
        assert!(images.recolored("a", &picture(3000), vec![Change::Grey]).is_some());
        assert!(images.recolored("b", &picture(3000), vec![Change::Grey]).is_none(), "with the first it is too much");
        assert!(images.recolored("a", &picture(3000), vec![Change::Grey]).is_some(), "what was made is there");
        let damaged = Arc::new(Image { bytes: b"no picture".as_slice().into(), ..(*picture(10)).clone() });
        assert!(images.recolored("c", &damaged, vec![Change::Grey]).is_none());
    }
}
