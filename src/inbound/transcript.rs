//! A transcription, fetched from where the service says: through the guard, within limits of size, type and time.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::intake::outside::{Ask, NamedBy, Outside, OutsideError};
use crate::jobs::handler::JobError;
use crate::model::platform_event::PlatformEvent;

/// The largest transcription in bytes: ten hours of speech have about half of it.
const LARGEST: usize = 2 << 20;
/// Time for all of it.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// What a transcription comes as.
const TYPES: &[&str] =
    &["text/plain", "text/vtt", "text/srt", "application/x-subrip", "application/srt", "application/json", "application/ttml+xml"];

/// The text of a transcription.
pub(super) async fn fetch(outside: &dyn Outside, event: &PlatformEvent) -> Result<String, JobError> {
    let url = event.data.get("transcriptionUrl").and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
    let url = url.ok_or_else(|| JobError::dead("transcription_refused", "the event's transcriptionUrl is no address"))?;
    let ask = Ask { most_bytes: LARGEST, time_limit: TIME_LIMIT, ..Ask::get(url, NamedBy::Stranger) };
    let answer = match outside.ask(&ask).await {
        Ok(answer) => answer,
        Err(error @ OutsideError::NoAnswer(_)) => return Err(JobError::retry("transcription_unavailable", error.to_string())),
        Err(error) => return Err(JobError::dead("transcription_refused", error.to_string())),
    };
    if answer.status != 200 {
        let words = format!("the transcription's address answered {}", answer.status);
        return Err(JobError::retry_after("transcription_unavailable", words, answer.retry_after()));
    }
    let media = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !TYPES.contains(&media.as_str()) {
        return Err(JobError::dead(
            "transcription_refused",
            "the transcription's address answered with something else than text, VTT, SRT or JSON",
        ));
    }
    let text = String::from_utf8_lossy(&answer.body);
    Ok(if media == "application/json" { from_json(&text) } else { plain(&text) })
}

/// The words of subtitles: without their header, numbers, times and markup.
fn plain(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let is_time = |line: &str| line.contains("-->");
    let is_number = |line: &str| !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit());
    let is_header = |line: &str| line.starts_with("WEBVTT") || line.starts_with("NOTE") || line.starts_with("STYLE");
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty()) {
        if is_time(line) || is_number(line) || is_header(line) {
            continue;
        }
        let mut is_tag = false;
        words.extend(line.chars().filter(|c| {
            let keep = !is_tag && *c != '<';
            is_tag = (is_tag || *c == '<') && *c != '>';
            keep
        }));
        words.push('\n');
    }
    words.trim_end().to_owned()
}

/// The words of a service's JSON: `text` of the whole, or of its segments.
fn from_json(text: &str) -> String {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return plain(text) };
    let whole = ["text", "transcript"].iter().find_map(|key| value.get(*key)?.as_str());
    if let Some(whole) = whole {
        return whole.to_owned();
    }
    let segments = value.get("segments").or_else(|| value.get("results")).unwrap_or(&value);
    let texts: Vec<&str> = segments.as_array().into_iter().flatten().filter_map(|segment| segment.get("text")?.as_str()).collect();
    texts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtitles_and_json_become_the_words_that_were_said() {
        let vtt = "\u{feff}WEBVTT\n\nNOTE made by hand\n\n1\n00:00:01.000 --> 00:00:02.500\n<v Ana>Hola, <i>clase</i>\n\n2\n00:00:03.000 --> 00:00:04.000\nhoy 5 < 6\n";
        assert_eq!(plain(vtt), "Hola, clase\nhoy 5");
        assert_eq!(plain("1\r\n00:00:01,000 --> 00:00:02,000\r\nUno\r\n"), "Uno");
        for json in [r#"{"text":"a b"}"#, r#"{"segments":[{"text":"a"},{"text":"b"}]}"#, r#"[{"text":"a"},{"text":"b"}]"#] {
            assert_eq!(from_json(json), "a b");
        }
        assert_eq!(from_json("not json"), "not json");
    }
}
