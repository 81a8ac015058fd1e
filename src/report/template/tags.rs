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
    /// How it should have been written, when it is understood although it is not (`{% tr for … %}`).
    pub flaw: Option<String>,
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
    let mut closings = Closings::default();
    let mut at = 0;
    while let Some(start) = next_opening(text, at) {
        let rest = &text[start..];
        at = if let Some(literal) = escaped_mark(rest) {
            tags.push(literal_tag(literal, start));
            start + 3
        } else if let Some(spaced) = spaced_mark(rest) {
            let end = start + spaced.length;
            let tag = jinja(&spaced.meant, start);
            let flaw = tag.flaw.clone().or(Some(spaced.meant));
            tags.push(Tag { shown: text[start..end].to_owned(), end, flaw, ..tag });
            end
        } else if let Some(closing) = jinja_closing(rest) {
            let first = closings.next(text, start + 2, closing).map(|at| at - start + 2);
            if let Some(length) = first.and_then(|first| jinja_end(rest, closing, first)) {
                let mut tag = jinja(&rest[..length], start);
                tag.adopt_plain_name(text);
                tags.push(tag);
                start + length
            } else {
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
        b'{' => {
            matches!(bytes.get(at + 1), Some(b'{' | b'%' | b'#'))
                || escaped_mark(&text[at..]).is_some()
                || spaced_mark(&text[at..]).is_some()
        }
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

/// A mark with a space inside its opening: `{ %tr for … %}`, `{ { name } }`.
struct Spaced {
    length: usize,
    /// As it should be written.
    meant: String,
}

/// A mark spaced so is at most so many bytes long.
const LONGEST_SPACED: usize = 300;

fn spaced_mark(rest: &str) -> Option<Spaced> {
    let behind = rest.strip_prefix('{')?;
    let inner = behind.trim_start_matches([' ', '\u{a0}']);
    let second = inner.chars().next().filter(|second| inner.len() < behind.len() && matches!(second, '{' | '%'))?;
    let code = &inner[1..];
    let room = code.char_indices().take_while(|(at, _)| *at < LONGEST_SPACED).last().map_or(0, |(at, last)| at + last.len_utf8());
    let end = code[..room].find('}')?;
    let (content, closing) = if second == '%' {
        let content = code[..end].trim_end().strip_suffix('%')?;
        (content, end + 1)
    } else {
        let again = code[end + 1..].trim_start_matches([' ', '\u{a0}']);
        again.strip_prefix('}')?;
        (&code[..end], code.len() - again.len() + 1)
    };
    if content.contains('{') || content.trim().is_empty() {
        return None;
    }
    let meant = if second == '%' { format!("{{%{content}%}}") } else { format!("{{{{{content}}}}}") };
    Some(Spaced { length: rest.len() - code.len() + closing, meant })
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
        flaw: None,
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

/// Where closing marks stand next: looking for one again at every opening would take as long as the paragraph is.
#[derive(Default)]
struct Closings {
    /// For each mark the place it was found at, and `usize::MAX` when there is none any more.
    known: [usize; 3],
}

impl Closings {
    fn next(&mut self, text: &str, from: usize, closing: &str) -> Option<usize> {
        let place = match closing {
            "}}" => 0,
            "%}" => 1,
            _ => 2,
        };
        if self.known[place] < from {
            self.known[place] = text[from..].find(closing).map_or(usize::MAX, |found| from + found);
        }
        Some(self.known[place]).filter(|at| *at != usize::MAX)
    }
}

/// The length of a Jinja tag: to the closing mark outside of quotes, else to the first one at all (`first` is the length to that).
fn jinja_end(rest: &str, closing: &'static str, first: usize) -> Option<usize> {
    if closing == "#}" {
        return Some(first);
    }
    let mut quote = None;
    for (at, character) in rest.char_indices().skip(2).take_while(|(at, _)| *at < first + MOST_QUOTED) {
        match (quote, straight(character)) {
            (Some(open), here) if here == open => quote = None,
            (None, here @ ('"' | '\'')) => quote = Some(here),
            (None, _) if rest[at..].starts_with(closing) => return Some(at + 2),
            // Another one begins before this one has ended: it is this one's closing that is missing.
            (None, '{') if rest[at + 1..].starts_with(['{', '%']) && at > 2 => return None,
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
    // `{{% tr for … %}}`: a statement in the marks of both kinds.
    let doubled = shown.starts_with("{{%").then(|| inside.strip_prefix('%')?.strip_suffix('%')).flatten();
    let is_statement = doubled.is_some() || shown.starts_with("{%");
    let mut code = if shown.starts_with("{#") { inside.to_owned() } else { clean(doubled.unwrap_or(inside)) };
    let trim_early = is_statement && take_front(&mut code, '-');
    let (level, odd) = take_level(&mut code, is_statement);
    let trim_before = take_front(&mut code, '-') || trim_early && level == Level::Inline;
    let trim_after = take_back(&mut code, '-');
    let mut code = code.trim().to_owned();
    let keyword = is_statement.then(|| small_keyword(&mut code));
    let flawed = doubled.is_some() || odd || trim_early && level != Level::Inline;
    let flaw = flawed
        .then(|| if is_statement { format!("{{%{} {code} %}}", level.letters()) } else { format!("{{{{{} {code} }}}}", level.letters()) });
    let action = match keyword {
        Some(keyword) => Action::Statement(keyword),
        None if shown.starts_with("{#") => Action::Comment,
        None => Action::Value,
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
        flaw,
    }
}

/// The keyword of a statement, in small letters: Word likes to begin a sentence with a capital one.
fn small_keyword(code: &mut String) -> String {
    let keyword = code.split([' ', '(', '\t']).next().unwrap_or_default().to_owned();
    let small = keyword.to_lowercase();
    if small != keyword && small.len() == keyword.len() && super::keywords::is_statement(&small) {
        code.replace_range(..keyword.len(), &small);
        return small;
    }
    keyword
}

/// Words that join two values, so that a name before one of them is a name and no letter.
const JOINING: [&str; 7] = ["and", "or", "is", "in", "if", "not", "else"];

impl Tag {
    /// A plain name in braces (`{{ALUMNO}}`, `{{ PD% }}`) is the same as between `<<` and `>>`; one in small letters may be a name of the data or of a loop.
    fn adopt_plain_name(&mut self, text: &str) {
        if self.action != Action::Value || names::expression(&self.code).is_none() {
            return;
        }
        if self.code.chars().any(char::is_lowercase) && names::is_path(&self.code) {
            return;
        }
        self.spelling = Spelling::Plain;
        self.said = said_before(text, self.start, &self.code);
    }
}

/// docxtpl's letters behind the opening mark: `{%tr `, `{{r `. With it whether they are written as docxtpl does not: behind a space, in capitals, run together with the word.
fn take_level(code: &mut String, is_statement: bool) -> (Level, bool) {
    let text = code.trim_start();
    let spaced = text.len() < code.len();
    let (word, rest) = text.split_at(text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len()));
    for (letters, level) in LETTERS {
        let exact = word == letters;
        if exact && !spaced && rest.starts_with(' ') {
            *code = rest.to_owned();
            return (level, false);
        }
        let next = rest.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let follows =
            if is_statement { super::keywords::is_statement(&next.to_lowercase()) } else { !next.is_empty() && !JOINING.contains(&next) };
        if word.eq_ignore_ascii_case(letters) && rest.starts_with(' ') && follows {
            *code = rest.to_owned();
            return (level, true);
        }
        if is_statement
            && let Some(keyword) = text.strip_prefix(letters)
            && super::keywords::is_statement(word.strip_prefix(letters).unwrap_or_default())
            && !super::keywords::is_statement(word)
        {
            *code = keyword.to_owned();
            return (level, true);
        }
    }
    (Level::Inline, false)
}

/// The letters and what they replace.
const LETTERS: [(&str, Level); 4] = [("tr", Level::Row), ("tc", Level::Cell), ("p", Level::Paragraph), ("r", Level::Run)];

impl Level {
    /// How a tag of this level is written.
    fn letters(self) -> &'static str {
        LETTERS.iter().find(|(_, level)| *level == self).map_or("", |(letters, _)| letters)
    }
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
        said: said_before(text, start, name),
        flaw: None,
    })
}

/// The word before a place that a name's value should not repeat.
fn said_before(text: &str, at: usize, name: &str) -> Option<String> {
    names::guarded_words(name).iter().find(|word| ends_with_word(&text[..at], word)).map(|word| (*word).to_owned())
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
