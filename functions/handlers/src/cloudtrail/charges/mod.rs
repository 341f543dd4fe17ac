//! The calls that cost money, a module for each kind of thing.
//!
//! What is in no list here costs nothing by itself, or so little by the call that
//! watching it is not worth the noise.

mod compute;
mod database;
mod ended;
mod managed;
mod network;
mod purchase;
mod serverless;
mod storage;

use super::charge::{Call, Charge};

pub(super) use serverless::calls_a_model;

/// What `call` does to the bill, or would have done; `None` when that is nothing.
pub(super) fn charge(call: &Call<'_>) -> Option<Charge> {
    let call = &call.unwrapped();
    // Purchases first: they are spread over the services, and must not be missed.
    purchase::charge(call).or_else(|| match call.service {
        "ec2" => compute::charge(call)
            .or_else(|| storage::charge(call))
            .or_else(|| network::charge(call))
            .or_else(|| ended::charge(call)),
        "autoscaling" => compute::charge(call),
        "elasticloadbalancing" => network::charge(call),
        "rds" => database::charge(call).or_else(|| ended::charge(call)),
        "lambda" | "bedrock" | "dynamodb" | "kinesis" | "secretsmanager" => {
            serverless::charge(call).or_else(|| ended::charge(call))
        }
        "elasticfilesystem" | "fsx" => storage::charge(call).or_else(|| ended::charge(call)),
        _ => managed::charge(call).or_else(|| ended::charge(call)),
    })
}
