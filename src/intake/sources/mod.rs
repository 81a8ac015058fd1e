//! The registry of platforms: one row each.

pub mod learnworlds;

use crate::intake::source::Source;

/// Every platform this service understands.
pub static ALL: &[&dyn Source] = &[&learnworlds::LearnWorlds];

/// The platform called `name`.
pub fn find(name: &str) -> Option<&'static dyn Source> {
    ALL.iter().copied().find(|source| source.name() == name)
}

#[cfg(test)]
mod tests;
