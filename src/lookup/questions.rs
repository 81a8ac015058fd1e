//! What the console, the API and commands ask.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::lookup::figures::{self, Whose};
use crate::lookup::results::{self, AssessmentResults, CourseResults};
use crate::lookup::view::{
    CappedCount, CauseGroup, DayCounts, Order, Page, PageRequest, Position, ReportFilter, ReportRow, ReportState, ResolvedCause, Standing,
    StudentHash, StudentRow, Today, Word, WordCount, WordTag,
};
use crate::lookup::words::WordKind;
use crate::lookup::{Lookup, LookupError, list};
use crate::model::ids::JobId;

impl Lookup {
    /// A page of reports.
    ///
    /// # Errors
    /// [`LookupError`]; what is asked for is never at fault but for [`LookupError::TooSlow`].
    pub async fn reports(self: &Arc<Self>, filter: ReportFilter, request: PageRequest) -> Result<Page<ReportRow>, LookupError> {
        self.ask(move |conn| list::page(conn, &filter, &request)).await
    }

    /// How many reports there are, counted up to `most`.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn count(self: &Arc<Self>, filter: ReportFilter, most: u64) -> Result<CappedCount, LookupError> {
        self.ask(move |conn| list::count(conn, &filter, most)).await
    }

    /// How many reports come before a place in the order of time, counted up to `most`.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn ahead(
        self: &Arc<Self>,
        filter: ReportFilter,
        order: Order,
        place: Position,
        most: u64,
    ) -> Result<CappedCount, LookupError> {
        self.ask(move |conn| list::ahead(conn, &filter, order, place, most)).await
    }

    /// How the reports of a filter stand, newest first: what an act on many is fixed on.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn standings(self: &Arc<Self>, filter: ReportFilter, most: usize) -> Result<Vec<Standing>, LookupError> {
        self.ask(move |conn| list::standings(conn, &filter, most)).await
    }

    /// How these reports stand; what is not there is left out.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn standings_of(self: &Arc<Self>, jobs: Vec<JobId>) -> Result<Vec<Standing>, LookupError> {
        self.ask(move |conn| list::standings_of(conn, &jobs)).await
    }

    /// For how many causes reports wait for a person.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn number_of_causes(self: &Arc<Self>, state: ReportState) -> Result<u64, LookupError> {
        self.ask(move |conn| figures::number_of_causes(conn, state)).await
    }

    /// The assessments whose reports stand in a state for a cause.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn assessments_of_cause(self: &Arc<Self>, state: ReportState, cause: &str) -> Result<Vec<WordCount>, LookupError> {
        let cause = cause.to_owned();
        self.ask(move |conn| figures::assessments_of_cause(conn, state, &cause)).await
    }

    /// What stood still and went on since then, by cause; the last first.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn resolved(self: &Arc<Self>, since: Timestamp) -> Result<Vec<ResolvedCause>, LookupError> {
        self.ask(move |conn| figures::resolved(conn, since)).await
    }

    /// The jobs of a filter, newest first; also those of persons whose data are blocked, as it is asked for giving data out and erasing them.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn jobs(self: &Arc<Self>, filter: ReportFilter, most: usize) -> Result<Vec<JobId>, LookupError> {
        self.ask(move |conn| list::jobs(conn, &filter, most)).await
    }

    /// One report as lists show it.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn report(self: &Arc<Self>, job: &JobId) -> Result<Option<ReportRow>, LookupError> {
        let job = job.clone();
        self.ask(move |conn| list::one(conn, &job)).await
    }

    /// The reports that a text names by an id: a job's, or its beginning from eight digits on, a `Message-ID` of ours, a submission's.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn named(self: &Arc<Self>, text: &str) -> Result<Vec<JobId>, LookupError> {
        let text = text.to_owned();
        self.ask(move |conn| list::named(conn, &text)).await
    }

    /// Students by name, A to Z, of those that a text finds; `after` is the last one of the page before.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn students(self: &Arc<Self>, text: &str, after: Option<StudentHash>, limit: usize) -> Result<Vec<StudentRow>, LookupError> {
        let text = text.to_owned();
        self.ask(move |conn| figures::students(conn, Whose::Shown, &text, after, limit)).await
    }

    /// One student.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn student(self: &Arc<Self>, hash: StudentHash) -> Result<Option<StudentRow>, LookupError> {
        self.ask(move |conn| figures::student(conn, Whose::Shown, hash)).await
    }

    /// As [`students`](Self::students), also those whose data are blocked: for whoever decides on that.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn all_students(
        self: &Arc<Self>,
        text: &str,
        after: Option<StudentHash>,
        limit: usize,
    ) -> Result<Vec<StudentRow>, LookupError> {
        let text = text.to_owned();
        self.ask(move |conn| figures::students(conn, Whose::All, &text, after, limit)).await
    }

    /// As [`student`](Self::student), also one whose data are blocked: for whoever decides on that.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn any_student(self: &Arc<Self>, hash: StudentHash) -> Result<Option<StudentRow>, LookupError> {
        self.ask(move |conn| figures::student(conn, Whose::All, hash)).await
    }

    /// The reports of each day from one to another, of all courses or one.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn days(self: &Arc<Self>, from: Date, until: Date, course: Option<WordTag>) -> Result<Vec<DayCounts>, LookupError> {
        self.ask(move |conn| figures::days(conn, from, until, course)).await
    }

    /// The numbers of today.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn today(self: &Arc<Self>) -> Result<Today, LookupError> {
        let (now, zone) = (self.parts.clock.now(), self.parts.zone.clone());
        self.ask(move |conn| figures::today(conn, now, &zone)).await
    }

    /// What stands in a state, by cause; those that stand longest and are most first.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn causes(self: &Arc<Self>, state: ReportState) -> Result<Vec<CauseGroup>, LookupError> {
        let now = self.parts.clock.now();
        self.ask(move |conn| figures::causes(conn, state, now)).await
    }

    /// The names of the courses that have reports.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn course_names(self: &Arc<Self>) -> Result<Vec<Word>, LookupError> {
        self.ask(|conn| figures::names(conn, WordKind::Course, None)).await
    }

    /// The titles of the assessments that have reports, of all courses or one.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn assessment_names(self: &Arc<Self>, course: Option<WordTag>) -> Result<Vec<Word>, LookupError> {
        self.ask(move |conn| figures::names(conn, WordKind::Assessment, course)).await
    }

    /// The courses that have reports, by name.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn courses(self: &Arc<Self>) -> Result<Vec<WordCount>, LookupError> {
        self.ask(figures::courses).await
    }

    /// The assessments that have reports, of all courses or one, by title.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn assessments(self: &Arc<Self>, course: Option<WordTag>) -> Result<Vec<WordCount>, LookupError> {
        self.ask(move |conn| figures::assessments(conn, course)).await
    }

    /// The levels there are.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn levels(self: &Arc<Self>) -> Result<Vec<Word>, LookupError> {
        self.ask(figures::levels).await
    }

    /// A course, an assessment or a level by its tag.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn word(self: &Arc<Self>, tag: WordTag) -> Result<Option<Word>, LookupError> {
        self.ask(move |conn| figures::word(conn, tag)).await
    }

    /// The courses with results, by name.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn course_results(self: &Arc<Self>) -> Result<Vec<CourseResults>, LookupError> {
        self.ask(results::courses).await
    }

    /// The assessments of a course with results, by title.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn assessment_results(self: &Arc<Self>, course: WordTag) -> Result<Vec<AssessmentResults>, LookupError> {
        self.ask(move |conn| results::of_course(conn, course)).await
    }

    /// The results on one assessment in a course.
    ///
    /// # Errors
    /// As [`reports`](Self::reports).
    pub async fn results(self: &Arc<Self>, course: WordTag, assessment: WordTag) -> Result<Option<AssessmentResults>, LookupError> {
        self.ask(move |conn| results::of_assessment(conn, course, assessment)).await
    }
}
