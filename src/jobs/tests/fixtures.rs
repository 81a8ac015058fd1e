//! Records that earlier versions wrote still load (`test_data/jobs/<version>/<story>/`).

use bytes::Bytes;

use super::*;
use crate::jobs::reading::read_job;
use crate::jobs::state::JobState;
use crate::model::ids::JobId;
use crate::storage::PutMode;

/// Puts a story's records into a fresh store as the records of one job.
#[expect(clippy::disallowed_methods, reason = "a test reads its fixtures")]
async fn load(story: &str) -> (World, JobId) {
    let world = World::new();
    let id = JobId::from_digest([7; 32]);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/jobs").join(story);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = Bytes::from(std::fs::read(&path).unwrap());
        world.store.put(&format!("jobs/{id}/{name}"), bytes, PutMode::Create).await.unwrap();
    }
    (world, id)
}

async fn state(story: &str) -> JobState {
    let (world, id) = load(story).await;
    read_job(&*world.store, &id).await.unwrap().unwrap().state()
}

#[tokio::test]
async fn version_1_records_load() {
    let words = [
        ("accepted", "waiting"),
        ("running", "running"),
        ("retrying", "waiting"),
        ("done", "done"),
        ("parked", "parked"),
        ("released", "waiting"),
        ("discarded", "dead"),
    ];
    for (story, word) in words {
        let (world, id) = load(&format!("v1/{story}")).await;
        let view = world.instance().operator().show(&id).await.unwrap().unwrap();
        assert_eq!((view.kind.as_str(), view.lane), ("report", LaneName::Reports), "{story}");
        assert_eq!(state(&format!("v1/{story}")).await.word(), word, "{story}");
    }
}

#[tokio::test]
async fn a_version_1_job_that_was_retrying_runs_to_its_end() {
    let (world, id) = load("v1/retrying").await;
    let jobs = world.instance();
    assert_eq!(jobs.operator().show(&id).await.unwrap().unwrap().attempts, 1);
    world.pass(3600);
    let outcome = jobs.run_one(&Scripted::default(), &id).await;
    assert!(matches!(outcome, crate::jobs::outcome::Outcome::Ended(_)), "{outcome:?}");
}

#[tokio::test]
async fn todays_records_are_those_of_version_1() {
    let world = World::new();
    let jobs = world.instance();
    let job = jobs.accept(world.event("a")).await.unwrap().job().clone();
    jobs.run_one(&Scripted::failing([JobError::retry("busy", "come back later")]), &job).await;
    world.pass(10);
    jobs.run_one(&Scripted::failing([JobError::park("bank_missing", "put the bank there")]), &job).await;
    jobs.operator().release(&job).await.unwrap();
    let shapes = [
        ("event", "delivery_key due effect_key kind lane park payload received_at source trace version"),
        ("lease-1", "fenced owner round taken_at until version"),
        ("outcome-1", "at cause due message version"),
        ("lease-2", "fenced owner round taken_at until version"),
        ("end", "at attempt cause message state summary version"),
        ("round-2", "action at due first_attempt version"),
    ];
    for (name, shape) in shapes {
        let (bytes, _) = world.store.get(&format!("jobs/{job}/{name}.json")).await.unwrap().unwrap();
        let record: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(record["version"], json!(1), "{name}");
        let mut fields: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields.join(" "), shape, "{name}: a changed shape needs a new version, and a fixture of the old one");
    }
}
