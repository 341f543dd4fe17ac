// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_cloudfront`.

use jsii::{Error, Kernel, Struct, Value};

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudfront.AccessLevel`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.AccessLevel.html).
    AccessLevel = "aws-cdk-lib.aws_cloudfront.AccessLevel" { Read = "READ", ReadVersioned = "READ_VERSIONED", List = "LIST", Write = "WRITE", Delete = "DELETE" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudfront.AllowedMethods`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.AllowedMethods.html).
    AllowedMethods = "aws-cdk-lib.aws_cloudfront.AllowedMethods" as []
}

impl AllowedMethods {
    /// Reads `ALLOW_ALL`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn allow_all(kernel: &Kernel) -> Result<crate::aws_cloudfront::AllowedMethods, Error> {
        kernel.get_static(Self::CLASS, "ALLOW_ALL")
    }
}

/// [`aws-cdk-lib.aws_cloudfront.BehaviorOptions`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.BehaviorOptions.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct BehaviorOptions(Struct);

impl BehaviorOptions {
    /// What is required, by name; nothing else set yet.
    pub fn new(origin: impl Into<crate::aws_cloudfront::IOrigin>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_cloudfront.BehaviorOptions")
                .with("origin", Value::of::<crate::aws_cloudfront::IOrigin>(origin)),
        )
    }

    /// Sets `allowedMethods`.
    pub fn allowed_methods(
        self,
        allowed_methods: impl Into<crate::aws_cloudfront::AllowedMethods>,
    ) -> Self {
        Self(self.0.with(
            "allowedMethods",
            Value::of::<crate::aws_cloudfront::AllowedMethods>(allowed_methods),
        ))
    }

    /// Sets `cachePolicy`.
    pub fn cache_policy(
        self,
        cache_policy: impl Into<crate::interfaces::aws_cloudfront::ICachePolicyRef>,
    ) -> Self {
        Self(self.0.with(
            "cachePolicy",
            Value::of::<crate::interfaces::aws_cloudfront::ICachePolicyRef>(cache_policy),
        ))
    }

    /// Sets `compress`.
    pub fn compress(self, compress: bool) -> Self {
        Self(self.0.with("compress", Value::from(compress)))
    }

    /// Sets `enableGrpc`.
    pub fn enable_grpc(self, enable_grpc: bool) -> Self {
        Self(self.0.with("enableGrpc", Value::from(enable_grpc)))
    }

    /// Sets `originRequestPolicy`.
    pub fn origin_request_policy(
        self,
        origin_request_policy: impl Into<crate::interfaces::aws_cloudfront::IOriginRequestPolicyRef>,
    ) -> Self {
        Self(self.0.with(
            "originRequestPolicy",
            Value::of::<crate::interfaces::aws_cloudfront::IOriginRequestPolicyRef>(
                origin_request_policy,
            ),
        ))
    }

    /// Sets `responseHeadersPolicy`.
    pub fn response_headers_policy(
        self,
        response_headers_policy: impl Into<crate::interfaces::aws_cloudfront::IResponseHeadersPolicyRef>,
    ) -> Self {
        Self(self.0.with(
            "responseHeadersPolicy",
            Value::of::<crate::interfaces::aws_cloudfront::IResponseHeadersPolicyRef>(
                response_headers_policy,
            ),
        ))
    }

    /// Sets `smoothStreaming`.
    pub fn smooth_streaming(self, smooth_streaming: bool) -> Self {
        Self(self.0.with("smoothStreaming", Value::from(smooth_streaming)))
    }

    /// Sets `viewerProtocolPolicy`.
    pub fn viewer_protocol_policy(
        self,
        viewer_protocol_policy: crate::aws_cloudfront::ViewerProtocolPolicy,
    ) -> Self {
        Self(self.0.with("viewerProtocolPolicy", Value::from(viewer_protocol_policy)))
    }
}

