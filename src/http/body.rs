//! Request bodies: bounded each, and bounded all together.
//!
//! Memory is reserved before a body is read, so that what is in flight at once fits, whoever sends it.
//! A caller that has not proved who it is (it may still, by an HMAC over the body) gets a small part of that memory and little time.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use bytes::BytesMut;
use futures::StreamExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::http::error::ApiError;

/// The unit of the budgets.
const UNIT: usize = 4096;
/// All bodies of authentic callers in flight, unless one alone may be larger.
const AUTHENTIC_BYTES: usize = 24 * 1024 * 1024;
/// All bodies of callers that have not proved who they are.
const UNPROVED_BYTES: usize = 8 * 1024 * 1024;
/// So many of these at once; each holds a connection.
const UNPROVED_AT_ONCE: usize = 64;
/// So many refused callers may send the rest of a body that nobody reads, so that they hear the answer.
const DISCARDS_AT_ONCE: usize = 32;
/// So many large bodies are read as JSON at once, which takes up to fifty times their size.
const HEAVY_AT_ONCE: usize = 2;
/// How long a discarded body may take.
const DISCARD_LIMIT: Duration = Duration::from_secs(1);
/// When a caller should come again that found no memory left.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Whether the caller has proved who it is before its body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// By a token in a header.
    Authentic,
    /// Not yet.
    Unproved,
}

/// What bodies may cost.
#[derive(Debug)]
pub struct BodyBudget {
    most_bytes: usize,
    arrival_limit: Duration,
    authentic: Arc<Semaphore>,
    unproved: Arc<Semaphore>,
    unproved_count: Arc<Semaphore>,
    discards: Semaphore,
    heavy: Semaphore,
}

/// A body came in too slowly to be waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body drips in")]
pub struct DripsIn;

