//! Where a call has its effect: on the store and on the model, and the two must agree.

use std::sync::Arc;
use std::time::Duration;

use twinhost::conformance::model::Model;
use twinhost::ports::{
    Commit as _, CommitError, Committed, DeadLetter, PortError, Queue as _, Received, Release,
};
use twinhost::unit::{Ack, Receipt, Unit};

use crate::app::MAX_RECEIVES;
use crate::world::{Holder, World};

impl World {
    /// Works on the model of a queue.
    fn model<T>(&self, queue: &str, work: impl FnOnce(&mut Model) -> T) -> T {
        work(self.state().models.entry(queue.to_owned()).or_default())
    }
}

/// F1, F2, V1: the answer is one that the prefix rule allows, each message with a count one higher and a new receipt.
pub(crate) async fn receive(
    world: &Arc<World>,
    node: &str,
    queue: &str,
    (max, per_group): (usize, usize),
    lease: Duration,
) -> Result<Vec<Received>, PortError> {
    let now = world.now();
    let received = world.memory.receive(queue, max, per_group, lease).await?;
    if received.is_empty() {
        world.count("empty receives");
    } else {
        let ids: Vec<_> =
            received.iter().map(|m| format!("{}#{}", m.id, m.receive_count)).collect();
        world.step(format_args!("{node} receives {} of {queue}", ids.join(" ")));
    }
    world
        .wants(world.model(queue, |model| model.received(now, (max, per_group), lease, &received)));
    let mut state = world.state();
    for message in &received {
        let holder =
            Holder { node: node.to_owned(), receive_count: message.receive_count, passed: false };
        state.holders.insert((queue.to_owned(), message.id.clone()), holder);
    }
    drop(state);
    if received.iter().any(|message| message.receive_count > 1) {
        world.count("redeliveries");
    }
    Ok(received)
}

/// V2: an extension counts from the call, for a receipt that is good.
pub(crate) async fn extend(
    world: &Arc<World>,
    node: &str,
    receipts: &[Receipt],
    lease: Duration,
) -> Result<Vec<Receipt>, PortError> {
    let now = world.now();
    let lost = world.memory.extend(receipts, lease).await?;
    let good = |receipt: &&Receipt| !world.model(&receipt.queue, |m| m.extend(now, receipt, lease));
    let expected: Vec<Receipt> = receipts.iter().filter(good).cloned().collect();
    if lost != expected {
        world.violated(format!("an extension by {node} found {lost:?} lost, not {expected:?}"));
    }
    if !lost.is_empty() {
        world.count("lost leases");
        world.step(format_args!("{node} finds {} leases lost", lost.len()));
    }
    Ok(lost)
}

/// V4: what is given back is visible after its delay; a stale receipt has no effect.
pub(crate) async fn release(
    world: &Arc<World>,
    node: &str,
    releases: &[Release],
) -> Result<(), PortError> {
    let now = world.now();
    world.memory.release(releases).await?;
    for release in releases {
        let queue = &release.receipt.queue;
        let id = world.model(queue, |model| {
            let id = model.holds(now, &release.receipt).map(|message| message.id.clone());
            model.release(now, release);
            id
        });
        let (id, delay) = (id.as_deref().unwrap_or("what it has lost"), release.delay);
        let counted = if release.attempted { "" } else { " uncounted" };
        world.step(format_args!("{node} gives {id} back{counted} for {delay:?}"));
    }
    Ok(())
}

/// D1, INV4: a message that is given up has had all its deliveries.
pub(crate) async fn dead_letter(
    world: &Arc<World>,
    node: &str,
    letters: &[DeadLetter],
) -> Result<(), PortError> {
    let now = world.now();
    world.memory.dead_letter(letters).await?;
    for DeadLetter { receipt, reason } in letters {
        let dead = world.model(&receipt.queue, |model| {
            let dead = model.holds(now, receipt).map(|m| (m.id.clone(), m.receive_count));
            model.die(now, receipt, reason);
            dead
        });
        let Some((id, count)) = dead else { continue };
        world.count("dead letters");
        world.step(format_args!("{node} gives {id} up: {reason}"));
        if count < MAX_RECEIVES {
            world.violated(format!(
                "`{id}` was given up after {count} deliveries of {MAX_RECEIVES}"
            ));
        }
    }
    Ok(())
}

