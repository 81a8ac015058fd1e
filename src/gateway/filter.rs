//! Which events go to which endpoints.

use crate::gateway::model::{Endpoint, SkipReason};

/// What tells of deliveries themselves; sent only to endpoints that name it, so that nobody is drowned in, or sent round in circles by, news about news.
const OWN: [&str; 5] = ["endpoint.", "delivery.", "attempt.", "message.attempt.", "background_task."];

/// Whether an event type tells of deliveries themselves.
pub fn is_own(event_type: &str) -> bool {
    OWN.iter().any(|prefix| event_type.starts_with(prefix))
}

/// Why an event does not go to an endpoint; `None` when it does.
pub fn skip(endpoint: &Endpoint, event_type: &str, channels: Option<&[String]>) -> Option<SkipReason> {
    if endpoint.disabled {
        return Some(SkipReason::EndpointDisabled);
    }
    if !wants(endpoint.event_types.as_deref(), event_type) {
        return Some(SkipReason::Filter);
    }
    let is_heard = match &endpoint.channels {
        None => true,
        Some(own) => channels.is_some_and(|channels| channels.iter().any(|channel| own.contains(channel))),
    };
    (!is_heard).then_some(SkipReason::Channel)
}

/// Whether a filter takes an event type.
pub fn wants(filter: Option<&[String]>, event_type: &str) -> bool {
    match filter {
        None => !is_own(event_type),
        Some(globs) => globs.iter().any(|glob| takes(glob, event_type)),
    }
}

fn takes(glob: &str, event_type: &str) -> bool {
    if glob == event_type {
        return true;
    }
    // `attempt.*` would come once for each attempt: only by its whole name.
    if event_type.starts_with("attempt.") || (is_own(event_type) && glob.starts_with('*')) {
        return false;
    }
    let (glob, name): (Vec<&str>, Vec<&str>) = (glob.split('.').collect(), event_type.split('.').collect());
    matches(&glob, &name)
}

/// `*` stands for one part, `**` for any number of them. Linear for one `**` at a time: the last one met is the only one to come back to.
fn matches(glob: &[&str], name: &[&str]) -> bool {
    let (mut g, mut n) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while n < name.len() {
        match glob.get(g) {
            Some(&"**") => {
                back = Some((g, n));
                g += 1;
            }
            Some(&part) if part == "*" || part == name[n] => {
                g += 1;
                n += 1;
            }
            _ => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    g = star + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|part| *part == "**")
}

/// Whether a filter's entry is a glob.
pub fn is_glob(text: &str) -> bool {
    text.split('.').any(|part| part == "*" || part == "**")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn globs_take_parts_and_own_events_only_by_name() {
        let takes = |glob: &str, name: &str| wants(Some(&[glob.to_owned()]), name);
        for (glob, name) in [
            ("grade.submitted", "grade.submitted"),
            ("grade.*", "grade.submitted"),
            ("*.submitted", "grade.submitted"),
            ("**", "grade.submitted"),
            ("a.**", "a"),
            ("a.**.d", "a.b.c.d"),
            ("**.d", "a.b.d.d"),
            ("endpoint.*", "endpoint.disabled"),
            ("attempt.failed", "attempt.failed"),
        ] {
            assert!(takes(glob, name), "{glob} {name}");
        }
        for (glob, name) in [
            ("grade.*", "grade"),
            ("grade.*", "grade.a.b"),
            ("*", "grade.submitted"),
            ("grade.submit", "grade.submitted"),
            ("**", "endpoint.disabled"),
            ("*.disabled", "endpoint.disabled"),
            ("attempt.*", "attempt.failed"),
            ("attempt.**", "attempt.failed"),
        ] {
            assert!(!takes(glob, name), "{glob} {name}");
        }
        assert!(wants(None, "grade.submitted") && !wants(None, "delivery.failing"));
    }

    /// The same by trying everything.
    fn naive(glob: &[&str], name: &[&str]) -> bool {
        match (glob.split_first(), name.split_first()) {
            (None, None) => true,
            (Some((&"**", rest)), _) => (0..=name.len()).any(|n| naive(rest, &name[n..])),
            (Some((part, rest)), Some((first, others))) => (*part == "*" || part == first) && naive(rest, others),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn globs_match_as_trying_everything_does(glob in prop::collection::vec(prop::sample::select(vec!["a", "b", "*", "**"]), 0..6), name in prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..6)) {
            prop_assert_eq!(matches(&glob, &name), naive(&glob, &name));
        }
    }
}
