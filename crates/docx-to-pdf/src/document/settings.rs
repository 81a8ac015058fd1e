//! Settings and properties of the document (ECMA-376 part 1, 17.15; part 2, 8.3).

use super::fields::Signs;
use super::model::{NumberFormat, Properties, Settings};
use super::numerals::format_named;
use super::values::{integer, switch, twips};
use super::xml::Node;

/// Reads `w:settings`.
pub(super) fn read(node: Node<'_>) -> Settings {
    let base = Settings::default();
    let compatibility = node.child("w:compat").and_then(|compat| {
        let mut settings = compat.children().filter(|setting| setting.name() == "w:compatSetting");
        settings.find(|setting| setting.attr("w:name") == Some("compatibilityMode"))?.val().and_then(integer)
    });
    let format =
        |name: &str, default: NumberFormat| node.child(name).and_then(|notes| notes.child_val("w:numFmt")).map_or(default, format_named);
    let compat = |name: &str| node.child("w:compat").and_then(|compat| switch(compat, name)).unwrap_or(false);
    let first = |name: &str| {
        let start = node.child(name).and_then(|notes| notes.child_val("w:numStart")).and_then(integer);
        start.unwrap_or(1).clamp(0, 1_000_000) as u32
    };
    Settings {
        compatibility_mode: compatibility.map_or(base.compatibility_mode, |mode| mode.clamp(11, 100) as u32),
        default_tab: node.child_val("w:defaultTabStop").and_then(twips).filter(|tab| tab.0 > 0).unwrap_or(base.default_tab),
        even_and_odd_headers: switch(node, "w:evenAndOddHeaders").unwrap_or(false),
        mirror_margins: switch(node, "w:mirrorMargins").unwrap_or(false),
        gutter_at_top: switch(node, "w:gutterAtTop").unwrap_or(false),
        footnote_format: format("w:footnotePr", base.footnote_format),
        endnote_format: format("w:endnotePr", base.endnote_format),
        first_notes: (first("w:footnotePr"), first("w:endnotePr")),
        show_background: switch(node, "w:displayBackgroundShape").unwrap_or(false),
        stretch_before_breaks: !compat("w:doNotExpandShiftReturn"),
        collapse_spacing: !compat("w:doNotUseHTMLParagraphAutoSpacing"),
        balance_columns: !compat("w:noColumnBalance"),
        split_at_page_break: compat("w:splitPgBreakAndParaMark"),
    }
}

/// How the author's program wrote numbers in formulas.
pub(super) fn signs(node: Node<'_>) -> Option<Signs> {
    let (decimal, list) = (node.child_val("w:decimalSymbol")?, node.child_val("w:listSeparator")?);
    Some(Signs { decimal_comma: decimal.trim() == ",", comma_parts: list.trim() == "," })
}

/// Reads docProps/core.xml.
pub(super) fn properties(node: Node<'_>) -> Properties {
    let text = |name: &str| node.child(name).map(|property| unescaped(&property.text()).trim().to_owned()).filter(|text| !text.is_empty());
    Properties {
        title: text("dc:title"),
        author: text("dc:creator"),
        subject: text("dc:subject"),
        keywords: text("cp:keywords"),
        language: text("dc:language"),
    }
}

/// Text of a property: `_x000D_` and the like stand for characters that XML does not hold (22.9.2.19 ST_Xstring); those that show nothing are left out.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        plain.push_str(&rest[..at]);
        let code = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        let character = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        if let Some(character) = character {
            plain.extend(Some(character).filter(|character| !character.is_control()));
        } else {
            plain.push_str("_x");
        }
        rest = &rest[at + if character.is_some() { 7 } else { 2 }..];
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_xml_does_not_hold_are_read_or_left_out_22_9_2_19() {
        let cases =
            [("a_x0000__x000D_", "a"), ("_x00E9_t_x00e9_", "été"), ("_xZZZZ_ _x12_ _x00", "_xZZZZ_ _x12_ _x00"), ("ñ_xñ_", "ñ_xñ_")];
        for (text, plain) in cases {
            assert_eq!(unescaped(text), plain);
        }
    }
}
