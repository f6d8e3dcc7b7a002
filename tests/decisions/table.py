"""The table as data: its YAML files read into rows, with everything that a row needs in the row itself.

README.md beside this file describes the format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.decisions.placeholders import fill

FOLDER = Path(__file__).parent / "tables"
# The kinds of things that a set-up makes, in the order in which they are made.
KINDS = ("policies", "groups", "users", "roles", "buckets", "devices", "sessions")
GUIDES = {
    "IAM": "AWS Identity and Access Management, User Guide",
    "IAM-API": "AWS Identity and Access Management, API Reference",
    "STS-API": "AWS Security Token Service, API Reference",
    "S3": "Amazon Simple Storage Service, User Guide",
    "S3-API": "Amazon Simple Storage Service, API Reference",
    "EC2-API": "Amazon Elastic Compute Cloud, API Reference",
    "SecretsManager": "AWS Secrets Manager, User Guide",
    "SecretsManager-API": "AWS Secrets Manager, API Reference",
    "ServiceAuth": "Service Authorization Reference",
}
_OF_A_ROW = ("says", "page", "ask", "expect", "answer", "lasts", "before")

SetUp = Mapping[str, Mapping[str, Any]]
# Who calls, which boto3 operation (`sts.assume_role`), with which parameters.
Call = tuple[str, str, Mapping[str, Any]]


class TableError(ValueError):
    """A table that can't be read; the text names the file and the row."""


@dataclass(frozen=True)
class Group:
    """Rows that share what is set up once for all of them, and never changed by any."""

    topic: str
    number: int
    shared: SetUp


@dataclass(frozen=True)
class Row:
    """One question, and AWS's answer.

    `expect` is empty where the call is allowed; else the error's code, and parts of its message. `answer` holds
    JMESPath expressions on the call's answer with their values; `lasts` is how long its credentials last, seconds.
    """

    id: str
    says: str
    page: str
    group: Group
    given: SetUp
    before: tuple[Call, ...]
    ask: Call
    expect: tuple[str, ...]
    answer: Mapping[str, Any]
    lasts: int | None

    @property
    def allowed(self) -> bool:
        return not self.expect


def rows() -> list[Row]:
    """All rows, by topic. Raises TableError."""
    found = [row for path in sorted(FOLDER.glob("*.yaml")) for row in _read(path)]
    ids = [row.id for row in found]
    if len(set(ids)) < len(ids):
        raise TableError(f"an id is used twice: {sorted({each for each in ids if ids.count(each) > 1})}")
    return found


def _read(path: Path) -> Iterator[Row]:
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        raise TableError(f"{path.name}: {error}") from error
    for number, group in enumerate(loaded["groups"]):
        shared = Group(path.stem, number, group.get("shared", {}))
        for name, row in group["rows"].items():
            try:
                yield _row(f"{path.stem}/{name}", group, row, shared)
            except (KeyError, ValueError, TypeError) as error:
                raise TableError(f"{path.name}, {name}: {error}") from error


def _row(row_id: str, group: Mapping[str, Any], row: Mapping[str, Any], shared: Group) -> Row:
    parameters = {key: value for key, value in row.items() if key not in (*_OF_A_ROW, *KINDS)}
    used: set[str] = set()

    def filled(value: Any) -> Any:
        return fill(value, parameters, used)

    own = {kind: row[kind] for kind in KINDS if kind in row}
    common = group.get("given", {})
    filled([common, group.get("ask", ())])  # What the row says anew may be all that uses a parameter.
    given = filled({kind: {**common.get(kind, {}), **own.get(kind, {})} for kind in KINDS})
    ask = _call(filled(row.get("ask", group.get("ask"))))
    before = tuple(_call(call) for call in filled([*group.get("before", ()), *row.get("before", ())]))
    expect = filled(row["expect"])
    answer = filled(row.get("answer", {}))
    says = filled(row.get("says", group.get("says", "")))
    page = row.get("page", group.get("page", ""))
    if parameters.keys() - used:
        raise ValueError(f"nothing uses {sorted(parameters.keys() - used)}")
    if page.partition("/")[0] not in GUIDES or not page.partition("/")[2]:
        raise ValueError(f"no page of AWS's documentation: {page!r}")
    if not says:
        raise ValueError("says nothing")
    codes = () if expect == "allowed" else tuple([expect] if isinstance(expect, str) else expect)
    return Row(row_id, says, page, shared, given, before, ask, codes, answer, row.get("lasts"))


def _call(given: Any) -> Call:
    who, operation, *rest = given
    return str(who), str(operation), dict(rest[0]) if rest else {}


class _Loader(yaml.SafeLoader):
    """YAML in which dates stay texts, only true and false are Booleans, and a key occurs once."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        if len(set(keys)) < len(keys):
            raise TableError(f"a key occurs twice{node.start_mark}")
        return super().construct_mapping(node, deep)


_NOT_READ = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _NOT_READ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), list("tf"))
