//! Character references and stray markup in names and titles: platforms written in PHP escape texts before they send them.

/// A text may have been escaped twice on its way.
const ROUNDS: usize = 2;
/// The longest reference, without `&` and `;`.
const LONGEST: usize = 10;

/// Elements that rich-text fields leave in a title.
const ELEMENTS: [&str; 24] = [
    "b", "i", "u", "em", "strong", "p", "br", "span", "div", "sub", "sup", "font", "small", "a", "h1", "h2", "h3", "h4", "h5", "h6", "li",
    "ul", "ol", "mark",
];

/// Names of HTML that Western European texts need; the others are written as numbers.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("iexcl", '¡'),
    ("cent", '¢'),
    ("pound", '£'),
    ("curren", '¤'),
    ("yen", '¥'),
    ("sect", '§'),
    ("uml", '¨'),
    ("copy", '©'),
    ("ordf", 'ª'),
    ("laquo", '«'),
    ("not", '¬'),
    ("reg", '®'),
    ("deg", '°'),
    ("plusmn", '±'),
    ("sup1", '¹'),
    ("sup2", '²'),
    ("sup3", '³'),
    ("acute", '´'),
    ("micro", 'µ'),
    ("para", '¶'),
    ("middot", '·'),
    ("ordm", 'º'),
    ("raquo", '»'),
    ("frac14", '¼'),
    ("frac12", '½'),
    ("frac34", '¾'),
    ("iquest", '¿'),
    ("Agrave", 'À'),
    ("Aacute", 'Á'),
    ("Acirc", 'Â'),
    ("Atilde", 'Ã'),
    ("Auml", 'Ä'),
    ("Aring", 'Å'),
    ("AElig", 'Æ'),
    ("Ccedil", 'Ç'),
    ("Egrave", 'È'),
    ("Eacute", 'É'),
    ("Ecirc", 'Ê'),
    ("Euml", 'Ë'),
    ("Igrave", 'Ì'),
    ("Iacute", 'Í'),
    ("Icirc", 'Î'),
    ("Iuml", 'Ï'),
    ("Ntilde", 'Ñ'),
    ("Ograve", 'Ò'),
    ("Oacute", 'Ó'),
    ("Ocirc", 'Ô'),
    ("Otilde", 'Õ'),
    ("Ouml", 'Ö'),
    ("times", '×'),
    ("Oslash", 'Ø'),
    ("Ugrave", 'Ù'),
    ("Uacute", 'Ú'),
    ("Ucirc", 'Û'),
    ("Uuml", 'Ü'),
    ("Yacute", 'Ý'),
    ("szlig", 'ß'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("atilde", 'ã'),
    ("auml", 'ä'),
    ("aring", 'å'),
    ("aelig", 'æ'),
    ("ccedil", 'ç'),
    ("egrave", 'è'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("igrave", 'ì'),
    ("iacute", 'í'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("ntilde", 'ñ'),
    ("ograve", 'ò'),
    ("oacute", 'ó'),
    ("ocirc", 'ô'),
    ("otilde", 'õ'),
    ("ouml", 'ö'),
    ("divide", '÷'),
    ("oslash", 'ø'),
    ("ugrave", 'ù'),
    ("uacute", 'ú'),
    ("ucirc", 'û'),
    ("uuml", 'ü'),
    ("yacute", 'ý'),
    ("yuml", 'ÿ'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("bull", '•'),
    ("hellip", '…'),
    ("prime", '′'),
    ("euro", '€'),
    ("trade", '™'),
    ("minus", '−'),
    ("le", '≤'),
    ("ge", '≥'),
    ("ne", '≠'),
    ("pi", 'π'),
];

/// The text as people read it: elements taken out, references resolved.
pub(super) fn plain_text(text: &str) -> String {
    let mut plain = text.to_owned();
    for _ in 0..ROUNDS {
        if !plain.contains(['&', '<']) {
            break;
        }
        plain = resolve(&without_elements(&plain));
    }
    plain
}

fn resolve(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(LONGEST + 1).position(|byte| byte == b';');
        match end.and_then(|end| Some((character(&rest[..end])?, end))) {
            Some((character, end)) => {
                plain.push(character);
                rest = &rest[end + 1..];
            }
            None => plain.push('&'),
        }
    }
    plain.push_str(rest);
    plain
}

fn character(reference: &str) -> Option<char> {
    let Some(number) = reference.strip_prefix('#') else {
        return NAMED.iter().find(|(name, _)| *name == reference).map(|(_, character)| *character);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).filter(|character| !character.is_control())
}

/// Takes out what is certainly an element: `a < b` and `<b y c>` are mathematics.
fn without_elements(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((length, breaks)) = element(rest) {
            // A line break or paragraph keeps words apart.
            if breaks {
                plain.push(' ');
            }
            rest = &rest[length..];
        } else {
            plain.push('<');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    plain
}

/// The length of the element's tag that a text begins with, and whether it separates words.
fn element(text: &str) -> Option<(usize, bool)> {
    const LONGEST_TAG: usize = 300;
    let end = text.bytes().take(LONGEST_TAG).position(|byte| byte == b'>')?;
    let inner = text[1..end].trim_start_matches('/').trim_end_matches('/').trim();
    let (name, attributes) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    let is_element =
        ELEMENTS.iter().any(|element| element.eq_ignore_ascii_case(name)) && (attributes.trim().is_empty() || attributes.contains('='));
    let separates = !["b", "i", "u", "em", "strong", "span", "sub", "sup", "font", "small", "a", "mark"]
        .iter()
        .any(|inline| inline.eq_ignore_ascii_case(name));
    is_element.then_some((end + 1, separates))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_and_markup_is_taken_out() {
        for (written, read) in [
            ("Brian O&#039;Connor &amp; C&iacute;a", "Brian O'Connor & Cía"),
            ("Biología &amp;amp; Química", "Biología & Química"),
            ("&ntilde;and&uacute; &#xE9; &#8212; &euro;", "ñandú é — €"),
            ("<p>Test <b>Uno</b></p>", " Test Uno "),
            ("Test<br/>Uno", "Test Uno"),
            (r#"<span style="x">Uno</span>"#, "Uno"),
            ("&lt;b&gt;Uno&lt;/b&gt;", "Uno"),
            ("R&D, AT&T; a < b, 3 > 2", "R&D, AT&T; a < b, 3 > 2"),
            ("si a<b y c>d", "si a<b y c>d"),
            ("&nosuch; &#0; &#xD800; &#99999999; &", "&nosuch; &#0; &#xD800; &#99999999; &"),
        ] {
            assert_eq!(plain_text(written), read, "{written}");
        }
    }

    #[test]
    fn hostile_texts_cost_one_pass() {
        for hostile in ["&amp;".repeat(200_000), "&".repeat(1_000_000), "<".repeat(1_000_000), "<b ".repeat(300_000), "&#".repeat(500_000)]
        {
            assert!(plain_text(&hostile).len() <= hostile.len());
        }
    }
}
