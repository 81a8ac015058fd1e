//! What looks like a mark and is none: brackets of another kind, one too few, a closing mark alone. The student would read it as it stands.

use super::names::{self, PathTarget};

/// Text that was probably meant as a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lookalike {
    pub at: usize,
    pub end: usize,
    pub meant: Meant,
}

/// What was probably meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meant {
    /// A mark, written like this.
    Mark(String),
    /// The end of a mark whose beginning is missing.
    Closing(&'static str),
    /// Perhaps nothing: a name of ours in small letters between quotation marks.
    Quotation(String),
}

/// A name is at most so many bytes long.
const LONGEST: usize = 120;
/// More of them in one paragraph are told after the first ones are fixed.
const MOST: usize = 50;

/// A pair of brackets, and how many of the plain ones the character stands for.
fn bracket(character: char) -> Option<(Family, bool, usize)> {
    Some(match character {
        '<' | '‹' | '＜' | '〈' | '⟨' => (Family::Angle, true, 1),
        '≪' | '«' | '《' => (Family::Angle, true, 2),
        '>' | '›' | '＞' | '〉' | '⟩' => (Family::Angle, false, 1),
        '≫' | '»' | '》' => (Family::Angle, false, 2),
        '{' | '｛' => (Family::Curly, true, 1),
        '}' | '｝' => (Family::Curly, false, 1),
        '[' | '［' => (Family::Square, true, 1),
        ']' | '］' => (Family::Square, false, 1),
        '%' | '#' | '$' => (Family::Sign(character), true, 1),
        _ => return None,
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Angle,
    Curly,
    Square,
    Sign(char),
}

/// What looks like a mark outside of the stretches that are marks (ascending, not overlapping).
pub(super) fn find(text: &str, taken: &[(usize, usize)]) -> Vec<Lookalike> {
    let mut out = Vec::new();
    let mut taken = taken.iter().peekable();
    let mut at = 0;
    while let Some(character) = text[at..].chars().next().filter(|_| out.len() < MOST) {
        while taken.peek().is_some_and(|(_, end)| *end <= at) {
            taken.next();
        }
        let next = taken.peek().map_or(text.len(), |(start, _)| *start);
        if at >= next {
            at = taken.next().map_or(text.len(), |(_, end)| (*end).max(at + character.len_utf8()));
            continue;
        }
        let found = bracket(character).and_then(|_| pair(text, at, next)).or_else(|| lone_closing(text, at, next));
        at = found.as_ref().map_or(at + character.len_utf8(), |found| found.end);
        out.extend(found);
    }
    out
}

/// A run of brackets of one family from a place on: their weight, and where it ends. Single spaces may stand between them.
fn run(text: &str, at: usize, end: usize, family: Family, opening: bool) -> (usize, usize) {
    let (mut weight, mut behind) = (0, at);
    let mut spaces = 0;
    for (offset, character) in text[at..end].char_indices() {
        match bracket(character) {
            Some((Family::Sign(sign), ..)) if family == Family::Sign(sign) && weight == 0 => {
                (weight, behind) = (1, at + offset + character.len_utf8());
                return (weight, behind);
            }
            Some((found, opens, by)) if found == family && (opens == opening || matches!(family, Family::Sign(_))) && weight < 4 => {
                weight += by;
                behind = at + offset + character.len_utf8();
                spaces = 0;
            }
            _ if matches!(character, ' ' | '\u{a0}') && weight > 0 && spaces == 0 => spaces = 1,
            _ => break,
        }
    }
    (weight, behind)
}

/// A name in brackets that are not those of a mark.
fn pair(text: &str, at: usize, limit: usize) -> Option<Lookalike> {
    // `${name}` and `#{name}` of other programs.
    let dollar = text[at..].strip_prefix(['$', '#']).is_some_and(|rest| rest.starts_with('{'));
    let start = if dollar { at + 1 } else { at };
    let (family, opens, _) = bracket(text[start..].chars().next()?)?;
    if !opens {
        return None;
    }
    let (open, inside) = run(text, start, limit, family, true);
    let window = text.floor_char_boundary((inside + LONGEST).min(limit));
    let stop = text[inside..window].find(|c: char| bracket(c).is_some_and(|(found, ..)| found != Family::Sign('%') || family == found));
    let Some(stop) = stop.map(|stop| inside + stop) else { return unclosed(text, at, inside, window, family, open) };
    let name = text[inside..stop].trim_matches([' ', '\u{a0}', '\t', '\n']);
    let (close, end) = run(text, stop, limit, family, false);
    if close == 0 {
        return unclosed(text, at, inside, stop, family, open);
    }
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(names::is_name_char);
    if !is_name {
        return None;
    }
    let quoted = text[start..].starts_with('«') && text[..end].ends_with('»') && (open, close) == (2, 2);
    if quoted {
        let meant = matches!(name, "Nombre" | "Prueba" | "Nivel").then(|| Meant::Quotation(format!("<<{name}>>")))?;
        return Some(Lookalike { at, end, meant });
    }
    let known = is_known(name);
    let one_word = !name.contains(' ');
    let told = match family {
        Family::Angle => known || one_word && open + close >= 3,
        Family::Curly => known || one_word && (dollar || open + close >= 3 || name.chars().count() > 2 && !name.contains(['-', '[', '%'])),
        Family::Square => known || one_word && open + close >= 3 && !name.contains(['-', '.']),
        Family::Sign(_) => known && one_word && !name.chars().any(char::is_lowercase) && name.chars().count() > 2,
    };
    told.then(|| Lookalike { at, end, meant: Meant::Mark(mark(name)) })
}

/// `<<ALUMNO` without an end, before a known name.
fn unclosed(text: &str, at: usize, inside: usize, end: usize, family: Family, open: usize) -> Option<Lookalike> {
    if family != Family::Angle || open < 2 || text[at..].starts_with(['«', '‹']) {
        return None;
    }
    let rest = text.get(inside..end)?;
    let name = rest.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '%'))).next().filter(|name| is_known(name))?;
    Some(Lookalike { at, end: inside + name.len(), meant: Meant::Mark(mark(name)) })
}

