//! `gradepost privacy …`: what is kept of one student, given out and erased.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;

use crate::app::{self, App};
use crate::audit::{Act, Audit};
use crate::clock::SystemClock;
use crate::commands::files;
use crate::commands::output::{self, note, outln};
use crate::commands::settings::Settings;
use crate::config::{Config, Section};
use crate::privacy::Privacy;
use crate::privacy::wishes::Wish;

/// Commands about one student's data.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tell what is kept of a student
    Holdings {
        #[command(flatten)]
        who: Who,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write everything that is kept of a student into one ZIP file
    Export {
        #[command(flatten)]
        who: Who,
        /// The file; it must not be there
        #[arg(long)]
        out: PathBuf,
    },
    /// Erase everything that is kept of a student
    Erase {
        #[command(flatten)]
        who: Who,
        /// Why; kept with the receipt, so do not name the student
        #[arg(long, required_unless_present = "dry_run")]
        reason: Option<String>,
        /// Only tell what would go
        #[arg(long)]
        dry_run: bool,
    },
    /// Keep a student's data and use them no more: nothing is made or sent until it is lifted
    Block {
        /// The student's id at the platform, or address
        #[arg(long)]
        student: String,
        /// Why; kept, so do not name the student
        #[arg(long)]
        reason: String,
        /// The last day, as 2026-12-31; without, until it is lifted
        #[arg(long)]
        until: Option<jiff::civil::Date>,
    },
    /// Make no more reports of a student who asked for that; what comes in waits for 30 days and is then closed
    Object {
        /// The student's id at the platform, or address
        #[arg(long)]
        student: String,
        /// Why; kept, so do not name the student
        #[arg(long)]
        reason: String,
    },
    /// Lift a block or an objection; reports that waited because of it go on
    Lift {
        /// The student's id at the platform, or address
        #[arg(long)]
        student: String,
    },
    /// List blocks and objections; they name nobody
    Wishes,
    /// Remove what was to be kept for a time only (KEEP_ANSWERS_DAYS, KEEP_REPORTS_DAYS, KEEP_RECORDS_DAYS, KEEP_AUDIT_DAYS); the service does it by itself
    Retain {
        /// Only tell what would go
        #[arg(long)]
        dry_run: bool,
    },
    /// Go on with erasures that were interrupted
    Resume,
    /// After a backup was restored: erase again whoever was erased before
    Replay,
    /// Print the receipts of erasures; they name nobody
    Receipts,
    /// Print the register of what is processed, for whom and how long, from the real settings
    Register,
}

/// Whose data.
#[derive(Debug, Args)]
pub struct Who {
    /// The student's id at the platform, as jobs list --json shows it
    #[arg(long)]
    student: String,
    /// Read all records instead of trusting the index
    #[arg(long)]
    scan: bool,
}

/// Runs one of the commands.
pub fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    let config = settings.config(&[Section::Storage])?;
    if let Command::Register = command {
        return Ok(outln!("{}", register(&config))?);
    }
    files::block_on(async {
        // A running service hears of what is released.
        let operator = app::operator(&config, Arc::new(SystemClock)).await?;
        let store = app::open_existing_store(&config).await?;
        let app = App::with_store(config, store, Arc::new(SystemClock))?;
        let privacy = app.privacy(app.lookup(None), operator);
        let audit = Audit::new(app.store.clone(), app.clock.clone());
        let zone = app.config.pipeline.zone.clone();
        match command {
            Command::Block { .. } | Command::Object { .. } | Command::Lift { .. } => wish(command, &privacy, &audit, &zone).await,
            _ => act(command, &privacy).await,
        }
    })
}

/// Acts on a wish, recorded before they happen.
async fn wish(command: &Command, privacy: &Privacy, audit: &Audit, zone: &TimeZone) -> anyhow::Result<()> {
    let by = crate::commands::jobs::by();
    let record = async |act: &str, why: Option<&str>| audit.record(Act { who: &by, act, on: "–", why, ..Act::default() }).await;
    match command {
        Command::Block { student, reason, until } => {
            check_reason(reason, student)?;
            let until = until.map(|day| day.tomorrow()?.to_zoned(zone.clone())).transpose()?.map(|end| end.timestamp());
            record("student.block", Some(reason)).await?;
            privacy.wish(student, Wish::Blocked, &by, reason, until).await?;
            Ok(outln!("blocked; reports of this student wait as person_blocked until it is lifted")?)
        }
        Command::Object { student, reason } => {
            check_reason(reason, student)?;
            record("student.object", Some(reason)).await?;
            privacy.wish(student, Wish::Objected, &by, reason, None).await?;
            Ok(outln!("recorded; reports of this student wait as person_objected and are closed after 30 days")?)
        }
        Command::Lift { student } => {
            let subject = privacy.wishes().subject(student).await?;
            record("student.lift", None).await?;
            let released = privacy.lift(&subject).await?;
            Ok(outln!("lifted; {released} reports go on")?)
        }
        _ => Ok(()),
    }
}

fn check_reason(reason: &str, student: &str) -> anyhow::Result<()> {
    if reason.trim().is_empty() {
        bail!("--reason says why, in a few words");
    }
    if reason.contains(student) {
        bail!("the reason names the student, and it is kept; leave the name out");
    }
    Ok(())
}

