//! The file: streams as they are, everything else packed into object streams, found through a cross-reference stream
//! (ISO 32000-1, 7.5.7 and 7.5.8).
//!
//! What printpdf has no part in is written once, to where it is packed from, and what caches keep is not copied before it stands in the file.
//! lopdf can save too, but writes every packed object three times over and leaves the cross-references uncompressed:
//! together two fifths of the time a small report took.

use lopdf::{Document, Object, ObjectId, Stream, StringFormat};

use super::stream;
use super::syntax::Syntax;
use bytes::Bytes;

/// Objects packed together; readers unpack a stream as a whole.
const PACKED: usize = 1000;

/// A PDF as it grows.
pub(super) struct Body {
    /// printpdf's objects.
    pub(super) document: Document,
    /// Objects without a stream, one behind the other.
    packed: Syntax,
    /// Their numbers, and where each begins.
    places: Vec<(u32, usize)>,
    /// Streams whose data stands elsewhere too: numbers, keys with their values, and data in pieces.
    shared: Vec<(u32, Syntax, Vec<Bytes>)>,
}

/// Where an object lies.
#[derive(Debug, Clone, Copy)]
enum Entry {
    Free,
    /// Bytes from the start of the file.
    At(usize),
    /// Object stream and position in it.
    Packed(u32, usize),
}

impl Body {
    pub(super) fn new(document: Document) -> Self {
        Self { document, packed: Syntax::default(), places: Vec::new(), shared: Vec::new() }
    }

    pub(super) fn new_id(&mut self) -> ObjectId {
        self.document.new_object_id()
    }

    /// An object of its own, which its caller writes.
    pub(super) fn object(&mut self, (id, _): ObjectId) -> &mut Syntax {
        self.packed.raw("\n");
        self.places.push((id, self.packed.bytes.len()));
        &mut self.packed
    }

    /// A stream with the keys and values of its dictionary, but for its length.
    pub(super) fn stream(&mut self, dict: Syntax, data: Vec<Bytes>) -> ObjectId {
        let id = self.new_id();
        self.shared.push((id.0, dict, data));
        id
    }

    /// The bytes of the file.
    pub(super) fn save(mut self) -> Vec<u8> {
        let mut file = Syntax::with_capacity(self.size());
        file.raw("%PDF-1.7\n%").bytes.extend(b"\xe2\xe3\xcf\xd3\n");
        let mut entries = vec![Entry::Free; self.document.max_id as usize + 1];
        let objects = std::mem::take(&mut self.document.objects);
        for (id, object) in &objects {
            if let Object::Stream(Stream { dict, content, .. }) = object {
                set(&mut entries, id.0, Entry::At(file.bytes.len()));
                indirect(&mut file, id.0, |file| _ = file.entries(dict), &[content.as_slice()]);
            } else {
                self.object(*id).object(object);
            }
        }
        for (id, dict, data) in &self.shared {
            set(&mut entries, *id, Entry::At(file.bytes.len()));
            let data: Vec<&[u8]> = data.iter().map(|piece| &**piece).collect();
            indirect(&mut file, *id, |file| file.bytes.extend_from_slice(&dict.bytes), &data);
        }
        let ends = self.places.iter().skip(1).map(|(_, begin)| begin - 1).chain([self.packed.bytes.len()]);
        let members: Vec<_> = self.places.iter().zip(ends).map(|((id, begin), end)| (*id, *begin..end)).collect();
        for group in members.chunks(PACKED) {
            let id = entries.len() as u32;
            for (position, (member, _)) in group.iter().enumerate() {
                set(&mut entries, *member, Entry::Packed(id, position));
            }
            entries.push(Entry::At(file.bytes.len()));
            let text = group.iter().map(|(_, range)| range.len() + 1).sum::<usize>();
            let mut index = Syntax::with_capacity(group.len() * 12 + text);
            let mut begin = 0;
            for (member, range) in group {
                index.integer(i64::from(*member)).integer(begin);
                begin += range.len() as i64 + 1;
            }
            index.raw("\n");
            let first = index.bytes.len() as i64;
            for (_, range) in group {
                index.bytes.extend_from_slice(self.packed.bytes.get(range.clone()).unwrap_or_default());
                index.bytes.push(b'\n');
            }
            let dict = |file: &mut Syntax| {
                _ = file.raw("/Type/ObjStm/N").integer(group.len() as i64).raw("/First").integer(first).raw(stream::DEFLATED);
            };
            indirect(&mut file, id, dict, &[&stream::deflate(&index.bytes)]);
        }
        self.cross_references(file, entries)
    }

