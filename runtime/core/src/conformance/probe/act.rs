use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ELSEWHERE, Entry, Notice, PREFIX, Parcel, Report, Stage, Thing, Trace};
use crate::{Context, HandlerError, HandlerResult, OrReject, Response};

/// How often a handler that waits for another looks.
const MOMENT: Duration = Duration::from_millis(10);

/// One thing that a handler of the probe is told to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Act {
    /// Fails in a way that may pass.
    Fail,
    /// Fails so at its first deliveries.
    FailFirst {
        /// How many.
        times: usize,
    },
    /// Rejects its input.
    Reject {
        /// What its sender is told.
        say: String,
    },
    /// Fails in a way that will not pass.
    Fault {
        /// What the log is told.
        say: String,
    },
    /// Panics.
    Panic,
    /// Never returns, at its first deliveries.
    OverrunFirst {
        /// How many.
        times: usize,
    },
    /// Waits until a task of this name has begun, wherever it runs.
    Await {
        /// The task's name.
        name: String,
    },
    /// Takes its time.
    Linger {
        /// How long, in milliseconds.
        ms: u64,
    },
    /// Looks at a thing.
    Look {
        /// Its key.
        key: String,
    },
    /// Stores a thing, whether it is there or not.
    Put {
        /// Its key.
        key: String,
        /// What it is.
        value: Value,
    },
    /// Reads the number that a thing is, and stores it with this added.
    Add {
        /// Its key.
        key: String,
        /// How much.
        by: i64,
    },
    /// Deletes a thing.
    Delete {
        /// Its key.
        key: String,
    },
    /// Publishes a report.
    Publish {
        /// What it says.
        say: String,
        /// Its group.
        group: String,
        /// Its id for de-duplication.
        deduplicate: Option<String>,
    },
    /// Publishes a notice.
    Notify {
        /// What it says.
        say: String,
        /// Its group.
        group: String,
        /// Its id for de-duplication.
        deduplicate: Option<String>,
    },
    /// Publishes a parcel, or a report, to be delivered later.
    PublishLater {
        /// What it says.
        say: String,
        /// How much later.
        seconds: u64,
        /// Whether it is a report, whose topic has order.
        ordered: bool,
    },
    /// Publishes a parcel with an id for de-duplication.
    PublishNamed {
        /// What it says, and the id.
        say: String,
    },
    /// Publishes a report of so many bytes.
    PublishLarge {
        /// How many.
        bytes: usize,
    },
    /// Stores so many bytes as an object, and a thing of its key.
    Store {
        /// The thing's key.
        key: String,
        /// How many.
        bytes: usize,
    },
    /// Looks at how long the object is that a thing is the key of.
    Fetch {
        /// The thing's key.
        key: String,
    },
    /// Seals a secret, and stores a thing of it.
    Seal {
        /// The thing's key.
        key: String,
        /// The secret.
        secret: String,
        /// What it belongs to.
        context: BTreeMap<String, String>,
    },
    /// Opens the secret that a thing is, and looks at it.
    Open {
        /// The thing's key.
        key: String,
        /// What it belongs to.
        context: BTreeMap<String, String>,
    },
    /// Does what it has no grant for.
    Trespass,
    /// Commits once for a key.
    Once {
        /// The key.
        key: String,
    },
    /// Answers a request.
    Reply {
        /// The status.
        status: u16,
        /// The headers, in order.
        headers: Vec<(String, String)>,
        /// The body, in hexadecimal.
        hex: String,
    },
}

/// Does what an event says, and puts down what it sees on the way.
pub(super) struct Actor<'a> {
    pub(super) ctx: &'a Context,
    pub(super) trace: &'a Trace,
    pub(super) handler: &'static str,
    pub(super) name: &'a str,
}

