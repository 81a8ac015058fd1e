//! Pictures: JPEG and most PNG files are handed through as they are, everything else becomes deflated samples.

mod decode;
mod jpeg;
mod png;

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use printpdf::{DictItem, ExternalStream, ExternalXObject, XObject, XObjectId};

use crate::graphics::{Image, ImageFormat, Tone};
use crate::layout::frame::{Frames, ImageId};

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
    data: Vec<u8>,
    /// Opacity, 8 bits a pixel, deflated.
    mask: Option<Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Space {
    Gray,
    Rgb,
    Cmyk,
    /// Red, green and blue of each entry.
    Palette(Vec<u8>),
}

/// Pictures kept across documents, by their bytes.
#[derive(Debug, Default)]
pub(super) struct ImageCache {
    kept: Mutex<CachedImage>,
}

/// The picture's file with its tone, and what became of it; `None` if it could not be read.
type Entry = (Arc<[u8]>, Option<Tone>, Option<Arc<XObject>>);

#[derive(Debug, Default)]
struct CachedImage {
    pictures: HashMap<u64, Entry>,
    size: usize,
}

/// The pictures of one document, by [`ImageId`].
#[derive(Debug, Default)]
pub(super) struct Pictures {
    pictures: Vec<Option<Arc<XObject>>>,
}

impl ImageCache {
    pub(super) fn for_frames(&self, frames: &Frames) -> Pictures {
        Pictures { pictures: frames.images.iter().map(|image| self.picture(image)).collect() }
    }

    fn picture(&self, image: &Image) -> Option<Arc<XObject>> {
        let mut hasher = DefaultHasher::new();
        image.bytes.hash(&mut hasher);
        image.tone.map(|tone| (tone.gain.to_bits(), tone.offset.to_bits())).hash(&mut hasher);
        let key = hasher.finish();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((bytes, tone, picture)) = kept.pictures.get(&key)
            && *tone == image.tone
            && (Arc::ptr_eq(bytes, &image.bytes) || **bytes == *image.bytes)
        {
            return picture.clone();
        }
        drop(kept);
        let picture = Picture::read(image).map(|picture| Arc::new(picture.into_object(image.tone)));
        let size = image.bytes.len() + picture.as_deref().map_or(0, object_size);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.size += size;
        if kept.size > KEPT {
            kept.pictures.clear();
            kept.size = size;
        }
        if size <= KEPT {
            kept.pictures.insert(key, (Arc::clone(&image.bytes), image.tone, picture.clone()));
        }
        picture
    }
}

impl Pictures {
    /// What a picture is called in the pages' resources; `None` when it could not be read.
    pub(super) fn name(&self, image: ImageId) -> Option<String> {
        self.pictures.get(image.0)?.as_ref().map(|_| name(image.0))
    }

    pub(super) fn resources(&self) -> BTreeMap<XObjectId, XObject> {
        let readable = self.pictures.iter().enumerate().filter_map(|(at, picture)| Some((at, picture.as_ref()?)));
        readable.map(|(at, picture)| (XObjectId(name(at)), XObject::clone(picture))).collect()
    }

    pub(super) fn unreadable(&self) -> Vec<ImageId> {
        self.pictures.iter().enumerate().filter(|(_, picture)| picture.is_none()).map(|(at, _)| ImageId(at)).collect()
    }
}

fn name(index: usize) -> String {
    format!("I{index}")
}

fn object_size(object: &XObject) -> usize {
    match object {
        XObject::External(external) => {
            let mask = external.stream.dict.get("SMask").map_or(0, |mask| match mask {
                DictItem::Stream { stream } => stream.content.len(),
                _ => 0,
            });
            external.stream.content.len() + mask
        }
        XObject::Image(_) | XObject::Form(_) => 0,
    }
}

impl Picture {
    fn read(image: &Image) -> Option<Self> {
        match image.format {
            ImageFormat::Jpeg => jpeg::read(&image.bytes).or_else(|| decode::read(image)),
            ImageFormat::Png => png::read(&image.bytes).or_else(|| decode::read(image)),
            ImageFormat::Gif | ImageFormat::Bmp | ImageFormat::Tiff => decode::read(image),
        }
    }

