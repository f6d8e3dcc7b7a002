"""Session tags: what may be passed, and what a chained session inherits.

AWS: IAM User Guide, id_session-tags ("Things to know about session tags", "Chaining roles with session tags"); AWS STS
API Reference, Tag. Keys that differ in case only are one key. Stock MiniStack checks for doubles and nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from local_aws.sts_requests import StsError, StsRequest, constraint_violations

Tags = Sequence[Mapping[str, str]]

_MOST = 50
_LONGEST_KEY = 128
_LONGEST_VALUE = 256
_PATTERN = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"
_PUNCTUATION = frozenset("_.:/=+-@")
_RESERVED = re.compile("aws:", re.I)


def passed(request: StsRequest) -> list[dict[str, str]]:
    """The tags that the request passes. Raises StsError unless they are as STS wants them."""
    tags = request.tags()
    if len(tags) > _MOST:
        raise constraint_violations([("tags", None, f"Member must have length less than or equal to {_MOST}")])
    found = [
        (f"tags.{number}.member.{field.lower()}", tag[field], violation)
        for number, tag in enumerate(tags, start=1)
        for field in ("Key", "Value")
        for violation in _violations(field, tag[field])
    ]
    if found:
        raise constraint_violations(found)
    for tag in tags:
        if _RESERVED.match(tag["Key"]):
            raise StsError("InvalidParameterValue", "Tag keys can't begin with aws: in any combination of cases.")
    if len(_folded(tags)) < len(tags):
        raise StsError(
            "InvalidParameterValue",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        )
    return tags


def check_transitive(transitive: Sequence[str], given: Tags, inherited: Tags) -> None:
    """Raise StsError unless `transitive` are keys of `given`, the tags passed, and none of these is inherited."""
    if not {key.lower() for key in transitive} <= _folded(given):
        raise StsError(
            "InvalidParameterValue", "The specified transitive tag key must be included in the requested tags."
        )
    if _folded(given) & _folded(inherited):
        raise StsError(
            "InvalidParameterValue",
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
            "from the calling session.",
        )


def transitive_of(tags: Tags, keys: Iterable[str]) -> list[Mapping[str, str]]:
    """Those tags of a session that go on to the next one; `keys` are the session's transitive ones."""
    folded = {key.lower() for key in keys}
    return [tag for tag in tags if tag["Key"].lower() in folded]


def _folded(tags: Tags) -> set[str]:
    return {tag["Key"].lower() for tag in tags}


def _violations(field: str, text: str) -> Iterator[str]:
    longest = _LONGEST_KEY if field == "Key" else _LONGEST_VALUE
    if field == "Key" and not text:
        yield "Member must have length greater than or equal to 1"
    if len(text) > longest:
        yield f"Member must have length less than or equal to {longest}"
    if not all(each in _PUNCTUATION or unicodedata.category(each)[0] in "LZN" for each in text):
        yield f"Member must satisfy regular expression pattern: {_PATTERN}{'+' if field == 'Key' else '*'}"
