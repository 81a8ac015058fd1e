//! What every store must do: one suite that each back end runs.
//!
//! The given store must be empty, or shared only with other runs of this suite: all keys lie under a folder of their own.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt as _;
use tokio::task::JoinSet;

use crate::storage::{PutMode, Store, StoreError, Version};

/// Runs the whole suite.
pub(crate) async fn run(store: Arc<dyn Store>) {
    what_is_put_is_got(&*store).await;
    creating_happens_once(&*store).await;
    an_update_needs_the_current_version(&*store).await;
    deleting_is_repeatable(&*store).await;
    listing_is_ordered_and_paged(&*store).await;
    scanning_is_ordered_and_whole(&*store).await;
    bad_keys_are_refused(&*store).await;
    one_of_many_creators_wins(&store).await;
    no_increment_is_lost(&store).await;
    readers_see_whole_objects(&store).await;
}

async fn get(store: &dyn Store, key: &str) -> Option<(Bytes, Version)> {
    store.get(key).await.expect("reading works")
}

async fn what_is_put_is_got(store: &dyn Store) {
    assert_eq!(get(store, "conf/put/missing").await, None, "nothing is there before it is put");
    assert_eq!(get(store, "conf/nowhere/at/all").await, None, "nor in a folder that does not exist");
    let binary: Bytes = (0..=255u8).collect::<Vec<u8>>().repeat(3).into();
    let bodies = [
        ("conf/put/empty", Bytes::new()),
        ("conf/put/binary.bin", binary),
        ("conf/put/large.pdf", Bytes::from(vec![7u8; 1 << 20])),
        ("conf/put/Diagnóstico ñ 例 🎓 (1) 100%+&?#'.csv", Bytes::from_static("ñandú\r\n--boundary--\r\n".as_bytes())),
        ("conf/put/a..b~c,d=e;f@g!$*[x]{y}^`|", Bytes::from_static(b"odd")),
    ];
    for (key, body) in bodies {
        let version = store.put(key, body.clone(), PutMode::Overwrite).await.expect("writing works");
        let (read, read_version) = get(store, key).await.expect("it is there");
        assert!(read == body, "{key} comes back byte for byte ({} of {} bytes)", read.len(), body.len());
        assert_eq!(read_version, version, "{key} has the version that writing told");
    }
    let before = get(store, "conf/put/binary.bin").await.expect("it is there").1;
    let after = store.put("conf/put/binary.bin", Bytes::from_static(b"short"), PutMode::Overwrite).await.expect("overwriting works");
    assert_ne!(before, after, "a new content has a new version");
    assert_eq!(&get(store, "conf/put/binary.bin").await.expect("it is there").0[..], b"short", "a shorter content leaves nothing behind");
}

async fn creating_happens_once(store: &dyn Store) {
    store.put("conf/create/x", Bytes::from_static(b"one"), PutMode::Create).await.expect("the first creates");
    let second = store.put("conf/create/x", Bytes::from_static(b"two"), PutMode::Create).await;
    assert!(matches!(second, Err(StoreError::AlreadyExists { .. })), "{second:?}");
    let same = store.put("conf/create/x", Bytes::from_static(b"one"), PutMode::Create).await;
    assert!(matches!(same, Err(StoreError::AlreadyExists { .. })), "even with the same content: {same:?}");
    assert_eq!(&get(store, "conf/create/x").await.expect("it is there").0[..], b"one");
    let volatile = store.create_volatile("conf/create/x", Bytes::from_static(b"two")).await;
    assert!(matches!(volatile, Err(StoreError::AlreadyExists { .. })), "{volatile:?}");
    let version = store.create_volatile("conf/create/volatile", Bytes::from_static(b"one")).await.expect("the first creates");
    assert_eq!(get(store, "conf/create/volatile").await, Some((Bytes::from_static(b"one"), version)), "it is there at once");
    store.delete("conf/create/x").await.expect("deleting works");
    store.put("conf/create/x", Bytes::from_static(b"three"), PutMode::Create).await.expect("what was deleted can be created again");
}

