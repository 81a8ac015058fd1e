//! Keeps the counts of refused calls over restarts, and tells the admin when many come without the right signature.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::App;
use crate::clock::Clock;
use crate::http::platform::notice;
use crate::http::refusals::{Hour, KEPT_HOURS, Refusals};
use crate::http::state::{AdminNotices, AppState};
use crate::model::cause::Cause;
use crate::storage::key::{ObjectKey, REFUSALS_FOLDER, parse_refusals};
use crate::storage::{PutMode, Store, StoreError};

/// How often refused calls are told in the log.
const TELL_EVERY: Duration = Duration::from_secs(20);
/// Counts are recorded, and looked at for the admin, after so many of these.
const SAVE_EVERY: u32 = 3;
/// What other instances recorded is read again after so many: an hour. A list call more often would cost more than it tells.
const READ_EVERY: u32 = 180;
/// The same as a time.
#[cfg(test)]
pub(super) const READ_AGAIN: Duration = TELL_EVERY.saturating_mul(READ_EVERY);
/// No more records are read; a month of hours has 744 per instance.
const MOST: usize = 20_000;

/// Keeps them.
#[derive(Clone)]
pub struct Keeper {
    store: Arc<dyn Store>,
    refusals: Arc<Refusals>,
    notices: Arc<dyn AdminNotices>,
    clock: Arc<dyn Clock>,
    instance: String,
}

impl Keeper {
    /// Over a service's parts.
    pub fn new(app: &App, state: &AppState) -> Self {
        Self {
            store: Arc::clone(&app.store),
            refusals: Arc::clone(&state.refusals),
            notices: Arc::clone(&state.notices),
            clock: Arc::clone(&app.clock),
            instance: app.config.jobs.instance.clone(),
        }
    }

    /// Works while the process lives.
    pub async fn keep(self) {
        for round in 0_u32.. {
            if round % READ_EVERY == 0
                && let Err(error) = self.read().await
            {
                tracing::warn!(%error, "The counts of refused calls of earlier hours cannot be read");
            }
            tokio::time::sleep(TELL_EVERY).await;
            self.refusals.tell(self.clock.now());
            if round % SAVE_EVERY == SAVE_EVERY - 1 {
                self.look().await;
            }
        }
    }

    /// Records what changed, and tells the admin of many calls without the right signature.
    pub async fn look(&self) {
        if let Some(count) = self.refusals.take_many_unsigned(self.clock.now()) {
            tracing::warn!(count, "Many calls came without the right signature; compare the platform's key with WEBHOOK_SECRET");
            self.notices.tell(Cause::WebhookUnsigned, &notice::many_unsigned(count)).await;
        }
        for hour in self.refusals.take_unsaved() {
            if let Err(error) = self.save(&hour).await {
                tracing::debug!(%error, "The counts of refused calls cannot be recorded now");
                self.refusals.not_saved(&hour);
            }
        }
    }

    async fn save(&self, hour: &Hour) -> Result<(), StoreError> {
        let key = ObjectKey::Refusals { hour: hour.hour, instance: &self.instance }.path();
        let bytes = serde_json::to_vec(hour).map_err(|error| StoreError::Refused { key: key.clone(), message: error.to_string() })?;
        // No other process has this name.
        self.store.put(&key, bytes.into(), PutMode::Overwrite).await.map(drop)
    }

