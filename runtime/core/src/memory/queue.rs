use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::Memory;
use crate::ports::{
    Clock as _, DeadLetter, Peeked, PortError, Queue, QueueStats, Received, Release,
};
use crate::tenant::TenantId;
use crate::unit::{Ack, Outgoing, Receipt};

/// How long a de-duplication id is remembered (SQS FIFO).
const DEDUPLICATION: SignedDuration = SignedDuration::from_mins(5);

/// A queue and its dead letters.
#[derive(Debug, Default)]
pub(super) struct MemoryQueue {
    messages: Vec<Stored>,
    dead: Vec<Stored>,
    sent: u64,
    remembered: Vec<(String, Timestamp)>,
    /// Told after every commit and every move of a message.
    pub(super) told: Arc<Notify>,
}

#[derive(Clone, Debug)]
struct Stored {
    sequence: u64,
    id: String,
    tenant: TenantId,
    group: String,
    body: String,
    receive_count: u32,
    sent_at: Timestamp,
    visible_at: Timestamp,
    reason: Option<String>,
}

impl Stored {
    fn handle(&self) -> String {
        format!("{}:{}", self.sequence, self.receive_count)
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

impl MemoryQueue {
    pub(super) fn send(&mut self, tenant: &TenantId, send: &Outgoing, now: Timestamp) {
        self.remembered.retain(|(_, until)| *until > now);
        if let Some(id) = &send.deduplication_id {
            let id = format!("{tenant}/{id}");
            if self.remembered.iter().any(|(known, _)| *known == id) {
                return;
            }
            self.remembered.push((id, now.saturating_add(DEDUPLICATION).unwrap_or(Timestamp::MAX)));
        }
        self.sent += 1;
        self.messages.push(Stored {
            sequence: self.sent,
            id: send.id.clone(),
            tenant: tenant.clone(),
            group: format!("{tenant}/{}", send.group),
            body: send.body.clone(),
            receive_count: 0,
            sent_at: now,
            visible_at: now,
            reason: None,
        });
    }

    fn at(&self, receipt: &Receipt, now: Timestamp) -> Option<usize> {
        self.messages.iter().position(|m| m.handle() == receipt.handle && m.visible_at > now)
    }

    /// Whether a receipt is still good.
    pub(super) fn holds(&self, receipt: &Receipt, now: Timestamp) -> bool {
        self.at(receipt, now).is_some()
    }

    pub(super) fn acknowledge(&mut self, ack: &Ack) {
        let handle = &ack.receipt().handle;
        let Some(at) = self.messages.iter().position(|m| m.handle() == *handle) else { return };
        let mut message = self.messages.remove(at);
        if let Ack::DeadLetter(_, reason) = ack {
            message.reason = Some(reason.clone());
            self.dead.push(message);
        }
    }

    fn receive(
        &mut self,
        queue: &str,
        (max, per_group): (usize, usize),
        now: Timestamp,
        until: Timestamp,
    ) -> Vec<Received> {
        let mut blocked: HashSet<String> = HashSet::new();
        let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
        let mut taken = 0;
        for (at, message) in self.messages.iter().enumerate() {
            if taken == max || blocked.contains(&message.group) {
                continue;
            }
            if message.visible_at > now {
                blocked.insert(message.group.clone());
                continue;
            }
            match groups.iter_mut().find(|(group, _)| *group == message.group) {
                Some((_, run)) if run.len() == per_group => continue,
                Some((_, run)) => run.push(at),
                None => groups.push((message.group.clone(), vec![at])),
            }
            taken += 1;
        }
        let order = groups.into_iter().flat_map(|(_, run)| run);
        order
            .map(|at| {
                let message = &mut self.messages[at];
                message.receive_count += 1;
                message.visible_at = until;
                Received {
                    receipt: Receipt { queue: queue.to_owned(), handle: message.handle() },
                    id: message.id.clone(),
                    tenant: message.tenant.clone(),
                    group: message.group.clone(),
                    body: message.body.clone(),
                    receive_count: message.receive_count,
                    sent_at: message.sent_at,
                }
            })
            .collect()
    }
}

impl Memory {
    fn with_queue<T>(&self, name: &str, work: impl FnOnce(&mut MemoryQueue) -> T) -> T {
        work(self.lock().queues.entry(name.to_owned()).or_default())
    }
}

#[async_trait]
impl Queue for Memory {
    async fn receive(
        &self,
        queue: &str,
        max: usize,
        per_group: usize,
        lease: Duration,
    ) -> Result<Vec<Received>, PortError> {
        let now = self.clock.now();
        Ok(self.with_queue(queue, |q| q.receive(queue, (max, per_group), now, later(now, lease))))
    }

    async fn wait(&self, queue: &str, at_most: Duration) {
        let told = self.with_queue(queue, |queue| Arc::clone(&queue.told));
        let _elapsed = tokio::time::timeout(at_most, told.notified()).await;
    }

    async fn extend(
        &self,
        receipts: &[Receipt],
        lease: Duration,
    ) -> Result<Vec<Receipt>, PortError> {
        let now = self.clock.now();
        let mut lost = Vec::new();
        for receipt in receipts {
            self.with_queue(&receipt.queue, |queue| match queue.at(receipt, now) {
                Some(at) => queue.messages[at].visible_at = later(now, lease),
                None => lost.push(receipt.clone()),
            });
        }
        Ok(lost)
    }

    async fn release(&self, releases: &[Release]) -> Result<(), PortError> {
        let now = self.clock.now();
        for release in releases {
            self.with_queue(&release.receipt.queue, |queue| {
                let Some(at) = queue.at(&release.receipt, now) else { return };
                let message = &mut queue.messages[at];
                message.visible_at = later(now, release.delay);
                message.receive_count -= u32::from(!release.attempted);
                message.reason.clone_from(&release.reason);
            });
        }
        self.wake();
        Ok(())
    }

    async fn dead_letter(&self, letters: &[DeadLetter]) -> Result<(), PortError> {
        let now = self.clock.now();
        for DeadLetter { receipt, reason } in letters {
            self.with_queue(&receipt.queue, |queue| {
                if queue.holds(receipt, now) {
                    queue.acknowledge(&Ack::DeadLetter(receipt.clone(), reason.clone()));
                }
            });
        }
        self.wake();
        Ok(())
    }

    async fn stats(&self, queue: &str) -> Result<QueueStats, PortError> {
        let now = self.clock.now();
        Ok(self.with_queue(queue, |q| {
            let oldest = q.messages.iter().map(|m| m.sent_at).min();
            let age = oldest.map_or(0, |at| now.duration_since(at).as_secs());
            QueueStats {
                queue: queue.to_owned(),
                backlog: q.messages.len() as u64,
                in_flight: q.messages.iter().filter(|m| m.visible_at > now).count() as u64,
                oldest_age_seconds: u64::try_from(age).unwrap_or(0),
                dead_letters: q.dead.len() as u64,
            }
        }))
    }

    async fn peek(&self, queue: &str, dead: bool, max: usize) -> Result<Vec<Peeked>, PortError> {
        Ok(self.with_queue(queue, |q| {
            let messages = if dead { &q.dead } else { &q.messages };
            let peeked = messages.iter().take(max).map(|m| Peeked {
                id: m.id.clone(),
                tenant: m.tenant.to_string(),
                group: m.group.clone(),
                body: m.body.clone(),
                receive_count: m.receive_count,
                sent_at: m.sent_at,
                visible_at: m.visible_at,
                reason: m.reason.clone(),
            });
            peeked.collect()
        }))
    }

    async fn redrive(&self, queue: &str, ids: Option<&[String]>) -> Result<u64, PortError> {
        let now = self.clock.now();
        let count = self.with_queue(queue, |q| {
            let wanted = |m: &Stored| ids.is_none_or(|ids| ids.contains(&m.id));
            let (back, stay): (Vec<_>, Vec<_>) =
                std::mem::take(&mut q.dead).into_iter().partition(wanted);
            q.dead = stay;
            let count = back.len() as u64;
            for message in back {
                q.sent += 1;
                let fresh = Stored {
                    sequence: q.sent,
                    receive_count: 0,
                    sent_at: now,
                    visible_at: now,
                    reason: None,
                    ..message
                };
                q.messages.push(fresh);
            }
            count
        });
        self.wake();
        Ok(count)
    }

    async fn purge(&self, queue: &str, dead: bool) -> Result<u64, PortError> {
        Ok(self.with_queue(queue, |q| {
            let gone = if dead {
                std::mem::take(&mut q.dead)
            } else {
                q.remembered.clear();
                std::mem::take(&mut q.messages)
            };
            gone.len() as u64
        }))
    }
}
