//! The kill ledger: the real binary is killed again and again under load, and at the end the books must balance.
//!
//! A platform posts completions and repeats what was not answered with 2xx, as LearnWorlds does; a real SMTP server takes the mails.
//! The service dies by `kill -9` at moments a seeded generator draws, and at every fail point of the core, before and after each record write.
//! Then it is left alone, and the ledger is drawn up from the records and the mail server's spool: every accepted event mailed exactly once.
//! The only exception are mails that were cut between their bytes and the record of the answer: each repeat must have such a cut try standing against it, and carries the same Message-ID.
//!
//! `GRADEPOST_PROVE_KILLS` (default 6) and `GRADEPOST_PROVE_SEED` (default 1) make it longer and different.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use gradepost::jobs::failpoint;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

use crate::harness::{SECRET, completion, files, gradepost, processed, repository, school};
use crate::smtp_server::{SmtpServer, smtp_server};

/// The steps of our jobs, in order, each with a fail point before and after it; `mailing` is written with `prepared`, and `mailed` with the end, where one follows the other.
const STEPS: [&str; 4] = ["fetched", "prepared", "mailing", "mailed"];

/// A fail point that is not passed within this time was not on the way.
const POINT_PATIENCE: Duration = Duration::from_mins(2);
/// What is left at the end is done within this time.
const DRAIN_PATIENCE: Duration = Duration::from_mins(15);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_the_service_loses_nothing_and_mails_nothing_twice() {
    let Some(smtp) = smtp_server() else { return };
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (kills, seed) = (number("GRADEPOST_PROVE_KILLS", 6), number("GRADEPOST_PROVE_SEED", 1));
    let school = school();
    let mut trial = Trial::new(school.path(), smtp, seed);
    for _ in 0..kills {
        trial.kill_at_a_random_moment().await;
    }
    for point in points() {
        trial.kill_at(&point).await;
    }
    trial.drain().await;
    trial.balance();
}

/// Every fail point: those of the core, and those of our steps.
fn points() -> impl Iterator<Item = String> {
    failpoint::all().chain(STEPS.iter().flat_map(|step| [format!("step.{step}.before"), format!("step.{step}.after")]))
}

#[test]
fn no_write_of_the_core_is_without_a_fail_point() {
    let sources = repository("src/jobs");
    let mut named = BTreeSet::new();
    for file in files(&sources).iter().filter(|file| !file.contains("tests")) {
        let text = std::fs::read_to_string(sources.join(file)).unwrap();
        for call in ["write(\"", "write_bytes(\"", "create_volatile(\"", "keep_first(\"", "point_to(\"", "failpoint::hit(\""] {
            named.extend(text.split(call).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        }
        // The others change no state: making an acceptance that was only seen durable, removing a pointer that leads nowhere, and hints.
        let calls: String = text.split_whitespace().collect();
        let bare: usize = ["store.put(", "store.create_volatile(", "store.delete("].iter().map(|call| calls.matches(call).count()).sum();
        let allowed = match file.as_str() {
            // In the feed, an entry, one that several jobs share, and a place in the index pass the points of their caller.
            "write.rs" => 4,
            "feed.rs" => 3,
            "repair.rs" | "lane/sweep.rs" | "waker/touch.rs" => 1,
            "accept.rs" => 2,
            // What a person asked for and answered: written before its job is accepted; its progress, which a repeat writes again; the stop.
            "bulk.rs" => 5,
            _ => 0,
        };
        assert_eq!(bare, allowed, "{file} writes past the fail points");
    }
    // Waking a queue sooner belongs to deliveries; `gateway_sending` dies there.
    named.retain(|write| !write.starts_with("hurry"));
    assert_eq!(named, failpoint::WRITES.iter().map(|write| (*write).to_owned()).collect());
}

/// One service that dies over and over, the platform before it and the mail server behind it.
struct Trial<'a> {
    folder: &'a Path,
    smtp: &'a SmtpServer,
    chance: StdRng,
    /// Students whose event was sent, by whether it was answered with 2xx, and with which job.
    sent: BTreeMap<String, Option<String>>,
    kills: u32,
    points_hit: BTreeSet<String>,
    points_missed: BTreeSet<String>,
    deaths_while_starting: u32,
}

