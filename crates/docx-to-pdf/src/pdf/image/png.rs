//! PNG files without transparency or interlacing hold exactly what a PDF holds: their compressed data is handed through.

use super::{Picture, Space};
use bytes::Bytes;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The picture; `None` if it has to be decoded (transparency, interlacing, damage).
pub(super) fn read(bytes: &Bytes) -> Option<Picture> {
    let mut rest = bytes.strip_prefix(SIGNATURE)?;
    let mut header = None;
    let mut palette = None;
    let mut data: Vec<Bytes> = Vec::new();
    loop {
        let (kind, body, after) = chunk(rest)?;
        rest = after;
        match kind {
            b"IHDR" => header = Some(<[u8; 13]>::try_from(body).ok()?),
            b"PLTE" => palette = Some(body.to_vec()),
            b"tRNS" => return None,
            b"IDAT" => data.push(bytes.slice_ref(body)),
            b"IEND" => break,
            _ => {}
        }
    }
    let [w1, w2, w3, w4, h1, h2, h3, h4, bits, kind, 0, 0, 0] = header? else { return None };
    // Only what the PNG specification allows (11.2.2, 11.2.3); the decoder tells what else is wrong.
    let (space, colors) = match (kind, bits) {
        (0, 1 | 2 | 4 | 8 | 16) => (Space::Gray, 1),
        (2, 8 | 16) => (Space::Rgb, 3),
        (3, 1 | 2 | 4 | 8) => (Space::Palette(palette.filter(|palette| fits(palette, bits))?), 1),
        _ => return None,
    };
    let (width, height) = (u32::from_be_bytes([w1, w2, w3, w4]), u32::from_be_bytes([h1, h2, h3, h4]));
    // Two bytes of zlib header tell at least that there is data; a reader's decoder stops where damaged data stops.
    let usable = width > 0 && height > 0 && data.iter().find_map(|piece| piece.first()).is_some_and(|first| first & 0x0f == 8);
    usable.then_some(Picture {
        width,
        height,
        space,
        bits,
        filter: "FlateDecode",
        predictor: Some(colors),
        inverted: false,
        data,
        mask: None,
    })
}

/// Whole entries, at least one, and no more than the samples can name.
fn fits(palette: &[u8], bits: u8) -> bool {
    !palette.is_empty() && palette.len().is_multiple_of(3) && palette.len() / 3 <= 1 << bits
}

/// A chunk's kind and body, and what follows it.
fn chunk(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let length = u32::from_be_bytes(<[u8; 4]>::try_from(bytes.get(..4)?).ok()?) as usize;
    let kind = bytes.get(4..8)?;
    let body = bytes.get(8..8_usize.checked_add(length)?)?;
    Some((kind, body, bytes.get(12 + length..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG of these chunks, its checksums left at zero: nothing here reads them.
    fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut out = SIGNATURE.to_vec();
        for (kind, body) in chunks {
            out.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
            out.extend(*kind);
            out.extend(*body);
            out.extend([0; 4]);
        }
        out
    }

    fn header(bits: u8, kind: u8, interlaced: u8) -> Vec<u8> {
        [&2_u32.to_be_bytes()[..], &3_u32.to_be_bytes()[..], &[bits, kind, 0, 0, interlaced]].concat()
    }

    const DATA: (&[u8; 4], &[u8]) = (b"IDAT", &[0x78, 1, 2, 3]);
    const END: (&[u8; 4], &[u8]) = (b"IEND", &[]);

    #[test]
    fn data_is_handed_through_in_one_piece() {
        let read = |png: Vec<u8>| read(&png.into());
        let picture = read(png(&[(b"IHDR", &header(8, 2, 0)), DATA, (b"tEXt", b"x"), (b"IDAT", &[4, 5]), END])).unwrap();
        assert_eq!((picture.width, picture.height, picture.bits, picture.predictor), (2, 3, 8, Some(3)));
        assert_eq!(picture.data.iter().flat_map(|piece| piece.iter()).copied().collect::<Vec<u8>>(), [0x78, 1, 2, 3, 4, 5]);
        assert!(matches!(picture.space, Space::Rgb) && picture.mask.is_none());
        let gray = read(png(&[(b"IHDR", &header(16, 0, 0)), DATA, END])).unwrap();
        assert!(matches!(gray.space, Space::Gray) && gray.bits == 16);
        let palette = read(png(&[(b"IHDR", &header(1, 3, 0)), (b"PLTE", &[0, 0, 0, 9, 9, 9]), DATA, END])).unwrap();
        assert!(matches!(palette.space, Space::Palette(colors) if colors.len() == 6));
    }

    #[test]
    fn what_a_pdf_does_not_hold_as_it_is_is_decoded() {
        let (rgb, indexed): (Vec<u8>, Vec<u8>) = (header(8, 2, 0), header(1, 3, 0));
        let refused = [
            png(&[(b"IHDR", &header(8, 2, 1)), DATA, END]),
            png(&[(b"IHDR", &header(8, 6, 0)), DATA, END]),
            png(&[(b"IHDR", &header(4, 2, 0)), DATA, END]),
            png(&[(b"IHDR", &rgb), (b"tRNS", &[0; 6]), DATA, END]),
            png(&[(b"IHDR", &indexed), DATA, END]),
            png(&[(b"IHDR", &indexed), (b"PLTE", &[0; 9]), DATA, END]),
            png(&[(b"IHDR", &indexed), (b"PLTE", &[0; 4]), DATA, END]),
            png(&[(b"IHDR", &rgb), (b"IDAT", &[0x77, 0]), END]),
            png(&[(b"IHDR", &rgb), END]),
            png(&[DATA, END]),
        ];
        for (at, bytes) in refused.iter().enumerate() {
            assert!(read(&Bytes::copy_from_slice(bytes)).is_none(), "{at}");
        }
        let whole = png(&[(b"IHDR", &rgb), DATA, END]);
        assert!((0..whole.len() - 12).all(|end| read(&Bytes::copy_from_slice(&whole[..end])).is_none()), "cut off anywhere");
    }
}
