//! Fonts that are stored in a document (17.8.1).

use docx_to_pdf::fonts::{FaceData, Fonts};
use docx_to_pdf::layout::frame::{Item, Shape};
use docx_to_pdf::package::{Limits, Package};
use docx_to_pdf::warning::Warning;
use docx_to_pdf::{LaidOut, Options, convert, lay_out};

use crate::measured::NAMESPACES;
use crate::support::zip_of;

const KEY: &str = "{3AB636D5-71A6-5F45-A6AC-9E2DA979A6F6}";

/// A bundled font file.
fn file(family: &str, bold: bool) -> &'static [u8] {
    let fonts = Fonts::default();
    let FaceData { bytes, .. } = fonts.data(fonts.select(family, bold, false).font);
    bytes
}

/// The file as Word stores it: its first 32 bytes crossed with the key's, from the last to the first.
fn hidden(file: &[u8]) -> Vec<u8> {
    let key = [0x3A, 0xB6, 0x36, 0xD5, 0x71, 0xA6, 0x5F, 0x45, 0xA6, 0xAC, 0x9E, 0x2D, 0xA9, 0x79, 0xA6, 0xF6];
    let crossed = file.iter().take(32).zip(key.iter().rev().cycle()).map(|(byte, key)| byte ^ key);
    crossed.chain(file.iter().skip(32).copied()).collect()
}

