//! Compression of streams.

use std::cell::RefCell;
use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compress, Compression, FlushCompress, Status};
use lopdf::{Dictionary, Stream};

/// Good enough for text operators, and three times faster than the best.
const LEVEL: Compression = Compression::new(4);

/// What is kept across documents may cost more time.
const KEPT_LEVEL: Compression = Compression::new(9);

/// What the dictionary of a deflated stream says.
pub(super) const DEFLATED: &str = "/Filter/FlateDecode";

/// Deflates bytes that are used once.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    COMPRESSOR.with_borrow_mut(|compressor| deflate_again(compressor, bytes)).unwrap_or_else(|| deflate_with(bytes, LEVEL))
}

/// Deflates bytes that go to a cache.
pub(super) fn deflate_well(bytes: &[u8]) -> Vec<u8> {
    let deflated = KEPT_COMPRESSOR.with_borrow_mut(|compressor| deflate_again(compressor, bytes));
    let mut deflated = deflated.unwrap_or_else(|| deflate_with(bytes, KEPT_LEVEL));
    deflated.shrink_to_fit();
    deflated
}

fn deflate_with(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 2 + 64), level);
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Deflates what is too large to be put together first: so many bytes in all.
pub(super) fn deflate_parts(parts: impl Iterator<Item = Vec<u8>>, bytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes / 8), LEVEL);
    for part in parts {
        let _ = encoder.write_all(&part);
    }
    let mut deflated = encoder.finish().unwrap_or_default();
    deflated.shrink_to_fit();
    deflated
}

thread_local! {
    /// Setting a compressor up takes longer than compressing a page with it, so each thread keeps one of each level.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(LEVEL, true));
    static KEPT_COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(KEPT_LEVEL, true));
}

/// Deflates with a compressor that was used before; `None` if it does not come to an end.
fn deflate_again(compressor: &mut Compress, bytes: &[u8]) -> Option<Vec<u8>> {
    compressor.reset();
    // Stored uncompressed at worst, with five bytes a block.
    let mut deflated = Vec::with_capacity(bytes.len() + bytes.len() / 1000 + 128);
    let status = compressor.compress_vec(bytes, &mut deflated, FlushCompress::Finish).ok()?;
    (status == Status::StreamEnd).then_some(deflated)
}

/// A page's operators.
pub(super) fn content(bytes: Vec<u8>) -> Stream {
    let mut dict = Dictionary::new();
    if bytes.len() <= 64 {
        return Stream::new(dict, bytes);
    }
    dict.set("Filter", "FlateDecode");
    Stream::new(dict, deflate(&bytes))
}
