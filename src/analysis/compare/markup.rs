//! Takes markup off a text: tags, named characters, the signs of formulas.
//!
//! A platform's editor stores rich text (`<p>¿Cuál es &lt; 5?</p>`, `\(\frac{1}{2}\)`), a bank holds what a teacher typed (`¿Cuál es < 5?`, `1/2`).
//! Each pass looks at every character a bounded number of times, for these texts come from outside.

use std::borrow::Cow;

use crate::analysis::compare::{entities, tex};

/// The text a reader sees. What would leave nothing is left as it stands: `<br>` may be the answer of a question about HTML.
pub(crate) fn text(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['<', '&', '\\', '$']) {
        return Cow::Borrowed(raw);
    }
    let bare = unescaped(&without_tags(raw));
    // Some relays escape the whole markup once more.
    let bare = if is_wrapped(&bare) { unescaped(&without_tags(&bare)) } else { bare };
    let bare = if bare.trim().is_empty() { unescaped(raw) } else { bare };
    Cow::Owned(tex::plain(&bare).into_owned())
}

fn is_wrapped(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('<') && text.ends_with('>') && text.contains("</") && !without_tags(text).trim().is_empty()
}

/// Elements that end a line or a cell: what stands before and behind are two words.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "blockquote",
    "br",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];
/// Elements within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "audio", "b", "big", "body", "cite", "code", "del", "em", "font", "form", "html", "i", "iframe", "img", "input", "ins",
    "kbd", "label", "mark", "nobr", "object", "o:p", "q", "s", "small", "source", "span", "strike", "strong", "sub", "sup", "tt", "u",
    "var", "video", "wbr",
];
/// Elements of MathML.
const MATH: &[&str] = &[
    "annotation-xml",
    "maction",
    "math",
    "menclose",
    "merror",
    "mfenced",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "semantics",
];
/// Elements whose content nobody reads.
const UNREAD: &[&str] = &["annotation", "head", "script", "style", "title"];

/// A tag with what of it matters.
struct Tag<'t> {
    name: String,
    closes: bool,
    /// Whether it ends itself (`<br/>`).
    empty: bool,
    attributes: &'t str,
    length: usize,
}

fn without_tags(text: &str) -> String {
    let Some(last) = text.rfind('>') else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut state = State { closed: closed_letters(text), math: Vec::new(), endless: Vec::new() };
    let mut at = 0;
    while let Some(next) = text[at..].find('<').map(|next| at + next).filter(|next| *next < last) {
        out.push_str(&text[at..next]);
        let length = state.tag(&text[next..], &mut out).unwrap_or_else(|| {
            out.push('<');
            1
        });
        at = next + length;
    }
    out.push_str(&text[at..]);
    out
}

/// An open element of a formula.
struct Element {
    name: String,
    /// Its children so far.
    children: usize,
    /// Where a bracket was opened for what it holds.
    bracket: Option<usize>,
}

struct State {
    /// Letters `x` for which `</x>` occurs: `a<b` opens no element.
    closed: u32,
    /// Open elements of a formula.
    math: Vec<Element>,
    /// What was looked for and does not occur any more.
    endless: Vec<String>,
}

impl State {
    /// Takes a tag, writes what stands for it and gives its length; `None` where it is none.
    fn tag(&mut self, text: &str, out: &mut String) -> Option<usize> {
        if text.starts_with("<!--") {
            return self.through(text, "-->");
        }
        if text.starts_with("<!") || text.starts_with("<?") {
            let end = text.find(['>', '\n']).filter(|end| text[*end..].starts_with('>'))?;
            return Some(end + 1);
        }
        let tag = Tag::read(text)?;
        let name = tag.name.as_str();
        let is = |names: &[&str]| names.binary_search(&name).is_ok();
        if UNREAD.contains(&name) {
            return if tag.closes || tag.empty { Some(tag.length) } else { self.through(text, &format!("</{name}>")) };
        }
        if is(MATH) {
            self.formula(&tag, out);
            return Some(tag.length);
        }
        if is(BLOCKS) {
            out.push(' ');
            return Some(tag.length);
        }
        if !INLINE.contains(&name) || (name.len() == 1 && !self.is_closed(name)) {
            return None;
        }
        match name {
            "sup" if !tag.closes => out.push('^'),
            "img" => out.push_str(&picture(tag.attributes)),
            _ => {}
        }
        Some(tag.length)
    }

