//! Frames are built by hand; the file is read back with an own reader of its text (`text_of`), so no other program is needed.

use std::collections::HashMap;
use std::sync::Arc;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::*;
use crate::fonts::Features;
use crate::graphics::{Image, ImageFormat, Rgb};
use crate::layout::frame::{
    Destination, Glyph, GlyphRun, Item, Link, LinkTarget, NodeId, OutlineEntry, Page, Path, PathStep, PlacedImage, Role, Shape, Stroke,
};
use crate::units::Pt;

/// Sets lines of text, one under another, and whatever else a test asks for.
struct Sheet {
    fonts: Fonts,
    frames: Frames,
}

impl Sheet {
    fn new() -> Self {
        let page = Page { width: Pt(595.0), height: Pt(842.0), ..Page::default() };
        Self { fonts: Fonts::default(), frames: Frames { pages: vec![page], ..Frames::default() } }
    }

    fn page(&mut self) -> &mut Page {
        self.frames.pages.last_mut().expect("a sheet has a page")
    }

    fn put(&mut self, tag: Option<NodeId>, shape: Shape) {
        self.page().items.push(Item { tag, shape });
    }

    fn run(&self, family: &str, text: &str, rtl: bool) -> GlyphRun {
        let selected = self.fonts.select(family, false, false);
        let shaped = self.fonts.shape(selected.font, text, Features { kerning: false, ligatures: true, rtl });
        let size = 12.0;
        let mut pen = 0.0;
        let mut glyphs = Vec::new();
        for glyph in &shaped.glyphs {
            let (x, rise, advance) = (Pt((pen + glyph.dx) * size), Pt(glyph.dy * size), Pt(glyph.advance * size));
            glyphs.push(Glyph { id: glyph.id, x, rise, advance, text: glyph.text });
            pen += glyph.advance;
        }
        let y = Pt(60.0 + 20.0 * self.frames.pages.last().map_or(0, |page| page.items.len()) as f32);
        GlyphRun {
            font: selected.font,
            size: Pt(size),
            scale_x: 1.0,
            color: Rgb(0, 0, 0),
            x: Pt(50.0),
            y,
            glyphs,
            text: text.to_owned(),
            rtl,
            synthetic_italic: false,
            synthetic_bold: false,
            unseen: false,
        }
    }

    fn line(&mut self, tag: Option<NodeId>, family: &str, text: &str) {
        let run = self.run(family, text, false);
        self.put(tag, Shape::Glyphs(run));
    }

    fn image(&mut self, bytes: Vec<u8>, format: ImageFormat) -> ImageId {
        self.frames.images.push(Arc::new(Image { bytes: bytes.into(), format, width: 2, height: 2, tone: None }));
        ImageId(self.frames.images.len() - 1)
    }

    fn write(&self) -> Vec<u8> {
        write(&self.frames, &self.fonts, &meta()).expect("the sheet can be written")
    }
}

fn meta() -> Meta {
    Meta {
        title: "Informe de Ñandú <1>".to_owned(),
        author: "Colegio".to_owned(),
        subject: "M1".to_owned(),
        language: "es-CL".to_owned(),
        created: Some(1_700_000_000),
        producer: "gradepost".to_owned(),
        archive: false,
    }
}

fn placed(image: ImageId) -> PlacedImage {
    PlacedImage {
        image,
        x: Pt(100.0),
        y: Pt(200.0),
        width: Pt(80.0),
        height: Pt(40.0),
        crop: [0.0; 4],
        rotation: 0.0,
        flip: (false, false),
        opacity: 1.0,
    }
}

fn load(bytes: &[u8]) -> Document {
    Document::load_mem(bytes).expect("our PDF can be read")
}

fn operations(document: &Document, page: ObjectId) -> Content {
    Content::decode(&document.get_page_content(page)).expect("operators")
}

