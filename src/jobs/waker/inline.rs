//! Wakes the workers of this instance.

use std::sync::Arc;

use async_trait::async_trait;

use crate::jobs::queue::Queue;
use crate::jobs::waker::{NotWoken, Waker};
use crate::model::ids::JobId;

/// The queue of this instance.
pub(crate) struct Inline {
    queue: Arc<Queue>,
}

impl Inline {
    pub(crate) fn new(queue: Arc<Queue>) -> Self {
        Self { queue }
    }
}

#[async_trait]
impl Waker for Inline {
    async fn wake(&self, job: &JobId) -> Result<(), NotWoken> {
        if self.queue.push(job) { Ok(()) } else { Err(NotWoken("too many jobs wait here already".to_owned())) }
    }
}
