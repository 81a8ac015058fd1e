//! The only place that builds an object's path.

pub mod gateway;
pub mod kafka;
pub mod lanes;

use jiff::Timestamp;

use crate::model::ids::{JobId, safe_name};
use crate::model::lane::LaneName;
use crate::signing::sha256_hex;
use crate::storage::StoreError;
use crate::storage::key::lanes::{DUE_STAMP, SHARED, due_folder, ended_folder, feed_folder, newest_first};

/// Longest key in bytes that a bucket takes.
const KEY_BYTES: usize = 1024;
/// Longest part in bytes that file systems take.
const PART_BYTES: usize = 255;

/// Refuses keys that some back end could not keep or that could leave a local store's folder; every back end checks alike, so that a test on one holds for all.
///
/// # Errors
/// [`StoreError::Refused`] with the reason.
pub fn check_key(key: &str) -> Result<(), StoreError> {
    let refused = |message: &str| Err(StoreError::Refused { key: key.to_owned(), message: message.to_owned() });
    if key.is_empty() || key.len() > KEY_BYTES {
        return refused("a key has 1 to 1024 bytes");
    }
    if key.chars().any(|c| c.is_control() || c == '\\') {
        return refused("a key has no control characters and no backslashes");
    }
    if key.split('/').any(|part| part.is_empty() || part.starts_with('.') || part.len() > PART_BYTES) {
        return refused("each part of a key has 1 to 255 bytes and does not start with a dot");
    }
    Ok(())
}

/// Refuses prefixes whose folder part is no key: the end of a prefix may lie inside a name.
///
/// # Errors
/// As [`check_key`].
pub fn check_prefix(prefix: &str) -> Result<(), StoreError> {
    match prefix.rsplit_once('/') {
        Some((folder, _)) => check_key(folder),
        None => Ok(()),
    }
}

/// All results of students, by assessment.
pub const RESULTS_FOLDER: &str = "results/";
/// All claims of submissions apart from results.
pub const CLAIMS_FOLDER: &str = "claims/";
/// All jobs.
pub const JOBS_FOLDER: &str = "jobs/";

/// All rows that wait to be folded.
pub const UNFOLDED_FOLDER: &str = "folding/";
/// All results that wait to be counted.
pub const UNCOUNTED_FOLDER: &str = "counting/";
/// All jobs an admin is yet to hear of.
pub const ALERTS_FOLDER: &str = "alerts/waiting/";
/// The marks of all results that the bucket may lack (`STORAGE_BACKEND=hybrid`).
pub const UNCOPIED_FOLDER: &str = "uncopied/";
/// The school's own mail templates.
pub const MAIL_TEMPLATES_FOLDER: &str = "templates/mail/";
/// The log of acts, newest first.
pub const AUDIT_FOLDER: &str = "audit/acts/";
/// The people who may sign in.
pub const PEOPLE_FOLDER: &str = "people/";
/// What was put in use of the files that the school edits, by kind and name.
pub const VERSIONS_FOLDER: &str = "versions/";
/// Drafts of files that the school edits, by kind and file.
pub const DRAFTS_FOLDER: &str = "drafts/";
/// All keys to the gateway.
pub const API_KEYS_FOLDER: &str = "access/keys/";
/// What was erased and why.
pub const ERASURES_FOLDER: &str = "erasures/";
/// Erasures that are under way.
pub const OPEN_ERASURES_FOLDER: &str = "erasures/open/";
/// What platforms told beside completions, by kind of thing.
pub const PLATFORM_RECORDS_FOLDER: &str = "inbound/records/";
/// The texts of what they told.
pub const PLATFORM_TEXTS_FOLDER: &str = "inbound/texts/";
/// What persons want done with their data.
pub const WISHES_FOLDER: &str = "privacy/wishes/";
/// The jobs that learnt of erased persons anew.
pub const CAME_BACK_FOLDER: &str = "privacy/back/";
/// All question banks.
pub const QUESTIONS_FOLDER: &str = "questions/";

/// What was refused, by hour and instance.
pub const REFUSALS_FOLDER: &str = "refusals/";
/// The stamp of an hour.
const HOUR_STAMP: &str = "%Y%m%dT%H";