async fn an_update_needs_the_current_version(store: &dyn Store) {
    let key = "conf/update/x";
    let absent = store.put(key, Bytes::from_static(b"0"), PutMode::Update(Version("12345".to_owned()))).await;
    assert!(matches!(absent, Err(StoreError::Conflict { .. })), "nothing to update: {absent:?}");
    let first = store.put(key, Bytes::from_static(b"1"), PutMode::Create).await.expect("creates");
    let second = store.put(key, Bytes::from_static(b"2"), PutMode::Update(first.clone())).await.expect("updates");
    assert_ne!(first, second);
    let stale = store.put(key, Bytes::from_static(b"3"), PutMode::Update(first)).await;
    assert!(matches!(stale, Err(StoreError::Conflict { .. })), "the version is stale: {stale:?}");
    assert_eq!(get(store, key).await, Some((Bytes::from_static(b"2"), second.clone())));
    store.delete(key).await.expect("deleting works");
    let gone = store.put(key, Bytes::from_static(b"4"), PutMode::Update(second)).await;
    assert!(matches!(gone, Err(StoreError::Conflict { .. })), "the object is gone: {gone:?}");
}

async fn deleting_is_repeatable(store: &dyn Store) {
    store.put("conf/delete/x", Bytes::from_static(b"x"), PutMode::Create).await.expect("creates");
    for _ in 0..2 {
        store.delete("conf/delete/x").await.expect("deleting what is there, or is not, works");
        assert_eq!(get(store, "conf/delete/x").await, None);
    }
}

async fn listing_is_ordered_and_paged(store: &dyn Store) {
    // A dash sorts before the slash, a dot too, a zero after: folders must not be sorted as bare names.
    let names = ["a", "a-b", "a.b", "aa/x", "aa-/x", "aa.x", "aa0", "b/1/deep", "b/2", "ñ", "例/1", "🎓"];
    let mut expected: Vec<String> = names.iter().map(|n| format!("conf/list/{n}")).collect();
    expected.sort();
    for key in &expected {
        store.put(key, Bytes::from_static(b"x"), PutMode::Overwrite).await.expect("writing works");
    }
    assert_eq!(store.list("conf/list/", None, 100).await.expect("listing works"), expected);
    for size in [1, 2, 5] {
        let mut paged: Vec<String> = Vec::new();
        loop {
            let page = store.list("conf/list/", paged.last().map(String::as_str), size).await.expect("listing works");
            assert!(page.len() <= size, "a page holds at most {size}");
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, expected, "pages of {size}");
    }
    let with_a: Vec<&String> = expected.iter().filter(|k| k.starts_with("conf/list/a")).collect();
    assert_eq!(
        store.list("conf/list/a", None, 100).await.expect("listing works").iter().collect::<Vec<_>>(),
        with_a,
        "a prefix may end inside a name"
    );
    assert_eq!(store.list("conf/list/b/", None, 100).await.expect("listing works"), ["conf/list/b/1/deep", "conf/list/b/2"]);
    assert_eq!(store.list("conf/list/a", Some("conf/list/aa/x"), 100).await.expect("listing works"), ["conf/list/aa0"]);
    let between = store.list("conf/list/", Some("conf/list/aaaa"), 2).await.expect("listing works");
    assert_eq!(between, ["conf/list/b/1/deep", "conf/list/b/2"], "the key to start after need not exist");
    assert!(store.list("conf/list/", Some("conf/zzz"), 100).await.expect("listing works").is_empty());
    assert_eq!(store.list("conf/list/", Some("aaa"), 1).await.expect("listing works").len(), 1);
    assert!(store.list("conf/list/none/", None, 100).await.expect("an empty folder is no error").is_empty());
    assert!(store.list("conf/list/", None, 0).await.expect("listing works").is_empty());
}

/// Uses what [`listing_is_ordered_and_paged`] left.
async fn scanning_is_ordered_and_whole(store: &dyn Store) {
    let all = store.list("conf/list/", None, 100).await.expect("listing works");
    let scan = async |prefix: &str, after: Option<&str>| store.scan(prefix, after).try_collect::<Vec<_>>().await.expect("scanning works");
    assert_eq!(scan("conf/list/", None).await, all);
    for (at, key) in all.iter().enumerate() {
        assert_eq!(scan("conf/list/", Some(key)).await, all[at + 1..], "after {key}");
    }
    assert_eq!(scan("conf/list/a", Some("conf/list/aa/x")).await, ["conf/list/aa0"], "a prefix may end inside a name");
    assert_eq!(
        scan("conf/list/", Some("conf/list/aaaa")).await,
        all.iter().filter(|key| key.as_str() > "conf/list/aaaa").cloned().collect::<Vec<_>>()
    );
    assert!(scan("conf/list/none/", None).await.is_empty() && scan("conf/list/", Some("conf/zzz")).await.is_empty());
    // What is removed or added behind the place where the scan is changes nothing before it.
    let mut begun = store.scan("conf/list/", None);
    assert_eq!(begun.try_next().await.expect("scanning works").as_ref(), all.first());
    store.put("conf/list/zz", Bytes::new(), PutMode::Overwrite).await.expect("writing works");
    store.delete("conf/list/zz").await.expect("deleting works");
    let rest: Vec<String> = begun.try_collect().await.expect("scanning works");
    assert_eq!(rest.into_iter().filter(|key| key != "conf/list/zz").collect::<Vec<_>>(), all[1..]);
    assert!(matches!(store.scan("../", None).try_next().await, Err(StoreError::Refused { .. })));
}

