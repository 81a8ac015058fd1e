//! What is left in the place of what must stay readable: that there was a job, that it ended, and nothing about whom.

use serde_json::{Value, json};

use crate::model::card::{Card, ReportFacts};
use crate::signing::sha256_hex;

/// The word by which readers know that a job's student was erased.
pub(super) const ERASED: &str = "erased";

/// A record with nothing personal left; `None` when it is not needed for the job's state and goes.
pub(super) fn record(name: &str, record: &Value) -> Option<Value> {
    let mut blank = record.clone();
    if name == "event" {
        let effect = blank["effect_key"].as_str().unwrap_or_default().to_owned();
        let is_blank = blank["payload"].get(ERASED).is_some();
        if !is_blank {
            // The job's id is the hash of the effect, so that repeats of the platform still meet this job.
            blank["effect_key"] = json!(sha256_hex(effect.as_bytes()));
            blank["delivery_key"] = json!("");
        }
        blank["payload"] = json!({ ERASED: true });
        blank["trace"] = Value::Null;
        if !blank["park"].is_null() {
            blank["park"][1] = json!("");
        }
        return Some(blank);
    }
    if name == "end" || name.starts_with("end-") {
        blank["message"] = json!(ERASED);
        // A mail's receipt stands with the end: whom it went to, and the server's words.
        blank.as_object_mut()?.remove("facts");
        // A repeat of the platform must not make it anew.
        let facts = ReportFacts { status: Some(ERASED.to_owned()), ..ReportFacts::default() };
        blank["summary"] = json!({ "status": ERASED, "card": facts });
        return Some(blank);
    }
    if name.starts_with("outcome-") {
        blank["message"] = json!("");
        blank.as_object_mut()?.remove("facts");
        return Some(blank);
    }
    if let Some(number) = name.strip_prefix("round-")
        && number.parse::<u32>().is_ok()
    {
        let kept = ["version", "at", "due", "first_attempt", "action"];
        blank.as_object_mut()?.retain(|field, _| kept.contains(&field.as_str()));
        return Some(blank);
    }
    name.starts_with("lease-").then_some(blank)
}

/// A card of the feed with nothing personal left.
pub(super) fn card(card: &Card) -> Card {
    let report = ReportFacts { status: Some(ERASED.to_owned()), ..ReportFacts::default() };
    Card { message: None, report, ..card.clone() }
}
