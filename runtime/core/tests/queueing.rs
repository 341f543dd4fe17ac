//! What a payload says of its queue, and what becomes of it when it is published.

use std::marker::PhantomData;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use twinhost::dispatch::Disposition;
use twinhost::{
    App, Consume, Context, Deduplication, Grant, Handler, HandlerResult, Message, Payload,
    QueueOptions, TestHost,
};

/// A topic's queue, as a type.
trait Kind: Send + Sync + 'static {
    const QUEUE: QueueOptions;
    /// Of its consumer.
    const BATCH_WINDOW_SECONDS: u32 = 0;
}

struct OfTheQueue;
impl Kind for OfTheQueue {
    const QUEUE: QueueOptions = QueueOptions::ORDERED;
}

struct OfTheGroup;
impl Kind for OfTheGroup {
    const QUEUE: QueueOptions =
        QueueOptions { deduplication: Deduplication::Group, ..QueueOptions::ORDERED };
}

struct Late;
impl Kind for Late {
    const QUEUE: QueueOptions =
        QueueOptions { delay: Duration::from_secs(60), ..QueueOptions::ORDERED };
}

struct TooLate;
impl Kind for TooLate {
    const QUEUE: QueueOptions =
        QueueOptions { delay: Duration::from_secs(901), ..QueueOptions::UNORDERED };
}

struct Gathered;
impl Kind for Gathered {
    const QUEUE: QueueOptions = QueueOptions::UNORDERED;
    const BATCH_WINDOW_SECONDS: u32 = 300;
}

struct GatheredTooLong;
impl Kind for GatheredTooLong {
    const QUEUE: QueueOptions = QueueOptions::UNORDERED;
    const BATCH_WINDOW_SECONDS: u32 = 301;
}

struct GatheredInOrder;
impl Kind for GatheredInOrder {
    const QUEUE: QueueOptions = QueueOptions::ORDERED;
    const BATCH_WINDOW_SECONDS: u32 = 20;
}

/// A message of a topic of this kind.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
struct Note<K> {
    group: String,
    id: String,
    #[serde(skip)]
    kind: PhantomData<fn(K)>,
}

impl<K: Kind> Payload for Note<K> {
    const TOPIC: &'static str = "notes";
    const QUEUE: QueueOptions = K::QUEUE;

    fn group(&self) -> String {
        self.group.clone()
    }

    fn deduplication_id(&self) -> Option<String> {
        (!self.id.is_empty()).then(|| self.id.clone())
    }
}

struct Taker<K>(PhantomData<fn(K)>);

impl<K: Kind> Handler for Taker<K> {
    type Event = Message<Note<K>>;
    const NAME: &'static str = "taker";
    const TRIGGER: Consume =
        Consume { batch_window_seconds: K::BATCH_WINDOW_SECONDS, ..Consume::DEFAULT };
    const GRANTS: &'static [Grant] = &[Grant::Publish("notes")];

    async fn handle(&self, _: &Context, _: Message<Note<K>>) -> HandlerResult {
        Ok(())
    }
}

fn host<K: Kind>() -> TestHost {
    TestHost::of(Taker::<K>(PhantomData))
}

async fn send<K: Kind>(host: &TestHost, group: &str, id: &str) -> usize {
    let note = Note::<K> { group: group.to_owned(), id: id.to_owned(), kind: PhantomData };
    let handled = host.send(&note).await;
    handled.iter().filter(|disposition| **disposition == Disposition::Done).count()
}

/// F7.
#[tokio::test]
async fn an_id_is_of_its_queue_or_of_its_group() {
    let of_queue = host::<OfTheQueue>();
    assert_eq!(send::<OfTheQueue>(&of_queue, "a", "id").await, 1);
    assert_eq!(send::<OfTheQueue>(&of_queue, "b", "id").await, 0);
    let of_group = host::<OfTheGroup>();
    assert_eq!(send::<OfTheGroup>(&of_group, "a", "id").await, 1);
    assert_eq!(send::<OfTheGroup>(&of_group, "a", "id").await, 0);
    assert_eq!(send::<OfTheGroup>(&of_group, "b", "id").await, 1);
}

/// Q9: a delay of the topic's is every message's.
#[tokio::test]
async fn a_topic_can_put_off_all_of_its_messages() {
    let host = host::<Late>();
    assert_eq!(send::<Late>(&host, "a", "").await, 0);
    host.memory().clock().advance(Duration::from_secs(61));
    assert_eq!(host.run().await, [Disposition::Done]);
}

/// E2.
#[tokio::test]
async fn a_batch_window_keeps_no_message_waiting_in_memory() {
    assert_eq!(send::<Gathered>(&host::<Gathered>(), "a", "").await, 1);
}

/// E2.
#[test]
fn a_batch_window_is_up_to_300_s_and_for_topics_without_order_only() {
    fn problems<K: Kind>() -> Result<(), String> {
        let app = App::new("test").handler(Taker::<K>(PhantomData));
        app.check().map_err(|invalid| invalid.0.join("\n"))
    }
    assert_eq!(problems::<Gathered>(), Ok(()));
    let too_long = problems::<GatheredTooLong>().unwrap_err();
    assert_eq!(too_long, "`taker`: a batch window of 301 s is not possible; use 0 to 300 s");
    let in_order = problems::<GatheredInOrder>().unwrap_err();
    for part in
        ["`taker`: a batch window of 20 s", "`notes`", "use 0, or `QueueOptions::UNORDERED`"]
    {
        assert!(in_order.contains(part), "{part:?} is not in: {in_order}");
    }
}

#[test]
fn what_no_queue_can_be_told_is_refused_before_anything_runs() {
    let app = App::new("test").handler(Taker::<TooLate>(PhantomData));
    let problems = app.check().unwrap_err().to_string();
    assert!(
        problems.contains("`taker`: a delay of 901s is not possible; use 0 to 900 s"),
        "{problems}"
    );
    assert_eq!(App::new("test").handler(Taker::<Late>(PhantomData)).check(), Ok(()));
}
