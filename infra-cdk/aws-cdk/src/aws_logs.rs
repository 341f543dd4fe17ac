// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_logs`.

use jsii::{Error, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_logs.LogGroup`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_logs.LogGroup.html).
    LogGroup = "aws-cdk-lib.aws_logs.LogGroup" as [crate::Resource, crate::interfaces::aws_logs::ILogGroupRef, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl LogGroup {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_logs::LogGroupProps,
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

    /// Reads `logGroupArn`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn log_group_arn(&self) -> Result<String, Error> {
        self.0.get("logGroupArn")
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_logs.LogGroupClass`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_logs.LogGroupClass.html).
    LogGroupClass = "aws-cdk-lib.aws_logs.LogGroupClass" { Standard = "STANDARD", InfrequentAccess = "INFREQUENT_ACCESS", Delivery = "DELIVERY" }
}

/// [`aws-cdk-lib.aws_logs.LogGroupProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_logs.LogGroupProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct LogGroupProps(Struct);

impl LogGroupProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_logs.LogGroupProps"))
    }

    /// Sets `deletionProtectionEnabled`.
    pub fn deletion_protection_enabled(self, deletion_protection_enabled: bool) -> Self {
        Self(self.0.with("deletionProtectionEnabled", Value::from(deletion_protection_enabled)))
    }

    /// Sets `encryptionKey`.
    pub fn encryption_key(
        self,
        encryption_key: impl Into<crate::interfaces::aws_kms::IKeyRef>,
    ) -> Self {
        Self(self.0.with(
            "encryptionKey",
            Value::of::<crate::interfaces::aws_kms::IKeyRef>(encryption_key),
        ))
    }

    /// Sets `logGroupClass`.
    pub fn log_group_class(self, log_group_class: crate::aws_logs::LogGroupClass) -> Self {
        Self(self.0.with("logGroupClass", Value::from(log_group_class)))
    }

    /// Sets `logGroupName`.
    pub fn log_group_name(self, log_group_name: impl Into<String>) -> Self {
        Self(self.0.with("logGroupName", Value::of::<String>(log_group_name)))
    }

    /// Sets `removalPolicy`.
    pub fn removal_policy(self, removal_policy: crate::RemovalPolicy) -> Self {
        Self(self.0.with("removalPolicy", Value::from(removal_policy)))
    }

    /// Sets `retention`.
    pub fn retention(self, retention: crate::aws_logs::RetentionDays) -> Self {
        Self(self.0.with("retention", Value::from(retention)))
    }
}

impl Default for LogGroupProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<LogGroupProps> for Value {
    fn from(it: LogGroupProps) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_logs.RetentionDays`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_logs.RetentionDays.html).
    RetentionDays = "aws-cdk-lib.aws_logs.RetentionDays" { OneDay = "ONE_DAY", ThreeDays = "THREE_DAYS", FiveDays = "FIVE_DAYS", OneWeek = "ONE_WEEK", TwoWeeks = "TWO_WEEKS", OneMonth = "ONE_MONTH", TwoMonths = "TWO_MONTHS", ThreeMonths = "THREE_MONTHS", FourMonths = "FOUR_MONTHS", FiveMonths = "FIVE_MONTHS", SixMonths = "SIX_MONTHS", OneYear = "ONE_YEAR", ThirteenMonths = "THIRTEEN_MONTHS", EighteenMonths = "EIGHTEEN_MONTHS", TwoYears = "TWO_YEARS", ThreeYears = "THREE_YEARS", FiveYears = "FIVE_YEARS", SixYears = "SIX_YEARS", SevenYears = "SEVEN_YEARS", EightYears = "EIGHT_YEARS", NineYears = "NINE_YEARS", TenYears = "TEN_YEARS", Infinite = "INFINITE" }
}
