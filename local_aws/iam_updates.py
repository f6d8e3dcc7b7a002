"""UpdateUser, UpdateGroup and SetDefaultPolicyVersion.

AWS: IAM API Reference, the actions of these names. A renamed or moved user keeps its id, keys, policies and groups, and
trust policies that name it follow (they hold the id; see trust_principals.py). Stock MiniStack has none of the three.
Hook: entries of `_IAM_HANDLERS`.
"""

from __future__ import annotations

from typing import Any

from local_aws import trust_principals, upstream
from local_aws.iam_answers import Answer, install_actions
from local_aws.iam_api import IamError, Parameters, parameter

_GROUP_NOT_FOUND = "The group with name {} cannot be found."
_USER_NOT_FOUND = "The user with name {} cannot be found."


def install() -> None:
    """Add the actions."""
    install_actions(_ACTIONS)


def _update_user(parameters: Parameters) -> str:
    iam = _iam()
    name, new_name = parameter(parameters, "UserName"), parameter(parameters, "NewUserName")
    user = _existing(iam._users, name, _USER_NOT_FOUND)
    _refuse_taken(iam._users, name, new_name, "User")
    old_arn = user["Arn"]
    _move(user, "user", "UserName", new_name or name, parameter(parameters, "NewPath"))
    trust_principals.rename("AWS", old_arn, user["Arn"])
    _rename_in_sessions(old_arn, user)
    if new_name and new_name != name:
        for store in (iam._users, iam._user_inline_policies, iam._login_profiles):
            if name in store:
                store[new_name] = store.pop(name)
        _rename_references(name, new_name)
    return ""


def _rename_references(name: str, new_name: str) -> None:
    iam = _iam()
    for store, field in ((iam._login_profiles, "UserName"), (iam._access_keys, "UserName"), (iam._mfa_devices, "User")):
        for record in store.values():
            if record.get(field) == name:
                record[field] = new_name
    for group in iam._groups.values():
        group["Users"] = [new_name if user == name else user for user in group["Users"]]


def _rename_in_sessions(old_arn: str, user: Any) -> None:
    """What GetSessionToken and GetFederationToken gave to the user stays its."""
    for session in upstream.module("services.sts")._sessions.values():
        for field in ("Arn", "SourcePrincipalArn"):
            if session.get(field) == old_arn:
                session[field] = user["Arn"]
                if session["PrincipalType"] != "AssumedRole":
                    session["PrincipalName"] = user["UserName"]


def _update_group(parameters: Parameters) -> str:
    iam = _iam()
    name, new_name = parameter(parameters, "GroupName"), parameter(parameters, "NewGroupName")
    group = _existing(iam._groups, name, _GROUP_NOT_FOUND)
    _refuse_taken(iam._groups, name, new_name, "Group")
    _move(group, "group", "GroupName", new_name or name, parameter(parameters, "NewPath"))
    if new_name and new_name != name:
        for store in (iam._groups, iam._group_inline_policies):
            if name in store:
                store[new_name] = store.pop(name)
    return ""


def _set_default_policy_version(parameters: Parameters) -> str:
    arn, version = parameter(parameters, "PolicyArn"), parameter(parameters, "VersionId")
    policy = _existing(_iam()._policies, arn, "Policy {} was not found.")
    if version not in policy["Versions"]:
        raise IamError("NoSuchEntity", f"Policy {arn} version {version} does not exist or is not attachable.")
    policy["DefaultVersionId"] = version
    policy["UpdateDate"] = _iam()._now()
    for each, record in policy["Versions"].items():
        record["IsDefaultVersion"] = each == version
    return ""


def _existing(store: Any, name: str, complaint: str) -> Any:
    if name not in store:
        raise IamError("NoSuchEntity", complaint.format(name))
    return store[name]


def _refuse_taken(store: Any, name: str, new_name: str, kind: str) -> None:
    others = {other.lower() for other in store if other != name}
    if new_name and new_name.lower() in others:
        raise IamError("EntityAlreadyExists", f"{kind} with name {new_name} already exists.")


def _move(record: Any, kind: str, field: str, name: str, path: str) -> None:
    record[field] = name
    record["Path"] = path or record["Path"]
    account = upstream.module("core.responses").get_account_id()
    record["Arn"] = f"arn:aws:iam::{account}:{kind}{record['Path']}{name}"


_ACTIONS: dict[str, Answer] = {
    "UpdateUser": _update_user,
    "UpdateGroup": _update_group,
    "SetDefaultPolicyVersion": _set_default_policy_version,
}


def _iam() -> Any:
    return upstream.module("services.iam")
