use super::read::split_bar;
use super::*;

fn read(bytes: &[u8]) -> QuestionBank {
    QuestionBank::from_csv(bytes, "banco.csv").unwrap_or_else(|errors| panic!("{errors}"))
}

fn faults(csv: &str) -> Vec<String> {
    let errors = QuestionBank::from_csv(csv.as_bytes(), "banco.csv").expect_err("faults");
    errors.faults.iter().for_each(BankFault::assert_told_in_three_languages);
    errors.faults.iter().map(ToString::to_string).collect()
}

fn shape(bank: &QuestionBank) -> Vec<(u32, Vec<&str>, Option<&str>)> {
    bank.questions()
        .iter()
        .map(|q| (q.number, q.correct.iter().map(String::as_str).collect(), q.groups.get("lecture").map(String::as_str)))
        .collect()
}

#[test]
fn every_delimiter_and_encoding_gives_the_same_bank() {
    let expected = [(1, vec!["A"], Some("Lección 1")), (2, vec!["B", "C"], Some("Razón, proporción"))];
    let comma = "question_number,correct_alternative,lecture\n1,A,Lección 1\n2,B|C,\"Razón, proporción\"\n";
    let semicolon = "\u{feff}question_number;correct_alternative;lecture\r\n1;A;Lección 1\r\n2;B | C;Razón, proporción\r\n";
    let tab = "Question_Number\tCORRECT_ALTERNATIVE \t Lección\n1\tA\tLección 1\n2\tB|C\tRazón, proporción\n\n";
    let excel = "sep=;\r\npregunta;respuesta;unidad\r\n1.0;A;Lección 1\r\n;;\r\nPregunta 2;B|C;Razón, proporción";
    for text in [comma, semicolon, tab, excel] {
        assert_eq!(shape(&read(text.as_bytes())), expected, "{text}");
    }
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(semicolon.trim_start_matches('\u{feff}'));
    assert_eq!(shape(&read(&windows)), expected);
    let utf16: Vec<u8> = "\u{feff}".chars().chain(tab.chars()).collect::<String>().encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(shape(&read(&utf16)), expected);
}

#[test]
fn columns_are_known_by_their_aliases_and_others_are_groups_of_their_own() {
    let bank =
        read("Pregunta;Alternativa;Habilidad;Dificultad;Asignatura;Eje temático;Puntaje\n1;A;Evaluar;1,0;Física;Ondas;1,5\n".as_bytes());
    assert_eq!(bank.columns(), ["skill", "difficulty", "materia", "eje_tematico"]);
    let question = &bank.questions()[0];
    assert_eq!(question.points, 1.5);
    let groups: Vec<(&str, &str)> = question.groups.iter().map(|(c, g)| (c.as_str(), g.as_str())).collect();
    assert_eq!(groups, [("difficulty", "1"), ("eje_tematico", "Ondas"), ("materia", "Física"), ("skill", "Evaluar")]);
}

#[test]
fn an_alias_beside_its_proper_column_stays_a_column_of_its_own() {
    let bank = read(b"question_number,correct_alternative,lecture,area,pregunta\n1,A,L,Algebra,What is x?\n");
    assert_eq!(bank.columns(), ["lecture", "area"]);
    assert_eq!(bank.questions()[0].text.as_deref(), Some("What is x?"));
}

