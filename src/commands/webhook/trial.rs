//! `gradepost webhook try --to ADDRESS`: a whole report by the settings, banks and templates of the service, to oneself.
//!
//! The service itself runs for a moment, on this machine and over a store that forgets: a signed completion goes over HTTP to its own `/webhook`, and the mail goes out for real.
//! No student, report or row is filed.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::analysis::bank::{self, QuestionBank};
use crate::app::trial::TrialStore;
use crate::app::{self, App};
use crate::clock::SystemClock;
use crate::commands::files;
use crate::commands::output::outln;
use crate::commands::settings::Settings;
use crate::config::Config;
use crate::delivery::mail::config::TransportKind;
use crate::delivery::webhook::{self, Scheme};
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::model::person::EmailAddress;
use crate::storage::key::{ObjectKey, QUESTIONS_FOLDER};
use crate::storage::{PutMode, Store};
use crate::telemetry::{self, TelemetryConfig};

const COMPLETION: &str = include_str!("../../../test_data/webhooks/learnworlds/demo.json");
const BANK: &str = include_str!("../../../test_data/questions/Test de diagnóstico Parte 1.csv");
const TITLE: &str = "Test de diagnóstico Parte 1";
/// The name the report and the mail are about.
const STUDENT: &str = "PRUEBA de gradepost";
/// Stands before the school's name in the mail's From.
const MARK: &str = "[PRUEBA]";
/// How long the report may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// What an event that is no completion is answered with.
const IGNORED: &str = "ignored";

/// Arguments of `webhook try`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to send the report: your own address
    #[arg(long, value_parser = crate::commands::email::address)]
    to: EmailAddress,
    /// The assessment to try, by its title: its bank, profile and template are used [default: the demo's]
    #[arg(long)]
    assessment: Option<String>,
    /// Also call the running service there with a signed event that it ignores, to try its address and secret
    #[arg(long)]
    url: Option<String>,
}

/// Sends the report and tells what became of it.
pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<()> {
    telemetry::init(&TelemetryConfig::default());
    let mut config = Config::from_env(&mut settings.env()?)?;
    let secret = config.intake.secrets("learnworlds").current.clone().context("set WEBHOOK_SECRET; the trial signs with it")?;
    if config.mail.transport != TransportKind::Smtp {
        bail!("mails are written to files (MAIL_TRANSPORT=file), so none would reach {}; set SMTP_SERVER", args.to.as_str());
    }
    mark(&mut config);
    app::install_tls_provider();
    files::block_on(async {
        if let Some(url) = &args.url {
            call(url, &secret).await?;
        }
        let store = Arc::new(TrialStore::over(app::open_existing_store(&config).await?));
        let event = event(args, store.as_ref()).await?;
        let report = make(config, store, &event, &secret).await?;
        outln!("sent to {}: {} (level {})", args.to.as_str(), text(&report, "assessment_title"), text(&report, "level"))?;
        Ok(outln!("It is marked {MARK} and made up; no student, report or row was filed.")?)
    })
}

fn mark(config: &mut Config) {
    let name = config.mail.sender_name.as_deref().map_or_else(|| MARK.to_owned(), |name| format!("{MARK} {name}"));
    config.mail.sender_name = Some(name);
    // The trial waits for its report, wherever the school's jobs go.
    config.jobs.queue = crate::jobs::config::TaskQueue::Inline;
}

/// Calls the running service with an event that changes nothing.
async fn call(url: &str, secret: &SecretString) -> anyhow::Result<()> {
    let body = json!({ "type": "gradepost.trial", "trigger": "trial" }).to_string().into_bytes();
    let signature = webhook::signature(Scheme::Token, secret, &body);
    let answer = webhook::post(url, body, Some(signature)).await?;
    let status = serde_json::from_str::<Value>(&answer.body).unwrap_or_default();
    match answer.status {
        200 if status["status"] == IGNORED => Ok(outln!("{url} takes our signature")?),
        401 => bail!("{url} refuses our signature: its WEBHOOK_SECRET is not the one here"),
        other => bail!(
            "{url} answered {other} and not as gradepost does; is it the address of /webhook? {}",
            answer.body.chars().take(200).collect::<String>()
        ),
    }
}

