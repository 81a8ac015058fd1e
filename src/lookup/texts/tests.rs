use std::collections::BTreeMap;

use super::likeness::HashedWords;
use super::*;
use crate::clock::ManualClock;

/// Texts that a test changes, told whole from the beginning and then by what changed.
#[derive(Default)]
struct Told(Mutex<(BTreeMap<String, TextRow>, Vec<String>, bool)>);

impl Told {
    fn set(&self, key: &str, row: Option<TextRow>) {
        let mut told = self.0.lock().unwrap();
        match row {
            Some(row) => told.0.insert(key.to_owned(), row),
            None => told.0.remove(key),
        };
        told.1.push(key.to_owned());
    }
}

#[async_trait]
impl TextRecords for Told {
    async fn read(&self, place: Option<String>) -> Result<Batch, String> {
        let mut told = self.0.lock().unwrap();
        let restart = std::mem::take(&mut told.2);
        let Some(place) = place else {
            let entries = told.0.iter().map(|(key, row)| (key.clone(), Some(row.clone()))).collect();
            return Ok(Batch { entries, place: Some(told.1.len().to_string()), ..Batch::default() });
        };
        let from: usize = place.parse().unwrap();
        let entries = told.1[from..].iter().map(|key| (key.clone(), told.0.get(key).cloned())).collect();
        Ok(Batch { entries, place: Some(told.1.len().to_string()), more: false, restart })
    }
}

fn row(institution: &str, course: &str, title: &str, text: &str) -> TextRow {
    TextRow {
        collection: "topics".to_owned(),
        institution: institution.to_owned(),
        source: "canvas".to_owned(),
        course: Some(course.to_owned()),
        thing: None,
        at: "2026-03-01T10:00:00Z".parse().unwrap(),
        title: title.to_owned(),
        text: text.to_owned(),
    }
}

struct Bench {
    told: Arc<Told>,
    search: Arc<TextSearch>,
    clock: ManualClock,
    folder: tempfile::TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::new("2026-03-01T12:00:00Z".parse().unwrap());
    let told = Arc::new(Told::default());
    let path = folder.path().join("index").join("texts-1.sqlite");
    let search = TextSearch::new(path, Arc::new(clock.clone()), told.clone(), Arc::new(HashedWords));
    Bench { told, search, clock, folder }
}

impl Bench {
    async fn find(&self, words: &str, narrowed: &Narrowed) -> Vec<Hit> {
        self.search.catch_up().await.unwrap();
        let asked = HitFilter::Words { words: words.to_owned(), narrowed: narrowed.clone(), after: None, limit: 50 };
        self.search.ask(asked).await.unwrap().hits
    }

    async fn titles(&self, words: &str) -> Vec<String> {
        self.find(words, &Narrowed::default()).await.into_iter().map(|hit| hit.title).collect()
    }
}

#[tokio::test]
async fn words_are_found_without_accents_and_case_as_beginnings_and_as_phrases() {
    let bench = bench();
    bench
        .told
        .set("a", Some(row("", "1", "Fracciones", "Suma de FRACCIÓNES con el mínimo común múltiplo. Niño, pingüino, cora\u{e7}\u{e3}o.")));
    bench.told.set("b", Some(row("", "1", "Células", "La ce\u{301}lula vegetal y el mínimo de luz, común a todas.")));
    for (words, expected) in [
        ("fraccion", &["Fracciones"][..]),
        ("FRACCIÓN MÍNIMO", &["Fracciones"]),
        ("minimo comun", &["Fracciones", "Células"]),
        ("\"minimo comun\"", &["Fracciones"]),
        ("nino", &["Fracciones"]),
        ("pinguino coracao", &["Fracciones"]),
        ("celula", &["Células"]),
        ("ce\u{301}lula", &["Células"]),
        ("fraccion celula", &[]),
        ("-- ?", &[]),
        ("title:Fracciones OR celula NEAR(", &[]),
    ] {
        let mut found = bench.titles(words).await;
        found.sort_by_key(|title| expected.iter().position(|expected| expected == title));
        assert_eq!(found, expected, "{words}");
    }
    let hit = bench.find("fraccion", &Narrowed::default()).await.remove(0);
    let marked: Vec<String> = hit.highlights.iter().map(|[from, to]| hit.excerpt.chars().skip(*from).take(to - from).collect()).collect();
    assert_eq!(marked, ["FRACCIÓNES"]);
}

