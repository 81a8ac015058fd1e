//! Metrics and logs: what dashboards and alerts ask for is what the service tells, and nothing about a person.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{SECRET, Service, completion, repository, school};

/// The names of the service's own series in a text.
fn names(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '_';
    text.match_indices("gradepost_")
        .filter(|(at, _)| !text[..*at].ends_with(is_part))
        .map(|(at, _)| text[at..].chars().take_while(|c| is_part(*c)).collect())
        .collect()
}

async fn metrics_of(service: &Service) -> String {
    service.get("/metrics").await.text
}

#[tokio::test]
async fn dashboards_and_alerts_ask_for_series_that_the_service_tells() {
    let school = school();
    let service = Service::start(school.path(), &[("METRICS_PUBLIC", "true")]);
    assert_eq!(service.webhook(&completion("ana")).await.body["status"], "processed");
    // A refused call, so that its series begins.
    service.send(service.client().post(service.url("/webhook")).body("{}")).await;
    metrics_of(&service).await;
    let told = names(&metrics_of(&service).await);
    for file in ["deploy/grafana.json", "deploy/dashboard.json", "deploy/alert-policy.yaml"] {
        let text = std::fs::read_to_string(repository(file)).unwrap();
        let missing: Vec<String> = names(&text).difference(&told).cloned().collect();
        assert_eq!(missing, Vec::<String>::new(), "{file} asks for what nobody tells");
    }
    let grafana: Value = serde_json::from_str(&std::fs::read_to_string(repository("deploy/grafana.json")).unwrap()).unwrap();
    assert!(grafana["panels"].as_array().unwrap().len() > 8);
}

#[tokio::test]
async fn steps_lanes_and_requests_are_measured_without_a_word_about_anybody() {
    let school = school();
    let service = Service::start(school.path(), &[("METRICS_PUBLIC", "true")]);
    assert_eq!(service.webhook(&completion("zoraida")).await.body["status"], "processed");
    service.get("/nowhere/zoraida@example.com?name=zoraida").await;
    let text = metrics_of(&service).await;
    for line in [
        "gradepost_step_seconds_count{step=\"render\"} 1",
        "gradepost_step_seconds_count{step=\"mail\"} 1",
        "gradepost_lane_jobs{lane=\"reports\",state=\"running\"} 0",
        "gradepost_mails_total{outcome=\"sent\"} 1",
        "gradepost_http_request_seconds_count{method=\"POST\",route=\"/webhook\",status=\"200\"} 1",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("zoraida") && !text.contains(SECRET), "{text}");
}

#[tokio::test]
async fn a_request_is_logged_with_method_route_status_duration_and_trace_and_nothing_else_of_it() {
    let school = school();
    let mut service = Service::start(school.path(), &[("DEBUG", "true"), ("ADMIN_TOKEN", "an-admin-token-of-the-stories-0123456789")]);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = service.client().get(service.url("/api/v1/reports/00000000000000000000000000000000?who=zoraida"));
    service.send(request.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"))).await;
    assert_eq!(service.webhook(&completion("zoraida")).await.body["status"], "processed");
    service.terminate();
    let log = service.whole_log();
    let line = log.lines().find(|line| line.contains(trace)).unwrap_or_else(|| panic!("{log}"));
    for part in ["GET", "/api/v1/reports/{job}", "401", "duration_ms"] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    for secret in ["zoraida", "Student zoraida", SECRET, "an-admin-token", "?who"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
