//! `gradepost webhook send|sign|verify|try`: play the platform, find out why a signature does not match, and send oneself a report.

mod play;
mod trial;
mod verify;

use std::path::PathBuf;

use anyhow::bail;
use clap::{Subcommand, ValueEnum};
use secrecy::SecretString;

use crate::commands::files;
use crate::commands::output::outln;
use crate::commands::settings::Settings;
use crate::delivery::webhook::{self, SIGNATURE_HEADER, Scheme};

/// Commands about webhook calls.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign a JSON file and post it, as the platform would
    Send {
        /// The JSON file (test_data/webhooks has samples); with --as a sample is sent unless there is one
        #[arg(required_unless_present = "platform")]
        file: Option<PathBuf>,
        /// Where to post it [default: http://127.0.0.1:8080/webhook, with --as the platform's address there]
        #[arg(long)]
        url: Option<String>,
        /// Play another platform or a service than LearnWorlds
        #[arg(long = "as", value_enum, value_name = "PLATFORM", conflicts_with = "unsigned")]
        platform: Option<play::Platform>,
        /// The service's id (with --as services)
        #[arg(long, value_name = "ID", default_value = "test")]
        service: String,
        #[command(flatten)]
        signing: Signing,
        /// Post without a signature (for ALLOW_UNSIGNED_WEBHOOKS=true)
        #[arg(long)]
        unsigned: bool,
    },
    /// Print the signature header for a file
    Sign {
        /// The file; every byte counts
        file: PathBuf,
        #[command(flatten)]
        signing: Signing,
    },
    /// Check a signature against a file, and say what differs
    Verify {
        /// The body as it was received; every byte counts
        file: PathBuf,
        /// The header's value as it was received
        #[arg(long)]
        signature: String,
        /// The secret; default: WEBHOOK_SECRET
        #[arg(long)]
        secret: Option<SecretString>,
    },
    /// Send yourself a report of a made-up student, by the settings, banks and templates of the service; nothing is filed
    Try(trial::Args),
}

/// The variables that hold the secret.
const SECRET: &[&str] = &["WEBHOOK_SECRET", "LEARNWORLDS_WEBHOOK_SECRET"];

/// What to sign with.
#[derive(Debug, clap::Args)]
pub struct Signing {
    /// The secret; default: WEBHOOK_SECRET
    #[arg(long)]
    secret: Option<SecretString>,
    /// token: the secret itself, as LearnWorlds sends it; hmac: HMAC-SHA256 of the body
    #[arg(long, value_enum, default_value_t = SchemeName::Token)]
    scheme: SchemeName,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SchemeName {
    Token,
    Hmac,
}

impl From<SchemeName> for Scheme {
    fn from(name: SchemeName) -> Self {
        match name {
            SchemeName::Token => Self::Token,
            SchemeName::Hmac => Self::Hmac,
        }
    }
}

/// Runs one of the commands.
pub fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    match command {
        Command::Send { file, url, platform: Some(platform), service, signing, .. } => {
            play::run(&play::Play { platform, file, url, secret: signing.secret, service }, settings)
        }
        Command::Send { file, url, platform: None, signing, unsigned, .. } => {
            let file = file.ok_or_else(|| anyhow::anyhow!("name the file to send"))?;
            let url = url.unwrap_or_else(|| "http://127.0.0.1:8080/webhook".to_owned());
            let body = files::read(&file)?;
            let signature = if unsigned { None } else { Some(signed(signing, &body, settings)?) };
            send(&url, body, signature)
        }
        Command::Sign { file, signing } => {
            let body = files::read(&file)?;
            Ok(outln!("{SIGNATURE_HEADER}: {}", signed(signing, &body, settings)?)?)
        }
        Command::Verify { file, signature, secret } => check(&files::read(&file)?, &signature, secret, settings),
        Command::Try(args) => trial::run(&args, settings),
    }
}

fn signed(signing: Signing, body: &[u8], settings: &Settings) -> anyhow::Result<String> {
    Ok(webhook::signature(signing.scheme.into(), &secret(signing.secret, settings)?, body))
}

fn send(url: &str, body: Vec<u8>, signature: Option<String>) -> anyhow::Result<()> {
    crate::app::install_tls_provider();
    let answer = files::block_on(async { Ok(webhook::post(url, body, signature).await?) })?;
    outln!("{} {}", answer.status, answer.body)?;
    if !(200..300).contains(&answer.status) {
        bail!("the service answered {}", answer.status);
    }
    Ok(())
}

fn secret(given: Option<SecretString>, settings: &Settings) -> anyhow::Result<SecretString> {
    if let Some(given) = given {
        return Ok(given);
    }
    settings.env()?.secret(SECRET).ok_or_else(|| anyhow::anyhow!("no secret: give --secret or set WEBHOOK_SECRET"))
}

/// Tells whether a signature is accepted, and when not, what would explain it.
fn check(body: &[u8], signature: &str, given: Option<SecretString>, settings: &Settings) -> anyhow::Result<()> {
    let was_given = given.is_some();
    let secret = secret(given, settings)?;
    if verify::is_accepted(body, signature, &secret) {
        return Ok(outln!("valid")?);
    }
    // Another secret of ours explains more than any accident.
    let mut env = settings.quiet_env()?;
    let others = [
        ("WEBHOOK_SECRET", env.secret(SECRET).filter(|_| was_given)),
        ("WEBHOOK_SECRET_PREVIOUS", env.secret(&["WEBHOOK_SECRET_PREVIOUS"])),
    ];
    for (name, other) in others {
        if other.is_some_and(|other| verify::is_accepted(body, signature, &other)) {
            bail!("not valid under this secret, but valid under the one in {name}: the sender uses that one");
        }
    }
    match verify::accidents(body, signature, &secret) {
        Some(because) => {
            // What went wrong with a token's or header's look is said already.
            let of_bytes = ["the file", "the JSON", "the body", "the digest", "the sender had", "there were no white"];
            let is_of_bytes = because.iter().any(|because| of_bytes.iter().any(|beginning| because.starts_with(beginning)));
            let advice = if is_of_bytes { ": sign exactly the bytes that are sent, and send the digest in hex" } else { "" };
            bail!("not valid, but it would be if {}{advice}", because.join(", and if "))
        }
        None => bail!("not valid: {}", verify::verdict(body, signature, &secret)),
    }
}
