//! Pictures, shapes, text boxes and groups (ECMA-376 part 1, 20.4; part 4, 19).

use super::{Maker, text};
use crate::document::model::{
    Block, Drawing, DrawingContent, Fill, Geometry, HorizontalBase, Inline, Offset, PictureData, Placement, TextDirection, TextFit,
    VerticalBase, Wrap, WrapSide,
};
use crate::graphics::{ImageFormat, Rgb};
use crate::units::Emu;

/// A PNG of two by three pixels.
fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::RgbImage::new(2, 3);
    picture.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
    bytes
}

fn maker(run: &str) -> Maker {
    Maker::body(&format!("<w:p><w:r>{run}</w:r></w:p>")).bytes("word/media/a.png", &png()).related("p", "image", "media/a.png")
}

fn drawing(run: &str) -> Drawing {
    let paragraph = maker(run).paragraph();
    let found = paragraph.content.into_iter().find_map(|inline| if let Inline::Drawing(drawing) = inline { Some(*drawing) } else { None });
    found.unwrap()
}

fn inline(graphic: &str) -> String {
    format!(
        r#"<w:drawing><wp:inline><wp:extent cx="914400" cy="457200"/><wp:docPr id="1" name="n" descr="a sign"/><a:graphic><a:graphicData>{graphic}</a:graphicData></a:graphic></wp:inline></w:drawing>"#
    )
}

const PICTURE: &str = r#"<pic:pic><pic:blipFill><a:blip r:embed="p"/><a:srcRect l="25000" t="-1000"/></pic:blipFill><pic:spPr><a:xfrm rot="5400000" flipH="1"/></pic:spPr></pic:pic>"#;

#[test]
fn a_picture_is_measured_cropped_and_turned_20_2_2_5() {
    let drawing = drawing(&inline(PICTURE));
    assert_eq!((drawing.width, drawing.height, drawing.alt.as_deref()), (Emu(914_400), Emu(457_200), Some("a sign")));
    assert!(matches!(drawing.placement, Placement::Inline));
    let DrawingContent::Picture(picture) = drawing.content else { panic!("no picture") };
    let PictureData::Bitmap(image) = &picture.data else { panic!("no bitmap") };
    assert_eq!((image.format, image.width, image.height), (ImageFormat::Png, 2, 3));
    assert_eq!((picture.crop, picture.rotation, picture.flip), ([0.25, -0.01, 0.0, 0.0], 90.0, (true, false)));
}

#[test]
fn a_floating_drawing_tells_where_it_stands_20_4_2_3() {
    let run = format!(
        r#"<w:drawing><wp:anchor distL="100" distR="200" behindDoc="1" relativeHeight="7" layoutInCell="0" allowOverlap="1"><wp:positionH relativeFrom="page"><wp:align>right</wp:align></wp:positionH><wp:positionV relativeFrom="paragraph"><mc:AlternateContent><mc:Choice Requires="wp14"><wp14:pctPosVOffset>50000</wp14:pctPosVOffset></mc:Choice><mc:Fallback><wp:posOffset>-12700</wp:posOffset></mc:Fallback></mc:AlternateContent></wp:positionV><wp:extent cx="1" cy="2"/><wp:wrapSquare wrapText="left"/><wp:docPr id="1" name=""/><a:graphic><a:graphicData>{PICTURE}</a:graphicData></a:graphic><wp14:sizeRelH relativeFrom="margin"><wp14:pctWidth>40000</wp14:pctWidth></wp14:sizeRelH></wp:anchor></w:drawing>"#
    );
    let Placement::Anchor(anchor) = drawing(&run).placement else { panic!("not floating") };
    assert_eq!(anchor.position.horizontal, (HorizontalBase::Page, Offset::End));
    assert_eq!(anchor.position.vertical, (VerticalBase::Paragraph, Offset::By(Emu(-12_700))));
    assert_eq!((anchor.wrap, anchor.behind, anchor.z, anchor.layout_in_cell), (Wrap::Square(WrapSide::Left), true, 7, false));
    assert_eq!((anchor.space, anchor.relative_width), ([Emu(0), Emu(200), Emu(0), Emu(100)], Some((0.4, HorizontalBase::Margin))));
}

const BOX: &str = r#"<wps:wsp><wps:cNvSpPr/><wps:spPr><a:prstGeom prst="roundRect"><a:avLst><a:gd name="adj" fmla="val 10000"/></a:avLst></a:prstGeom><a:solidFill><a:srgbClr val="00FF00"><a:alpha val="50000"/></a:srgbClr></a:solidFill></wps:spPr><wps:style><a:lnRef idx="2"><a:srgbClr val="0000FF"/></a:lnRef><a:fillRef idx="1"><a:srgbClr val="FF0000"/></a:fillRef><a:fontRef idx="minor"><a:srgbClr val="FFFFFF"/></a:fontRef></wps:style><wps:txbx><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></wps:txbx><wps:bodyPr lIns="0" anchor="ctr" vert="vert270"><a:spAutoFit/></wps:bodyPr></wps:wsp>"#;

