//! The walls between institutions: every route that the API's description names, and those of the documents, asked by everybody of another institution.
//!
//! What is another's answers exactly as what does not exist: the same status, the same words. So nobody learns even that it is there.

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::gateway_access::new_key;
use crate::harness::{Answer, Service};
use crate::svix::{ADMIN, start};

/// Ids that look right and name nothing.
const NOTHING: &str = "2ggKqdPiTgGnGJYpHYsmGMN3vKx";
/// What stands in records of the first institution, and must be in no answer to the second.
const MARKS: [&str; 5] = ["Alpha-Institute", "alpha-receiver", "alpha-payload", "Alpha-Student", "alpha-header"];

async fn ask(service: &Service, token: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let request = service.client().request(method, service.url(path)).bearer_auth(token).header("Accept", "application/json");
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    service.send(request).await
}

async fn made(service: &Service, path: &str, body: Value) -> Value {
    let answer = ask(service, ADMIN, Method::POST, path, Some(&body)).await;
    assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
    answer.body
}

/// Everything that one institution can have, by the names of path parameters.
struct Tenant {
    institution: String,
    ids: Map<String, Value>,
    student: String,
}

impl Tenant {
    async fn new(service: &Service, uid: &str) -> Self {
        let name = format!("{uid}-Institute");
        let institution =
            made(service, "/api/v1/institutions", json!({ "name": name, "uid": uid })).await["id"].as_str().unwrap().to_owned();
        let lower = uid.to_lowercase();
        let new = json!({
            "institution": uid, "url": format!("https://{lower}-receiver.example/hook"), "uid": format!("{lower}-endpoint"),
            "headers": { "X-Own": format!("{lower}-header") },
        });
        let endpoint = made(service, "/api/v1/endpoints", new).await["id"].clone();
        let event = json!({ "institution": uid, "type": "grade.submitted", "data": { "says": format!("{lower}-payload") } });
        let event = made(service, "/api/v1/events", event).await["id"].clone();
        let student = made(service, "/api/students", json!({ "schoolId": uid, "name": format!("{uid}-Student") })).await;
        let replay = format!("/api/v1/endpoints/{}/replay-dead-letters?institution={uid}", endpoint.as_str().unwrap());
        let task = made(service, &replay, json!({})).await["id"].clone();
        let ids = json!({
            "app_id": institution, "institution": institution, "endpoint_id": endpoint, "endpoint": endpoint, "msg_id": event,
            "event": event, "task_id": task,
        });
        Self { institution, ids: ids.as_object().unwrap().clone(), student: student["data"]["id"].as_str().unwrap().to_owned() }
    }

    /// Nobody.
    fn nobody() -> Self {
        let ids = json!({
            "app_id": format!("app_{NOTHING}"), "institution": format!("app_{NOTHING}"), "endpoint_id": format!("ep_{NOTHING}"),
            "endpoint": format!("ep_{NOTHING}"), "msg_id": format!("msg_{NOTHING}"), "event": format!("msg_{NOTHING}"),
            "task_id": format!("qtask_{NOTHING}"),
        });
        Self { institution: format!("app_{NOTHING}"), ids: ids.as_object().unwrap().clone(), student: "stu_nobody".to_owned() }
    }

    /// A path with its parameters; those that belong to no institution name nothing.
    fn path(&self, template: &str) -> String {
        let part = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => self.ids.get(name).and_then(Value::as_str).map_or_else(|| format!("atmpt_{NOTHING}"), ToOwned::to_owned),
            None => part.to_owned(),
        };
        template.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// An answer without the ids that were asked with.
    fn plain(&self, text: &str) -> String {
        let ids = self.ids.values().filter_map(Value::as_str).chain([self.student.as_str()]);
        ids.fold(text.to_owned(), |text, id| text.replace(id, "ID"))
    }
}

