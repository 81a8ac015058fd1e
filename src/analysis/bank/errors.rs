//! What spreadsheets make of cells: error values, dates, powers of ten.

/// Error values of Excel, LibreOffice and Google in English, Spanish and Portuguese, without their signs.
const ERRORS: &[&str] = &[
    "N/A",
    "N/D",
    "VALUE",
    "VALOR",
    "REF",
    "NAME",
    "NOMBRE",
    "NOME",
    "DIV/0",
    "NUM",
    "NÚM",
    "NULL",
    "NULO",
    "SPILL",
    "DESBORDAMIENTO",
    "DESPEJAR",
    "CALC",
    "GETTING_DATA",
    "ERROR",
    "BUSY",
    "FIELD",
    "CAMPO",
    "BLOCKED",
];

/// The error value a cell shows: `#N/A`, `#¡VALOR!`, `#¿NOMBRE?`, `Err:502`, `########`.
pub(crate) fn value(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    let hashes = cell.len() > 2 && cell.bytes().all(|byte| byte == b'#');
    let inner = cell.strip_prefix('#').map(|rest| rest.trim_matches(['¡', '!', '¿', '?']).to_uppercase());
    let named = inner.is_some_and(|inner| ERRORS.contains(&inner.as_str()));
    let office = cell.strip_prefix("Err:").is_some_and(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()));
    (hashes || named || office).then_some(cell)
}

/// Names of months as spreadsheets shorten them, in English, Spanish and Portuguese.
const MONTHS: [&[&str]; 12] = [
    &["ene", "jan", "enero", "january", "janeiro"],
    &["feb", "fev", "febrero", "february", "fevereiro"],
    &["mar", "marzo", "march", "março"],
    &["abr", "apr", "abril", "april"],
    &["may", "mai", "mayo", "maio"],
    &["jun", "junio", "june", "junho"],
    &["jul", "julio", "july", "julho"],
    &["ago", "aug", "agosto", "august"],
    &["sep", "sept", "set", "septiembre", "september", "setembro"],
    &["oct", "out", "octubre", "october", "outubro"],
    &["nov", "noviembre", "november", "novembro"],
    &["dic", "dec", "dez", "diciembre", "december", "dezembro"],
];

/// What a cell that looks like a date was probably typed as: `02-ene` was `2/1` or `1/2`.
pub(crate) fn date(cell: &str) -> Option<Vec<String>> {
    let cell = cell.trim().trim_end_matches(" 00:00:00").trim_end_matches(" 0:00");
    if cell.len() > 30 {
        return None;
    }
    if let Some((month, day)) = serial(cell) {
        return Some(both(day, month));
    }
    let lower = cell.to_lowercase();
    let parts: Vec<&str> = lower.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty() && *part != "de").collect();
    let month = |part: &str| MONTHS.iter().position(|names| names.contains(&part)).map(|at| at as u32 + 1);
    let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 4);
    match parts.as_slice() {
        [a, b] => match (number(a), month(a), number(b), month(b)) {
            (Some(day), _, _, Some(month)) if day <= 31 => Some(both(day, month)),
            (_, Some(month), Some(number), _) => {
                Some(both(if number > 1900 { number - 2000 * u32::from(number >= 2000) } else { number }, month))
            }
            _ => None,
        },
        [a, b, c] => {
            let year = |part: &str| number(part).is_some_and(|year| (1900..2100).contains(&year) || part.len() == 2);
            match (number(a), month(b).or_else(|| number(b)), number(c)) {
                // A list of three small numbers is none: one of them is a year, or a month's name.
                (Some(day), Some(m), Some(_)) if day <= 31 && m <= 12 && (month(b).is_some() || c.len() == 4) && year(c) => {
                    Some(both(day, m))
                }
                (Some(y), Some(m), Some(day)) if a.len() == 4 && (1900..2100).contains(&y) && m <= 12 && day <= 31 => Some(both(day, m)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn both(day: u32, month: u32) -> Vec<String> {
    let (one, two) = (format!("{day}/{month}"), format!("{month}/{day}"));
    if one == two { vec![one] } else { vec![one, two] }
}

/// Month and day of the number that Excel keeps for a day of the years 2015 to 2040.
fn serial(cell: &str) -> Option<(u32, u32)> {
    let days: i64 = cell.strip_suffix(".0").unwrap_or(cell).parse().ok().filter(|days| (42_005..51_137).contains(days))?;
    let date = jiff::civil::date(1899, 12, 30).checked_add(jiff::Span::new().days(days)).ok()?;
    Some((u32::from(date.month().unsigned_abs()), u32::from(date.day().unsigned_abs())))
}

/// Whether a cell is a number that a spreadsheet wrote as a power of ten: `1,23E+05`.
pub(crate) fn is_scientific(cell: &str) -> bool {
    let Some((mantissa, exponent)) = cell.trim().split_once(['E', 'e']) else { return false };
    let figures = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    let exponent = exponent.strip_prefix(['+', '-']);
    figures(mantissa.trim_start_matches('-'))
        && exponent.is_some_and(|e| !e.is_empty() && e.len() <= 3 && e.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_excel_made_are_seen_with_what_was_typed() {
        for (cell, typed) in [
            ("02-ene", "2/1 1/2"),
            ("ene-02", "2/1 1/2"),
            ("2-Jan", "2/1 1/2"),
            ("44928", "2/1 1/2"),
            ("45324", "2/2"),
            ("01/02/2026", "1/2 2/1"),
            ("Feb-50", "50/2 2/50"),
            ("2026-02-01 00:00:00", "1/2 2/1"),
            ("3-set", "3/9 9/3"),
            ("1-dez-2026", "1/12 12/1"),
            ("02 de enero", "2/1 1/2"),
        ] {
            assert_eq!(date(cell).map(|typed| typed.join(" ")).as_deref(), Some(typed), "{cell}");
        }
        for cell in ["1/2", "1-2", "A", "2, 3, 4", "1/2/3", "12.5", "3", "1000", "60000", "marzo", "2 mares", "1789", "B-12", "mar y sol"] {
            assert_eq!(date(cell), None, "{cell}");
        }
    }

    #[test]
    fn error_values_are_seen_in_three_languages() {
        for cell in [
            "#N/A",
            "#N/D",
            "#¡VALOR!",
            "#¡REF!",
            "#¿NOMBRE?",
            "#¡DIV/0!",
            "#NAME?",
            "#VALUE!",
            "#NOME?",
            "#VALOR!",
            "#DIV/0!",
            "#NÚM!",
            "#######",
            "Err:502",
        ] {
            assert!(value(cell).is_some(), "{cell}");
        }
        for cell in ["#", "# 3", "#1", "N/A", "##", "#sol"] {
            assert_eq!(value(cell), None, "{cell}");
        }
    }

    #[test]
    fn powers_of_ten_are_seen() {
        assert!(["1,23E+05", "1E-3", "-2.5e+10"].iter().all(|cell| is_scientific(cell)));
        assert!(!["E", "1E", "2e", "mes", "1e5", "B+2"].iter().any(|cell| is_scientific(cell)));
    }
}
