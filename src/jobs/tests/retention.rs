//! What has ended costs nothing: counted in requests to the store, not in time.

use std::sync::atomic::AtomicUsize;

use bytes::Bytes;

use super::*;
use crate::jobs::desk::JobFilter;
use crate::jobs::worker::Outcome;
use crate::storage::{PutMode, StoreError, Version};

/// Counts requests and listed keys.
struct Counting {
    inner: Arc<dyn Store>,
    requests: AtomicUsize,
    listed: AtomicUsize,
}

#[async_trait]
impl Store for Counting {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.inner.put(key, bytes, mode).await
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.inner.get(key).await
    }

    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let keys = self.inner.list(prefix, start_after, limit).await?;
        self.listed.fetch_add(keys.len(), Ordering::Relaxed);
        Ok(keys)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.inner.delete(key).await
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}

/// Requests and listed keys of one job's whole life, two sweeps and a page of the list, with so many jobs ended before.
async fn cost_after(ended: usize) -> (usize, usize) {
    let world = World::new();
    let jobs = world.instance();
    for n in 0..ended {
        jobs.accept(world.event(&format!("old {n}"))).await.unwrap();
        let job = jobs.queue.pop().await;
        assert!(matches!(jobs.run_one(&Scripted::default(), &job).await, Outcome::Ended(_)));
    }
    let counting = Arc::new(Counting {
        inner: Arc::clone(&world.store) as Arc<dyn Store>,
        requests: AtomicUsize::new(0),
        listed: AtomicUsize::new(0),
    });
    let jobs = world.instance_on(Arc::clone(&counting) as Arc<dyn Store>);
    jobs.sweep().await;
    let job = jobs.accept(world.event("new")).await.unwrap().job().clone();
    jobs.run_one(&Scripted::default(), &job).await;
    jobs.sweep().await;
    assert_eq!(jobs.list(&JobFilter { state: None, limit: 5 }).await.unwrap().len(), 5);
    (counting.requests.load(Ordering::Relaxed), counting.listed.load(Ordering::Relaxed))
}

#[tokio::test]
async fn ten_thousand_ended_jobs_cost_no_request_more_than_ten() {
    let (few, many) = (cost_after(10).await, cost_after(10_000).await);
    assert_eq!(few, many);
    assert!(few.0 < 60, "a job's life takes a bounded number of requests: {few:?}");
}
