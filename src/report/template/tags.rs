//! Finding tags in a paragraph's joined text, whatever runs they are split over.

use super::names;

/// How a tag is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// `<<ALUMNO>>`
    Plain,
    /// `{{ … }}`, `{% … %}`, `{# … #}`
    Jinja,
    /// A content control with a known name.
    Control,
    /// A mail-merge field.
    MergeField,
}

/// What a tag replaces, as docxtpl's letter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Only itself.
    Inline,
    /// Its run.
    Run,
    /// Its paragraph.
    Paragraph,
    /// Its table cell.
    Cell,
    /// Its table row.
    Row,
}

/// What a tag does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// Shows a value: the expression.
    Value,
    /// A statement: its keyword.
    Statement(String),
    /// Nothing.
    Comment,
}

/// One tag in a paragraph.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub spelling: Spelling,
    pub level: Level,
    pub action: Action,
    /// The Jinja inside, cleaned; for a plain name the expression it stands for.
    pub code: String,
    /// As the author sees it.
    pub shown: String,
    /// Where it stands in the paragraph's joined text.
    pub start: usize,
    pub end: usize,
    /// `{%-`: joins with the text before.
    pub trim_before: bool,
    /// `-%}`: joins with the text behind.
    pub trim_after: bool,
    /// A word standing before it that its value should not repeat (`Nivel <<NIVEL>>`).
    pub said: Option<String>,
}

/// Something that looks like a tag and is not one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub shown: String,
    pub at: usize,
    pub end: usize,
    pub closing: &'static str,
}

/// The tags of a paragraph's joined text, and what is broken.
pub(super) fn find(text: &str) -> (Vec<Tag>, Vec<Broken>) {
    let (mut tags, mut broken) = (Vec::new(), Vec::new());
    // Closing marks that do not come any more: looking for them again at every opening would take as long as the paragraph is.
    let mut gone: Vec<&str> = Vec::new();
    let mut at = 0;
    while let Some(start) = next_opening(text, at) {
        let rest = &text[start..];
        at = if let Some(literal) = escaped_mark(rest) {
            tags.push(literal_tag(literal, start));
            start + 3
        } else if let Some(closing) = jinja_closing(rest) {
            if let Some(length) = (!gone.contains(&closing)).then(|| jinja_end(rest, closing)).flatten() {
                tags.push(jinja(&rest[..length], start));
                start + length
            } else {
                gone.push(closing);
                let shown = clip(rest, 40);
                let end = start + shown.trim_end_matches('…').len();
                broken.push(Broken { shown, at: start, end, closing });
                start + 2
            }
        } else {
            let tag = plain(text, start);
            let end = tag.as_ref().map_or_else(|| start + rest.chars().next().map_or(1, char::len_utf8), |tag| tag.end);
            tags.extend(tag);
            end
        };
    }
    (tags, broken)
}

/// The next place a tag could begin.
fn next_opening(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find(|&at| match bytes[at] {
        b'{' => matches!(bytes.get(at + 1), Some(b'{' | b'%' | b'#')) || escaped_mark(&text[at..]).is_some(),
        b'}' | b'%' => escaped_mark(&text[at..]).is_some(),
        b'<' => bytes.get(at + 1) == Some(&b'<'),
        // The guillemet that Spanish autocorrection makes of `<<` (U+00AB in UTF-8).
        0xC2 => bytes.get(at + 1) == Some(&0xAB),
        _ => false,
    })
}

/// docxtpl's way to write a mark that is none: `{_{` shows `{{`.
fn escaped_mark(rest: &str) -> Option<&'static str> {
    match rest.get(..3)? {
        "{_{" => Some("{{"),
        "}_}" => Some("}}"),
        "{_%" => Some("{%"),
        "%_}" => Some("%}"),
        _ => None,
    }
}

fn literal_tag(mark: &str, start: usize) -> Tag {
    Tag {
        spelling: Spelling::Jinja,
        level: Level::Inline,
        action: Action::Value,
        code: format!("\"{mark}\""),
        shown: mark.to_owned(),
        start,
        end: start + 3,
        trim_before: false,
        trim_after: false,
        said: None,
    }
}

fn jinja_closing(rest: &str) -> Option<&'static str> {
    match rest.get(..2)? {
        "{{" => Some("}}"),
        "{%" => Some("%}"),
        "{#" => Some("#}"),
        _ => None,
    }
}

