//! As many records of a payload as fit a unit of work.

use std::collections::BTreeMap;

use events::{Observation, PayloadReport, RawPayload};

use super::log::Log;
use super::normalize::{Normalized, Origin, normalize};

/// Most observations of one slice: a unit of work takes 100 actions, and some are for the report and the rest of the payload.
pub const MAX_OBSERVATIONS: usize = 40;

/// What a slice of a payload came to.
#[derive(Clone, Debug)]
pub struct Slice {
    /// What costs money, in the order of the file.
    pub observations: Vec<Observation>,
    /// Where each record went.
    pub report: PayloadReport,
    /// The first record of the next slice, if there are more.
    pub next: Option<usize>,
}

/// Normalizes the records of `log` from `payload.offset` on, up to [`MAX_OBSERVATIONS`] observations.
#[must_use]
pub fn slice(payload: &RawPayload, log: &Log) -> Slice {
    let mut observations = Vec::new();
    let mut dropped: BTreeMap<String, u64> = BTreeMap::new();
    let (mut cost_events, mut attempts) = (0, 0);
    let mut end = payload.offset;
    for (index, record) in log.records().enumerate().skip(payload.offset) {
        if observations.len() == MAX_OBSERVATIONS {
            break;
        }
        end = index + 1;
        let origin =
            Origin { received_at: payload.received_at, raw_ref: payload.record_ref(index) };
        match normalize(record, origin) {
            Normalized::Cost(event) => {
                cost_events += 1;
                observations.push(Observation::Cost(*event));
            }
            Normalized::Attempt(attempt) => {
                attempts += 1;
                observations.push(Observation::Attempt(*attempt));
            }
            Normalized::Dropped(reason) => {
                *dropped.entry(reason.as_str().to_owned()).or_default() += 1;
            }
        }
    }
    let next = (end < log.len()).then_some(end);
    let report = PayloadReport {
        source: payload.source.clone(),
        payload: payload.id.clone(),
        object: payload.object.clone(),
        offset: payload.offset,
        records: (end - payload.offset) as u64,
        cost_events,
        attempts,
        dropped,
        complete: next.is_none(),
        received_at: payload.received_at,
    };
    Slice { observations, report, next }
}
