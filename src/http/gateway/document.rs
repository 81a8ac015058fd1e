//! What the API's document says of the gateway: parameters and refusals that all routes share, and the events that endpoints are sent.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, Paths, PathsBuilder};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr, Required, Response, ResponseBuilder, Schema};
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_axum::router::OpenApiRouter;

use crate::gateway::catalogue::{BUILT_IN, BuiltIn};
use crate::http::gateway::bounds;
use crate::http::problem::{PROBLEM_JSON, ProblemBody};
use crate::http::state::AppState;

/// How any route may refuse: status and in words.
const REFUSALS: [(&str, &str); 10] = [
    ("400", "The question makes no sense"),
    ("401", "No valid key"),
    ("403", "The key's role does not include this"),
    ("404", "It is not there, or somebody else's"),
    ("409", "Something else has the name"),
    ("413", "The body is too large"),
    ("415", "The body is no JSON"),
    ("422", "Fields are wrong; detail lists them"),
    ("429", "Too many wrong credentials; Retry-After says when to come again"),
    ("503", "Not now; Retry-After says when"),
];

/// Parameters of the questions that several routes share: name, type, what it is.
type Asked = (&'static str, Kind, &'static str);

/// What a parameter looks like.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Flag,
    Time,
    /// A whole number in this range.
    Number(i64, i64),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Names with commas between them.
    Names,
}

const INSTITUTION: Asked = ("institution", Kind::Text, "The institution, by id or uid, for a key that is for all of them");
const CURSORS: [Asked; 3] = [
    ("limit", Kind::Number(1, 200), "Items of a page; 50 unless said otherwise"),
    ("cursor", Kind::Text, "next or prev of another page of the same question"),
    ("order", Kind::OneOf(&["asc", "desc"]), "The newest first unless said otherwise"),
];
const FROM_TO: [Asked; 2] = [("from", Kind::Time, "Not before"), ("to", Kind::Time, "Before")];
const TYPES: Asked = ("type", Kind::Names, "Of these types");
const CHANNEL: Asked = ("channel", Kind::Text, "In this channel");
const TAG: Asked = ("tag", Kind::Text, "With this tag");
const ENDPOINT: Asked = ("endpoint", Kind::Text, "Of this endpoint, by id or uid");
const EVENT: Asked = ("event", Kind::Text, "Of this event, by id or the sender's own");
const ITERATORS: [Asked; 3] = [
    ("limit", Kind::Number(1, 250), "Items of a page; 50 unless said otherwise"),
    ("iterator", Kind::Text, "iterator or prevIterator of another page"),
    ("order", Kind::OneOf(&["ascending", "descending"]), "The order of the list"),
];
const WINDOW: [Asked; 2] = [("before", Kind::Time, "Before"), ("after", Kind::Time, "Not before")];
const EVENT_TYPES: Asked = ("event_types", Kind::Names, "Of these types");
const CONTENT: Asked = ("with_content", Kind::Flag, "With payloads and answers");
const EXPANDED: Asked = ("expanded_statuses", Kind::Flag, "Tell what was given up apart from what failed");
const STATUS: Asked = ("status", Kind::Number(0, 4), "0 success, 1 pending, 2 fail, 3 sending, 4 canceled");
const SINCE_UNTIL: [Asked; 2] = [("since", Kind::Time, "From then"), ("until", Kind::Time, "Until then")];

