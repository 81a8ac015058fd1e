//! Whether the process lives, and whether its parts are fit to work.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use jiff::Timestamp;
use serde::Serialize;

/// One part's check may take so long.
const CHECK_LIMIT: Duration = Duration::from_secs(3);
/// Answers are kept so long, so that probes cost nothing.
const CACHE: Duration = Duration::from_secs(5);
/// How long an event that could not be stored counts; without traffic a probe decides again.
const NOT_STORED: Duration = Duration::from_mins(1);

/// A part of the service that can say whether it is fit.
#[async_trait]
pub trait Check: Send + Sync {
    /// Its name (`storage`, `mail`, …).
    fn name(&self) -> &'static str;

    /// A sentence on its state: `Ok` when fit, `Err` with what is wrong and what to do.
    async fn check(&self) -> Result<String, String>;
}

/// The state of all parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Every part is fit.
    pub ready: bool,
    /// One entry per part.
    pub parts: Vec<PartReport>,
}

/// The state of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartReport {
    /// Its name.
    pub name: &'static str,
    /// It is fit.
    pub ok: bool,
    /// A sentence, for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// All parts, with the last report kept for seconds.
pub struct Readiness {
    checks: Vec<Arc<dyn Check>>,
    last: Mutex<Option<(Timestamp, Report)>>,
    /// One caller asks the parts; the others take the last report meanwhile.
    asking: tokio::sync::Mutex<()>,
    not_stored_at: Mutex<Option<Timestamp>>,
}

impl Readiness {
    /// The parts to ask.
    pub fn new(checks: Vec<Arc<dyn Check>>) -> Self {
        Self { checks, last: Mutex::default(), asking: tokio::sync::Mutex::default(), not_stored_at: Mutex::default() }
    }

    /// The last event was stored.
    pub fn stored(&self) {
        *lock(&self.not_stored_at) = None;
    }

    /// The last event could not be stored, whatever a probe of the storage says.
    pub fn not_stored(&self, now: Timestamp) {
        *lock(&self.not_stored_at) = Some(now);
    }

    /// The last report if it is fresh, else a new one. Callers that come while parts are asked hear the last one.
    pub async fn report(&self, now: Timestamp) -> Report {
        let mut report = match self.known(now) {
            Some(report) => report,
            None => self.ask(now).await,
        };
        let failing = lock(&self.not_stored_at).is_some_and(|at| now.duration_since(at).unsigned_abs() < NOT_STORED);
        if failing {
            report.ready = false;
            for part in report.parts.iter_mut().filter(|part| part.name == "storage" && part.ok) {
                part.ok = false;
                part.detail = Some("the last event could not be stored; the log says why".to_owned());
            }
        }
        report
    }

    fn known(&self, now: Timestamp) -> Option<Report> {
        let last = lock(&self.last);
        let (at, report) = last.as_ref()?;
        let is_fresh = now.duration_since(*at).unsigned_abs() < CACHE;
        (is_fresh || self.asking.try_lock().is_err()).then(|| report.clone())
    }

    async fn ask(&self, now: Timestamp) -> Report {
        let _asking = self.asking.lock().await;
        // The first callers of all wait for one answer.
        if let Some((at, report)) = lock(&self.last).as_ref()
            && now.duration_since(*at).unsigned_abs() < CACHE
        {
            return report.clone();
        }
        let parts = join_all(self.checks.iter().map(|part| check(part.as_ref()))).await;
        let report = Report { ready: parts.iter().all(|part| part.ok), parts };
        *lock(&self.last) = Some((now, report.clone()));
        report
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn check(part: &dyn Check) -> PartReport {
    let answer = tokio::time::timeout(CHECK_LIMIT, part.check()).await;
    let answer = answer.unwrap_or_else(|_| Err(format!("no answer within {} seconds", CHECK_LIMIT.as_secs())));
    let ok = answer.is_ok();
    PartReport { name: part.name(), ok, detail: Some(answer.unwrap_or_else(|problem| problem)) }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Counting(Arc<AtomicUsize>);

    #[async_trait]
    impl Check for Counting {
        fn name(&self) -> &'static str {
            "storage"
        }

        async fn check(&self) -> Result<String, String> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok("bucket school".to_owned())
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[tokio::test]
    async fn probes_within_seconds_cost_one_check() {
        let asked = Arc::new(AtomicUsize::new(0));
        let readiness = Readiness::new(vec![Arc::new(Counting(asked.clone()))]);
        for second in [0, 1, 4] {
            assert!(readiness.report(at(second)).await.ready);
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        readiness.report(at(6)).await;
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_service_that_could_not_store_the_last_event_is_not_ready_whatever_a_probe_says() {
        let readiness = Readiness::new(vec![Arc::new(Counting(Arc::default()))]);
        readiness.not_stored(at(0));
        let report = readiness.report(at(1)).await;
        assert!(!report.ready && !report.parts[0].ok);
        readiness.stored();
        assert!(readiness.report(at(2)).await.ready, "the next one was");
        readiness.not_stored(at(3));
        assert!(!readiness.report(at(3)).await.ready);
        assert!(readiness.report(at(90)).await.ready, "without events the probe decides");
    }
}
