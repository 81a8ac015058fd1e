//! Event types: those that come with the product, and those that callers add.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;
use crate::gateway::error::GatewayError;
use crate::gateway::model::EventType;
use crate::gateway::types::NewEventType;
use crate::http::auth::caller::{Administer, May, Read};
use crate::http::problem::{Problem, no_content};
use crate::http::state::AppState;
use crate::http::svix::page::{Order, Page, PageRequest};
use crate::http::svix::request::{Change, Json, Query, null_as_default, present};
use crate::http::svix::tenant::{everywhere, on};

/// So many types are imported at once.
const IMPORTED: usize = 500;

/// An event type.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventTypeOut {
    /// Its name.
    pub name: String,
    /// What it says.
    pub description: String,
    /// Whether it is not to be used any more.
    pub archived: bool,
    /// Whether it is said to be old.
    pub deprecated: bool,
    /// JSON Schemas by version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub schemas: Option<BTreeMap<String, Value>>,
    /// What lists group it under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// Flags that an endpoint's owner needs to see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature_flags: Option<Vec<String>>,
    /// Since when it is there.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it changed last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A new event type.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventTypeIn {
    name: String,
    description: String,
    #[serde(default, deserialize_with = "null_as_default")]
    archived: bool,
    #[serde(default, deserialize_with = "null_as_default")]
    deprecated: bool,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    schemas: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    group_name: Option<String>,
    #[serde(default)]
    feature_flags: Option<Vec<String>>,
    #[serde(default)]
    feature_flag: Option<String>,
}

/// What takes the place of an event type.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventTypeUpdate {
    description: String,
    #[serde(default, deserialize_with = "null_as_default")]
    archived: bool,
    #[serde(default, deserialize_with = "null_as_default")]
    deprecated: bool,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    schemas: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    group_name: Option<String>,
    #[serde(default)]
    feature_flags: Option<Vec<String>>,
    #[serde(default)]
    feature_flag: Option<String>,
}

/// A change: absent keeps, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventTypePatch {
    #[serde(default, deserialize_with = "present")]
    description: Option<String>,
    #[serde(default, deserialize_with = "present")]
    archived: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    deprecated: Option<bool>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    schemas: Change<BTreeMap<String, Value>>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    group_name: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    feature_flags: Change<Vec<String>>,
}

/// An OpenAPI document whose `webhooks` become event types.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportIn {
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    spec: Option<Value>,
    #[serde(default)]
    spec_raw: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    dry_run: bool,
    #[serde(default, deserialize_with = "null_as_default")]
    replace_all: bool,
}

/// What an import did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportOut {
    data: ImportData,
}

/// Which types.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ImportData {
    modified: Vec<String>,
    #[serde(rename = "to_modify")]
    #[serde(skip_serializing_if = "Option::is_none")]
    to_modify: Option<Vec<Imported>>,
}

/// One type of an import.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    name: String,
    description: String,
    deprecated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    schemas: Option<BTreeMap<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_name: Option<String>,
}

impl EventTypeOut {
    fn of(kind: EventType, with_content: bool) -> Self {
        Self {
            name: kind.name,
            description: kind.description,
            archived: kind.archived,
            deprecated: kind.deprecated,
            schemas: kind.schemas.filter(|_| with_content),
            group_name: kind.group,
            feature_flags: kind.feature_flags,
            created_at: kind.created,
            updated_at: kind.updated,
        }
    }
}

impl From<EventTypeIn> for NewEventType {
    fn from(of: EventTypeIn) -> Self {
        Self {
            name: of.name,
            description: of.description,
            archived: of.archived,
            deprecated: of.deprecated,
            schemas: of.schemas,
            group: of.group_name,
            feature_flags: of.feature_flags.or_else(|| of.feature_flag.map(|flag| vec![flag])),
        }
    }
}

impl EventTypeUpdate {
    fn named(self, name: String) -> NewEventType {
        let Self { description, archived, deprecated, schemas, group_name, feature_flags, feature_flag } = self;
        EventTypeIn { name, description, archived, deprecated, schemas, group_name, feature_flags, feature_flag }.into()
    }
}

/// The routes of event types.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(import)).routes(routes!(get, upsert, patch, delete))
}

