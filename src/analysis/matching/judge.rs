//! Whether an answer is right, by kind of question.

use crate::analysis::bank::Question;
use crate::analysis::compare::decimal::{self, Mark};
use crate::analysis::compare::equality::{self, Comparable, Same};
use crate::analysis::compare::kind::Kind;
use crate::analysis::compare::{self, fold};
use crate::analysis::matching::glue::{self, Work};
use crate::model::submission::Answer;

/// What became of one answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verdict {
    /// Right or not; `None` when there is nothing to judge (unanswered, or a teacher has not graded it yet).
    pub(crate) correct: Option<bool>,
    /// The share of the points reached: 0–1, but for what the platform takes off or gives on top.
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

/// What all answers of a submission are judged with.
pub(crate) struct Judge {
    /// How the bank writes numbers.
    mark: Mark,
    /// What may still be spent on taking glued texts apart.
    work: Work,
}

/// A question's right answers and options, made ready for being compared.
struct Key {
    correct: Vec<Comparable>,
    options: Vec<Comparable>,
}

impl Key {
    fn of(question: &Question) -> Self {
        let comparable = |texts: &[String]| texts.iter().map(|text| Comparable::of(text)).collect();
        Self { correct: comparable(&question.correct), options: comparable(&question.options) }
    }

    /// Which of the bank's options a text is: the only one of the same text, else by letter.
    fn option(&self, text: &Comparable) -> Option<usize> {
        let only = |same: &dyn Fn(&Comparable) -> bool| {
            let mut met = self.options.iter().enumerate().filter(|(_, option)| same(option));
            met.next().map(|(i, _)| i).filter(|_| met.next().is_none())
        };
        let letter = || text.option_letter().map(|letter| letter as usize - 'a' as usize).filter(|index| *index < self.options.len());
        only(&|option| option.plain() == text.plain()).or_else(|| only(&|option| equality::same(option, text).is_some())).or_else(letter)
    }
}

/// What exports write where nothing was answered.
const NO_ANSWER: &[&str] =
    &["no respondida", "no respondido", "sin respuesta", "not answered", "unanswered", "nao respondida", "nan", "null"];

/// Whether there is an answer at all; blanks of a fill-in question that are all empty are none.
pub(crate) fn is_answered(answer: &Answer) -> bool {
    let text = answer.answer.as_deref().unwrap_or_default();
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '|' | '\u{200b}' | '\u{feff}');
    if text.chars().all(is_blank) {
        return false;
    }
    let bare = if text.len() <= LONGEST_BLANK { compare::bare(text) } else { return true };
    !bare.chars().all(is_blank) && !NO_ANSWER.contains(&fold::unaccented(&bare).as_str())
}

/// What stands for no answer is not longer, markup included.
const LONGEST_BLANK: usize = 200;

impl Judge {
    pub(crate) fn new<'q>(questions: impl Iterator<Item = &'q Question>) -> Self {
        Self { mark: Mark::of(questions.flat_map(|question| question.correct.iter().map(String::as_str))), work: Work::default() }
    }

    /// Judges an answer by the bank.
    pub(crate) fn judge(&mut self, question: &Question, answer: &Answer) -> Verdict {
        let verdict = self.by_bank(question, answer);
        let Some(share) = platform_share(answer) else { return verdict };
        // Where bank and platform agree on right or wrong, the platform's points tell how much it is worth: a part, a penalty, a bonus.
        let counts = match verdict.correct {
            Some(true) => share >= FULL,
            Some(false) => share < FULL,
            None => share < 0.0,
        };
        Verdict { share: if counts { share } else { verdict.share }, ..verdict }
    }

    fn by_bank(&mut self, question: &Question, answer: &Answer) -> Verdict {
        let kind = question.kind.or_else(|| Kind::of(answer));
        if kind == Some(Kind::Graded) {
            return graded(question, answer);
        }
        if !is_answered(answer) {
            return Verdict::open("not answered");
        }
        let text = answer.answer.as_deref().unwrap_or_default();
        match kind {
            Some(Kind::Many) => self.many(question, answer, text),
            Some(Kind::Blanks) => self.blanks(question, text),
            Some(Kind::Pairs) => self.pairs(question, text),
            Some(Kind::Text) => self.one_of(question, text, true, true),
            None => self.one_of(question, text, false, true),
            Some(kind) => self.one_of(question, text, kind == Kind::TrueFalse, false),
        }
    }

    /// Right when the text meets one of the right answers.
    fn one_of(&self, question: &Question, text: &str, local_words: bool, typed: bool) -> Verdict {
        let (key, text) = (Key::of(question), Comparable::of(text));
        if let Some(given) = key.option(&text) {
            // Both sides are known options: what the text looks like no longer matters.
            let right: Vec<Option<usize>> = key.correct.iter().map(|correct| key.option(correct)).collect();
            if right.iter().all(Option::is_some) {
                return Verdict::of(right.contains(&Some(given)), format!("option {} of the bank", given + 1));
            }
        }
        let meeting = key.correct.iter().find_map(|correct| {
            let same = if typed { self.same_typed(correct, &text) } else { equality::same(correct, &text) };
            same.map(Same::words).or_else(|| truth(correct.plain(), text.plain(), local_words))
        });
        Verdict::of(meeting.is_some(), meeting.unwrap_or("no right answer of the bank reads so"))
    }

    /// As [`equality::same`], and numbers in either notation.
    fn same_typed(&self, correct: &Comparable, text: &Comparable) -> Option<Same> {
        equality::same(correct, text).or_else(|| decimal::same(correct.plain(), text.plain(), self.mark).then_some(Same::Number))
    }

    /// Right when the glued text consists of exactly the right options, in any order.
    fn many(&mut self, question: &Question, answer: &Answer, text: &str) -> Verdict {
        let right = resolve_all(question);
        let all: Vec<String> = if question.options.is_empty() { right.clone() } else { question.options.clone() };
        let wanted = indexes(&all, &right);
        let mut found = glue::ways(&all, text, &mut self.work);
        if found.is_empty() && !question.options.is_empty() {
            let letters: Vec<String> = (b'A'..).take(all.len().min(26)).map(|b| char::from(b).to_string()).collect();
            found = glue::ways(&letters, text, &mut self.work);
        }
        let meets = wanted.is_some_and(|wanted| found.contains(&wanted));
        if self.work.was_given_up() || (meets && found.len() > 1) {
            return undecided(question, answer, meets);
        }
        Verdict::of(meets, if meets { "exactly the right options" } else { "not exactly the right options" })
    }

    /// Blanks in order, joined by ` | `; a single blank has the bank's entries as variants.
    fn blanks(&self, question: &Question, text: &str) -> Verdict {
        let correct = Key::of(question).correct;
        let given: Vec<Comparable> = text.split('|').take(MOST_BLANKS).map(Comparable::of).collect();
        if let [only] = given.as_slice() {
            let meets = correct.iter().any(|c| self.same_typed(c, only).is_some());
            return Verdict::of(meets, "the one blank");
        }
        let meets = correct.iter().zip(&given).filter(|(c, g)| self.same_typed(c, g).is_some()).count();
        Verdict::of(meets == correct.len() && given.len() == correct.len(), format!("{meets} of {} blanks right", correct.len()))
    }

    /// Pairs `left / right`, joined by `, `, in any order; a left text may hold slashes and commas of its own, so the bank's pairs are looked for and nothing is split.
    fn pairs(&mut self, question: &Question, text: &str) -> Verdict {
        // A bank may also hold the pairs as the platform writes them, in one piece.
        let pieces: Vec<&str> = question.correct.iter().flat_map(|correct| correct.split(", ")).collect();
        let whole: Vec<&str> = question.correct.iter().map(String::as_str).collect();
        let meets = glue::holds_exactly(&whole, text, &mut self.work) || glue::holds_exactly(&pieces, text, &mut self.work);
        Verdict::of(meets, if meets { "all pairs right" } else { "not all pairs right" })
    }
}

