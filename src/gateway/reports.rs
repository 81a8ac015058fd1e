//! What reports say: the feed of ended reports, told as events to the institution that is this school's own. It follows the feed, so no report is delayed or failed by it.
//!
//! Each event has an id of its own made of job, round and name: told twice, it is accepted once. A partner without endpoints pages through the same events.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::gateway::error::GatewayError;
use crate::gateway::model::NewEvent;
use crate::gateway::registry::{CachedInstitution, read_json, to_json};
use crate::gateway::{Core, Gateway};
use crate::jobs::feed;
use crate::jobs::lane::EndCounts;
use crate::model::card::Card;
use crate::model::lane::LaneName;
use crate::storage::PutMode;
use crate::storage::key::gateway::GatewayKey;

/// How often it is looked whether a report ended here; this costs nothing.
const LOOK: Duration = Duration::from_millis(500);
/// How often the feed is followed though nobody told of something new in it: what other instances did is told by whoever looks for it anyway ([`Gateway::hear_of_reports`]).
pub(super) const EVERY: Duration = Duration::from_hours(6);
/// When the store did not answer, so long passes before it is asked again.
const PAUSE: Duration = Duration::from_secs(10);
/// How far back of the cursor the feed is read: entries that were written late, and clocks that differ.
const WINDOW: Duration = Duration::from_mins(5);
/// Entries followed at once; more come with the next look.
const MOST: usize = 5000;

/// How far the feed was followed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Cursor {
    until: Timestamp,
}

impl Gateway {
    /// Tells of reports as they end, for as long as the process lives.
    pub async fn follow_reports(&self) {
        let mut told = BTreeSet::new();
        let (mut counted, mut since) = (EndCounts::default(), Duration::ZERO);
        loop {
            let now = self.core.clock.monotonic();
            let ends = self.core.jobs.lane(LaneName::Reports).ends();
            let is_told = self.core.has_news.swap(false, Ordering::Relaxed);
            if self.is_on() && (is_told || ends != counted || now.saturating_sub(since) >= EVERY || since.is_zero()) {
                match self.core.follow_reports(&mut told).await {
                    Ok(()) => (counted, since) = (ends, now.max(Duration::from_nanos(1))),
                    Err(error) => {
                        self.hear_of_reports();
                        tracing::warn!(%error, "What reports say is told later");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Something is new in the feed of reports, wherever it happened.
    pub fn hear_of_reports(&self) {
        self.core.has_news.store(true, Ordering::Relaxed);
    }

    /// Tells of the reports that ended since the last time.
    ///
    /// # Errors
    /// The store's; what is left is told the next time.
    pub async fn tell_reports(&self) -> Result<(), GatewayError> {
        self.core.follow_reports(&mut BTreeSet::new()).await
    }
}

impl Core {
    async fn follow_reports(&self, told: &mut BTreeSet<String>) -> Result<(), GatewayError> {
        let now = self.clock.now();
        let Some(school) = self.registry.find(&self.config.school).await? else { return Ok(()) };
        let key = GatewayKey::Feed.path();
        let cursor: Option<Cursor> = read_json(&*self.store, &key).await?;
        // What ended before the school's institution was registered is history.
        let from = cursor.map_or(school.institution.created, |cursor| cursor.until.max(school.institution.created));
        let oldest = from.checked_sub(WINDOW).unwrap_or(from).max(school.institution.created);
        let mut entries = feed::entries(&*self.store, LaneName::Reports);
        let mut fresh = Vec::new();
        while let Some((entry_key, entry)) = entries.try_next().await? {
            // Keys tell whole seconds.
            if entry.at.as_second() + 1 < oldest.as_second() || fresh.len() >= MOST {
                break;
            }
            if !told.contains(&entry_key) {
                fresh.push((entry_key, entry));
            }
        }
        drop(entries);
        for (entry_key, entry) in fresh.into_iter().rev() {
            match feed::read(&*self.store, &entry_key, &entry.job).await {
                Ok(Some(card)) => match self.tell_card(&school, &card).await {
                    Err(error @ GatewayError::Unavailable { .. }) => return Err(error),
                    // What cannot be said of one report keeps no other from being told.
                    Err(error) => tracing::error!(job.id = %entry.job, %error, "A report cannot be told of"),
                    Ok(()) => {}
                },
                Ok(None) => {}
                Err(error) => tracing::warn!(job.id = %entry.job, %error, "A card of the feed is damaged; nobody is told of its report"),
            }
            told.insert(entry_key);
        }
        if told.len() > MOST * 4 {
            told.clear();
        }
        if cursor.is_none_or(|cursor| now.duration_since(cursor.until) > jiff::SignedDuration::from_mins(1)) {
            self.store.put(&key, to_json(&key, &Cursor { until: now })?, PutMode::Overwrite).await?;
        }
        Ok(())
    }

    async fn tell_card(&self, school: &CachedInstitution, card: &Card) -> Result<(), GatewayError> {
        let names: &[&str] = match (card.state.as_str(), card.report.status.as_deref()) {
            ("done", Some("sent")) => &["assessment.completed", "report.ready", "report.sent"],
            ("parked" | "dead", _) if card.cause.as_deref() != Some("discarded") => &["report.failed"],
            _ => &[],
        };
        for name in names {
            let event = NewEvent {
                event_type: (*name).to_owned(),
                payload: data(card, name).to_string(),
                event_id: Some(format!("report.{}.{}.{name}", card.job, card.round)),
                key: Some(card.report.student.key.clone()),
                subject: Some(card.report.student.key.clone()),
                ..NewEvent::default()
            };
            self.publish(school, event, None).await?;
        }
        Ok(())
    }
}

fn data(card: &Card, name: &str) -> Value {
    let report = &card.report;
    let at = if name == "assessment.completed" { report.submitted.unwrap_or(card.received) } else { card.ended };
    let mut data = json!({
        "job_id": card.job,
        "student_id": report.student.key,
        "assessment": report.assessment.title,
        "course": report.course,
        "percent": report.pct,
        "level": report.level,
        "status": report.status,
        "reason": card.cause,
        "at": at,
    });
    if let Some(fields) = data.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    data
}