#[tokio::test]
async fn an_institution_finds_its_own_texts_only_and_nobodys_are_for_those_who_see_all() {
    let bench = bench();
    for institution in ["north", "south", ""] {
        bench.told.set(institution, Some(row(institution, "1", institution, "la misma palabra secreta")));
    }
    let of = |institutions: &[&str]| Narrowed {
        institutions: Some(institutions.iter().map(|name| (*name).to_owned()).collect()),
        ..Narrowed::default()
    };
    assert_eq!(bench.find("secreta", &Narrowed::default()).await.len(), 3);
    for (institutions, expected) in [(&["north", "app_1"][..], &["north"][..]), (&["south"], &["south"]), (&["other"], &[]), (&[], &[])] {
        let found = bench.find("secreta", &of(institutions)).await;
        assert_eq!(found.iter().map(|hit| hit.title.as_str()).collect::<Vec<_>>(), expected, "{institutions:?}");
        for asked in [
            HitFilter::Like { text: "palabra secreta misma".to_owned(), narrowed: of(institutions), after: None, limit: 9 },
            HitFilter::LikeOne { key: "north".to_owned(), narrowed: of(institutions), after: None, limit: 9 },
        ] {
            let hits = bench.search.ask(asked.clone()).await.unwrap();
            assert!(hits.hits.iter().all(|hit| expected.contains(&hit.title.as_str())), "{asked:?}");
            assert_eq!(hits.is_unknown, matches!(asked, HitFilter::LikeOne { .. }) && !institutions.contains(&"north"));
        }
    }
}

