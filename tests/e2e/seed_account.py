"""Fills emulated AWS accounts with idle resources, and with innocent ones that look much like them.

Usage: seed_account.py URL STEP

Steps, in their order, each at the time that its process sees:
  old      what is to be old enough when the hunt comes
  young    the same once more, to be too young
  measure  CloudWatch's daily datapoints of the fortnight before today
  use      takes some of what was idle into use again

What is to be known of what was made is a JSON object, by names of ours: that of the earlier steps on standard input
(`{}` at first), with this step's added on standard output.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

import boto3

HOME = "us-east-1"
LISTED = "eu-central-1"  # the hunter is told to look here, too
UNLISTED = "ap-south-1"  # and not here
OTHER_ACCOUNT = "arn:aws:iam::210987654321:role/twinhost"


class Account:
    """The services of an account in one region, and what was made there."""

    def __init__(self, url, region=HOME, role=None):
        keys = {"aws_access_key_id": "AKIASEED", "aws_secret_access_key": "seed"}
        if role is not None:
            sts = boto3.client("sts", region_name=region, endpoint_url=url, **keys)
            found = sts.assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
            keys = {
                "aws_access_key_id": found["AccessKeyId"],
                "aws_secret_access_key": found["SecretAccessKey"],
                "aws_session_token": found["SessionToken"],
            }

        def client(service):
            return boto3.client(service, region_name=region, endpoint_url=url, **keys)

        self.region = region
        self.ec2 = client("ec2")
        self.elb = client("elbv2")
        self.rds = client("rds")
        self.cloudwatch = client("cloudwatch")

    def subnets(self):
        return self.ec2.describe_subnets()["Subnets"]

    def volume(self, tags=None):
        made = self.ec2.create_volume(
            AvailabilityZone=self.region + "a", Size=10, VolumeType="gp3", TagSpecifications=tagged("volume", tags)
        )
        return made["VolumeId"]

    def attached_volume(self, instance):
        volume = self.volume()
        self.attach(volume, instance)
        return volume

    def attach(self, volume, instance):
        self.ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")

    def instance(self, tags=None):
        images = self.ec2.describe_images(Owners=["self"], Filters=[{"Name": "name", "Values": ["base"]}])["Images"]
        image = images[0] if images else self.ec2.register_image(Name="base", RootDeviceName="/dev/sda1")
        made = self.ec2.run_instances(
            ImageId=image["ImageId"],
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            TagSpecifications=tagged("instance", tags),
        )
        return made["Instances"][0]["InstanceId"]

    def stopped_instance(self, tags=None):
        instance = self.instance(tags)
        self.ec2.stop_instances(InstanceIds=[instance])
        return instance

    def address(self, instance=None):
        made = self.ec2.allocate_address(Domain="vpc")
        if instance is not None:
            self.ec2.associate_address(AllocationId=made["AllocationId"], InstanceId=instance)
        return made["AllocationId"], made["PublicIp"]

    def root_of(self, instance):
        (reservation,) = self.ec2.describe_instances(InstanceIds=[instance])["Reservations"]
        (device,) = reservation["Instances"][0]["BlockDeviceMappings"]
        return device["Ebs"]["VolumeId"]

    def snapshot(self, volume):
        return self.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]

    def nat_gateway(self):
        subnet = self.subnets()[0]["SubnetId"]
        made = self.ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")
        return made["NatGateway"]["NatGatewayId"]

    def load_balancer(self, name, kind="application", tags=None):
        subnets = [subnet["SubnetId"] for subnet in self.subnets()[:2]]
        tags = {"Tags": pairs(tags)} if tags else {}
        made = self.elb.create_load_balancer(Name=name, Type=kind, Subnets=subnets, **tags)
        return made["LoadBalancers"][0]["LoadBalancerArn"]

    def serve(self, balancer, instance):
        """Puts a target group with an instance behind a load balancer."""
        made = self.elb.create_target_group(
            Name="web", Protocol="HTTP", Port=80, VpcId=self.subnets()[0]["VpcId"], TargetType="instance"
        )
        group = made["TargetGroups"][0]["TargetGroupArn"]
        self.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": instance}])
        forward = [{"Type": "forward", "TargetGroupArn": group}]
        self.elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward)

    def database(self, name):
        self.rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.t3.micro",
            Engine="postgres",
            AllocatedStorage=20,
            StorageType="gp2",
            MasterUsername="root",
            MasterUserPassword="not-a-secret",
        )
        return name

    def replica(self, name, source):
        self.rds.create_db_instance_read_replica(DBInstanceIdentifier=name, SourceDBInstanceIdentifier=source)
        return name

    def datapoints(self, namespace, metric, dimension, resource, value):
        """One at noon of each of the 14 days before today."""
        noon = datetime.now(timezone.utc).replace(hour=12, minute=0, second=0, microsecond=0)
        data = [
            {
                "MetricName": metric,
                "Dimensions": [{"Name": dimension, "Value": resource}],
                "Timestamp": noon - timedelta(days=day),
                "Value": value,
            }
            for day in range(1, 15)
        ]
        self.cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)


def today():
    return datetime.now(timezone.utc).date().isoformat()


def pairs(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tagged(kind, tags):
    return [{"ResourceType": kind, "Tags": pairs(tags)}] if tags else []


def old(url, made):
    home = Account(url)
    web = home.instance({"Name": "web"})
    data = home.attached_volume(web)
    home.volume({"twinhost:keep": "yes"})
    home.volume({"finops:exempt": "2030"})
    home.stopped_instance({"karpenter.sh/nodepool": "default"})
    home.address(web)
    home.ec2.create_image(InstanceId=web, Name="golden")
    home.serve(home.load_balancer("serving"), web)
    home.load_balancer("standby", tags={"dr": "yes"})
    home.replica("used-replica", home.database("used"))
    Account(url, UNLISTED).volume()
    address, address_ip = home.address()
    other_address, other_address_ip = Account(url, role=OTHER_ACCOUNT).address()
    stopped, spare_stopped = home.stopped_instance({"Name": "old"}), home.stopped_instance()
    made.update(
        day=today(),
        web=web,
        volume=home.volume(),
        spare_volume=home.volume({"Name": "spare"}),
        address=address,
        address_ip=address_ip,
        stopped=stopped,
        stopped_root=home.root_of(stopped),
        spare_stopped=spare_stopped,
        spare_stopped_root=home.root_of(spare_stopped),
        balancer=home.load_balancer("empty"),
        busy_balancer=home.load_balancer("busy", "network"),
        snapshot=home.snapshot(data),
        database=home.database("idle"),
        silent_database=home.database("silent"),
        gateway=home.nat_gateway(),
        used_gateway=home.nat_gateway(),
        silent_gateway=home.nat_gateway(),
        volume_elsewhere=Account(url, LISTED).volume(),
        other_address=other_address,
        other_address_ip=other_address_ip,
    )


def young(url, made):
    home = Account(url)
    volume = home.volume()
    made.update(
        young_day=today(),
        young_volume=volume,
        young_balancer=home.load_balancer("young"),
        young_snapshot=home.snapshot(volume),
        young_stopped=home.stopped_instance(),
        young_database=home.database("young"),
        young_gateway=home.nat_gateway(),
    )


def measure(url, made):
    home = Account(url)
    for database, value in {"idle": 0, "used": 2, "used-replica": 0, "young": 0}.items():
        home.datapoints("AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", database, value)
    for gateway, value in {"gateway": 0, "used_gateway": 7, "young_gateway": 0}.items():
        for metric in ("BytesOutToDestination", "ActiveConnectionCount"):
            home.datapoints("AWS/NATGateway", metric, "NatGatewayId", made[gateway], value)
    balancer = made["busy_balancer"].split(":loadbalancer/")[1]
    home.datapoints("AWS/NetworkELB", "ProcessedBytes", "LoadBalancer", balancer, 7)


def use(url, made):
    home = Account(url)
    home.attach(made["spare_volume"], made["web"])
    home.ec2.start_instances(InstanceIds=[made["spare_stopped"]])


STEPS = {"old": old, "young": young, "measure": measure, "use": use}

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in STEPS:
        sys.exit(__doc__)
    made = json.load(sys.stdin)
    STEPS[sys.argv[2]](sys.argv[1], made)
    json.dump(made, sys.stdout)