/// What copying all text of all pages gives.
fn text_of(bytes: &[u8]) -> String {
    let document = load(bytes);
    let mut text = String::new();
    for page in document.get_pages().into_values() {
        let fonts = document.get_page_fonts(page).expect("fonts");
        let maps: HashMap<Vec<u8>, HashMap<u16, String>> =
            fonts.into_iter().map(|(name, font)| (name, to_unicode(&document, font))).collect();
        let mut map = HashMap::new();
        let mut hidden = false;
        for operation in operations(&document, page).operations {
            match (operation.operator.as_str(), operation.operands.as_slice()) {
                ("Tf", [Object::Name(name), _]) => map = maps.get(name).cloned().unwrap_or_default(),
                ("BDC", [_, Object::Dictionary(properties)]) if properties.has(b"ActualText") => {
                    let actual = properties.get(b"ActualText").expect("checked");
                    text.push_str(&lopdf::decode_text_string(actual).expect("a text string"));
                    hidden = true;
                }
                ("EMC", _) => hidden = false,
                ("TJ", [Object::Array(parts)]) if !hidden => {
                    for code in parts.iter().filter_map(|part| part.as_str().ok()).flat_map(|codes| codes.chunks(2)) {
                        let code = u16::from_be_bytes([code[0], code[1]]);
                        text.push_str(map.get(&code).map_or("\u{fffd}", String::as_str));
                    }
                }
                ("ET", _) => text.push('\n'),
                _ => {}
            }
        }
    }
    text
}

fn to_unicode(document: &Document, font: &Dictionary) -> HashMap<u16, String> {
    let stream = document.get_object(font.get(b"ToUnicode").and_then(Object::as_reference).expect("a map")).and_then(Object::as_stream);
    let map = stream.expect("a stream").decompressed_content().expect("deflated");
    let units = |hex: &str| -> Vec<u16> {
        hex.as_bytes().chunks(4).map(|unit| u16::from_str_radix(std::str::from_utf8(unit).expect("hex"), 16).expect("hex")).collect()
    };
    let map = String::from_utf8(map).expect("ASCII");
    let pairs = map.lines().filter_map(|line| line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <"));
    pairs
        .filter(|(code, text)| code.len() == 4 && *text != "FFFF")
        .map(|(code, text)| (units(code)[0], String::from_utf16_lossy(&units(text))))
        .collect()
}

fn catalog_of(document: &Document) -> &Dictionary {
    document.catalog().expect("a catalog")
}

fn follow<'a>(document: &'a Document, object: &'a Object) -> &'a Object {
    document.dereference(object).expect("the object is there").1
}

#[test]
fn text_is_read_back_exactly() {
    let mut sheet = Sheet::new();
    let lines = [
        ("Calibri", "Eficiencia: oficina, flúor, attitude; ¿qué tal el año 2026?"),
        ("Arial", "Ñandú — “comillas” 100 % € • ½"),
        ("Times New Roman", "Lección aprobada\u{a0}(75,5 %)"),
        ("DejaVu Sans", "q\u{301} ✓ ☑ → Ω"),
    ];
    for (family, text) in lines {
        sheet.line(None, family, text);
    }
    let expected: String = lines.iter().flat_map(|(_, text)| [text.replace('\u{a0}', " "), "\n".to_owned()]).collect();
    // All four are artifacts of one text object here, so there is one line end.
    assert_eq!(text_of(&sheet.write()).replace('\n', ""), expected.replace('\n', ""));
}

#[test]
fn right_to_left_glyphs_carry_their_letters() {
    let mut sheet = Sheet::new();
    let run = sheet.run("DejaVu Sans", "سلام", true);
    sheet.put(None, Shape::Glyphs(run));
    // Readers put the letters in order; the file has the glyphs from left to right.
    let mut letters: Vec<char> = text_of(&sheet.write()).trim().chars().collect();
    letters.sort_unstable();
    let mut expected: Vec<char> = "سلام".chars().collect();
    expected.sort_unstable();
    assert_eq!(letters, expected);
}

#[test]
fn the_same_frames_give_the_same_bytes_whatever_was_written_before() {
    let mut sheet = Sheet::new();
    sheet.line(None, "Calibri", "Uno");
    let mut other = Sheet::new();
    other.line(None, "Calibri", "ÁÉÍ 0123 ✓ etc.");
    let fresh = sheet.write();
    let writer = Writer::default();
    writer.write(&other.frames, &other.fonts, &meta()).expect("other");
    let warm = writer.write(&sheet.frames, &sheet.fonts, &meta()).expect("sheet").bytes;
    let again = writer.write(&sheet.frames, &sheet.fonts, &meta()).expect("sheet").bytes;
    assert_eq!(fresh, warm);
    assert_eq!(warm, again);
}

#[test]
fn only_used_faces_are_embedded_and_as_tagged_subsets() {
    let mut sheet = Sheet::new();
    sheet.line(None, "Calibri", "Uno dos");
    let bytes = sheet.write();
    assert!(bytes.len() < 60_000, "{}", bytes.len());
    let document = load(&bytes);
    let names: Vec<String> = document
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok()?.get(b"FontName").ok()?.as_name().ok())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].split_once('+').map(|(tag, name)| (tag.len(), name)), Some((6, "Carlito")));
}

