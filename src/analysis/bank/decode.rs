//! Bytes to text: which encoding a spreadsheet used, and whether the file is a table at all.

use encoding_rs::{Encoding, MACINTOSH, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::analysis::bank::BankFault;

/// So much of a file is looked at to tell its encoding.
const SAMPLE: usize = 200_000;

/// The text of a file; a fault where it is no text, but a workbook or a page under the name of one.
pub(super) fn decode(bytes: &[u8]) -> Result<String, BankFault> {
    if let Some((en, es, pt)) = foreign(bytes) {
        return Err(BankFault::file(en, es, pt));
    }
    let text = by_mark(bytes).unwrap_or_else(|| legacy(bytes));
    // Marks within come of files that were joined.
    Ok(if text.contains('\u{feff}') { text.replace('\u{feff}', "") } else { text })
}

/// Whether a zip names a part, in its first heads or in the directory at its end.
fn names_part(zip: &[u8], part: &[u8]) -> bool {
    const ENDS: usize = 64 * 1024;
    let holds = |bytes: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    holds(&zip[..zip.len().min(ENDS)]) || holds(&zip[zip.len().saturating_sub(ENDS)..])
}

/// What the file is, where it is none of ours, in English, Spanish and Portuguese.
fn foreign(bytes: &[u8]) -> Option<(&'static str, &'static str, &'static str)> {
    let start = &bytes[..bytes.len().min(400)];
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if bytes.starts_with(b"PK\x03\x04") && names_part(bytes, b"word/document.xml") {
        return Some((
            "this is a Word document, not a bank: a bank is a table saved as CSV (question_number, correct_alternative, …)",
            "este archivo es un documento de Word, no un banco: un banco es una tabla guardada como CSV (question_number, correct_alternative, …)",
            "este arquivo é um documento do Word, não um banco: um banco é uma tabela salva como CSV (question_number, correct_alternative, …)",
        ));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        let open = text.contains("opendocument");
        return Some(if open {
            (
                "this is an OpenDocument spreadsheet under the name of a CSV file: save it as CSV",
                "este archivo es una hoja de cálculo OpenDocument con nombre de CSV: guárdelo como CSV",
                "este arquivo é uma planilha OpenDocument com nome de CSV: salve-a como CSV",
            )
        } else {
            (
                "this is an Excel workbook under the name of a CSV file: save it as CSV (in Excel: Save as, CSV UTF-8), or make a bank of it with gradepost bank import",
                "este archivo es un libro de Excel con nombre de CSV: guárdelo como CSV (en Excel: Guardar como, CSV UTF-8) o conviértalo con gradepost bank import",
                "este arquivo é uma pasta de trabalho do Excel com nome de CSV: salve-a como CSV (no Excel: Salvar como, CSV UTF-8) ou converta-a com gradepost bank import",
            )
        });
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Some((
            "this is an old Excel workbook (.xls) under the name of a CSV file: save it as CSV, or make a bank of it with gradepost bank import",
            "este archivo es un libro de Excel antiguo (.xls) con nombre de CSV: guárdelo como CSV o conviértalo con gradepost bank import",
            "este arquivo é uma pasta de trabalho antiga do Excel (.xls) com nome de CSV: salve-a como CSV ou converta-a com gradepost bank import",
        ));
    }
    if ["<!doctype html", "<html", "<head", "<table", "<body", "<meta"].iter().any(|tag| text.starts_with(tag)) {
        return Some((
            "this is a web page under the name of a CSV file: download the file itself, or save the table as CSV",
            "este archivo es una página web con nombre de CSV: descargue el archivo mismo o guarde la tabla como CSV",
            "este arquivo é uma página web com nome de CSV: baixe o próprio arquivo ou salve a tabela como CSV",
        ));
    }
    if text.starts_with("<?xml") {
        return Some((
            "this is an XML file (perhaps an Excel 2003 workbook) under the name of a CSV file: save it as CSV",
            "este archivo es XML (quizás un libro de Excel 2003) con nombre de CSV: guárdelo como CSV",
            "este arquivo é XML (talvez uma pasta de trabalho do Excel 2003) com nome de CSV: salve-o como CSV",
        ));
    }
    let other =
        bytes.starts_with(b"%PDF") || bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xff\xd8\xff") || bytes.starts_with(b"{\\rtf");
    other
        .then_some((
            "this is no table of text: export the bank as CSV",
            "este archivo no es una tabla de texto: exporte el banco como CSV",
            "este arquivo não é uma tabela de texto: exporte o banco como CSV",
        ))
        .or_else(|| {
            (zeros(bytes).is_none() && bytes.iter().take(SAMPLE).any(|byte| *byte == 0)).then_some((
                "the file holds bytes that no text has: export the bank as CSV",
                "el archivo contiene bytes que ningún texto tiene: exporte el banco como CSV",
                "o arquivo contém bytes que nenhum texto tem: exporte o banco como CSV",
            ))
        })
}

/// By a byte order mark, as UTF-16 without one, as UTF-8.
fn by_mark(bytes: &[u8]) -> Option<String> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Some(encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned());
    }
    if let Some(encoding) = zeros(bytes) {
        return Some(encoding.decode_without_bom_handling(bytes).0.into_owned());
    }
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

/// UTF-16 without a mark: nearly every second byte of a Latin text is zero.
fn zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE) & !1];
    let count = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (count(0), count(1), sample.len() / 2);
    match half > 3 {
        true if odd * 10 > half * 8 && even * 10 < half => Some(UTF_16LE),
        true if even * 10 > half * 8 && odd * 10 < half => Some(UTF_16BE),
        _ => None,
    }
}

