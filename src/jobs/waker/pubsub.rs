//! Wakes any instance: lane and job go to a topic whose push subscription calls `POST /tasks/run`.

use std::sync::Arc;

use async_trait::async_trait;

use crate::jobs::config::Topics;
use crate::jobs::waker::{NotWoken, Waker};
use crate::model::ids::JobId;
use crate::model::lane::LaneName;

/// The attribute of a message that names the job's lane; a message without it is about a report.
pub const LANE_ATTRIBUTE: &str = "lane";

/// Publishes a message; implemented where HTTP clients live.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Publishes `data` with attributes to the topic `projects/<project>/topics/<topic>`.
    ///
    /// # Errors
    /// In words, when the message was not taken.
    async fn publish(&self, topic: &str, data: &[u8], attributes: &[(&str, &str)]) -> Result<(), String>;
}

/// Wakes through topics.
pub struct PubSub {
    publisher: Arc<dyn Publisher>,
    topics: Topics,
}

impl PubSub {
    /// The waker for these topics.
    pub fn new(publisher: Arc<dyn Publisher>, topics: Topics) -> Self {
        Self { publisher, topics }
    }
}

#[async_trait]
impl Waker for PubSub {
    async fn wake(&self, lane: LaneName, job: &JobId) -> Result<(), NotWoken> {
        let attributes = [(LANE_ATTRIBUTE, lane.as_str())];
        self.publisher.publish(self.topics.of(lane), job.as_str().as_bytes(), &attributes).await.map_err(NotWoken)
    }
}
