//! From the bytes that arrived to text: content codings, character sets and forms, each within bounds.
//!
//! Signatures are over the bytes as they arrived, so this comes after they are verified.

use std::io::Read;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use serde_json::{Map, Value};

use crate::intake::event::Rejection;
use crate::intake::source::Headers;

/// More codings on top of each other than any sender applies.
const MOST_CODINGS: usize = 3;
/// More fields than any form of ours has.
const MOST_FIELDS: usize = 500;
/// The buffer of the Brotli decoder.
const BROTLI_BUFFER: usize = 4096;
/// Form fields that may hold the whole event as JSON.
const WHOLE_EVENT: [&str; 5] = ["payload", "json", "data", "body", "event"];

/// What a body is once it is decoded.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Decoded {
    /// Text that should be JSON.
    Text(String),
    /// The fields of a form, as the JSON they stand for.
    Form(Value),
}

/// Undoes the codings and reads the characters; the result is at most `most` bytes long.
///
/// # Errors
/// [`Rejection::Unsupported`] for a coding, character set or media type that we do not know; [`Rejection::TooLarge`] when it grows beyond `most`; [`Rejection::Malformed`] when the coding is broken.
pub(super) fn decode(headers: Headers<'_>, body: &[u8], most: usize) -> Result<Decoded, Rejection> {
    let content_type = headers("content-type").unwrap_or_default();
    let media = Media::of(content_type)?;
    let plain = undo_codings(headers("content-encoding").unwrap_or_default(), body, most)?;
    let text = characters(charset(content_type), plain.as_deref().unwrap_or(body))?;
    Ok(match media {
        Media::Json => Decoded::Text(text),
        // curl, and what is built on it, calls a body a form unless it is told otherwise.
        Media::Form if text.trim_start().starts_with(['{', '[']) => Decoded::Text(text),
        Media::Form => form(&text),
    })
}

enum Media {
    Json,
    Form,
}

impl Media {
    /// `application/json`, any `+json`, or no type at all, which JSON senders forget more often than they lie; and forms, which automations send that cannot write JSON.
    fn of(content_type: &str) -> Result<Self, Rejection> {
        let essence = content_type.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "" | "application/json" | "text/json" => Ok(Self::Json),
            "application/x-www-form-urlencoded" => Ok(Self::Form),
            other if other.starts_with("application/") && other.ends_with("+json") => Ok(Self::Json),
            _ => Err(Rejection::Unsupported { message: "the body must be JSON: send Content-Type: application/json".to_owned() }),
        }
    }
}

/// The body without its content codings (RFC 9110, section 8.4); the last one applied is undone first. `None` when there are none.
fn undo_codings(codings: &str, body: &[u8], most: usize) -> Result<Option<Vec<u8>>, Rejection> {
    let codings: Vec<String> = codings
        .split(',')
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !matches!(coding.as_str(), "" | "identity"))
        .collect();
    if codings.len() > MOST_CODINGS {
        return Err(unsupported_coding("so many codings"));
    }
    let mut plain: Option<Vec<u8>> = None;
    for coding in codings.iter().rev() {
        let bytes = plain.as_deref().unwrap_or(body);
        plain = Some(match coding.as_str() {
            "gzip" | "x-gzip" => inflate(MultiGzDecoder::new(bytes), most)?,
            // Named after zlib's format, but often sent without its frame.
            "deflate" => match inflate(ZlibDecoder::new(bytes), most) {
                Err(Rejection::Malformed { .. }) => inflate(DeflateDecoder::new(bytes), most)?,
                plain => plain?,
            },
            "br" => inflate(brotli_decompressor::Decompressor::new(bytes, BROTLI_BUFFER), most)?,
            other => return Err(unsupported_coding(&other.chars().filter(char::is_ascii_alphanumeric).take(20).collect::<String>())),
        });
    }
    Ok(plain)
}

fn unsupported_coding(coding: &str) -> Rejection {
    Rejection::Unsupported {
        message: format!("the Content-Encoding {coding} is not supported: send the body plain, or as gzip, deflate or br"),
    }
}

