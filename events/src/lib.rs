//! The payloads and documents of the cost watcher, with an example of each.
//!
//! A *payload* travels on a topic, a *document* rests in a collection; both belong
//! to one tenant, whom the host knows and the types do not mention. Unknown fields
//! are ignored when reading, so that two versions of the functions can run side by
//! side. `examples/<topic or collection>/*.json` shows each as it looks on the wire.
//!
//! Money is integer micro-USD (a millionth of a dollar). A cost that is not known
//! is `None`, never 0.

mod anomaly;
mod baseline;
mod cost_event;
mod familiar;
mod hunt;
mod moments;
pub mod money;
mod name;
mod notification;
mod observation;
mod raw_payload;
mod report;
mod setup;
mod severity;
mod zombie;

pub use anomaly::{Anomaly, AnomalyStatus};
pub use baseline::{Alarm, Baseline, Burst, History};
pub use cost_event::{
    ActorKind, CostEvent, Effect, Estimate, EventStatus, Outcome, Resource, Series,
};
pub use familiar::{Familiar, Trait};
pub use hunt::{HuntRequest, Sightings};
pub use moments::{Moments, NotFinite};
pub use notification::{Delivery, Notification, Recipient};
pub use observation::{Attempt, Observation};
pub use raw_payload::{Body, RawPayload};
pub use report::{Duplicate, PayloadReport};
pub use setup::{CloudAccount, Credentials, Scheme, Settings, Source};
pub use severity::Severity;
pub use zombie::{HuntReport, HuntStatus, Zombie, ZombieStatus};
