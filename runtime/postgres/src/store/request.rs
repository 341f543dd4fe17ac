//! Requests to commit, and which of them may share a flush.

use std::collections::HashSet;

use tokio::sync::oneshot;
use twinhost::ports::{CommitError, Committed};
use twinhost::unit::Unit;

/// Units to be committed all or none, and whom to tell.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) units: Vec<Unit>,
    /// What is known of each unit: a duplicate has no effect but its acknowledgement.
    pub(super) committed: Vec<Committed>,
    pub(super) bytes: usize,
    reply: oneshot::Sender<Result<Vec<Committed>, CommitError>>,
}

impl Request {
    pub(super) fn new(
        units: Vec<Unit>,
        reply: oneshot::Sender<Result<Vec<Committed>, CommitError>>,
    ) -> Self {
        let committed = vec![Committed::Applied; units.len()];
        let bytes = units.iter().map(size).sum();
        let mut request = Self { units, committed, bytes, reply };
        request.drop_repeated_keys();
        request
    }

    /// A once key that an earlier unit of the request has: whatever becomes of that one, this is its duplicate.
    fn drop_repeated_keys(&mut self) {
        let mut seen = HashSet::new();
        let repeated: Vec<usize> = (0..self.units.len())
            .filter(|&at| {
                let unit = &self.units[at];
                let key = unit.once.as_ref().map(|once| (unit.handler, once.key.clone()));
                key.is_some_and(|key| !seen.insert(key))
            })
            .collect();
        for at in repeated {
            self.drop_effects(at);
        }
    }

    /// The unit was committed before: only its acknowledgement is left of it.
    pub(super) fn drop_effects(&mut self, at: usize) {
        let unit = &mut self.units[at];
        let ack = unit.ack.take();
        *unit = Unit { ack, ..Unit::new(unit.tenant.clone(), unit.handler) };
        self.committed[at] = Committed::Duplicate;
    }

    /// Whether there is nothing to commit.
    pub(super) fn is_empty(&self) -> bool {
        self.units.iter().all(Unit::is_empty)
    }

    /// Answers; nobody may be listening any more, but the commit stands.
    pub(super) fn answer(self, result: Result<(), CommitError>) {
        let _gone = self.reply.send(result.map(|()| self.committed));
    }
}

/// Bytes that a unit sends to the database, roughly.
fn size(unit: &Unit) -> usize {
    use twinhost::unit::Change;
    let writes = unit.writes.iter().map(|write| match &write.change {
        Change::Put { body, .. } => body.len(),
        Change::Delete => 0,
    });
    let sends = unit.sends.iter().map(|send| send.body.len());
    let objects = unit.objects.iter().map(|object| object.bytes.len());
    writes.chain(sends).chain(objects).sum()
}

/// What the requests of a flush touch: no two may touch the same, since one statement writes a row once.
#[derive(Debug, Default)]
pub(super) struct Touched(HashSet<(u8, String, &'static str, String)>);

impl Touched {
    /// Adds what a request touches; `false`, adding nothing, when something of it is touched already.
    pub(super) fn admit(&mut self, request: &Request) -> bool {
        let mut own = HashSet::new();
        for unit in &request.units {
            let tenant = unit.tenant.as_str();
            for write in &unit.writes {
                own.insert((0, tenant.to_owned(), write.collection, write.key.clone()));
            }
            if let Some(once) = &unit.once {
                own.insert((1, tenant.to_owned(), unit.handler, once.key.clone()));
            }
            if let Some(ack) = &unit.ack {
                let receipt = ack.receipt();
                own.insert((2, receipt.queue.clone(), "", receipt.handle.clone()));
            }
        }
        if !self.0.is_disjoint(&own) {
            return false;
        }
        self.0.extend(own);
        true
    }
}
