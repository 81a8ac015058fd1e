//! The only place that builds an object's path.

use jiff::Timestamp;

use crate::model::ids::{JobId, safe_name};
use crate::signing::sha256_hex;
use crate::storage::StoreError;

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

/// The stamp of a due pointer: whole seconds, so that keys sort by time.
const DUE_STAMP: &str = "%Y%m%dT%H%M%SZ";

/// All due pointers.
pub const DUE_FOLDER: &str = "due/";
/// The index of ended jobs.
const ENDED_FOLDER: &str = "ended/";
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
/// All question banks.
pub const QUESTIONS_FOLDER: &str = "questions/";

/// Reads a due pointer's key back: when, and which job. `None` when it is not one of ours.
pub fn parse_due(key: &str) -> Option<(Timestamp, JobId)> {
    let (stamp, job) = key.strip_prefix(DUE_FOLDER)?.split_once('-')?;
    let at = jiff::civil::DateTime::strptime(DUE_STAMP, stamp).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some((at, JobId::parse(job)?))
}

/// Reads an entry of the index of ended jobs back: when, and which job. `None` when it is not one of ours.
pub fn parse_ended(key: &str) -> Option<(Timestamp, JobId)> {
    let (_, entry) = key.strip_prefix(ENDED_FOLDER)?.split_once('/')?;
    let (number, job) = entry.split_once('-')?;
    let at = Timestamp::from_second(NEWEST - number.parse::<i64>().ok()?).ok()?;
    Some((at, JobId::parse(job)?))
}

/// The folder of all jobs that ended in this state.
pub fn ended_folder(state: &str) -> String {
    format!("{ENDED_FOLDER}{state}/")
}

/// A number that falls as time goes on, so that keys sort newest first.
fn newest_first(at: Timestamp) -> i64 {
    (NEWEST - at.as_second()).max(0)
}

/// The second (in the year 2286) at which ten digits end.
const NEWEST: i64 = 9_999_999_999;

/// Reads a job record's key back: which job, and the record's name. `None` when it is not one of ours.
pub fn parse_record(key: &str) -> Option<(JobId, &str)> {
    let (job, file) = key.strip_prefix(JOBS_FOLDER)?.split_once('/')?;
    Some((JobId::parse(job)?, file.strip_suffix(".json")?))
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
        /// When.
        at: Timestamp,
        /// The job.
        job: &'a JobId,
    },
    /// The entry of an ended job in the index that people's lists are made from, newest first.
    Ended {
        /// How it ended (`done`, `parked`, `dead`).
        state: &'a str,
        /// When.
        at: Timestamp,
        /// The job.
        job: &'a JobId,
    },
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
    /// A job an admin is yet to hear of.
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
            Self::Due { at, job } => format!("{DUE_FOLDER}{}-{job}", at.strftime(DUE_STAMP)),
            Self::Ended { state, at, job } => format!("{ENDED_FOLDER}{state}/{:010}-{job}", newest_first(*at)),
            Self::Outbox(name) => format!("outbox/{}", safe_name(name)),
            Self::Unfolded { course, row } => format!("{UNFOLDED_FOLDER}{}/{}.json", safe_name(course), safe_name(row)),
            Self::Result { assessment, student, name } => {
                format!("results/{}/{}/{}.json", safe_name(assessment), safe_name(student), safe_name(name))
            }
            Self::Uncounted { assessment, row } => format!("{UNCOUNTED_FOLDER}{}/{}.json", safe_name(assessment), safe_name(row)),
            Self::CohortMembers { assessment } => format!("cohorts/{}/members.json", safe_name(assessment)),
            Self::CohortSummary { assessment } => format!("cohorts/{}/summary.json", safe_name(assessment)),
            Self::Claim { assessment, student, submission } => {
                format!("claims/{}/{}/{}", safe_name(assessment), safe_name(student), safe_name(submission))
            }
            Self::FirstReport { assessment, student } => format!("first_reports/{}/{}.json", safe_name(assessment), safe_name(student)),
            Self::PlanPart { plan, student, name } => {
                format!("plans/{}/{}/{}.json", safe_name(plan), safe_name(student), safe_name(name))
            }
            Self::LastGood { key } => format!("last_good/{key}"),
            // Hashed, as a key of full length has no room for a folder before it.
            Self::Uncopied { key } => format!("{UNCOPIED_FOLDER}{}", sha256_hex(key.as_bytes())),
            Self::AlertWaiting { cause, job } => format!("{ALERTS_FOLDER}{}/{job}.json", safe_name(cause)),
            Self::AlertSent { cause } => format!("alerts/sent/{}.json", safe_name(cause)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> JobId {
        JobId::from_digest([0xab; 32])
    }

    #[test]
    fn a_due_pointer_is_read_back_to_the_second() {
        let at: Timestamp = "2026-03-01T10:11:12.9Z".parse().unwrap();
        let key = ObjectKey::Due { at, job: &job() }.path();
        assert_eq!(key, format!("due/20260301T101112Z-{}", job()));
        assert_eq!(parse_due(&key), Some(("2026-03-01T10:11:12Z".parse().unwrap(), job())));
    }

    #[test]
    fn ended_jobs_sort_newest_first_and_are_read_back() {
        let key = |at: &str| ObjectKey::Ended { state: "done", at: at.parse().unwrap(), job: &job() }.path();
        let (older, newer) = (key("2026-03-01T10:11:12Z"), key("2026-03-01T10:11:13Z"));
        assert!(newer < older && older.starts_with(&ended_folder("done")));
        assert_eq!(parse_ended(&older), Some(("2026-03-01T10:11:12Z".parse().unwrap(), job())));
    }

    #[test]
    fn a_job_record_is_read_back() {
        let key = ObjectKey::JobRecord { job: &job(), record: "lease-3" }.path();
        assert_eq!(parse_record(&key), Some((job(), "lease-3")));
    }

    #[test]
    fn foreign_keys_are_not_taken_for_ours() {
        for key in ["due/", "due/x-y", "due/20260301T101112Z-short", "other/20260301T101112Z"] {
            assert_eq!(parse_due(key), None, "{key}");
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
