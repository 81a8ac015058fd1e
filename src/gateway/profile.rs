//! How failing deliveries are tried again: the schedules of Standard Webhooks and of the documents this product came from, as data.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::jobs::retry::{Jitter, Pauses, RetryProfile};

/// A schedule by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Standard Webhooks: ten tries over three days.
    #[default]
    Standard,
    /// Seed 000: three tries.
    Seed000,
    /// Seed 001: five tries, 2, 4, 8 and 16 seconds apart.
    Seed001,
    /// Seed 003: three retries after 1, 2 and 4 seconds, at most 30 apart.
    Seed003,
    /// Seed 004: retries after 10 and 30 seconds, 1, 5 and 15 minutes.
    Seed004,
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const STANDARD: &[Duration] = &[
    seconds(5),
    seconds(5 * 60),
    seconds(30 * 60),
    seconds(2 * 3600),
    seconds(5 * 3600),
    seconds(10 * 3600),
    seconds(14 * 3600),
    seconds(20 * 3600),
    seconds(24 * 3600),
];
const SEED000: &[Duration] = &[seconds(2), seconds(4)];
const SEED001: &[Duration] = &[seconds(2), seconds(4), seconds(8), seconds(16)];
const SEED003: &[Duration] = &[seconds(1), seconds(2), seconds(4)];
const SEED004: &[Duration] = &[seconds(10), seconds(30), seconds(60), seconds(5 * 60), seconds(15 * 60)];

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 5] = [Self::Standard, Self::Seed000, Self::Seed001, Self::Seed003, Self::Seed004];

    /// The word in records and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Seed000 => "seed000",
            Self::Seed001 => "seed001",
            Self::Seed003 => "seed003",
            Self::Seed004 => "seed004",
        }
    }

    /// The profile of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.as_str() == text)
    }

    /// The pauses between tries.
    pub fn pauses(self) -> &'static [Duration] {
        match self {
            Self::Standard => STANDARD,
            Self::Seed000 => SEED000,
            Self::Seed001 => SEED001,
            Self::Seed003 => SEED003,
            Self::Seed004 => SEED004,
        }
    }

    /// How many tries there are.
    pub fn tries(self) -> u32 {
        u32::try_from(self.pauses().len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// The pause after a try that failed, from 1; `None` when it was the last. `asked` is what the receiver asked for (`Retry-After`): never earlier, at most a day.
    pub fn pause(self, tried: u32, chance: f64, asked: Option<Duration>) -> Option<Duration> {
        if tried >= self.tries() {
            return None;
        }
        let jitter = if self == Self::Standard { Jitter::Around(0.2) } else { Jitter::None };
        let curve = RetryProfile { pauses: Pauses::Listed(self.pauses()), jitter, ..RetryProfile::PATIENT };
        Some(curve.pause(tried, chance, asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(profile: Profile) -> Vec<u64> {
        (1..100).map_while(|tried| profile.pause(tried, 0.5, None)).map(|pause| pause.as_secs_f64().round() as u64).collect()
    }

    #[test]
    fn every_profile_has_the_schedule_of_its_document() {
        assert_eq!(pauses(Profile::Standard), [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
        assert_eq!(pauses(Profile::Seed000).len() + 1, 3, "three tries");
        assert_eq!(pauses(Profile::Seed001), [2, 4, 8, 16]);
        assert_eq!(pauses(Profile::Seed003), [1, 2, 4]);
        assert_eq!(pauses(Profile::Seed004), [10, 30, 60, 300, 900]);
        for profile in Profile::ALL {
            assert_eq!(Profile::parse(profile.as_str()), Some(profile));
            assert_eq!(serde_json::to_value(profile).unwrap(), profile.as_str());
        }
    }

    #[test]
    fn only_the_standard_one_is_spread_by_a_fifth_and_none_comes_before_what_was_asked() {
        let pause = |chance| Profile::Standard.pause(2, chance, None).unwrap().as_secs_f64().round() as u64;
        assert_eq!((pause(0.0), pause(1.0)), (240, 360));
        assert_eq!(Profile::Seed001.pause(1, 0.0, None), Some(Duration::from_secs(2)));
        let asked = Some(Duration::from_secs(400));
        assert_eq!(Profile::Standard.pause(2, 0.0, asked), asked);
        assert_eq!(Profile::Standard.pause(1, 0.0, Some(Duration::from_hours(100))), Some(Duration::from_hours(24)));
    }
}
