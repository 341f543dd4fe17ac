//! Application, network and gateway load balancers with their targets and tags.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    self, LoadBalancerStateEnum, LoadBalancerTypeEnum, TargetHealthStateEnum,
};
use functions::zombies::{LoadBalancer, LoadBalancerKind, Metric, Section, Tags, TargetHealth};

use super::paging::{read_all, reason};
use super::{tags, time};

/// How many resources one `DescribeTags` may name.
const TAGS_AT_ONCE: usize = 20;

/// The load balancers; their traffic is [`Missing`](Metric::Missing) until it is read.
pub(super) async fn read(config: &SdkConfig, page_size: Option<i32>) -> Section<LoadBalancer> {
    let elb = Client::new(config);
    let mut balancers = read_all(
        "elasticloadbalancing:DescribeLoadBalancers",
        |token| elb.describe_load_balancers().set_page_size(page_size).set_marker(token).send(),
        |page| page.next_marker(),
        |page| page.load_balancers().iter().filter_map(load_balancer).collect(),
    )
    .await;
    if balancers.items().is_empty() {
        return balancers;
    }
    let groups = read_all(
        "elasticloadbalancing:DescribeTargetGroups",
        |token| elb.describe_target_groups().set_page_size(page_size).set_marker(token).send(),
        |page| page.next_marker(),
        |page| page.target_groups().to_vec(),
    )
    .await;
    for balancer in balancers.items_mut() {
        balancer.targets = targets(&elb, &balancer.arn, &groups).await;
    }
    with_tags(&elb, balancers).await
}

fn load_balancer(balancer: &types::LoadBalancer) -> Option<LoadBalancer> {
    let kind = match balancer.r#type()? {
        LoadBalancerTypeEnum::Application => LoadBalancerKind::Application,
        LoadBalancerTypeEnum::Network => LoadBalancerKind::Network,
        LoadBalancerTypeEnum::Gateway => LoadBalancerKind::Gateway,
        _ => return None, // a kind without rules
    };
    Some(LoadBalancer {
        arn: balancer.load_balancer_arn()?.to_owned(),
        name: balancer.load_balancer_name().unwrap_or_default().to_owned(),
        kind,
        created: time(balancer.created_time()),
        active: balancer.state().and_then(|state| state.code())
            == Some(&LoadBalancerStateEnum::Active),
        targets: Section::Complete(Vec::new()),
        traffic: Metric::Missing,
        tags: Tags::new(),
    })
}

/// The targets in all groups of a load balancer.
async fn targets(
    elb: &Client,
    arn: &str,
    groups: &Section<types::TargetGroup>,
) -> Section<TargetHealth> {
    let mut targets = Vec::new();
    let mut gap = groups.gap().map(str::to_owned);
    for group in
        groups.items().iter().filter(|group| group.load_balancer_arns().iter().any(|of| of == arn))
    {
        match elb
            .describe_target_health()
            .set_target_group_arn(group.target_group_arn.clone())
            .send()
            .await
        {
            Ok(answer) => targets.extend(answer.target_health_descriptions().iter().map(health)),
            Err(error) => gap = Some(reason("elasticloadbalancing:DescribeTargetHealth", &error)),
        }
    }
    match gap {
        None => Section::Complete(targets),
        Some(reason) => Section::Partial { items: targets, reason },
    }
}

/// Only what surely does not serve is out of service.
fn health(target: &types::TargetHealthDescription) -> TargetHealth {
    match target.target_health().and_then(|health| health.state()) {
        Some(TargetHealthStateEnum::Unhealthy | TargetHealthStateEnum::Unused) => {
            TargetHealth::OutOfService
        }
        _ => TargetHealth::InService,
    }
}

/// Adds the tags. A load balancer whose tags cannot be read might be one to keep: it is left out, and the section is
/// partial.
async fn with_tags(elb: &Client, balancers: Section<LoadBalancer>) -> Section<LoadBalancer> {
    let mut gap = balancers.gap().map(str::to_owned);
    let mut tagged = Vec::new();
    for chunk in balancers.items().chunks(TAGS_AT_ONCE) {
        let arns = chunk.iter().map(|balancer| balancer.arn.clone()).collect();
        match elb.describe_tags().set_resource_arns(Some(arns)).send().await {
            Ok(answer) => {
                let mut by_arn: HashMap<&str, Tags> = answer
                    .tag_descriptions()
                    .iter()
                    .filter_map(|of| {
                        Some((
                            of.resource_arn()?,
                            tags(of.tags().iter().map(|tag| (tag.key(), tag.value()))),
                        ))
                    })
                    .collect();
                tagged.extend(chunk.iter().cloned().map(|balancer| {
                    let tags = by_arn.remove(balancer.arn.as_str()).unwrap_or_default();
                    LoadBalancer { tags, ..balancer }
                }));
            }
            Err(error) => gap = Some(reason("elasticloadbalancing:DescribeTags", &error)),
        }
    }
    match gap {
        None => Section::Complete(tagged),
        Some(reason) => Section::Partial { items: tagged, reason },
    }
}
