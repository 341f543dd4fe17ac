//! What the host adds to an invocation, beside functions without it.
//!
//! The handler does nothing, so nothing is committed and no service is called: what is left is reading the event,
//! `dispatch`, a log line for each message and the answer. The Runtime API is that of the emulator for all alike.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use lambda_emulator::{Function, REGION};
use serde_json::{Value, json};

use super::built::{Built, peak_memory};
use crate::report::{Aim, Section, median};

/// Invocations of each function for each event in a round, and how many at a stretch before it is the next one's turn.
const INVOCATIONS: usize = 2000;
const STRETCH: usize = 100;

/// What the host may add to an invocation, and to the memory of the process.
const AIM_MICROS: f64 = 50.0;
const AIM_MB: f64 = 3.0;

/// The executables, the least first.
const CONTESTANTS: [(&str, &str); 3] = [
    ("`lambda_runtime` alone, event unread", "bench-bare"),
    ("by hand: ids, paths and bodies read", "bench-by-hand"),
    ("Twinhost", "bench-no-op"),
];

/// Nobody listens there: a call to AWS would fail, and with it the invocation.
const NOWHERE: &str = "http://127.0.0.1:9";

/// What the functions are invoked with.
struct Event {
    title: &'static str,
    /// The handler that Twinhost runs for it.
    handler: &'static str,
    payload: String,
}

/// Each function for each event, and the p50 of each round in microseconds.
struct Lane {
    function: Arc<Function>,
    medians: Vec<f64>,
}

pub(super) async fn measure(built: &Built, rounds: u32) -> anyhow::Result<Section> {
    let events = events();
    let mut lanes = Vec::new();
    for event in &events {
        for (_, executable) in CONTESTANTS {
            let function = built.function(executable, event.handler, variables());
            // Its first invocations are its own affair.
            stretch(&function, event, STRETCH).await?;
            lanes.push(Lane { function, medians: Vec::new() });
        }
    }
    for _ in 0..rounds {
        for (event, lanes) in events.iter().zip(lanes.chunks_mut(CONTESTANTS.len())) {
            let mut all = vec![Vec::new(); lanes.len()];
            for _ in 0..INVOCATIONS / STRETCH {
                for (lane, took) in lanes.iter().zip(&mut all) {
                    took.extend(stretch(&lane.function, event, STRETCH).await?);
                }
            }
            for (lane, took) in lanes.iter_mut().zip(all) {
                lane.medians.push(median(took.iter().map(|took| took.as_secs_f64() * 1e6)));
            }
        }
    }
    let mut memory = [0.0_f64; CONTESTANTS.len()];
    for (place, lane) in lanes.iter().enumerate() {
        let most = &mut memory[place % CONTESTANTS.len()];
        *most = most.max(peak_memory(&lane.function)?);
        lane.function.shut_down().await;
    }
    let micros: Vec<f64> = lanes.iter().map(|lane| median(lane.medians.iter().copied())).collect();
    Ok(section(&events, &micros, memory))
}

fn section(events: &[Event], micros: &[f64], memory: [f64; CONTESTANTS.len()]) -> Section {
    let of_event: Vec<&[f64]> = micros.chunks(CONTESTANTS.len()).collect();
    let last = CONTESTANTS.len() - 1;
    let rows = CONTESTANTS.iter().enumerate().map(|(place, (name, _))| {
        let times = of_event.iter().map(|of| match place {
            0 => format!("{:.0} µs", of[0]),
            _ => format!("{:.0} µs ({:+.0})", of[place], of[place] - of[0]),
        });
        let resident = format!("{:.1} MB", memory[place]);
        std::iter::once((*name).to_owned()).chain(times).chain([resident]).collect()
    });
    let mut aims: Vec<Aim> = events
        .iter()
        .zip(&of_event)
        .map(|(event, of)| {
            let more = of[last] - of[0];
            Aim {
                wanted: format!(
                    "{}, beside {}: at most {AIM_MICROS} µs more",
                    event.title, CONTESTANTS[0].0
                ),
                got: format!("{more:.0} µs; beside the one by hand {:.0} µs", of[last] - of[1]),
                met: more <= AIM_MICROS,
            }
        })
        .collect();
    let more = memory[last] - memory[0];
    aims.push(Aim {
        wanted: format!("at most {AIM_MB} MB more memory"),
        got: format!("{more:.1} MB"),
        met: more <= AIM_MB,
    });
    let titles = events.iter().map(|event| event.title.to_owned());
    Section {
        title: "What the Lambda host adds to an invocation",
        how: format!(
            "Invocations of a function that does nothing, one after the other, on our emulator of the Runtime API: p50 \
             of {} from invoking it to its answer, the functions in turn. Nothing is written or sent, so nothing is \
             committed and no service is called. Twinhost also logs a line for each message and request.",
            crate::report::count(INVOCATIONS as f64),
        ),
        columns: std::iter::once(String::new())
            .chain(titles)
            .chain(["peak memory".to_owned()])
            .collect(),
        rows: rows.collect(),
        aims,
    }
}

