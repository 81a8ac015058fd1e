//! How jobs are run: the settings of this room.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use crate::env::{Env, shown};
use crate::model::lane::LaneName;

/// The settings of the durable core.
#[derive(Debug, Clone)]
pub struct JobsConfig {
    /// `WORKERS`: reports made at once by this instance; default 8, as a job mostly waits: for the platform, the disk, the mail server.
    pub workers: usize,
    /// `TASK_QUEUE`: how a job finds an instance to run it; default `inline`.
    pub queue: TaskQueue,
    /// `LEASE_SECONDS`: how long a job is left to an instance that shows no sign of life; default 30.
    pub lease: Duration,
    /// `SWEEP_SECONDS`: the longest time between two looks at what is overdue; default 60.
    pub sweep_every: Duration,
    /// How much clocks of instances may differ.
    pub skew: Duration,
    /// How long the accepting instance has to start a job before a sweep may.
    pub accept_grace: Duration,
    /// Jobs waiting for a worker here before `/webhook` is told to slow down.
    pub queue_limit: usize,
    /// The first pause before a record write that the store could not take is repeated; it doubles.
    pub write_pause: Duration,
    /// How long a fact that the store cannot take is kept in memory and tried again.
    pub fact_patience: Duration,
    /// The seed of the jitter.
    pub seed: u64,
    /// The name of this instance in leases; never the same twice.
    pub instance: String,
}

/// Where Google publishes the keys that its identity tokens are signed with.
const GOOGLE_KEYS: &str = "https://www.googleapis.com/oauth2/v3/certs";

/// How a job finds an instance to run it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskQueue {
    /// The accepting instance runs it.
    Inline,
    /// A Pub/Sub topic whose push subscription calls `POST /tasks/run`.
    PubSub {
        /// `PUBSUB_TOPIC` and those of single lanes, each as `projects/<project>/topics/<topic>`.
        topics: Topics,
        /// `PUBSUB_EMULATOR_HOST`: an emulator's `host:port`. Requests to it carry no credentials.
        emulator: Option<String>,
        /// Whose pushes are believed; without it `/tasks/run` takes `TASK_TOKEN` only.
        push: Option<PushConfig>,
    },
}

/// The identity tokens of the push subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushConfig {
    /// `PUBSUB_PUSH_AUDIENCE`: the audience set on the subscription, else its endpoint's address.
    pub audience: String,
    /// `PUBSUB_PUSH_ACCOUNT`: the e-mail address of the subscription's service account.
    pub account: String,
    /// `PUBSUB_PUSH_KEYS`: the address of the issuer's key set; default Google's.
    pub keys_url: String,
}

impl JobsConfig {
    /// Reads the section; problems are collected in `env`.
    pub fn from_env(env: &mut Env) -> Self {
        let mut config = Self::fresh();
        config.workers = in_range(env, "WORKERS", config.workers, 1, 256);
        config.lease = Duration::from_secs(in_range(env, "LEASE_SECONDS", config.lease.as_secs(), 3, 600));
        config.sweep_every = Duration::from_secs(in_range(env, "SWEEP_SECONDS", config.sweep_every.as_secs(), 1, 3600));
        if env.one_of("TASK_QUEUE", false, &[("inline", false), ("pubsub", true)]) {
            let emulator = env.var("PUBSUB_EMULATOR_HOST").map(ToOwned::to_owned);
            config.queue = TaskQueue::PubSub { topics: topics(env), emulator, push: PushConfig::from_env(env) };
            let names_a_caller = ["PUBSUB_PUSH_AUDIENCE", "PUBSUB_PUSH_ACCOUNT"].iter().any(|name| env.var(name).is_some());
            if !names_a_caller && !env.has_secret("TASK_TOKEN") {
                let message = "TASK_QUEUE=pubsub, but nobody may call /tasks/run; set PUBSUB_PUSH_AUDIENCE and PUBSUB_PUSH_ACCOUNT to the push subscription's, or TASK_TOKEN";
                env.problem("TASK_QUEUE", message);
            }
        }
        config
    }

    /// Settings for tests: no pauses, a fixed seed.
    pub fn for_testing() -> Self {
        Self { write_pause: Duration::ZERO, fact_patience: Duration::ZERO, seed: 1, queue_limit: 1000, ..Self::fresh() }
    }

    /// Jobs of a lane run at once by this instance.
    pub fn workers_of(&self, lane: LaneName) -> usize {
        match lane {
            LaneName::Reports => self.workers,
            // They mostly wait for the servers of others.
            LaneName::Deliveries => self.workers * 8,
            LaneName::Chores => 1,
        }
    }

    fn fresh() -> Self {
        // The standard library's hash keys come from the operating system's source of chance.
        let (high, low) = (RandomState::new().hash_one(1), RandomState::new().hash_one(2));
        Self {
            workers: 8,
            queue: TaskQueue::Inline,
            lease: Duration::from_secs(30),
            sweep_every: Duration::from_mins(1),
            skew: Duration::from_secs(2),
            accept_grace: Duration::from_secs(10),
            queue_limit: 10_000,
            write_pause: Duration::from_millis(200),
            fact_patience: Duration::from_hours(24),
            seed: low,
            instance: format!("{high:016x}"),
        }
    }
}

