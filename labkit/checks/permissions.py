"""The check that deployed policies together grant exactly what a reference document grants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from labkit.checks.attachments import PolicyArn
from labkit.checks.check import Scene
from labkit.checks.documents import Document, Permission, permissions
from labkit.checks.shape import Shape, read
from labkit.checks.values import Facts, resolve

_SHOWN = 3


@dataclass(frozen=True)
class PoliciesTogetherAre(Shape):
    """The default versions of `policies` together hold every permission of `reference`, and no other.

    Compared statement for statement as (effect, action, resource, condition). The reference may hold `Output`
    and the like.
    """

    policies: tuple[PolicyArn, ...] = ()
    reference: Document = field(default_factory=dict, hash=False)

    def call_text(self, facts: Facts) -> str:
        return f"iam:GetPolicyVersion of {len(self.policies)} policies"

    def expected(self, facts: Facts) -> str:
        wanted = permissions([resolve(self.reference, facts)])
        return f"exactly {_listed(wanted)}" if len(wanted) <= _SHOWN else f"exactly {len(wanted)} permissions"

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        deployed = permissions(_default_version(scene, arn) for arn in resolve(self.policies, scene.facts))
        wanted = permissions([resolve(self.reference, scene.facts)])
        differences = _some("lack", wanted - deployed) + _some("also hold", deployed - wanted)
        return f"{len(deployed)} permissions", differences


@dataclass(frozen=True)
class NoActionOf(Shape):
    """None of `policies` allows an action of `service`, by name or by wildcard."""

    policies: tuple[PolicyArn, ...] = ()
    service: str = ""

    def call_text(self, facts: Facts) -> str:
        return f"iam:GetPolicyVersion of {len(self.policies)} policies"

    def expected(self, facts: Facts) -> str:
        return f"no action of {self.service}"

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        deployed = permissions(_default_version(scene, arn) for arn in resolve(self.policies, scene.facts))
        found = {permission for permission in deployed if self._may_match(permission)}
        return f"{len(found)} of {len(deployed)} permissions are of {self.service}", _some("hold", found)

    def _may_match(self, permission: Permission) -> bool:
        effect, action, _, rest = permission
        prefix = action.split(":", 1)[0].lower()
        # A wildcard in the service's name, and NotAction, may reach the service, too.
        return effect == "Allow" and (prefix == self.service or "*" in prefix or "?" in prefix or '"NotAction"' in rest)


def _default_version(scene: Scene, arn: str) -> Any:
    version = read(scene, "GetPolicy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return read(scene, "GetPolicyVersion", PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def _some(verb: str, found: set[Permission]) -> list[str]:
    if not found:
        return []
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return [f"the deployed policies together {verb}: {_listed(found)}{more}"]


def _listed(found: set[Permission]) -> str:
    return ", ".join(_in_words(permission) for permission in sorted(found)[:_SHOWN])


def _in_words(permission: Permission) -> str:
    effect, action, resource, rest = permission
    words = f"{effect} {action} on {resource}"
    # Where there is a condition, two permissions may differ in nothing else.
    return words if rest == "{}" else f"{words} with {rest}"
