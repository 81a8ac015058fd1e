//! Lists of jobs, newest first: from the cards of the feed where that is enough, from the jobs' records where more is asked.

use std::collections::HashSet;

use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;

use super::{Filter, JobFilter, JobView, Operator, StateFilter, UNREADABLE};
use crate::jobs::error::JobsError;
use crate::jobs::feed;
use crate::jobs::records::EndState;
use crate::jobs::state::{Job, JobState};
use crate::model::card::{self, Card, ReportFacts};
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::key::lanes::{due_folder, ended_folder, feed_folder, is_shared_feed, parse_due, parse_ended, parse_feed};

/// Jobs or cards read at the same time.
const READS: usize = 16;

/// A job as a list tells of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The lane it runs in.
    pub lane: LaneName,
    /// How it stands; of a job whose records are damaged the state is `unreadable`.
    pub card: Card,
}

impl Listed {
    /// What kind of job it is; empty where an older release did not tell.
    pub fn kind(&self) -> &str {
        match (&self.card.report.kind, self.lane) {
            (Some(kind), _) => kind,
            (None, LaneName::Reports) if self.card.report.is_plan => "study_plan",
            (None, LaneName::Reports) => "report",
            (None, LaneName::Deliveries | LaneName::Chores) => "",
        }
    }

    /// A job whose records are damaged; `at` is the time its entry in the list tells.
    fn unreadable(lane: LaneName, job: JobId, at: Timestamp, error: &JobsError) -> Self {
        let card = Card {
            v: card::VERSION,
            job,
            round: 1,
            attempts: 0,
            state: UNREADABLE.to_owned(),
            cause: Some(Cause::RecordUnreadable.to_string()),
            message: Some(error.to_string()),
            received: at,
            ended: at,
            due: None,
            source: String::new(),
            report: ReportFacts::default(),
        };
        Self { lane, card }
    }
}

/// Where the ended jobs of a lane are found, newest first.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// The feed, which has them all.
    Feed,
    /// The index of a state: of those that stopped, and of what releases without a feed ended.
    Index(EndState),
}

impl Source {
    pub(super) fn folder(self, lane: LaneName) -> String {
        match self {
            Self::Feed => feed_folder(lane),
            Self::Index(state) => ended_folder(lane, state.as_str()),
        }
    }

    /// When, and which job.
    pub(super) fn parse(self, lane: LaneName, key: &str) -> Option<(Timestamp, JobId)> {
        match self {
            Self::Feed => parse_feed(lane, key).filter(|entry| entry.state != feed::RELEASED).map(|entry| (entry.at, entry.job)),
            Self::Index(_) => parse_ended(lane, key),
        }
    }

    /// When, which job, and whether its key can be of a job that ended so; of a job that was opened again no older entry counts.
    fn entry(self, lane: LaneName, key: &str, state: Option<EndState>) -> Option<(Timestamp, JobId, bool)> {
        match self {
            Self::Feed => {
                let entry = parse_feed(lane, key)?;
                let is_wanted = entry.state != feed::RELEASED && state.is_none_or(|state| entry.state == state.as_str());
                Some((entry.at, entry.job, is_wanted))
            }
            Self::Index(_) => parse_ended(lane, key).map(|(at, job)| (at, job, true)),
        }
    }
}

/// What a list met in the feed or in an index: an entry that is to be read, or a card out of a shared one.
enum Met {
    Entry(String, Timestamp, JobId),
    Card(Box<Card>),
}

/// A job that a key led to, as far as it can be read.
enum ListedJob {
    Job(Box<Job>),
    Unreadable(JobId, JobsError),
}

impl ListedJob {
    fn view(self, at: Timestamp) -> JobView {
        match self {
            Self::Job(job) => JobView::of(*job),
            Self::Unreadable(id, error) => JobView::unreadable(id, at, &error),
        }
    }
}

