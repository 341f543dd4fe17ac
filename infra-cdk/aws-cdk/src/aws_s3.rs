// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_s3`.

use jsii::{Error, Kernel, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_s3.BlockPublicAccess`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.BlockPublicAccess.html).
    BlockPublicAccess = "aws-cdk-lib.aws_s3.BlockPublicAccess" as []
}

impl BlockPublicAccess {
    /// Reads `BLOCK_ALL`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn block_all(kernel: &Kernel) -> Result<crate::aws_s3::BlockPublicAccess, Error> {
        kernel.get_static(Self::CLASS, "BLOCK_ALL")
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_s3.Bucket`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.Bucket.html).
    Bucket = "aws-cdk-lib.aws_s3.Bucket" as [crate::Resource, crate::aws_s3::IBucket, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl Bucket {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_s3::BucketProps,
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

    /// Reads `bucketArn`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn bucket_arn(&self) -> Result<String, Error> {
        self.0.get("bucketArn")
    }

    /// Reads `bucketName`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn bucket_name(&self) -> Result<String, Error> {
        self.0.get("bucketName")
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_s3.BucketAccessControl`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.BucketAccessControl.html).
    BucketAccessControl = "aws-cdk-lib.aws_s3.BucketAccessControl" { Private = "PRIVATE", PublicRead = "PUBLIC_READ", PublicReadWrite = "PUBLIC_READ_WRITE", AuthenticatedRead = "AUTHENTICATED_READ", LogDeliveryWrite = "LOG_DELIVERY_WRITE", BucketOwnerRead = "BUCKET_OWNER_READ", BucketOwnerFullControl = "BUCKET_OWNER_FULL_CONTROL", AwsExecRead = "AWS_EXEC_READ" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_s3.BucketEncryption`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.BucketEncryption.html).
    BucketEncryption = "aws-cdk-lib.aws_s3.BucketEncryption" { Unencrypted = "UNENCRYPTED", KmsManaged = "KMS_MANAGED", S3Managed = "S3_MANAGED", Kms = "KMS", DsseManaged = "DSSE_MANAGED", Dsse = "DSSE" }
}

/// [`aws-cdk-lib.aws_s3.BucketMetrics`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.BucketMetrics.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct BucketMetrics(Struct);

impl BucketMetrics {
    /// What is required, by name; nothing else set yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self(Struct::new("aws-cdk-lib.aws_s3.BucketMetrics").with("id", Value::of::<String>(id)))
    }

    /// Sets `prefix`.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self(self.0.with("prefix", Value::of::<String>(prefix)))
    }

    /// Sets `tagFilters`.
    pub fn tag_filters(
        self,
        tag_filters: impl IntoIterator<Item = (impl Into<String>, impl Into<Value>)>,
    ) -> Self {
        Self(self.0.with("tagFilters", Value::map::<Value>(tag_filters)))
    }
}

