//! The platform's exported answer key as a question bank.
//!
//! LearnWorlds gives the right answers to nobody but a person: *Edit questions → Export* saves a workbook whose sheet `Questions` has the columns `Group, Type, Question, CorrectAns, Answer1 … Answer5, CorrectExplanation, IncorrectExplanation`.
//! `CorrectAns` counts options (`1` or `1, 3`); a sixth and seventh option run over into the explanation columns.
//! Blanks and pairs are not in the export: the notes say what to add by hand.

mod bounds;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Data, Range, Reader, Sheets};

use crate::analysis::bank::{BankFault, QuestionBank, escape_bar};
use crate::analysis::compare::fold;
use crate::analysis::compare::kind::Kind;
use crate::analysis::compare::question_number;

/// A bank made of an exported answer key.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The bank as CSV: UTF-8 with a byte order mark, so that spreadsheets show its accents.
    pub csv: String,
    /// How many questions it holds.
    pub questions: usize,
    /// What a person should look at.
    pub notes: Vec<String>,
}

/// Why a file cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// It is no workbook.
    #[error("the file is no readable .xls or .xlsx workbook: {0}")]
    Unreadable(String),
    /// It is another workbook.
    #[error("the workbook has no sheet 'Questions', only: {}; export the questions from the assessment's editor", .0.join(", "))]
    NoSheet(Vec<String>),
    /// The sheet has other columns.
    #[error("the sheet 'Questions' has no column {}", .0.join(", no column "))]
    NoColumns(Vec<&'static str>),
    /// Rows that make no question.
    #[error("the sheet 'Questions' has faults:\n  {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
    Faults(Vec<BankFault>),
}

/// Makes a bank of an exported answer key (`.xls` or `.xlsx`).
///
/// The right answers are written as the options' texts, for the platform's API answers in texts; the options stand beside them.
///
/// # Errors
/// When the workbook is not such an export, or with every faulty row at once.
pub fn from_answer_key(bytes: &[u8]) -> Result<Imported, ImportError> {
    let rows = match sheet(bytes)? {
        Sheet::Key(table) => rows(&table)?,
        Sheet::Bank(table) => return bank_of(&table),
    };
    let numbers = numbers(&rows);
    let mut notes = Vec::new();
    if rows.iter().any(|row| row.kind == Kind::Graded) {
        notes.push("questions of type 'open' have no right answer: the platform's points decide once a teacher has graded them".to_owned());
    }
    notes.push(
        "fill-in-the-blank and match questions are not in the platform's export: add them by hand, with types 'blanks' and 'match'"
            .to_owned(),
    );
    let csv = write(&rows, &numbers).map_err(|message| ImportError::Faults(vec![BankFault::untranslated(None, message)]))?;
    let bank = QuestionBank::from_csv(csv.as_bytes(), "import").map_err(|errors| ImportError::Faults(errors.faults))?;
    Ok(Imported { csv, questions: bank.questions().len(), notes })
}

/// What a workbook holds.
enum Sheet {
    /// The platform's answer key.
    Key(Table),
    /// A bank that was kept as a workbook.
    Bank(Table),
}

/// The cells of a sheet by line, from 1.
type Table = Vec<(u64, Vec<Data>)>;

fn sheet(bytes: &[u8]) -> Result<Sheet, ImportError> {
    if bytes.starts_with(b"PK") {
        bounds::check(bytes).map_err(ImportError::Unreadable)?;
    }
    let unreadable = |error: calamine::Error| ImportError::Unreadable(error.to_string());
    let mut book: Sheets<_> = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(unreadable)?;
    let names = book.sheet_names();
    if let Some(name) = names.iter().find(|name| fold::unaccented(name) == "questions") {
        let table = table(&mut book, name)?;
        if is_bank(&table) { Ok(Sheet::Bank(table)) } else { Ok(Sheet::Key(table)) }
    } else {
        for name in &names {
            let table = table(&mut book, name)?;
            if is_bank(&table) {
                return Ok(Sheet::Bank(table));
            }
        }
        Err(ImportError::NoSheet(names))
    }
}

