use super::*;
use crate::model::card::{AssessmentFacts, ReportFacts, StudentFacts};
use crate::pipeline::consent::NoWishes;
use crate::pipeline::consent::tests::Blocks;
use crate::storage::memory::MemoryStore;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap()
}

fn card(student: u32, minute: i64, percentage: f64) -> Card {
    let report = ReportFacts {
        pct: Some(percentage),
        student: StudentFacts { key: format!("u{student}"), ..StudentFacts::default() },
        assessment: AssessmentFacts { key: "M1".to_owned(), title: "Matemática 1".to_owned() },
        ..ReportFacts::default()
    };
    Card::of_test(student as u8, at(minute), report)
}

fn over(store: Arc<dyn Store>) -> Cohorts {
    Cohorts::new(store, Arc::new(NoWishes))
}

fn counted(percentages: &[f64]) -> CohortSummary {
    let mut summary = CohortSummary::default();
    for percentage in percentages {
        summary.add(*percentage);
    }
    summary
}

async fn results(store: &MemoryStore, results: &[(&str, i64, f64)]) {
    for (student, minute, percentage) in results {
        let filed = serde_json::json!({ "job": "j", "student": student, "at": at(*minute), "attempt": {
            "submission_id": null, "submitted_at": at(*minute), "percentage": percentage, "level": null, "correct": 1, "total": 2, "groups": {} } });
        let key = format!("results/M1/{student}/{minute}_j.json");
        store.put(&key, Bytes::from(filed.to_string()), PutMode::Create).await.unwrap();
    }
}

#[tokio::test]
async fn a_student_counts_once_with_the_newest_attempt_in_whatever_order_they_come() {
    let store = Arc::new(MemoryStore::new());
    let cohorts = over(store);
    for card in [card(1, 5, 80.0), card(1, 1, 20.0), card(2, 1, 40.0), card(1, 5, 80.0)] {
        cohorts.apply(&[card], at(9)).await.unwrap();
    }
    assert_eq!(cohorts.summary("M1").await.unwrap(), counted(&[80.0, 40.0]));
}

#[tokio::test]
async fn what_is_no_result_of_a_student_is_not_counted() {
    let cohorts = over(Arc::new(MemoryStore::new()));
    let mut others = vec![card(1, 1, 10.0), card(2, 1, 20.0), card(3, 1, 30.0)];
    others[0].state = "parked".to_owned();
    others[1].report.status = Some("duplicate".to_owned());
    others[2].report.is_plan = true;
    cohorts.apply(&others, at(9)).await.unwrap();
    assert_eq!(cohorts.summary("M1").await.unwrap(), CohortSummary::default());
}

#[tokio::test]
async fn ten_instances_count_every_student_once() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let instances: Vec<Cohorts> = (0..10).map(|_| over(store.clone())).collect();
    let cards: Vec<Card> = (0..60).map(|student| card(student, 1, f64::from(student))).collect();
    let applied = futures::future::join_all(instances.iter().map(|cohorts| cohorts.apply(&cards, at(9)))).await;
    drop(applied);
    instances[0].apply(&cards, at(9)).await.unwrap();
    assert_eq!(instances[0].summary("M1").await.unwrap().count(), 60);
}

#[tokio::test]
async fn the_summary_names_nobody() {
    let store = Arc::new(MemoryStore::new());
    over(store.clone()).apply(&[card(7, 1, 50.0)], at(9)).await.unwrap();
    let (bytes, _) = store.get("cohorts/M1/summary.json").await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("u7"));
}