impl<'a> Trial<'a> {
    fn new(folder: &'a Path, smtp: &'a SmtpServer, seed: u64) -> Self {
        Self {
            folder,
            smtp,
            chance: StdRng::seed_from_u64(seed),
            sent: BTreeMap::new(),
            kills: 0,
            points_hit: BTreeSet::new(),
            points_missed: BTreeSet::new(),
            deaths_while_starting: 0,
        }
    }

    async fn kill_at_a_random_moment(&mut self) {
        let Some(mut service) = Process::start(&self.settings(None)) else { return };
        let moment = Duration::from_millis(self.chance.random_range(0..1500));
        let posting = self.post(service.port, 4);
        tokio::select! {
            () = tokio::time::sleep(moment) => service.kill(),
            () = async { posting.await; tokio::time::sleep(moment).await; } => service.kill(),
        }
        self.kills += 1;
    }

    async fn kill_at(&mut self, point: &str) {
        if point.starts_with("round") {
            self.kill_an_operator_at(point);
            return;
        }
        let Some(mut service) = Process::start(&self.settings(Some(point))) else {
            // Leftovers of the round before led to the point before the port was open.
            self.deaths_while_starting += 1;
            self.points_hit.insert(point.to_owned());
            return;
        };
        self.post(service.port, 2).await;
        if service.ends_within(POINT_PATIENCE).await {
            self.points_hit.insert(point.to_owned());
        } else {
            service.kill();
            self.points_missed.insert(point.to_owned());
        }
    }

    /// Rounds are opened by people: here the command dies that releases a job which a person had parked.
    fn kill_an_operator_at(&mut self, point: &str) {
        let done = |job: &&String| self.read(&format!("jobs/{job}/end.json")).is_some_and(|end| end["state"] == "done");
        let Some(job) = self.sent.values().flatten().find(done).cloned() else { return };
        let mut settings = self.settings(Some(point));
        settings.insert("LOG_FORMAT".to_owned(), "json".to_owned());
        let output = gradepost(&["jobs", "discard", &job], &settings).output().unwrap();
        assert!(!output.status.success(), "what is done cannot be discarded: no state is changed");
        let mut service = gradepost(&["jobs", "retry", &job], &settings).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let died = !service.wait().unwrap().success();
        if died {
            self.points_hit.insert(point.to_owned())
        } else {
            self.points_missed.insert(point.to_owned())
        };
    }

    /// Posts new completions and every one that has no 2xx yet, and repeats one that has.
    async fn post(&mut self, port: u16, new: usize) {
        for _ in 0..new {
            self.sent.insert(format!("student{:04}", self.sent.len()), None);
        }
        let mut students: Vec<String> = self.sent.iter().filter(|(_, job)| job.is_none()).map(|(student, _)| student.clone()).collect();
        students.extend(self.sent.iter().filter(|(_, job)| job.is_some()).map(|(student, _)| student.clone()).next_back());
        let mut posts = tokio::task::JoinSet::new();
        for student in students {
            posts.spawn(async move { (post(port, &student).await, student) });
        }
        while let Some(answer) = posts.join_next().await {
            if let (Some(job), student) = answer.unwrap() {
                self.sent.insert(student, Some(job));
            }
        }
    }

    /// Lets the service work in peace until nothing is due, then stops it in good order.
    async fn drain(&mut self) {
        let mut service = Process::start(&self.settings(None)).expect("nothing kills it any more");
        let deadline = Instant::now() + DRAIN_PATIENCE;
        while self.sent.values().any(Option::is_none) && Instant::now() < deadline {
            self.post(service.port, 0).await;
        }
        while self.open_jobs() > 0 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        service.terminate();
    }

    /// Jobs with a pointer, but for pointers of events that were never accepted.
    fn open_jobs(&self) -> usize {
        let pointers = files(&self.folder.join("due"));
        let job = |pointer: &str| pointer.rsplit_once('-').map(|(_, job)| job.to_owned()).unwrap_or_default();
        pointers.iter().filter(|pointer| !self.is_ended(&job(pointer))).count()
    }

    fn is_ended(&self, job: &str) -> bool {
        let rounds = files(&self.folder.join("jobs").join(job));
        let newest = rounds.iter().filter(|name| name.starts_with("round-")).count() + 1;
        let end = if newest == 1 { "end.json".to_owned() } else { format!("end-{newest}.json") };
        rounds.contains(&end)
    }