/// At most `most` bytes of what a decoder gives: a small body may stand for gigabytes.
fn inflate(decoder: impl Read, most: usize) -> Result<Vec<u8>, Rejection> {
    let mut plain = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(limit)
        .read_to_end(&mut plain)
        .map_err(|_| Rejection::Malformed { message: "the body does not match its Content-Encoding".to_owned() })?;
    if plain.len() > most { Err(Rejection::TooLarge { most }) } else { Ok(plain) }
}

/// The `charset` parameter of a media type.
fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}

/// The text, by its byte order mark, as UTF-8 where it is valid UTF-8, else by what the sender says, else as what a Latin system writes.
fn characters(declared: Option<&str>, bytes: &[u8]) -> Result<String, Rejection> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok(encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned());
    }
    let declared = match declared {
        None | Some("") => None,
        Some(label) => Some(
            Encoding::for_label(label.as_bytes())
                .ok_or_else(|| Rejection::Unsupported { message: "the charset in Content-Type is not known: send UTF-8".to_owned() })?,
        ),
    };
    if let Some(encoding) = declared.filter(|encoding| *encoding == UTF_16LE || *encoding == UTF_16BE).or_else(|| unmarked_utf16(bytes)) {
        return Ok(encoding.decode_without_bom_handling(bytes).0.into_owned());
    }
    // Text in an 8-bit character set is hardly ever valid UTF-8 by chance, but senders often name the wrong one.
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let encoding = declared.filter(|encoding| *encoding != UTF_8).unwrap_or(WINDOWS_1252);
    Ok(encoding.decode_without_bom_handling(bytes).0.into_owned())
}

/// JSON begins with an ASCII character, so its second half tells UTF-16 without a mark (RFC 4627, section 3).
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, 1..=0x7f, ..] => Some(UTF_16BE),
        [1..=0x7f, 0, ..] => Some(UTF_16LE),
        _ => None,
    }
}

/// A form: one field with the whole event, or the event's fields themselves, nested as `user[email]` or `user.email`.
fn form(text: &str) -> Decoded {
    let mut root = Map::new();
    for (name, value) in url::form_urlencoded::parse(text.trim().as_bytes()).take(MOST_FIELDS) {
        if WHOLE_EVENT.iter().any(|field| name.eq_ignore_ascii_case(field)) && value.trim_start().starts_with('{') {
            return Decoded::Text(value.into_owned());
        }
        put(&mut root, &name, value.into_owned());
    }
    Decoded::Form(Value::Object(root))
}

