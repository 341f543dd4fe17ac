// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_iam`.

use jsii::{Error, Kernel, Struct, Value};

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_iam.Effect`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.Effect.html).
    Effect = "aws-cdk-lib.aws_iam.Effect" { Allow = "ALLOW", Deny = "DENY" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_iam.IGrantable`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.IGrantable.html).
    IGrantable = "aws-cdk-lib.aws_iam.IGrantable" as []
}

jsii::object! {
    /// [`aws-cdk-lib.aws_iam.IPrincipal`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.IPrincipal.html).
    IPrincipal = "aws-cdk-lib.aws_iam.IPrincipal" as [crate::aws_iam::IGrantable]
}

jsii::object! {
    /// [`aws-cdk-lib.aws_iam.IRole`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.IRole.html).
    IRole = "aws-cdk-lib.aws_iam.IRole" as [crate::aws_iam::IGrantable, crate::aws_iam::IPrincipal, crate::interfaces::aws_iam::IRoleRef, crate::constructs::IConstruct]
}

jsii::object! {
    /// [`aws-cdk-lib.aws_iam.PolicyDocument`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.PolicyDocument.html).
    PolicyDocument = "aws-cdk-lib.aws_iam.PolicyDocument" as []
}

impl PolicyDocument {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(kernel: &Kernel, props: crate::aws_iam::PolicyDocumentProps) -> Result<Self, Error> {
        kernel.create(Self::CLASS, vec![Value::from(props)]).map(Self::from)
    }
}

/// [`aws-cdk-lib.aws_iam.PolicyDocumentProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.PolicyDocumentProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct PolicyDocumentProps(Struct);

impl PolicyDocumentProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_iam.PolicyDocumentProps"))
    }

    /// Sets `assignSids`.
    pub fn assign_sids(self, assign_sids: bool) -> Self {
        Self(self.0.with("assignSids", Value::from(assign_sids)))
    }

    /// Sets `minimize`.
    pub fn minimize(self, minimize: bool) -> Self {
        Self(self.0.with("minimize", Value::from(minimize)))
    }

    /// Sets `statements`.
    pub fn statements(
        self,
        statements: impl IntoIterator<Item = impl Into<crate::aws_iam::PolicyStatement>>,
    ) -> Self {
        Self(self.0.with("statements", Value::list::<crate::aws_iam::PolicyStatement>(statements)))
    }
}

impl Default for PolicyDocumentProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<PolicyDocumentProps> for Value {
    fn from(it: PolicyDocumentProps) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_iam.PolicyStatement`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.PolicyStatement.html).
    PolicyStatement = "aws-cdk-lib.aws_iam.PolicyStatement" as []
}

impl PolicyStatement {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        kernel: &Kernel,
        props: crate::aws_iam::PolicyStatementProps,
    ) -> Result<Self, Error> {
        kernel.create(Self::CLASS, vec![Value::from(props)]).map(Self::from)
    }
}

/// [`aws-cdk-lib.aws_iam.PolicyStatementProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.PolicyStatementProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct PolicyStatementProps(Struct);

impl PolicyStatementProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_iam.PolicyStatementProps"))
    }

    /// Sets `actions`.
    pub fn actions(self, actions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.with("actions", Value::list::<String>(actions)))
    }

    /// Sets `conditions`.
    pub fn conditions(
        self,
        conditions: impl IntoIterator<Item = (impl Into<String>, impl Into<Value>)>,
    ) -> Self {
        Self(self.0.with("conditions", Value::map::<Value>(conditions)))
    }

    /// Sets `effect`.
    pub fn effect(self, effect: crate::aws_iam::Effect) -> Self {
        Self(self.0.with("effect", Value::from(effect)))
    }

    /// Sets `notActions`.
    pub fn not_actions(self, not_actions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.with("notActions", Value::list::<String>(not_actions)))
    }

    /// Sets `notPrincipals`.
    pub fn not_principals(
        self,
        not_principals: impl IntoIterator<Item = impl Into<crate::aws_iam::IPrincipal>>,
    ) -> Self {
        Self(
            self.0.with("notPrincipals", Value::list::<crate::aws_iam::IPrincipal>(not_principals)),
        )
    }

    /// Sets `notResources`.
    pub fn not_resources(self, not_resources: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.with("notResources", Value::list::<String>(not_resources)))
    }

    /// Sets `principals`.
    pub fn principals(
        self,
        principals: impl IntoIterator<Item = impl Into<crate::aws_iam::IPrincipal>>,
    ) -> Self {
        Self(self.0.with("principals", Value::list::<crate::aws_iam::IPrincipal>(principals)))
    }

    /// Sets `resources`.
    pub fn resources(self, resources: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.with("resources", Value::list::<String>(resources)))
    }

    /// Sets `sid`.
    pub fn sid(self, sid: impl Into<String>) -> Self {
        Self(self.0.with("sid", Value::of::<String>(sid)))
    }
}

