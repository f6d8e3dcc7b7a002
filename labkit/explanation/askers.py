"""Who asks, as the engine sees it: the principal, its policies, and the condition keys that describe it.

Source: IAM User Guide, reference_policies_condition-keys ("Properties of the principal", "Properties of a role
session") and reference_policies_variables ("Principal key values").
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from iam_engine import Principal, PrincipalKind
from labkit.checks.principals import FederatedUser, Identity, Session, SessionToken, Temporary, User
from labkit.checks.values import Account, resolve
from labkit.explanation.case import Context, ContextValue
from labkit.explanation.policies import Held, Kind
from labkit.explanation.reading import Holder, Reader, UnreadableError
from labkit.scene import LiveScene

Tags = Mapping[str, str]

_MFA_PRESENT = "aws:MultiFactorAuthPresent"
MFA_AGE = "aws:MultiFactorAuthAge"
_TAG = "aws:PrincipalTag/"


@dataclass(frozen=True)
class Asker:
    """One who asks. `label` as sentences call it; `home`: who its policies are put on ("user James", "role R").

    `transitive`: the session tags that go on to the next session of a chain.
    """

    label: str
    home: str
    principal: Principal
    keys: Context
    identity: tuple[Held, ...] = ()
    boundary: Held | None = None
    session: tuple[Held, ...] | None = None
    transitive: Tags = field(default_factory=dict)


def asker(who: Identity, scene: LiveScene, reader: Reader) -> Asker:
    """Read all about `who`. Raises `UnreadableError`."""
    if isinstance(who, Temporary) and not scene.is_open(who):
        raise UnreadableError(f"AWS gave no credentials of {who.label}, so there is nobody who asks")
    if isinstance(who, Session):
        return _of_session(who, scene, reader)
    arn = scene.expected_arn(who)
    if isinstance(who, FederatedUser):
        return _of_federated_user(who, arn, scene, reader)
    if isinstance(who, SessionToken):
        user = _of_user(arn, reader)
        return replace(user, keys={**user.keys, **_temporary_keys(scene.opened_at(who)), **_mfa_keys(who, scene)})
    if isinstance(who, User):
        return _of_user(arn, reader)
    return _of_administrator(arn, reader)


def request_tags(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The session tags that a call of STS passes."""
    return {tag["Key"]: tag["Value"] for tag in parameters.get("Tags") or ()}


def _of_user(arn: str, reader: Reader) -> Asker:
    name = arn.rsplit("/", 1)[-1]
    account = Account.of_arn(arn).id
    found = _require(reader.of(account, arn).user(name), f"user {name}")
    keys = {"aws:username": name, **_principal_keys(PrincipalKind.USER, arn, account, found.unique_id, found.tags)}
    principal = Principal(PrincipalKind.USER, found.arn, account)
    return Asker(name, f"user {name}", principal, keys, found.identity, found.boundary)


def _of_federated_user(who: FederatedUser, arn: str, scene: LiveScene, reader: Reader) -> Asker:
    user = _of_user(scene.expected_arn(who.by), reader)
    parameters = resolve(who.call.parameters, scene.facts)
    account, tags = user.principal.account, _merged(_tags_of(user.keys), request_tags(parameters))
    keys = {
        **_principal_keys(PrincipalKind.FEDERATED_USER, arn, account, f"{account}:{who.name}", tags),
        **_temporary_keys(scene.opened_at(who)),
        _MFA_PRESENT: "false",
    }
    return replace(
        user,
        label=who.label,
        principal=Principal(PrincipalKind.FEDERATED_USER, arn, account, user.principal.arn),
        keys=keys,
        # Without a session policy a federated user has nothing but what resources' policies give.
        session=_session_policies(parameters, reader) or (),
    )


