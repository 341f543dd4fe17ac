//! Against the real runtime, with the package `constructs`. Needs `make setup-cdk`.

use std::fs;
use std::path::{Path, PathBuf};

use jsii::{Access, Cause, Kernel, Object, Override, Package, Runtime, Struct, Value};

/// The runtime with `constructs` loaded.
fn start() -> Kernel {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let packages = fs::read_to_string(home.join(".jsii/packages"));
    let packages =
        packages.expect("infra-cdk is not set up; run `make setup-cdk`, which needs Node.js");
    let package = packages.lines().find_map(|line| {
        let mut words = line.split(' ').map(str::to_owned);
        let (name, version) = (words.next()?, words.next()?);
        let tarball: PathBuf = home.join(".jsii").join(words.next()?);
        (name == "constructs").then_some(Package { name, version, tarball })
    });
    let kernel = Runtime::node(home.join("node_modules/@jsii/runtime/webpack/bin/jsii-runtime.js"))
        .cache(home.join(".jsii/cache"))
        .env("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
        .start()
        .unwrap();
    kernel.load(&package.unwrap()).unwrap();
    kernel
}

fn child(scope: &Object, id: &str) -> Object {
    scope.kernel().create("constructs.Construct", vec![scope.into(), id.into()]).unwrap()
}

#[test]
fn a_tree_of_constructs_is_built_and_read() {
    let kernel = start();
    let root = kernel.create("constructs.RootConstruct", vec!["root".into()]).unwrap();
    let leaf = child(&child(&root, "a"), "b");
    let node: Object = leaf.get("node").unwrap();
    assert_eq!(node.get::<String>("path").unwrap(), "root/a/b");
    assert_eq!(node.get::<Vec<Object>>("scopes").unwrap().len(), 3);
    assert_eq!(
        node.invoke::<Option<Object>>("tryFindChild", vec!["c".into()]).unwrap().map(drop),
        None
    );
    node.invoke::<()>("setContext", vec!["stage".into(), Value::map::<String>([("name", "prod")])])
        .unwrap();
    let stage: Value = node.invoke("tryGetContext", vec!["stage".into()]).unwrap();
    assert_eq!(stage.into_json(), serde_json::json!({ "name": "prod" }));
    assert!(
        kernel
            .invoke_static::<bool>("constructs.Construct", "isConstruct", vec![(&leaf).into()])
            .unwrap()
    );
    let separator: String = kernel.get_static("constructs.Node", "PATH_SEP").unwrap();
    assert_eq!(separator, "/");
    let before = kernel.object_count().unwrap();
    leaf.forget().unwrap();
    assert_eq!(kernel.object_count().unwrap(), before - 1);
}

#[test]
fn what_the_constructor_throws_and_what_does_not_exist_are_told_apart() {
    let kernel = start();
    let root = kernel.create("constructs.RootConstruct", vec![]).unwrap();
    child(&root, "twice");
    let again = vec![(&root).into(), "twice".into()];
    let line = line!() + 1;
    let error = kernel.create("constructs.Construct", again).unwrap_err();
    assert_eq!(error.at().line(), line);
    let Cause::JavaScript { message, .. } = error.cause() else { panic!("{error}") };
    assert!(message.contains("twice"), "{message}");
    let error = kernel.create("constructs.Nothing", vec![]).unwrap_err();
    assert!(matches!(error.cause(), Cause::Fault { .. }), "{error}");
    let error = root.get::<()>("nothing").unwrap_err();
    assert!(matches!(error.cause(), Cause::Fault { .. } | Cause::JavaScript { .. }), "{error}");
}

#[test]
fn javascript_calls_rust_and_rust_may_refuse() {
    let kernel = start();
    let root = kernel.create("constructs.RootConstruct", vec![]).unwrap();
    let node: Object = root.get("node").unwrap();
    let validate = Override::method("validate", |call| {
        let Access::Invoke(_) = call.access else { return Err("not a call".into()) };
        Ok(Value::list::<String>(["too small"]))
    });
    let validation =
        kernel.create_with("Object", vec![], &["constructs.IValidation"], &[validate]).unwrap();
    node.invoke::<()>("addValidation", vec![validation.into()]).unwrap();
    assert_eq!(node.invoke::<Vec<String>>("validate", vec![]).unwrap(), ["too small"]);

    let refuse = Override::method("validate", |call| {
        // A call from within a callback is answered before the callback is complete.
        let count = call.object.kernel().object_count()?;
        Err(format!("no opinion on {count} objects").into())
    });
    let refusing =
        kernel.create_with("Object", vec![], &["constructs.IValidation"], &[refuse]).unwrap();
    node.invoke::<()>("addValidation", vec![refusing.into()]).unwrap();
    let error = node.invoke::<Vec<String>>("validate", vec![]).unwrap_err();
    assert!(error.to_string().contains("no opinion on 4 objects"), "{error}");
}

#[test]
fn a_struct_is_checked_by_the_runtime() {
    let kernel = start();
    let root = kernel.create("constructs.RootConstruct", vec![]).unwrap();
    let node: Object = root.get("node").unwrap();
    let options = Struct::new("constructs.MetadataOptions").with("stackTrace", true);
    let metadata = vec!["kind".into(), "data".into(), options.into()];
    node.invoke::<()>("addMetadata", metadata).unwrap();
    let wrong = Struct::new("constructs.MetadataOptions").with("stackTrace", "yes");
    let error = node.invoke::<()>("addMetadata", vec!["kind".into(), "data".into(), wrong.into()]);
    assert!(error.unwrap_err().to_string().contains("stackTrace"));
}
