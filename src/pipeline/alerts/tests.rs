//! The admin hears of a cause once an hour.

use std::time::Duration;

use crate::delivery::mail::SendOutcome;
use crate::pipeline::config::PipelineConfig;
use crate::pipeline::tests::harness::World;

#[tokio::test]
async fn many_jobs_of_one_cause_are_one_mail_and_the_next_comes_an_hour_later() {
    let world = World::empty(PipelineConfig::for_testing());
    for number in 0..30 {
        let _ = world.run(&world.job(number)).await;
    }
    world.pipeline.upkeep().await.unwrap();
    world.pipeline.upkeep().await.unwrap();
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].mail.subject, "[gradepost] 30 informes esperan una solución: bank_missing");
    assert!(alerts[0].mail.text.contains("(y 10 más)") && !alerts[0].mail.text.contains("ana@"), "{}", alerts[0].mail.text);

    let _ = world.run(&world.job(40)).await;
    world.clock.advance(Duration::from_mins(59));
    world.pipeline.upkeep().await.unwrap();
    assert_eq!(world.alerts().len(), 1);
    world.clock.advance(Duration::from_mins(1));
    world.pipeline.upkeep().await.unwrap();
    assert_eq!(world.alerts()[1].mail.subject, "[gradepost] Un informe espera una solución: bank_missing");
}

#[tokio::test]
async fn an_alert_that_could_not_be_sent_is_not_lost() {
    let world = World::empty(PipelineConfig::for_testing());
    let _ = world.run(&world.job(1)).await;
    world.mailer.answer_next(SendOutcome::Transient("down".to_owned()));
    world.pipeline.upkeep().await.unwrap();
    assert!(world.alerts().is_empty());
    world.clock.advance(Duration::from_hours(1));
    world.pipeline.upkeep().await.unwrap();
    assert_eq!(world.alerts().len(), 1);
}

#[tokio::test]
async fn a_job_that_only_waits_is_told_when_it_waits_stubbornly() {
    let world = World::new().await;
    world.platform.answers(Ok(None));
    let mut job = world.job(1);
    for attempt in 1..=6 {
        assert!(!world.store.keys().iter().any(|key| key.starts_with("alerts/")), "attempt {attempt}");
        job.attempt = attempt;
        let _ = world.run(&job).await;
    }
    world.pipeline.upkeep().await.unwrap();
    assert_eq!(world.alerts().len(), 1);
}
