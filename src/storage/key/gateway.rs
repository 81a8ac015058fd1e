//! Where the gateway keeps what. Ids come as lower-case hex, names of others as hashes: no key holds what an institution or a person wrote.

use jiff::Timestamp;

/// Everything of the gateway.
pub const GATEWAY_FOLDER: &str = "gw/";
/// All institutions.
pub const INSTITUTIONS_FOLDER: &str = "gw/institutions/";
/// All endpoints, by institution.
pub const ENDPOINTS_FOLDER: &str = "gw/endpoints/";
/// All event types that were added to the built-in ones.
pub const EVENT_TYPES_FOLDER: &str = "gw/event-types/";
/// All segments of attempts, oldest first.
pub const ATTEMPTS_FOLDER: &str = "gw/attempts/";
/// All dead letters, by endpoint.
pub const DEAD_FOLDER: &str = "gw/dead/";
/// All students of institutions, by student.
pub const STUDENTS_FOLDER: &str = "gw/students/";
/// All background tasks, newest first.
pub const TASKS_FOLDER: &str = "gw/tasks/";
/// All deliveries that wait, by endpoint.
pub const QUEUES_FOLDER: &str = "gw/queue/";

/// What a segment that was made of others has in place of an instance.
const MERGED: &str = "merged";
/// Digits of an event's hex that make its folder: about an hour.
const EVENT_SHARD: usize = 5;

/// An object of the gateway. Every `&str` is hex, unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayKey<'a> {
    /// One generation of an institution.
    Institution {
        /// Its id.
        institution: &'a str,
        /// Which.
        generation: u64,
    },
    /// One generation of an endpoint.
    Endpoint {
        /// Its institution.
        institution: &'a str,
        /// Its id.
        endpoint: &'a str,
        /// Which.
        generation: u64,
    },
    /// Who holds a uid.
    Uid {
        /// `institutions`, or the institution whose endpoints share the names.
        scope: &'a str,
        /// The hash of the uid.
        hash: &'a str,
    },
    /// One generation of an event type.
    EventType {
        /// The hash of its name.
        hash: &'a str,
        /// Which.
        generation: u64,
    },
    /// The mark that changes whenever an institution, an endpoint or an event type does.
    Changes,
    /// An event in its institution's list; it holds the job, where the event's own id does not lead to it.
    Event {
        /// The institution.
        institution: &'a str,
        /// The event's id, inverted.
        newest_first: &'a str,
    },
    /// What an attempt after the first, or a first that failed, came to.
    Outcome {
        /// The event.
        message: &'a str,
        /// The endpoint.
        endpoint: &'a str,
        /// Which attempt.
        number: u32,
        /// One letter for the state.
        state: char,
    },
    /// A delivery that waits.
    Waiting {
        /// The endpoint.
        endpoint: &'a str,
        /// Until when.
        due: Timestamp,
        /// The event.
        message: &'a str,
        /// The attempt it waits for.
        number: u32,
    },
    /// What is known of an endpoint's failing.
    Health {
        /// The endpoint.
        endpoint: &'a str,
    },
    /// A dead letter.
    Dead {
        /// The endpoint.
        endpoint: &'a str,
        /// The event's id, inverted.
        newest_first: &'a str,
    },
    /// A segment of attempts.
    Segment {
        /// When it was written.
        at: Timestamp,
        /// The instance that wrote it.
        instance: &'a str,
        /// Its count of segments.
        number: u64,
    },
    /// A segment that was made of others.
    Merged {
        /// When the first of them was written.
        first: Timestamp,
        /// When the last of them was written: it lies where that lay, so that whoever looks for rows since an instant finds it.
        last: Timestamp,
        /// The hash of their keys.
        of: &'a str,
    },
    /// Up to which segment they were merged.
    MergedUpTo,
    /// A background task.
    Task {
        /// Its id, inverted.
        newest_first: &'a str,
    },
    /// That an event speaks of a subject.
    Subject {
        /// The keyed hash of the subject.
        subject: &'a str,
        /// The institution.
        institution: &'a str,
        /// The event.
        message: &'a str,
    },
    /// That an attempt's answer was expunged.
    Expunged {
        /// The attempt.
        attempt: &'a str,
    },
    /// How far a reader of the gateway's followed the reports' feed.
    Feed,
    /// One generation of a student.
    Student {
        /// Its id.
        student: &'a str,
        /// Which.
        generation: u64,
    },
    /// A student in its institution's list.
    StudentOf {
        /// The institution.
        institution: &'a str,
        /// The student.
        student: &'a str,
    },
}