/// Whether the first line names the columns of a bank.
fn is_bank(table: &Table) -> bool {
    let header = table.first().map(|(_, cells)| csv::StringRecord::from(cells.iter().map(text).collect::<Vec<_>>()));
    header.is_some_and(|header| QuestionBank::has_columns(&header))
}

/// So many lines and columns are read; beyond lies no question, and a sheet may claim to have a thousand million cells.
const MOST_LINES: usize = 20_000;
const MOST_COLUMNS: u32 = 200;
const MOST_MERGED: usize = 2_000;

fn table(book: &mut Sheets<Cursor<&[u8]>>, name: &str) -> Result<Table, ImportError> {
    let unreadable = |words: String| ImportError::Unreadable(words);
    let Sheets::Xlsx(book) = book else {
        let range: Range<Data> = book.worksheet_range(name).map_err(|error| unreadable(error.to_string()))?;
        let first = range.start().map_or(0, |(row, _)| u64::from(row));
        return Ok((first + 1..).zip(range.rows().take(MOST_LINES).map(<[Data]>::to_vec)).collect());
    };
    let merged = book.merge_cells_by_sheet_name(name).unwrap_or_default();
    let mut lines: BTreeMap<u32, Vec<Data>> = BTreeMap::new();
    let mut cells = book.worksheet_cells_reader(name).map_err(|error| unreadable(error.to_string()))?;
    while let Some(cell) = cells.next_cell().map_err(|error| unreadable(error.to_string()))? {
        let (line, column) = cell.get_position();
        if column >= MOST_COLUMNS {
            continue;
        }
        if lines.len() >= MOST_LINES && !lines.contains_key(&line) {
            return Err(unreadable(format!("the sheet '{name}' has more than {MOST_LINES} lines")));
        }
        let line = lines.entry(line).or_default();
        let place = column as usize;
        if line.len() <= place {
            line.resize(place + 1, Data::Empty);
        }
        line[place] = Data::from(cell.get_value().clone());
    }
    // What is written once over merged cells is meant for each of them.
    for region in merged.into_iter().take(MOST_MERGED) {
        let (first, last) = (region.start, region.end);
        let Some(value) = lines.get(&first.0).and_then(|cells| cells.get(first.1 as usize)).cloned() else { continue };
        for (_, cells) in lines.range_mut(first.0..=last.0.max(first.0)) {
            if last.1 == first.1 && last.1 < MOST_COLUMNS {
                let place = first.1 as usize;
                if cells.len() <= place {
                    cells.resize(place + 1, Data::Empty);
                }
                cells[place] = value.clone();
            }
        }
    }
    Ok(lines.into_iter().map(|(line, cells)| (u64::from(line) + 1, cells)).collect())
}

