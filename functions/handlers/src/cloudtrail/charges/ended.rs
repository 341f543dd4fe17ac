//! Calls that end a cost whose size the event does not give.

use events::Effect;

use super::super::charge::{Call, Charge};
use super::super::json::text;

/// Service, call, what it ends, where its name is.
const ENDED: [(&str, &str, &str, &str); 22] = [
    ("ec2", "DeleteVolume", "AWS::EC2::Volume", "volumeId"),
    ("ec2", "DeleteSnapshot", "AWS::EC2::Snapshot", "snapshotId"),
    ("ec2", "DeleteVpcEndpoints", "AWS::EC2::VPCEndpoint", "vpcEndpointId/content"),
    ("ec2", "ReleaseHosts", "AWS::EC2::Host", "hostIdSet/items/0/hostId"),
    ("ec2", "CancelCapacityReservation", "AWS::EC2::CapacityReservation", "capacityReservationId"),
    ("rds", "DeleteDBSnapshot", "AWS::RDS::DBSnapshot", "dBSnapshotIdentifier"),
    ("lambda", "DeleteFunction", "AWS::Lambda::Function", "functionName"),
    ("lambda", "DeleteProvisionedConcurrencyConfig", "AWS::Lambda::Function", "functionName"),
    ("dynamodb", "DeleteTable", "AWS::DynamoDB::Table", "tableName"),
    ("kinesis", "DeleteStream", "AWS::Kinesis::Stream", "streamName"),
    ("elasticfilesystem", "DeleteFileSystem", "AWS::EFS::FileSystem", "fileSystemId"),
    ("fsx", "DeleteFileSystem", "AWS::FSx::FileSystem", "fileSystemId"),
    ("redshift", "DeleteCluster", "AWS::Redshift::Cluster", "clusterIdentifier"),
    ("redshift", "PauseCluster", "AWS::Redshift::Cluster", "clusterIdentifier"),
    ("kafka", "DeleteCluster", "AWS::MSK::Cluster", "clusterArn"),
    ("dax", "DeleteCluster", "AWS::DAX::Cluster", "clusterName"),
    ("elasticache", "DeleteCacheCluster", "AWS::ElastiCache::CacheCluster", "cacheClusterId"),
    (
        "elasticache",
        "DeleteReplicationGroup",
        "AWS::ElastiCache::ReplicationGroup",
        "replicationGroupId",
    ),
    ("es", "DeleteDomain", "AWS::OpenSearchService::Domain", "domainName"),
    ("sagemaker", "DeleteEndpoint", "AWS::SageMaker::Endpoint", "endpointName"),
    (
        "sagemaker",
        "DeleteNotebookInstance",
        "AWS::SageMaker::NotebookInstance",
        "notebookInstanceName",
    ),
    (
        "sagemaker",
        "StopNotebookInstance",
        "AWS::SageMaker::NotebookInstance",
        "notebookInstanceName",
    ),
];

pub(super) fn charge(call: &Call<'_>) -> Option<Charge> {
    let (.., kind, id) = ENDED
        .iter()
        .find(|(service, action, ..)| (*service, *action) == (call.service, call.action))?;
    Some(Charge::new(Effect::Stop, kind, "resource").id(text(call.request, id)))
}
