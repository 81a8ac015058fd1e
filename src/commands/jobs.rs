//! `gradepost jobs …`: what became of events, and acting on those that are stuck.

mod card;
mod list;

use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Subcommand;

use crate::app;
use crate::audit::{Act, Audit};
use crate::clock::SystemClock;
use crate::commands::files;
use crate::commands::output::{self, note, outln};
use crate::commands::settings::Settings;
use crate::commands::words::{language, told};
use crate::config::{Config, Section};
use crate::jobs::ask::{Ask, FromStep};
use crate::jobs::operator::{JobView, Operator};
use crate::lookup::unseen::Blocks as _;
use crate::model::cause::Cause;
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::model::person::EmailAddress;
use crate::privacy::wishes::Wishes;
use crate::report::language::Language;

pub(in crate::commands) use card::Card;

/// Commands about jobs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List jobs: open ones by when they are due, then ended ones, newest first
    List(list::Args),
    /// Show one job with its steps, why it stands where it does, and what to do
    Show {
        /// The job's id, or its beginning
        #[arg(value_parser = beginning)]
        id: Beginning,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Try a job again now; one that was sent is made and mailed once more
    Retry {
        /// The jobs' ids, or their beginnings
        #[arg(value_parser = beginning, required = true)]
        ids: Vec<Beginning>,
        /// Mail the report there instead of to the student's address
        #[arg(long, value_parser = crate::commands::email::address)]
        to: Option<EmailAddress>,
    },
    /// Let a parked job go on, once its cause is fixed; or all jobs parked for one cause
    Release {
        /// The jobs' ids, or their beginnings
        #[arg(value_parser = beginning, required_unless_present = "cause")]
        ids: Vec<Beginning>,
        /// All parked jobs of this cause, as jobs list shows it (bank_missing, mail_refused)
        #[arg(long, conflicts_with_all = ["ids", "to"])]
        cause: Option<String>,
        /// Mail the report there instead of to the student's address
        #[arg(long, value_parser = crate::commands::email::address)]
        to: Option<EmailAddress>,
    },
    /// Mail a report again that was sent: the same PDF, in a second mail
    Send {
        /// The jobs' ids, or their beginnings
        #[arg(value_parser = beginning, required = true)]
        ids: Vec<Beginning>,
        /// Mail it there instead of to the student's address
        #[arg(long, value_parser = crate::commands::email::address)]
        to: Option<EmailAddress>,
        /// Why, for the log of acts
        #[arg(long)]
        why: Option<String>,
    },
    /// Make a report's PDF again with today's template, from the same answers and judgement
    Render(Anew),
    /// Mark a report again with today's bank and rules, from the same answers
    Mark(Anew),
    /// Look through all jobs for open ones that the service would not find, and put them back in line
    Repair,
    /// End a job for good; it sends nothing
    Discard {
        /// The jobs' ids, or their beginnings
        #[arg(value_parser = beginning, required = true)]
        ids: Vec<Beginning>,
    },
}

/// Arguments of what is done anew.
#[derive(Debug, clap::Args)]
pub struct Anew {
    /// The jobs' ids, or their beginnings
    #[arg(value_parser = beginning, required = true)]
    ids: Vec<Beginning>,
    /// Mail it, too; else it is only filed
    #[arg(long)]
    mail: bool,
    /// Why, for the log of acts
    #[arg(long)]
    why: Option<String>,
}

/// A job's id, or the first letters of one.
#[derive(Debug, Clone)]
pub struct Beginning(String);

/// The fewest letters that stand for a job.
const SHORTEST: usize = 4;