/// A bank that was kept as a workbook, as CSV.
fn bank_of(table: &Table) -> Result<Imported, ImportError> {
    let failed = |words: String| ImportError::Faults(vec![BankFault::untranslated(None, words)]);
    let width = table.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    let mut csv = csv::Writer::from_writer(Vec::new());
    for (_, cells) in table {
        let shown = |place: usize| match cells.get(place) {
            Some(Data::Error(error)) => error.to_string(),
            Some(cell) => text(cell),
            None => String::new(),
        };
        csv.write_record((0..width).map(shown)).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = csv.into_inner().map_err(|error| failed(error.to_string()))?;
    let csv = format!("\u{feff}{}", String::from_utf8_lossy(&bytes));
    let bank = QuestionBank::from_csv(csv.as_bytes(), "import").map_err(|errors| ImportError::Faults(errors.faults))?;
    Ok(Imported { csv, questions: bank.questions().len(), notes: Vec::new() })
}

/// One question of the sheet.
struct Row {
    group: String,
    kind: Kind,
    text: String,
    options: Vec<String>,
    /// Positions of the right options.
    right: Vec<usize>,
}

/// Where the columns stand.
struct Header {
    group: Option<usize>,
    kind: usize,
    question: usize,
    correct: usize,
    /// `Answer1` onwards, then the columns that further options run over into.
    answers: Vec<usize>,
    /// How many of those are for answers only.
    own: usize,
}

impl Header {
    fn read(cells: &[Data]) -> Result<Self, ImportError> {
        let keys: Vec<String> = cells.iter().map(|cell| fold::unaccented(&text(cell)).replace(' ', "")).collect();
        let find = |name: &str| keys.iter().position(|key| key == name);
        let mut answers: Vec<usize> = (1..).map_while(|n| find(&format!("answer{n}"))).collect();
        let own = answers.len();
        answers.extend(["correctexplanation", "incorrectexplanation"].iter().filter_map(|name| find(name)));
        let wanted =
            [("Type", find("type")), ("Question", find("question")), ("CorrectAns", find("correctans")), ("Answer1", find("answer1"))];
        let [(_, Some(kind)), (_, Some(question)), (_, Some(correct)), (_, Some(_))] = wanted else {
            return Err(ImportError::NoColumns(wanted.iter().filter(|(_, found)| found.is_none()).map(|(name, _)| *name).collect()));
        };
        Ok(Self { group: find("group"), kind, question, correct, answers, own })
    }
}

fn rows(table: &Table) -> Result<Vec<Row>, ImportError> {
    let mut lines = table.iter().map(|(line, cells)| (*line, cells.as_slice()));
    let header = Header::read(lines.next().map_or(&[], |(_, cells)| cells))?;
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for (line, cells) in lines.filter(|(_, cells)| cells.iter().any(|cell| !text(cell).is_empty())) {
        match row(cells, &header) {
            Ok(row) => rows.push(row),
            Err(message) => faults.push(BankFault::untranslated(Some(line), message)),
        }
    }
    if rows.is_empty() && faults.is_empty() {
        faults.push(BankFault::file("there are no questions in the sheet", "en la hoja no hay preguntas", "na planilha não há questões"));
    }
    if faults.is_empty() { Ok(rows) } else { Err(ImportError::Faults(faults)) }
}

fn row(cells: &[Data], header: &Header) -> Result<Row, String> {
    let cell = |position: usize| cells.get(position).map(text).unwrap_or_default();
    let spelling = cell(header.kind);
    let kind = Kind::parse(&spelling).ok_or_else(|| format!("the type '{spelling}' is unknown"))?;
    let correct = cell(header.correct);
    let mut right = positions(&correct)?;
    let overflow = right.iter().any(|position| *position >= header.own);
    let columns = if overflow { header.answers.as_slice() } else { &header.answers[..header.own] };
    let options: Vec<String> = columns.iter().map(|position| cell(*position)).collect();
    let filled = options.iter().rposition(|option| !option.is_empty()).map_or(0, |last| last + 1);
    let options = options[..filled].to_vec();
    if kind == Kind::Text && right.is_empty() {
        right = (0..options.len()).collect();
    }
    if let Some(position) = right.iter().find(|position| options.get(**position).is_none_or(String::is_empty)) {
        return Err(format!("CorrectAns names answer {}, which is empty", position + 1));
    }
    if right.is_empty() && kind != Kind::Graded {
        return Err("CorrectAns is empty".to_owned());
    }
    Ok(Row { group: header.group.map(cell).unwrap_or_default(), kind, text: cell(header.question), options, right })
}

/// `1` or `1, 3` as positions from 0.
fn positions(correct: &str) -> Result<Vec<usize>, String> {
    let parts = correct.split([',', ';', '|']).map(str::trim).filter(|part| !part.is_empty());
    let position = |part: &str| part.parse::<usize>().ok().filter(|n| *n > 0).map(|n| n - 1);
    parts.map(|part| position(part).ok_or_else(|| format!("CorrectAns '{correct}' is no list of answer numbers"))).collect()
}

/// The numbers the questions' texts name, where they are complete; else the order of the rows.
fn numbers(rows: &[Row]) -> Vec<u32> {
    let named: Vec<u32> = rows.iter().filter_map(|row| question_number::leading(&row.text)).collect();
    let complete = named.iter().copied().collect::<BTreeSet<u32>>() == (1..=rows.len() as u32).collect();
    if complete && named.len() == rows.len() { named } else { (1..=rows.len() as u32).collect() }
}

fn write(rows: &[Row], numbers: &[u32]) -> Result<String, String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| format!("the bank cannot be written: {error}");
    let grouped = rows.iter().any(|row| !row.group.is_empty());
    let group = |name: &str| grouped.then(|| name.to_owned());
    let header = ["question_number", "correct_alternative", "type"].map(str::to_owned).into_iter().chain(group("lecture"));
    csv.write_record(header.chain(["text", "options"].map(str::to_owned))).map_err(failed)?;
    let sorted: BTreeMap<u32, &Row> = numbers.iter().copied().zip(rows).collect();
    for (number, row) in sorted {
        let right: Vec<String> = row.right.iter().map(|position| right_answer(row, *position)).collect();
        // The variants of a short text are no options to choose from.
        let options = if row.kind == Kind::Text { String::new() } else { join(&row.options) };
        let cells = [number.to_string(), join(&right), row.kind.word().to_owned()].into_iter().chain(group(&row.group));
        csv.write_record(cells.chain([row.text.clone(), options])).map_err(failed)?;
    }
    let bytes = csv.into_inner().map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
    Ok(format!("\u{feff}{text}"))
}

