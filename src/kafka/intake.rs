//! Reading one partition: fetch, make each message durable, then move the offset.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use tokio_util::sync::CancellationToken;

use crate::gateway::error::GatewayError;
use crate::gateway::model::PublishOutcome;
use crate::jobs::failpoint;
use crate::kafka::broker::{BrokerError, Fetched, Message};
use crate::kafka::lease::{HeldPartition, Lost};
use crate::kafka::message::{self, Reason, Rejection};
use crate::kafka::status::Outcome;
use crate::kafka::{Bridge, Pause, Running, rejected, words};
use crate::storage::StoreError;

/// How long a fetch waits for the first message.
const WAIT: Duration = Duration::from_secs(1);
/// Keys worked on at once.
const AT_ONCE: usize = 16;
/// Messages after which the offset moves.
const BATCH: usize = 200;
/// While so many jobs wait for a worker here, no more are made of messages: other callers come first.
const BACKLOG: usize = 200;
const BACKLOG_PAUSE: Duration = Duration::from_millis(50);
/// The offset lies behind the end for so many looks before it is believed that the topic was made anew: a new leader may be a little behind.
const BEYOND_THE_END: u32 = 5;
/// What cannot be read is tried so often before it is passed over.
const UNREADABLE_TRIES: u32 = 3;
/// The longest pause before a message that could not be taken is tried again.
const LONGEST_TRY: Duration = Duration::from_secs(5);

/// What messages of a topic are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Events.
    Events,
    /// Commands, and our own mirror of what waits.
    Commands,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is an event now.
    Accepted,
    /// It was before.
    Repeated,
    /// It is one of ours.
    Own,
    /// A command that was followed.
    Command,
    /// It is passed over.
    Rejected(Rejection),
}

/// The message must wait: the store is away, or too much waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Later {
    after: Duration,
    pub(crate) message: String,
}

impl From<StoreError> for Later {
    fn from(error: StoreError) -> Self {
        Self { after: Duration::from_secs(1), message: error.to_string() }
    }
}

impl Bridge {
    /// Makes of a message what it is; doing it again changes nothing.
    pub(crate) async fn handle(&self, role: Role, place: (&str, i32, i64), message: &Message, origin: &str) -> Result<Verdict, Later> {
        if message::is_own(message, origin) {
            return Ok(Verdict::Own);
        }
        match role {
            Role::Events => self.take_in(place, message).await,
            Role::Commands => self.follow(message).await,
        }
    }

    async fn take_in(&self, (topic, partition, offset): (&str, i32, i64), message: &Message) -> Result<Verdict, Later> {
        let told = match message::read_event(topic, partition, offset, message) {
            Ok(told) => told,
            Err(rejection) => return Ok(Verdict::Rejected(rejection)),
        };
        let institution = match self.gateway.find_institution(&told.institution).await {
            Ok(Some(institution)) => institution.id,
            Ok(None) => return Ok(Verdict::Rejected(Reason::UnknownInstitution.into())),
            Err(error) => return refused(error),
        };
        failpoint::hit("kafka.event", "before");
        let published = self.gateway.take_in(institution, told.event, &told.key).await;
        failpoint::hit("kafka.event", "after");
        match published.map(|published| published.outcome) {
            Ok(PublishOutcome::Created) => Ok(Verdict::Accepted),
            Ok(PublishOutcome::Repeat | PublishOutcome::EventIdTaken) => Ok(Verdict::Repeated),
            Ok(PublishOutcome::OtherBody) => Ok(Verdict::Rejected(Reason::IdReused.into())),
            Err(error) => refused(error),
        }
    }