#[test]
fn glyphs_stand_where_the_layout_put_them() {
    let mut sheet = Sheet::new();
    let mut run = sheet.run("Arial", "ab cd", false);
    // A justified line: the word after the space moves by 5 pt.
    for glyph in run.glyphs.iter_mut().skip(3) {
        glyph.x += Pt(5.0);
    }
    sheet.put(None, Shape::Glyphs(run));
    let document = load(&sheet.write());
    let page = *document.get_pages().get(&1).expect("a page");
    let operations = operations(&document, page).operations;
    let td = operations.iter().find(|operation| operation.operator == "Td").expect("Td");
    let at: Vec<f32> = td.operands.iter().map(|number| number.as_float().expect("a number")).collect();
    assert_eq!(at, [50.0, 782.0]);
    let show = operations.iter().find(|operation| operation.operator == "TJ").expect("TJ");
    let Some(Object::Array(parts)) = show.operands.first() else { panic!("TJ takes an array") };
    let numbers: Vec<f32> = parts.iter().filter_map(|part| part.as_float().ok()).collect();
    assert_eq!(numbers, [-417.0], "5 pt at 12 pt are 417 thousandths");
}

#[test]
fn text_that_does_not_show_is_written_all_the_same() {
    let mut sheet = Sheet::new();
    for unseen in [false, true, true, false] {
        let mut run = sheet.run("Arial", "letters", false);
        (run.unseen, run.synthetic_bold) = (unseen, unseen);
        sheet.put(None, Shape::Glyphs(run));
    }
    let document = load(&sheet.write());
    let page = *document.get_pages().get(&1).expect("a page");
    let operations = operations(&document, page).operations;
    let modes = operations.iter().filter(|operation| operation.operator == "Tr");
    let modes: Vec<i64> = modes.filter_map(|operation| operation.operands.first()?.as_i64().ok()).collect();
    assert_eq!(modes, [3, 0]);
    assert_eq!(operations.iter().filter(|operation| matches!(operation.operator.as_str(), "TJ" | "Tj")).count(), 4);
}

#[test]
fn the_structure_tree_says_what_everything_is() {
    let mut sheet = Sheet::new();
    let structure = &mut sheet.frames.structure;
    let heading = structure.add(Role::Heading(1), None);
    let table = structure.add(Role::Table, None);
    let row = structure.add(Role::Row, Some(table));
    let head = structure.add(Role::HeaderCell { columns: 2, rows: 1 }, Some(row));
    let head_text = structure.add(Role::Paragraph, Some(head));
    let empty_row = structure.add(Role::Row, Some(table));
    structure.add(Role::Cell { columns: 1, rows: 1 }, Some(empty_row));
    let paragraph = structure.add(Role::Paragraph, None);
    let link = structure.add(Role::Link, Some(paragraph));
    structure.add(Role::Paragraph, None);
    sheet.line(Some(heading), "Arial", "Título");
    sheet.line(None, "Arial", "página 1");
    sheet.line(Some(head_text), "Arial", "Lección");
    sheet.line(Some(paragraph), "Arial", "Vea ");
    sheet.line(Some(link), "Arial", "aquí");
    sheet.line(Some(paragraph), "Arial", " y allá");
    let target = LinkTarget::Uri("https://example.org/ñ".to_owned());
    let rect = [Pt(10.0), Pt(20.0), Pt(30.0), Pt(40.0)];
    sheet.page().links.push(Link { rect, target, tag: Some(link), contents: "aquí".to_owned() });

    let bytes = sheet.write();
    let document = load(&bytes);
    let catalog = catalog_of(&document);
    assert_eq!(
        catalog.get(b"MarkInfo").and_then(Object::as_dict).and_then(|info| info.get(b"Marked")).and_then(Object::as_bool).ok(),
        Some(true)
    );
    let root = follow(&document, catalog.get(b"StructTreeRoot").expect("a tree"));
    assert_eq!(
        outline_of(&document, root.as_dict().expect("a dictionary").get(b"K").expect("kids")),
        "Document(H1(0)Table(THead(TR(TH(P(1))))TBody(TR(TD)))P(2Link(3OBJR)4))"
    );
}

