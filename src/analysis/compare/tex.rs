//! Takes the signs of TeX off a text, as MathJax shows it: `\(\frac{1}{2}\)` is `1/2`, `$x^{2}$` is `x^2`.

use std::borrow::Cow;

/// The text with formulas as they are typed without TeX; what is no formula stays as it is.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '$']) {
        return Cow::Borrowed(text);
    }
    let chars: Vec<char> = text.chars().collect();
    let mut reader = Reader {
        dollars: dollars(&chars),
        chars,
        at: 0,
        math: false,
        groups: Vec::new(),
        next: None,
        out: String::with_capacity(text.len()),
    };
    while reader.at < reader.chars.len() {
        reader.step();
    }
    // A group that is never closed keeps its bracket open, as its text does.
    Cow::Owned(reader.out)
}

/// Closes a bracket that was opened at a place of the text; around a single figure or name there is none.
pub(super) fn close_bracket(out: &mut String, at: usize) {
    let inner = out.get(at + 1..).unwrap_or_default();
    if inner.len() <= LONGEST_BARE && inner.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | ',')) {
        out.remove(at);
    } else {
        out.push(')');
    }
}

/// A longer content of a fraction or power is always bracketed.
const LONGEST_BARE: usize = 24;

/// What a pair of braces is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    /// A numerator; a slash and the denominator follow.
    Numerator,
    /// A denominator, a power, a root's content.
    Bracketed,
    /// Nothing to be seen.
    Plain,
}

struct Reader {
    chars: Vec<char>,
    /// Whether the `$` at a place begins or ends a formula.
    dollars: Vec<bool>,
    at: usize,
    math: bool,
    /// Open braces, each with the place of the bracket that stands for it.
    groups: Vec<(Group, Option<usize>)>,
    /// What the next group or character is.
    next: Option<Group>,
    out: String,
}

