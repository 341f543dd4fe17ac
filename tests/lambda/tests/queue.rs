//! A queue on the emulator of AWS.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_sqs::types::{Message, QueueAttributeName, SendMessageBatchRequestEntry};
use lambda_emulator::{Aws, clients};
use serde_json::{Value, json};
use tempfile::TempDir;
use twinhost_aws::Clients;

/// The longest that anything here is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a received message stays hidden, in seconds.
pub(crate) const HIDDEN: u64 = 30;

/// What a queue is called whose messages were given up.
const DEAD: &str = "dead.fifo";

/// A queue, alone on an emulator.
pub(crate) struct Queue {
    pub(crate) aws: Aws,
    pub(crate) clients: Arc<Clients>,
    pub(crate) url: String,
    /// Its name: one that ends with `.fifo` has order groups.
    name: &'static str,
    _folder: TempDir,
}

/// A FIFO queue.
pub(crate) async fn queue() -> Queue {
    named("orders.fifo").await
}

/// A standard queue.
pub(crate) async fn standard_queue() -> Queue {
    named("orders").await
}

async fn named(name: &'static str) -> Queue {
    let folder = tempfile::tempdir().unwrap();
    let aws = Aws::start(folder.path(), 0).await.unwrap();
    let clients = Arc::new(clients(aws.url()).await);
    let mut request = clients.sqs().create_queue().queue_name(name);
    request = request.attributes(QueueAttributeName::VisibilityTimeout, HIDDEN.to_string());
    if name.ends_with(".fifo") {
        request = request.attributes(QueueAttributeName::FifoQueue, "true");
    }
    let url = request.send().await.unwrap().queue_url.unwrap();
    Queue { aws, clients, url, name, _folder: folder }
}

impl Queue {
    /// Sends bodies to a group; a standard queue has none.
    pub(crate) async fn send(&self, group: &str, bodies: impl IntoIterator<Item = Value>) {
        for body in bodies {
            self.send_at_once(group, [body]).await;
        }
    }

    /// Sends at most ten bodies in one request: whoever receives sees all of them or none.
    pub(crate) async fn send_at_once(&self, group: &str, bodies: impl IntoIterator<Item = Value>) {
        let mut request = self.clients.sqs().send_message_batch().queue_url(&self.url);
        for (place, body) in bodies.into_iter().enumerate() {
            let mut entry = SendMessageBatchRequestEntry::builder().id(place.to_string());
            if self.name.ends_with(".fifo") {
                let id = uuid::Uuid::new_v4().to_string();
                entry = entry.message_group_id(group).message_deduplication_id(id);
            }
            request = request.entries(entry.message_body(body.to_string()).build().unwrap());
        }
        let answer = request.send().await.unwrap();
        assert!(answer.failed().is_empty(), "{answer:?}");
    }

    /// Receives as many as can be had at once.
    pub(crate) async fn receive(&self) -> Vec<Message> {
        let request = self.clients.sqs().receive_message().queue_url(&self.url);
        let answer = request.max_number_of_messages(10).send().await.unwrap();
        answer.messages.unwrap_or_default()
    }

    /// The bodies that can be received at once.
    pub(crate) async fn bodies(&self) -> Vec<Value> {
        let received = self.receive().await;
        received
            .iter()
            .map(|message| serde_json::from_str(message.body().unwrap()).unwrap())
            .collect()
    }

    pub(crate) async fn delete(&self, message: &Message) -> bool {
        let request = self.clients.sqs().delete_message().queue_url(&self.url);
        let request = request.receipt_handle(message.receipt_handle().unwrap());
        request.send().await.is_ok()
    }

    /// Lets the visibility timeout pass.
    pub(crate) async fn time_out(&self) {
        self.aws.advance(Duration::from_secs(HIDDEN + 1)).await.unwrap();
    }

    /// Has the queue give up what was delivered so often.
    pub(crate) async fn gives_up_after(&self, deliveries: u32) {
        let sqs = self.clients.sqs();
        let dead =
            sqs.create_queue().queue_name(DEAD).attributes(QueueAttributeName::FifoQueue, "true");
        dead.send().await.unwrap();
        let policy = json!({
            "deadLetterTargetArn": format!("arn:aws:sqs:us-east-1:123456789012:{DEAD}"),
            "maxReceiveCount": deliveries,
        });
        let set = sqs.set_queue_attributes().queue_url(&self.url);
        let set = set.attributes(QueueAttributeName::RedrivePolicy, policy.to_string());
        set.send().await.unwrap();
    }

    /// Body and receive count of each message in the queue, in flight or not.
    pub(crate) async fn all(&self) -> Vec<(Value, u64)> {
        self.shown(self.name).await
    }

    /// The same of what it [has given up](Self::gives_up_after).
    pub(crate) async fn dead(&self) -> Vec<(Value, u64)> {
        self.shown(DEAD).await
    }

    async fn shown(&self, name: &str) -> Vec<(Value, u64)> {
        let all = self.aws.tell(&json!({ "peek": name })).await.unwrap();
        let message = |message: &Value| {
            let body = serde_json::from_str(message["body"].as_str().unwrap()).unwrap();
            (body, message["receive_count"].as_u64().unwrap())
        };
        all.as_array().unwrap().iter().map(message).collect()
    }

    /// Waits until the queue holds just this.
    pub(crate) async fn holds(&self, wanted: &[(Value, u64)]) {
        let began = Instant::now();
        loop {
            let all = self.all().await;
            if all == wanted {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "it holds {all:?} and not {wanted:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
