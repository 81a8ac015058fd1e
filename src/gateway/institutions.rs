//! Institutions: created, read, listed, changed, deleted.

use crate::gateway::error::GatewayError;
use crate::gateway::ids::InstitutionId;
use crate::gateway::model::{Institution, InstitutionPatch, NewInstitution, Page, PageQuery};
use crate::gateway::operations::OPERATIONS;
use crate::gateway::{Gateway, check};

impl Gateway {
    /// Creates an institution.
    ///
    /// # Errors
    /// [`GatewayError::Conflict`] when another has the uid.
    pub async fn create_institution(&self, new: NewInstitution) -> Result<Institution, GatewayError> {
        self.write_institution(InstitutionId::new(self.core.clock.now(), &self.core.chance), new).await
    }

    /// The institution of this uid, created when there is none; whether it was created. Of several who ask at once, one creates it.
    pub async fn institution_or_create(&self, new: NewInstitution) -> Result<(Institution, bool), GatewayError> {
        let Some(uid) = new.uid.clone() else { return Ok((self.create_institution(new).await?, true)) };
        // What could not be created is refused also where there is one already.
        check_new(&new)?;
        if let Some(found) = self.find_institution(&uid).await? {
            return Ok((found, false));
        }
        match self.create_institution(new).await {
            Ok(created) => Ok((created, true)),
            Err(conflict @ GatewayError::Conflict(_)) => {
                // Whoever was faster may be between its claim and its record.
                for _ in 0..20 {
                    if let Some(found) = self.find_institution(&uid).await? {
                        return Ok((found, false));
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(25)).await;
                }
                Err(conflict)
            }
            Err(error) => Err(error),
        }
    }

    /// Replaces the institution of this id or uid by another description of it, or creates it; whether it was created.
    pub async fn upsert_institution(&self, id_or_uid: &str, new: NewInstitution) -> Result<(Institution, bool), GatewayError> {
        match self.find_institution(id_or_uid).await? {
            Some(found) => {
                let NewInstitution { name, uid, metadata, throttle, payload_days } = new;
                let patch = InstitutionPatch {
                    name: Some(name),
                    uid: Some(uid),
                    metadata: Some(metadata),
                    throttle: Some(throttle),
                    payload_days: Some(payload_days),
                };
                Ok((self.update_institution(&found.id.to_string(), patch).await?, false))
            }
            None if InstitutionId::parse(id_or_uid).is_some() => Err(GatewayError::NotFound("institution")),
            None => {
                let uid = new.uid.or_else(|| Some(id_or_uid.to_owned()));
                Ok((self.create_institution(NewInstitution { uid, ..new }).await?, true))
            }
        }
    }

    /// The institution of this id or uid.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`].
    pub async fn institution(&self, id_or_uid: &str) -> Result<Institution, GatewayError> {
        self.find_institution(id_or_uid).await?.ok_or(GatewayError::NotFound("institution"))
    }

    /// As [`Self::institution`]; none when there is none.
    pub async fn find_institution(&self, id_or_uid: &str) -> Result<Option<Institution>, GatewayError> {
        Ok(self.core.registry.find(id_or_uid).await?.map(|known| (*known.institution).clone()))
    }

    /// A page of all institutions but the operator's own, by the time they were created.
    pub async fn institutions(&self, query: &PageQuery<InstitutionId>) -> Result<Page<Institution>, GatewayError> {
        let mut ids = self.core.registry.institution_ids().await?;
        if !query.ascending {
            ids.reverse();
        }
        let mut found = Vec::new();
        for id in behind(&ids, query) {
            if found.len() > query.limit {
                break;
            }
            if let Some(known) = self.core.registry.known(id).await?
                && known.institution.uid.as_deref() != Some(OPERATIONS)
            {
                found.push((*known.institution).clone());
            }
        }
        Ok(page(found, query))
    }

