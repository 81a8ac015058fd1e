//! `gradepost doctor`: every setting with the value that counts, and every part really tried; secrets hidden.
//!
//! A problem is what would stop a report: it names the setting or file and what to do, and the exit code is 1. Nothing is made or left behind.
//! What people read is in the terminal's language; JSON is the same in all.

mod school;

use std::sync::Arc;

use anyhow::bail;
use serde::Serialize;

use crate::app::{self, App};
use crate::clock::SystemClock;
use crate::commands::files;
use crate::commands::output::{self, outln};
use crate::commands::settings::Settings;
use crate::commands::words::{language, told};
use crate::config::Config;
use crate::env::{self, Env};
use crate::jobs::config::TaskQueue;
use crate::report::language::Language;
use crate::storage::Store;
use crate::text::one_line;
use crate::translations;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    /// Also list the settings that nobody set, with their defaults
    #[arg(long)]
    all: bool,
}

/// One line of the diagnosis.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Line {
    part: String,
    state: State,
    detail: String,
    /// A setting that nobody set: people are told how many there are, programs each.
    #[serde(skip)]
    is_default: bool,
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

impl State {
    fn mark(self, language: Language) -> &'static str {
        let marks = match self {
            Self::Ok => ["ok"; 3],
            Self::Set => ["ajuste", "setting", "ajuste"],
            Self::Off => ["apagado", "off", "desligado"],
            Self::Warning => ["AVISO", "WARNING", "AVISO"],
            Self::Problem => ["PROBLEMA", "PROBLEM", "PROBLEMA"],
        };
        let [es, en, pt] = marks;
        match language {
            Language::Es => es,
            Language::En => en,
            Language::Pt => pt,
        }
    }
}

impl Line {
    fn new(part: impl Into<String>, state: State, detail: impl Into<String>) -> Self {
        Self { part: part.into(), state, detail: detail.into(), is_default: false }
    }
}

/// Checks everything and prints a line per part; fails when something would stop a report.
pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<()> {
    let mut env = settings.quiet_env()?;
    let (config, problems) = Config::with_problems(&mut env);
    let mut lines: Vec<Line> = problems.iter().map(|problem| Line::new(&problem.variable, State::Problem, &problem.message)).collect();
    let told = env.hints().iter().chain(env.warnings());
    lines.extend(told.map(|warning| Line::new(&warning.variable, State::Warning, &warning.message)));
    if let Some(warning) = config.intake.warning() {
        lines.push(Line::new("webhook", State::Warning, warning));
    }
    lines.extend(
        env.file().map(|file| Line::new("settings file", State::Ok, format!("{} is read; the environment goes before it", file.display()))),
    );
    lines.extend(values(&env));
    lines.extend(optional(&config));
    let language = if args.json { Language::En } else { language() };
    lines.extend(files::block_on(async { Ok(Box::pin(parts(config, language)).await) })?);
    if args.json {
        output::json(&lines)?;
    } else {
        print(&lines, args.all, language)?;
    }
    match lines.iter().filter(|line| line.state == State::Problem).count() {
        0 => Ok(()),
        1 => bail!(told!(
            "1 problema; vea la línea marcada PROBLEMA",
            "1 problem; see the line marked PROBLEM",
            "1 problema; veja a linha marcada PROBLEMA",
        )),
        n => bail!(told!(
            "{n} problemas; vea las líneas marcadas PROBLEMA",
            "{n} problems; see the lines marked PROBLEM",
            "{n} problemas; veja as linhas marcadas PROBLEMA",
        )),
    }
}

fn print(lines: &[Line], all: bool, language: Language) -> anyhow::Result<()> {
    let shown: Vec<(&Line, String)> = lines
        .iter()
        .filter(|line| all || !line.is_default)
        .map(|line| (line, one_line(&translations::told(&line.part, language))))
        .collect();
    let width = shown.iter().map(|(_, part)| part.chars().count()).max().unwrap_or(0).max(24);
    for (line, part) in &shown {
        let mark = line.state.mark(language);
        let detail = match line.state {
            State::Set => translations::value(&line.detail, language),
            _ => translations::told(&line.detail, language),
        };
        outln!("{mark:<8} {part:<width$} {}", one_line(&detail))?;
    }
    let others = lines.len() - shown.len();
    if others > 0 {
        let words = format!("{others} more settings are at their defaults; --all shows them");
        outln!("\n{}", translations::told(&words, language))?;
    }
    Ok(())
}

/// Every setting with the value that counts: given, or the default that `env.template` tells. Secrets are only set or unset.
fn values(env: &Env) -> Vec<Line> {
    let line = |setting: env::Setting| {
        let (name, is_secret) = (setting.name, env::is_secret(setting.name));
        let given = (env.var(name), env.var(&format!("{name}_FILE")));
        let is_default = given.0.is_none() && !(is_secret && given.1.is_some());
        let detail = match given {
            (Some(_), _) if is_secret => "set".to_owned(),
            (Some(value), _) => value.to_owned(),
            (None, Some(file)) if is_secret => format!("set, from {file}"),
            _ if setting.default.is_empty() => "unset".to_owned(),
            _ => format!("{} (default)", setting.default),
        };
        Line { is_default, ..Line::new(name, State::Set, detail) }
    };
    env::settings().map(line).collect()
}

