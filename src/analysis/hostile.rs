//! Texts from outside of every odd shape, far longer than any honest one: the work they make is bounded by their length.
//!
//! The functions that are measured are given more than the analysis would ever let through, so that anything quadratic takes minutes and not seconds.

use std::time::{Duration, Instant};

use super::*;
use crate::analysis::compare::equality::{Comparable, same};
use crate::analysis::compare::{LONGEST, comparison_key, decimal, fold, markup, question_number};
use crate::analysis::matching::glue::Work;
use crate::analysis::profile::Profiles;

/// A hundred times what the slowest of them takes without optimisation.
const PATIENCE: Duration = Duration::from_secs(30);

fn shapes(length: usize) -> Vec<(&'static str, String)> {
    let fill = |unit: &str| unit.repeat(length / unit.len() + 1);
    vec![
        ("dots between figures", format!("3{}5", fill("."))),
        ("blanks between figures", format!("3{}5", fill(" "))),
        ("dots and blanks", format!("3{}5", fill(". "))),
        ("digits", fill("1234567890")),
        ("grouped digits", fill("123 ")),
        ("commas", format!("1{}2", fill(","))),
        ("exclamations", fill("x! ")),
        ("inverted exclamations", fill("¡x! ")),
        ("brackets opening", fill("( ")),
        ("brackets nested", format!("{}x{}", fill("( "), fill(" )"))),
        ("brackets of words", fill("(sol) ")),
        ("quotes", fill("\"'")),
        ("quoted words", fill("'a' ")),
        ("combining marks", format!("a{}", fill("\u{301}"))),
        ("mixed marks", format!("a{}", fill("\u{301}\u{323}\u{5b0}"))),
        ("superscripts", fill("x²")),
        ("fractions", fill("½")),
        ("ligatures", fill("ﷺ")),
        ("emoji", fill("👩‍👩‍👧‍👦")),
        ("right to left", fill("שלום עליכם ")),
        ("directions", fill("\u{202e}a\u{200f}")),
        ("hangul", fill("\u{1100}\u{1161}\u{11a8}")),
        ("formula", fill("x+1=")),
        ("tex", fill("\\frac{1}{")),
        ("tex nested", format!("\\({}{}\\)", fill("{"), fill("}"))),
        ("dollars", fill("$x$")),
        ("backslashes", fill("\\")),
        ("tags", fill("<p>")),
        ("tags nested", format!("{}x{}", fill("<b>"), fill("</b>"))),
        ("tags never closed", fill("<p a=\"")),
        ("comments never closed", fill("<!--")),
        ("entities", fill("&amp;")),
        ("ampersands", fill("&")),
        ("numbers named", fill("pregunta ")),
        ("numbers named and blank", format!("pregunta{}1", fill(" "))),
        ("option prefixes", fill("a) ")),
        ("bars", fill("|")),
        ("letters", fill("a")),
        ("blanks", fill("\u{a0}")),
        ("zero width", fill("\u{200b}")),
        ("line breaks", fill("\r\n")),
    ]
}

#[test]
fn every_comparison_of_a_long_text_takes_time_in_proportion_to_its_length() {
    for (name, text) in shapes(100_000) {
        let begun = Instant::now();
        let bare = markup::text(&text);
        let plain = fold::plain(&bare);
        let _ = (comparison_key::key(&plain), comparison_key::is_formula(&plain), fold::unaccented(&text));
        let _ = (question_number::leading(&text), question_number::mentioned(&text), question_number::without(&text).len());
        let _ = decimal::same(&plain, &plain, decimal::Mark::Comma);
        assert!(begun.elapsed() < PATIENCE, "{name}: {:?}", begun.elapsed());
    }
}

#[test]
fn a_comparison_looks_at_no_more_than_so_many_characters() {
    for (name, text) in shapes(50_000) {
        let comparable = Comparable::of(&text);
        // Folding may make a few letters of one (`ﷺ`, `½`).
        assert!(comparable.plain().chars().count() <= 20 * LONGEST, "{name}");
        let _ = same(&comparable, &Comparable::of("a"));
    }
    let long = |end: char| format!("{}{end}", "x".repeat(LONGEST));
    assert!(same(&Comparable::of(&long('a')), &Comparable::of(&long('b'))).is_some(), "what comes behind is not looked at");
}

