//! Plain shared data: who finished what, what they answered, what it means.
//!
//! No I/O, no wire shapes, nothing of ours imported.

pub mod analysis;
pub mod completion;
pub mod ids;
pub mod person;
pub mod submission;
