//! Structs: named fields by value.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::value::Value;

/// A jsii struct on its way to JavaScript: the name of its type and the fields that are set.
///
/// A typed struct wraps one and gives each field a method of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Struct {
    name: &'static str,
    fields: BTreeMap<&'static str, Json>,
}

impl Struct {
    /// A struct of this type, `package.Struct`, with no field set.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, fields: BTreeMap::new() }
    }

    /// Sets a field, named as in JavaScript.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl Into<Value>) -> Self {
        self.fields.insert(field, value.into().0);
        self
    }
}

impl From<Struct> for Value {
    fn from(value: Struct) -> Self {
        Self(json!({ "$jsii.struct": { "fqn": value.name, "data": value.fields } }))
    }
}
