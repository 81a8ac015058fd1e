//! Students of institutions: added, changed and removed by the provider, and told to the institution each time.
//!
//! A student's record is create-only generations, as everything's; the newest counts. Removing one leaves a generation that says so and nothing about whom.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::gateway::Gateway;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::{InstitutionId, StudentId};
use crate::gateway::model::NewEvent;
use crate::gateway::registry::{read_json, to_json};
use crate::storage::key::gateway::{GatewayKey, parse_student_of, student_folder, students_of_folder};
use crate::storage::{PutMode, StoreError};

/// Bytes of what is kept of a student.
const MOST_BYTES: usize = 16 * 1024;
/// Fields that a caller does not set.
const OURS: &[&str] = &["id", "schoolId", "createdAt", "updatedAt"];
/// Records read at once for a list.
const AT_ONCE: usize = 16;

/// A student.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Student {
    /// Our id.
    pub id: StudentId,
    /// The institution.
    pub institution: InstitutionId,
    /// What is kept: `name`, `email`, and whatever else the caller gave.
    pub fields: Map<String, Value>,
    /// When it was added.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// How often it changed.
    pub generation: u64,
    /// It is removed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

/// What happens to a student, as its events are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happening {
    Created,
    Updated,
    Deleted,
}

impl Happening {
    /// The events that tell of it: `student.applied` is what seed 001's receivers wait for.
    fn events(self) -> &'static [&'static str] {
        match self {
            Self::Created => &["student.created", "student.applied"],
            Self::Updated => &["student.updated"],
            Self::Deleted => &["student.deleted"],
        }
    }
}

impl Student {
    /// As JSON, under the school's own name.
    pub fn to_json(&self, school: &str) -> Value {
        let mut whole = Map::new();
        whole.insert("id".to_owned(), json!(self.id));
        whole.insert("schoolId".to_owned(), json!(school));
        whole.extend(self.fields.clone());
        whole.insert("createdAt".to_owned(), json!(self.created));
        whole.insert("updatedAt".to_owned(), json!(self.updated));
        Value::Object(whole)
    }
}

impl Gateway {
    /// Adds a student and tells the institution.
    ///
    /// # Errors
    /// A field is wrong, or nothing was done.
    pub async fn add_student(&self, institution: InstitutionId, school: &str, fields: Map<String, Value>) -> Result<Student, GatewayError> {
        let fields = checked(Map::new(), fields)?;
        let now = self.core.clock.now();
        let id = StudentId::new(now, &self.core.chance);
        let student = Student { id, institution, fields, created: now, updated: now, generation: 1, deleted: false };
        self.write_student(&student).await?;
        let (institution_hex, student_hex) = (institution.hex(), id.hex());
        let listed = GatewayKey::StudentOf { institution: &institution_hex, student: &student_hex }.path();
        self.core.store.put(&listed, bytes::Bytes::from_static(b"{}"), PutMode::Create).await?;
        self.tell_student(&student, school, Happening::Created).await?;
        Ok(student)
    }

    /// Changes what is given, and tells the institution.
    ///
    /// # Errors
    /// There is no such student, a field is wrong, or nothing was done.
    pub async fn update_student(&self, id: StudentId, school: &str, fields: Map<String, Value>) -> Result<Student, GatewayError> {
        let present = self.student(id).await?;
        let fields = checked(present.fields.clone(), fields)?;
        let student = Student { fields, updated: self.core.clock.now(), generation: present.generation + 1, ..present };
        self.write_student(&student).await?;
        self.tell_student(&student, school, Happening::Updated).await?;
        // The one before stays for whoever reads just now; older ones are of no use.
        if let Some(generation) = student.generation.checked_sub(2).filter(|generation| *generation > 0) {
            self.core.store.delete(&GatewayKey::Student { student: &id.hex(), generation }.path()).await?;
        }
        Ok(student)
    }

    /// Removes a student and tells the institution; what was kept goes.
    ///
    /// # Errors
    /// There is no such student, or nothing was done.
    pub async fn delete_student(&self, id: StudentId, school: &str) -> Result<(), GatewayError> {
        let present = self.student(id).await?;
        let gone =
            Student { fields: Map::new(), updated: self.core.clock.now(), generation: present.generation + 1, deleted: true, ..present };
        self.write_student(&gone).await?;
        self.tell_student(&gone, school, Happening::Deleted).await?;
        let hex = id.hex();
        for generation in 1..gone.generation {
            self.core.store.delete(&GatewayKey::Student { student: &hex, generation }.path()).await?;
        }
        let institution = gone.institution.hex();
        self.core.store.delete(&GatewayKey::StudentOf { institution: &institution, student: &hex }.path()).await?;
        Ok(())
    }

