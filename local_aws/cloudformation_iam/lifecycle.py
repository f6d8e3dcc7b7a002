"""Creating, updating and deleting a resource of any of the described types, as CloudFormation does.

AWS: CloudFormation User Guide, "Understand update behaviors of stack resources" and "Choose how to handle
failures when provisioning resources". What a template puts on a resource is compared with what the last template
put there, not with what is there now, so that what others have added stays; and a resource goes only when IAM
lets it go, with nothing taken away before that the template did not put there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from local_aws import upstream
from local_aws.cloudformation_iam import unfinished
from local_aws.cloudformation_iam.api import call
from local_aws.cloudformation_iam.resource_type import Part, Properties, ResourceType, Target
from local_aws.cloudformation_resources import ResourceError, failure, generated_name
from local_aws.iam_api import IamError

Made = tuple[str, dict[str, str]]

# CloudFormation CLI User Guide, "Handler error codes".
_HANDLER_ERROR_CODES = {
    "AccessDenied": "AccessDenied",
    "EntityAlreadyExists": "AlreadyExists",
    "LimitExceeded": "ServiceLimitExceeded",
    "NoSuchEntity": "NotFound",
}


def handlers(kind: ResourceType) -> dict[str, Any]:
    """The entry of this type in MiniStack's table of CloudFormation handlers."""
    return {
        "create": lambda logical_id, properties, stack: _create(kind, logical_id, properties, stack),
        "update": lambda physical_id, old, new, stack, logical_id: _update(
            kind, Target(physical_id, new), old, stack, logical_id
        ),
        "update_with_logical_id": True,
        "delete": lambda physical_id, properties: _delete(kind, Target(physical_id, properties)),
    }


def _create(kind: ResourceType, logical_id: str, properties: Properties, stack: str) -> Made:
    _check_properties(kind, logical_id, properties)
    if kind.create is None:
        physical_id = (
            kind.composed_id(properties) if kind.composed_id else generated_name(stack, logical_id, kind.name_length)
        )
        return _put_all(kind, Target(physical_id, properties)), {}
    name = (kind.name_property and properties.get(kind.name_property)) or generated_name(
        stack, logical_id, kind.name_length
    )
    try:
        answer = call(kind.create.action, **kind.create.parameters(name, properties))
    except IamError as error:
        _fail(error)
    target = Target(answer.findtext(f".//{{*}}{kind.create.physical_id}", ""), properties)
    try:
        _apply(target, _additions(kind, properties))
        made = {key: answer.findtext(f".//{{*}}{tag}", "") for key, tag in kind.create.attributes.items()}
        return target.physical_id, {**made, **_read(kind, target)}
    except IamError as error:
        # There is a resource now, and it is the stack's: its rollback deletes it.
        unfinished.leave(stack, logical_id, kind.name, target)
        _fail(error)


def _put_all(kind: ResourceType, target: Target) -> str:
    """For a type without a resource of its own: all its parts, or none."""
    try:
        _apply_or_undo(target, _additions(kind, target.properties))
    except IamError as error:
        _fail(error)
    return target.physical_id


def _update(kind: ResourceType, target: Target, old: Properties, stack: str, logical_id: str) -> Made:
    _check_properties(kind, logical_id, target.properties)
    try:
        _apply_or_undo(target, [step for part in kind.parts for step in _changes(part, old, target.properties)])
        return target.physical_id, {**_recorded_attributes(stack, logical_id), **_read(kind, target)}
    except IamError as error:
        _fail(error)


def _delete(kind: ResourceType, target: Target) -> None:
    try:
        _refuse_conflicts(kind, target)
        for part in reversed(kind.parts):
            if not part.ends_with_resource:
                _apply(target, _changes(part, target.properties, {}))
        if kind.delete:
            kind.delete(target)
    except IamError as error:
        # What is gone already has been deleted as far as CloudFormation is concerned.
        if error.code != "NoSuchEntity":
            _fail(error)


def _refuse_conflicts(kind: ResourceType, target: Target) -> None:
    own = {(part.name, key) for part in kind.parts for key in _elements(part, target.properties)}
    for conflict in kind.conflicts(target) if kind.conflicts else ():
        if (conflict.part, conflict.key) not in own:
            raise IamError("DeleteConflict", conflict.message)


class _Step:
    """One element of one part, from an old value to a new one."""

    def __init__(self, part: Part, key: Any, old: Any, new: Any) -> None:
        self.part, self.key, self.old, self.new = part, key, old, new

    def apply(self, target: Target) -> None:
        self.part.apply(target, self.key, self.old, self.new)

    def undo(self, target: Target) -> None:
        self.part.apply(target, self.key, self.new, self.old)


def _additions(kind: ResourceType, properties: Properties) -> list[_Step]:
    return [step for part in kind.parts if not part.with_create for step in _changes(part, {}, properties)]


def _elements(part: Part, properties: Properties) -> Mapping[Any, Any]:
    return part.elements(properties) if properties else {}


def _changes(part: Part, old: Properties, new: Properties) -> Iterator[_Step]:
    """What goes comes first: it may have to make room for what comes."""
    before, after = _elements(part, old), _elements(part, new)
    for key in before.keys() - after.keys():
        yield _Step(part, key, before[key], None)
    for key, value in after.items():
        if before.get(key) != value:
            yield _Step(part, key, before.get(key), value)


def _apply(target: Target, steps: Iterator[_Step] | list[_Step]) -> None:
    for step in steps:
        step.apply(target)


def _apply_or_undo(target: Target, steps: list[_Step]) -> None:
    done: list[_Step] = []
    try:
        for step in steps:
            step.apply(target)
            done.append(step)
    except IamError:
        for step in reversed(done):
            step.undo(target)
        raise


def _read(kind: ResourceType, target: Target) -> dict[str, str]:
    if kind.read is None:
        return {}
    answer = call(kind.read.action, **kind.read.parameters(target))
    found = {}
    for attribute, element in kind.read.attributes.items():
        path = "/".join(f"{{*}}{tag}" for tag in element.split("/"))
        found[attribute] = answer.findtext(f".//{path}", "")
    return found


def _recorded_attributes(stack: str, logical_id: str) -> Mapping[str, str]:
    record = upstream.module("services.cloudformation")._stacks[stack]["_resources"][logical_id]
    attributes: Mapping[str, str] = record.get("Attributes") or {}
    return attributes


def _check_properties(kind: ResourceType, logical_id: str, properties: Properties) -> None:
    """CloudFormation's validation of a resource against its type's schema, as far as names of properties go."""
    missing = sorted(kind.required - properties.keys())
    unknown = sorted(properties.keys() - kind.required - kind.optional)
    problems = [f"#: required key [{name}] not found" for name in missing]
    problems += [f"#: extraneous key [{name}] is not permitted" for name in unknown]
    if problems:
        raise ResourceError(
            f"Properties validation failed for resource {logical_id} with message: [{', '.join(problems)}]"
        )


def _fail(error: IamError) -> NoReturn:
    code = _HANDLER_ERROR_CODES.get(error.code, "InvalidRequest")
    raise failure("Iam", error.status, error.message, code) from error
