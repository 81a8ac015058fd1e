//! Compression of streams.

use std::cell::RefCell;
use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compress, Compression, FlushCompress, Status};
use lopdf::{Dictionary, Document, Object, Stream};

/// Good enough for text operators, and three times faster than the best.
const LEVEL: Compression = Compression::new(4);

/// What is kept across documents may cost more time.
const KEPT_LEVEL: Compression = Compression::new(9);

/// Deflates bytes that are used once.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    deflate_again(bytes).unwrap_or_else(|| deflate_with(bytes, LEVEL))
}

/// Deflates bytes that go to a cache.
pub(super) fn deflate_well(bytes: &[u8]) -> Vec<u8> {
    deflate_with(bytes, KEPT_LEVEL)
}

fn deflate_with(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 2 + 64), level);
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

thread_local! {
    /// Setting a compressor up takes longer than compressing a page with it, so each thread keeps one.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(LEVEL, true));
}

/// Deflates with the thread's compressor; `None` if it does not come to an end.
fn deflate_again(bytes: &[u8]) -> Option<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        // Stored uncompressed at worst, with five bytes a block.
        let mut deflated = Vec::with_capacity(bytes.len() + bytes.len() / 1000 + 128);
        let status = compressor.compress_vec(bytes, &mut deflated, FlushCompress::Finish).ok()?;
        (status == Status::StreamEnd).then_some(deflated)
    })
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
