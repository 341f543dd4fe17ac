//! What `--help` teaches, word for word: a change of the command line is a visible diff.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::run;

/// Every command and group of commands.
const COMMANDS: [&str; 51] = [
    "",
    "up",
    "cloud-local",
    "send",
    "events",
    "events list",
    "events summary",
    "anomalies",
    "anomalies list",
    "baselines",
    "baselines list",
    "zombies",
    "zombies list",
    "zombies hunts",
    "queues",
    "queues list",
    "queues peek",
    "queues dlq",
    "queues dlq list",
    "queues dlq redrive",
    "queues dlq status",
    "queues dlq cancel",
    "queues dlq replay",
    "queues purge",
    "schedules",
    "schedules list",
    "schedules history",
    "schedules run",
    "invoke",
    "tenants",
    "tenants add",
    "tenants list",
    "tenants remove",
    "sources",
    "sources add",
    "sources list",
    "sources rotate",
    "sources remove",
    "accounts",
    "accounts add",
    "settings",
    "settings set",
    "users",
    "users add",
    "users passwd",
    "users token",
    "export",
    "import",
    "doctor",
    "healthcheck",
    "migrate",
];

fn file_name(command: &str) -> String {
    let name = if command.is_empty() { "twinhost" } else { command };
    format!("{}.txt", name.replace(' ', "-"))
}

#[tokio::test]
async fn help_says_what_it_said_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help");
    let is_update = std::env::var_os("UPDATE").is_some();
    let mut expected = BTreeSet::new();
    for command in COMMANDS {
        let mut args: Vec<_> = command.split_whitespace().collect();
        args.push("--help");
        let ended = run(&args).await;
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "twinhost {command} --help");
        let path = folder.join(file_name(command));
        if is_update {
            fs::write(&path, &ended.out).unwrap();
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            ended.out, golden,
            "`twinhost {command} --help` changed; run with UPDATE=1 if that is meant"
        );
        expected.insert(file_name(command));
    }
    let entries = fs::read_dir(&folder).unwrap();
    let found: BTreeSet<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, expected, "tests/help holds files of no command; remove them");
}

#[tokio::test]
async fn a_command_line_that_means_nothing_ends_with_2_and_says_why() {
    let ended = run(&["evnts"]).await;
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("evnts") && ended.err.contains("events"), "{}", ended.err);

    let ended = run(&["events", "list", "--tenant", "No/Tenant", "--json"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (2, ""));
    let error: serde_json::Value = serde_json::from_str(&ended.err).unwrap();
    assert!(error["error"].as_str().unwrap().contains("`No/Tenant`"), "{error}");
}

#[tokio::test]
async fn a_configuration_that_cannot_be_ends_with_1_and_says_why() {
    let ended = run(&["healthcheck", "--config", "/nowhere/at/all.toml", "--json"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    let error: serde_json::Value = serde_json::from_str(&ended.err).unwrap();
    assert!(error["error"].as_str().unwrap().contains("/nowhere/at/all.toml"), "{error}");
}

#[cfg(not(feature = "cloud"))]
#[tokio::test]
async fn a_build_without_aws_says_which_build_has_it() {
    for args in [&["cloud-local"][..], &["--cloud", "tenants", "list"]] {
        let ended = run(args).await;
        assert_eq!((ended.code, ended.out.as_str()), (1, ""));
        assert!(ended.err.contains("--features cloud"), "{}", ended.err);
    }
}
