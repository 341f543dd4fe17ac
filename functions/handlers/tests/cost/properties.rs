//! Any input gives an answer.

use functions::cloudtrail::{Normalized, Origin, normalize, parse, slice};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Memory, at, corpus, gunzip, normalized, payload, record};

/// Any JSON, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[0-9]{1,25}".prop_map(Value::from),
        prop_oneof![Just("p2.xlarge"), Just("db.m5.large"), Just("io2"), Just("true")]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop_oneof![
            Just("items"),
            Just("item"),
            Just("instanceType"),
            Just("size"),
            Just("iops"),
            Just("instancesSet"),
            Just("volumeType"),
            Just("allocatedStorage"),
            Just("multiAZ"),
            Just("desiredCapacity"),
            Just("numberOfNodes"),
            Just("quantity"),
            Just("instanceCount"),
        ]
        .prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(prop_oneof![name, ".{0,6}"], inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

const CALLS: [(&str, &str); 24] = [
    ("ec2", "RunInstances"),
    ("ec2", "CreateFleet"),
    ("ec2", "CreateVolume"),
    ("ec2", "ModifyVolume"),
    ("ec2", "CreateNatGateway"),
    ("ec2", "CreateVpcEndpoint"),
    ("ec2", "CreateCapacityReservation"),
    ("ec2", "PurchaseReservedInstancesOffering"),
    ("ec2", "AllocateHosts"),
    ("ec2", "TerminateInstances"),
    ("autoscaling", "CreateAutoScalingGroup"),
    ("rds", "CreateDBInstance"),
    ("rds", "ModifyDBInstance"),
    ("lambda", "CreateFunction20150331"),
    ("eks", "CreateNodegroup"),
    ("redshift", "CreateCluster"),
    ("elasticache", "CreateReplicationGroup"),
    ("es", "CreateDomain"),
    ("sagemaker", "CreateTrainingJob"),
    ("dynamodb", "CreateTable"),
    ("kinesis", "CreateStream"),
    ("kafka", "CreateClusterV2"),
    ("savingsplans", "CreateSavingsPlan"),
    ("elasticloadbalancing", "CreateLoadBalancer"),
];

proptest! {
    #[test]
    fn any_bytes_are_read_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(&bytes);
        let _ = parse(&[&[0x1f, 0x8b][..], &bytes].concat());
    }

    #[test]
    fn any_json_is_a_payload_or_rejected(value in any_json()) {
        let _ = parse(value.to_string().as_bytes());
        let log = parse(json!({"Records": [value]}).to_string().as_bytes()).unwrap();
        let part = slice(&payload("any", 0), &log);
        prop_assert_eq!(part.report.accounted(), 1);
    }

    #[test]
    fn any_parameters_of_any_call_are_normalized_and_scored(
        call in prop::sample::select(&CALLS[..]),
        request in any_json(),
        response in any_json(),
        identity in any_json(),
        failed in any::<bool>(),
    ) {
        let mut record = record(call.0, call.1, request, response);
        record["userIdentity"] = identity;
        if failed {
            record["errorCode"] = "Client.Refused".into();
        }
        let observation = match normalized(&record) {
            Normalized::Cost(event) => {
                prop_assert_ne!(event.est_micro_usd_per_hour.map(|rate| rate < 0), Some(true));
                events::Observation::Cost(*event)
            }
            Normalized::Attempt(attempt) => events::Observation::Attempt(*attempt),
            Normalized::Dropped(_) => return Ok(()),
        };
        let name = twinhost::Payload::group(&observation);
        prop_assert!((1..=128).contains(&name.len()));
        let mut memory = Memory::default();
        memory.score(&observation);
        for key in memory.familiar.keys().chain(memory.baselines.keys()).chain(memory.events.keys()) {
            prop_assert!((1..=1024).contains(&key.len()), "the store refuses `{}`", key);
        }
    }
}

/// Replaces each value of a record, however deep, by each of a few others, one at a time.
fn mutations(value: &Value) -> Vec<Value> {
    let others = [
        json!(null),
        json!(-1),
        json!("\u{0}"),
        json!([]),
        json!({}),
        json!(u64::MAX),
        json!([[1]]),
    ];
    let mut all = others.to_vec();
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                for mutation in mutations(inner) {
                    let mut copy = map.clone();
                    copy.insert(key.clone(), mutation);
                    all.push(Value::Object(copy));
                }
                let mut without = map.clone();
                without.remove(key);
                all.push(Value::Object(without));
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                for mutation in mutations(inner) {
                    let mut copy = list.clone();
                    copy[index] = mutation;
                    all.push(Value::Array(copy));
                }
            }
        }
        _ => {}
    }
    all
}

#[test]
fn real_records_with_any_part_replaced_or_missing_are_normalized() {
    let mut seen = std::collections::HashSet::new();
    let mut normalized = 0_u32;
    for (_, bytes) in corpus() {
        let log = parse(&bytes).unwrap();
        for record in log.records() {
            let value: Value = serde_json::from_str(record).unwrap();
            let origin =
                || Origin { received_at: at("2023-07-10T13:00:00Z"), raw_ref: String::new() };
            // One of each call that is an observation: the others are dropped by their name.
            let call = (value["eventName"].to_string(), value["errorCode"].to_string());
            if matches!(normalize(record, origin()), Normalized::Dropped(_)) || !seen.insert(call) {
                continue;
            }
            for mutation in mutations(&value) {
                let _ = normalize(&mutation.to_string(), origin());
                normalized += 1;
            }
        }
    }
    assert!(normalized > 1_000, "{normalized}");
}

#[test]
fn a_record_cut_anywhere_is_malformed_and_a_payload_cut_anywhere_is_rejected() {
    let (_, bytes) = corpus().into_iter().min_by_key(|(_, bytes)| bytes.len()).unwrap();
    let plain = gunzip(&bytes);
    let text = std::str::from_utf8(&plain).unwrap().trim_end();
    for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        assert!(parse(&text.as_bytes()[..cut]).is_err(), "cut at {cut}");
    }
    let record = record("ec2", "CreateNatGateway", json!({}), json!({})).to_string();
    for cut in 0..record.len() {
        let origin = Origin { received_at: at("2023-07-10T13:00:00Z"), raw_ref: String::new() };
        let dropped = normalize(&record[..cut], origin);
        assert!(matches!(dropped, Normalized::Dropped(_)), "cut at {cut}");
    }
}