    /// Draws up the ledger and checks it.
    fn balance(&self) {
        let accepted: BTreeMap<&String, &String> = self.sent.iter().filter_map(|(student, job)| Some((student, job.as_ref()?))).collect();
        let rows = processed(self.folder);
        let (mut once, mut repeated, mut ambiguous, mut unclear_tries, mut faults) = (0, 0, 0, 0, Vec::new());
        for (student, job) in &accepted {
            let mails = self.smtp.taken(&format!("{student}@example.com"));
            let tries = self.tries(job);
            let ids: BTreeSet<String> = mails.iter().map(|mail| message_id(&mail.bytes)).collect();
            let rounds = 1 + self.records(job, "round-");
            // A mail may be there for each try that nobody saw end, and one for each that has its receipt; none for a try that is known to have failed.
            let (receipts, unclear) = (self.receipts(job), self.unclear_tries(job));
            match mails.len() {
                1 if tries == 1 => once += 1,
                count if count == receipts => once += 1,
                count if count > receipts && count <= receipts + unclear => repeated += 1,
                count => faults.push(format!("{student}: {count} mails, {receipts} receipts, {unclear} tries cut (job {job})")),
            }
            unclear_tries += unclear;
            ambiguous += usize::from(unclear > 0);
            if ids.len() > receipts {
                faults.push(format!("{student}: {} message ids for {receipts} receipts", ids.len()));
            }
            let own_rows = rows.iter().filter(|row| row.starts_with(&format!("{student},"))).count();
            if own_rows == 0 || own_rows > rounds {
                faults.push(format!("{student}: {own_rows} rows in processed.csv"));
            }
            if !self.is_ended(job) {
                faults.push(format!("{student}: job {job} is left open: {:?}", files(&self.folder.join("jobs").join(job))));
            }
        }
        println!("\nledger");
        println!("  kill -9 at random moments     {:>6}", self.kills);
        println!("  deaths at fail points         {:>6}  of {} points", self.points_hit.len(), points().count());
        println!("    of these before the port was open    {:>3}", self.deaths_while_starting);
        println!("  events sent                   {:>6}", self.sent.len());
        println!("  events accepted (2xx)         {:>6}", accepted.len());
        println!("  mailed exactly once           {once:>6}");
        println!("  tries cut between their bytes and their receipt  {unclear_tries:>3}  in {ambiguous} jobs");
        println!("  mailed again because of that, same Message-ID    {repeated:>3}  jobs; all others once");
        println!("  rows in processed.csv         {:>6}", rows.len());
        println!("  points not on the way         {:?}", self.points_missed);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        let job = accepted.values().next().expect("something was accepted");
        for step in STEPS {
            assert!(self.records(job, step) > 0, "a job that is done has a record of '{step}'");
        }
        let records = files(&self.folder.join("jobs").join(job));
        let is_step = |name: &&String| !["event", "end", "lease-", "outcome-", "round-", "unsent"].iter().any(|own| name.starts_with(own));
        assert!(records.contains(&"end.json".to_owned()), "{records:?}");
        let strange = records.iter().filter(is_step).find(|name| !STEPS.iter().any(|step| name.starts_with(step)));
        assert_eq!(strange, None, "every step has its fail points");
        assert_eq!(accepted.len(), self.sent.len(), "every event was accepted in the end");
        assert!(self.points_missed.is_empty(), "every fail point was passed: {:?}", self.points_missed);
    }

    /// Tries of mailing, over all rounds.
    fn tries(&self, job: &str) -> usize {
        self.records(job, "mailing")
    }

    /// Tries whose mail the server confirmed: one for each round that mailed.
    fn receipts(&self, job: &str) -> usize {
        self.records(job, "mailed")
    }

    /// Tries that were cut after bytes may have gone out and before the answer was recorded: neither confirmed nor known to have failed.
    fn unclear_tries(&self, job: &str) -> usize {
        self.tries(job).saturating_sub(self.receipts(job) + self.records(job, "unsent"))
    }

