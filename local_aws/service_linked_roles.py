"""Service-linked roles: made with the service's own name for them, and changed by nobody but AWS.

AWS: IAM User Guide, id_roles_create-service-linked-role, and IAM API Reference, CreateServiceLinkedRole and
DeleteServiceLinkedRole; a change of such a role is UnmodifiableEntity. Stock MiniStack makes the name up, ignores
CustomSuffix, and lets everybody change and delete the role.
Hook: entries of `_IAM_HANDLERS`, and a check before the actions that change a role. (Their permissions, managed
policies of AWS's that only the service reads, are left out.)
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from local_aws import upstream
from local_aws.iam_answers import element, install_actions
from local_aws.iam_api import IamError, Parameters, check_before, parameter

_PATH = "/aws-service-role/"
# IAM User Guide, reference_aws-services-that-work-with-iam, and the services' own pages: the name of each one's role.
_NAMES = {
    "access-analyzer": "AccessAnalyzer",
    "autoscaling": "AutoScaling",
    "backup": "Backup",
    "batch": "Batch",
    "cloudtrail": "CloudTrail",
    "config": "Config",
    "ecs": "ECS",
    "eks": "AmazonEKS",
    "eks-nodegroup": "AmazonEKSNodegroup",
    "elasticache": "ElastiCache",
    "elasticfilesystem": "AmazonElasticFileSystem",
    "elasticloadbalancing": "ElasticLoadBalancing",
    "es": "AmazonElasticsearchService",
    "guardduty": "AmazonGuardDuty",
    "inspector2": "AmazonInspector2",
    "kafka": "Kafka",
    "macie": "AmazonMacie",
    "member.org.stacksets.cloudformation": "CloudFormationStackSetsOrgMember",
    "opensearchservice": "AmazonOpenSearchService",
    "ops.apigateway": "APIGateway",
    "organizations": "Organizations",
    "rds": "RDS",
    "replication.dynamodb": "DynamoDBReplication",
    "securityhub": "SecurityHub",
    "spot": "EC2Spot",
    "spotfleet": "EC2SpotFleet",
    "ssm": "AmazonSSM",
    "sso": "SSO",
    "support": "Support",
    "transitgateway": "VPCTransitGateway",
    "trustedadvisor": "TrustedAdvisor",
}
_SUFFIX_ALLOWED = frozenset({"autoscaling.amazonaws.com"})
_CHANGES = (
    "AttachRolePolicy",
    "DeleteRole",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "UpdateAssumeRolePolicy",
)


def install() -> None:
    """Put these in the place of MiniStack's, and protect the roles."""
    install_actions({"CreateServiceLinkedRole": _create, "DeleteServiceLinkedRole": _delete})
    check_before(_CHANGES, _refuse_protected)
    check_before(("CreateRole",), _refuse_path)


def role_arn(service: str, suffix: str, account: str) -> str:
    """The ARN of a service's role; `service` as `autoscaling.amazonaws.com`, `suffix` empty for none."""
    name = f"AWSServiceRoleFor{_NAMES.get(service.removesuffix('.amazonaws.com'), '')}"
    return f"arn:aws:iam::{account}:role{_PATH}{service}/{name}{f'_{suffix}' if suffix else ''}"


def _create(parameters: Parameters) -> str:
    iam = _iam()
    service, suffix = parameter(parameters, "AWSServiceName"), parameter(parameters, "CustomSuffix")
    if service.removesuffix(".amazonaws.com") not in _NAMES or not service.endswith(".amazonaws.com"):
        raise IamError("InvalidInput", f"{service} is not a service that has a service-linked role here")
    if suffix and service not in _SUFFIX_ALLOWED:
        raise IamError("InvalidInput", f"Custom suffix is not allowed for {service}")
    arn = role_arn(service, suffix, upstream.module("core.responses").get_account_id())
    name = arn.rpartition("/")[2]
    if name in iam._roles:
        raise IamError(
            "InvalidInput",
            f"Service role name {name} has been taken in this account, please try a different suffix.",
        )
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    iam._roles[name] = {
        "RoleName": name,
        "Arn": arn,
        "RoleId": iam._gen_id("AROA"),
        "CreateDate": iam._now(),
        "Path": f"{_PATH}{service}/",
        "AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        "Description": parameter(parameters, "Description"),
        "MaxSessionDuration": 3600,
        "AttachedPolicies": [],
        "InlinePolicies": {},
        "Tags": [],
    }
    return f"<Role>{iam._role_xml(name)}</Role>"


def _delete(parameters: Parameters) -> str:
    iam, name = _iam(), parameter(parameters, "RoleName")
    role = iam._roles.get(name)
    if role is None:
        raise IamError("NoSuchEntity", f"The role with name {name} cannot be found.")
    if not role["Path"].startswith(_PATH):
        raise IamError("InvalidInput", f"{name} is not a service-linked role.")
    del iam._roles[name]
    task = f"task{role['Path']}{name}/{uuid.uuid4()}"
    iam._service_linked_role_deletion_tasks[task] = {"Status": "SUCCEEDED", "RoleName": name}
    return element("DeletionTaskId", task)


def _refuse_protected(parameters: Parameters) -> None:
    name = parameter(parameters, "RoleName")
    role = _iam()._roles.get(name)
    if role and role["Path"].startswith(_PATH):
        raise IamError(
            "UnmodifiableEntity",
            f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS",
        )


def _refuse_path(parameters: Parameters) -> None:
    if parameter(parameters, "Path").startswith(_PATH):
        raise IamError("InvalidInput", f"The path {_PATH} is reserved for service-linked roles.")


def _iam() -> Any:
    return upstream.module("services.iam")
