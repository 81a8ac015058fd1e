//! Work on the local disk, results in the bucket too: for one host that wants a disk's speed and a bucket's safety for what people read.
//!
//! | keys | written | read |
//! |---|---|---|
//! | `webhook_reports/…` (reports, `processed.csv`) | locally, then copied to the bucket; a write returns when both have it | locally |
//! | `templates/…`, `questions/…`, `assessments.toml` | locally | locally, else from the bucket: a school may keep them in either |
//! | everything else (jobs, due pointers, indexes, outbox) | locally | locally |
//!
//! The disk is the truth: versions and claims are its own. One process at a time should work on it: copies of one result are put in order within a process only, so of two processes that change one `processed.csv` at once the slower copy may leave the bucket a version behind the disk, until the next change.

use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Arc, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::Mutex;

use crate::storage::key::{ObjectKey, UNCOPIED_FOLDER};
use crate::storage::local::LocalStore;
use crate::storage::{Keys, PutMode, SignOfLife, Store, StoreError, Version};

/// A local store with a bucket beside it.
pub struct HybridStore {
    local: LocalStore,
    bucket: Arc<dyn Store>,
    /// Each result is written and uploaded under one of these, so that the newest comes last; different results wait for each other by chance only.
    in_order: Vec<Mutex<()>>,
    /// Results that the bucket may lack.
    behind: std::sync::Mutex<Behind>,
    /// Held by whoever makes up for failed copies: one at a time is enough.
    catching_up: Mutex<()>,
}

/// Results that the bucket may lack, as their marks on the disk say: made up for at the next start, by the next write of any result that gets through, or when they are read.
#[derive(Default)]
struct Behind {
    keys: BTreeSet<String>,
    /// The one that was tried last: one that the bucket never takes holds no other up.
    tried: String,
}

/// Locks that results share.
const STRIPES: usize = 64;
/// Copies made up for at a time, so that neither a start nor a write waits long after a day without the bucket.
const CAUGHT_UP: usize = 50;
/// Copies that fail before the bucket counts as away.
const PATIENCE: usize = 3;

/// Where a key's object belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyHome {
    Result,
    Material,
    Work,
}

fn place(key: &str) -> KeyHome {
    match key.split('/').next() {
        Some("webhook_reports") => KeyHome::Result,
        Some("templates" | "questions" | "assessments.toml") => KeyHome::Material,
        _ => KeyHome::Work,
    }
}

impl HybridStore {
    /// Puts the two together, and makes up for copies that an earlier process did not make.
    ///
    /// # Errors
    /// The disk's; a bucket that is away is no obstacle, and what is not copied now is copied later.
    pub async fn open(local: LocalStore, bucket: Arc<dyn Store>) -> Result<Self, StoreError> {
        let store = Self::open_apart(local, bucket).await?;
        store.catch_up().await;
        Ok(store)
    }

    /// As [`open`](Self::open), while the bucket is known to be away: nothing is tried there yet.
    ///
    /// # Errors
    /// The disk's.
    pub async fn open_apart(local: LocalStore, bucket: Arc<dyn Store>) -> Result<Self, StoreError> {
        let mut keys = BTreeSet::new();
        let marks: Vec<String> = local.scan(UNCOPIED_FOLDER, None).try_collect().await?;
        for mark in marks {
            // A mark that cannot be read costs the copy of one result, not the start.
            let Ok(Some((key, _))) =
                local.get(&mark).await.inspect_err(|error| tracing::error!(%error, "A mark of a missing copy is skipped"))
            else {
                continue;
            };
            let key = String::from_utf8_lossy(&key).into_owned();
            // Whatever else lies there is not ours to copy.
            if place(&key) == KeyHome::Result {
                keys.insert(key);
            }
        }
        let behind = std::sync::Mutex::new(Behind { keys, tried: String::new() });
        let in_order = (0..STRIPES).map(|_| Mutex::new(())).collect();
        Ok(Self { local, bucket, in_order, behind, catching_up: Mutex::new(()) })
    }

    /// Changes a result on the disk and brings the bucket's copy to what the disk has then.
    ///
    /// The mark comes first: whenever the process dies, the next one knows what the bucket may lack.
    async fn change<T>(&self, key: &str, change: impl Future<Output = Result<T, StoreError>> + Send) -> Result<T, StoreError> {
        let in_order = self.lock(key).await;
        let was_behind = self.is_behind(key);
        if !was_behind {
            self.local.put(&ObjectKey::Uncopied { key }.path(), Bytes::from(key.to_owned()), PutMode::Overwrite).await?;
            self.behind().keys.insert(key.to_owned());
        }
        let changed = change.await;
        // A result that exists already may lack its copy, because an earlier write stopped half-way.
        if matches!(changed, Ok(_) | Err(StoreError::AlreadyExists { .. })) {
            self.upload(key).await?;
            drop(in_order);
            self.catch_up().await;
        } else if !was_behind {
            // A mark too many costs a copy too many; what went wrong with the change is what its caller must hear.
            let _ = self.clear_mark(key).await;
        }
        changed
    }

