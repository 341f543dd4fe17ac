//! The cost watcher as it is on AWS, one handler of it running at a time.
//!
//! What the handler sends stays in the queues of the others until it is their turn, so that each call is known to be
//! this handler's, and a batch is as large as it can be.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use jiff::Timestamp;
use lambda_emulator::{Aws, Cloud, CloudOptions, CloudQueues, Executables, clients};
use serde::Serialize;
use twinhost::Manifest;
use twinhost::ports::{Ports, Queue as _, SystemClock};
use twinhost::unit::{Change, Condition, Outgoing, Unit, Write};
use twinhost::{Document, Payload, TenantId};
use twinhost_aws::AwsHost;

use super::bill::Bill;
use super::built::{Built, peak_memory};
use super::meter::Meter;
use crate::framework::Framework;
use crate::{load, watcher};

/// The longest that a handler may take for what it is given.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a handler is given to do.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// These webhooks of one event each.
    Webhooks(std::ops::Range<u64>),
    /// An occurrence of its schedule.
    Tick(Timestamp),
    /// What waits in its queue.
    Queue,
}

/// What that took.
#[derive(Clone, Debug)]
pub(super) struct Spent {
    pub(super) bill: Bill,
    /// The most memory of its process, in MB.
    pub(super) memory: f64,
}

/// An account on the emulator of AWS.
#[derive(Debug)]
pub(super) struct Account<'a> {
    built: &'a Built,
    pub(super) manifest: Manifest,
    meter: Meter,
    queues: CloudQueues,
    host: AwsHost,
    // Last, for the others talk to it.
    _aws: Aws,
}

impl<'a> Account<'a> {
    /// Makes the resources; nothing is in them yet.
    pub(super) async fn open(built: &'a Built) -> anyhow::Result<Self> {
        let manifest = functions::app::app(watcher::outside()).manifest();
        let aws = Aws::start(&built.logs().join("aws"), 0).await?;
        let clients = Arc::new(clients(aws.url()).await);
        let options = options(built, aws.url(), manifest.handlers[0].name);
        let cloud = Cloud::start(&manifest, options).await?;
        let resources = cloud.options().clone();
        cloud.shut_down().await;
        let queues = CloudQueues::new(Arc::clone(&clients), aws.url(), &resources);
        let host = AwsHost::new(clients, &resources, Arc::new(SystemClock))?;
        let meter = Meter::start(aws.url()).await?;
        Ok(Self { built, manifest, meter, queues, host, _aws: aws })
    }

    /// The ports, past the meter.
    pub(super) fn ports(&self) -> Ports {
        self.host.ports()
    }

    /// Stores a document. Nobody is charged.
    pub(super) async fn put<D: Document>(&self, document: &D) -> anyhow::Result<()> {
        self.put_as(Framework::tenant()?, D::COLLECTION, document.key(), document).await
    }

    /// Stores a document of any tenant. Nobody is charged.
    pub(super) async fn put_as(
        &self,
        tenant: TenantId,
        collection: &'static str,
        key: String,
        document: &(impl Serialize + Sync),
    ) -> anyhow::Result<()> {
        let mut unit = Unit::new(tenant, "bench");
        let change = Change::Put { body: serde_json::to_string(document)?, expires_at: None };
        unit.writes.push(Write { collection, key, condition: Condition::Any, change });
        self.ports().commit.commit(vec![unit]).await?;
        Ok(())
    }

    /// Sends a handler a message. Nobody is charged.
    pub(super) async fn send<P: Payload>(&self, handler: &str, payload: &P) -> anyhow::Result<()> {
        let mut unit = Unit::new(Framework::tenant()?, "bench");
        unit.sends.push(Outgoing {
            id: format!("bench-{handler}"),
            queue: handler.to_owned(),
            group: payload.group(),
            deduplication_id: payload.deduplication_id(),
            body: serde_json::to_string(payload)?,
            ..Outgoing::default()
        });
        self.ports().commit.commit(vec![unit]).await?;
        Ok(())
    }

    /// Has a handler do this, and answers what it took.
    pub(super) async fn run(&self, handler: &str, work: Work) -> anyhow::Result<Spent> {
        self.meter.read()?;
        let cloud =
            Cloud::start(&self.manifest, options(self.built, &self.meter.url, handler)).await?;
        let done = self.finish(&cloud, handler, work).await;
        let memory = cloud.functions().get(handler).map_or(Ok(f64::NAN), |f| peak_memory(f));
        let log = cloud.functions().get(handler).map(|function| function.log()).unwrap_or_default();
        cloud.shut_down().await;
        // What was called says more than how it ended.
        let bill = self.meter.read()?;
        done.map_err(|error| error.context(log))?;
        Ok(Spent { bill, memory: memory? })
    }

    async fn finish(&self, cloud: &Cloud, handler: &str, work: Work) -> anyhow::Result<()> {
        match work {
            Work::Webhooks(numbers) => {
                for n in numbers {
                    let request =
                        watcher::delivery(&format!("delivery-{n}"), &watcher::log_file(n))?;
                    load::once(cloud.address(), &request).await?;
                }
                return Ok(());
            }
            Work::Tick(at) => cloud.fire(handler, at).await?,
            Work::Queue => {}
        }
        let began = Instant::now();
        loop {
            let stats = self.queues.stats(handler).await?;
            ensure!(stats.dead_letters == 0, "`{handler}` has rejected what it was given");
            if stats.backlog == 0
                && cloud.poller(handler).is_none_or(|poller| poller.at_rest().is_some())
            {
                return Ok(());
            }
            ensure!(began.elapsed() < PATIENCE, "`{handler}` does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Forgets what waits for a handler; SQS lets that be done once a minute.
    pub(super) async fn forget(&self, handler: &str) -> anyhow::Result<()> {
        self.queues.purge(handler, false).await?;
        Ok(())
    }

    /// Messages that wait for a handler.
    pub(super) async fn waiting(&self, handler: &str) -> anyhow::Result<u64> {
        Ok(self.queues.stats(handler).await?.backlog)
    }
}

fn options(built: &Built, endpoint: &str, handler: &str) -> CloudOptions {
    let executables = Executables::Folder(built.folder().to_owned());
    CloudOptions {
        only: BTreeSet::from([handler.to_owned()]),
        schedules: false,
        ..CloudOptions::new(endpoint, executables, built.logs())
    }
}
