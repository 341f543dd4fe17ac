use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::{Memory, Row, State};
use crate::mutants::Mutant;
use crate::ports::{
    Clock as _, Commit, CommitError, Committed, Documents, Order, Page, PortError, Query, Stored,
};
use crate::tenant::TenantId;
use crate::text;
use crate::unit::{Ack, Change, Condition, Unit, merged_writes};

impl Row {
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| at > now)
    }
}

#[async_trait]
impl Documents for Memory {
    async fn get(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        key: &str,
    ) -> Result<Option<Stored>, PortError> {
        let now = self.clock.now();
        let state = self.lock();
        let row = state.documents.get(&(tenant.clone(), collection, key.to_owned()));
        Ok(row.filter(|row| row.is_live(now)).map(|row| Stored {
            key: key.to_owned(),
            body: row.body.clone(),
            version: row.version,
        }))
    }

    async fn query(
        &self,
        tenant: &TenantId,
        collection: &'static str,
        query: &Query,
    ) -> Result<Page<Stored>, PortError> {
        let now = self.clock.now();
        let state = self.lock();
        let mut found: Vec<Stored> = state
            .documents
            .iter()
            .filter(|((owner, name, key), row)| {
                owner == tenant
                    && *name == collection
                    && key.starts_with(&query.prefix)
                    && row.is_live(now)
                    && text::matches(&row.body, query)
            })
            .map(|((_, _, key), row)| Stored {
                key: key.clone(),
                body: row.body.clone(),
                version: row.version,
            })
            .collect();
        if query.order == Order::Descending {
            found.reverse();
        }
        if let Some(cursor) = &query.cursor {
            found.retain(|stored| match query.order {
                Order::Ascending => stored.key > *cursor,
                Order::Descending => stored.key < *cursor,
            });
        }
        let more = found.len() > query.page_size();
        found.truncate(query.page_size());
        let next = found.last().filter(|_| more).map(|last| last.key.clone());
        Ok(Page { items: found, next })
    }
}

#[async_trait]
impl Commit for Memory {
    async fn commit(&self, units: Vec<Unit>) -> Result<Vec<Committed>, CommitError> {
        let now = self.clock.now();
        let committed = self.lock().commit(&units, now);
        self.wake();
        committed
    }
}

impl State {
    fn commit(&mut self, units: &[Unit], now: Timestamp) -> Result<Vec<Committed>, CommitError> {
        let good = |state: &Self, ack: &Ack| {
            let receipt = ack.receipt();
            state.queues.get(&receipt.queue).is_some_and(|queue| queue.holds(receipt, now))
        };
        let held = units.iter().filter_map(|unit| unit.ack.as_ref()).all(|ack| good(self, ack));
        if !held && !Mutant::IgnoreTheLeaseInMemory.on() {
            return Err(CommitError::LeaseLost);
        }
        let committed: Vec<Committed> =
            units.iter().map(|unit| self.claim_once(unit, now)).collect();
        let applied: Vec<Unit> = units
            .iter()
            .zip(&committed)
            .filter(|(_, committed)| **committed == Committed::Applied)
            .map(|(unit, _)| unit.clone())
            .collect();
        if let Err(conflict) = self.write(&applied, now) {
            for unit in &applied {
                if let Some(once) = &unit.once {
                    self.once.remove(&(unit.tenant.clone(), unit.handler, once.key.clone()));
                }
            }
            return Err(conflict);
        }
        for unit in &applied {
            for object in &unit.objects {
                let place = (unit.tenant.clone(), object.key.clone());
                self.objects.insert(place, object.bytes.clone());
            }
            for send in &unit.sends {
                let queue = self.queues.entry(send.queue.clone()).or_default();
                queue.send(&unit.tenant, send, now);
            }
        }
        for ack in units.iter().filter_map(|unit| unit.ack.as_ref()) {
            if let Some(queue) = self.queues.get_mut(&ack.receipt().queue) {
                queue.acknowledge(ack, now);
            }
        }
        Ok(committed)
    }

    fn claim_once(&mut self, unit: &Unit, now: Timestamp) -> Committed {
        let Some(once) = &unit.once else { return Committed::Applied };
        let place = (unit.tenant.clone(), unit.handler, once.key.clone());
        if self.once.get(&place).is_some_and(|until| *until > now) {
            return Committed::Duplicate;
        }
        let keep = SignedDuration::try_from(once.keep).unwrap_or(SignedDuration::MAX);
        self.once.insert(place, now.saturating_add(keep).unwrap_or(Timestamp::MAX));
        Committed::Applied
    }

    fn write(&mut self, units: &[Unit], now: Timestamp) -> Result<(), CommitError> {
        let Some(tenant) = units.first().map(|unit| unit.tenant.clone()) else { return Ok(()) };
        let writes = merged_writes(units);
        for (condition, write) in &writes {
            let place = (tenant.clone(), write.collection, write.key.clone());
            let stored = self.documents.get(&place).filter(|row| row.is_live(now));
            let version = stored.map(|row| row.version);
            let holds = match condition {
                Condition::Any => true,
                Condition::Absent => version.is_none(),
                Condition::Version(wanted) => version == Some(*wanted),
            };
            if !holds {
                return Err(CommitError::Conflict);
            }
        }
        for (_, write) in writes {
            let place = (tenant.clone(), write.collection, write.key.clone());
            match &write.change {
                Change::Put { body, expires_at } => {
                    let live = self.documents.get(&place).filter(|row| row.is_live(now));
                    let version = live.map_or(0, |row| row.version) + 1;
                    let row = Row { body: body.clone(), version, expires_at: *expires_at };
                    self.documents.insert(place, row);
                }
                Change::Delete => {
                    self.documents.remove(&place);
                }
            }
        }
        Ok(())
    }
}
