//! What is no fault of a bank, but probably not meant.

use std::collections::BTreeMap;

use crate::analysis::bank::{BankFault, DIFFICULTY, Question, QuestionBank, errors, shown};
use crate::analysis::compare::equality::lone_letter;
use crate::analysis::compare::kind::Kind;
use crate::analysis::compare::{self, comparison_key, fold};
use crate::analysis::matching::judge::option_index;
use crate::analysis::suggest;

/// From how many questions on something that holds for all of them is worth a word.
const MANY: usize = 5;

/// All lints, in the order of their lines.
pub fn find(bank: &QuestionBank) -> Vec<BankFault> {
    let mut lints = Vec::new();
    lints.extend(doubled_texts(bank));
    for column in bank.columns() {
        lints.extend(groups(bank, column));
    }
    lints.extend(letters_beyond(bank));
    lints.extend(not_among_the_options(bank));
    lints.extend(bank.questions().iter().flat_map(made_by_a_spreadsheet));
    lints.extend(bank.questions().iter().filter_map(several_in_words));
    lints.sort_by_key(|lint| lint.line.unwrap_or(0));
    lints
}

fn doubled_texts(bank: &QuestionBank) -> Vec<BankFault> {
    let mut seen: BTreeMap<String, &Question> = BTreeMap::new();
    let mut lints = Vec::new();
    for question in bank.questions() {
        let Some(key) = question.text.as_deref().and_then(|text| comparison_key::key(&fold::plain(&compare::bare(text)))) else { continue };
        match seen.get(&key) {
            Some(first) => lints.push(BankFault::at(
                question.line,
                format!(
                    "question {} has the same text as question {} on line {}: where answers are matched by text, neither is found",
                    question.number, first.number, first.line
                ),
                format!(
                    "la pregunta {} tiene el mismo texto que la pregunta {} de la línea {}: si las respuestas se reconocen por el texto, no se distinguen",
                    question.number, first.number, first.line
                ), format!(
                    "a questão {} tem o mesmo texto que a questão {} da linha {}: se as respostas são reconhecidas pelo texto, não se distinguem",
                    question.number, first.number, first.line
                ),
            )),
            None => drop(seen.insert(key, question)),
        }
    }
    lints
}

/// Blank cells, groups of one question and names that are nearly another's, in one column.
fn groups(bank: &QuestionBank, column: &str) -> Vec<BankFault> {
    let mut members: BTreeMap<&str, Vec<&Question>> = BTreeMap::new();
    let mut lints = Vec::new();
    for question in bank.questions() {
        match question.groups.get(column) {
            Some(name) => members.entry(name).or_default().push(question),
            None => lints.push(BankFault::at(
                question.line,
                format!("question {} has no {column}: it counts in the totals, and in no {column}", question.number),
                format!("la pregunta {} no tiene {column}: cuenta en los totales y en ningún grupo", question.number),
                format!("a questão {} não tem {column}: conta nos totais e em nenhum grupo", question.number),
            )),
        }
    }
    if members.is_empty() {
        return vec![BankFault::file(
            format!("the column {column} is empty"),
            format!("la columna {column} está vacía"),
            format!("a coluna {column} está vazia"),
        )];
    }
    let compared: Vec<(&str, u64, Shape)> = if members.len() <= MOST_COMPARED {
        members
            .iter()
            .filter(|(name, _)| name.len() <= LONGEST_NAME)
            .map(|(name, theirs)| (*name, theirs[0].line, Shape::of(name)))
            .collect()
    } else {
        Vec::new()
    };
    for (name, questions) in &members {
        let first = questions[0];
        if questions.len() == 1 && members.len() > 1 {
            lints.push(BankFault::at(
                first.line,
                format!("the {column} '{}' has one question: that one answer decides whether it passes", shown(name)),
                format!("{column} '{}' tiene una sola pregunta: esa respuesta decide si se aprueba", shown(name)),
                format!("{column} '{}' tem uma só questão: essa resposta decide a aprovação", shown(name)),
            ));
        }
        if column == DIFFICULTY || name.chars().count() <= 3 || name.len() > LONGEST_NAME {
            continue;
        }
        // Numbers differ by one on purpose (`Lección 1`, `Lección 2`); words do not.
        let shape = Shape::of(name);
        let others = compared.iter().filter(|(other, line, theirs)| other != name && *line < first.line && *theirs == shape);
        if let Some(near) = suggest::nearest(name, others.map(|(other, _, _)| *other)) {
            lints.push(BankFault::at(
                first.line,
                format!("the {column} '{name}' is nearly '{near}': if they are the same, spell them alike"),
                format!("{column} '{name}' es casi '{near}': si son lo mismo, escríbalos igual"),
                format!("{column} '{name}' é quase '{near}': se são o mesmo, escreva-os igual"),
            ));
        }
    }
    lints
}

