//! What fields come to (ECMA-376 part 1, 17.16.5), as far as the document itself tells it.

use std::cell::Cell;
use std::collections::HashMap;

use jiff::civil::DateTime;

use super::code::{Piece, Token, behind, has, tokens};
use super::format::{in_locale, number_picture, text_switch};
use super::formula::{Signs, Surroundings, TableText, compare, evaluate as formula, number_in};
use super::locale::Locale;
use crate::document::model::Field;

/// What a field can ask for.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    /// The language the field stands in (`es-CL`).
    pub(super) language: Option<&'a str>,
    /// How the document's author wrote formulas, where its settings tell.
    pub(super) signs: Option<Signs>,
    /// The wall clock of the conversion; without it dates keep their stored text.
    pub(super) now: Option<DateTime>,
    /// Properties of the document by the upper-case name of their field.
    pub(super) properties: &'a HashMap<String, String>,
    /// Text of bookmarks.
    pub(super) bookmark: &'a dyn Fn(&str) -> Option<String>,
    /// The table around the field.
    pub(super) table: Option<&'a TableText>,
    /// What formulas have read of cells so far, in bytes.
    pub(super) read: &'a Cell<usize>,
}

/// What became of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It shows this.
    Text(String),
    /// It shows its stored result, which is what it always shows.
    Stored,
    /// It shows its stored result, which may be out of date.
    NotWorkedOut,
}

/// A field whose value needs the page it stands on: an `IF` or a formula around `PAGE`, `NUMPAGES` or `SECTIONPAGES`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    pieces: Vec<Piece>,
    language: Option<String>,
    signs: Option<Signs>,
    pub(super) stored: String,
}

impl Computed {
    pub(super) fn new(pieces: Vec<Piece>, language: Option<String>, signs: Option<Signs>) -> Self {
        Self { pieces, language, signs, stored: String::new() }
    }

    /// Its text, given the texts of the layout fields inside; its stored result where it has none.
    pub fn text(&self, mut layout: impl FnMut(&Field) -> String) -> String {
        let tokens = tokens(&self.pieces, &mut layout);
        let facts = Facts {
            language: self.language.as_deref(),
            signs: self.signs,
            now: None,
            properties: &HashMap::new(),
            bookmark: &|_| None,
            table: None,
            read: &Cell::new(0),
        };
        match evaluate(&tokens, &facts) {
            Outcome::Text(text) => text,
            Outcome::Stored | Outcome::NotWorkedOut => self.stored.clone(),
        }
    }
}

/// Works out an instruction.
pub(super) fn evaluate(tokens: &[Token], facts: &Facts<'_>) -> Outcome {
    let Some(name) = tokens.first().filter(|name| !name.quoted || tokens.len() == 1) else { return Outcome::Stored };
    let upper = name.text.to_uppercase();
    if let Some(rest) = upper.strip_prefix('=') {
        return formula_field(rest, tokens, facts);
    }
    let argument = tokens.get(1).filter(|token| !token.is_switch()).map(|token| token.text.as_str());
    match upper.as_str() {
        "IF" => or_unknown(condition(&tokens[1..], facts).map(|(holds, rest)| branch(&rest, holds)), tokens, facts),
        "COMPARE" => or_unknown(condition(&tokens[1..], facts).map(|(holds, _)| u8::from(holds).to_string()), tokens, facts),
        "QUOTE" => {
            let words: Vec<&str> = tokens[1..].iter().take_while(|token| !token.is_switch()).map(|token| token.text.as_str()).collect();
            Outcome::Text(dressed(words.join(" "), tokens, facts))
        }
        // What was asked for is shown where its bookmark is referred to (17.16.5.3).
        "ASK" => Outcome::Text(String::new()),
        "DATE" | "TIME" => facts.now.map_or(Outcome::Stored, |now| Outcome::Text(time(now, &upper, tokens, facts))),
        "CREATEDATE" | "SAVEDATE" | "PRINTDATE" => {
            let known = facts.properties.get(&upper).and_then(|text| moment(text));
            known.map_or(Outcome::Stored, |known| Outcome::Text(time(known, &upper, tokens, facts)))
        }
        "TITLE" | "SUBJECT" | "AUTHOR" | "KEYWORDS" | "COMMENTS" | "LASTSAVEDBY" => property(&upper, tokens, facts),
        "INFO" | "DOCPROPERTY" => property(&argument.unwrap_or_default().to_uppercase(), tokens, facts),
        "DOCVARIABLE" => property(&format!("DOCVARIABLE {}", argument.unwrap_or_default().to_uppercase()), tokens, facts),
        "REF" => reference(argument, tokens, facts),
        "EQ" | "SKIPIF" | "NEXTIF" | "DATABASE" | "INCLUDETEXT" | "AUTOTEXT" => Outcome::NotWorkedOut,
        // A bookmark's name alone is a reference to it (17.16.5.51).
        _ if !is_field_name(&upper) && (tokens.len() == 1 || tokens[1].is_switch()) => reference(Some(&name.text), tokens, facts),
        _ => Outcome::Stored,
    }
}

