"""The check that a role's deployed trust policy says exactly what it should."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labkit.checks.check import Scene
from labkit.checks.documents import canonical_statement, statements
from labkit.checks.principals import Role
from labkit.checks.shape import Shape, read
from labkit.checks.values import Facts, resolve


@dataclass(frozen=True)
class TrustPolicyIs(Shape):
    """The trust policy of `role` consists of exactly `trusts`: these statements and no other.

    A statement is data as in the policy and may hold `Output` and the like; Sids don't count.
    """

    role: Role
    trusts: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)

    def call_text(self, facts: Facts) -> str:
        return f"iam:GetRole RoleName={self.role.name}"

    def expected(self, facts: Facts) -> str:
        return "exactly " + ", ".join(sorted(canonical_statement(resolve(s, facts)) for s in self.trusts))

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        document = read(scene, "GetRole", RoleName=self.role.name)["Role"]["AssumeRolePolicyDocument"]
        observed = sorted(canonical_statement(statement) for statement in statements(document))
        expected = sorted(canonical_statement(resolve(statement, scene.facts)) for statement in self.trusts)
        policy = f"the trust policy of {self.role.name}"
        differences = [f"{policy} lacks {s}" for s in expected if s not in observed]
        differences += [f"{policy} also says {s}" for s in observed if s not in expected]
        if not differences and len(observed) != len(expected):
            differences.append(f"{policy} says the same thing twice")
        return ", ".join(observed), differences


def allow_assume_role(
    principal: Any, condition: Mapping[str, Any] | None = None, *, actions: Sequence[str] = ("sts:AssumeRole",)
) -> dict[str, Any]:
    """The statement that lets `principal` (the value of `AWS`) assume a role, under `condition`.

    `actions`: with sts:TagSession or sts:SetSourceIdentity where the session may bring these.
    """
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": list(actions)}
    return {**statement, "Condition": condition} if condition else statement
