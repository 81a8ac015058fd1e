//! Builds a mail's bytes: pure, and the same bytes for the same input.

use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{ContentDisposition, ContentId, ContentTransferEncoding, Header, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, MultiPart, SinglePart};
use unicode_normalization::UnicodeNormalization as _;

use crate::delivery::mail::config::MailConfig;
use crate::delivery::mail::refusal::{Reason, Refusal};
use crate::delivery::mail::{Attachment, OutgoingMail};
use crate::model::person::EmailAddress;

/// The longest attachment name in bytes; percent-encoded it still fits one header line (RFC 5322: 998).
const FILE_NAME_BYTES: usize = 200;

/// A mail ready for the wire.
pub(super) struct Built {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) bytes: Vec<u8>,
}

/// Builds the mail, or says why it cannot be built.
pub(super) fn build(mail: &OutgoingMail, config: &MailConfig) -> Result<Built, Refusal> {
    let from = address(&config.sender).map_err(|words| Refusal::new(Reason::SenderNotAllowed, format!("EMAIL_FROM: {words}")))?;
    let to = address(&mail.to).map_err(|words| Refusal::new(Reason::AddressUnusable, words))?;
    // Told apart from the headers, whose reader knows no quoted addresses (`"ana perez"@x.cl`).
    let envelope = Envelope::new(Some(from.clone()), vec![to.clone()]).map_err(|error| unbuildable(&error.to_string()))?;
    let mut message = Message::builder()
        .envelope(envelope)
        .from(Mailbox::new(config.sender_name.as_deref().map(one_line), from.clone()))
        .to(Mailbox::new(mail.to_name.as_deref().map(one_line), to.clone()))
        .subject(one_line(&mail.subject))
        .date(mail.date.into())
        .message_id(Some(checked_message_id(&mail.message_id).map_err(|words| unbuildable(&words))?.to_owned()))
        // RFC 3834: no vacation note answers this.
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
    if let Some(reply_to) = &config.reply_to {
        let reply_to = address(reply_to).map_err(|words| Refusal::new(Reason::SenderNotAllowed, format!("EMAIL_REPLY_TO: {words}")))?;
        message = message.reply_to(Mailbox::new(None, reply_to));
    }
    let message = message.multipart(parts(mail)).map_err(|error| unbuildable(&error.to_string()))?;
    Ok(Built { from, to, bytes: message.formatted() })
}

fn unbuildable(words: &str) -> Refusal {
    Refusal::new(Reason::Content, format!("the message cannot be built: {words}"))
}

/// The body: the texts first, then the files.
fn parts(mail: &OutgoingMail) -> MultiPart {
    let boundary = |part: &str| format!("=_{part}_{}", boundary_seed(&mail.message_id));
    let mut texts = MultiPart::alternative().boundary(boundary("texts")).singlepart(SinglePart::plain(mail.text.clone()));
    if let Some(html) = &mail.html {
        let html = SinglePart::html(html.clone());
        texts = match &mail.logo {
            Some(logo) => texts.multipart(MultiPart::related().boundary(boundary("page")).singlepart(html).singlepart(inline(logo))),
            None => texts.singlepart(html),
        };
    }
    let whole = MultiPart::mixed().boundary(boundary("mail")).multipart(texts);
    mail.attachments.iter().fold(whole, |whole, file| whole.singlepart(attachment(file)))
}

/// A picture inside the page (RFC 2392): shown there, not listed among the files.
fn inline(picture: &Attachment) -> SinglePart {
    let body = Body::new_with_encoding(picture.bytes.to_vec(), ContentTransferEncoding::Base64).unwrap_or_else(Body::new);
    let name = ascii_fallback(&clean_name(&picture.file_name));
    SinglePart::builder()
        .header(AttachmentType { media: picture.content_type, name: name.clone() })
        .header(ContentDisposition::inline_with_name(&name))
        .header(ContentId::from(format!("<{name}>")))
        .body(body)
}

fn attachment(file: &Attachment) -> SinglePart {
    let name = shortened(&clean_name(&file.file_name));
    // Always base64: a file's bytes must not be touched by line-ending rules.
    let body = Body::new_with_encoding(file.bytes.to_vec(), ContentTransferEncoding::Base64).unwrap_or_else(Body::new);
    SinglePart::builder()
        .header(AttachmentType { media: file.content_type, name: ascii_fallback(&name) })
        .header(AttachmentDisposition { name })
        .body(body)
}

