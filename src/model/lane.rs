//! The lanes that jobs run in.

use serde::{Deserialize, Serialize};

/// A lane has a queue, workers, waiters and keys of its own, so that jobs of one never wait for those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaneName {
    /// Reports to students; also every job of a release that knew no lanes.
    #[default]
    Reports,
    /// Events sent to the endpoints of others.
    Deliveries,
    /// Long work that nobody waits for: bulk acts, erasures.
    Chores,
}

impl LaneName {
    /// All lanes.
    pub const ALL: [Self; 3] = [Self::Reports, Self::Deliveries, Self::Chores];

    /// The word that records, keys and messages use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reports => "reports",
            Self::Deliveries => "deliveries",
            Self::Chores => "chores",
        }
    }

    /// The lane of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.as_str() == text)
    }

    /// Its place in [`Self::ALL`].
    pub fn index(self) -> usize {
        match self {
            Self::Reports => 0,
            Self::Deliveries => 1,
            Self::Chores => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_is_found_by_its_name_and_index() {
        for (index, lane) in LaneName::ALL.into_iter().enumerate() {
            assert_eq!((LaneName::parse(lane.as_str()), lane.index()), (Some(lane), index));
            assert_eq!(serde_json::to_value(lane).unwrap(), lane.as_str());
        }
        assert_eq!(LaneName::parse("reports2"), None);
    }
}
