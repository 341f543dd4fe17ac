//! An application on the emulator, and Lambda's part in receiving and deleting messages.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_sqs::config::Credentials;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use jiff::Timestamp;
use twinhost::conformance::{BILLS, Backend, ORDERS};
use twinhost::memory::ManualClock;
use twinhost::ports::{
    Commit, CommitError, Committed, DeadLetter, Documents, Objects, Peeked, PortError, Ports,
    Queue, QueueStats, Received, Release,
};
use twinhost::unit::{Receipt, Unit};
use twinhost_aws::table::create_table;
use twinhost_aws::{AwsHost, AwsOptions, Clients, Delivery, DynamoCommit, attribute};

use crate::emulator::Emulator;

pub(crate) const TABLE: &str = "app";
const BUCKET: &str = "objects";
pub(crate) const SENDER: &str = "Twinhost <alerts@example.com>";

/// An application with its table, bucket, key and queues, which nobody else uses.
pub(crate) struct Aws {
    pub(crate) emulator: Emulator,
    pub(crate) clients: Arc<Clients>,
    pub(crate) options: AwsOptions,
    pub(crate) clock: ManualClock,
    pub(crate) host: AwsHost,
    lambda: Arc<Lambda>,
}

pub(crate) async fn aws() -> Aws {
    let emulator = Emulator::start();
    let clients = Arc::new(clients(&emulator.url).await);
    create_table(clients.dynamodb(), TABLE).await.unwrap();
    clients.s3().create_bucket().bucket(BUCKET).send().await.unwrap();
    let key = clients.kms().create_key().send().await.unwrap();
    clients
        .ses()
        .create_email_identity()
        .email_identity("alerts@example.com")
        .send()
        .await
        .unwrap();
    let mut options = AwsOptions {
        table: Some(TABLE.to_owned()),
        bucket: Some(BUCKET.to_owned()),
        kms_key: Some(key.key_metadata.unwrap().key_id),
        mail_from: Some(SENDER.to_owned()),
        ..AwsOptions::default()
    };
    for handler in [ORDERS, BILLS] {
        let url = queue(&clients, &format!("{handler}.fifo")).await;
        options.queues.insert(handler.to_owned(), url);
        let dead = queue(&clients, &format!("{handler}-dead.fifo")).await;
        options.dead_letters.insert(handler.to_owned(), dead);
    }
    let clock = ManualClock::new(Timestamp::now());
    let host = AwsHost::new(Arc::clone(&clients), &options, Arc::new(clock.clone())).unwrap();
    let lambda = Lambda {
        clients: Arc::clone(&clients),
        queues: options.queues.clone(),
        dead_letters: options.dead_letters.clone(),
        commit: host.commit(),
        handles: std::sync::Mutex::default(),
    };
    Aws { emulator, clients, options, clock, host, lambda: Arc::new(lambda) }
}

/// Clients for an endpoint on loopback.
pub(crate) async fn clients(url: &str) -> Clients {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIATEST", "secret", None, None, "test"));
    Clients::load(config).await
}

pub(crate) async fn queue(clients: &Clients, name: &str) -> String {
    let queue = clients.sqs().create_queue().queue_name(name);
    let queue = queue.attributes(QueueAttributeName::FifoQueue, "true");
    let queue = queue.send().await.unwrap();
    queue.queue_url.unwrap()
}

impl Aws {
    pub(crate) fn ports(&self) -> Ports {
        self.host.ports()
    }

    /// A host of its own on the same resources: another process, after a crash.
    pub(crate) fn another(&self) -> AwsHost {
        AwsHost::new(Arc::clone(&self.clients), &self.options, Arc::new(self.clock.clone()))
            .unwrap()
    }

    /// Lets time pass for the table and for the queues.
    pub(crate) fn pass(&self, by: Duration) {
        self.clock.advance(by);
        self.emulator.advance(by);
    }

    /// The messages of a queue that can be received now, hidden for a while.
    pub(crate) async fn receive(
        &self,
        queue: &str,
        max: i32,
        lease: i32,
    ) -> Vec<(Received, String)> {
        let url = &self.options.queues[queue];
        receive(&self.clients, url, queue, max, lease).await
    }

