//! Each report has one row, whoever folds and however often.

use super::*;
use crate::storage::memory::MemoryStore;

fn row(number: u32) -> Row {
    Row {
        course: "Curso ñ".to_owned(),
        user_id: format!("u{number}"),
        assessment_title: "M1, \"parte\" 1".to_owned(),
        user_email: "=cmd|'/c calc'!A1@x.cl".to_owned(),
        processed_at: Timestamp::from_second(1_800_000_000 + i64::from(number)).unwrap(),
        job_id: format!("job{number}"),
        submission_id: None,
        percentage: 74.96,
        level: Some("Nivel 2".to_owned()),
        file: format!("webhook_reports/{number}.pdf"),
    }
}

async fn text(store: &MemoryStore) -> String {
    let (bytes, _) = store.get("webhook_reports/Curso ñ/processed.csv").await.unwrap().unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_row_is_quoted_and_harmless_to_spreadsheets() {
    let store = Arc::new(MemoryStore::new());
    let processed = Processed::new(store.clone());
    processed.leave(&row(1), "job1").await.unwrap();
    assert_eq!(processed.fold().await.unwrap(), Folded { courses: 1, rows: 1 });
    assert_eq!(
        text(&store).await,
        "user_id,assessment_title,user_email,processed_at,job_id,submission_id,percentage,level,file\r\n\
         u1,\"M1, \"\"parte\"\" 1\",'=cmd|'/c calc'!A1@x.cl,2027-01-15T08:00:01Z,job1,,75.0,Nivel 2,webhook_reports/1.pdf\r\n"
    );
}

#[tokio::test]
async fn ten_instances_that_fold_at_once_give_each_row_once() {
    let store = Arc::new(MemoryStore::new());
    let instances: Vec<Processed> = (0..10).map(|_| Processed::new(store.clone())).collect();
    for number in 0..50 {
        instances[number as usize % 10].leave(&row(number), &format!("job{number}")).await.unwrap();
    }
    let folds = futures::future::join_all(instances.iter().map(Processed::fold)).await;
    drop(folds);
    instances[0].fold().await.unwrap();
    let text = text(&store).await;
    assert_eq!(text.lines().count(), 51, "{text}");
    assert!(store.keys().iter().all(|key| !key.starts_with("folding/")));
}

#[tokio::test]
async fn a_fold_that_died_before_it_cleaned_up_adds_nothing_twice() {
    let store = Arc::new(MemoryStore::new());
    let processed = Processed::new(store.clone());
    for _ in 0..3 {
        processed.leave(&row(1), "job1").await.unwrap();
        processed.fold().await.unwrap();
    }
    assert_eq!(text(&store).await.lines().count(), 2);
}

#[tokio::test]
async fn an_index_of_the_older_service_is_carried_on() {
    let store = Arc::new(MemoryStore::new());
    let old = "user_id,assessment_title,user_email,processed_at,remark\nu0,M1,a@x.cl,2025-01-01T10:00:00,\"by, hand\"\n";
    store.put("webhook_reports/Curso ñ/processed.csv", Bytes::from(old), PutMode::Create).await.unwrap();
    let processed = Processed::new(store.clone());
    processed.leave(&row(1), "job1").await.unwrap();
    processed.fold().await.unwrap();
    let text = text(&store).await;
    assert!(text.starts_with("user_id,assessment_title,user_email,processed_at,remark,job_id,"), "{text}");
    assert!(text.contains("u0,M1,a@x.cl,2025-01-01T10:00:00,\"by, hand\",,,,,\r\n"), "{text}");
    assert_eq!(text.lines().count(), 3);
}

#[tokio::test]
async fn a_rebuild_gives_what_the_folds_gave() {
    let store = Arc::new(MemoryStore::new());
    let processed = Processed::new(store.clone());
    for number in 0..5u32 {
        let job = crate::model::ids::JobId::from_digest([number as u8; 32]);
        let row = Row { job_id: job.to_string(), ..row(number) };
        let key = ObjectKey::JobRecord { job: &job, record: "notified" }.path();
        let record = Notified { at: row.processed_at, row: row.clone() };
        store.put(&key, Bytes::from(serde_json::to_vec(&record).unwrap()), PutMode::Create).await.unwrap();
        processed.leave(&row, job.as_str()).await.unwrap();
    }
    processed.fold().await.unwrap();
    let folded = text(&store).await;
    store.delete("webhook_reports/Curso ñ/processed.csv").await.unwrap();
    assert_eq!(processed.rebuild(Timestamp::MAX).await.unwrap(), Folded { courses: 1, rows: 5 });
    assert_eq!(text(&store).await, folded);
    assert_eq!(processed.rebuild(Timestamp::MAX).await.unwrap().rows, 5);
    assert_eq!(text(&store).await, folded);
}

#[tokio::test]
async fn a_rebuild_beside_a_running_service_loses_no_row() {
    let store = Arc::new(MemoryStore::new());
    let processed = Processed::new(store.clone());
    // Folded while the rebuild looked through older records: no record of it was seen.
    processed.leave(&Row { job_id: "new".to_owned(), ..row(1) }, "new").await.unwrap();
    processed.fold().await.unwrap();
    let job = crate::model::ids::JobId::from_digest([7; 32]);
    let seen = Row { job_id: job.to_string(), ..row(2) };
    let key = ObjectKey::JobRecord { job: &job, record: "notified" }.path();
    let record = Notified { at: seen.processed_at, row: seen };
    store.put(&key, Bytes::from(serde_json::to_vec(&record).unwrap()), PutMode::Create).await.unwrap();
    processed.rebuild(row(1).processed_at).await.unwrap();
    let text = text(&store).await;
    assert!(text.contains(",new,") && text.contains(job.as_str()), "{text}");
}

#[tokio::test]
async fn an_index_nobody_can_read_is_not_overwritten() {
    let store = Arc::new(MemoryStore::new());
    store.put("webhook_reports/Curso ñ/processed.csv", Bytes::from_static(b"a,b\n\xff\xfe,c\n"), PutMode::Create).await.unwrap();
    let processed = Processed::new(store.clone());
    processed.leave(&row(1), "job1").await.unwrap();
    assert!(matches!(processed.fold().await, Err(ProcessedError::Unreadable { .. })));
    assert!(store.keys().iter().any(|key| key.starts_with("folding/")), "the row waits");
}
