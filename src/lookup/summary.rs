//! Sums that lists and figures would otherwise count each time: kept by whoever writes, within the same transaction.

use rusqlite::{Connection, params};

/// The results that count: reports with a percentage that were not repeats of another, plans apart.
pub(super) const COUNTS: &str = "pct IS NOT NULL AND student IS NOT NULL AND is_plan=0 AND state IN (2, 4, 8)";

/// What one student comes to in one course, counted along the results, of each assessment the oldest first.
#[derive(Default)]
struct Tally {
    reports: i64,
    newest: i64,
    /// The assessment counted last, with the newest result so far.
    last: Option<(Option<i64>, i64)>,
    /// The sum of the newest results but the last one's, and how many they are.
    sum: i64,
    results: i64,
}

impl Tally {
    fn add(&mut self, assessment: Option<i64>, sort: i64, pct: i64) {
        let before = self.last.replace((assessment, pct));
        if let Some((_, pct)) = before.filter(|(before, _)| *before != assessment) {
            self.sum += pct;
            self.results += 1;
        }
        self.reports += 1;
        self.newest = self.newest.max(sort);
    }

    /// How many newest results there are, and their sum.
    fn results(&self) -> (i64, i64) {
        self.last.map_or((self.results, self.sum), |(_, pct)| (self.results + 1, self.sum + pct))
    }
}

/// What a report adds to the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    /// The course; 0 where there is none.
    pub(super) course: i64,
    pub(super) student: Option<i64>,
    pub(super) assessment: Option<i64>,
    pub(super) state: i64,
    pub(super) cause: Option<i64>,
    /// Whether it has a result that counts.
    pub(super) has_result: bool,
}

impl Share {
    /// Adds it (1), or takes it away (-1).
    pub(super) fn count(&self, db: &Connection, by: i64) -> rusqlite::Result<()> {
        if let Some(assessment) = self.assessment {
            let sql = "INSERT INTO taken VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET n=n+excluded.n, results=results+excluded.results";
            let results = if self.has_result { by } else { 0 };
            db.prepare_cached(sql)?.execute(params![self.course, assessment, by, results])?;
        }
        if let Some(cause) = self.cause {
            let sql = "INSERT INTO stopped VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET n=n+excluded.n";
            db.prepare_cached(sql)?.execute(params![self.state, cause, self.course, self.assessment.unwrap_or_default(), by])?;
        }
        Ok(())
    }

    /// How its student stands in its course, made anew of that student's reports.
    pub(super) fn progress(&self, db: &Connection) -> rusqlite::Result<()> {
        let (Some(student), true) = (self.student, self.course != 0) else { return Ok(()) };
        let (course, of) = (self.course, (self.course, student));
        // The sign keeps the index of the course from being chosen, which is much longer.
        let sql = "SELECT EXISTS(SELECT 1 FROM report WHERE +course=?1 AND student=?2 AND is_plan=0)";
        let is_known: bool = db.prepare_cached(sql)?.query_row(of, |row| row.get(0))?;
        if !is_known {
            db.prepare_cached("DELETE FROM progress WHERE course=?1 AND student=?2")?.execute(of)?;
            return Ok(());
        }
        let sql = format!("SELECT assessment, sort, pct FROM report WHERE course=?1 AND student=?2 AND {COUNTS} ORDER BY 1, 2, 3");
        let mut query = db.prepare_cached(&sql)?;
        let mut rows = query.query(of)?;
        let mut tally = Tally::default();
        while let Some(row) = rows.next()? {
            tally.add(row.get(0)?, row.get(1)?, row.get(2)?);
        }
        let (results, sum) = tally.results();
        db.prepare_cached("INSERT OR REPLACE INTO progress VALUES(?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
            course,
            student,
            tally.reports,
            results,
            sum,
            tally.newest
        ])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::clock::{Clock as _, ManualClock};
    use crate::lookup::unseen::Nobody;
    use crate::lookup::view::ReportState;
    use crate::lookup::{FileLocation, Lookup, Parts, contents, made_up, words};
    use crate::model::card::Card;
    use crate::storage::memory::MemoryStore;

