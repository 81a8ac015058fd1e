//! A student in every kind of object, and what is left after erasing.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::clock::ManualClock;
use crate::jobs::Jobs;
use crate::jobs::config::JobsConfig;
use crate::jobs::handler::{AcceptedEvent, Handler, JobContext, JobError, JobKind};
use crate::lookup::{self, FileLocation};
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::privacy::classes::{Class, class};
use crate::privacy::wishes::Wish;
use crate::storage::PutMode;
use crate::storage::key::ObjectKey;
use crate::storage::memory::MemoryStore;

const STUDENT: &str = "6130afb2-the-erased";
const NAME: &str = "Zoraida Quintanilla";
const ADDRESS: &str = "zoraida.q@escuela.example";
/// What tells of the student, wherever it stands.
const TRACES: [&str; 4] = [STUDENT, NAME, ADDRESS, "Zoraida"];

/// Lists whose reports follow wishes, and can be away.
#[derive(Default)]
struct Lists {
    followed: Mutex<Vec<BTreeSet<JobId>>>,
    are_away: AtomicBool,
}

#[async_trait]
impl Derived for Lists {
    async fn rebuild(&self) -> Result<(), String> {
        Ok(())
    }

    async fn follow(&self, jobs: &BTreeSet<JobId>) -> Result<(), String> {
        if self.are_away.load(Ordering::Relaxed) {
            return Err("away".to_owned());
        }
        self.followed.lock().unwrap().push(jobs.clone());
        Ok(())
    }
}

/// A gateway that keeps nothing.
struct NoGateway;

#[async_trait]
impl Elsewhere for NoGateway {
    async fn kept(&self, _: &Marks, _: &BTreeSet<JobId>) -> Result<usize, String> {
        Ok(0)
    }

    async fn erase(&self, _: &Marks, _: &BTreeSet<JobId>) -> Result<usize, String> {
        Ok(0)
    }
}

struct Sends;

#[async_trait]
impl Handler for Sends {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        let whose = job.event().payload["student"]["id"].as_str().unwrap_or_default().to_owned();
        let file = format!("webhook_reports/Curso/{whose}_Test_20260304T150000Z.pdf");
        job.write_step("fetched", json!({ "student": job.event().payload["student"], "answers": ["x"] })).await?;
        job.write_step("prepared", json!({ "archived": { "file": file } })).await?;
        Ok(json!({ "status": "sent", "user_id": whose, "file": file, "mailed_at": "2026-03-04T15:00:00Z" }))
    }
}

