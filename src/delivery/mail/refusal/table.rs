//! What providers say, with where they say so: the first row that fits counts.
//!
//! Rows about the account's own limits come after those about a full mailbox, because both speak of quotas; the enhanced status codes of the RFCs come last, because providers give them meanings of their own.

use crate::delivery::mail::refusal::{Reason, Stage};
use crate::delivery::mail::reply::{Enhanced, Reply};

/// One kind of refusal.
#[derive(Debug)]
pub(super) struct Row {
    /// What the refusal is about.
    pub(super) reason: Reason,
    /// The three digits; `None` for any.
    code: Option<u16>,
    /// Enhanced codes that fit, `x` standing for any number; empty for any.
    enhanced: &'static [&'static str],
    /// Words of which one must be there, in lower case, `*` standing for anything between; empty for any.
    words: &'static [&'static str],
    /// Only during the login.
    login: bool,
    /// A true reply of this kind.
    #[cfg_attr(not(test), expect(dead_code, reason = "each row is tested with it"))]
    pub(super) example: &'static str,
    /// Where the reply is documented.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the reader of the table"))]
    pub(super) source: &'static str,
}

/// The row that fits the reply.
pub(super) fn find(stage: Stage, reply: &Reply) -> Option<&'static Row> {
    let text = reply.text.to_lowercase();
    ROWS.iter().find(|row| row.fits(stage, reply, &text))
}

impl Row {
    fn fits(&self, stage: Stage, reply: &Reply, text: &str) -> bool {
        self.code.is_none_or(|code| code == reply.code)
            && (self.enhanced.is_empty()
                || reply.enhanced.is_some_and(|found| self.enhanced.iter().any(|pattern| code_fits(pattern, found))))
            && (self.words.is_empty() || self.words.iter().any(|pattern| words_fit(pattern, text)))
            && (!self.login || stage == Stage::Login)
    }
}

fn code_fits(pattern: &str, found: Enhanced) -> bool {
    let parts = [found.class, found.subject, found.detail];
    pattern.split('.').zip(parts).all(|(wanted, part)| wanted == "x" || wanted.parse() == Ok(part))
}

/// Whether the pieces of the pattern stand in the text in their order.
fn words_fit(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    pattern.split('*').all(|piece| match rest.find(piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

/// A row by enhanced code, words, or both.
const fn row(
    reason: Reason,
    enhanced: &'static [&'static str],
    words: &'static [&'static str],
    example: &'static str,
    source: &'static str,
) -> Row {
    Row { reason, code: None, enhanced, words, login: false, example, source }
}

/// A row that counts during the login only.
const fn at_login(
    reason: Reason,
    enhanced: &'static [&'static str],
    words: &'static [&'static str],
    example: &'static str,
    source: &'static str,
) -> Row {
    Row { reason, code: None, enhanced, words, login: true, example, source }
}

/// A row by the three digits, for servers without enhanced codes.
const fn by_code(reason: Reason, code: u16, words: &'static [&'static str], example: &'static str, source: &'static str) -> Row {
    Row { reason, code: Some(code), enhanced: &[], words, login: false, example, source }
}

const GOOGLE: &str = "https://support.google.com/a/answer/3726730";
const GOOGLE_RELAY: &str = "https://support.google.com/a/answer/6140680";
const MICROSOFT: &str = "https://learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online";
const MICROSOFT_SMTP: &str =
    "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission";
