//! Ten instances of the real binary on one store, all folding the same index.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use gradepost::storage::config::{Backend, StorageConfig};
use gradepost::storage::key::ObjectKey;
use gradepost::storage::{PutMode, Store};

use crate::gcs_emulator::fresh_bucket;
use crate::harness::{Service, completion, processed, repository, school};
use crate::race::{BANK, bucket};

const INSTANCES: usize = 10;
const EVENTS: usize = 60;

/// Posts to the instances in turn, then ends them all at the same moment, when each folds what waits.
async fn fold_together(folder: &Path, settings: &[(&str, &str)], store: &dyn Store) {
    let mut all = vec![("WORKERS", "2"), ("RATE_LIMIT_PER_MINUTE", "100000"), ("WEBHOOK_WAIT_SECONDS", "0"), ("SWEEP_SECONDS", "5")];
    all.extend_from_slice(settings);
    let instances: Vec<Service> = (0..INSTANCES).map(|_| Service::start(folder, &all)).collect();
    let answers = futures::future::join_all((0..EVENTS).map(|n| {
        let instance = &instances[n % INSTANCES];
        async move { instance.webhook(&completion(&format!("student{n}"))).await }
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.status < 300), "{:?}", answers.iter().find(|answer| answer.status >= 300));
    let ends: Vec<_> = instances.into_iter().map(|mut instance| std::thread::spawn(move || instance.terminate())).collect();
    for end in ends {
        assert!(end.join().unwrap().success());
    }
    // One more takes up what the ten handed back, and folds what lost the race against the others.
    let mut last = Service::start(folder, &all);
    let deadline = Instant::now() + Duration::from_mins(3);
    while Instant::now() < deadline && !store.list("due/", None, 1).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(last.terminate().success());
    assert_eq!(store.list("folding/", None, 10).await.unwrap(), Vec::<String>::new(), "nothing waits to be folded");
}

fn assert_each_once(rows: &[String]) {
    let students: BTreeSet<&str> = rows.iter().filter_map(|row| row.split(',').next()).collect();
    assert_eq!((rows.len(), students.len()), (EVENTS, EVENTS), "{rows:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_instances_on_a_folder_give_each_report_one_row() {
    let school = school();
    let folder = StorageConfig { backend: Backend::Local, data_dir: school.path().to_owned(), bucket: None };
    fold_together(school.path(), &[], &*gradepost::storage::open(&folder).await.unwrap()).await;
    assert_each_once(&processed(school.path()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_instances_on_a_bucket_give_each_report_one_row() {
    let Some((endpoint, name)) = fresh_bucket().await else { return };
    let scratch = tempfile::tempdir().unwrap();
    let store = bucket(&endpoint, &name).await;
    let bank = std::fs::read(repository("test_data/questions").join(BANK)).unwrap();
    store.put(&ObjectKey::Question(BANK).path(), Bytes::from(bank), PutMode::Create).await.unwrap();
    fold_together(scratch.path(), &[("STORAGE_BACKEND", "gcp"), ("GCP_BUCKET_NAME", &name), ("GCS_ENDPOINT", &endpoint)], &*store).await;
    let index = store.list("webhook_reports/", None, 1000).await.unwrap().into_iter().find(|key| key.ends_with("processed.csv")).unwrap();
    let (bytes, _) = store.get(&index).await.unwrap().unwrap();
    let rows: Vec<String> = String::from_utf8(bytes.to_vec()).unwrap().lines().skip(1).map(str::to_owned).collect();
    assert_each_once(&rows);
}