#[test]
fn a_table_without_a_head_or_with_nothing_but_a_head_is_not_divided() {
    for head in [true, false] {
        let mut sheet = Sheet::new();
        let structure = &mut sheet.frames.structure;
        let table = structure.add(Role::Table, None);
        let mut cells = Vec::new();
        for _ in 0..2 {
            let row = structure.add(Role::Row, Some(table));
            let (columns, rows) = (1, 1);
            let cell = structure.add(if head { Role::HeaderCell { columns, rows } } else { Role::Cell { columns, rows } }, Some(row));
            cells.push(structure.add(Role::Paragraph, Some(cell)));
        }
        for cell in cells {
            sheet.line(Some(cell), "Arial", "Lección");
        }
        let document = load(&sheet.write());
        let root = follow(&document, catalog_of(&document).get(b"StructTreeRoot").expect("a tree")).as_dict().expect("a dictionary");
        let cell = if head { "TH" } else { "TD" };
        assert_eq!(outline_of(&document, root.get(b"K").expect("kids")), format!("Document(Table(TR({cell}(P(0)))TR({cell}(P(1)))))"));
    }
}

#[test]
fn a_figure_says_where_it_stands() {
    let mut sheet = Sheet::new();
    let alone = sheet.frames.structure.add(Role::Figure, None);
    let grouped = sheet.frames.structure.add(Role::Figure, None);
    let picture = sheet.image(vec![0], ImageFormat::Png);
    sheet.put(Some(alone), Shape::Image(placed(picture)));
    let steps = vec![PathStep::Move(Pt(0.0), Pt(0.0)), PathStep::Line(Pt(10.0), Pt(20.0))];
    let path = Path { steps, fill: None, opacity: 1.0, stroke: None, even_odd: false };
    let items = vec![Item { tag: Some(grouped), shape: Shape::Path(path) }];
    sheet.put(None, Shape::Group { transform: [2.0, 0.0, 0.0, 1.0, 100.0, 200.0], clip: None, items });
    let boxes = extent::figure_boxes(&sheet.frames);
    assert_eq!(boxes.get(alone.0), Some(&Some([100.0, 602.0, 180.0, 642.0])));
    assert_eq!(boxes.get(grouped.0), Some(&Some([100.0, 622.0, 120.0, 642.0])));
    assert!(String::from_utf8_lossy(&sheet.write()).len() > 500);
}

/// A structure tree in short.
fn outline_of(document: &Document, kid: &Object) -> String {
    match follow(document, kid) {
        Object::Integer(mark) => mark.to_string(),
        Object::Array(kids) => kids.iter().map(|kid| outline_of(document, kid)).collect(),
        Object::Dictionary(dict) => match dict.get(b"S").and_then(Object::as_name) {
            Ok(role) => {
                let kids = dict.get(b"K").map(|kids| format!("({})", outline_of(document, kids))).unwrap_or_default();
                format!("{}{kids}", String::from_utf8_lossy(role))
            }
            Err(_) => "OBJR".to_owned(),
        },
        _ => String::new(),
    }
}

