//! Kinds of questions, by the platform's block types.

use crate::model::submission::Answer;

/// How the answer to a question is written, and so how it is compared (the block types of LearnWorlds, its API's and its export's spelling).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One option of several; any of the bank's right answers will do.
    Choice,
    /// Several options at once, all of the bank's right answers and no other; the platform glues their texts together without a delimiter.
    Many,
    /// True or false, in the school's language.
    TrueFalse,
    /// A short text of the student's own; the bank lists the accepted variants.
    Text,
    /// A text with blanks; the bank lists what belongs into each, in order.
    Blanks,
    /// Pairs of left and right; the bank lists them.
    Pairs,
    /// Graded by a teacher (open questions, files): the points decide.
    Graded,
    /// No question at all: a survey, a heading.
    NoQuestion,
}

impl Kind {
    /// The words a bank's `type` column may use, for messages.
    pub(crate) const WORDS: &str = "single, multiple, truefalse, text, blanks, match, open (and the platform's own mc, mcma, tf, …)";

    /// The word our own banks use.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Choice | Self::NoQuestion => "single",
            Self::Many => "multiple",
            Self::TrueFalse => "truefalse",
            Self::Text => "text",
            Self::Blanks => "blanks",
            Self::Pairs => "match",
            Self::Graded => "open",
        }
    }

    /// Reads a type as the API, the platform's export or our own banks spell it.
    pub(crate) fn parse(spelling: &str) -> Option<Self> {
        let letters: String = spelling.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        Some(match letters.as_str() {
            "mc" | "tmc" | "single" | "singlechoice" | "dropdown" | "td" => Self::Choice,
            "mcma" | "tmcma" | "multiple" | "multiplechoice" | "multi" => Self::Many,
            "tf" | "ttf" | "truefalse" => Self::TrueFalse,
            "shorttext" | "inputblock" | "tst" | "text" => Self::Text,
            "fillintheblank" | "fillintheblankblock" | "blanks" => Self::Blanks,
            "match" | "matching" | "pairs" => Self::Pairs,
            "openended" | "tp" | "open" | "fileupload" | "tfu" | "file" => Self::Graded,
            "survey" | "newsurvey" | "likert" | "rating" | "scale" | "nps" | "heading" | "textblock" | "info" => Self::NoQuestion,
            _ => return None,
        })
    }

    /// The kind of an answered block: its type, else the word its id begins with (`mc1663256077565_327`).
    pub(crate) fn of(answer: &Answer) -> Option<Self> {
        let by_id = |id: &str| Self::parse(&id.chars().take_while(|c| c.is_alphabetic()).collect::<String>());
        answer.block_type.as_deref().and_then(Self::parse).or_else(|| answer.block_id.as_deref().and_then(by_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_type_decides_and_else_the_id() {
        let answer = |block_type: Option<&str>, id: &str| Answer {
            block_type: block_type.map(str::to_owned),
            block_id: Some(id.to_owned()),
            ..Answer::default()
        };
        assert_eq!(Kind::of(&answer(Some("MCMA"), "mc1_1")), Some(Kind::Many));
        assert_eq!(Kind::of(&answer(Some("fillInTheBlankBlock"), "")), Some(Kind::Blanks));
        assert_eq!(Kind::of(&answer(None, "openEnded1750_2")), Some(Kind::Graded));
        assert_eq!(Kind::of(&answer(Some("brandNew"), "inputBlock1750_2")), Some(Kind::Text));
        assert_eq!(Kind::of(&answer(None, "x")), None);
    }
}
