//! Segments of hours that are over become few, whatever happens meanwhile.

use std::collections::BTreeSet;

use futures::TryStreamExt as _;

use super::*;
use crate::gateway::Core;
use crate::gateway::attempts::{EXPUNGED, unpack};
use crate::gateway::ids::EndpointId;
use crate::gateway::model::{Attempt, CancelReason};
use crate::storage::key::gateway::{ATTEMPTS_FOLDER, GatewayKey, parse_merged};

const WORDS: &str = "Zyxwvutsrq is unknown here";

/// One row a segment, each with an answer: so many, one after the other.
async fn write(house: &House, many: usize, apart: Duration) -> Vec<Attempt> {
    let core = &house.gateway.core;
    let institution = house.institution(&format!("school-{}", house.clock.now().as_millisecond())).await;
    let mut rows = Vec::new();
    for _ in 0..many {
        let event = Event { institution, ..crate::gateway::tests_support::event("grade.submitted") };
        let endpoint = EndpointId::new(house.clock.now(), &core.chance);
        let row = Attempt { response: WORDS.to_owned(), ..core.cancelled_row(&event, endpoint, None, 1, CancelReason::Asked) };
        core.log.record(vec![row.clone()]).await;
        rows.push(row);
        house.clock.advance(apart);
    }
    rows
}

async fn keys(house: &House) -> Vec<String> {
    house.store.inner.scan(ATTEMPTS_FOLDER, None).try_collect().await.unwrap()
}

/// The rows of all segments as they lie there.
async fn lying(house: &House) -> Vec<Attempt> {
    let mut rows = Vec::new();
    for key in keys(house).await {
        let (bytes, _) = house.store.inner.get(&key).await.unwrap().unwrap();
        rows.extend(unpack(&bytes).unwrap_or_default());
    }
    rows
}

/// The rows that are there, each once.
async fn ids(house: &House) -> BTreeSet<String> {
    lying(house).await.iter().map(|row| row.id.to_string()).collect()
}

fn ids_of(rows: &[Attempt]) -> BTreeSet<String> {
    rows.iter().map(|row| row.id.to_string()).collect()
}

async fn merge(house: &House) -> usize {
    house.gateway.core.merge_segments(house.clock.now()).await.unwrap()
}

#[tokio::test]
async fn segments_of_hours_that_are_over_become_one_an_hour_and_every_row_stays() {
    let house = House::new();
    // From 12:00 to 14:20.
    let rows = write(&house, 70, Duration::from_mins(2)).await;
    assert_eq!(merge(&house).await, 60);
    let left = keys(&house).await;
    assert_eq!(left.iter().filter(|key| parse_merged(key).is_some()).count(), 2);
    assert_eq!(left.len(), 2 + 10, "the present hour stays as it is: {left:?}");
    assert_eq!(lying(&house).await, rows, "in their order, each once, every field as it was");
    house.store.forget();
    assert_eq!(merge(&house).await, 0);
    assert_eq!(house.store.paid.load(Ordering::Relaxed), 1, "what was merged is neither listed nor written again");
    // What lies in one is found as before.
    let (first, core) = (&rows[7], &house.gateway.core);
    let event = Event { id: first.message, created: first.at, ..crate::gateway::tests_support::event("grade.submitted") };
    assert!(core.attempts_of(&event).await.unwrap().contains(first));
    assert_eq!(house.gateway.attempt_at(first.at, &first.id.to_string()).await.unwrap().as_ref(), Some(first));
}

#[tokio::test]
async fn an_hour_is_merged_only_when_it_is_over_for_some_minutes() {
    let house = House::new();
    write(&house, 40, Duration::from_mins(1)).await;
    house.clock.advance(Duration::from_mins(34));
    assert_eq!(merge(&house).await, 0, "it is 13:14");
    house.clock.advance(Duration::from_mins(1));
    assert_eq!(merge(&house).await, 40, "it is 13:15");
}

#[tokio::test]
async fn one_segment_holds_so_many_rows_as_fit_into_memory() {
    let house = House::new();
    let many = write(&house, 1, Duration::ZERO).await;
    for _ in 0..9 {
        house.gateway.core.log.record(vec![many[0].clone(); 400]).await;
        house.clock.advance(Duration::from_mins(1));
    }
    house.clock.advance(Duration::from_hours(2));
    merge(&house).await;
    let mut sizes = Vec::new();
    for key in keys(&house).await {
        sizes.push(house.gateway.read_segment(&key).await.unwrap().unwrap().len());
    }
    assert!(sizes.len() > 1 && sizes.iter().all(|size| *size <= 2000), "{sizes:?}");
    assert_eq!(sizes.iter().sum::<usize>(), 3601);
}