/// List event types by name.
#[utoipa::path(get, path = "/api/v1/event-type", tag = "Event Type", responses((status = 200, body = Page<EventTypeOut>)))]
pub async fn list(State(gateway): State<Arc<Gateway>>, _: May<Read>, query: Query) -> Result<Answer<Page<EventTypeOut>>, Problem> {
    on(&gateway)?;
    let (archived, with_content) = (query.flag("include_archived", false)?, query.flag("with_content", false)?);
    let request = PageRequest::of(&query, Order::Ascending)?;
    let mut all: Vec<EventType> = gateway.event_types().await?.into_iter().filter(|kind| archived || !kind.archived).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Answer(request.cut(all, |kind| kind.name.clone()).map(|kind| EventTypeOut::of(kind, with_content))))
}

/// Add an event type; one that was archived comes back.
#[utoipa::path(post, path = "/api/v1/event-type", tag = "Event Type", request_body = EventTypeIn, responses((status = 201, body = EventTypeOut)))]
pub async fn create(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Json(body): Json<EventTypeIn>,
) -> Result<(StatusCode, Answer<EventTypeOut>), Problem> {
    on(&gateway)?;
    everywhere(&caller)?;
    let made = gateway.create_event_type(body.into()).await.map_err(|error| match error {
        GatewayError::Conflict(words) => Problem::conflict("event_type_exists", words),
        other => other.into(),
    })?;
    Ok((StatusCode::CREATED, Answer(EventTypeOut::of(made, true))))
}

/// Get an event type.
#[utoipa::path(get, path = "/api/v1/event-type/{event_type_name}", tag = "Event Type", responses((status = 200, body = EventTypeOut)))]
pub async fn get(State(gateway): State<Arc<Gateway>>, _: May<Read>, Path(name): Path<String>) -> Result<Answer<EventTypeOut>, Problem> {
    on(&gateway)?;
    Ok(Answer(EventTypeOut::of(gateway.event_type(&name).await?, true)))
}

/// Replace an event type, or add it.
#[utoipa::path(
    put, path = "/api/v1/event-type/{event_type_name}", tag = "Event Type", request_body = EventTypeUpdate,
    responses((status = 200, body = EventTypeOut), (status = 201, body = EventTypeOut))
)]
pub async fn upsert(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(name): Path<String>,
    Json(body): Json<EventTypeUpdate>,
) -> Result<(StatusCode, Answer<EventTypeOut>), Problem> {
    on(&gateway)?;
    everywhere(&caller)?;
    let (made, is_new) = gateway.upsert_event_type(body.named(name)).await?;
    Ok((if is_new { StatusCode::CREATED } else { StatusCode::OK }, Answer(EventTypeOut::of(made, true))))
}

/// Change an event type.
#[utoipa::path(patch, path = "/api/v1/event-type/{event_type_name}", tag = "Event Type", request_body = EventTypePatch, responses((status = 200, body = EventTypeOut)))]
pub async fn patch(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(name): Path<String>,
    Json(body): Json<EventTypePatch>,
) -> Result<Answer<EventTypeOut>, Problem> {
    on(&gateway)?;
    everywhere(&caller)?;
    let schemas: Option<Option<BTreeMap<String, Value>>> = body.schemas.into();
    let group: Option<Option<String>> = body.group_name.into();
    let flags: Option<Option<Vec<String>>> = body.feature_flags.into();
    let changed = gateway.update_event_type(&name, |kind| {
        if let Some(description) = &body.description {
            kind.description.clone_from(description);
        }
        kind.archived = body.archived.unwrap_or(kind.archived);
        kind.deprecated = body.deprecated.unwrap_or(kind.deprecated);
        if let Some(schemas) = &schemas {
            kind.schemas.clone_from(schemas);
        }
        if let Some(group) = &group {
            kind.group.clone_from(group);
        }
        if let Some(flags) = &flags {
            kind.feature_flags.clone_from(flags);
        }
    });
    Ok(Answer(EventTypeOut::of(changed.await?, true)))
}

/// Archive an event type, or with `expunge` remove it.
#[utoipa::path(
    delete, path = "/api/v1/event-type/{event_type_name}", tag = "Event Type",
    params(("expunge" = Option<bool>, Query, description = "Remove it for good")), responses((status = 204))
)]
pub async fn delete(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    on(&gateway)?;
    everywhere(&caller)?;
    gateway.delete_event_type(&name, query.flag("expunge", false)?).await?;
    Ok(no_content())
}

