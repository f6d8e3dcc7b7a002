"""The checks that a user, role or group has exactly the policies that it should have, and nothing else of power."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labkit.checks.check import Scene
from labkit.checks.documents import canonical_statement, statements
from labkit.checks.principals import ADMINISTRATOR, ONE_HOUR_S, Administrator, Group, Role, User, administrator_of
from labkit.checks.shape import Shape, read, read_if_any, set_differences
from labkit.checks.values import AwsPolicy, CustomerPolicy, Facts, Output, resolve

ROOT_PATH = "/"

PolicyArn = AwsPolicy | CustomerPolicy | Output
Statement = Mapping[str, Any]
# What a principal has, by kind: "attached policy" and its ARNs, "group" and their names …
Inventory = Mapping[str, set[str]]


@dataclass(frozen=True)
class _HasExactly(Shape):
    """The base: a subclass says in `_declared` and `_deployed` what there should be and what there is."""

    def expected(self, facts: Facts) -> str:
        return _text(self._declared(facts))

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        declared, deployed = self._declared(scene.facts), self._deployed(scene)
        differences = [line for what in declared for line in set_differences(what, declared[what], deployed[what])]
        return _text(deployed), [f"{self._name}: {line}" for line in differences]

    @property
    def _name(self) -> str:
        """The principal's."""
        raise NotImplementedError

    def _declared(self, facts: Facts) -> Inventory:
        raise NotImplementedError

    def _deployed(self, scene: Scene) -> Inventory:
        raise NotImplementedError


@dataclass(frozen=True)
class RoleHasExactly(_HasExactly):
    """`role` has exactly these `managed` policies, `inline` policies, `boundary`, `tags` and `path`, and nothing else.

    `inline`: the statements of each inline policy by its name; they may hold `Output` and the like.
    `longest_session`: seconds; one hour unless the lab says otherwise, as it is AWS's default.
    The tag with which a stack marks the lab is not among `tags`.
    """

    role: Role
    managed: tuple[PolicyArn, ...] = ()
    inline: Mapping[str, Sequence[Statement]] = field(default_factory=dict, hash=False)
    boundary: PolicyArn | None = None
    longest_session: int = ONE_HOUR_S
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    path: str = ROOT_PATH

    @property
    def _name(self) -> str:
        return self.role.name

    def call_text(self, facts: Facts) -> str:
        return f"iam:ListAttachedRolePolicies, ListRolePolicies, GetRole RoleName={self.role.name}"

    def _declared(self, facts: Facts) -> Inventory:
        return {
            **_declared_policies(self.managed, self.inline, facts),
            "permissions boundary": _boundary(self.boundary, facts),
            "session limit": {f"{self.longest_session} s"},
            "tag": _pairs(self.tags),
            "path": _unusual(self.path),
        }

    def _deployed(self, scene: Scene) -> Inventory:
        role = read(scene, "GetRole", RoleName=self.role.name)["Role"]
        return {
            **_deployed_policies(scene, "Role", self.role.name),
            "permissions boundary": _boundary_of(role),
            "session limit": {f"{role.get('MaxSessionDuration', ONE_HOUR_S)} s"},
            "tag": _own_tags(role),
            "path": _unusual(role["Path"]),
        }


@dataclass(frozen=True)
class UserHasExactly(_HasExactly):
    """`user` has exactly these `managed` and `inline` policies, `groups`, `boundary`, `tags` and `path`, nothing else.

    `inline` and `tags`: as in `RoleHasExactly`. There is a login profile only if the lab hands out a console password.
    """

    user: User
    managed: tuple[PolicyArn, ...] = ()
    inline: Mapping[str, Sequence[Statement]] = field(default_factory=dict, hash=False)
    groups: tuple[str, ...] = ()
    boundary: PolicyArn | None = None
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    path: str = ROOT_PATH

    @property
    def _name(self) -> str:
        return self.user.name

    def call_text(self, facts: Facts) -> str:
        calls = "ListAttachedUserPolicies, ListUserPolicies, ListGroupsForUser, GetUser, GetLoginProfile"
        return f"iam:{calls} UserName={self.user.name}"

    def _declared(self, facts: Facts) -> Inventory:
        return {
            **_declared_policies(self.managed, self.inline, facts),
            "group": set(self.groups),
            "permissions boundary": _boundary(self.boundary, facts),
            "tag": _pairs(self.tags),
            "path": _unusual(self.path),
            "login profile": {self.user.name} if self.user.password else set(),
        }

    def _deployed(self, scene: Scene) -> Inventory:
        by = administrator_of(self.user.account)
        user = read(scene, "GetUser", by=by, UserName=self.user.name)["User"]
        groups = read(scene, "ListGroupsForUser", by=by, UserName=self.user.name)["Groups"]
        profile = read_if_any(scene, "GetLoginProfile", by=by, UserName=self.user.name)
        return {
            **_deployed_policies(scene, "User", self.user.name, by),
            "group": {group["GroupName"] for group in groups},
            "permissions boundary": _boundary_of(user),
            "tag": _own_tags(user),
            "path": _unusual(user["Path"]),
            "login profile": {self.user.name} if profile else set(),
        }