    /// Changes an institution.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`]; [`GatewayError::Conflict`] when another has the uid.
    pub async fn update_institution(&self, id_or_uid: &str, patch: InstitutionPatch) -> Result<Institution, GatewayError> {
        let found = self.institution(id_or_uid).await?;
        if let Some(name) = &patch.name {
            check::name(name)?;
        }
        check::metadata(&patch.metadata.clone().unwrap_or_default())?;
        check::rate("throttleRate", patch.throttle.flatten())?;
        if let Some(Some(uid)) = &patch.uid {
            check::institution_uid(uid)?;
            if found.uid.as_ref() != Some(uid) {
                self.core.registry.claim_institution_uid(uid, found.id).await?;
            }
        }
        let now = self.core.clock.now();
        let changed = self.core.registry.change_institution(&self.core.chance, found.id, |present| {
            let Some(present) = present else { return Err(GatewayError::NotFound("institution")) };
            let patch = patch.clone();
            Ok(Some(Institution {
                name: patch.name.unwrap_or_else(|| present.name.clone()),
                uid: patch.uid.unwrap_or_else(|| present.uid.clone()),
                metadata: patch.metadata.unwrap_or_else(|| present.metadata.clone()),
                throttle: patch.throttle.unwrap_or(present.throttle),
                payload_days: patch.payload_days.unwrap_or(present.payload_days),
                updated: now,
                ..present.clone()
            }))
        });
        let changed = changed.await?.ok_or(GatewayError::NotFound("institution"))?;
        if let Some(old) = found.uid.filter(|old| changed.uid.as_ref() != Some(old)) {
            self.core.registry.release_uid("institutions", &old, found.id.ksuid()).await;
        }
        Ok(changed)
    }

    /// Deletes an institution with its endpoints: what waits for them is cancelled.
    ///
    /// # Errors
    /// [`GatewayError::NotFound`].
    pub async fn delete_institution(&self, id_or_uid: &str) -> Result<(), GatewayError> {
        let found = self.institution(id_or_uid).await?;
        let now = self.core.clock.now();
        let deleted = self.core.registry.change_institution(&self.core.chance, found.id, |present| {
            Ok(present.map(|present| Institution { deleted: true, uid: None, updated: now, ..present.clone() }))
        });
        deleted.await?;
        if let Some(uid) = found.uid {
            self.core.registry.release_uid("institutions", &uid, found.id.ksuid()).await;
        }
        Ok(())
    }

    async fn write_institution(&self, id: InstitutionId, new: NewInstitution) -> Result<Institution, GatewayError> {
        check_new(&new)?;
        if let Some(uid) = &new.uid {
            self.core.registry.claim_institution_uid(uid, id).await?;
        }
        let now = self.core.clock.now();
        let made = self.core.registry.change_institution(&self.core.chance, id, |_| {
            let NewInstitution { name, uid, metadata, throttle, payload_days } = new.clone();
            Ok(Some(Institution {
                id,
                uid,
                name,
                metadata,
                throttle,
                payload_days,
                created: now,
                updated: now,
                generation: 0,
                deleted: false,
            }))
        });
        made.await?.ok_or(GatewayError::NotFound("institution"))
    }
}

/// The ids of a list, in its order, that a query may show; one more than its limit are enough.
pub(crate) fn behind<Id: Copy + PartialEq + PartialOrd>(ids: &[Id], query: &PageQuery<Id>) -> Vec<Id> {
    let Some(from) = query.from else { return ids.to_vec() };
    // The one that is named may be gone by now.
    let is_before = |id: &Id| if query.ascending { *id < from } else { *id > from };
    let before: Vec<Id> = ids.iter().copied().filter(is_before).collect();
    if query.backwards {
        return before.into_iter().rev().collect();
    }
    ids.iter().copied().filter(|id| *id != from && !is_before(id)).collect()
}

/// A page of what was found, one more than its limit at most.
pub(crate) fn page<T, Id>(mut found: Vec<T>, query: &PageQuery<Id>) -> Page<T> {
    let done = found.len() <= query.limit;
    found.truncate(query.limit);
    if query.backwards && query.from.is_some() {
        found.reverse();
    }
    Page { data: found, done }
}

/// What a new institution says of itself.
fn check_new(new: &NewInstitution) -> Result<(), GatewayError> {
    check::name(&new.name)?;
    check::metadata(&new.metadata)?;
    check::rate("throttleRate", new.throttle)?;
    new.uid.as_deref().map_or(Ok(()), check::institution_uid)
}
