//! Against a scripted fake: what is written, what is made of the answers, and how the process ends.

use std::fs;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jsii::{Access, Cause, Kernel, Object, Override, Package, Runtime, Stream, Struct, Value};
use serde_json::{Value as Json, json};

const HELLO: &str = r#"{"hello":"@jsii/runtime@1.140.0"}"#;

/// A script that begins with the greeting.
fn script(steps: &[Json]) -> (tempfile::TempDir, Runtime) {
    raw_script(&[&[json!({ "say": HELLO })], steps].concat())
}

fn raw_script(steps: &[Json]) -> (tempfile::TempDir, Runtime) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script");
    let lines: Vec<String> = steps.iter().map(Json::to_string).collect();
    fs::write(&path, lines.join("\n")).unwrap();
    let runtime = Runtime::command(env!("CARGO_BIN_EXE_fake-jsii-runtime")).arg(path);
    (folder, runtime)
}

/// Starts a script that begins with the greeting and goes on with requests and their answers.
fn start(exchanges: &[(Json, Json)]) -> (tempfile::TempDir, Kernel) {
    let steps: Vec<Json> = exchanges
        .iter()
        .flat_map(|(expect, say)| [json!({ "expect": expect }), json!({ "say": say })])
        .collect();
    let (folder, runtime) = script(&steps);
    (folder, runtime.start().unwrap())
}

fn created(id: &str) -> Json {
    json!({ "ok": { "$jsii.byref": id } })
}

#[test]
fn every_request_is_written_as_the_runtime_reads_it() {
    let queue = json!({ "$jsii.byref": "lib.Queue@1" });
    let props = json!({ "$jsii.struct": { "fqn": "lib.Props", "data": { "fifo": true } } });
    let (_folder, kernel) = start(&[
        (
            json!({ "api": "load", "name": "lib", "version": "1.0.0", "tarball": "lib.tgz" }),
            json!({ "ok": {} }),
        ),
        (
            json!({ "api": "create", "fqn": "lib.Queue", "args": ["id", props] }),
            created("lib.Queue@1"),
        ),
        (
            json!({ "api": "invoke", "objref": queue, "method": "send", "args": [1.5] }),
            json!({ "ok": { "result": "sent" } }),
        ),
        (
            json!({ "api": "get", "objref": queue, "property": "url" }),
            json!({ "ok": { "value": "https://" } }),
        ),
        (
            json!({ "api": "set", "objref": queue, "property": "url", "value": "a" }),
            json!({ "ok": {} }),
        ),
        (
            json!({ "api": "sinvoke", "fqn": "lib.Queue", "method": "of", "args": [queue] }),
            json!({ "ok": { "result": queue } }),
        ),
        (
            json!({ "api": "sget", "fqn": "lib.Queue", "property": "MOST" }),
            json!({ "ok": { "value": 10 } }),
        ),
        (
            json!({ "api": "sset", "fqn": "lib.Queue", "property": "MOST", "value": 9.0 }),
            json!({ "ok": {} }),
        ),
        (json!({ "api": "stats" }), json!({ "ok": { "objectCount": 1 } })),
        (json!({ "api": "del", "objref": queue }), json!({ "ok": {} })),
    ]);
    assert_eq!(kernel.version(), "1.140.0");
    let package =
        Package { name: "lib".into(), version: "1.0.0".into(), tarball: "lib.tgz".into() };
    kernel.load(&package).unwrap();
    let props = Struct::new("lib.Props").with("fifo", true);
    let queue = kernel.create("lib.Queue", vec!["id".into(), props.into()]).unwrap();
    assert_eq!(queue.invoke::<String>("send", vec![1.5.into(), Value::NOTHING]).unwrap(), "sent");
    assert_eq!(queue.get::<String>("url").unwrap(), "https://");
    queue.set("url", "a").unwrap();
    let same: Object = kernel.invoke_static("lib.Queue", "of", vec![(&queue).into()]).unwrap();
    assert_eq!(same.id(), queue.id());
    assert_eq!(kernel.get_static::<Option<f64>>("lib.Queue", "MOST").unwrap(), Some(10.0));
    kernel.set_static("lib.Queue", "MOST", 9.0).unwrap();
    assert_eq!(kernel.object_count().unwrap(), 1);
    queue.forget().unwrap();
}