impl From<BehaviorOptions> for Value {
    fn from(it: BehaviorOptions) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudfront.CachePolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.CachePolicy.html).
    CachePolicy = "aws-cdk-lib.aws_cloudfront.CachePolicy" as [crate::Resource, crate::aws_cloudfront::ICachePolicy, crate::interfaces::aws_cloudfront::ICachePolicyRef, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl CachePolicy {
    /// Reads `CACHING_DISABLED`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn caching_disabled(kernel: &Kernel) -> Result<crate::aws_cloudfront::ICachePolicy, Error> {
        kernel.get_static(Self::CLASS, "CACHING_DISABLED")
    }

    /// Reads `CACHING_OPTIMIZED`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn caching_optimized(
        kernel: &Kernel,
    ) -> Result<crate::aws_cloudfront::ICachePolicy, Error> {
        kernel.get_static(Self::CLASS, "CACHING_OPTIMIZED")
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudfront.Distribution`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.Distribution.html).
    Distribution = "aws-cdk-lib.aws_cloudfront.Distribution" as [crate::Resource, crate::aws_cloudfront::IDistribution, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl Distribution {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_cloudfront::DistributionProps,
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

    /// Reads `distributionDomainName`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn distribution_domain_name(&self) -> Result<String, Error> {
        self.0.get("distributionDomainName")
    }
}

/// [`aws-cdk-lib.aws_cloudfront.DistributionProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.DistributionProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct DistributionProps(Struct);

impl DistributionProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(default_behavior: crate::aws_cloudfront::BehaviorOptions) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_cloudfront.DistributionProps")
                .with("defaultBehavior", Value::from(default_behavior)),
        )
    }

    /// Sets `additionalBehaviors`.
    pub fn additional_behaviors(
        self,
        additional_behaviors: impl IntoIterator<
            Item = (impl Into<String>, impl Into<crate::aws_cloudfront::BehaviorOptions>),
        >,
    ) -> Self {
        Self(self.0.with(
            "additionalBehaviors",
            Value::map::<crate::aws_cloudfront::BehaviorOptions>(additional_behaviors),
        ))
    }

    /// Sets `certificate`.
    pub fn certificate(
        self,
        certificate: impl Into<crate::interfaces::aws_certificatemanager::ICertificateRef>,
    ) -> Self {
        Self(self.0.with(
            "certificate",
            Value::of::<crate::interfaces::aws_certificatemanager::ICertificateRef>(certificate),
        ))
    }

    /// Sets `comment`.
    pub fn comment(self, comment: impl Into<String>) -> Self {
        Self(self.0.with("comment", Value::of::<String>(comment)))
    }

    /// Sets `defaultRootObject`.
    pub fn default_root_object(self, default_root_object: impl Into<String>) -> Self {
        Self(self.0.with("defaultRootObject", Value::of::<String>(default_root_object)))
    }

    /// Sets `domainNames`.
    pub fn domain_names(self, domain_names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.with("domainNames", Value::list::<String>(domain_names)))
    }

    /// Sets `enableIpv6`.
    pub fn enable_ipv6(self, enable_ipv6: bool) -> Self {
        Self(self.0.with("enableIpv6", Value::from(enable_ipv6)))
    }

    /// Sets `enableLogging`.
    pub fn enable_logging(self, enable_logging: bool) -> Self {
        Self(self.0.with("enableLogging", Value::from(enable_logging)))
    }

    /// Sets `enabled`.
    pub fn enabled(self, enabled: bool) -> Self {
        Self(self.0.with("enabled", Value::from(enabled)))
    }

    /// Sets `errorResponses`.
    pub fn error_responses(
        self,
        error_responses: impl IntoIterator<Item = impl Into<crate::aws_cloudfront::ErrorResponse>>,
    ) -> Self {
        Self(self.0.with(
            "errorResponses",
            Value::list::<crate::aws_cloudfront::ErrorResponse>(error_responses),
        ))
    }

    /// Sets `httpVersion`.
    pub fn http_version(self, http_version: crate::aws_cloudfront::HttpVersion) -> Self {
        Self(self.0.with("httpVersion", Value::from(http_version)))
    }

    /// Sets `logBucket`.
    pub fn log_bucket(self, log_bucket: impl Into<crate::aws_s3::IBucket>) -> Self {
        Self(self.0.with("logBucket", Value::of::<crate::aws_s3::IBucket>(log_bucket)))
    }

    /// Sets `logFilePrefix`.
    pub fn log_file_prefix(self, log_file_prefix: impl Into<String>) -> Self {
        Self(self.0.with("logFilePrefix", Value::of::<String>(log_file_prefix)))
    }

    /// Sets `logIncludesCookies`.
    pub fn log_includes_cookies(self, log_includes_cookies: bool) -> Self {
        Self(self.0.with("logIncludesCookies", Value::from(log_includes_cookies)))
    }

    /// Sets `minimumProtocolVersion`.
    pub fn minimum_protocol_version(
        self,
        minimum_protocol_version: crate::aws_cloudfront::SecurityPolicyProtocol,
    ) -> Self {
        Self(self.0.with("minimumProtocolVersion", Value::from(minimum_protocol_version)))
    }

    /// Sets `priceClass`.
    pub fn price_class(self, price_class: crate::aws_cloudfront::PriceClass) -> Self {
        Self(self.0.with("priceClass", Value::from(price_class)))
    }

    /// Sets `publishAdditionalMetrics`.
    pub fn publish_additional_metrics(self, publish_additional_metrics: bool) -> Self {
        Self(self.0.with("publishAdditionalMetrics", Value::from(publish_additional_metrics)))
    }

    /// Sets `sslSupportMethod`.
    pub fn ssl_support_method(self, ssl_support_method: crate::aws_cloudfront::SSLMethod) -> Self {
        Self(self.0.with("sslSupportMethod", Value::from(ssl_support_method)))
    }

    /// Sets `webAclId`.
    pub fn web_acl_id(self, web_acl_id: impl Into<String>) -> Self {
        Self(self.0.with("webAclId", Value::of::<String>(web_acl_id)))
    }
}

