//! Bank and platform: results that agree are judged, results that contradict each other are not.

use proptest::prelude::*;

use super::levels::LevelRule;
use super::profile::Percentage;
use super::*;

fn bank(csv: &str) -> QuestionBank {
    QuestionBank::from_csv(csv.as_bytes(), "bank.csv").unwrap_or_else(|errors| panic!("{errors}"))
}

fn block(description: &str, answer: &str, points: f64) -> Answer {
    Answer {
        description: Some(description.to_owned()),
        answer: Some(answer.to_owned()).filter(|a| !a.is_empty()),
        points: Some(points),
        max_points: Some(1.0),
        ..Answer::default()
    }
}

fn handed_in(answers: Vec<Answer>) -> Submission {
    Submission { answers, ..Submission::default() }
}

const CAPITALS: &str = "question_number,correct_alternative,text,lecture\n1,A,¿Capital de Francia?,Geografía\n2,C,¿Capital de Perú?,Geografía\n3,B,¿Cuál es < 5?,Números\n4,D,Suma 2+2,Números\n";

fn counts(analysis: &Analysis) -> (u32, u32, u32) {
    (analysis.correct, analysis.incorrect, analysis.total)
}

#[test]
fn rich_text_in_random_order_is_matched_to_the_plain_texts_of_the_bank() {
    let answers = vec![
        block("<p>¿Cuál es &lt; 5?</p>", "<p>B</p>", 1.0),
        block("<div>¿Capital de <b>Francia</b>?</div>", "A", 1.0),
        block("<p>Suma&nbsp;\\(2+2\\)</p>", "<span>d)</span>", 1.0),
        block("&iquest;Capital de&nbsp;Per&uacute;?", "C", 1.0),
    ];
    let analysis = analyse(&handed_in(answers), &bank(CAPITALS), &Profile::default()).expect("an analysis");
    assert_eq!(counts(&analysis), (4, 0, 4));
    assert_eq!((analysis.percentage, analysis.notes), (100.0, Vec::<String>::new()));
}

#[test]
fn a_reworded_question_is_found_by_likeness_or_as_the_last_one_and_noted() {
    let answers = vec![
        block("Suma 2+2", "D", 1.0),
        block("¿Cuál es la capital de Francia?", "A", 1.0),
        block("¿Cuál es < 5?", "B", 1.0),
        block("La ciudad donde reside el gobierno peruano", "C", 1.0),
    ];
    let analysis = analyse(&handed_in(answers), &bank(CAPITALS), &Profile::default()).expect("an analysis");
    assert_eq!(counts(&analysis), (4, 0, 4));
    assert_eq!(analysis.notes.len(), 2, "{:?}", analysis.notes);
}

#[test]
fn questions_of_one_text_get_their_blocks_in_any_order() {
    let csv = "question_number,correct_alternative,text\n1,A,¿Cuál?\n2,A,¿Cuál?\n3,B,¿Quién?\n";
    for order in [[0, 1, 2], [2, 1, 0]] {
        let blocks = [block("¿Cuál?", "A", 1.0), block("¿Cuál?", "A", 1.0), block("¿Quién?", "B", 1.0)];
        let answers = order.iter().map(|at: &usize| blocks[*at].clone()).collect();
        assert_eq!(counts(&analyse(&handed_in(answers), &bank(csv), &Profile::default()).expect("an analysis")), (3, 0, 3));
    }
}

#[test]
fn a_pool_is_judged_by_what_was_drawn() {
    let answers = vec![block("¿Capital de Perú?", "C", 1.0), block("Suma 2+2", "D", 1.0)];
    for grade in [None, Some(100.0)] {
        let submission = Submission { grade, ..handed_in(answers.clone()) };
        let analysis = analyse(&submission, &bank(CAPITALS), &Profile::default()).expect("an analysis");
        assert_eq!((counts(&analysis), analysis.percentage, analysis.unanswered), ((2, 0, 2), 100.0, 0));
        assert_eq!(analysis.groups.iter().map(|g| (g.total, g.passed)).collect::<Vec<_>>(), [(1, true), (1, true)]);
        assert_eq!(analysis.notes, ["the assessment drew 2 of the bank's 4 questions; they alone were judged"]);
    }
    // The platform's grade counts four questions: two were left out by the student.
    let submission = Submission { grade: Some(50.0), ..handed_in(answers.clone()) };
    let analysis = analyse(&submission, &bank(CAPITALS), &Profile::default()).expect("an analysis");
    assert_eq!((counts(&analysis), analysis.unanswered), ((2, 0, 4), 2));
    // The profile has the last word.
    let never = Profile { pool: Some(false), ..Profile::default() };
    assert_eq!(analyse(&handed_in(answers), &bank(CAPITALS), &never).expect("an analysis").total, 4);
}

