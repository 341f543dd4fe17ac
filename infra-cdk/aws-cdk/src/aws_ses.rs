// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_ses`.

use jsii::{Error, Kernel, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_ses.EmailIdentity`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ses.EmailIdentity.html).
    EmailIdentity = "aws-cdk-lib.aws_ses.EmailIdentity" as [crate::Resource, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl EmailIdentity {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_ses::EmailIdentityProps,
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

    /// Reads `emailIdentityArn`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn email_identity_arn(&self) -> Result<String, Error> {
        self.0.get("emailIdentityArn")
    }
}

/// [`aws-cdk-lib.aws_ses.EmailIdentityProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ses.EmailIdentityProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct EmailIdentityProps(Struct);

impl EmailIdentityProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(identity: impl Into<crate::aws_ses::Identity>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_ses.EmailIdentityProps")
                .with("identity", Value::of::<crate::aws_ses::Identity>(identity)),
        )
    }

    /// Sets `dkimSigning`.
    pub fn dkim_signing(self, dkim_signing: bool) -> Self {
        Self(self.0.with("dkimSigning", Value::from(dkim_signing)))
    }

    /// Sets `feedbackForwarding`.
    pub fn feedback_forwarding(self, feedback_forwarding: bool) -> Self {
        Self(self.0.with("feedbackForwarding", Value::from(feedback_forwarding)))
    }

    /// Sets `mailFromBehaviorOnMxFailure`.
    pub fn mail_from_behavior_on_mx_failure(
        self,
        mail_from_behavior_on_mx_failure: crate::aws_ses::MailFromBehaviorOnMxFailure,
    ) -> Self {
        Self(
            self.0
                .with("mailFromBehaviorOnMxFailure", Value::from(mail_from_behavior_on_mx_failure)),
        )
    }

    /// Sets `mailFromDomain`.
    pub fn mail_from_domain(self, mail_from_domain: impl Into<String>) -> Self {
        Self(self.0.with("mailFromDomain", Value::of::<String>(mail_from_domain)))
    }
}

impl From<EmailIdentityProps> for Value {
    fn from(it: EmailIdentityProps) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_ses.Identity`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ses.Identity.html).
    Identity = "aws-cdk-lib.aws_ses.Identity" as []
}

impl Identity {
    /// Calls `email`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn email(
        kernel: &Kernel,
        email: impl Into<String>,
    ) -> Result<crate::aws_ses::Identity, Error> {
        kernel.invoke_static(Self::CLASS, "email", vec![Value::of::<String>(email)])
    }

    /// Calls `publicHostedZone`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn public_hosted_zone(
        hosted_zone: impl Into<crate::aws_route53::IPublicHostedZone>,
    ) -> Result<crate::aws_ses::Identity, Error> {
        let hosted_zone: crate::aws_route53::IPublicHostedZone = hosted_zone.into();
        hosted_zone.object().kernel().invoke_static(
            Self::CLASS,
            "publicHostedZone",
            vec![Value::from(&hosted_zone)],
        )
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_ses.MailFromBehaviorOnMxFailure`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ses.MailFromBehaviorOnMxFailure.html).
    MailFromBehaviorOnMxFailure = "aws-cdk-lib.aws_ses.MailFromBehaviorOnMxFailure" { UseDefaultValue = "USE_DEFAULT_VALUE", RejectMessage = "REJECT_MESSAGE" }
}
