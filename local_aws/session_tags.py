"""The limits on session tags, whoever passes them: how many, which characters, which keys.

AWS: AWS STS API Reference, Tag, AssumeRole and GetFederationToken; IAM User Guide, id_session-tags and id_tags
("Rules for tagging in IAM and AWS STS"). Stock MiniStack takes any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from local_aws.sts_requests import StsError, Text, raise_violations

Tags = Sequence[Mapping[str, str]]

_MOST = 50
_RESERVED_PREFIX = "aws:"
# Letters, numbers and white space of any script, as near as Python's expressions come to AWS's.
_CHARACTERS = r"[\w\s.:/=+\-@]"
_LIMITS = {"Key": Text(1, 128, f"{_CHARACTERS}+", ascii_only=False)} | {
    "Value": Text(0, 256, f"{_CHARACTERS}*", ascii_only=False)
}


def check(tags: Tags) -> None:
    """Raise StsError for tags that AWS would not take. The case of a key does not tell two tags apart."""
    if len(tags) > _MOST:
        raise StsError(
            "ValidationError",
            f"1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less "
            f"than or equal to {_MOST}",
        )
    raise_violations(_violations(tags))
    keys = [tag["Key"].lower() for tag in tags]
    if any(key.startswith(_RESERVED_PREFIX) for key in keys):
        raise StsError("InvalidParameterValue", "Tag keys that begin with aws: are reserved for AWS.")
    if len(set(keys)) < len(keys):
        raise StsError(
            "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        )


def _violations(tags: Tags) -> Iterable[str]:
    for number, tag in enumerate(tags, start=1):
        for part, limit in _LIMITS.items():
            for violation in limit.violations(tag[part]):
                yield f"Value at 'tags.{number}.member.{part.lower()}' failed to satisfy constraint: {violation}"
