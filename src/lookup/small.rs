//! The small-number rule: no figure tells of fewer than five students, nor can it be worked out from the others.

use serde::{Serialize, Serializer};

/// The fewest students that a figure may tell of.
pub const FEWEST: u64 = 5;

/// A number of students, or that it is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// So many; none, or five and more.
    Count(u64),
    /// It is not told: there are fewer than five, or telling it would tell such a number elsewhere.
    Hidden,
}

impl Serialize for Cell {
    /// A number, or null.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => serializer.serialize_some(count),
            Self::Hidden => serializer.serialize_none(),
        }
    }
}

/// Hides what must not be told of cells whose sum is known.
///
/// A cell of one to four is hidden. As the sum is known, one hidden cell could be worked out, and so could several whose sum leaves no choice (all ones, all fours): then the smallest that is told is hidden as well, until there is a choice. Where no cell is larger than five, all are hidden, none too: what is told apart there would tell too much.
pub fn protect(counts: &[u64]) -> Vec<Cell> {
    let mut hidden: Vec<bool> = counts.iter().map(|count| (1..FEWEST).contains(count)).collect();
    let has_small = hidden.contains(&true);
    if has_small && counts.iter().all(|count| *count <= FEWEST) {
        return vec![Cell::Hidden; counts.len()];
    }
    while has_small && is_derivable(counts, &hidden) {
        let told = (0..counts.len()).filter(|index| !hidden[*index] && counts[*index] > 0);
        let Some(smallest) = told.min_by_key(|index| counts[*index]) else { return vec![Cell::Hidden; counts.len()] };
        hidden[smallest] = true;
    }
    counts.iter().zip(hidden).map(|(count, hidden)| if hidden { Cell::Hidden } else { Cell::Count(*count) }).collect()
}

/// Whether the hidden cells leave no choice to somebody who knows their sum and this rule.
fn is_derivable(counts: &[u64], hidden: &[bool]) -> bool {
    let of =
        |wanted: bool| counts.iter().zip(hidden).filter(move |(count, hidden)| **hidden == wanted && **count > 0).map(|(count, _)| *count);
    let (small, large): (Vec<u64>, Vec<u64>) = of(true).partition(|count| *count < FEWEST);
    let (number, sum) = (small.len() as u64, small.iter().sum::<u64>());
    let Some(largest) = large.iter().max() else {
        return number < 2 || sum <= number || sum >= (FEWEST - 1) * number;
    };
    // A small one could be one more and the largest one less, or the other way round, and the same cells would be hidden.
    let least_told = of(false).min().unwrap_or(u64::MAX);
    let could_be_more = small.iter().any(|count| *count < FEWEST - 1) && *largest > FEWEST && *largest < least_told;
    let could_be_less = small.iter().any(|count| *count > 1) && *largest + 1 < least_told;
    !(could_be_more || could_be_less)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every way in which the hidden cells could be filled so that the sum is right and the rule would hide the same cells.
    fn explanations(counts: &[u64], cells: &[Cell]) -> Vec<Vec<u64>> {
        let sum: u64 = counts.iter().sum();
        let mut found = vec![Vec::new()];
        for cell in cells {
            let choices: Vec<u64> = match cell {
                Cell::Count(count) => vec![*count],
                Cell::Hidden => (0..=sum).collect(),
            };
            found = found.into_iter().flat_map(|head: Vec<u64>| choices.iter().map(move |n| [head.clone(), vec![*n]].concat())).collect();
            found.retain(|head| head.iter().sum::<u64>() <= sum);
        }
        found.retain(|all| all.iter().sum::<u64>() == sum && protect(all).iter().zip(cells).all(|(a, b)| a == b));
        found
    }

    proptest! {
        #[test]
        fn no_cell_of_fewer_than_five_can_be_worked_out(counts in proptest::collection::vec(0_u64..12, 2..5)) {
            prop_assume!(counts.iter().sum::<u64>() >= FEWEST);
            let cells = protect(&counts);
            let explanations = explanations(&counts, &cells);
            for (index, count) in counts.iter().enumerate() {
                if (1..FEWEST).contains(count) {
                    prop_assert_eq!(cells[index], Cell::Hidden);
                    let values: std::collections::BTreeSet<u64> = explanations.iter().map(|all| all[index]).collect();
                    prop_assert!(values.len() > 1, "{:?} shown as {:?} can only be {:?}", counts, cells, values);
                }
            }
        }
    }

    #[test]
    fn a_lone_small_cell_takes_another_one_with_it() {
        assert_eq!(protect(&[3, 9, 20]), [Cell::Hidden, Cell::Hidden, Cell::Count(20)]);
        assert_eq!(protect(&[0, 9, 20]), [Cell::Count(0), Cell::Count(9), Cell::Count(20)]);
        assert_eq!(serde_json::to_string(&protect(&[3, 9, 20])).unwrap(), "[null,null,20]");
    }
}