#[test]
fn a_level_that_asks_for_a_group_from_which_nothing_was_drawn_is_not_reached() {
    let level = |name: &str, when: Option<&str>| LevelRule { name: name.into(), when: when.map(str::to_owned) };
    let levels = vec![level("alto", Some("lecture['Números'] >= 50")), level("bajo", None)];
    let profile = Profile { levels, ..Profile::default() };
    let drawn = handed_in(vec![block("¿Capital de Perú?", "C", 1.0)]);
    assert_eq!(analyse(&drawn, &bank(CAPITALS), &profile).expect("an analysis").level.as_deref(), Some("bajo"));
}

#[test]
fn drawn_questions_that_nothing_names_are_no_result() {
    let answers = vec![Answer { description: None, ..block("", "A", 1.0) }; 2];
    let error = analyse(&handed_in(answers), &bank("question_number,correct_alternative\n1,A\n2,B\n3,C\n"), &Profile::default());
    assert_eq!(error, Err(AnalysisError::Unplaced { bank: "bank.csv".into(), blocks: 2, questions: 3 }));
}

#[test]
fn penalties_and_bonus_points_add_up_as_at_the_platform() {
    let points = Profile { percentage: Percentage::Points, bank_optional: true, ..Profile::default() };
    let score = |answers: Vec<Answer>| {
        let analysis = analyse_without_bank(&handed_in(answers), &points).expect("an analysis");
        (analysis.score, analysis.max_score, analysis.percentage, analysis.notes.len())
    };
    let negative = vec![block("1", "x", 1.0), block("2", "x", -0.25), block("3", "x", -0.25), block("4", "x", 0.0)];
    assert_eq!(score(negative), (0.5, 4.0, 12.5, 0));
    assert_eq!(score(vec![block("1", "x", 2.0), block("2", "x", 1.0)]), (3.0, 2.0, 100.0, 1));
    assert_eq!(score(vec![block("1", "x", -1.0), block("2", "x", 0.25)]), (-0.75, 2.0, 0.0, 1));
    // With a bank the same, scaled to the bank's points.
    let csv = "question_number,correct_alternative,points\n1,A,2\n2,B,1\n3,C,1\n";
    let answers = vec![block("1", "A", 1.5), block("2", "X", -0.25), block("3", "Y", 0.5)];
    let analysis = analyse(&handed_in(answers), &bank(csv), &points).expect("an analysis");
    assert_eq!((analysis.score, analysis.max_score, analysis.correct), (3.25, 4.0, 1));
}

#[test]
fn a_contradiction_names_both_results_and_the_questions() {
    let key = "question_number,correct_alternative\n1,B\n2,C\n3,D\n4,A\n";
    let answers = (1..=4).map(|n| block(&format!("Pregunta {n}"), if n == 4 { "A" } else { "E" }, 1.0)).collect();
    let words = analyse(&handed_in(answers), &bank(key), &Profile::default()).expect_err("a contradiction").to_string();
    for part in ["'bank.csv'", "1 of 4 (25 %)", "4 of 4 (100 %)", "question 1, 2, 3", "contradiction = 100"] {
        assert!(words.contains(part), "{part} in {words}");
    }
}

#[test]
fn the_bound_is_the_profile_s() {
    let key: Vec<String> = (1..=20).map(|n| format!("{n},{}", if n <= 4 { "B" } else { "A" })).collect();
    let bank = bank(&format!("question_number,correct_alternative\n{}\n", key.join("\n")));
    let submission = handed_in((1..=20).map(|n| block(&format!("Pregunta {n}"), "A", 1.0)).collect());
    let with = |contradiction: f64| analyse(&submission, &bank, &Profile { contradiction, ..Profile::default() });
    assert!(matches!(with(10.0), Err(AnalysisError::Contradicts(_))));
    let lenient = with(20.0).expect("a note and a result");
    assert!(lenient.correct == 16 && lenient.notes[0].contains("1 (bank: wrong), 2 (bank: wrong)"), "{:?}", lenient.notes);
    assert!(with(100.0).is_ok());
}

