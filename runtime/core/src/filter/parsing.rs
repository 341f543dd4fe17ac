//! The text of patterns.

use serde_json::{Map, Value};

use super::matching::{Comparison, Fields, Rule, Test};
use super::{InvalidFilter, MOST_CHARS};

/// The numbers that `numeric` takes reach from minus to plus this (EventBridge's).
const MOST: f64 = 5e9;

const TESTS: &str = "use a text, a number, true, false, null, or one of `equals-ignore-case`, \
    `prefix`, `suffix`, `anything-but`, `numeric` and `exists`";
const TEXT: &str = "give it a text that is not empty";
const ANYTHING_BUT: &str = "give it a text, a number, or a list of texts or of numbers";
const NUMERIC: &str = "give it one comparison, such as [\">=\", 10], or a lower and a higher bound, such as \
    [\">\", 0, \"<=\", 5], of numbers between -5000000000 and 5000000000";
const EXISTS: &str = "give it true or false";
const OR: &str = "give it a list of two objects or more";

/// A pattern of a message.
pub(super) fn pattern(text: &str) -> Result<Fields, InvalidFilter> {
    let chars = text.chars().count();
    if chars > MOST_CHARS {
        return Err(InvalidFilter::TooLong(chars));
    }
    let excerpt = || text.chars().take(80).collect::<String>();
    let value: Value = serde_json::from_str(text)
        .map_err(|error| InvalidFilter::Json { pattern: excerpt(), why: error.to_string() })?;
    match value.as_object().map(|object| (object.len(), object.get("body"))) {
        Some((1, Some(Value::Object(body)))) if !body.is_empty() => fields(body),
        _ => Err(InvalidFilter::Body(excerpt())),
    }
}

fn fields(object: &Map<String, Value>) -> Result<Fields, InvalidFilter> {
    let mut read = Fields::default();
    for (name, value) in object {
        match value {
            Value::Array(all) if name == "$or" => {
                let objects: Option<Vec<_>> = all.iter().map(Value::as_object).collect();
                let objects = objects.filter(|objects| {
                    objects.len() >= 2 && objects.iter().all(|object| !object.is_empty())
                });
                let objects = objects.ok_or_else(|| wrong(name, value, OR))?;
                read.or = objects.into_iter().map(fields).collect::<Result<_, _>>()?;
            }
            Value::Array(tests) if !tests.is_empty() => {
                let tests = tests.iter().map(|value| test(name, value));
                read.all.push((name.clone(), Rule::Value(tests.collect::<Result<_, _>>()?)));
            }
            Value::Object(inner) if !inner.is_empty() && name != "$or" => {
                read.all.push((name.clone(), Rule::Object(fields(inner)?)));
            }
            _ => {
                return Err(InvalidFilter::Field { field: name.clone(), found: value.to_string() });
            }
        }
    }
    Ok(read)
}

fn test(field: &str, value: &Value) -> Result<Test, InvalidFilter> {
    let object = match value {
        Value::Object(object) => object,
        Value::Array(_) => return Err(wrong(field, value, TESTS)),
        leaf => return Ok(Test::Equals(leaf.clone())),
    };
    let mut entries = object.iter();
    let (Some((name, given)), None) = (entries.next(), entries.next()) else {
        return Err(wrong(field, value, TESTS));
    };
    let text = || match given {
        Value::String(text) if !text.is_empty() => Ok(text.clone()),
        _ => Err(wrong(field, value, TEXT)),
    };
    match name.as_str() {
        "equals-ignore-case" => Ok(Test::EqualsIgnoreCase(text()?.to_lowercase())),
        "prefix" => Ok(Test::Prefix(text()?)),
        "suffix" => Ok(Test::Suffix(text()?)),
        "anything-but" => anything_but(given)
            .map(Test::AnythingBut)
            .ok_or_else(|| wrong(field, value, ANYTHING_BUT)),
        "numeric" => numeric(given).map(Test::Numeric).ok_or_else(|| wrong(field, value, NUMERIC)),
        "exists" => given.as_bool().map(Test::Exists).ok_or_else(|| wrong(field, value, EXISTS)),
        _ => Err(wrong(field, value, TESTS)),
    }
}

/// One value, or several of one kind.
fn anything_but(given: &Value) -> Option<Vec<Value>> {
    let all = match given {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    let fits =
        !all.is_empty() && (all.iter().all(Value::is_string) || all.iter().all(Value::is_number));
    fits.then_some(all)
}

/// One comparison, or a lower and a higher bound.
fn numeric(given: &Value) -> Option<Vec<(Comparison, f64)>> {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    let pairs = given.as_array()?.chunks(2).map(|pair| {
        let [comparison, bound] = pair else { return None };
        let comparison = match comparison.as_str()? {
            "=" => Equal,
            "<" => Less,
            "<=" => LessOrEqual,
            ">" => Greater,
            ">=" => GreaterOrEqual,
            _ => return None,
        };
        let bound = bound.as_f64().filter(|bound| bound.abs() <= MOST)?;
        Some((comparison, bound))
    });
    let pairs: Vec<_> = pairs.collect::<Option<_>>()?;
    match pairs.as_slice() {
        [_] => Some(pairs),
        [(Greater | GreaterOrEqual, lower), (Less | LessOrEqual, upper)] if lower < upper => {
            Some(pairs)
        }
        _ => None,
    }
}

fn wrong(field: &str, value: &Value, allowed: &'static str) -> InvalidFilter {
    InvalidFilter::Test { field: field.to_owned(), found: value.to_string(), allowed }
}