impl Default for PolicyStatementProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<PolicyStatementProps> for Value {
    fn from(it: PolicyStatementProps) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_iam.Role`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.Role.html).
    Role = "aws-cdk-lib.aws_iam.Role" as [crate::Resource, crate::aws_iam::IGrantable, crate::aws_iam::IPrincipal, crate::aws_iam::IRole, crate::interfaces::aws_iam::IRoleRef, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl Role {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_iam::RoleProps,
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

    /// Reads `roleArn`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn role_arn(&self) -> Result<String, Error> {
        self.0.get("roleArn")
    }

    /// Calls `withoutPolicyUpdates`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn without_policy_updates(
        &self,
        options: crate::aws_iam::WithoutPolicyUpdatesOptions,
    ) -> Result<crate::aws_iam::IRole, Error> {
        self.0.invoke("withoutPolicyUpdates", vec![Value::from(options)])
    }
}

/// [`aws-cdk-lib.aws_iam.RoleProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.RoleProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct RoleProps(Struct);

impl RoleProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(assumed_by: impl Into<crate::aws_iam::IPrincipal>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_iam.RoleProps")
                .with("assumedBy", Value::of::<crate::aws_iam::IPrincipal>(assumed_by)),
        )
    }

    /// Sets `description`.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self(self.0.with("description", Value::of::<String>(description)))
    }

    /// Sets `externalIds`.
    pub fn external_ids(self, external_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.with("externalIds", Value::list::<String>(external_ids)))
    }

    /// Sets `inlinePolicies`.
    pub fn inline_policies(
        self,
        inline_policies: impl IntoIterator<
            Item = (impl Into<String>, impl Into<crate::aws_iam::PolicyDocument>),
        >,
    ) -> Self {
        Self(
            self.0.with(
                "inlinePolicies",
                Value::map::<crate::aws_iam::PolicyDocument>(inline_policies),
            ),
        )
    }

    /// Sets `maxSessionDuration`.
    pub fn max_session_duration(self, max_session_duration: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("maxSessionDuration", Value::of::<crate::Duration>(max_session_duration)))
    }

    /// Sets `path`.
    pub fn path(self, path: impl Into<String>) -> Self {
        Self(self.0.with("path", Value::of::<String>(path)))
    }

    /// Sets `roleName`.
    pub fn role_name(self, role_name: impl Into<String>) -> Self {
        Self(self.0.with("roleName", Value::of::<String>(role_name)))
    }
}

impl From<RoleProps> for Value {
    fn from(it: RoleProps) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_iam.ServicePrincipal`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.ServicePrincipal.html).
    ServicePrincipal = "aws-cdk-lib.aws_iam.ServicePrincipal" as [crate::aws_iam::IGrantable, crate::aws_iam::IPrincipal]
}

impl ServicePrincipal {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        kernel: &Kernel,
        service: impl Into<String>,
        opts: crate::aws_iam::ServicePrincipalOpts,
    ) -> Result<Self, Error> {
        kernel
            .create(Self::CLASS, vec![Value::of::<String>(service), Value::from(opts)])
            .map(Self::from)
    }
}

/// [`aws-cdk-lib.aws_iam.ServicePrincipalOpts`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.ServicePrincipalOpts.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct ServicePrincipalOpts(Struct);

impl ServicePrincipalOpts {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_iam.ServicePrincipalOpts"))
    }

    /// Sets `conditions`.
    pub fn conditions(
        self,
        conditions: impl IntoIterator<Item = (impl Into<String>, impl Into<Value>)>,
    ) -> Self {
        Self(self.0.with("conditions", Value::map::<Value>(conditions)))
    }

    /// Sets `region`.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self(self.0.with("region", Value::of::<String>(region)))
    }
}

impl Default for ServicePrincipalOpts {
    fn default() -> Self {
        Self::new()
    }
}

impl From<ServicePrincipalOpts> for Value {
    fn from(it: ServicePrincipalOpts) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_iam.WithoutPolicyUpdatesOptions`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.WithoutPolicyUpdatesOptions.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct WithoutPolicyUpdatesOptions(Struct);

impl WithoutPolicyUpdatesOptions {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_iam.WithoutPolicyUpdatesOptions"))
    }

    /// Sets `addGrantsToResources`.
    pub fn add_grants_to_resources(self, add_grants_to_resources: bool) -> Self {
        Self(self.0.with("addGrantsToResources", Value::from(add_grants_to_resources)))
    }
}

impl Default for WithoutPolicyUpdatesOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl From<WithoutPolicyUpdatesOptions> for Value {
    fn from(it: WithoutPolicyUpdatesOptions) -> Self {
        Self::from(it.0)
    }
}
