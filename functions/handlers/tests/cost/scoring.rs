//! What is an anomaly, what is not, and how much it matters.

use events::{Attempt, CostEvent, EventStatus, Observation, Severity, Trait};
use functions::scoring::Verdict;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::support::{Memory, at, cost, record};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Feeds one account's events with ids of their own.
struct Account {
    memory: Memory,
    time: Timestamp,
    count: u32,
}

impl Account {
    fn new() -> Self {
        Self { memory: Memory::default(), time: at("2024-01-01T00:00:00Z"), count: 0 }
    }

    /// An account with forty days of m5.large by `jo` in us-east-1, a launch a day, at about 10 cents an hour.
    fn settled() -> Self {
        let mut account = Self::new();
        for day in 0..40 {
            account.wait(DAY);
            account.feed(account.launch(90_000 + (day % 3) * 10_000));
        }
        account
    }

    fn wait(&mut self, time: SignedDuration) {
        self.time += time;
    }

    fn launch(&self, rate: i64) -> CostEvent {
        let mut event =
            cost(&record("ec2", "RunInstances", json!({"instanceType": "m5.large"}), json!(null)));
        event.est_micro_usd_per_hour = Some(rate);
        event.occurred_at = self.time;
        event
    }

    fn feed(&mut self, event: CostEvent) -> Verdict {
        self.observe(Observation::Cost, event)
    }

    fn observe(
        &mut self,
        observation: impl Fn(CostEvent) -> Observation,
        mut event: CostEvent,
    ) -> Verdict {
        self.count += 1;
        event.source_id = format!("event-{}", self.count);
        self.memory.score(&observation(event)).unwrap()
    }
}

fn refused(event: CostEvent) -> Observation {
    Observation::Attempt(Attempt {
        would_be: event,
        error_code: "Client.Refused".to_owned(),
        error_message: None,
    })
}

fn why(verdict: &Verdict) -> String {
    verdict.anomaly.as_ref().map(|anomaly| anomaly.why.join("; ")).unwrap_or_default()
}

#[test]
fn a_usual_cost_is_no_anomaly() {
    let mut account = Account::settled();
    account.wait(DAY);
    let verdict = account.feed(account.launch(110_000));
    assert_eq!((verdict.severity, verdict.status), (Severity::Info, EventStatus::Normal));
}

#[test]
fn a_deviation_without_money_is_no_anomaly() {
    let mut account = Account::settled();
    account.wait(DAY);
    // Three and more deviations over the mean, and 14 USD a month over it.
    let verdict = account.feed(account.launch(120_000));
    assert_eq!(verdict.status, EventStatus::Normal, "{}", why(&verdict));
}

#[test]
fn a_deviation_with_money_is_an_anomaly_by_its_excess() {
    let mut account = Account::settled();
    account.wait(DAY);
    let verdict = account.feed(account.launch(140_000));
    let anomaly = verdict.anomaly.unwrap();
    assert!((4.0..6.0).contains(&anomaly.z.unwrap()), "{anomaly:?}");
    assert_eq!(anomaly.severity, Severity::Low);
    assert!(
        anomaly.why[1].contains("standard deviations over the usual $0.0998 an hour"),
        "{anomaly:?}"
    );
    account.wait(DAY * 2);
    let verdict = account.feed(account.launch(5_000_000));
    assert_eq!(verdict.severity, Severity::Critical, "{}", why(&verdict));
}

#[test]
fn a_constant_series_alarms_at_twice_its_mean_and_has_no_z() {
    let mut account = Account::new();
    for _ in 0..40 {
        account.wait(DAY);
        account.feed(account.launch(100_000));
    }
    account.wait(DAY * 2);
    assert_eq!(account.feed(account.launch(105_000)).status, EventStatus::Normal);
    let anomaly = account.feed(account.launch(400_000)).anomaly.unwrap();
    assert_eq!(anomaly.z, None);
    assert!(anomaly.why[1].contains("4.0 times the usual $0.10 an hour"), "{anomaly:?}");
}

#[test]
fn a_young_series_is_judged_by_floors_and_not_by_deviations() {
    let mut account = Account::new();
    for _ in 0..9 {
        account.wait(HOUR);
        assert_eq!(account.feed(account.launch(1_000)).status, EventStatus::Normal);
    }
    account.wait(HOUR);
    // A hundred times the mean and little money.
    assert_eq!(account.feed(account.launch(30_000)).status, EventStatus::Normal);
    account.wait(HOUR);
    let anomaly = account.feed(account.launch(45_000)).anomaly.unwrap();
    assert_eq!((anomaly.severity, anomaly.z), (Severity::Low, None));
    assert_eq!(anomaly.impact_micro_usd_per_month, Some(32_850_000));
}