    /// A student.
    ///
    /// # Errors
    /// There is none of this id.
    pub async fn student(&self, id: StudentId) -> Result<Student, GatewayError> {
        let keys = self.core.store.list(&student_folder(&id.hex()), None, 10_000).await?;
        let newest = keys.last().ok_or(GatewayError::NotFound("student"))?;
        let student: Option<Student> = read_json(&*self.core.store, newest).await?;
        student.filter(|student| !student.deleted).ok_or(GatewayError::NotFound("student"))
    }

    /// Students of an institution, oldest first, behind one of them; one that cannot be read is passed over and told.
    ///
    /// # Errors
    /// The store's.
    pub async fn students(
        &self,
        institution: InstitutionId,
        behind: Option<StudentId>,
        limit: usize,
    ) -> Result<Vec<Student>, GatewayError> {
        let hex = institution.hex();
        let after = behind.map(|id| GatewayKey::StudentOf { institution: &hex, student: &id.hex() }.path());
        let folder = students_of_folder(&hex);
        let keys = self.core.store.scan(&folder, after.as_deref()).take(limit);
        let ids: Vec<StudentId> =
            keys.try_filter_map(async |key| Ok(parse_student_of(&key).and_then(StudentId::from_hex))).try_collect().await?;
        let mut read = stream::iter(ids).map(|id| async move { (id, self.student(id).await) }).buffered(AT_ONCE);
        let mut found = Vec::new();
        while let Some((id, student)) = read.next().await {
            match student {
                Ok(student) => found.push(student),
                Err(GatewayError::NotFound(_)) => {}
                Err(GatewayError::Internal(error)) => {
                    tracing::warn!(error, student = %id, "a student's record cannot be read and is passed over");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn write_student(&self, student: &Student) -> Result<(), GatewayError> {
        let key = GatewayKey::Student { student: &student.id.hex(), generation: student.generation }.path();
        match self.core.store.put(&key, to_json(&key, student)?, PutMode::Create).await {
            Ok(_) => Ok(()),
            Err(StoreError::AlreadyExists { .. }) => {
                Err(GatewayError::Conflict("somebody else changed this student just now; try again".to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn tell_student(&self, student: &Student, school: &str, happening: Happening) -> Result<(), GatewayError> {
        for event_type in happening.events() {
            let event = NewEvent {
                event_type: (*event_type).to_owned(),
                payload: student.to_json(school).to_string(),
                key: Some(student.id.to_string()),
                subject: Some(student.id.to_string()),
                ..NewEvent::default()
            };
            // Whoever asks again after a failure tells of the same generation once.
            let once = format!("{}/{}/{event_type}", student.id, student.generation);
            self.publish(student.institution, event, Some(&once)).await?;
        }
        Ok(())
    }
}

/// What is kept when these fields change; null takes one away.
fn checked(mut present: Map<String, Value>, changes: Map<String, Value>) -> Result<Map<String, Value>, GatewayError> {
    for (name, value) in changes {
        if OURS.contains(&name.as_str()) {
            continue;
        }
        if value.is_null() {
            present.remove(&name);
        } else {
            present.insert(name, value);
        }
    }
    let has_name = present.get("name").and_then(Value::as_str).is_some_and(|name| !name.trim().is_empty());
    if !has_name {
        return Err(GatewayError::invalid("name", "a student has a name"));
    }
    if present
        .get("email")
        .is_some_and(|email| !email.as_str().is_some_and(|email| email.contains('@') && !email.contains(char::is_whitespace)))
    {
        return Err(GatewayError::invalid("email", "this is no e-mail address"));
    }
    let size = serde_json::to_vec(&present).map_or(usize::MAX, |bytes| bytes.len());
    if size > MOST_BYTES {
        return Err(GatewayError::TooLarge { size, most: MOST_BYTES });
    }
    Ok(present)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name_and_never_sets_what_is_ours() {
        let present = fields(&json!({ "name": "Ana", "email": "ana@example.org", "grade": 3 }));
        let changed = checked(present, fields(&json!({ "email": null, "grade": 4, "id": "stu_x", "createdAt": 1 }))).unwrap();
        assert_eq!(Value::Object(changed), json!({ "name": "Ana", "grade": 4 }));
    }

    #[test]
    fn a_student_has_a_name_and_what_is_called_an_address_is_one() {
        for bad in [
            json!({}),
            json!({ "name": " " }),
            json!({ "name": 7 }),
            json!({ "name": "Ana", "email": "ana" }),
            json!({ "name": "Ana", "email": 7 }),
        ] {
            assert!(checked(Map::new(), fields(&bad)).is_err(), "{bad}");
        }
        let large = json!({ "name": "Ana", "notes": "x".repeat(MOST_BYTES) });
        assert!(matches!(checked(Map::new(), fields(&large)), Err(GatewayError::TooLarge { .. })));
    }
}
