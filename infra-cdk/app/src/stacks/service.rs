//! What can be made anew: a function, role, queue and schedule a handler, and the API in front of them.

use std::collections::BTreeMap;

use aws_cdk::Stack;
use aws_cdk::aws_apigatewayv2::{AddRoutesOptions, HttpApi, HttpApiProps, HttpMethod};
use aws_cdk::aws_apigatewayv2_integrations::{HttpLambdaIntegration, HttpLambdaIntegrationProps};
use aws_cdk::aws_lambda::Function;
use jsii::Error;
use twinhost::Method;
use twinhost::manifest::{HandlerManifest, Trigger};

use super::data::Data;
use super::queues::Queues;
use super::{Plan, alarms, dashboard, function, id, output, schedule};
use crate::check::{any, is_route};
use crate::error::DeployError;

/// What the functions are made from.
pub(super) struct Parts<'a> {
    pub(super) stack: &'a Stack,
    pub(super) plan: &'a Plan<'a>,
    pub(super) data: &'a Data,
    queues: BTreeMap<&'static str, Queues>,
    /// The ARNs of each handler's queue and dead-letter queue.
    pub(super) arns: BTreeMap<&'static str, (String, String)>,
}

impl Parts<'_> {
    /// The queues of a handler, if it has some.
    pub(super) fn queues(&self, handler: &str) -> Option<&Queues> {
        self.queues.get(handler)
    }
}

/// What the world reaches of it.
pub(super) struct Service {
    /// The API, if any handler has a route.
    pub(super) api: Option<HttpApi>,
}

impl Service {
    pub(super) fn new(plan: &Plan<'_>, data: &Data) -> Result<Self, DeployError> {
        let stack = plan.stack(plan.names.service(), "Functions, queues, schedules and the API")?;
        let mut parts =
            Parts { stack: &stack, plan, data, queues: BTreeMap::new(), arns: BTreeMap::new() };
        // A function may send to any handler's queue, so all queues come first.
        for handler in &plan.manifest.handlers {
            if let Some(queues) = Queues::new(&stack, plan, handler)? {
                let arns = (queues.queue.queue_arn()?, queues.dead_letters.queue_arn()?);
                parts.arns.insert(handler.name, arns);
                output(
                    &stack,
                    &format!("{}QueueUrl", id(handler.name)),
                    queues.queue.queue_url()?,
                    "A handler's queue",
                )?;
                parts.queues.insert(handler.name, queues);
            }
        }
        let api = if any(plan.manifest, is_route) { Some(api(&stack, plan)?) } else { None };
        for handler in &plan.manifest.handlers {
            let function = function::build(&parts, handler)?;
            if let Some(api) = &api {
                route(api, handler, &function)?;
            }
            if let Some(unfired) = parts.queues(handler.name).and_then(|it| it.unfired.as_ref()) {
                schedule::build(&stack, plan, handler, &function, unfired)?;
            }
        }
        let topic = alarms::build(&parts)?;
        output(&stack, "AlarmTopicArn", topic.topic_arn()?, "The topic of alarms")?;
        dashboard::build(&parts)?;
        if let Some(api) = &api {
            output(&stack, "ApiUrl", api.api_endpoint()?, "The API's URL")?;
        }
        Ok(Self { api })
    }
}

fn api(stack: &Stack, plan: &Plan<'_>) -> Result<HttpApi, Error> {
    HttpApi::new(stack, "Api", HttpApiProps::new().api_name(plan.names.service()))
}

/// Sends the requests of a handler's route to its function.
fn route(api: &HttpApi, handler: &HandlerManifest, function: &Function) -> Result<(), Error> {
    // The function itself verifies tokens: the same code, and the same answers, as at home.
    let Trigger::Route { method, path, .. } = &handler.trigger else { return Ok(()) };
    let method = match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Put => HttpMethod::Put,
        Method::Patch => HttpMethod::Patch,
        Method::Delete => HttpMethod::Delete,
    };
    let kernel = api.object().kernel();
    let props = HttpLambdaIntegrationProps::new().scope_permission_to_route(true);
    let integration = HttpLambdaIntegration::new(kernel, id(handler.name), function, props)?;
    let options = AddRoutesOptions::new(integration, path.as_str()).methods([method]);
    api.add_routes(options).map(drop)
}
