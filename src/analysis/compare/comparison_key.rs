//! What of a text counts when it is compared: letters, digits and signs, but not the punctuation of sentences.
//!
//! Platform and bank spell one option with other spaces and punctuation; a mathematical sign is never among what may differ, for `p ∧ q` and `p ∨ q` are two options.

/// What tells a folded text from others; `None` when nothing is left.
pub(crate) fn key(plain: &str) -> Option<String> {
    let plain = plain.trim_end_matches(['.', ';', ':', ',', ' ']);
    let text = Text::of(plain);
    let key: String = (0..text.chars.len()).filter(|at| text.counts(*at)).map(|at| text.chars[at]).collect();
    (!key.is_empty()).then_some(key)
}

/// Whether more than letters and digits tells a folded text from others.
pub(crate) fn is_formula(plain: &str) -> bool {
    key(plain).is_some_and(|key| !key.chars().all(char::is_alphanumeric))
}

/// Whether a character means something wherever it stands.
pub(crate) fn is_sign(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, ' ' | '.' | ',' | ';' | ':' | '!' | '?' | '¿' | '¡' | '"' | '\'' | '(' | ')')
}

/// A folded text with what is known of its marks; every question about a place is answered from one pass over the text.
struct Text {
    chars: Vec<char>,
    /// Whether there is a word, and not only variables and figures.
    worded: bool,
    /// Whether an exclamation is opened somewhere.
    exclaims: bool,
    /// Marks found to be punctuation by their counterpart: quotes and brackets around words.
    paired: Vec<bool>,
    /// The nearest character before each place that is neither a space nor a full stop.
    before: Vec<Option<char>>,
    /// The nearest one behind it.
    after: Vec<Option<char>>,
}

impl Text {
    fn of(plain: &str) -> Self {
        let chars: Vec<char> = plain.chars().collect();
        let worded = words_ending(&chars, 2).last().is_some_and(|count| *count > 0);
        let (before, after) = (nearest(chars.iter()), nearest(chars.iter().rev()).into_iter().rev().collect());
        let mut text = Self { worded, exclaims: chars.contains(&'¡'), paired: vec![false; chars.len()], before, after, chars };
        text.pair_quotes();
        if !text.chars.iter().copied().any(is_sign) {
            text.pair_brackets();
        }
        text
    }

    fn counts(&self, at: usize) -> bool {
        match self.chars[at] {
            _ if self.paired[at] => false,
            ' ' => self.parts_figures(at),
            '.' => self.is_decimal_point(at),
            ',' | ';' => !self.worded || (is_figure(self.before[at]) && is_figure(self.after[at])),
            '¿' | '¡' | '?' => false,
            // A factorial, where no `¡` opened an exclamation; a prime, where it is no apostrophe.
            '!' => self.is_behind_variable(at) && !self.exclaims,
            '"' | '\'' => self.is_behind_variable(at),
            _ => true,
        }
    }

    fn char(&self, at: Option<usize>) -> Option<char> {
        at.and_then(|at| self.chars.get(at)).copied()
    }

    /// `3 1/2` is not `31/2`, but `10 000` is `10000`.
    fn parts_figures(&self, at: usize) -> bool {
        // Four digits are as good as any number of them.
        let digits = |chars: &mut dyn Iterator<Item = &char>| chars.take(4).take_while(|c| c.is_ascii_digit()).count();
        let (before, after) = (digits(&mut self.chars[..at].iter().rev()), digits(&mut self.chars[at + 1..].iter()));
        before > 0 && after > 0 && !(before <= 3 && after == 3)
    }

    /// `3.5`, `.5` and the dots of `1...5`; not the full stops of sentences and abbreviations.
    fn is_decimal_point(&self, at: usize) -> bool {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let leads = digit(self.char(Some(at + 1))) && self.char(at.checked_sub(1)).is_none_or(|c| c == ' ' || is_sign(c) || c == '(');
        leads || (digit(self.before[at]) && digit(self.after[at]))
    }

    /// Whether a figure, a closing bracket or a letter that stands alone comes right before: `5!`, `f'`.
    fn is_behind_variable(&self, at: usize) -> bool {
        let before = self.char(at.checked_sub(1));
        let alone = || !self.char(at.checked_sub(2)).is_some_and(char::is_alphabetic);
        before.is_some_and(|c| c.is_ascii_digit() || matches!(c, ')' | '\'' | '"') || (c.is_alphabetic() && alone()))
    }

    /// Finds quotes that open before a word and close behind one.
    fn pair_quotes(&mut self) {
        let mut open: Option<usize> = None;
        for at in 0..self.chars.len() {
            let c = self.chars[at];
            if !matches!(c, '"' | '\'') {
                continue;
            }
            if let Some(start) = open.filter(|start| self.chars[*start] == c) {
                (self.paired[start], self.paired[at]) = (true, true);
                open = None;
            } else if open.is_none() && self.char(at.checked_sub(1)).is_none_or(|c| matches!(c, ' ' | '(' | '¿' | '¡')) {
                open = Some(at);
            }
        }
    }

    /// Finds brackets that set off words in a sentence: `el perro (canino)`; not those of `f(x)`, `Ca(OH)2` and `(a, b)`.
    fn pair_brackets(&mut self) {
        let words = words_ending(&self.chars, 3);
        let mut open = Vec::new();
        for at in 0..self.chars.len() {
            match self.chars[at] {
                '(' => open.push(at),
                ')' => {
                    let Some(start) = open.pop() else { continue };
                    let apart = self.char(start.checked_sub(1)).is_none_or(|c| c == ' ');
                    let ends = self.char(Some(at + 1)).is_none_or(|c| !c.is_alphanumeric() && c != '(');
                    if apart && ends && words[at] > words[start] {
                        (self.paired[start], self.paired[at]) = (true, true);
                    }
                }
                _ => {}
            }
        }
    }
}

/// For each place the last character before it, in the order given, that is neither a space nor a full stop.
fn nearest<'c>(chars: impl Iterator<Item = &'c char>) -> Vec<Option<char>> {
    let mut last = None;
    let step = |c: &char| {
        let before = last;
        if !matches!(c, ' ' | '.') {
            last = Some(*c);
        }
        before
    };
    chars.map(step).collect()
}

/// Digits, signs and brackets: what a separator between figures has on its sides.
fn is_figure(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_digit() || is_sign(c) || matches!(c, '(' | ')'))
}

/// For each place how often, up to and with it, so many letters stood in a row.
fn words_ending(chars: &[char], length: usize) -> Vec<usize> {
    let (mut row, mut count) = (0, 0);
    let step = |c: &char| {
        row = if c.is_alphabetic() { row + 1 } else { 0 };
        count += usize::from(row >= length);
        count
    };
    chars.iter().map(step).collect()
}
