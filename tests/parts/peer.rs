//! What to do where a machine lacks a peer that a test talks to.

/// The peer, or `None` with a word why. A test may be skipped for want of it on a laptop; the test command (`tests/run`) installs the peers and names them in `GRADEPOST_REQUIRED_PEERS`, and then a missing one is a failure.
pub(crate) fn peer<T>(name: &str, found: Result<T, String>) -> Option<T> {
    match found {
        Ok(peer) => Some(peer),
        Err(why) => {
            let required = super::setting("GRADEPOST_REQUIRED_PEERS").unwrap_or_default();
            assert!(!required.split_whitespace().any(|required| required == name), "the peer {name} is required and not there: {why}");
            complain(name, &why);
            None
        }
    }
}

fn complain(name: &str, why: &str) {
    eprintln!("skipped for want of {name}: {why}; bash tests/run installs it");
}
