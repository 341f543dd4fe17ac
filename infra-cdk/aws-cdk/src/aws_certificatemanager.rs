// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_certificatemanager`.

use jsii::{Error, Kernel, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_certificatemanager.Certificate`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_certificatemanager.Certificate.html).
    Certificate = "aws-cdk-lib.aws_certificatemanager.Certificate" as [crate::Resource, crate::aws_certificatemanager::ICertificate, crate::interfaces::aws_certificatemanager::ICertificateRef, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl Certificate {
    /// Calls `fromCertificateArn`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn from_certificate_arn(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        certificate_arn: impl Into<String>,
    ) -> Result<crate::aws_certificatemanager::ICertificate, Error> {
        let scope: crate::constructs::Construct = scope.into();
        scope.object().kernel().invoke_static(
            Self::CLASS,
            "fromCertificateArn",
            vec![
                Value::from(&scope),
                Value::of::<String>(id),
                Value::of::<String>(certificate_arn),
            ],
        )
    }

    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_certificatemanager::CertificateProps,
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

/// [`aws-cdk-lib.aws_certificatemanager.CertificateProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_certificatemanager.CertificateProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct CertificateProps(Struct);

impl CertificateProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(domain_name: impl Into<String>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_certificatemanager.CertificateProps")
                .with("domainName", Value::of::<String>(domain_name)),
        )
    }

    /// Sets `allowExport`.
    pub fn allow_export(self, allow_export: bool) -> Self {
        Self(self.0.with("allowExport", Value::from(allow_export)))
    }

    /// Sets `certificateName`.
    pub fn certificate_name(self, certificate_name: impl Into<String>) -> Self {
        Self(self.0.with("certificateName", Value::of::<String>(certificate_name)))
    }

    /// Sets `subjectAlternativeNames`.
    pub fn subject_alternative_names(
        self,
        subject_alternative_names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(
            self.0
                .with("subjectAlternativeNames", Value::list::<String>(subject_alternative_names)),
        )
    }

    /// Sets `transparencyLoggingEnabled`.
    pub fn transparency_logging_enabled(self, transparency_logging_enabled: bool) -> Self {
        Self(self.0.with("transparencyLoggingEnabled", Value::from(transparency_logging_enabled)))
    }

    /// Sets `validation`.
    pub fn validation(
        self,
        validation: impl Into<crate::aws_certificatemanager::CertificateValidation>,
    ) -> Self {
        Self(self.0.with(
            "validation",
            Value::of::<crate::aws_certificatemanager::CertificateValidation>(validation),
        ))
    }
}

impl From<CertificateProps> for Value {
    fn from(it: CertificateProps) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_certificatemanager.CertificateValidation`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_certificatemanager.CertificateValidation.html).
    CertificateValidation = "aws-cdk-lib.aws_certificatemanager.CertificateValidation" as []
}

impl CertificateValidation {
    /// Calls `fromDns`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn from_dns(
        kernel: &Kernel,
        hosted_zone: Option<crate::aws_route53::IHostedZone>,
    ) -> Result<crate::aws_certificatemanager::CertificateValidation, Error> {
        kernel.invoke_static(
            Self::CLASS,
            "fromDns",
            vec![hosted_zone.map_or(Value::NOTHING, Value::from)],
        )
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_certificatemanager.ICertificate`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_certificatemanager.ICertificate.html).
    ICertificate = "aws-cdk-lib.aws_certificatemanager.ICertificate" as [crate::interfaces::aws_certificatemanager::ICertificateRef, crate::constructs::IConstruct]
}
