//! Finds out why a signature does not match: every common accident between a sender and a receiver is tried, one at a time and together, and named.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;

use crate::delivery::webhook::SIGNATURE_HEADER;
use crate::intake::source::Secrets;
use crate::intake::sources;
use crate::signing::{constant_time_eq, hmac_sha256, sha256};

/// One reading of something, and what must have happened for it to be the right one.
struct Reading<T> {
    value: T,
    because: Vec<&'static str>,
}

/// Whether the service takes the signature.
pub(super) fn is_accepted(body: &[u8], signature: &str, secret: &SecretString) -> bool {
    let header = |name: &str| name.eq_ignore_ascii_case(SIGNATURE_HEADER).then_some(signature);
    let secrets = Secrets { current: Some(secret.clone()), previous: None, key: None, allow_unsigned: false };
    sources::offline().iter().any(|source| source.verify(&header, body, &secrets).is_ok())
}

/// What is wrong, in the fewest accidents that explain it; none when nothing does.
pub(super) fn accidents(body: &[u8], signature: &str, secret: &SecretString) -> Option<Vec<&'static str>> {
    let headers = headers(signature);
    let secrets = secrets(secret.expose_secret());
    // How a sender holds the secret shows in digests only: in a token it would be the header's look.
    let ours = || secrets.iter().filter(|secret| !secret.because.iter().any(|because| because.starts_with("the sender")));
    let tokens = headers.iter().flat_map(|header| ours().filter_map(|secret| as_token(header, secret)));
    let best = tokens.min_by_key(Vec::len);
    if best.as_ref().is_some_and(|because| because.len() <= 1) {
        return best;
    }
    best.into_iter().chain(as_digest(&headers, &secrets, body)).min_by_key(Vec::len)
}

/// What can be said where no accident explains the signature.
pub(super) fn verdict(body: &[u8], signature: &str, secret: &SecretString) -> String {
    let bare = headers(signature).pop().map(|header| header.value).unwrap_or_default();
    let key = secret.expose_secret().trim();
    let whole = "Check that the secret is the one shown in the platform's settings, whole";
    if bare.is_empty() {
        return "the signature is empty: the sender signs nothing".to_owned();
    }
    if constant_time_eq(&sha256(body), &decoded(&bare).map(|digest| digest.value).next().unwrap_or_default()) {
        return "it is the plain SHA-256 of this file: no secret went into it. Use HMAC-SHA256 with the secret as its key".to_owned();
    }
    let is_hex = bare.bytes().all(|b| b.is_ascii_hexdigit());
    match bare.len() {
        40 if is_hex => "it is as long as a SHA-1 digest; HMAC-SHA256 is needed, which has 64 hex digits".to_owned(),
        32 if is_hex => "it is as long as an MD5 digest; HMAC-SHA256 is needed, which has 64 hex digits".to_owned(),
        128 if is_hex => "it is as long as a SHA-512 digest; HMAC-SHA256 is needed, which has 64 hex digits".to_owned(),
        64 if is_hex => format!(
            "it is a SHA-256 digest, but not of this file ({} bytes) under this secret, and no usual change of either explains it. {whole}; \
             if it is, the file is not what the sender signed: keep the bytes as they came, before anything parses them",
            body.len()
        ),
        _ if decoded(&bare).next().is_some() => format!(
            "it is a SHA-256 digest in base64, but not of this file ({} bytes) under this secret, and no usual change of either explains it. {whole}",
            body.len()
        ),
        length if !key.is_empty() && bare.starts_with(key) => {
            format!("it is the secret with {} more characters behind it", length - key.len())
        }
        length if length > 3 && key.starts_with(&bare) => {
            format!("it is the first {length} of the secret's {} characters: it was cut off on its way", key.len())
        }
        length => format!(
            "it is neither the secret itself nor the HMAC-SHA256 of this file under it: it has {length} characters, the secret has {}. {whole}",
            key.len()
        ),
    }
}

