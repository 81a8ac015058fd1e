//! Pictures whose colours Word changes: grey, black and white, two tones, one colour left out.

use std::io::Cursor;

use image::{DynamicImage, ImageReader, Limits, RgbaImage};

use crate::graphics::{Image, ImageFormat, Rgb};

/// So much memory decoding may take.
const MEMORY: u64 = 128 << 20;

/// One change of a picture's colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Grey.
    Grey,
    /// Black below this lightness, white from it on.
    BlackAndWhite(u8),
    /// From one colour in the dark to another in the light.
    TwoTone(Rgb, Rgb),
    /// One colour becomes another, with this opacity.
    One(Rgb, (Rgb, u8)),
}

/// The picture with its colours changed; `None` where it cannot be decoded.
pub(super) fn changed(image: &Image, changes: &[Change]) -> Option<Image> {
    let mut pixels = decoded(image)?;
    for change in changes {
        for pixel in pixels.pixels_mut() {
            pixel.0 = change.of(pixel.0);
        }
    }
    written(pixels, image.format)
}

fn decoded(image: &Image) -> Option<RgbaImage> {
    let mut reader = ImageReader::new(Cursor::new(&*image.bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    Some(reader.decode().ok()?.into_rgba8())
}

/// A photograph stays one; what may be partly clear is a PNG.
fn written(pixels: RgbaImage, format: ImageFormat) -> Option<Image> {
    let opaque = pixels.pixels().all(|pixel| pixel.0[3] == u8::MAX);
    let (width, height) = pixels.dimensions();
    let photograph = opaque && format == ImageFormat::Jpeg;
    let (format, written_as) =
        if photograph { (ImageFormat::Jpeg, image::ImageFormat::Jpeg) } else { (ImageFormat::Png, image::ImageFormat::Png) };
    let pixels = DynamicImage::ImageRgba8(pixels);
    let pixels = if opaque { DynamicImage::ImageRgb8(pixels.into_rgb8()) } else { pixels };
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, written_as).ok()?;
    Some(Image { bytes: bytes.into_inner().into(), format, width, height, tone: None })
}

impl Change {
    fn of(self, [red, green, blue, opacity]: [u8; 4]) -> [u8; 4] {
        // The lightness LibreOffice and others take (ITU-R BT.601).
        let light = (u32::from(red) * 77 + u32::from(green) * 151 + u32::from(blue) * 28) >> 8;
        let light = light.min(255) as u8;
        match self {
            Self::Grey => [light, light, light, opacity],
            Self::BlackAndWhite(least) => {
                let value = if light >= least { u8::MAX } else { 0 };
                [value, value, value, opacity]
            }
            Self::TwoTone(dark, bright) => {
                let between = |low: u8, high: u8| {
                    let (low, high, at) = (u32::from(low), u32::from(high), u32::from(light));
                    ((low * (255 - at) + high * at + 127) / 255) as u8
                };
                [between(dark.0, bright.0), between(dark.1, bright.1), between(dark.2, bright.2), opacity]
            }
            Self::One(from, (to, clear)) if Rgb(red, green, blue) == from => {
                [to.0, to.1, to.2, (u32::from(opacity) * u32::from(clear) / 255) as u8]
            }
            Self::One(..) => [red, green, blue, opacity],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_changed() {
        let red = [255, 0, 0, 200];
        assert_eq!(Change::Grey.of(red), [76, 76, 76, 200]);
        assert_eq!((Change::BlackAndWhite(76).of(red), Change::BlackAndWhite(77).of(red)), ([255, 255, 255, 200], [0, 0, 0, 200]));
        let two = Change::TwoTone(Rgb(0, 0, 0), Rgb(255, 170, 0));
        assert_eq!((two.of([255, 255, 255, 255]), two.of([0, 0, 0, 255])), ([255, 170, 0, 255], [0, 0, 0, 255]));
        let clear = Change::One(Rgb(255, 0, 0), (Rgb(255, 0, 0), 0));
        assert_eq!((clear.of(red), clear.of([254, 0, 0, 200])), ([255, 0, 0, 0], [254, 0, 0, 200]));
    }
}