#[test]
fn every_mark_is_found_from_the_page() {
    let mut sheet = Sheet::new();
    let first = sheet.frames.structure.add(Role::Paragraph, None);
    let second = sheet.frames.structure.add(Role::Paragraph, None);
    sheet.line(Some(first), "Arial", "uno");
    sheet.line(Some(second), "Arial", "dos");
    let document = load(&sheet.write());
    let root = follow(&document, catalog_of(&document).get(b"StructTreeRoot").expect("a tree")).as_dict().expect("a dictionary");
    let tree = follow(&document, root.get(b"ParentTree").expect("a parent tree")).as_dict().expect("a dictionary");
    let Ok(Object::Array(numbers)) = tree.get(b"Nums") else { panic!("a number tree") };
    let Object::Array(parents) = follow(&document, &numbers[1]) else { panic!("a list of parents") };
    assert_eq!(parents.len(), 2);
    assert!(parents.iter().all(|parent| follow(&document, parent).as_dict().is_ok()));
}

#[test]
fn links_destinations_and_outline_lead_somewhere() {
    let mut sheet = Sheet::new();
    sheet.line(None, "Arial", "uno");
    let at = |y| Destination { page: 0, y: Pt(y) };
    sheet.frames.destinations =
        vec![("b".to_owned(), at(100.0)), ("a".to_owned(), at(50.0)), ("lost".to_owned(), Destination { page: 9, y: Pt(0.0) })];
    let entry = |level, title: &str| OutlineEntry { level, title: title.to_owned(), at: at(10.0) };
    sheet.frames.outline = vec![entry(1, "Uno"), entry(2, "Uno uno"), entry(2, "Uno dos"), entry(1, "Dos")];
    let target = LinkTarget::Named("a".to_owned());
    sheet.page().links.push(Link { rect: [Pt(0.0); 4], target, tag: None, contents: String::new() });
    let document = load(&sheet.write());
    let names = catalog_of(&document).get(b"Names").and_then(Object::as_dict).expect("names");
    let tree = follow(&document, names.get(b"Dests").expect("destinations")).as_dict().expect("a tree");
    let Ok(Object::Array(list)) = tree.get(b"Names") else { panic!("a name tree") };
    assert_eq!(list.iter().filter_map(|name| name.as_str().ok()).collect::<Vec<_>>(), [b"a", b"b"]);
    let outlines = follow(&document, catalog_of(&document).get(b"Outlines").expect("outline")).as_dict().expect("a dictionary");
    let first = follow(&document, outlines.get(b"First").expect("first")).as_dict().expect("a dictionary");
    assert_eq!(lopdf::decode_text_string(first.get(b"Title").expect("a title")).expect("text"), "Uno");
    assert_eq!(first.get(b"Count").and_then(Object::as_i64).ok(), Some(2));
    let next = follow(&document, first.get(b"Next").expect("next")).as_dict().expect("a dictionary");
    assert_eq!(lopdf::decode_text_string(next.get(b"Title").expect("a title")).expect("text"), "Dos");
}

#[test]
fn a_file_for_archives_says_so_and_names_its_colours() {
    let mut sheet = Sheet::new();
    sheet.line(None, "Calibri", "abc");
    let plain = sheet.write();
    let bytes = write(&sheet.frames, &sheet.fonts, &Meta { archive: true, ..meta() }).expect("the sheet can be written");
    let document = load(&bytes);
    let catalog = catalog_of(&document);
    let packet = follow(&document, catalog.get(b"Metadata").expect("a packet")).as_stream().expect("a stream");
    let packet = String::from_utf8_lossy(&packet.content);
    assert!(packet.contains("<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>"), "{packet}");
    assert!(packet.contains("<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"), "a name that PDF/A does not know is explained: {packet}");
    let intents = catalog.get(b"OutputIntents").and_then(Object::as_array).expect("an output intent");
    let intent = follow(&document, &intents[0]).as_dict().expect("a dictionary");
    assert_eq!(intent.get(b"S").and_then(Object::as_name).expect("its kind"), b"GTS_PDFA1");
    let profile = follow(&document, intent.get(b"DestOutputProfile").expect("a profile")).as_stream().expect("a stream");
    assert_eq!(profile.dict.get(b"N").and_then(Object::as_i64).expect("its channels"), 3);
    assert!(!String::from_utf8_lossy(&plain).contains("pdfaid"), "others do not say so");
}

