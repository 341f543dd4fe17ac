//! Reading the shapes that services give the same things.
//!
//! Keys differ in case between services (`instanceType`, `InstanceType`, `dBInstanceClass`),
//! numbers come as strings, lists as `{"items": […]}`, as `{"item": …}` or as a single object.

use serde_json::Value;

/// Follows `path`, names and list positions parted by `/`; names match in any case.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').try_fold(value, |value, name| match value {
        Value::Object(map) => map
            .get(name)
            .or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v)),
        Value::Array(list) => list.get(name.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The text at `path`, if it is one and not empty.
pub(super) fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    at(value, path)?.as_str().filter(|text| !text.is_empty())
}

/// The whole number at `path`, written as a number or as a string; negative is none.
pub(super) fn number(value: &Value, path: &str) -> Option<i64> {
    let value = at(value, path)?;
    let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (number >= 0).then_some(number)
}

/// Whether the value at `path` is `true`, written as a boolean or as a string.
pub(super) fn flag(value: &Value, path: &str) -> bool {
    at(value, path).is_some_and(|value| value == &Value::Bool(true) || value == "true")
}

/// The list at `path`, however it is written; empty when there is none.
pub(super) fn items<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    let Some(list) = at(value, path) else { return Vec::new() };
    match list {
        Value::Array(list) => list.iter().collect(),
        Value::Object(map) if map.is_empty() => Vec::new(),
        Value::Object(_) => {
            match ["items", "item", "member"].iter().find_map(|key| at(list, key)) {
                Some(Value::Array(list)) => list.iter().collect(),
                Some(one) => vec![one],
                None => vec![list],
            }
        }
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// The first text called `name`, in any case and at any depth.
pub(super) fn anywhere<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    match value {
        Value::Object(map) => map
            .iter()
            .find_map(|(key, value)| value.as_str().filter(|_| key.eq_ignore_ascii_case(name)))
            .or_else(|| map.values().find_map(|value| anywhere(value, name))),
        Value::Array(list) => list.iter().find_map(|value| anywhere(value, name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_match_in_any_case_and_the_exact_one_first() {
        let value =
            json!({"DBInstanceClass": "a", "dBInstanceClass": "b", "list": [{"Size": "1"}]});
        assert_eq!(text(&value, "dBInstanceClass"), Some("b"));
        assert_eq!(text(&value, "dbinstanceclass"), Some("a"));
        assert_eq!(number(&value, "list/0/size"), Some(1));
        assert_eq!(text(&value, "list/1/size"), None);
        assert_eq!(text(&value, "list/-1/size"), None);
    }

    #[test]
    fn numbers_may_be_strings_and_are_whole_and_not_negative() {
        let value = json!({"a": 5, "b": "7", "c": -1, "d": 1.5, "e": "x", "f": null, "g": "1e3"});
        let read = |name| number(&value, name);
        assert_eq!((read("a"), read("b")), (Some(5), Some(7)));
        assert!(["c", "d", "e", "f", "g", "h"].into_iter().all(|name| read(name).is_none()));
    }

    #[test]
    fn a_list_is_found_however_it_is_written() {
        for (list, length) in [
            (json!({"items": [1, 2]}), 2),
            (json!({"item": {"id": 1}}), 1),
            (json!([1, 2, 3]), 3),
            (json!({"tag": 1, "content": "subnet-1"}), 1),
            (json!("subnet-1"), 1),
            (json!({}), 0),
            (json!(null), 0),
        ] {
            assert_eq!(items(&json!({ "list": list }), "list").len(), length, "{list}");
        }
    }

    #[test]
    fn the_nearest_text_of_a_name_is_found() {
        let value =
            json!({"a": [{"b": {"InstanceType": "m5.large"}}], "instanceType": {"value": 1}});
        assert_eq!(anywhere(&value, "instanceType"), Some("m5.large"));
        assert_eq!(anywhere(&value, "other"), None);
    }
}
