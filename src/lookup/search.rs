//! Finding students by words of their names, addresses and ids, or by parts of them.

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::lookup::words::WordKind;
use crate::text::folded;

/// Words that count; more are left out.
const MOST_WORDS: usize = 8;
/// Letters of a word that count.
const LONGEST_WORD: usize = 64;
/// Up to so many students are looked up one by one; of more, reports are gone through by time.
const FEW: usize = 400;

/// The students that a text finds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum StudentMatch {
    /// The text has no word to look for.
    Everybody,
    /// These, by their rows.
    These(Vec<i64>),
    /// More than are worth counting; whoever matches these.
    Many(Matches),
}

/// What the search indexes are asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Matches {
    /// Words of three letters and more: parts of names.
    parts: Option<String>,
    /// Shorter words: beginnings of words.
    beginnings: Option<String>,
}

/// The words of a text, without marks and case.
fn words_of(text: &str) -> Vec<String> {
    let cut = |word: &str| word.chars().take(LONGEST_WORD).collect::<String>();
    folded(text).split_whitespace().take(MOST_WORDS).map(cut).collect()
}

impl Matches {
    pub(super) fn of(text: &str) -> Self {
        Self::of_words(&words_of(text))
    }

    fn of_words(words: &[String]) -> Self {
        let is_part = |word: &&String| word.chars().count() >= 3;
        let quoted = |word: &String| format!("\"{}\"", word.replace('"', "\"\""));
        let all = |words: Vec<String>| (!words.is_empty()).then(|| words.join(" AND "));
        let has_letters = |word: &&String| word.chars().any(char::is_alphanumeric);
        Self {
            parts: all(words.iter().filter(is_part).map(quoted).collect()),
            beginnings: all(words
                .iter()
                .filter(|word| !is_part(word))
                .filter(has_letters)
                .map(|word| format!("{}*", quoted(word)))
                .collect()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_none() && self.beginnings.is_none()
    }

    /// The query for the rows of the students found, with its parameters.
    pub(super) fn sql(&self) -> (String, Vec<Value>) {
        let tri = "SELECT rowid FROM student_tri WHERE student_tri MATCH ?";
        let fts = "SELECT rowid FROM student_fts WHERE student_fts MATCH ?";
        match (&self.parts, &self.beginnings) {
            (Some(parts), Some(beginnings)) => {
                (format!("{tri} INTERSECT {fts}"), vec![Value::Text(parts.clone()), Value::Text(beginnings.clone())])
            }
            (Some(parts), None) => (tri.to_owned(), vec![Value::Text(parts.clone())]),
            (None, Some(beginnings)) => (fts.to_owned(), vec![Value::Text(beginnings.clone())]),
            (None, None) => ("SELECT id FROM student".to_owned(), Vec::new()),
        }
    }
}

/// Where a text is found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sought {
    /// By the words that some student has.
    pub(super) students: StudentMatch,
    /// For each other word, the courses and assessments that have it in their names.
    pub(super) places: Vec<Places>,
}

/// Courses and assessments, by their rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Places {
    pub(super) courses: Vec<i64>,
    pub(super) assessments: Vec<i64>,
}

/// Where a text is found: a word that no student has is looked for in the names of courses and assessments.
pub(super) fn sought(conn: &Connection, text: &str) -> rusqlite::Result<Sought> {
    let (mut whose, mut places) = (Vec::new(), Vec::new());
    for word in words_of(text) {
        let matches = Matches::of_words(std::slice::from_ref(&word));
        if matches.is_empty() {
            continue;
        }
        let (sql, params) = matches.sql();
        let is_somebodys: bool = conn
            .prepare_cached(&format!("SELECT EXISTS(SELECT 1 FROM ({sql}))"))?
            .query_row(rusqlite::params_from_iter(params), |row| row.get(0))?;
        if is_somebodys {
            whose.push(word);
        } else {
            places.push(places_of(conn, &word)?);
        }
    }
    Ok(Sought { students: students(conn, Matches::of_words(&whose))?, places })
}

fn places_of(conn: &Connection, word: &str) -> rusqlite::Result<Places> {
    let mut query = conn.prepare_cached("SELECT id, kind, text FROM word WHERE kind IN (?1, ?2)")?;
    let mut rows = query.query((WordKind::Course as i64, WordKind::Assessment as i64))?;
    let mut places = Places::default();
    while let Some(row) = rows.next()? {
        let text: String = row.get(2)?;
        if folded(&text).contains(word) {
            let list = if row.get::<_, i64>(1)? == WordKind::Course as i64 { &mut places.courses } else { &mut places.assessments };
            list.push(row.get(0)?);
        }
    }
    Ok(places)
}

/// The students that these words find.
fn students(conn: &Connection, matches: Matches) -> rusqlite::Result<StudentMatch> {
    if matches.is_empty() {
        return Ok(StudentMatch::Everybody);
    }
    let (sql, params) = matches.sql();
    let mut query = conn.prepare_cached(&format!("SELECT * FROM ({sql}) LIMIT {}", FEW + 1))?;
    let rows = query.query_map(rusqlite::params_from_iter(params), |row| row.get(0))?;
    let found: Vec<i64> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(if found.len() > FEW { StudentMatch::Many(matches) } else { StudentMatch::These(found) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_never_understood_as_a_query() {
        for text in ["\" OR 1", "name:ana", "ana*", "NEAR(a b)", "a AND b", "-", "(", "'", "^x", "ana\u{0}b"] {
            let (sql, params) = Matches::of(text).sql();
            assert!(!sql.contains(text), "{sql}");
            for param in params {
                let Value::Text(query) = param else { panic!() };
                for word in query.split(" AND ") {
                    let word = word.strip_suffix('*').unwrap_or(word);
                    assert!(word.starts_with('"') && word.ends_with('"') && word.len() >= 2, "{query}");
                }
            }
        }
        assert!(Matches::of("  - ").is_empty());
    }

    #[test]
    fn short_words_are_beginnings_and_longer_ones_parts() {
        let matches = Matches::of("Ñu Pérez");
        assert_eq!((matches.parts.as_deref(), matches.beginnings.as_deref()), (Some("\"perez\""), Some("\"nu\"*")));
    }
}