impl From<BucketMetrics> for Value {
    fn from(it: BucketMetrics) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_s3.BucketNamespace`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.BucketNamespace.html).
    BucketNamespace = "aws-cdk-lib.aws_s3.BucketNamespace" { Global = "GLOBAL", AccountRegional = "ACCOUNT_REGIONAL" }
}

/// [`aws-cdk-lib.aws_s3.BucketProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.BucketProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct BucketProps(Struct);

impl BucketProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_s3.BucketProps"))
    }

    /// Sets `abacStatus`.
    pub fn abac_status(self, abac_status: bool) -> Self {
        Self(self.0.with("abacStatus", Value::from(abac_status)))
    }

    /// Sets `accessControl`.
    pub fn access_control(self, access_control: crate::aws_s3::BucketAccessControl) -> Self {
        Self(self.0.with("accessControl", Value::from(access_control)))
    }

    /// Sets `autoDeleteObjects`.
    pub fn auto_delete_objects(self, auto_delete_objects: bool) -> Self {
        Self(self.0.with("autoDeleteObjects", Value::from(auto_delete_objects)))
    }

    /// Sets `blockPublicAccess`.
    pub fn block_public_access(
        self,
        block_public_access: impl Into<crate::aws_s3::BlockPublicAccess>,
    ) -> Self {
        Self(self.0.with(
            "blockPublicAccess",
            Value::of::<crate::aws_s3::BlockPublicAccess>(block_public_access),
        ))
    }

    /// Sets `bucketKeyEnabled`.
    pub fn bucket_key_enabled(self, bucket_key_enabled: bool) -> Self {
        Self(self.0.with("bucketKeyEnabled", Value::from(bucket_key_enabled)))
    }

    /// Sets `bucketName`.
    pub fn bucket_name(self, bucket_name: impl Into<String>) -> Self {
        Self(self.0.with("bucketName", Value::of::<String>(bucket_name)))
    }

    /// Sets `bucketNamePrefix`.
    pub fn bucket_name_prefix(self, bucket_name_prefix: impl Into<String>) -> Self {
        Self(self.0.with("bucketNamePrefix", Value::of::<String>(bucket_name_prefix)))
    }

    /// Sets `bucketNamespace`.
    pub fn bucket_namespace(self, bucket_namespace: crate::aws_s3::BucketNamespace) -> Self {
        Self(self.0.with("bucketNamespace", Value::from(bucket_namespace)))
    }

    /// Sets `cors`.
    pub fn cors(self, cors: impl IntoIterator<Item = impl Into<crate::aws_s3::CorsRule>>) -> Self {
        Self(self.0.with("cors", Value::list::<crate::aws_s3::CorsRule>(cors)))
    }

    /// Sets `encryption`.
    pub fn encryption(self, encryption: crate::aws_s3::BucketEncryption) -> Self {
        Self(self.0.with("encryption", Value::from(encryption)))
    }

    /// Sets `encryptionKey`.
    pub fn encryption_key(self, encryption_key: impl Into<crate::aws_kms::IKey>) -> Self {
        Self(self.0.with("encryptionKey", Value::of::<crate::aws_kms::IKey>(encryption_key)))
    }

    /// Sets `enforceSSL`.
    pub fn enforce_ssl(self, enforce_ssl: bool) -> Self {
        Self(self.0.with("enforceSSL", Value::from(enforce_ssl)))
    }

    /// Sets `eventBridgeEnabled`.
    pub fn event_bridge_enabled(self, event_bridge_enabled: bool) -> Self {
        Self(self.0.with("eventBridgeEnabled", Value::from(event_bridge_enabled)))
    }

    /// Sets `intelligentTieringConfigurations`.
    pub fn intelligent_tiering_configurations(
        self,
        intelligent_tiering_configurations: impl IntoIterator<
            Item = impl Into<crate::aws_s3::IntelligentTieringConfiguration>,
        >,
    ) -> Self {
        Self(self.0.with(
            "intelligentTieringConfigurations",
            Value::list::<crate::aws_s3::IntelligentTieringConfiguration>(
                intelligent_tiering_configurations,
            ),
        ))
    }

    /// Sets `inventories`.
    pub fn inventories(
        self,
        inventories: impl IntoIterator<Item = impl Into<crate::aws_s3::Inventory>>,
    ) -> Self {
        Self(self.0.with("inventories", Value::list::<crate::aws_s3::Inventory>(inventories)))
    }

    /// Sets `lifecycleRules`.
    pub fn lifecycle_rules(
        self,
        lifecycle_rules: impl IntoIterator<Item = impl Into<crate::aws_s3::LifecycleRule>>,
    ) -> Self {
        Self(
            self.0.with(
                "lifecycleRules",
                Value::list::<crate::aws_s3::LifecycleRule>(lifecycle_rules),
            ),
        )
    }

    /// Sets `metrics`.
    pub fn metrics(
        self,
        metrics: impl IntoIterator<Item = impl Into<crate::aws_s3::BucketMetrics>>,
    ) -> Self {
        Self(self.0.with("metrics", Value::list::<crate::aws_s3::BucketMetrics>(metrics)))
    }

    /// Sets `minimumTLSVersion`.
    pub fn minimum_tls_version(self, minimum_tls_version: impl Into<f64>) -> Self {
        Self(self.0.with("minimumTLSVersion", Value::of::<f64>(minimum_tls_version)))
    }

    /// Sets `notificationsHandlerRole`.
    pub fn notifications_handler_role(
        self,
        notifications_handler_role: impl Into<crate::aws_iam::IRole>,
    ) -> Self {
        Self(self.0.with(
            "notificationsHandlerRole",
            Value::of::<crate::aws_iam::IRole>(notifications_handler_role),
        ))
    }

    /// Sets `notificationsSkipDestinationValidation`.
    pub fn notifications_skip_destination_validation(
        self,
        notifications_skip_destination_validation: bool,
    ) -> Self {
        Self(self.0.with(
            "notificationsSkipDestinationValidation",
            Value::from(notifications_skip_destination_validation),
        ))
    }

    /// Sets `objectLockEnabled`.
    pub fn object_lock_enabled(self, object_lock_enabled: bool) -> Self {
        Self(self.0.with("objectLockEnabled", Value::from(object_lock_enabled)))
    }

    /// Sets `objectOwnership`.
    pub fn object_ownership(self, object_ownership: crate::aws_s3::ObjectOwnership) -> Self {
        Self(self.0.with("objectOwnership", Value::from(object_ownership)))
    }

    /// Sets `publicReadAccess`.
    pub fn public_read_access(self, public_read_access: bool) -> Self {
        Self(self.0.with("publicReadAccess", Value::from(public_read_access)))
    }

    /// Sets `removalPolicy`.
    pub fn removal_policy(self, removal_policy: crate::RemovalPolicy) -> Self {
        Self(self.0.with("removalPolicy", Value::from(removal_policy)))
    }

    /// Sets `replicationRole`.
    pub fn replication_role(self, replication_role: impl Into<crate::aws_iam::IRole>) -> Self {
        Self(self.0.with("replicationRole", Value::of::<crate::aws_iam::IRole>(replication_role)))
    }

    /// Sets `replicationRules`.
    pub fn replication_rules(
        self,
        replication_rules: impl IntoIterator<Item = impl Into<crate::aws_s3::ReplicationRule>>,
    ) -> Self {
        Self(self.0.with(
            "replicationRules",
            Value::list::<crate::aws_s3::ReplicationRule>(replication_rules),
        ))
    }

    /// Sets `serverAccessLogsBucket`.
    pub fn server_access_logs_bucket(
        self,
        server_access_logs_bucket: impl Into<crate::aws_s3::IBucket>,
    ) -> Self {
        Self(self.0.with(
            "serverAccessLogsBucket",
            Value::of::<crate::aws_s3::IBucket>(server_access_logs_bucket),
        ))
    }

    /// Sets `serverAccessLogsPrefix`.
    pub fn server_access_logs_prefix(self, server_access_logs_prefix: impl Into<String>) -> Self {
        Self(self.0.with("serverAccessLogsPrefix", Value::of::<String>(server_access_logs_prefix)))
    }

    /// Sets `transferAcceleration`.
    pub fn transfer_acceleration(self, transfer_acceleration: bool) -> Self {
        Self(self.0.with("transferAcceleration", Value::from(transfer_acceleration)))
    }

    /// Sets `transitionDefaultMinimumObjectSize`.
    pub fn transition_default_minimum_object_size(
        self,
        transition_default_minimum_object_size: crate::aws_s3::TransitionDefaultMinimumObjectSize,
    ) -> Self {
        Self(self.0.with(
            "transitionDefaultMinimumObjectSize",
            Value::from(transition_default_minimum_object_size),
        ))
    }

    /// Sets `versioned`.
    pub fn versioned(self, versioned: bool) -> Self {
        Self(self.0.with("versioned", Value::from(versioned)))
    }

    /// Sets `websiteErrorDocument`.
    pub fn website_error_document(self, website_error_document: impl Into<String>) -> Self {
        Self(self.0.with("websiteErrorDocument", Value::of::<String>(website_error_document)))
    }

    /// Sets `websiteIndexDocument`.
    pub fn website_index_document(self, website_index_document: impl Into<String>) -> Self {
        Self(self.0.with("websiteIndexDocument", Value::of::<String>(website_index_document)))
    }

    /// Sets `websiteRedirect`.
    pub fn website_redirect(self, website_redirect: crate::aws_s3::RedirectTarget) -> Self {
        Self(self.0.with("websiteRedirect", Value::from(website_redirect)))
    }

    /// Sets `websiteRoutingRules`.
    pub fn website_routing_rules(
        self,
        website_routing_rules: impl IntoIterator<Item = impl Into<crate::aws_s3::RoutingRule>>,
    ) -> Self {
        Self(self.0.with(
            "websiteRoutingRules",
            Value::list::<crate::aws_s3::RoutingRule>(website_routing_rules),
        ))
    }
}