/// `Content-Type` with the ASCII `name` that clients without RFC 2231 look for.
#[derive(Clone)]
struct AttachmentType {
    media: &'static str,
    name: String,
}

/// `Content-Disposition` with the name after RFC 2231 and an ASCII fallback.
///
/// The full name stands first because readers that keep only the first of the two then keep the right one; those that do not know it skip it.
#[derive(Clone)]
struct AttachmentDisposition {
    name: String,
}

impl Header for AttachmentType {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Type")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Err("only written, never read".into())
    }

    fn display(&self) -> HeaderValue {
        let value = format!("{};\r\n name=\"{}\"", self.media, self.name);
        HeaderValue::dangerous_new_pre_encoded(Self::name(), value.clone(), value)
    }
}

impl Header for AttachmentDisposition {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Disposition")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Err("only written, never read".into())
    }

    fn display(&self) -> HeaderValue {
        let (full, plain) = (percent_encoded(&self.name), ascii_fallback(&self.name));
        let value = format!("attachment;\r\n filename*=UTF-8''{full};\r\n filename=\"{plain}\"");
        HeaderValue::dangerous_new_pre_encoded(Self::name(), value.clone(), value)
    }
}

/// The name with everything outside RFC 2231's `attribute-char` as `%XX`.
fn percent_encoded(name: &str) -> String {
    use std::fmt::Write as _;
    name.bytes().fold(String::with_capacity(name.len() * 2), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// The name in ASCII: accents dropped, what is left replaced by `_`.
fn ascii_fallback(name: &str) -> String {
    let unaccented = name.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c));
    unaccented.map(|c| if (c.is_ascii_graphic() || c == ' ') && !"\"\\%".contains(c) { c } else { '_' }).collect()
}

/// Cuts an over-long name, keeping its extension.
fn shortened(name: &str) -> String {
    if name.len() <= FILE_NAME_BYTES {
        return name.nfc().collect();
    }
    let (stem, extension) = name.rsplit_once('.').filter(|(_, ext)| ext.len() <= 8).unwrap_or((name, ""));
    let mut end = FILE_NAME_BYTES - 9;
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let short = format!("{}.{extension}", &stem[..end]);
    short.trim_end_matches('.').nfc().collect()
}

/// A name every file system takes, and that reads as it is: no separators, no direction marks that hide an extension.
fn clean_name(name: &str) -> String {
    let hides = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let forbidden = |c: char| hides(c) || r#"<>:"/\|?*"#.contains(c);
    one_line(name).chars().map(|c| if forbidden(c) { '_' } else { c }).collect()
}

/// Line breaks and control characters would end a header early; they become spaces.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

fn checked_message_id(id: &str) -> Result<&str, String> {
    let inner = id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or_default();
    let plain = |c: char| c.is_ascii_graphic() && !"<>".contains(c);
    if inner.split('@').count() == 2 && inner.chars().all(plain) { Ok(id) } else { Err(format!("'{id}' is not a message id")) }
}

/// The letters of the message id: the boundary is then as unique as the mail, and the same every time.
///
/// With `=_` before it, it can stand in no base64 or quoted-printable text (RFC 2045, section 6.7).
fn boundary_seed(message_id: &str) -> String {
    message_id.chars().filter(char::is_ascii_alphanumeric).take(40).collect()
}

