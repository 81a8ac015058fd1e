//! What is asked of the texts: words, or what is like something; a page at a time, by score and then by row.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};

use crate::lookup::texts::likeness::Likeness;
use crate::lookup::texts::{Hit, HitCursor, HitFilter, Hits, Narrowed};
use crate::text::folded;

/// Words of a question that count; more are left out.
const MOST_WORDS: usize = 16;
/// Letters of a word that count.
const LONGEST_WORD: usize = 64;
/// Words shorter than this are looked for as they are; of others the beginning is enough.
const SHORT: usize = 3;
/// Words of an excerpt.
const EXCERPT: usize = 32;
/// Letters of an excerpt without a place in it that was looked for.
const BEGINNING: usize = 240;
/// Marks around what was found, which no text has: they are taken out of texts when they come in.
pub(super) const MARKS: [char; 2] = ['\u{2}', '\u{3}'];
/// Less alike than this is not alike.
const LEAST: f64 = 0.05;

/// What was typed as a question to the full-text index: every word, or what stands between quotes as a phrase. Nothing of it is syntax.
pub(super) fn phrase(typed: &str) -> Option<String> {
    // An accent may be a character of its own, at which a word must not end.
    let typed = folded(typed);
    let mut parts = Vec::new();
    for (at, part) in typed.split('"').enumerate() {
        let words = part.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(|word| word.chars().take(LONGEST_WORD).collect()).collect();
        if at % 2 == 1 {
            if !words.is_empty() {
                parts.push(format!("\"{}\"", words.join(" ")));
            }
        } else {
            let ending = |word: &String| if word.chars().count() < SHORT { "" } else { "*" };
            parts.extend(words.iter().map(|word| format!("\"{word}\"{}", ending(word))));
        }
    }
    parts.truncate(MOST_WORDS);
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The conditions of a question beside its words, with their values.
fn conditions(narrowed: &Narrowed) -> (String, Vec<Value>) {
    let (mut sql, mut values) = (String::new(), Vec::new());
    if let Some(institutions) = &narrowed.institutions {
        sql.extend([" AND t.institution IN (", vec!["?"; institutions.len()].join(", ").as_str(), ")"]);
        values.extend(institutions.iter().cloned().map(Value::Text));
    }
    let of =
        [(" AND t.collection = ?", &narrowed.collection), (" AND t.course = ?", &narrowed.course), (" AND t.source = ?", &narrowed.source)];
    for (condition, value) in of {
        if let Some(value) = value {
            sql += condition;
            values.push(Value::Text(value.clone()));
        }
    }
    (sql, values)
}

/// A page of what is found.
pub(super) fn ask(db: &Connection, asked: &HitFilter, likeness: &dyn Likeness) -> rusqlite::Result<Hits> {
    match asked {
        HitFilter::Words { words, narrowed, after, limit } => match phrase(words) {
            None => Ok(Hits::default()),
            Some(phrase) => by_words(db, &phrase, narrowed, *after, *limit),
        },
        HitFilter::Like { text, narrowed, after, limit } => {
            by_likeness(db, &likeness.vector("", text), None, narrowed, *after, *limit, likeness)
        }
        HitFilter::LikeOne { key, narrowed, after, limit } => {
            let (sql, mut values) = conditions(narrowed);
            values.push(Value::Text(key.clone()));
            let sql = format!("SELECT t.id, t.vector FROM text t WHERE 1{sql} AND t.key = ?");
            let one = db
                .prepare_cached(&sql)?
                .query_row(params_from_iter(values), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
                .optional()?;
            match one {
                None => Ok(Hits { is_unknown: true, ..Hits::default() }),
                Some((id, vector)) => by_likeness(db, &vector, Some(id), narrowed, *after, *limit, likeness),
            }
        }
    }
}

fn by_words(db: &Connection, phrase: &str, narrowed: &Narrowed, after: Option<HitCursor>, limit: usize) -> rusqlite::Result<Hits> {
    let (conditions, rest) = conditions(narrowed);
    let mut values = vec![Value::Text(phrase.to_owned())];
    values.extend(rest);
    let behind = match after {
        None => "",
        Some(place) => {
            values.extend([Value::Real(-place.score), Value::Real(-place.score), Value::Integer(place.row)]);
            "WHERE score > ? OR (score = ? AND id > ?)"
        }
    };
    // A word of the title counts for four.
    let sql = format!(
        "SELECT id, score FROM (SELECT t.id AS id, bm25(text_words, 4.0, 1.0) AS score FROM text_words JOIN text t ON t.id = text_words.rowid
         WHERE text_words MATCH ?{conditions}) {behind} ORDER BY score, id LIMIT {}",
        limit + 1
    );
    let mut found = db.prepare_cached(&sql)?;
    let rows = found.query_map(params_from_iter(values), |row| Ok(HitCursor { row: row.get(0)?, score: -row.get::<_, f64>(1)? }))?;
    let places: Vec<HitCursor> = rows.collect::<rusqlite::Result<_>>()?;
    hits(places, limit, |place| marked(db, phrase, place))
}

fn by_likeness(
    db: &Connection,
    vector: &[u8],
    itself: Option<i64>,
    narrowed: &Narrowed,
    after: Option<HitCursor>,
    limit: usize,
    likeness: &dyn Likeness,
) -> rusqlite::Result<Hits> {
    let (conditions, values) = conditions(narrowed);
    let mut all = db.prepare_cached(&format!("SELECT t.id, t.vector FROM text t WHERE 1{conditions}"))?;
    let mut rows = all.query(params_from_iter(values))?;
    let mut best: Vec<HitCursor> = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        let place = HitCursor { row: id, score: likeness.closeness(vector, row.get_ref(1)?.as_blob()?) };
        if place.score >= LEAST && itself != Some(id) && after.is_none_or(|after| place.is_behind(after)) {
            best.push(place);
            // Only a page of them is ever wanted.
            if best.len() > 4 * (limit + 1) {
                best.sort_by(HitCursor::order);
                best.truncate(limit + 1);
            }
        }
    }
    best.sort_by(HitCursor::order);
    best.truncate(limit + 1);
    hits(best, limit, |place| plain(db, place))
}

