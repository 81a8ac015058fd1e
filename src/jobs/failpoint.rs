//! Places where a test makes the process die, to prove that nothing is lost there.
//!
//! `GRADEPOST_FAILPOINT=name` aborts the process when the point is passed, `name:3` when it is passed the third time.
//! Every record write has a point before it and one after it: those of the core are listed by [`all`], those of a handler's step are `step.<name>.before` and `step.<name>.after`. Without the variable a point costs one load.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::env::Env;

/// The record writes of the core, in the order of a job's life.
pub const WRITES: &[&str] =
    &["due", "event", "lease", "renew", "fence", "retry_due", "outcome", "end", "ended", "undue", "round_due", "round"];

/// The names of the core's own points.
pub fn all() -> impl Iterator<Item = String> {
    WRITES.iter().flat_map(|write| [format!("{write}.before"), format!("{write}.after")])
}

struct Armed {
    name: String,
    passes_left: AtomicU32,
}

/// Dies here when this is the armed point. `what` is the write, `when` is `before` or `after`.
pub(crate) fn hit(what: &str, when: &str) {
    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
    let Some(armed) = ARMED.get_or_init(|| Env::from_process().var("GRADEPOST_FAILPOINT").map(parse)) else { return };
    let is_here = armed.name.strip_prefix(what).and_then(|rest| rest.strip_prefix('.')) == Some(when);
    if is_here && armed.passes_left.fetch_sub(1, Ordering::Relaxed) == 1 {
        std::process::abort();
    }
}

fn parse(text: &str) -> Armed {
    let (name, count) = text.split_once(':').unwrap_or((text, "1"));
    Armed { name: name.to_owned(), passes_left: AtomicU32::new(count.parse().unwrap_or(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_named_with_an_optional_count() {
        let (plain, third) = (parse("event.before"), parse("step.mailing.after:3"));
        assert_eq!((plain.name.as_str(), plain.passes_left.into_inner()), ("event.before", 1));
        assert_eq!((third.name.as_str(), third.passes_left.into_inner()), ("step.mailing.after", 3));
    }
}
