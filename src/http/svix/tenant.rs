//! Whose institution a path names: what is not the caller's own does not exist for it.

use crate::access::role::Caller;
use crate::gateway::Gateway;
use crate::gateway::model::Institution;
use crate::http::problem::Problem;

/// The institution of this id or uid, if the caller may know of it.
///
/// # Errors
/// 404 also for an institution of somebody else.
pub async fn tenant(gateway: &Gateway, caller: &Caller, id_or_uid: &str) -> Result<Institution, Problem> {
    on(gateway)?;
    let found = gateway.find_institution(id_or_uid).await?;
    found.filter(|found| caller.sees(&found.id.to_string())).ok_or_else(Problem::not_found)
}

/// Whether the caller is nobody's own: only such a one works on all institutions.
///
/// # Errors
/// 403 for a key or token of one institution.
pub fn everywhere(caller: &Caller) -> Result<(), Problem> {
    if caller.institution.is_none() { Ok(()) } else { Err(Problem::forbidden()) }
}

/// Whether there is a gateway.
///
/// # Errors
/// 404 while it is off.
pub fn on(gateway: &Gateway) -> Result<(), Problem> {
    if gateway.is_on() { Ok(()) } else { Err(Problem::not_found()) }
}
