// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_lambda`.

use std::collections::BTreeMap;

use jsii::{Error, Kernel, Struct, Value};

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_lambda.AdotLambdaExecWrapper`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.AdotLambdaExecWrapper.html).
    AdotLambdaExecWrapper = "aws-cdk-lib.aws_lambda.AdotLambdaExecWrapper" { RegularHandler = "REGULAR_HANDLER", ProxyHandler = "PROXY_HANDLER", StreamHandler = "STREAM_HANDLER", InstrumentHandler = "INSTRUMENT_HANDLER", SqsHandler = "SQS_HANDLER" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_lambda.ApplicationLogLevel`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.ApplicationLogLevel.html).
    ApplicationLogLevel = "aws-cdk-lib.aws_lambda.ApplicationLogLevel" { Info = "INFO", Debug = "DEBUG", Warn = "WARN", Trace = "TRACE", Error = "ERROR", Fatal = "FATAL" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_lambda.Architecture`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.Architecture.html).
    Architecture = "aws-cdk-lib.aws_lambda.Architecture" as []
}

impl Architecture {
    /// Reads `ARM_64`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn arm_64(kernel: &Kernel) -> Result<crate::aws_lambda::Architecture, Error> {
        kernel.get_static(Self::CLASS, "ARM_64")
    }

    /// Reads `X86_64`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn x86_64(kernel: &Kernel) -> Result<crate::aws_lambda::Architecture, Error> {
        kernel.get_static(Self::CLASS, "X86_64")
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_lambda.Code`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.Code.html).
    Code = "aws-cdk-lib.aws_lambda.Code" as []
}

impl Code {
    /// Calls `fromAsset`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn from_asset(
        kernel: &Kernel,
        path: impl Into<String>,
        options: crate::aws_s3_assets::AssetOptions,
    ) -> Result<crate::aws_lambda::Code, Error> {
        kernel.invoke_static(
            Self::CLASS,
            "fromAsset",
            vec![Value::of::<String>(path), Value::from(options)],
        )
    }
}

/// [`aws-cdk-lib.aws_lambda.DurableConfig`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.DurableConfig.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct DurableConfig(Struct);

impl DurableConfig {
    /// What is required, by name; nothing else set yet.
    pub fn new(execution_timeout: impl Into<crate::Duration>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_lambda.DurableConfig")
                .with("executionTimeout", Value::of::<crate::Duration>(execution_timeout)),
        )
    }

    /// Sets `retentionPeriod`.
    pub fn retention_period(self, retention_period: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("retentionPeriod", Value::of::<crate::Duration>(retention_period)))
    }
}

impl From<DurableConfig> for Value {
    fn from(it: DurableConfig) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_lambda.EventSourceMapping`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.EventSourceMapping.html).
    EventSourceMapping = "aws-cdk-lib.aws_lambda.EventSourceMapping" as [crate::Resource, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl EventSourceMapping {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_lambda::EventSourceMappingProps,
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

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_lambda.EventSourceMappingLogLevel`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.EventSourceMappingLogLevel.html).
    EventSourceMappingLogLevel = "aws-cdk-lib.aws_lambda.EventSourceMappingLogLevel" { Info = "INFO", Debug = "DEBUG", Warn = "WARN" }
}

/// [`aws-cdk-lib.aws_lambda.EventSourceMappingProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.EventSourceMappingProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct EventSourceMappingProps(Struct);

