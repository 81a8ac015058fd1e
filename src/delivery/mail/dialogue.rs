//! One question to a mail server and its reply, and how a failure of either is told.

use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use crate::delivery::mail::refusal::{Reason, Refusal, Stage, classify};
use crate::delivery::mail::reply::{Reply, printable};
use crate::delivery::mail::stream::Heard;

/// One question within its limit, whose reply must be of the class that belongs to it: a reply that came a step late is never taken for ours.
pub(super) async fn ask(
    stage: Stage,
    limit: Duration,
    heard: &Heard,
    class: u16,
    question: impl Future<Output = Result<Response, Error>>,
) -> Result<Reply, Refusal> {
    heard.forget();
    let answer = timeout(limit, question).await;
    if let Some(reply) = heard.refusal() {
        return Err(refused(stage, &reply));
    }
    match (answer, heard.reply()) {
        (Ok(Ok(_)), Some(reply)) if reply.class() == class => Ok(reply),
        (Ok(Ok(_)), Some(reply)) => Err(failed(stage, &format!("unexpected reply: {}", reply.shown()))),
        (Ok(Ok(_)), None) => Err(failed(stage, "the reply is missing")),
        (Ok(Err(error)), _) => Err(failed(stage, &words(&error))),
        (Err(_), _) => Err(failed(stage, &silence(limit))),
    }
}

/// A refusal in the server's words.
pub(super) fn refused(stage: Stage, reply: &Reply) -> Refusal {
    Refusal::new(classify(stage, reply), format!("{}: {}", stage.words(), reply.shown()))
}

/// A failure of the line, before anything was delivered.
pub(super) fn failed(stage: Stage, words: &str) -> Refusal {
    Refusal::new(Reason::Busy, format!("{}: {}", stage.words(), printable(words)))
}

pub(super) fn silence(limit: Duration) -> String {
    format!("no reply within {} s", limit.as_secs_f32())
}

/// What went wrong below lettre; its own words ("network error") say less.
pub(super) fn words(error: &Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