struct World {
    store: Arc<MemoryStore>,
    jobs: Arc<Jobs>,
    privacy: Privacy,
    lookup: Arc<Lookup>,
    lists: Arc<Lists>,
    clock: Arc<ManualClock>,
    _dir: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let (store, clock) = (Arc::new(MemoryStore::new()), Arc::new(ManualClock::new("2026-03-04T15:00:00Z".parse().unwrap())));
        let jobs = Jobs::new(store.clone(), clock.clone(), JobsConfig::for_testing());
        let dir = tempfile::tempdir().unwrap();
        let place = FileLocation::Folder(dir.path().join("index"));
        let wishes = Arc::new(Wishes::new(store.clone(), clock.clone()));
        let lookup = Lookup::new(lookup::Parts {
            store: store.clone(),
            clock: clock.clone(),
            zone: jiff::tz::TimeZone::UTC,
            place,
            blocks: wishes.clone(),
            jobs: Some(jobs.clone()),
        });
        let lists = Arc::new(Lists::default());
        let privacy = Privacy::new(Parts {
            store: store.clone(),
            clock: clock.clone(),
            operator: jobs.operator(),
            lookup: lookup.clone(),
            derived: lists.clone(),
            elsewhere: Arc::new(NoGateway),
            wishes,
            keep: Keep::default(),
        });
        Self { store, jobs, privacy, lookup, lists, clock, _dir: dir }
    }

    async fn accept(&self, id: &str, name: &str, address: &str, submission: &str) -> JobId {
        let payload = json!({
            "source": "learnworlds",
            "student": { "id": id, "email": address, "name": name, "first_name": null, "last_name": null },
            "assessment": { "id": "a1", "title": "Test", "course_id": null, "course_title": "Curso" },
            "submission": null, "submission_id": submission, "submitted_at": null, "school": null,
        });
        let effect = format!("learnworlds/{id}/a1/{submission}");
        let event = AcceptedEvent::new(&JobKind::REPORT, "learnworlds", effect, "2026-03-04T15:00:00Z".parse().unwrap(), payload);
        self.jobs.accept(event).await.unwrap().job().clone()
    }

    /// What a platform told beside completions: an event that is a job of its own.
    async fn told(&self, student: &str) -> JobId {
        let kind = JobKind { name: "platform_event", lane: LaneName::Chores, ..JobKind::REPORT };
        let payload = json!({ "type": "grade.created", "data": { "userId": student, "body": format!("{{\"mail\":\"{student}\"}}") } });
        let event = AcceptedEvent::new(&kind, "lti", format!("lti/{student}/grade"), "2026-03-04T15:00:00Z".parse().unwrap(), payload);
        self.jobs.accept(event).await.unwrap().job().clone()
    }

    async fn put(&self, key: &ObjectKey<'_>, bytes: impl Into<Bytes>) {
        self.store.put(&key.path(), bytes.into(), PutMode::Overwrite).await.unwrap();
    }

    /// Keys and values in which something tells of the student.
    async fn traces(&self) -> Vec<String> {
        let mut found = Vec::new();
        for key in self.store.keys() {
            let (bytes, _) = self.store.get(&key).await.unwrap().unwrap();
            let text = format!("{key}\n{}", String::from_utf8_lossy(&bytes));
            found.extend(TRACES.iter().filter(|trace| text.contains(*trace)).map(|trace| format!("{trace} in {key}")));
        }
        found
    }

    /// The student in every kind of object that tells of one, and another one beside.
    async fn plant(&self) -> (JobId, JobId) {
        let (job, other) = (self.accept(STUDENT, NAME, ADDRESS, "s1").await, self.accept("other", "Ana", "ana@x.cl", "s1").await);
        for id in [&job, &other] {
            self.jobs.run_one(&Sends, id).await;
        }
        let parked = self.accept(STUDENT, NAME, ADDRESS, "s2").await;
        let at = "2026-03-04T15:00:00Z".parse().unwrap();
        let row = format!("{parked}-2");
        let who = json!({ "student": STUDENT, "name": NAME, "email": ADDRESS }).to_string();
        for key in [
            ObjectKey::Report { course: "Curso", student: STUDENT, assessment: "Test", at },
            ObjectKey::Outbox(&format!("{job}@mail.example.eml")),
            ObjectKey::Unfolded { course: "Curso", row: &row },
            ObjectKey::Uncounted { assessment: "a1", row: &row },
            ObjectKey::Result { assessment: "a1", student: STUDENT, name: "x" },
            ObjectKey::Claim { assessment: "a1", student: STUDENT, submission: "s1" },
            ObjectKey::FirstReport { assessment: "a1", student: STUDENT },
            ObjectKey::PlanPart { plan: "p", student: STUDENT, name: "x" },
            ObjectKey::AlertWaiting { cause: "bank_missing", job: &parked },
            ObjectKey::PlatformRecord { collection: "grades", id: "g1" },
        ] {
            assert_eq!(class(&key), Class::Personal, "{key:?}");
            self.put(&key, who.clone()).await;
        }
        let text = ObjectKey::PlatformText { collection: "grades", id: "g1" };
        self.put(&text, format!("what {NAME} said")).await;
        self.put(&ObjectKey::PlatformRecord { collection: "grades", id: "g2" }, json!({ "userId": "other" }).to_string()).await;
        let school = json!({ "x": { "id": "x", "email": ADDRESS }, "y": { "id": "y", "email": "ana@x.cl" } });
        self.put(&ObjectKey::SchoolStudents, school.to_string()).await;
        self.told(STUDENT).await;
        self.told("other").await;
        let result = ObjectKey::Result { assessment: "a1", student: STUDENT, name: "x" }.path();
        self.put(&ObjectKey::Uncopied { key: &result }, result.clone()).await;
        let csv = format!(
            "user_id,assessment_title,user_email,processed_at,job_id\n{STUDENT},Test,{ADDRESS},x,{job}\nother,Test,ana@x.cl,x,{other}\n"
        );
        self.put(&ObjectKey::Processed { course: "Curso" }, csv).await;
        self.put(
            &ObjectKey::CohortMembers { assessment: "a1" },
            json!({ STUDENT: { "percentage": 1 }, "other": { "percentage": 2 } }).to_string(),
        )
        .await;
        let waiting = json!({ "bank_missing": { "message": NAME, "jobs": { parked.to_string(): { "student": NAME }, other.to_string(): { "student": "Ana" } } } });
        self.put(&ObjectKey::Alerts, waiting.to_string()).await;
        (job, other)
    }
}