/// Add the event types of an OpenAPI document's `webhooks`.
#[utoipa::path(post, path = "/api/v1/event-type/import/openapi", tag = "Event Type", request_body = ImportIn, responses((status = 200, body = ImportOut)))]
pub async fn import(
    State(gateway): State<Arc<Gateway>>,
    caller: May<Administer>,
    Json(body): Json<ImportIn>,
) -> Result<Answer<ImportOut>, Problem> {
    on(&gateway)?;
    everywhere(&caller)?;
    let spec = match (body.spec, body.spec_raw) {
        (Some(spec), _) => spec,
        (None, Some(text)) => serde_json::from_str(&text)
            .map_err(|error| Problem::invalid_field(&["body", "specRaw"], format!("This is no OpenAPI document as JSON: {error}")))?,
        (None, None) => return Err(Problem::invalid_field(&["body", "spec"], "Give spec or specRaw.")),
    };
    let found = webhooks(&spec)?;
    let modified: Vec<String> = found.iter().map(|one| one.name.clone()).collect();
    if body.dry_run {
        return Ok(Answer(ImportOut { data: ImportData { modified, to_modify: Some(found) } }));
    }
    for one in &found {
        let new = NewEventType {
            name: one.name.clone(),
            description: one.description.clone(),
            deprecated: one.deprecated,
            schemas: one.schemas.clone(),
            group: one.group_name.clone(),
            ..NewEventType::default()
        };
        gateway.upsert_event_type(new).await?;
    }
    if body.replace_all {
        for kind in gateway.event_types().await? {
            if !kind.archived && !kind.built_in && !modified.contains(&kind.name) {
                gateway.delete_event_type(&kind.name, false).await?;
            }
        }
    }
    Ok(Answer(ImportOut { data: ImportData { modified, to_modify: None } }))
}

/// The event types of a document's `webhooks` (also `x-webhooks`, which documents before 3.1 used).
fn webhooks(spec: &Value) -> Result<Vec<Imported>, Problem> {
    let section = spec.get("webhooks").or_else(|| spec.get("x-webhooks")).and_then(Value::as_object);
    let Some(section) = section else { return Err(Problem::invalid_field(&["body", "spec", "webhooks"], "The document has no webhooks.")) };
    if section.len() > IMPORTED {
        return Err(Problem::invalid_field(&["body", "spec", "webhooks"], format!("At most {IMPORTED} at once.")));
    }
    Ok(section.iter().filter_map(|(key, item)| Some(imported(key, item.get("post")?, spec))).collect())
}

fn imported(key: &str, post: &Value, spec: &Value) -> Imported {
    let text = |name: &str| post.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let schema = post.pointer("/requestBody/content/application~1json/schema").map(|schema| with_definitions(schema, spec));
    Imported {
        name: text("operationId").filter(|_| !key.contains('.')).unwrap_or(key).to_owned(),
        description: text("description").or(text("summary")).unwrap_or(key).to_owned(),
        deprecated: post.get("deprecated").and_then(Value::as_bool).unwrap_or(false),
        schemas: schema.map(|schema| BTreeMap::from([("1".to_owned(), schema)])),
        group_name: text("x-svix-group-name").or_else(|| post.pointer("/tags/0").and_then(Value::as_str)).map(ToOwned::to_owned),
    }
}

/// A schema that stands alone: where it refers to the document's components, it takes them along.
fn with_definitions(schema: &Value, spec: &Value) -> Value {
    const COMPONENTS: &str = "#/components/schemas/";
    let text = schema.to_string();
    let Some(components) = spec.pointer("/components/schemas").filter(|_| text.contains(COMPONENTS)) else { return schema.clone() };
    let mut alone: Map<String, Value> = schema.as_object().cloned().unwrap_or_default();
    alone.insert("$defs".to_owned(), components.clone());
    let moved = Value::Object(alone).to_string().replace(COMPONENTS, "#/$defs/");
    serde_json::from_str(&moved).unwrap_or_else(|_| schema.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn webhooks_of_a_document_become_event_types_that_stand_alone() {
        let spec = json!({
            "openapi": "3.1.0",
            "webhooks": { "grade.submitted": { "post": {
                "summary": "A grade", "tags": ["grades"],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Grade" } } } }
            } }, "broken": {} },
            "components": { "schemas": { "Grade": { "type": "object" } } }
        });
        let found = webhooks(&spec).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name.as_str(), found[0].group_name.as_deref()), ("grade.submitted", Some("grades")));
        let schema = &found[0].schemas.as_ref().unwrap()["1"];
        assert_eq!(schema, &json!({ "$ref": "#/$defs/Grade", "$defs": { "Grade": { "type": "object" } } }));
        assert_eq!(webhooks(&json!({})).unwrap_err().status().as_u16(), 422);
    }
}
