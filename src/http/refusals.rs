//! Calls that were refused: counted by hour, the newest kept as lines, told in one log line per minute.
//!
//! Never a body, its hash, a signature or an address: only what is needed to find the caller that has to be corrected.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long counts are kept.
pub const KEPT_HOURS: Duration = Duration::from_hours(31 * 24);
/// Calls with a wrong signature, or none, of which somebody is told: fewer are strangers who try doors.
const MANY: u64 = 10;
/// Within this time.
const MANY_WITHIN: Duration = Duration::from_hours(1);
/// Reasons that a wrong or missing key at the platform has.
const OF_SIGNATURES: [&str; 3] = ["missing_header", "mismatch", "no_secret"];
/// How many refusals are kept as lines.
const KEPT: usize = 200;
/// At most one log line in this time.
const LOG_EVERY: Duration = Duration::from_mins(1);
/// The longest product token of a user agent that is kept.
const LONGEST_AGENT: usize = 40;

/// One refused call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refusal {
    /// When.
    pub at: Timestamp,
    /// The route's template.
    pub route: &'static str,
    /// Why, as a stable word (`missing_header`, `mismatch`, `rate_limited`, …).
    pub reason: &'static str,
    /// The status it was answered with.
    pub status: u16,
    /// The declared length of the body.
    pub size_bytes: Option<u64>,
    /// The media type without its parameters, when it is a plain one.
    pub media_type: Option<String>,
    /// Which of the known signature headers were there; names only.
    pub signature_headers: Vec<&'static str>,
    /// The product of the user agent, without version and details.
    pub agent: Option<String>,
    /// The request's id.
    pub request_id: Option<String>,
    /// Tells callers apart: a keyed hash of the address, other in each process.
    pub origin: Option<String>,
}

/// What was refused in one hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hour {
    /// Its first instant.
    pub hour: Timestamp,
    /// By reason.
    pub reasons: BTreeMap<String, Count>,
    /// The last call that was accepted, as far as it was known when this was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
}

/// How often, and when last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How often.
    pub count: u64,
    /// When last.
    pub last: Timestamp,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.last = self.last.max(other.last);
    }
}

/// The refusals of this process.
#[derive(Debug, Default)]
pub struct Refusals {
    book: Mutex<Book>,
    key: RandomState,
}

#[derive(Debug, Default)]
struct Book {
    newest: VecDeque<Refusal>,
    totals: BTreeMap<&'static str, u64>,
    untold: BTreeMap<&'static str, u64>,
    told_at: Option<Timestamp>,
    accepted_at: Option<Timestamp>,
    /// Of this process, by the hour's first second.
    hours: BTreeMap<i64, BTreeMap<String, Count>>,
    /// Hours that are not recorded as they are now.
    unsaved: BTreeSet<i64>,
    /// What earlier processes and other instances recorded.
    past: Vec<Hour>,
    /// Calls with wrong signatures, by minute, until somebody is told.
    wrong: VecDeque<(Timestamp, u64)>,
    wrong_told_at: Option<Timestamp>,
}

impl Refusals {
    /// Counts a refusal; the first after a quiet minute is logged at once, the others by [`Refusals::tell`].
    pub fn record(&self, refusal: Refusal) {
        let now = refusal.at;
        let mut book = self.lock();
        *book.totals.entry(refusal.reason).or_default() += 1;
        *book.untold.entry(refusal.reason).or_default() += 1;
        book.count(&refusal);
        book.newest.push_front(refusal);
        book.newest.truncate(KEPT);
        drop(book);
        self.tell(now);
    }

    /// A call was accepted.
    pub fn accepted(&self, now: Timestamp) {
        self.lock().accepted_at = Some(now);
    }

    /// Logs what has not been told, at most once per minute.
    pub fn tell(&self, now: Timestamp) {
        let mut book = self.lock();
        let is_early = book.told_at.is_some_and(|at| now.duration_since(at).unsigned_abs() < LOG_EVERY);
        if is_early || book.untold.is_empty() {
            return;
        }
        book.told_at = Some(now);
        let counts: Vec<String> = std::mem::take(&mut book.untold).iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        drop(book);
        tracing::warn!(refused = counts.join(", "), "calls were refused");
    }

    /// The newest refusals, newest first.
    pub fn newest(&self) -> Vec<Refusal> {
        self.lock().newest.iter().cloned().collect()
    }