#[test]
fn the_file_says_what_it_is_in_its_own_words() {
    let mut sheet = Sheet::new();
    sheet.line(None, "Arial", "uno");
    let bytes = sheet.write();
    let document = load(&bytes);
    let information =
        document.trailer.get(b"Info").and_then(Object::as_reference).and_then(|id| document.get_dictionary(id)).expect("information");
    assert_eq!(lopdf::decode_text_string(information.get(b"Title").expect("a title")).expect("text"), "Informe de Ñandú <1>");
    assert_eq!(information.get(b"CreationDate").and_then(Object::as_str).ok(), Some(b"D:20231114221320Z".as_slice()));
    let catalog = catalog_of(&document);
    assert_eq!(lopdf::decode_text_string(catalog.get(b"Lang").expect("a language")).expect("text"), "es-CL");
    let packet = String::from_utf8_lossy(&bytes).into_owned();
    assert!(packet.contains("<rdf:li xml:lang=\"x-default\">Informe de Ñandú &lt;1&gt;</rdf:li>"));
    assert!(packet.contains("<xmp:CreateDate>2023-11-14T22:13:20Z</xmp:CreateDate>"));
}

/// A picture of 2 × 2 pixels.
fn png(color: &::image::DynamicImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    color.write_to(&mut bytes, ::image::ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}

#[test]
fn pictures_are_embedded_without_loss_and_only_once() {
    let mut sheet = Sheet::new();
    let opaque = png(&::image::RgbImage::from_fn(2, 2, |x, y| ::image::Rgb([x as u8 * 200, y as u8 * 100, 7])).into());
    let soft = png(&::image::RgbaImage::from_fn(2, 2, |x, y| ::image::Rgba([1, 2, 3, (x + y) as u8 * 100])).into());
    let first = sheet.image(opaque, ImageFormat::Png);
    let second = sheet.image(soft, ImageFormat::Png);
    let broken = sheet.image(b"GIF89a".to_vec(), ImageFormat::Gif);
    for image in [first, first, second, broken] {
        sheet.put(None, Shape::Image(placed(image)));
    }
    let written = Writer::default().write(&sheet.frames, &sheet.fonts, &meta()).expect("written");
    assert_eq!(written.unreadable, [broken]);
    let document = load(&written.bytes);
    let streams: Vec<_> = document.objects.values().filter_map(|object| object.as_stream().ok()).collect();
    let images: Vec<_> =
        streams.iter().filter(|stream| stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"Image")).collect();
    assert_eq!(images.len(), 3, "two pictures and a mask");
    let soft = images.iter().find(|image| image.dict.has(b"SMask")).expect("a picture with a mask");
    assert_eq!(soft.decompressed_content().expect("deflated"), [1, 2, 3].repeat(4));
    let mask = follow(&document, soft.dict.get(b"SMask").expect("checked")).as_stream().expect("a stream");
    assert_eq!(mask.decompressed_content().expect("deflated"), [0, 100, 100, 200]);
    let page = *document.get_pages().get(&1).expect("a page");
    assert_eq!(operations(&document, page).operations.iter().filter(|operation| operation.operator == "Do").count(), 3);
}

