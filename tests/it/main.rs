//! Stories about the whole service: the real binary, real files, real peers.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests arrange and read the world they check")]

mod harness;

mod commands;
mod mail;
mod outcomes;
mod report;
mod settings;
mod smtp_server;
mod webhook;