    async fn follow(&self, message: &Message) -> Result<Verdict, Later> {
        let command = match message::read_command(message) {
            Ok(command) => command,
            Err(rejection) => return Ok(Verdict::Rejected(rejection)),
        };
        let institution = match self.gateway.find_institution(&command.institution).await {
            Ok(Some(institution)) => institution.id,
            Ok(None) => return Ok(Verdict::Rejected(Reason::UnknownInstitution.into())),
            Err(error) => return refused(error),
        };
        match self.gateway.try_now(institution, &command.event, command.endpoint.as_deref(), message.at).await {
            Ok(_) => Ok(Verdict::Command),
            Err(GatewayError::NotFound("event")) => Ok(Verdict::Rejected(Reason::NoEvent.into())),
            Err(error) => refused(error),
        }
    }
}

/// What a refusal of the gateway makes of a message.
fn refused(error: GatewayError) -> Result<Verdict, Later> {
    let reason = match error {
        GatewayError::Unavailable { after, message } => return Err(Later { after, message }),
        GatewayError::Internal(message) => return Err(Later { after: LONGEST_TRY, message }),
        GatewayError::TooLarge { .. } => Reason::TooLarge,
        GatewayError::Invalid { at, message, .. } => {
            return Ok(Verdict::Rejected(Rejection { reason: Reason::Invalid, detail: Some(format!("{}: {message}", at.join("."))) }));
        }
        GatewayError::NotFound("institution") => Reason::UnknownInstitution,
        _ => Reason::NotPossible,
    };
    Ok(Verdict::Rejected(reason.into()))
}

/// Why a partition is no longer read here.
enum Over {
    /// Another instance has it, or is to have it.
    Left,
}

impl From<Lost> for Over {
    fn from(Lost: Lost) -> Self {
        Self::Left
    }
}

impl Running {
    /// Reads a partition until it is told to stop or the partition is another's.
    pub(super) async fn read(self: Arc<Self>, mut held: HeldPartition, role: Role, origin: Arc<str>, stop: CancellationToken) {
        let (topic, partition) = (held.progress.topic.clone(), held.progress.partition);
        let Over::Left = self.read_on(&mut held, role, &origin, &stop).await;
        self.bridge.status.left(&format!("{topic}/{partition}"), &topic, partition);
        self.leases.release(held).await;
    }

    async fn read_on(&self, held: &mut HeldPartition, role: Role, origin: &str, stop: &CancellationToken) -> Over {
        let (topic, partition) = (held.progress.topic.clone(), held.progress.partition);
        let part = format!("{topic}/{partition}");
        let (mut pause, mut beyond, mut unreadable) = (Pause::default(), 0_u32, 0_u32);
        loop {
            if stop.is_cancelled() {
                return Over::Left;
            }
            if self.leases.is_due(held)
                && let Err(over) = self.keep(held, &part).await
            {
                return over;
            }
            let fetched = tokio::select! {
                () = stop.cancelled() => return Over::Left,
                fetched = self.fetch(held) => fetched,
            };
            let next = held.progress.next.unwrap_or_default();
            match fetched {
                Ok(fetched) if fetched.messages.is_empty() => {
                    (pause, unreadable) = (Pause::default(), 0);
                    beyond = if fetched.watermark < next { beyond + 1 } else { 0 };
                    if beyond >= BEYOND_THE_END {
                        Self::begin_anew(held);
                        beyond = 0;
                        continue;
                    }
                    self.bridge.status.well(&part);
                    held.progress.watermark = Some(fetched.watermark);
                    self.bridge.status.progress(&topic, partition, fetched.watermark - next);
                }
                Ok(fetched) => {
                    pause.over();
                    (beyond, unreadable) = (0, 0);
                    self.bridge.status.well(&part);
                    held.progress.watermark = Some(fetched.watermark);
                    self.bridge.status.progress(&topic, partition, fetched.watermark - next);
                    if let Err(over) = self.work(held, role, &part, origin, stop, fetched).await {
                        return over;
                    }
                }
                Err(BrokerError::OutOfRange) => {
                    Self::begin_anew(held);
                    if let Err(over) = self.wait(held, &part, stop, pause.next()).await {
                        return over;
                    }
                }
                Err(BrokerError::Unreadable(_)) if unreadable + 1 >= UNREADABLE_TRIES => {
                    unreadable = 0;
                    if let Err(over) = self.pass_over_unreadable(held, &part, stop).await {
                        return over;
                    }
                }
                Err(error) => {
                    unreadable += u32::from(matches!(error, BrokerError::Unreadable(_)));
                    self.away(&part, words(&topic, &error));
                    if let Err(over) = self.wait(held, &part, stop, pause.next()).await {
                        return over;
                    }
                }
            }
        }
    }