    /// Refusals of this process by reason.
    pub fn totals(&self) -> BTreeMap<&'static str, u64> {
        self.lock().totals.clone()
    }

    /// When a call was accepted last, as far as it is known.
    pub fn accepted_at(&self) -> Option<Timestamp> {
        let book = self.lock();
        book.past.iter().filter_map(|hour| hour.accepted_at).chain(book.accepted_at).max()
    }

    /// Refusals by hour, oldest first: of this process, and what others recorded.
    pub fn hours(&self) -> Vec<Hour> {
        let book = self.lock();
        let mut sums: BTreeMap<i64, BTreeMap<String, Count>> = book.hours.clone();
        for hour in &book.past {
            let sum = sums.entry(hour.hour.as_second()).or_default();
            for (reason, count) in &hour.reasons {
                sum.entry(reason.clone()).and_modify(|known| known.add(*count)).or_insert(*count);
            }
        }
        drop(book);
        sums.into_iter().filter_map(|(second, reasons)| Hour::new(second, reasons, None)).collect()
    }

    /// The hours that changed since they were taken last, to be recorded whole.
    pub fn take_unsaved(&self) -> Vec<Hour> {
        let mut book = self.lock();
        let unsaved = std::mem::take(&mut book.unsaved);
        let hour = |second| Hour::new(second, book.hours.get(&second)?.clone(), book.accepted_at);
        unsaved.into_iter().filter_map(hour).collect()
    }

    /// An hour that could not be recorded; it is taken again.
    pub fn not_saved(&self, hour: &Hour) {
        self.lock().unsaved.insert(hour.hour.as_second());
    }

    /// What earlier processes and other instances recorded, in place of what was known of it.
    pub fn set_past(&self, past: Vec<Hour>) {
        self.lock().past = past;
    }

    /// How many calls came with a wrong signature or none, when they are many and nobody was told within the hour; they count as told then.
    pub fn take_many_unsigned(&self, now: Timestamp) -> Option<u64> {
        let mut book = self.lock();
        let within = |at: Timestamp| now.duration_since(at).unsigned_abs() < MANY_WITHIN;
        book.wrong.retain(|(at, _)| within(*at));
        let count = book.wrong.iter().map(|(_, count)| count).sum();
        if count < MANY || book.wrong_told_at.is_some_and(within) {
            return None;
        }
        book.wrong.clear();
        book.wrong_told_at = Some(now);
        Some(count)
    }

    /// What tells an address from others without telling it.
    pub fn origin(&self, address: IpAddr) -> String {
        format!("{:08x}", self.key.hash_one(address) as u32)
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn count(&mut self, refusal: &Refusal) {
        const HOUR: i64 = 3600;
        let second = refusal.at.as_second().div_euclid(HOUR) * HOUR;
        let one = Count { count: 1, last: refusal.at };
        self.hours.entry(second).or_default().entry(refusal.reason.to_owned()).and_modify(|count| count.add(one)).or_insert(one);
        self.unsaved.insert(second);
        let oldest = second.saturating_sub(KEPT_HOURS.as_secs() as i64);
        self.hours.retain(|hour, _| *hour >= oldest);
        if !OF_SIGNATURES.contains(&refusal.reason) {
            return;
        }
        match self.wrong.back_mut() {
            Some((at, count)) if refusal.at.duration_since(*at).unsigned_abs() < Duration::from_mins(1) => *count += 1,
            _ => self.wrong.push_back((refusal.at, 1)),
        }
        while self.wrong.len() > 120 {
            self.wrong.pop_front();
        }
    }
}

impl Hour {
    fn new(second: i64, reasons: BTreeMap<String, Count>, accepted_at: Option<Timestamp>) -> Option<Self> {
        Some(Self { hour: Timestamp::from_second(second).ok()?, reasons, accepted_at })
    }
}

/// The product token of a user agent: its first word up to the version, when it is a plain one.
pub fn product(agent: &str) -> Option<String> {
    let word = agent.split([' ', '/']).next().unwrap_or_default();
    is_plain(word).then(|| word.to_owned())
}

/// A media type without its parameters, when it is a plain one.
pub fn media_type(value: &str) -> Option<String> {
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    is_plain(&essence.replace('/', "")).then_some(essence)
}

