//! Wakes who waits for a message: at once in this process, by NOTIFY from others.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{Executor as _, query_as};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::connections::{Connections, in_time};

/// The channel; a payload is a queue's name and the instance that sent.
const CHANNEL: &str = "twinhost_queue";

/// How long to wait before listening or announcing again when the database does not answer.
const RECONNECT: Duration = Duration::from_secs(1);

/// How long the server may say nothing before it is asked whether it is there: networks forget connections, and say so
/// to nobody.
const SILENCE: Duration = Duration::from_secs(10);

/// The shortest time between two announcements: under load many sends share one.
const PAUSE: Duration = Duration::from_millis(2);

/// Who is to be woken, by queue.
#[derive(Debug)]
pub(crate) struct Wakes {
    /// Tells this process's own notifications, which it need not hear, from others'.
    instance: String,
    queues: Mutex<HashMap<String, Arc<Notify>>>,
    /// Queues that others are to be told of.
    unannounced: Mutex<BTreeSet<String>>,
    announce: Arc<Notify>,
    /// The tasks that listen and announce, ended with it.
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Drop for Wakes {
    fn drop(&mut self) {
        lock(&self.tasks).iter().for_each(JoinHandle::abort);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Wakes {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            instance: uuid::Uuid::new_v4().simple().to_string(),
            queues: Mutex::default(),
            unannounced: Mutex::default(),
            announce: Arc::default(),
            tasks: Mutex::default(),
        })
    }

    /// Takes charge of a task that works for it.
    pub(crate) fn keep(&self, task: JoinHandle<()>) {
        lock(&self.tasks).push(task);
    }

    /// Something was sent to a queue: wakes who waits here, and has the others told.
    pub(crate) fn sent(&self, queue: &str) {
        self.wake(queue);
        lock(&self.unannounced).insert(queue.to_owned());
        self.announce.notify_one();
    }

    /// Something was sent that can be received after a delay.
    pub(crate) fn sent_for(self: &Arc<Self>, queue: &str, delay: Duration) {
        self.after(queue, delay, Self::sent);
    }

    /// Where to wait for messages of a queue. A wake-up that nobody waited for is kept for who comes next.
    pub(crate) fn of(&self, queue: &str) -> Arc<Notify> {
        let mut queues = lock(&self.queues);
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
        self.after(queue, delay, Self::wake);
    }

    fn after(self: &Arc<Self>, queue: &str, delay: Duration, tell: fn(&Self, &str)) {
        if delay.is_zero() {
            return tell(self, queue);
        }
        let (wakes, queue) = (Arc::downgrade(self), queue.to_owned());
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            if let Some(wakes) = wakes.upgrade() {
                tell(&wakes, &queue);
            }
        });
    }

    fn wake_all(&self) {
        lock(&self.queues).values().for_each(|notify| notify.notify_one());
    }

    fn heard(&self, payload: &str) {
        match payload.split_once(' ') {
            Some((_, instance)) if instance == self.instance => {}
            Some((queue, _)) => self.wake(queue),
            None => self.wake(payload),
        }
    }
}

/// Tells other processes of what was sent here, until nobody is interested.
///
/// Not in the transaction that sends: a transaction that notifies holds a lock of the whole server
/// until it is on disk, so only one lane could commit at a time. What is lost between the two by a
/// crash, the bounded wait of the others makes up for.
pub(crate) async fn announce(connections: Arc<Connections>, wakes: Weak<Wakes>) {
    let Some(asked) = wakes.upgrade().map(|wakes| Arc::clone(&wakes.announce)) else { return };
    loop {
        asked.notified().await;
        let Some(current) = wakes.upgrade() else { return };
        let queues: Vec<String> =
            std::mem::take(&mut *lock(&current.unannounced)).into_iter().collect();
        let statement = || {
            query_as(
                "SELECT pg_notify('twinhost_queue', queue || ' ' || $2)::text FROM unnest($1) AS queue",
            )
            .bind(&queues)
            .bind(&current.instance)
        };
        let told: Result<Vec<(Option<String>,)>, _> = connections.fetch(statement).await;
        let pause = match told {
            Ok(_) => PAUSE,
            Err(error) => {
                let error = crate::error::message(&error);
                tracing::debug!(error, "other processes cannot be told of messages yet; they poll");
                lock(&current.unannounced).extend(queues);
                current.announce.notify_one();
                RECONNECT
            }
        };
        drop(current);
        tokio::time::sleep(pause).await;
    }
}

/// Passes on what other processes send, until nobody is interested.
pub(crate) async fn listen(options: PgConnectOptions, wakes: Weak<Wakes>) {
    loop {
        if let Err(error) = hear(&options, &wakes).await {
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

async fn hear(options: &PgConnectOptions, wakes: &Weak<Wakes>) -> Result<(), sqlx::Error> {
    // A pool for each try: a listener gives its connection back when the server says so, and a dead one never does.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(RECONNECT * 5)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    in_time(listener.listen(CHANNEL)).await?;
    loop {
        let Some(current) = wakes.upgrade() else { return Ok(()) };
        // Something may have been sent before, or while the connection was lost.
        current.wake_all();
        drop(current);
        loop {
            let Ok(received) = timeout(SILENCE, listener.try_recv()).await else {
                in_time(listener.execute("SELECT 1")).await?;
                continue;
            };
            // The connection was lost, and there is a new one.
            let Some(notification) = received? else { break };
            let Some(current) = wakes.upgrade() else { return Ok(()) };
            current.heard(notification.payload());
        }
    }
}