/// Fields of the document's properties that go on showing their stored result until somebody updates them, unlike its title, subject, keywords and comments (LibreOffice and Spire agree; measured).
pub(super) fn keeps_stored(tokens: &[Token]) -> bool {
    let word = |at: usize| tokens.get(at).map(|token| token.text.to_uppercase()).unwrap_or_default();
    match word(0).as_str() {
        "AUTHOR" | "LASTSAVEDBY" | "CREATEDATE" | "INFO" => true,
        "DOCPROPERTY" => matches!(word(1).as_str(), "AUTHOR" | "CATEGORY" | "COMPANY" | "MANAGER" | "LASTSAVEDBY"),
        _ => false,
    }
}

/// Names that are fields although a bookmark may have the same.
fn is_field_name(name: &str) -> bool {
    const NAMES: [&str; 20] = [
        "PAGE",
        "NUMPAGES",
        "SECTION",
        "SECTIONPAGES",
        "TOC",
        "INDEX",
        "FORMTEXT",
        "FORMCHECKBOX",
        "FORMDROPDOWN",
        "NEXT",
        "MERGEREC",
        "MERGESEQ",
        "BIBLIOGRAPHY",
        "USERNAME",
        "USERINITIALS",
        "USERADDRESS",
        "NUMWORDS",
        "NUMCHARS",
        "FILENAME",
        "EDITTIME",
    ];
    NAMES.contains(&name)
}

fn or_unknown(text: Option<String>, tokens: &[Token], facts: &Facts<'_>) -> Outcome {
    text.map_or(Outcome::NotWorkedOut, |text| Outcome::Text(dressed(text, tokens, facts)))
}

/// Whether the comparison at the beginning holds, and what follows it.
fn condition(tokens: &[Token], facts: &Facts<'_>) -> Option<(bool, Vec<Token>)> {
    let split = split_operators(tokens);
    // An operand that came to nothing leaves no word: `IF = "x" …` compares nothing with x.
    let (left, rest) = match split.first()? {
        first if !first.quoted && is_operator(&first.text) => (Token::default(), &split[..]),
        first => (first.clone(), &split[1..]),
    };
    let operator = rest.first().filter(|token| !token.quoted && is_operator(&token.text))?;
    let right = rest.get(1)?;
    Some((holds(&left, &operator.text, right, facts)?, rest[2..].to_vec()))
}

fn is_operator(text: &str) -> bool {
    matches!(text, "=" | "<>" | "<" | "<=" | ">" | ">=")
}

/// `10>=5` and `"a"="b"` are written without blanks too.
fn split_operators(tokens: &[Token]) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len() + 2);
    let mut found = false;
    for token in tokens {
        let at = token.text.find(['=', '<', '>']).filter(|_| !token.quoted && !found);
        let Some(at) = at else {
            out.push(token.clone());
            continue;
        };
        found = true;
        let length = token.text[at..].bytes().take_while(|byte| matches!(byte, b'=' | b'<' | b'>')).count();
        let plain = |text: &str| Token { text: text.to_owned(), quoted: false };
        let (before, operator, behind) = (&token.text[..at], &token.text[at..at + length], &token.text[at + length..]);
        out.extend([before, operator, behind].into_iter().filter(|text| !text.is_empty()).map(plain));
    }
    out
}

/// 17.16.5.22: numbers are compared as numbers, all else as text; `*` and `?` on the right stand for any text and any letter.
fn holds(left: &Token, operator: &str, right: &Token, facts: &Facts<'_>) -> Option<bool> {
    let locale = Locale::of(facts.language);
    if let (Some(left), Some(right)) = (whole_number(&left.text, locale), whole_number(&right.text, locale)) {
        return compare(left, operator, right);
    }
    let (left, right) = (left.text.trim(), right.text.trim());
    let order = left.cmp(right);
    Some(match operator {
        "=" => matches_pattern(left, right),
        "<>" => !matches_pattern(left, right),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        _ => return None,
    })
}

/// A text that is nothing but a number.
fn whole_number(text: &str, locale: Locale) -> Option<f64> {
    let text = text.trim();
    let plain = text.trim_start_matches(['-', '−', '+', '$', '€', '(']).trim_end_matches(['%', '€', ')', '$', ' ', '\u{A0}']);
    let digits = plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\u{A0}' | '\u{202F}'));
    (digits && plain.chars().any(|c| c.is_ascii_digit())).then(|| number_in(text, locale)).flatten()
}

