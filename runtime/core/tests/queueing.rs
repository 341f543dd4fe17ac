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
    const TRIGGER: Consume = Consume::DEFAULT;
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
