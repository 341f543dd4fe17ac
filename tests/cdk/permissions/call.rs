//! What a request to a service of AWS asks leave for.
//!
//! Which actions, resources and condition keys an operation has is in AWS's Service Authorization Reference.

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http::request::Parts;
use serde_json::Value;

/// The emulator's account.
pub(crate) const ACCOUNT: &str = "123456789012";
/// Where everything is deployed.
pub(crate) const REGION: &str = "us-east-1";

/// The condition key of the partitions of a table.
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";

/// One thing that a request asks leave for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// `service:Action`.
    pub(crate) action: String,
    /// The resource's ARN, or `*` for an action that knows none.
    pub(crate) resource: String,
    /// Condition keys and their values.
    pub(crate) context: Vec<(&'static str, String)>,
}

impl Call {
    /// A call without conditions.
    pub(crate) fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into(), context: Vec::new() }
    }

    fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.context.push((key, value.into()));
        self
    }

    /// What a request to a service asks leave for; all of it must be allowed.
    ///
    /// # Errors
    ///
    /// When the service or the operation is none of those that functions use.
    pub(crate) fn all(service: &str, head: &Parts, body: &Bytes) -> anyhow::Result<Vec<Self>> {
        let target = head.headers.get("x-amz-target").and_then(|it| it.to_str().ok());
        let operation = target.and_then(|it| it.rsplit_once('.')).map_or("", |(_, it)| it);
        match service {
            "dynamodb" => of_table(operation, &serde_json::from_slice(body)?),
            "sqs" => of_queue(operation, &serde_json::from_slice(body)?),
            "kms" => {
                let body: Value = serde_json::from_slice(body)?;
                Ok(vec![Self::new(format!("kms:{operation}"), text(&body, "KeyId")?)])
            }
            "s3" => of_bucket(head),
            "ses" => of_mail(head, &serde_json::from_slice(body)?),
            _ => bail!("no function is known to call `{service}`"),
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    value[name].as_str().with_context(|| format!("the request has no `{name}`"))
}

fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

/// DynamoDB. A transaction needs leave for each of its parts, under the name of the plain operation.
fn of_table(operation: &str, body: &Value) -> anyhow::Result<Vec<Call>> {
    let call = |operation: &str, body: &Value, partition: &str| -> anyhow::Result<Call> {
        let table = text(body, "TableName")?;
        let resource = match body["IndexName"].as_str() {
            Some(index) => arn("dynamodb", &format!("table/{table}/index/{index}")),
            None => arn("dynamodb", &format!("table/{table}")),
        };
        Ok(Call::new(format!("dynamodb:{operation}"), resource).with(LEADING_KEYS, partition))
    };
    let of_key = |key: &Value| {
        let partition = key["pk"]["S"].as_str().map(str::to_owned);
        partition.context("the request has no partition key `pk`")
    };
    match operation {
        "DeleteItem" | "GetItem" | "UpdateItem" => {
            Ok(vec![call(operation, body, &of_key(&body["Key"])?)?])
        }
        "Query" => Ok(vec![call(operation, body, &queried(body)?)?]),
        "TransactWriteItems" => {
            let parts = body["TransactItems"].as_array().context("a transaction has no items")?;
            let parts = parts.iter().flat_map(|part| part.as_object().into_iter().flatten());
            parts
                .map(|(kind, part)| {
                    let (operation, key) = match kind.as_str() {
                        "ConditionCheck" => ("ConditionCheckItem", &part["Key"]),
                        "Delete" => ("DeleteItem", &part["Key"]),
                        "Put" => ("PutItem", &part["Item"]),
                        "Update" => ("UpdateItem", &part["Key"]),
                        _ => bail!("`{kind}` is no part of a transaction"),
                    };
                    call(operation, part, &of_key(key)?)
                })
                .collect()
        }
        _ => bail!("no function is known to call `dynamodb:{operation}`"),
    }
}

/// The partition of a query: its condition begins with `#name = :value`.
fn queried(body: &Value) -> anyhow::Result<String> {
    let condition = text(body, "KeyConditionExpression")?;
    let value = condition
        .split(" AND ")
        .next()
        .and_then(|first| first.split_once(" = "))
        .and_then(|(_, value)| body["ExpressionAttributeValues"][value]["S"].as_str());
    let partition = value.map(str::to_owned);
    partition.with_context(|| format!("`{condition}` names no partition"))
}

/// SQS. A batch needs leave for the plain operation.
fn of_queue(operation: &str, body: &Value) -> anyhow::Result<Vec<Call>> {
    let name = text(body, "QueueUrl")?.rsplit('/').next().unwrap_or_default();
    let operation = operation.strip_suffix("Batch").unwrap_or(operation);
    Ok(vec![Call::new(format!("sqs:{operation}"), arn("sqs", name))])
}

/// S3, addressed by path.
fn of_bucket(head: &Parts) -> anyhow::Result<Vec<Call>> {
    let path = head.uri.path().trim_start_matches('/');
    let (action, resource) = match (head.method.as_str(), path.split_once('/')) {
        ("GET", None) => ("s3:ListBucket", path),
        ("GET" | "HEAD", Some(_)) => ("s3:GetObject", path),
        ("PUT", Some(_)) => ("s3:PutObject", path),
        (method, _) => bail!("no function is known to call S3 with {method} {path}"),
    };
    Ok(vec![Call::new(action, format!("arn:aws:s3:::{resource}"))])
}

/// SES. The sender's identity is its address here, not its domain.
fn of_mail(head: &Parts, body: &Value) -> anyhow::Result<Vec<Call>> {
    if head.uri.path() != "/v2/email/outbound-emails" {
        bail!("no function is known to call SES at {}", head.uri.path());
    }
    let from = text(body, "FromEmailAddress")?;
    let address = from.rsplit_once('<').map_or(from, |(_, it)| it.trim_end_matches('>'));
    let identity = arn("ses", &format!("identity/{address}"));
    Ok(vec![Call::new("ses:SendEmail", identity).with("ses:FromAddress", address)])
}
