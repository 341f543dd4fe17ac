//! Statements of IAM policies, evaluated as IAM does: nothing is allowed but by a statement.

use serde::Deserialize;
use serde_json::Value;

use super::call::Call;

/// One statement of a policy.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Statement {
    /// Its name.
    #[serde(default)]
    pub(crate) sid: String,
    effect: Effect,
    action: OneOrMore,
    resource: OneOrMore,
    #[serde(default)]
    condition: serde_json::Map<String, Value>,
    /// Of a resource's policy: whom it is about.
    #[serde(default)]
    principal: Value,
    /// A property of `AWS::Lambda::Permission` that the emulator of AWS leaves in the statement.
    #[serde(default, rename = "FunctionName")]
    _function: Option<String>,
}

/// Nothing here denies, so that is not known.
#[derive(Clone, Copy, Debug, Deserialize)]
enum Effect {
    Allow,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
        .iter()
        .map(String::as_str)
    }
}

/// The first statement that allows a call.
pub(crate) fn allows<'a>(statements: &'a [Statement], call: &Call) -> Option<&'a Statement> {
    statements.iter().find(|statement| statement.allows(call))
}

impl Statement {
    fn allows(&self, call: &Call) -> bool {
        let Effect::Allow = self.effect;
        self.action.iter().any(|action| matches(action, &call.action))
            && self.resource.iter().any(|resource| matches(resource, &call.resource))
            && self.condition.iter().all(|(operator, keys)| holds(operator, keys, call))
    }

    /// Whether it is about a service of AWS.
    pub(crate) fn is_about(&self, service: &str) -> bool {
        self.principal["Service"] == service
    }
}

/// Whether a condition holds: one of the wanted values, for each of its keys.
fn holds(operator: &str, keys: &Value, call: &Call) -> bool {
    let (all, operator) = match operator.strip_prefix("ForAllValues:") {
        Some(operator) => (true, operator),
        None => (false, operator),
    };
    let same: fn(&str, &str) -> bool = match operator {
        "StringEquals" => |wanted, value| wanted == value,
        "StringLike" | "ArnLike" => matches,
        // What is not known allows nothing.
        _ => return false,
    };
    let keys = keys.as_object().into_iter().flatten();
    keys.into_iter().all(|(key, wanted)| {
        let Ok(wanted) = serde_json::from_value::<OneOrMore>(wanted.clone()) else { return false };
        let values = call.context.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
        let mut values = values.map(|(_, value)| wanted.iter().any(|it| same(it, value)));
        // IAM: with `ForAllValues`, a request without the key is allowed.
        if all { values.all(|it| it) } else { values.any(|it| it) }
    })
}

/// Whether a text is as a pattern says, in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match text.find(part) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn statement(condition: &Value) -> Statement {
        let all = json!({ "Sid": "It", "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": "arn:aws:dynamodb:*:table/t", "Condition": condition });
        serde_json::from_value(all).unwrap()
    }

    fn call(action: &str, key: &str) -> Call {
        let context = vec![("dynamodb:LeadingKeys", key.to_owned())];
        Call { action: action.into(), resource: "arn:aws:dynamodb:x:1:table/t".into(), context }
    }

    #[test]
    fn what_no_statement_allows_is_not_allowed() {
        let get = call("dynamodb:GetItem", "TENANT#a#bills");
        assert!(allows(&[], &get).is_none());
        assert!(allows(&[statement(&json!({}))], &get).is_some());
        assert!(allows(&[statement(&json!({}))], &call("dynamodb:PutItem", "")).is_none());
        let elsewhere = Call { resource: "arn:aws:dynamodb:x:1:table/t2".into(), ..get };
        assert!(allows(&[statement(&json!({}))], &elsewhere).is_none());
    }

    #[test]
    fn a_condition_must_hold_for_every_key_that_is_asked_for() {
        let of = |pattern: &str| json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [pattern] } });
        let get = call("dynamodb:GetItem", "TENANT#a#bills");
        assert!(allows(&[statement(&of("TENANT#*#bills"))], &get).is_some());
        assert!(allows(&[statement(&of("TENANT#*#bill"))], &get).is_none());
        let mut both = get;
        both.context.push(("dynamodb:LeadingKeys", "TENANT#a#users".to_owned()));
        assert!(allows(&[statement(&of("TENANT#*#bills"))], &both).is_none());
        let other = statement(&json!({ "NumericEquals": { "dynamodb:LeadingKeys": "1" } }));
        assert!(allows(&[other], &call("dynamodb:GetItem", "1")).is_none());
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, same) in [
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "acb", false),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c", false),
            ("abc", "abcd", false),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches(pattern, text), same, "{pattern} {text}");
        }
    }

    #[test]
    fn a_statement_that_denies_is_not_overlooked() {
        let deny = json!({ "Effect": "Deny", "Action": "s3:*", "Resource": "*" });
        serde_json::from_value::<Statement>(deny).unwrap_err();
    }
}
