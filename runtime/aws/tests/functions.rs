//! Functions on the emulator's table and queues: each event as Lambda hands it in, and what comes of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::time::Instant;
use twinhost::conformance::{BILLS, ORDERS, THINGS};
use twinhost::ports::Commit as _;
use twinhost::unit::{Outgoing, Unit};
use twinhost::{
    App, Context, Document, Grant, Handler, HandlerError, HandlerResult, Message, OrReject as _,
    Payload, Request, Response, Route, Schedule, TenantId, Tick,
};
use twinhost_aws::hosts::Function;

use crate::aws::{Aws, aws, delete, messages, queue};
use crate::units::acme;

#[derive(Serialize, Deserialize)]
struct Order {
    customer: String,
    item: String,
}

impl Payload for Order {
    const TOPIC: &'static str = "orders";

    fn group(&self) -> String {
        self.customer.clone()
    }
}

#[derive(Serialize, Deserialize)]
struct Bill(String);

impl Payload for Bill {
    const TOPIC: &'static str = "bills";

    fn group(&self) -> String {
        self.0.clone()
    }
}

/// What a customer has ordered, in order.
#[derive(Default, Serialize, Deserialize)]
struct Account {
    customer: String,
    items: Vec<String>,
}

impl Document for Account {
    const COLLECTION: &'static str = THINGS;

    fn key(&self) -> String {
        self.customer.clone()
    }
}

/// Notes an order and bills it; a `broken` one fails.
struct Taker;

impl Handler for Taker {
    type Event = Message<Order>;
    const NAME: &'static str = ORDERS;
    const TRIGGER: twinhost::Consume =
        twinhost::Consume { max_receives: 2, ..twinhost::Consume::DEFAULT };
    const GRANTS: &'static [Grant] =
        &[Grant::ReadWrite(Account::COLLECTION), Grant::Publish(Bill::TOPIC)];

    async fn handle(&self, ctx: &Context, Message(order): Message<Order>) -> HandlerResult {
        if order.item == "broken" {
            return Err(HandlerError::retry("it is broken"));
        }
        let mut account: Account = ctx.get(&order.customer).await?.unwrap_or_default();
        ctx.publish(&Bill(order.item.clone()))?;
        account.customer = order.customer;
        account.items.push(order.item);
        ctx.put(&account)
    }
}

struct Biller;

impl Handler for Biller {
    type Event = Message<Bill>;
    const NAME: &'static str = BILLS;
    const TRIGGER: twinhost::Consume = twinhost::Consume::DEFAULT;

    async fn handle(&self, _: &Context, _: Message<Bill>) -> HandlerResult {
        Ok(())
    }
}

struct Desk;

impl Handler for Desk {
    type Event = Request;
    const NAME: &'static str = "order-desk";
    const TRIGGER: Route = Route::public_post("/{tenant}/orders");
    const GRANTS: &'static [Grant] = &[Grant::Publish(Order::TOPIC)];

    async fn handle(&self, ctx: &Context, request: Request) -> HandlerResult<Response> {
        let order: Order = serde_json::from_slice(&request.body).or_reject("no order")?;
        ctx.publish(&order)?;
        Ok(Response::new(http::StatusCode::ACCEPTED))
    }
}

struct Daily;

impl Handler for Daily {
    type Event = Tick;
    const NAME: &'static str = "daily";
    const TRIGGER: Schedule = Schedule::once("rate(1 day)");
    const GRANTS: &'static [Grant] = &[Grant::Write(Account::COLLECTION)];

    async fn handle(&self, ctx: &Context, tick: Tick) -> HandlerResult {
        let items = vec![tick.scheduled_at.to_string()];
        ctx.put(&Account { customer: "daily".to_owned(), items })
    }
}

fn app() -> App {
    App::new("shop").handler(Taker).handler(Biller).handler(Desk).handler(Daily)
}

/// A new process of a handler's function.
fn function(aws: &Aws, handler: &str) -> Function {
    Function::new(app(), handler, &aws.host, &aws.options).unwrap()
}

