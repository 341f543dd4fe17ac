//! Daily sums from CloudWatch.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    self, Dimension, MetricDataQuery, MetricDataResult, MetricStat, StatusCode,
};
use functions::zombies::{
    DbInstance, LoadBalancer, LoadBalancerKind, Metric, NatGateway, Rule, Section,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::look_back;
use super::paging::reason;

const ACTION: &str = "cloudwatch:GetMetricData";

/// How many metrics one `GetMetricData` may name.
const QUERIES_AT_ONCE: usize = 500;

/// Seconds in a datapoint.
const DAY: i32 = 86_400;

/// One metric of one resource.
struct Query {
    namespace: &'static str,
    name: &'static str,
    dimension: &'static str,
    resource: String,
}

/// Reads metrics up to a moment.
pub(super) struct Metrics {
    client: Client,
    now: Timestamp,
}

impl Metrics {
    pub(super) fn new(config: &SdkConfig, now: Timestamp) -> Self {
        Self { client: Client::new(config), now }
    }

    /// Fills in the traffic of load balancers.
    pub(super) async fn traffic(&self, balancers: &mut Section<LoadBalancer>) {
        let balancers = balancers.items_mut();
        let mut queries = Vec::new();
        let mut counts = Vec::new();
        for balancer in balancers.iter() {
            let (namespace, names): (_, &[_]) = match balancer.kind {
                LoadBalancerKind::Application => (
                    "AWS/ApplicationELB",
                    &["RequestCount", "HTTP_Redirect_Count", "HTTP_Fixed_Response_Count"],
                ),
                LoadBalancerKind::Network => ("AWS/NetworkELB", &["ProcessedBytes"]),
                LoadBalancerKind::Gateway => ("AWS/GatewayELB", &["ProcessedBytes"]),
            };
            // The dimension is the end of the ARN: `app/name/id`.
            let resource =
                balancer.arn.split_once(":loadbalancer/").map_or("", |(_, resource)| resource);
            counts.push(names.len());
            queries.extend(names.iter().map(|name| Query {
                namespace,
                name,
                dimension: "LoadBalancer",
                resource: resource.to_owned(),
            }));
        }
        let mut sums = self.sums(&queries, Rule::LoadBalancerWithoutTargets).await.into_iter();
        for (balancer, count) in balancers.iter_mut().zip(counts) {
            balancer.traffic = sums.by_ref().take(count).fold(Metric::Missing, add);
        }
    }

    /// Fills in the connections of databases.
    pub(super) async fn connections(&self, databases: &mut Section<DbInstance>) {
        let databases = databases.items_mut();
        let queries: Vec<Query> = databases
            .iter()
            .map(|database| Query {
                namespace: "AWS/RDS",
                name: "DatabaseConnections",
                dimension: "DBInstanceIdentifier",
                resource: database.id.clone(),
            })
            .collect();
        for (database, sum) in
            databases.iter_mut().zip(self.sums(&queries, Rule::IdleDatabase).await)
        {
            database.connections = sum;
        }
    }

    /// Fills in the bytes and connections of NAT gateways.
    pub(super) async fn throughput(&self, gateways: &mut Section<NatGateway>) {
        let gateways = gateways.items_mut();
        let queries: Vec<Query> = gateways
            .iter()
            .flat_map(|gateway| {
                ["BytesOutToDestination", "ActiveConnectionCount"].map(|name| Query {
                    namespace: "AWS/NATGateway",
                    name,
                    dimension: "NatGatewayId",
                    resource: gateway.id.clone(),
                })
            })
            .collect();
        let mut sums = self.sums(&queries, Rule::IdleNatGateway).await.into_iter();
        for gateway in gateways {
            gateway.bytes = sums.next().unwrap_or(Metric::Missing);
            gateway.connections = sums.next().unwrap_or(Metric::Missing);
        }
    }

    /// The sums of all queries over a rule's look-back, in their order.
    async fn sums(&self, queries: &[Query], rule: Rule) -> Vec<Metric> {
        let today = self.now.to_zoned(TimeZone::UTC).date().to_zoned(TimeZone::UTC);
        let today = today.map_or(self.now, |midnight| midnight.timestamp());
        let from = today
            .checked_sub(SignedDuration::from_hours(24 * look_back(rule)))
            .unwrap_or(Timestamp::MIN);
        let mut sums = Vec::with_capacity(queries.len());
        for batch in queries.chunks(QUERIES_AT_ONCE) {
            match self.batch(batch, from).await {
                Ok(results) => {
                    sums.extend((0..batch.len()).map(|n| sum(results.get(&id(n)), today)))
                }
                Err(reason) => {
                    sums.extend(batch.iter().map(|_| Metric::Unread { reason: reason.clone() }))
                }
            }
        }
        sums
    }

    /// The datapoints of up to 500 metrics, by query id, over all pages.
    async fn batch(
        &self,
        batch: &[Query],
        from: Timestamp,
    ) -> Result<HashMap<String, Series>, String> {
        let queries: Vec<_> =
            batch.iter().enumerate().map(|(n, query)| query.build(id(n))).collect();
        let mut all: HashMap<String, Series> = HashMap::new();
        let mut token: Option<String> = None;
        loop {
            let page = self
                .client
                .get_metric_data()
                .set_metric_data_queries(Some(queries.clone()))
                .start_time(DateTime::from_secs(from.as_second()))
                .end_time(DateTime::from_secs(self.now.as_second()))
                .set_next_token(token.clone())
                .send()
                .await
                .map_err(|error| reason(ACTION, &error))?;
            for result in page.metric_data_results() {
                all.entry(result.id().unwrap_or_default().to_owned()).or_default().extend(result);
            }
            let next = page.next_token().filter(|next| !next.is_empty()).map(str::to_owned);
            match next {
                None => return Ok(all),
                Some(next) if token.as_ref() == Some(&next) => {
                    return Err(format!(
                        "`{ACTION}` gave the same page token twice; the next hunt tries again"
                    ));
                }
                next => token = next,
            }
        }
    }
}

impl Query {
    fn build(&self, id: String) -> MetricDataQuery {
        let dimension = Dimension::builder().name(self.dimension).value(&self.resource).build();
        let metric = types::Metric::builder()
            .namespace(self.namespace)
            .metric_name(self.name)
            .dimensions(dimension)
            .build();
        let stat = MetricStat::builder().metric(metric).period(DAY).stat("Sum").build();
        MetricDataQuery::builder().id(id).metric_stat(stat).return_data(true).build()
    }
}

/// What the pages said of one metric.
#[derive(Default)]
struct Series {
    points: Vec<(i64, f64)>,
    /// The last page's status, when it is not `Complete`.
    incomplete: Option<StatusCode>,
}

impl Series {
    fn extend(&mut self, result: &MetricDataResult) {
        self.points.extend(
            result.timestamps().iter().map(DateTime::secs).zip(result.values().iter().copied()),
        );
        self.incomplete =
            result.status_code().filter(|status| **status != StatusCode::Complete).cloned();
    }
}

/// A query's id: a letter first, as CloudWatch wants.
fn id(n: usize) -> String {
    format!("m{n}")
}

/// The sum of a series, and on how many whole days before `today` it has a datapoint. Use since midnight counts as use,
/// but today is not a day that was seen whole.
fn sum(series: Option<&Series>, today: Timestamp) -> Metric {
    let Some(series) = series else { return Metric::Missing };
    if let Some(status) = &series.incomplete {
        let reason = format!("`{ACTION}` answered `{status}`; the next hunt tries again");
        return Metric::Unread { reason };
    }
    if series.points.is_empty() {
        return Metric::Missing;
    }
    let mut days: Vec<i64> = series
        .points
        .iter()
        .map(|(time, _)| *time)
        .filter(|time| *time < today.as_second())
        .collect();
    days.sort_unstable();
    days.dedup();
    let total = series.points.iter().map(|(_, value)| value).sum();
    Metric::Sum { total, days: u32::try_from(days.len()).unwrap_or(u32::MAX) }
}

/// Two metrics of one resource as one: an unread one makes the sum unread, a missing one adds nothing.
fn add(sum: Metric, other: Metric) -> Metric {
    match (sum, other) {
        (Metric::Sum { total, days }, Metric::Sum { total: more, days: others }) => {
            Metric::Sum { total: total + more, days: days.max(others) }
        }
        (unread @ Metric::Unread { .. }, _) | (_, unread @ Metric::Unread { .. }) => unread,
        (Metric::Missing, known) | (known, Metric::Missing) => known,
    }
}
