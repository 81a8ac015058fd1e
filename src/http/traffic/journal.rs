//! What came in through the doors: counters by endpoint and type, and the newest calls as lines; secrets are taken out.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::Request;
use axum::http::HeaderMap;
use jiff::Timestamp;
use serde::Serialize;

/// How many calls are kept as lines.
const KEPT: usize = 500;
/// More pairs of endpoint and type than there are; whoever makes up types is counted together.
const MOST_PAIRS: usize = 400;
/// The longest header value that is kept.
const LONGEST_VALUE: usize = 200;
/// Headers that say nothing about anybody; the others are named, and their values are not kept.
const PLAIN: &[&str] = &[
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "user-agent",
    "webhook-id",
    "webhook-timestamp",
    "x-experience-api-version",
    "x-request-id",
];

/// `{endpoint, eventType, requestCount, successCount, errorCount, avgProcessingTime, lastProcessed}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Figures {
    pub(in crate::http) endpoint: &'static str,
    pub(in crate::http) event_type: String,
    pub(in crate::http) request_count: u64,
    pub(in crate::http) success_count: u64,
    pub(in crate::http) error_count: u64,
    /// In milliseconds.
    pub(in crate::http) avg_processing_time: f64,
    pub(in crate::http) last_processed: Timestamp,
}

/// `{method, url, headers, statusCode, processingTime, timestamp}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Line {
    pub(in crate::http) method: String,
    /// The path without its query, and without a secret in it.
    pub(in crate::http) url: String,
    pub(in crate::http) headers: BTreeMap<String, String>,
    pub(in crate::http) status_code: u16,
    /// In milliseconds.
    pub(in crate::http) processing_time: f64,
    pub(in crate::http) timestamp: Timestamp,
}

impl Line {
    /// What is known of a call before it is answered; `url` is the path as it may be shown.
    pub(in crate::http) fn of(request: &Request, url: String, now: Timestamp) -> Self {
        Self {
            method: request.method().as_str().chars().take(10).collect(),
            url,
            headers: shown(request.headers()),
            status_code: 0,
            processing_time: 0.0,
            timestamp: now,
        }
    }
}

fn shown(headers: &HeaderMap) -> BTreeMap<String, String> {
    let value = |name: &str, value: &axum::http::HeaderValue| match value.to_str() {
        Ok(text) if PLAIN.contains(&name) => text.chars().take(LONGEST_VALUE).collect(),
        _ => "[redacted]".to_owned(),
    };
    headers.iter().take(60).map(|(name, text)| (name.as_str().to_owned(), value(name.as_str(), text))).collect()
}

#[derive(Debug, Default)]
struct Sums {
    requests: u64,
    successes: u64,
    time: Duration,
    last: Option<Timestamp>,
}

/// The calls of this process.
#[derive(Debug, Default)]
pub(in crate::http) struct Journal {
    sums: Mutex<BTreeMap<(&'static str, String), Sums>>,
    newest: Mutex<VecDeque<Line>>,
}

impl Journal {
    /// Counts a call for each type of event it brought, and keeps its line.
    pub(in crate::http) fn record(&self, endpoint: &'static str, types: &[String], took: Duration, line: Line) {
        let (succeeded, at) = ((200..300).contains(&line.status_code), line.timestamp);
        let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        for kind in types {
            let is_room = sums.len() < MOST_PAIRS || sums.contains_key(&(endpoint, kind.clone()));
            let kind = if is_room { kind.clone() } else { "other".to_owned() };
            let sum = sums.entry((endpoint, kind)).or_default();
            sum.requests += 1;
            sum.successes += u64::from(succeeded);
            sum.time += took;
            sum.last = Some(at);
        }
        drop(sums);
        tracing::info!(
            endpoint,
            http.method = line.method,
            http.status = line.status_code,
            duration_ms = took.as_millis() as u64,
            types = types.join(" "),
            "webhook request"
        );
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.push_front(line);
        newest.truncate(KEPT);
    }

    /// The counters, by endpoint and type.
    pub(in crate::http) fn figures(&self) -> Vec<Figures> {
        let sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        let figures = |((endpoint, kind), sum): (&(&'static str, String), &Sums)| {
            Some(Figures {
                endpoint,
                event_type: kind.clone(),
                request_count: sum.requests,
                success_count: sum.successes,
                error_count: sum.requests - sum.successes,
                avg_processing_time: milliseconds(sum.time) / sum.requests as f64,
                last_processed: sum.last?,
            })
        };
        sums.iter().filter_map(figures).collect()
    }

    /// The newest calls, newest first.
    pub(in crate::http) fn newest(&self) -> Vec<Line> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// In milliseconds, to the microsecond.
pub(in crate::http) fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}
