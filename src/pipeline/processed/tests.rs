//! Each report has one row, whoever adds it and however often.

use serde_json::json;

use super::*;
use crate::model::card::{AssessmentFacts, MailFacts, StudentFacts};
use crate::pipeline::consent::NoWishes;
use crate::pipeline::consent::tests::Blocks;
use crate::storage::memory::MemoryStore;

const INDEX: &str = "webhook_reports/Curso ñ/processed.csv";

fn job(number: u32) -> JobId {
    JobId::from_digest([number as u8; 32])
}

fn facts(number: u32) -> ReportFacts {
    let at = Timestamp::from_second(1_800_000_000 + i64::from(number)).unwrap();
    ReportFacts {
        course: Some("Curso ñ".to_owned()),
        student: StudentFacts { key: format!("u{number}"), name: "Ana".to_owned(), email: Some("=cmd|'/c calc'!A1@x.cl".to_owned()) },
        assessment: AssessmentFacts { key: "m1".to_owned(), title: "M1, \"parte\" 1".to_owned() },
        pct: Some(74.96),
        level: Some("Nivel 2".to_owned()),
        file: Some(format!("webhook_reports/{number}.pdf")),
        mail: Some(MailFacts { at, tries: 1, ambiguous: 0 }),
        ..ReportFacts::default()
    }
}

fn card(number: u32) -> Card {
    let at = Timestamp::from_second(1_800_000_000 + i64::from(number)).unwrap();
    Card { job: job(number), ..Card::of_test(0, at, facts(number)) }
}

fn over(store: Arc<MemoryStore>) -> Processed {
    Processed::new(store, Arc::new(NoWishes))
}

async fn put(store: &MemoryStore, key: &str, value: serde_json::Value) {
    store.put(key, Bytes::from(value.to_string()), PutMode::Create).await.unwrap();
}

async fn ended(store: &MemoryStore, number: u32) {
    let end = json!({ "version": 1, "attempt": 1, "state": "done", "at": "2027-01-15T08:00:01Z", "summary": { "card": facts(number) } });
    put(store, &ObjectKey::JobRecord { job: &job(number), record: "end" }.path(), end).await;
}

async fn notified(store: &MemoryStore, number: u32) {
    let record = json!({ "at": "2027-01-15T08:00:01Z", "row": Row::of(&card(number)).unwrap() });
    put(store, &ObjectKey::JobRecord { job: &job(number), record: "notified" }.path(), record).await;
}

