//! The wishes of the person that a report is about, looked at before anything is made.

use crate::jobs::handler::JobError;
use crate::model::person::Student;
use crate::pipeline::run::Run;
use crate::pipeline::trouble::storage;

/// Parks the job of somebody who wants no report: by whatever the event or the platform names them.
///
/// # Errors
/// They do not want one; or nobody can tell at the moment.
pub(super) async fn ask(run: &Run<'_>, student: &Student) -> Result<(), JobError> {
    for name in [&student.id, &student.email].into_iter().flatten() {
        if let Some(cause) = run.services.consent.refusal(name).await.map_err(|error| storage(&error))? {
            return Err(JobError::park(cause, "what this person wants done with their data stands under Privacy"));
        }
    }
    Ok(())
}
