use std::time::Duration;

use http::StatusCode;
use twinhost::dispatch::{Delivery, Disposition, Outcome, backoff, dispatch};
use twinhost::memory::Memory;
use twinhost::ports::{Principal, Queue as _, Received};
use twinhost::{App, Request, TenantId, TestHost};

use crate::fixtures::{Account, Bookkeeper, Door, Order, Picky, Receipt, Sweeper, Whoami};

fn host() -> TestHost {
    TestHost::of(Bookkeeper::default()).collecting::<Receipt>()
}

#[tokio::test]
async fn effects_are_committed_when_the_handler_returns() {
    let host = host();
    host.send(&Order::of("ada", 250)).await;
    host.send(&Order::of("ada", 50)).await;
    let account: Account = host.document("ada").unwrap();
    assert_eq!((account.cents, account.orders), (300, 2));
    assert_eq!(host.published::<Receipt>().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_fails_in_any_way_has_no_effect() {
    for trouble in ["reject", "fault", "panic", "sleep", "anything else"] {
        let host = host();
        host.send(&Order::with("ada", trouble)).await;
        assert_eq!(host.document::<Account>("ada"), None, "{trouble}");
        assert!(host.published::<Receipt>().await.is_empty(), "{trouble}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_error_has_its_disposition() {
    let cases = [
        ("reject", Disposition::DeadLettered("reject: we do not sell that".into())),
        ("fault", Disposition::DeadLettered("fault: the ledger is closed".into())),
        ("panic", Disposition::Retry("panicked: the pen broke".into())),
        ("sleep", Disposition::Retry("Task timed out after 2.00 seconds".into())),
        ("the bank is closed", Disposition::Retry("the bank is closed".into())),
    ];
    for (trouble, expected) in cases {
        assert_eq!(host().send(&Order::with("ada", trouble)).await, [expected]);
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_a_dead_letter_with_its_reason() {
    let host = host();
    let memory = host.memory();
    let app = App::new("test").handler(Bookkeeper::default());
    host.send(&Order::with("ada", "first it fails")).await;
    memory.clock().advance(Duration::from_secs(60));
    let mut received = memory.receive("bookkeeper", 1, 1, Duration::from_secs(30)).await.unwrap();
    received[0].body = "{\"customer\":".into();
    let outcome = dispatch(&app, "bookkeeper", &memory.ports(), Delivery::Messages(received)).await;
    let Outcome::Messages(dispositions) = outcome else { panic!("{outcome:?}") };
    assert!(matches!(&dispositions[..], [Disposition::DeadLettered(_)]), "{dispositions:?}");
    let dead = host.dead_letters("bookkeeper").await;
    let reason = dead[0].reason.clone().unwrap();
    assert!(reason.starts_with("reject: the message is not orders"), "{reason}");
}

#[tokio::test]
async fn what_no_filter_wants_is_deleted_unseen_and_what_is_wanted_is_handled() {
    let host = TestHost::of(Picky);
    assert_eq!(host.send(&Order::of("ada", 250)).await, [Disposition::Done]);
    for unwanted in [Order::of("ada", 99), Order::of("bob", 250), Order::with("bob", "panic")] {
        assert_eq!(host.send(&unwanted).await, [Disposition::Filtered]);
    }
    assert_eq!(host.document::<Account>("ada").unwrap().orders, 1);
    assert_eq!(host.document::<Account>("bob"), None);
    assert!(host.memory().peek("picky", false, 10).await.unwrap().is_empty());
    assert!(host.dead_letters("picky").await.is_empty());
}

#[tokio::test]
async fn a_message_that_keeps_failing_is_a_dead_letter_after_max_receives() {
    let host = host();
    let mut deliveries = host.send(&Order::with("ada", "still broken")).await.len();
    for _ in 0..5 {
        host.memory().clock().advance(Duration::from_secs(301));
        deliveries += host.run().await.len();
    }
    assert_eq!(deliveries, 3);
    let dead = host.dead_letters("bookkeeper").await;
    assert_eq!((dead.len(), dead[0].receive_count), (1, 3));
    assert_eq!(dead[0].reason.as_deref(), Some("still broken"));
}

/// Sends these to one group and receives them as one run.
async fn run_of(host: &TestHost, app: &App, orders: &[Order]) -> (Vec<Received>, Vec<Disposition>) {
    let memory = host.memory();
    // A delivery that fails first keeps the queue from being drained one by one.
    host.send(&Order::with("ada", "hold")).await;
    memory.purge("bookkeeper", false).await.unwrap();
    for order in orders {
        queue(memory, host.tenant(), order).await;
    }
    let run = memory.receive("bookkeeper", 10, 10, Duration::from_secs(30)).await.unwrap();
    let ports = memory.ports();
    let outcome = dispatch(app, "bookkeeper", &ports, Delivery::Messages(run.clone())).await;
    let Outcome::Messages(dispositions) = outcome else { panic!("{outcome:?}") };
    (run, dispositions)
}

async fn queue(memory: &Memory, tenant: &TenantId, order: &Order) {
    use twinhost::unit::{Outgoing, Unit};
    let mut unit = Unit::new(tenant.clone(), "test");
    unit.sends.push(Outgoing {
        id: format!("{}-{}", order.customer, order.cents),
        queue: "bookkeeper".into(),
        group: order.customer.clone(),
        deduplication_id: None,
        body: serde_json::to_string(order).unwrap(),
        ..Outgoing::default()
    });
    memory.ports().commit.commit(vec![unit]).await.unwrap();
}

#[tokio::test]
async fn messages_of_a_run_see_what_the_ones_before_have_staged() {
    let host = host();
    let app = App::new("test").handler(Bookkeeper::default());
    let orders: Vec<_> = (1..=10).map(|cents| Order::of("ada", cents)).collect();
    let (_, dispositions) = run_of(&host, &app, &orders).await;
    assert_eq!(dispositions, vec![Disposition::Done; 10]);
    let account: Account = host.document("ada").unwrap();
    assert_eq!((account.cents, account.orders), (55, 10));
}

#[tokio::test]
async fn the_first_retry_of_a_run_stops_it_and_the_rest_is_untouched() {
    let host = host();
    let app = App::new("test").handler(Bookkeeper::default());
    let orders = [
        Order::of("ada", 1),
        Order::with("ada", "reject"),
        Order::with("ada", "later"),
        Order::of("ada", 8),
    ];
    let (_, dispositions) = run_of(&host, &app, &orders).await;
    assert_eq!(
        dispositions,
        [
            Disposition::Done,
            Disposition::DeadLettered("reject: we do not sell that".into()),
            Disposition::Retry("later".into()),
            Disposition::Untouched
        ]
    );
    assert_eq!(host.document::<Account>("ada").unwrap().orders, 1);
}

#[tokio::test]
async fn a_run_whose_lease_ran_out_has_no_effect() {
    let host = host();
    let app = App::new("test").handler(Bookkeeper::default());
    let memory = host.memory();
    queue(memory, host.tenant(), &Order::of("ada", 1)).await;
    let run = memory.receive("bookkeeper", 1, 1, Duration::from_secs(30)).await.unwrap();
    memory.clock().advance(Duration::from_secs(31));
    let outcome = dispatch(&app, "bookkeeper", &memory.ports(), Delivery::Messages(run)).await;
    let Outcome::Messages(dispositions) = outcome else { panic!("{outcome:?}") };
    assert_eq!(dispositions, [Disposition::Lost]);
    assert_eq!(host.document::<Account>("ada"), None);
}

#[tokio::test]
async fn concurrent_units_on_one_document_lose_no_update() {
    let host = host();
    let app = App::new("test").handler(Bookkeeper::default());
    let memory = host.memory();
    // Two groups that write the same document would be a bug of the handler's; two runners are not.
    for cents in 1..=20 {
        queue(memory, host.tenant(), &Order::of("ada", cents)).await;
    }
    let ports = memory.ports();
    let mut tasks = Vec::new();
    for message in memory.receive("bookkeeper", 20, 20, Duration::from_secs(30)).await.unwrap() {
        let (app, ports) = (app.clone(), ports.clone());
        tasks.push(tokio::spawn(async move {
            dispatch(&app, "bookkeeper", &ports, Delivery::Messages(vec![message])).await
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(host.document::<Account>("ada").unwrap().cents, 210);
}

#[tokio::test]
async fn a_request_is_answered_by_the_one_table() {
    let host = TestHost::new(App::new("test").handler(Door).handler(Bookkeeper::default()));
    let ask = async |body: &'static str| {
        let response = host.request(Request::post("/door/acme/ada", body)).await;
        (response.status, String::from_utf8(response.body.to_vec()).unwrap())
    };
    let not_a_number = (StatusCode::BAD_REQUEST, r#"{"message":"the body is no number"}"#.into());
    assert_eq!(ask("x").await, not_a_number);
    let ours = (StatusCode::INTERNAL_SERVER_ERROR, r#"{"message":"Internal Server Error"}"#.into());
    assert_eq!(ask("-1").await, ours);
    assert_eq!(ask("7").await.0, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_duplicate_request_is_answered_alike_and_has_no_second_effect() {
    let host = TestHost::new(App::new("test").handler(Door).handler(Bookkeeper::default()));
    for _ in 0..3 {
        let response = host.request(Request::post("/door/acme/ada", "7")).await;
        assert_eq!(response.status, StatusCode::ACCEPTED);
    }
    assert_eq!(host.peek("bookkeeper").await.len(), 1);
    host.memory().clock().advance(Duration::from_secs(61));
    host.request(Request::post("/door/acme/ada", "7")).await;
    assert_eq!(host.peek("bookkeeper").await.len(), 2);
}

#[tokio::test]
async fn no_public_route_reaches_the_system_tenant_nor_a_name_that_is_none() {
    let host = TestHost::new(App::new("test").handler(Door).handler(Bookkeeper::default()));
    for tenant in ["system", "Acme", "a%2Fb", "..", &"x".repeat(64)] {
        let response = host.request(Request::post(format!("/door/{tenant}/ada"), "7")).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{tenant}");
    }
}

#[tokio::test]
async fn a_bearer_route_acts_for_the_tokens_tenant_only() {
    let host = TestHost::of(Whoami);
    let tenant: TenantId = "globex".parse().unwrap();
    let principal = Principal { subject: "ada".into(), tenant, roles: vec![] };
    host.memory().accept_token("good", principal);
    let ask = async |token: &str| {
        let get = Request { path: "/whoami".into(), ..Request::default() };
        let value = http::HeaderValue::from_str(token).unwrap();
        host.request(get.header(http::header::AUTHORIZATION, value)).await
    };
    let response = ask("Bearer good").await;
    assert_eq!(
        (response.status, &response.body[..]),
        (StatusCode::OK, &br#"["ada","globex"]"#[..])
    );
    for bad in ["Bearer bad", "good", "bearer good", "Basic good", ""] {
        assert_eq!(ask(bad).await.status, StatusCode::UNAUTHORIZED, "{bad}");
    }
}

#[tokio::test]
async fn a_tick_tells_when_it_was_due_and_commits_what_it_staged() {
    let host = TestHost::of(Sweeper);
    host.given(&Account { customer: "ada".into(), ..Account::default() }).await;
    assert_eq!(host.tick("sweeper").await, Disposition::Done);
    assert_eq!(host.document::<Account>("ada"), None);
}

#[test]
fn backoff_doubles_from_a_second_to_five_minutes() {
    let seconds: Vec<u64> = (0..=12).map(|n| backoff(n).as_secs()).collect();
    assert_eq!(seconds, [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
}
