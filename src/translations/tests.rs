//! Each sentence has its words in three languages, and every one that `doctor` can say of itself or of a setting is there.

use std::collections::BTreeSet;

use super::*;

fn all() -> impl Iterator<Item = &'static Sentence> {
    SENTENCES.iter().flat_map(|part| part.iter()).chain(VALUES)
}

#[test]
fn each_sentence_stands_there_once_with_words_and_the_same_values_in_three_languages() {
    let mut seen = BTreeSet::new();
    for sentence in all() {
        let [en, es, pt] = sentence;
        assert!(seen.insert(en), "twice: {en}");
        let values = |text: &str| text.matches("{}").count();
        assert!([es, pt].iter().all(|text| !text.is_empty() && values(text) == values(en)), "{en}");
        // Names of parts may be the same; a sentence is not.
        assert!(en.split(' ').count() < 3 || (es != en && pt != en), "{en}");
    }
}

/// The texts in quotes of a source, without its tests and remarks.
fn literals(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//") && !line.contains("reason = "));
    let code = lines.collect::<Vec<_>>().join("\n").replace("'\"'", "''").replace("\\\"", "'");
    code.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

/// A sentence with its values filled in, as somebody reads it.
fn sample(literal: &str) -> String {
    let mut out = String::new();
    for (number, piece) in literal.split('{').enumerate() {
        let piece = if number == 0 { piece } else { piece.split_once('}').map_or(piece, |(_, rest)| rest) };
        if number > 0 {
            out.extend(["Q".to_owned(), number.to_string()]);
        }
        out.push_str(piece);
    }
    out
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads the sources")]
fn every_sentence_of_doctor_and_of_the_settings_is_told_in_spanish_and_portuguese() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut missing = Vec::new();
    for file in [
        "commands/doctor.rs",
        "commands/doctor/school.rs",
        "env.rs",
        "env/known.rs",
        "jobs/config.rs",
        "gateway/config.rs",
        "gateway/guard/config.rs",
        "delivery/mail/config.rs",
        "delivery/mail/tls.rs",
        "delivery/mail/refusal.rs",
        "http/config.rs",
        "http/console/config.rs",
        "pipeline/config.rs",
        "access/config.rs",
        "storage/config.rs",
        "kafka/config.rs",
        "intake/belonging.rs",
        "intake/config.rs",
        "intake/sources/learnworlds/config.rs",
        "analysis/levels.rs",
        "analysis/profile/fields.rs",
        "analysis/profile/plans.rs",
        "analysis/profile/read.rs",
    ] {
        let source = std::fs::read_to_string(root.join(file)).unwrap();
        for literal in literals(&source) {
            let text = sample(&literal);
            // What is built of pieces is looked at in its pieces; names and single words are no sentences.
            if text.split(' ').count() < 4 || NO_SENTENCES.iter().any(|begin| literal.starts_with(begin)) {
                continue;
            }
            if [Language::Es, Language::Pt].into_iter().any(|language| told(&text, language) == text) {
                missing.push(format!("{file}: {literal}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Texts of these sources that no person reads as they stand.
const NO_SENTENCES: [&str; 12] = [
    // Told by their first word.
    "write {",
    "this is the door",
    "the settings have {}",
    "{} line {}",
    "Colegio de Prueba",
    // Told in three languages where they stand.
    "1 problem",
    "{n} problem",
    // Pieces of sentences that are looked at as a whole below.
    " (SMTP_SERVER",
    ", only from ",
    " but for {}",
    "handing over the message",
    "the server's certificate has expired{}",
];

#[test]
fn values_and_unknown_clauses_stay_and_known_ones_are_told() {
    let es = |text: &str| told(text, Language::Es);
    assert_eq!(es("something nobody translated"), "something nobody translated");
    for (text, told) in [
        (
            "starting TLS: the server's certificate has expired on 2021-03-04; have it renewed, and see that this machine's clock is right",
            "venció el 2021-03-04; haga que lo renueven",
        ),
        (
            "the server's certificate is not valid yet, only from 2999-01-02; see that this machine's clock is right",
            "todavía no vale, solo desde el 2999-01-02",
        ),
        ("no answer (SMTP_SERVER, SMTP_PORT, EMAIL_USER, EMAIL_PASSWORD)", "no answer (vea SMTP_SERVER"),
    ] {
        assert!(es(text).contains(told), "{}", es(text));
    }
    assert_eq!(
        es("logging in: 535 5.7.8 no; set EMAIL_USER and EMAIL_PASSWORD"),
        "al iniciar sesión: 535 5.7.8 no; defina EMAIL_USER y EMAIL_PASSWORD"
    );
    assert_eq!(es("odd words; set EMAIL_USER and EMAIL_PASSWORD"), "odd words; defina EMAIL_USER y EMAIL_PASSWORD");
    assert_eq!(value("1 bank", Language::Es), "1 bank", "a value is the school's own");
    assert_eq!(value("587 (default)", Language::Pt), "587 (padrão)");
    assert_eq!(told("1 bank", Language::En), "1 bank");
}