/// More names are not compared with each other: that many lessons are named by a rule, not by hand.
const MOST_COMPARED: usize = 400;
/// And no longer ones.
const LONGEST_NAME: usize = 120;

/// What of a name differs on purpose: its figures, roman numerals, and a letter at its end (`Unidad A`, `Unidad B`).
#[derive(PartialEq)]
struct Shape {
    figures: String,
    roman: Vec<String>,
    last: Option<String>,
}

impl Shape {
    fn of(name: &str) -> Self {
        let is_roman = |word: &&str| !word.is_empty() && word.chars().all(|c| "IVXivx".contains(c));
        Self {
            figures: name.chars().filter(char::is_ascii_digit).collect(),
            roman: name.split(' ').filter(is_roman).map(str::to_uppercase).collect(),
            last: name.split(' ').next_back().filter(|word| word.chars().count() == 1).map(str::to_lowercase),
        }
    }
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
        let only = only.to_uppercase();
        return vec![BankFault::file(
            format!("every right answer is {only}: is this the key?"),
            format!("todas las respuestas correctas son {only}: ¿es esta la clave?"),
            format!("todas as respostas corretas são {only}: é este o gabarito?"),
        )];
    }
    let mut lints = Vec::new();
    // A letter that occurs once, and before which another one is missing.
    let used: Vec<char> = counts.keys().copied().collect();
    let strays: Vec<char> = used
        .windows(2)
        .filter(|pair| pair[1] as u32 > pair[0] as u32 + 1 && counts[&pair[1]] == 1 && pair[1] > 'd')
        .map(|pair| pair[1])
        .collect();
    for (question, correct) in choices {
        let lint = match letter(correct) {
            None => ("is no letter, as the others are", "no es una letra, como las demás", "não é uma letra, como as outras"),
            Some(letter) if strays.contains(&letter) => (
                "stands alone far behind the other letters",
                "está sola, lejos de las demás letras",
                "está sozinha, longe das outras letras",
            ),
            Some(_) => continue,
        };
        let (number, correct) = (question.number, shown(correct));
        lints.push(BankFault::at(
            question.line,
            format!("question {number}: the right answer '{correct}' {}", lint.0),
            format!("pregunta {number}: la respuesta correcta '{correct}' {}", lint.1),
            format!("questão {number}: a resposta correta '{correct}' {}", lint.2),
        ));
    }
    lints
}

