//! From a finished test to the report in the student's inbox.
//!
//! A school's learning platform calls one URL when a student finishes an assessment.
//! gradepost verifies the call, fetches the answers, analyses them against the school's question bank, fills the school's own Word template, lays it out as PDF in process, e-mails it and files the result.
//!
//! ```text
//!              verified event            claim + job             steps, each recorded
//!  http ──────────► intake ──────────────► jobs ──────────────────► pipeline
//! (axum)       (signature, parse)     (durable core)                   │
//!                                          ▲                           ├─► analysis   pure
//!                                          │ create-only records       ├─► report     pure: template → layout → pdf
//!                                       storage ◄──────────────────────┼─► storage    keep the results
//!                                   (local | gcs | hybrid | memory)    └─► delivery   mail
//! ```
//!
//! Each folder is a room with its door in `mod.rs`; who may import whom stands in ARCHITECTURE.md and is held by `tests/architecture.rs`.

#![deny(clippy::print_stdout, clippy::print_stderr, reason = "they panic where nobody reads; commands/output.rs is the door")]

pub mod app;
pub mod commands;
pub mod config;
pub mod telemetry;

pub mod access;
pub mod gateway;
pub mod http;
pub mod inbound;
pub mod intake;
pub mod jobs;
pub mod kafka;
pub mod lookup;
pub mod pipeline;
pub mod privacy;

pub mod analysis;
pub mod audit;
pub mod delivery;
pub mod report;
pub mod storage;

pub mod clock;
pub mod env;
pub mod model;
pub mod sealing;
pub mod signing;
pub mod text;
pub mod translations;
