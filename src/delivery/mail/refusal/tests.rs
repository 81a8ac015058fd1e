//! Each row by its own example, and what nobody has seen by rule.

use proptest::prelude::*;

use super::*;

fn reply(line: &str) -> Reply {
    Reply::of(&[line.to_owned()])
}

const STAGES: [Stage; 7] = [Stage::Connect, Stage::Tls, Stage::Login, Stage::Sender, Stage::Recipient, Stage::Data, Stage::Message];

#[test]
fn every_row_is_reached_by_its_own_example_and_names_its_source() {
    let mut hidden = Vec::new();
    for row in table::all() {
        let stages: &[Stage] = if row.is_for_login() { &[Stage::Login] } else { &[Stage::Recipient, Stage::Message] };
        for stage in stages {
            let found = table::find(*stage, &reply(row.example)).map(|found| found.example);
            if found != Some(row.example) {
                hidden.push(format!("{stage:?}: {} is taken by {found:?}", row.example));
            }
        }
        assert!(row.source.starts_with("https://") || row.source.starts_with("RFC ") || row.source.starts_with("IANA"), "{}", row.source);
    }
    assert!(hidden.is_empty(), "{}", hidden.join("\n"));
}

/// Replies that providers and servers gave to people who asked about them in public, with the stage where they came.
const SEEN: &[(Stage, &str, Reason)] = &[
    (Stage::Message, "550 5.4.5 Daily user sending quota exceeded. h8-20020a05 - gsmtp", Reason::Quota),
    (Stage::Sender, "550 5.4.5 Daily SMTP relay limit exceeded for user. - gsmtp", Reason::Quota),
    (Stage::Login, "454 4.7.0 Too many login attempts, please try again later.", Reason::TooManyLogins),
    (Stage::Login, "454 4.7.0 Temporary authentication failure: Connection lost to authentication server", Reason::TooManyLogins),
    (Stage::Login, "421 4.3.2 Service not available, try again", Reason::Busy),
    (
        Stage::Login,
        "535-5.7.8 Username and Password not accepted. Learn more at https://support.google.com/mail/?p=BadCredentials",
        Reason::LoginRefused,
    ),
    (
        Stage::Login,
        "534-5.7.9 Application-specific password required. Learn more at https://support.google.com/mail/?p=InvalidSecondFactor",
        Reason::AppPasswordNeeded,
    ),
    (
        Stage::Login,
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        Reason::PasswordLoginOff,
    ),
    (Stage::Login, "535 5.7.3 Authentication unsuccessful", Reason::LoginRefused),
    (Stage::Login, "535 Incorrect authentication data", Reason::LoginRefused),
    (Stage::Login, "535 Authentication Credentials Invalid", Reason::LoginRefused),
    (Stage::Recipient, "550 5.1.1 The email account that you tried to reach does not exist.", Reason::AddressUnknown),
    (Stage::Recipient, "550 5.7.1 <ana@example.com>: Recipient address rejected: Access denied", Reason::AddressUnknown),
    (Stage::Recipient, "553 5.3.0 <ana@example.com>... No such user here", Reason::AddressUnknown),
    (Stage::Recipient, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", Reason::AddressUnknown),
    (Stage::Recipient, "550 relay not permitted", Reason::RelayDenied),
    (
        Stage::Recipient,
        "550-5.7.1 [203.0.113.7] Our system has detected an unusual rate of unsolicited mail originating from your IP address.",
        Reason::MachineBlocked,
    ),
    (Stage::Recipient, "451 4.7.1 Greylisting in action, please come back later", Reason::Busy),
    (Stage::Recipient, "450 4.1.1 <ana@example.com>: Recipient address rejected: unverified address", Reason::Busy),
    (Stage::Recipient, "452 4.2.2 The email account that you tried to reach is over quota.", Reason::MailboxFull),
    (Stage::Recipient, "552 5.2.2 mailbox full", Reason::MailboxFull),
    (Stage::Recipient, "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", Reason::MailboxFull),
    (Stage::Message, "552 5.3.4 Your message exceeded Google's message size limits.", Reason::TooLarge),
    (Stage::Sender, "552 5.3.4 Message size exceeds fixed limit", Reason::TooLarge),
    (Stage::Sender, "552 message size exceeds maximum permitted", Reason::TooLarge),
    (Stage::Message, "552 Message is too long.", Reason::TooLarge),
    (Stage::Message, "552 5.2.3 Message size exceeds maximum message size", Reason::TooLarge),
    (Stage::Sender, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", Reason::SenderNotAllowed),
    (
        Stage::Message,
        "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.",
        Reason::SenderNotAllowed,
    ),
    (Stage::Message, "550 5.7.1 Message rejected: DMARC policy", Reason::SenderNotAllowed),
    (Stage::Message, "550 5.1.8 Access denied, bad outbound sender AS(42004)", Reason::AccountBlocked),
    (Stage::Message, "554 5.1.8 Sender Address Blocked", Reason::AccountBlocked),
    (Stage::Message, "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.", Reason::MachineBlocked),
    (Stage::Message, "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit", Reason::Quota),
    (Stage::Message, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", Reason::Throttled),
    (Stage::Message, "554 5.7.1 Spam message rejected", Reason::Content),
    (Stage::Message, "550 5.7.1 This message looks like spam", Reason::Content),
    (Stage::Message, "554 Transaction failed", Reason::Content),
    (Stage::Connect, "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using bl.spamcop.net", Reason::MachineBlocked),
    (Stage::Connect, "554 no SMTP service here", Reason::MachineBlocked),
    (Stage::Connect, "421 4.7.0 Try again later, closing connection", Reason::Busy),
    (Stage::Sender, "530 5.7.0 Authentication Required", Reason::LoginNeeded),
    (Stage::Sender, "501 5.1.7 Invalid address", Reason::SenderNotAllowed),
    (Stage::Sender, "451 4.3.0 Mail server temporarily rejected message", Reason::Busy),
    (Stage::Message, "452 4.3.1 Insufficient system storage", Reason::Busy),
    (
        Stage::Recipient,
        "421 4.7.0 [TSS04] Messages from 203.0.113.7 temporarily deferred due to unexpected volume or user complaints",
        Reason::Busy,
    ),
];

#[test]
fn replies_seen_in_the_field_are_told_apart() {
    let wrong = SEEN.iter().filter(|(stage, line, reason)| classify(*stage, &reply(line)) != *reason);
    let wrong: Vec<String> = wrong.map(|(stage, line, _)| format!("{stage:?} {line}: {:?}", classify(*stage, &reply(line)))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_refusal_before_the_recipient_never_blames_the_student_s_address() {
    for stage in [Stage::Connect, Stage::Tls, Stage::Login, Stage::Sender] {
        for line in ["550 no", "554 5.0.0 no", "571 no", "501 syntax", "503 bad sequence", "500 what?", "599 x"] {
            assert_eq!(classify(stage, &reply(line)).about(), About::Account, "{stage:?}: {line}");
        }
    }
}

#[test]
fn every_reason_says_what_to_do_and_only_those_about_the_account_name_settings_of_it() {
    for row in table::all() {
        assert!(row.reason.advice().len() > 20, "{:?}", row.reason);
        assert!(!row.reason.cause().is_empty());
    }
}

proptest! {
    #[test]
    fn what_begins_with_4_never_waits_for_a_person(code in 400u16..500, text in "[a-z0-9 .]{0,80}", stage in 0usize..7) {
        let about = classify(STAGES[stage], &reply(&format!("{code} {text}"))).about();
        // Words may still say that the recipient or the message is at fault; random ones practically never do.
        prop_assert!(matches!(about, About::Later | About::Account), "{code} {text}: {about:?}");
    }

    #[test]
    fn an_unknown_refusal_for_good_is_about_what_was_being_said(code in 550u16..552, text in "[bcdfgz ]{0,40}") {
        let about = |stage| classify(stage, &reply(&format!("{code} {text}"))).about();
        prop_assert_eq!(about(Stage::Recipient), About::Address);
        prop_assert_eq!(about(Stage::Message), About::Message);
        prop_assert_eq!(about(Stage::Sender), About::Account);
        prop_assert_eq!(about(Stage::Login), About::Account);
    }

    #[test]
    fn no_reply_is_too_odd_to_be_classed(line in ".{0,300}", stage in 0usize..7) {
        let _ = classify(STAGES[stage], &reply(&line));
    }
}