#[test]
fn what_javascript_throws_is_an_error_with_the_rust_line_that_caused_it() {
    let thrown = json!({ "error": "no such colour", "name": "Error", "stack": "at paint" });
    let (_folder, kernel) = start(&[
        (json!({ "api": "create" }), created("@scope/lib.Wall@7")),
        (json!({ "method": "paint" }), thrown),
    ]);
    let wall = kernel.create("@scope/lib.Wall", vec![]).unwrap();
    let line = line!() + 1;
    let error = wall.invoke::<()>("paint", vec![]).unwrap_err();
    assert_eq!(error.call(), "@scope/lib.Wall.paint");
    assert_eq!((error.at().file(), error.at().line()), (file!(), line));
    assert!(
        matches!(error.cause(), Cause::JavaScript { message, stack } if message == "no such colour" && stack.as_deref() == Some("at paint"))
    );
    let text = error.to_string();
    assert!(
        text.starts_with("`@scope/lib.Wall.paint` at ") && text.ends_with(": no such colour"),
        "{text}"
    );
}

#[test]
fn javascript_is_told_the_rust_line() {
    let line = line!() + 4;
    let frame = json!([file!(), line, 26, "lib.Wall"]);
    let (_folder, kernel) =
        start(&[(json!({ "$jsii.stacktrace": [frame, frame] }), created("lib.Wall@1"))]);
    let created = kernel.create("lib.Wall", vec![]);
    created.unwrap();
}

#[test]
fn a_call_that_the_runtime_refuses_is_a_fault() {
    let fault = json!({ "error": "unknown class", "name": "@jsii/kernel.Fault" });
    let (_folder, kernel) = start(&[(json!({}), fault)]);
    let error = kernel.create("lib.Nothing", vec![]).unwrap_err();
    assert!(matches!(error.cause(), Cause::Fault { message } if message == "unknown class"));
}

#[test]
fn a_value_of_another_type_is_an_error() {
    let (_folder, kernel) = start(&[(json!({}), json!({ "ok": { "value": 1 } }))]);
    let error = kernel.get_static::<String>("lib.Queue", "MOST").unwrap_err();
    assert!(matches!(error.cause(), Cause::Value(_)), "{error}");
    assert!(error.to_string().ends_with("the value is 1 where a string was expected"), "{error}");
}

#[test]
fn an_override_runs_while_its_caller_waits_and_may_call_back() {
    let aspect = json!({ "$jsii.byref": "Object@1" });
    let visited = json!({ "$jsii.byref": "lib.Node@2" });
    let invoke = json!({ "objref": aspect, "method": "visit", "args": [visited] });
    let (_folder, runtime) = script(&[
        json!({ "expect": { "api": "create", "fqn": "Object", "interfaces": ["lib.IAspect"], "overrides": [{ "method": "visit", "cookie": "1" }] } }),
        json!({ "say": created("Object@1") }),
        json!({ "expect": { "method": "synth" } }),
        json!({ "say": { "callback": { "cbid": "cb1", "cookie": "1", "invoke": invoke } } }),
        json!({ "expect": { "api": "get", "objref": visited, "property": "name" } }),
        json!({ "say": { "ok": { "value": "queue" } } }),
        json!({ "expect": { "complete": { "cbid": "cb1", "result": "saw queue" } } }),
        json!({ "say": { "ok": { "result": "done" } } }),
    ]);
    let kernel = runtime.start().unwrap();
    let visit = Override::method("visit", |call| {
        let Access::Invoke(arguments) = call.access else { return Err("not a call".into()) };
        let node: Object = jsii::FromValue::from_value(call.object.kernel(), arguments[0].clone())?;
        Ok(Value::from(format!("saw {}", node.get::<String>("name")?)))
    });
    let aspect = kernel.create_with("Object", vec![], &["lib.IAspect"], &[visit]).unwrap();
    assert_eq!(aspect.invoke::<String>("synth", vec![]).unwrap(), "done");
}

#[test]
fn a_property_in_rust_is_read_and_set_and_its_error_is_thrown() {
    let object = json!({ "$jsii.byref": "Object@1" });
    let callback = |access: &str, rest: Json| {
        let mut on = json!({ "objref": object, "property": "name" });
        on["value"] = rest;
        json!({ "say": { "callback": { "cbid": "c", "cookie": "1", access: on } } })
    };
    let (_folder, runtime) = script(&[
        json!({ "expect": { "overrides": [{ "property": "name", "cookie": "1" }] } }),
        json!({ "say": created("Object@1") }),
        json!({ "expect": { "method": "rename" } }),
        callback("get", Json::Null),
        json!({ "expect": { "complete": { "result": "old" } } }),
        callback("set", json!("new")),
        json!({ "expect": { "complete": { "err": "`new` is taken" } } }),
        json!({ "say": { "error": "`new` is taken" } }),
    ]);
    let kernel = runtime.start().unwrap();
    let name = Override::property("name", |call| match call.access {
        Access::Get => Ok("old".into()),
        Access::Set(value) => {
            Err(format!("`{}` is taken", value.as_json().as_str().unwrap()).into())
        }
        Access::Invoke(_) => Err("no method".into()),
    });
    let object = kernel.create_with("Object", vec![], &[], &[name]).unwrap();
    let error = object.invoke::<()>("rename", vec![]).unwrap_err();
    assert!(error.to_string().ends_with(": `new` is taken"), "{error}");
}