    fn into_object(mut self, tone: Option<Tone>) -> XObject {
        if let (Space::Palette(colors), Some(tone)) = (&mut self.space, tone) {
            for value in colors.iter_mut() {
                *value = (tone.of(f32::from(*value) / 255.0) * 255.0).round() as u8;
            }
        }
        let mut dict = header(self.width, self.height, self.bits);
        dict.insert("ColorSpace".to_owned(), self.space.item());
        dict.insert("Filter".to_owned(), word(self.filter));
        if let Some(colors) = self.predictor {
            let parameters = [
                ("Predictor", 15),
                ("Colors", i64::from(colors)),
                ("BitsPerComponent", i64::from(self.bits)),
                ("Columns", i64::from(self.width)),
            ];
            let map = parameters.into_iter().map(|(key, value)| (key.to_owned(), DictItem::Int(value))).collect();
            dict.insert("DecodeParms".to_owned(), DictItem::Dict { map });
        }
        if let Some(decode) = self.decode(tone) {
            dict.insert("Decode".to_owned(), DictItem::Array(decode));
        }
        if let Some(content) = self.mask {
            let mut dict_of_mask = header(self.width, self.height, 8);
            dict_of_mask.insert("ColorSpace".to_owned(), word("DeviceGray"));
            dict_of_mask.insert("Filter".to_owned(), word("FlateDecode"));
            let stream = ExternalStream { dict: dict_of_mask, content, compress: false };
            dict.insert("SMask".to_owned(), DictItem::Stream { stream });
        }
        let stream = ExternalStream { dict, content: self.data, compress: false };
        XObject::External(ExternalXObject { stream, width: None, height: None, dpi: None })
    }
}

impl Picture {
    /// What the least and the greatest sample of each colour stand for, where it is not 0 and 1 (ISO 32000-1, 8.9.5.2): a tone needs no other samples.
    fn decode(&self, tone: Option<Tone>) -> Option<Vec<DictItem>> {
        let colors = match self.space {
            Space::Gray => 1,
            Space::Rgb => 3,
            Space::Cmyk => 4,
            Space::Palette(_) => return None,
        };
        let real = |value: f32| DictItem::Real((value * 10_000.0).round() / 10_000.0);
        let pair = match (tone, &self.space) {
            (None, _) if self.inverted => [DictItem::Int(1), DictItem::Int(0)],
            (None, _) => return None,
            // Ink is what light lacks.
            (Some(tone), Space::Cmyk) => {
                let (full, none) = (1.0 - tone.offset, 1.0 - tone.gain - tone.offset);
                if self.inverted { [real(full), real(none)] } else { [real(none), real(full)] }
            }
            (Some(tone), _) => [real(tone.offset), real(tone.offset + tone.gain)],
        };
        Some(std::iter::repeat_n(pair, colors).flatten().collect())
    }
}

impl Space {
    fn item(&self) -> DictItem {
        match self {
            Self::Gray => word("DeviceGray"),
            Self::Rgb => word("DeviceRGB"),
            Self::Cmyk => word("DeviceCMYK"),
            Self::Palette(colors) => {
                let last = (colors.len() / 3).saturating_sub(1) as i64;
                let table = DictItem::String { data: colors.clone(), literal: true };
                DictItem::Array(vec![word("Indexed"), word("DeviceRGB"), DictItem::Int(last), table])
            }
        }
    }
}

fn header(width: u32, height: u32, bits: u8) -> BTreeMap<String, DictItem> {
    let sizes = [("Width", i64::from(width)), ("Height", i64::from(height)), ("BitsPerComponent", i64::from(bits))];
    let mut dict: BTreeMap<String, DictItem> = sizes.into_iter().map(|(key, value)| (key.to_owned(), DictItem::Int(value))).collect();
    dict.insert("Type".to_owned(), word("XObject"));
    dict.insert("Subtype".to_owned(), word("Image"));
    dict
}

fn word(name: &str) -> DictItem {
    DictItem::Name(name.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(space: Space, inverted: bool) -> Option<Vec<f32>> {
        let picture =
            Picture { width: 1, height: 1, space, bits: 8, filter: "FlateDecode", predictor: None, inverted, data: Vec::new(), mask: None };
        let values = picture.decode(Some(Tone { gain: 0.5, offset: 0.25 }))?;
        let number = |item: &DictItem| match item {
            DictItem::Real(value) => *value,
            other => panic!("a number instead of {other:?}"),
        };
        Some(values.iter().map(number).collect())
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
