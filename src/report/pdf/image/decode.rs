//! Everything else is decoded to samples, with the opacity beside it.

use std::io::Cursor;

use image::{DynamicImage, ImageReader, Limits};

use super::{Picture, Space};
use crate::report::layout::frame::{Image, ImageFormat};
use crate::report::pdf::stream;

/// Sides and memory a picture may take; larger ones are left out rather than let one file take the process down.
const LONGEST_SIDE: u32 = 16_384;
const MEMORY: u64 = 128 << 20;
const PIXELS: u64 = 25_000_000;

/// The picture; `None` if it cannot be decoded.
pub(super) fn read(image: &Image) -> Option<Picture> {
    let mut reader = ImageReader::with_format(Cursor::new(&*image.bytes), format(image.format));
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    // What the samples come to is known before they are made: four bytes a pixel at most, and a copy to compress.
    let pixels = u64::from(image.width) * u64::from(image.height);
    if pixels > PIXELS {
        return None;
    }
    Some(samples(reader.decode().ok()?))
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

fn samples(image: DynamicImage) -> Picture {
    let color = image.color();
    let (width, height) = (image.width(), image.height());
    let mut mask = None;
    let (space, data) = if color.has_alpha() {
        let pixels = image.into_rgba8().into_raw();
        let opacity: Vec<u8> = pixels.iter().skip(3).step_by(4).copied().collect();
        mask = opacity.iter().any(|value| *value < u8::MAX).then(|| stream::deflate(&opacity));
        drop(opacity);
        let colors = if color.has_color() { 3 } else { 1 };
        let data: Vec<u8> = pixels.chunks_exact(4).flat_map(|pixel| pixel.iter().take(colors).copied()).collect();
        (if color.has_color() { Space::Rgb } else { Space::Gray }, data)
    } else if color.has_color() {
        (Space::Rgb, image.into_rgb8().into_raw())
    } else {
        (Space::Gray, image.into_luma8().into_raw())
    };
    Picture { width, height, space, bits: 8, filter: "FlateDecode", predictor: None, inverted: false, data: stream::deflate(&data), mask }
}
