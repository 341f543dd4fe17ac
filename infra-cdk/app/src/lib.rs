//! An application's deployment to AWS, made from its manifest.
//!
//! [`build`] reads what the handlers say of themselves and describes three stacks to the CDK; no handler is named here.
//!
//! | stack | holds | is |
//! |---|---|---|
//! | `<app>-<stage>-data` | table, bucket of objects, key, user pool, sender of mail | what must not be lost: kept when the stack is deleted |
//! | `<app>-<stage>` | a function, role, queue and schedule a handler; the API; alarms, dashboard, budget | what can be made anew |
//! | `<app>-<stage>-edge` | the console's bucket, the distribution, the domain | what the world sees |
//!
//! What a deployment can be told is in [`Settings`].

mod check;
mod error;
pub mod grants;
pub mod naming;
mod not_built;
mod settings;
mod stacks;
pub mod tools;

pub use check::check;
pub use error::DeployError;
pub use settings::Settings;
pub use stacks::build;
