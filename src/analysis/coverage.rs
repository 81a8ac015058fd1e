//! Tries a profile on a bank before any student does: which levels come out, and which never do.

use std::collections::BTreeSet;

use crate::analysis::bank::QuestionBank;
use crate::analysis::profile::Profile;
use crate::analysis::{AnalysisError, analyse};
use crate::model::submission::{Answer, Submission};

/// Results tried for each share of right answers.
const TRIES: usize = 12;

/// Levels that no result gives, of all that were tried: nothing right, everything right, each group alone right or wrong, and many mixtures.
///
/// # Errors
/// Bank and profile do not fit together: a column or a group that the profile names is not there.
pub fn levels_never_given(bank: &QuestionBank, profile: &Profile) -> Result<Vec<String>, AnalysisError> {
    let mut given: BTreeSet<String> = BTreeSet::new();
    let mut internal: BTreeSet<String> = BTreeSet::new();
    for right in results(bank) {
        let analysis = analyse(&submission(bank, &right), bank, profile)?;
        given.extend(analysis.level);
        internal.extend(analysis.internal_level);
    }
    let missing = |rules: &[crate::analysis::levels::LevelRule], given: &BTreeSet<String>| {
        rules.iter().map(|rule| rule.name.clone()).filter(|name| !given.contains(name)).collect::<Vec<_>>()
    };
    Ok(missing(&profile.levels, &given).into_iter().chain(missing(&profile.internal_levels, &internal)).collect())
}

/// Which questions are right, result by result. The same bank gives the same results.
fn results(bank: &QuestionBank) -> Vec<Vec<bool>> {
    let questions = bank.questions();
    let many = questions.len();
    let mut results = vec![vec![false; many], vec![true; many]];
    for column in bank.columns() {
        for name in bank.group_names(column) {
            let inside =
                |alone: bool| questions.iter().map(|q| (q.groups.get(column).map(String::as_str) == Some(name)) == alone).collect();
            results.extend([inside(true), inside(false)]);
        }
    }
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut chance = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % 100
    };
    for percent in (5..=95).step_by(5) {
        for _ in 0..TRIES {
            results.push((0..many).map(|_| chance() < percent).collect());
        }
    }
    results
}

fn submission(bank: &QuestionBank, right: &[bool]) -> Submission {
    let answer = |(question, right): (&crate::analysis::bank::Question, &bool)| Answer {
        description: Some(format!("Pregunta {}", question.number)),
        // Graded questions go by points, all others by their answers.
        answer: Some(if *right { question.correct.first().cloned().unwrap_or_else(|| "x".to_owned()) } else { "¿?".to_owned() }),
        points: Some(f64::from(u8::from(*right))),
        max_points: Some(1.0),
        ..Answer::default()
    };
    Submission { answers: bank.questions().iter().zip(right).map(answer).collect(), ..Submission::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::profile::{BUNDLED, Profiles};

    fn bank(lessons: usize) -> QuestionBank {
        let row = |n: usize| format!("{n},{},Lección {},Materia {},{},Interpretar", ["A", "B"][n % 2], n.div_ceil(2), n % 2, 1 + n % 2);
        let rows = (1..=lessons * 2).map(row).collect::<Vec<_>>().join("\n");
        let csv = format!("question_number,correct_alternative,lecture,materia,question_difficulty,skill\n{rows}");
        QuestionBank::from_csv(csv.as_bytes(), "b.csv").unwrap_or_else(|errors| panic!("{errors}"))
    }

    fn never(bank: &QuestionBank, title: &str) -> Result<Vec<String>, String> {
        let profiles = Profiles::from_toml(BUNDLED, "assessments.toml").expect("the bundled profiles");
        levels_never_given(bank, profiles.get(None, Some(title))).map_err(|error| error.to_string())
    }

    #[test]
    fn every_level_of_a_fitting_bank_comes_out() {
        for title in ["Test de diagnóstico Parte 1", "Plan CL", "Plan CIEN", "M1", "HYST", "F30M"] {
            assert_eq!(never(&bank(20), title), Ok(Vec::new()), "{title}");
        }
    }

    #[test]
    fn a_level_that_no_result_gives_is_named() {
        // Twenty lessons cannot fail more than thirty times.
        assert_eq!(never(&bank(10), "CIEN"), Ok(vec!["Nivel 1".to_owned()]));
        assert_eq!(never(&bank(40), "CIEN"), Ok(Vec::new()));
    }

    #[test]
    fn a_group_that_a_level_asks_for_and_the_bank_lacks_is_an_error() {
        let error = never(&bank(10), "CL").expect_err("there is no skill Evaluar");
        assert!(error.contains("Evaluar"), "{error}");
    }
}
