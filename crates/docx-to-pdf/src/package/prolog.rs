//! A document type can only stand before the root element, so looking at the prolog is enough to refuse it.

/// Whether an XML part declares a DTD. Cheap: it stops at the root element's start tag.
pub(super) fn declares_dtd(xml: &[u8]) -> bool {
    // UTF-16 in either order shows every ASCII character with a zero byte beside it.
    let text: Vec<u8>;
    let mut rest = if xml.starts_with(&[0xFF, 0xFE]) || xml.starts_with(&[0xFE, 0xFF]) {
        text = xml.iter().copied().filter(|&byte| byte != 0).collect();
        &text[..]
    } else {
        xml
    };
    while let Some(open) = rest.iter().position(|&byte| byte == b'<') {
        rest = &rest[open..];
        let end: &[u8] = match rest.get(1) {
            Some(b'?') => b"?>",
            Some(b'!') if rest.starts_with(b"<!--") => b"-->",
            Some(b'!') => return true,
            _ => return false,
        };
        match rest.windows(end.len()).position(|window| window == end) {
            Some(at) => rest = &rest[at + end.len()..],
            None => return false,
        }
    }
    false
}
