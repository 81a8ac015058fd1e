//! `env.template` and the README's table name every variable the code reads, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gradepost::config::Config;
use gradepost::env::Env;

use crate::harness::{Service, gradepost, repository, school};

/// Read by the code, but set by the platform or only of use to tests.
const NOT_SETTINGS: &[&str] = &["K_SERVICE", "K_REVISION", "GRADEPOST_FAILPOINT"];
/// Severities of Cloud Logging, which stand beside the settings in `telemetry.rs`, and words that settings may hold.
const NOT_VARIABLES: &[&str] = &["ERROR", "WARNING", "INFO", "PLAIN"];

#[test]
fn env_template_lists_exactly_the_variables_the_code_reads() {
    let template = std::fs::read_to_string(repository("env.template")).unwrap();
    let listed: BTreeSet<String> = template
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once('='))
        .map(|(name, _)| name.trim())
        .filter(|name| is_variable(name))
        .map(str::to_owned)
        .collect();
    let mut read = BTreeSet::new();
    collect(&repository("src"), &mut read);
    for name in NOT_SETTINGS {
        read.remove(*name);
    }
    let missing: Vec<_> = read.difference(&listed).collect();
    let surplus: Vec<_> = listed.difference(&read).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "not in env.template: {missing:?}; not read by the code: {surplus:?}");
}

#[test]
fn the_readme_names_every_setting() {
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    let mut read = BTreeSet::new();
    collect(&repository("src"), &mut read);
    let missing: Vec<_> =
        read.iter().filter(|name| !NOT_SETTINGS.contains(&name.as_str()) && !readme.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "not in README.md: {missing:?}");
}

/// What `doctor` shows as a default is one.
#[test]
fn the_defaults_in_env_template_are_those_of_the_code() {
    let template = std::fs::read_to_string(repository("env.template")).unwrap();
    let listed = template.lines().filter_map(|line| line.trim_start_matches("# ").split_once('=')).filter(|(name, _)| is_variable(name));
    let read = |pairs: Vec<(&str, &str)>| {
        let (mut config, problems) = Config::with_problems(&mut Env::from_pairs(pairs));
        // Each reading has a name of its own.
        (config.jobs.seed, config.jobs.instance) = (0, String::new());
        // What is shown of each setting tells whether it was given.
        config.console.settings = Vec::new();
        (format!("{config:#?}"), problems)
    };
    assert_eq!(read(listed.collect()), read(Vec::new()));
}

/// Words that choose between a few ways: what is documented is accepted, and what is accepted is documented.
#[test]
fn the_words_of_every_choice_are_documented_as_the_code_takes_them() {
    const CHOICES: &[&str] = &[
        "STORAGE_BACKEND",
        "MAIL_TRANSPORT",
        "SMTP_TLS",
        "REPORT_LANGUAGE",
        "MISSING_VALUE",
        "RETAKE_POLICY",
        "AMBIGUOUS_MAIL",
        "TASK_QUEUE",
        "LOG_FORMAT",
    ];
    let template = std::fs::read_to_string(repository("env.template")).unwrap();
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    for name in CHOICES {
        let mut env = Env::from_pairs([(*name, "nonsense"), ("SMTP_SERVER", "mail.example")]);
        let (_, problems) = Config::with_problems(&mut env);
        let message = &problems.iter().find(|problem| problem.variable == *name).unwrap_or_else(|| panic!("{name} takes anything")).message;
        let accepted: BTreeSet<&str> = message.split_once("use one of: ").unwrap().1.split(", ").collect();
        let lines: Vec<&str> = template.lines().collect();
        let at = lines.iter().position(|line| line.trim_start_matches("# ").starts_with(&format!("{name}="))).unwrap();
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).unwrap();
        let meaning = row.trim_end_matches(" |").rsplit_once("| ").unwrap().1;
        for text in [lines[at - 1].trim_start_matches("# "), meaning] {
            let documented = choices(text);
            assert!(documented.iter().all(|word| accepted.contains(word.as_str())), "{name}: {documented:?} against {accepted:?}");
            // A second name for a choice may stand in brackets.
            assert!(accepted.iter().all(|word| text.contains(word)), "{name}: '{text}' against {accepted:?}");
        }
    }
}

/// The words of "What it is for: one, two (a remark) or three; more".
fn choices(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut depth = 0;
    for c in text.chars() {
        depth += i32::from(c == '(');
        if depth == 0 {
            plain.push(c);
        }
        depth -= i32::from(c == ')');
    }
    let list = plain.rsplit(": ").find(|part| part.contains(" or ") || part.contains(", or ")).unwrap_or(&plain);
    let list = list.split(['.', ';']).next().unwrap_or_default();
    list.replace(" or ", ", ").split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

fn is_variable(text: &str) -> bool {
    text.len() > 2
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        // The beginning of names that hold an id (`SERVICE_<ID>_SECRET`).
        && !text.ends_with('_')
        && !NOT_VARIABLES.contains(&text)
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The file of a source, which names its secrets.
fn is_a_source(path: &Path) -> bool {
    path.ends_with("mod.rs") && path.parent().and_then(Path::parent).is_some_and(|folder| folder.ends_with("intake/sources"))
}

/// Every upper-case string literal in the files that read settings.
fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.file_name().is_some_and(|name| {
            ["config.rs", "telemetry.rs", "retention.rs", "scores.rs", "belonging.rs"].iter().any(|file| name == *file)
                || is_a_source(&path)
        }) {
            let source = std::fs::read_to_string(&path).unwrap();
            let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            found.extend(
                lines
                    .flat_map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
                    .filter(|literal| is_variable(literal)),
            );
        }
    }
}

