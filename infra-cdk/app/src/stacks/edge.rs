//! What the world sees: the console's files and the API under one name.

use std::collections::BTreeMap;

use aws_cdk::Stack;
use aws_cdk::aws_apigatewayv2::HttpApi;
use aws_cdk::aws_certificatemanager::{
    Certificate, CertificateProps, CertificateValidation, ICertificate,
};
use aws_cdk::aws_cloudfront::{
    AllowedMethods, BehaviorOptions, CachePolicy, Distribution, DistributionProps, HttpVersion,
    OriginRequestPolicy, PriceClass, ResponseHeadersPolicy, SecurityPolicyProtocol,
    ViewerProtocolPolicy,
};
use aws_cdk::aws_cloudfront_origins::{
    HttpOrigin, HttpOriginProps, S3BucketOrigin, S3BucketOriginWithOACProps,
};
use aws_cdk::aws_route53::{
    ARecord, ARecordProps, AaaaRecord, AaaaRecordProps, IPublicHostedZone, RecordTarget,
};
use aws_cdk::aws_route53_targets::CloudFrontTarget;
use aws_cdk::aws_s3::Bucket;
use jsii::Error;
use twinhost::manifest::Trigger;

use super::data::{private, zone};
use super::service::Service;
use super::{Plan, output};
use crate::error::DeployError;
use crate::settings::Domain;

/// Where `CloudFront` wants certificates to be.
const CERTIFICATES: &str = "us-east-1";

/// Makes the distribution, and the domain's records if there is one.
pub(super) fn build(plan: &Plan<'_>, service: &Service) -> Result<(), DeployError> {
    let stack = plan.stack(&plan.names.edge(), "What the world sees")?;
    let kernel = stack.object().kernel();
    let files = Bucket::new(&stack, "Console", private(&stack)?)?;
    let origin =
        S3BucketOrigin::with_origin_access_control(&files, S3BucketOriginWithOACProps::new())?;
    let default = BehaviorOptions::new(origin)
        .viewer_protocol_policy(ViewerProtocolPolicy::RedirectToHttps)
        .cache_policy(CachePolicy::caching_optimized(kernel)?)
        .response_headers_policy(ResponseHeadersPolicy::security_headers(kernel)?)
        .compress(true);
    let mut props = DistributionProps::new(default)
        .comment(plan.names.service())
        .default_root_object("index.html")
        .http_version(HttpVersion::Http2And3)
        .price_class(PriceClass::PriceClass100);
    if let Some(api) = &service.api {
        props = props.additional_behaviors(behaviors(&stack, plan, api)?);
    }
    let domain = match &plan.settings.domain {
        Some(domain) => Some((domain, zone(&stack, domain)?)),
        None => None,
    };
    if let Some((domain, zone)) = &domain {
        props = props
            .domain_names([domain.name.as_str()])
            .certificate(certificate(&stack, domain, zone)?)
            .minimum_protocol_version(SecurityPolicyProtocol::TlsV1_2_2021);
    }
    let distribution = Distribution::new(&stack, "Distribution", props)?;
    if let Some((domain, zone)) = &domain {
        records(&stack, (domain, zone), &distribution)?;
    }
    output(&stack, "ConsoleBucketName", files.bucket_name()?, "Where the console's files go")?;
    let name = distribution.distribution_domain_name()?;
    let url = domain.map_or(name, |(domain, _)| domain.name.clone());
    output(&stack, "Url", format!("https://{url}"), "What the world sees")?;
    Ok(())
}

/// The paths of the API: whatever begins as a route does goes there, uncached and with everything the caller sent.
fn behaviors(
    stack: &Stack,
    plan: &Plan<'_>,
    api: &HttpApi,
) -> Result<BTreeMap<String, BehaviorOptions>, Error> {
    let kernel = stack.object().kernel();
    let (id, region, suffix) = (api.api_id()?, stack.region()?, stack.url_suffix()?);
    let domain = format!("{id}.execute-api.{region}.{suffix}");
    let mut behaviors = BTreeMap::new();
    for handler in &plan.manifest.handlers {
        let Trigger::Route { path, .. } = &handler.trigger else { continue };
        let origin = HttpOrigin::new(kernel, domain.as_str(), HttpOriginProps::new())?;
        let behavior = BehaviorOptions::new(origin)
            .viewer_protocol_policy(ViewerProtocolPolicy::HttpsOnly)
            .allowed_methods(AllowedMethods::allow_all(kernel)?)
            .cache_policy(CachePolicy::caching_disabled(kernel)?)
            // The API has a name of its own, and answers to no other.
            .origin_request_policy(OriginRequestPolicy::all_viewer_except_host_header(kernel)?);
        behaviors.insert(pattern(path), behavior);
    }
    Ok(behaviors)
}

/// The pattern of paths that a route may match: every parameter is a `*`.
fn pattern(path: &str) -> String {
    let segment = |it: &str| if it.starts_with('{') { "*".to_owned() } else { it.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn certificate(
    stack: &Stack,
    domain: &Domain,
    zone: &IPublicHostedZone,
) -> Result<ICertificate, DeployError> {
    if let Some(arn) = &domain.certificate {
        return Ok(Certificate::from_certificate_arn(stack, "Certificate", arn.as_str())?);
    }
    if stack.region()? != CERTIFICATES {
        return Err(DeployError::Missing {
            name: "certificate",
            why: format!(
                "CloudFront wants the certificate of `{}` in {CERTIFICATES}, and this stack is elsewhere",
                domain.name
            ),
            example: "arn:aws:acm:us-east-1:123456789012:certificate/…",
        });
    }
    let validation = CertificateValidation::from_dns(stack.object().kernel(), Some(zone.into()))?;
    let props = CertificateProps::new(domain.name.as_str()).validation(validation);
    Ok(Certificate::new(stack, "Certificate", props)?.into())
}

fn records(
    stack: &Stack,
    (domain, zone): (&Domain, &IPublicHostedZone),
    distribution: &Distribution,
) -> Result<(), Error> {
    let target = || RecordTarget::from_alias(CloudFrontTarget::new(distribution)?);
    let props = ARecordProps::new(target()?, zone).record_name(format!("{}.", domain.name));
    ARecord::new(stack, "A", props)?;
    let props = AaaaRecordProps::new(target()?, zone).record_name(format!("{}.", domain.name));
    AaaaRecord::new(stack, "Aaaa", props)?;
    Ok(())
}
