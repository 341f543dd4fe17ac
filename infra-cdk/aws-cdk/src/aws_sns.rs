// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_sns`.

use jsii::{Error, Struct, Value};

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_sns.FifoThroughputScope`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sns.FifoThroughputScope.html).
    FifoThroughputScope = "aws-cdk-lib.aws_sns.FifoThroughputScope" { Topic = "TOPIC", MessageGroup = "MESSAGE_GROUP" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_sns.ITopic`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sns.ITopic.html).
    ITopic = "aws-cdk-lib.aws_sns.ITopic" as [crate::constructs::IConstruct]
}

jsii::object! {
    /// [`aws-cdk-lib.aws_sns.ITopicSubscription`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sns.ITopicSubscription.html).
    ITopicSubscription = "aws-cdk-lib.aws_sns.ITopicSubscription" as []
}

/// [`aws-cdk-lib.aws_sns.LoggingConfig`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sns.LoggingConfig.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct LoggingConfig(Struct);

impl LoggingConfig {
    /// What is required, by name; nothing else set yet.
    pub fn new(protocol: crate::aws_sns::LoggingProtocol) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_sns.LoggingConfig")
                .with("protocol", Value::from(protocol)),
        )
    }

    /// Sets `failureFeedbackRole`.
    pub fn failure_feedback_role(
        self,
        failure_feedback_role: impl Into<crate::interfaces::aws_iam::IRoleRef>,
    ) -> Self {
        Self(self.0.with(
            "failureFeedbackRole",
            Value::of::<crate::interfaces::aws_iam::IRoleRef>(failure_feedback_role),
        ))
    }

    /// Sets `successFeedbackRole`.
    pub fn success_feedback_role(
        self,
        success_feedback_role: impl Into<crate::interfaces::aws_iam::IRoleRef>,
    ) -> Self {
        Self(self.0.with(
            "successFeedbackRole",
            Value::of::<crate::interfaces::aws_iam::IRoleRef>(success_feedback_role),
        ))
    }

    /// Sets `successFeedbackSampleRate`.
    pub fn success_feedback_sample_rate(
        self,
        success_feedback_sample_rate: impl Into<f64>,
    ) -> Self {
        Self(
            self.0
                .with("successFeedbackSampleRate", Value::of::<f64>(success_feedback_sample_rate)),
        )
    }
}

impl From<LoggingConfig> for Value {
    fn from(it: LoggingConfig) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_sns.LoggingProtocol`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sns.LoggingProtocol.html).
    LoggingProtocol = "aws-cdk-lib.aws_sns.LoggingProtocol" { Http = "HTTP", Sqs = "SQS", Lambda = "LAMBDA", Firehose = "FIREHOSE", Application = "APPLICATION" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_sns.Topic`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sns.Topic.html).
    Topic = "aws-cdk-lib.aws_sns.Topic" as [crate::Resource, crate::aws_sns::ITopic, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl Topic {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_sns::TopicProps,
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

    /// Calls `addSubscription`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn add_subscription(
        &self,
        subscription: impl Into<crate::aws_sns::ITopicSubscription>,
    ) -> Result<crate::Resource, Error> {
        self.0.invoke(
            "addSubscription",
            vec![Value::of::<crate::aws_sns::ITopicSubscription>(subscription)],
        )
    }

    /// Calls `addToResourcePolicy`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn add_to_resource_policy(
        &self,
        statement: impl Into<crate::aws_iam::PolicyStatement>,
    ) -> Result<(), Error> {
        self.0.invoke(
            "addToResourcePolicy",
            vec![Value::of::<crate::aws_iam::PolicyStatement>(statement)],
        )
    }

    /// Reads `topicArn`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn topic_arn(&self) -> Result<String, Error> {
        self.0.get("topicArn")
    }
}

/// [`aws-cdk-lib.aws_sns.TopicProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sns.TopicProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct TopicProps(Struct);

impl TopicProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_sns.TopicProps"))
    }

    /// Sets `contentBasedDeduplication`.
    pub fn content_based_deduplication(self, content_based_deduplication: bool) -> Self {
        Self(self.0.with("contentBasedDeduplication", Value::from(content_based_deduplication)))
    }

    /// Sets `displayName`.
    pub fn display_name(self, display_name: impl Into<String>) -> Self {
        Self(self.0.with("displayName", Value::of::<String>(display_name)))
    }

    /// Sets `enforceSSL`.
    pub fn enforce_ssl(self, enforce_ssl: bool) -> Self {
        Self(self.0.with("enforceSSL", Value::from(enforce_ssl)))
    }

    /// Sets `fifo`.
    pub fn fifo(self, fifo: bool) -> Self {
        Self(self.0.with("fifo", Value::from(fifo)))
    }

    /// Sets `fifoThroughputScope`.
    pub fn fifo_throughput_scope(
        self,
        fifo_throughput_scope: crate::aws_sns::FifoThroughputScope,
    ) -> Self {
        Self(self.0.with("fifoThroughputScope", Value::from(fifo_throughput_scope)))
    }

    /// Sets `loggingConfigs`.
    pub fn logging_configs(
        self,
        logging_configs: impl IntoIterator<Item = impl Into<crate::aws_sns::LoggingConfig>>,
    ) -> Self {
        Self(
            self.0.with(
                "loggingConfigs",
                Value::list::<crate::aws_sns::LoggingConfig>(logging_configs),
            ),
        )
    }

    /// Sets `masterKey`.
    pub fn master_key(self, master_key: impl Into<crate::aws_kms::IKey>) -> Self {
        Self(self.0.with("masterKey", Value::of::<crate::aws_kms::IKey>(master_key)))
    }

    /// Sets `messageRetentionPeriodInDays`.
    pub fn message_retention_period_in_days(
        self,
        message_retention_period_in_days: impl Into<f64>,
    ) -> Self {
        Self(self.0.with(
            "messageRetentionPeriodInDays",
            Value::of::<f64>(message_retention_period_in_days),
        ))
    }

    /// Sets `signatureVersion`.
    pub fn signature_version(self, signature_version: impl Into<String>) -> Self {
        Self(self.0.with("signatureVersion", Value::of::<String>(signature_version)))
    }

    /// Sets `topicName`.
    pub fn topic_name(self, topic_name: impl Into<String>) -> Self {
        Self(self.0.with("topicName", Value::of::<String>(topic_name)))
    }

    /// Sets `tracingConfig`.
    pub fn tracing_config(self, tracing_config: crate::aws_sns::TracingConfig) -> Self {
        Self(self.0.with("tracingConfig", Value::from(tracing_config)))
    }
}

impl Default for TopicProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<TopicProps> for Value {
    fn from(it: TopicProps) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_sns.TracingConfig`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sns.TracingConfig.html).
    TracingConfig = "aws-cdk-lib.aws_sns.TracingConfig" { PassThrough = "PASS_THROUGH", Active = "ACTIVE" }
}