#[test]
fn thirty_events_within_an_hour_are_no_history() {
    let mut account = Account::new();
    for _ in 0..60 {
        account.feed(account.launch(100));
    }
    let verdict = account.feed(account.launch(4_000_000));
    assert_eq!(verdict.severity, Severity::High);
    assert!(why(&verdict).contains("too little history"), "{}", why(&verdict));
}

#[test]
fn many_small_calls_within_an_hour_add_up() {
    let mut account = Account::settled();
    account.wait(DAY);
    let verdicts: Vec<Verdict> = (0..60).map(|_| account.feed(account.launch(100_000))).collect();
    let told: Vec<_> = verdicts.iter().filter_map(|verdict| verdict.anomaly.as_ref()).collect();
    assert!(!told.is_empty() && told.len() <= 6, "told each time it doubles: {}", told.len());
    assert!(
        told[0].why.iter().any(|why| why.contains("calls within the hour come to")),
        "{:?}",
        told[0]
    );
    assert_eq!(told.last().unwrap().severity, Severity::High);
    assert!(verdicts.iter().any(|verdict| verdict.status == EventStatus::Suppressed));
}

#[test]
fn a_series_is_quiet_for_a_day_after_an_alarm_unless_it_gets_worse() {
    let mut account = Account::settled();
    account.wait(DAY * 2);
    assert_eq!(account.feed(account.launch(1_000_000)).status, EventStatus::Anomaly);
    account.wait(HOUR * 2);
    assert_eq!(account.feed(account.launch(1_000_000)).status, EventStatus::Suppressed);
    account.wait(HOUR * 2);
    let worse = account.feed(account.launch(2_100_000));
    assert_eq!(worse.anomaly.unwrap().suppressed_before, 1);
    account.wait(HOUR * 2);
    assert_eq!(account.feed(account.launch(2_100_000)).status, EventStatus::Suppressed);
    account.wait(DAY);
    assert_eq!(account.feed(account.launch(1_000_000)).status, EventStatus::Anomaly);
}

#[test]
fn what_deviates_is_not_learned_until_it_has_become_a_habit() {
    let mut account = Account::settled();
    let mean = |account: &Account| {
        account.memory.baselines["111122223333/ec2/RunInstances"].single.usual.mean
    };
    let before = mean(&account);
    for _ in 0..4 {
        account.wait(DAY);
        account.feed(account.launch(2_000_000));
        assert_eq!(mean(&account), before);
    }
    let mut alarms = 0;
    for _ in 0..60 {
        account.wait(DAY);
        alarms = match account.feed(account.launch(2_000_000)).status {
            EventStatus::Anomaly => alarms + 1,
            EventStatus::Normal | EventStatus::Suppressed => 0,
        };
    }
    assert_eq!(alarms, 0, "sixty days on, it is the usual");
}

#[test]
fn what_was_never_seen_is_told_where_it_costs_something() {
    let mut account = Account::settled();
    account.wait(DAY);
    let mut event = account.launch(100_000);
    event.resource.region = "ap-east-1".to_owned();
    event.family = Some("p2".to_owned());
    event.actor = "arn:aws:iam::111122223333:user/eve".to_owned();
    let mut cheap = event.clone();
    cheap.est_micro_usd_per_hour = Some(10_000);
    cheap.action = "RunOther".to_owned();
    assert_eq!(account.feed(cheap).status, EventStatus::Normal);
    // Within the hour of its first sight it is still new; low by its money, one up for being new in three ways.
    let anomaly = account.feed(event).anomaly.unwrap();
    assert_eq!(anomaly.severity, Severity::Medium);
    assert_eq!(anomaly.novel, [Trait::Actor, Trait::ActorAction, Trait::Region, Trait::Family]);
    assert!(anomaly.why.contains(&"first sight of eve".to_owned()), "{anomaly:?}");
    assert!(anomaly.why.contains(&"first p2 in this account".to_owned()), "{anomaly:?}");
    assert!(anomaly.why.contains(&"first cost in ap-east-1".to_owned()), "{anomaly:?}");
    assert!(anomaly.what.starts_with("eve started 1 × m5.large in ap-east-1"), "{anomaly:?}");
}

#[test]
fn a_cost_nobody_knows_is_told_where_nothing_was_seen_before() {
    let mut account = Account::settled();
    account.wait(DAY);
    let mut event = account.launch(0);
    event.est_micro_usd_per_hour = None;
    event.service = "sagemaker".to_owned();
    assert_eq!(account.feed(event.clone()).status, EventStatus::Normal);
    event.resource.region = "ap-east-1".to_owned();
    let verdict = account.feed(event);
    assert_eq!(verdict.severity, Severity::Low);
    assert!(why(&verdict).contains("what it costs is not known"), "{}", why(&verdict));
}

