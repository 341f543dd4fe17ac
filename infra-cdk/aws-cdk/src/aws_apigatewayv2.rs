// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_apigatewayv2`.

use jsii::{Error, Struct, Value};

/// [`aws-cdk-lib.aws_apigatewayv2.AddRoutesOptions`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2.AddRoutesOptions.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct AddRoutesOptions(Struct);

impl AddRoutesOptions {
    /// What is required, by name; nothing else set yet.
    pub fn new(
        integration: impl Into<crate::aws_apigatewayv2::HttpRouteIntegration>,
        path: impl Into<String>,
    ) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_apigatewayv2.AddRoutesOptions")
                .with(
                    "integration",
                    Value::of::<crate::aws_apigatewayv2::HttpRouteIntegration>(integration),
                )
                .with("path", Value::of::<String>(path)),
        )
    }

    /// Sets `authorizationScopes`.
    pub fn authorization_scopes(
        self,
        authorization_scopes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with("authorizationScopes", Value::list::<String>(authorization_scopes)))
    }

    /// Sets `methods`.
    pub fn methods(
        self,
        methods: impl IntoIterator<Item = impl Into<crate::aws_apigatewayv2::HttpMethod>>,
    ) -> Self {
        Self(self.0.with("methods", Value::list::<crate::aws_apigatewayv2::HttpMethod>(methods)))
    }
}

impl From<AddRoutesOptions> for Value {
    fn from(it: AddRoutesOptions) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_apigatewayv2.CorsHttpMethod`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2.CorsHttpMethod.html).
    CorsHttpMethod = "aws-cdk-lib.aws_apigatewayv2.CorsHttpMethod" { Any = "ANY", Delete = "DELETE", Get = "GET", Head = "HEAD", Options = "OPTIONS", Patch = "PATCH", Post = "POST", Put = "PUT" }
}

/// [`aws-cdk-lib.aws_apigatewayv2.CorsPreflightOptions`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2.CorsPreflightOptions.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct CorsPreflightOptions(Struct);

impl CorsPreflightOptions {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_apigatewayv2.CorsPreflightOptions"))
    }

    /// Sets `allowCredentials`.
    pub fn allow_credentials(self, allow_credentials: bool) -> Self {
        Self(self.0.with("allowCredentials", Value::from(allow_credentials)))
    }

    /// Sets `allowHeaders`.
    pub fn allow_headers(self, allow_headers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.with("allowHeaders", Value::list::<String>(allow_headers)))
    }

    /// Sets `allowMethods`.
    pub fn allow_methods(
        self,
        allow_methods: impl IntoIterator<Item = impl Into<crate::aws_apigatewayv2::CorsHttpMethod>>,
    ) -> Self {
        Self(self.0.with(
            "allowMethods",
            Value::list::<crate::aws_apigatewayv2::CorsHttpMethod>(allow_methods),
        ))
    }

    /// Sets `allowOrigins`.
    pub fn allow_origins(self, allow_origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.with("allowOrigins", Value::list::<String>(allow_origins)))
    }

    /// Sets `exposeHeaders`.
    pub fn expose_headers(
        self,
        expose_headers: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with("exposeHeaders", Value::list::<String>(expose_headers)))
    }

    /// Sets `maxAge`.
    pub fn max_age(self, max_age: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("maxAge", Value::of::<crate::Duration>(max_age)))
    }
}

impl Default for CorsPreflightOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl From<CorsPreflightOptions> for Value {
    fn from(it: CorsPreflightOptions) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_apigatewayv2.HttpApi`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2.HttpApi.html).
    HttpApi = "aws-cdk-lib.aws_apigatewayv2.HttpApi" as [crate::Resource, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl HttpApi {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_apigatewayv2::HttpApiProps,
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

    /// Calls `addRoutes`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn add_routes(
        &self,
        options: crate::aws_apigatewayv2::AddRoutesOptions,
    ) -> Result<(), Error> {
        self.0.invoke("addRoutes", vec![Value::from(options)])
    }

    /// Reads `apiEndpoint`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn api_endpoint(&self) -> Result<String, Error> {
        self.0.get("apiEndpoint")
    }

    /// Reads `apiId`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn api_id(&self) -> Result<String, Error> {
        self.0.get("apiId")
    }
}

/// [`aws-cdk-lib.aws_apigatewayv2.HttpApiProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2.HttpApiProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct HttpApiProps(Struct);

impl HttpApiProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_apigatewayv2.HttpApiProps"))
    }

    /// Sets `apiName`.
    pub fn api_name(self, api_name: impl Into<String>) -> Self {
        Self(self.0.with("apiName", Value::of::<String>(api_name)))
    }

    /// Sets `corsPreflight`.
    pub fn cors_preflight(
        self,
        cors_preflight: crate::aws_apigatewayv2::CorsPreflightOptions,
    ) -> Self {
        Self(self.0.with("corsPreflight", Value::from(cors_preflight)))
    }

    /// Sets `createDefaultStage`.
    pub fn create_default_stage(self, create_default_stage: bool) -> Self {
        Self(self.0.with("createDefaultStage", Value::from(create_default_stage)))
    }

    /// Sets `defaultAuthorizationScopes`.
    pub fn default_authorization_scopes(
        self,
        default_authorization_scopes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with(
            "defaultAuthorizationScopes",
            Value::list::<String>(default_authorization_scopes),
        ))
    }

    /// Sets `defaultIntegration`.
    pub fn default_integration(
        self,
        default_integration: impl Into<crate::aws_apigatewayv2::HttpRouteIntegration>,
    ) -> Self {
        Self(self.0.with(
            "defaultIntegration",
            Value::of::<crate::aws_apigatewayv2::HttpRouteIntegration>(default_integration),
        ))
    }

    /// Sets `description`.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self(self.0.with("description", Value::of::<String>(description)))
    }

    /// Sets `disableExecuteApiEndpoint`.
    pub fn disable_execute_api_endpoint(self, disable_execute_api_endpoint: bool) -> Self {
        Self(self.0.with("disableExecuteApiEndpoint", Value::from(disable_execute_api_endpoint)))
    }

    /// Sets `ipAddressType`.
    pub fn ip_address_type(self, ip_address_type: crate::aws_apigatewayv2::IpAddressType) -> Self {
        Self(self.0.with("ipAddressType", Value::from(ip_address_type)))
    }

    /// Sets `routeSelectionExpression`.
    pub fn route_selection_expression(self, route_selection_expression: bool) -> Self {
        Self(self.0.with("routeSelectionExpression", Value::from(route_selection_expression)))
    }
}

impl Default for HttpApiProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<HttpApiProps> for Value {
    fn from(it: HttpApiProps) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_apigatewayv2.HttpMethod`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2.HttpMethod.html).
    HttpMethod = "aws-cdk-lib.aws_apigatewayv2.HttpMethod" { Any = "ANY", Delete = "DELETE", Get = "GET", Head = "HEAD", Options = "OPTIONS", Patch = "PATCH", Post = "POST", Put = "PUT" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_apigatewayv2.HttpRouteIntegration`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2.HttpRouteIntegration.html).
    HttpRouteIntegration = "aws-cdk-lib.aws_apigatewayv2.HttpRouteIntegration" as []
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_apigatewayv2.IpAddressType`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2.IpAddressType.html).
    IpAddressType = "aws-cdk-lib.aws_apigatewayv2.IpAddressType" { Ipv4 = "IPV4", DualStack = "DUAL_STACK" }
}
