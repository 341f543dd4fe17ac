//! Storage, databases, networks, functions, commitments.

use functions::cloudtrail::{DropReason, Normalized};
use serde_json::{Value, json};

use super::{check, costs_nothing, said};
use crate::support::{cost, normalized, record};

#[test]
fn a_volumes_size_is_a_string_and_its_month_has_730_hours() {
    check(
        "ec2",
        "CreateVolume",
        json!({"size": "1"}),
        json!({"size": "1", "volumeType": "gp2", "iops": 100}),
        "Start 1 × GB gp2 = 137",
    );
    check(
        "ec2",
        "CreateVolume",
        json!({"size": "500", "volumeType": "io1", "iops": "1000"}),
        json!(null),
        "Start 500 × GB io1 = 174658",
    );
    check(
        "ec2",
        "CreateVolume",
        json!({"snapshotId": "snap-1"}),
        json!(null),
        "Start 1 × GB gp2 = unknown",
    );
    let modified = json!({"ModifyVolumeResponse": {"volumeModification": {"targetSize": 730, "targetVolumeType": "gp3", "targetIops": 3000}}});
    check(
        "ec2",
        "ModifyVolume",
        json!({"ModifyVolumeRequest": {"VolumeId": "vol-1", "Size": 730}}),
        modified,
        "Change 730 × GB gp3 = 80000",
    );
    check(
        "ec2",
        "CreateSnapshot",
        json!({"volumeId": "vol-1"}),
        json!({"snapshotId": "snap-1", "volumeSize": "730"}),
        "Start 730 × GB snapshot = 50000",
    );
    check(
        "ec2",
        "CopySnapshot",
        json!({"sourceSnapshotId": "snap-1"}),
        json!({"snapshotId": "snap-2"}),
        "Start 1 × snapshot = unknown",
    );
    check(
        "ec2",
        "DeleteVolume",
        json!({"volumeId": "vol-1"}),
        json!({}),
        "Stop 1 × resource = unknown",
    );
}

#[test]
fn a_database_is_its_class_its_storage_and_its_standby() {
    let asked = json!({"dBInstanceClass": "db.t3.micro", "allocatedStorage": 73, "engine": "mysql", "masterUserPassword": "****"});
    check(
        "rds",
        "CreateDBInstance",
        asked.clone(),
        json!(null),
        "Start 1 × db.t3.micro [db.t3] = 28500",
    );
    let mut standby = asked;
    standby["multiAZ"] = true.into();
    check(
        "rds",
        "CreateDBInstance",
        standby.clone(),
        json!(null),
        "Start 1 × db.t3.micro [db.t3] = 57000",
    );
    check(
        "rds",
        "DeleteDBInstance",
        json!({"dBInstanceIdentifier": "a"}),
        standby.clone(),
        "Stop 1 × db.t3.micro [db.t3] = -57000",
    );
    check(
        "rds",
        "StopDBInstance",
        json!({"dBInstanceIdentifier": "a"}),
        standby.clone(),
        "Stop 1 × db.t3.micro [db.t3] = -34000",
    );
    check(
        "rds",
        "StartDBInstance",
        json!({"dBInstanceIdentifier": "a"}),
        standby.clone(),
        "Start 1 × db.t3.micro [db.t3] = 34000",
    );
    check(
        "rds",
        "RestoreDBInstanceFromDBSnapshot",
        json!({}),
        standby.clone(),
        "Start 1 × db.t3.micro [db.t3] = 57000",
    );
    check(
        "rds",
        "CreateDBInstanceReadReplica",
        json!({}),
        standby.clone(),
        "Start 1 × db.t3.micro [db.t3] = 57000",
    );
    let event = check(
        "rds",
        "ModifyDBInstance",
        json!({"dBInstanceClass": "db.m5.large", "multiAZ": false}),
        standby.clone(),
        "Change 1 × db.m5.large [db.m5] = 182500",
    );
    assert_eq!(event.assumptions, ["from the next maintenance window on"]);
    costs_nothing("rds", "ModifyDBInstance", json!({"backupRetentionPeriod": 7}));
    standby["engine"] = "oracle-ee".into();
    check(
        "rds",
        "CreateDBInstance",
        standby,
        json!(null),
        "Start 1 × db.t3.micro [db.t3] = unknown",
    );
    check(
        "rds",
        "CreateDBCluster",
        json!({"engine": "aurora-mysql"}),
        json!(null),
        "Start 1 × database cluster = unknown",
    );
    check(
        "rds",
        "CreateDBCluster",
        json!({"dBClusterInstanceClass": "db.r5.large"}),
        json!(null),
        "Start 3 × db.r5.large [db.r5] = unknown",
    );
    check(
        "rds",
        "CreateDBSnapshot",
        json!({}),
        json!({"allocatedStorage": 730}),
        "Start 730 × GB database snapshot = 95000",
    );
}

