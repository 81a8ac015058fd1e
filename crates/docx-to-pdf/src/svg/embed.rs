//! Pictures inside of a picture: as `data:` addresses.

use std::io::Cursor;

use crate::graphics::{Image, ImageFormat};

/// A picture's address; `None` where its data cannot be read. Formats that browsers do not show become PNG.
pub(super) fn address(image: &Image) -> Option<String> {
    let (kind, bytes) = match image.format {
        ImageFormat::Png => ("png", image.bytes.to_vec()),
        ImageFormat::Jpeg => ("jpeg", image.bytes.to_vec()),
        ImageFormat::Gif => ("gif", image.bytes.to_vec()),
        ImageFormat::Bmp | ImageFormat::Tiff => {
            let mut png = Cursor::new(Vec::new());
            image::load_from_memory(&image.bytes).ok()?.write_to(&mut png, image::ImageFormat::Png).ok()?;
            ("png", png.into_inner())
        }
    };
    Some(format!("data:image/{kind};base64,{}", base64(&bytes)))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = (group >> (18 - 6 * place) & 63) as usize;
            text.push(if place <= chunk.len() { char::from(DIGITS[digit]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn the_vectors_of_rfc_4648() {
        let vectors =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in vectors {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
