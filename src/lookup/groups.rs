//! How a student stands in each group, packed: for each the word's id, right answers and questions as variable-length numbers.

/// Packs them.
pub(super) fn encode(standings: &[(i64, u32, u32)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(standings.len() * 4);
    for (word, right, total) in standings {
        for number in [*word as u64, u64::from(*right), u64::from(*total)] {
            push(&mut bytes, number);
        }
    }
    bytes
}

/// Unpacks them; what is cut off is left out.
pub(super) fn decode(bytes: &[u8]) -> Vec<(i64, u32, u32)> {
    let mut numbers = Vec::new();
    let (mut number, mut shift) = (0_u64, 0);
    for byte in bytes {
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            numbers.push(number);
            (number, shift) = (0, 0);
        } else {
            shift = (shift + 7).min(56);
        }
    }
    numbers.chunks_exact(3).map(|three| (three[0] as i64, three[1] as u32, three[2] as u32)).collect()
}

fn push(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number as u8 & 0x7f) | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standings_are_unpacked_as_packed_and_what_is_damaged_panics_nowhere() {
        let standings = vec![(1, 0, 3), (300, 12, 128), (70_000, 4000, 4_000_000)];
        let bytes = encode(&standings);
        assert_eq!(decode(&bytes), standings);
        for cut in 0..bytes.len() {
            assert!(decode(&bytes[..cut]).len() < 3);
        }
        decode(&[0xff; 64]);
    }
}