impl EventSourceMappingProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(target: impl Into<crate::aws_lambda::IFunction>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_lambda.EventSourceMappingProps")
                .with("target", Value::of::<crate::aws_lambda::IFunction>(target)),
        )
    }

    /// Sets `batchSize`.
    pub fn batch_size(self, batch_size: impl Into<f64>) -> Self {
        Self(self.0.with("batchSize", Value::of::<f64>(batch_size)))
    }

    /// Sets `bisectBatchOnError`.
    pub fn bisect_batch_on_error(self, bisect_batch_on_error: bool) -> Self {
        Self(self.0.with("bisectBatchOnError", Value::from(bisect_batch_on_error)))
    }

    /// Sets `enabled`.
    pub fn enabled(self, enabled: bool) -> Self {
        Self(self.0.with("enabled", Value::from(enabled)))
    }

    /// Sets `eventSourceArn`.
    pub fn event_source_arn(self, event_source_arn: impl Into<String>) -> Self {
        Self(self.0.with("eventSourceArn", Value::of::<String>(event_source_arn)))
    }

    /// Sets `filterEncryption`.
    pub fn filter_encryption(self, filter_encryption: impl Into<crate::aws_kms::IKey>) -> Self {
        Self(self.0.with("filterEncryption", Value::of::<crate::aws_kms::IKey>(filter_encryption)))
    }

    /// Sets `filters`.
    pub fn filters(
        self,
        filters: impl IntoIterator<Item = impl Into<BTreeMap<String, Value>>>,
    ) -> Self {
        Self(self.0.with("filters", Value::list::<BTreeMap<String, Value>>(filters)))
    }

    /// Sets `kafkaBootstrapServers`.
    pub fn kafka_bootstrap_servers(
        self,
        kafka_bootstrap_servers: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with("kafkaBootstrapServers", Value::list::<String>(kafka_bootstrap_servers)))
    }

    /// Sets `kafkaConsumerGroupId`.
    pub fn kafka_consumer_group_id(self, kafka_consumer_group_id: impl Into<String>) -> Self {
        Self(self.0.with("kafkaConsumerGroupId", Value::of::<String>(kafka_consumer_group_id)))
    }

    /// Sets `kafkaTopic`.
    pub fn kafka_topic(self, kafka_topic: impl Into<String>) -> Self {
        Self(self.0.with("kafkaTopic", Value::of::<String>(kafka_topic)))
    }

    /// Sets `logLevel`.
    pub fn log_level(self, log_level: crate::aws_lambda::EventSourceMappingLogLevel) -> Self {
        Self(self.0.with("logLevel", Value::from(log_level)))
    }

    /// Sets `maxBatchingWindow`.
    pub fn max_batching_window(self, max_batching_window: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("maxBatchingWindow", Value::of::<crate::Duration>(max_batching_window)))
    }

    /// Sets `maxConcurrency`.
    pub fn max_concurrency(self, max_concurrency: impl Into<f64>) -> Self {
        Self(self.0.with("maxConcurrency", Value::of::<f64>(max_concurrency)))
    }

    /// Sets `maxRecordAge`.
    pub fn max_record_age(self, max_record_age: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("maxRecordAge", Value::of::<crate::Duration>(max_record_age)))
    }

    /// Sets `metricsConfig`.
    pub fn metrics_config(self, metrics_config: crate::aws_lambda::MetricsConfig) -> Self {
        Self(self.0.with("metricsConfig", Value::from(metrics_config)))
    }

    /// Sets `parallelizationFactor`.
    pub fn parallelization_factor(self, parallelization_factor: impl Into<f64>) -> Self {
        Self(self.0.with("parallelizationFactor", Value::of::<f64>(parallelization_factor)))
    }

    /// Sets `provisionedPollerConfig`.
    pub fn provisioned_poller_config(
        self,
        provisioned_poller_config: crate::aws_lambda::ProvisionedPollerConfig,
    ) -> Self {
        Self(self.0.with("provisionedPollerConfig", Value::from(provisioned_poller_config)))
    }

    /// Sets `reportBatchItemFailures`.
    pub fn report_batch_item_failures(self, report_batch_item_failures: bool) -> Self {
        Self(self.0.with("reportBatchItemFailures", Value::from(report_batch_item_failures)))
    }

    /// Sets `retryAttempts`.
    pub fn retry_attempts(self, retry_attempts: impl Into<f64>) -> Self {
        Self(self.0.with("retryAttempts", Value::of::<f64>(retry_attempts)))
    }

    /// Sets `startingPosition`.
    pub fn starting_position(self, starting_position: crate::aws_lambda::StartingPosition) -> Self {
        Self(self.0.with("startingPosition", Value::from(starting_position)))
    }

    /// Sets `startingPositionTimestamp`.
    pub fn starting_position_timestamp(self, starting_position_timestamp: impl Into<f64>) -> Self {
        Self(
            self.0.with("startingPositionTimestamp", Value::of::<f64>(starting_position_timestamp)),
        )
    }

    /// Sets `supportS3OnFailureDestination`.
    pub fn support_s3_on_failure_destination(
        self,
        support_s3_on_failure_destination: bool,
    ) -> Self {
        Self(
            self.0.with(
                "supportS3OnFailureDestination",
                Value::from(support_s3_on_failure_destination),
            ),
        )
    }

    /// Sets `tumblingWindow`.
    pub fn tumbling_window(self, tumbling_window: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("tumblingWindow", Value::of::<crate::Duration>(tumbling_window)))
    }
}

