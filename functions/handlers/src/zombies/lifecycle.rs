//! Mark, check again, report, un-mark: the state of a zombie over several hunts.
//!
//! A resource found once is only *observed*: it may be between two uses. It is *open*, and reported, when a hunt on a
//! later day (UTC) finds it again; where AWS does not say since when it is idle, only after it was found idle for the
//! rule's whole look-back. It is *gone* when a hunt that saw everything no longer finds it. The same hunt run again
//! on the same day changes nothing but the time of the last sighting.

use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::{Finding, Hunt};

/// Where a zombie stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Seen, not yet confirmed.
    Observed,
    /// Confirmed, and reported.
    Open,
    /// In use again, or gone.
    Gone,
}

/// What is remembered of a zombie between hunts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Where it stands.
    pub status: Status,
    /// When it was first found, this time.
    pub first_seen: Timestamp,
    /// When it was last found.
    pub last_seen: Timestamp,
}

/// The state after a hunt at `now` found the resource.
pub fn found(previous: Option<Sighting>, finding: &Finding, now: Timestamp) -> Sighting {
    let Some(previous) = previous.filter(|seen| seen.status != Status::Gone) else {
        return Sighting { status: Status::Observed, first_seen: now, last_seen: now };
    };
    let status = if previous.status == Status::Open || confirmed(previous.first_seen, finding, now)
    {
        Status::Open
    } else {
        Status::Observed
    };
    Sighting { status, last_seen: now.max(previous.last_seen), ..previous }
}

/// The state after a hunt that did not find the zombie of this rule and resource; `None` when there is
/// nothing left to remember. A hunt with a gap there leaves the state as it was.
pub fn not_found(
    previous: Sighting,
    hunt: &Hunt,
    rule: super::Rule,
    resource: &str,
) -> Option<Sighting> {
    match previous.status {
        _ if !hunt.clears(rule, resource) => Some(previous),
        Status::Observed => None,
        Status::Open | Status::Gone => Some(Sighting { status: Status::Gone, ..previous }),
    }
}

/// Whether a resource first found at `first_seen` has been idle for long enough.
fn confirmed(first_seen: Timestamp, finding: &Finding, now: Timestamp) -> bool {
    let day = |time: Timestamp| time.to_zoned(TimeZone::UTC).date();
    let watched = finding.idle_since.is_some()
        || first_seen
            .checked_add((i64::from(finding.rule.look_back_days()) * 24).hours())
            .is_ok_and(|due| due <= now);
    day(now) > day(first_seen) && watched
}

#[cfg(test)]
mod tests {
    use super::super::{Gap, Rule};
    use super::*;

    fn at(day: i8, hour: i8) -> Timestamp {
        jiff::civil::date(2026, 11, day)
            .at(hour, 0, 0, 0)
            .to_zoned(TimeZone::UTC)
            .unwrap()
            .timestamp()
    }

    fn finding(rule: Rule, idle_since: Option<Timestamp>) -> Finding {
        Finding {
            rule,
            account: "123456789012".into(),
            region: "us-east-1".into(),
            resource: "r-1".into(),
            name: None,
            idle_since,
            evidence: std::collections::BTreeMap::new(),
            monthly_micro_usd: None,
            cost_basis: String::new(),
        }
    }

    #[test]
    fn a_zombie_is_reported_only_when_a_later_day_confirms_it() {
        let idle = finding(Rule::IdleDatabase, Some(at(1, 0)));
        let first = found(None, &idle, at(10, 8));
        assert_eq!(first.status, Status::Observed);
        assert_eq!(found(Some(first), &idle, at(10, 20)).status, Status::Observed, "same day");
        let second = found(Some(first), &idle, at(11, 8));
        assert_eq!(
            second,
            Sighting { status: Status::Open, first_seen: at(10, 8), last_seen: at(11, 8) }
        );
    }

    #[test]
    fn one_whose_idle_time_aws_does_not_tell_is_watched_for_the_whole_look_back() {
        let idle = finding(Rule::UnassociatedAddress, None);
        let mut seen = found(None, &idle, at(1, 8));
        for day in 2..8 {
            seen = found(Some(seen), &idle, at(day, 8));
            assert_eq!(seen.status, Status::Observed, "day {day}");
        }
        assert_eq!(found(Some(seen), &idle, at(8, 8)).status, Status::Open);
    }

    #[test]
    fn the_same_hunt_twice_a_day_changes_nothing() {
        let idle = finding(Rule::OldSnapshot, Some(at(1, 0)));
        let open = found(Some(found(None, &idle, at(2, 8))), &idle, at(3, 8));
        assert_eq!(found(Some(open), &idle, at(3, 8)), open);
    }

    #[test]
    fn a_zombie_in_use_again_is_unmarked_and_starts_anew_when_it_comes_back() {
        let idle = finding(Rule::OldSnapshot, Some(at(1, 0)));
        let observed = found(None, &idle, at(2, 8));
        let clean = Hunt::default();
        assert_eq!(not_found(observed, &clean, idle.rule, "r-1"), None);
        let open = found(Some(observed), &idle, at(3, 8));
        let gone = not_found(open, &clean, idle.rule, "r-1").unwrap();
        assert_eq!(gone.status, Status::Gone);
        let again = found(Some(gone), &idle, at(9, 8));
        assert_eq!(
            again,
            Sighting { status: Status::Observed, first_seen: at(9, 8), last_seen: at(9, 8) }
        );
    }

    #[test]
    fn what_a_partial_hunt_did_not_see_is_not_gone() {
        let idle = finding(Rule::OldSnapshot, Some(at(1, 0)));
        let open = found(Some(found(None, &idle, at(2, 8))), &idle, at(3, 8));
        let partial = Hunt {
            gaps: vec![Gap { rule: idle.rule, reason: "throttled".into() }],
            ..Hunt::default()
        };
        assert_eq!(not_found(open, &partial, idle.rule, "r-1"), Some(open));
    }
}