/// One way to read a header's value anew, and what must have happened for it to be the right one.
type Step = (fn(&str) -> Option<String>, Option<&'static str>);

const STEPS: &[Step] = &[
    (after_name, Some("the header's name was left out of its value")),
    (|text| Some(visible(text)), Some("there were no invisible characters in the header's value")),
    (|text| Some(percent_decoded(text)), Some("the header's value were not percent-encoded")),
    (unquoted, Some("there were no quotes around the header's value")),
    (|text| after_prefix(text, &["Bearer ", "bearer ", "Token "]), Some("the header's value did not begin with an authorization scheme")),
    (stripe_entry, None),
    (|text| after_prefix(text, &["v1=", "V1="]), None),
    (
        |text| after_prefix(text, &["sha256=", "SHA256=", "hmac-sha256=", "HMAC-SHA256="]),
        Some("the header's value began with v1= instead of sha256="),
    ),
    (|text| after_prefix(text, &["v0=", "v2=", "v1:", "v1,", "v1 "]), Some("the header's value began with v1=")),
    (unquoted, Some("there were no quotes around the value behind v1=")),
];

/// What the header's value may be, as it came first and the barest last.
fn headers(raw: &str) -> Vec<Reading<String>> {
    let mut now = Reading { value: raw.trim().to_owned(), because: Vec::new() };
    let mut found = Vec::new();
    for (change, because) in STEPS {
        let Some(value) = change(&now.value).filter(|value| *value != now.value) else { continue };
        let because = now.because.iter().copied().chain(*because).collect();
        found.push(std::mem::replace(&mut now, Reading { value, because }));
    }
    found.push(now);
    found
}

fn visible(text: &str) -> String {
    text.chars().filter(|c| !crate::text::is_invisible(*c)).collect()
}

fn percent_decoded(text: &str) -> String {
    let pairs = [("%3D", "="), ("%3d", "="), ("%2B", "+"), ("%2b", "+"), ("%2F", "/"), ("%2f", "/")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The value of a pasted header line.
fn after_name(text: &str) -> Option<String> {
    let (name, value) = text.split_once(':')?;
    let is_name = name.contains('-') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_name.then(|| value.trim().to_owned())
}

fn after_prefix(text: &str, prefixes: &[&str]) -> Option<String> {
    prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)).map(|rest| rest.trim().to_owned())
}

fn unquoted(text: &str) -> Option<String> {
    [('"', '"'), ('\'', '\''), ('“', '”'), ('<', '>')]
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))
        .map(|inner| inner.trim().to_owned())
}

/// `v1` of a list such as `t=1614265330,v1=…`.
fn stripe_entry(text: &str) -> Option<String> {
    text.split([',', ';']).map(str::trim).find(|entry| entry.starts_with("v1=")).map(ToOwned::to_owned)
}

/// What the secret may be.
fn secrets(raw: &str) -> Vec<Reading<Vec<u8>>> {
    let bare = raw.trim();
    let bare = bare.strip_prefix("v1=").unwrap_or(bare);
    let mut found = vec![Reading { value: bare.as_bytes().to_vec(), because: Vec::new() }];
    let mut add = |value: Option<Vec<u8>>, because| {
        if let Some(value) = value.filter(|value| !value.is_empty() && value != bare.as_bytes()) {
            found.push(Reading { value, because: vec![because] });
        }
    };
    add(unquoted(bare).map(String::into_bytes), "there were no quotes around the secret");
    add(Some(format!("{bare}\n").into_bytes()), "the sender's secret did not end with a line break");
    add(Some(format!("{bare}\r\n").into_bytes()), "the sender's secret did not end with a line break");
    add(Some(format!(" {bare}").into_bytes()), "the sender's secret did not begin with a space");
    add(Some(format!("{bare} ").into_bytes()), "the sender's secret did not end with a space");
    add(Some(format!("\"{bare}\"").into_bytes()), "the sender's secret had no quotes around it");
    add(Some(format!("v1={bare}").into_bytes()), "the sender's secret did not begin with v1=");
    let shown: String = bare.chars().filter(|c| !crate::text::is_invisible(*c)).collect();
    add(Some(shown.into_bytes()), "there were no invisible characters in the secret");
    add(Some(bare.to_lowercase().into_bytes()), "the secret were written in small letters");
    add(Some(bare.to_uppercase().into_bytes()), "the secret were written in capital letters");
    add(hex::decode(bare).ok(), "the sender took the secret's letters as the key instead of the bytes they stand for in hex");
    let base64 = bare.strip_prefix("whsec_").unwrap_or(bare);
    add(decode_base64(base64), "the sender took the secret's letters as the key instead of the bytes they stand for in base64");
    found
}