@dataclass(frozen=True)
class GroupHasExactly(_HasExactly):
    """`group` has exactly these `members` (names of users), `managed` and `inline` policies and `path`."""

    group: Group
    members: tuple[str, ...] = ()
    managed: tuple[PolicyArn, ...] = ()
    inline: Mapping[str, Sequence[Statement]] = field(default_factory=dict, hash=False)
    path: str = ROOT_PATH

    @property
    def _name(self) -> str:
        return self.group.name

    def call_text(self, facts: Facts) -> str:
        return f"iam:GetGroup, ListAttachedGroupPolicies, ListGroupPolicies GroupName={self.group.name}"

    def _declared(self, facts: Facts) -> Inventory:
        policies = _declared_policies(self.managed, self.inline, facts)
        return {"member": set(self.members), **policies, "path": _unusual(self.path)}

    def _deployed(self, scene: Scene) -> Inventory:
        found = read(scene, "GetGroup", GroupName=self.group.name)
        return {
            "member": {member["UserName"] for member in found["Users"]},
            **_deployed_policies(scene, "Group", self.group.name),
            "path": _unusual(found["Group"]["Path"]),
        }


def allow(action: str | Sequence[str], resource: Any, condition: Statement | None = None) -> dict[str, Any]:
    """The statement of an identity policy that allows `action` on `resource`, under `condition`."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def _declared_policies(
    managed: Sequence[PolicyArn], inline: Mapping[str, Sequence[Statement]], facts: Facts
) -> dict[str, set[str]]:
    return {
        "attached policy": set(resolve(managed, facts)),
        "inline policy": {_inline(name, resolve(content, facts)) for name, content in inline.items()},
    }


def _deployed_policies(scene: Scene, kind: str, name: str, by: Administrator = ADMINISTRATOR) -> dict[str, set[str]]:
    """What policies the principal `name` of `kind` (User, Role, Group) has. Raises `UnreadableError`."""
    principal = {f"{kind}Name": name}
    attached = read(scene, f"ListAttached{kind}Policies", by=by, **principal)["AttachedPolicies"]
    names = read(scene, f"List{kind}Policies", by=by, **principal)["PolicyNames"]
    documents = {n: read(scene, f"Get{kind}Policy", by=by, **principal, PolicyName=n)["PolicyDocument"] for n in names}
    return {
        "attached policy": {policy["PolicyArn"] for policy in attached},
        "inline policy": {_inline(n, statements(document)) for n, document in documents.items()},
    }


def _inline(name: str, content: Iterable[Statement]) -> str:
    return " ".join([name, *sorted(canonical_statement(statement) for statement in content)])


def _boundary(boundary: PolicyArn | None, facts: Facts) -> set[str]:
    return {boundary.resolve(facts)} if boundary else set()


def _boundary_of(principal: Mapping[str, Any]) -> set[str]:
    limits = principal.get("PermissionsBoundary")
    return {limits["PermissionsBoundaryArn"]} if limits else set()


def _pairs(tags: Mapping[str, str]) -> set[str]:
    return {f"{key}={value}" for key, value in tags.items()}


def _own_tags(principal: Mapping[str, Any]) -> set[str]:
    return _pairs({tag["Key"]: tag["Value"] for tag in principal.get("Tags", []) if not _of_the_stack(tag["Key"])})


def _unusual(path: str) -> set[str]:
    """The path, unless it is the one that everything has that was given none."""
    return {path} - {ROOT_PATH}


def _of_the_stack(tag_key: str) -> bool:
    return tag_key == "lab" or tag_key.startswith("aws:")


def _text(inventory: Inventory) -> str:
    return "; ".join(f"{what}: {', '.join(sorted(names))}" for what, names in inventory.items() if names) or "nothing"