const MICROSOFT_700: &str = "https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/fix-error-code-5-7-700-through-5-7-750";
const SES: &str = "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html";
const SES_QUOTA: &str = "https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html";
const SENDGRID: &str = "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/smtp-errors-and-troubleshooting";
const MAILGUN: &str = "https://help.mailgun.com/hc/en-us/articles/217531258-Authorized-Recipients";
const MAILGUN_DISABLED: &str = "https://help.mailgun.com/hc/en-us/articles/202051664-My-domain-has-been-disabled-Now-what";
const POSTMARK: &str = "https://postmarkapp.com/developer/api/overview#error-codes";
const BREVO: &str = "https://help.brevo.com/hc/en-us/articles/115000188150-Troubleshooting-issues-with-Brevo-SMTP";
const ZOHO: &str = "https://www.zoho.com/mail/help/usage-policy.html";
const YAHOO: &str = "https://senders.yahooinc.com/smtp-error-codes/";
const POSTFIX: &str = "https://www.postfix.org/postconf.5.html";
const POSTFIX_SASL: &str = "https://www.postfix.org/SASL_README.html";
const EXIM: &str = "https://www.exim.org/exim-html-current/doc/html/spec_html/ch-access_control_lists.html";
const CPANEL: &str = "https://docs.cpanel.net/knowledge-base/email/how-to-prevent-email-abuse/";
const QMAIL: &str = "https://cr.yp.to/proto/qmail-smtpd.html (qmail-smtpd.c)";
const DOVECOT: &str = "https://doc.dovecot.org/latest/core/plugins/quota.html";
const SPAMHAUS: &str = "https://www.spamhaus.org/faqs/dnsbl-usage/";
const RFC_3463: &str = "RFC 3463, section 3";
const RFC_4954: &str = "RFC 4954, section 6";
const RFC_5248: &str = "IANA, SMTP Enhanced Status Codes (RFC 5248)";
const RFC_5321: &str = "RFC 5321, section 4.2.3";
const RFC_6647: &str = "RFC 6647 (greylisting)";
const RFC_7372: &str = "RFC 7372, section 3";

use Reason as R;

