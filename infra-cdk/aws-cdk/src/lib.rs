// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! The part of the AWS CDK that is used here, in Rust types; `infra-cdk/gen` says how more gets in.

#![expect(clippy::use_self, reason = "the generator writes full paths")]

pub mod aws_apigatewayv2;
pub mod aws_apigatewayv2_integrations;
pub mod aws_budgets;
pub mod aws_certificatemanager;
pub mod aws_cloudfront;
pub mod aws_cloudfront_origins;
pub mod aws_cloudwatch;
pub mod aws_cloudwatch_actions;
pub mod aws_cognito;
pub mod aws_dynamodb;
pub mod aws_ec2;
pub mod aws_iam;
pub mod aws_kms;
pub mod aws_lambda;
pub mod aws_logs;
pub mod aws_route53;
pub mod aws_route53_targets;
pub mod aws_s3;
pub mod aws_s3_assets;
pub mod aws_scheduler;
pub mod aws_ses;
pub mod aws_sns;
pub mod aws_sns_subscriptions;
pub mod aws_sqs;
pub mod constructs;
pub mod interfaces;
use jsii::{Error, Kernel, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.App`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.App.html).
    App = "aws-cdk-lib.App" as [crate::constructs::Construct, crate::constructs::IConstruct]
}

impl App {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(kernel: &Kernel, props: crate::AppProps) -> Result<Self, Error> {
        kernel.create(Self::CLASS, vec![Value::from(props)]).map(Self::from)
    }

    /// Calls `synth`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn synth(&self, options: crate::StageSynthesisOptions) -> Result<(), Error> {
        self.0.invoke("synth", vec![Value::from(options)])
    }
}

/// [`aws-cdk-lib.AppProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.AppProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct AppProps(Struct);

impl AppProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.AppProps"))
    }

    /// Sets `analyticsReporting`.
    pub fn analytics_reporting(self, analytics_reporting: bool) -> Self {
        Self(self.0.with("analyticsReporting", Value::from(analytics_reporting)))
    }

    /// Sets `autoSynth`.
    pub fn auto_synth(self, auto_synth: bool) -> Self {
        Self(self.0.with("autoSynth", Value::from(auto_synth)))
    }

    /// Sets `builtinCloudFormationValidation`.
    pub fn builtin_cloud_formation_validation(
        self,
        builtin_cloud_formation_validation: bool,
    ) -> Self {
        Self(self.0.with(
            "builtinCloudFormationValidation",
            Value::from(builtin_cloud_formation_validation),
        ))
    }

    /// Sets `confirmValidationPluginsDoNotMutate`.
    pub fn confirm_validation_plugins_do_not_mutate(
        self,
        confirm_validation_plugins_do_not_mutate: bool,
    ) -> Self {
        Self(self.0.with(
            "confirmValidationPluginsDoNotMutate",
            Value::from(confirm_validation_plugins_do_not_mutate),
        ))
    }

    /// Sets `context`.
    pub fn context(
        self,
        context: impl IntoIterator<Item = (impl Into<String>, impl Into<Value>)>,
    ) -> Self {
        Self(self.0.with("context", Value::map::<Value>(context)))
    }

    /// Sets `outdir`.
    pub fn outdir(self, outdir: impl Into<String>) -> Self {
        Self(self.0.with("outdir", Value::of::<String>(outdir)))
    }

    /// Sets `performanceReporting`.
    pub fn performance_reporting(self, performance_reporting: bool) -> Self {
        Self(self.0.with("performanceReporting", Value::from(performance_reporting)))
    }

    /// Sets `postCliContext`.
    pub fn post_cli_context(
        self,
        post_cli_context: impl IntoIterator<Item = (impl Into<String>, impl Into<Value>)>,
    ) -> Self {
        Self(self.0.with("postCliContext", Value::map::<Value>(post_cli_context)))
    }

    /// Sets `stackTraces`.
    pub fn stack_traces(self, stack_traces: bool) -> Self {
        Self(self.0.with("stackTraces", Value::from(stack_traces)))
    }

    /// Sets `treeMetadata`.
    pub fn tree_metadata(self, tree_metadata: bool) -> Self {
        Self(self.0.with("treeMetadata", Value::from(tree_metadata)))
    }
}

