//! How a JavaScript type looks in Rust: as a type, as a parameter, as a value on its way.

use crate::names::path;

/// A type in the bindings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Number,
    Truth,
    Anything,
    Object(String),
    Struct(String),
    Enum(String),
    List(Box<Self>),
    Map(Box<Self>),
}

impl Shape {
    /// The Rust type.
    pub(crate) fn owned(&self) -> String {
        match self {
            Self::Text => "String".to_owned(),
            Self::Number => "f64".to_owned(),
            Self::Truth => "bool".to_owned(),
            Self::Anything => "Value".to_owned(),
            Self::Object(name) | Self::Struct(name) | Self::Enum(name) => path(name),
            Self::List(of) => format!("Vec<{}>", of.owned()),
            Self::Map(of) => format!("BTreeMap<String, {}>", of.owned()),
        }
    }

    /// The type of a parameter that takes it: generous where a caller would otherwise have to convert.
    pub(crate) fn taken(&self) -> String {
        match self {
            Self::Truth | Self::Struct(_) | Self::Enum(_) => self.owned(),
            Self::Text | Self::Number | Self::Anything | Self::Object(_) => {
                format!("impl Into<{}>", self.owned())
            }
            Self::List(of) => format!("impl IntoIterator<Item = impl Into<{}>>", of.owned()),
            Self::Map(of) => {
                format!("impl IntoIterator<Item = (impl Into<String>, impl Into<{}>)>", of.owned())
            }
        }
    }

    /// The expression that makes the value of a parameter.
    pub(crate) fn value(&self, name: &str) -> String {
        match self {
            Self::Truth | Self::Struct(_) | Self::Enum(_) => format!("Value::from({name})"),
            Self::Text | Self::Number | Self::Anything | Self::Object(_) => {
                format!("Value::of::<{}>({name})", self.owned())
            }
            Self::List(of) => format!("Value::list::<{}>({name})", of.owned()),
            Self::Map(of) => format!("Value::map::<{}>({name})", of.owned()),
        }
    }
}
