//! Symbol fonts: their private characters as the Unicode characters they look like, so that bullets copy, search and show in any font.

/// Adobe's Symbol encoding from 0x20; a space where there is none.
const SYMBOL: &str = concat!(
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?",
    "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_",
    "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼ ",
    "                                ",
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵",
    "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓",
    "◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭ ",
);

/// Wingdings from 0x20, by characters that ordinary fonts have; a space where there is none.
const WINGDINGS: &str = concat!(
    " ✎✂✁☍☊☌☋☎✆✉✉▭▭▭▭▤▤▤▤▤▤⌛⌨☉☉▣▣▤▤✇✍",
    "✍✌☝☝☟☜☞☝☟✋☺☹☹✹☠⚐⚑✈☼☂❄✝✞✝✠✡☪☯ॐ☸♈♉",
    "♊♋♌♍♎♏♐♑♒♓&&●❍■□□❑❒◆◆◆❖◆⌧⍓⌘❀✿❝❞ ",
    "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿❧☙☙❧❧☙☙❧·•",
    "▪○○○◉◎○▪◻▲✦★✶✴✹✵⌖⌖✧⌑✧✪✰◷◷◷◷◷◷◷◷◷",
    "◷◷◷↩↪↩↪↰↱↲↳❧❧☙☙❧❧☙☙☙❧⌫⌦◀➢▲▼➲➲▲▼←",
    "→↑↓↖↗↙↘◀➔▲▼↖↗↙↘⇦⇨⇧⇩⇔⇕↖↗↙↘▭▫✗✔☒☑❖",
);

/// What a character of a symbol font looks like; `None` when the font is an ordinary one or the character is not known.
pub(super) fn unicode(font: &str, character: char) -> Option<char> {
    let code = match character as u32 {
        code @ 0x20..=0xFF => code,
        code @ 0xF020..=0xF0FF => code - 0xF000,
        _ => return None,
    };
    let table = match font.trim().to_ascii_lowercase().as_str() {
        "symbol" | "symbolmt" | "standard symbols l" | "standard symbols ps" => SYMBOL,
        "wingdings" => WINGDINGS,
        "wingdings 2" => return wingdings_2(code),
        "wingdings 3" => return wingdings_3(code),
        "webdings" => return webdings(code),
        // A private character in an ordinary font is a bullet whose font was changed: Word still shows Symbol's.
        _ if character as u32 >= 0xF000 => return (code == 0xB7).then_some('•'),
        _ => return None,
    };
    let found = table.chars().nth(code as usize - 0x20)?;
    (found != ' ' || code == 0x20).then_some(found)
}

/// Whether a family's letters are pictures.
pub(super) fn is_symbol_font(font: &str) -> bool {
    let font = font.trim();
    let begins = |name: &str| font.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
    begins("wingdings") || ["symbol", "symbolmt", "webdings"].iter().any(|name| font.eq_ignore_ascii_case(name))
}

fn wingdings_2(code: u32) -> Option<char> {
    Some(match code {
        0x4F | 0x53 => '✗',
        0x50 => '✓',
        0x51 | 0x54 | 0x56 => '☒',
        0x52 => '☑',
        0x95..=0x98 => '●',
        0x99..=0x9C => '○',
        0xA0..=0xA2 => '■',
        0xA3..=0xA6 => '□',
        0xAE..=0xB2 => '◆',
        0xEA..=0xEF => '★',
        _ => return None,
    })
}

fn wingdings_3(code: u32) -> Option<char> {
    Some(match code {
        0x21 | 0x66 => '←',
        0x22 | 0x67 => '→',
        0x23 | 0x68 => '↑',
        0x24 | 0x69 => '↓',
        0x70 => '▲',
        0x71 => '▼',
        0x74 | 0x75 | 0x7D | 0x84 | 0x86 => '▶',
        0x76 | 0x7C | 0x83 | 0x85 => '◀',
        _ => return None,
    })
}

fn webdings(code: u32) -> Option<char> {
    Some(match code {
        0x33 => '◀',
        0x34 => '▶',
        0x35 => '▲',
        0x36 => '▼',
        0x61 => '✔',
        0x63 => '□',
        0x3D | 0x67 => '■',
        0x6E => '●',
        0x72 => '✖',
        0x9A => '✉',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_bullets_become_their_unicode_characters() {
        assert_eq!(unicode("Symbol", '\u{F0B7}'), Some('•'));
        assert_eq!(unicode("Wingdings", '\u{F0A7}'), Some('▪'));
        assert_eq!(unicode("Wingdings", '\u{F0D8}'), Some('➢'));
        assert_eq!(unicode("Wingdings", '\u{F0FC}'), Some('✔'));
        assert_eq!(unicode("Wingdings", '\u{F06F}'), Some('□'));
        assert_eq!(unicode("Wingdings", '\u{F076}'), Some('❖'));
        assert_eq!(unicode("Wingdings", 'n'), Some('■'));
        assert_eq!(unicode("wingdings", '\u{F0FE}'), Some('☑'));
        assert_eq!(unicode("Symbol", 'a'), Some('α'));
        assert_eq!(unicode("Calibri", '\u{F0B7}'), Some('•'));
        assert_eq!(unicode("Calibri", 'a'), None);
    }

    #[test]
    fn both_tables_cover_the_whole_range() {
        assert_eq!(SYMBOL.chars().count(), 224);
        assert_eq!(WINGDINGS.chars().count(), 224);
    }
}