/// A completion by a made-up student.
async fn event(args: &Args, store: &dyn Store) -> anyhow::Result<Value> {
    let mut event: Value = serde_json::from_str(COMPLETION).context("the demo's event is broken")?;
    event["user"] = json!({ "id": "gradepost-trial", "email": args.to.as_str(), "username": STUDENT });
    event["course"] = json!({ "id": "gradepost-trial", "title": STUDENT });
    if let Some(title) = &args.assessment {
        let bank = bank_of(title, store).await?;
        event["assessment"] = json!({ "title": title });
        event["submission"]["answers"] = answers(&bank);
        event["submission"]["grade"] = Value::Null;
    } else {
        // The demo's own bank, whatever the school has under its name.
        let key = ObjectKey::Question(&format!("{TITLE}.csv")).path();
        store.put(&key, BANK.into(), PutMode::Overwrite).await?;
        event["assessment"] = json!({ "title": TITLE });
    }
    Ok(event)
}

async fn bank_of(title: &str, store: &dyn Store) -> anyhow::Result<QuestionBank> {
    const MOST: usize = 10_000;
    let keys = store.list(QUESTIONS_FOLDER, None, MOST).await?;
    let names: Vec<String> = keys.iter().filter_map(|key| key.strip_prefix(QUESTIONS_FOLDER)).map(ToOwned::to_owned).collect();
    let wanted = bank::candidates(title, None);
    let name = bank::find(&names, &wanted)
        .with_context(|| format!("there is no question bank for '{title}'; looked for {} under questions/", wanted.join(", ")))?;
    let (bytes, _) = store.get(&format!("{QUESTIONS_FOLDER}{name}")).await?.with_context(|| format!("{name} is gone"))?;
    Ok(QuestionBank::from_csv(&bytes, name)?)
}

/// Two of three answers are right.
fn answers(bank: &QuestionBank) -> Value {
    let answer = |(at, question): (usize, &bank::Question)| {
        let right = at % 3 != 2;
        let given = if right { question.correct.first().map_or("", String::as_str) } else { "—" };
        json!({
            "blockId": format!("mc{at}_{}", question.number), "blockType": "mc", "description": format!("Pregunta {}", question.number),
            "answer": given, "points": if right { question.points } else { 0.0 }, "blockMaxScore": question.points,
        })
    };
    bank.questions().iter().enumerate().map(answer).collect()
}

/// Runs the service for one event and waits for its report.
async fn make(config: Config, store: Arc<TrialStore>, event: &Value, secret: &SecretString) -> anyhow::Result<Value> {
    let listener = app::listen(Ipv4Addr::LOCALHOST, 0).await?;
    let url = format!("http://127.0.0.1:{}/webhook", listener.local_addr()?.port());
    let app = App::with_store(config, store, Arc::new(SystemClock))?;
    let jobs = app.jobs.clone();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let service = tokio::spawn(app.serve(listener, async move {
        // A dropped sender is an order to stop, too.
        let _ = stopped.await;
    }));
    let body = event.to_string().into_bytes();
    let signature = webhook::signature(Scheme::Token, secret, &body);
    let answer = webhook::post(&url, body, Some(signature)).await?;
    let status: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let job = status["job_id"]
        .as_str()
        .and_then(JobId::parse)
        .with_context(|| format!("the service answered {}: {}", answer.status, answer.body))?;
    let end = jobs.lane(LaneName::Reports).wait(&job, PATIENCE).await;
    let why = match &end {
        Some(end) if end.summary["status"] == "sent" => None,
        Some(end) => Some(end.message.clone().unwrap_or_else(|| "the report was not sent".to_owned())),
        None => Some(
            jobs.operator()
                .show(&job)
                .await?
                .and_then(|view| view.message)
                .unwrap_or_else(|| "the report was not ready in two minutes".to_owned()),
        ),
    };
    drop(stop);
    service.await.context("the service panicked")??;
    match (why, end) {
        (Some(why), _) => bail!("no report came of it: {why}"),
        (None, end) => Ok(end.map(|end| end.summary).unwrap_or_default()),
    }
}

fn text<'a>(report: &'a Value, field: &str) -> &'a str {
    report[field].as_str().unwrap_or("-")
}
