//! `gradepost demo --gateway`: an institution hears of a grade; one it could not take lies among the dead letters, and is sent again.
//!
//! It is the service itself that runs, in the open mode, on this machine only.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::app::receiver::Receiver;
use crate::app::{self, App};
use crate::clock::SystemClock;
use crate::commands::files;
use crate::commands::output::outln;
use crate::config::Config;
use crate::delivery::webhook;
use crate::env::Env;
use crate::gateway::Gateway;
use crate::gateway::model::{DeadLetter, PageQuery};
use crate::sealing;

/// Three tries of the first document take six seconds; a slow machine more.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Shows it once and ends.
pub fn run(folder: &Path) -> anyhow::Result<()> {
    let config = config(folder)?;
    files::block_on(async {
        let listener = app::listen(Ipv4Addr::LOCALHOST, 0).await?;
        let service = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
        let app = App::open(config, Arc::new(SystemClock)).await?;
        let gateway = app.gateway.clone();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let running = tokio::spawn(app.serve(listener, async move {
            // A dropped sender is an order to stop, too.
            let _ = stopped.await;
        }));
        outln!("The service runs on {service}/ and keeps its files in {}.", folder.display())?;
        show(&service, &gateway).await?;
        drop(stop);
        running.await.context("the service panicked")?
    })
}

fn config(folder: &Path) -> anyhow::Result<Config> {
    let key = hex::encode(sealing::chance::<32>());
    let settings = [
        ("STORAGE_BACKEND", "local"),
        ("DATA_DIR", folder.to_str().context("the folder's name is not UTF-8")?),
        ("WEBHOOK_SECRET", "demo-secret"),
        ("MAIL_TRANSPORT", "file"),
        ("EMAIL_USER", "informes@colegio.example"),
        // Nobody but this machine reaches it, and its key is forgotten with the process.
        ("GATEWAY_OPEN", "true"),
        ("WEBHOOK_ENCRYPTION_KEY", &key),
    ];
    Ok(Config::from_env(&mut Env::from_pairs(settings))?)
}

async fn show(service: &str, gateway: &Gateway) -> anyhow::Result<()> {
    let (receiver, url) = Receiver::start().await?;
    let registered = post(service, "/register_webhooks", &json!({ "university_id": "INST_A", "webhook_url": url })).await?;
    outln!("\n1. INST_A registers {url}\n   {}", words(&registered, "message"))?;

    let first = post(service, "/submit_grade", &grade("123", "A")).await?;
    outln!("\n2. A grade is submitted\n   {}: {}", words(&first, "message"), words(&first, "webhook_response"))?;
    tell_newest(&receiver)?;

    receiver.go_away(true);
    let second = post(service, "/submit_grade", &grade("124", "B")).await?;
    outln!(
        "\n3. INST_A is away, and another grade is submitted\n   {}: {}",
        words(&second, "message"),
        words(&second, "webhook_response")
    )?;
    outln!("   three tries, 2 and 4 seconds apart …")?;
    let letter = wait("the delivery did not end", async || Ok(dead(gateway).await?.into_iter().next())).await?;
    outln!("   it lies among the dead letters after {} tries: {}", letter.attempts, letter.error.message)?;

    receiver.go_away(false);
    let before = receiver.taken().len();
    gateway.replay_dead_letter(letter.institution, &letter.endpoint.to_string(), letter.message).await?;
    wait("it was not sent again", async || Ok((receiver.taken().len() > before).then_some(()))).await?;
    outln!("\n4. INST_A is back, and the dead letter is sent again")?;
    tell_newest(&receiver)?;
    if receiver.taken().last().is_none_or(|(id, _)| *id != letter.message.to_string()) {
        bail!("what was sent again has another id");
    }
    outln!("\nThe same for real: docs/first-webhook.md")?;
    Ok(())
}

fn grade(student: &str, grade: &str) -> Value {
    json!({ "student_id": student, "course_id": "CS101", "grade": grade, "university_id": "INST_A" })
}

fn words(answer: &Value, name: &str) -> String {
    answer[name].as_str().map_or_else(|| answer[name].to_string(), ToOwned::to_owned)
}

fn tell_newest(receiver: &Receiver) -> anyhow::Result<()> {
    let (id, body) = receiver.taken().pop().context("the receiver took nothing")?;
    Ok(outln!("   INST_A took {id}\n   {body}")?)
}

async fn dead(gateway: &Gateway) -> anyhow::Result<Vec<DeadLetter>> {
    let institution = gateway.institution("INST_A").await?;
    let endpoints = gateway.all_endpoints(institution.id).await?;
    let endpoint = endpoints.first().context("INST_A has no endpoint")?;
    Ok(gateway.dead_letters(endpoint.id, &PageQuery::first(1)).await?.data)
}

async fn wait<T>(what: &str, mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let found = async {
        loop {
            if let Some(found) = look().await? {
                return anyhow::Ok(found);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.with_context(|| what.to_owned())?
}

async fn post(service: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
    let answer = webhook::post(&format!("{service}{path}"), body.to_string().into_bytes(), None).await?;
    if answer.status != 200 {
        bail!("POST {path} was answered {}: {}", answer.status, answer.body);
    }
    serde_json::from_str(&answer.body).context("the answer is not JSON")
}
