// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_kms`.

use jsii::{Error, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_kms.IKey`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_kms.IKey.html).
    IKey = "aws-cdk-lib.aws_kms.IKey" as [crate::interfaces::aws_kms::IKeyRef, crate::constructs::IConstruct]
}

jsii::object! {
    /// [`aws-cdk-lib.aws_kms.Key`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_kms.Key.html).
    Key = "aws-cdk-lib.aws_kms.Key" as [crate::Resource, crate::aws_kms::IKey, crate::interfaces::aws_kms::IKeyRef, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl Key {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_kms::KeyProps,
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

    /// Reads `keyArn`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn key_arn(&self) -> Result<String, Error> {
        self.0.get("keyArn")
    }
}

/// [`aws-cdk-lib.aws_kms.KeyProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_kms.KeyProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct KeyProps(Struct);

impl KeyProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_kms.KeyProps"))
    }

    /// Sets `admins`.
    pub fn admins(
        self,
        admins: impl IntoIterator<Item = impl Into<crate::aws_iam::IPrincipal>>,
    ) -> Self {
        Self(self.0.with("admins", Value::list::<crate::aws_iam::IPrincipal>(admins)))
    }

    /// Sets `alias`.
    pub fn alias(self, alias: impl Into<String>) -> Self {
        Self(self.0.with("alias", Value::of::<String>(alias)))
    }

    /// Sets `description`.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self(self.0.with("description", Value::of::<String>(description)))
    }

    /// Sets `enableKeyRotation`.
    pub fn enable_key_rotation(self, enable_key_rotation: bool) -> Self {
        Self(self.0.with("enableKeyRotation", Value::from(enable_key_rotation)))
    }

    /// Sets `enabled`.
    pub fn enabled(self, enabled: bool) -> Self {
        Self(self.0.with("enabled", Value::from(enabled)))
    }

    /// Sets `keySpec`.
    pub fn key_spec(self, key_spec: crate::aws_kms::KeySpec) -> Self {
        Self(self.0.with("keySpec", Value::from(key_spec)))
    }

    /// Sets `keyUsage`.
    pub fn key_usage(self, key_usage: crate::aws_kms::KeyUsage) -> Self {
        Self(self.0.with("keyUsage", Value::from(key_usage)))
    }

    /// Sets `multiRegion`.
    pub fn multi_region(self, multi_region: bool) -> Self {
        Self(self.0.with("multiRegion", Value::from(multi_region)))
    }

    /// Sets `pendingWindow`.
    pub fn pending_window(self, pending_window: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("pendingWindow", Value::of::<crate::Duration>(pending_window)))
    }

    /// Sets `policy`.
    pub fn policy(self, policy: impl Into<crate::aws_iam::PolicyDocument>) -> Self {
        Self(self.0.with("policy", Value::of::<crate::aws_iam::PolicyDocument>(policy)))
    }

    /// Sets `removalPolicy`.
    pub fn removal_policy(self, removal_policy: crate::RemovalPolicy) -> Self {
        Self(self.0.with("removalPolicy", Value::from(removal_policy)))
    }

    /// Sets `rotationPeriod`.
    pub fn rotation_period(self, rotation_period: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("rotationPeriod", Value::of::<crate::Duration>(rotation_period)))
    }
}

impl Default for KeyProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<KeyProps> for Value {
    fn from(it: KeyProps) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_kms.KeySpec`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_kms.KeySpec.html).
    KeySpec = "aws-cdk-lib.aws_kms.KeySpec" { SymmetricDefault = "SYMMETRIC_DEFAULT", Rsa2048 = "RSA_2048", Rsa3072 = "RSA_3072", Rsa4096 = "RSA_4096", EccNistP256 = "ECC_NIST_P256", EccNistP384 = "ECC_NIST_P384", EccNistP521 = "ECC_NIST_P521", EccSecgP256k1 = "ECC_SECG_P256K1", Hmac224 = "HMAC_224", Hmac256 = "HMAC_256", Hmac384 = "HMAC_384", Hmac512 = "HMAC_512", Sm2 = "SM2", MlDsa44 = "ML_DSA_44", MlDsa65 = "ML_DSA_65", MlDsa87 = "ML_DSA_87", EccNistEdwards25519 = "ECC_NIST_EDWARDS25519" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_kms.KeyUsage`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_kms.KeyUsage.html).
    KeyUsage = "aws-cdk-lib.aws_kms.KeyUsage" { EncryptDecrypt = "ENCRYPT_DECRYPT", SignVerify = "SIGN_VERIFY", GenerateVerifyMac = "GENERATE_VERIFY_MAC", KeyAgreement = "KEY_AGREEMENT" }
}