    fn is_closed(&self, letter: &str) -> bool {
        letter.bytes().next().is_some_and(|letter| self.closed & (1 << (letter.to_ascii_lowercase().wrapping_sub(b'a') & 31)) != 0)
    }

    /// Up to the end of what is not read; searched to the end of the text once at most.
    fn through(&mut self, text: &str, end: &str) -> Option<usize> {
        if self.endless.iter().any(|missing| missing == end) {
            return None;
        }
        let found = text.find(end);
        if found.is_none() {
            self.endless.push(end.to_owned());
        }
        found.map(|at| at + end.len())
    }

    /// Writes the sign that an element of a formula stands for, and brackets where a fraction, a power or a root holds more than a figure.
    fn formula(&mut self, tag: &Tag, out: &mut String) {
        if tag.closes {
            if let Some(at) = self.math.pop().and_then(|element| element.bracket) {
                tex::close_bracket(out, at);
            }
            return;
        }
        let mut bracket = None;
        if let Some(parent) = self.math.last_mut() {
            parent.children += 1;
            match (parent.name.as_str(), parent.children) {
                ("mfrac", 2) => out.push('/'),
                ("msup", 2) | ("msubsup", 3) => out.push('^'),
                _ => {}
            }
            let holds = matches!((parent.name.as_str(), parent.children), ("mfrac" | "msqrt", _) | ("msup", 2) | ("msubsup", 3));
            if holds && tag.name == "mrow" && !tag.empty {
                bracket = Some(out.len());
                out.push('(');
            }
        }
        match tag.name.as_str() {
            "msqrt" => out.push('√'),
            "mspace" => out.push(' '),
            _ => {}
        }
        if !tag.empty {
            self.math.push(Element { name: tag.name.clone(), children: 0, bracket });
        }
    }
}

impl<'t> Tag<'t> {
    /// Reads `<p>`, `</p>`, `<br />`, `<p class="x">`; `x <y and z>` and `<5` are no tags.
    fn read(text: &'t str) -> Option<Self> {
        let inner = text.strip_prefix('<')?;
        let closes = inner.starts_with('/');
        let inner = inner.strip_prefix('/').unwrap_or(inner);
        let end = inner.bytes().take(20).position(|b| !(b.is_ascii_alphanumeric() || b == b'-' || b == b':'))?;
        let (name, rest) = inner.split_at(end);
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let close = end_of_tag(rest)?;
        let attributes = &rest[..close];
        let bare = attributes.trim().trim_end_matches('/').trim_end();
        if !(bare.is_empty() || (!closes && bare.contains('=') && attributes.starts_with(char::is_whitespace))) {
            return None;
        }
        let length = text.len() - inner.len() + end + close + 1;
        Some(Self { name: name.to_ascii_lowercase(), closes, empty: attributes.trim_end().ends_with('/'), attributes, length })
    }
}

/// Where a tag ends: at the next `>` outside quotes; another tag's beginning is no part of one.
fn end_of_tag(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return Some(at),
            (None, b'<') => return None,
            _ => {}
        }
    }
    None
}

/// What stands for a picture: its alternative text, else its file's name, so that two pictures are two answers.
fn picture(attributes: &str) -> String {
    let alt = attribute(attributes, "alt").filter(|alt| !alt.trim().is_empty());
    let file =
        || attribute(attributes, "src").map(|src| src.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default());
    alt.or_else(file).map(|text| format!(" {} ", text.chars().take(200).collect::<String>())).unwrap_or_default()
}

/// The value of a quoted attribute.
fn attribute<'t>(attributes: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = attributes;
    while let Some(at) = rest.find('=') {
        let key = rest[..at].trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
        let value = rest[at + 1..].trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, behind) = value[1..].split_once(quote)?;
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = behind;
    }
    None
}

/// The letters that some `</x>` closes.
fn closed_letters(text: &str) -> u32 {
    let closing = text.as_bytes().windows(4).filter(|w| w[0] == b'<' && w[1] == b'/' && w[2].is_ascii_alphabetic() && w[3] == b'>');
    closing.fold(0, |letters, w| letters | 1 << (w[2].to_ascii_lowercase() - b'a'))
}

