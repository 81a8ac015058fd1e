//! Whether an answer is right, by kind of question.

use crate::analysis::bank::Question;
use crate::analysis::fold;
use crate::analysis::matching::equality::{self, Same};
use crate::analysis::matching::kind::Kind;
use crate::analysis::matching::signs;
use crate::model::submission::Answer;

/// What became of one answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verdict {
    /// Right or not; `None` when there is nothing to judge (unanswered, or a teacher has not graded it yet).
    pub(crate) correct: Option<bool>,
    /// The share of the points reached, 0–1.
    pub(crate) share: f64,
    /// How it was found, for `--explain`.
    pub(crate) how: String,
    /// Something the operator should know.
    pub(crate) note: Option<String>,
}

impl Verdict {
    fn of(correct: bool, how: impl Into<String>) -> Self {
        Self { correct: Some(correct), share: if correct { 1.0 } else { 0.0 }, how: how.into(), note: None }
    }

    pub(crate) fn open(how: impl Into<String>) -> Self {
        Self { correct: None, share: 0.0, how: how.into(), note: None }
    }
}

/// What exports write where nothing was answered.
const NO_ANSWER: &[&str] =
    &["no respondida", "no respondido", "sin respuesta", "not answered", "unanswered", "nao respondida", "nan", "null"];

/// Whether there is an answer at all; blanks of a fill-in question that are all empty are none.
pub(crate) fn is_answered(answer: &Answer) -> bool {
    let text = answer.answer.as_deref().unwrap_or_default();
    let empty = text.chars().all(|c| c.is_whitespace() || c == '|' || c == '\u{200b}' || c == '\u{feff}');
    !empty && !NO_ANSWER.contains(&fold::unaccented(text).as_str())
}

/// Judges an answer by the bank.
pub(crate) fn judge(question: &Question, answer: &Answer) -> Verdict {
    let kind = question.kind.or_else(|| Kind::of(answer));
    if kind == Some(Kind::Graded) {
        return graded(question, answer);
    }
    if !is_answered(answer) {
        return Verdict::open("not answered");
    }
    let text = answer.answer.as_deref().unwrap_or_default();
    match kind {
        Some(Kind::Many) => many(question, answer, text),
        Some(Kind::Blanks) => blanks(&question.correct, text),
        Some(Kind::Pairs) => pairs(&question.correct, text),
        Some(Kind::Text) => one_of(question, text, true),
        _ => one_of(question, text, kind == Some(Kind::TrueFalse)),
    }
}

/// Right when the text meets one of the right answers.
fn one_of(question: &Question, text: &str, local_words: bool) -> Verdict {
    if let Some(given) = option_index(question, text) {
        // Both sides are known options: what the text looks like no longer matters.
        let right: Vec<Option<usize>> = question.correct.iter().map(|c| option_index(question, c)).collect();
        if right.iter().all(Option::is_some) {
            return Verdict::of(right.contains(&Some(given)), format!("option {} of the bank", given + 1));
        }
    }
    let meeting = question
        .correct
        .iter()
        .find_map(|correct| equality::same(correct, text).map(Same::words).or_else(|| truth(correct, text, local_words)));
    Verdict::of(meeting.is_some(), meeting.unwrap_or("no right answer of the bank reads so"))
}

/// Which of the bank's options a text is: the only one of the same text, else by letter.
pub(crate) fn option_index(question: &Question, text: &str) -> Option<usize> {
    let options = &question.options;
    let plain = fold::plain(text);
    let only = |same: &dyn Fn(&str) -> bool| {
        let mut met = options.iter().enumerate().filter(|(_, option)| same(option));
        met.next().map(|(i, _)| i).filter(|_| met.next().is_none())
    };
    let letter = || {
        let letter = equality::lone_letter(&plain).or_else(|| equality::option_prefix(&plain).map(|(letter, _)| letter))?;
        let index = letter as usize - 'a' as usize;
        (index < options.len()).then_some(index)
    };
    only(&|option| fold::plain(option) == plain).or_else(|| only(&|option| equality::same(option, text).is_some())).or_else(letter)
}

/// True and false in the languages schools write them; the shorter words only where the question is known to be of that kind.
fn truth(correct: &str, text: &str, local_words: bool) -> Option<&'static str> {
    let (expected, given) = (truth_word(correct, local_words)?, truth_word(text, local_words)?);
    (expected == given).then_some("the same truth value")
}

fn truth_word(text: &str, local_words: bool) -> Option<bool> {
    let word = fold::unaccented(text);
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    match word {
        "verdadero" | "verdadera" | "verdadeiro" | "verdadeira" | "true" | "v" => Some(true),
        "falso" | "falsa" | "false" | "f" => Some(false),
        "t" | "cierto" | "cierta" | "correcto" | "correcta" | "certo" | "si" | "sim" | "yes" | "vrai" | "wahr" | "vero" if local_words => {
            Some(true)
        }
        "incorrecto" | "incorrecta" | "errado" | "no" | "nao" | "faux" | "falsch" if local_words => Some(false),
        _ => None,
    }
}

/// Right when the glued text consists of exactly the right options, in any order.
fn many(question: &Question, answer: &Answer, text: &str) -> Verdict {
    let right = resolve_all(question);
    let all: Vec<String> = if question.options.is_empty() { right.clone() } else { question.options.clone() };
    let wanted = indexes(&all, &right);
    let by_text = ways(&all, text);
    let letters: Vec<String> = (b'A'..).take(all.len().min(26)).map(|b| char::from(b).to_string()).collect();
    let by_letter = if question.options.is_empty() { Vec::new() } else { ways(&letters, text) };
    let found = if by_text.is_empty() { by_letter } else { by_text };
    let meets = wanted.is_some_and(|wanted| found.contains(&wanted));
    if meets && found.len() > 1 {
        // One option's text hides in the others': only the platform knows which were ticked.
        let ticked = full_points(answer).unwrap_or(true);
        let note = format!(
            "question {}: the ticked options cannot be told apart by their texts; {}",
            question.number,
            if full_points(answer).is_some() { "the platform's points decided" } else { "it counts as right" }
        );
        return Verdict { note: Some(note), ..Verdict::of(ticked, "options that cannot be told apart") };
    }
    Verdict::of(meets, if meets { "exactly the right options" } else { "not exactly the right options" })
}

