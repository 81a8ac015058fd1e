//! Starts the real binary with its own folder and settings, and talks to it as a platform would.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The secret of every service under test.
pub(crate) const SECRET: &str = "3f9c1e7a5b";

/// A service may take so long to start on a busy machine; never waited for when it is quicker.
const START: Duration = Duration::from_mins(2);

/// What is waited for comes within this, however busy the machine; only a fault outlasts it.
const PATIENCE: Duration = Duration::from_mins(2);

/// A key that was created, changed or revoked counts on every instance within three seconds; a busy machine takes longer to tell.
pub(crate) const KEYS_COUNT: Duration = Duration::from_secs(10);

/// What `look` finds, as soon as it finds something. A story that waits does it by this, so that what never comes fails and does not hang.
pub(crate) async fn until<T>(told: impl Fn() -> String, look: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(PATIENCE, told, look).await
}

/// As [`until`], of what is promised to come soon.
pub(crate) async fn until_within<T>(patience: Duration, told: impl Fn() -> String, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {patience:?}: {}", told());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A running service.
///
/// A story ends with nothing left to do: the last service of a folder fails the story when a job in it is neither done nor waiting for a person. What cannot end says so with [`Service::leaves_jobs_open`].
pub(crate) struct Service {
    child: Child,
    settings: BTreeMap<String, String>,
    pub(crate) port: u16,
    log: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
    folder: ServedFolder,
}

/// A service's answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Service {
    /// Starts with local storage in `folder`, the file transport, and the given settings on top.
    pub(crate) fn start(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let mut all: BTreeMap<String, String> = [
            ("PORT", "0"),
            ("LOG_FORMAT", "json"),
            ("DATA_DIR", folder.to_str().unwrap()),
            ("WEBHOOK_SECRET", SECRET),
            ("MAIL_TRANSPORT", "file"),
            ("EMAIL_USER", "informes@colegio.example"),
            ("WEBHOOK_WAIT_SECONDS", "25"),
            ("GCE_METADATA_HOST", "127.0.0.1:9"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Self::launch(all)
    }

    fn launch(settings: BTreeMap<String, String>) -> Self {
        let mut child = gradepost(&["serve"], &settings).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (ready, port) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let keep = log.clone();
        let reader = std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let event: Value = serde_json::from_str(&line).unwrap_or_default();
                if let Some(port) = event["port"].as_u64() {
                    let _ = ready.send(port as u16);
                }
                keep.lock().unwrap().push(line);
            }
        });
        let Ok(port) = port.recv_timeout(START) else {
            let _ = child.kill();
            panic!("the service did not start:\n{}", log.lock().unwrap().join("\n"));
        };
        let folder = ServedFolder::of(&settings);
        Self { child, settings, port, log, reader: Some(reader), folder }
    }

    /// Jobs may be open when this story ends, because of what it plays.
    pub(crate) fn leaves_jobs_open(&self, why: &str) {
        assert!(!why.is_empty(), "why may jobs be left open?");
        self.folder.excuse();
    }

    /// Waits until nothing is open in its folder, and tells what still is when that never comes. A service that has ended has had its time.
    fn jobs_left_open(&mut self) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let open = self.folder.open_jobs();
            let is_over = !matches!(self.child.try_wait(), Ok(None)) || Instant::now() > deadline;
            // One that waits for a later time is not waited for: what it waits for does not come in this story.
            if open.is_empty() || is_over || open.iter().any(|job| job.waits) {
                return open.into_iter().map(|job| job.told).collect();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the process at once, as a crash would.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again with the same settings.
    pub(crate) fn restart(&mut self) {
        self.kill();
        let next = Self::launch(self.settings.clone());
        let _ = std::mem::replace(self, next);
    }

    /// Asks it to stop (SIGTERM) and tells how it ended.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap()
    }

    /// Lets it end its jobs, those that follow from others too, and asks it to stop. What an ended job leads to may come between the look and the stop: the next start goes on with it.
    pub(crate) fn finish(&mut self) {
        for _ in 0..5 {
            let left = self.jobs_left_open();
            self.terminate();
            if !left.is_empty() || self.folder.open_jobs().is_empty() {
                return;
            }
            self.restart();
        }
    }

    /// Everything it has logged.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    /// Everything it has logged to its very end, once it has ended.
    pub(crate) fn whole_log(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.log()
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The most memory it ever held, in MiB (`VmHWM`).
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Posts a body with the static token, as LearnWorlds does.
    pub(crate) async fn webhook(&self, body: &str) -> Answer {
        self.send(
            self.client()
                .post(self.url("/webhook"))
                .header("Content-Type", "application/json")
                .header("Learnworlds-Webhook-Signature", format!("v1={SECRET}"))
                .body(body.to_owned()),
        )
        .await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.client().get(self.url(path))).await
    }

    /// A client without kept connections. Making one reads the system's certificates, which takes so long that two hundred at once would outlast the time limits of the first one's connection.
    #[expect(clippy::unused_self, reason = "reads as the service's own client")]
    pub(crate) fn client(&self) -> reqwest::Client {
        static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
        let make = || {
            gradepost::app::install_tls_provider();
            reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap()
        };
        CLIENT.get_or_init(make).clone()
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap_or_else(|error| panic!("no answer: {error:?}\n{}", self.log()));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        Answer { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let is_asked = !std::thread::panicking() && is_held() && !self.folder.is_excused();
        // Whoever still runs ends its jobs first, also where a service that ended before is dropped last.
        let open = if is_asked { self.jobs_left_open() } else { Vec::new() };
        let is_last = self.folder.leave();
        self.kill();
        assert!(
            !is_asked || !is_last || open.is_empty(),
            "the story leaves jobs open (fix it, or say why by leaves_jobs_open): {open:#?}\n{}",
            self.log()
        );
    }
}

