//! What a mail server's refusal is about, which decides who must act and which mails wait.
//!
//! A refusal can be about this address, about this message, about our account (then it holds for every mail), or about this moment.
//! Servers say so by the enhanced status code (RFC 3463) and, where that is vague, only by their words: [`table`] has both.

mod table;

use std::time::Duration;

use crate::delivery::mail::reply::Reply;

/// A refusal, with everything a person needs to act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// What the server said and when in the conversation, or what was found before anything was said; safe to show and to keep.
    pub words: String,
    /// For refusals about the account: how long all mails wait before one of them is tried again.
    pub held_for: Option<Duration>,
}

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The recipient's address: a person corrects it.
    Address,
    /// This message: a person changes what is sent.
    Message,
    /// Our account, our sender address or our line: every mail would be refused, so all of them wait, and one tries at a time.
    Account,
    /// This moment: the mail is tried again automatically.
    Later,
}

/// Why a mail was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// There is no such mailbox, or it takes no mail.
    AddressUnknown,
    /// The address cannot be used with this server.
    AddressUnusable,
    /// The mail is larger than the server takes.
    TooLarge,
    /// The server refuses what the mail holds.
    Content,
    /// The account has sent as much as it may in an hour, a day or a month.
    Quota,
    /// The account sends faster than it may.
    Throttled,
    /// The account may not send in the name of the sender's address.
    SenderNotAllowed,
    /// The server does not pass mail on for us.
    RelayDenied,
    /// The account is blocked or not yet opened.
    AccountBlocked,
    /// The address of our machine is blocked.
    MachineBlocked,
    /// The server wants a login and none is configured.
    LoginNeeded,
    /// User name or password are wrong.
    LoginRefused,
    /// The provider wants a password made for programs.
    AppPasswordNeeded,
    /// The provider has switched logins by password off.
    PasswordLoginOff,
    /// The server offers no login by password.
    NoPasswordLogin,
    /// The server offers no login at all.
    NoLoginOffered,
    /// The account logged in too often.
    TooManyLogins,
    /// The server wants TLS first.
    TlsNeeded,
    /// Server, port, TLS and certificate do not fit together.
    WrongSettings,
    /// The recipient's mailbox is full.
    MailboxFull,
    /// Try again later.
    Busy,
}

impl Reason {
    /// What the refusal is about.
    pub fn about(self) -> About {
        match self {
            Self::AddressUnknown | Self::AddressUnusable => About::Address,
            Self::TooLarge | Self::Content => About::Message,
            Self::MailboxFull | Self::Busy => About::Later,
            _ => About::Account,
        }
    }

