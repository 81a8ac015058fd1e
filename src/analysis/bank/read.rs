//! Bytes to questions.

use std::collections::BTreeMap;

use crate::analysis::bank::columns::{Columns, DIFFICULTY};
use crate::analysis::bank::{BankFault, Question, decode, errors, quotes, shown};
use crate::analysis::compare::fold;
use crate::analysis::compare::kind::Kind;
use crate::analysis::compare::question_number;

/// More questions than any test has; a larger number in a cell is a slip.
const MAX_NUMBER: u32 = 5_000;
/// After so many faults the file is something else than a bank.
const MAX_FAULTS: usize = 200;

/// The largest bank: twenty thousand questions with long texts take a tenth of it.
const LARGEST: usize = 16 << 20;

/// The most rows and columns with something in them: several times what the largest bank has. What a file of 16 MiB can hold beyond takes hundreds of MiB.
const MOST_ROWS: usize = 20_000;
const MOST_COLUMNS: usize = 1_000;

/// Reads all questions and the names of the grouping columns, or every fault.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<Question>, Vec<String>), Vec<BankFault>> {
    if bytes.len() > LARGEST {
        return Err(vec![BankFault::file(
            format!("the file is larger than {} MiB, which no question bank is", LARGEST >> 20),
            format!("el archivo pesa más de {} MiB, y ningún banco de preguntas pesa tanto", LARGEST >> 20),
            format!("o arquivo tem mais de {} MiB, e nenhum banco de questões é tão grande", LARGEST >> 20),
        )]);
    }
    let text = decode::decode(bytes).map_err(|fault| vec![fault])?;
    let (text, skipped) = skip_separator_line(&text);
    let delimiter = sniff_delimiter(text);
    quotes::check(text, delimiter, 1 + skipped).map_err(|fault| vec![fault])?;
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 + skipped };
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = lines.of(record.position().map_or(0, csv::Position::byte) as usize);
                match (0..record.len()).rev().find(|position| record.get(*position).is_some_and(|cell| !cell.trim().is_empty())) {
                    None => {}
                    Some(last) if last >= MOST_COLUMNS || rows.len() > MOST_ROWS => return Err(vec![too_many(line, last >= MOST_COLUMNS)]),
                    Some(_) => rows.push((line, record)),
                }
            }
            Err(error) => {
                return Err(vec![BankFault::file(
                    format!("not readable as CSV: {error}"),
                    format!("no se puede leer como CSV: {error}"),
                    format!("não é legível como CSV: {error}"),
                )]);
            }
        }
    }
    let Some(((line, header), rows)) = rows.split_first() else {
        return Err(vec![BankFault::file(
            "the file is empty; the first line must name the columns question_number and correct_alternative",
            "el archivo está vacío; la primera línea debe nombrar las columnas question_number y correct_alternative",
            "o arquivo está vazio; a primeira linha deve nomear as colunas question_number e correct_alternative",
        )]);
    };
    let columns = Columns::read(header, *line)?;
    let mut faults = Vec::new();
    let mut questions = Vec::new();
    for (line, record) in rows {
        match question(record, &columns, header, *line) {
            Ok(question) => questions.push((*line, question)),
            Err(found) => faults.extend(found),
        }
    }
    unify_groups(&mut questions);
    check_numbers(&questions, faults.is_empty(), &mut faults);
    if faults.is_empty() {
        let names = columns.groups.into_iter().map(|(_, name)| name).collect();
        return Ok((questions.into_iter().map(|(_, question)| question).collect(), names));
    }
    faults.sort_by_key(|fault| fault.line.unwrap_or(u64::MAX));
    faults.truncate(MAX_FAULTS);
    Err(faults)
}

