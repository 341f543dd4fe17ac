//! What a function is promised, and what becomes of it when it does not do its part (C1, C3, C5, E16, E17).

use std::time::{Duration, SystemTime};

use lambda_emulator::{LAMBDA_PAYLOAD_BYTES, kind};
use serde_json::{Value, json};

use crate::probe::{probe, runs, until};

fn read(answer: &[u8]) -> Value {
    serde_json::from_slice(answer).unwrap()
}

#[tokio::test]
async fn a_process_is_used_again_and_each_invocation_has_an_id_of_its_own() {
    let probe = probe(|_| {});
    let first = read(&probe.function.invoke(r#"{"n":1}"#).await.unwrap());
    let second = read(&probe.function.invoke(r#"{"n":2}"#).await.unwrap());
    assert_eq!((&first["event"], &first["count"]), (&json!({"n": 1}), &json!(1)));
    assert_eq!((&second["event"], &second["count"]), (&json!({"n": 2}), &json!(2)));
    assert_eq!(first["pid"], second["pid"]);
    assert_ne!(first["request_id"], second["request_id"]);
    assert!(probe.function.log().contains(r#"invoked with {"n":2}"#), "{}", probe.function.log());
    probe.function.shut_down().await;
    assert!(!runs(first["pid"].as_u64().unwrap()));
}

#[tokio::test]
async fn an_invocation_has_the_context_and_the_variables_of_lambda_and_no_others() {
    let probe = probe(|options| {
        options.variables.insert("TWINHOST_TABLE".to_owned(), "app".to_owned());
    });
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let before = now();
    let seen = read(&probe.function.invoke("{}").await.unwrap());
    let began = u128::from(seen["deadline"].as_u64().unwrap()) - 20_000;
    assert!((before..=now()).contains(&began), "{began} is not since {before}");
    assert_eq!(seen["arn"], "arn:aws:lambda:eu-west-1:123456789012:function:probe");
    let trace = seen["trace"].as_str().unwrap();
    assert!(
        trace.starts_with("Root=1-") && trace.contains(";Parent=") && trace.ends_with(";Sampled=0"),
        "{trace}"
    );
    let variables = seen["variables"].as_object().unwrap();
    for (name, value) in [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_LAMBDA_FUNCTION_NAME", "probe"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("TZ", ":UTC"),
        ("TWINHOST_TABLE", "app"),
    ] {
        assert_eq!(variables[name], value, "{name}");
    }
    assert!(!variables.contains_key("PATH"), "{variables:?}");
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_killed_with_all_that_it_started() {
    let probe = probe(|options| options.timeout = Duration::from_secs(4));
    let pid =
        read(&probe.function.invoke(r#"{"do":"wait","ms":0}"#).await.unwrap()).as_u64().unwrap();
    let error = probe.function.invoke(r#"{"do":"hang"}"#).await.unwrap_err();
    assert_eq!(error.kind, kind::TIMED_OUT);
    assert!(error.message.ends_with("Task timed out after 4.00 seconds"), "{error}");
    assert!(!runs(pid));
    // The group had a child.
    until("the child is gone too", || children_of_group(pid) == 0).await;
    // The next one is new: nothing of its memory is left (E17).
    let next = read(&probe.function.invoke("{}").await.unwrap());
    assert_eq!(next["count"], 1);
    assert_ne!(next["pid"], pid);
}

fn children_of_group(group: u64) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let of_group = processes.filter(|process| {
        let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        let fields =
            stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect::<Vec<_>>();
        fields.get(2).and_then(|field| field.parse().ok()) == Some(group) && fields[0] != "Z"
    });
    of_group.count()
}

#[tokio::test]
async fn an_error_of_the_function_is_its_own_and_the_process_goes_on() {
    let probe = probe(|_| {});
    let first = read(&probe.function.invoke("{}").await.unwrap());
    let error = probe.function.invoke(r#"{"do":"fail"}"#).await.unwrap_err();
    assert_eq!(error.message, "no such luck");
    let next = read(&probe.function.invoke("{}").await.unwrap());
    assert_eq!((&next["pid"], &next["count"]), (&first["pid"], &json!(2)));
}

#[tokio::test]
async fn a_process_that_ends_is_an_error_and_is_replaced() {
    let probe = probe(|_| {});
    for (what, why) in [
        ("exit", "Runtime exited without providing a reason"),
        ("crash", "Runtime exited with error: exit status 7"),
    ] {
        let error = probe.function.invoke(json!({ "do": what }).to_string()).await.unwrap_err();
        assert_eq!(error.kind, kind::EXITED);
        assert!(
            error.message.starts_with("RequestId: ") && error.message.ends_with(why),
            "{error}"
        );
    }
    assert_eq!(read(&probe.function.invoke("{}").await.unwrap())["count"], 1);
}

#[tokio::test]
async fn a_process_that_is_killed_is_an_error_and_is_replaced() {
    let probe = probe(|_| {});
    probe.function.invoke("{}").await.unwrap();
    let pid = probe.function.processes()[0];
    let invocation = {
        let function = std::sync::Arc::clone(&probe.function);
        tokio::spawn(async move { function.invoke(r#"{"do":"wait","ms":60000}"#).await })
    };
    until("it is invoked", || probe.function.log().contains("wait")).await;
    assert!(probe.function.kill(pid));
    let error = invocation.await.unwrap().unwrap_err();
    assert!(error.message.ends_with("Runtime exited with error: signal: killed"), "{error}");
    assert!(!probe.function.kill(pid), "there is none of that id any more");
    assert_eq!(read(&probe.function.invoke("{}").await.unwrap())["count"], 1);
}

#[tokio::test]
async fn what_keeps_a_process_from_starting_is_the_error() {
    let with = |init: &str| {
        let variable = ("PROBE_INIT".to_owned(), init.to_owned());
        probe(|options| options.variables.extend([variable]))
    };
    let error = with("fail").function.invoke("{}").await.unwrap_err();
    assert_eq!((&*error.kind, &*error.message), ("Config", "`TABLE` is not set"));
    let error = with("exit").function.invoke("{}").await.unwrap_err();
    assert_eq!(
        (&*error.kind, &*error.message),
        (kind::EXITED, "Runtime exited with error: exit status 3")
    );
    let missing = probe(|options| options.executable = "/nowhere/bootstrap".into());
    let error = missing.function.invoke("{}").await.unwrap_err();
    assert_eq!(error.kind, kind::ENTRYPOINT);
    assert!(error.message.contains("/nowhere/bootstrap"), "{error}");
}

#[tokio::test]
async fn invocations_at_once_have_a_process_each_up_to_the_concurrency() {
    let probe = probe(|options| options.concurrency = 2);
    let wait = r#"{"do":"wait","ms":300}"#;
    let invoke = || probe.function.invoke(wait);
    let (a, b, c) = tokio::join!(invoke(), invoke(), invoke());
    let mut pids: Vec<_> = [a, b, c].map(|answer| read(&answer.unwrap()).as_u64().unwrap()).into();
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), 2);
    let slots = [probe.function.slot_now(), probe.function.slot_now(), probe.function.slot_now()];
    assert_eq!(slots.map(|slot| slot.is_some()), [true, true, false]);
}

#[tokio::test]
async fn events_and_answers_beyond_lambdas_limit_are_refused() {
    let probe = probe(|_| {});
    let error = probe.function.invoke(r#"{"do":"grow"}"#).await.unwrap_err();
    assert_eq!(error.kind, kind::TOO_LARGE);
    let error = probe.function.invoke(vec![b' '; LAMBDA_PAYLOAD_BYTES + 1]).await.unwrap_err();
    assert_eq!(error.kind, "RequestTooLargeException");
}
