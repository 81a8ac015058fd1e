//! What is no fault of a bank, but probably not meant.

use std::collections::BTreeMap;

use crate::analysis::bank::{BankFault, DIFFICULTY, Question, QuestionBank};
use crate::analysis::fold;
use crate::analysis::matching::equality::lone_letter;
use crate::analysis::matching::judge::option_index;
use crate::analysis::matching::kind::Kind;
use crate::analysis::matching::signs;
use crate::analysis::suggest;

/// From how many questions on something that holds for all of them is worth a word.
const MANY: usize = 5;

/// All doubts, in the order of their lines.
pub(super) fn find(bank: &QuestionBank) -> Vec<BankFault> {
    let mut doubts = Vec::new();
    doubts.extend(doubled_texts(bank));
    for column in bank.columns() {
        doubts.extend(groups(bank, column));
    }
    doubts.extend(letters_beyond(bank));
    doubts.extend(not_among_the_options(bank));
    doubts.sort_by_key(|doubt| doubt.line.unwrap_or(0));
    doubts
}

fn doubled_texts(bank: &QuestionBank) -> Vec<BankFault> {
    let mut seen: BTreeMap<String, &Question> = BTreeMap::new();
    let mut doubts = Vec::new();
    for question in bank.questions() {
        let Some(key) = question.text.as_deref().and_then(|text| signs::key(&fold::plain(text))) else { continue };
        match seen.get(&key) {
            Some(first) => doubts.push(BankFault::at(
                question.line,
                format!(
                    "question {} has the same text as question {} on line {}: where answers are matched by text, neither is found",
                    question.number, first.number, first.line
                ),
            )),
            None => drop(seen.insert(key, question)),
        }
    }
    doubts
}

/// Blank cells, groups of one question and names that are nearly another's, in one column.
fn groups(bank: &QuestionBank, column: &str) -> Vec<BankFault> {
    let mut members: BTreeMap<&str, Vec<&Question>> = BTreeMap::new();
    let mut doubts = Vec::new();
    for question in bank.questions() {
        match question.groups.get(column) {
            Some(name) => members.entry(name).or_default().push(question),
            None => doubts.push(BankFault::at(
                question.line,
                format!("question {} has no {column}: it counts in the totals, and in no {column}", question.number),
            )),
        }
    }
    if members.is_empty() {
        return vec![BankFault::file(format!("the column {column} is empty"))];
    }
    for (name, questions) in &members {
        let first = questions[0];
        if questions.len() == 1 && members.len() > 1 {
            doubts.push(BankFault::at(
                first.line,
                format!("the {column} '{name}' has one question: that one answer decides whether it passes"),
            ));
        }
        // Numbers differ by one on purpose (`Lección 1`, `Lección 2`); words do not.
        let others = members.iter().filter(|(other, theirs)| *other != name && theirs[0].line < first.line && same_digits(other, name));
        if column != DIFFICULTY
            && name.chars().count() > 3
            && let Some(near) = suggest::nearest(name, others.map(|(other, _)| *other))
        {
            doubts.push(BankFault::at(
                first.line,
                format!("the {column} '{name}' is nearly '{near}': if they are the same, spell them alike"),
            ));
        }
    }
    doubts
}

/// Whether two names carry the same figures and roman numerals, so that only their words differ.
fn same_digits(a: &str, b: &str) -> bool {
    let figures = |text: &str| {
        let is_roman = |word: &&str| !word.is_empty() && word.chars().all(|c| "IVXivx".contains(c));
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        (digits, text.split(' ').filter(is_roman).map(str::to_uppercase).collect::<Vec<_>>())
    };
    // `Unidad A` and `Unidad B` are two units as well.
    let last = |text: &str| text.split(' ').next_back().filter(|word| word.chars().count() == 1).map(str::to_lowercase);
    figures(a) == figures(b) && last(a) == last(b)
}

