//! Everything else is decoded to samples, with the opacity beside it.

use std::io::Cursor;

use image::{DynamicImage, ImageReader, Limits};

use super::{Picture, Space};
use crate::report::layout::frame::{Image, ImageFormat};
use crate::report::pdf::stream;

/// Sides and memory a picture may take; larger ones are left out rather than let one file take the process down.
const LONGEST_SIDE: u32 = 16_384;
const MEMORY: u64 = 128 << 20;

/// The picture; `None` if it cannot be decoded.
pub(super) fn read(image: &Image) -> Option<Picture> {
    let mut reader = ImageReader::with_format(Cursor::new(&*image.bytes), format(image.format));
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    Some(samples(&reader.decode().ok()?))
}

fn format(format: ImageFormat) -> image::ImageFormat {
    match format {
        ImageFormat::Png => image::ImageFormat::Png,
        ImageFormat::Jpeg => image::ImageFormat::Jpeg,
        ImageFormat::Gif => image::ImageFormat::Gif,
        ImageFormat::Bmp => image::ImageFormat::Bmp,
        ImageFormat::Tiff => image::ImageFormat::Tiff,
    }
}

fn samples(image: &DynamicImage) -> Picture {
    let color = image.color();
    let pixels = image.to_rgba8();
    let opacity: Vec<u8> = if color.has_alpha() { pixels.pixels().map(|pixel| pixel.0[3]).collect() } else { Vec::new() };
    let mask = opacity.iter().any(|value| *value < u8::MAX).then(|| stream::deflate(&opacity));
    let (space, data): (_, Vec<u8>) = if color.has_color() {
        (Space::Rgb, pixels.pixels().flat_map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2]]).collect())
    } else {
        (Space::Gray, pixels.pixels().map(|pixel| pixel.0[0]).collect())
    };
    Picture {
        width: image.width(),
        height: image.height(),
        space,
        bits: 8,
        filter: "FlateDecode",
        predictor: None,
        inverted: false,
        data: stream::deflate(&data),
        mask,
    }
}
