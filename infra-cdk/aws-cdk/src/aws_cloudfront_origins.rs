// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_cloudfront_origins`.

use jsii::{Error, Kernel, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudfront_origins.HttpOrigin`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront_origins.HttpOrigin.html).
    HttpOrigin = "aws-cdk-lib.aws_cloudfront_origins.HttpOrigin" as [crate::aws_cloudfront::IOrigin]
}

impl HttpOrigin {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        kernel: &Kernel,
        domain_name: impl Into<String>,
        props: crate::aws_cloudfront_origins::HttpOriginProps,
    ) -> Result<Self, Error> {
        kernel
            .create(Self::CLASS, vec![Value::of::<String>(domain_name), Value::from(props)])
            .map(Self::from)
    }
}

/// [`aws-cdk-lib.aws_cloudfront_origins.HttpOriginProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront_origins.HttpOriginProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct HttpOriginProps(Struct);

impl HttpOriginProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cloudfront_origins.HttpOriginProps"))
    }

    /// Sets `connectionAttempts`.
    pub fn connection_attempts(self, connection_attempts: impl Into<f64>) -> Self {
        Self(self.0.with("connectionAttempts", Value::of::<f64>(connection_attempts)))
    }

    /// Sets `connectionTimeout`.
    pub fn connection_timeout(self, connection_timeout: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("connectionTimeout", Value::of::<crate::Duration>(connection_timeout)))
    }

    /// Sets `customHeaders`.
    pub fn custom_headers(
        self,
        custom_headers: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        Self(self.0.with("customHeaders", Value::map::<String>(custom_headers)))
    }

    /// Sets `httpPort`.
    pub fn http_port(self, http_port: impl Into<f64>) -> Self {
        Self(self.0.with("httpPort", Value::of::<f64>(http_port)))
    }

    /// Sets `httpsPort`.
    pub fn https_port(self, https_port: impl Into<f64>) -> Self {
        Self(self.0.with("httpsPort", Value::of::<f64>(https_port)))
    }

    /// Sets `ipAddressType`.
    pub fn ip_address_type(
        self,
        ip_address_type: crate::aws_cloudfront::OriginIpAddressType,
    ) -> Self {
        Self(self.0.with("ipAddressType", Value::from(ip_address_type)))
    }

    /// Sets `keepaliveTimeout`.
    pub fn keepalive_timeout(self, keepalive_timeout: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("keepaliveTimeout", Value::of::<crate::Duration>(keepalive_timeout)))
    }

    /// Sets `originAccessControlId`.
    pub fn origin_access_control_id(self, origin_access_control_id: impl Into<String>) -> Self {
        Self(self.0.with("originAccessControlId", Value::of::<String>(origin_access_control_id)))
    }

    /// Sets `originId`.
    pub fn origin_id(self, origin_id: impl Into<String>) -> Self {
        Self(self.0.with("originId", Value::of::<String>(origin_id)))
    }

    /// Sets `originPath`.
    pub fn origin_path(self, origin_path: impl Into<String>) -> Self {
        Self(self.0.with("originPath", Value::of::<String>(origin_path)))
    }

    /// Sets `originShieldEnabled`.
    pub fn origin_shield_enabled(self, origin_shield_enabled: bool) -> Self {
        Self(self.0.with("originShieldEnabled", Value::from(origin_shield_enabled)))
    }

    /// Sets `originShieldRegion`.
    pub fn origin_shield_region(self, origin_shield_region: impl Into<String>) -> Self {
        Self(self.0.with("originShieldRegion", Value::of::<String>(origin_shield_region)))
    }

    /// Sets `originSslProtocols`.
    pub fn origin_ssl_protocols(
        self,
        origin_ssl_protocols: impl IntoIterator<
            Item = impl Into<crate::aws_cloudfront::OriginSslPolicy>,
        >,
    ) -> Self {
        Self(self.0.with(
            "originSslProtocols",
            Value::list::<crate::aws_cloudfront::OriginSslPolicy>(origin_ssl_protocols),
        ))
    }

    /// Sets `protocolPolicy`.
    pub fn protocol_policy(
        self,
        protocol_policy: crate::aws_cloudfront::OriginProtocolPolicy,
    ) -> Self {
        Self(self.0.with("protocolPolicy", Value::from(protocol_policy)))
    }

    /// Sets `readTimeout`.
    pub fn read_timeout(self, read_timeout: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("readTimeout", Value::of::<crate::Duration>(read_timeout)))
    }

    /// Sets `responseCompletionTimeout`.
    pub fn response_completion_timeout(
        self,
        response_completion_timeout: impl Into<crate::Duration>,
    ) -> Self {
        Self(self.0.with(
            "responseCompletionTimeout",
            Value::of::<crate::Duration>(response_completion_timeout),
        ))
    }
}