#[tokio::test]
async fn a_student_in_every_kind_of_object_is_gone_and_nobody_else_is() {
    let world = World::new();
    let (job, other) = world.plant().await;
    assert!(!world.traces().await.is_empty());
    let before = world.store.get(&format!("jobs/{other}/end.json")).await.unwrap();
    let receipt = world.privacy.erase(STUDENT, "test", "asked for", false).await.unwrap();
    assert_eq!(world.traces().await, Vec::<String>::new());
    assert!(receipt.done.is_some() && receipt.jobs.len() == 2 && receipt.objects > 20, "{receipt:?}");
    assert_eq!(world.store.get(&format!("jobs/{other}/end.json")).await.unwrap(), before);
    let (csv, _) = world.store.get(&ObjectKey::Processed { course: "Curso" }.path()).await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&csv).lines().count(), 2, "the header and the other student");
    let found = world.lookup.all_students("", None, 10).await.unwrap();
    assert_eq!(found.iter().map(|row| row.student.name.as_str()).collect::<Vec<_>>(), ["Ana"]);
    // The platform repeats its call: the same job answers, and nothing is made or learnt anew but the call's own bytes.
    let again = world.accept(STUDENT, NAME, ADDRESS, "s1").await;
    assert_eq!(again, job);
    assert_eq!(world.jobs.operator().show(&job).await.unwrap().unwrap().state, "done");
    assert_eq!(world.traces().await, Vec::<String>::new());
    assert_eq!(world.privacy.resume().await.unwrap(), 0);
    for key in [ObjectKey::PlatformRecord { collection: "grades", id: "g2" }, ObjectKey::SchoolStudents] {
        let (bytes, _) = world.store.get(&key.path()).await.unwrap().unwrap();
        assert!(String::from_utf8_lossy(&bytes).contains(if key == ObjectKey::SchoolStudents { "ana@x.cl" } else { "other" }), "{key:?}");
    }
}

#[tokio::test]
async fn a_claim_that_was_erased_is_remembered_without_telling_whose_it_was() {
    let world = World::new();
    world.plant().await;
    let claim = ObjectKey::Claim { assessment: "a1", student: STUDENT, submission: "s1" }.path();
    let other = ObjectKey::Claim { assessment: "a1", student: STUDENT, submission: "s2" }.path();
    assert!(!world.privacy.wishes().is_buried(&claim).await.unwrap());
    world.privacy.erase(STUDENT, "test", "asked for", false).await.unwrap();
    assert!(world.privacy.wishes().is_buried(&claim).await.unwrap() && !world.privacy.wishes().is_buried(&other).await.unwrap());
    assert_eq!(world.traces().await, Vec::<String>::new());
    // A job that met it anew is blanked once it has ended.
    let again = world.accept(STUDENT, NAME, ADDRESS, "s9").await;
    world.privacy.wishes().note_back(&again).await.unwrap();
    assert_eq!(world.privacy.forget_back().await.unwrap(), 0, "not while it runs");
    world.jobs.run_one(&Sends, &again).await;
    assert_eq!(world.privacy.forget_back().await.unwrap(), 1);
    let left = world.traces().await;
    assert!(left.iter().all(|trace| trace.contains("webhook_reports/")), "the PDF is the handler's of this test: {left:?}");
    assert_eq!(world.privacy.forget_back().await.unwrap(), 0);
}

#[tokio::test]
async fn an_erasure_is_looked_at_again_a_day_later_and_what_came_back_goes() {
    let world = World::new();
    let (job, _) = world.plant().await;
    let event = ObjectKey::JobRecord { job: &job, record: "event" }.path();
    let (before, _) = world.store.get(&event).await.unwrap().unwrap();
    world.privacy.erase(STUDENT, "test", "asked for", false).await.unwrap();
    assert_eq!(world.privacy.verify(false).await.unwrap(), 0, "not yet");
    world.store.put(&event, before, PutMode::Overwrite).await.unwrap();
    world.clock.advance(std::time::Duration::from_hours(25));
    assert_eq!(world.privacy.verify(false).await.unwrap(), 1);
    assert_eq!(world.traces().await, Vec::<String>::new());
    let receipts = world.privacy.receipts().await.unwrap();
    assert_eq!(receipts[0].verified, Some(world.clock.now()));
    assert_eq!(
        (world.privacy.verify(false).await.unwrap(), world.privacy.verify(true).await.unwrap()),
        (0, 1),
        "at each start for a month"
    );
}

#[tokio::test]
async fn a_block_ends_with_its_time_and_a_damaged_record_lets_nothing_out() {
    let world = World::new();
    let hour = world.clock.now() + jiff::SignedDuration::from_hours(1);
    assert_eq!(world.privacy.wishes().of(STUDENT).await.unwrap(), None);
    let wished = world.privacy.wish(STUDENT, Wish::Blocked, "test", "dispute", Some(hour)).await.unwrap();
    assert_eq!(world.privacy.wishes().of(STUDENT).await.unwrap().map(|wished| wished.wish), Some(Wish::Blocked));
    assert_eq!(world.privacy.wishes().of("other").await.unwrap(), None);
    assert_eq!(world.traces().await, Vec::<String>::new(), "the record names nobody");
    world.clock.advance(std::time::Duration::from_hours(2));
    assert_eq!(world.privacy.wishes().of(STUDENT).await.unwrap(), None);
    world.privacy.keep_up(false).await.unwrap();
    assert!(matches!(world.privacy.lift(&wished.subject).await, Err(PrivacyError::NoWish)));
    world.put(&ObjectKey::Wish { subject: &wished.subject }, "{").await;
    assert!(world.privacy.wishes().of(STUDENT).await.is_err(), "nobody can tell what they want, so nothing is made");
}

