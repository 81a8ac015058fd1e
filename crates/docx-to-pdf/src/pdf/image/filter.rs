//! Filters of PNG (Portable Network Graphics 9.2), which PDF readers undo (ISO 32000-1, 7.4.4.4): what differs little from its neighbours is told as that difference, and packs several times smaller.

/// Filters rows of samples of eight bits, one behind the other.
pub(super) struct RowFilter {
    colors: usize,
    /// The row before.
    above: Vec<u8>,
}

impl RowFilter {
    pub(super) fn new(colors: u8) -> Self {
        Self { colors: usize::from(colors), above: Vec::new() }
    }

    /// The number of a filter and what it makes of the row: of four, the one whose differences are least in sum, which is PNG writers' own rule.
    pub(super) fn filtered(&mut self, row: Vec<u8>) -> Vec<u8> {
        self.above.resize(row.len(), 0);
        let (above, colors) = (&self.above, self.colors);
        let behind = row.get(..row.len().saturating_sub(colors)).unwrap_or_default();
        let above_behind = above.get(..behind.len()).unwrap_or_default();
        let first = row.len().min(colors);
        let mut best = Vec::with_capacity(row.len() + 1);
        best.push(0);
        best.extend_from_slice(&row);
        let mut least = weight(&best);
        let mut made = Vec::with_capacity(row.len() + 1);
        let (here, rest) = row.split_at(first);
        let (above_here, above_rest) = above.split_at(first);
        for filter in [1, 2, 4] {
            made.clear();
            made.push(filter);
            match filter {
                1 => {
                    made.extend_from_slice(here);
                    made.extend(rest.iter().zip(behind).map(|(sample, left)| sample.wrapping_sub(*left)));
                }
                2 => made.extend(row.iter().zip(above).map(|(sample, above)| sample.wrapping_sub(*above))),
                _ => {
                    made.extend(here.iter().zip(above_here).map(|(sample, above)| sample.wrapping_sub(*above)));
                    let around = behind.iter().zip(above_rest).zip(above_behind);
                    let guesses = around.map(|((left, above), corner)| nearest(*left, *above, *corner));
                    made.extend(rest.iter().zip(guesses).map(|(sample, guess)| sample.wrapping_sub(guess)));
                }
            }
            let sum = weight(&made);
            if sum < least {
                least = sum;
                std::mem::swap(&mut best, &mut made);
            }
        }
        self.above = row;
        best
    }
}

/// The differences in sum, each counted as far as it is from none.
fn weight(filtered: &[u8]) -> u64 {
    filtered.iter().skip(1).map(|sample| u64::from(sample.cast_signed().unsigned_abs())).sum()
}

/// Of three neighbours the one nearest to left + above − corner (Paeth's).
fn nearest(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let (to_left, to_above, to_corner) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if to_left <= to_above && to_left <= to_corner {
        left
    } else if to_above <= to_corner {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader makes of filtered rows.
    fn undone(rows: &[Vec<u8>], colors: usize) -> Vec<Vec<u8>> {
        let mut above = vec![0; rows.first().map_or(0, |row| row.len() - 1)];
        let undo = |row: &Vec<u8>| {
            let mut samples: Vec<u8> = Vec::new();
            for (at, sample) in row[1..].iter().enumerate() {
                let left = at.checked_sub(colors).map_or(0, |at| samples[at]);
                let corner = at.checked_sub(colors).map_or(0, |at| above[at]);
                let guess = match row[0] {
                    0 => 0,
                    1 => left,
                    2 => above[at],
                    _ => nearest(left, above[at], corner),
                };
                samples.push(sample.wrapping_add(guess));
            }
            above.clone_from(&samples);
            samples
        };
        rows.iter().map(undo).collect()
    }

    #[test]
    fn rows_are_told_by_the_least_differences_and_come_back() {
        for colors in [1, 3] {
            let wide = 8 * colors;
            let row = |of: &dyn Fn(usize) -> usize| -> Vec<u8> { (0..wide).map(|at| of(at) as u8).collect() };
            let rows = [
                row(&|at| if at % 2 == 0 { 0 } else { 255 }),
                row(&|at| 100 + at),
                row(&|at| 101 + at),
                row(&|at| at * at * 37),
                row(&|at| at * at * 37 + at * 60),
                row(&|_| 0),
            ];
            let mut filter = RowFilter::new(colors as u8);
            let filtered: Vec<Vec<u8>> = rows.iter().cloned().map(|row| filter.filtered(row)).collect();
            assert_eq!(undone(&filtered, colors), rows);
            assert!(weight(&filtered[2]) <= wide as u64, "one row is like the one above it");
        }
        let mut filter = RowFilter::new(3);
        assert_eq!([filter.filtered(Vec::new()), filter.filtered(vec![9])], [vec![0], vec![0, 9]]);
    }
}
