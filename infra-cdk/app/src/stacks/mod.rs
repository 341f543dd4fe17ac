//! The manifest as stacks.

mod alarms;
mod dashboard;
mod data;
mod edge;
mod function;
mod queues;
mod schedule;
mod service;

use aws_cdk::{App, CfnOutput, CfnOutputProps, Environment, Stack, StackProps, TagProps, Tags};
use jsii::Error;
use twinhost::manifest::Manifest;

use crate::check::check;
use crate::error::DeployError;
use crate::naming::Names;
use crate::not_built::stand_in;
use crate::settings::Settings;
use crate::tools;
use data::Data;
use service::Service;

/// What every part of a deployment is made from.
struct Plan<'a> {
    app: &'a App,
    manifest: &'a Manifest,
    settings: &'a Settings,
    names: Names,
}

/// Describes an application's deployment to the CDK: everything but the synthesis.
///
/// # Errors
///
/// When a setting is wrong, when AWS cannot do what the application asks for, or when the CDK refuses.
pub fn build(app: &App, application: &twinhost::App) -> Result<(), DeployError> {
    let mut settings = Settings::read(app)?;
    let manifest = application.manifest();
    let folder = tools::infra_cdk().join("cdk.out/not-built");
    settings.functions = stand_in(&settings.functions, &folder, &manifest)?.to_owned();
    check(application, &settings)?;
    let names = Names::new(&manifest.app, &settings.stage);
    let plan = Plan { app, manifest: &manifest, settings: &settings, names };
    let data = Data::new(&plan)?;
    let service = Service::new(&plan, &data)?;
    edge::build(&plan, &service)?;
    let tags = Tags::of(app)?;
    tags.add("app", manifest.app.as_str(), TagProps::new())?;
    tags.add("stage", settings.stage.as_str(), TagProps::new())?;
    Ok(())
}

impl Plan<'_> {
    /// A stack, in the account and region that the CDK's CLI has found, if it has.
    fn stack(&self, name: &str, what: &str) -> Result<Stack, Error> {
        let variable = |name| std::env::var(name).ok().filter(|it| !it.is_empty());
        let mut environment = Environment::new();
        if let Some(account) = variable("CDK_DEFAULT_ACCOUNT") {
            environment = environment.account(account);
        }
        if let Some(region) = variable("CDK_DEFAULT_REGION") {
            environment = environment.region(region);
        }
        let props = StackProps::new()
            .stack_name(name)
            .description(format!(
                "{} of `{}`, stage `{}`",
                what, self.manifest.app, self.settings.stage
            ))
            .env(environment)
            .termination_protection(self.settings.is_prod());
        Stack::new(self.app, name, props)
    }
}

/// Shows a value when the stack is deployed, and keeps it where scripts find it.
#[track_caller]
fn output(stack: &Stack, id: &str, value: impl Into<String>, what: &str) -> Result<(), Error> {
    CfnOutput::new(stack, id, CfnOutputProps::new(value).description(what)).map(drop)
}

/// A handler's name as the id of a construct or output: `zombie-hunter` is `ZombieHunter`.
fn id(handler: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect::<String>()
    };
    handler.split('-').map(word).collect()
}
