//! The index against the records it is derived from.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Mutex as StdMutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::unseen::{Blocked, Nobody};
use super::view::{CappedCount, Order, PageRequest, ReportFilter, ReportRow, ReportState, ResolvedCause, WordCount, WordTag};
use super::*;
use crate::clock::ManualClock;
use crate::jobs::config::JobsConfig;
use crate::jobs::handler::{AcceptedEvent, Handler, JobContext, JobError, JobKind};
use crate::model::ids::JobId;
use crate::storage::memory::MemoryStore;
use crate::storage::{PutMode, Version};

mod blocked;
mod copies;

const NOW: &str = "2026-03-04T15:00:00Z";

struct World {
    store: Arc<MemoryStore>,
    clock: ManualClock,
    jobs: Arc<Jobs>,
    blocks: Arc<SomeBlocked>,
    dir: tempfile::TempDir,
}

/// Persons whose data are blocked, by their ids or addresses as they are.
#[derive(Default)]
struct SomeBlocked(StdMutex<BTreeSet<String>>);

#[async_trait]
impl Blocks for SomeBlocked {
    async fn blocked(&self) -> Result<Option<Arc<Blocked>>, StoreError> {
        let subjects = self.0.lock().unwrap().clone();
        Ok((!subjects.is_empty()).then(|| Arc::new(Blocked::new(subjects, ToOwned::to_owned))))
    }
}

impl World {
    fn new() -> Self {
        let (store, clock) = (Arc::new(MemoryStore::new()), ManualClock::new(NOW.parse().unwrap()));
        let jobs = Jobs::new(store.clone(), Arc::new(clock.clone()), JobsConfig::for_testing());
        Self { store, clock, jobs, blocks: Arc::default(), dir: tempfile::tempdir().unwrap() }
    }

