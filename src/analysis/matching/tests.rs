use super::judge::{Judge, Verdict, is_answered};
use super::*;
use crate::analysis::bank::Question;

fn bank(csv: &str) -> QuestionBank {
    QuestionBank::from_csv(csv.as_bytes(), "bank.csv").unwrap_or_else(|errors| panic!("{errors}"))
}

fn judge(question: &Question, answer: &Answer) -> Verdict {
    Judge::new(std::iter::once(question)).judge(question, answer)
}

fn block(description: &str, answer: &str) -> Answer {
    Answer { description: Some(description.into()), answer: Some(answer.into()), ..Answer::default() }
}

fn met(answers: Vec<Answer>, bank: &QuestionBank) -> (By, Vec<(u32, String)>) {
    let submission = Submission { answers, ..Submission::default() };
    let matched = pair(&submission, bank).unwrap_or_else(|mismatch| panic!("{mismatch:?}"));
    (matched.by, matched.answers.iter().map(|(n, a)| (*n, a.answer.clone().unwrap_or_default())).collect())
}

fn three() -> QuestionBank {
    bank("question_number,correct_alternative,text\n1,A,¿Cuánto es 2 + 2?\n2,B,¿Cuánto es 2 - 2?\n3,C,¿Quién?\n")
}

#[test]
fn numbers_decide_whatever_the_order_and_extra_blocks_are_left_out() {
    let answers = vec![block("Pregunta 3", "c"), block("¿Te gustó?", "sí"), block("pregunta 1: x", "a"), block("Pregunta 9", "z")];
    let submission = Submission { answers, ..Submission::default() };
    let bank = three();
    let matched = pair(&submission, &bank).expect("a match");
    assert_eq!(matched.answers.keys().copied().collect::<Vec<_>>(), [1, 3]);
    assert_eq!(matched.left_out, 2);
    assert_eq!(
        matched.notes,
        ["1 of 4 blocks name no question and were left out", "the bank has no question 9; these blocks were left out"]
    );
}

#[test]
fn a_number_in_mid_sentence_yields_to_one_that_begins_a_description() {
    let answers = vec![block("Matemática, pregunta 1", "a"), block("3. Según la pregunta 1, ¿quién?", "c")];
    assert_eq!(met(answers, &three()), (By::Number, vec![(1, "a".into()), (3, "c".into())]));
}

#[test]
fn of_two_blocks_for_one_question_the_answered_one_counts_in_any_order() {
    for order in [[0, 1], [1, 0]] {
        let blocks = [block("Pregunta 1", ""), block("Pregunta 1", "A")];
        let answers = order.iter().map(|i| blocks[*i].clone()).collect();
        assert_eq!(met(answers, &three()), (By::Number, vec![(1, "A".into())]));
    }
}

#[test]
fn without_numbers_the_texts_of_the_bank_decide() {
    let answers = vec![block("¿Quién?", "c"), block("¿Cuánto es 2 − 2?", "b"), block("¿Te gustó?", "sí")];
    assert_eq!(met(answers, &three()), (By::Text, vec![(2, "b".into()), (3, "c".into())]));
}

#[test]
fn without_numbers_and_texts_the_position_decides() {
    let answer = |text: &str| Answer { answer: Some(text.into()), ..Answer::default() };
    assert_eq!(met(vec![answer("x"), answer("y")], &three()), (By::Position, vec![(1, "x".into()), (2, "y".into())]));
    // A survey is only seen as one where there are more blocks than questions.
    let survey = Answer { block_type: Some("newSurvey".into()), ..answer("bien") };
    let four = vec![answer("x"), survey.clone(), answer("y"), answer("z")];
    assert_eq!(met(four, &three()).1, [(1, "x".into()), (2, "y".into()), (3, "z".into())]);
    assert_eq!(met(vec![answer("x"), survey, answer("y")], &three()).1[1], (2, "bien".into()));
}

fn mismatch(answers: Vec<Answer>, bank: &QuestionBank) -> Mismatch {
    pair(&Submission { answers, ..Submission::default() }, bank).expect_err("a mismatch")
}

/// Twelve questions without texts.
fn twelve() -> QuestionBank {
    let rows: Vec<String> = (1..=12).map(|n| format!("{n},A\n")).collect();
    bank(&format!("question_number,correct_alternative\n{}", rows.concat()))
}

