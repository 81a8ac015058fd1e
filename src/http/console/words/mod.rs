//! The console's words in three languages, side by side: one that is missing does not compile.
//!
//! Sentences with values hold them as `{name}`; [`fill`] puts them in, and a test holds the names of all languages together.

mod acts;
pub mod causes;
mod files;
pub mod gateway;
pub mod institutions;
mod keys;
mod lists;
mod pages;
mod people;
mod platform;
mod privacy;
mod results;
mod shell;
mod states;

use std::borrow::Cow;

pub use acts::{Acts, Question};
pub use files::{Bulk, Files};
pub use keys::KeyWords;
pub use lists::Lists;
pub use pages::{AuditWords, Calls, Health, Help, Me, Report, Reports, Story, Today, Todo};
pub use people::People;
pub use platform::PlatformWords;
pub use privacy::PrivacyWords;
pub use results::Results;
pub use shell::{Common, Errors, Nav, SignIn};
pub use states::States;

/// A group of words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $es:literal, $en:literal, $pt:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name {
            $(#[doc = $en] pub $field: &'static str,)*
        }

        impl $name {
            /// In Spanish.
            pub const ES: Self = Self { $($field: $es,)* };
            /// In English.
            pub const EN: Self = Self { $($field: $en,)* };
            /// In Portuguese.
            pub const PT: Self = Self { $($field: $pt,)* };
            /// All of them, side by side.
            #[cfg(test)]
            pub const TABLE: &'static [(&'static str, [&'static str; 3])] = &[$((stringify!($field), [$es, $en, $pt]),)*];
        }
    };
}
use words;

/// A language of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Spanish.
    Es,
    /// English.
    En,
    /// Portuguese.
    Pt,
}

/// All words of a language.
#[derive(Debug)]
pub struct Words {
    /// Which language it is.
    pub language: Language,
    /// The menu.
    pub nav: Nav,
    /// What many pages say.
    pub common: Common,
    /// What went wrong.
    pub errors: Errors,
    /// Signing in.
    pub sign_in: SignIn,
    /// The states of a report.
    pub states: States,
    /// Today.
    pub today: Today,
    /// The list.
    pub reports: Reports,
    /// One report.
    pub report: Report,
    /// Its story.
    pub story: Story,
    /// What can be done.
    pub acts: Acts,
    /// The questions before it is done.
    pub question: Question,
    /// What waits for a person.
    pub todo: Todo,
    /// Refused calls.
    pub calls: Calls,
    /// Health.
    pub health: Health,
    /// Help.
    pub help: Help,
    /// My account.
    pub me: Me,
    /// The log of acts.
    pub audit: AuditWords,
    /// The school's files.
    pub files: Files,
    /// Acts on many.
    pub bulk: Bulk,
    /// Results for teachers.
    pub results: Results,
    /// What lists say of themselves.
    pub lists: Lists,
    /// People.
    pub people: People,
    /// Keys of programs.
    pub keys: KeyWords,
    /// Students' data, given out and erased.
    pub privacy: PrivacyWords,
    /// What platforms told.
    pub platform: PlatformWords,
    /// Institutions.
    pub institutions: institutions::Institutions,
    /// Endpoints, deliveries, dead letters.
    pub gateway: gateway::Gateway,
}

macro_rules! all {
    ($language:ident, $of:ident) => {
        Words {
            language: Language::$language,
            nav: Nav::$of,
            common: Common::$of,
            errors: Errors::$of,
            sign_in: SignIn::$of,
            states: States::$of,
            today: Today::$of,
            reports: Reports::$of,
            report: Report::$of,
            story: Story::$of,
            acts: Acts::$of,
            question: Question::$of,
            todo: Todo::$of,
            calls: Calls::$of,
            health: Health::$of,
            help: Help::$of,
            me: Me::$of,
            audit: AuditWords::$of,
            files: Files::$of,
            bulk: Bulk::$of,
            results: Results::$of,
            lists: Lists::$of,
            people: People::$of,
            keys: KeyWords::$of,
            privacy: PrivacyWords::$of,
            platform: PlatformWords::$of,
            institutions: institutions::Institutions::$of,
            gateway: gateway::Gateway::$of,
        }
    };
}

static ES: Words = all!(Es, ES);
static EN: Words = all!(En, EN);
static PT: Words = all!(Pt, PT);