#[test]
fn a_program_that_is_not_there_is_named_with_the_cure() {
    let error = Runtime::command("no-such-node").start().unwrap_err();
    assert!(matches!(error.cause(), Cause::Start { .. }));
    let text = error.to_string();
    assert!(
        text.contains("`no-such-node` could not be started") && text.contains("install"),
        "{text}"
    );
}

#[test]
fn a_program_that_is_no_runtime_or_another_one_is_refused() {
    for said in ["usage: fake", r#"{"hello":"@jsii/runtime@2.0.0"}"#, r#"{"ok":{}}"#] {
        let (_folder, runtime) = raw_script(&[json!({ "say": said })]);
        let error = runtime.start().unwrap_err();
        assert!(matches!(error.cause(), Cause::Hello { .. }), "{error}");
    }
}

#[test]
fn a_line_outside_of_the_protocol_is_shown() {
    for said in ["Segmentation fault", "{}"] {
        let (_folder, runtime) = script(&[json!({ "expect": {} }), json!({ "say": said })]);
        let error = runtime.start().unwrap().object_count().unwrap_err();
        assert!(matches!(error.cause(), Cause::Protocol { line, .. } if line == said), "{error}");
    }
}

#[test]
fn a_runtime_that_ends_is_told_with_its_status() {
    let (_folder, runtime) = script(&[json!({ "expect": {} }), json!({ "end": 3 })]);
    let kernel = runtime.start().unwrap();
    let error = kernel.object_count().unwrap_err();
    assert!(
        matches!(error.cause(), Cause::Ended(Some(status)) if status.code() == Some(3)),
        "{error}"
    );
    assert!(matches!(kernel.object_count().unwrap_err().cause(), Cause::Ended(_)));
}

#[test]
fn a_runtime_that_does_not_answer_is_ended() {
    let (_folder, runtime) = script(&[]);
    // The greeting has to come within it, too.
    let kernel = runtime.limit(Duration::from_secs(2)).start().unwrap();
    let begun = Instant::now();
    let error = kernel.object_count().unwrap_err();
    assert!(matches!(error.cause(), Cause::Silent(_)), "{error}");
    assert!(begun.elapsed() < Runtime::LIMIT);
    assert!(matches!(kernel.object_count().unwrap_err().cause(), Cause::Ended(_)));
}

#[test]
fn what_javascript_prints_is_forwarded_by_its_stream() {
    let (_folder, runtime) = script(&[
        json!({ "print": r#"{"stdout":"b3V0"}"# }),
        json!({ "print": r#"{"stderr":"ZXJy"}"# }),
        json!({ "print": "as it is" }),
    ]);
    let printed = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&printed);
    let runtime = runtime.output(move |stream, bytes| {
        sink.lock().unwrap().push((stream, String::from_utf8(bytes.to_vec()).unwrap()));
    });
    // The end waits until all is forwarded.
    drop(runtime.start().unwrap());
    let expected = [(Stream::Output, "out"), (Stream::Error, "err"), (Stream::Error, "as it is\n")];
    assert_eq!(*printed.lock().unwrap(), expected.map(|(stream, text)| (stream, text.to_owned())));
}

#[test]
fn the_last_handle_ends_the_process() {
    let (_folder, runtime) =
        script(&[json!({ "expect": {} }), json!({ "say": created("lib.A@1") })]);
    let ended = Arc::new(Mutex::new(()));
    let held = Arc::clone(&ended);
    // The function is dropped when the process has closed its standard error.
    let kernel = runtime.output(move |_, _| drop(held.lock())).start().unwrap();
    let object = kernel.create("lib.A", vec![]).unwrap();
    drop(kernel);
    assert_eq!(Arc::strong_count(&ended), 2);
    drop(object);
    assert_eq!(Arc::strong_count(&ended), 1);
}

#[test]
fn a_runtime_that_an_override_holds_can_be_ended() {
    let (_folder, runtime) = script(&[
        json!({ "expect": {} }),
        json!({ "say": created("lib.A@1") }),
        json!({ "expect": {} }),
        json!({ "say": created("Object@2") }),
    ]);
    let kernel = runtime.start().unwrap();
    let object = kernel.create("lib.A", vec![]).unwrap();
    let held = object.clone();
    let over = Override::method("visit", move |_| Ok(Value::from(&held)));
    kernel.create_with("Object", vec![], &[], &[over]).unwrap();
    kernel.end();
    assert!(matches!(object.get::<()>("name").unwrap_err().cause(), Cause::Ended(_)));
}