/// What a route's query may ask, by the id of its operation.
fn asked(id: &str) -> Vec<Asked> {
    let outcome = ("outcome", Kind::OneOf(&["success", "failure", "cancelled"]), "That came out so");
    let class = Kind::OneOf(&["0", "100", "200", "300", "400", "500"]);
    let state = ("state", Kind::OneOf(&["delivered", "waiting", "dead", "skipped", "cancelled"]), "That stand so");
    let text = ("text", Kind::Text, "Whose error or answer has these words");
    let of_attempts = [&ITERATORS[..], &WINDOW, &[STATUS, ("status_code_class", class, "Whose status begins so"), EVENT_TYPES]].concat();
    match id {
        "institutions_list" => CURSORS.to_vec(),
        "endpoints_list" => [&CURSORS[..], &[INSTITUTION]].concat(),
        "endpoints_figures" => [&FROM_TO[..], &[INSTITUTION]].concat(),
        "events_list" => [&CURSORS[..], &FROM_TO, &[INSTITUTION, TYPES, CHANNEL, TAG]].concat(),
        "deliveries_list" => [&CURSORS[..], &[INSTITUTION, EVENT, ENDPOINT, TYPES, state]].concat(),
        "attempts_list" => {
            let more =
                [INSTITUTION, ENDPOINT, EVENT, TYPES, CHANNEL, TAG, outcome, ("status_class", class, "Whose status begins so"), text];
            [&CURSORS[..], &FROM_TO, &more].concat()
        }
        "dead_letters_list" => [&CURSORS[..], &[INSTITUTION, ENDPOINT]].concat(),
        id if id.starts_with("endpoints_") || id.starts_with("events_") || id.starts_with("dead_letters_") => vec![INSTITUTION],
        "v1.application.list" | "v1.endpoint.list" | "v1.operational-webhook.list" => ITERATORS.to_vec(),
        "v1.event-type.list" => {
            [&ITERATORS[..], &[CONTENT, ("include_archived", Kind::Flag, "Also those that are not to be used any more")]].concat()
        }
        "v1.event-type.delete" => vec![("expunge", Kind::Flag, "Remove it for good")],
        "v1.message.list" => [&ITERATORS[..], &WINDOW, &[EVENT_TYPES, CHANNEL, TAG, CONTENT]].concat(),
        "v1.message.create" | "v1.message.get" | "v1.message.search" => vec![CONTENT],
        "v1.message-attempt.by-endpoint" => {
            [&of_attempts[..], &[CHANNEL, TAG, CONTENT, EXPANDED, ("with_msg", Kind::Flag, "With the message")]].concat()
        }
        "v1.message-attempt.by-message" | "v1.message-attempt.by-message-older" => {
            let endpoint = ("endpoint_id", Kind::Text, "At this endpoint");
            [&of_attempts[..], &[CHANNEL, TAG, CONTENT, EXPANDED, endpoint]].concat()
        }
        "v1.message-attempt.by-message-and-endpoint" => [&of_attempts[..], &[CHANNEL, TAG, CONTENT, EXPANDED]].concat(),
        "v1.message-attempt.count-by-endpoint" => [&of_attempts[3..], &[CHANNEL, TAG]].concat(),
        "v1.message-attempt.messages-of-endpoint" => {
            [&ITERATORS[..], &WINDOW, &[STATUS, EVENT_TYPES, CHANNEL, TAG, CONTENT, EXPANDED]].concat()
        }
        "v1.message-attempt.endpoints-of-message" => [&ITERATORS[..], &[EXPANDED]].concat(),
        "v1.message-attempt.get" => vec![CONTENT, EXPANDED],
        "v1.background-task.tasks" => {
            let status = ("status", Kind::OneOf(&["running", "finished", "failed"]), "That stand so");
            // Tasks are listed newest first and forward only.
            let order = ("order", Kind::OneOf(&["descending"]), "The order of the list");
            [&ITERATORS[..2], &[order, status, ("task", Kind::Text, "That do this")]].concat()
        }
        "v1.endpoint.stats" | "v1.endpoint.attempt-stats" | "v1.statistics.app-attempts" => SINCE_UNTIL.to_vec(),
        _ => Vec::new(),
    }
}

fn in_query((name, kind, words): Asked) -> RefOr<utoipa::openapi::path::Parameter> {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let schema = match kind {
        Kind::Text | Kind::Names => text(),
        Kind::Flag => ObjectBuilder::new().schema_type(Type::Boolean),
        Kind::Time => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))),
        Kind::Number(least, most) => ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most)),
        Kind::OneOf(words) => text().enum_values(Some(words.iter().copied())),
    };
    let parameter =
        ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).description(Some(words)).schema(Some(schema.build()));
    RefOr::T(parameter.build())
}

/// Operations of Svix's shape are named as its own document names them: `v1.endpoint.rotate`.
fn named(tag: Option<&String>, function: &str) -> String {
    let tag = tag.map(|tag| tag.to_lowercase().replace(' ', "-")).unwrap_or_default();
    format!("v1.{tag}.{}", function.replace('_', "-"))
}

/// Completes the description of routes: names, parameters, and how they refuse.
pub fn complete(mut router: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    let document = router.get_openapi_mut();
    let schemas = &mut document.components.get_or_insert_default().schemas;
    schemas.insert(ProblemBody::name().into_owned(), ProblemBody::schema());
    bounds::apply(schemas);
    let optional = optional(schemas);
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            let own = operation.operation_id.clone().unwrap_or_default();
            let is_ours = ["institutions_", "endpoints_", "events_", "deliveries_", "attempts_", "dead_letters_"];
            let id = if is_ours.iter().any(|prefix| own.starts_with(prefix)) {
                own
            } else {
                named(operation.tags.as_ref().and_then(|tags| tags.first()), &own)
            };
            for (status, words) in REFUSALS {
                operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(refusal(words)));
            }
            if let Some(RefOr::T(body)) = operation.request_body.as_mut()
                && is_one_of(body, &optional)
            {
                // An empty body counts as an empty object.
                body.required = Some(Required::False);
            }
            let parameters = operation.parameters.get_or_insert_default();
            let asked = asked(&id);
            // What the table tells of a parameter is more than what its route does; a name stands there once.
            parameters.retain(|known| !matches!(known, RefOr::T(known) if asked.iter().any(|(name, ..)| *name == known.name)));
            parameters.extend(asked.into_iter().map(in_query));
            operation.operation_id = Some(id);
            for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
                let pattern = (name == "event_type_name").then_some(bounds::EVENT_TYPE);
                let text = ObjectBuilder::new().schema_type(Type::String).pattern(pattern).build();
                let parameter =
                    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True).schema(Some(text));
                parameters.push(RefOr::T(parameter.build()));
            }
        }
    }
    router
}

