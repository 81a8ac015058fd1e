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
//! | `gateway/` | institutions, in the words of the documents this product comes from |
//! | `console/` | people: the operator's pages |
//! | `auth/` | who may call what, as extractor types |
//! | `server.rs`, `connections.rs` | the accept loop and what a connection may cost |
//! | `body.rs`, `limits.rs` | what a request may cost |
//! | `unread.rs` | says that a connection ends whose body nobody read |
//! | `gateway/` | the gateway in our own words: institutions, endpoints, events and what became of them |
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
pub mod gateway;
pub mod limits;
pub mod ops;
pub mod platform;
pub mod problem;
pub mod refusals;
pub mod router;
pub mod server;
pub mod state;
pub mod svix;
pub mod tasks;
mod trace;
mod unread;