    /// The bodies of a queue's messages, in order. They are received and deleted.
    pub(crate) async fn drain(&self, queue: &str) -> Vec<String> {
        let mut bodies = Vec::new();
        loop {
            let received = self.receive(queue, 10, 30).await;
            if received.is_empty() {
                return bodies;
            }
            for (message, handle) in received {
                delete(&self.clients, &self.options.queues[queue], &handle).await;
                bodies.push(message.body);
            }
        }
    }

    /// Deletes what is in a queue, in flight or not.
    pub(crate) async fn clear(&self, queue: &str) {
        self.pass(Duration::from_secs(60));
        self.drain(queue).await;
    }

    /// Sends dead letters back as SQS does: new messages with the same attributes.
    pub(crate) async fn redrive(&self, queue: &str) {
        self.clear(queue).await;
        let from = &self.options.dead_letters[queue];
        for message in messages(&self.clients, from, 10, 30).await {
            let request = self
                .clients
                .sqs()
                .send_message()
                .queue_url(&self.options.queues[queue])
                .message_body(message.body().unwrap())
                .message_group_id(system(&message, "MessageGroupId").unwrap())
                .message_deduplication_id(message.receipt_handle().unwrap().get(..100).unwrap())
                .set_message_attributes(message.message_attributes.clone());
            request.send().await.unwrap();
            delete(&self.clients, from, message.receipt_handle().unwrap()).await;
        }
    }

    /// The partition keys of everything in the table.
    pub(crate) async fn items(&self) -> Vec<String> {
        let scan = self.clients.dynamodb().scan().table_name(TABLE).send().await.unwrap();
        let keys = scan.items().iter().map(|item| item["pk"].as_s().unwrap().clone());
        keys.collect()
    }

    /// The queue's dead letters.
    pub(crate) async fn dead_letters(&self, queue: &str) -> Vec<Peeked> {
        dead_letters(&self.clients, &self.options.dead_letters[queue]).await
    }
}

pub(crate) async fn messages(
    clients: &Clients,
    url: &str,
    max: i32,
    lease: i32,
) -> Vec<aws_sdk_sqs::types::Message> {
    let request = clients
        .sqs()
        .receive_message()
        .queue_url(url)
        .max_number_of_messages(max)
        .visibility_timeout(lease)
        .message_attribute_names("All")
        .message_system_attribute_names(MessageSystemAttributeName::All);
    request.send().await.unwrap().messages.unwrap_or_default()
}

fn custom<'a>(message: &'a aws_sdk_sqs::types::Message, name: &str) -> Option<&'a str> {
    message.message_attributes()?.get(name)?.string_value()
}

fn system<'a>(message: &'a aws_sdk_sqs::types::Message, name: &str) -> Option<&'a str> {
    let attributes = message.attributes()?;
    attributes.get(&MessageSystemAttributeName::from(name)).map(String::as_str)
}

async fn receive(
    clients: &Clients,
    url: &str,
    queue: &str,
    max: i32,
    lease: i32,
) -> Vec<(Received, String)> {
    let messages = messages(clients, url, max, lease).await;
    let received = messages.into_iter().map(|message| {
        let delivery = Delivery::read(
            queue,
            message.message_id().unwrap(),
            message.body().unwrap(),
            |name| system(&message, name),
            |name| custom(&message, name),
        );
        (delivery.unwrap().received(), message.receipt_handle.clone().unwrap())
    });
    received.collect()
}

pub(crate) async fn delete(clients: &Clients, url: &str, handle: &str) {
    let request = clients.sqs().delete_message().queue_url(url).receipt_handle(handle);
    request.send().await.unwrap();
}

async fn dead_letters(clients: &Clients, url: &str) -> Vec<Peeked> {
    let messages = messages(clients, url, 10, 0).await;
    let peeked = messages.iter().map(|message| {
        let number = |name| custom(message, name).unwrap().parse::<u32>().unwrap();
        let sent_at = custom(message, attribute::SENT_AT).unwrap().parse().unwrap();
        Peeked {
            id: custom(message, attribute::ID).unwrap().to_owned(),
            tenant: custom(message, attribute::TENANT).unwrap().to_owned(),
            group: system(message, "MessageGroupId").unwrap().to_owned(),
            body: message.body().unwrap().to_owned(),
            receive_count: number(attribute::RECEIVE_COUNT),
            sent_at: Timestamp::from_millisecond(sent_at).unwrap(),
            visible_at: Timestamp::UNIX_EPOCH,
            reason: custom(message, attribute::REASON).map(str::to_owned),
        }
    });
    peeked.collect()
}

