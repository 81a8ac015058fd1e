//! Colours and pictures: what `document` reads, `layout` places, and `pdf` and `svg` draw.

use bytes::Bytes;

/// A colour of the screen (sRGB).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// A picture's data as it came, checked for its size.
#[derive(Debug, Clone)]
pub struct Image {
    /// The file's bytes (PNG, JPEG, GIF, BMP, TIFF).
    pub bytes: Bytes,
    /// Its format by content.
    pub format: ImageFormat,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// How its colours are changed; `None` = not at all.
    pub tone: Option<Tone>,
}

/// A change of brightness and contrast: each of red, green and blue from 0 to 1 becomes `gain` × itself + `offset`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tone {
    /// Contrast.
    pub gain: f32,
    /// What black becomes.
    pub offset: f32,
}

impl Tone {
    /// From brightness and contrast, each −1 to 1 (20.1.8.42 `a:lum`; LibreOffice's formula, which turns Word's washout of 70 % and −70 % into what Word shows).
    #[must_use]
    pub fn new(brightness: f32, contrast: f32) -> Option<Self> {
        let near = |value: f32, of: f32| (value - of).abs() < 0.02;
        let (brightness, contrast) = (brightness.clamp(-1.0, 1.0), contrast.clamp(-1.0, 1.0));
        if near(brightness, 0.0) && near(contrast, 0.0) {
            return None;
        }
        let brightness = if near(brightness, 0.7) && near(contrast, -0.7) { 0.5 } else { brightness };
        let gain = if contrast >= 0.0 { 128.0 / (128.0 - 127.0 * contrast) } else { (128.0 + 127.0 * contrast) / 128.0 };
        Some(Self { gain, offset: brightness + (1.0 - gain) * 128.0 / 255.0 })
    }

    /// One value.
    #[must_use]
    pub fn of(self, value: f32) -> f32 {
        (value * self.gain + self.offset).clamp(0.0, 1.0)
    }
}

/// Formats a picture may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageFormat {
    /// PNG.
    Png,
    /// JPEG, handed through to the PDF as it is.
    Jpeg,
    /// GIF, first frame.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// TIFF, first page.
    Tiff,
}
