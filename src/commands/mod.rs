//! The command line: one file a command.
//!
//! Exit codes: 0 done, 1 the work failed, 2 the arguments are wrong, 141 nobody read the output (as of a program that SIGPIPE ended).

pub mod analyse;
pub mod backfill;
pub mod bank;
pub mod completions;
pub mod connect;
pub mod console;
pub mod convert;
pub mod demo;
pub mod demo_gateway;
pub mod demo_school;
pub mod doctor;
pub mod email;
pub mod export;
pub mod files;
pub mod gateway;
pub mod init;
pub mod jobs;
pub mod kafka;
pub mod keys;
pub mod lookup;
pub mod mail_templates;
pub mod output;
pub mod preview;
pub mod privacy;
pub mod projections;
pub mod render;
pub mod report;
pub mod report_inputs;
pub mod serve;
pub mod settings;
pub mod storage;
pub mod template;
pub mod webhook;
pub mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::settings::Settings;

/// From a finished test to the report in the student's inbox.
#[derive(Debug, Parser)]
#[command(name = "gradepost", version, about, long_about = LONG_ABOUT, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Read settings from this file [default: .env in the working folder, where there is one]; the environment goes before it
    #[arg(long = "env", value_name = "FILE", global = true)]
    env_file: Option<PathBuf>,
}

const LONG_ABOUT: &str = "From a finished test to the report in the student's inbox.

A learning platform calls POST /webhook when a student finishes an assessment. gradepost verifies the call, fetches the answers, \
analyses them against the question bank, fills the school's Word template, lays it out as PDF, mails it and files it.

Try it without any configuration:  gradepost demo
Set a school up:                   gradepost init
Check a configuration:             gradepost doctor
Settings are environment variables, or lines of a file .env; env.template lists them all.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service (the default)
    Serve,
    /// Set a school up: ask, try each answer for real, write .env and the folders
    Init(init::Args),
    /// Show the whole job once, on built-in data, without any configuration
    Demo(demo::Args),
    /// Play a school that hears of its students: verify, keep and show what the gateway sends
    DemoSchool(demo_school::Args),
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
    /// Print what to paste at Canvas, Moodle or an LTI tool
    #[command(subcommand)]
    Connect(connect::Command),
    /// Sign in to the console from the shell
    #[command(subcommand)]
    Console(console::Command),
    /// Try the mail settings
    #[command(subcommand)]
    Email(email::Command),
    /// Try the storage settings
    #[command(subcommand)]
    Storage(storage::Command),
    /// See what became of events, and act on those that are stuck
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// Make, list and revoke keys to the gateway and the API
    #[command(subcommand)]
    Keys(keys::Command),
    /// Publish and list events of institutions
    #[command(subcommand)]
    Events(gateway::EventsCommand),
    /// List and try endpoints of institutions, and send them their dead letters again
    #[command(subcommand)]
    Endpoints(gateway::EndpointsCommand),
    /// See how the Kafka bridge fares, and try messages again that were passed over
    #[command(subcommand)]
    Kafka(kafka::Command),
    /// Tell how many reports a month brought, per course and test
    Report(report::Args),
    /// Find submissions at the platform that never got a report, and make jobs of them
    Backfill(backfill::Args),
    /// Rebuild files that are derived from the records
    #[command(subcommand)]
    Export(export::Command),
    /// Make indexes and figures that are derived from ended jobs anew
    #[command(subcommand)]
    Projections(projections::Command),
    /// See, rebuild or remove the index that lists and searches read
    #[command(subcommand)]
    Lookup(lookup::Command),
    /// Give out or erase what is kept of one student
    #[command(subcommand)]
    Privacy(privacy::Command),
    /// Check every setting and every part, secrets hidden
    Doctor(doctor::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

/// Parses the command line and runs one command.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return output::usage(&answer),
    };
    match run(cli.command.unwrap_or(Command::Serve), &Settings::new(cli.env_file)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output::failure(&error),
    }
}

fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    match command {
        Command::Serve => serve::run(settings),
        Command::Init(args) => init::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::DemoSchool(args) => demo_school::run(&args, settings),
        Command::Render(args) => render::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Template(command) => template::run(command),
        Command::Analyse(args) => analyse::run(&args),
        Command::Bank(command) => bank::run(command),
        Command::Webhook(command) => webhook::run(command, settings),
        Command::Connect(command) => connect::run(&command, settings),
        Command::Console(command) => console::run(command, settings),
        Command::Email(command) => email::run(command, settings),
        Command::Storage(command) => storage::run(&command, settings),
        Command::Jobs(command) => jobs::run(command, settings),
        Command::Keys(command) => keys::run(command, settings),
        Command::Events(command) => gateway::events(command, settings),
        Command::Endpoints(command) => gateway::endpoints(command, settings),
        Command::Kafka(command) => kafka::run(&command, settings),
        Command::Report(args) => report::run(&args, settings),
        Command::Backfill(args) => backfill::run(&args, settings),
        Command::Export(command) => export::run(&command, settings),
        Command::Projections(command) => projections::run(&command, settings),
        Command::Lookup(command) => lookup::run(&command, settings),
        Command::Privacy(command) => privacy::run(&command, settings),
        Command::Doctor(args) => doctor::run(&args, settings),
        Command::Completions(args) => completions::run(&args),
    }
}
