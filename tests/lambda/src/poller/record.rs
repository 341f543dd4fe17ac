//! Records of an SQS event, as functions get them (Q6).

use aws_sdk_sqs::types::Message;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// The event of a batch.
pub(super) fn event(messages: &[Message], arn: &str, region: &str) -> Value {
    let records: Vec<Value> = messages.iter().map(|message| record(message, arn, region)).collect();
    json!({ "Records": records })
}

fn record(message: &Message, arn: &str, region: &str) -> Value {
    let attributes: Map<String, Value> = message
        .attributes()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str().to_owned(), json!(value)))
        .collect();
    json!({
        "messageId": message.message_id(),
        "receiptHandle": message.receipt_handle(),
        "body": message.body(),
        "attributes": attributes,
        "messageAttributes": custom(message),
        "md5OfBody": message.md5_of_body(),
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    })
}

fn custom(message: &Message) -> Map<String, Value> {
    let attributes = message.message_attributes().into_iter().flatten();
    let attributes = attributes.map(|(name, value)| {
        let mut record = json!({
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": value.data_type(),
        });
        if let Some(text) = value.string_value() {
            record["stringValue"] = json!(text);
        }
        if let Some(bytes) = value.binary_value() {
            record["binaryValue"] = json!(STANDARD.encode(bytes));
        }
        (name.clone(), record)
    });
    attributes.collect()
}

/// SQS's attribute of a message.
pub(super) fn system<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    message.attributes()?.get(&name.into()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::primitives::Blob;
    use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeName as Name};

    use super::*;

    #[test]
    fn a_record_has_all_that_lambda_gives_and_its_attributes_are_texts() {
        let attribute = |kind: &str| MessageAttributeValue::builder().data_type(kind);
        let message = Message::builder()
            .message_id("m")
            .receipt_handle("r")
            .body("{ \"b\":1}\n")
            .md5_of_body("5")
            .attributes(Name::ApproximateReceiveCount, "2")
            .attributes(Name::MessageGroupId, "acme/g")
            .message_attributes("tenant", attribute("String").string_value("acme").build().unwrap())
            .message_attributes(
                "raw",
                attribute("Binary").binary_value(Blob::new([0xff])).build().unwrap(),
            )
            .build();
        let expected = json!({"Records": [{
            "messageId": "m",
            "receiptHandle": "r",
            "body": "{ \"b\":1}\n",
            "attributes": {"ApproximateReceiveCount": "2", "MessageGroupId": "acme/g"},
            "messageAttributes": {
                "tenant": {"stringValue": "acme", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
                "raw": {"binaryValue": "/w==", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"},
            },
            "md5OfBody": "5",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:orders.fifo",
            "awsRegion": "eu-west-1",
        }]});
        let arn = "arn:aws:sqs:eu-west-1:123456789012:orders.fifo";
        assert_eq!(event(&[message], arn, "eu-west-1"), expected);
    }
}