impl Reader {
    fn step(&mut self) {
        let c = self.chars[self.at];
        self.at += 1;
        match c {
            '\\' => self.command(),
            '$' if self.dollars[self.at - 1] => {
                if self.peek() == Some('$') && self.dollars.get(self.at) == Some(&true) {
                    self.at += 1;
                }
                self.math = !self.math;
            }
            '{' if self.math || self.next.is_some() => self.open(),
            '}' if !self.groups.is_empty() => self.close(),
            '^' if self.math => {
                self.out.push('^');
                self.next = (self.peek() == Some('{')).then_some(Group::Bracketed);
            }
            '_' if self.math => self.next = (self.peek() == Some('{')).then_some(Group::Plain),
            ' ' if self.next.is_some() => {}
            c => {
                self.out.push(c);
                // `\frac12`: each argument is a character.
                if let Some(group) = self.next.take() {
                    self.after(group);
                }
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn open(&mut self) {
        let group = self.next.take().unwrap_or(Group::Plain);
        let bracket = (group != Group::Plain).then_some(self.out.len());
        if bracket.is_some() {
            self.out.push('(');
        }
        self.groups.push((group, bracket));
    }

    fn close(&mut self) {
        let Some((group, bracket)) = self.groups.pop() else { return };
        if let Some(at) = bracket {
            close_bracket(&mut self.out, at);
        }
        self.after(group);
    }

    fn after(&mut self, group: Group) {
        if group == Group::Numerator {
            self.out.push('/');
            self.next = Some(Group::Bracketed);
        }
    }

    fn command(&mut self) {
        let Some(first) = self.peek() else { return self.out.push('\\') };
        if !first.is_ascii_alphabetic() {
            return self.sign(first);
        }
        let from = self.at;
        let length = self.chars[from..].iter().take(LONGEST_COMMAND).take_while(|c| c.is_ascii_alphabetic()).count();
        let name: String = self.chars[from..from + length].iter().collect();
        match name.as_str() {
            "frac" | "dfrac" | "tfrac" | "cfrac" => self.next = Some(Group::Numerator),
            "sqrt" => {
                self.out.push('√');
                self.next = (self.chars.get(from + length) == Some(&'{')).then_some(Group::Bracketed);
            }
            "left" | "right" | "displaystyle" | "limits" | "big" | "Big" => {}
            "text" | "textbf" | "textit" | "mathrm" | "mathbf" | "mathit" | "mathbb" | "mathsf" | "operatorname" | "mbox"
            | "boldsymbol" => {
                self.next = (self.chars.get(from + length) == Some(&'{')).then_some(Group::Plain);
            }
            "quad" | "qquad" => self.out.push(' '),
            "sin" | "cos" | "tan" | "sec" | "csc" | "cot" | "log" | "ln" | "lim" | "max" | "min" | "exp" | "sen" | "tg" => {
                self.out.push_str(&name);
            }
            name => {
                // No command of ours: a path, a regular expression.
                let Some(symbol) = symbol(name) else { return self.out.push('\\') };
                self.out.push_str(symbol);
                if let Some(group) = self.next.take() {
                    self.after(group);
                }
            }
        }
        self.at = from + length;
    }

    /// A backslash and a sign: a delimiter, a space, or the sign itself.
    fn sign(&mut self, sign: char) {
        match sign {
            '(' | '[' => self.math = true,
            ')' | ']' => self.math = false,
            ',' | ';' | ':' | '!' | ' ' | '\\' => self.out.push(' '),
            '{' | '}' | '%' | '$' | '&' | '_' | '#' => self.out.push(sign),
            _ => return self.out.push('\\'),
        }
        self.at += 1;
    }
}

/// No command is longer.
const LONGEST_COMMAND: usize = 24;

/// Which `$` belong to formulas: one followed by no space, and the next one, preceded by no space and followed by no digit; `$5 y $10` are two prices.
fn dollars(chars: &[char]) -> Vec<bool> {
    let mut formula = vec![false; chars.len()];
    let is_sign = |at: usize| chars[at] == '$' && (at == 0 || chars[at - 1] != '\\');
    let mut open: Option<usize> = None;
    let mut at = 0;
    while at < chars.len() {
        let width = 1 + usize::from(chars.get(at + 1) == Some(&'$'));
        if !is_sign(at) {
            at += 1;
            continue;
        }
        let is_open = |from: usize, width: usize| chars.get(from + width).is_some_and(|c| !c.is_whitespace());
        let same_width = |from: usize| chars.get(from + 1) == Some(&'$');
        match open {
            Some(from) if same_width(from) == (width == 2) && is_close(chars, at, width) => {
                formula[from..from + width].fill(true);
                formula[at..at + width].fill(true);
                open = None;
            }
            _ => open = is_open(at, width).then_some(at),
        }
        at += width;
    }
    formula
}

fn is_close(chars: &[char], at: usize, width: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| chars.get(at)).is_some_and(|c| !c.is_whitespace());
    (before || width == 2) && !chars.get(at + width).is_some_and(char::is_ascii_digit)
}

fn symbol(name: &str) -> Option<&'static str> {
    Some(match name {
        "times" => "×",
        "cdot" => "·",
        "div" => "÷",
        "pm" => "±",
        "mp" => "∓",
        "leq" | "le" => "≤",
        "geq" | "ge" => "≥",
        "neq" | "ne" => "≠",
        "approx" => "≈",
        "equiv" => "≡",
        "sim" => "~",
        "infty" => "∞",
        "pi" => "π",
        "alpha" => "α",
        "beta" => "β",
        "gamma" => "γ",
        "delta" => "δ",
        "epsilon" | "varepsilon" => "ε",
        "theta" => "θ",
        "lambda" => "λ",
        "mu" => "μ",
        "rho" => "ρ",
        "sigma" => "σ",
        "tau" => "τ",
        "phi" | "varphi" => "φ",
        "omega" => "ω",
        "Delta" => "Δ",
        "Sigma" => "Σ",
        "Omega" => "Ω",
        "sum" => "∑",
        "prod" => "∏",
        "int" => "∫",
        "in" => "∈",
        "notin" => "∉",
        "subset" => "⊂",
        "subseteq" => "⊆",
        "supset" => "⊃",
        "cup" => "∪",
        "cap" => "∩",
        "emptyset" | "varnothing" => "∅",
        "land" | "wedge" => "∧",
        "lor" | "vee" => "∨",
        "neg" | "lnot" => "¬",
        "to" | "rightarrow" => "→",
        "leftarrow" => "←",
        "Rightarrow" | "implies" => "⇒",
        "leftrightarrow" => "↔",
        "Leftrightarrow" | "iff" => "⇔",
        "forall" => "∀",
        "exists" => "∃",
        "angle" => "∠",
        "perp" => "⟂",
        "parallel" => "∥",
        "degree" | "circ" => "°",
        "ldots" | "dots" | "cdots" => "...",
        "mid" => "|",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_read_as_they_are_typed() {
        for (tex, expected) in [
            ("\\(\\frac{1}{2}\\)", "1/2"),
            ("\\[\\frac{x+1}{2}\\]", "(x+1)/2"),
            ("$\\frac12$", "1/2"),
            ("\\frac{1}{2}", "1/2"),
            ("$x^{2}+1$", "x^2+1"),
            ("$$x^{n+1}$$", "x^(n+1)"),
            ("$a_{1} \\cdot \\sqrt{2}$", "a1 · √2"),
            ("\\(\\left(3 \\times 4\\right)\\)", "(3 × 4)"),
            ("\\(50\\%\\)", "50%"),
            ("\\(\\text{no existe}\\)", "no existe"),
            ("\\(\\pi r^2\\)", "π r^2"),
            ("\\(\\frac{\\pi}{2}\\)", "π/2"),
        ] {
            assert_eq!(plain(tex), expected, "{tex}");
        }
    }

    #[test]
    fn prices_paths_and_loose_signs_stay() {
        for text in ["$100", "$5 y $10", "de $5-$10", "C:\\datos\\x", "\\d+", "a\\", "{a}", "}{", "x_1", "\\frac", "2^3"] {
            let expected = if text == "\\frac" { "" } else { text };
            assert_eq!(plain(text), expected, "{text}");
        }
    }
}
