//! One handler as a Lambda function: its host, by its trigger.

use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::Instant;
use twinhost::App;
use twinhost::Grant;
use twinhost::manifest::Trigger;

use super::batch::Report;
use super::event::InvocationError;
use super::function_timeout;
use super::http::{HttpHost, Recovery, Reply, Route};
use super::queue::{QueueHost, Sqs};
use super::schedule::{Fired, ScheduleHost};
use crate::error::StartError;
use crate::host::AwsHost;
use crate::options::AwsOptions;

/// A function that has started.
#[derive(Debug)]
pub(super) enum Function {
    Http(HttpHost),
    Queue(QueueHost<Sqs>),
    Schedule(ScheduleHost<Sqs>),
}

/// What Lambda is answered.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Answer {
    Reply(Reply),
    Report(Report),
    Fired(Fired),
}

impl Function {
    /// Starts a handler over what the environment names. Nothing is sent yet.
    pub(super) async fn connect(app: App, handler: &str) -> Result<Self, StartError> {
        app.check()?;
        let options = AwsOptions::from_environment()?;
        let manifest = app.manifest();
        let host = AwsHost::connect(&options, &manifest, handler).await?;
        let Some(handler) = manifest.handler(handler) else {
            return Err(StartError::UnknownHandler(handler.to_owned()));
        };
        let (ports, timeout) = (host.ports(), Duration::from_secs(handler.timeout_seconds));
        let queue = |app| {
            let url = options.queues.get(handler.name).cloned().unwrap_or_default();
            let sqs = Sqs::new(host.commit(), host.clients(), url);
            QueueHost::new(app, handler, ports.clone(), sqs)
        };
        Ok(match &handler.trigger {
            Trigger::Route { method, path, .. } => {
                let route = Route { method: (*method).into(), path: path.clone() };
                // A request that sends nothing leaves nothing unsent.
                let sends = handler.grants.iter().any(|grant| matches!(grant, Grant::Publish(_)));
                let recovery =
                    sends.then(|| Recovery::new(host.commit(), function_timeout(timeout)));
                Self::Http(HttpHost::new(app, handler.name, ports, route, recovery))
            }
            Trigger::Consume { .. } => Self::Queue(queue(app)),
            Trigger::Schedule { scope, .. } => {
                Self::Schedule(ScheduleHost::new(handler.name, *scope, ports.clone(), queue(app)))
            }
        })
    }

    /// Answers one invocation before `cut`.
    pub(super) async fn answer(
        &self,
        event: &RawValue,
        request_id: &str,
        cut: Instant,
    ) -> Result<Answer, InvocationError> {
        Ok(match self {
            Self::Http(host) => Answer::Reply(host.answer(event, request_id, cut).await?),
            Self::Queue(host) => Answer::Report(host.answer(event, cut).await?),
            Self::Schedule(host) => host.answer(event, cut).await?,
        })
    }
}
