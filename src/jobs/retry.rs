//! When to try again, and when to give up: data that a kind of job names, and pure functions over it.

use std::time::Duration;

use crate::model::ids::JobId;
use crate::signing::sha256;

/// No pause that is drawn is shorter, lest full jitter hammer a struggling peer.
const SHORTEST: Duration = Duration::from_secs(1);
/// The longest `Retry-After` that is believed.
const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// How a kind of job is tried again, as data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryProfile {
    /// The pauses between tries.
    pub pauses: Pauses,
    /// How chance spreads them.
    pub jitter: Jitter,
    /// How long a failing round is tried.
    pub give_up_after: Duration,
    /// At least this many tries are made even when the time is up: time the service was down is not the job's fault.
    pub least_tries: u32,
    /// A round in which this many attempts took their worker down is parked.
    pub crash_limit: u32,
}

/// The pauses between tries, before chance spreads them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pauses {
    /// Each longer than the one before by a factor, up to a ceiling.
    Growing {
        /// After the first try.
        first: Duration,
        /// By how much each is longer than the one before.
        factor: f64,
        /// The ceiling.
        longest: Duration,
    },
    /// Exactly these; the last one repeats.
    Listed(&'static [Duration]),
}

/// How chance spreads pauses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Jitter {
    /// Not at all.
    None,
    /// Anywhere from nearly nothing to the whole pause.
    Full,
    /// By up to this share of the pause, either way.
    Around(f64),
}

impl RetryProfile {
    /// For what goes through services that are now and then away: from 5 seconds doubling up to an hour, for a day.
    pub const PATIENT: Self = Self {
        pauses: Pauses::Growing { first: Duration::from_secs(5), factor: 2.0, longest: Duration::from_hours(1) },
        jitter: Jitter::Full,
        give_up_after: Duration::from_hours(24),
        least_tries: 8,
        crash_limit: 20,
    };

    /// The pause after try number `tried` (from 1), `chance` (0 to 1) deciding; never shorter than what the other side asked for.
    pub fn pause(&self, tried: u32, chance: f64, asked: Option<Duration>) -> Duration {
        let (whole, chance) = (self.pauses.after(tried), chance.clamp(0.0, 1.0));
        let own = match self.jitter {
            Jitter::None => whole,
            Jitter::Full => whole.mul_f64(chance).max(SHORTEST),
            Jitter::Around(share) => whole.mul_f64(1.0 + share * (2.0 * chance - 1.0)),
        };
        own.max(asked.unwrap_or_default().min(LONGEST_ASKED))
    }
}

impl Pauses {
    fn after(&self, tried: u32) -> Duration {
        match *self {
            Self::Growing { first, factor, longest } => {
                let grown = first.as_secs_f64() * factor.powf(f64::from(tried.saturating_sub(1)));
                Duration::try_from_secs_f64(grown).unwrap_or(longest).min(longest)
            }
            Self::Listed(pauses) => {
                let place = usize::try_from(tried.saturating_sub(1)).unwrap_or(usize::MAX);
                pauses.get(place).or(pauses.last()).copied().unwrap_or_default()
            }
        }
    }
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

    const PATIENT: RetryProfile = RetryProfile::PATIENT;

    #[test]
    fn the_ceiling_doubles_from_five_seconds_to_an_hour() {
        let ceilings: Vec<u64> = [1, 2, 3, 10, 11, 50, u32::MAX].map(|tried| PATIENT.pause(tried, 1.0, None).as_secs()).to_vec();
        assert_eq!(ceilings, [5, 10, 20, 2560, 3600, 3600, 3600]);
    }

    #[test]
    fn what_the_other_side_asks_for_is_honoured_within_a_day() {
        assert_eq!(PATIENT.pause(1, 0.5, Some(Duration::from_secs(90))), Duration::from_secs(90));
        assert_eq!(PATIENT.pause(1, 0.5, Some(Duration::from_hours(1000))), Duration::from_hours(24));
        assert_eq!(PATIENT.pause(12, 1.0, Some(Duration::from_secs(1))), Duration::from_hours(1), "asking for less does not hurry us");
    }

    #[test]
    fn curves_that_other_systems_publish_are_values_of_a_profile() {
        let secs = |profile: &RetryProfile, chance| (1..=10).map(|tried| profile.pause(tried, chance, None).as_secs()).collect::<Vec<_>>();
        // Standard Webhooks: a listed schedule, spread by a fifth either way.
        const STANDARD: &[Duration] = &[
            Duration::from_secs(5),
            Duration::from_mins(5),
            Duration::from_mins(30),
            Duration::from_hours(2),
            Duration::from_hours(5),
            Duration::from_hours(10),
            Duration::from_hours(14),
            Duration::from_hours(20),
            Duration::from_hours(24),
        ];
        let standard = RetryProfile { pauses: Pauses::Listed(STANDARD), jitter: Jitter::Around(0.2), ..PATIENT };
        assert_eq!(secs(&standard, 0.5), [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, 86_400]);
        assert_eq!(standard.pause(2, 0.0, None).as_secs_f64().round(), 240.0);
        assert_eq!(standard.pause(2, 1.0, None).as_secs_f64().round(), 360.0);
        // One, two, four seconds, at most thirty.
        let pauses = Pauses::Growing { first: Duration::from_secs(1), factor: 2.0, longest: Duration::from_secs(30) };
        let doubling = RetryProfile { pauses, jitter: Jitter::None, ..PATIENT };
        assert_eq!(secs(&doubling, 0.3), [1, 2, 4, 8, 16, 30, 30, 30, 30, 30]);
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
            let pause = PATIENT.pause(tried, chance, None);
            prop_assert!(pause >= SHORTEST && pause <= Duration::from_hours(1));
        }
    }
}
