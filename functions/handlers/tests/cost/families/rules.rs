//! What holds for every call.

use events::{ActorKind, Effect, Outcome};
use functions::cloudtrail::{DropReason, Normalized};
use serde_json::json;

use super::{check, costs_nothing, instances, said};
use crate::support::{cost, normalized, record};

#[test]
fn a_refused_call_costs_nothing_and_says_what_it_would_have() {
    let mut run = record(
        "ec2",
        "RunInstances",
        json!({"instanceType": "p2.xlarge", "instancesSet": {"items": [{"maxCount": 10}]}}),
        json!(null),
    );
    run["errorCode"] = "Client.VcpuLimitExceeded".into();
    let Normalized::Attempt(attempt) = normalized(&run) else { panic!("not an attempt") };
    assert_eq!(attempt.error_code, "Client.VcpuLimitExceeded");
    assert_eq!(attempt.would_be.outcome, Outcome::Failed);
    assert_eq!(said(&attempt.would_be), "Start 10 × p2.xlarge [p2] = 9000000");
    run["errorCode"] = "Client.DryRunOperation".into();
    assert_eq!(normalized(&run), Normalized::Dropped(DropReason::DryRun));
    // What would have been counted elsewhere never came to be, so here is where it counts.
    let mut fleet = record(
        "ec2",
        "RequestSpotInstances",
        json!({"instanceCount": 2, "launchSpecification": {"instanceType": "c5.large"}}),
        json!(null),
    );
    fleet["errorCode"] = "UnauthorizedOperation".into();
    let Normalized::Attempt(attempt) = normalized(&fleet) else { panic!("not an attempt") };
    assert_eq!(said(&attempt.would_be), "Start 2 × c5.large [c5] = 170000");
    // Failing to end a cost is no news.
    let mut delete =
        record("rds", "DeleteDBInstance", json!({"dBInstanceIdentifier": "a"}), json!(null));
    delete["errorCode"] = "InvalidDBInstanceStateFault".into();
    assert_eq!(normalized(&delete), Normalized::Dropped(DropReason::NoCost));
}

#[test]
fn reading_and_what_costs_nothing_is_dropped() {
    let mut read = record("ec2", "DescribeInstances", json!({}), json!(null));
    read["readOnly"] = true.into();
    assert_eq!(normalized(&read), Normalized::Dropped(DropReason::ReadOnly));
    costs_nothing("iam", "CreateUser", json!({"userName": "x"}));
    costs_nothing("ec2", "CreateVpc", json!({}));
    costs_nothing("example", "CreateNatGateway", json!({}));
}

#[test]
fn other_regions_are_estimated_and_say_so_and_other_partitions_are_unknown() {
    let mut run = record("ec2", "RunInstances", json!({}), instances("m5.large", 1));
    run["awsRegion"] = "eu-west-1".into();
    let event = cost(&run);
    assert_eq!(event.est_micro_usd_per_hour, Some(96_000));
    assert_eq!(event.assumptions, ["Linux, on demand", "at the price of us-east-1"]);
    for (region, partition) in [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")] {
        run["awsRegion"] = region.into();
        let event = cost(&run);
        assert_eq!(said(&event), "Start 1 × m5.large [m5] = unknown");
        assert_eq!(
            event.resource.arn.unwrap(),
            format!("arn:{partition}:ec2:{region}:111122223333:instance/i-0")
        );
    }
    // A commitment is in the call, whatever the partition.
    let mut china = record("ec2", "AllocateAddress", json!({}), json!({}));
    china["eventSource"] = "ec2.amazonaws.com.cn".into();
    assert_eq!(said(&cost(&china)), "Start 1 × public IPv4 address = 5000");
}

#[test]
fn an_identity_without_a_type_is_still_somebody() {
    let mut call = record("ec2", "AllocateAddress", json!({}), json!({}));
    call["userIdentity"] = json!({"accountId": "111122223333", "invokedBy": "ec2.amazonaws.com"});
    let event = cost(&call);
    assert_eq!(
        (event.actor.as_str(), event.actor_kind),
        ("ec2.amazonaws.com", ActorKind::AwsService)
    );
    call.as_object_mut().unwrap().remove("userIdentity");
    assert_eq!(cost(&call).actor_kind, ActorKind::Unknown);
    call.as_object_mut().unwrap().remove("recipientAccountId");
    assert_eq!(cost(&call).resource.account, "unknown");
}

#[test]
fn sizes_that_do_not_fit_make_a_cost_unknown() {
    let huge = i64::MAX.to_string();
    check(
        "ec2",
        "CreateVolume",
        json!({"size": huge, "volumeType": "gp3"}),
        json!(null),
        &format!("Start {huge} × GB gp3 = unknown"),
    );
    check(
        "redshift",
        "CreateCluster",
        json!({"nodeType": "ra3.4xlarge", "numberOfNodes": huge}),
        json!(null),
        &format!("Start {huge} × ra3.4xlarge [ra3] = unknown"),
    );
    assert_eq!(
        cost(&record("ec2", "RunInstances", json!({}), instances("m5.large", 1))).effect,
        Effect::Start
    );
}
