//! Documents we make: a template for each method of judging, and a sample report to try templates with.
//!
//! ```text
//! catalogue (which there are) ─► methods (which blocks, in which order) ─► blocks, plan, sheet (how each looks) ─► finish, schema (what docx-rs cannot say)
//! ```
//!
//! The Spanish ones lie as files in `templates/`, where schools find them; this code makes those files, and makes the other languages when they are asked for.

mod blocks;
pub mod catalogue;
mod finish;
mod methods;
mod parts;
mod plan;
mod sample;
mod samples;
mod schema;
mod sheet;
mod texts;

#[cfg(test)]
mod tests;

pub use catalogue::BundledTemplate;
pub use sample::{report as sample_report, sample, sparse as sparse_sample};
pub use samples::{Case, of_method};

/// The diagnostic report in Spanish, as it is bundled: what serves until a school has a template of its own.
pub const BUNDLED: &[u8] = catalogue::ALL[0].spanish;