/// Right answers that a spreadsheet turned into something else.
fn made_by_a_spreadsheet(question: &Question) -> Vec<BankFault> {
    let number = question.number;
    let told = |correct: &String| {
        let cell = shown(correct);
        let of = |en: String, es: String, pt: String| {
            let (en, es, pt) = (format!("question {number}: {en}"), format!("pregunta {number}: {es}"), format!("questão {number}: {pt}"));
            Some(BankFault::at(question.line, en, es, pt))
        };
        if let Some(typed) = errors::date(correct) {
            // One that is meant as a year or a number stands among the options.
            if question.options.iter().any(|option| option.trim() == correct.trim()) {
                return None;
            }
            return of(
                format!(
                    "the right answer '{cell}' looks like a date that Excel made of {}: format the column as text and type it again",
                    typed.join(" or ")
                ),
                format!(
                    "la respuesta correcta '{cell}' parece una fecha que Excel hizo de {}: dé formato de texto a la columna y escríbala de nuevo",
                    typed.join(" o ")
                ),
                format!(
                    "a resposta correta '{cell}' parece uma data que o Excel fez de {}: dê formato de texto à coluna e escreva-a de novo",
                    typed.join(" ou ")
                ),
            );
        }
        if errors::is_scientific(correct) {
            return of(
                format!("the right answer '{cell}' is how Excel writes a long number: format the column as text and type it again"),
                format!(
                    "la respuesta correcta '{cell}' es como Excel escribe un número largo: dé formato de texto a la columna y escríbala de nuevo"
                ),
                format!(
                    "a resposta correta '{cell}' é como o Excel escreve um número longo: dê formato de texto à coluna e escreva-a de novo"
                ),
            );
        }
        None
    };
    let mut lints: Vec<BankFault> = question.correct.iter().filter_map(told).collect();
    for (column, name) in question.groups.iter().filter(|(_, name)| errors::value(name).is_some()) {
        lints.push(BankFault::at(
            question.line,
            format!("question {number}: the {column} '{name}' is Excel's error"),
            format!("pregunta {number}: en {column} está el error '{name}' de Excel"),
            format!("questão {number}: em {column} está o erro '{name}' do Excel"),
        ));
    }
    lints
}

/// Several letters joined by a word or a comma, where `|` is what separates right answers: `A y C`, `A, C`, `A/C`.
fn several_in_words(question: &Question) -> Option<BankFault> {
    let [only] = question.correct.as_slice() else { return None };
    let is_choice = matches!(question.kind, None | Some(Kind::Choice | Kind::Many));
    if !is_choice || only.len() > 60 || question.options.iter().any(|option| fold::plain(option) == fold::plain(only)) {
        return None;
    }
    let plain = fold::plain(only);
    let spaced = plain.replace([',', '/', '&', '+', ';', '-'], " ");
    let words: Vec<&str> = spaced.split_whitespace().filter(|word| !matches!(*word, "y" | "and" | "u" | "or")).collect();
    // `e` and `o` join letters in Portuguese and Spanish, and are letters themselves.
    let letters: Vec<&str> = words
        .iter()
        .enumerate()
        .filter(|(at, word)| !(matches!(**word, "e" | "o") && at % 2 == 1 && words.len() % 2 == 1))
        .map(|(_, word)| *word)
        .collect();
    let all = letters.iter().all(|word| word.len() == 1 && matches!(word.as_bytes()[0], b'a'..=b'h'));
    if letters.len() < 2 || !all {
        return None;
    }
    let (number, meant) = (question.number, letters.iter().map(|letter| letter.to_uppercase()).collect::<Vec<_>>().join("|"));
    Some(BankFault::at(
        question.line,
        format!("question {number}: the right answer '{only}' is read as one text; if several letters are right, write {meant}"),
        format!(
            "pregunta {number}: la respuesta correcta '{only}' se lee como un solo texto; si son correctas varias letras, escriba {meant}"
        ),
        format!("questão {number}: a resposta correta '{only}' é lida como um só texto; se várias letras estão certas, escreva {meant}"),
    ))
}

