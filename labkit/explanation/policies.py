"""A policy as it is deployed: its document, and where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any

from iam_engine import Policy
from labkit.checks.documents import statements

Document = Mapping[str, Any]


class Kind(Enum):
    """The kinds of policy, as they are called in a sentence."""

    AWS_MANAGED = "AWS managed policy"
    MANAGED = "managed policy"
    INLINE = "inline policy"
    TRUST = "trust policy"
    RESOURCE = "resource policy"
    SESSION = "session policy"


# In characters, white space not counted; those of inline policies are for all of a principal's together. IAM User
# Guide, reference_iam-quotas; Amazon S3 User Guide, bucket-policies (20 KB).
_MANAGED_SIZE = 6144
_SIZES = {Kind.MANAGED: _MANAGED_SIZE, Kind.TRUST: 2048, Kind.RESOURCE: 20480, Kind.SESSION: 2048}
_INLINE_SIZES = {"user": 2048, "group": 5120, "role": 10240}


@dataclass(frozen=True)
class Held:
    """A policy and its `holder` ("user James", "role R", "bucket b"), "" for a session's own.

    `name`: a managed policy's ARN, an inline policy's name. `boundary`: it is held as a permissions boundary.
    `shared`: others hold it as well, so that a change of it is a change for them, too.
    """

    kind: Kind
    name: str
    holder: str
    document: Document
    boundary: bool = False
    shared: bool = False

    @property
    def key(self) -> str:
        """What the engine calls it: no two policies of a question have the same."""
        return f"{self.kind.value} {self.name} of {self.holder}{' as boundary' if self.boundary else ''}"

    @cached_property
    def compiled(self) -> Policy:
        """The policy as the engine takes it. Raises `iam_engine.PolicyError`."""
        return Policy.parse(self.document, self.key)

    @property
    def statements(self) -> list[Mapping[str, Any]]:
        return statements(self.document)

    @property
    def editable(self) -> bool:
        """Whether its document can be changed: AWS's own and a session's can't."""
        return self.kind not in (Kind.AWS_MANAGED, Kind.SESSION)

    @property
    def short_name(self) -> str:
        """The name without what its ARN says besides."""
        return self.name.split(":policy/", 1)[-1]

    def __str__(self) -> str:
        if self.kind in (Kind.TRUST, Kind.RESOURCE):
            return f"the {self.kind.value} of {self.holder}"
        if self.kind is Kind.SESSION:
            return f"the session policy {self.short_name}".rstrip()
        as_boundary = "permissions boundary" if self.boundary else self.kind.value
        return f"the {as_boundary} {self.short_name} of {self.holder}"

    def with_statements(self, changed: list[Mapping[str, Any]]) -> Held:
        """The same policy with other statements."""
        return replace(self, document={**self.document, "Statement": changed})

    @property
    def size(self) -> int:
        """Its size as AWS counts it, in characters."""
        return len(re.sub(r"\s", "", json.dumps(self.document, separators=(",", ":"))))


def fits(held: Held, siblings: tuple[Held, ...]) -> bool:
    """Whether AWS accepts the policy at this size. `siblings` are the policies it stands beside (itself may be one).

    cdk and cfn-lint let a policy pass that AWS refuses for its size, so a change must not propose one.
    """
    if held.kind is not Kind.INLINE:
        return held.size <= _SIZES.get(held.kind, _MANAGED_SIZE)
    others = [
        each for each in siblings if each.kind is Kind.INLINE and each.holder == held.holder and each.name != held.name
    ]
    return held.size + sum(each.size for each in others) <= _INLINE_SIZES[held.holder.split(" ", 1)[0]]
