//! The words that profiles give levels, statuses and rules, in the report's language.
//!
//! Profiles are written in one language and serve reports in three. A school's own words are shown as they are written.

use super::language::Language;

/// A level's or status's name as a student reads it in a language.
pub fn shown(name: &str, language: Language) -> String {
    let words = language.words();
    if let Some(number) = name.strip_prefix("Nivel ").filter(|number| number.parse::<u32>().is_ok()) {
        return format!("{} {number}", words.level);
    }
    let place = Language::Es.words().judgements.iter().position(|word| *word == name);
    place.map_or(name, |place| words.judgements[place]).to_owned()
}

/// When a group of a kind (`lecture`, `materia`, `skill`) passes: with all of its questions right, or from a percentage on.
pub fn pass_rule(kind: Option<&str>, at_least: Option<f64>, language: Language) -> String {
    let words = language.words();
    let one = match kind {
        Some("lecture") => words.a_lesson,
        Some("materia") => words.a_subject,
        Some("skill") => words.a_skill,
        _ => words.a_section,
    };
    match at_least.map(|bound| language.short_percent(bound)) {
        None => words.passes_with_all.replace("{one}", one),
        Some(share) => words.passes_from.replace("{one}", one).replace("{share}", &share),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_bundled_profiles_follow_the_language() {
        assert_eq!(shown("Nivel 2", Language::En), "Level 2");
        assert_eq!(shown("Nivel 2", Language::Pt), "Nível 2");
        assert_eq!(shown("En desarrollo", Language::Pt), "Em desenvolvimento");
        assert_eq!(shown("Avanzado", Language::Es), "Avanzado");
    }

    #[test]
    fn the_rule_is_the_profile_s_in_every_language() {
        assert_eq!(pass_rule(Some("lecture"), None, Language::Es), "Una lección se aprueba cuando todas sus respuestas son correctas.");
        assert_eq!(
            pass_rule(Some("skill"), Some(62.5), Language::Es),
            "Una habilidad se aprueba con al menos un 62,5\u{a0}% de respuestas correctas."
        );
        assert_eq!(
            pass_rule(Some("lecture"), Some(60.0), Language::En),
            "A lesson is passed with at least 60% of its questions answered right."
        );
        assert_eq!(pass_rule(Some("unidad"), Some(60.0), Language::Pt), "Uma seção é aprovada com pelo menos 60% de respostas corretas.");
    }

    #[test]
    fn a_school_s_own_words_stay_as_written() {
        for name in ["Nivel inicial", "Banda A", "Grade 3"] {
            assert_eq!(shown(name, Language::En), name);
        }
    }
}