#[test]
fn the_headers_schools_write_are_understood() {
    for (header, text, groups) in [
        ("Número;Pregunta;Respuesta", Some("t"), vec![]),
        ("N°;Pregunta;Alternativa correcta;Unidad", Some("t"), vec!["lecture"]),
        ("Nº;Enunciado;Clave;Eje temático", Some("t"), vec!["eje_tematico"]),
        ("#;Pregunta;Respuesta correcta;Lección", Some("t"), vec!["lecture"]),
        ("Pregunta;Texto;Respuesta", Some("t"), vec![]),
        ("Nro. de pregunta;Enunciado;Alternativa Correcta;Habilidad", Some("t"), vec!["skill"]),
        ("N° Pregunta;Texto;Opción correcta;Dificultad", Some("t"), vec!["difficulty"]),
        ("No.;Question;Answer;Lesson", Some("t"), vec!["lecture"]),
        ("Question Number;Question;Correct Answer;Topic", Some("t"), vec!["topic"]),
        ("Question #;Description;Answer Key;Skill", Some("t"), vec!["skill"]),
        ("Item;Text;Key", Some("t"), vec![]),
        ("Questão;Enunciado;Gabarito;Competência", Some("t"), vec!["skill"]),
        ("Nº;Pergunta;Resposta correta;Aula", Some("t"), vec!["lecture"]),
        ("Número da questão;Questão;Resposta;Unidade", Some("t"), vec!["lecture"]),
    ] {
        let bank = read(format!("{header}\n1;t;A;g\n").replace(";g\n", if groups.is_empty() { "\n" } else { ";g\n" }).as_bytes());
        let question = &bank.questions()[0];
        assert_eq!((question.number, question.text.as_deref(), question.correct.join("")), (1, text, "A".to_owned()), "{header}");
        assert_eq!(bank.columns(), groups, "{header}");
    }
}

#[test]
fn a_quote_that_nobody_closed_is_a_fault_and_swallows_no_row() {
    let header = "question_number,correct_alternative,lecture,text\n";
    let never = "line 3: a quote opens in this row and is never closed: close it, or remove it";
    assert_eq!(faults(&format!("{header}1,A,L,t\n2,B,L,\"t\n3,C,L,t\n4,D,L,t\n")), [never]);
    let swallowed = "line 3: a quote opens in this row and closes in the middle of a cell further down: close it, or remove it";
    assert_eq!(faults(&format!("{header}1,A,L,t\n2,B,L,\"t\n3,C,L,t\n4,D,L,\"t\"\n")), [swallowed]);
    let row = "line 3: the text of question 2 holds the row '3,C,L,': a quote is not closed";
    assert_eq!(faults(&format!("{header}1,A,L,t\n2,B,L,\"t\n3,C,L,\"\n")), [row]);
    let broken = "line 2: the cell 'Uno ⏎ dos' runs over several lines: remove the line break, or close the quote";
    assert_eq!(faults(&format!("{header}1,A,\"Uno\ndos\",t\n")), [broken]);
    // What spreadsheets write, and quotes within a line, stay as they are.
    let good = format!("{header}1,A,L,\"dos\nlíneas, \"\"y\"\" comillas\"\n2,B,\"L\",\"El \"Sol\" es\"\n");
    assert_eq!(read(good.as_bytes()).questions().len(), 2);
}

#[test]
fn all_bad_rows_are_reported_at_once_with_their_lines() {
    let csv = "question_number,correct_alternative,points\n1,A,1\n,B,1\nx,C,1\n4,,1\n1,D,1\n\n6,E,-2\n7,A,1,extra\n";
    assert_eq!(
        faults(csv),
        [
            "line 3: no question number",
            "line 4: the question number 'x' is no whole number from 1 on",
            "line 5: no right answer: fill it in, or set the type to 'open' if a teacher grades the question",
            "line 6: question 1 is already on line 2",
            "line 8: the points '-2' are no number above 0",
            "line 9: 1 more cells than the header has columns ('extra'): put texts with the delimiter in quotes",
        ]
    );
}

#[test]
fn gaps_doubles_and_absent_columns_are_faults() {
    assert_eq!(faults("question_number,correct_alternative\n1,A\n3,B\n5,C\n"), ["the numbers run to 5, but missing are 2, 4"]);
    assert_eq!(faults("question_number,correct_alternative\n2,A\n"), ["the numbers run to 2, but missing are 1"]);
    assert_eq!(faults("numero,clave correcta\n1,A\n"), ["line 1: there is no column 'correct_alternative'; found: numero, clave correcta"]);
    let twice = "line 1: the columns 'respuesta' and 'clave' both mean the right answer: keep one";
    assert_eq!(faults("numero,respuesta,clave\n1,A,A\n"), [twice]);
    assert_eq!(faults("question_number,correct_alternative\n"), ["the file has a header and no questions"]);
    assert_eq!(faults(" \n"), ["the file is empty; the first line must name the columns question_number and correct_alternative"]);
}

