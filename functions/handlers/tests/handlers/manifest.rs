//! The manifest: what every host and deployment reads of the application.

use std::path::Path;
use std::sync::Arc;

use functions::app::{Outside, app};
use functions::zombies::NoCloud;
use twinhost::App;
use twinhost::manifest::Trigger;

use crate::support::FakeChat;

fn cost_watcher() -> App {
    app(Outside { cloud: Arc::new(NoCloud), chat: Arc::new(FakeChat::default()) })
}

#[test]
fn the_application_can_run() {
    cost_watcher().check().unwrap();
}

#[test]
fn the_manifest_is_the_one_in_the_repository() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifest.json");
    let actual = serde_json::to_string_pretty(&cost_watcher().manifest()).unwrap() + "\n";
    #[expect(clippy::disallowed_methods, reason = "a test may be told to rewrite its golden file")]
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &actual).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        golden, actual,
        "`functions/manifest.json` differs; if that is meant, run this test with UPDATE=1 and commit it"
    );
}

#[test]
fn no_handler_may_change_anything_in_a_customers_account() {
    let reads = ["Describe", "Get", "List"];
    for action in functions::ZombieScanner::ACTIONS {
        let (_, name) = action.split_once(':').unwrap();
        assert!(reads.iter().any(|verb| name.starts_with(verb)), "{action}");
    }
    let manifest = cost_watcher().manifest();
    let readers = manifest.handlers.iter().filter(|handler| {
        handler.grants.iter().any(|grant| matches!(grant, twinhost::Grant::ReadAws(_)))
    });
    assert_eq!(readers.map(|handler| handler.name).collect::<Vec<_>>(), ["zombie-scanner"]);
}

#[test]
fn only_the_webhook_is_open_to_anyone() {
    let manifest = cost_watcher().manifest();
    let public = manifest.handlers.iter().filter(|handler| {
        matches!(handler.trigger, Trigger::Route { access: twinhost::Access::Public, .. })
    });
    assert_eq!(public.map(|handler| handler.name).collect::<Vec<_>>(), ["webhook-ingestion"]);
}
