//! What the gateway talks about: institutions, endpoints, events, deliveries, attempts, dead letters, background tasks. One word, one place: whoever uses one imports it from here.

mod delivery;
mod endpoint;
mod event;
mod institution;
mod page;
mod task;

pub use delivery::{Attempt, AttemptStatus, CancelReason, DeadError, DeadLetter, Delivery, DeliveryState, ErrorClass, Trigger};
pub use endpoint::{CompatHeader, DisabledWhy, Endpoint, EndpointPatch, Format, NewEndpoint, Order, PayloadMode};
pub use event::{Event, EventType, NewEvent, Planned, PublishOutcome, Published, SkipReason};
pub use institution::{Institution, InstitutionPatch, Metadata, NewInstitution};
pub use page::{Page, PageQuery};
pub use task::{ReplayFilter, ReplayState, Task, TaskKind, TaskStatus};
