//! Machines, one by one, in groups and in clusters.

use serde_json::json;

use super::{check, costs_nothing, instances, said};
use crate::support::{cost, record};

#[test]
fn instances_are_counted_as_they_came_not_as_they_were_asked_for() {
    let asked = json!({"instancesSet": {"items": [{"minCount": 1, "maxCount": 10}]}, "instanceType": "m5.large"});
    let event = check(
        "ec2",
        "RunInstances",
        asked,
        instances("m5.large", 3),
        "Start 3 × m5.large [m5] = 288000",
    );
    assert_eq!(event.resource.id.as_deref(), Some("i-0"));
    assert_eq!(
        event.resource.arn.as_deref(),
        Some("arn:aws:ec2:us-east-1:111122223333:instance/i-0")
    );
}

#[test]
fn with_a_launch_template_the_type_is_in_the_answer_only() {
    let asked = json!({"launchTemplate": {"launchTemplateId": "lt-1"}});
    check(
        "ec2",
        "RunInstances",
        asked.clone(),
        instances("p3.2xlarge", 1),
        "Start 1 × p3.2xlarge [p3] = 3060000",
    );
    check("ec2", "RunInstances", asked, json!(null), "Start 1 × instance = unknown");
}

#[test]
fn an_unknown_type_has_no_price_instead_of_none_to_pay() {
    check(
        "ec2",
        "RunInstances",
        json!({}),
        instances("x9.mega", 2),
        "Start 2 × x9.mega [x9] = unknown",
    );
}

#[test]
fn an_instances_volumes_are_part_of_its_price_and_its_licence_is_not() {
    let asked = json!({"blockDeviceMapping": {"items": [
        {"deviceName": "/dev/xvda", "ebs": {"volumeSize": 730, "volumeType": "gp3"}},
        {"deviceName": "/dev/xvdb", "ebs": {"snapshotId": "snap-1"}},
    ]}});
    let mut came = instances("m5.large", 2);
    came["instancesSet"]["items"][0]["platform"] = "windows".into();
    let event = check("ec2", "RunInstances", asked, came, "Start 2 × m5.large [m5] = 352000");
    assert_eq!(event.assumptions, ["Linux, on demand", "without the Windows licence"]);
}

#[test]
fn instances_on_a_dedicated_host_are_paid_with_the_host() {
    let mut came = instances("m5.large", 1);
    came["instancesSet"]["items"][0]["placement"] = json!({"tenancy": "host"});
    check("ec2", "RunInstances", json!({}), came, "Start 1 × m5.large [m5] = elsewhere");
}