/// One way to read bytes.
type Decode<'d> = &'d dyn Fn(&[u8]) -> String;

/// One byte a letter: what Excel writes on Windows, on a Macintosh, or a program of DOS times; whichever gives words.
fn legacy(bytes: &[u8]) -> String {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let windows = |bytes: &[u8]| WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
    let macintosh = |bytes: &[u8]| MACINTOSH.decode_without_bom_handling(bytes).0.into_owned();
    let dos = |bytes: &[u8]| {
        bytes.iter().map(|byte| if *byte < 128 { char::from(*byte) } else { CP850[usize::from(*byte) - 128] }).collect::<String>()
    };
    let candidates: [(Decode<'_>, i64); 3] = [(&windows, 1), (&macintosh, 0), (&dos, 0)];
    // Of equals the first: Windows wrote most files.
    let best = candidates.iter().enumerate().max_by_key(|(at, (decode, bonus))| (likelihood(&decode(sample)) + bonus, usize::MAX - at));
    best.map_or_else(|| windows(bytes), |(_, (decode, _))| decode(bytes))
}

/// How well the letters beyond ASCII stand where Spanish and Portuguese have them.
fn likelihood(text: &str) -> i64 {
    let chars: Vec<char> = text.chars().collect();
    let at = |place: Option<usize>| place.and_then(|place| chars.get(place)).copied();
    let mut sum = 0;
    for (place, c) in chars.iter().copied().enumerate().filter(|(_, c)| !c.is_ascii()) {
        let (before, after) = (at(place.checked_sub(1)), at(Some(place + 1)));
        let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        let small = |c: Option<char>| c.is_some_and(char::is_lowercase);
        sum += match c {
            // Before a vowel, and never at the end of a word.
            'ç' | 'Ç' => {
                if after.is_some_and(|c| "aouãõáóúâôAOUÃÕÁÓÚ".contains(c)) {
                    2
                } else {
                    -3
                }
            }
            'á' | 'é' | 'í' | 'ó' | 'ú' | 'ñ' | 'ü' | 'ã' | 'õ' | 'â' | 'ê' | 'ô' | 'à' => {
                if after.is_some_and(char::is_uppercase) && letter(before) { -3 } else { 3 }
            }
            'Á' | 'É' | 'Í' | 'Ó' | 'Ú' | 'Ñ' | 'Ü' | 'Ã' | 'Õ' | 'Â' | 'Ê' | 'Ô' | 'À' => {
                if small(before) {
                    -3
                } else {
                    2
                }
            }
            '¿' | '¡' => {
                if !letter(before) && (letter(after) || after.is_some_and(|c| c.is_ascii_digit())) {
                    3
                } else {
                    -3
                }
            }
            'º' | 'ª' | '°' | '²' | '³' | '½' | '¼' | '«' | '»' | '“' | '”' | '–' | '—' | '€' | '×' | '÷' | '±' | '·' => {
                if letter(before) && letter(after) {
                    -2
                } else {
                    1
                }
            }
            '‘' | '’' => {
                if small(before) && (small(after) || !letter(after)) {
                    -2
                } else {
                    1
                }
            }
            '\u{a0}' => {
                if letter(before) && letter(after) {
                    -3
                } else {
                    0
                }
            }
            c if c.is_control() => -5,
            c if c.is_alphabetic() => -1,
            _ => {
                if letter(before) || letter(after) {
                    -3
                } else {
                    -1
                }
            }
        };
    }
    sum
}

/// The upper half of code page 850.
#[rustfmt::skip]
const CP850: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å',
    'É', 'æ', 'Æ', 'ô', 'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', 'ø', '£', 'Ø', '×', 'ƒ',
    'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º', '¿', '®', '¬', '½', '¼', '¡', '«', '»',
    '░', '▒', '▓', '│', '┤', 'Á', 'Â', 'À', '©', '╣', '║', '╗', '╝', '¢', '¥', '┐',
    '└', '┴', '┬', '├', '─', '┼', 'ã', 'Ã', '╚', '╔', '╩', '╦', '╠', '═', '╬', '¤',
    'ð', 'Ð', 'Ê', 'Ë', 'È', 'ı', 'Í', 'Î', 'Ï', '┘', '┌', '█', '▄', '¦', 'Ì', '▀',
    'Ó', 'ß', 'Ô', 'Ò', 'õ', 'Õ', 'µ', 'þ', 'Þ', 'Ú', 'Û', 'Ù', 'ý', 'Ý', '¯', '´',
    '\u{ad}', '±', '‗', '¾', '¶', '§', '÷', '¸', '°', '¨', '·', '¹', '³', '²', '■', '\u{a0}',
];

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "question_number;correct_alternative;lecture;text\r\n1;A;Álgebra;¿Cuánto es la razón?\r\n2;B;Geometría;El señor Núñez dijo: ¡sí!\r\n3;C;Educação física;Ação de São João\r\n";

    fn dos(text: &str) -> Vec<u8> {
        let byte = |c: char| {
            if c.is_ascii() { c as u8 } else { 128 + CP850.iter().position(|known| *known == c).expect("a letter of the code page") as u8 }
        };
        text.chars().map(byte).collect()
    }

    fn macintosh(text: &str) -> Vec<u8> {
        let is = |byte: &u8, c: char| MACINTOSH.decode_without_bom_handling(&[*byte]).0.starts_with(c);
        text.chars().map(|c| (0..=255_u8).find(|byte| is(byte, c)).expect("a letter of the encoding")).collect()
    }

    #[test]
    fn every_encoding_that_spreadsheets_write_is_told_apart() {
        let utf16 = |little: bool| {
            TEXT.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect::<Vec<u8>>()
        };
        for (name, bytes) in [
            ("UTF-8", TEXT.as_bytes().to_vec()),
            ("Windows", WINDOWS_1252.encode(TEXT).0.into_owned()),
            ("Macintosh", macintosh(TEXT)),
            ("DOS", dos(TEXT)),
            ("UTF-16LE", utf16(true)),
            ("UTF-16BE", utf16(false)),
            ("joined", format!("\u{feff}{}\u{feff}{}", &TEXT[..52], &TEXT[52..]).into_bytes()),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(TEXT), "{name}");
        }
    }

    #[test]
    fn a_few_accents_are_enough() {
        for (bytes, text) in [
            (&b"1;\xe7lgebra\n2;Geometr\x92a"[..], "1;Álgebra\n2;Geometría"),
            (b"1;\xc1lgebra\n2;Geometr\xeda", "1;Álgebra\n2;Geometría"),
            (b"1;\xb5lgebra\n2;Geometr\xa1a", "1;Álgebra\n2;Geometría"),
            (b"O\x92Higgins", "O’Higgins"),
            (b"a\xf1o", "año"),
            (b"a\x96o", "año"),
            (b"a\xa4o", "año"),
        ] {
            assert_eq!(decode(bytes).as_deref(), Ok(text), "{bytes:x?}");
        }
    }

    #[test]
    fn other_files_under_the_name_of_a_bank_are_named() {
        for (bytes, word) in [
            (&b"PK\x03\x04\x14\0\x06\0[Content_Types].xml"[..], "Excel workbook"),
            (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml\0\0word/document.xml", "Word document"),
            (b"PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "OpenDocument"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"),
            (b"\xef\xbb\xbf <!DOCTYPE html><html>", "web page"),
            (b"<table><tr><td>1", "web page"),
            (b"<?xml version=\"1.0\"?><Workbook>", "XML"),
            (b"%PDF-1.7", "no table"),
            (b"1;A\0\0;x", "bytes that no text has"),
        ] {
            let fault = decode(bytes).expect_err("no bank");
            assert!(fault.message.contains(word) && !fault.spanish.is_empty() && !fault.portuguese.is_empty(), "{}", fault.message);
        }
    }
}