impl Default for AppProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<AppProps> for Value {
    fn from(it: AppProps) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.ArnComponents`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.ArnComponents.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct ArnComponents(Struct);

impl ArnComponents {
    /// What is required, by name; nothing else set yet.
    pub fn new(resource: impl Into<String>, service: impl Into<String>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.ArnComponents")
                .with("resource", Value::of::<String>(resource))
                .with("service", Value::of::<String>(service)),
        )
    }

    /// Sets `account`.
    pub fn account(self, account: impl Into<String>) -> Self {
        Self(self.0.with("account", Value::of::<String>(account)))
    }

    /// Sets `arnFormat`.
    pub fn arn_format(self, arn_format: crate::ArnFormat) -> Self {
        Self(self.0.with("arnFormat", Value::from(arn_format)))
    }

    /// Sets `partition`.
    pub fn partition(self, partition: impl Into<String>) -> Self {
        Self(self.0.with("partition", Value::of::<String>(partition)))
    }

    /// Sets `region`.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self(self.0.with("region", Value::of::<String>(region)))
    }

    /// Sets `resourceName`.
    pub fn resource_name(self, resource_name: impl Into<String>) -> Self {
        Self(self.0.with("resourceName", Value::of::<String>(resource_name)))
    }
}

impl From<ArnComponents> for Value {
    fn from(it: ArnComponents) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.ArnFormat`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.ArnFormat.html).
    ArnFormat = "aws-cdk-lib.ArnFormat" { NoResourceName = "NO_RESOURCE_NAME", ColonResourceName = "COLON_RESOURCE_NAME", SlashResourceName = "SLASH_RESOURCE_NAME", SlashResourceSlashResourceName = "SLASH_RESOURCE_SLASH_RESOURCE_NAME" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.AssetHashType`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.AssetHashType.html).
    AssetHashType = "aws-cdk-lib.AssetHashType" { Source = "SOURCE", Output = "OUTPUT", Custom = "CUSTOM" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.BundlingFileAccess`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.BundlingFileAccess.html).
    BundlingFileAccess = "aws-cdk-lib.BundlingFileAccess" { VolumeCopy = "VOLUME_COPY", BindMount = "BIND_MOUNT" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.BundlingOutput`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.BundlingOutput.html).
    BundlingOutput = "aws-cdk-lib.BundlingOutput" { Archived = "ARCHIVED", NotArchived = "NOT_ARCHIVED", AutoDiscover = "AUTO_DISCOVER", SingleFile = "SINGLE_FILE" }
}

jsii::object! {
    /// [`aws-cdk-lib.CfnOutput`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.CfnOutput.html).
    CfnOutput = "aws-cdk-lib.CfnOutput" as [crate::constructs::Construct, crate::constructs::IConstruct]
}

impl CfnOutput {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::CfnOutputProps,
    ) -> Result<Self, Error> {
        let scope: crate::constructs::Construct = scope.into();
        scope
            .object()
            .kernel()
            .create(
                Self::CLASS,
                vec![Value::from(&scope), Value::of::<String>(id), Value::from(props)],
            )
            .map(Self::from)
    }
}

/// [`aws-cdk-lib.CfnOutputProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.CfnOutputProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct CfnOutputProps(Struct);

impl CfnOutputProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Struct::new("aws-cdk-lib.CfnOutputProps").with("value", Value::of::<String>(value)))
    }

    /// Sets `description`.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self(self.0.with("description", Value::of::<String>(description)))
    }

    /// Sets `exportName`.
    pub fn export_name(self, export_name: impl Into<String>) -> Self {
        Self(self.0.with("exportName", Value::of::<String>(export_name)))
    }

    /// Sets `key`.
    pub fn key(self, key: impl Into<String>) -> Self {
        Self(self.0.with("key", Value::of::<String>(key)))
    }
}

impl From<CfnOutputProps> for Value {
    fn from(it: CfnOutputProps) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.DockerVolume`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.DockerVolume.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct DockerVolume(Struct);

impl DockerVolume {
    /// What is required, by name; nothing else set yet.
    pub fn new(container_path: impl Into<String>, host_path: impl Into<String>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.DockerVolume")
                .with("containerPath", Value::of::<String>(container_path))
                .with("hostPath", Value::of::<String>(host_path)),
        )
    }

    /// Sets `consistency`.
    pub fn consistency(self, consistency: crate::DockerVolumeConsistency) -> Self {
        Self(self.0.with("consistency", Value::from(consistency)))
    }
}

impl From<DockerVolume> for Value {
    fn from(it: DockerVolume) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.DockerVolumeConsistency`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.DockerVolumeConsistency.html).
    DockerVolumeConsistency = "aws-cdk-lib.DockerVolumeConsistency" { Consistent = "CONSISTENT", Delegated = "DELEGATED", Cached = "CACHED" }
}

