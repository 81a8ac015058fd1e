//! JPEG files: the PDF takes them as they are; only their header is read.

use super::{Picture, Space};
use bytes::Bytes;

/// Frame headers of the coding processes PDF readers know: baseline, extended, progressive.
const FRAMES: [u8; 3] = [0xc0, 0xc1, 0xc2];

/// The picture; `None` if this is no JPEG a PDF can hold.
pub(super) fn read(bytes: &Bytes) -> Option<Picture> {
    let mut at = 2;
    let mut adobe = false;
    (bytes.get(..2)? == [0xff, 0xd8]).then_some(())?;
    loop {
        while *bytes.get(at)? != 0xff {
            at += 1;
        }
        let marker = *bytes.get(at + 1)?;
        if marker == 0xff {
            at += 1;
            continue;
        }
        at += 2;
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            continue;
        }
        if matches!(marker, 0xd9 | 0xda) {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let segment = bytes.get(at + 2..at + length.max(2))?;
        if FRAMES.contains(&marker) {
            return frame(segment, adobe, bytes);
        }
        adobe |= marker == 0xee && segment.starts_with(b"Adobe");
        at += length.max(2);
    }
}

fn frame(segment: &[u8], adobe: bool, bytes: &Bytes) -> Option<Picture> {
    let [bits, high_1, high_2, wide_1, wide_2, components, ..] = *segment else { return None };
    let (height, width) = (u16::from_be_bytes([high_1, high_2]), u16::from_be_bytes([wide_1, wide_2]));
    let space = match components {
        1 => Space::Gray,
        3 => Space::Rgb,
        4 => Space::Cmyk,
        _ => return None,
    };
    let inverted = adobe && components == 4;
    (bits == 8 && width > 0 && height > 0).then(|| Picture {
        width: width.into(),
        height: height.into(),
        space,
        bits,
        filter: "DCTDecode",
        predictor: None,
        inverted,
        data: vec![bytes.clone()],
        mask: None,
    })
}
