// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_s3_assets`.

use jsii::{Struct, Value};

/// [`aws-cdk-lib.aws_s3_assets.AssetOptions`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3_assets.AssetOptions.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct AssetOptions(Struct);

impl AssetOptions {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_s3_assets.AssetOptions"))
    }

    /// Sets `assetHash`.
    pub fn asset_hash(self, asset_hash: impl Into<String>) -> Self {
        Self(self.0.with("assetHash", Value::of::<String>(asset_hash)))
    }

    /// Sets `assetHashType`.
    pub fn asset_hash_type(self, asset_hash_type: crate::AssetHashType) -> Self {
        Self(self.0.with("assetHashType", Value::from(asset_hash_type)))
    }

    /// Sets `deployTime`.
    pub fn deploy_time(self, deploy_time: bool) -> Self {
        Self(self.0.with("deployTime", Value::from(deploy_time)))
    }

    /// Sets `displayName`.
    pub fn display_name(self, display_name: impl Into<String>) -> Self {
        Self(self.0.with("displayName", Value::of::<String>(display_name)))
    }

    /// Sets `exclude`.
    pub fn exclude(self, exclude: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.with("exclude", Value::list::<String>(exclude)))
    }

    /// Sets `followSymlinks`.
    pub fn follow_symlinks(self, follow_symlinks: crate::SymlinkFollowMode) -> Self {
        Self(self.0.with("followSymlinks", Value::from(follow_symlinks)))
    }

    /// Sets `ignoreMode`.
    pub fn ignore_mode(self, ignore_mode: crate::IgnoreMode) -> Self {
        Self(self.0.with("ignoreMode", Value::from(ignore_mode)))
    }

    /// Sets `readers`.
    pub fn readers(
        self,
        readers: impl IntoIterator<Item = impl Into<crate::aws_iam::IGrantable>>,
    ) -> Self {
        Self(self.0.with("readers", Value::list::<crate::aws_iam::IGrantable>(readers)))
    }

    /// Sets `sourceKMSKey`.
    pub fn source_kms_key(
        self,
        source_kms_key: impl Into<crate::interfaces::aws_kms::IKeyRef>,
    ) -> Self {
        Self(
            self.0.with(
                "sourceKMSKey",
                Value::of::<crate::interfaces::aws_kms::IKeyRef>(source_kms_key),
            ),
        )
    }
}

impl Default for AssetOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl From<AssetOptions> for Value {
    fn from(it: AssetOptions) -> Self {
        Self::from(it.0)
    }
}
