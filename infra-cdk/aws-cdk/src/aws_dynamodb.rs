// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_dynamodb`.

use jsii::{Error, Struct, Value};

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_dynamodb.ApproximateCreationDateTimePrecision`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.ApproximateCreationDateTimePrecision.html).
    ApproximateCreationDateTimePrecision = "aws-cdk-lib.aws_dynamodb.ApproximateCreationDateTimePrecision" { Millisecond = "MILLISECOND", Microsecond = "MICROSECOND" }
}

/// [`aws-cdk-lib.aws_dynamodb.Attribute`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.Attribute.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct Attribute(Struct);

impl Attribute {
    /// What is required, by name; nothing else set yet.
    pub fn new(name: impl Into<String>, r#type: crate::aws_dynamodb::AttributeType) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_dynamodb.Attribute")
                .with("name", Value::of::<String>(name))
                .with("type", Value::from(r#type)),
        )
    }
}

impl From<Attribute> for Value {
    fn from(it: Attribute) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_dynamodb.AttributeType`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.AttributeType.html).
    AttributeType = "aws-cdk-lib.aws_dynamodb.AttributeType" { Binary = "BINARY", Number = "NUMBER", String = "STRING" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_dynamodb.BillingMode`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.BillingMode.html).
    BillingMode = "aws-cdk-lib.aws_dynamodb.BillingMode" { PayPerRequest = "PAY_PER_REQUEST", Provisioned = "PROVISIONED" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_dynamodb.ContributorInsightsMode`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.ContributorInsightsMode.html).
    ContributorInsightsMode = "aws-cdk-lib.aws_dynamodb.ContributorInsightsMode" { AccessedAndThrottledKeys = "ACCESSED_AND_THROTTLED_KEYS", ThrottledKeys = "THROTTLED_KEYS" }
}

/// [`aws-cdk-lib.aws_dynamodb.ContributorInsightsSpecification`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.ContributorInsightsSpecification.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct ContributorInsightsSpecification(Struct);

impl ContributorInsightsSpecification {
    /// What is required, by name; nothing else set yet.
    pub fn new(enabled: bool) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_dynamodb.ContributorInsightsSpecification")
                .with("enabled", Value::from(enabled)),
        )
    }

    /// Sets `mode`.
    pub fn mode(self, mode: crate::aws_dynamodb::ContributorInsightsMode) -> Self {
        Self(self.0.with("mode", Value::from(mode)))
    }
}

