//! `gradepost jobs …`: what became of events, and acting on those that are stuck.

use std::sync::Arc;

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::app::App;
use crate::clock::SystemClock;
use crate::commands::files;
use crate::config::{Config, Section};
use crate::env::Env;
use crate::jobs::desk::{JobFilter, JobView, StateFilter};
use crate::jobs::records::EndState;
use crate::model::ids::JobId;

/// Commands about jobs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List jobs: open ones by when they are due, then ended ones, newest first
    List {
        /// Only jobs in this state
        #[arg(long, value_enum)]
        state: Option<StateName>,
        /// Only jobs of this student (the platform's id, the e-mail address or the name)
        #[arg(long)]
        student: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one job with its steps, why it stands where it does, and what to do
    Show {
        /// The job's id
        #[arg(value_parser = job_id)]
        id: JobId,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Try a job again now
    Retry {
        /// The job's id
        #[arg(value_parser = job_id)]
        id: JobId,
    },
    /// Let a parked job go on, once its cause is mended; or all jobs parked for one cause
    Release {
        /// The job's id
        #[arg(value_parser = job_id, required_unless_present = "cause")]
        id: Option<JobId>,
        /// All parked jobs of this cause, as jobs list shows it (bank_missing, mail_refused)
        #[arg(long, conflicts_with = "id")]
        cause: Option<String>,
    },
    /// End a job for good; it sends nothing
    Discard {
        /// The job's id
        #[arg(value_parser = job_id)]
        id: JobId,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum StateName {
    Open,
    Done,
    Parked,
    Dead,
}

impl From<StateName> for StateFilter {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Open => Self::Open,
            StateName::Done => Self::Ended(EndState::Done),
            StateName::Parked => Self::Ended(EndState::Parked),
            StateName::Dead => Self::Ended(EndState::Dead),
        }
    }
}

/// Runs one of the commands.
pub fn run(command: Command) -> anyhow::Result<()> {
    let config = Config::for_command(&mut Env::from_process(), &[Section::Storage, Section::Jobs])?;
    files::block_on(async {
        let jobs = App::open(config, Arc::new(SystemClock)).await?.jobs;
        match command {
            Command::List { state, student, limit, json } => {
                let filter = JobFilter { state: state.map(Into::into), limit };
                let mut keep = |job: &JobView| student.as_deref().is_none_or(|student| is_of(job, student));
                let found = jobs.list_where(&filter, &mut keep).await.context("cannot list the jobs")?;
                if json {
                    return files::print_json(&found);
                }
                print_list(&found);
            }
            Command::Show { id, json } => {
                let job = jobs.show(&id).await?.with_context(|| format!("there is no job {id}"))?;
                if json {
                    return files::print_json(&job);
                }
                print_job(&job);
            }
            Command::Retry { id } => {
                jobs.retry(&id).await?;
                println!("{id} is tried again; the running service takes it up within a minute");
            }
            Command::Release { id: Some(id), .. } => {
                jobs.release(&id).await?;
                println!("{id} is released; the running service takes it up within a minute");
            }
            Command::Release { id: None, cause } => {
                let cause = cause.context("name a job or a --cause")?;
                let released = jobs.release_all(&cause).await.context("cannot release them all; what was released stays so")?;
                let (jobs, them) = if released == 1 { ("job is", "it") } else { ("jobs are", "them") };
                println!("{released} {jobs} released; the running service takes {them} up within a minute");
            }
            Command::Discard { id } => {
                jobs.discard(&id).await?;
                println!("{id} is discarded and sends nothing");
            }
        }
        Ok(())
    })
}

fn job_id(text: &str) -> Result<JobId, String> {
    JobId::parse(text).ok_or_else(|| "no job id; jobs list shows them (32 hex digits)".to_owned())
}

fn is_of(job: &JobView, student: &str) -> bool {
    let student_of = &job.payload["student"];
    ["id", "email", "name"].iter().any(|field| student_of[field].as_str().is_some_and(|value| value.eq_ignore_ascii_case(student)))
}

fn print_list(jobs: &[JobView]) {
    if jobs.is_empty() {
        println!("no jobs");
    }
    for job in jobs {
        let due = job.due.map(|due| format!("due {}  ", shown(due))).unwrap_or_default();
        let why = match (&job.cause, &job.message) {
            (Some(cause), Some(message)) => format!("{cause}: {message}"),
            _ => String::new(),
        };
        println!("{}  {:<10} {}  {due}{why}", job.id, job.state, shown(job.received_at));
    }
}

fn print_job(job: &JobView) {
    let line = |name: &str, value: &str| println!("{name:<9} {value}");
    line("job", job.id.as_str());
    line("state", job.state);
    line("received", &shown(job.received_at));
    line("attempts", &job.attempts.to_string());
    for step in &job.steps {
        line("step", step);
    }
    if let Some(due) = job.due {
        line("due", &shown(due));
    }
    if let Some(ended) = job.ended_at {
        line("ended", &shown(ended));
    }
    if let Some(cause) = &job.cause {
        line("cause", cause);
    }
    if let Some(message) = &job.message {
        line("why", message);
    }
    // What the operator should know of a report that went out: where bank and platform disagree, blocks left out.
    for note in job.summary["notes"].as_array().into_iter().flatten().filter_map(|note| note.as_str()) {
        line("note", note);
    }
    line("advice", &advice(job));
}

/// What a person can do about a job where it stands.
fn advice(job: &JobView) -> String {
    let id = &job.id;
    match job.state {
        "waiting" => format!("it is tried by itself when it is due; gradepost jobs retry {id} tries it now"),
        "running" => "an instance works on it; look again".to_owned(),
        "parked" => format!("mend the cause, then gradepost jobs release {id}; or gradepost jobs discard {id}"),
        "dead" => format!("it is not tried again, unless by gradepost jobs retry {id}"),
        _ => format!("it is done; gradepost jobs retry {id} makes and sends the report once more"),
    }
}

fn shown(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
