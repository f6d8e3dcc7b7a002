"""CloudFormation asks for permission whatever the type of a resource is.

AWS: each type's handlers call the API of their service as the stack's caller (CloudFormation User Guide, "Control
CloudFormation access with IAM"; the types' schemas list the actions). Stock MiniStack asks nobody. The types that labs
are made of have modules of their own, which ask for what AWS asks for; of all others this one asks for the
action that makes (or deletes) a resource of the type, on every resource, and where the API has none of that name, for
all actions of the service. That may be more than AWS asks for, and never nothing.
Hook: the entries of `_RESOURCE_HANDLERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import botocore.exceptions
import botocore.loaders

from local_aws import upstream
from local_aws.cloudformation_resources import require

# These ask themselves, or are nothing outside of CloudFormation.
_ASKED = (
    "AWS::CDK::",
    "AWS::CloudFormation::",
    "AWS::IAM::",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
)
# Where the name of the service in a type is not the one in its actions, or in botocore: (actions, botocore).
_SERVICES = {
    "ApiGatewayV2": ("apigateway", "apigatewayv2"),
    "CertificateManager": ("acm", "acm"),
    "Cognito": ("cognito-idp", "cognito-idp"),
    "EFS": ("elasticfilesystem", "efs"),
    "ElasticLoadBalancingV2": ("elasticloadbalancing", "elbv2"),
    "KinesisFirehose": ("firehose", "firehose"),
    "MSK": ("kafka", "kafka"),
    "OpenSearchService": ("es", "opensearch"),
    "StepFunctions": ("states", "stepfunctions"),
}
_MAKING = ("Create", "Put", "Register", "Run", "Request", "Add", "Publish", "Start")
_MADE_BY = {
    "AWS::CloudWatch::Alarm": "PutMetricAlarm",
    "AWS::EC2::VPC": "CreateVpc",
    "AWS::EC2::VPCEndpoint": "CreateVpcEndpoint",
    "AWS::EC2::SubnetRouteTableAssociation": "AssociateRouteTable",
    "AWS::EC2::VPCGatewayAttachment": "AttachInternetGateway",
    "AWS::Lambda::Url": "CreateFunctionUrlConfig",
    "AWS::Lambda::Version": "PublishVersion",
    "AWS::SNS::Subscription": "Subscribe",
    "AWS::SNS::TopicPolicy": "SetTopicAttributes",
    "AWS::SQS::QueuePolicy": "SetQueueAttributes",
}
_DELETED_BY = {
    "AWS::CloudWatch::Alarm": "DeleteAlarms",
    "AWS::EC2::VPC": "DeleteVpc",
    "AWS::EC2::VPCEndpoint": "DeleteVpcEndpoints",
    "AWS::EC2::SubnetRouteTableAssociation": "DisassociateRouteTable",
    "AWS::EC2::VPCGatewayAttachment": "DetachInternetGateway",
    "AWS::Lambda::Url": "DeleteFunctionUrlConfig",
    "AWS::Lambda::Version": "DeleteFunction",
    "AWS::SNS::Subscription": "Unsubscribe",
    "AWS::SNS::TopicPolicy": "SetTopicAttributes",
    "AWS::SQS::QueuePolicy": "SetQueueAttributes",
}
# No policy names it: it is allowed to those who may call every action of the service.
_EVERYTHING = "UnknownOperation"


def install() -> None:
    """Let the handlers of all other types ask."""
    handlers = upstream.module("services.cloudformation.provisioners")._RESOURCE_HANDLERS
    for kind, handler in list(handlers.items()):
        if not _asks(kind):
            asking = {
                step: _requiring(kind, find, handler[step])
                for step, find in (("create", making), ("update", making), ("delete", deleting))
                if step in handler
            }
            handlers[kind] = {**handler, **asking}


def making(kind: str) -> str:
    """The action that makes a resource of a type (`AWS::SNS::Topic`), as in policies (`sns:CreateTopic`)."""
    names = [_MADE_BY[kind]] if kind in _MADE_BY else [f"{verb}{_resource_name(kind)}" for verb in _MAKING]
    return _first_known(kind, names)


def deleting(kind: str) -> str:
    """The action that deletes one."""
    return _first_known(kind, [_DELETED_BY.get(kind, f"Delete{_resource_name(kind)}")])


def _asks(kind: str) -> bool:
    return any(kind.startswith(each) if each.endswith("::") else kind in (each, f"{each}Policy") for each in _ASKED)


def _requiring(kind: str, find: Callable[[str], str], stock: Callable[..., Any]) -> Callable[..., Any]:
    def required(*given: Any) -> Any:
        require(kind.split("::")[1], find(kind), resource="*")
        return stock(*given)

    return required


def _first_known(kind: str, names: list[str]) -> str:
    service = kind.split("::")[1]
    prefix, model = _SERVICES.get(service, (service.lower(), service.lower()))
    known = _operations(model)
    return f"{prefix}:{next((name for name in names if name in known), _EVERYTHING)}"


def _resource_name(kind: str) -> str:
    return kind.split("::")[2]


@cache
def _operations(service: str) -> Mapping[str, Any]:
    try:
        model = botocore.loaders.Loader().load_service_model(service, "service-2")
    except botocore.exceptions.UnknownServiceError:
        return {}
    operations: Mapping[str, Any] = model["operations"]
    return operations