#[test]
fn one_stray_number_does_not_rule_the_whole_submission() {
    for stray in ["Según la pregunta 3, ¿cuál?", "No 3 de cada 5 personas", "3. Al ordenar", "Matemática, pregunta 9"] {
        let mut answers: Vec<Answer> = (1..=12).map(|n| block("¿Cuál es?", &format!("a{n}"))).collect();
        answers[6].description = Some(stray.into());
        let (by, found) = met(answers, &twelve());
        assert_eq!((by, found.len(), found[6].clone()), (By::Position, 12, (7, "a7".into())), "{stray}");
    }
    // Where the bank knows the texts they decide.
    let answers = vec![block("¿Quién?", "c"), block("¿Cuánto es 2 - 2?", "b"), block("3. Al ordenar", "x")];
    assert_eq!(met(answers, &three()), (By::Text, vec![(2, "b".into()), (3, "c".into())]));
}

#[test]
fn a_number_before_the_text_does_not_hide_it() {
    let answers = vec![block("Pregunta 3: ¿Quién?", "c"), block("1) ¿Cuánto es 2 + 2?", "a")];
    assert_eq!(met(answers, &three()), (By::Number, vec![(1, "a".into()), (3, "c".into())]));
}

#[test]
fn signs_that_contradict_each_other_decide_nothing() {
    // A platform that numbers the questions as it shuffled them.
    let shuffled = vec![block("1. ¿Quién?", "c"), block("2. ¿Cuánto es 2 + 2?", "a")];
    let words = "block 1 names question 1, but its description is the text of question 3";
    assert_eq!(mismatch(shuffled, &three()), Mismatch::Contradiction(words.into()));
    // Four of twelve name numbers, and not those of their places.
    let answers = (0..12).map(|i| block(if i < 4 { ["5.", "6.", "7.", "8."][i] } else { "x" }, "A")).collect();
    let words = "block 1 stands in the place of question 1, but its description names question 5";
    assert_eq!(mismatch(answers, &twelve()), Mismatch::Contradiction(words.into()));
}

#[test]
fn a_submission_that_hardly_meets_the_bank_is_no_result() {
    let foreign = (1..=12).map(|n| block(&format!("Pregunta {}", n + 10), "A")).collect();
    assert_eq!(mismatch(foreign, &twelve()), Mismatch::Few(2));
    // Few answers are no fault: who left after two questions answered two.
    assert_eq!(met(vec![block("x", "A"), block("y", "A")], &twelve()), (By::Position, vec![(1, "A".into()), (2, "A".into())]));
    // One answered question of twelve that says which it is.
    assert_eq!(met(vec![block("Pregunta 7", "A")], &twelve()), (By::Number, vec![(7, "A".into())]));
}

#[test]
fn what_exports_write_for_nothing_is_no_answer() {
    for text in ["", "  ", "\u{a0}", "No respondida", "NO RESPONDIDA", "sin respuesta", "NaN", " | | "] {
        assert!(!is_answered(&Answer { answer: Some(text.into()), ..Answer::default() }), "{text:?}");
    }
    assert!(!is_answered(&Answer::default()));
    assert!(is_answered(&Answer { answer: Some("0".into()), ..Answer::default() }));
}

/// A question with its right answers and options, both written as in a bank.
fn question(correct: &str, options: &str) -> Question {
    let csv = format!("question_number\tcorrect_alternative\toptions\n1\t{correct}\t{options}\n");
    bank(&csv).questions()[0].clone()
}

fn verdict(kind: &str, correct: &str, options: &str, answer: &str) -> Option<bool> {
    let answer = Answer { block_type: Some(kind.into()), answer: Some(answer.into()), ..Answer::default() };
    judge(&question(correct, options), &answer).correct
}

#[test]
fn a_single_choice_meets_letter_text_or_known_option() {
    for (correct, options, answer, right) in [
        ("B", "", "B", true),
        ("B", "", "b) Venus", true),
        ("B", "", "Venus", false),
        ("A|C", "", "C", true),
        ("B", "Marte|Venus", "venus", true),
        ("Venus", "Marte|Venus", "B", true),
        ("Venus", "Marte|Venus", "a) Venus", true),
        ("B", "-5|5", "5", true),
        ("B", "-5|5", "-5", false),
        ("5", "-5|5", "- 5", false),
        ("C", "C|B|A", "C", true),
        ("V", "", "Verdadero", true),
    ] {
        assert_eq!(verdict("mc", correct, options, answer), Some(right), "{correct} {options} {answer}");
    }
}