/// A closing mark in quotes is believed when the real one stands at most so far behind it.
const MOST_QUOTED: usize = 4096;

/// The length of a Jinja tag: to the closing mark outside of quotes, else to the first one at all.
fn jinja_end(rest: &str, closing: &'static str) -> Option<usize> {
    let first = rest[2..].find(closing)? + 4;
    if closing == "#}" {
        return Some(first);
    }
    let mut quote = None;
    for (at, character) in rest.char_indices().skip(2).take_while(|(at, _)| *at < first + MOST_QUOTED) {
        match (quote, straight(character)) {
            (Some(open), here) if here == open => quote = None,
            (None, here @ ('"' | '\'')) => quote = Some(here),
            (None, _) if rest[at..].starts_with(closing) => return Some(at + 2),
            _ => {}
        }
    }
    Some(first)
}

/// Typographic quotes as the ones Jinja knows, odd spaces as plain ones.
fn straight(character: char) -> char {
    match character {
        '“' | '”' | '„' | '‟' | '«' | '»' => '"',
        '‘' | '’' | '‚' | '‛' => '\'',
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{2009}' | '\t' | '\n' => ' ',
        '–' | '—' | '\u{2011}' => '-',
        other => other,
    }
}

/// What a person typed, as Jinja reads it: inside quoted text only the quotes themselves change.
fn clean(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut quote = None;
    for character in code.chars().filter(|character| !matches!(character, '\u{200b}' | '\u{ad}' | '\u{feff}')) {
        let here = straight(character);
        match quote {
            Some(open) if here == open => {
                quote = None;
                out.push(here);
            }
            Some(_) => out.push(character),
            None => {
                if matches!(here, '"' | '\'') {
                    quote = Some(here);
                }
                out.push(here);
            }
        }
    }
    // An apostrophe that opened nothing: then every mark is taken at face value.
    if quote.is_some() { code.chars().map(straight).collect() } else { out }
}

/// Reads one Jinja tag, marks included.
fn jinja(shown: &str, start: usize) -> Tag {
    let inside = &shown[2..shown.len() - 2];
    let mut code = if shown.starts_with("{#") { inside.to_owned() } else { clean(inside) };
    let level = take_level(&mut code);
    let trim_before = take_front(&mut code, '-');
    let trim_after = take_back(&mut code, '-');
    let code = code.trim().to_owned();
    let action = match &shown[..2] {
        "{{" => Action::Value,
        "{#" => Action::Comment,
        _ => Action::Statement(code.split([' ', '(', '\t']).next().unwrap_or_default().to_owned()),
    };
    Tag {
        spelling: Spelling::Jinja,
        level,
        action,
        code,
        shown: shown.to_owned(),
        start,
        end: start + shown.len(),
        trim_before,
        trim_after,
        said: None,
    }
}

/// docxtpl's letters behind the opening mark: `{%tr `, `{{r `.
fn take_level(code: &mut String) -> Level {
    for (letters, level) in [("tr", Level::Row), ("tc", Level::Cell), ("p", Level::Paragraph), ("r", Level::Run)] {
        if let Some(rest) = code.strip_prefix(letters)
            && rest.starts_with(' ')
        {
            *code = rest.to_owned();
            return level;
        }
    }
    Level::Inline
}

fn take_front(code: &mut String, mark: char) -> bool {
    code.strip_prefix(mark).map(str::to_owned).map(|rest| *code = rest).is_some()
}

fn take_back(code: &mut String, mark: char) -> bool {
    code.strip_suffix(mark).map(str::to_owned).map(|rest| *code = rest).is_some()
}

/// A plain name is at most so many characters long.
const LONGEST_NAME: usize = 80;

