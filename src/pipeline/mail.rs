//! Mails the report: the one step that cannot be undone.
//!
//! `mailing` is recorded before a byte goes out and `mailed` after the final reply; a try that clearly failed is recorded as `unsent`.
//! A try with neither is one of which nobody knows whether the mail arrived.
//! The lease is confirmed before `mailing` and again when the server waits for nothing but the message.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::delivery::mail::{Attachment, OutgoingMail, SendOutcome};
use crate::jobs::handler::JobError;
use crate::model::person::EmailAddress;
use crate::pipeline::analyse::Analysed;
use crate::pipeline::config::AmbiguousMail;
use crate::pipeline::fetch::Fetched;
use crate::pipeline::letters::{Letter, PlanLetter, ReportLetter};
use crate::pipeline::run::Run;
use crate::report::language::Language;
use crate::report::vocabulary;

/// A mail that so often went out without a receipt has most likely arrived; sending it on would only fill the student's inbox.
const MOST_AMBIGUOUS: u32 = 6;

/// `mailing.json`, later tries `mailing_<n>.json`: bytes may go out from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mailing {
    at: Timestamp,
    /// The attempt that mails; another one that finds this record does not.
    attempt: u32,
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

/// The tries so far in this round.
struct Tries {
    /// The number of the next one, from 1.
    next: u32,
    /// How many of them are not known to have failed.
    ambiguous: u32,
}

/// Mails the report, unless it is recorded as mailed.
pub(super) async fn step(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed, pdf: &Bytes) -> Result<Mailed, JobError> {
    if let Some(mailed) = run.recorded("mailed").await? {
        return Ok(mailed);
    }
    let to = recipient(fetched)?;
    let tries = tries_so_far(run).await?;
    if tries.ambiguous >= bearable(run) {
        return Err(held(tries.ambiguous));
    }
    let mail = compose(run, fetched, analysed, pdf, to).await?;
    announce(run, &mail, &tries).await?;
    // The conversation up to here may have taken long; who lost the job meanwhile leaves the mail to the other.
    let still_ours = async { run.job.check_lease().await.map_err(|error| error.message) };
    let outcome = run.services.mailer.send_if(&mail, still_ours).await;
    conclude(run, &mail, &tries, outcome).await
}

/// The address, checked before anything is sent; the message does not repeat it.
fn recipient(fetched: &Fetched) -> Result<EmailAddress, JobError> {
    let Some(address) = fetched.student.email.as_deref().filter(|address| !address.trim().is_empty()) else {
        return Err(JobError::park(
            "address_missing",
            "the student has no e-mail address, neither in the event nor at the platform; add it there, then release the job",
        ));
    };
    EmailAddress::parse(address).map_err(|error| {
        JobError::park(
            "address_invalid",
            format!("the student's e-mail address cannot be used: {error}; correct it at the platform, then release the job"),
        )
    })
}

async fn tries_so_far(run: &Run<'_>) -> Result<Tries, JobError> {
    let mut tries = Tries { next: 1, ambiguous: 0 };
    while run.recorded::<Mailing>(&numbered("mailing", tries.next)).await?.is_some() {
        let clear = run.recorded::<Unsent>(&numbered("unsent", tries.next)).await?.is_some();
        tries.ambiguous += u32::from(!clear);
        tries.next += 1;
    }
    Ok(tries)
}

/// Says in the records that bytes may go out from here on, unless another attempt said so first.
async fn announce(run: &Run<'_>, mail: &OutgoingMail, tries: &Tries) -> Result<(), JobError> {
    run.job.check_lease().await?;
    let ours = Mailing { at: run.job.now(), attempt: run.job.attempt(), message_id: mail.message_id.clone() };
    let kept = run.record(&numbered("mailing", tries.next), &ours).await?;
    if kept.attempt == ours.attempt {
        return Ok(());
    }
    Err(JobError::retry("mail_elsewhere", "another attempt is mailing this report at this moment"))
}

async fn conclude(run: &Run<'_>, mail: &OutgoingMail, tries: &Tries, outcome: SendOutcome) -> Result<Mailed, JobError> {
    let at = run.job.now();
    match outcome {
        SendOutcome::Sent(reply) => {
            let message_id = mail.message_id.clone();
            run.record_fact("mailed", &Mailed { at, message_id, reply, tries: tries.next, ambiguous: tries.ambiguous }).await
        }
        SendOutcome::Permanent(reply) => {
            run.record(&numbered("unsent", tries.next), &Unsent { at, reply: reply.clone() }).await?;
            Err(JobError::park(
                "mail_refused",
                format!(
                    "the mail server refuses this mail for good ({reply}); correct the address at the platform or the mail settings, then release the job"
                ),
            ))
        }
        SendOutcome::Transient(reply) => {
            run.record(&numbered("unsent", tries.next), &Unsent { at, reply: reply.clone() }).await?;
            Err(JobError::retry("mail_unavailable", format!("the mail could not be handed over ({reply})")))
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
    let letter = letter(run, analysed, &name, &title)
        .map_err(|error| JobError::dead("mail_text", format!("the mail's text cannot be written: {error}")))?;
    Ok(OutgoingMail {
        to,
        to_name: Some(name.clone()).filter(|name| !name.contains('@')),
        subject: letter.subject,
        text: letter.text,
        html: letter.html,
        attachments: vec![Attachment {
            file_name: file_name(analysed, &name, &title),
            content_type: "application/pdf",
            bytes: pdf.clone(),
        }],
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

fn letter(run: &Run<'_>, analysed: &Analysed, student: &str, assessment: &str) -> Result<Letter, minijinja::Error> {
    let analysis = &analysed.analysis;
    let school = run.services.config.school.as_deref().or(run.services.mailer.sender_name());
    if !analysed.parts.is_empty() {
        let parts: Vec<&str> = analysed.parts.iter().map(|part| part.title.as_str()).collect();
        return run.services.letters.plan(analysed.language, &PlanLetter { student, parts: &parts, school });
    }
    let level = analysis.level.as_deref().map(|level| vocabulary::shown(level, analysed.language));
    run.services.letters.report(
        analysed.language,
        &ReportLetter {
            student,
            assessment,
            percentage: analysis.percentage,
            level: level.as_deref(),
            group_kind: analysis.groups.first().map(|group| group.kind.as_str()),
            groups_passed: analysis.groups.iter().filter(|group| group.passed).count(),
            groups_total: analysis.groups.len(),
            all_correct: analysed.all_correct,
            school,
        },
    )
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
