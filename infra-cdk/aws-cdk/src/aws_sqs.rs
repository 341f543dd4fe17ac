// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_sqs`.

use jsii::{Error, Struct, Value};

/// [`aws-cdk-lib.aws_sqs.DeadLetterQueue`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sqs.DeadLetterQueue.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct DeadLetterQueue(Struct);

impl DeadLetterQueue {
    /// What is required, by name; nothing else set yet.
    pub fn new(
        max_receive_count: impl Into<f64>,
        queue: impl Into<crate::aws_sqs::IQueue>,
    ) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_sqs.DeadLetterQueue")
                .with("maxReceiveCount", Value::of::<f64>(max_receive_count))
                .with("queue", Value::of::<crate::aws_sqs::IQueue>(queue)),
        )
    }
}

impl From<DeadLetterQueue> for Value {
    fn from(it: DeadLetterQueue) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_sqs.DeduplicationScope`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sqs.DeduplicationScope.html).
    DeduplicationScope = "aws-cdk-lib.aws_sqs.DeduplicationScope" { MessageGroup = "MESSAGE_GROUP", Queue = "QUEUE" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_sqs.FifoThroughputLimit`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sqs.FifoThroughputLimit.html).
    FifoThroughputLimit = "aws-cdk-lib.aws_sqs.FifoThroughputLimit" { PerQueue = "PER_QUEUE", PerMessageGroupId = "PER_MESSAGE_GROUP_ID" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_sqs.IQueue`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sqs.IQueue.html).
    IQueue = "aws-cdk-lib.aws_sqs.IQueue" as [crate::constructs::IConstruct]
}

jsii::object! {
    /// [`aws-cdk-lib.aws_sqs.Queue`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sqs.Queue.html).
    Queue = "aws-cdk-lib.aws_sqs.Queue" as [crate::Resource, crate::aws_sqs::IQueue, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl Queue {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_sqs::QueueProps,
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

    /// Reads `queueArn`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn queue_arn(&self) -> Result<String, Error> {
        self.0.get("queueArn")
    }

    /// Reads `queueName`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn queue_name(&self) -> Result<String, Error> {
        self.0.get("queueName")
    }

    /// Reads `queueUrl`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn queue_url(&self) -> Result<String, Error> {
        self.0.get("queueUrl")
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_sqs.QueueEncryption`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sqs.QueueEncryption.html).
    QueueEncryption = "aws-cdk-lib.aws_sqs.QueueEncryption" { Unencrypted = "UNENCRYPTED", KmsManaged = "KMS_MANAGED", Kms = "KMS", SqsManaged = "SQS_MANAGED" }
}

/// [`aws-cdk-lib.aws_sqs.QueueProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sqs.QueueProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct QueueProps(Struct);

