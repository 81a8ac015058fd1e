//! Background tasks: long acts over many events, each one job of the lane `chores`, which ends.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::gateway::dispatch::trouble;
use crate::gateway::error::GatewayError;
use crate::gateway::events::STEADY;
use crate::gateway::ids::{EndpointId, InstitutionId, Ksuid, MessageId, TaskId};
use crate::gateway::institutions::page;
use crate::gateway::model::{DeliveryState, Endpoint, Page, PageQuery, ReplayFilter, ReplayState, Task, TaskKind, TaskStatus};
use crate::gateway::registry::{read_json, to_json};
use crate::gateway::stored::StoredEvent;
use crate::gateway::{Core, Gateway, filter};
use crate::jobs::handler::{AcceptedEvent, Handler, JobContext, JobError, JobKind};
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::PutMode;
use crate::storage::key::gateway::{GatewayKey, TASKS_FOLDER, dead_folder, events_folder, parse_event, subject_folder};

/// The job of a background task.
pub(crate) const TASK_KIND: JobKind = JobKind::new("webhook_task", LaneName::Chores, STEADY);

/// The longest time usage is counted over, with a grace for clocks that differ.
const LONGEST_USAGE: Duration = Duration::from_mins(28 * 24 * 60 + 5);

/// The longest time a recovery looks back.
const LONGEST: Duration = Duration::from_mins(14 * 24 * 60 + 5);

/// Does tasks.
pub(crate) struct TaskRunner(pub(crate) Arc<Core>);

#[async_trait]
impl Handler for TaskRunner {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        let task: Task = serde_json::from_value(job.event().payload.clone())
            .map_err(|error| JobError::dead(Cause::RecordUnreadable, format!("the task cannot be read: {error}")))?;
        let (status, data) = match self.0.do_task(&task).await {
            Ok(data) => (TaskStatus::Finished, data),
            // The endpoint or institution went meanwhile: there is nothing left to do.
            Err(GatewayError::NotFound(_) | GatewayError::EndpointDisabled) => (TaskStatus::Failed, BTreeMap::new()),
            Err(error) => return Err(trouble(error)),
        };
        let done = Task { status, data, updated: job.now(), ..task };
        self.0.write_task(&done).await.map_err(trouble)?;
        if let Some(institution) = done.institution {
            let word = if status == TaskStatus::Finished { "finished" } else { "failed" };
            let data = json!({ "taskId": done.id, "task": done.kind.word(), "status": word, "data": done.data });
            self.0.operate(institution, "background_task.finished", data).await;
        }
        serde_json::to_value(&done.data).map_err(|error| JobError::dead(Cause::RecordUnwritable, error.to_string()))
    }
}

