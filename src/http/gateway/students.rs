//! Students of a school: added, changed and removed by the provider; the school hears of each.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::access::role::{Caller, Right};
use crate::gateway::ids::StudentId;
use crate::gateway::students::Student;
use crate::http::auth::caller::{May, Publish, Read};
use crate::http::gateway::fault::{CallError, dialect};
use crate::http::gateway::support::{read_json, seen, seen_or_made, text};
use crate::http::state::AppState;

dialect! {
    /// `{"success":false,"message":…}`, as the document's service answers.
    SchoolError, |message| json!({ "success": false, "message": message })
}

/// Students in one answer.
const MOST_LISTED: usize = 250;

/// `POST /api/students`.
pub async fn create(
    State(state): State<AppState>,
    caller: May<Publish>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Value>), SchoolError> {
    let body = read_json(&state, &headers, body).await?;
    let Some(school) = text(&body, "schoolId") else { return Err(CallError::Invalid("Missing fields".to_owned()).into()) };
    if text(&body, "name").is_none() {
        return Err(CallError::Invalid("Missing fields".to_owned()).into());
    }
    let institution = seen_or_made(&state.gateway, &caller, &school, None, Right::Publish).await?;
    let student = state.gateway.add_student(institution.id, &school, fields(body)?).await?;
    Ok((StatusCode::CREATED, Json(json!({ "success": true, "data": student.to_json(&school) }))))
}

/// `PUT /api/students/{student}`: what is not named stays.
pub async fn update(
    State(state): State<AppState>,
    caller: May<Publish>,
    Path(student): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, SchoolError> {
    let body = read_json(&state, &headers, body).await?;
    let (student, school) = known(&state, &caller, &student).await?;
    let student = state.gateway.update_student(student.id, &school, fields(body)?).await?;
    Ok(Json(json!({ "success": true, "data": student.to_json(&school) })))
}

/// `DELETE /api/students/{student}`.
pub async fn delete(State(state): State<AppState>, caller: May<Publish>, Path(student): Path<String>) -> Result<Json<Value>, SchoolError> {
    let (student, school) = known(&state, &caller, &student).await?;
    state.gateway.delete_student(student.id, &school).await?;
    Ok(Json(json!({ "success": true, "data": { "id": student.id, "schoolId": school } })))
}

/// `GET /api/students/{student}`.
pub async fn show(State(state): State<AppState>, caller: May<Read>, Path(student): Path<String>) -> Result<Json<Value>, SchoolError> {
    let (student, school) = known(&state, &caller, &student).await?;
    Ok(Json(json!({ "success": true, "data": student.to_json(&school) })))
}

/// Which students.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    /// The school.
    #[serde(rename = "schoolId")]
    school: Option<String>,
    /// Behind this one.
    after: Option<String>,
}

/// `GET /api/students?schoolId=…`, oldest first.
pub async fn list(State(state): State<AppState>, caller: May<Read>, Query(query): Query<ListQuery>) -> Result<Json<Value>, SchoolError> {
    let Some(school) = query.school else { return Err(CallError::Invalid("schoolId is needed".to_owned()).into()) };
    let institution = seen(&state.gateway, &caller, &school).await?.ok_or(CallError::NotFound("School not found"))?;
    let behind = query.after.as_deref().and_then(StudentId::parse);
    let students = state.gateway.students(institution.id, behind, MOST_LISTED).await?;
    let next = students.last().filter(|_| students.len() == MOST_LISTED).map(|student| student.id);
    let data: Vec<Value> = students.iter().map(|student| student.to_json(&school)).collect();
    Ok(Json(json!({ "success": true, "data": data, "next": next })))
}

/// A student that the caller may know of, and its school's own name.
async fn known(state: &AppState, caller: &Caller, id: &str) -> Result<(Student, String), CallError> {
    let not_found = || CallError::NotFound("Student not found");
    let id = StudentId::parse(id).ok_or_else(not_found)?;
    let student = state.gateway.student(id).await?;
    let institution = seen(&state.gateway, caller, &student.institution.to_string()).await?.ok_or_else(not_found)?;
    let school = institution.uid.unwrap_or_else(|| institution.id.to_string());
    Ok((student, school))
}

fn fields(body: Value) -> Result<Map<String, Value>, CallError> {
    match body {
        Value::Object(fields) => Ok(fields),
        _ => Err(CallError::Invalid("The body is a JSON object".to_owned())),
    }
}