impl Default for BucketProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<BucketProps> for Value {
    fn from(it: BucketProps) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_s3.CorsRule`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.CorsRule.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct CorsRule(Struct);

impl CorsRule {
    /// What is required, by name; nothing else set yet.
    pub fn new(
        allowed_methods: impl IntoIterator<Item = impl Into<crate::aws_s3::HttpMethods>>,
        allowed_origins: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_s3.CorsRule")
                .with("allowedMethods", Value::list::<crate::aws_s3::HttpMethods>(allowed_methods))
                .with("allowedOrigins", Value::list::<String>(allowed_origins)),
        )
    }

    /// Sets `allowedHeaders`.
    pub fn allowed_headers(
        self,
        allowed_headers: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with("allowedHeaders", Value::list::<String>(allowed_headers)))
    }

    /// Sets `exposedHeaders`.
    pub fn exposed_headers(
        self,
        exposed_headers: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with("exposedHeaders", Value::list::<String>(exposed_headers)))
    }

    /// Sets `id`.
    pub fn id(self, id: impl Into<String>) -> Self {
        Self(self.0.with("id", Value::of::<String>(id)))
    }

    /// Sets `maxAge`.
    pub fn max_age(self, max_age: impl Into<f64>) -> Self {
        Self(self.0.with("maxAge", Value::of::<f64>(max_age)))
    }
}

impl From<CorsRule> for Value {
    fn from(it: CorsRule) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_s3.Filter`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.Filter.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct Filter(Struct);

impl Filter {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_s3.Filter"))
    }

