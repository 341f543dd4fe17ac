// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_route53`.

use jsii::{Error, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_route53.ARecord`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_route53.ARecord.html).
    ARecord = "aws-cdk-lib.aws_route53.ARecord" as [crate::Resource, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl ARecord {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_route53::ARecordProps,
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

/// [`aws-cdk-lib.aws_route53.ARecordProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_route53.ARecordProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct ARecordProps(Struct);

impl ARecordProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(
        target: impl Into<crate::aws_route53::RecordTarget>,
        zone: impl Into<crate::aws_route53::IHostedZone>,
    ) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_route53.ARecordProps")
                .with("target", Value::of::<crate::aws_route53::RecordTarget>(target))
                .with("zone", Value::of::<crate::aws_route53::IHostedZone>(zone)),
        )
    }

    /// Sets `comment`.
    pub fn comment(self, comment: impl Into<String>) -> Self {
        Self(self.0.with("comment", Value::of::<String>(comment)))
    }

    /// Sets `failover`.
    pub fn failover(self, failover: crate::aws_route53::Failover) -> Self {
        Self(self.0.with("failover", Value::from(failover)))
    }

    /// Sets `multiValueAnswer`.
    pub fn multi_value_answer(self, multi_value_answer: bool) -> Self {
        Self(self.0.with("multiValueAnswer", Value::from(multi_value_answer)))
    }

    /// Sets `recordName`.
    pub fn record_name(self, record_name: impl Into<String>) -> Self {
        Self(self.0.with("recordName", Value::of::<String>(record_name)))
    }

    /// Sets `region`.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self(self.0.with("region", Value::of::<String>(region)))
    }

    /// Sets `setIdentifier`.
    pub fn set_identifier(self, set_identifier: impl Into<String>) -> Self {
        Self(self.0.with("setIdentifier", Value::of::<String>(set_identifier)))
    }

    /// Sets `ttl`.
    pub fn ttl(self, ttl: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("ttl", Value::of::<crate::Duration>(ttl)))
    }

    /// Sets `weight`.
    pub fn weight(self, weight: impl Into<f64>) -> Self {
        Self(self.0.with("weight", Value::of::<f64>(weight)))
    }
}

impl From<ARecordProps> for Value {
    fn from(it: ARecordProps) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_route53.AaaaRecord`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_route53.AaaaRecord.html).
    AaaaRecord = "aws-cdk-lib.aws_route53.AaaaRecord" as [crate::Resource, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl AaaaRecord {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_route53::AaaaRecordProps,
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

/// [`aws-cdk-lib.aws_route53.AaaaRecordProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_route53.AaaaRecordProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct AaaaRecordProps(Struct);

impl AaaaRecordProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(
        target: impl Into<crate::aws_route53::RecordTarget>,
        zone: impl Into<crate::aws_route53::IHostedZone>,
    ) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_route53.AaaaRecordProps")
                .with("target", Value::of::<crate::aws_route53::RecordTarget>(target))
                .with("zone", Value::of::<crate::aws_route53::IHostedZone>(zone)),
        )
    }

    /// Sets `comment`.
    pub fn comment(self, comment: impl Into<String>) -> Self {
        Self(self.0.with("comment", Value::of::<String>(comment)))
    }

    /// Sets `failover`.
    pub fn failover(self, failover: crate::aws_route53::Failover) -> Self {
        Self(self.0.with("failover", Value::from(failover)))
    }

    /// Sets `multiValueAnswer`.
    pub fn multi_value_answer(self, multi_value_answer: bool) -> Self {
        Self(self.0.with("multiValueAnswer", Value::from(multi_value_answer)))
    }

    /// Sets `recordName`.
    pub fn record_name(self, record_name: impl Into<String>) -> Self {
        Self(self.0.with("recordName", Value::of::<String>(record_name)))
    }

    /// Sets `region`.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self(self.0.with("region", Value::of::<String>(region)))
    }

    /// Sets `setIdentifier`.
    pub fn set_identifier(self, set_identifier: impl Into<String>) -> Self {
        Self(self.0.with("setIdentifier", Value::of::<String>(set_identifier)))
    }

    /// Sets `ttl`.
    pub fn ttl(self, ttl: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("ttl", Value::of::<crate::Duration>(ttl)))
    }

    /// Sets `weight`.
    pub fn weight(self, weight: impl Into<f64>) -> Self {
        Self(self.0.with("weight", Value::of::<f64>(weight)))
    }
}

