//! Mails the report: the one step that cannot be undone.
//!
//! `mailing` is recorded before a byte goes out and `mailed` after the final reply; a try that clearly failed is recorded as `unsent`.
//! The first try of a job's first attempt is announced in `prepared` and its receipt recorded with the job's end, each in one write; whatever comes between makes records of their own of them.
//! A try with neither is one of which nobody knows whether the mail arrived.
//! The lease is confirmed before `mailing` and again when the server waits for nothing but the message.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::delivery::mail::refusal::{About, Refusal};
use crate::delivery::mail::{Attachment, OutgoingMail, SendOutcome};
use crate::jobs::handler::JobError;
use crate::model::person::EmailAddress;
use crate::pipeline::compose;
use crate::pipeline::config::AmbiguousMail;
use crate::pipeline::mail_templates::{Figure, MailTemplates, MailText, PlanMail, ReportMail, ReviewItem};
use crate::pipeline::records::{Analysed, Fetched};
use crate::pipeline::run::Run;
use crate::pipeline::waits;
use crate::report::language::Language;
use crate::report::vocabulary;

/// A mail that so often went out without a receipt has most likely arrived; sending it on would only fill the student's inbox.
const MOST_AMBIGUOUS: u32 = 6;

/// `mailing.json`, later tries `mailing_<n>.json`: bytes may go out from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mailing {
    at: Timestamp,
    /// The attempt that mails; another one that finds this record does not.
    pub(super) attempt: u32,
    message_id: String,
}

/// `unsent_<n>.json`: try n is known to have delivered nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Unsent {
    at: Timestamp,
    reply: String,
}

/// `mailed.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mailed {
    pub(super) at: Timestamp,
    pub(super) message_id: String,
    /// The server's final reply.
    pub(super) reply: String,
    /// How many tries it took.
    pub(super) tries: u32,
    /// How many of them may have arrived as well.
    pub(super) ambiguous: u32,
}

/// `address-<round>.json`: where a person wants the report of this round to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Chosen {
    to: String,
}

/// The tries so far in this round.
struct Tries {
    /// The number of the next one, from 1.
    next: u32,
    /// How many of them are not known to have failed.
    ambiguous: u32,
}

/// A mail that may go out.
pub(super) struct Ready {
    mail: OutgoingMail,
    tries: Tries,
}

impl Ready {
    fn announcement(&self, run: &Run<'_>) -> Mailing {
        Mailing { at: run.job.now(), attempt: run.job.attempt(), message_id: self.mail.message_id.clone() }
    }
}

/// Mails the report, unless it is recorded as mailed; `first` is the try that was announced when the report was prepared.
pub(super) async fn step(
    run: &Run<'_>,
    fetched: &Fetched,
    analysed: &Analysed,
    pdf: &Bytes,
    first: Option<&Mailing>,
) -> Result<Mailed, JobError> {
    if let Some(mailed) = run.recorded("mailed").await? {
        return Ok(mailed);
    }
    let ready = ready(run, fetched, analysed, pdf, first).await?;
    run.job.check_lease().await?;
    let ours = ready.announcement(run);
    let kept = run.record(&numbered("mailing", ready.tries.next), &ours).await?;
    if kept.attempt != ours.attempt {
        return Err(elsewhere());
    }
    send(run, ready).await
}

/// The mail, and its announcement, when a job's first attempt may send it as soon as the report is prepared; else [`step`] says why not.
pub(super) async fn at_once(
    run: &Run<'_>,
    fetched: &Fetched,
    analysed: &Analysed,
    pdf: &Bytes,
) -> Result<Option<(Ready, Mailing)>, JobError> {
    if run.job.attempt() > 1 || !run.job.ask().mail {
        return Ok(None);
    }
    let Ok(ready) = ready(run, fetched, analysed, pdf, None).await else { return Ok(None) };
    run.job.check_lease().await?;
    let announcement = ready.announcement(run);
    Ok(Some((ready, announcement)))
}

/// Another attempt said first that it mails.
pub(super) fn elsewhere() -> JobError {
    JobError::retry("mail_elsewhere", "another attempt is mailing this report at this moment")
}

/// Sends a mail that was announced.
pub(super) async fn send(run: &Run<'_>, Ready { mail, tries }: Ready) -> Result<Mailed, JobError> {
    // The conversation up to here may have taken long; who lost the job meanwhile leaves the mail to the other.
    let still_ours = async { run.job.check_lease().await.map_err(|error| error.message) };
    let outcome = run.services.mailer.send_if(&mail, still_ours).await;
    conclude(run, &mail, &tries, outcome).await
}

