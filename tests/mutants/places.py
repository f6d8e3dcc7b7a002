"""Where the things stand in a template that operators change, and how to change a copy of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from tests.mutants.model import Template, Word

Path = tuple[str | int, ...]

STRANGER = "mutant-stranger"
_STRANGER_ID = "MutantStranger"
ACCOUNT: Word = {"Ref": "AWS::AccountId"}
ACCOUNT_ROOT: Word = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::", ACCOUNT, ":root"]]}
# How a failed check writes the account: its id between the quotation marks of JSON, or the ARN.
ACCOUNT_WORDS: tuple[Word, ...] = ({"Fn::Join": ["", ['"', ACCOUNT, '"']]}, ACCOUNT_ROOT)
EVERYBODY = "*"


class Kind(Enum):
    """What a policy document is for."""

    TRUST = auto()
    IDENTITY = auto()
    RESOURCE = auto()


@dataclass(frozen=True)
class Statement:
    """One statement of one policy document in a template.

    `path` leads to it from the top; `owner` is the name of the role, user, group, policy or bucket that has the
    document; `label` says where it is.
    """

    path: Path
    kind: Kind
    owner: Word
    label: str
    content: Mapping[str, Any]

    @property
    def siblings(self) -> Path:
        """The path to the list of statements that it stands in."""
        return self.path[:-1]


# Where a resource has its documents: its type, the property, and what they are for. A property that is a list
# holds inline policies.
_DOCUMENTS: Mapping[str, tuple[tuple[str, Kind], ...]] = {
    "AWS::IAM::Role": (("AssumeRolePolicyDocument", Kind.TRUST), ("Policies", Kind.IDENTITY)),
    "AWS::IAM::User": (("Policies", Kind.IDENTITY),),
    "AWS::IAM::Group": (("Policies", Kind.IDENTITY),),
    "AWS::IAM::ManagedPolicy": (("PolicyDocument", Kind.IDENTITY),),
    "AWS::IAM::Policy": (("PolicyDocument", Kind.IDENTITY),),
    "AWS::IAM::UserPolicy": (("PolicyDocument", Kind.IDENTITY),),
    "AWS::IAM::RolePolicy": (("PolicyDocument", Kind.IDENTITY),),
    "AWS::IAM::GroupPolicy": (("PolicyDocument", Kind.IDENTITY),),
    "AWS::S3::BucketPolicy": (("PolicyDocument", Kind.RESOURCE),),
    "AWS::SecretsManager::ResourcePolicy": (("ResourcePolicy", Kind.RESOURCE),),
    "AWS::SQS::QueuePolicy": (("PolicyDocument", Kind.RESOURCE),),
    "AWS::SNS::TopicPolicy": (("PolicyDocument", Kind.RESOURCE),),
    "AWS::KMS::Key": (("KeyPolicy", Kind.RESOURCE),),
}


def statements(template: Template, *kinds: Kind) -> Iterator[Statement]:
    """The statements of all policy documents of these kinds (none named: of every kind)."""
    for logical_id, resource in template["Resources"].items():
        for prop, kind in _DOCUMENTS.get(resource["Type"], ()):
            if kinds and kind not in kinds:
                continue
            for path, document in _documents(resource.get("Properties", {}), prop):
                full = ("Resources", logical_id, "Properties", *path, "Statement")
                for index, content in enumerate(_as_list(document.get("Statement"))):
                    label = f"{logical_id} {kind.name.lower()}{_within(path)}[{index}]"
                    yield Statement((*full, index), kind, _owner(logical_id, resource), label, content)


def resources(template: Template, *types: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The resources of these types (`AWS::IAM::User`): logical id, properties."""
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] in types:
            yield logical_id, resource.get("Properties", {})


def properties(logical_id: str, *rest: str | int) -> Path:
    """The path to a property of a resource."""
    return ("Resources", logical_id, "Properties", *rest)


def edited(template: Template, path: Path, change: Callable[[Any], Any]) -> Template:
    """A copy in which `change` was applied to what is at `path` (None if nothing is)."""
    result = copy.deepcopy(template)
    place: Any = result
    for key in path[:-1]:
        place = place.setdefault(key, {}) if isinstance(place, dict) else place[key]
    old = place[path[-1]] if isinstance(place, list) else place.get(path[-1])
    place[path[-1]] = change(old)
    return result


def put(template: Template, path: Path, value: Any) -> Template:
    """A copy with `value` at `path`."""
    return edited(template, path, lambda _: value)


def appended(template: Template, path: Path, value: Any) -> Template:
    """A copy with `value` at the end of the list at `path`, which may not exist yet, or be one bare value."""
    return edited(template, path, lambda old: [*_as_list(old), value])


def removed(template: Template, path: Path) -> Template:
    """A copy without what is at `path`."""
    result = copy.deepcopy(template)
    place: Any = result
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return result


def with_resource(template: Template, logical_id: str, kind: str, **props: Any) -> Template:
    """A copy with one more resource."""
    return put(template, ("Resources", logical_id), {"Type": kind, "Properties": props})


def with_stranger(template: Template) -> Template:
    """A copy with a user called STRANGER, who has no permissions."""
    return with_resource(template, _STRANGER_ID, "AWS::IAM::User", UserName=STRANGER)


STRANGER_ARN: Word = {"Fn::GetAtt": [_STRANGER_ID, "Arn"]}


def values(element: Any) -> list[tuple[Path, Any]]:
    """The values of a policy element that is one value or a list of them, each with the path within the element."""
    if isinstance(element, list):
        return [((index,), value) for index, value in enumerate(element)]
    return [((), element)] if element is not None else []


def first_and_last(found: list[tuple[Path, Any]]) -> list[tuple[Path, Any]]:
    """A long list is broken at both ends; what holds there holds in between."""
    return found if len(found) <= 3 else [found[0], found[-1]]


def word(value: Any) -> Word:
    """What a failed check will call this value: of an ARN that is made from a resource, the name."""
    if isinstance(value, Mapping) and "Fn::GetAtt" in value:
        return {"Ref": value["Fn::GetAtt"][0]}
    return value if isinstance(value, Mapping) else str(value)


def text(value: Any) -> str:
    """A value of a template in a few characters, for a label."""
    if isinstance(value, Mapping):
        if "Ref" in value:
            return str(value["Ref"])
        if "Fn::GetAtt" in value:
            return str(value["Fn::GetAtt"][0])
        if "Fn::Join" in value:
            separator, parts = value["Fn::Join"]
            return separator.join(text(part) for part in parts)
    return str(value)


def _documents(props: Mapping[str, Any], name: str) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    found = props.get(name)
    if isinstance(found, list):
        for index, inline in enumerate(found):
            yield (name, index, "PolicyDocument"), inline["PolicyDocument"]
    elif found:
        yield (name,), found


def _within(path: Path) -> str:
    return f"[{path[1]}]" if len(path) > 1 else ""


def _owner(logical_id: str, resource: Mapping[str, Any]) -> Word:
    name = resource.get("Properties", {}).get("PolicyName")
    return name if isinstance(name, str) else {"Ref": logical_id}


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
