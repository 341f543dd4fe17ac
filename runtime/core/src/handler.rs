//! The contract of a handler.

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::error::{HandlerError, OrReject};
use crate::grant::Grant;
use crate::http::{Request, Response};
use crate::manifest::Trigger;
use crate::payload::Payload;
use crate::trigger::{Consume, Limits, Route, Schedule};

/// A function that runs on any host.
///
/// The constants are the declaration, the method is the work. What `handle`
/// stages on its [`Context`] is committed together with the acknowledgement of
/// the event when it returns `Ok`, or not at all.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use twinhost::{Consume, Context, Document, Grant, Handler, HandlerResult, Message, Payload};
///
/// #[derive(Serialize, Deserialize)]
/// struct Order { customer: String, cents: u64 }
/// impl Payload for Order {
///     const TOPIC: &'static str = "orders";
///     fn group(&self) -> String { self.customer.clone() }
/// }
///
/// #[derive(Default, Serialize, Deserialize)]
/// struct Account { customer: String, cents: u64 }
/// impl Document for Account {
///     const COLLECTION: &'static str = "accounts";
///     fn key(&self) -> String { self.customer.clone() }
/// }
///
/// struct Bookkeeper;
/// impl Handler for Bookkeeper {
///     type Event = Message<Order>;
///     const NAME: &'static str = "bookkeeper";
///     const TRIGGER: Consume = Consume::DEFAULT;
///     const GRANTS: &'static [Grant] = &[Grant::ReadWrite(Account::COLLECTION)];
///
///     async fn handle(&self, ctx: &Context, Message(order): Message<Order>) -> HandlerResult {
///         let mut account: Account = ctx.get(&order.customer).await?.unwrap_or_default();
///         account.customer = order.customer;
///         account.cents += order.cents;
///         ctx.put(&account)
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let host = twinhost::TestHost::of(Bookkeeper);
/// host.send(&Order { customer: "ada".into(), cents: 250 }).await;
/// assert_eq!(host.document::<Account>("ada").unwrap().cents, 250);
/// # });
/// ```
///
/// The wrong trigger for an event does not compile:
///
/// ```compile_fail,E0308
/// # use twinhost::{Consume, Context, Handler, HandlerResult, Tick};
/// struct Daily;
/// impl Handler for Daily {
///     type Event = Tick;
///     const NAME: &'static str = "daily";
///     const TRIGGER: <Tick as twinhost::Event>::Trigger = Consume::DEFAULT; // a tick needs a `Schedule`
///     async fn handle(&self, _: &Context, _: Tick) -> HandlerResult { Ok(()) }
/// }
/// ```
///
/// ```compile_fail,E0326
/// # use twinhost::{Consume, Context, Handler, HandlerResult, Tick};
/// struct Daily;
/// impl Handler for Daily {
///     type Event = Tick;
///     const NAME: &'static str = "daily";
///     const TRIGGER: Consume = Consume::DEFAULT; // nor can the constant have another type
///     async fn handle(&self, _: &Context, _: Tick) -> HandlerResult { Ok(()) }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    note = "implement `twinhost::Handler` for it: an event, a name, a trigger and `handle`"
)]
pub trait Handler: Send + Sync + 'static {
    /// What sets it off: [`Request`], [`Message<T>`](Message) or [`Tick`].
    type Event: Event;

    /// The handler's name, in kebab-case: the same in the cloud, the logs and the metrics.
    const NAME: &'static str;

    /// Where its events come from; the type follows from [`Event`](Self::Event).
    const TRIGGER: <Self::Event as Event>::Trigger;

    /// Everything it may touch.
    const GRANTS: &'static [Grant] = &[];

    /// How much it may use.
    const LIMITS: Limits = Limits::DEFAULT;

    /// Does the work.
    ///
    /// # Errors
    ///
    /// See [`error`](crate::error): any error is a retry, unless it is a rejection or a fault by name.
    fn handle(
        &self,
        ctx: &Context,
        event: Self::Event,
    ) -> impl Future<Output = Result<<Self::Event as Event>::Reply, HandlerError>> + Send;
}

