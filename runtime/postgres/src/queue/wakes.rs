//! Wakes who waits for a message: at once in this process, by NOTIFY from others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;

/// The channel of `twinhost.flush`; a payload is a queue's name and the instance that sent.
const CHANNEL: &str = "twinhost_queue";

/// How long to wait before listening again when the database does not answer.
const RECONNECT: Duration = Duration::from_secs(1);

/// Who is to be woken, by queue.
#[derive(Debug)]
pub(crate) struct Wakes {
    /// Tells this process's own notifications, which it need not hear, from others'.
    instance: String,
    queues: Mutex<HashMap<String, Arc<Notify>>>,
}

impl Wakes {
    pub(crate) fn new() -> Arc<Self> {
        let instance = uuid::Uuid::new_v4().simple().to_string();
        Arc::new(Self { instance, queues: Mutex::default() })
    }

    /// Names this process in notifications.
    pub(crate) fn instance(&self) -> &str {
        &self.instance
    }

    /// Where to wait for messages of a queue. A wake-up that nobody waited for is kept for who comes next.
    pub(crate) fn of(&self, queue: &str) -> Arc<Notify> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        match queues.get(queue) {
            Some(notify) => Arc::clone(notify),
            None => Arc::clone(queues.entry(queue.to_owned()).or_default()),
        }
    }

    pub(crate) fn wake(&self, queue: &str) {
        self.of(queue).notify_one();
    }

    /// Wakes when a message that was given back becomes visible.
    pub(crate) fn wake_after(self: &Arc<Self>, queue: &str, delay: Duration) {
        let (wakes, queue) = (Arc::downgrade(self), queue.to_owned());
        if delay.is_zero() {
            return self.wake(&queue);
        }
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            if let Some(wakes) = wakes.upgrade() {
                wakes.wake(&queue);
            }
        });
    }

    fn wake_all(&self) {
        let queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        queues.values().for_each(|notify| notify.notify_one());
    }

    fn heard(&self, payload: &str) {
        match payload.split_once(' ') {
            Some((_, instance)) if instance == self.instance => {}
            Some((queue, _)) => self.wake(queue),
            None => self.wake(payload),
        }
    }
}

/// Passes on what other processes send, until nobody is interested; `pool` is for this alone.
pub(crate) async fn listen(pool: PgPool, wakes: Weak<Wakes>) {
    loop {
        if let Err(error) = hear(&pool, &wakes).await {
            let error = crate::error::message(&error);
            tracing::warn!(
                error,
                "cannot listen for messages; queues are polled until it works again"
            );
        }
        if wakes.strong_count() == 0 {
            return;
        }
        tokio::time::sleep(RECONNECT).await;
    }
}

async fn hear(pool: &PgPool, wakes: &Weak<Wakes>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let Some(current) = wakes.upgrade() else { return Ok(()) };
        // Something may have been sent before, or while the connection was lost.
        current.wake_all();
        drop(current);
        while let Some(notification) = listener.try_recv().await? {
            let Some(current) = wakes.upgrade() else { return Ok(()) };
            current.heard(notification.payload());
        }
    }
}