/// The option's text, or its letter where two options read the same.
fn right_answer(row: &Row, position: usize) -> String {
    let option = &row.options[position];
    let doubled = row.options.iter().filter(|other| fold::plain(other) == fold::plain(option)).count() > 1;
    if doubled && position < 26 { char::from(b'A' + position as u8).to_string() } else { option.clone() }
}

/// An empty option between others keeps its place, so that letters stay right.
fn join(texts: &[String]) -> String {
    let part = |text: &String| if text.is_empty() { "–".to_owned() } else { escape_bar(text) };
    texts.iter().map(part).collect::<Vec<_>>().join(" | ")
}

/// A cell as its author sees it; whole numbers lose the fraction a spreadsheet gave them.
fn text(cell: &Data) -> String {
    let text = match cell {
        Data::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Data::Float(number) => number.to_string(),
        Data::Error(_) => String::new(),
        other => other.to_string(),
    };
    fold::collapse_spaces(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const XLS: &[u8] = include_bytes!("../../test_data/questions/export/answer_key.xls");
    const XLSX: &[u8] = include_bytes!("../../test_data/questions/export/answer_key.xlsx");
    const FAULTY: &[u8] = include_bytes!("../../test_data/questions/export/faulty.xlsx");

    #[test]
    fn an_exported_answer_key_becomes_a_bank() {
        let expected = "\u{feff}question_number,correct_alternative,type,lecture,text,options\n\
            1,Venus,single,Planetas,¿Cuál de estos es un planeta?,Paphos | Venus | Lima\n\
            2,Sol | Sirio \\| Sirius,multiple,Planetas,¿Cuáles brillan por sí mismos?,Sol | Luna | Sirio \\| Sirius\n\
            3,Verdadero,truefalse,Planetas,La Luna es un satélite,Verdadero | Falso\n\
            4,5,single,Números,¿Cuánto es 2 + 3?,1 | 2 | 3 | 4 | 4.5 | 5 | 7\n\
            5,dos | cuatro,text,Números,Escribe un número par menor que 5,\n\
            6,,open,,Explica por qué,\n";
        for bytes in [XLS, XLSX] {
            let imported = from_answer_key(bytes).expect("an import");
            assert_eq!(imported.csv, expected);
            assert_eq!((imported.questions, imported.notes.len()), (6, 2));
        }
    }

    #[test]
    fn every_faulty_row_is_reported_with_its_line() {
        let error = from_answer_key(FAULTY).expect_err("faults").to_string();
        let words = "the sheet 'Questions' has faults:\n  line 2: CorrectAns names answer 4, which is empty\n  line 3: CorrectAns is empty\n  \
            line 4: the type 'TZZ' is unknown\n  line 5: CorrectAns 'dos' is no list of answer numbers";
        assert_eq!(error, words);
    }

    #[test]
    fn other_files_are_refused_with_a_reason() {
        assert!(matches!(from_answer_key(b"question_number,correct_alternative"), Err(ImportError::Unreadable(_))));
        assert!(matches!(from_answer_key(&XLS[..1000]), Err(ImportError::Unreadable(_))));
    }
}
