//! A proxy in front of the emulator of AWS that counts calls and what they are billed as.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail, ensure};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use twinhost_aws::table::{PARTITION_KEY, SORT_KEY};

use super::bill::{Bill, Item};
use super::capacity::{self, TRANSACTION, index_units, read_units, write_units};

/// The largest body: that of a transaction, or an object.
const BODY_BYTES: usize = 32 * 1024 * 1024;

/// SQS bills each begun 64 KB as a request.
const QUEUE_BYTES: u64 = 64 * 1024;

/// What a deployment and those who look after it call, and no event.
const DEPLOYMENT: [&str; 10] = [
    "CreateAlias",
    "CreateBucket",
    "CreateEmailIdentity",
    "CreateKey",
    "CreateQueue",
    "CreateTable",
    "DescribeKey",
    "DescribeTable",
    "GetQueueAttributes",
    "UpdateTimeToLive",
];

/// Services that bill nothing for being asked what there is.
const FREE: [&str; 4] = ["ec2", "elasticloadbalancing", "rds", "sts"];

const TARGET: &str = "x-amz-target";

/// The proxy; it ends with this value.
#[derive(Debug)]
pub(super) struct Meter {
    pub(super) url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    upstream: String,
    client: reqwest::Client,
    bill: Mutex<anyhow::Result<Bill>>,
    /// Items are looked at before and after each write: nobody may write in between.
    writes: tokio::sync::Mutex<()>,
}