jsii::object! {
    /// [`aws-cdk-lib.Duration`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.Duration.html).
    Duration = "aws-cdk-lib.Duration" as []
}

impl Duration {
    /// Calls `seconds`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn seconds(kernel: &Kernel, amount: impl Into<f64>) -> Result<crate::Duration, Error> {
        kernel.invoke_static(Self::CLASS, "seconds", vec![Value::of::<f64>(amount)])
    }

    /// Calls `minutes`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn minutes(kernel: &Kernel, amount: impl Into<f64>) -> Result<crate::Duration, Error> {
        kernel.invoke_static(Self::CLASS, "minutes", vec![Value::of::<f64>(amount)])
    }

    /// Calls `days`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn days(kernel: &Kernel, amount: impl Into<f64>) -> Result<crate::Duration, Error> {
        kernel.invoke_static(Self::CLASS, "days", vec![Value::of::<f64>(amount)])
    }
}

/// [`aws-cdk-lib.Environment`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.Environment.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct Environment(Struct);

impl Environment {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.Environment"))
    }

    /// Sets `account`.
    pub fn account(self, account: impl Into<String>) -> Self {
        Self(self.0.with("account", Value::of::<String>(account)))
    }

    /// Sets `region`.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self(self.0.with("region", Value::of::<String>(region)))
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Environment> for Value {
    fn from(it: Environment) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.IgnoreMode`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.IgnoreMode.html).
    IgnoreMode = "aws-cdk-lib.IgnoreMode" { Glob = "GLOB", Git = "GIT", Docker = "DOCKER" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.RemovalPolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.RemovalPolicy.html).
    RemovalPolicy = "aws-cdk-lib.RemovalPolicy" { Destroy = "DESTROY", Retain = "RETAIN", Snapshot = "SNAPSHOT", RetainOnUpdateOrDelete = "RETAIN_ON_UPDATE_OR_DELETE" }
}

jsii::object! {
    /// [`aws-cdk-lib.Resource`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.Resource.html).
    Resource = "aws-cdk-lib.Resource" as [crate::constructs::Construct, crate::constructs::IConstruct]
}

jsii::object! {
    /// [`aws-cdk-lib.Stack`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.Stack.html).
    Stack = "aws-cdk-lib.Stack" as [crate::constructs::Construct, crate::constructs::IConstruct]
}

impl Stack {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::StackProps,
    ) -> Result<Self, Error> {
        let scope: crate::constructs::Construct = scope.into();
        scope
            .object()
            .kernel()
            .create(
                Self::CLASS,
                vec![Value::from(&scope), Value::of::<String>(id), Value::from(props)],
            )
            .map(Self::from)
    }

    /// Reads `account`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn account(&self) -> Result<String, Error> {
        self.0.get("account")
    }

    /// Reads `region`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn region(&self) -> Result<String, Error> {
        self.0.get("region")
    }

    /// Reads `partition`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn partition(&self) -> Result<String, Error> {
        self.0.get("partition")
    }

    /// Reads `urlSuffix`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn url_suffix(&self) -> Result<String, Error> {
        self.0.get("urlSuffix")
    }

    /// Calls `formatArn`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn format_arn(&self, components: crate::ArnComponents) -> Result<String, Error> {
        self.0.invoke("formatArn", vec![Value::from(components)])
    }
}

/// [`aws-cdk-lib.StackProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.StackProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct StackProps(Struct);

impl StackProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.StackProps"))
    }

    /// Sets `analyticsReporting`.
    pub fn analytics_reporting(self, analytics_reporting: bool) -> Self {
        Self(self.0.with("analyticsReporting", Value::from(analytics_reporting)))
    }

    /// Sets `crossRegionReferences`.
    pub fn cross_region_references(self, cross_region_references: bool) -> Self {
        Self(self.0.with("crossRegionReferences", Value::from(cross_region_references)))
    }

    /// Sets `description`.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self(self.0.with("description", Value::of::<String>(description)))
    }

    /// Sets `env`.
    pub fn env(self, env: crate::Environment) -> Self {
        Self(self.0.with("env", Value::from(env)))
    }

    /// Sets `notificationArns`.
    pub fn notification_arns(
        self,
        notification_arns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with("notificationArns", Value::list::<String>(notification_arns)))
    }

    /// Sets `stackName`.
    pub fn stack_name(self, stack_name: impl Into<String>) -> Self {
        Self(self.0.with("stackName", Value::of::<String>(stack_name)))
    }

    /// Sets `suppressTemplateIndentation`.
    pub fn suppress_template_indentation(self, suppress_template_indentation: bool) -> Self {
        Self(self.0.with("suppressTemplateIndentation", Value::from(suppress_template_indentation)))
    }

    /// Sets `tags`.
    pub fn tags(
        self,
        tags: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        Self(self.0.with("tags", Value::map::<String>(tags)))
    }

    /// Sets `terminationProtection`.
    pub fn termination_protection(self, termination_protection: bool) -> Self {
        Self(self.0.with("terminationProtection", Value::from(termination_protection)))
    }
}

