//! What moto does not do: throttle, deny, keep silent, switch regions off.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use functions::zombies::{
    AccountAccess, CloudReader, Credentials, Inventory, KeepTag, Prices, Rule, Scope, Section, find,
};
use functions_adapters::aws::AwsReader;
use functions_adapters::cloud::{CloudOptions, HomeKey};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::seed::later;
use super::{ACCOUNT, REGION, access, options};

/// How a fake AWS answers an action: with a body, or with an error of a status and code. EC2 has a form of its own for
/// errors: `ec2:` before the code.
type Answer = fn(action: &str, body: &str) -> Result<String, (u16, &'static str)>;

/// A fake AWS that keeps the actions asked of it; ends with the test.
struct Aws {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Aws {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Shared {
    asked: Arc<Mutex<Vec<String>>>,
    answer: Answer,
}

async fn serve(State(shared): State<Shared>, uri: Uri, body: String) -> Response {
    let action = body.split('&').find_map(|pair| pair.strip_prefix("Action="));
    let action = action.or_else(|| uri.path().rsplit('/').next()).unwrap().to_owned();
    shared.asked.lock().unwrap().push(action.clone());
    match (shared.answer)(&action, &body) {
        Ok(body) if body == "silence" => std::future::pending().await,
        Ok(body) => body.into_response(),
        Err((status, code)) => {
            let error = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
            let body = if let Some(code) = code.strip_prefix("ec2:") {
                format!("<Response><Errors><Error><Code>{code}</Code></Error></Errors></Response>")
            } else {
                format!("<ErrorResponse>{error}</ErrorResponse>")
            };
            (StatusCode::from_u16(status).unwrap(), body).into_response()
        }
    }
}

impl Aws {
    async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::default();
        let app =
            Router::new().fallback(serve).with_state(Shared { asked: Arc::clone(&asked), answer });
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, asked, task }
    }

    async fn inventory(&self) -> Inventory {
        self.inventory_within(CloudOptions::default().attempt_timeout).await
    }

    async fn inventory_within(&self, attempt_timeout: Duration) -> Inventory {
        let options = CloudOptions { attempt_timeout, ..options(&self.url) };
        AwsReader::new(options).await.inventory(&access(ACCOUNT), REGION, later()).await
    }

    fn times(&self, action: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == action).count()
    }
}

/// Good credentials and a region that is on.
fn healthy(action: &str) -> Option<String> {
    Some(match action {
        "GetCallerIdentity" => format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{ACCOUNT}</Account></GetCallerIdentityResult>\
             </GetCallerIdentityResponse>"
        ),
        "DescribeRegions" => region("opt-in-not-required"),
        _ => return None,
    })
}

fn region(status: &str) -> String {
    format!(
        "<DescribeRegionsResponse><regionInfo><item><regionName>{REGION}</regionName>\
         <optInStatus>{status}</optInStatus></item></regionInfo></DescribeRegionsResponse>"
    )
}

fn volumes(id: &str, next: &str) -> String {
    format!(
        "<DescribeVolumesResponse><volumeSet><item><volumeId>{id}</volumeId><size>10</size><status>available</status>\
         <volumeType>gp3</volumeType><createTime>2026-01-01T00:00:00.000Z</createTime></item></volumeSet>\
         <nextToken>{next}</nextToken></DescribeVolumesResponse>"
    )
}

#[tokio::test]
async fn throttling_between_two_pages_leaves_a_partial_list_after_bounded_attempts() {
    let aws = Aws::start(|action, body| match action {
        "DescribeVolumes" if body.contains("NextToken") => Err((503, "ec2:RequestLimitExceeded")),
        "DescribeVolumes" => Ok(volumes("vol-1", "two")),
        "DescribeSnapshots" => Err((503, "ec2:RequestLimitExceeded")),
        action => healthy(action).ok_or((403, "ec2:UnauthorizedOperation")),
    })
    .await;
    let seen = aws.inventory().await;
    let Section::Partial { items, reason } = &seen.volumes else {
        panic!("partial wanted: {:?}", seen.volumes)
    };
    assert_eq!(items.len(), 1);
    assert!(
        reason.contains("only 1 page(s)") && reason.contains("throttles `ec2:DescribeVolumes`"),
        "{reason}"
    );
    assert_eq!(aws.times("DescribeVolumes"), 1 + 2, "one page, then two attempts");
    assert!(
        matches!(&seen.snapshots, Section::Unavailable { reason } if reason.contains("throttles"))
    );

    let scope = Scope {
        account: ACCOUNT.into(),
        region: REGION.into(),
        now: later(),
        keep: KeepTag::defaults(),
    };
    let hunt = find(&seen, &scope, Prices::of(REGION));
    assert_eq!(hunt.findings.len(), 1, "what was seen is reported");
    assert!(!hunt.is_complete() && !hunt.clears(Rule::UnattachedVolume, "vol-2"));
}

#[tokio::test]
async fn two_pages_without_trouble_are_complete() {
    let aws = Aws::start(|action, body| match action {
        "DescribeVolumes" if body.contains("NextToken=two") => Ok(volumes("vol-2", "")),
        "DescribeVolumes" => Ok(volumes("vol-1", "two")),
        action => healthy(action).ok_or((403, "ec2:UnauthorizedOperation")),
    })
    .await;
    let Section::Complete(volumes) = aws.inventory().await.volumes else {
        panic!("complete wanted")
    };
    assert_eq!(
        volumes.iter().map(|volume| volume.id.as_str()).collect::<Vec<_>>(),
        ["vol-1", "vol-2"]
    );
}

