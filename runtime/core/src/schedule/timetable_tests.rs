//! When declared schedules are due and fired.

use jiff::{SignedDuration, Timestamp};

use super::{Ticks, Timetable};
use crate::trigger::{RetryPolicy, Schedule};

const MINUTELY: Schedule = Schedule::once("rate(1 minute)");
const DAILY: Schedule = Schedule::once("cron(0 8 * * ? *)");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn timetable(schedule: Schedule) -> Timetable {
    Timetable::of("some", &schedule).unwrap()
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

#[test]
fn a_tick_is_fired_within_its_window_never_early_and_never_behind_the_next() {
    let start = at("2026-03-01T00:00:00Z");
    for (schedule, window) in [(DAILY, 60), (DAILY, 1_440), (MINUTELY, 1), (MINUTELY, 30)] {
        let timetable = timetable(Schedule { window_minutes: window, ..schedule });
        let mut offsets = std::collections::BTreeSet::new();
        let mut tick = timetable.next_after(start, start).unwrap();
        for _ in 0..200 {
            let (fires, next) =
                (timetable.fires_at(tick, start), timetable.next_after(tick, start));
            assert!(fires >= tick && fires < tick + minutes(window.into()), "{tick} {fires}");
            assert!(fires < next.unwrap(), "{tick} is fired at {fires}, behind the next");
            offsets.insert(fires.duration_since(tick).as_secs());
            tick = next.unwrap();
        }
        assert!(offsets.len() > 40, "it is spread: {offsets:?}");
    }
}

#[test]
fn every_node_agrees_on_when_a_tick_is_fired_and_schedules_differ() {
    let (schedule, start) = (Schedule { window_minutes: 60, ..DAILY }, at("2026-03-01T00:00:00Z"));
    let fires = |name: &str| {
        Timetable::of(name, &schedule).unwrap().fires_at(at("2026-03-01T08:00:00Z"), start)
    };
    assert_eq!(fires("a"), fires("a"));
    // Pinned: another version of the program must agree, too.
    assert_eq!(fires("a"), at("2026-03-01T08:50:59Z"));
    assert_ne!(fires("a"), fires("b"));
}

#[test]
fn what_waits_in_its_window_is_not_due_and_comes_next() {
    let schedule = Schedule { window_minutes: 60, ..DAILY };
    let (timetable, seen) = (timetable(schedule), at("2026-03-01T00:00:00Z"));
    let firing = timetable.next_firing(None, seen).unwrap();
    assert_eq!(firing.scheduled_at, at("2026-03-01T08:00:00Z"));
    let second = SignedDuration::from_secs(1);
    assert_eq!(timetable.due(None, firing.fires_at - second, seen), Ticks::default());
    let due = Ticks { count: 1, newest: Some(firing.scheduled_at) };
    assert_eq!(timetable.due(None, firing.fires_at, seen), due);
    // A day later the next waits, and the first is still to be had.
    let next = timetable.next_firing(Some(firing.scheduled_at), seen).unwrap();
    assert_eq!(timetable.due(None, next.fires_at - second, seen), due);
    assert_eq!(timetable.due(None, next.fires_at, seen).count, 2);
}

#[test]
fn nothing_is_due_before_the_start_nor_after_the_end() {
    let schedule = Schedule {
        start: Some("2026-03-02T08:00:00Z"),
        end: Some("2026-03-03T08:00:00Z"),
        ..DAILY
    };
    let (timetable, seen) = (timetable(schedule), at("2026-03-01T00:00:00Z"));
    let ticks = timetable.until(None, at("2026-04-01T00:00:00Z"), seen);
    assert_eq!(
        ticks,
        Ticks { count: 2, newest: Some(at("2026-03-03T08:00:00Z")) },
        "both may be hit"
    );
    assert_eq!(timetable.next_firing(None, seen).unwrap().scheduled_at, at("2026-03-02T08:00:00Z"));
    assert_eq!(timetable.next_after(at("2026-03-03T08:00:00Z"), seen), None);
}

#[test]
fn a_time_is_that_of_the_clocks_in_its_zone() {
    let seen = at("2026-03-27T12:00:00Z");
    for (zone, due) in [
        ("UTC", ["2026-03-28T08:00:00Z", "2026-03-29T08:00:00Z"]),
        ("Europe/Berlin", ["2026-03-28T07:00:00Z", "2026-03-29T06:00:00Z"]),
        ("America/New_York", ["2026-03-27T12:00:00Z", "2026-03-28T12:00:00Z"]),
        ("Asia/Kathmandu", ["2026-03-28T02:15:00Z", "2026-03-29T02:15:00Z"]),
    ] {
        let timetable = timetable(Schedule { zone, ..DAILY });
        let first = timetable.next_firing(None, seen).unwrap().scheduled_at;
        let second = timetable.next_firing(Some(first), seen).unwrap().scheduled_at;
        assert_eq!([first, second], due.map(at), "{zone}");
    }
}

#[test]
fn a_rate_counts_from_its_start_and_owes_nothing_from_before_it_was_seen() {
    let schedule =
        Schedule { start: Some("2026-03-01T00:00:07Z"), ..Schedule::once("rate(10 minutes)") };
    let (timetable, seen) = (timetable(schedule), at("2026-03-05T12:01:00Z"));
    assert_eq!(timetable.due(None, seen, seen), Ticks::default());
    assert_eq!(timetable.next_firing(None, seen).unwrap().scheduled_at, at("2026-03-05T12:10:07Z"));
}

#[test]
fn what_eventbridge_would_refuse_is_refused_with_what_it_takes() {
    for (schedule, said) in [
        (Schedule { expression: "cron(0 8 * * * *)", ..DAILY }, "exactly one of the two"),
        (Schedule { zone: "Mars/Base", ..DAILY }, "`Mars/Base` is not an IANA time zone"),
        (Schedule { window_minutes: 1_441, ..DAILY }, "use 1 to 1440, or 0 for none"),
        (
            Schedule { start: Some("2026-03-01"), ..DAILY },
            "the start `2026-03-01` is not an instant",
        ),
        (Schedule { end: Some("later"), ..DAILY }, "the end `later` is not an instant"),
        (
            Schedule {
                start: Some("2026-03-02T00:00:00Z"),
                end: Some("2026-03-02T00:00:00Z"),
                ..DAILY
            },
            "it would never tick",
        ),
        (
            Schedule {
                end: Some("2030-01-01T00:00:00Z"),
                ..Schedule::once("at(2027-01-01T00:00:00)")
            },
            "leave them out",
        ),
        (
            Schedule { retry: RetryPolicy { max_attempts: 186, ..RetryPolicy::DEFAULT }, ..DAILY },
            "use 0 to 185",
        ),
        (
            Schedule {
                retry: RetryPolicy { max_age_seconds: 59, ..RetryPolicy::DEFAULT },
                ..DAILY
            },
            "use 60 to 86400 s",
        ),
    ] {
        let problems = Timetable::of("some", &schedule).unwrap_err();
        assert!(problems.len() == 1 && problems[0].contains(said), "{problems:?}");
    }
    let all_wrong =
        Schedule { zone: "Mars/Base", window_minutes: 9_999, ..Schedule::once("daily") };
    assert_eq!(Timetable::of("some", &all_wrong).unwrap_err().len(), 3);
}