async fn text(store: &MemoryStore) -> String {
    let (bytes, _) = store.get(INDEX).await.unwrap().unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_row_is_quoted_and_harmless_to_spreadsheets() {
    let store = Arc::new(MemoryStore::new());
    over(store.clone()).apply(&[card(1)], Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!(
        text(&store).await,
        format!(
            "user_id,assessment_title,user_email,processed_at,job_id,submission_id,percentage,level,file\r\n\
             u1,\"M1, \"\"parte\"\" 1\",'=cmd|'/c calc'!A1@x.cl,2027-01-15T08:00:01Z,{},,75.0,Nivel 2,webhook_reports/1.pdf\r\n",
            job(1)
        )
    );
}

#[tokio::test]
async fn only_a_report_that_was_sent_has_a_row() {
    let store = Arc::new(MemoryStore::new());
    let mut others = vec![card(1), card(2), card(3)];
    others[0].state = "parked".to_owned();
    others[1].report.mail = None;
    others[2].state = "released".to_owned();
    over(store.clone()).apply(&others, Timestamp::UNIX_EPOCH).await.unwrap();
    assert!(store.keys().is_empty());
}

#[tokio::test]
async fn ten_instances_that_add_at_once_give_each_row_once() {
    let store = Arc::new(MemoryStore::new());
    let instances: Vec<Processed> = (0..10).map(|_| over(store.clone())).collect();
    let cards: Vec<Card> = (0..50).map(card).collect();
    let applied = futures::future::join_all(instances.iter().map(|processed| processed.apply(&cards, Timestamp::UNIX_EPOCH))).await;
    drop(applied);
    instances[0].apply(&cards, Timestamp::UNIX_EPOCH).await.unwrap();
    let text = text(&store).await;
    assert_eq!(text.lines().count(), 51, "{text}");
}

#[tokio::test]
async fn what_a_release_without_a_feed_left_is_added_once_and_removed() {
    let store = Arc::new(MemoryStore::new());
    for _ in 0..3 {
        let row = serde_json::to_value(Row::of(&card(1)).unwrap()).unwrap();
        put(&store, &ObjectKey::Unfolded { course: "Curso ñ", row: job(1).as_str() }.path(), row).await;
        over(store.clone()).take_older(Timestamp::UNIX_EPOCH).await.unwrap();
    }
    assert_eq!(text(&store).await.lines().count(), 2);
    assert!(store.keys().iter().all(|key| !key.starts_with("folding/")));
}

#[tokio::test]
async fn an_index_of_the_older_service_is_carried_on() {
    let store = Arc::new(MemoryStore::new());
    let old = "user_id,assessment_title,user_email,processed_at,remark\nu0,M1,a@x.cl,2025-01-01T10:00:00,\"by, hand\"\n";
    store.put(INDEX, Bytes::from(old), PutMode::Create).await.unwrap();
    over(store.clone()).apply(&[card(1)], Timestamp::UNIX_EPOCH).await.unwrap();
    let text = text(&store).await;
    assert!(text.starts_with("user_id,assessment_title,user_email,processed_at,remark,job_id,"), "{text}");
    assert!(text.contains("u0,M1,a@x.cl,2025-01-01T10:00:00,\"by, hand\",,,,,\r\n"), "{text}");
    assert_eq!(text.lines().count(), 3);
}

#[tokio::test]
async fn a_rebuild_gives_what_the_feed_gave_from_the_records_of_this_release_and_of_older_ones() {
    let store = Arc::new(MemoryStore::new());
    let processed = over(store.clone());
    for number in 0..6u32 {
        if number % 2 == 0 { ended(&store, number).await } else { notified(&store, number).await }
    }
    processed.apply(&(0..6).map(card).collect::<Vec<_>>(), Timestamp::UNIX_EPOCH).await.unwrap();
    let followed = text(&store).await;
    store.delete(INDEX).await.unwrap();
    for _ in 0..2 {
        assert_eq!(processed.write_anew().await.unwrap(), Rebuilt { courses: 1, rows: 6 });
        assert_eq!(text(&store).await, followed);
    }
}

#[tokio::test]
async fn a_rebuild_leaves_out_what_it_cannot_read_and_goes_on() {
    let store = Arc::new(MemoryStore::new());
    ended(&store, 1).await;
    let key = ObjectKey::JobRecord { job: &job(2), record: "end" }.path();
    store.put(&key, Bytes::from_static(b"\0"), PutMode::Create).await.unwrap();
    assert_eq!(over(store.clone()).write_anew().await.unwrap().rows, 1);
}

#[tokio::test]
async fn a_rebuild_drops_a_row_only_when_its_job_knows_nothing_of_it() {
    let store = Arc::new(MemoryStore::new());
    let processed = over(store.clone());
    processed.apply(&[card(1), card(2), card(3)], Timestamp::UNIX_EPOCH).await.unwrap();
    ended(&store, 1).await;
    // Written while the rebuild scanned what lies before it: the scan has missed it, its job has not.
    ended(&store, 2).await;
    let scanned = [Row::of(&card(1)).unwrap()];
    let stale = processed.stale_rows("Curso ñ", &scanned).await.unwrap();
    assert_eq!(stale, HashSet::from([Row::of(&card(3)).unwrap().id()]), "whose job has no record of it");
    processed.merge("Curso ñ", &scanned, &stale).await.unwrap();
    let text = text(&store).await;
    assert!(text.contains(job(1).as_str()) && text.contains(job(2).as_str()) && !text.contains(job(3).as_str()), "{text}");
}

#[tokio::test]
async fn a_rebuild_keeps_the_rows_of_jobs_that_it_cannot_read() {
    let store = Arc::new(MemoryStore::new());
    let processed = over(store.clone());
    processed.apply(&[card(1), card(2), card(3)], Timestamp::UNIX_EPOCH).await.unwrap();
    for number in 1..=3 {
        ended(&store, number).await;
    }
    let end = |number| ObjectKey::JobRecord { job: &job(number), record: "end" }.path();
    store.put(&end(2), Bytes::from_static(b"\0"), PutMode::Overwrite).await.unwrap();
    store.refuse(&end(3));
    processed.write_anew().await.unwrap();
    assert_eq!(text(&store).await.lines().count(), 4);
}

#[tokio::test]
async fn rows_wait_for_an_index_that_nobody_can_read_and_other_courses_do_not() {
    let store = Arc::new(MemoryStore::new());
    store.put(INDEX, Bytes::from_static(b"a,b\n\xff\xfe,c\n"), PutMode::Create).await.unwrap();
    let processed = over(store.clone());
    let mut other = card(2);
    other.report.course = Some("Otro".to_owned());
    processed.apply(&[card(1), other], Timestamp::UNIX_EPOCH).await.expect("it is no failure of the store");
    assert!(store.get("webhook_reports/Otro/processed.csv").await.unwrap().is_some());
    assert_eq!(&store.get(INDEX).await.unwrap().unwrap().0[..], b"a,b\n\xff\xfe,c\n", "it is not overwritten");
    store.put(INDEX, Bytes::from_static(b"a,b\nx,c\n"), PutMode::Overwrite).await.unwrap();
    processed.look(Timestamp::UNIX_EPOCH).await.unwrap();
    assert!(text(&store).await.contains(job(1).as_str()));
}

#[tokio::test]
async fn whose_data_are_blocked_has_no_row_until_it_is_lifted() {
    let store = Arc::new(MemoryStore::new());
    for number in 1..=3 {
        ended(&store, number).await;
    }
    let blocks = Arc::new(Blocks::default());
    let processed = Processed::new(store.clone(), blocks.clone());
    processed.apply(&[card(1), card(2)], Timestamp::UNIX_EPOCH).await.unwrap();
    let (ours, others) = (BTreeSet::from([job(2), job(3)]), BTreeSet::from([job(1)]));
    let students = async || -> Vec<String> {
        let text = text(&store).await;
        text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
    };

    for name in ["u2", "u3"] {
        blocks.block(name);
    }
    processed.follow(&ours).await.unwrap();
    assert_eq!(students().await, ["u1"]);
    // A mail that was on its way gives no row, nor does making everything anew.
    processed.apply(&[card(2), card(3)], Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!(processed.write_anew().await.unwrap(), Rebuilt { courses: 1, rows: 1 });
    assert_eq!(students().await, ["u1"]);

    blocks.lift("u2");
    blocks.lift("u3");
    for _ in 0..2 {
        processed.follow(&ours).await.unwrap();
    }
    processed.follow(&others).await.unwrap();
    assert_eq!(students().await, ["u1", "u2", "u3"]);
}

#[tokio::test]
async fn making_everything_anew_takes_out_the_last_row_of_a_course() {
    let store = Arc::new(MemoryStore::new());
    ended(&store, 1).await;
    let blocks = Arc::new(Blocks::default());
    let processed = Processed::new(store.clone(), blocks.clone());
    processed.apply(&[card(1)], Timestamp::UNIX_EPOCH).await.unwrap();
    blocks.block("=cmd|'/c calc'!A1@x.cl");
    processed.write_anew().await.unwrap();
    assert_eq!(text(&store).await.lines().count(), 1, "by the address, too");
}