/// Whether a story must leave nothing open here: a thread that a story started has no name, and does not know whose it is.
fn is_held() -> bool {
    std::thread::current().name().is_some_and(|name| name.contains("::"))
}

/// The folder that a service works in, known to all services of this process that do.
struct ServedFolder(Option<PathBuf>);

/// What is known of a folder: how many services work in it, and whether a story said that jobs may stay open.
#[derive(Default)]
struct Served {
    services: usize,
    is_excused: bool,
}

/// All folders that services of this process work in.
fn served() -> std::sync::MutexGuard<'static, BTreeMap<PathBuf, Served>> {
    static SERVED: Mutex<BTreeMap<PathBuf, Served>> = Mutex::new(BTreeMap::new());
    SERVED.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A job that has not ended.
struct OpenJob {
    /// Its attempt failed, and another comes later.
    waits: bool,
    /// Which, and what is recorded of it.
    told: String,
}

impl ServedFolder {
    /// The folder in these settings; none when jobs are kept elsewhere.
    fn of(settings: &BTreeMap<String, String>) -> Self {
        let is_local = settings.get("STORAGE_BACKEND").is_none_or(|backend| backend == "local" || backend == "hybrid");
        let folder = settings.get("DATA_DIR").filter(|_| is_local).map(PathBuf::from);
        if let Some(folder) = &folder {
            served().entry(folder.clone()).or_default().services += 1;
        }
        Self(folder)
    }

    fn excuse(&self) {
        if let Some(folder) = &self.0 {
            served().entry(folder.clone()).or_default().is_excused = true;
        }
    }

    fn is_excused(&self) -> bool {
        self.0.as_ref().is_some_and(|folder| served().get(folder).is_some_and(|here| here.is_excused))
    }

    /// One service fewer works here. Whether the jobs are to be looked at: it was the last one, and nobody said that they may stay open.
    fn leave(&self) -> bool {
        let Some(folder) = &self.0 else { return false };
        let mut all = served();
        let Some(here) = all.get_mut(folder) else { return false };
        here.services -= 1;
        // Excused is who worked here until now, and not who begins later.
        here.services == 0 && !std::mem::take(&mut here.is_excused)
    }