fn is_plain(word: &str) -> bool {
    (1..=LONGEST_AGENT).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn refusal(second: i64, reason: &'static str) -> Refusal {
        Refusal {
            at: at(second),
            route: "/webhook",
            reason,
            status: 401,
            size_bytes: Some(2),
            media_type: None,
            signature_headers: Vec::new(),
            agent: None,
            request_id: None,
            origin: None,
        }
    }

    #[test]
    fn the_newest_are_kept_and_all_are_counted() {
        let refusals = Refusals::default();
        for second in 0..500 {
            refusals.record(refusal(second, if second % 5 == 0 { "mismatch" } else { "missing_header" }));
        }
        assert_eq!(refusals.newest().len(), KEPT);
        assert_eq!(refusals.newest()[0].at, at(499));
        assert_eq!(refusals.totals(), BTreeMap::from([("mismatch", 100), ("missing_header", 400)]));
    }

    #[test]
    fn at_most_one_line_per_minute_is_due() {
        let refusals = Refusals::default();
        refusals.record(refusal(0, "mismatch"));
        assert!(refusals.lock().untold.is_empty(), "the first is told at once");
        for second in 1..59 {
            refusals.record(refusal(second, "mismatch"));
        }
        assert_eq!(refusals.lock().untold["mismatch"], 58);
        refusals.tell(at(60));
        assert!(refusals.lock().untold.is_empty());
    }

    #[test]
    fn hours_are_counted_taken_once_and_added_to_what_others_recorded() {
        let refusals = Refusals::default();
        // 1,800,000,000 is a full hour.
        for (second, reason) in [(0, "mismatch"), (3599, "mismatch"), (3600, "missing_header")] {
            refusals.record(refusal(second, reason));
        }
        let taken = refusals.take_unsaved();
        let counts = |hours: &[Hour]| -> Vec<(i64, Vec<(String, u64)>)> {
            let reasons = |hour: &Hour| hour.reasons.iter().map(|(reason, count)| (reason.clone(), count.count)).collect();
            hours.iter().map(|hour| (hour.hour.as_second() - 1_800_000_000, reasons(hour))).collect()
        };
        let both = vec![(0, vec![("mismatch".to_owned(), 2)]), (3600, vec![("missing_header".to_owned(), 1)])];
        assert_eq!(counts(&taken), both);
        assert_eq!(taken[0].reasons["mismatch"].last, at(3599));
        assert_eq!(refusals.take_unsaved(), [], "nothing changed");
        refusals.not_saved(&taken[1]);
        assert_eq!(counts(&refusals.take_unsaved()), both[1..]);

        let next = Refusals::default();
        next.set_past(taken);
        next.record(refusal(10, "mismatch"));
        assert_eq!(counts(&next.hours()), [(0, vec![("mismatch".to_owned(), 3)]), both[1].clone()]);
    }

    #[test]
    fn many_wrong_signatures_are_told_once_per_hour_and_only_while_they_come() {
        let refusals = Refusals::default();
        for second in 0..9 {
            refusals.record(refusal(second, "mismatch"));
        }
        assert_eq!(refusals.take_many_unsigned(at(60)), None, "nine are strangers");
        refusals.record(refusal(61, "malformed"));
        assert_eq!(refusals.take_many_unsigned(at(70)), None, "other reasons do not count");
        refusals.record(refusal(80, "missing_header"));
        assert_eq!(refusals.take_many_unsigned(at(80)), Some(10));
        for second in 90..150 {
            refusals.record(refusal(second, "mismatch"));
        }
        assert_eq!(refusals.take_many_unsigned(at(200)), None, "told within the hour");
        assert_eq!(refusals.take_many_unsigned(at(8000)), None, "and none came since");
        for second in 8000..8020 {
            refusals.record(refusal(second, "mismatch"));
        }
        assert_eq!(refusals.take_many_unsigned(at(8020)), Some(20));
    }

    #[test]
    fn an_agent_and_a_media_type_are_kept_only_when_plain() {
        assert_eq!(product("Zapier/1.0 (ana@example.com)").as_deref(), Some("Zapier"));
        assert_eq!(product("ana@example.com"), None);
        assert_eq!(product(&"a".repeat(41)), None);
        assert_eq!(media_type("Application/JSON; charset=utf-8").as_deref(), Some("application/json"));
        assert_eq!(media_type("ana pérez"), None);
    }

    #[test]
    fn one_address_has_one_origin_in_a_process_and_another_in_the_next() {
        let (one, other) = (Refusals::default(), Refusals::default());
        let address = IpAddr::from([203, 0, 113, 7]);
        assert_eq!(one.origin(address), one.origin(address));
        assert_ne!(one.origin(address), one.origin(IpAddr::from([203, 0, 113, 8])));
        assert_ne!(one.origin(address), other.origin(address));
    }
}
