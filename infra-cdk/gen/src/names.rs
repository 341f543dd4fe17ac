//! JavaScript's names in Rust.

/// The CDK's package, whose types are at the root of the bindings.
pub(crate) const ROOT: &str = "aws-cdk-lib";

const KEYWORDS: &[&str] = &[
    "as", "async", "await", "box", "break", "const", "continue", "dyn", "else", "enum", "extern",
    "false", "final", "fn", "for", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true",
    "try", "type", "typeof", "unsafe", "use", "virtual", "where", "while", "yield",
];

/// `visibilityTimeout`, `fromQueueArn`, `PROVIDED_AL2023`, `toJSON` in snake case.
pub(crate) fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, char) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + 1);
        let begins = char.is_uppercase()
            && before.is_some_and(|it| *it != '_')
            && (before.is_some_and(|it| !it.is_uppercase())
                || after.is_some_and(|it| it.is_lowercase()));
        // `AL2023` is one word.
        let begins =
            begins && !(before.is_some_and(char::is_ascii_digit) && name.to_uppercase() == name);
        if begins {
            snake.push('_');
        }
        snake.extend(char.to_lowercase());
    }
    if KEYWORDS.contains(&snake.as_str()) { format!("r#{snake}") } else { snake }
}

/// `KEYS_ONLY` and `ARM_64` in camel case.
pub(crate) fn camel(member: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next().into_iter().flat_map(char::to_uppercase);
        first.chain(chars.flat_map(char::to_lowercase)).collect::<String>()
    };
    let mut camel = String::new();
    for part in member.split('_').map(word) {
        // `TLS_1_2` and `TLS_12` must not become one name.
        if camel.ends_with(|it: char| it.is_ascii_digit())
            && part.starts_with(|it: char| it.is_ascii_digit())
        {
            camel.push('_');
        }
        camel.push_str(&part);
    }
    if camel.starts_with(|it: char| it.is_ascii_digit()) { format!("N{camel}") } else { camel }
}

/// The Rust modules a type is in: `aws-cdk-lib.aws_budgets.CfnBudget.SpendProperty` is in `aws_budgets`, `cfn_budget`.
pub(crate) fn modules(name: &str) -> Vec<String> {
    let parts: Vec<&str> = name.split('.').collect();
    let inner = &parts[..parts.len() - 1];
    let inner = if inner.first() == Some(&ROOT) { &inner[1..] } else { inner };
    inner.iter().map(|part| snake(part)).collect()
}

/// The Rust path of a type.
pub(crate) fn path(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    let modules = modules(name).into_iter().chain([last.to_owned()]);
    format!("crate::{}", modules.collect::<Vec<_>>().join("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_rust_has_them() {
        for (name, expected) in [
            ("visibilityTimeout", "visibility_timeout"),
            ("type", "r#type"),
            ("PROVIDED_AL2023", "provided_al2023"),
            ("ARM_64", "arm_64"),
            ("toJSON", "to_json"),
            ("enforceSSL", "enforce_ssl"),
            ("s3BucketName", "s3_bucket_name"),
            ("CfnBudget", "cfn_budget"),
        ] {
            assert_eq!(snake(name), expected);
        }
        assert_eq!(camel("KEYS_ONLY"), "KeysOnly");
        assert_eq!(camel("TLS_V1_2_2021"), "TlsV1_2_2021");
    }

    #[test]
    fn a_type_inside_another_is_in_a_module_of_it() {
        let name = "aws-cdk-lib.aws_budgets.CfnBudget.SpendProperty";
        assert_eq!(path(name), "crate::aws_budgets::cfn_budget::SpendProperty");
        assert_eq!(path("aws-cdk-lib.Stack"), "crate::Stack");
        assert_eq!(path("constructs.Construct"), "crate::constructs::Construct");
    }
}