/// Wildcards `*` and `?`, linear but for the stars: each star only ever moves on.
fn matches_pattern(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    if !pattern.contains(&'*') && !pattern.contains(&'?') {
        return text == pattern;
    }
    // No comparison of a document needs more; what comes from outside must not cost the square.
    if text.len() > 1000 || pattern.len() > 1000 {
        return text == pattern;
    }
    let (mut at, mut in_pattern, mut star, mut kept) = (0, 0, None, 0);
    while at < text.len() {
        match pattern.get(in_pattern) {
            Some('*') => {
                star = Some(in_pattern);
                kept = at;
                in_pattern += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == text[at] => {
                at += 1;
                in_pattern += 1;
            }
            _ => {
                let Some(star) = star else { return false };
                kept += 1;
                at = kept;
                in_pattern = star + 1;
            }
        }
    }
    pattern[in_pattern..].iter().all(|rest| *rest == '*')
}

/// The text of the branch taken.
fn branch(rest: &[Token], holds: bool) -> String {
    let mut texts = rest.iter().take_while(|token| !token.is_switch());
    let (yes, no) = (texts.next(), texts.next());
    if holds { yes } else { no }.map(|token| token.text.clone()).unwrap_or_default()
}

fn formula_field(rest: &str, tokens: &[Token], facts: &Facts<'_>) -> Outcome {
    let more = tokens[1..].iter().take_while(|token| !token.is_switch()).map(|token| token.text.as_str());
    let text: String = std::iter::once(rest).chain(more).collect();
    let locale = Locale::of(facts.language);
    let signs = facts.signs.unwrap_or_else(|| Signs::of(locale));
    let around = Surroundings { locale, signs, table: facts.table, bookmark: facts.bookmark, read: facts.read };
    let Some(value) = formula(&text, &around) else { return Outcome::NotWorkedOut };
    let shown = match behind(tokens, "\\#").next() {
        Some(picture) => number_picture(value, picture),
        None => plain(value, locale),
    };
    Outcome::Text(dressed(shown, tokens, facts))
}

/// A number without a picture: at most ten decimals, none that say nothing.
fn plain(value: f64, locale: Locale) -> String {
    let text = format!("{value:.10}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let text = if text == "-0" { "0" } else { text };
    if locale.decimal_comma { text.replace('.', ",") } else { text.to_owned() }
}

fn time(time: DateTime, name: &str, tokens: &[Token], facts: &Facts<'_>) -> String {
    let locale = Locale::of(facts.language);
    let default = if name == "TIME" { locale.short_time } else { locale.short_date };
    let picture = behind(tokens, "\\@").next().unwrap_or(default);
    dressed(in_locale(time, picture, &locale), tokens, facts)
}

/// A moment as properties write it (`2026-03-05T14:07:00Z`).
fn moment(text: &str) -> Option<DateTime> {
    let text = text.trim().trim_end_matches('Z');
    text.parse::<DateTime>().or_else(|_| text.parse::<jiff::civil::Date>().map(|day| day.at(0, 0, 0, 0))).ok()
}

fn property(name: &str, tokens: &[Token], facts: &Facts<'_>) -> Outcome {
    match facts.properties.get(name) {
        Some(text) => Outcome::Text(dressed(pictured(text, tokens, facts), tokens, facts)),
        None => Outcome::Stored,
    }
}

/// A value under its `\#` or `\@` picture.
fn pictured(text: &str, tokens: &[Token], facts: &Facts<'_>) -> String {
    let locale = Locale::of(facts.language);
    if let Some(picture) = behind(tokens, "\\@").next()
        && let Some(time) = moment(text)
    {
        return in_locale(time, picture, &locale);
    }
    match (behind(tokens, "\\#").next(), whole_number(text, locale)) {
        (Some(picture), Some(value)) => number_picture(value, picture),
        _ => text.to_owned(),
    }
}

fn reference(argument: Option<&str>, tokens: &[Token], facts: &Facts<'_>) -> Outcome {
    // Paragraph numbers and positions (`\n`, `\r`, `\w`, `\p`) and notes (`\f`) are not texts of the bookmark.
    if ["\\n", "\\r", "\\w", "\\p", "\\t", "\\f"].iter().any(|switch| has(tokens, switch)) {
        return Outcome::Stored;
    }
    match argument.and_then(|name| (facts.bookmark)(name)) {
        Some(text) => Outcome::Text(dressed(pictured(&text, tokens, facts), tokens, facts)),
        None => Outcome::Stored,
    }
}

/// Under the `\*` switches.
fn dressed(text: String, tokens: &[Token], facts: &Facts<'_>) -> String {
    behind(tokens, "\\*").fold(text, |text, switch| text_switch(&text, switch, facts.language))
}

/// What the switches of a mail-merge field make of its value: `\#`, `\@`, `\*`, and `\b`, `\f` for what stands before and behind it (17.16.5.35).
///
/// `switches` is what follows the field's name; `language` a tag such as `es-CL`.
pub fn merge_field(value: &str, switches: &str, language: Option<&str>) -> String {
    let tokens = tokens(&[Piece::Code(format!("MERGEFIELD x {switches}"))], &mut |_| String::new());
    let facts =
        Facts { language, signs: None, now: None, properties: &HashMap::new(), bookmark: &|_| None, table: None, read: &Cell::new(0) };
    let text = dressed(pictured(value, &tokens, &facts), &tokens, &facts);
    if text.is_empty() {
        return text;
    }
    let (before, after) = (behind(&tokens, "\\b").next(), behind(&tokens, "\\f").next());
    format!("{}{text}{}", before.unwrap_or_default(), after.unwrap_or_default())
}