#[test]
fn in_the_first_week_only_large_costs_are_told_and_with_what_is_new() {
    let mut account = Account::new();
    let small = account.feed(account.launch(30_000));
    assert_eq!(small.status, EventStatus::Normal);
    account.wait(DAY);
    let mut large = account.launch(9_000_000);
    large.family = Some("p2".to_owned());
    let verdict = account.feed(large);
    assert_eq!(verdict.severity, Severity::High);
    assert!(why(&verdict).contains("first p2 in this account"), "{}", why(&verdict));
}

#[test]
fn what_was_not_seen_for_a_quarter_is_new_again() {
    let mut account = Account::settled();
    account.wait(DAY * 80);
    assert_eq!(account.feed(account.launch(100_000)).status, EventStatus::Normal);
    account.wait(DAY * 91);
    let anomaly = account.feed(account.launch(100_000)).anomaly.unwrap();
    assert!(anomaly.novel.contains(&Trait::Actor), "{anomaly:?}");
}

#[test]
fn a_refused_call_is_told_by_what_it_would_have_cost_and_teaches_nothing() {
    let mut account = Account::settled();
    account.wait(DAY);
    let before = account.memory.baselines["111122223333/ec2/RunInstances"].single;
    let mut event = account.launch(90_000_000);
    event.family = Some("p4d".to_owned());
    let anomaly = account.observe(refused, event.clone()).anomaly.unwrap();
    assert!(
        anomaly.attempt && anomaly.what.ends_with("and was refused (Client.Refused)"),
        "{anomaly:?}"
    );
    assert_eq!(anomaly.severity, Severity::High, "nothing is being charged");
    assert!(anomaly.why[0].starts_with("would have cost $90.00 an hour"), "{anomaly:?}");
    assert_eq!(account.memory.baselines["111122223333/ec2/RunInstances"].single, before);
    account.wait(DAY * 2);
    let worked = account.feed(event).anomaly.unwrap();
    assert!(worked.novel.contains(&Trait::Family), "the refusal did not make it familiar");
    assert_eq!(worked.severity, Severity::Critical);
}

#[test]
fn a_purchase_is_high_at_least_and_told_each_time() {
    let mut account = Account::settled();
    for _ in 0..3 {
        account.wait(HOUR);
        let mut event = cost(&record(
            "ec2",
            "PurchaseReservedInstancesOffering",
            json!({"instanceCount": 1}),
            json!(null),
        ));
        event.occurred_at = account.time;
        let anomaly = account.feed(event).anomaly.unwrap();
        assert_eq!(anomaly.severity, Severity::High);
        assert!(anomaly.why[1].contains("cannot be taken back"), "{anomaly:?}");
    }
}

#[test]
fn the_end_of_a_cost_is_no_anomaly_and_leaves_no_trace() {
    let mut account = Account::new();
    let mut event = cost(&record("ec2", "DeleteNatGateway", json!({}), json!(null)));
    event.est_micro_usd_per_hour = Some(-9_000_000);
    assert_eq!(account.feed(event).status, EventStatus::Normal);
    assert!(account.memory.familiar.is_empty());
    assert!(account.memory.baselines.values().all(|baseline| baseline.events == 0));
}

#[test]
fn the_root_user_is_named() {
    let mut account = Account::settled();
    account.wait(DAY);
    let mut event = account.launch(1_000_000);
    event.actor_kind = events::ActorKind::Root;
    let verdict = account.feed(event);
    assert!(why(&verdict).ends_with("done by the root user"), "{}", why(&verdict));
}

#[test]
fn events_of_other_hours_and_out_of_order_do_not_disturb() {
    let mut account = Account::settled();
    account.wait(DAY);
    account.feed(account.launch(100_000));
    let mut late = account.launch(100_000);
    late.occurred_at -= DAY * 3;
    assert_eq!(account.feed(late).status, EventStatus::Normal);
    let baseline = &account.memory.baselines["111122223333/ec2/RunInstances"];
    assert_eq!(baseline.last_seen, account.time);
    assert_eq!(baseline.burst.unwrap().events, 1);
    assert_eq!(baseline.single.usual.n, 42);
}

#[test]
fn what_was_seen_lately_is_not_written_again() {
    let mut account = Account::new();
    account.feed(account.launch(1_000));
    let first = account.memory.familiar.clone();
    account.wait(HOUR * 23);
    account.feed(account.launch(1_000));
    assert_eq!(account.memory.familiar, first);
    account.wait(HOUR * 2);
    account.feed(account.launch(1_000));
    assert!(account.memory.familiar.values().all(|familiar| familiar.last_seen == account.time));
    assert!(account.memory.familiar.values().all(|familiar| familiar.first_seen < account.time));
}