impl From<EventSourceMappingProps> for Value {
    fn from(it: EventSourceMappingProps) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_lambda.Function`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.Function.html).
    Function = "aws-cdk-lib.aws_lambda.Function" as [crate::Resource, crate::aws_iam::IGrantable, crate::aws_lambda::IFunction, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl Function {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_lambda::FunctionProps,
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

    /// Reads `functionArn`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn function_arn(&self) -> Result<String, Error> {
        self.0.get("functionArn")
    }

    /// Reads `functionName`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn function_name(&self) -> Result<String, Error> {
        self.0.get("functionName")
    }
}

/// [`aws-cdk-lib.aws_lambda.FunctionProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.FunctionProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct FunctionProps(Struct);

impl FunctionProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(
        code: impl Into<crate::aws_lambda::Code>,
        handler: impl Into<String>,
        runtime: impl Into<crate::aws_lambda::Runtime>,
    ) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_lambda.FunctionProps")
                .with("code", Value::of::<crate::aws_lambda::Code>(code))
                .with("handler", Value::of::<String>(handler))
                .with("runtime", Value::of::<crate::aws_lambda::Runtime>(runtime)),
        )
    }

    /// Sets `allowAllIpv6Outbound`.
    pub fn allow_all_ipv6_outbound(self, allow_all_ipv6_outbound: bool) -> Self {
        Self(self.0.with("allowAllIpv6Outbound", Value::from(allow_all_ipv6_outbound)))
    }

    /// Sets `allowAllOutbound`.
    pub fn allow_all_outbound(self, allow_all_outbound: bool) -> Self {
        Self(self.0.with("allowAllOutbound", Value::from(allow_all_outbound)))
    }

    /// Sets `allowPublicSubnet`.
    pub fn allow_public_subnet(self, allow_public_subnet: bool) -> Self {
        Self(self.0.with("allowPublicSubnet", Value::from(allow_public_subnet)))
    }

    /// Sets `applicationLogLevelV2`.
    pub fn application_log_level_v2(
        self,
        application_log_level_v2: crate::aws_lambda::ApplicationLogLevel,
    ) -> Self {
        Self(self.0.with("applicationLogLevelV2", Value::from(application_log_level_v2)))
    }

    /// Sets `architecture`.
    pub fn architecture(self, architecture: impl Into<crate::aws_lambda::Architecture>) -> Self {
        Self(
            self.0.with("architecture", Value::of::<crate::aws_lambda::Architecture>(architecture)),
        )
    }

    /// Sets `currentVersionOptions`.
    pub fn current_version_options(
        self,
        current_version_options: crate::aws_lambda::VersionOptions,
    ) -> Self {
        Self(self.0.with("currentVersionOptions", Value::from(current_version_options)))
    }

    /// Sets `deadLetterQueue`.
    pub fn dead_letter_queue(self, dead_letter_queue: impl Into<crate::aws_sqs::IQueue>) -> Self {
        Self(self.0.with("deadLetterQueue", Value::of::<crate::aws_sqs::IQueue>(dead_letter_queue)))
    }

    /// Sets `deadLetterQueueEnabled`.
    pub fn dead_letter_queue_enabled(self, dead_letter_queue_enabled: bool) -> Self {
        Self(self.0.with("deadLetterQueueEnabled", Value::from(dead_letter_queue_enabled)))
    }

    /// Sets `deadLetterTopic`.
    pub fn dead_letter_topic(self, dead_letter_topic: impl Into<crate::aws_sns::ITopic>) -> Self {
        Self(self.0.with("deadLetterTopic", Value::of::<crate::aws_sns::ITopic>(dead_letter_topic)))
    }

    /// Sets `description`.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self(self.0.with("description", Value::of::<String>(description)))
    }

    /// Sets `durableConfig`.
    pub fn durable_config(self, durable_config: crate::aws_lambda::DurableConfig) -> Self {
        Self(self.0.with("durableConfig", Value::from(durable_config)))
    }

    /// Sets `environment`.
    pub fn environment(
        self,
        environment: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        Self(self.0.with("environment", Value::map::<String>(environment)))
    }

    /// Sets `environmentEncryption`.
    pub fn environment_encryption(
        self,
        environment_encryption: impl Into<crate::interfaces::aws_kms::IKeyRef>,
    ) -> Self {
        Self(self.0.with(
            "environmentEncryption",
            Value::of::<crate::interfaces::aws_kms::IKeyRef>(environment_encryption),
        ))
    }

    /// Sets `functionName`.
    pub fn function_name(self, function_name: impl Into<String>) -> Self {
        Self(self.0.with("functionName", Value::of::<String>(function_name)))
    }

    /// Sets `initialPolicy`.
    pub fn initial_policy(
        self,
        initial_policy: impl IntoIterator<Item = impl Into<crate::aws_iam::PolicyStatement>>,
    ) -> Self {
        Self(
            self.0.with(
                "initialPolicy",
                Value::list::<crate::aws_iam::PolicyStatement>(initial_policy),
            ),
        )
    }

    /// Sets `ipv6AllowedForDualStack`.
    pub fn ipv6_allowed_for_dual_stack(self, ipv6_allowed_for_dual_stack: bool) -> Self {
        Self(self.0.with("ipv6AllowedForDualStack", Value::from(ipv6_allowed_for_dual_stack)))
    }

    /// Sets `logGroup`.
    pub fn log_group(
        self,
        log_group: impl Into<crate::interfaces::aws_logs::ILogGroupRef>,
    ) -> Self {
        Self(
            self.0.with(
                "logGroup",
                Value::of::<crate::interfaces::aws_logs::ILogGroupRef>(log_group),
            ),
        )
    }

    /// Sets `logRetentionRetryOptions`.
    pub fn log_retention_retry_options(
        self,
        log_retention_retry_options: crate::aws_lambda::LogRetentionRetryOptions,
    ) -> Self {
        Self(self.0.with("logRetentionRetryOptions", Value::from(log_retention_retry_options)))
    }

    /// Sets `logRetentionRole`.
    pub fn log_retention_role(self, log_retention_role: impl Into<crate::aws_iam::IRole>) -> Self {
        Self(
            self.0.with("logRetentionRole", Value::of::<crate::aws_iam::IRole>(log_retention_role)),
        )
    }

    /// Sets `loggingFormat`.
    pub fn logging_format(self, logging_format: crate::aws_lambda::LoggingFormat) -> Self {
        Self(self.0.with("loggingFormat", Value::from(logging_format)))
    }

    /// Sets `maxEventAge`.
    pub fn max_event_age(self, max_event_age: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("maxEventAge", Value::of::<crate::Duration>(max_event_age)))
    }

    /// Sets `memorySize`.
    pub fn memory_size(self, memory_size: impl Into<f64>) -> Self {
        Self(self.0.with("memorySize", Value::of::<f64>(memory_size)))
    }

    /// Sets `profiling`.
    pub fn profiling(self, profiling: bool) -> Self {
        Self(self.0.with("profiling", Value::from(profiling)))
    }

    /// Sets `recursiveLoop`.
    pub fn recursive_loop(self, recursive_loop: crate::aws_lambda::RecursiveLoop) -> Self {
        Self(self.0.with("recursiveLoop", Value::from(recursive_loop)))
    }

    /// Sets `reservedConcurrentExecutions`.
    pub fn reserved_concurrent_executions(
        self,
        reserved_concurrent_executions: impl Into<f64>,
    ) -> Self {
        Self(
            self.0.with(
                "reservedConcurrentExecutions",
                Value::of::<f64>(reserved_concurrent_executions),
            ),
        )
    }

    /// Sets `retryAttempts`.
    pub fn retry_attempts(self, retry_attempts: impl Into<f64>) -> Self {
        Self(self.0.with("retryAttempts", Value::of::<f64>(retry_attempts)))
    }

    /// Sets `role`.
    pub fn role(self, role: impl Into<crate::aws_iam::IRole>) -> Self {
        Self(self.0.with("role", Value::of::<crate::aws_iam::IRole>(role)))
    }

    /// Sets `systemLogLevelV2`.
    pub fn system_log_level_v2(
        self,
        system_log_level_v2: crate::aws_lambda::SystemLogLevel,
    ) -> Self {
        Self(self.0.with("systemLogLevelV2", Value::from(system_log_level_v2)))
    }

    /// Sets `timeout`.
    pub fn timeout(self, timeout: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("timeout", Value::of::<crate::Duration>(timeout)))
    }

    /// Sets `tracing`.
    pub fn tracing(self, tracing: crate::aws_lambda::Tracing) -> Self {
        Self(self.0.with("tracing", Value::from(tracing)))
    }

    /// Sets `vpcSubnets`.
    pub fn vpc_subnets(self, vpc_subnets: crate::aws_ec2::SubnetSelection) -> Self {
        Self(self.0.with("vpcSubnets", Value::from(vpc_subnets)))
    }
}

