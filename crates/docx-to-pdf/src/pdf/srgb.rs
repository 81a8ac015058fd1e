//! The sRGB colour space as an ICC profile (ICC.1:2001-04): the primaries of IEC 61966-2-1, a gamma of 2.2.

/// D50, the white point of profiles.
const WHITE: [u32; 3] = [0xF6D6, 0x1_0000, 0xD32D];
/// Red, green and blue under it.
const PRIMARIES: [[u32; 3]; 3] = [[0x6FA2, 0x38F5, 0x0390], [0x6299, 0xB785, 0x18DA], [0x24A0, 0x0F84, 0xB6CF]];
/// 2.2 as eight bits and eight bits behind the point.
const GAMMA: u16 = 0x0233;
/// Where tags' data may start: the header and the tag table's length are before the table.
const HEADER: usize = 128;

/// The profile.
pub(super) fn profile() -> Vec<u8> {
    let curve = [b"curv\0\0\0\0".as_slice(), &1_u32.to_be_bytes(), &GAMMA.to_be_bytes()].concat();
    let [red, green, blue] = PRIMARIES.map(|primary| place(&primary));
    let tags: [(&[u8; 4], Vec<u8>); 9] = [
        (b"desc", description("sRGB")),
        (b"cprt", [b"text\0\0\0\0".as_slice(), b"No copyright\0"].concat()),
        (b"wtpt", place(&WHITE)),
        (b"rXYZ", red),
        (b"gXYZ", green),
        (b"bXYZ", blue),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let start = HEADER + 4 + 12 * tags.len();
    for (name, content) in &tags {
        table.extend(*name);
        table.extend(((start + data.len()) as u32).to_be_bytes());
        table.extend((content.len() as u32).to_be_bytes());
        data.extend(content);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut profile = Vec::with_capacity(start + data.len());
    profile.extend(((start + data.len()) as u32).to_be_bytes());
    profile.extend(b"\0\0\0\0\x02\x10\0\0mntrRGB XYZ ");
    // The standard's own date: a profile has one, and ours does not change.
    profile.extend([1999_u16, 10, 18, 0, 0, 0].map(u16::to_be_bytes).concat());
    profile.extend(b"acsp");
    profile.resize(68, 0);
    profile.extend(WHITE.map(u32::to_be_bytes).concat());
    profile.resize(HEADER, 0);
    profile.extend(table);
    profile.extend(data);
    profile
}

/// A colour as the `XYZ ` type.
fn place(coordinates: &[u32; 3]) -> Vec<u8> {
    [b"XYZ \0\0\0\0".as_slice(), &coordinates.map(u32::to_be_bytes).concat()].concat()
}

/// A name as the `desc` type: in ASCII, with neither Unicode nor Macintosh text.
fn description(name: &str) -> Vec<u8> {
    let mut bytes = [b"desc\0\0\0\0".as_slice(), &(name.len() as u32 + 1).to_be_bytes(), name.as_bytes(), b"\0"].concat();
    bytes.resize(bytes.len() + 4 + 4 + 2 + 1 + 67, 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_holds_what_its_header_and_table_say() {
        let profile = profile();
        let number = |at: usize| u32::from_be_bytes([profile[at], profile[at + 1], profile[at + 2], profile[at + 3]]) as usize;
        assert_eq!(number(0), profile.len());
        assert_eq!(&profile[36..40], b"acsp");
        for tag in 0..number(HEADER) {
            let entry = HEADER + 4 + 12 * tag;
            let (start, length) = (number(entry + 4), number(entry + 8));
            assert!(start.is_multiple_of(4) && start + length <= profile.len());
        }
    }
}