fn too_many(line: u64, columns: bool) -> BankFault {
    if columns {
        return BankFault::at(
            line,
            format!("more than {MOST_COLUMNS} columns, which no question bank has"),
            format!("más de {MOST_COLUMNS} columnas, y ningún banco de preguntas tiene tantas"),
            format!("mais de {MOST_COLUMNS} colunas, e nenhum banco de questões tem tantas"),
        );
    }
    BankFault::at(
        line,
        format!("more than {MOST_ROWS} rows, which no question bank has"),
        format!("más de {MOST_ROWS} filas, y ningún banco de preguntas tiene tantas"),
        format!("mais de {MOST_ROWS} linhas, e nenhum banco de questões tem tantas"),
    )
}

/// Excel's own `sep=;` line, which is no row; gives the rest and the lines skipped.
fn skip_separator_line(text: &str) -> (&str, u64) {
    match text.split_once('\n') {
        Some((first, rest)) if first.trim().to_ascii_lowercase().starts_with("sep=") => (rest, 1),
        _ => (text, 0),
    }
}

/// The commonest of the three delimiters in the first filled line, quoted parts aside.
fn sniff_delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b';', 0), (b'\t', 0), (b',', 0)];
    for byte in header.bytes() {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| !quoted && *delimiter == byte) {
            *count += 1;
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| delimiter)
}

/// The line a record stands on: the reader's own count stops at blank lines before it.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, byte: usize) -> u64 {
        let is_end = |at: usize| matches!(self.text.get(at), Some(b'\n' | b'\r'));
        while self.at < self.text.len() && (self.at < byte || is_end(self.at)) {
            let windows = self.text[self.at] == b'\r' && self.text.get(self.at + 1) == Some(&b'\n');
            self.line += u64::from(is_end(self.at) && !windows);
            self.at += 1;
        }
        self.line
    }
}

