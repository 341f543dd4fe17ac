//! A function for the tests of the emulator: does what its event says.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

/// Invocations of this process.
static COUNT: AtomicU64 = AtomicU64::new(0);

#[tokio::main]
async fn main() -> Result<(), Error> {
    match std::env::var("PROBE_INIT").as_deref() {
        Ok("exit") => std::process::exit(3),
        Ok("fail") => {
            let body = r#"{"errorType":"Config","errorMessage":"`TABLE` is not set"}"#;
            let api = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
            let mut stream = std::net::TcpStream::connect(&api)?;
            write!(
                stream,
                "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nhost: {api}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )?;
            // Whoever reported it is killed.
            std::thread::sleep(Duration::from_secs(60));
            Ok(())
        }
        _ => run(service_fn(handle)).await,
    }
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (event, context) = event.into_parts();
    println!("invoked with {event}");
    if let Some(records) = event["Records"].as_array() {
        return batch(records).await;
    }
    match event["do"].as_str() {
        Some("fail") => Err("no such luck".into()),
        Some("exit") => std::process::exit(0),
        Some("crash") => std::process::exit(7),
        Some("hang") => {
            // A child that would outlive its parent, were it not killed with it.
            std::process::Command::new("sleep").arg("600").spawn()?;
            tokio::time::sleep(Duration::from_secs(600)).await;
            Ok(Value::Null)
        }
        Some("grow") => Ok(Value::from("x".repeat(7 * 1024 * 1024))),
        Some("wait") => {
            let millis = event["ms"].as_u64().unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(millis)).await;
            Ok(Value::from(std::process::id()))
        }
        // The answer to a batch or a request, as it is to be.
        Some("answer") => Ok(event["with"].clone()),
        _ => Ok(json!({
            "event": event,
            "count": COUNT.fetch_add(1, Ordering::SeqCst) + 1,
            "pid": std::process::id(),
            "request_id": context.request_id,
            "deadline": context.deadline,
            "arn": context.invoked_function_arn,
            "trace": context.xray_trace_id,
            "variables": std::env::vars().collect::<std::collections::BTreeMap<_, _>>(),
        })),
    }
}

/// Does what the bodies of a batch's messages say; reports those that are to fail.
async fn batch(records: &[Value]) -> Result<Value, Error> {
    let mut failures = Vec::new();
    for record in records {
        let body: Value = serde_json::from_str(record["body"].as_str().unwrap_or_default())?;
        match body["do"].as_str() {
            Some("fail") => failures.push(json!({"itemIdentifier": record["messageId"]})),
            Some("fail all") => return Err("no such luck".into()),
            Some("crash") => std::process::exit(7),
            Some("answer") => return Ok(body["with"].clone()),
            Some("wait") => {
                let millis = body["ms"].as_u64().unwrap_or_default();
                tokio::time::sleep(Duration::from_millis(millis)).await;
            }
            // Waits until there is a file.
            Some("await") => {
                let file = std::path::Path::new(body["file"].as_str().unwrap_or_default());
                while !file.exists() {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
            _ => {}
        }
    }
    Ok(json!({ "batchItemFailures": failures }))
}