impl GatewayKey<'_> {
    /// The object's path.
    pub fn path(&self) -> String {
        match self {
            Self::Institution { institution, generation } => format!("{INSTITUTIONS_FOLDER}{institution}/{generation:010}.json"),
            Self::Endpoint { institution, endpoint, generation } => {
                format!("{ENDPOINTS_FOLDER}{institution}/{endpoint}/{generation:010}.json")
            }
            Self::Uid { scope, hash } => format!("gw/uids/{scope}/{hash}"),
            Self::EventType { hash, generation } => format!("{EVENT_TYPES_FOLDER}{hash}/{generation:010}.json"),
            Self::Changes => "gw/changes".to_owned(),
            Self::Event { institution, newest_first } => {
                let (shard, rest) = newest_first.split_at(EVENT_SHARD.min(newest_first.len()));
                format!("{}{shard}/{rest}", events_folder(institution))
            }
            Self::Outcome { message, endpoint, number, state } => format!("{}{endpoint}-{number:04}-{state}", outcomes_folder(message)),
            Self::Waiting { endpoint, due, message, number } => {
                let (minute, milliseconds) = (due.strftime("%Y%m%dT%H%M"), due.as_millisecond());
                format!("{}{minute}/{milliseconds}-{message}-{number:04}", queue_folder(endpoint))
            }
            Self::Health { endpoint } => format!("gw/health/{endpoint}.json"),
            Self::Dead { endpoint, newest_first } => format!("{}{newest_first}.json", dead_folder(endpoint)),
            Self::Segment { at, instance, number } => {
                format!("{ATTEMPTS_FOLDER}{}/{}-{instance}-{number:08}.ndjson.gz", at.strftime("%Y%m%d"), at.as_millisecond())
            }
            Self::Merged { first, last, of } => {
                let (day, first, last) = (last.strftime("%Y%m%d"), first.as_millisecond(), last.as_millisecond());
                // No instance is called so, and the word sorts behind all of them.
                format!("{ATTEMPTS_FOLDER}{day}/{last}-{MERGED}-{first}-{of}.ndjson.gz")
            }
            Self::MergedUpTo => "gw/merged.json".to_owned(),
            Self::Task { newest_first } => format!("{TASKS_FOLDER}{newest_first}.json"),
            Self::Subject { subject, institution, message } => format!("{}{institution}-{message}", subject_folder(subject)),
            Self::Expunged { attempt } => format!("gw/expunged/{attempt}"),
            Self::Feed => "gw/feed.json".to_owned(),
            Self::Student { student, generation } => format!("{}{generation:010}.json", student_folder(student)),
            Self::StudentOf { institution, student } => format!("{}{student}", students_of_folder(institution)),
        }
    }
}

/// All endpoints of an institution.
pub fn endpoints_folder(institution: &str) -> String {
    format!("{ENDPOINTS_FOLDER}{institution}/")
}

/// All events of an institution, newest first.
pub fn events_folder(institution: &str) -> String {
    format!("gw/events/{institution}/")
}

/// What became of an event's deliveries.
pub fn outcomes_folder(message: &str) -> String {
    format!("gw/outcomes/{message}/")
}

/// All deliveries that wait for an endpoint, the next due first.
pub fn queue_folder(endpoint: &str) -> String {
    format!("{QUEUES_FOLDER}{endpoint}/")
}

/// All dead letters of an endpoint, newest first.
pub fn dead_folder(endpoint: &str) -> String {
    format!("{DEAD_FOLDER}{endpoint}/")
}

/// All generations of a student.
pub fn student_folder(student: &str) -> String {
    format!("{STUDENTS_FOLDER}{student}/")
}

/// All students of an institution, oldest first.
pub fn students_of_folder(institution: &str) -> String {
    format!("gw/students-of/{institution}/")
}

/// Reads the key of a student in its institution's list back: the student.
pub fn parse_student_of(key: &str) -> Option<&str> {
    key.strip_prefix("gw/students-of/")?.split_once('/').map(|(_, student)| student)
}

/// All events that speak of a subject.
pub fn subject_folder(subject: &str) -> String {
    format!("gw/subjects/{subject}/")
}