    /// Sets `prefix`.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self(self.0.with("prefix", Value::of::<String>(prefix)))
    }

    /// Sets `tags`.
    pub fn tags(self, tags: impl IntoIterator<Item = impl Into<crate::aws_s3::Tag>>) -> Self {
        Self(self.0.with("tags", Value::list::<crate::aws_s3::Tag>(tags)))
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Filter> for Value {
    fn from(it: Filter) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_s3.HttpMethods`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.HttpMethods.html).
    HttpMethods = "aws-cdk-lib.aws_s3.HttpMethods" { Get = "GET", Put = "PUT", Head = "HEAD", Post = "POST", Delete = "DELETE" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_s3.IBucket`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.IBucket.html).
    IBucket = "aws-cdk-lib.aws_s3.IBucket" as [crate::constructs::IConstruct]
}

/// [`aws-cdk-lib.aws_s3.IntelligentTieringConfiguration`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.IntelligentTieringConfiguration.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct IntelligentTieringConfiguration(Struct);

impl IntelligentTieringConfiguration {
    /// What is required, by name; nothing else set yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_s3.IntelligentTieringConfiguration")
                .with("name", Value::of::<String>(name)),
        )
    }

    /// Sets `archiveAccessTierTime`.
    pub fn archive_access_tier_time(
        self,
        archive_access_tier_time: impl Into<crate::Duration>,
    ) -> Self {
        Self(
            self.0.with(
                "archiveAccessTierTime",
                Value::of::<crate::Duration>(archive_access_tier_time),
            ),
        )
    }

    /// Sets `deepArchiveAccessTierTime`.
    pub fn deep_archive_access_tier_time(
        self,
        deep_archive_access_tier_time: impl Into<crate::Duration>,
    ) -> Self {
        Self(self.0.with(
            "deepArchiveAccessTierTime",
            Value::of::<crate::Duration>(deep_archive_access_tier_time),
        ))
    }

    /// Sets `prefix`.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self(self.0.with("prefix", Value::of::<String>(prefix)))
    }

    /// Sets `tags`.
    pub fn tags(self, tags: impl IntoIterator<Item = impl Into<crate::aws_s3::Tag>>) -> Self {
        Self(self.0.with("tags", Value::list::<crate::aws_s3::Tag>(tags)))
    }
}

