//! `invoke`: gives one event to a handler in this process, and commits what it does.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use clap::Args;
use serde::Serialize;
use twinhost::dispatch::{Delivery, Disposition, Outcome, dispatch};
use twinhost::manifest::{HandlerManifest, Trigger};
use twinhost::ports::{Commit, CommitError, Committed, Ports, Received};
use twinhost::unit::{Receipt, Unit};
use twinhost::{App, Request, TenantId, Tick};

use super::costs::TenantArg;
use super::output::Output;

pub(crate) const EXAMPLES: &str = "\
The event is what the handler receives: the payload of a message, the body of a request, or a tick \
({\"scheduled_at\": \"2026-01-31T08:00:00Z\"}). What the handler writes and sends is committed, so \
messages it sends are worked on by the runner. Nothing is taken from a queue, nothing is put back.

Examples:
  twinhost invoke scorer --event event.json --tenant acme
  twinhost invoke zombie-hunter --tenant acme                 # a tick that is due now
  twinhost invoke webhook-ingestion --event log.json --tenant acme --param source=cloudtrail";

/// Which handler gets which event.
#[derive(Debug, Args)]
pub(crate) struct InvokeArgs {
    /// The handler's name
    handler: String,
    #[command(flatten)]
    tenant: TenantArg,
    /// The file that holds the event; `-` is standard input
    #[arg(long, short, value_name = "FILE")]
    event: Option<PathBuf>,
    /// A segment of the route's path, as in `--param source=cloudtrail`; for routes only
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    param: Vec<(String, String)>,
    /// A header of the request, as in `--header content-type=application/json`; for routes only
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    header: Vec<(String, String)>,
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Invoked {
    handler: String,
    tenant: TenantId,
    outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

/// Invokes a handler; answers whether it succeeded.
pub(crate) async fn run(
    args: &InvokeArgs,
    app: &App,
    ports: &Ports,
    output: Output,
) -> Result<bool> {
    let manifest = app.manifest();
    let Some(handler) = manifest.handler(&args.handler) else {
        let names: Vec<_> = manifest.handlers.iter().map(|handler| handler.name).collect();
        bail!("there is no handler `{}`; handlers are: {}", args.handler, names.join(", "));
    };
    let delivery = delivery(args, handler, ports)?;
    let ports = Ports { commit: Arc::new(NoMessage(Arc::clone(&ports.commit))), ..ports.clone() };
    let outcome = dispatch(app, handler.name, &ports, delivery).await;
    let (is_success, invoked) = describe(args, outcome);
    output.value(&invoked, || invoked.text())?;
    Ok(is_success)
}

fn delivery(args: &InvokeArgs, handler: &HandlerManifest, ports: &Ports) -> Result<Delivery> {
    let tenant = &args.tenant.tenant;
    let id = format!("invoke-{}", uuid::Uuid::now_v7());
    let event = args.event.as_deref().map(read).transpose()?;
    match &handler.trigger {
        Trigger::Route { method, path, .. } => {
            let params = params(args, path)?;
            let request = Request {
                method: (*method).into(),
                path: filled(path, &params),
                params,
                headers: headers(args)?,
                body: event.unwrap_or_default().into(),
                ..Request::default()
            };
            Ok(Delivery::Request { id, request: Box::new(request) })
        }
        Trigger::Consume { topic, .. } => {
            let body = event.with_context(|| {
                format!(
                    "`{}` needs an event of `{topic}`; give it with `--event FILE`",
                    handler.name
                )
            })?;
            Ok(Delivery::Messages(vec![Received {
                unanswered: false,
                receipt: Receipt { queue: handler.name.to_owned(), handle: id.clone() },
                id,
                tenant: tenant.clone(),
                group: "invoke".to_owned(),
                body,
                receive_count: 1,
                sent_at: ports.clock.now(),
                trace: None,
            }]))
        }
        Trigger::Schedule { .. } => {
            let tick = match event {
                Some(json) => serde_json::from_str(&json).context(
                    "the event is not a tick; write {\"scheduled_at\": \"2026-01-31T08:00:00Z\"}",
                )?,
                None => Tick { scheduled_at: ports.clock.now(), missed: 0 },
            };
            Ok(Delivery::Tick { id, tenant: tenant.clone(), tick })
        }
    }
}

fn describe(args: &InvokeArgs, outcome: Outcome) -> (bool, Invoked) {
    let mut invoked = Invoked {
        handler: args.handler.clone(),
        tenant: args.tenant.tenant.clone(),
        outcome: String::new(),
        reason: None,
        status: None,
        body: None,
    };
    let disposition = match outcome {
        Outcome::Response(response) => {
            invoked.outcome = "answered".to_owned();
            invoked.status = Some(response.status.as_u16());
            invoked.body = Some(String::from_utf8_lossy(&response.body).into_owned());
            return (response.status.is_success(), invoked);
        }
        Outcome::Tick(disposition) => disposition,
        Outcome::Messages(all) => all.into_iter().next().unwrap_or(Disposition::Untouched),
    };
    invoked.outcome = disposition.as_str().to_owned();
    let is_success = matches!(disposition, Disposition::Done | Disposition::Filtered);
    if let Disposition::Retry(reason) | Disposition::DeadLettered(reason) = disposition {
        invoked.reason = Some(reason);
    }
    (is_success, invoked)
}

impl Invoked {
    fn text(&self) -> String {
        let Self { handler, outcome, .. } = self;
        match (self.status, &self.reason) {
            (Some(status), _) => {
                format!("{handler} answered {status} {}", self.body.as_deref().unwrap_or_default())
            }
            (None, Some(reason)) if outcome == Disposition::Retry(String::new()).as_str() => {
                format!("{handler}: {reason}\na queue would deliver the event again")
            }
            (None, Some(reason)) => {
                format!("{handler}: {reason}\na queue would give the event up as a dead letter")
            }
            (None, None) => format!("{handler}: {outcome}"),
        }
    }
}

/// A commit of units whose message is in no queue: there is nothing to acknowledge.
#[derive(Debug)]
struct NoMessage(Arc<dyn Commit>);

#[async_trait]
impl Commit for NoMessage {
    async fn commit(&self, units: Vec<Unit>) -> Result<Vec<Committed>, CommitError> {
        let unacknowledged = units.into_iter().map(|unit| Unit { ack: None, ..unit });
        self.0.commit(unacknowledged.collect()).await
    }
}

fn read(path: &std::path::Path) -> Result<String> {
    if path == std::path::Path::new("-") {
        return std::io::read_to_string(std::io::stdin()).context("standard input is not text");
    }
    let text = std::fs::read_to_string(path);
    text.with_context(|| format!("`{}` cannot be read as text", path.display()))
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is not `NAME=VALUE`")),
    }
}

/// The values of a path's `{name}` segments: the tenant, and what `--param` says.
fn params(args: &InvokeArgs, path: &str) -> Result<BTreeMap<String, String>> {
    let mut params: BTreeMap<_, _> = args.param.iter().cloned().collect();
    params.insert("tenant".to_owned(), args.tenant.tenant.to_string());
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    for name in names {
        if !params.contains_key(name) {
            bail!("the path {path} has a segment `{name}`; give it with `--param {name}=…`");
        }
    }
    Ok(params)
}

fn filled(path: &str, params: &BTreeMap<String, String>) -> String {
    params
        .iter()
        .fold(path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
}

fn headers(args: &InvokeArgs) -> Result<http::HeaderMap> {
    let headers = args.header.iter().map(|(name, value)| {
        let parsed = (name.to_lowercase().parse(), value.parse());
        match parsed {
            (Ok(name), Ok(value)) => Ok((name, value)),
            _ => bail!("`{name}={value}` cannot be a header"),
        }
    });
    headers.collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde::Deserialize;
    use twinhost::memory::Memory;
    use twinhost::{
        Consume, Context, Document, Grant, Handler, HandlerError, HandlerResult, Message, Payload,
    };

    use super::*;
    use crate::cli::store::Store;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Note {
        text: String,
    }
    impl Payload for Note {
        const TOPIC: &'static str = "notes";
        fn group(&self) -> String {
            "all".to_owned()
        }
    }
    impl Document for Note {
        const COLLECTION: &'static str = "notes";
        fn key(&self) -> String {
            self.text.clone()
        }
    }

    struct Keeper;
    impl Handler for Keeper {
        type Event = Message<Note>;
        const NAME: &'static str = "keeper";
        const TRIGGER: Consume = Consume::DEFAULT;
        const GRANTS: &'static [Grant] = &[Grant::Write(Note::COLLECTION)];
        async fn handle(&self, ctx: &Context, Message(note): Message<Note>) -> HandlerResult {
            if note.text == "bad" {
                return Err(HandlerError::reject("bad notes are not kept"));
            }
            ctx.put(&note)
        }
    }

    fn args(handler: &str, event: &str) -> (tempfile::NamedTempFile, InvokeArgs) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), event).unwrap();
        let args = InvokeArgs {
            handler: handler.to_owned(),
            tenant: TenantArg { tenant: "acme".parse().unwrap() },
            event: Some(file.path().to_owned()),
            param: Vec::new(),
            header: Vec::new(),
        };
        (file, args)
    }

    #[tokio::test]
    async fn an_event_from_a_file_has_its_effect_without_any_message() {
        let ports = Memory::new(Timestamp::UNIX_EPOCH).ports();
        let app = App::new("test").handler(Keeper);
        let (_file, args) = args("keeper", r#"{"text": "kept"}"#);
        assert!(run(&args, &app, &ports, Output::new(true)).await.unwrap());
        let kept = Store::new(&ports, &args.tenant.tenant).all::<Note>().await.unwrap();
        assert_eq!(kept, [Note { text: "kept".to_owned() }]);
    }

    #[tokio::test]
    async fn a_refused_event_has_no_effect_and_says_why() {
        let ports = Memory::new(Timestamp::UNIX_EPOCH).ports();
        let app = App::new("test").handler(Keeper);
        let (_file, args) = args("keeper", r#"{"text": "bad"}"#);
        let delivery = delivery(&args, app.manifest().handler("keeper").unwrap(), &ports).unwrap();
        let ports =
            Ports { commit: Arc::new(NoMessage(Arc::clone(&ports.commit))), ..ports.clone() };
        let (is_success, invoked) =
            describe(&args, dispatch(&app, "keeper", &ports, delivery).await);
        assert!(!is_success);
        assert!(invoked.text().contains("bad notes are not kept"), "{}", invoked.text());
        let kept = Store::new(&ports, &args.tenant.tenant).all::<Note>().await.unwrap();
        assert!(kept.is_empty());
    }

    #[tokio::test]
    async fn an_unknown_handler_is_answered_with_those_there_are() {
        let ports = Memory::new(Timestamp::UNIX_EPOCH).ports();
        let app = App::new("test").handler(Keeper);
        let (_file, args) = args("scorer", "{}");
        let error = run(&args, &app, &ports, Output::new(true)).await.unwrap_err().to_string();
        assert!(error.contains("`scorer`") && error.contains("keeper"), "{error}");
    }
}