impl Language {
    /// All languages.
    pub const ALL: [Self; 3] = [Self::Es, Self::En, Self::Pt];

    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
            Self::Pt => "pt",
        }
    }

    /// What its speakers call it.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Es => "Español",
            Self::En => "English",
            Self::Pt => "Português",
        }
    }

    /// By its code, with or without a region.
    pub fn parse(code: &str) -> Option<Self> {
        let primary = code.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.code() == primary)
    }

    /// Its words.
    pub fn words(self) -> &'static Words {
        match self {
            Self::Es => &ES,
            Self::En => &EN,
            Self::Pt => &PT,
        }
    }

    /// One of three texts.
    pub fn pick<T>(self, es: T, en: T, pt: T) -> T {
        match self {
            Self::Es => es,
            Self::En => en,
            Self::Pt => pt,
        }
    }
}

/// A sentence with its values put in.
pub fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            None => out.extend(["{", name, "}"]),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A sentence with one value, named `n`.
pub fn count<'a>(n: u64, one: &'a str, many: &str, language: Language) -> Cow<'a, str> {
    if n == 1 { Cow::Borrowed(one) } else { Cow::Owned(fill(many, &[("n", &number(n, language))])) }
}

/// A whole number with the language's separators.
pub fn number(n: u64, language: Language) -> String {
    let separator = language.pick('.', ',', '.');
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    type Table = &'static [(&'static str, [&'static str; 3])];

    fn tables() -> Vec<(&'static str, Table)> {
        vec![
            ("nav", Nav::TABLE),
            ("common", Common::TABLE),
            ("errors", Errors::TABLE),
            ("sign_in", SignIn::TABLE),
            ("states", States::TABLE),
            ("today", Today::TABLE),
            ("reports", Reports::TABLE),
            ("report", Report::TABLE),
            ("story", Story::TABLE),
            ("acts", Acts::TABLE),
            ("question", Question::TABLE),
            ("todo", Todo::TABLE),
            ("calls", Calls::TABLE),
            ("health", Health::TABLE),
            ("help", Help::TABLE),
            ("me", Me::TABLE),
            ("audit", AuditWords::TABLE),
            ("files", Files::TABLE),
            ("bulk", Bulk::TABLE),
            ("results", Results::TABLE),
            ("lists", Lists::TABLE),
            ("people", People::TABLE),
            ("keys", KeyWords::TABLE),
            ("privacy", PrivacyWords::TABLE),
            ("platform", PlatformWords::TABLE),
        ]
    }

    fn names(sentence: &str) -> BTreeSet<&str> {
        sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn no_word_is_empty_and_every_language_names_the_same_values() {
        // The gateway's pages are read by technical people as well, so that only this rule holds for them.
        let gateway = [("institutions", institutions::Institutions::TABLE), ("gateway", gateway::Gateway::TABLE)];
        for (group, table) in tables().into_iter().chain(gateway) {
            for (field, texts) in table {
                for text in texts {
                    assert!(!text.trim().is_empty() && text.trim() == *text, "{group}.{field}: '{text}'");
                    assert_eq!(names(text), names(texts[0]), "{group}.{field}: '{text}'");
                }
            }
        }
    }

    #[test]
    fn the_machines_own_words_are_not_shown_to_people() {
        for (group, table) in tables() {
            for (field, [es, en, pt]) in table {
                for text in [*es, *pt, *en] {
                    let words: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
                    for forbidden in ["job", "jobs", "parked", "dead", "lease", "payload", "endpoint", "webhook", "submission_id"] {
                        let is_english_endpoint = forbidden == "webhook" && group == "calls";
                        assert!(is_english_endpoint || !words.iter().any(|word| word == forbidden), "{group}.{field}: '{text}'");
                    }
                }
                // A language that was forgotten reads like another.
                let same_allowed = es.chars().count() <= 14 || !es.contains(' ');
                assert!(same_allowed || (es != en && en != pt), "{group}.{field}: '{es}'");
            }
        }
    }

    #[test]
    fn buttons_are_short() {
        for (field, texts) in Acts::TABLE {
            for text in texts {
                assert!(text.chars().count() <= 32, "{field}: '{text}'");
            }
        }
    }

    #[test]
    fn values_are_put_where_a_sentence_has_them_and_not_read_again() {
        assert_eq!(fill("{a} y {b}; {c}", &[("a", "{b}"), ("b", "dos")]), "{b} y dos; {c}");
        assert_eq!(fill("100 % {", &[]), "100 % {");
        assert_eq!(count(1, "un informe", "{n} informes", Language::Es), "un informe");
        assert_eq!(count(1284, "un informe", "{n} informes", Language::Es), "1.284 informes");
    }
}