def _of_session(session: Session, scene: LiveScene, reader: Reader) -> Asker:
    by = asker(session.by, scene, reader)
    parameters = resolve(session.call.parameters, scene.facts)
    tags = _merged(by.transitive, request_tags(parameters))
    onward = {key.lower() for key in (*by.transitive, *(parameters.get("TransitiveTagKeys") or ()))}
    source = parameters.get("SourceIdentity") or by.keys.get("aws:SourceIdentity")
    role = _of_role(scene.expected_arn(session), reader, tags)
    more = {"aws:SourceIdentity": source} if source else {}
    return replace(
        role,
        keys={**role.keys, **_temporary_keys(scene.opened_at(session)), **more},
        session=_session_policies(parameters, reader),
        transitive={key: value for key, value in tags.items() if key.lower() in onward},
    )


def _of_role(arn: str, reader: Reader, tags: Tags) -> Asker:
    """The asker behind the ARN of a role's session with these tags."""
    _, name, session_name = arn.split(":", 5)[5].split("/", 2)
    account = Account.of_arn(arn).id
    found = _require(reader.of(account, arn).role(name), f"role {name}")
    every = _merged(found.tags, tags)
    keys = _principal_keys(PrincipalKind.ASSUMED_ROLE, found.arn, account, f"{found.unique_id}:{session_name}", every)
    principal = Principal(PrincipalKind.ASSUMED_ROLE, arn, account, found.arn)
    label = f"the session {session_name} of {name}"
    return Asker(label, f"role {name}", principal, keys, found.identity, found.boundary)


def _of_administrator(arn: str, reader: Reader) -> Asker:
    account, resource = Account.of_arn(arn).id, arn.split(":", 5)[5]
    if resource == "root":
        keys = _principal_keys(PrincipalKind.ROOT, arn, account, account, {})
        return Asker("the root user", "", Principal(PrincipalKind.ROOT, arn, account), keys)
    if resource.startswith("user/"):
        return _of_user(arn, reader)
    if resource.startswith("assumed-role/"):
        return _of_role(arn, reader, {})
    raise UnreadableError(f"how {arn} came to its permissions can't be read")


def _session_policies(parameters: Mapping[str, Any], reader: Reader) -> tuple[Held, ...] | None:
    """The policies that a call of STS passed, None for none."""
    inline = [Held(Kind.SESSION, "", "", json.loads(parameters["Policy"]))] if parameters.get("Policy") else []
    arns = [each["arn"] for each in parameters.get("PolicyArns") or ()]
    managed = [Held(Kind.SESSION, arn, "", reader.managed(arn, "").document) for arn in arns]
    return (*inline, *managed) or None


def _principal_keys(kind: PrincipalKind, arn: str, account: str, unique_id: str, tags: Tags) -> dict[str, ContextValue]:
    return {
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": account,
        "aws:PrincipalType": kind.value,
        "aws:userid": unique_id,
        **{f"{_TAG}{key}": value for key, value in tags.items()},
    }


def _temporary_keys(issued: datetime) -> dict[str, ContextValue]:
    """The key that temporary credentials have; no role's session says anything of MFA."""
    return {"aws:TokenIssueTime": issued.strftime("%Y-%m-%dT%H:%M:%SZ")}


def _mfa_keys(who: SessionToken, scene: LiveScene) -> dict[str, ContextValue]:
    """Whether the user showed a code for this session token, and how long ago."""
    if who.mfa is None:
        return {_MFA_PRESENT: "false"}
    age = datetime.now(UTC) - scene.opened_at(who)
    return {_MFA_PRESENT: "true", MFA_AGE: str(max(0, int(age.total_seconds())))}


def _tags_of(keys: Context) -> dict[str, str]:
    return {key.removeprefix(_TAG): str(value) for key, value in keys.items() if key.startswith(_TAG)}


def _merged(*layers: Tags) -> dict[str, str]:
    """Tags laid over one another: a later one takes the place of an earlier one, whatever its case."""
    tags = {key.lower(): (key, value) for layer in layers for key, value in layer.items()}
    return dict(tags.values())


def _require(found: Holder | None, what: str) -> Holder:
    if found is None:
        raise UnreadableError(f"there is no {what}")
    return found
