//! Plain shared data: who finished what, what they answered, what it means.
//!
//! No I/O, no wire shapes, nothing of ours imported.

pub mod analysis;
pub mod card;
pub mod cause;
pub mod completion;
pub mod ids;
pub mod lane;
pub mod mentions;
pub mod person;
pub mod platform_event;
pub mod role;
pub mod submission;
