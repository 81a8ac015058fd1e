//! Where a student stands among all who finished the same assessment.
//!
//! The store keeps one small summary an assessment: how often each result occurred, and nothing about anyone.
//! Below [`SHOWN_FROM`] results nothing is shown, for in a small group a mean gives others away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// From how many results on the cohort is shown.
pub const SHOWN_FROM: u64 = 10;

/// The results of all who finished an assessment, counted.
///
/// Adding and merging only count, so the order does not matter and several instances can each keep one and merge later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortSummary {
    /// Results so far.
    count: u64,
    /// Their sum in millionths of a percent; whole numbers, so that any order of adding gives the same mean.
    sum: u64,
    /// Result in hundredths of a percent to how often it occurred.
    results: BTreeMap<u16, u64>,
}

/// What a report may say of the cohort.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// How many results there are, this one among them.
    pub count: u64,
    /// Their mean percentage.
    pub mean: f64,
    /// Where the result stands among the others, ties counted half; 0–100.
    pub percentile: f64,
    /// The share of the others that this result is above, ties not counted; 0–100. What a sentence may say.
    pub above: f64,
}

impl CohortSummary {
    /// Counts a result; anything that is no percentage is left out.
    pub fn add(&mut self, percentage: f64) {
        let Some((cell, millionths)) = measure(percentage) else { return };
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(millionths);
        *self.results.entry(cell).or_default() += 1;
    }

    /// Takes a result out again, as when a retake replaces it; `false` when it was never counted.
    pub fn remove(&mut self, percentage: f64) -> bool {
        let Some((cell, millionths)) = measure(percentage) else { return false };
        let Some(times) = self.results.get_mut(&cell) else { return false };
        *times = times.saturating_sub(1);
        if *times == 0 {
            self.results.remove(&cell);
        }
        self.count = self.count.saturating_sub(1);
        self.sum = self.sum.saturating_sub(millionths);
        true
    }

    /// Adds all results of another summary of the same assessment.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.sum = self.sum.saturating_add(other.sum);
        for (cell, times) in &other.results {
            let sum = self.results.entry(*cell).or_default();
            *sum = sum.saturating_add(*times);
        }
    }

    /// How many results were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Where a counted result stands; `None` below [`SHOWN_FROM`] results.
    pub fn standing(&self, percentage: f64) -> Option<Standing> {
        let (cell, _) = measure(percentage)?;
        if self.count < SHOWN_FROM {
            return None;
        }
        let below = self.results.range(..cell).fold(0_u64, |sum, (_, times)| sum.saturating_add(*times));
        let same = self.results.get(&cell).copied().unwrap_or(0);
        // The result itself is not one of the others, if it has been counted.
        let others = self.count - u64::from(same > 0);
        let percentile = (below as f64 + same.saturating_sub(1) as f64 / 2.0) * 100.0 / others as f64;
        let above = below as f64 * 100.0 / others as f64;
        Some(Standing { count: self.count, mean: self.sum as f64 / 1e6 / self.count as f64, percentile, above })
    }
}

/// A percentage as the cell it is counted in and as millionths.
fn measure(percentage: f64) -> Option<(u16, u64)> {
    let valid = (0.0..=100.0).contains(&percentage);
    valid.then(|| ((percentage * 100.0).round() as u16, (percentage * 1e6).round() as u64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(results: &[f64]) -> CohortSummary {
        let mut summary = CohortSummary::default();
        for result in results {
            summary.add(*result);
        }
        summary
    }

    #[test]
    fn nothing_is_shown_of_fewer_than_ten() {
        let nine = of(&[50.0; 9]);
        assert_eq!(nine.standing(50.0), None);
        let mut ten = nine;
        ten.add(100.0);
        assert_eq!(ten.standing(100.0), Some(Standing { count: 10, mean: 55.0, percentile: 100.0, above: 100.0 }));
    }

    #[test]
    fn the_percentile_counts_the_others_below_and_half_of_the_equals() {
        let summary = of(&[0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 80.0, 100.0]);
        let percentile = |p: f64| summary.standing(p).map(|s| s.percentile);
        assert_eq!(percentile(0.0), Some(0.0));
        assert_eq!(percentile(50.0), Some(50.0));
        // Of the ten others eight are below and one is equal.
        assert_eq!(percentile(80.0), Some(85.0));
        assert_eq!(summary.standing(80.0).map(|s| s.above), Some(80.0));
        let equals = of(&[70.0; 12]);
        assert_eq!(equals.standing(70.0).map(|s| (s.percentile, s.above)), Some((50.0, 0.0)));
        assert_eq!(percentile(100.0), Some(100.0));
    }

    #[test]
    fn what_is_no_percentage_is_not_counted() {
        assert_eq!(of(&[f64::NAN, -1.0, 100.5, f64::INFINITY]), CohortSummary::default());
    }

    #[test]
    fn a_summary_survives_its_record_and_names_nobody() {
        let summary = of(&[200.0 / 3.0, 80.0]);
        let json = serde_json::to_string(&summary).expect("JSON");
        assert_eq!(json, r#"{"count":2,"sum":146666667,"results":{"6667":1,"8000":1}}"#);
        assert_eq!(serde_json::from_str::<CohortSummary>(&json).expect("a summary"), summary);
    }

    proptest! {
        #[test]
        fn merging_is_counting_in_any_order(a in prop::collection::vec(0.0..=100.0, 0..30), b in prop::collection::vec(0.0..=100.0, 0..30)) {
            let (mut left, mut right) = (of(&a), of(&b));
            let whole = of(&a.iter().chain(&b).copied().collect::<Vec<_>>());
            let parts = (left.clone(), right.clone());
            left.merge(&parts.1);
            right.merge(&parts.0);
            prop_assert_eq!(&left, &whole);
            prop_assert_eq!(&right, &whole);
            for result in &a {
                prop_assert!(left.remove(*result));
                if let Some(standing) = whole.standing(*result) {
                    prop_assert!(standing.above <= standing.percentile);
                    prop_assert!((0.0..=100.0).contains(&standing.percentile) && (0.0..=100.0).contains(&standing.mean));
                }
            }
            prop_assert_eq!(left, parts.1);
        }
    }
}
