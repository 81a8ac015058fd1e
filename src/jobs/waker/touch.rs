//! Wakes the running service from another process: touches a mark in the store, which every instance looks at.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::clock::Clock;
use crate::jobs::waker::{NotWoken, Waker};
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::storage::key::ObjectKey;
use crate::storage::{PutMode, Store};

/// One object takes about one write a second; the service looks once more after a touch, so that acts in between are found.
const AT_MOST_EVERY: Duration = Duration::from_secs(1);

/// The marks of the lanes.
pub struct Touch {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    touched: Mutex<[Option<Duration>; LaneName::ALL.len()]>,
}

impl Touch {
    /// Touches marks in this store.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, touched: Mutex::default() }
    }
}

#[async_trait]
impl Waker for Touch {
    async fn wake(&self, lane: LaneName, job: &JobId) -> Result<(), NotWoken> {
        let now = self.clock.monotonic();
        {
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            if touched[lane.index()].is_some_and(|at| now.saturating_sub(at) < AT_MOST_EVERY) {
                return Ok(());
            }
            touched[lane.index()] = Some(now);
        }
        let mark = Bytes::from(format!("{job} {}", self.clock.now()));
        self.store
            .put(&ObjectKey::Wake { lane }.path(), mark, PutMode::Overwrite)
            .await
            .map(drop)
            .map_err(|error| NotWoken(error.to_string()))
    }
}