#[tokio::test]
async fn pages_hold_every_hit_once_by_words_and_by_likeness() {
    let bench = bench();
    for n in 0..23 {
        let text = format!("fracciones {} número {n}", "denominador ".repeat(n % 4));
        bench.told.set(&format!("k{n}"), Some(row("", "1", &format!("T{n}"), &text)));
    }
    bench.search.catch_up().await.unwrap();
    for like in [false, true] {
        let (mut after, mut found, mut scores) = (None, Vec::new(), Vec::new());
        loop {
            let narrowed = Narrowed::default();
            let asked = if like {
                HitFilter::Like { text: "fracciones denominador".to_owned(), narrowed, after, limit: 5 }
            } else {
                HitFilter::Words { words: "fracciones".to_owned(), narrowed, after, limit: 5 }
            };
            let hits = bench.search.ask(asked).await.unwrap();
            scores.extend(hits.hits.iter().map(|hit| hit.score));
            found.extend(hits.hits.into_iter().map(|hit| hit.id));
            after = hits.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!((found.len(), found.iter().collect::<std::collections::BTreeSet<_>>().len()), (23, 23), "{like}");
        assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
    }
}

#[tokio::test]
async fn the_file_follows_changes_and_comes_back_when_it_is_deleted_damaged_or_of_another_time() {
    let bench = bench();
    bench.told.set("a", Some(row("", "1", "Uno", "palabra")));
    assert_eq!(bench.titles("palabra").await, ["Uno"]);
    bench.told.set("a", Some(row("", "1", "Dos", "palabra")));
    bench.told.set("b", Some(row("", "1", "Tres", "otra")));
    assert_eq!(bench.titles("palabra").await, ["Dos"]);
    bench.told.set("a", None);
    assert!(bench.titles("palabra").await.is_empty());
    let file = bench.folder.path().join("index/texts-1.sqlite");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(bench.titles("otra").await, ["Tres"]);
    bench.told.0.lock().unwrap().2 = true;
    assert_eq!(bench.titles("otra").await, ["Tres"], "begun anew");
    let again = TextSearch::new(file.clone(), Arc::new(bench.clock.clone()), bench.told.clone(), Arc::new(HashedWords));
    again.catch_up().await.unwrap();
    assert!(again.is_complete());
    #[expect(clippy::disallowed_methods, reason = "a test spoils the file")]
    std::fs::write(&file, vec![b'x'; 8192]).unwrap();
    let anew = TextSearch::new(file, Arc::new(bench.clock.clone()), bench.told.clone(), Arc::new(HashedWords));
    let asked = HitFilter::Words { words: "otra".to_owned(), narrowed: Narrowed::default(), after: None, limit: 5 };
    assert_eq!(anew.ask(asked).await.unwrap().hits.len(), 1);
}

#[tokio::test]
async fn nothing_is_made_before_somebody_searches_and_looks_are_some_seconds_apart() {
    let bench = bench();
    bench.told.set("a", Some(row("", "1", "Uno", "palabra")));
    assert_eq!(std::fs::read_dir(bench.folder.path()).unwrap().count(), 0);
    let ask = async || {
        let asked = HitFilter::Words { words: "palabra".to_owned(), narrowed: Narrowed::default(), after: None, limit: 5 };
        bench.search.ask(asked).await.unwrap().hits.len()
    };
    bench.search.catch_up().await.unwrap();
    bench.told.set("b", Some(row("", "1", "Dos", "palabra")));
    assert_eq!(ask().await, 1, "looked a moment ago");
    bench.search.changed();
    assert_eq!(ask().await, 2, "told of a change");
    bench.told.set("c", Some(row("", "1", "Tres", "palabra")));
    bench.clock.advance(LOOK_EVERY);
    assert_eq!(ask().await, 3, "some seconds later");
}

#[tokio::test]
async fn what_is_taken_out_leaves_no_byte_in_the_file() {
    let bench = bench();
    bench.told.set("a", Some(row("", "1", "Planted", "zanahoriaplantada en el texto")));
    bench.told.set("b", Some(row("", "1", "Otro", "algo distinto")));
    assert_eq!(bench.titles("zanahoriaplantada").await.len(), 1);
    bench.told.set("a", None);
    assert!(bench.titles("zanahoriaplantada").await.is_empty());
    bench.search.blocking(|search| search.with_db(|db| db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);"))).await.unwrap();
    for entry in std::fs::read_dir(bench.folder.path().join("index")).unwrap() {
        #[expect(clippy::disallowed_methods, reason = "a test looks into the file")]
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(9).any(|window| window == b"zanahoria"), "a trace is left");
    }
}

/// `cargo test --lib --release -- --ignored --nocapture measure_texts`
#[tokio::test]
#[ignore = "a measure"]
async fn measure_texts() {
    let bench = bench();
    let words = ["fracción", "denominador", "célula", "volcán", "historia", "verbo", "ecuación", "triángulo", "energía", "poema"];
    for n in 0..20_000_usize {
        let text: Vec<&str> = (0..150).map(|at| words[(n * 31 + at * at * 7 + at) % words.len()]).collect();
        bench.told.set(
            &format!("k{n:05}"),
            Some(row(if n % 2 == 0 { "norte" } else { "sur" }, "1", &format!("Tema {n}"), &format!("{} único{n}", text.join(" ")))),
        );
    }
    let begin = std::time::Instant::now();
    bench.search.catch_up().await.unwrap();
    println!("20,000 texts of 150 words taken in: {:?}", begin.elapsed());
    let narrowed = Narrowed { institutions: Some(vec!["norte".to_owned()]), ..Narrowed::default() };
    for (what, asked) in [
        ("a rare word", HitFilter::Words { words: "unico77".to_owned(), narrowed: narrowed.clone(), after: None, limit: 20 }),
        (
            "two words that all have",
            HitFilter::Words { words: "fraccion celula".to_owned(), narrowed: narrowed.clone(), after: None, limit: 20 },
        ),
        ("likeness", HitFilter::Like { text: "fracción célula volcán".to_owned(), narrowed, after: None, limit: 20 }),
    ] {
        let begin = std::time::Instant::now();
        let hits = bench.search.ask(asked).await.unwrap();
        println!("{what}: {} hits in {:?}", hits.hits.len(), begin.elapsed());
    }
    let size = std::fs::metadata(bench.folder.path().join("index/texts-1.sqlite")).unwrap().len();
    println!("{} MiB", size >> 20);
}