impl Default for StackProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<StackProps> for Value {
    fn from(it: StackProps) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.StageSynthesisOptions`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.StageSynthesisOptions.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct StageSynthesisOptions(Struct);

impl StageSynthesisOptions {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.StageSynthesisOptions"))
    }

    /// Sets `aspectStabilization`.
    pub fn aspect_stabilization(self, aspect_stabilization: bool) -> Self {
        Self(self.0.with("aspectStabilization", Value::from(aspect_stabilization)))
    }

    /// Sets `errorOnDuplicateSynth`.
    pub fn error_on_duplicate_synth(self, error_on_duplicate_synth: bool) -> Self {
        Self(self.0.with("errorOnDuplicateSynth", Value::from(error_on_duplicate_synth)))
    }

    /// Sets `force`.
    pub fn force(self, force: bool) -> Self {
        Self(self.0.with("force", Value::from(force)))
    }

    /// Sets `skipValidation`.
    pub fn skip_validation(self, skip_validation: bool) -> Self {
        Self(self.0.with("skipValidation", Value::from(skip_validation)))
    }

    /// Sets `validateOnSynthesis`.
    pub fn validate_on_synthesis(self, validate_on_synthesis: bool) -> Self {
        Self(self.0.with("validateOnSynthesis", Value::from(validate_on_synthesis)))
    }
}

impl Default for StageSynthesisOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl From<StageSynthesisOptions> for Value {
    fn from(it: StageSynthesisOptions) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.SymlinkFollowMode`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.SymlinkFollowMode.html).
    SymlinkFollowMode = "aws-cdk-lib.SymlinkFollowMode" { Never = "NEVER", Always = "ALWAYS", External = "EXTERNAL", BlockExternal = "BLOCK_EXTERNAL" }
}

/// [`aws-cdk-lib.TagProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.TagProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct TagProps(Struct);

impl TagProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.TagProps"))
    }

    /// Sets `applyToLaunchedInstances`.
    pub fn apply_to_launched_instances(self, apply_to_launched_instances: bool) -> Self {
        Self(self.0.with("applyToLaunchedInstances", Value::from(apply_to_launched_instances)))
    }

    /// Sets `excludeResourceTypes`.
    pub fn exclude_resource_types(
        self,
        exclude_resource_types: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with("excludeResourceTypes", Value::list::<String>(exclude_resource_types)))
    }

    /// Sets `includeResourceTypes`.
    pub fn include_resource_types(
        self,
        include_resource_types: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with("includeResourceTypes", Value::list::<String>(include_resource_types)))
    }

    /// Sets `priority`.
    pub fn priority(self, priority: impl Into<f64>) -> Self {
        Self(self.0.with("priority", Value::of::<f64>(priority)))
    }
}

impl Default for TagProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<TagProps> for Value {
    fn from(it: TagProps) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.Tags`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.Tags.html).
    Tags = "aws-cdk-lib.Tags" as []
}

impl Tags {
    /// Calls `of`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn of(scope: impl Into<crate::constructs::IConstruct>) -> Result<crate::Tags, Error> {
        let scope: crate::constructs::IConstruct = scope.into();
        scope.object().kernel().invoke_static(Self::CLASS, "of", vec![Value::from(&scope)])
    }

    /// Calls `add`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn add(
        &self,
        key: impl Into<String>,
        value: impl Into<String>,
        props: crate::TagProps,
    ) -> Result<(), Error> {
        self.0.invoke(
            "add",
            vec![Value::of::<String>(key), Value::of::<String>(value), Value::from(props)],
        )
    }
}
