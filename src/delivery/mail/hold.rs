//! What the server refuses the account is refused every mail: all of them wait, and one tries at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::delivery::mail::SendOutcome;
use crate::delivery::mail::refusal::{About, Reason, Refusal};

/// No pause between two tries is longer.
const LONGEST: Duration = Duration::from_hours(1);
/// While one mail tries, the others look again so soon.
const WHILE_TRYING: Duration = Duration::from_secs(15);
/// A try that failed for a reason of the moment says nothing about the account; the next one comes so soon.
const AFTER_MISHAP: Duration = Duration::from_mins(1);

/// Whether mails go, and since when not.
pub(super) struct Hold {
    held: Mutex<Option<HeldMail>>,
    now: Box<dyn Fn() -> Instant + Send + Sync>,
}

#[derive(Debug)]
struct HeldMail {
    reason: Reason,
    words: String,
    until: Instant,
    /// The pause that ends at `until`.
    pause: Duration,
    trying: bool,
}

/// The right to talk to the server; dropped without a word it was a try that nobody finished.
pub(super) struct Turn<'a> {
    hold: &'a Hold,
    is_try: bool,
}

impl Hold {
    /// Mails go; `now` is the monotonic clock.
    pub(super) fn new(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self { held: Mutex::default(), now: Box::new(now) }
    }

    /// Whether a mail may go now.
    ///
    /// # Errors
    /// All mails wait; for how long is in the refusal.
    pub(super) fn enter(&self) -> Result<Turn<'_>, Refusal> {
        let mut held = self.lock();
        let Some(held) = held.as_mut() else { return Ok(Turn { hold: self, is_try: false }) };
        let left = held.until.saturating_duration_since((self.now)());
        if left.is_zero() && !held.trying {
            held.trying = true;
            return Ok(Turn { hold: self, is_try: true });
        }
        Err(Refusal { reason: held.reason, words: held.words.clone(), held_for: Some(left.max(WHILE_TRYING)) })
    }

    /// Why all mails wait; `None` while they go.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        let held = self.lock();
        let held = held.as_ref()?;
        let left = held.until.saturating_duration_since((self.now)());
        Some(Refusal { reason: held.reason, words: held.words.clone(), held_for: Some(left) })
    }

    /// All mails wait from now on, or longer.
    fn begin(&self, refusal: Refusal, is_try: bool) -> Refusal {
        let mut held = self.lock();
        let pause = match held.as_ref() {
            Some(before) if !is_try => before.until.saturating_duration_since((self.now)()).max(WHILE_TRYING),
            Some(before) => (before.pause * 2).min(LONGEST).max(refusal.reason.first_pause()),
            None => refusal.reason.first_pause(),
        };
        // Mails that were on their way when the first was refused say nothing new.
        if held.is_none() || is_try {
            tracing::error!(
                mail.cause = refusal.reason.cause(),
                mail.reply = refusal.words,
                mail.next_try_seconds = pause.as_secs(),
                "The mail server refuses our account; all mails wait and one tries again later: {}",
                refusal.reason.advice()
            );
            *held =
                Some(HeldMail { reason: refusal.reason, words: refusal.words.clone(), until: (self.now)() + pause, pause, trying: false });
        }
        Refusal { held_for: Some(pause), ..refusal }
    }

    fn lock(&self) -> MutexGuard<'_, Option<HeldMail>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Takes note of what became of the mail, and says for how long all mails wait when it was refused for the account.
    pub(super) fn end(mut self, outcome: SendOutcome) -> SendOutcome {
        let is_try = std::mem::take(&mut self.is_try);
        match outcome {
            SendOutcome::Refused(refusal) if refusal.reason.about() == About::Account => {
                SendOutcome::Refused(self.hold.begin(refusal, is_try))
            }
            SendOutcome::Refused(refusal) if refusal.reason.about() == About::Later => {
                self.is_try = is_try;
                SendOutcome::Refused(refusal)
            }
            outcome => {
                if is_try && self.hold.lock().take().is_some() {
                    tracing::info!("The mail server takes our mails again");
                }
                outcome
            }
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(held) = self.hold.lock().as_mut().filter(|_| self.is_try) {
            held.trying = false;
            held.until = (self.hold.now)() + AFTER_MISHAP.min(held.pause);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// A clock that stands still until told.
    #[derive(Clone)]
    struct Clock(Arc<Mutex<Instant>>);

    impl Clock {
        fn advance(&self, by: Duration) {
            *self.0.lock().unwrap() += by;
        }
    }

    fn hold() -> (Hold, Clock) {
        let clock = Clock(Arc::new(Mutex::new(Instant::now())));
        let read = clock.clone();
        (Hold::new(move || *read.0.lock().unwrap()), clock)
    }

    fn refused(reason: Reason) -> SendOutcome {
        SendOutcome::Refused(Refusal::new(reason, "550 5.4.5 Daily limit"))
    }

    #[test]
    fn after_a_refusal_of_the_account_one_mail_tries_in_an_hour() {
        let (hold, clock) = hold();
        let turns: Vec<_> = (0..4).map(|_| hold.enter().unwrap()).collect();
        for turn in turns {
            turn.end(refused(Reason::Quota));
        }
        for minutes in [0, 30, 29] {
            clock.advance(Duration::from_mins(minutes));
            assert_eq!(hold.enter().err().unwrap().reason, Reason::Quota);
        }
        clock.advance(Duration::from_mins(1));
        let turn = hold.enter().expect("one may try");
        assert!(hold.enter().is_err(), "and only one");
        let SendOutcome::Refused(again) = turn.end(refused(Reason::Quota)) else { panic!() };
        assert_eq!(again.held_for, Some(LONGEST));
        clock.advance(LONGEST);
        hold.enter().unwrap().end(SendOutcome::Sent("250".to_owned()));
        assert!(hold.refusal().is_none() && hold.enter().is_ok());
    }

    #[test]
    fn refused_logins_come_ever_more_rarely() {
        let (hold, clock) = hold();
        hold.enter().unwrap().end(refused(Reason::TooManyLogins));
        let mut pauses = Vec::new();
        for _ in 0..7 {
            clock.advance(hold.refusal().unwrap().held_for.unwrap());
            let SendOutcome::Refused(refusal) = hold.enter().unwrap().end(refused(Reason::TooManyLogins)) else { panic!() };
            pauses.push(refusal.held_for.unwrap().as_secs() / 60);
        }
        assert_eq!(pauses, [4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn a_try_that_nobody_finished_or_that_met_a_mishap_is_tried_again_soon() {
        let (hold, clock) = hold();
        hold.enter().unwrap().end(refused(Reason::SenderNotAllowed));
        clock.advance(LONGEST);
        drop(hold.enter().unwrap());
        assert!(hold.enter().is_err());
        clock.advance(AFTER_MISHAP);
        hold.enter().unwrap().end(refused(Reason::Busy));
        clock.advance(AFTER_MISHAP);
        assert!(hold.enter().is_ok());
    }

    #[test]
    fn a_refused_address_holds_nobody() {
        let (hold, _) = hold();
        for reason in [Reason::AddressUnknown, Reason::Content, Reason::TooLarge, Reason::MailboxFull, Reason::Busy] {
            hold.enter().unwrap().end(refused(reason));
            assert!(hold.enter().is_ok(), "{reason:?}");
        }
    }
}