/// The accidents that make this header the secret itself.
fn as_token(header: &Reading<String>, secret: &Reading<Vec<u8>>) -> Option<Vec<&'static str>> {
    let value = header.value.as_bytes();
    let because = || header.because.iter().chain(&secret.because).copied().collect();
    if constant_time_eq(value, &secret.value) {
        return Some(because());
    }
    let is_alike = secret.because.is_empty() && value.eq_ignore_ascii_case(&secret.value);
    is_alike.then(|| {
        header.because.iter().copied().chain(["capital and small letters of the secret were as in the platform's settings"]).collect()
    })
}

/// The accidents that make one of the headers a digest of the body; the fewest of them.
fn as_digest(headers: &[Reading<String>], secrets: &[Reading<Vec<u8>>], body: &[u8]) -> Option<Vec<&'static str>> {
    let digests: Vec<Reading<Vec<u8>>> = headers
        .iter()
        .flat_map(|header| {
            decoded(&header.value).map(|digest| Reading { value: digest.value, because: [header.because.clone(), digest.because].concat() })
        })
        .collect();
    if digests.is_empty() {
        return None;
    }
    let stamps: Vec<&str> = headers
        .first()
        .into_iter()
        .flat_map(|header| header.value.split([',', ';']))
        .filter_map(|entry| entry.trim().strip_prefix("t="))
        .collect();
    let mut best: Option<Vec<&'static str>> = None;
    for body in bodies(body, &stamps) {
        for secret in secrets {
            let digest = hmac_sha256(&secret.value, &body.value);
            for found in digests.iter().filter(|found| constant_time_eq(&found.value, &digest)) {
                let because = [found.because.as_slice(), &secret.because, &body.because].concat();
                if best.as_ref().is_none_or(|best| because.len() < best.len()) {
                    best = Some(because);
                }
            }
        }
    }
    best
}

/// The 32 bytes that a digest's text stands for.
fn decoded(text: &str) -> impl Iterator<Item = Reading<Vec<u8>>> {
    let compact: String = text.chars().filter(|c| !matches!(c, ' ' | ':' | '-') || text.len() < 64).collect();
    let hex = hex::decode(text).ok().map(|value| Reading { value, because: Vec::new() });
    let spaced = hex.is_none().then(|| hex::decode(&compact).ok()).flatten();
    let spaced = spaced.map(|value| Reading { value, because: vec!["the digest were written without spaces or colons"] });
    let base64 = decode_base64(text).map(|value| Reading { value, because: vec!["the digest were written in hex instead of base64"] });
    hex.into_iter().chain(spaced).chain(base64).filter(|digest| digest.value.len() == 32)
}

/// Both alphabets, with or without padding.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);
    let alphabet = if text.contains(['-', '_']) { alphabet::URL_SAFE } else { alphabet::STANDARD };
    GeneralPurpose::new(&alphabet, config).decode(text).ok()
}