    /// About how long the file will be.
    fn size(&self) -> usize {
        let streams = self.document.objects.values().filter_map(|object| object.as_stream().ok());
        let streams: usize = streams.map(|stream| stream.content.len()).sum();
        let shared = self.shared.iter().map(|(_, dict, data)| dict.bytes.len() + data.iter().map(Bytes::len).sum::<usize>() + 64);
        streams + shared.sum::<usize>() + self.packed.bytes.len() / 4 + 4096
    }

    fn cross_references(&self, mut file: Syntax, mut entries: Vec<Entry>) -> Vec<u8> {
        let (id, start) = (entries.len() as u32, file.bytes.len());
        entries.push(Entry::At(start));
        let mut table = Vec::with_capacity(entries.len() * 7);
        for entry in &entries {
            let (kind, wide, narrow) = match *entry {
                Entry::Free => (0, 0, u16::MAX),
                Entry::At(offset) => (1, offset as u32, 0),
                Entry::Packed(id, position) => (2, id, position as u16),
            };
            table.push(kind);
            table.extend_from_slice(&wide.to_be_bytes());
            table.extend_from_slice(&narrow.to_be_bytes());
        }
        let identity = identity(&file.bytes);
        let dict = |file: &mut Syntax| {
            file.raw("/Type/XRef/Size").integer(entries.len() as i64).raw("/W[1 4 2]").raw(stream::DEFLATED);
            for key in ["Root", "Info"] {
                if let Ok(value) = self.document.trailer.get(key.as_bytes()) {
                    file.name(key).object(value);
                }
            }
            file.raw("/ID[").string(&identity, StringFormat::Hexadecimal).string(&identity, StringFormat::Hexadecimal).raw("]");
        };
        indirect(&mut file, id, dict, &[&stream::deflate(&table)]);
        file.raw("startxref\n").bytes.extend(format!("{start}\n%%EOF\n").into_bytes());
        file.bytes
    }
}

fn set(entries: &mut [Entry], id: u32, entry: Entry) {
    if let Some(slot) = entries.get_mut(id as usize) {
        *slot = entry;
    }
}

fn indirect(file: &mut Syntax, id: u32, dict: impl FnOnce(&mut Syntax), data: &[&[u8]]) {
    file.integer(i64::from(id)).raw(" 0 obj\n<<");
    dict(file);
    file.raw("/Length").integer(data.iter().map(|piece| piece.len()).sum::<usize>() as i64).raw(">>\nstream\n");
    for piece in data {
        file.bytes.extend_from_slice(piece);
    }
    file.raw("\nendstream\nendobj\n");
}

/// Sixteen bytes that follow from what the file holds, so that the same report has the same identity.
///
/// Not a secret and not a proof: two fixed, differently seeded sums are enough to tell files apart. The standard library's hashers may change from one release to the next.
fn identity(file: &[u8]) -> [u8; 16] {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = file.as_chunks::<8>();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    let (mut one, mut other) = (0xcbf2_9ce4_8422_2325_u64, 0xcbf2_9ce4_8422_2326_u64);
    for word in words.iter().chain([&last, &(file.len() as u64).to_le_bytes()]) {
        let add = |sum: u64| (sum.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(ODD);
        (one, other) = (add(one), add(other));
    }
    let mut identity = [0; 16];
    let bytes = [one, other].map(|sum| (sum ^ (sum >> 29)).to_be_bytes());
    identity.iter_mut().zip(bytes.as_flattened()).for_each(|(to, from)| *to = *from);
    identity
}
