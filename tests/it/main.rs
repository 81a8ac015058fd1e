//! Stories about the whole service: the real binary, real files, real peers.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests arrange and read the world they check")]

mod harness;

mod backfill;
mod banks;
mod browser;
mod commands;
mod desk;
mod disk;
#[path = "../parts/gcs_emulator.rs"]
mod gcs_emulator;
mod instances;
mod ledger;
mod mail;
mod methods;
mod operator;
mod outcomes;
mod pages;
mod plan;
mod postfix;
mod preview;
mod pubsub;
mod pubsub_emulator;
mod race;
mod recompute;
mod reload;
mod report;
mod retakes;
mod rolling;
mod school;
mod settings;
mod smtp_server;
mod tasks;
mod webhook;