fn not_among_the_options(bank: &QuestionBank) -> Vec<BankFault> {
    let mut lints = Vec::new();
    for question in bank.questions().iter().filter(|question| !question.options.is_empty()) {
        for correct in question.correct.iter().filter(|correct| option_index(question, correct).is_none()) {
            let zeros = question.options.iter().any(|option| option.starts_with('0') && option.trim_start_matches('0') == correct);
            let (number, many, correct) = (question.number, question.options.len(), shown(correct));
            lints.push(BankFault::at(
                question.line,
                format!(
                    "question {number}: the right answer '{correct}' is none of its {many} options{}",
                    if zeros { "; a spreadsheet removed its zeros in front" } else { "" }
                ),
                format!(
                    "pregunta {number}: la respuesta correcta '{correct}' no es ninguna de sus {many} opciones{}",
                    if zeros { "; la hoja de cálculo le quitó los ceros de delante" } else { "" }
                ),
                format!(
                    "questão {number}: a resposta correta '{correct}' não é nenhuma das suas {many} opções{}",
                    if zeros { "; a planilha retirou os zeros da frente" } else { "" }
                ),
            ));
        }
    }
    lints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lints(csv: &str) -> Vec<String> {
        let bank = QuestionBank::from_csv(csv.as_bytes(), "b.csv").unwrap_or_else(|errors| panic!("{errors}"));
        let lints = find(&bank);
        lints.iter().for_each(BankFault::assert_told_in_three_languages);
        lints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_lint_names_its_line() {
        let csv = "question_number;correct_alternative;lecture;text\n\
                   1;A;Porcentajes;¿Cuánto es?\n2;B;Porcentajes;Otra\n3;C;Porcentaje;¿CUÁNTO es ?\n4;K;Álgebra;\n5;12;Álgebra;\n6;A;;\n7;B;Álgebra;\n8;C;Álgebra;\n9;A;Álgebra;\n10;D;Álgebra;\n";
        assert_eq!(
            lints(csv),
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
    fn what_a_sound_bank_does_on_purpose_is_not_told() {
        let csv = "question_number,correct_alternative,lecture,question_difficulty\n\
                   1,A,Lección 1,1\n2,B,Lección 1,2\n3,C,Lección 2,1\n4,D,Lección 2,2\n5,E,Guerra Mundial I,1\n6,A,Guerra Mundial I,2\n7,B,Guerra Mundial II,1\n8,C,Guerra Mundial II,2\n";
        assert_eq!(lints(csv), Vec::<String>::new());
        assert_eq!(lints("question_number,correct_alternative\n1,A\n2,A\n"), Vec::<String>::new());
    }

    #[test]
    fn what_a_spreadsheet_made_of_an_answer_is_told_and_what_only_looks_like_it_is_not() {
        let doubted = |answers: &[&str]| {
            let rows: Vec<String> = answers.iter().enumerate().map(|(n, answer)| format!("{};{answer}", n + 1)).collect();
            lints(&format!("question_number;correct_alternative\n{}\n", rows.join("\n")))
        };
        for (answer, words) in [
            ("02-ene", "looks like a date that Excel made of"),
            ("2-Jan", "looks like a date that Excel made of"),
            ("01/02/2026", "looks like a date that Excel made of"),
            ("1.23457E+11", "is how Excel writes a long number"),
        ] {
            let told = doubted(&[answer, "3/4", "x"]);
            assert!(told.iter().any(|lint| lint.starts_with("line 2: question 1") && lint.contains(words)), "{answer}: {told:?}");
        }
        for sound in ["1/2", "2-1", "enero", "12", "0,5", "E+11"] {
            let told = doubted(&[sound, "3/4", "x"]);
            assert!(!told.iter().any(|lint| lint.contains("Excel")), "{sound}: {told:?}");
        }
    }

    #[test]
    fn a_key_of_one_letter_and_an_answer_that_is_no_option_are_doubted() {
        let key = "1,B\n2,B\n3,B\n4,B\n5,B\n6,B\n";
        assert_eq!(lints(&format!("question_number,correct_alternative\n{key}")), ["every right answer is B: is this the key?"]);
        let options = "question_number;correct_alternative;options\n1;Lima;Santiago|Bogotá\n2;B;Sol|Luna\n";
        assert_eq!(lints(options), ["line 2: question 1: the right answer 'Lima' is none of its 2 options"]);
    }
}
