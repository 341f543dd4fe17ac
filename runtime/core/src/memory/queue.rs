use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::Memory;
use crate::ports::{
    Clock as _, DeadLetter, LONGEST_LEASE, Peeked, PortError, Queue, QueueStats, Received, Release,
    Selection, note_expired,
};
use crate::queue_options::{DEAD_LETTERS_RETENTION, QueueOptions};
use crate::tenant::TenantId;
use crate::trace::Trace;
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
    /// Dead letters so far.
    died: u64,
    pub(super) options: QueueOptions,
    /// Told after every commit and every move of a message.
    pub(super) told: Arc<Notify>,
}

#[derive(Clone, Debug)]
pub(super) struct Stored {
    sequence: u64,
    pub(super) id: String,
    pub(super) tenant: TenantId,
    pub(super) group: String,
    body: String,
    trace: Option<Trace>,
    receive_count: u32,
    /// The count of the last delivery that was given back because it failed.
    answered: u32,
    /// Never goes down, so that no two deliveries have one receipt.
    deliveries: u32,
    pub(super) sent_at: Timestamp,
    received_at: Timestamp,
    visible_at: Timestamp,
    pub(super) reason: Option<String>,
    pub(super) dead: Option<Dead>,
}

/// That a message is a dead letter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dead {
    /// Counts the dead letters of a queue, from 0.
    pub(super) number: u64,
    since: Timestamp,
}

impl Stored {
    fn handle(&self) -> String {
        format!("{}:{}", self.sequence, self.deliveries)
    }
}

