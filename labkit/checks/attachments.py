"""The checks that a user or role has exactly the policies, groups and boundary that it should have."""

from __future__ import annotations

from dataclasses import dataclass

from labkit.checks.check import Scene
from labkit.checks.principals import Role, User
from labkit.checks.shape import Shape, read, set_differences
from labkit.checks.values import AwsPolicy, CustomerPolicy, Facts, Output, resolve

PolicyArn = AwsPolicy | CustomerPolicy | Output


@dataclass(frozen=True)
class RoleHasExactly(Shape):
    """`role` has exactly these `managed` policies, `inline` policies (names) and `boundary`, and nothing else."""

    role: Role
    managed: tuple[PolicyArn, ...] = ()
    inline: tuple[str, ...] = ()
    boundary: PolicyArn | None = None

    def call_text(self, facts: Facts) -> str:
        return f"iam:ListAttachedRolePolicies, ListRolePolicies, GetRole RoleName={self.role.name}"

    def expected(self, facts: Facts) -> str:
        return _inventory(set(resolve(self.managed, facts)), set(self.inline), set(), _boundary(self.boundary, facts))

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        name = self.role.name
        attached = read(scene, "ListAttachedRolePolicies", RoleName=name)["AttachedPolicies"]
        managed = {policy["PolicyArn"] for policy in attached}
        inline = set(read(scene, "ListRolePolicies", RoleName=name)["PolicyNames"])
        limits = read(scene, "GetRole", RoleName=name)["Role"].get("PermissionsBoundary", {})
        boundary = {limits["PermissionsBoundaryArn"]} if limits else set()
        differences = (
            set_differences("attached policy", set(resolve(self.managed, scene.facts)), managed)
            + set_differences("inline policy", set(self.inline), inline)
            + set_differences("permissions boundary", _boundary(self.boundary, scene.facts), boundary)
        )
        return _inventory(managed, inline, set(), boundary), differences


@dataclass(frozen=True)
class UserHasExactly(Shape):
    """`user` has exactly these `managed` and `inline` policies, `groups` and `boundary`, and nothing else."""

    user: User
    managed: tuple[PolicyArn, ...] = ()
    inline: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    boundary: PolicyArn | None = None

    def call_text(self, facts: Facts) -> str:
        calls = "ListAttachedUserPolicies, ListUserPolicies, ListGroupsForUser, GetUser"
        return f"iam:{calls} UserName={self.user.name}"

    def expected(self, facts: Facts) -> str:
        managed = set(resolve(self.managed, facts))
        return _inventory(managed, set(self.inline), set(self.groups), _boundary(self.boundary, facts))

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        name = self.user.name
        attached = read(scene, "ListAttachedUserPolicies", UserName=name)["AttachedPolicies"]
        managed = {policy["PolicyArn"] for policy in attached}
        inline = set(read(scene, "ListUserPolicies", UserName=name)["PolicyNames"])
        groups = {group["GroupName"] for group in read(scene, "ListGroupsForUser", UserName=name)["Groups"]}
        limits = read(scene, "GetUser", UserName=name)["User"].get("PermissionsBoundary", {})
        boundary = {limits["PermissionsBoundaryArn"]} if limits else set()
        differences = (
            set_differences("attached policy", set(resolve(self.managed, scene.facts)), managed)
            + set_differences("inline policy", set(self.inline), inline)
            + set_differences("group", set(self.groups), groups)
            + set_differences("permissions boundary", _boundary(self.boundary, scene.facts), boundary)
        )
        return _inventory(managed, inline, groups, boundary), differences


def _boundary(boundary: PolicyArn | None, facts: Facts) -> set[str]:
    return {boundary.resolve(facts)} if boundary else set()


def _inventory(managed: set[str], inline: set[str], groups: set[str], boundary: set[str]) -> str:
    parts = {"attached": managed, "inline": inline, "groups": groups, "boundary": boundary}
    return "; ".join(f"{what}: {', '.join(sorted(names))}" for what, names in parts.items() if names) or "nothing"
