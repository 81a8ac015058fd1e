//! What time takes away, attempts, payloads and dead letters that were kept long enough, and when segments are merged.

use std::time::Duration;

use futures::TryStreamExt as _;
use jiff::Timestamp;

use crate::gateway::error::GatewayError;
use crate::gateway::ids::{InstitutionId, Ksuid};
use crate::gateway::{Core, Gateway};
use crate::storage::key::gateway::{ENDPOINTS_FOLDER, GatewayKey, dead_folder, parse_generation};

/// How often it is looked for. What is over is not shown from the moment on; this removes its bytes.
pub(super) const EVERY: Duration = Duration::from_hours(24);
/// The first look comes so long after the start, when the start's own work is done.
const FIRST: Duration = Duration::from_mins(10);
/// How often what this instance wrote is merged, where it is worth a list of segments: so many that the calls for it are few beside the calls that wrote them.
const MERGED_EVERY: Duration = Duration::from_hours(1);
pub(super) const WORTH_MERGING: u64 = 250;
/// An event's entry in its institution's list is kept so long.
const KEEP_ENTRY: Duration = Duration::from_hours(24 * 90);

impl Gateway {
    /// Removes what was kept long enough, and merges segments of attempts, for as long as the process lives.
    pub async fn keep_up(&self) {
        tokio::time::sleep(FIRST).await;
        let (mut hours, mut merged_at) = (0_u64, 0);
        loop {
            if self.is_on() {
                let written = self.core.log.written().await;
                if hours.is_multiple_of(EVERY.as_secs() / MERGED_EVERY.as_secs()) {
                    match self.upkeep().await {
                        Ok(0) => {}
                        Ok(removed) => tracing::info!(removed, "What the gateway kept long enough was removed"),
                        Err(error) => tracing::error!(%error, "What the gateway kept long enough is removed later"),
                    }
                    merged_at = written;
                } else if written - merged_at >= WORTH_MERGING {
                    self.merge().await;
                    merged_at = written;
                }
            }
            hours += 1;
            tokio::time::sleep(MERGED_EVERY).await;
        }
    }

    /// Merges segments of attempts; what cannot be merged now is merged later.
    async fn merge(&self) {
        match self.core.merge_segments(self.core.clock.now()).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "Segments of the attempt log were merged"),
            Err(error) => tracing::warn!(%error, "Segments of the attempt log are merged later"),
        }
    }

    /// Removes what was kept long enough; how many things.
    pub async fn upkeep(&self) -> Result<usize, GatewayError> {
        let now = self.core.clock.now();
        let mut removed = self.core.drop_old_segments(now).await?;
        for institution in self.core.registry.institution_ids().await? {
            match self.core.drop_old_payloads(institution, now).await {
                Ok(dropped) => removed += dropped,
                Err(error @ GatewayError::Unavailable { .. }) => return Err(error),
                // One institution whose records cannot be read keeps no other's for longer.
                Err(error) => tracing::error!(%error, "What an institution kept long enough is removed later"),
            }
        }
        removed += self.core.drop_old_letters(now).await?;
        self.merge().await;
        Ok(removed)
    }
}

impl Core {
    async fn drop_old_payloads(&self, institution: InstitutionId, now: Timestamp) -> Result<usize, GatewayError> {
        let mut removed = 0;
        let entries_until = now.checked_sub(KEEP_ENTRY).unwrap_or_default();
        let hex = institution.hex();
        // Nothing is kept shorter than an hour.
        let until = now.checked_sub(Duration::from_hours(1)).unwrap_or_default();
        for id in self.events_between(institution, None, Some(until)).await? {
            let entry = GatewayKey::Event { institution: &hex, newest_first: &id.ksuid().newest_first_hex() }.path();
            let stored = match self.read_event(institution, id).await {
                Ok(Some(stored)) => stored,
                Ok(None) => continue,
                Err(error @ GatewayError::Unavailable { .. }) => return Err(error),
                Err(error) => {
                    tracing::error!(event = %id, %error, "An event cannot be read, and its payload is not looked at");
                    continue;
                }
            };
            if stored.event.keep_until <= now && !self.lies_dead(&stored.event, now).await? {
                removed += usize::from(self.expunge_event(&stored.event.job).await?);
                if id.time() < entries_until {
                    self.store.delete(&entry).await?;
                }
            }
        }
        Ok(removed)
    }

    /// Whether the payload may still be replayed as a dead letter.
    async fn lies_dead(&self, event: &crate::gateway::model::Event, now: Timestamp) -> Result<bool, GatewayError> {
        let kept = Duration::from_hours(24 * u64::from(self.config.keep_dead_days));
        if event.created.checked_add(kept).is_ok_and(|until| until <= now) {
            return Ok(false);
        }
        let trails = self.trails(event.id).await?;
        Ok(trails.values().any(|trail| !trail.delivered && trail.last.is_some_and(|(_, state)| matches!(state, 'x' | 'w'))))
    }

    async fn drop_old_letters(&self, now: Timestamp) -> Result<usize, GatewayError> {
        let kept = Duration::from_hours(24 * u64::from(self.config.keep_dead_days));
        let Ok(oldest) = now.checked_sub(kept) else { return Ok(0) };
        let endpoints: std::collections::BTreeSet<String> = self
            .store
            .scan(ENDPOINTS_FOLDER, None)
            .try_filter_map(|key| async move {
                let ids = parse_generation(ENDPOINTS_FOLDER, &key).and_then(|(ids, _)| ids.split_once('/'));
                Ok(ids.map(|(_, endpoint)| endpoint.to_owned()))
            })
            .try_collect()
            .await?;
        let mut removed = 0;
        for endpoint in endpoints {
            let folder = dead_folder(&endpoint);
            // Newest first: everything behind the first that is too old is too old.
            let after = format!("{folder}{}", Ksuid::first_at(oldest).newest_first_hex());
            let old: Vec<String> = self.store.scan(&folder, Some(&after)).try_collect().await?;
            for key in &old {
                self.store.delete(key).await?;
            }
            removed += old.len();
        }
        Ok(removed)
    }
}