#[test]
fn several_choices_glued_together_must_be_exactly_the_right_ones() {
    for (correct, options, answer, right) in [
        ("Sol|Luna", "Sol|Luna|Marte", "LunaSol", true),
        ("Sol|Luna", "Sol|Luna|Marte", "SolLunaMarte", false),
        ("Sol|Luna", "Sol|Luna|Marte", "Sol", false),
        ("A|C", "Sol|Luna|Marte", "SolMarte", true),
        ("Sol|Marte", "Sol|Luna|Marte", "A, C", true),
        // One option is part of another.
        ("Sol", "Sol|Sol y Luna", "Sol y Luna", false),
        ("Sol y Luna", "Sol|Sol y Luna", "Sol y Luna", true),
        ("Sol|Sol y Luna", "Sol|Sol y Luna", "Sol y LunaSol", true),
        // The spaces and punctuation of the API differ from the bank's.
        ("El Sol.|La Luna", "", "La luna El sol", true),
        ("A|C", "", "AC", true),
        ("A|C", "", "C, A", true),
        ("A|C", "", "A", false),
        ("-5|5", "-5|5|0", "5-5", true),
        ("5", "-5|5|0", "-5", false),
    ] {
        assert_eq!(verdict("mcma", correct, options, answer), Some(right), "{correct} {options} {answer}");
    }
}

#[test]
fn options_that_cannot_be_told_apart_are_left_to_the_platform_and_noted() {
    let question = question("a|b", "a|b|ab");
    let answer = |points: Option<f64>| Answer {
        block_type: Some("mcma".into()),
        answer: Some("ab".into()),
        points,
        max_points: Some(1.0),
        ..Answer::default()
    };
    for (points, right) in [(Some(1.0), true), (Some(0.0), false), (None, true)] {
        let verdict = judge(&question, &answer(points));
        assert_eq!(verdict.correct, Some(right));
        assert!(verdict.note.is_some());
    }
}

#[test]
fn truth_is_told_in_every_language_of_the_platform() {
    for (correct, answer, right) in [
        ("V", "Verdadero", true),
        ("Verdadero", "Verdadeira", true),
        ("F", "False", true),
        ("falso", "Falsa.", true),
        ("true", "Sí", true),
        ("V", "Falso", false),
        ("no", "Não", true),
    ] {
        assert_eq!(verdict("tf", correct, "", answer), Some(right), "{correct} {answer}");
    }
    // A short text `no` is a text, not a truth value, unless the question is of that kind.
    assert_eq!(verdict("mc", "falso", "", "no"), Some(false));
}

#[test]
fn blanks_are_compared_in_order_and_a_single_one_has_variants() {
    for (correct, answer, right) in [
        ("Santiago|Lima", "santiago | LIMA", true),
        ("Santiago|Lima", "Lima | Santiago", false),
        ("Santiago|Lima", "Santiago | ", false),
        ("Santiago|Lima", "Santiago | Lima | x", false),
        ("color|colour", "Colour", true),
    ] {
        assert_eq!(verdict("fillInTheBlankBlock", correct, "", answer), Some(right), "{correct} {answer}");
    }
    assert_eq!(verdict("fillInTheBlankBlock", "Santiago|Lima", "", " | "), None);
}

#[test]
fn pairs_are_found_in_any_order_even_with_slashes_and_commas_of_their_own() {
    let correct = "a/b / c|Perú / Lima, la gris|Chile / Santiago";
    for (answer, right) in [
        ("Chile / Santiago, Perú / Lima, la gris, a/b / c", true),
        ("a/b / c, Chile / Santiago, Perú / Lima, la gris", true),
        ("a/b / c, Chile / Lima, la gris, Perú / Santiago", false),
        ("a/b / c, Chile / Santiago", false),
    ] {
        assert_eq!(verdict("match", correct, "", answer), Some(right), "{answer}");
    }
    assert_eq!(verdict("match", "Chile / Santiago, Perú / Lima", "", "Perú / Lima, Chile / Santiago"), Some(true));
}

#[test]
fn open_questions_are_judged_by_the_teachers_points() {
    let graded = |points: Option<f64>, text: &str| {
        let answer =
            Answer { block_id: Some("openEnded1_2".into()), answer: Some(text.into()), points, max_points: Some(4.0), ..Answer::default() };
        let verdict = judge(&question("graded by hand", ""), &answer);
        (verdict.correct, verdict.share, verdict.note.is_some())
    };
    assert_eq!(graded(Some(4.0), "texto"), (Some(true), 1.0, false));
    assert_eq!(graded(Some(3.0), "texto"), (Some(false), 0.75, false));
    assert_eq!(graded(None, "texto"), (None, 0.0, true));
    assert_eq!(graded(None, ""), (None, 0.0, false));
    assert_eq!(graded(Some(0.0), ""), (None, 0.0, false));
}

#[test]
fn a_hostile_glued_text_is_given_up_in_time() {
    let options: Vec<String> = (1..30).map(|n| "a".repeat(n)).collect();
    let question = question(&options.join("|"), &options.join("|"));
    let answer = Answer { block_type: Some("mcma".into()), answer: Some("a".repeat(400) + "b"), ..Answer::default() };
    assert_eq!(judge(&question, &answer).correct, Some(false));
}