/// More blanks than any text has.
const MOST_BLANKS: usize = 500;

/// Which of the bank's options a text is.
pub(crate) fn option_index(question: &Question, text: &str) -> Option<usize> {
    Key::of(question).option(&Comparable::of(text))
}

/// Only the platform knows which options were ticked: one option's text hides in the others', or there are too many ways to look through.
fn undecided(question: &Question, answer: &Answer, meets: bool) -> Verdict {
    let platform = full_points(answer);
    let words = match (platform, meets) {
        (Some(_), _) => "the platform's points decided",
        (None, true) => "it counts as right",
        (None, false) => "it counts as wrong",
    };
    let note = format!("question {}: the ticked options cannot be told apart by their texts; {words}", question.number);
    Verdict { note: Some(note), ..Verdict::of(platform.unwrap_or(meets), "options that cannot be told apart") }
}

/// True and false in the languages schools write them; the shorter words only where the question is known to be of that kind.
fn truth(correct: &str, text: &str, local_words: bool) -> Option<&'static str> {
    let (expected, given) = (truth_word(correct, local_words)?, truth_word(text, local_words)?);
    (expected == given).then_some("the same truth value")
}

fn truth_word(plain: &str, local_words: bool) -> Option<bool> {
    if plain.len() > LONGEST_TRUTH {
        return None;
    }
    let folded = fold::unaccented(plain);
    // In two languages at once: `Verdadero / True`.
    let mut words = folded.split('/').map(|word| one_truth_word(word.trim_matches(|c: char| !c.is_alphanumeric()), local_words));
    let first = words.next()??;
    words.all(|word| word == Some(first)).then_some(first)
}

/// The words for true and false in a few languages.
const LONGEST_TRUTH: usize = 60;

fn one_truth_word(word: &str, local_words: bool) -> Option<bool> {
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

/// The right answers as option texts, where the bank gives letters and knows the options.
fn resolve_all(question: &Question) -> Vec<String> {
    let key = Key::of(question);
    let text =
        |(correct, ready): (&String, &Comparable)| key.option(ready).and_then(|i| question.options.get(i)).unwrap_or(correct).clone();
    question.correct.iter().zip(&key.correct).map(text).collect()
}

fn indexes(all: &[String], wanted: &[String]) -> Option<Vec<usize>> {
    let mut indexes: Vec<usize> = wanted.iter().map(|w| all.iter().position(|a| a == w)).collect::<Option<_>>()?;
    indexes.sort_unstable();
    indexes.dedup();
    Some(indexes)
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
    Verdict { share: points / max, ..Verdict::of(full, format!("a teacher gave {points} of {max} points")) }
}

/// From this share on all points are given; the platform rounds points to two places.
const FULL: f64 = 1.0 - 1e-6;

/// The share of the points that the platform gave; below 0 for a penalty, above 1 for a bonus.
pub(crate) fn platform_share(answer: &Answer) -> Option<f64> {
    let max = answer.max_points.filter(|max| max.is_finite() && *max > 0.0)?;
    answer.points.filter(|points| points.is_finite()).map(|points| points / max)
}

/// Whether the platform gave all points; `None` when it gave no verdict.
pub(crate) fn full_points(answer: &Answer) -> Option<bool> {
    platform_share(answer).map(|share| share >= FULL)
}
