//! The registry of platforms: one row each.