impl From<FunctionProps> for Value {
    fn from(it: FunctionProps) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_lambda.IFunction`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.IFunction.html).
    IFunction = "aws-cdk-lib.aws_lambda.IFunction" as [crate::aws_iam::IGrantable, crate::constructs::IConstruct]
}

/// [`aws-cdk-lib.aws_lambda.LogRetentionRetryOptions`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.LogRetentionRetryOptions.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct LogRetentionRetryOptions(Struct);

impl LogRetentionRetryOptions {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_lambda.LogRetentionRetryOptions"))
    }

    /// Sets `maxRetries`.
    pub fn max_retries(self, max_retries: impl Into<f64>) -> Self {
        Self(self.0.with("maxRetries", Value::of::<f64>(max_retries)))
    }
}

impl Default for LogRetentionRetryOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl From<LogRetentionRetryOptions> for Value {
    fn from(it: LogRetentionRetryOptions) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_lambda.LoggingFormat`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.LoggingFormat.html).
    LoggingFormat = "aws-cdk-lib.aws_lambda.LoggingFormat" { Text = "TEXT", Json = "JSON" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_lambda.MetricType`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.MetricType.html).
    MetricType = "aws-cdk-lib.aws_lambda.MetricType" { EventCount = "EVENT_COUNT", ErrorCount = "ERROR_COUNT", KafkaMetrics = "KAFKA_METRICS" }
}

/// [`aws-cdk-lib.aws_lambda.MetricsConfig`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.MetricsConfig.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct MetricsConfig(Struct);

impl MetricsConfig {
    /// What is required, by name; nothing else set yet.
    pub fn new(
        metrics: impl IntoIterator<Item = impl Into<crate::aws_lambda::MetricType>>,
    ) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_lambda.MetricsConfig")
                .with("metrics", Value::list::<crate::aws_lambda::MetricType>(metrics)),
        )
    }
}

impl From<MetricsConfig> for Value {
    fn from(it: MetricsConfig) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_lambda.ProvisionedPollerConfig`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.ProvisionedPollerConfig.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct ProvisionedPollerConfig(Struct);

impl ProvisionedPollerConfig {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_lambda.ProvisionedPollerConfig"))
    }

    /// Sets `maximumPollers`.
    pub fn maximum_pollers(self, maximum_pollers: impl Into<f64>) -> Self {
        Self(self.0.with("maximumPollers", Value::of::<f64>(maximum_pollers)))
    }

    /// Sets `minimumPollers`.
    pub fn minimum_pollers(self, minimum_pollers: impl Into<f64>) -> Self {
        Self(self.0.with("minimumPollers", Value::of::<f64>(minimum_pollers)))
    }

    /// Sets `pollerGroupName`.
    pub fn poller_group_name(self, poller_group_name: impl Into<String>) -> Self {
        Self(self.0.with("pollerGroupName", Value::of::<String>(poller_group_name)))
    }
}