/// Reads the key of an hour's refusals back: its first instant, and the instance. `None` when it is not one of ours.
pub fn parse_refusals(key: &str) -> Option<(Timestamp, &str)> {
    let (stamp, instance) = key.strip_prefix(REFUSALS_FOLDER)?.strip_suffix(".json")?.split_once('-')?;
    let at = jiff::civil::DateTime::strptime(HOUR_STAMP, stamp).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some((at, instance))
}

/// The folder of the notes that searchable texts changed.
pub const TEXT_CHANGES_FOLDER: &str = "inbound/changes/";
/// When a note was made, to the microsecond.
const CHANGE_STAMP: &str = "%Y%m%dT%H%M%S%.6f";

/// The key before which no note of this instant or a later one sorts.
pub fn text_changes_from(at: Timestamp) -> String {
    format!("{TEXT_CHANGES_FOLDER}{}", at.strftime(CHANGE_STAMP))
}

/// Reads a note of a changed text back: when, which kind of thing, and the digest of its id. `None` when it is not one of ours.
pub fn parse_text_change(key: &str) -> Option<(Timestamp, &str, &str)> {
    let mut parts = key.strip_prefix(TEXT_CHANGES_FOLDER)?.splitn(3, '-');
    let at = jiff::civil::DateTime::strptime(CHANGE_STAMP, parts.next()?).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some((at, parts.next()?, parts.next()?))
}

/// The folders of assessment and student that a result lies in.
pub fn parse_result(key: &str) -> Option<(&str, &str)> {
    let (assessment, rest) = key.strip_prefix(RESULTS_FOLDER)?.split_once('/')?;
    Some((assessment, rest.split_once('/')?.0))
}

/// What the name of a result begins with that is the claim of its submission as well.
pub const CLAIMING_RESULT: &str = "of_";

/// The claim that a result is; none for one that is no claim.
pub fn claim_of_result(result: &str) -> Option<String> {
    let (folder, name) = result.strip_prefix(RESULTS_FOLDER)?.rsplit_once('/')?;
    Some(format!("{CLAIMS_FOLDER}{folder}/{}", name.strip_suffix(".json")?.strip_prefix(CLAIMING_RESULT)?))
}

/// The key of the result that has the same assessment, student and submission as a claim; its name is the submission's with something before it.
pub fn result_of_claim(claim: &str, before: &str) -> Option<String> {
    let (folder, submission) = claim.strip_prefix(CLAIMS_FOLDER)?.rsplit_once('/')?;
    Some(format!("{RESULTS_FOLDER}{folder}/{}.json", safe_name(&format!("{before}{submission}"))))
}

/// The cohort's keys, members and summary, by the folder that its assessment's results have.
pub fn cohort_of_folder(folder: &str) -> (String, String) {
    (format!("cohorts/{folder}/members.json"), format!("cohorts/{folder}/summary.json"))
}

/// Reads a job record's key back: which job, and the record's name. `None` when it is not one of ours.
pub fn parse_record(key: &str) -> Option<(JobId, &str)> {
    let (job, file) = key.strip_prefix(JOBS_FOLDER)?.split_once('/')?;
    Some((JobId::parse(job)?, file.strip_suffix(".json")?))
}

/// Reads a record of a key to the gateway back: the key's id, and the record's name (`key.json`, `revoked.json`, `used-<day>`). `None` when it is not one of ours.
pub fn parse_api_key(key: &str) -> Option<(&str, &str)> {
    key.strip_prefix(API_KEYS_FOLDER)?.split_once('/')
}

/// What ended the portal sessions of an institution.
pub fn portal_folder(institution: &str) -> String {
    format!("access/portal/{}/", safe_name(institution))
}