#[tokio::test]
async fn a_damaged_cohort_is_made_anew_from_the_results_and_no_other_waits_for_it() {
    for damaged in ["cohorts/M1/members.json", "cohorts/M1/summary.json"] {
        let store = Arc::new(MemoryStore::new());
        let cohorts = over(store.clone());
        results(&store, &[("u1", 1, 20.0), ("u1", 5, 80.0), ("u2", 1, 40.0)]).await;
        store.put("results/M1/u3/1_j.json", Bytes::from_static(b"{"), PutMode::Create).await.unwrap();
        results(&store, &[("u4", 1, 10.0)]).await;
        store.refuse("results/M1/u4/1_j.json");
        store.put(damaged, Bytes::from_static(b"\0\0"), PutMode::Create).await.unwrap();
        let mut other = card(9, 1, 90.0);
        other.report.assessment.key = "M2".to_owned();
        cohorts.apply(&[card(2, 1, 40.0), other], at(9)).await.expect("a damaged cohort is no failure");
        cohorts.look(at(9)).await.unwrap();
        assert_eq!(cohorts.summary("M1").await.unwrap(), counted(&[80.0, 40.0]), "{damaged}");
        assert_eq!(cohorts.without("M1", "u2").await.unwrap(), counted(&[80.0]), "{damaged}");
        assert_eq!(cohorts.summary("M2").await.unwrap(), counted(&[90.0]), "{damaged}");
    }
}

#[tokio::test]
async fn a_cohort_that_a_report_finds_damaged_is_made_anew_too() {
    let store = Arc::new(MemoryStore::new());
    let cohorts = over(store.clone());
    results(&store, &[("u1", 1, 20.0)]).await;
    store.put("cohorts/M1/members.json", Bytes::from_static(b"[]"), PutMode::Create).await.unwrap();
    assert!(matches!(cohorts.without("M1", "u1").await, Err(CohortError::Damaged { .. })));
    cohorts.look(at(9)).await.unwrap();
    assert_eq!(cohorts.without("M1", "u1").await.unwrap(), CohortSummary::default());
}

#[tokio::test]
async fn a_rebuild_counts_what_the_results_tell() {
    let store = Arc::new(MemoryStore::new());
    let cohorts = over(store.clone());
    results(&store, &[("u1", 1, 20.0), ("u2", 1, 40.0)]).await;
    assert_eq!(cohorts.rebuild(at(9)).await.unwrap(), "2 students in 1 cohorts");
    assert_eq!(cohorts.summary("M1").await.unwrap(), counted(&[20.0, 40.0]));
}

#[tokio::test]
async fn what_a_release_without_a_feed_left_is_counted_once_and_removed() {
    let store = Arc::new(MemoryStore::new());
    let left = serde_json::json!({ "assessment": "M1", "student": "u1", "at": at(1), "percentage": 30.0 });
    store.put("counting/M1/job.json", Bytes::from(left.to_string()), PutMode::Create).await.unwrap();
    let cohorts = over(store.clone());
    cohorts.take_older(at(9)).await.unwrap();
    assert_eq!(cohorts.summary("M1").await.unwrap(), counted(&[30.0]));
    assert!(store.keys().iter().all(|key| !key.starts_with("counting/")));
}

#[tokio::test]
async fn whose_data_are_blocked_counts_in_no_figure_until_it_is_lifted() {
    let store = Arc::new(MemoryStore::new());
    let blocks = Arc::new(Blocks::default());
    let cohorts = Cohorts::new(store.clone(), blocks.clone());
    cohorts.apply(&[card(1, 1, 20.0), card(2, 2, 40.0), card(3, 3, 90.0)], at(9)).await.unwrap();
    blocks.block("u2");
    assert_eq!(cohorts.summary("M1").await.unwrap(), counted(&[20.0, 90.0]));
    assert_eq!(cohorts.without("M1", "u1").await.unwrap(), counted(&[90.0]));
    // What is counted or made anew meanwhile keeps everybody, so that nothing is lost.
    cohorts.apply(&[card(2, 5, 60.0)], at(9)).await.unwrap();
    assert_eq!(cohorts.summary("M1").await.unwrap(), counted(&[20.0, 90.0]));
    blocks.lift("u2");
    assert_eq!(cohorts.summary("M1").await.unwrap(), counted(&[20.0, 60.0, 90.0]));
    assert_eq!(cohorts.without("M1", "u3").await.unwrap(), counted(&[20.0, 60.0]));
}
