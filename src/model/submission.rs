//! What a student answered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One finished attempt with its answers, in the platform's order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The platform's submission id, when it has one.
    pub id: Option<String>,
    /// When it was handed in.
    pub submitted_at: Option<Timestamp>,
    /// Which attempt of this student on this assessment it is, from 1, when known.
    pub attempt: Option<u32>,
    /// The platform's own grade in percent, when graded.
    pub grade: Option<f64>,
    /// The platform's own verdict.
    pub passed: Option<bool>,
    /// The answers.
    #[serde(default)]
    pub answers: Vec<Answer>,
}

/// The answer to one block of the assessment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The platform's block id; its prefix repeats the block type.
    pub block_id: Option<String>,
    /// The platform's block type as it spells it (`mc`, `mcma`, `tf`, …).
    pub block_type: Option<String>,
    /// The question's text, often with its number (`Pregunta 12`).
    pub description: Option<String>,
    /// What was answered; `None` or blank when nothing was.
    pub answer: Option<String>,
    /// Points given; `None` while ungraded.
    pub points: Option<f64>,
    /// Points possible.
    pub max_points: Option<f64>,
}

/// A bare list as a file may hold it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Answers(Vec<Answer>),
    Plain(Vec<Option<String>>),
}

impl Submission {
    /// Reads a submission from JSON: the whole object, a bare list of answers, or a bare list of answered texts (`null` for none).
    pub fn from_json(text: &[u8]) -> Result<Self, serde_json::Error> {
        let is_list = text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
        if !is_list {
            return serde_json::from_slice(text);
        }
        Ok(match serde_json::from_slice(text)? {
            Written::Answers(answers) => Self { answers, ..Self::default() },
            Written::Plain(texts) => {
                Self { answers: texts.into_iter().map(|answer| Answer { answer, ..Answer::default() }).collect(), ..Self::default() }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_hold_a_submission_its_answers_or_only_texts() {
        let answers = |json: &str| Submission::from_json(json.as_bytes()).map(|s| s.answers).map_err(|error| error.to_string());
        let texts = vec![Answer { answer: Some("A".into()), ..Answer::default() }, Answer::default()];
        for json in [r#"{"id":"s","answers":[{"answer":"A"},{"answer":null}]}"#, r#" [{"answer":"A"},{}]"#, r#"["A",null]"#] {
            assert_eq!(answers(json).as_ref(), Ok(&texts), "{json}");
        }
        // No list is read as the fields of a submission in their order.
        let five = [vec![texts[0].clone()], vec![Answer::default(); 4]].concat();
        assert_eq!(answers(r#"["A",null,null,null,null]"#), Ok(five));
        assert!(answers(r#"["id",null,null,null,null,[]]"#).is_err());
        assert!(answers("[3]").is_err() && answers("{").is_err());
    }
}