#[tokio::test]
async fn a_merge_that_dies_at_any_write_or_removal_loses_nothing_and_is_ended_by_the_next() {
    for writes in 0.. {
        let mut house = House::new();
        let rows = write(&house, 12, Duration::from_mins(6)).await;
        house.clock.advance(Duration::from_hours(2));
        house.die_after(writes);
        {
            let died = house.store.died.notified();
            tokio::select! {
                merged = house.gateway.core.merge_segments(house.clock.now()) => drop(merged.unwrap()),
                () = died => {}
            }
        }
        let has_died = house.is_dead();
        house.restart();
        assert_eq!(ids(&house).await, ids_of(&rows), "dead after {writes} writes");
        merge(&house).await;
        assert_eq!(lying(&house).await, rows, "ended after {writes} writes");
        assert_eq!(keys(&house).await.len(), 2, "dead after {writes} writes");
        if !has_died {
            // Two segments made, twelve removed, the place noted.
            assert_eq!(writes, 15);
            return;
        }
    }
}

#[tokio::test]
async fn two_instances_that_merge_at_once_make_the_same_and_lose_nothing() {
    for start in 0..40 {
        let house = House::new();
        let rows = write(&house, 12, Duration::from_mins(6)).await;
        house.clock.advance(Duration::from_hours(2));
        let other = build(&house.store, &house.clock, &house.post, &house.config, 2);
        house.store.slow.store(true, Ordering::Relaxed);
        let (one, two): (_, &Core) = (&house.gateway.core, &other.core);
        let (now, later) = (house.clock.now(), async {
            for _ in 0..start {
                tokio::task::yield_now().await;
            }
            two.merge_segments(house.clock.now()).await
        });
        let (first, second) = tokio::join!(one.merge_segments(now), later);
        first.unwrap();
        second.unwrap();
        merge(&house).await;
        assert_eq!(lying(&house).await, rows, "the other begins after {start} steps");
        assert_eq!(keys(&house).await.len(), 2);
    }
}

#[tokio::test]
async fn an_answer_that_is_expunged_while_its_segment_is_merged_stays_nowhere() {
    for start in 0..120 {
        let house = House::new();
        let rows = write(&house, 12, Duration::from_mins(6)).await;
        house.clock.advance(Duration::from_hours(2));
        house.store.slow.store(true, Ordering::Relaxed);
        let core = &house.gateway.core;
        let wait = async |steps: usize| {
            for _ in 0..steps {
                tokio::task::yield_now().await;
            }
        };
        // Either may begin first.
        let (before, behind) = if start < 60 { (start, 0) } else { (0, start - 60) };
        let merged = async {
            wait(before).await;
            core.merge_segments(house.clock.now()).await
        };
        let expunged = async {
            wait(behind).await;
            core.expunge_rows(Timestamp::UNIX_EPOCH, |row| row.id == rows[5].id).await
        };
        let (merged, expunged) = tokio::join!(merged, expunged);
        merged.unwrap();
        assert!(expunged.unwrap() > 0);
        let of =
            |lying: &[Attempt]| lying.iter().filter(|row| row.id == rows[5].id).map(|row| row.response.clone()).collect::<BTreeSet<_>>();
        let lies = lying(&house).await;
        assert_eq!(of(&lies), BTreeSet::from([EXPUNGED.to_owned()]), "{before} {behind}");
        assert_eq!(ids_of(&lies), ids_of(&rows));
        assert_eq!(
            lies.iter().filter(|row| row.response == WORDS).map(|row| row.id).collect::<BTreeSet<_>>().len(),
            11,
            "and no other's answer"
        );
    }
}

#[tokio::test]
async fn what_one_that_died_left_of_an_expunged_answer_is_taken_out_by_the_next_merge() {
    let house = House::new();
    let rows = write(&house, 5, Duration::from_mins(6)).await;
    house.clock.advance(Duration::from_hours(2));
    let before: Vec<_> = house.store.inner.list(ATTEMPTS_FOLDER, None, 10).await.unwrap();
    let mut sources = Vec::new();
    for key in &before {
        sources.push(house.store.inner.get(key).await.unwrap().unwrap().0);
    }
    merge(&house).await;
    let merged = keys(&house).await.pop().unwrap();
    let whole = house.store.inner.get(&merged).await.unwrap().unwrap().0;
    // As it lies there when the merging instance dies behind its write, and the answer was taken out behind its reading.
    for (key, bytes) in before.iter().zip(sources) {
        house.store.inner.put(key, bytes, PutMode::Overwrite).await.unwrap();
    }
    house.store.inner.delete(&merged).await.unwrap();
    house.gateway.core.expunge_rows(Timestamp::UNIX_EPOCH, |row| row.id == rows[2].id).await.unwrap();
    house.store.inner.put(&merged, whole, PutMode::Create).await.unwrap();
    house.store.inner.delete(&GatewayKey::MergedUpTo.path()).await.unwrap();
    assert_eq!(merge(&house).await, 5);
    let answers: Vec<_> = lying(&house).await.into_iter().filter(|row| row.id == rows[2].id).map(|row| row.response).collect();
    assert!(answers.iter().all(|answer| answer == EXPUNGED) && !answers.is_empty(), "{answers:?}");
}

