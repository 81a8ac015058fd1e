//! Everything else is decoded to samples, with the opacity beside it.

use std::io::Cursor;

use image::{DynamicImage, ImageReader, Limits};

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
    let mut mask = None;
    let (space, data) = if color.has_alpha() {
        let pixels = image.into_rgba8().into_raw();
        let rows = || pixels.chunks((width as usize * 4).max(1));
        let transparent = pixels.iter().skip(3).step_by(4).any(|value| *value < u8::MAX);
        mask = transparent
            .then(|| stream::deflate_parts(rows().map(|row| row.iter().skip(3).step_by(4).copied().collect()), pixels.len() / 4).into());
        let colors = if color.has_color() { 3 } else { 1 };
        let data = stream::deflate_parts(
            rows().map(|row| row.chunks_exact(4).flat_map(|pixel| pixel.iter().take(colors).copied()).collect()),
            pixels.len(),
        );
        (if color.has_color() { Space::Rgb } else { Space::Gray }, data)
    } else if color.has_color() {
        (Space::Rgb, stream::deflate(&image.into_rgb8()))
    } else {
        (Space::Gray, stream::deflate(&image.into_luma8()))
    };
    Picture { width, height, space, bits: 8, filter: "FlateDecode", predictor: None, inverted: false, data: vec![data.into()], mask }
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
    fn pictures_of_absurd_size_are_left_out_before_they_are_decoded() {
        let mut small = png(&ImageBuffer::from_pixel(2, 2, Rgb([1_u8, 2, 3])).into());
        assert!(read(&small).is_some());
        (small.width, small.height) = (5001, 5000);
        assert!(read(&small).is_none(), "more than {PIXELS} pixels");
        let long = png(&ImageBuffer::from_pixel(LONGEST_SIDE + 1, 1, Rgb([1_u8, 2, 3])).into());
        assert!(read(&long).is_none());
    }
}