fn hits(mut places: Vec<HitCursor>, limit: usize, read: impl Fn(&HitCursor) -> rusqlite::Result<Hit>) -> rusqlite::Result<Hits> {
    let more = places.len() > limit;
    places.truncate(limit);
    let next = places.last().copied().filter(|_| more);
    Ok(Hits { hits: places.iter().map(read).collect::<rusqlite::Result<_>>()?, next, is_unknown: false })
}

const COLUMNS: &str = "t.key, t.collection, t.institution, t.source, t.course, t.thing, t.at, t.title";

/// A hit with the place where the words stand; only those of the page are read whole.
fn marked(db: &Connection, phrase: &str, place: &HitCursor) -> rusqlite::Result<Hit> {
    let [open, close] = MARKS;
    let sql = format!(
        "SELECT {COLUMNS}, snippet(text_words, 1, '{open}', '{close}', '…', {EXCERPT}) FROM text_words JOIN text t ON t.id = text_words.rowid
         WHERE text_words MATCH ? AND text_words.rowid = ?"
    );
    db.prepare_cached(&sql)?.query_row(rusqlite::params![phrase, place.row], |row| {
        let (excerpt, highlights) = unmarked(&row.get::<_, String>(8)?);
        Ok(Hit { excerpt, highlights, ..hit(row, place)? })
    })
}

fn plain(db: &Connection, place: &HitCursor) -> rusqlite::Result<Hit> {
    let sql = format!("SELECT {COLUMNS}, substr(t.body, 1, {}) FROM text t WHERE t.id = ?", BEGINNING + 1);
    db.prepare_cached(&sql)?.query_row([place.row], |row| {
        let beginning: String = row.get(8)?;
        let is_cut = beginning.chars().count() > BEGINNING;
        let mut excerpt: String = beginning.chars().take(BEGINNING).collect();
        if is_cut {
            excerpt.push('…');
        }
        Ok(Hit { excerpt, ..hit(row, place)? })
    })
}

fn hit(row: &Row<'_>, place: &HitCursor) -> rusqlite::Result<Hit> {
    Ok(Hit {
        id: row.get(0)?,
        collection: row.get(1)?,
        institution: Some(row.get::<_, String>(2)?).filter(|institution| !institution.is_empty()),
        source: row.get(3)?,
        course: row.get(4)?,
        thing: row.get(5)?,
        at: Timestamp::from_millisecond(row.get(6)?).unwrap_or(Timestamp::UNIX_EPOCH),
        title: row.get(7)?,
        excerpt: String::new(),
        highlights: Vec::new(),
        score: place.score,
    })
}

/// An excerpt without its marks, and where they were, in characters.
fn unmarked(text: &str) -> (String, Vec<[usize; 2]>) {
    let (mut plain, mut found, mut count, mut from) = (String::with_capacity(text.len()), Vec::new(), 0, None);
    for c in text.chars() {
        if c == MARKS[0] {
            from = Some(count);
        } else if c == MARKS[1] {
            found.extend(from.take().map(|from| [from, count]));
        } else {
            plain.push(c);
            count += 1;
        }
    }
    (plain, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_never_understood_as_a_query() {
        for typed in ["\" OR 1", "title:ana", "ana*", "NEAR(a b)", "a AND b", "-", "(", "'", "^x", "ana\u{0}b", "{a} + b", "\"a\"\"b"] {
            let Some(query) = phrase(typed) else { continue };
            let bare = query.replace("\"*", "\"");
            assert!(bare.split('"').enumerate().all(|(at, part)| at % 2 == 1 || part.trim().is_empty()), "{typed}: {query}");
        }
        assert_eq!(phrase("  - ¿?"), None);
        assert_eq!(phrase("La fracción de 3 \"mínimo común\"").as_deref(), Some("\"la\" \"fraccion\"* \"de\" \"3\" \"minimo comun\""));
    }

    #[test]
    fn marks_become_places_in_characters() {
        assert_eq!(unmarked("ñu \u{2}é\u{3} x \u{2}yy\u{3}"), ("ñu é x yy".to_owned(), vec![[3, 4], [7, 9]]));
        assert_eq!(unmarked("\u{3}a\u{2}"), ("a".to_owned(), Vec::new()));
    }
}