async fn invoke(function: &Function, event: &Value) -> Value {
    let event: Box<RawValue> = serde_json::from_str(&event.to_string()).unwrap();
    let cut = Instant::now() + Duration::from_secs(30);
    serde_json::to_value(function.answer(&event, "invocation", cut).await.unwrap()).unwrap()
}

impl Aws {
    async fn send_orders(&self, orders: &[(&str, &str)]) {
        let mut unit = Unit::new(acme(), "test");
        unit.sends.extend(orders.iter().map(|(customer, item)| Outgoing {
            id: (*item).to_owned(),
            queue: ORDERS.to_owned(),
            group: (*customer).to_owned(),
            deduplication_id: None,
            body: json!({"customer": customer, "item": item}).to_string(),
            ..Outgoing::default()
        }));
        self.host.commit().commit(vec![unit]).await.unwrap();
    }

    /// What Lambda would receive of a queue and hand in, and each message's right to be deleted.
    async fn batch(&self, handler: &str) -> Value {
        let received = messages(&self.clients, &self.options.queues[handler], 10, 180).await;
        let records = received.iter().map(|message| {
            let system = message.attributes().unwrap();
            let system =
                system.iter().map(|(name, value)| (name.as_str().to_owned(), json!(value)));
            let custom = message.message_attributes().unwrap().iter().map(|(name, value)| {
                let value =
                    json!({"stringValue": value.string_value(), "dataType": value.data_type()});
                (name.clone(), value)
            });
            json!({
                "messageId": message.message_id(),
                "receiptHandle": message.receipt_handle(),
                "body": message.body(),
                "attributes": system.collect::<serde_json::Map<_, _>>(),
                "messageAttributes": custom.collect::<serde_json::Map<_, _>>(),
                "eventSource": "aws:sqs",
            })
        });
        json!({"Records": records.collect::<Vec<_>>()})
    }

