//! A small executable model of an SQS FIFO queue, to hold a queue against.
//!
//! It knows nothing of how a queue is made: it is a list in the order sent, and the rules over it (F1, F6, V1-V3, D1-D7
//! of `docs/semantics.md`). What a queue is free to choose, which groups a receive answers with, it checks; all else it
//! predicts. The property tests compare it with what a host's queue shows after every step, the simulation with every
//! call that takes effect.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::TenantId;
use crate::ports::{Peeked, Received, Release};
use crate::unit::{Outgoing, Receipt};

/// How long an id for de-duplication is remembered (F6).
const DEDUPLICATION: SignedDuration = SignedDuration::from_mins(5);

/// What a queue must show.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// In the order sent.
    messages: Vec<Message>,
    /// In the order they died.
    dead: Vec<Message>,
    remembered: BTreeMap<String, Timestamp>,
    /// Every receipt that was ever given.
    receipts: HashSet<Receipt>,
}

/// A message of the model.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// Its order group, with the tenant.
    pub group: String,
    /// Its body.
    pub body: String,
    /// Deliveries that count.
    pub receive_count: u32,
    /// Until when it is hidden.
    pub hidden_until: Timestamp,
    /// The receipt of its last delivery.
    receipt: Option<Receipt>,
    reason: Option<String>,
}

impl Model {
    /// A message is sent; false when it is a duplicate, which is accepted and has no effect.
    pub fn send(&mut self, now: Timestamp, tenant: &TenantId, send: &Outgoing) -> bool {
        if let Some(id) = &send.deduplication_id {
            let id = format!("{tenant}/{id}");
            if self.remembered.get(&id).is_some_and(|until| *until > now) {
                return false;
            }
            self.remembered.insert(id, now + DEDUPLICATION);
        }
        self.messages.push(Message {
            id: send.id.clone(),
            group: format!("{tenant}/{}", send.group),
            body: send.body.clone(),
            receive_count: 0,
            hidden_until: later(now, send.delay),
            receipt: None,
            reason: None,
        });
        true
    }

    /// A receive answered this.
    ///
    /// # Errors
    ///
    /// Says which rule the answer breaks.
    pub fn received(
        &mut self,
        now: Timestamp,
        (max, per_group): (usize, usize),
        lease: Duration,
        answer: &[Received],
    ) -> Result<(), String> {
        if answer.len() > max {
            return Err(format!(
                "{} messages were received where {max} were asked for",
                answer.len()
            ));
        }
        let mut groups = BTreeSet::new();
        for run in answer.chunk_by(|a, b| a.group == b.group) {
            let group = &run[0].group;
            if !groups.insert(group.clone()) {
                return Err(format!("`{group}` is not in one piece"));
            }
            let may = self.leading(group, now, per_group);
            let ids: Vec<&str> = run.iter().map(|message| message.id.as_str()).collect();
            if !may.starts_with(&ids) {
                return Err(format!(
                    "of `{group}` {ids:?} were received, where {may:?} may be, in this order"
                ));
            }
            // Where there was room for more, nothing may be held back.
            if answer.len() < max && ids.len() < may.len() {
                return Err(format!("of `{group}` only {ids:?} were received of {may:?}"));
            }
        }
        if answer.len() < max {
            let all: BTreeSet<String> = self.messages.iter().map(|m| m.group.clone()).collect();
            let silent = all
                .difference(&groups)
                .find(|group| !self.leading(group, now, per_group).is_empty());
            if let Some(group) = silent {
                return Err(format!("nothing of `{group}` was received, though there was room"));
            }
        }
        for received in answer {
            if !self.receipts.insert(received.receipt.clone()) {
                return Err(format!(
                    "the receipt of `{}` is that of an earlier delivery",
                    received.id
                ));
            }
            let message = self.messages.iter_mut().find(|message| message.id == received.id);
            let message = message.ok_or("it is not there")?;
            message.receive_count += 1;
            message.hidden_until = later(now, lease);
            message.receipt = Some(received.receipt.clone());
            let told = (received.receive_count, received.body.as_str());
            if told != (message.receive_count, message.body.as_str()) {
                return Err(format!(
                    "`{}` was delivered as {told:?}, not as {message:?}",
                    received.id
                ));
            }
        }
        Ok(())
    }

    /// The ids of a group that a receive may answer with: the leading run that is visible (F1).
    fn leading(&self, group: &str, now: Timestamp, per_group: usize) -> Vec<&str> {
        let all = self.messages.iter().filter(|message| message.group == group);
        let leading = all.take_while(|message| message.hidden_until <= now).take(per_group);
        leading.map(|message| message.id.as_str()).collect()
    }

    /// The message whose last delivery has this receipt, if it is still good.
    #[must_use]
    pub fn holds(&self, now: Timestamp, receipt: &Receipt) -> Option<&Message> {
        self.at(now, receipt).map(|at| &self.messages[at])
    }

