//! Mail servers that lie, flood, stall and inject: what became of a mail is still known, and nothing they say is obeyed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gradepost::delivery::mail::SendOutcome;
use gradepost::delivery::mail::config::TlsMode;
use gradepost::delivery::mail::refusal::About;

use crate::mail::{mail, mailer};
use crate::scripted_smtp::{Act, Scripted, say};

/// What one mail becomes at a server in the clear with one act out of the ordinary.
async fn outcome_of(stage: &'static str, act: Act) -> (SendOutcome, Scripted) {
    let server = Scripted::start(false, move |verb| (verb == stage).then(|| act.clone())).await;
    let outcome = mailer(server.config(TlsMode::None, false)).send(&mail("hostile@example.com")).await;
    (outcome, server)
}

fn is_unsent(outcome: &SendOutcome) -> bool {
    matches!(outcome, SendOutcome::Refused(_))
}

#[tokio::test]
async fn replies_injected_before_starttls_are_never_believed() {
    let everything = "250-evil\r\n250-AUTH PLAIN LOGIN\r\n250 OK\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued";
    for injected in [everything, "250-evil\r\n250 OK", "2", "\u{16}\u{3}\u{1}"] {
        let server = Scripted::start(false, move |verb| (verb == "STARTTLS").then(|| say(&format!("220 go\r\n{injected}")))).await;
        let outcome = mailer(server.config(TlsMode::StartTls, true)).send(&mail("injected@example.com")).await;
        assert!(is_unsent(&outcome), "{injected:?}: {outcome:?}");
        let seen = server.seen();
        assert!(seen.messages == 0 && !seen.verbs.iter().any(|verb| verb == "AUTH"), "{injected:?}: {seen:?}");
    }
}

#[tokio::test]
async fn a_server_that_never_stops_talking_is_left() {
    let mut seconds = 0.0;
    for bytes in [vec![b'a'; 65_536], b"250-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(1_000), vec![b'\n'; 65_536], vec![0; 65_536]] {
        for stage in ["greeting", "EHLO", "MAIL", "RCPT", "DATA"] {
            let started = Instant::now();
            let (outcome, server) = outcome_of(stage, Act::Flood(bytes.clone())).await;
            assert!(is_unsent(&outcome), "{stage}: {outcome:?}");
            seconds += started.elapsed().as_secs_f64();
            // What the buffers of the two systems hold counts too.
            assert!(server.seen().flooded < 8_000_000, "{stage}: {} bytes", server.seen().flooded);
        }
    }
    assert!(seconds < 60.0, "{seconds}");
}

