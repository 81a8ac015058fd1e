//! Sections, headers and settings (ECMA-376 part 1, 17.6, 17.10, 17.15).

use super::{Maker, text};
use crate::document::model::{Block, NumberFormat, SectionStart};
use crate::units::Twips;

fn words(blocks: &[Block]) -> String {
    blocks.iter().filter_map(|block| if let Block::Paragraph(paragraph) = block { Some(text(paragraph)) } else { None }).collect()
}

#[test]
fn headers_are_inherited_by_the_next_section_17_10_5() {
    let body = r#"<w:p><w:pPr><w:sectPr><w:headerReference w:type="default" r:id="header"/><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:pPr><w:r><w:t>one</w:t></w:r></w:p>
        <w:p><w:r><w:t>two</w:t></w:r></w:p>
        <w:sectPr><w:type w:val="continuous"/><w:titlePg/><w:pgNumType w:start="3" w:fmt="lowerRoman"/><w:cols w:num="2" w:space="400" w:equalWidth="0"><w:col w:w="3000" w:space="500"/><w:col w:w="4000"/></w:cols></w:sectPr>"#;
    let header = r"<w:p><w:r><w:t>head</w:t></w:r></w:p>";
    let (document, _) = Maker::body(body).part("header", "hdr", header).read();
    let [first, second] = &document.sections[..] else { panic!("not two sections") };
    assert_eq!((words(&first.blocks), words(&second.blocks)), ("one".to_owned(), "two".to_owned()));
    assert_eq!(first.page.width, Twips(11_906));
    assert_eq!(words(second.headers.default.as_ref().unwrap()), "head");
    assert_eq!((second.start, second.title_page), (SectionStart::Continuous, true));
    assert_eq!((second.page_numbers.start, second.page_numbers.format), (Some(3), NumberFormat::LowerRoman));
    assert_eq!(second.columns.unequal, [(Twips(3000), Twips(500)), (Twips(4000), Twips(0))]);
}

#[test]
fn a_document_without_sections_has_one_of_letter_size() {
    let (document, _) = Maker::body("<w:p/>").read();
    assert_eq!(document.sections.len(), 1);
    assert_eq!((document.sections[0].page.width, document.sections[0].columns.count), (Twips(12_240), 1));
}

#[test]
fn a_list_in_a_header_does_not_count_on_the_bodys() {
    let numbering = r#"<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>"#;
    let item = r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr></w:p>"#;
    let body = format!(r#"{item}{item}<w:sectPr><w:headerReference w:type="default" r:id="header"/></w:sectPr>"#);
    let (document, _) = Maker::body(&body).numbering(numbering).part("header", "hdr", item).read();
    let header = document.sections[0].headers.default.as_ref().unwrap();
    let Some(Block::Paragraph(first)) = header.first() else { panic!("no paragraph") };
    assert_eq!(first.number.as_ref().map(|number| number.text.as_str()), Some("1."));
}

#[test]
fn settings_tell_the_compatibility_mode_17_15_3_4() {
    let settings = r#"<w:evenAndOddHeaders/><w:defaultTabStop w:val="708"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="x" w:val="15"/></w:compat>"#;
    let (document, _) = Maker::body("<w:p/>").settings(settings).read();
    assert_eq!(
        (document.settings.compatibility_mode, document.settings.default_tab, document.settings.even_and_odd_headers),
        (15, Twips(708), true)
    );
    assert_eq!(Maker::body("<w:p/>").read().0.settings.compatibility_mode, 12);
}

#[test]
fn absurd_pages_are_brought_into_range() {
    let body =
        r#"<w:p/><w:sectPr><w:pgSz w:w="0" w:h="99999999"/><w:pgMar w:top="-99999999" w:left="1e9"/><w:cols w:num="100000"/></w:sectPr>"#;
    let section = &Maker::body(body).read().0.sections[0];
    assert_eq!((section.page.width, section.page.height), (Twips(144), Twips(31_680)));
    assert_eq!((section.page.top, section.columns.count), (Twips(-31_680), 45));
}

#[test]
fn papers_are_taken_as_the_standard_has_them() {
    let side = |width: u32, height: u32| {
        let (document, _) = Maker::body(&format!(r#"<w:p/><w:sectPr><w:pgSz w:w="{width}" w:h="{height}"/></w:sectPr>"#)).read();
        (document.sections[0].page.width.0, document.sections[0].page.height.0)
    };
    // LibreOffice 7.4 lays 16840 out as 16838 and leaves 16850 alone.
    assert_eq!(side(11_900, 16_840), (11_906, 16_838));
    assert_eq!(side(11_906, 16_850), (11_906, 16_850));
    assert_eq!(side(6000, 6100), (6000, 6100));
}
