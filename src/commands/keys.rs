//! `gradepost keys …`: who may call the gateway and the API.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::access::records::ListedKey;
use crate::access::{Access, KeyRequest};
use crate::app;
use crate::clock::{Clock, SystemClock};
use crate::commands::files;
use crate::commands::output::{self, note, outln};
use crate::commands::settings::Settings;
use crate::config::Section;
use crate::gateway::Gateway;
use crate::model::role::Role;

/// Commands about keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a key and print it, once
    Create {
        /// What it is for, in your words
        name: String,
        /// What it may do
        #[arg(long, value_parser = roles())]
        role: Role,
        /// The one institution it is for, by its id or uid; required for managers and viewers
        #[arg(long, value_name = "ID")]
        institution: Option<String>,
        /// How many days it opens anything; for ever without
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: Option<u32>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List all keys, revoked ones too; the keys themselves are kept nowhere
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End a key for good, within three seconds on every instance
    Revoke {
        /// The keys' ids, as list shows them
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

/// The roles with what they may do, as the help shows them.
fn roles() -> impl TypedValueParser<Value = Role> {
    let values = Role::ALL.map(|role| {
        PossibleValue::new(role.as_str()).help(match role {
            Role::Admin => "Everything",
            Role::Operator => "See reports and act on them",
            Role::Reader => "See reports",
            Role::Sender => "Publish events",
            Role::Manager => "One institution: endpoints, secrets, replay",
            Role::Viewer => "One institution: read",
        })
    });
    PossibleValuesParser::new(values).map(|word| Role::parse(&word).unwrap_or_default())
}

/// Who the audit names for acts of this command.
const BY: &str = "command line";

/// Runs one of the commands.
pub fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    let config = settings.config(&[Section::Storage, Section::Access])?;
    files::block_on(async {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        // The first key may be made before the service ever ran; looking makes nothing.
        let store = match command {
            Command::Create { .. } => app::open_store(&config).await?,
            Command::List { .. } | Command::Revoke { .. } => app::open_existing_store(&config).await?,
        };
        let access = Access::new(config.access.clone(), store.clone(), clock.clone());
        match command {
            Command::Create { name, role, institution, days, json } => {
                let expires =
                    days.map(|days| clock.now().saturating_add(jiff::SignedDuration::from_hours(24 * i64::from(days)))).transpose()?;
                let institution = match institution {
                    Some(name) => Some(institution_id(&app::gateway(&config, &store, &clock)?, &name).await?),
                    None => None,
                };
                let request = KeyRequest { name, role, institution, expires, by: BY.to_owned() };
                create(&access, request, json).await
            }
            Command::List { json } => list(&access, json).await,
            Command::Revoke { ids } => revoke(&access, &ids).await,
        }
    })
}

/// A key keeps the institution's own id: a name could be given to another one later.
async fn institution_id(gateway: &Gateway, name: &str) -> anyhow::Result<String> {
    match gateway.find_institution(name).await? {
        Some(found) => Ok(found.id.to_string()),
        None => bail!("there is no institution {name}; it is made when it registers a webhook, or through the API"),
    }
}

async fn create(access: &Access, request: KeyRequest, as_json: bool) -> anyhow::Result<()> {
    let (record, text) = access.create_key(request).await?;
    if as_json {
        return output::json(
            &json!({ "id": record.id, "key": text.expose_secret(), "role": record.role, "institution": record.institution }),
        );
    }
    outln!("{}", text.expose_secret())?;
    note!("This is key {} ({}). It is shown now and never again: keep it where secrets are kept.", record.id, record.role);
    Ok(())
}

async fn list(access: &Access, as_json: bool) -> anyhow::Result<()> {
    let keys = access.keys().await.context("cannot list the keys")?;
    if as_json {
        return output::json(&keys.iter().map(row).collect::<Vec<_>>());
    }
    if keys.is_empty() {
        return Ok(outln!("no keys yet; gradepost keys create NAME --role sender makes one")?);
    }
    outln!("{:<10} {:<8} {:<24} {:<11} {:<11} name", "id", "role", "institution", "created", "last used")?;
    for listed in &keys {
        let ListedKey { key, revoked, last_used } = listed;
        let state = match (revoked, key.expires) {
            (Some(at), _) => format!("  (revoked {})", at.strftime("%Y-%m-%d")),
            (None, Some(end)) => format!("  (until {})", end.strftime("%Y-%m-%d")),
            (None, None) => String::new(),
        };
        let day = last_used.map_or_else(|| "never".to_owned(), |day| day.to_string());
        let institution = key.institution.as_deref().unwrap_or("all");
        outln!(
            "{:<10} {:<8} {institution:<24} {:<11} {day:<11} {}{state}",
            key.id,
            key.role.as_str(),
            key.created.strftime("%Y-%m-%d"),
            key.name
        )?;
    }
    Ok(())
}

fn row(listed: &ListedKey) -> serde_json::Value {
    let ListedKey { key, revoked, last_used } = listed;
    json!({
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "institution": key.institution,
        "created": key.created,
        "created_by": key.created_by,
        "expires": key.expires,
        "revoked": revoked,
        "last_used": last_used,
    })
}

async fn revoke(access: &Access, ids: &[String]) -> anyhow::Result<()> {
    let mut unknown = Vec::new();
    for id in ids {
        // People copy the whole beginning of a key.
        let id = id.strip_prefix("gp_live_").unwrap_or(id);
        if access.revoke_key(id, BY).await? {
            outln!("{id} is revoked; it opens nothing within three seconds")?;
        } else {
            unknown.push(id);
        }
    }
    if !unknown.is_empty() {
        bail!("there is no key {}; gradepost keys list shows them", unknown.join(", "));
    }
    Ok(())
}
