use std::path::Path;

use proptest::prelude::*;

use super::levels::LevelRule;
use super::profile::{PassRule, Percentage, Profiles};
use super::*;

/// Reads a file of `test_data`.
#[expect(clippy::disallowed_methods, reason = "test data lies beside the sources")]
fn test_data(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

fn cases() -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/submissions");
    let mut cases: Vec<_> = std::fs::read_dir(folder).expect("test data").map(|entry| entry.expect("entry").path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    cases
}

/// Everything that `expected` names must be in `actual`, to the bit; what it leaves out may be anything.
fn check(expected: &serde_json::Value, actual: &serde_json::Value, at: &str) {
    use serde_json::Value;
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (key, value) in expected {
                check(value, actual.get(key).unwrap_or(&Value::Null), &format!("{at}.{key}"));
            }
        }
        (Value::Array(expected), Value::Array(actual)) => {
            assert_eq!(expected.len(), actual.len(), "length of {at}");
            expected.iter().zip(actual).enumerate().for_each(|(i, (e, a))| check(e, a, &format!("{at}[{i}]")));
        }
        (Value::Number(expected), Value::Number(actual)) => assert_eq!(expected.as_f64(), actual.as_f64(), "{at}"),
        _ => assert_eq!(expected, actual, "{at}"),
    }
}

#[test]
fn every_hand_worked_case_gives_its_expected_analysis() {
    let cases = cases();
    assert!(cases.len() >= 12, "the cases of test_data/submissions are there");
    for case in cases {
        let name = case.file_name().and_then(|n| n.to_str()).expect("a name");
        let read = |file: &str| test_data(&case.join(file));
        let expected: serde_json::Value = serde_json::from_slice(&read("expected.json").expect(name)).expect(name);
        let profiles =
            read("profile.toml").map(|text| Profiles::from_toml(str::from_utf8(&text).expect(name), "profile.toml").expect(name));
        let bundled = Profiles::from_toml(profile::BUNDLED, "templates/assessments.toml").expect("the bundled profiles");
        let profiles = profiles.unwrap_or(bundled);
        let title = expected["profile"].as_str();
        let profile = profiles.get(None, title);
        let submission = Submission::from_json(&read("submission.json").expect(name)).expect(name);
        let analysis = match read("bank.csv") {
            Some(bank) => analyse(&submission, &QuestionBank::from_csv(&bank, "bank.csv").expect(name), profile),
            None => analyse_without_bank(&submission, profile),
        };
        let analysis = serde_json::to_value(analysis.unwrap_or_else(|error| panic!("{name}: {error}"))).expect(name);
        check(&expected["analysis"], &analysis, name);
    }
}

fn bank(csv: &str) -> QuestionBank {
    QuestionBank::from_csv(csv.as_bytes(), "bank.csv").expect("a good bank")
}

fn letters(answers: &str) -> Submission {
    let answer = |(i, c): (usize, char)| Answer {
        description: Some(format!("Pregunta {}", i + 1)),
        answer: Some(c.to_string()).filter(|_| c != '-'),
        ..Answer::default()
    };
    Submission { answers: answers.chars().enumerate().map(answer).collect(), ..Submission::default() }
}

#[test]
fn percentages_that_should_be_whole_are_whole() {
    for total in 1..=400_u32 {
        for part in 0..=total {
            let share = percent(part, total);
            if (u64::from(part) * 100).is_multiple_of(u64::from(total)) {
                assert_eq!(share, (u64::from(part) * 100 / u64::from(total)) as f64, "{part} of {total}");
            }
        }
    }
}

#[test]
fn a_level_bound_is_met_by_exactly_its_share() {
    let bank = bank("question_number,correct_alternative\n1,A\n2,A\n3,A\n4,A\n5,A\n");
    let at = |answers: &str| analyse(&letters(answers), &bank, &Profile::default()).expect("an analysis").level;
    assert_eq!(at("AAAA-").as_deref(), Some("Nivel 3"));
    assert_eq!(at("AAA--").as_deref(), Some("Nivel 2"));
    assert_eq!(at("AA---").as_deref(), Some("Nivel 1"));
}

#[test]
fn a_bank_of_another_assessment_is_an_error_and_no_zero() {
    let bank = bank("question_number,correct_alternative\n1,A\n2,B\n");
    let answers = ["Pregunta 101", "Pregunta 102"];
    let answers = answers.iter().map(|d| Answer { description: Some((*d).to_owned()), answer: Some("A".into()), ..Answer::default() });
    let submission = Submission { answers: answers.collect(), ..Submission::default() };
    let error = analyse(&submission, &bank, &Profile::default()).expect_err("nothing matches");
    assert_eq!(error, AnalysisError::FewMatched { bank: "bank.csv".into(), met: 0, answers: 2, questions: 2 });
}

