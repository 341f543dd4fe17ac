//! One page of graphs: every handler is a line in each.

use aws_cdk::aws_cloudwatch::{
    Dashboard, DashboardProps, GraphWidget, GraphWidgetProps, IMetric, IWidget,
};
use jsii::Error;
use twinhost::manifest::HandlerManifest;

use super::alarms::{OLDEST, WAITING, Watched, of_function, of_queue};
use super::output;
use super::service::Parts;

/// Half of the dashboard's width of 24.
const WIDTH: u32 = 12;

/// Makes the dashboard.
pub(super) fn build(parts: &Parts<'_>) -> Result<(), Error> {
    let names = &parts.plan.names;
    let all: Vec<&HandlerManifest> = parts.plan.manifest.handlers.iter().collect();
    let queued: Vec<&HandlerManifest> = parts.plan.manifest.queues().collect();
    let function = |it: &HandlerManifest| names.function(it.name);
    let queue = |it: &HandlerManifest| names.queue(it);
    let dead = |it: &HandlerManifest| names.dead_letters(it);
    let rows = vec![
        vec![
            graph(parts, "Invocations", &all, function, |it| {
                of_function(it, "Invocations", "Sum")
            })?,
            graph(parts, "Errors", &all, function, |it| of_function(it, "Errors", "Sum"))?,
        ],
        vec![
            graph(parts, "Duration, slowest in a hundred (ms)", &all, function, |it| {
                of_function(it, "Duration", "p99")
            })?,
            graph(parts, "Throttles", &all, function, |it| of_function(it, "Throttles", "Sum"))?,
        ],
        vec![
            graph(parts, "Messages that wait", &queued, queue, |it| of_queue(it, WAITING))?,
            graph(parts, "Oldest message (s)", &queued, queue, |it| of_queue(it, OLDEST))?,
        ],
        vec![graph(parts, "Dead letters", &queued, dead, |it| of_queue(it, WAITING))?],
    ];
    let props = DashboardProps::new().dashboard_name(names.service()).widgets(rows);
    Dashboard::new(parts.stack, "Dashboard", props)?;
    let region = parts.stack.region()?;
    let page = format!(
        "https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#dashboards:name={}",
        names.service()
    );
    output(parts.stack, "DashboardUrl", page, "The dashboard")
}

/// One graph, with a line for each handler.
fn graph(
    parts: &Parts<'_>,
    title: &str,
    handlers: &[&HandlerManifest],
    resource: impl Fn(&HandlerManifest) -> String,
    watched: impl for<'a> Fn(&'a str) -> Watched<'a>,
) -> Result<IWidget, Error> {
    let kernel = parts.stack.object().kernel();
    let line = |it: &&HandlerManifest| {
        watched(&resource(it)).metric(kernel, Some(it.name)).map(IMetric::from)
    };
    let lines = handlers.iter().map(line).collect::<Result<Vec<_>, _>>()?;
    let props = GraphWidgetProps::new().title(title).left(lines).width(WIDTH);
    GraphWidget::new(kernel, props).map(IWidget::from)
}
