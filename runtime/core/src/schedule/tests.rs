//! What the schedule language promises: its grammar in tables, its ticks against brute force.

mod calendar;
mod properties;

use std::collections::HashSet;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Expression, InvalidExpression, Ticks};

fn expression(text: &str) -> Expression {
    text.parse().unwrap()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// All ticks in the span, one `next_after` at a time.
fn walk(
    expression: &Expression,
    zone: &TimeZone,
    start: Timestamp,
    after: Timestamp,
    until: Timestamp,
) -> Vec<Timestamp> {
    let next = |after| expression.next_after(after, zone, start).filter(|tick| *tick <= until);
    std::iter::successors(next(after), |tick| next(*tick)).collect()
}

#[test]
fn recorded_valid_cron_expressions_are_accepted() {
    for fields in [
        // EventBridge Rules.
        "0 2 ? * SAT *",
        "5,35 14 * * ? *",
        "15 10 ? * 6L 2002-2005",
        "0 2 ? * SAT#3 *",
        "0/5 5 ? JAN 1-5 2022",
        "0/30 20-23 ? * MON-FRI *",
        "0 12 * * ? *",
        // EventBridge Scheduler.
        "0-15/1 8-8 ? * 2,3,4,5,6,7 *",
        "1-31/30 1-1 ? * 1,7 *",
        "*/15 * * * ? *",
        "0-59/10 0-23/2 ? * * *",
        // Of the same grammar.
        "0 8 * * ? *",
        "0 0 L * ? *",
        "0 0 LW * ? *",
        "0 0 15W,L * ? *",
        "0 0 ? * L *",
        "0 0 ? * FRIL *",
        "59 23 31 DEC ? 2199",
        "0 0 1 JAN,JUL-SEP ? 1970/4",
    ] {
        let text = format!("cron({fields})");
        assert_eq!(expression(&text).to_string(), text);
    }
}

#[test]
fn recorded_invalid_cron_expressions_are_refused() {
    for fields in [
        "0 1 * * * *", // neither day is `?`
        "0 1 ? * ? *",
        "7 20 * * NOT *",
        "INVALID",
        "0 dummy ? * MON-FRI *",
        "71 8 1 * ? *",
        "",
        "0 0 ? * 3#1,6#3 *",
    ] {
        assert!(format!("cron({fields})").parse::<Expression>().is_err(), "{fields}");
    }
}

#[test]
fn what_the_cron_library_would_let_pass_is_refused() {
    for fields in [
        "0 8 * * ?",     // five fields
        "0 0 8 * * ? *", // seconds
        "0  8 * * ? *",  // two blanks
        " 0 8 * * ? *",
        "0 8 * * ? * ",
        "0\t8 * * ? *",
        "@daily",
        "60 8 * * ? *",
        "0 24 * * ? *",
        "0 8 0 * ? *",
        "0 8 32 * ? *",
        "0 8 * 0 ? *",
        "0 8 * 13 ? *",
        "0 8 ? * 0 *", // days count from 1
        "0 8 ? * 8 *",
        "0 8 * * ? 1969",
        "0 8 * * ? 2200",
        "+5 8 * * ? *",
        "0 8 ? * +5 *",
        "0,,30 8 * * ? *",
        "0, 8 * * ? *",
        ",0 8 * * ? *",
        "/10 8 * * ? *",
        "0/0 8 * * ? *",
        "0/60 8 * * ? *",
        "0/5/5 8 * * ? *",
        "0- 8 * * ? *",
        "30-10 8 * * ? *",
        "0 8 ? * FRI-MON *",
        "*,5 8 * * ? *",
        "L 8 * * ? *",
        "JAN 8 * * ? *",
        "0 SUN * * ? *",
        "0 8 * SUN ? *",
        "0 8 * 1JAN ? *",
        "0 8 * JANFEB ? *",
        "0 8 * jan ? *",
        "0 8 ? * mon *",
        "0 8 W * ? *",
        "0 8 32W * ? *",
        "0 8 1-5W * ? *",
        "0 8 L-3 * ? *",
        "0 8 5L * ? *",
        "0 8 ? * 5W *",
        "0 8 ? * 3#0 *",
        "0 8 ? * 3#6 *",
        "0 8 ? * 2-4#2 *",
        "0 8 ? * #2 *",
        "0 8 ? * 2#1,5 *",
        "0 8 1? * ? *",
        "? 8 * * ? *",
        "0 8 * ? ? *",
        "0 8 * * ? ?",
        "٣ 8 * * ? *",
        "99999999999999999999 8 * * ? *",
    ] {
        assert!(format!("cron({fields})").parse::<Expression>().is_err(), "{fields}");
    }
}

#[test]
fn a_rate_is_singular_if_and_only_if_it_is_one() {
    for inside in ["1 minute", "1 hour", "1 day", "2 minutes", "36 hours", "999999 days"] {
        let text = format!("rate({inside})");
        assert_eq!(expression(&text).to_string(), text);
    }
    for inside in [
        "10 seconds",
        "10 years",
        "1 minutes",
        "1 hours",
        "1 days",
        "10 minute",
        "10 hour",
        "10 day",
        "0 minutes",
        "-10 minutes",
        "+10 minutes",
        "-10",
        "10",
        "10 MINUTES",
        " 10 minutes",
        "10 minutes ",
        "10  minutes",
        "10 minutess",
        "10minutes",
        "minutes",
        "",
        "1.5 minutes",
        "05 minutes",
        "1000000 minutes",
        "٣ minutes",
        "99999999999999999999 minutes",
    ] {
        assert!(format!("rate({inside})").parse::<Expression>().is_err(), "{inside}");
    }
}

#[test]
fn a_moment_is_a_date_and_a_time_without_a_zone() {
    assert_eq!(expression("at(2022-12-31T23:59:59)").as_str(), "at(2022-12-31T23:59:59)");
    for inside in [
        "2022-12-31T23:59:59Z",
        "2022-12-31",
        "2022-12-31 23:59:59",
        "2022-12-31T23:59",
        "20221231T235959",
        "2022-12-31T23:59:59.5",
        "2022-02-30T00:00:00",
        "2022-12-31T24:00:00",
        "2022-12-31t23:59:59",
        "",
        "-022-12-31T23:59:59",
        "2022-12-31T23:59:59[UTC]",
        "²022-12-31T23:59:59",
    ] {
        assert!(format!("at({inside})").parse::<Expression>().is_err(), "{inside}");
    }
}

#[test]
fn anything_else_is_refused_with_the_three_forms() {
    for text in [
        "",
        "cron",
        "cron(",
        "cron()",
        "CRON(0 8 * * ? *)",
        " cron(0 8 * * ? *)",
        "cron(0 8 * * ? *) ",
        "0 8 * * ? *",
        "every(5 minutes)",
        "rate(5 minutes",
        "rate 5 minutes",
        "at(at(2022-12-31T23:59:59))",
        "(5 minutes)",
    ] {
        assert!(text.parse::<Expression>().is_err(), "{text}");
    }
    let error = "hourly".parse::<Expression>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`hourly` is not a schedule; write `cron(minute hour day-of-month month day-of-week year)`, \
         `rate(5 minutes)` or `at(2022-12-31T23:59:59)`"
    );
}

