//! Turns the units of many requests into the arrays of `twinhost.flush`.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::{Postgres, query_as};
use twinhost::mutants::Mutant;
use twinhost::ports::{CommitError, PortError};
use twinhost::unit::{Ack, Change, Condition, Outgoing, Write, merged_writes};

use super::INLINE_BYTES;
use super::request::Request;
use crate::queue::{Handle, queue_name, storable};

/// What `twinhost.flush` answers.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Flushed {
    pub(super) conflicts: Vec<i32>,
    pub(super) lost: Vec<i32>,
    pub(super) duplicates: Vec<i64>,
}

const FLUSH: &str = "SELECT conflicts, lost, duplicates FROM twinhost.flush(
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)";

/// The headers of a message, which tell what pgmq's own columns do not.
pub(crate) fn headers(tenant: &str, send: &Outgoing) -> Result<String, PortError> {
    #[derive(Serialize)]
    struct Headers<'a> {
        id: &'a str,
        tenant: &'a str,
        #[serde(rename = "x-pgmq-group")]
        group: String,
        /// In seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        delay: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        trace: Option<String>,
    }
    let headers = Headers {
        id: &send.id,
        tenant,
        group: format!("{tenant}/{}", send.group),
        delay: Some(send.delay.as_secs()).filter(|delay| *delay > 0),
        trace: send.trace.map(|trace| trace.to_string()),
    };
    serde_json::to_string(&headers)
        .map_err(|error| PortError::invalid("a message", error.to_string()))
}

struct Once<'a> {
    request: i32,
    unit: usize,
    tenant: &'a str,
    handler: &'a str,
    key: &'a str,
    seconds: f64,
}

struct AckRow {
    request: i32,
    queue: String,
    handle: Handle,
    reason: Option<String>,
}

struct WriteRow<'a> {
    request: i32,
    condition: Condition,
    tenant: &'a str,
    write: &'a Write,
}

struct ObjectRow<'a> {
    request: i32,
    tenant: &'a str,
    key: &'a str,
    bytes: &'a [u8],
}

struct Send<'a> {
    request: i32,
    queue: String,
    tenant: &'a str,
    deduplication_id: Option<&'a str>,
    delay: Duration,
    headers: String,
    body: &'a str,
}

/// The rows of a flush, sorted by what they lock.
#[derive(Default)]
pub(super) struct Batch<'a> {
    tenants: BTreeSet<&'a str>,
    once: Vec<Once<'a>>,
    acks: Vec<AckRow>,
    puts: Vec<WriteRow<'a>>,
    deletes: Vec<WriteRow<'a>>,
    objects: Vec<ObjectRow<'a>>,
    sends: Vec<Send<'a>>,
}

impl<'a> Batch<'a> {
    /// The rows of these requests, whose places are their numbers.
    ///
    /// # Errors
    ///
    /// The place of a request that can never be committed, and why.
    pub(super) fn of(requests: &'a [Request]) -> Result<Self, (usize, CommitError)> {
        let mut batch = Self::default();
        for (place, request) in requests.iter().enumerate() {
            batch.add(place, request).map_err(|error| (place, error))?;
        }
        batch.once.sort_by_key(|o| (o.tenant, o.handler, o.key));
        batch.acks.sort_by(|a, b| (&a.queue, a.handle.message).cmp(&(&b.queue, b.handle.message)));
        let place = |w: &WriteRow<'a>| (w.write.collection, w.tenant, w.write.key.as_str());
        batch.puts.sort_by_key(place);
        batch.deletes.sort_by_key(place);
        batch.objects.sort_by_key(|o| (o.tenant, o.key));
        Ok(batch)
    }

    fn add(&mut self, place: usize, request: &'a Request) -> Result<(), CommitError> {
        let number = i32::try_from(place).unwrap_or(i32::MAX);
        for (at, unit) in request.units.iter().enumerate() {
            let tenant = unit.tenant.as_str();
            self.tenants.insert(tenant);
            if let Some(once) = &unit.once {
                self.once.push(Once {
                    request: number,
                    unit: at,
                    tenant,
                    handler: unit.handler,
                    key: &once.key,
                    // A century, lest the date overflow.
                    seconds: once.keep.as_secs_f64().min(3.2e9),
                });
            }
            if let Some(ack) = &unit.ack {
                let receipt = ack.receipt();
                self.acks.push(AckRow {
                    request: number,
                    queue: queue_name(&receipt.queue)?,
                    // A receipt that is none of ours was never good.
                    handle: receipt.handle.parse().map_err(|_| CommitError::LeaseLost)?,
                    reason: match ack {
                        Ack::Done(_) => None,
                        Ack::DeadLetter(_, reason) => Some(storable(reason)),
                    },
                });
            }
            self.objects.extend(unit.objects.iter().map(|object| ObjectRow {
                request: number,
                tenant,
                key: &object.key,
                bytes: &object.bytes,
            }));
            for send in &unit.sends {
                self.sends.push(Send {
                    request: number,
                    queue: queue_name(&send.queue)?,
                    tenant,
                    deduplication_id: send
                        .deduplication_id
                        .as_deref()
                        .filter(|_| !Mutant::ForgetDeduplicationAtHome.on()),
                    delay: send.delay,
                    headers: headers(tenant, send)?,
                    body: &send.body,
                });
            }
        }
        let Some(tenant) = request.units.first().map(|unit| unit.tenant.as_str()) else {
            return Ok(());
        };
        for (condition, write) in merged_writes(&request.units) {
            let row = WriteRow { request: number, condition, tenant, write };
            match write.change {
                Change::Put { .. } => self.puts.push(row),
                Change::Delete => self.deletes.push(row),
            }
        }
        Ok(())
    }

