//! `gradepost webhook send|sign|verify`: play the platform, and find out why a signature does not match.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Subcommand, ValueEnum};
use secrecy::SecretString;

use crate::commands::files;
use crate::delivery::webhook::{self, SIGNATURE_HEADER, Scheme};
use crate::env::Env;
use crate::intake::source::Secrets;
use crate::intake::sources;

/// Commands about webhook calls.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign a JSON file and post it, as the platform would
    Send {
        /// The JSON file (test_data/webhooks has samples)
        file: PathBuf,
        /// Where to post it
        #[arg(long, default_value = "http://127.0.0.1:8080/webhook")]
        url: String,
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
}

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
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Send { file, url, signing, unsigned } => {
            let body = files::read(&file)?;
            let signature = if unsigned { None } else { Some(webhook::signature(signing.scheme.into(), &secret(signing.secret)?, &body)) };
            send(&url, body, signature)
        }
        Command::Sign { file, signing } => {
            let body = files::read(&file)?;
            println!("{SIGNATURE_HEADER}: {}", webhook::signature(signing.scheme.into(), &secret(signing.secret)?, &body));
            Ok(())
        }
        Command::Verify { file, signature, secret: given } => verify(&files::read(&file)?, &signature, &secret(given)?),
    }
}

fn send(url: &str, body: Vec<u8>, signature: Option<String>) -> anyhow::Result<()> {
    crate::app::install_tls_provider();
    let answer = files::block_on(async { Ok(webhook::post(url, body, signature).await?) })?;
    println!("{} {}", answer.status, answer.body);
    if !(200..300).contains(&answer.status) {
        bail!("the service answered {}", answer.status);
    }
    Ok(())
}

fn secret(given: Option<SecretString>) -> anyhow::Result<SecretString> {
    let from_env = || Env::from_process().secret(&["WEBHOOK_SECRET", "LEARNWORLDS_WEBHOOK_SECRET"]);
    given.or_else(from_env).ok_or_else(|| anyhow::anyhow!("no secret: give --secret or set WEBHOOK_SECRET"))
}

/// Tells whether a signature is accepted, and when not, which common accident would explain it.
fn verify(body: &[u8], signature: &str, secret: &SecretString) -> anyhow::Result<()> {
    if accepted(body, signature, secret) {
        println!("valid");
        return Ok(());
    }
    let accident = accidents(body).into_iter().find(|(changed, _)| accepted(changed, signature, secret));
    match accident {
        Some((_, explanation)) => {
            bail!("not valid for these bytes, but it would be if {explanation}: sign exactly the bytes that are sent")
        }
        None => bail!(
            "not valid: it is neither the secret itself nor the HMAC-SHA256 of this file under it ({} bytes). \
             Check that the secret is the one shown in the platform's settings, whole and without quotes, and that the file holds the body exactly as it was received",
            body.len()
        ),
    }
}

fn accepted(body: &[u8], signature: &str, secret: &SecretString) -> bool {
    let header = |name: &str| name.eq_ignore_ascii_case(SIGNATURE_HEADER).then_some(signature);
    let secrets = Secrets { current: Some(secret.clone()), previous: None, allow_unsigned: false };
    sources::ALL.iter().any(|source| source.verify(&header, body, &secrets).is_ok())
}

/// What often happens to a body between sender and file.
fn accidents(body: &[u8]) -> Vec<(Vec<u8>, &'static str)> {
    let mut found = vec![
        (body.trim_ascii_end().to_vec(), "the file did not end with a line break"),
        ([body, b"\n"].concat(), "the file ended with a line break"),
        (body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).to_vec(), "the file did not start with a byte order mark"),
    ];
    if let Ok(text) = std::str::from_utf8(body) {
        found.push((text.replace("\r\n", "\n").into_bytes(), "its lines ended with LF instead of CRLF"));
        found.push((text.replace('\n', "\r\n").into_bytes(), "its lines ended with CRLF instead of LF"));
    }
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) {
        found.push((value.to_string().into_bytes(), "the JSON was written without spaces"));
    }
    found
}