#[test]
fn the_shape_of_an_alternate_is_read_and_its_fallback_is_not() {
    let run = format!(
        r#"<mc:AlternateContent><mc:Choice Requires="wps">{}</mc:Choice><mc:Fallback><w:pict><v:rect style="width:10pt;height:10pt"/></w:pict></mc:Fallback></mc:AlternateContent>"#,
        inline(BOX)
    );
    let paragraph = maker(&run).paragraph();
    assert_eq!(text(&paragraph), "▣");
    let DrawingContent::Shape(shape) = drawing(&run).content else { panic!("no shape") };
    assert_eq!(shape.geometry, Geometry::RoundRectangle(0.1));
    assert!(matches!(shape.fill, Some(Fill::Solid(Rgb(0, 255, 0), opacity)) if opacity == 0.5));
    assert_eq!(shape.outline.map(|line| (line.color, line.width)), Some((Rgb(0, 0, 255), Emu(9525))));
    let words = shape.text.as_ref().unwrap();
    assert_eq!((words.insets[0], words.insets[1], words.fit, words.direction), (Emu(0), Emu(45_720), TextFit::Grow, TextDirection::Up));
    let Block::Paragraph(paragraph) = &words.blocks[0] else { panic!("no paragraph") };
    assert_eq!(text(paragraph), "boxed");
    assert_eq!(super::look(paragraph, 0).color, Some(Rgb(255, 255, 255)));
}

#[test]
fn a_custom_outline_is_worked_out_with_its_guides_20_1_9_8() {
    let graphic = r#"<wps:wsp><wps:spPr><a:custGeom><a:gdLst><a:gd name="x1" fmla="*/ w 1 2"/></a:gdLst><a:pathLst><a:path><a:moveTo><a:pt x="0" y="0"/></a:moveTo><a:lnTo><a:pt x="x1" y="b"/></a:lnTo><a:close/></a:path></a:pathLst></a:custGeom></wps:spPr></wps:wsp>"#;
    let DrawingContent::Shape(shape) = drawing(&inline(graphic)).content else { panic!("no shape") };
    use crate::document::model::GeometryStep::{Close, Line, Move};
    assert_eq!(shape.geometry, Geometry::Path(vec![Move(0.0, 0.0), Line(0.5, 1.0), Close]));
}

#[test]
fn groups_keep_their_childrens_space_20_1_7_5() {
    let graphic = format!(
        r#"<wpg:wgp><wpg:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="100" cy="100"/><a:chOff x="10" y="20"/><a:chExt cx="200" cy="300"/></a:xfrm></wpg:grpSpPr><wps:wsp><wps:spPr><a:xfrm><a:off x="15" y="25"/><a:ext cx="50" cy="60"/></a:xfrm></wps:spPr></wps:wsp>{PICTURE}</wpg:wgp>"#
    );
    let DrawingContent::Group { child_origin, child_extent, children, .. } = drawing(&inline(&graphic)).content else { panic!("no group") };
    assert_eq!((child_origin, child_extent), ((Emu(10), Emu(20)), (Emu(200), Emu(300))));
    assert_eq!((children.len(), children[0].offset, children[0].extent), (2, (Emu(15), Emu(25)), (Emu(50), Emu(60))));
}

