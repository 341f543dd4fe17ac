//! What AWS cannot do, found before it is asked.

use twinhost::manifest::{HandlerManifest, Manifest, Trigger};
use twinhost::{App, Overlap};

use crate::error::DeployError;
use crate::naming::Names;
use crate::settings::Settings;

/// The longest name of a function or a schedule (Lambda, EventBridge Scheduler).
const NAME: usize = 64;
/// The longest name of a queue (SQS).
const QUEUE_NAME: usize = 80;
/// The largest zip of a function in bytes (Lambda unpacks 250 MB at the most).
const ZIP: u64 = 250 * 1024 * 1024;

/// Checks that AWS can run an application.
///
/// What no host may be asked for is the application's own to refuse: a batch window on a FIFO queue, too.
///
/// # Errors
///
/// Everything that is wrong, a line each: the handler, its value, what is allowed.
pub fn check(app: &App, settings: &Settings) -> Result<(), DeployError> {
    let mut problems = match app.check() {
        Ok(()) => Vec::new(),
        Err(invalid) => invalid.0,
    };
    let manifest = app.manifest();
    let names = Names::new(&manifest.app, &settings.stage);
    for handler in &manifest.handlers {
        let mut problem = |what: String| problems.push(format!("`{}`: {what}", handler.name));
        limits(handler, &names, &mut problem);
        zip(handler, settings, &mut problem);
        schedule(handler, &mut problem);
    }
    if problems.is_empty() { Ok(()) } else { Err(DeployError::Impossible(problems)) }
}

fn limits(handler: &HandlerManifest, names: &Names, problem: &mut impl FnMut(String)) {
    let function = names.function(handler.name);
    if function.len() > NAME {
        problem(format!(
            "its function's name `{function}` has {} characters; Lambda allows up to {NAME}: shorten the stage or the handler's name",
            function.len()
        ));
    }
    if handler.trigger.max_receives().is_some() {
        let queue = names.dead_letters(handler);
        if queue.len() > QUEUE_NAME {
            problem(format!(
                "its queue's name `{queue}` has {} characters; SQS allows up to {QUEUE_NAME}: shorten the stage or the handler's name",
                queue.len()
            ));
        }
    }
}

/// EventBridge does not look whether an earlier tick is done; what waits or goes on side by side is a matter of order
/// groups, which is the same on every host.
fn schedule(handler: &HandlerManifest, problem: &mut impl FnMut(String)) {
    if matches!(&handler.trigger, Trigger::Schedule(schedule) if schedule.overlap == Overlap::Skip)
    {
        problem(
            "ticks that overlap cannot be skipped on AWS; use `Overlap::Queue`, and let a tick that is older than the next return at once"
                .to_owned(),
        );
    }
}

fn zip(handler: &HandlerManifest, settings: &Settings, problem: &mut impl FnMut(String)) {
    let path = settings.functions.join(format!("{}.zip", handler.name));
    match std::fs::metadata(&path) {
        Ok(found) if found.len() <= ZIP => {}
        Ok(found) => problem(format!(
            "`{}` has {} bytes; Lambda allows up to {ZIP}",
            path.display(),
            found.len()
        )),
        Err(error) => problem(format!(
            "`{}` cannot be read ({error}); run `make lambda`, or name the folder of the zips with `-c functions=…`",
            path.display()
        )),
    }
}

/// Whether anything of an application is granted, or triggered, so.
pub(crate) fn any(manifest: &Manifest, wanted: impl Fn(&HandlerManifest) -> bool) -> bool {
    manifest.handlers.iter().any(wanted)
}

/// Whether a handler is set off by HTTP.
pub(crate) const fn is_route(handler: &HandlerManifest) -> bool {
    matches!(handler.trigger, Trigger::Route { .. })
}