/// What often happens to a body between sender and file. It is computed one after the other, as a body may be large.
fn bodies<'a>(body: &'a [u8], stamps: &'a [&'a str]) -> impl Iterator<Item = Reading<Vec<u8>>> + 'a {
    let text = std::str::from_utf8(body).ok();
    let one = |value: Vec<u8>, because| Reading { value, because: vec![because] };
    let plain: Vec<Reading<Vec<u8>>> = [
        (body.trim_ascii_end().to_vec(), "the file did not end with a line break or space"),
        ([body, b"\n"].concat(), "the file ended with a line break"),
        ([body, b"\r\n"].concat(), "the file ended with a line break (CRLF)"),
        (body.trim_ascii().to_vec(), "there were no white space around the file's content"),
        (body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).to_vec(), "the file did not start with a byte order mark"),
        ([b"\xef\xbb\xbf", body].concat(), "the file started with a byte order mark"),
        (latin_as_utf8(body), "the file were UTF-8 instead of Latin-1 (Windows-1252)"),
        (Vec::new(), "the sender had signed this body and not an empty one"),
        (b"{}".to_vec(), "the sender had signed this body and not {}"),
        (decode_base64(&String::from_utf8_lossy(body)).unwrap_or_default(), "the file held the body itself instead of its base64"),
    ]
    .into_iter()
    .filter(|(value, because)| value != body && (!value.is_empty() || because.contains("empty")))
    .map(move |(value, because)| one(value, because))
    .collect();
    let of_text = text.into_iter().flat_map(text_changes).map(move |(value, because)| one(value, because));
    let of_json = serde_json::from_slice::<serde_json::Value>(body)
        .ok()
        .into_iter()
        .flat_map(|value| json_changes(&value))
        .map(move |(value, because)| one(value, because));
    let stamped = stamps
        .iter()
        .map(move |stamp| one([stamp.as_bytes(), b".", body].concat(), "the body alone were signed, without the time before it"));
    let same = Reading { value: body.to_vec(), because: Vec::new() };
    std::iter::once(same).chain(plain).chain(of_text).chain(of_json).chain(stamped)
}

fn latin_as_utf8(body: &[u8]) -> Vec<u8> {
    if std::str::from_utf8(body).is_ok() { body.to_vec() } else { encoding_rs::WINDOWS_1252.decode(body).0.into_owned().into_bytes() }
}

