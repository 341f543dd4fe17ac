//! What a handler's batch window means at home: nothing, for its messages are handled one by one (E2).

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use twinhost::memory::Memory;
use twinhost::ports::Commit as _;
use twinhost::unit::{Outgoing, Unit};
use twinhost::{App, Consume, Context, Handler, HandlerResult, Message, Payload, QueueOptions};
use twinhost_selfhost::consumer::{Consumer, ConsumerOptions};

#[derive(Serialize, Deserialize)]
struct Photo;

impl Payload for Photo {
    const TOPIC: &'static str = "photos";
    const QUEUE: QueueOptions = QueueOptions::UNORDERED;

    fn group(&self) -> String {
        String::new()
    }
}

/// Says when it has a message.
struct Resizer(Arc<Notify>);

impl Handler for Resizer {
    type Event = Message<Photo>;
    const NAME: &'static str = "resizer";
    const TRIGGER: Consume = Consume { batch_window_seconds: 300, ..Consume::DEFAULT };

    async fn handle(&self, _: &Context, _: Message<Photo>) -> HandlerResult {
        self.0.notify_one();
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_window_keeps_no_message_waiting_at_home() {
    let handled = Arc::new(Notify::new());
    let app = App::new("test").handler(Resizer(Arc::clone(&handled)));
    let manifest = app.manifest();
    let memory = Memory::new("2026-01-01T00:00:00Z".parse().unwrap());
    memory.declare(&manifest);
    let mut unit = Unit::new("acme".parse().unwrap(), "test");
    unit.sends.push(Outgoing {
        id: "m".to_owned(),
        queue: Resizer::NAME.to_owned(),
        group: "m".to_owned(),
        body: serde_json::to_string(&Photo).unwrap(),
        ..Outgoing::default()
    });
    memory.commit(vec![unit]).await.unwrap();
    let (queue, handler) = (Arc::new(memory.clone()), manifest.handler(Resizer::NAME).unwrap());
    let options = ConsumerOptions::default();
    let consumer = Consumer::new(app.clone(), handler, memory.ports(), queue, options).unwrap();
    let (began, stop) = (Instant::now(), CancellationToken::new());
    let running = tokio::spawn(consumer.run(stop.clone(), CancellationToken::new()));
    handled.notified().await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    stop.cancel();
    running.await.unwrap();
}
