//! `gradepost doctor`: every setting with the value that counts, and every part really tried; secrets hidden.

use std::sync::Arc;

use anyhow::bail;
use serde::Serialize;

use crate::app::{self, App};
use crate::clock::SystemClock;
use crate::commands::files;
use crate::config::Config;
use crate::env::Env;
use crate::jobs::config::TaskQueue;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

/// One line of the diagnosis.
#[derive(Debug, Serialize)]
struct Line {
    part: String,
    state: State,
    detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    Set,
    Off,
    Warning,
    Problem,
}

/// Checks everything and prints a line a part; fails when something is wrong.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let mut env = Env::from_process();
    let (config, problems) = Config::with_problems(&mut env);
    let mut lines: Vec<Line> = problems
        .iter()
        .map(|problem| Line { part: problem.variable.clone(), state: State::Problem, detail: problem.message.clone() })
        .collect();
    if let Some(warning) = config.intake.warning() {
        lines.push(Line { part: "webhook".to_owned(), state: State::Warning, detail: warning.to_owned() });
    }
    lines.extend(settings(&env));
    lines.extend(optional(&config));
    lines.extend(files::block_on(async { Ok(parts(config).await) })?);
    if args.json {
        files::print_json(&lines)?;
    } else {
        for line in &lines {
            let mark = match line.state {
                State::Ok => "ok     ",
                State::Set => "setting",
                State::Off => "off    ",
                State::Warning => "WARNING",
                State::Problem => "PROBLEM",
            };
            println!("{mark}  {:<24} {}", line.part, line.detail);
        }
    }
    match lines.iter().filter(|line| line.state == State::Problem).count() {
        0 => Ok(()),
        1 => bail!("1 problem; see the line marked PROBLEM"),
        n => bail!("{n} problems; see the lines marked PROBLEM"),
    }
}

/// Every setting with the value that counts: given, or the default that `env.template` tells. Secrets are only set or unset.
fn settings(env: &Env) -> Vec<Line> {
    let names = |line: &'static str| line.trim_start_matches("# ").split_once('=').filter(|(name, _)| is_variable(name));
    let line = |(name, default): (&str, &str)| {
        let detail = match (env.var(name), env.var(&format!("{name}_FILE"))) {
            (Some(_), _) if is_secret(name) => "set".to_owned(),
            (Some(value), _) => value.to_owned(),
            (None, Some(file)) if is_secret(name) => format!("set, from {file}"),
            _ if default.is_empty() => "unset".to_owned(),
            _ => format!("{default} (default)"),
        };
        Line { part: name.to_owned(), state: State::Set, detail }
    };
    TEMPLATE.lines().filter_map(names).map(line).collect()
}

/// Lists every variable with its default; a test holds it against the code.
const TEMPLATE: &str = include_str!("../../env.template");

fn is_variable(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn is_secret(name: &str) -> bool {
    ["SECRET", "PASS", "TOKEN"].iter().any(|word| name.contains(word))
}

/// Features that are off until configured.
fn optional(config: &Config) -> Vec<Line> {
    let line = |part: &str, on: bool, when_on: &str, when_off: &str| Line {
        part: part.to_owned(),
        state: if on { State::Ok } else { State::Off },
        detail: if on { when_on } else { when_off }.to_owned(),
    };
    let pushes_are_believed = matches!(config.jobs.queue, TaskQueue::PubSub { push: Some(_), .. });
    vec![
        line(
            "admin alerts",
            !config.mail.admins.is_empty(),
            "ADMIN_EMAIL is told once a cause",
            "set ADMIN_EMAIL to be told when a person must act",
        ),
        line(
            "metrics",
            config.http.admin_token.is_some() || config.http.metrics_public,
            if config.http.metrics_public { "METRICS_PUBLIC is on" } else { "ADMIN_TOKEN is set" },
            "set ADMIN_TOKEN to open /metrics",
        ),
        line(
            "task queue",
            config.http.task_token.is_some() || pushes_are_believed,
            if pushes_are_believed { "the push subscription may call /tasks" } else { "TASK_TOKEN is set" },
            "set TASK_TOKEN to let a scheduler call /tasks/run and /tasks/sweep",
        ),
        line("own fonts", config.font_dir.is_some(), "FONT_DIR is set", "set FONT_DIR to add the school's own fonts"),
    ]
}

/// The platform's API, really asked.
async fn platform(app: &App) -> Line {
    let (state, detail) = match app::parts::learnworlds(&app.config, &app.clock) {
        Ok(None) => {
            let advice = "set SCHOOL_DOMAIN, CLIENT_ID and CLIENT_SECRET (or ACCESS_TOKEN) to fetch answers; until then only answers inside the event are used";
            (State::Off, advice.to_owned())
        }
        Ok(Some(client)) => match client.check().await {
            Ok(()) => (State::Ok, "the platform takes our credentials".to_owned()),
            Err(error) => (State::Problem, error.to_string()),
        },
        Err(error) => (State::Problem, format!("{error:#}")),
    };
    Line { part: "platform API".to_owned(), state, detail }
}

/// The storage, really written to.
async fn storage(app: &App) -> Line {
    let (state, detail) = match app::try_store(app.store.as_ref()).await {
        Ok(steps) => (State::Ok, format!("{}: {steps}", app.store.describe())),
        Err(error) => (State::Problem, format!("{} is not usable: {error:#}", app.store.describe())),
    };
    Line { part: "storage".to_owned(), state, detail }
}

/// The parts behind `/ready`, each really tried.
async fn parts(config: Config) -> Vec<Line> {
    let app = match App::open(config, Arc::new(SystemClock)).await {
        Ok(app) => app,
        Err(error) => return vec![Line { part: "start".to_owned(), state: State::Problem, detail: format!("{error:#}") }],
    };
    let mut lines = vec![platform(&app).await, storage(&app).await];
    for part in app::parts::checks(&app) {
        let (state, detail) = match part.check().await {
            Ok(detail) => (State::Ok, detail),
            Err(problem) => (State::Problem, problem),
        };
        lines.push(Line { part: part.name().to_owned(), state, detail });
    }
    lines
}
