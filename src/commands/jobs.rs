//! `gradepost jobs …`: what became of events, and acting on those that are stuck.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::{Subcommand, ValueEnum};

use crate::app::App;
use crate::clock::SystemClock;
use crate::commands::files;
use crate::config::Config;
use crate::env::Env;
use crate::jobs::desk::{JobFilter, JobView, StateFilter};
use crate::jobs::records::EndState;
use crate::model::ids::JobId;

/// Commands about jobs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List jobs, newest first
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
    /// Show one job with its steps, and what to do when it is stuck
    Show {
        /// The job's id
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Try a job again now
    Retry {
        /// The job's id
        id: String,
    },
    /// Let a parked job go on, once its cause is mended
    Release {
        /// The job's id
        id: String,
    },
    /// End a job for good; it sends nothing
    Discard {
        /// The job's id
        id: String,
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
    let (config, problems) = Config::with_problems(&mut Env::from_process());
    if let Some(problem) = problems.iter().find(|problem| problem.variable.starts_with("STORAGE") || problem.variable.starts_with("GC")) {
        bail!("{problem}");
    }
    files::block_on(async {
        let app = App::open(config, Arc::new(SystemClock)).await?;
        match command {
            Command::List { state, student, limit, json } => {
                // Jobs are found by state; a student's are picked from them, so all are asked for.
                let asked = if student.is_some() { usize::MAX } else { limit };
                let mut jobs =
                    app.jobs.list(&JobFilter { state: state.map(Into::into), limit: asked }).await.context("cannot list the jobs")?;
                if let Some(student) = &student {
                    jobs.retain(|job| is_of(job, student));
                    jobs.truncate(limit);
                }
                if json {
                    return files::print_json(&jobs);
                }
                print_list(&jobs);
                Ok(())
            }
            Command::Show { id, json } => {
                let job = app.jobs.show(&parse(&id)?).await?.with_context(|| format!("there is no job {id}"))?;
                if json {
                    return files::print_json(&job);
                }
                print_job(&job);
                Ok(())
            }
            Command::Retry { id } => {
                app.jobs.retry(&parse(&id)?).await?;
                println!("{id} is tried again; the running service takes it up within a minute");
                Ok(())
            }
            Command::Release { id } => {
                app.jobs.release(&parse(&id)?).await?;
                println!("{id} is released; the running service takes it up within a minute");
                Ok(())
            }
            Command::Discard { id } => {
                app.jobs.discard(&parse(&id)?).await?;
                println!("{id} is discarded and sends nothing");
                Ok(())
            }
        }
    })
}

fn parse(id: &str) -> anyhow::Result<JobId> {
    JobId::parse(id).with_context(|| format!("'{id}' is no job id; jobs list shows them (32 hex digits)"))
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
        println!(
            "{}  {:<8} {}  {}",
            job.id,
            job.state,
            job.received_at.strftime("%Y-%m-%d %H:%M:%S"),
            job.message.as_deref().unwrap_or_default()
        );
    }
}

fn print_job(job: &JobView) {
    println!("job       {}", job.id);
    println!("state     {}", job.state);
    println!("received  {}", job.received_at);
    println!("attempts  {}", job.attempts);
    for step in &job.steps {
        println!("step      {step}");
    }
    if let Some(message) = &job.message {
        println!("why       {message}");
    }
    // What the operator should know of a report that went out: where bank and platform disagree, blocks left out.
    for note in job.summary["notes"].as_array().into_iter().flatten().filter_map(|note| note.as_str()) {
        println!("note      {note}");
    }
}