#[test]
fn an_error_names_the_field_the_value_and_the_cure() {
    let error = "cron(71 8 1 * ? *)".parse::<Expression>().unwrap_err();
    assert!(
        matches!(&error, InvalidExpression::Field { field: "minute", value, .. } if value == "71")
    );
    assert_eq!(
        error.to_string(),
        "`71` is not a valid minute of a cron expression; use 0-59, with `*`, lists `0,30`, ranges `0-15` and \
         steps `0/5`"
    );
    let error = "cron(0 1 * * * *)".parse::<Expression>().unwrap_err();
    assert!(error.to_string().contains("exactly one of the two must be `?`"));
    let error = "rate(1 minutes)".parse::<Expression>().unwrap_err();
    assert!(error.to_string().contains("`minute`, `hour` or `day` when the number is 1"));
}

#[test]
fn an_expression_is_a_string_in_json() {
    let json = "\"cron(0 8 * * ? *)\"";
    let expression: Expression = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&expression).unwrap(), json);
    assert!(serde_json::from_str::<Expression>("\"cron(0 8 * * * *)\"").is_err());
}

/// A pattern written twice: as an expression, and as a test of a wall-clock time.
type Pattern = (&'static str, fn(DateTime) -> bool);

fn weekday(time: DateTime) -> Weekday {
    time.date().weekday()
}

fn is_last_day(date: Date) -> bool {
    date == date.last_of_month()
}

const PATTERNS: &[Pattern] = &[
    ("cron(* * * * ? *)", |_| true),
    ("cron(0/5 * * * ? *)", |t| t.minute() % 5 == 0),
    ("cron(0 * * * ? *)", |t| t.minute() == 0),
    ("cron(0 0 * * ? *)", |t| t.hour() == 0 && t.minute() == 0),
    ("cron(30 2 * * ? *)", |t| t.hour() == 2 && t.minute() == 30),
    ("cron(15 2 * * ? *)", |t| t.hour() == 2 && t.minute() == 15),
    ("cron(0 8 * * ? *)", |t| t.hour() == 8 && t.minute() == 0),
    ("cron(30 0,1,23 * * ? *)", |t| [0, 1, 23].contains(&t.hour()) && t.minute() == 30),
    ("cron(0/20 1-3 ? * SUN *)", |t| {
        t.minute() % 20 == 0 && (1..=3).contains(&t.hour()) && weekday(t) == Weekday::Sunday
    }),
    ("cron(7 * ? * MON-FRI *)", |t| {
        t.minute() == 7 && !matches!(weekday(t), Weekday::Saturday | Weekday::Sunday)
    }),
    ("cron(0 3 L * ? *)", |t| t.hour() == 3 && t.minute() == 0 && is_last_day(t.date())),
    ("cron(30 2 ? * 1L *)", |t| {
        t.hour() == 2
            && t.minute() == 30
            && weekday(t) == Weekday::Sunday
            && t.day() + 7 > t.date().days_in_month()
    }),
    ("cron(30 1 ? * SUN#1 *)", |t| {
        t.hour() == 1 && t.minute() == 30 && weekday(t) == Weekday::Sunday && t.day() <= 7
    }),
    ("cron(0 0 1/2 * ? *)", |t| t.hour() == 0 && t.minute() == 0 && t.day() % 2 == 1),
    ("cron(0 12 ? * 2/2 2018-2026)", |t| {
        (2018..=2026).contains(&t.year())
            && t.hour() == 12
            && t.minute() == 0
            && [Weekday::Monday, Weekday::Wednesday, Weekday::Friday].contains(&weekday(t))
    }),
];

/// Zones and the days around which their clocks change, by half an hour, at
/// midnight, at a minute past it, over a whole day; and one whose clock never does.
const NIGHTS: &[(&str, &[&str])] = &[
    ("UTC", &["2026-03-29", "2026-10-25"]),
    ("Europe/Berlin", &["2026-03-29", "2026-10-25"]),
    ("America/New_York", &["2026-03-08", "2026-11-01"]),
    ("Australia/Lord_Howe", &["2026-04-05", "2026-10-04"]),
    ("America/Sao_Paulo", &["2018-02-18", "2018-11-04"]),
    ("America/St_Johns", &["2010-03-14", "2010-11-07"]),
    ("Pacific/Apia", &["2011-12-30"]),
];

/// Looks at the wall clock once in every minute of elapsed time; a wall-clock time fires when it first shows.
fn brute_force(
    pattern: impl Fn(DateTime) -> bool,
    zone: &TimeZone,
    from: Timestamp,
    until: Timestamp,
) -> Vec<Timestamp> {
    let mut seen = HashSet::new();
    let minutes = (from.as_second()..=until.as_second()).step_by(60);
    minutes
        .map(|second| Timestamp::from_second(second).unwrap())
        .filter(|now| {
            let time = zone.to_datetime(*now);
            time.second() == 0 && pattern(time) && seen.insert(time)
        })
        .collect()
}

#[test]
fn on_nights_the_clock_changes_a_time_fires_once_or_is_skipped() {
    for (name, nights) in NIGHTS {
        let zone = zone(name);
        for night in *nights {
            let midnight = instant(&format!("{night}T00:00:00Z"));
            let (from, until) = (
                midnight - SignedDuration::from_hours(60),
                midnight + SignedDuration::from_hours(72),
            );
            for (text, pattern) in PATTERNS {
                let expected = brute_force(*pattern, &zone, from, until);
                let expression = expression(text);
                let before = from - SignedDuration::from_secs(1);
                let found = walk(&expression, &zone, Timestamp::UNIX_EPOCH, before, until);
                assert_eq!(found, expected, "{text} in {name} round {night}");
            }
        }
    }
}

#[test]
fn from_any_instant_of_such_a_night_the_next_tick_and_the_count_agree_with_brute_force() {
    for (name, nights) in NIGHTS {
        let zone = zone(name);
        for night in *nights {
            let midnight = instant(&format!("{night}T00:00:00Z"));
            let (from, until) = (
                midnight - SignedDuration::from_hours(26),
                midnight + SignedDuration::from_hours(38),
            );
            for (text, pattern) in PATTERNS.iter().skip(1).take(6) {
                let all = brute_force(*pattern, &zone, from, until);
                let expression = expression(text);
                // An odd step, so that every minute and second comes by.
                for second in (from.as_second()..until.as_second()).step_by(4_711) {
                    let after = Timestamp::from_second(second).unwrap();
                    let expected: Vec<_> = all.iter().filter(|tick| **tick > after).collect();
                    let next = expression.next_after(after, &zone, Timestamp::UNIX_EPOCH);
                    if let Some(first) = expected.first() {
                        assert_eq!(next.as_ref(), Some(*first), "{text} in {name} after {after}");
                    } else {
                        assert!(
                            next.is_none_or(|next| next > until),
                            "{text} in {name} after {after}"
                        );
                    }
                    let ticks =
                        expression.ticks_between(after, until, &zone, Timestamp::UNIX_EPOCH);
                    let newest = expected.last().map(|tick| **tick);
                    let expected = Ticks { count: expected.len() as u64, newest };
                    assert_eq!(ticks, expected, "{text} in {name} after {after}");
                    let ticks = expression.ticks_between(from, after, &zone, Timestamp::UNIX_EPOCH);
                    let gone: Vec<_> =
                        all.iter().filter(|tick| **tick > from && **tick <= after).collect();
                    let newest = gone.last().map(|tick| **tick);
                    assert_eq!(ticks, Ticks { count: gone.len() as u64, newest });
                }
            }
        }
    }
}

#[test]
fn a_daily_time_in_the_gap_is_skipped_and_in_the_fold_runs_once() {
    let berlin = zone("Europe/Berlin");
    let daily = expression("cron(30 2 * * ? *)");
    let next = |after| daily.next_after(instant(after), &berlin, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(next("2026-03-28T12:00:00Z"), instant("2026-03-30T00:30:00Z"));
    assert_eq!(next("2026-10-24T12:00:00Z"), instant("2026-10-25T00:30:00Z"));
    assert_eq!(next("2026-10-25T00:30:00Z"), instant("2026-10-26T01:30:00Z"));
}

#[test]
fn a_rate_is_elapsed_time_from_its_start() {
    let berlin = zone("Europe/Berlin");
    let daily = expression("rate(1 day)");
    let start = instant("2026-03-28T12:00:00.7Z");
    let first = instant("2026-03-28T12:00:00Z");
    assert_eq!(daily.next_after(Timestamp::UNIX_EPOCH, &berlin, start), Some(first));
    assert_eq!(
        daily.next_after(first, &berlin, start),
        Some(instant("2026-03-29T12:00:00Z")),
        "24 hours, though the wall clock went forward"
    );
    let ticks = daily.ticks_between(first, instant("2026-04-07T12:00:00Z"), &berlin, start);
    assert_eq!(ticks, Ticks { count: 10, newest: Some(instant("2026-04-07T12:00:00Z")) });
    let ticks = daily.ticks_between(first, instant("2026-03-29T11:59:59Z"), &berlin, start);
    assert_eq!(ticks, Ticks::default());
}

#[test]
fn a_moment_comes_once() {
    let berlin = zone("Europe/Berlin");
    let once = |text: &str| {
        let at = expression(text);
        let tick = at.next_after(Timestamp::UNIX_EPOCH, &berlin, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(at.next_after(tick, &berlin, Timestamp::UNIX_EPOCH), None);
        let ticks = at.ticks_between(Timestamp::UNIX_EPOCH, tick, &berlin, Timestamp::UNIX_EPOCH);
        assert_eq!(ticks, Ticks { count: 1, newest: Some(tick) });
        tick
    };
    assert_eq!(once("at(2022-12-31T23:59:59)"), instant("2022-12-31T22:59:59Z"));
    assert_eq!(
        once("at(2026-10-25T02:30:00)"),
        instant("2026-10-25T00:30:00Z"),
        "the first of two"
    );
    assert_eq!(once("at(2026-03-29T02:30:00)"), instant("2026-03-29T01:30:00Z"), "shown as 03:30");
}

#[test]
fn no_tick_precedes_the_start_and_one_may_fall_on_it() {
    let start = instant("2026-06-01T08:00:00Z");
    let next = |text| expression(text).next_after(Timestamp::UNIX_EPOCH, &TimeZone::UTC, start);
    assert_eq!(next("cron(0 8 * * ? *)"), Some(start));
    assert_eq!(next("rate(5 minutes)"), Some(start));
    assert_eq!(next("at(2026-06-01T08:00:00)"), Some(start));
    assert_eq!(next("at(2026-06-01T07:59:59)"), None);
}

#[test]
fn what_never_comes_again_has_no_next() {
    let start = Timestamp::UNIX_EPOCH;
    for text in ["cron(0 0 31 2 ? *)", "cron(15 10 ? * 6L 2002-2005)"] {
        let after = instant("2026-01-01T00:00:00Z");
        assert_eq!(expression(text).next_after(after, &TimeZone::UTC, start), None, "{text}");
    }
    let leap = expression("cron(0 0 29 FEB ? *)");
    let after = instant("2096-03-01T00:00:00Z");
    let expected = Some(instant("2104-02-29T00:00:00Z"));
    assert_eq!(leap.next_after(after, &TimeZone::UTC, start), expected);
}

#[test]
fn the_ticks_of_ten_years_are_counted_in_days() {
    let berlin = zone("Europe/Berlin");
    let (after, until) = (instant("2016-01-01T00:00:30Z"), instant("2026-01-01T00:00:30Z"));
    let ticks =
        expression("cron(* * * * ? *)").ticks_between(after, until, &berlin, Timestamp::UNIX_EPOCH);
    // Every minute of the ten years but the ten folds, of which the second hour does not fire.
    let minutes = (until.as_second() - after.as_second()) / 60 - 10 * 60;
    assert_eq!(ticks.count, u64::try_from(minutes).unwrap());
    assert_eq!(ticks.newest, Some(instant("2026-01-01T00:00:00Z")));
}
