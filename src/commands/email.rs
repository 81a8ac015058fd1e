//! `gradepost email test`: try the mail settings for real.

use std::sync::Arc;

use anyhow::bail;
use clap::Subcommand;

use crate::app;
use crate::clock::{Clock as _, SystemClock};
use crate::commands::files;
use crate::commands::output::outln;
use crate::commands::settings::Settings;
use crate::config::Section;
use crate::delivery::mail::config::TransportKind;
use crate::delivery::mail::{OutgoingMail, SendOutcome};
use crate::model::person::EmailAddress;
use crate::storage::Store;
use crate::storage::memory::MemoryStore;

/// Commands about mail.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Send a test mail with the configured settings
    Test {
        /// The address to send it to
        #[arg(long, value_parser = address)]
        to: EmailAddress,
    },
}

pub(super) fn address(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|error| error.to_string())
}

/// Runs one of the commands.
pub fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    let Command::Test { to } = command;
    // The storage holds the outbox of the file transport.
    let config = settings.config(&[Section::Mail, Section::Storage])?;
    files::block_on(async {
        let store: Arc<dyn Store> = match config.mail.transport {
            TransportKind::File => app::open_existing_store(&config).await?,
            // Mail needs no storage, and trying it makes none.
            TransportKind::Smtp | TransportKind::Memory => Arc::new(MemoryStore::new()),
        };
        let mailer = app::mailer(&config, store)?;
        let now = SystemClock.now();
        let mail = OutgoingMail {
            to,
            to_name: None,
            subject: "gradepost test mail".to_owned(),
            text: "This mail shows that gradepost can send mail with the present settings.\n".to_owned(),
            html: None,
            attachments: Vec::new(),
            logo: None,
            message_id: format!("<test-{}@gradepost.invalid>", now.as_nanosecond()),
            date: now,
        };
        match mailer.send(&mail).await {
            SendOutcome::Sent(reply) => Ok(outln!("accepted by {}: {reply}", mailer.describe())?),
            SendOutcome::Refused(refusal) => bail!("not sent by {}: {}", mailer.describe(), refusal.text()),
            SendOutcome::Ambiguous(words) => bail!("perhaps sent by {}, no final answer came: {words}", mailer.describe()),
        }
    })
}
