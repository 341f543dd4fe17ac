//! Reads a body within its limits of size and time.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::{HeaderMap, StatusCode, header};
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout, timeout_at};

use super::Site;

/// What is small enough to be read without asking.
const SMALL: usize = 64 * 1024;

/// How long a client that sends too much may go on, so that it gets to read why it was refused.
///
/// Closing at once would reset the connection, and the answer would be lost with it.
const LINGER: Duration = Duration::from_secs(2);

/// Why a request did not come to its handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    TooLarge,
    TooSlow,
    /// Other large bodies take all the memory there is for them.
    Busy,
    /// Too much waits in a queue already.
    Backlog,
    /// The connection broke, or what came is not HTTP.
    Broken,
}

impl Refused {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Busy | Self::Backlog => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }

    /// The word for metrics.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::TooSlow => "too-slow",
            Self::Busy => "busy",
            Self::Backlog => "backlog",
            Self::Broken => "broken",
        }
    }
}

/// Reads a body; one that says it is too large is refused before its first byte.
pub(super) async fn read(body: Body, headers: &HeaderMap, site: &Site) -> Result<Bytes, Refused> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced: Option<u64> = announced.and_then(|text| text.parse().ok());
    let mut stream = body.into_data_stream();
    let result = if announced.is_some_and(|length| length > site.body_limit as u64) {
        Err(Refused::TooLarge)
    } else {
        let deadline = Instant::now() + site.body_timeout;
        let whole = collect(&mut stream, site);
        timeout_at(deadline, whole).await.unwrap_or(Err(Refused::TooSlow))
    };
    // A client that asked first (`expect`) has sent nothing yet and need not be heard out.
    if matches!(result, Err(Refused::TooLarge | Refused::Busy))
        && !headers.contains_key(header::EXPECT)
    {
        tokio::spawn(linger(stream, site.body_limit));
    }
    result
}

async fn collect(stream: &mut BodyDataStream, site: &Site) -> Result<Bytes, Refused> {
    let Some(first) = next(stream).await? else { return Ok(Bytes::new()) };
    if first.len() > site.body_limit {
        return Err(Refused::TooLarge);
    }
    let Some(second) = next(stream).await? else { return Ok(first) };
    let mut whole = BytesMut::from(first);
    let mut chunk = second;
    let mut held = None;
    loop {
        let length = whole.len() + chunk.len();
        if length > site.body_limit {
            return Err(Refused::TooLarge);
        }
        if length > SMALL {
            hold(&mut held, length, site)?;
        }
        whole.extend_from_slice(&chunk);
        match next(stream).await? {
            Some(next) => chunk = next,
            None => return Ok(whole.freeze()),
        }
    }
}

/// Takes memory for a body of `length` bytes as they come: who stalls keeps what he has sent, and no more.
///
/// Nobody waits for it. Those who hold some could be waiting for each other.
fn hold<'a>(
    held: &mut Option<SemaphorePermit<'a>>,
    length: usize,
    site: &'a Site,
) -> Result<(), Refused> {
    let has = held.as_ref().map_or(0, SemaphorePermit::num_permits);
    let more = length.div_ceil(1024).saturating_sub(has);
    let more = site.large_bodies.try_acquire_many(u32::try_from(more).unwrap_or(u32::MAX));
    let more = more.map_err(|_| Refused::Busy)?;
    match held {
        Some(held) => held.merge(more),
        None => *held = Some(more),
    }
    Ok(())
}

async fn next(stream: &mut BodyDataStream) -> Result<Option<Bytes>, Refused> {
    stream.next().await.transpose().map_err(|_| Refused::Broken)
}

/// Reads on for a moment and throws away what comes, at most as much again as is allowed.
async fn linger(mut stream: BodyDataStream, at_most: usize) {
    let discard = async {
        let mut left = at_most;
        while let Ok(Some(chunk)) = next(&mut stream).await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                break;
            }
        }
    };
    let _elapsed = timeout(LINGER, discard).await;
}