/// `}}` or `%}` that ends nothing, and `ALUMNO>>`.
fn lone_closing(text: &str, at: usize, limit: usize) -> Option<Lookalike> {
    let rest = &text[at..limit];
    if let Some(closing) = ["}}", "%}", "#}"].into_iter().find(|closing| rest.starts_with(closing)) {
        return Some(Lookalike { at, end: at + 2, meant: Meant::Closing(closing) });
    }
    rest.starts_with(">>").then_some(())?;
    let before = text[..at].trim_end_matches([' ', '\u{a0}']);
    let from = before.char_indices().rev().take(40).take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '%')).last()?.0;
    let name = &before[from..];
    (is_known(name) && name.chars().any(char::is_uppercase)).then(|| Lookalike { at: from, end: at + 2, meant: Meant::Mark(mark(name)) })
}

fn is_known(name: &str) -> bool {
    names::expression(name).is_some() || name.contains('.') && names::known_path(name) == PathTarget::Yes
}

/// The mark for a name, or for the known one that is nearest.
fn mark(name: &str) -> String {
    if names::expression(name).is_some() {
        return format!("<<{name}>>");
    }
    if name.contains('.') && names::known_path(name) == PathTarget::Yes {
        return format!("{{{{ {name} }}}}");
    }
    match names::nearest_plain(name) {
        Some(near) if near.contains('.') => format!("{{{{ {near} }}}}"),
        Some(near) => format!("<<{near}>>"),
        None => format!("<<{name}>>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, Meant)> {
        find(text, &[]).into_iter().map(|found| (text[found.at..found.end].to_owned(), found.meant)).collect()
    }

    fn one(text: &str) -> String {
        match told(text).as_slice() {
            [(_, Meant::Mark(mark))] => mark.clone(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_known_name_in_other_brackets_is_told_with_the_mark_to_write() {
        for text in [
            "<ALUMNO>",
            "<<ALUMNO>",
            "<ALUMNO>>",
            "< <ALUMNO> >",
            "≪ALUMNO≫",
            "{ALUMNO}",
            "[ALUMNO]",
            "[[ALUMNO]]",
            "${ALUMNO}",
            "#{ALUMNO}",
            "{ALUMNO}}",
            "%ALUMNO%",
            "#ALUMNO#",
            "$ALUMNO$",
            "‹ALUMNO›",
            "《ALUMNO》",
            "<<ALUMNO",
            "ALUMNO>>",
            "<<< ALUMNO >>",
            "＜＜ALUMNO＞＞",
            "{ ALUMNO }",
        ] {
            assert_eq!(one(&format!("Hola {text}, bien")), "<<ALUMNO>>", "{text}");
        }
        assert_eq!(one("Hola [student.name]"), "{{ student.name }}");
    }

    #[test]
    fn what_is_plainly_meant_as_a_mark_is_told_even_with_a_name_nobody_knows() {
        for text in ["[[apodo]]", "${apodo}", "{name}", "${name}", "<<apodo>", "<apodo>>", "{apodo}}"] {
            assert_eq!(told(text).len(), 1, "{text}: {:?}", told(text));
        }
    }

    #[test]
    fn closing_marks_alone_are_told() {
        assert_eq!(told("hola }} y %} fin"), [("}}".into(), Meant::Closing("}}")), ("%}".into(), Meant::Closing("%}"))]);
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in [
            "si a < b y c > d",
            "x << 2",
            "a >> b",
            "{1, 2, 3}",
            "{x}",
            "f(x) = {x}",
            "[1] [a] [sic] [nota al pie]",
            "100 % de 50 %",
            "«Álgebra» y «curso»",
            "el 50% nivel 20%",
            "vea <http://colegio.example>",
            "{a; b}",
            "#1 y #2",
            "$5 y $6",
            "<3",
            "(ALUMNO)",
            "correo <ana@example.com>",
            "[[1]]",
        ] {
            assert_eq!(told(text), [], "{text}");
        }
    }

    #[test]
    fn a_name_of_ours_in_quotation_marks_is_only_noted() {
        assert_eq!(told("el campo «Nombre»"), [("«Nombre»".into(), Meant::Quotation("<<Nombre>>".into()))]);
    }

    #[test]
    fn odd_text_is_looked_at_in_linear_time() {
        for piece in ["<", "< ", "[", "${", "{", "}", ">>", "a>>", "%", "«", "<<a", "[[a ", "{a", "#"] {
            let text = piece.repeat(100_000 / piece.len());
            assert!(find(&text, &[]).len() <= MOST);
        }
    }
}
