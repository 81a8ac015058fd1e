//! Symbol fonts: what the codes of Symbol, Wingdings and Webdings mean as characters.
//!
//! Word stores such text as codes U+F020–U+F0FF (or as plain bytes); with the meaning as a character, another face can draw it.
//! A blank stands for a code without a known meaning; pictures no free face has are given as the nearest plain shape.

/// A symbol font's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recode {
    Symbol,
    Wingdings,
    Wingdings2,
    Wingdings3,
    Webdings,
}

const SYMBOL_LOW: &str = "!∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼";
const SYMBOL_HIGH: &str = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭";
const WINGDINGS_LOW: &str =
    "✏✂✁👓   ☎✆✉✉          ⌛⌨      ✇✍✍✌ 👍👎☜☞☝☟✋☺😐☹💣☠⚐ ✈☼💧❄✝✞ ✠✡☪☯ॐ☸♈♉♊♋♌♍♎♏♐♑♒♓&&●❍■□□❑❒♦⧫◆❖◆☒⍓⌘❀✿❝❞▯";
const WINGDINGS_HIGH: &str = "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿        ·•▪○○◉◉◎○▪◻▲✦★✶✴✹✵⌖⌖◇⌑◇✪✰🕐🕑🕒🕓🕔🕕🕖🕗🕘🕙🕚🕛                  ⌫⌦ ➢   ➲  ←→↑↓↖↗↙↘⬅➔⬆⬇⬉⬈⬋⬊⇦⇨⇧⇩⬄⇳⬀⬁⬃⬂▭▫✗✔☒☑";

/// Single codes of the fonts that are rarely used.
const WINGDINGS_2: &[(u8, &str)] = &[(0x4f, "✗✔☒☑☒☒"), (0x6a, "➀➁➂➃➄➅➆➇➈➉➊➋➌➍➎➏➐➑➒➓"), (0x95, "·•●●○○◎"), (0x9e, "▪▪▪■■□□□")];
const WINGDINGS_3: &[(u8, &str)] = &[(0x21, "←→↑↓↖↗↙↘"), (0x70, "▲▼△▽◀▶◁▷◣◢◤◥◂▸▴")];
const WEBDINGS: &[(u8, &str)] = &[(0x33, "◀▶▲▼"), (0x59, "♥"), (0x61, "✔"), (0x63, "□"), (0x67, "■"), (0x6e, "●"), (0x72, "✖")];

impl Recode {
    /// The character behind a code; `None` for anything that is no code of the font, which then stands for itself.
    pub(super) fn character(self, code: char) -> Option<char> {
        let code = match u32::from(code) {
            code @ 0x21..=0xff => code as u8,
            code @ 0xf021..=0xf0ff => (code - 0xf000) as u8,
            0xf020 => return Some(' '),
            _ => return None,
        };
        let found = match self {
            Self::Symbol => pick(&[(0x21, SYMBOL_LOW), (0xa0, SYMBOL_HIGH)], code),
            Self::Wingdings => pick(&[(0x21, WINGDINGS_LOW), (0x80, WINGDINGS_HIGH)], code),
            Self::Wingdings2 => pick(WINGDINGS_2, code),
            Self::Wingdings3 => pick(WINGDINGS_3, code),
            Self::Webdings => pick(WEBDINGS, code),
        };
        found.filter(|character| *character != ' ')
    }
}

/// The character at a code in a table of stretches.
fn pick(table: &[(u8, &str)], code: u8) -> Option<char> {
    table.iter().rev().find(|(first, _)| *first <= code).and_then(|(first, characters)| characters.chars().nth(usize::from(code - first)))
}
