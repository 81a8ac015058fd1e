//! Pictures: JPEG and most PNG files are handed through as they are, everything else becomes deflated samples.

mod decode;
mod filter;
mod jpeg;
mod png;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use lopdf::{ObjectId, StringFormat};

use super::save::Body;
use super::stream::DEFLATED;
use super::syntax::Syntax;
use super::{PdfError, resources};
use crate::graphics::{Image, ImageFormat, Tone};
use crate::layout::frame::{Frames, ImageId};
use bytes::Bytes;

/// Bytes of pictures kept.
const KEPT: usize = 16 << 20;

/// A picture as the PDF holds it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Picture {
    width: u32,
    height: u32,
    /// `DeviceGray`, `DeviceRGB`, `DeviceCMYK`, or a palette.
    space: Space,
    bits: u8,
    /// `FlateDecode` or `DCTDecode`.
    filter: &'static str,
    /// Samples were filtered by PNG's predictors: number of colours.
    predictor: Option<u8>,
    /// CMYK as Adobe writes it, with 255 for no ink.
    inverted: bool,
    /// In pieces, one behind the other.
    data: Vec<Bytes>,
    /// Opacity, 8 bits a pixel, deflated.
    mask: Option<Bytes>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Space {
    Gray,
    Rgb,
    Cmyk,
    /// Red, green and blue of each entry.
    Palette(Vec<u8>),
}

/// Pictures that were decoded, kept across documents by their bytes.
#[derive(Debug, Default)]
pub(super) struct ImageCache {
    kept: Mutex<CachedImage>,
}

/// The picture's file, and what became of it; `None` if it could not be read.
type Entry = (Bytes, Option<Arc<Picture>>);

#[derive(Debug, Default)]
struct CachedImage {
    pictures: HashMap<u64, Entry>,
    size: usize,
}

/// The pictures of one document, by [`ImageId`], each with its tone there.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    pictures: Vec<Option<(Arc<Picture>, Option<Tone>)>>,
}

impl ImageCache {
    pub(super) fn for_frames(&self, frames: &Frames) -> Pictures {
        Pictures { pictures: frames.images.iter().map(|image| Some((self.picture(image)?, image.tone))).collect() }
    }

    fn picture(&self, image: &Image) -> Option<Arc<Picture>> {
        if let Some(picture) = Picture::handed_through(image) {
            return Some(Arc::new(picture));
        }
        let mut hasher = DefaultHasher::new();
        image.bytes.hash(&mut hasher);
        let key = hasher.finish();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((bytes, picture)) = kept.pictures.get(&key)
            && *bytes == image.bytes
        {
            return picture.clone();
        }
        drop(kept);
        let picture = decode::read(image).map(Arc::new);
        let size = image.bytes.len() + picture.as_deref().map_or(0, Picture::size);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.size += size;
        if kept.size > KEPT {
            kept.pictures.clear();
            kept.size = size;
        }
        if size <= KEPT {
            kept.pictures.insert(key, (image.bytes.clone(), picture.clone()));
        }
        picture
    }
}

impl Pictures {
    /// What a picture is called in the pages' resources; `None` when it could not be read.
    pub(super) fn name(&self, image: ImageId) -> Option<String> {
        self.pictures.get(image.0)?.as_ref().map(|_| name(image.0))
    }

    /// Adds the pictures to the document and to the resources all pages share.
    pub(super) fn embed(&self, body: &mut Body, pages: &[ObjectId]) -> Result<(), PdfError> {
        for (at, picture) in self.pictures.iter().enumerate() {
            if let Some((picture, tone)) = picture {
                let id = picture.embed(*tone, body);
                resources(body, pages, "XObject")?.set(name(at), id);
            }
        }
        Ok(())
    }

    pub(super) fn unreadable(&self) -> Vec<ImageId> {
        self.pictures.iter().enumerate().filter(|(_, picture)| picture.is_none()).map(|(at, _)| ImageId(at)).collect()
    }
}

fn name(index: usize) -> String {
    format!("I{index}")
}

impl Picture {
    /// A picture whose data the PDF takes as it is: only its header is read.
    fn handed_through(image: &Image) -> Option<Self> {
        match image.format {
            ImageFormat::Jpeg => jpeg::read(&image.bytes),
            ImageFormat::Png => png::read(&image.bytes),
            ImageFormat::Gif | ImageFormat::Bmp | ImageFormat::Tiff => None,
        }
    }

