//! Everything else is decoded to samples, with the opacity beside it.

use std::io::Cursor;

use image::{DynamicImage, ImageReader, Limits};

use super::filter::RowFilter;
use super::{Picture, Space};
use crate::graphics::{Image, ImageFormat};
use crate::pdf::stream;

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
    let colors: u8 = if color.has_color() { 3 } else { 1 };
    let mut mask = None;
    let (data, filtered) = if color.has_alpha() {
        let pixels = image.into_rgba8().into_raw();
        let rows = || pixels.chunks((width as usize * 4).max(1));
        let transparent = pixels.iter().skip(3).step_by(4).any(|value| *value < u8::MAX);
        mask = transparent
            .then(|| stream::deflate_parts(rows().map(|row| row.iter().skip(3).step_by(4).copied().collect()), pixels.len() / 4).into());
        let opaque = |row: &[u8]| row.chunks_exact(4).flat_map(|pixel| pixel.iter().take(usize::from(colors)).copied()).collect();
        packed(|| rows().map(opaque), colors, (width, height))
    } else {
        let pixels = if color.has_color() { image.into_rgb8().into_raw() } else { image.into_luma8().into_raw() };
        let length = (width as usize * usize::from(colors)).max(1);
        packed(|| pixels.chunks(length).map(<[u8]>::to_vec), colors, (width, height))
    };
    Picture {
        width,
        height,
        space: if color.has_color() { Space::Rgb } else { Space::Gray },
        bits: 8,
        filter: "FlateDecode",
        predictor: filtered.then_some(colors),
        inverted: false,
        data: vec![data.into()],
        mask,
    }
}

/// So many samples tell whether filters help: they do for photographs and shades, not for drawings of few colours.
const SAMPLE: usize = 1 << 20;

/// Rows of samples deflated, and whether they were filtered before: whichever packs the first of them better.
fn packed<R: Iterator<Item = Vec<u8>>>(rows: impl Fn() -> R, colors: u8, (width, height): (u32, u32)) -> (Vec<u8>, bool) {
    let length = width as usize * usize::from(colors);
    let filtered = |count: usize| {
        let mut filter = RowFilter::new(colors);
        stream::deflate_parts(rows().take(count).map(|row| filter.filtered(row)), length * count)
    };
    let plain = |count: usize| stream::deflate_parts(rows().take(count), length * count);
    let (height, tried) = (height as usize, (SAMPLE / length.max(1)).max(1));
    let (with, without) = (filtered(tried.min(height)), plain(tried.min(height)));
    match (with.len() < without.len(), tried < height) {
        (true, false) => (with, true),
        (false, false) => (without, false),
        (true, true) => (filtered(height), true),
        (false, true) => (plain(height), false),
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, LumaA, Rgb, Rgba};

    use bytes::Bytes;

    use super::*;

    fn png(color: &DynamicImage) -> Image {
        let mut bytes = Cursor::new(Vec::new());
        color.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        Image { bytes: bytes.into_inner().into(), format: ImageFormat::Png, width: color.width(), height: color.height(), tone: None }
    }

    #[test]
    fn opacity_becomes_a_mask_only_where_something_shows_through() {
        let grey = |alpha: u8| png(&ImageBuffer::from_pixel(3, 2, LumaA([7, alpha])).into());
        let (soft, opaque) = (read(&grey(100)).unwrap(), read(&grey(255)).unwrap());
        assert!(matches!(soft.space, Space::Gray) && soft.mask.is_some());
        assert!(matches!(opaque.space, Space::Gray) && opaque.mask.is_none());
        assert_eq!((soft.width, soft.height, soft.bits, soft.predictor), (3, 2, 8, None));
        let coloured = read(&png(&ImageBuffer::from_pixel(2, 2, Rgba([1, 2, 3, 0_u8])).into())).unwrap();
        assert!(matches!(coloured.space, Space::Rgb) && coloured.mask.is_some());
    }

    #[test]
    fn deep_samples_are_brought_to_eight_bits() {
        let deep = read(&png(&ImageBuffer::from_pixel(2, 2, Rgb([0xFFFF_u16, 0x8000, 0])).into())).unwrap();
        assert_eq!(deep.data, [Bytes::from(stream::deflate(&[255, 128, 0].repeat(4)))]);
    }

    #[test]
    fn shades_are_filtered_and_flat_drawings_are_not() {
        let shades =
            read(&png(&ImageBuffer::from_fn(64, 64, |x, y| Rgb([(x * 3 + y) as u8, (y * 3) as u8, (x + y) as u8])).into())).unwrap();
        let flat =
            read(&png(&ImageBuffer::from_fn(64, 64, |x, y| Rgb(if (x / 8 + y / 8) % 2 == 0 { [9_u8, 99, 200] } else { [255; 3] })).into()));
        assert!(shades.predictor == Some(3) && flat.unwrap().predictor.is_none());
    }

    #[test]
    fn pictures_of_absurd_size_are_left_out_before_they_are_decoded() {
        let mut small = png(&ImageBuffer::from_pixel(2, 2, Rgb([1_u8, 2, 3])).into());
        assert!(read(&small).is_some());
        (small.width, small.height) = (5001, 5000);
        assert!(read(&small).is_none(), "more than {PIXELS} pixels");
        let long = png(&ImageBuffer::from_pixel(LONGEST_SIDE + 1, 1, Rgb([1_u8, 2, 3])).into());
        assert!(read(&long).is_none());
    }
}
