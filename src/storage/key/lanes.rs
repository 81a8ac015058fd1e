//! The keys of lanes: what is due, what ended, and the feed of what jobs came to.

use jiff::Timestamp;

use crate::model::ids::JobId;
use crate::model::lane::LaneName;

/// The stamp of a due pointer: whole seconds, so that keys sort by time.
pub const DUE_STAMP: &str = "%Y%m%dT%H%M%SZ";

/// The due pointers of the reports' lane.
const DUE_FOLDER: &str = "due/";

/// What jobs of the reports' lane came to.
const FEED_FOLDER: &str = "feed/";

/// What the name of an entry ends with that several jobs share.
pub(super) const SHARED: &str = ".ndjson";

/// The index of ended jobs of the reports' lane.
const ENDED_FOLDER: &str = "ended/";

/// What belongs to one of the other lanes.
const LANES_FOLDER: &str = "lanes/";

/// The folder of a lane; the reports' keys stay where they were before there were lanes.
fn lane_folder(lane: LaneName) -> String {
    match lane {
        LaneName::Reports => String::new(),
        LaneName::Deliveries | LaneName::Chores => format!("{LANES_FOLDER}{}/", lane.as_str()),
    }
}

/// All due pointers of a lane.
pub fn due_folder(lane: LaneName) -> String {
    format!("{}{DUE_FOLDER}", lane_folder(lane))
}

/// Reads a key in a lane's folder of due pointers back: when, and which job. `None` when it is not one of ours.
pub fn parse_due(lane: LaneName, key: &str) -> Option<(Timestamp, JobId)> {
    let (stamp, job) = key.strip_prefix(&due_folder(lane))?.split_once('-')?;
    let at = jiff::civil::DateTime::strptime(DUE_STAMP, stamp).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some((at, JobId::parse(job)?))
}

/// Reads an entry of the index of ended jobs back: when, and which job. `None` when it is not one of ours.
pub fn parse_ended(lane: LaneName, key: &str) -> Option<(Timestamp, JobId)> {
    let (_, entry) = key.strip_prefix(&format!("{}{ENDED_FOLDER}", lane_folder(lane)))?.split_once('/')?;
    let (number, job) = entry.split_once('-')?;
    let at = Timestamp::from_second(NEWEST - number.parse::<i64>().ok()?).ok()?;
    Some((at, JobId::parse(job)?))
}

/// An entry of the feed, as its key tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// When.
    pub at: Timestamp,
    /// What happened: `done`, `parked`, `dead`, `released`.
    pub state: String,
    /// To which job.
    pub job: JobId,
}

/// What jobs of a lane came to, newest first.
pub fn feed_folder(lane: LaneName) -> String {
    format!("{}{FEED_FOLDER}", lane_folder(lane))
}

/// Reads an entry of a lane's feed back. `None` when it is not one of ours.
pub fn parse_feed(lane: LaneName, key: &str) -> Option<FeedEntry> {
    let (_, name) = key.strip_prefix(&feed_folder(lane))?.split_once('/')?;
    let mut parts = name.strip_suffix(".json")?.splitn(3, '-');
    let (number, state, job) = (parts.next()?, parts.next()?, parts.next()?);
    let at = Timestamp::from_second(NEWEST - number.parse::<i64>().ok()?).ok()?;
    Some(FeedEntry { at, state: state.to_owned(), job: JobId::parse(job)? })
}

/// Whether this is an entry of a lane's feed that several ended jobs share.
pub fn is_shared_feed(lane: LaneName, key: &str) -> bool {
    key.strip_prefix(&feed_folder(lane)).and_then(|rest| rest.split_once('/')).is_some_and(|(_, name)| name.ends_with(SHARED))
}

/// The folder of all jobs of a lane that ended in this state.
pub fn ended_folder(lane: LaneName, state: &str) -> String {
    format!("{}{ENDED_FOLDER}{state}/", lane_folder(lane))
}

/// A number that falls as time goes on, so that keys sort newest first.
pub fn newest_first(at: Timestamp) -> i64 {
    (NEWEST - at.as_second()).max(0)
}

/// The second (in the year 2286) at which ten digits end.
const NEWEST: i64 = 9_999_999_999;