/// The least body that fits a schema.
fn example(document: &Value, schema: &Value, institution: &str) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return example(document, document.pointer(reference.trim_start_matches('#')).unwrap(), institution);
    }
    if let Some(first) = ["oneOf", "anyOf", "allOf"].iter().find_map(|word| schema[*word].as_array()) {
        return first.iter().find(|one| one["type"] != "null").map_or(Value::Null, |one| example(document, one, institution));
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"].as_array()?.iter().find_map(Value::as_str)).unwrap_or("object");
    match kind {
        "object" => {
            let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let properties = schema["properties"].as_object().into_iter().flatten();
            let filled = properties.filter(|(name, _)| required.contains(&name.as_str()) || *name == "institution");
            let value = |(name, schema): (&String, &Value)| {
                let value = match name.as_str() {
                    "institution" => json!(institution),
                    "url" => json!("https://thief.example/"),
                    _ => example(document, schema, institution),
                };
                (name.clone(), value)
            };
            Value::Object(filled.map(value).collect())
        }
        "array" => json!([example(document, &schema["items"], institution)]),
        "string" if schema["format"] == "date-time" => json!(jiff::Timestamp::now().to_string()),
        "string" => schema["enum"][0].as_str().map_or_else(|| json!("grade.submitted"), |word| json!(word)),
        "integer" | "number" => json!(1),
        "boolean" => json!(false),
        _ => json!({}),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_about_anothers_as_about_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let service = start(&folder);
    service.leaves_jobs_open("nobody is at the tenants' endpoints");
    let (alpha, nobody) = (Tenant::new(&service, "Alpha").await, Tenant::nobody());
    Tenant::new(&service, "Beta").await;
    let document = service.get("/api/openapi.json").await.body;
    let mut tokens = Vec::new();
    for role in ["sender", "manager", "viewer"] {
        tokens.push((role.to_owned(), new_key(folder.path(), role, Some("Beta")).1));
    }
    for read_only in [false, true] {
        let access = made(&service, "/api/v1/auth/app-portal-access/Beta", json!({ "readOnly": read_only })).await;
        tokens.push((format!("portal, read only: {read_only}"), access["token"].as_str().unwrap().to_owned()));
    }
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            // It ends the session that asks.
            if path == "/api/v1/auth/logout" {
                continue;
            }
            let takes_institution =
                operation["parameters"].as_array().into_iter().flatten().any(|one| one["name"] == "institution" && one["in"] == "query");
            let is_of_tenant = takes_institution || ["{app_id}", "{institution}", "{task_id}"].iter().any(|part| path.contains(part));
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let method: Method = method.to_uppercase().parse().unwrap();
            for (who, token) in &tokens {
                let mut answers = Vec::new();
                for tenant in [&alpha, &nobody] {
                    let query = if takes_institution { format!("?institution={}", tenant.institution) } else { String::new() };
                    let body = schema.is_object().then(|| example(&document, schema, &tenant.institution));
                    let full = format!("{}{query}", tenant.path(path));
                    let answer = ask(&service, token, method.clone(), &full, body.as_ref()).await;
                    for mark in MARKS {
                        assert!(!answer.text.contains(mark), "{who}: {method} {path} tells {mark}: {}", answer.text);
                    }
                    answers.push((answer.status, tenant.plain(&answer.text)));
                    asked += 1;
                }
                if is_of_tenant {
                    assert_eq!(answers[0], answers[1], "{who}: {method} {path}: another's is told from nothing");
                    assert!(matches!(answers[0].0, 403 | 404), "{who}: {method} {path}: {:?}", answers[0]);
                    // What this role may do for its own institution is answered 404, never 403.
                    let is_read = method == Method::GET && !path.ends_with("/secret");
                    assert!(!is_read || answers[0].0 == 404, "{who}: {method} {path}: {:?}", answers[0]);
                }
            }
        }
    }
    assert!(asked > 500, "{asked}");
    // Nothing of it was touched.
    for path in ["/api/v1/app/Alpha", "/api/v1/app/Alpha/endpoint/alpha-endpoint", "/api/v1/endpoints/alpha-endpoint?institution=Alpha"] {
        assert_eq!(ask(&service, ADMIN, Method::GET, path, None).await.status, 200, "{path}");
    }
    let endpoints = ask(&service, ADMIN, Method::GET, "/api/v1/app/Alpha/endpoint", None).await;
    assert_eq!(endpoints.body["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_routes_answer_about_anothers_as_about_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let service = start(&folder);
    service.leaves_jobs_open("nobody is at the tenants' endpoints");
    let (alpha, nobody) = (Tenant::new(&service, "Alpha").await, Tenant::nobody());
    Tenant::new(&service, "Beta").await;
    made(&service, "/subscription", json!({ "id": "alpha-sub", "target_url": "https://alpha-receiver.example/" })).await;
    let task = made(&service, "/ingest/alpha-sub", json!({ "says": "alpha-payload" })).await["task_id"].as_str().unwrap().to_owned();
    let rows = |institution: &str, student: &str, subscription: &str, task: &str| -> Vec<(Method, String, Option<Value>)> {
        vec![
            (Method::GET, format!("/get_webhooks/{institution}"), None),
            (
                Method::POST,
                "/register_webhooks".to_owned(),
                Some(json!({ "university_id": institution, "webhook_url": "https://thief.example/" })),
            ),
            (
                Method::POST,
                "/submit_grade".to_owned(),
                Some(json!({ "student_id": "1", "course_id": "C", "grade": "A", "university_id": institution })),
            ),
            (
                Method::POST,
                "/api/webhook/register".to_owned(),
                Some(json!({ "schoolId": institution, "schoolName": "A", "webhookUrl": "https://thief.example/" })),
            ),
            (Method::GET, format!("/api/webhook/logs?schoolId={institution}"), None),
            (Method::GET, format!("/webhook-logs/{institution}"), None),
            (Method::POST, "/api/students".to_owned(), Some(json!({ "schoolId": institution, "name": "Eve" }))),
            (Method::GET, format!("/api/students?schoolId={institution}"), None),
            (Method::GET, format!("/api/students/{student}"), None),
            (Method::PUT, format!("/api/students/{student}"), Some(json!({ "name": "Eve" }))),
            (Method::DELETE, format!("/api/students/{student}"), None),
            (Method::GET, format!("/subscription/{subscription}"), None),
            (Method::GET, format!("/subscription/{subscription}/attempts"), None),
            (Method::PUT, "/subscription".to_owned(), Some(json!({ "id": subscription, "target_url": "https://thief.example/" }))),
            (Method::DELETE, format!("/subscription/{subscription}"), None),
            (Method::POST, format!("/ingest/{subscription}"), Some(json!({ "x": 1 }))),
            (Method::GET, format!("/ingest/{subscription}/{task}"), None),
        ]
    };
    for role in ["sender", "manager", "viewer"] {
        let (_, token) = new_key(folder.path(), role, Some("Beta"));
        let theirs = rows(&alpha.institution, &alpha.student, "alpha-sub", &task);
        let none = rows(&nobody.institution, &nobody.student, "no-such-sub", &format!("msg_{NOTHING}"));
        for (one, other) in theirs.into_iter().zip(none) {
            let found = ask(&service, &token, one.0.clone(), &one.1, one.2.as_ref()).await;
            let nothing = ask(&service, &token, other.0, &other.1, other.2.as_ref()).await;
            for mark in MARKS {
                assert!(!found.text.contains(mark), "{role}: {} {} tells {mark}: {}", one.0, one.1, found.text);
            }
            let plain =
                |text: &str| nobody.plain(&alpha.plain(text)).replace("alpha-sub", "ID").replace("no-such-sub", "ID").replace(&task, "ID");
            assert_eq!((found.status, plain(&found.text)), (nothing.status, plain(&nothing.text)), "{role}: {} {}", one.0, one.1);
        }
    }
    let own = ask(&service, ADMIN, Method::GET, &format!("/api/students/{}", alpha.student), None).await;
    assert_eq!(own.body["data"]["name"], "Alpha-Student");
}
