//! Values on their way between Rust and JavaScript.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::kernel::Kernel;

/// A value as jsii writes it: JSON, in which objects, enum members, structs and maps have a form of their own.
///
/// Everything that a JavaScript member takes can be made into one with `Value::from`, and what it
/// gives can be read with [`FromValue`].
#[derive(Clone, Debug, PartialEq)]
pub struct Value(pub(crate) Json);

/// A value of another type than was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value is {found} where {expected} was expected")]
pub struct WrongValue {
    /// What was asked for.
    pub expected: String,
    /// The value, or its beginning.
    pub found: String,
}

impl WrongValue {
    /// Says that `value` is not `expected`.
    #[must_use]
    pub fn new(expected: impl Into<String>, value: &Value) -> Self {
        Self { expected: expected.into(), found: short(&value.0.to_string()) }
    }
}

/// The beginning of a text that may be long.
pub(crate) fn short(text: &str) -> String {
    const MOST: usize = 200;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}

impl Value {
    /// Nothing: JavaScript's `undefined`.
    pub const NOTHING: Self = Self(Json::Null);

    /// JSON as it is, for a member that takes anything.
    #[must_use]
    pub const fn json(json: Json) -> Self {
        Self(json)
    }

    /// Turns `value` into a `T` first and so checks that it can be one.
    pub fn of<T: Into<Self>>(value: impl Into<T>) -> Self {
        value.into().into()
    }

    /// An array, of what can be made into `T`.
    pub fn list<T: Into<Self>>(items: impl IntoIterator<Item = impl Into<T>>) -> Self {
        Self(items.into_iter().map(|item| Self::of::<T>(item).0).collect())
    }

    /// A map, of what can be made into `T`.
    pub fn map<T: Into<Self>>(
        entries: impl IntoIterator<Item = (impl Into<String>, impl Into<T>)>,
    ) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (key.into(), Self::of::<T>(value).0));
        Self(json!({ "$jsii.map": entries.collect::<serde_json::Map<_, _>>() }))
    }

    /// A member of an enum: `package.Enum/MEMBER`.
    #[must_use]
    pub fn member(name: &str) -> Self {
        Self(json!({ "$jsii.enum": name }))
    }

    /// The `package.Enum/MEMBER` that this is.
    #[must_use]
    pub fn as_member(&self) -> Option<&str> {
        self.0.get("$jsii.enum")?.as_str()
    }

    /// The id of the object that this refers to.
    #[must_use]
    pub fn as_reference(&self) -> Option<&str> {
        self.0.get("$jsii.byref")?.as_str()
    }

    /// The JSON that jsii reads.
    #[must_use]
    pub const fn as_json(&self) -> &Json {
        &self.0
    }

    /// The JSON of a value that holds none of jsii's forms but maps, with those as plain objects.
    #[must_use]
    pub fn into_json(self) -> Json {
        match self.0 {
            Json::Object(mut object) => match object.remove("$jsii.map") {
                Some(entries) => Self(entries).into_json(),
                None => {
                    let entries = object.into_iter().map(|(key, value)| (key, Self(value)));
                    Json::Object(entries.map(|(key, value)| (key, value.into_json())).collect())
                }
            },
            Json::Array(items) => items.into_iter().map(|item| Self(item).into_json()).collect(),
            plain => plain,
        }
    }
}

macro_rules! from {
    ($($type:ty),*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self(Json::from(value))
            }
        }
    )*};
}

from!(bool, f64, i32, u32, &str, String);

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::list::<T>(items)
    }
}

impl<T: Into<Self>> From<BTreeMap<String, T>> for Value {
    fn from(entries: BTreeMap<String, T>) -> Self {
        Self::map::<T>(entries)
    }
}

/// A type that a value can be read as.
pub trait FromValue: Sized {
    /// Reads a value that `kernel` has given.
    ///
    /// # Errors
    ///
    /// When the value is of another type.
    fn from_value(kernel: &Kernel, value: Value) -> Result<Self, WrongValue>;
}

impl FromValue for Value {
    fn from_value(_: &Kernel, value: Value) -> Result<Self, WrongValue> {
        Ok(value)
    }
}

/// For members that give nothing: whatever they give is dropped.
impl FromValue for () {
    fn from_value(_: &Kernel, _: Value) -> Result<Self, WrongValue> {
        Ok(())
    }
}

impl FromValue for String {
    fn from_value(_: &Kernel, value: Value) -> Result<Self, WrongValue> {
        match value.0 {
            Json::String(text) => Ok(text),
            other => Err(WrongValue::new("a string", &Value(other))),
        }
    }
}

impl FromValue for bool {
    fn from_value(_: &Kernel, value: Value) -> Result<Self, WrongValue> {
        value.0.as_bool().ok_or_else(|| WrongValue::new("a boolean", &value))
    }
}

impl FromValue for f64 {
    fn from_value(_: &Kernel, value: Value) -> Result<Self, WrongValue> {
        value.0.as_f64().ok_or_else(|| WrongValue::new("a number", &value))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(kernel: &Kernel, value: Value) -> Result<Self, WrongValue> {
        if value.0.is_null() { Ok(None) } else { T::from_value(kernel, value).map(Some) }
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(kernel: &Kernel, value: Value) -> Result<Self, WrongValue> {
        match value.0 {
            Json::Array(items) => {
                items.into_iter().map(|item| T::from_value(kernel, Value(item))).collect()
            }
            other => Err(WrongValue::new("an array", &Value(other))),
        }
    }
}

impl<T: FromValue> FromValue for BTreeMap<String, T> {
    fn from_value(kernel: &Kernel, value: Value) -> Result<Self, WrongValue> {
        let wrong = || WrongValue::new("a map", &value);
        let entries = value.0.get("$jsii.map").and_then(Json::as_object).ok_or_else(wrong)?;
        let entry = |(key, value): (&String, &Json)| {
            Ok((key.clone(), T::from_value(kernel, Value(value.clone()))?))
        };
        entries.iter().map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_jsii_reads_them() {
        assert_eq!(Value::list::<String>(["a", "b"]).0, json!(["a", "b"]));
        assert_eq!(Value::of::<f64>(30).0, json!(30.0));
        let map = Value::map::<bool>([("a", true)]);
        assert_eq!(map.0, json!({ "$jsii.map": { "a": true } }));
        assert_eq!(Value::from(vec![vec![true]]).0, json!([[true]]));
        assert_eq!(Value::member("lib.Color/RED").as_member(), Some("lib.Color/RED"));
        assert_eq!(Value::list::<Value>([map]).into_json(), json!([{ "a": true }]));
    }

    #[test]
    fn a_wrong_value_shows_its_beginning() {
        let long = Value::from("x".repeat(5000));
        let error = WrongValue::new("a number", &long).to_string();
        assert!(error.len() < 300 && error.ends_with("… where a number was expected"), "{error}");
    }
}
