"""The check that of a lab's roles only those that should be are reachable from outside the account's zone of trust."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.aws.answers import Kind
from labkit.checks.calls import Call
from labkit.checks.check import Scene, unknown
from labkit.checks.documents import Document, as_list, statements
from labkit.checks.observation import Observation, State
from labkit.checks.principals import ADMINISTRATOR, Role
from labkit.checks.shape import Shape, UnreadableError, read
from labkit.checks.values import Facts, resolve

_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")


@dataclass(frozen=True)
class OnlyReachable(Shape):
    """Of `roles`, all of the lab, exactly `reachable` trust somebody outside the account.

    Outside is another account, everybody, or an identity provider, under whatever condition; no AWS service, and no
    principal that has been deleted. The trust policies decide. Where IAM Access Analyzer is on for the account, it has
    to have found the same, which may take it 30 minutes: until then nothing is proven. What else in the account is
    reachable is shown and not judged.
    Source: IAM User Guide, "Using AWS IAM Access Analyzer" (what-is-access-analyzer), "Findings for external access";
    Access Analyzer API Reference, ListAnalyzers, ListFindings.
    """

    roles: tuple[Role, ...]
    reachable: tuple[Role, ...]

    def call_text(self, facts: Facts) -> str:
        return "iam:ListRoles, access-analyzer:ListAnalyzers, ListFindings"

    def expected(self, facts: Facts) -> str:
        return f"of {_names(role.name for role in self.roles)}: {_names(role.name for role in self.reachable)}"

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        account = scene.facts.account.id
        trusts = {role["Arn"]: role["AssumeRolePolicyDocument"] for role in read(scene, "ListRoles")["Roles"]}
        open_ = {arn for arn, document in trusts.items() if outsiders(document, account)}
        own = {str(resolve(role.arn, scene.facts)) for role in self.roles}
        wanted = {str(resolve(role.arn, scene.facts)) for role in self.reachable}
        missing = [f"there is no role {arn}" for arn in sorted(own - trusts.keys())]
        differences = missing + [
            f"{_name(arn)} should {'not ' if arn in open_ else ''}be reachable from outside the account"
            for arn in sorted(wanted ^ (open_ & own))
        ]
        others = f"; others of the account: {_names(map(_name, open_ - own))}" if open_ - own else ""
        source, found = _analyzed(scene)
        observed = f"{_names(map(_name, open_ & own))} ({source}){others}"
        if not differences and found is not None and found & own != wanted:
            reason = f"IAM Access Analyzer has found {_names(map(_name, found & own))}; it may take it 30 minutes"
            raise UnreadableError(Observation(State.UNKNOWN, observed, reason))
        return observed, differences


def outsiders(trust: Document, account: str) -> set[str]:
    """Those outside `account` (12 digits) whom a statement of a trust policy lets in, under whatever condition."""
    allowing = [statement for statement in statements(trust) if statement.get("Effect") == "Allow"]
    return {who for statement in allowing for who in _principals(statement) if _is_outside(who, account)}


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    """Whom a statement is about, but for AWS services."""
    if "NotPrincipal" in statement:
        yield "*"
    principal = statement.get("Principal", {})
    if isinstance(principal, str):
        yield principal
        return
    for kind, values in principal.items():
        if kind != "Service":
            yield from map(str, as_list(values))


def _is_outside(principal: str, account: str) -> bool:
    if principal == account or _UNIQUE_ID.fullmatch(principal):
        return False
    # A provider stands in the account itself, but whom it vouches for does not.
    provider = re.search(r":(saml|oidc)-provider/", principal)
    in_account = re.fullmatch(rf"arn:[\w-]+:(iam|sts)::{account}:.+", principal)
    return bool(provider) or not in_account


def _analyzed(scene: Scene) -> tuple[str, set[str] | None]:
    """What the verdict rests on, in words, and the ARNs of what Access Analyzer found, None where it is not on.

    Raises `UnreadableError`.
    """
    answer = scene.ask(ADMINISTRATOR, Call("accessanalyzer", "ListAnalyzers", {"type": "ACCOUNT"}), all_pages=True)
    if answer.kind is Kind.TRANSIENT:
        raise UnreadableError(unknown(answer))
    if answer.kind is not Kind.ALLOWED:
        return "by the trust policies; IAM Access Analyzer can't be asked here", None
    active = [each["arn"] for each in answer.data.get("analyzers", []) if each["status"] == "ACTIVE"]
    if not active:
        return "by the trust policies; IAM Access Analyzer is not on", None
    return "by the trust policies and IAM Access Analyzer", _findings(scene, active)


def _findings(scene: Scene, analyzers: Sequence[str]) -> set[str]:
    """The ARNs of the roles that are reachable by these analyzers; archived findings are findings, too."""
    wanted = {"resourceType": {"eq": ["AWS::IAM::Role"]}}
    found: set[str] = set()
    for analyzer in analyzers:
        answer = read(scene, "ListFindings", service="accessanalyzer", analyzerArn=analyzer, filter=wanted)
        found |= {finding["resource"] for finding in answer["findings"] if finding["status"] != "RESOLVED"}
    return found


def _name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
