//! The command line: one file a command.
//!
//! Exit codes: 0 done, 1 the work failed, 2 the arguments are wrong.

pub mod analyse;
pub mod backfill;
pub mod bank;
pub mod completions;
pub mod convert;
pub mod demo;
pub mod doctor;
pub mod email;
pub mod export;
pub mod files;
pub mod jobs;
pub mod preview;
pub mod render;
pub mod serve;
pub mod storage;
pub mod template;
pub mod webhook;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// From a finished test to the report in the student's inbox.
#[derive(Debug, Parser)]
#[command(name = "gradepost", version, about, long_about = LONG_ABOUT, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

const LONG_ABOUT: &str = "From a finished test to the report in the student's inbox.

A learning platform calls POST /webhook when a student finishes an assessment. gradepost verifies the call, fetches the answers, \
analyses them against the question bank, fills the school's Word template, lays it out as PDF, mails it and files it.

Try it without any configuration:  gradepost demo
Check a configuration:             gradepost doctor
Settings are environment variables; env.template lists them all.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service (the default)
    Serve,
    /// Show the whole job once, on built-in data, without any configuration
    Demo(demo::Args),
    /// Fill a Word template with data and write the PDF
    Render(render::Args),
    /// Lay out a Word document as PDF, unfilled
    Convert(convert::Args),
    /// Start, check and preview Word templates
    #[command(subcommand)]
    Template(template::Command),
    /// Judge a submission against a question bank and print the result as JSON
    Analyse(analyse::Args),
    /// Import and check question banks
    #[command(subcommand)]
    Bank(bank::Command),
    /// Send, sign and verify webhook calls
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// Try the mail settings
    #[command(subcommand)]
    Email(email::Command),
    /// Try the storage settings
    #[command(subcommand)]
    Storage(storage::Command),
    /// See what became of events, and act on those that are stuck
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// Find submissions at the platform that never got a report, and make jobs of them
    Backfill(backfill::Args),
    /// Rebuild files that are derived from the records
    #[command(subcommand)]
    Export(export::Command),
    /// Check every setting and every part, secrets hidden
    Doctor(doctor::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

/// Parses the command line and runs one command.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command.unwrap_or(Command::Serve)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve => serve::run(),
        Command::Demo(args) => demo::run(&args),
        Command::Render(args) => render::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Template(command) => template::run(command),
        Command::Analyse(args) => analyse::run(&args),
        Command::Bank(command) => bank::run(command),
        Command::Webhook(command) => webhook::run(command),
        Command::Email(command) => email::run(command),
        Command::Storage(command) => storage::run(&command),
        Command::Jobs(command) => jobs::run(command),
        Command::Backfill(args) => backfill::run(&args),
        Command::Export(command) => export::run(&command),
        Command::Doctor(args) => doctor::run(&args),
        Command::Completions(args) => completions::run(&args),
    }
}
