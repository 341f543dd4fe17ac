//! `webhook-ingestion`: takes what a source sends, once it is known to be the source's.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use events::{Body, RawPayload, Source};
use http::{HeaderMap, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use twinhost::{
    Context, Document, Grant, Handler, HandlerError, HandlerResult, Payload, Request, Response,
    Route,
};

use crate::cloudtrail::{self, Reject};
use crate::signatures::{Scheme, Verified};

/// How long a delivery id is remembered: longer than any sender tries again (Standard Webhooks' longest
/// schedules end after some 75 hours, GitHub lets a delivery be sent again for three days).
const REMEMBERED: Duration = Duration::from_hours(7 * 24);

/// Verifies a webhook's signature, archives its body, queues it and answers 202 with its id.
#[derive(Clone, Copy, Debug)]
pub struct WebhookIngestion;

impl WebhookIngestion {
    /// Where the bodies rest.
    pub const ARCHIVE: &str = "raw";
}

impl Handler for WebhookIngestion {
    type Event = Request;
    const NAME: &'static str = "webhook-ingestion";
    const TRIGGER: Route = Route::public_post("/webhooks/{tenant}/{source}");
    const GRANTS: &'static [Grant] = &[
        Grant::Read(Source::COLLECTION),
        Grant::Open,
        Grant::WriteObjects(Self::ARCHIVE),
        Grant::Publish(RawPayload::TOPIC),
    ];

    async fn handle(&self, ctx: &Context, request: Request) -> HandlerResult<Response> {
        let source = request.param("source");
        let Verified { delivery_id } = verified(ctx, source, &request).await?;
        readable(&request)?;

        let id = format!("{source}/{delivery_id}");
        let object = ctx.put_object(Self::ARCHIVE, request.body.clone())?;
        ctx.publish(&RawPayload {
            id: delivery_id,
            source: source.to_owned(),
            content_type: content_type(&request.headers),
            received_at: ctx.now(),
            object,
            length: request.body.len() as u64,
            body: carried(&request.body),
            offset: 0,
        })?;
        ctx.once(id.as_str(), REMEMBERED)?;
        Ok(Response::json(StatusCode::ACCEPTED, &BTreeMap::from([("id", id)])))
    }
}

/// Says who sent the request. Nothing of its body is parsed before this, and
/// whatever is wrong, the answer is the same.
async fn verified(ctx: &Context, name: &str, request: &Request) -> HandlerResult<Verified> {
    if !Source::is_name(name) {
        return Err(unauthorized("no source can have this name"));
    }
    let source: Option<Source> = ctx.get(name).await?;
    let source = source.ok_or_else(|| unauthorized("there is no such source"))?;
    let mut secrets = Vec::with_capacity(2);
    for sealed in std::iter::once(&source.secret).chain(&source.previous_secret) {
        secrets.push(secret(ctx, name, sealed).await?);
    }
    Scheme::from(source.scheme)
        .verify(&secrets, &request.headers, &request.body, ctx.now())
        .map_err(|unverified| unauthorized(unverified.cause()))
}

async fn secret(ctx: &Context, source: &str, sealed: &str) -> HandlerResult<SecretString> {
    let opened = ctx.open(sealed, &Source::seal_context(source)).await?;
    match std::str::from_utf8(opened.expose_secret()) {
        Ok(text) => Ok(text.into()),
        Err(_) => Err(HandlerError::fault(format!(
            "a secret of source `{source}` is not text; rotate it"
        ))),
    }
}

/// The one answer to everyone who may not send; the cause is for our log.
fn unauthorized(cause: &'static str) -> HandlerError {
    HandlerError::reject("Unauthorized").with_status(StatusCode::UNAUTHORIZED).with_source(cause)
}

/// Refuses what the normalizer could not read, so that it never reaches the queue.
fn readable(request: &Request) -> HandlerResult {
    if let Some(encoding) = request.headers.get(header::CONTENT_ENCODING) {
        let known = [&b"gzip"[..], b"x-gzip", b"identity"];
        if !known.iter().any(|name| encoding.as_bytes().eq_ignore_ascii_case(name)) {
            let why = "this `content-encoding` is not read here; send `gzip` or none";
            return Err(HandlerError::reject(why).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
    }
    let refused = |why: Reject| {
        let status = match why {
            Reject::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Reject::NotCloudTrail | Reject::SnsControl(_) | Reject::LogFileNotice => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Reject::Gzip
            | Reject::Utf8(_)
            | Reject::TooDeep
            | Reject::Truncated
            | Reject::Json { .. } => StatusCode::BAD_REQUEST,
        };
        HandlerError::reject(why.to_string()).with_status(status)
    };
    cloudtrail::parse(&request.body).map(drop).map_err(refused)
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.chars().take(100).collect())
}

/// A small body travels in the message: one read of the archive less.
fn carried(body: &Bytes) -> Body {
    if body.len() > RawPayload::INLINE_LIMIT {
        return Body::Archived;
    }
    let plain = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    match std::str::from_utf8(body) {
        Ok(text) if text.chars().all(plain) => Body::Inline { text: text.to_owned() },
        _ => Body::InlineBase64 { base64: STANDARD.encode(body) },
    }
}

impl From<events::Scheme> for Scheme {
    fn from(scheme: events::Scheme) -> Self {
        match scheme {
            events::Scheme::StandardWebhooks => Self::StandardWebhooks,
            events::Scheme::Github => Self::GitHub,
        }
    }
}