impl From<DistributionProps> for Value {
    fn from(it: DistributionProps) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cloudfront.ErrorResponse`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.ErrorResponse.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct ErrorResponse(Struct);

impl ErrorResponse {
    /// What is required, by name; nothing else set yet.
    pub fn new(http_status: impl Into<f64>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_cloudfront.ErrorResponse")
                .with("httpStatus", Value::of::<f64>(http_status)),
        )
    }

    /// Sets `responseHttpStatus`.
    pub fn response_http_status(self, response_http_status: impl Into<f64>) -> Self {
        Self(self.0.with("responseHttpStatus", Value::of::<f64>(response_http_status)))
    }

    /// Sets `responsePagePath`.
    pub fn response_page_path(self, response_page_path: impl Into<String>) -> Self {
        Self(self.0.with("responsePagePath", Value::of::<String>(response_page_path)))
    }

    /// Sets `ttl`.
    pub fn ttl(self, ttl: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("ttl", Value::of::<crate::Duration>(ttl)))
    }
}

impl From<ErrorResponse> for Value {
    fn from(it: ErrorResponse) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudfront.FunctionEventType`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.FunctionEventType.html).
    FunctionEventType = "aws-cdk-lib.aws_cloudfront.FunctionEventType" { ViewerRequest = "VIEWER_REQUEST", ViewerResponse = "VIEWER_RESPONSE" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudfront.HttpVersion`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.HttpVersion.html).
    HttpVersion = "aws-cdk-lib.aws_cloudfront.HttpVersion" { Http1_1 = "HTTP1_1", Http2 = "HTTP2", Http2And3 = "HTTP2_AND_3", Http3 = "HTTP3" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudfront.ICachePolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.ICachePolicy.html).
    ICachePolicy = "aws-cdk-lib.aws_cloudfront.ICachePolicy" as [crate::interfaces::aws_cloudfront::ICachePolicyRef, crate::constructs::IConstruct]
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudfront.IDistribution`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.IDistribution.html).
    IDistribution = "aws-cdk-lib.aws_cloudfront.IDistribution" as [crate::constructs::IConstruct]
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudfront.IOrigin`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.IOrigin.html).
    IOrigin = "aws-cdk-lib.aws_cloudfront.IOrigin" as []
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudfront.IOriginRequestPolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.IOriginRequestPolicy.html).
    IOriginRequestPolicy = "aws-cdk-lib.aws_cloudfront.IOriginRequestPolicy" as [crate::interfaces::aws_cloudfront::IOriginRequestPolicyRef, crate::constructs::IConstruct]
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudfront.IResponseHeadersPolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.IResponseHeadersPolicy.html).
    IResponseHeadersPolicy = "aws-cdk-lib.aws_cloudfront.IResponseHeadersPolicy" as [crate::interfaces::aws_cloudfront::IResponseHeadersPolicyRef, crate::constructs::IConstruct]
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudfront.LambdaEdgeEventType`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.LambdaEdgeEventType.html).
    LambdaEdgeEventType = "aws-cdk-lib.aws_cloudfront.LambdaEdgeEventType" { OriginRequest = "ORIGIN_REQUEST", OriginResponse = "ORIGIN_RESPONSE", ViewerRequest = "VIEWER_REQUEST", ViewerResponse = "VIEWER_RESPONSE" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudfront.OriginIpAddressType`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.OriginIpAddressType.html).
    OriginIpAddressType = "aws-cdk-lib.aws_cloudfront.OriginIpAddressType" { Ipv4 = "IPV4", Ipv6 = "IPV6", Dualstack = "DUALSTACK" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudfront.OriginProtocolPolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.OriginProtocolPolicy.html).
    OriginProtocolPolicy = "aws-cdk-lib.aws_cloudfront.OriginProtocolPolicy" { HttpOnly = "HTTP_ONLY", MatchViewer = "MATCH_VIEWER", HttpsOnly = "HTTPS_ONLY" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudfront.OriginRequestPolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.OriginRequestPolicy.html).
    OriginRequestPolicy = "aws-cdk-lib.aws_cloudfront.OriginRequestPolicy" as [crate::Resource, crate::aws_cloudfront::IOriginRequestPolicy, crate::interfaces::aws_cloudfront::IOriginRequestPolicyRef, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl OriginRequestPolicy {
    /// Reads `ALL_VIEWER_EXCEPT_HOST_HEADER`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn all_viewer_except_host_header(
        kernel: &Kernel,
    ) -> Result<crate::aws_cloudfront::IOriginRequestPolicy, Error> {
        kernel.get_static(Self::CLASS, "ALL_VIEWER_EXCEPT_HOST_HEADER")
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudfront.OriginSslPolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.OriginSslPolicy.html).
    OriginSslPolicy = "aws-cdk-lib.aws_cloudfront.OriginSslPolicy" { SslV3 = "SSL_V3", TlsV1 = "TLS_V1", TlsV1_1 = "TLS_V1_1", TlsV1_2 = "TLS_V1_2" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudfront.PriceClass`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.PriceClass.html).
    PriceClass = "aws-cdk-lib.aws_cloudfront.PriceClass" { PriceClass100 = "PRICE_CLASS_100", PriceClass200 = "PRICE_CLASS_200", PriceClassAll = "PRICE_CLASS_ALL" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudfront.ResponseHeadersPolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.ResponseHeadersPolicy.html).
    ResponseHeadersPolicy = "aws-cdk-lib.aws_cloudfront.ResponseHeadersPolicy" as [crate::Resource, crate::aws_cloudfront::IResponseHeadersPolicy, crate::interfaces::aws_cloudfront::IResponseHeadersPolicyRef, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl ResponseHeadersPolicy {
    /// Reads `SECURITY_HEADERS`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn security_headers(
        kernel: &Kernel,
    ) -> Result<crate::aws_cloudfront::IResponseHeadersPolicy, Error> {
        kernel.get_static(Self::CLASS, "SECURITY_HEADERS")
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudfront.SSLMethod`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.SSLMethod.html).
    SSLMethod = "aws-cdk-lib.aws_cloudfront.SSLMethod" { Sni = "SNI", Vip = "VIP", StaticIp = "STATIC_IP" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudfront.SecurityPolicyProtocol`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.SecurityPolicyProtocol.html).
    SecurityPolicyProtocol = "aws-cdk-lib.aws_cloudfront.SecurityPolicyProtocol" { SslV3 = "SSL_V3", TlsV1 = "TLS_V1", TlsV1_2016 = "TLS_V1_2016", TlsV1_1_2016 = "TLS_V1_1_2016", TlsV1_2_2018 = "TLS_V1_2_2018", TlsV1_2_2019 = "TLS_V1_2_2019", TlsV1_2_2021 = "TLS_V1_2_2021", TlsV1_2_2025 = "TLS_V1_2_2025", TlsV1_3_2025 = "TLS_V1_3_2025" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudfront.ViewerProtocolPolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudfront.ViewerProtocolPolicy.html).
    ViewerProtocolPolicy = "aws-cdk-lib.aws_cloudfront.ViewerProtocolPolicy" { HttpsOnly = "HTTPS_ONLY", RedirectToHttps = "REDIRECT_TO_HTTPS", AllowAll = "ALLOW_ALL" }
}