impl Actor<'_> {
    /// Does all of it, from the beginning to the end, and answers the reply that was asked for.
    pub(super) async fn perform(&self, saw: Value, acts: &[Act]) -> HandlerResult<Response> {
        self.put_down(Stage::Begin, saw)?;
        let mut reply = Response::new(StatusCode::NO_CONTENT);
        for act in acts {
            let done = self.one(act, &mut reply).await;
            if done.is_err() {
                self.put_down(Stage::End, json!(null))?;
                done?;
            }
        }
        self.put_down(Stage::End, json!(null))?;
        Ok(reply)
    }

    fn put_down(&self, stage: Stage, value: Value) -> HandlerResult {
        self.trace.add(self.ctx, (self.handler, self.name), stage, value)
    }

    async fn one(&self, act: &Act, reply: &mut Response) -> HandlerResult {
        let ctx = self.ctx;
        match act {
            Act::Fail => Err(HandlerError::retry("told to fail")),
            Act::FailFirst { times } if self.deliveries()? <= *times => {
                Err(HandlerError::retry("told to fail for now"))
            }
            Act::FailFirst { .. } => Ok(()),
            Act::Reject { say } => Err(HandlerError::reject(say)),
            Act::Fault { say } => Err(HandlerError::fault(say)),
            Act::Panic => panic!("told to panic"),
            Act::OverrunFirst { times } if self.deliveries()? <= *times => {
                std::future::pending().await
            }
            Act::OverrunFirst { .. } => Ok(()),
            Act::Await { name } => self.wait_for(name).await,
            Act::Linger { ms } => {
                tokio::time::sleep(Duration::from_millis(*ms)).await;
                Ok(())
            }
            Act::Look { key } => {
                let thing = ctx.get::<Thing>(key).await?;
                self.put_down(Stage::Saw, json!(thing.map(|thing| thing.value)))
            }
            Act::Put { key, value } => ctx.put(&Thing::new(key, value.clone())),
            Act::Add { key, by } => {
                let thing = ctx.get::<Thing>(key).await?;
                let number = thing.and_then(|thing| thing.value.as_i64()).unwrap_or(0);
                ctx.put(&Thing::new(key, json!(number + by)))
            }
            Act::Delete { key } => ctx.delete::<Thing>(key),
            Act::Publish { say, group, deduplicate } => ctx.publish(&Report {
                say: say.clone(),
                group: group.clone(),
                deduplicate: deduplicate.clone(),
            }),
            Act::Notify { say, group, deduplicate } => ctx.publish(&Notice {
                say: say.clone(),
                group: group.clone(),
                deduplicate: deduplicate.clone(),
            }),
            Act::PublishLater { say, seconds, ordered } => {
                let (say, later) = (say.clone(), Duration::from_secs(*seconds));
                if *ordered {
                    let group = "late".to_owned();
                    ctx.publish_after(later, &Report { say, group, deduplicate: None })
                } else {
                    ctx.publish_after(later, &Parcel { say, deduplicate: None })
                }
            }
            Act::PublishNamed { say } => {
                ctx.publish(&Parcel { say: say.clone(), deduplicate: Some(say.clone()) })
            }
            Act::PublishLarge { bytes } => {
                let mut report =
                    Report { say: String::new(), group: "large".to_owned(), deduplicate: None };
                let frame = serde_json::to_string(&report)?.len();
                report.say = "x".repeat(bytes.saturating_sub(frame));
                ctx.publish(&report)
            }
            Act::Store { key, bytes } => {
                let object = ctx.put_object(PREFIX, Bytes::from(vec![b'x'; *bytes]))?;
                ctx.put(&Thing::new(key, json!(object)))
            }
            Act::Fetch { key } => {
                let object = ctx.object(PREFIX, &self.text(key).await?).await?;
                self.put_down(Stage::Saw, json!(object.map(|bytes| bytes.len())))
            }
            Act::Seal { key, secret, context } => {
                let sealed = ctx.seal(secret.as_bytes(), &pairs(context)).await?;
                ctx.put(&Thing::new(key, json!(sealed)))
            }
            Act::Open { key, context } => {
                use secrecy::ExposeSecret as _;
                let opened = ctx.open(&self.text(key).await?, &pairs(context)).await?;
                let secret = String::from_utf8_lossy(opened.expose_secret()).into_owned();
                self.put_down(Stage::Saw, json!(secret))
            }
            Act::Trespass => ctx.put(&super::Foreign { key: ELSEWHERE.to_owned() }),
            Act::Once { key } => ctx.once(key, Duration::from_secs(3600)),
            Act::Reply { status, headers, hex } => {
                let invalid = "a reply that cannot be";
                reply.status = StatusCode::from_u16(*status).or_fault(invalid)?;
                reply.body = hex::decode(hex).or_fault(invalid)?.into();
                for (name, value) in headers {
                    let name: HeaderName = name.parse().or_fault(invalid)?;
                    reply.headers.append(name, HeaderValue::from_str(value).or_fault(invalid)?);
                }
                Ok(())
            }
        }
    }

    /// The text that a thing is.
    async fn text(&self, key: &str) -> HandlerResult<String> {
        let thing = self.ctx.get::<Thing>(key).await?;
        let text = thing.as_ref().and_then(|thing| thing.value.as_str());
        text.map(str::to_owned).or_fault(format!("thing `{key}` is no text"))
    }

    async fn wait_for(&self, name: &str) -> HandlerResult {
        while !self.trace()?.iter().any(|entry| entry.name == name) {
            tokio::time::sleep(MOMENT).await;
        }
        Ok(())
    }

    /// How often this event was delivered to a handler, this time included. Not the attempt: a host may
    /// count deliveries that no handler has seen.
    fn deliveries(&self) -> HandlerResult<usize> {
        let same = |entry: &&Entry| {
            entry.id == self.ctx.id()
                && entry.tenant == *self.ctx.tenant()
                && entry.stage == Stage::Begin
        };
        Ok(self.trace()?.iter().filter(same).count())
    }

    fn trace(&self) -> HandlerResult<Vec<Entry>> {
        self.trace.entries().or_fault("the trace cannot be read")
    }
}

fn pairs(context: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    context.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