#[test]
fn starting_and_stopping_by_id_has_no_size_to_price() {
    let named = json!({"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}});
    check("ec2", "StartInstances", named.clone(), named.clone(), "Start 2 × instance = unknown");
    check("ec2", "StopInstances", named.clone(), json!(null), "Stop 2 × instance = unknown");
    check("ec2", "TerminateInstances", named.clone(), named, "Stop 2 × instance = unknown");
}

#[test]
fn only_a_new_type_of_an_instance_costs_money() {
    let new = json!({"instanceId": "i-1", "instanceType": {"value": "m5.xlarge"}});
    check("ec2", "ModifyInstanceAttribute", new, json!({}), "Change 1 × m5.xlarge [m5] = 192000");
    let named = json!({"instanceId": "i-1", "attribute": "instanceType", "value": "m5.xlarge"});
    check("ec2", "ModifyInstanceAttribute", named, json!({}), "Change 1 × m5.xlarge [m5] = 192000");
    costs_nothing(
        "ec2",
        "ModifyInstanceAttribute",
        json!({"disableApiTermination": {"value": false}}),
    );
    costs_nothing("ec2", "ModifyInstanceAttribute", json!({"attribute": "userData", "value": "x"}));
}

#[test]
fn groups_and_fleets_are_charged_as_the_instances_they_start_and_not_twice() {
    check(
        "autoscaling",
        "CreateAutoScalingGroup",
        json!({"desiredCapacity": 4, "minSize": 1}),
        json!(null),
        "Start 4 × instance = elsewhere",
    );
    check(
        "autoscaling",
        "SetDesiredCapacity",
        json!({"desiredCapacity": 9}),
        json!(null),
        "Change 9 × instance = elsewhere",
    );
    check(
        "autoscaling",
        "UpdateAutoScalingGroup",
        json!({"minSize": 2}),
        json!(null),
        "Change 2 × instance = elsewhere",
    );
    costs_nothing("autoscaling", "UpdateAutoScalingGroup", json!({"healthCheckType": "ELB"}));
    let fleet = json!({"CreateFleetRequest": {
        "TargetCapacitySpecification": {"TotalTargetCapacity": 20},
        "LaunchTemplateConfigs": {"Overrides": {"InstanceType": "c5.large", "tag": 1}},
    }});
    check("ec2", "CreateFleet", fleet, json!(null), "Start 20 × c5.large [c5] = elsewhere");
    let spot = json!({"spotFleetRequestConfig": {"targetCapacity": 3, "launchSpecifications": [{"instanceType": "c5.large"}]}});
    check("ec2", "RequestSpotFleet", spot, json!(null), "Start 3 × c5.large [c5] = elsewhere");
    let spot = json!({"instanceCount": 2, "launchSpecification": {"instanceType": "c5.large"}});
    check("ec2", "RequestSpotInstances", spot, json!(null), "Start 2 × c5.large [c5] = elsewhere");
    // The instances: by the group's service role, and counted.
    let mut run = record("ec2", "RunInstances", json!({}), instances("c5.large", 4));
    run["userIdentity"] = json!({
        "type": "AssumedRole",
        "arn": "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling",
        "invokedBy": "autoscaling.amazonaws.com",
    });
    let event = cost(&run);
    assert_eq!(said(&event), "Start 4 × c5.large [c5] = 340000");
    assert_eq!(event.invoked_by.as_deref(), Some("autoscaling.amazonaws.com"));
}

#[test]
fn clusters_are_counted_by_their_nodes() {
    check(
        "eks",
        "CreateCluster",
        json!({"name": "k"}),
        json!(null),
        "Start 1 × control plane = 100000",
    );
    check(
        "eks",
        "CreateNodegroup",
        json!({"instanceTypes": ["m5.large"], "scalingConfig": {"desiredSize": 3}}),
        json!(null),
        "Start 3 × m5.large [m5] = elsewhere",
    );
    check(
        "redshift",
        "CreateCluster",
        json!({"nodeType": "ra3.4xlarge", "numberOfNodes": 2}),
        json!(null),
        "Start 2 × ra3.4xlarge [ra3] = 6520000",
    );
    check(
        "redshift",
        "ModifyCluster",
        json!({"numberOfNodes": 4}),
        json!({"nodeType": "dc2.large"}),
        "Change 4 × dc2.large [dc2] = 1000000",
    );
    costs_nothing("redshift", "ModifyCluster", json!({"clusterVersion": "1.0"}));
    check(
        "elasticmapreduce",
        "RunJobFlow",
        json!({"instances": {"instanceCount": 5, "masterInstanceType": "m5.xlarge"}}),
        json!({"jobFlowId": "j-1"}),
        "Start 5 × m5.xlarge [m5] = elsewhere",
    );
    check(
        "kafka",
        "CreateCluster",
        json!({"brokerNodeGroupInfo": {"instanceType": "kafka.m5.large"}, "numberOfBrokerNodes": 3}),
        json!(null),
        "Start 3 × kafka.m5.large [kafka.m5] = 630000",
    );
    check(
        "kafka",
        "CreateClusterV2",
        json!({"provisioned": {"brokerNodeGroupInfo": {"instanceType": "kafka.m5.large"}, "numberOfBrokerNodes": 3}}),
        json!(null),
        "Start 3 × kafka.m5.large [kafka.m5] = 630000",
    );
    check(
        "dax",
        "CreateCluster",
        json!({"nodeType": "dax.r5.large", "replicationFactor": 3}),
        json!(null),
        "Start 3 × dax.r5.large [dax.r5] = unknown",
    );
    check(
        "elasticache",
        "CreateCacheCluster",
        json!({"cacheNodeType": "cache.t3.micro", "numCacheNodes": 2}),
        json!(null),
        "Start 2 × cache.t3.micro [cache.t3] = 34000",
    );
    check(
        "elasticache",
        "CreateReplicationGroup",
        json!({"cacheNodeType": "cache.m5.large", "numNodeGroups": 2, "replicasPerNodeGroup": 1}),
        json!(null),
        "Start 4 × cache.m5.large [cache.m5] = 624000",
    );
    check(
        "es",
        "CreateDomain",
        json!({"clusterConfig": {"instanceType": "m5.large.search", "instanceCount": 2}}),
        json!(null),
        "Start 2 × m5.large.search [m5] = 284000",
    );
    check(
        "es",
        "DeleteDomain",
        json!({"domainName": "d"}),
        json!(null),
        "Stop 1 × resource = unknown",
    );
}

#[test]
fn machine_learning_is_counted_where_its_machines_are_named() {
    check(
        "sagemaker",
        "CreateEndpoint",
        json!({"endpointName": "e", "endpointConfigName": "c"}),
        json!(null),
        "Start 1 × endpoint = unknown",
    );
    check(
        "sagemaker",
        "CreateNotebookInstance",
        json!({"instanceType": "ml.t3.medium"}),
        json!(null),
        "Start 1 × ml.t3.medium [ml.t3] = 50000",
    );
    check(
        "sagemaker",
        "CreateTrainingJob",
        json!({"resourceConfig": {"instanceType": "ml.p4d.24xlarge", "instanceCount": 2}}),
        json!(null),
        "Start 2 × ml.p4d.24xlarge [ml.p4d] = 75376000",
    );
}
