//! What a schedule has next to fire, and what becomes of it.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::OnceCell;
use twinhost::dispatch::backoff;
use twinhost::schedule::{Failure, Outcome, Timetable};
use twinhost::{Missed, Schedule};

/// A tick that is later than this is missed: EventBridge Scheduler is precise to the minute.
const PUNCTUAL: SignedDuration = SignedDuration::from_secs(60);

/// A schedule of the manifest.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) schedule: Schedule,
    pub(super) timetable: Timetable,
    /// When any node first saw it; it never changes.
    pub(super) first_seen: Arc<OnceCell<Timestamp>>,
}

/// An occurrence whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) scheduled_at: Timestamp,
    /// How many earlier ones it stands for.
    pub(super) missed: u64,
    pub(super) outcome: Outcome,
}

impl Entry {
    /// What to fire, or to write down as missed, after `last`; `None` when nothing is due.
    pub(super) fn due(
        &self,
        last: Option<Timestamp>,
        now: Timestamp,
        first_seen: Timestamp,
    ) -> Option<Due> {
        let due = self.timetable.due(last, now, first_seen);
        let newest = due.newest?;
        let fired = |scheduled_at, missed| Due { scheduled_at, missed, outcome: Outcome::Fired };
        match self.schedule.missed {
            Missed::Newest => Some(fired(newest, due.count.saturating_sub(1))),
            Missed::All => {
                let age = SignedDuration::from_secs(self.schedule.retry.max_age_seconds.into());
                let horizon = now.checked_sub(age).unwrap_or(Timestamp::MIN);
                let old = self.timetable.until(last, horizon, first_seen);
                if old.newest == Some(newest) {
                    // However old it is, there is one: nobody waits for the next in vain.
                    return Some(fired(newest, old.count.saturating_sub(1)));
                }
                let first = self.timetable.next_firing(old.newest.or(last), first_seen)?;
                Some(fired(first.scheduled_at, old.count))
            }
            Missed::None => {
                let missed =
                    |scheduled_at, missed| Due { scheduled_at, missed, outcome: Outcome::Missed };
                let late = now.duration_since(self.timetable.fires_at(newest, first_seen));
                if late > PUNCTUAL {
                    return Some(missed(newest, due.count.saturating_sub(1)));
                }
                // What was missed before it is written down first.
                let eve = newest.checked_sub(SignedDuration::from_secs(1)).unwrap_or(newest);
                let before = self.timetable.until(last, eve, first_seen);
                Some(match before.newest {
                    Some(older) => missed(older, before.count.saturating_sub(1)),
                    None => fired(newest, 0),
                })
            }
        }
    }

    /// One more failure to hand an occurrence over, and whether it was the last.
    pub(super) fn failed(
        &self,
        before: Option<Failure>,
        scheduled_at: Timestamp,
        now: Timestamp,
        reason: String,
    ) -> (Failure, bool) {
        let (attempts, first_at) =
            before.map_or((1, now), |before| (before.attempts + 1, before.first_at));
        let next_at = now.checked_add(backoff(attempts)).unwrap_or(now);
        let retry = self.schedule.retry;
        let age = now.duration_since(first_at);
        let is_last = attempts > retry.max_attempts
            || age >= SignedDuration::from_secs(retry.max_age_seconds.into());
        (Failure { scheduled_at, attempts, first_at, next_at, reason }, is_last)
    }
}

/// How long until `then`; a millisecond more, lest a timer that is early finds nothing.
pub(super) fn until(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or_default() + Duration::from_millis(1)
}