impl From<ContributorInsightsSpecification> for Value {
    fn from(it: ContributorInsightsSpecification) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_dynamodb.GlobalSecondaryIndexProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.GlobalSecondaryIndexProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct GlobalSecondaryIndexProps(Struct);

impl GlobalSecondaryIndexProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(index_name: impl Into<String>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_dynamodb.GlobalSecondaryIndexProps")
                .with("indexName", Value::of::<String>(index_name)),
        )
    }

    /// Sets `contributorInsightsSpecification`.
    pub fn contributor_insights_specification(
        self,
        contributor_insights_specification: crate::aws_dynamodb::ContributorInsightsSpecification,
    ) -> Self {
        Self(self.0.with(
            "contributorInsightsSpecification",
            Value::from(contributor_insights_specification),
        ))
    }

    /// Sets `maxReadRequestUnits`.
    pub fn max_read_request_units(self, max_read_request_units: impl Into<f64>) -> Self {
        Self(self.0.with("maxReadRequestUnits", Value::of::<f64>(max_read_request_units)))
    }

    /// Sets `maxWriteRequestUnits`.
    pub fn max_write_request_units(self, max_write_request_units: impl Into<f64>) -> Self {
        Self(self.0.with("maxWriteRequestUnits", Value::of::<f64>(max_write_request_units)))
    }

    /// Sets `nonKeyAttributes`.
    pub fn non_key_attributes(
        self,
        non_key_attributes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with("nonKeyAttributes", Value::list::<String>(non_key_attributes)))
    }

    /// Sets `partitionKey`.
    pub fn partition_key(self, partition_key: crate::aws_dynamodb::Attribute) -> Self {
        Self(self.0.with("partitionKey", Value::from(partition_key)))
    }

    /// Sets `partitionKeys`.
    pub fn partition_keys(
        self,
        partition_keys: impl IntoIterator<Item = impl Into<crate::aws_dynamodb::Attribute>>,
    ) -> Self {
        Self(
            self.0.with(
                "partitionKeys",
                Value::list::<crate::aws_dynamodb::Attribute>(partition_keys),
            ),
        )
    }

    /// Sets `projectionType`.
    pub fn projection_type(self, projection_type: crate::aws_dynamodb::ProjectionType) -> Self {
        Self(self.0.with("projectionType", Value::from(projection_type)))
    }

    /// Sets `readCapacity`.
    pub fn read_capacity(self, read_capacity: impl Into<f64>) -> Self {
        Self(self.0.with("readCapacity", Value::of::<f64>(read_capacity)))
    }

    /// Sets `sortKey`.
    pub fn sort_key(self, sort_key: crate::aws_dynamodb::Attribute) -> Self {
        Self(self.0.with("sortKey", Value::from(sort_key)))
    }

    /// Sets `sortKeys`.
    pub fn sort_keys(
        self,
        sort_keys: impl IntoIterator<Item = impl Into<crate::aws_dynamodb::Attribute>>,
    ) -> Self {
        Self(self.0.with("sortKeys", Value::list::<crate::aws_dynamodb::Attribute>(sort_keys)))
    }

    /// Sets `warmThroughput`.
    pub fn warm_throughput(self, warm_throughput: crate::aws_dynamodb::WarmThroughput) -> Self {
        Self(self.0.with("warmThroughput", Value::from(warm_throughput)))
    }

    /// Sets `writeCapacity`.
    pub fn write_capacity(self, write_capacity: impl Into<f64>) -> Self {
        Self(self.0.with("writeCapacity", Value::of::<f64>(write_capacity)))
    }
}

impl From<GlobalSecondaryIndexProps> for Value {
    fn from(it: GlobalSecondaryIndexProps) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_dynamodb.InputCompressionType`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.InputCompressionType.html).
    InputCompressionType = "aws-cdk-lib.aws_dynamodb.InputCompressionType" { Gzip = "GZIP", Zstd = "ZSTD", None = "NONE" }
}

/// [`aws-cdk-lib.aws_dynamodb.PointInTimeRecoverySpecification`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.PointInTimeRecoverySpecification.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct PointInTimeRecoverySpecification(Struct);

impl PointInTimeRecoverySpecification {
    /// What is required, by name; nothing else set yet.
    pub fn new(point_in_time_recovery_enabled: bool) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_dynamodb.PointInTimeRecoverySpecification")
                .with("pointInTimeRecoveryEnabled", Value::from(point_in_time_recovery_enabled)),
        )
    }

    /// Sets `recoveryPeriodInDays`.
    pub fn recovery_period_in_days(self, recovery_period_in_days: impl Into<f64>) -> Self {
        Self(self.0.with("recoveryPeriodInDays", Value::of::<f64>(recovery_period_in_days)))
    }
}

impl From<PointInTimeRecoverySpecification> for Value {
    fn from(it: PointInTimeRecoverySpecification) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_dynamodb.ProjectionType`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.ProjectionType.html).
    ProjectionType = "aws-cdk-lib.aws_dynamodb.ProjectionType" { KeysOnly = "KEYS_ONLY", Include = "INCLUDE", All = "ALL" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_dynamodb.StreamViewType`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.StreamViewType.html).
    StreamViewType = "aws-cdk-lib.aws_dynamodb.StreamViewType" { NewImage = "NEW_IMAGE", OldImage = "OLD_IMAGE", NewAndOldImages = "NEW_AND_OLD_IMAGES", KeysOnly = "KEYS_ONLY" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_dynamodb.Table`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.Table.html).
    Table = "aws-cdk-lib.aws_dynamodb.Table" as [crate::Resource, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl Table {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_dynamodb::TableProps,
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

    /// Calls `addGlobalSecondaryIndex`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn add_global_secondary_index(
        &self,
        props: crate::aws_dynamodb::GlobalSecondaryIndexProps,
    ) -> Result<(), Error> {
        self.0.invoke("addGlobalSecondaryIndex", vec![Value::from(props)])
    }

    /// Reads `tableArn`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn table_arn(&self) -> Result<String, Error> {
        self.0.get("tableArn")
    }

    /// Reads `tableName`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn table_name(&self) -> Result<String, Error> {
        self.0.get("tableName")
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_dynamodb.TableClass`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.TableClass.html).
    TableClass = "aws-cdk-lib.aws_dynamodb.TableClass" { Standard = "STANDARD", StandardInfrequentAccess = "STANDARD_INFREQUENT_ACCESS" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_dynamodb.TableEncryption`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.TableEncryption.html).
    TableEncryption = "aws-cdk-lib.aws_dynamodb.TableEncryption" { Default = "DEFAULT", CustomerManaged = "CUSTOMER_MANAGED", AwsManaged = "AWS_MANAGED" }
}