    fn at(&self, now: Timestamp, receipt: &Receipt) -> Option<usize> {
        let good = |m: &Message| m.receipt.as_ref() == Some(receipt) && m.hidden_until > now;
        self.messages.iter().position(good)
    }

    /// A lease is extended from now; false when it was lost (V2).
    pub fn extend(&mut self, now: Timestamp, receipt: &Receipt, lease: Duration) -> bool {
        let Some(at) = self.at(now, receipt) else { return false };
        self.messages[at].hidden_until = later(now, lease);
        true
    }

    /// A delivery is given back, unless its receipt is stale (V4); one that does not count is over.
    pub fn release(&mut self, now: Timestamp, release: &Release) {
        let Some(at) = self.at(now, &release.receipt) else { return };
        let message = &mut self.messages[at];
        message.hidden_until = later(now, release.delay);
        if !release.attempted {
            message.receive_count -= 1;
            message.receipt = None;
        }
        message.reason.clone_from(&release.reason);
    }

    /// A message is acknowledged; false when the receipt is stale, which must undo the commit (V3).
    pub fn done(&mut self, now: Timestamp, receipt: &Receipt) -> bool {
        self.at(now, receipt).map(|at| self.messages.remove(at)).is_some()
    }

    /// A message becomes a dead letter with its id and count (D2); false when the receipt is stale.
    pub fn die(&mut self, now: Timestamp, receipt: &Receipt, reason: &str) -> bool {
        let Some(at) = self.at(now, receipt) else { return false };
        let mut message = self.messages.remove(at);
        message.reason = Some(reason.to_owned());
        self.dead.push(message);
        true
    }

    /// Dead letters are sent back as new, all or those of these ids (D6); how many.
    pub fn redrive(&mut self, now: Timestamp, ids: Option<&[String]>) -> u64 {
        let wanted = |message: &Message| ids.is_none_or(|ids| ids.contains(&message.id));
        let (back, stay): (Vec<_>, Vec<_>) = self.dead.drain(..).partition(wanted);
        self.dead = stay;
        let count = back.len() as u64;
        let fresh = |message| Message {
            receive_count: 0,
            hidden_until: now,
            receipt: None,
            reason: None,
            ..message
        };
        self.messages.extend(back.into_iter().map(fresh));
        count
    }

    /// Every message, or every dead letter, is deleted; how many. The first forgets the ids, too (F9).
    pub fn purge(&mut self, dead: bool) -> u64 {
        if dead {
            return self.dead.drain(..).len() as u64;
        }
        self.remembered.clear();
        self.messages.drain(..).len() as u64
    }

    /// What is not done, in the order sent.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The dead letters, in the order they died.
    #[must_use]
    pub fn dead(&self) -> &[Message] {
        &self.dead
    }

    /// A receive of everything, whose answer was lost, may have taken effect: as these messages show.
    pub fn maybe_received(&mut self, now: Timestamp, lease: Duration, shown: &[Peeked]) {
        let all: BTreeSet<String> = self.messages.iter().map(|m| m.group.clone()).collect();
        let leading = all.iter().flat_map(|group| self.leading(group, now, usize::MAX));
        let leading: HashSet<String> = leading.map(str::to_owned).collect();
        let counted = |m: &Message| {
            shown.iter().any(|shown| shown.id == m.id && shown.receive_count > m.receive_count)
        };
        let received = |m: &&mut Message| leading.contains(&m.id);
        if self.messages.iter().any(counted) {
            for message in self.messages.iter_mut().filter(received) {
                message.receive_count += 1;
                message.hidden_until = later(now, lease);
                message.receipt = None;
            }
        }
    }

    /// A look at the queue, when the store's time was `at`, showed these messages, or dead letters.
    ///
    /// # Errors
    ///
    /// Says what is seen and what should be.
    pub fn peeked(
        &self,
        now: Timestamp,
        dead: bool,
        at: Timestamp,
        peeked: &[Peeked],
    ) -> Result<(), String> {
        let expected: Vec<_> = if dead { &self.dead } else { &self.messages }
            .iter()
            .map(|m| {
                let hidden = !dead && m.hidden_until > now;
                (&*m.id, &*m.group, &*m.body, m.receive_count, m.reason.as_deref(), hidden)
            })
            .collect();
        let seen: Vec<_> = peeked
            .iter()
            .map(|m| {
                let hidden = !dead && m.visible_at > at;
                (&*m.id, &*m.group, &*m.body, m.receive_count, m.reason.as_deref(), hidden)
            })
            .collect();
        if seen == expected {
            return Ok(());
        }
        let what = if dead { "dead letters" } else { "messages" };
        Err(format!("the {what} are\n{}\nand should be\n{}", lines(&seen), lines(&expected)))
    }
}

fn lines(items: &[impl std::fmt::Debug]) -> String {
    items.iter().map(|item| format!("  {item:?}")).collect::<Vec<_>>().join("\n")
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}
