//! Ticks of any expression at any time; of any `cron` on any night the clock changes, against brute force.

use proptest::prelude::*;

use super::*;

fn any_instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        (Timestamp::MIN.as_nanosecond()..=Timestamp::MAX.as_nanosecond())
            .prop_map(|nanosecond| Timestamp::from_nanosecond(nanosecond).unwrap()),
        (1_200_000_000_000_000_000..2_000_000_000_000_000_000_i128)
            .prop_map(|nanosecond| Timestamp::from_nanosecond(nanosecond).unwrap()),
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
    ]
}

fn any_expression() -> impl Strategy<Value = Expression> {
    let cron = prop::sample::select(PATTERNS).prop_map(|(text, _)| text.to_owned());
    let rate = (2..=999_999, prop::sample::select(&["minutes", "hours", "days"]))
        .prop_map(|(number, unit)| format!("rate({number} {unit})"));
    let at = any_instant().prop_map(|it| format!("at({})", &it.to_string()[..19]));
    prop_oneof![cron, rate, at].prop_filter_map("a year before 0", |text| text.parse().ok())
}

/// A field of minutes or hours, as it is written and as what it means.
#[derive(Clone, Debug)]
enum Field {
    Any,
    One(i8),
    Range(i8, i8),
    Step(i8, i8),
    List(Vec<i8>),
}

impl Field {
    /// Fields of numbers up to `last`.
    fn any(last: i8) -> impl Strategy<Value = Self> {
        let number = 0..=last;
        prop_oneof![
            2 => Just(Self::Any),
            3 => number.clone().prop_map(Self::One),
            2 => (number.clone(), number.clone()).prop_map(|(a, b)| Self::Range(a.min(b), a.max(b))),
            2 => (number.clone(), 1..=last).prop_map(|(start, step)| Self::Step(start, step)),
            2 => prop::collection::btree_set(number, 2..5)
                .prop_map(|numbers| Self::List(numbers.into_iter().collect())),
        ]
    }

    fn text(&self) -> String {
        match self {
            Self::Any => "*".to_owned(),
            Self::One(number) => number.to_string(),
            Self::Range(first, last) => format!("{first}-{last}"),
            Self::Step(start, step) => format!("{start}/{step}"),
            Self::List(numbers) => numbers.iter().map(i8::to_string).collect::<Vec<_>>().join(","),
        }
    }

    fn has(&self, number: i8) -> bool {
        match self {
            Self::Any => true,
            Self::One(one) => number == *one,
            Self::Range(first, last) => (*first..=*last).contains(&number),
            Self::Step(start, step) => number >= *start && (number - start) % step == 0,
            Self::List(numbers) => numbers.contains(&number),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_parsed_or_refused_and_never_panics(inside in "\\PC{0,40}", form in "(cron|rate|at)?") {
        let _ = format!("{form}({inside})").parse::<Expression>();
        let _ = inside.parse::<Expression>();
    }

    #[test]
    fn fields_of_the_right_letters_are_parsed_or_refused_and_never_panic(
        fields in "([0-9*?LW#/,-]{1,4}|MON|JAN)( ([0-9*?LW#/,-]{1,4}|MON-FRI|JAN)){5}"
    ) {
        let text = format!("cron({fields})");
        if let Ok(expression) = text.parse::<Expression>() {
            prop_assert_eq!(expression.to_string(), text);
            let _ = expression.next_after(Timestamp::UNIX_EPOCH, &TimeZone::UTC, Timestamp::UNIX_EPOCH);
        }
    }

    #[test]
    fn the_next_tick_is_later_than_any_instant(
        expression in any_expression(),
        after in any_instant(),
        start in any_instant(),
        name in prop::sample::select(NIGHTS),
    ) {
        let zone = zone(name.0);
        if let Some(tick) = expression.next_after(after, &zone, start) {
            prop_assert!(tick > after);
            prop_assert_eq!(tick.subsec_nanosecond(), 0);
            prop_assert!(tick.duration_since(start) > SignedDuration::from_secs(-1));
        }
    }

    #[test]
    fn the_count_of_ticks_is_the_number_of_steps(
        expression in any_expression(),
        second in 1_200_000_000_i64..1_800_000_000,
        length in 0_i64..400_000,
        age in 0_i64..40_000_000,
        name in prop::sample::select(NIGHTS),
    ) {
        let zone = zone(name.0);
        let at = |second| Timestamp::from_second(second).unwrap();
        let (after, until, start) = (at(second), at(second + length), at(second - age));
        let steps = walk(&expression, &zone, start, after, until);
        let ticks = expression.ticks_between(after, until, &zone, start);
        prop_assert_eq!(ticks, Ticks { count: steps.len() as u64, newest: steps.last().copied() });
    }

    /// The hours round midnight and in the early morning come up often: there the clocks change.
    #[test]
    fn on_any_such_night_any_time_fires_as_brute_force_says(
        minute in Field::any(59),
        hour in prop_oneof![Field::any(23), Field::any(3)],
        weekdays in prop::option::of(prop::collection::btree_set(1..=7_i8, 1..5)),
        (name, night) in prop::sample::select(NIGHTS)
            .prop_flat_map(|(name, nights)| (Just(name), prop::sample::select(nights))),
        offset in -36_i64..36,
    ) {
        let (day, weekday) = match &weekdays {
            Some(days) => ("?", Field::List(days.iter().copied().collect()).text()),
            None => ("*", "?".to_owned()),
        };
        let text = format!("cron({} {} {day} * {weekday} *)", minute.text(), hour.text());
        let zone = zone(name);
        let from = instant(&format!("{night}T00:00:00Z")) + SignedDuration::from_hours(offset);
        let until = from + SignedDuration::from_hours(30);
        // A wall-clock time that shows a second time has fired before `from` if it showed then.
        let early = from - SignedDuration::from_hours(3);
        let fires = |time: DateTime| {
            let day = time.date().weekday().to_sunday_one_offset();
            minute.has(time.minute())
                && hour.has(time.hour())
                && weekdays.as_ref().is_none_or(|days| days.contains(&day))
        };
        let expected: Vec<Timestamp> =
            brute_force(fires, &zone, early, until).into_iter().filter(|tick| *tick > from).collect();
        let found = walk(&expression(&text), &zone, Timestamp::UNIX_EPOCH, from, until);
        prop_assert_eq!(found, expected, "{} in {} from {}", text, name, from);
    }
}
