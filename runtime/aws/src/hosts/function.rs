//! One handler as a Lambda function: its host, by its trigger.

use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::Instant;
use twinhost::manifest::Trigger;
use twinhost::{App, Grant};

use super::batch::Report;
use super::event::InvocationError;
use super::function_timeout;
use super::http::{HttpHost, Recovery, Reply, Route};
use super::queue::{QueueHost, Sqs};
use super::schedule::{Occurred, ScheduleHost, Scheduled};
use crate::error::StartError;
use crate::host::AwsHost;
use crate::options::AwsOptions;

/// One handler, ready to be invoked. [`run`](super::run) makes one of its environment; whoever has another source of
/// events makes one with [`new`](Self::new).
#[derive(Debug)]
pub struct Function(Host);

/// The handler's host.
#[derive(Debug)]
enum Host {
    Http(HttpHost),
    Queue(QueueHost<Sqs>),
    Schedule(ScheduleHost<Sqs>),
}

/// What Lambda is answered, as JSON.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Answer(Content);

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Content {
    Reply(Reply),
    Batch(Report),
    Ticks(Occurred),
}

impl Function {
    /// A handler over what the environment names. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When the application cannot run, or the environment lacks what the handler needs.
    pub async fn connect(app: App, handler: &str) -> Result<Self, StartError> {
        app.check()?;
        let options = AwsOptions::from_environment()?;
        let host = AwsHost::connect(&options, &app.manifest(), handler).await?;
        Self::new(app, handler, &host, &options)
    }

    /// A handler over given ports.
    ///
    /// # Errors
    ///
    /// When the application has no such handler, or the options lack what it needs.
    pub fn new(
        app: App,
        handler: &str,
        host: &AwsHost,
        options: &AwsOptions,
    ) -> Result<Self, StartError> {
        let manifest = app.manifest();
        options.check(&manifest, handler)?;
        let Some(handler) = manifest.handler(handler) else {
            return Err(StartError::UnknownHandler(handler.to_owned()));
        };
        let (ports, timeout) = (host.ports(), Duration::from_secs(handler.timeout_seconds));
        let queue = |app| {
            let url = options.queues.get(handler.name).cloned().unwrap_or_default();
            let sqs = Sqs::new(host.commit(), host.clients(), url);
            QueueHost::new(app, handler, ports.clone(), sqs)
        };
        Ok(Self(match &handler.trigger {
            Trigger::Route { method, path, .. } => {
                let route = Route { method: (*method).into(), path: path.clone() };
                // A request that sends nothing leaves nothing unsent.
                let sends = handler.grants.iter().any(|grant| matches!(grant, Grant::Publish(_)));
                let recovery =
                    sends.then(|| Recovery::new(host.commit(), function_timeout(timeout)));
                Host::Http(HttpHost::new(app, handler.name, ports, route, recovery))
            }
            Trigger::Consume { .. } => Host::Queue(queue(app)),
            Trigger::Schedule(schedule) => Host::Schedule(ScheduleHost::new(
                handler.name,
                *schedule,
                ports.clone(),
                queue(app),
            )),
        }))
    }

    /// Answers one invocation. What is not done at `cut` is given up; Lambda's id of the invocation is a request's, if
    /// its event has none.
    ///
    /// # Errors
    ///
    /// When the event is none of the handler's trigger, or a schedule's ticks could not be sent. A handler that fails
    /// is an answer.
    pub async fn answer(
        &self,
        event: &RawValue,
        request_id: &str,
        cut: Instant,
    ) -> Result<Answer, InvocationError> {
        Ok(Answer(match &self.0 {
            Host::Http(host) => Content::Reply(host.answer(event, request_id, cut).await?),
            Host::Queue(host) => Content::Batch(host.answer(event, cut).await?),
            Host::Schedule(host) => match host.answer(event, cut).await? {
                Scheduled::Occurred(occurred) => Content::Ticks(occurred),
                Scheduled::Batch(report) => Content::Batch(report),
            },
        }))
    }
}
