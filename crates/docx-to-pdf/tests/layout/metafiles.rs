//! Metafiles: icons with masks, pieces of bitmaps, arcs, fills without a bitmap, and texts in every character set.

use docx_to_pdf::graphics::Rgb;
use docx_to_pdf::layout::frame::Frames;
use image::RgbaImage;

use crate::breadth::Sheet;
use crate::support::{filled, texts};

const AND: u32 = 0x0088_00C6;
const PAINT: u32 = 0x00EE_0086;
const INVERT: u32 = 0x0066_0046;
const COPY: u32 = 0x00CC_0020;
const PATTERN: u32 = 0x00F0_0021;

/// A WMF of 100 by 50 units: records as kind and numbers of two bytes.
fn wmf(records: &[(u16, Vec<i16>)]) -> Vec<u8> {
    let words = |numbers: &[i16]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let mut file = [0xD7, 0xCD, 0xC6, 0x9A, 0, 0].to_vec();
    file.extend(words(&[0, 0, 100, 50, 96, 0, 0, 0]));
    file.extend(words(&[1, 9, 0x300, 0, 0, 4, 0, 0, 0]));
    for (kind, numbers) in records.iter().chain([&(0, Vec::new())]) {
        file.extend((numbers.len() as u32 + 3).to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(words(numbers));
    }
    file
}

/// An EMF of 100 by 50 device units.
fn emf(records: &[(u32, Vec<i32>, Vec<u8>)]) -> Vec<u8> {
    let header = vec![0, 0, 100, 50, 0, 0, 10_000, 5_000, 0x464D_4520, 0x1_0000, 0, 0, 0, 0, 0, 0, 1000, 1000, 1000, 1000];
    let mut file = Vec::new();
    for (kind, numbers, bytes) in [(1, header, Vec::new())].iter().chain(records).chain([&(14, vec![0, 0, 20], Vec::new())]) {
        file.extend(kind.to_le_bytes());
        file.extend((8 + numbers.len() as u32 * 4 + bytes.len() as u32).to_le_bytes());
        file.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        file.extend(bytes);
    }
    file
}

/// Laid out at twice its units.
fn laid(metafile: Vec<u8>) -> Frames {
    laid_with(metafile, "", "<pic:spPr/>")
}

/// With what is cut off it, and its properties.
fn laid_with(metafile: Vec<u8>, cut: &str, properties: &str) -> Frames {
    let body = format!(
        r#"<w:p><w:r><w:drawing><wp:inline><wp:extent cx="2540000" cy="1270000"/><wp:docPr id="1" name="m"/><a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed="metafile"/>{cut}</pic:blipFill>{properties}</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#
    );
    Sheet { metafile, ..Sheet::body(body) }.laid().0
}

fn pictures(frames: &Frames) -> Vec<RgbaImage> {
    frames.images.iter().map(|image| image::load_from_memory(&image.bytes).expect("a picture").to_rgba8()).collect()
}

/// A bitmap from its lowest row up, as `words` of two bytes: header, colours and rows.
fn bitmap(width: i32, height: i32, bits: u16, rows: &[u8]) -> Vec<u8> {
    let mut bytes = [40, width, height].iter().flat_map(|number: &i32| number.to_le_bytes()).collect::<Vec<u8>>();
    bytes.extend([1, bits].iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend([0; 24]);
    if bits == 1 {
        bytes.extend([0, 0, 0, 0, 255, 255, 255, 0]);
    }
    bytes.extend(rows);
    bytes
}

fn words(bytes: &[u8]) -> Vec<i16> {
    bytes.chunks(2).map(|pair| i16::from_le_bytes([pair[0], pair.get(1).copied().unwrap_or(0)])).collect()
}

/// `META_DIBSTRETCHBLT` of a piece of 2 by 2 to the whole picture.
fn stretch(operation: u32, bitmap: &[u8]) -> (u16, Vec<i16>) {
    let mut numbers = vec![operation as i16, (operation >> 16) as i16, 2, 2, 0, 0, 50, 100, 0, 0];
    numbers.extend(words(bitmap));
    (0x0B41, numbers)
}

/// A mask whose upper half is the icon's: white at the right top, black elsewhere. Below lies something else, as files of icons have it.
fn mask() -> Vec<u8> {
    let row = |bits: u8| [bits, 0, 0, 0];
    bitmap(2, 4, 1, &[row(0xFF), row(0xFF), row(0), row(0x40)].concat())
}

/// An icon: red, black; green, blue.
fn icon() -> Vec<u8> {
    bitmap(2, 2, 24, &[0, 255, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0])
}

#[test]
fn an_icon_covers_where_its_mask_is_black_in_whatever_order_they_come() {
    for operations in [&[AND, PAINT][..], &[AND, INVERT], &[INVERT, AND, INVERT]] {
        let records: Vec<(u16, Vec<i16>)> =
            operations.iter().map(|operation| stretch(*operation, &if *operation == AND { mask() } else { icon() })).collect();
        let found = pictures(&laid(wmf(&records)));
        assert_eq!(found.len(), 1, "{operations:x?}");
        let pixels: Vec<[u8; 4]> = found[0].pixels().map(|pixel| pixel.0).collect();
        assert_eq!(pixels, [[255, 0, 0, 255], [0, 0, 0, 0], [0, 255, 0, 255], [0, 0, 255, 255]], "{operations:x?}");
    }
}

#[test]
fn a_bitmap_that_darkens_leaves_white_open_and_one_that_brightens_shows_nothing_on_white() {
    let found = pictures(&laid(wmf(&[stretch(AND, &bitmap(2, 2, 1, &[0x40, 0, 0, 0, 0x80, 0, 0, 0]))])));
    let opacities: Vec<u8> = found[0].pixels().map(|pixel| pixel.0[3]).collect();
    assert_eq!(opacities, [0, 255, 255, 0]);
    assert!(pictures(&laid(wmf(&[stretch(PAINT, &icon())]))).is_empty());
    // Turned around on white is the negative.
    let found = pictures(&laid(wmf(&[stretch(INVERT, &icon())])));
    assert_eq!(found[0].get_pixel(0, 0).0, [0, 255, 255, 255]);
}

#[test]
fn a_record_takes_its_piece_of_a_bitmap_counted_from_where_the_standard_says() {
    // Four columns and rows: the red of a pixel is its column, the green its row from above.
    let rows: Vec<u8> = (0..4_u8).rev().flat_map(|row| (0..4_u8).flat_map(move |column| [0, row, column])).collect();
    let pixels = bitmap(4, 4, 24, &rows);
    let corner = |found: &[RgbaImage]| (found[0].dimensions(), found[0].get_pixel(0, 0).0);
    // From above in a drawing's bitmap …
    let mut numbers = vec![COPY as i16, (COPY >> 16) as i16, 2, 3, 1, 1, 50, 100, 0, 0];
    numbers.extend(words(&pixels));
    assert_eq!(corner(&pictures(&laid(wmf(&[(0x0B41, numbers)])))), ((3, 2), [1, 1, 0, 255]));
    // … and from below in one that comes from no device.
    let numbers = |kind: u32| {
        let places = vec![0, 0, 0, 0, 0, 0, 1, 0, 3, 2, 80, 40, 120, 48, 0];
        if kind == 81 { [places, vec![COPY as i32, 100, 50]].concat() } else { [places, vec![0, 4, 0]].concat() }
    };
    for kind in [80, 81] {
        let found = pictures(&laid(emf(&[(kind, numbers(kind), pixels.clone())])));
        assert_eq!(corner(&found), ((3, 2), [1, 2, 0, 255]), "{kind}");
    }
}

/// The boxes of all paths that are filled in a colour, in units of the metafile.
fn boxes(frames: &Frames, color: Rgb) -> Vec<[f32; 4]> {
    filled(&frames.pages[0], color).into_iter().map(|edges| edges.map(|edge| ((edge - 50.0) / 2.0).round())).collect()
}

const RED: Rgb = Rgb(255, 0, 0);

#[test]
fn pieces_of_ellipses_run_against_the_clock_unless_the_metafile_says_otherwise() {
    let brush = (0x02FC, vec![0, 255, 0, 0]);
    // A quarter of a circle of 40 by 40, from the right to the top: y and x of the end, of the start, then bottom, right, top, left.
    let pie = (0x081A, vec![0, 20, 20, 40, 40, 40, 0, 0]);
    assert_eq!(boxes(&laid(wmf(&[brush.clone(), (0x012D, vec![0]), pie])), RED), [[20.0, 0.0, 40.0, 20.0]]);
    let brush = (39, vec![1, 0, 255, 0], Vec::new());
    let pie = |clockwise: i32| {
        let records =
            [brush.clone(), (37, vec![1], vec![]), (57, vec![clockwise], vec![]), (47, vec![0, 0, 40, 40, 40, 20, 20, 0], vec![])];
        boxes(&laid(emf(&records)), RED)
    };
    assert_eq!(pie(1), [[20.0, 0.0, 40.0, 20.0]]);
    assert_eq!(pie(2), [[0.0, 0.0, 40.0, 40.0]], "the other three quarters");
}

#[test]
fn areas_are_filled_without_a_bitmap() {
    let brush = [(0x02FC, vec![0, 255, 0, 0]), (0x012D, vec![0])];
    let pattern = (0x061D, vec![PATTERN as i16, (PATTERN >> 16) as i16, 20, 30, 10, 5]);
    assert_eq!(boxes(&laid(wmf(&[&brush[..], &[pattern]].concat())), RED), [[5.0, 10.0, 35.0, 30.0]]);
    let brush = [(39, vec![1, 0, 255, 0], vec![]), (37, vec![1], vec![])];
    let mut numbers = vec![0, 0, 0, 0, 5, 10, 30, 20, PATTERN as i32];
    numbers.resize(23, 0);
    assert_eq!(boxes(&laid(emf(&[&brush[..], &[(76, numbers, vec![])]].concat())), RED), [[5.0, 10.0, 35.0, 30.0]]);
    // A region of two rectangles.
    let region = vec![0, 0, 0, 0, 64, 32, 1, 2, 32, 0, 0, 0, 0, 1, 2, 3, 4, 10, 20, 30, 40];
    assert_eq!(boxes(&laid(emf(&[&brush[..], &[(74, region, vec![])]].concat())), RED), [[1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]]);
    // A text that is opaque in a rectangle.
    let text =
        (84, vec![0, 0, 0, 0, 1, 0, 0, 60, 10, 2, 76, 2, 50, 5, 90, 25, 0], "Hi".encode_utf16().flat_map(u16::to_le_bytes).collect());
    let frames = laid(emf(&[(25, vec![255], vec![]), text]));
    assert_eq!(boxes(&frames, RED), [[50.0, 5.0, 90.0, 25.0]]);
    assert!(texts(&frames.pages[0]).iter().any(|(text, ..)| text == "Hi"));
}

#[test]
fn texts_in_bytes_are_read_in_the_character_set_of_their_font() {
    let font = |charset: u8| {
        let mut bytes = [10_i16, 0, 0, 0, 400].iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
        bytes.extend([0, 0, 0, charset, 0, 0, 0, 0]);
        bytes.extend(b"Arial\0");
        (0x02FB, words(&bytes))
    };
    let cases: [(u8, &[u8], &str); 5] = [
        (0, b"1\x963 \x80", "1–3 €"),
        (204, b"\xCF\xF0\xE8", "При"),
        (238, b"\x9Eena", "žena"),
        (161, b"\xE1\xE2", "αβ"),
        (162, b"\xFDl", "ıl"),
    ];
    for (charset, bytes, text) in cases {
        let mut numbers = vec![bytes.len() as i16];
        numbers.extend(words(bytes));
        numbers.extend([20, 10]);
        let frames = laid(wmf(&[font(charset), (0x012D, vec![0]), (0x0521, numbers)]));
        let found: String = texts(&frames.pages[0]).into_iter().map(|(text, ..)| text).collect();
        assert!(found.contains(text), "{charset}: {found}");
    }
}

#[test]
fn what_is_cut_off_a_metafile_does_not_show_and_the_rest_fills_its_frame() {
    let brush = [(39, vec![1, 0, 255, 0], vec![]), (37, vec![1], vec![])];
    let whole = emf(&[&brush[..], &[(43, vec![20, 10, 60, 30], vec![])]].concat());
    assert_eq!(boxes(&laid(whole.clone()), RED), [[20.0, 10.0, 60.0, 30.0]]);
    let right = laid_with(whole.clone(), r#"<a:srcRect r="50000"/>"#, "<pic:spPr/>");
    assert_eq!(boxes(&right, RED), [[40.0, 10.0, 120.0, 30.0]], "what lies beyond the frame is clipped");
    let corner = laid_with(whole.clone(), r#"<a:srcRect l="20000" t="20000" r="40000" b="40000"/>"#, "<pic:spPr/>");
    assert_eq!(boxes(&corner, RED), [[0.0, 0.0, 100.0, 50.0]]);
    let outlined = r#"<pic:spPr><a:ln w="25400"><a:solidFill><a:srgbClr val="0000FF"/></a:solidFill></a:ln></pic:spPr>"#;
    let strokes = laid_with(whole, "", outlined).pages.remove(0).items;
    assert!(format!("{strokes:?}").contains("color: Rgb(0, 0, 255)"), "its outline is drawn");
}