/// Reads a generation's key back: the folders of ids, and which generation.
pub fn parse_generation<'k>(folder: &str, key: &'k str) -> Option<(&'k str, u64)> {
    let (ids, file) = key.strip_prefix(folder)?.rsplit_once('/')?;
    Some((ids, file.strip_suffix(".json")?.parse().ok()?))
}

/// Reads the key of an event back: its inverted id.
pub fn parse_event(institution: &str, key: &str) -> Option<String> {
    let (shard, rest) = key.strip_prefix(&events_folder(institution))?.split_once('/')?;
    Some(format!("{shard}{rest}"))
}

/// Reads the key of an outcome back: endpoint, attempt, state.
pub fn parse_outcome<'k>(message: &str, key: &'k str) -> Option<(&'k str, u32, char)> {
    let mut parts = key.strip_prefix(&outcomes_folder(message))?.split('-');
    Some((parts.next()?, parts.next()?.parse().ok()?, parts.next()?.chars().next()?))
}

/// Reads the key of a waiting delivery back: due, event, attempt.
pub fn parse_waiting<'k>(endpoint: &str, key: &'k str) -> Option<(Timestamp, &'k str, u32)> {
    let (_, name) = key.strip_prefix(&queue_folder(endpoint))?.split_once('/')?;
    let mut parts = name.split('-');
    let due = Timestamp::from_millisecond(parts.next()?.parse().ok()?).ok()?;
    Some((due, parts.next()?, parts.next()?.parse().ok()?))
}

/// Reads the key of a segment back: when it was written, and for one that was made of others the last of them.
pub fn parse_segment(key: &str) -> Option<Timestamp> {
    parse_milliseconds(segment_parts(key)?.next()?)
}

/// Reads the key of a segment back that was made of others: when the first of them was written.
pub fn parse_merged(key: &str) -> Option<Timestamp> {
    let mut parts = segment_parts(key)?.skip(1);
    parts.next().filter(|word| *word == MERGED)?;
    parse_milliseconds(parts.next()?)
}

fn segment_parts(key: &str) -> Option<std::str::Split<'_, char>> {
    let (_, name) = key.strip_prefix(ATTEMPTS_FOLDER)?.split_once('/')?;
    Some(name.split('-'))
}

fn parse_milliseconds(text: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(text.parse().ok()?).ok()
}

/// The part of a segment's key that all written at or after an instant are not less than.
pub fn segments_from(at: Timestamp) -> String {
    format!("{ATTEMPTS_FOLDER}{}/{}", at.strftime("%Y%m%d"), at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::key::check_key;

    #[test]
    fn keys_read_back_and_sort() {
        let due: Timestamp = "2026-11-28T12:34:56.789Z".parse().unwrap();
        let key = GatewayKey::Waiting { endpoint: "ab", due, message: "cd", number: 3 }.path();
        assert_eq!(parse_waiting("ab", &key), Some((due, "cd", 3)));
        let key = GatewayKey::Outcome { message: "cd", endpoint: "ab", number: 12, state: 'w' }.path();
        assert_eq!(parse_outcome("cd", &key), Some(("ab", 12, 'w')));
        let key = GatewayKey::Event { institution: "ab", newest_first: "0123456789" }.path();
        assert_eq!(parse_event("ab", &key).as_deref(), Some("0123456789"));
        let key = GatewayKey::Endpoint { institution: "ab", endpoint: "cd", generation: 7 }.path();
        assert_eq!(parse_generation(&endpoints_folder("ab"), &key), Some(("cd", 7)));
        let key = GatewayKey::Segment { at: due, instance: "i", number: 1 }.path();
        assert_eq!(parse_segment(&key), Some(due));
        assert!(segments_from(due) <= key && parse_merged(&key).is_none());
        let first = due - std::time::Duration::from_mins(20);
        let merged = GatewayKey::Merged { first, last: due, of: "ab" }.path();
        assert_eq!((parse_segment(&merged), parse_merged(&merged)), (Some(due), Some(first)));
        // Behind every segment of that instant, and before the next.
        let next = GatewayKey::Segment { at: due + std::time::Duration::from_millis(1), instance: "000000000000", number: 1 }.path();
        let last = GatewayKey::Segment { at: due, instance: "ffffffffffff", number: 99 }.path();
        assert!(last < merged && merged < next && check_key(&merged).is_ok());
        assert!(check_key(&key).is_ok());
    }
}
