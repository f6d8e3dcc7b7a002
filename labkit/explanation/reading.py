"""Reads principals and policies as they are deployed, through IAM's own API, as the administrator.

Source: IAM API Reference, GetUser, GetRole, ListAttachedUserPolicies, GetPolicyVersion and their kin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.aws.answers import Answer, Kind
from labkit.aws.clients import PERSIST, Clients, ask
from labkit.explanation.policies import Document, Held
from labkit.explanation.policies import Kind as PolicyKind
from labkit.scene import LiveScene

_GONE = frozenset({"NoSuchEntity", "NoSuchBucketPolicy", "NoSuchBucket", "ResourceNotFoundException"})


class UnreadableError(Exception):
    """Something could not be read; the message says what, and what AWS answered."""


@dataclass(frozen=True)
class Holder:
    """A user or role: ARN, unique id, tags, identity-based policies (a user's groups' included) and boundary.

    `trust`: a role's trust policy.
    """

    arn: str
    unique_id: str
    tags: Mapping[str, str]
    identity: tuple[Held, ...]
    boundary: Held | None
    trust: Held | None = None


def reader_of(scene: LiveScene) -> Reader:
    """Who reads the account, or the two, that a lab stands in."""
    partner = Reader(scene.partner.clients, scene.partner.account.id) if scene.partner else None
    return Reader(scene.clients, scene.facts.account.id, partner)


@dataclass
class Reader:
    """Reads one account. What was read is kept until `forget`, a version of a managed policy for good.

    `partner`: reads the second account of a lab across two.
    """

    clients: Clients
    account: str
    partner: Reader | None = None
    _answers: dict[tuple[Any, ...], Answer] = field(default_factory=dict)
    _versions: dict[tuple[str, str], Document] = field(default_factory=dict)

    def forget(self) -> None:
        """What is deployed has changed."""
        self._answers.clear()
        if self.partner:
            self.partner.forget()

    def of(self, account: str, what: str) -> Reader:
        """Who reads `account` (12 digits), to which `what` belongs. Raises `UnreadableError` if nobody does."""
        for reader in (self, self.partner):
            if reader and reader.account == account:
                return reader
        raise UnreadableError(f"{what} is in account {account}, whose policies can't be read from this one")

    def user(self, name: str) -> Holder | None:
        """The user of this name, None if there is none. Raises `UnreadableError`."""
        found = self.read("iam", "GetUser", UserName=name)
        if found is None:
            return None
        user, holder = found["User"], f"user {name}"
        groups = (self.read("iam", "ListGroupsForUser", UserName=name) or {}).get("Groups", [])
        of_groups = (held for group in groups for held in self._policies("Group", group["GroupName"]))
        return Holder(
            user["Arn"],
            user["UserId"],
            _tags(user),
            (*self._policies("User", name), *of_groups),
            self._boundary(user, holder),
        )

    def role(self, name: str) -> Holder | None:
        """The role of this name, None if there is none. Raises `UnreadableError`."""
        found = self.read("iam", "GetRole", RoleName=name)
        if found is None:
            return None
        role, holder = found["Role"], f"role {name}"
        return Holder(
            role["Arn"],
            role["RoleId"],
            _tags(role),
            self._policies("Role", name),
            self._boundary(role, holder),
            Held(PolicyKind.TRUST, "", holder, role["AssumeRolePolicyDocument"]),
        )

    def managed(self, arn: str, holder: str, *, boundary: bool = False) -> Held:
        """The default version of a managed policy, as `holder` holds it. Raises `UnreadableError`."""
        of_aws = arn.split(":")[4] == "aws"
        kind = PolicyKind.AWS_MANAGED if of_aws else PolicyKind.MANAGED
        found = self.read("iam", "GetPolicy", PolicyArn=arn)
        if found is None:
            raise UnreadableError(f"there is no policy {arn}")
        policy = found["Policy"]
        holders = policy.get("AttachmentCount", 0) + policy.get("PermissionsBoundaryUsageCount", 0)
        document = self._version(arn, policy["DefaultVersionId"])
        return Held(kind, arn, holder, document, boundary, shared=holders > 1 or holder.startswith("group "))

    def read(self, service: str, operation: str, /, **parameters: Any) -> Mapping[str, Any] | None:
        """The answer to a read call, None where AWS says that there is no such thing. Raises `UnreadableError`."""
        key = (service, operation, *sorted(parameters.items()))
        if key not in self._answers:
            client = self.clients.client(service, config=PERSIST)
            self._answers[key] = ask(client, operation, parameters, all_pages=True)
        answer = self._answers[key]
        if answer.kind is Kind.ALLOWED:
            return answer.data
        if answer.code in _GONE:
            return None
        raise UnreadableError(f"{service}:{operation} answers {answer}")

    def _policies(self, kind: str, name: str) -> tuple[Held, ...]:
        """All policies of a "User", "Group" or "Role"."""
        whose = {f"{kind}Name": name}
        holder = f"{kind.lower()} {name}"
        attached = self.read("iam", f"ListAttached{kind}Policies", **whose) or {}
        inline = self.read("iam", f"List{kind}Policies", **whose) or {}
        return (
            *(self._inline(kind, whose, policy, holder) for policy in inline.get("PolicyNames", [])),
            *(self.managed(policy["PolicyArn"], holder) for policy in attached.get("AttachedPolicies", [])),
        )

    def _inline(self, kind: str, whose: Mapping[str, str], policy: str, holder: str) -> Held:
        found = self.read("iam", f"Get{kind}Policy", PolicyName=policy, **whose)
        if found is None:
            raise UnreadableError(f"the inline policy {policy} of {holder} has just gone")
        return Held(PolicyKind.INLINE, policy, holder, found["PolicyDocument"], shared=kind == "Group")

    def _boundary(self, principal: Mapping[str, Any], holder: str) -> Held | None:
        found = principal.get("PermissionsBoundary")
        return self.managed(found["PermissionsBoundaryArn"], holder, boundary=True) if found else None

    def _version(self, arn: str, version: str) -> Document:
        if (arn, version) not in self._versions:
            found = self.read("iam", "GetPolicyVersion", PolicyArn=arn, VersionId=version)
            if found is None:
                raise UnreadableError(f"version {version} of {arn} has just gone")
            self._versions[arn, version] = found["PolicyVersion"]["Document"]
        return self._versions[arn, version]


def _tags(principal: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in principal.get("Tags", ())}
