//! The patterns of Lambda's documentation, and what it was seen to refuse.

use super::{Filter, InvalidFilter};

fn wants(pattern: &str, body: &str) -> bool {
    Filter::of(&[pattern]).unwrap().wants(body)
}

/// What a list in the place of `field` makes of values in that place; `-` is a field that is not there.
fn holds(tests: &str, values: &[&str]) -> Vec<bool> {
    let pattern = format!(r#"{{"body": {{"field": {tests}}}}}"#);
    let body = |value: &&str| match *value {
        "-" => r#"{"other": 1}"#.to_owned(),
        value => format!(r#"{{"other": 1, "field": {value}}}"#),
    };
    values.iter().map(|value| wants(&pattern, &body(value))).collect()
}

#[test]
fn each_test_holds_for_what_it_says_and_for_nothing_else() {
    const VALUES: [&str; 9] =
        [r#""rain""#, r#""Rain""#, r#""""#, "5", "5.0", r#""5""#, "null", "true", "-"];
    for (tests, held) in [
        (r#"["rain"]"#, [1, 0, 0, 0, 0, 0, 0, 0, 0]),
        (r#"["rain", ""]"#, [1, 0, 1, 0, 0, 0, 0, 0, 0]),
        ("[5]", [0, 0, 0, 1, 0, 0, 0, 0, 0]),
        ("[null]", [0, 0, 0, 0, 0, 0, 1, 0, 0]),
        ("[true]", [0, 0, 0, 0, 0, 0, 0, 1, 0]),
        (r#"[{"equals-ignore-case": "rAIN"}]"#, [1, 1, 0, 0, 0, 0, 0, 0, 0]),
        (r#"[{"prefix": "ra"}]"#, [1, 0, 0, 0, 0, 0, 0, 0, 0]),
        (r#"[{"suffix": "ain"}]"#, [1, 1, 0, 0, 0, 0, 0, 0, 0]),
        (r#"[{"anything-but": "rain"}]"#, [0, 1, 1, 1, 1, 1, 1, 1, 0]),
        (r#"[{"anything-but": ["rain", "Rain", ""]}]"#, [0, 0, 0, 1, 1, 1, 1, 1, 0]),
        (r#"[{"anything-but": [5]}]"#, [1, 1, 1, 0, 1, 1, 1, 1, 0]),
        (r#"[{"numeric": ["=", 5]}]"#, [0, 0, 0, 1, 1, 0, 0, 0, 0]),
        (r#"[{"numeric": [">", 4.9, "<=", 5]}]"#, [0, 0, 0, 1, 1, 0, 0, 0, 0]),
        (r#"[{"numeric": [">=", 5, "<", 6]}]"#, [0, 0, 0, 1, 1, 0, 0, 0, 0]),
        (r#"[{"numeric": ["<", 5]}]"#, [0, 0, 0, 0, 0, 0, 0, 0, 0]),
        (r#"[{"exists": true}]"#, [1, 1, 1, 1, 1, 1, 1, 1, 0]),
        (r#"[{"exists": false}]"#, [0, 0, 0, 0, 0, 0, 0, 0, 1]),
        (r#"["rain", {"exists": false}]"#, [1, 0, 0, 0, 0, 0, 0, 0, 1]),
    ] {
        assert_eq!(holds(tests, &VALUES), held.map(|held| held == 1), "{tests}");
    }
}

#[test]
fn all_fields_must_hold_and_one_alternative_and_one_pattern() {
    let and = r#"{"body": {"place": {"city": ["York"], "sea": [{"exists": false}]}, "n": [1]}}"#;
    assert!(wants(and, r#"{"n": 1, "place": {"city": "York"}}"#));
    assert!(!wants(and, r#"{"n": 2, "place": {"city": "York"}}"#));
    assert!(!wants(and, r#"{"n": 1, "place": {"city": "York", "sea": "North"}}"#));
    assert!(!wants(and, r#"{"n": 1, "place": "York"}"#));

    let or =
        r#"{"body": {"n": [1], "$or": [{"day": ["Mon"]}, {"city": ["York"], "day": ["Tue"]}]}}"#;
    assert!(wants(or, r#"{"n": 1, "day": "Mon"}"#));
    assert!(wants(or, r#"{"n": 1, "day": "Tue", "city": "York"}"#));
    assert!(!wants(or, r#"{"n": 1, "day": "Tue"}"#));
    assert!(!wants(or, r#"{"n": 2, "day": "Mon"}"#));

    let absent = r#"{"body": {"place": {"sea": [{"exists": false}]}}}"#;
    assert!(wants(absent, r#"{"n": 1}"#), "what is not there has no fields");

    let two = Filter::of(&[r#"{"body": {"n": [1]}}"#, r#"{"body": {"n": [2]}}"#]).unwrap();
    let wanted = ["1", "2", "3"].map(|n| two.wants(&format!(r#"{{"n": {n}}}"#)));
    assert_eq!(wanted, [true, true, false]);
}

#[test]
fn of_a_list_one_value_must_do() {
    assert_eq!(
        holds(r#"["a"]"#, &[r#"["b", "a"]"#, r#"["b"]"#, "[]", r#"[["a"]]"#]),
        [true, false, false, true]
    );
    assert_eq!(holds(r#"[{"anything-but": "a"}]"#, &[r#"["a"]"#, r#"["a", "b"]"#]), [false, true]);
    assert_eq!(holds(r#"[{"exists": false}]"#, &["[]", r#"{"a": 1}"#]), [true, true]);
    let same = r#"{"body": {"all": {"a": [1], "b": [2]}}}"#;
    assert!(wants(same, r#"{"all": [{"a": 3}, {"a": 1, "b": 2}]}"#));
    assert!(!wants(same, r#"{"all": [{"a": 1}, {"b": 2}]}"#), "of one and the same element");
}

#[test]
fn without_patterns_everything_is_wanted_and_with_one_only_objects() {
    let all = Filter::of(&[]).unwrap();
    let some = Filter::of(&[r#"{"body": {"n": [{"exists": false}]}}"#]).unwrap();
    for body in ["no json", "7", r#""text""#, "[]", "null", ""] {
        assert!(all.wants(body) && !some.wants(body), "{body}");
    }
    assert!(some.wants("{}"));
}

#[test]
fn what_lambda_would_refuse_or_ignore_is_refused_with_the_cure() {
    for (pattern, cure) in [
        ("", r#"write {"body": {"field": ["value"]}}"#),
        ("hello", "is not JSON"),
        ("[]", r#"write {"body""#),
        ("{}", r#"write {"body""#),
        (r#"{"body": ["text"]}"#, r#"write {"body""#),
        (r#"{"body": {}}"#, r#"write {"body""#),
        (r#"{"eventSource": "aws:sqs"}"#, r#"write {"body""#),
        (r#"{"eventSource": []}"#, r#"write {"body""#),
        (r#"{"body": {"a": [1]}, "messageId": ["1"]}"#, r#"write {"body""#),
        (r#"{"body": {"a": "x"}}"#, r#"`a` is "x"; write a list"#),
        (r#"{"body": {"a": []}}"#, "`a` is []; write a list"),
        (r#"{"body": {"a": {}}}"#, "`a` is {}; write a list"),
        (r#"{"body": {"a": [[1]]}}"#, "use a text, a number"),
        (r#"{"body": {"a": [{"wildcard": "x*"}]}}"#, "use a text, a number"),
        (r#"{"body": {"a": [{"prefix": "x", "suffix": "y"}]}}"#, "use a text, a number"),
        (r#"{"body": {"a": [{"prefix": ""}]}}"#, "a text that is not empty"),
        (r#"{"body": {"a": [{"suffix": 1}]}}"#, "a text that is not empty"),
        (r#"{"body": {"a": [{"anything-but": []}]}}"#, "a list of texts or of numbers"),
        (r#"{"body": {"a": [{"anything-but": ["a", 1]}]}}"#, "a list of texts or of numbers"),
        (r#"{"body": {"a": [{"numeric": [">"]}]}}"#, "one comparison"),
        (r#"{"body": {"a": [{"numeric": ["!", 1]}]}}"#, "one comparison"),
        (r#"{"body": {"a": [{"numeric": []}]}}"#, "one comparison"),
        (r#"{"body": {"a": [{"numeric": ["<", 5, ">", 1]}]}}"#, "a lower and a higher bound"),
        (r#"{"body": {"a": [{"numeric": [">", 5, "<", 1]}]}}"#, "a lower and a higher bound"),
        (r#"{"body": {"a": [{"numeric": [">", 6000000000]}]}}"#, "5000000000"),
        (r#"{"body": {"a": [{"exists": 1}]}}"#, "true or false"),
        (r#"{"body": {"$or": [{"a": [1]}]}}"#, "two objects or more"),
        (r#"{"body": {"$or": {"a": [1]}}}"#, "`$or` is"),
    ] {
        let error = Filter::of(&[pattern]).unwrap_err().to_string();
        assert!(error.contains(cure), "{pattern}: {error}");
    }
    let one = r#"{"body": {"a": [1]}}"#;
    assert_eq!(Filter::of(&[one; 6]).unwrap_err(), InvalidFilter::TooMany(6));
    Filter::of(&[one; 5]).unwrap();
    let long = format!(r#"{{"body": {{"a": ["{}"]}}}}"#, "x".repeat(4_096));
    assert!(matches!(Filter::of(&[&long]).unwrap_err(), InvalidFilter::TooLong(_)));
}
