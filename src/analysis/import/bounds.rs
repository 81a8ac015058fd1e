//! Bounds on workbooks: what they unpack to, and what they claim to hold.

use std::io::{Cursor, Read as _};

/// One part of a workbook, and all of them, unpacked; an answer key takes some hundred kilobytes.
const MOST_OF_ONE: u64 = 64 << 20;
const MOST_OF_ALL: u64 = 128 << 20;
/// Parts of a workbook.
const MOST_PARTS: usize = 2_000;

/// Refuses a workbook that would not fit into memory, or whose table of texts claims more entries than it has bytes.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    if archive.len() > MOST_PARTS {
        return Err(format!("it has {} parts", archive.len()));
    }
    let mut total = 0;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|error| error.to_string())?;
        let mut beginning = Vec::new();
        part.by_ref().take(4096).read_to_end(&mut beginning).map_err(|error| error.to_string())?;
        let rest = std::io::copy(&mut part.by_ref().take(MOST_OF_ONE), &mut std::io::sink()).map_err(|error| error.to_string())?;
        let size = beginning.len() as u64 + rest;
        total += size;
        if size > MOST_OF_ONE || total > MOST_OF_ALL {
            return Err("unpacked it is larger than any answer key".to_owned());
        }
        let name = part.name().map_err(|error| error.to_string())?.to_ascii_lowercase();
        if name.ends_with("sharedstrings.xml") && claimed(&beginning) > size {
            return Err("its table of texts claims more entries than it has".to_owned());
        }
    }
    Ok(())
}

/// The largest number that `count` and `uniqueCount` give.
fn claimed(beginning: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(beginning);
    let numbers = text.split(['c', 'C']).filter_map(|piece| {
        let value = piece.strip_prefix("ount")?.trim_start().strip_prefix('=')?.trim_start();
        let digits: String = value.chars().skip(1).take_while(char::is_ascii_digit).collect();
        Some(digits.parse().unwrap_or(if digits.is_empty() { 0 } else { u64::MAX }))
    });
    numbers.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn zipped(name: &str, content: &[u8]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        writer.write_all(content).expect("its content");
        writer.finish().expect("a zip").into_inner()
    }

    #[test]
    fn a_workbook_that_lies_or_swells_is_refused() {
        assert_eq!(check(&zipped("xl/sharedStrings.xml", b"<sst count=\"2\" uniqueCount=\"2\"><si><t>x</t></si></sst>")), Ok(()));
        assert!(check(&zipped("xl/sharedStrings.xml", b"<sst count=\"4000000000\" uniqueCount=\"4000000000\"><si/></sst>")).is_err());
        assert!(check(&zipped("xl/sharedStrings.xml", b"<sst uniqueCount=\"99999999999999999999999\"/>")).is_err());
        assert!(check(&zipped("xl/worksheets/sheet1.xml", &vec![b'a'; (64 << 20) + 4097])).is_err());
        assert!(check(b"PK\x03\x04 no zip").is_err());
    }
}
