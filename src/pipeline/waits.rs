//! Why the everyday jobs wait for a person, in the school's language: these words go into alerts, lists and the platform's log, and a school fixes them without a technician.

use crate::model::person::EmailAddressError;
use crate::report::language::Language;

/// No bank fits the assessment; these names would be found, and perhaps a workbook lies there.
pub(super) fn bank_missing(title: &str, names: &[String], workbook: Option<&str>, language: Language) -> String {
    let list = names.join(", ");
    let named = |words: &str| if names.is_empty() { String::new() } else { format!(" {words}: {list};") };
    match language {
        Language::Es => {
            let named = named("con uno de estos nombres");
            let lies = workbook
                .map(|file| format!(" {file} está ahí, pero un banco es un archivo CSV: guárdelo como CSV, o use gradepost bank import;"));
            let lies = lies.unwrap_or_default();
            format!(
                "no hay banco de preguntas para '{title}'; ponga uno en questions/{named}{lies} o nombre su archivo con bank = \"…\" en assessments.toml; el informe sale después por sí solo"
            )
        }
        Language::En => {
            let named = named("with one of these names");
            let lies =
                workbook.map(|file| format!(" {file} lies there, but a bank is a CSV file: save it as CSV, or use gradepost bank import;"));
            let lies = lies.unwrap_or_default();
            format!(
                "there is no question bank for '{title}'; put one under questions/{named}{lies} or name its file as bank = \"…\" in assessments.toml; the report then goes by itself"
            )
        }
        Language::Pt => {
            let named = named("com um destes nomes");
            let lies = workbook
                .map(|file| format!(" {file} está lá, mas um banco é um arquivo CSV: salve-o como CSV, ou use gradepost bank import;"));
            let lies = lies.unwrap_or_default();
            format!(
                "não há banco de questões para '{title}'; ponha um em questions/{named}{lies} ou nomeie seu arquivo com bank = \"…\" em assessments.toml; o relatório sai depois por si só"
            )
        }
    }
}

/// Nobody knows where the report should go.
pub(super) fn address_missing(language: Language) -> &'static str {
    match language {
        Language::Es => {
            "el estudiante no tiene dirección de correo, ni en el aviso ni en la plataforma; agréguela allí y continúe el trabajo"
        }
        Language::En => "the student has no e-mail address, neither in the event nor at the platform; add it there, then release the job",
        Language::Pt => "o estudante não tem endereço de e-mail, nem no aviso nem na plataforma; adicione-o lá e continue o trabalho",
    }
}

/// The address is none; the message names the place and not the address.
pub(super) fn address_invalid(error: &EmailAddressError, language: Language) -> String {
    match language {
        Language::Es => format!(
            "la dirección de correo del estudiante no se puede usar: {}; corríjala en la plataforma y continúe el trabajo",
            what_is_wrong(error, language)
        ),
        Language::En => {
            format!("the student's e-mail address cannot be used: {error}; correct it at the platform, then release the job")
        }
        Language::Pt => format!(
            "o endereço de e-mail do estudante não pode ser usado: {}; corrija-o na plataforma e continue o trabalho",
            what_is_wrong(error, language)
        ),
    }
}

fn what_is_wrong(error: &EmailAddressError, language: Language) -> String {
    let pick = |es: &str, pt: &str| if language == Language::Pt { pt.to_owned() } else { es.to_owned() };
    match error {
        EmailAddressError::Empty => pick("está vacía", "está vazio"),
        EmailAddressError::TooLong => pick("tiene más de 254 bytes", "tem mais de 254 bytes"),
        EmailAddressError::NoAt => pick("no tiene @", "não tem @"),
        EmailAddressError::ForbiddenCharacter { character, place } => {
            let named = match character {
                c if c.is_whitespace() => pick("un espacio o salto de línea", "um espaço ou quebra de linha"),
                c if c.is_control() => format!("U+{:04X}", u32::from(*c)),
                c if c.is_ascii() => format!("'{c}'"),
                c => format!("'{c}' (U+{:04X})", u32::from(*c)),
            };
            let words =
                pick("el carácter {place} es {named}, que no puede estar ahí", "o caractere {place} é {named}, que não pode estar ali");
            words.replace("{place}", &place.to_string()).replace("{named}", &named)
        }
        EmailAddressError::Local(_) => pick("la parte antes de la @ no es válida", "a parte antes do @ não é válida"),
        EmailAddressError::Domain(_) => pick("la parte después de la @ no es válida", "a parte depois do @ não é válida"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::person::EmailAddress;

    #[test]
    fn every_reason_is_told_in_its_language_with_the_place_and_never_the_address() {
        for (address, es, pt) in [
            ("beto@@example.cl", "el carácter 5 es '@'", "o caractere 5 é '@'"),
            ("be to@example.cl", "el carácter 3 es un espacio", "o caractere 3 é um espaço"),
            ("beto＠example.cl", "el carácter 5 es '＠' (U+FF20)", "o caractere 5 é '＠' (U+FF20)"),
            ("beto", "no tiene @", "não tem @"),
            ("", "está vacía", "está vazio"),
            (".beto@example.cl", "la parte antes de la @", "a parte antes do @"),
            ("beto@", "la parte después de la @", "a parte depois do @"),
        ] {
            let error = EmailAddress::parse(address).unwrap_err();
            let told = [Language::Es, Language::Pt, Language::En].map(|language| address_invalid(&error, language));
            assert!(told[0].contains(es) && told[1].contains(pt), "{told:?}");
            assert!(address.len() < 5 || told.iter().all(|words| !words.contains(address)), "{told:?}");
        }
    }

    #[test]
    fn a_missing_bank_is_told_with_the_names_that_would_be_found() {
        let names = ["M1.csv".to_owned(), "M1_questions.csv".to_owned()];
        for (language, words) in [
            (Language::Es, "no hay banco de preguntas para 'M1'"),
            (Language::En, "there is no question bank for 'M1'"),
            (Language::Pt, "não há banco de questões para 'M1'"),
        ] {
            let told = bank_missing("M1", &names, Some("M1.xlsx"), language);
            assert!(told.contains(words) && told.contains("M1.csv, M1_questions.csv") && told.contains("M1.xlsx"), "{told}");
            assert!(!bank_missing("M1", &[], None, language).contains("  "), "{told}");
        }
    }
}
