//! Clusters, domains, notebooks: machines that a service runs for you.

use events::Effect;

use super::super::charge::{Call, Charge};
use super::super::json::{anywhere, at, items, number, text};
use crate::prices::{self, node};

pub(super) fn charge(call: &Call<'_>) -> Option<Charge> {
    use Effect::{Change, Start};
    match (call.service, call.action) {
        ("eks", "CreateCluster") => Some(eks(call, Start)),
        ("eks", "DeleteCluster") => Some(eks(call, Effect::Stop)),
        ("eks", "CreateNodegroup") => Some(node_group(call)),
        ("redshift", "CreateCluster" | "RestoreFromClusterSnapshot" | "ResumeCluster") => {
            Some(redshift(call, Start))
        }
        ("redshift", "ResizeCluster" | "ModifyCluster") => {
            let paid = ["nodeType", "numberOfNodes"];
            let changes = paid.iter().any(|path| at(call.request, path).is_some());
            changes.then(|| redshift(call, Change))
        }
        ("elasticmapreduce", "RunJobFlow") => Some(job_flow(call)),
        ("kafka", "CreateCluster" | "CreateClusterV2") => Some(kafka(call)),
        ("dax", "CreateCluster") => Some(nodes(
            call,
            "AWS::DAX::Cluster",
            "clusterName",
            text(call.request, "nodeType"),
            number(call.request, "replicationFactor"),
        )),
        ("elasticache", "CreateCacheCluster") => Some(nodes(
            call,
            "AWS::ElastiCache::CacheCluster",
            "cacheClusterId",
            call.text("cacheNodeType"),
            call.number("numCacheNodes"),
        )),
        ("elasticache", "CreateReplicationGroup") => Some(replication_group(call)),
        ("es", "CreateDomain" | "CreateElasticsearchDomain") => Some(search_domain(call)),
        ("sagemaker", "CreateEndpoint") => Some(
            // Its machines are in an endpoint configuration that was made before.
            Charge::new(Start, "AWS::SageMaker::Endpoint", "endpoint")
                .id(text(call.request, "endpointName"))
                .arn(call.text("endpointArn")),
        ),
        ("sagemaker", "CreateNotebookInstance" | "StartNotebookInstance") => Some(nodes(
            call,
            "AWS::SageMaker::NotebookInstance",
            "notebookInstanceName",
            text(call.request, "instanceType"),
            Some(1),
        )),
        ("sagemaker", "CreateTrainingJob") => Some(nodes(
            call,
            "AWS::SageMaker::TrainingJob",
            "trainingJobName",
            text(call.request, "resourceConfig/instanceType"),
            number(call.request, "resourceConfig/instanceCount"),
        )),
        _ => None,
    }
}

/// `count` machines of one type, priced by the service's table.
fn nodes(
    call: &Call<'_>,
    kind: &'static str,
    name: &str,
    machine: Option<&str>,
    count: Option<i64>,
) -> Charge {
    let machines = Charge::new(Effect::Start, kind, "node")
        .id(text(call.request, name))
        .machines(count.unwrap_or(1), machine);
    machines.each(machine.and_then(|machine| node(call.service, machine)))
}

fn eks(call: &Call<'_>, effect: Effect) -> Charge {
    Charge::new(effect, "AWS::EKS::Cluster", "control plane")
        .id(text(call.request, "name"))
        .arn(call.text("cluster/arn"))
        .total(Some(prices::EKS_CLUSTER))
}

/// Its machines are EC2 instances of an auto-scaling group.
fn node_group(call: &Call<'_>) -> Charge {
    let machine = items(call.request, "instanceTypes").first().and_then(|one| one.as_str());
    let count = number(call.request, "scalingConfig/desiredSize").unwrap_or(1);
    Charge::new(Effect::Start, "AWS::EKS::Nodegroup", "instance")
        .id(text(call.request, "nodegroupName"))
        .machines(count, machine)
        .priced(
            machine.and_then(prices::instance).and_then(|price| price.checked_mul(count)),
            prices::EC2,
        )
        .counted_elsewhere()
}

/// Its machines are EC2 instances; the service's own surcharge is small beside them.
fn job_flow(call: &Call<'_>) -> Charge {
    let machine = anywhere(call.request, "instanceType")
        .or_else(|| anywhere(call.request, "masterInstanceType"));
    let count = number(call.request, "instances/instanceCount").unwrap_or(1);
    Charge::new(Effect::Start, "AWS::EMR::Cluster", "instance")
        .id(call.text("jobFlowId").or_else(|| text(call.request, "name")))
        .machines(count, machine)
        .priced(
            machine.and_then(prices::instance).and_then(|price| price.checked_mul(count)),
            prices::EC2,
        )
        .counted_elsewhere()
}

fn redshift(call: &Call<'_>, effect: Effect) -> Charge {
    let machine = call.text("nodeType");
    Charge::new(effect, "AWS::Redshift::Cluster", "node")
        .id(call.text("clusterIdentifier"))
        .machines(call.number("numberOfNodes").unwrap_or(1), machine)
        .each(machine.and_then(|machine| node("redshift", machine)))
}

fn kafka(call: &Call<'_>) -> Charge {
    // The second version of the call nests it all.
    let spec = at(call.request, "provisioned").unwrap_or(call.request);
    let machine = text(spec, "brokerNodeGroupInfo/instanceType");
    let count = number(spec, "numberOfBrokerNodes");
    nodes(call, "AWS::MSK::Cluster", "clusterName", machine, count).assuming("without storage")
}

/// Shards with a primary and its replicas each, or, without shards, a number of nodes.
fn replication_group(call: &Call<'_>) -> Charge {
    let shards = number(call.request, "numNodeGroups").unwrap_or(1);
    let replicas = number(call.request, "replicasPerNodeGroup").unwrap_or(0);
    let count = number(call.request, "numCacheClusters")
        .or_else(|| shards.checked_mul(replicas.checked_add(1)?))
        .unwrap_or(1);
    nodes(
        call,
        "AWS::ElastiCache::ReplicationGroup",
        "replicationGroupId",
        call.text("cacheNodeType"),
        Some(count),
    )
}

fn search_domain(call: &Call<'_>) -> Charge {
    let config = ["clusterConfig", "elasticsearchClusterConfig"];
    let machine = config.iter().find_map(|at| text(call.request, &format!("{at}/instanceType")));
    let count = config.iter().find_map(|at| number(call.request, &format!("{at}/instanceCount")));
    nodes(call, "AWS::OpenSearchService::Domain", "domainName", machine, count)
        .assuming("data nodes only, without storage")
}
