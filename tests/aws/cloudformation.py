"""CloudFormation's resource types that moto lacks, made with the API of their own service.

Importing this module teaches them to moto. A property of a template is a parameter of the API by the same name, in a
slightly other shape; botocore knows each API, so it says which, and refuses what the API does not have.
"""

import json
import uuid
import warnings

import boto3
import moto.cloudformation.parsing  # noqa: F401  (moto's own types come first, so that ours go before them)
from botocore import xform_name
from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaFunction
from moto.core.common_models import CloudFormationModel
from moto.core.models import botocore_stubber
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.models import Role
from moto.s3.models import FakeBucket

# Parameters that an API demands and CloudFormation fills in by itself.
FILLED_IN = {"CallerReference": lambda: str(uuid.uuid4()), "HTTPPort": lambda: 80, "HTTPSPort": lambda: 443}
# Properties that an API calls otherwise.
RENAMED = {
    "ETag": "IfMatch",
    "IPV6Enabled": "IsIPV6Enabled",
    "Key": "TagKey",
    "KeyPolicy": "Policy",
    "UserPoolName": "PoolName",
    "Value": "TagValue",
}
# Properties that are the business of another operation than the one which makes the resource.
APART = {"EnableKeyRotation", "Tags"}


def parameter(shape, name):
    """What a structure of an API calls a property; None if it does not know it."""
    members = {member.lower(): member for member in shape.members}
    return members.get(name.lower()) or members.get(RENAMED.get(name, name).lower())


def fit(shape, value):
    """A property's value as the API takes it."""
    if shape.type_name == "structure":
        if isinstance(value, list):  # CloudFront's lists say how long they are
            value = {"Quantity": len(value), "Items": value}
        unknown = [name for name in value if parameter(shape, name) is None]
        if unknown:
            raise ValueError(f"{shape.name} has no {', '.join(unknown)}; it has {', '.join(shape.members)}")
        fitted = {parameter(shape, name): inner for name, inner in value.items()}
        missing = [name for name in shape.required_members if name not in fitted and name in FILLED_IN]
        fitted.update((name, FILLED_IN[name]()) for name in missing)
        return {name: fit(shape.members[name], inner) for name, inner in fitted.items()}
    if shape.type_name == "list":
        return [fit(shape.member, inner) for inner in value]
    if shape.type_name == "map":
        return {name: fit(shape.value, inner) for name, inner in value.items()}
    if shape.type_name == "string":
        return value if isinstance(value, str) else json.dumps(value)  # a policy is a document
    if shape.type_name == "boolean":
        return value in (True, "true")
    return {"integer": int, "long": int, "float": float, "double": float}[shape.type_name](value)


def flat(answer):
    """An answer, and what its structures hold: most APIs wrap what they made."""
    inner = {name: it for wrapped in answer.values() if isinstance(wrapped, dict) for name, it in wrapped.items()}
    return {**inner, **answer}


class Resource:
    """A resource of CloudFormation, made, changed and deleted by operations of its service.

    kind         AWS::Service::Resource
    service      as botocore calls it
    operations   to create, to update (if there is none, it is made anew) and to delete it
    ref          what `Ref` gives: a property, or a part of the answer
    attributes   what `Fn::GetAtt` gives: parts of the answer
    named        the property that is its name, if it has one
    """

    kind, service, operations, ref, attributes, named = "", "", ("", "", ""), "", (), ""

    def __init__(self, known):
        self.known = known

    @property
    def physical_resource_id(self):
        return self.known[self.ref]

    def get_cfn_attribute(self, attribute):
        return self.known[attribute]

    def delete(self, account_id, region):
        try:
            self.call(self.operations[2], self.known, region)
        except ClientError as error:
            # moto deletes in any order: with what it was part of, a resource is gone.
            if "NotFound" not in error.response["Error"]["Code"]:
                raise

    @classmethod
    def call(cls, operation, known, region):
        """Calls an operation with as much of what is known as it takes."""
        # moto takes the requests of this process before they are sent.
        botocore_stubber.enabled = True
        keys = dict.fromkeys(("aws_access_key_id", "aws_secret_access_key"), "CLOUDFORMATION")
        client = boto3.client(cls.service, region_name=region, **keys)
        shape = client.meta.service_model.operation_model(operation).input_shape
        if operation == cls.operations[0]:
            strange = [name for name in known if parameter(shape, name) is None]
            unknown = [name for name in strange if name not in APART | {"AccountId"}]
            if unknown:
                raise ValueError(f"{cls.kind} has no {', '.join(unknown)}")
        taken = {name: value for name, value in known.items() if parameter(shape, name)}
        return flat(getattr(client, xform_name(operation))(**fit(shape, taken)))

    @classmethod
    def has_cfn_attr(cls, attribute):
        return attribute in cls.attributes

    @classmethod
    def cloudformation_name_type(cls):
        return cls.named

    @classmethod
    def cloudformation_type(cls):
        return cls.kind

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
        known = {**cloudformation_json["Properties"], "AccountId": account_id}
        if cls.named:
            known.setdefault(cls.named, resource_name)
        return cls({**flat(known), **cls.call(cls.operations[0], known, region_name)})

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        if not cls.operations[1]:  # moto cannot update it
            original_resource.delete(account_id, region_name)
            name = original_resource.physical_resource_id
            return cls.create_from_cloudformation_json(name, cloudformation_json, account_id, region_name)
        known = {**original_resource.known, **flat(cloudformation_json["Properties"])}
        cls.call(cls.operations[1], known, region_name)
        return cls(known)


