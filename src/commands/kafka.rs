//! `gradepost kafka …`: how far the bridge is, and messages that it passed over.

use std::sync::Arc;

use anyhow::bail;
use clap::Subcommand;

use crate::app;
use crate::clock::{Clock, SystemClock};
use crate::commands::files;
use crate::commands::output::{self, note, outln};
use crate::commands::settings::Settings;
use crate::commands::words::told;
use crate::config::Section;
use crate::kafka::{Bridge, rejected};

/// More messages that were passed over are not looked through for one.
const MOST_SEARCHED: usize = 100_000;

/// Commands about the Kafka bridge.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tell how far each partition was read, by whom, and what is still to be produced
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the newest messages that were passed over, with the reason
    Rejected {
        /// So many at most
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Read a message that was passed over again, now that its cause is fixed
    Retry {
        /// Its topic
        topic: String,
        /// Its partition
        partition: i32,
        /// Its offset
        offset: i64,
    },
}

/// Runs one of the commands.
pub fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    files::block_on(async {
        match command {
            Command::Status { json } => {
                let config = settings.config(&[Section::Storage])?;
                let overview = Bridge::overview(&*app::open_existing_store(&config).await?).await?;
                if *json {
                    return output::json(&overview);
                }
                for one in &overview.partitions {
                    let figure = |figure: Option<i64>| figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string());
                    let (owner, at) = (one.owner.as_deref().unwrap_or("-"), one.at);
                    outln!("{}  {}  {}  {}  {owner}  {at}", one.topic, one.partition, figure(one.next), figure(one.lag))?;
                }
                let (partitions, waiting) = (overview.partitions.len(), overview.waiting);
                note!(
                    "{}",
                    told!(
                        "{partitions} particiones (tema, partición, siguiente, atraso, instancia, momento); {waiting} mensajes por producir",
                        "{partitions} partitions (topic, partition, next, lag, instance, time); {waiting} messages to be produced",
                        "{partitions} partições (tópico, partição, próxima, atraso, instância, momento); {waiting} mensagens por produzir"
                    )
                );
                Ok(())
            }
            Command::Rejected { limit, json } => {
                let config = settings.config(&[Section::Storage])?;
                let found = rejected::newest(&*app::open_existing_store(&config).await?, *limit).await?;
                if *json {
                    return output::json(&found);
                }
                for one in &found {
                    outln!("{}  {}  {}  {}  {}", one.topic, one.partition, one.offset, one.reason, one.error)?;
                }
                if found.is_empty() {
                    note!("{}", told!("Ningún mensaje fue descartado.", "No message was passed over.", "Nenhuma mensagem foi descartada."));
                }
                Ok(())
            }
            Command::Retry { topic, partition, offset } => {
                let config = settings.config(&[Section::Storage, Section::Gateway, Section::Jobs])?;
                let store = app::open_existing_store(&config).await?;
                let clock: Arc<dyn Clock> = Arc::new(SystemClock);
                let Some(bridge) = app::kafka::beside(&config, &store, &clock)? else { bail!("EVENTS_KAFKA is not set") };
                let outcome = bridge.retry(topic, *partition, *offset).await.map_err(anyhow::Error::msg)?;
                let is_it = |one: &&rejected::Rejected| (&one.topic, one.partition, one.offset) == (topic, *partition, *offset);
                for one in rejected::newest(&*store, MOST_SEARCHED).await?.iter().filter(is_it) {
                    rejected::forget(&*store, one).await?;
                }
                outln!("{outcome}")?;
                Ok(())
            }
        }
    })
}
