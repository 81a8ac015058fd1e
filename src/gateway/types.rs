//! Event types: listed, added, changed, archived, removed.

use std::collections::BTreeMap;

use crate::gateway::error::GatewayError;
use crate::gateway::model::EventType;
use crate::gateway::{Gateway, catalogue, check};

/// What an event type is created with or replaced by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewEventType {
    /// Its dotted name.
    pub name: String,
    /// What it says.
    pub description: String,
    /// Not to be used any more.
    pub archived: bool,
    /// Said to be old.
    pub deprecated: bool,
    /// JSON Schemas by version.
    pub schemas: Option<BTreeMap<String, serde_json::Value>>,
    /// What lists group it under.
    pub group: Option<String>,
    /// Svix's flags.
    pub feature_flags: Option<Vec<String>>,
}

impl Gateway {
    /// All event types by name, archived ones among them.
    pub async fn event_types(&self) -> Result<Vec<EventType>, GatewayError> {
        Ok(catalogue::all(&*self.core.store).await?.into_values().collect())
    }

    /// One event type.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`].
    pub async fn event_type(&self, name: &str) -> Result<EventType, GatewayError> {
        catalogue::get(&*self.core.store, name).await?.ok_or(GatewayError::NotFound("event type"))
    }

    /// Adds an event type; one that was archived comes back.
    ///
    /// # Errors
    /// [`GatewayError::Conflict`] when there is one of the name.
    pub async fn create_event_type(&self, new: NewEventType) -> Result<EventType, GatewayError> {
        check::event_type("name", &new.name)?;
        self.write_event_type(new, |present| match present {
            Some(present) if !present.archived => {
                Err(GatewayError::Conflict(format!("An event type named {} exists already", present.name)))
            }
            _ => Ok(()),
        })
        .await
    }

    /// Replaces an event type, or adds it; whether it was added.
    pub async fn upsert_event_type(&self, new: NewEventType) -> Result<(EventType, bool), GatewayError> {
        check::event_type("name", &new.name)?;
        let mut was_there = false;
        let written = self.write_event_type(new, |present| {
            was_there = present.is_some();
            Ok(())
        });
        let written = written.await?;
        Ok((written, !was_there))
    }

    /// Changes an event type as `change` says.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`].
    pub async fn update_event_type(&self, name: &str, mut change: impl FnMut(&mut EventType) + Send) -> Result<EventType, GatewayError> {
        let now = self.core.clock.now();
        let changed = catalogue::change(&*self.core.store, name, |present| {
            let mut present = present.ok_or(GatewayError::NotFound("event type"))?;
            change(&mut present);
            present.updated = now;
            present.built_in = false;
            Ok(Some(present))
        });
        changed.await?.ok_or(GatewayError::NotFound("event type"))
    }

    /// Archives an event type; with `expunge` it is removed for good. What came with the product comes back then.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`].
    pub async fn delete_event_type(&self, name: &str, expunge: bool) -> Result<(), GatewayError> {
        self.update_event_type(name, |event_type| {
            event_type.archived = true;
            event_type.deleted = expunge;
        })
        .await
        .map(drop)
    }

    async fn write_event_type(
        &self,
        new: NewEventType,
        mut may: impl FnMut(Option<&EventType>) -> Result<(), GatewayError>,
    ) -> Result<EventType, GatewayError> {
        check::description(&new.description)?;
        let now = self.core.clock.now();
        let name = new.name.clone();
        let written = catalogue::change(&*self.core.store, &name, |present| {
            may(present.as_ref())?;
            let NewEventType { name, description, archived, deprecated, schemas, group, feature_flags } = new.clone();
            let created = present.map_or(now, |present| present.created);
            Ok(Some(EventType {
                name,
                description,
                archived,
                deprecated,
                schemas,
                group,
                feature_flags,
                built_in: false,
                created,
                updated: now,
                generation: 0,
                deleted: false,
            }))
        });
        written.await?.ok_or(GatewayError::NotFound("event type"))
    }

    /// Refuses names in a filter that no event type has.
    pub(crate) async fn check_known_types(&self, filter: Option<&[String]>) -> Result<(), GatewayError> {
        check::event_filter(filter)?;
        for name in filter.unwrap_or_default().iter().filter(|name| !crate::gateway::filter::is_glob(name)) {
            if catalogue::get(&*self.core.store, name).await?.is_none() {
                return Err(GatewayError::invalid("eventTypes", format!("there is no event type '{name}'; create it first")));
            }
        }
        Ok(())
    }
}
