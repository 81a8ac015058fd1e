//! The only place that builds an object's path.

use jiff::Timestamp;

use crate::model::ids::{JobId, safe_name};

/// Every object gradepost keeps (product.md "Files", durability.md "Records").
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
    /// A mail of the file transport.
    Outbox(&'a str),
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
            Self::JobRecord { job, record } => format!("jobs/{job}/{record}.json"),
            Self::JobFolder { job } => format!("jobs/{job}/"),
            Self::Due { at, job } => format!("due/{}-{job}", at.strftime("%Y%m%dT%H%M%SZ")),
            Self::Outbox(name) => format!("outbox/{}", safe_name(name)),
        }
    }
}