#[test]
fn where_only_a_grade_is_known_it_is_compared_as_a_whole() {
    let bare = |answer: &str, n: usize| Answer { points: None, max_points: None, ..block(&format!("Pregunta {n}"), answer, 0.0) };
    let bank = bank("question_number,correct_alternative\n1,A\n2,B\n3,C\n4,D\n5,A\n6,B\n7,C\n8,D\n");
    let with = |grade: f64| Submission { grade: Some(grade), ..handed_in((1..=8).map(|n| bare("A", n)).collect()) };
    assert!(analyse(&with(25.0), &bank, &Profile::default()).is_ok());
    assert!(analyse(&with(40.0), &bank, &Profile::default()).is_ok(), "weights are not known");
    let words = analyse(&with(100.0), &bank, &Profile::default()).expect_err("a contradiction").to_string();
    assert!(words.contains("by the bank 25 %, by the platform 100 %"), "{words}");
}

#[test]
fn questions_of_the_assessment_that_the_bank_lacks_are_a_contradiction_beyond_the_bound() {
    let with = |extra: usize| {
        let mut answers: Vec<Answer> = (1..=10).map(|n| block(&format!("Pregunta {n}"), "A", 1.0)).collect();
        answers.extend((0..extra).map(|n| block(&format!("Pregunta {}", 11 + n), "A", 1.0)));
        // What teachers grade, surveys and texts are in no bank.
        answers.push(Answer { block_type: Some("openEnded".into()), ..block("Comenta", "texto", 1.0) });
        answers.push(Answer { block_type: Some("newSurvey".into()), max_points: Some(0.0), ..block("¿Te gustó?", "sí", 0.0) });
        let rows: Vec<String> = (1..=10).map(|n| format!("{n},A")).collect();
        let bank = bank(&format!("question_number,correct_alternative\n{}\n", rows.join("\n")));
        analyse(&handed_in(answers), &bank, &Profile::default())
    };
    assert_eq!(with(2).expect("a note").total, 10);
    assert!(with(4).expect_err("a contradiction").to_string().contains("4 questions of the assessment are not in the bank"));
}

#[test]
fn typed_numbers_are_right_in_either_notation() {
    let csv = "question_number;correct_alternative;type\n1;0,5;text\n2;3,14;text\n3;1000;text\n4;50 %;text\n5;3,5;text\n6;0,5|2;blanks\n";
    let typed = |kind: &str, n: usize, text: &str| Answer { block_type: Some(kind.into()), ..block(&format!("Pregunta {n}"), text, 1.0) };
    let answers = ["0.50", "3.14", "1.000", "50%"].iter().enumerate().map(|(i, text)| typed("shortText", i + 1, text));
    let answers = answers.chain([typed("shortText", 5, "35"), typed("fillInTheBlankBlock", 6, ".5 | 2,0")]).collect();
    let analysis = analyse(&handed_in(answers), &bank(csv), &Profile::default()).expect("an analysis");
    let right: Vec<bool> = analysis.questions.iter().map(|q| q.correct == Some(true)).collect();
    assert_eq!(right, [true, true, true, true, false, true]);
}

/// A key of letters and a student's answers, each right or wrong by the key.
fn key_and_answers() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    (6_usize..40).prop_flat_map(|n| (prop::collection::vec(0_usize..5, n), prop::collection::vec(0_usize..5, n)))
}

const LETTERS: [&str; 5] = ["A", "B", "C", "D", "E"];

/// How a platform may write the description of a question.
fn description(style: usize, n: usize) -> String {
    match style {
        0 => format!("Pregunta {n}"),
        1 => format!("<p><b>{n}.</b> ¿Cuál&nbsp;es el valor {}?</p>", word(n)),
        2 => format!("¿Cuál es el valor {}?", word(n)),
        3 => format!("<div>&iquest;Cu&aacute;l es el <em>valor</em> {}?</div>", word(n)),
        _ => format!("Question {n} / Pregunta {n}: ¿Cuál es el valor {}?", word(n)),
    }
}