/// Every object gradepost keeps (README, "Files").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectKey<'a> {
    /// The school's Word template, by file name.
    Template(&'a str),
    /// A question bank, by file name with extension.
    Question(&'a str),
    /// The profiles of all assessments.
    Assessments,
    /// A finished report.
    Report {
        /// The course folder.
        course: &'a str,
        /// The student's id.
        student: &'a str,
        /// The assessment's title.
        assessment: &'a str,
        /// When it was made.
        at: Timestamp,
    },
    /// The course's index of what was sent.
    Processed {
        /// The course folder.
        course: &'a str,
    },
    /// A job's record by name (`event`, `fetched`, …).
    JobRecord {
        /// The job.
        job: &'a JobId,
        /// The record's name.
        record: &'a str,
    },
    /// Everything of one job.
    JobFolder {
        /// The job.
        job: &'a JobId,
    },
    /// The pointer that says when to look at a job again.
    Due {
        /// The job's lane.
        lane: LaneName,
        /// When.
        at: Timestamp,
        /// The job.
        job: &'a JobId,
    },
    /// Which of the jobs that follow a job is the newest; only a hint.
    Newest {
        /// The first of them.
        job: &'a JobId,
    },
    /// When all jobs were last looked through.
    Repaired,
    /// The mark that a command touches to wake the running service.
    Wake {
        /// The lane.
        lane: LaneName,
    },
    /// The entry of an ended job in the index that people's lists are made from, newest first.
    Ended {
        /// The job's lane.
        lane: LaneName,
        /// How it ended (`done`, `parked`, `dead`).
        state: &'a str,
        /// When.
        at: Timestamp,
        /// The job.
        job: &'a JobId,
    },
    /// Ends of several jobs of a lane, one card per line.
    SharedFeed {
        /// The lane.
        lane: LaneName,
        /// When the newest of them ended.
        at: Timestamp,
        /// The beginning of the content's hash.
        digest: &'a str,
    },
    /// What became of a job: one entry per end, newest first.
    Feed {
        /// The job's lane.
        lane: LaneName,
        /// When it was told.
        at: Timestamp,
        /// What happened: `done`, `parked`, `dead`, `released`.
        state: &'a str,
        /// To which job.
        job: &'a JobId,
    },
    /// How far each projection has followed the feed.
    Cursor,
    /// A mail of the file transport.
    Outbox(&'a str),
    /// A row that waits to be folded into its course's index.
    Unfolded {
        /// The course folder.
        course: &'a str,
        /// The row's name: the job, in later rounds with the round.
        row: &'a str,
    },
    /// What one submission came to, for later attempts to be compared with.
    Result {
        /// The assessment's id, else its title.
        assessment: &'a str,
        /// The student's id.
        student: &'a str,
        /// When and which job.
        name: &'a str,
    },
    /// A result that waits to be counted into its cohort.
    Uncounted {
        /// The assessment's id, else its title.
        assessment: &'a str,
        /// The result's name: the job, in later rounds with the round.
        row: &'a str,
    },
    /// The newest result of each student on an assessment.
    CohortMembers {
        /// The assessment's id, else its title.
        assessment: &'a str,
    },
    /// How often each result on an assessment occurred.
    CohortSummary {
        /// The assessment's id, else its title.
        assessment: &'a str,
    },
    /// Which job makes the report of a submission.
    Claim {
        /// The assessment's id, else its title.
        assessment: &'a str,
        /// The student: an id that an event brings may be one text for all.
        student: &'a str,
        /// The submission's id.
        submission: &'a str,
    },
    /// Which job made the one report of a student on an assessment (`RETAKE_POLICY=first`).
    FirstReport {
        /// The assessment's id, else its title.
        assessment: &'a str,
        /// The student's id.
        student: &'a str,
    },
    /// What one submission contributes to a plan over several assessments.
    PlanPart {
        /// The plan.
        plan: &'a str,
        /// The student's id.
        student: &'a str,
        /// Assessment, time and job.
        name: &'a str,
    },
    /// The newest good version of a file that the school edits.
    LastGood {
        /// The file's own key.
        key: &'a str,
    },
    /// The mark of a result that the bucket may lack; it holds the result's own key.
    Uncopied {
        /// The result's own key.
        key: &'a str,
    },
    /// What the newest event of a platform says of one thing.
    PlatformRecord {
        /// The kind of thing.
        collection: &'a str,
        /// A digest of its id.
        id: &'a str,
    },
    /// All things of a kind.
    PlatformRecords {
        /// The kind of thing.
        collection: &'a str,
    },
    /// A transcription's text.
    PlatformText {
        /// The kind of thing.
        collection: &'a str,
        /// A digest of its id.
        id: &'a str,
    },
    /// The note that a searchable text changed, which indexes follow.
    TextChange {
        /// When.
        at: Timestamp,
        /// The kind of thing.
        collection: &'a str,
        /// A digest of its id.
        id: &'a str,
    },
    /// A key to the gateway, without its text.
    ApiKey {
        /// The key's public part.
        id: &'a str,
    },
    /// The mark of a key that was revoked.
    ApiKeyRevoked {
        /// The key's public part.
        id: &'a str,
    },
    /// The day of a key's last use; a hint.
    ApiKeyUsed {
        /// The key's public part.
        id: &'a str,
        /// The day.
        day: jiff::civil::Date,
    },
    /// What ended portal sessions: `before-<second>` or `session-<id>`.
    PortalEnd {
        /// The institution.
        institution: &'a str,
        /// The record's name.
        name: &'a str,
    },
    /// The students that a demonstration school has heard of.
    SchoolStudents,
    /// What the signing keys of our tokens are derived from, beside the master secret.
    TokenSalt,
    /// What the admin is yet to hear of, and heard.
    Alerts,
    /// A job an admin is yet to hear of, as older versions left it.
    AlertWaiting {
        /// The cause, a stable word.
        cause: &'a str,
        /// The job.
        job: &'a JobId,
    },
    /// When the admin last heard of a cause.
    AlertSent {
        /// The cause, a stable word.
        cause: &'a str,
    },
    /// What a person did, newest first.
    Audit {
        /// When.
        at: Timestamp,
        /// The record's name.
        id: &'a str,
    },
    /// Why what a person did did not happen.
    AuditFailed {
        /// The name of the act's record.
        id: &'a str,
    },
    /// When everybody was signed out.
    SessionEpoch,
    /// Somebody who may sign in, by the hash of the address.
    Person(&'a str),
    /// The mark of a mailed link that was used.
    LinkUsed(&'a str),
    /// A version of a file that is yet to be put in use.
    Draft {
        /// `templates`, `banks`, `rules`.
        kind: &'a str,
        /// The file's name.
        name: &'a str,
        /// The beginning of its hash.
        id: &'a str,
    },
    /// A version of a file that was put in use, and what is known of it.
    FileVersion {
        /// `templates`, `banks`, `rules`.
        kind: &'a str,
        /// The file's name.
        name: &'a str,
        /// Its number, from 1.
        number: u32,
        /// `bin` or `json`.
        extension: &'a str,
    },
    /// The jobs that an act on many is about, and how far it is.
    Bulk {
        /// The act.
        id: &'a str,
        /// `set`, `start`, `progress`, `stop`.
        part: &'a str,
    },
    /// A copy of the index that lists are read from, or what tells the newest one.
    Index {
        /// The number of the index's schema.
        schema: u32,
        /// The copy's name.
        name: &'a str,
    },
    /// The key that students' names in addresses are made with.
    StudentKey,
    /// What an instance refused in an hour.
    Refusals {
        /// The hour's first instant.
        hour: Timestamp,
        /// The instance.
        instance: &'a str,
    },
    /// The key that erasures name people with.
    PrivacyKey,
    /// What was erased and why; it names nobody.
    Erasure {
        /// Its number.
        id: &'a str,
    },
    /// What a person wants done with their data; it names nobody.
    Wish {
        /// A keyed hash of the person.
        subject: &'a str,
    },
    /// That the claim of a submission was erased, so that its report is not made anew; it names nobody.
    ErasedClaim {
        /// A keyed hash of the claim.
        digest: &'a str,
    },
    /// The mark of a job that learnt of an erased person anew.
    CameBack {
        /// The job.
        job: &'a JobId,
    },
    /// How far what is kept for a time only was removed.
    Retention,
    /// What an erasure works on while it is under way.
    OpenErasure {
        /// Its number.
        id: &'a str,
    },
    /// What an act of the API was answered, for whoever sends it again.
    Idempotency {
        /// A digest of caller and key.
        digest: &'a str,
    },
}

impl ObjectKey<'_> {
    /// The object's path; every part that comes from outside is made safe.
    pub fn path(&self) -> String {
        match self {
            Self::Template(name) => format!("templates/{}", safe_name(name)),
            Self::Question(name) => format!("questions/{}", safe_name(name)),
            Self::Assessments => "assessments.toml".to_owned(),
            Self::Report { course, student, assessment, at } => {
                let stamp = at.strftime("%Y%m%dT%H%M%SZ");
                format!("webhook_reports/{}/{}_{}_{stamp}.pdf", safe_name(course), safe_name(student), safe_name(assessment))
            }
            Self::Processed { course } => format!("webhook_reports/{}/processed.csv", safe_name(course)),
            Self::JobRecord { job, record } => format!("{JOBS_FOLDER}{job}/{record}.json"),
            Self::JobFolder { job } => format!("{JOBS_FOLDER}{job}/"),
            Self::Due { lane, at, job } => format!("{}{}-{job}", due_folder(*lane), at.strftime(DUE_STAMP)),
            Self::Newest { job } => format!("newest/{job}"),
            Self::Repaired => "repaired".to_owned(),
            Self::Wake { lane } => format!("wake/{}", lane.as_str()),
            Self::Ended { lane, state, at, job } => format!("{}{:010}-{job}", ended_folder(*lane, state), newest_first(*at)),
            Self::Feed { lane, at, state, job } => {
                // A folder for each 100,000 seconds (28 hours), so that none grows without end.
                let number = format!("{:010}", newest_first(*at));
                format!("{}{}/{number}-{state}-{job}.json", feed_folder(*lane), &number[..5])
            }
            Self::SharedFeed { lane, at, digest } => {
                let number = format!("{:010}", newest_first(*at));
                format!("{}{}/{number}-done-{digest}{SHARED}", feed_folder(*lane), &number[..5])
            }
            Self::Cursor => "projections/cursor.json".to_owned(),
            Self::Outbox(name) => format!("outbox/{}", safe_name(name)),
            Self::Unfolded { course, row } => format!("{UNFOLDED_FOLDER}{}/{}.json", safe_name(course), safe_name(row)),
            Self::Result { assessment, student, name } => {
                format!("results/{}/{}/{}.json", safe_name(assessment), safe_name(student), safe_name(name))
            }
            Self::Uncounted { assessment, row } => format!("{UNCOUNTED_FOLDER}{}/{}.json", safe_name(assessment), safe_name(row)),
            Self::CohortMembers { assessment } => format!("cohorts/{}/members.json", safe_name(assessment)),
            Self::CohortSummary { assessment } => format!("cohorts/{}/summary.json", safe_name(assessment)),
            Self::Claim { assessment, student, submission } => {
                format!("{CLAIMS_FOLDER}{}/{}/{}", safe_name(assessment), safe_name(student), safe_name(submission))
            }
            Self::FirstReport { assessment, student } => format!("first_reports/{}/{}.json", safe_name(assessment), safe_name(student)),
            Self::PlanPart { plan, student, name } => {
                format!("plans/{}/{}/{}.json", safe_name(plan), safe_name(student), safe_name(name))
            }
            Self::LastGood { key } => format!("last_good/{key}"),
            // Hashed, as a key of full length has no room for a folder before it.
            Self::Uncopied { key } => format!("{UNCOPIED_FOLDER}{}", sha256_hex(key.as_bytes())),
            Self::PlatformRecord { collection, id } => format!("{PLATFORM_RECORDS_FOLDER}{}/{}.json", safe_name(collection), safe_name(id)),
            Self::PlatformRecords { collection } => format!("{PLATFORM_RECORDS_FOLDER}{}/", safe_name(collection)),
            Self::PlatformText { collection, id } => format!("{PLATFORM_TEXTS_FOLDER}{}/{}.txt", safe_name(collection), safe_name(id)),
            Self::TextChange { at, collection, id } => {
                format!("{}-{}-{}", text_changes_from(*at), safe_name(collection), safe_name(id))
            }
            Self::ApiKey { id } => format!("{API_KEYS_FOLDER}{}/key.json", safe_name(id)),
            Self::ApiKeyRevoked { id } => format!("{API_KEYS_FOLDER}{}/revoked.json", safe_name(id)),
            Self::ApiKeyUsed { id, day } => format!("{API_KEYS_FOLDER}{}/used-{day}", safe_name(id)),
            Self::PortalEnd { institution, name } => format!("{}{}", portal_folder(institution), safe_name(name)),
            Self::SchoolStudents => "school/students.json".to_owned(),
            Self::TokenSalt => "access/token-salt".to_owned(),
            Self::Alerts => "alerts/state.json".to_owned(),
            Self::AlertWaiting { cause, job } => format!("{ALERTS_FOLDER}{}/{job}.json", safe_name(cause)),
            Self::AlertSent { cause } => format!("alerts/sent/{}.json", safe_name(cause)),
            Self::Audit { at, id } => format!("{AUDIT_FOLDER}{:010}-{}.json", newest_first(*at), safe_name(id)),
            Self::AuditFailed { id } => format!("audit/failed/{}.json", safe_name(id)),
            Self::SessionEpoch => "sessions/epoch.json".to_owned(),
            Self::Person(id) => format!("{PEOPLE_FOLDER}{}.json", safe_name(id)),
            Self::LinkUsed(id) => format!("links/used/{}", safe_name(id)),
            Self::Draft { kind, name, id } => format!("{DRAFTS_FOLDER}{}/{}/{}", safe_name(kind), safe_name(name), safe_name(id)),
            Self::FileVersion { kind, name, number, extension } => {
                format!("{VERSIONS_FOLDER}{}/{}/{number:06}.{}", safe_name(kind), safe_name(name), safe_name(extension))
            }
            Self::Bulk { id, part } => format!("bulk/{}/{}.json", safe_name(id), safe_name(part)),
            Self::Index { schema, name } => format!("index/v{schema}/{}", if name.is_empty() { String::new() } else { safe_name(name) }),
            Self::StudentKey => "keys/students".to_owned(),
            Self::Refusals { hour, instance } => format!("{REFUSALS_FOLDER}{}-{}.json", hour.strftime(HOUR_STAMP), safe_name(instance)),
            Self::PrivacyKey => "keys/privacy".to_owned(),
            Self::Erasure { id } => format!("{ERASURES_FOLDER}{}.json", safe_name(id)),
            Self::Wish { subject } => format!("{WISHES_FOLDER}{}.json", safe_name(subject)),
            Self::ErasedClaim { digest } => format!("privacy/claims/{}", safe_name(digest)),
            Self::CameBack { job } => format!("{CAME_BACK_FOLDER}{job}"),
            Self::Retention => "privacy/retention.json".to_owned(),
            Self::OpenErasure { id } => format!("{OPEN_ERASURES_FOLDER}{}.json", safe_name(id)),
            Self::Idempotency { digest } => format!("idempotency/{}.json", safe_name(digest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::key::lanes::{FeedEntry, is_shared_feed, parse_due, parse_ended, parse_feed};

    fn job() -> JobId {
        JobId::from_digest([0xab; 32])
    }

    #[test]
    fn a_due_pointer_is_read_back_to_the_second() {
        let at: Timestamp = "2026-03-01T10:11:12.9Z".parse().unwrap();
        let key = ObjectKey::Due { lane: LaneName::Reports, at, job: &job() }.path();
        assert_eq!(key, format!("due/20260301T101112Z-{}", job()));
        let read = Some(("2026-03-01T10:11:12Z".parse().unwrap(), job()));
        assert_eq!(parse_due(LaneName::Reports, &key), read);
        let other = ObjectKey::Due { lane: LaneName::Deliveries, at, job: &job() }.path();
        assert_eq!(other, format!("lanes/deliveries/{key}"));
        assert_eq!((parse_due(LaneName::Deliveries, &other), parse_due(LaneName::Reports, &other)), (read, None));
    }

    #[test]
    fn ended_jobs_sort_newest_first_and_are_read_back() {
        let key = |at: &str| ObjectKey::Ended { lane: LaneName::Reports, state: "done", at: at.parse().unwrap(), job: &job() }.path();
        let (older, newer) = (key("2026-03-01T10:11:12Z"), key("2026-03-01T10:11:13Z"));
        assert!(newer < older && older.starts_with(&ended_folder(LaneName::Reports, "done")));
        assert_eq!(parse_ended(LaneName::Reports, &older), Some(("2026-03-01T10:11:12Z".parse().unwrap(), job())));
    }

    #[test]
    fn entries_of_the_feed_sort_newest_first_in_folders_of_a_day_and_are_read_back() {
        let key = |at: &str| ObjectKey::Feed { lane: LaneName::Reports, at: at.parse().unwrap(), state: "done", job: &job() }.path();
        let keys = ["2026-03-01T10:11:12Z", "2026-03-01T10:11:13Z", "2026-03-04T10:11:13Z", "2030-01-01T00:00:00Z"].map(key);
        assert!(keys.is_sorted_by(|older, newer| newer < older), "{keys:?}");
        let folder = |key: &String| key.split('/').nth(1).unwrap().to_owned();
        assert_eq!((folder(&keys[0]) == folder(&keys[1]), folder(&keys[1]) == folder(&keys[2])), (true, false));
        let read = FeedEntry { at: "2026-03-01T10:11:12Z".parse().unwrap(), state: "done".to_owned(), job: job() };
        assert_eq!(parse_feed(LaneName::Reports, &keys[0]), Some(read));
        for foreign in ["feed/x", "feed/1/2", "feed/79499/7949900000-done-x.json", "ended/done/1-2"] {
            assert_eq!(parse_feed(LaneName::Reports, foreign), None, "{foreign}");
        }
        let shared = ObjectKey::SharedFeed { lane: LaneName::Reports, at: "2026-03-01T10:11:12Z".parse().unwrap(), digest: "ab" }.path();
        assert_eq!(shared.rsplit_once('/').map(|(folder, _)| folder), keys[0].rsplit_once('/').map(|(folder, _)| folder));
        assert!(is_shared_feed(LaneName::Reports, &shared) && parse_feed(LaneName::Reports, &shared).is_none(), "{shared}");
        assert!(!is_shared_feed(LaneName::Reports, &keys[0]) && !is_shared_feed(LaneName::Deliveries, &shared));
    }

    #[test]
    fn a_job_record_is_read_back() {
        let key = ObjectKey::JobRecord { job: &job(), record: "lease-3" }.path();
        assert_eq!(parse_record(&key), Some((job(), "lease-3")));
    }

    #[test]
    fn notes_of_changed_texts_sort_by_time_and_are_read_back() {
        let at: Timestamp = "2026-03-01T10:11:12.000009Z".parse().unwrap();
        let key = ObjectKey::TextChange { at, collection: "topics", id: "ab12" }.path();
        assert_eq!(parse_text_change(&key), Some((at, "topics", "ab12")));
        let later = ObjectKey::TextChange { at: "2026-03-01T10:11:12.1Z".parse().unwrap(), collection: "topics", id: "ab12" }.path();
        assert!(text_changes_from(at) < key && key < later, "{key} {later}");
        for foreign in ["inbound/changes/x", "inbound/changes/20260301T101112.000009-topics", "due/20260301T101112.000009-topics-a"] {
            assert_eq!(parse_text_change(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn foreign_keys_are_not_taken_for_ours() {
        for key in ["due/", "due/x-y", "due/20260301T101112Z-short", "other/20260301T101112Z"] {
            assert_eq!(parse_due(LaneName::Reports, key), None, "{key}");
        }
        for key in ["jobs/", "jobs/x/event.json", "jobs/event.json"] {
            assert_eq!(parse_record(key), None, "{key}");
        }
    }

    #[test]
    fn keys_that_could_leave_the_folder_are_refused() {
        let long = "x".repeat(256);
        for key in ["", "/", "/a", "a//b", "a/", "..", "../a", "a/../b", "a/./b", "a\\b", "a\0b", ".tmp/x", "a\nb", long.as_str()] {
            assert!(matches!(check_key(key), Err(StoreError::Refused { .. })), "{key:?}");
        }
        for key in ["a", "a/b.json", "webhook_reports/Curso ñ/informe (1).pdf", "a..b"] {
            assert!(check_key(key).is_ok(), "{key:?}");
        }
    }
}