    fn lookup(&self, name: &str, jobs: Option<Arc<Jobs>>) -> Arc<Lookup> {
        let place = FileLocation::Folder(self.dir.path().join(name));
        let zone = TimeZone::get("America/Santiago").unwrap();
        Lookup::new(Parts {
            store: self.store.clone(),
            clock: Arc::new(self.clock.clone()),
            zone,
            place,
            blocks: self.blocks.clone(),
            jobs,
        })
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    async fn accept(&self, student: u64, effect: &str) -> JobId {
        let who = made_up::student(student);
        let payload = json!({
            "source": "learnworlds",
            "student": { "id": who.key, "email": who.email, "name": who.name, "first_name": null, "last_name": null },
            "assessment": { "id": "a1", "title": "Test 1", "course_id": null, "course_title": "Curso 1" },
            "submission": null, "submission_id": effect, "submitted_at": null, "school": null,
        });
        let event = AcceptedEvent::new(&JobKind::REPORT, "learnworlds", effect.to_owned(), self.clock.now(), payload);
        self.jobs.accept(event).await.unwrap().job().clone()
    }

    async fn run(&self, job: &JobId, result: Result<Value, JobError>) {
        self.jobs.run_one(&Once(StdMutex::new(VecDeque::from([result]))), job).await;
    }
}

/// Answers each attempt with the next result.
struct Once(StdMutex<VecDeque<Result<Value, JobError>>>);

#[async_trait]
impl Handler for Once {
    async fn run(&self, _: &dyn JobContext) -> Result<Value, JobError> {
        self.0.lock().unwrap().pop_front().unwrap_or_else(|| Ok(json!({ "status": "sent" })))
    }
}

fn sent(at: Timestamp) -> Value {
    json!({ "status": "sent", "percentage": 62.5, "level": "Nivel 2", "course": "Curso 1", "mailed_at": at, "mail_tries": 1, "size_bytes": 1000 })
}

/// Everything in an index but the numbers of its rows.
async fn contents(lookup: &Arc<Lookup>) -> BTreeSet<String> {
    let db = lookup.open().await.unwrap();
    db.read(contents::count_again).await.unwrap();
    db.read(contents::all).await.unwrap()
}

/// What may happen to one of a few jobs.
#[derive(Debug, Clone)]
enum Happening {
    Accept(u8),
    Send(u8),
    Park(u8),
    Retry(u8),
    Kill(u8),
    Release(u8),
    Again(u8),
    Discard(u8),
    Pass(u16),
    Look,
    Lose,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let job = 0_u8..5;
    let one = prop_oneof![
        3 => job.clone().prop_map(Happening::Accept),
        3 => job.clone().prop_map(Happening::Send),
        2 => job.clone().prop_map(Happening::Park),
        2 => job.clone().prop_map(Happening::Retry),
        1 => job.clone().prop_map(Happening::Kill),
        2 => job.clone().prop_map(Happening::Release),
        1 => job.clone().prop_map(Happening::Again),
        1 => job.prop_map(Happening::Discard),
        2 => (1_u16..4000).prop_map(Happening::Pass),
        3 => Just(Happening::Look),
        1 => Just(Happening::Lose),
    ];
    proptest::collection::vec(one, 1..40)
}

async fn happen(world: &World, lookup: &Arc<Lookup>, happening: &Happening) {
    let id = |n: &u8| crate::jobs::accept::job_id(&format!("effect {n}"));
    let operator = world.jobs.operator();
    match happening {
        Happening::Accept(n) => drop(world.accept(u64::from(*n) % 3, &format!("effect {n}")).await),
        Happening::Send(n) => world.run(&id(n), Ok(sent(world.clock.now()))).await,
        Happening::Park(n) => world.run(&id(n), Err(JobError::park("bank_missing", "put it there"))).await,
        Happening::Retry(n) => world.run(&id(n), Err(JobError::retry("mail_unavailable", "later"))).await,
        Happening::Kill(n) => world.run(&id(n), Err(JobError::dead("mail_refused", "no"))).await,
        Happening::Release(n) => drop(operator.release(&id(n)).await),
        Happening::Again(n) => drop(operator.retry(&id(n)).await),
        Happening::Discard(n) => drop(operator.discard(&id(n)).await),
        Happening::Pass(seconds) => world.pass(u64::from(*seconds)),
        Happening::Look => drop(lookup.look().await.unwrap()),
        // What the instance told is lost, as for a listener that is too slow.
        Happening::Lose => *lookup.changes.lock().unwrap() = Some(world.jobs.changes()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn whatever_was_heard_missed_or_repeated_one_reconcile_gives_what_a_rebuild_gives(story in happenings(), again in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::new();
            let lookup = world.lookup("followed", Some(world.jobs.clone()));
            let mut told = Vec::new();
            let mut ear = world.jobs.changes();
            lookup.look().await.unwrap();
            for happening in &story {
                happen(&world, &lookup, happening).await;
                while let Ok(card) = ear.try_recv() {
                    told.push(card);
                }
                world.pass(7);
            }
            // Old news once more, in another order.
            let db = lookup.open().await.unwrap();
            let mut repeated: Vec<JobUpdate> = told.iter().map(|card| JobUpdate::Card(Box::new(Card::clone(card)))).collect();
            if !repeated.is_empty() {
                let middle = again as usize % repeated.len();
                repeated.rotate_left(middle);
                repeated.reverse();
            }
            db.write(move |index| index.apply(&repeated, &[])).await.unwrap();
            lookup.reconcile().await.unwrap();
            let fresh = world.lookup("rebuilt", None);
            fresh.rebuild().await.unwrap();
            assert_eq!(contents(&lookup).await, contents(&fresh).await);
        });
    }
}

async fn filled(world: &World, of: u64) -> Arc<Lookup> {
    let lookup = world.lookup("filled", None);
    lookup.take_in((0..of).map(|number| made_up::card(number, of, world.clock.now())).collect()).await.unwrap();
    lookup
}

fn text(text: &str) -> ReportFilter {
    ReportFilter { text: Some(text.to_owned()), ..ReportFilter::default() }
}

#[tokio::test]
async fn pages_forth_and_back_show_each_report_once_in_every_order() {
    let world = World::new();
    let lookup = filled(&world, 230).await;
    let courses = lookup.courses().await.unwrap();
    let assessment = lookup.assessments(Some(courses[0].word.tag)).await.unwrap()[0].word.tag;
    let one = ReportFilter { course: Some(courses[0].word.tag), assessment: Some(assessment), ..ReportFilter::default() };
    for (order, filter, limit) in [(Order::Newest, ReportFilter::default(), 50), (Order::Oldest, text("gonz"), 4), (Order::Name, one, 1)] {
        let total = lookup.count(filter.clone(), 10_000).await.unwrap().count as usize;
        let (mut pages, mut request) = (Vec::new(), PageRequest { order, limit, ..PageRequest::default() });
        loop {
            let page = lookup.reports(filter.clone(), request).await.unwrap();
            let next = page.next;
            pages.push(page);
            let Some(next) = next else { break };
            request.after = Some(next);
        }
        let forth: Vec<JobId> = pages.iter().flat_map(|page| page.rows.iter().map(|row| row.job.clone())).collect();
        let mut once = forth.clone();
        once.sort();
        once.dedup();
        assert_eq!((forth.len(), once.len()), (total, total), "{order:?}");
        assert!(pages[0].prev.is_none() && pages.len() > 1);
        let mut back: Vec<JobId> = pages.last().unwrap().rows.iter().rev().map(|row| row.job.clone()).collect();
        let mut request = PageRequest { before: pages.last().unwrap().prev, after: None, ..request };
        while request.before.is_some() {
            let page = lookup.reports(filter.clone(), request).await.unwrap();
            back.extend(page.rows.iter().rev().map(|row| row.job.clone()));
            assert!(page.next.is_some());
            request.before = page.prev;
        }
        back.reverse();
        assert_eq!(back, forth, "{order:?}");
    }
}

#[tokio::test]
async fn students_are_found_by_parts_of_names_addresses_and_ids_with_and_without_accents() {
    let world = World::new();
    let lookup = filled(&world, 4000).await;
    let names = async |words: &str| {
        let page = lookup.reports(text(words), PageRequest { limit: 500, ..PageRequest::default() }).await.unwrap();
        page.rows.iter().map(|row| row.student.clone().unwrap()).collect::<Vec<_>>()
    };
    for words in ["nzále", "NZALE", "gonzález", "gonz"] {
        let found = names(words).await;
        assert!(!found.is_empty() && found.iter().all(|student| student.name.contains("González")), "{words}");
    }
    assert!(names("ana muñoz").await.iter().all(|student| student.name.contains("Ana") || student.name.contains("Muñoz")));
    let one = made_up::student(7);
    for words in [one.email.clone().unwrap(), one.key.clone(), one.key[10..].to_uppercase()] {
        assert!(names(&words).await.iter().all(|student| student.key.as_deref() == Some(one.key.as_str())), "{words}");
    }
    assert!(!names("Ñ").await.is_empty(), "a single letter is the beginning of a word");
    assert!(names("zzzz").await.is_empty());
    for odd in ["\"", "' OR 1=1 --", "*", "a* b*", "NEAR(ana)", "name:ana", "\u{0}", "😀", "%", "ana\" OR \"pedro"] {
        names(odd).await;
    }
}

#[tokio::test]
async fn filters_together_find_what_each_report_says_of_itself() {
    let world = World::new();
    let lookup = filled(&world, 3000).await;
    let all = lookup.jobs(ReportFilter::default(), usize::MAX >> 1).await.unwrap();
    let mut rows = Vec::new();
    for job in &all {
        rows.push(lookup.report(job).await.unwrap().unwrap());
    }
    let (from, until) = (rows[2000].at, rows[500].at);
    let course = rows[1000].course.clone().unwrap().tag;
    let filter = ReportFilter {
        states: vec![ReportState::Sent, ReportState::Parked],
        course: Some(course),
        from: Some(from),
        until: Some(until),
        ..ReportFilter::default()
    };
    let fits = |row: &&ReportRow| {
        matches!(row.state, ReportState::Sent | ReportState::Parked)
            && row.course.as_ref().is_some_and(|word| word.tag == course)
            && row.at >= from
            && row.at < until
    };
    let expected: Vec<JobId> = rows.iter().filter(fits).map(|row| row.job.clone()).collect();
    assert!(!expected.is_empty());
    assert_eq!(lookup.jobs(filter.clone(), 10_000).await.unwrap(), expected);
    assert_eq!(lookup.count(filter.clone(), 3).await.unwrap(), CappedCount { count: 3, is_more: true });
    let parked = ReportFilter { states: vec![ReportState::Parked], cause: Some("bank_missing".to_owned()), ..ReportFilter::default() };
    let group = lookup.causes(ReportState::Parked).await.unwrap().into_iter().find(|group| group.cause == "bank_missing").unwrap();
    assert_eq!(lookup.count(parked, 10_000).await.unwrap().count, group.reports);
    let names = |words: Vec<WordCount>| words.into_iter().map(|one| one.word).collect::<Vec<_>>();
    // Filters name every course that has a report, figures only those in which something came of one.
    let of_rows: BTreeSet<String> = rows.iter().filter_map(|row| row.course.as_ref().map(|word| word.text.clone())).collect();
    let told: Vec<String> = lookup.course_names().await.unwrap().into_iter().map(|word| word.text).collect();
    assert_eq!(told, of_rows.into_iter().collect::<Vec<_>>());
    for of in [None, Some(course)] {
        assert_eq!(lookup.assessment_names(of).await.unwrap(), names(lookup.assessments(of).await.unwrap()));
    }
    let unknown = ReportFilter { course: WordTag::parse("0123456789ab"), ..ReportFilter::default() };
    assert_eq!(lookup.count(unknown, 10).await.unwrap().count, 0);
    let days = lookup.days("2024-02-01".parse().unwrap(), "2026-03-31".parse().unwrap(), None).await.unwrap();
    assert_eq!(
        days.iter().map(|day| day.sent + day.open + day.parked + day.failed + day.other).sum::<u64>(),
        all.len() as u64,
        "the waiting ones are in no store and went"
    );
}

#[tokio::test]
async fn a_report_is_found_by_its_job_its_message_and_its_submission() {
    let world = World::new();
    let lookup = filled(&world, 50).await;
    let card = made_up::card(20, 50, world.clock.now());
    let job = card.job.to_string();
    for text in
        [job.as_str(), &job[..8], &format!("<{job}@mail.example>"), &format!(" {job}.2@x "), card.report.submission.as_deref().unwrap()]
    {
        assert_eq!(lookup.named(text).await.unwrap(), std::slice::from_ref(&card.job), "{text}");
    }
    for text in ["", "abc", "zz", &job[..7]] {
        assert!(lookup.named(text).await.unwrap().is_empty(), "{text}");
    }
}

#[tokio::test]
async fn what_happens_here_shows_at_once_and_what_happens_elsewhere_at_the_next_look() {
    let world = World::new();
    let (here, elsewhere) = (world.lookup("here", Some(world.jobs.clone())), world.lookup("elsewhere", None));
    for lookup in [&here, &elsewhere] {
        assert!(lookup.today().await.unwrap().is_first_day);
    }
    let job = world.accept(1, "e1").await;
    assert_eq!(here.report(&job).await.unwrap().unwrap().state, ReportState::Waiting, "no time passed");
    assert_eq!(elsewhere.report(&job).await.unwrap(), None);
    world.run(&job, Ok(sent(world.clock.now()))).await;
    let row = here.report(&job).await.unwrap().unwrap();
    assert_eq!((row.state, row.percentage, row.level.map(|word| word.text)), (ReportState::Sent, Some(62.5), Some("Nivel 2".to_owned())));
    world.pass(6);
    assert_eq!(elsewhere.report(&job).await.unwrap().unwrap().state, ReportState::Sent);
    assert_eq!(elsewhere.today().await.unwrap().counts.sent, 1);
    world.jobs.operator().retry(&job).await.unwrap();
    assert_eq!(here.report(&job).await.unwrap().unwrap().state, ReportState::Waiting, "a person opened it again");
}

#[tokio::test]
async fn nothing_is_opened_read_or_written_while_nobody_looks() {
    let world = World::new();
    let lookup = world.lookup("idle", Some(world.jobs.clone()));
    let job = world.accept(1, "e1").await;
    world.run(&job, Ok(sent(world.clock.now()))).await;
    assert!(!world.dir.path().join("idle").exists());
    assert!(world.store.get(&ObjectKey::StudentKey.path()).await.unwrap().is_none());
    assert_eq!(lookup.report(&job).await.unwrap().unwrap().state, ReportState::Sent, "and the first look finds all");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test damages the file")]
async fn a_file_that_is_damaged_of_another_schema_or_gone_comes_back() {
    let world = World::new();
    let job = world.accept(1, "e1").await;
    world.run(&job, Ok(sent(world.clock.now()))).await;
    let file = world.dir.path().join("x").join(db::file_name());
    let find = async || {
        let lookup = world.lookup("x", None);
        assert_eq!(lookup.report(&job).await.unwrap().map(|row| row.state), Some(ReportState::Sent));
    };
    find().await;
    std::fs::write(&file, vec![7; 100_000]).unwrap();
    find().await;
    assert!(file.with_extension("sqlite.broken").exists(), "it is kept for a person to look at");
    std::fs::remove_file(&file).unwrap();
    find().await;
    Connection::open(&file).unwrap().pragma_update(None, "user_version", 999).unwrap();
    find().await;
    // Damage in the midst of the file, while it is open: a page of the tables is overwritten.
    let lookup = world.lookup("x", None);
    lookup.look().await.unwrap();
    let bytes = std::fs::metadata(&file).unwrap().len();
    std::fs::write(&file, vec![9; bytes as usize]).unwrap();
    let _ = lookup.report(&job).await;
    assert_eq!(lookup.report(&job).await.unwrap().map(|row| row.state), Some(ReportState::Sent));
}

#[tokio::test]
async fn a_second_process_gets_a_file_of_its_own() {
    let world = World::new();
    let (first, second) = (world.lookup("x", None), world.lookup("x", None));
    let (first, second) = (first.status().await.unwrap(), second.status().await.unwrap());
    assert_eq!((first.is_private, second.is_private), (false, true));
    assert_ne!(first.file, second.file);
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test looks into the file")]
async fn a_forgotten_student_leaves_no_trace_in_the_file_and_the_days_keep_their_counts() {
    let world = World::new();
    let lookup = filled(&world, 400).await;
    let who = made_up::student(3);
    let before = lookup.days("2024-02-01".parse().unwrap(), "2026-03-31".parse().unwrap(), None).await.unwrap();
    let removed = lookup.forget(std::slice::from_ref(&who.key)).await.unwrap();
    assert!(removed > 0);
    assert_eq!(lookup.days("2024-02-01".parse().unwrap(), "2026-03-31".parse().unwrap(), None).await.unwrap(), before);
    assert!(lookup.students(who.email.as_deref().unwrap(), None, 10).await.unwrap().is_empty());
    let folder = world.dir.path().join("filled");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for trace in [who.key.as_bytes(), who.email.as_deref().unwrap().as_bytes()] {
            assert!(!bytes.windows(trace.len()).any(|window| window == trace), "{}", path.display());
        }
    }
}

#[tokio::test]
async fn figures_of_an_assessment_count_each_student_once_with_the_newest_result() {
    let world = World::new();
    let lookup = world.lookup("x", None);
    let mut cards = Vec::new();
    for (number, (student, pct)) in [(1, 10.0), (1, 90.0), (2, 85.0), (3, 80.0), (4, 95.0), (5, 100.0), (6, 30.0)].into_iter().enumerate() {
        let mut card = made_up::card(number as u64, 7, world.clock.now());
        (card.state, card.cause) = ("done".to_owned(), None);
        card.report.status = Some("sent".to_owned());
        (card.report.student, card.report.pct) = (made_up::student(student), Some(pct));
        (card.report.course, card.report.assessment.key) = (Some("Curso".to_owned()), "a".to_owned());
        card.report.groups = vec![("lesson".to_owned(), "Lección 1".to_owned(), 1, 4)];
        cards.push(card);
    }
    lookup.take_in(cards).await.unwrap();
    let (course, assessment) = (words::course_tag("Curso"), words::assessment_tag("a"));
    let results = lookup.results(course, assessment).await.unwrap().unwrap();
    assert_eq!((results.students, results.known), (6, 6));
    let figures = results.figures.unwrap();
    assert_eq!(figures.mean, 80, "(90+85+80+95+100+30)/6");
    assert_eq!((figures.groups[0].share, figures.groups[0].students), (25, 6));
    assert_eq!(figures.change, None, "one student who tried twice is one student");
    assert!(!figures.distribution.contains(&small::Cell::Count(1)));
    assert_eq!(lookup.course_results().await.unwrap()[0].mean, Some(80));
    assert!(lookup.results(course, words::assessment_tag("other")).await.unwrap().is_none());
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test damages the file")]
async fn a_file_that_breaks_while_somebody_looks_is_made_anew_and_that_page_is_answered() {
    let world = World::new();
    let job = world.accept(1, "e1").await;
    world.run(&job, Ok(sent(world.clock.now()))).await;
    let lookup = world.lookup("x", None);
    lookup.look().await.unwrap();
    let file = world.dir.path().join("x").join(db::file_name());
    let bytes = std::fs::metadata(&file).unwrap().len();
    std::fs::write(&file, vec![9; bytes as usize]).unwrap();
    assert_eq!(lookup.report(&job).await.unwrap().map(|row| row.state), Some(ReportState::Sent), "the same look finds it");
    // A folder that cannot be written to costs the file that outlasts the process, not the list.
    std::fs::write(world.dir.path().join("blocked"), b"a file, no folder").unwrap();
    let elsewhere = world.lookup("blocked", None);
    assert_eq!(elsewhere.report(&job).await.unwrap().map(|row| row.state), Some(ReportState::Sent));
    assert!(elsewhere.status().await.unwrap().is_private);
}

#[tokio::test]
async fn a_word_that_no_student_has_is_looked_for_in_courses_and_tests() {
    let world = World::new();
    let lookup = filled(&world, 4000).await;
    let rows = async |words: &str| lookup.reports(text(words), PageRequest { limit: 500, ..PageRequest::default() }).await.unwrap().rows;
    let of_course = rows("DIAGNOSTICO").await;
    assert!(of_course.len() == 500, "every test is called so");
    let course = rows("curso 12").await;
    assert!(
        !course.is_empty()
            && course.iter().all(|row| row.course.as_ref().unwrap().text.contains("12")
                || row.assessment.as_ref().unwrap().text.contains("12")
                || row.student.as_ref().unwrap().key.as_ref().unwrap().contains("12")
                || row.student.as_ref().unwrap().email.as_ref().unwrap().contains("12"))
    );
    let both = rows("gonzalez diagnostico").await;
    assert!(!both.is_empty() && both.iter().all(|row| row.student.as_ref().unwrap().name.contains("González")));
    assert!(rows("gonzalez zzzz").await.is_empty(), "a word that nothing has finds nothing");
    assert!(
        rows("ana").await.iter().all(|row| crate::text::folded(&format!("{:?}", row.student)).contains("ana")),
        "a student's word is never a course's"
    );
}

#[tokio::test]
async fn what_stood_still_and_goes_on_is_told_in_whatever_order_it_was_heard() {
    let world = World::new();
    let lookup = world.lookup("x", Some(world.jobs.clone()));
    lookup.look().await.unwrap();
    let mut jobs = Vec::new();
    for n in 0..3 {
        let job = world.accept(n, &format!("e{n}")).await;
        world.run(&job, Err(JobError::park("bank_missing", "put it there"))).await;
        jobs.push(job);
    }
    let begun = world.clock.now();
    assert_eq!(lookup.number_of_causes(ReportState::Parked).await.unwrap(), 1);
    assert_eq!(lookup.assessments_of_cause(ReportState::Parked, "bank_missing").await.unwrap()[0].reports, 3);
    assert!(lookup.resolved(Timestamp::UNIX_EPOCH).await.unwrap().is_empty());
    world.pass(600);
    for job in &jobs[..2] {
        world.jobs.operator().release(job).await.unwrap();
    }
    world.run(&jobs[0], Ok(sent(world.clock.now()))).await;
    // The second one stands for the same cause again.
    world.run(&jobs[1], Err(JobError::park("bank_missing", "still not there"))).await;
    let expected = vec![ResolvedCause { cause: "bank_missing".to_owned(), reports: 1, since: begun, at: world.clock.now() }];
    assert_eq!(lookup.resolved(begun).await.unwrap(), expected);
    let rebuilt = world.lookup("y", None);
    rebuilt.rebuild().await.unwrap();
    assert_eq!(rebuilt.resolved(begun).await.unwrap(), expected, "the feed tells it newest first");
    world.pass(1);
    assert!(lookup.resolved(world.clock.now()).await.unwrap().is_empty(), "what is long ago is not told");
}

#[tokio::test]
async fn a_page_knows_its_place_and_standings_are_as_the_records_say() {
    let world = World::new();
    let lookup = filled(&world, 230).await;
    let all = lookup.jobs(ReportFilter::default(), 1000).await.unwrap();
    let request = PageRequest { limit: 50, ..PageRequest::default() };
    let first = lookup.reports(ReportFilter::default(), request).await.unwrap();
    let second = lookup.reports(ReportFilter::default(), PageRequest { after: first.next, ..request }).await.unwrap();
    let place = second.rows[0].position;
    let ahead = async |order, most| lookup.ahead(ReportFilter::default(), order, place, most).await.unwrap();
    assert_eq!(ahead(Order::Newest, 10_000).await.count, 50);
    assert_eq!(ahead(Order::Oldest, 10_000).await.count as usize, all.len() - 51);
    assert!(ahead(Order::Newest, 20).await.is_more);
    let standings = lookup.standings(ReportFilter::default(), 1000).await.unwrap();
    assert_eq!(standings.iter().map(|one| one.job.clone()).collect::<Vec<_>>(), all);
    let some = vec![all[7].clone(), JobId::from_digest([0; 32]), all[3].clone()];
    let named: Vec<JobId> = lookup.standings_of(some).await.unwrap().into_iter().map(|one| one.job).collect();
    assert_eq!(named, [all[7].clone(), all[3].clone()]);
    let of = |filter: ReportFilter| async { lookup.count(filter, 1000).await.unwrap().count as usize };
    let usual = of(ReportFilter { template: Some(String::new()), ..ReportFilter::default() }).await;
    assert_eq!((usual, of(ReportFilter { template: Some("x.docx".to_owned()), ..ReportFilter::default() }).await), (all.len(), 0));
}
