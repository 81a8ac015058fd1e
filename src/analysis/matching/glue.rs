//! Takes texts apart that the platform glued together without a delimiter.

use std::collections::BTreeSet;

use crate::analysis::compare::{self, comparison_key, fold};

/// What may be spent on one submission, in characters looked at.
///
/// A glued text can have very many readings; honest questions need a few thousand steps, and a hostile one stops here.
pub(crate) struct Work {
    left: u64,
    /// Whether the last search was given up before its end.
    given_up: bool,
}

/// And no single question spends more.
const MOST_OF_ONE: u64 = 1_000_000;
/// More options or pairs than any question has.
const MOST_PARTS: usize = 100;

impl Default for Work {
    fn default() -> Self {
        Self { left: Self::MOST, given_up: false }
    }
}

impl Work {
    /// Some tens of milliseconds.
    pub(crate) const MOST: u64 = 20_000_000;

    /// Whether a search since the last time was given up, so that an answer may have gone unread.
    pub(crate) fn was_given_up(&mut self) -> bool {
        std::mem::take(&mut self.given_up)
    }

    /// How much was spent, for tests that count work.
    #[cfg(test)]
    pub(crate) fn spent(&self) -> u64 {
        Self::MOST - self.left
    }
}

/// All sets of options whose texts, glued together in some order, give the text.
pub(crate) fn ways(options: &[String], text: &str, work: &mut Work) -> Vec<Vec<usize>> {
    let bare: Vec<String> = options.iter().take(MOST_PARTS).map(|option| fold::plain(&compare::bare(option))).collect();
    let text = fold::plain(&compare::bare(text));
    let exact = Glue::split(bare.iter().map(|option| tight(option)).collect(), &tight(&text), work);
    if !exact.is_empty() || bare.iter().any(|option| comparison_key::is_formula(option)) {
        return exact;
    }
    let letters = |plain: &str| plain.chars().filter(|c| c.is_alphanumeric() || comparison_key::is_sign(*c)).collect::<String>();
    Glue::split(bare.iter().map(|option| letters(option)).collect(), &letters(&text), work)
}

/// Whether a text consists of all the parts and nothing else, in any order.
pub(crate) fn holds_exactly(parts: &[&str], text: &str, work: &mut Work) -> bool {
    if parts.len() > MOST_PARTS {
        return false;
    }
    let wanted: Vec<usize> = (0..parts.len()).collect();
    let plain = |text: &str| tight(&fold::plain(&compare::bare(text)));
    Glue::split(parts.iter().map(|part| plain(part)).collect(), &plain(text), work).contains(&wanted)
}

/// A folded text as pieces of it are found in others: without spaces.
fn tight(plain: &str) -> String {
    plain.replace(' ', "")
}

struct Glue<'w> {
    parts: Vec<String>,
    found: BTreeSet<Vec<usize>>,
    /// What this question may still spend.
    left: u64,
    work: &'w mut Work,
}

/// Sets beyond these say nothing more: the texts cannot be told apart.
const MOST_FOUND: usize = 50;

impl Glue<'_> {
    fn split(parts: Vec<String>, text: &str, work: &mut Work) -> Vec<Vec<usize>> {
        let mut glue = Glue { parts, found: BTreeSet::new(), left: MOST_OF_ONE, work };
        glue.take(text, &mut Vec::new());
        glue.found.into_iter().collect()
    }

    /// Pays for looking at so many characters; `false` when there is nothing left to pay with.
    fn pay(&mut self, characters: usize) -> bool {
        let price = 1 + characters as u64;
        self.work.left = self.work.left.saturating_sub(price);
        self.left = self.left.saturating_sub(price);
        let can = self.work.left > 0 && self.left > 0;
        self.work.given_up |= !can;
        can
    }

    fn take(&mut self, text: &str, used: &mut Vec<usize>) {
        if text.is_empty() {
            let mut set = used.clone();
            set.sort_unstable();
            self.found.insert(set);
            return;
        }
        for i in 0..self.parts.len() {
            let length = self.parts[i].len().min(text.len());
            if !self.pay(length) || self.found.len() >= MOST_FOUND {
                return;
            }
            if self.parts[i].is_empty() || used.contains(&i) {
                continue;
            }
            if let Some(rest) = text.strip_prefix(self.parts[i].as_str()) {
                // Some relays put a delimiter between after all.
                let next = rest.trim_start_matches([',', ';', '|', '/']);
                if !self.pay(rest.len() - next.len()) {
                    return;
                }
                used.push(i);
                self.take(next, used);
                used.pop();
            }
        }
    }
}
