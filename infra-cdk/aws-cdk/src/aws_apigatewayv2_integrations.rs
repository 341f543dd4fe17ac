// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_apigatewayv2_integrations`.

use jsii::{Error, Kernel, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_apigatewayv2_integrations.HttpLambdaIntegration`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2_integrations.HttpLambdaIntegration.html).
    HttpLambdaIntegration = "aws-cdk-lib.aws_apigatewayv2_integrations.HttpLambdaIntegration" as [crate::aws_apigatewayv2::HttpRouteIntegration]
}

impl HttpLambdaIntegration {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        kernel: &Kernel,
        id: impl Into<String>,
        handler: impl Into<crate::aws_lambda::IFunction>,
        props: crate::aws_apigatewayv2_integrations::HttpLambdaIntegrationProps,
    ) -> Result<Self, Error> {
        kernel
            .create(
                Self::CLASS,
                vec![
                    Value::of::<String>(id),
                    Value::of::<crate::aws_lambda::IFunction>(handler),
                    Value::from(props),
                ],
            )
            .map(Self::from)
    }
}

/// [`aws-cdk-lib.aws_apigatewayv2_integrations.HttpLambdaIntegrationProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2_integrations.HttpLambdaIntegrationProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct HttpLambdaIntegrationProps(Struct);

impl HttpLambdaIntegrationProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_apigatewayv2_integrations.HttpLambdaIntegrationProps"))
    }

    /// Sets `scopePermissionToRoute`.
    pub fn scope_permission_to_route(self, scope_permission_to_route: bool) -> Self {
        Self(self.0.with("scopePermissionToRoute", Value::from(scope_permission_to_route)))
    }

    /// Sets `timeout`.
    pub fn timeout(self, timeout: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("timeout", Value::of::<crate::Duration>(timeout)))
    }
}

impl Default for HttpLambdaIntegrationProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<HttpLambdaIntegrationProps> for Value {
    fn from(it: HttpLambdaIntegrationProps) -> Self {
        Self::from(it.0)
    }
}