fn beginning(text: &str) -> Result<Beginning, String> {
    let text = text.trim().to_ascii_lowercase();
    let is_beginning = (SHORTEST..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if is_beginning { Ok(Beginning(text)) } else { Err("no job id; jobs list shows them (4 to 32 hex digits)".to_owned()) }
}

/// Runs one of the commands.
pub fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    let config = settings.config(&[Section::Storage, Section::Jobs])?;
    let zone = config.pipeline.zone.clone();
    files::block_on(async {
        let jobs = app::operator(&config, Arc::new(SystemClock)).await?;
        let log = Log { audit: app::audit(&config, Arc::new(SystemClock)).await?, who: by() };
        match command {
            Command::List(args) if args.find.is_some() => {
                let clock = Arc::new(SystemClock);
                let store = app::open_existing_store(&config).await?;
                let lookup = app::lookup(&config, store, clock, Arc::new(wishes(&config).await?), None);
                list::find(&args, args.find.as_deref().unwrap_or_default(), &lookup, &zone).await
            }
            Command::List(args) => {
                let blocked = wishes(&config).await?.blocked().await?;
                list::run(&args, &jobs, blocked, &zone).await
            }
            Command::Show { id, json } => {
                let job = one(&jobs, &id, &zone).await?;
                if json { output::json(&job) } else { print_job(&job, &zone) }
            }
            Command::Repair => {
                let done = jobs.repair().await.context("cannot look through all jobs; run it again")?;
                let (jobs, pointed) = (done.jobs, done.pointed);
                let sum = told!(
                    "{jobs} trabajos revisados, {pointed} puestos de nuevo en la fila",
                    "{jobs} jobs looked at, {pointed} put back in line",
                    "{jobs} trabalhos verificados, {pointed} postos de novo na fila",
                );
                outln!("{sum}")?;
                for (job, error) in &done.failed {
                    note!(
                        "{}",
                        told!("{job} no se puede leer: {error}", "{job} cannot be read: {error}", "não é possível ler {job}: {error}")
                    );
                }
                Ok(())
            }
            Command::Retry { ids, to } => each(&jobs, &ids, &zone, async |job| retry(&jobs, &log, job, to.as_ref()).await).await,
            Command::Release { ids, cause: None, to } => {
                each(&jobs, &ids, &zone, async |job| release(&jobs, &log, job, to.as_ref()).await).await
            }
            Command::Release { cause: Some(cause), .. } => release_all(&jobs, &log, &Cause::parse(&cause)).await,
            Command::Send { ids, to, why } => {
                let to = to.as_ref();
                let ask = Ask { to: to.map(|to| to.as_str().to_owned()), why, ..Ask::from_step(FromStep::Mail) };
                let act = if to.is_some() { "report.send-to" } else { "report.send" };
                each(&jobs, &ids, &zone, async |job| reopen(&jobs, &log, job, act, ask.clone()).await).await
            }
            Command::Render(Anew { ids, mail, why }) => {
                let ask = Ask { mail, why, ..Ask::from_step(FromStep::Render) };
                each(&jobs, &ids, &zone, async |job| reopen(&jobs, &log, job, "report.render", ask.clone()).await).await
            }
            Command::Mark(Anew { ids, mail, why }) => {
                let ask = Ask { mail, why, ..Ask::from_step(FromStep::Analyse) };
                each(&jobs, &ids, &zone, async |job| reopen(&jobs, &log, job, "report.mark", ask.clone()).await).await
            }
            Command::Discard { ids } => {
                let discard = async |job: &JobView| -> anyhow::Result<String> {
                    let ask = log.of(job, "report.discard", Ask::default()).await?;
                    jobs.discard_as(&job.id, None, ask).await?;
                    Ok(told!("queda descartado y no envía nada", "is discarded and sends nothing", "foi descartado e não envia nada"))
                };
                each(&jobs, &ids, &zone, discard).await
            }
        }
    })
}

/// What persons want done with their data.
async fn wishes(config: &Config) -> anyhow::Result<Wishes> {
    Ok(Wishes::new(app::open_existing_store(config).await?, Arc::new(SystemClock)))
}

/// The log of acts, and who acts.
struct Log {
    audit: Audit,
    who: String,
}

impl Log {
    /// Records an act that is about to happen; what is asked then names it.
    async fn of(&self, job: &JobView, act: &str, ask: Ask) -> anyhow::Result<Ask> {
        let recorded = Act { who: &self.who, act, on: job.id.as_str(), why: ask.why.as_deref(), ..Act::default() };
        let audit = self.audit.record(recorded).await.context("the act cannot be recorded, so nothing was done")?;
        Ok(Ask { by: Some(self.who.clone()), audit: Some(audit), ..ask })
    }
}