impl From<IntelligentTieringConfiguration> for Value {
    fn from(it: IntelligentTieringConfiguration) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_s3.Inventory`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.Inventory.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct Inventory(Struct);

impl Inventory {
    /// What is required, by name; nothing else set yet.
    pub fn new(destination: crate::aws_s3::InventoryDestination) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_s3.Inventory")
                .with("destination", Value::from(destination)),
        )
    }

    /// Sets `enabled`.
    pub fn enabled(self, enabled: bool) -> Self {
        Self(self.0.with("enabled", Value::from(enabled)))
    }

    /// Sets `format`.
    pub fn format(self, format: crate::aws_s3::InventoryFormat) -> Self {
        Self(self.0.with("format", Value::from(format)))
    }

    /// Sets `frequency`.
    pub fn frequency(self, frequency: crate::aws_s3::InventoryFrequency) -> Self {
        Self(self.0.with("frequency", Value::from(frequency)))
    }

    /// Sets `includeObjectVersions`.
    pub fn include_object_versions(
        self,
        include_object_versions: crate::aws_s3::InventoryObjectVersion,
    ) -> Self {
        Self(self.0.with("includeObjectVersions", Value::from(include_object_versions)))
    }

    /// Sets `inventoryId`.
    pub fn inventory_id(self, inventory_id: impl Into<String>) -> Self {
        Self(self.0.with("inventoryId", Value::of::<String>(inventory_id)))
    }

    /// Sets `objectsPrefix`.
    pub fn objects_prefix(self, objects_prefix: impl Into<String>) -> Self {
        Self(self.0.with("objectsPrefix", Value::of::<String>(objects_prefix)))
    }

    /// Sets `optionalFields`.
    pub fn optional_fields(
        self,
        optional_fields: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with("optionalFields", Value::list::<String>(optional_fields)))
    }
}

impl From<Inventory> for Value {
    fn from(it: Inventory) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_s3.InventoryDestination`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.InventoryDestination.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct InventoryDestination(Struct);

impl InventoryDestination {
    /// What is required, by name; nothing else set yet.
    pub fn new(bucket: impl Into<crate::aws_s3::IBucket>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_s3.InventoryDestination")
                .with("bucket", Value::of::<crate::aws_s3::IBucket>(bucket)),
        )
    }

    /// Sets `bucketOwner`.
    pub fn bucket_owner(self, bucket_owner: impl Into<String>) -> Self {
        Self(self.0.with("bucketOwner", Value::of::<String>(bucket_owner)))
    }

    /// Sets `prefix`.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self(self.0.with("prefix", Value::of::<String>(prefix)))
    }
}

