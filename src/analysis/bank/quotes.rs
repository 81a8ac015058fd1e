//! Quotes that a CSV reader forgives and that would make rows vanish.

use crate::analysis::bank::BankFault;

/// How a quoted cell that runs over several lines is wrong.
const NEVER: (&str, &str, &str) = (
    "a quote opens in this row and is never closed: close it, or remove it",
    "en esta fila se abren comillas que no se cierran: ciérrelas o quítelas",
    "nesta linha se abrem aspas que não se fecham: feche-as ou retire-as",
);
const MIDDLE: (&str, &str, &str) = (
    "a quote opens in this row and closes in the middle of a cell further down: close it, or remove it",
    "en esta fila se abren comillas que se cierran en medio de una celda más abajo: ciérrelas o quítelas",
    "nesta linha se abrem aspas que se fecham no meio de uma célula mais abaixo: feche-as ou retire-as",
);

/// The first quoted cell that swallows what follows: one that is never closed, or closed by the quote of another cell some lines below.
///
/// `line` is the number of the text's first line.
pub(super) fn check(text: &str, delimiter: u8, line: u64) -> Result<(), BankFault> {
    let bytes = text.as_bytes();
    let is_break = |byte: Option<&u8>| matches!(byte, Some(b'\n' | b'\r'));
    let is_end = |byte: Option<&u8>| byte.is_none() || byte == Some(&delimiter) || is_break(byte);
    let (mut at, mut line, mut begins) = (0, line, true);
    while at < bytes.len() {
        if bytes[at] != b'"' || !begins {
            begins = is_end(bytes.get(at));
            line += u64::from(is_line_end(bytes, at));
            at += 1;
            continue;
        }
        let (close, lines) = closing(bytes, at + 1);
        match close {
            None => return Err(BankFault::at(line, NEVER.0, NEVER.1, NEVER.2)),
            Some(close) if lines > 0 && !is_end(bytes.get(close + 1)) => return Err(BankFault::at(line, MIDDLE.0, MIDDLE.1, MIDDLE.2)),
            Some(close) => at = close + 1,
        }
        (line, begins) = (line + lines, false);
    }
    Ok(())
}

/// The quote that closes a cell, and the line ends before it; a doubled one is a quote of the text.
fn closing(bytes: &[u8], from: usize) -> (Option<usize>, u64) {
    let (mut at, mut lines) = (from, 0);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'"', Some(b'"')) => at += 1,
            (b'"', _) => return (Some(at), lines),
            _ => lines += u64::from(is_line_end(bytes, at)),
        }
        at += 1;
    }
    (None, lines)
}

/// Whether a line ends here; Windows' two characters are one end.
fn is_line_end(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b'\n' || (bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
}