/// Lambda's part: receives messages, and deletes those whose unit is committed.
#[derive(Debug)]
pub(crate) struct Lambda {
    clients: Arc<Clients>,
    queues: BTreeMap<String, String>,
    dead_letters: BTreeMap<String, String>,
    commit: Arc<DynamoCommit>,
    handles: std::sync::Mutex<Vec<(Receipt, String)>>,
}

impl Lambda {
    fn handle(&self, receipt: &Receipt) -> String {
        let handles = self.handles.lock().unwrap();
        handles.iter().find(|(known, _)| known == receipt).unwrap().1.clone()
    }
}

#[async_trait]
impl Commit for Lambda {
    async fn commit(&self, units: Vec<Unit>) -> Result<Vec<Committed>, CommitError> {
        let acks: Vec<Receipt> = units
            .iter()
            .filter_map(|unit| unit.ack.as_ref().map(|ack| ack.receipt().clone()))
            .collect();
        let committed = self.commit.commit(units).await?;
        for receipt in acks {
            delete(&self.clients, &self.queues[&receipt.queue], &self.handle(&receipt)).await;
        }
        Ok(committed)
    }
}

#[async_trait]
impl Queue for Lambda {
    async fn receive(
        &self,
        queue: &str,
        max: usize,
        _: usize,
        lease: Duration,
    ) -> Result<Vec<Received>, PortError> {
        let (max, lease) = (max as i32, lease.as_secs() as i32);
        let received = receive(&self.clients, &self.queues[queue], queue, max, lease).await;
        let mut handles = self.handles.lock().unwrap();
        let pairs =
            received.iter().map(|(message, handle)| (message.receipt.clone(), handle.clone()));
        handles.extend(pairs);
        Ok(received.into_iter().map(|(message, _)| message).collect())
    }

    async fn wait(&self, _: &str, _: Duration) {}

    async fn extend(
        &self,
        receipts: &[Receipt],
        lease: Duration,
    ) -> Result<Vec<Receipt>, PortError> {
        for receipt in receipts {
            let request = self.clients.sqs().change_message_visibility();
            let request = request.queue_url(&self.queues[&receipt.queue]);
            let request = request.receipt_handle(self.handle(receipt));
            request.visibility_timeout(lease.as_secs() as i32).send().await.unwrap();
        }
        Ok(Vec::new())
    }

    async fn release(&self, _: &[Release]) -> Result<(), PortError> {
        Err(sqs_does_that())
    }

    async fn dead_letter(&self, _: &[DeadLetter]) -> Result<(), PortError> {
        Err(sqs_does_that())
    }

    async fn stats(&self, queue: &str) -> Result<QueueStats, PortError> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let request = self.clients.sqs().get_queue_attributes().queue_url(&self.queues[queue]);
        let answer = request.set_attribute_names(Some(names.to_vec())).send().await.unwrap();
        let counts = names.map(|name| answer.attributes().unwrap()[&name].parse::<u64>().unwrap());
        Ok(QueueStats {
            backlog: counts.iter().sum(),
            in_flight: counts[1],
            ..QueueStats::default()
        })
    }

    async fn peek(&self, queue: &str, dead: bool, _: usize) -> Result<Vec<Peeked>, PortError> {
        assert!(dead, "SQS shows no message without receiving it");
        Ok(dead_letters(&self.clients, &self.dead_letters[queue]).await)
    }

    async fn redrive(&self, _: &str, _: Option<&[String]>) -> Result<u64, PortError> {
        Err(sqs_does_that())
    }

    async fn purge(&self, _: &str, _: bool) -> Result<u64, PortError> {
        Err(sqs_does_that())
    }
}

/// What is no part of documents and units of work.
fn sqs_does_that() -> PortError {
    PortError::invalid("a queue on AWS", "SQS and Lambda do that, not a port of ours")
}

#[async_trait]
impl Backend for Aws {
    fn documents(&self) -> Arc<dyn Documents> {
        self.ports().documents
    }

    fn commit(&self) -> Arc<dyn Commit> {
        Arc::<Lambda>::clone(&self.lambda)
    }

    fn objects(&self) -> Arc<dyn Objects> {
        self.ports().objects
    }

    fn queue(&self) -> Arc<dyn Queue> {
        Arc::<Lambda>::clone(&self.lambda)
    }

    async fn advance(&self, by: Duration) {
        self.pass(by);
    }
}