impl Default for ProvisionedPollerConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl From<ProvisionedPollerConfig> for Value {
    fn from(it: ProvisionedPollerConfig) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_lambda.RecursiveLoop`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.RecursiveLoop.html).
    RecursiveLoop = "aws-cdk-lib.aws_lambda.RecursiveLoop" { Allow = "ALLOW", Terminate = "TERMINATE" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_lambda.Runtime`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.Runtime.html).
    Runtime = "aws-cdk-lib.aws_lambda.Runtime" as []
}

impl Runtime {
    /// Reads `PROVIDED_AL2023`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn provided_al2023(kernel: &Kernel) -> Result<crate::aws_lambda::Runtime, Error> {
        kernel.get_static(Self::CLASS, "PROVIDED_AL2023")
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_lambda.StartingPosition`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.StartingPosition.html).
    StartingPosition = "aws-cdk-lib.aws_lambda.StartingPosition" { TrimHorizon = "TRIM_HORIZON", Latest = "LATEST", AtTimestamp = "AT_TIMESTAMP" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_lambda.SystemLogLevel`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.SystemLogLevel.html).
    SystemLogLevel = "aws-cdk-lib.aws_lambda.SystemLogLevel" { Info = "INFO", Debug = "DEBUG", Warn = "WARN" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_lambda.Tracing`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.Tracing.html).
    Tracing = "aws-cdk-lib.aws_lambda.Tracing" { Active = "ACTIVE", PassThrough = "PASS_THROUGH", Disabled = "DISABLED" }
}

/// [`aws-cdk-lib.aws_lambda.VersionOptions`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.VersionOptions.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct VersionOptions(Struct);

impl VersionOptions {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_lambda.VersionOptions"))
    }

    /// Sets `codeSha256`.
    pub fn code_sha256(self, code_sha256: impl Into<String>) -> Self {
        Self(self.0.with("codeSha256", Value::of::<String>(code_sha256)))
    }

    /// Sets `description`.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self(self.0.with("description", Value::of::<String>(description)))
    }

    /// Sets `maxEventAge`.
    pub fn max_event_age(self, max_event_age: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("maxEventAge", Value::of::<crate::Duration>(max_event_age)))
    }

    /// Sets `maxExecutionEnvironments`.
    pub fn max_execution_environments(self, max_execution_environments: impl Into<f64>) -> Self {
        Self(self.0.with("maxExecutionEnvironments", Value::of::<f64>(max_execution_environments)))
    }

    /// Sets `minExecutionEnvironments`.
    pub fn min_execution_environments(self, min_execution_environments: impl Into<f64>) -> Self {
        Self(self.0.with("minExecutionEnvironments", Value::of::<f64>(min_execution_environments)))
    }

    /// Sets `provisionedConcurrentExecutions`.
    pub fn provisioned_concurrent_executions(
        self,
        provisioned_concurrent_executions: impl Into<f64>,
    ) -> Self {
        Self(self.0.with(
            "provisionedConcurrentExecutions",
            Value::of::<f64>(provisioned_concurrent_executions),
        ))
    }

    /// Sets `removalPolicy`.
    pub fn removal_policy(self, removal_policy: crate::RemovalPolicy) -> Self {
        Self(self.0.with("removalPolicy", Value::from(removal_policy)))
    }

    /// Sets `retryAttempts`.
    pub fn retry_attempts(self, retry_attempts: impl Into<f64>) -> Self {
        Self(self.0.with("retryAttempts", Value::of::<f64>(retry_attempts)))
    }
}

impl Default for VersionOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl From<VersionOptions> for Value {
    fn from(it: VersionOptions) -> Self {
        Self::from(it.0)
    }
}
