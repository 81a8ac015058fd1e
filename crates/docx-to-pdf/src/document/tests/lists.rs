//! Lists and their numbers (ECMA-376 part 1, 17.9).

use super::{Maker, text};
use crate::document::model::NumberSuffix;
use crate::units::Twips;

const OUTLINE: &str = r#"<w:abstractNum w:abstractNumId="1">
    <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/><w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr></w:lvl>
    <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/><w:suff w:val="space"/></w:lvl>
    <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:isLgl/><w:lvlText w:val="%1.%2.%3"/></w:lvl>
  </w:abstractNum>
  <w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
  <w:num w:numId="2"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>"#;

fn item(list: u32, level: u32) -> String {
    format!(r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list}"/></w:numPr></w:pPr></w:p>"#)
}

fn numbers(numbering: &str, items: &[(u32, u32)]) -> Vec<String> {
    let body: String = items.iter().map(|(list, level)| item(*list, *level)).collect();
    let paragraphs = Maker::body(&body).numbering(numbering).paragraphs();
    paragraphs.into_iter().map(|paragraph| paragraph.number.map(|number| number.text).unwrap_or_default()).collect()
}

#[test]
fn levels_count_restart_and_name_the_levels_above_17_9_11() {
    let found = numbers(OUTLINE, &[(1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1), (1, 2)]);
    assert_eq!(found, ["1.", "1.a)", "1.b)", "1.2.1", "2.", "2.a)", "2.1.1"]);
}

