//! Where the Kafka bridge keeps what. Names of topics are the operator's settings; no key holds what a message says.

use jiff::Timestamp;

/// How far each partition was read, and who reads it.
pub const PARTITIONS_FOLDER: &str = "gw/kafka/partitions/";
/// The instances that share the partitions.
pub const MEMBERS_FOLDER: &str = "gw/kafka/members/";
/// What is to be produced, oldest first.
pub const OUTGOING_FOLDER: &str = "gw/kafka/out/";
/// Messages that were passed over, newest first.
pub const REJECTED_FOLDER: &str = "gw/kafka/rejected/";

/// Microseconds in the year 2286, at which sixteen digits end.
const NEWEST: i64 = 9_999_999_999_999_999;

/// An object of the bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KafkaKey<'a> {
    /// How far a partition was read, and who reads it.
    Partition {
        /// Its topic.
        topic: &'a str,
        /// Its number.
        partition: i32,
    },
    /// Who produces.
    Sender,
    /// That an instance takes part.
    Member {
        /// Its name.
        instance: &'a str,
    },
    /// What is to be produced.
    Outgoing {
        /// When it was left there.
        at: Timestamp,
        /// The event in hex, and what else tells it from others.
        name: &'a str,
    },
    /// A message that was passed over.
    Rejected {
        /// The message's own time.
        at: Timestamp,
        /// Its topic.
        topic: &'a str,
        /// Its partition.
        partition: i32,
        /// Its offset.
        offset: i64,
    },
    /// What tells our own messages from those of others.
    Origin,
}

impl KafkaKey<'_> {
    /// The object's path.
    pub fn path(&self) -> String {
        match self {
            Self::Partition { topic, partition } => format!("{PARTITIONS_FOLDER}{topic}-{partition:06}.json"),
            Self::Sender => "gw/kafka/sender.json".to_owned(),
            Self::Member { instance } => format!("{MEMBERS_FOLDER}{instance}"),
            Self::Outgoing { at, name } => {
                format!("{OUTGOING_FOLDER}{}/{:016}-{name}", at.strftime("%Y%m%dT%H%M"), at.as_microsecond().max(0))
            }
            Self::Rejected { at, topic, partition, offset } => {
                let newest_first = NEWEST - at.as_microsecond().clamp(0, NEWEST);
                format!("{REJECTED_FOLDER}{newest_first:016}-{partition:06}-{offset:019}-{topic}.json")
            }
            Self::Origin => "keys/kafka".to_owned(),
        }
    }
}

/// Reads the key of something that is to be produced back: when it was left there.
pub fn parse_outgoing(key: &str) -> Option<Timestamp> {
    let (_, name) = key.strip_prefix(OUTGOING_FOLDER)?.split_once('/')?;
    Timestamp::from_microsecond(name.split('-').next()?.parse().ok()?).ok()
}

/// Reads the key of a message that was passed over back: the message's time.
pub fn parse_rejected(key: &str) -> Option<Timestamp> {
    let newest_first: i64 = key.strip_prefix(REJECTED_FOLDER)?.split('-').next()?.parse().ok()?;
    Timestamp::from_microsecond(NEWEST - newest_first).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::key::check_key;

    #[test]
    fn keys_sort_by_time_and_read_back() {
        let (early, late): (Timestamp, Timestamp) = ("2026-11-28T12:34:56.7Z".parse().unwrap(), "2026-11-28T12:35:00Z".parse().unwrap());
        let out = |at| KafkaKey::Outgoing { at, name: "ab" }.path();
        assert!(out(early) < out(late) && parse_outgoing(&out(early)) == Some(early));
        let rejected = |at, offset| KafkaKey::Rejected { at, topic: "webhook_payload", partition: 3, offset }.path();
        assert!(rejected(late, 1) < rejected(early, 9) && parse_rejected(&rejected(late, 1)) == Some(late));
        let ancient = rejected("0001-01-01T00:00:00Z".parse().unwrap(), i64::MAX);
        assert!(check_key(&ancient).is_ok() && parse_rejected(&ancient) == Some(Timestamp::UNIX_EPOCH));
        assert!(parse_outgoing("gw/kafka/out/x").is_none() && parse_rejected("gw/kafka/rejected/x").is_none());
    }
}
