//! A small application with one of everything.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use twinhost::{
    Consume, Context, Document, Grant, Handler, HandlerError, HandlerResult, Limits, Message,
    OrReject, Payload, Request, Response, Route, Schedule, Tick,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) customer: String,
    pub(crate) cents: i64,
    /// What the handler is told to do wrong.
    #[serde(default)]
    pub(crate) trouble: String,
}

impl Order {
    pub(crate) fn of(customer: &str, cents: i64) -> Self {
        Self { customer: customer.to_owned(), cents, trouble: String::new() }
    }

    pub(crate) fn with(customer: &str, trouble: &str) -> Self {
        Self { trouble: trouble.to_owned(), ..Self::of(customer, 1) }
    }
}

impl Payload for Order {
    const TOPIC: &'static str = "orders";
    fn group(&self) -> String {
        self.customer.clone()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) customer: String,
}

impl Payload for Receipt {
    const TOPIC: &'static str = "receipts";
    fn group(&self) -> String {
        self.customer.clone()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) customer: String,
    pub(crate) cents: i64,
    pub(crate) orders: u32,
}

impl Document for Account {
    const COLLECTION: &'static str = "accounts";
    fn key(&self) -> String {
        self.customer.clone()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Secret {
    pub(crate) key: String,
}

impl Document for Secret {
    const COLLECTION: &'static str = "secrets";
    fn key(&self) -> String {
        self.key.clone()
    }
}

/// Adds orders up; `trouble` makes it fail after it has staged its effects.
#[derive(Debug, Default)]
pub(crate) struct Bookkeeper {
    pub(crate) runs: AtomicU32,
}

impl Handler for Bookkeeper {
    type Event = Message<Order>;
    const NAME: &'static str = "bookkeeper";
    const TRIGGER: Consume = Consume { max_receives: 3, ..Consume::DEFAULT };
    const GRANTS: &'static [Grant] =
        &[Grant::ReadWrite(Account::COLLECTION), Grant::Publish(Receipt::TOPIC)];
    const LIMITS: Limits = Limits { timeout: Duration::from_secs(2), ..Limits::DEFAULT };

    async fn handle(&self, ctx: &Context, Message(order): Message<Order>) -> HandlerResult {
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let mut account: Account = ctx.get(&order.customer).await?.unwrap_or_default();
        account.customer.clone_from(&order.customer);
        account.cents += order.cents;
        account.orders += 1;
        ctx.put(&account)?;
        ctx.publish(&Receipt { customer: order.customer })?;
        match order.trouble.as_str() {
            "" => Ok(()),
            "once" if run > 0 => Ok(()),
            "reject" => Err(HandlerError::reject("we do not sell that")),
            "fault" => Err(HandlerError::fault("the ledger is closed")),
            "panic" => panic!("the pen broke"),
            "sleep" => {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                Ok(())
            }
            "peek" => ctx.get::<Secret>("k").await.map(drop),
            "mail" => ctx.publish(&Order::of("x", 1)),
            "many" => (0..200).try_for_each(|n| {
                ctx.put(&Account { customer: format!("c{n}"), ..Account::default() })
            }),
            "once-key" => ctx.once("k", Duration::from_secs(60)),
            other => Err(HandlerError::retry(other)),
        }
    }
}

/// Stores the body under a key that the caller gives.
pub(crate) struct Door;

impl Handler for Door {
    type Event = Request;
    const NAME: &'static str = "door";
    const TRIGGER: Route = Route::public_post("/door/{tenant}/{customer}");
    const GRANTS: &'static [Grant] = &[Grant::Publish(Order::TOPIC)];

    async fn handle(&self, ctx: &Context, request: Request) -> HandlerResult<Response> {
        let cents: i64 =
            std::str::from_utf8(&request.body)?.parse().or_reject("the body is no number")?;
        if cents < 0 {
            return Err(HandlerError::fault("password=hunter2"));
        }
        ctx.once(request.param("customer"), Duration::from_secs(60))?;
        ctx.publish(&Order::of(request.param("customer"), cents))?;
        Ok(Response::new(http::StatusCode::ACCEPTED))
    }
}

/// Says whose token it was.
pub(crate) struct Whoami;

impl Handler for Whoami {
    type Event = Request;
    const NAME: &'static str = "whoami";
    const TRIGGER: Route = Route::bearer(twinhost::Method::Get, "/whoami");

    async fn handle(&self, ctx: &Context, _: Request) -> HandlerResult<Response> {
        let who = ctx.principal().map(|p| p.subject.clone()).unwrap_or_default();
        Ok(Response::json(http::StatusCode::OK, &(who, ctx.tenant())))
    }
}

/// Clears an account every day.
pub(crate) struct Sweeper;

impl Handler for Sweeper {
    type Event = Tick;
    const NAME: &'static str = "sweeper";
    const TRIGGER: Schedule = Schedule::each_tenant("cron(0 8 * * ? *)");
    const GRANTS: &'static [Grant] = &[Grant::Write(Account::COLLECTION)];

    async fn handle(&self, ctx: &Context, tick: Tick) -> HandlerResult {
        assert_eq!(tick.scheduled_at, ctx.now());
        ctx.delete::<Account>("ada")
    }
}

/// Counts Ada's orders of a pound or more, and no others.
pub(crate) struct Picky;

impl Handler for Picky {
    type Event = Message<Order>;
    const NAME: &'static str = "picky";
    const TRIGGER: Consume = Consume {
        filters: &[r#"{"body": {"customer": ["ada"], "cents": [{"numeric": [">=", 100]}]}}"#],
        ..Consume::DEFAULT
    };
    const GRANTS: &'static [Grant] = &[Grant::ReadWrite(Account::COLLECTION)];

    async fn handle(&self, ctx: &Context, Message(order): Message<Order>) -> HandlerResult {
        if order.trouble == "panic" {
            panic!("the pen broke");
        }
        let mut account: Account = ctx.get(&order.customer).await?.unwrap_or_default();
        account.customer = order.customer;
        account.orders += 1;
        ctx.put(&account)
    }
}
