//! What the file says about itself: information dictionary, XMP, language.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lopdf::{Document, Object, Stream, dictionary, text_string};

use super::{Claims, Meta, PdfError, catalog, srgb};

/// Replaces what printpdf says, which is about now and here.
pub(super) fn add(document: &mut Document, meta: &Meta, claims: Claims) -> Result<(), PdfError> {
    let packet = document.add_object(packet(meta, claims));
    if meta.archive {
        let intent = output_intent(document);
        catalog(document)?.set("OutputIntents", vec![Object::Reference(intent)]);
    }
    let catalog = catalog(document)?;
    catalog.set("Metadata", packet);
    catalog.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
    catalog.remove(b"PageLayout");
    if !meta.language.is_empty() {
        catalog.set("Lang", text_string(&meta.language));
    }
    let information = document.trailer.get(b"Info").and_then(Object::as_reference)?;
    document.set_object(information, information_dictionary(meta));
    Ok(())
}

/// The colours that red, green and blue mean (ISO 19005-2, 6.2.3).
fn output_intent(document: &mut Document) -> lopdf::ObjectId {
    let profile = Stream::new(dictionary! { "N" => 3, "Alternate" => "DeviceRGB" }, srgb::profile()).with_compression(false);
    let profile = document.add_object(profile);
    document.add_object(dictionary! {
        "Type" => "OutputIntent",
        "S" => "GTS_PDFA1",
        "OutputConditionIdentifier" => Object::string_literal("sRGB"),
        "Info" => Object::string_literal("sRGB IEC61966-2.1"),
        "DestOutputProfile" => profile,
    })
}

/// What PDF/A asks for before a name that it does not know may stand in the packet (ISO 19005-2, 6.6.2.3).
const NAME_OF_UA: &str = "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">\
     <pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\
     <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
     <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>part</pdfaProperty:name>\
     <pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>\
     <pdfaProperty:description>Part of ISO 14289</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>\
     </rdf:li></rdf:Bag></pdfaExtension:schemas>";

fn information_dictionary(meta: &Meta) -> lopdf::Dictionary {
    let mut information = lopdf::Dictionary::new();
    let texts = [("Title", &meta.title), ("Author", &meta.author), ("Subject", &meta.subject), ("Producer", &meta.producer)];
    for (key, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        information.set(key, text_string(text));
    }
    if let Some(date) = date(meta, "D:%Y%m%d%H%M%SZ") {
        information.set("CreationDate", Object::string_literal(date.clone()));
        information.set("ModDate", Object::string_literal(date));
    }
    information
}

/// The same as XMP, which is what newer readers look at.
fn packet(meta: &Meta, claims: Claims) -> Stream {
    let mut xml = String::from(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\"",
    );
    if claims.archive {
        let names = [("pdfaid", "id/"), ("pdfaExtension", "extension/"), ("pdfaSchema", "schema#"), ("pdfaProperty", "property#")];
        for (prefix, name) in names {
            let _ = write!(xml, " xmlns:{prefix}=\"http://www.aiim.org/pdfa/ns/{name}\"");
        }
    }
    xml.push('>');
    let entries = [
        ("dc:title", "Alt", " xml:lang=\"x-default\"", &meta.title),
        ("dc:creator", "Seq", "", &meta.author),
        ("dc:description", "Alt", " xml:lang=\"x-default\"", &meta.subject),
        ("dc:language", "Bag", "", &meta.language),
    ];
    // Writing to a string does not fail.
    for (name, list, attribute, text) in entries.into_iter().filter(|(.., text)| !text.is_empty()) {
        let text = escaped(text);
        let _ = write!(xml, "<{name}><rdf:{list}><rdf:li{attribute}>{text}</rdf:li></rdf:{list}></{name}>");
    }
    if let Some(date) = date(meta, "%Y-%m-%dT%H:%M:%SZ") {
        let _ = write!(xml, "<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>");
    }
    if !meta.producer.is_empty() {
        let _ = write!(xml, "<pdf:Producer>{}</pdf:Producer>", escaped(&meta.producer));
    }
    if claims.for_everyone {
        // ISO 14289-1, 5: the file says that it is for everyone.
        xml.push_str("<pdfuaid:part>1</pdfuaid:part>");
    }
    if claims.archive {
        xml.push_str("<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>");
        if claims.for_everyone {
            xml.push_str(NAME_OF_UA);
        }
    }
    xml.push_str("</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>");
    // Tools that know nothing of PDF look for it in plain text, so it stays uncompressed.
    Stream::new(dictionary! { "Type" => "Metadata", "Subtype" => "XML" }, xml.into_bytes()).with_compression(false)
}

/// Text for XML; characters XML cannot hold are left out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars().filter(|character| !character.is_control() || matches!(character, '\n' | '\t')) {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '\u{fffe}' | '\u{ffff}' => {}
            other => safe.push(other),
        }
    }
    safe
}

fn date(meta: &Meta, format: &str) -> Option<String> {
    let moment = Timestamp::from_second(meta.created?).ok()?.to_zoned(TimeZone::UTC);
    jiff::fmt::strtime::format(format, &moment).ok()
}