#[test]
fn the_lines_of_quoted_texts_are_counted() {
    let csv = "question_number,correct_alternative,text\n1,A,\"two\nlines\"\nx,B,c\n";
    for csv in [csv.to_owned(), csv.replace('\n', "\r\n"), csv.replace('\n', "\r")] {
        assert_eq!(faults(&csv), ["line 4: the question number 'x' is no whole number from 1 on"]);
    }
}

#[test]
fn the_errors_read_as_one_message() {
    let errors = QuestionBank::from_csv(b"question_number,correct_alternative\nx,A\n", "M1.csv").expect_err("faults");
    let words = "the question bank 'M1.csv' has 1 fault and is not used:\n  line 2: the question number 'x' is no whole number from 1 on";
    assert_eq!(errors.to_string(), words);
}

#[test]
fn a_bar_within_a_text_can_be_written() {
    assert_eq!(split_bar(r"a\|b| y ||\n"), ["a|b", "y", r"\n"]);
    assert_eq!(split_bar(&escape_bar("a|b")), ["a|b"]);
}

#[test]
fn the_four_name_patterns_are_tried_in_their_order() {
    let names = candidates("M1", Some("math"));
    assert_eq!(names, ["math", "math.csv", "M1.csv", "M1_questions.csv", "M1_bank.csv", "banco_preguntas_M1.csv"]);
    assert_eq!(candidates("M1", None)[0], "M1.csv");
    assert_eq!(candidates(" ", None), Vec::<String>::new());
}

#[test]
fn file_names_are_found_whatever_the_file_system_made_of_them() {
    let available = ["otro.csv", "test de DIAGNO\u{301}STICO  parte 1.csv", "M1_bank.csv", "M1_questions.csv"].map(str::to_owned);
    assert_eq!(find(&available, &candidates("Test de diagnóstico Parte 1", None)), Some(available[1].as_str()));
    assert_eq!(find(&available, &candidates("M1", None)), Some("M1_questions.csv"));
    assert_eq!(find(&available, &candidates("M2", None)), None);
}

#[test]
fn the_bundled_demo_bank_is_sound() {
    let bank = read(include_bytes!("../../../test_data/questions/Test de diagnóstico Parte 1.csv"));
    let key: String = bank.questions().iter().flat_map(|q| q.correct.clone()).collect();
    assert_eq!(key, "ACBDAECBDABC");
    assert_eq!(bank.group_names("lecture").len(), 5);
}

#[test]
fn a_file_larger_than_any_bank_is_refused_unread() {
    let csv = format!("question_number,correct_alternative\n1,{}", "A".repeat(16 << 20));
    assert_eq!(faults(&csv), ["the file is larger than 16 MiB, which no question bank is"]);
}

#[test]
fn more_rows_or_columns_than_any_bank_has_are_refused_where_they_begin_and_empty_ones_do_not_count() {
    let header = "question_number,correct_alternative";
    let rows = "1,A\n".repeat(20_001);
    assert_eq!(faults(&format!("{header}\n{rows}")), ["line 20002: more than 20000 rows, which no question bank has"]);
    let told = faults(&format!("{header}\n1,A{}x\n", ",".repeat(1_000)));
    assert_eq!(told, ["line 2: more than 1000 columns, which no question bank has"]);
    // Excel writes out rows and columns that were once touched.
    let (commas, blank) = (",".repeat(16_000), format!("{}\n", ",".repeat(10)).repeat(30_000));
    assert_eq!(read(format!("{header}{commas}\n1,A{commas}\n{blank}").as_bytes()).questions().len(), 1);
}