impl From<AaaaRecordProps> for Value {
    fn from(it: AaaaRecordProps) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_route53.Failover`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_route53.Failover.html).
    Failover = "aws-cdk-lib.aws_route53.Failover" { Primary = "PRIMARY", Secondary = "SECONDARY" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_route53.IAliasRecordTarget`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_route53.IAliasRecordTarget.html).
    IAliasRecordTarget = "aws-cdk-lib.aws_route53.IAliasRecordTarget" as []
}

jsii::object! {
    /// [`aws-cdk-lib.aws_route53.IHostedZone`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_route53.IHostedZone.html).
    IHostedZone = "aws-cdk-lib.aws_route53.IHostedZone" as [crate::constructs::IConstruct]
}

jsii::object! {
    /// [`aws-cdk-lib.aws_route53.IPublicHostedZone`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_route53.IPublicHostedZone.html).
    IPublicHostedZone = "aws-cdk-lib.aws_route53.IPublicHostedZone" as [crate::aws_route53::IHostedZone, crate::constructs::IConstruct]
}

jsii::object! {
    /// [`aws-cdk-lib.aws_route53.PublicHostedZone`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_route53.PublicHostedZone.html).
    PublicHostedZone = "aws-cdk-lib.aws_route53.PublicHostedZone" as [crate::Resource, crate::aws_route53::IHostedZone, crate::aws_route53::IPublicHostedZone, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl PublicHostedZone {
    /// Calls `fromPublicHostedZoneAttributes`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn from_public_hosted_zone_attributes(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        attrs: crate::aws_route53::PublicHostedZoneAttributes,
    ) -> Result<crate::aws_route53::IPublicHostedZone, Error> {
        let scope: crate::constructs::Construct = scope.into();
        scope.object().kernel().invoke_static(
            Self::CLASS,
            "fromPublicHostedZoneAttributes",
            vec![Value::from(&scope), Value::of::<String>(id), Value::from(attrs)],
        )
    }
}

/// [`aws-cdk-lib.aws_route53.PublicHostedZoneAttributes`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_route53.PublicHostedZoneAttributes.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct PublicHostedZoneAttributes(Struct);

impl PublicHostedZoneAttributes {
    /// What is required, by name; nothing else set yet.
    pub fn new(hosted_zone_id: impl Into<String>, zone_name: impl Into<String>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_route53.PublicHostedZoneAttributes")
                .with("hostedZoneId", Value::of::<String>(hosted_zone_id))
                .with("zoneName", Value::of::<String>(zone_name)),
        )
    }
}

impl From<PublicHostedZoneAttributes> for Value {
    fn from(it: PublicHostedZoneAttributes) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_route53.RecordTarget`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_route53.RecordTarget.html).
    RecordTarget = "aws-cdk-lib.aws_route53.RecordTarget" as []
}

impl RecordTarget {
    /// Calls `fromAlias`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn from_alias(
        alias_target: impl Into<crate::aws_route53::IAliasRecordTarget>,
    ) -> Result<crate::aws_route53::RecordTarget, Error> {
        let alias_target: crate::aws_route53::IAliasRecordTarget = alias_target.into();
        alias_target.object().kernel().invoke_static(
            Self::CLASS,
            "fromAlias",
            vec![Value::from(&alias_target)],
        )
    }
}
