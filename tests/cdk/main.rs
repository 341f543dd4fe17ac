//! The deployment, by the CDK's own command, against an emulator of AWS.
//!
//! [`Cdk`](cdk::Cdk) deploys to an account of its own; [`Deployed`](deployed::Deployed) asks the services what came of
//! it; [`Cloud`](cloud::Cloud) lets that work, under the [permissions] that were deployed.

mod cdk;
mod changes;
mod cloud;
mod deployed;
mod permissions;
mod work;
