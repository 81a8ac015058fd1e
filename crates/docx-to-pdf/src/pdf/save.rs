//! The file: streams as they are, everything else packed into object streams, found through a cross-reference stream
//! (ISO 32000-1, 7.5.7 and 7.5.8).
//!
//! lopdf can save too, but writes every packed object three times over and leaves the cross-references uncompressed:
//! together two fifths of the time a small report took.

use lopdf::{Dictionary, Document, Object, Stream, StringFormat, dictionary};

use super::stream;

/// Objects packed together; readers unpack a stream as a whole.
const PACKED: usize = 1000;

/// Where an object lies.
#[derive(Debug, Clone, Copy)]
enum Entry {
    Free,
    /// Bytes from the start of the file.
    At(usize),
    /// Object stream and position in it.
    Packed(u32, usize),
}

/// The bytes of the file.
pub(super) fn save(document: &Document) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut entries = vec![Entry::Free; document.max_id as usize + 1];
    let mut packed = Vec::new();
    for ((id, _), object) in &document.objects {
        if let Object::Stream(stream) = object {
            set(&mut entries, *id, Entry::At(file.len()));
            indirect(&mut file, *id, stream);
        } else {
            packed.push((*id, object));
        }
    }
    for group in packed.chunks(PACKED) {
        let id = entries.len() as u32;
        for (position, (member, _)) in group.iter().enumerate() {
            set(&mut entries, *member, Entry::Packed(id, position));
        }
        entries.push(Entry::At(file.len()));
        indirect(&mut file, id, &object_stream(group));
    }
    let id = entries.len() as u32;
    let start = file.len();
    entries.push(Entry::At(start));
    indirect(&mut file, id, &cross_references(document, &entries));
    file.extend(format!("startxref\n{start}\n%%EOF\n").into_bytes());
    file
}

fn set(entries: &mut [Entry], id: u32, entry: Entry) {
    if let Some(slot) = entries.get_mut(id as usize) {
        *slot = entry;
    }
}

fn object_stream(group: &[(u32, &Object)]) -> Stream {
    let mut index = Vec::with_capacity(group.len() * 8);
    let mut body = Vec::with_capacity(group.len() * 80);
    for (id, object) in group {
        integer(&mut index, i64::from(*id));
        integer(&mut index, body.len() as i64);
        value(&mut body, object);
        body.push(b'\n');
    }
    index.push(b'\n');
    let header = dictionary! { "Type" => "ObjStm", "N" => group.len() as i64, "First" => index.len() as i64 };
    index.extend(body);
    stream::deflated(header, stream::deflate(&index))
}

fn cross_references(document: &Document, entries: &[Entry]) -> Stream {
    let mut table = Vec::with_capacity(entries.len() * 7);
    for entry in entries {
        let (kind, wide, narrow) = match *entry {
            Entry::Free => (0, 0, u16::MAX),
            Entry::At(offset) => (1, offset as u32, 0),
            Entry::Packed(id, position) => (2, id, position as u16),
        };
        table.push(kind);
        table.extend(wide.to_be_bytes());
        table.extend(narrow.to_be_bytes());
    }
    let widths: Vec<Object> = vec![1.into(), 4.into(), 2.into()];
    let mut header = dictionary! { "Type" => "XRef", "Size" => entries.len() as i64, "W" => widths };
    for key in ["Root", "Info", "ID"] {
        if let Ok(value) = document.trailer.get(key.as_bytes()) {
            header.set(key, value.clone());
        }
    }
    stream::deflated(header, stream::deflate(&table))
}

fn indirect(file: &mut Vec<u8>, id: u32, stream: &Stream) {
    file.extend(format!("{id} 0 obj\n<<").into_bytes());
    entries_of(file, &stream.dict, Some(b"Length"));
    file.extend(format!("/Length {}>>\nstream\n", stream.content.len()).into_bytes());
    file.extend_from_slice(&stream.content);
    file.extend_from_slice(b"\nendstream\nendobj\n");
}

fn value(file: &mut Vec<u8>, object: &Object) {
    match object {
        // Streams are objects of their own; nothing here puts one inside of another.
        Object::Null | Object::Stream(_) => word(file, b"null"),
        Object::Boolean(true) => word(file, b"true"),
        Object::Boolean(false) => word(file, b"false"),
        Object::Integer(number) => integer(file, *number),
        Object::Real(number) => real(file, *number),
        Object::Name(text) => name(file, text),
        Object::String(text, format) => string(file, text, *format),
        Object::Array(items) => {
            file.push(b'[');
            for item in items {
                value(file, item);
            }
            file.push(b']');
        }
        Object::Dictionary(dict) => {
            file.extend_from_slice(b"<<");
            entries_of(file, dict, None);
            file.extend_from_slice(b">>");
        }
        Object::Reference((id, generation)) => {
            integer(file, i64::from(*id));
            integer(file, i64::from(*generation));
            file.extend_from_slice(b" R");
        }
    }
}

fn entries_of(file: &mut Vec<u8>, dict: &Dictionary, except: Option<&[u8]>) {
    for (key, entry) in dict.iter().filter(|(key, _)| Some(key.as_slice()) != except) {
        name(file, key);
        value(file, entry);
    }
}

/// A word or number, apart from one before it.
fn word(file: &mut Vec<u8>, text: &[u8]) {
    if file.last().is_some_and(|last| !b"[]<>(){}/ \n".contains(last)) {
        file.push(b' ');
    }
    file.extend_from_slice(text);
}

fn integer(file: &mut Vec<u8>, number: i64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        if let Some(digit) = digits.get_mut(at) {
            *digit = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    word(file, if number < 0 { b"-" } else { b"" });
    file.extend_from_slice(digits.get(at..).unwrap_or_default());
}

fn real(file: &mut Vec<u8>, number: f32) {
    if number.is_finite() {
        word(file, format!("{number}").as_bytes());
    } else {
        word(file, b"0");
    }
}

fn name(file: &mut Vec<u8>, text: &[u8]) {
    file.push(b'/');
    for &byte in text {
        if byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(&byte) {
            file.push(byte);
        } else {
            file.extend(format!("#{byte:02X}").into_bytes());
        }
    }
}

fn string(file: &mut Vec<u8>, text: &[u8], format: StringFormat) {
    if format == StringFormat::Hexadecimal {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        file.push(b'<');
        file.extend(text.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]));
        file.push(b'>');
        return;
    }
    file.push(b'(');
    for &byte in text {
        match byte {
            b'(' | b')' | b'\\' => file.extend_from_slice(&[b'\\', byte]),
            b'\r' => file.extend_from_slice(b"\\r"),
            _ => file.push(byte),
        }
    }
    file.push(b')');
}
