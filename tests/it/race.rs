//! Several instances of the real binary on one store: what is one event is one job and one mail.

use std::path::Path;

use bytes::Bytes;
use gradepost::storage::config::{BucketConfig, StorageConfig};
use gradepost::storage::key::ObjectKey;
use gradepost::storage::{PutMode, Store};

use crate::gcs_emulator::fresh_bucket;
use crate::harness::{Service, completion, repository, school};
use crate::smtp_server::smtp_server;

const WEBHOOKS: usize = 200;
pub(crate) const BANK: &str = "Test de diagnóstico Parte 1.csv";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_identical_webhooks_over_three_instances_on_a_folder_are_one_mail() {
    let school = school();
    race(school.path(), &[], "folder-racer").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_identical_webhooks_over_three_instances_on_a_bucket_are_one_mail() {
    let Some((endpoint, name)) = fresh_bucket().await else { return };
    let scratch = tempfile::tempdir().unwrap();
    let store = bucket(&endpoint, &name).await;
    let bank = std::fs::read(repository("test_data/questions").join(BANK)).unwrap();
    store.put(&ObjectKey::Question(BANK).path(), Bytes::from(bank), PutMode::Create).await.unwrap();
    let settings = [("STORAGE_BACKEND", "gcp"), ("GCP_BUCKET_NAME", name.as_str()), ("GCS_ENDPOINT", endpoint.as_str())];
    race(scratch.path(), &settings, "bucket-racer").await;
    let reports = store.list("webhook_reports/", None, 100).await.unwrap();
    assert_eq!(reports.iter().filter(|key| key.contains(".pdf")).count(), 1, "{reports:?}");
    // Who lost the race in another second leaves a pointer that leads nowhere; a sweep takes it away when it is old.
    let strays = store.list("due/", None, 100).await.unwrap();
    assert!(strays.len() <= 2, "{strays:?}");
}

pub(crate) async fn bucket(endpoint: &str, name: &str) -> std::sync::Arc<dyn Store> {
    let bucket = BucketConfig { name: name.to_owned(), project: None, endpoint: Some(endpoint.to_owned()) };
    let config = StorageConfig { backend: gradepost::storage::config::Backend::Gcp, bucket: Some(bucket), ..StorageConfig::for_testing() };
    gradepost::storage::open(&config).await.unwrap()
}

/// Posts one event 200 times at once, turn by turn to three instances.
async fn race(folder: &Path, settings: &[(&str, &str)], student: &str) {
    let Some(smtp) = smtp_server() else { return };
    let port = smtp.config("plain").smtp.unwrap().port.to_string();
    let mut all = vec![
        ("MAIL_TRANSPORT", "smtp"),
        ("SMTP_SERVER", "127.0.0.1"),
        ("SMTP_PORT", port.as_str()),
        ("SMTP_TLS", "none"),
        ("RATE_LIMIT_PER_MINUTE", "100000"),
    ];
    all.extend_from_slice(settings);
    let instances: Vec<Service> = (0..3).map(|_| Service::start(folder, &all)).collect();
    let body = completion(student);
    let answers = futures::future::join_all((0..WEBHOOKS).map(|n| instances[n % 3].webhook(&body))).await;

    let logs = || instances.iter().map(Service::log).collect::<Vec<_>>().join("\n");
    assert!(answers.iter().all(|answer| answer.status == 200), "{:?}\n{}", answers.iter().find(|answer| answer.status != 200), logs());
    let processed = answers.iter().filter(|answer| answer.body["status"] == "processed").count();
    assert_eq!(processed, 1, "one answer says that the report was made, the others that it was known\n{}", logs());
    let jobs: std::collections::BTreeSet<&str> = answers.iter().filter_map(|answer| answer.body["job_id"].as_str()).collect();
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert_eq!(smtp.taken(&format!("{student}@example.com")).len(), 1, "{}", logs());
}
