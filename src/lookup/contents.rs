//! Everything that an index says, without the numbers of its rows, so that two can be compared.

use std::collections::BTreeSet;

use rusqlite::Connection;

const QUERIES: [&str; 7] = [
    "SELECT 'report', hex(r.job), r.state, r.sort, s.key, c.text, a.ext, a.text, l.text, k.text, o.text, t.text, r.received, r.submitted, r.ended, r.due, r.mailed, \
     r.round, r.attempts, r.pct, r.passed, r.answered_right, r.questions, r.pages, r.kb, r.mail_tries, r.mail_ambiguous, r.notes, r.is_plan, r.submission \
     FROM report r LEFT JOIN student s ON s.id=r.student LEFT JOIN word c ON c.id=r.course LEFT JOIN word a ON a.id=r.assessment \
     LEFT JOIN word l ON l.id=r.level LEFT JOIN word k ON k.id=r.cause LEFT JOIN word o ON o.id=r.source LEFT JOIN word t ON t.id=r.template",
    "SELECT 'student', key, hash, name, email, fold FROM student",
    // Whom the search finds: each by a part of his own name.
    "SELECT 'found', s.key FROM student s WHERE length(s.fold)>=3 AND s.id IN (SELECT rowid FROM student_tri WHERE student_tri MATCH '\"' || replace(substr(s.fold, 1, 3), '\"', '\"\"') || '\"')",
    "SELECT 'day', d.day, c.text, d.state, d.n FROM day d LEFT JOIN word c ON c.id=d.course WHERE d.n<>0",
    "SELECT 'progress', c.text, s.key, p.reports, p.results, p.sum, p.newest FROM progress p JOIN word c ON c.id=p.course JOIN student s ON s.id=p.student",
    "SELECT 'taken', c.text, a.ext, t.n, t.results FROM taken t LEFT JOIN word c ON c.id=t.course JOIN word a ON a.id=t.assessment WHERE t.n<>0",
    "SELECT 'stopped', s.state, k.text, c.text, a.ext, s.n FROM stopped s JOIN word k ON k.id=s.cause LEFT JOIN word c ON c.id=s.course \
     LEFT JOIN word a ON a.id=s.assessment WHERE s.n<>0",
];

/// The sums that are kept, and what counting the reports gives.
#[cfg(test)]
const SUMS: [(&str, &str); 3] = [
    (
        "SELECT course, assessment, n, results FROM taken WHERE n<>0 OR results<>0",
        "SELECT ifnull(course, 0), assessment, count(*), sum(pct IS NOT NULL AND student IS NOT NULL AND is_plan=0 AND state IN (2, 4, 8)) \
         FROM report WHERE assessment IS NOT NULL GROUP BY 1, 2",
    ),
    (
        "SELECT state, cause, course, assessment, n FROM stopped WHERE n<>0",
        "SELECT state, cause, ifnull(course, 0), ifnull(assessment, 0), count(*) FROM report WHERE cause IS NOT NULL GROUP BY 1, 2, 3, 4",
    ),
    (
        "SELECT course, student, reports, newest FROM progress",
        "SELECT course, student, sum(pct IS NOT NULL AND state IN (2, 4, 8)), max(iif(pct IS NOT NULL AND state IN (2, 4, 8), sort, 0)) \
         FROM report WHERE course IS NOT NULL AND student IS NOT NULL AND is_plan=0 GROUP BY 1, 2",
    ),
];

/// Panics when a sum is not what counting gives.
#[cfg(test)]
pub(super) fn count_again(conn: &Connection) -> rusqlite::Result<()> {
    for (kept, counted) in SUMS {
        assert_eq!(lines(conn, kept)?, lines(conn, counted)?, "{kept}");
    }
    Ok(())
}

pub(super) fn all(conn: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for sql in QUERIES {
        all.extend(lines(conn, sql)?);
    }
    Ok(all)
}

fn lines(conn: &Connection, sql: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut query = conn.prepare(sql)?;
    let width = query.column_count();
    let mut rows = query.query([])?;
    let mut lines = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let cells = (0..width).map(|n| row.get_ref(n).map(|cell| format!("{cell:?}"))).collect::<rusqlite::Result<Vec<_>>>()?;
        lines.insert(cells.join(" "));
    }
    Ok(lines)
}
