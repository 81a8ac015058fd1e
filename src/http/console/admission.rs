//! Who of those that sign in elsewhere may come in: whoever is on the list of people, or has an address of the school's own domain. Settled here alone.

use jiff::Timestamp;

use crate::audit::Act as Acted;
use crate::http::console::person::{Person, id_of};
use crate::http::console::session::{Session, Via};
use crate::http::console::state::Console;
use crate::http::console::visit::Caller;
use crate::http::tokens::oidc::Identity;
use crate::model::person::EmailAddress;
use crate::storage::StoreError;

/// Who added people that came in by the school's domain.
const BY_DOMAIN: &str = "domain";

/// Who this is to us: somebody on the list, or somebody of the school's own domain, who is put on it. Whoever was taken off the list stays off.
pub async fn admitted(console: &Console, identity: &Identity, now: Timestamp) -> Result<Option<Person>, StoreError> {
    let Ok(email) = EmailAddress::parse(&identity.email) else { return Ok(None) };
    let id = id_of(&email);
    if let Some(person) = console.people.person(&id).await {
        return Ok(Some(person));
    }
    let (domain, role) = (console.config.domain.as_deref(), console.config.default_role);
    // What is remembered of people counts for a minute; whether somebody was taken off the list is looked up.
    if let Some(person) = console.people.find(&id).await? {
        return Ok((!person.removed).then_some(person));
    }
    if !domain.is_some_and(|domain| is_of(identity, &email, domain)) {
        return Ok(None);
    }
    let name = identity.name.as_deref().map(|name| name.chars().filter(|c| !c.is_control()).take(80).collect::<String>());
    let person = Person {
        v: 1,
        id,
        name: name
            .filter(|name| !name.trim().is_empty())
            .unwrap_or_else(|| email.as_str().split('@').next().unwrap_or_default().to_owned()),
        email: email.as_str().to_owned(),
        role,
        added: now,
        by: BY_DOMAIN.to_owned(),
        removed: false,
    };
    let acted = Acted { who: BY_DOMAIN, act: "person.add", on: &person.id, more: Some(role.as_str().to_owned()), ..Acted::default() };
    console.audit.record(acted).await?;
    console.people.keep(&person).await?;
    Ok(Some(person))
}

/// Whether an account belongs to a domain: the provider says whose it is (Google), or at least the address is there.
fn is_of(identity: &Identity, email: &EmailAddress, domain: &str) -> bool {
    let is_managed = identity.domain.as_deref().is_none_or(|managed| managed.eq_ignore_ascii_case(domain));
    is_managed && email.as_str().rsplit_once('@').is_some_and(|(_, of)| of.eq_ignore_ascii_case(domain))
}

/// The session of who passed the proxy: the one that the cookie tells when it is theirs, else one that begins now.
pub async fn of_proxy(caller: &mut Caller, assertion: Option<&str>) {
    let console = caller.console.clone();
    let Some(proxy) = &console.proxy else { return };
    let identity = match assertion {
        Some(assertion) => match proxy.identity(assertion, caller.now).await {
            Ok(identity) => Some(identity),
            Err(error) => {
                tracing::warn!(%error, "An assertion of the proxy in front is not believed");
                None
            }
        },
        None => None,
    };
    let person = match &identity {
        Some(identity) => admitted(&console, identity, caller.now).await.ok().flatten(),
        None => None,
    };
    match (person, &caller.session) {
        (Some(person), Some(session)) if session.via == Via::Iap && session.who == person.id => {}
        // Signed in by a key or a link: the proxy's word does not make them another person.
        (_, Some(session)) if session.via != Via::Iap => {}
        (Some(person), _) => {
            caller.session = Some(Session::begin(&person.id, &person.name, person.role, Via::Iap, caller.now));
            caller.is_new = true;
        }
        (None, _) => caller.session = None,
    }
}
