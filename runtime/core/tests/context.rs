use twinhost::TestHost;
use twinhost::dispatch::Disposition;

use crate::fixtures::{Account, Bookkeeper, Order, Receipt};

async fn reason(trouble: &str) -> String {
    let host = TestHost::of(Bookkeeper::default()).collecting::<Receipt>();
    match &host.send(&Order::with("ada", trouble)).await[..] {
        [Disposition::DeadLettered(reason)] => reason.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_was_not_declared_is_refused_and_the_refusal_tells_the_cure() {
    assert_eq!(
        reason("peek").await,
        "fault: `bookkeeper` may not read `secrets`; add `Grant::Read(\"secrets\")` to its GRANTS"
    );
    assert_eq!(
        reason("mail").await,
        "fault: `bookkeeper` may not publish to `orders`; add `Grant::Publish(\"orders\")` to its GRANTS"
    );
}

#[tokio::test]
async fn a_unit_over_the_limit_is_refused_as_a_whole() {
    assert!(reason("many").await.contains("at most 99 writes and sends"));
}

#[tokio::test]
async fn once_is_for_requests() {
    assert!(reason("once-key").await.contains("`once` is for requests"));
}

#[tokio::test]
async fn tenants_do_not_see_each_other() {
    use twinhost::ports::Documents as _;
    let host = TestHost::of(Bookkeeper::default()).collecting::<Receipt>();
    host.send(&Order::of("ada", 1)).await;
    let other = "globex".parse().unwrap();
    assert_eq!(host.memory().get(&other, "accounts", "ada").await.unwrap(), None);
    assert!(host.document::<Account>("ada").is_some());
}
