//! Formulas of fields (`= …`; ECMA-376 part 1, 17.16.3.2 and 17.16.3.4): numbers, operators, functions, table cells, bookmarks.

use std::cell::Cell;

use super::locale::Locale;

/// The text of each cell by row.
pub(super) type Cells = Vec<Vec<String>>;

/// Cells of the table a formula stands in.
#[derive(Debug, Default)]
pub(in crate::document) struct TableText {
    /// Its place among the document's tables.
    pub(super) at: usize,
    /// As far as they have been read.
    pub(in crate::document) rows: Cells,
    /// All of them, as an earlier reading of the document found them.
    pub(super) whole: Option<Cells>,
    /// A formula asked for cells that have not been read yet.
    pub(super) asked_ahead: Cell<bool>,
}

impl TableText {
    /// Row and column of the cell being read.
    fn here(&self) -> (usize, usize) {
        (self.rows.len().saturating_sub(1), self.rows.last().map_or(0, Vec::len))
    }

    fn read(&self, row: usize, column: usize) -> Option<&String> {
        self.rows.get(row)?.get(column)
    }

    /// All cells, once a reading has been through the table.
    fn whole(&self) -> Option<&Cells> {
        if self.whole.is_none() {
            self.asked_ahead.set(true);
        }
        self.whole.as_ref()
    }
}

/// How a formula writes its own numbers and arguments: as the program of its author did (17.15.1.31 `decimalSymbol`, 17.15.1.56 `listSeparator`), else as its language does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::document) struct Signs {
    pub(in crate::document) decimal_comma: bool,
    /// Arguments are parted by commas; by semicolons they always may be.
    pub(in crate::document) comma_parts: bool,
}

impl Signs {
    pub(super) fn of(locale: Locale) -> Self {
        Self { decimal_comma: locale.decimal_comma, comma_parts: !locale.decimal_comma }
    }
}

/// What a formula can ask for.
pub(super) struct Surroundings<'a> {
    pub(super) locale: Locale,
    pub(super) signs: Signs,
    /// The table it stands in.
    pub(super) table: Option<&'a TableText>,
    /// The value of a bookmark.
    pub(super) bookmark: &'a dyn Fn(&str) -> Option<String>,
    /// What formulas have read of cells so far, in bytes.
    pub(super) read: &'a Cell<usize>,
}

/// No formula nests deeper or is longer.
const DEEPEST: usize = 32;
/// Formulas of one document read no more bytes of cells, as each may read all cells above it; one over a thousand rows in each of them reads half of it.
const MOST_READ: usize = 20_000_000;
/// A cell counts as so many more bytes.
const CELL: usize = 16;

/// Works a formula out; `None` where it cannot be read or has no value (division by zero).
pub(super) fn evaluate(text: &str, around: &Surroundings<'_>) -> Option<f64> {
    let characters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut parser = Parser { characters: &characters, at: 0, depth: 0, arguments: 0, around };
    let value = parser.comparison()?;
    (parser.at == characters.len() && value.is_finite()).then_some(value)
}

/// The number a text shows: signs, grouping and percent as the locale writes them; text around it is passed over.
pub(super) fn number_in(text: &str, locale: Locale) -> Option<f64> {
    written_number(text, locale.decimal_comma)
}

/// The number a table's cell shows; a percentage is a part of one.
fn cell_number(text: &str, locale: Locale) -> Option<f64> {
    let number = number_in(text, locale)?;
    Some(if text.trim_end().ends_with('%') { number / 100.0 } else { number })
}

fn written_number(text: &str, decimal_comma: bool) -> Option<f64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let mut digits: Vec<char> = Vec::new();
    let mut behind = "";
    for (at, character) in text[start..].char_indices() {
        if character.is_ascii_digit() || matches!(character, '.' | ',' | '\u{A0}' | '\u{202F}') {
            digits.push(character);
            behind = &text[start + at + character.len_utf8()..];
        } else {
            break;
        }
    }
    while digits.last().is_some_and(|last| !last.is_ascii_digit()) {
        digits.pop();
    }
    let decimal = decimal_sign(&digits, decimal_comma);
    let plain: String = digits
        .iter()
        .enumerate()
        .filter_map(|(at, character)| if Some(at) == decimal { Some('.') } else { character.is_ascii_digit().then_some(*character) })
        .collect();
    let value: f64 = plain.parse().ok()?;
    let before = text[..start].trim_end();
    let negative = before.ends_with(['-', '−']) || (before.ends_with('(') && behind.trim_start().starts_with(')'));
    Some(if negative { -value } else { value })
}

