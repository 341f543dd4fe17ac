//! `normalizer`: from a raw payload to what in it costs money.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use events::{Body, Observation, PayloadReport, RawPayload};
use twinhost::{
    Consume, Context, Document, Grant, Handler, HandlerResult, Limits, Message, OrReject, Payload,
};

use crate::WebhookIngestion;
use crate::cloudtrail;

/// Takes a slice of a payload's records, publishes an [`Observation`] for each
/// that costs money or would have, and accounts for every one in a
/// [`PayloadReport`]. What is left of the payload goes back to the queue.
#[derive(Clone, Copy, Debug)]
pub struct Normalizer;

impl Handler for Normalizer {
    type Event = Message<RawPayload>;
    const NAME: &'static str = "normalizer";
    const TRIGGER: Consume = Consume::DEFAULT;
    const GRANTS: &'static [Grant] = &[
        Grant::ReadObjects(WebhookIngestion::ARCHIVE),
        Grant::Publish(Observation::TOPIC),
        Grant::Publish(RawPayload::TOPIC),
        Grant::Write(PayloadReport::COLLECTION),
    ];
    /// A payload of 6 MB may inflate to ten times that.
    const LIMITS: Limits = Limits { memory_mb: 512, ..Limits::DEFAULT };

    async fn handle(&self, ctx: &Context, Message(payload): Message<RawPayload>) -> HandlerResult {
        let bytes = bytes(ctx, &payload).await?;
        let log = cloudtrail::parse(&bytes).or_reject("the payload cannot be read")?;
        let slice = cloudtrail::slice(&payload, &log);
        for observation in &slice.observations {
            ctx.publish(observation)?;
        }
        ctx.put(&slice.report)?;
        match slice.next {
            Some(offset) => ctx.publish(&payload.continued(offset)),
            None => Ok(()),
        }
    }
}

/// The payload's bytes, from the message or from the archive.
async fn bytes(ctx: &Context, payload: &RawPayload) -> HandlerResult<Bytes> {
    match &payload.body {
        Body::Inline { text } => Ok(Bytes::copy_from_slice(text.as_bytes())),
        Body::InlineBase64 { base64 } => {
            Ok(STANDARD.decode(base64).or_reject("the payload is not base64")?.into())
        }
        Body::Archived => {
            let bytes = ctx.object(WebhookIngestion::ARCHIVE, &payload.object).await?;
            bytes.or_fault(format!(
                "object `{}` is not in the archive; restore it and redrive this message",
                payload.object
            ))
        }
    }
}
