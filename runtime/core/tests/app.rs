use std::time::Duration;

use twinhost::{
    App, Consume, Context, Grant, Handler, HandlerResult, Limits, Message, Request, Response,
    Route, Schedule, Tick,
};

use crate::fixtures::{Bookkeeper, Door, Order};

struct Wrong;

impl Handler for Wrong {
    type Event = Tick;
    const NAME: &'static str = "Wrong_name";
    const TRIGGER: Schedule = Schedule {
        zone: "Mars/Base",
        window_minutes: 2_000,
        ..Schedule::each_tenant("rate(1 day)")
    };
    const GRANTS: &'static [Grant] =
        &[Grant::Publish("nobody-listens"), Grant::Read("Bad Name"), Grant::WriteObjects("a/b")];
    const LIMITS: Limits =
        Limits { timeout: Duration::from_secs(901), memory_mb: 1, concurrency: 0 };

    async fn handle(&self, _: &Context, _: Tick) -> HandlerResult {
        Ok(())
    }
}

struct SlowDoor;

impl Handler for SlowDoor {
    type Event = Request;
    const NAME: &'static str = "door";
    const TRIGGER: Route = Route::public_post("/door/{tenant}/{anything}");
    const LIMITS: Limits = Limits { timeout: Duration::from_secs(31), ..Limits::DEFAULT };

    async fn handle(&self, _: &Context, _: Request) -> HandlerResult<Response> {
        Ok(Response::new(http::StatusCode::OK))
    }
}

struct Picky;

impl Handler for Picky {
    type Event = Message<Order>;
    const NAME: &'static str = "picky";
    const TRIGGER: Consume =
        Consume { filters: &[r#"{"body": {"customer": "ada"}}"#], ..Consume::DEFAULT };

    async fn handle(&self, _: &Context, _: Message<Order>) -> HandlerResult {
        Ok(())
    }
}

struct Greedy;

impl Handler for Greedy {
    type Event = Message<Order>;
    const NAME: &'static str = "greedy";
    const TRIGGER: Consume = Consume { max_receives: 0, batch: 11, ..Consume::DEFAULT };

    async fn handle(&self, _: &Context, _: Message<Order>) -> HandlerResult {
        Ok(())
    }
}

#[test]
fn a_check_names_everything_that_is_wrong_and_what_is_allowed() {
    let app = App::new("test")
        .handler(Wrong)
        .handler(Door)
        .handler(SlowDoor)
        .handler(Greedy)
        .handler(Picky);
    let problems = app.check().unwrap_err().0.join("\n");
    for part in [
        "`Wrong_name`: a handler's name is 1 to 40 of a-z",
        "a timeout of 901 s is not possible",
        "memory of 1 MB is not possible",
        "a concurrency of 0",
        "publish to `nobody-listens`, which no handler consumes; topics are: orders",
        "collection `Bad Name`",
        "object prefix `a/b`",
        "`Mars/Base` is not an IANA time zone",
        "a window of 2000 minutes is not possible",
        "`door`: the name is taken",
        "overlaps with another handler's",
        "the gateway gives up after 30 s",
        "a batch of 11 is not possible",
        "`customer` is \"ada\"; write a list of what is wanted",
    ] {
        assert!(problems.contains(part), "{part:?} is not in:\n{problems}");
    }
}

#[test]
fn a_good_application_passes_and_its_manifest_lists_what_a_host_must_provide() {
    let app = App::new("test").handler(Bookkeeper::default()).handler(Door);
    // Nobody consumes receipts, and the check says so.
    assert_eq!(app.check().unwrap_err().0.len(), 1);
    let manifest = app.manifest();
    assert_eq!(manifest.queues().map(|h| h.name).collect::<Vec<_>>(), ["bookkeeper"]);
    assert_eq!(manifest.collections.iter().collect::<Vec<_>>(), ["accounts"]);
    assert_eq!(manifest.handler("bookkeeper").unwrap().visibility_seconds(), 12);
}