#[test]
fn paths_keep_their_shape() {
    let mut sheet = Sheet::new();
    let at = |x, y| (Pt(x), Pt(y));
    let line = |(x, y): (Pt, Pt)| PathStep::Line(x, y);
    let rectangle =
        vec![PathStep::Move(Pt(10.0), Pt(10.0)), line(at(30.0, 10.0)), line(at(30.0, 20.0)), line(at(10.0, 20.0)), PathStep::Close];
    let open = vec![PathStep::Move(Pt(0.0), Pt(0.0)), line(at(5.0, 5.0)), line(at(9.0, f32::NAN))];
    let stroke = Stroke { color: Rgb(255, 0, 0), width: Pt(1.0), dash: vec![2.0, 1.0], round: true };
    let path = |steps, fill, stroke, opacity| Shape::Path(Path { steps, fill, opacity, stroke, even_odd: false });
    sheet.put(None, path(rectangle.clone(), Some(Rgb(1, 2, 3)), None, 0.5));
    sheet.put(None, path(open, None, Some(stroke), 1.0));
    let items = vec![Item { tag: None, shape: path(rectangle.clone(), Some(Rgb(0, 0, 0)), None, 1.0) }];
    sheet.put(None, Shape::Group { transform: [2.0, 0.0, 0.0, 2.0, 100.0, 50.0], clip: Some(rectangle), items });
    let document = load(&sheet.write());
    let page = *document.get_pages().get(&1).expect("a page");
    let operations = operations(&document, page).operations;
    let names: Vec<&str> = operations.iter().map(|operation| operation.operator.as_str()).collect();
    assert_eq!(names.join(" "), "BMC q gs rg re f Q RG w d J j m l l S EMC q cm re W n BMC rg re f EMC Q");
    let rectangle = operations.iter().find(|operation| operation.operator == "re").expect("re");
    let numbers: Vec<f32> = rectangle.operands.iter().map(|number| number.as_float().expect("a number")).collect();
    assert_eq!(numbers, [10.0, 822.0, 20.0, 10.0]);
}

#[test]
fn no_pages_is_an_error() {
    assert!(matches!(write(&Frames::default(), &Fonts::default(), &meta()), Err(PdfError::NoPages)));
}

#[test]
fn frames_that_make_no_sense_still_give_a_readable_file() {
    use crate::fonts::FontId;
    let mut sheet = Sheet::new();
    let strange = [f32::NAN, f32::INFINITY, -1.0e30, 0.0, -0.0, 1.0e-30];
    let section = sheet.frames.structure.add(Role::Section, Some(NodeId(7)));
    sheet.frames.structure.add(Role::Cell { columns: 0, rows: u16::MAX }, Some(NodeId(1)));
    for value in strange {
        let mut run = sheet.run("Arial", "añb", false);
        (run.size, run.x, run.scale_x, run.font) = (Pt(value), Pt(value), value, FontId(if value > 0.0 { 999 } else { 0 }));
        // Ids no face has; ranges that end in the middle of a letter, beyond the text, before their start.
        let ranges = [(1, 2), (3, 900), (3, 1)];
        run.glyphs = ranges.map(|text| Glyph { id: u16::MAX, x: Pt(value), rise: Pt(value), advance: Pt(value), text }).into();
        sheet.put(Some(NodeId(99)), Shape::Glyphs(run.clone()));
        (run.size, run.scale_x) = (Pt(12.0), 1.0);
        sheet.put(Some(section), Shape::Glyphs(run));
        let mut picture = placed(ImageId(4));
        (picture.crop, picture.rotation, picture.width) = ([value; 4], value, Pt(value));
        sheet.put(None, Shape::Image(picture));
        let stroke = Stroke { color: Rgb(0, 0, 0), width: Pt(value), dash: vec![value], round: false };
        let steps = vec![PathStep::Close, PathStep::Line(Pt(value), Pt(value))];
        let path = Path { steps: steps.clone(), fill: None, opacity: value, stroke: Some(stroke), even_odd: true };
        let items = vec![Item { tag: Some(section), shape: Shape::Path(path) }];
        sheet.put(None, Shape::Group { transform: [value; 6], clip: Some(steps), items });
        let target = LinkTarget::Named("(nowhere".to_owned());
        sheet.page().links.push(Link { rect: [Pt(value); 4], target, tag: Some(NodeId(5)), contents: "\u{0}".to_owned() });
        sheet.frames.outline.push(OutlineEntry { level: value as u8, title: String::new(), at: Destination { page: 3, y: Pt(value) } });
    }
    let document = load(&sheet.write());
    let page = *document.get_pages().get(&1).expect("a page");
    let mut depth = 0;
    for operation in operations(&document, page).operations {
        match operation.operator.as_str() {
            "BMC" | "BDC" | "q" | "BT" => depth += 1,
            "EMC" | "Q" | "ET" => depth -= 1,
            _ => {}
        }
        assert!(depth >= 0);
        let numbers = operation.operands.iter().filter_map(|operand| operand.as_float().ok());
        assert!(numbers.into_iter().all(f32::is_finite));
    }
    assert_eq!(depth, 0);
}
