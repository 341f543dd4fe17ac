//! Fills an emulated account.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum};
use aws_sdk_ec2::types::{
    ConnectivityType, InstanceType, ResourceType, Tag, TagSpecification, VolumeType,
};
use aws_sdk_elasticloadbalancingv2::types::{
    LoadBalancerTypeEnum, ProtocolEnum, TargetDescription, TargetTypeEnum,
};
use aws_sdk_sts::config::Credentials;
use jiff::{SignedDuration, Timestamp};

use super::REGION;

/// The services of one emulated account.
pub(super) struct Account {
    ec2: aws_sdk_ec2::Client,
    elb: aws_sdk_elasticloadbalancingv2::Client,
    rds: aws_sdk_rds::Client,
    cloudwatch: aws_sdk_cloudwatch::Client,
    subnets: Vec<String>,
    vpc: String,
    image: String,
}

impl Account {
    pub(super) async fn open(endpoint: &str) -> Self {
        let config: SdkConfig = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .endpoint_url(endpoint)
            .credentials_provider(Credentials::new("AKIASEED", "seed", None, None, "test"))
            .load()
            .await;
        let ec2 = aws_sdk_ec2::Client::new(&config);
        let found = ec2.describe_subnets().send().await.unwrap();
        let subnets = found
            .subnets()
            .iter()
            .map(|subnet| subnet.subnet_id().unwrap().to_owned())
            .take(2)
            .collect();
        let vpc = found.subnets()[0].vpc_id().unwrap().to_owned();
        let image =
            ec2.register_image().name("base").root_device_name("/dev/sda1").send().await.unwrap();
        Self {
            elb: aws_sdk_elasticloadbalancingv2::Client::new(&config),
            rds: aws_sdk_rds::Client::new(&config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
            ec2,
            subnets,
            vpc,
            image: image.image_id().unwrap().to_owned(),
        }
    }

    pub(super) async fn volume(&self, tag: Option<(&str, &str)>) -> String {
        let mut volume = self
            .ec2
            .create_volume()
            .availability_zone("us-east-1a")
            .size(10)
            .volume_type(VolumeType::Gp3);
        if let Some((key, value)) = tag {
            volume = volume.tag_specifications(tagged(ResourceType::Volume, key, value));
        }
        volume.send().await.unwrap().volume_id().unwrap().to_owned()
    }

    pub(super) async fn attach(&self, volume: &str, instance: &str) {
        self.ec2
            .attach_volume()
            .volume_id(volume)
            .instance_id(instance)
            .device("/dev/sdf")
            .send()
            .await
            .unwrap();
    }

    pub(super) async fn instance(&self, tag: (&str, &str)) -> String {
        let run = self
            .ec2
            .run_instances()
            .image_id(&self.image)
            .instance_type(InstanceType::T3Micro)
            .min_count(1)
            .max_count(1)
            .tag_specifications(tagged(ResourceType::Instance, tag.0, tag.1))
            .send()
            .await
            .unwrap();
        run.instances()[0].instance_id().unwrap().to_owned()
    }

    pub(super) async fn stop(&self, instance: &str) {
        self.ec2.stop_instances().instance_ids(instance).send().await.unwrap();
    }

    pub(super) async fn address(&self, of: Option<&str>) -> String {
        let address =
            self.ec2.allocate_address().send().await.unwrap().allocation_id().unwrap().to_owned();
        if let Some(instance) = of {
            self.ec2
                .associate_address()
                .allocation_id(&address)
                .instance_id(instance)
                .send()
                .await
                .unwrap();
        }
        address
    }

    pub(super) async fn snapshot(&self, volume: &str) -> String {
        self.ec2
            .create_snapshot()
            .volume_id(volume)
            .send()
            .await
            .unwrap()
            .snapshot_id()
            .unwrap()
            .to_owned()
    }

    /// An image of an instance, with snapshots of its own.
    pub(super) async fn image(&self, instance: &str) {
        self.ec2.create_image().instance_id(instance).name("golden").send().await.unwrap();
    }

    pub(super) async fn nat_gateway(&self) -> String {
        let gateway = self
            .ec2
            .create_nat_gateway()
            .subnet_id(&self.subnets[0])
            .connectivity_type(ConnectivityType::Private)
            .send()
            .await
            .unwrap();
        gateway.nat_gateway().unwrap().nat_gateway_id().unwrap().to_owned()
    }

    pub(super) async fn load_balancer(&self, name: &str, kind: LoadBalancerTypeEnum) -> String {
        let made = self
            .elb
            .create_load_balancer()
            .name(name)
            .r#type(kind)
            .set_subnets(Some(self.subnets.clone()))
            .send()
            .await
            .unwrap();
        made.load_balancers()[0].load_balancer_arn().unwrap().to_owned()
    }

    /// Puts a target group with `instance` behind a load balancer.
    pub(super) async fn serve(&self, balancer: &str, instance: &str) {
        let group = self
            .elb
            .create_target_group()
            .name("web")
            .protocol(ProtocolEnum::Http)
            .port(80)
            .vpc_id(&self.vpc)
            .target_type(TargetTypeEnum::Instance)
            .send()
            .await
            .unwrap();
        let group = group.target_groups()[0].target_group_arn().unwrap().to_owned();
        let target = TargetDescription::builder().id(instance).build();
        self.elb.register_targets().target_group_arn(&group).targets(target).send().await.unwrap();
        let action = aws_sdk_elasticloadbalancingv2::types::Action::builder()
            .r#type(aws_sdk_elasticloadbalancingv2::types::ActionTypeEnum::Forward)
            .target_group_arn(&group)
            .build();
        self.elb
            .create_listener()
            .load_balancer_arn(balancer)
            .protocol(ProtocolEnum::Http)
            .port(80)
            .default_actions(action)
            .send()
            .await
            .unwrap();
    }

    pub(super) async fn database(&self, id: &str) {
        self.rds
            .create_db_instance()
            .db_instance_identifier(id)
            .db_instance_class("db.t3.micro")
            .engine("postgres")
            .allocated_storage(20)
            .storage_type("gp2")
            .master_username("root")
            .master_user_password("not-a-secret")
            .send()
            .await
            .unwrap();
    }

    pub(super) async fn replica(&self, id: &str, of: &str) {
        self.rds
            .create_db_instance_read_replica()
            .db_instance_identifier(id)
            .source_db_instance_identifier(of)
            .send()
            .await
            .unwrap();
    }

    /// One datapoint a day, at noon, on the 14 days before `now`.
    pub(super) async fn datapoints(
        &self,
        metric: (&str, &str),
        resource: (&str, &str),
        value: f64,
        now: Timestamp,
    ) {
        let (namespace, name) = metric;
        let noon = now.as_second().div_euclid(86_400) * 86_400 - 43_200;
        let data = (0..14).map(|day| {
            MetricDatum::builder()
                .metric_name(name)
                .dimensions(Dimension::builder().name(resource.0).value(resource.1).build())
                .timestamp(aws_sdk_cloudwatch::primitives::DateTime::from_secs(noon - day * 86_400))
                .value(value)
                .build()
        });
        self.cloudwatch
            .put_metric_data()
            .namespace(namespace)
            .set_metric_data(Some(data.collect()))
            .send()
            .await
            .unwrap();
    }
}

fn tagged(kind: ResourceType, key: &str, value: &str) -> TagSpecification {
    TagSpecification::builder()
        .resource_type(kind)
        .tags(Tag::builder().key(key).value(value).build())
        .build()
}

/// moto makes everything now, and lets nothing be made in the past: so the hunt looks from the future.
pub(super) fn later() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(24 * 100)
}
