//! What a platform or a service tells beside completions.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A verified statement of a platform or a service: a grade changed, a member came, a video was transcribed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlatformEvent {
    /// The source that verified it (`lti`, `canvas`, …).
    pub source: String,
    /// What happened, as a dotted name (`grade.updated`).
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, as the sender says; what is newer by it counts.
    pub at: Timestamp,
    /// The facts, in the shape of their type.
    pub data: Value,
    /// The record it changes.
    pub subject: Subject,
}

/// The record that an event changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What kind of thing it is.
    pub collection: Collection,
    /// What tells it from others of its kind and source.
    pub id: String,
    /// The event says that it is gone.
    #[serde(default)]
    pub deleted: bool,
}

/// The kinds of things that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    /// Grades of students.
    Grades,
    /// Who belongs to which course.
    Members,
    /// Pieces of content.
    Content,
    /// Assignments of a course.
    Assignments,
    /// Work that was handed in.
    Submissions,
    /// Topics of discussion; searchable.
    Topics,
    /// Courses that somebody completed.
    CourseCompletions,
    /// What users did, by session.
    Behaviour,
    /// Videos that were uploaded.
    Videos,
    /// Links into the platform.
    DeepLinks,
    /// Transcriptions of videos; searchable.
    Transcriptions,
    /// Notices of a platform, statements and events of standards that are nothing of the above.
    Statements,
}

impl Collection {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Grades,
        Self::Members,
        Self::Content,
        Self::Assignments,
        Self::Submissions,
        Self::Topics,
        Self::CourseCompletions,
        Self::Behaviour,
        Self::Videos,
        Self::DeepLinks,
        Self::Transcriptions,
        Self::Statements,
    ];

    /// The word that keys and addresses use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grades => "grades",
            Self::Members => "members",
            Self::Content => "content",
            Self::Assignments => "assignments",
            Self::Submissions => "submissions",
            Self::Topics => "topics",
            Self::CourseCompletions => "course_completions",
            Self::Behaviour => "behaviour",
            Self::Videos => "videos",
            Self::DeepLinks => "deep_links",
            Self::Transcriptions => "transcriptions",
            Self::Statements => "statements",
        }
    }

    /// The kind of this word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|collection| collection.as_str() == text)
    }
}

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Subject {
    /// A record by the parts that identify it. Each carries its length, so that no text can pretend to be two parts.
    pub fn of(collection: Collection, parts: &[&str]) -> Self {
        let id = parts.iter().map(|part| format!("{}:{part}", part.len())).collect::<Vec<_>>().join(";");
        Self { collection, id, deleted: false }
    }

    /// The same record, gone.
    #[must_use]
    pub fn gone_if(mut self, deleted: bool) -> Self {
        self.deleted = deleted;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_collection_is_found_by_its_word() {
        for collection in Collection::ALL {
            assert_eq!(Collection::parse(collection.as_str()), Some(collection));
            assert_eq!(serde_json::to_value(collection).unwrap(), collection.as_str());
        }
        assert_eq!(Collection::parse("grade"), None);
    }

    #[test]
    fn parts_of_an_id_cannot_be_taken_for_others() {
        let id = |parts: &[&str]| Subject::of(Collection::Grades, parts).id;
        assert_ne!(id(&["a", "b"]), id(&["ab", ""]));
        assert_ne!(id(&["a;1:b"]), id(&["a", "b"]));
    }
}
