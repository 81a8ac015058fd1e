//! Commands of another user than the one whose store it is: they refuse in words, and leave nothing that the service cannot open.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::gcs_emulator::peer::peer;
use crate::harness::{SECRET, Service, completion, files, school};

/// Nobody, as nearly every Unix numbers it.
const NOBODY: u32 = 65_534;

fn command(folder: &Path, arguments: &[&str]) -> Output {
    let settings = [
        ("DATA_DIR", folder.to_str().unwrap()),
        ("PORT", "0"),
        ("MAIL_TRANSPORT", "file"),
        ("EMAIL_USER", "informes@colegio.example"),
        ("WEBHOOK_SECRET", SECRET),
    ];
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    crate::harness::gradepost(arguments, &settings).output().unwrap()
}

/// Files and folders that another user owns.
fn owned_by_others(folder: &Path, owner: u32) -> Vec<String> {
    let all = files(folder);
    let is_foreign = |name: &String| std::fs::symlink_metadata(folder.join(name)).is_ok_and(|about| about.uid() != owner);
    all.into_iter().filter(is_foreign).collect()
}

#[tokio::test]
async fn commands_of_root_on_the_service_s_folder_refuse_and_leave_nothing_behind() {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    if peer("root", is_root.then_some(()).ok_or_else(|| "files can be given to another user by root only".to_owned())).is_none() {
        return;
    }
    let school = school();
    let mut service = Service::start(school.path(), &[]);
    let answer = service.webhook(&completion("ana")).await;
    assert_eq!(answer.body["status"], "processed");
    let job = answer.body["job_id"].as_str().unwrap().to_owned();
    assert!(service.terminate().success());
    let given = Command::new("chown").args(["-R", &NOBODY.to_string()]).arg(school.path()).status().unwrap();
    assert!(given.success() && owned_by_others(school.path(), NOBODY).is_empty());

    let before = files(school.path());
    for arguments in [
        &["jobs", "list"][..],
        &["jobs", "show", &job],
        &["jobs", "retry", &job],
        &["jobs", "repair"],
        &["export", "processed"],
        &["storage", "check"],
        &["projections", "rebuild"],
        &["serve"],
    ] {
        let output = command(school.path(), arguments);
        let words = String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned();
        assert!(!output.status.success(), "{arguments:?} was done:\n{words}");
        assert!(words.contains("is kept by user 65534, and this is user 0") && words.contains("sudo -u"), "{arguments:?}:\n{words}");
    }
    let doctor = command(school.path(), &["doctor"]);
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("is kept by user 65534"), "{}", String::from_utf8_lossy(&doctor.stdout));
    assert_eq!(files(school.path()), before, "nothing was written");
    assert_eq!(owned_by_others(school.path(), NOBODY), Vec::<String>::new(), "no lock or record is root's");
}
