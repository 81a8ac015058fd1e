//! Stories about the whole service: the real binary, real files, real peers.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests arrange and read the world they check")]

mod disk;
#[path = "../parts/gcs_emulator.rs"]
mod gcs_emulator;
mod harness;
mod ledger;

mod commands;
mod mail;
mod pubsub;
mod race;
mod report;
mod rolling;
mod retakes;
mod settings;
mod smtp_server;
mod webhook;
