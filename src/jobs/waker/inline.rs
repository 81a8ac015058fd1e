//! Wakes the workers of this instance.

use std::sync::Arc;

use async_trait::async_trait;

use crate::jobs::queue::Queue;
use crate::jobs::waker::{NotWoken, Waker};
use crate::model::ids::JobId;
use crate::model::lane::LaneName;

/// The queues of this instance, in the order of [`LaneName::ALL`].
pub(crate) struct Inline {
    queues: [Arc<Queue>; LaneName::ALL.len()],
}

impl Inline {
    pub(crate) fn new(queues: [Arc<Queue>; LaneName::ALL.len()]) -> Self {
        Self { queues }
    }
}

#[async_trait]
impl Waker for Inline {
    async fn wake(&self, lane: LaneName, job: &JobId) -> Result<(), NotWoken> {
        if self.queues[lane.index()].push(job) { Ok(()) } else { Err(NotWoken("too many jobs wait here already".to_owned())) }
    }

    fn is_saturated(&self, lane: LaneName) -> bool {
        self.queues[lane.index()].is_full()
    }
}
