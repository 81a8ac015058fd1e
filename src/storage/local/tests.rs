use std::io::Error;
use std::path::Path;
use std::sync::Arc;

use futures::TryStreamExt as _;

use super::fault::FileError;
use super::*;
use crate::storage::conformance;

fn entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn a_local_folder_is_a_conforming_store() {
    let dir = tempfile::tempdir().unwrap();
    conformance::run(Arc::new(LocalStore::open(dir.path()).await.unwrap())).await;
    assert_eq!(entries(&dir.path().join(".tmp")), 0, "no temporary file is left");
    assert!(!dir.path().parent().unwrap().join("escape").exists());
}

#[tokio::test]
async fn two_stores_on_one_folder_see_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (LocalStore::open(dir.path()).await.unwrap(), LocalStore::open(dir.path()).await.unwrap());
    let version = a.put("x/y", Bytes::from_static(b"1"), PutMode::Create).await.unwrap();
    assert!(matches!(b.put("x/y", Bytes::from_static(b"2"), PutMode::Create).await, Err(StoreError::AlreadyExists { .. })));
    b.put("x/y", Bytes::from_static(b"2"), PutMode::Update(version.clone())).await.unwrap();
    assert!(matches!(a.put("x/y", Bytes::from_static(b"3"), PutMode::Update(version)).await, Err(StoreError::Conflict { .. })));
    assert_eq!(&a.get("x/y").await.unwrap().unwrap().0[..], b"2");
}

#[tokio::test]
async fn opening_removes_what_a_dead_writer_left_and_spares_a_living_one() {
    let dir = tempfile::tempdir().unwrap();
    LocalStore::open(dir.path()).await.unwrap();
    let (dead, living) = (dir.path().join(".tmp/1-1"), dir.path().join(".tmp/2-1"));
    std::fs::File::create(&dead).unwrap();
    let held = std::fs::File::create(&living).unwrap();
    held.lock().unwrap();
    LocalStore::open(dir.path()).await.unwrap();
    assert!(!dead.exists() && living.exists());
}

#[tokio::test]
async fn a_folder_pulled_away_is_an_error_and_is_not_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("data");
    let store = LocalStore::open(&root).await.unwrap();
    std::fs::remove_dir_all(&root).unwrap();
    let put = store.put("jobs/x", Bytes::from_static(b"x"), PutMode::Create).await;
    assert!(matches!(put, Err(StoreError::Unavailable { .. })), "{put:?}");
    assert!(!root.exists());
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::File::create(&file).unwrap();
    let error = LocalStore::open(&file).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }) && error.to_string().contains("file"), "{error}");
}

#[tokio::test]
async fn a_file_where_a_folder_is_needed_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = LocalStore::open(dir.path()).await.unwrap();
    store.put("a", Bytes::new(), PutMode::Create).await.unwrap();
    let put = store.put("a/b", Bytes::new(), PutMode::Create).await;
    assert!(matches!(put, Err(StoreError::Refused { .. })), "{put:?}");
    assert_eq!(store.get("a/b").await.unwrap(), None);
}

#[tokio::test]
async fn a_folder_where_a_file_is_needed_is_refused_and_taken_for_no_object() {
    let dir = tempfile::tempdir().unwrap();
    let store = LocalStore::open(dir.path()).await.unwrap();
    let version = store.put("a", Bytes::from_static(b"1"), PutMode::Create).await.unwrap();
    std::fs::remove_file(dir.path().join("a")).unwrap();
    std::fs::create_dir(dir.path().join("a")).unwrap();
    for mode in [PutMode::Create, PutMode::Overwrite, PutMode::Update(version)] {
        let put = store.put("a", Bytes::from_static(b"2"), mode.clone()).await;
        assert!(matches!(&put, Err(StoreError::Refused { message, .. }) if message.contains("a file and a folder")), "{mode:?}: {put:?}");
    }
    assert_eq!(store.get("a").await.unwrap(), None);
}

#[tokio::test]
async fn a_scan_of_a_large_folder_crosses_its_batches_and_starts_anywhere() {
    let dir = tempfile::tempdir().unwrap();
    let store = LocalStore::open(dir.path()).await.unwrap();
    let expected: Vec<String> = (0..2 * BATCH + 10).map(|n| format!("many/{:02}/{n:05}", n / 500)).collect();
    for key in &expected {
        std::fs::create_dir_all(dir.path().join(key).parent().unwrap()).unwrap();
        std::fs::File::create(dir.path().join(key)).unwrap();
    }
    assert_eq!(store.scan("many/", None).try_collect::<Vec<_>>().await.unwrap(), expected);
    assert_eq!(store.scan("many/", Some(&expected[1233])).try_collect::<Vec<_>>().await.unwrap(), expected[1234..]);
}

#[tokio::test]
async fn what_cannot_be_listed_ends_neither_a_scan_nor_hides_what_lies_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = LocalStore::open(dir.path()).await.unwrap();
    for key in ["a/1", "c/1"] {
        store.put(key, Bytes::new(), PutMode::Create).await.unwrap();
    }
    // A link to itself can be neither listed nor read, whoever asks.
    std::os::unix::fs::symlink(dir.path().join("b"), dir.path().join("b")).unwrap();
    assert_eq!(store.scan("", None).try_collect::<Vec<_>>().await.unwrap(), ["a/1", "c/1"]);
}

#[test]
fn a_full_disk_needs_a_person_and_a_failing_one_may_recover() {
    let [enospc, edquot, erofs, eacces] = [28, 122, 30, 13];
    let [eio, emfile] = [5, 24];
    let mapped = |code| {
        let fault = FileError::Io { doing: "write", path: "data/x".into(), error: Error::from_raw_os_error(code) };
        fault.into_store_error("x".to_owned())
    };
    for code in [enospc, edquot, erofs, eacces] {
        assert!(matches!(mapped(code), StoreError::Refused { .. }), "{code}");
    }
    for code in [eio, emfile] {
        assert!(matches!(mapped(code), StoreError::Unavailable { .. }), "{code}");
    }
    assert!(mapped(enospc).to_string().contains("free some space"), "{}", mapped(enospc));
}
