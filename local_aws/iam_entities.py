"""What a call of the IAM API refers to: it has to exist, and a key has to be the key of the user who is named.

AWS: IAM API Reference, NoSuchEntity of each action, in the words that IAM answers; a managed policy of AWS's is
outside one's own account. Stock MiniStack words some of them in its own way, lists the access keys of a user who is
not there, and deletes an access key whoever's it is: to be allowed to delete one's own keys was to be allowed to
delete everybody's. Hook: a check before every action that the service model describes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import botocore.loaders

from local_aws import upstream
from local_aws.iam_api import IamError, Parameters, check_before, parameter

_AWS_MANAGED = "arn:aws:iam::aws:policy/"


class _Entity(NamedTuple):
    """A parameter that names something, MiniStack's store of it, IAM's complaint, and the action that makes one."""

    parameter: str
    store: str
    complaint: str
    made_by: str


# What is looked at first comes last.
_ENTITIES = (
    _Entity(
        "InstanceProfileName", "_instance_profiles", "Instance Profile {} cannot be found.", "CreateInstanceProfile"
    ),
    _Entity("UserName", "_users", "The user with name {} cannot be found.", "CreateUser"),
    _Entity("RoleName", "_roles", "The role with name {} cannot be found.", "CreateRole"),
    _Entity("GroupName", "_groups", "The group with name {} cannot be found.", "CreateGroup"),
)
# These attach a policy, and have words of their own for one that is not there (iam_parameters.py).
_ATTACHING = frozenset({"AttachUserPolicy", "AttachRolePolicy", "AttachGroupPolicy"})
_DETACHING = frozenset({"DetachUserPolicy", "DetachRolePolicy", "DetachGroupPolicy"})
_CHANGING = frozenset(
    {
        "CreatePolicyVersion",
        "DeletePolicy",
        "DeletePolicyVersion",
        "SetDefaultPolicyVersion",
        "TagPolicy",
        "UntagPolicy",
    }
)


def install() -> None:
    """Refuse what refers to nothing."""
    check_before(("DeleteAccessKey", "UpdateAccessKey"), _check_access_key)
    check_before(("GetLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile"), _check_login_profile)
    check_before(("GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"), _check_version)
    for kind in ("User", "Role", "Group"):
        check_before((f"Get{kind}Policy", f"Delete{kind}Policy"), _inline_policy_check(kind))
        check_before((f"Detach{kind}Policy",), _attachment_check(kind))
    operations = _parameters_of_operations()
    for entity in _ENTITIES:
        actions = [action for action, names in operations.items() if entity.parameter in names]
        check_before((action for action in actions if action != entity.made_by), _entity_check(entity))
    of_policies = {action for action, names in operations.items() if "PolicyArn" in names}
    check_before(of_policies - _ATTACHING - _DETACHING, _check_policy)
    check_before(_CHANGING, _check_own_policy)


def _parameters_of_operations() -> Mapping[str, frozenset[str]]:
    model = botocore.loaders.Loader().load_service_model("iam", "service-2")
    known = _iam()._IAM_HANDLERS
    inputs = {
        action: model["shapes"].get(operation.get("input", {}).get("shape"), {})
        for action, operation in model["operations"].items()
        if action in known
    }
    return {action: frozenset(shape.get("members", ())) for action, shape in inputs.items()}


def _entity_check(entity: _Entity) -> Callable[[Parameters], None]:
    def check(parameters: Parameters) -> None:
        name = parameter(parameters, entity.parameter)
        if name and name not in getattr(_iam(), entity.store):
            raise _missing(entity.complaint.format(name))

    return check


def _check_policy(parameters: Parameters) -> None:
    arn = parameter(parameters, "PolicyArn")
    if arn and not _iam()._policy_exists(arn):
        raise _missing(f"Policy {arn} was not found.")


def _check_own_policy(parameters: Parameters) -> None:
    if parameter(parameters, "PolicyArn").startswith(_AWS_MANAGED):
        raise IamError("AccessDenied", "Policy is outside your own account.")


def _check_version(parameters: Parameters) -> None:
    arn, version = parameter(parameters, "PolicyArn"), parameter(parameters, "VersionId")
    iam = _iam()
    policy = (iam._aws_managed_policies if arn.startswith(_AWS_MANAGED) else iam._policies).get(arn)
    if policy and version not in policy["Versions"]:
        raise _missing(f"Policy {arn} version {version} does not exist or is not attachable.")


def _attachment_check(kind: str) -> Callable[[Parameters], None]:
    def check(parameters: Parameters) -> None:
        arn = parameter(parameters, "PolicyArn")
        store = {"User": _iam()._users, "Role": _iam()._roles, "Group": _iam()._groups}[kind]
        holder = store.get(parameter(parameters, f"{kind}Name"))
        if holder and arn not in (holder.get("AttachedPolicies") or ()):
            raise _missing(f"Policy {arn} was not found.")

    return check


def _inline_policy_check(kind: str) -> Callable[[Parameters], None]:
    def check(parameters: Parameters) -> None:
        holder, name = parameter(parameters, f"{kind}Name"), parameter(parameters, "PolicyName")
        if name not in _inline_policies(kind, holder):
            raise _missing(f"The {kind.lower()} policy with name {name} cannot be found.")

    return check


def _inline_policies(kind: str, holder: str) -> Mapping[str, Any]:
    iam = _iam()
    if kind == "Role":
        return (iam._roles.get(holder) or {}).get("InlinePolicies") or {}
    return {"User": iam._user_inline_policies, "Group": iam._group_inline_policies}[kind].get(holder) or {}


def _check_access_key(parameters: Parameters) -> None:
    user, key = parameter(parameters, "UserName"), parameter(parameters, "AccessKeyId")
    record = _iam()._access_keys.get(key)
    if record is None or record["UserName"] != user:
        raise _missing(f"The Access Key with id {key} cannot be found.")


def _check_login_profile(parameters: Parameters) -> None:
    user = parameter(parameters, "UserName")
    if user not in _iam()._login_profiles:
        raise _missing(f"Login Profile for User {user} cannot be found.")


def _missing(message: str) -> IamError:
    return IamError("NoSuchEntity", message)


def _iam() -> Any:
    return upstream.module("services.iam")
