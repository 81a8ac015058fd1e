//! Stories about the whole service: the real binary, real files, real peers.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests arrange and read the world they check")]

mod harness;

mod browser;
mod commands;
mod disk;
#[path = "../parts/gcs_emulator.rs"]
mod gcs_emulator;
mod ledger;
mod mail;
mod outcomes;
mod pages;
mod preview;
mod pubsub;
mod race;
mod report;
mod retakes;
mod rolling;
mod settings;
mod smtp_server;
mod webhook;