    /// Reads what others recorded; what is older than a month goes.
    pub(super) async fn read(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let is_old = |at: Timestamp| now.duration_since(at).unsigned_abs() > KEPT_HOURS;
        let mut past = Vec::new();
        for key in self.store.list(REFUSALS_FOLDER, None, MOST).await? {
            let Some((at, instance)) = parse_refusals(&key) else { continue };
            if is_old(at) {
                // Only a hint of what was: another instance may have removed it already.
                let _ = self.store.delete(&key).await;
            } else if instance != self.instance {
                match self.store.get(&key).await.map(|found| found.map(|(bytes, _)| serde_json::from_slice::<Hour>(&bytes))) {
                    Ok(Some(Ok(hour))) => past.push(hour),
                    Ok(None) => {}
                    damaged => tracing::warn!(key, ?damaged, "The counts of refused calls of an hour are left out: they cannot be read"),
                }
            }
        }
        self.refusals.set_past(past);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::clock::ManualClock;
    use crate::http::refusals::Refusal;
    use crate::http::state::Sentence;
    use crate::storage::memory::MemoryStore;

    #[derive(Default)]
    struct RecordedAlerts(Mutex<Vec<(Cause, String)>>);

    #[async_trait]
    impl AdminNotices for RecordedAlerts {
        async fn tell(&self, cause: Cause, detail: &Sentence) {
            self.0.lock().unwrap().push((cause, detail.es.clone()));
        }
    }

    fn keeper(store: &Arc<MemoryStore>, clock: &Arc<ManualClock>, told: &Arc<RecordedAlerts>, instance: &str) -> Keeper {
        Keeper {
            store: store.clone(),
            refusals: Arc::default(),
            notices: told.clone(),
            clock: clock.clone(),
            instance: instance.to_owned(),
        }
    }

    fn refuse(keeper: &Keeper, times: usize, reason: &'static str) {
        for _ in 0..times {
            keeper.refusals.record(Refusal {
                at: keeper.clock.now(),
                route: "/webhook",
                reason,
                status: 401,
                size_bytes: None,
                media_type: None,
                signature_headers: Vec::new(),
                agent: None,
                request_id: None,
                origin: None,
            });
        }
    }

    fn total(keeper: &Keeper) -> u64 {
        keeper.refusals.hours().iter().flat_map(|hour| hour.reasons.values()).map(|count| count.count).sum()
    }

    #[tokio::test]
    async fn counts_survive_a_restart_add_up_over_instances_and_go_after_a_month() {
        let (store, told) = (Arc::new(MemoryStore::new()), Arc::new(RecordedAlerts::default()));
        let clock = Arc::new(ManualClock::new("2026-11-28T10:30:00Z".parse().unwrap()));
        let (one, two) = (keeper(&store, &clock, &told, "one"), keeper(&store, &clock, &told, "two"));
        refuse(&one, 3, "mismatch");
        one.look().await;
        refuse(&one, 2, "mismatch");
        one.look().await;
        refuse(&two, 4, "rate_limited");
        two.look().await;
        assert_eq!(
            store.list(REFUSALS_FOLDER, None, 10).await.unwrap(),
            ["refusals/20261128T10-one.json", "refusals/20261128T10-two.json"]
        );
        store.put("refusals/20261128T09-bad.json", "{".into(), PutMode::Overwrite).await.unwrap();

        let next = keeper(&store, &clock, &told, "next");
        next.read().await.unwrap();
        assert_eq!(total(&next), 9, "a damaged record stops nothing");
        one.read().await.unwrap();
        assert_eq!(total(&one), 9, "its own are not counted twice");

        clock.advance(KEPT_HOURS + Duration::from_hours(2));
        next.read().await.unwrap();
        assert_eq!((total(&next), store.list(REFUSALS_FOLDER, None, 10).await.unwrap()), (0, Vec::new()));
        assert!(told.0.lock().unwrap().is_empty(), "nine calls alarm nobody");
    }

    #[tokio::test]
    async fn many_wrong_signatures_reach_the_admin_once() {
        let (store, told) = (Arc::new(MemoryStore::new()), Arc::new(RecordedAlerts::default()));
        let clock = Arc::new(ManualClock::new("2026-11-28T10:30:00Z".parse().unwrap()));
        let keeper = keeper(&store, &clock, &told, "one");
        refuse(&keeper, 30, "mismatch");
        keeper.look().await;
        refuse(&keeper, 30, "mismatch");
        keeper.look().await;
        let told = told.0.lock().unwrap();
        assert!(
            matches!(&told[..], [(Cause::WebhookUnsigned, words)] if words.starts_with("En la última hora llegaron 30 avisos")),
            "{told:?}"
        );
    }
}
