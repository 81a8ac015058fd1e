//! The attempt log over 1,000,000 made-up attempts: how long it takes to be built from records, how large it is, and how long every filter of the page takes.
//!
//! `cargo bench --bench attempts [-- ATTEMPTS]`

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use gradepost::clock::SystemClock;
use gradepost::gateway::ids::{AttemptId, Chance, EndpointId, InstitutionId, MessageId};
use gradepost::lookup::attempts::figures::FigureFilter;
use gradepost::lookup::attempts::rows::{AttemptFilter, AttemptRow, Entry, Outcome, Slice};
use gradepost::lookup::attempts::{AttemptLog, Batch, Records};
use jiff::Timestamp;

/// Each question is asked so often.
const TIMES: usize = 15;
/// Records read together, as many as a batch of segments holds.
const TOGETHER: u64 = 20_000;
const INSTITUTIONS: u64 = 20;
const ENDPOINTS: u64 = 100;

/// Attempts that are made up as they are read.
struct MadeUp {
    many: u64,
    institutions: Vec<String>,
    endpoints: Vec<String>,
    began: Timestamp,
    chance: Chance,
    /// How long it took to make them up, in nanoseconds: that is no part of building the log.
    took: AtomicU64,
}

impl MadeUp {
    fn at(&self, number: u64) -> Timestamp {
        self.began + Duration::from_secs(number * 2)
    }

    fn row(&self, number: u64) -> AttemptRow {
        let (at, has_failed) = (self.at(number), number.is_multiple_of(50));
        let kind = if number.is_multiple_of(100_000) {
            "rare.type"
        } else {
            ["grade.submitted", "grade.updated", "student.created", "report.ready"][(number % 4) as usize]
        };
        AttemptRow {
            id: AttemptId::new(at, &self.chance).to_string(),
            event: MessageId::new(at, &self.chance).to_string(),
            endpoint: self.endpoints[(number % ENDPOINTS) as usize].clone(),
            institution: self.institutions[(number % INSTITUTIONS) as usize].clone(),
            kind: kind.to_owned(),
            channels: BTreeSet::new(),
            tags: BTreeSet::new(),
            at,
            outcome: if has_failed { Outcome::Failed } else { Outcome::Success },
            status: if has_failed { 503 } else { 200 },
            ms: 40,
            manual: false,
            number: 1,
            died: false,
            class: if has_failed { "status".to_owned() } else { String::new() },
            url: "https://receiver.example/hook".to_owned(),
            error: has_failed.then(|| "the receiver answered 503".to_owned()),
            answer: has_failed.then(|| format!("error page {number}")),
        }
    }
}

#[async_trait]
impl Records for MadeUp {
    async fn read(&self, cursor: Option<String>) -> Result<Batch, String> {
        let from: u64 = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
        let until = (from + TOGETHER).min(self.many);
        let started = Instant::now();
        let entries = (from..until).map(|number| Entry::Attempt(Box::new(self.row(number)))).collect();
        self.took.fetch_add(u64::try_from(started.elapsed().as_nanos()).unwrap_or_default(), Ordering::Relaxed);
        Ok(Batch { entries, cursor: Some(until.to_string()), more: until < self.many, kept_from: None })
    }
}

/// Resident memory of this process and the most it ever was, in MiB.
#[expect(clippy::disallowed_methods, reason = "a bench looks at its own process")]
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) / 1024
    };
    (of("VmRSS:"), of("VmHWM:"))
}

fn main() {
    let many = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure(many));
}

async fn measure(many: u64) {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("attempts.sqlite");
    let (began, chance) = ("2026-01-01T00:00:00Z".parse().expect("a time"), Chance::seeded(7));
    let institutions = (0..INSTITUTIONS).map(|_| InstitutionId::new(began, &chance).to_string()).collect::<Vec<_>>();
    let endpoints = (0..ENDPOINTS).map(|_| EndpointId::new(began, &chance).to_string()).collect::<Vec<_>>();
    let made_up =
        Arc::new(MadeUp { many, institutions: institutions.clone(), endpoints: endpoints.clone(), began, chance, took: AtomicU64::new(0) });
    let log = AttemptLog::new(file.clone(), Arc::new(SystemClock), Some(made_up.clone()));
    let started = Instant::now();
    log.catch_up().await;
    let built = started.elapsed();
    let size = std::fs::metadata(&file).map_or(0, |file| file.len()) as f64 / 1_048_576.0;
    let made_up_in = Duration::from_nanos(made_up.took.load(Ordering::Relaxed));
    println!(
        "\n{many} attempts: built from records in {:.1} s and {:.1} s of making them up, {size:.0} MiB",
        built.saturating_sub(made_up_in).as_secs_f64(),
        made_up_in.as_secs_f64()
    );

    let of = |number: usize| AttemptFilter { institution: Some(institutions[number].clone()), ..AttemptFilter::default() };
    let at_endpoint = |number: usize| AttemptFilter { endpoint: Some(endpoints[number].clone()), ..of(number % institutions.len()) };
    let kind = |word: &str| BTreeSet::from([word.to_owned()]);
    let middle = made_up.at(many / 2);
    let cases = [
        ("newest of all", AttemptFilter::default()),
        ("newest of an institution", of(7)),
        ("of an endpoint", at_endpoint(7)),
        ("of a rare type", AttemptFilter { kinds: kind("rare.type"), ..of(0) }),
        ("of a type nobody has", AttemptFilter { kinds: kind("no.type"), ..of(0) }),
        ("failed", AttemptFilter { outcome: Some(Outcome::Failed), ..of(0) }),
        ("failed at an endpoint", AttemptFilter { outcome: Some(Outcome::Failed), ..at_endpoint(50) }),
        ("status 4xx, which nobody has", AttemptFilter { status_class: Some(400), ..of(0) }),
        ("status 5xx", AttemptFilter { status_class: Some(500), ..of(0) }),
        ("before the middle", AttemptFilter { before: Some(middle), ..of(7) }),
        ("a day in the middle", AttemptFilter { after: Some(middle), before: Some(middle + Duration::from_hours(24)), ..of(7) }),
        ("a rare word", AttemptFilter { text: Some("700000".to_owned()), ..of(0) }),
        ("a frequent word", AttemptFilter { text: Some("error page".to_owned()), ..of(0) }),
        ("a channel nobody has", AttemptFilter { channel: Some("none".to_owned()), ..of(7) }),
    ];
    let page = Slice { limit: 51, ..Slice::default() };
    for (what, filter) in cases {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let started = Instant::now();
            log.attempts(filter.clone(), page.clone()).await.expect("an answer");
            times.push(started.elapsed());
        }
        tell(what, times);
    }
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let started = Instant::now();
        let filter = FigureFilter { institution: Some(institutions[7].clone()), ..FigureFilter::default() };
        log.figures(filter).await.expect("figures");
        times.push(started.elapsed());
    }
    tell("figures of an institution", times);
    let (now, most) = memory();
    println!("memory: {now} MiB resident now, {most} MiB at most");
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("{what:30} {:8.2} ms median, {:8.2} ms slowest", ms(times[times.len() / 2]), ms(times[times.len() - 1]));
}