/// An answer that is passed on.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Meter {
    /// In front of the emulator at this URL.
    pub(super) async fn start(upstream: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            client: reqwest::Client::builder().no_proxy().build()?,
            bill: Mutex::new(Ok(Bill::default())),
            writes: tokio::sync::Mutex::default(),
        });
        let router = Router::new().fallback(forward).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the meter ended");
            }
        });
        Ok(Self { url, shared, server })
    }

    /// What was called since this was last asked.
    ///
    /// # Errors
    ///
    /// When there was a call of which it is not known what it costs.
    pub(super) fn read(&self) -> anyhow::Result<Bill> {
        std::mem::replace(&mut *self.shared.bill(), Ok(Bill::default()))
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn forward(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    match shared.serve(&head, body).await {
        Ok(answer) => (answer.status, answer.headers, answer.body).into_response(),
        Err(error) => {
            let said = format!("{error:#}");
            *shared.bill() = Err(error.context(format!("{} {}", head.method, head.uri)));
            (StatusCode::BAD_GATEWAY, said).into_response()
        }
    }
}

impl Shared {
    fn bill(&self) -> std::sync::MutexGuard<'_, anyhow::Result<Bill>> {
        self.bill.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, head: &Parts, body: Body) -> anyhow::Result<Answer> {
        let body = axum::body::to_bytes(body, BODY_BYTES).await?;
        let service = service(&head.headers)?;
        let operation = operation(head, &service, &body)?;
        if DEPLOYMENT.contains(&operation.as_str()) {
            return self.pass(head, body).await;
        }
        if service == "dynamodb" {
            return self.dynamodb(head, &operation, body).await;
        }
        let answer = self.pass(head, body.clone()).await?;
        let mut bill = Bill::default();
        match (service.as_str(), operation.as_str()) {
            ("sqs", "ReceiveMessage") => {
                let messages: Value = serde_json::from_slice(&answer.body)?;
                let messages = messages["Messages"].as_array().cloned().unwrap_or_default();
                // A poll in vain is the queue's cost, not an event's.
                if messages.is_empty() {
                    return Ok(answer);
                }
                bill.add(Item::QueueRequest, queue_requests(&messages, "Body"));
                // It is Lambda who receives, to invoke the function with what it got.
                bill.add(Item::Invocation, 1.0);
            }
            ("sqs", "SendMessageBatch") => {
                let request: Value = serde_json::from_slice(&body)?;
                let entries = request["Entries"].as_array().context("a batch has entries")?;
                bill.add(Item::QueueRequest, queue_requests(entries, "MessageBody"));
            }
            ("sqs", "DeleteMessageBatch" | "ChangeMessageVisibility") => {
                bill.add(Item::QueueRequest, 1.0)
            }
            ("s3", "PutObject") => bill.add(Item::ObjectPut, 1.0),
            ("s3", "GetObject") => bill.add(Item::ObjectGet, 1.0),
            ("kms", "Decrypt" | "GenerateDataKey") => bill.add(Item::KeyRequest, 1.0),
            ("ses", "SendEmail") => bill.add(Item::Mail, recipients(&body)?),
            (service, _) if FREE.contains(&service) => {}
            _ => bail!("it is not known what `{operation}` of {service} costs"),
        }
        bill.call(&operation);
        self.charge(&bill);
        Ok(answer)
    }

    async fn dynamodb(&self, head: &Parts, operation: &str, body: Bytes) -> anyhow::Result<Answer> {
        let request: Value = serde_json::from_slice(&body)?;
        let mut bill = Bill::default();
        bill.call(operation);
        let consistent = request["ConsistentRead"] == true;
        let partial =
            ["FilterExpression", "ProjectionExpression"].map(|name| !request[name].is_null());
        ensure!(partial == [false; 2], "the answer does not show all that was read");
        let answer = match operation {
            "GetItem" => {
                let answer = self.pass(head, body).await?;
                let found: Value = serde_json::from_slice(&answer.body)?;
                let bytes = found.get("Item").map_or(Ok(0), capacity::bytes)?;
                bill.add(Item::ReadUnit, read_units(bytes, consistent));
                answer
            }
            "Query" => {
                let answer = self.pass(head, body).await?;
                let found: Value = serde_json::from_slice(&answer.body)?;
                let items = found["Items"].as_array().context("a query finds items")?;
                let bytes = items.iter().map(capacity::bytes).sum::<anyhow::Result<u64>>()?;
                bill.add(Item::ReadUnit, read_units(bytes, consistent));
                answer
            }
            "PutItem" | "UpdateItem" | "DeleteItem" => {
                self.write(head, body, vec![place(&request)?], 1, &mut bill).await?
            }
            "TransactWriteItems" => {
                let actions =
                    request["TransactItems"].as_array().context("a transaction has actions")?;
                let actions =
                    actions.iter().filter_map(Value::as_object).flat_map(|action| action.values());
                let places = actions.map(place).collect::<anyhow::Result<_>>()?;
                self.write(head, body, places, TRANSACTION, &mut bill).await?
            }
            _ => bail!("it is not known what `{operation}` of DynamoDB costs"),
        };
        self.charge(&bill);
        Ok(answer)
    }

    /// Passes a write on, and looks at the items before and after it.
    async fn write(
        &self,
        head: &Parts,
        body: Bytes,
        places: Vec<Value>,
        times: u64,
        bill: &mut Bill,
    ) -> anyhow::Result<Answer> {
        let _alone = self.writes.lock().await;
        let mut before = Vec::with_capacity(places.len());
        for place in &places {
            before.push(self.item(head, place).await?);
        }
        let answer = self.pass(head, body).await?;
        for (place, before) in places.iter().zip(before) {
            let after = self.item(head, place).await?;
            let units = write_units(before.as_ref(), after.as_ref())? * times;
            let units = units + index_units(before.as_ref(), after.as_ref());
            bill.add(Item::WriteUnit, units as f64);
        }
        Ok(answer)
    }

    /// An item as it is now. Not counted.
    async fn item(&self, head: &Parts, place: &Value) -> anyhow::Result<Option<Value>> {
        let mut head = head.clone();
        head.headers.insert(TARGET, HeaderValue::from_static("DynamoDB_20120810.GetItem"));
        let answer = self.pass(&head, place.to_string().into()).await?;
        ensure!(answer.status.is_success(), "cannot look at an item: {:?}", answer.body);
        let mut found: Value = serde_json::from_slice(&answer.body)?;
        Ok(found.get_mut("Item").map(Value::take))
    }

    fn charge(&self, bill: &Bill) {
        if let Ok(all) = &mut *self.bill() {
            *all += bill;
        }
    }

    async fn pass(&self, head: &Parts, body: Bytes) -> anyhow::Result<Answer> {
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut headers = head.headers.clone();
        headers.remove(header::CONTENT_LENGTH);
        let request = self.client.request(head.method.clone(), format!("{}{path}", self.upstream));
        let answer = request.headers(headers).body(body).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        for name in [header::TRANSFER_ENCODING, header::CONNECTION, header::CONTENT_LENGTH] {
            headers.remove(name);
        }
        Ok(Answer { status, headers, body: answer.bytes().await? })
    }
}

