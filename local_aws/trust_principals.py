"""The principals that a role's trust policy names: they have to exist, and they are meant by their ids.

AWS: IAM User Guide, reference_policies_elements_principal. A user or role that does not exist is refused with
MalformedPolicyDocument "Invalid principal in policy". IAM keeps the unique id of one that does: when it is
deleted, the policy shows that id instead of the ARN, and whoever gets the name later is not trusted. An account
may be written as its id, which IAM shows as the ARN of its root. Stock MiniStack stores the text as it comes.
Hook: the document is checked and rewritten before CreateRole and UpdateAssumeRolePolicy; before DeleteUser and
DeleteRole the id is kept, and put into the trust policies of all accounts after them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local_aws import upstream
from local_aws.iam_api import IamError, do_around, parameter, rewrite_before
from local_aws.policy_documents import parse, values

_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:aws:iam::\d{12}:root")
_ENTITY = re.compile(r"arn:aws:iam::(?P<account>\d{12}):(?P<kind>user|role)/(?:[\x21-\x7e]+/)?(?P<name>[\w+=,.@-]+)")
_SESSION = re.compile(r"arn:aws:sts::(?P<account>\d{12}):assumed-role/(?P<role>[\w+=,.@-]+)/(?P<session>[\w+=,.@-]+)")
_FEDERATED_USER = re.compile(r"arn:aws:sts::\d{12}:federated-user/[\w+=,.@-]+")
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,124}")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal|api\.aws)")
_PROVIDER = re.compile(r"arn:aws:iam::\d{12}:(?:saml|oidc)-provider/\S+")
_WEB_IDENTITY = ("www.amazon.com", "graph.facebook.com", "accounts.google.com", "cognito-identity.amazonaws.com")


def install() -> None:
    """Check principals before a trust policy is stored, and keep ids when a principal is deleted."""
    rewrite_before(("CreateRole",), "AssumeRolePolicyDocument", as_stored)
    rewrite_before(("UpdateAssumeRolePolicy",), "PolicyDocument", as_stored)
    do_around(("DeleteUser",), lambda given: _forgetting("user", parameter(given, "UserName")))
    do_around(("DeleteRole",), lambda given: _forgetting("role", parameter(given, "RoleName")))


def as_stored(text: str) -> str:
    """The trust policy as IAM keeps it. Raises IamError where it names a principal that is none."""
    document = parse(text)
    changed = with_principals(document, resolve)
    return text if changed == document else json.dumps(changed)


def with_principals(document: Mapping[str, Any], change: Callable[[str, str], str]) -> dict[str, Any]:
    """The document with `change(kind, name)` in the place of each principal that it names. Raises IamError."""
    statements = []
    for statement in values(document["Statement"]):
        for element in ("Principal", "NotPrincipal"):
            principal = statement.get(element)
            if isinstance(principal, dict):
                changed = {kind: _changed(kind, named, change) for kind, named in principal.items()}
                statement = {**statement, element: changed}
            elif principal is not None and principal != "*":
                raise _invalid("AWS", principal)
        statements.append(statement)
    return {**document, "Statement": statements if isinstance(document["Statement"], list) else statements[0]}


def _changed(kind: str, named: Any, change: Callable[[str, str], str]) -> Any:
    if isinstance(named, list):
        return [change(kind, each) for each in named]
    return change(kind, named)


def resolve(kind: str, named: str) -> str:
    """The principal as IAM keeps it. Raises IamError where there is none."""
    known = _KINDS.get(kind)
    found = known(named) if known and isinstance(named, str) else None
    if found is None:
        raise _invalid(kind, named)
    return found


def _aws(named: str) -> str | None:
    if _ACCOUNT.fullmatch(named):
        return f"arn:aws:iam::{named}:root"
    if named == "*" or _ROOT.fullmatch(named) or _FEDERATED_USER.fullmatch(named):
        return named
    if entity := _ENTITY.fullmatch(named):
        record = _record(entity["account"], entity["kind"], entity["name"])
        return named if record and record["Arn"] == named else None
    if session := _SESSION.fullmatch(named):
        return named if _record(session["account"], "role", session["role"]) else None
    return _arn_of_id(named) if _UNIQUE_ID.fullmatch(named) else None


def _service(named: str) -> str | None:
    return named if _SERVICE.fullmatch(named) else None


def _federated(named: str) -> str | None:
    return named if named in _WEB_IDENTITY or _PROVIDER.fullmatch(named) else None


_KINDS: Mapping[str, Callable[[str], str | None]] = {"AWS": _aws, "Service": _service, "Federated": _federated}


def _record(account: str, kind: str, name: str) -> Mapping[str, Any] | None:
    record: Mapping[str, Any] | None = _store(kind).get_scoped(account, None, name)
    return record


def _store(kind: str) -> Any:
    iam = upstream.module("services.iam")
    return {"user": iam._users, "role": iam._roles}[kind]


def _arn_of_id(unique_id: str) -> str | None:
    for kind, field in (("user", "UserId"), ("role", "RoleId")):
        for record in _store(kind).to_dict().values():
            if record[field] == unique_id:
                return str(record["Arn"])
    return None


def _forgetting(kind: str, name: str) -> Callable[[], None]:
    """What is to be done once this user or role is gone."""
    by_id = ids_for(kind, name)
    return lambda: _rewrite_trust_policies(by_id)


def ids_for(kind: str, name: str) -> Callable[[str, str], str]:
    """A change for `with_principals`: in the place of this user or role (of the caller's account) its unique id."""
    account = upstream.module("core.responses").get_account_id()
    record = _record(account, kind, name)
    if record is None:
        return lambda _kind, named: named
    arn, unique_id = record["Arn"], record["UserId" if kind == "user" else "RoleId"]
    sessions = f"arn:aws:sts::{account}:assumed-role/{name}/"

    def replaced(principal_kind: str, named: str) -> str:
        if principal_kind == "AWS" and named == arn:
            return str(unique_id)
        if principal_kind == "AWS" and kind == "role" and named.startswith(sessions):
            return f"{unique_id}:{named.removeprefix(sessions)}"
        return named

    return replaced


def rename(kind: str, old: str, new: str) -> None:
    """Let trust policies that name the principal `old` (`kind` as in a Principal element) name `new`."""
    _rewrite_trust_policies(lambda each_kind, named: new if (each_kind, named) == (kind, old) else named)


def _rewrite_trust_policies(change: Callable[[str, str], str]) -> None:
    for role in _roles():
        document = json.loads(role["AssumeRolePolicyDocument"])
        changed = with_principals(document, change)
        if changed != document:
            role["AssumeRolePolicyDocument"] = json.dumps(changed)


def _roles() -> Iterator[Any]:
    yield from upstream.module("services.iam")._roles.to_dict().values()


def _invalid(kind: str, named: Any) -> IamError:
    text = named if isinstance(named, str) else json.dumps(named)
    return IamError("MalformedPolicyDocument", f'Invalid principal in policy: "{kind.upper()}":"{text}"')
