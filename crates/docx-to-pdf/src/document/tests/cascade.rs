//! Defaults, styles and direct formatting (ECMA-376 part 1, 17.3, 17.7).

use super::{Maker, look, text};
use crate::document::model::{Align, HorizontalBase, Inline, LineSpacing, Offset, TabKind, UnderlineStyle};
use crate::graphics::Rgb;
use crate::units::{Emu, HalfPoints, Twips};

#[test]
fn direct_wins_over_style_wins_over_what_it_is_based_on_wins_over_defaults_17_7_2() {
    let styles = r#"
        <w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="A"/><w:sz w:val="22"/><w:lang w:val="es-CL"/></w:rPr></w:rPrDefault>
            <w:pPrDefault><w:pPr><w:spacing w:after="160" w:line="259" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>
        <w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/><w:rPr><w:sz w:val="24"/></w:rPr></w:style>
        <w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/><w:basedOn w:val="N"/>
            <w:pPr><w:keepNext/><w:spacing w:before="240"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:color w:val="2E74B5"/></w:rPr></w:style>"#;
    let body = r#"<w:p><w:pPr><w:pStyle w:val="H"/><w:jc w:val="both"/></w:pPr><w:r><w:t>a</w:t></w:r><w:r><w:rPr><w:sz w:val="30"/></w:rPr><w:t>b</w:t></w:r></w:p>
        <w:p><w:r><w:t>c</w:t></w:r></w:p>"#;
    let (document, _) = Maker::body(body).styles(styles).read();
    assert_eq!(document.properties.language.as_deref(), Some("es-CL"));
    let paragraphs = Maker::body(body).styles(styles).paragraphs();
    let heading = &paragraphs[0];
    assert_eq!((&*heading.props.style, &*heading.props.style_name, heading.props.outline_level), ("H", "heading 1", Some(0)));
    assert_eq!((heading.props.space_before, heading.props.space_after), (Twips(240), Twips(160)));
    assert_eq!((heading.props.align, heading.props.line, heading.props.keep_next), (Align::Justify, LineSpacing::Auto(259), true));
    assert_eq!(
        (look(heading, 0).size, look(heading, 0).color, &*look(heading, 0).font),
        (HalfPoints(24), Some(Rgb(0x2E, 0x74, 0xB5)), "A")
    );
    assert_eq!(look(heading, 1).size, HalfPoints(30));
    assert_eq!((&*paragraphs[1].props.style_name, look(&paragraphs[1], 0).size), ("Normal", HalfPoints(24)));
}

