//! `gradepost email test`: try the mail settings for real.

use anyhow::{Context as _, bail};
use clap::Subcommand;

use crate::app;
use crate::clock::{Clock as _, SystemClock};
use crate::commands::files;
use crate::config::Config;
use crate::delivery::mail::{OutgoingMail, SendOutcome};
use crate::env::Env;
use crate::model::person::EmailAddress;

/// Commands about mail.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Send a test mail with the configured settings
    Test {
        /// The address to send it to
        #[arg(long)]
        to: String,
    },
}

/// Runs one of the commands.
pub fn run(command: Command) -> anyhow::Result<()> {
    let Command::Test { to } = command;
    let to = EmailAddress::parse(&to).with_context(|| format!("'{to}' is no e-mail address"))?;
    // Sending a mail needs no webhook secret, so problems elsewhere do not matter here.
    let (config, problems) = Config::with_problems(&mut Env::from_process());
    let ours = |variable: &str| ["SMTP", "EMAIL", "MAIL", "ADMIN_EMAIL"].iter().any(|prefix| variable.starts_with(prefix));
    if let Some(problem) = problems.iter().find(|problem| ours(&problem.variable)) {
        bail!("{problem}");
    }
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
