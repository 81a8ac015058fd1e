//! What a person asks of a job that they open again: from which step on, to which address, with a mail or without.

use serde::{Deserialize, Serialize};

/// The first step of a round that is done anew; what earlier rounds recorded before it counts.
///
/// A release that knew no such steps does everything anew, which is harmless.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromStep {
    /// Everything.
    #[default]
    Fetch,
    /// The answers are kept and judged anew.
    Analyse,
    /// The judgement is kept and the report made anew.
    Render,
    /// The report is kept and mailed again.
    Mail,
}

/// What a round is asked for, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ask {
    /// The first step that is done anew.
    #[serde(skip_serializing_if = "is_default")]
    pub from: FromStep,
    /// Where the report goes instead of to the student's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Whether the report is mailed; else it is only filed.
    #[serde(skip_serializing_if = "is_true")]
    pub mail: bool,
    /// Who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why, in the person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The record of the act in the log of acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit: Option<String>,
}

impl Default for Ask {
    fn default() -> Self {
        Self { from: FromStep::Fetch, to: None, mail: true, by: None, why: None, audit: None }
    }
}

impl Ask {
    /// Everything from this step on, mailed.
    pub fn from_step(from: FromStep) -> Self {
        Self { from, ..Self::default() }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_default(from: &FromStep) -> bool {
    *from == FromStep::Fetch
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_true(mail: &bool) -> bool {
    *mail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_asked_for_is_not_written_and_old_records_ask_for_everything() {
        assert_eq!(serde_json::to_string(&Ask::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Ask>("{}").unwrap(), Ask::default());
        let asked = Ask { to: Some("apoderado@example.com".to_owned()), mail: false, ..Ask::from_step(FromStep::Render) };
        assert_eq!(serde_json::from_str::<Ask>(&serde_json::to_string(&asked).unwrap()).unwrap(), asked);
    }
}