    async fn filled(folder: &tempfile::TempDir, cards: Vec<Card>, clock: &ManualClock) -> Arc<Lookup> {
        let parts = Parts {
            store: Arc::new(MemoryStore::new()),
            clock: Arc::new(clock.clone()),
            zone: jiff::tz::TimeZone::UTC,
            place: FileLocation::Folder(folder.path().to_owned()),
            jobs: None,
            blocks: Arc::new(Nobody),
        };
        let lookup = Lookup::new(parts);
        lookup.take_in(cards).await.unwrap();
        lookup
    }

    #[tokio::test]
    async fn sums_are_what_counting_gives_when_reports_come_change_move_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::new("2026-11-28T12:00:00Z".parse().unwrap());
        let cards: Vec<Card> = (0..600).map(|number| made_up::card(number, 600, clock.now())).collect();
        let lookup = filled(&folder, cards.clone(), &clock).await;
        let db = lookup.open().await.unwrap();
        db.read(contents::count_again).await.unwrap();
        // Each third report is told anew: in another course, of another test, of another student, with another end.
        let moved = cards.iter().step_by(3).enumerate().map(|(number, card)| {
            let mut card = card.clone();
            card.round = 2;
            match number % 4 {
                0 => card.report.course = Some("Curso nuevo".to_owned()),
                1 => card.report.assessment.key = "another".to_owned(),
                2 => card.report.student = made_up::student(number as u64),
                _ => (card.state, card.cause, card.report.pct) = ("parked".to_owned(), Some("bank_missing".to_owned()), None),
            }
            card
        });
        lookup.take_in(moved.collect()).await.unwrap();
        db.read(contents::count_again).await.unwrap();
        let gone: Vec<_> = cards.iter().step_by(5).map(|card| card.job.clone()).collect();
        db.write(move |index| index.remove_jobs(&gone, true)).await.unwrap();
        db.read(contents::count_again).await.unwrap();
        let parked = lookup.causes(ReportState::Parked).await.unwrap();
        assert_eq!(parked.len() as u64, lookup.number_of_causes(ReportState::Parked).await.unwrap());
        for group in parked {
            let named = lookup.assessments_of_cause(ReportState::Parked, &group.cause).await.unwrap();
            assert_eq!(named.iter().map(|count| count.reports).sum::<u64>(), group.reports, "{}", group.cause);
        }
    }

    #[tokio::test]
    async fn a_course_is_told_by_the_newest_result_of_each_student_in_each_test() {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::new("2026-11-28T12:00:00Z".parse().unwrap());
        let mut cards = Vec::new();
        // Five students; the first one takes the first test twice, and another test once.
        for (number, (student, test, pct)) in
            [(1, "a", 10.0), (1, "a", 90.0), (1, "b", 50.0), (2, "a", 80.0), (3, "a", 70.0), (4, "a", 60.0), (5, "a", 40.0)]
                .into_iter()
                .enumerate()
        {
            let mut card = made_up::card(number as u64, 7, clock.now());
            (card.state, card.cause, card.report.status) = ("done".to_owned(), None, Some("sent".to_owned()));
            (card.report.student, card.report.pct) = (made_up::student(student), Some(pct));
            (card.report.course, card.report.assessment.key) = (Some("Curso".to_owned()), test.to_owned());
            cards.push(card);
        }
        let newest = cards.iter().filter_map(|card| card.report.submitted).max();
        let lookup = filled(&folder, cards, &clock).await;
        let told = lookup.course_results().await.unwrap();
        let [course] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((course.reports, course.students, course.assessments, course.mean), (7, 5, 2, Some(65)), "(90+50+80+70+60+40)/6");
        assert_eq!(course.newest.map(jiff::Timestamp::as_millisecond), newest.map(jiff::Timestamp::as_millisecond));
        let tests = lookup.assessment_results(words::course_tag("Curso")).await.unwrap();
        let mut students: Vec<(u64, u64)> = tests.iter().map(|test| (test.students, test.known)).collect();
        students.sort_unstable();
        assert_eq!(students, [(1, 5), (5, 5)]);
    }
}