#[test]
fn legal_numbers_keep_their_zero_17_9_4() {
    let numbering = OUTLINE.replace(r#"<w:numFmt w:val="lowerLetter"/>"#, r#"<w:numFmt w:val="decimalZero"/><w:isLgl/>"#);
    assert_eq!(numbers(&numbering, &[(1, 0), (1, 1)]), ["1.", "1.01)"]);
}

#[test]
fn lists_of_one_definition_count_on_and_an_override_starts_anew_17_9_27() {
    assert_eq!(numbers(OUTLINE, &[(1, 0), (1, 0), (2, 0), (2, 0), (1, 0)]), ["1.", "2.", "5.", "6.", "7."]);
}

#[test]
fn a_level_can_refuse_to_restart_17_9_10() {
    let numbering = OUTLINE.replace(r#"<w:suff w:val="space"/>"#, r#"<w:lvlRestart w:val="0"/>"#);
    assert_eq!(numbers(&numbering, &[(1, 0), (1, 1), (1, 0), (1, 1)]), ["1.", "1.a)", "2.", "2.b)"]);
}

#[test]
fn bullets_are_unicode_and_carry_the_levels_look() {
    let numbering = r#"<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/><w:suff w:val="nothing"/><w:rPr><w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/><w:b/></w:rPr></w:lvl></w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>"#;
    let number = Maker::body(&item(3, 0)).numbering(numbering).paragraph().number.unwrap();
    assert_eq!((number.text.as_str(), number.bullet, number.suffix, number.props.bold), ("•", true, NumberSuffix::Nothing, true));
    assert_ne!(&*number.props.font, "Symbol");
}

#[test]
fn indents_come_from_the_level_below_the_paragraphs_own_17_9_18() {
    let body = r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:ind w:left="1000"/></w:pPr></w:p>"#;
    let props = Maker::body(body).numbering(OUTLINE).paragraph().props;
    assert_eq!((props.indent_left, props.indent_first), (Twips(1000), Twips(-360)));
}

#[test]
fn a_styles_list_lies_below_the_styles_own_indent_and_list_zero_removes_both() {
    let styles = r#"<w:style w:type="paragraph" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:ind w:left="300"/></w:pPr></w:style>"#;
    let body = r#"<w:p><w:pPr><w:pStyle w:val="L"/></w:pPr><w:r><w:t>a</w:t></w:r></w:p><w:p><w:pPr><w:pStyle w:val="L"/><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:p>"#;
    let paragraphs = Maker::body(body).styles(styles).numbering(OUTLINE).paragraphs();
    assert_eq!((paragraphs[0].props.indent_left, paragraphs[0].props.indent_first), (Twips(300), Twips(-360)));
    assert_eq!(paragraphs[0].number.as_ref().map(|number| number.text.as_str()), Some("1."));
    assert_eq!(text(&paragraphs[0]), "a");
    assert!(paragraphs[1].number.is_none());
    assert_eq!((paragraphs[1].props.indent_left, paragraphs[1].props.indent_first), (Twips(0), Twips(0)));
}

/// Left and first-line indents of a paragraph with these properties, of these styles.
fn indents(styles: &str, properties: &str) -> (i32, i32) {
    let body = format!("<w:p><w:pPr>{properties}</w:pPr></w:p>");
    let props = Maker::body(&body).styles(styles).numbering(OUTLINE).paragraph().props;
    (props.indent_left.0, props.indent_first.0)
}

#[test]
fn list_zero_takes_all_inherited_indents_away_as_a_list_of_its_own_would() {
    const ZERO: &str = r#"<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>"#;
    let style = |id: &str, base: &str, own: &str| {
        format!(r#"<w:style w:type="paragraph" w:styleId="{id}"><w:basedOn w:val="{base}"/><w:pPr>{own}</w:pPr></w:style>"#)
    };
    let of = |more: &str| format!(r#"<w:pStyle w:val="S"/>{more}"#);
    let indented = r#"<w:ind w:left="2160" w:firstLine="300"/>"#;
    let listed = r#"<w:numPr><w:numId w:val="1"/></w:numPr>"#;
    let sheets = [
        style("S", "", indented),
        style("S", "", &format!("{listed}{indented}")),
        format!("{}{}", style("B", "", indented), style("S", "B", listed)),
        format!("{}{}", style("B", "", &format!("{listed}{indented}")), style("S", "B", "")),
    ];
    for styles in sheets {
        assert_eq!(indents(&styles, &of(ZERO)), (0, 0), "{styles}");
        assert_eq!(indents(&styles, &of(&format!(r#"{ZERO}<w:ind w:left="360"/>"#))), (360, 0), "{styles}");
        assert_eq!(indents(&styles, &of(&format!(r#"{ZERO}<w:ind w:firstLine="200"/>"#))), (0, 200), "{styles}");
    }
    // A style that takes itself out keeps what it says itself.
    let base = style("B", "", &format!("{listed}{indented}"));
    assert_eq!(indents(&format!("{base}{}", style("S", "B", ZERO)), &of("")), (0, 0));
    assert_eq!(indents(&format!("{base}{}", style("S", "B", &format!(r#"{ZERO}<w:ind w:left="500"/>"#))), &of("")), (500, 0));
}

#[test]
fn a_level_named_alone_brings_its_indents_where_it_is_another_than_the_style_s() {
    let style = r#"<w:style w:type="paragraph" w:styleId="S"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:ind w:left="2160" w:hanging="200"/></w:pPr></w:style>"#;
    let numbering = OUTLINE.replace(r#"<w:lvl w:ilvl="1">"#, r#"<w:lvl w:ilvl="1"><w:pPr><w:ind w:left="2880" w:hanging="720"/></w:pPr>"#);
    let of = |level: u8| {
        let body = format!(r#"<w:p><w:pPr><w:pStyle w:val="S"/><w:numPr><w:ilvl w:val="{level}"/></w:numPr></w:pPr></w:p>"#);
        let props = Maker::body(&body).styles(style).numbering(&numbering).paragraph().props;
        (props.indent_left.0, props.indent_first.0)
    };
    assert_eq!(of(0), (2160, -200));
    assert_eq!(of(1), (2880, -720));
}

#[test]
fn a_style_is_at_the_level_it_names_or_at_the_first_whichever_names_it() {
    let numbering = OUTLINE.replace(r#"<w:lvl w:ilvl="1">"#, r#"<w:lvl w:ilvl="1"><w:pStyle w:val="S"/>"#);
    for (named, level) in [("", 0), (r#"<w:ilvl w:val="2"/>"#, 2)] {
        let styles =
            format!(r#"<w:style w:type="paragraph" w:styleId="S"><w:pPr><w:numPr>{named}<w:numId w:val="1"/></w:numPr></w:pPr></w:style>"#);
        for direct in ["", r#"<w:numPr><w:numId w:val="1"/></w:numPr>"#] {
            let body = format!(r#"<w:p><w:pPr><w:pStyle w:val="S"/>{direct}</w:pPr></w:p>"#);
            let number = Maker::body(&body).styles(&styles).numbering(&numbering).paragraph().number;
            assert_eq!(number.map(|number| number.level), Some(level), "{named} {direct}");
        }
    }
}

#[test]
fn an_item_begins_the_levels_above_it_that_nothing_has_counted() {
    assert_eq!(numbers(OUTLINE, &[(1, 1), (1, 0), (1, 1)]), ["1.a)", "2.", "2.a)"]);
}

/// A list of the outline's definition that starts some levels anew.
fn starting_anew(levels: &[(u8, u8)]) -> String {
    let start =
        |(level, start): &(u8, u8)| format!(r#"<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>"#);
    let starts: Vec<String> = levels.iter().map(start).collect();
    format!(r#"{OUTLINE}<w:num w:numId="9"><w:abstractNumId w:val="1"/>{}</w:num>"#, starts.concat())
}

#[test]
fn the_first_item_of_a_level_that_its_list_starts_anew_takes_the_other_levels_along() {
    let both = starting_anew(&[(0, 5), (1, 3)]);
    // They go on as the lists of this definition stand, or begin as that says.
    assert_eq!(numbers(&both, &[(1, 0), (9, 1), (9, 0)]), ["1.", "1.c)", "2."]);
    assert_eq!(numbers(&both, &[(1, 0), (9, 0), (9, 1), (9, 0)]), ["1.", "5.", "5.a)", "6."]);
    // What stands first of all begins the levels above as its list says.
    assert_eq!(numbers(&both, &[(9, 1), (9, 1), (9, 0)]), ["5.c)", "5.d)", "6."]);
    // A level that does not start anew takes nothing along, and one that does, does so once.
    let first = starting_anew(&[(0, 5)]);
    assert_eq!(numbers(&first, &[(1, 0), (9, 1), (9, 1), (9, 0), (9, 0)]), ["1.", "1.a)", "1.b)", "5.", "6."]);
    let second = starting_anew(&[(1, 3)]);
    assert_eq!(numbers(&second, &[(1, 0), (9, 0), (9, 1), (9, 0), (9, 1)]), ["1.", "2.", "2.c)", "3.", "3.a)"]);
}

#[test]
fn custom_formats_have_as_many_figures_as_their_first_number() {
    for (format, shown) in
        [("001, 002, 003, ...", "001."), ("00001, 00002, 00003, ...", "00001."), ("01, 02", "01."), ("a, b", "1."), ("0", "1.")]
    {
        let custom = format!(r#"<w:numFmt w:val="custom" w:format="{format}"/>"#);
        let numbering = OUTLINE.replacen(r#"<w:numFmt w:val="decimal"/>"#, &custom, 1);
        assert_eq!(numbers(&numbering, &[(1, 0)]), [shown], "{format}");
    }
}

#[test]
fn a_definition_may_stand_for_a_numbering_style_17_9_21() {
    let numbering = format!(
        r#"{OUTLINE}<w:abstractNum w:abstractNumId="7"><w:numStyleLink w:val="S"/></w:abstractNum><w:num w:numId="9"><w:abstractNumId w:val="7"/></w:num>"#
    );
    let styles = r#"<w:style w:type="numbering" w:styleId="S"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>"#;
    let paragraph = Maker::body(&item(9, 0)).styles(styles).numbering(&numbering).paragraph();
    assert_eq!(paragraph.number.map(|number| number.text).as_deref(), Some("1."));
}

#[test]
fn a_list_that_does_not_exist_gives_no_number() {
    assert_eq!(numbers(OUTLINE, &[(77, 0), (1, 0)]), ["", "1."]);
}

#[test]
fn long_numbers_are_cut_once_all_of_them_have_a_million_bytes() {
    let numbering = OUTLINE.replace("%1.\"", &format!("{}\"", "%1 of ".repeat(40)));
    let found = numbers(&numbering, &vec![(1, 0); 6000]);
    assert!(found[0].len() == 200 && found[2000].len() == 320, "{} {}", found[0].len(), found[2000].len());
    assert_eq!(found[5999].chars().count(), 32);
    assert_eq!(numbers(OUTLINE, &vec![(1, 0); 40_000]).last().map(String::as_str), Some("40000."));
}
