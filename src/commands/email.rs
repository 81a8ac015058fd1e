//! `gradepost email test`: try the mail settings for real.

use anyhow::bail;
use clap::Subcommand;

use crate::app;
use crate::clock::{Clock as _, SystemClock};
use crate::commands::files;
use crate::config::{Config, Section};
use crate::delivery::mail::{OutgoingMail, SendOutcome};
use crate::env::Env;
use crate::model::person::EmailAddress;

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

fn address(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|error| error.to_string())
}

/// Runs one of the commands.
pub fn run(command: Command) -> anyhow::Result<()> {
    let Command::Test { to } = command;
    // The storage holds the outbox of the file transport.
    let config = Config::for_command(&mut Env::from_process(), &[Section::Mail, Section::Storage])?;
    files::block_on(async {
        let store = app::open_store(&config).await?;
        let mailer = app::mailer(&config, store)?;
        let now = SystemClock.now();
        let mail = OutgoingMail {
            to,
            to_name: None,
            subject: "gradepost test mail".to_owned(),
            text: "This mail shows that gradepost can send mail with the present settings.\n".to_owned(),
            html: None,
            attachments: Vec::new(),
            message_id: format!("<test-{}@gradepost.invalid>", now.as_nanosecond()),
            date: now,
        };
        match mailer.send(&mail).await {
            SendOutcome::Sent(reply) => {
                println!("sent by {}: {reply}", mailer.describe());
                Ok(())
            }
            SendOutcome::Permanent(words) => bail!("refused for good by {}: {words}", mailer.describe()),
            SendOutcome::Transient(words) => bail!("not sent by {}: {words}", mailer.describe()),
            SendOutcome::Ambiguous(words) => bail!("perhaps sent by {}, no final answer came: {words}", mailer.describe()),
        }
    })
}
