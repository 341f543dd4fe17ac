//! Twinhost on AWS: the ports over the AWS SDK, and the Lambda hosts.
//!
//! Documents and units of work are in one [DynamoDB table](table), messages in SQS queues, objects in
//! S3. [`AwsHost`] puts the ports together from a function's [environment](AwsOptions); [`run`] is a function.

mod absent;
mod auth;
mod clients;
mod commit;
mod delivery;
mod documents;
mod error;
mod host;
pub mod hosts;
mod keys;
mod mail;
mod objects;
pub mod options;
mod secrets;
pub mod table;
mod transfer;

pub use auth::CognitoAuth;
pub use clients::Clients;
pub use commit::{DynamoCommit, Resumed};
pub use delivery::{Delivery, attribute};
pub use documents::DynamoDocuments;
pub use error::StartError;
pub use host::AwsHost;
pub use hosts::run;
pub use keys::KmsKeys;
pub use mail::SesMailer;
pub use objects::S3Objects;
pub use options::{AwsOptions, CognitoOptions};
pub use secrets::secret;
pub use transfer::DynamoTransfer;