#[test]
fn toggles_of_two_styles_cancel_out_and_direct_ones_decide_17_7_3() {
    let styles = r#"<w:style w:type="paragraph" w:styleId="P"><w:rPr><w:b/><w:i/></w:rPr></w:style>
        <w:style w:type="character" w:styleId="C"><w:rPr><w:b/><w:caps/></w:rPr></w:style>"#;
    let run = |props: &str| format!("<w:r><w:rPr>{props}</w:rPr><w:t>x</w:t></w:r>");
    let body = format!(
        r#"<w:p><w:pPr><w:pStyle w:val="P"/></w:pPr>{}{}{}</w:p>"#,
        run(r#"<w:rStyle w:val="C"/>"#),
        run(r#"<w:rStyle w:val="C"/><w:b/>"#),
        run(r#"<w:i w:val="0"/>"#)
    );
    let paragraph = Maker::body(&body).styles(styles).paragraph();
    let bits = |at| (look(&paragraph, at).bold, look(&paragraph, at).italic, look(&paragraph, at).caps);
    assert_eq!([bits(0), bits(1), bits(2)], [(false, true, true), (true, true, true), (true, false, false)]);
}

#[test]
fn styles_based_on_each_other_in_a_circle_end() {
    let styles = r#"<w:style w:type="paragraph" w:styleId="A"><w:basedOn w:val="B"/></w:style>
        <w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="A"/><w:rPr><w:b/></w:rPr></w:style>"#;
    let paragraph = Maker::body(r#"<w:p><w:pPr><w:pStyle w:val="A"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>"#).styles(styles).paragraph();
    assert!(look(&paragraph, 0).bold);
}

#[test]
fn a_style_without_an_id_goes_by_its_name_and_one_without_a_type_is_a_paragraph_s() {
    let styles = r#"<w:style><w:name w:val="Own Name"/><w:rPr><w:sz w:val="48"/></w:rPr></w:style>
        <w:style w:type="paragraph" w:styleId="Known"><w:name w:val="Own"/><w:rPr><w:sz w:val="30"/></w:rPr></w:style>
        <w:style><w:name w:val="Known"/><w:rPr><w:sz w:val="60"/></w:rPr></w:style>"#;
    let run = |look: &str| format!("<w:r><w:rPr>{look}</w:rPr><w:t>x</w:t></w:r>");
    let paragraph = |style: &str, run: &str| format!("<w:p><w:pPr>{style}</w:pPr>{run}</w:p>");
    let sizes = |body: &str| Maker::body(body).styles(styles).paragraphs().iter().map(|found| look(found, 0).size.0).collect::<Vec<_>>();
    let usual = sizes(&paragraph("", &run("")))[0];
    let body = [
        paragraph(r#"<w:pStyle w:val="Own Name"/>"#, &run("")),
        // An id goes before a name, and is not one.
        paragraph(r#"<w:pStyle w:val="Known"/>"#, &run("")),
        paragraph(r#"<w:pStyle w:val="Own"/>"#, &run("")),
        paragraph("", &run(r#"<w:rStyle w:val="Own Name"/>"#)),
    ];
    assert_eq!(sizes(&body.concat()), [48, 30, usual, usual]);
}

#[test]
fn theme_fonts_and_colours_are_resolved_17_3_2_26() {
    let theme = br#"<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:themeElements>
        <a:clrScheme><a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1><a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1><a:accent1><a:srgbClr val="4472C4"/></a:accent1></a:clrScheme>
        <a:fontScheme><a:majorFont><a:latin typeface="Calibri Light"/></a:majorFont><a:minorFont><a:latin typeface="Calibri"/><a:ea typeface=""/><a:font script="Jpan" typeface="Yu Mincho"/></a:minorFont></a:fontScheme>
    </a:themeElements></a:theme>"#;
    let run = |props: &str| format!("<w:r><w:rPr>{props}</w:rPr><w:t>x</w:t></w:r>");
    let body = format!(
        "<w:p>{}{}{}</w:p>",
        run(
            r#"<w:rFonts w:ascii="Arial" w:asciiTheme="majorHAnsi" w:eastAsiaTheme="minorEastAsia"/><w:color w:val="000000" w:themeColor="accent1" w:themeShade="BF"/>"#
        ),
        run(r#"<w:rFonts w:asciiTheme="minorHAnsi"/><w:color w:val="FFFFFF" w:themeColor="background1" w:themeShade="80"/>"#),
        run(r#"<w:color w:val="auto"/>"#)
    );
    let paragraph = Maker::body(&body)
        .settings(r#"<w:themeFontLang w:val="es-CL" w:eastAsia="ja-JP"/><w:clrSchemeMapping w:bg1="light1" w:t1="dark1"/>"#)
        .bytes("word/theme1.xml", theme)
        .related("t", "theme", "theme1.xml")
        .paragraph();
    assert_eq!((&*look(&paragraph, 0).font, &*look(&paragraph, 0).font_east_asia), ("Calibri Light", "Yu Mincho"));
    let Some(Rgb(r, g, b)) = look(&paragraph, 0).color else { panic!("no colour") };
    assert!(r.abs_diff(0x2F) < 3 && g.abs_diff(0x54) < 3 && b.abs_diff(0x96) < 3, "{r:x}{g:x}{b:x}");
    assert_eq!(look(&paragraph, 1).color, Some(Rgb(128, 128, 128)));
    assert_eq!(look(&paragraph, 2).color, None);
}

#[test]
fn tabs_of_styles_are_added_and_cleared_17_3_1_38() {
    let styles = r#"<w:style w:type="paragraph" w:styleId="P"><w:pPr><w:tabs><w:tab w:val="center" w:pos="4680"/><w:tab w:val="right" w:pos="9360" w:leader="dot"/></w:tabs></w:pPr></w:style>"#;
    let body = r#"<w:p><w:pPr><w:pStyle w:val="P"/><w:tabs><w:tab w:val="clear" w:pos="4680"/><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr></w:p>"#;
    let paragraph = Maker::body(body).styles(styles).paragraph();
    let stops: Vec<_> = paragraph.props.tabs.iter().map(|stop| (stop.position.0, stop.kind)).collect();
    assert_eq!(stops, [(720, TabKind::Left), (9360, TabKind::Right)]);
}

#[test]
fn a_frames_attributes_are_inherited_one_by_one_17_3_1_11() {
    let styles = r#"<w:style w:type="paragraph" w:styleId="F"><w:pPr><w:framePr w:w="1000" w:hAnchor="page" w:x="721"/></w:pPr></w:style>"#;
    let body = r#"<w:p><w:pPr><w:pStyle w:val="F"/><w:framePr w:wrap="around" w:y="1"/></w:pPr></w:p>"#;
    let frame = Maker::body(body).styles(styles).paragraph().props.frame.unwrap();
    assert_eq!((frame.width, frame.wrap), (Twips(1000), true));
    assert_eq!(frame.position.horizontal, (HorizontalBase::Page, Offset::By(Emu(721 * 635))));
    // A distance takes the place of an alignment, and the other way round.
    let horizontal = |style: &str, own: &str| {
        let styles = format!(r#"<w:style w:type="paragraph" w:styleId="F"><w:pPr><w:framePr w:y="1" {style}/></w:pPr></w:style>"#);
        let body = format!(r#"<w:p><w:pPr><w:pStyle w:val="F"/><w:framePr {own}/></w:pPr></w:p>"#);
        Maker::body(&body).styles(&styles).paragraph().props.frame.unwrap().position.horizontal.1
    };
    assert_eq!(horizontal(r#"w:xAlign="right""#, r#"w:x="10""#), Offset::By(Emu(6350)));
    assert_eq!(horizontal(r#"w:xAlign="right""#, r#"w:y="10""#), Offset::End);
    assert_eq!(horizontal(r#"w:x="10""#, r#"w:xAlign="center""#), Offset::Center);
}

#[test]
fn what_an_element_leaves_out_is_as_its_style_has_it() {
    let styles = r#"<w:style w:type="paragraph" w:styleId="S"><w:pPr><w:spacing w:line="480" w:lineRule="exact"/><w:ind w:firstLine="300"/></w:pPr><w:rPr><w:rFonts w:ascii="Courier New" w:hAnsi="Courier New"/></w:rPr></w:style>"#;
    let own = r#"<w:spacing w:line="300"/><w:ind w:firstLineChars="0"/>"#;
    let body = format!(
        r#"<w:p><w:pPr><w:pStyle w:val="S"/>{own}</w:pPr><w:r><w:rPr><w:rFonts w:hAnsi="Arial"/><w:w w:val="0"/></w:rPr><w:t>x</w:t></w:r></w:p>"#
    );
    let paragraph = Maker::body(&body).styles(styles).paragraph();
    let Inline::Text { props, .. } = &paragraph.content[0] else { panic!("no text") };
    assert_eq!(props.scale, 100, "no width is the usual one");
    assert_eq!((paragraph.props.line, paragraph.props.indent_first.0, &*props.font), (LineSpacing::Exact(Twips(300)), 300, "Courier New"));
}

#[test]
fn left_and_right_change_sides_in_right_to_left_paragraphs_17_3_1_6() {
    let body = r#"<w:p><w:pPr><w:bidi/><w:ind w:left="100" w:right="200" w:hanging="50"/><w:jc w:val="left"/></w:pPr></w:p>"#;
    let props = Maker::body(body).paragraph().props;
    assert_eq!(
        (props.indent_left, props.indent_right, props.indent_first, props.align),
        (Twips(200), Twips(100), Twips(-50), Align::Right)
    );
}

#[test]
fn measures_survive_any_spelling() {
    let body = r#"<w:p><w:pPr><w:ind w:left="1e99" w:right="12.5pt" w:firstLine="abc"/><w:spacing w:before="-40" w:after="NaN" w:line="-240" w:lineRule="exact"/></w:pPr>
        <w:r><w:rPr><w:sz w:val="99999999999999999999"/><w:w w:val="50%"/><w:spacing w:val="1in"/></w:rPr><w:t>x</w:t></w:r></w:p>"#;
    let paragraph = Maker::body(body).paragraph();
    let props = &paragraph.props;
    assert_eq!((props.indent_right, props.indent_first, props.space_before, props.space_after), (Twips(250), Twips(0), Twips(0), Twips(0)));
    assert!(props.indent_left.0 <= 1_000_000);
    assert_eq!(props.line, LineSpacing::Exact(Twips(240)));
    let look = look(&paragraph, 0);
    assert_eq!((look.size, look.scale, look.spacing), (HalfPoints(3276), 50, Twips(1440)));
}

#[test]
fn shading_mixes_patterns_and_knows_none_17_3_5() {
    let run = |props: &str| format!("<w:r><w:rPr>{props}</w:rPr><w:t>x</w:t></w:r>");
    let body = format!(
        "<w:p>{}{}{}{}</w:p>",
        run(r#"<w:shd w:val="clear" w:fill="FFFF00"/>"#),
        run(r#"<w:shd w:val="pct50" w:color="000000" w:fill="FFFFFF"/>"#),
        run(r#"<w:shd w:val="clear" w:fill="auto"/>"#),
        run(r#"<w:highlight w:val="green"/><w:u w:val="double" w:color="FF0000"/>"#)
    );
    let paragraph = Maker::body(&body).paragraph();
    let shades: Vec<_> = (0..4).map(|at| look(&paragraph, at).shading).collect();
    assert_eq!(shades, [Some(Rgb(255, 255, 0)), Some(Rgb(128, 128, 128)), None, None]);
    assert_eq!(look(&paragraph, 3).highlight, Some(Rgb(0, 255, 0)));
    assert_eq!(look(&paragraph, 3).underline, Some((UnderlineStyle::Double, Some(Rgb(255, 0, 0)))));
}

#[test]
fn text_keeps_its_blanks_only_when_told_17_3_3_31() {
    let body = r#"<w:p><w:r><w:t xml:space="preserve"> a </w:t></w:r><w:r><w:t> b </w:t></w:r><w:r><w:t>&lt;&#233;&amp;</w:t><w:tab/><w:noBreakHyphen/><w:br/><w:br w:type="page"/><w:br w:clear="all" w:type="textWrapping"/></w:r></w:p>"#;
    assert_eq!(text(&Maker::body(body).paragraph()), " a b<é&→‑[Line][Page][LineClear]");
}

#[test]
fn an_element_above_can_keep_the_blanks_of_all_text_in_it() {
    let body = r#"<w:p xml:space="preserve"><w:r><w:t>a </w:t></w:r><w:r><w:t xml:space="default"> b </w:t></w:r></w:p><w:p><w:r><w:t> c </w:t></w:r></w:p>"#;
    assert_eq!(Maker::body(body).paragraphs().iter().map(text).collect::<Vec<_>>(), ["a b", "c"]);
}

#[test]
fn runs_that_look_the_same_are_one_text() {
    let body = r#"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>a</w:t></w:r><w:proofErr w:type="spellStart"/><w:r w:rsidR="1"><w:rPr><w:b/></w:rPr><w:t>b</w:t></w:r></w:p>"#;
    assert_eq!(Maker::body(body).paragraph().content.len(), 1);
}

#[test]
fn symbols_become_unicode_17_3_3_30() {
    let body = r#"<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r><w:r><w:rPr><w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/></w:rPr><w:t>a</w:t></w:r></w:p>"#;
    let paragraph = Maker::body(body).paragraph();
    assert_eq!(text(&paragraph), "✔α");
    assert_ne!(&*look(&paragraph, 0).font, "Symbol");
}

#[test]
fn tracked_changes_are_read_as_accepted_17_13_5() {
    let body = r#"<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr><w:r><w:t xml:space="preserve">one </w:t></w:r><w:del w:id="2"><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins w:id="3"><w:r><w:t xml:space="preserve">new </w:t></w:r></w:ins></w:p>
        <w:p><w:r><w:rPr><w:rPrChange w:id="4"><w:rPr><w:b/></w:rPr></w:rPrChange></w:rPr><w:t>two</w:t></w:r></w:p>"#;
    let paragraphs = Maker::body(body).paragraphs();
    assert_eq!(paragraphs.iter().map(text).collect::<Vec<_>>(), ["one new two"]);
    assert!(!look(&paragraphs[0], 0).bold);
}

#[test]
fn content_controls_and_smart_tags_are_their_content_17_5_2() {
    let body = r#"<w:sdt><w:sdtPr><w:alias w:val="x"/></w:sdtPr><w:sdtContent><w:p><w:smartTag><w:r><w:t>a</w:t></w:r></w:smartTag><w:sdt><w:sdtContent><w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt></w:p></w:sdtContent></w:sdt>"#;
    assert_eq!(text(&Maker::body(body).paragraph()), "a☒");
}

#[test]
fn a_hidden_paragraph_takes_no_room_17_3_2_41() {
    let body = r"<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:rPr><w:vanish/></w:rPr><w:t>a</w:t></w:r></w:p><w:p><w:r><w:t>b</w:t></w:r></w:p>";
    assert_eq!(Maker::body(body).paragraphs().iter().map(text).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn prefixes_do_not_matter_only_namespaces_do() {
    let xml = r#"<x:document xmlns:x="http://purl.oclc.org/ooxml/wordprocessingml/main"><x:body><x:p><x:pPr><x:jc x:val="end"/></x:pPr><x:r><x:t>strict</x:t></x:r></x:p></x:body></x:document>"#;
    let paragraph = Maker::default().bytes("word/document.xml", xml.as_bytes()).paragraph();
    assert_eq!((text(&paragraph).as_str(), paragraph.props.align), ("strict", Align::Right));
}
