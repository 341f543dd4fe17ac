//! Histories that each break one invariant.

use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::app::{Attempt, Effect, Task, Ticked, Work};
use crate::history::{Found as FoundEffect, Held, Intrusion};
use crate::ledger::Sent;

/// Three tasks of one group, of which the last was given up; a tick; somebody who was turned away.
fn well() -> History {
    let sent = |id: &str, seq| Sent {
        tenant: "acme".to_owned(),
        task: Task { id: id.to_owned(), group: "g".to_owned(), seq, work: Work::Effect },
        acknowledged: true,
    };
    let effect = |id: &str, seq, place| FoundEffect {
        tenant: "acme".to_owned(),
        effect: Effect { id: id.to_owned(), group: "g".to_owned(), seq, place, times: 1 },
    };
    let attempt =
        |id: &str, attempt| Attempt { tenant: "acme".to_owned(), id: id.to_owned(), attempt };
    let reason = Some("told to fail".to_owned());
    let ticked =
        Ticked { schedule: "tick-a".to_owned(), scheduled_at: Timestamp::UNIX_EPOCH, times: 1 };
    History {
        sent: vec![sent("a", 1), sent("b", 2), sent("c", 3)],
        intrusions: vec![Intrusion { id: "x".to_owned(), status: 401 }],
        effects: vec![effect("a", 1, 1), effect("b", 2, 2)],
        attempts: (1..=MAX_RECEIVES)
            .map(|time| attempt("c", time))
            .chain([attempt("a", 1)])
            .collect(),
        waiting: Vec::new(),
        dead: vec![Held { id: "c".to_owned(), receives: MAX_RECEIVES, reason }],
        ticked: vec![ticked],
        occurrences: 1,
        rejections: 1,
        drained: Some(Duration::from_secs(1)),
    }
}

/// The invariants that are broken once something of it is changed.
fn broken(change: impl FnOnce(&mut History)) -> Vec<Invariant> {
    let mut history = well();
    change(&mut history);
    let found: BTreeSet<Invariant> =
        check(&history).iter().map(|violation| violation.invariant).collect();
    found.into_iter().collect()
}

#[test]
fn nothing_is_wrong_with_a_history_in_which_all_is_well() {
    assert_eq!(check(&well()), []);
}

#[test]
fn what_was_acknowledged_and_is_nowhere_is_lost() {
    assert_eq!(broken(|h| drop(h.effects.pop())), [Invariant::NothingLost]);
}

#[test]
fn what_was_not_acknowledged_may_be_nowhere() {
    let change = |h: &mut History| {
        h.effects.pop();
        h.sent[1].acknowledged = false;
    };
    assert_eq!(broken(change), []);
}

#[test]
fn an_effect_that_is_there_twice_is_one_too_many() {
    assert_eq!(broken(|h| h.effects[0].effect.times = 2), [Invariant::EffectOnce]);
}

#[test]
fn what_waits_when_all_is_said_to_be_done_has_had_no_effect() {
    let change = |h: &mut History| {
        h.effects.pop();
        h.waiting.push(Held { id: "b".to_owned(), receives: 1, reason: None });
    };
    assert_eq!(broken(change), [Invariant::EffectOnce]);
}

#[test]
fn a_later_task_that_was_done_first_is_out_of_order() {
    let change = |h: &mut History| {
        h.effects[0].effect.place = 2;
        h.effects[1].effect.place = 1;
    };
    assert_eq!(broken(change), [Invariant::GroupOrder]);
}

#[test]
fn a_delivery_too_many_and_a_task_in_two_places_are_told() {
    let late = |h: &mut History| h.attempts[0].attempt = MAX_RECEIVES + 1;
    assert_eq!(broken(late), [Invariant::BoundedAndInOnePlace]);
    let done_and_dead = |h: &mut History| h.dead[0].id = "a".to_owned();
    assert_eq!(broken(done_and_dead), [Invariant::NothingLost, Invariant::BoundedAndInOnePlace]);
    let dead_twice = |h: &mut History| h.dead.push(h.dead[0].clone());
    assert_eq!(broken(dead_twice), [Invariant::BoundedAndInOnePlace]);
}

#[test]
fn data_of_another_tenant_or_of_nobody_with_a_key_are_told() {
    let elsewhere = broken(|h| h.effects[1].tenant = "globex".to_owned());
    assert_eq!(elsewhere, [Invariant::GroupOrder, Invariant::Tenancy]);
    assert_eq!(broken(|h| h.intrusions[0].status = 202), [Invariant::Tenancy]);
    let by_nobody = |h: &mut History| {
        let mut effect = h.effects[1].clone();
        effect.effect.id = "x".to_owned();
        effect.effect.seq = 9;
        effect.effect.place = 3;
        h.effects.push(effect);
    };
    assert_eq!(broken(by_nobody), [Invariant::Tenancy]);
}

#[test]
fn a_backlog_that_does_not_drain_is_told() {
    assert_eq!(broken(|h| h.drained = None), [Invariant::Liveness]);
}

#[test]
fn who_is_turned_away_uncounted_and_what_is_given_up_without_a_reason_is_told() {
    assert_eq!(broken(|h| h.rejections = 0), [Invariant::NothingSilent]);
    assert_eq!(broken(|h| h.dead[0].reason = Some(String::new())), [Invariant::NothingSilent]);
}

#[test]
fn a_tick_that_has_two_effects_or_none_is_told() {
    assert_eq!(broken(|h| h.ticked[0].times = 2), [Invariant::TickOnce]);
    assert_eq!(broken(|h| h.occurrences = 2), [Invariant::TickOnce]);
}
