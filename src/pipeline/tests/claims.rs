//! One report for one submission, by whichever record claims it.

use serde_json::{Value, json};

use super::harness::{TITLE, World};
use crate::clock::Clock as _;
use crate::model::ids::JobId;

const BANK: &str = "question_number,correct_alternative,lecture\n1,A,Fracciones\n2,B,Decimales\n3,C,Porcentajes\n4,D,Álgebra\n";

fn id(number: u8) -> JobId {
    JobId::from_digest([number; 32])
}

fn keys(world: &World, folder: &str) -> Vec<String> {
    world.store.keys().into_iter().filter(|key| key.starts_with(folder)).collect()
}

#[tokio::test]
async fn a_result_is_the_claim_of_its_submission_and_costs_no_object_of_its_own() {
    let world = World::new().await;
    assert_eq!(world.run_about(&world.job(1), "s1").await.unwrap()["status"], "sent");
    let results = keys(&world, "results/");
    assert!(results.len() == 1 && results[0].ends_with("/of_s1.json"), "{results:?}");
    assert_eq!(keys(&world, "claims/"), Vec::<String>::new());
    let result: Value = serde_json::from_str(&world.text(&results[0]).await).unwrap();
    assert_eq!(result["job"], json!(id(1)));
    assert_eq!(world.run_about(&world.job(2), "s1").await.unwrap()["status"], "duplicate");
    assert_eq!(world.run_about(&world.job(3), "s2").await.unwrap()["status"], "sent");
    assert_eq!((world.mails().len(), keys(&world, "results/").len()), (2, 2), "a duplicate leaves no result");
}

#[tokio::test]
async fn a_claim_that_an_earlier_release_left_apart_is_respected() {
    let world = World::new().await;
    world.keep("claims/0123456789abcdef01234567/6130afb278d2c94eeb228d12/s1", id(7).as_str()).await;
    assert_eq!(world.run_about(&world.job(1), "s1").await.unwrap()["status"], "duplicate");
    assert_eq!(world.run_about(&world.job(7), "s1").await.unwrap()["status"], "sent", "it is its own");
    assert_eq!(world.run_about(&world.job(2), "s1").await.unwrap()["status"], "duplicate");
    assert_eq!(world.mails().len(), 1);
}

#[tokio::test]
async fn a_job_that_cannot_be_judged_claims_its_submission_all_the_same() {
    let world = World::empty(crate::pipeline::config::PipelineConfig::for_testing());
    let first = world.job(1);
    assert_eq!(world.run_about(&first, "s1").await.unwrap_err().cause, "bank_missing");
    assert_eq!(world.run_about(&world.job(2), "s1").await.unwrap()["status"], "duplicate");
    assert_eq!(keys(&world, "claims/").len(), 1);
    world.keep(&format!("questions/{TITLE}.csv"), BANK).await;
    world.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(world.run_about(&world.job(3), "s1").await.unwrap()["status"], "duplicate", "at {}", world.clock.now());
    assert_eq!(world.run_about(&first.released(), "s1").await.unwrap()["status"], "sent");
    assert_eq!(world.run_about(&world.job(4), "s1").await.unwrap()["status"], "duplicate");
    assert_eq!(world.mails().len(), 1);
}

#[tokio::test]
async fn a_damaged_result_claims_nothing_and_is_written_anew() {
    let world = World::new().await;
    world.run_about(&world.job(1), "s1").await.unwrap();
    let key = keys(&world, "results/").remove(0);
    world.keep(&key, "{\"job\":").await;
    assert_eq!(world.run_about(&world.job(2), "s1").await.unwrap()["status"], "sent");
    assert!(world.text(&key).await.contains(id(2).as_str()));
}

#[tokio::test]
async fn a_job_opened_again_whose_submission_is_another_ones_is_filed_under_its_own_name() {
    let world = World::new().await;
    world.run_about(&world.job(1), "s1").await.unwrap();
    let second = world.job(2);
    assert_eq!(world.run_about(&second, "s1").await.unwrap()["status"], "duplicate");
    assert_eq!(world.run_about(&second.released(), "s1").await.unwrap()["status"], "sent");
    let results = keys(&world, "results/");
    assert!(results.len() == 2 && results[0].ends_with(&format!("_{}.json", id(2))), "{results:?}");
}