#[tokio::test]
async fn a_page_token_that_repeats_ends_the_list_as_partial() {
    let aws = Aws::start(|action, _| match action {
        "DescribeVolumes" => Ok(volumes("vol-1", "again")),
        action => healthy(action).ok_or((403, "ec2:UnauthorizedOperation")),
    })
    .await;
    let seen = aws.inventory().await;
    assert!(seen.volumes.gap().unwrap().contains("same page token twice"));
}

#[tokio::test]
async fn every_denied_action_is_named() {
    let aws = Aws::start(|action, _| {
        let denied = if action.contains("DB") || action.contains("Load") {
            "AccessDenied"
        } else {
            "ec2:UnauthorizedOperation"
        };
        healthy(action).ok_or((403, denied))
    })
    .await;
    let seen = aws.inventory().await;
    for (gap, action) in [
        (seen.volumes.gap(), "ec2:DescribeVolumes"),
        (seen.addresses.gap(), "ec2:DescribeAddresses"),
        (seen.instances.gap(), "ec2:DescribeInstances"),
        (seen.snapshots.gap(), "ec2:DescribeSnapshots"),
        (seen.images.gap(), "ec2:DescribeImages"),
        (seen.nat_gateways.gap(), "ec2:DescribeNatGateways"),
        (seen.load_balancers.gap(), "elasticloadbalancing:DescribeLoadBalancers"),
        (seen.databases.gap(), "rds:DescribeDBInstances"),
    ] {
        assert_eq!(
            gap,
            Some(
                format!("`{action}` is denied; allow it to the key's user or to the role").as_str()
            )
        );
    }
}

#[tokio::test]
async fn metrics_that_are_denied_leave_a_database_unknown_not_idle() {
    let aws = Aws::start(|action, _| match action {
        "DescribeDBInstances" => Ok("<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance>\
            <DBInstanceIdentifier>orders</DBInstanceIdentifier><DBInstanceStatus>available</DBInstanceStatus>\
            <InstanceCreateTime>2026-01-01T00:00:00Z</InstanceCreateTime></DBInstance></DBInstances>\
            </DescribeDBInstancesResult></DescribeDBInstancesResponse>"
            .to_owned()),
        action => healthy(action).ok_or((403, "ec2:UnauthorizedOperation")),
    })
    .await;
    let seen = aws.inventory().await;
    let scope =
        Scope { account: ACCOUNT.into(), region: REGION.into(), now: later(), keep: vec![] };
    let hunt = find(&seen, &scope, Prices::of(REGION));
    assert_eq!(hunt.findings, []);
    assert_eq!(hunt.notes.len(), 1);
    assert!(
        hunt.notes[0].reason.contains("`DatabaseConnections` could not be read"),
        "{:?}",
        hunt.notes
    );
}

#[tokio::test]
async fn a_region_that_is_off_is_unavailable_not_empty() {
    let aws = Aws::start(|action, _| match action {
        "DescribeRegions" => Ok(region("not-opted-in")),
        action => healthy(action).ok_or((401, "ec2:AuthFailure")),
    })
    .await;
    let seen = aws.inventory().await;
    assert_eq!(seen, Inventory::unavailable(seen.volumes.gap().unwrap()));
    assert!(seen.volumes.gap().unwrap().contains("region `us-east-1` is not enabled"));
    assert_eq!(aws.times("DescribeVolumes"), 0);
}

#[tokio::test]
async fn bad_credentials_are_told_once_and_nothing_more_is_asked() {
    let aws = Aws::start(|_, _| Err((403, "InvalidClientTokenId"))).await;
    let seen = aws.inventory().await;
    assert!(seen.volumes.gap().unwrap().contains("does not accept the credentials"));
    assert_eq!(aws.asked.lock().unwrap().as_slice(), ["GetCallerIdentity"]);
}

#[tokio::test]
async fn a_role_that_does_not_trust_us_is_told_with_its_cure() {
    let aws = Aws::start(|_, body| match body.contains("ExternalId=tenant-1") {
        true => Err((403, "AccessDenied")),
        false => Err((400, "NoExternalId")),
    })
    .await;
    let home_key = HomeKey { id: "AKIAHOME".into(), secret: "home-secret".into() };
    let reader =
        AwsReader::new(CloudOptions { home_key: Some(home_key), ..options(&aws.url) }).await;
    let arn = "arn:aws:iam::123456789012:role/twinhost".to_owned();
    let credentials = Credentials::Role { arn, external_id: "tenant-1".into() };
    let access = AccountAccess { account: ACCOUNT.into(), credentials };
    let seen = reader.inventory(&access, REGION, later()).await;
    let reason = seen.volumes.gap().unwrap();
    assert!(reason.contains("AccessDenied") && reason.contains("the role's trust"), "{reason}");
    assert!(!format!("{reader:?}").contains("home-secret"));
    assert_eq!(aws.asked.lock().unwrap().as_slice(), ["AssumeRole"]);
}

#[tokio::test]
async fn an_aws_that_keeps_silent_is_given_up() {
    let aws = Aws::start(|action, _| match action {
        "DescribeVolumes" => Ok("silence".to_owned()),
        action => healthy(action).ok_or((403, "ec2:UnauthorizedOperation")),
    })
    .await;
    let seen = aws.inventory_within(Duration::from_millis(500)).await;
    assert!(seen.volumes.gap().unwrap().contains("did not answer in time"), "{:?}", seen.volumes);
}