impl Default for HttpOriginProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<HttpOriginProps> for Value {
    fn from(it: HttpOriginProps) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudfront_origins.S3BucketOrigin`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront_origins.S3BucketOrigin.html).
    S3BucketOrigin = "aws-cdk-lib.aws_cloudfront_origins.S3BucketOrigin" as [crate::aws_cloudfront::IOrigin]
}

impl S3BucketOrigin {
    /// Calls `withOriginAccessControl`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn with_origin_access_control(
        bucket: impl Into<crate::aws_s3::IBucket>,
        props: crate::aws_cloudfront_origins::S3BucketOriginWithOACProps,
    ) -> Result<crate::aws_cloudfront::IOrigin, Error> {
        let bucket: crate::aws_s3::IBucket = bucket.into();
        bucket.object().kernel().invoke_static(
            Self::CLASS,
            "withOriginAccessControl",
            vec![Value::from(&bucket), Value::from(props)],
        )
    }
}

/// [`aws-cdk-lib.aws_cloudfront_origins.S3BucketOriginWithOACProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront_origins.S3BucketOriginWithOACProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct S3BucketOriginWithOACProps(Struct);

impl S3BucketOriginWithOACProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cloudfront_origins.S3BucketOriginWithOACProps"))
    }

    /// Sets `connectionAttempts`.
    pub fn connection_attempts(self, connection_attempts: impl Into<f64>) -> Self {
        Self(self.0.with("connectionAttempts", Value::of::<f64>(connection_attempts)))
    }

    /// Sets `connectionTimeout`.
    pub fn connection_timeout(self, connection_timeout: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("connectionTimeout", Value::of::<crate::Duration>(connection_timeout)))
    }

    /// Sets `customHeaders`.
    pub fn custom_headers(
        self,
        custom_headers: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        Self(self.0.with("customHeaders", Value::map::<String>(custom_headers)))
    }

    /// Sets `originAccessControlId`.
    pub fn origin_access_control_id(self, origin_access_control_id: impl Into<String>) -> Self {
        Self(self.0.with("originAccessControlId", Value::of::<String>(origin_access_control_id)))
    }

    /// Sets `originAccessLevels`.
    pub fn origin_access_levels(
        self,
        origin_access_levels: impl IntoIterator<Item = impl Into<crate::aws_cloudfront::AccessLevel>>,
    ) -> Self {
        Self(self.0.with(
            "originAccessLevels",
            Value::list::<crate::aws_cloudfront::AccessLevel>(origin_access_levels),
        ))
    }

    /// Sets `originId`.
    pub fn origin_id(self, origin_id: impl Into<String>) -> Self {
        Self(self.0.with("originId", Value::of::<String>(origin_id)))
    }

    /// Sets `originPath`.
    pub fn origin_path(self, origin_path: impl Into<String>) -> Self {
        Self(self.0.with("originPath", Value::of::<String>(origin_path)))
    }

    /// Sets `originShieldEnabled`.
    pub fn origin_shield_enabled(self, origin_shield_enabled: bool) -> Self {
        Self(self.0.with("originShieldEnabled", Value::from(origin_shield_enabled)))
    }

    /// Sets `originShieldRegion`.
    pub fn origin_shield_region(self, origin_shield_region: impl Into<String>) -> Self {
        Self(self.0.with("originShieldRegion", Value::of::<String>(origin_shield_region)))
    }

    /// Sets `responseCompletionTimeout`.
    pub fn response_completion_timeout(
        self,
        response_completion_timeout: impl Into<crate::Duration>,
    ) -> Self {
        Self(self.0.with(
            "responseCompletionTimeout",
            Value::of::<crate::Duration>(response_completion_timeout),
        ))
    }
}

impl Default for S3BucketOriginWithOACProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<S3BucketOriginWithOACProps> for Value {
    fn from(it: S3BucketOriginWithOACProps) -> Self {
        Self::from(it.0)
    }
}
