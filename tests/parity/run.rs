//! Runs a case on a host and says what came of it, in the form of `expect.json`.

use anyhow::ensure;
use bytes::Bytes;
use functions::signatures::Scheme;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use twinhost::Manifest;
use twinhost::unit::Outgoing;

use crate::bytes::{sha256, spelled_out};
use crate::case::{Case, Event, MessageEvent, RequestEvent, Sign};
use crate::compare::Volatile;
use crate::stage::Stage;
use crate::{found, given};

/// The headers of a reply that a caller acts on; the others are a front's own.
const TELLING: [&str; 2] = ["content-type", "retry-after"];

/// What the events of a case leave behind besides what is in the stores.
#[derive(Default)]
struct Trace {
    replies: Vec<Value>,
    bodies: Vec<Vec<u8>>,
    ids: Vec<String>,
}

/// Runs a case, and answers what was found.
pub(crate) async fn run(host: &Stage, case: &Case) -> anyhow::Result<Value> {
    let manifest = &host.manifest;
    let collections = collections(manifest);
    ensure!(
        manifest.handler(&case.event.handler).is_some(),
        "there is no handler `{}`",
        case.event.handler
    );
    given::prepare(&**host, case, &collections).await?;
    let before = found::documents(host, case, &collections).await?;
    let mails = host.mails().await?.len();
    let clock = host.ports().clock;
    let began = clock.now();
    let mut trace = Trace::default();
    for event in &case.event.events {
        match event {
            Event::Request(request) => ask(host, request, case, &mut trace).await?,
            Event::Messages(messages) => {
                let outgoing = outgoing(case, messages, &mut trace)?;
                host.send(&case.tenant, outgoing).await?;
            }
            Event::Tick(tick) => {
                for _ in 0..tick.times {
                    host.fire(&case.event.handler, tick.scheduled_at).await?;
                }
            }
        }
        if manifest.queues().any(|handler| handler.name == case.event.handler) {
            host.settled(&case.event.handler).await?;
        }
    }
    let after = found::documents(host, case, &collections).await?;
    let queues = found::queues(host, manifest, case, &trace.ids).await?;
    let mut mails = host.mails().await?.split_off(mails);
    // Recipients are served side by side.
    mails.sort_by(|a, b| (&a.to, &a.subject).cmp(&(&b.to, &b.subject)));
    let objects = found::objects(host, case, &trace.bodies).await?;
    given::retire(&**host, case).await?;

    let mut all = Map::new();
    let mut note = |name: &str, value: Value| {
        let empty = value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty);
        if !empty {
            all.insert(name.to_owned(), value);
        }
    };
    note("replies", Value::Array(trace.replies));
    note("messages", Value::Array(queues.fates));
    note("documents", found::written(&before, &after));
    note("objects", objects);
    note("sent", json!(queues.sent));
    note("dead_lettered", json!(queues.dead));
    note("mails", json!(mails));
    let bodies = trace.bodies.iter().map(|body| sha256(body)).collect();
    let volatile = Volatile { ran: (began, clock.now()), bodies };
    Ok(volatile.named(Value::Object(all)))
}

/// The collections that the application's handlers may touch.
fn collections(manifest: &Manifest) -> Vec<&'static str> {
    use twinhost::Grant::{Read, ReadWrite, Write};
    let grants = manifest.handlers.iter().flat_map(|handler| &handler.grants);
    let mut names: Vec<&'static str> = grants
        .filter_map(|grant| match grant {
            Read(name) | Write(name) | ReadWrite(name) => Some(*name),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

async fn ask(
    host: &Stage,
    event: &RequestEvent,
    case: &Case,
    trace: &mut Trace,
) -> anyhow::Result<()> {
    let body = event.body.bytes()?;
    let mut headers = match &event.sign {
        Some(sign) => signed(host, sign, &body)?,
        None => HeaderMap::new(),
    };
    for (name, value) in &event.headers {
        let name: HeaderName = name.parse()?;
        match value.as_str() {
            "<none>" => drop(headers.remove(name)),
            value => drop(headers.insert(name, HeaderValue::from_str(value)?)),
        }
    }
    let target = event.path.replace("<tenant>", case.tenant.as_str());
    for _ in 0..event.times {
        let mut request = http::Request::new(Bytes::from(body.clone()));
        *request.method_mut() = Method::from_bytes(event.method.as_bytes())?;
        *request.uri_mut() = target.parse()?;
        *request.headers_mut() = headers.clone();
        trace.replies.push(reply(&host.request(request).await?));
    }
    trace.bodies.push(body);
    Ok(())
}

fn signed(host: &Stage, sign: &Sign, body: &[u8]) -> anyhow::Result<HeaderMap> {
    let scheme: Scheme = sign.scheme.parse()?;
    let at = host.ports().clock.now() - SignedDuration::from_secs(sign.seconds_ago);
    let body = match &sign.instead {
        Some(other) => other.bytes()?,
        None => body.to_vec(),
    };
    Ok(scheme.sign(&sign.secret.clone().into(), &sign.id, &body, at)?.into_iter().collect())
}

fn reply(response: &http::Response<Bytes>) -> Value {
    let text = String::from_utf8_lossy(response.body());
    let body = serde_json::from_str(&text).unwrap_or_else(|_| Value::from(text));
    let header = |name: &&str| {
        let value = response.headers().get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), Value::from(value)))
    };
    let headers: Map<String, Value> = TELLING.iter().filter_map(header).collect();
    json!({"status": response.status().as_u16(), "headers": headers, "body": body})
}

fn outgoing(
    case: &Case,
    messages: &[MessageEvent],
    trace: &mut Trace,
) -> anyhow::Result<Vec<Outgoing>> {
    let one = |message: &MessageEvent| {
        let id = format!("{}-{}", case.name, trace.ids.len() + 1);
        trace.ids.push(id.clone());
        let body = match &message.body {
            Value::String(text) => text.clone(),
            value => spelled_out(value)?.to_string(),
        };
        Ok(Outgoing {
            id,
            queue: case.event.handler.clone(),
            group: message.group.clone(),
            deduplication_id: message.deduplication_id.clone(),
            body,
            ..Outgoing::default()
        })
    };
    messages.iter().map(one).collect()
}