/// In a key of letters: what is no letter, a letter far behind the others, and a key of one letter only.
fn letters_beyond(bank: &QuestionBank) -> Vec<BankFault> {
    let choices: Vec<(&Question, &String)> = bank
        .questions()
        .iter()
        .filter(|question| question.options.is_empty() && matches!(question.kind, None | Some(Kind::Choice | Kind::Many)))
        .flat_map(|question| question.correct.iter().map(move |correct| (question, correct)))
        .collect();
    let letter = |text: &str| lone_letter(&fold::plain(text));
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    for (_, correct) in &choices {
        if let Some(letter) = letter(correct) {
            *counts.entry(letter).or_default() += 1;
        }
    }
    let lettered: usize = counts.values().sum();
    if choices.len() < MANY || lettered * 5 < choices.len() * 4 {
        return Vec::new();
    }
    if let (1, Some((only, _))) = (counts.len(), counts.first_key_value()) {
        return vec![BankFault::file(format!("every right answer is {}: is this the key?", only.to_uppercase()))];
    }
    let mut doubts = Vec::new();
    // A letter that occurs once, and before which another one is missing.
    let used: Vec<char> = counts.keys().copied().collect();
    let strays: Vec<char> = used
        .windows(2)
        .filter(|pair| pair[1] as u32 > pair[0] as u32 + 1 && counts[&pair[1]] == 1 && pair[1] > 'd')
        .map(|pair| pair[1])
        .collect();
    for (question, correct) in choices {
        let doubt = match letter(correct) {
            None => format!("the right answer '{correct}' is no letter, as the others are"),
            Some(letter) if strays.contains(&letter) => format!("the right answer '{correct}' stands alone far behind the other letters"),
            Some(_) => continue,
        };
        doubts.push(BankFault::at(question.line, format!("question {}: {doubt}", question.number)));
    }
    doubts
}

fn not_among_the_options(bank: &QuestionBank) -> Vec<BankFault> {
    let mut doubts = Vec::new();
    for question in bank.questions().iter().filter(|question| !question.options.is_empty()) {
        for correct in question.correct.iter().filter(|correct| option_index(question, correct).is_none()) {
            let message =
                format!("question {}: the right answer '{correct}' is none of its {} options", question.number, question.options.len());
            doubts.push(BankFault::at(question.line, message));
        }
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubts(csv: &str) -> Vec<String> {
        let bank = QuestionBank::from_csv(csv.as_bytes(), "b.csv").unwrap_or_else(|errors| panic!("{errors}"));
        bank.doubts().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_doubt_names_its_line() {
        let csv = "question_number;correct_alternative;lecture;text\n\
                   1;A;Porcentajes;¿Cuánto es?\n2;B;Porcentajes;Otra\n3;C;Porcentaje;¿CUÁNTO es ?\n4;K;Álgebra;\n5;12;Álgebra;\n6;A;;\n7;B;Álgebra;\n8;C;Álgebra;\n9;A;Álgebra;\n10;D;Álgebra;\n";
        assert_eq!(
            doubts(csv),
            [
                "line 4: question 3 has the same text as question 1 on line 2: where answers are matched by text, neither is found",
                "line 4: the lecture 'Porcentaje' has one question: that one answer decides whether it passes",
                "line 4: the lecture 'Porcentaje' is nearly 'Porcentajes': if they are the same, spell them alike",
                "line 5: question 4: the right answer 'K' stands alone far behind the other letters",
                "line 6: question 5: the right answer '12' is no letter, as the others are",
                "line 7: question 6 has no lecture: it counts in the totals, and in no lecture",
            ]
        );
    }

    #[test]
    fn what_a_sound_bank_does_on_purpose_is_not_doubted() {
        let csv = "question_number,correct_alternative,lecture,question_difficulty\n\
                   1,A,Lección 1,1\n2,B,Lección 1,2\n3,C,Lección 2,1\n4,D,Lección 2,2\n5,E,Guerra Mundial I,1\n6,A,Guerra Mundial I,2\n7,B,Guerra Mundial II,1\n8,C,Guerra Mundial II,2\n";
        assert_eq!(doubts(csv), Vec::<String>::new());
        assert_eq!(doubts("question_number,correct_alternative\n1,A\n2,A\n"), Vec::<String>::new());
    }

    #[test]
    fn a_key_of_one_letter_and_an_answer_that_is_no_option_are_doubted() {
        let key = "1,B\n2,B\n3,B\n4,B\n5,B\n6,B\n";
        assert_eq!(doubts(&format!("question_number,correct_alternative\n{key}")), ["every right answer is B: is this the key?"]);
        let options = "question_number;correct_alternative;options\n1;Lima;Santiago|Bogotá\n2;B;Sol|Luna\n";
        assert_eq!(doubts(options), ["line 2: question 1: the right answer 'Lima' is none of its 2 options"]);
    }
}