/// Where the jobs that ended so are found; the feed has all of them, but those that stopped are few among those that are done and have an index of their own.
fn sources(state: Option<StateFilter>) -> Vec<Source> {
    match state {
        Some(StateFilter::Open) => Vec::new(),
        Some(StateFilter::Ended(EndState::Done)) => vec![Source::Feed, Source::Index(EndState::Done)],
        Some(StateFilter::Ended(state)) => vec![Source::Index(state)],
        None => vec![Source::Feed, Source::Index(EndState::Done), Source::Index(EndState::Parked), Source::Index(EndState::Dead)],
    }
}

impl JobFilter {
    fn lanes(&self) -> impl Iterator<Item = LaneName> + use<> {
        let only = self.lane;
        LaneName::ALL.into_iter().filter(move |lane| only.is_none_or(|only| only == *lane))
    }

    fn wants_open(&self) -> bool {
        matches!(self.state, None | Some(StateFilter::Open))
    }

    /// The state that ended jobs must have; any when none.
    fn ended(&self) -> Option<EndState> {
        match self.state {
            Some(StateFilter::Ended(state)) => Some(state),
            _ => None,
        }
    }
}

impl Operator {
    /// Jobs: the open ones by when they are due, then the ended ones, newest first; with all that their records tell.
    ///
    /// Costs what it returns, however many jobs there ever were. A job whose records are damaged is listed as `unreadable` and hides no other.
    pub async fn list(&self, filter: &JobFilter) -> Result<Vec<JobView>, JobsError> {
        self.list_where(filter, &mut |_| true).await
    }

    /// As [`Operator::list`], but only those that `keep` says yes to; the others are forgotten as soon as they are seen.
    pub async fn list_where(&self, filter: &JobFilter, keep: &mut Filter<'_>) -> Result<Vec<JobView>, JobsError> {
        let mut seen = HashSet::new();
        let mut views = Vec::new();
        // Two pointers may lead to one job for a moment, and it may end while the list is made.
        let mut first_seen = |view: &JobView| keep(view) && seen.insert(view.id.clone());
        if filter.wants_open() {
            for lane in filter.lanes() {
                views.extend(self.list_open(lane, filter.limit, &mut first_seen).await?);
            }
            views.sort_by_key(|view: &JobView| view.due.unwrap_or(Timestamp::MIN));
            views.truncate(filter.limit);
        }
        let left = filter.limit.saturating_sub(views.len());
        // Each of these is newest first; together they are put in order.
        let mut ended = Vec::new();
        for source in sources(filter.state) {
            for lane in filter.lanes() {
                ended.extend(self.list_ended(lane, source, filter.ended(), left, &mut first_seen).await?);
            }
        }
        ended.sort_by_key(|view: &JobView| std::cmp::Reverse(view.ended_at));
        views.extend(ended);
        views.truncate(filter.limit);
        Ok(views)
    }

