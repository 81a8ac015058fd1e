//! Whose data are blocked is left out.

use super::*;

#[tokio::test]
async fn whose_data_are_blocked_is_left_out_of_everything_that_people_see_and_found_for_those_who_decide() {
    let world = World::new();
    let lookup = world.lookup("index", Some(world.jobs.clone()));
    for student in 0..7 {
        let job = world.accept(student, &format!("effect {student}")).await;
        world.run(&job, Ok(sent(world.clock.now()))).await;
    }
    let all = lookup.reports(ReportFilter::default(), PageRequest::default()).await.unwrap().rows;
    assert_eq!(all.len(), 7);
    let of = |student: u64| {
        all.iter().find(|row| row.student.as_ref().unwrap().key.as_deref() == Some(&*made_up::student(student).key)).unwrap()
    };
    let (by_id, by_address) = (made_up::student(1), made_up::student(2));
    *world.blocks.0.lock().unwrap() = BTreeSet::from([by_id.key.clone(), by_address.email.clone().unwrap()]);
    lookup.heed_blocks().await.unwrap();

    let course = all[0].course.as_ref().unwrap().tag;
    assert_eq!(lookup.reports(ReportFilter::default(), PageRequest::default()).await.unwrap().rows.len(), 5);
    assert_eq!(lookup.count(ReportFilter::default(), 100).await.unwrap().count, 5);
    assert_eq!(lookup.standings(ReportFilter::default(), 100).await.unwrap().len(), 5);
    assert_eq!(lookup.standings_of(all.iter().map(|row| row.job.clone()).collect()).await.unwrap().len(), 5);
    assert_eq!(lookup.course_results().await.unwrap()[0].students, 5);
    assert_eq!(lookup.assessment_results(course).await.unwrap()[0].students, 5);
    assert_eq!(lookup.students("", None, 100).await.unwrap().len(), 5);
    for student in [1, 2] {
        let row = of(student);
        let (name, hash) = (made_up::student(student).name, row.student.as_ref().unwrap().hash);
        let of_them = |filter: ReportFilter| lookup.reports(filter, PageRequest::default());
        assert_eq!(of_them(ReportFilter { student: Some(hash), ..ReportFilter::default() }).await.unwrap().rows, []);
        assert!(lookup.students(&name, None, 9).await.unwrap().iter().all(|found| found.student.hash != hash));
        assert_eq!(lookup.student(hash).await.unwrap(), None);
        assert_eq!(lookup.report(&row.job).await.unwrap(), None);
        assert_eq!(lookup.named(row.job.as_str()).await.unwrap(), []);
        // Who decides finds them, and so does whoever gives their data out or erases them.
        assert!(lookup.any_student(hash).await.unwrap().is_some());
        assert!(lookup.all_students(&name, None, 9).await.unwrap().iter().any(|found| found.student.hash == hash));
        assert_eq!(lookup.jobs(ReportFilter { student: Some(hash), ..ReportFilter::default() }, 9).await.unwrap().len(), 1);
    }
    // What comes in of them is not seen for a moment either, in a file that is opened anew as well.
    let job = world.accept(1, "effect of somebody who is blocked").await;
    world.run(&job, Err(JobError::park("person_blocked", "it is blocked"))).await;
    assert_eq!(lookup.report(&job).await.unwrap(), None);
    assert_eq!(lookup.causes(ReportState::Parked).await.unwrap()[0].reports, 1, "that something waits is told");
    let other = world.lookup("other", None);
    other.catch_up().await.unwrap();
    assert_eq!(other.count(ReportFilter::default(), 100).await.unwrap().count, 5);
    // It ends with the block: at once where it was lifted, elsewhere with the next look.
    world.blocks.0.lock().unwrap().clear();
    lookup.heed_blocks().await.unwrap();
    assert_eq!(lookup.count(ReportFilter::default(), 100).await.unwrap().count, 8);
    world.pass(60);
    other.catch_up().await.unwrap();
    assert_eq!(other.count(ReportFilter::default(), 100).await.unwrap().count, 8);
}

/// Whoever reads for people reads the views that leave out whose data are blocked; these files alone read more, and each says why.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads the sources")]
fn only_what_names_nobody_reads_past_the_views() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lookup");
    // The writer, what follows the records, what compares two files, and counts that name nobody.
    let past = ["index.rs", "summary.rs", "sync.rs", "contents.rs", "mod.rs", "figures.rs", "made_up.rs", "tests.rs"];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|kind| kind != "rs") || past.contains(&name.as_str()) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let found: Vec<&str> = text.lines().filter(|line| line.contains("FROM report") || line.contains("FROM student ")).collect();
        // Jobs of one person for giving out and erasing; the words that a condition compares with.
        let allowed = |line: &str| {
            name == "list.rs"
                && (line.contains("SELECT r.job FROM report r")
                    || line.contains("SELECT id FROM student WHERE hash")
                    || line.contains("SELECT f.fold"))
        };
        assert!(found.iter().all(|line| allowed(line)), "{name}: {found:?}");
    }
}
