//! Every loop of this room that reads many, with one object damaged or refused by the store: the others are served, and the log names the one.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;

use super::harness::{TITLE, World, completion, submission};
use crate::clock::Clock as _;
use crate::model::completion::Completion;
use crate::model::ids::JobId;
use crate::storage::{PutMode, Store as _};

/// What is wrong with an object.
#[derive(Debug, Clone, Copy)]
enum Damage {
    /// Its bytes are not what they were.
    Cut,
    /// The store does not give it.
    Refused,
}

/// A loop, by what it reads many of.
#[derive(Debug, Clone, Copy)]
enum Reads {
    /// `projections rebuild processed`: the ends of all jobs.
    EndsForProcessed,
    /// `projections rebuild cohorts`: the results of all students.
    ResultsForCohorts,
    /// `projections rebuild plans`: the cards of all jobs.
    CardsForPlans,
    /// The projections: what ended since.
    FeedForProjections,
    /// The projection of study plans: the ends of what is part of one.
    EndsForPlans,
    /// A report's history: the student's earlier results.
    ResultsForHistory,
    /// The reload of banks, profiles and templates: what the school edits.
    Banks,
}

const LOOPS: [Reads; 7] = [
    Reads::EndsForProcessed,
    Reads::ResultsForCohorts,
    Reads::CardsForPlans,
    Reads::FeedForProjections,
    Reads::EndsForPlans,
    Reads::ResultsForHistory,
    Reads::Banks,
];

/// What was logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

const PROFILES: &str = "[[assessment]]\nname = \"uno\"\nmatch = { title = \"Test*\" }\n[[assessment]]\nname = \"dos\"\nmatch = { title = \"Dos\" }\n[[plan]]\nname = \"todo\"\nassessments = [\"uno\", \"dos\"]\n";

struct Scene {
    world: World,
}

impl Scene {
    /// Three students have their reports, each a part of a plan.
    async fn new() -> Self {
        let world = World::new().await;
        world.keep("assessments.toml", PROFILES).await;
        for number in 1..=3 {
            world.run(&world.job_of(number, &by(number))).await.unwrap();
            world.clock.advance(Duration::from_secs(5));
        }
        Self { world }
    }

    async fn hurt(&self, damage: Damage, key: &str) {
        assert!(self.world.store.get(key).await.unwrap().is_some(), "{key} is there");
        match damage {
            Damage::Cut => drop(self.world.store.put(key, Bytes::from_static(b"{\"v"), PutMode::Overwrite).await.unwrap()),
            Damage::Refused => self.world.store.refuse(key),
        }
    }

    fn key(&self, part: &str, number: u8) -> String {
        let is_it = |key: &String| key.contains(part) && (key.contains(job(number).as_str()) || key.contains(&format!("u{number}")));
        self.world.store.keys().into_iter().find(is_it).unwrap()
    }

    /// Hurts one object, and runs the loop over all; the key of the one.
    async fn run(&self, reads: Reads, damage: Damage) -> String {
        let world = &self.world;
        let rebuild = async |name: &str| world.pipeline.rebuild(name, world.clock.now()).await.unwrap();
        match reads {
            Reads::EndsForProcessed => {
                let key = self.key("/end.json", 2);
                self.hurt(damage, &key).await;
                assert_eq!(rebuild("processed").await, "2 rows in 1 courses");
                key
            }
            Reads::ResultsForCohorts => {
                let key = self.key("results/", 2);
                self.hurt(damage, &key).await;
                assert_eq!(rebuild("cohorts").await, "2 students in 1 cohorts");
                key
            }
            Reads::CardsForPlans => {
                let key = self.key("feed/", 2);
                self.hurt(damage, &key).await;
                assert_eq!(rebuild("plans").await, "2 results in 1 plans");
                key
            }
            Reads::FeedForProjections => {
                let key = self.key("feed/", 2);
                self.hurt(damage, &key).await;
                world.pipeline.upkeep().await.unwrap();
                let index = world.text("webhook_reports/Diagnóstico 2026/processed.csv").await;
                assert_eq!(index.lines().count(), 3, "{index}");
                key
            }
            Reads::EndsForPlans => {
                let key = self.key("/end.json", 2);
                self.hurt(damage, &key).await;
                world.pipeline.upkeep().await.unwrap();
                assert_eq!(world.store.keys().iter().filter(|key| key.starts_with("plans/")).count(), 2);
                key
            }
            Reads::ResultsForHistory => {
                world.run(&world.job_of(12, &by(2))).await.unwrap();
                let key = self.key("results/", 2);
                self.hurt(damage, &key).await;
                world.clock.advance(Duration::from_secs(5));
                world.platform.answers(Ok(Some(submission(["A", "B", "C", "D"]))));
                assert_eq!(world.run(&world.job_of(13, &by(2))).await.unwrap()["status"], "sent");
                let report: serde_json::Value = serde_json::from_slice(&world.mails().pop().unwrap().mail.attachments[0].bytes).unwrap();
                assert_eq!(report["history"].as_array().unwrap().len(), 2, "the other one before it, and this one: {}", report["history"]);
                key
            }
            Reads::Banks => {
                world.keep("questions/Dos.csv", "question_number,correct_alternative,lecture\n1,A,Cuentos\n").await;
                let key = format!("questions/{TITLE}.csv");
                self.hurt(damage, &key).await;
                world.clock.advance(Duration::from_mins(1));
                let mut other = by(9);
                other.assessment.title = Some("Dos".to_owned());
                assert_eq!(world.run(&world.job_of(9, &other)).await.unwrap()["status"], "sent");
                // The one before serves on where it was read; where the store gives none, its jobs wait, and say for what.
                let of_it = world.run(&world.job_of(10, &by(10))).await;
                assert!(of_it.is_ok() || of_it.is_err_and(|error| error.message.contains(&key)));
                key
            }
        }
    }
}

fn by(number: u8) -> Completion {
    let mut completion = completion();
    completion.student.id = Some(format!("u{number}"));
    completion
}

fn job(number: u8) -> JobId {
    JobId::from_digest([number; 32])
}

#[tokio::test]
async fn one_damaged_object_stops_no_loop_and_is_named() {
    for (reads, damage) in LOOPS.into_iter().flat_map(|reads| [Damage::Cut, Damage::Refused].map(|damage| (reads, damage))) {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let scene = Scene::new().await;
        let _guard = tracing::subscriber::set_default(subscriber);
        let key = scene.run(reads, damage).await;
        let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let is_left_to_its_job = matches!((reads, damage), (Reads::Banks, Damage::Refused));
        // A damaged card is made again from its job's records, and nothing is lost.
        let is_repaired =
            matches!((reads, damage), (Reads::CardsForPlans | Reads::FeedForProjections, Damage::Cut)) && !told.contains(&key);
        assert!(told.contains(&key) || is_left_to_its_job || is_repaired, "{reads:?} {damage:?}: {key} is not named: {told}");
    }
}