async fn act(command: &Command, privacy: &Privacy) -> anyhow::Result<()> {
    match command {
        Command::Holdings { who, json } => {
            let found = privacy.preview(&who.student, who.scan).await?;
            if *json {
                let list = |keys: &std::collections::BTreeSet<String>| keys.iter().cloned().collect::<Vec<_>>();
                let all = serde_json::json!({ "jobs": found.jobs, "beside": found.beside, "events": found.events, "elsewhere": found.elsewhere, "records": list(&found.records), "feed": list(&found.feed), "own": list(&found.own), "shared": list(&found.shared) });
                return output::json(&all);
            }
            for key in found.records.iter().chain(&found.feed).chain(&found.own).chain(&found.shared) {
                outln!("{}", crate::text::one_line(key))?;
            }
            note!("{} reports, {} objects", found.jobs.len(), found.len());
            Ok(())
        }
        Command::Export { who, out } => {
            let bytes = privacy.export(&who.student, who.scan).await?;
            files::write(out, &bytes, files::Replace::Nothing)?;
            Ok(outln!("{} ({} kB)", out.display(), bytes.len().div_ceil(1024))?)
        }
        Command::Erase { who, dry_run: true, .. } => {
            let found = privacy.preview(&who.student, who.scan).await?;
            Ok(outln!(
                "{} reports, {} objects would go; mails that were sent and the platform's own data are out of reach",
                found.jobs.len(),
                found.len()
            )?)
        }
        Command::Erase { who, reason, .. } => {
            let reason = reason.as_deref().map(str::trim).unwrap_or_default();
            check_reason(reason, &who.student)?;
            let receipt = privacy.erase(&who.student, "command line", reason, who.scan).await?;
            outln!("erased {} objects of {} reports; receipt {}", receipt.objects, receipt.jobs.len(), receipt.id)?;
            note!(
                "mails that were sent lie in the student's mailbox; the platform keeps its own data; a bucket may keep what was deleted for days (storage check tells)"
            );
            Ok(())
        }
        Command::Resume => {
            let resumed = privacy.resume().await?;
            let back = privacy.forget_back().await?;
            Ok(outln!("{resumed} erasures were under way and are done; {back} reports of erased persons that came back are blank")?)
        }
        Command::Replay => Ok(outln!("{} people were back and are erased again", privacy.replay().await?)?),
        Command::Receipts => {
            for receipt in privacy.receipts().await? {
                let state = match (receipt.done, receipt.verified) {
                    (Some(at), None) => format!("done {at}"),
                    (Some(at), Some(verified)) => format!("done {at}, verified {verified}"),
                    (None, _) => "under way".to_owned(),
                };
                outln!(
                    "{}  {}  {}  {} objects  {}",
                    receipt.id,
                    receipt.at,
                    state,
                    receipt.objects,
                    crate::text::one_line(&receipt.reason)
                )?;
            }
            Ok(())
        }
        Command::Wishes => {
            for wished in privacy.wishes().all().await? {
                let until = wished.until.map_or_else(String::new, |until| format!(" until {until}"));
                let (subject, reason) = (&wished.subject[..12.min(wished.subject.len())], crate::text::one_line(&wished.reason));
                outln!("{subject}  {}  {}{until}  {reason}", wished.wish.as_str(), wished.at)?;
            }
            Ok(())
        }
        Command::Retain { dry_run } => {
            let told = if *dry_run { privacy.will_go(privacy.now()).await? } else { privacy.retain().await? };
            let verb = if *dry_run { "would go" } else { "went" };
            outln!(
                "answers of {} reports, files of {}, records of {}, {} acts {verb}{}",
                told.answers,
                told.reports,
                told.records,
                told.acts,
                if told.more { "; there is more" } else { "" }
            )?;
            Ok(())
        }
        Command::Register | Command::Block { .. } | Command::Object { .. } | Command::Lift { .. } => Ok(()),
    }
}

fn term(days: Option<u32>) -> String {
    days.map_or_else(|| "without a term".to_owned(), |days| format!("{days} days"))
}

/// The register of processing, as far as the software knows it.
fn register(config: &Config) -> String {
    let place = match (&config.storage.bucket, config.storage.backend) {
        (Some(bucket), crate::storage::config::Backend::Hybrid) => {
            format!("folder {} and bucket {}", config.storage.data_dir.display(), bucket.name)
        }
        (Some(bucket), _) => format!("bucket {}", bucket.name),
        (None, crate::storage::config::Backend::Memory) => "memory only".to_owned(),
        (None, _) => format!("folder {}", config.storage.data_dir.display()),
    };
    format!(
        "# Register of processing\n\n\
         | | |\n|---|---|\n\
         | purpose | judging finished assessments and sending each student a report |\n\
         | people | students |\n\
         | data | name, e-mail address, platform id, answers, results, levels; times and server replies of mails |\n\
         | from | the learning platform's calls and its API |\n\
         | recipients | the student, by mail; who has a console or API role; institutions that subscribed, where the gateway is on |\n\
         | place | {place} |\n\
         | kept | answers {}, PDFs {}, records {}, the log of acts {}, or until erased (`gradepost privacy erase`); what a bucket or a backup keeps of deleted objects comes on top |\n\
         | rights | access (`privacy export`), erasure (`privacy erase`), objection (`privacy object`), blocking (`privacy block`) |\n\
         | measures | files for the service's user alone, TLS required for mail unless SMTP_TLS=none, no names, addresses or answers in logs, roles, receipts of erasures |\n",
        term(config.keep.answers),
        term(config.keep.reports),
        term(config.keep.records),
        term(config.keep.audit),
    )
}
