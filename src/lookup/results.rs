//! How a course did: figures for teachers, of each student the newest result, none of which tells of fewer than five students.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;
use utoipa::ToSchema;

use crate::lookup::groups;
use crate::lookup::list::{time, whole};
use crate::lookup::small::{self, Cell, FEWEST};
use crate::lookup::summary::COUNTS;
use crate::lookup::view::{Word, WordTag};
use crate::lookup::words::GROUP_SEPARATOR;

/// Columns of the picture of results: ten of ten points each, the last one with 100 %.
pub const COLUMNS: usize = 10;

/// A course of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CourseResults {
    /// The course.
    pub course: Word,
    /// Reports with a result.
    pub reports: u64,
    /// Students with one.
    pub students: u64,
    /// Assessments with one.
    pub assessments: u64,
    /// When the newest was handed in.
    pub newest: Option<Timestamp>,
    /// The mean of the newest results, in percent; none of fewer than five students.
    pub mean: Option<i64>,
}

/// An assessment in a course.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AssessmentResults {
    /// The course.
    pub course: Word,
    /// The assessment.
    pub assessment: Word,
    /// Students with a result.
    pub students: u64,
    /// Students of the course that are known.
    pub known: u64,
    /// When the newest was handed in.
    pub newest: Option<Timestamp>,
    /// The figures; none of fewer than five students.
    pub figures: Option<Figures>,
}

/// What five and more students did.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Figures {
    /// The mean, in percent.
    pub mean: i64,
    /// How many students reached 0 to 9 %, 10 to 19 %, …, 90 to 100 %.
    #[schema(value_type = Vec<Option<u64>>)]
    pub distribution: Vec<Cell>,
    /// How many students are of each level.
    pub levels: Vec<LevelShare>,
    /// How many passed and did not, where the profile says what passing is.
    #[schema(value_type = Option<Vec<Option<u64>>>)]
    pub passed: Option<[Cell; 2]>,
    /// The groups, weakest first.
    pub groups: Vec<GroupFigure>,
    /// What trying again brought, of those who did.
    pub change: Option<Change>,
}

/// How many students are of a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LevelShare {
    /// The level.
    pub level: String,
    /// How many.
    #[schema(value_type = Option<u64>)]
    pub students: Cell,
}

/// What trying again brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Change {
    /// By how many points the newest results are above the first ones.
    pub points: i64,
    /// Of how many students.
    pub students: u64,
}

/// A lesson, a skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupFigure {
    /// What kind of group it is (`lesson`).
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The share of right answers, in percent.
    pub share: i64,
    /// Students with answers in it.
    pub students: u64,
}

/// A student's newest result.
struct Newest {
    pct: i64,
    level: Option<String>,
    passed: Option<bool>,
    groups: Vec<(i64, u32, u32)>,
}

/// Which assessments have results in which course, without those of persons whose data are blocked.
fn with_results() -> String {
    format!(
        "SELECT course, assessment FROM (SELECT course, assessment, results FROM taken UNION ALL SELECT course, assessment, -1 FROM hidden_report WHERE {COUNTS}) \
         WHERE course>0 AND assessment IS NOT NULL GROUP BY course, assessment HAVING sum(results)>0"
    )
}

/// The courses with results, by name: out of how each student stands.
pub(super) fn courses(conn: &Connection) -> rusqlite::Result<Vec<CourseResults>> {
    let sql = format!("SELECT course, count(*) FROM ({}) GROUP BY course", with_results());
    let assessments: HashMap<i64, u64> =
        conn.prepare_cached(&sql)?.query_map([], |row| Ok((row.get(0)?, whole(row, 1)?)))?.collect::<rusqlite::Result<_>>()?;
    let sql = "SELECT p.course, p.reports, p.students, p.results, p.sum, p.newest, c.tag, c.text \
               FROM (SELECT course, sum(reports) AS reports, count(*) AS students, sum(results) AS results, sum(sum) AS sum, max(newest) AS newest \
               FROM shown_progress WHERE reports>0 GROUP BY course) p JOIN word c ON c.id=p.course ORDER BY c.text";
    let mut query = conn.prepare_cached(sql)?;
    let rows = query.query_map([], |row| {
        let (students, results, sum): (u64, i64, i64) = (whole(row, 2)?, row.get(3)?, row.get(4)?);
        Ok(CourseResults {
            course: Word { tag: WordTag(row.get(6)?), text: row.get(7)? },
            reports: whole(row, 1)?,
            students,
            assessments: assessments.get(&row.get(0)?).copied().unwrap_or_default(),
            newest: Some(time(row.get(5)?)),
            mean: (students >= FEWEST && results > 0).then(|| (sum as f64 / results as f64 / 100.0).round() as i64),
        })
    })?;
    rows.collect()
}

/// The assessments of a course with results, by title.
pub(super) fn of_course(conn: &Connection, course: WordTag) -> rusqlite::Result<Vec<AssessmentResults>> {
    let sql = format!(
        "SELECT a.tag, a.text FROM ({}) w JOIN word a ON a.id=w.assessment JOIN word c ON c.id=w.course WHERE c.tag=?1 ORDER BY a.text",
        with_results()
    );
    let mut query = conn.prepare_cached(&sql)?;
    let tags: Vec<WordTag> = query.query_map([course.0], |row| Ok(WordTag(row.get(0)?)))?.collect::<rusqlite::Result<_>>()?;
    tags.into_iter().filter_map(|assessment| of_assessment(conn, course, assessment).transpose()).collect()
}