#[tokio::test]
async fn a_flood_after_the_message_leaves_it_ambiguous() {
    let (outcome, _) = outcome_of("end", Act::Flood(vec![b'a'; 65_536])).await;
    assert!(matches!(outcome, SendOutcome::Ambiguous(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_server_that_stalls_at_any_stage_is_given_up_in_time() {
    for stage in ["greeting", "EHLO", "MAIL", "RCPT", "DATA"] {
        for act in [Act::Hang, Act::Drip(b"250 a reply that takes for ever\r\n".to_vec())] {
            let started = Instant::now();
            let (outcome, server) = outcome_of(stage, act).await;
            assert!(is_unsent(&outcome), "{stage}: {outcome:?}");
            assert!(started.elapsed() < Duration::from_secs(4) && server.seen().messages == 0, "{stage}");
        }
    }
    for stage in ["STARTTLS", "AUTH", "EHLO again"] {
        let server = Scripted::start(false, move |verb| (verb == stage).then_some(Act::Hang)).await;
        let outcome = mailer(server.config(TlsMode::StartTls, true)).send(&mail("stall@example.com")).await;
        assert!(is_unsent(&outcome) && server.seen().messages == 0, "{stage}: {outcome:?}");
    }
    let (outcome, _) = outcome_of("end", Act::Hang).await;
    assert!(matches!(outcome, SendOutcome::Ambiguous(_)), "{outcome:?}");
}

#[tokio::test]
async fn replies_out_of_step_or_without_sense_send_nothing() {
    let early = "220 s\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued early";
    for (stage, words) in [
        ("greeting", early),
        ("greeting", "hello"),
        ("greeting", "354 go"),
        ("EHLO", "250-a\r\n451 b"),
        ("EHLO", "250 ok\r\n250 twice"),
        ("MAIL", "hello there"),
        ("MAIL", "354 go"),
        ("RCPT", "999 what"),
        ("RCPT", "250 ok\r\n354 go"),
        ("DATA", "250 what"),
        ("DATA", "354 go\r\n250 queued before it came"),
        ("DATA", "354 go\r\n550 5.1.1 no"),
    ] {
        let (outcome, server) = outcome_of(stage, say(words)).await;
        assert!(is_unsent(&outcome), "{stage} {words:?}: {outcome:?}");
        assert_eq!(server.seen().messages, 0, "{stage} {words:?}");
    }
}

#[tokio::test]
async fn a_last_reply_without_sense_leaves_the_mail_ambiguous() {
    for act in [say("000 what"), say("354 what"), say("hello"), Act::Close] {
        let (outcome, _) = outcome_of("end", act.clone()).await;
        assert!(matches!(outcome, SendOutcome::Ambiguous(_)), "{act:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn replies_that_are_only_ugly_are_understood() {
    for (stage, bytes) in [
        ("greeting", &b"220 \xff\xfe sink\r\n"[..]),
        ("RCPT", b"250 \xc3\x28\r\n"),
        ("end", b"250 \xff\xfequeued \x1b[31m\r\n"),
        ("greeting", b"220 sink\n"),
        ("end", b"250 queued\n"),
        ("end", b"250\r\n"),
        ("end", b"200 taken\r\n"),
    ] {
        let (outcome, server) = outcome_of(stage, Act::Say(bytes.to_vec())).await;
        assert!(matches!(outcome, SendOutcome::Sent(_)), "{stage} {bytes:?}: {outcome:?}");
        assert_eq!(server.seen().messages, 1);
    }
}

#[tokio::test]
async fn nothing_a_server_says_reaches_a_terminal_as_a_command() {
    let evil = b"550 5.1.1 \x1b]0;owned\x07\x1b[2J\x1b[31mno such user\x1b[0m \xe2\x80\xae gnp.exe\x00\x9b31m\r\n".to_vec();
    for stage in ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "end"] {
        let (outcome, _) = outcome_of(stage, Act::Say(evil.clone())).await;
        let SendOutcome::Refused(refusal) = &outcome else { panic!("{stage}: {outcome:?}") };
        let text = refusal.text();
        assert!(text.contains("no such user"), "{text}");
        assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}'), "{text:?}");
        assert!(!text.contains("[31m") && !text.contains("0;owned"), "{text:?}");
    }
}

#[tokio::test]
async fn a_second_reply_to_a_mail_is_never_taken_for_the_next_one_s() {
    let server = Scripted::start(false, |verb| (verb == "end").then(|| say("250 queued\r\n250 extra"))).await;
    let mailer = mailer(server.config(TlsMode::None, false));
    for number in 0..4 {
        let outcome = mailer.send(&mail("twice@example.com")).await;
        assert!(matches!(outcome, SendOutcome::Sent(_)), "{number}: {outcome:?}");
    }
    assert_eq!(
        server.count("greeting") + server.count("EHLO"),
        4,
        "each mail has a connection of its own, as no reply can be trusted after an odd one"
    );
}

#[tokio::test]
async fn whether_the_mail_is_still_ours_is_asked_when_only_the_message_is_left() {
    let server = Scripted::start(false, |_| None).await;
    let mailer = mailer(server.config(TlsMode::None, false));
    let asked_after = |server: &Scripted| server.seen().verbs;
    let verbs = std::sync::Mutex::new(Vec::new());
    let outcome = mailer
        .send_if(&mail("lost@example.com"), async {
            *verbs.lock().unwrap() = asked_after(&server);
            Err("the lease was lost".to_owned())
        })
        .await;
    assert!(is_unsent(&outcome), "{outcome:?}");
    assert_eq!(verbs.into_inner().unwrap(), ["EHLO", "MAIL", "RCPT", "DATA"]);
    assert_eq!(server.seen().messages, 0);
}

#[tokio::test]
async fn too_many_logins_are_answered_with_patience() {
    let server =
        Scripted::start(false, |verb| (verb == "AUTH").then(|| say("454 4.7.0 Too many login attempts, please try again later. - gsmtp")))
            .await;
    let mailer = mailer(server.config(TlsMode::StartTls, true));
    let letter = mail("patience@example.com");
    let outcomes = futures::future::join_all((0..40).map(|_| mailer.send(&letter))).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, SendOutcome::Refused(refusal) if refusal.reason.about() == About::Account)));
    assert!(server.count("AUTH") <= 4, "{} logins", server.count("AUTH"));
    assert!(mailer.held().is_some_and(|held| held.text().contains("454")));
    assert!(mailer.check().await.is_err());
    assert!(server.count("AUTH") <= 4, "a check does not log in either");
}

#[tokio::test]
async fn a_refused_sender_holds_all_mails_and_a_refused_address_none() {
    let mails = Arc::new(AtomicUsize::new(0));
    let counted = mails.clone();
    let server = Scripted::start(false, move |verb| match verb {
        "RCPT" if counted.fetch_add(1, Ordering::SeqCst) == 0 => Some(say("550 5.1.1 no such user")),
        "end" if counted.load(Ordering::SeqCst) == 3 => {
            Some(say("550 5.7.60 SMTP; Client does not have permissions to send as this sender"))
        }
        _ => None,
    })
    .await;
    let mailer = mailer(server.config(TlsMode::None, false));
    let mut seen = Vec::new();
    for number in 0..6 {
        seen.push(match mailer.send(&mail(&format!("sender{number}@example.com"))).await {
            SendOutcome::Sent(_) => "sent".to_owned(),
            SendOutcome::Refused(refusal) => refusal.reason.cause().to_owned(),
            SendOutcome::Ambiguous(words) => words,
        });
    }
    assert_eq!(seen, ["mail_refused", "sent", "mail_sender_refused", "mail_sender_refused", "mail_sender_refused", "mail_sender_refused"]);
    assert_eq!(mails.load(Ordering::SeqCst), 3, "mails that wait are not tried");
    assert_eq!(mailer.tally().held, 4);
}
