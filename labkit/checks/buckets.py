"""The check that a bucket lets in nobody by itself but whom the lab says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.aws.answers import Kind
from labkit.checks.calls import Call
from labkit.checks.check import Scene
from labkit.checks.documents import canonical_statement, statements
from labkit.checks.principals import ADMINISTRATOR
from labkit.checks.shape import Shape, UnreadableError, set_differences, unreadable
from labkit.checks.values import Facts, Output, resolve


@dataclass(frozen=True)
class BucketHasExactly(Shape):
    """`bucket` (the output with its name) blocks public access, and its own policy is exactly `policy`.

    `policy`: statements, none for a bucket without a policy; they may hold `Output` and the like, Sids don't count.
    """

    bucket: Output
    policy: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)

    def call_text(self, facts: Facts) -> str:
        return f"s3:GetBucketPolicy, GetPublicAccessBlock Bucket={resolve(self.bucket, facts)}"

    def expected(self, facts: Facts) -> str:
        return f"public access blocked; {', '.join(sorted(self._declared(facts))) or 'no bucket policy'}"

    def look(self, scene: Scene) -> tuple[str, list[str]]:
        name = resolve(self.bucket, scene.facts)
        policy = _read_if_any(scene, "GetBucketPolicy", name, none="NoSuchBucketPolicy")
        block = _read_if_any(scene, "GetPublicAccessBlock", name, none="NoSuchPublicAccessBlockConfiguration")
        found = statements(json.loads(policy["Policy"])) if policy else []
        deployed = {canonical_statement(statement) for statement in found}
        differences = set_differences(f"in the policy of the bucket {name}", self._declared(scene.facts), deployed)
        blocked = bool(block) and all(block["PublicAccessBlockConfiguration"].values())
        if not blocked:
            differences.append(f"the bucket {name} does not block all public access")
        return (
            f"public access {'blocked' if blocked else 'possible'}; {', '.join(deployed) or 'no policy'}",
            differences,
        )

    def _declared(self, facts: Facts) -> set[str]:
        return {canonical_statement(resolve(statement, facts)) for statement in self.policy}


def _read_if_any(scene: Scene, operation: str, bucket: str, none: str) -> Mapping[str, Any]:
    """The answer, empty where S3 says with the code `none` that there is no such thing. Raises `UnreadableError`."""
    answer = scene.ask(ADMINISTRATOR, Call("s3", operation, {"Bucket": bucket}))
    if answer.kind is Kind.ALLOWED:
        return answer.data
    if answer.code == none:
        return {}
    raise UnreadableError(unreadable(answer))
