//! `doctor`: what is wrong, and the cure. Silent when all is well.

mod database;
mod machine;
mod objects;
mod stores;

use anyhow::Result;
use serde::Serialize;
use twinhost::App;
use twinhost_selfhost::Config;

use super::on_stores;
use super::output::Output;

/// Something that is wrong.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Problem {
    /// What was looked at: `disk`, `queue`.
    check: &'static str,
    /// What is wrong.
    problem: String,
    /// What to do about it.
    cure: String,
}

impl Problem {
    fn new(check: &'static str, problem: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { check, problem: problem.into(), cure: cure.into() }
    }
}

/// Looks at the stores, if they can be opened.
async fn opened(config: &Config, app: &App) -> Vec<Problem> {
    let found = on_stores::open(config, app, async |host| {
        let mut problems = database::check(host, config).await?;
        problems.extend(objects::check(&host.large_objects).await);
        problems.extend(stores::check(host, app, config).await?);
        Ok(problems)
    });
    found.await.unwrap_or_else(|error| {
        let cure = "until that is mended nothing works";
        vec![Problem::new("stores", format!("{error:#}"), cure)]
    })
}

/// Looks at everything; answers whether all is well.
pub(crate) async fn run(config: &Config, app: &App, output: Output) -> Result<bool> {
    let problems = if config.data_dir.is_dir() {
        let mut problems = machine::check(config).await;
        // Exposed secrets are the reason, too, why the stores would not open.
        if problems.iter().all(|problem| problem.check != machine::SECRETS) {
            problems.extend(opened(config, app).await);
        }
        problems
    } else {
        // To open the stores would make the folder.
        let folder = config.data_dir.display();
        let cure = "`twinhost up` makes it; another one is named with `--data-dir`";
        vec![Problem::new("data", format!("there is no folder `{folder}` yet"), cure)]
    };
    if output.is_json() {
        output.value(&problems, String::new)?;
    } else if !problems.is_empty() {
        let line = |p: &Problem| format!("{}: {}; {}", p.check, p.problem, p.cure);
        let lines: Vec<_> = problems.iter().map(line).collect();
        output.value(&problems, || lines.join("\n"))?;
    }
    Ok(problems.is_empty())
}
