//! Everything that an index says, without the numbers of its rows, so that two can be compared.

use std::collections::BTreeSet;

use rusqlite::Connection;

const QUERIES: [&str; 4] = [
    "SELECT 'report', hex(r.job), r.state, r.sort, s.key, c.text, a.ext, a.text, l.text, k.text, o.text, t.text, r.received, r.submitted, r.ended, r.due, r.mailed, \
     r.round, r.attempts, r.pct, r.passed, r.answered_right, r.questions, r.pages, r.kb, r.mail_tries, r.mail_ambiguous, r.notes, r.is_plan, r.submission \
     FROM report r LEFT JOIN student s ON s.id=r.student LEFT JOIN word c ON c.id=r.course LEFT JOIN word a ON a.id=r.assessment \
     LEFT JOIN word l ON l.id=r.level LEFT JOIN word k ON k.id=r.cause LEFT JOIN word o ON o.id=r.source LEFT JOIN word t ON t.id=r.template",
    "SELECT 'student', key, hash, name, email, fold FROM student",
    // Whom the search finds: each by a part of his own name.
    "SELECT 'found', s.key FROM student s WHERE length(s.fold)>=3 AND s.id IN (SELECT rowid FROM student_tri WHERE student_tri MATCH '\"' || replace(substr(s.fold, 1, 3), '\"', '\"\"') || '\"')",
    "SELECT 'day', d.day, c.text, d.state, d.n FROM day d LEFT JOIN word c ON c.id=d.course WHERE d.n<>0",
];

pub(super) fn all(conn: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for sql in QUERIES {
        let mut query = conn.prepare(sql)?;
        let width = query.column_count();
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let cells = (0..width).map(|n| row.get_ref(n).map(|cell| format!("{cell:?}"))).collect::<rusqlite::Result<Vec<_>>>()?;
            all.insert(cells.join(" "));
        }
    }
    Ok(all)
}
