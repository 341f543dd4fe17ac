//! Templates, made or read, and the parts of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use ::functions::app::Outside;
use ::functions::chat::NoChat;
use ::functions::zombies::NoCloud;
use aws_cdk::{App as CdkApp, AppProps, StageSynthesisOptions};
use cdk_app::{DeployError, build, tools};
use jsii::Value;
use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;
use twinhost::{App, Manifest};

/// The cost watcher.
pub(crate) fn cost_watcher() -> App {
    ::functions::app::app(Outside { cloud: Arc::new(NoCloud), chat: Arc::new(NoChat) })
}

pub(crate) fn manifest() -> Manifest {
    cost_watcher().manifest()
}

/// A folder with a zip for each handler of an application; the CDK asks only what bytes they have.
pub(crate) fn zips(app: &App) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for handler in app.manifest().handlers {
        fs::write(folder.path().join(format!("{}.zip", handler.name)), handler.name).unwrap();
    }
    folder
}

/// The feature flags and settings of `cdk.json`.
fn context() -> Map<String, Json> {
    let text = fs::read_to_string(tools::infra_cdk().join("cdk.json")).unwrap();
    let json: Json = serde_json::from_str(&text).unwrap();
    json["context"].as_object().unwrap().clone()
}

/// Makes an application's templates, by stack, with settings beside those of `cdk.json`.
pub(crate) fn synth(
    app: &App,
    settings: &[(&str, &str)],
) -> Result<BTreeMap<String, Json>, DeployError> {
    let (zips, out) = (zips(app), tempfile::tempdir().unwrap());
    let mut context = context();
    context.insert("functions".into(), json!(zips.path()));
    context.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    let context = context.into_iter().map(|(name, value)| (name, Value::json(value)));
    let kernel = tools::start()?;
    let props = AppProps::new()
        .outdir(out.path().to_string_lossy())
        .context(context)
        .analytics_reporting(false)
        .tree_metadata(false)
        .builtin_cloud_formation_validation(false);
    let cdk = CdkApp::new(&kernel, props)?;
    build(&cdk, app)?;
    cdk.synth(StageSynthesisOptions::new())?;
    Ok(read(&out.path().to_path_buf()))
}

/// The folder of the committed templates.
pub(crate) fn golden() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
}

/// The templates in a folder, by stack.
pub(crate) fn read(folder: &PathBuf) -> BTreeMap<String, Json> {
    let files = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let templates = files.filter_map(|path| {
        let stack = path.file_name()?.to_str()?.strip_suffix(".template.json")?.to_owned();
        Some((stack, serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap()))
    });
    templates.collect()
}

/// The committed template of the functions.
pub(crate) fn service() -> Json {
    read(&golden()).remove("cost-watcher-dev").unwrap()
}

/// The committed template of what must not be lost.
pub(crate) fn data() -> Json {
    read(&golden()).remove("cost-watcher-dev-data").unwrap()
}

/// The resources of a type: logical id to properties.
pub(crate) fn of_type<'a>(template: &'a Json, kind: &str) -> BTreeMap<&'a str, &'a Json> {
    let resources = template["Resources"].as_object().unwrap().iter();
    let of_type = resources.filter(|(_, it)| it["Type"] == kind);
    of_type.map(|(id, it)| (id.as_str(), &it["Properties"])).collect()
}

/// The one resource of a type of which a property is so.
pub(crate) fn one<'a>(
    template: &'a Json,
    kind: &str,
    property: &str,
    value: &str,
) -> (&'a str, &'a Json) {
    let mut found = of_type(template, kind).into_iter().filter(|(_, it)| it[property] == value);
    let one = found.next().unwrap_or_else(|| panic!("no {kind} has {property} {value}"));
    assert_eq!(found.next(), None);
    one
}

/// The function of a handler: logical id and properties.
pub(crate) fn function<'a>(template: &'a Json, handler: &str) -> (&'a str, &'a Json) {
    one(template, "AWS::Lambda::Function", "FunctionName", &format!("cost-watcher-dev-{handler}"))
}

/// The statements of a handler's role.
pub(crate) fn statements<'a>(template: &'a Json, handler: &str) -> &'a [Json] {
    let role = function(template, handler).1["Role"]["Fn::GetAtt"][0].as_str().unwrap();
    let role = &template["Resources"][role]["Properties"];
    assert_eq!(role["ManagedPolicyArns"], Json::Null);
    let policies = role["Policies"].as_array().unwrap();
    assert_eq!(policies.len(), 1);
    policies[0]["PolicyDocument"]["Statement"].as_array().unwrap()
}

/// One value or several, as several.
pub(crate) fn several(value: &Json) -> Vec<&Json> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}