/// Named and numbered characters as themselves, also those that were escaped twice (`&amp;lt;`).
fn unescaped(text: &str) -> String {
    let once = unescape(text);
    match once {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(once) => unescape(&once).into_owned(),
    }
}

/// The longest name and the longest number an entity has.
const LONGEST_ENTITY: usize = 12;

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';');
        // What names no character is an `&` with something behind it.
        let (c, end) = end.and_then(|end| character(&rest[1..end]).map(|c| (c, end))).unwrap_or(('&', 0));
        out.push(c);
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn character(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else { return entities::named(name) };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).filter(|c| *c != '\0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::compare::fold;

    fn seen(raw: &str) -> String {
        fold::collapse_spaces(&text(raw))
    }

    #[test]
    fn markup_goes_and_the_text_stays() {
        for (raw, expected) in [
            ("<p>¿Cuál es &lt; 5?</p>", "¿Cuál es < 5?"),
            ("<p>¿Capital de&nbsp;<b>Perú</b>?</p>", "¿Capital de Perú?"),
            ("Suma&nbsp;2+2", "Suma 2+2"),
            ("O&#039;Connor &amp; Cía.", "O'Connor & Cía."),
            ("&iquest;Qu&eacute;?&#x20AC;", "¿Qué?€"),
            ("&amp;lt;b&amp;gt; &amp;eacute;", "<b> é"),
            ("&lt;p&gt;hola &lt;strong&gt;sol&lt;/strong&gt;&lt;/p&gt;", "hola sol"),
            ("uno<br>dos<br/>tres<li>cuatro", "uno dos tres cuatro"),
            ("10<sup>3</sup> y H<sub>2</sub>O", "10^3 y H2O"),
            ("<span style=\"color:red\" data-x='a>b'>rojo</span>", "rojo"),
            ("<!-- <p> -->sol<script>x < 1</script>", "sol"),
            ("<img src=\"https://x.cl/a/tri%C3%A1ngulo.png?w=2\"/>", "tri%C3%A1ngulo.png"),
            ("<img alt='un triángulo' src='a.png'>", "un triángulo"),
            ("<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>", "1/2"),
            ("<math><mfrac><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac></math>", "(x+1)/2"),
            ("<math><msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><msqrt><mn>3</mn></msqrt></math>", "x^2+√3"),
            ("\\(x^{2} \\leq 5\\)", "x^2 ≤ 5"),
        ] {
            assert_eq!(seen(raw), expected, "{raw}");
        }
    }

    #[test]
    fn signs_that_only_look_like_markup_stay() {
        for raw in [
            "AB < CD y EF > GH",
            "x<5 y y>3",
            "a<b",
            "a<b y c>d",
            "<br>",
            "<b>",
            "<div>",
            "x <y and z>",
            "5 & 6",
            "&nada;",
            "R&D",
            "$100",
            "entre $5 y $10",
            "<3",
            "< p >",
            "a << b >> c",
            "C:\\temp",
        ] {
            assert_eq!(seen(raw), raw, "{raw}");
        }
    }

    #[test]
    fn hostile_markup_of_every_shape_is_read_in_one_pass() {
        let shapes = [
            "<",
            "<p",
            "<p a=\"",
            "<p a='<p a=\"",
            "<!--",
            "<script>",
            "&",
            "&amp",
            "&#",
            "&amp;amp;",
            "</p",
            "<math><mfrac>",
            "\\(",
            "$",
            "$$",
            "\\frac{",
            "{",
            "\\",
            "<a ",
            "<img alt=",
            "&lt;p&gt;",
        ];
        for shape in shapes {
            let raw = format!("{}x>", shape.repeat(300_000 / shape.len()));
            assert!(text(&raw).len() <= 4 * raw.len(), "{shape}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_plain_text_is_untouched(raw in "[<>&;/pb#x0-9a-z\"'= $\\\\{}()^é]{0,60}", plain in "[a-zñ0-9 .,;:!?()+*=^-]{0,40}") {
            let _ = text(&raw);
            prop_assert_eq!(text(&plain), plain.as_str());
        }
    }
}
