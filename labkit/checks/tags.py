"""The check that what belongs to a lab says so: by the tag that its stack puts on everything that takes tags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from labkit.aws.answers import Kind
from labkit.checks.calls import Call
from labkit.checks.check import Scene
from labkit.checks.principals import ADMINISTRATOR, Role, User, administrator_of
from labkit.checks.shape import Shape, UnreadableError, read, unreadable
from labkit.checks.values import HOME, Facts, Output, resolve


@dataclass(frozen=True)
class Tagged(Shape):
    """The lab's users with their secrets, its roles, buckets and functions carry the tag `key` with this `value`.

    `on`: users and roles; `buckets`, `functions`: the outputs that hold their names. Other tags don't count.
    """

    key: str
    value: str
    on: tuple[User | Role, ...] = ()
    buckets: tuple[Output, ...] = ()
    functions: tuple[Output, ...] = ()

    def call_text(self, facts: Facts) -> str:
        more = ", lambda:GetFunction" if self.functions else ""
        return f"iam:GetUser, GetRole, secretsmanager:DescribeSecret, s3:GetBucketTagging{more}"

    def expected(self, facts: Facts) -> str:
        return f"{self.key}={self.value} on everything that takes tags"

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        values = {name: _value(tags, self.key) for name, tags in self._tags(scene)}
        differences = [
            f"the tag {self.key} of {name} is {'missing' if value is None else value}"
            for name, value in values.items()
            if value != self.value
        ]
        return f"on {len(values) - len(differences)} of {len(values)}", differences

    def _tags(self, scene: Scene) -> Iterator[tuple[str, list[dict[str, str]]]]:
        for principal in self.on:
            kind = "User" if isinstance(principal, User) else "Role"
            by = administrator_of(principal.account if isinstance(principal, User) else HOME)
            found = read(scene, f"Get{kind}", by=by, **{f"{kind}Name": principal.name})[kind]
            yield principal.name, found.get("Tags", [])
            for secret in (principal.access_key, principal.password) if isinstance(principal, User) else ():
                if secret:
                    arn = resolve(secret, scene.facts)
                    described = read(scene, "DescribeSecret", service="secretsmanager", by=by, SecretId=arn)
                    yield arn, described.get("Tags", [])
        for bucket in self.buckets:
            name = resolve(bucket, scene.facts)
            yield name, _tags_of_bucket(scene, name)
        for function in self.functions:
            name = resolve(function, scene.facts)
            tags = read(scene, "GetFunction", service="lambda", FunctionName=name).get("Tags", {})
            yield name, [{"Key": key, "Value": value} for key, value in tags.items()]


def _tags_of_bucket(scene: Scene, name: str) -> list[dict[str, str]]:
    """Raises `UnreadableError`."""
    answer = scene.ask(ADMINISTRATOR, Call("s3", "GetBucketTagging", {"Bucket": name}))
    if answer.kind is Kind.ALLOWED:
        tags: list[dict[str, str]] = answer.data["TagSet"]
        return tags
    # S3 has an error for no tags at all (S3 API Reference, GetBucketTagging).
    if answer.code == "NoSuchTagSet":
        return []
    raise UnreadableError(unreadable(answer))


def _value(tags: list[dict[str, str]], key: str) -> Any:
    return next((tag["Value"] for tag in tags if tag["Key"] == key), None)
