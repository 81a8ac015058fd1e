//! What the doors of platforms remember of calls, on this instance: how often each caller came, and the newest calls as lines.

pub mod journal;
pub mod windows;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::http::traffic::journal::Journal;
use crate::http::traffic::windows::Windows;
use crate::storage::Store;

/// What the doors share: one per instance.
pub struct Traffic {
    pub(in crate::http) windows: Windows,
    pub(in crate::http) journal: Journal,
    pub(in crate::http) store: Arc<dyn Store>,
    /// Which of several instances this is, and since when it counts.
    instance: String,
    since: Timestamp,
}

impl Traffic {
    /// Over the store that holds what came in, for the instance of this name, from now on.
    pub fn new(store: Arc<dyn Store>, instance: String, since: Timestamp) -> Self {
        Self { windows: Windows::default(), journal: Journal::default(), store, instance, since }
    }

    /// An answer that is about this process alone, and says so.
    pub(in crate::http) fn of_this_process(&self, data: &Value) -> Value {
        json!({ "data": data, "scope": "instance", "instance": self.instance, "since": self.since })
    }
}