    /// Bytes it takes in a cache besides its file.
    fn size(&self) -> usize {
        self.data.iter().chain(&self.mask).map(Bytes::len).sum()
    }

    fn embed(&self, tone: Option<Tone>, body: &mut Body) -> ObjectId {
        let mut dict = self.header(self.bits);
        dict.raw("/ColorSpace");
        self.space.write(tone, &mut dict);
        dict.raw("/Filter").name(self.filter);
        if let Some(colors) = self.predictor {
            dict.raw("/DecodeParms<</Predictor 15/Colors").integer(i64::from(colors));
            dict.raw("/BitsPerComponent").integer(i64::from(self.bits)).raw("/Columns").integer(i64::from(self.width)).raw(">>");
        }
        if let Some(decode) = self.decode(tone) {
            dict.raw("/Decode[");
            for value in decode {
                dict.decimal((f64::from(value) * 10_000.0).round() as i64, 4);
            }
            dict.raw("]");
        }
        if let Some(mask) = &self.mask {
            let mut dict_of_mask = self.header(8);
            dict_of_mask.raw("/ColorSpace/DeviceGray").raw(DEFLATED);
            let mask = body.stream(dict_of_mask, vec![mask.clone()]);
            dict.raw("/SMask").reference(mask);
        }
        body.stream(dict, self.data.clone())
    }

    fn header(&self, bits: u8) -> Syntax {
        let mut dict = Syntax::default();
        dict.raw("/Type/XObject/Subtype/Image");
        for (key, value) in [("Width", self.width), ("Height", self.height), ("BitsPerComponent", u32::from(bits))] {
            dict.name(key).integer(i64::from(value));
        }
        dict
    }

    /// What the least and the greatest sample of each colour stand for, where it is not 0 and 1 (ISO 32000-1, 8.9.5.2): a tone needs no other samples.
    fn decode(&self, tone: Option<Tone>) -> Option<Vec<f32>> {
        let colors = match self.space {
            Space::Gray => 1,
            Space::Rgb => 3,
            Space::Cmyk => 4,
            Space::Palette(_) => return None,
        };
        let pair = match (tone, &self.space) {
            (None, _) if self.inverted => [1.0, 0.0],
            (None, _) => return None,
            // Ink is what light lacks.
            (Some(tone), Space::Cmyk) => {
                let (full, none) = (1.0 - tone.offset, 1.0 - tone.gain - tone.offset);
                if self.inverted { [full, none] } else { [none, full] }
            }
            (Some(tone), _) => [tone.offset, tone.offset + tone.gain],
        };
        Some(pair.repeat(colors))
    }
}

impl Space {
    fn write(&self, tone: Option<Tone>, dict: &mut Syntax) {
        match self {
            Self::Gray => dict.name("DeviceGray"),
            Self::Rgb => dict.name("DeviceRGB"),
            Self::Cmyk => dict.name("DeviceCMYK"),
            Self::Palette(colors) => {
                let last = (colors.len() / 3).saturating_sub(1) as i64;
                let shown = |value: &u8| tone.map_or(*value, |tone| (tone.of(f32::from(*value) / 255.0) * 255.0).round() as u8);
                let table: Vec<u8> = colors.iter().map(shown).collect();
                dict.raw("[/Indexed/DeviceRGB").integer(last).string(&table, StringFormat::Literal).raw("]")
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(space: Space, inverted: bool) -> Option<Vec<f32>> {
        let picture =
            Picture { width: 1, height: 1, space, bits: 8, filter: "FlateDecode", predictor: None, inverted, data: Vec::new(), mask: None };
        picture.decode(Some(Tone { gain: 0.5, offset: 0.25 }))
    }

    #[test]
    fn a_tone_is_a_decode_array_of_each_colour_space() {
        assert_eq!(decode(Space::Gray, false), Some(vec![0.25, 0.75]));
        assert_eq!(decode(Space::Rgb, false), Some([0.25, 0.75].repeat(3)));
        // No ink is white, 1.0 of light, which becomes 0.75: a quarter of ink.
        assert_eq!(decode(Space::Cmyk, false), Some([0.25, 0.75].repeat(4)));
        assert_eq!(decode(Space::Cmyk, true), Some([0.75, 0.25].repeat(4)));
        assert_eq!(decode(Space::Palette(vec![0; 3]), false), None, "a palette is changed itself");
    }
}