#[test]
fn nothing_handed_in_is_unanswered_throughout() {
    let bank = bank("question_number,correct_alternative,lecture\n1,A,X\n2,B,Y\n");
    let analysis = analyse(&Submission::default(), &bank, &Profile::default()).expect("an analysis");
    assert_eq!((analysis.total, analysis.correct, analysis.incorrect, analysis.unanswered), (2, 0, 0, 2));
    assert_eq!(analysis.level.as_deref(), Some("Nivel 1"));
}

#[test]
fn a_profile_that_groups_by_an_absent_column_says_so() {
    let bank = bank("question_number,correct_alternative,lecture\n1,A,X\n");
    let profile = Profile { group_by: Some(vec!["skill".into()]), ..Profile::default() };
    let error = analyse(&letters("A"), &bank, &profile).expect_err("no column");
    let words = "the profile 'lecture' groups by 'skill', which the bank 'bank.csv' does not have; its columns are: lecture";
    assert_eq!(error.to_string(), words);
}

#[test]
fn the_operator_is_told_where_bank_and_platform_disagree() {
    let bank = bank("question_number,correct_alternative\n1,A\n2,B\n3,C\n");
    let mut submission = letters("AAC");
    for (answer, points) in submission.answers.iter_mut().zip([1.0, 1.0, 0.0]) {
        (answer.points, answer.max_points) = (Some(points), Some(1.0));
    }
    let analysis = analyse(&submission, &bank, &Profile::default()).expect("an analysis");
    assert_eq!(analysis.correct, 2, "the bank decides");
    let note =
        "bank and platform disagree on question 2 (bank: wrong), 3 (bank: right); the bank decided, but one of the two should be fixed";
    assert_eq!(analysis.notes, [note]);
}

#[test]
fn the_explanation_names_answers_and_the_deciding_rule() {
    let bank = bank("question_number,correct_alternative,lecture\n1,A,X\n2,B,Y\n");
    let analysis = analyse(&letters("A-"), &bank, &Profile::default()).expect("an analysis");
    let words = [
        "answers and questions: the descriptions name the questions' numbers; 2 answers met a question, 0 blocks left out",
        "question 1 ← 'Pregunta 1': 'A' against 'A': right (same text)",
        "question 2 ← 'Pregunta 2': nothing against 'B': open (not answered)",
        "percentage: 1 of 2 groups passed = 50 %",
        "level: not Nivel 3, as 'percentage >= 80' does not hold (percentage = 50)",
        "level: not Nivel 2, as 'percentage >= 60' does not hold (percentage = 50)",
        "level: Nivel 1 because none of the levels before it applies",
    ];
    assert_eq!(analysis.explanation, words);
}

#[test]
fn the_explanation_shows_the_figures_a_condition_speaks_of() {
    let bank = bank("question_number,correct_alternative,lecture,question_difficulty\n1,A,X,1\n2,B,X,2\n3,C,X,2\n4,D,X,2\n");
    let profiles = Profiles::from_toml(profile::BUNDLED, "assessments.toml").expect("the bundled profiles");
    let analysis = analyse(&letters("ABC-"), &bank, profiles.get(None, Some("M1"))).expect("an analysis");
    let told: Vec<&String> = analysis.explanation.iter().filter(|line| line.starts_with("level")).collect();
    let words = [
        "level: not Nivel 3, as 'difficulty[1] >= 75 and difficulty[2] >= 70' does not hold (difficulty[1] = 100, difficulty[2] = 66.6667)",
        "level: Nivel 2 because 'difficulty[1] >= 75' holds (difficulty[1] = 100)",
    ];
    assert_eq!(told, words);
}

const OPTIONS: [&str; 5] = ["A", "B", "C", "D", "-"];

/// A bank of up to forty questions in up to five lessons within two subjects, and answers to it.
fn bank_and_answers() -> impl Strategy<Value = (Vec<(usize, usize)>, Vec<usize>)> {
    (1_usize..40).prop_flat_map(|n| (prop::collection::vec((0_usize..4, 0_usize..5), n), prop::collection::vec(0_usize..5, n)))
}