/// One assessment in a course.
pub(super) fn of_assessment(conn: &Connection, course: WordTag, assessment: WordTag) -> rusqlite::Result<Option<AssessmentResults>> {
    let word = |tag: WordTag| {
        conn.prepare_cached("SELECT id, tag, text FROM word WHERE tag=?1")?
            .query_row([tag.0], |row| Ok((row.get::<_, i64>(0)?, Word { tag: WordTag(row.get(1)?), text: row.get(2)? })))
            .optional()
    };
    let (Some((course_id, course)), Some((id, assessment))) = (word(course)?, word(assessment)?) else { return Ok(None) };
    // Beside one aggregate `max`, SQLite takes the other columns from the row that has it.
    let sql = format!(
        "SELECT r.pct, l.text, r.passed, r.groups, max(r.sort) FROM shown_report r LEFT JOIN word l ON l.id=r.level \
         WHERE r.assessment=?1 AND r.course=?2 AND {COUNTS} GROUP BY r.student"
    );
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map([id, course_id], |row| {
        let groups = row.get::<_, Option<Vec<u8>>>(3)?.map(|bytes| groups::decode(&bytes)).unwrap_or_default();
        Ok((Newest { pct: row.get(0)?, level: row.get(1)?, passed: row.get(2)?, groups }, row.get::<_, i64>(4)?))
    })?;
    let (mut newest, mut last) = (Vec::new(), None);
    for row in rows {
        let (result, at) = row?;
        last = last.max(Some(at));
        newest.push(result);
    }
    if newest.is_empty() {
        return Ok(None);
    }
    let known = conn.prepare_cached("SELECT count(*) FROM shown_progress WHERE course=?1")?.query_row([course_id], |row| whole(row, 0))?;
    let students = newest.len() as u64;
    let figures = if students >= FEWEST { Some(figures(conn, &newest, id, course_id)?) } else { None };
    Ok(Some(AssessmentResults { course, assessment, students, known, newest: last.map(time), figures }))
}

fn figures(conn: &Connection, newest: &[Newest], assessment: i64, course: i64) -> rusqlite::Result<Figures> {
    let mut columns = [0_u64; COLUMNS];
    let mut levels: HashMap<&str, u64> = HashMap::new();
    let mut passes = [0_u64; 2];
    let mut groups: HashMap<i64, (u64, u64, u64)> = HashMap::new();
    for result in newest {
        columns[usize::try_from(result.pct / 1000).unwrap_or_default().min(COLUMNS - 1)] += 1;
        if let Some(level) = &result.level {
            *levels.entry(level).or_default() += 1;
        }
        if let Some(passed) = result.passed {
            passes[usize::from(!passed)] += 1;
        }
        for (group, right, total) in &result.groups {
            let sums = groups.entry(*group).or_default();
            *sums = (sums.0 + u64::from(*right), sums.1 + u64::from(*total), sums.2 + 1);
        }
    }
    let sum: i64 = newest.iter().map(|result| result.pct).sum();
    let mut levels: Vec<(String, u64)> = levels.into_iter().map(|(level, count)| (level.to_owned(), count)).collect();
    levels.sort();
    let cells = small::protect(&levels.iter().map(|(_, count)| *count).collect::<Vec<_>>());
    let passed = small::protect(&passes);
    Ok(Figures {
        mean: (sum as f64 / newest.len() as f64 / 100.0).round() as i64,
        distribution: small::protect(&columns),
        levels: levels.into_iter().zip(cells).map(|((level, _), students)| LevelShare { level, students }).collect(),
        passed: (passes != [0, 0]).then(|| [passed[0], passed[1]]),
        groups: group_figures(conn, groups)?,
        change: change(conn, assessment, course)?,
    })
}

fn group_figures(conn: &Connection, sums: HashMap<i64, (u64, u64, u64)>) -> rusqlite::Result<Vec<GroupFigure>> {
    let mut figures = Vec::new();
    for (id, (right, total, students)) in sums {
        if students < FEWEST || total == 0 {
            continue;
        }
        let text: Option<String> =
            conn.prepare_cached("SELECT text FROM word WHERE id=?1")?.query_row([id], |row| row.get(0)).optional()?;
        let Some((kind, name)) = text.as_deref().and_then(|text| text.split_once(GROUP_SEPARATOR)) else { continue };
        let share = (right as f64 * 100.0 / total as f64).round() as i64;
        figures.push(GroupFigure { kind: kind.to_owned(), name: name.to_owned(), share, students });
    }
    figures.sort_by(|a, b| (a.share, &a.kind, &a.name).cmp(&(b.share, &b.kind, &b.name)));
    Ok(figures)
}

/// How the newest results compare with the first ones, of at least five students who tried more than once.
fn change(conn: &Connection, assessment: i64, course: i64) -> rusqlite::Result<Option<Change>> {
    let extreme = |which: &str| {
        format!(
            "SELECT student, pct, {which}(sort), count(*) AS n FROM shown_report WHERE assessment=?1 AND course=?2 AND {COUNTS} GROUP BY student HAVING n>1"
        )
    };
    let sql = format!("SELECT avg(l.pct-f.pct), count(*) FROM ({}) l JOIN ({}) f ON f.student=l.student", extreme("max"), extreme("min"));
    let (mean, students) =
        conn.prepare_cached(&sql)?.query_row([assessment, course], |row| Ok((row.get::<_, Option<f64>>(0)?, whole(row, 1)?)))?;
    Ok(mean.filter(|_| students >= FEWEST).map(|mean| Change { points: (mean / 100.0).round() as i64, students }))
}