    /// The next messages; finds out where the partition begins when it was never read.
    async fn fetch(&self, held: &mut HeldPartition) -> Result<Fetched, BrokerError> {
        let (topic, partition) = (&held.progress.topic, held.progress.partition);
        let next = match held.progress.next {
            Some(next) => next,
            None => self.bridge.broker.earliest(topic, partition).await?,
        };
        held.progress.next = Some(next);
        self.bridge.broker.fetch(&held.progress.topic, partition, next, WAIT).await
    }

    /// The offset is not there: what was kept is over, or the topic was made anew. What is read twice then is accepted once.
    fn begin_anew(held: &mut HeldPartition) {
        let Some(next) = held.progress.next.take() else { return };
        let (topic, partition) = (&held.progress.topic, held.progress.partition);
        tracing::warn!(
            topic,
            partition,
            offset = next,
            "The offset is not in the topic any more; the partition is read from its beginning"
        );
    }

    /// Waits, and keeps the lease meanwhile.
    async fn wait(&self, held: &mut HeldPartition, part: &str, stop: &CancellationToken, pause: Duration) -> Result<(), Over> {
        let until = tokio::time::Instant::now() + pause;
        loop {
            let beat = until.min(tokio::time::Instant::now() + self.leases.term / 3);
            tokio::select! {
                () = stop.cancelled() => return Err(Over::Left),
                () = tokio::time::sleep_until(beat) => {}
            }
            if beat == until {
                return Ok(());
            }
            self.keep(held, part).await?;
        }
    }

