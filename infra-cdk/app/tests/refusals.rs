//! What AWS cannot do is refused before it is asked, with the handler, the value and what is allowed.

use std::path::Path;
use std::time::Duration;

use cdk_app::{Settings, check};
use twinhost::{App, Context, Handler, HandlerResult, Limits, Overlap, Schedule, Tick};

use crate::support::{cost_watcher, zips};

fn settings(functions: &Path, stage: &str) -> Settings {
    Settings {
        stage: stage.to_owned(),
        mail_from: Some("a@example.com".to_owned()),
        domain: None,
        alarm_email: None,
        budget: 50.0,
        arm64: true,
        functions: functions.to_owned(),
        reader_role: None,
    }
}

/// A handler that asks for too much.
struct Greedy;

impl Handler for Greedy {
    type Event = Tick;
    const NAME: &'static str = "greedy";
    const TRIGGER: Schedule = Schedule::once("cron(0 8 * * * *)");
    const LIMITS: Limits =
        Limits { timeout: Duration::from_secs(1200), memory_mb: 64, ..Limits::DEFAULT };

    async fn handle(&self, _: &Context, _: Tick) -> HandlerResult {
        Ok(())
    }
}

#[test]
fn an_application_that_aws_can_run_is_not_refused() {
    let app = cost_watcher();
    let zips = zips(&app);
    check(&app, &settings(zips.path(), "prod")).unwrap();
}

#[test]
fn time_size_and_a_cron_that_aws_rejects_are_named_with_what_is_allowed() {
    let app = App::new("shop").handler(Greedy);
    let zips = zips(&app);
    let error = check(&app, &settings(zips.path(), "dev")).unwrap_err().to_string();
    for wanted in [
        "`greedy`: a timeout of 1200 s",
        "1 to 900 s",
        "memory of 64 MB",
        "128 to 10,240 MB",
        "exactly one of the two must be `?`",
    ] {
        assert!(error.contains(wanted), "`{wanted}` is not in: {error}");
    }
}

/// A handler that wants what EventBridge has not.
struct Impatient;

impl Handler for Impatient {
    type Event = Tick;
    const NAME: &'static str = "impatient";
    const TRIGGER: Schedule =
        Schedule { overlap: Overlap::Skip, ..Schedule::once("rate(1 minute)") };

    async fn handle(&self, _: &Context, _: Tick) -> HandlerResult {
        Ok(())
    }
}

#[test]
fn a_schedule_that_skips_what_overlaps_is_refused_with_what_to_use_instead() {
    let app = App::new("shop").handler(Impatient);
    let zips = zips(&app);
    let error = check(&app, &settings(zips.path(), "dev")).unwrap_err().to_string();
    assert!(error.contains("`impatient`: ") && error.contains("use `Overlap::Queue`"), "{error}");
}

#[test]
fn a_zip_that_is_not_there_is_named_with_the_cure() {
    let app = cost_watcher();
    let zips = zips(&app);
    std::fs::remove_file(zips.path().join("scorer.zip")).unwrap();
    let error = check(&app, &settings(zips.path(), "dev")).unwrap_err().to_string();
    assert!(
        error.contains("`scorer`: ")
            && error.contains("scorer.zip")
            && error.contains("make lambda"),
        "{error}"
    );
    assert_eq!(error.lines().count(), 2, "{error}");
}

#[test]
fn a_name_that_is_too_long_is_named_with_what_is_allowed() {
    let app = cost_watcher();
    let zips = zips(&app);
    // `cost-watcher-<stage>-webhook-ingestion` is the longest name: 64 characters, then 65.
    let longest = "s".repeat(64 - "cost-watcher--webhook-ingestion".len());
    check(&app, &settings(zips.path(), &longest)).unwrap();
    let error = check(&app, &settings(zips.path(), &(longest + "s"))).unwrap_err().to_string();
    assert!(
        error.contains("`webhook-ingestion`: its function's name")
            && error.contains("Lambda allows up to 64"),
        "{error}"
    );
    assert_eq!(error.lines().count(), 2, "{error}");
}