fn question(record: &csv::StringRecord, columns: &Columns, header: &csv::StringRecord, line: u64) -> Result<Question, Vec<BankFault>> {
    let width = header.len();
    let cell = |position: usize| record.get(position).unwrap_or_default().trim();
    let optional = |position: Option<usize>| position.map(cell).filter(|text| !text.is_empty());
    if let Some(fault) = whole_row(record, header, line) {
        return Err(vec![fault]);
    }
    let mut faults = Vec::new();
    let mut fault = |en: String, es: String, pt: String| faults.push(BankFault::at(line, en, es, pt));

    let extra: Vec<&str> = record.iter().skip(width).filter(|cell| !cell.trim().is_empty()).collect();
    if !extra.is_empty() {
        let (count, cells) = (extra.len(), shown(&extra.join("', '")));
        let curly = record.iter().any(|cell| cell.contains(['“', '”']));
        fault(
            format!(
                "{count} more cells than the header has columns ('{cells}'): put texts with the delimiter in quotes{}",
                if curly { "; curly quotes are none, write \"" } else { "" }
            ),
            format!(
                "{count} celdas más que columnas tiene el encabezado ('{cells}'): ponga entre comillas los textos que contienen el separador{}",
                if curly { "; las comillas tipográficas no sirven, escriba \"" } else { "" }
            ),
            format!(
                "{count} células a mais que as colunas do cabeçalho ('{cells}'): ponha entre aspas os textos que contêm o separador{}",
                if curly { "; as aspas tipográficas não servem, escreva \"" } else { "" }
            ),
        );
    }
    for position in [columns.number, columns.correct].into_iter().chain(columns.groups.iter().map(|(position, _)| *position)) {
        if cell(position).contains(['\n', '\r']) {
            let cell = shown(&cell(position).lines().take(2).collect::<Vec<_>>().join(" ⏎ "));
            fault(
                format!("the cell '{cell}' runs over several lines: remove the line break, or close the quote"),
                format!("la celda '{cell}' ocupa varias líneas: quite el salto de línea o cierre las comillas"),
                format!("a célula '{cell}' ocupa várias linhas: retire a quebra de linha ou feche as aspas"),
            );
        }
    }
    let number = parse_number(cell(columns.number)).unwrap_or_else(|(en, es, pt)| {
        fault(en, es, pt);
        0
    });
    let kind = optional(columns.kind).and_then(|spelling| {
        let kind = Kind::parse(spelling);
        if kind.is_none() {
            let spelling = shown(spelling);
            fault(
                format!("the type '{spelling}' is unknown; known are {}", Kind::WORDS),
                format!("el tipo '{spelling}' no existe; hay {}", Kind::WORDS),
                format!("o tipo '{spelling}' não existe; há {}", Kind::WORDS),
            );
        }
        kind
    });
    for (position, what) in [Some(columns.correct), columns.options]
        .into_iter()
        .zip([("right answer", "respuesta correcta", "resposta correta"), ("options", "opciones", "opções")])
    {
        let Some(text) = optional(position) else { continue };
        if let Some(value) = errors::value(text) {
            fault(
                format!("the {} is Excel's error {value}: write the answer itself", what.0),
                format!("en la {} está el error {value} de Excel: escriba la respuesta misma", what.1),
                format!("no campo '{}' está o erro {value} do Excel: escreva a própria resposta", what.2),
            );
        }
        if !bars_part_answers(text) {
            let text = shown(text);
            fault(
                format!("in '{text}' a | has nothing to part, as in |x|: a bar that belongs to the text is written \\|"),
                format!("en '{text}' hay un | que no separa nada, como en |x|: una barra que es parte del texto se escribe \\|"),
                format!("em '{text}' há um | que não separa nada, como em |x|: uma barra que faz parte do texto se escreve \\|"),
            );
        }
    }
    let correct = split_bar(cell(columns.correct));
    if correct.is_empty() && kind != Some(Kind::Graded) {
        fault(
            "no right answer: fill it in, or set the type to 'open' if a teacher grades the question".to_owned(),
            "falta la respuesta correcta: complétela, o ponga el tipo 'open' si la pregunta la corrige un profesor".to_owned(),
            "falta a resposta correta: preencha-a, ou ponha o tipo 'open' se um professor corrige a questão".to_owned(),
        );
    }
    let points = optional(columns.points).map_or(1.0, |text| {
        parse_points(text).unwrap_or_else(|| {
            let text = shown(text);
            fault(
                format!("the points '{text}' are no number above 0"),
                format!("los puntos '{text}' no son un número mayor que 0"),
                format!("os pontos '{text}' não são um número maior que 0"),
            );
            1.0
        })
    });
    let groups = columns.groups.iter().filter(|(position, _)| !cell(*position).is_empty());
    let groups: BTreeMap<String, String> = groups.map(|(position, column)| (column.clone(), group_name(column, cell(*position)))).collect();
    let link = optional(columns.link).map(str::to_owned);
    if let Some(link) = link.as_deref().filter(|link| !is_web_address(link)) {
        let link = shown(link);
        fault(
            format!("the link '{link}' is no web address: it must begin with https://"),
            format!("el enlace '{link}' no es una dirección web: debe empezar con https://"),
            format!("o link '{link}' não é um endereço da web: deve começar com https://"),
        );
    }
    if let Some(row) = optional(columns.text).and_then(|text| swallowed_row(text, columns.number, number + 1, width)) {
        let row = shown(row);
        fault(
            format!("the text of question {number} holds the row '{row}': a quote is not closed"),
            format!("el texto de la pregunta {number} contiene la fila '{row}': faltan comillas de cierre"),
            format!("o texto da questão {number} contém a linha '{row}': faltam as aspas de fechamento"),
        );
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let options = optional(columns.options).map(split_bar).unwrap_or_default();
    if correct.len() > MOST_VARIANTS || options.len() > MOST_OPTIONS {
        let (answers, options) = (correct.len(), options.len());
        let en = format!("{answers} right answers and {options} options are more than a question has: look at the bars between them");
        let es = format!("{answers} respuestas correctas y {options} opciones son más de las que tiene una pregunta: revise las barras");
        let pt = format!("{answers} respostas corretas e {options} opções são mais do que uma questão tem: reveja as barras");
        return Err(vec![BankFault::at(line, en, es, pt)]);
    }
    Ok(Question { number, line, correct, options, kind, points, text: optional(columns.text).map(str::to_owned), link, groups })
}

/// More variants of a short text, and more options, no question has.
const MOST_VARIANTS: usize = 500;
const MOST_OPTIONS: usize = 100;

/// What makes a whole row unreadable: the header once more, or another delimiter than the header's.
fn whole_row(record: &csv::StringRecord, header: &csv::StringRecord, line: u64) -> Option<BankFault> {
    if record.iter().map(str::trim).eq(header.iter().map(str::trim)) {
        return Some(BankFault::at(
            line,
            "this row is the header once more: remove it",
            "esta fila repite el encabezado: elimínela",
            "esta linha repete o cabeçalho: apague-a",
        ));
    }
    let mut filled = record.iter().filter(|cell| !cell.trim().is_empty());
    let (Some(only), None, true) = (filled.next(), filled.next(), header.len() > 1) else { return None };
    let other = [',', ';', '\t'].into_iter().find(|delimiter| only.matches(*delimiter).count() + 1 >= header.len())?;
    let named = if other == '\t' { "TAB".to_owned() } else { other.to_string() };
    Some(BankFault::at(
        line,
        format!("this row parts its cells with '{named}', and the header does not: use one delimiter in the whole file"),
        format!("esta fila separa sus celdas con '{named}' y el encabezado no: use un solo separador en todo el archivo"),
        format!("esta linha separa as células com '{named}' e o cabeçalho não: use um só separador em todo o arquivo"),
    ))
}

/// Whether every bar stands between two answers; one at an end, two in a row, or one beside a sign of arithmetic is part of a text (`|x| = 3`).
fn bars_part_answers(cell: &str) -> bool {
    let parts = parts_of(cell);
    let is_sign = |c: char| matches!(c, '=' | '+' | '*' | '/' | '^' | '<' | '>' | '·' | '×' | '÷' | '≤' | '≥' | '≠' | '(');
    let hangs = |(at, part): (usize, &String)| {
        let part = part.trim();
        let ends = at + 1 < parts.len() && part.ends_with(|c: char| is_sign(c) || c == '-');
        let begins = at > 0 && part.starts_with(|c: char| is_sign(c) && c != '(' && c != '<' && c != '>');
        part.is_empty() || ends || begins
    };
    parts.len() == 1 || !parts.iter().enumerate().any(hangs)
}

/// Whether a link may stand in a report: a web page, and nothing that a reader would run or open on the student's machine.
fn is_web_address(link: &str) -> bool {
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| link.get(..scheme.len()).filter(|s| s.eq_ignore_ascii_case(scheme)).map(|_| &link[scheme.len()..]));
    host.is_some_and(|host| host.starts_with(char::is_alphanumeric)) && !link.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// A line of a text that is the row of the next question: what an unclosed quote takes in.
fn swallowed_row(text: &str, position: usize, next: u32, width: usize) -> Option<&str> {
    text.lines().skip(1).map(str::trim).find(|line| {
        let cells: Vec<&str> = line.split([',', ';', '\t']).collect();
        cells.len() >= width && cells.get(position).is_some_and(|cell| parse_number(cell.trim()) == Ok(next))
    })
}

/// `12`, what a spreadsheet makes of it (`12.0`, `12,0`), or a text that names it (`Pregunta 12`).
fn parse_number(cell: &str) -> Result<u32, (String, String, String)> {
    if cell.is_empty() {
        return Err(("no question number".to_owned(), "falta el número de la pregunta".to_owned(), "falta o número da questão".to_owned()));
    }
    let whole = cell.strip_suffix(".0").or_else(|| cell.strip_suffix(",0")).unwrap_or(cell);
    let number = whole.parse().ok().or_else(|| question_number::leading(cell));
    match number {
        Some(number) if (1..=MAX_NUMBER).contains(&number) => Ok(number),
        _ => {
            let cell = shown(cell);
            Err((
                format!("the question number '{cell}' is no whole number from 1 on"),
                format!("el número de pregunta '{cell}' no es un número entero desde 1"),
                format!("o número da questão '{cell}' não é um número inteiro a partir de 1"),
            ))
        }
    }
}

fn parse_points(text: &str) -> Option<f64> {
    let points: f64 = text.replace(',', ".").parse().ok()?;
    (points.is_finite() && points > 0.0).then_some(points)
}

/// The name of a group; a difficulty that went through a spreadsheet (`1.0`) is a whole number again.
fn group_name(column: &str, cell: &str) -> String {
    let name = fold::collapse_spaces(cell);
    let whole = name.strip_suffix(".0").or_else(|| name.strip_suffix(",0")).filter(|w| column == DIFFICULTY && w.parse::<u32>().is_ok());
    whole.map_or_else(|| name.clone(), str::to_owned)
}

/// Gives groups whose names differ in case, accents or spaces the spelling of the first, so that equal texts are equal groups from here on.
fn unify_groups(questions: &mut [(u64, Question)]) {
    let mut first: BTreeMap<(String, String), String> = BTreeMap::new();
    for (_, question) in questions {
        for (column, name) in &mut question.groups {
            let spelling = first.entry((column.clone(), fold::unaccented(name))).or_insert_with(|| name.clone());
            name.clone_from(spelling);
        }
    }
}

/// Numbers must run from 1 without doubles or gaps; gaps only mean something once every row could be read.
fn check_numbers(questions: &[(u64, Question)], complete: bool, faults: &mut Vec<BankFault>) {
    let mut lines: BTreeMap<u32, u64> = BTreeMap::new();
    for (line, question) in questions {
        match lines.get(&question.number) {
            Some(first) => faults.push(BankFault::at(
                *line,
                format!("question {} is already on line {first}", question.number),
                format!("la pregunta {} ya está en la línea {first}", question.number),
                format!("a questão {} já está na linha {first}", question.number),
            )),
            None => drop(lines.insert(question.number, *line)),
        }
    }
    if !complete {
        return;
    }
    let Some(last) = lines.keys().next_back() else {
        return faults.push(BankFault::file(
            "the file has a header and no questions",
            "el archivo tiene encabezado y ninguna pregunta",
            "o arquivo tem cabeçalho e nenhuma questão",
        ));
    };
    let missing: Vec<u32> = (1..=*last).filter(|number| !lines.contains_key(number)).collect();
    if !missing.is_empty() {
        let shown = missing.iter().take(10).map(u32::to_string).collect::<Vec<_>>().join(", ");
        let more = |and: &str, more: &str| if missing.len() > 10 { format!(" {and} {} {more}", missing.len() - 10) } else { String::new() };
        faults.push(BankFault::file(
            format!("the numbers run to {last}, but missing are {shown}{}", more("and", "more")),
            format!("los números llegan a {last}, pero faltan {shown}{}", more("y", "más")),
            format!("os números vão até {last}, mas faltam {shown}{}", more("e", "mais")),
        ));
    }
}

/// Splits at `|`, trimmed, blanks dropped; `\|` is a bar within a text.
pub(crate) fn split_bar(cell: &str) -> Vec<String> {
    parts_of(cell).into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn parts_of(cell: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = cell.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, parts.last_mut()) {
            ('\\', Some(last)) if chars.peek() == Some(&'|') => last.extend(chars.next()),
            ('|', _) => parts.push(String::new()),
            (c, Some(last)) => last.push(c),
            (_, None) => {}
        }
    }
    parts
}

/// The inverse for one part of a cell.
pub(crate) fn escape_bar(text: &str) -> String {
    text.replace('|', "\\|")
}
