//! The committed templates.

use std::fs;
use std::process::Command;

use serde_json::Value as Json;

use crate::support::{cost_watcher, golden, read, synth};

/// JSON with its keys in order, so that a change is where it belongs.
fn sorted(value: &Json, depth: usize) -> String {
    let (inner, outer) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    let lines = |open, items: Vec<String>, close| match items.is_empty() {
        true => format!("{open}{close}"),
        false => format!("{open}\n{inner}{}\n{outer}{close}", items.join(&format!(",\n{inner}"))),
    };
    match value {
        Json::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            let field = |(name, value): (&String, &Json)| {
                format!("{}: {}", Json::from(name.as_str()), sorted(value, depth + 1))
            };
            lines("{", fields.into_iter().map(field).collect(), "}")
        }
        Json::Array(items) => {
            lines("[", items.iter().map(|item| sorted(item, depth + 1)).collect(), "]")
        }
        plain => plain.to_string(),
    }
}

#[test]
fn the_committed_templates_are_what_the_manifest_gives() {
    let made = synth(&cost_watcher(), &[]).unwrap();
    let folder = golden();
    if std::env::var_os("UPDATE").is_some() {
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir_all(&folder).unwrap();
        for (stack, template) in &made {
            let text = sorted(template, 0) + "\n";
            fs::write(folder.join(format!("{stack}.template.json")), text).unwrap();
        }
    }
    let cure = "look at the difference with `UPDATE=1 cargo nextest run -p cdk-app committed` and `git diff`";
    let committed = read(&folder);
    assert!(made.keys().eq(committed.keys()), "other stacks than committed; {cure}");
    for (stack, template) in &made {
        assert!(committed.get(stack) == Some(template), "`{stack}` is not as committed; {cure}");
    }
}

#[test]
fn the_templates_are_clean_to_a_linter() {
    let linter = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.venv/bin/cfn-lint");
    let stacks: Vec<_> = fs::read_dir(golden()).unwrap().map(|it| it.unwrap().path()).collect();
    assert!(!stacks.is_empty());
    let found = Command::new(linter)
        // W3005: the CDK writes dependencies that are implied already.
        .args(["--ignore-checks", "W3005", "--regions", "eu-central-1", "us-east-1", "--"])
        .args(stacks)
        .output();
    let found = found.expect("there is no `.venv/bin/cfn-lint`; run `make setup`");
    assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stdout));
}