    /// Makes some of the copies that failed before, as far as the bucket takes them; one that it never takes holds no other up.
    async fn catch_up(&self) {
        let Ok(_only) = self.catching_up.try_lock() else { return };
        let mut failed = 0;
        for _ in 0..CAUGHT_UP {
            let Some(key) = self.behind().next() else { return };
            let _in_order = self.lock(&key).await;
            if self.is_behind(&key) && self.upload(&key).await.is_err() {
                failed += 1;
            }
            if failed >= PATIENCE {
                return;
            }
        }
    }

    /// Brings the bucket's copy to what the disk has now; under the result's lock.
    async fn upload(&self, key: &str) -> Result<(), StoreError> {
        match self.local.get(key).await? {
            Some((bytes, _)) => self.bucket.put(key, bytes, PutMode::Overwrite).await.map(drop)?,
            None => self.bucket.delete(key).await?,
        }
        self.clear_mark(key).await
    }

    async fn clear_mark(&self, key: &str) -> Result<(), StoreError> {
        self.local.delete(&ObjectKey::Uncopied { key }.path()).await?;
        self.behind().keys.remove(key);
        Ok(())
    }

    async fn lock(&self, key: &str) -> tokio::sync::MutexGuard<'_, ()> {
        let stripe = key.bytes().fold(0usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(usize::from(byte))) % STRIPES;
        self.in_order[stripe].lock().await
    }

    fn is_behind(&self, key: &str) -> bool {
        self.behind().keys.contains(key)
    }

    fn behind(&self) -> MutexGuard<'_, Behind> {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Behind {
    /// The one after the one that was tried last, in a ring.
    fn next(&mut self) -> Option<String> {
        let after = self.keys.range::<str, _>((Excluded(self.tried.as_str()), Unbounded)).next();
        let next = after.or_else(|| self.keys.first())?.clone();
        self.tried.clone_from(&next);
        Some(next)
    }
}