pub(super) fn earlier(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.saturating_sub(by).unwrap_or(Timestamp::MIN)
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
            trace: send.trace,
            receive_count: 0,
            answered: 0,
            deliveries: 0,
            sent_at: now,
            received_at: now,
            visible_at: later(now, send.delay),
            reason: None,
            dead: None,
        });
    }

    /// Deletes what was kept too long and nobody has.
    fn expire(&mut self, name: &str, now: Timestamp) {
        let end = earlier(now, self.options.retention);
        let (waiting, dead) = (self.messages.len(), self.dead.len());
        self.messages.retain(|m| m.sent_at > end || m.visible_at > now);
        let ordered = self.options.ordered;
        // D3: where order reigns, the time of a dead letter begins anew.
        let since = |m: &Stored| m.dead.filter(|_| ordered).map_or(m.sent_at, |dead| dead.since);
        let end = earlier(now, DEAD_LETTERS_RETENTION);
        self.dead.retain(|m| since(m) > end);
        note_expired(name, false, (waiting - self.messages.len()) as u64);
        note_expired(name, true, (dead - self.dead.len()) as u64);
    }

    /// What the next dead letter will be numbered.
    pub(super) const fn next_dead(&self) -> u64 {
        self.died
    }

    /// Sends dead letters back, oldest first, `most` at the most; answers how many, and whether there are more.
    pub(super) fn send_back(
        &mut self,
        selection: &Selection,
        end: u64,
        most: u64,
        now: Timestamp,
    ) -> (u64, bool) {
        let (back, more) = selection.take(&mut self.dead, end, most);
        let count = back.len() as u64;
        back.into_iter().for_each(|letter| self.resend(letter, now));
        (count, more)
    }

    /// Sends the oldest dead letter of an id back with another body; answers whose it is and the body it had.
    pub(super) fn replay(
        &mut self,
        id: &str,
        body: &str,
        now: Timestamp,
    ) -> Option<(TenantId, String)> {
        let at = self.dead.iter().position(|letter| letter.id == id)?;
        let mut letter = self.dead.remove(at);
        let old = std::mem::replace(&mut letter.body, body.to_owned());
        let tenant = letter.tenant.clone();
        self.resend(letter, now);
        Some((tenant, old))
    }

    fn resend(&mut self, letter: Stored, now: Timestamp) {
        self.sent += 1;
        self.messages.push(Stored {
            sequence: self.sent,
            receive_count: 0,
            answered: 0,
            sent_at: now,
            visible_at: now,
            reason: None,
            dead: None,
            ..letter
        });
    }

    fn at(&self, receipt: &Receipt, now: Timestamp) -> Option<usize> {
        self.messages.iter().position(|m| m.handle() == receipt.handle && m.visible_at > now)
    }

    /// Whether a receipt is still good.
    pub(super) fn holds(&self, receipt: &Receipt, now: Timestamp) -> bool {
        self.at(receipt, now).is_some()
    }

    pub(super) fn acknowledge(&mut self, ack: &Ack, now: Timestamp) {
        let handle = &ack.receipt().handle;
        let Some(at) = self.messages.iter().position(|m| m.handle() == *handle) else { return };
        let mut message = self.messages.remove(at);
        if let Ack::DeadLetter(_, reason) = ack {
            message.reason = Some(reason.clone());
            message.dead = Some(Dead { number: self.died, since: now });
            self.died += 1;
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
        self.expire(queue, now);
        let mut blocked: HashSet<&str> = HashSet::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        // Each group with its tenant's groups before it: tenants take turns.
        let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut of_tenant: HashMap<&str, usize> = HashMap::new();
        for (at, message) in self.messages.iter().enumerate() {
            let group = message.group.as_str();
            if blocked.contains(group) {
                continue;
            }
            if message.visible_at > now {
                blocked.insert(group);
                continue;
            }
            if let Some(place) = places.get(group) {
                let run = &mut groups[*place].1;
                if run.len() < per_group {
                    run.push(at);
                }
                continue;
            }
            let before = of_tenant.entry(message.tenant.as_str()).or_default();
            if *before < max {
                places.insert(group, groups.len());
                groups.push((*before, vec![at]));
                *before += 1;
            } else {
                blocked.insert(group);
            }
        }
        // Stable: of each turn, whoever sent first is first.
        groups.sort_by_key(|(turn, _)| *turn);
        let order: Vec<usize> = groups.into_iter().flat_map(|(_, run)| run).take(max).collect();
        order
            .into_iter()
            .map(|at| {
                let message = &mut self.messages[at];
                message.receive_count += 1;
                message.deliveries += 1;
                message.received_at = now;
                message.visible_at = until;
                Received {
                    receipt: Receipt { queue: queue.to_owned(), handle: message.handle() },
                    id: message.id.clone(),
                    tenant: message.tenant.clone(),
                    group: message.group.clone(),
                    body: message.body.clone(),
                    receive_count: message.receive_count,
                    unanswered: message.receive_count - 1 > message.answered,
                    sent_at: message.sent_at,
                    trace: message.trace,
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
        if lease > LONGEST_LEASE {
            return Err(PortError::too_long_a_lease(queue, lease));
        }
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
            self.with_queue(&receipt.queue, |queue| {
                let until = later(now, lease);
                let may = |m: &&mut Stored| until <= later(m.received_at, LONGEST_LEASE);
                let at = queue.at(receipt, now);
                match at.map(|at| &mut queue.messages[at]).filter(may) {
                    Some(message) => message.visible_at = until,
                    None => lost.push(receipt.clone()),
                }
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
                if release.attempted {
                    message.answered = message.receive_count;
                } else {
                    message.receive_count -= 1;
                    // Its receipt is spent.
                    message.deliveries += 1;
                }
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
                    queue.acknowledge(&Ack::DeadLetter(receipt.clone(), reason.clone()), now);
                }
            });
        }
        self.wake();
        Ok(())
    }

    async fn stats(&self, queue: &str) -> Result<QueueStats, PortError> {
        let now = self.clock.now();
        Ok(self.with_queue(queue, |q| {
            q.expire(queue, now);
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
        let now = self.clock.now();
        Ok(self.with_queue(queue, |q| {
            q.expire(queue, now);
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
            let selection = Selection { ids: ids.map(<[_]>::to_vec), ..Selection::default() };
            q.send_back(&selection, q.died, u64::MAX, now).0
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
