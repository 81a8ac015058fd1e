//! `gradepost demo`: the main job once, for real, on embedded data and without configuration.
//!
//! It is the service itself that runs: a signed completion goes over HTTP to its own `/webhook`.

mod school;

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use secrecy::SecretString;

use crate::app::{self, App};
use crate::clock::SystemClock;
use crate::commands::output::{note, outln};
use crate::commands::{demo_gateway, files};
use crate::config::Config;
use crate::delivery::webhook::{self, Scheme};
use crate::env::Env;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::telemetry::{self, TelemetryConfig};

const COMPLETION: &str = include_str!("../../test_data/webhooks/learnworlds/demo.json");
const BANK: &str = include_str!("../../test_data/questions/Test de diagnóstico Parte 1.csv");
const BANK_NAME: &str = "Test de diagnóstico Parte 1.csv";
const SECRET: &str = "demo-secret";
/// A folder with this file in it was made by an earlier demo and may be cleared.
const MARKER: &str = ".gradepost-demo";

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to keep the results
    #[arg(long, default_value = "demo-data")]
    data_dir: PathBuf,
    /// Leave the service running afterwards, for this machine only, on port 8080 or PORT
    #[arg(long)]
    keep_running: bool,
    /// Set up a made-up school of 300 students and serve its console to this machine, on port 8080 or PORT
    #[arg(long, conflicts_with_all = ["keep_running", "open"])]
    school: bool,
    /// Open the PDF
    #[arg(long)]
    open: bool,
    /// Show the gateway instead: an institution hears of a grade, and of one that it could not take at first
    #[arg(long, conflicts_with_all = ["keep_running", "open"])]
    gateway: bool,
}

/// Runs the main job and tells where its results lie.
pub fn run(args: &Args) -> anyhow::Result<()> {
    if args.school {
        return school::run(&args.data_dir, Env::from_process().parsed("PORT", 8080, "a port"));
    }
    telemetry::init(&TelemetryConfig::default());
    prepare(&args.data_dir)?;
    if args.gateway {
        return demo_gateway::run(&args.data_dir);
    }
    let config = config(&args.data_dir)?;
    files::block_on(async {
        let port = if args.keep_running { Env::from_process().parsed("PORT", 8080, "a port") } else { 0 };
        // The demo's secret is known to everybody, so nobody else may reach it.
        let listener = app::listen(Ipv4Addr::LOCALHOST, port).await?;
        let port = listener.local_addr()?.port();
        let app = App::open(config, Arc::new(SystemClock)).await?;
        let jobs = app.jobs.clone();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let stop_on = async move {
            // A dropped sender is an order to stop, too.
            let _ = stopped.await;
        };
        let service = tokio::spawn(app.serve(listener, stop_on));
        let url = format!("http://127.0.0.1:{port}/webhook");
        outln!("The service runs on http://127.0.0.1:{port}/ and keeps its files in {}.", args.data_dir.display())?;
        let answer = post(&url).await?;
        let job = answer["job_id"].as_str().and_then(JobId::parse).context("the answer names no job")?;
        let end =
            jobs.lane(LaneName::Reports).wait(&job, Duration::from_secs(30)).await.context("the report was not ready within 30 seconds")?;
        outln!("POST /webhook was answered: {}", answer["message"].as_str().or(answer["error"].as_str()).unwrap_or_default())?;
        if answer["status"] != "processed" {
            bail!("the demo's job did not end as it should: {}", end.message.unwrap_or_default());
        }
        let pdf = tell(&args.data_dir, &end.summary)?;
        if args.open {
            open(&pdf.display().to_string());
        }
        if args.keep_running {
            let stopped = app::stop_signal();
            outln!("\nThe service keeps running; send it another event, or end it with Ctrl-C:")?;
            outln!("  gradepost webhook send test_data/webhooks/learnworlds/demo.json --secret {SECRET} --url {url}")?;
            stopped.await;
        }
        drop(stop);
        service.await.context("the service panicked")?
    })
}

/// A clean folder with the question bank in it; only a folder an earlier demo made is cleared.
#[expect(clippy::disallowed_methods, reason = "the demo lays out its folder as a user would, before the service starts")]
fn prepare(folder: &Path) -> anyhow::Result<()> {
    if folder.join(MARKER).exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    } else if folder.exists() && folder.read_dir()?.next().is_some() {
        bail!("{} is not empty and no earlier demo made it; choose another --data-dir", folder.display());
    }
    let questions = folder.join("questions");
    std::fs::create_dir_all(&questions).with_context(|| format!("cannot make {}", questions.display()))?;
    std::fs::write(folder.join(MARKER), "made by gradepost demo; cleared by the next one\n")?;
    std::fs::write(questions.join(BANK_NAME), BANK)?;
    Ok(())
}

fn config(folder: &Path) -> anyhow::Result<Config> {
    let folder = folder.to_str().context("the folder's name is not UTF-8")?;
    let settings = [
        ("STORAGE_BACKEND", "local"),
        ("DATA_DIR", folder),
        ("WEBHOOK_SECRET", SECRET),
        ("MAIL_TRANSPORT", "file"),
        ("EMAIL_USER", "informes@colegio.example"),
        ("EMAIL_FROM_NAME", "Colegio de Ejemplo"),
        // The demo waits for its report however slow the machine is.
        ("WEBHOOK_WAIT_SECONDS", "25"),
    ];
    Ok(Config::from_env(&mut Env::from_pairs(settings))?)
}

async fn post(url: &str) -> anyhow::Result<serde_json::Value> {
    let body = COMPLETION.as_bytes().to_vec();
    let signature = webhook::signature(Scheme::Token, &SecretString::from(SECRET), &body);
    let answer = webhook::post(url, body, Some(signature)).await?;
    if answer.status != 200 {
        bail!("POST /webhook was answered {}: {}", answer.status, answer.body);
    }
    serde_json::from_str(&answer.body).context("the answer is not JSON")
}

/// Prints where everything lies and how long it took; returns the PDF's path.
fn tell(folder: &Path, summary: &serde_json::Value) -> anyhow::Result<PathBuf> {
    let report = summary["file"].as_str().context("the job names no report")?;
    let pdf = folder.join(report);
    let index = pdf.with_file_name("processed.csv");
    let mail = newest_mail(folder)?;
    outln!()?;
    outln!("  PDF            {}", pdf.display())?;
    outln!("  mail           {}", mail.display())?;
    outln!("  processed.csv  {}", index.display())?;
    outln!()?;
    for step in ["fetch", "analyse", "render", "mail"] {
        outln!("  {step:<14} {:>8.1} ms", summary["steps_ms"][step].as_f64().unwrap_or_default())?;
    }
    Ok(pdf)
}

fn newest_mail(folder: &Path) -> anyhow::Result<PathBuf> {
    let mut mails: Vec<PathBuf> = folder
        .join("outbox")
        .read_dir()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        .collect();
    mails.sort();
    mails.pop().context("no mail was written")
}

/// Opens a file or address with the desktop's own program.
pub fn open(target: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    if std::process::Command::new(opener).arg(target).spawn().is_err() {
        note!("warning: '{opener}' is not there; open {target} yourself");
    }
}
