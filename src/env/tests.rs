#![expect(clippy::disallowed_methods, reason = "tests arrange the files they read")]

use secrecy::ExposeSecret as _;

use super::*;

fn entry(line: usize, name: &str, value: &str) -> file::Entry {
    file::Entry { name: name.to_owned(), value: value.to_owned(), line }
}

#[test]
fn the_environment_goes_before_the_file() {
    let mut env = Env::from_pairs([("PORT", "1"), ("DATA_DIR", " "), ("ADMIN_TOKEN_FILE", "/run/admin")]);
    let entries =
        vec![entry(1, "PORT", "2"), entry(2, "DATA_DIR", "here"), entry(3, "ADMIN_TOKEN", "from the file"), entry(4, "WORKERS", "3")];
    env.add_file("school.env".into(), entries);
    assert_eq!((env.var("PORT"), env.var("DATA_DIR"), env.var("WORKERS")), (Some("1"), Some("here"), Some("3")));
    assert_eq!(env.var("ADMIN_TOKEN"), None, "a mounted secret is the environment's word, too");
}

#[test]
fn a_later_line_of_the_file_goes_before_an_earlier_one() {
    let mut env = Env::default();
    env.add_file("school.env".into(), vec![entry(1, "PORT", ""), entry(2, "PORT", "2"), entry(3, "PORT", "3")]);
    assert_eq!(env.var("PORT"), Some("3"));
}

#[test]
fn a_misspelt_line_is_told_with_its_place() {
    let mut env = Env::default();
    env.add_file("school.env".into(), vec![entry(7, "SMTP_SEVER", "mail.x.cl")]);
    let hints: Vec<String> = env.hints().iter().map(ToString::to_string).collect();
    assert_eq!(hints, ["SMTP_SEVER: school.env line 7: is not a setting and is ignored; did you mean SMTP_SERVER?"]);
}

#[test]
fn quotes_that_docker_left_around_a_value_are_no_part_of_it() {
    let env = Env::from_pairs([("A", "\"a b\""), ("B", "'x'"), ("C", "\"\""), ("D", "\"half"), ("E", "don't"), ("F", "\"")]);
    assert_eq!(
        [env.var("A"), env.var("B"), env.var("C"), env.var("D"), env.var("E"), env.var("F")],
        [Some("a b"), Some("x"), None, Some("\"half"), Some("don't"), Some("\"")]
    );
}

#[test]
fn a_secret_that_keeps_nobody_out_is_a_problem_and_is_not_repeated() {
    for value in [
        "x",
        "ab",
        "\"\"",
        "v1=",
        "v1=v1=",
        "v1=ab",
        "\u{200b}",
        "a\u{200b}\u{200b}\u{200b}\u{200b}b",
        "changeme",
        "ChangeMe",
        "change-me",
        "your-secret",
        "your_webhook_secret",
        "your-webhook-secret-here",
        "YOUR_ADMIN_TOKEN",
        "tu_secreto",
        "v1=your secret key",
        "<secret>",
        "${WEBHOOK_SECRET}",
        "replace_me",
        "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}",
    ] {
        let mut env = Env::from_pairs([("WEBHOOK_SECRET", value)]);
        assert!(env.guard(&["WEBHOOK_SECRET"]).is_none(), "{value:?}");
        let problems: Vec<String> = env.problems().iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 1, "{value:?}: {problems:?}");
        assert!(problems[0].starts_with("WEBHOOK_SECRET: "), "{problems:?}");
    }
    for short in ["adm", "task", "tttttttttttt"] {
        assert!(Env::from_pairs([("TASK_TOKEN", short)]).guard(&["TASK_TOKEN"]).is_some(), "{short}: an installation that runs must start");
    }
    let mut env = Env::from_pairs([("WEBHOOK_SECRET", "v1=3f9c1e7a5b"), ("ADMIN_TOKEN", "")]);
    assert_eq!(env.guard(&["WEBHOOK_SECRET"]).map(|secret| secret.expose_secret().to_owned()).as_deref(), Some("v1=3f9c1e7a5b"));
    assert!(env.guard(&["ADMIN_TOKEN"]).is_none() && env.problems().is_empty(), "what is not set is off");
}

#[test]
fn a_secret_out_of_a_document_is_taken_and_told() {
    let told = |value: &str| {
        let mut env = Env::from_pairs([("WEBHOOK_SECRET", value)]);
        assert!(env.guard(&["WEBHOOK_SECRET"]).is_some(), "{value}");
        env.warnings().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for published in PUBLISHED {
        for written in [(*published).to_owned(), format!("v1={published}"), format!("whsec_{published}")] {
            let told = told(&written);
            assert!(told.len() == 1 && told[0].starts_with("WEBHOOK_SECRET: ") && !told[0].contains(published), "{told:?}");
        }
    }
    for own in ["3f9c1e7a5b", "youth-orchestra-7", "tucan-4471", "key-your-own"] {
        assert!(told(own).is_empty(), "{own}");
    }
}

#[test]
fn a_mounted_secret_is_judged_alike_and_named_by_its_variable() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    for (bytes, words) in
        [(&b"\xef\xbb\xbf"[..], "is empty"), (b"\n \n", "is empty"), (b"v1=\n", "too short"), (b"\xff\xfe", "cannot read")]
    {
        std::fs::write(path, bytes).unwrap();
        let mut env = Env::from_pairs([("WEBHOOK_SECRET_FILE", path)]);
        assert!(env.guard(&["WEBHOOK_SECRET"]).is_none());
        let told = env.problems().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        assert!(told.starts_with("WEBHOOK_SECRET_FILE: ") && told.contains(words), "{bytes:?}: {told}");
    }
}

#[test]
fn a_secret_in_the_wrong_variable_is_not_repeated_and_a_short_word_is() {
    const SECRET: &str = "SuperSecretToken123";
    let pairs = |value: &str| {
        let names = ["SWITCH", "NUMBER", "CHOICE"];
        let mut env = Env::from_pairs(names.map(|name| (name, value.to_owned())));
        env.switch("SWITCH", false);
        env.parsed::<u32>("NUMBER", 1, "a number");
        env.one_of("CHOICE", 1, &[("one", 1), ("two", 2)]);
        env.problems().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for secret in [SECRET, "hunter2", "correct horse battery", "s3cr3t!", "1234567890123", "ñandú-ñandú-ñandú"] {
        let told = pairs(secret);
        assert_eq!(told.len(), 3, "{told:?}");
        for line in told {
            assert!(!line.contains(secret) && line.contains(&format!("({} characters", secret.chars().count())), "{line}");
        }
    }
    for (word, quoted) in [("yesplease", "'yesplease'"), ("10MB", "'10MB'"), ("-1.5", "'-1.5'")] {
        assert!(pairs(word).iter().all(|line| line.contains(quoted)), "{word}");
    }
}