/// `doctor --json` in a folder of its own: what it says of one setting or part.
fn doctor(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> impl Fn(&str) -> Vec<String> + use<> {
    let arguments = [&["doctor", "--json"], arguments].concat();
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let output = gradepost(&arguments, &environment).current_dir(folder).output().unwrap();
    let lines: Vec<serde_json::Value> =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    move |part| {
        let found = lines.iter().filter(|line| line["part"] == part);
        found.map(|line| format!("{}: {}", line["state"].as_str().unwrap(), line["detail"].as_str().unwrap())).collect()
    }
}

#[test]
fn settings_are_read_from_a_file_as_any_editor_writes_it_and_the_environment_goes_before_it() {
    let school = school();
    let file = "\u{feff}# our school\r\nexport EMAIL_FROM_NAME=Colegio San José de Ñuñoa\r\nEMAIL_PASSWORD=abcd efgh ijkl mnop\r\nDATA_DIR=\".\" # here\r\nWORKERS=3\r\nPORT=1\r\nSMTP_SEVER=mail.x.cl\r\n";
    std::fs::write(school.path().join(".env"), file).unwrap();
    let told = doctor(school.path(), &[], &[("PORT", "2")]);
    assert_eq!(told("EMAIL_FROM_NAME"), ["set: Colegio San José de Ñuñoa"]);
    assert_eq!(
        (told("EMAIL_PASSWORD"), told("WORKERS"), told("PORT")),
        (vec!["set: set".to_owned()], vec!["set: 3".to_owned()], vec!["set: 2".to_owned()])
    );
    assert!(
        told("SMTP_SEVER")[0].contains("line 7") && told("SMTP_SEVER")[0].contains("did you mean SMTP_SERVER?"),
        "{:?}",
        told("SMTP_SEVER")
    );

    std::fs::write(school.path().join("other.env"), "WORKERS=5\nDATA_DIR=.\n").unwrap();
    let told = doctor(school.path(), &["--env", "other.env"], &[]);
    assert_eq!((told("WORKERS"), told("PORT")), (vec!["set: 5".to_owned()], vec!["set: 8080 (default)".to_owned()]));
}

#[test]
fn a_settings_file_that_cannot_be_read_stops_only_commands_that_need_settings() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "PORT=1\nEMAIL_PASSWORD=\"hunter2\n").unwrap();
    let run = |arguments: &[&str]| gradepost(arguments, &BTreeMap::new()).current_dir(folder.path()).output().unwrap();
    for arguments in [&["jobs", "list"][..], &["serve"], &["doctor"]] {
        let output = run(arguments);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && words.contains(".env, line 2") && !words.contains("hunter2"), "{arguments:?}: {words}");
    }
    assert!(run(&["template", "init", "--list"]).status.success());
    let output = run(&["jobs", "list", "--env", "nowhere.env"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere.env"));
}

#[test]
fn a_misspelt_variable_is_told_beside_what_is_missing_because_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("WEBHOOK_SECERT", "3f9c1e7a5b")].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let output = gradepost(&["serve"], &settings).current_dir(folder.path()).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(words.contains("WEBHOOK_SECRET: is not set") && words.contains("did you mean WEBHOOK_SECRET?"), "{words}");
}

#[test]
fn a_secret_that_anybody_could_guess_stops_the_start_and_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [
        ("WEBHOOK_SECRET", "x"),
        ("WEBHOOK_SECRET", "\"\""),
        ("WEBHOOK_SECRET", "v1="),
        ("WEBHOOK_SECRET_PREVIOUS", "y"),
        ("ADMIN_TOKEN", "changeme"),
        ("TASK_TOKEN", "\"\""),
    ] {
        let settings = [("WEBHOOK_SECRET", "3f9c1e7a5b"), ("DATA_DIR", folder.path().to_str().unwrap()), (name, value)];
        let settings: BTreeMap<String, String> = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let output = gradepost(&["serve"], &settings).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.code() == Some(1) && words.contains(&format!("{name}: ")) && !words.contains("changeme"),
            "{name}={value}: {words}"
        );
    }
}

#[tokio::test]
async fn short_tokens_that_are_no_placeholders_stop_no_start_and_open_what_they_are_for() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), &[("ADMIN_TOKEN", "bar-admin"), ("TASK_TOKEN", "t-1"), ("WEBHOOK_SECRET_PREVIOUS", "old")]);
    let metrics = service.send(service.client().get(service.url("/metrics")).bearer_auth("bar-admin")).await;
    assert_eq!(metrics.status, 200, "{}", service.log());
    let swept = service.send(service.client().post(service.url("/tasks/sweep")).bearer_auth("t-1")).await;
    assert_eq!(swept.status, 200, "{}", service.log());
}
