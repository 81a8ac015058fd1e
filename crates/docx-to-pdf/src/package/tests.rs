//! Small packages made here, friendly and hostile.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Limits, Package, PackageError};

const ROOT_RELATIONSHIPS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="/word/document.xml"/>
</Relationships>"#;

/// A zip file of the parts given, in their order.
pub(crate) fn zip_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, data) in parts {
        writer.start_file(*name, options).unwrap();
        writer.write_all(data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn open(parts: &[(&str, &[u8])]) -> Result<Package, PackageError> {
    Package::open(&zip_of(parts), &Limits::default())
}

#[test]
fn the_main_document_is_found_through_the_relationships() {
    let package = open(&[("_rels/.rels", ROOT_RELATIONSHIPS.as_bytes()), ("word/document.xml", b"<w/>")]).unwrap();
    assert_eq!(package.main_document().unwrap(), "word/document.xml");
}

#[test]
fn names_are_compared_without_regard_to_case() {
    let package = open(&[("Word/Document.xml", b"<w/>")]).unwrap();
    assert_eq!(package.part("/word/document.XML"), Some(&b"<w/>"[..]));
}

#[test]
fn targets_are_resolved_and_those_that_climb_out_are_dropped() {
    let relationships = br#"<Relationships>
        <Relationship Id="a" Type="t/image" Target="media/a%20b.png"/>
        <Relationship Id="b" Type="t/image" Target="../docProps/core.xml"/>
        <Relationship Id="c" Type="t/image" Target="../../../etc/passwd"/>
        <Relationship Id="d" Type="t/hyperlink" Target="https://example.org/?a=1&amp;b=2" TargetMode="External"/>
    </Relationships>"#;
    let package =
        open(&[("word/_rels/document.xml.rels", relationships), ("word/document.xml", b"<w/>"), ("word/media/a b.png", b"x")]).unwrap();
    let found = package.relationships("word/document.xml");
    assert_eq!(found.get("a").and_then(|r| r.part()), Some("word/media/a b.png"));
    assert_eq!(found.get("b").and_then(|r| r.part()), Some("docProps/core.xml"));
    assert!(found.get("c").is_none());
    assert_eq!(found.get("d").map(|r| (r.target.as_ref(), r.external)), Some(("https://example.org/?a=1&b=2", true)));
    assert_eq!(found.of_kind("image").count(), 2);
}

#[test]
fn content_types_come_from_overrides_first() {
    let types =
        br#"<Types><Default Extension="png" ContentType="image/png"/><Override PartName="/word/document.xml" ContentType="main"/></Types>"#;
    let package = open(&[("[Content_Types].xml", types), ("word/document.xml", b"<w/>")]).unwrap();
    assert_eq!(package.content_type("word/document.xml").as_deref(), Some("main"));
    assert_eq!(package.content_type("word/media/x.PNG").as_deref(), Some("image/png"));
    assert_eq!(package.content_type("word/x.bin"), None);
}

#[test]
fn an_unchanged_package_is_its_own_source() {
    let source = zip_of(&[("a.xml", b"<a/>"), ("b.bin", b"123")]);
    let mut package = Package::open(&source, &Limits::default()).unwrap();
    package.set_part("a.xml", b"<a/>".to_vec());
    assert_eq!(package.save().unwrap(), source);
}

#[test]
fn a_changed_part_keeps_its_place_and_leaves_the_others_as_they_were() {
    let picture: Vec<u8> = (0..2000_u32).flat_map(u32::to_le_bytes).collect();
    let source = zip_of(&[("a.xml", b"<a/>"), ("media/p.png", &picture), ("z.xml", b"<z/>")]);
    let mut package = Package::open(&source, &Limits::default()).unwrap();
    package.set_part("a.xml", b"<changed/>".to_vec());
    package.set_part("new.xml", b"<new/>".to_vec());
    let saved = package.save().unwrap();
    assert_eq!(saved, package.clone().save().unwrap());
    let again = Package::open(&saved, &Limits::default()).unwrap();
    assert_eq!(again.part_names().collect::<Vec<_>>(), ["a.xml", "media/p.png", "z.xml", "new.xml"]);
    assert_eq!(again.part("a.xml"), Some(&b"<changed/>"[..]));
    assert_eq!(again.part("media/p.png"), Some(&picture[..]));
}

#[test]
fn what_is_stored_uncompressed_is_a_stretch_of_the_file_and_is_checked_all_the_same() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, data) in [("word/document.xml", &b"<w/>"[..]), ("word/media/p.png", &b"a picture"[..])] {
        writer.start_file(name, options).unwrap();
        writer.write_all(data).unwrap();
    }
    let mut file = writer.finish().unwrap().into_inner();
    let package = Package::open(&file, &Limits::default()).unwrap();
    assert_eq!((package.part("word/document.xml"), package.part("word/media/p.png")), (Some(&b"<w/>"[..]), Some(&b"a picture"[..])));
    let at = file.windows(9).position(|window| window == b"a picture").unwrap();
    file[at] = b'A';
    assert!(matches!(Package::open(&file, &Limits::default()), Err(PackageError::Damaged { .. })));
}

