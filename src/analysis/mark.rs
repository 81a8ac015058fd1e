//! The mark from 1.0 to 7.0, as Chilean schools give it.

const LOWEST: f64 = 1.0;
const PASSING: f64 = 4.0;
const HIGHEST: f64 = 7.0;

/// The share of the points, in percent, that the passing mark asks for unless a profile says otherwise.
pub(crate) const REQUIREMENT: f64 = 60.0;

/// The mark for so many points: straight from 1.0 to 4.0 up to the requirement, and from there straight to 7.0; one decimal, halves up.
pub(crate) fn mark(score: f64, max_score: f64, requirement: f64) -> f64 {
    let share = if max_score > 0.0 { (score * 100.0 / max_score).clamp(0.0, 100.0) } else { 0.0 };
    let mark = if share < requirement {
        LOWEST + (PASSING - LOWEST) * share / requirement
    } else {
        PASSING + (HIGHEST - PASSING) * (share - requirement) / (100.0 - requirement)
    };
    // Halves go up, also those that binary fractions put a hair below.
    ((mark * 10.0 + 0.5 + 1e-9).floor() / 10.0).clamp(LOWEST, HIGHEST)
}

/// Whether a mark passes.
pub fn passes(mark: f64) -> bool {
    mark >= PASSING
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_are_those_of_the_published_tables() {
        // Points of 40 at 60 % and 50 % requirement, as the tables in use in Chilean schools have them.
        for (score, requirement, expected) in [
            (0.0, 60.0, 1.0),
            (8.0, 60.0, 2.0),
            (12.0, 60.0, 2.5),
            (23.0, 60.0, 3.9),
            (24.0, 60.0, 4.0),
            (25.0, 60.0, 4.2),
            (32.0, 60.0, 5.5),
            (36.0, 60.0, 6.3),
            (39.0, 60.0, 6.8),
            (40.0, 60.0, 7.0),
            (20.0, 50.0, 4.0),
            (19.0, 50.0, 3.9),
            (30.0, 50.0, 5.5),
            (27.0, 70.0, 3.9),
            (28.0, 70.0, 4.0),
        ] {
            assert_eq!(mark(score, 40.0, requirement), expected, "{score} of 40 at {requirement} %");
        }
    }

    #[test]
    fn what_lies_outside_the_scale_is_its_end() {
        assert_eq!((mark(-3.0, 10.0, 60.0), mark(12.0, 10.0, 60.0), mark(0.0, 0.0, 60.0)), (1.0, 7.0, 1.0));
    }

    proptest! {
        #[test]
        fn more_points_never_give_a_lower_mark(a in 0.0..50.0f64, b in 0.0..50.0f64, requirement in 1.0..99.0f64) {
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(mark(low, 50.0, requirement) <= mark(high, 50.0, requirement));
            prop_assert!(passes(mark(50.0, 50.0, requirement)));
        }
    }
}