/// Reads a plain placeholder: `<<NAME>>`, and `«NAME»` when the name is one of ours.
fn plain(text: &str, start: usize) -> Option<Tag> {
    let rest = &text[start..];
    let (open, close, must_be_known) = if rest.starts_with("<<") { (2, ">>", false) } else { (2, "»", true) };
    // No name is longer, so no more is searched.
    let window = rest[open..].char_indices().nth(LONGEST_NAME + 40).map_or(rest.len(), |(at, _)| open + at);
    let length = rest[open..window].find(close)?;
    let name = clean(&rest[open..open + length]);
    let name = name.trim();
    let known = names::expression(name);
    if name.is_empty()
        || name.chars().count() > LONGEST_NAME
        || name.contains(['<', '>', '{', '}', '«'])
        || must_be_known && (known.is_none() || !names::looks_like_a_name(name))
    {
        return None;
    }
    // `if a << b and c >> d` in a text is no placeholder: a name starts with a letter and holds no operators.
    if known.is_none() && !(name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(names::is_name_char)) {
        return None;
    }
    let end = start + open + length + close.len();
    Some(Tag {
        spelling: Spelling::Plain,
        level: Level::Inline,
        action: Action::Value,
        code: name.to_owned(),
        shown: text[start..end].to_owned(),
        start,
        end,
        trim_before: false,
        trim_after: false,
        said: names::guarded_words(name).iter().find(|word| ends_with_word(&text[..start], word)).map(|word| (*word).to_owned()),
    })
}

/// Whether the text ends in a word, whatever its case and the spaces behind it.
fn ends_with_word(text: &str, word: &str) -> bool {
    let text = text.trim_end_matches([' ', '\u{a0}', ':']);
    let Some((start, _)) = text.char_indices().rev().nth(word.chars().count().saturating_sub(1)) else { return false };
    text[start..].to_lowercase() == word.to_lowercase() && !text[..start].ends_with(char::is_alphanumeric)
}

/// The beginning of a text, for messages.
pub(super) fn clip(text: &str, characters: usize) -> String {
    let mut out: String = text.chars().take(characters).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<(String, Level)> {
        find(text).0.into_iter().map(|tag| (tag.code, tag.level)).collect()
    }

    #[test]
    fn both_spellings_are_found_in_one_paragraph() {
        let found = codes("Hola <<ALUMNO>>, {{ result.level }} {%tr for g in groups %}{{r x }}{# note #}");
        assert_eq!(
            found,
            [
                ("ALUMNO".into(), Level::Inline),
                ("result.level".into(), Level::Inline),
                ("for g in groups".into(), Level::Row),
                ("x".into(), Level::Run),
                ("note".into(), Level::Inline),
            ]
        );
    }

    #[test]
    fn smart_quotes_and_hard_spaces_inside_a_tag_are_read_as_plain_ones() {
        assert_eq!(codes("{{\u{a0}x|default(“s’il”)\u{a0}}}"), [("x|default(\"s’il\")".into(), Level::Inline)]);
    }

    #[test]
    fn a_closing_mark_inside_quotes_does_not_close() {
        assert_eq!(codes("{{ '}}' }}"), [("'}}'".into(), Level::Inline)]);
    }

    #[test]
    fn guillemets_count_only_around_known_names() {
        assert_eq!(codes("«ALUMNO» dijo «hola»"), [("ALUMNO".into(), Level::Inline)]);
    }

    #[test]
    fn shifts_in_a_formula_are_no_placeholder() {
        assert!(codes("a << b + 1 >> c and <<>>").is_empty());
    }

    #[test]
    fn a_tag_that_never_closes_is_reported() {
        let (tags, broken) = find("Hola {{ student.name");
        assert!(tags.is_empty());
        assert_eq!(broken[0].closing, "}}");
    }

    #[test]
    fn many_openings_without_an_end_are_looked_at_once() {
        for opening in ["{{ ", "{% ", "<<", "«", "{{ '"] {
            let text = opening.repeat(300_000);
            let (tags, broken) = find(&text);
            assert!(tags.is_empty(), "{opening}");
            assert_eq!(broken.is_empty(), !opening.starts_with('{'), "{opening}");
            assert!(broken.iter().all(|broken| broken.end - broken.at < 200));
        }
        let said = format!("{}Nivel <<NIVEL>>", "<<NIVEL>> ".repeat(100_000));
        assert_eq!(find(&said).0.len(), 100_001);
    }

    #[test]
    fn a_word_is_not_said_twice() {
        assert_eq!(find("Tu Nivel: <<NIVEL>>").0[0].said.as_deref(), Some("Nivel"));
        assert_eq!(find("Desnivel <<NIVEL>>").0[0].said, None);
    }

    #[test]
    fn trims_are_taken_off() {
        let tag = find("{%- else -%}").0.remove(0);
        assert!(tag.trim_before && tag.trim_after);
        assert_eq!(tag.action, Action::Statement("else".into()));
    }
}
