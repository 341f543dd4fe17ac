//! What is paid by use, or by provisioned capacity.
//!
//! A cost by use is unknown when the call is made; the event counts all the same,
//! for who does it where.

use events::Effect;

use super::super::charge::{Call, Charge};
use super::super::json::{at, number, text};
use crate::prices;

pub(super) fn charge(call: &Call<'_>) -> Option<Charge> {
    match (call.service, call.action) {
        ("lambda", "CreateFunction") => Some(function(call, Effect::Start)),
        ("lambda", "UpdateFunctionConfiguration") => {
            at(call.request, "memorySize").map(|_| function(call, Effect::Change))
        }
        ("lambda", "PutProvisionedConcurrencyConfig") => Some(provisioned_concurrency(call)),
        ("bedrock", _) if calls_a_model(call.action) => Some(model(call)),
        ("dynamodb", "CreateTable") => Some(table(call, Effect::Start)),
        ("dynamodb", "UpdateTable") => {
            let paid = ["provisionedThroughput", "billingMode", "globalSecondaryIndexUpdates"];
            let changes = paid.iter().any(|path| at(call.request, path).is_some());
            changes.then(|| table(call, Effect::Change))
        }
        ("kinesis", "CreateStream") => Some(stream(call)),
        ("secretsmanager", "CreateSecret") => Some(secret(call, Effect::Start)),
        ("secretsmanager", "DeleteSecret") => Some(secret(call, Effect::Stop)),
        _ => None,
    }
}

/// Calls of Bedrock that are paid by the token; CloudTrail marks them read-only, and they cost money all the same.
pub(in super::super) fn calls_a_model(action: &str) -> bool {
    matches!(
        action,
        "InvokeModel"
            | "InvokeModelWithResponseStream"
            | "Converse"
            | "ConverseStream"
            | "CreateModelInvocationJob"
    )
}

fn function(call: &Call<'_>, effect: Effect) -> Charge {
    Charge::new(effect, "AWS::Lambda::Function", "MB memory")
        .id(call.text("functionName"))
        .arn(call.text("functionArn"))
        // Lambda's default.
        .quantity(call.number("memorySize").unwrap_or(128))
}

/// Paid by GB and hour, and the function's memory is not in the event.
fn provisioned_concurrency(call: &Call<'_>) -> Charge {
    let count = ["provisionedConcurrentExecutions", "requestedProvisionedConcurrentExecutions"];
    Charge::new(Effect::Start, "AWS::Lambda::Function", "provisioned instance")
        .id(call.text("functionName"))
        .quantity(count.iter().find_map(|path| call.number(path)).unwrap_or(1))
}

fn model(call: &Call<'_>) -> Charge {
    let id = text(call.request, "modelId");
    let mut charge = Charge::new(Effect::Start, "AWS::Bedrock::Model", "call").id(id);
    // `anthropic` of `us.anthropic.some-model-v1:0`: whose model it is.
    charge.family = id
        .map(|id| id.rsplit('/').next().unwrap_or(id))
        .and_then(|id| id.split('.').find(|part| part.len() > 4))
        .map(str::to_owned);
    charge
}

/// Provisioned units are charged by the hour; the default without a billing mode. On demand is by use.
fn table(call: &Call<'_>, effect: Effect) -> Charge {
    let name = text(call.request, "tableName");
    let table = Charge::new(effect, "AWS::DynamoDB::Table", "table")
        .id(name)
        .arn(name.map(|name| call.arn(&format!("table/{name}"))));
    if text(call.request, "billingMode") == Some("PAY_PER_REQUEST") {
        return table;
    }
    let units = |what: &str, each: i64| {
        number(call.request, &format!("provisionedThroughput/{what}"))?.checked_mul(each)
    };
    let read = units("readCapacityUnits", prices::DYNAMODB_READ_UNIT);
    let write = units("writeCapacityUnits", prices::DYNAMODB_WRITE_UNIT);
    table
        .total(read.zip(write).and_then(|(read, write)| read.checked_add(write)))
        .assuming("without secondary indexes")
}

fn stream(call: &Call<'_>) -> Charge {
    let name = text(call.request, "streamName");
    let on_demand = text(call.request, "streamModeDetails/streamMode") == Some("ON_DEMAND");
    let shards = number(call.request, "shardCount");
    let stream = Charge::new(Effect::Start, "AWS::Kinesis::Stream", "stream")
        .id(name)
        .arn(name.map(|name| call.arn(&format!("stream/{name}"))))
        .assuming("without the charge for data");
    match shards {
        Some(count) if !on_demand => Charge {
            unit: "shard".to_owned(),
            ..stream.quantity(count).each(Some(prices::KINESIS_SHARD))
        },
        _ => stream.each(Some(prices::KINESIS_ON_DEMAND)),
    }
}

fn secret(call: &Call<'_>, effect: Effect) -> Charge {
    Charge::new(effect, "AWS::SecretsManager::Secret", "secret")
        .id(["name", "secretId"].iter().find_map(|path| call.text(path)))
        .arn(call.text("arn"))
        .total(Some(prices::hourly(prices::SECRET_MONTH)))
}