#[test]
fn hostile_answers_and_descriptions_of_every_shape_are_judged_in_bounded_time() {
    let csv = "question_number;correct_alternative;type;options;text\n1;A;;;¿Uno?\n2;Sol|Luna;multiple;Sol|Luna|Marte;¿Dos?\n3;Chile / Santiago, Perú / Lima;match;;¿Tres?\n4;a|b;blanks;;¿Cuatro?\n5;0,5;text;;¿Cinco?\n6;x;open;;¿Seis?\n";
    let bank = QuestionBank::from_csv(csv.as_bytes(), "bank.csv").expect("a good bank");
    for (name, text) in shapes(40_000) {
        let block = |n: usize| Answer {
            description: Some(if n.is_multiple_of(2) { format!("Pregunta {}", n + 1) } else { text.clone() }),
            answer: Some(text.clone()),
            block_type: Some(["mc", "mcma", "match", "fillInTheBlankBlock", "shortText", "openEnded"][n].to_owned()),
            ..Answer::default()
        };
        let submission = Submission { answers: (0..6).map(block).collect(), ..Submission::default() };
        let begun = Instant::now();
        let _ = analyse(&submission, &bank, &Profile::default());
        let _ = analyse_without_bank(&submission, &Profile { bank_optional: true, ..Profile::default() });
        assert!(begun.elapsed() < PATIENCE, "{name}: {:?}", begun.elapsed());
    }
}

#[test]
fn glued_texts_with_very_many_readings_cost_a_bounded_number_of_steps() {
    let options: Vec<String> = (1..60).map(|n| "a".repeat(n)).collect();
    let mut work = Work::default();
    for _ in 0..100 {
        let _ = matching::glue::ways(&options, &"a".repeat(5_000), &mut work);
    }
    assert!(work.spent() <= Work::MOST, "{}", work.spent());
}

#[test]
fn a_submission_of_very_many_long_answers_is_refused_before_it_is_compared() {
    let bank = QuestionBank::from_csv(b"question_number,correct_alternative\n1,A\n", "bank.csv").expect("a good bank");
    let answer = Answer { description: Some("x".repeat(LONGEST)), answer: Some("y".repeat(1_000_000)), ..Answer::default() };
    let of = |count: usize| Submission { answers: vec![answer.clone(); count], ..Submission::default() };
    assert_eq!(analyse(&of(101), &bank, &Profile::default()), Err(AnalysisError::TooLong));
    assert!(analyse(&of(3), &bank, &Profile::default()).is_ok());
}

#[test]
fn hostile_banks_of_every_shape_are_read_and_looked_over_in_bounded_time() {
    for (name, text) in shapes(30_000) {
        let cell = text.replace('"', "\"\"");
        for csv in [
            format!("question_number,correct_alternative,lecture,text\n1,\"{cell}\",\"{cell}\",\"{cell}\"\n2,B,x,y\n"),
            text.clone(),
            format!("{text},correct_alternative\n1,A\n"),
        ] {
            let begun = Instant::now();
            if let Ok(bank) = QuestionBank::from_csv(csv.as_bytes(), "bank.csv") {
                let _ = lints::find(&bank);
                let _ = analyse(&Submission { answers: vec![Answer::default()], ..Submission::default() }, &bank, &Profile::default());
            }
            assert!(begun.elapsed() < PATIENCE, "{name}: {:?}", begun.elapsed());
        }
    }
}

#[test]
fn many_groups_of_like_names_are_looked_over_in_bounded_time() {
    let row = |n: usize| format!("{n},{},Lección muy larga de nombre {n} {}", ["A", "B"][n % 2], "x".repeat(40));
    let rows: Vec<String> = (1..=5_000).map(row).collect();
    let csv = format!("question_number,correct_alternative,lecture\n{}\n", rows.join("\n"));
    let begun = Instant::now();
    let bank = QuestionBank::from_csv(csv.as_bytes(), "bank.csv").expect("a good bank");
    assert!(!lints::find(&bank).is_empty());
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
}

#[test]
fn hostile_titles_find_profile_and_bank_in_bounded_time() {
    let profiles = Profiles::from_toml("[[assessment]]\nmatch = { title = \"*a*b*c*d*e*f*\" }\n", "p.toml").expect("profiles");
    let available: Vec<String> = (0..5_000).map(|n| format!("Prueba {n}.csv")).collect();
    for (name, title) in shapes(50_000) {
        let begun = Instant::now();
        let _ = profiles.get(None, Some(&title));
        let _ = bank::find(&available, &bank::candidates(&title, None));
        assert!(begun.elapsed() < PATIENCE, "{name}: {:?}", begun.elapsed());
    }
}