#[tokio::test]
async fn a_first_block_holds_at_once_also_where_lists_had_looked_before() {
    let world = World::new();
    // Another process on the same store, which looks at many now and then.
    let service = Wishes::new(world.store.clone(), world.clock.clone());
    assert!(service.lately_blocked().await.unwrap().is_none());
    world.privacy.wish(STUDENT, Wish::Blocked, "test", "dispute", None).await.unwrap();
    assert!(service.is_blocked([STUDENT]).await.unwrap(), "no report of theirs goes out");
    world.clock.advance(std::time::Duration::from_secs(6));
    assert!(service.lately_blocked().await.unwrap().is_some_and(|blocked| blocked.is(STUDENT, None)));
}

#[tokio::test]
async fn lists_follow_a_block_and_its_end_also_where_whoever_recorded_it_could_not() {
    let world = World::new();
    world.plant().await;
    let theirs = world.privacy.jobs_of(STUDENT, false).await.unwrap();
    assert!(!theirs.is_empty());
    let followed = || std::mem::take(&mut *world.lists.followed.lock().unwrap());
    // By the address, as somebody who writes names themselves.
    let wished = world.privacy.wish(ADDRESS, Wish::Blocked, "test", "dispute", None).await.unwrap();
    assert_eq!(followed(), std::slice::from_ref(&theirs));
    let blocked = world.privacy.wishes().lately_blocked().await.unwrap().unwrap();
    assert!(blocked.is(STUDENT, None), "whose address it is, is known by the id, too");
    world.privacy.keep_up(false).await.unwrap();
    assert_eq!(followed(), [], "once is enough");

    world.lists.are_away.store(true, Ordering::Relaxed);
    world.privacy.lift(&wished.subject).await.unwrap();
    assert!(world.privacy.keep_up(false).await.is_err());
    assert!(world.privacy.wishes().lately_blocked().await.unwrap().is_none());
    world.lists.are_away.store(false, Ordering::Relaxed);
    world.privacy.keep_up(false).await.unwrap();
    assert_eq!(followed(), [theirs]);
    world.privacy.keep_up(false).await.unwrap();
    assert_eq!(followed(), []);
}

#[tokio::test]
async fn whoever_comes_back_with_a_restored_backup_is_erased_again() {
    let world = World::new();
    world.plant().await;
    let mut backup = Vec::new();
    for key in world.store.keys() {
        backup.push((key.clone(), world.store.get(&key).await.unwrap().unwrap().0));
    }
    world.privacy.erase(STUDENT, "test", "asked for", true).await.unwrap();
    // The whole store is as it was, but for what is kept apart.
    for key in world.store.keys().iter().filter(|key| !key.starts_with("erasures/") && !key.starts_with("keys/")) {
        world.store.delete(key).await.unwrap();
    }
    for (key, bytes) in backup {
        world.store.put(&key, bytes, PutMode::Overwrite).await.unwrap();
    }
    assert!(!world.traces().await.is_empty());
    world.lookup.rebuild().await.unwrap();
    assert_eq!(world.privacy.replay().await.unwrap(), 1);
    assert_eq!(world.traces().await, Vec::<String>::new());
    assert_eq!(world.privacy.replay().await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_given_out_is_all_that_is_kept() {
    let world = World::new();
    world.plant().await;
    let bytes = world.privacy.export(STUDENT, false).await.unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(names.iter().any(|name| name.starts_with("informes/") && name.to_ascii_lowercase().ends_with(".pdf")), "{names:?}");
    let mut records = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("datos.json").unwrap(), &mut records).unwrap();
    assert!(records.contains("event.json") && records.contains("results/") && records.contains(ADDRESS) && !records.contains("ana@x.cl"));
}

#[test]
fn what_names_jobs_only_is_no_persons() {
    let job = JobId::from_digest([1; 32]);
    let at = Timestamp::UNIX_EPOCH;
    let due = ObjectKey::Due { lane: LaneName::Reports, at, job: &job };
    assert_eq!((class(&due), class(&ObjectKey::Template("x"))), (Class::Pseudonymous, Class::Nothing));
}
