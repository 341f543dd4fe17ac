//! Things with one price an hour. From the [hand table](super::HAND).

/// A NAT gateway, without the 0.045 USD per GB it passes.
pub const NAT_GATEWAY: i64 = 45_000;
/// A public IPv4 address, attached or not (charged so since February 2024).
pub const PUBLIC_IPV4: i64 = 5_000;
/// An application or network load balancer, without capacity units.
pub const LOAD_BALANCER: i64 = 22_500;
/// A gateway load balancer, without capacity units.
pub const GATEWAY_LOAD_BALANCER: i64 = 12_500;
/// A classic load balancer, without data.
pub const CLASSIC_LOAD_BALANCER: i64 = 25_000;
/// An interface endpoint in one zone, without data.
pub const INTERFACE_ENDPOINT: i64 = 10_000;
/// A VPC attached to a transit gateway, without data.
pub const TRANSIT_GATEWAY_ATTACHMENT: i64 = 50_000;
/// A site-to-site VPN connection.
pub const VPN_CONNECTION: i64 = 50_000;
/// An EKS control plane in standard support.
pub const EKS_CLUSTER: i64 = 100_000;
/// A shard of a provisioned Kinesis stream, without puts.
pub const KINESIS_SHARD: i64 = 15_000;
/// An on-demand Kinesis stream, without data.
pub const KINESIS_ON_DEMAND: i64 = 40_000;
/// A provisioned read capacity unit of `DynamoDB`.
pub const DYNAMODB_READ_UNIT: i64 = 130;
/// A provisioned write capacity unit of `DynamoDB`.
pub const DYNAMODB_WRITE_UNIT: i64 = 650;
/// A secret in Secrets Manager, a month.
pub const SECRET_MONTH: i64 = 400_000;