#[rustfmt::skip] // One row a line: it is read as a table.
const ROWS: &[Row] = &[
    // The login, whose codes have their own meanings.
    at_login(R::Quota, &[], &["credits exceeded", "credit*exhausted"], "451 Authentication failed: Maximum credits exceeded", SENDGRID),
    at_login(R::Quota, &[], &["daily*limit", "daily*quota", "sending*limit", "sending*quota", "message quota"], "535 5.7.8 Daily sending quota exceeded", SES_QUOTA),
    at_login(R::TooManyLogins, &[], &["too many login", "too many auth", "too many bad auth", "too many failed", "too many invalid", "too many concurrent", "too many connections", "login rate", "rate limit"], "454 4.7.0 Too many login attempts, please try again later. - gsmtp", GOOGLE),
    at_login(R::TooManyLogins, &[], &["auth005"], "535 5.7.0 (#AUTH005)", YAHOO),
    at_login(R::AppPasswordNeeded, &["x.7.9"], &["application-specific password", "app password", "appendpassword", "invalidsecondfactor"], "534 5.7.9 Application-specific password required. For more information, go to https://support.google.com/mail/?p=InvalidSecondFactor", GOOGLE),
    at_login(R::AppPasswordNeeded, &[], &["application-specific password", "app password", "app-specific password", "application specific password"], "535 5.7.8 Error: authentication failed: use an app-specific password", GOOGLE),
    at_login(R::PasswordLoginOff, &[], &["basic authentication is disabled", "smtpclientauthentication is disabled", "security defaults", "authentication policy", "conditional access"], "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", MICROSOFT_SMTP),
    at_login(R::PasswordLoginOff, &["x.7.139"], &[], "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully.", MICROSOFT_SMTP),
    at_login(R::AccountBlocked, &["x.7.14"], &[], "534 5.7.14 Please log in through your web browser and then try again.", GOOGLE),
    at_login(R::AccountBlocked, &[], &["web browser", "account*disabled", "account*suspended", "account*blocked", "account*locked", "user*locked", "not yet activated", "account*inactive", "account*not active"], "535 5.7.8 Your account has been suspended", ZOHO),
    at_login(R::MachineBlocked, &[], &["unauthorized ip", "ip*not authorized", "ip*not allowed", "ip*blocked", "not allowed from this ip", "unrecognized ip"], "525 5.7.1 Unauthorized IP address", BREVO),
    at_login(R::TlsNeeded, &["x.7.11"], &[], "538 5.7.11 Encryption required for requested authentication mechanism", RFC_4954),
    at_login(R::TlsNeeded, &[], &["starttls", "encryption required", "must use tls", "ssl required", "requires a secure"], "530 5.7.0 Must issue a STARTTLS command first", POSTFIX),
    // Larger than the server takes. First, because "limit" and "quota" stand in these texts as well.
    row(R::TooLarge, &["x.3.4", "x.2.3"], &[], "552 5.3.4 Message size exceeds fixed limit", RFC_3463),
    row(R::TooLarge, &[], &["message size exceeds", "message exceeded*size", "message is too large", "message too large", "message is too long", "message too long", "message too big", "size exceeds", "exceeds*size limit", "exceeded*size limit", "exceeds maximum*size", "exceeds the maximum*size", "size exceeded", "maximum message size", "databytes limit", "mail size limit", "too big for", "tamaño*excede", "excede el tamaño", "tamanho*excede"], "552 sorry, that message size exceeds my databytes limit", QMAIL),
    // A full mailbox is the recipient's, and passes (RFC 3463, X.2.2: persistent transient).
    row(R::MailboxFull, &["x.2.2"], &[], "552 5.2.2 The email account that you tried to reach is over quota and inactive", GOOGLE),
    row(R::MailboxFull, &[], &["mailbox full", "mailbox is full", "mailbox*full", "inbox is full", "inbox is out of storage", "out of storage space", "over quota", "overquota", "recipient*quota", "user*quota exceeded (mailbox", "mailbox*quota", "mailbox size limit", "exceeded storage allocation", "disk quota", "buzón lleno", "buzón*lleno", "caixa*cheia"], "552 5.7.1 <ana@example.com>: Recipient address rejected: Quota exceeded (mailbox for user is full)", DOVECOT),
    // What the recipient's side receives too much of is not our account's limit.
    row(R::Busy, &["x.2.121", "x.2.122"], &[], "450 4.2.121 RESOLVER.RST.RecipientRateLimitExceeded; the recipient has exceeded their hourly message receipt limit", MICROSOFT),
    row(R::Busy, &[], &["trying to contact is receiving", "user is receiving mail too quickly", "recipient thread limit", "recipientratelimitexceeded"], "450 4.2.1 The user you are trying to contact is receiving mail too quickly. Please resend your message at a later time.", GOOGLE),
    row(R::Busy, &[], &["greylist", "graylist", "grey-list", "gray-list", "grey listed", "lista gris"], "450 4.2.0 <ana@example.com>: Recipient address rejected: Greylisted, see http://postgrey.example.com", RFC_6647),
    // The account has sent too much.
    row(R::Quota, &["x.4.5"], &["limit", "quota"], "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to https://support.google.com/a/answer/166852 - gsmtp", GOOGLE),
    row(R::Quota, &["x.7.1"], &["daily smtp relay", "email quota exceeded"], "550 5.7.1 Daily SMTP relay limit exceeded for customer.", GOOGLE_RELAY),
    row(R::Throttled, &[], &["peak smtp relay limit"], "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error.", GOOGLE_RELAY),
    row(R::Quota, &["x.7.232", "x.7.233", "x.1.90", "x.7.236"], &[], "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit for sending email to external recipients", MICROSOFT),
    row(R::Quota, &[], &["submissionquotaexceeded", "submission quota", "sendingquotaexceeded", "exceeded*sending limit", "sending quota"], "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", MICROSOFT),
    row(R::Throttled, &[], &["maximum sending rate exceeded", "sender thread limit", "concurrent connections limit", "too many concurrent"], "454 Throttling failure: Maximum sending rate exceeded.", SES_QUOTA),
    row(R::Throttled, &["x.7.500", "x.7.501"], &[], "451 4.7.500 Server busy. Please try again later from [203.0.113.7].", MICROSOFT),
    row(R::Quota, &[], &["daily message quota exceeded"], "454 Throttling failure: Daily message quota exceeded.", SES_QUOTA),
    row(R::Quota, &[], &["maximum credits exceeded", "credits exceeded", "out of credits", "not enough credits", "insufficient credits", "no credits"], "451 Authentication failed: Maximum credits exceeded", SENDGRID),
    row(R::Quota, &[], &["max emails per hour", "max defers and failures per hour"], "550 Domain example.cl has exceeded the max emails per hour (500/500 (100%)) allowed. Message discarded.", CPANEL),
    row(R::Throttled, &[], &["too much mail from", "rate limit", "ratelimit", "throttl", "sending too fast", "too many messages", "too many recipients received this hour", "too many emails"], "450 4.7.1 Error: too much mail from 203.0.113.7", POSTFIX),
    row(R::Throttled, &["x.7.28"], &[], "421 4.7.28 Our system has detected an unusual rate of mail", RFC_7372),
    row(R::Quota, &[], &["daily*limit", "daily*quota", "hourly*limit", "hourly*quota", "monthly*limit", "monthly*quota", "limit*per hour", "limit*per day", "emails per day", "messages per day", "messages per hour", "sending limit", "send limit", "message limit", "recipient limit exceeded", "exceeded*quota", "quota exceeded", "límite*env", "cuota*env", "límite diario", "limite*envio", "limite diário", "cota*envio"], "550 5.7.0 Hourly limit reached for this account", EXIM),
    // The account or the machine is blocked.
    row(R::AccountBlocked, &["x.1.8"], &["outbound", "access denied", "sender address blocked", "blocked"], "550 5.1.8 Access denied, bad outbound sender. For more information please go to http://go.microsoft.com/fwlink/?LinkId=875724.", MICROSOFT),
    row(R::MachineBlocked, &["x.7.708", "x.7.606", "x.7.511", "x.7.25"], &[], "550 5.7.708 Access denied, traffic not accepted from this IP.", MICROSOFT_700),
    row(R::AccountBlocked, &["x.7.705", "x.7.750", "x.2.253", "x.7.501"], &[], "550 5.7.705 Access denied, tenant has exceeded threshold.", MICROSOFT_700),
    row(R::AccountBlocked, &["x.4.6"], &["unusual sending", "blocked"], "550 5.4.6 Unusual sending activity detected. Please try after sometime", ZOHO),
    row(R::AccountBlocked, &[], &["unusual sending activity", "outgoing blocked", "outgoing mail*suspended", "sending*suspended", "sending*paused", "sending*disabled"], "554 Sending paused for this account. For more information, please check the inbox of the email address associated with your AWS account.", SES),
    row(R::AccountBlocked, &[], &["not allowed to send", "domain*disabled", "account*terminated"], "421 Domain example.cl is not allowed to send: account disabled", MAILGUN_DISABLED),
    row(R::AccountBlocked, &[], &["account is not yet activated", "account*not activated", "activate your", "pending approval", "account is suspended", "account has been suspended", "your account*disabled", "your account*suspended", "your account*blocked", "account suspended"], "502 5.7.0 Your SMTP account is not yet activated. Contact us at contact@sendinblue.com to request activation", BREVO),
    row(R::AccountBlocked, &["x.7.13"], &[], "525 5.7.13 User Account Disabled", RFC_5248),
    row(R::MachineBlocked, &[], &["client host*blocked", "client host rejected", "blocked using", "spamhaus", "barracudacentral", "spamcop", "listed at", "listed by", "listed in*blacklist", "black list", "blocklist", "block list", "unauthorized ip", "ip*blocked", "ip*not authorized", "ip address*rejected", "originating from your ip", "connections will not be accepted", "helo command rejected", "reverse dns", "ptr record", "cannot find your hostname", "poor reputation"], "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org", SPAMHAUS),
    // The account may not use this sender.
    row(R::SenderNotAllowed, &["x.7.60", "x.2.252"], &[], "550 5.7.60 SMTP; Client does not have permissions to send as this sender", MICROSOFT),
    row(R::SenderNotAllowed, &[], &["sendasdenied", "send as this sender", "send on behalf"], "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied", MICROSOFT),
    row(R::SenderNotAllowed, &[], &["address is not verified", "not verified*identit", "identities failed the check", "verified sender", "sender identity", "unauthenticated senders not allowed", "not authorized to send from", "not authorized to send on behalf", "not authorized to perform*ses"], "554 Message rejected: Email address is not verified. The following identities failed the check in region US-EAST-1: informes@example.cl", SES),
    row(R::SenderNotAllowed, &[], &["sender signature", "from*address*not*sender signature"], "550 5.7.1 Sender signature not found", POSTMARK),
    row(R::SenderNotAllowed, &[], &["for test purposes only", "authorized recipients"], "421 Domain sandbox1234.mailgun.org is not allowed: Sandbox subdomains are for test purposes only. Please add your own domain or add the address to authorized recipients", MAILGUN),
    row(R::SenderNotAllowed, &[], &["sender you used*not valid", "sender*is not valid", "sender is not allowed", "relaying disallowed as", "sender address rejected", "sender rejected", "sender not allowed", "sender denied", "invalid sender", "sender verify failed", "verification failed for", "sender address must match", "sender domain", "envelope sender", "not owned by user", "badmailfrom", "from address*not", "must match the authenticated"], "553 5.7.1 <informes@example.cl>: Sender address rejected: not owned by user otro@example.cl", POSTFIX),
    row(R::SenderNotAllowed, &["x.7.20", "x.7.21", "x.7.22", "x.7.23", "x.7.24", "x.7.26", "x.7.27", "x.7.509", "x.7.515"], &[], "550 5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.", RFC_7372),
    row(R::SenderNotAllowed, &[], &["dmarc", "spf check", "spf validation", "spf fail", "dkim", "sender is unauthenticated"], "550 5.7.1 Email rejected per DMARC policy for example.cl", ZOHO),
    // The server does not know us.
    row(R::TlsNeeded, &[], &["starttls", "encryption required", "must use tls", "tls is required", "tls required"], "530 5.7.0 Must issue a STARTTLS command first", POSTFIX),
    by_code(R::LoginNeeded, 530, &[], "530 5.7.0 Authentication Required. For more information, go to https://support.google.com/mail/?p=WantAuthError", RFC_4954),
    row(R::LoginNeeded, &["x.7.57"], &[], "550 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM", MICROSOFT),
    row(R::LoginNeeded, &[], &["authentication required", "authentication is required", "not authenticated", "must authenticate", "please authenticate", "need to authenticate", "requires authentication", "authenticate first", "auth first", "login first", "smtp auth*required"], "550 5.7.1 SMTP authentication required", EXIM),
    row(R::RelayDenied, &[], &["relay access denied", "relaying denied", "relay denied", "relay not permitted", "not permitted to relay", "unable to relay", "relaying not allowed", "relay not allowed", "relaying is not", "relaying prohibited", "credentials for relay", "allowed rcpthosts", "we do not relay", "no relay", "mail relay"], "554 5.7.1 <ana@example.com>: Relay access denied", POSTFIX),
    row(R::LoginRefused, &["x.7.8"], &[], "535 5.7.8 Username and Password not accepted.", POSTFIX_SASL),
    // The address.
    row(R::AddressUnknown, &[], &["user unknown", "unknown user", "no such user", "no such mailbox", "no such address", "user not found", "mailbox not found", "unknown recipient", "recipient unknown", "unrouteable address", "unroutable address", "no mailbox here", "does not exist", "doesn't exist", "doesn't have a", "mailbox unavailable", "invalid recipient", "invalid mailbox", "marked as inactive", "address blacklisted", "suppression list", "suppressed", "account that you tried to reach", "recipient address rejected", "domain not found", "null mx", "host unknown", "usuario desconocido", "no existe"], "550 5.2.1 The email account that you tried to reach is disabled.", GOOGLE),
    row(R::AddressUnusable, &["x.6.7", "x.1.3", "x.6.8", "x.6.9"], &[], "553 5.6.7 Non-ASCII addresses not permitted for that sender/recipient", RFC_5248),
    // What the mail holds.
    row(R::Content, &[], &["spam", "virus", "malware", "potential security issue", "content*rejected", "content*blocked", "content*not", "attachment", "policy reasons", "unsolicited", "phish", "suspicious", "message*blocked", "message*refused", "not rfc 5322 compliant", "administrative prohibition"], "552 5.7.0 This message was blocked because its content presents a potential security issue.", GOOGLE),
    row(R::Content, &["5.6.0", "5.6.1", "5.6.2", "5.6.3", "5.6.6", "x.7.9"], &[], "554 5.6.0 Invalid message", RFC_3463),
    // The RFCs' meaning of an enhanced code, for servers that nobody has written about.
    row(R::AddressUnknown, &["5.1.0", "5.1.1", "5.1.2", "5.1.4", "5.1.6", "5.1.10", "5.2.0", "5.2.1", "5.2.4", "5.4.1", "5.4.4", "5.4.6", "5.4.12", "5.4.14", "5.4.310", "5.7.703"], &[], "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", RFC_3463),
    row(R::SenderNotAllowed, &["x.1.7", "x.1.8"], &[], "501 5.1.7 Bad sender address syntax", RFC_3463),
    row(R::Busy, &["5.3.1", "5.3.2", "5.3.3", "5.4.3", "5.4.5", "5.4.7"], &[], "554 5.3.2 System not accepting network messages", RFC_3463),
    // Bare codes.
    by_code(R::MailboxFull, 552, &[], "552 Requested mail action aborted", RFC_5321),
    by_code(R::TlsNeeded, 538, &[], "538 Not over this connection", RFC_4954),
    by_code(R::Busy, 421, &[], "421 Service not available, closing transmission channel", RFC_5321),
];

#[cfg(test)]
impl Row {
    pub(super) fn is_for_login(&self) -> bool {
        self.login
    }
}

#[cfg(test)]
pub(super) fn all() -> &'static [Row] {
    ROWS
}
