//! What the operator's own programs hear of all institutions: endpoints that come, change and go, messages that fail, tasks that end. Svix calls these operational webhooks.
//!
//! Their endpoints belong to an institution of the operator's that no list shows; from there on they are endpoints like any other: signed, tried again, logged.

use serde_json::{Value, json};

use crate::gateway::error::GatewayError;
use crate::gateway::ids::InstitutionId;
use crate::gateway::model::{Endpoint, Institution, NewEvent, NewInstitution};
use crate::gateway::{Core, Gateway, filter};

/// The uid of the operator's own institution.
pub const OPERATIONS: &str = "gradepost.operations";

/// What it hears of; an endpoint that names nothing hears all of it.
pub const OPERATIONAL: [&str; 9] = [
    "background_task.finished",
    "endpoint.created",
    "endpoint.deleted",
    "endpoint.disabled",
    "endpoint.enabled",
    "endpoint.updated",
    "message.attempt.exhausted",
    "message.attempt.failing",
    "message.attempt.recovered",
];

impl Gateway {
    /// The operator's own institution, made when there is none.
    pub async fn operations(&self) -> Result<Institution, GatewayError> {
        let new = NewInstitution { name: "Operations".to_owned(), uid: Some(OPERATIONS.to_owned()), ..NewInstitution::default() };
        Ok(self.institution_or_create(new).await?.0)
    }
}

impl Core {
    /// Tells the operator's programs of an endpoint.
    pub(crate) async fn operate_endpoint(&self, name: &str, endpoint: &Endpoint, more: &Value) {
        let mut data = json!({ "endpointId": endpoint.id, "endpointUid": endpoint.uid });
        merge(&mut data, more);
        self.operate(endpoint.institution, name, data).await;
    }

    /// Publishes an event of an institution to the operator's programs, when one asked for its kind; a hint that never fails what it tells of.
    pub(crate) async fn operate(&self, about: InstitutionId, name: &str, mut data: Value) {
        let known = match self.registry.find(OPERATIONS).await {
            // No news about news.
            Ok(Some(known)) if known.institution.id != about => known,
            _ => return,
        };
        if !known.endpoints.iter().any(|stored| filter::skip(&stored.endpoint, name, None).is_none()) {
            return;
        }
        let uid = self.registry.known(about).await.ok().flatten().and_then(|known| known.institution.uid.clone());
        merge(&mut data, &json!({ "appId": about, "appUid": uid }));
        let event = NewEvent { event_type: name.to_owned(), payload: data.to_string(), ..NewEvent::default() };
        // A future that contains itself needs a place of its own.
        let published: std::pin::Pin<Box<dyn Future<Output = _> + Send + '_>> = Box::pin(self.publish(&known, event, None));
        if let Err(error) = published.await {
            tracing::warn!(%error, event = name, "An operational event could not be published");
        }
    }
}

/// Adds fields; those without a value are left out.
fn merge(data: &mut Value, more: &Value) {
    if let (Some(fields), Some(more)) = (data.as_object_mut(), more.as_object()) {
        fields.extend(more.clone());
        fields.retain(|_, value| !value.is_null());
    }
}