#[async_trait]
impl Store for HybridStore {
    async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
        let write = self.local.put(key, bytes, mode);
        if place(key) == KeyHome::Result { self.change(key, write).await } else { write.await }
    }

    async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
        if place(key) == KeyHome::Result && self.is_behind(key) {
            // Whoever reads an index may find that nothing is to be added, and not write it: then this is the last chance to copy it. When it fails, the disk still has what was asked for.
            let _in_order = self.lock(key).await;
            let _ = self.upload(key).await;
        }
        match self.local.get(key).await? {
            None if place(key) == KeyHome::Material => self.bucket.get(key).await,
            found => Ok(found),
        }
    }

    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        let mut keys = self.local.list(prefix, start_after, limit).await?;
        if place(prefix) == KeyHome::Material {
            keys.extend(self.bucket.list(prefix, start_after, limit).await?);
            keys.sort_unstable();
            keys.dedup();
            keys.truncate(limit);
        }
        Ok(keys)
    }

    fn scan<'a>(&'a self, prefix: &str, after: Option<&str>) -> Keys<'a> {
        if place(prefix) != KeyHome::Material {
            return self.local.scan(prefix, after);
        }
        let (prefix, after) = (prefix.to_owned(), after.map(ToOwned::to_owned));
        // What a school edits is not much; the two are put together as a whole.
        let both = async move { self.list(&prefix, after.as_deref(), usize::MAX).await.map(|keys| stream::iter(keys).map(Ok)) };
        stream::once(both).try_flatten().boxed()
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let delete = self.local.delete(key);
        if place(key) == KeyHome::Result { self.change(key, delete).await } else { delete.await }
    }

    async fn live(&self, name: &str) -> Option<SignOfLife> {
        self.local.live(name).await
    }

    async fn is_gone(&self, name: &str) -> bool {
        self.local.is_gone(name).await
    }

    async fn probe(&self) -> Result<&'static str, StoreError> {
        self.local.probe().await?;
        self.bucket.probe().await
    }

    async fn concerns(&self) -> Vec<String> {
        [self.local.concerns().await, self.bucket.concerns().await].concat()
    }

    fn describe(&self) -> String {
        format!("{}, results also in {}", self.local.describe(), self.bucket.describe())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use tempfile::TempDir;

    use super::*;
    use crate::storage::config::BucketConfig;
    use crate::storage::conformance;
    use crate::storage::gcs::GcsStore;
    use crate::storage::memory::MemoryStore;

    async fn hybrid() -> (TempDir, Arc<MemoryStore>, HybridStore) {
        let dir = tempfile::tempdir().unwrap();
        let bucket = Arc::new(MemoryStore::new());
        let store = HybridStore::open(LocalStore::open(dir.path()).await.unwrap(), bucket.clone()).await.unwrap();
        (dir, bucket, store)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_hybrid_is_a_conforming_store() {
        let Some(bucket) = BucketConfig::emulated().await else { return };
        let dir = tempfile::tempdir().unwrap();
        let bucket = Arc::new(GcsStore::open(&bucket).await.unwrap());
        let local = LocalStore::open(dir.path()).await.unwrap();
        conformance::run(Arc::new(HybridStore::open(local, bucket).await.unwrap())).await;
    }

    #[tokio::test]
    async fn results_are_in_both_places_and_work_is_in_one() {
        let (_dir, bucket, store) = hybrid().await;
        for key in ["webhook_reports/c/r.pdf", "jobs/x/event.json", "due/x", "questions/q.csv"] {
            store.put(key, Bytes::from_static(b"x"), PutMode::Create).await.unwrap();
        }
        assert_eq!(bucket.keys(), ["webhook_reports/c/r.pdf"]);
        store.delete("webhook_reports/c/r.pdf").await.unwrap();
        assert_eq!(bucket.keys(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_repeated_creation_heals_a_missing_copy() {
        let (_dir, bucket, store) = hybrid().await;
        store.local.put("webhook_reports/c/r.pdf", Bytes::from_static(b"x"), PutMode::Create).await.unwrap();
        let again = store.put("webhook_reports/c/r.pdf", Bytes::from_static(b"x"), PutMode::Create).await;
        assert!(matches!(again, Err(StoreError::AlreadyExists { .. })));
        assert_eq!(bucket.keys(), ["webhook_reports/c/r.pdf"]);
    }

    /// A bucket that can be away.
    struct Away(Arc<MemoryStore>, AtomicBool);

    #[async_trait]
    impl Store for Away {
        async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
            if self.1.load(Ordering::Relaxed) || key.contains("refused") {
                return Err(StoreError::Unavailable { key: key.to_owned(), message: "away".to_owned(), retry_after: None });
            }
            self.0.put(key, bytes, mode).await
        }
        async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
            self.0.get(key).await
        }
        async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
            self.0.list(prefix, start_after, limit).await
        }
        async fn delete(&self, key: &str) -> Result<(), StoreError> {
            self.0.delete(key).await
        }
        fn describe(&self) -> String {
            "a bucket that can be away".to_owned()
        }
    }

    #[tokio::test]
    async fn a_copy_that_failed_is_made_up_for_by_the_next_write_read_or_start() {
        let (index, other) = ("webhook_reports/c/processed.csv", "webhook_reports/c/r.pdf");
        for by in ["a write", "a read", "a start"] {
            let dir = tempfile::tempdir().unwrap();
            let away = Arc::new(Away(Arc::new(MemoryStore::new()), AtomicBool::new(true)));
            let open = async || HybridStore::open(LocalStore::open(dir.path()).await.unwrap(), away.clone()).await.unwrap();
            let store = open().await;
            assert!(store.put(index, Bytes::from_static(b"row"), PutMode::Create).await.is_err(), "both must have it");
            assert_eq!(&store.get(index).await.unwrap().unwrap().0[..], b"row", "the disk has it even so");
            assert_eq!(away.0.keys(), Vec::<String>::new());
            away.1.store(false, Ordering::Relaxed);
            match by {
                "a write" => drop(store.put(other, Bytes::from_static(b"pdf"), PutMode::Create).await.unwrap()),
                "a read" => drop(store.get(index).await.unwrap()),
                _ => drop(open().await),
            }
            assert!(away.0.keys().iter().any(|key| key == index), "{by}");
            assert_eq!(store.local.list(UNCOPIED_FOLDER, None, 10).await.unwrap(), Vec::<String>::new(), "{by} leaves no mark");
        }
    }

    #[tokio::test]
    async fn what_the_bucket_never_takes_holds_no_other_copy_up() {
        let dir = tempfile::tempdir().unwrap();
        let away = Arc::new(Away(Arc::new(MemoryStore::new()), AtomicBool::new(true)));
        let store = HybridStore::open(LocalStore::open(dir.path()).await.unwrap(), away.clone()).await.unwrap();
        // Sorted, those that are refused for ever come first.
        let keys: Vec<String> = (0..6).map(|n| format!("webhook_reports/{}/{n}.pdf", if n < 3 { "a-refused" } else { "b" })).collect();
        for key in &keys {
            assert!(store.put(key, Bytes::from_static(b"x"), PutMode::Create).await.is_err());
        }
        away.1.store(false, Ordering::Relaxed);
        for n in 0..2 {
            store.put(&format!("webhook_reports/c/{n}.pdf"), Bytes::from_static(b"x"), PutMode::Create).await.unwrap();
        }
        let copied = away.0.keys();
        assert!(keys[3..].iter().all(|key| copied.contains(key)), "{copied:?}");
        assert_eq!(store.local.list(UNCOPIED_FOLDER, None, 10).await.unwrap().len(), 3, "their marks stay");
    }

    #[tokio::test]
    async fn a_start_while_the_bucket_is_away_tries_nothing_there_and_the_next_write_makes_up_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let away = Arc::new(Away(Arc::new(MemoryStore::new()), AtomicBool::new(true)));
        let open = async || HybridStore::open_apart(LocalStore::open(dir.path()).await.unwrap(), away.clone()).await.unwrap();
        assert!(open().await.put("webhook_reports/c/a.pdf", Bytes::from_static(b"a"), PutMode::Create).await.is_err());
        let store = open().await;
        store.put("jobs/x/event.json", Bytes::from_static(b"{}"), PutMode::Create).await.expect("events are accepted without the bucket");
        away.1.store(false, Ordering::Relaxed);
        store.put("webhook_reports/c/b.pdf", Bytes::from_static(b"b"), PutMode::Create).await.unwrap();
        assert_eq!(away.0.keys(), ["webhook_reports/c/a.pdf", "webhook_reports/c/b.pdf"]);
    }

    /// A bucket whose uploads wait until all of them have begun.
    struct Together(MemoryStore, tokio::sync::Barrier);

    #[async_trait]
    impl Store for Together {
        async fn put(&self, key: &str, bytes: Bytes, mode: PutMode) -> Result<Version, StoreError> {
            self.1.wait().await;
            self.0.put(key, bytes, mode).await
        }
        async fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, StoreError> {
            self.0.get(key).await
        }
        async fn list(&self, prefix: &str, start_after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
            self.0.list(prefix, start_after, limit).await
        }
        async fn delete(&self, key: &str) -> Result<(), StoreError> {
            self.0.delete(key).await
        }
        fn describe(&self) -> String {
            "a bucket that takes uploads together".to_owned()
        }
    }

    #[tokio::test]
    async fn uploads_of_different_results_go_side_by_side() {
        let dir = tempfile::tempdir().unwrap();
        let bucket = Arc::new(Together(MemoryStore::new(), tokio::sync::Barrier::new(2)));
        let store = HybridStore::open(LocalStore::open(dir.path()).await.unwrap(), bucket).await.unwrap();
        let put = |key: &'static str| store.put(key, Bytes::from_static(b"x"), PutMode::Create);
        let both = async { tokio::join!(put("webhook_reports/c/a.pdf"), put("webhook_reports/c/b.pdf")) };
        let (a, b) = tokio::time::timeout(std::time::Duration::from_secs(10), both).await.expect("neither waits for the other");
        a.and(b).unwrap();
    }

    #[tokio::test]
    async fn a_refused_change_leaves_no_mark() {
        let (_dir, bucket, store) = hybrid().await;
        let stale = PutMode::Update(Version("another".to_owned()));
        assert!(store.put("webhook_reports/c/processed.csv", Bytes::from_static(b"x"), stale).await.is_err());
        assert_eq!(store.local.list(UNCOPIED_FOLDER, None, 10).await.unwrap(), Vec::<String>::new());
        assert_eq!(bucket.keys(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn banks_and_templates_come_from_either_place() {
        let (_dir, bucket, store) = hybrid().await;
        bucket.put("questions/b.csv", Bytes::from_static(b"bucket"), PutMode::Create).await.unwrap();
        for key in ["questions/a.csv", "questions/c.csv"] {
            store.put(key, Bytes::from_static(b"disk"), PutMode::Create).await.unwrap();
        }
        assert_eq!(store.list("questions/", None, 2).await.unwrap(), ["questions/a.csv", "questions/b.csv"]);
        assert_eq!(&store.get("questions/b.csv").await.unwrap().unwrap().0[..], b"bucket");
    }

    #[tokio::test]
    async fn the_bucket_ends_with_what_the_disk_has() {
        let (_dir, bucket, store) = hybrid().await;
        let store = Arc::new(store);
        let mut writers = tokio::task::JoinSet::new();
        for n in 0..30 {
            let store = Arc::clone(&store);
            writers
                .spawn(async move { store.put("webhook_reports/c/processed.csv", Bytes::from(format!("{n}")), PutMode::Overwrite).await });
        }
        assert!(writers.join_all().await.into_iter().all(|written| written.is_ok()));
        let (disk, copy) =
            (store.get("webhook_reports/c/processed.csv").await.unwrap(), bucket.get("webhook_reports/c/processed.csv").await.unwrap());
        assert_eq!(disk.unwrap().0, copy.unwrap().0);
    }
}