impl From<InventoryDestination> for Value {
    fn from(it: InventoryDestination) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_s3.InventoryFormat`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.InventoryFormat.html).
    InventoryFormat = "aws-cdk-lib.aws_s3.InventoryFormat" { Csv = "CSV", Parquet = "PARQUET", Orc = "ORC" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_s3.InventoryFrequency`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.InventoryFrequency.html).
    InventoryFrequency = "aws-cdk-lib.aws_s3.InventoryFrequency" { Daily = "DAILY", Weekly = "WEEKLY" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_s3.InventoryObjectVersion`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.InventoryObjectVersion.html).
    InventoryObjectVersion = "aws-cdk-lib.aws_s3.InventoryObjectVersion" { All = "ALL", Current = "CURRENT" }
}

/// [`aws-cdk-lib.aws_s3.LifecycleRule`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.LifecycleRule.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct LifecycleRule(Struct);

impl LifecycleRule {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_s3.LifecycleRule"))
    }

    /// Sets `abortIncompleteMultipartUploadAfter`.
    pub fn abort_incomplete_multipart_upload_after(
        self,
        abort_incomplete_multipart_upload_after: impl Into<crate::Duration>,
    ) -> Self {
        Self(self.0.with(
            "abortIncompleteMultipartUploadAfter",
            Value::of::<crate::Duration>(abort_incomplete_multipart_upload_after),
        ))
    }

    /// Sets `enabled`.
    pub fn enabled(self, enabled: bool) -> Self {
        Self(self.0.with("enabled", Value::from(enabled)))
    }

    /// Sets `expiration`.
    pub fn expiration(self, expiration: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("expiration", Value::of::<crate::Duration>(expiration)))
    }

    /// Sets `expiredObjectDeleteMarker`.
    pub fn expired_object_delete_marker(self, expired_object_delete_marker: bool) -> Self {
        Self(self.0.with("expiredObjectDeleteMarker", Value::from(expired_object_delete_marker)))
    }

    /// Sets `id`.
    pub fn id(self, id: impl Into<String>) -> Self {
        Self(self.0.with("id", Value::of::<String>(id)))
    }

    /// Sets `noncurrentVersionExpiration`.
    pub fn noncurrent_version_expiration(
        self,
        noncurrent_version_expiration: impl Into<crate::Duration>,
    ) -> Self {
        Self(self.0.with(
            "noncurrentVersionExpiration",
            Value::of::<crate::Duration>(noncurrent_version_expiration),
        ))
    }

    /// Sets `noncurrentVersionsToRetain`.
    pub fn noncurrent_versions_to_retain(
        self,
        noncurrent_versions_to_retain: impl Into<f64>,
    ) -> Self {
        Self(
            self.0.with(
                "noncurrentVersionsToRetain",
                Value::of::<f64>(noncurrent_versions_to_retain),
            ),
        )
    }

    /// Sets `objectSizeGreaterThan`.
    pub fn object_size_greater_than(self, object_size_greater_than: impl Into<f64>) -> Self {
        Self(self.0.with("objectSizeGreaterThan", Value::of::<f64>(object_size_greater_than)))
    }

    /// Sets `objectSizeLessThan`.
    pub fn object_size_less_than(self, object_size_less_than: impl Into<f64>) -> Self {
        Self(self.0.with("objectSizeLessThan", Value::of::<f64>(object_size_less_than)))
    }

    /// Sets `prefix`.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self(self.0.with("prefix", Value::of::<String>(prefix)))
    }

    /// Sets `tagFilters`.
    pub fn tag_filters(
        self,
        tag_filters: impl IntoIterator<Item = (impl Into<String>, impl Into<Value>)>,
    ) -> Self {
        Self(self.0.with("tagFilters", Value::map::<Value>(tag_filters)))
    }
}

impl Default for LifecycleRule {
    fn default() -> Self {
        Self::new()
    }
}

impl From<LifecycleRule> for Value {
    fn from(it: LifecycleRule) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_s3.ObjectOwnership`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.ObjectOwnership.html).
    ObjectOwnership = "aws-cdk-lib.aws_s3.ObjectOwnership" { BucketOwnerEnforced = "BUCKET_OWNER_ENFORCED", BucketOwnerPreferred = "BUCKET_OWNER_PREFERRED", ObjectWriter = "OBJECT_WRITER" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_s3.RedirectProtocol`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.RedirectProtocol.html).
    RedirectProtocol = "aws-cdk-lib.aws_s3.RedirectProtocol" { Http = "HTTP", Https = "HTTPS" }
}

/// [`aws-cdk-lib.aws_s3.RedirectTarget`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.RedirectTarget.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct RedirectTarget(Struct);

impl RedirectTarget {
    /// What is required, by name; nothing else set yet.
    pub fn new(host_name: impl Into<String>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_s3.RedirectTarget")
                .with("hostName", Value::of::<String>(host_name)),
        )
    }

    /// Sets `protocol`.
    pub fn protocol(self, protocol: crate::aws_s3::RedirectProtocol) -> Self {
        Self(self.0.with("protocol", Value::from(protocol)))
    }
}

impl From<RedirectTarget> for Value {
    fn from(it: RedirectTarget) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_s3.ReplicationRule`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.ReplicationRule.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct ReplicationRule(Struct);

impl ReplicationRule {
    /// What is required, by name; nothing else set yet.
    pub fn new(destination: impl Into<crate::aws_s3::IBucket>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_s3.ReplicationRule")
                .with("destination", Value::of::<crate::aws_s3::IBucket>(destination)),
        )
    }

    /// Sets `accessControlTransition`.
    pub fn access_control_transition(self, access_control_transition: bool) -> Self {
        Self(self.0.with("accessControlTransition", Value::from(access_control_transition)))
    }

    /// Sets `deleteMarkerReplication`.
    pub fn delete_marker_replication(self, delete_marker_replication: bool) -> Self {
        Self(self.0.with("deleteMarkerReplication", Value::from(delete_marker_replication)))
    }

    /// Sets `filter`.
    pub fn filter(self, filter: crate::aws_s3::Filter) -> Self {
        Self(self.0.with("filter", Value::from(filter)))
    }

    /// Sets `id`.
    pub fn id(self, id: impl Into<String>) -> Self {
        Self(self.0.with("id", Value::of::<String>(id)))
    }

    /// Sets `kmsKey`.
    pub fn kms_key(self, kms_key: impl Into<crate::aws_kms::IKey>) -> Self {
        Self(self.0.with("kmsKey", Value::of::<crate::aws_kms::IKey>(kms_key)))
    }

    /// Sets `priority`.
    pub fn priority(self, priority: impl Into<f64>) -> Self {
        Self(self.0.with("priority", Value::of::<f64>(priority)))
    }

    /// Sets `replicaModifications`.
    pub fn replica_modifications(self, replica_modifications: bool) -> Self {
        Self(self.0.with("replicaModifications", Value::from(replica_modifications)))
    }

    /// Sets `sseKmsEncryptedObjects`.
    pub fn sse_kms_encrypted_objects(self, sse_kms_encrypted_objects: bool) -> Self {
        Self(self.0.with("sseKmsEncryptedObjects", Value::from(sse_kms_encrypted_objects)))
    }
}

