//! Wakes any instance: the job's id goes to a topic whose push subscription calls `POST /tasks/run`.

pub mod push;

use std::sync::Arc;

use async_trait::async_trait;

use crate::jobs::waker::{NotWoken, Waker};
use crate::model::ids::JobId;

/// Publishes a message; implemented where HTTP clients live.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Publishes `data` to the topic `projects/<project>/topics/<topic>`.
    ///
    /// # Errors
    /// In words, when the message was not taken.
    async fn publish(&self, topic: &str, data: &[u8]) -> Result<(), String>;
}

/// A topic.
pub struct PubSub {
    publisher: Arc<dyn Publisher>,
    topic: String,
}

impl PubSub {
    /// The waker for this topic.
    pub fn new(publisher: Arc<dyn Publisher>, topic: impl Into<String>) -> Self {
        Self { publisher, topic: topic.into() }
    }
}

#[async_trait]
impl Waker for PubSub {
    async fn wake(&self, job: &JobId) -> Result<(), NotWoken> {
        self.publisher.publish(&self.topic, job.as_str().as_bytes()).await.map_err(NotWoken)
    }
}