#[tokio::test]
async fn a_damaged_segment_stays_and_keeps_none_from_being_merged() {
    let house = House::new();
    let rows = write(&house, 10, Duration::from_mins(5)).await;
    let before = keys(&house).await;
    for (number, bytes) in [(3, Bytes::from_static(b"no segment")), (7, Bytes::new())] {
        house.store.inner.put(&before[number], bytes, PutMode::Overwrite).await.unwrap();
    }
    house.clock.advance(Duration::from_hours(2));
    assert_eq!(merge(&house).await, 8);
    let left = keys(&house).await;
    assert!(left.contains(&before[3]) && left.contains(&before[7]) && left.len() == 3, "{left:?}");
    let whole: Vec<Attempt> = rows.iter().enumerate().filter(|(number, _)| ![3, 7].contains(number)).map(|(_, row)| row.clone()).collect();
    assert_eq!(lying(&house).await, whole);
    // One of many that is damaged later takes no source with it.
    let merged = left.iter().find(|key| parse_merged(key).is_some()).unwrap();
    house.store.inner.put(merged, Bytes::from_static(b"no segment"), PutMode::Overwrite).await.unwrap();
    house
        .store
        .inner
        .put(&before[4], Bytes::from(crate::gateway::attempts::pack([b"{}".to_vec()]).unwrap()), PutMode::Overwrite)
        .await
        .unwrap();
    house.store.inner.delete(&GatewayKey::MergedUpTo.path()).await.unwrap();
    assert!(house.gateway.core.merge_segments(house.clock.now()).await.is_err());
    assert!(keys(&house).await.contains(&before[4]));
}

#[tokio::test]
async fn a_segment_that_comes_late_or_says_what_nobody_can_read_loses_nothing() {
    let house = House::new();
    let rows = write(&house, 6, Duration::from_mins(5)).await;
    let before = keys(&house).await;
    let line = |row: &Attempt| serde_json::to_vec(row).unwrap();
    let odd = [line(&rows[2]), b"{\"of\":\"another release\"}".to_vec(), b"half a li".to_vec()];
    house.store.inner.put(&before[2], Bytes::from(crate::gateway::attempts::pack(&odd).unwrap()), PutMode::Overwrite).await.unwrap();
    let late = house.store.inner.get(&before[4]).await.unwrap().unwrap().0;
    house.store.inner.delete(&before[4]).await.unwrap();
    house.clock.advance(Duration::from_hours(2));
    assert_eq!(merge(&house).await, 5);
    house.store.inner.put(&before[4], late, PutMode::Create).await.unwrap();
    house.store.inner.delete(&GatewayKey::MergedUpTo.path()).await.unwrap();
    assert_eq!(merge(&house).await, 0);
    assert_eq!(ids(&house).await, ids_of(&rows));
    let merged = keys(&house).await.into_iter().find(|key| parse_merged(key).is_some()).unwrap();
    let text = crate::gateway::attempts::unpack_text(&house.store.inner.get(&merged).await.unwrap().unwrap().0).unwrap();
    assert!(text.contains("another release") && text.contains("half a li"), "what cannot be read here is kept as it is");
}

#[tokio::test]
async fn a_merged_segment_is_removed_when_its_rows_were_kept_long_enough() {
    let house = House::new();
    write(&house, 10, Duration::from_mins(1)).await;
    house.clock.advance(Duration::from_hours(2));
    merge(&house).await;
    // 12:05, thirty days after 12:05.
    house.clock.advance(Duration::from_hours(24 * 30 - 2) - Duration::from_mins(5));
    house.gateway.upkeep().await.unwrap();
    assert_eq!(keys(&house).await.len(), 1, "its last row is not thirty days old");
    house.clock.advance(Duration::from_mins(5));
    house.gateway.upkeep().await.unwrap();
    assert!(keys(&house).await.is_empty());
}

#[tokio::test]
async fn merging_adds_at_most_20_writes_and_lists_to_a_thousand_deliveries() {
    let house = House::new();
    let rows = usize::try_from(crate::gateway::upkeep::WORTH_MERGING).unwrap();
    write(&house, rows, Duration::from_secs(10)).await;
    house.clock.advance(Duration::from_hours(2));
    house.store.forget();
    assert_eq!(merge(&house).await, rows);
    let cost = house.store.paid.load(Ordering::Relaxed) * 1000 / rows;
    assert!(cost <= 20, "{cost}");
}