/// The right answers as option texts, where the bank gives letters and knows the options.
fn resolve_all(question: &Question) -> Vec<String> {
    let text = |correct: &String| option_index(question, correct).and_then(|i| question.options.get(i)).unwrap_or(correct).clone();
    question.correct.iter().map(text).collect()
}

fn indexes(all: &[String], wanted: &[String]) -> Option<Vec<usize>> {
    let mut indexes: Vec<usize> = wanted.iter().map(|w| all.iter().position(|a| a == w)).collect::<Option<_>>()?;
    indexes.sort_unstable();
    indexes.dedup();
    Some(indexes)
}

/// All sets of options whose texts, glued together in some order, give the text.
fn ways(options: &[String], text: &str) -> Vec<Vec<usize>> {
    let exact = Glue::new(options.iter().map(|o| tight(o)).collect()).split(&tight(text));
    if !exact.is_empty() || options.iter().any(|o| signs::is_formula(&fold::plain(o))) {
        return exact;
    }
    let letters = |text: &str| fold::plain(text).chars().filter(|c| c.is_alphanumeric() || signs::is_sign(*c)).collect::<String>();
    Glue::new(options.iter().map(|o| letters(o)).collect()).split(&letters(text))
}

/// A text as pieces of it are found in others: folded, without spaces.
fn tight(text: &str) -> String {
    fold::plain(text).replace(' ', "")
}

/// Takes glued texts apart again.
struct Glue {
    parts: Vec<String>,
    found: Vec<Vec<usize>>,
    budget: u32,
}

/// Far more than any honest question needs; a hostile text stops here.
const GLUE_BUDGET: u32 = 20_000;

impl Glue {
    fn new(parts: Vec<String>) -> Self {
        Self { parts, found: Vec::new(), budget: GLUE_BUDGET }
    }

    fn split(mut self, text: &str) -> Vec<Vec<usize>> {
        self.take(text, &mut Vec::new());
        self.found.sort();
        self.found.dedup();
        self.found
    }

    fn take(&mut self, text: &str, used: &mut Vec<usize>) {
        if text.is_empty() {
            let mut set = used.clone();
            set.sort_unstable();
            self.found.push(set);
            return;
        }
        for i in 0..self.parts.len() {
            self.budget = self.budget.saturating_sub(1);
            if self.budget == 0 {
                return;
            }
            if self.parts[i].is_empty() || used.contains(&i) {
                continue;
            }
            if let Some(rest) = text.strip_prefix(self.parts[i].as_str()) {
                used.push(i);
                // Some relays put a delimiter between after all.
                self.take(rest.trim_start_matches([',', ';', '|', '/']), used);
                used.pop();
            }
        }
    }
}

/// Blanks in order, joined by ` | `; a single blank has the bank's entries as variants.
fn blanks(correct: &[String], text: &str) -> Verdict {
    let given: Vec<&str> = text.split('|').map(str::trim).collect();
    if let [only] = given.as_slice() {
        let meets = correct.iter().any(|c| equality::same(c, only).is_some());
        return Verdict::of(meets, "the one blank");
    }
    let meets = correct.iter().zip(&given).filter(|(c, g)| equality::same(c, g).is_some()).count();
    Verdict::of(meets == correct.len() && given.len() == correct.len(), format!("{meets} of {} blanks right", correct.len()))
}

/// Pairs `left / right`, joined by `, `, in any order; a left text may hold slashes and commas of its own, so the bank's pairs are looked for and nothing is split.
fn pairs(correct: &[String], text: &str) -> Verdict {
    let meets = |expected: Vec<String>| {
        let wanted: Vec<usize> = (0..expected.len()).collect();
        Glue::new(expected).split(&tight(text)).contains(&wanted)
    };
    // A bank may also hold the pairs as the platform writes them, in one piece.
    let pieces = || correct.iter().flat_map(|c| c.split(", ")).map(tight).collect();
    let meets = meets(correct.iter().map(|c| tight(c)).collect()) || meets(pieces());
    Verdict::of(meets, if meets { "all pairs right" } else { "not all pairs right" })
}

/// A teacher's points decide; without them nothing is decided yet.
fn graded(question: &Question, answer: &Answer) -> Verdict {
    let (Some(points), Some(max), Some(full)) = (answer.points, answer.max_points, full_points(answer)) else {
        if !is_answered(answer) {
            return Verdict::open("not answered");
        }
        let note = format!("question {}: not graded by a teacher yet, it counts as not answered", question.number);
        return Verdict { note: Some(note), ..Verdict::open("not graded yet") };
    };
    if !is_answered(answer) && points <= 0.0 {
        return Verdict::open("not answered");
    }
    Verdict { share: (points / max).clamp(0.0, 1.0), ..Verdict::of(full, format!("a teacher gave {points} of {max} points")) }
}

/// Whether the platform gave all points; `None` when it gave no verdict.
pub(crate) fn full_points(answer: &Answer) -> Option<bool> {
    let max = answer.max_points.filter(|max| max.is_finite() && *max > 0.0)?;
    // Points are rounded to two places by the platform.
    answer.points.filter(|points| points.is_finite()).map(|points| points >= max - 1e-6)
}