/// A word for each number, so that texts differ in letters.
fn word(n: usize) -> String {
    format!("{}{}{}", char::from(b'b' + (n / 20) as u8), char::from(b'a' + (n % 20) as u8), "or")
}

fn bank_of(key: &[usize]) -> QuestionBank {
    let rows = key.iter().enumerate().map(|(i, k)| format!("{},{},¿Cuál es el valor {}?,L{}\n", i + 1, LETTERS[*k], word(i + 1), i % 3));
    bank(&format!("question_number,correct_alternative,text,lecture\n{}", rows.collect::<String>()))
}

fn submission_of(key: &[usize], given: &[usize], style: usize) -> Submission {
    let answer = |(i, (k, g)): (usize, (&usize, &usize))| block(&description(style, i + 1), LETTERS[*g], f64::from(u8::from(k == g)));
    let answers: Vec<Answer> = key.iter().zip(given).enumerate().map(answer).collect();
    let right = answers.iter().filter(|a| a.points == Some(1.0)).count();
    Submission { grade: Some((right as f64 * 100.0 / answers.len() as f64).round()), ..handed_in(answers) }
}

fn shuffled(submission: &Submission, seed: u64) -> Submission {
    let mut shuffled = submission.clone();
    let hash = |a: &Answer| {
        a.description.as_deref().unwrap_or_default().bytes().fold(seed, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
    };
    shuffled.answers.sort_by_key(hash);
    shuffled
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_submission_that_agrees_with_the_platform_is_always_judged_whatever_its_order_and_markup(
        (key, given) in key_and_answers(), style in 0_usize..5, seed in any::<u64>(),
    ) {
        let (bank, submission) = (bank_of(&key), submission_of(&key, &given, style));
        let analysis = analyse(&submission, &bank, &Profile::default()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let right = key.iter().zip(&given).filter(|(k, g)| k == g).count();
        prop_assert_eq!(analysis.correct as usize, right);
        prop_assert!(analysis.notes.is_empty(), "{:?}", analysis.notes);
        prop_assert_eq!(analyse(&shuffled(&submission, seed), &bank, &Profile::default()), Ok(analysis));
    }

    #[test]
    fn a_drawn_part_that_agrees_with_the_platform_is_judged_by_itself(
        (key, given) in key_and_answers(), style in 0_usize..5, from in 0_usize..4,
    ) {
        let (bank, whole) = (bank_of(&key), submission_of(&key, &given, style));
        let drawn: Vec<Answer> = whole.answers.into_iter().skip(from).step_by(2).collect();
        let right = drawn.iter().filter(|a| a.points == Some(1.0)).count();
        let grade = Some(right as f64 * 100.0 / drawn.len() as f64);
        let analysis = analyse(&Submission { grade, ..handed_in(drawn.clone()) }, &bank, &Profile::default())
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!((analysis.correct as usize, analysis.total as usize), (right, drawn.len()));
    }

    #[test]
    fn the_key_of_another_form_never_gives_a_result(
        (key, given) in key_and_answers(), style in 0_usize..5, turn in 1_usize..5,
    ) {
        // Every answer that is right by the one key is wrong by the other.
        let other: Vec<usize> = key.iter().map(|k| (k + turn) % 5).collect();
        let contradicted = given.iter().zip(key.iter().zip(&other)).filter(|(g, (k, o))| *g == *k || *g == *o).count();
        prop_assume!(contradicted > 2 && contradicted * 4 > key.len());
        let outcome = analyse(&submission_of(&key, &given, style), &bank_of(&other), &Profile::default());
        prop_assert!(matches!(outcome, Err(AnalysisError::Contradicts(_))), "{outcome:?}");
    }

    #[test]
    fn one_or_two_disagreements_among_many_only_make_a_note((key, given) in key_and_answers(), flips in prop::collection::btree_set(0_usize..6, 1..3)) {
        let mut submission = submission_of(&key, &given, 0);
        for flip in &flips {
            let points = submission.answers[*flip].points;
            submission.answers[*flip].points = points.map(|points| 1.0 - points);
        }
        let analysis = analyse(&submission, &bank_of(&key), &Profile::default()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(analysis.notes.len(), 1);
    }
}