/// Features that are off until configured.
fn optional(config: &Config) -> Vec<Line> {
    let line = |part: &str, on: bool, when_on: &str, when_off: &str| {
        Line::new(part, if on { State::Ok } else { State::Off }, if on { when_on } else { when_off })
    };
    let pushes_are_believed = matches!(config.jobs.queue, TaskQueue::PubSub { push: Some(_), .. });
    vec![
        line(
            "admin alerts",
            !config.mail.admins.is_empty(),
            "ADMIN_EMAIL is told once per cause",
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
            Err(error) => (State::Problem, format!("{error} (SCHOOL_DOMAIN, CLIENT_ID, CLIENT_SECRET or ACCESS_TOKEN)")),
        },
        Err(error) => (State::Problem, format!("{error:#}")),
    };
    Line::new("platform API", state, detail)
}

/// The APIs of the other platforms that are set up, really asked.
async fn other_platforms(app: &App) -> Vec<Line> {
    let mut lines = Vec::new();
    for source in app.sources.all() {
        match source.check().await {
            None => {}
            Some(Ok(words)) => lines.push(Line::new("platform API", State::Ok, words)),
            Some(Err(error)) => lines.push(Line::new("platform API", State::Problem, error.to_string())),
        }
    }
    lines
}

/// The institutions that platforms' events belong to: one that is not there makes dead letters of them.
async fn institutions(app: &App) -> Vec<Line> {
    let mut lines = Vec::new();
    for name in app.config.intake.institutions.names() {
        lines.push(match app.gateway.find_institution(name).await {
            Ok(Some(found)) => Line::new("institution", State::Ok, format!("'{}' hears of platforms' events", found.name)),
            Ok(None) => Line::new(
                "institution",
                State::Problem,
                format!("there is none called '{name}'; create it, or correct PLATFORM_INSTITUTION"),
            ),
            Err(error) => Line::new("institution", State::Problem, error.to_string()),
        });
    }
    lines
}

/// The Kafka cluster, really asked for its topics: what is wrong there stops no report.
async fn kafka(app: &App) -> Vec<Line> {
    let (Some(bridge), Some(config)) = (&app.kafka, &app.config.kafka) else { return Vec::new() };
    let mut lines = vec![match bridge.check().await {
        Ok(words) => Line::new("kafka", State::Ok, words),
        Err(problem) => Line::new("kafka", State::Warning, format!("{problem} (EVENTS_KAFKA); events wait, webhooks and reports go on")),
    }];
    if config.sasl.is_some() && config.tls.is_none() {
        let advice = "the user is proven over a connection that anybody on the way can read; set KAFKA_CA_FILE to use TLS";
        lines.push(Line::new("kafka", State::Warning, advice.to_owned()));
    }
    lines
}

/// The mail server, really logged in to.
async fn mail(app: &App) -> Line {
    match app.mailer.check().await {
        Ok(()) => Line::new("mail", State::Ok, app.mailer.describe()),
        Err(refusal) => {
            let words = refusal.text();
            let names_setting = env::settings().any(|setting| words.contains(setting.name));
            let where_to_look = if names_setting { "" } else { " (SMTP_SERVER, SMTP_PORT, EMAIL_USER, EMAIL_PASSWORD)" };
            Line::new("mail", State::Problem, format!("{words}{where_to_look}"))
        }
    }
}

/// The storage, really written to.
async fn storage(store: &dyn Store) -> Vec<Line> {
    let mut lines = vec![match store.probe().await {
        Ok(steps) => Line::new("storage", State::Ok, format!("{}: {steps}", store.describe())),
        Err(error) => Line::new("storage", State::Problem, format!("{} is not usable: {error}", store.describe())),
    }];
    lines.extend(store.concerns().await.into_iter().map(|concern| Line::new("storage", State::Warning, concern)));
    lines
}

/// The parts of the service, each really tried.
async fn parts(config: Config, language: Language) -> Vec<Line> {
    let store = match app::open_existing_store(&config).await {
        Ok(store) => store,
        Err(error) => return vec![Line::new("storage", State::Problem, format!("{error:#}"))],
    };
    let mut lines = storage(store.as_ref()).await;
    lines.extend(school::check(store.as_ref(), language).await);
    match App::with_store(config, store, Arc::new(SystemClock)) {
        Ok(app) => {
            let (learnworlds, others) = (platform(&app).await, other_platforms(&app).await);
            // A school on another platform has nothing to set up here.
            if others.is_empty() || learnworlds.state != State::Off {
                lines.push(learnworlds);
            }
            lines.extend(others);
            lines.extend(institutions(&app).await);
            lines.push(mail(&app).await);
            lines.extend(kafka(&app).await);
            for part in app::parts::checks(&app).into_iter().filter(|part| part.name() == "oldest job") {
                lines.push(match part.check().await {
                    Ok(detail) => Line::new(part.name(), State::Ok, detail),
                    Err(problem) => Line::new(part.name(), State::Problem, problem),
                });
            }
        }
        Err(error) => lines.push(Line::new("start", State::Problem, format!("{error:#}"))),
    }
    lines
}