type Change = (Vec<u8>, &'static str);

fn text_changes(text: &str) -> Vec<Change> {
    let (latin, _, lossy) = encoding_rs::WINDOWS_1252.encode(text);
    let unix = text.replace("\r\n", "\n");
    let mut changes = vec![
        (unix.clone().into_bytes(), "its lines ended with LF instead of CRLF"),
        (unix.replace('\n', "\r\n").into_bytes(), "its lines ended with CRLF instead of LF"),
        (text.nfc().collect::<String>().into_bytes(), "its accents were written composed (NFC)"),
        (text.nfd().collect::<String>().into_bytes(), "its accents were written decomposed (NFD)"),
        (text.replace("\\/", "/").into_bytes(), "its slashes were not escaped (\\/)"),
        (text.replace('/', "\\/").into_bytes(), "its slashes were escaped (\\/)"),
        (encoding_rs::WINDOWS_1252.decode(text.as_bytes()).0.into_owned().into_bytes(), "the sender had not encoded it as UTF-8 twice"),
    ];
    if !lossy {
        // Text that was encoded twice is UTF-8 again after one decoding.
        let twice = std::str::from_utf8(&latin).is_ok() && latin.as_ref() != text.as_bytes();
        changes.push((
            latin.into_owned(),
            if twice {
                "the file were not encoded as UTF-8 twice"
            } else {
                "the file were Latin-1 (Windows-1252) instead of UTF-8: sign the bytes after encoding"
            },
        ));
    }
    changes.retain(|(value, _)| value != text.as_bytes());
    changes
}

fn json_changes(value: &serde_json::Value) -> Vec<Change> {
    const SPACES: &str = "the JSON were not written anew with other spaces or line breaks";
    let compact = value.to_string();
    let escaped = |text: &str| -> String {
        let mut out = String::new();
        for c in text.chars() {
            if c.is_ascii() {
                out.push(c);
            } else {
                let mut units = [0; 2];
                out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
        out
    };
    let spaced = python_spaces(&compact);
    let pretty = |indent: &[u8]| {
        use serde::Serialize as _;
        let mut out = Vec::new();
        let mut writer = serde_json::Serializer::with_formatter(&mut out, serde_json::ser::PrettyFormatter::with_indent(indent));
        if value.serialize(&mut writer).is_ok() { out } else { Vec::new() }
    };
    vec![
        (compact.clone().into_bytes(), SPACES),
        (spaced.clone().into_bytes(), SPACES),
        (pretty(b"  "), SPACES),
        (pretty(b"    "), SPACES),
        (pretty(b"\t"), SPACES),
        (escaped(&compact).into_bytes(), "the JSON were not written anew with escapes for accented letters (\\u00e9)"),
        (escaped(&spaced).into_bytes(), "the JSON were not written anew with escapes for accented letters (\\u00e9)"),
        (compact.replace('/', "\\/").into_bytes(), "the JSON were not written anew with escaped slashes (\\/)"),
    ]
}

/// Compact JSON as Python's `json.dumps` writes it: a space behind each comma and colon outside of texts.
fn python_spaces(compact: &str) -> String {
    let mut out = String::with_capacity(compact.len() * 5 / 4);
    let (mut inside, mut escaped) = (false, false);
    for c in compact.chars() {
        out.push(c);
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            ',' | ':' if !inside => out.push(' '),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE};

    use super::*;

    const SECRET: &str = "Secreto123";
    const BODY: &str = "{\"user\":{\"id\":\"1\",\"username\":\"José\"},\n \"url\":\"https://x/y\"}";

    fn digest(body: &[u8]) -> [u8; 32] {
        hmac_sha256(SECRET.as_bytes(), body)
    }

    fn hex_of(body: &[u8]) -> String {
        format!("v1={}", hex::encode(digest(body)))
    }

    fn told(body: &[u8], signature: &str) -> String {
        let secret = SecretString::from(SECRET);
        assert!(!is_accepted(body, signature, &secret), "{signature} is taken");
        accidents(body, signature, &secret)
            .map_or_else(|| format!("verdict: {}", verdict(body, signature, &secret)), |because| because.join("; "))
    }

    #[test]
    fn how_the_header_was_written_is_named() {
        let hex = hex::encode(digest(BODY.as_bytes()));
        for (signature, words) in [
            (format!("v1={}", BASE64_STANDARD.encode(digest(BODY.as_bytes()))), "hex instead of base64"),
            (BASE64_STANDARD_NO_PAD.encode(digest(BODY.as_bytes())), "hex instead of base64"),
            (BASE64_URL_SAFE.encode(digest(BODY.as_bytes())), "hex instead of base64"),
            (format!("sha256={hex}"), "instead of sha256="),
            (format!("\"v1={hex}\""), "no quotes around the header's value"),
            ("\"v1=Secreto123\"".to_owned(), "no quotes around the header's value"),
            ("v1=\"Secreto123\"".to_owned(), "no quotes around the value behind v1="),
            (format!("Learnworlds-Webhook-Signature:v1={hex}"), "name was left out"),
            (format!("v1%3D{hex}"), "percent-encoded"),
            (format!("v1=\u{200b}{hex}"), "invisible"),
            ("v1=SECRETO123".to_owned(), "capital and small letters"),
            (format!("v1={}", hex.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair)).collect::<Vec<_>>().join(":")), "colons"),
        ] {
            assert!(told(BODY.as_bytes(), &signature).contains(words), "{signature}: {}", told(BODY.as_bytes(), &signature));
        }
        assert!(is_accepted(BODY.as_bytes(), &hex, &SecretString::from(SECRET)), "a value without its prefix is taken");
    }

    #[test]
    fn what_happened_to_the_body_is_named() {
        let unix = BODY;
        let latin = encoding_rs::WINDOWS_1252.encode(BODY).0.into_owned();
        let twice = encoding_rs::WINDOWS_1252.decode(BODY.as_bytes()).0.into_owned();
        let value: serde_json::Value = serde_json::from_str(BODY).unwrap();
        for (file, signed, words) in [
            (unix.as_bytes().to_vec(), unix.replace('\n', "\r\n").into_bytes(), "CRLF instead of LF"),
            (unix.replace('\n', "\r\n").into_bytes(), unix.as_bytes().to_vec(), "LF instead of CRLF"),
            (format!("{unix}\n").into_bytes(), unix.as_bytes().to_vec(), "did not end with a line break"),
            (unix.as_bytes().to_vec(), format!("{unix}\n").into_bytes(), "ended with a line break"),
            (format!("\u{feff}{unix}").into_bytes(), unix.as_bytes().to_vec(), "byte order mark"),
            (latin.clone(), unix.as_bytes().to_vec(), "UTF-8 instead of Latin-1"),
            (unix.as_bytes().to_vec(), latin, "Latin-1 (Windows-1252) instead of UTF-8"),
            (unix.as_bytes().to_vec(), twice.clone().into_bytes(), "UTF-8 twice"),
            (twice.into_bytes(), unix.as_bytes().to_vec(), "UTF-8 twice"),
            (unix.as_bytes().to_vec(), value.to_string().into_bytes(), "other spaces"),
            (unix.as_bytes().to_vec(), python_spaces(&value.to_string()).into_bytes(), "other spaces"),
            (unix.as_bytes().to_vec(), serde_json::to_vec_pretty(&value).unwrap(), "other spaces"),
            (unix.as_bytes().to_vec(), value.to_string().replace('é', "\\u00e9").into_bytes(), "escapes for accented letters"),
            (unix.as_bytes().to_vec(), unix.replace('/', "\\/").into_bytes(), "slashes"),
            (unix.nfd().collect::<String>().into_bytes(), unix.as_bytes().to_vec(), "NFC"),
            (BASE64_STANDARD.encode(unix).into_bytes(), unix.as_bytes().to_vec(), "instead of its base64"),
            (unix.as_bytes().to_vec(), Vec::new(), "not an empty one"),
        ] {
            assert!(told(&file, &hex_of(&signed)).contains(words), "{words}: {}", told(&file, &hex_of(&signed)));
        }
        let stamped = format!("t=1614265330,v1={}", hex::encode(digest(format!("1614265330.{BODY}").as_bytes())));
        assert!(told(BODY.as_bytes(), &stamped).contains("without the time"), "{}", told(BODY.as_bytes(), &stamped));
    }

    #[test]
    fn how_the_sender_held_the_secret_is_named() {
        let sign = |key: &[u8]| format!("v1={}", hex::encode(hmac_sha256(key, BODY.as_bytes())));
        for (key, words) in [
            (&b"Secreto123\n"[..], "line break"),
            (b"\"Secreto123\"", "quotes"),
            (b"v1=Secreto123", "begin with v1="),
            (b"secreto123", "small letters"),
            (b"SECRETO123", "capital letters"),
        ] {
            assert!(told(BODY.as_bytes(), &sign(key)).contains(words), "{}", told(BODY.as_bytes(), &sign(key)));
        }
    }

    #[test]
    fn two_accidents_at_once_are_both_named() {
        let signature = format!("sha256={}", BASE64_STANDARD.encode(digest(format!("{BODY}\n").as_bytes())));
        let told = told(BODY.as_bytes(), &signature);
        assert!(["sha256=", "base64", "line break"].iter().all(|words| told.contains(words)), "{told}");
    }

    #[test]
    fn where_nothing_explains_it_the_kind_of_value_is_told() {
        let other = hex::encode(hmac_sha256(b"another secret", BODY.as_bytes()));
        for (signature, words) in [
            (format!("v1={other}"), "not of this file"),
            (format!("v1={}", hex::encode(sha256(BODY.as_bytes()))), "plain SHA-256"),
            (format!("v1={}", "ab".repeat(20)), "SHA-1"),
            (format!("v1={}", "ab".repeat(64)), "SHA-512"),
            ("v1=Secreto".to_owned(), "cut off"),
            ("v1=Secreto123456".to_owned(), "more characters"),
            ("v1=Otro".to_owned(), "neither the secret itself"),
            ("v1=".to_owned(), "empty"),
        ] {
            let told = told(BODY.as_bytes(), &signature);
            assert!(told.starts_with("verdict: ") && told.contains(words), "{signature}: {told}");
            assert!(!told.contains(SECRET), "{told}");
        }
    }
}
