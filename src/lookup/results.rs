//! How a course did: figures for teachers, of each student the newest result, none of which tells of fewer than five students.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;
use utoipa::ToSchema;

use crate::lookup::groups;
use crate::lookup::list::{time, whole};
use crate::lookup::small::{self, Cell, FEWEST};
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

/// The results that count: reports with a percentage that were not repeats of another, plans apart.
const COUNTS: &str = "pct IS NOT NULL AND student IS NOT NULL AND is_plan=0 AND state IN (2, 4, 8)";

/// The courses with results, by name: one walk along an index of just these columns, in its order.
pub(super) fn courses(conn: &Connection) -> rusqlite::Result<Vec<CourseResults>> {
    let sql = format!(
        "SELECT course, student, assessment, sort, pct FROM shown_report WHERE course IS NOT NULL AND {COUNTS} ORDER BY 1, 2, 3, 4"
    );
    let mut query = conn.prepare_cached(&sql)?;
    let mut rows = query.query([])?;
    let mut tallies: Vec<Tally> = Vec::new();
    while let Some(row) = rows.next()? {
        let course = row.get(0)?;
        if tallies.last().is_none_or(|tally| tally.course != course) {
            tallies.push(Tally { course, ..Tally::default() });
        }
        if let Some(tally) = tallies.last_mut() {
            tally.add((row.get(1)?, row.get(2)?), row.get(3)?, row.get(4)?);
        }
    }
    let mut name = conn.prepare_cached("SELECT tag, text FROM word WHERE id=?1")?;
    let mut courses = Vec::new();
    for tally in tallies {
        let word = name.query_row([tally.course], |row| Ok(Word { tag: WordTag(row.get(0)?), text: row.get(1)? })).optional()?;
        courses.extend(word.map(|word| tally.results(word)));
    }
    courses.sort_by(|one, other| one.course.text.cmp(&other.course.text));
    Ok(courses)
}

/// What one course comes to, counted along its results, of each student and assessment the oldest first.
#[derive(Default)]
struct Tally {
    course: i64,
    reports: u64,
    students: u64,
    assessments: HashSet<i64>,
    newest: i64,
    /// The student and assessment counted last, with the newest result so far.
    last: Option<((i64, Option<i64>), i64)>,
    /// The sum of the newest results but the last one's, and how many they are.
    sum: i64,
    results: i64,
}

impl Tally {
    fn add(&mut self, of: (i64, Option<i64>), sort: i64, pct: i64) {
        let before = self.last.replace((of, pct));
        if before.is_none_or(|((student, _), _)| student != of.0) {
            self.students += 1;
        }
        if let Some((_, pct)) = before.filter(|(before, _)| *before != of) {
            self.sum += pct;
            self.results += 1;
        }
        self.assessments.extend(of.1);
        self.reports += 1;
        self.newest = self.newest.max(sort);
    }

    fn results(self, course: Word) -> CourseResults {
        let (sum, results) = self.last.map_or((self.sum, self.results), |(_, pct)| (self.sum + pct, self.results + 1));
        let mean = (self.students >= FEWEST && results > 0).then(|| (sum as f64 / results as f64 / 100.0).round() as i64);
        CourseResults {
            course,
            reports: self.reports,
            students: self.students,
            assessments: self.assessments.len() as u64,
            newest: Some(time(self.newest)),
            mean,
        }
    }
}

/// The assessments of a course with results, by title.
pub(super) fn of_course(conn: &Connection, course: WordTag) -> rusqlite::Result<Vec<AssessmentResults>> {
    let sql = format!(
        "SELECT DISTINCT a.tag, a.text FROM shown_report r JOIN word a ON a.id=r.assessment JOIN word c ON c.id=r.course WHERE c.tag=?1 AND {COUNTS} ORDER BY a.text"
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
    let known = conn
        .prepare_cached("SELECT count(DISTINCT student) FROM shown_report WHERE course=?1 AND is_plan=0")?
        .query_row([course_id], |row| whole(row, 0))?;
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
