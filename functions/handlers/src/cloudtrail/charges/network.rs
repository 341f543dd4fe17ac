//! Gateways, addresses, endpoints, load balancers.

use events::Effect;

use super::super::charge::{Call, Charge};
use super::super::json::{items, text};
use crate::prices;

const CLASSIC: &str = "AWS::ElasticLoadBalancing::LoadBalancer";
const MODERN: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";

pub(super) fn charge(call: &Call<'_>) -> Option<Charge> {
    match call.action {
        "CreateNatGateway" => Some(nat_gateway(call, Effect::Start)),
        "DeleteNatGateway" => Some(nat_gateway(call, Effect::Stop)),
        "AllocateAddress" => Some(address(call, Effect::Start)),
        "ReleaseAddress" => Some(address(call, Effect::Stop)),
        "CreateVpcEndpoint" => endpoint(call),
        "CreateTransitGatewayVpcAttachment" => Some(attachment(call, Effect::Start)),
        "DeleteTransitGatewayVpcAttachment" => Some(attachment(call, Effect::Stop)),
        "CreateVpnConnection" => Some(vpn(call, Effect::Start)),
        "DeleteVpnConnection" => Some(vpn(call, Effect::Stop)),
        "CreateLoadBalancer" => Some(create_load_balancer(call)),
        "DeleteLoadBalancer" => Some(delete_load_balancer(call)),
        _ => None,
    }
}

fn nat_gateway(call: &Call<'_>, effect: Effect) -> Charge {
    let id = ["natGateway/natGatewayId", "natGatewayId"].iter().find_map(|path| call.text(path));
    Charge::new(effect, "AWS::EC2::NatGateway", "NAT gateway")
        .id(id)
        .arn(id.map(|id| call.arn(&format!("natgateway/{id}"))))
        .total(Some(prices::NAT_GATEWAY))
        .assuming("without the charge for data")
}

fn address(call: &Call<'_>, effect: Effect) -> Charge {
    let id = call.text("allocationId");
    Charge::new(effect, "AWS::EC2::EIP", "public IPv4 address")
        .id(id.or_else(|| call.text("publicIp")))
        .arn(id.map(|id| call.arn(&format!("elastic-ip/{id}"))))
        .total(Some(prices::PUBLIC_IPV4))
}

/// An interface endpoint costs money in each zone; a gateway endpoint is free.
fn endpoint(call: &Call<'_>) -> Option<Charge> {
    let kind = ["vpcEndpoint/vpcEndpointType", "vpcEndpointType"]
        .iter()
        .find_map(|path| call.text(path))
        .unwrap_or("Gateway");
    if kind.eq_ignore_ascii_case("Gateway") {
        return None;
    }
    let id = call.text("vpcEndpoint/vpcEndpointId");
    let zones = ["subnetId", "subnetIds"].iter().map(|path| items(call.request, path).len()).max();
    Some(
        Charge::new(Effect::Start, "AWS::EC2::VPCEndpoint", "endpoint in a zone")
            .id(id)
            .arn(id.map(|id| call.arn(&format!("vpc-endpoint/{id}"))))
            .quantity(zones.unwrap_or(0).max(1) as i64)
            .each(Some(prices::INTERFACE_ENDPOINT))
            .assuming("without the charge for data"),
    )
}

fn attachment(call: &Call<'_>, effect: Effect) -> Charge {
    let id =
        ["transitGatewayVpcAttachment/transitGatewayAttachmentId", "transitGatewayAttachmentId"];
    Charge::new(effect, "AWS::EC2::TransitGatewayVpcAttachment", "transit gateway attachment")
        .id(id.iter().find_map(|path| call.text(path)))
        .total(Some(prices::TRANSIT_GATEWAY_ATTACHMENT))
        .assuming("without the charge for data")
}

fn vpn(call: &Call<'_>, effect: Effect) -> Charge {
    let id = ["vpnConnection/vpnConnectionId", "vpnConnectionId"];
    Charge::new(effect, "AWS::EC2::VPNConnection", "VPN connection")
        .id(id.iter().find_map(|path| call.text(path)))
        .total(Some(prices::VPN_CONNECTION))
}

/// Both generations have this call under one name; only the classic one calls its name `loadBalancerName`.
fn create_load_balancer(call: &Call<'_>) -> Charge {
    if let Some(name) = text(call.request, "loadBalancerName") {
        return classic(Effect::Start, name);
    }
    let created = call.items("loadBalancers").first().and_then(|one| text(one, "loadBalancerArn"));
    modern(Effect::Start, text(call.request, "type").unwrap_or("application"), created)
        .id(text(call.request, "name"))
}

fn delete_load_balancer(call: &Call<'_>) -> Charge {
    if let Some(arn) = text(call.request, "loadBalancerArn") {
        let kind = if arn.contains(":loadbalancer/gwy/") { "gateway" } else { "application" };
        return modern(Effect::Stop, kind, Some(arn));
    }
    classic(Effect::Stop, text(call.request, "loadBalancerName").unwrap_or("unknown"))
}

fn classic(effect: Effect, name: &str) -> Charge {
    Charge::new(effect, CLASSIC, "classic load balancer")
        .id(Some(name))
        .total(Some(prices::CLASSIC_LOAD_BALANCER))
        .assuming("without the charge for data")
}

fn modern(effect: Effect, kind: &str, arn: Option<&str>) -> Charge {
    let price = match kind {
        "application" | "network" => Some(prices::LOAD_BALANCER),
        "gateway" => Some(prices::GATEWAY_LOAD_BALANCER),
        _ => None,
    };
    Charge::new(effect, MODERN, "load balancer")
        .arn(arn)
        .total(price)
        .assuming("without capacity units")
}
