//! File descriptors: how many the process may have, and how they are shared.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More are of no use to us.
const ENOUGH: u64 = 16_384;
/// What the store, the mail server, the platform and the logs need at least.
const KEPT_BACK: u64 = 192;

/// Raises the process's soft limit of open files towards its hard limit, and tells what it is now.
pub fn raise() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.unwrap_or(ENOUGH).min(ENOUGH);
    let now = current.unwrap_or(ENOUGH);
    if now >= wanted {
        return now;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }) {
        Ok(()) => wanted,
        Err(_) => now,
    }
}

/// How many of these may be connections of callers: a quarter, and always some, is kept back for the work.
pub fn for_connections(descriptors: u64) -> usize {
    let kept_back = KEPT_BACK.max(descriptors / 4).min(descriptors.saturating_sub(16));
    usize::try_from(descriptors - kept_back).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_kept_back_for_the_work() {
        assert_eq!(for_connections(16_384), 12_288);
        assert_eq!(for_connections(1024), 768);
        assert_eq!(for_connections(256), 64);
        assert_eq!(for_connections(100), 16);
    }

    #[test]
    fn the_limit_is_raised_and_never_lowered() {
        let before = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        assert!(raise() >= before.min(ENOUGH));
    }
}
