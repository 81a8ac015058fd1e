//! `gradepost events …` and `gradepost endpoints …`: what the gateway's API does, from a shell.
//!
//! They speak to a running service over its API, so that they do the same as any other caller.

use std::io::Read as _;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};

use crate::app;
use crate::commands::files;
use crate::commands::output::{self, note, outln};
use crate::commands::settings::Settings;
use crate::config::Section;

/// Which service, and with which key.
#[derive(Debug, Args)]
pub struct Service {
    /// The service [default: this machine's, at PORT]
    #[arg(long, value_name = "URL", env = "GRADEPOST_URL")]
    url: Option<String>,
    /// The key (gp_live_…) [default: ADMIN_TOKEN]
    #[arg(long, value_name = "KEY", env = "GRADEPOST_KEY", hide_env_values = true)]
    key: Option<SecretString>,
    /// The institution, by id or uid, where the key is not for one
    #[arg(long, value_name = "ID")]
    institution: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Commands about events.
#[derive(Debug, Subcommand)]
pub enum EventsCommand {
    /// Publish an event
    Send {
        /// Its type, such as grade.submitted
        event_type: String,
        /// What it says, as a JSON object; @FILE reads a file, - the standard input
        data: String,
        /// Repeats with the same key send nothing
        #[arg(long, value_name = "KEY")]
        idempotency_key: Option<String>,
        #[command(flatten)]
        service: Service,
    },
    /// List the newest events
    List {
        /// Of this type
        #[arg(long = "type", value_name = "TYPE")]
        event_type: Option<String>,
        /// So many at most
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
        #[command(flatten)]
        service: Service,
    },
}

/// Commands about endpoints.
#[derive(Debug, Subcommand)]
pub enum EndpointsCommand {
    /// List endpoints
    List {
        #[command(flatten)]
        service: Service,
    },
    /// Send an endpoint an example, signed as every other
    Test {
        /// The endpoint, by id or uid
        endpoint: String,
        #[command(flatten)]
        service: Service,
    },
    /// Send an endpoint its dead letters again
    Replay {
        /// The endpoint, by id or uid
        endpoint: String,
        #[command(flatten)]
        service: Service,
    },
}

/// Runs a command about events.
pub fn events(command: EventsCommand, settings: &Settings) -> anyhow::Result<()> {
    files::block_on(async {
        match command {
            EventsCommand::Send { event_type, data, idempotency_key, service } => {
                let data: Map<String, Value> = serde_json::from_str(&read(&data)?).context("the event's data is no JSON object")?;
                let api = Api::open(&service, settings)?;
                let body = json!({ "type": event_type, "data": data });
                let made = api.call(reqwest::Method::POST, "/events", Some(&body), idempotency_key.as_deref()).await?;
                if service.json {
                    return output::json(&made);
                }
                outln!("{}", text(&made, "id"))?;
                note!("The event is accepted, and goes to {} endpoints.", made["matched"]);
                Ok(())
            }
            EventsCommand::List { event_type, limit, service } => {
                let mut path = format!("/events?limit={limit}");
                if let Some(kind) = event_type {
                    path.push_str("&type=");
                    path.extend(url::form_urlencoded::byte_serialize(kind.as_bytes()));
                }
                let listed = Api::open(&service, settings)?.call(reqwest::Method::GET, &path, None, None).await?;
                table(&listed["data"], &["id", "created", "type", "event_id"], service.json)
            }
        }
    })
}

/// Runs a command about endpoints.
pub fn endpoints(command: EndpointsCommand, settings: &Settings) -> anyhow::Result<()> {
    files::block_on(async {
        match command {
            EndpointsCommand::List { service } => {
                let listed = Api::open(&service, settings)?.call(reqwest::Method::GET, "/endpoints?limit=200", None, None).await?;
                table(&listed["data"], &["id", "disabled", "url", "uid"], service.json)
            }
            EndpointsCommand::Test { endpoint, service } => {
                let path = format!("/endpoints/{}/test", encoded(&endpoint));
                let made = Api::open(&service, settings)?.call(reqwest::Method::POST, &path, Some(&json!({})), None).await?;
                if service.json {
                    return output::json(&made);
                }
                outln!("{}", text(&made, "id"))?;
                note!("The example is on its way; 'gradepost events list' and the log of attempts tell what became of it.");
                Ok(())
            }
            EndpointsCommand::Replay { endpoint, service } => {
                let path = format!("/endpoints/{}/replay-dead-letters", encoded(&endpoint));
                let task = Api::open(&service, settings)?.call(reqwest::Method::POST, &path, Some(&json!({})), None).await?;
                if service.json {
                    return output::json(&task);
                }
                outln!("{}", text(&task, "id"))?;
                note!("The dead letters are put back into the endpoint's queue in the background.");
                Ok(())
            }
        }
    })
}

/// A service's API.
struct Api {
    base: String,
    key: SecretString,
    institution: Option<String>,
    client: reqwest::Client,
}

impl Api {
    #[expect(clippy::disallowed_methods, reason = "the operator's own command calls the operator's own service")]
    fn open(service: &Service, settings: &Settings) -> anyhow::Result<Self> {
        let config = settings.config(&[Section::Http])?;
        let base = service.url.clone().unwrap_or_else(|| format!("http://127.0.0.1:{}", config.http.port));
        let Some(key) = service.key.clone().or_else(|| config.http.admin_token.clone()) else {
            bail!("no key: give --key, or set GRADEPOST_KEY or ADMIN_TOKEN");
        };
        app::install_tls_provider();
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), key, institution: service.institution.clone(), client })
    }

    async fn call(&self, method: reqwest::Method, path: &str, body: Option<&Value>, idempotency: Option<&str>) -> anyhow::Result<Value> {
        let mut url = format!("{}/api/v1{path}", self.base);
        if let Some(institution) = &self.institution {
            url.push(if path.contains('?') { '&' } else { '?' });
            url.push_str("institution=");
            url.push_str(&encoded(institution));
        }
        let mut request = self.client.request(method, &url).bearer_auth(self.key.expose_secret());
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = idempotency {
            request = request.header("Idempotency-Key", key);
        }
        let answer = request.send().await.with_context(|| format!("{} cannot be reached", self.base))?;
        let status = answer.status();
        let told = answer.text().await.context("the answer broke off")?;
        let told: Value =
            serde_json::from_str(&told).with_context(|| format!("{} answered {status} without JSON; is it gradepost?", self.base))?;
        if !status.is_success() {
            let detail = match &told["detail"] {
                Value::String(text) => text.clone(),
                Value::Array(faults) => {
                    faults.iter().map(|fault| format!("{}: {}", place(fault), text(fault, "msg"))).collect::<Vec<_>>().join("; ")
                }
                _ => String::new(),
            };
            bail!("{status}: {detail}");
        }
        Ok(told)
    }
}

/// Where a fault lies, as dots.
fn place(fault: &Value) -> String {
    let parts = fault["loc"].as_array().map(Vec::as_slice).unwrap_or_default();
    parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".")
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn encoded(part: &str) -> String {
    url::form_urlencoded::byte_serialize(part.as_bytes()).collect()
}

fn table(rows: &Value, fields: &[&str], as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return output::json(rows);
    }
    for row in rows.as_array().map(Vec::as_slice).unwrap_or_default() {
        let cells = fields.iter().map(|field| match &row[*field] {
            Value::String(text) => text.clone(),
            Value::Null => "-".to_owned(),
            other => other.to_string(),
        });
        outln!("{}", cells.collect::<Vec<_>>().join("  "))?;
    }
    Ok(())
}

/// An argument that may name a file or the standard input.
fn read(argument: &str) -> anyhow::Result<String> {
    if argument == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("the standard input cannot be read")?;
        return Ok(text);
    }
    match argument.strip_prefix('@') {
        Some(file) => files::read_text(std::path::Path::new(file)),
        None => Ok(argument.to_owned()),
    }
}
