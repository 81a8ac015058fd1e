//! A school changes its files while the service runs: the next report uses them; a broken one is told of, and the last good one serves on.

use std::path::Path;

use serde_json::Value;

use crate::gcs_emulator::fresh_bucket;
use crate::harness::{Service, files};
use crate::school::{handed_in, keep_bank};

const ONE_LEVEL: &str =
    "[[assessment]]\nname = \"M1\"\nmatch = { title = \"M1*\" }\npercentage = \"questions\"\nlevels = [{ name = \"Inicial\" }]\n";
const BROKEN: &str = "[[assessment]]\nname = \"M1\"\nmatch = { title = \"M1*\" }\npercentaje = \"questions\"\n";

/// The judgement of the newest attempt of a student, as the records tell it.
async fn judged(service: &Service, folder: &Path, student: &str) -> Value {
    let answer = service.webhook(&handed_in(student, "M1", &format!("{student}-1"), "AB")).await;
    assert_eq!(answer.body["status"], "processed", "{}\n{}", answer.text, service.log());
    let job = answer.body["job_id"].as_str().unwrap();
    let end = std::fs::read_to_string(folder.join("jobs").join(job).join("end.json")).unwrap();
    serde_json::from_str(&end).unwrap()
}

fn summary<'a>(end: &'a Value, field: &str) -> &'a Value {
    &end["summary"][field]
}

#[tokio::test]
async fn a_changed_file_serves_from_the_next_report_on_and_a_broken_one_leaves_the_last_good() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    keep_bank(data, "M1", "lecture", &["Uno", "Dos"]);
    let settings = [("ADMIN_EMAIL", "admin@colegio.example"), ("REPORT_LANGUAGE", "en")];
    let mut service = Service::start(data, &settings);
    assert_eq!(summary(&judged(&service, data, "a").await, "level"), "Nivel 1", "built in: half of the lessons");

    std::fs::write(data.join("assessments.toml"), ONE_LEVEL).unwrap();
    assert_eq!(summary(&judged(&service, data, "b").await, "level"), "Inicial", "the new profile");
    std::fs::write(data.join("assessments.toml"), BROKEN).unwrap();
    assert_eq!(summary(&judged(&service, data, "c").await, "level"), "Inicial", "the last good profile");

    keep_bank(data, "M1", "lecture", &["Uno"]);
    assert_eq!(summary(&judged(&service, data, "d").await, "percentage"), 100.0, "the new bank has one question");
    std::fs::write(data.join("questions/M1.csv"), "question_number,correct_alternative\nx,A\n").unwrap();
    assert_eq!(summary(&judged(&service, data, "e").await, "percentage"), 100.0, "the last good bank");

    let words = "assessments.toml:4: unknown key 'percentaje' in an assessment (did you mean 'percentage'?)";
    assert!(service.log().contains(words), "{}", service.log());
    assert!(service.log().contains("line 2: the question number 'x' is no whole number"), "{}", service.log());
    // The last good versions outlive the process.
    service.restart();
    let end = judged(&service, data, "f").await;
    assert_eq!((summary(&end, "level"), summary(&end, "percentage")), (&Value::from("Inicial"), &Value::from(100.0)));
    assert!(service.terminate().success());
    let alerts = alerts(data);
    assert_eq!(alerts.len(), 2, "one a cause: {alerts:?}");
    let told = alerts.join("\n");
    assert!(told.contains("profile_outdated") && told.contains("bank_outdated"), "{told}");
    assert!(told.contains("assessments.toml:4") && told.contains("did you mean 'percentage'?") && told.contains("line 2"), "{told}");
    assert!(told.contains("Reports go on") && !told.contains("jobs release"), "{told}");
}

/// The mails to the admin, soft line breaks of quoted-printable taken out.
fn alerts(folder: &Path) -> Vec<String> {
    let read = |name: &String| std::fs::read_to_string(folder.join(name)).unwrap();
    let mails = files(folder).into_iter().filter(|name| name.starts_with("outbox/")).map(|name| read(&name));
    mails.filter(|mail| mail.contains("admin@colegio.example")).map(|mail| mail.replace("=\r\n", "")).collect()
}

#[tokio::test]
async fn an_object_changed_in_the_bucket_serves_within_fifteen_seconds() {
    let Some((endpoint, bucket)) = fresh_bucket().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let settings =
        [("STORAGE_BACKEND", "gcp"), ("GCS_ENDPOINT", endpoint.as_str()), ("GCP_BUCKET_NAME", bucket.as_str()), ("GCP_PROJECT_ID", "test")];
    let service = Service::start(folder.path(), &settings);
    let put = async |key: &str, text: &str| {
        let url = format!("{endpoint}/upload/storage/v1/b/{bucket}/o?uploadType=media&name={}", key.replace('/', "%2F"));
        let answer = service.client().post(url).body(text.to_owned()).send().await.unwrap();
        assert!(answer.status().is_success());
    };
    let level = async |student: &str| {
        let answer = service.webhook(&handed_in(student, "M1", &format!("{student}-1"), "AB")).await;
        assert_eq!(answer.body["status"], "processed", "{}\n{}", answer.text, service.log());
        let key = format!("jobs%2F{}%2Fend.json", answer.body["job_id"].as_str().unwrap());
        let end: Value =
            service.client().get(format!("{endpoint}/storage/v1/b/{bucket}/o/{key}?alt=media")).send().await.unwrap().json().await.unwrap();
        end["summary"]["level"].clone()
    };
    put("questions/M1.csv", "question_number,correct_alternative,lecture\n1,A,Uno\n2,A,Dos\n").await;
    assert_eq!(level("a").await, "Nivel 1");
    put("assessments.toml", ONE_LEVEL).await;
    // Objects are looked at every 15 seconds: reports go on meanwhile.
    let begin = std::time::Instant::now();
    for number in 0.. {
        if level(&format!("b{number}")).await == "Inicial" {
            break;
        }
        assert!(begin.elapsed() < std::time::Duration::from_mins(1), "the change is not seen");
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    put("assessments.toml", BROKEN).await;
    assert_eq!(level("c").await, "Inicial");
}