/// A document of one paragraph in the font Academy, which is stored in it in these styles.
fn document(text: &str, stored: &[(&str, Vec<u8>)]) -> Package {
    let look = r#"<w:rPr><w:rFonts w:ascii="Academy" w:hAnsi="Academy" w:cs="Academy"/></w:rPr>"#;
    let body = format!(
        r#"<w:document {NAMESPACES}><w:body><w:p><w:r>{look}<w:t>{text}</w:t></w:r></w:p><w:p><w:r><w:rPr><w:rFonts w:ascii="ACADEMY" w:hAnsi="ACADEMY"/><w:b/></w:rPr><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"#
    );
    let entry = |(at, (style, _)): (usize, &(&str, Vec<u8>))| format!(r#"<w:{style} r:id="f{at}" w:fontKey="{KEY}"/>"#);
    let entries = stored.iter().enumerate().map(entry).collect::<Vec<_>>().concat();
    let table = format!(r#"<w:fonts {NAMESPACES}><w:font w:name="Academy">{entries}</w:font><w:font w:name="Other"/></w:fonts>"#);
    let link = |at: usize| format!(r#"<Relationship Id="f{at}" Type="http://x/relationships/font" Target="fonts/font{at}.odttf"/>"#);
    let links = (0..stored.len()).map(link).collect::<Vec<_>>().concat();
    let names: Vec<String> = (0..stored.len()).map(|at| format!("word/fonts/font{at}.odttf")).collect();
    let links = format!("<Relationships>{links}</Relationships>");
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("word/document.xml", body.as_bytes()),
        ("word/fontTable.xml", table.as_bytes()),
        (
            "word/_rels/document.xml.rels",
            br#"<Relationships><Relationship Id="t" Type="http://x/relationships/fontTable" Target="fontTable.xml"/></Relationships>"#,
        ),
        ("word/_rels/fontTable.xml.rels", links.as_bytes()),
    ];
    parts.extend(names.iter().zip(stored).map(|(name, (_, data))| (name.as_str(), data.as_slice())));
    let limits = Limits { file_bytes: 200 << 20, part_bytes: 100 << 20, total_bytes: 200 << 20, ratio: u64::MAX, ..Limits::default() };
    Package::open(&zip_of(&parts), &limits).expect("the parts are a package")
}

/// The files of the faces that a document's text is in, and how many glyphs are in each.
fn faces(laid_out: &LaidOut) -> Vec<(&'static [u8], usize)> {
    fn walk(items: &[Item], fonts: &Fonts, found: &mut Vec<(&'static [u8], usize)>) {
        for item in items {
            match &item.shape {
                Shape::Glyphs(run) => found.push((fonts.data(run.font).bytes, run.glyphs.len())),
                Shape::Group { items, .. } => walk(items, fonts, found),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    walk(&laid_out.frames.pages[0].items, &laid_out.fonts, &mut found);
    found
}

fn laid(package: &Package, fonts: &Fonts) -> LaidOut {
    lay_out(package, fonts, &Options::default()).expect("the document can be laid out")
}

fn substitutes(laid_out: &LaidOut) -> bool {
    laid_out.warnings.iter().any(|warning| matches!(warning, Warning::FontSubstituted { .. }))
}

#[test]
fn text_is_set_in_the_fonts_stored_in_its_document() {
    let (regular, bold) = (file("Caladea", false), file("DejaVu Sans", true));
    let package = document("Hello", &[("embedRegular", hidden(regular)), ("embedBold", hidden(bold))]);
    let laid_out = laid(&package, &Fonts::default());
    assert_eq!(faces(&laid_out), [(regular, 5), (bold, 5)]);
    assert!(!substitutes(&laid_out), "{:?}", laid_out.warnings);
    // The same fonts give the same PDF, whatever was written in between.
    let (options, fonts) = (Options::default(), Fonts::default());
    let write = |package: &Package| convert(package, &fonts, &options).expect("the document can be converted").pdf;
    let (first, other) = (write(&package), write(&document("Hello", &[("embedRegular", hidden(bold))])));
    assert!(write(&package) == first && first != other);
}

#[test]
fn letters_that_a_stored_font_lacks_are_those_of_the_font_that_would_stand_in_for_it() {
    // Caladea has no Cyrillic letters; Liberation Sans, which stands in for unknown fonts, has.
    let package = document("ab\u{414}", &[("embedRegular", hidden(file("Caladea", false)))]);
    let found = faces(&laid(&package, &Fonts::default()));
    assert!(
        found.contains(&(file("Caladea", false), 2)) && found.contains(&(file("Liberation Sans", false), 1)),
        "{:?}",
        found.iter().map(|(file, count)| (file.len(), *count)).collect::<Vec<_>>()
    );
}

#[test]
fn a_school_s_own_font_wins_over_one_stored_in_a_document() {
    let own = renamed(file("Carlito", false), "Carlito", "Academy");
    let package = document("Hello", &[("embedRegular", hidden(file("Caladea", false)))]);
    let found = faces(&laid(&package, &Fonts::new(vec![own.clone()])));
    assert!(found.iter().all(|(file, _)| *file == own.as_slice()), "{}", found.len());
}

/// A font file under another family's name; the names have one length.
fn renamed(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    let wide = |name: &str| name.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let (from, to) = (wide(from), wide(to));
    let mut file = file.to_vec();
    let places: Vec<usize> = file.windows(from.len()).enumerate().filter(|(_, bytes)| *bytes == from).map(|(at, _)| at).collect();
    for at in places {
        file[at..at + to.len()].copy_from_slice(&to);
    }
    file
}

#[test]
fn what_is_no_font_is_left_out_and_a_substitute_stands_in() {
    let font = file("Caladea", false);
    for broken in [Vec::new(), vec![0; 40], font.to_vec(), hidden(&font[..2000])] {
        let laid_out = laid(&document("Hello", &[("embedRegular", broken)]), &Fonts::default());
        assert!(substitutes(&laid_out) && faces(&laid_out)[0].0 == file("Liberation Sans", false));
    }
    // A relationship without its part.
    let mut package = document("Hello", &[("embedRegular", hidden(font))]);
    package.set_part("word/_rels/fontTable.xml.rels", b"<Relationships/>".to_vec());
    assert!(substitutes(&laid(&package, &Fonts::default())));
}

#[test]
fn a_damaged_font_that_no_pdf_can_hold_stops_no_document() {
    // The table of outlines is called otherwise, so that letters have widths but no shapes.
    let mut font = file("Caladea", false).to_vec();
    let table = font.windows(4).position(|name| name == b"loca").expect("the table");
    font[table..table + 4].copy_from_slice(b"lost");
    let package = document("Hello", &[("embedRegular", hidden(&font))]);
    let laid_out = laid(&package, &Fonts::default());
    assert!(substitutes(&laid_out) && faces(&laid_out)[0].0 == file("Liberation Sans", false));
    assert_eq!(convert(&package, &Fonts::default(), &Options::default()).expect("another font stands in").pages, 1);
    // A sound face beside it is used, for what is bold.
    let beside = document("Hello", &[("embedRegular", hidden(&font)), ("embedBold", hidden(file("DejaVu Sans", true)))]);
    assert_eq!(faces(&laid(&beside, &Fonts::default())), [(file("Liberation Sans", false), 5), (file("DejaVu Sans", true), 5)]);
    // Of a plain face bold is made.
    let plain = document("Hello", &[("embedRegular", hidden(file("Caladea", false)))]);
    assert_eq!(faces(&laid(&plain, &Fonts::default())), [(file("Caladea", false), 5); 2]);
}

#[test]
fn documents_fonts_are_kept_once_and_up_to_a_bound() {
    let fonts = Fonts::default();
    let padded = |length: usize| {
        let mut font = file("Caladea", false).to_vec();
        font.resize(length, 0);
        hidden(&font)
    };
    let set = |length: usize| {
        let package = document("Hello", &[("embedRegular", padded(length))]);
        let found = faces(&laid(&package, &fonts));
        found[0].0
    };
    let first = set(30 << 20);
    assert!(std::ptr::eq(first, set(30 << 20)) && first.len() == 30 << 20);
    assert_eq!(set(31 << 20).len(), 31 << 20);
    // Others stand in for what comes then; what was seen before stays.
    assert!(std::ptr::eq(set(32 << 20), file("Liberation Sans", false)));
    assert!(std::ptr::eq(first, set(30 << 20)));
}