/// What sets a handler off. Sealed: [`Request`], [`Message<T>`](Message), [`Tick`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    note = "a handler's event is `Request`, `Message<T>` for a `T: Payload`, or `Tick`"
)]
pub trait Event: sealed::Decode<Self::Trigger, Self::Reply> + Send + 'static {
    /// How a handler of this event says where its events come from.
    type Trigger: Copy + Send + Sync + 'static;

    /// What a handler of this event returns.
    type Reply: Send;

    /// The topic it comes from, if it is a message.
    const TOPIC: Option<&'static str> = None;
}

/// A message of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<T>(pub T);

/// One occurrence of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// When it was due; it may be handled later.
    pub scheduled_at: Timestamp,
    /// Earlier occurrences that were missed while nothing ran, and which this one stands for.
    #[serde(default)]
    pub missed: u64,
}

impl Event for Request {
    type Trigger = Route;
    type Reply = Response;
}

impl<T: Payload> Event for Message<T> {
    type Trigger = Consume;
    type Reply = ();
    const TOPIC: Option<&'static str> = Some(T::TOPIC);
}

impl Event for Tick {
    type Trigger = Schedule;
    type Reply = ();
}

/// An event before its type is known.
#[derive(Clone, Debug)]
pub(crate) enum RawEvent {
    Request(Box<Request>),
    /// The JSON of a message or of a tick.
    Json(String),
}

pub(crate) mod sealed {
    use super::{HandlerError, RawEvent, Response, Trigger};

    /// What the host needs to know of an event's type.
    #[expect(private_interfaces, reason = "sealed: nobody outside can name it")]
    pub trait Decode<Declared, Reply>: Sized {
        fn decode(raw: RawEvent) -> Result<Self, HandlerError>;
        fn trigger(declared: Declared) -> Trigger;
        fn response(reply: Reply) -> Option<Response>;
    }
}

/// Every reject of a body that is not the JSON it should be reads like this.
fn parse<T: serde::de::DeserializeOwned>(raw: RawEvent, what: &str) -> Result<T, HandlerError> {
    match raw {
        RawEvent::Json(json) => serde_json::from_str(&json)
            .map_err(|error| HandlerError::reject(format!("the message is not {what}: {error}"))),
        RawEvent::Request(_) => {
            Err(HandlerError::fault(format!("a request was given where {what} was expected")))
        }
    }
}

#[expect(private_interfaces, reason = "sealed: nobody outside can name it")]
impl sealed::Decode<Route, Response> for Request {
    fn decode(raw: RawEvent) -> Result<Self, HandlerError> {
        match raw {
            RawEvent::Request(request) => Ok(*request),
            RawEvent::Json(_) => None.or_fault("a message was given where a request was expected"),
        }
    }

    fn trigger(route: Route) -> Trigger {
        Trigger::Route { method: route.method, path: route.path.to_owned(), access: route.access }
    }

    fn response(reply: Response) -> Option<Response> {
        Some(reply)
    }
}

#[expect(private_interfaces, reason = "sealed: nobody outside can name it")]
impl<T: Payload> sealed::Decode<Consume, ()> for Message<T> {
    fn decode(raw: RawEvent) -> Result<Self, HandlerError> {
        parse(raw, T::TOPIC).map(Self)
    }

    fn trigger(consume: Consume) -> Trigger {
        Trigger::Consume { topic: T::TOPIC.to_owned(), queue: T::QUEUE, consume }
    }

    fn response((): ()) -> Option<Response> {
        None
    }
}

#[expect(private_interfaces, reason = "sealed: nobody outside can name it")]
impl sealed::Decode<Schedule, ()> for Tick {
    fn decode(raw: RawEvent) -> Result<Self, HandlerError> {
        parse(raw, "a tick")
    }

    fn trigger(schedule: Schedule) -> Trigger {
        Trigger::Schedule(schedule)
    }

    fn response((): ()) -> Option<Response> {
        None
    }
}