#[test]
fn newer_ec2_calls_are_nested_in_their_own_name() {
    let asked = json!({"CreateNatGatewayRequest": {"ConnectivityType": "public", "TagSpecification": {"Tag": {"Key": "a"}}}});
    let came = json!({"CreateNatGatewayResponse": {"natGateway": {"natGatewayId": "nat-1"}}});
    let event = check("ec2", "CreateNatGateway", asked, came, "Start 1 × NAT gateway = 45000");
    assert_eq!(event.resource.id.as_deref(), Some("nat-1"));
    let gone = json!({"DeleteNatGatewayRequest": {"NatGatewayId": "nat-1"}});
    let event =
        check("ec2", "DeleteNatGateway", gone, json!(null), "Stop 1 × NAT gateway = -45000");
    assert_eq!(event.resource.id.as_deref(), Some("nat-1"));
}

#[test]
fn network_things_have_a_price_an_hour() {
    check(
        "ec2",
        "AllocateAddress",
        json!({"domain": "vpc"}),
        json!({"allocationId": "eipalloc-1"}),
        "Start 1 × public IPv4 address = 5000",
    );
    check(
        "ec2",
        "ReleaseAddress",
        json!({"allocationId": "eipalloc-1"}),
        json!({}),
        "Stop 1 × public IPv4 address = -5000",
    );
    let endpoint = |kind: &str, subnets: Value| json!({"CreateVpcEndpointRequest": {"VpcEndpointType": kind, "SubnetId": subnets}});
    check(
        "ec2",
        "CreateVpcEndpoint",
        endpoint("Interface", json!([{"tag": 1, "content": "a"}, {"tag": 2, "content": "b"}])),
        json!(null),
        "Start 2 × endpoint in a zone = 20000",
    );
    check(
        "ec2",
        "CreateVpcEndpoint",
        endpoint("Interface", json!({"tag": 1, "content": "a"})),
        json!(null),
        "Start 1 × endpoint in a zone = 10000",
    );
    costs_nothing("ec2", "CreateVpcEndpoint", endpoint("Gateway", json!(null)));
    check(
        "ec2",
        "CreateTransitGatewayVpcAttachment",
        json!({}),
        json!(null),
        "Start 1 × transit gateway attachment = 50000",
    );
    check("ec2", "CreateVpnConnection", json!({}), json!(null), "Start 1 × VPN connection = 50000");
    let lb = "elasticloadbalancing";
    check(
        lb,
        "CreateLoadBalancer",
        json!({"name": "web", "type": "network"}),
        json!({"loadBalancers": [{"loadBalancerArn": "arn:aws:x"}]}),
        "Start 1 × load balancer = 22500",
    );
    check(
        lb,
        "CreateLoadBalancer",
        json!({"loadBalancerName": "old"}),
        json!(null),
        "Start 1 × classic load balancer = 25000",
    );
    check(
        lb,
        "DeleteLoadBalancer",
        json!({"loadBalancerArn": "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/gwy/a/1"}),
        json!(null),
        "Stop 1 × load balancer = -12500",
    );
}

#[test]
fn an_apis_date_is_not_part_of_the_call_and_a_cost_by_use_is_unknown() {
    let event = check(
        "lambda",
        "CreateFunction20150331",
        json!({"functionName": "f", "memorySize": 512}),
        json!(null),
        "Start 512 × MB memory = unknown",
    );
    assert_eq!(event.action, "CreateFunction");
    check(
        "lambda",
        "UpdateFunctionConfiguration20150331v2",
        json!({"memorySize": 1024}),
        json!(null),
        "Change 1024 × MB memory = unknown",
    );
    costs_nothing("lambda", "UpdateFunctionConfiguration20150331v2", json!({"timeout": 3}));
    costs_nothing("lambda", "UpdateFunctionCode20150331v2", json!({"memorySize": 128}));
    check(
        "lambda",
        "PutProvisionedConcurrencyConfig20190930",
        json!({"provisionedConcurrentExecutions": 50}),
        json!(null),
        "Start 50 × provisioned instance = unknown",
    );
    check(
        "lambda",
        "DeleteFunction20150331",
        json!({"functionName": "f"}),
        json!(null),
        "Stop 1 × resource = unknown",
    );
}