/// Whether a body could not be read because it dripped in.
pub fn drips_in(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<DripsIn>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// A whole body; its memory is reserved until this is dropped.
#[derive(Debug)]
pub struct HeldBody {
    bytes: Bytes,
    _reserved: Vec<OwnedSemaphorePermit>,
}

impl HeldBody {
    /// The body.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl BodyBudget {
    /// Bodies of at most `most_bytes` each, which arrive within `arrival_limit`.
    pub fn new(most_bytes: usize, arrival_limit: Duration) -> Self {
        let units = |bytes: usize| Arc::new(Semaphore::new(bytes.max(most_bytes).div_ceil(UNIT)));
        Self {
            most_bytes,
            arrival_limit,
            authentic: units(AUTHENTIC_BYTES),
            unproved: units(UNPROVED_BYTES),
            unproved_count: Arc::new(Semaphore::new(UNPROVED_AT_ONCE)),
            discards: Semaphore::new(DISCARDS_AT_ONCE),
            heavy: Semaphore::new(HEAVY_AT_ONCE),
        }
    }

    /// The largest body taken.
    pub fn most_bytes(&self) -> usize {
        self.most_bytes
    }

    /// The turn to read a large body as JSON.
    pub async fn heavy_turn(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.heavy.acquire().await.ok()
    }

    /// Reads a whole body within the limits of size, time and memory.
    ///
    /// # Errors
    /// 413 before anything is read when the declared length is too large, 408 when it drips in, 503 when too many are in flight, 400 when it breaks off.
    pub async fn read(&self, headers: &HeaderMap, body: Body, caller: Caller) -> Result<HeldBody, ApiError> {
        self.read_at_most(headers, body, caller, self.most_bytes).await
    }

    /// As [`BodyBudget::read`], with a smaller limit for one route.
    pub async fn read_at_most(&self, headers: &HeaderMap, body: Body, caller: Caller, most: usize) -> Result<HeldBody, ApiError> {
        let most = most.min(self.most_bytes);
        let declared = declared_length(headers);
        if declared.is_some_and(|length| length > most as u64) {
            self.discard(body).await;
            return Err(ApiError::TooLarge(most));
        }
        let size = declared.map_or(most, |length| length as usize);
        let arrival = async {
            let reserved = self.reserve(size, caller).await?;
            Ok(HeldBody { bytes: gather(body, size, most).await?, _reserved: reserved })
        };
        let limit = match caller {
            Caller::Authentic => self.arrival_limit,
            Caller::Unproved => self.arrival_limit / 3,
        };
        tokio::time::timeout(limit, arrival).await.map_err(|_| ApiError::Timeout)?
    }

    /// Takes the rest of a refused caller's body and keeps nothing of it: a connection that is closed with bytes under way loses the answer.
    pub async fn discard(&self, body: Body) {
        let Ok(_turn) = self.discards.try_acquire() else { return };
        let mut frames = body.into_data_stream();
        let mut left = self.most_bytes;
        let rest = async {
            while let Some(Ok(bytes)) = frames.next().await {
                left = left.saturating_sub(bytes.len());
                if left == 0 {
                    return;
                }
            }
        };
        // Out of time: the caller is cut off.
        let _ = tokio::time::timeout(DISCARD_LIMIT, rest).await;
    }

    /// Authentic callers wait for their turn; the others are sent away when there is no room.
    async fn reserve(&self, size: usize, caller: Caller) -> Result<Vec<OwnedSemaphorePermit>, ApiError> {
        let units = u32::try_from(size.div_ceil(UNIT).max(1)).unwrap_or(u32::MAX);
        let full = || ApiError::NotNow("too many requests are being read at this moment; send it again".to_owned(), AGAIN_AFTER);
        match caller {
            Caller::Authentic => Ok(vec![Arc::clone(&self.authentic).acquire_many_owned(units).await.map_err(|_| full())?]),
            Caller::Unproved => {
                let one = Arc::clone(&self.unproved_count).try_acquire_owned().map_err(|_| full())?;
                Ok(vec![one, Arc::clone(&self.unproved).try_acquire_many_owned(units).map_err(|_| full())?])
            }
        }
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn gather(body: Body, expected: usize, most: usize) -> Result<Bytes, ApiError> {
    let mut frames = body.into_data_stream();
    // What is declared is not there yet: memory grows with what arrives.
    let mut gathered = BytesMut::with_capacity(expected.min(64 * 1024));
    while let Some(bytes) = frames.next().await {
        let bytes = bytes.map_err(|_| ApiError::Malformed("the body could not be read to its end".to_owned()))?;
        if gathered.len() + bytes.len() > most {
            return Err(ApiError::TooLarge(most));
        }
        gathered.extend_from_slice(&bytes);
    }
    Ok(gathered.freeze())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::stream;

    use super::*;

    const MIB: usize = 1024 * 1024;

    fn budget() -> BodyBudget {
        BodyBudget::new(MIB, Duration::from_millis(60))
    }

    /// A body of which a part arrives, and the rest never.
    fn dripping() -> Body {
        let begun = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
        Body::from_stream(begun.chain(stream::pending()))
    }

    fn declared(length: usize) -> HeaderMap {
        [(header::CONTENT_LENGTH, length.into())].into_iter().collect()
    }

    #[tokio::test]
    async fn a_body_that_drips_in_forever_is_given_up_and_its_memory_is_free_again() {
        let budget = budget();
        for caller in [Caller::Authentic, Caller::Unproved] {
            for _ in 0..30 {
                let read = budget.read(&HeaderMap::new(), dripping(), caller).await;
                assert_eq!(read.map(|_| ()), Err(ApiError::Timeout));
            }
            let read = budget.read(&HeaderMap::new(), Body::from("{}"), caller).await;
            assert_eq!(read.map(|held| held.bytes().clone()), Ok(Bytes::from_static(b"{}")));
        }
    }

    #[tokio::test]
    async fn unproved_callers_share_a_small_budget_and_never_take_the_authentic_ones() {
        let budget = Arc::new(budget());
        let parked: Vec<_> = (0..200)
            .map(|_| {
                let budget = Arc::clone(&budget);
                tokio::spawn(async move { budget.read(&declared(MIB), dripping(), Caller::Unproved).await.map(|_| ()) })
            })
            .collect();
        tokio::task::yield_now().await;
        let read = budget.read(&declared(2), Body::from("{}"), Caller::Authentic).await;
        assert!(read.is_ok());
        let mut refused = 0;
        for task in parked {
            refused += usize::from(matches!(task.await.unwrap(), Err(ApiError::NotNow(..))));
        }
        assert_eq!(refused, 200 - UNPROVED_BYTES / MIB);
    }

    #[tokio::test]
    async fn authentic_callers_wait_for_their_turn() {
        let budget = Arc::new(budget());
        let most = AUTHENTIC_BYTES / MIB;
        let mut held = Vec::new();
        for _ in 0..most {
            held.push(budget.read(&declared(MIB), Body::from("{}"), Caller::Authentic).await.unwrap());
        }
        let large = declared(MIB);
        let waiting = budget.read(&large, Body::from("{}"), Caller::Authentic);
        let freed = async { drop(held.pop()) };
        let (read, ()) = tokio::join!(waiting, freed);
        assert!(read.is_ok());
    }

    #[tokio::test]
    async fn a_declared_length_above_the_limit_is_refused_and_nothing_of_it_is_kept() {
        let budget = budget();
        let polled = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&polled);
        let endless = stream::repeat_with(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 65_536]))
        });
        let read = budget.read(&declared(2 * MIB), Body::from_stream(endless), Caller::Authentic).await;
        assert_eq!(read.map(|_| ()), Err(ApiError::TooLarge(MIB)));
        assert!(polled.load(Ordering::Relaxed) <= 17, "at most one limit's worth is thrown away");

        let undeclared = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 65_536])));
        let read = budget.read(&HeaderMap::new(), Body::from_stream(undeclared), Caller::Authentic).await;
        assert_eq!(read.map(|_| ()), Err(ApiError::TooLarge(MIB)));
    }
}
