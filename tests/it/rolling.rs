//! A rolling restart: instances are stopped in good order and started again one after the other, while events keep coming.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::harness::{Service, completion, files, mails, processed, school, until};

const ROUNDS: usize = 3;
const EVENTS_A_ROUND: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_under_load_loses_nothing_and_mails_nothing_twice() {
    let school = school();
    let settings = [("WEBHOOK_WAIT_SECONDS", "0"), ("SWEEP_SECONDS", "1")];
    let mut instances = vec![Service::start(school.path(), &settings), Service::start(school.path(), &settings)];
    let jobs = Mutex::new(BTreeMap::new());
    for round in 0..ROUNDS {
        let urls: Vec<String> = instances.iter().map(|instance| instance.url("/webhook")).collect();
        let client = instances[0].client();
        // The load balancer: whoever does not answer with 2xx is not asked again, the other one is.
        let post = async |student: String| {
            for url in urls.iter().cycle().skip(round).take(20) {
                let request = client
                    .post(url)
                    .header("Content-Type", "application/json")
                    .header("Learnworlds-Webhook-Signature", format!("v1={}", crate::harness::SECRET))
                    .body(completion(&student));
                let Ok(answer) = request.send().await else { continue };
                if answer.status().is_success() {
                    let body: serde_json::Value = answer.json().await.unwrap();
                    jobs.lock().unwrap().insert(student, body["job_id"].as_str().unwrap().to_owned());
                    return;
                }
            }
        };
        let leaving = instances.remove(0);
        let load = futures::future::join_all((0..EVENTS_A_ROUND).map(|n| post(format!("student{round}x{n}"))));
        let stopping = tokio::task::spawn_blocking(move || {
            let mut leaving = leaving;
            std::thread::sleep(Duration::from_millis(100));
            let start = Instant::now();
            assert!(leaving.terminate().success(), "it stops in good order");
            start.elapsed()
        });
        let (_, stopped) = tokio::join!(load, stopping);
        assert!(stopped.unwrap() < Duration::from_secs(10), "Cloud Run waits ten seconds");
        instances.push(Service::start(school.path(), &settings));
    }
    let sent = ROUNDS * EVENTS_A_ROUND;
    assert_eq!(jobs.lock().unwrap().len(), sent, "every event was taken by one of the two");
    until(|| "jobs that are due".to_owned(), async || (files(&school.path().join("due")).is_empty()).then_some(())).await;
    for mut instance in instances {
        assert!(instance.terminate().success());
    }
    assert_eq!(mails(school.path()).len(), sent);
    assert_eq!(processed(school.path()).len(), sent);
    let ambiguous = |job: &String| files(&school.path().join("jobs").join(job)).iter().any(|name| name.starts_with("mailing_"));
    assert!(!jobs.lock().unwrap().values().any(ambiguous), "no mail was cut by an orderly stop");
}

#[test]
fn an_instance_that_is_stopped_the_moment_it_says_ready_leaves_in_good_order() {
    let school = school();
    for _ in 0..10 {
        let mut instance = Service::start(school.path(), &[]);
        assert!(instance.terminate().success());
    }
}