#[test]
fn a_model_is_paid_by_the_call_although_the_call_is_read_only() {
    let mut call = record(
        "bedrock",
        "InvokeModel",
        json!({"modelId": "us.anthropic.claude-v2:1"}),
        json!(null),
    );
    call["readOnly"] = true.into();
    assert_eq!(said(&cost(&call)), "Start 1 × call [anthropic] = unknown");
    call["eventName"] = "ListFoundationModels".into();
    assert_eq!(normalized(&call), Normalized::Dropped(DropReason::ReadOnly));
}

#[test]
fn provisioned_capacity_has_a_price_and_capacity_on_demand_has_none() {
    let units = json!({"tableName": "t", "billingMode": "PROVISIONED", "provisionedThroughput": {"readCapacityUnits": 100, "writeCapacityUnits": 10}});
    check("dynamodb", "CreateTable", units.clone(), json!(null), "Start 1 × table = 19500");
    check("dynamodb", "UpdateTable", units, json!(null), "Change 1 × table = 19500");
    check(
        "dynamodb",
        "CreateTable",
        json!({"tableName": "t", "billingMode": "PAY_PER_REQUEST"}),
        json!(null),
        "Start 1 × table = unknown",
    );
    costs_nothing("dynamodb", "UpdateTable", json!({"deletionProtectionEnabled": true}));
    check(
        "kinesis",
        "CreateStream",
        json!({"streamName": "s", "shardCount": 4}),
        json!(null),
        "Start 4 × shard = 60000",
    );
    check(
        "kinesis",
        "CreateStream",
        json!({"streamName": "s", "streamModeDetails": {"streamMode": "ON_DEMAND"}}),
        json!(null),
        "Start 1 × stream = 40000",
    );
    check(
        "elasticfilesystem",
        "CreateFileSystem",
        json!({}),
        json!({"fileSystemId": "fs-1"}),
        "Start 1 × file system = unknown",
    );
    check(
        "fsx",
        "CreateFileSystem",
        json!({"storageCapacity": 1200}),
        json!(null),
        "Start 1200 × GB file system = unknown",
    );
    check(
        "secretsmanager",
        "CreateSecret",
        json!({"name": "s"}),
        json!(null),
        "Start 1 × secret = 548",
    );
}

#[test]
fn commitments_are_purchases_wherever_they_are_made() {
    let event = check(
        "ec2",
        "PurchaseReservedInstancesOffering",
        json!({"instanceCount": 5, "limitPrice": {"amount": 1000.5}}),
        json!(null),
        "Purchase 5 × reserved instance = unknown",
    );
    assert_eq!(event.up_front_micro_usd, Some(1_000_500_000));
    let event = check(
        "savingsplans",
        "CreateSavingsPlan",
        json!({"commitment": "1.25", "upfrontPaymentAmount": "10950"}),
        json!(null),
        "Purchase 1 × savings plan = 1250000",
    );
    assert_eq!(event.up_front_micro_usd, Some(10_950_000_000));
    assert_eq!(event.resource.region, "global");
    check(
        "ec2",
        "CreateCapacityReservation",
        json!({"CreateCapacityReservationRequest": {"InstanceType": "p3.2xlarge", "InstanceCount": 2}}),
        json!(null),
        "Purchase 2 × p3.2xlarge [p3] = 6120000",
    );
    check(
        "ec2",
        "AllocateHosts",
        json!({"instanceType": "m5.large", "quantity": 2}),
        json!(null),
        "Purchase 2 × dedicated host [m5] = unknown",
    );
    check(
        "ec2",
        "PurchaseHostReservation",
        json!({"offeringId": "hro-1"}),
        json!(null),
        "Purchase 1 × purchase = unknown",
    );
    check(
        "rds",
        "PurchaseReservedDBInstancesOffering",
        json!({"dBInstanceCount": 3}),
        json!(null),
        "Purchase 3 × purchase = unknown",
    );
    check(
        "route53domains",
        "RegisterDomain",
        json!({"domainName": "example.com", "durationInYears": 2}),
        json!(null),
        "Purchase 2 × year = unknown",
    );
    check(
        "bedrock",
        "CreateProvisionedModelThroughput",
        json!({"modelUnits": 2}),
        json!(null),
        "Purchase 2 × model unit = unknown",
    );
}