/// V3, F6, INV4: a commit takes effect if and only if all its receipts are good.
pub(crate) async fn commit(
    world: &Arc<World>,
    node: &str,
    units: Vec<Unit>,
) -> Result<Vec<Committed>, CommitError> {
    let now = world.now();
    let acks: Vec<&Ack> = units.iter().filter_map(|unit| unit.ack.as_ref()).collect();
    let stale = acks.iter().find(|ack| {
        let receipt = ack.receipt();
        world.model(&receipt.queue, |model| model.holds(now, receipt).is_none())
    });
    let committed = world.memory.commit(units.clone()).await;
    match (&committed, stale) {
        (Ok(_), Some(ack)) => {
            world.violated(format!("{node} committed by the stale receipt {:?}", ack.receipt()));
        }
        (Ok(_), None) => apply(world, node, &units),
        (Err(CommitError::LeaseLost), None) => {
            world.violated(format!("{node} was refused a commit by receipts that are good"));
        }
        (Err(error), _) => {
            let what = match error {
                CommitError::Conflict => "conflicts",
                CommitError::LeaseLost => "commits after a lost lease",
                _ => "other refusals",
            };
            world.count(what);
            world.step(format_args!("{node} cannot commit: {error}"));
        }
    }
    committed
}

fn apply(world: &World, node: &str, units: &[Unit]) {
    let now = world.now();
    for unit in units {
        for send in &unit.sends {
            let sent = world.model(&send.queue, |model| model.send(now, &unit.tenant, send));
            if sent {
                world.step(format_args!("{node} sends {} to {}", send.id, send.queue));
            } else {
                world.count("duplicates");
                world.step(format_args!("{node} sends {} again", send.id));
            }
        }
        match &unit.ack {
            Some(Ack::Done(receipt)) => {
                let done = world.model(&receipt.queue, |model| {
                    let id = model.holds(now, receipt).map(|message| message.id.clone());
                    model.done(now, receipt);
                    id
                });
                world.count("done");
                world.step(format_args!("{node} commits {}", done.unwrap_or_default()));
            }
            Some(Ack::DeadLetter(receipt, reason)) => {
                world.model(&receipt.queue, |model| model.die(now, receipt, reason));
                world.count("rejected");
                world.step(format_args!("{node} rejects {receipt:?}: {reason}"));
                if !reason.starts_with("reject") {
                    world.violated(format!("`{reason}` is no reason to give up at once"));
                }
            }
            None => {}
        }
    }
}

/// A handler begins on a message: it has deliveries left, and nothing of its group that is not done is before it,
/// but what the same run is through with (F2, INV3). Of a delivery that is no longer good nothing is promised.
pub(crate) fn begin(world: &World, node: &str, queue: &str, id: &str, attempt: u32) {
    world.step(format_args!("{node} begins {id}#{attempt} of {queue}"));
    if !(1..=MAX_RECEIVES).contains(&attempt) {
        world.violated(format!("`{id}` is handled for the {attempt}. time of {MAX_RECEIVES}"));
    }
    let now = world.now();
    let mut state = world.state();
    let mine = |holder: &Holder, count| holder.node == node && holder.receive_count == count;
    let key = |id: &str| (queue.to_owned(), id.to_owned());
    let Some(model) = state.models.get(queue) else { return };
    let Some(message) = model.messages().iter().find(|message| message.id == id) else { return };
    let good = message.receive_count == attempt && message.hidden_until > now;
    if !good || !state.holders.get(&key(id)).is_some_and(|holder| mine(holder, attempt)) {
        drop(state);
        world.count("stale runs");
        return;
    }
    let group = model.messages().iter().filter(|other| other.group == message.group);
    let before = group.take_while(|other| other.id != id).find(|other| {
        let holder = state.holders.get(&key(&other.id));
        !holder.is_some_and(|holder| holder.passed && mine(holder, other.receive_count))
    });
    let before = before.map(|other| other.id.clone());
    if let Some(holder) = state.holders.get_mut(&key(id)) {
        holder.passed = false;
    }
    drop(state);
    if let Some(before) = before {
        world.violated(format!("{node} runs `{id}` though `{before}` before it is not done"));
    }
}

/// A handler is through with a message, well or for good: its run may go on.
pub(crate) fn passed(world: &World, node: &str, queue: &str, id: &str, attempt: u32) {
    let mut state = world.state();
    let holder = state.holders.get_mut(&(queue.to_owned(), id.to_owned()));
    if let Some(holder) = holder.filter(|h| h.node == node && h.receive_count == attempt) {
        holder.passed = true;
    }
}

/// D5 and all that a queue shows: a look finds what the model has.
pub(crate) async fn look(world: &World) {
    let now = world.now();
    let queues: Vec<String> = world.state().models.keys().cloned().collect();
    for queue in queues {
        for dead in [false, true] {
            let peeked = world.memory.peek(&queue, dead, 10_000).await.unwrap_or_default();
            world.wants(world.model(&queue, |model| model.peeked(now, dead, now, &peeked)));
        }
    }
}