async fn ready(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed, pdf: &Bytes, first: Option<&Mailing>) -> Result<Ready, JobError> {
    let to = recipient(run, fetched).await?;
    let tries = tries_so_far(run, first).await?;
    if tries.ambiguous >= bearable(run) {
        return Err(held(tries.ambiguous));
    }
    // While all mails wait nothing is announced, so that a long wait leaves no trail of tries.
    if let Some(refusal) = run.services.mailer.held().filter(|refusal| refusal.held_for.is_some_and(|left| !left.is_zero())) {
        return Err(refused(&refusal));
    }
    let mail = compose(run, fetched, analysed, pdf, to).await?;
    Ok(Ready { mail, tries })
}

/// The address, checked before anything is sent; the message does not repeat it.
async fn recipient(run: &Run<'_>, fetched: &Fetched) -> Result<EmailAddress, JobError> {
    // Whoever opened the job again may have named another address (`jobs release --to`).
    if let Some(address) = run.job.ask().to.and_then(|to| EmailAddress::parse(&to).ok()) {
        return Ok(address);
    }
    let language = run.services.config.language;
    let chosen = run.recorded::<Chosen>("address").await?;
    if let Some(address) = chosen.and_then(|chosen| EmailAddress::parse(&chosen.to).ok()) {
        return Ok(address);
    }
    let Some(address) = fetched.student.email.as_deref().filter(|address| !address.trim().is_empty()) else {
        return Err(JobError::park("address_missing", waits::address_missing(language)));
    };
    EmailAddress::parse(address).map_err(|error| JobError::park("address_invalid", waits::address_invalid(&error, language)))
}

async fn tries_so_far(run: &Run<'_>, first: Option<&Mailing>) -> Result<Tries, JobError> {
    let mut tries = Tries { next: 1, ambiguous: 0 };
    loop {
        let is_known = tries.next == 1 && first.is_some();
        if !is_known && run.recorded::<Mailing>(&numbered("mailing", tries.next)).await?.is_none() {
            return Ok(tries);
        }
        let clear = run.recorded::<Unsent>(&numbered("unsent", tries.next)).await?.is_some();
        tries.ambiguous += u32::from(!clear);
        tries.next += 1;
    }
}

async fn conclude(run: &Run<'_>, mail: &OutgoingMail, tries: &Tries, outcome: SendOutcome) -> Result<Mailed, JobError> {
    let at = run.job.now();
    match outcome {
        SendOutcome::Sent(reply) => {
            let message_id = mail.message_id.clone();
            // While the store fails, the core keeps it, and whoever runs the job next in this process is told it.
            run.record_last_fact("mailed", &Mailed { at, message_id, reply, tries: tries.next, ambiguous: tries.ambiguous }).await
        }
        SendOutcome::Refused(refusal) => {
            // A fact: whoever takes this job over must not wonder whether the mail arrived.
            run.record_fact(&numbered("unsent", tries.next), &Unsent { at, reply: refusal.words.clone() }).await?;
            Err(refused(&refusal))
        }
        SendOutcome::Ambiguous(reply) => {
            tracing::warn!(job.id = %run.job.id(), tries = tries.next, "nobody knows whether a mail arrived");
            if tries.ambiguous + 1 >= bearable(run) {
                return Err(held(tries.ambiguous + 1));
            }
            Err(JobError::retry("mail_ambiguous", format!("{reply}; it goes out again under the same Message-ID (AMBIGUOUS_MAIL=resend)")))
        }
    }
}

/// What a refusal means for its job: what a person must fix parks it, what concerns every mail waits with all others.
fn refused(refusal: &Refusal) -> JobError {
    let cause = refusal.reason.cause();
    match refusal.reason.about() {
        About::Address | About::Message => JobError::park(cause, format!("the mail server refuses this mail ({})", refusal.text())),
        About::Account => {
            JobError::retry_after(cause, format!("the mail server refuses all our mails ({})", refusal.text()), refusal.held_for)
        }
        About::Later => JobError::retry(cause, format!("the mail could not be handed over ({})", refusal.text())),
    }
}

/// After how many mails without a receipt a person decides.
fn bearable(run: &Run<'_>) -> u32 {
    match run.services.config.ambiguous {
        AmbiguousMail::Hold => 1,
        AmbiguousMail::Resend => MOST_AMBIGUOUS,
    }
}

