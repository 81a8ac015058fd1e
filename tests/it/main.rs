//! Stories over the whole service and its real peers.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod mail;
mod smtp_server;
