//! The days that a `cron` names by their place in the month, against the calendar (S1).

use jiff::ToSpan as _;

use super::*;

/// Days of months written twice: as two fields of an expression, and as a test of a date.
type Days = (&'static str, fn(Date) -> bool);

/// Whether it is the working day nearest to a day of the month, within the month.
fn is_nearest_weekday(date: Date, day: i8) -> bool {
    let Ok(named) = date.first_of_month().with().day(day).build() else { return false };
    let nearest = match named.weekday() {
        Weekday::Saturday if day == 1 => day + 2,
        Weekday::Saturday => day - 1,
        Weekday::Sunday if is_last_day(named) => day - 2,
        Weekday::Sunday => day + 1,
        _ => day,
    };
    date.day() == nearest
}

/// Whether it is the n-th of its weekday in the month.
fn is_nth(date: Date, weekday: Weekday, nth: i8) -> bool {
    date.weekday() == weekday && (date.day() + 6) / 7 == nth
}

#[test]
fn days_named_by_their_place_in_the_month_are_those_of_the_calendar() {
    let patterns: [Days; 9] = [
        ("15W * ?", |date| is_nearest_weekday(date, 15)),
        ("1W * ?", |date| is_nearest_weekday(date, 1)),
        ("28W * ?", |date| is_nearest_weekday(date, 28)),
        ("LW * ?", |date| is_nearest_weekday(date, date.days_in_month())),
        ("L * ?", is_last_day),
        ("? * 6L", |date| {
            date.weekday() == Weekday::Friday && date.day() + 7 > date.days_in_month()
        }),
        ("? * 7#5", |date| is_nth(date, Weekday::Saturday, 5)),
        ("? * MON#2", |date| is_nth(date, Weekday::Monday, 2)),
        ("? * 1", |date| date.weekday() == Weekday::Sunday),
    ];
    let (from, until) = (instant("2023-12-31T23:59:59Z"), instant("2028-12-31T23:59:59Z"));
    let first: Date = "2024-01-01".parse().unwrap();
    for (days, pattern) in patterns {
        let expression = expression(&format!("cron(0 12 {days} *)"));
        let found = walk(&expression, &TimeZone::UTC, Timestamp::UNIX_EPOCH, from, until);
        let found: Vec<Date> =
            found.into_iter().map(|tick| TimeZone::UTC.to_datetime(tick).date()).collect();
        let all = first.series(1.day()).take_while(|date| date.year() < 2029);
        let expected: Vec<Date> = all.filter(|date| pattern(*date)).collect();
        assert_eq!(found, expected, "{days}");
    }
}
