//! The Kafka bridge among the checks of a running service.

use std::sync::Arc;

use async_trait::async_trait;

use crate::http::readiness::Check;
use crate::kafka::Bridge;
use crate::kafka::status::Status;

/// The bridge in `/ready`: it may be in trouble without making the service unfit, as nothing else waits for it.
pub(super) fn running_check(bridge: &Arc<Bridge>) -> Arc<dyn Check> {
    Arc::new(Running(bridge.status()))
}

struct Running(Arc<Status>);

#[async_trait]
impl Check for Running {
    fn name(&self) -> &'static str {
        "kafka"
    }

    async fn check(&self) -> Result<String, String> {
        Ok(self.0.sentence())
    }
}