#[test]
fn what_cannot_be_shown_keeps_its_room_and_warns() {
    let (document, warnings) = maker(&inline("<c:chart xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"/>")).read();
    let Block::Paragraph(paragraph) = &document.sections[0].blocks[0] else { panic!("no paragraph") };
    assert!(
        matches!(&paragraph.content[0], Inline::Drawing(drawing) if matches!(drawing.content, DrawingContent::Unsupported(_)) && drawing.width == Emu(914_400))
    );
    assert!(warnings.is_empty(), "layout tells it with its page: {warnings:?}");
}

#[test]
fn vml_text_boxes_are_placed_by_their_style_part_4_19_1_2() {
    let run = r##"<w:pict><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"/><v:shape type="#_x0000_t202" style="position:absolute;margin-left:10pt;margin-top:1in;width:100pt;height:50pt;z-index:-3;mso-position-horizontal-relative:page" fillcolor="#ff0 [3]" stroked="f"><v:textbox inset="1mm,,0,"><w:txbxContent><w:p><w:r><w:t>v</w:t></w:r></w:p></w:txbxContent></v:textbox><w10:wrap type="square" anchory="page"/></v:shape></w:pict>"##;
    let drawing = drawing(run);
    assert_eq!((drawing.width, drawing.height), (Emu(1_270_000), Emu(635_000)));
    let Placement::Anchor(anchor) = &drawing.placement else { panic!("not floating") };
    assert_eq!(anchor.position.horizontal, (HorizontalBase::Page, Offset::By(Emu(127_000))));
    assert_eq!(anchor.position.vertical, (VerticalBase::Page, Offset::By(Emu(914_400))));
    assert!(anchor.behind && anchor.wrap == Wrap::Square(WrapSide::Both));
    let DrawingContent::Shape(shape) = drawing.content else { panic!("no shape") };
    assert_eq!((&shape.geometry, shape.outline), (&Geometry::Rectangle, None));
    assert!(matches!(shape.fill, Some(Fill::Solid(Rgb(255, 255, 0), _))));
    assert_eq!(shape.text.as_ref().map(|words| words.insets), Some([Emu(36_000), Emu(45_720), Emu(0), Emu(45_720)]));
}

#[test]
fn vml_lines_and_pictures() {
    let line =
        drawing(r#"<w:pict><v:line style="position:absolute" from="0,10pt" to="100pt,0" strokecolor="red" strokeweight="2pt"/></w:pict>"#);
    assert_eq!((line.width, line.height), (Emu(1_270_000), Emu(127_000)));
    let DrawingContent::Shape(shape) = line.content else { panic!("no shape") };
    assert_eq!((shape.flip, shape.outline.map(|line| (line.color, line.width))), ((false, true), Some((Rgb(255, 0, 0), Emu(25_400)))));
    let picture =
        drawing(r#"<w:object><v:shape style="width:20pt;height:30pt"><v:imagedata r:id="p" croptop="32768f"/></v:shape></w:object>"#);
    assert!(matches!(picture.placement, Placement::Inline));
    assert!(matches!(picture.content, DrawingContent::Picture(picture) if picture.crop == [0.0, 0.5, 0.0, 0.0]));
}

#[test]
fn a_broken_picture_is_named_with_its_part() {
    let (document, _) = Maker::body(&format!("<w:p><w:r>{}</w:r></w:p>", inline(PICTURE)))
        .bytes("word/media/a.png", &png()[..20])
        .related("p", "image", "media/a.png")
        .read();
    let Block::Paragraph(paragraph) = &document.sections[0].blocks[0] else { panic!("no paragraph") };
    let Some(Inline::Drawing(drawing)) = paragraph.content.first() else { panic!("no drawing") };
    assert!(
        matches!(&drawing.content, DrawingContent::Unsupported(what) if what.starts_with("the picture word/media/a.png (it is damaged"))
    );
}

/// What black, middle grey and white become in the first picture of a paragraph.
fn tones(drawing: &str) -> Option<[u8; 3]> {
    let body = format!("<w:p><w:r>{drawing}</w:r></w:p>");
    let blocks = Maker::body(&body).related("i", "image", "media/i.png").bytes("word/media/i.png", &png()).blocks();
    let Some(Block::Paragraph(paragraph)) = blocks.first() else { panic!("a paragraph") };
    let picture = paragraph.content.iter().find_map(|inline| match inline {
        Inline::Drawing(drawing) => match &drawing.content {
            DrawingContent::Picture(picture) => Some(picture),
            _ => None,
        },
        _ => None,
    });
    let Some(PictureData::Bitmap(image)) = picture.map(|picture| &picture.data) else { panic!("no bitmap") };
    let tone = image.tone?;
    Some([0.0, 0.5, 1.0].map(|value| (tone.of(value) * 255.0).round() as u8))
}

#[test]
fn washed_out_pictures_are_washed_out_in_both_spellings() {
    let vml = |attributes: &str| {
        format!(r#"<w:pict><v:shape style="width:10pt;height:10pt"><v:imagedata r:id="i" {attributes}/></v:shape></w:pict>"#)
    };
    let drawing = |inside: &str| {
        format!(
            r#"<w:drawing><wp:inline><wp:extent cx="12700" cy="12700"/><a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed="i">{inside}</a:blip></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"#
        )
    };
    // What LibreOffice 7.4 shows of 0, 128 and 255 with Word's washout.
    let washed = Some([216, 255, 255]);
    assert_eq!(tones(&vml(r#"gain="19661f" blacklevel="22938f""#)), washed);
    assert_eq!(tones(&drawing(r#"<a:lum bright="70000" contrast="-70000"/>"#)), washed);
    assert_eq!(tones(&drawing(r#"<a:lum bright="20000"/>"#)), Some([51, 179, 255]));
    assert_eq!(tones(&drawing(r#"<a:lum contrast="-50000"/>"#)), Some([64, 128, 192]));
    assert_eq!(tones(&vml(r#"blacklevel="-.1""#)), Some([0, 77, 204]));
    assert_eq!((tones(&drawing("")), tones(&vml(""))), (None, None));
}
