//! Success rate, latency and the most frequent errors, out of counters per hour.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use crate::lookup::attempts::latency::upper;
use crate::lookup::attempts::rows::{Figures, Hour};
use crate::lookup::attempts::write::Kind;

/// So many kinds of error are told.
const TOP_ERRORS: i64 = 10;

/// Whose figures, over which whole hours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FigureFilter {
    /// Of this tenant.
    pub institution: Option<String>,
    /// Of this endpoint.
    pub endpoint: Option<String>,
    /// From the hour of this time.
    pub since: Option<Timestamp>,
    /// To the hour of this time, which is included.
    pub until: Option<Timestamp>,
}

impl FigureFilter {
    fn conditions(&self) -> (String, Vec<Value>) {
        let mut sql = String::from("1 = 1");
        let mut values = Vec::new();
        let mut add = |condition: String, value: Value| {
            sql.push_str(&condition);
            values.push(value);
        };
        for (column, kind, wanted) in [("institution", Kind::Institution, &self.institution), ("endpoint", Kind::Endpoint, &self.endpoint)]
        {
            if let Some(text) = wanted {
                add(format!(" AND {column} = (SELECT id FROM name WHERE kind = {} AND text = ?)", kind as i64), Value::Text(text.clone()));
            }
        }
        if let Some(since) = self.since {
            add(" AND hour >= ?".to_owned(), Value::Integer(since.as_second().div_euclid(3600)));
        }
        if let Some(until) = self.until {
            add(" AND hour <= ?".to_owned(), Value::Integer(until.as_second().div_euclid(3600)));
        }
        (sql, values)
    }
}

pub(super) fn figures(db: &Connection, filter: &FigureFilter) -> rusqlite::Result<Figures> {
    let (conditions, values) = filter.conditions();
    let sums = format!(
        "SELECT coalesce(sum(ok), 0), coalesce(sum(failed), 0), coalesce(sum(cancelled), 0), coalesce(sum(died), 0) FROM hour WHERE {conditions}"
    );
    let mut told = db.prepare_cached(&sums)?.query_row(params_from_iter(&values), |row| {
        Ok(Figures {
            ok: number(row, 0)?,
            failed: number(row, 1)?,
            cancelled: number(row, 2)?,
            died: number(row, 3)?,
            ..Figures::default()
        })
    })?;
    let types = format!(
        "SELECT n.text, t.ok, t.failed FROM (SELECT type, sum(ok) AS ok, sum(failed) AS failed FROM hour WHERE {conditions} GROUP BY type) t
         JOIN name n ON n.id = t.type ORDER BY n.text"
    );
    let mut by_type = db.prepare_cached(&types)?;
    told.by_type = by_type
        .query_map(params_from_iter(&values), |row| Ok((row.get(0)?, number(row, 1)?, number(row, 2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut latency =
        db.prepare_cached(&format!("SELECT bucket, sum(n) FROM latency WHERE {conditions} GROUP BY bucket ORDER BY bucket"))?;
    let buckets = latency
        .query_map(params_from_iter(&values), |row| Ok((row.get(0)?, number(row, 1)?)))?
        .collect::<rusqlite::Result<Vec<(i64, u64)>>>()?;
    told.p50_ms = quantile(&buckets, 0.50);
    told.p95_ms = quantile(&buckets, 0.95);
    let top = format!(
        "SELECT n.text, t.status, t.n FROM (SELECT class, status, sum(n) AS n FROM trouble WHERE {conditions} GROUP BY class, status
         ORDER BY 3 DESC LIMIT {TOP_ERRORS}) t JOIN name n ON n.id = t.class ORDER BY t.n DESC, n.text, t.status"
    );
    let mut errors = db.prepare_cached(&top)?;
    told.errors = errors
        .query_map(params_from_iter(&values), |row| Ok((row.get(0)?, row.get(1)?, number(row, 2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(told)
}

/// The hours in which there were calls, oldest first.
pub(super) fn hours(db: &Connection, filter: &FigureFilter) -> rusqlite::Result<Vec<Hour>> {
    let (conditions, values) = filter.conditions();
    let sql = format!("SELECT hour, sum(ok), sum(failed) FROM hour WHERE {conditions} GROUP BY hour ORDER BY hour");
    let mut found = db.prepare_cached(&sql)?;
    let hours = found.query_map(params_from_iter(&values), |row| {
        let at = Timestamp::from_second(row.get::<_, i64>(0)? * 3600).unwrap_or(Timestamp::UNIX_EPOCH);
        Ok(Hour { at, ok: number(row, 1)?, failed: number(row, 2)? })
    })?;
    hours.collect()
}

/// A count; SQLite has signed numbers only.
fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|count| u64::try_from(count).unwrap_or_default())
}

fn quantile(buckets: &[(i64, u64)], part: f64) -> Option<u32> {
    let all: u64 = buckets.iter().map(|(_, n)| n).sum();
    let wanted = (all as f64 * part).ceil() as u64;
    let mut seen = 0;
    buckets
        .iter()
        .find(|(_, n)| {
            seen += n;
            seen >= wanted && all > 0
        })
        .map(|(bucket, _)| upper(*bucket))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::attempts::latency::bucket;

    #[test]
    fn quantiles_of_nothing_are_nothing() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[(bucket(10), 99), (bucket(1000), 1)], 0.95), Some(upper(bucket(10))));
    }
}
