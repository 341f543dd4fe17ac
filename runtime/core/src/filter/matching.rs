//! Patterns against messages.

use serde_json::Value;

/// What the fields of an object must be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields {
    /// All of these.
    pub(super) all: Vec<(String, Rule)>,
    /// And one of these, if there are any.
    pub(super) or: Vec<Self>,
}

/// What one field must be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rule {
    /// An object with these fields.
    Object(Fields),
    /// A value for which one of these holds.
    Value(Vec<Test>),
}

/// A test of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Equals(Value),
    EqualsIgnoreCase(String),
    Prefix(String),
    Suffix(String),
    AnythingBut(Vec<Value>),
    Numeric(Vec<(Comparison, f64)>),
    Exists(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Fields {
    /// Whether what stands there is as it must be; of a list, one of its elements.
    pub(super) fn holds(&self, value: Option<&Value>) -> bool {
        match value {
            Some(Value::Array(all)) if !all.is_empty() => {
                all.iter().any(|one| self.holds(Some(one)))
            }
            Some(Value::Object(object)) => self.each(|name| object.get(name)),
            // A field that is not there has no fields: they may be wanted to be absent.
            _ => self.each(|_| None),
        }
    }

    fn each<'a>(&self, field: impl Fn(&str) -> Option<&'a Value> + Copy) -> bool {
        self.all.iter().all(|(name, rule)| rule.holds(field(name)))
            && (self.or.is_empty() || self.or.iter().any(|fields| fields.each(field)))
    }
}

impl Rule {
    fn holds(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Object(fields) => fields.holds(value),
            Self::Value(tests) => {
                let mut leaves = Vec::new();
                value.inspect(|value| collect(value, &mut leaves));
                tests.iter().any(|test| test.holds(&leaves))
            }
        }
    }
}

/// The values that are neither lists nor objects, those in lists too.
fn collect<'a>(value: &'a Value, leaves: &mut Vec<&'a Value>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| collect(one, leaves)),
        Value::Object(_) => {}
        leaf => leaves.push(leaf),
    }
}

impl Test {
    fn holds(&self, leaves: &[&Value]) -> bool {
        let text = |wanted: &dyn Fn(&str) -> bool| {
            leaves.iter().any(|leaf| leaf.as_str().is_some_and(wanted))
        };
        match self {
            Self::Equals(wanted) => leaves.contains(&wanted),
            Self::EqualsIgnoreCase(wanted) => text(&|it| it.to_lowercase() == *wanted),
            Self::Prefix(prefix) => text(&|it| it.starts_with(prefix.as_str())),
            Self::Suffix(suffix) => text(&|it| it.ends_with(suffix.as_str())),
            Self::AnythingBut(none) => leaves.iter().any(|leaf| !none.contains(leaf)),
            Self::Numeric(bounds) => leaves.iter().any(|leaf| {
                leaf.as_f64()
                    .is_some_and(|number| bounds.iter().all(|bound| compare(number, bound)))
            }),
            Self::Exists(wanted) => leaves.is_empty() != *wanted,
        }
    }
}

#[expect(clippy::float_cmp, reason = "`=` wants that very number")]
fn compare(number: f64, (comparison, bound): &(Comparison, f64)) -> bool {
    match comparison {
        Comparison::Equal => number == *bound,
        Comparison::Less => number < *bound,
        Comparison::LessOrEqual => number <= *bound,
        Comparison::Greater => number > *bound,
        Comparison::GreaterOrEqual => number >= *bound,
    }
}
