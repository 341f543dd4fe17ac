//! Runs Lambda functions as AWS Lambda would, on this machine.
//!
//! The functions are the real executables, as processes: what they see of Lambda is the
//! [Runtime API](environment) and their environment variables. Around a [`Function`] are the services that
//! invoke it: [`Poller`] for a queue, [`front`] for HTTP, [`Schedule`] for schedules. Everything listens on
//! loopback only. [`Cloud`] is all of it for an application, [`Aws`] an emulator of AWS's other services.
//!
//! What AWS does here is written down in the project's list of promises; `Q6`, `E3` and the like name its lines.

mod aws;
mod cloud;
pub mod environment;
pub mod front;
mod function;
mod invocation;
mod misbehaviour;
pub mod poller;
mod scheduler;

pub use aws::Aws;
pub use cloud::{
    Cloud, CloudOptions, CloudQueues, Executables, Names, REGION, clients, clients_as,
};
pub use environment::LAMBDA_PAYLOAD_BYTES;
pub use function::{Function, FunctionOptions, Slot};
pub use invocation::{FunctionError, InvokeResult, kind};
pub use misbehaviour::{Misbehaviour, kill_at_random};
pub use poller::{Poller, Source};
pub use scheduler::Schedule;