    /// Records of this name, in whatever round, and those that were written with another.
    fn records(&self, job: &str, prefix: &str) -> usize {
        let names = files(&self.folder.join("jobs").join(job));
        let with_other = |name: &&String| {
            let field = match name.split(['.', '-']).next() {
                Some("prepared") => "next",
                Some("end") => "facts",
                _ => return false,
            };
            let record = self.read(&format!("jobs/{job}/{name}")).unwrap_or_default();
            record[field].as_object().is_some_and(|steps| steps.keys().any(|step| step.starts_with(prefix)))
        };
        names.iter().filter(|name| name.starts_with(prefix)).count() + names.iter().filter(with_other).count()
    }

    fn read(&self, path: &str) -> Option<Value> {
        serde_json::from_slice(&std::fs::read(self.folder.join(path)).ok()?).ok()
    }

    fn settings(&self, point: Option<&str>) -> BTreeMap<String, String> {
        // A lease is renewed while a job takes long: there the mail server keeps silent.
        let mode = if point.is_some_and(|point| point.starts_with("renew")) { "silent" } else { "plain" };
        let mail = self.smtp.config(mode).smtp.unwrap();
        // Where no mail server listens, a job's attempt ends with a retry.
        let fails = point.is_some_and(|point| point.starts_with("retry_due") || point.starts_with("outcome"));
        let port = if fails { "9".to_owned() } else { mail.port.to_string() };
        let mut settings: BTreeMap<String, String> = [
            ("PORT", "0"),
            ("LOG_FORMAT", "json"),
            ("DATA_DIR", self.folder.to_str().unwrap()),
            ("WEBHOOK_SECRET", SECRET),
            ("WEBHOOK_WAIT_SECONDS", "0"),
            ("SMTP_SERVER", "127.0.0.1"),
            ("SMTP_PORT", &port),
            ("SMTP_TLS", "none"),
            ("EMAIL_FROM", "informes@colegio.example"),
            ("LEASE_SECONDS", "3"),
            ("SWEEP_SECONDS", "1"),
            ("WORKERS", "2"),
            ("RATE_LIMIT_PER_MINUTE", "100000"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        settings.extend(point.map(|point| ("GRADEPOST_FAILPOINT".to_owned(), point.to_owned())));
        settings
    }
}

/// Posts one completion; the job when it was answered with 2xx.
async fn post(port: u16, student: &str) -> Option<String> {
    let answer = send(port, completion(student)).await.ok()?.error_for_status().ok()?;
    let body: Value = answer.json().await.ok()?;
    Some(body["job_id"].as_str()?.to_owned())
}

async fn send(port: u16, body: String) -> reqwest::Result<reqwest::Response> {
    gradepost::app::install_tls_provider();
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(40)).build()?;
    let request = client
        .post(format!("http://127.0.0.1:{port}/webhook"))
        .header("Content-Type", "application/json")
        .header("Learnworlds-Webhook-Signature", format!("v1={SECRET}"))
        .body(body);
    request.send().await
}

fn message_id(mail: &[u8]) -> String {
    let text = String::from_utf8_lossy(mail);
    text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or_default().trim().to_owned()
}

/// The binary, which may die at any moment, even before it is ready.
pub(crate) struct Process {
    child: Child,
    port: u16,
    log: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// `None` when it died before its port was open.
    fn start(settings: &BTreeMap<String, String>) -> Option<Self> {
        Self::launch(&mut gradepost(&["serve"], settings))
    }

    /// As [`Process::start`], by a command of one's own.
    pub(crate) fn launch(command: &mut std::process::Command) -> Option<Self> {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let (ready, port) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let keep = log.clone();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let event: Value = serde_json::from_str(&line).unwrap_or_default();
                if let Some(port) = event["port"].as_u64() {
                    let _ = ready.send(port as u16);
                }
                keep.lock().unwrap().push(line);
            }
        });
        if let Ok(port) = port.recv_timeout(Duration::from_mins(1)) {
            Some(Self { child, port, log })
        } else {
            let _ = child.kill();
            let _ = child.wait();
            None
        }
    }

    pub(crate) async fn ends_within(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if self.child.try_wait().unwrap().is_some() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// Posts a completion as LearnWorlds does.
    pub(crate) async fn webhook(&self, body: &str) -> reqwest::Response {
        send(self.port, body.to_owned()).await.unwrap()
    }

    /// Everything it has logged.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub(crate) fn terminate(&mut self) {
        let pid = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success(), "it stops in good order");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
