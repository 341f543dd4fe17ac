"""What CloudFormation made of a stack, as the APIs of its services say.

Usage: deployed.py STACK FOLDER        prints it as JSON, and unpacks the functions' code into FOLDER
       deployed.py --revoke ROLE SID   takes a statement out of a role

AWS is where AWS_ENDPOINT_URL says.
"""

import io
import json
import os
import sys
import zipfile

import boto3


def physical(stack, kind):
    """The physical ids of a stack's resources of a type."""
    resources = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    found = [resource for page in resources for resource in page["StackResourceSummaries"]]
    return [resource["PhysicalResourceId"] for resource in found if resource["ResourceType"] == kind]


def codes(stack):
    """Where the code of each function is: its bucket and key."""
    template = boto3.client("cloudformation").get_template(StackName=stack)["TemplateBody"]
    functions = [it["Properties"] for it in template["Resources"].values() if it["Type"] == "AWS::Lambda::Function"]
    return {it["FunctionName"]: it["Code"] for it in functions}


def statements(role_arn):
    """All that a role may do."""
    iam, role = boto3.client("iam"), role_arn.rpartition("/")[2]
    assert not iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"], f"{role} has a managed policy"
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    return [statement for document in documents for statement in document["Statement"]]


def policy(function):
    """Who may call a function."""
    client = boto3.client("lambda")
    try:
        return json.loads(client.get_policy(FunctionName=function)["Policy"])["Statement"]
    except client.exceptions.ResourceNotFoundException:
        return []


def unpack(code, folder):
    """Unpacks a function's code as Lambda does; answers its executable."""
    # An asset is called after its bytes. One that is there may be running.
    folder = os.path.join(folder, code["S3Key"])
    if os.path.exists(folder):
        (name,) = os.listdir(folder)
        return os.path.join(folder, name)
    packed = boto3.client("s3").get_object(Bucket=code["S3Bucket"], Key=code["S3Key"])["Body"].read()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        (entry,) = archive.infolist()
        path = archive.extract(entry, folder)
    os.chmod(path, entry.external_attr >> 16)
    return path


def function(name, code, folder):
    client = boto3.client("lambda")
    configuration = client.get_function(FunctionName=name)["Configuration"]
    return {
        "arn": configuration["FunctionArn"],
        "code_sha256": configuration["CodeSha256"],
        "executable": unpack(code, folder),
        "memory_mb": configuration["MemorySize"],
        "policy": policy(name),
        "reserved": client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions"),
        "role": configuration["Role"],
        "statements": statements(configuration["Role"]),
        "timeout": configuration["Timeout"],
        "variables": configuration.get("Environment", {}).get("Variables", {}),
    }


def source(uuid):
    mapping = boto3.client("lambda").get_event_source_mapping(UUID=uuid)
    name = mapping["EventSourceArn"].rpartition(":")[2]
    return {
        "arn": mapping["EventSourceArn"],
        "batch": mapping["BatchSize"],
        "filters": [it["Pattern"] for it in mapping.get("FilterCriteria", {}).get("Filters", [])],
        "function": mapping["FunctionArn"].rpartition(":")[2],
        "response_types": mapping["FunctionResponseTypes"],
        "url": boto3.client("sqs").get_queue_url(QueueName=name)["QueueUrl"],
        "window_seconds": mapping.get("MaximumBatchingWindowInSeconds") or 0,
    }


def api(api_id):
    client = boto3.client("apigatewayv2")
    integrations = {it["IntegrationId"]: it for it in client.get_integrations(ApiId=api_id)["Items"]}
    (stage,) = client.get_stages(ApiId=api_id)["Items"]
    routes = []
    for route in client.get_routes(ApiId=api_id)["Items"]:
        integration = integrations[route["Target"].removeprefix("integrations/")]
        assert integration["PayloadFormatVersion"] == "2.0", integration
        routes.append({"key": route["RouteKey"], "function": integration["IntegrationUri"].rpartition(":")[2]})
    return {"id": api_id, "stage": stage["StageName"], "routes": routes}


def schedule(name):
    described = boto3.client("scheduler").get_schedule(Name=name)
    target = described["Target"]
    return {
        "function": target["Arn"].rpartition(":")[2],
        "input": target["Input"],
        "name": name,
        "statements": statements(target["RoleArn"]),
    }


def subscribers(topic):
    subscriptions = boto3.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return [subscription["Endpoint"] for subscription in subscriptions]


def deployed(stack, folder):
    code = codes(stack)
    names = physical(stack, "AWS::Lambda::Function")
    (api_id,) = physical(stack, "AWS::ApiGatewayV2::Api")
    return {
        "api": api(api_id),
        "functions": {name: function(name, code[name], folder) for name in names},
        "schedules": [schedule(name) for name in physical(stack, "AWS::Scheduler::Schedule")],
        "sources": [source(uuid) for uuid in physical(stack, "AWS::Lambda::EventSourceMapping")],
        "told_of_alarms": [it for topic in physical(stack, "AWS::SNS::Topic") for it in subscribers(topic)],
    }


def revoke(role_arn, sid):
    iam, role = boto3.client("iam"), role_arn.rpartition("/")[2]
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        left = [statement for statement in document["Statement"] if statement["Sid"] != sid]
        assert len(left) < len(document["Statement"]), f"{role} has no statement {sid}"
        document["Statement"] = left
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


if sys.argv[1:2] == ["--revoke"]:
    revoke(*sys.argv[2:])
else:
    print(json.dumps(deployed(*sys.argv[1:])))
