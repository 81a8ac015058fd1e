//! The words that the bundled profiles give levels and statuses, in the report's language.
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
    fn a_school_s_own_words_stay_as_written() {
        for name in ["Nivel inicial", "Banda A", "Grade 3"] {
            assert_eq!(shown(name, Language::En), name);
        }
    }
}
