"""A managed policy of AWS's, kept as data with its version and date."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lab_stacks.policy_parts import Document


@dataclass(frozen=True)
class AwsPolicy:
    """One version of a policy that AWS manages: its ARN, version id (`v46`), date and document."""

    arn: str
    version_id: str
    version_date: datetime
    document: Document

    @property
    def label(self) -> str:
        """Name, version and day, for people: `ViewOnlyAccess v46 (2026-09-30)`."""
        return f"{self.arn.rsplit('/', 1)[-1]} {self.version_id} ({self.version_date:%Y-%m-%d})"


def load_aws_policy(path: Path) -> AwsPolicy:
    """The policy in a JSON file with the keys Arn, VersionId, VersionDate (ISO 8601) and Document."""
    data = json.loads(path.read_text(encoding="utf-8"))
    date = datetime.fromisoformat(data["VersionDate"])
    return AwsPolicy(data["Arn"], data["VersionId"], date, data["Document"])