    fn open_jobs(&self) -> Vec<OpenJob> {
        let Some(jobs) = self.0.as_ref().map(|folder| folder.join("jobs")) else { return Vec::new() };
        let Ok(entries) = std::fs::read_dir(jobs) else { return Vec::new() };
        entries.filter_map(|entry| open_job(&entry.ok()?.path())).collect()
    }
}

/// The job of this folder, unless it has ended, was closed or never began.
fn open_job(folder: &Path) -> Option<OpenJob> {
    let records = files(folder);
    let is_there = |name: &str| records.iter().any(|record| record == name);
    let round = 1 + records.iter().filter(|name| name.starts_with("round-")).count();
    let (end, opened) = match round {
        1 => ("end.json".to_owned(), "event.json".to_owned()),
        later => (format!("end-{later}.json"), format!("round-{later}.json")),
    };
    if !is_there("event.json") || is_there(&end) || read_json(&folder.join(opened))["action"] == "discard" {
        return None;
    }
    let attempts = records.iter().filter(|name| name.starts_with("lease-")).count();
    let why = read_json(&folder.join(format!("outcome-{attempts}.json")));
    let waits = why["due"].as_str().and_then(|due| due.parse::<jiff::Timestamp>().ok()).is_some_and(|due| due > jiff::Timestamp::now());
    let kind = read_json(&folder.join("event.json"))["kind"].as_str().unwrap_or("report").to_owned();
    let told = format!("{kind} {}: {} {} {records:?}", folder.display(), why["cause"], why["message"]);
    Some(OpenJob { waits, told })
}

/// A record; nothing when it is not there or cannot be read.
fn read_json(path: &Path) -> Value {
    std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// The binary with only the given settings in its environment.
pub(crate) fn gradepost(arguments: &[&str], settings: &BTreeMap<String, String>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradepost"));
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).envs(settings);
    command
}

/// Runs a command to its end, without any settings.
pub(crate) fn run(arguments: &[&str]) -> Output {
    gradepost(arguments, &BTreeMap::new()).output().unwrap()
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A folder with the demo's question bank in it.
pub(crate) fn school() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let bank = "Test de diagnóstico Parte 1.csv";
    std::fs::create_dir(folder.path().join("questions")).unwrap();
    std::fs::copy(repository("test_data/questions").join(bank), folder.path().join("questions").join(bank)).unwrap();
    folder
}

/// A completion of the demo assessment by a student, answers inline.
pub(crate) fn completion(student: &str) -> String {
    let demo = std::fs::read_to_string(repository("test_data/webhooks/learnworlds/demo.json")).unwrap();
    let mut event: Value = serde_json::from_str(&demo).unwrap();
    event["user"] = json!({ "id": student, "email": format!("{student}@example.com"), "username": format!("Student {student}") });
    event.to_string()
}

/// All files below a folder, by relative path.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                found.push(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}

/// The mails in a folder's outbox.
pub(crate) fn mails(folder: &Path) -> Vec<String> {
    let names = files(&folder.join("outbox"));
    names.iter().map(|name| String::from_utf8_lossy(&std::fs::read(folder.join("outbox").join(name)).unwrap()).into_owned()).collect()
}

/// The rows of the only `processed.csv`, without the header.
pub(crate) fn processed(folder: &Path) -> Vec<String> {
    let index = files(folder).into_iter().filter(|name| name.ends_with("processed.csv")).collect::<Vec<_>>();
    index
        .iter()
        .flat_map(|name| std::fs::read_to_string(folder.join(name)).unwrap().lines().skip(1).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// A program of Node's that the test command installed beside the other peers.
pub(crate) fn node_program(name: &str) -> Result<PathBuf, String> {
    let places = [std::env::var_os("GRADEPOST_TEST_NODE").map(PathBuf::from), Some(repository("target/parts/node"))];
    let found = places.into_iter().flatten().map(|place| place.join("node_modules/.bin").join(name)).find(|path| path.exists());
    found.ok_or_else(|| format!("no {name} under target/parts/node"))
}