    /// The queues that something is sent to, as Postgres knows them, and how long it is put off.
    pub(super) fn queues(&self) -> BTreeSet<(&str, Duration)> {
        self.sends.iter().map(|send| (send.queue.as_str(), send.delay)).collect()
    }

    /// The request and unit of a once key, by its place in the flush, from 1.
    pub(super) fn once_at(&self, place: i64) -> Option<(usize, usize)> {
        let once = self.once.get(usize::try_from(place).ok()?.checked_sub(1)?)?;
        Some((usize::try_from(once.request).ok()?, once.unit))
    }

    /// The statement that commits it all.
    pub(super) fn query(&self) -> QueryAs<'_, Postgres, Flushed, PgArguments> {
        fn column<'r, R, T>(rows: &'r [R], value: impl Fn(&'r R) -> T) -> Vec<T> {
            rows.iter().map(value).collect()
        }
        let tenants: Vec<&str> = self.tenants.iter().copied().collect();
        query_as(FLUSH)
            .bind(tenants.join(","))
            .bind(column(&self.once, |o| o.request))
            .bind(column(&self.once, |o| o.tenant))
            .bind(column(&self.once, |o| o.handler))
            .bind(column(&self.once, |o| o.key))
            .bind(column(&self.once, |o| o.seconds))
            .bind(column(&self.acks, |a| a.request))
            .bind(column(&self.acks, |a| a.queue.as_str()))
            .bind(column(&self.acks, |a| a.handle.message))
            .bind(column(&self.acks, |a| a.handle.receives))
            .bind(column(&self.acks, |a| a.reason.as_deref()))
            .bind(column(&self.puts, |w| w.request))
            .bind(column(&self.puts, |w| version(w.condition)))
            .bind(column(&self.puts, |w| w.write.collection))
            .bind(column(&self.puts, |w| w.tenant))
            .bind(column(&self.puts, |w| w.write.key.as_str()))
            .bind(column(&self.puts, |w| body(&w.write.change)))
            .bind(column(&self.puts, |w| expires(&w.write.change)))
            .bind(column(&self.deletes, |w| w.request))
            .bind(column(&self.deletes, |w| version(w.condition)))
            .bind(column(&self.deletes, |w| w.write.collection))
            .bind(column(&self.deletes, |w| w.tenant))
            .bind(column(&self.deletes, |w| w.write.key.as_str()))
            .bind(column(&self.objects, |o| o.request))
            .bind(column(&self.objects, |o| o.tenant))
            .bind(column(&self.objects, |o| o.key))
            .bind(column(&self.objects, |o| i64::try_from(o.bytes.len()).unwrap_or(i64::MAX)))
            .bind(column(&self.objects, |o| (o.bytes.len() <= INLINE_BYTES).then_some(o.bytes)))
            .bind(column(&self.sends, |s| s.request))
            .bind(column(&self.sends, |s| s.queue.as_str()))
            .bind(column(&self.sends, |s| s.tenant))
            .bind(column(&self.sends, |s| s.deduplication_id))
            .bind(column(&self.sends, |s| s.headers.as_str()))
            .bind(column(&self.sends, |s| s.body))
    }
}

/// As `twinhost.flush` reads a condition.
fn version(condition: Condition) -> Option<i64> {
    match condition {
        Condition::Any => None,
        Condition::Absent => Some(0),
        // No document has so many versions; it conflicts, as it must.
        Condition::Version(version) => Some(i64::try_from(version).unwrap_or(i64::MAX)),
    }
}

fn body(change: &Change) -> Option<&str> {
    match change {
        Change::Put { body, .. } => Some(body),
        Change::Delete => None,
    }
}

fn expires(change: &Change) -> Option<i64> {
    match change {
        Change::Put { expires_at, .. } => expires_at.map(jiff::Timestamp::as_microsecond),
        Change::Delete => None,
    }
}
