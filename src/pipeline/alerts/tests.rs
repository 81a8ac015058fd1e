//! The admin hears of a cause once an hour.

use std::sync::Arc;
use std::time::Duration;

use crate::delivery::mail::SendOutcome;
use crate::intake::submissions::{FetchError, RetryAdvice};
use crate::pipeline::config::PipelineConfig;
use crate::pipeline::consent::tests::Blocks;
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
    assert_eq!(alerts[0].mail.subject, "Colegio de Prueba · Falta el banco de preguntas: 30 informes esperan");
    assert!(alerts[0].mail.text.contains("y 10 más") && !alerts[0].mail.text.contains("ana@"), "{}", alerts[0].mail.text);

    let _ = world.run(&world.job(40)).await;
    world.clock.advance(Duration::from_mins(59));
    world.pipeline.upkeep().await.unwrap();
    assert_eq!(world.alerts().len(), 1);
    world.clock.advance(Duration::from_mins(1));
    world.pipeline.upkeep().await.unwrap();
    assert_eq!(world.alerts()[1].mail.subject, "Colegio de Prueba · Falta el banco de preguntas: un informe espera");
}

#[tokio::test]
async fn an_alert_that_could_not_be_sent_is_not_lost() {
    let world = World::empty(PipelineConfig::for_testing());
    let _ = world.run(&world.job(1)).await;
    world.mailer.answer_next(SendOutcome::later("down"));
    world.pipeline.upkeep().await.unwrap();
    assert!(world.alerts().is_empty());
    world.clock.advance(Duration::from_hours(1));
    world.pipeline.upkeep().await.unwrap();
    assert_eq!(world.alerts().len(), 1);
}

#[tokio::test]
async fn the_admin_hears_of_troubles_that_last_and_not_of_waiting() {
    let world = World::new().await;
    let job = world.job(1);
    for minutes in [0, 20] {
        world.clock.advance(Duration::from_mins(minutes));
        world.platform.answers(Err(FetchError {
            cause: "platform_rate_limited",
            message: "429".to_owned(),
            advice: RetryAdvice::Time(None),
        }));
        world.run(&job).await.unwrap_err();
        world.pipeline.upkeep().await.unwrap();
        assert!(world.alerts().is_empty());
    }
    world.platform.answers(Err(FetchError { cause: "platform_unavailable", message: "503".to_owned(), advice: RetryAdvice::Time(None) }));
    world.run(&job.again()).await.unwrap_err();
    world.pipeline.upkeep().await.unwrap();
    assert_eq!(world.alerts().len(), 1);
}

#[tokio::test]
async fn an_alert_does_not_name_whose_data_are_blocked_by_the_time_it_is_sent() {
    let told = async |names: &[&str]| {
        let blocks = Arc::new(Blocks::default());
        let world = World::asking(PipelineConfig::for_testing(), blocks.clone());
        let job = world.job(1);
        let mut event = serde_json::to_value(&job.event).unwrap();
        event["due"] = serde_json::to_value(job.event.received_at).unwrap();
        world.keep(&format!("jobs/{}/event.json", job.id), &event.to_string()).await;
        let _ = world.run(&job).await;
        for name in names {
            blocks.block(name);
        }
        world.pipeline.upkeep().await.unwrap();
        world.alerts()[0].mail.text.clone()
    };
    for shown in [&[][..], &["somebody else"]] {
        assert!(told(shown).await.contains("Ana Pérez"), "{shown:?}");
    }
    for blocked in ["6130afb278d2c94eeb228d12", "ana@example.com"] {
        let text = told(&[blocked]).await;
        assert!(!text.contains("Ana") && text.contains("Test de diagnóstico"), "{text}");
    }
}