fn held(times: u32) -> JobError {
    JobError::park(
        "mail_ambiguous",
        format!(
            "the mail went out {times} time(s), but no receipt is known; ask the student or look into the mail server's log: release the job to send it again, discard it if it arrived"
        ),
    )
}

/// The record's name of a try: the first has none, so that an ordinary job reads `mailing`, `mailed`.
fn numbered(name: &str, number: u32) -> String {
    if number == 1 { name.to_owned() } else { format!("{name}_{number}") }
}

async fn compose(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed, pdf: &Bytes, to: EmailAddress) -> Result<OutgoingMail, JobError> {
    let name = fetched.student.display_name();
    let title = run.completion.assessment.display_title();
    let mails = run.services.mails.current().await;
    let text = mails
        .as_ref()
        .map_err(ToString::to_string)
        .and_then(|mails| text(run, &mails.templates, analysed, &name, &title).map_err(|error| error.to_string()))
        .map_err(|error| JobError::dead("mail_text", format!("the mail's text cannot be written: {error}")))?;
    Ok(OutgoingMail {
        to,
        to_name: Some(name.clone()).filter(|name| !name.contains('@')),
        subject: text.subject,
        text: text.text,
        html: text.html,
        attachments: vec![Attachment {
            file_name: file_name(analysed, &name, &title),
            content_type: "application/pdf",
            bytes: pdf.clone(),
        }],
        logo: mails.ok().and_then(|mails| mails.logo()),
        message_id: message_id(run).await?,
        date: run.job.now(),
    })
}

/// What the attached file is called.
fn file_name(analysed: &Analysed, student: &str, title: &str) -> String {
    match (analysed.parts.is_empty(), analysed.language) {
        (true, Language::Es) => format!("informe_{student}_{title}.pdf"),
        (true, Language::En) => format!("report_{student}_{title}.pdf"),
        (true, Language::Pt) => format!("relatorio_{student}_{title}.pdf"),
        (false, Language::Es) => format!("plan_estudio_{student}.pdf"),
        (false, Language::En) => format!("study_plan_{student}.pdf"),
        (false, Language::Pt) => format!("plano_estudo_{student}.pdf"),
    }
}

fn text(
    run: &Run<'_>,
    templates: &MailTemplates,
    analysed: &Analysed,
    student: &str,
    assessment: &str,
) -> Result<MailText, minijinja::Error> {
    let (analysis, language) = (&analysed.analysis, analysed.language);
    if !analysed.parts.is_empty() {
        let parts: Vec<&str> = analysed.parts.iter().map(|part| part.title.as_str()).collect();
        return templates.plan(language, &PlanMail { student, parts: &parts });
    }
    let level = analysis.level.as_deref().map(|level| vocabulary::shown(level, language));
    let (headline, answers) = (compose::headline(analysis, language), compose::answers(analysis, language));
    let mut figures = vec![Figure::of(&headline, language)];
    if headline != answers {
        figures.push(Figure::of(&answers, language));
    }
    let review = compose::reviews(analysis, language);
    let review: Vec<ReviewItem> = review
        .into_iter()
        .map(|review| ReviewItem { name: review.name, questions: review.text, link: review.link.filter(|link| is_web(link)) })
        .collect();
    let mail = ReportMail {
        student,
        assessment,
        figures: &figures,
        level: level.as_deref(),
        group_kind: analysis.groups.first().map(|group| group.kind.as_str()),
        groups_passed: analysis.groups.iter().filter(|group| group.passed).count(),
        groups_total: analysis.groups.len(),
        all_correct: analysed.all_correct,
        review: &review,
    };
    templates.report(language, &mail).or_else(|error| {
        // The school's file may fail at values that no check foresaw; the student's report does not wait for it.
        tracing::error!(job.id = %run.job.id(), %error, "A mail template of the school failed; the bundled one is used");
        run.services.mails.plain()?.report(language, &mail)
    })
}

/// A link that a mail may carry.
fn is_web(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("http://")
}

/// The same over all attempts, so that mail systems can fold a repeat.
///
/// When a person has a report sent once more that was sent already, it must not be folded: then the id is another.
async fn message_id(run: &Run<'_>) -> Result<String, JobError> {
    let job = run.job.id();
    for round in (1..run.job.round()).rev() {
        if run.recorded_in::<Mailed>("mailed", round).await?.is_some() {
            return Ok(run.services.mailer.message_id(&format!("{job}.{}", run.job.round())));
        }
    }
    Ok(run.services.mailer.message_id(job.as_str()))
}