/// Whoever runs the command, as records name them.
pub(super) fn by() -> String {
    format!("cli:{}", user())
}

#[expect(clippy::disallowed_methods, reason = "who acts is no setting")]
fn user() -> String {
    let named = ["SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    named.map(|name| crate::text::one_line(&name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// Opens a job that was done, from a step on.
async fn reopen(jobs: &Operator, log: &Log, job: &JobView, act: &str, ask: Ask) -> anyhow::Result<String> {
    if job.state != "done" || job.summary["status"] == "duplicate" || job.summary["status"] == "skipped" {
        let state = job.state;
        bail!(
            "{}",
            told!(
                "está en «{state}», y solo un informe terminado se hace o se envía de nuevo; jobs show dice qué se puede hacer",
                "it is {state}, and only a report that is done is made or mailed again; jobs show tells what can be done",
                "está em «{state}», e só um relatório terminado é feito ou enviado de novo; jobs show diz o que se pode fazer",
            )
        );
    }
    let (mails, to) = (ask.mail, ask.to.clone());
    let ask = log.of(job, act, ask).await?;
    jobs.reopen(&job.id, None, ask).await?;
    let told = match (mails, to) {
        (true, Some(to)) => told!("se envía a {to}", "is mailed to {to}", "é enviado para {to}"),
        (true, None) => told!("se envía", "is mailed", "é enviado"),
        (false, _) => told!("se hace de nuevo y se archiva", "is made anew and filed", "é feito de novo e arquivado"),
    };
    Ok(format!("{told}; {}", taken_up()))
}

/// The one job whose id begins so.
async fn one(jobs: &Operator, id: &Beginning, zone: &jiff::tz::TimeZone) -> anyhow::Result<JobView> {
    let found = match JobId::parse(&id.0) {
        Some(id) => vec![id],
        None => jobs.find(&id.0).await?,
    };
    match found.as_slice() {
        [] => bail!("{}", no_job(id)),
        [only] => jobs.show(only).await?.with_context(|| no_job(id)),
        several => {
            let mut lines = Vec::new();
            for id in several {
                let job = jobs.show(id).await;
                let what = job.ok().flatten().map(|job| Card::of(&job, zone).in_short()).unwrap_or_default();
                lines.push(format!("\n  {id}  {what}"));
            }
            let (id, lines) = (&id.0, lines.concat());
            bail!(
                "{}",
                told!(
                    "{id} es el comienzo de varios trabajos; escriba más del identificador:{lines}",
                    "{id} is the beginning of several jobs; give more of the id:{lines}",
                    "{id} é o começo de vários trabalhos; escreva mais do identificador:{lines}",
                )
            )
        }
    }
}

fn no_job(id: &Beginning) -> String {
    let id = &id.0;
    told!("no hay ningún trabajo {id}", "there is no job {id}", "não há nenhum trabalho {id}")
}

/// Does the same to several jobs; one that fails keeps none of the others from it.
async fn each(
    jobs: &Operator,
    ids: &[Beginning],
    zone: &jiff::tz::TimeZone,
    act: impl AsyncFn(&JobView) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    let mut failed = 0;
    for id in ids {
        let done = async {
            let job = one(jobs, id, zone).await?;
            anyhow::Ok((Card::of(&job, zone).in_short(), act(&job).await?))
        };
        match done.await {
            Ok((what, done)) => outln!("{} ({what}) {done}", id.0)?,
            Err(error) if ids.len() == 1 => return Err(error),
            Err(error) => {
                failed += 1;
                note!("error: {}: {error:#}", id.0);
            }
        }
    }
    if failed > 0 {
        let all = ids.len();
        bail!(
            "{}",
            told!(
                "no se pudo con {failed} de {all} trabajos",
                "{failed} of {all} jobs could not be acted on",
                "não foi possível com {failed} de {all} trabalhos",
            )
        );
    }
    Ok(())
}

/// What becomes of a job that is opened again.
fn taken_up() -> String {
    told!(
        "el servicio en marcha lo toma de inmediato",
        "the running service takes it up at once",
        "o serviço em execução o retoma de imediato"
    )
}

async fn retry(jobs: &Operator, log: &Log, job: &JobView, to: Option<&EmailAddress>) -> anyhow::Result<String> {
    if job.summary["status"] == "duplicate" {
        bail!(
            "{}",
            told!(
                "es un duplicado: otro trabajo hace el informe de esta entrega, y este no envía nada por más que se intente; jobs list --search NOMBRE muestra el otro",
                "it is a duplicate: another job makes this submission's report, and this one sends nothing however often it is tried; jobs list --search NAME shows the other",
                "é um duplicado: outro trabalho faz o relatório desta entrega, e este não envia nada por mais que se tente; jobs list --search NOME mostra o outro",
            )
        );
    }
    log.of(job, "report.retry", Ask::default()).await?;
    match to {
        Some(to) => jobs.retry_with(&job.id, card::ADDRESS, card::address(to)).await?,
        None => jobs.retry(&job.id).await?,
    }
    Ok(format!("{}{}; {}", told!("se intenta de nuevo", "is tried again", "é tentado de novo"), mailed_to(to), taken_up()))
}

async fn release(jobs: &Operator, log: &Log, job: &JobView, to: Option<&EmailAddress>) -> anyhow::Result<String> {
    log.of(job, "report.continue", Ask::default()).await?;
    match to {
        Some(to) => jobs.release_with(&job.id, card::ADDRESS, card::address(to)).await?,
        None => jobs.release(&job.id).await?,
    }
    Ok(format!("{}{}; {}", told!("continúa", "is released", "continua"), mailed_to(to), taken_up()))
}

fn mailed_to(to: Option<&EmailAddress>) -> String {
    let Some(to) = to.map(EmailAddress::as_str) else { return String::new() };
    told!(", y se envía a {to}", ", and mailed to {to}", ", e é enviado para {to}")
}

async fn release_all(jobs: &Operator, log: &Log, cause: &Cause) -> anyhow::Result<()> {
    let act = Act { who: &log.who, act: "bulk", on: cause.as_str(), ..Act::default() };
    log.audit.record(act).await.context("the act cannot be recorded, so nothing was done")?;
    let done = jobs.release_all(cause).await.context("cannot release them all; what was released stays so")?;
    let released = done.released;
    for (job, error) in &done.failed {
        note!("{}", told!("{job} no puede continuar: {error}", "{job} cannot be released: {error}", "{job} não pode continuar: {error}"));
    }
    let sum = if released == 0 && done.failed.is_empty() {
        told!("ningún trabajo espera por {cause}", "no job is parked for {cause}", "nenhum trabalho espera por {cause}")
    } else if released == 1 {
        told!(
            "1 trabajo continúa; el servicio en marcha lo toma de inmediato",
            "1 job is released; the running service takes it up at once",
            "1 trabalho continua; o serviço em execução o retoma de imediato",
        )
    } else {
        told!(
            "{released} trabajos continúan; el servicio en marcha los toma de inmediato",
            "{released} jobs are released; the running service takes them up at once",
            "{released} trabalhos continuam; o serviço em execução os retoma de imediato",
        )
    };
    Ok(outln!("{sum}")?)
}

fn print_job(job: &JobView, zone: &jiff::tz::TimeZone) -> anyhow::Result<()> {
    let card = Card::of(job, zone);
    let width = if language() == Language::En { 9 } else { 11 };
    let line =
        |name: String, value: &str| if value.is_empty() { Ok(()) } else { outln!("{name:<width$} {}", crate::text::one_line(value)) };
    line(told!("trabajo", "job", "trabalho"), job.id.as_str())?;
    if job.lane != LaneName::Reports {
        let (kind, lane) = (&job.kind, job.lane.as_str());
        line(told!("tipo", "kind", "tipo"), &format!("{kind} (lane {lane})"))?;
    }
    line(told!("estado", "state", "estado"), &card.state)?;
    line(told!("estudiante", "student", "estudante"), &card.student())?;
    line(told!("prueba", "test", "teste"), &card.title)?;
    line(told!("curso", "course", "curso"), &card.course)?;
    line(told!("resultado", "result", "resultado"), &card.result())?;
    line(told!("recibido", "received", "recebido"), &card.received)?;
    line(told!("intentos", "attempts", "tentativas"), &job.attempts.to_string())?;
    for step in &job.steps {
        line(told!("paso", "step", "passo"), step)?;
    }
    if let Some(due) = job.due {
        line(told!("le toca", "due", "próxima"), &card::local(due, zone))?;
    }
    if let Some(ended) = job.ended_at {
        line(told!("terminó", "ended", "terminou"), &card::local(ended, zone))?;
    }
    line(told!("archivo", "file", "arquivo"), job.summary["file"].as_str().unwrap_or_default())?;
    line(told!("causa", "cause", "causa"), &card.cause)?;
    line(told!("por qué", "why", "por quê"), job.message.as_deref().unwrap_or_default())?;
    // What the operator should know of a report that went out: where bank and platform disagree, blocks left out.
    for note in job.summary["notes"].as_array().into_iter().flatten().filter_map(|note| note.as_str()) {
        line(told!("nota", "note", "nota"), note)?;
    }
    line(told!("qué hacer", "advice", "o que fazer"), &advice(job, &card))?;
    Ok(())
}

/// What a person can do about a job where it stands.
fn advice(job: &JobView, card: &Card) -> String {
    let id = &card.short_id;
    match (job.state, card.state.as_str()) {
        ("waiting", _) => told!(
            "se intenta de nuevo por sí solo cuando le toca; gradepost jobs retry {id} lo intenta ahora",
            "it is tried again automatically when it is due; gradepost jobs retry {id} tries it now",
            "é tentado de novo por si só na hora marcada; gradepost jobs retry {id} tenta agora",
        ),
        ("running", _) => told!(
            "una instancia trabaja en él; mire de nuevo",
            "an instance works on it; look again",
            "uma instância trabalha nele; olhe de novo"
        ),
        ("parked", _) if job.cause.as_ref().is_some_and(Cause::is_seen_resolved) => told!(
            "corríjalo, y el trabajo sigue por sí solo en unos minutos; gradepost jobs release {id} lo hace ahora",
            "correct it, and the job resumes automatically within minutes; gradepost jobs release {id} does it now",
            "corrija, e o trabalho segue por si só em alguns minutos; gradepost jobs release {id} faz isso agora",
        ),
        ("parked", _) => told!(
            "quite la causa, y luego gradepost jobs release {id} (--to DIRECCIÓN lo envía a otra parte); o gradepost jobs discard {id}",
            "remove the cause, then gradepost jobs release {id} (--to ADDRESS mails it elsewhere); or gradepost jobs discard {id}",
            "remova a causa, e depois gradepost jobs release {id} (--to ENDEREÇO envia para outro lugar); ou gradepost jobs discard {id}",
        ),
        ("dead", _) => told!(
            "no se intenta más, salvo con gradepost jobs retry {id}",
            "it is not tried again, unless by gradepost jobs retry {id}",
            "não é mais tentado, a não ser com gradepost jobs retry {id}",
        ),
        (_, "duplicate") => told!(
            "otro trabajo hace el informe de esta entrega; no hay nada que hacer",
            "another job makes this submission's report; nothing is to be done",
            "outro trabalho faz o relatório desta entrega; não há nada a fazer",
        ),
        (_, "skipped") => told!(
            "RETAKE_POLICY conserva un informe anterior; gradepost jobs retry {id} lo juzga de nuevo",
            "RETAKE_POLICY keeps an earlier report; gradepost jobs retry {id} judges it again",
            "RETAKE_POLICY conserva um relatório anterior; gradepost jobs retry {id} o avalia de novo",
        ),
        _ => told!(
            "está listo; gradepost jobs retry {id} hace y envía el informe una vez más (--to DIRECCIÓN lo envía a otra parte)",
            "it is done; gradepost jobs retry {id} makes and mails the report once more (--to ADDRESS mails it elsewhere)",
            "está pronto; gradepost jobs retry {id} faz e envia o relatório mais uma vez (--to ENDEREÇO envia para outro lugar)",
        ),
    }
}