fn build(questions: &[(usize, usize)], answers: &[usize]) -> (QuestionBank, Submission) {
    let rows = questions
        .iter()
        .enumerate()
        .map(|(i, (right, lesson))| format!("{},{},Lección {lesson},M{},{}\n", i + 1, OPTIONS[*right], lesson % 2, lesson % 3));
    let csv = format!("question_number,correct_alternative,lecture,materia,question_difficulty\n{}", rows.collect::<String>());
    (bank(&csv), letters(&answers.iter().map(|a| OPTIONS[*a]).collect::<String>()))
}

fn monotone_profile() -> Profile {
    let level = |name: &str, when: &str| LevelRule { name: name.into(), when: Some(when.into()) };
    Profile {
        group_by: Some(vec!["materia".into(), "lecture".into()]),
        percentage: Percentage::Questions,
        pass: PassRule::AtLeast(60.0),
        levels: vec![
            level("3", "percentage >= 80 and groups_failed <= 1"),
            level("2", "percentage >= 50 or groups_passed >= 2"),
            LevelRule { name: "1".into(), when: None },
        ],
        ..Profile::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn totals_add_up_and_percentages_stay_in_bounds((questions, answers) in bank_and_answers()) {
        let (bank, submission) = build(&questions, &answers);
        for profile in [Profile::default(), monotone_profile()] {
            let a = analyse(&submission, &bank, &profile).expect("an analysis");
            prop_assert_eq!(a.total as usize, questions.len());
            prop_assert_eq!(a.correct + a.incorrect + a.unanswered, a.total);
            prop_assert_eq!(a.groups.iter().map(|g| g.total).sum::<u32>(), a.total);
            prop_assert_eq!(a.groups.iter().map(|g| g.correct).sum::<u32>(), a.correct);
            if !a.parents.is_empty() {
                prop_assert_eq!(a.parents.iter().map(|g| g.total).sum::<u32>(), a.total);
            }
            for share in a.groups.iter().chain(&a.parents).map(|g| g.percentage).chain([a.percentage]) {
                prop_assert!((0.0..=100.0).contains(&share));
            }
            for group in a.groups.iter().chain(&a.parents) {
                prop_assert!(group.correct < group.total || group.passed, "a group with all right passes");
            }
            let reviewed: usize = a.to_review.iter().map(|r| r.questions.len()).sum();
            prop_assert!(reviewed as u32 <= a.incorrect + a.unanswered);
        }
    }

    #[test]
    fn the_order_of_answers_never_matters_where_descriptions_name_numbers((questions, answers) in bank_and_answers(), seed in any::<u64>()) {
        let (bank, submission) = build(&questions, &answers);
        let mut shuffled = submission.clone();
        shuffled.answers.sort_by_key(|a| a.description.as_deref().unwrap_or_default().bytes().fold(seed, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)));
        let profile = monotone_profile();
        prop_assert_eq!(analyse(&submission, &bank, &profile), analyse(&shuffled, &bank, &profile));
    }

    #[test]
    fn one_more_right_answer_never_lowers_a_level((questions, answers) in bank_and_answers(), which in any::<prop::sample::Index>()) {
        let (bank, before) = build(&questions, &answers);
        let mut better = answers.clone();
        let i = which.index(answers.len());
        better[i] = questions[i].0;
        let (_, after) = build(&questions, &better);
        for profile in [Profile::default(), monotone_profile()] {
            let level = |s: &Submission| {
                let level = analyse(s, &bank, &profile).expect("an analysis").level;
                profile.levels.iter().rposition(|rule| Some(&rule.name) == level.as_ref()).expect("a level")
            };
            prop_assert!(level(&after) <= level(&before));
        }
    }

    #[test]
    fn no_answer_makes_it_panic(texts in prop::collection::vec((".{0,40}", ".{0,40}", "[a-zA-Z]{0,8}"), 0..8), right in "[^\\r\\n\"]{1,20}") {
        let csv = format!("question_number;correct_alternative;options\n1;\"{right}\";\"a|{right}|b\"\n2;B;\n");
        if let Ok(bank) = QuestionBank::from_csv(csv.as_bytes(), "bank.csv") {
            let answers = texts.into_iter().map(|(d, a, t)| Answer { description: Some(d), answer: Some(a), block_type: Some(t), points: Some(0.5), max_points: Some(1.0), ..Answer::default() });
            let submission = Submission { answers: answers.collect(), ..Submission::default() };
            let _ = analyse(&submission, &bank, &Profile::default());
            let _ = analyse_without_bank(&submission, &Profile::default());
        }
    }

    #[test]
    fn no_bytes_make_a_bank_or_a_profile_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in ".{0,200}") {
        let _ = QuestionBank::from_csv(&bytes, "x.csv");
        let _ = Profiles::from_toml(&text, "x.toml");
    }
}