/// [`aws-cdk-lib.aws_dynamodb.TableProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.TableProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct TableProps(Struct);

impl TableProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_dynamodb.TableProps"))
    }

    /// Sets `billingMode`.
    pub fn billing_mode(self, billing_mode: crate::aws_dynamodb::BillingMode) -> Self {
        Self(self.0.with("billingMode", Value::from(billing_mode)))
    }

    /// Sets `contributorInsightsSpecification`.
    pub fn contributor_insights_specification(
        self,
        contributor_insights_specification: crate::aws_dynamodb::ContributorInsightsSpecification,
    ) -> Self {
        Self(self.0.with(
            "contributorInsightsSpecification",
            Value::from(contributor_insights_specification),
        ))
    }

    /// Sets `deletionProtection`.
    pub fn deletion_protection(self, deletion_protection: bool) -> Self {
        Self(self.0.with("deletionProtection", Value::from(deletion_protection)))
    }

    /// Sets `encryption`.
    pub fn encryption(self, encryption: crate::aws_dynamodb::TableEncryption) -> Self {
        Self(self.0.with("encryption", Value::from(encryption)))
    }

    /// Sets `encryptionKey`.
    pub fn encryption_key(self, encryption_key: impl Into<crate::aws_kms::IKey>) -> Self {
        Self(self.0.with("encryptionKey", Value::of::<crate::aws_kms::IKey>(encryption_key)))
    }

    /// Sets `kinesisPrecisionTimestamp`.
    pub fn kinesis_precision_timestamp(
        self,
        kinesis_precision_timestamp: crate::aws_dynamodb::ApproximateCreationDateTimePrecision,
    ) -> Self {
        Self(self.0.with("kinesisPrecisionTimestamp", Value::from(kinesis_precision_timestamp)))
    }

    /// Sets `maxReadRequestUnits`.
    pub fn max_read_request_units(self, max_read_request_units: impl Into<f64>) -> Self {
        Self(self.0.with("maxReadRequestUnits", Value::of::<f64>(max_read_request_units)))
    }

    /// Sets `maxWriteRequestUnits`.
    pub fn max_write_request_units(self, max_write_request_units: impl Into<f64>) -> Self {
        Self(self.0.with("maxWriteRequestUnits", Value::of::<f64>(max_write_request_units)))
    }

    /// Sets `partitionKey`.
    pub fn partition_key(self, partition_key: crate::aws_dynamodb::Attribute) -> Self {
        Self(self.0.with("partitionKey", Value::from(partition_key)))
    }

    /// Sets `pointInTimeRecoverySpecification`.
    pub fn point_in_time_recovery_specification(
        self,
        point_in_time_recovery_specification: crate::aws_dynamodb::PointInTimeRecoverySpecification,
    ) -> Self {
        Self(self.0.with(
            "pointInTimeRecoverySpecification",
            Value::from(point_in_time_recovery_specification),
        ))
    }

    /// Sets `readCapacity`.
    pub fn read_capacity(self, read_capacity: impl Into<f64>) -> Self {
        Self(self.0.with("readCapacity", Value::of::<f64>(read_capacity)))
    }

    /// Sets `removalPolicy`.
    pub fn removal_policy(self, removal_policy: crate::RemovalPolicy) -> Self {
        Self(self.0.with("removalPolicy", Value::from(removal_policy)))
    }

    /// Sets `replicaRemovalPolicy`.
    pub fn replica_removal_policy(self, replica_removal_policy: crate::RemovalPolicy) -> Self {
        Self(self.0.with("replicaRemovalPolicy", Value::from(replica_removal_policy)))
    }

    /// Sets `replicationRegions`.
    pub fn replication_regions(
        self,
        replication_regions: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with("replicationRegions", Value::list::<String>(replication_regions)))
    }

    /// Sets `replicationTimeout`.
    pub fn replication_timeout(self, replication_timeout: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("replicationTimeout", Value::of::<crate::Duration>(replication_timeout)))
    }

    /// Sets `resourcePolicy`.
    pub fn resource_policy(
        self,
        resource_policy: impl Into<crate::aws_iam::PolicyDocument>,
    ) -> Self {
        Self(
            self.0.with(
                "resourcePolicy",
                Value::of::<crate::aws_iam::PolicyDocument>(resource_policy),
            ),
        )
    }

    /// Sets `sortKey`.
    pub fn sort_key(self, sort_key: crate::aws_dynamodb::Attribute) -> Self {
        Self(self.0.with("sortKey", Value::from(sort_key)))
    }

    /// Sets `stream`.
    pub fn stream(self, stream: crate::aws_dynamodb::StreamViewType) -> Self {
        Self(self.0.with("stream", Value::from(stream)))
    }

    /// Sets `tableClass`.
    pub fn table_class(self, table_class: crate::aws_dynamodb::TableClass) -> Self {
        Self(self.0.with("tableClass", Value::from(table_class)))
    }

    /// Sets `tableName`.
    pub fn table_name(self, table_name: impl Into<String>) -> Self {
        Self(self.0.with("tableName", Value::of::<String>(table_name)))
    }

    /// Sets `timeToLiveAttribute`.
    pub fn time_to_live_attribute(self, time_to_live_attribute: impl Into<String>) -> Self {
        Self(self.0.with("timeToLiveAttribute", Value::of::<String>(time_to_live_attribute)))
    }

    /// Sets `waitForReplicationToFinish`.
    pub fn wait_for_replication_to_finish(self, wait_for_replication_to_finish: bool) -> Self {
        Self(self.0.with("waitForReplicationToFinish", Value::from(wait_for_replication_to_finish)))
    }

    /// Sets `warmThroughput`.
    pub fn warm_throughput(self, warm_throughput: crate::aws_dynamodb::WarmThroughput) -> Self {
        Self(self.0.with("warmThroughput", Value::from(warm_throughput)))
    }

    /// Sets `writeCapacity`.
    pub fn write_capacity(self, write_capacity: impl Into<f64>) -> Self {
        Self(self.0.with("writeCapacity", Value::of::<f64>(write_capacity)))
    }
}

impl Default for TableProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<TableProps> for Value {
    fn from(it: TableProps) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_dynamodb.WarmThroughput`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.WarmThroughput.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct WarmThroughput(Struct);

impl WarmThroughput {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_dynamodb.WarmThroughput"))
    }

    /// Sets `readUnitsPerSecond`.
    pub fn read_units_per_second(self, read_units_per_second: impl Into<f64>) -> Self {
        Self(self.0.with("readUnitsPerSecond", Value::of::<f64>(read_units_per_second)))
    }

    /// Sets `writeUnitsPerSecond`.
    pub fn write_units_per_second(self, write_units_per_second: impl Into<f64>) -> Self {
        Self(self.0.with("writeUnitsPerSecond", Value::of::<f64>(write_units_per_second)))
    }
}

impl Default for WarmThroughput {
    fn default() -> Self {
        Self::new()
    }
}

impl From<WarmThroughput> for Value {
    fn from(it: WarmThroughput) -> Self {
        Self::from(it.0)
    }
}
