//! When to try again: exponential with full jitter, pure.

use std::time::Duration;

use crate::model::ids::JobId;
use crate::signing::sha256;

/// The ceiling of the first pause.
const FIRST: Duration = Duration::from_secs(5);
/// No pause of ours is longer.
const LONGEST: Duration = Duration::from_hours(1);
/// No pause is shorter, lest full jitter hammer a struggling peer.
const SHORTEST: Duration = Duration::from_secs(1);
/// The longest `Retry-After` that is believed.
const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// The pause after try number `tried` (from 1): anywhere up to a ceiling that doubles each time, `chance` (0 to 1) deciding; never shorter than what the other side asked for.
pub fn pause(tried: u32, chance: f64, asked: Option<Duration>) -> Duration {
    let own = ceiling(tried).mul_f64(chance.clamp(0.0, 1.0)).max(SHORTEST);
    own.max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

fn ceiling(tried: u32) -> Duration {
    let doublings = tried.saturating_sub(1).min(16);
    FIRST.saturating_mul(1 << doublings).min(LONGEST)
}

/// The chance for one try of one job, between 0 and 1: spread over jobs and instances, the same again for the same seed.
pub fn chance(seed: u64, job: &JobId, attempt: u32) -> f64 {
    let digest = sha256(format!("{seed}/{job}/{attempt}").as_bytes());
    let mut first = [0; 4];
    first.copy_from_slice(&digest[..4]);
    f64::from(u32::from_be_bytes(first)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ceiling_doubles_from_five_seconds_to_an_hour() {
        let ceilings: Vec<u64> = [1, 2, 3, 10, 11, 50, u32::MAX].map(|tried| pause(tried, 1.0, None).as_secs()).to_vec();
        assert_eq!(ceilings, [5, 10, 20, 2560, 3600, 3600, 3600]);
    }

    #[test]
    fn what_the_other_side_asks_for_is_honoured_within_a_day() {
        assert_eq!(pause(1, 0.5, Some(Duration::from_secs(90))), Duration::from_secs(90));
        assert_eq!(pause(1, 0.5, Some(Duration::from_hours(1000))), Duration::from_hours(24));
        assert_eq!(pause(12, 1.0, Some(Duration::from_secs(1))), Duration::from_hours(1), "asking for less does not hurry us");
    }

    #[test]
    fn chance_is_spread_and_repeatable() {
        let job = JobId::from_digest([1; 32]);
        let drawn: Vec<f64> = (0..1000).map(|n| chance(7, &job, n)).collect();
        let mean = drawn.iter().sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
        assert_eq!(drawn[3], chance(7, &job, 3));
        assert_ne!(drawn[3], chance(8, &job, 3));
    }

    proptest! {
        #[test]
        fn a_pause_is_within_its_bounds(tried: u32, chance in 0.0..1.0f64) {
            let pause = pause(tried, chance, None);
            prop_assert!(pause >= SHORTEST && pause <= LONGEST);
        }
    }
}
