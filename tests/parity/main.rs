//! Parity: the same event has the same effects, reply and acknowledgement on every host.
//!
//! A case is a folder of `tests/cases`; its README says how to write one. Here is what runs them: for each
//! host and handler a test, which reports every case that differs.

mod bytes;
mod case;
mod compare;
mod found;
mod given;
mod layout;
mod mails;
mod run;
mod stage;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, bail};

use crate::case::Case;
use crate::compare::differences;
use crate::stage::Stage;

/// The promise of this suite: at least so many cases.
const FEWEST: usize = 60;

/// Runs the cases of a handler on a host and reports all that differ.
async fn parity(host: Stage, handler: &str) -> anyhow::Result<()> {
    let cases: Vec<Case> =
        case::all()?.into_iter().filter(|case| case.event.handler == handler).collect();
    let mut report = String::new();
    let mut failed = 0;
    for case in &cases {
        let found = run::run(&host, case).await;
        let lines = match (found, &case.expected) {
            (Err(error), _) => vec![format!("{error:#}")],
            (Ok(found), expected) if is_update(&host) => {
                if expected.as_ref().is_none_or(|old| !differences(old, &found).is_empty()) {
                    case.expect(&found)?;
                }
                continue;
            }
            (Ok(_), None) => vec![
                "expect.json is missing; UPDATE_CASES=1 writes it, to be read by eye".to_owned(),
            ],
            (Ok(found), Some(expected)) => differences(expected, &found),
        };
        if !lines.is_empty() {
            failed += 1;
            let _ =
                writeln!(report, "\n{}: {}\n  {}", case.name, case.event.about, lines.join("\n  "));
        }
    }
    if failed > 0 {
        bail!(
            "{failed} of {} cases differ on {} (- expected, + found)\n{report}",
            cases.len(),
            host.name()
        );
    }
    Ok(())
}

/// Whether what the in-memory host does is to be kept as what is expected.
fn is_update(host: &Stage) -> bool {
    host.name() == "memory" && std::env::var_os("UPDATE_CASES").is_some()
}

/// A test for each handler, on one host.
macro_rules! on_each_host {
    ($($host:ident)*) => {
        $(mod $host {
            on_each_host!(@handlers $host
                digest "digest",
                normalizer "normalizer",
                notifier "notifier",
                scorer "scorer",
                webhook_ingestion "webhook-ingestion",
                zombie_hunter "zombie-hunter",
                zombie_recorder "zombie-recorder",
                zombie_scanner "zombie-scanner",
            );
        })*
    };
    (@handlers $host:ident $($test:ident $handler:literal,)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            let host = crate::Stage::$host($handler).await.unwrap();
            if let Err(error) = crate::parity(host, $handler).await {
                panic!("{error:#}");
            }
        })*
    };
}

on_each_host!(memory home lambda);

#[tokio::test]
async fn there_are_sixty_cases_and_every_handler_has_some() -> anyhow::Result<()> {
    let mut of: BTreeMap<String, usize> = BTreeMap::new();
    for case in case::all()? {
        *of.entry(case.event.handler).or_default() += 1;
    }
    let all: usize = of.values().sum();
    assert!(all >= FEWEST, "there are {all} cases, {FEWEST} are promised");
    let manifest = std::fs::read_to_string(tests::project().join("functions/manifest.json"))?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest)?;
    let handlers = manifest["handlers"].as_array().context("handlers")?;
    let names: Vec<&str> = handlers.iter().filter_map(|handler| handler["name"].as_str()).collect();
    assert_eq!(
        of.keys().collect::<Vec<_>>(),
        names,
        "each handler has cases, and each case a handler"
    );
    Ok(())
}