/// Invokes a function a number of times; every answer must say that all is well.
async fn stretch(
    function: &Arc<Function>,
    event: &Event,
    times: usize,
) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        let payload = event.payload.clone();
        let began = Instant::now();
        let answer = function.invoke(payload).await;
        took.push(began.elapsed());
        let answer = answer.with_context(|| function.log())?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let failures = answer["batchItemFailures"].as_array().map_or(0, Vec::len);
        let refused = answer["statusCode"].as_u64().is_some_and(|status| status != 200);
        ensure!(failures == 0 && !refused, "{} answered {answer}", function.name());
    }
    Ok(took)
}

fn events() -> [Event; 4] {
    let batch = |title, groups: &[usize]| Event {
        title,
        handler: "no-op-queue",
        payload: json!({"Records": groups.iter().enumerate().map(record).collect::<Vec<_>>()})
            .to_string(),
    };
    [
        Event { title: "a request", handler: "no-op-web", payload: request().to_string() },
        batch("a batch of 1", &[0]),
        batch("a batch of 10, one order group", &[0; 10]),
        batch("a batch of 10, ten order groups", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ]
}

/// A message as SQS has Lambda deliver it, the first time.
fn record((n, group): (usize, &usize)) -> Value {
    let text = |value: &str| json!({"stringValue": value, "stringListValues": [], "binaryListValues": [], "dataType": "String"});
    json!({
        "messageId": format!("059f36b4-87a3-44ab-83d2-66197570000{n}"),
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a".repeat(8),
        "body": json!({"n": n}).to_string(),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1767225600000",
            "SequenceNumber": "18849496460467696128",
            "MessageGroupId": format!("bench/{group}"),
            "SenderId": "AROAIENQZJOLO23YVJ4VO:producer",
            "MessageDeduplicationId": format!("{n}").repeat(64),
            "ApproximateFirstReceiveTimestamp": "1767225600001",
        },
        "messageAttributes": {"id": text(&format!("message-{n}")), "tenant": text("bench")},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{REGION}:123456789012:no-op.fifo"),
        "awsRegion": REGION,
    })
}

/// A request as an HTTP API has Lambda answer it: payload format 2.0.
fn request() -> Value {
    json!({
        "version": "2.0",
        "routeKey": "POST /{tenant}/no-op",
        "rawPath": "/bench/no-op",
        "rawQueryString": "",
        "headers": {
            "accept": "*/*",
            "content-length": "7",
            "content-type": "application/json",
            "host": "api.example.com",
            "user-agent": "bench",
            "x-amzn-trace-id": "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api-id",
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": {
                "method": "POST",
                "path": "/bench/no-op",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "bench",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "POST /{tenant}/no-op",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_u64,
        },
        "pathParameters": {"tenant": "bench"},
        "body": "{\"n\":1}",
        "isBase64Encoded": false,
    })
}

/// Resources that need not be there.
fn variables() -> BTreeMap<String, String> {
    let queue = format!("{NOWHERE}/123456789012/no-op.fifo");
    let all = [
        ("TWINHOST_TABLE", "no-op"),
        ("TWINHOST_QUEUE_NO_OP_QUEUE", &queue),
        ("TWINHOST_DEAD_LETTERS_NO_OP_QUEUE", &queue),
        ("AWS_ENDPOINT_URL", NOWHERE),
        ("AWS_ACCESS_KEY_ID", "AKIABENCH"),
        ("AWS_SECRET_ACCESS_KEY", "bench"),
    ];
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}
