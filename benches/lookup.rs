//! Lists, searches and figures over 100,000 and 1,000,000 made-up reports: how long each takes, median and 95th percentile.
//!
//! `cargo bench --bench lookup [-- REPORTS…]`

use std::sync::Arc;
use std::time::{Duration, Instant};

use gradepost::clock::{Clock as _, SystemClock};
use gradepost::lookup::unseen::Nobody;
use gradepost::lookup::view::{Order, PageRequest, ReportFilter, ReportState};
use gradepost::lookup::{FileLocation, Lookup, Parts, made_up};
use gradepost::storage::memory::MemoryStore;
use jiff::tz::TimeZone;

/// Each query is made so often.
const TIMES: usize = 60;
/// Cards taken in together.
const BATCH: u64 = 5000;

fn main() {
    let sizes: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![100_000, 1_000_000] } else { sizes };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    for size in sizes {
        runtime.block_on(measure(size));
    }
}

async fn measure(size: u64) {
    let dir = tempfile::tempdir().expect("a folder");
    let parts = Parts {
        store: Arc::new(MemoryStore::new()),
        clock: Arc::new(SystemClock),
        zone: TimeZone::get("America/Santiago").expect("a zone"),
        place: FileLocation::Folder(dir.path().to_owned()),
        jobs: None,
        blocks: Arc::new(Nobody),
    };
    let lookup = Lookup::new(parts);
    let (began, now) = (Instant::now(), SystemClock.now());
    let mut from = 0;
    while from < size {
        let cards = (from..(from + BATCH).min(size)).map(|number| made_up::card(number, size, now)).collect();
        lookup.take_in(cards).await.expect("taken in");
        from += BATCH;
    }
    let filled = began.elapsed();
    // What waits is in no store and goes at the first look.
    lookup.look().await.expect("a look");
    let status = lookup.status().await.expect("a status");
    let rss = resident();
    println!(
        "\n{} reports of {} students, {:.1} MiB, filled in {:.1} s, {rss} MiB resident",
        status.reports,
        status.students,
        status.bytes as f64 / 1_048_576.0,
        filled.as_secs_f64()
    );

    let page = PageRequest::default();
    let all = ReportFilter::default;
    let course = lookup.courses().await.expect("courses")[7].word.tag;
    let assessment = lookup.assessments(Some(course)).await.expect("assessments")[3].word.tag;
    let deep = lookup
        .reports(ReportFilter { until: now.checked_sub(Duration::from_hours(24 * 700)).ok(), ..all() }, page)
        .await
        .expect("deep")
        .rows[0]
        .position;
    let level = lookup.levels().await.expect("levels")[0].tag;
    let month = now.checked_sub(Duration::from_hours(24 * 30)).ok();
    let student = lookup.students("gonz", None, 1).await.expect("students")[0].student.hash;
    let text = |text: &str| ReportFilter { text: Some(text.to_owned()), ..ReportFilter::default() };
    let lists = [
        ("newest 50", all(), page),
        ("50 two years deep", all(), PageRequest { after: Some(deep), ..page }),
        ("oldest 50", all(), PageRequest { order: Order::Oldest, ..page }),
        ("one state", ReportFilter { states: vec![ReportState::Parked], ..all() }, page),
        ("two states", ReportFilter { states: vec![ReportState::Parked, ReportState::Failed], ..all() }, page),
        ("one course", ReportFilter { course: Some(course), ..all() }, page),
        ("course, state, 30 days", ReportFilter { course: Some(course), states: vec![ReportState::Sent], from: month, ..all() }, page),
        (
            "course and assessment by name",
            ReportFilter { course: Some(course), assessment: Some(assessment), ..all() },
            PageRequest { order: Order::Name, ..page },
        ),
        ("one cause", ReportFilter { cause: Some("bank_missing".to_owned()), ..all() }, page),
        ("one student", ReportFilter { student: Some(student), ..all() }, page),
        ("search gonz (thousands)", text("gonz"), page),
        ("search sofia munoz", text("sofía muñoz"), page),
        ("search nzale (inside)", text("nzale"), page),
        ("search an address", text("soto.17@escuela.example"), page),
        ("search an (two letters)", text("an"), page),
        ("search nothing", text("zzzz"), page),
        ("search a test's name", text("diagnostico 17"), page),
        ("search a student and a course", text("gonz curso"), page),
        ("one level", ReportFilter { level: Some(level), ..all() }, page),
        (
            "not sent yet",
            ReportFilter { states: vec![ReportState::Waiting, ReportState::Running, ReportState::Parked, ReportState::Failed], ..all() },
            page,
        ),
    ];
    for (name, filter, request) in lists {
        time(name, async || {
            let _ = std::hint::black_box(lookup.reports(filter.clone(), request).await.expect("a page"));
        })
        .await;
    }
    time("count to 10,001", async || {
        let _ = std::hint::black_box(lookup.count(ReportFilter::default(), 10_000).await.expect("a count"));
    })
    .await;
    time("how many before a page", async || {
        let _ = std::hint::black_box(lookup.ahead(ReportFilter::default(), Order::Newest, deep, 10_000).await.expect("a count"));
    })
    .await;
    time("the menu's number", async || {
        let _ = std::hint::black_box(lookup.number_of_causes(ReportState::Parked).await.expect("a count"));
    })
    .await;
    time("5,000 for an act on many", async || {
        let _ = std::hint::black_box(lookup.standings(ReportFilter::default(), 5000).await.expect("standings"));
    })
    .await;
    time("fixed of two days", async || {
        let since = now.checked_sub(Duration::from_hours(48)).expect("a time");
        let _ = std::hint::black_box(lookup.resolved(since).await.expect("fixed"));
    })
    .await;
    time("30 days", async || {
        let _ = std::hint::black_box(
            lookup
                .days(
                    now.to_zoned(TimeZone::UTC).date().saturating_sub(jiff::Span::new().days(30)),
                    now.to_zoned(TimeZone::UTC).date(),
                    None,
                )
                .await
                .expect("days"),
        );
    })
    .await;
    time("today", async || {
        let _ = std::hint::black_box(lookup.today().await.expect("today"));
    })
    .await;
    time("causes", async || {
        let _ = std::hint::black_box(lookup.causes(ReportState::Parked).await.expect("causes"));
    })
    .await;
    time("names for the filters", async || {
        let _ = std::hint::black_box(lookup.course_names().await.expect("names"));
        let _ = std::hint::black_box(lookup.assessment_names(None).await.expect("names"));
    })
    .await;
    time("courses", async || {
        let _ = std::hint::black_box(lookup.courses().await.expect("courses"));
    })
    .await;
    time("assessments", async || {
        let _ = std::hint::black_box(lookup.assessments(None).await.expect("assessments"));
    })
    .await;
    time("results of an assessment", async || {
        let _ = std::hint::black_box(lookup.results(course, assessment).await.expect("results"));
    })
    .await;
    time("results of all courses", async || {
        let _ = std::hint::black_box(lookup.course_results().await.expect("results"));
    })
    .await;
}

/// What the process holds, in MiB.
#[expect(clippy::disallowed_methods, reason = "a bench reads what the system says of it")]
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1024
}

async fn time(name: &str, ask: impl AsyncFn()) {
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let began = Instant::now();
        ask().await;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    let ms = |at: usize| took[at].as_secs_f64() * 1000.0;
    println!("{name:<34} median {:>8.2} ms   p95 {:>8.2} ms", ms(TIMES / 2), ms(TIMES * 95 / 100));
}