/// The address for envelope and header; a domain with accents in its ASCII form, so that any server takes it.
fn address(address: &EmailAddress) -> Result<Address, String> {
    let (local, domain) = address.as_str().rsplit_once('@').unwrap_or((address.as_str(), ""));
    let Ok(url::Host::Domain(domain)) = url::Host::parse(domain) else {
        return Err("the domain after the @ is no name of the internet".to_owned());
    };
    Address::new(local, domain).map_err(|error| format!("the address cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn mail() -> OutgoingMail {
        OutgoingMail {
            to: EmailAddress::parse("ana@example.com").unwrap(),
            to_name: Some("Ana Pérez Ñandú".into()),
            subject: "Resultados de tu evaluación - Test de diagnóstico Parte 1".into(),
            text: "Hola Ana,\n\ncompletaste la evaluación.\n".into(),
            html: Some("<p>Hola <b>Ana</b>, 100 % ¡bien!</p>".into()),
            attachments: vec![Attachment {
                file_name: "informe_Ana Pérez_Test de diagnóstico.pdf".into(),
                content_type: "application/pdf",
                bytes: Bytes::from_static(b"%PDF-1.7\n\x00\xff"),
            }],
            logo: None,
            message_id: "<0123456789abcdef0123456789abcdef@x.cl>".into(),
            date: "2026-11-21T12:00:00Z".parse().unwrap(),
        }
    }

    fn text(mail: &OutgoingMail) -> String {
        String::from_utf8(build(mail, &MailConfig::for_testing()).unwrap().bytes).unwrap()
    }

    #[test]
    fn the_same_mail_is_the_same_bytes() {
        assert_eq!(text(&mail()), text(&mail()));
        assert!(text(&mail()).is_ascii());
    }

    #[test]
    fn an_address_in_quotes_is_mailed_as_it_is() {
        let quoted = OutgoingMail { to: EmailAddress::parse("\"ana perez\"@x.cl").unwrap(), ..mail() };
        let built = build(&quoted, &MailConfig::for_testing()).unwrap();
        assert_eq!(built.to.to_string(), "\"ana perez\"@x.cl");
        let text = String::from_utf8(built.bytes).unwrap();
        assert!(text.contains("<\"ana perez\"@x.cl>\r\n"), "{text}");
    }

    #[test]
    fn the_headers_say_what_it_is() {
        let text = text(&mail());
        for header in [
            "Message-ID: <0123456789abcdef0123456789abcdef@x.cl>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n",
        ] {
            assert!(text.contains(header), "{header} is missing in\n{text}");
        }
    }

    #[test]
    fn the_file_keeps_its_name_in_both_spellings() {
        let text = text(&mail());
        assert!(text.contains("filename*=UTF-8''informe_Ana%20P%C3%A9rez_Test%20de%20diagn%C3%B3stico.pdf;"), "{text}");
        assert!(text.contains("filename=\"informe_Ana Perez_Test de diagnostico.pdf\""), "{text}");
        assert!(text.contains("name=\"informe_Ana Perez_Test de diagnostico.pdf\""), "{text}");
    }

    #[test]
    fn a_logo_stands_in_the_page_and_not_among_the_files() {
        let logo = Attachment { file_name: "logo".into(), content_type: "image/png", bytes: Bytes::from_static(b"\x89PNG") };
        let text = text(&OutgoingMail { logo: Some(logo), ..mail() });
        assert!(text.contains("multipart/related") && text.contains("Content-ID: <logo>\r\n"), "{text}");
        assert!(text.contains("Content-Disposition: inline"), "{text}");
        assert_eq!(text.matches("Content-Disposition: attachment").count(), 1);
    }

    #[test]
    fn nothing_a_platform_sends_adds_a_header() {
        let mut hostile = mail();
        hostile.subject = "x\r\nBcc: evil@example.com".into();
        hostile.to_name = Some("y\r\nBcc: evil@example.com\r\n\r\nbody".into());
        hostile.attachments[0].file_name = "a\"\r\nX-Evil: 1\r\n\\b\u{202e}fdp.exe".into();
        for line in text(&hostile).lines() {
            assert!(!line.starts_with("Bcc") && !line.starts_with("X-Evil"), "{line}");
        }
        hostile.message_id = "<a@b>\r\nX: y".into();
        assert!(build(&hostile, &MailConfig::for_testing()).is_err());
    }

    #[test]
    fn no_line_is_longer_than_mail_allows() {
        let mut long = mail();
        long.subject = "ñ".repeat(3000);
        long.text = "x".repeat(5000);
        long.attachments[0].file_name = format!("{}.pdf", "🎓".repeat(300));
        let text = text(&long);
        assert!(text.lines().all(|line| line.len() <= 998));
        assert!(text.contains(".pdf"));
    }

    #[test]
    fn a_domain_with_accents_travels_in_ascii() {
        let built = |to: &str| {
            let mail = OutgoingMail { to: EmailAddress::parse(to).unwrap(), ..mail() };
            build(&mail, &MailConfig::for_testing()).unwrap().to.to_string()
        };
        assert_eq!(built("ana@niño.cl"), "ana@xn--nio-8ma.cl");
        assert_eq!(built("ñandú@correo.cl"), "ñandú@correo.cl");
    }
}
