//! For learning platforms and services.

mod accept;
pub mod doors;
pub mod extract;
pub mod notice;
pub mod webhook;
