//! Device-independent bitmaps of metafiles as pictures.

use std::io::Cursor;
use std::sync::Arc;

use image::{DynamicImage, RgbaImage};

use super::Bytes;
use crate::graphics::{Image, ImageFormat, Rgb};

/// How a bitmap meets what is below it (MS-WMF 2.1.1.31), where that is white paper or an icon's mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raster {
    /// It replaces it.
    Copy,
    /// Its negative replaces it.
    CopyInverted,
    /// It darkens it: an icon's mask, or a drawing on white.
    And,
    /// It brightens it: an icon on its mask; nothing on white.
    Paint,
    /// It turns it around: an icon on its mask, or before and after it; its negative on white.
    Invert,
    /// White stays white.
    Nothing,
}

impl Raster {
    pub(super) fn of(operation: u32) -> Self {
        match operation {
            0x0088_00C6 => Self::And,
            0x00EE_0086 => Self::Paint,
            0x0066_0046 => Self::Invert,
            0x0033_0008 => Self::CopyInverted,
            0x00BB_0226 => Self::Nothing,
            _ => Self::Copy,
        }
    }
}

/// A piece of a bitmap in pixels, as records name it: left, top, width and height.
pub(super) type Piece = [f32; 4];

/// The part of a bitmap that a record takes from it; all of it where that is no part.
pub(super) fn cropped(pixels: RgbaImage, [left, top, width, height]: Piece) -> RgbaImage {
    let (most_x, most_y) = (pixels.width() as f32, pixels.height() as f32);
    let (left, right) = (left.max(0.0), (left + width).min(most_x));
    let (top, bottom) = (top.max(0.0), (top + height).min(most_y));
    let is_part = right - left >= 1.0 && bottom - top >= 1.0 && (right - left < most_x || bottom - top < most_y);
    if !is_part {
        return pixels;
    }
    image::imageops::crop_imm(&pixels, left as u32, top as u32, (right - left) as u32, (bottom - top) as u32).to_image()
}

/// A bitmap's header and pixels, within a bound of pixels.
pub(super) fn decoded(header: &[u8], pixels: &[u8], most: u64) -> Option<RgbaImage> {
    let info = Bytes(header);
    if info.u32(0) < 40 || header.len() < 40 || pixels.is_empty() {
        return None;
    }
    let (width, height) = (info.i32(4).abs() as u32, info.i32(8).abs() as u32);
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > most {
        return None;
    }
    let mut file = Vec::with_capacity(14 + header.len() + pixels.len());
    file.extend_from_slice(b"BM");
    file.extend_from_slice(&((14 + header.len() + pixels.len()) as u32).to_le_bytes());
    file.extend_from_slice(&[0; 4]);
    file.extend_from_slice(&((14 + header.len()) as u32).to_le_bytes());
    file.extend_from_slice(header);
    file.extend_from_slice(pixels);
    Some(image::load_from_memory_with_format(&file, image::ImageFormat::Bmp).ok()?.to_rgba8())
}

/// A packed bitmap: the pixels right behind header and colours.
pub(super) fn packed(bytes: &[u8], most: u64) -> Option<RgbaImage> {
    let info = Bytes(bytes);
    let size = info.u32(0) as usize;
    let bits = info.u16(14);
    let used = info.u32(32) as usize;
    let colors = match (used, bits) {
        (0, 0..=8) => 1_usize << bits,
        (0, _) => 0,
        _ => used.min(256),
    };
    let masks = if info.u32(16) == 3 && size == 40 { 12 } else { 0 };
    let header = size.checked_add(colors * 4 + masks)?;
    decoded(bytes.get(..header)?, bytes.get(header..)?, most)
}

/// Pixels with an opacity of their own, colours already multiplied by it (MS-EMF 2.3.1.1); `None` where they are of another kind.
pub(super) fn with_opacity(header: &[u8], pixels: &[u8], most: u64) -> Option<RgbaImage> {
    let info = Bytes(header);
    let (width, height) = (info.i32(4).abs() as u32, info.i32(8).abs() as u32);
    if info.u16(14) != 32 || width == 0 || height == 0 || u64::from(width) * u64::from(height) > most {
        return None;
    }
    let up = info.i32(8) > 0.0;
    let plain = |part: u8, opacity: u8| if opacity == 0 { 0 } else { (u32::from(part) * 255 / u32::from(opacity)).min(255) as u8 };
    Some(RgbaImage::from_fn(width, height, |x, y| {
        let row = if up { height - 1 - y } else { y };
        let [blue, green, red, opacity] = Bytes(pixels).get((row as usize * width as usize + x as usize) * 4);
        image::Rgba([plain(red, opacity), plain(green, opacity), plain(blue, opacity), opacity])
    }))
}

/// An icon and its mask as one: where the mask is black the icon covers.
pub(super) fn masked(icon: &RgbaImage, mask: &RgbaImage) -> RgbaImage {
    let (across, down) = (mask.width() as f32 / icon.width() as f32, mask.height() as f32 / icon.height() as f32);
    RgbaImage::from_fn(icon.width(), icon.height(), |x, y| {
        let image::Rgba([red, green, blue, _]) = *icon.get_pixel(x, y);
        let (at_x, at_y) = (((x as f32 + 0.5) * across) as u32, ((y as f32 + 0.5) * down) as u32);
        let covers = mask.get_pixel(at_x.min(mask.width() - 1), at_y.min(mask.height() - 1)).0[0] < 128;
        image::Rgba([red, green, blue, if covers { 255 } else { 0 }])
    })
}

/// A bitmap that only darkens: its white does not cover.
pub(super) fn without_white(mut pixels: RgbaImage) -> RgbaImage {
    for pixel in pixels.pixels_mut().filter(|pixel| pixel.0[..3] == [255; 3]) {
        pixel.0[3] = 0;
    }
    pixels
}

/// Its negative.
pub(super) fn inverted(mut pixels: RgbaImage) -> RgbaImage {
    image::imageops::invert(&mut pixels);
    pixels
}

/// The same, so opaque in all.
pub(super) fn faded(mut pixels: RgbaImage, opacity: u8) -> RgbaImage {
    for pixel in pixels.pixels_mut() {
        pixel.0[3] = (u16::from(pixel.0[3]) * u16::from(opacity) / 255) as u8;
    }
    pixels
}

/// The same without one colour.
pub(super) fn without_color(mut pixels: RgbaImage, Rgb(red, green, blue): Rgb) -> RgbaImage {
    for pixel in pixels.pixels_mut().filter(|pixel| pixel.0[..3] == [red, green, blue]) {
        pixel.0[3] = 0;
    }
    pixels
}

/// As a picture that layout shows.
pub(super) fn picture(pixels: RgbaImage) -> Option<Arc<Image>> {
    let (width, height) = pixels.dimensions();
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(pixels).write_to(&mut bytes, image::ImageFormat::Png).ok()?;
    Some(Arc::new(Image { bytes: bytes.into_inner().into(), format: ImageFormat::Png, width, height, tone: None }))
}