impl PushConfig {
    fn from_env(env: &mut Env) -> Option<Self> {
        let audience = env.var("PUBSUB_PUSH_AUDIENCE").map(ToOwned::to_owned);
        let account = env.var("PUBSUB_PUSH_ACCOUNT").map(ToOwned::to_owned);
        let keys_url = env.var("PUBSUB_PUSH_KEYS").unwrap_or(GOOGLE_KEYS).to_owned();
        match (audience, account) {
            (Some(audience), Some(account)) => Some(Self { audience, account, keys_url }),
            (None, None) => None,
            (Some(_), None) => {
                env.problem("PUBSUB_PUSH_ACCOUNT", "missing; pushes are believed by their audience and the service account together");
                None
            }
            (None, Some(_)) => {
                env.problem("PUBSUB_PUSH_AUDIENCE", "missing; pushes are believed by their audience and the service account together");
                None
            }
        }
    }
}

fn in_range<T: Copy + PartialOrd + std::fmt::Display + std::str::FromStr>(env: &mut Env, name: &str, default: T, least: T, most: T) -> T {
    let value = env.parsed(name, default, &format!("a whole number from {least} to {most}"));
    if value < least || value > most {
        env.problem(name, format!("{value} is outside {least} to {most}"));
        return default;
    }
    value
}

/// The topic of all lanes, and the topics of those that have their own.
fn topics(env: &mut Env) -> Topics {
    let usual = topic(env, "PUBSUB_TOPIC").unwrap_or_else(|| {
        env.problem("PUBSUB_TOPIC", "missing; TASK_QUEUE=pubsub needs the topic that jobs are published to");
        String::new()
    });
    let own = [(LaneName::Deliveries, "PUBSUB_TOPIC_DELIVERIES"), (LaneName::Chores, "PUBSUB_TOPIC_CHORES")];
    let own = own.into_iter().filter_map(|(lane, name)| Some((lane, topic(env, name)?))).collect();
    Topics { usual, own }
}

/// A topic's full name; a bare name is completed with `GCP_PROJECT_ID`.
fn topic(env: &mut Env, name: &str) -> Option<String> {
    let topic = env.var(name)?.to_owned();
    if topic.starts_with("projects/") && topic.contains("/topics/") {
        return Some(topic);
    }
    if topic.contains('/') {
        env.problem(name, format!("{} is not a topic; use its name or projects/<project>/topics/<topic>", shown(&topic)));
    }
    let Some(project) = env.var("GCP_PROJECT_ID") else {
        env.problem(name, "a bare name needs GCP_PROJECT_ID; or write projects/<project>/topics/<topic>");
        return Some(topic);
    };
    Some(format!("projects/{project}/topics/{topic}"))
}

/// The topics: one for all lanes, and one each for lanes that have their own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Topics {
    /// `PUBSUB_TOPIC`.
    pub usual: String,
    /// `PUBSUB_TOPIC_DELIVERIES`, `PUBSUB_TOPIC_CHORES`.
    pub own: BTreeMap<LaneName, String>,
}

impl Topics {
    /// The topic of a lane.
    pub fn of(&self, lane: LaneName) -> &str {
        self.own.get(&lane).unwrap_or(&self.usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_instances_never_share_a_name() {
        assert_ne!(JobsConfig::for_testing().instance, JobsConfig::for_testing().instance);
    }

    #[test]
    fn a_topic_is_completed_with_the_project() {
        let pairs = [("TASK_QUEUE", "pubsub"), ("PUBSUB_TOPIC", "jobs"), ("GCP_PROJECT_ID", "school"), ("TASK_TOKEN", "t")];
        let mut env = Env::from_pairs(pairs.into_iter().chain([("PUBSUB_TOPIC_DELIVERIES", "out")]));
        let TaskQueue::PubSub { topics, emulator: None, push: None } = JobsConfig::from_env(&mut env).queue else { panic!() };
        let topic_of = |lane| topics.of(lane).to_owned();
        assert_eq!(topic_of(LaneName::Reports), "projects/school/topics/jobs");
        assert_eq!(topic_of(LaneName::Chores), "projects/school/topics/jobs", "a lane without a topic of its own uses the usual one");
        assert_eq!(topic_of(LaneName::Deliveries), "projects/school/topics/out");
        assert!(env.problems().is_empty());
    }

    #[test]
    fn a_task_queue_that_nobody_may_answer_to_is_a_problem() {
        let base = [("TASK_QUEUE", "pubsub"), ("PUBSUB_TOPIC", "projects/p/topics/t")];
        let problems = |more: &[(&str, &str)]| {
            let mut env = Env::from_pairs([&base, more].concat());
            JobsConfig::from_env(&mut env);
            env.problems().iter().map(|problem| problem.variable.clone()).collect::<Vec<_>>()
        };
        assert_eq!(problems(&[]), ["TASK_QUEUE"]);
        assert!(problems(&[("TASK_TOKEN", "t")]).is_empty() && problems(&[("TASK_TOKEN_FILE", "/secrets/t")]).is_empty());
        assert!(problems(&[("PUBSUB_PUSH_AUDIENCE", "https://x/tasks/run"), ("PUBSUB_PUSH_ACCOUNT", "a@b.cl")]).is_empty());
    }

    #[test]
    fn every_problem_names_its_variable() {
        let pairs = [
            ("WORKERS", "0"),
            ("LEASE_SECONDS", "soon"),
            ("SWEEP_SECONDS", "9999"),
            ("TASK_QUEUE", "pubsub"),
            ("PUBSUB_PUSH_AUDIENCE", "https://x/tasks/run"),
        ];
        let mut env = Env::from_pairs(pairs);
        JobsConfig::from_env(&mut env);
        let named: Vec<&str> = env.problems().iter().map(|p| p.variable.as_str()).collect();
        assert_eq!(named, ["WORKERS", "LEASE_SECONDS", "SWEEP_SECONDS", "PUBSUB_TOPIC", "PUBSUB_PUSH_ACCOUNT"]);
    }
}