    /// Invokes a function with a batch of its queue and, as Lambda does, deletes what is not reported. Answers the
    /// items that are.
    async fn poll(&self, handler: &str) -> Vec<String> {
        let batch = self.batch(handler).await;
        let answer = invoke(&function(self, handler), &batch).await;
        let left: Vec<&str> = answer["batchItemFailures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["itemIdentifier"].as_str().unwrap())
            .collect();
        let mut items = Vec::new();
        for record in batch["Records"].as_array().unwrap() {
            if left.contains(&record["messageId"].as_str().unwrap()) {
                let body: Value = serde_json::from_str(record["body"].as_str().unwrap()).unwrap();
                items.push(body["item"].as_str().unwrap().to_owned());
            } else {
                let handle = record["receiptHandle"].as_str().unwrap();
                delete(&self.clients, &self.options.queues[handler], handle).await;
            }
        }
        items
    }

    async fn account(&self, tenant: &TenantId, customer: &str) -> Vec<String> {
        let found = self.ports().documents.get(tenant, THINGS, customer).await.unwrap();
        found.map_or_else(Vec::new, |stored| {
            serde_json::from_str::<Account>(&stored.body).unwrap().items
        })
    }
}

#[tokio::test]
async fn a_batch_is_handled_by_group_and_what_failed_comes_back_before_what_waits_behind_it() {
    let aws = aws().await;
    let orders = [("ada", "1"), ("bob", "broken"), ("ada", "2"), ("bob", "3"), ("ada", "4")];
    aws.send_orders(&orders).await;
    assert_eq!(aws.poll(ORDERS).await, ["broken", "3"]);
    assert_eq!(aws.account(&acme(), "ada").await, ["1", "2", "4"]);
    assert_eq!(aws.drain(BILLS).await, ["\"1\"", "\"2\"", "\"4\""]);
    // The back-off is over long before the queue's visibility timeout, in which the rest of the group waits.
    aws.pass(Duration::from_secs(3));
    assert!(aws.poll(ORDERS).await.is_empty());
    let dead = aws.dead_letters(ORDERS).await;
    assert_eq!(dead[0].reason.as_deref(), Some("failed 2 times; the last time: it is broken"));
    assert_eq!((dead.len(), dead[0].receive_count), (1, 2));
    assert!(aws.account(&acme(), "bob").await.is_empty());
    aws.pass(Duration::from_secs(180));
    assert!(aws.poll(ORDERS).await.is_empty());
    assert_eq!(aws.account(&acme(), "bob").await, ["3"]);
}

#[tokio::test]
async fn a_batch_whose_answer_was_lost_runs_nothing_when_it_comes_again() {
    let aws = aws().await;
    aws.send_orders(&[("ada", "1"), ("ada", "2")]).await;
    let batch = aws.batch(ORDERS).await;
    let nothing = json!({"batchItemFailures": []});
    assert_eq!(invoke(&function(&aws, ORDERS), &batch).await, nothing);
    // The process ends before Lambda has deleted the messages.
    aws.pass(Duration::from_secs(181));
    assert!(aws.poll(ORDERS).await.is_empty());
    assert_eq!(aws.account(&acme(), "ada").await, ["1", "2"]);
    assert_eq!(aws.drain(BILLS).await.len(), 2);
    // And the very same event once more, as a poller that misbehaves would.
    assert_eq!(invoke(&function(&aws, ORDERS), &batch).await, nothing);
    assert_eq!(aws.account(&acme(), "ada").await, ["1", "2"]);
}

#[tokio::test]
async fn what_a_request_left_unsent_is_sent_beside_a_later_one() {
    let aws = aws().await;
    let order = |item: &str| {
        json!({
            "version": "2.0",
            "rawPath": "/acme/orders",
            "requestContext": {"http": {"method": "POST"}, "requestId": item, "stage": "$default"},
            "body": json!({"customer": "ada", "item": item}).to_string(),
        })
    };
    let refusal = json!({"__type": "AccessDeniedException", "message": "a fault was asked for"});
    aws.emulator.fault(&json!({"operation": "SendMessageBatch", "status": 400, "body": refusal}));
    let first = function(&aws, Desk::NAME);
    assert_eq!(invoke(&first, &order("1")).await["statusCode"], 503);
    // Another process, while the first request could still be under way, and one later.
    assert_eq!(invoke(&function(&aws, Desk::NAME), &order("2")).await["statusCode"], 202);
    assert_eq!(aws.drain(ORDERS).await.len(), 1);
    aws.pass(Duration::from_secs(60));
    // A request waits a moment for it, no more: on a slow machine one after it has it sent.
    let mut sent = String::new();
    for item in 3..50 {
        let order = order(&item.to_string());
        assert_eq!(invoke(&function(&aws, Desk::NAME), &order).await["statusCode"], 202);
        sent += &aws.drain(ORDERS).await.concat();
        if sent.contains(r#""item":"1""#) {
            break;
        }
    }
    assert!(sent.contains(r#""item":"1""#) && sent.contains(r#""item":"3""#), "{sent}");
}

#[tokio::test]
async fn a_schedule_sends_its_tick_once_and_handles_it_from_its_queue() {
    let mut aws = aws().await;
    for (urls, name) in [
        (&mut aws.options.queues, "daily.fifo"),
        (&mut aws.options.dead_letters, "daily-dead.fifo"),
    ] {
        urls.insert(Daily::NAME.to_owned(), queue(&aws.clients, name).await);
    }
    aws.host = aws.another();
    let daily = function(&aws, Daily::NAME);
    let event = json!({"scheduledAt": "2026-03-01T07:00:00Z"});
    for _ in 0..2 {
        assert_eq!(invoke(&daily, &event).await, json!({"ticks": 1}));
    }
    let batch = aws.batch(Daily::NAME).await;
    assert_eq!(batch["Records"].as_array().unwrap().len(), 1);
    assert_eq!(invoke(&daily, &batch).await, json!({"batchItemFailures": []}));
    assert_eq!(aws.account(&TenantId::system(), "daily").await, ["2026-03-01T07:00:00Z"]);
}

#[tokio::test]
async fn a_function_whose_queue_is_not_named_does_not_start() {
    let mut aws = aws().await;
    aws.options.queues.remove(ORDERS);
    let error = Function::new(app(), ORDERS, &aws.host, &aws.options).unwrap_err().to_string();
    assert!(error.contains("TWINHOST_QUEUE_ORDER_TAKER"), "{error}");
}