class Alarm(Resource):
    def delete(self, account_id, region):
        self.call("DeleteAlarms", {"AlarmNames": [self.known["AlarmName"]]}, region)


class Policy(Resource):
    """A policy of other resources, of which it is an attribute: it has no name, and goes with them."""

    # The property that names the resources, and the parameters that set the policy of one.
    of, parameters = "", staticmethod(lambda resource, document: {})

    @property
    def physical_resource_id(self):
        return f"{self.kind}/{self.known[self.of]}"

    def delete(self, account_id, region):
        pass

    @classmethod
    def call(cls, operation, known, region):
        of = known[cls.of]
        for resource in of if isinstance(of, list) else [of]:
            super().call(operation, cls.parameters(resource, known["PolicyDocument"]), region)
        return {}


def kind(name, base, **is_so):
    """Declares a type; moto finds the direct subclasses of its own class."""
    return type(name.replace("::", ""), (base, CloudFormationModel), {"kind": name, **is_so})


def resource(name, service, noun, ref, base=Resource, **is_so):
    """A type whose operations are called after it, if they are not given."""
    operations = (f"Create{noun}", f"Update{noun}", f"Delete{noun}")
    return kind(name, base, service=service, ref=ref, **{"operations": operations, **is_so})


def policy(name, service, operation, of, parameters):
    """A type that sets the policy of resources."""
    return kind(
        name, Policy, service=service, operations=(operation,) * 3, of=of, parameters=staticmethod(parameters)
    )


PUT_ALARM = ("PutMetricAlarm", "PutMetricAlarm", "DeleteAlarms")
PUT_CONFIG = ("PutFunctionEventInvokeConfig", "PutFunctionEventInvokeConfig", "DeleteFunctionEventInvokeConfig")
# moto has a key of its own, which takes no tags.
MAKE_KEY = ("CreateKey", "UpdateKeyDescription", "ScheduleKeyDeletion")

KINDS = [
    resource("AWS::ApiGatewayV2::Api", "apigatewayv2", "Api", "ApiId", attributes=("ApiEndpoint",)),
    resource("AWS::ApiGatewayV2::Integration", "apigatewayv2", "Integration", "IntegrationId"),
    resource("AWS::ApiGatewayV2::Route", "apigatewayv2", "Route", "RouteId"),
    resource("AWS::ApiGatewayV2::Stage", "apigatewayv2", "Stage", "StageName"),
    resource("AWS::Budgets::Budget", "budgets", "", "BudgetName", operations=("CreateBudget", "", "DeleteBudget")),
    resource("AWS::CloudFront::Distribution", "cloudfront", "Distribution", "Id", attributes=("Id", "DomainName")),
    resource("AWS::CloudFront::OriginAccessControl", "cloudfront", "OriginAccessControl", "Id", attributes=("Id",)),
    resource("AWS::CloudWatch::Alarm", "cloudwatch", "", "AlarmName", Alarm, named="AlarmName", operations=PUT_ALARM),
    resource("AWS::Cognito::UserPool", "cognito-idp", "UserPool", "Id", attributes=("Arn",), named="UserPoolName"),
    resource("AWS::Cognito::UserPoolClient", "cognito-idp", "UserPoolClient", "ClientId", named="ClientName"),
    resource("AWS::KMS::Key", "kms", "", "KeyId", attributes=("Arn",), operations=MAKE_KEY),
    resource("AWS::Lambda::EventInvokeConfig", "lambda", "", "FunctionArn", operations=PUT_CONFIG),
    resource("AWS::SES::EmailIdentity", "sesv2", "EmailIdentity", "EmailIdentity"),
    resource("AWS::SNS::Subscription", "sns", "", "SubscriptionArn", operations=("Subscribe", "", "Unsubscribe")),
    resource("AWS::Scheduler::Schedule", "scheduler", "Schedule", "Name", attributes=("Arn",), named="Name"),
    policy(
        "AWS::S3::BucketPolicy",
        "s3",
        "PutBucketPolicy",
        "Bucket",
        lambda bucket, document: {"Bucket": bucket, "Policy": document},
    ),
    policy(
        "AWS::SNS::TopicPolicy",
        "sns",
        "SetTopicAttributes",
        "Topics",
        lambda topic, document: {"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": document},
    ),
    policy(
        "AWS::SQS::QueuePolicy",
        "sqs",
        "SetQueueAttributes",
        "Queues",
        lambda queue, document: {"QueueUrl": queue, "Attributes": {"Policy": document}},
    ),
]

# Else it leaves out what it does not know.
warnings.filterwarnings("error", message="Tried to parse")


def allowed_by_bucket(bucket, action, resource):
    """What a bucket's policy says to a request, but for what it says under conditions, which moto does not look at: that
    requests come over TLS, as none here does."""
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    document = json.loads(bucket.policy)
    document["Statement"] = [statement for statement in document["Statement"] if "Condition" not in statement]
    return IAMPolicy(json.dumps(document)).is_action_permitted(action, resource)


put_policy = Role.put_policy


def put_policy_as_text(role, name, document):
    """A role's policy can be read as it was written."""
    put_policy(role, name, document if isinstance(document, str) else json.dumps(document))


update_configuration = LambdaFunction.update_configuration


def update_concurrency_too(function, changes):
    """A template says of a function how much concurrency is reserved, too."""
    if "Code" in changes:
        function.reserved_concurrency = changes.get("ReservedConcurrentExecutions")
    return update_configuration(function, changes)


FakeBucket.get_permission = allowed_by_bucket
LambdaFunction.update_configuration = update_concurrency_too
Role.put_policy = put_policy_as_text
