//! What the commands about jobs say to people, in the language of their terminal.
//!
//! What scripts and other commands take up again (states, causes, ids, columns of CSV, JSON) is the same in every language.

use crate::report::language::Language;

/// The language of the terminal, as programs are told it; English unless it is one of ours.
#[expect(clippy::disallowed_methods, reason = "a terminal's language is no setting")]
pub fn language() -> Language {
    let told = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty());
    told.as_deref().map_or(Language::En, of_locale)
}

/// Of `es_CL.UTF-8`, `pt_BR@euro`, `C`.
fn of_locale(locale: &str) -> Language {
    locale.split(['.', '@']).next().unwrap_or_default().parse().unwrap_or(Language::En)
}

/// A sentence in Spanish, English and Portuguese, as `format!` takes it; one that is missing does not compile.
macro_rules! told {
    ($es:literal, $en:literal, $pt:literal $(,)?) => {
        match $crate::commands::words::language() {
            $crate::report::language::Language::Es => format!($es),
            $crate::report::language::Language::En => format!($en),
            $crate::report::language::Language::Pt => format!($pt),
        }
    };
}
pub(crate) use told;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_tells_its_language_and_any_other_is_english() {
        for (locale, language) in [
            ("es_CL.UTF-8", Language::Es),
            ("es", Language::Es),
            ("pt_BR.UTF-8@euro", Language::Pt),
            ("en_US.UTF-8", Language::En),
            ("C", Language::En),
            ("C.UTF-8", Language::En),
            ("POSIX", Language::En),
            ("de_DE", Language::En),
        ] {
            assert_eq!(of_locale(locale), language, "{locale}");
        }
    }
}