    /// The stable word that jobs, alerts and logs carry.
    pub fn cause(self) -> &'static str {
        match self {
            Self::AddressUnknown => "mail_refused",
            Self::AddressUnusable => "address_invalid",
            Self::TooLarge => "mail_too_large",
            Self::Content => "mail_content_refused",
            Self::Quota | Self::Throttled => "mail_quota",
            Self::SenderNotAllowed | Self::RelayDenied => "mail_sender_refused",
            Self::AccountBlocked | Self::MachineBlocked => "mail_account_blocked",
            Self::LoginNeeded
            | Self::LoginRefused
            | Self::AppPasswordNeeded
            | Self::PasswordLoginOff
            | Self::NoPasswordLogin
            | Self::NoLoginOffered
            | Self::TooManyLogins
            | Self::TlsNeeded => "mail_login_refused",
            Self::WrongSettings => "mail_settings",
            Self::MailboxFull | Self::Busy => "mail_unavailable",
        }
    }

    /// What a person should do, with the settings by name.
    pub fn advice(self) -> &'static str {
        match self {
            Self::AddressUnknown => "correct the student's address at the platform, then release the job",
            Self::AddressUnusable => {
                "correct the student's address at the platform, or use a mail server that takes such addresses (SMTPUTF8)"
            }
            Self::TooLarge => {
                "make the pictures of the report's template smaller, or use a mail server that takes larger mails, then release the job"
            }
            Self::Content => "look into the words of the mail server; change the mail's text or the template, then release the job",
            Self::Quota => {
                "nothing is lost: all mails wait and go automatically when the account may send again; for more mails a day use a larger plan or another provider"
            }
            Self::Throttled => "nothing is lost: all mails wait a moment and go automatically",
            Self::SenderNotAllowed => {
                "set EMAIL_FROM to an address that this account may send from, or verify the address or its domain (SPF, DKIM) at the provider"
            }
            Self::RelayDenied => "set EMAIL_USER and EMAIL_PASSWORD, or have the provider let this machine send through SMTP_SERVER",
            Self::AccountBlocked => "open the provider's page and unblock, activate or pay for the account of EMAIL_USER",
            Self::MachineBlocked => {
                "have the provider allow this machine's address, or use another SMTP_SERVER; a mail service is better than sending from a machine of your own"
            }
            Self::LoginNeeded => "set EMAIL_USER and EMAIL_PASSWORD",
            Self::LoginRefused => {
                "correct EMAIL_USER and EMAIL_PASSWORD (for Gmail, Yahoo, iCloud and Zoho with two steps: an app password)"
            }
            Self::AppPasswordNeeded => {
                "make an app password in the account's security settings and set it as EMAIL_PASSWORD; the ordinary password does not work"
            }
            Self::PasswordLoginOff => {
                "have the administrator allow \"Authenticated SMTP\" for the mailbox of EMAIL_USER, or use a mail service with passwords as SMTP_SERVER"
            }
            Self::NoPasswordLogin => {
                "gradepost logs in with a password (PLAIN or LOGIN) and cannot use XOAUTH2; set SMTP_SERVER to a mail service that takes passwords, for instance the provider's SMTP relay"
            }
            Self::NoLoginOffered => {
                "unset EMAIL_PASSWORD if this server needs no login, or correct SMTP_SERVER, SMTP_PORT and SMTP_TLS: many servers offer the login only after TLS, on port 587 or 465"
            }
            Self::TooManyLogins => {
                "nothing is lost: all mails wait and the login is tried again later; see that no other program logs in to the account too often"
            }
            Self::TlsNeeded => "set SMTP_TLS=starttls (port 587) or SMTP_TLS=implicit (port 465)",
            Self::WrongSettings => "all mails wait until the settings fit the server; gradepost doctor tries them",
            Self::MailboxFull => "the mail is tried again for a day; ask the student to make room, or correct the address at the platform",
            Self::Busy => "the mail is tried again automatically",
        }
    }

    /// The first pause after a refusal about the account; it doubles up to an hour while the tries fail.
    pub(super) fn first_pause(self) -> Duration {
        match self {
            Self::Throttled => Duration::from_secs(10),
            Self::TooManyLogins => Duration::from_mins(2),
            Self::WrongSettings => Duration::from_mins(1),
            reason if reason.cause() == "mail_login_refused" => Duration::from_mins(1),
            _ => Duration::from_hours(1),
        }
    }
}

impl Refusal {
    /// A refusal that only concerns its own mail.
    pub fn new(reason: Reason, words: impl Into<String>) -> Self {
        Self { reason, words: words.into(), held_for: None }
    }

    /// Words and advice in one line.
    pub fn text(&self) -> String {
        format!("{}; {}", self.words, self.reason.advice())
    }
}

/// Where in the conversation we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Connect,
    Tls,
    Login,
    Sender,
    Recipient,
    Data,
    Message,
}

impl Stage {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Connect => "connecting",
            Self::Tls => "starting TLS",
            Self::Login => "logging in",
            Self::Sender => "naming the sender",
            Self::Recipient => "naming the recipient",
            Self::Data => "announcing the message",
            Self::Message => "handing over the message",
        }
    }
}

/// What a refusing reply is about.
///
/// The table goes first. What it does not know is later when the code begins with 4, and else about whatever we were just saying: the login, the sender, the recipient, the message.
pub(super) fn classify(stage: Stage, reply: &Reply) -> Reason {
    match table::find(stage, reply).map(|row| row.reason) {
        Some(reason) if is_possible(reason, stage, reply) => reason,
        _ => by_stage(stage, reply),
    }
}

/// Words can mislead: nobody blames the student's address before it was named, and what may pass never waits for a person.
fn is_possible(reason: Reason, stage: Stage, reply: &Reply) -> bool {
    match reason.about() {
        About::Account | About::Later => true,
        About::Address | About::Message if reply.class() != 5 => false,
        About::Address => matches!(stage, Stage::Recipient | Stage::Data | Stage::Message),
        // The size is announced with the sender.
        About::Message => {
            !matches!(stage, Stage::Connect | Stage::Tls | Stage::Login) && (stage != Stage::Sender || reason == Reason::TooLarge)
        }
    }
}

fn by_stage(stage: Stage, reply: &Reply) -> Reason {
    match stage {
        // Whatever it is, it is said to this account; the pause grows.
        Stage::Login if reply.class() == 4 => Reason::TooManyLogins,
        _ if reply.class() != 5 => Reason::Busy,
        Stage::Connect | Stage::Tls => Reason::MachineBlocked,
        Stage::Login => Reason::LoginRefused,
        Stage::Sender => Reason::SenderNotAllowed,
        Stage::Recipient => Reason::AddressUnknown,
        Stage::Data | Stage::Message => Reason::Content,
    }
}

#[cfg(test)]
mod tests;