impl QueueProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_sqs.QueueProps"))
    }

    /// Sets `contentBasedDeduplication`.
    pub fn content_based_deduplication(self, content_based_deduplication: bool) -> Self {
        Self(self.0.with("contentBasedDeduplication", Value::from(content_based_deduplication)))
    }

    /// Sets `dataKeyReuse`.
    pub fn data_key_reuse(self, data_key_reuse: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("dataKeyReuse", Value::of::<crate::Duration>(data_key_reuse)))
    }

    /// Sets `deadLetterQueue`.
    pub fn dead_letter_queue(self, dead_letter_queue: crate::aws_sqs::DeadLetterQueue) -> Self {
        Self(self.0.with("deadLetterQueue", Value::from(dead_letter_queue)))
    }

    /// Sets `deduplicationScope`.
    pub fn deduplication_scope(
        self,
        deduplication_scope: crate::aws_sqs::DeduplicationScope,
    ) -> Self {
        Self(self.0.with("deduplicationScope", Value::from(deduplication_scope)))
    }

    /// Sets `deliveryDelay`.
    pub fn delivery_delay(self, delivery_delay: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("deliveryDelay", Value::of::<crate::Duration>(delivery_delay)))
    }

    /// Sets `encryption`.
    pub fn encryption(self, encryption: crate::aws_sqs::QueueEncryption) -> Self {
        Self(self.0.with("encryption", Value::from(encryption)))
    }

    /// Sets `encryptionMasterKey`.
    pub fn encryption_master_key(
        self,
        encryption_master_key: impl Into<crate::aws_kms::IKey>,
    ) -> Self {
        Self(
            self.0.with(
                "encryptionMasterKey",
                Value::of::<crate::aws_kms::IKey>(encryption_master_key),
            ),
        )
    }

    /// Sets `enforceSSL`.
    pub fn enforce_ssl(self, enforce_ssl: bool) -> Self {
        Self(self.0.with("enforceSSL", Value::from(enforce_ssl)))
    }

    /// Sets `fifo`.
    pub fn fifo(self, fifo: bool) -> Self {
        Self(self.0.with("fifo", Value::from(fifo)))
    }

    /// Sets `fifoThroughputLimit`.
    pub fn fifo_throughput_limit(
        self,
        fifo_throughput_limit: crate::aws_sqs::FifoThroughputLimit,
    ) -> Self {
        Self(self.0.with("fifoThroughputLimit", Value::from(fifo_throughput_limit)))
    }

    /// Sets `maxMessageSizeBytes`.
    pub fn max_message_size_bytes(self, max_message_size_bytes: impl Into<f64>) -> Self {
        Self(self.0.with("maxMessageSizeBytes", Value::of::<f64>(max_message_size_bytes)))
    }

    /// Sets `queueName`.
    pub fn queue_name(self, queue_name: impl Into<String>) -> Self {
        Self(self.0.with("queueName", Value::of::<String>(queue_name)))
    }

    /// Sets `receiveMessageWaitTime`.
    pub fn receive_message_wait_time(
        self,
        receive_message_wait_time: impl Into<crate::Duration>,
    ) -> Self {
        Self(self.0.with(
            "receiveMessageWaitTime",
            Value::of::<crate::Duration>(receive_message_wait_time),
        ))
    }

    /// Sets `redriveAllowPolicy`.
    pub fn redrive_allow_policy(
        self,
        redrive_allow_policy: crate::aws_sqs::RedriveAllowPolicy,
    ) -> Self {
        Self(self.0.with("redriveAllowPolicy", Value::from(redrive_allow_policy)))
    }

    /// Sets `removalPolicy`.
    pub fn removal_policy(self, removal_policy: crate::RemovalPolicy) -> Self {
        Self(self.0.with("removalPolicy", Value::from(removal_policy)))
    }

    /// Sets `retentionPeriod`.
    pub fn retention_period(self, retention_period: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("retentionPeriod", Value::of::<crate::Duration>(retention_period)))
    }

    /// Sets `visibilityTimeout`.
    pub fn visibility_timeout(self, visibility_timeout: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("visibilityTimeout", Value::of::<crate::Duration>(visibility_timeout)))
    }
}

impl Default for QueueProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<QueueProps> for Value {
    fn from(it: QueueProps) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_sqs.RedriveAllowPolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sqs.RedriveAllowPolicy.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct RedriveAllowPolicy(Struct);

impl RedriveAllowPolicy {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_sqs.RedriveAllowPolicy"))
    }

    /// Sets `redrivePermission`.
    pub fn redrive_permission(self, redrive_permission: crate::aws_sqs::RedrivePermission) -> Self {
        Self(self.0.with("redrivePermission", Value::from(redrive_permission)))
    }

    /// Sets `sourceQueues`.
    pub fn source_queues(
        self,
        source_queues: impl IntoIterator<Item = impl Into<crate::aws_sqs::IQueue>>,
    ) -> Self {
        Self(self.0.with("sourceQueues", Value::list::<crate::aws_sqs::IQueue>(source_queues)))
    }
}

impl Default for RedriveAllowPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl From<RedriveAllowPolicy> for Value {
    fn from(it: RedriveAllowPolicy) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_sqs.RedrivePermission`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_sqs.RedrivePermission.html).
    RedrivePermission = "aws-cdk-lib.aws_sqs.RedrivePermission" { AllowAll = "ALLOW_ALL", DenyAll = "DENY_ALL", ByQueue = "BY_QUEUE" }
}
