//! Figures: today, days, what waits for a person, results, students, health.

#![expect(unused_qualifications, reason = "what describes a route spells out its parameters' type")]

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::api::problem::Problem;
use crate::http::api::reports::masked;
use crate::http::api::request::{Body, Named, Pair, Params};
use crate::http::auth::caller::{ActOnReports, May, SeeReports};
use crate::http::readiness::Readiness;
use crate::http::state::AppState;
use crate::lookup::results::{AssessmentResults, CourseResults};
use crate::lookup::view::{CauseGroup, DayCounts, Freshness, ReportState, StudentHash, StudentRow, Today, WordCount, WordTag};

/// A list that is told whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct All<T: ToSchema> {
    /// What there is.
    pub data: Vec<T>,
}

/// A range of days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Days {
    /// The first day.
    #[param(value_type = String, format = Date)]
    from: Date,
    /// The last day; ten years after the first at most, and none where it lies before the first.
    #[param(value_type = String, format = Date)]
    to: Date,
    /// Of this course only.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{12}$")]
    course: Option<WordTag>,
}

/// Nothing but what is named.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfCourse {
    /// Of this course only.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{12}$")]
    course: Option<WordTag>,
}

/// Whom is searched for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StudentSearch {
    /// Words, or parts of words, of names, addresses or ids.
    text: String,
    /// The last one of the page before.
    after: Option<StudentHash>,
    /// 1 to 200; 50 when left out.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// One part of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartHealth {
    /// Its name.
    pub name: String,
    /// It is fit.
    pub ok: bool,
    /// A sentence.
    pub detail: Option<String>,
}

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Every part is fit.
    pub ready: bool,
    /// The parts.
    pub parts: Vec<PartHealth>,
    /// How fresh the index of reports is.
    pub index: Freshness,
    /// The version that answers.
    pub version: &'static str,
}

/// Today
#[utoipa::path(get, path = "/api/v1/figures/today", tag = "figures", responses((status = 200, body = Today), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn today(_: May<SeeReports>, State(state): State<AppState>) -> Result<Json<Today>, Problem> {
    Ok(Json(state.lookup.today().await?))
}

/// Days
#[utoipa::path(get, path = "/api/v1/figures/days", tag = "figures", params(Days), responses((status = 200, body = All<DayCounts>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn days(_: May<SeeReports>, State(state): State<AppState>, Params(days): Params<Days>) -> Result<Json<All<DayCounts>>, Problem> {
    Ok(Json(All { data: state.lookup.days(days.from, days.to, days.course).await? }))
}

/// To do
///
/// What waits for a person, by cause.
#[utoipa::path(get, path = "/api/v1/todo", tag = "figures", responses((status = 200, body = All<CauseGroup>), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn todo(_: May<SeeReports>, State(state): State<AppState>) -> Result<Json<All<CauseGroup>>, Problem> {
    Ok(Json(All { data: state.lookup.causes(ReportState::Parked).await? }))
}

/// Courses
#[utoipa::path(get, path = "/api/v1/courses", tag = "figures", responses((status = 200, body = All<WordCount>), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn courses(_: May<SeeReports>, State(state): State<AppState>) -> Result<Json<All<WordCount>>, Problem> {
    Ok(Json(All { data: state.lookup.courses().await? }))
}

/// Assessments
#[utoipa::path(get, path = "/api/v1/assessments", tag = "figures", params(OfCourse), responses((status = 200, body = All<WordCount>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn assessments(
    _: May<SeeReports>,
    State(state): State<AppState>,
    Params(of): Params<OfCourse>,
) -> Result<Json<All<WordCount>>, Problem> {
    Ok(Json(All { data: state.lookup.assessments(of.course).await? }))
}

/// Results of all courses
///
/// No figure tells of fewer than five students.
#[utoipa::path(get, path = "/api/v1/results", tag = "results", responses((status = 200, body = All<CourseResults>), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn results(_: May<SeeReports>, State(state): State<AppState>) -> Result<Json<All<CourseResults>>, Problem> {
    Ok(Json(All { data: state.lookup.course_results().await? }))
}

/// Results of one course
#[utoipa::path(get, path = "/api/v1/results/{course}", tag = "results", params(("course" = String, Path, description = "The course's tag.")), responses((status = 200, body = All<AssessmentResults>), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn course_results(
    _: May<SeeReports>,
    State(state): State<AppState>,
    Named(course): Named<WordTag>,
) -> Result<Json<All<AssessmentResults>>, Problem> {
    Ok(Json(All { data: state.lookup.assessment_results(course).await? }))
}

/// Results on one assessment
#[utoipa::path(get, path = "/api/v1/results/{course}/{assessment}", tag = "results", params(("course" = String, Path, description = "The course's tag."), ("assessment" = String, Path, description = "The assessment's tag.")), responses((status = 200, body = AssessmentResults), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn assessment_results(
    _: May<SeeReports>,
    State(state): State<AppState>,
    Pair(course, assessment): Pair<WordTag, WordTag>,
) -> Result<Json<AssessmentResults>, Problem> {
    let found = state.lookup.results(course, assessment).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("There are no results on this assessment in this course"))
}

/// Search students
#[utoipa::path(post, path = "/api/v1/students/search", tag = "students", request_body = StudentSearch, responses((status = 200, body = All<StudentRow>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 413, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn students(
    caller: May<SeeReports>,
    State(state): State<AppState>,
    Body(search): Body<StudentSearch>,
) -> Result<Json<All<StudentRow>>, Problem> {
    let limit = search.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::malformed("limit: use 1 to 200"));
    }
    let found = state.lookup.students(&search.text, search.after, limit).await?;
    let seen = |row: StudentRow| StudentRow { student: masked(&caller, row.student), ..row };
    Ok(Json(All { data: found.into_iter().map(seen).collect() }))
}

/// One student
#[utoipa::path(get, path = "/api/v1/students/{student}", tag = "students", params(("student" = String, Path, description = "The student's hash.")), responses((status = 200, body = StudentRow), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn student(
    caller: May<SeeReports>,
    State(state): State<AppState>,
    Named(hash): Named<StudentHash>,
) -> Result<Json<StudentRow>, Problem> {
    let found = state.lookup.student(hash).await?.ok_or_else(|| Problem::not_found("There is no such student"))?;
    Ok(Json(StudentRow { student: masked(&caller, found.student), ..found }))
}

/// Health
#[utoipa::path(get, path = "/api/v1/status", tag = "service", responses((status = 200, body = Health), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json")))]
pub async fn health(_: May<ActOnReports>, State(state): State<AppState>) -> Json<Health> {
    let readiness: &Arc<Readiness> = &state.readiness;
    let report = readiness.report(state.clock.now()).await;
    let parts = report.parts.into_iter().map(|part| PartHealth { name: part.name.to_owned(), ok: part.ok, detail: part.detail }).collect();
    Json(Health { ready: report.ready, parts, index: state.lookup.freshness(), version: env!("CARGO_PKG_VERSION") })
}
