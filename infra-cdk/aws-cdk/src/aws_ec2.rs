// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_ec2`.

use jsii::{Struct, Value};

/// [`aws-cdk-lib.aws_ec2.SubnetSelection`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ec2.SubnetSelection.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct SubnetSelection(Struct);

impl SubnetSelection {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_ec2.SubnetSelection"))
    }

    /// Sets `availabilityZones`.
    pub fn availability_zones(
        self,
        availability_zones: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.with("availabilityZones", Value::list::<String>(availability_zones)))
    }

    /// Sets `onePerAz`.
    pub fn one_per_az(self, one_per_az: bool) -> Self {
        Self(self.0.with("onePerAz", Value::from(one_per_az)))
    }

    /// Sets `subnetGroupName`.
    pub fn subnet_group_name(self, subnet_group_name: impl Into<String>) -> Self {
        Self(self.0.with("subnetGroupName", Value::of::<String>(subnet_group_name)))
    }

    /// Sets `subnetType`.
    pub fn subnet_type(self, subnet_type: crate::aws_ec2::SubnetType) -> Self {
        Self(self.0.with("subnetType", Value::from(subnet_type)))
    }
}

impl Default for SubnetSelection {
    fn default() -> Self {
        Self::new()
    }
}

impl From<SubnetSelection> for Value {
    fn from(it: SubnetSelection) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_ec2.SubnetType`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ec2.SubnetType.html).
    SubnetType = "aws-cdk-lib.aws_ec2.SubnetType" { PrivateIsolated = "PRIVATE_ISOLATED", PrivateWithEgress = "PRIVATE_WITH_EGRESS", PrivateWithNat = "PRIVATE_WITH_NAT", Public = "PUBLIC" }
}
