//! Formulas of fields (`= …`; ECMA-376 part 1, 17.16.3.2 and 17.16.3.4): numbers, operators, functions, table cells, bookmarks.

use std::cell::Cell;

use super::locale::Locale;

/// Cells of the table a formula stands in, as far as they have been read: the text of each cell by row.
#[derive(Debug, Default)]
pub(in crate::document) struct TableText {
    pub(in crate::document) rows: Vec<Vec<String>>,
}

/// What a formula can ask for.
pub(super) struct Surroundings<'a> {
    pub(super) locale: Locale,
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
    let mut parser = Parser { characters: &characters, at: 0, depth: 0, around };
    let value = parser.comparison()?;
    (parser.at == characters.len() && value.is_finite()).then_some(value)
}

/// The number a text shows: signs, grouping and percent as the locale writes them; text around it is passed over.
pub(super) fn number_in(text: &str, locale: Locale) -> Option<f64> {
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
    let decimal = decimal_sign(&digits, locale);
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
fn decimal_sign(digits: &[char], locale: Locale) -> Option<usize> {
    let last = digits.iter().rposition(|c| matches!(c, '.' | ','))?;
    let sign = digits[last];
    let once = digits.iter().filter(|c| **c == sign).count() == 1;
    let other = digits.iter().any(|c| matches!(c, '.' | ',') && *c != sign);
    let ours = if locale.decimal_comma { ',' } else { '.' };
    let grouping = digits.len() - last - 1 == 3 && sign != ours;
    (once && (other || !grouping)).then_some(last)
}

struct Parser<'p> {
    characters: &'p [char],
    at: usize,
    depth: usize,
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
        // Between arguments a sign followed by no digit, or a list sign, ends the number.
        let rest = &self.characters[self.at..];
        let mut length = 0;
        for (at, character) in rest.iter().enumerate() {
            let sign = matches!(character, '.' | ',') && rest.get(at + 1).is_some_and(char::is_ascii_digit);
            if !character.is_ascii_digit() && !sign {
                break;
            }
            length = at + 1;
        }
        let text: String = rest[..length].iter().collect();
        self.at += length;
        number_in(&text, self.around.locale)
    }

    /// The value of one cell named as `B2`.
    fn cell(&self, name: &str) -> Option<f64> {
        let (column, row) = address(name)?;
        Some(self.cell_value(row, column).unwrap_or(0.0))
    }

    fn cell_value(&self, row: usize, column: usize) -> Option<f64> {
        number_in(self.around.table?.rows.get(row)?.get(column)?, self.around.locale)
    }

    fn function(&mut self, name: &str) -> Option<f64> {
        let values = self.arguments()?;
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

    fn arguments(&mut self) -> Option<Vec<f64>> {
        let mut values = Vec::new();
        if self.take(')') {
            return Some(values);
        }
        loop {
            if !self.cells(&mut values) {
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

    /// `ABOVE`, `LEFT`, `A1:B3`, `C:C`, `2:2` as an argument.
    fn cells(&mut self, values: &mut Vec<f64>) -> bool {
        let word: String = self.characters[self.at..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == ':').collect();
        let Some(table) = self.around.table.filter(|_| self.around.read.get() < MOST_READ) else { return false };
        let number = |text: &String| {
            self.around.read.set(self.around.read.get() + CELL + text.len());
            number_in(text, self.around.locale)
        };
        let here = table.rows.len().saturating_sub(1);
        let column = table.rows.last().map_or(0, Vec::len);
        let found: Vec<f64> = match word.to_ascii_uppercase().as_str() {
            // A blank cell ends the column or row (Word's own rule); a heading without digits counts nothing.
            "ABOVE" => {
                let above = table.rows[..here].iter().rev().map_while(|row| row.get(column).filter(|text| !text.trim().is_empty()));
                above.filter_map(number).collect()
            }
            "LEFT" => {
                let left = table.rows.last().into_iter().flat_map(|row| row.iter().rev()).take_while(|text| !text.trim().is_empty());
                left.filter_map(number).collect()
            }
            // What stands below or to the right has not been read yet.
            "BELOW" | "RIGHT" => return false,
            range => {
                let Some((from, to)) = range.split_once(':').and_then(|(from, to)| Some((corner(from)?, corner(to)?))) else {
                    return false;
                };
                let rows = from.1.unwrap_or(0)..=to.1.unwrap_or(usize::MAX);
                let columns = from.0.unwrap_or(0)..=to.0.unwrap_or(usize::MAX);
                let numbered = table.rows.iter().enumerate().filter(|(at, _)| rows.contains(at));
                let cells = numbered.flat_map(|(_, row)| row.iter().enumerate().filter(|(at, _)| columns.contains(at)));
                cells.filter_map(|(_, text)| number(text)).collect()
            }
        };
        self.at += word.chars().count();
        values.extend(found);
        true
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

    fn value(text: &str) -> Option<f64> {
        let rows = [["lección", "5"], ["otra", "1.200,5"], ["", "3 puntos"], ["total", ""]];
        let mut table = TableText { rows: rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect() };
        table.rows[3].truncate(1);
        let bookmark = |name: &str| (name == "nota").then(|| "6,5".to_owned());
        evaluate(text, &Surroundings { locale: Locale::of(Some("es-CL")), table: Some(&table), bookmark: &bookmark, read: &Cell::new(0) })
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
        assert_eq!(value("COUNT(B:B)"), Some(3.0));
        assert_eq!(value("A9"), Some(0.0));
    }

    #[test]
    fn what_has_no_value_is_none() {
        for text in ["1/0", "", "1+", "(1", "nada", "FOO(1)", "SUM(BELOW)", &"(".repeat(200_000)] {
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
