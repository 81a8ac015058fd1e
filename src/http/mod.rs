//! The service's HTTP side, and the only room that knows axum: verifies a call, makes it durable, answers.
//!
//! Never a 2xx before an event is durable, never a 5xx once it is.
//!
//! | folder or file | whom it serves, what it holds |
//! |---|---|
//! | `platform/` | the learning platform: `/webhook` |
//! | `tasks/` | a task queue and a scheduler: `/tasks/*` |
//! | `ops/` | operators and probes: `/`, `/health`, `/ready`, `/metrics` |
//! | `api/` | programs of the operator: `/api/v1` and its description |
//! | `gateway/` | institutions, in our own words and in those of the documents this product comes from |
//! | `console/` | people: the operator's pages |
//! | `gateway_pages/` | people of the school and of institutions: endpoints, deliveries, dead letters |
//! | `state.rs` | what handlers share; it is above plain data and below all handlers |
//! | `auth/`, `task_gate.rs`, `failed_attempts.rs` | who may call what, as extractor types |
//! | `tokens/` | tokens that others sign |
//! | `metrics.rs`, `readiness.rs`, `traffic/` | what is counted and known of this process |
//! | `server.rs`, `connections.rs` | the accept loop and what a connection may cost |
//! | `body.rs`, `limits.rs` | what a request may cost |
//! | `unread.rs` | says that a connection ends whose body nobody read |
//! | `svix/` | senders and endpoint owners with clients made for Svix: `/api/v1/app` and its neighbours |
//! | `problem.rs` | how failures of `/api/v1` are answered |
//! | `trace.rs`, `refusals.rs`, `error.rs` | what is logged, what was refused, how failures are answered |

pub mod api;
pub mod auth;
pub mod body;
pub mod config;
pub mod connections;
pub mod console;
pub mod error;
pub mod failed_attempts;
pub mod gateway;
pub mod gateway_pages;
pub mod limits;
pub mod metrics;
pub mod ops;
pub mod platform;
pub mod problem;
pub mod readiness;
pub mod refusals;
pub mod router;
pub mod server;
pub mod state;
pub mod svix;
pub mod task_gate;
pub mod tasks;
pub mod tokens;
mod trace;
pub mod traffic;
mod unread;