impl Gateway {
    /// Resends every event of a time that failed at the endpoint and did not succeed there.
    ///
    /// # Errors
    /// [`GatewayError::Invalid`] at `since` when it lies back more than a fortnight.
    pub async fn recover(
        &self,
        institution: InstitutionId,
        endpoint: &str,
        since: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<Task, GatewayError> {
        let (endpoint, until) = self.window(institution, endpoint, since, until).await?;
        self.start_task(institution, TaskKind::Recover { endpoint, since, until }).await
    }

    /// Sends every event of a time that the endpoint never got an attempt for, and that its filter takes.
    ///
    /// # Errors
    /// As [`Self::recover`].
    pub async fn replay_missing(
        &self,
        institution: InstitutionId,
        endpoint: &str,
        since: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<Task, GatewayError> {
        let (endpoint, until) = self.window(institution, endpoint, since, until).await?;
        self.start_task(institution, TaskKind::ReplayMissing { endpoint, since, until }).await
    }

    /// Sends every event that fits a filter once more.
    ///
    /// # Errors
    /// As [`Self::recover`].
    pub async fn bulk_replay(&self, institution: InstitutionId, endpoint: &str, filter: ReplayFilter) -> Result<Task, GatewayError> {
        let (endpoint, _) = self.window(institution, endpoint, filter.since, Some(filter.until)).await?;
        self.start_task(institution, TaskKind::BulkReplay { endpoint, filter }).await
    }

    /// Replays all dead letters of an endpoint.
    pub async fn replay_dead_letters(&self, institution: InstitutionId, endpoint: &str) -> Result<Task, GatewayError> {
        let endpoint = self.stored_endpoint(institution, endpoint).await?.endpoint.id;
        self.start_task(institution, TaskKind::ReplayDead { endpoint }).await
    }

    /// Sends a fixed set of an institution's deliveries once more.
    pub async fn send_many_again(
        &self,
        institution: InstitutionId,
        deliveries: Vec<(MessageId, EndpointId)>,
    ) -> Result<Task, GatewayError> {
        self.known(institution).await?;
        self.start_task(institution, TaskKind::SendAgain { deliveries }).await
    }

    /// Expunges the payloads of all events of an institution.
    pub async fn expunge_all(&self, institution: InstitutionId) -> Result<Task, GatewayError> {
        self.known(institution).await?;
        self.start_task(institution, TaskKind::ExpungeAll).await
    }

    /// Erases what all events of a subject say, of every institution: payloads, dead letters, answers. Also what was accepted under the key before the present one.
    pub async fn erase_subject(&self, subject: &str) -> Result<BTreeMap<String, u64>, GatewayError> {
        let mut all = BTreeMap::new();
        for hash in self.core.subject_hashes(subject) {
            for (word, count) in self.core.erase(&hash).await? {
                *all.entry(word).or_default() += count;
            }
        }
        Ok(all)
    }

    /// A background task.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`].
    pub async fn task(&self, id: TaskId) -> Result<Task, GatewayError> {
        let key = GatewayKey::Task { newest_first: &id.ksuid().newest_first_hex() }.path();
        read_json(&*self.core.store, &key).await?.ok_or(GatewayError::NotFound("task"))
    }

    /// A page of background tasks, the newest first; of one institution, or of all.
    pub async fn tasks(&self, institution: Option<InstitutionId>, query: &PageQuery<TaskId>) -> Result<Page<Task>, GatewayError> {
        let after = query.from.map(|id| GatewayKey::Task { newest_first: &id.ksuid().newest_first_hex() }.path());
        let mut keys = self.core.store.scan(TASKS_FOLDER, after.as_deref());
        let mut found = Vec::new();
        while found.len() <= query.limit
            && let Some(key) = keys.try_next().await?
        {
            let task = read_json::<Task>(&*self.core.store, &key).await?;
            found.extend(task.filter(|task| institution.is_none_or(|institution| task.institution == Some(institution))));
        }
        Ok(page(found, &PageQuery { backwards: false, ..query.clone() }))
    }

    async fn window(
        &self,
        institution: InstitutionId,
        endpoint: &str,
        since: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<(EndpointId, Timestamp), GatewayError> {
        let target = self.stored_endpoint(institution, endpoint).await?;
        let now = self.core.clock.now();
        let until = until.unwrap_or(now);
        if since > until {
            return Err(GatewayError::invalid("since", "'since' lies after 'until'"));
        }
        if since < now.checked_sub(LONGEST).unwrap_or_default() {
            return Err(GatewayError::invalid("since", "'since' lies back more than 14 days"));
        }
        if target.endpoint.disabled {
            return Err(GatewayError::EndpointDisabled);
        }
        Ok((target.endpoint.id, until))
    }

    /// Counts what institutions sent over a time; of all when none is named.
    ///
    /// # Errors
    /// [`GatewayError::InvalidRange`] for a time that ends before it begins, or is longer than four weeks.
    pub async fn count_usage(
        &self,
        institutions: Option<Vec<InstitutionId>>,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Task, GatewayError> {
        let span = until.duration_since(since);
        if span.is_negative() || span.unsigned_abs() > LONGEST_USAGE {
            return Err(GatewayError::InvalidRange("since lies before until, by at most 28 days".to_owned()));
        }
        self.start(None, TaskKind::Usage { institutions, since, until }).await
    }

    /// Lists the types of all events that are kept.
    pub async fn list_used_types(&self) -> Result<Task, GatewayError> {
        self.start(None, TaskKind::UsedTypes).await
    }

    async fn start_task(&self, institution: InstitutionId, kind: TaskKind) -> Result<Task, GatewayError> {
        self.start(Some(institution), kind).await
    }

    async fn start(&self, institution: Option<InstitutionId>, kind: TaskKind) -> Result<Task, GatewayError> {
        let now = self.core.clock.now();
        let id = TaskId::new(now, &self.core.chance);
        let task = Task { id, institution, kind, status: TaskStatus::Running, data: BTreeMap::new(), updated: now };
        let payload = serde_json::to_value(&task).map_err(|error| GatewayError::Internal(error.to_string()))?;
        self.core.write_task(&task).await?;
        let event = AcceptedEvent::new(&TASK_KIND, "gateway", format!("webhook/task/{id}"), now, payload);
        self.core.jobs.accept(event).await?;
        Ok(task)
    }
}

impl Core {
    async fn write_task(&self, task: &Task) -> Result<(), GatewayError> {
        let key = GatewayKey::Task { newest_first: &task.id.ksuid().newest_first_hex() }.path();
        self.store.put(&key, to_json(&key, task)?, PutMode::Overwrite).await?;
        Ok(())
    }

    /// Does a task, and tells what it did; doing it again after a crash repeats nothing that is done.
    async fn do_task(&self, task: &Task) -> Result<BTreeMap<String, Value>, GatewayError> {
        match &task.kind {
            TaskKind::Usage { institutions, since, until } => self.usage(institutions.as_deref(), *since, *until).await,
            TaskKind::UsedTypes => self.used_types().await,
            kind => {
                let institution = task.institution.ok_or(GatewayError::NotFound("institution"))?;
                let done = self.do_task_of(institution, kind, task.updated).await?;
                Ok(done.into_iter().map(|(word, count)| (word, json!(count))).collect())
            }
        }
    }

    /// How many deliveries the events of a time were meant for, by institution.
    async fn usage(
        &self,
        institutions: Option<&[InstitutionId]>,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<BTreeMap<String, Value>, GatewayError> {
        let ids = match institutions {
            Some(ids) => ids.to_vec(),
            None => self.registry.institution_ids().await?,
        };
        let mut told = Vec::new();
        for id in ids {
            let Some(known) = self.registry.known(id).await? else { continue };
            let mut destinations = 0_usize;
            for message in self.events_between(id, Some(since), Some(until)).await? {
                if let Some(stored) = self.read_event(id, message).await? {
                    destinations += stored.event.plan.iter().filter(|planned| planned.skipped.is_none()).count();
                }
            }
            told.push(json!({ "appId": id, "appUid": known.institution.uid, "messageDestinations": destinations }));
        }
        Ok(BTreeMap::from([("appStats".to_owned(), Value::Array(told))]))
    }

    async fn used_types(&self) -> Result<BTreeMap<String, Value>, GatewayError> {
        let mut names = std::collections::BTreeSet::new();
        for id in self.registry.institution_ids().await? {
            for message in self.events_between(id, None, None).await? {
                names.extend(self.read_event(id, message).await?.map(|stored| stored.event.event_type));
            }
        }
        Ok(BTreeMap::from([("eventTypes".to_owned(), json!(names))]))
    }

    async fn do_task_of(
        &self,
        institution: InstitutionId,
        kind: &TaskKind,
        begun: Timestamp,
    ) -> Result<BTreeMap<String, u64>, GatewayError> {
        match kind {
            TaskKind::Recover { endpoint, since, until } => {
                let filter = ReplayFilter { since: *since, until: *until, event_types: None, channel: None, tag: None, states: None };
                self.replay_where(institution, *endpoint, &filter, |_, state, attempts| attempts > 0 && state != DeliveryState::Delivered)
                    .await
            }
            TaskKind::ReplayMissing { endpoint, since, until } => {
                let filter = ReplayFilter { since: *since, until: *until, event_types: None, channel: None, tag: None, states: None };
                let target = self.target(institution, *endpoint).await?.ok_or(GatewayError::NotFound("endpoint"))?;
                self.replay_where(institution, *endpoint, &filter, |stored, state, attempts| {
                    let event = &stored.event;
                    let is_wanted = filter::skip(&target.endpoint, &event.event_type, event.channels.as_deref()).is_none();
                    is_wanted && attempts == 0 && !matches!(state, DeliveryState::Delivered | DeliveryState::Waiting)
                })
                .await
            }
            TaskKind::BulkReplay { endpoint, filter } => {
                self.replay_where(institution, *endpoint, filter, |_, state, _| fits(state, filter.states.as_deref())).await
            }
            TaskKind::ExpungeAll => {
                let mut purged = 0;
                for id in self.events_between(institution, None, None).await? {
                    if let Some(stored) = self.read_event(institution, id).await? {
                        purged += u64::from(self.expunge_event(&stored.event.job).await?);
                    }
                }
                self.expunge_rows(Timestamp::UNIX_EPOCH, |row| row.institution == institution && row.at <= begun).await?;
                Ok(BTreeMap::from([("messagesPurged".to_owned(), purged)]))
            }
            TaskKind::Erase { subject } => self.erase(subject).await,
            TaskKind::ReplayDead { endpoint } => self.replay_dead(institution, *endpoint).await,
            TaskKind::SendAgain { deliveries } => self.send_these_again(institution, deliveries).await,
            TaskKind::Usage { .. } | TaskKind::UsedTypes => Ok(BTreeMap::new()),
        }
    }

    async fn send_these_again(
        &self,
        institution: InstitutionId,
        deliveries: &[(MessageId, EndpointId)],
    ) -> Result<BTreeMap<String, u64>, GatewayError> {
        let (mut sent, mut left) = (0, 0);
        for (message, endpoint) in deliveries {
            let (stored, target) = (self.read_event(institution, *message).await?, self.target(institution, *endpoint).await?);
            let (Some(stored), Some(target)) = (stored, target) else {
                left += 1;
                continue;
            };
            let state = self.delivery(&stored, *endpoint).await?.map(|delivery| delivery.state);
            let again = match state {
                Some(state) => self.send_again(&stored, &target.endpoint, state).await,
                None => self.replay(&stored, &target.endpoint).await,
            };
            match again {
                Ok(true) => sent += 1,
                // One that cannot be sent keeps no other one back.
                Ok(false) | Err(GatewayError::EndpointDisabled | GatewayError::PayloadGone) => left += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(BTreeMap::from([("messagesSent".to_owned(), sent), ("messagesLeft".to_owned(), left)]))
    }

    async fn replay_where(
        &self,
        institution: InstitutionId,
        endpoint: EndpointId,
        filter: &ReplayFilter,
        wanted: impl Fn(&StoredEvent, DeliveryState, u32) -> bool,
    ) -> Result<BTreeMap<String, u64>, GatewayError> {
        let target = self.target(institution, endpoint).await?.ok_or(GatewayError::NotFound("endpoint"))?;
        let (mut looked, mut sent) = (0, 0);
        for id in self.events_between(institution, Some(filter.since), Some(filter.until)).await? {
            let Some(stored) = self.read_event(institution, id).await? else { continue };
            looked += 1;
            if stored.event.payload.is_none() || !fits_filter(&stored, filter) {
                continue;
            }
            let delivery = self.delivery(&stored, endpoint).await?;
            // An endpoint that came after the event has no delivery of it yet.
            let (state, attempts) = delivery.map_or((DeliveryState::Skipped(crate::gateway::model::SkipReason::Filter), 0), |delivery| {
                (delivery.state, delivery.attempts)
            });
            if wanted(&stored, state, attempts) {
                sent += u64::from(self.send_again(&stored, &target.endpoint, state).await?);
            }
        }
        Ok(BTreeMap::from([("messagesLookedAt".to_owned(), looked), ("messagesSent".to_owned(), sent)]))
    }

    /// What waits or was delivered is sent once, by hand; everything else gets a fresh schedule.
    async fn send_again(&self, stored: &StoredEvent, endpoint: &Endpoint, state: DeliveryState) -> Result<bool, GatewayError> {
        match state {
            DeliveryState::Delivered | DeliveryState::Waiting => self.resend(stored, endpoint, self.clock.now()).await.map(|()| true),
            DeliveryState::Dead | DeliveryState::Skipped(_) | DeliveryState::Cancelled(_) => self.replay(stored, endpoint).await,
        }
    }

    async fn replay_dead(&self, institution: InstitutionId, endpoint: EndpointId) -> Result<BTreeMap<String, u64>, GatewayError> {
        let target = self.target(institution, endpoint).await?.ok_or(GatewayError::NotFound("endpoint"))?;
        let folder = dead_folder(&endpoint.hex());
        let keys: Vec<String> = self.store.scan(&folder, None).try_collect().await?;
        let mut sent = 0;
        for key in keys {
            let id =
                key.strip_prefix(&folder).and_then(|name| Ksuid::from_newest_first_hex(name.strip_suffix(".json")?)).map(MessageId::of);
            let Some(stored) = (match id {
                Some(id) => self.read_event(institution, id).await?,
                None => None,
            }) else {
                continue;
            };
            if stored.event.payload.is_some() {
                sent += u64::from(self.replay(&stored, &target.endpoint).await?);
            }
        }
        Ok(BTreeMap::from([("messagesSent".to_owned(), sent)]))
    }

    /// Takes away all that is left of what events say of a subject.
    pub(crate) async fn erase(&self, subject: &str) -> Result<BTreeMap<String, u64>, GatewayError> {
        let folder = subject_folder(subject);
        let keys: Vec<String> = self.store.scan(&folder, None).try_collect().await?;
        let mut erased = 0;
        for key in keys {
            let job = self.store.get(&key).await?.and_then(|(bytes, _)| JobId::parse(std::str::from_utf8(&bytes).ok()?));
            if let Some(job) = job
                && let Some(stored) = self.read_job_event(&job).await?
            {
                erased += u64::from(self.expunge(&stored.event).await?);
            }
            self.store.delete(&key).await?;
        }
        Ok(BTreeMap::from([("messagesPurged".to_owned(), erased)]))
    }

    /// Ids of an institution's events of a time, the newest first.
    pub(crate) async fn events_between(
        &self,
        institution: InstitutionId,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Vec<MessageId>, GatewayError> {
        let hex = institution.hex();
        let folder = events_folder(&hex);
        // The key of the least id behind `until`, which all wanted ones lie behind.
        let from = until.and_then(|until| until.checked_add(Duration::from_millis(4)).ok());
        let from =
            from.map(|until| GatewayKey::Event { institution: &hex, newest_first: &Ksuid::first_at(until).newest_first_hex() }.path());
        let mut keys = self.store.scan(&folder, from.as_deref());
        let mut ids = Vec::new();
        while let Some(key) = keys.try_next().await? {
            let id = parse_event(&hex, &key).and_then(|inverted| Ksuid::from_newest_first_hex(&inverted)).map(MessageId::of);
            let Some(id) = id else { continue };
            // Ids tell the time to four milliseconds.
            if since.is_some_and(|since| id.time().as_millisecond() + 4 <= since.as_millisecond()) {
                break;
            }
            ids.push(id);
        }
        Ok(ids)
    }
}

fn fits(state: DeliveryState, wanted: Option<&[ReplayState]>) -> bool {
    let state = match state {
        DeliveryState::Delivered => ReplayState::Delivered,
        DeliveryState::Waiting => ReplayState::Waiting,
        DeliveryState::Dead => ReplayState::Dead,
        DeliveryState::Skipped(_) => ReplayState::Skipped,
        DeliveryState::Cancelled(_) => ReplayState::Cancelled,
    };
    wanted.is_none_or(|wanted| wanted.contains(&state))
}

fn fits_filter(stored: &StoredEvent, filter: &ReplayFilter) -> bool {
    let event = &stored.event;
    let has = |all: Option<&Vec<String>>, one: &Option<String>| one.as_ref().is_none_or(|one| all.is_some_and(|all| all.contains(one)));
    filter.event_types.as_ref().is_none_or(|types| types.contains(&event.event_type))
        && has(event.channels.as_ref(), &filter.channel)
        && has(event.tags.as_ref(), &filter.tag)
}
