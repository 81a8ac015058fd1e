//! The words that profiles give levels, statuses and rules, in the report's language.
//!
//! Profiles are written in one language and serve reports in three. A school's own words are shown as they are written.

use super::language::Language;

/// Spanish, English, Portuguese.
const WORDS: [[&str; 3]; 9] = [
    ["Excelente", "Excellent", "Excelente"],
    ["Avanzado", "Advanced", "Avançado"],
    ["General", "General", "Geral"],
    ["Logrado", "Achieved", "Alcançado"],
    ["En progreso", "In progress", "Em progresso"],
    ["Por reforzar", "To strengthen", "A reforçar"],
    ["Sólido", "Solid", "Sólido"],
    ["En desarrollo", "Developing", "Em desenvolvimento"],
    ["Riesgo", "At risk", "Risco"],
];

/// A level's or status's name as a student reads it in a language.
pub fn shown(name: &str, language: Language) -> String {
    if let Some(number) = name.strip_prefix("Nivel ").filter(|number| number.parse::<u32>().is_ok()) {
        let level = match language {
            Language::Es => "Nivel",
            Language::En => "Level",
            Language::Pt => "Nível",
        };
        return format!("{level} {number}");
    }
    let place = match language {
        Language::Es => return name.to_owned(),
        Language::En => 1,
        Language::Pt => 2,
    };
    WORDS.iter().find(|words| words[0] == name).map_or(name, |words| words[place]).to_owned()
}

/// When a group of a kind (`lecture`, `materia`, `skill`) passes: with all of its questions right, or from a percentage on.
pub fn pass_rule(kind: Option<&str>, at_least: Option<f64>, language: Language) -> String {
    let one = match (language, kind) {
        (Language::Es, Some("lecture")) => "Una lección",
        (Language::Es, Some("materia")) => "Una materia",
        (Language::Es, Some("skill")) => "Una habilidad",
        (Language::Es, _) => "Una sección",
        (Language::En, Some("lecture")) => "A lesson",
        (Language::En, Some("materia")) => "A subject",
        (Language::En, Some("skill")) => "A skill",
        (Language::En, _) => "A section",
        (Language::Pt, Some("lecture")) => "Uma lição",
        (Language::Pt, Some("materia")) => "Uma matéria",
        (Language::Pt, Some("skill")) => "Uma habilidade",
        (Language::Pt, _) => "Uma seção",
    };
    let share = at_least.map(|bound| language.short_percent(bound));
    match (language, share) {
        (Language::Es, None) => format!("{one} se aprueba cuando todas sus respuestas son correctas."),
        (Language::Es, Some(share)) => format!("{one} se aprueba con al menos un {share} de respuestas correctas."),
        (Language::En, None) => format!("{one} is passed when all of its questions are answered right."),
        (Language::En, Some(share)) => format!("{one} is passed with at least {share} of its questions answered right."),
        (Language::Pt, None) => format!("{one} é aprovada quando todas as suas respostas estão corretas."),
        (Language::Pt, Some(share)) => format!("{one} é aprovada com pelo menos {share} de respostas corretas."),
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
            "Una habilidad se aprueba con al menos un 62,5% de respuestas correctas."
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
