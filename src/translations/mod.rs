//! What rooms say in English, in the language of whoever reads it: `doctor`'s lines, faults of profiles.
//!
//! The rooms tell what they find in English, as their logs and JSON do; here the sentences stand beside their translations, with `{}` where a value goes. A sentence that nobody translated is shown as it is: better in English than not at all. A test holds that every sentence of the settings and of `doctor` itself is here.

mod mail;
mod parts;
mod profiles;
mod settings;

use crate::analysis::bank::{BankErrors, BankFault};
use crate::analysis::profile::ProfileError;
use crate::report::language::Language;

/// A sentence in English, Spanish and Portuguese; `{}` stands for a value, in the same order in all.
type Sentence = [&'static str; 3];

/// What is said of a setting's value.
const VALUES: &[Sentence] = &[
    ["set", "definido", "definido"],
    ["set, from {}", "definido, desde {}", "definido, de {}"],
    ["unset", "sin definir", "não definido"],
    ["{} (default)", "{} (por defecto)", "{} (padrão)"],
];

/// All other sentences, by the room that says them.
const SENTENCES: &[&[Sentence]] = &[
    parts::PARTS,
    parts::OWN,
    parts::SCHOOL,
    parts::STORAGE,
    parts::PLATFORMS,
    profiles::PROFILES,
    mail::MAIL,
    mail::ADVICE,
    mail::TLS,
    settings::SETTINGS,
    settings::DOORS,
    settings::GATEWAY,
];

/// More sentences within each other are not looked at.
const DEEPEST: usize = 6;

/// A text in a language.
pub fn told(text: &str, language: Language) -> String {
    match language {
        Language::En => text.to_owned(),
        _ => in_depth(text, language, 0),
    }
}

/// A setting's value with what is said of it; a value itself is never translated.
pub fn value(text: &str, language: Language) -> String {
    let said = VALUES.iter().find_map(|sentence| Some((sentence, matched(sentence[0], text)?)));
    said.map_or_else(|| text.to_owned(), |(sentence, values)| filled(of(sentence, language), &values))
}

/// A fault of a question bank, with its line.
pub fn bank_fault(fault: &BankFault, language: Language) -> String {
    match language {
        Language::Es => fault.in_spanish(),
        Language::En => fault.to_string(),
        Language::Pt => fault.in_portuguese(),
    }
}

/// All faults of a question bank.
pub fn bank_errors(errors: &BankErrors, language: Language) -> String {
    match language {
        Language::Es => errors.in_spanish(),
        Language::En => errors.to_string(),
        Language::Pt => errors.in_portuguese(),
    }
}

/// A fault of a profile file, with its place.
pub fn profile_error(error: &ProfileError, language: Language) -> String {
    let suggestion = error.suggestion.as_ref().map(|suggestion| format!(" ({})", told(suggestion, language))).unwrap_or_default();
    format!("{}:{}: {}{suggestion}", error.file, error.line, told(&error.message, language))
}

fn of(sentence: &Sentence, language: Language) -> &'static str {
    let [en, es, pt] = *sentence;
    match language {
        Language::En => en,
        Language::Es => es,
        Language::Pt => pt,
    }
}

/// As a whole, else piece by piece where clauses are joined.
fn in_depth(text: &str, language: Language, depth: usize) -> String {
    if depth > DEEPEST {
        return text.to_owned();
    }
    if let Some(whole) = whole(text, language, depth) {
        return whole;
    }
    // The longest beginning that is a sentence goes first; a clause that nobody knows stays.
    let joints: Vec<usize> = text.match_indices("; ").map(|(at, _)| at).collect();
    let known = joints.iter().rev().find_map(|&at| Some((at, whole(text.get(..at)?, language, depth)?)));
    let first = joints.first().and_then(|&at| Some((at, text.get(..at)?.to_owned())));
    match known.or(first) {
        Some((at, begin)) => format!("{begin}; {}", in_depth(text.get(at + 2..).unwrap_or_default(), language, depth + 1)),
        None => text.to_owned(),
    }
}

/// The sentence with the most words of its own that a text is.
fn whole(text: &str, language: Language, depth: usize) -> Option<String> {
    let sentences = SENTENCES.iter().flat_map(|part| part.iter());
    let fitting = sentences.filter_map(|sentence| Some((sentence, matched(sentence[0], text)?)));
    let (sentence, values) = fitting.max_by_key(|(sentence, _)| sentence[0].replace("{}", "").len())?;
    let values: Vec<String> = values.into_iter().map(|value| in_depth(value, language, depth + 1)).collect();
    Some(filled(of(sentence, language), &values))
}

/// The values where a text is this sentence.
fn matched<'t>(sentence: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut pieces = sentence.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut pieces = pieces.peekable();
    let mut values = Vec::new();
    while let Some(piece) = pieces.next() {
        let at = if pieces.peek().is_none() { rest.strip_suffix(piece)?.len() } else { rest.find(piece)? };
        values.push(rest.get(..at)?);
        rest = rest.get(at + piece.len()..)?;
    }
    (rest.is_empty() && values.iter().all(|value| !value.is_empty())).then_some(values)
}

fn filled<T: AsRef<str>>(sentence: &str, values: &[T]) -> String {
    let mut pieces = sentence.split("{}");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for (piece, value) in pieces.zip(values) {
        out.push_str(value.as_ref());
        out.push_str(piece);
    }
    out
}

#[cfg(test)]
mod tests;