    /// Confirms the lease, and writes how far the partition was read. While the store is away the lease is believed for its term.
    async fn keep(&self, held: &mut HeldPartition, part: &str) -> Result<(), Over> {
        match self.leases.write(held).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(lost)) => Err(lost.into()),
            Err(error) if self.leases.is_sure(held) => {
                self.away(part, error.to_string());
                Ok(())
            }
            Err(_) => Err(Over::Left),
        }
    }

    /// Makes messages durable in batches, and moves the offset after each.
    async fn work(
        &self,
        held: &mut HeldPartition,
        role: Role,
        part: &str,
        origin: &str,
        stop: &CancellationToken,
        fetched: Fetched,
    ) -> Result<(), Over> {
        let (topic, partition) = (held.progress.topic.clone(), held.progress.partition);
        for batch in fetched.messages.chunks(BATCH) {
            let Some(next) = batch.last().map(|(offset, _)| offset + 1) else { continue };
            let work = self.work_off(role, (&topic, partition), part, origin, stop, batch);
            tokio::pin!(work);
            let is_done = loop {
                tokio::select! {
                    is_done = &mut work => break is_done,
                    () = tokio::time::sleep(self.leases.term / 3) => self.keep(held, part).await?,
                }
            };
            if !is_done {
                // What was done of it is met again and changes nothing.
                return Err(Over::Left);
            }
            held.progress.next = Some(next);
            let mut pause = Pause::default();
            while let Err(error) = match self.leases.write(held).await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(lost)) => return Err(lost.into()),
                Err(error) => Err(error),
            } {
                self.away(part, error.to_string());
                self.wait_apart(stop, pause.next()).await?;
            }
            self.bridge.status.progress(&topic, partition, fetched.watermark - next);
        }
        Ok(())
    }

    async fn wait_apart(&self, stop: &CancellationToken, pause: Duration) -> Result<(), Over> {
        tokio::select! {
            () = stop.cancelled() => Err(Over::Left),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }

    /// Works a batch off: messages of one key in their order, keys beside each other. Whether all of it was done.
    async fn work_off(
        &self,
        role: Role,
        (topic, partition): (&str, i32),
        part: &str,
        origin: &str,
        stop: &CancellationToken,
        batch: &[(i64, Message)],
    ) -> bool {
        let mut by_key: BTreeMap<Option<&Vec<u8>>, Vec<&(i64, Message)>> = BTreeMap::new();
        let mut groups = Vec::new();
        for one in batch {
            match &one.1.key {
                Some(key) => by_key.entry(Some(key)).or_default().push(one),
                None => groups.push(vec![one]),
            }
        }
        groups.extend(by_key.into_values());
        let mut work = Vec::new();
        for group in groups {
            work.push(async move {
                for (offset, message) in group {
                    if !self.work_one(role, (topic, partition, *offset), part, origin, stop, message).await {
                        return false;
                    }
                }
                true
            });
        }
        let done: Vec<bool> = stream::iter(work).buffer_unordered(AT_ONCE).collect().await;
        done.into_iter().all(|is_done| is_done)
    }

    /// One message, however long it takes; `false` when it was told to stop before.
    async fn work_one(
        &self,
        role: Role,
        place: (&str, i32, i64),
        part: &str,
        origin: &str,
        stop: &CancellationToken,
        message: &Message,
    ) -> bool {
        let bridge = &self.bridge;
        let mut pause = Pause::default();
        loop {
            while bridge.gateway.backlog() > BACKLOG {
                if self.wait_apart(stop, BACKLOG_PAUSE).await.is_err() {
                    return false;
                }
            }
            let handled = match bridge.handle(role, place, message, origin).await {
                Ok(Verdict::Rejected(rejection)) => self.pass_over(place, message, &rejection).await.map(|()| Outcome::Rejected),
                Ok(Verdict::Accepted) => Ok(Outcome::Accepted),
                Ok(Verdict::Repeated) => Ok(Outcome::Repeated),
                Ok(Verdict::Own) => Ok(Outcome::Own),
                Ok(Verdict::Command) => Ok(Outcome::Command),
                Err(later) => Err(later),
            };
            match handled {
                Ok(outcome) => {
                    bridge.status.count(outcome);
                    return true;
                }
                Err(later) => {
                    self.away(part, later.message);
                    if self.wait_apart(stop, pause.next().max(later.after.min(LONGEST_TRY))).await.is_err() {
                        return false;
                    }
                }
            }
        }
    }

    async fn pass_over(&self, place: (&str, i32, i64), message: &Message, rejection: &Rejection) -> Result<(), Later> {
        let now = self.bridge.clock.now();
        rejected::record(&*self.bridge.store, place, message, rejection, now).await?;
        let (topic, partition, offset) = place;
        tracing::warn!(
            topic,
            partition,
            offset,
            reason = rejection.reason.as_str(),
            "A Kafka message is passed over; gradepost kafka rejected lists it"
        );
        Ok(())
    }

    /// Passes over what the client cannot read, one offset at a time: it does not stop the rest.
    async fn pass_over_unreadable(&self, held: &mut HeldPartition, part: &str, stop: &CancellationToken) -> Result<(), Over> {
        let (topic, partition) = (held.progress.topic.clone(), held.progress.partition);
        let Some(offset) = held.progress.next else { return Ok(()) };
        let blank = Message { key: None, value: None, headers: BTreeMap::new(), at: self.bridge.clock.now() };
        let mut pause = Pause::default();
        while let Err(later) = self.pass_over((&topic, partition, offset), &blank, &Reason::Unreadable.into()).await {
            self.away(part, later.message);
            self.wait_apart(stop, pause.next()).await?;
        }
        self.bridge.status.count(Outcome::Rejected);
        held.progress.next = Some(offset + 1);
        self.keep(held, part).await
    }
}
