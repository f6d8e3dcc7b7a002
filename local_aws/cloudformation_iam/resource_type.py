"""How an `AWS::IAM::…` type is described: which API calls make, change and delete a resource of the type.

Source for each type: AWS CloudFormation Template Reference Guide, the type's page (properties, "Update requires",
"Return values").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws.delete_conflicts import Conflict

Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """A resource of a stack: its physical id (what Ref gives) and its properties."""

    physical_id: str
    properties: Properties


# Brings one element of a part from one value to another: (resource, element's key, old, new). None: not there.
Apply = Callable[[Target, Any, Any, Any], None]


@dataclass(frozen=True, slots=True)
class Part:
    """Something that the template puts on a resource, in elements that come and go one by one.

    `name`: that of the property. `elements`: those of the properties, each with a key and with a value that is
    compared. `with_create`: the call that makes the resource puts it there. `ends_with_resource`: need not be
    taken away before the resource is deleted.
    """

    name: str
    elements: Callable[[Properties], Mapping[Any, Any]]
    apply: Apply
    with_create: bool = False
    ends_with_resource: bool = False


@dataclass(frozen=True, slots=True)
class Create:
    """The call that makes the resource: its action, and its parameters from the name and the properties.

    `physical_id` names the element of the answer that is the physical id; `attributes` those that only this
    answer has, by the name that Fn::GetAtt knows them by.
    """

    action: str
    parameters: Callable[[str, Properties], Mapping[str, Any]]
    physical_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """The call that reads the resource back, and Fn::GetAtt's attributes with the answer's elements they stand in."""

    action: str
    parameters: Callable[[Target], Mapping[str, Any]]
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResourceType:
    """An `AWS::IAM::…` type.

    - `required` and `optional` properties; `replacing`: those whose change means replacement.
    - `name_property`: the one that names it; without a value there a name of at most `name_length` is generated.
      `composed_id`: the physical id of a type whose properties make it.
    - `create`: None for a type that has nothing of its own in IAM and only puts things on others; so `read`.
    - `parts`: what else the template puts on it, in the order in which it is put there.
    - `delete`: deletes it once its parts are gone.
    - `conflicts`: what keeps IAM from deleting it; what the template put there does not count.
    - `stack_tags`: whether CloudFormation gives it the stack's tags.
    """

    name: str
    required: frozenset[str]
    optional: frozenset[str]
    replacing: tuple[str, ...] = ()
    name_property: str | None = None
    name_length: int = 128
    composed_id: Callable[[Properties], str] | None = None
    create: Create | None = None
    read: Read | None = None
    parts: tuple[Part, ...] = ()
    delete: Callable[[Target], None] | None = None
    conflicts: Callable[[Target], list[Conflict]] | None = None
    stack_tags: bool = False