/// The service that a request is signed for: `Credential=<key>/<date>/<region>/<service>/aws4_request`.
fn service(headers: &HeaderMap) -> anyhow::Result<String> {
    let signed = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let service = signed.and_then(|text| text.split_once("Credential=")?.1.split('/').nth(3));
    Ok(service.context("a call that is not signed")?.to_owned())
}

fn operation(head: &Parts, service: &str, body: &Bytes) -> anyhow::Result<String> {
    if let Some(target) = head.headers.get(TARGET) {
        return Ok(target.to_str()?.rsplit('.').next().unwrap_or_default().to_owned());
    }
    let path = head.uri.path().trim_start_matches('/');
    let key = path.split_once('/').is_some_and(|(_, key)| !key.is_empty());
    Ok(match (service, &head.method) {
        ("s3", &Method::PUT) if key => "PutObject".to_owned(),
        ("s3", &Method::PUT) => "CreateBucket".to_owned(),
        ("s3", &Method::GET) if key => "GetObject".to_owned(),
        ("ses", &Method::POST) if path.ends_with("outbound-emails") => "SendEmail".to_owned(),
        ("ses", &Method::POST) if path.ends_with("identities") => "CreateEmailIdentity".to_owned(),
        _ => {
            let fields = std::str::from_utf8(body).unwrap_or_default().split('&');
            let action = fields.filter_map(|field| field.strip_prefix("Action=")).next();
            action.with_context(|| format!("a call of {service} that is not known"))?.to_owned()
        }
    })
}

/// Where a write is: what reads its item.
fn place(action: &Value) -> anyhow::Result<Value> {
    let attributes = [&action["Item"], &action["Key"]].into_iter().find(|value| value.is_object());
    let attributes = attributes.context("a write has an item or a key")?;
    let key = json!({PARTITION_KEY: attributes[PARTITION_KEY], SORT_KEY: attributes[SORT_KEY]});
    Ok(json!({"TableName": action["TableName"], "Key": key, "ConsistentRead": true}))
}

/// What SQS bills an action on these messages as.
fn queue_requests(messages: &[Value], body: &str) -> f64 {
    let attribute = |(name, value): (&String, &Value)| {
        let text = |field: &str| value[field].as_str().map_or(0, str::len);
        name.len() + text("DataType") + text("StringValue")
    };
    let bytes: usize = messages
        .iter()
        .map(|message| {
            let attributes = message["MessageAttributes"].as_object().into_iter().flatten();
            message[body].as_str().map_or(0, str::len) + attributes.map(attribute).sum::<usize>()
        })
        .sum();
    (bytes as u64).div_ceil(QUEUE_BYTES).max(1) as f64
}

/// The addresses that a mail goes to.
fn recipients(body: &Bytes) -> anyhow::Result<f64> {
    let mail: Value = serde_json::from_slice(body)?;
    let kinds = ["ToAddresses", "CcAddresses", "BccAddresses"];
    let counts = kinds.map(|kind| mail["Destination"][kind].as_array().map_or(0, Vec::len));
    Ok(counts.iter().sum::<usize>() as f64)
}
