//! How a PDF spells numbers, names, strings and dictionaries (ISO 32000-1, 7.3), in as few bytes as may be.
//!
//! Everything is written once, to where it stays: operators of pages, the structure tree and whatever else is not printpdf's.

use lopdf::{Dictionary, Object, ObjectId, StringFormat};

use super::number::{hundred_thousandths, hundredths};

/// Text of the file's own language.
#[derive(Debug, Default)]
pub(super) struct Syntax {
    pub(super) bytes: Vec<u8>,
}

impl Syntax {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes) }
    }

    /// Bytes as they are: delimiters, and keys with their values where both are known.
    #[inline] // a text that is known where it is written needs no call to be copied
    pub(super) fn raw(&mut self, text: &str) -> &mut Self {
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    /// A word or number, apart from one before it.
    pub(super) fn word(&mut self, text: &str) -> &mut Self {
        self.part();
        self.raw(text)
    }

    /// A blank where the last byte would run into the next one.
    fn part(&mut self) {
        if self.runs_on() {
            self.bytes.push(b' ');
        }
    }

    fn runs_on(&self) -> bool {
        !matches!(self.bytes.last(), None | Some(b'[' | b']' | b'<' | b'>' | b'(' | b')' | b'{' | b'}' | b'/' | b' ' | b'\n'))
    }

    /// The end of an operation.
    pub(super) fn operator(&mut self, name: &str) {
        self.word(name).bytes.push(b'\n');
    }

    pub(super) fn integer(&mut self, number: i64) -> &mut Self {
        self.decimal(number, 0)
    }

    /// A length or place: a hundredth of a point is a tenth of what a printer can show.
    pub(super) fn length(&mut self, value: f32) -> &mut Self {
        self.hundredths(hundredths(value))
    }

    pub(super) fn lengths(&mut self, values: impl IntoIterator<Item = f32>) -> &mut Self {
        for value in values {
            self.length(value);
        }
        self
    }

    pub(super) fn hundredths(&mut self, number: i32) -> &mut Self {
        self.decimal(i64::from(number), 2)
    }

    /// A factor of a matrix, where a hundredth is too coarse.
    pub(super) fn factor(&mut self, value: f32) -> &mut Self {
        self.decimal(hundred_thousandths(value), 5)
    }

    /// A number of so many decimals, without zeros at its end.
    pub(super) fn decimal(&mut self, number: i64, decimals: usize) -> &mut Self {
        let (mut rest, mut decimals) = (number.unsigned_abs(), decimals);
        while decimals > 0 && rest.is_multiple_of(10) {
            rest /= 10;
            decimals -= 1;
        }
        // Written from its end: the longest has 19 digits, a point, a sign and a blank before it.
        let mut written = [0; 24];
        let mut from = written.len();
        let mut put = |byte| {
            from -= 1;
            written[from] = byte;
        };
        for _ in 0..decimals {
            put(b'0' + (rest % 10) as u8);
            rest /= 10;
        }
        if decimals > 0 {
            put(b'.');
        }
        loop {
            put(b'0' + (rest % 10) as u8);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            put(b'-');
        }
        if self.runs_on() {
            put(b' ');
        }
        self.bytes.extend_from_slice(&written[from..]);
        self
    }

    fn real(&mut self, number: f32) {
        let text = if number.is_finite() { number.to_string() } else { "0".to_owned() };
        self.word(&text);
    }

    pub(super) fn name(&mut self, text: &str) -> &mut Self {
        self.name_of(text.as_bytes())
    }

    fn name_of(&mut self, text: &[u8]) -> &mut Self {
        let plain = |byte: u8| {
            byte.is_ascii_graphic() && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%' | b'#')
        };
        self.bytes.push(b'/');
        if text.iter().all(|&byte| plain(byte)) {
            self.bytes.extend_from_slice(text);
            return self;
        }
        for &byte in text {
            if plain(byte) {
                self.bytes.push(byte);
            } else {
                self.bytes.push(b'#');
                self.hexadecimal(byte);
            }
        }
        self
    }

    pub(super) fn reference(&mut self, (id, generation): ObjectId) -> &mut Self {
        self.integer(i64::from(id));
        // Nothing here is written a second time, so that nearly all are of the first generation.
        if generation == 0 { self.raw(" 0 R") } else { self.integer(i64::from(generation)).raw(" R") }
    }

    pub(super) fn references(&mut self, ids: impl IntoIterator<Item = ObjectId>) -> &mut Self {
        for id in ids {
            self.reference(id);
        }
        self
    }

    /// A glyph's code in a string between parentheses.
    #[inline]
    pub(super) fn code(&mut self, code: u16) {
        let bytes = code.to_be_bytes();
        if bytes.iter().any(|byte| matches!(byte, b'(' | b')' | b'\\' | b'\r')) {
            for byte in bytes {
                self.character(byte);
            }
        } else {
            self.bytes.extend_from_slice(&bytes);
        }
    }

    /// A byte of a string between parentheses.
    fn character(&mut self, byte: u8) {
        match byte {
            b'(' | b')' | b'\\' => self.bytes.extend_from_slice(&[b'\\', byte]),
            b'\r' => self.bytes.extend_from_slice(b"\\r"),
            _ => self.bytes.push(byte),
        }
    }

    fn hexadecimal(&mut self, byte: u8) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        self.bytes.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }

    pub(super) fn string(&mut self, text: &[u8], format: StringFormat) -> &mut Self {
        if format == StringFormat::Hexadecimal {
            self.bytes.push(b'<');
            for byte in text {
                self.hexadecimal(*byte);
            }
            self.bytes.push(b'>');
        } else {
            self.bytes.push(b'(');
            for byte in text {
                self.character(*byte);
            }
            self.bytes.push(b')');
        }
        self
    }

    /// A text as people read it, as lopdf spells them: ASCII as it is, all else in UTF-16 with its byte order mark.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        if text.is_ascii() {
            return self.string(text.as_bytes(), StringFormat::Literal);
        }
        self.raw("<FEFF");
        for byte in text.encode_utf16().flat_map(u16::to_be_bytes) {
            self.hexadecimal(byte);
        }
        self.raw(">")
    }

    /// An object of printpdf's tree.
    pub(super) fn object(&mut self, object: &Object) -> &mut Self {
        match object {
            // Streams are objects of their own; nothing here puts one inside of another.
            Object::Null | Object::Stream(_) => self.word("null"),
            Object::Boolean(true) => self.word("true"),
            Object::Boolean(false) => self.word("false"),
            Object::Integer(number) => self.integer(*number),
            Object::Real(number) => {
                self.real(*number);
                self
            }
            Object::Name(text) => self.name_of(text),
            Object::String(text, format) => self.string(text, *format),
            Object::Array(items) => {
                self.raw("[");
                for item in items {
                    self.object(item);
                }
                self.raw("]")
            }
            Object::Dictionary(dict) => self.raw("<<").entries(dict).raw(">>"),
            Object::Reference(id) => self.reference(*id),
        }
    }

    /// The keys and values of a dictionary, but for its length, which is told where its stream is.
    pub(super) fn entries(&mut self, dict: &Dictionary) -> &mut Self {
        for (key, entry) in dict.iter().filter(|(key, _)| key.as_slice() != b"Length") {
            self.name_of(key).object(entry);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(write: impl FnOnce(&mut Syntax)) -> String {
        let mut out = Syntax::default();
        write(&mut out);
        String::from_utf8(out.bytes).unwrap()
    }

    #[test]
    fn numbers_have_no_more_digits_than_they_need() {
        let number = |number, decimals| spelt(|out| _ = out.decimal(number, decimals));
        assert_eq!([number(0, 0), number(7, 0), number(-120, 0), number(i64::MIN, 0)], ["0", "7", "-120", "-9223372036854775808"]);
        assert_eq!([number(0, 2), number(5, 2), number(-50, 2), number(100, 2)], ["0", "0.05", "-0.5", "1"]);
        assert_eq!([number(59_528, 2), number(-1, 5), number(100_001, 5)], ["595.28", "-0.00001", "1.00001"]);
        assert_eq!(spelt(|out| _ = out.lengths([f32::NAN, 1e9, -0.001, 0.126])), "0 32000 0 0.13");
        assert_eq!(spelt(|out| _ = out.factor(0.2126).factor(-0.000_001).factor(f32::INFINITY)), "0.2126 0 0");
    }

    #[test]
    fn tokens_are_parted_only_where_they_would_run_together() {
        let mut out = Syntax::default();
        out.name("P").raw("<<").name("MCID").integer(3).raw(">>").operator("BDC");
        out.raw("[")
            .string(b"a(b)\\\r", StringFormat::Literal)
            .integer(-12)
            .string(&[0xfe, 1], StringFormat::Hexadecimal)
            .raw("]")
            .operator("TJ");
        out.lengths([1.0, 2.5]).operator("l");
        out.name("a b#").reference((7, 0)).raw("\n");
        out.text("a(ñ").text("a(n");
        assert_eq!(out.bytes, b"/P<</MCID 3>>BDC\n[(a\\(b\\)\\\\\\r)-12<FE01>]TJ\n1 2.5 l\n/a#20b#23 7 0 R\n<FEFF0061002800F1>(a\\(n)");
    }
}