/// The schemas that ask for no field.
fn optional(schemas: &BTreeMap<String, RefOr<Schema>>) -> Vec<String> {
    let asks_nothing = |schema: &RefOr<Schema>| serde_json::to_value(schema).is_ok_and(|schema| schema.get("required").is_none());
    schemas.iter().filter(|(_, schema)| asks_nothing(schema)).map(|(name, _)| Ref::from_schema_name(name).ref_location).collect()
}

/// Whether a body is described by one of these schemas.
fn is_one_of(body: &RequestBody, schemas: &[String]) -> bool {
    let is_listed = |schema: &Option<RefOr<Schema>>| matches!(schema, Some(RefOr::Ref(of)) if schemas.contains(&of.ref_location));
    body.content.values().any(|content| matches!(content, RefOr::T(content) if is_listed(&content.schema)))
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut utoipa::openapi::path::Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

fn refusal(words: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build();
    ResponseBuilder::new().description(words).content(PROBLEM_JSON, content).build()
}

/// The events that endpoints are sent, one entry per type.
pub fn webhooks() -> Paths {
    BUILT_IN.iter().fold(PathsBuilder::new(), |paths, kind| paths.path(kind.name, webhook(kind))).build()
}

fn webhook(kind: &BuiltIn) -> PathItem {
    let example = json!({ "type": kind.name, "timestamp": "2026-11-28T12:00:00Z", "data": kind.example() });
    let content = ContentBuilder::new().schema(body_schema(kind)).example(Some(example)).build();
    let body = RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True)).build();
    let header = |name: &str, words: &str| {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(words))
            .schema(Some(text))
            .build()
    };
    let answer = |words: &str| ResponseBuilder::new().description(words).build();
    let operation = OperationBuilder::new()
        .operation_id(Some(kind.name.replace('.', "_")))
        .summary(Some(kind.description))
        .tag(kind.group)
        .parameter(header("webhook-id", "Of the event: the same for every repeat"))
        .parameter(header("webhook-timestamp", "Of this call, in seconds since 1970"))
        .parameter(header("webhook-signature", "v1,<base64> of HMAC-SHA256 over id.timestamp.body; several with spaces"))
        .request_body(Some(body))
        .response("2XX", answer("Received"))
        .response("410", answer("Gone: the endpoint is disabled"))
        .response("429", answer("Too fast: repeated later, as Retry-After says"))
        .build();
    PathItem::new(HttpMethod::Post, operation)
}

/// The schema of a whole body: Standard Webhooks around the event's own data.
fn body_schema(kind: &BuiltIn) -> Option<RefOr<Schema>> {
    let schema: Value = json!({
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": { "type": "string", "enum": [kind.name] },
            "timestamp": { "type": "string", "format": "date-time" },
            "data": plain(kind.schema()),
        },
    });
    serde_json::from_value(schema).ok()
}

/// A schema as a part of another one: without what belongs to a whole document.
fn plain(mut schema: Value) -> Value {
    if let Some(fields) = schema.as_object_mut() {
        fields.retain(|name, _| !name.starts_with('$') && name != "title");
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_asked_for_by_its_kind() {
        let told = serde_json::to_value(asked("attempts_list").into_iter().map(in_query).collect::<Vec<_>>()).unwrap();
        let of = |name: &str| told.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone();
        assert_eq!(of("limit")["schema"]["maximum"], 200);
        assert_eq!(of("from")["schema"]["format"], "date-time");
        assert_eq!(of("outcome")["schema"]["enum"], json!(["success", "failure", "cancelled"]));
        assert!(asked("nothing").is_empty());
    }

    #[test]
    fn every_event_type_has_a_webhook_whose_example_fits_its_schema() {
        let told = serde_json::to_value(webhooks()).unwrap();
        for kind in BUILT_IN {
            let content = &told[kind.name]["post"]["requestBody"]["content"]["application/json"];
            assert_eq!(content["schema"]["properties"]["type"]["enum"][0], kind.name, "{content}");
            let fields = content["schema"]["properties"]["data"]["properties"].as_object().unwrap();
            for name in content["example"]["data"].as_object().unwrap().keys() {
                assert!(fields.contains_key(name), "{}: {name}", kind.name);
            }
        }
    }

    #[test]
    fn every_route_says_how_it_refuses_and_what_its_path_takes() {
        let router = complete(crate::http::gateway::api::router().merge(crate::http::svix::router()));
        let document = serde_json::to_value(router.into_openapi()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.len() > 50, "{}", paths.len());
        for (path, methods) in paths {
            for (method, operation) in methods.as_object().unwrap() {
                assert!(operation["responses"]["401"].is_object(), "{method} {path}");
                assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{method} {path}");
                let taken = path.matches('{').count();
                let told = operation["parameters"].as_array().unwrap().iter().filter(|parameter| parameter["in"] == "path").count();
                assert_eq!(taken, told, "{method} {path}");
            }
        }
    }
}