fn put(root: &mut Map<String, Value>, name: &str, value: String) {
    let mut path = name.splitn(3, ['[', '.']).map(|part| part.trim_end_matches(']')).filter(|part| !part.is_empty());
    let Some(first) = path.next() else { return };
    match path.next() {
        Some(inner) => {
            if let Value::Object(object) = root.entry(first).or_insert_with(|| Value::Object(Map::new())) {
                object.entry(inner).or_insert(Value::String(value));
            }
        }
        None => _ = root.entry(first).or_insert(Value::String(value)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use serde_json::json;

    use super::*;

    const MIB: usize = 1024 * 1024;
    const JSON: &str = r#"{"name":"Ana Pérez, ¿ñ?"}"#;

    fn with(content_type: &str, coding: &str, body: &[u8]) -> Result<Decoded, Rejection> {
        let headers = |name: &str| match name {
            "content-type" => Some(content_type),
            "content-encoding" => Some(coding),
            _ => None,
        };
        decode(&headers, body, MIB)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn codings_are_undone_in_their_order() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(JSON.as_bytes()).unwrap();
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
        bare.write_all(JSON.as_bytes()).unwrap();
        // `{"a":1}` by the reference encoder.
        let brotli = [0x0b, 0x03, 0x80, b'{', b'"', b'a', b'"', b':', b'1', b'}', 0x03];
        let text = Ok(Decoded::Text(JSON.to_owned()));
        assert_eq!(with("application/json", "gzip", &gzip(JSON.as_bytes())), text);
        assert_eq!(with("application/json", "X-Gzip", &gzip(JSON.as_bytes())), text);
        assert_eq!(with("application/json", "deflate", &zlib.finish().unwrap()), text);
        assert_eq!(with("application/json", "deflate", &bare.finish().unwrap()), text);
        assert_eq!(with("application/json", "br", &brotli), Ok(Decoded::Text(r#"{"a":1}"#.to_owned())));
        assert_eq!(with("application/json", "gzip, gzip", &gzip(&gzip(JSON.as_bytes()))), text);
        assert_eq!(with("application/json", "identity", JSON.as_bytes()), text);
    }

    #[test]
    fn what_is_not_known_is_named_and_a_bomb_is_too_large() {
        assert!(matches!(with("application/json", "zstd", b"x"), Err(Rejection::Unsupported { message }) if message.contains("zstd")));
        assert!(matches!(with("application/json", "gzip,gzip,gzip,gzip", b"x"), Err(Rejection::Unsupported { .. })));
        assert!(matches!(with("application/json", "gzip", b"{}"), Err(Rejection::Malformed { .. })));
        assert!(matches!(with("text/plain", "", b"{}"), Err(Rejection::Unsupported { .. })));
        assert!(matches!(with("application/json; charset=klingon", "", b"{}"), Err(Rejection::Unsupported { .. })));
        let bomb = gzip(&vec![b' '; 64 * MIB]);
        assert!(bomb.len() < MIB);
        assert_eq!(with("application/json", "gzip", &bomb), Err(Rejection::TooLarge { most: MIB }));
        assert_eq!(with("application/json", "gzip, gzip", &gzip(&bomb)), Err(Rejection::TooLarge { most: MIB }));
    }

    #[test]
    fn characters_are_read_by_mark_by_declaration_and_by_sight() {
        let text = Ok(Decoded::Text(JSON.to_owned()));
        let latin: Vec<u8> = JSON.chars().map(|c| c as u8).collect();
        let wide = |big: bool, mark: bool| -> Vec<u8> {
            let units = mark.then_some(0xfeff).into_iter().chain(JSON.encode_utf16());
            units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        for (content_type, body) in [
            ("application/json", JSON.as_bytes().to_vec()),
            ("application/json", [b"\xef\xbb\xbf", JSON.as_bytes()].concat()),
            ("application/json; charset=iso-8859-1", latin.clone()),
            ("application/json; charset=\"windows-1252\"", latin.clone()),
            ("application/json", latin.clone()),
            ("application/json; charset=utf-8", latin),
            // Wrongly declared.
            ("application/json; charset=iso-8859-1", JSON.as_bytes().to_vec()),
            ("application/json; charset=utf-16", wide(false, true)),
            ("application/json; charset=utf-16le", wide(false, false)),
            ("application/json; charset=utf-16", wide(true, true)),
            ("application/json", wide(true, false)),
            ("application/json", wide(false, false)),
        ] {
            assert_eq!(with(content_type, "", &body), text, "{content_type} {body:?}");
        }
    }

    #[test]
    fn a_form_is_read_whole_or_by_its_fields() {
        let form = |text: &str| with("application/x-www-form-urlencoded", "", text.as_bytes());
        assert_eq!(form("payload=%7B%22a%22%3A1%7D"), Ok(Decoded::Text(r#"{"a":1}"#.to_owned())));
        let event = json!({ "user": { "id": "u1", "email": "ana@example.com" }, "assessment_id": "a b" });
        assert_eq!(form("user%5Bid%5D=u1&user.email=ana%40example.com&assessment_id=a+b"), Ok(Decoded::Form(event)));
        assert!(form(&"a=b&".repeat(200_000)).is_ok());
        let json = r#"{"user": {"id": "a=b&c"}}"#;
        assert_eq!(form(json), Ok(Decoded::Text(json.to_owned())), "JSON that is called a form");
    }
}
