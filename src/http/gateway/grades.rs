//! A university's grades, in the words of "LMS Webhook Integration for Course & Grade Sync".
//!
//! An institution registers URLs; a grade that is submitted for it is sent to each of them, at most three times.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::access::role::{Caller, Right};
use crate::gateway::Gateway;
use crate::gateway::error::GatewayError;
use crate::gateway::model::{Delivery, DeliveryState, Endpoint, Event, Format, Institution, NewEndpoint, NewEvent, Order, Published};
use crate::gateway::profile::Profile;
use crate::http::auth::caller::{Manage, May, Publish, Read};
use crate::http::gateway::fault::{CallError, dialect};
use crate::http::gateway::support::{read, read_json, seen, seen_or_made, text};
use crate::http::state::AppState;

dialect! {
    /// `{"error": …}`, as the document's service answers.
    GradeError, |message| json!({ "error": message })
}

/// How long a submission waits for the first try's outcome.
const WAIT: Duration = Duration::from_secs(5);
/// The pauses between looks at it.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// Grades of one call.
const MOST_GRADES: usize = 10_000;
/// Students and courses served at once; what concerns one student in one course goes in its order.
const AT_ONCE: usize = 16;

/// `POST /register_webhooks`.
pub async fn register(
    State(state): State<AppState>,
    caller: May<Manage>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, GradeError> {
    let body = read_json(&state, &headers, body).await?;
    let (Some(university), Some(url)) = (text(&body, "university_id"), text(&body, "webhook_url")) else {
        return Err(CallError::Invalid("university_id and webhook_url are needed".to_owned()).into());
    };
    let institution = seen_or_made(&state.gateway, &caller, &university, None, Right::Administer).await?;
    let present = state.gateway.all_endpoints(institution.id).await?;
    // The same URL twice is one registration.
    if !present.iter().any(|endpoint| is_same_url(endpoint, &url)) {
        let new = NewEndpoint {
            url: url.clone(),
            description: "registered at /register_webhooks".to_owned(),
            event_types: Some(vec!["grade.*".to_owned()]),
            profile: Profile::Seed000,
            format: Format::Grade,
            order: Order::ByKey,
            ..NewEndpoint::default()
        };
        state.gateway.create_endpoint(institution.id, new).await?;
    }
    Ok(Json(json!({ "message": "Webhook registered successfully", "webhook_url": url })))
}

fn is_same_url(endpoint: &Endpoint, url: &str) -> bool {
    endpoint.url == url || url::Url::parse(url).is_ok_and(|parsed| parsed.as_str() == endpoint.url)
}

/// `GET /get_webhooks/{university}`.
pub async fn list(State(state): State<AppState>, caller: May<Read>, Path(university): Path<String>) -> Result<Json<Value>, GradeError> {
    let webhooks: Vec<String> = match seen(&state.gateway, &caller, &university).await? {
        Some(institution) => state.gateway.all_endpoints(institution.id).await?.into_iter().map(|endpoint| endpoint.url).collect(),
        // Who sees only one institution learns nothing about which others there are.
        None if caller.institution.is_some() => return Err(CallError::NotFound("There is no such institution").into()),
        None => Vec::new(),
    };
    Ok(Json(json!({ "university_id": university, "webhooks": webhooks })))
}

/// A grade as it is submitted.
struct Grade {
    student: String,
    course: String,
    university: String,
    data: Value,
}

impl Grade {
    fn parse(body: &Value) -> Result<Self, CallError> {
        let missing = |name: &str| CallError::Invalid(format!("{name} is needed"));
        let field = |name: &'static str| text(body, name).ok_or_else(|| missing(name));
        let (student, course, university) = (field("student_id")?, field("course_id")?, field("university_id")?);
        let grade = body.get("grade").filter(|grade| grade.is_string() || grade.is_number()).ok_or_else(|| missing("grade"))?;
        let data = json!({ "student_id": body["student_id"], "course_id": body["course_id"], "grade": grade });
        Ok(Self { student, course, university, data })
    }

    fn key(&self) -> String {
        format!("{}/{}/{}", self.university, self.student, self.course)
    }

    async fn publish(&self, gateway: &Gateway, institution: &Institution, idempotency: Option<&str>) -> Result<Published, GatewayError> {
        let event = NewEvent {
            event_type: "grade.submitted".to_owned(),
            payload: self.data.to_string(),
            key: Some(format!("{}/{}", self.student, self.course)),
            subject: Some(self.student.clone()),
            ..NewEvent::default()
        };
        gateway.publish(institution.id, event, idempotency).await
    }
}

/// `POST /submit_grade`: durable first, then a moment for the first try.
pub async fn submit(
    State(state): State<AppState>,
    caller: May<Publish>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, GradeError> {
    let grade = Grade::parse(&read_json(&state, &headers, body).await?)?;
    let institution = seen_or_made(&state.gateway, &caller, &grade.university, None, Right::Publish).await?;
    let published = grade.publish(&state.gateway, &institution, idempotency_key(&headers)).await?;
    let event = &published.event;
    if event.plan.iter().all(|planned| planned.skipped.is_some()) {
        let message = format!("Grade submitted, but no webhook found for {}", grade.university);
        return Ok(Json(json!({ "message": message, "job_id": event.job, "message_id": event.id })));
    }
    let deliveries = first_tries(&state.gateway, event).await;
    let endpoints = state.gateway.all_endpoints(institution.id).await.unwrap_or_default();
    let sent: Vec<&Delivery> = deliveries.iter().filter(|delivery| !matches!(delivery.state, DeliveryState::Skipped(_))).collect();
    let response = match sent.as_slice() {
        [only] => json!(word(only)),
        several => several.iter().map(|delivery| outcome(delivery, &endpoints)).collect(),
    };
    let message = "Grade submitted, webhook triggered";
    Ok(Json(json!({ "message": message, "webhook_response": response, "job_id": event.job, "message_id": event.id })))
}

/// What became of each delivery once its first try is made, waiting a moment for that; endpoints that keep an order make theirs after the event's own job has ended.
async fn first_tries(gateway: &Gateway, event: &Event) -> Vec<Delivery> {
    let mut latest = Vec::new();
    let tried = async {
        let mut pause = FIRST_PAUSE;
        loop {
            latest = gateway.wait_first_attempt(event, WAIT).await.unwrap_or_default();
            if !latest.iter().any(|delivery| delivery.state == DeliveryState::Waiting && delivery.attempts == 0) {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    };
    // Out of time: what is known by then is told.
    let _ = tokio::time::timeout(WAIT, tried).await;
    latest
}

fn idempotency_key(headers: &HeaderMap) -> Option<&str> {
    headers.get("idempotency-key").and_then(|value| value.to_str().ok()).filter(|key| !key.is_empty())
}

fn word(delivery: &Delivery) -> &'static str {
    match delivery.state {
        DeliveryState::Delivered => "Success",
        DeliveryState::Waiting if delivery.attempts == 0 => "Pending",
        _ => "Failed",
    }
}

fn outcome(delivery: &Delivery, endpoints: &[Endpoint]) -> Value {
    let url = endpoints.iter().find(|endpoint| endpoint.id == delivery.endpoint).map(|endpoint| endpoint.url.as_str());
    let error = match word(delivery) {
        "Failed" if delivery.next_attempt.is_some() => Some("The receiver did not take it; it is tried again"),
        "Failed" => Some("The receiver did not take it"),
        _ => None,
    };
    json!({ "webhook": url, "status": word(delivery), "error": error })
}

/// `POST /submit_grades`: an array, or one grade per line. Each is durable or refused by itself; nothing waits for deliveries.
pub async fn submit_many(
    State(state): State<AppState>,
    caller: May<Publish>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Value>), GradeError> {
    let bytes = read(&state, &headers, body).await?;
    let parsed = many(&headers, &bytes)?;
    // One list per student and course, in the order of the call.
    let mut by_key: BTreeMap<String, Vec<(usize, Grade)>> = BTreeMap::new();
    let mut results: Vec<(usize, Value)> = Vec::new();
    for (index, value) in parsed.into_iter().enumerate() {
        match value.and_then(|value| Grade::parse(&value)) {
            Ok(grade) => by_key.entry(grade.key()).or_default().push((index, grade)),
            Err(fault) => results.push((index, refused(index, fault))),
        }
    }
    let caller: &Caller = &caller;
    let served = stream::iter(by_key.into_values()).map(|grades| one_by_one(&state, caller, grades)).buffer_unordered(AT_ONCE);
    results.extend(served.collect::<Vec<_>>().await.into_iter().flatten());
    results.sort_by_key(|(index, _)| *index);
    let accepted = results.iter().filter(|(_, result)| result["status"] == "accepted").count();
    let status = if accepted == 0 { StatusCode::BAD_REQUEST } else { StatusCode::ACCEPTED };
    let message = format!("{accepted} of {} grades submitted", results.len());
    let results: Vec<Value> = results.into_iter().map(|(_, result)| result).collect();
    Ok((status, Json(json!({ "message": message, "accepted": accepted, "refused": results.len() - accepted, "results": results }))))
}

/// What concerns one student in one course, in order: what could not be stored holds the later ones back.
async fn one_by_one(state: &AppState, caller: &Caller, grades: Vec<(usize, Grade)>) -> Vec<(usize, Value)> {
    let mut results = Vec::new();
    let mut is_broken = false;
    for (index, grade) in grades {
        if is_broken {
            results.push((
                index,
                json!({ "index": index, "status": "refused", "error": "an earlier grade of this student and course was refused" }),
            ));
            continue;
        }
        let institution = seen_or_made(&state.gateway, caller, &grade.university, None, Right::Publish).await;
        let published = match institution {
            Ok(institution) => grade.publish(&state.gateway, &institution, None).await.map_err(CallError::from),
            Err(fault) => Err(fault),
        };
        results.push((
            index,
            match published {
                Ok(published) => json!({ "index": index, "status": "accepted", "message_id": published.event.id }),
                Err(fault) => {
                    is_broken = true;
                    refused(index, fault)
                }
            },
        ));
    }
    results
}

fn refused(index: usize, fault: CallError) -> Value {
    let error = match fault {
        CallError::Invalid(message) | CallError::Conflict(message) => message,
        CallError::NotFound(message) => message.to_owned(),
        CallError::Gateway(error @ (GatewayError::Invalid { .. } | GatewayError::TooLarge { .. })) => error.to_string(),
        _ => "it could not be stored; send it again".to_owned(),
    };
    json!({ "index": index, "status": "refused", "error": error })
}

fn many(headers: &HeaderMap, bytes: &[u8]) -> Result<Vec<Result<Value, CallError>>, CallError> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_array = bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[') && !media_type.contains("ndjson");
    let values: Vec<Result<Value, CallError>> = if is_array {
        let values: Vec<Value> =
            serde_json::from_slice(bytes).map_err(|error| CallError::Invalid(format!("The body is no JSON array: {error}")))?;
        values.into_iter().map(Ok).collect()
    } else {
        let lines = bytes.split(|b| *b == b'\n').filter(|line| !line.iter().all(u8::is_ascii_whitespace));
        lines
            .map(|line| serde_json::from_slice(line).map_err(|error| CallError::Invalid(format!("The line is no JSON: {error}"))))
            .collect()
    };
    if values.is_empty() || values.len() > MOST_GRADES {
        return Err(CallError::Invalid(format!("Send 1 to {MOST_GRADES} grades, as a JSON array or one per line")));
    }
    Ok(values)
}

/// `POST /receive_grade`: plays an institution that receives a grade.
pub async fn receive(State(state): State<AppState>, _caller: Caller, headers: HeaderMap, body: Body) -> Result<Json<Value>, GradeError> {
    let body = read_json(&state, &headers, body).await?;
    let fields = ["student_id", "course_id", "grade"].map(|name| text(&body, name));
    let [Some(student), Some(course), Some(grade)] = fields else {
        return Err(CallError::Invalid("student_id, course_id and grade are needed".to_owned()).into());
    };
    Ok(Json(json!({ "message": "Grade received", "student_id": student, "course_id": course, "grade": grade })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(headers: &HeaderMap, body: &str) -> Result<(usize, usize), ()> {
        let parsed = many(headers, body.as_bytes()).map_err(|_| ())?;
        Ok((parsed.iter().filter(|value| value.is_ok()).count(), parsed.len()))
    }

    #[test]
    fn many_grades_come_as_an_array_or_line_by_line() {
        let none = HeaderMap::new();
        assert_eq!(count(&none, r#" [{"a":1},{"a":2}]"#), Ok((2, 2)));
        assert_eq!(count(&none, "{\"a\":1}\n\n{\"a\":2}\r\nnonsense\n"), Ok((2, 3)));
        for bad in ["", "[]", "[{", "\n\n"] {
            assert_eq!(count(&none, bad), Err(()), "{bad:?}");
        }
        let too_many = format!("[{}]", vec!["1"; MOST_GRADES + 1].join(","));
        assert_eq!(count(&none, &too_many), Err(()));
    }

    #[test]
    fn a_grade_needs_all_its_fields() {
        let whole = json!({ "student_id": 123, "course_id": "CS101", "grade": "A", "university_id": "INST_A" });
        let grade = Grade::parse(&whole).unwrap();
        assert_eq!(grade.data, json!({ "student_id": 123, "course_id": "CS101", "grade": "A" }));
        for name in ["student_id", "course_id", "grade", "university_id"] {
            let mut part = whole.clone();
            part.as_object_mut().unwrap().remove(name);
            assert!(matches!(Grade::parse(&part), Err(CallError::Invalid(message)) if message.contains(name)));
            part[name] = json!({});
            assert!(Grade::parse(&part).is_err(), "{name}");
        }
    }
}