    /// As [`Operator::list_where`], of what cards tell: an ended job costs one small object instead of all its records.
    ///
    /// A job that a person opened again, but whose entry in the feed says so not yet, may be listed as it ended before.
    pub async fn list_cards(
        &self,
        filter: &JobFilter,
        keep: &mut (dyn FnMut(&Listed) -> bool + Send + '_),
    ) -> Result<Vec<Listed>, JobsError> {
        let mut met = HashSet::new();
        let mut open = Vec::new();
        if filter.wants_open() {
            for lane in filter.lanes() {
                open.extend(self.open_cards(lane, filter.limit, &mut met, keep).await?);
            }
            open.sort_by_key(|listed: &Listed| listed.card.due.unwrap_or(Timestamp::MIN));
            open.truncate(filter.limit);
        }
        let left = filter.limit.saturating_sub(open.len());
        let mut ended = Vec::new();
        for source in sources(filter.state) {
            for lane in filter.lanes() {
                ended.extend(self.ended_cards(lane, source, filter.ended(), left, &mut met, keep).await?);
            }
        }
        ended.sort_by_key(|listed: &Listed| std::cmp::Reverse(listed.card.ended));
        open.extend(ended);
        open.truncate(filter.limit);
        Ok(open)
    }

    async fn open_cards(
        &self,
        lane: LaneName,
        limit: usize,
        met: &mut HashSet<JobId>,
        keep: &mut (dyn FnMut(&Listed) -> bool + Send + '_),
    ) -> Result<Vec<Listed>, JobsError> {
        let mut found = self.found(self.due_jobs(lane), limit);
        let mut listed = Vec::new();
        while listed.len() < limit
            && let Some((at, found)) = found.try_next().await?
        {
            let one = match found {
                ListedJob::Job(job) if matches!(job.state(), JobState::Ended(_)) => continue,
                ListedJob::Job(job) => Listed { lane, card: feed::current(&job) },
                ListedJob::Unreadable(id, error) => Listed::unreadable(lane, id, at, &error),
            };
            if met.insert(one.card.job.clone()) && keep(&one) {
                listed.push(one);
            }
        }
        Ok(listed)
    }

    async fn ended_cards(
        &self,
        lane: LaneName,
        source: Source,
        state: Option<EndState>,
        limit: usize,
        met: &mut HashSet<JobId>,
        keep: &mut (dyn FnMut(&Listed) -> bool + Send + '_),
    ) -> Result<Vec<Listed>, JobsError> {
        let folder = source.folder(lane);
        let (mut listed, mut keys) = (Vec::new(), self.core.store.scan(&folder, None));
        let mut is_over = false;
        while listed.len() < limit && !is_over {
            // A batch of entries at a time: the newest of each job counts, and only that is read.
            let mut batch = Vec::new();
            while batch.len() < READS {
                let Some(key) = keys.try_next().await? else {
                    is_over = true;
                    break;
                };
                let Some((at, job, is_wanted)) = source.entry(lane, &key, state) else {
                    let cards = self.shared_cards(lane, source, &key).await?.into_iter();
                    batch.extend(cards.filter(|card| met.insert(card.job.clone())).map(|card| Met::Card(Box::new(card))));
                    continue;
                };
                if met.insert(job.clone()) && is_wanted {
                    batch.push(Met::Entry(key, at, job));
                }
            }
            let read = |one: Met| async move {
                match one {
                    Met::Entry(key, at, job) => self.ended_card(lane, source, key, at, job).await,
                    Met::Card(card) => Ok(Some(Listed { lane, card: *card })),
                }
            };
            let read: Vec<Option<Listed>> = stream::iter(batch).map(read).buffered(READS).try_collect().await?;
            for one in read.into_iter().flatten() {
                let is_wanted = state.is_none_or(|state| one.card.state == state.as_str() || one.card.state == UNREADABLE);
                if is_wanted && listed.len() < limit && keep(&one) {
                    listed.push(one);
                }
            }
        }
        Ok(listed)
    }

    /// The cards of an entry that several jobs share; none of any other. One that cannot be read hides no other.
    async fn shared_cards(&self, lane: LaneName, source: Source, key: &str) -> Result<Vec<Card>, JobsError> {
        if !matches!(source, Source::Feed) || !is_shared_feed(lane, key) {
            return Ok(Vec::new());
        }
        match feed::read_shared(&*self.core.store, key).await.map_err(JobsError::from) {
            Err(error) if self.core.concerns_one(&error).await => {
                tracing::warn!(key, %error, "An entry that several jobs share cannot be read; these jobs are not listed");
                Ok(Vec::new())
            }
            cards => cards,
        }
    }

    /// The card of one entry: its own, or one made from the job's records where entries have none. `None` when the job has not ended, or ended again since.
    async fn ended_card(
        &self,
        lane: LaneName,
        source: Source,
        key: String,
        at: Timestamp,
        job: JobId,
    ) -> Result<Option<Listed>, JobsError> {
        let read = match source {
            Source::Feed => feed::read(&*self.core.store, &key, &job).await,
            Source::Index(_) => self.core.job(&job).await.map(|job| {
                let job = job?;
                let JobState::Ended(end) = job.state() else { return None };
                // An entry of an earlier round is outdated, unless it tells of this end, a little late.
                (end.at.as_second() <= at.as_second()).then(|| feed::card(&job, &end))
            }),
        };
        match read {
            Ok(card) => Ok(card.map(|card| Listed { lane, card })),
            Err(error) if self.core.concerns_one(&error).await => Ok(Some(Listed::unreadable(lane, job, at, &error))),
            Err(error) => Err(error),
        }
    }

    /// The parked jobs of one lane, newest first, of those that `keep` says yes to.
    pub(crate) async fn list_parked(&self, lane: LaneName, limit: usize, filter: &mut Filter<'_>) -> Result<Vec<JobView>, JobsError> {
        self.list_ended(lane, Source::Index(EndState::Parked), Some(EndState::Parked), limit, filter).await
    }

    async fn list_open(&self, lane: LaneName, limit: usize, filter: &mut Filter<'_>) -> Result<Vec<JobView>, JobsError> {
        let mut views = Vec::new();
        let mut found = self.found(self.due_jobs(lane), limit);
        while views.len() < limit
            && let Some((at, found)) = found.try_next().await?
        {
            let view = found.view(at);
            if view.ended_at.is_none() && filter(&view) {
                views.push(view);
            }
        }
        Ok(views)
    }

    async fn list_ended(
        &self,
        lane: LaneName,
        source: Source,
        state: Option<EndState>,
        limit: usize,
        filter: &mut Filter<'_>,
    ) -> Result<Vec<JobView>, JobsError> {
        let mut views = Vec::new();
        let mut found = self.found(self.ended_jobs(lane, source), limit);
        while views.len() < limit
            && let Some((at, found)) = found.try_next().await?
        {
            let mut view = found.view(at);
            if view.state == UNREADABLE {
                view.ended_at = Some(at);
            }
            // An entry of an earlier round is outdated, unless it tells of this end, a little late.
            let is_current = view.ended_at.is_some_and(|ended| ended.as_second() <= at.as_second());
            let is_wanted = state.is_none_or(|state| view.state == state.as_str() || view.state == UNREADABLE);
            if is_current && is_wanted && filter(&view) {
                views.push(view);
            }
        }
        Ok(views)
    }

    /// The jobs of a lane that pointers lead to, with the times of these.
    fn due_jobs(&self, lane: LaneName) -> BoxStream<'_, Result<(Timestamp, JobId), JobsError>> {
        let keys = self.core.store.scan(&due_folder(lane), None);
        keys.try_filter_map(move |key| std::future::ready(Ok(parse_due(lane, &key)))).map_err(JobsError::from).boxed()
    }

    /// The jobs of a lane that entries tell of, with the times of these.
    fn ended_jobs(&self, lane: LaneName, source: Source) -> BoxStream<'_, Result<(Timestamp, JobId), JobsError>> {
        let keys = self.core.store.scan(&source.folder(lane), None).map_err(JobsError::from);
        let jobs = keys.and_then(move |key| async move {
            let told = match source.parse(lane, &key) {
                Some(one) => vec![one],
                None => self.shared_cards(lane, source, &key).await?.into_iter().map(|card| (card.ended, card.job)).collect(),
            };
            Ok::<_, JobsError>(stream::iter(told.into_iter().map(Ok)))
        });
        jobs.try_flatten().boxed()
    }

    /// Reads the jobs of a list, some at a time, in its order, and no further than is asked for.
    fn found<'a>(
        &'a self,
        jobs: BoxStream<'a, Result<(Timestamp, JobId), JobsError>>,
        limit: usize,
    ) -> BoxStream<'a, Result<(Timestamp, ListedJob), JobsError>> {
        let read = move |(at, id): (Timestamp, JobId)| async move { Ok(self.find_one(id).await?.map(|found| (at, found))) };
        jobs.map_ok(read).try_buffered(READS.min(limit.max(1))).try_filter_map(|found| std::future::ready(Ok(found))).boxed()
    }

    /// One job of a list, readable or not.
    async fn find_one(&self, id: JobId) -> Result<Option<ListedJob>, JobsError> {
        match self.core.job(&id).await {
            Ok(job) => Ok(job.map(|job| ListedJob::Job(Box::new(job)))),
            Err(error) if self.core.concerns_one(&error).await => Ok(Some(ListedJob::Unreadable(id, error))),
            Err(error) => Err(error),
        }
    }
}
