//! Compression of streams.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Dictionary, Document, Object, Stream};

/// Good enough for text operators, and three times faster than the best.
const LEVEL: Compression = Compression::new(4);

/// What is kept across documents may cost more time.
const KEPT_LEVEL: Compression = Compression::new(9);

/// Deflates bytes that are used once.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    deflate_with(bytes, LEVEL)
}

/// Deflates bytes that go to a cache.
pub(super) fn deflate_well(bytes: &[u8]) -> Vec<u8> {
    deflate_with(bytes, KEPT_LEVEL)
}

fn deflate_with(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 2), level);
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// A stream of bytes that are deflated already.
pub(super) fn deflated(mut dictionary: Dictionary, bytes: Vec<u8>) -> Stream {
    dictionary.set("Filter", "FlateDecode");
    let mut stream = Stream::new(dictionary, bytes);
    stream.allows_compression = false;
    stream
}

/// Deflates every stream that has no filter yet.
pub(super) fn compress(document: &mut Document) {
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object
            && !stream.dict.has(b"Filter")
            && stream.content.len() > 64
        {
            let content = deflate(&stream.content);
            stream.dict.set("Filter", "FlateDecode");
            stream.set_content(content);
            stream.allows_compression = false;
        }
    }
}