#[test]
fn a_package_that_is_only_read_can_be_saved_too() {
    let source = zip_of(&[("a.xml", b"<a/>"), ("b.bin", b"123")]);
    let package = Package::open_to_read(&source, &Limits::default()).unwrap();
    let saved = Package::open(&package.save().unwrap(), &Limits::default()).unwrap();
    assert_eq!(saved.part_names().collect::<Vec<_>>(), ["a.xml", "b.bin"]);
    assert_eq!(saved.part("b.bin"), Some(&b"123"[..]));
}

#[test]
fn a_bomb_is_refused_by_its_ratio() {
    let zeros = vec![0; 8 << 20];
    let refused = open(&[("word/document.xml", &zeros)]).err();
    assert!(matches!(refused, Some(PackageError::Bomb { ratio, limit, .. }) if ratio > limit), "{refused:?}");
}

#[test]
fn a_part_over_the_limit_is_refused() {
    let limits = Limits { part_bytes: 10, ..Limits::default() };
    let file = zip_of(&[("a.xml", b"<a>0123456789</a>")]);
    assert!(matches!(Package::open(&file, &limits), Err(PackageError::TooLarge { .. })));
}

#[test]
fn the_sum_of_all_parts_is_bounded() {
    let limits = Limits { total_bytes: 30, ..Limits::default() };
    let file = zip_of(&[("a.bin", &[1; 20]), ("b.bin", &[2; 20])]);
    assert!(matches!(Package::open(&file, &limits), Err(PackageError::TooLarge { .. })));
}

#[test]
fn names_that_climb_out_are_refused() {
    for name in ["../x.xml", "word/../../x.xml", "C:/x.xml", "word\\..\\x.xml"] {
        assert!(matches!(open(&[(name, b"<a/>")]), Err(PackageError::UnsafeName { .. })), "{name}");
    }
}

#[test]
fn two_parts_of_one_name_are_refused() {
    assert!(matches!(open(&[("a.xml", b"<a/>"), ("A.XML", b"<b/>")]), Err(PackageError::Duplicate { .. })));
}

#[test]
fn a_dtd_is_refused_even_behind_comments_and_in_utf16() {
    let plain = b"<?xml version='1.0'?><!-- x --><!DOCTYPE a [<!ENTITY b 'c'>]><a/>".to_vec();
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(plain.iter().flat_map(|&byte| [byte, 0])).collect();
    for xml in [plain, wide] {
        assert!(matches!(open(&[("word/document.xml", &xml)]), Err(PackageError::Dtd { .. })));
    }
}

#[test]
fn what_is_no_zip_says_what_to_do() {
    let error = Package::open(b"hello", &Limits::default()).unwrap_err().to_string();
    assert!(error.contains("save it again"), "{error}");
    let old = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0];
    assert!(matches!(Package::open(&old, &Limits::default()), Err(PackageError::OldOrProtected)));
}

#[test]
fn a_cut_off_file_is_an_error() {
    let file = zip_of(&[("a.xml", b"<a>some text</a>"), ("b.xml", b"<b/>")]);
    for end in 0..file.len() {
        assert!(Package::open(&file[..end], &Limits::default()).is_err());
    }
}