impl From<ReplicationRule> for Value {
    fn from(it: ReplicationRule) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_s3.RoutingRule`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.RoutingRule.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct RoutingRule(Struct);

impl RoutingRule {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_s3.RoutingRule"))
    }

    /// Sets `condition`.
    pub fn condition(self, condition: crate::aws_s3::RoutingRuleCondition) -> Self {
        Self(self.0.with("condition", Value::from(condition)))
    }

    /// Sets `hostName`.
    pub fn host_name(self, host_name: impl Into<String>) -> Self {
        Self(self.0.with("hostName", Value::of::<String>(host_name)))
    }

    /// Sets `httpRedirectCode`.
    pub fn http_redirect_code(self, http_redirect_code: impl Into<String>) -> Self {
        Self(self.0.with("httpRedirectCode", Value::of::<String>(http_redirect_code)))
    }

    /// Sets `protocol`.
    pub fn protocol(self, protocol: crate::aws_s3::RedirectProtocol) -> Self {
        Self(self.0.with("protocol", Value::from(protocol)))
    }
}

impl Default for RoutingRule {
    fn default() -> Self {
        Self::new()
    }
}

impl From<RoutingRule> for Value {
    fn from(it: RoutingRule) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_s3.RoutingRuleCondition`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.RoutingRuleCondition.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct RoutingRuleCondition(Struct);

impl RoutingRuleCondition {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_s3.RoutingRuleCondition"))
    }

    /// Sets `httpErrorCodeReturnedEquals`.
    pub fn http_error_code_returned_equals(
        self,
        http_error_code_returned_equals: impl Into<String>,
    ) -> Self {
        Self(self.0.with(
            "httpErrorCodeReturnedEquals",
            Value::of::<String>(http_error_code_returned_equals),
        ))
    }

    /// Sets `keyPrefixEquals`.
    pub fn key_prefix_equals(self, key_prefix_equals: impl Into<String>) -> Self {
        Self(self.0.with("keyPrefixEquals", Value::of::<String>(key_prefix_equals)))
    }
}

impl Default for RoutingRuleCondition {
    fn default() -> Self {
        Self::new()
    }
}

impl From<RoutingRuleCondition> for Value {
    fn from(it: RoutingRuleCondition) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_s3.Tag`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.Tag.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct Tag(Struct);

impl Tag {
    /// What is required, by name; nothing else set yet.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_s3.Tag")
                .with("key", Value::of::<String>(key))
                .with("value", Value::of::<String>(value)),
        )
    }
}

impl From<Tag> for Value {
    fn from(it: Tag) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_s3.TransitionDefaultMinimumObjectSize`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.TransitionDefaultMinimumObjectSize.html).
    TransitionDefaultMinimumObjectSize = "aws-cdk-lib.aws_s3.TransitionDefaultMinimumObjectSize" { AllStorageClasses128K = "ALL_STORAGE_CLASSES_128_K", VariesByStorageClass = "VARIES_BY_STORAGE_CLASS" }
}