/// Where the decimal sign of written digits stands.
fn decimal_sign(digits: &[char], decimal_comma: bool) -> Option<usize> {
    let last = digits.iter().rposition(|c| matches!(c, '.' | ','))?;
    let sign = digits[last];
    let once = digits.iter().filter(|c| **c == sign).count() == 1;
    let other = digits.iter().any(|c| matches!(c, '.' | ',') && *c != sign);
    let ours = if decimal_comma { ',' } else { '.' };
    let grouping = digits.len() - last - 1 == 3 && sign != ours;
    (once && (other || !grouping)).then_some(last)
}

struct Parser<'p> {
    characters: &'p [char],
    at: usize,
    depth: usize,
    /// So many functions are open: between their arguments a comma may part.
    arguments: usize,
    around: &'p Surroundings<'p>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn comparison(&mut self) -> Option<f64> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let left = self.sum()?;
        let operator: String = self.characters[self.at..].iter().take_while(|c| matches!(c, '=' | '<' | '>')).collect();
        self.at += operator.chars().count();
        let value = if operator.is_empty() { left } else { f64::from(u8::from(compare(left, &operator, self.sum()?)?)) };
        self.depth -= 1;
        Some(value)
    }

    fn sum(&mut self) -> Option<f64> {
        let mut value = self.product()?;
        loop {
            if self.take('+') {
                value += self.product()?;
            } else if self.take('-') || self.take('−') {
                value -= self.product()?;
            } else {
                return Some(value);
            }
        }
    }

    fn product(&mut self) -> Option<f64> {
        let mut value = self.power()?;
        loop {
            if self.take('*') {
                value *= self.power()?;
            } else if self.take('/') {
                let by = self.power()?;
                value = (by != 0.0).then(|| value / by)?;
            } else {
                return Some(value);
            }
        }
    }

    fn power(&mut self) -> Option<f64> {
        let mut value = self.signed()?;
        while self.take('^') {
            value = value.powf(self.signed()?);
        }
        Some(value)
    }

    fn signed(&mut self) -> Option<f64> {
        let negative = if self.take('-') || self.take('−') {
            true
        } else {
            self.take('+');
            false
        };
        let mut value = self.primary()?;
        while self.take('%') {
            value /= 100.0;
        }
        Some(if negative { -value } else { value })
    }

    fn primary(&mut self) -> Option<f64> {
        if self.take('(') {
            let value = self.comparison()?;
            return self.take(')').then_some(value);
        }
        let first = self.peek()?;
        if first.is_ascii_digit() || matches!(first, '.' | ',' | '$' | '€') {
            return self.number();
        }
        let name: String = self.characters[self.at..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
        self.at += name.chars().count();
        if name.is_empty() {
            return None;
        }
        if self.take('(') {
            return self.function(&name.to_uppercase());
        }
        match name.to_uppercase().as_str() {
            "TRUE" => Some(1.0),
            "FALSE" => Some(0.0),
            _ => (self.around.bookmark)(&name).and_then(|text| number_in(&text, self.around.locale)).or_else(|| self.cell(&name)),
        }
    }

    fn number(&mut self) -> Option<f64> {
        self.at += self.characters[self.at..].iter().take_while(|c| matches!(c, '$' | '€')).count();
        // Between arguments a sign followed by no digit, or the one that parts them, ends the number.
        let parts = self.arguments > 0 && self.around.signs.comma_parts;
        let rest = &self.characters[self.at..];
        let mut length = 0;
        for (at, character) in rest.iter().enumerate() {
            let sign = (*character == '.' || (*character == ',' && !parts)) && rest.get(at + 1).is_some_and(char::is_ascii_digit);
            if !character.is_ascii_digit() && !sign {
                break;
            }
            length = at + 1;
        }
        let text: String = rest[..length].iter().collect();
        self.at += length;
        written_number(&text, self.around.signs.decimal_comma)
    }

    /// The value of one cell named as `B2`; nothing where it has not been read yet.
    fn cell(&self, name: &str) -> Option<f64> {
        let (column, row) = address(name)?;
        let Some(table) = self.around.table else { return Some(0.0) };
        let text = match table.read(row, column) {
            Some(text) => Some(text),
            None if (row, column) < table.here() => None,
            None => table.whole()?.get(row).and_then(|cells| cells.get(column)),
        };
        Some(text.and_then(|text| cell_number(text, self.around.locale)).unwrap_or(0.0))
    }

    fn function(&mut self, name: &str) -> Option<f64> {
        if name == "DEFINED" {
            return self.defined();
        }
        self.arguments += 1;
        let values = self.arguments()?;
        self.arguments -= 1;
        let one = values.first().copied();
        match name {
            "SUM" => Some(values.iter().sum()),
            "PRODUCT" => Some(values.iter().product()),
            "AVERAGE" => (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64),
            "COUNT" => Some(values.len() as f64),
            "MIN" => values.into_iter().reduce(f64::min),
            "MAX" => values.into_iter().reduce(f64::max),
            "ABS" => one.map(f64::abs),
            "INT" => one.map(f64::trunc),
            "SIGN" => one.map(|value| if value == 0.0 { 0.0 } else { value.signum() }),
            "NOT" => one.map(|value| f64::from(u8::from(value == 0.0))),
            "ROUND" => {
                let factor = 10_f64.powi(values.get(1).copied().unwrap_or(0.0).clamp(-12.0, 12.0) as i32);
                one.map(|value| (value * factor).round() / factor)
            }
            "MOD" => {
                let by = *values.get(1)?;
                (by != 0.0).then(|| one.map(|value| value - by * (value / by).floor()))?
            }
            "AND" => Some(f64::from(u8::from(values.iter().all(|value| *value != 0.0)))),
            "OR" => Some(f64::from(u8::from(values.iter().any(|value| *value != 0.0)))),
            "IF" => {
                if one? == 0.0 {
                    values.get(2).copied()
                } else {
                    values.get(1).copied()
                }
            }
            "TRUE" => Some(1.0),
            "FALSE" => Some(0.0),
            _ => None,
        }
    }

    /// Whether what stands in the brackets has a value.
    fn defined(&mut self) -> Option<f64> {
        let (at, depth, arguments) = (self.at, self.depth, self.arguments);
        if self.comparison().is_some() && self.take(')') {
            return Some(1.0);
        }
        (self.at, self.depth, self.arguments) = (at, depth, arguments);
        let mut open = 1;
        while open > 0 {
            match self.peek()? {
                '(' => open += 1,
                ')' => open -= 1,
                _ => {}
            }
            self.at += 1;
        }
        Some(0.0)
    }

    fn arguments(&mut self) -> Option<Vec<f64>> {
        let mut values = Vec::new();
        if self.take(')') {
            return Some(values);
        }
        loop {
            if !self.cells(&mut values)? {
                values.push(self.comparison()?);
            }
            if self.take(')') {
                return Some(values);
            }
            if !self.take(';') && !self.take(',') {
                return None;
            }
        }
    }

    /// `ABOVE`, `LEFT`, `A1:B3`, `C:C`, `2:2` as an argument: whether it is one. Nothing where it asks for cells that have not been read yet.
    fn cells(&mut self, values: &mut Vec<f64>) -> Option<bool> {
        let word: String = self.characters[self.at..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == ':').collect();
        let Some(table) = self.around.table.filter(|_| self.around.read.get() < MOST_READ) else { return Some(false) };
        let number = |text: &String| {
            self.around.read.set(self.around.read.get() + CELL + text.len());
            cell_number(text, self.around.locale)
        };
        let (here, column) = table.here();
        // A blank cell ends the column or row (Word's own rule); a heading without digits counts nothing.
        let filled = |text: &&String| !text.trim().is_empty();
        let found: Vec<f64> = match word.to_ascii_uppercase().as_str() {
            "ABOVE" => {
                let above = table.rows[..here].iter().rev().map_while(|row| row.get(column).filter(filled));
                above.filter_map(number).collect()
            }
            "LEFT" => {
                let left = table.rows.last().into_iter().flat_map(|row| row.iter().rev()).take_while(filled);
                left.filter_map(number).collect()
            }
            "BELOW" => {
                let below = table.whole()?.iter().skip(here + 1).map_while(|row| row.get(column).filter(filled));
                below.filter_map(number).collect()
            }
            "RIGHT" => {
                let right = table.whole()?.get(here).into_iter().flat_map(|row| row.iter().skip(column + 1)).take_while(filled);
                right.filter_map(number).collect()
            }
            range => {
                let Some((from, to)) = range.split_once(':').and_then(|(from, to)| Some((corner(from)?, corner(to)?))) else {
                    return Some(false);
                };
                let last = (to.1.unwrap_or(usize::MAX), to.0.unwrap_or(usize::MAX));
                // What has been read is as this reading shows it; the formula's own cell is no part of what it sums up.
                let later: &[Vec<String>] = if last < (here, column) { &[] } else { table.whole()? };
                let mut found = Vec::new();
                for row in from.1.unwrap_or(0)..=last.0.min(table.rows.len().max(later.len())) {
                    self.around.read.set(self.around.read.get() + CELL);
                    let read = table.rows.get(row).map_or(&[][..], Vec::as_slice);
                    let later = later.get(row).map_or(&[][..], Vec::as_slice);
                    let columns = from.0.unwrap_or(0)..=last.1.min(read.len().max(later.len()));
                    let others = columns.filter(|at| (row, *at) != (here, column));
                    found.extend(others.filter_map(|at| read.get(at).or_else(|| later.get(at))).filter_map(number));
                }
                found
            }
        };
        self.at += word.chars().count();
        values.extend(found);
        Some(true)
    }
}

