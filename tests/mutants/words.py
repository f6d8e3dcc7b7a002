"""Puts real values in the place of CloudFormation's intrinsic functions, once a stack stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labkit.checks.values import Account
from tests.mutants.model import Document, Template


@dataclass(frozen=True)
class Deployed:
    """A stack that stands: its template, and by the logical ids what CloudFormation made of the resources."""

    template: Template
    physical_ids: Mapping[str, str]
    account: Account

    def resolve(self, value: Any) -> Any:
        """`value` with `Ref`, `Fn::GetAtt` of an ARN, `Fn::Join` and `Document`s put in place, however deep."""
        if isinstance(value, Document):
            return json.dumps({"Version": "2012-10-17", "Statement": self.resolve(list(value.statements))})
        if isinstance(value, list | tuple):
            return [self.resolve(each) for each in value]
        if not isinstance(value, Mapping):
            return value
        function, argument = next(iter(value.items())) if len(value) == 1 else ("", None)
        if function == "Ref":
            return self._ref(argument)
        if function == "Fn::GetAtt":
            return self._arn(argument[0])
        if function == "Fn::Join":
            separator, parts = argument
            return separator.join(str(self.resolve(part)) for part in parts)
        return {key: self.resolve(each) for key, each in value.items()}

    def _ref(self, name: str) -> str:
        pseudo = {"AWS::AccountId": self.account.id, "AWS::Partition": self.account.partition}
        return pseudo.get(name) or self.physical_ids[name]

    def _arn(self, logical_id: str) -> str:
        """The ARN of a user, role, group or bucket; other resources' physical id is theirs, or will do."""
        physical = self.physical_ids[logical_id]
        resource = self.template["Resources"][logical_id]
        kind = resource["Type"].rsplit(":", 1)[-1].lower()
        if kind in ("user", "role", "group"):
            path = resource.get("Properties", {}).get("Path", "/")
            return f"arn:{self.account.partition}:iam::{self.account.id}:{kind}{path}{physical}"
        return f"arn:{self.account.partition}:s3:::{physical}" if kind == "bucket" else physical
