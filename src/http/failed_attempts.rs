//! How often a source address may show a credential that is none.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::http::limits::network;

/// Wrong credentials per address and minute; those of a program that was misconfigured come far slower than guesses.
const MOST: u32 = 20;
const WINDOW: Duration = Duration::from_mins(1);
/// More addresses than this are not remembered.
const MOST_ADDRESSES: usize = 10_000;

/// Wrong credentials of the last minute, by address.
#[derive(Debug, Default)]
pub struct FailedAttempts(Mutex<HashMap<IpAddr, (Duration, u32)>>);

impl FailedAttempts {
    /// Until when the address has shown too many, if it has.
    pub fn wait(&self, address: IpAddr, now: Duration) -> Option<Duration> {
        let attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = attempts.get(&network(address))?;
        let over = now.saturating_sub(*since);
        (over < WINDOW && *count >= MOST).then(|| WINDOW.saturating_sub(over))
    }

    /// Notes a wrong one.
    pub fn note(&self, address: IpAddr, now: Duration) {
        let mut attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if attempts.len() >= MOST_ADDRESSES {
            attempts.retain(|_, (since, _)| now.saturating_sub(*since) < WINDOW);
        }
        if attempts.len() >= MOST_ADDRESSES {
            attempts.clear();
        }
        let entry = attempts.entry(network(address)).or_insert((now, 0));
        if now.saturating_sub(entry.0) >= WINDOW {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_twenty_wrong_ones_an_address_waits_for_the_rest_of_the_minute() {
        let attempts = FailedAttempts::default();
        let (bad, good): (IpAddr, IpAddr) = ("203.0.113.9".parse().unwrap(), "203.0.113.10".parse().unwrap());
        let at = Duration::from_secs;
        for _ in 0..MOST {
            assert_eq!(attempts.wait(bad, at(100)), None);
            attempts.note(bad, at(100));
        }
        assert_eq!(attempts.wait(bad, at(110)), Some(at(50)));
        assert_eq!(attempts.wait(good, at(110)), None);
        assert_eq!(attempts.wait(bad, at(160)), None);
        attempts.note(bad, at(160));
        assert_eq!(attempts.wait(bad, at(160)), None, "the count begins anew");
    }

    #[test]
    fn the_table_of_addresses_stays_small() {
        let attempts = FailedAttempts::default();
        for n in 0..30_000u32 {
            attempts.note(IpAddr::from(n.to_be_bytes()), Duration::from_secs(1));
        }
        assert!(attempts.0.lock().unwrap().len() <= MOST_ADDRESSES);
    }
}