/// `B2` as column and row, from 0.
fn address(name: &str) -> Option<(usize, usize)> {
    let (column, row) = corner(name)?;
    Some((column?, row?))
}

/// `B2`, `B` or `2`.
fn corner(name: &str) -> Option<(Option<usize>, Option<usize>)> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (column, row) = name.split_at(letters);
    if name.is_empty() || letters > 2 || row.len() > 5 || !row.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let column = column
        .bytes()
        .fold(None, |sum: Option<usize>, byte| Some(sum.map_or(0, |sum| (sum + 1) * 26) + usize::from(byte.to_ascii_uppercase() - b'A')));
    let row = if row.is_empty() { None } else { Some(row.parse::<usize>().ok()?.checked_sub(1)?) };
    Some((column, row))
}

/// `left operator right` (17.16.5.2).
pub(super) fn compare(left: f64, operator: &str, right: f64) -> Option<bool> {
    Some(match operator {
        "=" => left == right,
        "<>" => left != right,
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        ">=" => left >= right,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(rows: &[[&str; 2]]) -> Cells {
        rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect()
    }

    /// In the second cell of the fourth row.
    fn in_table(table: &mut TableText) {
        table.rows = cells(&[["lección", "5"], ["otra", "1.200,5"], ["", "3 puntos"], ["total", ""]]);
        table.rows[3].truncate(1);
    }

    fn value_in(text: &str, table: &TableText, signs: Option<Signs>) -> Option<f64> {
        let bookmark = |name: &str| (name == "nota").then(|| "6,5".to_owned());
        let locale = Locale::of(Some("es-CL"));
        let signs = signs.unwrap_or_else(|| Signs::of(locale));
        evaluate(text, &Surroundings { locale, signs, table: Some(table), bookmark: &bookmark, read: &Cell::new(0) })
    }

    fn value(text: &str) -> Option<f64> {
        let mut table = TableText::default();
        in_table(&mut table);
        value_in(text, &table, None)
    }

    #[test]
    fn formulas_follow_the_usual_precedence_17_16_3_4() {
        let cases = [
            ("1+2*3^2", 19.0),
            ("(1+2)*3", 9.0),
            ("-2^2", 4.0),
            ("50%*8", 4.0),
            ("1,5+2,5", 4.0),
            ("10/4", 2.5),
            ("3>2", 1.0),
            ("ROUND(2,345;2)", 2.35),
            ("IF(1<2;10;20)", 10.0),
            ("MAX(1;7;3)-MIN(4;2)", 5.0),
            ("MOD(7;4)", 3.0),
            ("nota*2", 13.0),
            ("DEFINED(nota)+DEFINED(otra)+DEFINED((1/0)+MAX(1;2))*5", 1.0),
        ];
        for (text, wanted) in cases {
            assert_eq!(value(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn cells_are_read_above_left_and_by_address() {
        assert_eq!(value("SUM(ABOVE)"), Some(1208.5));
        assert_eq!(value("B1+B3"), Some(8.0));
        assert_eq!(value("SUM(B1:B2)"), Some(1205.5));
        assert_eq!(value("SUM(B1:B3;A1)"), Some(1208.5));
    }

    #[test]
    fn cells_that_come_later_are_read_once_the_whole_table_is_known() {
        for text in ["SUM(BELOW)", "SUM(RIGHT)", "COUNT(B:B)", "SUM(B2:B5)", "B5", "A9"] {
            let mut table = TableText::default();
            in_table(&mut table);
            assert_eq!((value_in(text, &table, None), table.asked_ahead.get()), (None, true), "{text}");
        }
        let whole = cells(&[["", ""], ["", ""], ["", ""], ["total", "99"], ["más", "50%"], ["", "7"], ["", ""], ["", "8"]]);
        let mut table = TableText { whole: Some(whole), ..TableText::default() };
        in_table(&mut table);
        let cases = [("SUM(BELOW)", 7.5), ("SUM(B2:B5)", 1204.0), ("COUNT(B:B)", 6.0), ("B5", 0.5), ("A9", 0.0), ("SUM(5:6)", 7.5)];
        for (text, wanted) in cases {
            assert_eq!(value_in(text, &table, None), Some(wanted), "{text}");
        }
        table.rows[3].clear();
        assert_eq!(value_in("SUM(RIGHT)", &table, None), Some(99.0));
    }

    #[test]
    fn arguments_and_decimals_are_parted_as_the_author_s_settings_say_17_15_1_56() {
        let table = TableText::default();
        let english = Some(Signs { decimal_comma: false, comma_parts: true });
        for (text, wanted) in [("SUM(1,2,3)", 6.0), ("1+(SUM(1,2))", 4.0), ("ROUND(2.345,1)", 2.3), ("1,200*2", 2400.0), ("SUM(1;2)", 3.0)]
        {
            assert_eq!(value_in(text, &table, english), Some(wanted), "{text}");
        }
        assert_eq!(value_in("SUM(1,5;2)", &table, None), Some(3.5));
    }

    #[test]
    fn what_has_no_value_is_none() {
        for text in ["1/0", "", "1+", "(1", "nada", "FOO(1)", "DEFINED(1", &"(".repeat(200_000)] {
            assert_eq!(value(text), None, "{}", &text[..text.len().min(20)]);
        }
    }

    #[test]
    fn written_numbers_are_read_as_their_locale_writes_them() {
        let (es, en) = (Locale::of(Some("es")), Locale::of(Some("en")));
        assert_eq!(number_in("1.234", es), Some(1234.0));
        assert_eq!(number_in("1.234", en), Some(1.234));
        assert_eq!(number_in("1,234.50", es), Some(1234.5));
        assert_eq!(number_in("88,2 %", es), Some(88.2));
        assert_eq!(number_in("−4", es), Some(-4.0));
        assert_eq!(number_in("(4)", en), Some(-4.0));
        assert_eq!(number_in("nada", es), None);
    }
}