async fn bad_keys_are_refused(store: &dyn Store) {
    for key in ["", "../escape", "conf/../../escape", "/etc/passwd", "conf//x", "conf/x/", "conf/.hidden", "a\\b", "a\0b"] {
        let put = store.put(key, Bytes::from_static(b"x"), PutMode::Overwrite).await;
        assert!(matches!(put, Err(StoreError::Refused { .. })), "put {key:?}: {put:?}");
        assert!(matches!(store.get(key).await, Err(StoreError::Refused { .. })), "get {key:?}");
        assert!(matches!(store.delete(key).await, Err(StoreError::Refused { .. })), "delete {key:?}");
    }
    assert!(matches!(store.list("../", None, 1).await, Err(StoreError::Refused { .. })));
}

async fn one_of_many_creators_wins(store: &Arc<dyn Store>) {
    let mut racers = JoinSet::new();
    for n in 0..50 {
        let store = Arc::clone(store);
        racers.spawn(async move {
            let body = Bytes::from(format!("racer {n}"));
            match store.put("conf/race/create", body, PutMode::Create).await {
                Ok(_) => Some(n),
                Err(StoreError::AlreadyExists { .. }) => None,
                Err(error) => panic!("racer {n}: {error}"),
            }
        });
    }
    let winners: Vec<i32> = racers.join_all().await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1, "exactly one creates: {winners:?}");
    let kept = get(&**store, "conf/race/create").await.expect("it is there").0;
    assert_eq!(kept, Bytes::from(format!("racer {}", winners[0])), "and its content is kept");
}

async fn no_increment_is_lost(store: &Arc<dyn Store>) {
    const WRITERS: usize = 8;
    const EACH: usize = 5;
    store.put("conf/race/count", Bytes::from_static(b"0"), PutMode::Create).await.expect("creates");
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let store = Arc::clone(store);
        writers.spawn(async move {
            for _ in 0..EACH {
                while !increment(&*store).await {}
            }
        });
    }
    writers.join_all().await;
    let count = get(&**store, "conf/race/count").await.expect("it is there").0;
    assert_eq!(count, Bytes::from((WRITERS * EACH).to_string()));
}

/// One compare-and-swap; `false` when someone else was faster.
async fn increment(store: &dyn Store) -> bool {
    let (bytes, version) = get(store, "conf/race/count").await.expect("it is there");
    let count: usize = std::str::from_utf8(&bytes).expect("digits").parse().expect("digits");
    match store.put("conf/race/count", Bytes::from((count + 1).to_string()), PutMode::Update(version)).await {
        Ok(_) => true,
        Err(StoreError::Conflict { .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

async fn readers_see_whole_objects(store: &Arc<dyn Store>) {
    let body = |letter: u8| Bytes::from(vec![letter; 64 * 1024]);
    store.put("conf/race/whole", body(b'a'), PutMode::Overwrite).await.expect("writes");
    let mut tasks = JoinSet::new();
    for letter in b'b'..=b'f' {
        let store = Arc::clone(store);
        tasks.spawn(async move {
            store.put("conf/race/whole", body(letter), PutMode::Overwrite).await.expect("writes");
        });
    }
    for _ in 0..20 {
        let store = Arc::clone(store);
        tasks.spawn(async move {
            let read = get(&*store, "conf/race/whole").await.expect("it is always there").0;
            let letters: BTreeSet<u8> = read.iter().copied().collect();
            assert_eq!((read.len(), letters.len()), (64 * 1024, 1), "a reader sees one writer's whole object");
        });
    }
    tasks.join_all().await;
}
